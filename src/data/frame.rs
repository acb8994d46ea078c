//! What a panel asks for and gets: the [`FrameRequest`] and the [`Frame`], the same at both ends.
//!
//! - [`binary`]: a frame as bytes
//! - [`json`]: a frame as JSON, for people
//!
//! One request is one y: a panel of several metrics sends several. Without an expression, a group, an x of
//! its own kind or a smoothing other than the EMA a frame can grow by its growth alone: see
//! [`FrameRequest::grows`].

mod binary;
mod json;

pub use self::{
    binary::{FrameError, decode, encode},
    json::to_json,
};

use crate::{
    brush::Brushes,
    column::Column,
    group::{GroupLine, GroupLook},
    groups::GroupValue,
    run::RunId,
    series::Points,
    smooth::Smoothing,
    thin::{Buckets, Keep},
};
use serde::{Deserialize, Serialize};

/// What runs along x.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum XAxis {
    /// The run's own count; x counts steps.
    #[default]
    Step,
    /// Time since the run started; x counts milliseconds.
    RelativeTime,
    /// The same with the pauses left out; x counts milliseconds. A pause is a gap between two points of the
    /// series that is longer than 60 s and longer than ten median gaps of it; it counts as one median gap.
    ActiveTime,
    /// When it was logged; x counts milliseconds since 1970 UTC.
    WallTime,
    /// A metric of the run, [`FrameRequest::x_metric`]; x counts [`Frame::x_unit`]s of it. Each y has the value
    /// that this metric has at the nearest step, of two equally near the earlier, if none is further away than
    /// the metric's longest gap; points are in order of x.
    Metric,
}

/// Where x counts from. Only steps and both relative times ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Steps as they were logged, time from when the run started.
    #[default]
    Start,
    /// Each series from its own first point, which has x 0.
    FirstPoint,
}

/// Which runs a panel shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunSet {
    /// Experiment ids.
    pub experiments: Vec<String>,
    /// A filter in the search language of [`crate::query`]; empty for all.
    pub filter: String,
    /// Only these runs, if given, in any order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs: Option<Vec<RunId>>,
    /// Only runs that have exactly this in these columns: the runs of a group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<(Column, GroupValue)>,
    /// Only runs that pass these brushes.
    #[serde(skip_serializing_if = "Brushes::is_empty")]
    pub brushes: Brushes,
    /// Looks in the trash, and nowhere else. Runs that are named are found there in any case.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trash: bool,
}

/// Runs drawn as one: those that have the same in all of `by`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupRequest {
    /// The columns that the runs of a group share, a few at most.
    pub by: Vec<Column>,
    /// Run sets that are kept apart: runs of two of these are never in one group, and each group's key ends with the
    /// place of its set in this list. Runs that are in none are left out. Empty for one set of all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<Vec<RunId>>,
    /// What is drawn of each group.
    pub look: GroupLook,
}

/// `POST /api/frames`: the one question that a panel asks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FrameRequest {
    /// The runs.
    pub run_set: RunSet,
    /// The metric's full name; empty if there is an expression.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub metric: String,
    /// What is drawn instead of one metric, in the language of [`crate::expression`]; empty if there is a metric.
    /// It may name runs outside the run set, by `baseline(…)` and `run(…)`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub expression: String,
    /// The run that `baseline(…)` in the expression means, of any experiment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<RunId>,
    /// What runs along x.
    pub x: XAxis,
    /// The metric along x, for [`XAxis::Metric`] and else empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub x_metric: String,
    /// Where x counts from.
    #[serde(skip_serializing_if = "is_default")]
    pub origin: Origin,
    /// Both ends of the x range, both inside it; `None` for all there is. Points just outside, one
    /// on each side, are answered too, so that lines run on to the edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[i64; 2]>,
    /// The same for [`XAxis::Metric`], in values of that metric, both finite.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_range: Option<[f64; 2]>,
    /// How many CSS pixels wide the panel's plot is; the server answers about this many buckets, or
    /// fewer when there are many runs.
    pub width_px: u32,
    /// The buckets to use instead, for growth that must fit an older frame. Only where [`FrameRequest::grows`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buckets: Option<(Buckets, Keep)>,
    /// Answer only points at or after this x, for growth that is joined to an older frame. Counts, min
    /// and max still speak of the whole range. Only where [`FrameRequest::grows`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// A smoothed copy of each series, computed over every raw point. In JSON a number is an EMA weight.
    #[serde(skip_serializing_if = "is_default")]
    pub smoothing: Smoothing,
    /// Draws runs as one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupRequest>,
}

