//! What one line of a panel shows: a frame, and the growth joined to it.

use charts::line::{Band, Pooled};
use data::{
    frame::{Frame, FrameGroup, FrameRequest, FrameSeries},
    group::{Band as BandKind, GroupLook},
    groups::GroupValue,
    run::RunId,
    series::Points,
    thin::{Buckets, Keep},
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

/// A frame on the screen, with what it was asked for, so that growth can be joined to it.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelFrame {
    /// The question it answers.
    pub request: FrameRequest,
    /// How many runs the run set has, with or without this metric.
    pub runs: u64,
    /// The series by run.
    pub series: BTreeMap<RunId, PanelSeries>,
    /// The groups, if runs are drawn as such.
    pub groups: Vec<PanelGroup>,
    /// What one count of x is.
    pub x_unit: f64,
    /// How many points have no place along x.
    pub unplaced: u64,
    buckets: Buckets,
    keep: Keep,
    /// The largest x when the frame was asked for as a whole.
    whole_to: i64,
}

impl PanelFrame {
    /// The panel's frame from the answer to `request`.
    pub fn new(request: FrameRequest, frame: Frame) -> PanelFrame {
        let of_groups: u64 = frame.groups.iter().map(|group| group.unplaced).sum();
        let of_series: u64 = frame.series.iter().map(|series| series.unplaced).sum();
        let unplaced = if frame.groups.is_empty() { of_series } else { of_groups };
        let series: BTreeMap<_, _> =
            frame.series.into_iter().map(|series| (series.run_id, panel_series(series))).collect();
        let look = request.group.as_ref().map(|group| group.look).unwrap_or_default();
        let groups = frame.groups.into_iter().map(|group| panel_group(group, look)).collect();
        let whole_to = series.values().filter_map(|series| series.points.x.last()).max().copied().unwrap_or(0);
        let Frame { runs, x_unit, buckets, keep, .. } = frame;
        PanelFrame { request, runs, series, groups, x_unit, unplaced, buckets, keep, whole_to }
    }

    /// What to ask when `runs` grew (none named means all): only the growth, where that can be joined.
    pub fn growth_request(&self, runs: &[RunId]) -> FrameRequest {
        let whole = self.request.clone();
        if runs.is_empty() || !whole.grows() || self.outgrown() {
            return whole;
        }
        let mut growing: Vec<RunId> = runs.to_vec();
        if let Some(set) = &whole.run_set.runs {
            growing.retain(|run| set.contains(run));
        }
        let last_bucket = |run: &RunId| self.series.get(run)?.points.x.last().map(|&x| self.buckets.start_of(x));
        // A run seen for the first time is asked for from its beginning.
        let since = growing.iter().map(last_bucket).min().flatten();
        let mut request = FrameRequest { since, buckets: Some((self.buckets, self.keep)), ..whole };
        request.run_set.runs = Some(growing);
        request
    }

    /// Whether so much was joined that the buckets no longer fit the width.
    fn outgrown(&self) -> bool {
        if self.request.range.is_some() {
            return false;
        }
        let to = self.series.values().filter_map(|series| series.points.x.last()).max().copied().unwrap_or(0);
        let extent = |to: i64| (i128::from(to) - i128::from(self.buckets.origin)).max(1);
        let many = |series: &PanelSeries| series.points.len() > 6 * self.request.width_px.max(100) as usize;
        extent(to) > extent(self.whole_to) * 8 / 5 || self.series.values().any(many)
    }

    /// This frame with the answer to `request`, a growth request of its own, joined to it.
    pub fn grown(&self, request: &FrameRequest, growth: Frame) -> PanelFrame {
        let mut grown = self.clone();
        for new in growth.series {
            let new_run = !grown.series.contains_key(&new.run_id);
            let joined = match (grown.series.get(&new.run_id), request.since) {
                (Some(old), Some(since)) => join(old, since, new),
                _ => (new.run_id, panel_series(new)),
            };
            grown.runs += u64::from(new_run && grown.series.len() as u64 >= grown.runs);
            grown.series.insert(joined.0, joined.1);
        }
        grown
    }
}

