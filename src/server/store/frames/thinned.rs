//! One series, thinned for a frame.

use super::{Loaded, plan::Plan};
use crate::store::{
    StoreError,
    metrics::{Group, Reader},
};
use data::{
    frame::{FrameRequest, FrameSeries},
    series::Points,
    smooth::{Ema, Smoothing},
    thin::{Keep, Thinner},
};
use rusqlite::Connection;
use std::ops::Range;

/// A level of the pyramid is fine enough where a bucket holds at least this many of its blocks.
const BLOCKS_A_BUCKET: f64 = 4.0;

/// The thinned series of `one`; `None` if it has nothing in the range and no neighbour of it.
pub(super) fn thinned(
    db: &Connection,
    one: &Loaded,
    request: &FrameRequest,
    plan: &Plan,
) -> Result<Option<FrameSeries>, StoreError> {
    let mut reader = Reader::new(db, &one.series, one.axis)?;
    let mut collector = Collector::new(request, plan);
    let mut before = None;
    for group in &one.groups {
        if group.x_max < collector.from {
            before = Some(group);
            if collector.smoothed.is_some() {
                collector.take(&reader.points(group)?);
            }
        } else if group.x_min > collector.to {
            collector.take(&reader.points(group)?);
            break;
        } else {
            collector.take_group(group, &mut reader, plan)?;
        }
    }
    if let (Some(group), None) = (before, collector.raw.before) {
        let points = reader.points(group)?;
        collector.raw.before = points.x.last().copied().zip(points.y.last().copied());
    }
    Ok(collector.finish(one))
}

/// Gathers what one series shows.
struct Collector {
    from: i64,
    to: i64,
    since: i64,
    held: u64,
    non_finite: u64,
    min: f64,
    max: f64,
    raw: Line,
    smoothed: Option<(Ema, Line)>,
}

/// A line in the making: thinned points in the range, and one neighbour on each side of it.
pub(super) struct Line {
    before: Option<(i64, f64)>,
    after: Option<(i64, f64)>,
    thinner: Thinner,
}

impl Collector {
    fn new(request: &FrameRequest, plan: &Plan) -> Collector {
        let [from, to] = request.range.unwrap_or([i64::MIN, i64::MAX]);
        let ema = match request.smoothing {
            Smoothing::Ema { weight } => Some(weight),
            _ => None,
        };
        Collector {
            from,
            to,
            since: request.since.unwrap_or(i64::MIN),
            held: 0,
            non_finite: 0,
            min: f64::NAN,
            max: f64::NAN,
            raw: Line::new(plan),
            smoothed: ema.map(|weight| (Ema::new(weight), Line::new(plan))),
        }
    }

    /// Takes a group that meets the range, decoding no more than it must.
    fn take_group(&mut self, group: &Group, reader: &mut Reader, plan: &Plan) -> Result<(), StoreError> {
        let inside = group.exact && self.from <= group.x_min && group.x_max <= self.to;
        if !inside || self.smoothed.is_some() {
            self.take(&reader.points(group)?);
            return Ok(());
        }
        self.held += group.n;
        self.non_finite += group.non_finite;
        self.measure(group.min);
        self.measure(group.max);
        if group.x_max < self.since {
            return Ok(());
        }
        let points = match plan.keep {
            Keep::FirstMinMaxLast | Keep::MinMax if group.x_min >= self.since => {
                let extent = group.x_max.abs_diff(group.x_min) as f64 + 1.0;
                let points_a_bucket = group.n as f64 * (plan.buckets.width as f64 / extent).min(1.0);
                reader.level(group, points_a_bucket / BLOCKS_A_BUCKET)?
            }
            Keep::All | Keep::FirstMinMaxLast | Keep::MinMax => None,
        };
        let points = points.map_or_else(|| reader.points(group), Ok)?;
        let start = points.x.partition_point(|&x| x < self.since);
        self.raw.thinner.extend(&points.x[start..], &points.y[start..]);
        Ok(())
    }

    /// Takes points in x order, wherever they lie, and counts those in the range.
    fn take(&mut self, points: &Points) {
        let start = points.x.partition_point(|&x| x < self.from);
        let end = points.x.partition_point(|&x| x <= self.to);
        self.held += (end - start) as u64;
        for &y in &points.y[start..end] {
            self.measure(y);
            self.non_finite += u64::from(!y.is_finite());
        }
        self.raw.take(&points.x, &points.y, start..end, self.since);
        if let Some((ema, line)) = &mut self.smoothed {
            let smooth: Vec<f64> = points.y.iter().map(|&y| ema.next(y)).collect();
            line.take(&points.x, &smooth, start..end, self.since);
        }
    }

    fn measure(&mut self, y: f64) {
        if y.is_finite() {
            self.min = self.min.min(y);
            self.max = self.max.max(y);
        }
    }

    fn finish(self, one: &Loaded) -> Option<FrameSeries> {
        let since = self.since;
        let points = self.raw.finish(since);
        if points.is_empty() && self.held == 0 {
            return None;
        }
        Some(FrameSeries {
            run_id: one.member.id,
            held: self.held,
            non_finite: self.non_finite,
            unplaced: 0,
            min: self.min,
            max: self.max,
            points,
            smoothed: self.smoothed.map(|(_, line)| line.finish(since)),
        })
    }
}

impl Line {
    /// A line without points.
    pub(super) fn new(plan: &Plan) -> Line {
        Line { before: None, after: None, thinner: Thinner::new(plan.buckets, plan.keep) }
    }

    /// Takes points of which those at `inside` lie in the range.
    pub(super) fn take(&mut self, x: &[i64], y: &[f64], inside: Range<usize>, since: i64) {
        if let Some(before) = inside.start.checked_sub(1) {
            self.before = Some((x[before], y[before]));
        }
        if inside.end < x.len() {
            self.after.get_or_insert((x[inside.end], y[inside.end]));
        }
        let start = inside.start + x[inside.clone()].partition_point(|&x| x < since);
        self.thinner.extend(&x[start..inside.end], &y[start..inside.end]);
    }

    /// The points with their neighbours, none before `since`.
    pub(super) fn finish(self, since: i64) -> Points {
        let mut points = self.thinner.finish().points;
        if let Some((x, y)) = self.before.filter(|&(x, _)| x >= since) {
            points.x.insert(0, x);
            points.y.insert(0, y);
        }
        if let Some((x, y)) = self.after.filter(|&(x, _)| x >= since) {
            points.push(x, y);
        }
        points
    }
}
