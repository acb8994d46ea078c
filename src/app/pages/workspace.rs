//! An experiment's workspace: the run list, and panels over it.

use crate::{
    api::{self, ApiError},
    live::Connection,
    pages::missing::Nothing,
    pages::{
        run_keys::on_run_key,
        run_list::RunListPane,
        views::{ViewsButton, copy_link, open_default, placed_now},
    },
    panels::{
        board::Board,
        settings::{self, Settings},
        toolbar::Toolbar,
    },
    parts::{REPORTS, TABS},
    routes::{Shell, typing},
    state::{Scope, Workspace, share::ToShare},
    ui::{
        dialog::{self, Dialog},
        icon::{Icon, icon},
        split::Split,
    },
};
use data::{run::ExperimentRow, share::ShareTarget};
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::hooks::{use_params_map, use_query_map};

/// A way of looking at the runs of a workspace. All tabs share one view and one run list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tab {
    Charts,
    Table,
    Parallel,
    Importance,
    Compare,
    /// Not among the tabs: the run list leads there.
    Trash,
}

impl Tab {
    const ALL: &[Tab] = &[Tab::Charts, Tab::Table, Tab::Parallel, Tab::Importance, Tab::Compare];

    /// The last part of its address; the first tab has none.
    fn slug(self) -> &'static str {
        match self {
            Tab::Charts => "",
            Tab::Table => "table",
            Tab::Parallel => "parallel",
            Tab::Importance => "importance",
            Tab::Compare => "compare",
            Tab::Trash => "trash",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Tab::Charts => "Charts",
            Tab::Table => "Table",
            Tab::Parallel => "Parallel",
            Tab::Importance => "Importance",
            Tab::Compare => "Compare",
            Tab::Trash => "Trash",
        }
    }

    fn of_slug(slug: &str) -> Option<Tab> {
        Tab::ALL.iter().copied().chain([Tab::Trash]).find(|tab| tab.slug() == slug)
    }
}

/// The page of `/experiments/{id}` and `/experiments/{id}/{tab}`.
#[component]
pub fn WorkspacePage() -> impl IntoView {
    let params = use_params_map();
    let experiment = Memo::new(move |_| params.with(|params| params.get("experiment").unwrap_or_default()));
    let tab = Memo::new(move |_| Tab::of_slug(&params.with(|params| params.get("tab").unwrap_or_default())));
    // A new experiment is a new workspace; everything in it goes with the old one.
    move || view! { <ExperimentWorkspace experiment=experiment.get() tab/> }
}

#[component]
fn ExperimentWorkspace(experiment: String, tab: Memo<Option<Tab>>) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let code = use_query_map().with_untracked(|query| query.get("view"));
    let asked = code.is_some();
    let workspace = Workspace::open(Scope::Experiment(experiment.clone()), code);
    if !asked {
        open_default(workspace);
    }
    provide_context(workspace);
    shell.workspace.set(Some(workspace));
    on_cleanup(move || shell.workspace.set(None));
    shell.at(vec![(format!("Experiment {experiment}"), None)]);
    shell.actions.set(Some(ViewFn::from(move || view! { <Actions workspace/> })));
    on_cleanup(move || shell.actions.set(None));
    let found = RwSignal::new(None::<Result<ExperimentRow, ApiError>>);
    spawn_local({
        let experiment = experiment.clone();
        async move {
            let answer = api::experiment(&experiment).await;
            if let Ok(row) = &answer {
                shell.at(vec![("Experiments".to_owned(), Some("/".to_owned())), (row.name.clone(), None)]);
            }
            if answer.as_ref().is_err_and(ApiError::is_not_found) {
                // Nothing is here to undo, to share, or to be live.
                shell.actions.try_set(None);
            }
            found.try_set(Some(answer));
        }
    });
    keys(workspace);
    let adding = move || {
        workspace.to_report.get().map(|panel| {
            let content = REPORTS.show(move |reports| (reports.add)(workspace, panel.clone()));
            view! { <Dialog title="Add to report" on_close=move || workspace.to_report.set(None)>{content}</Dialog> }
        })
    };
    let missing = Memo::new(move |_| found.with(|found| matches!(found, Some(Err(error)) if error.is_not_found())));
    move || {
        if missing.get() {
            let title = format!("There is no experiment {experiment}");
            view! { <Nothing title words="It was removed, or the address was mistyped."/> }.into_any()
        } else {
            view! { <Panes workspace experiment=experiment.clone() tab/> {adding} }.into_any()
        }
    }
}

/// Whether the run list is folded away, for the button in the top bar.
#[derive(Clone, Copy)]
struct Folded(RwSignal<bool>);

