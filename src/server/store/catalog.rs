//! What there is: experiments as rows, and the metrics of an experiment.

use super::{StoreError, experiments};
use data::run::{ExperimentRow, MetricRow};
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::HashMap;

/// The columns of [`row_of`], from `experiment e`. Counts come from indexes, whatever the number of runs.
const COLUMNS: &str = "
    e.eid, e.name,
    (SELECT t.value FROM experiment_tag t WHERE t.eid = e.eid AND t.key = 'mlflow.note.content'),
    (SELECT count(*) FROM run r WHERE r.eid = e.eid AND r.deleted = 0),
    (SELECT count(*) FROM run r WHERE r.eid = e.eid AND r.deleted = 0 AND r.status = 'RUNNING'),
    max(e.updated,
        coalesce((SELECT max(r.started) FROM run r WHERE r.eid = e.eid AND r.deleted = 0), 0),
        coalesce((SELECT max(r.ended) FROM run r WHERE r.eid = e.eid AND r.deleted = 0 AND r.ended NOT NULL), 0))";

/// The experiments that are not in the trash and have `part` in their name, newest change first.
pub fn experiments(db: &Connection, part: &str) -> Result<Vec<ExperimentRow>, StoreError> {
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM experiment e WHERE e.deleted = 0 AND instr(lower(e.name), lower(?)) ORDER BY 6 DESC, 1"
    ))?;
    let rows = query.query_map([part], row_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// One experiment, also one in the trash.
pub fn experiment(db: &Connection, eid: i64) -> Result<ExperimentRow, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM experiment e WHERE e.eid = ?"))?;
    let found = query.query_row([eid], row_of).optional()?;
    found.ok_or_else(|| StoreError::NotFound(format!("there is no experiment {eid}")))
}

fn row_of(row: &Row) -> rusqlite::Result<ExperimentRow> {
    Ok(ExperimentRow {
        experiment_id: row.get::<_, i64>(0)?.to_string(),
        name: row.get(1)?,
        description: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        runs: row.get::<_, i64>(3)? as u64,
        running: row.get::<_, i64>(4)? as u64,
        updated_millis: row.get(5)?,
    })
}

/// The metrics that the experiment's runs logged, by name; runs in the trash are left out.
///
/// Costs by the number of metrics and of runs in the trash, and where a run in the trash went farthest also by the
/// runs that logged that metric.
pub fn metrics(db: &Connection, eid: i64) -> Result<Vec<MetricRow>, StoreError> {
    experiments::get(db, eid)?;
    let mut query = db.prepare_cached(
        "SELECT l.kid, count(*), max(l.step) FROM run r CROSS JOIN latest_metric l ON l.rid = r.rid
         WHERE r.eid = ? AND r.deleted = 1 GROUP BY l.kid",
    )?;
    let in_trash = query.query_map([eid], |row| Ok((row.get::<_, i64>(0)?, (row.get(1)?, row.get(2)?))))?;
    let in_trash: HashMap<i64, (i64, i64)> = in_trash.collect::<Result<_, _>>()?;
    let mut query = db.prepare_cached(
        "SELECT m.kid, k.name, m.runs, m.max_step FROM experiment_metric m JOIN key k ON k.kid = m.kid
         WHERE m.eid = ? ORDER BY k.name",
    )?;
    let mut rows = query.query([eid])?;
    let mut metrics = Vec::new();
    while let Some(row) = rows.next()? {
        let (kid, mut max_step): (i64, i64) = (row.get(0)?, row.get(3)?);
        let (trashed, trashed_step) = in_trash.get(&kid).copied().unwrap_or((0, i64::MIN));
        let runs = row.get::<_, i64>(2)? - trashed;
        if runs <= 0 {
            continue;
        }
        if trashed > 0 && trashed_step >= max_step {
            max_step = largest_step(db, eid, kid, max_step)?;
        }
        metrics.push(MetricRow { metric: row.get(1)?, runs: runs as u64, max_step });
    }
    Ok(metrics)
}

/// The largest step of a metric among the runs that are not in the trash, where it is `bound` at most.
fn largest_step(db: &Connection, eid: i64, kid: i64, bound: i64) -> Result<i64, StoreError> {
    let active =
        "FROM latest_metric l CROSS JOIN run r ON r.rid = l.rid WHERE l.eid = ?1 AND l.kid = ?2 AND r.deleted = 0";
    // Most often another run went as far, and is soon found.
    if db.prepare_cached(&format!("SELECT 1 {active} AND l.step >= ?3 LIMIT 1"))?.exists([eid, kid, bound])? {
        return Ok(bound);
    }
    let mut query = db.prepare_cached(&format!("SELECT coalesce(max(l.step), ?3) {active}"))?;
    Ok(query.query_row([eid, kid, bound], |row| row.get(0))?)
}
