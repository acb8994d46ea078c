//! Groups held against numpy, pandas and scipy, and what must hold for any.

use super::*;
use crate::{series::Points, smooth::Smoothing, thin::Buckets};
use proptest::prelude::*;

const NAN: f64 = f64::NAN;

fn points(x: &[i64], y: &[f64]) -> Points {
    Points { x: x.to_vec(), y: y.to_vec() }
}

fn raw(runs: &[Points]) -> Vec<Member<'_>> {
    runs.iter().map(|points| Member { points, values: &points.y }).collect()
}

fn look(center: Center, band: Band) -> GroupLook {
    GroupLook { center, band, members: false }
}

fn assert_near(got: &[f64], want: &[f64], name: &str) {
    assert_eq!(got.len(), want.len(), "{name}: {got:?}");
    for (a, b) in got.iter().zip(want) {
        assert!((a - b).abs() < 1e-12 || (a.is_nan() && b.is_nan()), "{name}: {got:?} is not {want:?}");
    }
}

const EACH: Buckets = Buckets { origin: 0, width: 1 };

/// `pd.DataFrame` of four runs over four steps: `mean()`, `median()`, `std()`, `sem()`, `quantile(q)`.
#[test]
fn statistics_equal_those_of_pandas() {
    let steps = [0, 1, 2, 3];
    let runs = [
        points(&steps, &[1.0, 2.5, 4.0, 8.0]),
        points(&steps, &[2.0, 2.0, 9.0, 1.5]),
        points(&steps, &[4.5, 0.5, 3.0, 7.0]),
        points(&steps, &[3.0, 1.0, 5.0, 2.0]),
    ];
    let mean = [2.625, 1.5, 5.25, 4.625];
    let std = [1.4930394055974097, 0.9128709291752769, 2.6299556396765835, 3.3509948771471834];
    let sem = [0.7465197027987048, 0.45643546458763845, 1.3149778198382918, 1.6754974385735917];
    let median = [2.5, 1.5, 4.5, 4.5];
    let about = |spread: [f64; 4], sign: f64| std::array::from_fn::<f64, 4, _>(|at| mean[at] + sign * spread[at]);
    for (name, center, band, want, low, high) in [
        ("std", Center::Mean, Band::Std, mean, about(std, -1.0), about(std, 1.0)),
        ("stderr", Center::Mean, Band::Stderr, mean, about(sem, -1.0), about(sem, 1.0)),
        ("quartiles", Center::Median, Band::Quartiles, median, [1.75, 0.875, 3.75, 1.875], [3.375, 2.125, 6.0, 7.25]),
        ("5-95", Center::Median, Band::Quantiles5To95, median, [1.15, 0.575, 3.15, 1.575], [4.275, 2.425, 8.4, 7.85]),
        ("min", Center::Min, Band::MinMax, [1.0, 0.5, 3.0, 1.5], [1.0, 0.5, 3.0, 1.5], [4.5, 2.5, 9.0, 8.0]),
        ("max", Center::Max, Band::MinMax, [4.5, 2.5, 9.0, 8.0], [1.0, 0.5, 3.0, 1.5], [4.5, 2.5, 9.0, 8.0]),
    ] {
        let line = line(&raw(&runs), look(center, band), EACH, None);
        assert_eq!((&line.x[..], &line.n[..]), (&steps[..], &[4; 4][..]), "{name}");
        assert_near(&line.center, &want, name);
        assert_near(&line.low, &low, name);
        assert_near(&line.high, &high, name);
    }
}

/// `scipy.stats.bootstrap(method="percentile", n_resamples=400_000)` of the mean.
#[test]
fn the_bootstrap_interval_is_near_that_of_scipy_and_always_the_same() {
    let values = [
        9.082, -0.111, 5.836, 3.864, 4.095, 4.569, 0.96, 4.536, 3.27, 11.646, 5.452, 4.295, 4.437, 3.664, 2.89, 4.218,
        5.964, 4.523, 6.916, 4.6,
    ];
    let runs: Vec<Points> = values.iter().map(|&y| points(&[0, 1], &[y, y])).collect();
    let line = line(&raw(&runs), look(Center::Mean, Band::Bootstrap), EACH, None);
    let [low, high] = [3.70649875, 5.8632];
    let width: f64 = high - low;
    assert!((line.low[0] - low).abs() < 0.06 * width, "{} is not about {low}", line.low[0]);
    assert!((line.high[0] - high).abs() < 0.06 * width, "{} is not about {high}", line.high[0]);
    assert_eq!((line.low[0], line.high[0]), (line.low[1], line.high[1]));
    let median = super::line(&raw(&runs), look(Center::Median, Band::Bootstrap), EACH, None);
    assert!(median.low[0] <= median.center[0] && median.center[0] <= median.high[0]);
}

