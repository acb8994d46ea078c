//! Frames held against the naive answer: all points in memory, thinned in one go.

use crate::store::{
    RunKey, Store, StoreError, experiments,
    metrics::{MetricPoint, RawPoint, append},
    runs::{self, NewRun},
};
use data::{
    frame::{FrameRequest, RunSet, XAxis},
    run::RunId,
    series::Points,
    smooth::{Ema, Smoothing},
    thin::{Buckets, Keep, thin},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const START: i64 = 1_760_000_000_000;

async fn new_run(store: &Store, eid: i64, n: u128) -> RunKey {
    let new = NewRun { eid, start_millis: Some(START), ..NewRun::default() };
    store.write(move |tx| runs::create(tx, RunId((n << 65) | 5), &new)).await.unwrap()
}

async fn log(store: &Store, run: RunKey, points: &[RawPoint]) {
    let points = points.to_vec();
    let change = store.write(move |tx| {
        let named =
            |p: &RawPoint| MetricPoint { metric: "loss", value: p.value, step: p.step, time_millis: p.time_millis };
        append(tx, run, &points.iter().map(named).collect::<Vec<_>>())
    });
    change.await.unwrap();
}

async fn experiment(store: &Store) -> i64 {
    store.write(|tx| experiments::create(tx, "digits", None, &[])).await.unwrap()
}

fn request(eid: i64, width_px: u32) -> FrameRequest {
    let run_set = RunSet { experiments: vec![eid.to_string()], ..RunSet::default() };
    FrameRequest { run_set, metric: "loss".to_owned(), width_px, ..FrameRequest::default() }
}

/// All points along `x` in x order: along steps the last write of each.
fn naive_points(points: &[RawPoint], x: XAxis) -> Points {
    let mut rows: Vec<(i64, f64)> = match x {
        XAxis::Step => points.iter().map(|p| (p.step, p.value)).collect::<BTreeMap<_, _>>().into_iter().collect(),
        XAxis::WallTime | XAxis::RelativeTime | XAxis::ActiveTime | XAxis::Metric => {
            let origin = if x == XAxis::WallTime { 0 } else { START };
            let mut distinct: Vec<&RawPoint> = Vec::new();
            for point in points {
                if !distinct.iter().rev().take(40).any(|p| p.identity() == point.identity()) {
                    distinct.push(point);
                }
            }
            distinct.sort_by_key(|p| (p.time_millis, p.step));
            distinct.iter().map(|p| (p.time_millis - origin, p.value)).collect()
        }
    };
    let (x, y) = rows.drain(..).unzip();
    Points { x, y }
}

/// The points in the range thinned, and one neighbour on each side.
fn naive_line(all: &Points, range: Option<[i64; 2]>, buckets: Buckets, keep: Keep) -> Points {
    let [from, to] = range.unwrap_or([i64::MIN, i64::MAX]);
    let (start, end) = (all.x.partition_point(|&x| x < from), all.x.partition_point(|&x| x <= to));
    let inside = Points { x: all.x[start..end].to_vec(), y: all.y[start..end].to_vec() };
    let mut line = thin(&inside, buckets, keep).points;
    if start > 0 {
        line.x.insert(0, all.x[start - 1]);
        line.y.insert(0, all.y[start - 1]);
    }
    if end < all.len() {
        line.push(all.x[end], all.y[end]);
    }
    line
}

fn bits(points: &Points) -> Vec<(i64, u64)> {
    let canonical = |y: f64| if y.is_nan() { 1 } else { y.to_bits() };
    points.x.iter().zip(&points.y).map(|(&x, &y)| (x, canonical(y))).collect()
}

/// A stretch of logging: how many points, how far the run goes back before it, a seed.
type Stretch = (u64, i64, u64, bool);

fn points_of(stretches: &[Stretch]) -> Vec<Vec<RawPoint>> {
    let (mut step, mut time) = (0i64, START);
    let mut all = Vec::new();
    for &(n, back, seed, _) in stretches {
        step -= back;
        let mut state = seed | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let stretch = (0..n).map(|_| {
            step += 1 + i64::from(next() % 7 == 0);
            time += (next() % 4) as i64;
            let value = match next() % 50 {
                0 => f64::NAN,
                1 => f64::INFINITY,
                2 => f64::NEG_INFINITY,
                _ => (next() % 1000) as f64 / 7.0,
            };
            RawPoint { step, time_millis: time, value }
        });
        all.push(stretch.collect());
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn a_frame_is_the_naive_answer(
        stretches in prop::collection::vec((1..3000u64, prop_oneof![3 => Just(0i64), 1 => 0..2000i64], any::<u64>(), any::<bool>()), 1..5),
        width_px in 100..2000u32,
        x in prop_oneof![Just(XAxis::Step), Just(XAxis::RelativeTime), Just(XAxis::WallTime)],
        range in prop::option::of((0..6000i64, 0..6000i64)),
        smoothing in prop::option::of(0.0..0.99f64),
        since in prop::option::of(0..6000i64),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(dir.path()).unwrap();
            let run = new_run(&store, experiment(&store).await, 1).await;
            let mut all = Vec::new();
            for (points, (.., settle)) in points_of(&stretches).into_iter().zip(&stretches) {
                log(&store, run, &points).await;
                all.extend(points);
                if *settle {
                    store.settle().await.unwrap();
                }
            }
            let shift = if x == XAxis::WallTime { START } else { 0 };
            let range = range.map(|(from, length)| [from + shift, from + length + shift]);
            let naive = naive_points(&all, x);
            let ema = smoothing.map_or(Smoothing::None, |weight| Smoothing::Ema { weight });
            let request = FrameRequest { x, range, smoothing: ema, ..request(run.eid, width_px) };
            let frame = store.frame(request.clone()).await.unwrap();
            let expected = naive_line(&naive, range, frame.buckets, frame.keep);
            let Some(series) = frame.series.first() else {
                assert!(expected.is_empty());
                return;
            };
            assert_eq!(bits(&series.points), bits(&expected));
            let [from, to] = range.unwrap_or([i64::MIN, i64::MAX]);
            let inside = || naive.x.iter().zip(&naive.y).filter(|(x, _)| (from..=to).contains(*x)).map(|(_, y)| *y);
            assert_eq!(series.held, inside().count() as u64);
            assert_eq!(series.non_finite, inside().filter(|y| !y.is_finite()).count() as u64);
            let finite = || inside().filter(|y| y.is_finite());
            assert_eq!(series.min.to_bits(), finite().fold(f64::NAN, f64::min).to_bits());
            assert_eq!(series.max.to_bits(), finite().fold(f64::NAN, f64::max).to_bits());
            if let Some(weight) = smoothing {
                let mut ema = Ema::new(weight);
                let smooth = Points { x: naive.x.clone(), y: naive.y.iter().map(|&y| ema.next(y)).collect() };
                let expected = naive_line(&smooth, range, frame.buckets, frame.keep);
                assert_eq!(bits(series.smoothed.as_ref().unwrap()), bits(&expected));
            }
            // Growth joined to an older frame, from the start of a bucket on.
            if let Some(since) = since {
                let since = frame.buckets.start_of(since + shift);
                let growth = FrameRequest { since: Some(since), buckets: Some((frame.buckets, frame.keep)), ..request };
                let grown = store.frame(growth).await.unwrap();
                let Some(grown) = grown.series.first() else { return };
                assert_eq!((grown.held, grown.non_finite, grown.max.to_bits()), (series.held, series.non_finite, series.max.to_bits()));
                if frame.keep != Keep::MinMax {
                    let mut joined = series.points.clone();
                    joined.splice_from(since, &grown.points);
                    assert_eq!(bits(&joined), bits(&series.points));
                }
            }
        });
    }

    #[test]
    fn through_the_pyramid_every_block_extreme_and_every_spike_is_kept(
        blocks in 150..260usize, width_px in 1..12u32, seed in any::<u64>(), spike in any::<prop::sample::Index>(), settled in 0..2u8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let mut points = points_of(&[(64 * blocks as u64, 0, seed, false)]).remove(0);
            let spike = spike.index(points.len());
            points[spike].value = 1e6;
            let dir = tempfile::tempdir().unwrap();
            let store = Store::open(dir.path()).unwrap();
            let run = new_run(&store, experiment(&store).await, 1).await;
            for part in points.chunks(if settled == 0 { 5000 } else { points.len() }) {
                log(&store, run, part).await;
                store.settle().await.unwrap();
            }
            let frame = store.frame(request(run.eid, width_px)).await.unwrap();
            let series = &frame.series[0];
            let shown: BTreeMap<i64, f64> = series.points.x.iter().copied().zip(series.points.y.iter().copied()).collect();
            assert_eq!(shown.get(&points[spike].step), Some(&1e6), "the spike is at its own step");
            assert_eq!((series.held, series.max), (points.len() as u64, 1e6));
            for (step, y) in &shown {
                let at = points.binary_search_by_key(step, |p| p.step).expect("only real points are shown");
                assert_eq!(points[at].value.to_bits(), y.to_bits());
            }
            for block in points.chunks(64) {
                let bucket = frame.buckets.of(block[0].step);
                if bucket != frame.buckets.of(block[63].step) {
                    continue;
                }
                let of_bucket = shown.iter().filter(|(step, y)| frame.buckets.of(**step) == bucket && y.is_finite());
                let (min, max) = of_bucket.fold((f64::NAN, f64::NAN), |(min, max), (_, y)| (y.min(min), y.max(max)));
                let finite = || block.iter().map(|p| p.value).filter(|y| y.is_finite());
                assert!(finite().all(|y| (min..=max).contains(&y)), "a block's extreme is kept");
            }
        });
    }
}

