//! What a panel grid showed at a time: questions with their answers, asked again the way that live data is.

use data::{
    frame::{self, Frame, FrameRequest, RunSet},
    groups::GroupValue,
    run::{MetricRow, RunId, RunsPage, RunsRequest},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, OnceLock},
};

/// The most runs that a frozen run list holds.
pub const MOST_RUNS: u32 = 1_000;
/// How many bytes of grids stay unpacked for the next who asks.
const KEPT_BYTES: usize = 128 << 20;

/// Grids that were unpacked lately, the last used one last, with how much each takes.
static KEPT: Mutex<Vec<(String, Arc<FrozenGrid>, usize)>> = Mutex::new(Vec::new());

/// What is stored, as JSON compressed with zstd.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct FrozenGrid {
    /// Run lists by what asked for them.
    pub runs: Vec<(RunsRequest, RunsPage)>,
    /// Each frame's binary form in Base64, with the version of the store taken out.
    pub frames: Vec<(FrameRequest, String)>,
    /// The metrics of the frames, once somebody asked for them.
    #[serde(skip)]
    metrics: OnceLock<Result<Vec<MetricRow>, String>>,
}

impl FrozenGrid {
    /// As bytes to be stored.
    pub fn packed(&self) -> std::io::Result<Vec<u8>> {
        let json = serde_json::to_vec(self).expect("questions and answers are plain JSON");
        zstd::bulk::compress(&json, 3)
    }

    /// What was stored as `hash`, if it is unpacked still. Whoever asks has to know that it is stored still.
    pub fn kept(hash: &str) -> Option<Arc<FrozenGrid>> {
        let mut kept = KEPT.lock().expect("no panic while held");
        let at = kept.iter().position(|(known, ..)| known == hash)?;
        let found = kept.remove(at);
        let grid = found.1.clone();
        kept.push(found);
        Some(grid)
    }

    /// What was stored as `hash`, or why it cannot be read. A report asks for each of its panels, and unpacking takes time for
    /// all of them: the grid is kept.
    pub fn unpacked(hash: &str, packed: &[u8]) -> Result<Arc<FrozenGrid>, String> {
        let json = zstd::stream::decode_all(packed).map_err(|error| error.to_string())?;
        let grid = serde_json::from_slice(&json).map_err(|error| format!("frozen data: {error}"))?;
        let (grid, bytes) = (Arc::new(grid), json.len());
        let mut kept = KEPT.lock().expect("no panic while held");
        kept.retain(|(known, ..)| known != hash);
        kept.push((hash.to_owned(), Arc::clone(&grid), bytes));
        while kept.iter().map(|(_, _, bytes)| bytes).sum::<usize>() > KEPT_BYTES {
            kept.remove(0);
        }
        Ok(grid)
    }

    /// All runs that were stored for these experiments and this filter, in this order if there is one.
    pub fn runs(&self, request: &RunsRequest) -> Option<&RunsPage> {
        let same = |kept: &RunsRequest| kept.experiments == request.experiments && kept.filter == request.filter;
        let exact = self.runs.iter().find(|(kept, _)| same(kept) && kept.order_by == request.order_by);
        exact.or_else(|| self.runs.iter().find(|(kept, _)| same(kept))).map(|(_, page)| page)
    }

    /// The frame that was stored for `request`, with the runs and the part of x that it asks for; `None` if none was.
    pub fn frame(&self, request: &FrameRequest) -> Option<Result<Frame, String>> {
        let wanted = question(request);
        let among = |kept: &FrameRequest| {
            request.run_set.experiments.iter().all(|experiment| kept.run_set.experiments.contains(experiment))
        };
        let same: Vec<_> = self.frames.iter().filter(|(kept, _)| question(kept) == wanted && among(kept)).collect();
        let exact = same.iter().position(|(kept, _)| kept.run_set == request.run_set && kept.group == request.group);
        let exact = exact.or_else(|| same.iter().position(|(kept, _)| kept.run_set == request.run_set));
        let set = same.iter().enumerate().filter_map(|(at, (kept, _))| Some((at, set_in(kept, request)?)));
        let set = set.max_by_key(|(_, (_, runs))| *runs).filter(|_| exact.is_none());
        let exact = exact.or(set.map(|(at, _)| at)).unwrap_or(0);
        let first = &same.get(exact)?.1;
        let others = same.iter().enumerate().filter(|(at, _)| *at != exact).map(|(_, (_, encoded))| encoded);
        Some(joined(first, others).map(|mut frame| {
            if let Some((_, (set, _))) = set {
                leave_set(&mut frame, set);
            }
            if let Some(runs) = &request.run_set.runs {
                frame.series.retain(|series| runs.contains(&series.run_id));
            }
            let unit = frame.x_unit;
            let counts = |[from, to]: [f64; 2]| [(from / unit).floor() as i64, (to / unit).ceil() as i64];
            if let Some(range) = request.range.or(request.x_range.map(counts)) {
                cut(&mut frame, range);
            }
            frame
        }))
    }

