//! Calculated frames held against what data calculates from all points, and hostile questions.

use crate::store::{
    RunKey, Store, StoreError, experiments,
    metrics::{MetricPoint, append},
    runs::{self, NewRun},
    values,
};
use data::{
    column::Column,
    frame::{Frame, FrameRequest, GroupRequest, Origin, RunSet, XAxis},
    group::{Band, Center, GroupLook},
    groups::GroupValue,
    run::RunId,
    smooth::Smoothing,
};

const NAN: f64 = f64::NAN;
const START: i64 = 1_760_000_000_000;

/// A store with one experiment.
struct World {
    store: Store,
    eid: i64,
    _dir: tempfile::TempDir,
}

impl World {
    async fn new() -> World {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let eid = store.write(|tx| experiments::create(tx, "digits", None, &[])).await.unwrap();
        World { store, eid, _dir: dir }
    }

    async fn run(&self, n: u128, name: &'static str, params: &'static [(&'static str, &'static str)]) -> RunKey {
        let eid = self.eid;
        let change = self.store.write(move |tx| {
            let new = NewRun { eid, name: Some(name.to_owned()), start_millis: Some(START), ..NewRun::default() };
            let run = runs::create(tx, RunId(n << 96 | 7), &new)?;
            for (key, value) in params {
                values::log_param(tx, run, key, value)?;
            }
            Ok(run)
        });
        change.await.unwrap()
    }

    /// Logs `(step, seconds after the start, value)`.
    async fn log(&self, run: RunKey, metric: &'static str, points: &[(i64, i64, f64)]) {
        let points = points.to_vec();
        let change = self.store.write(move |tx| {
            let point = |&(step, seconds, value): &(i64, i64, f64)| MetricPoint {
                metric,
                value,
                step,
                time_millis: START.saturating_add(seconds.saturating_mul(1000)),
            };
            append(tx, run, &points.iter().map(point).collect::<Vec<_>>())
        });
        change.await.unwrap();
    }

    fn request(&self) -> FrameRequest {
        let run_set = RunSet { experiments: vec![self.eid.to_string()], ..RunSet::default() };
        FrameRequest { run_set, width_px: 600, ..FrameRequest::default() }
    }

    fn expression(&self, text: &str) -> FrameRequest {
        FrameRequest { expression: text.to_owned(), ..self.request() }
    }

    fn metric(&self, name: &str) -> FrameRequest {
        FrameRequest { metric: name.to_owned(), ..self.request() }
    }

    async fn frame(&self, request: FrameRequest) -> Frame {
        self.store.frame(request).await.unwrap()
    }

    /// Why `request` is refused.
    async fn refused(&self, request: FrameRequest) -> String {
        match self.store.frame(request).await {
            Err(StoreError::Invalid(why) | StoreError::NotFound(why)) => why,
            other => panic!("not refused: {other:?}"),
        }
    }
}

/// Steps and values of each run, from the first on.
fn lines(frame: &Frame) -> Vec<(Vec<i64>, Vec<f64>)> {
    frame.series.iter().map(|series| (series.points.x.clone(), series.points.y.clone())).collect()
}

fn assert_lines(frame: &Frame, want: &[(&[i64], &[f64])], name: &str) {
    let got = lines(frame);
    assert_eq!(got.len(), want.len(), "{name}: {got:?}");
    for ((x, y), (want_x, want_y)) in got.iter().zip(want) {
        assert_eq!(x, want_x, "{name}");
        let near = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-9 || (a.is_nan() && b.is_nan()) || a == b;
        assert!(y.len() == want_y.len() && y.iter().zip(*want_y).all(near), "{name}: {y:?} is not {want_y:?}");
    }
}

