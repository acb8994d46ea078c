//! Panels over run sets in a report: made once they come into sight, over live data or over what was frozen.

use super::{
    comments::{Talk, comment_on},
    editor::Editor,
    grid_edit::GridEdit,
};
use crate::{
    api::{self, ApiError, Source, reports},
    panels::{line::LinePanel, settings::Settings},
    state::{Scope, Workspace},
    ui::{
        format::{ago, local_time, now_millis},
        icon::{Icon, icon},
        menu::{Action, Menu},
        observe::in_sight,
    },
};
use data::{
    frame::FrameRequest,
    report::{
        Content,
        answers::{Anchor, Freeze},
        grid::{COLUMNS, GridPanel, PanelGrid},
    },
    share::part_name,
    view::View,
};
use leptos::{html, prelude::*, task::spawn_local};
use std::time::Duration;

/// How far out of sight a grid is made, CSS pixels.
const AHEAD_PX: u32 = 500;
/// How often a grid in sight asks what has changed.
const REFRESH: Duration = Duration::from_secs(20);
/// How finely frozen data is kept, in CSS pixels of a panel.
const FROZEN_WIDTH_PX: u32 = 1_600;

/// A grid. With an editor it can be changed.
#[component]
pub fn Grid(id: String, #[prop(into)] grid: Signal<PanelGrid>, editor: Option<Editor>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let seen = in_sight(node, AHEAD_PX);
    let begun = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or_default() || seen.get());
    // Another experiment or other data is another workspace.
    let shape = Memo::new(move |_| {
        grid.with(|grid| {
            let experiments: Vec<String> = grid.sets.iter().map(|set| set.placed.experiment_id.clone()).collect();
            (experiments, grid.frozen.as_ref().map(|frozen| frozen.hash.clone()))
        })
    });
    let height = move || {
        let rows: u32 =
            grid.with(|grid| grid.panels.iter().map(|panel| u32::from(panel.span) * u32::from(panel.height)).sum());
        format!("min-height: {}px", rows / u32::from(COLUMNS))
    };
    let editing = RwSignal::new(false);
    let block = StoredValue::new(id);
    view! {
        <div class="report-grid" node_ref=node style=height>
            {move || begun.get().then(|| {
                let (experiments, frozen) = shape.get();
                view! { <Sets block=block.get_value() grid experiments frozen seen editor editing/> }
            })}
            {move || editing.get().then(|| editor.map(|editor| {
                view! { <GridEdit editor block=block.get_value() on_close=move || editing.set(false)/> }
            }))}
        </div>
    }
    .into_any()
}

