//! Several run sets drawn together: each run knows its set by a tag of its own, so that names, groups and legends can
//! say it.

use super::{Scope, Workspace, board::Level};
use crate::api::{ApiError, Source};
use charts::panel::{Tint, Tints};
use data::{
    brush::passes,
    column::Column,
    frame::{Frame, FrameRequest},
    groups::GroupValue,
    run::{MetricRow, RunId, RunRow, RunsPage},
    view::View,
};
use leptos::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// The tag that says which set a run is of. No server knows it.
const TAG: &str = "run set";

/// A run set that is drawn with others.
#[derive(Debug, Clone, PartialEq)]
pub struct SetOf {
    /// What it is called, in no two the same.
    pub title: String,
    /// Its place in the palette.
    pub color: usize,
    /// The experiment's id.
    pub experiment: String,
    /// Where its runs come from.
    pub source: Source,
    /// Which runs of that, by filter, search, brushes and what is hidden, and their order.
    pub view: View,
}

impl Eq for SetOf {}

/// The column of run sets.
pub fn column() -> Column {
    Column::Tag(TAG.to_owned())
}

/// Whether runs are grouped by nothing but their sets, or not at all.
pub(super) fn only_sets(group_by: &[Column]) -> bool {
    group_by.iter().all(|by| *by == column())
}

/// The runs of all sets, one set after the other; a run of two is of the first.
pub(super) fn joined(of: &[SetOf], pages: Vec<RunsPage>) -> RunsPage {
    let (mut total, mut runs, mut seen) = (0, Vec::new(), BTreeSet::new());
    for (set, page) in of.iter().zip(pages) {
        let search = set.view.search.to_lowercase();
        let beyond = page.total.saturating_sub(page.runs.len() as u64);
        let before = runs.len();
        for mut row in page.runs {
            let shown = set.view.shows(&row.run_id.short()) && passes(&set.view.brushes, &row);
            if !shown || !row.name.to_lowercase().contains(&search) || !seen.insert(row.run_id) {
                continue;
            }
            row.name = format!("{} · {}", set.title, row.name);
            row.tags.insert(TAG.to_owned(), set.title.clone());
            runs.push(row);
        }
        total += beyond + (runs.len() - before) as u64;
    }
    RunsPage { total, runs }
}

/// The colours of runs by their sets.
pub(super) fn tints<'a>(of: &[SetOf], rows: impl Iterator<Item = &'a Arc<RunRow>>) -> Tints {
    let colors: HashMap<&str, usize> = of.iter().map(|set| (set.title.as_str(), set.color)).collect();
    let color = |row: &Arc<RunRow>| Some((row.run_id, Tint::Palette(*colors.get(row.tags.get(TAG)?.as_str())?)));
    Tints::of_runs(rows.filter_map(color).collect())
}

/// The metrics of all sets.
pub(super) async fn metrics(of: &[SetOf]) -> Result<Vec<MetricRow>, ApiError> {
    let mut all = BTreeMap::<String, MetricRow>::new();
    let mut asked: Vec<(&Source, &str)> = Vec::new();
    for set in of {
        if asked.contains(&(&set.source, &set.experiment)) {
            continue;
        }
        asked.push((&set.source, &set.experiment));
        for row in set.source.metrics(&set.experiment).await? {
            let known = all.entry(row.metric.clone()).or_insert(MetricRow { runs: 0, max_step: 0, ..row.clone() });
            known.runs += row.runs;
            known.max_step = known.max_step.max(row.max_step);
        }
    }
    Ok(all.into_values().collect())
}

/// The frames of several sets as one. Their x is counted in the smallest of their units.
fn one_frame(frames: Vec<(usize, Frame)>) -> Option<Frame> {
    let unit = frames.iter().map(|(_, frame)| frame.x_unit).fold(f64::INFINITY, f64::min);
    frames.into_iter().fold(None, |whole: Option<Frame>, (at, mut frame)| {
        let factor = (frame.x_unit / unit).round().max(1.0) as i64;
        for series in &mut frame.series {
            for points in std::iter::once(&mut series.points).chain(series.smoothed.as_mut()) {
                points.x.iter_mut().for_each(|x| *x = x.saturating_mul(factor));
            }
        }
        for group in &mut frame.groups {
            group.line.x.iter_mut().for_each(|x| *x = x.saturating_mul(factor));
            group.key.push(GroupValue::Number(at as f64));
        }
        frame.x_unit = unit;
        let Some(mut whole) = whole else { return Some(frame) };
        whole.runs += frame.runs;
        whole.series.append(&mut frame.series);
        whole.groups.append(&mut frame.groups);
        Some(whole)
    })
}

impl Workspace {
    /// `request` with the runs of its groups kept apart by set, where groups say so. Follows which runs are drawn.
    pub fn apart(&self, mut request: FrameRequest) -> FrameRequest {
        let Scope::Sets(of) = self.scope() else { return request };
        let Some(group) = request.group.as_mut().filter(|group| group.by.contains(&column())) else { return request };
        group.by.retain(|by| *by != column());
        let drawn = self.runs.drawn.get();
        group.sets = self.runs.list.with(|list| {
            let of_set = |set: &SetOf| {
                let ours = |run: &&RunId| list.row_of(**run).is_some_and(|row| row.tags.get(TAG) == Some(&set.title));
                drawn.keys().filter(ours).copied().collect()
            };
            of.iter().map(of_set).collect()
        });
        request
    }

