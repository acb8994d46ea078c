//! Runs side by side: what any of them has, where they differ, and by how much.

use crate::{
    column::{Attribute, Cell, Column},
    run::RunRow,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The files of a run: sizes in bytes by path.
pub type Files = BTreeMap<String, u64>;

/// A kind of fact; facts of one kind stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    /// Inputs fixed at start.
    Params,
    /// Latest metrics.
    Metrics,
    /// Labels that people put on runs, and the description.
    Tags,
    /// Who ran what, where and how: attributes, and MLflow's own tags.
    Environment,
    /// Stored files, by path and size.
    Artifacts,
}

impl Section {
    /// All of them, in the order in which they stand.
    pub const ALL: [Section; 5] =
        [Section::Params, Section::Metrics, Section::Tags, Section::Environment, Section::Artifacts];

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Section::Params => "Params",
            Section::Metrics => "Metrics, latest",
            Section::Tags => "Tags",
            Section::Environment => "Environment",
            Section::Artifacts => "Artifacts",
        }
    }

    /// Whether it is open until somebody folds it; listing files asks the server, so they wait.
    pub fn open_at_first(self) -> bool {
        match self {
            Section::Params | Section::Metrics | Section::Tags | Section::Environment => true,
            Section::Artifacts => false,
        }
    }
}

/// What a fact is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A column over runs.
    Column(Column),
    /// A file by its path.
    File(String),
}

/// One row of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Fact {
    /// Where it stands.
    pub section: Section,
    /// What it is about.
    pub key: Key,
    /// Whether two of the runs have something different; a run that has nothing differs from one that has.
    pub differs: bool,
}

/// The description that MLflow keeps in a tag: text that people wrote.
const NOTE: &str = "mlflow.note.content";

/// MLflow's own tags with a name for people.
const OWN_TAGS: [(&str, &str); 8] = [
    (NOTE, "Description"),
    ("mlflow.user", "User"),
    ("mlflow.source.name", "Source"),
    ("mlflow.source.type", "Source type"),
    ("mlflow.source.git.commit", "Git commit"),
    ("mlflow.source.git.branch", "Git branch"),
    ("mlflow.source.git.repoURL", "Git repository"),
    ("mlflow.parentRunId", "Parent run"),
];

fn own(tag: &str) -> bool {
    tag.starts_with("mlflow.")
}

impl Fact {
    /// Its name for people.
    pub fn title(&self) -> &str {
        match &self.key {
            Key::File(path) => path,
            Key::Column(Column::Tag(tag)) => {
                OWN_TAGS.iter().find(|(name, _)| name == tag).map_or(tag, |(_, title)| title)
            }
            Key::Column(column) => column.title(),
        }
    }

    /// What `row` has; a file's cell is its size in bytes, `None` while the run's `files` are not known.
    pub fn cell<'a>(&self, row: &'a RunRow, files: Option<&Files>) -> Option<Cell<'a>> {
        match &self.key {
            Key::File(path) => Some(files?.get(path).map_or(Cell::Missing, |bytes| Cell::Number(*bytes as f64))),
            // A commit such as 12345e6 is no number.
            Key::Column(Column::Tag(tag)) if own(tag) => {
                Some(row.tags.get(tag).map_or(Cell::Missing, |text| Cell::Text(text)))
            }
            Key::Column(column) => Some(column.cell(row)),
        }
    }

    /// What `row` has, in full and as it was written; empty for nothing.
    pub fn text(&self, row: &RunRow, files: Option<&Files>) -> String {
        let written = match &self.key {
            Key::Column(Column::Param(name)) => row.params.get(name),
            Key::Column(Column::Tag(name)) => row.tags.get(name),
            Key::Column(Column::Attribute(_) | Column::Metric(_) | Column::Summary(..)) | Key::File(_) => None,
        };
        match (written, self.cell(row, files)) {
            (Some(text), _) => text.clone(),
            (None, Some(Cell::Text(text))) => text.to_owned(),
            (None, Some(Cell::Number(y))) => y.to_string(),
            (None, Some(Cell::Missing) | None) => String::new(),
        }
    }

    /// Whether its name holds `words`, in lower case; nothing is in every name.
    pub fn is_named(&self, words: &str) -> bool {
        self.title().to_lowercase().contains(words)
            || matches!(&self.key, Key::Column(Column::Tag(tag)) if tag.to_lowercase().contains(words))
    }
}

