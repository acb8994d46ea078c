//! What leaves through a link that hides who and where: pseudonyms, the same ones at every visit.
//!
//! # What is let through
//! Statuses, durations, colours, steps and values of metrics; names of metrics, params and tags; the texts
//! that the view's author wrote into it. Values of params that are numbers, truth values or short plain
//! words. All else goes as a pseudonym: names of runs, users, every tag, and values of params that could
//! be a path, a host, an address or a person, or that hold the name of one of the runs' users, and the runs
//! that an expression names. When runs started is not said.

use super::scope::{Scope, ScopePanel};
use data::{
    column::{Attribute, Column},
    expression::Expression,
    run::{RunId, RunRow},
    series::number_of_text,
    view::View,
};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

/// The longest word that is let through, characters.
const LONGEST_WORD: usize = 32;

/// Makes the pseudonyms of one link.
#[derive(Debug, Clone)]
pub struct Names {
    salt: [u8; 16],
    /// The names of people, lower case.
    people: BTreeSet<String>,
}

impl Names {
    /// The pseudonyms that this salt makes.
    pub fn new(salt: [u8; 16]) -> Names {
        Names { salt, people: BTreeSet::new() }
    }

    /// The same pseudonyms, knowing the people who logged `rows`.
    pub fn knowing(mut self, rows: &[RunRow]) -> Names {
        let users =
            rows.iter().flat_map(|row| [row.user.as_str(), row.tags.get("mlflow.user").map_or("", String::as_str)]);
        self.people.extend(users.filter(|user| user.chars().count() > 1).map(str::to_lowercase));
        self
    }

    /// What a run has in `column`, as it goes out.
    pub fn cell(&self, column: &Column, text: &str) -> String {
        let word = |kind: &str| format!("{kind}-{}", self.word(kind, text.as_bytes()));
        match column {
            Column::Param(_) if is_plain(text, &self.people) => text.to_owned(),
            Column::Param(_) => word("value"),
            Column::Tag(_) => word("tag"),
            Column::Attribute(Attribute::User) => word("user"),
            Column::Attribute(Attribute::Name | Attribute::Start | Attribute::End) => word("value"),
            Column::Attribute(Attribute::Status | Attribute::Duration) | Column::Metric(_) | Column::Summary(..) => {
                text.to_owned()
            }
        }
    }

    /// The id that a run goes by.
    pub fn run(&self, run: RunId) -> RunId {
        let digest = self.digest("run", &run.0.to_le_bytes());
        RunId(u128::from_le_bytes(digest[..16].try_into().expect("a digest is longer")))
    }

    /// `scope` with every run under a pseudonym, in the same order.
    pub fn hide(&self, scope: &Scope) -> Scope {
        let rows = scope.rows.iter().map(|row| self.row(row)).collect();
        let hidden = |panel: &ScopePanel| {
            let lines = panel.lines.iter().map(|line| self.line(line, scope)).collect();
            ScopePanel { lines, ..panel.clone() }
        };
        let panels = scope.panels.iter().map(hidden).collect();
        Scope { eid: 0, rows, metrics: scope.metrics.clone(), panels, left_out: scope.left_out }
    }

    /// Names the runs in the lines of `view` by what they are outside: a line may calculate with a run by its name or its
    /// id. Answers the lines that this changes as they are inside, by what they become.
    pub fn hide_lines(&self, view: Option<&mut View>, scope: &Scope) -> BTreeMap<String, String> {
        let mut inside = BTreeMap::new();
        let shown = view.into_iter().flat_map(|view| view.panels.values_mut()).filter_map(|panel| panel.shows.as_mut());
        for line in shown.flat_map(|shows| &mut shows.lines) {
            let outside = self.line(line.trim(), scope);
            if outside != line.trim() {
                inside.insert(outside.clone(), std::mem::replace(line, outside).trim().to_owned());
            }
        }
        inside
    }