#[tokio::test]
async fn expressions_are_drawn_for_the_runs_that_have_all_of_it() {
    let world = World::new().await;
    let [a, b, c] = [
        world.run(0xaa, "ant", &[("lr", "0.5")]).await,
        world.run(0xbb, "bee", &[("lr", "warm")]).await,
        world.run(0xcc, "bee", &[]).await,
    ];
    world.log(a, "loss", &[(0, 0, 4.0), (1, 10, 3.0), (2, 20, 2.0)]).await;
    world.log(a, "val/loss", &[(1, 11, 5.0)]).await;
    world.log(b, "loss", &[(0, 0, 1.0), (2, 20, NAN)]).await;
    world.log(c, "other", &[(0, 0, 1.0)]).await;
    for settled in [false, true] {
        let baseline = |text: &str| FrameRequest { baseline: Some(a.id), ..world.expression(text) };
        for (request, want) in [
            (world.expression("`loss` * 1"), &[(&[0, 1, 2][..], &[4.0, 3.0, 2.0][..]), (&[0, 2], &[1.0, NAN])][..]),
            (world.expression("val/loss - loss"), &[(&[1], &[2.0])]),
            (world.expression("loss * params.lr"), &[(&[0, 1, 2], &[2.0, 1.5, 1.0])]),
            (world.expression("lowest(loss)"), &[(&[0, 1, 2], &[2.0; 3]), (&[0, 2], &[1.0; 2])]),
            (baseline("loss - baseline(loss)"), &[(&[0, 1, 2], &[0.0; 3]), (&[0, 2], &[-3.0, NAN])]),
            (world.expression("loss - run('ant', loss)"), &[(&[0, 1, 2], &[0.0; 3]), (&[0, 2], &[-3.0, NAN])]),
            (world.expression("loss - run('000000aa', loss)"), &[(&[0, 1, 2], &[0.0; 3]), (&[0, 2], &[-3.0, NAN])]),
            (
                world.expression("loss * run('ant', params.lr)"),
                &[(&[0, 1, 2], &[2.0, 1.5, 1.0]), (&[0, 2], &[0.5, NAN])],
            ),
            (world.expression("nobody - loss"), &[]),
            (world.expression("loss + other"), &[]),
        ] {
            let frame = world.frame(request.clone()).await;
            assert_lines(&frame, want, &format!("{} settled {settled}", request.expression));
            assert_eq!(frame.runs, 3);
        }
        for (request, part) in [
            (world.expression("loss +"), "at character 7"),
            (world.expression("loss - baseline(loss)"), "no run was chosen"),
            (FrameRequest { baseline: Some(RunId(9)), ..world.expression("baseline(loss) - loss") }, "there is no run"),
            (baseline("loss - baseline(other)"), "the baseline has no metric \"other\""),
            (baseline("loss - baseline(nobody)"), "the baseline has no metric \"nobody\""),
            (world.expression("loss - run('bee', loss)"), "several runs are called"),
            (world.expression("loss - run('0000', loss)"), "several runs begin"),
            (world.expression("loss - run('wasp', loss)"), "no run is called \"wasp\""),
            (world.expression("loss - run('%', loss)"), "no run is called"),
            (world.expression("loss * run('000000cc', params.lr)"), "has no number as param \"lr\""),
            (FrameRequest { metric: "loss".into(), ..world.expression("loss") }, "exclude each other"),
            (world.request(), "must name a metric"),
            (FrameRequest { since: Some(0), ..world.expression("loss") }, "ask anew"),
        ] {
            let why = world.refused(request.clone()).await;
            assert!(why.contains(part), "{}: {why}", request.expression);
        }
        world.store.settle().await.unwrap();
    }
}

