//! The lines that the run list and the table show, from the top: pinned runs, then groups with their runs, or
//! all runs that match.

use super::{
    Workspace,
    groups::{Group, Groups},
    runs::{RunList, Runs},
};
use data::run::{RunId, RunRow};
use leptos::prelude::*;
use std::{collections::BTreeSet, sync::Arc};

/// A line of the run list or of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Line {
    /// A pinned run, by its place among them.
    Pinned(usize),
    /// The head of a group, by its place among them.
    Group(usize),
    /// A run, by its place in the list.
    Run(usize),
    /// A run of a group whose runs the list does not hold: the group, and the run's place in it.
    Member(usize, usize),
}

/// What is shown, from the top down.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lines {
    /// The pinned runs.
    pub pinned: Vec<Arc<RunRow>>,
    /// The groups, in order.
    pub groups: Arc<Vec<Group>>,
    /// Whether runs are grouped.
    pub grouped: bool,
    /// The lines.
    pub lines: Vec<Line>,
    /// The list that holds their runs.
    list: RunList,
}

impl Lines {
    /// The run that a line shows, if it is loaded; the head of a group shows none.
    pub fn run(&self, at: usize) -> Option<&Arc<RunRow>> {
        match *self.lines.get(at)? {
            Line::Pinned(place) => self.pinned.get(place),
            Line::Run(place) => self.list.row(place),
            Line::Member(group, place) => self.groups.get(group)?.loaded.as_ref()?.row(place),
            Line::Group(_) => None,
        }
    }

    /// The group whose head a line is.
    pub fn group(&self, at: usize) -> Option<&Group> {
        match *self.lines.get(at)? {
            Line::Group(group) => self.groups.get(group),
            Line::Pinned(_) | Line::Run(_) | Line::Member(..) => None,
        }
    }

    /// Places in the list that hold all of its runs on the lines `from..to`.
    fn places(&self, from: usize, to: usize) -> Option<(usize, usize)> {
        let lines = self.lines.get(from..to.min(self.lines.len()))?;
        let places = || {
            lines.iter().filter_map(|line| match line {
                Line::Run(place) => Some(*place),
                Line::Pinned(_) | Line::Group(_) | Line::Member(..) => None,
            })
        };
        Some((places().min()?, places().max()? + 1))
    }

    /// For each group with runs on the lines `from..to` that the list does not hold: the places of these in it.
    fn members(&self, from: usize, to: usize) -> Vec<(usize, usize, usize)> {
        let mut found: Vec<(usize, usize, usize)> = Vec::new();
        for line in self.lines.get(from..to.min(self.lines.len())).unwrap_or_default() {
            match (*line, found.last_mut()) {
                (Line::Member(group, at), Some((last, _, end))) if *last == group => *end = at + 1,
                (Line::Member(group, at), _) => found.push((group, at, at + 1)),
                (Line::Pinned(_) | Line::Group(_) | Line::Run(_), _) => {}
            }
        }
        found
    }
}

/// The lines of `runs`. Groups that are made of a list stay as they are until all of another one is here.
pub(super) fn lines(runs: Runs, groups: Groups) -> Memo<Arc<Lines>> {
    Memo::new(move |before: Option<&Arc<Lines>>| {
        if let Some(before) = before
            && before.grouped
            && groups.shown.with(Option::is_some)
            && runs.list.with(RunList::soon_whole)
        {
            return before.clone();
        }
        let (pinned, grouped, open) = (runs.pinned.get(), groups.shown.get(), groups.open.get());
        let matching = runs.matching.get();
        Arc::new(runs.list.with(|list| lines_of(list, pinned, grouped, &open, &matching)))
    })
}

/// Pinned runs, then `groups`, of which the open ones show their runs. Without groups all that match, where a pinned
/// run stands on top and only there.
fn lines_of(
    list: &RunList,
    pinned: Vec<Arc<RunRow>>,
    groups: Option<Arc<Vec<Group>>>,
    open: &BTreeSet<String>,
    matching: &[usize],
) -> Lines {
    let mut lines: Vec<Line> = (0..pinned.len()).map(Line::Pinned).collect();
    let grouped = groups.is_some();
    let groups = groups.unwrap_or_default();
    if !grouped {
        let on_top: Vec<usize> = pinned.iter().filter_map(|row| list.place_of(row.run_id)).collect();
        lines.extend(matching.iter().filter(|at| !on_top.contains(at)).map(|&at| Line::Run(at)));
    }
    for (at, group) in groups.iter().enumerate() {
        lines.push(Line::Group(at));
        if open.contains(&group.name) {
            match &group.places {
                Some(places) => lines.extend(places.iter().map(|&place| Line::Run(place))),
                None => lines.extend((0..group.group.runs as usize).map(|place| Line::Member(at, place))),
            }
        }
    }
    Lines { pinned, groups, grouped, lines, list: list.clone() }
}

