//! Thinning: fewer points with every extreme kept.
//!
//! The x axis is cut into buckets of equal width. Each keeps its first, smallest, largest and last
//! finite point, at their true x, and the ends of its non-finite stretches, so that a spike one
//! step wide survives any zoom and a diverged run still shows where. For first/min/max/last see
//! Jugel et al., "M4: A Visualization-Oriented Time Series Data Aggregation", VLDB 2014.

use crate::series::Points;
use serde::{Deserialize, Serialize};

/// Which finite points of a bucket are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// Every point.
    All,
    /// First, min, max and last: the drawn line is the line of all points, pixel for pixel.
    FirstMinMaxLast,
    /// Min and max alone, for many lines in one panel. The series' own ends are kept too.
    MinMax,
}

/// Equal buckets along x: bucket `k` holds `origin + k·width .. origin + (k + 1)·width`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Buckets {
    /// Where bucket 0 begins.
    pub origin: i64,
    /// How many x units a bucket is wide, at least 1.
    pub width: i64,
}

impl Buckets {
    /// At most `columns` buckets that cover `from..=to`.
    pub fn over(from: i64, to: i64, columns: u32) -> Buckets {
        let extent = u128::from(to.abs_diff(from)) + 1;
        let width = extent.div_ceil(u128::from(columns.max(1))).min(i64::MAX as u128);
        Buckets { origin: from, width: width as i64 }
    }

    /// The bucket that holds `x`.
    pub fn of(&self, x: i64) -> i64 {
        (i128::from(x) - i128::from(self.origin)).div_euclid(i128::from(self.width)) as i64
    }

    /// Where the bucket that holds `x` begins.
    pub fn start_of(&self, x: i64) -> i64 {
        let into = (i128::from(x) - i128::from(self.origin)).rem_euclid(i128::from(self.width));
        (i128::from(x) - into).max(i128::from(i64::MIN)) as i64
    }

    /// The last x of the bucket that holds `x`.
    pub(crate) fn last_of(&self, x: i64) -> i64 {
        let into = (i128::from(x) - i128::from(self.origin)).rem_euclid(i128::from(self.width));
        (i128::from(x) - into + i128::from(self.width) - 1).min(i128::from(i64::MAX)) as i64
    }

    /// One past the last x of the bucket that holds `x`.
    fn end_of(&self, x: i64) -> i64 {
        self.start_of(x).saturating_add(self.width)
    }
}

/// A thinned series and what it stands for.
#[derive(Debug, Clone, PartialEq)]
pub struct Thinned {
    /// The points kept, in x order, a subset of those given.
    pub points: Points,
    /// How many points were given.
    pub held: u64,
    /// How many of those are NaN or infinite.
    pub non_finite: u64,
    /// The smallest finite value given, NaN if there is none.
    pub min: f64,
    /// The largest finite value given, NaN if there is none.
    pub max: f64,
}

/// Thins `points` in one go: see [`Thinner`].
pub fn thin(points: &Points, buckets: Buckets, keep: Keep) -> Thinned {
    let mut thinner = Thinner::new(buckets, keep);
    for (&x, &y) in points.x.iter().zip(&points.y) {
        thinner.push(x, y);
    }
    thinner.finish()
}

/// A point with its place in the series, which orders what a bucket keeps.
#[derive(Debug, Clone, Copy)]
struct Mark {
    seq: u64,
    x: i64,
    y: f64,
}

/// Thins a series that is pushed point by point in x order; holds one bucket at a time.
#[derive(Debug)]
pub struct Thinner {
    buckets: Buckets,
    keep: Keep,
    out: Points,
    seq: u64,
    non_finite: u64,
    min: f64,
    max: f64,
    /// One past the last x of the current bucket.
    bucket_end: i64,
    /// First, min, max and last finite points of the current bucket.
    finite: Option<[Mark; 4]>,
    /// First and last of each class (NaN, +∞, −∞) in the current bucket.
    odd: [Option<[Mark; 2]>; 3],
    any_odd: bool,
    /// Whether the series' own first point has been put out or is marked to be.
    began: bool,
}

