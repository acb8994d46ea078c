//! One series as a reader sees it: its pieces in x order, whatever order they arrived in.
//!
//! A piece is a chunk or the head. Pieces that rise and do not meet are a group of their own each, and
//! are decoded alone, or not at all. Pieces that meet, because a run was resumed and wrote steps again,
//! or that do not rise, form one group, which is sorted exactly: see [`Reader::points`].

use super::{
    Heads, RawPoint,
    chunk::{ChunkMeta, Columns, LEVELS},
    chunks::{self, Blobs},
    compact::rows_of,
    heads::SeriesHead,
};
use crate::store::StoreError;
use data::{expression::Trace, series::Points};
use rusqlite::Connection;
use std::collections::HashSet;

/// What runs along x, for one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Axis {
    /// Steps. Where a step was written again, the last write wins.
    Step,
    /// Milliseconds since `origin`, which is one of those since 1970. Every distinct point is shown;
    /// points of the same millisecond share their x, in step order.
    Time {
        /// Where x is 0.
        origin: i64,
    },
}

impl Axis {
    fn x_of(self, point: &RawPoint) -> i64 {
        match self {
            Axis::Step => point.step,
            Axis::Time { origin } => point.time_millis.saturating_sub(origin),
        }
    }

    fn with_times(self) -> bool {
        self != Axis::Step
    }

    fn rises(self, meta: &ChunkMeta) -> bool {
        match self {
            Axis::Step => meta.steps_rise,
            Axis::Time { .. } => meta.times_rise,
        }
    }

    fn extent(self, meta: &ChunkMeta) -> (i64, i64) {
        match self {
            Axis::Step => (meta.step_min, meta.step_max),
            Axis::Time { origin } => (meta.time_min.saturating_sub(origin), meta.time_max.saturating_sub(origin)),
        }
    }

    /// Whether all of `next` lies after all of `before`, which arrived earlier.
    fn follows(self, before: &ChunkMeta, next: &ChunkMeta) -> bool {
        let (end, start) = (self.extent(before).1, self.extent(next).0);
        start > end || (start == end && self.with_times() && next.step_min > before.step_max)
    }
}

/// The head of a series, taken before its chunks are read.
pub(in crate::store) type Head = Option<SeriesHead>;

impl Heads {
    /// The head of a series. Take it before the snapshot in which [`Series::load`] reads.
    pub(in crate::store) fn of_series(&self, rid: i64, kid: i64) -> Head {
        self.series(rid, kid)
    }
}

/// One series: what its pieces say of themselves.
pub(in crate::store) struct Series {
    rid: i64,
    kid: i64,
    /// Chunks in arrival order, and last the head, if it has points that are in no chunk.
    pieces: Vec<ChunkMeta>,
    head: SeriesHead,
    in_chunks: u64,
}

/// Pieces of a series that belong together, and what they say of themselves.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::store) struct Group {
    /// Places in the series' pieces, in arrival order.
    pieces: Vec<usize>,
    /// The smallest x.
    pub x_min: i64,
    /// The largest x.
    pub x_max: i64,
    /// How many points, those that were written again counted twice.
    pub n: u64,
    /// Whether it is one rising piece, of which the other fields then speak exactly.
    pub exact: bool,
    /// How many values are NaN or infinite.
    pub non_finite: u64,
    /// The smallest finite value, NaN if none.
    pub min: f64,
    /// The largest finite value, NaN if none.
    pub max: f64,
}

impl Series {
    /// Reads what the series' chunks say in the snapshot `db`.
    pub(in crate::store) fn load(db: &Connection, rid: i64, kid: i64, head: Head) -> Result<Series, StoreError> {
        let mut pieces = chunks::metas(db, rid, kid)?;
        let in_chunks = pieces.iter().map(|meta| meta.n as u64).sum();
        let head = head.unwrap_or_default();
        let rest = head.after(in_chunks);
        if !rest.is_empty() {
            pieces.push(ChunkMeta::of(i64::MAX, rest));
        }
        Ok(Series { rid, kid, pieces, head, in_chunks })
    }

    /// How many points it holds, those that were written again counted twice.
    pub(in crate::store) fn held(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.n as u64).sum()
    }

    /// The groups along `axis`, in x order: each ends before the next begins.
    pub(in crate::store) fn groups(&self, axis: Axis) -> Vec<Group> {
        let mut order: Vec<usize> = (0..self.pieces.len()).collect();
        order.sort_by_key(|&at| (axis.extent(&self.pieces[at]).0, at));
        let mut groups: Vec<Group> = Vec::with_capacity(order.len());
        for at in order {
            let meta = &self.pieces[at];
            let (x_min, x_max) = axis.extent(meta);
            match groups.last_mut() {
                Some(last) if !self.is_after(axis, last, at) => {
                    last.pieces.push(at);
                    last.x_max = last.x_max.max(x_max);
                    last.n += meta.n as u64;
                    last.exact = false;
                }
                _ => groups.push(Group {
                    pieces: vec![at],
                    x_min,
                    x_max,
                    n: meta.n as u64,
                    exact: axis.rises(meta),
                    non_finite: meta.non_finite,
                    min: meta.value_min,
                    max: meta.value_max,
                }),
            }
        }
        groups.iter_mut().for_each(|group| group.pieces.sort_unstable());
        groups
    }

    /// Whether the piece at `at` lies after all of `group`.
    fn is_after(&self, axis: Axis, group: &Group, at: usize) -> bool {
        let next = &self.pieces[at];
        axis.extent(next).0 > group.x_max
            || group.pieces.iter().all(|&piece| piece < at && axis.follows(&self.pieces[piece], next))
    }
}