impl Workspace {
    /// The run that a line shows, if it is loaded.
    pub fn run_at(&self, at: usize) -> Option<Arc<RunRow>> {
        self.lines.with(|lines| lines.run(at).cloned())
    }

    /// The group whose head a line is.
    pub fn group_at(&self, at: usize) -> Option<Group> {
        self.lines.with(|lines| lines.group(at).cloned())
    }

    /// The first line of a run.
    pub fn line_of(&self, run: RunId) -> Option<usize> {
        self.lines.with_untracked(|lines| {
            (0..lines.lines.len()).find(|&at| lines.run(at).is_some_and(|row| row.run_id == run))
        })
    }

    /// Asks for the runs of the lines `from..to` that are not loaded.
    pub fn want_lines(&self, from: usize, to: usize) {
        let lines = self.lines.get_untracked();
        if let Some((from, to)) = lines.places(from, to) {
            self.runs.want(from, to);
        }
        for (group, from, to) in lines.members(from, to) {
            self.groups.want(&lines.groups[group], from, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::runs::Chosen;
    use data::{
        column::Column,
        groups::{GroupValue, RunGroup},
        run::{RunStatus, RunsPage},
    };

    fn row(id: u128) -> RunRow {
        RunRow {
            run_id: RunId(id << 96),
            experiment_id: "1".into(),
            name: format!("run {id}"),
            status: RunStatus::Finished,
            ..RunRow::default()
        }
    }

    fn list() -> RunList {
        RunList::of_page(RunsPage { total: 5, runs: vec![row(1), row(2), row(3)], cut: None }, Chosen::default())
    }

    #[test]
    fn pinned_runs_stand_on_top_and_only_there() {
        let list = list();
        let beyond = Arc::new(row(9));
        let pinned: Vec<_> = list.row(1).cloned().into_iter().chain([beyond]).collect();
        let lines = lines_of(&list, pinned, None, &BTreeSet::new(), &[0, 1, 4]);
        assert_eq!(lines.lines, [Line::Pinned(0), Line::Pinned(1), Line::Run(0), Line::Run(4)]);
        let names = |at| lines.run(at).map(|row| row.name.clone());
        assert_eq!((names(0), names(1), names(3)), (Some("run 2".into()), Some("run 9".into()), None));
        assert_eq!((lines.places(0, 2), lines.places(1, 99)), (None, Some((0, 5))));
    }

    #[test]
    fn an_open_group_shows_its_runs_wherever_they_are() {
        let list = list();
        let group = |key: &str, runs: u64, places: Option<Vec<usize>>| {
            let group = RunGroup { key: vec![GroupValue::Text(key.into())], runs, spreads: Vec::new() };
            Group::new(group, places, &[Column::Param("lr".into())])
        };
        let groups = Arc::new(vec![group("a", 2, Some(vec![2, 0])), group("b", 3, None), group("c", 1, None)]);
        let open = BTreeSet::from(["a".to_owned(), "b".to_owned(), "gone".to_owned()]);
        let lines = lines_of(&list, list.row(1).cloned().into_iter().collect(), Some(groups), &open, &[0, 1, 2]);
        let expected = [
            Line::Pinned(0),
            Line::Group(0),
            Line::Run(2),
            Line::Run(0),
            Line::Group(1),
            Line::Member(1, 0),
            Line::Member(1, 1),
            Line::Member(1, 2),
            Line::Group(2),
        ];
        assert_eq!(lines.lines, expected);
        assert_eq!(lines.places(0, 99), Some((0, 3)));
        assert_eq!(lines.members(6, 99), [(1, 1, 3)]);
        assert_eq!(lines.group(4).map(|group| group.name.as_str()), Some("b"));
    }
}
