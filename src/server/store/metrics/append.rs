//! Appending a batch: into the tail inside a change, and to the heads once that is durable.

use super::{Heads, MetricPoint, RawPoint, RunKey, compact::Compaction, tail};
use crate::store::{StoreError, WriteTx, keys};
use rusqlite::{Connection, params};
use std::collections::{HashMap, HashSet};

/// Batches written in a transaction that is not durable yet.
#[derive(Debug, Default)]
pub(in crate::store) struct Staged {
    batches: Vec<Batch>,
    compactions: Vec<Compaction>,
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

/// Does what is left before the commit: latest metrics, and where new heads begin.
pub(in crate::store) fn complete(db: &Connection, heads: &Heads, staged: &mut Staged) -> Result<(), StoreError> {
    let mut new = HashSet::new();
    for batch in &mut staged.batches {
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

/// Brings `latest_metric` up to all that is `staged`, once for each series.
fn write_latest(db: &Connection, staged: &Staged) -> Result<(), StoreError> {
    let mut latest: HashMap<(i64, i64), (i64, RawPoint)> = HashMap::new();
    for batch in &staged.batches {
        for StagedSeries { kid, points, .. } in &batch.series {
            let mut best = points[0];
            for point in &points[1..] {
                if point.later_than(&best) {
                    best = *point;
                }
            }
            let (_, known) = latest.entry((batch.run.rid, *kid)).or_insert((batch.run.eid, best));
            if best.later_than(known) {
                *known = best;
            }
        }
    }
    let mut upsert = db.prepare_cached(
        "INSERT INTO latest_metric (rid, kid, eid, value, step, time) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (rid, kid) DO UPDATE SET value = ?4, step = ?5, time = ?6
         WHERE (?5, ?6) > (step, time)
            OR ((?5, ?6) = (step, time) AND ?4 IS NOT NULL AND (value IS NULL OR ?4 > value))",
    )?;
    for ((rid, kid), (eid, point)) in latest {
        upsert.execute(params![rid, kid, eid, point.value, point.step, point.time_millis])?;
    }
    Ok(())
}
