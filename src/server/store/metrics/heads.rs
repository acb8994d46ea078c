//! The points of the tail in memory, by series: what is not in chunks yet.

use super::{RawPoint, append::StagedSeries, compact::Compaction, tail};
use crate::store::StoreError;
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, MutexGuard, RwLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

/// What a series costs in memory beside its points.
const SERIES_BYTES: usize = 160;

/// The heads of all runs. Only the writer's thread changes them.
#[derive(Debug, Default)]
pub(in crate::store) struct Heads {
    by_run: RwLock<HashMap<i64, Arc<Mutex<RunHead>>>>,
    bytes: AtomicUsize,
}

/// One run's points that are in the tail.
#[derive(Debug)]
struct RunHead {
    series: BTreeMap<i64, SeriesHead>,
    /// The rows of the tail that hold these points, oldest first.
    seqs: Vec<i64>,
    points: usize,
    longest: usize,
    grew: Instant,
}

/// The points of one series from ordinal `base` on.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct SeriesHead {
    /// How many points of the series come before these: all that its chunks hold.
    pub(super) base: u64,
    /// The points, in arrival order. Shared with readers; the writer copies what a reader holds.
    pub(super) points: Arc<Vec<RawPoint>>,
}

impl SeriesHead {
    /// How many points it holds.
    pub(in crate::store) fn len(&self) -> usize {
        self.points.len()
    }

    /// The points that are not among the first `in_chunks` of the series: those that moved into chunks
    /// after this head was taken are left out.
    pub(super) fn after(&self, in_chunks: u64) -> &[RawPoint] {
        let moved = in_chunks.saturating_sub(self.base).min(self.points.len() as u64);
        &self.points[moved as usize..]
    }
}

/// What one run's head says of itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct RunSize {
    pub rid: i64,
    /// Points of all its series.
    pub points: usize,
    /// Bytes that it takes, about.
    pub bytes: usize,
    /// Points of its longest series.
    pub longest: usize,
    /// When it last grew.
    pub grew: Instant,
}

/// A copy of one run's head, to compact.
pub(super) struct RunSnapshot {
    pub rid: i64,
    pub series: Vec<(i64, SeriesHead)>,
    pub seqs: Vec<i64>,
}

