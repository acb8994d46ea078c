//! The table of runs: every column, virtualised in both directions.

use crate::{
    pages::{
        filter_bar::FilterBar,
        table_cell::{CellAt, CellMenu, on_cell_key},
        table_columns::ColumnsMenu,
    },
    state::Workspace,
    ui::{
        format::{ago, duration, local_time, now_millis},
        icon::{Icon, icon},
        menu::{Action, Menu},
        observe::size_of,
        save,
        theme::ThemeState,
    },
};
use charts::{
    color::palette_color,
    format::{full_text, value_text},
};
use data::{
    column::{Attribute, Cell, Column},
    run::RunRow,
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;

/// The height of a row, CSS pixels.
const ROW_PX: f64 = 28.0;
/// The width of the name, which stays at the left, and of a column that nobody sized, CSS pixels.
const NAME_PX: f64 = 260.0;
const COLUMN_PX: u16 = 120;
/// Rows drawn beyond each edge.
const SPARE_ROWS: usize = 10;
/// Pixels drawn beyond the left and right edge.
const SPARE_PX: f64 = 200.0;

/// A column with its place, CSS pixels from the end of the name.
#[derive(Debug, Clone, PartialEq)]
struct Placed {
    column: Column,
    left: f64,
    width: f64,
}

/// The table with its controls.
#[component]
pub fn TablePane(workspace: Workspace) -> impl IntoView {
    let only = workspace.view(|view| view.table.only_differing);
    let search = workspace.view(|view| view.search.clone());
    let actions = Callback::new(move |()| table_actions(workspace));
    view! {
        <div class="table-pane">
            <div class="toolbar" role="toolbar" aria-label="Table settings">
                <label class="search" style="width: 220px">
                    {icon(Icon::Search)}
                    <input id="run-search" class="field" type="search" placeholder="Search runs" aria-label="Search runs"
                        prop:value=move || search.get()
                        on:input=move |event| workspace.change("search", |view| view.search = event_target_value(&event))/>
                </label>
                <FilterBar workspace/>
                <label class="toggle">
                    <input type="checkbox" prop:checked=move || only.get()
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            workspace.change("table columns", |view| view.table.only_differing = on);
                        }/>
                    "Only what differs"
                </label>
                <ColumnsMenu workspace/>
                <span class="runs-count" role="status">{move || counts(workspace)}</span>
                <span style="margin-left: auto"></span>
                <Menu label="Actions of the table" look=Icon::Download actions/>
            </div>
            <Grid workspace/>
        </div>
    }
    .into_any()
}

fn counts(workspace: Workspace) -> String {
    let list = workspace.runs.list.get();
    let (total, matching) = (list.total(), workspace.runs.matching.get().len());
    let loaded = list.rows().count();
    match (loaded < total, matching < total) {
        (true, _) => format!("{total} runs, {loaded} loaded so far"),
        (false, true) => format!("{matching} of {total} runs"),
        (false, false) if !list.filter().is_empty() => format!("{total} runs pass the filter"),
        (false, false) => format!("{total} runs"),
    }
}

