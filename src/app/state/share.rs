//! What a person wants to share, until the dialog has made a link of it.

use super::{Scope, Workspace};
use data::{
    share::ShareTarget,
    view::{PlacedView, View},
};
use leptos::prelude::*;

/// What is to be shared, for the button and the menus that ask for it.
#[derive(Clone, Copy)]
pub struct ToShare(pub RwSignal<Option<ShareTarget>>);

/// Makes [`ToShare`] known. Call once, at the top.
pub fn provide_sharing() {
    provide_context(ToShare(RwSignal::new(None)));
}

impl Workspace {
    /// Asks for a link to one panel, by its key in the view. Nothing where nobody shares, as in a shared page.
    pub fn share_panel(&self, key: &str) {
        let Some(ToShare(wanted)) = self.to_share else { return };
        let view = self.view_now(View::clone);
        let target = match self.scope() {
            Scope::Experiment(experiment_id) => {
                let placed = PlacedView { experiment_id, tab: String::new(), view };
                ShareTarget::Panel { placed, panel: key.to_owned() }
            }
            Scope::Run(experiment_id, run_id) => ShareTarget::Run { experiment_id, run_id, view },
            // What a report shows is shared with the report.
            Scope::Report(..) | Scope::Sets(_) => return,
        };
        wanted.set(Some(target));
    }

    /// Whether links can be made here.
    pub fn can_share(&self) -> bool {
        self.to_share.is_some()
    }
}
