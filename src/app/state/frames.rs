//! What one line of a panel shows: a frame, and the growth joined to it.

use charts::panel::{LineFrame, PanelSeries};
use data::{
    frame::{Frame, FrameRequest, FrameSeries},
    run::RunId,
    series::Points,
    thin::{Buckets, Keep},
};
use std::sync::Arc;

/// A frame on the screen, with what it was asked for, so that growth can be joined to it.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelFrame {
    /// The question it answers.
    pub request: FrameRequest,
    /// What it shows.
    pub shown: LineFrame,
    buckets: Buckets,
    keep: Keep,
    /// The largest x when the frame was asked for as a whole.
    whole_to: i64,
}

impl PanelFrame {
    /// The panel's frame from the answer to `request`.
    pub fn new(request: FrameRequest, frame: Frame) -> PanelFrame {
        let look = request.group.as_ref().map(|group| group.look).unwrap_or_default();
        let (buckets, keep) = (frame.buckets, frame.keep);
        let shown = LineFrame::new(frame, look);
        let whole_to = last_x(&shown).unwrap_or(0);
        PanelFrame { request, shown, buckets, keep, whole_to }
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
        let last_bucket = |run: &RunId| self.shown.series.get(run)?.points.x.last().map(|&x| self.buckets.start_of(x));
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
        let to = last_x(&self.shown).unwrap_or(0);
        let extent = |to: i64| (i128::from(to) - i128::from(self.buckets.origin)).max(1);
        let many = |series: &PanelSeries| series.points.len() > 6 * self.request.width_px.max(100) as usize;
        extent(to) > extent(self.whole_to) * 8 / 5 || self.shown.series.values().any(many)
    }

    /// This frame with the answer to `request`, a growth request of its own, joined to it.
    pub fn grown(&self, request: &FrameRequest, growth: Frame) -> PanelFrame {
        let mut grown = self.clone();
        let shown = &mut grown.shown;
        for new in growth.series {
            let new_run = !shown.series.contains_key(&new.run_id);
            let run = new.run_id;
            let joined = match (shown.series.get(&run), request.since) {
                (Some(old), Some(since)) => join(old, since, new),
                _ => new.into(),
            };
            shown.runs += u64::from(new_run && shown.series.len() as u64 >= shown.runs);
            shown.series.insert(run, joined);
        }
        grown
    }
}

/// The largest x of any run.
fn last_x(shown: &LineFrame) -> Option<i64> {
    shown.series.values().filter_map(|series| series.points.x.last()).max().copied()
}

fn join(old: &PanelSeries, since: i64, new: FrameSeries) -> PanelSeries {
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
    PanelSeries { held: new.held, non_finite: new.non_finite, min: new.min, max: new.max, points, smoothed }
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
        let series = &grown.shown.series[&RunId(1)];
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
