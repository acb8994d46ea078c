//! Views that can be opened again: by the hash of their document, and by name with their history.

use super::{StoreError, WriteTx, clock::now_millis, experiments};
use data::view::{PlacedView, SavedView, View};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

/// The longest name of a view, characters.
const LONGEST_NAME: usize = 200;
/// The most names an experiment holds.
const MOST_NAMES: i64 = 1_000;
/// The most versions of a name that are listed.
const LISTED_VERSIONS: i64 = 200;

/// Keeps `placed` and gives its hash: the first 128 bits of SHA-256 over its document, 32 hexadecimal
/// digits. The same view has the same hash everywhere.
pub fn keep(tx: &mut WriteTx, placed: &PlacedView) -> Result<String, StoreError> {
    let eid = placed.experiment_id.parse().map_err(|_| unknown_experiment(&placed.experiment_id))?;
    experiments::get(tx.db, eid)?;
    let document = serde_json::to_string(placed).map_err(|error| StoreError::Invalid(error.to_string()))?;
    let hash: String = Sha256::digest(document.as_bytes())[..16].iter().map(|byte| format!("{byte:02x}")).collect();
    tx.db
        .prepare_cached("INSERT INTO view (hash, document, made) VALUES (?, ?, ?) ON CONFLICT (hash) DO NOTHING")?
        .execute(params![hash, document, now_millis()])?;
    Ok(hash)
}

/// The view with this hash.
pub fn by_hash(db: &Connection, hash: &str) -> Result<PlacedView, StoreError> {
    let document: Option<String> = db
        .prepare_cached("SELECT document FROM view WHERE hash = ?")?
        .query_row([hash], |row| row.get(0))
        .optional()?;
    let document = document.ok_or_else(|| StoreError::NotFound(format!("there is no view {hash}")))?;
    let damaged = |error: &dyn std::fmt::Display| StoreError::Damaged(format!("view {hash}: {error}"));
    let mut placed: PlacedView = serde_json::from_str(&document).map_err(|error| damaged(&error))?;
    // Brought up to this version, as every view that comes from outside is.
    placed.view = View::of_json(&placed.view.to_json()).map_err(|error| damaged(&error))?;
    Ok(placed)
}

/// The named views of an experiment, by name.
pub fn list(db: &Connection, eid: i64) -> Result<Vec<SavedView>, StoreError> {
    experiments::get(db, eid)?;
    let mut query = db.prepare_cached(
        "SELECT s.name, s.hash, s.saved, s.name IS (SELECT name FROM default_view WHERE eid = ?1)
         FROM saved_view s
         WHERE s.eid = ?1 AND s.hash NOT NULL
           AND s.version = (SELECT max(version) FROM saved_view WHERE eid = ?1 AND name = s.name)
         ORDER BY s.name",
    )?;
    let rows = query.query_map([eid], row_of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// What a name meant before, newest first: at most [`LISTED_VERSIONS`].
pub fn history(db: &Connection, eid: i64, name: &str) -> Result<Vec<SavedView>, StoreError> {
    experiments::get(db, eid)?;
    let mut query = db.prepare_cached(
        "SELECT name, hash, saved, 0 FROM saved_view WHERE eid = ? AND name = ? AND hash NOT NULL
         ORDER BY version DESC LIMIT ?",
    )?;
    let rows = query.query_map(params![eid, name, LISTED_VERSIONS], row_of)?.collect::<Result<Vec<_>, _>>()?;
    if rows.is_empty() { Err(unknown_name(name)) } else { Ok(rows) }
}

fn row_of(row: &rusqlite::Row) -> rusqlite::Result<SavedView> {
    Ok(SavedView { name: row.get(0)?, hash: row.get(1)?, saved_millis: row.get(2)?, is_default: row.get(3)? })
}

/// Saves `placed` under `name`; an older view of that name stays in its history.
pub fn save(tx: &mut WriteTx, name: &str, placed: &PlacedView) -> Result<SavedView, StoreError> {
    let name = checked(name)?;
    let hash = keep(tx, placed)?;
    let eid: i64 = placed.experiment_id.parse().map_err(|_| unknown_experiment(&placed.experiment_id))?;
    let names: i64 = tx
        .db
        .prepare_cached("SELECT count(DISTINCT name) FROM saved_view WHERE eid = ? AND name <> ?")?
        .query_row(params![eid, name], |row| row.get(0))?;
    if names >= MOST_NAMES {
        return Err(StoreError::Invalid(format!("an experiment holds at most {MOST_NAMES} named views")));
    }
    let saved_millis = now_millis();
    tx.db.prepare_cached("INSERT INTO saved_view (eid, name, hash, saved) VALUES (?, ?, ?, ?)")?.execute(params![
        eid,
        name,
        hash,
        saved_millis
    ])?;
    Ok(SavedView { name: name.to_owned(), hash, saved_millis, is_default: false })
}

/// Removes a name. What it meant stays in its history, and its short links still open.
pub fn remove(tx: &mut WriteTx, eid: i64, name: &str) -> Result<(), StoreError> {
    require(tx.db, eid, name)?;
    tx.db
        .prepare_cached("INSERT INTO saved_view (eid, name, hash, saved) VALUES (?, ?, NULL, ?)")?
        .execute(params![eid, name, now_millis()])?;
    tx.db.prepare_cached("DELETE FROM default_view WHERE eid = ? AND name = ?")?.execute(params![eid, name])?;
    Ok(())
}

/// Makes `name` the view that the experiment opens with; `None` for an untouched one.
pub fn set_default(tx: &mut WriteTx, eid: i64, name: Option<&str>) -> Result<(), StoreError> {
    experiments::get(tx.db, eid)?;
    match name {
        Some(name) => {
            require(tx.db, eid, name)?;
            tx.db
                .prepare_cached(
                    "INSERT INTO default_view (eid, name) VALUES (?, ?) ON CONFLICT (eid) DO UPDATE SET name = excluded.name",
                )?
                .execute(params![eid, name])?
        }
        None => tx.db.prepare_cached("DELETE FROM default_view WHERE eid = ?")?.execute([eid])?,
    };
    Ok(())
}

fn require(db: &Connection, eid: i64, name: &str) -> Result<(), StoreError> {
    let known = list(db, eid)?.iter().any(|view| view.name == name);
    if known { Ok(()) } else { Err(unknown_name(name)) }
}

fn checked(name: &str) -> Result<&str, StoreError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
        let wanted = format!("a view's name has 1 to {LONGEST_NAME} characters, none of them a control character");
        return Err(StoreError::Invalid(wanted));
    }
    Ok(name)
}

fn unknown_name(name: &str) -> StoreError {
    StoreError::NotFound(format!("there is no view called {name:?}"))
}

fn unknown_experiment(id: &str) -> StoreError {
    StoreError::NotFound(format!("there is no experiment {id}"))
}
