//! What the first page does not need: parts of the app in files of their own, each loaded when somebody first looks for it.
//!
//! A part is a list of functions that draw. Only this file may name what they draw: a use anywhere else would pull the
//! code back into the first file. `make build` cuts the app at these functions (`.ci/split.mjs`); without
//! the feature `split`, as in `make dev`, all is one file and a part is here at once.

use crate::{
    api::{FileOf, kept},
    pages::{self, bulk::Question},
    panels, report,
    state::{Workspace, board::Level, filter::FilterDraft},
    ui::later::{NotLoaded, Part},
};
use data::{
    run::RunId,
    share::{ShareTarget, SharedReport},
};
use leptos::prelude::*;

/// Defines the function that loads a part: `name` is the name of its file, too.
macro_rules! part {
    ($name:ident -> $offers:ident $fields:tt) => {
        #[cfg(feature = "split")]
        #[leptos::wasm_split::wasm_split($name, wasm_split_path = leptos::wasm_split, fallible)]
        fn $name() -> Result<$offers, NotLoaded> {
            Ok($offers $fields)
        }
        #[cfg(not(feature = "split"))]
        async fn $name() -> Result<$offers, NotLoaded> {
            Ok($offers $fields)
        }
    };
}

/// Ways of looking at runs other than the panels of a workspace.
#[derive(Clone, Copy)]
pub struct Tabs {
    /// The table of runs.
    pub table: fn(Workspace) -> AnyView,
    /// Parallel coordinates.
    pub parallel: fn(Workspace) -> AnyView,
    /// Which params a metric depends on.
    pub importance: fn(Workspace) -> AnyView,
    /// Runs side by side.
    pub compare: fn(Workspace) -> AnyView,
    /// The runs that were deleted.
    pub trash: fn(Workspace) -> AnyView,
    /// The page of one run.
    pub run: fn() -> AnyView,
    /// What a link to a run shows; whether with controls, and whether it says when the run began.
    pub shared_run: fn(Workspace, RunId, bool, bool) -> AnyView,
}

/// Ways of looking at runs.
pub static TABS: Part<Tabs> = Part::new(|| Box::pin(tabs()));
part!(tabs -> Tabs {
    table: |workspace| view! { <pages::table::TablePane workspace/> }.into_any(),
    parallel: |workspace| view! { <panels::parallel::ParallelPanel workspace/> }.into_any(),
    importance: |workspace| view! { <pages::importance::ImportancePane workspace/> }.into_any(),
    compare: |workspace| view! { <pages::compare::ComparePane workspace/> }.into_any(),
    trash: |workspace| view! { <pages::trash::TrashPane workspace/> }.into_any(),
    run: || view! { <pages::run::RunPage/> }.into_any(),
    shared_run: |workspace, run, controls, started| {
        view! { <pages::run::SharedRun workspace run controls started/> }.into_any()
    },
});

/// What share links open.
#[derive(Clone, Copy)]
pub struct Links {
    /// The page of a link, also as a frame or as one file.
    pub page: fn() -> AnyView,
}

/// What share links open.
pub static LINKS: Part<Links> = Part::new(|| Box::pin(links()));
part!(links -> Links {
    page: || {
        kept::answer_by(pages::shared_file::answer);
        view! { <pages::shared::SharedLinkPage/> }.into_any()
    },
});

/// Reports.
#[derive(Clone, Copy)]
pub struct Reports {
    /// The page of all reports.
    pub list: fn() -> AnyView,
    /// The page of one report, to read and to write.
    pub one: fn() -> AnyView,
    /// Puts the panel of this key into a report.
    pub add: fn(Workspace, String) -> AnyView,
    /// What a share link to a report opens: its title, the report, since when it is frozen, and whether names are hidden.
    pub shared: fn(String, SharedReport, Option<i64>, bool) -> AnyView,
}

/// Reports.
pub static REPORTS: Part<Reports> = Part::new(|| Box::pin(reports()));
part!(reports -> Reports {
    list: || view! { <pages::reports::ReportsPage/> }.into_any(),
    one: || view! { <pages::report::ReportPage/> }.into_any(),
    add: |workspace, panel| view! { <report::add::AddToReport workspace panel/> }.into_any(),
    shared: |title, report, frozen_millis, anonymous| {
        view! { <pages::shared::OpenedReport title report frozen_millis anonymous/> }.into_any()
    },
});

/// What stands beside a workspace or above it for a while.
#[derive(Clone, Copy)]
pub struct Tools {
    /// The settings of a panel, a section or all panels.
    pub settings: fn(Workspace, Level) -> AnyView,
    /// The filter as rows.
    pub filter_rows: fn(Workspace, FilterDraft, Callback<()>) -> AnyView,
    /// How runs are grouped and sorted.
    pub arrange: fn(Workspace) -> AnyView,
    /// Selections with a name.
    pub selections: fn(Workspace) -> AnyView,
    /// What has to be asked before something is done to many runs.
    pub bulk: fn(Workspace, Question, Callback<()>) -> AnyView,
    /// Named views.
    pub views: fn(Workspace, Callback<()>) -> AnyView,
    /// A share link, or one file.
    pub share: fn(ShareTarget) -> AnyView,
    /// One file.
    pub one_file: fn(FileOf) -> AnyView,
    /// The page of all share links.
    pub shares: fn() -> AnyView,
}

/// What stands beside a workspace or above it for a while.
pub static TOOLS: Part<Tools> = Part::new(|| Box::pin(tools()));
part!(tools -> Tools {
    settings: |workspace, level| view! { <panels::settings::Form workspace level/> }.into_any(),
    filter_rows: |workspace, draft, on_close| view! { <pages::filter_rows::FilterRows workspace draft on_close/> }.into_any(),
    arrange: |workspace| view! { <pages::arrange::Arrange workspace/> }.into_any(),
    selections: |workspace| view! { <pages::selections::Named workspace/> }.into_any(),
    bulk: pages::bulk::ask,
    views: |workspace, on_done| view! { <pages::views::Views workspace on_done/> }.into_any(),
    share: |target| view! { <pages::share::Ways target/> }.into_any(),
    one_file: |of| view! { <pages::one_file::OneFile of/> }.into_any(),
    shares: || view! { <pages::shares::SharesPage/> }.into_any(),
});
