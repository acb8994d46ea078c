//! Runs told apart by what they have in some columns.

use data::{
    column::{Cell, Column},
    run::RunRow,
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
    use data::run::{RunId, RunStatus};

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
