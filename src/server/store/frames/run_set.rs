//! Which runs a panel shows, and which of them have the metric.

use crate::store::{
    StoreError, experiments, keys,
    metrics::{Head, rid_of},
    search::{self, RunQuery, View},
};
use data::{
    frame::RunSet,
    query::{Comparison, Expr, Field, RunAttribute, Test, parse_query},
    run::RunId,
};
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::BTreeSet;

/// More series than this are refused: a panel with more has nothing to show.
const MOST_SERIES: usize = 20_000;
/// More runs than this cannot be asked for by id.
const MOST_IDS: usize = 100_000;

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

/// Finds the runs of `set`, and which of them have `metric`.
pub(super) fn resolve(db: &Connection, set: &RunSet, metric: &str) -> Result<Resolved, StoreError> {
    let eids = set.experiments.iter().map(|id| known_experiment(db, id)).collect::<Result<BTreeSet<_>, _>>()?;
    let kid = keys::of_name(db, metric)?;
    let (total, members) = match (&set.runs, set.filter.trim().is_empty()) {
        (None, true) => whole_experiments(db, &eids, kid)?,
        (None, false) => {
            let rids = search::search_runs(db, &query(&eids, parsed(&set.filter)?))?;
            (rids.len() as u64, with_metric(db, &rids, kid)?)
        }
        (Some(ids), no_filter) => {
            let rids = named(db, ids, &eids, if no_filter { None } else { Some(parsed(&set.filter)?) })?;
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

fn known_experiment(db: &Connection, id: &str) -> Result<i64, StoreError> {
    let unknown = || StoreError::NotFound(format!("there is no experiment {id}"));
    Ok(experiments::get(db, id.parse().map_err(|_| unknown())?).map_err(|_| unknown())?.eid)
}

fn parsed(filter: &str) -> Result<Expr<RunAttribute>, StoreError> {
    parse_query(filter).map_err(|error| StoreError::Invalid(error.to_string()))
}

fn query(eids: &BTreeSet<i64>, filter: Expr<RunAttribute>) -> RunQuery {
    let eids = eids.iter().copied().collect();
    RunQuery { eids, filter, order: Vec::new(), view: View::Active, offset: 0, limit: u64::MAX >> 1 }
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

/// The runs of these ids that there are, in the trash too, if the filter and the experiments let them.
fn named(
    db: &Connection,
    ids: &[RunId],
    eids: &BTreeSet<i64>,
    filter: Option<Expr<RunAttribute>>,
) -> Result<Vec<i64>, StoreError> {
    if ids.len() > MOST_IDS {
        return Err(StoreError::Invalid(format!("{} runs are named, and {MOST_IDS} can be at most", ids.len())));
    }
    let ids: BTreeSet<RunId> = ids.iter().copied().collect();
    let mut find = db.prepare_cached("SELECT eid FROM run WHERE rid = ? AND uuid = ?")?;
    let (mut rids, mut theirs) = (Vec::new(), BTreeSet::new());
    for id in &ids {
        let rid = rid_of(*id);
        let eid: Option<i64> = find.query_row((rid, id.to_string()), |row| row.get(0)).optional()?;
        if let Some(eid) = eid.filter(|eid| eids.is_empty() || eids.contains(eid)) {
            rids.push(rid);
            theirs.insert(eid);
        }
    }
    let Some(filter) = filter else { return Ok(rids) };
    let texts = ids.iter().map(RunId::to_string).collect();
    let among = Comparison { field: Field::Attribute(RunAttribute::RunId), test: Test::In(true, texts) };
    let mut query = query(&theirs, Expr::All(vec![Expr::Compare(among), filter]));
    query.view = View::All;
    search::search_runs(db, &query)
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