fn panel_series(series: FrameSeries) -> PanelSeries {
    PanelSeries {
        held: series.held,
        non_finite: series.non_finite,
        min: series.min,
        max: series.max,
        points: Arc::new(series.points),
        smoothed: series.smoothed.map(Arc::new),
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

fn join(old: &PanelSeries, since: i64, new: FrameSeries) -> (RunId, PanelSeries) {
    let spliced = |old: &Points, new: &Points| {
        let mut points = old.clone();
        points.splice_from(new.x.first().map_or(since, |&x| x.min(since)), new);
        Arc::new(points)
    };
    let smoothed = match (&old.smoothed, &new.smoothed) {
        (Some(old), Some(new)) => Some(spliced(old, new)),
        _ => None,
    };
    let points = spliced(&old.points, &new.points);
    let joined =
        PanelSeries { held: new.held, non_finite: new.non_finite, min: new.min, max: new.max, points, smoothed };
    (new.run_id, joined)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::frame::{RunSet, XAxis};

    fn frame(series: Vec<(u128, Vec<i64>, u64)>) -> Frame {
        Frame {
            version: 1,
            runs: series.len() as u64,
            x: XAxis::Step,
            x_unit: 1.0,
            buckets: Buckets { origin: 0, width: 10 },
            keep: Keep::FirstMinMaxLast,
            groups: Vec::new(),
            series: series
                .into_iter()
                .map(|(run, x, held)| FrameSeries {
                    run_id: RunId(run),
                    held,
                    non_finite: 0,
                    unplaced: 0,
                    min: 0.0,
                    max: 1.0,
                    points: Points { y: x.iter().map(|&x| x as f64).collect(), x },
                    smoothed: None,
                })
                .collect(),
        }
    }

    #[test]
    fn growth_is_asked_for_from_the_last_bucket_on() {
        let panel = PanelFrame::new(
            FrameRequest { width_px: 100, ..Default::default() },
            frame(vec![(1, vec![0, 55], 56), (2, vec![0, 38], 39)]),
        );
        for (name, runs, since) in [
            ("one run from its last bucket", &[1][..], Some(50)),
            ("two runs from the earlier last bucket", &[1, 2], Some(30)),
            ("a new run from its beginning", &[1, 3], None),
        ] {
            let runs: Vec<_> = runs.iter().map(|&run| RunId(run)).collect();
            let request = panel.growth_request(&runs);
            assert_eq!((request.since, request.run_set.runs), (since, Some(runs)), "{name}");
        }
        assert_eq!(panel.growth_request(&[]).run_set, RunSet::default(), "after lost events, everything");
    }

    #[test]
    fn growth_joins_without_doubling_points() {
        let panel = PanelFrame::new(
            FrameRequest { width_px: 100, ..Default::default() },
            frame(vec![(1, vec![0, 12, 51, 55], 56)]),
        );
        let request = panel.growth_request(&[RunId(1)]);
        let grown = panel.grown(&request, frame(vec![(1, vec![50, 58, 61], 62)]));
        let series = &grown.series[&RunId(1)];
        assert_eq!((series.points.x.as_slice(), series.held), (&[0, 12, 50, 58, 61][..], 62));
    }

    #[test]
    fn a_frame_outgrown_is_asked_for_anew() {
        let panel =
            PanelFrame::new(FrameRequest { width_px: 100, ..Default::default() }, frame(vec![(1, vec![0, 100], 101)]));
        let request = panel.growth_request(&[RunId(1)]);
        let grown = panel.grown(&request, frame(vec![(1, vec![100, 170], 171)]));
        assert!(grown.growth_request(&[RunId(1)]).buckets.is_none());
    }
}
