//! Reading a table of runs from the database: all of it, or one run.

use super::{
    table::{Key, Run},
    values::Values,
};
use crate::store::{
    Store, StoreError,
    metrics::{Head, at_step},
};
use rusqlite::{Connection, OptionalExtension, Row};
use std::collections::HashMap;

/// Reads about the runs of one experiment. What changes meanwhile is marked, and read again with the next question.
pub(super) struct Loader<'a> {
    pub store: &'a Store,
    /// A connection in no transaction.
    pub db: &'a Connection,
    pub eid: i64,
}

const RUN: &str = "SELECT rid, uuid, started, ended, deleted FROM run";

fn run_of_row(row: &Row) -> rusqlite::Result<Run> {
    let uuid = row.get_ref(1)?.as_str()?;
    Ok(Run {
        rid: row.get(0)?,
        id: uuid.parse().expect("a stored run id is 32 digits"),
        start_millis: row.get(2)?,
        end_millis: row.get(3)?,
        deleted: row.get(4)?,
        gone: false,
    })
}

impl Loader<'_> {
    /// All runs of the experiment, in no order.
    pub fn runs(&self) -> Result<Vec<Run>, StoreError> {
        let mut query = self.db.prepare_cached(&format!("{RUN} WHERE eid = ?"))?;
        let runs = query.query_map([self.eid], run_of_row)?;
        Ok(runs.collect::<Result<_, _>>()?)
    }

    /// One run, if it is in the experiment.
    pub fn run(&self, rid: i64) -> Result<Option<Run>, StoreError> {
        let mut query = self.db.prepare_cached(&format!("{RUN} WHERE rid = ? AND eid = ?"))?;
        Ok(query.query_row([rid, self.eid], run_of_row).optional()?)
    }

    /// What each run has in the column `key`, which is no value at a step.
    pub fn all(&self, key: Key, row_by_rid: &HashMap<i64, u32>, values: &mut Values) -> Result<(), StoreError> {
        let (sql, kid) = match key {
            Key::Name => ("SELECT rid, name FROM run WHERE eid = ?1 AND ?2 = 0", 0),
            Key::User => ("SELECT rid, user FROM run WHERE eid = ?1 AND ?2 = 0", 0),
            Key::Status => ("SELECT rid, status FROM run WHERE eid = ?1 AND ?2 = 0", 0),
            Key::ArtifactUri => ("SELECT rid, artifact_uri FROM run WHERE eid = ?1 AND ?2 = 0", 0),
            Key::Param(kid) => ("SELECT rid, value FROM param WHERE eid = ?1 AND kid = ?2", kid),
            Key::Tag(kid) => ("SELECT rid, value FROM tag WHERE eid = ?1 AND kid = ?2", kid),
            Key::Last(kid) => ("SELECT rid, value FROM latest_metric WHERE eid = ?1 AND kid = ?2", kid),
            Key::Least(kid) => ("SELECT rid, least FROM latest_metric WHERE eid = ?1 AND kid = ?2", kid),
            Key::Greatest(kid) => ("SELECT rid, greatest FROM latest_metric WHERE eid = ?1 AND kid = ?2", kid),
            Key::AtStep(..) => return Ok(()),
        };
        let mut query = self.db.prepare_cached(sql)?;
        let mut found = query.query([self.eid, kid])?;
        while let Some(row) = found.next()? {
            if let Some(&at) = row_by_rid.get(&row.get(0)?) {
                take(key, row, 1, at as usize, values)?;
            }
        }
        Ok(())
    }

    /// What the run `rid`, whose place is `row`, has now in the column `key`, which is no value at a step.
    pub fn one(&self, key: Key, rid: i64, row: usize, values: &mut Values) -> Result<(), StoreError> {
        let (sql, kid) = match key {
            Key::Name => ("SELECT name FROM run WHERE rid = ?1 AND ?2 = 0", 0),
            Key::User => ("SELECT user FROM run WHERE rid = ?1 AND ?2 = 0", 0),
            Key::Status => ("SELECT status FROM run WHERE rid = ?1 AND ?2 = 0", 0),
            Key::ArtifactUri => ("SELECT artifact_uri FROM run WHERE rid = ?1 AND ?2 = 0", 0),
            Key::Param(kid) => ("SELECT value FROM param WHERE rid = ?1 AND kid = ?2", kid),
            Key::Tag(kid) => ("SELECT value FROM tag WHERE rid = ?1 AND kid = ?2", kid),
            Key::Last(kid) => ("SELECT value FROM latest_metric WHERE rid = ?1 AND kid = ?2", kid),
            Key::Least(kid) => ("SELECT least FROM latest_metric WHERE rid = ?1 AND kid = ?2", kid),
            Key::Greatest(kid) => ("SELECT greatest FROM latest_metric WHERE rid = ?1 AND kid = ?2", kid),
            Key::AtStep(..) => return Ok(()),
        };
        let mut query = self.db.prepare_cached(sql)?;
        let mut found = query.query([rid, kid])?;
        match found.next()? {
            Some(sql_row) => take(key, sql_row, 0, row, values)?,
            None => values.clear(row),
        }
        Ok(())
    }

    /// The values of a metric at a step, of runs and their places. Costs a chunk decoded for each run.
    pub fn at_step(
        &self,
        (kid, step): (i64, i64),
        runs: &[(i64, usize)],
        values: &mut Values,
    ) -> Result<(), StoreError> {
        // All heads before the first chunk: a point that moves meanwhile is then seen in both, never in neither.
        let heads: Vec<Head> = runs.iter().map(|(rid, _)| self.store.heads().of_series(*rid, kid)).collect();
        let tx = self.db.unchecked_transaction()?;
        for (&(rid, row), head) in runs.iter().zip(heads) {
            match at_step(&tx, (rid, kid), head, step)? {
                Some(y) => values.set_number(row, y),
                None => values.clear(row),
            }
        }
        Ok(tx.finish()?)
    }
}

/// Sets the place `at` of `values` to what the statement found in its column `column`.
fn take(key: Key, row: &Row, column: usize, at: usize, values: &mut Values) -> rusqlite::Result<()> {
    match key {
        Key::Name | Key::User | Key::Status | Key::ArtifactUri | Key::Param(_) | Key::Tag(_) => {
            match row.get_ref(column)?.as_str()? {
                // Nobody is no user.
                "" if key == Key::User => values.clear(at),
                text => values.set_text(at, text),
            }
        }
        // The store keeps NaN as NULL.
        Key::Last(_) | Key::Least(_) | Key::Greatest(_) | Key::AtStep(..) => {
            values.set_number(at, row.get::<_, Option<f64>>(column)?.unwrap_or(f64::NAN));
        }
    }
    Ok(())
}
