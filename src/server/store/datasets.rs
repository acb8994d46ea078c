//! Datasets that went into runs.

use super::{RunKey, StoreError, WriteTx};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

/// A dataset, unique in its experiment by name and digest.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dataset {
    /// Its name.
    pub name: String,
    /// A digest of its contents.
    pub digest: String,
    /// What kind of source it came from.
    pub source_type: String,
    /// Where it came from.
    pub source: String,
    /// Its columns, as the client describes them.
    pub schema: Option<String>,
    /// Its statistics, as the client describes them.
    pub profile: Option<String>,
}

/// A label on one use of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputTag {
    /// Its key, such as `mlflow.data.context`.
    pub key: String,
    /// Its value, such as `training`.
    pub value: String,
}

/// A dataset as a run used it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DatasetInput {
    /// The dataset.
    pub dataset: Dataset,
    /// Labels on this use.
    pub tags: Vec<InputTag>,
}

/// Notes that `run` used these datasets. One that it used already stays as it is.
pub fn log(tx: &mut WriteTx, run: RunKey, inputs: &[DatasetInput]) -> Result<(), StoreError> {
    for DatasetInput { dataset, tags } in inputs {
        let did = number(tx.db, run.eid, dataset)?;
        let tags = serde_json::to_string(tags).map_err(|error| StoreError::Damaged(error.to_string()))?;
        let mut insert = tx.db.prepare_cached("INSERT OR IGNORE INTO run_dataset (rid, did, tags) VALUES (?, ?, ?)")?;
        insert.execute(params![run.rid, did, tags])?;
        tx.changes.runs.insert((run.eid, run.id));
    }
    Ok(())
}

fn number(db: &Connection, eid: i64, dataset: &Dataset) -> Result<i64, StoreError> {
    let mut query = db.prepare_cached("SELECT did FROM dataset WHERE eid = ? AND name = ? AND digest = ?")?;
    let known = query.query_row(params![eid, dataset.name, dataset.digest], |row| row.get(0)).optional()?;
    if let Some(did) = known {
        return Ok(did);
    }
    let Dataset { name, digest, source_type, source, schema, profile } = dataset;
    let mut insert = db.prepare_cached(
        "INSERT INTO dataset (eid, name, digest, source_type, source, schema, profile) VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![eid, name, digest, source_type, source, schema, profile])?;
    Ok(db.last_insert_rowid())
}

/// Takes the datasets that `run` used along into the experiment `to`.
pub(super) fn move_run(tx: &mut WriteTx, run: RunKey, to: i64) -> Result<(), StoreError> {
    for DatasetInput { dataset, .. } in of_run(tx.db, run.rid)? {
        let (old, new) = (number(tx.db, run.eid, &dataset)?, number(tx.db, to, &dataset)?);
        let mut change = tx.db.prepare_cached("UPDATE run_dataset SET did = ?3 WHERE rid = ?1 AND did = ?2")?;
        change.execute([run.rid, old, new])?;
    }
    Ok(())
}

/// The datasets that the run numbered `rid` used, in order of name and digest.
pub fn of_run(db: &Connection, rid: i64) -> Result<Vec<DatasetInput>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT d.name, d.digest, d.source_type, d.source, d.schema, d.profile, u.tags
         FROM run_dataset u JOIN dataset d ON d.did = u.did WHERE u.rid = ? ORDER BY d.name, d.digest",
    )?;
    let mut rows = query.query([rid])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let dataset = Dataset {
            name: row.get(0)?,
            digest: row.get(1)?,
            source_type: row.get(2)?,
            source: row.get(3)?,
            schema: row.get(4)?,
            profile: row.get(5)?,
        };
        let tags = serde_json::from_str(row.get_ref(6)?.as_str().map_err(rusqlite::Error::from)?)
            .map_err(|error| StoreError::Damaged(format!("tags of a dataset: {error}")))?;
        found.push(DatasetInput { dataset, tags });
    }
    Ok(found)
}

/// A dataset as one experiment used it: a row of the search for datasets.
#[derive(Debug, Clone, PartialEq)]
pub struct DatasetSummary {
    /// The experiment.
    pub eid: i64,
    /// The dataset's name.
    pub name: String,
    /// Its digest.
    pub digest: String,
    /// What it was used for, if somebody said.
    pub context: Option<String>,
}

/// Every dataset of these experiments with every context of its use, at most `limit`.
pub fn search(db: &Connection, eids: &[i64], limit: u32) -> Result<Vec<DatasetSummary>, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT DISTINCT d.eid, d.name, d.digest, (
             SELECT value ->> 'value' FROM json_each(u.tags) WHERE value ->> 'key' = 'mlflow.data.context'
         ) AS context
         FROM dataset d JOIN run_dataset u ON u.did = d.did
         WHERE d.eid IN (SELECT value FROM json_each(?)) ORDER BY d.eid, d.name, d.digest, context LIMIT ?",
    )?;
    let eids = serde_json::to_string(eids).map_err(|error| StoreError::Damaged(error.to_string()))?;
    let rows = query.query_map(params![eids, limit], |row| {
        Ok(DatasetSummary { eid: row.get(0)?, name: row.get(1)?, digest: row.get(2)?, context: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
