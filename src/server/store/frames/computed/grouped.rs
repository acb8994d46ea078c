//! Runs drawn as one.

use super::{Drawn, in_parallel, place::Placed, shares};
use crate::store::{Store, StoreError, rows::Told, run_sets::RunSets};
use data::{
    column::Column,
    frame::{FrameGroup, GroupRequest},
    group::{self, GroupLook},
    groups::GroupValue,
    run::RunId,
    thin::Buckets,
};
use rusqlite::Connection;
use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
};

/// More groups than this are refused: a panel with more has nothing to show.
const MOST_GROUPS: usize = 1_000;

/// What the runs of a group share, and which runs they are.
pub(super) type Key = (Vec<GroupValue>, Vec<RunId>);

/// The groups of `placed` by what they have in the columns of `group` and by its run sets, in order.
pub(super) fn keys(
    store: &Store,
    db: &Connection,
    group: &GroupRequest,
    placed: &[Placed],
) -> Result<Vec<Key>, StoreError> {
    let of_sets = group.sets.iter().enumerate();
    // A run of two sets is of the first.
    let set_of: HashMap<RunId, usize> =
        of_sets.rev().flat_map(|(at, runs)| runs.iter().map(move |run| (*run, at))).collect();
    let columns: Vec<Column> = group.by.iter().map(|column| column.resolved(&BTreeMap::new())).collect();
    let rids: Vec<i64> = placed.iter().map(|one| one.member.rid).collect();
    let mut runs_by_key: HashMap<Vec<GroupValue>, Vec<RunId>> = HashMap::new();
    for row in (RunSets { store, db }).rows(&rids, &Told::Columns(columns.clone()))? {
        let mut key: Vec<GroupValue> = columns.iter().map(|column| GroupValue::of(column, &row)).collect();
        if !group.sets.is_empty() {
            let Some(set) = set_of.get(&row.run_id) else { continue };
            key.push(GroupValue::Number(*set as f64));
        }
        runs_by_key.entry(key).or_default().push(row.run_id);
        if runs_by_key.len() > MOST_GROUPS {
            return Err(StoreError::Invalid(format!(
                "these columns make more than {MOST_GROUPS} groups, which a panel cannot show: group by columns in which \
                 more runs are alike"
            )));
        }
    }
    let mut keys: Vec<Key> = runs_by_key.into_iter().collect();
    keys.sort_by(|(a, _), (b, _)| {
        let in_order = a.iter().zip(b).map(|(a, b)| a.order(b, false));
        in_order.fold(Ordering::Equal, Ordering::then)
    });
    Ok(keys)
}

/// The groups that have something to draw.
pub(super) fn groups(
    keys: Vec<Key>,
    drawn: &[Drawn],
    look: GroupLook,
    buckets: Buckets,
    range: Option<[i64; 2]>,
) -> Result<Vec<FrameGroup>, StoreError> {
    let drawn_by_run: BTreeMap<RunId, &Drawn> = drawn.iter().map(|one| (one.series.run_id, one)).collect();
    let numbered: Vec<(usize, Key)> = keys.into_iter().enumerate().collect();
    let made = in_parallel(shares(numbered, u64::MAX), |share| {
        let make = |(at, (key, mut runs)): (usize, Key)| {
            runs.retain(|run| drawn_by_run.contains_key(run));
            runs.sort_unstable();
            let members: Vec<&Drawn> = runs.iter().map(|run| drawn_by_run[run]).collect();
            (!members.is_empty()).then(|| (at, of_members(key, runs, &members, look, buckets, range)))
        };
        Ok(share.into_iter().filter_map(make).collect::<Vec<_>>())
    })?;
    let mut made: Vec<(usize, FrameGroup)> = made.into_iter().flatten().collect();
    made.sort_unstable_by_key(|(at, _)| *at);
    Ok(made.into_iter().map(|(_, group)| group).collect())
}

fn of_members(
    key: Vec<GroupValue>,
    runs: Vec<RunId>,
    members: &[&Drawn],
    look: GroupLook,
    buckets: Buckets,
    range: Option<[i64; 2]>,
) -> FrameGroup {
    let summed: Vec<group::Member> = members
        .iter()
        .map(|one| {
            let points = &one.placed.points;
            group::Member { points, values: one.smoothed.as_deref().unwrap_or(&points.y) }
        })
        .collect();
    let of_all = |count: fn(&Drawn) -> u64| members.iter().map(|one| count(one)).sum();
    FrameGroup {
        key,
        runs,
        held: of_all(|one| one.series.held),
        non_finite: of_all(|one| one.series.non_finite),
        unplaced: of_all(|one| one.series.unplaced),
        min: members.iter().map(|one| one.series.min).fold(f64::NAN, f64::min),
        max: members.iter().map(|one| one.series.max).fold(f64::NAN, f64::max),
        line: group::line(&summed, look, buckets, range),
    }
}
