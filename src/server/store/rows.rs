//! Runs in bulk with all that a row says: params, latest metrics, tags.

use super::StoreError;
use data::{
    run::{LatestMetric, RunRow, RunStatus},
    series::JsonNumber,
};
use rusqlite::{CachedStatement, Connection, OptionalExtension};
use std::collections::{BTreeMap, HashMap};

/// A run with what the wire tells of it and what only the store knows.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// Its number inside the store.
    pub rid: i64,
    /// Where its artifacts lie.
    pub artifact_uri: String,
    /// What a row says.
    pub row: RunRow,
}

/// The runs numbered `rids`, in that order; numbers that no run has are left out.
///
/// `brief` leaves params, metrics and tags empty.
pub fn stored_runs(db: &Connection, rids: &[i64], brief: bool) -> Result<Vec<StoredRun>, StoreError> {
    let mut reader = Reader::new(db)?;
    let mut runs = Vec::with_capacity(rids.len());
    for &rid in rids {
        let Some(mut run) = reader.info(rid)? else { continue };
        if !brief {
            run.row.params = reader.params(rid)?;
            run.row.metrics = reader.metrics(rid)?;
            run.row.tags = reader.tags(rid)?;
        }
        runs.push(run);
    }
    Ok(runs)
}

/// As [`stored_runs`], only what the app sees.
pub fn rows(db: &Connection, rids: &[i64], brief: bool) -> Result<Vec<RunRow>, StoreError> {
    Ok(stored_runs(db, rids, brief)?.into_iter().map(|run| run.row).collect())
}

struct Reader<'a> {
    info: CachedStatement<'a>,
    params: CachedStatement<'a>,
    metrics: CachedStatement<'a>,
    tags: CachedStatement<'a>,
    names: Names<'a>,
}

impl<'a> Reader<'a> {
    fn new(db: &'a Connection) -> Result<Self, StoreError> {
        Ok(Reader {
            info: db.prepare_cached(
                "SELECT uuid, eid, name, status, user, started, ended, deleted, artifact_uri, color FROM run WHERE rid = ?",
            )?,
            params: db.prepare_cached("SELECT kid, value FROM param WHERE rid = ?")?,
            metrics: db.prepare_cached("SELECT kid, value, step, time FROM latest_metric WHERE rid = ?")?,
            tags: db.prepare_cached("SELECT kid, value FROM tag WHERE rid = ?")?,
            names: Names { query: db.prepare_cached("SELECT name FROM key WHERE kid = ?")?, known: HashMap::new() },
        })
    }

    fn info(&mut self, rid: i64) -> Result<Option<StoredRun>, StoreError> {
        let read = |row: &rusqlite::Row| -> rusqlite::Result<Result<StoredRun, StoreError>> {
            let uuid: String = row.get(0)?;
            let status: String = row.get(3)?;
            let (Ok(run_id), Some(status)) = (uuid.parse(), RunStatus::of_name(&status)) else {
                return Ok(Err(StoreError::Damaged(format!("run {uuid} with status {status}"))));
            };
            let row = RunRow {
                run_id,
                experiment_id: row.get::<_, i64>(1)?.to_string(),
                name: row.get(2)?,
                status,
                user: row.get(4)?,
                start_millis: row.get(5)?,
                end_millis: row.get(6)?,
                deleted: row.get(7)?,
                color: row.get(9)?,
                params: BTreeMap::new(),
                metrics: BTreeMap::new(),
                summaries: BTreeMap::new(),
                tags: BTreeMap::new(),
            };
            Ok(Ok(StoredRun { rid, artifact_uri: String::new(), row }))
        };
        let found = self
            .info
            .query_row([rid], |row| {
                let artifact_uri = row.get(8)?;
                Ok(read(row)?.map(|run| StoredRun { artifact_uri, ..run }))
            })
            .optional()?;
        found.transpose()
    }

    fn params(&mut self, rid: i64) -> Result<BTreeMap<String, String>, StoreError> {
        texts(&mut self.params, &mut self.names, rid)
    }

    fn tags(&mut self, rid: i64) -> Result<BTreeMap<String, String>, StoreError> {
        texts(&mut self.tags, &mut self.names, rid)
    }

    fn metrics(&mut self, rid: i64) -> Result<BTreeMap<String, LatestMetric>, StoreError> {
        let mut found = BTreeMap::new();
        let mut rows = self.metrics.query([rid])?;
        while let Some(row) = rows.next()? {
            // SQLite keeps NaN as NULL.
            let value = row.get::<_, Option<f64>>(1)?.unwrap_or(f64::NAN);
            let metric = LatestMetric { value: JsonNumber(value), step: row.get(2)?, time_millis: row.get(3)? };
            found.insert(self.names.of(row.get(0)?)?, metric);
        }
        Ok(found)
    }
}

fn texts(query: &mut CachedStatement, names: &mut Names, rid: i64) -> Result<BTreeMap<String, String>, StoreError> {
    let mut found = BTreeMap::new();
    let mut rows = query.query([rid])?;
    while let Some(row) = rows.next()? {
        found.insert(names.of(row.get(0)?)?, row.get(1)?);
    }
    Ok(found)
}

/// Names of keys, each asked for once.
struct Names<'a> {
    query: CachedStatement<'a>,
    known: HashMap<i64, String>,
}

impl Names<'_> {
    fn of(&mut self, kid: i64) -> Result<String, StoreError> {
        if let Some(name) = self.known.get(&kid) {
            return Ok(name.clone());
        }
        let name: String = self.query.query_row([kid], |row| row.get(0))?;
        self.known.insert(kid, name.clone());
        Ok(name)
    }
}
