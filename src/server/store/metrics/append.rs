//! Appending a batch: into the tail inside a change, and to the heads once that is durable.

use super::{Heads, MetricPoint, RawPoint, RunKey, compact::Compaction, tail};
use crate::store::{StoreError, WriteTx, keys};
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};

/// Whether the point of the statement is later than the one that the row has.
macro_rules! later {
    () => {
        "((?5, ?6) > (step, time) OR ((?5, ?6) = (step, time) AND ?4 IS NOT NULL AND (value IS NULL OR ?4 > value)))"
    };
}

/// Batches written in a transaction that is not durable yet.
#[derive(Debug, Default)]
pub(in crate::store) struct Staged {
    batches: Vec<Batch>,
    compactions: Vec<Compaction>,
    /// Runs that went to another experiment, and which.
    moved: HashMap<i64, i64>,
    /// Runs that are gone for good.
    purged: HashSet<i64>,
}

#[derive(Debug)]
struct Batch {
    run: RunKey,
    seq: i64,
    series: Vec<StagedSeries>,
}

#[derive(Debug)]
pub(super) struct StagedSeries {
    pub kid: i64,
    pub points: Vec<RawPoint>,
    /// How many points the series' chunks hold; filled in where the series has no head yet.
    pub base: u64,
    /// Whether the run never logged this metric before; filled in with `base`.
    pub is_new: bool,
}

impl Staged {
    pub(in crate::store) fn append(&mut self, mut other: Staged) {
        self.batches.append(&mut other.batches);
        self.compactions.append(&mut other.compactions);
        self.moved.extend(other.moved);
        self.purged.extend(other.purged);
    }

    /// Takes in a compaction whose rows are written.
    pub(super) fn compact(&mut self, compaction: Compaction) {
        self.compactions.push(compaction);
    }
}

