//! The points of the tail in memory, by series: what is not in chunks yet.

use super::{RawPoint, append::StagedSeries, tail};
use crate::store::StoreError;
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, RwLock},
};

/// The heads of all runs. Only the writer's thread changes them.
#[derive(Debug, Default)]
pub(in crate::store) struct Heads {
    by_run: RwLock<HashMap<i64, Arc<Mutex<RunHead>>>>,
}

/// One run's points that are in the tail.
#[derive(Debug, Default)]
struct RunHead {
    series: BTreeMap<i64, SeriesHead>,
    /// The rows of the tail that hold these points.
    seqs: Vec<i64>,
}

/// The points of one series from ordinal `base` on.
#[derive(Debug, Clone, Default)]
pub(super) struct SeriesHead {
    /// How many points of the series come before these: all that its chunks hold.
    pub base: u64,
    /// The points, in arrival order.
    pub points: Vec<RawPoint>,
}

impl Heads {
    /// Says in `batch` where each series begins that has no head yet.
    pub(super) fn fill_bases(&self, db: &Connection, rid: i64, batch: &mut [StagedSeries]) -> Result<(), StoreError> {
        let run = self.run(rid);
        let run = run.as_ref().map(|run| run.lock().expect("no panic while held"));
        for series in batch {
            if !run.as_ref().is_some_and(|run| run.series.contains_key(&series.kid)) {
                series.base = points_in_chunks(db, rid, series.kid)?;
            }
        }
        Ok(())
    }

    /// Takes one row of the tail.
    pub(super) fn take(&self, rid: i64, seq: i64, batch: Vec<StagedSeries>) {
        let run = self.by_run.write().expect("no panic while held").entry(rid).or_default().clone();
        let mut run = run.lock().expect("no panic while held");
        for StagedSeries { kid, mut points, base } in batch {
            let head = run.series.entry(kid).or_insert_with(|| SeriesHead { base, points: Vec::new() });
            head.points.append(&mut points);
        }
        run.seqs.push(seq);
    }

    fn run(&self, rid: i64) -> Option<Arc<Mutex<RunHead>>> {
        self.by_run.read().expect("no panic while held").get(&rid).cloned()
    }

    /// A copy of a series' head.
    pub(super) fn series(&self, rid: i64, kid: i64) -> SeriesHead {
        let Some(run) = self.run(rid) else { return SeriesHead::default() };
        let run = run.lock().expect("no panic while held");
        run.series.get(&kid).cloned().unwrap_or_default()
    }
}

fn points_in_chunks(db: &Connection, rid: i64, kid: i64) -> Result<u64, StoreError> {
    let mut query = db.prepare_cached("SELECT coalesce(sum(n), 0) FROM chunk WHERE rid = ? AND kid = ?")?;
    Ok(query.query_row([rid, kid], |row| row.get::<_, i64>(0))? as u64)
}

/// Reads the whole tail into heads, when the store opens.
pub(in crate::store) fn replay(db: &Connection) -> Result<Heads, StoreError> {
    let heads = Heads::default();
    let mut query = db.prepare("SELECT seq, rid, points FROM tail ORDER BY seq")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        let batch = tail::decode(row.get_ref(2)?.as_blob().map_err(rusqlite::Error::from)?)?;
        let mut batch: Vec<_> = batch.into_iter().map(|(kid, points)| StagedSeries { kid, points, base: 0 }).collect();
        let rid = row.get(1)?;
        heads.fill_bases(db, rid, &mut batch)?;
        heads.take(rid, row.get(0)?, batch);
    }
    Ok(heads)
}