/// The facts that any of `runs` has, files left out: by section, then by name.
pub fn facts_of(runs: &[&RunRow]) -> Vec<Fact> {
    let params: BTreeSet<&String> = runs.iter().flat_map(|row| row.params.keys()).collect();
    let metrics: BTreeSet<&String> = runs.iter().flat_map(|row| row.metrics.keys()).collect();
    // The name of a run is its heading.
    let tags: BTreeSet<&String> =
        runs.iter().flat_map(|row| row.tags.keys()).filter(|tag| *tag != "mlflow.runName").collect();
    let has_user_tag = tags.iter().any(|tag| *tag == "mlflow.user");
    let attributes = [Attribute::Status, Attribute::User, Attribute::Start, Attribute::Duration].into_iter();
    let attributes = attributes.filter(|of| *of != Attribute::User || !has_user_tag).map(Column::Attribute);
    let of_tag = |tag: &&String| Column::Tag((*tag).clone());
    let labels = tags.iter().filter(|tag| !own(tag) || **tag == NOTE).map(of_tag);
    // The named ones first, in the order in which a person asks.
    let place = |tag: &str| OWN_TAGS.iter().position(|(name, _)| *name == tag).unwrap_or(OWN_TAGS.len());
    let mut books: Vec<Column> = tags.iter().filter(|tag| own(tag) && **tag != NOTE).map(of_tag).collect();
    books.sort_by_key(|column| place(column.title()));

    let fact = |section: Section, column: Column| {
        let fact = Fact { section, key: Key::Column(column), differs: false };
        let differs = differs(runs.iter().map(|row| fact.cell(row, None)));
        Fact { differs, ..fact }
    };
    let params = params.into_iter().map(|name| fact(Section::Params, Column::Param(name.clone())));
    let metrics = metrics.into_iter().map(|name| fact(Section::Metrics, Column::Metric(name.clone())));
    let labels = labels.map(|column| fact(Section::Tags, column));
    let environment = attributes.chain(books).map(|column| fact(Section::Environment, column));
    params.chain(metrics).chain(labels).chain(environment).collect()
}

/// The facts about files, of the runs whose files are known.
pub fn files_of(known: &[&Files]) -> Vec<Fact> {
    let paths: BTreeSet<&String> = known.iter().flat_map(|files| files.keys()).collect();
    let fact = |path: &String| Fact {
        section: Section::Artifacts,
        key: Key::File(path.clone()),
        differs: known.windows(2).any(|pair| pair[0].get(path) != pair[1].get(path)),
    };
    paths.into_iter().map(fact).collect()
}

/// Whether two of `cells` mean something different; unknown ones differ from none.
fn differs<'a>(cells: impl Iterator<Item = Option<Cell<'a>>>) -> bool {
    let mut known = cells.flatten();
    let Some(first) = known.next() else { return false };
    known.any(|cell| !cell.same(first))
}

/// How far a value is from the base's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Delta {
    /// The value less the base's.
    pub absolute: f64,
    /// The same in percent of the base's size; `None` if the base is 0.
    pub percent: Option<f64>,
}

