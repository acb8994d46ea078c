//! Reports that were removed: they lie in the trash until someone takes them out or deletes them for good.

use super::{row, sweep::hashes_in};
use crate::store::{StoreError, WriteTx, clock::now_millis};
use data::report::answers::ReportRow;
use rusqlite::params;
use std::collections::BTreeSet;

/// Puts a report into the trash, or takes it out.
pub fn set_removed(tx: &mut WriteTx, id: &str, removed: bool) -> Result<ReportRow, StoreError> {
    let row = row(tx.db, id)?;
    tx.db
        .prepare_cached("UPDATE report SET removed = ? WHERE id = ?")?
        .execute(params![removed.then(now_millis), id])?;
    Ok(row)
}

/// Deletes a report that lies in the trash for good, with its versions, comments and drafts that were set aside. Gives
/// the hashes of the pictures and the frozen data that it referred to.
pub fn purge(tx: &mut WriteTx, id: &str) -> Result<BTreeSet<String>, StoreError> {
    row(tx.db, id)?;
    let lies: bool = tx.db.query_row("SELECT removed IS NOT NULL FROM report WHERE id = ?", [id], |row| row.get(0))?;
    if !lies {
        return Err(StoreError::Conflict(
            "only what lies in the trash is deleted for good; remove it first".to_owned(),
        ));
    }
    let links: i64 = tx.db.query_row(
        "SELECT count(*) FROM share WHERE revoked IS NULL AND (expires IS NULL OR expires > ?) AND instr(target, ?) > 0",
        params![now_millis(), format!("\"report_id\":\"{id}\"")],
        |row| row.get(0),
    )?;
    if links > 0 {
        let words = if links == 1 { "1 share link shows".to_owned() } else { format!("{links} share links show") };
        return Err(StoreError::Conflict(format!("{words} this report; revoke what should end before deleting it")));
    }
    let mut hashes = BTreeSet::new();
    for texts in [
        "SELECT document FROM report WHERE id = ?",
        "SELECT document FROM report_version WHERE report = ?",
        "SELECT document FROM report_aside WHERE report = ?",
        "SELECT text FROM report_comment WHERE report = ?",
    ] {
        let mut query = tx.db.prepare_cached(texts)?;
        let mut rows = query.query([id])?;
        while let Some(row) = rows.next()? {
            hashes.extend(hashes_in(row.get_ref(0)?.as_str().unwrap_or_default()).map(str::to_owned));
        }
    }
    for change in [
        "DELETE FROM report_comment WHERE report = ?",
        "DELETE FROM report_aside WHERE report = ?",
        "DELETE FROM report_version WHERE report = ?",
        "DELETE FROM report WHERE id = ?",
    ] {
        tx.db.prepare_cached(change)?.execute([id])?;
    }
    Ok(hashes)
}
