//! The run list at the left of a workspace: search, order, show and hide.

use crate::{
    pages::filter_bar::FilterBar,
    state::{MOST_DRAWN, Workspace, compare::toggle as toggle_compared},
    ui::{
        format::{ago, count, local_time, now_millis},
        icon::{Icon, icon},
        list::{VirtualList, scroll_to},
        menu::{Action, Menu},
        theme::ThemeState,
    },
};
use charts::{color::palette_color, format::value_text};
use data::run::{RunId, RunRow};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// The height of a row in CSS pixels, as `--row` in the style sheet.
const ROW_PX: f64 = 28.0;

/// The list of runs with its controls.
#[component]
pub fn RunListPane(workspace: Workspace) -> impl IntoView {
    let runs = workspace.runs;
    let search = workspace.view(|view| view.search.clone());
    let list = NodeRef::<html::Div>::new();
    let order = workspace.view(|view| view.order_by.clone());
    let summary = move || {
        let list = runs.list.get();
        if let Some(error) = list.error() {
            return error.to_string();
        }
        if list.loaded().is_none() {
            return "Loading runs".to_owned();
        }
        let (total, matching, drawn) = (list.total(), runs.matching.get().len(), runs.drawn.get().len());
        if total == 0 && !list.filter().is_empty() {
            return "No run passes the filter".to_owned();
        }
        let found = if matching < total {
            format!("{} of {} runs", count(matching as u64), count(total as u64))
        } else {
            format!("{} runs{}", count(total as u64), if list.filter().is_empty() { "" } else { " pass the filter" })
        };
        let newest = order.with(String::is_empty);
        match drawn {
            MOST_DRAWN if newest && matching > drawn => format!("{found}, the newest {} shown", count(drawn as u64)),
            MOST_DRAWN if matching > drawn => format!("{found}, the first {} shown", count(drawn as u64)),
            _ => format!("{found}, {} shown", count(drawn as u64)),
        }
    };
    let actions = Callback::new(move |()| bulk_actions(workspace));
    let navigate = leptos_router::hooks::use_navigate();
    let keys = window_event_listener(ev::keydown, move |event| on_key(&event, workspace, list, &navigate));
    on_cleanup(move || keys.remove());
    view! {
        <aside class="runs" aria-label="Runs">
            <div class="runs-head">
                <label class="search">
                    {icon(Icon::Search)}
                    <input id="run-search" class="field" type="search" placeholder="Search runs" aria-label="Search runs"
                        prop:value=move || search.get()
                        on:input=move |event| workspace.change("search", |view| view.search = event_target_value(&event))/>
                </label>
                <FilterBar workspace/>
                <div class="runs-order">
                    <Order workspace/>
                    <Menu label="Show or hide runs" look=Icon::Eye actions/>
                </div>
                <p class="runs-count" role="status">{summary}</p>
            </div>
            <VirtualList
                label="Runs"
                count=Signal::derive(move || workspace.lines.with(|lines| lines.lines.len()))
                row_px=ROW_PX
                node=list
                key=move |at| workspace.run_at(at).map_or_else(|| format!("-{at}"), |row| row.run_id.to_string())
                row=move |at| view! { <Row workspace at/> }.into_any()
                on_range=Callback::new(move |(from, to): (usize, usize)| workspace.want_lines(from, to))
            />
        </aside>
    }
    .into_any()
}

