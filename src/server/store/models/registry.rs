//! Registered models, their tags and aliases.

use super::versions::{self, Version};
use crate::store::{StoreError, WriteTx, clock::now_millis};
use rusqlite::{Connection, OptionalExtension, params};

/// A registered model as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// Its name, unique.
    pub name: String,
    /// What people wrote about it.
    pub description: String,
    /// When it was made, milliseconds since 1970 UTC.
    pub created_millis: i64,
    /// When it or a version of it last changed, milliseconds since 1970 UTC.
    pub updated_millis: i64,
    /// Its tags in order of their keys.
    pub tags: Vec<(String, String)>,
    /// Its aliases in order, each with its version.
    pub aliases: Vec<(String, i64)>,
    /// The newest version of each stage.
    pub latest: Vec<Version>,
}

pub(super) fn unknown(name: &str) -> StoreError {
    StoreError::NotFound(format!("Registered Model with name={name} not found"))
}

fn taken(name: &str) -> StoreError {
    StoreError::Exists(format!("Registered Model (name={name}) already exists."))
}

/// Makes a registered model.
pub fn create(tx: &mut WriteTx, name: &str, description: &str, tags: &[(String, String)]) -> Result<Model, StoreError> {
    let mut insert = tx
        .db
        .prepare_cached("INSERT OR IGNORE INTO model (name, description, created, updated) VALUES (?1, ?2, ?3, ?3)")?;
    if insert.execute(params![name, description, now_millis()])? == 0 {
        return Err(taken(name));
    }
    for (key, value) in tags {
        write_tag(tx.db, name, key, value)?;
    }
    get(tx.db, name)
}

/// The model called `name`.
pub fn get(db: &Connection, name: &str) -> Result<Model, StoreError> {
    let mut query = db.prepare_cached("SELECT description, created, updated FROM model WHERE name = ?")?;
    let found = query.query_row([name], |row| {
        Ok(Model {
            name: name.to_owned(),
            description: row.get(0)?,
            created_millis: row.get(1)?,
            updated_millis: row.get(2)?,
            tags: Vec::new(),
            aliases: Vec::new(),
            latest: Vec::new(),
        })
    });
    let mut model = found.optional()?.ok_or_else(|| unknown(name))?;
    let mut tags = db.prepare_cached("SELECT key, value FROM model_tag WHERE name = ? ORDER BY key")?;
    model.tags = tags.query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut aliases = db.prepare_cached("SELECT alias, version FROM model_alias WHERE name = ? ORDER BY alias")?;
    model.aliases = aliases.query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    model.latest = versions::latest(db, name)?;
    Ok(model)
}

/// Refuses a name that no model has.
pub fn require(db: &Connection, name: &str) -> Result<(), StoreError> {
    let mut query = db.prepare_cached("SELECT 1 FROM model WHERE name = ?")?;
    if query.exists([name])? { Ok(()) } else { Err(unknown(name)) }
}

/// Writes what people say about a model.
pub fn describe(tx: &mut WriteTx, name: &str, description: &str) -> Result<Model, StoreError> {
    require(tx.db, name)?;
    let sql = "UPDATE model SET description = ?, updated = ? WHERE name = ?";
    tx.db.execute(sql, params![description, now_millis(), name])?;
    get(tx.db, name)
}

/// Renames a model with all its versions, tags and aliases.
pub fn rename(tx: &mut WriteTx, name: &str, new_name: &str) -> Result<Model, StoreError> {
    require(tx.db, name)?;
    if name != new_name && require(tx.db, new_name).is_ok() {
        return Err(taken(new_name));
    }
    let now = now_millis();
    tx.db.execute("UPDATE model SET name = ?, updated = ? WHERE name = ?", params![new_name, now, name])?;
    tx.db.execute("UPDATE model_version SET updated = ? WHERE name = ?", params![now, new_name])?;
    get(tx.db, new_name)
}

/// Removes a model with all its versions, tags and aliases, for ever.
pub fn delete(tx: &mut WriteTx, name: &str) -> Result<(), StoreError> {
    match tx.db.execute("DELETE FROM model WHERE name = ?", [name])? {
        0 => Err(unknown(name)),
        _ => Ok(()),
    }
}

/// Notes that something of a model changed.
pub(super) fn touch(db: &Connection, name: &str, now: i64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE model SET updated = ? WHERE name = ?")?.execute(params![now, name])?;
    Ok(())
}

/// Sets a tag of a model.
pub fn set_tag(tx: &mut WriteTx, name: &str, key: &str, value: &str) -> Result<(), StoreError> {
    require(tx.db, name)?;
    write_tag(tx.db, name, key, value)
}

fn write_tag(db: &Connection, name: &str, key: &str, value: &str) -> Result<(), StoreError> {
    let mut upsert = db.prepare_cached(
        "INSERT INTO model_tag (name, key, value) VALUES (?1, ?2, ?3) ON CONFLICT (name, key) DO UPDATE SET value = ?3",
    )?;
    upsert.execute(params![name, key, value])?;
    Ok(())
}

/// Removes a tag of a model; it may be gone already.
pub fn delete_tag(tx: &mut WriteTx, name: &str, key: &str) -> Result<(), StoreError> {
    require(tx.db, name)?;
    tx.db.execute("DELETE FROM model_tag WHERE name = ? AND key = ?", params![name, key])?;
    Ok(())
}

/// Lets `alias` mean a version of a model from now on.
pub fn set_alias(tx: &mut WriteTx, name: &str, alias: &str, version: i64) -> Result<(), StoreError> {
    versions::get(tx.db, name, version)?;
    let mut upsert = tx.db.prepare_cached(
        "INSERT INTO model_alias (name, alias, version) VALUES (?1, ?2, ?3)
         ON CONFLICT (name, alias) DO UPDATE SET version = ?3",
    )?;
    upsert.execute(params![name, alias, version])?;
    Ok(())
}

/// Forgets an alias, which may be gone already.
pub fn delete_alias(tx: &mut WriteTx, name: &str, alias: &str) -> Result<(), StoreError> {
    require(tx.db, name)?;
    tx.db.execute("DELETE FROM model_alias WHERE name = ? AND alias = ?", params![name, alias])?;
    Ok(())
}

/// The version that `alias` means; `latest` means the highest.
pub fn by_alias(db: &Connection, name: &str, alias: &str) -> Result<Version, StoreError> {
    require(db, name)?;
    let (sql, which) = if alias.eq_ignore_ascii_case("latest") {
        ("SELECT max(version) FROM model_version WHERE name = ?1 AND ?2 IS NOT NULL", "latest")
    } else {
        ("SELECT version FROM model_alias WHERE name = ?1 AND alias = ?2", alias)
    };
    let version: Option<Option<i64>> = db.prepare_cached(sql)?.query_row([name, which], |row| row.get(0)).optional()?;
    match version.flatten() {
        Some(version) => versions::get(db, name, version),
        None if which == "latest" => Err(StoreError::NotFound(format!("Latest version not found for model {name}."))),
        None => Err(StoreError::Invalid(format!("Registered model alias {alias} not found."))),
    }
}