/// Reads points of one series along one axis.
pub(in crate::store) struct Reader<'a> {
    series: &'a Series,
    axis: Axis,
    blobs: Blobs<'a>,
}

impl<'a> Reader<'a> {
    /// A reader of `series`, which was loaded from `db` in the same snapshot.
    pub(in crate::store) fn new(db: &'a Connection, series: &'a Series, axis: Axis) -> Result<Self, StoreError> {
        Ok(Reader { series, axis, blobs: Blobs::new(db)? })
    }

    /// Every point of `group` in x order: along steps the last write of each, along time each
    /// distinct point.
    pub(in crate::store) fn points(&mut self, group: &Group) -> Result<Points, StoreError> {
        if let ([piece], true) = (&group.pieces[..], group.exact) {
            let columns = self.columns(*piece)?;
            return Ok(self.along_axis(columns));
        }
        let mut points = Vec::with_capacity(group.n as usize);
        for &piece in &group.pieces {
            let columns = self.raw_columns(piece, true)?;
            points.extend(rows_of(&columns));
        }
        Ok(match self.axis {
            Axis::Step => {
                let last = last_writes(&points);
                Points { x: last.iter().map(|p| p.step).collect(), y: last.iter().map(|p| p.value).collect() }
            }
            Axis::Time { .. } => distinct_in_time(points, self.axis),
        })
    }

    /// Appends every point of `group` with its time: the last write of each step. The axis must be that of steps.
    pub(in crate::store) fn append_to(&mut self, trace: &mut Trace, group: &Group) -> Result<(), StoreError> {
        assert_eq!(self.axis, Axis::Step, "a trace lies along steps");
        let mut points = Vec::with_capacity(group.n as usize);
        for &piece in &group.pieces {
            let columns = self.raw_columns(piece, true)?;
            points.extend(rows_of(&columns));
        }
        if !group.exact {
            points = last_writes(&points);
        }
        trace.steps.extend(points.iter().map(|point| point.step));
        trace.times.extend(points.iter().map(|point| point.time_millis));
        trace.values.extend(points.iter().map(|point| point.value));
        Ok(())
    }

    /// The points of the coarsest level of `group` whose blocks hold at most `most` points: every
    /// extreme of each block at its true x. `None` if it has no such level.
    pub(in crate::store) fn level(&mut self, group: &Group, most: f64) -> Result<Option<Points>, StoreError> {
        let Some(level) = LEVELS.iter().rposition(|&block| block as f64 <= most) else { return Ok(None) };
        let ([piece], true) = (&group.pieces[..], group.exact) else { return Ok(None) };
        if self.is_head(*piece) {
            return Ok(None);
        }
        let (key, meta) = ((self.series.rid, self.series.kid), &self.series.pieces[*piece]);
        let columns = self.blobs.level(key, meta, level, self.axis.with_times())?;
        Ok(columns.map(|columns| self.along_axis(columns)))
    }

    fn is_head(&self, piece: usize) -> bool {
        self.series.pieces[piece].no == i64::MAX
    }

    fn columns(&mut self, piece: usize) -> Result<Columns, StoreError> {
        self.raw_columns(piece, self.axis.with_times())
    }

    fn raw_columns(&mut self, piece: usize, with_times: bool) -> Result<Columns, StoreError> {
        if !self.is_head(piece) {
            let (key, meta) = ((self.series.rid, self.series.kid), &self.series.pieces[piece]);
            return self.blobs.points(key, meta, with_times);
        }
        let points = self.series.head.after(self.series.in_chunks);
        Ok(Columns {
            steps: points.iter().map(|point| point.step).collect(),
            values: points.iter().map(|point| point.value).collect(),
            times: points.iter().map(|point| point.time_millis).collect(),
        })
    }

    fn along_axis(&self, mut columns: Columns) -> Points {
        match self.axis {
            Axis::Step => Points { x: columns.steps, y: columns.values },
            Axis::Time { origin } => {
                columns.times.iter_mut().for_each(|time| *time = time.saturating_sub(origin));
                Points { x: columns.times, y: columns.values }
            }
        }
    }
}

/// The last write of each step, in step order.
fn last_writes(points: &[RawPoint]) -> Vec<RawPoint> {
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by_key(|&at| points[at].step);
    let mut last: Vec<RawPoint> = Vec::with_capacity(points.len());
    for at in order {
        match last.last_mut() {
            Some(before) if before.step == points[at].step => *before = points[at],
            _ => last.push(points[at]),
        }
    }
    last
}

/// Each distinct point, in order of time and then step.
fn distinct_in_time(mut points: Vec<RawPoint>, axis: Axis) -> Points {
    let mut seen = HashSet::with_capacity(points.len());
    points.retain(|point| seen.insert(point.identity()));
    points.sort_by_key(|point| (point.time_millis, point.step));
    Points { x: points.iter().map(|p| axis.x_of(p)).collect(), y: points.iter().map(|p| p.value).collect() }
}