#[component]
fn Row(workspace: Workspace, at: usize) -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let row = Memo::new(move |_| workspace.run_at(at));
    let order = workspace.view(|view| view.order_by.clone());
    let pinned = workspace.view(|view| (view.pinned.clone(), view.baseline.clone()));
    let choice = workspace.view(|view| (view.hidden.clone(), view.hide_all));
    move || {
        let Some(row) = row.get() else {
            return view! { <span class="run-row"><span class="skeleton" style="height: 12px; width: 60%"></span></span> }.into_any();
        };
        let (run, short, color) = (row.run_id, row.run_id.short(), row.color as usize);
        let href = format!("/experiments/{}/runs/{run}", crate::api::path_part(&row.experiment_id));
        let shown = {
            let short = short.clone();
            Memo::new(move |_| choice.with(|(hidden, hide_all)| hidden.contains(&short) == *hide_all))
        };
        let is_pinned = {
            let short = short.clone();
            Memo::new(move |_| pinned.with(|(pinned, _)| pinned.contains(&short)))
        };
        let is_baseline = {
            let short = short.clone();
            Memo::new(move |_| pinned.with(|(_, baseline)| baseline.as_ref() == Some(&short)))
        };
        let toggle = {
            let short = short.clone();
            move |event: ev::MouseEvent| {
                let only = event.alt_key();
                workspace.change("runs shown", |view| if only { show_only(view, &short) } else { view.toggle(&short) });
            }
        };
        let raised = move || if workspace.hovered.get() == Some(run) { "true" } else { "false" };
        let value = {
            let row = row.clone();
            move || value_of(&row, &order.get())
        };
        let status = row.status.name();
        view! {
            <div
                class="run-row"
                data-raised=raised
                data-pinned=move || if is_pinned.get() { "true" } else { "false" }
                data-shown=move || if shown.get() { "true" } else { "false" }
                on:pointerenter=move |_| workspace.hovered.set(Some(run))
                on:pointerleave=move |_| workspace.hovered.set(None)
            >
                <input
                    type="checkbox"
                    class="run-dot"
                    data-run=run.to_string()
                    style:--run=move || palette_color(color, theme.dark.get()).to_string()
                    prop:checked=move || shown.get() || is_baseline.get()
                    disabled=move || is_baseline.get()
                    aria-label=format!("Show {}", row.name)
                    title=move || if is_baseline.get() { "The baseline is always shown" } else { "Show or hide (Alt: only this)" }
                    on:click=toggle
                    on:focus=move |_| workspace.hovered.set(Some(run))
                    on:blur=move |_| workspace.hovered.set(None)
                />
                <a class="run-name" href=href title=row.name.clone()>{row.name.clone()}</a>
                {move || is_baseline.get().then(|| view! { <b class="baseline-mark" title="The others are measured against it (B)">"Baseline"</b> })}
                <PinMark workspace short=short.clone() name=row.name.clone() pinned=is_pinned/>
                <CompareMark workspace short=short.clone() name=row.name.clone()/>
                {(status != "FINISHED").then(|| view! { <span class="run-state" data-status=status title=status.to_lowercase()></span> })}
                <span class="run-value">{value}</span>
            </div>
        }
        .into_any()
    }
}

/// Takes a run into the comparison or out of it. Seen under the pointer, with the focus, and when it is taken in.
#[component]
fn CompareMark(workspace: Workspace, short: String, name: String) -> impl IntoView {
    let compared = {
        let short = short.clone();
        workspace.view(move |view| view.compare.runs.contains(&short))
    };
    view! {
        <button type="button" class="run-compare" aria-label=format!("Compare {name}") title="Compare, or leave out (C)"
            aria-pressed=move || compared.get().to_string()
            on:click=move |_| workspace.change("compared runs", |view| toggle_compared(&mut view.compare, &short))>
            {icon(Icon::Compare)}
        </button>
    }
    .into_any()
}

/// Pins a run, or lets it go. Seen like the mark that compares.
#[component]
fn PinMark(workspace: Workspace, short: String, name: String, pinned: Memo<bool>) -> impl IntoView {
    view! {
        <button type="button" class="run-compare" aria-label=format!("Pin {name}") title="Pin on top, or let go (P)"
            aria-pressed=move || pinned.get().to_string()
            on:click=move |_| workspace.change("pin", |view| view.pin(&short))>
            {icon(Icon::Pin)}
        </button>
    }
    .into_any()
}

fn show_only(view: &mut data::view::View, short: &str) {
    let already = view.hide_all && view.hidden.len() == 1 && view.hidden.contains(short);
    view.hidden.clear();
    view.hide_all = !already;
    if !already {
        view.hidden.insert(short.to_owned());
    }
}