impl Heads {
    /// Bytes that all heads take, about.
    pub(in crate::store) fn bytes(&self) -> usize {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The size of each run's head, in no order.
    pub(super) fn sizes(&self) -> Vec<RunSize> {
        let by_run = self.by_run.read().expect("no panic while held");
        by_run
            .iter()
            .map(|(&rid, run)| {
                let run = lock(run);
                RunSize { rid, points: run.points, bytes: run.bytes(), longest: run.longest, grew: run.grew }
            })
            .collect()
    }

    /// A copy of the head of `rid`, if it has one.
    pub(super) fn snapshot(&self, rid: i64) -> Option<RunSnapshot> {
        let run = self.run(rid)?;
        let run = lock(&run);
        let series = run.series.iter().map(|(&kid, head)| (kid, head.clone())).collect();
        Some(RunSnapshot { rid, series, seqs: run.seqs.clone() })
    }

    /// A series' head. Take it before reading chunks.
    pub(in crate::store) fn series(&self, rid: i64, kid: i64) -> Option<SeriesHead> {
        lock(&self.run(rid)?).series.get(&kid).cloned()
    }

    /// Says in `batch` where each series begins that has no head yet, and whether it is new.
    pub(super) fn fill_bases(&self, db: &Connection, rid: i64, batch: &mut [StagedSeries]) -> Result<(), StoreError> {
        let run = self.run(rid);
        let run = run.as_ref().map(lock);
        for series in batch {
            if !run.as_ref().is_some_and(|run| run.series.contains_key(&series.kid)) {
                series.base = points_in_chunks(db, rid, series.kid)?;
                series.is_new = series.base == 0;
            }
        }
        Ok(())
    }

    /// Takes one row of the tail.
    pub(super) fn take(&self, rid: i64, seq: i64, batch: Vec<StagedSeries>) {
        let run = self.by_run.write().expect("no panic while held").entry(rid).or_insert_with(RunHead::empty).clone();
        let mut run = lock(&run);
        let mut bytes = 0;
        for StagedSeries { kid, mut points, base, .. } in batch {
            run.points += points.len();
            bytes += points.len() * size_of::<RawPoint>();
            let head = run.series.entry(kid).or_insert_with(|| {
                bytes += SERIES_BYTES;
                SeriesHead { base, points: Arc::default() }
            });
            Arc::make_mut(&mut head.points).append(&mut points);
            let length = head.points.len();
            run.longest = run.longest.max(length);
        }
        run.seqs.push(seq);
        run.grew = Instant::now();
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// Whether the head still is as `compaction` found it, grown at most.
    pub(super) fn still_fits(&self, compaction: &Compaction) -> bool {
        let Some(run) = self.run(compaction.rid) else { return false };
        let run = lock(&run);
        run.seqs.starts_with(&compaction.seqs)
            && compaction.series.iter().all(|plan| {
                run.series.get(&plan.kid).is_some_and(|head| head.base == plan.base && head.points.len() >= plan.taken)
            })
    }

    /// Lets go of the points that are in chunks now.
    pub(super) fn let_go(&self, compaction: &Compaction) {
        let Some(run) = self.run(compaction.rid) else { return };
        let mut run = lock(&run);
        let mut bytes = 0;
        run.seqs.drain(..compaction.seqs.len());
        for plan in &compaction.series {
            let head = run.series.get_mut(&plan.kid).expect("a compaction names series that fit");
            head.base += plan.taken as u64;
            head.points = Arc::new(head.points[plan.taken..].to_vec());
            bytes += plan.taken * size_of::<RawPoint>();
        }
        let before = run.series.len();
        run.series.retain(|_, head| !head.points.is_empty());
        bytes += (before - run.series.len()) * SERIES_BYTES;
        run.points = run.series.values().map(|head| head.points.len()).sum();
        run.longest = run.series.values().map(|head| head.points.len()).max().unwrap_or(0);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
        let empty = run.series.is_empty();
        drop(run);
        if empty {
            self.by_run.write().expect("no panic while held").remove(&compaction.rid);
        }
    }

    /// The rows of the tail that hold the points of `rid`.
    pub(super) fn seqs(&self, rid: i64) -> Vec<i64> {
        self.run(rid).map_or(Vec::new(), |run| lock(&run).seqs.clone())
    }

    /// Lets go of all points of `rid`, which is gone for good.
    pub(super) fn forget(&self, rid: i64) {
        let Some(run) = self.by_run.write().expect("no panic while held").remove(&rid) else { return };
        self.bytes.fetch_sub(lock(&run).bytes(), Ordering::Relaxed);
    }

    fn run(&self, rid: i64) -> Option<Arc<Mutex<RunHead>>> {
        self.by_run.read().expect("no panic while held").get(&rid).cloned()
    }
}

impl RunHead {
    fn empty() -> Arc<Mutex<RunHead>> {
        let grew = Instant::now();
        Arc::new(Mutex::new(RunHead { series: BTreeMap::new(), seqs: Vec::new(), points: 0, longest: 0, grew }))
    }

    fn bytes(&self) -> usize {
        self.points * size_of::<RawPoint>() + self.series.len() * SERIES_BYTES
    }
}

fn lock(run: &Arc<Mutex<RunHead>>) -> MutexGuard<'_, RunHead> {
    run.lock().expect("no panic while held")
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
        let mut batch: Vec<_> =
            batch.into_iter().map(|(kid, points)| StagedSeries { kid, points, base: 0, is_new: false }).collect();
        let rid = row.get(1)?;
        heads.fill_bases(db, rid, &mut batch)?;
        heads.take(rid, row.get(0)?, batch);
    }
    Ok(heads)
}
