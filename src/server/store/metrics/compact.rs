//! Compaction: a run's tail becomes chunks, and its rows leave the tail, in one transaction.
//!
//! A thread looks a few times a second for runs to compact, encodes their chunks beside the writer, and
//! hands the writer only the finished rows. A short last chunk is joined with what follows it unless it
//! is much longer, so a series has few short chunks and no point is encoded again and again. Where
//! points come faster than the thread can follow, the writer compacts by itself before it takes more.

use super::{
    Heads, RawPoint,
    chunk::{CHUNK, ChunkMeta, Columns, encode_levels, encode_points},
    chunks::{self, Blobs, Encoded},
    heads::{RunSize, RunSnapshot},
};
use crate::store::{Store, StoreError, WriteTx, writer::Jobs};
use rusqlite::Connection;
use std::{
    sync::{Arc, mpsc},
    thread::JoinHandle,
    time::{Duration, Instant},
};

/// How often the thread looks.
const PERIOD: Duration = Duration::from_millis(200);
/// Above this, the largest heads are compacted though their series are short.
const SOFT_BOUND: usize = 48 << 20;
/// Above this, the writer takes nothing more before heads are smaller.
const HARD_BOUND: usize = 80 << 20;
/// How much the writer then makes chunks of at once: one large head, or hundreds of small ones in one commit.
const RELIEF: usize = 1 << 20;
/// How many heads go into one commit where a store is settled.
const TOGETHER: usize = 256;
/// A run that did not grow for this long is compacted, if it has points enough.
const IDLE: Duration = Duration::from_secs(30);
const IDLE_POINTS: usize = 256;
/// A run that did not grow for this long is compacted, whatever it has.
const ASLEEP: Duration = Duration::from_secs(600);

/// Finished chunks of one run, and what they stand for.
#[derive(Debug)]
pub(in crate::store) struct Compaction {
    pub(super) rid: i64,
    pub(super) series: Vec<SeriesPlan>,
    /// The rows of the tail that the chunks replace.
    pub(super) seqs: Vec<i64>,
}

#[derive(Debug)]
pub(super) struct SeriesPlan {
    pub kid: i64,
    /// Where the head began when it was copied.
    pub base: u64,
    /// How many points of the head are in the chunks.
    pub taken: usize,
    /// The first number of the chunks; older ones from there on are replaced.
    first_no: i64,
    chunks: Vec<Encoded>,
}

