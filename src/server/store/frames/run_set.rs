//! Which runs a panel shows, and which of them have the metric.

use crate::store::{
    Store, StoreError, keys,
    metrics::{Head, rid_of},
    run_sets::{Asked, RunSets},
};
use data::{frame::RunSet, run::RunId};
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::BTreeSet;

/// More series than this are refused: a panel with more has nothing to show.
const MOST_SERIES: usize = 20_000;

/// A run that has the metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Member {
    pub rid: i64,
    pub id: RunId,
    pub start_millis: i64,
}

/// The runs that a panel shows.
#[derive(Debug)]
pub(super) struct Resolved {
    /// How many, with or without the metric.
    pub total: u64,
    /// The metric's number, if anything has that name.
    pub kid: Option<i64>,
    /// Those that have the metric.
    pub members: Vec<Member>,
}

/// Finds the runs of `set`, and which of them have `metric`. `db` is in no transaction.
pub(super) fn resolve(store: &Store, db: &Connection, set: &RunSet, metric: &str) -> Result<Resolved, StoreError> {
    let kid = keys::of_name(db, metric)?;
    let asked = Asked::of(db, set)?;
    let simple = set.filter.trim().is_empty() && set.within.is_empty() && set.brushes.is_empty() && !set.trash;
    let (total, members) = match (&set.runs, simple) {
        (None, true) => whole_experiments(db, &asked.eids, kid)?,
        (Some(ids), true) => {
            let rids = named(db, ids, &asked.eids)?;
            (rids.len() as u64, with_metric(db, &rids, kid)?)
        }
        (_, false) => {
            let rids = RunSets { store, db }.rids(&asked)?;
            (rids.len() as u64, with_metric(db, &rids, kid)?)
        }
    };
    if members.len() > MOST_SERIES {
        return Err(StoreError::Invalid(format!(
            "{} runs have this metric, and one panel shows {MOST_SERIES} at most: narrow the run set",
            members.len()
        )));
    }
    Ok(Resolved { total, kid, members })
}

/// About how many points the chunks of the members hold, and exactly how many their heads do.
pub(super) fn points_about(db: &Connection, members: &[(Member, Head)], kid: i64) -> Result<u64, StoreError> {
    const SAMPLE: usize = 16;
    let mut query = db.prepare_cached("SELECT coalesce(sum(n), 0) FROM chunk WHERE rid = ? AND kid = ?")?;
    let (mut in_chunks, mut sampled) = (0, 0);
    for (member, _) in members.iter().step_by(members.len() / SAMPLE + 1) {
        in_chunks += query.query_row([member.rid, kid], |row| row.get::<_, i64>(0))? as u64;
        sampled += 1;
    }
    let in_heads: usize = members.iter().filter_map(|(_, head)| head.as_ref()).map(|head| head.len()).sum();
    Ok(in_chunks * members.len() as u64 / sampled.max(1) + in_heads as u64)
}

fn member_of_row(row: &Row) -> rusqlite::Result<Member> {
    let uuid: String = row.get(1)?;
    let id = uuid.parse().expect("a stored run id is 32 digits");
    Ok(Member { rid: row.get(0)?, id, start_millis: row.get(2)? })
}

/// All runs of the experiments that are not in the trash.
fn whole_experiments(
    db: &Connection,
    eids: &BTreeSet<i64>,
    kid: Option<i64>,
) -> Result<(u64, Vec<Member>), StoreError> {
    let mut count = db.prepare_cached("SELECT count(*) FROM run WHERE eid = ? AND deleted = 0")?;
    let mut having = db.prepare_cached(
        "SELECT r.rid, r.uuid, r.started FROM latest_metric l INDEXED BY latest_metric_by_value
         CROSS JOIN run r ON r.rid = l.rid WHERE l.eid = ? AND l.kid = ? AND r.deleted = 0",
    )?;
    let (mut total, mut members) = (0, Vec::new());
    for &eid in eids {
        total += count.query_row([eid], |row| row.get::<_, i64>(0))? as u64;
        if let Some(kid) = kid {
            for member in having.query_map([eid, kid], member_of_row)? {
                members.push(member?);
            }
        }
    }
    Ok((total, members))
}

/// The runs of these ids that there are in the experiments, in the trash too.
fn named(db: &Connection, ids: &[RunId], eids: &BTreeSet<i64>) -> Result<Vec<i64>, StoreError> {
    let ids: BTreeSet<RunId> = ids.iter().copied().collect();
    let mut find = db.prepare_cached("SELECT eid FROM run WHERE rid = ? AND uuid = ?")?;
    let mut rids = Vec::new();
    for id in &ids {
        let rid = rid_of(*id);
        let eid: Option<i64> = find.query_row((rid, id.to_string()), |row| row.get(0)).optional()?;
        rids.extend(eid.filter(|eid| eids.contains(eid)).map(|_| rid));
    }
    Ok(rids)
}

/// Those of `rids` that have the metric.
fn with_metric(db: &Connection, rids: &[i64], kid: Option<i64>) -> Result<Vec<Member>, StoreError> {
    let Some(kid) = kid else { return Ok(Vec::new()) };
    let mut find = db.prepare_cached(
        "SELECT r.rid, r.uuid, r.started FROM latest_metric l JOIN run r ON r.rid = l.rid
         WHERE l.rid = ? AND l.kid = ?",
    )?;
    let mut members = Vec::new();
    for &rid in rids {
        members.extend(find.query_row([rid, kid], member_of_row).optional()?);
    }
    Ok(members)
}
