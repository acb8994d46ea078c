//! Names of metrics, params and tags, each stored once and known by a number.

use super::{StoreError, WriteTx};
use rusqlite::{Connection, OptionalExtension};
use std::{collections::HashMap, sync::Arc};

/// How many names the writer remembers; past that it forgets all and learns again.
const REMEMBERED: usize = 100_000;

/// The numbers of names that the writer has seen.
#[derive(Debug, Default)]
pub(super) struct Keys {
    by_name: HashMap<Arc<str>, i64>,
    /// Names that the open transaction made: forgotten if it fails.
    fresh: Vec<Arc<str>>,
}

impl Keys {
    /// The number of `name`, given out now if it has none, and the name to share.
    fn number(&mut self, db: &Connection, name: &str) -> Result<(i64, Arc<str>), StoreError> {
        if let Some((name, &kid)) = self.by_name.get_key_value(name) {
            return Ok((kid, name.clone()));
        }
        let known = of_name(db, name)?;
        let shared: Arc<str> = name.into();
        let kid = match known {
            Some(kid) => kid,
            None => {
                db.prepare_cached("INSERT INTO key (name) VALUES (?)")?.execute([name])?;
                self.fresh.push(shared.clone());
                db.last_insert_rowid()
            }
        };
        if self.by_name.len() >= REMEMBERED {
            self.by_name.clear();
        }
        self.by_name.insert(shared.clone(), kid);
        Ok((kid, shared))
    }

    /// Forgets what the open transaction made, because some of it was undone.
    pub(super) fn undo(&mut self) {
        for name in self.fresh.drain(..) {
            self.by_name.remove(&name);
        }
    }

    /// Keeps what the transaction made: it is durable.
    pub(super) fn commit(&mut self) {
        self.fresh.clear();
    }
}

/// The number of `name` for writing, given out now if it has none.
pub fn number(tx: &mut WriteTx, name: &str) -> Result<i64, StoreError> {
    Ok(tx.keys.number(tx.db, name)?.0)
}

/// As [`number`], with the name to share.
pub(super) fn shared(tx: &mut WriteTx, name: &str) -> Result<(i64, Arc<str>), StoreError> {
    tx.keys.number(tx.db, name)
}

/// The number of `name` for reading, `None` if nothing has that name.
pub fn of_name(db: &Connection, name: &str) -> Result<Option<i64>, StoreError> {
    let mut query = db.prepare_cached("SELECT kid FROM key WHERE name = ?")?;
    Ok(query.query_row([name], |row| row.get(0)).optional()?)
}
