//! Frames of what is drawn otherwise than it was logged: expressions, groups, a metric along x, smoothing by windows.
//!
//! - [`question`]: what is calculated, and from which series of which runs
//! - [`load`]: the series, from their chunks and heads, and what comes of them
//! - [`place`]: where values lie along x
//! - [`grouped`]: runs drawn as one
//!
//! Every raw point of every run is read and calculated with, in one snapshot a thread; only then are the results
//! thinned, as all frames are.

mod grouped;
mod load;
mod place;
mod question;
#[cfg(test)]
mod tests;

use super::{Member, in_parallel, plan, plan::Plan, run_set, shares, thinned::Line};
use crate::store::{Store, StoreError};
use data::{
    frame::{Frame, FrameRequest, FrameSeries, XAxis},
    group::{Band, Center, GroupLook, RESAMPLES},
    smooth::Smoothing,
    thin::{Buckets, Keep},
};
use place::Placed;
use question::Question;
use rusqlite::Connection;

/// How many raw points one such frame may be calculated from.
const MOST_POINTS: u64 = 8_000_000;
/// How many runs may be drawn anew in all, for all bootstrap intervals of a frame.
const MOST_DRAWS: usize = 300_000_000;
/// A bootstrap interval is calculated at this many places at least.
const LEAST_PLACES: usize = 24;
/// How much work a median may be: points times the width of its window.
const MOST_MEDIAN_WORK: u64 = 20_000_000_000;

/// The frame that `request` asks for.
pub(super) fn frame(store: &Store, db: &Connection, request: &FrameRequest) -> Result<Frame, StoreError> {
    let version = store.version();
    let question = Question::of(db, request)?;
    let runs = run_set::resolve(store, db, &request.run_set, &question.lead)?;
    let placed =
        if question.has_answer() { load::placed(store, request, &question, runs.members)? } else { Vec::new() };
    refuse_wide_medians(request.smoothing, &placed)?;

    let (placed, x_unit) = place::in_counts(placed, request.x);
    let range = place::range_in_counts(request, x_unit);
    let keys = request.group.as_ref().map(|group| grouped::keys(store, db, group, &placed)).transpose()?;
    let groups = keys.as_ref().map(Vec::len);
    let plan = plan_of(request, range, &placed, groups);

    let with_points = request.group.as_ref().is_none_or(|group| group.look.members);
    let mut drawn: Vec<Drawn> = in_parallel(shares(placed, u64::MAX), |share| {
        Ok(share.into_iter().map(|placed| draw(placed, request, range, &plan, with_points)).collect::<Vec<_>>())
    })?
    .into_iter()
    .flatten()
    .collect();
    drawn.retain(|one| one.series.held > 0 || one.series.unplaced > 0 || one.reaches(range));
    drawn.sort_unstable_by_key(|one| one.series.run_id);
    let groups = match (keys, &request.group) {
        (Some(keys), Some(group)) => grouped::groups(keys, &drawn, group.look, plan.buckets, range)?,
        _ => Vec::new(),
    };
    let series = if with_points { drawn.into_iter().map(|one| one.series).collect() } else { Vec::new() };
    let Plan { buckets, keep } = plan;
    Ok(Frame { version, runs: runs.total, x: request.x, x_unit, buckets, keep, series, groups })
}

/// One run's line, and what groups are made of.
struct Drawn {
    placed: Placed,
    smoothed: Option<Vec<f64>>,
    series: FrameSeries,
}

impl Drawn {
    /// Whether its line runs through the range, where no point of it may lie.
    fn reaches(&self, range: Option<[i64; 2]>) -> bool {
        let Some([from, to]) = range else { return false };
        let x = &self.placed.points.x;
        x.first().is_some_and(|&first| first <= to) && x.last().is_some_and(|&last| last >= from)
            || !self.series.points.is_empty()
    }
}

/// Smooths and thins one run's points.
fn draw(placed: Placed, request: &FrameRequest, range: Option<[i64; 2]>, plan: &Plan, with_points: bool) -> Drawn {
    let [from, to] = range.unwrap_or([i64::MIN, i64::MAX]);
    let points = &placed.points;
    let inside = points.x.partition_point(|&x| x < from)..points.x.partition_point(|&x| x <= to);
    let finite = || points.y[inside.clone()].iter().copied().filter(|y| y.is_finite());
    let smoothed = (request.smoothing != Smoothing::None).then(|| request.smoothing.smooth(points));
    let line = |y: &[f64]| {
        let mut line = Line::new(plan);
        if with_points {
            line.take(&points.x, y, inside.clone(), i64::MIN);
        }
        line.finish(i64::MIN)
    };
    let series = FrameSeries {
        run_id: placed.member.id,
        held: inside.len() as u64,
        non_finite: inside.len() as u64 - finite().count() as u64,
        unplaced: placed.unplaced,
        min: finite().fold(f64::NAN, f64::min),
        max: finite().fold(f64::NAN, f64::max),
        points: line(&points.y),
        smoothed: smoothed.as_deref().map(line),
    };
    Drawn { placed, smoothed, series }
}

/// How the lines are thinned, and where groups are summed up.
fn plan_of(request: &FrameRequest, range: Option<[i64; 2]>, placed: &[Placed], groups: Option<usize>) -> Plan {
    let ends = |placed: &Placed| Some([*placed.points.x.first()?, *placed.points.x.last()?]);
    let wider = |[a, b]: [i64; 2], [c, d]: [i64; 2]| [a.min(c), b.max(d)];
    let [from, to] = range.or_else(|| placed.iter().filter_map(ends).reduce(wider)).unwrap_or([0, 0]);
    let look = request.group.as_ref().map(|group| group.look);
    let lines = match (groups, look) {
        (Some(groups), Some(GroupLook { members: false, .. })) => groups,
        _ => placed.len(),
    };
    let (mut columns, keep, points_a_bucket) = plan::columns(request.width_px as usize, lines);
    if let Some(GroupLook { center, band: Band::Bootstrap, .. }) = look {
        // A median is sorted out of each draw.
        let work = RESAMPLES * placed.len().max(1) * if center == Center::Median { 8 } else { 1 };
        columns = columns.min((MOST_DRAWS / work).max(LEAST_PLACES));
    }
    let inside = |placed: &Placed| {
        let x = &placed.points.x;
        x.partition_point(|&x| x <= to) - x.partition_point(|&x| x < from)
    };
    let most = placed.iter().map(inside).max().unwrap_or(0);
    let keep = if most <= columns * points_a_bucket { Keep::All } else { keep };
    Plan { buckets: Buckets::over(from, to, columns as u32), keep }
}

fn refuse_wide_medians(smoothing: Smoothing, placed: &[Placed]) -> Result<(), StoreError> {
    let Smoothing::Median { window } = smoothing else { return Ok(()) };
    let points: u64 = placed.iter().map(|placed| placed.points.len() as u64).sum();
    if points * u64::from(window) <= MOST_MEDIAN_WORK {
        return Ok(());
    }
    Err(StoreError::Invalid(format!(
        "a median of {window} points at each of {points} points is too much work: use a window of {} at most, or a \
         running mean",
        MOST_MEDIAN_WORK / points
    )))
}

/// Whether x is a time.
fn is_time(x: XAxis) -> bool {
    match x {
        XAxis::RelativeTime | XAxis::ActiveTime | XAxis::WallTime => true,
        XAxis::Step | XAxis::Metric => false,
    }
}
