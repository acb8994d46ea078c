//! The run list at the left of a workspace: search, order, groups, show and hide.

use crate::{
    pages::{
        arrange::ArrangeButton, bulk::BulkBar, column_choice::ColumnChoice, filter_bar::FilterBar, run_row::LineRow,
        selections::SelectionsButton,
    },
    state::{MOST_DRAWN, Workspace, groups::MOST_GROUPS},
    ui::{
        format::count,
        icon::{Icon, icon},
        list::{VirtualList, scroll_to},
        menu::{Action, Menu},
    },
};
use charts::format::counted;
use data::{
    column::{Attribute, Column},
    query::OrderKey,
};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// The height of a row in CSS pixels, as `--row` in the style sheet.
pub const ROW_PX: f64 = 28.0;

/// The list of runs with its controls.
#[component]
pub fn RunListPane(workspace: Workspace) -> impl IntoView {
    let search = workspace.view(|view| view.search.clone());
    let list = NodeRef::<html::Div>::new();
    let trash = trash_action(workspace);
    let actions = Callback::new(move |()| [bulk_actions(workspace), vec![trash.clone()]].concat());
    let keys = window_event_listener(ev::keydown, move |event| on_key(&event, workspace, list));
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
                    <ArrangeButton workspace/>
                    <Menu label="Show or hide runs" look=Icon::Eye actions/>
                </div>
                <div class="runs-order">
                    <p class="runs-count" role="status">{move || summary(workspace)}</p>
                    <SelectionsButton workspace/>
                </div>
                <BulkBar workspace/>
            </div>
            <VirtualList
                label="Runs"
                count=Signal::derive(move || workspace.lines.with(|lines| lines.lines.len()))
                row_px=ROW_PX
                node=list
                key=move |at| match workspace.run_at(at) {
                    Some(row) => row.run_id.to_string(),
                    None => workspace.group_at(at).map_or_else(|| format!("-{at}"), |group| group.name),
                }
                row=move |at| view! { <LineRow workspace at/> }.into_any()
                on_range=Callback::new(move |(from, to): (usize, usize)| workspace.want_lines(from, to))
            />
        </aside>
    }
    .into_any()
}

/// How many runs there are, how many match, and how many panels draw.
pub fn summary(workspace: Workspace) -> String {
    let runs = workspace.runs;
    let list = runs.list.get();
    if let Some(error) = list.error() {
        return error.to_string();
    }
    if list.loaded().is_none() {
        return "Loading runs".to_owned();
    }
    let (total, matching, drawn) = (list.total(), runs.matching.get().len(), runs.drawn.get().len());
    let chosen_by = match (list.filter().is_empty(), list.brushes().is_empty()) {
        (true, true) => None,
        (false, true) => Some("the filter"),
        (true, false) => Some("the brushes"),
        (false, false) => Some("filter and brushes"),
    };
    if let (0, Some(what)) = (total, chosen_by) {
        return format!("No run passes {what}");
    }
    // Brushes that the server does not look after know the loaded runs only.
    let loaded = list.rows().count();
    let brushed_here = list.brushes().is_empty() && workspace.view(|view| !view.brushes.is_empty()).get();
    let found = match (matching < total, chosen_by) {
        (true, _) if brushed_here && loaded < total => {
            let [matching, loaded, total] = [matching, loaded, total].map(|runs| count(runs as u64));
            format!("{matching} of the first {loaded} of {total} runs")
        }
        (true, _) => format!("{} of {} runs", count(matching as u64), count(total as u64)),
        (false, Some(what)) => format!("{} {what}", counted(total as u64, "run passes", "runs pass")),
        (false, None) => counted(total as u64, "run", "runs"),
    };
    let groups = workspace.lines.with(|lines| match (lines.grouped, lines.groups.len()) {
        (false, _) => String::new(),
        (true, MOST_GROUPS) => format!(" in the first {} groups", count(MOST_GROUPS as u64)),
        (true, groups) => format!(" in {}", counted(groups as u64, "group", "groups")),
    });
    let (newest, hidden) = workspace.view(|view| (view.order_by.is_empty(), view.hidden.len())).get();
    if workspace.grouped_set().get().is_some() {
        // Panels draw groups, and the server sums up all that is in them.
        let hidden = if hidden > 0 { format!(", {} hidden", count(hidden as u64)) } else { String::new() };
        return format!("{found}{groups}{hidden}");
    }
    let which = match drawn == MOST_DRAWN && matching > drawn {
        true if newest => "the newest ",
        true => "the first ",
        false => "",
    };
    format!("{found}{groups}, {which}{} shown", count(drawn as u64))
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
        Action { key: "Ctrl A", ..action("Select all that match", |workspace| workspace.tick_matching()) },
    ]
}

