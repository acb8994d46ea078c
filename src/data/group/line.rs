//! The line of a group: which values of its runs are summed up where along x.

use super::{GroupLine, GroupLook, statistics::Statistics};
use crate::{rolling, series::Points, thin::Buckets};

/// One run of a group.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// Its raw points, in x order.
    pub points: &'a Points,
    /// The values that are summed up, one at each x: the raw ones, or those smoothed.
    pub values: &'a [f64],
}

/// The line and the band of a group of runs.
///
/// In each bucket in which a run has points, the line has one place. Its x is the mean over runs of the mean x of their
/// points there, and a run's value is the mean of its finite values there: so where buckets are no wider than a step,
/// both are exact, and a series that equals its x is still a line through its x. A run that has no point in the bucket,
/// but finite ones on both sides of it, has the value on the straight line between those two. Any other run is left
/// out there, so `n` counts those that are in.
///
/// A center of min or max is the smallest or largest value of any run in the bucket, and so is the band of
/// [`super::Band::MinMax`], of the raw values even where values are smoothed: no spike is lost. All else is calculated
/// from one value a run: see [`Statistics`].
///
/// With a `range`, the line has at most one place on each side of it: in the bucket that follows, or at the very end of
/// the range, between the points of each run.
pub fn line(members: &[Member], look: GroupLook, buckets: Buckets, range: Option<[i64; 2]>) -> GroupLine {
    let [from, to] = range.unwrap_or([i64::MIN, i64::MAX]);
    let first = match range {
        Some(_) => buckets.start_of(from).saturating_sub(buckets.width),
        None => from,
    };
    let last = buckets.last_of(to).saturating_add(if range.is_some() { buckets.width } else { 0 });
    let mut line = Builder { statistics: Statistics::new(look), line: GroupLine::default() };
    let mut cursors: Vec<Cursor> = members.iter().map(|member| Cursor::at(member, first)).collect();
    let next_x = |cursors: &[Cursor]| cursors.iter().filter_map(Cursor::next_x).min();
    if range.is_some() && next_x(&cursors).is_none_or(|x| x > buckets.last_of(from)) {
        line.push_between(&cursors, from);
    }
    while let Some(x) = next_x(&cursors).filter(|&x| x <= last) {
        line.push_bucket(&mut cursors, buckets, x);
    }
    if range.is_some() && line.line.x.last().is_none_or(|&x| x < buckets.start_of(to)) {
        let cursors: Vec<Cursor> = members.iter().map(|member| Cursor::at(member, to)).collect();
        line.push_between(&cursors, to);
    }
    line.line
}

/// What one run has at one place.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    /// Its value.
    pub value: f64,
    /// Its smallest and its largest value there.
    pub values: [f64; 2],
    /// Its smallest and its largest raw value there.
    pub raw: [f64; 2],
}

struct Builder {
    statistics: Statistics,
    line: GroupLine,
}

impl Builder {
    /// Sums up the bucket that holds `x`, and moves the cursors past it.
    fn push_bucket(&mut self, cursors: &mut [Cursor], buckets: Buckets, x: i64) {
        let (first, last) = (buckets.start_of(x), buckets.last_of(x));
        let mut runs = Vec::with_capacity(cursors.len());
        let mut places = Vec::with_capacity(cursors.len());
        let mut without = Vec::new();
        for (at, cursor) in cursors.iter_mut().enumerate() {
            match cursor.take_until(last, x) {
                Taken::Nothing => without.push(at),
                Taken::NonFinite => {}
                Taken::Finite(place, run) => {
                    places.push(place);
                    runs.push(run);
                }
            }
        }
        if places.is_empty() {
            return;
        }
        let place = rolling::mean(&places);
        runs.extend(without.into_iter().filter_map(|at| cursors[at].between(x, place)));
        let x = (i128::from(x) + place.round() as i128).clamp(i128::from(first), i128::from(last)) as i64;
        self.push(x, &runs);
    }

    /// Sums up what lies between points of each run at `x`, where none has a point.
    fn push_between(&mut self, cursors: &[Cursor], x: i64) {
        let runs: Vec<At> = cursors.iter().filter_map(|cursor| cursor.between(x, 0.0)).collect();
        if !runs.is_empty() {
            self.push(x, &runs);
        }
    }

    fn push(&mut self, x: i64, runs: &[At]) {
        let (center, band) = self.statistics.of(runs);
        self.line.x.push(x);
        self.line.center.push(center);
        self.line.n.push(runs.len() as u32);
        if let Some([low, high]) = band {
            self.line.low.push(low);
            self.line.high.push(high);
        }
    }
}

/// A place in a run's points.
struct Cursor<'a> {
    member: Member<'a>,
    /// The next point.
    next: usize,
}

/// What a run has in a bucket.
enum Taken {
    /// No point.
    Nothing,
    /// Points, of which none is finite.
    NonFinite,
    /// The mean distance of its finite points from a given x, and what they are.
    Finite(f64, At),
}

impl<'a> Cursor<'a> {
    /// The place of the first point at or after `x`.
    fn at(member: &Member<'a>, x: i64) -> Cursor<'a> {
        Cursor { member: *member, next: member.points.x.partition_point(|&other| other < x) }
    }

    fn next_x(&self) -> Option<i64> {
        self.member.points.x.get(self.next).copied()
    }

    /// Takes the points up to `last`; places are counted from `x`.
    fn take_until(&mut self, last: i64, x: i64) -> Taken {
        let start = self.next;
        let xs = &self.member.points.x;
        while self.next < xs.len() && xs[self.next] <= last {
            self.next += 1;
        }
        if start == self.next {
            return Taken::Nothing;
        }
        let finite: Vec<usize> = (start..self.next).filter(|&at| self.member.values[at].is_finite()).collect();
        if finite.is_empty() {
            return Taken::NonFinite;
        }
        let of = |column: &[f64]| -> Vec<f64> { finite.iter().map(|&at| column[at]).collect() };
        let (values, raw) = (of(self.member.values), of(&self.member.points.y));
        let places: Vec<f64> = finite.iter().map(|&at| (i128::from(xs[at]) - i128::from(x)) as f64).collect();
        let run = At { value: rolling::mean(&values), values: ends(&values), raw: ends(&raw) };
        Taken::Finite(rolling::mean(&places), run)
    }

    /// What lies at `place`, counted from `x`, on the straight line between the point before the cursor and the next.
    fn between(&self, x: i64, place: f64) -> Option<At> {
        let (left, right) = (self.next.checked_sub(1)?, self.next);
        let distance = |at: usize| Some((i128::from(*self.member.points.x.get(at)?) - i128::from(x)) as f64);
        let (from, to) = (distance(left)?, distance(right)?);
        let share = (place - from) / (to - from);
        let of = |column: &[f64]| {
            let (a, b) = (column[left], column[right]);
            Some(a * (1.0 - share) + b * share).filter(|_| a.is_finite() && b.is_finite())
        };
        let (value, raw) = (of(self.member.values)?, of(&self.member.points.y)?);
        Some(At { value, values: [value; 2], raw: [raw; 2] })
    }
}

fn ends(values: &[f64]) -> [f64; 2] {
    values.iter().fold([f64::INFINITY, f64::NEG_INFINITY], |[low, high], &y| [low.min(y), high.max(y)])
}