    /// A line as it goes out.
    fn line(&self, line: &str, scope: &Scope) -> String {
        let is_metric = scope.metrics.iter().any(|row| row.metric == line);
        let expression = Expression::parse(line).ok().filter(|_| !is_metric);
        let Some(expression) = expression else { return line.to_owned() };
        let hidden = expression.clone().with_runs_named(&|named| {
            let is_meant = |row: &&RunRow| row.name == named || row.run_id.to_string().starts_with(named);
            match scope.rows.iter().find(is_meant) {
                Some(row) => self.run(row.run_id).short(),
                // It is none of the link's.
                None => format!("run-{}", self.word("run", named.as_bytes())),
            }
        });
        if hidden == expression { line.to_owned() } else { hidden.to_string() }
    }

    fn row(&self, row: &RunRow) -> RunRow {
        let run_id = self.run(row.run_id);
        let word = |kind: &str, text: &str| format!("{kind}-{}", self.word(kind, text.as_bytes()));
        let param = |name: &String, text: &String| self.cell(&Column::Param(name.clone()), text);
        RunRow {
            run_id,
            experiment_id: "0".to_owned(),
            name: word("run", &row.run_id.to_string()),
            status: row.status,
            user: if row.user.is_empty() { String::new() } else { word("user", &row.user) },
            start_millis: 0,
            end_millis: row.end_millis.map(|end| end.saturating_sub(row.start_millis).max(0)),
            color: row.color,
            deleted: row.deleted,
            params: row.params.iter().map(|(name, text)| (name.clone(), param(name, text))).collect(),
            metrics: row
                .metrics
                .iter()
                .map(|(name, latest)| {
                    let time_millis = latest.time_millis.saturating_sub(row.start_millis).max(0);
                    (name.clone(), data::run::LatestMetric { time_millis, ..*latest })
                })
                .collect(),
            summaries: row.summaries.clone(),
            tags: row.tags.iter().map(|(name, text)| (name.clone(), word("tag", text))).collect(),
        }
    }

    fn word(&self, kind: &str, bytes: &[u8]) -> String {
        self.digest(kind, bytes)[..4].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn digest(&self, kind: &str, bytes: &[u8]) -> [u8; 32] {
        Sha256::digest([&self.salt[..], kind.as_bytes(), &[0], bytes].concat()).into()
    }
}

/// Whether `text` says nothing of people and places.
fn is_plain(text: &str, people: &BTreeSet<String>) -> bool {
    if number_of_text(text).is_some() {
        return true;
    }
    let lower = text.to_lowercase();
    let word = text.len() <= LONGEST_WORD && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+- ".contains(&b));
    let digest = text.len() >= 7 && text.bytes().all(|b| b.is_ascii_hexdigit());
    // A short name may well be a part of another word.
    let names = |person: &String| match person.len() {
        0..5 => lower.split(|c: char| !c.is_alphanumeric()).any(|part| part == person),
        _ => lower.contains(person.as_str()),
    };
    word && !digest && !people.iter().any(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_words_and_numbers_are_let_through() {
        let people = BTreeSet::from(["ada".to_owned(), "lovelace".to_owned()]);
        for (text, plain) in [
            ("0.001", true),
            ("1e-3", true),
            ("true", true),
            ("adam", true),
            ("fade", true),
            ("sgd", true),
            ("cosine warm-up", true),
            ("ResNet_50", true),
            ("/home/ada/data", false),
            ("C:\\data", false),
            ("s3://bucket/x", false),
            ("gpu01.lab.example.org", false),
            ("10.0.0.7", false),
            ("someone@example.org", false),
            ("Ada", false),
            ("run-by-ada", false),
            ("alovelace2", false),
            ("deadbeefcafe", false),
            ("größe", false),
            ("a long text that says a lot about who wrote it", false),
            ("<b>x</b>", false),
        ] {
            assert_eq!(is_plain(text, &people), plain, "{text}");
        }
    }

    #[test]
    fn pseudonyms_stay_and_differ_between_links() {
        let (a, b) = (Names::new([1; 16]), Names::new([2; 16]));
        assert_eq!(a.run(RunId(7)), a.run(RunId(7)));
        assert_ne!(a.run(RunId(7)), a.run(RunId(8)));
        assert_ne!(a.run(RunId(7)), b.run(RunId(7)));
        assert_ne!(a.word("user", b"ada"), b.word("user", b"ada"));
    }
}