#[component]
fn Sets(
    block: String,
    grid: Signal<PanelGrid>,
    experiments: Vec<String>,
    frozen: Option<String>,
    seen: ReadSignal<bool>,
    editor: Option<Editor>,
    editing: RwSignal<bool>,
) -> impl IntoView {
    let is_shared = api::shared_token().is_some();
    let workspaces: Vec<Workspace> = experiments
        .into_iter()
        .enumerate()
        .map(|(at, experiment)| {
            let source = match &frozen {
                // Frozen or not: the link knows.
                _ if is_shared => Source::Part(part_name(&block, at)),
                Some(hash) => Source::Frozen(hash.clone()),
                None => Source::Live,
            };
            Workspace::open(Scope::Report(experiment, source), None)
        })
        .collect();
    for (at, workspace) in workspaces.iter().copied().enumerate() {
        follow(workspace, at, grid, block.clone(), editor);
    }
    if frozen.is_none() {
        let all = workspaces.clone();
        let refresh = move || {
            if seen.get_untracked() {
                all.iter().for_each(Workspace::refresh);
            }
        };
        if let Ok(timer) = set_interval_with_handle(refresh, REFRESH) {
            on_cleanup(move || timer.clear());
        }
    }
    let workspaces = StoredValue::new(workspaces);
    let block = StoredValue::new(block);
    let ids =
        Memo::new(move |_| grid.with(|grid| grid.panels.iter().map(|panel| panel.id.clone()).collect::<Vec<_>>()));
    let panel = move |id: String| view! { <PanelOf id grid workspaces editor block/> };
    let full = move || {
        workspaces.get_value().into_iter().find_map(|workspace| {
            let key = workspace.view(|view| view.full.clone()).get()?;
            let label = key.clone();
            Some(view! { <div class="report-full" role="dialog" aria-label=label><LinePanel workspace key full=true/></div> })
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
    view! {
        <GridHead grid frozen workspaces editor editing block/>
        {empty}
        <div class="report-panels">
            <For each=move || ids.get() key=Clone::clone children=panel/>
        </div>
        {full}
        {workspaces.with_value(|all| all.iter().map(|&workspace| view! { <Settings workspace/> }).collect_view())}
    }
    .into_any()
}

/// Keeps the view of a workspace and that of its run set the same.
fn follow(workspace: Workspace, at: usize, grid: Signal<PanelGrid>, block: String, editor: Option<Editor>) {
    let wanted = Memo::new(move |_| grid.with(|grid| grid.sets.get(at).map(|set| set.placed.view.clone())));
    Effect::new(move |_| {
        if let Some(view) = wanted.get() {
            let full = workspace.view_now(|now| now.full.clone());
            workspace.show(View { full, ..view });
        }
    });
    let Some(editor) = editor else { return };
    let shown = workspace.view(|view| View { full: None, ..view.clone() });
    Effect::new(move |before: Option<()>| {
        let view = shown.get();
        if before.is_some() && wanted.get_untracked().as_ref() != Some(&view) {
            editor.change_block("view", &block, |content| {
                if let Content::Panels(grid) = content
                    && let Some(set) = grid.sets.get_mut(at)
                {
                    set.placed.view = view;
                }
            });
        }
    });
}

/// Whose data a grid shows, and what can be done about it.
#[component]
fn GridHead(
    grid: Signal<PanelGrid>,
    frozen: Option<String>,
    workspaces: StoredValue<Vec<Workspace>>,
    editor: Option<Editor>,
    editing: RwSignal<bool>,
    block: StoredValue<String>,
) -> impl IntoView {
    let failed = RwSignal::new(None::<ApiError>);
    let badge = frozen.clone().map(|hash| {
        let millis = grid.with_untracked(|grid| grid.frozen.as_ref().map_or(0, |frozen| frozen.millis));
        let changed = RwSignal::new(false);
        // A link tells only when it was.
        let asks = !hash.is_empty();
        spawn_local(async move {
            if asks && let Ok(state) = reports::frozen(&hash).await {
                changed.try_set(state.changed);
            }
        });
        view! {
            <span class="report-frozen" title=local_time(millis)>
                "Frozen " {ago(millis, now_millis())}
                {move || changed.get().then(|| view! { <b>"Live data has changed since"</b> })}
            </span>
        }
    });
    let set_frozen = move |frozen| {
        if let Some(editor) = editor {
            editor.change_block("freeze", &block.get_value(), |content| {
                if let Content::Panels(grid) = content {
                    grid.frozen = frozen;
                }
            });
        }
    };
    let freeze = move |_| {
        let asked = questions(&grid.get_untracked(), &workspaces.get_value());
        spawn_local(async move {
            match reports::freeze(&asked).await {
                Ok(frozen) => set_frozen(Some(frozen)),
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        });
    };
    let tools = editor.map(|_| {
        let is_frozen = frozen.is_some();
        view! {
            <button type="button" class="button" on:click=move |_| editing.set(true)>"Choose panels"</button>
            {if is_frozen {
                view! { <button type="button" class="button" on:click=move |_| set_frozen(None)>"Show live data"</button> }.into_any()
            } else {
                view! { <button type="button" class="button" title="Keep what is shown now with the report" on:click=freeze>"Freeze"</button> }.into_any()
            }}
        }
    });
    let names = move || {
        grid.with(|grid| {
            grid.sets.iter().map(|set| set.name.clone()).filter(|name| !name.is_empty()).collect::<Vec<_>>().join(", ")
        })
    };
    view! {
        <div class="report-grid-head">
            <span class="report-sets">{names}</span>
            {badge}
            {tools}
            {move || failed.get().map(|error| view! { <span class="view-error" role="alert">{error.to_string()}</span> })}
        </div>
    }
    .into_any()
}

/// What the panels ask for; those that were never in sight as far as their metric says it.
fn questions(grid: &PanelGrid, workspaces: &[Workspace]) -> Freeze {
    let runs = workspaces.iter().map(|workspace| workspace.runs.asked()).collect();
    let mut frames: Vec<FrameRequest> = workspaces.iter().flat_map(Workspace::asked).collect();
    for panel in &grid.panels {
        let Some(workspace) = workspaces.get(panel.set) else { continue };
        let run_set = workspace.run_set().get_untracked().unwrap_or_default();
        let made = workspace.view_now(|view| view.panels.contains_key(&panel.metric));
        let known =
            frames.iter().any(|asked| asked.metric == panel.metric && asked.run_set.experiments == run_set.experiments);
        if !known && !made {
            frames.push(FrameRequest { metric: panel.metric.clone(), run_set, ..FrameRequest::default() });
        }
    }
    for request in &mut frames {
        request.width_px = FROZEN_WIDTH_PX;
    }
    Freeze { runs, frames }
}

#[component]
fn PanelOf(
    id: String,
    grid: Signal<PanelGrid>,
    workspaces: StoredValue<Vec<Workspace>>,
    editor: Option<Editor>,
    block: StoredValue<String>,
) -> impl IntoView {
    let of = id.clone();
    let panel = Memo::new(move |_| grid.with(|grid| grid.panels.iter().find(|panel| panel.id == of).cloned()));
    let style = move || panel.get().map(|panel| format!("--span: {}; --height: {}px", panel.span, panel.height));
    let what = Memo::new(move |_| panel.with(|panel| panel.as_ref().map(|panel| (panel.metric.clone(), panel.set))));
    let talk = use_context::<Talk>();
    let comment = talk.map(|talk| {
        let id = id.clone();
        let on = move |_| {
            let set = panel.with_untracked(|panel| panel.as_ref().map(|panel| panel.set)).unwrap_or_default();
            let workspace = workspaces.with_value(|all| all.get(set).copied());
            let range = workspace.and_then(|workspace| workspace.view_now(|view| view.range));
            let run = workspace.and_then(|workspace| workspace.hovered.get_untracked());
            comment_on(talk, Anchor { block: block.get_value(), panel: Some(id.clone()), run, range });
        };
        view! {
            <button type="button" class="icon-button" aria-label="Comment on this panel" title="Comment on what this panel shows"
                on:click=on>{icon(Icon::Comment)}</button>
        }
    });
    let menu = editor.map(|editor| {
        let actions = Callback::new(move |()| actions(editor, block.get_value(), id.clone()));
        view! { <Menu label="Place of this panel" look=Icon::Size actions/> }
    });
    view! {
        <div class="report-panel" style=style>
            {move || what.get().and_then(|(metric, set)| {
                let workspace = workspaces.with_value(|all| all.get(set).copied())?;
                Some(view! { <LinePanel workspace key=metric full=false/> })
            })}
            <div class="report-panel-tools">{comment}{menu}</div>
        </div>
    }
    .into_any()
}

/// What can be done with the place of a panel.
fn actions(editor: Editor, block: String, id: String) -> Vec<Action> {
    let change = move |words: &str, change: fn(&mut Vec<GridPanel>, usize)| {
        let (block, id) = (block.clone(), id.clone());
        let run = Callback::new(move |()| {
            editor.change_block("panels", &block, |content| {
                if let Content::Panels(grid) = content
                    && let Some(at) = grid.panels.iter().position(|panel| panel.id == id)
                {
                    change(&mut grid.panels, at);
                }
            });
        });
        Action { words: words.to_owned(), key: "", run }
    };
    vec![
        change("A third of the width", |panels, at| panels[at].span = 4),
        change("Half the width", |panels, at| panels[at].span = 6),
        change("Two thirds of the width", |panels, at| panels[at].span = 8),
        change("The full width", |panels, at| panels[at].span = COLUMNS),
        change("Higher", |panels, at| panels[at].height = (panels[at].height + 80).min(1_200)),
        change("Lower", |panels, at| panels[at].height = panels[at].height.saturating_sub(80).max(120)),
        change("Move back", |panels, at| panels.swap(at, at.saturating_sub(1))),
        change("Move on", |panels, at| {
            let to = (at + 1).min(panels.len() - 1);
            panels.swap(at, to);
        }),
        change("Remove from the report", |panels, at| {
            panels.remove(at);
        }),
    ]
}
