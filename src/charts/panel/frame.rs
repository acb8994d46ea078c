//! What one line of a panel holds, ready to be drawn: a frame with its points shared.

use crate::line::{Band, Pooled};
use data::{
    frame::{Frame, FrameGroup, FrameSeries},
    group::{Band as BandKind, GroupLook},
    groups::GroupValue,
    run::RunId,
    series::Points,
};
use std::{collections::BTreeMap, sync::Arc};

/// One run's series in a panel. Points are shared with the chart that draws them.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelSeries {
    /// How many points the run holds in the range.
    pub held: u64,
    /// How many of those are NaN or infinite.
    pub non_finite: u64,
    /// The smallest finite value in the range, NaN if none.
    pub min: f64,
    /// The largest finite value in the range, NaN if none.
    pub max: f64,
    /// The points to draw.
    pub points: Arc<Points>,
    /// The smoothed points to draw.
    pub smoothed: Option<Arc<Points>>,
}

/// A group's line in a panel.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelGroup {
    /// What its runs share.
    pub key: Vec<GroupValue>,
    /// Its runs that have points.
    pub runs: Arc<Vec<RunId>>,
    /// How many points they hold in the range.
    pub held: u64,
    /// How many of those are NaN or infinite, and left out.
    pub non_finite: u64,
    /// The line.
    pub points: Arc<Points>,
    /// The band about it.
    pub band: Option<Arc<Band>>,
    /// What the line shows of how many runs.
    pub pooled: Pooled,
}

/// What one line of a panel shows of all runs.
#[derive(Debug, Clone, PartialEq)]
pub struct LineFrame {
    /// How many runs the run set has, with or without this line.
    pub runs: u64,
    /// The series by run.
    pub series: BTreeMap<RunId, PanelSeries>,
    /// The groups, if runs are drawn as such.
    pub groups: Vec<PanelGroup>,
    /// What one count of x is.
    pub x_unit: f64,
    /// How many points have no place along x.
    pub unplaced: u64,
}

impl LineFrame {
    /// What `frame` holds; its groups were asked for with `look`.
    pub fn new(frame: Frame, look: GroupLook) -> LineFrame {
        let of_groups: u64 = frame.groups.iter().map(|group| group.unplaced).sum();
        let of_series: u64 = frame.series.iter().map(|series| series.unplaced).sum();
        LineFrame {
            runs: frame.runs,
            unplaced: if frame.groups.is_empty() { of_series } else { of_groups },
            series: frame.series.into_iter().map(|series| (series.run_id, series.into())).collect(),
            groups: frame.groups.into_iter().map(|group| panel_group(group, look)).collect(),
            x_unit: frame.x_unit,
        }
    }
}

impl From<FrameSeries> for PanelSeries {
    fn from(series: FrameSeries) -> PanelSeries {
        PanelSeries {
            held: series.held,
            non_finite: series.non_finite,
            min: series.min,
            max: series.max,
            points: Arc::new(series.points),
            smoothed: series.smoothed.map(Arc::new),
        }
    }
}

fn panel_group(group: FrameGroup, look: GroupLook) -> PanelGroup {
    let line = group.line;
    let band = look.band != BandKind::None && line.low.len() == line.x.len() && line.high.len() == line.x.len();
    PanelGroup {
        pooled: Pooled { center: look.center, runs: group.runs.len() as u32, counts: line.n },
        key: group.key,
        runs: Arc::new(group.runs),
        held: group.held,
        non_finite: group.non_finite,
        band: band.then(|| Arc::new(Band::new(look.band, line.x.clone(), line.low, line.high))),
        points: Arc::new(Points { y: line.center, x: line.x }),
    }
}
