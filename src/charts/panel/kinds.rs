//! Runs told apart by what they have in some columns.

use data::{
    column::{Attribute, Cell, Column},
    groups::GroupValue,
    run::{LatestMetric, RunRow, RunStatus},
    series::JsonNumber,
};
use std::collections::{BTreeMap, BTreeSet};

/// How many params that differ a legend names.
const MOST_DIFFERING: usize = 3;

/// What a run has in a column, in words.
pub(super) fn value_of(column: &Column, row: &RunRow) -> Option<String> {
    match column.cell(row) {
        Cell::Missing => None,
        Cell::Text(text) => Some(text.to_owned()),
        Cell::Number(y) => Some(crate::format::value_text(y)),
    }
}

/// A column and what a run has in it: a number needs its name, a text speaks for itself.
pub(super) fn detail(column: &Column, row: &RunRow) -> String {
    match (value_of(column, row), column.cell(row)) {
        (None, _) => format!("no {}", column.title()),
        (Some(value), Cell::Number(_)) => format!("{} {value}", column.title()),
        (Some(value), _) => value,
    }
}

/// What the runs of a group share.
pub(super) fn group_name(by: &[Column], row: &RunRow) -> String {
    by.iter().map(|column| detail(column, row)).collect::<Vec<_>>().join(", ")
}

/// A run that has only what the runs of a group share, for groups of which no run is at hand.
pub(super) fn row_of_key(by: &[Column], key: &[GroupValue]) -> RunRow {
    let mut row = RunRow::default();
    for (column, value) in by.iter().zip(key) {
        let (text, number) = match value {
            GroupValue::Missing => continue,
            GroupValue::Text(text) => (text.clone(), f64::NAN),
            GroupValue::Number(y) => (y.to_string(), *y),
        };
        match column {
            Column::Param(name) => drop(row.params.insert(name.clone(), text)),
            Column::Tag(name) => drop(row.tags.insert(name.clone(), text)),
            Column::Metric(name) => {
                let latest = LatestMetric { value: JsonNumber(number), step: 0, time_millis: 0 };
                row.metrics.insert(name.clone(), latest);
            }
            Column::Summary(..) => drop(row.summaries.insert(column.clone(), JsonNumber(number))),
            Column::Attribute(Attribute::Name) => row.name = text,
            Column::Attribute(Attribute::User) => row.user = text,
            Column::Attribute(Attribute::Status) => row.status = RunStatus::of_name(&text).unwrap_or_default(),
            Column::Attribute(Attribute::Start) => row.start_millis = number as i64,
            Column::Attribute(Attribute::End) => row.end_millis = Some(number as i64),
            // Counted from when it started, which is 1970 here.
            Column::Attribute(Attribute::Duration) => row.end_millis = Some(row.start_millis + number as i64),
        }
    }
    row
}

/// The params in which `rows` differ and that most of them share with others, the fewest kinds first.
pub fn differing_params(rows: &[&RunRow]) -> Vec<Column> {
    let names: BTreeSet<&String> = rows.iter().flat_map(|row| row.params.keys()).collect();
    let mut found: Vec<(usize, Column)> = names
        .into_iter()
        .map(|name| Column::Param(name.clone()))
        .filter(|column| column.differs(rows.iter().copied()))
        .map(|column| {
            // Not as words: to write a thousand numbers takes longer than to draw their lines.
            let kinds = rows.iter().map(|row| match column.cell(row) {
                Cell::Missing => (None, None),
                Cell::Text(text) => (Some(text), None),
                Cell::Number(y) => (None, Some(y.to_bits())),
            });
            let kinds = kinds.collect::<BTreeSet<_>>();
            (kinds.len(), column.clone())
        })
        .filter(|(kinds, _)| rows.len() <= 3 || *kinds < rows.len())
        .collect();
    found.sort();
    found.into_iter().take(MOST_DIFFERING).map(|(_, column)| column).collect()
}

/// Runs by what they have in some columns.
pub(super) struct Kinds {
    by: Vec<Column>,
    places: BTreeMap<Vec<Option<String>>, usize>,
    /// What each kind is called; one without a name if there are none.
    pub names: Vec<String>,
}

impl Kinds {
    /// The kinds of `rows` in order, at most so many: what is beyond shares the last place.
    pub fn of(rows: &[&RunRow], by: &[Column], most: usize) -> Kinds {
        if by.is_empty() {
            return Kinds { by: Vec::new(), places: BTreeMap::new(), names: vec![String::new()] };
        }
        let mut kinds: Vec<(&RunRow, Vec<Option<String>>)> = rows.iter().map(|row| (*row, key(by, row))).collect();
        kinds.sort_by(|(a, _), (b, _)| {
            let order = by.iter().map(|column| column.cell(a).order(column.cell(b), false));
            order.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
        });
        kinds.dedup_by(|a, b| a.1 == b.1);
        let mut names: Vec<String> = kinds.iter().take(most).map(|(row, _)| group_name(by, row)).collect();
        if kinds.len() > most {
            names[most - 1] = format!("{} others", kinds.len() + 1 - most);
        }
        let places = kinds.into_iter().enumerate().map(|(at, (_, key))| (key, at.min(most - 1))).collect();
        if names.is_empty() {
            names.push(String::new());
        }
        Kinds { by: by.to_vec(), places, names }
    }

    /// The kind that a run is of.
    pub fn place(&self, row: &RunRow) -> usize {
        if self.by.is_empty() { 0 } else { self.places.get(&key(&self.by, row)).copied().unwrap_or(0) }
    }
}

fn key(by: &[Column], row: &RunRow) -> Vec<Option<String>> {
    by.iter().map(|column| value_of(column, row)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::run::RunId;

    #[test]
    fn a_group_without_runs_at_hand_has_what_its_runs_share() {
        let (text, number) = (GroupValue::Text("adam".into()), GroupValue::Number(0.125));
        let by = |names: &[&str]| names.iter().map(|name| name.parse().expect(name)).collect::<Vec<Column>>();
        for (names, key) in [
            (&["params.opt", "params.lr"][..], vec![text.clone(), GroupValue::Text("0.125".into())]),
            (&["tags.team", "params.lr"], vec![text.clone(), GroupValue::Missing]),
            (&["metrics.loss", "metrics@min.loss"], vec![number.clone(), number.clone()]),
            (&["attributes.user_id", "attributes.status"], vec![text, GroupValue::Text("FAILED".into())]),
            (&["attributes.duration"], vec![GroupValue::Number(90_000.0)]),
        ] {
            let by = by(names);
            let row = row_of_key(&by, &key);
            assert_eq!(by.iter().map(|by| GroupValue::of(by, &row)).collect::<Vec<_>>(), key, "{names:?}");
        }
    }

    #[test]
    fn too_many_kinds_share_the_last_one() {
        let row = |at: u32| RunRow {
            run_id: RunId(u128::from(at)),
            experiment_id: "1".into(),
            name: format!("run {at}"),
            status: RunStatus::Finished,
            color: at,
            params: [("seed".to_owned(), at.to_string())].into(),
            ..RunRow::default()
        };
        let rows: Vec<_> = (0..20).map(row).collect();
        let kinds = Kinds::of(&rows.iter().collect::<Vec<_>>(), &[Column::Param("seed".into())], 12);
        assert_eq!((kinds.names.len(), kinds.names[11].as_str()), (12, "9 others"));
        assert_eq!((kinds.place(&rows[2]), kinds.place(&rows[19])), (2, 11));
    }
}
