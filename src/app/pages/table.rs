//! The table of runs: every column, virtualised in both directions.

use crate::{
    pages::{
        arrange::ArrangeButton,
        bulk::BulkBar,
        filter_bar::FilterBar,
        run_list::{summary, trash_action},
        selections::SelectionsButton,
        table_cell::{CellAt, CellMenu, on_cell_key},
        table_columns::ColumnsMenu,
        table_export::export_actions,
        table_head::Heading,
        table_row::TableRow,
    },
    state::Workspace,
    ui::{
        format::count,
        icon::{Icon, icon},
        menu::{Action, Menu},
        observe::size_of,
        window::{Window, follow},
    },
};
use data::column::{Attribute, Column};
use leptos::{html, prelude::*};
use std::sync::Arc;

/// The height of a row, CSS pixels.
pub const ROW_PX: f64 = 28.0;
/// The width of the name, which stays at the left, CSS pixels.
pub const NAME_PX: f64 = 260.0;
/// The width of a column that nobody sized, and how much more one needs that shows more than a value, CSS pixels.
const COLUMN_PX: u16 = 120;
const DELTA_PX: u16 = 64;
const SPREAD_PX: u16 = 24;
const TIME_SPREAD_PX: u16 = 56;
const SPARK_PX: u16 = 60;
/// Rows drawn beyond each edge.
const SPARE_ROWS: usize = 10;
/// Pixels drawn beyond the left and right edge.
const SPARE_PX: f64 = 200.0;

/// A column with its place, CSS pixels from the end of the name.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The column.
    pub column: Column,
    /// Where it begins.
    pub left: f64,
    /// How wide it is.
    pub width: f64,
    /// Whether it stays where it is while others scroll.
    pub pinned: bool,
}

impl Placed {
    /// What makes it another cell to draw.
    pub fn key(&self) -> (Column, i64, i64, bool) {
        (self.column.clone(), self.left as i64, self.width as i64, self.pinned)
    }

    /// Where it stands, as a style.
    pub fn style(&self) -> String {
        format!("left: {}px; width: {}px", NAME_PX + self.left, self.width)
    }
}

/// The table with its controls.
#[component]
pub fn TablePane(workspace: Workspace) -> impl IntoView {
    let only = workspace.view(|view| view.table.only_differing);
    let sparks = workspace.view(|view| view.table.sparklines);
    let search = workspace.view(|view| view.search.clone());
    let trash = trash_action(workspace);
    let actions = Callback::new(move |()| [table_actions(workspace), vec![trash.clone()]].concat());
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
                <ArrangeButton workspace/>
                <ColumnsMenu workspace/>
                {toggle("Only what differs", only, move |on| workspace.change("table columns", |view| view.table.only_differing = on))}
                {toggle("Sparklines", sparks, move |on| workspace.change("sparklines", |view| view.table.sparklines = on))}
                <SelectionsButton workspace/>
                <span class="runs-count" role="status">{move || counts(workspace)}</span>
                <BulkBar workspace/>
                <span class="toolbar-end">
                    <Menu label="Export" words="Export".to_owned() actions=Callback::new(move |()| export_actions(workspace))/>
                    <Menu label="Actions of the table" actions/>
                </span>
            </div>
            <Grid workspace/>
        </div>
    }
    .into_any()
}

fn toggle(words: &'static str, on: Memo<bool>, set: impl Fn(bool) + 'static) -> AnyView {
    view! {
        <label class="toggle">
            <input type="checkbox" prop:checked=move || on.get() on:change=move |event| set(event_target_checked(&event))/>
            {words}
        </label>
    }
    .into_any()
}

fn counts(workspace: Workspace) -> String {
    let (total, loaded) = workspace.runs.list.with(|list| (list.total(), list.rows().count()));
    let words = summary(workspace);
    if loaded < total { format!("{words}; {} loaded so far", count(loaded as u64)) } else { words }
}