#[tokio::test]
async fn many_runs_are_thinned_together_and_counted() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let eid = experiment(&store).await;
    for n in 0..80 {
        let run = new_run(&store, eid, n + 1).await;
        if n % 10 != 9 {
            log(&store, run, &points_of(&[(4000, 0, n as u64 + 1, false)])[0]).await;
        }
    }
    store.settle().await.unwrap();
    let frame = store.frame(request(eid, 600)).await.unwrap();
    assert_eq!((frame.runs, frame.series.len(), frame.keep), (80, 72, Keep::MinMax));
    assert!(frame.series.is_sorted_by_key(|series| series.run_id));
    assert_eq!(frame.held(), 72 * 4000);
    assert!(frame.series.iter().all(|series| series.points.len() < 4000));
    let zoomed = store.frame(FrameRequest { range: Some([100, 200]), ..request(eid, 600) }).await.unwrap();
    assert_eq!(zoomed.keep, Keep::All);
    assert_eq!(zoomed.shown(), zoomed.held() + 2 * 72, "all points, and a neighbour on each side");
}

#[tokio::test]
async fn a_run_set_is_what_it_says() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let eid = experiment(&store).await;
    let mut keys = Vec::new();
    for n in 1..=4 {
        keys.push(new_run(&store, eid, n).await);
    }
    for run in &keys[..3] {
        log(&store, *run, &[RawPoint { step: 1, time_millis: START, value: (run.id.0 >> 65) as f64 }]).await;
    }
    let gone = keys[2].id.to_string();
    store.write(move |tx| runs::delete(tx, &gone)).await.unwrap();
    let ids = |numbers: &[usize]| Some(numbers.iter().map(|&n| keys[n].id).collect::<Vec<_>>());
    let set = |filter: &str, runs| RunSet {
        experiments: vec![eid.to_string()],
        filter: filter.to_owned(),
        runs,
        ..RunSet::default()
    };
    for (name, run_set, total, shown) in [
        ("all that is not in the trash", set("", None), 3, &[0, 1][..]),
        ("a filter", set("metrics.loss > 1.5", None), 1, &[1]),
        ("named runs, in the trash too", set("", ids(&[1, 2, 3])), 3, &[1, 2]),
        ("named runs and a filter", set("metrics.loss > 1.5", ids(&[0, 1])), 1, &[1]),
        ("named runs of any experiment", RunSet { runs: ids(&[0]), ..RunSet::default() }, 1, &[0]),
        ("nobody", set("", Some(Vec::new())), 0, &[]),
        ("no experiment", RunSet::default(), 0, &[]),
    ] {
        let frame = store.frame(FrameRequest { run_set, ..request(eid, 100) }).await.unwrap();
        let found: Vec<RunId> = frame.series.iter().map(|series| series.run_id).collect();
        assert_eq!((frame.runs, found), (total, ids(shown).unwrap()), "{name}");
    }
    let unknown = RunSet { experiments: vec!["99".to_owned()], ..RunSet::default() };
    let refused = store.frame(FrameRequest { run_set: unknown, ..request(eid, 100) }).await;
    assert!(matches!(refused, Err(StoreError::NotFound(_))));
    let refused = store.frame(FrameRequest { run_set: set("metrics.", None), ..request(eid, 100) }).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))));
    let nothing =
        store.frame(FrameRequest { metric: "nobody logs this".to_owned(), ..request(eid, 100) }).await.unwrap();
    assert_eq!((nothing.runs, nothing.series.len()), (3, 0));
}

#[tokio::test]
async fn absurd_steps_and_values_are_shown() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let run = new_run(&store, experiment(&store).await, 1).await;
    let at = |step, time_millis, value| RawPoint { step, time_millis, value };
    log(&store, run, &[at(i64::MAX, i64::MAX, 1.0), at(i64::MIN, i64::MIN, f64::NAN), at(0, 0, f64::MAX)]).await;
    for settled in [false, true] {
        for x in [XAxis::Step, XAxis::RelativeTime, XAxis::WallTime] {
            let frame = store
                .frame(FrameRequest { x, smoothing: Smoothing::Ema { weight: 0.5 }, ..request(run.eid, 800) })
                .await
                .unwrap();
            assert_eq!((frame.held(), frame.shown(), frame.non_finite()), (3, 3, 1), "{x:?} {settled}");
        }
        store.settle().await.unwrap();
    }
}