fn bulk_actions(workspace: Workspace) -> Vec<Action> {
    let action = |words: &str, change: fn(&Workspace)| Action {
        words: words.to_owned(),
        key: "",
        run: Callback::new(move |()| change(&workspace)),
    };
    vec![
        action("Show all runs", |workspace| {
            workspace.change("runs shown", |view| {
                view.hidden.clear();
                view.hide_all = false;
            })
        }),
        action("Hide all runs", |workspace| {
            workspace.change("runs shown", |view| {
                view.hidden.clear();
                view.hide_all = true;
            })
        }),
        action("Show the first ten", |workspace| {
            let rows = workspace.runs.matching.get_untracked();
            let list = workspace.runs.list.get_untracked();
            let first = rows.iter().filter_map(|&at| list.row(at)).take(10).map(|row| row.run_id.short()).collect();
            workspace.change("runs shown", |view| {
                view.hidden = first;
                view.hide_all = true;
            });
        }),
    ]
}

/// What stands at the right of a row: what the list is ordered by.
fn value_of(row: &RunRow, order_by: &str) -> AnyView {
    let key = order_by.rsplit_once(' ').map_or(order_by, |(key, _)| key);
    if let Some(metric) = quoted(key, "metrics.") {
        let text = row.metrics.get(metric).map_or("–".to_owned(), |latest| value_text(latest.value.0));
        return view! { <span class="mono">{text}</span> }.into_any();
    }
    if let Some(param) = quoted(key, "params.") {
        return view! { <span class="mono">{row.params.get(param).cloned().unwrap_or_else(|| "–".to_owned())}</span> }
            .into_any();
    }
    view! { <span title=local_time(row.start_millis)>{ago(row.start_millis, now_millis())}</span> }.into_any()
}

/// The name in ``metrics.`name` ``.
fn quoted<'a>(key: &'a str, prefix: &str) -> Option<&'a str> {
    key.strip_prefix(prefix)?.strip_prefix('`')?.strip_suffix('`')
}

/// By what the list is ordered.
#[component]
fn Order(workspace: Workspace) -> impl IntoView {
    let order = workspace.view(|view| view.order_by.clone());
    let parts = Memo::new(move |_| {
        let order = order.get();
        let (key, descending) = match order.rsplit_once(' ') {
            Some((key, "DESC")) => (key.to_owned(), true),
            Some((key, _)) => (key.to_owned(), false),
            None => ("attributes.start_time".to_owned(), true),
        };
        (key, descending)
    });
    let choose = move |key: &str, descending: bool| {
        let order = if key == "attributes.start_time" && descending {
            String::new()
        } else {
            format!("{key} {}", if descending { "DESC" } else { "ASC" })
        };
        workspace.change("order", |view| view.order_by = order);
    };
    let keys = Memo::new(move |_| {
        let metrics: Vec<String> = match &*workspace.metrics().read() {
            Some(Ok(metrics)) => metrics.iter().map(|row| row.metric.clone()).collect(),
            _ => Vec::new(),
        };
        let params: std::collections::BTreeSet<String> =
            workspace.runs.list.with(|list| list.rows().take(200).flat_map(|row| row.params.keys().cloned()).collect());
        (metrics, params.into_iter().collect::<Vec<_>>())
    });
    let group = move |label: &'static str, prefix: &'static str, names: Vec<String>| {
        let options = names
            .into_iter()
            // A backtick cannot be quoted in the search language.
            .filter(|name| !name.contains('`'))
            .map(|name| {
                let key = format!("{prefix}`{name}`");
                let chosen = {
                    let key = key.clone();
                    move || parts.with(|(now, _)| *now == key)
                };
                view! { <option value=key.clone() selected=chosen>{name}</option> }
            })
            .collect_view();
        view! { <optgroup label=label>{options}</optgroup> }
    };
    let fixed = move |key: &'static str, words: &'static str| {
        view! { <option value=key selected=move || parts.with(|(now, _)| now == key)>{words}</option> }
    };
    view! {
        <select class="field" aria-label="Order runs by"
            on:change=move |event| choose(&event_target_value(&event), parts.with_untracked(|(_, descending)| *descending))>
            {fixed("attributes.start_time", "Start time")}
            {fixed("attributes.run_name", "Name")}
            {fixed("attributes.status", "Status")}
            {move || {
                let (metrics, params) = keys.get();
                view! { {group("Metrics, latest", "metrics.", metrics)} {group("Params", "params.", params)} }
            }}
        </select>
        <button
            type="button"
            class="icon-button"
            aria-label=move || if parts.get().1 { "Descending order" } else { "Ascending order" }
            title="Turn the order around"
            on:click=move |_| {
                let (key, descending) = parts.get_untracked();
                choose(&key, !descending);
            }
        >
            <span aria-hidden="true">{move || if parts.get().1 { "↓" } else { "↑" }}</span>
        </button>
    }
    .into_any()
}

