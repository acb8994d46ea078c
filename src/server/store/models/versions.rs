//! Versions of registered models.

use super::{logged, registry};
use crate::store::{StoreError, WriteTx, clock::now_millis};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// How far a version got on its way to use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Nobody said.
    None,
    /// It is tried.
    Staging,
    /// It is used.
    Production,
    /// It was used.
    Archived,
}

impl Stage {
    const ALL: [Stage; 4] = [Stage::None, Stage::Staging, Stage::Production, Stage::Archived];

    /// The stage's name.
    pub fn name(self) -> &'static str {
        match self {
            Stage::None => "None",
            Stage::Staging => "Staging",
            Stage::Production => "Production",
            Stage::Archived => "Archived",
        }
    }

    /// The stage of this name in any case.
    pub fn of_name(name: &str) -> Result<Stage, StoreError> {
        Stage::ALL.into_iter().find(|stage| stage.name().eq_ignore_ascii_case(name)).ok_or_else(|| {
            StoreError::Invalid(format!(
                "Invalid Model Version stage: {name}. Value must be one of None, Staging, Production, Archived."
            ))
        })
    }
}

/// A version of a registered model as it is stored.
#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    /// The model's name.
    pub name: String,
    /// Its number: 1, 2, 3, …
    pub version: i64,
    /// What people wrote about it.
    pub description: String,
    /// The name of its stage.
    pub stage: String,
    /// What it was made of, as the client said it.
    pub source: String,
    /// Where its files lie.
    pub artifact_uri: String,
    /// The run it came from, empty if none.
    pub run: String,
    /// Where people find that run.
    pub run_link: String,
    /// The logged model it was made of, empty if none.
    pub logged_model: String,
    /// When it was made, milliseconds since 1970 UTC.
    pub created_millis: i64,
    /// When it last changed, milliseconds since 1970 UTC.
    pub updated_millis: i64,
    /// Its tags in order of their keys.
    pub tags: Vec<(String, String)>,
    /// The aliases that mean it, in order.
    pub aliases: Vec<String>,
}

/// What a new version says of itself.
#[derive(Debug, Clone, Default)]
pub struct NewVersion {
    /// The model's name.
    pub name: String,
    /// What people say about it.
    pub description: String,
    /// What it is made of, as the client says it.
    pub source: String,
    /// Where its files lie.
    pub artifact_uri: String,
    /// The run it comes from, empty if none.
    pub run: String,
    /// Where people find that run.
    pub run_link: String,
    /// The logged model it is made of, empty if none.
    pub logged_model: String,
    /// Its tags; of repeated keys the last one counts.
    pub tags: Vec<(String, String)>,
}

/// Makes the next version of a registered model, and notes it on the logged model it is made of.
pub fn create(tx: &mut WriteTx, new: &NewVersion) -> Result<Version, StoreError> {
    let now = now_millis();
    let mut claim = tx.db.prepare_cached(
        "UPDATE model SET next_version = next_version + 1, updated = ? WHERE name = ? RETURNING next_version - 1",
    )?;
    let version: Option<i64> = claim.query_row(params![now, new.name], |row| row.get(0)).optional()?;
    let version = version.ok_or_else(|| registry::unknown(&new.name))?;
    let mut insert = tx.db.prepare_cached(
        "INSERT INTO model_version
             (name, version, description, source, artifact_uri, run, run_link, logged_model, created, updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9)",
    )?;
    let NewVersion { name, description, source, artifact_uri, run, run_link, logged_model, tags } = new;
    insert.execute(params![name, version, description, source, artifact_uri, run, run_link, logged_model, now])?;
    for (key, value) in tags {
        write_tag(tx.db, name, version, key, value)?;
    }
    if !logged_model.is_empty() {
        logged::note_version(tx, logged_model, name, version)?;
    }
    get(tx.db, name, version)
}

/// The columns that [`of_row`] reads.
pub(super) const COLUMNS: &str =
    "name, version, description, stage, source, artifact_uri, run, run_link, logged_model, created, updated";

pub(super) fn of_row(row: &Row) -> rusqlite::Result<Version> {
    Ok(Version {
        name: row.get(0)?,
        version: row.get(1)?,
        description: row.get(2)?,
        stage: row.get(3)?,
        source: row.get(4)?,
        artifact_uri: row.get(5)?,
        run: row.get(6)?,
        run_link: row.get(7)?,
        logged_model: row.get(8)?,
        created_millis: row.get(9)?,
        updated_millis: row.get(10)?,
        tags: Vec::new(),
        aliases: Vec::new(),
    })
}

