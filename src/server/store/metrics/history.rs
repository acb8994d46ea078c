//! Every point of a series, as it was logged.

use super::{
    Heads, RawPoint,
    chunks::{self, Blobs},
    compact::rows_of,
};
use crate::store::{Store, StoreError, keys};
use rusqlite::Connection;
use std::collections::HashSet;

impl Store {
    /// Every distinct point of `metric` in the run `rid`, in arrival order.
    ///
    /// A point that was logged again with the same step, time and value is one point. Empty if the
    /// run never logged the metric, or is unknown.
    pub async fn history(&self, rid: i64, metric: &str) -> Result<Vec<RawPoint>, StoreError> {
        let (heads, metric) = (self.heads().clone(), metric.to_owned());
        self.read_unlocked(move |db| {
            let Some(kid) = keys::of_name(db, &metric)? else { return Ok(Vec::new()) };
            let mut points = all_points(db, &heads, rid, kid)?;
            // Where steps only rise, no point can be there twice.
            if !points.is_sorted_by(|a, b| a.step < b.step) {
                let mut seen = HashSet::with_capacity(points.len());
                points.retain(|point| seen.insert(point.identity()));
            }
            Ok(points)
        })
        .await
    }
}

/// Every point of a series in arrival order, doubles too. `db` is in no transaction.
fn all_points(db: &Connection, heads: &Heads, rid: i64, kid: i64) -> Result<Vec<RawPoint>, StoreError> {
    let head = heads.series(rid, kid).unwrap_or_default();
    let tx = db.unchecked_transaction()?;
    let mut points = Vec::new();
    for meta in chunks::metas(&tx, rid, kid)? {
        points.extend(rows_of(&Blobs::new(&tx)?.points((rid, kid), &meta, true)?));
    }
    points.extend_from_slice(head.after(points.len() as u64));
    Ok(points)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::metrics::{MetricPoint, RunKey, append, rid_of};
    use data::run::RunId;

    fn run() -> RunKey {
        let id = RunId(0x0123_4567_89ab_cdef << 64);
        RunKey { rid: rid_of(id), eid: 1, id }
    }

    async fn log(store: &Store, points: &[(&'static str, f64, i64, i64)]) -> Result<(), StoreError> {
        let points = points.to_vec();
        store
            .write(move |tx| {
                let points: Vec<_> = points
                    .iter()
                    .map(|&(metric, value, step, time_millis)| MetricPoint { metric, value, step, time_millis })
                    .collect();
                append(tx, run(), &points)
            })
            .await
    }

    async fn steps(store: &Store, metric: &str) -> Vec<i64> {
        store.history(run().rid, metric).await.unwrap().iter().map(|point| point.step).collect()
    }

    #[tokio::test]
    async fn what_was_acknowledged_is_there_also_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        log(&store, &[("loss", 1.0, i64::MIN, 5), ("acc", f64::NAN, 0, 5), ("loss", 2.0, i64::MAX, 6)]).await.unwrap();
        log(&store, &[("loss", 2.0, i64::MAX, 6), ("loss", f64::INFINITY, 3, 7)]).await.unwrap();
        for again in 0..2 {
            let store = if again == 0 { store.clone() } else { Store::open(dir.path()).unwrap() };
            assert_eq!(steps(&store, "loss").await, [i64::MIN, i64::MAX, 3], "the double is one point");
            assert!(store.history(run().rid, "acc").await.unwrap()[0].value.is_nan());
            assert!(steps(&store, "nothing").await.is_empty());
        }
    }

    #[tokio::test]
    async fn a_change_that_fails_or_panics_leaves_nothing_and_harms_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let point = [MetricPoint { metric: "loss", value: 1.0, step: 1, time_millis: 1 }];
        let failed: Result<(), _> = store
            .write(move |tx| {
                append(tx, run(), &point)?;
                Err(StoreError::Invalid("no".to_owned()))
            })
            .await;
        assert!(matches!(failed, Err(StoreError::Invalid(_))));
        let panicked: Result<(), _> = store
            .write(move |tx| {
                append(tx, run(), &point)?;
                panic!("a bug")
            })
            .await;
        assert!(matches!(panicked, Err(StoreError::Bug)));
        assert!(steps(&store, "loss").await.is_empty());
        log(&store, &[("loss", 1.0, 4, 1)]).await.unwrap();
        assert_eq!(steps(&store, "loss").await, [4]);
    }
}
