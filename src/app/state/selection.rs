//! Runs that are ticked, for what is done to many at once; and selections that have a name.

use super::Workspace;
use data::run::{RunId, RunRow};
use leptos::prelude::*;
use std::{collections::BTreeSet, sync::Arc};

/// Runs that are ticked. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Selection {
    /// The runs.
    pub runs: RwSignal<Arc<BTreeSet<RunId>>>,
    /// The line that was ticked last, where a range begins.
    anchor: StoredValue<usize>,
}

impl Selection {
    pub(super) fn new() -> Selection {
        Selection { runs: RwSignal::new(Arc::default()), anchor: StoredValue::new(0) }
    }

    /// Whether nothing is ticked now.
    pub fn is_empty_now(&self) -> bool {
        self.runs.with_untracked(|runs| runs.is_empty())
    }

    /// Ticks exactly these.
    pub fn set(&self, runs: BTreeSet<RunId>) {
        self.runs.set(Arc::new(runs));
    }
}

/// How a named selection is joined with the runs that are ticked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    /// The named runs alone.
    Only,
    /// The runs in any of both.
    Either,
    /// The runs in both.
    Both,
    /// The ticked runs that are not named.
    Without,
}

impl Join {
    /// All of them, with their words.
    pub const ALL: [(Join, &'static str); 4] = [
        (Join::Only, "Select these"),
        (Join::Either, "Add to the selected"),
        (Join::Both, "Keep only those in both"),
        (Join::Without, "Take away from the selected"),
    ];

    /// Joins `named` with `ticked`.
    fn of<T: Ord + Clone>(self, ticked: &BTreeSet<T>, named: &BTreeSet<T>) -> BTreeSet<T> {
        match self {
            Join::Only => named.clone(),
            Join::Either => ticked | named,
            Join::Both => ticked & named,
            Join::Without => ticked - named,
        }
    }
}

impl Workspace {
    /// The runs of a line: one, or those of a group that are loaded.
    fn runs_at(&self, at: usize) -> Vec<RunId> {
        match untrack(|| self.group_at(at)) {
            Some(group) => self.runs_of(&group),
            None => untrack(|| self.run_at(at)).map(|row| row.run_id).into_iter().collect(),
        }
    }

    /// Ticks the run of a line, or unticks it; of a group's head all its runs. A `range` goes from the line that was
    /// ticked last.
    pub fn tick(&self, at: usize, range: bool) {
        let from = if range { self.selection.anchor.get_value() } else { at };
        self.selection.anchor.set_value(at);
        let here = self.runs_at(at);
        let mut runs = BTreeSet::clone(&self.selection.runs.get_untracked());
        let ticked = here.iter().all(|run| runs.contains(run));
        for run in (from.min(at)..=from.max(at)).flat_map(|line| self.runs_at(line)) {
            if ticked && !range {
                runs.remove(&run);
            } else {
                runs.insert(run);
            }
        }
        self.selection.set(runs);
    }

    /// Ticks all runs that match and are loaded.
    pub fn tick_matching(&self) {
        let places = self.runs.matching.get_untracked();
        let runs =
            self.runs.list.with_untracked(|list| places.iter().filter_map(|&at| Some(list.row(at)?.run_id)).collect());
        self.selection.set(runs);
    }

    /// The rows of the ticked runs that are loaded.
    pub fn ticked_rows(&self) -> Vec<Arc<RunRow>> {
        let ticked = self.selection.runs.get_untracked();
        self.runs.list.with_untracked(|list| ticked.iter().filter_map(|run| list.row_of(*run).cloned()).collect())
    }

    /// The ticked runs, as views name them.
    pub fn ticked_shorts(&self) -> BTreeSet<String> {
        self.selection.runs.with_untracked(|runs| runs.iter().map(|run| run.short()).collect())
    }

    /// Joins the selection called `name` with what is ticked, and ticks that.
    pub fn tick_named(&self, name: &str, join: Join) {
        let Some(named) = self.view_now(|view| view.selections.get(name).cloned()) else { return };
        let joined = join.of(&self.ticked_shorts(), &named);
        let ticked = self.selection.runs.get_untracked();
        let of_list = |short: &String| {
            let known = ticked.iter().find(|run| run.short() == *short).copied();
            known.or_else(|| self.runs.list.with_untracked(|list| Some(list.row_named(short)?.run_id)))
        };
        self.selection.set(joined.iter().filter_map(of_list).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selections_are_joined_as_sets() {
        let (ticked, named) = (BTreeSet::from([1, 2, 3]), BTreeSet::from([3, 4]));
        for (join, expected) in
            [(Join::Only, &[3, 4][..]), (Join::Either, &[1, 2, 3, 4]), (Join::Both, &[3]), (Join::Without, &[1, 2])]
        {
            assert_eq!(join.of(&ticked, &named).into_iter().collect::<Vec<_>>(), expected, "{join:?}");
        }
    }
}