#[tokio::test]
async fn x_is_what_was_asked_for() {
    let world = World::new().await;
    let run = world.run(0xaa, "ant", &[]).await;
    // A night between the third and the fourth point.
    let night = [(5, 2, 1.0), (6, 3, 2.0), (7, 4, 3.0), (8, 40_004, 4.0), (9, 40_005, 5.0)];
    world.log(run, "loss", &night).await;
    world.log(run, "epoch", &[(5, 2, 0.5), (7, 4, 1.0), (9, 40_005, 0.25)]).await;
    world.log(run, "whole", &[(0, 0, 7.0), (9, 1, 3.0), (20, 2, NAN)]).await;
    let y = [1.0, 2.0, 3.0, 4.0, 5.0];
    let start_and_first = [(Origin::Start, 0), (Origin::FirstPoint, 1)];
    for (origin, at) in start_and_first {
        for (x, wants) in [
            (XAxis::Step, [[5, 6, 7, 8, 9], [0, 1, 2, 3, 4]]),
            (XAxis::RelativeTime, [[2, 3, 4, 40_004, 40_005], [0, 1, 2, 40_002, 40_003]].map(|x| x.map(|x| x * 1000))),
            (XAxis::ActiveTime, [[2, 3, 4, 5, 6], [0, 1, 2, 3, 4]].map(|x| x.map(|x| x * 1000))),
            (XAxis::WallTime, [[2, 3, 4, 40_004, 40_005].map(|x| START + x * 1000); 2]),
        ] {
            for text in ["loss * 1", "loss"] {
                let frame = world.frame(FrameRequest { x, origin, ..world.expression(text) }).await;
                assert_lines(&frame, &[(&wants[at], &y)], &format!("{text} over {x:?} from {origin:?}"));
                assert_eq!(frame.x_unit, 1.0);
            }
        }
    }
    let over = |x_metric: &str, range| FrameRequest {
        x: XAxis::Metric,
        x_metric: x_metric.into(),
        x_range: range,
        ..world.metric("loss")
    };
    let frame = world.frame(over("epoch", None)).await;
    let real: Vec<f64> = frame.series[0].points.x.iter().map(|&x| x as f64 * frame.x_unit).collect();
    // Steps 6 and 8 lie in the middle, and take the earlier.
    assert_eq!(
        (&real[..], &frame.series[0].points.y[..]),
        (&[0.25, 0.5, 0.5, 1.0, 1.0][..], &[5.0, 1.0, 2.0, 3.0, 4.0][..])
    );
    let zoomed = world.frame(over("epoch", Some([0.3, 0.6]))).await;
    assert_eq!((zoomed.series[0].held, zoomed.shown()), (2, 4), "two points, and a neighbour on each side");
    let whole = world.frame(over("whole", None)).await;
    assert_eq!((whole.x_unit, whole.series[0].unplaced), (1.0, 0));
    assert_lines(&whole, &[(&[3; 5], &y)], "whole numbers, of which the nearest is that of step 9");
    for (request, series, unplaced) in [
        (over("nobody", None), 0, 0),
        (FrameRequest { metric: "whole".into(), ..over("epoch", None) }, 1, 2),
        (FrameRequest { metric: "loss".into(), ..over("loss", None) }, 1, 0),
    ] {
        let frame = world.frame(request).await;
        assert_eq!((frame.series.len(), frame.series.iter().map(|s| s.unplaced).sum::<u64>()), (series, unplaced));
    }
    for (request, part) in [
        (FrameRequest { x_metric: String::new(), ..over("epoch", None) }, "`x_metric` must name"),
        (FrameRequest { range: Some([0, 1]), ..over("epoch", None) }, "give `x_range`"),
        (over("epoch", Some([1.0, 0.0])), "not end before"),
        (over("epoch", Some([0.0, f64::INFINITY])), "finite"),
        (FrameRequest { x_range: Some([0.0, 1.0]), ..world.metric("loss") }, "give `range`"),
    ] {
        assert!(world.refused(request).await.contains(part), "{part}");
    }
}

