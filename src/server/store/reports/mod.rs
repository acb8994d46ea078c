//! Reports: drafts, published versions, and what was set aside. A draft is never overwritten by someone who did not
//! see it.
//!
//! - [`comments`]: what people say about a report
//! - [`files`]: pictures, and data that was frozen; [`sweep`]: those that nothing refers to any more
//! - [`trash`]: reports that were removed

pub mod comments;
pub mod files;
mod sweep;
pub mod trash;

use super::{StoreError, WriteTx, clock::now_millis};
use data::report::{
    Document,
    answers::{Aside, History, ReportRow, Version},
};
use rusqlite::{Connection, OptionalExtension, params};

/// The most reports that a store holds.
const MOST_REPORTS: i64 = 20_000;
/// How many drafts of one report are kept that were set aside.
const KEPT_ASIDES: i64 = 50;
/// The longest note of a version, characters.
const LONGEST_NOTE: usize = 2_000;

/// A document of a report, and where it comes from.
#[derive(Debug, Clone)]
pub struct Held {
    /// The report's row.
    pub row: ReportRow,
    /// Which published version it is; `None` for the draft.
    pub version: Option<Version>,
    /// The revision of the draft.
    pub revision: i64,
    /// The document.
    pub document: Document,
}

/// How saving a draft ended.
#[derive(Debug)]
pub enum Outcome {
    /// It is the draft, by this revision.
    Saved(i64),
    /// Someone saved since: what is there, and the number under which the other draft is kept.
    Conflict(Box<Held>, i64),
}

const ROW: &str = "SELECT r.id, r.title, r.updated, r.published IS NOT r.revision, v.number, v.millis, v.note,
        (SELECT count(*) FROM report_comment c WHERE c.report = r.id AND c.resolved = 0 AND c.reply_to IS NULL)
     FROM report r LEFT JOIN report_version v ON v.report = r.id
        AND v.number = (SELECT max(number) FROM report_version WHERE report = r.id)";

fn row_of(row: &rusqlite::Row) -> rusqlite::Result<ReportRow> {
    let published = match row.get::<_, Option<u32>>(4)? {
        Some(number) => Some(Version { number, millis: row.get(5)?, note: row.get(6)? }),
        None => None,
    };
    Ok(ReportRow {
        id: row.get(0)?,
        title: row.get(1)?,
        updated_millis: row.get(2)?,
        published,
        changed: row.get(3)?,
        comments: row.get(7)?,
    })
}

/// All reports that are not in the trash, or those in it, last changed first.
pub fn list(db: &Connection, trash: bool) -> Result<Vec<ReportRow>, StoreError> {
    let mut query =
        db.prepare_cached(&format!("{ROW} WHERE (r.removed IS NOT NULL) = ? ORDER BY r.updated DESC, r.id"))?;
    Ok(query.query_map([trash], row_of)?.collect::<Result<_, _>>()?)
}

/// The row of one report, also of one in the trash.
pub fn row(db: &Connection, id: &str) -> Result<ReportRow, StoreError> {
    let found = db.prepare_cached(&format!("{ROW} WHERE r.id = ?"))?.query_row([id], row_of).optional()?;
    found.ok_or_else(|| unknown(id))
}

/// Whether a report lies in the trash.
pub fn is_removed(db: &Connection, id: &str) -> Result<bool, StoreError> {
    let mut query = db.prepare_cached("SELECT removed IS NOT NULL FROM report WHERE id = ?")?;
    query.query_row([id], |row| row.get(0)).optional()?.ok_or_else(|| unknown(id))
}

/// Begins a report called `id` with `document`.
pub fn create(tx: &mut WriteTx, id: &str, document: &Document) -> Result<ReportRow, StoreError> {
    let reports: i64 = tx.db.query_row("SELECT count(*) FROM report", [], |row| row.get(0))?;
    if reports >= MOST_REPORTS {
        return Err(StoreError::Invalid(format!("a server holds at most {MOST_REPORTS} reports")));
    }
    tx.db
        .prepare_cached("INSERT INTO report (id, title, document, revision, updated) VALUES (?, ?, ?, 1, ?)")?
        .execute(params![id, document.title, document.to_json(), now_millis()])?;
    row(tx.db, id)
}

/// The draft of a report.
pub fn draft(db: &Connection, id: &str) -> Result<Held, StoreError> {
    let row = row(db, id)?;
    let (revision, json): (i64, String) = db
        .prepare_cached("SELECT revision, document FROM report WHERE id = ?")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Held { row, version: None, revision, document: read(id, &json)? })
}