#[test]
fn runs_are_summed_up_where_they_have_points_or_lie_between() {
    let a = points(&[0, 10, 20, 30], &[1.0, 3.0, 2.0, 5.0]);
    let b = points(&[5, 15, 25], &[2.0, 6.0, 4.0]);
    let broken = points(&[0, 10, 20, 30], &[1.0, NAN, f64::INFINITY, 5.0]);
    let dense = points(&[0, 1, 2, 3, 4, 5, 6, 7], &[0.0, 1.0, 2.0, 30.0, 4.0, 5.0, 6.0, 7.0]);
    let all = None;
    type Case<'a> = (&'a str, Vec<Points>, i64, Option<[i64; 2]>, &'a [i64], &'a [f64], &'a [u32]);
    let cases: [Case; 9] = [
        // numpy.interp of each run at every step that another has
        (
            "unaligned",
            vec![a.clone(), b.clone()],
            1,
            all,
            &[0, 5, 10, 15, 20, 25, 30],
            &[1.0, 2.0, 3.5, 4.25, 3.5, 3.75, 5.0],
            &[1, 2, 2, 2, 2, 2, 1],
        ),
        (
            "non-finite points are left out, not bridged",
            vec![broken.clone(), b.clone()],
            1,
            all,
            &[0, 5, 15, 25, 30],
            &[1.0, 2.0, 6.0, 4.0, 5.0],
            &[1, 1, 1, 1, 1],
        ),
        ("means of buckets", vec![dense.clone()], 4, all, &[2, 6], &[8.25, 5.5], &[1, 1]),
        (
            "a range, and the buckets next to it",
            vec![dense.clone()],
            1,
            Some([3, 4]),
            &[2, 3, 4, 5],
            &[2.0, 30.0, 4.0, 5.0],
            &[1; 4],
        ),
        ("a range between points", vec![a.clone(), b.clone()], 1, Some([12, 13]), &[12, 13], &[3.8, 3.95], &[2, 2]),
        ("a range that begins at a point", vec![a.clone()], 1, Some([10, 15]), &[10, 15], &[3.0, 2.5], &[1, 1]),
        ("a range past all", vec![a.clone(), b.clone()], 1, Some([40, 50]), &[], &[], &[]),
        ("one point", vec![points(&[7], &[3.0])], 5, all, &[7], &[3.0], &[1]),
        ("only NaN", vec![points(&[7, 8], &[NAN, NAN])], 5, all, &[], &[], &[]),
    ];
    for (name, runs, width, range, x, center, n) in cases {
        let line = line(&raw(&runs), look(Center::Mean, Band::None), Buckets { origin: 0, width }, range);
        assert_eq!((&line.x[..], &line.n[..]), (x, n), "{name}: {line:?}");
        assert_near(&line.center, center, name);
        assert!(line.low.is_empty() && line.high.is_empty(), "{name}");
    }
}

#[test]
fn the_band_of_extremes_keeps_spikes_that_smoothing_hides() {
    let run = points(&[0, 1, 2, 3, 4, 5], &[1.0, 1.0, 1.0, 50.0, 1.0, 1.0]);
    let values = Smoothing::Median { window: 3 }.smooth(&run);
    let line =
        line(&[Member { points: &run, values: &values }], GroupLook::default(), Buckets { origin: 0, width: 6 }, None);
    assert_eq!((&line.center[..], &line.high[..]), (&[1.0][..], &[50.0][..]));
}