impl Thinner {
    /// A thinner with nothing pushed yet.
    pub fn new(buckets: Buckets, keep: Keep) -> Thinner {
        assert!(buckets.width >= 1, "a bucket is at least one x unit wide");
        Thinner {
            buckets,
            keep,
            out: Points::default(),
            seq: 0,
            non_finite: 0,
            min: f64::NAN,
            max: f64::NAN,
            bucket_end: i64::MIN,
            finite: None,
            odd: [None; 3],
            any_odd: false,
            began: false,
        }
    }

    /// Takes the next point; `x` is larger than all before it.
    #[inline]
    pub fn push(&mut self, x: i64, y: f64) {
        if self.keep == Keep::All {
            self.seq += 1;
            self.measure(y);
            self.out.push(x, y);
            return;
        }
        if x >= self.bucket_end {
            self.flush(false);
            self.bucket_end = self.buckets.end_of(x);
        }
        let mark = Mark { seq: self.seq, x, y };
        self.seq += 1;
        self.measure(y);
        if y.is_finite() {
            match &mut self.finite {
                None => self.finite = Some([mark; 4]),
                Some([_, min, max, last]) => {
                    if y < min.y {
                        *min = mark;
                    }
                    if y > max.y {
                        *max = mark;
                    }
                    *last = mark;
                }
            }
        } else {
            let class = if y.is_nan() { 0 } else { 1 + usize::from(y < 0.0) };
            self.any_odd = true;
            match &mut self.odd[class] {
                None => self.odd[class] = Some([mark; 2]),
                Some([_, last]) => *last = mark,
            }
        }
    }

    /// Takes points in x order, as [`Thinner::push`] takes each, but faster.
    pub fn extend(&mut self, x: &[i64], y: &[f64]) {
        assert_eq!(x.len(), y.len(), "a point has an x and a y");
        if self.keep == Keep::All {
            self.seq += x.len() as u64;
            y.iter().for_each(|&y| self.measure(y));
            self.out.x.extend_from_slice(x);
            self.out.y.extend_from_slice(y);
            return;
        }
        let mut at = 0;
        while at < x.len() {
            if x[at] >= self.bucket_end {
                self.flush(false);
                self.bucket_end = self.buckets.end_of(x[at]);
            }
            // An x that never falls lets the end be searched for in steps that double.
            let mut step = 1;
            while at + step < x.len() && x[at + step] < self.bucket_end {
                step *= 2;
            }
            let most = (at + step).min(x.len());
            let end = at + step / 2 + x[at + step / 2..most].partition_point(|&x| x < self.bucket_end);
            // At the end of the number line no x lies past the bucket.
            let end = end.max(at + 1);
            self.take_piece(&x[at..end], &y[at..end]);
            at = end;
        }
    }

    /// Takes points that lie in the current bucket.
    fn take_piece(&mut self, x: &[i64], y: &[f64]) {
        // Loops without an early end, so that the compiler takes many values at a time.
        if y.iter().fold(false, |odd, y| odd | !y.is_finite()) {
            x.iter().zip(y).for_each(|(&x, &y)| self.push(x, y));
            return;
        }
        let low = y.iter().fold(y[0], |low, &y| if y < low { y } else { low });
        let high = y.iter().fold(y[0], |high, &y| if y > high { y } else { high });
        let place = |wanted: f64| y.iter().position(|&y| y == wanted).expect("it is one of them");
        let (low, high) = (place(low), place(high));
        let mark = |at: usize| Mark { seq: self.seq + at as u64, x: x[at], y: y[at] };
        let (low, high, last) = (mark(low), mark(high), mark(y.len() - 1));
        match &mut self.finite {
            None => self.finite = Some([mark(0), low, high, last]),
            Some([_, min, max, end]) => {
                *min = if low.y < min.y { low } else { *min };
                *max = if high.y > max.y { high } else { *max };
                *end = last;
            }
        }
        self.min = self.min.min(low.y);
        self.max = self.max.max(high.y);
        self.seq += y.len() as u64;
    }

