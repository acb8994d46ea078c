//! Reading a table of runs from the database: all of it, or one run.

use super::{
    table::{Key, Run},
    values::Values,
};
use crate::store::{
    Store, StoreError,
    metrics::{Computed, Head, computed},
};
use rusqlite::{Connection, OptionalExtension, Row};
use std::{collections::HashMap, thread};

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

    /// What each run has in the column `key`, which is not computed.
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
            Key::Computed(..) => return Ok(()),
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

    /// What the run `rid`, whose place is `row`, has now in the column `key`, which is not computed.
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
            Key::Computed(..) => return Ok(()),
        };
        let mut query = self.db.prepare_cached(sql)?;
        let mut found = query.query([rid, kid])?;
        match found.next()? {
            Some(sql_row) => take(key, sql_row, 0, row, values)?,
            None => values.clear(row),
        }
        Ok(())
    }

    /// A number that is read off the points of a metric, of runs and their places. Costs a look at each run's chunks, by as
    /// many threads as there are cores.
    pub fn computed(
        &self,
        (kid, of): (i64, Computed),
        runs: &[(i64, usize)],
        values: &mut Values,
    ) -> Result<(), StoreError> {
        // All heads before the first chunk: a point that moves meanwhile is then seen in both, never in neither.
        let heads = runs.iter().map(|(rid, _)| (*rid, self.store.heads().of_series(*rid, kid))).collect::<Vec<_>>();
        let found = match threads(runs.len()) {
            1 => {
                let tx = self.db.unchecked_transaction()?;
                let found = in_turn(&tx, kid, &heads, of)?;
                tx.finish()?;
                found
            }
            threads => side_by_side(self.store, kid, &heads, of, threads)?,
        };
        for (&(_, row), y) in runs.iter().zip(found) {
            match y {
                Some(y) => values.set_number(row, y),
                None => values.clear(row),
            }
        }
        Ok(())
    }
}

/// How many runs are worth a thread of their own, and how many threads read at most.
const WORTH: usize = 1_000;
const MOST_THREADS: usize = 4;

/// How many threads read about `runs` runs.
fn threads(runs: usize) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    (runs / WORTH).clamp(1, cores.min(MOST_THREADS))
}

/// What each series of a metric has; `series` are runs with their heads.
fn in_turn(db: &Connection, kid: i64, series: &[(i64, Head)], of: Computed) -> Result<Vec<Option<f64>>, StoreError> {
    series.iter().map(|(rid, head)| computed(db, (*rid, kid), head.clone(), of)).collect()
}

/// As [`in_turn`], by several threads, each in a snapshot of its own.
fn side_by_side(
    store: &Store,
    kid: i64,
    series: &[(i64, Head)],
    of: Computed,
    threads: usize,
) -> Result<Vec<Option<f64>>, StoreError> {
    let parts = series.chunks(series.len().div_ceil(threads));
    let found: Vec<Vec<Option<f64>>> = thread::scope(|scope| {
        let read = |part| scope.spawn(move || in_turn(&*store.snapshot()?, kid, part, of));
        let readers: Vec<_> = parts.map(read).collect();
        readers.into_iter().map(|reader| reader.join().map_err(|_| StoreError::Bug)?).collect::<Result<_, _>>()
    })?;
    Ok(found.concat())
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
        Key::Last(_) | Key::Least(_) | Key::Greatest(_) | Key::Computed(..) => {
            values.set_number(at, row.get::<_, Option<f64>>(column)?.unwrap_or(f64::NAN));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        keys,
        metrics::{MetricPoint, RunKey, append},
    };
    use data::run::RunId;

    #[tokio::test]
    async fn threads_find_what_one_finds() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let key = |rid: i64| RunKey { rid, eid: 1, id: RunId((rid as u128) << 65) };
        for rid in 1..=7 {
            let point = move |step| MetricPoint { metric: "loss", value: (rid * step) as f64, step, time_millis: step };
            let log =
                move |tx: &mut crate::store::WriteTx| append(tx, key(rid), &(0..rid).map(point).collect::<Vec<_>>());
            store.write(log).await.unwrap();
            // Some lie in chunks, others in heads.
            if rid == 4 {
                store.settle().await.unwrap();
            }
        }
        let found = store.ask_runs(|sets| {
            let kid = keys::of_name(sets.db, "loss")?.expect("logged");
            let series: Vec<_> = (0..9).map(|rid| (rid, sets.store.heads().of_series(rid, kid))).collect();
            let of = Computed::AtStep(3);
            let alone = in_turn(sets.db, kid, &series, of)?;
            let by = |threads| side_by_side(sets.store, kid, &series, of, threads);
            Ok((alone, [by(2)?, by(4)?, by(9)?]))
        });
        let (alone, together) = found.await.unwrap();
        let expected = [None, None, None, None, Some(12.0), Some(15.0), Some(18.0), Some(21.0), None];
        assert_eq!(alone, expected);
        together.into_iter().for_each(|found| assert_eq!(found, expected));
    }
}
