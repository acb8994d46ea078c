//! Panels over run sets in a report: made once they come into sight, over live data or over what was frozen.

use super::{editor::Editor, grid_head::GridHead, grid_panel::PanelOf, live::LiveGrids};
use crate::{
    api::{Source, is_shared},
    panels::{line::LinePanel, settings::Settings},
    state::{Scope, Workspace, sets::SetOf},
    ui::observe::in_sight,
};
use data::{
    report::{
        Content,
        grid::{COLUMNS, PanelGrid},
        sets,
    },
    share::part_name,
    view::View,
};
use leptos::{html, prelude::*};
use std::sync::Arc;

/// How far out of sight a grid is made, CSS pixels.
const AHEAD_PX: u32 = 500;

/// What panels of a grid draw: run sets, alone or together.
#[derive(Clone)]
pub(super) struct Drawing {
    /// Their places in the grid.
    pub sets: Vec<usize>,
    /// The workspace of these runs.
    pub workspace: Workspace,
}

/// A grid. With an editor it can be changed.
#[component]
pub fn Grid(id: String, #[prop(into)] grid: Signal<PanelGrid>, editor: Option<Editor>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let seen = in_sight(node, AHEAD_PX);
    let begun = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or_default() || seen.get());
    // Other runs or other data is another workspace.
    let shape = Memo::new({
        let id = id.clone();
        move |_| grid.with(|grid| shape_of(&id, grid))
    });
    let height = move || {
        let rows: u32 =
            grid.with(|grid| grid.panels.iter().map(|panel| u32::from(panel.span) * u32::from(panel.height)).sum());
        format!("min-height: {}px", rows / u32::from(COLUMNS))
    };
    let block = StoredValue::new(id);
    view! {
        <div class="report-grid" node_ref=node style=height>
            {move || begun.get().then(|| {
                let (drawings, frozen) = shape.get();
                view! { <Sets block=block.get_value() grid drawings frozen seen editor/> }
            })}
        </div>
    }
    .into_any()
}

/// The different run sets that the panels of `grid`, the block called `block`, draw, each with its scope, and what of it
/// is frozen.
fn shape_of(block: &str, grid: &PanelGrid) -> (Vec<(Vec<usize>, Scope)>, Option<String>) {
    let frozen = grid.frozen.as_ref().map(|frozen| frozen.hash.clone());
    let by_link = is_shared();
    let source = |set: usize| match &frozen {
        // Frozen or not: the link knows.
        _ if by_link => Source::Part(part_name(block, set)),
        Some(hash) => Source::Frozen(hash.clone()),
        None => Source::Live,
    };
    let titles = grid.titles();
    let scope = |sets: Vec<usize>| {
        let of_set = |&at: &usize| {
            let set = grid.sets.get(at)?;
            let color = set.color_at(at);
            // What it draws is not what it holds: only what chooses runs makes another set of it.
            let mut runs = set.clone();
            runs.set_look(View::default());
            let experiment = set.placed.experiment_id.clone();
            Some(SetOf { title: titles[at].clone(), color, experiment, source: source(at), view: runs.placed.view })
        };
        let of: Vec<SetOf> = sets.iter().filter_map(of_set).collect();
        let scope = match of.as_slice() {
            [one] => Scope::Report(one.experiment.clone(), one.source.clone()),
            _ => Scope::Sets(Arc::new(of)),
        };
        (sets, scope)
    };
    let drawings = grid.drawings().into_iter().map(scope).collect();
    (drawings, frozen)
}

#[component]
fn Sets(
    block: String,
    grid: Signal<PanelGrid>,
    drawings: Vec<(Vec<usize>, Scope)>,
    frozen: Option<String>,
    seen: ReadSignal<bool>,
    editor: Option<Editor>,
) -> impl IntoView {
    let live = use_context::<LiveGrids>().filter(|_| frozen.is_none());
    let open = |(sets, scope): (Vec<usize>, Scope)| {
        let workspace = Workspace::open(scope.clone(), None);
        follow(workspace, sets.clone(), grid, block.clone(), editor);
        if let Some(live) = live {
            live.join(scope.experiments(), seen, workspace.hearing());
        }
        Drawing { sets, workspace }
    };
    let drawings: Vec<Drawing> = drawings.into_iter().map(open).collect();
    let drawings = StoredValue::new(drawings);
    let block = StoredValue::new(block);
    let ids =
        Memo::new(move |_| grid.with(|grid| grid.panels.iter().map(|panel| panel.id.clone()).collect::<Vec<_>>()));
    let panel = move |id: String| view! { <PanelOf id grid drawings editor block/> };
    let full = move || {
        drawings.get_value().into_iter().find_map(|Drawing { workspace, .. }| {
            let key = workspace.view(|view| view.full.clone()).get()?;
            let label = key.clone();
            // What is fixed is in sight of itself alone.
            Some(view! { <div class="report-full" role="dialog" aria-label=label data-scroller="true"><LinePanel workspace key full=true/></div> })
        })
    };
    let empty = move || {
        ids.with(Vec::is_empty).then(|| {
            let words = if editor.is_some() {
                "No panels yet. Choose runs and metrics to show."
            } else {
                "This grid shows no panels."
            };
            view! { <p class="report-missing">{words}</p> }
        })
    };
    let settings = drawings.with_value(|all| {
        all.iter().map(|Drawing { workspace, .. }| view! { <Settings workspace=*workspace/> }).collect_view()
    });
    view! {
        <GridHead grid frozen drawings editor block/>
        {empty}
        <div class="report-panels">
            <For each=move || ids.get() key=Clone::clone children=panel/>
        </div>
        {full}
        {settings}
    }
    .into_any()
}

/// Keeps the view of a workspace and that of its run set the same.
fn follow(workspace: Workspace, sets: Vec<usize>, grid: Signal<PanelGrid>, block: String, editor: Option<Editor>) {
    let of = sets.clone();
    let wanted = Memo::new(move |_| grid.with(|grid| sets::view_of(grid, &of)));
    Effect::new(move |_| {
        if let Some(view) = wanted.get() {
            let full = workspace.view_now(|now| now.full.clone());
            workspace.show(View { full, ..view });
        }
    });
    let Some(editor) = editor else { return };
    let shown = workspace.view(|view| View { full: None, ..view.clone() });
    Effect::new(move |before: Option<()>| {
        let mut view = shown.get();
        if before.is_some() && wanted.get_untracked().as_ref() != Some(&view) {
            editor.change_block("view", &block, |content| {
                if let Content::Panels(grid) = content
                    && let Some(set) = sets.first().and_then(|at| grid.sets.get_mut(*at))
                {
                    if sets.len() == 1 {
                        set.placed.view = view;
                    } else {
                        view.group_by.retain(|by| *by != sets::column());
                        set.set_look(view);
                    }
                }
            });
        }
    });
}