/// The thread that compacts; stops when dropped.
pub(in crate::store) struct Compactor {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Compactor {
    /// Starts the thread, which reads from `db` and writes through `jobs`.
    pub(in crate::store) fn start(db: Connection, heads: Arc<Heads>, jobs: Jobs) -> Result<Compactor, StoreError> {
        let (stop, stopped) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store-compactor".to_owned())
            .spawn(move || {
                while let Err(mpsc::RecvTimeoutError::Timeout) = stopped.recv_timeout(PERIOD) {
                    for rid in due(&heads) {
                        if let Err(error) = compact(&db, &heads, &jobs, rid) {
                            tracing::warn!(%error, "a compaction failed and will be tried again");
                            break;
                        }
                    }
                }
            })
            .map_err(|_| StoreError::Stopped)?;
        Ok(Compactor { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Compactor {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The runs to compact now.
fn due(heads: &Heads) -> Vec<i64> {
    let now = Instant::now();
    let mut sizes = heads.sizes();
    sizes.sort_unstable_by_key(|size| std::cmp::Reverse(size.points));
    let mut left = heads.bytes();
    let mut due = Vec::new();
    for size in sizes {
        if left > SOFT_BOUND || is_due(&size, now) {
            left = left.saturating_sub(size.bytes);
            due.push(size.rid);
        }
    }
    due
}

fn is_due(size: &RunSize, now: Instant) -> bool {
    let idle = now.duration_since(size.grew);
    size.longest >= CHUNK || (idle > IDLE && size.points >= IDLE_POINTS) || idle > ASLEEP
}

fn compact(db: &Connection, heads: &Heads, jobs: &Jobs, rid: i64) -> Result<(), StoreError> {
    let Some(snapshot) = heads.snapshot(rid) else { return Ok(()) };
    let compaction = encode(db, &snapshot)?;
    drop(snapshot);
    jobs.run_blocking(move |tx| apply(tx, compaction))
}

impl Store {
    /// Makes chunks of all that is in the tail now, as a store that was just filled wants it.
    pub async fn settle(&self) -> Result<(), StoreError> {
        let store = self.clone();
        self.read_unlocked(move |db| {
            let heads = store.heads();
            heads.sizes().chunks(TOGETHER).try_for_each(|sizes| {
                let snapshots = sizes.iter().filter_map(|size| heads.snapshot(size.rid));
                let compactions = snapshots.map(|snapshot| encode(db, &snapshot)).collect::<Result<Vec<_>, _>>()?;
                store.jobs().run_blocking(move |tx| compactions.into_iter().try_for_each(|one| apply(tx, one)))
            })
        })
        .await
    }
}

/// The change that the writer must make before it takes more: compacting the largest heads, if all
/// heads together are too large.
pub(in crate::store) fn relief(heads: &Heads) -> Option<impl FnOnce(&mut WriteTx) -> Result<(), StoreError> + use<>> {
    relief_above(heads, HARD_BOUND)
}

fn relief_above(heads: &Heads, bound: usize) -> Option<impl FnOnce(&mut WriteTx) -> Result<(), StoreError> + use<>> {
    if heads.bytes() <= bound {
        return None;
    }
    // To look at all heads costs as much as to compact one, so one look is for many.
    let mut sizes = heads.sizes();
    sizes.sort_unstable_by_key(|size| std::cmp::Reverse(size.bytes));
    let mut freed = 0;
    let largest: Vec<i64> = sizes
        .into_iter()
        .take_while(|size| {
            let more = freed < RELIEF;
            freed += size.bytes;
            more
        })
        .map(|size| size.rid)
        .collect();
    (!largest.is_empty()).then_some(move |tx: &mut WriteTx| {
        for rid in largest {
            let Some(snapshot) = tx.heads.snapshot(rid) else { continue };
            let compaction = encode(tx.db, &snapshot)?;
            drop(snapshot);
            apply(tx, compaction)?;
        }
        Ok(())
    })
}

/// Encodes the chunks of a run's head, joined with the short chunks before them.
pub(super) fn encode(db: &Connection, snapshot: &RunSnapshot) -> Result<Compaction, StoreError> {
    let tx = db.is_autocommit().then(|| db.unchecked_transaction()).transpose()?;
    let mut blobs = Blobs::new(db)?;
    let mut plans = Vec::with_capacity(snapshot.series.len());
    for (kid, head) in &snapshot.series {
        let mut older = chunks::metas(db, snapshot.rid, *kid)?;
        let mut first_no = older.last().map_or(0, |last| last.no + 1);
        let mut joined: Vec<ChunkMeta> = Vec::new();
        let mut length = head.points.len();
        while let Some(last) = older.pop_if(|last| last.n < CHUNK && last.n <= 2 * length) {
            length += last.n;
            first_no = last.no;
            joined.push(last);
        }
        let mut points = Vec::with_capacity(length);
        for meta in joined.iter().rev() {
            points.extend(rows_of(&blobs.points((snapshot.rid, *kid), meta, true)?));
        }
        points.extend_from_slice(&head.points);
        let chunks = points
            .chunks(CHUNK)
            .zip(first_no..)
            .map(|(points, no)| Encoded {
                meta: ChunkMeta::of(no, points),
                levels: encode_levels(points),
                points: encode_points(points),
            })
            .collect();
        plans.push(SeriesPlan { kid: *kid, base: head.base, taken: head.points.len(), first_no, chunks });
    }
    drop(blobs);
    drop(tx);
    Ok(Compaction { rid: snapshot.rid, series: plans, seqs: snapshot.seqs.clone() })
}

/// The points of `columns` one by one.
pub(super) fn rows_of(columns: &Columns) -> impl Iterator<Item = RawPoint> {
    let values = columns.steps.iter().zip(&columns.times).zip(&columns.values);
    values.map(|((&step, &time_millis), &value)| RawPoint { step, time_millis, value })
}

/// Puts the chunks in the place of the tail's rows, unless something else has done so meanwhile.
pub(super) fn apply(tx: &mut WriteTx, compaction: Compaction) -> Result<(), StoreError> {
    if !tx.heads.still_fits(&compaction) {
        return Ok(());
    }
    for plan in &compaction.series {
        tx.db.prepare_cached("DELETE FROM chunk WHERE rid = ? AND kid = ? AND no >= ?")?.execute([
            compaction.rid,
            plan.kid,
            plan.first_no,
        ])?;
        for encoded in &plan.chunks {
            chunks::insert(tx.db, compaction.rid, plan.kid, encoded)?;
        }
    }
    let mut delete = tx.db.prepare_cached("DELETE FROM tail WHERE seq = ?")?;
    for seq in &compaction.seqs {
        delete.execute([seq])?;
    }
    tx.staged.compact(compaction);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::metrics::{Axis, MetricPoint, RunKey, Series, append};
    use data::run::RunId;
    use proptest::prelude::*;

    const RUN: RunKey = RunKey { rid: 7, eid: 1, id: RunId(7 << 65) };

    fn point_at(i: i64) -> RawPoint {
        let value = if i % 97 == 3 { f64::NAN } else { (i as f64 * 0.01).sin() };
        RawPoint { step: i, time_millis: 1_000_000 + i * 11 + i % 3, value }
    }

    async fn log(store: &Store, points: std::ops::Range<i64>) {
        log_to(store, RUN, points).await;
    }

    async fn log_to(store: &Store, run: RunKey, points: std::ops::Range<i64>) {
        store
            .write(move |tx| {
                let points: Vec<_> = points
                    .map(|i| {
                        let RawPoint { step, time_millis, value } = point_at(i);
                        MetricPoint { metric: "loss", value, step, time_millis }
                    })
                    .collect();
                append(tx, run, &points)
            })
            .await
            .unwrap();
    }

    fn counts(store: &Store) -> (Vec<usize>, i64) {
        let db = store.reader().unwrap();
        let kid = crate::store::keys::of_name(&db, "loss").unwrap().unwrap();
        let lengths = chunks::metas(&db, RUN.rid, kid).unwrap().iter().map(|meta| meta.n).collect();
        (lengths, db.query_row("SELECT count(*) FROM tail", [], |row| row.get(0)).unwrap())
    }

    #[tokio::test]
    async fn short_chunks_are_joined_and_long_ones_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let mut end = 0;
        for (name, more, lengths) in [
            ("a first short chunk", 100, &[100][..]),
            ("joined with as many again", 100, &[200]),
            ("a long one is left alone", 10, &[200, 10]),
            ("all are joined by many", 5000, &[4096, 1114]),
            ("a full one stays for ever", 2982, &[4096, 4096]),
        ] {
            log(&store, end..end + more).await;
            end += more;
            store.settle().await.unwrap();
            assert_eq!(counts(&store), (lengths.to_vec(), 0), "{name}");
            assert_eq!(store.heads().bytes(), 0, "{name}");
        }
        let store = Store::open(dir.path()).unwrap();
        let history = store.history(RUN.rid, "loss").await.unwrap();
        assert!(history.iter().map(|p| p.identity()).eq((0..end).map(|i| point_at(i).identity())));
    }

    #[tokio::test]
    async fn relief_takes_one_large_head_or_many_small_ones() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let run = |n: i64| RunKey { rid: n, eid: 1, id: RunId((n as u128) << 65) };
        for n in 1..=40 {
            log_to(&store, run(n), 0..100).await;
        }
        log_to(&store, run(41), 0..(RELIEF / size_of::<RawPoint>() + 1) as i64).await;
        let small = store.heads().bytes() - store.heads().sizes().iter().map(|size| size.bytes).max().unwrap();
        for (name, left) in [("the large one alone", small), ("all small ones at once", 0)] {
            let change = relief_above(store.heads(), 0).expect(name);
            store.write(change).await.unwrap();
            assert_eq!(store.heads().bytes(), left, "{name}");
        }
        assert!(relief_above(store.heads(), 0).is_none(), "nothing is left to do");
        let history = store.history(7, "loss").await.unwrap();
        assert!(history.iter().map(|p| p.identity()).eq((0..100).map(|i| point_at(i).identity())));
    }

    #[tokio::test]
    async fn points_that_move_while_somebody_reads_are_seen_once() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        log(&store, 0..5000).await;
        let db = store.reader().unwrap();
        let kid = crate::store::keys::of_name(&db, "loss").unwrap().unwrap();
        // A reader takes the head, and then everything moves before it reads the chunks.
        let head = store.heads().of_series(RUN.rid, kid);
        store.settle().await.unwrap();
        log(&store, 5000..5100).await;
        store.settle().await.unwrap();
        for (name, head, n) in [("an old head", head, 5100), ("no head", None, 5100)] {
            let series = Series::load(&db, RUN.rid, kid, head).unwrap();
            assert_eq!(series.groups(Axis::Step).iter().map(|group| group.n).sum::<u64>(), n, "{name}");
        }
        // And one takes the head when only the first part has moved.
        log(&store, 5100..5200).await;
        let head = store.heads().of_series(RUN.rid, kid);
        let series = Series::load(&db, RUN.rid, kid, head).unwrap();
        assert_eq!(series.groups(Axis::Step).iter().map(|group| group.n).sum::<u64>(), 5200);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn whatever_moves_where_no_point_is_lost_or_doubled(
            batches in prop::collection::vec((1..3000i64, 0..4u8), 1..8)
        ) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(async {
                let dir = tempfile::tempdir().unwrap();
                let mut store = Store::open(dir.path()).unwrap();
                let mut end = 0;
                for (more, then) in batches {
                    log(&store, end..end + more).await;
                    end += more;
                    match then {
                        0 => store.settle().await.unwrap(),
                        1 => {
                            drop(store);
                            store = Store::open(dir.path()).unwrap();
                        }
                        _ => {}
                    }
                    let history = store.history(RUN.rid, "loss").await.unwrap();
                    assert!(history.iter().map(|p| p.identity()).eq((0..end).map(|i| point_at(i).identity())));
                }
            });
        }
    }
}