#[component]
fn Panes(workspace: Workspace, experiment: String, tab: Memo<Option<Tab>>) -> impl IntoView {
    let width = RwSignal::new(320.0);
    // The table is a run list of its own.
    let table = Memo::new(move |_| tab.get() == Some(Tab::Table));
    let folded = expect_context::<Folded>().0;
    view! {
        <div
            class="workspace"
            data-runs=move || if folded.get() || table.get() { "folded" } else { "open" }
            style=move || format!("--runs-width: {}px", width.get())
        >
            {move || (!folded.get() && !table.get()).then(|| view! { <RunListPane workspace/> })}
            <Split label="Width of the run list" width range=(220.0, 720.0)/>
            <section class="board" aria-label="Panels">
                <div>
                    <Notices workspace/>
                    <Tabs workspace experiment tab/>
                    {move || (tab.get() == Some(Tab::Charts)).then(|| view! { <Toolbar workspace/> })}
                </div>
                {move || match tab.get() {
                    Some(Tab::Charts) => {
                        view! {
                            <div class="board-panes">
                                <div class="board-scroll" data-scroller="true"><Board workspace/></div>
                                <Settings workspace/>
                            </div>
                        }
                        .into_any()
                    }
                    Some(Tab::Table) => TABS.show(move |tabs| (tabs.table)(workspace)),
                    Some(Tab::Parallel) => TABS.show(move |tabs| (tabs.parallel)(workspace)),
                    Some(Tab::Importance) => TABS.show(move |tabs| (tabs.importance)(workspace)),
                    Some(Tab::Trash) => TABS.show(move |tabs| (tabs.trash)(workspace)),
                    Some(Tab::Compare) => TABS.show(move |tabs| (tabs.compare)(workspace)),
                    None => view! { <Nothing title="There is no such tab" words="The address may have been mistyped."/> }.into_any(),
                }}
            </section>
        </div>
    }
    .into_any()
}

/// The tabs, as soon as there is more than one. They keep the view in the address.
#[component]
fn Tabs(workspace: Workspace, experiment: String, tab: Memo<Option<Tab>>) -> impl IntoView {
    if Tab::ALL.len() < 2 {
        return ().into_any();
    }
    let home = format!("/experiments/{}", api::path_part(&experiment));
    let code = workspace.view(crate::url::code_of_view);
    let tabs = Tab::ALL
        .iter()
        .map(|&of| {
            let home = home.clone();
            let href = move || {
                let path = if of.slug().is_empty() { home.clone() } else { format!("{home}/{}", of.slug()) };
                code.with(|code| code.as_ref().map_or(path.clone(), |code| format!("{path}?view={code}")))
            };
            let current = move || (tab.get() == Some(of)).then_some("page");
            view! { <a href=href aria-current=current>{of.title()}</a> }
        })
        .collect_view();
    view! { <nav class="tabs" aria-label="Ways of looking">{tabs}</nav> }.into_any()
}

#[component]
fn Notices(workspace: Workspace) -> impl IntoView {
    let lost = move || {
        (workspace.connection.get() == Connection::Lost).then(|| {
            view! {
                <div class="notice" data-kind="warn" role="status">
                    "The connection to the server is lost. What was loaded stays; it reconnects by itself."
                </div>
            }
        })
    };
    let address = move || {
        workspace.address_error.get().map(|error| {
            view! {
                <div class="notice" data-kind="bad" role="alert">
                    <span>"The address holds no view that can be shown (" {error} "), so this is the untouched one."</span>
                    <button type="button" class="button" on:click=move |_| workspace.address_error.set(None)>"Dismiss"</button>
                </div>
            }
        })
    };
    view! { {address} {lost} {move || said(workspace)} }.into_any()
}

/// What was done to runs, and a button that takes it back.
fn said(workspace: Workspace) -> Option<AnyView> {
    let said = workspace.said.get()?;
    let (kind, role) = if said.failed { ("bad", "alert") } else { ("done", "status") };
    let undo = (!said.undo.is_empty()).then(|| {
        view! { <button type="button" class="button" aria-label="Take it back" on:click=move |_| workspace.take_back()>"Undo"</button> }
    });
    Some(
        view! {
            <div class="notice" data-kind=kind role=role>
                <span>{said.words}</span>
                {undo}
                <button type="button" class="icon-button" aria-label="Dismiss" on:click=move |_| workspace.said.set(None)>{icon(Icon::Close)}</button>
            </div>
        }
        .into_any(),
    )
}

