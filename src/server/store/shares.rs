//! Share links: who has one may see what it names, until it ends. Tokens are kept as hashes only.

use super::{StoreError, WriteTx, clock::now_millis};
use data::share::{ShareRow, ShareTarget};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The most links that are kept, ended ones among them.
const MOST: i64 = 100_000;
/// How many links are listed.
const LISTED: i64 = 10_000;
/// The longest title, characters.
const LONGEST_TITLE: usize = 300;

/// A link with what only the server knows.
#[derive(Debug, Clone, PartialEq)]
pub struct Share {
    /// Its number.
    pub sid: i64,
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// What its pseudonyms are made with.
    pub salt: [u8; 16],
    /// The hash of its password, if it asks for one.
    pub password: Option<String>,
    /// What its owners see.
    pub row: ShareRow,
}

/// A link to be kept.
#[derive(Debug, Clone)]
pub struct ShareToKeep {
    /// SHA-256 of its token.
    pub token_hash: [u8; 32],
    /// What its pseudonyms are made with.
    pub salt: [u8; 16],
    /// The hash of its password, if it asks for one.
    pub password: Option<String>,
    /// What it is called.
    pub title: String,
    /// What it opens.
    pub target: ShareTarget,
    /// When it stops to open.
    pub expires_millis: Option<i64>,
    /// Whether it hides people, machines, paths and names of runs.
    pub anonymous: bool,
    /// Who may frame it, read already.
    pub hosts: Vec<String>,
    /// Whether it stays as it is now.
    pub frozen: bool,
    /// What it keeps: parts by name, compressed.
    pub parts: Vec<(String, Vec<u8>)>,
}

const COLUMNS: &str =
    "sid, token_hash, title, target, created, expires, revoked, used, frozen, anonymous, salt, password, hosts";

/// Keeps a link, whole with what it freezes.
pub fn create(tx: &mut WriteTx, new: &ShareToKeep) -> Result<ShareRow, StoreError> {
    let title = new.title.trim();
    if title.is_empty() || title.chars().count() > LONGEST_TITLE || title.chars().any(char::is_control) {
        let wanted = format!("a link's title has 1 to {LONGEST_TITLE} characters, none of them a control character");
        return Err(StoreError::Invalid(wanted));
    }
    let kept: i64 = tx.db.prepare_cached("SELECT count(*) FROM share")?.query_row([], |row| row.get(0))?;
    if kept >= MOST {
        return Err(StoreError::Invalid(format!("at most {MOST} links are kept")));
    }
    let now = now_millis();
    let json = |error: serde_json::Error| StoreError::Invalid(error.to_string());
    let target = serde_json::to_string(&new.target).map_err(json)?;
    let hosts = serde_json::to_string(&new.hosts).map_err(json)?;
    let frozen = new.frozen.then_some(now);
    tx.db
        .prepare_cached(
            "INSERT INTO share (token_hash, title, target, created, expires, frozen, anonymous, salt, password, hosts)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            new.token_hash,
            title,
            target,
            now,
            new.expires_millis,
            frozen,
            new.anonymous,
            new.salt,
            new.password,
            hosts
        ])?;
    let sid = tx.db.last_insert_rowid();
    let mut keep = tx.db.prepare_cached("INSERT INTO share_part (sid, part, bytes) VALUES (?, ?, ?)")?;
    for (part, bytes) in &new.parts {
        keep.execute(params![sid, part, bytes])?;
    }
    Ok(ShareRow {
        share_id: sid.to_string(),
        title: title.to_owned(),
        target: new.target.clone(),
        created_millis: now,
        expires_millis: new.expires_millis,
        revoked_millis: None,
        used_millis: None,
        frozen_millis: frozen,
        anonymous: new.anonymous,
        has_password: new.password.is_some(),
        hosts: new.hosts.clone(),
    })
}

/// The links, newest first: at most [`LISTED`].
pub fn list(db: &Connection) -> Result<Vec<ShareRow>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM share ORDER BY sid DESC LIMIT ?"))?;
    let mut rows = query.query([LISTED])?;
    let mut shares = Vec::new();
    while let Some(row) = rows.next()? {
        shares.push(share_of(row)?.row);
    }
    Ok(shares)
}

/// The link whose token has this hash, ended or not.
pub fn by_token_hash(db: &Connection, hash: &[u8; 32]) -> Result<Option<Share>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {COLUMNS} FROM share WHERE token_hash = ?"))?;
    query.query_row([hash], |row| Ok(share_of(row))).optional()?.transpose()
}

/// Ends a link for good, and lets go of what it froze. One that ended already stays as it is.
pub fn revoke(tx: &mut WriteTx, sid: i64) -> Result<(), StoreError> {
    let mut find = tx.db.prepare_cached("SELECT revoked FROM share WHERE sid = ?")?;
    let revoked: Option<Option<i64>> = find.query_row([sid], |row| row.get(0)).optional()?;
    match revoked {
        None => Err(StoreError::NotFound(format!("there is no link {sid}"))),
        Some(Some(_)) => Ok(()),
        Some(None) => {
            tx.db.prepare_cached("UPDATE share SET revoked = ? WHERE sid = ?")?.execute([now_millis(), sid])?;
            tx.db.prepare_cached("DELETE FROM share_part WHERE sid = ?")?.execute([sid])?;
            Ok(())
        }
    }
}

/// Notes when a link was opened.
pub fn used(tx: &mut WriteTx, sid: i64, at_millis: i64) -> Result<(), StoreError> {
    tx.db
        .prepare_cached("UPDATE share SET used = max(coalesce(used, 0), ?) WHERE sid = ?")?
        .execute([at_millis, sid])?;
    Ok(())
}

/// One part of what a frozen link keeps, compressed.
pub fn part(db: &Connection, sid: i64, part: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let mut query = db.prepare_cached("SELECT bytes FROM share_part WHERE sid = ? AND part = ?")?;
    Ok(query.query_row(params![sid, part], |row| row.get(0)).optional()?)
}

fn share_of(row: &Row) -> Result<Share, StoreError> {
    let sid: i64 = row.get(0)?;
    let damaged = |what: &dyn std::fmt::Display| StoreError::Damaged(format!("share {sid}: {what}"));
    let (target, hosts): (String, String) = (row.get(3)?, row.get(12)?);
    let target: ShareTarget = serde_json::from_str(&target).map_err(|error| damaged(&error))?;
    let password: Option<String> = row.get(11)?;
    Ok(Share {
        sid,
        token_hash: row.get(1)?,
        salt: row.get(10)?,
        row: ShareRow {
            share_id: sid.to_string(),
            title: row.get(2)?,
            // Brought up to this version, as every view that comes from outside is.
            target: target.mended().map_err(|error| damaged(&error))?,
            created_millis: row.get(4)?,
            expires_millis: row.get(5)?,
            revoked_millis: row.get(6)?,
            used_millis: row.get(7)?,
            frozen_millis: row.get(8)?,
            anonymous: row.get(9)?,
            has_password: password.is_some(),
            hosts: serde_json::from_str(&hosts).map_err(|error| damaged(&error))?,
        },
        password,
    })
}