#[tokio::test]
async fn runs_are_drawn_as_groups() {
    let world = World::new().await;
    let mut ids = Vec::new();
    for (n, params) in [&[("lr", "0.1")][..], &[("lr", "0.1")], &[("lr", "1e-2")], &[]].into_iter().enumerate() {
        let run = world.run(n as u128 + 1, "seed", params).await;
        ids.push(run.id);
        let base = n as f64;
        world.log(run, "loss", &[(0, 0, base), (1, 1, base + 2.0), (2, 2, NAN), (3, 3, base * 2.0)]).await;
    }
    let by = |columns: &[&str], look| {
        let by = columns.iter().map(|column| column.parse::<Column>().unwrap()).collect();
        FrameRequest { group: Some(GroupRequest { by, sets: Vec::new(), look }), ..world.metric("loss") }
    };
    let look = GroupLook { center: Center::Mean, band: Band::Std, members: false };
    let frame = world.frame(by(&["params.lr"], look)).await;
    assert!(frame.series.is_empty());
    let text = |text: &str| GroupValue::Text(text.to_owned());
    let found: Vec<_> = frame.groups.iter().map(|group| (group.key.clone(), group.runs.len())).collect();
    assert_eq!(found, [(vec![text("1e-2")], 1), (vec![text("0.1")], 2), (vec![GroupValue::Missing], 1)]);
    let group = &frame.groups[1];
    assert_eq!(
        (&group.line.x[..], &group.line.center[..], &group.line.n[..]),
        (&[0, 1, 3][..], &[0.5, 2.5, 1.0][..], &[2; 3][..])
    );
    let half = 0.5_f64.sqrt();
    assert!((group.line.low[0] - (0.5 - half)).abs() < 1e-12 && (group.line.high[0] - (0.5 + half)).abs() < 1e-12);
    assert_eq!((group.held, group.non_finite, group.min, group.max), (8, 2, 0.0, 3.0));
    assert_eq!((frame.held(), frame.non_finite(), frame.shown(), frame.runs_shown()), (16, 4, 9, 4));
    assert!(frame.groups[0].line.low.iter().all(|y| y.is_nan()), "one run has no deviation");

    let members = world.frame(by(&["params.lr", "attributes.status"], GroupLook { members: true, ..look })).await;
    assert_eq!((members.series.len(), members.groups.len(), members.shown()), (4, 3, 16 + 9));
    assert_eq!(members.groups[1].key, [text("0.1"), text("RUNNING")]);
    assert_eq!(members.groups[1].runs, ids[..2]);
    // Run sets are kept apart: of two that have a run the first, and runs of none are left out.
    let apart = |columns: &[&str]| {
        let mut request = by(columns, look);
        if let Some(group) = &mut request.group {
            group.sets = vec![vec![ids[0]], vec![ids[2], ids[1], ids[0]]];
        }
        request
    };
    for (columns, expected) in [
        (&[][..], vec![(vec![0.0], vec![ids[0]]), (vec![1.0], vec![ids[1], ids[2]])]),
        (&["attributes.status"], vec![(vec![0.0], vec![ids[0]]), (vec![1.0], vec![ids[1], ids[2]])]),
    ] {
        let frame = world.frame(apart(columns)).await;
        let found: Vec<_> = frame.groups.into_iter().map(|group| (group.key, group.runs)).collect();
        let key = |set: &Vec<f64>| {
            columns.iter().map(|_| text("RUNNING")).chain(set.iter().map(|at| GroupValue::Number(*at))).collect()
        };
        let expected: Vec<(Vec<GroupValue>, _)> = expected.iter().map(|(set, runs)| (key(set), runs.clone())).collect();
        assert_eq!(found, expected, "{columns:?}");
    }
    let zoomed = world.frame(FrameRequest { range: Some([1, 1]), ..by(&["params.lr"], look) }).await;
    assert_eq!((&zoomed.groups[1].line.x[..], zoomed.groups[1].held), (&[0, 1][..], 2));
    let expression =
        FrameRequest { expression: "loss - first(loss)".into(), metric: String::new(), ..by(&["params.lr"], look) };
    assert_eq!(world.frame(expression).await.groups[1].line.center, [0.0, 2.0, 0.5]);
    for look in [Band::Bootstrap, Band::Quartiles, Band::Quantiles5To95, Band::Stderr, Band::MinMax, Band::None]
        .map(|band| GroupLook { band, ..look })
    {
        for smoothing in [Smoothing::None, Smoothing::TimeEma { weight: 0.9 }] {
            let frame = world.frame(FrameRequest { smoothing, ..by(&["attributes.run_name"], look) }).await;
            assert_eq!((frame.groups.len(), &frame.groups[0].line.n[..]), (1, &[4, 4, 4][..]), "{look:?}");
        }
    }
    for (request, part) in [(by(&[], look), "1 to 8 columns"), (by(&["params.lr"; 9], look), "1 to 8 columns")] {
        assert!(world.refused(request).await.contains(part), "{part}");
    }
}

#[tokio::test]
async fn every_smoothing_is_that_of_data_over_all_points() {
    let world = World::new().await;
    let run = world.run(1, "one", &[]).await;
    let points: Vec<(i64, i64, f64)> =
        (0..500).map(|i| (i * 3, i, if i % 50 == 7 { NAN } else { ((i * 37) % 101) as f64 })).collect();
    world.log(run, "loss", &points).await;
    let raw = world.frame(world.metric("loss")).await.series.remove(0).points;
    for smoothing in [
        Smoothing::Ema { weight: 0.9 },
        Smoothing::TimeEma { weight: 0.9 },
        Smoothing::Mean { window: 9 },
        Smoothing::Gaussian { sigma: 3.0 },
        Smoothing::Median { window: 5 },
    ] {
        let zoomed = FrameRequest { smoothing, range: Some([300, 600]), ..world.metric("loss") };
        let series = world.frame(zoomed).await.series.remove(0);
        let smoothed = series.smoothed.expect("it was asked for");
        let all = smoothing.smooth(&raw);
        let want: Vec<f64> = (99..=201).map(|at| all[at]).collect();
        assert_eq!((series.held, smoothed.len()), (101, 103), "{smoothing:?}");
        assert!(smoothed.y.iter().zip(&want).all(|(a, b)| a == b || a.is_nan() && b.is_nan()), "{smoothing:?}");
    }
}