#[component]
fn Grid(workspace: Workspace) -> impl IntoView {
    let scroller = NodeRef::<html::Div>::new();
    let size = size_of(scroller);
    let (at, set_at) = signal((0.0, 0.0));
    let placed = placed(workspace);
    let total_width =
        Memo::new(move |_| NAME_PX + placed.with(|placed| placed.last().map_or(0.0, |last| last.left + last.width)));
    // What a cell must not hide under when it gets the focus.
    let fixed_width = Memo::new(move |_| {
        let pinned = |placed: &&Placed| placed.pinned;
        NAME_PX + placed.with(|placed| placed.iter().take_while(pinned).map(|placed| placed.width).sum::<f64>())
    });
    let count = Memo::new(move |_| workspace.lines.with(|lines| lines.lines.len()));
    let rows = Memo::new(move |_| {
        let count = count.get();
        let first = (at.get().1 / ROW_PX) as usize;
        let end = (first + (size.get().1 / ROW_PX).ceil() as usize + SPARE_ROWS).min(count);
        (first.saturating_sub(SPARE_ROWS).min(end), end)
    });
    Effect::new(move |_| {
        let (from, to) = rows.get();
        workspace.lines.track();
        workspace.want_lines(from, to);
    });
    let columns_wanted = Memo::new(move |_| {
        let (left, width) = (at.get().0 - SPARE_PX, size.get().0 + 2.0 * SPARE_PX);
        // In steps, so that most of a scroll changes nothing.
        let left = (left / SPARE_PX).floor() * SPARE_PX;
        placed.with(|placed| {
            let from = placed.partition_point(|column| column.pinned || column.left + column.width <= left);
            (from, placed.partition_point(|column| column.pinned || column.left < left + width))
        })
    });
    let columns_drawn = follow(columns_wanted);
    let rows_drawn = follow(rows);
    let in_sight = Memo::new(move |_| placed.with(|placed| within(placed, columns_drawn.get())));
    let wanted = Memo::new(move |_| placed.with(|placed| within(placed, columns_wanted.get())));
    ask_for_more(workspace, rows, wanted);
    let menu = RwSignal::new(None::<CellAt>);
    let empty = move || {
        let list = workspace.runs.list.get();
        let error = list.error().cloned().or_else(|| workspace.groups.error.get());
        if let Some(error) = error {
            return Some(view! { <p class="table-empty" role="alert">{error.to_string()}</p> }.into_any());
        }
        (list.loaded().is_some() && count.get() == 0)
            .then(|| view! { <p class="table-empty">{if list.filter().is_empty() { "No run has this in its name." } else { "No run passes the filter and the search." }}</p> }.into_any())
    };
    let columns = move || {
        let name = Column::Attribute(Attribute::Name);
        placed.with_untracked(|placed| {
            std::iter::once(name).chain(placed.iter().map(|placed| placed.column.clone())).collect::<Vec<_>>()
        })
    };
    view! {
        <div class="grid" node_ref=scroller role="treegrid" aria-label="Runs" tabindex="0" aria-multiselectable="true"
            style:scroll-padding=move || format!("32px 0 0 {}px", fixed_width.get())
            aria-rowcount=move || count.get() + 1
            aria-colcount=move || placed.with(|placed| placed.len() + 1)
            on:keydown=move |event| on_cell_key(&event, workspace, &columns(), rows.get_untracked().0)
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
                <Heading workspace column=Column::Attribute(Attribute::Name) place=None placed/>
                <For each=move || in_sight.get() key=Placed::key
                    children=move |of| view! { <Heading workspace column=of.column.clone() place=Some(of) placed/> }/>
            </div>
            <div class="grid-body" role="rowgroup"
                style:width=move || format!("{}px", total_width.get())
                style:height=move || format!("{}px", count.get() as f64 * ROW_PX)>
                <For
                    each=move || {
                        let (from, to) = rows_drawn.get();
                        (from..to).collect::<Vec<_>>()
                    }
                    key=|at| *at
                    children=move |at| view! { <TableRow workspace at in_sight/> }/>
            </div>
            {empty}
        </div>
    }
    .into_any()
}

/// The columns of a window, and the pinned ones before them.
fn within(placed: &[Placed], (from, to): Window) -> Vec<Placed> {
    let pinned = placed.iter().take_while(|column| column.pinned);
    let scrolled = placed.iter().take(to).skip(from).filter(|column| !column.pinned);
    pinned.chain(scrolled).cloned().collect()
}

/// The columns with their places.
fn placed(workspace: Workspace) -> Memo<Arc<Vec<Placed>>> {
    let columns = workspace.table_columns();
    let settings = workspace.view(|view| {
        let table = (view.table.widths.clone(), view.table.pinned.clone(), view.table.sparklines);
        (table, view.baseline.is_some(), !view.group_by.is_empty())
    });
    Memo::new(move |_| {
        let ((widths, pinned, sparks), baseline, grouped) = settings.get();
        let mut left = 0.0;
        let place = |column: &Column| {
            let metric = column.metric().is_some();
            let time = *column == Column::Attribute(Attribute::Duration);
            let spread = if time { TIME_SPREAD_PX } else { SPREAD_PX };
            let more = [(metric && sparks, SPARK_PX), ((metric || time) && baseline, DELTA_PX), (grouped, spread)];
            let more: u16 = more.into_iter().filter_map(|(shown, px)| shown.then_some(px)).sum();
            let width = f64::from(widths.get(column).copied().unwrap_or(COLUMN_PX + more));
            left += width;
            Placed { column: column.clone(), left: left - width, width, pinned: pinned.contains(column) }
        };
        Arc::new(columns.get().iter().map(place).collect::<Vec<_>>())
    })
}

/// Asks for what the cells in sight show beside the rows: spreads of groups, courses of metrics.
fn ask_for_more(workspace: Workspace, rows: Memo<(usize, usize)>, in_sight: Memo<Vec<Placed>>) {
    let sparks = workspace.view(|view| view.table.sparklines);
    Effect::new(move |_| {
        let columns: Vec<Column> = in_sight.with(|placed| placed.iter().map(|placed| placed.column.clone()).collect());
        if sparks.get() {
            let metrics = columns.iter().filter_map(|column| column.metric().map(str::to_owned)).collect();
            let (from, to) = rows.get();
            let runs = (from..to).filter_map(|at| Some(workspace.run_at(at)?.run_id)).collect();
            workspace.sparks.want(metrics, runs);
        }
        if workspace.groups.in_sight.with_untracked(|now| *now != columns) {
            workspace.groups.in_sight.set(columns);
        }
    });
}

fn table_actions(workspace: Workspace) -> Vec<Action> {
    let action = |words: &str, run: Callback<()>| Action { words: words.to_owned(), key: "", run };
    vec![action(
        "Show all columns, as they come",
        Callback::new(move |()| {
            workspace.change("table columns", |view| view.table = data::view::TableView::default());
        }),
    )]
}
