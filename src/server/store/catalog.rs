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

/// The metrics that the experiment's runs logged, by name.
///
/// Costs by the number of metrics and of runs in the trash, not of runs. The largest step counts runs
/// in the trash too.
pub fn metrics(db: &Connection, eid: i64) -> Result<Vec<MetricRow>, StoreError> {
    experiments::get(db, eid)?;
    let mut query = db.prepare_cached(
        "SELECT l.kid, count(*) FROM run r CROSS JOIN latest_metric l ON l.rid = r.rid
         WHERE r.eid = ? AND r.deleted = 1 GROUP BY l.kid",
    )?;
    let in_trash = query.query_map([eid], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)))?;
    let in_trash: HashMap<i64, i64> = in_trash.collect::<Result<_, _>>()?;
    let mut query = db.prepare_cached(
        "SELECT m.kid, k.name, m.runs, m.max_step FROM experiment_metric m JOIN key k ON k.kid = m.kid
         WHERE m.eid = ? ORDER BY k.name",
    )?;
    let mut rows = query.query([eid])?;
    let mut metrics = Vec::new();
    while let Some(row) = rows.next()? {
        let kid: i64 = row.get(0)?;
        let runs = row.get::<_, i64>(2)? - in_trash.get(&kid).copied().unwrap_or(0);
        if runs > 0 {
            metrics.push(MetricRow { metric: row.get(1)?, runs: runs as u64, max_step: row.get(3)? });
        }
    }
    Ok(metrics)
}
