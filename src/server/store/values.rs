//! Params, which are written once, and tags, which can change.

use super::{RunKey, StoreError, WriteTx, keys, runs::NAME_TAG};
use rusqlite::{Connection, OptionalExtension, params};

/// A param that was refused because it has another value already.
struct Conflict<'a> {
    key: &'a str,
    old: String,
    new: &'a str,
}

/// Writes one param of `run`. The same value again is fine, another one is refused.
pub fn log_param(tx: &mut WriteTx, run: RunKey, key: &str, value: &str) -> Result<(), StoreError> {
    match write_param(tx, run, key, value)? {
        None => Ok(()),
        Some(Conflict { old, .. }) => Err(StoreError::Invalid(format!(
            "Changing param values is not allowed. Param with key='{key}' was already logged with value='{old}' \
             for run ID='{}'. Attempted logging new value '{value}'.",
            run.id
        ))),
    }
}

/// Writes params of `run`; one that has another value already keeps all of them out.
pub fn log_params(tx: &mut WriteTx, run: RunKey, params: &[(String, String)]) -> Result<(), StoreError> {
    let mut conflicts = Vec::new();
    for (key, value) in params {
        conflicts.extend(write_param(tx, run, key, value)?);
    }
    if conflicts.is_empty() {
        return Ok(());
    }
    let told: Vec<String> = conflicts
        .iter()
        .map(|c| format!("{{'key': '{}', 'old_value': '{}', 'new_value': '{}'}}", c.key, c.old, c.new))
        .collect();
    Err(StoreError::Invalid(format!(
        "Changing param values is not allowed. Params were already logged='[{}]' for run ID='{}'.",
        told.join(", "),
        run.id
    )))
}

fn write_param<'a>(
    tx: &mut WriteTx,
    run: RunKey,
    key: &'a str,
    value: &'a str,
) -> Result<Option<Conflict<'a>>, StoreError> {
    let kid = keys::number(tx, key)?;
    let mut insert = tx.db.prepare_cached("INSERT OR IGNORE INTO param (rid, kid, eid, value) VALUES (?, ?, ?, ?)")?;
    if insert.execute(params![run.rid, kid, run.eid, value])? == 1 {
        tx.changes.runs.insert((run.eid, run.id));
        return Ok(None);
    }
    let mut query = tx.db.prepare_cached("SELECT value FROM param WHERE rid = ? AND kid = ?")?;
    let old: String = query.query_row(params![run.rid, kid], |row| row.get(0))?;
    Ok((old != value).then_some(Conflict { key, old, new: value }))
}

/// Sets a tag of `run`. The tag `mlflow.runName` renames the run.
pub fn set_tag(tx: &mut WriteTx, run: RunKey, key: &str, value: &str) -> Result<(), StoreError> {
    write_tag(tx, run, key, value)?;
    if key == NAME_TAG && !value.is_empty() {
        tx.db.prepare_cached("UPDATE run SET name = ? WHERE rid = ?")?.execute(params![value, run.rid])?;
    }
    tx.changes.runs.insert((run.eid, run.id));
    Ok(())
}

/// Writes a tag and nothing else.
pub(super) fn write_tag(tx: &mut WriteTx, run: RunKey, key: &str, value: &str) -> Result<(), StoreError> {
    let kid = keys::number(tx, key)?;
    let mut upsert = tx.db.prepare_cached(
        "INSERT INTO tag (rid, kid, eid, value) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (rid, kid) DO UPDATE SET value = ?4",
    )?;
    upsert.execute(params![run.rid, kid, run.eid, value])?;
    Ok(())
}

/// Removes a tag of `run`, which must be there.
pub fn delete_tag(tx: &mut WriteTx, run: RunKey, key: &str) -> Result<(), StoreError> {
    let removed = match keys::of_name(tx.db, key)? {
        None => 0,
        Some(kid) => {
            tx.db.prepare_cached("DELETE FROM tag WHERE rid = ? AND kid = ?")?.execute(params![run.rid, kid])?
        }
    };
    if removed == 0 {
        return Err(StoreError::NotFound(format!("No tag with name: {key} in run with id {}", run.id)));
    }
    tx.changes.runs.insert((run.eid, run.id));
    Ok(())
}

/// The value of a tag of `run`.
pub fn tag(db: &Connection, run: RunKey, key: &str) -> Result<Option<String>, StoreError> {
    let Some(kid) = keys::of_name(db, key)? else { return Ok(None) };
    let mut query = db.prepare_cached("SELECT value FROM tag WHERE rid = ? AND kid = ?")?;
    Ok(query.query_row(params![run.rid, kid], |row| row.get(0)).optional()?)
}
