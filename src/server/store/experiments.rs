//! Experiments and their tags.

use super::{RunKey, StoreError, WriteTx, clock::now_millis};
use data::run::RunId;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// An experiment as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Experiment {
    /// Its number; on the wire a decimal text.
    pub eid: i64,
    /// Its name, unique also among deleted ones.
    pub name: String,
    /// Where artifacts of its runs go.
    pub artifact_location: String,
    /// Whether it lies in the trash.
    pub deleted: bool,
    /// When it was made, milliseconds since 1970 UTC.
    pub created_millis: i64,
    /// When it last changed, milliseconds since 1970 UTC.
    pub updated_millis: i64,
    /// Its tags in order of their keys.
    pub tags: Vec<(String, String)>,
}

/// Makes an experiment and gives its number. Its artifacts go below the server's own root unless a
/// location is given.
pub fn create(
    tx: &mut WriteTx,
    name: &str,
    artifact_location: Option<&str>,
    tags: &[(String, String)],
) -> Result<i64, StoreError> {
    if by_name(tx.db, name)?.is_some() {
        return Err(StoreError::Exists(format!("Experiment(name={name}) already exists.")));
    }
    let now = now_millis();
    let mut insert = tx
        .db
        .prepare_cached("INSERT INTO experiment (name, artifact_location, created, updated) VALUES (?1, ?2, ?3, ?3)")?;
    insert.execute(params![name, artifact_location.unwrap_or_default(), now])?;
    let eid = tx.db.last_insert_rowid();
    if artifact_location.is_none() {
        let location = format!("mlflow-artifacts:/{eid}");
        tx.db.execute("UPDATE experiment SET artifact_location = ? WHERE eid = ?", params![location, eid])?;
    }
    for (key, value) in tags {
        write_tag(tx.db, eid, key, value)?;
    }
    Ok(eid)
}

/// The experiment numbered `eid`, also a deleted one.
pub fn get(db: &Connection, eid: i64) -> Result<Experiment, StoreError> {
    let found = one(db, "eid = ?", params![eid])?;
    found.ok_or_else(|| unknown(eid))
}

/// The experiment called `name`, also a deleted one.
pub fn by_name(db: &Connection, name: &str) -> Result<Option<Experiment>, StoreError> {
    one(db, "name = ?", params![name])
}

/// The experiment numbered `eid`; deleted ones are refused.
pub fn active(db: &Connection, eid: i64) -> Result<Experiment, StoreError> {
    let experiment = get(db, eid)?;
    match experiment.deleted {
        false => Ok(experiment),
        true => Err(StoreError::Invalid(format!(
            "The experiment {eid} must be in the 'active' state. Current state is deleted."
        ))),
    }
}

fn unknown(eid: i64) -> StoreError {
    StoreError::NotFound(format!("No Experiment with id={eid} exists"))
}

fn one(db: &Connection, condition: &str, which: impl rusqlite::Params) -> Result<Option<Experiment>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM experiment WHERE {condition}");
    let found = db.prepare_cached(&sql)?.query_row(which, of_row).optional()?;
    found.map(|experiment| with_tags(db, experiment)).transpose()
}

/// The columns that [`of_row`] reads.
pub(super) const COLUMNS: &str = "eid, name, artifact_location, deleted, created, updated";

pub(super) fn of_row(row: &Row) -> rusqlite::Result<Experiment> {
    Ok(Experiment {
        eid: row.get(0)?,
        name: row.get(1)?,
        artifact_location: row.get(2)?,
        deleted: row.get(3)?,
        created_millis: row.get(4)?,
        updated_millis: row.get(5)?,
        tags: Vec::new(),
    })
}

pub(super) fn with_tags(db: &Connection, mut experiment: Experiment) -> Result<Experiment, StoreError> {
    let mut query = db.prepare_cached("SELECT key, value FROM experiment_tag WHERE eid = ? ORDER BY key")?;
    let tags = query.query_map([experiment.eid], |row| Ok((row.get(0)?, row.get(1)?)))?;
    experiment.tags = tags.collect::<Result<_, _>>()?;
    Ok(experiment)
}

/// Renames an experiment that is not deleted.
pub fn rename(tx: &mut WriteTx, eid: i64, name: &str) -> Result<(), StoreError> {
    if get(tx.db, eid)?.deleted {
        return Err(StoreError::WrongState("Cannot rename a non-active experiment.".to_owned()));
    }
    if by_name(tx.db, name)?.is_some_and(|other| other.eid != eid) {
        return Err(StoreError::Conflict(format!("Experiment(name={name}) already exists.")));
    }
    tx.db.execute("UPDATE experiment SET name = ?, updated = ? WHERE eid = ?", params![name, now_millis(), eid])?;
    Ok(())
}

/// Puts an experiment and all its runs in the trash.
pub fn delete(tx: &mut WriteTx, eid: i64) -> Result<(), StoreError> {
    set_deleted(tx, eid, true)
}

/// Takes an experiment and all its runs out of the trash, also those that were deleted before it.
pub fn restore(tx: &mut WriteTx, eid: i64) -> Result<(), StoreError> {
    set_deleted(tx, eid, false)
}

fn set_deleted(tx: &mut WriteTx, eid: i64, deleted: bool) -> Result<(), StoreError> {
    if get(tx.db, eid)?.deleted == deleted {
        return Err(unknown(eid));
    }
    let mut moved =
        tx.db.prepare_cached("UPDATE run SET deleted = ?1 WHERE eid = ?2 AND deleted != ?1 RETURNING uuid")?;
    let uuids = moved.query_map(params![deleted, eid], |row| row.get::<_, String>(0))?;
    for uuid in uuids {
        let id: RunId = uuid?.parse().map_err(|_| StoreError::Damaged("a run id".to_owned()))?;
        tx.changes.runs.insert((eid, id));
    }
    tx.db
        .execute("UPDATE experiment SET deleted = ?, updated = ? WHERE eid = ?", params![deleted, now_millis(), eid])?;
    Ok(())
}

/// Sets a tag of an experiment that is not deleted.
pub fn set_tag(tx: &mut WriteTx, eid: i64, key: &str, value: &str) -> Result<(), StoreError> {
    active(tx.db, eid)?;
    write_tag(tx.db, eid, key, value)?;
    touch(tx.db, eid)
}

fn write_tag(db: &Connection, eid: i64, key: &str, value: &str) -> Result<(), StoreError> {
    let mut upsert = db.prepare_cached(
        "INSERT INTO experiment_tag (eid, key, value) VALUES (?1, ?2, ?3)
         ON CONFLICT (eid, key) DO UPDATE SET value = ?3",
    )?;
    upsert.execute(params![eid, key, value])?;
    Ok(())
}

/// Removes a tag of an experiment that is not deleted.
pub fn delete_tag(tx: &mut WriteTx, eid: i64, key: &str) -> Result<(), StoreError> {
    active(tx.db, eid)?;
    match tx.db.execute("DELETE FROM experiment_tag WHERE eid = ? AND key = ?", params![eid, key])? {
        0 => Err(StoreError::NotFound(format!("No tag with name: {key} in experiment with id {eid}"))),
        _ => touch(tx.db, eid),
    }
}

fn touch(db: &Connection, eid: i64) -> Result<(), StoreError> {
    db.execute("UPDATE experiment SET updated = ? WHERE eid = ?", params![now_millis(), eid])?;
    Ok(())
}

/// Where the artifacts of `run` go, in an experiment whose artifacts go to `location`.
pub(super) fn artifacts_of_run(location: &str, run: RunKey) -> String {
    format!("{}/{}/artifacts", location.trim_end_matches('/'), run.id)
}
