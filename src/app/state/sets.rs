//! The workspace of several run sets that are drawn together: see [`data::report::sets`].

use super::{Scope, Workspace, board::Level};
use crate::api::{ApiError, Source};
use charts::panel::Tints;
use data::{
    brush::passes,
    frame::{Frame, FrameRequest},
    report::sets::{column, of_one, one_frame, row_of, title_of},
    run::{Cut, MetricRow, RunId, RunRow, RunsPage},
    view::View,
};
use leptos::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

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

/// The runs of all sets, one set after the other; a run of two is of the first.
pub(super) fn joined(of: &[SetOf], pages: Vec<RunsPage>) -> RunsPage {
    let (mut total, mut runs, mut seen) = (0, Vec::new(), BTreeSet::new());
    let left_out = pages.iter().filter_map(|page| page.cut).map(|cut| cut.of - cut.shown).sum();
    for (set, page) in of.iter().zip(pages) {
        let search = set.view.search.to_lowercase();
        let beyond = page.total.saturating_sub(page.runs.len() as u64);
        let before = runs.len();
        for row in page.runs {
            let shown = set.view.shows(&row.run_id.short()) && passes(&set.view.brushes, &row);
            if !shown || !row.name.to_lowercase().contains(&search) || !seen.insert(row.run_id) {
                continue;
            }
            runs.push(row_of(row, &set.title));
        }
        total += beyond + (runs.len() - before) as u64;
    }
    let cut = Cut::of(runs.len(), left_out);
    RunsPage { total, runs, cut }
}

/// The colours of runs by their sets.
pub(super) fn tints<'a>(of: &[SetOf], rows: impl Iterator<Item = &'a Arc<RunRow>>) -> Tints {
    let colors = of.iter().map(|set| (set.title.as_str(), set.color)).collect();
    Tints::of_sets(&colors, rows.map(|row| &**row))
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

impl Workspace {
    /// `request` with the runs of its groups kept apart by set, where groups say so. Follows which runs are drawn.
    pub fn apart(&self, mut request: FrameRequest) -> FrameRequest {
        let Scope::Sets(of) = self.scope() else { return request };
        let Some(group) = request.group.as_mut().filter(|group| group.by.contains(&column())) else { return request };
        group.by.retain(|by| *by != column());
        let drawn = self.runs.drawn.get();
        group.sets = self.runs.list.with(|list| {
            let of_set = |set: &SetOf| {
                let ours = |run: &&RunId| list.row_of(**run).is_some_and(|row| title_of(row) == Some(&set.title));
                drawn.keys().filter(ours).copied().collect()
            };
            of.iter().map(of_set).collect()
        });
        request
    }

    /// The answer to `request`, wherever the runs come from. The parts of a report that a share link shows are asked one by
    /// one.
    pub async fn frame(&self, request: &FrameRequest) -> Result<Frame, ApiError> {
        let scope = self.scope();
        let of = match &scope {
            Scope::Sets(of) if matches!(scope.source(), Source::Part(_)) => of,
            _ => return scope.source().frame(request).await,
        };
        let list = self.runs.list.get_untracked();
        let mut frames = Vec::new();
        for (at, set) in of.iter().enumerate() {
            let ours = |run: &&RunId| list.row_of(**run).is_some_and(|row| title_of(row) == Some(&set.title));
            let runs: Vec<RunId> = request.run_set.runs.iter().flatten().filter(ours).copied().collect();
            if runs.is_empty() {
                continue;
            }
            let mut part = of_one(request.clone());
            part.run_set.experiments = vec![set.experiment.clone()];
            part.run_set.runs = Some(runs);
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
    use charts::panel::Tint;
    use data::run::RunStatus;

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
    fn run_sets_are_joined_named_and_coloured() {
        let hidden = View { hidden: ["00000002".to_owned()].into(), ..View::default() };
        let of = [set("base", 4, View::default()), set("warm", 9, View { search: "A".into(), ..hidden })];
        let pages = vec![
            RunsPage { total: 5, runs: vec![row(1, "a")], cut: None },
            RunsPage { total: 4, runs: vec![row(1, "a"), row(2, "ab"), row(3, "b"), row(4, "ca")], cut: None },
        ];
        let page = joined(&of, pages);
        let names: Vec<_> = page.runs.iter().map(|row| row.name.as_str()).collect();
        assert_eq!((page.total, names), (6, vec!["base · a", "warm · ca"]), "what is not loaded counts all the same");
        let rows: Vec<Arc<RunRow>> = page.runs.into_iter().map(Arc::new).collect();
        let tints = tints(&of, rows.iter());
        assert_eq!(rows.iter().map(|row| tints.of(row)).collect::<Vec<_>>(), [Tint::Palette(4), Tint::Palette(9)]);
    }
}