    /// The metrics of the frames.
    pub fn metrics(&self) -> Result<Vec<MetricRow>, String> {
        self.metrics.get_or_init(|| self.find_metrics()).clone()
    }

    fn find_metrics(&self) -> Result<Vec<MetricRow>, String> {
        let mut rows = BTreeMap::new();
        for (request, encoded) in &self.frames {
            let frame = decoded(encoded)?;
            let last = frame.series.iter().filter_map(|series| series.points.x.last()).max().copied();
            rows.insert(request.metric.clone(), (frame.series.len() as u64, last.unwrap_or_default()));
        }
        let row = |(metric, (runs, max_step))| MetricRow { metric, runs, max_step };
        Ok(rows.into_iter().map(row).collect())
    }
}

/// A frame with the runs of others to which the same was asked of other runs, such as other run sets of one experiment.
fn joined<'a>(first: &str, others: impl Iterator<Item = &'a String>) -> Result<Frame, String> {
    let mut frame = decoded(first)?;
    for encoded in others {
        let known: BTreeSet<RunId> = frame.series.iter().map(|series| series.run_id).collect();
        frame.series.extend(decoded(encoded)?.series.into_iter().filter(|series| !known.contains(&series.run_id)));
    }
    frame.series.sort_unstable_by_key(|series| series.run_id);
    Ok(frame)
}

fn decoded(encoded: &str) -> Result<Frame, String> {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let bytes = STANDARD.decode(encoded).map_err(|error| error.to_string())?;
    frame::decode(&bytes).map_err(|error| error.to_string())
}

/// What a request asks, apart from how much of it and how finely.
fn question(request: &FrameRequest) -> FrameRequest {
    let mut question =
        FrameRequest { range: None, x_range: None, width_px: 0, buckets: None, since: None, ..request.clone() };
    question.run_set = RunSet { experiments: Vec::new(), runs: None, filter: String::new(), ..question.run_set };
    question.group.iter_mut().for_each(|group| group.sets.clear());
    question
}

/// Which of the run sets that `kept` keeps apart `request` asks for alone, and how many of its runs it has; `None` if it
/// keeps none apart, or asks for none of them alone.
fn set_in(kept: &FrameRequest, request: &FrameRequest) -> Option<(usize, usize)> {
    let (asked, sets) = (&request.group.as_ref()?.sets, &kept.group.as_ref()?.sets);
    if asked.len() > 1 || sets.len() < 2 {
        return None;
    }
    let runs: BTreeSet<&RunId> = request.run_set.runs.iter().flatten().collect();
    let shared = sets.iter().map(|set| set.iter().filter(|run| runs.contains(run)).count()).enumerate();
    shared.filter(|(_, shared)| *shared > 0).max_by_key(|(_, shared)| *shared)
}

/// Leaves the groups of one run set, whose place their keys end with, as if it had been asked for alone.
fn leave_set(frame: &mut Frame, set: usize) {
    frame.groups.retain(|group| group.key.last() == Some(&GroupValue::Number(set as f64)));
    frame.groups.iter_mut().for_each(|group| {
        group.key.pop();
    });
}

/// Leaves the points in the range, and one on each side of it.
fn cut(frame: &mut Frame, [from, to]: [i64; 2]) {
    for series in &mut frame.series {
        for points in std::iter::once(&mut series.points).chain(series.smoothed.as_mut()) {
            let first = points.x.partition_point(|x| *x < from).saturating_sub(1);
            let last = (points.x.partition_point(|x| *x <= to) + 1).min(points.x.len());
            points.x = points.x[first..last].to_vec();
            points.y = points.y[first..last].to_vec();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_lately_stays_unpacked_within_bounds() {
        let packed = |letter: &str| {
            let mut grid = FrozenGrid::default();
            grid.frames.push((FrameRequest::default(), letter.repeat(KEPT_BYTES / 5 * 2)));
            grid.packed().expect("memory takes it")
        };
        for name in ["first", "second"] {
            FrozenGrid::unpacked(name, &packed("a")).expect("it was packed here");
        }
        assert!(FrozenGrid::kept("first").is_some(), "used after the second");
        FrozenGrid::unpacked("third", &packed("b")).expect("it was packed here");
        let kept = ["first", "second", "third"].map(|name| FrozenGrid::kept(name).is_some());
        assert_eq!(kept, [true, false, true]);
        assert!(FrozenGrid::unpacked("fourth", b"no archive").is_err());
        assert!(FrozenGrid::kept("fourth").is_none());
        KEPT.lock().expect("no panic while held").clear();
    }
}