#[tokio::test]
async fn absurd_series_are_shown() {
    let world = World::new().await;
    let [odd, one, huge] =
        [world.run(1, "odd", &[]).await, world.run(2, "one", &[]).await, world.run(3, "huge", &[]).await];
    world.log(odd, "loss", &[(0, 0, NAN), (1, 1, f64::INFINITY), (2, 2, NAN)]).await;
    world.log(one, "loss", &[(7, 1, -0.0)]).await;
    let far = [(i64::MIN, i64::MIN, f64::MAX), (0, 0, -f64::MAX), (i64::MAX, i64::MAX, 1e308)];
    world.log(huge, "loss", &far).await;
    let smoothings = [
        Smoothing::None,
        Smoothing::TimeEma { weight: 0.9 },
        Smoothing::Mean { window: 9 },
        Smoothing::Gaussian { sigma: 500.0 },
        Smoothing::Median { window: 3 },
    ];
    for x in [XAxis::Step, XAxis::RelativeTime, XAxis::ActiveTime, XAxis::WallTime, XAxis::Metric] {
        for smoothing in smoothings {
            for origin in [Origin::Start, Origin::FirstPoint] {
                for range in [None, Some([i64::MIN, i64::MAX]), Some([5, 5])] {
                    let along = FrameRequest {
                        x,
                        smoothing,
                        origin,
                        range: range.filter(|_| x != XAxis::Metric),
                        x_metric: "loss".into(),
                        ..world.request()
                    };
                    let frame = world.frame(FrameRequest { expression: "loss / 1".into(), ..along.clone() }).await;
                    assert_eq!(frame.series.len(), 3, "{x:?} {smoothing:?} {range:?}");
                    let look = GroupLook { center: Center::Median, band: Band::Bootstrap, members: true };
                    let group =
                        Some(GroupRequest { by: vec!["attributes.status".parse().unwrap()], sets: Vec::new(), look });
                    let frame = world.frame(FrameRequest { metric: "loss".into(), group, ..along }).await;
                    assert_eq!(frame.groups.len(), 1, "{x:?} {smoothing:?} {range:?}");
                }
            }
        }
    }
    let overflow = world.frame(world.expression("loss * 1e300 - loss ** 1e9")).await;
    assert_eq!(overflow.series.len(), 3);
    assert!(overflow.non_finite() > 3, "what overflows is counted");
}

#[tokio::test]
async fn a_baseline_of_another_experiment_makes_new_versions() {
    let world = World::new().await;
    let run = world.run(1, "one", &[]).await;
    world.log(run, "loss", &[(0, 0, 3.0), (1, 1, 3.0)]).await;
    let other = world.store.write(|tx| experiments::create(tx, "other", None, &[])).await.unwrap();
    let base = world
        .store
        .write(move |tx| runs::create(tx, RunId(99 << 96), &NewRun { eid: other, ..NewRun::default() }))
        .await
        .unwrap();
    world.log(base, "loss", &[(0, 0, 1.0)]).await;
    let request = FrameRequest { baseline: Some(base.id), ..world.expression("loss - baseline(loss)") };
    assert_lines(&world.frame(request.clone()).await, &[(&[0], &[2.0])], "the baseline has one point");
    let before = world.store.version_for(&request);
    let named = world.expression("loss - run('00000063', loss)");
    let plain = world.store.version_for(&world.metric("loss"));
    world.log(base, "loss", &[(1, 1, 2.0)]).await;
    assert!(world.store.version_for(&request) > before && world.store.version_for(&named) > before);
    assert_eq!(world.store.version_for(&world.metric("loss")), plain, "a metric alone is not concerned");
    assert_lines(&world.frame(request).await, &[(&[0, 1], &[2.0, 1.0])], "it grew");
}
