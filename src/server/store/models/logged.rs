//! Models that runs log.

use crate::store::{StoreError, WriteTx, clock::now_millis, experiments, names};
use data::run::RunId;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The tag in which a logged model lists the versions that were made of it.
const VERSIONS_TAG: &str = "mlflow.modelVersions";

/// How far the upload of a model got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It was announced; its files may be missing.
    Pending = 1,
    /// Its files are there.
    Ready = 2,
    /// Its files could not be sent.
    Failed = 3,
}

/// A logged model as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct LoggedModel {
    /// Its number inside the store.
    pub mid: i64,
    /// Its id: `m-` and 32 hexadecimal digits.
    pub model_id: String,
    /// The experiment it belongs to.
    pub eid: i64,
    /// Its name.
    pub name: String,
    /// Where its files lie.
    pub artifact_uri: String,
    /// How far its upload got, by MLflow's number.
    pub status: i64,
    /// What kind of model it is.
    pub model_type: String,
    /// The run that made it.
    pub source_run: String,
    /// When it was made, milliseconds since 1970 UTC.
    pub created_millis: i64,
    /// When it last changed, milliseconds since 1970 UTC.
    pub updated_millis: i64,
    /// Its params in order of their keys.
    pub params: Vec<(String, String)>,
    /// Its tags in order of their keys.
    pub tags: Vec<(String, String)>,
    /// Its metrics in order of their keys and steps.
    pub metrics: Vec<ModelMetric>,
}

/// A metric of a logged model.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelMetric {
    /// The metric's full name.
    pub key: String,
    /// Its value.
    pub value: f64,
    /// The step.
    pub step: i64,
    /// When it was logged, milliseconds since 1970 UTC.
    pub time_millis: i64,
    /// The run that logged it.
    pub run: String,
    /// The dataset it was measured on, empty if nobody said.
    pub dataset_name: String,
    /// That dataset's digest.
    pub dataset_digest: String,
}

/// What a new logged model says of itself.
#[derive(Debug, Clone, Default)]
pub struct NewLoggedModel {
    /// The experiment it belongs to.
    pub eid: i64,
    /// Its name; one is made up if there is none.
    pub name: Option<String>,
    /// What kind of model it is.
    pub model_type: String,
    /// The run that makes it.
    pub source_run: String,
    /// Its params.
    pub params: Vec<(String, String)>,
    /// Its tags; of repeated keys the last one counts.
    pub tags: Vec<(String, String)>,
}

/// Makes a logged model whose id has the random bits of `id`.
pub fn create(tx: &mut WriteTx, id: RunId, new: &NewLoggedModel) -> Result<LoggedModel, StoreError> {
    let experiment = experiments::active(tx.db, new.eid)?;
    let model_id = format!("m-{id}");
    let location = experiment.artifact_location.trim_end_matches('/');
    let uri = format!("{location}/models/{model_id}/artifacts");
    let name = new.name.clone().unwrap_or_else(|| names::of_run(id));
    let now = now_millis();
    let mut insert = tx.db.prepare_cached(
        "INSERT INTO logged_model (uuid, eid, name, artifact_uri, status, model_type, source_run, created, updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)",
    )?;
    let status = Status::Pending as i64;
    insert.execute(params![model_id, new.eid, name, uri, status, new.model_type, new.source_run, now])?;
    drop(insert);
    let mid = tx.db.last_insert_rowid();
    add_params(tx.db, mid, &model_id, &new.params)?;
    write_tags(tx.db, mid, &new.tags)?;
    get(tx.db, &model_id, false)
}

fn unknown(model_id: &str) -> StoreError {
    StoreError::NotFound(format!("Logged model with ID '{model_id}' not found."))
}

/// The model whose id is written `model_id`.
pub fn get(db: &Connection, model_id: &str, also_deleted: bool) -> Result<LoggedModel, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM logged_model WHERE uuid = ? AND (deleted = 0 OR ?)");
    let mut query = db.prepare_cached(&sql)?;
    let found = query.query_row(params![model_id, also_deleted], of_row).optional()?;
    complete(db, found.ok_or_else(|| unknown(model_id))?)
}

/// The columns that [`of_row`] reads.
pub(super) const COLUMNS: &str = "mid, uuid, eid, name, artifact_uri, status, model_type, source_run, created, updated";

pub(super) fn of_row(row: &Row) -> rusqlite::Result<LoggedModel> {
    Ok(LoggedModel {
        mid: row.get(0)?,
        model_id: row.get(1)?,
        eid: row.get(2)?,
        name: row.get(3)?,
        artifact_uri: row.get(4)?,
        status: row.get(5)?,
        model_type: row.get(6)?,
        source_run: row.get(7)?,
        created_millis: row.get(8)?,
        updated_millis: row.get(9)?,
        params: Vec::new(),
        tags: Vec::new(),
        metrics: Vec::new(),
    })
}