    #[inline]
    fn measure(&mut self, y: f64) {
        if y.is_finite() {
            self.min = self.min.min(y);
            self.max = self.max.max(y);
        } else {
            self.non_finite += 1;
        }
    }

    /// Puts out what the current bucket keeps, in x order, each point once.
    fn flush(&mut self, at_end: bool) {
        let mut marks = [Mark { seq: u64::MAX, x: 0, y: 0.0 }; 10];
        let mut n = 0;
        let mut keep = |mark: Mark| {
            marks[n] = mark;
            n += 1;
        };
        if let Some([first, min, max, last]) = self.finite.take() {
            if self.keep == Keep::FirstMinMaxLast || !self.began {
                keep(first);
            }
            keep(min);
            keep(max);
            if self.keep == Keep::FirstMinMaxLast || at_end {
                keep(last);
            }
            self.began = true;
        }
        if self.any_odd {
            self.any_odd = false;
            self.odd.iter_mut().filter_map(Option::take).flatten().for_each(keep);
        }
        let marks = &mut marks[..n];
        marks.sort_unstable_by_key(|mark| mark.seq);
        let mut before = u64::MAX;
        for mark in marks.iter().filter(|mark| std::mem::replace(&mut before, mark.seq) != mark.seq) {
            self.out.push(mark.x, mark.y);
        }
    }

