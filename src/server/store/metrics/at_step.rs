//! The value of a metric at a step.

use super::{Axis, Head, Reader, Series};
use crate::store::StoreError;
use rusqlite::Connection;

/// The value of a series at `step`, or at the last step before it; the last write of that step, which may be NaN.
///
/// `None` if the series begins later or ends earlier. Decodes what lies about the step: one chunk at most, unless
/// steps were written again. `head` is the series' head, taken before the snapshot in which `db` reads.
pub(in crate::store) fn at_step(
    db: &Connection,
    (rid, kid): (i64, i64),
    head: Head,
    step: i64,
) -> Result<Option<f64>, StoreError> {
    let series = Series::load(db, rid, kid, head)?;
    let groups = series.groups(Axis::Step);
    if groups.last().is_none_or(|last| last.x_max < step) {
        return Ok(None);
    }
    let Some(group) = groups.iter().rfind(|group| group.x_min <= step) else { return Ok(None) };
    let points = Reader::new(db, &series, Axis::Step)?.points(group)?;
    let after = points.x.partition_point(|&x| x <= step);
    Ok(after.checked_sub(1).map(|at| points.y[at]))
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
    async fn the_value_at_a_step_is_the_one_that_stood_then() {
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
        for (name, step, value) in [
            ("at the first step", 0, Some(0.0)),
            ("before all", -1, None),
            ("between two steps the one before", 45_678, Some(4_567.0)),
            ("a step that was written again", 75, Some(-7.0)),
            ("NaN is a value", 100_005, Some(f64::NAN)),
            ("at the last step", 100_010, Some(5.0)),
            ("after the end", 100_011, None),
        ] {
            let found = store.read_unlocked({
                let store = store.clone();
                move |db| {
                    let kid = keys::of_name(db, "loss")?.expect("logged");
                    at_step(db, (7, kid), store.heads().of_series(7, kid), step)
                }
            });
            let found = found.await.unwrap();
            assert!(
                found == value || (found.is_some_and(f64::is_nan) && value.is_some_and(f64::is_nan)),
                "{name}: {found:?}"
            );
        }
    }
}
