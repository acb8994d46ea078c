//! Numbers of a series that are read off its points: the value at a step, and the mean.

use super::{Axis, Head, Reader, Series};
use crate::store::StoreError;
use data::summary;
use rusqlite::Connection;

/// Which number of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(in crate::store) enum Computed {
    /// The value at a step, or at the last step before it; the last write of that step, which may be NaN. None of a series
    /// that begins later or ends earlier.
    AtStep(i64),
    /// The mean of the finite values over steps, the last write of each; NaN if none is finite.
    Mean,
}

/// The number `of` a series; `None` if it has none. `head` is the series' head, taken before the snapshot in which `db`
/// reads. Costs what lies about the step decoded, one chunk at most unless steps were written again; of a mean all points.
pub(in crate::store) fn computed(
    db: &Connection,
    (rid, kid): (i64, i64),
    head: Head,
    of: Computed,
) -> Result<Option<f64>, StoreError> {
    let series = Series::load(db, rid, kid, head)?;
    match of {
        Computed::AtStep(step) => at_step(db, &series, step),
        Computed::Mean => mean(db, &series),
    }
}

fn at_step(db: &Connection, series: &Series, step: i64) -> Result<Option<f64>, StoreError> {
    let groups = series.groups(Axis::Step);
    if groups.last().is_none_or(|last| last.x_max < step) {
        return Ok(None);
    }
    let Some(group) = groups.iter().rfind(|group| group.x_min <= step) else { return Ok(None) };
    let points = Reader::new(db, series, Axis::Step)?.points(group)?;
    let after = points.x.partition_point(|&x| x <= step);
    Ok(after.checked_sub(1).map(|at| points.y[at]))
}

fn mean(db: &Connection, series: &Series) -> Result<Option<f64>, StoreError> {
    let groups = series.groups(Axis::Step);
    let mut reader = Reader::new(db, series, Axis::Step)?;
    let mut values = Vec::with_capacity(series.held() as usize);
    for group in &groups {
        values.extend(reader.points(group)?.y);
    }
    Ok((!values.is_empty()).then(|| summary::mean(&values)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{
        Store, keys,
        metrics::{MetricPoint, RunKey, append},
    };
    use data::run::RunId;

    #[tokio::test]
    async fn a_value_at_a_step_is_the_one_that_stood_then_and_the_mean_counts_each_step_once() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let run = RunKey { rid: 7, eid: 1, id: RunId(7 << 65) };
        let log = |steps: Vec<(i64, f64)>| {
            store.write(move |tx| {
                let point = |(step, value)| MetricPoint { metric: "loss", value, step, time_millis: step };
                append(tx, run, &steps.into_iter().map(point).collect::<Vec<_>>())
            })
        };
        log((0..10_000).map(|at| (at * 10, at as f64)).collect()).await.unwrap();
        store.settle().await.unwrap();
        log(vec![(100_000, f64::NAN), (100_010, 5.0), (70, -7.0)]).await.unwrap();
        let steps = 10_003 - 1;
        let mean = ((0..10_000).map(f64::from).sum::<f64>() - 7.0 - 7.0 + 5.0) / f64::from(steps - 1);
        for (name, of, value) in [
            ("at the first step", Computed::AtStep(0), Some(0.0)),
            ("before all", Computed::AtStep(-1), None),
            ("between two steps the one before", Computed::AtStep(45_678), Some(4_567.0)),
            ("a step that was written again", Computed::AtStep(75), Some(-7.0)),
            ("NaN is a value", Computed::AtStep(100_005), Some(f64::NAN)),
            ("at the last step", Computed::AtStep(100_010), Some(5.0)),
            ("after the end", Computed::AtStep(100_011), None),
            ("the mean, of each step once and of no NaN", Computed::Mean, Some(mean)),
        ] {
            assert!(alike(found(&store, "loss", of).await, value), "{name}");
        }
        log_nan(&store, run).await;
        assert!(alike(found(&store, "lost", Computed::Mean).await, Some(f64::NAN)), "nothing finite");
        assert_eq!(found(&store, "loss of another run", Computed::Mean).await, None);
    }

    async fn log_nan(store: &Store, run: RunKey) {
        let points = [MetricPoint { metric: "lost", value: f64::NAN, step: 1, time_millis: 1 }];
        store.write(move |tx| append(tx, run, &points)).await.unwrap();
    }

    fn alike(found: Option<f64>, expected: Option<f64>) -> bool {
        found == expected || (found.is_some_and(f64::is_nan) && expected.is_some_and(f64::is_nan))
    }

    async fn found(store: &Store, metric: &'static str, of: Computed) -> Option<f64> {
        let question = {
            let store = store.clone();
            move |db: &Connection| {
                let Some(kid) = keys::of_name(db, metric)? else { return Ok(None) };
                computed(db, (7, kid), store.heads().of_series(7, kid), of)
            }
        };
        store.read_unlocked(question).await.unwrap()
    }
}
