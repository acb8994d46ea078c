//! The lines that the run list and the table show, from the top: pinned runs, then all that match.

use super::runs::{RunList, Runs};
use data::run::RunRow;
use leptos::prelude::*;
use std::sync::Arc;

/// A line of the run list or of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Line {
    /// A pinned run, by its place among them.
    Pinned(usize),
    /// A run, by its place in the list.
    Run(usize),
}

/// What is shown, from the top down.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lines {
    /// The pinned runs.
    pub pinned: Vec<Arc<RunRow>>,
    /// The lines.
    pub lines: Vec<Line>,
}

impl Lines {
    /// The run that a line shows, if it is loaded.
    pub fn run<'a>(&'a self, list: &'a RunList, at: usize) -> Option<&'a Arc<RunRow>> {
        match *self.lines.get(at)? {
            Line::Pinned(place) => self.pinned.get(place),
            Line::Run(place) => list.row(place),
        }
    }

    /// Places in the list that hold all runs of the lines `from..to`.
    fn places(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let lines = self.lines.get(from..to.min(self.lines.len()))?;
        let places = || {
            lines.iter().filter_map(|line| match line {
                Line::Run(place) => Some(*place),
                Line::Pinned(_) => None,
            })
        };
        Some((places().min()?, places().max()? + 1))
    }
}

/// The lines of `runs`. A pinned run stands on top, and only there.
pub(super) fn lines(runs: Runs) -> Memo<Arc<Lines>> {
    Memo::new(move |_| {
        let (pinned, matching) = (runs.pinned.get(), runs.matching.get());
        Arc::new(runs.list.with(|list| lines_of(list, pinned, &matching)))
    })
}

fn lines_of(list: &RunList, pinned: Vec<Arc<RunRow>>, matching: &[usize]) -> Lines {
    let on_top: Vec<usize> = pinned.iter().filter_map(|row| list.place_of(row.run_id)).collect();
    let below = matching.iter().filter(|at| !on_top.contains(at)).map(|&at| Line::Run(at));
    let lines = (0..pinned.len()).map(Line::Pinned).chain(below).collect();
    Lines { pinned, lines }
}

impl super::Workspace {
    /// The run that a line shows, if it is loaded.
    pub fn run_at(&self, at: usize) -> Option<Arc<RunRow>> {
        self.lines.with(|lines| self.runs.list.with(|list| lines.run(list, at).cloned()))
    }

    /// Asks for the runs of the lines `from..to` that are not loaded.
    pub fn want_lines(&self, from: usize, to: usize) {
        if let Some((from, to)) = self.lines.with_untracked(|lines| lines.places(from, to)) {
            self.runs.want(from, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::run::{RunId, RunStatus, RunsPage};
    use std::collections::BTreeMap;

    fn row(id: u128) -> RunRow {
        RunRow {
            run_id: RunId(id << 96),
            experiment_id: "1".into(),
            name: format!("run {id}"),
            status: RunStatus::Finished,
            user: String::new(),
            start_millis: 0,
            end_millis: None,
            color: 0,
            deleted: false,
            params: BTreeMap::new(),
            metrics: BTreeMap::new(),
            summaries: Default::default(),
            tags: BTreeMap::new(),
        }
    }

    #[test]
    fn pinned_runs_stand_on_top_and_only_there() {
        let list = RunList::of_page(RunsPage { total: 5, runs: vec![row(1), row(2), row(3)] }, String::new());
        let beyond = Arc::new(row(9));
        let pinned: Vec<_> = list.row(1).cloned().into_iter().chain([beyond]).collect();
        let lines = lines_of(&list, pinned, &[0, 1, 4]);
        assert_eq!(lines.lines, [Line::Pinned(0), Line::Pinned(1), Line::Run(0), Line::Run(4)]);
        let names = |at| lines.run(&list, at).map(|row| row.name.clone());
        assert_eq!((names(0), names(1), names(3)), (Some("run 2".into()), Some("run 9".into()), None));
        assert_eq!((lines.places(0, 2), lines.places(1, 99)), (None, Some((0, 5))));
    }
}
