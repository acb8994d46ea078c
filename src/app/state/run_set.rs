//! Which runs panels ask the server for: by name, or by what finds them.

use super::{MOST_DRAWN, Scope, Workspace, runs::without};
use crate::api;
use data::{brush::resolved, frame::RunSet};
use leptos::prelude::*;

impl Workspace {
    /// Which runs a panel asks the server for: all of the experiment if it is small and most are shown.
    pub fn run_set(&self) -> Memo<Option<RunSet>> {
        let scope = self.scope();
        let runs = self.runs;
        let grouped = self.view(|view| !view.group_by.is_empty());
        Memo::new(move |_| {
            let experiments = scope.experiments();
            if let Scope::Run(_, run) = scope {
                return Some(RunSet { experiments, runs: Some(vec![run]), ..RunSet::default() });
            }
            let list = runs.pictured.get();
            let drawn = runs.drawn.get();
            list.loaded()?;
            if let Scope::Sets(_) = scope {
                // Each has a filter of its own.
                return Some(RunSet { experiments, runs: Some(drawn.keys().copied().collect()), ..RunSet::default() });
            }
            // A group is summed up by the server, so what is hidden must not come into it.
            let few = drawn.len() * 4 < list.total() || (grouped.get() && drawn.len() < list.total());
            // A pinned run may be none of those that pass the filter.
            let beyond = drawn.keys().any(|run| list.place_of(*run).is_none());
            let wanted = (few || beyond || list.total() > MOST_DRAWN).then(|| drawn.keys().copied().collect());
            Some(match wanted {
                // Runs asked for by name passed the filter already.
                Some(runs) => RunSet { experiments, runs: Some(runs), ..RunSet::default() },
                None => list.run_set(experiments),
            })
        })
    }

    /// All runs that groups are made of, where they are more than are drawn one by one: the hidden ones left out, the rest
    /// found by the server. `None` where [`Workspace::run_set`] names them.
    pub fn grouped_set(&self) -> Memo<Option<RunSet>> {
        let workspace = *self;
        let live = matches!(self.scope(), Scope::Experiment(_)) && !api::is_shared();
        let choice = self.view(|view| {
            let brushes = resolved(&view.brushes, &view.directions);
            let hidden = view.hidden.iter().filter(|run| Some(*run) != view.baseline.as_ref()).cloned();
            let hidden = (!view.group_by.is_empty() && !view.hide_all).then(|| hidden.collect::<Vec<_>>());
            hidden.map(|hidden| (hidden, brushes))
        });
        Memo::new(move |_| {
            let (hidden, brushes) = choice.get().filter(|_| live)?;
            let list = workspace.runs.pictured.get();
            let drawn = workspace.runs.drawn.get();
            // A pinned run may be none of those that pass the filter.
            let beyond = drawn.keys().any(|run| list.place_of(*run).is_none());
            if list.total() <= MOST_DRAWN || beyond {
                return None;
            }
            let all = list.run_set(workspace.scope().experiments());
            Some(RunSet { filter: without(&all.filter, &hidden), brushes, ..all })
        })
    }
}
