//! Bytes that belong to reports: pictures, and data that was frozen. Each is kept once, by its SHA-256.

use crate::store::{StoreError, WriteTx, clock::now_millis};
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest, Sha256};

/// The most bytes that all pictures and frozen data of a store take.
const MOST_BYTES: i64 = 8 << 30;

fn hash_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keeps a picture of this media type and gives its hash.
pub fn keep_image(tx: &mut WriteTx, media: &str, bytes: &[u8]) -> Result<String, StoreError> {
    room_for(tx, bytes.len())?;
    let hash = hash_of(bytes);
    wanted_again(tx, &hash)?;
    tx.db
        .prepare_cached(
            "INSERT INTO report_image (hash, media, bytes, millis) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        )?
        .execute(params![hash, media, bytes, now_millis()])?;
    Ok(hash)
}

/// The media type and the bytes of a picture.
pub fn image(db: &Connection, hash: &str) -> Result<(String, Vec<u8>), StoreError> {
    let found = db
        .prepare_cached("SELECT media, bytes FROM report_image WHERE hash = ?")?
        .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.ok_or_else(|| StoreError::NotFound(format!("there is no picture {hash}")))
}

/// Keeps data that was frozen and gives its hash and when it was taken. The same data again counts as taken now.
pub fn keep_frozen(tx: &mut WriteTx, body: &[u8]) -> Result<(String, i64), StoreError> {
    room_for(tx, body.len())?;
    let hash = hash_of(body);
    wanted_again(tx, &hash)?;
    tx.db
        .prepare_cached("INSERT INTO report_frozen (hash, body, millis) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET millis = excluded.millis")?
        .execute(params![hash, body, now_millis()])?;
    let millis = tx.db.query_row("SELECT millis FROM report_frozen WHERE hash = ?", [&hash], |row| row.get(0))?;
    Ok((hash, millis))
}

/// Data that was frozen, and when.
pub fn frozen(db: &Connection, hash: &str) -> Result<(Vec<u8>, i64), StoreError> {
    let found = db
        .prepare_cached("SELECT body, millis FROM report_frozen WHERE hash = ?")?
        .query_row([hash], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    found.ok_or_else(|| StoreError::NotFound(format!("no data was frozen as {hash}")))
}

/// When the frozen data with this hash was taken. [`StoreError::NotFound`] if there is none.
pub fn frozen_millis(db: &Connection, hash: &str) -> Result<i64, StoreError> {
    let found = db
        .prepare_cached("SELECT millis FROM report_frozen WHERE hash = ?")?
        .query_row([hash], |row| row.get(0))
        .optional()?;
    found.ok_or_else(|| StoreError::NotFound(format!("no data was frozen as {hash}")))
}

/// What is kept anew has all the time until a report refers to it.
fn wanted_again(tx: &WriteTx, hash: &str) -> Result<(), StoreError> {
    tx.db.prepare_cached("DELETE FROM report_orphan WHERE hash = ?")?.execute([hash])?;
    Ok(())
}

fn room_for(tx: &WriteTx, bytes: usize) -> Result<(), StoreError> {
    let used: i64 = tx.db.query_row(
        "SELECT (SELECT coalesce(sum(length(bytes)), 0) FROM report_image) + (SELECT coalesce(sum(length(body)), 0) FROM report_frozen)",
        [],
        |row| row.get(0),
    )?;
    if used + bytes as i64 > MOST_BYTES {
        return Err(StoreError::Invalid(
            "the pictures and the frozen data of reports take all the room that they may; delete reports for good that \
             nobody needs"
                .to_owned(),
        ));
    }
    Ok(())
}