impl FrameRequest {
    /// What is drawn: the metric, or the expression.
    pub fn drawn(&self) -> &str {
        if self.expression.is_empty() { &self.metric } else { &self.expression }
    }

    /// What is asked, apart from which runs, which part of x and how finely: what was kept for one answers the other.
    pub fn question(&self) -> FrameRequest {
        FrameRequest {
            run_set: RunSet::default(),
            range: None,
            width_px: 0,
            buckets: None,
            since: None,
            // Which runs, too.
            group: self.group.clone().map(|group| GroupRequest { sets: Vec::new(), ..group }),
            ..self.clone()
        }
    }

    /// Whether what was answered can be grown by a frame of the growth alone, with `buckets` and `since`.
    /// If not, a new point may change what lies before it, those two are refused, and who wants to see the growth
    /// asks for the whole anew.
    pub fn grows(&self) -> bool {
        let ema = matches!(self.smoothing, Smoothing::None | Smoothing::Ema { .. });
        let plain_x = match self.x {
            XAxis::Step | XAxis::RelativeTime => self.origin == Origin::Start,
            XAxis::WallTime => true,
            XAxis::ActiveTime | XAxis::Metric => false,
        };
        self.expression.is_empty() && self.group.is_none() && ema && plain_x
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// One run's series in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameSeries {
    /// The run.
    pub run_id: RunId,
    /// How many points the run holds in the range.
    pub held: u64,
    /// How many of those are NaN or infinite.
    pub non_finite: u64,
    /// How many points of the run have no place along x, at any range: where x is a metric that has no finite
    /// value near their step.
    pub unplaced: u64,
    /// The smallest finite value in the range, NaN if none.
    pub min: f64,
    /// The largest finite value in the range, NaN if none.
    pub max: f64,
    /// The points to draw.
    pub points: Points,
    /// The smoothed points to draw, if smoothing was asked for.
    pub smoothed: Option<Points>,
}

/// Runs drawn as one.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameGroup {
    /// What its runs share, in each of [`GroupRequest::by`].
    pub key: Vec<GroupValue>,
    /// Its runs that have points in the range or next to it, in order of run id. Their points are in [`Frame::series`]
    /// if members were asked for.
    pub runs: Vec<RunId>,
    /// How many points its runs hold in the range.
    pub held: u64,
    /// How many of those are NaN or infinite, and left out.
    pub non_finite: u64,
    /// How many points of its runs have no place along x: see [`FrameSeries::unplaced`].
    pub unplaced: u64,
    /// The smallest finite value of its runs in the range, NaN if none.
    pub min: f64,
    /// The largest finite value of its runs in the range, NaN if none.
    pub max: f64,
    /// Its line and band, of the smoothed values if smoothing was asked for.
    pub line: GroupLine,
}

/// What one panel needs to be drawn at one width.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The version of the store that this frame shows.
    pub version: u64,
    /// How many runs the run set has, with or without this metric.
    pub runs: u64,
    /// What runs along x.
    pub x: XAxis,
    /// What one count of x is: 1, or for [`XAxis::Metric`] the power of two in which every value of that metric
    /// is a whole number, nearly. The value at x is `x * x_unit`, in series, groups and buckets alike.
    pub x_unit: f64,
    /// How points were thinned.
    pub buckets: Buckets,
    /// What each bucket kept.
    pub keep: Keep,
    /// One for each run that has points, in order of run id. Empty if runs are drawn as groups without members.
    pub series: Vec<FrameSeries>,
    /// One for each group that has points, if groups were asked for: by key, as [`GroupValue::order`] says.
    pub groups: Vec<FrameGroup>,
}

impl Frame {
    /// Points held in the range by all runs.
    pub fn held(&self) -> u64 {
        match self.groups.is_empty() {
            true => self.series.iter().map(|s| s.held).sum(),
            false => self.groups.iter().map(|g| g.held).sum(),
        }
    }

    /// Points in this frame, those of groups included.
    pub fn shown(&self) -> u64 {
        let of_groups: u64 = self.groups.iter().map(|g| g.line.x.len() as u64).sum();
        of_groups + self.series.iter().map(|s| s.points.len() as u64).sum::<u64>()
    }

    /// NaN and infinite points held in the range.
    pub fn non_finite(&self) -> u64 {
        match self.groups.is_empty() {
            true => self.series.iter().map(|s| s.non_finite).sum(),
            false => self.groups.iter().map(|g| g.non_finite).sum(),
        }
    }

    /// How many runs have points in the range or next to it.
    pub fn runs_shown(&self) -> u64 {
        match self.groups.is_empty() {
            true => self.series.len() as u64,
            false => self.groups.iter().map(|g| g.runs.len() as u64).sum(),
        }
    }
}