    /// The thinned series. With [`Keep::MinMax`] the last finite point is kept if its bucket is the
    /// series' last.
    pub fn finish(mut self) -> Thinned {
        self.flush(true);
        Thinned { points: self.out, held: self.seq, non_finite: self.non_finite, min: self.min, max: self.max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAN: f64 = f64::NAN;

    fn series(values: &[f64]) -> Points {
        Points { x: (0..values.len() as i64).collect(), y: values.to_vec() }
    }

    #[test]
    fn thinning_keeps_what_a_viewer_would_miss() {
        use Keep::*;
        for (name, values, width, keep, kept) in [
            ("nothing stays nothing", &[][..], 4, FirstMinMaxLast, &[][..]),
            ("one point stays", &[7.], 4, MinMax, &[0]),
            ("all keeps all", &[3., 1., 2.], 100, All, &[0, 1, 2]),
            ("a flat bucket keeps its ends", &[1., 1., 1., 1.], 4, FirstMinMaxLast, &[0, 3]),
            ("a spike one step wide survives", &[0., 0., 9., 0., 0., 0., 0., 0.], 8, FirstMinMaxLast, &[0, 2, 7]),
            ("min and max alone, and the ends", &[5., 1., 4., 9., 5., 5.], 6, MinMax, &[0, 1, 3, 5]),
            ("a falling bucket stays in x order", &[4., 3., 2., 1.], 4, MinMax, &[0, 3]),
            ("the ends of a NaN stretch stay", &[1., NAN, NAN, NAN, 1., 1.], 6, FirstMinMaxLast, &[0, 1, 3, 5]),
            ("all NaN keeps the ends", &[NAN, NAN, NAN], 8, FirstMinMaxLast, &[0, 2]),
            ("infinities are kept by sign", &[1., f64::INFINITY, f64::NEG_INFINITY, 2.], 8, MinMax, &[0, 1, 2, 3]),
        ] {
            let thinned = thin(&series(values), Buckets { origin: 0, width }, keep);
            assert_eq!(thinned.points.x, kept, "{name}");
            assert_eq!(thinned.held, values.len() as u64, "{name}");
        }
    }

    #[test]
    fn buckets_hold_at_the_ends_of_the_number_line() {
        for (from, to, columns) in [(i64::MIN, i64::MAX, 3), (i64::MAX - 1, i64::MAX, 5), (0, 0, 1), (-7, 12, 4)] {
            let buckets = Buckets::over(from, to, columns);
            assert!(buckets.of(to) < i64::from(columns), "{from}..={to} in {columns}");
            assert!(buckets.start_of(from) <= from && buckets.start_of(to) <= to);
        }
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![8 => -1e3..1e3f64, 1 => Just(NAN), 1 => Just(f64::INFINITY), 1 => Just(f64::NEG_INFINITY), 1 => Just(1e308)]
    }

    fn points() -> impl Strategy<Value = Points> {
        (prop::collection::vec((1..20i64, value()), 0..300), -50..50i64).prop_map(|(gaps, start)| {
            let mut x = start;
            let mut points = Points::default();
            for (gap, y) in gaps {
                x += gap;
                points.push(x, y);
            }
            points
        })
    }

    /// The slow, obvious answer: for each bucket the extremes of its finite values.
    fn extremes(points: &Points, buckets: Buckets) -> std::collections::BTreeMap<i64, (f64, f64)> {
        let mut by_bucket = std::collections::BTreeMap::new();
        for (&x, &y) in points.x.iter().zip(&points.y).filter(|(_, y)| y.is_finite()) {
            let (min, max) = by_bucket.entry(buckets.of(x)).or_insert((y, y));
            *min = y.min(*min);
            *max = y.max(*max);
        }
        by_bucket
    }

    proptest! {
        #[test]
        fn every_extreme_of_every_bucket_is_kept(points in points(), width in 1..200i64, origin in -20..20i64, all in any::<bool>()) {
            let buckets = Buckets { origin, width };
            let keep = if all { Keep::FirstMinMaxLast } else { Keep::MinMax };
            let thinned = thin(&points, buckets, keep);
            prop_assert_eq!(extremes(&thinned.points, buckets), extremes(&points, buckets));
        }

        #[test]
        fn many_at_once_are_thinned_as_one_by_one(points in points(), width in 1..200i64, cut in any::<prop::sample::Index>(), keep in 0..3u8) {
            let keep = [Keep::All, Keep::FirstMinMaxLast, Keep::MinMax][usize::from(keep)];
            let mut thinner = Thinner::new(Buckets { origin: 3, width }, keep);
            let cut = cut.index(points.len() + 1);
            thinner.extend(&points.x[..cut], &points.y[..cut]);
            thinner.extend(&points.x[cut..], &points.y[cut..]);
            let (at_once, one_by_one) = (thinner.finish(), thin(&points, Buckets { origin: 3, width }, keep));
            let bits = |thinned: &Thinned| thinned.points.y.iter().map(|y| y.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(bits(&at_once), bits(&one_by_one));
            prop_assert_eq!(&at_once.points.x, &one_by_one.points.x);
            prop_assert_eq!((at_once.held, at_once.non_finite), (one_by_one.held, one_by_one.non_finite));
            prop_assert_eq!((at_once.min.to_bits(), at_once.max.to_bits()), (one_by_one.min.to_bits(), one_by_one.max.to_bits()));
        }

        #[test]
        fn the_thinned_is_an_ordered_subset(points in points(), width in 1..200i64) {
            let thinned = thin(&points, Buckets { origin: 0, width }, Keep::FirstMinMaxLast);
            prop_assert!(thinned.points.x.windows(2).all(|w| w[0] < w[1]));
            for (x, y) in thinned.points.x.iter().zip(&thinned.points.y) {
                let at = points.x.binary_search(x).unwrap();
                prop_assert_eq!(points.y[at].to_bits(), y.to_bits());
            }
            prop_assert_eq!(thinned.held, points.len() as u64);
            prop_assert_eq!(thinned.non_finite as usize, points.y.iter().filter(|y| !y.is_finite()).count());
        }

        #[test]
        fn a_bucket_keeps_ten_points_at_most(points in points(), width in 1..200i64) {
            let buckets = Buckets { origin: 0, width };
            let thinned = thin(&points, buckets, Keep::FirstMinMaxLast);
            let mut counts = std::collections::BTreeMap::<i64, usize>::new();
            for &x in &thinned.points.x {
                *counts.entry(buckets.of(x)).or_default() += 1;
            }
            prop_assert!(counts.values().all(|&n| n <= 10));
        }
    }
}
