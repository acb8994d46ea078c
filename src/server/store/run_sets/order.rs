//! Found runs in order.

use super::{Found, Lookup, Place, filter::duration, values::Values};
use data::{
    column::Cell,
    query::{Field, OrderKey, RunAttribute},
};
use std::cmp::Ordering;

/// Which of two runs comes first, by one sort key.
struct Key<'a> {
    by: By<'a>,
    descending: bool,
}

enum By<'a> {
    /// By their values in the column of each table; `None` where no run of a table has any.
    Values(Vec<Option<&'a Values>>),
    Start,
    End,
    Duration,
    Id,
}

/// Puts `places` in order and keeps the window. The first key weighs most; ties go by start, newest first, then by id.
/// NaN and nothing come last, whatever the direction.
pub(super) fn window(
    found: &Found,
    lookup: &Lookup,
    order: &[OrderKey<RunAttribute>],
    (offset, limit): (usize, usize),
) -> Vec<Place> {
    let keys: Vec<Key> = order.iter().filter_map(|key| Key::of(key, found, lookup)).collect();
    let compare = |a: &Place, b: &Place| {
        let by_keys = keys.iter().map(|key| key.compare(found, *a, *b)).find(|order| order.is_ne());
        by_keys.unwrap_or_else(|| {
            let (a, b) = (found.run(*a), found.run(*b));
            b.start_millis.cmp(&a.start_millis).then(a.id.cmp(&b.id))
        })
    };
    let mut places = found.places.clone();
    let end = offset.saturating_add(limit).min(places.len());
    // Of many runs only the window needs its order.
    if 0 < end && end < places.len() {
        places.select_nth_unstable_by(end - 1, compare);
        places.truncate(end);
    }
    places.sort_unstable_by(compare);
    places.truncate(end);
    places.drain(..offset.min(end));
    places
}

impl<'a> Key<'a> {
    /// `None` for what runs have no order by.
    fn of(key: &OrderKey<RunAttribute>, found: &'a Found, lookup: &Lookup) -> Option<Key<'a>> {
        let by = match &key.field {
            Field::Attribute(RunAttribute::StartTime) => By::Start,
            Field::Attribute(RunAttribute::EndTime) => By::End,
            Field::Attribute(RunAttribute::Duration) => By::Duration,
            Field::Attribute(RunAttribute::RunId) => By::Id,
            Field::Dataset(_) => return None,
            Field::Attribute(
                RunAttribute::RunName | RunAttribute::UserId | RunAttribute::Status | RunAttribute::ArtifactUri,
            )
            | Field::Metric(_)
            | Field::Summary(..)
            | Field::Param(_)
            | Field::Tag(_) => {
                // A key that nothing has leaves the order as it is.
                let key = lookup.key(&key.field)?;
                By::Values(
                    found.pictures.iter().map(|picture| picture.columns.get(&key).map(|values| &**values)).collect(),
                )
            }
        };
        Some(Key { by, descending: key.descending })
    }

    fn compare(&self, found: &Found, a: Place, b: Place) -> Ordering {
        let whole = |n: Option<i64>| n.map_or(Cell::Missing, |n| Cell::Number(n as f64));
        let (run_a, run_b) = (found.run(a), found.run(b));
        let (cell_a, cell_b) = match &self.by {
            By::Values(columns) => {
                let cell =
                    |(table, row): Place| columns[table as usize].map_or(Cell::Missing, |v| v.cell(row as usize));
                (cell(a), cell(b))
            }
            By::Start => (whole(Some(run_a.start_millis)), whole(Some(run_b.start_millis))),
            By::End => (whole(run_a.end_millis), whole(run_b.end_millis)),
            By::Duration => (whole(duration(run_a)), whole(duration(run_b))),
            By::Id => {
                let rising = run_a.id.cmp(&run_b.id);
                return if self.descending { rising.reverse() } else { rising };
            }
        };
        cell_a.order(cell_b, self.descending)
    }
}