/// How far `value` is from `base`; `None` where the difference is no finite number.
pub fn delta(base: Cell, value: Cell) -> Option<Delta> {
    let (base, value) = (base.finite()?, value.finite()?);
    let absolute = value - base;
    let percent = (base != 0.0).then(|| absolute / base.abs() * 100.0).filter(|percent| percent.is_finite());
    absolute.is_finite().then_some(Delta { absolute, percent })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        run::{LatestMetric, RunId, RunStatus},
        series::JsonNumber,
    };

    fn row(id: u128, params: &[(&str, &str)], metrics: &[(&str, f64)], tags: &[(&str, &str)]) -> RunRow {
        let texts = |pairs: &[(&str, &str)]| pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let latest = |value| LatestMetric { value: JsonNumber(value), step: 1, time_millis: 0 };
        RunRow {
            run_id: RunId(id),
            experiment_id: "1".into(),
            name: format!("run {id}"),
            status: RunStatus::Finished,
            user: "ada".into(),
            end_millis: Some(5),
            params: texts(params),
            metrics: metrics.iter().map(|(name, value)| ((*name).to_owned(), latest(*value))).collect(),
            tags: texts(tags),
            ..RunRow::default()
        }
    }

    #[test]
    fn a_fact_differs_by_what_it_means() {
        let cases: [(&str, RunRow, RunRow, bool); 8] = [
            ("the same text", row(1, &[("k", "adam")], &[], &[]), row(2, &[("k", "adam")], &[], &[]), false),
            ("another text", row(1, &[("k", "adam")], &[], &[]), row(2, &[("k", "Adam")], &[], &[]), true),
            ("one number, written twice", row(1, &[("k", "0.1")], &[], &[]), row(2, &[("k", "1e-1")], &[], &[]), false),
            ("one has none", row(1, &[("k", "0.1")], &[], &[]), row(2, &[], &[], &[]), true),
            ("NaN twice", row(1, &[], &[("k", f64::NAN)], &[]), row(2, &[], &[("k", f64::NAN)], &[]), false),
            ("NaN and a number", row(1, &[], &[("k", f64::NAN)], &[]), row(2, &[], &[("k", 0.0)], &[]), true),
            ("the last digit", row(1, &[], &[("k", 0.3)], &[]), row(2, &[], &[("k", 0.1 + 0.2)], &[]), true),
            (
                "commits that look like numbers",
                row(1, &[], &[], &[("mlflow.source.git.commit", "1e2")]),
                row(2, &[], &[], &[("mlflow.source.git.commit", "100")]),
                true,
            ),
        ];
        for (name, a, b, expected) in cases {
            let facts = facts_of(&[&a, &b]);
            let fact = facts.iter().find(|fact| ["k", "Git commit"].contains(&fact.title())).expect(name);
            assert_eq!(fact.differs, expected, "{name}");
        }
    }

    #[test]
    fn facts_stand_in_sections_and_the_runs_name_is_none_of_them() {
        let tags = [("team", "a"), ("mlflow.runName", "x"), ("mlflow.zz", "1"), ("mlflow.source.git.commit", "c")];
        let a = row(1, &[("lr", "1")], &[("loss", 1.0)], &tags);
        let b = row(2, &[("depth", "2")], &[], &[("mlflow.note.content", "why"), ("mlflow.user", "ada")]);
        let facts = facts_of(&[&a, &b]);
        let titles: Vec<_> = facts.iter().map(|fact| (fact.section, fact.title())).collect();
        use Section::*;
        let expected = [
            (Params, "depth"),
            (Params, "lr"),
            (Metrics, "loss"),
            (Tags, "Description"),
            (Tags, "team"),
            (Environment, "Status"),
            (Environment, "Start time"),
            (Environment, "Duration"),
            (Environment, "User"),
            (Environment, "Git commit"),
            (Environment, "mlflow.zz"),
        ];
        assert_eq!(titles, expected);
        assert!(facts[9].is_named("commit") && facts[9].is_named("source.git") && !facts[9].is_named("lr"));
        assert_eq!(facts_of(&[]).len(), 4, "only what every run has");
        assert!(facts_of(&[&a]).iter().all(|fact| !fact.differs), "one run differs from none");
    }

    #[test]
    fn files_differ_by_presence_and_size_among_the_runs_that_are_known() {
        let files = |pairs: &[(&str, u64)]| pairs.iter().map(|(path, n)| ((*path).to_owned(), *n)).collect::<Files>();
        let (a, b) = (files(&[("m/x", 1), ("same", 2), ("only", 3)]), files(&[("m/x", 9), ("same", 2)]));
        let facts = files_of(&[&a, &b]);
        let found: Vec<_> = facts.iter().map(|fact| (fact.title(), fact.differs)).collect();
        assert_eq!(found, [("m/x", true), ("only", true), ("same", false)]);
        let run = row(1, &[], &[], &[]);
        assert_eq!(facts[0].cell(&run, None), None, "not known is not missing");
        assert_eq!(facts[1].cell(&run, Some(&b)), Some(Cell::Missing));
        assert_eq!(files_of(&[]), []);
    }

    #[test]
    fn deltas_are_finite_or_none() {
        let n = Cell::Number;
        for (name, base, value, expected) in [
            ("more", n(2.0), n(3.0), Some((1.0, Some(50.0)))),
            ("less, from below zero", n(-2.0), n(-3.0), Some((-1.0, Some(-50.0)))),
            ("equal", n(2.0), n(2.0), Some((0.0, Some(0.0)))),
            ("from zero", n(0.0), n(3.0), Some((3.0, None))),
            ("NaN", n(f64::NAN), n(3.0), None),
            ("infinite", n(1.0), n(f64::INFINITY), None),
            ("too far apart", n(-1e308), n(1e308), None),
            ("percent beyond all", n(1e-300), n(1e300), Some((1e300, None))),
            ("a text", Cell::Text("a"), n(1.0), None),
            ("nothing", n(1.0), Cell::Missing, None),
        ] {
            let expected = expected.map(|(absolute, percent)| Delta { absolute, percent });
            assert_eq!(delta(base, value), expected, "{name}");
        }
    }

    #[test]
    fn texts_are_as_they_were_written() {
        let run = row(1, &[("lr", "1e-1")], &[("loss", 0.1)], &[]);
        let texts: Vec<_> = facts_of(&[&run]).iter().take(3).map(|fact| fact.text(&run, None)).collect();
        assert_eq!(texts, ["1e-1", "0.1", "FINISHED"]);
    }
}
