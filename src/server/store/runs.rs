//! Runs: making, changing, the trash.

use super::{RunKey, StoreError, WriteTx, clock::now_millis, experiments, metrics::rid_of, names, values};
use data::run::{RunId, RunStatus};
use rusqlite::{Connection, OptionalExtension, params};

/// The tag that mirrors a run's name.
pub const NAME_TAG: &str = "mlflow.runName";

/// What a new run says of itself.
#[derive(Debug, Clone, Default)]
pub struct NewRun {
    /// The experiment it belongs to.
    pub eid: i64,
    /// Its name; one is made up if neither this nor the tag `mlflow.runName` names it.
    pub name: Option<String>,
    /// Who logs it.
    pub user: String,
    /// When it started, milliseconds since 1970 UTC; now if not given.
    pub start_millis: Option<i64>,
    /// Its first tags.
    pub tags: Vec<(String, String)>,
}

/// Makes a run whose id is `id`, which must be random.
pub fn create(tx: &mut WriteTx, id: RunId, new: &NewRun) -> Result<RunKey, StoreError> {
    let experiment = experiments::active(tx.db, new.eid)?;
    let tagged = new.tags.iter().rev().find(|(key, value)| key == NAME_TAG && !value.is_empty()).map(|(_, name)| name);
    let given = new.name.as_ref().filter(|name| !name.is_empty());
    if let (Some(name), Some(tag)) = (given, tagged)
        && name != tag
    {
        return Err(StoreError::Invalid(format!(
            "Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values \
             (run_name='{name}', mlflow.runName='{tag}')."
        )));
    }
    let name = given.or(tagged).cloned().unwrap_or_else(|| names::of_run(id));
    let run = RunKey { rid: rid_of(id), eid: new.eid, id };
    let mut count = tx
        .db
        .prepare_cached("UPDATE experiment SET runs_made = runs_made + 1 WHERE eid = ? RETURNING runs_made - 1")?;
    let color: i64 = count.query_row([run.eid], |row| row.get(0))?;
    drop(count);
    let mut insert = tx.db.prepare_cached(
        "INSERT INTO run (rid, uuid, eid, name, user, status, started, artifact_uri, color)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    insert.execute(params![
        run.rid,
        id.to_string(),
        run.eid,
        name,
        new.user,
        RunStatus::Running.name(),
        new.start_millis.unwrap_or_else(now_millis),
        experiments::artifacts_of_run(&experiment.artifact_location, run),
        color,
    ])?;
    drop(insert);
    for (key, value) in &new.tags {
        values::write_tag(tx, run, key, value)?;
    }
    values::write_tag(tx, run, NAME_TAG, &name)?;
    tx.changes.runs.insert((run.eid, id));
    Ok(run)
}

/// The run whose id is written `id`, also a deleted one.
pub fn find(db: &Connection, id: &str) -> Result<RunKey, StoreError> {
    Ok(look_up(db, id)?.0)
}

/// The run whose id is written `id`; deleted ones are refused.
pub fn active(db: &Connection, id: &str) -> Result<RunKey, StoreError> {
    match look_up(db, id)? {
        (run, false) => Ok(run),
        (run, true) => Err(StoreError::Invalid(format!(
            "The run {} must be in the 'active' state. Current state is deleted.",
            run.id
        ))),
    }
}

/// Whether the run whose id is written `id` lies in the trash.
pub(super) fn is_deleted(db: &Connection, id: &str) -> Result<bool, StoreError> {
    Ok(look_up(db, id)?.1)
}

fn look_up(db: &Connection, written: &str) -> Result<(RunKey, bool), StoreError> {
    let unknown = || StoreError::NotFound(format!("Run with id={written} not found"));
    let id: RunId = written.parse().map_err(|_| unknown())?;
    let rid = rid_of(id);
    let mut query = db.prepare_cached("SELECT eid, deleted FROM run WHERE rid = ? AND uuid = ?")?;
    let found = query.query_row(params![rid, id.to_string()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    let (eid, deleted) = found.ok_or_else(unknown)?;
    Ok((RunKey { rid, eid, id }, deleted))
}

/// What can change in a run; what is `None` stays.
#[derive(Debug, Clone, Default)]
pub struct RunUpdate {
    /// What became of it.
    pub status: Option<RunStatus>,
    /// When it ended, milliseconds since 1970 UTC.
    pub end_millis: Option<i64>,
    /// Its name.
    pub name: Option<String>,
}

/// Changes a run that is not deleted.
pub fn update(tx: &mut WriteTx, id: &str, update: &RunUpdate) -> Result<RunKey, StoreError> {
    let run = active(tx.db, id)?;
    let mut change = tx
        .db
        .prepare_cached("UPDATE run SET status = coalesce(?, status), ended = coalesce(?, ended) WHERE rid = ?")?;
    change.execute(params![update.status.map(RunStatus::name), update.end_millis, run.rid])?;
    drop(change);
    if let Some(name) = update.name.as_ref().filter(|name| !name.is_empty()) {
        values::set_tag(tx, run, NAME_TAG, name)?;
    }
    tx.changes.runs.insert((run.eid, run.id));
    Ok(run)
}

/// Puts a run in the trash; it may lie there already.
pub fn delete(tx: &mut WriteTx, id: &str) -> Result<(), StoreError> {
    set_deleted(tx, id, true)
}

/// Takes a run out of the trash; it may be out already.
pub fn restore(tx: &mut WriteTx, id: &str) -> Result<(), StoreError> {
    set_deleted(tx, id, false)
}

fn set_deleted(tx: &mut WriteTx, id: &str, deleted: bool) -> Result<(), StoreError> {
    let run = find(tx.db, id)?;
    tx.db.prepare_cached("UPDATE run SET deleted = ? WHERE rid = ?")?.execute(params![deleted, run.rid])?;
    tx.changes.runs.insert((run.eid, run.id));
    Ok(())
}

/// Where the artifacts of the run whose id is written `id` lie.
pub fn artifact_uri(db: &Connection, id: &str) -> Result<String, StoreError> {
    let run = find(db, id)?;
    let mut query = db.prepare_cached("SELECT artifact_uri FROM run WHERE rid = ?")?;
    Ok(query.query_row([run.rid], |row| row.get(0))?)
}