#[component]
fn Grid(workspace: Workspace) -> impl IntoView {
    let runs = workspace.runs;
    let scroller = NodeRef::<html::Div>::new();
    let size = size_of(scroller);
    let (at, set_at) = signal((0.0, 0.0));
    let columns = workspace.table_columns();
    let widths = workspace.view(|view| view.table.widths.clone());
    let placed = Memo::new(move |_| {
        let widths = widths.get();
        let mut left = 0.0;
        let place = |column: &Column| {
            let width = f64::from(widths.get(column).copied().unwrap_or(COLUMN_PX));
            left += width;
            Placed { column: column.clone(), left: left - width, width }
        };
        Arc::new(columns.get().iter().map(place).collect::<Vec<_>>())
    });
    let total_width =
        Memo::new(move |_| NAME_PX + placed.with(|placed| placed.last().map_or(0.0, |last| last.left + last.width)));
    let count = Memo::new(move |_| workspace.lines.with(|lines| lines.lines.len()));
    let rows = Memo::new(move |_| {
        let count = count.get();
        let first = (at.get().1 / ROW_PX) as usize;
        let end = (first + (size.get().1 / ROW_PX).ceil() as usize + SPARE_ROWS).min(count);
        (first.saturating_sub(SPARE_ROWS).min(end), end)
    });
    Effect::new(move |_| {
        let (from, to) = rows.get();
        workspace.want_lines(from, to);
    });
    let in_sight = Memo::new(move |_| {
        let (left, width) = (at.get().0 - SPARE_PX, size.get().0 + 2.0 * SPARE_PX);
        // In steps, so that most of a scroll changes nothing.
        let left = (left / SPARE_PX).floor() * SPARE_PX;
        placed.with(|placed| {
            placed
                .iter()
                .filter(|column| column.left + column.width > left && column.left < left + width)
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let menu = RwSignal::new(None::<CellAt>);
    let empty = move || {
        let list = runs.list.get();
        if let Some(error) = list.error() {
            return Some(view! { <p class="table-empty" role="alert">{error.to_string()}</p> }.into_any());
        }
        (list.loaded().is_some() && count.get() == 0)
            .then(|| view! { <p class="table-empty">{if list.filter().is_empty() { "No run has this in its name." } else { "No run passes the filter and the search." }}</p> }.into_any())
    };
    view! {
        <div class="grid" node_ref=scroller role="table" aria-label="Runs" tabindex="0"
            aria-rowcount=move || count.get() + 1
            aria-colcount=move || placed.with(|placed| placed.len() + 1)
            on:keydown=move |event| on_cell_key(&event, workspace, &placed.get_untracked().iter().map(|placed| placed.column.clone()).collect::<Vec<_>>(), rows.get_untracked().0)
            on:contextmenu=move |event| {
                if let Some(cell) = CellAt::of_event(&event) {
                    event.prevent_default();
                    menu.set(Some(cell));
                }
            }
            on:scroll=move |_| {
                if let Some(scroller) = scroller.get_untracked() {
                    set_at.set((f64::from(scroller.scroll_left()), f64::from(scroller.scroll_top())));
                }
            }>
            <CellMenu workspace cell=menu/>
            <div class="grid-head" role="row" style:width=move || format!("{}px", total_width.get())>
                <Heading workspace column=Column::Attribute(Attribute::Name) place=None/>
                <For each=move || in_sight.get() key=|placed| (placed.column.clone(), placed.left as i64, placed.width as i64)
                    children=move |placed| view! { <Heading workspace column=placed.column.clone() place=Some(placed)/> }/>
            </div>
            <div class="grid-body" role="rowgroup"
                style:width=move || format!("{}px", total_width.get())
                style:height=move || format!("{}px", count.get() as f64 * ROW_PX)>
                <For
                    each=move || {
                        let (from, to) = rows.get();
                        (from..to).collect::<Vec<_>>()
                    }
                    key=|at| *at
                    children=move |at| view! { <Row workspace at in_sight/> }/>
            </div>
            {empty}
        </div>
    }
    .into_any()
}

/// The head of a column: its name sorts, its edge sizes.
#[component]
fn Heading(workspace: Workspace, column: Column, place: Option<Placed>) -> impl IntoView {
    let key = column.order_key();
    let order = workspace.view(|view| view.order_by.clone());
    let sorted = {
        let key = key.clone();
        Memo::new(move |_| {
            let order = order.get();
            let (by, direction) = order.rsplit_once(' ')?;
            (by == key).then(|| direction == "DESC")
        })
    };
    let sort = {
        let key = key.clone();
        move |_| {
            let next = match sorted.get_untracked() {
                None => format!("{key} ASC"),
                Some(false) => format!("{key} DESC"),
                Some(true) => String::new(),
            };
            workspace.change("order", |view| view.order_by = next);
        }
    };
    let aria_sort = move || match sorted.get() {
        None => "none",
        Some(false) => "ascending",
        Some(true) => "descending",
    };
    let arrow = move || match sorted.get() {
        None => "",
        Some(false) => " ↑",
        Some(true) => " ↓",
    };
    let style = place.as_ref().map_or_else(
        || format!("width: {NAME_PX}px"),
        |place| format!("left: {}px; width: {}px", NAME_PX + place.left, place.width),
    );
    let edge = place.map(|place| view! { <Edge workspace column=column.clone() width=place.width/> });
    let kind = match &column {
        Column::Attribute(_) => "",
        Column::Param(_) => "Param",
        Column::Metric(_) => "Metric, latest",
        Column::Summary(..) => "Metric",
        Column::Tag(_) => "Tag",
    };
    let title = column.label();
    let name = matches!(column, Column::Attribute(Attribute::Name));
    let hint = format!("{title}{}{kind}", if kind.is_empty() { "" } else { " · " });
    view! {
        <div class="grid-heading" role="columnheader" aria-sort=aria_sort data-name=name.to_string() style=style
            title=hint>
            <button type="button" on:click=sort>{title} {arrow}</button>
            {edge}
        </div>
    }
    .into_any()
}

/// The right edge of a heading, which sizes its column.
#[component]
fn Edge(workspace: Workspace, column: Column, width: f64) -> impl IntoView {
    let from = StoredValue::new(None::<f64>);
    let of = StoredValue::new(column);
    let on_down = move |event: ev::PointerEvent| {
        let _ = event_target::<web_sys::Element>(&event).set_pointer_capture(event.pointer_id());
        from.set_value(Some(f64::from(event.client_x())));
        event.prevent_default();
        event.stop_propagation();
    };
    let on_up = move |event: ev::PointerEvent| {
        let Some(from_x) = from.try_update_value(Option::take).flatten() else { return };
        let wide = (width + f64::from(event.client_x()) - from_x).clamp(40.0, 1_200.0);
        workspace.change("column width", |view| {
            view.table.widths.insert(of.get_value(), wide as u16);
        });
    };
    view! { <span class="grid-edge" aria-hidden="true" on:pointerdown=on_down on:pointerup=on_up></span> }.into_any()
}

#[component]
fn Row(workspace: Workspace, at: usize, in_sight: Memo<Vec<Placed>>) -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let row = Memo::new(move |_| workspace.run_at(at));
    move || {
        let style = format!("transform: translateY({}px)", at as f64 * ROW_PX);
        let Some(row) = row.get() else {
            return view! { <div class="grid-row" role="row" style=style><span class="skeleton" style="height: 12px; width: 200px"></span></div> }.into_any();
        };
        let (run, short, color) = (row.run_id, row.run_id.short(), row.color as usize);
        let href = format!("/experiments/{}/runs/{run}", crate::api::path_part(&row.experiment_id));
        let shown = {
            let short = short.clone();
            workspace.view(move |view| view.shows(&short) || view.baseline.as_ref() == Some(&short))
        };
        let pinned = {
            let short = short.clone();
            workspace.view(move |view| view.pinned.contains(&short))
        };
        let is_baseline = {
            let short = short.clone();
            workspace.view(move |view| view.baseline.as_ref() == Some(&short))
        };
        let toggle = move |_| workspace.change("runs shown", |view| view.toggle(&short));
        let cells = {
            let row = row.clone();
            move |placed: Placed| {
                let style = format!("left: {}px; width: {}px", NAME_PX + placed.left, placed.width);
                cell_view(&placed.column, &row, style, at)
            }
        };
        view! {
            <div class="grid-row" role="row" aria-rowindex=at + 2 style=style
                data-raised=move || if workspace.hovered.get() == Some(run) { "true" } else { "false" }
                data-shown=move || if shown.get() { "true" } else { "false" }
                data-pinned=move || pinned.get().to_string()
                on:pointerenter=move |_| workspace.hovered.set(Some(run))
                on:pointerleave=move |_| workspace.hovered.set(None)>
                <div class="grid-name" role="rowheader" style:width=format!("{NAME_PX}px")>
                    <input type="checkbox" class="run-dot" data-run=run.to_string() aria-label=format!("Show {}", row.name)
                        style:--run=move || palette_color(color, theme.dark.get()).to_string()
                        disabled=move || is_baseline.get() prop:checked=move || shown.get() on:click=toggle/>
                    <a class="run-name" href=href title=row.name.clone()>{row.name.clone()}</a>
                    {move || is_baseline.get().then(|| view! { <b class="baseline-mark" title="The others are measured against it">"Baseline"</b> })}
                </div>
                <For each=move || in_sight.get() key=|placed| (placed.column.clone(), placed.left as i64, placed.width as i64) children=cells/>
            </div>
        }
        .into_any()
    }
}

/// What a row says in a column, in words for people.
fn cell_text(column: &Column, row: &RunRow) -> (String, String) {
    match (column, column.cell(row)) {
        (_, Cell::Missing) => ("–".to_owned(), "This run has none".to_owned()),
        (Column::Attribute(Attribute::Start | Attribute::End), Cell::Number(millis)) => {
            (ago(millis as i64, now_millis()), local_time(millis as i64))
        }
        (Column::Attribute(Attribute::Duration), Cell::Number(millis)) => {
            (duration(millis as i64), format!("{millis} ms"))
        }
        (Column::Metric(_) | Column::Summary(..), Cell::Number(value)) => (value_text(value), full_text(value)),
        // A param is shown as it was written.
        (Column::Param(name), Cell::Number(_)) => own_text(row.params.get(name)),
        (Column::Tag(name), Cell::Number(_)) => own_text(row.tags.get(name)),
        (_, Cell::Number(value)) => (value_text(value), full_text(value)),
        (_, Cell::Text(text)) => (text.to_owned(), text.to_owned()),
    }
}

fn own_text(text: Option<&String>) -> (String, String) {
    let text = text.cloned().unwrap_or_default();
    (text.clone(), text)
}

fn cell_view(column: &Column, row: &RunRow, style: String, at: usize) -> AnyView {
    let (text, title) = cell_text(column, row);
    let number = matches!(column.cell(row), Cell::Number(_)) && !matches!(column, Column::Attribute(_));
    let missing = matches!(column.cell(row), Cell::Missing);
    let look = if missing {
        "missing"
    } else if number {
        "number"
    } else {
        "text"
    };
    let inner = match column {
        Column::Attribute(Attribute::Status) => {
            view! { <span class="status" data-status=text.clone()>{text.to_lowercase()}</span> }.into_any()
        }
        _ => text.into_any(),
    };
    view! {
        <div class="grid-cell" role="cell" tabindex="-1" data-row=at.to_string() data-column=column.to_string() data-look=look
            style=style title=title>{inner}</div>
    }
    .into_any()
}

fn table_actions(workspace: Workspace) -> Vec<Action> {
    let action = |words: &str, run: Callback<()>| Action { words: words.to_owned(), key: "", run };
    vec![
        action(
            "Save as CSV",
            Callback::new(move |()| {
                save::save_text(&table_text(workspace, ","), "text/csv", "runs.csv");
            }),
        ),
        action(
            "Copy as a table",
            Callback::new(move |()| {
                let _ = window().navigator().clipboard().write_text(&table_text(workspace, "\t"));
            }),
        ),
        action(
            "Show all columns, as they come",
            Callback::new(move |()| {
                workspace.change("table columns", |view| view.table = data::view::TableView::default());
            }),
        ),
    ]
}

/// The rows that match and are loaded, with the columns shown, values in full.
fn table_text(workspace: Workspace, part: &str) -> String {
    let columns = workspace.table_columns().get_untracked();
    let list = workspace.runs.list.get_untracked();
    let places = workspace.runs.matching.get_untracked();
    let heads = columns.iter().map(|column| save::csv_cell(&column.to_string()));
    let mut text = ["run_id".to_owned(), "name".to_owned()].into_iter().chain(heads).collect::<Vec<_>>().join(part);
    for row in places.iter().filter_map(|&at| list.row(at)) {
        let cells = columns.iter().map(|column| match column.cell(row) {
            Cell::Number(value) => value.to_string(),
            Cell::Text(text) => save::csv_cell(text),
            Cell::Missing => String::new(),
        });
        let line: Vec<_> = [row.run_id.to_string(), save::csv_cell(&row.name)].into_iter().chain(cells).collect();
        text.push('\n');
        text.push_str(&line.join(part));
    }
    text.push('\n');
    text
}