/// What the workspace adds to the top bar.
#[component]
fn Actions(workspace: Workspace) -> impl IntoView {
    let folded = expect_context::<Folded>().0;
    let to_share = expect_context::<ToShare>().0;
    let copied = RwSignal::new(false);
    let copy = move |_| {
        crate::url::show_view(&workspace.view_now(Clone::clone));
        spawn_local(async move {
            if copy_link(workspace).await.is_ok() {
                copied.try_set(true);
                let back = move || {
                    copied.try_set(false);
                };
                set_timeout(back, std::time::Duration::from_secs(2));
            }
        });
    };
    let can = workspace.can_undo();
    let state = move || match workspace.connection.get() {
        Connection::Opening => ("opening", "Connecting"),
        Connection::Open => ("open", "Live"),
        Connection::Lost => ("closed", "Offline"),
    };
    let disabled = |can: bool| if can { "false" } else { "true" };
    view! {
        <span class="live" data-state=move || state().0 role="status">{move || state().1}</span>
        <button type="button" class="icon-button" aria-label="Undo" title="Undo (Ctrl Z)"
            aria-disabled=move || disabled(can.get().0) on:click=move |_| workspace.undo()>{icon(Icon::Undo)}</button>
        <button type="button" class="icon-button" aria-label="Redo" title="Redo (Ctrl Shift Z)"
            aria-disabled=move || disabled(can.get().1) on:click=move |_| workspace.redo()>{icon(Icon::Redo)}</button>
        <button type="button" class="icon-button" aria-label="Run list" title="Show or hide the run list"
            aria-pressed=move || if folded.get() { "false" } else { "true" }
            on:click=move |_| folded.update(|folded| *folded = !*folded)>{icon(Icon::Sidebar)}</button>
        <ViewsButton workspace/>
        <button type="button" class="button" on:click=move |_| to_share.set(Some(ShareTarget::View { placed: placed_now(workspace) }))>"Share"</button>
        <button type="button" class="button topbar-copy" aria-label="Copy link" title="Copy a link to what is on the screen" on:click=copy>
            {icon(Icon::Link)}
            <span aria-live="polite" data-said=move || copied.get().to_string()>{move || if copied.get() { "Link copied" } else { "Copy link" }}</span>
        </button>
    }
    .into_any()
}

/// Makes the fold of the run list known to pages and top bar; folded at first on a narrow window.
pub fn provide_folded() {
    let narrow = window().inner_width().ok().and_then(|width| width.as_f64()).is_some_and(|width| width < 800.0);
    provide_context(Folded(RwSignal::new(narrow)));
}

/// The keys that work wherever the focus is.
fn keys(workspace: Workspace) {
    let navigate = leptos_router::hooks::use_navigate();
    let handle = window_event_listener(ev::keydown, move |event| {
        if typing(&event) || dialog::is_open() || event.default_prevented() {
            return;
        }
        if on_run_key(&event, workspace, &navigate) {
            return event.prevent_default();
        }
        let control = event.ctrl_key() || event.meta_key();
        match event.key().as_str() {
            "z" | "Z" if control && event.shift_key() => workspace.redo(),
            "z" if control => workspace.undo(),
            "y" if control => workspace.redo(),
            _ if control || event.alt_key() => return,
            "/" => {
                expect_folded_open();
                focus("#run-search");
            }
            "q" => {
                expect_folded_open();
                focus("#run-filter");
            }
            "n" => workspace.add_panel(None),
            "Escape" if workspace.editing.get_untracked().is_some() => settings::close(workspace),
            "g" => {
                expect_folded_open();
                press("#arrange");
            }
            "Escape" => workspace.change("let go", |view| {
                // One thing at a time, the nearest first.
                if !workspace.selection.is_empty_now() {
                    workspace.selection.set(Default::default());
                } else if view.full.take().is_none()
                    && std::mem::take(&mut view.pinned).is_empty()
                    && std::mem::take(&mut view.brushes).is_empty()
                {
                    (view.range, view.value_range) = (None, None);
                    view.panels.values_mut().for_each(|panel| panel.y_range = None);
                }
            }),
            "ArrowLeft" if workspace.view_now(|view| view.full.is_some()) => step_full(workspace, -1),
            "ArrowRight" if workspace.view_now(|view| view.full.is_some()) => step_full(workspace, 1),
            _ => return,
        }
        event.prevent_default();
    });
    on_cleanup(move || handle.remove());
}

fn expect_folded_open() {
    if let Some(Folded(folded)) = use_context::<Folded>() {
        folded.set(false);
    }
}

fn press(selector: &str) {
    use wasm_bindgen::JsCast;
    let found = document().query_selector(selector).ok().flatten();
    if let Some(button) = found.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
        button.click();
    }
}

fn focus(selector: &str) {
    use wasm_bindgen::JsCast;
    let found = document().query_selector(selector).ok().flatten();
    if let Some(field) = found.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = field.focus();
    }
}

/// Goes to the next or previous panel in full screen.
fn step_full(workspace: Workspace, step: isize) {
    let sections = workspace.sections().get_untracked();
    let panels: Vec<&String> = sections.iter().flat_map(|section| &section.panels).collect();
    workspace.change("full screen", |view| {
        let at = view.full.as_ref().and_then(|full| panels.iter().position(|panel| *panel == full));
        if let Some(at) = at {
            let next = (at as isize + step).rem_euclid(panels.len() as isize) as usize;
            view.full = Some(panels[next].clone());
        }
    });
}