/// The keys of the list: `J K` move, `P` pins, `B` makes the baseline, `C` compares, `Enter` opens; `Space` is the
/// checkbox's own.
fn on_key(
    event: &web_sys::KeyboardEvent,
    workspace: Workspace,
    list: NodeRef<html::Div>,
    navigate: &impl Fn(&str, leptos_router::NavigateOptions),
) {
    let held = event.ctrl_key() || event.meta_key() || event.alt_key();
    if crate::routes::typing(event) || held || crate::ui::dialog::is_open() {
        return;
    }
    let focused = focused_run();
    match (event.key().as_str(), focused) {
        ("j", _) | ("ArrowDown", Some(_)) => move_focus(workspace, list, 1),
        ("k", _) | ("ArrowUp", Some(_)) => move_focus(workspace, list, -1),
        ("p", Some(run)) => {
            workspace.change("pin", |view| view.pin(&run[..8]));
            follow_focus(workspace, list, &run);
        }
        ("b", Some(run)) => {
            workspace.change("baseline", |view| view.turn_baseline(&run[..8]));
            follow_focus(workspace, list, &run);
        }
        ("c", Some(run)) => {
            workspace.change("compared runs", |view| toggle_compared(&mut view.compare, &run[..8]));
        }
        ("Enter", Some(run)) => {
            let experiment = workspace.scope().experiment().to_owned();
            navigate(&format!("/experiments/{}/runs/{run}", crate::api::path_part(&experiment)), Default::default());
        }
        _ => return,
    }
    event.prevent_default();
}

/// Moves the focus `step` runs on, scrolling as needed; the first run if none has it.
pub fn move_focus(workspace: Workspace, list: NodeRef<html::Div>, step: isize) {
    let count = workspace.lines.with_untracked(|lines| lines.lines.len());
    if count == 0 {
        return;
    }
    let now = focused_run().and_then(|run| line_of(workspace, &run));
    let next = now.map_or(0, |at| (at as isize + step).clamp(0, count as isize - 1) as usize);
    scroll_to(list, next, ROW_PX);
    if let Some(row) = untrack(|| workspace.run_at(next)) {
        focus_run(row.run_id.to_string());
    }
}

/// The line of a run.
fn line_of(workspace: Workspace, run: &str) -> Option<usize> {
    let run = run.parse::<RunId>().ok()?;
    workspace.lines.with_untracked(|lines| {
        workspace.runs.list.with_untracked(|list| {
            (0..lines.lines.len()).find(|&at| lines.run(list, at).is_some_and(|row| row.run_id == run))
        })
    })
}

/// Keeps the focus on a run whose line moves.
fn follow_focus(workspace: Workspace, list: NodeRef<html::Div>, run: &str) {
    if let Some(at) = line_of(workspace, run) {
        scroll_to(list, at, ROW_PX);
        focus_run(run.to_owned());
    }
}

fn focus_run(run: String) {
    // The row may only be drawn in the next frame.
    request_animation_frame(move || {
        let found = document().query_selector(&format!("[data-run=\"{run}\"]")).ok().flatten();
        if let Some(dot) = found.and_then(|dot| dot.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = dot.focus();
        }
    });
}

fn focused_run() -> Option<String> {
    document().active_element()?.get_attribute("data-run")
}
