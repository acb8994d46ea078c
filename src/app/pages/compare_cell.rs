//! What one run has of one fact, beside what the base has: as a cell, and as a look into a long text.

use crate::{
    state::compare::Listing,
    ui::format::{ago, bytes, duration, local_time, now_millis},
};
use charts::format::{count_text, full_text, number_text, step_text, value_text};
use data::{
    column::{Attribute, Cell, Column},
    compare::{Delta, Fact, Files, Key, delta},
    diff::{Side, diff},
    run::RunRow,
};
use leptos::prelude::*;

/// How many letters of a text stand in a cell, and how many in its title; the rest waits for a look into it.
const CELL_LETTERS: usize = 160;
const TITLE_LETTERS: usize = 1_000;

/// A cell in words for people.
#[derive(Debug, Clone, PartialEq)]
pub struct CellText {
    /// What stands in it.
    pub text: String,
    /// All of it.
    pub title: String,
    /// `number`, `text`, `missing`, or `unknown` while the files of the run are not known.
    pub look: &'static str,
    /// How far it is from the base, for metrics.
    pub delta: Option<String>,
    /// Whether it differs from the base.
    pub differs: bool,
}

/// What `row` has, compared with what the base has, which may be itself.
pub fn cell_text(
    fact: &Fact,
    row: &RunRow,
    files: Option<&Files>,
    base: &RunRow,
    base_files: Option<&Files>,
) -> CellText {
    let (cell, base_cell) = (fact.cell(row, files), fact.cell(base, base_files));
    let differs = matches!((cell, base_cell), (Some(cell), Some(base)) if !cell.same(base));
    let metric = matches!(fact.key, Key::Column(Column::Metric(_)));
    let delta = match (cell, base_cell) {
        (Some(cell), Some(base)) if metric && differs => delta(base, cell).map(delta_text),
        _ => None,
    };
    let (text, title) = words(fact, row, cell, files);
    let look = match cell {
        None => "unknown",
        Some(Cell::Missing) => "missing",
        // Times are words here.
        Some(Cell::Number(_)) if matches!(fact.key, Key::Column(Column::Attribute(_))) => "text",
        Some(Cell::Number(_)) => "number",
        Some(Cell::Text(_)) => "text",
    };
    CellText { text: first(&text, CELL_LETTERS), title: first(&title, TITLE_LETTERS), look, delta, differs }
}

fn words(fact: &Fact, row: &RunRow, cell: Option<Cell>, files: Option<&Files>) -> (String, String) {
    let twice = |text: String| (text.clone(), text);
    match (&fact.key, cell) {
        (_, None) => ("…".to_owned(), "The files of this run are not known yet".to_owned()),
        (_, Some(Cell::Missing)) => ("–".to_owned(), "This run has none".to_owned()),
        (Key::File(_), Some(Cell::Number(size))) => (bytes(size as u64), format!("{} bytes", count_text(size as u64))),
        (Key::Column(Column::Attribute(Attribute::Start | Attribute::End)), Some(Cell::Number(millis))) => {
            (ago(millis as i64, now_millis()), local_time(millis as i64))
        }
        (Key::Column(Column::Attribute(Attribute::Duration)), Some(Cell::Number(millis))) => {
            (duration(millis as i64), format!("{millis} ms"))
        }
        (Key::Column(Column::Attribute(Attribute::Status)), Some(Cell::Text(status))) => twice(status.to_lowercase()),
        (Key::Column(Column::Metric(name)), Some(Cell::Number(value))) => {
            let step = row.metrics.get(name).map(|latest| format!(" at step {}", step_text(latest.step)));
            (value_text(value), full_text(value) + &step.unwrap_or_default())
        }
        // Params and tags are shown as they were written.
        (_, Some(Cell::Number(_) | Cell::Text(_))) => twice(fact.text(row, files)),
    }
}

/// A delta with its sign: `+0.0123 +4.1%`.
fn delta_text(delta: Delta) -> String {
    let signed = |text: String| if text.starts_with('-') { text } else { format!("+{text}") };
    let percent = delta.percent.map(|percent| format!(" {}%", signed(number_text(percent, 3))));
    signed(value_text(delta.absolute)) + &percent.unwrap_or_default()
}

/// The first `letters` of `text`.
fn first(text: &str, letters: usize) -> String {
    match text.char_indices().nth(letters) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The text of a run beside the base's, line by line. Whole if both are the same.
pub fn diff_view(base: &str, text: &str) -> AnyView {
    if base == text {
        return view! { <pre class="snippet diff" tabindex="0">{text.to_owned()}</pre> }.into_any();
    }
    let found = diff(base, text);
    let count = |side: Side| found.lines.iter().filter(|(of, _)| *of == side).count();
    let parts = if base.trim_end().contains('\n') || text.trim_end().contains('\n') { "lines" } else { "parts" };
    let note = if found.least { "" } else { " Too much differs to find the fewest changes." };
    let words =
        format!("− {} {parts} of the base, + {} {parts} of this run.{note}", count(Side::Lost), count(Side::Added));
    let lines = found
        .lines
        .iter()
        .map(|(side, line)| {
            let (kind, sign) = match side {
                Side::Both => ("both", " "),
                Side::Lost => ("lost", "−"),
                Side::Added => ("added", "+"),
            };
            view! { <span class="diff-line" data-side=kind><i>{sign}</i>{(*line).to_owned()}</span> }
        })
        .collect_view();
    view! {
        <p class="diff-note">{words}</p>
        <pre class="snippet diff" tabindex="0" aria-label="Differences from the base">{lines}</pre>
    }
    .into_any()
}

/// Why the files of a run are not all there, if they are not.
pub fn listing_note(listing: Option<&Listing>) -> Option<String> {
    match listing {
        Some(Listing::Failed(error)) => Some(format!("The files of this run could not be listed: {error}")),
        Some(Listing::Read(files, false)) => {
            Some(format!("Only the first {} files of this run are compared", count_text(files.len() as u64)))
        }
        Some(Listing::Read(_, true) | Listing::Reading) | None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deltas_carry_their_sign_and_what_they_are_part_of() {
        for (absolute, percent, text) in [
            (0.01234, Some(4.1), "+0.01234 +4.1%"),
            (-2.0, Some(-50.0), "-2 -50%"),
            (3.0, None, "+3"),
            (1e300, Some(1e9), "+1e300 +1G%"),
        ] {
            assert_eq!(delta_text(Delta { absolute, percent }), text);
        }
    }

    #[test]
    fn long_texts_are_cut_between_letters() {
        for (text, cut) in [("größe", "größ…"), ("kurz", "kurz"), ("", "")] {
            assert_eq!(first(text, 4), cut);
        }
    }
}