/// Leads to the runs that were deleted.
pub fn trash_action(workspace: Workspace) -> Action {
    let navigate = leptos_router::hooks::use_navigate();
    let open = move |()| {
        let experiment = crate::api::path_part(workspace.scope().experiment());
        let code = workspace.view_now(crate::url::code_of_view).map(|code| format!("?view={code}")).unwrap_or_default();
        navigate(&format!("/experiments/{experiment}/trash{code}"), Default::default());
    };
    Action { words: "Open the trash".to_owned(), key: "", run: Callback::new(open) }
}

/// By what the list is ordered first; [`ArrangeButton`] leads to further keys.
#[component]
fn Order(workspace: Workspace) -> impl IntoView {
    let order = workspace.order();
    let start = Column::Attribute(Attribute::Start);
    let first = Memo::new({
        let start = start.clone();
        move |_| order.with(|keys| keys.first().cloned()).unwrap_or(OrderKey { field: start.field(), descending: true })
    });
    let set = Callback::new(move |key: OrderKey<_>| {
        // The newest first needs no words.
        let plain = key.descending && key.field == start.field();
        workspace.change_order(|keys| {
            if plain && keys.len() <= 1 {
                keys.clear();
            } else {
                keys.splice(..keys.len().min(1), [key]);
            }
        });
    });
    let falling = move || first.with(|key| key.descending);
    view! {
        <ColumnChoice workspace label="Order runs by"
            chosen=Signal::derive(move || first.with(|key| super::arrange::column_of(&key.field)))
            on_choose=Callback::new(move |column: Column| set.run(OrderKey { field: column.field(), descending: first.with_untracked(|key| key.descending) }))/>
        <button
            type="button"
            class="icon-button"
            aria-label=move || if falling() { "Descending order" } else { "Ascending order" }
            title="Turn the order around"
            on:click=move |_| set.run(first.with_untracked(|key| OrderKey { descending: !key.descending, ..key.clone() }))
        >
            <span aria-hidden="true">{move || if falling() { "↓" } else { "↑" }}</span>
        </button>
    }
    .into_any()
}

/// The keys of the list: `J K` move, `← →` fold and open a group; those of a run work wherever one has the focus.
fn on_key(event: &web_sys::KeyboardEvent, workspace: Workspace, list: NodeRef<html::Div>) {
    let held = event.ctrl_key() || event.meta_key() || event.alt_key();
    if crate::routes::typing(event) || held || crate::ui::dialog::is_open() {
        return;
    }
    let focused = focused_line();
    match (event.key().as_str(), focused) {
        ("j", _) | ("ArrowDown", Some(_)) => move_focus(workspace, list, 1),
        ("k", _) | ("ArrowUp", Some(_)) => move_focus(workspace, list, -1),
        ("ArrowRight" | "ArrowLeft", Some(at)) => {
            let Some(group) = untrack(|| workspace.group_at(at)) else { return };
            workspace.open_group(&group.name, Some(event.key() == "ArrowRight"));
        }
        _ => return,
    }
    event.prevent_default();
}

/// Moves the focus `step` lines on, scrolling as needed; to the first line if none has it.
pub fn move_focus(workspace: Workspace, list: NodeRef<html::Div>, step: isize) {
    let count = workspace.lines.with_untracked(|lines| lines.lines.len());
    if count == 0 {
        return;
    }
    let next = focused_line().map_or(0, |at| (at as isize + step).clamp(0, count as isize - 1) as usize);
    scroll_to(list, next, ROW_PX);
    focus_line(next);
}

/// Gives a line the focus, at once if it is there. It may only be drawn in the next frame.
pub fn focus_line(at: usize) {
    let focus = move || {
        let found = document().query_selector(&format!("[data-line=\"{at}\"]")).ok().flatten();
        found.and_then(|dot| dot.dyn_into::<web_sys::HtmlElement>().ok()).is_some_and(|dot| dot.focus().is_ok())
    };
    if !focus() {
        request_animation_frame(move || {
            focus();
        });
    }
}

fn focused_line() -> Option<usize> {
    document().active_element()?.get_attribute("data-line")?.parse().ok()
}