/// Adds tags and aliases.
pub(super) fn complete(db: &Connection, mut version: Version) -> Result<Version, StoreError> {
    let which = params![version.name, version.version];
    let mut tags =
        db.prepare_cached("SELECT key, value FROM model_version_tag WHERE name = ? AND version = ? ORDER BY key")?;
    version.tags = tags.query_map(which, |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
    let mut aliases =
        db.prepare_cached("SELECT alias FROM model_alias WHERE name = ? AND version = ? ORDER BY alias")?;
    version.aliases = aliases.query_map(which, |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(version)
}

/// The version numbered `version` of the model called `name`.
pub fn get(db: &Connection, name: &str, version: i64) -> Result<Version, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM model_version WHERE name = ? AND version = ?");
    let found = db.prepare_cached(&sql)?.query_row(params![name, version], of_row).optional()?;
    let unknown = || StoreError::NotFound(format!("Model Version (name={name}, version={version}) not found"));
    complete(db, found.ok_or_else(unknown)?)
}

/// The newest version of each stage, by number.
pub fn latest(db: &Connection, name: &str) -> Result<Vec<Version>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM model_version v WHERE name = ?1 AND version = (
             SELECT max(version) FROM model_version WHERE name = ?1 AND stage = v.stage
         ) ORDER BY version"
    );
    let mut query = db.prepare_cached(&sql)?;
    query.query_map([name], of_row)?.map(|version| complete(db, version?)).collect()
}

fn change(tx: &mut WriteTx, name: &str, version: i64, column: &str, value: &str) -> Result<Version, StoreError> {
    get(tx.db, name, version)?;
    let now = now_millis();
    let sql = format!("UPDATE model_version SET {column} = ?, updated = ? WHERE name = ? AND version = ?");
    tx.db.execute(&sql, params![value, now, name, version])?;
    registry::touch(tx.db, name, now)?;
    get(tx.db, name, version)
}

/// Writes what people say about a version.
pub fn describe(tx: &mut WriteTx, name: &str, version: i64, description: &str) -> Result<Version, StoreError> {
    change(tx, name, version, "description", description)
}

/// Moves a version to a stage; `archive` moves those that are there to the archive.
pub fn move_to(tx: &mut WriteTx, name: &str, version: i64, stage: Stage, archive: bool) -> Result<Version, StoreError> {
    if archive && !matches!(stage, Stage::Staging | Stage::Production) {
        return Err(StoreError::Invalid(format!(
            "Model version transition cannot archive existing model versions because '{}' is not an Active stage. \
             Valid stages are ['Staging', 'Production']",
            stage.name()
        )));
    }
    get(tx.db, name, version)?;
    if archive {
        let sql =
            "UPDATE model_version SET stage = 'Archived', updated = ? WHERE name = ? AND version != ? AND stage = ?";
        tx.db.execute(sql, params![now_millis(), name, version, stage.name()])?;
    }
    change(tx, name, version, "stage", stage.name())
}

/// Removes a version with its tags and aliases, for ever.
pub fn delete(tx: &mut WriteTx, name: &str, version: i64) -> Result<(), StoreError> {
    get(tx.db, name, version)?;
    tx.db.execute("DELETE FROM model_version WHERE name = ? AND version = ?", params![name, version])?;
    registry::touch(tx.db, name, now_millis())
}

/// Sets a tag of a version.
pub fn set_tag(tx: &mut WriteTx, name: &str, version: i64, key: &str, value: &str) -> Result<(), StoreError> {
    get(tx.db, name, version)?;
    write_tag(tx.db, name, version, key, value)
}

fn write_tag(db: &Connection, name: &str, version: i64, key: &str, value: &str) -> Result<(), StoreError> {
    let mut upsert = db.prepare_cached(
        "INSERT INTO model_version_tag (name, version, key, value) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (name, version, key) DO UPDATE SET value = ?4",
    )?;
    upsert.execute(params![name, version, key, value])?;
    Ok(())
}

/// Removes a tag of a version; it may be gone already.
pub fn delete_tag(tx: &mut WriteTx, name: &str, version: i64, key: &str) -> Result<(), StoreError> {
    get(tx.db, name, version)?;
    let sql = "DELETE FROM model_version_tag WHERE name = ? AND version = ? AND key = ?";
    tx.db.execute(sql, params![name, version, key])?;
    Ok(())
}