/// A published version of a report.
pub fn version(db: &Connection, id: &str, number: u32) -> Result<Held, StoreError> {
    let row = row(db, id)?;
    let revision = db.query_row("SELECT revision FROM report WHERE id = ?", [id], |row| row.get(0))?;
    let found: Option<(i64, String, String)> = db
        .prepare_cached("SELECT millis, note, document FROM report_version WHERE report = ? AND number = ?")?
        .query_row(params![id, number], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    let (millis, note, json) =
        found.ok_or_else(|| StoreError::NotFound(format!("there is no version {number} of report {id}")))?;
    Ok(Held { row, version: Some(Version { number, millis, note }), revision, document: read(id, &json)? })
}

/// Makes `document` the draft if that is still at the revision `base`; else keeps it aside and changes nothing.
pub fn save(tx: &mut WriteTx, id: &str, base: i64, document: &Document) -> Result<Outcome, StoreError> {
    let held = draft(tx.db, id)?;
    if held.revision == base {
        if held.document == *document {
            return Ok(Outcome::Saved(base));
        }
        tx.db
            .prepare_cached(
                "UPDATE report SET title = ?, document = ?, revision = revision + 1, updated = ? WHERE id = ?",
            )?
            .execute(params![document.title, document.to_json(), now_millis(), id])?;
        return Ok(Outcome::Saved(base + 1));
    }
    if held.document == *document {
        return Ok(Outcome::Saved(held.revision));
    }
    // Whoever settles it may take either, and what is not taken must not be lost.
    set_aside(tx, id, &held.document)?;
    let number = set_aside(tx, id, document)?;
    tx.db
        .prepare_cached(
            "DELETE FROM report_aside WHERE report = ?1 AND number NOT IN
               (SELECT number FROM report_aside WHERE report = ?1 ORDER BY number DESC LIMIT ?2)",
        )?
        .execute(params![id, KEPT_ASIDES])?;
    Ok(Outcome::Conflict(Box::new(held), number))
}

/// Keeps a draft aside and gives its number; one that is the last kept already is not kept twice.
fn set_aside(tx: &mut WriteTx, id: &str, document: &Document) -> Result<i64, StoreError> {
    let json = document.to_json();
    let last: Option<(i64, String)> = tx
        .db
        .prepare_cached("SELECT number, document FROM report_aside WHERE report = ? ORDER BY number DESC LIMIT 1")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    if let Some((number, _)) = last.filter(|(_, kept)| *kept == json) {
        return Ok(number);
    }
    tx.db.prepare_cached("INSERT INTO report_aside (report, document, millis) VALUES (?, ?, ?)")?.execute(params![
        id,
        json,
        now_millis()
    ])?;
    Ok(tx.db.last_insert_rowid())
}

/// Makes the draft the newest version, if it is still at `revision`.
pub fn publish(tx: &mut WriteTx, id: &str, revision: i64, note: &str) -> Result<ReportRow, StoreError> {
    if note.chars().count() > LONGEST_NOTE {
        return Err(StoreError::Invalid(format!("a note has at most {LONGEST_NOTE} characters")));
    }
    let held = draft(tx.db, id)?;
    if held.revision != revision {
        return Err(StoreError::Conflict("someone saved the draft since; look at it before publishing".to_owned()));
    }
    if held.row.published.is_some() && !held.row.changed {
        return Ok(held.row);
    }
    tx.db
        .prepare_cached(
            "INSERT INTO report_version (report, number, document, millis, note)
             VALUES (?1, 1 + (SELECT coalesce(max(number), 0) FROM report_version WHERE report = ?1), ?2, ?3, ?4)",
        )?
        .execute(params![id, held.document.to_json(), now_millis(), note])?;
    tx.db.prepare_cached("UPDATE report SET published = revision WHERE id = ?")?.execute([id])?;
    row(tx.db, id)
}

/// What a report was, newest first.
pub fn history(db: &Connection, id: &str) -> Result<History, StoreError> {
    row(db, id)?;
    let mut versions =
        db.prepare_cached("SELECT number, millis, note FROM report_version WHERE report = ? ORDER BY number DESC")?;
    let versions =
        versions.query_map([id], |row| Ok(Version { number: row.get(0)?, millis: row.get(1)?, note: row.get(2)? }))?;
    let mut asides =
        db.prepare_cached("SELECT number, millis FROM report_aside WHERE report = ? ORDER BY number DESC")?;
    let asides = asides.query_map([id], |row| Ok(Aside { number: row.get(0)?, millis: row.get(1)? }))?;
    Ok(History { versions: versions.collect::<Result<_, _>>()?, asides: asides.collect::<Result<_, _>>()? })
}

/// A draft that was set aside.
pub fn aside(db: &Connection, id: &str, number: i64) -> Result<Document, StoreError> {
    let found: Option<String> = db
        .prepare_cached("SELECT document FROM report_aside WHERE report = ? AND number = ?")?
        .query_row(params![id, number], |row| row.get(0))
        .optional()?;
    let json =
        found.ok_or_else(|| StoreError::NotFound(format!("nothing of report {id} was set aside as {number}")))?;
    read(id, &json)
}

fn read(id: &str, json: &str) -> Result<Document, StoreError> {
    Document::of_json(json).map_err(|error| StoreError::Damaged(format!("report {id}: {error}")))
}

fn unknown(id: &str) -> StoreError {
    StoreError::NotFound(format!("there is no report {id}"))
}