/// Appends `points` to `run`, in the order given. Readers see them once the change is durable.
///
/// The caller has checked that the run is there and takes points. Any step, time and value is taken.
/// A point that is there already stays one point: see [`Store::history`](crate::store::Store::history).
pub fn append(tx: &mut WriteTx, run: RunKey, points: &[MetricPoint<'_>]) -> Result<(), StoreError> {
    if points.is_empty() {
        return Ok(());
    }
    let mut place_by_name: HashMap<&str, usize> = HashMap::new();
    let mut series: Vec<(&str, Vec<RawPoint>)> = Vec::new();
    for point in points {
        let place = *place_by_name.entry(point.metric).or_insert_with(|| {
            series.push((point.metric, Vec::new()));
            series.len() - 1
        });
        series[place].1.push(RawPoint { step: point.step, time_millis: point.time_millis, value: point.value });
    }
    let grown = tx.changes.grew.entry(run.eid).or_default();
    grown.runs.insert(run.id);
    let mut numbered = Vec::with_capacity(series.len());
    for (name, points) in series {
        let (kid, name) = keys::shared(tx, name)?;
        tx.changes.grew.entry(run.eid).or_default().metrics.insert(name);
        numbered.push(StagedSeries { kid, points, base: 0, is_new: false });
    }
    let blob = tail::encode(numbered.len(), numbered.iter().map(|series| (series.kid, &series.points[..])));
    tx.db.prepare_cached("INSERT INTO tail (rid, points) VALUES (?, ?)")?.execute(params![run.rid, blob])?;
    tx.staged.batches.push(Batch { run, seq: tx.db.last_insert_rowid(), series: numbered });
    Ok(())
}

/// Notes that a run went to the experiment `to`, for points of the same commit that still name another one.
pub(in crate::store) fn move_run(tx: &mut WriteTx, rid: i64, to: i64) {
    tx.staged.moved.insert(rid, to);
}

/// Removes the points of a run that is gone for good, also those that the same commit logs or moves into chunks.
pub(in crate::store) fn purge_run(tx: &mut WriteTx, rid: i64) {
    tx.staged.purged.insert(rid);
}

/// Removes all points of the runs that were purged.
fn remove_purged(db: &Connection, heads: &Heads, staged: &mut Staged) -> Result<(), StoreError> {
    let mut tail = db.prepare_cached("DELETE FROM tail WHERE seq = ?")?;
    for &rid in &staged.purged {
        db.prepare_cached("DELETE FROM chunk WHERE rid = ?")?.execute([rid])?;
        db.prepare_cached("DELETE FROM latest_metric WHERE rid = ?")?.execute([rid])?;
        let fresh = staged.batches.iter().filter(|batch| batch.run.rid == rid).map(|batch| batch.seq);
        for seq in fresh.chain(heads.seqs(rid)) {
            tail.execute([seq])?;
        }
    }
    staged.batches.retain(|batch| !staged.purged.contains(&batch.run.rid));
    staged.compactions.retain(|compaction| !staged.purged.contains(&compaction.rid));
    Ok(())
}

/// Does what is left before the commit: latest metrics, and where new heads begin.
pub(in crate::store) fn complete(db: &Connection, heads: &Heads, staged: &mut Staged) -> Result<(), StoreError> {
    remove_purged(db, heads, staged)?;
    let mut new = HashSet::new();
    for batch in &mut staged.batches {
        batch.run.eid = staged.moved.get(&batch.run.rid).copied().unwrap_or(batch.run.eid);
        heads.fill_bases(db, batch.run.rid, &mut batch.series)?;
        for series in &mut batch.series {
            // The first of two batches in this commit makes the series.
            series.is_new &= new.insert((batch.run.rid, series.kid));
        }
    }
    write_experiment_metrics(db, staged)?;
    write_latest(db, staged)
}

/// Shows what is `staged` to readers, now that it is durable.
pub(in crate::store) fn publish(heads: &Heads, staged: Staged) {
    for batch in staged.batches {
        heads.take(batch.run.rid, batch.seq, batch.series);
    }
    for compaction in staged.compactions {
        heads.let_go(&compaction);
    }
    staged.purged.into_iter().for_each(|rid| heads.forget(rid));
}

/// Counts new series in `experiment_metric`, and brings its largest steps up.
fn write_experiment_metrics(db: &Connection, staged: &Staged) -> Result<(), StoreError> {
    let mut grown: HashMap<(i64, i64), (i64, i64)> = HashMap::new();
    for batch in &staged.batches {
        for series in &batch.series {
            let (runs, max_step) = grown.entry((batch.run.eid, series.kid)).or_insert((0, i64::MIN));
            *runs += i64::from(series.is_new);
            *max_step = series.points.iter().map(|point| point.step).fold(*max_step, i64::max);
        }
    }
    let mut upsert = db.prepare_cached(
        "INSERT INTO experiment_metric (eid, kid, runs, max_step) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (eid, kid) DO UPDATE SET runs = runs + ?3, max_step = max(max_step, ?4)
         WHERE ?3 > 0 OR ?4 > max_step",
    )?;
    for ((eid, kid), (runs, max_step)) in grown {
        upsert.execute([eid, kid, runs, max_step])?;
    }
    Ok(())
}

/// What `latest_metric` says of one series.
#[derive(Debug, Clone, Copy)]
struct Latest {
    eid: i64,
    last: RawPoint,
    /// The least finite value, `None` if there is none.
    least: Option<f64>,
    /// The greatest finite value.
    greatest: Option<f64>,
}

impl Latest {
    fn of(eid: i64, first: RawPoint) -> Latest {
        let mut latest = Latest { eid, last: first, least: None, greatest: None };
        latest.take(&first);
        latest
    }

    fn take(&mut self, point: &RawPoint) {
        if point.later_than(&self.last) {
            self.last = *point;
        }
        if point.value.is_finite() {
            self.least = Some(self.least.map_or(point.value, |least| least.min(point.value)));
            self.greatest = Some(self.greatest.map_or(point.value, |greatest| greatest.max(point.value)));
        }
    }
}

/// Brings `latest_metric` up to all that is `staged`, once for each series.
fn write_latest(db: &Connection, staged: &Staged) -> Result<(), StoreError> {
    let mut latest: HashMap<(i64, i64), Latest> = HashMap::new();
    for batch in &staged.batches {
        for StagedSeries { kid, points, .. } in &batch.series {
            let known = latest.entry((batch.run.rid, *kid)).or_insert_with(|| Latest::of(batch.run.eid, points[0]));
            points.iter().for_each(|point| known.take(point));
        }
    }
    let mut upsert = db.prepare_cached(UPSERT)?;
    for ((rid, kid), Latest { eid, last, least, greatest }) in latest {
        upsert.execute(params![rid, kid, eid, last.value, last.step, last.time_millis, least, greatest])?;
    }
    Ok(())
}

/// Writes what one commit says of a series. SQLite's min and max of a NULL are NULL, hence the double coalesce.
const UPSERT: &str = concat!(
    "INSERT INTO latest_metric (rid, kid, eid, value, step, time, least, greatest)
     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
     ON CONFLICT (rid, kid) DO UPDATE SET value = iif(",
    later!(),
    ", ?4, value), step = iif(",
    later!(),
    ", ?5, step), time = iif(",
    later!(),
    ", ?6, time),
     least = min(coalesce(least, ?7), coalesce(?7, least)),
     greatest = max(coalesce(greatest, ?8), coalesce(?8, greatest))
     WHERE ",
    later!(),
    " OR (?7 IS NOT NULL AND (least IS NULL OR ?7 < least OR ?8 > greatest))"
);

/// Adds the tail's points to the least and greatest values, which know only chunks when the columns are new.
pub(in crate::store) fn sum_up_tail(db: &Connection) -> Result<(), StoreError> {
    let mut batches = db.prepare("SELECT rid, points FROM tail")?;
    let mut widen = db.prepare(
        "UPDATE latest_metric SET least = min(coalesce(least, ?3), coalesce(?3, least)),
                greatest = max(coalesce(greatest, ?4), coalesce(?4, greatest)) WHERE rid = ?1 AND kid = ?2",
    )?;
    let mut rows = batches.query([])?;
    while let Some(row) = rows.next()? {
        let rid: i64 = row.get(0)?;
        for (kid, points) in tail::decode(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)? {
            let Some(&first) = points.first() else { continue };
            let mut latest = Latest::of(0, first);
            points.iter().for_each(|point| latest.take(point));
            widen.execute(params![rid, kid, latest.least, latest.greatest])?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use data::run::RunId;

    const RUN: RunKey = RunKey { rid: 7, eid: 1, id: RunId(7 << 65) };

    /// Value, step, least and greatest of the metric.
    type Said = (Option<f64>, i64, Option<f64>, Option<f64>);

    async fn said(store: &Store) -> Said {
        let one = |row: &rusqlite::Row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        let sql = "SELECT value, step, least, greatest FROM latest_metric";
        store.read(move |db| Ok(db.query_row(sql, [], one)?)).await.unwrap()
    }

    async fn log(store: &Store, points: &[(i64, f64)]) {
        let points = points.to_vec();
        let point = |&(step, value): &(i64, f64)| MetricPoint { metric: "loss", value, step, time_millis: step };
        let change = store.write(move |tx| append(tx, RUN, &points.iter().map(point).collect::<Vec<_>>()));
        change.await.unwrap();
    }

    #[tokio::test]
    async fn least_and_greatest_are_over_all_that_was_ever_logged() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        for (name, points, expected) in [
            ("NaN alone has neither", &[(5, f64::NAN)][..], (None, 5, None, None)),
            ("a first value is both", &[(6, 2.0)], (Some(2.0), 6, Some(2.0), Some(2.0))),
            ("infinities are no values", &[(7, f64::INFINITY)], (Some(f64::INFINITY), 7, Some(2.0), Some(2.0))),
            ("many at once", &[(8, 3.0), (9, 1.0), (10, 2.0)], (Some(2.0), 10, Some(1.0), Some(3.0))),
            ("an earlier step widens and is not the latest", &[(1, -4.0)], (Some(2.0), 10, Some(-4.0), Some(3.0))),
            ("a step written again keeps what it had", &[(1, 9.0)], (Some(2.0), 10, Some(-4.0), Some(9.0))),
            ("nothing new", &[(2, 0.0)], (Some(2.0), 10, Some(-4.0), Some(9.0))),
        ] {
            log(&store, points).await;
            assert_eq!(said(&store).await, expected, "{name}");
        }
    }

    #[tokio::test]
    async fn a_store_without_the_columns_learns_them_from_chunks_and_tail() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        log(&store, &(0..300).map(|step| (step, step as f64)).collect::<Vec<_>>()).await;
        store.settle().await.unwrap();
        log(&store, &[(300, -1.0), (301, f64::NAN)]).await;
        let back = "ALTER TABLE latest_metric DROP COLUMN least; ALTER TABLE latest_metric DROP COLUMN greatest;
                    DROP TABLE report_orphan; PRAGMA user_version = 5;";
        drop(store);
        rusqlite::Connection::open(dir.path().join("throughline.db")).unwrap().execute_batch(back).unwrap();
        let store = Store::open(dir.path()).unwrap();
        assert_eq!(said(&store).await, (None, 301, Some(-1.0), Some(299.0)));
    }
}
