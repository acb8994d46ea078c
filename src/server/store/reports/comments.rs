//! What people say about a report, each tied to the whole, a block, a panel, or a run and a range in it.

use super::row;
use crate::store::{StoreError, WriteTx, clock::now_millis};
use data::report::answers::{Anchor, NewComment};
use rusqlite::{Connection, OptionalExtension, params};

/// The most comments of one report.
const MOST: i64 = 5_000;
/// The longest comment, characters.
const LONGEST: usize = 10_000;
/// The longest name of who comments, characters.
const LONGEST_AUTHOR: usize = 100;

/// A comment as it is stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its number.
    pub number: i64,
    /// What was said.
    pub new: NewComment,
    /// When, milliseconds since 1970 UTC.
    pub millis: i64,
    /// Whether it is done with.
    pub resolved: bool,
}

/// The comments of a report, oldest first.
pub fn list(db: &Connection, report: &str) -> Result<Vec<Stored>, StoreError> {
    row(db, report)?;
    let mut query = db.prepare_cached(
        "SELECT number, anchor, author, text, millis, resolved, reply_to FROM report_comment WHERE report = ? ORDER BY number",
    )?;
    let rows = query.query_map([report], stored)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn stored(row: &rusqlite::Row) -> rusqlite::Result<Stored> {
    let anchor: String = row.get(1)?;
    // An anchor of a newer program is the whole report.
    let anchor: Anchor = serde_json::from_str(&anchor).unwrap_or_default();
    let new = NewComment { anchor, author: row.get(2)?, text: row.get(3)?, reply_to: row.get(6)? };
    Ok(Stored { number: row.get(0)?, new, millis: row.get(4)?, resolved: row.get(5)? })
}

/// Adds a comment.
pub fn add(tx: &mut WriteTx, report: &str, new: &NewComment) -> Result<Stored, StoreError> {
    row(tx.db, report)?;
    let text = new.text.trim();
    if text.is_empty() || text.chars().count() > LONGEST {
        return Err(StoreError::Invalid(format!("a comment has 1 to {LONGEST} characters")));
    }
    if new.author.chars().count() > LONGEST_AUTHOR || new.author.chars().any(char::is_control) {
        return Err(StoreError::Invalid(format!(
            "a name has at most {LONGEST_AUTHOR} characters, none of them a control character"
        )));
    }
    let anchor = &new.anchor;
    if anchor.block.len() > 24 || anchor.panel.as_ref().is_some_and(|panel| panel.len() > 24) {
        return Err(StoreError::Invalid("the id of a block or a panel has at most 24 characters".to_owned()));
    }
    if anchor.range.is_some_and(|[from, to]| from > to) {
        return Err(StoreError::Invalid("the range of a comment goes from left to right".to_owned()));
    }
    let count: i64 = tx
        .db
        .prepare_cached("SELECT count(*) FROM report_comment WHERE report = ?")?
        .query_row([report], |row| row.get(0))?;
    if count >= MOST {
        return Err(StoreError::Invalid(format!("a report has at most {MOST} comments")));
    }
    // An answer to an answer belongs to the same thread, and is about what that is about.
    let first = match new.reply_to.map(|answered| require(tx.db, report, answered)).transpose()? {
        Some(answered) => match answered.new.reply_to {
            Some(first) => Some(require(tx.db, report, first)?),
            None => Some(answered),
        },
        None => None,
    };
    let anchor = first.as_ref().map_or(anchor, |first| &first.new.anchor);
    let first = first.as_ref().map(|first| first.number);
    let json = serde_json::to_string(anchor).map_err(|error| StoreError::Invalid(error.to_string()))?;
    tx.db
        .prepare_cached(
            "INSERT INTO report_comment (report, anchor, author, text, millis, reply_to) VALUES (?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![report, json, new.author.trim(), text, now_millis(), first])?;
    let number = tx.db.last_insert_rowid();
    require(tx.db, report, number)
}

/// Says that a comment and the answers to it are done with, or not.
pub fn resolve(tx: &mut WriteTx, report: &str, number: i64, resolved: bool) -> Result<Stored, StoreError> {
    tx.db
        .prepare_cached("UPDATE report_comment SET resolved = ?1 WHERE report = ?2 AND (number = ?3 OR reply_to = ?3)")?
        .execute(params![resolved, report, number])?;
    require(tx.db, report, number)
}

/// Removes a comment and the answers to it.
pub fn remove(tx: &mut WriteTx, report: &str, number: i64) -> Result<(), StoreError> {
    require(tx.db, report, number)?;
    tx.db
        .prepare_cached("DELETE FROM report_comment WHERE report = ?1 AND (number = ?2 OR reply_to = ?2)")?
        .execute(params![report, number])?;
    Ok(())
}

fn require(db: &Connection, report: &str, number: i64) -> Result<Stored, StoreError> {
    let found = db
        .prepare_cached(
            "SELECT number, anchor, author, text, millis, resolved, reply_to FROM report_comment WHERE report = ? AND number = ?",
        )?
        .query_row(params![report, number], stored)
        .optional()?;
    found.ok_or_else(|| StoreError::NotFound(format!("report {report} has no comment {number}")))
}
