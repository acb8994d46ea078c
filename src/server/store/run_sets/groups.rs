//! Found runs in groups, by columns in memory.

use super::{Found, Lookup, Place, filter::duration, table::Picture, values::Values};
use data::{
    column::{Attribute, Column},
    groups::{GroupValue, RunGroup, Spread, Tally},
};
use std::collections::HashMap;

/// One column over the tables of what was found.
struct Slots<'a> {
    column: &'a Column,
    tables: Vec<Option<&'a Values>>,
    /// What a code of a table stands for, and the number by which all tables know it.
    slot_by_code: Vec<HashMap<u64, u32>>,
    slot_by_value: HashMap<GroupValue, u32>,
    values: Vec<GroupValue>,
}

impl<'a> Slots<'a> {
    fn new(column: &'a Column, found: &'a Found, lookup: &Lookup) -> Slots<'a> {
        let key = lookup.key(&column.field());
        let values_of = |picture: &'a Picture| picture.columns.get(&key?).map(|values| &**values);
        let tables: Vec<_> = found.pictures.iter().map(values_of).collect();
        let slot_by_code = vec![HashMap::new(); tables.len()];
        Slots { column, tables, slot_by_code, slot_by_value: HashMap::new(), values: Vec::new() }
    }

    /// A number that two runs share exactly if they have the same in this column.
    fn slot(&mut self, found: &Found, place: Place) -> u32 {
        let (table, row) = (place.0 as usize, place.1 as usize);
        let code = match (self.time(found, place), self.tables[table]) {
            (Some(millis), _) => millis.map_or(u64::MAX, |millis| (millis as f64).to_bits()),
            (None, Some(values)) => values.code(row),
            (None, None) => u64::MAX,
        };
        if let Some(&slot) = self.slot_by_code[table].get(&code) {
            return slot;
        }
        let value = match (self.time(found, place), self.tables[table]) {
            (Some(millis), _) => millis.map_or(GroupValue::Missing, |millis| GroupValue::Number(millis as f64)),
            (None, Some(values)) => values.exact(row),
            (None, None) => GroupValue::Missing,
        };
        let next = self.values.len() as u32;
        let slot = *self.slot_by_value.entry(value.clone()).or_insert(next);
        if slot == next {
            self.values.push(value);
        }
        self.slot_by_code[table].insert(code, slot);
        slot
    }

    /// The number that a run has here.
    fn number(&self, found: &Found, place: Place) -> Option<f64> {
        match self.time(found, place) {
            Some(millis) => millis.map(|millis| millis as f64),
            None => self.tables[place.0 as usize]?.number(place.1 as usize),
        }
    }

    /// The time that a run has here; `None` if the column is no time.
    fn time(&self, found: &Found, place: Place) -> Option<Option<i64>> {
        let run = found.run(place);
        match self.column {
            Column::Attribute(Attribute::Start) => Some(Some(run.start_millis)),
            Column::Attribute(Attribute::End) => Some(run.end_millis),
            Column::Attribute(Attribute::Duration) => Some(duration(run)),
            Column::Attribute(Attribute::Name | Attribute::Status | Attribute::User)
            | Column::Param(_)
            | Column::Metric(_)
            | Column::Summary(..)
            | Column::Tag(_) => None,
        }
    }
}

/// The groups of what was found by the values in `by`, in no order, with the spread of each of `columns`.
pub(super) fn groups(found: &Found, lookup: &Lookup, by: &[Column], columns: &[Column]) -> Vec<RunGroup> {
    // The group of each run so far, made finer by one column after the other.
    let mut groups: Vec<Vec<u32>> = if found.places.is_empty() { vec![] } else { vec![vec![]] };
    let mut group_of: Vec<u32> = vec![0; found.places.len()];
    let mut keys: Vec<Slots> = Vec::with_capacity(by.len());
    for column in by {
        let mut slots = Slots::new(column, found, lookup);
        let mut finer: Vec<Vec<u32>> = Vec::new();
        let mut number: HashMap<(u32, u32), u32> = HashMap::new();
        for (place, group) in found.places.iter().zip(&mut group_of) {
            let slot = slots.slot(found, *place);
            *group = *number.entry((*group, slot)).or_insert_with(|| {
                finer.push([&groups[*group as usize][..], &[slot]].concat());
                finer.len() as u32 - 1
            });
        }
        groups = finer;
        keys.push(slots);
    }
    let mut runs = vec![0; groups.len()];
    group_of.iter().for_each(|&group| runs[group as usize] += 1);
    let spreads: Vec<Vec<Spread>> =
        columns.iter().map(|column| spreads(found, lookup, column, &group_of, groups.len())).collect();
    let of = |(at, slots): (usize, Vec<u32>)| RunGroup {
        key: slots.iter().zip(&keys).map(|(&slot, key)| key.values[slot as usize].clone()).collect(),
        runs: runs[at],
        spreads: spreads.iter().map(|spreads| spreads[at].clone()).collect(),
    };
    groups.into_iter().enumerate().map(of).collect()
}

/// What the runs of each group have in `column`.
fn spreads(found: &Found, lookup: &Lookup, column: &Column, group_of: &[u32], groups: usize) -> Vec<Spread> {
    let mut slots = Slots::new(column, found, lookup);
    let mut tallies = vec![Tally::default(); groups];
    // The value that all runs of a group had so far, and whether another one came.
    let mut shared: Vec<Option<(u32, bool)>> = vec![None; groups];
    for (place, &group) in found.places.iter().zip(group_of) {
        tallies[group as usize].add(slots.number(found, *place));
        match &mut shared[group as usize] {
            Some((_, true)) => {}
            Some((slot, differ)) => *differ = slots.slot(found, *place) != *slot,
            none => *none = Some((slots.slot(found, *place), false)),
        }
    }
    let spread = |(tally, shared): (Tally, Option<(u32, bool)>)| {
        let shared = shared.filter(|(_, differ)| !differ).map(|(slot, _)| slots.values[slot as usize].clone());
        Spread { shared: shared.filter(|value| *value != GroupValue::Missing), ..tally.spread() }
    };
    tallies.into_iter().zip(shared).map(spread).collect()
}