#[test]
fn one_run_has_no_spread() {
    let run = [points(&[0], &[4.0])];
    for (band, ends) in [
        (Band::Std, [NAN; 2]),
        (Band::Stderr, [NAN; 2]),
        (Band::Bootstrap, [NAN; 2]),
        (Band::Quartiles, [4.0; 2]),
        (Band::MinMax, [4.0; 2]),
    ] {
        let line = line(&raw(&run), look(Center::Mean, band), EACH, None);
        assert_near(&[line.low[0], line.high[0]], &ends, &format!("{band:?}"));
    }
}

#[test]
fn the_ends_of_numbers_are_no_end() {
    let runs = [
        points(&[i64::MIN, 0, i64::MAX], &[f64::MAX, f64::MAX, -f64::MAX]),
        points(&[i64::MIN, i64::MAX], &[f64::MAX, f64::MAX]),
    ];
    for width in [1, 1 << 40, i64::MAX] {
        for band in [Band::Std, Band::Bootstrap, Band::MinMax] {
            let buckets = Buckets { origin: i64::MIN, width };
            let line = line(&raw(&runs), look(Center::Mean, band), buckets, Some([i64::MIN, i64::MAX]));
            assert_eq!(line.n.iter().copied().max(), Some(2), "{width}");
            assert!(line.center.iter().all(|y| y.is_finite()), "{width}: {line:?}");
        }
    }
}

fn run() -> impl Strategy<Value = Points> {
    let y = prop_oneof![8 => -1e3..1e3f64, 1 => Just(NAN), 1 => Just(f64::INFINITY)];
    (prop::collection::vec((1..20i64, y), 0..60), -50..50i64).prop_map(|(gaps, start)| {
        let mut points = Points::default();
        gaps.into_iter().fold(start, |x, (gap, y)| {
            points.push(x + gap, y);
            x + gap
        });
        points
    })
}

proptest! {
    #[test]
    fn a_line_through_its_x_stays_one(runs in prop::collection::vec(run(), 1..6), width in 1..40i64, origin in -20..20i64) {
        let runs: Vec<Points> = runs.into_iter().map(|run| Points { y: run.x.iter().map(|&x| x as f64).collect(), ..run }).collect();
        for center in [Center::Mean, Center::Median] {
            let line = line(&raw(&runs), look(center, Band::None), Buckets { origin, width }, None);
            prop_assert!(line.x.windows(2).all(|pair| pair[0] < pair[1]));
            let off = |(x, y): (&i64, &f64)| (*x as f64 - y).abs();
            // x is rounded to a whole count, and a median lies somewhere in its bucket.
            let most = if center == Center::Mean { 0.5 + 1e-9 } else { width as f64 };
            prop_assert!(line.x.iter().zip(&line.center).all(|point| off(point) <= most));
        }
    }

    #[test]
    fn the_center_lies_in_the_band_and_no_extreme_is_lost(runs in prop::collection::vec(run(), 1..6), width in 1..200i64) {
        let buckets = Buckets { origin: -7, width };
        let finite = || runs.iter().flat_map(|run| &run.y).copied().filter(|y| y.is_finite());
        for center in [Center::Mean, Center::Median, Center::Min, Center::Max] {
            let line = line(&raw(&runs), look(center, Band::MinMax), buckets, None);
            for ((low, center), high) in line.low.iter().zip(&line.center).zip(&line.high) {
                prop_assert!(*low <= center + 1e-9 && *center <= high + 1e-9);
            }
            prop_assert_eq!(line.low.iter().copied().reduce(f64::min), finite().reduce(f64::min));
            prop_assert_eq!(line.high.iter().copied().reduce(f64::max), finite().reduce(f64::max));
            prop_assert!(line.n.iter().all(|&n| 1 <= n && n as usize <= runs.len()));
        }
    }

    #[test]
    fn a_range_shows_what_the_whole_shows_there(runs in prop::collection::vec(run(), 1..5), from in 0..200i64, length in 0..200i64) {
        let whole = line(&raw(&runs), look(Center::Mean, Band::Std), EACH, None);
        let part = line(&raw(&runs), look(Center::Mean, Band::Std), EACH, Some([from, from + length]));
        for (at, x) in whole.x.iter().enumerate().filter(|(_, x)| (from..=from + length).contains(*x)) {
            let found = part.x.iter().position(|other| other == x).expect("it is in the part as well");
            prop_assert_eq!(whole.center[at], part.center[found]);
            prop_assert_eq!(whole.n[at], part.n[found]);
        }
    }
}
