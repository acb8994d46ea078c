//! Which colours runs have: see [`charts::panel::Tints`].

use super::{Scope, Workspace, sets};
use charts::{panel::Tints, theme::Rgb};
use data::{
    report::sets::only_sets,
    run::{RunId, RunRow},
};
use leptos::prelude::*;
use std::sync::Arc;

impl Workspace {
    /// The tints of the runs in the list, whether they are drawn or not.
    pub(super) fn make_tints(&self) -> Memo<Arc<Tints>> {
        let runs = self.runs;
        let by = self.view(|view| (view.color_by.clone(), view.group_by.clone()));
        let scope = self.scope();
        Memo::new(move |_| {
            let (color_by, group_by) = by.get();
            if let (Scope::Sets(of), None, true) = (&scope, &color_by, only_sets(&group_by)) {
                return Arc::new(runs.list.with(|list| sets::tints(of, list.rows())));
            }
            if color_by.is_none() && group_by.is_empty() {
                return Arc::default();
            }
            runs.pictured.with(|list| {
                let rows: Vec<&RunRow> = list.rows().map(|row| &**row).collect();
                Arc::new(Tints::by(color_by.as_ref(), &group_by, &rows))
            })
        })
    }

    /// The colour of a run on light or dark ground; `own` is its place in the palette, where nothing else colours
    /// runs. Follows what does.
    pub fn color_of(&self, run: RunId, own: u32, dark: bool) -> Rgb {
        self.tints.with(|tints| tints.of_run(run, own)).color(dark)
    }

    /// The colour that all of these runs share by what colours runs; `None` where each has its own.
    pub fn color_of_group(&self, runs: &[RunId], dark: bool) -> Option<Rgb> {
        Some(self.tints.with(|tints| tints.shared(runs))?.color(dark))
    }
}