    /// The answer to `request`, wherever the runs come from. The parts of a report that a share link shows are asked one by
    /// one, and runs that only their sets group are then drawn by themselves.
    pub async fn frame(&self, request: &FrameRequest) -> Result<Frame, ApiError> {
        let scope = self.scope();
        let of = match &scope {
            Scope::Sets(of) if matches!(scope.source(), Source::Part(_)) => of,
            _ => return scope.source().frame(request).await,
        };
        let list = self.runs.list.get_untracked();
        let mut frames = Vec::new();
        for (at, set) in of.iter().enumerate() {
            let ours = |run: &&RunId| list.row_of(**run).is_some_and(|row| row.tags.get(TAG) == Some(&set.title));
            let runs: Vec<RunId> = request.run_set.runs.iter().flatten().filter(ours).copied().collect();
            if runs.is_empty() {
                continue;
            }
            let mut part = request.clone();
            part.run_set.experiments = vec![set.experiment.clone()];
            part.run_set.runs = Some(runs);
            part.group = part.group.filter(|group| !group.by.is_empty());
            part.group.iter_mut().for_each(|group| group.sets.clear());
            frames.push((at, set.source.frame(&part).await?));
        }
        one_frame(frames).ok_or(ApiError::Refused(404, "this link shows no runs here".to_owned()))
    }

    /// Everything that the panel `key` asks for as a whole, whether it is in sight or not; `None` while the runs are not
    /// loaded.
    pub fn questions_of(&self, key: &str) -> Option<Vec<FrameRequest>> {
        let run_set = self.run_set().get_untracked()?;
        let look = self.look_at(Level::Panel(key.to_owned())).get_untracked();
        let by_hand = self.view_now(|view| view.panels.get(key).is_some_and(|panel| panel.shows.is_some()));
        let baseline = self.runs.baseline.with_untracked(|row| row.as_ref().map(|row| row.run_id));
        let ask = |line: String| {
            let is_metric = !by_hand || untrack(|| self.is_metric(&line));
            let request = self.view_now(|view| view.frame_request(key, &look, &line, is_metric)).ok()?;
            let baseline = baseline.filter(|_| request.expression.contains("baseline"));
            let whole = FrameRequest { run_set: run_set.clone(), baseline, range: None, x_range: None, ..request };
            Some(untrack(|| self.apart(whole)))
        };
        Some(self.lines_of(key).get_untracked().0.into_iter().filter_map(ask).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{
        frame::{FrameSeries, XAxis},
        run::RunStatus,
        series::Points,
        thin::{Buckets, Keep},
    };

    fn row(id: u128, name: &str) -> RunRow {
        RunRow {
            run_id: RunId(id << 96),
            experiment_id: "1".into(),
            name: name.into(),
            status: RunStatus::Finished,
            color: 7,
            ..RunRow::default()
        }
    }

    fn set(title: &str, color: usize, view: View) -> SetOf {
        SetOf { title: title.into(), color, experiment: "1".into(), source: Source::Live, view }
    }

    #[test]
    fn frames_of_parts_are_one() {
        let frame = |run: u128, x_unit: f64| Frame {
            version: 1,
            runs: 1,
            x: XAxis::Metric,
            x_unit,
            buckets: Buckets { origin: 0, width: 1 },
            keep: Keep::All,
            series: vec![FrameSeries {
                run_id: RunId(run),
                held: 1,
                non_finite: 0,
                unplaced: 0,
                min: 0.0,
                max: 0.0,
                points: Points { x: vec![3], y: vec![0.0] },
                smoothed: None,
            }],
            groups: Vec::new(),
        };
        let whole = one_frame(vec![(0, frame(1, 0.5)), (1, frame(2, 0.25))]).expect("there are some");
        assert_eq!((whole.runs, whole.x_unit), (2, 0.25));
        assert_eq!(whole.series.iter().map(|series| series.points.x[0]).collect::<Vec<_>>(), [6, 3]);
        assert_eq!(one_frame(Vec::new()), None);
    }

    #[test]
    fn run_sets_are_joined_named_and_coloured() {
        let hidden = View { hidden: ["00000002".to_owned()].into(), ..View::default() };
        let of = [set("base", 4, View::default()), set("warm", 9, View { search: "A".into(), ..hidden })];
        let pages = vec![
            RunsPage { total: 5, runs: vec![row(1, "a")] },
            RunsPage { total: 4, runs: vec![row(1, "a"), row(2, "ab"), row(3, "b"), row(4, "ca")] },
        ];
        let page = joined(&of, pages);
        let names: Vec<_> = page.runs.iter().map(|row| row.name.as_str()).collect();
        assert_eq!((page.total, names), (6, vec!["base · a", "warm · ca"]), "what is not loaded counts all the same");
        let rows: Vec<Arc<RunRow>> = page.runs.into_iter().map(Arc::new).collect();
        let tints = tints(&of, rows.iter());
        assert_eq!(rows.iter().map(|row| tints.of(row)).collect::<Vec<_>>(), [Tint::Palette(4), Tint::Palette(9)]);
        assert!(only_sets(&[]) && only_sets(&[column()]) && !only_sets(&[Column::Tag("team".into()), column()]));
    }
}