/// Adds params, tags and metrics.
pub(super) fn complete(db: &Connection, mut model: LoggedModel) -> Result<LoggedModel, StoreError> {
    let pairs = |sql: &str| -> Result<Vec<(String, String)>, StoreError> {
        let mut query = db.prepare_cached(sql)?;
        let rows = query.query_map([model.mid], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    };
    model.params = pairs("SELECT key, value FROM logged_model_param WHERE mid = ? ORDER BY key")?;
    model.tags = pairs("SELECT key, value FROM logged_model_tag WHERE mid = ? ORDER BY key")?;
    let mut query = db.prepare_cached(
        "SELECT key, value, step, time, run, dataset_name, dataset_digest FROM logged_model_metric
         WHERE mid = ? ORDER BY key, step, run, dataset_name, dataset_digest",
    )?;
    let metrics = query.query_map([model.mid], |row| {
        Ok(ModelMetric {
            key: row.get(0)?,
            // SQLite keeps NaN as NULL.
            value: row.get::<_, Option<f64>>(1)?.unwrap_or(f64::NAN),
            step: row.get(2)?,
            time_millis: row.get(3)?,
            run: row.get(4)?,
            dataset_name: row.get(5)?,
            dataset_digest: row.get(6)?,
        })
    })?;
    model.metrics = metrics.collect::<Result<_, _>>()?;
    Ok(model)
}

/// Says how far the upload of a model got.
pub fn finish(tx: &mut WriteTx, model_id: &str, status: Status) -> Result<LoggedModel, StoreError> {
    let sql = "UPDATE logged_model SET status = ?, updated = ? WHERE uuid = ?";
    match tx.db.execute(sql, params![status as i64, now_millis(), model_id])? {
        0 => Err(unknown(model_id)),
        _ => get(tx.db, model_id, true),
    }
}

/// Puts a model in the trash; it may lie there already.
pub fn delete(tx: &mut WriteTx, model_id: &str) -> Result<(), StoreError> {
    let sql = "UPDATE logged_model SET deleted = 1, updated = ? WHERE uuid = ?";
    match tx.db.execute(sql, params![now_millis(), model_id])? {
        0 => Err(unknown(model_id)),
        _ => Ok(()),
    }
}

fn number(db: &Connection, model_id: &str) -> Result<i64, StoreError> {
    let mut query = db.prepare_cached("SELECT mid FROM logged_model WHERE uuid = ?")?;
    query.query_row([model_id], |row| row.get(0)).optional()?.ok_or_else(|| unknown(model_id))
}

/// Adds params, none of which may be there already.
pub fn log_params(tx: &mut WriteTx, model_id: &str, params: &[(String, String)]) -> Result<(), StoreError> {
    let mid = number(tx.db, model_id)?;
    add_params(tx.db, mid, model_id, params)
}

fn add_params(db: &Connection, mid: i64, model_id: &str, params: &[(String, String)]) -> Result<(), StoreError> {
    let mut insert =
        db.prepare_cached("INSERT OR IGNORE INTO logged_model_param (mid, key, value) VALUES (?, ?, ?)")?;
    for (key, value) in params {
        if insert.execute(params![mid, key, value])? == 0 {
            return Err(StoreError::Conflict(format!(
                "The param '{key}' of the logged model '{model_id}' is there already, and params are written once."
            )));
        }
    }
    Ok(())
}

/// Sets tags; others stay.
pub fn set_tags(tx: &mut WriteTx, model_id: &str, tags: &[(String, String)]) -> Result<(), StoreError> {
    let mid = number(tx.db, model_id)?;
    write_tags(tx.db, mid, tags)
}

fn write_tags(db: &Connection, mid: i64, tags: &[(String, String)]) -> Result<(), StoreError> {
    let mut upsert = db.prepare_cached(
        "INSERT INTO logged_model_tag (mid, key, value) VALUES (?1, ?2, ?3)
         ON CONFLICT (mid, key) DO UPDATE SET value = ?3",
    )?;
    for (key, value) in tags {
        upsert.execute(params![mid, key, value])?;
    }
    Ok(())
}

/// Removes a tag, which must be there.
pub fn delete_tag(tx: &mut WriteTx, model_id: &str, key: &str) -> Result<(), StoreError> {
    let mid = number(tx.db, model_id)?;
    match tx.db.execute("DELETE FROM logged_model_tag WHERE mid = ? AND key = ?", params![mid, key])? {
        0 => Err(StoreError::NotFound(format!("No tag with key '{key}' found for model with ID '{model_id}'."))),
        _ => Ok(()),
    }
}

/// Notes in the model's tag that a version of a registered model was made of it.
pub(super) fn note_version(tx: &mut WriteTx, model_id: &str, name: &str, version: i64) -> Result<(), StoreError> {
    let mid = number(tx.db, model_id)?;
    let mut query = tx.db.prepare_cached("SELECT value FROM logged_model_tag WHERE mid = ? AND key = ?")?;
    let known: Option<String> = query.query_row(params![mid, VERSIONS_TAG], |row| row.get(0)).optional()?;
    let known = known.and_then(|text| serde_json::from_str::<Vec<serde_json::Value>>(&text).ok());
    let mut versions = known.unwrap_or_default();
    versions.push(serde_json::json!({"name": name, "version": version}));
    write_tags(tx.db, mid, &[(VERSIONS_TAG.to_owned(), serde_json::Value::from(versions).to_string())])
}
