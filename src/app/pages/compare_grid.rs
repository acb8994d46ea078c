//! The grid of the comparer: facts down, runs across, drawn only where it is in sight.

use crate::{
    pages::compare_cell::{CellText, cell_text, listing_note},
    state::{
        Workspace,
        compare::{Comparison, Line, toggle},
    },
    ui::{
        icon::{Icon, icon},
        observe::size_of,
        theme::ThemeState,
        window::{Window, follow},
    },
};
use charts::format::{count_text, counted};
use data::{
    compare::{Fact, Files, Key, Section},
    run::{RunId, RunRow},
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// The height of a line and of the heads of the runs, CSS pixels, as in the style sheet.
const ROW_PX: f64 = 28.0;
const HEAD_PX: f64 = 52.0;
/// The width of a run, and of the names of the facts on wide and narrow pages, CSS pixels.
const RUN_PX: f64 = 200.0;
const NAME_PX: f64 = 220.0;
const NARROW_NAME_PX: f64 = 140.0;
/// Narrower than this, the base scrolls away with the others.
const NARROW_PX: f64 = 620.0;
/// Lines drawn beyond each edge.
const SPARE_LINES: usize = 8;

/// A run with its place among the compared.
#[derive(Clone)]
struct Placed {
    at: usize,
    row: Arc<RunRow>,
}

impl PartialEq for Placed {
    fn eq(&self, other: &Placed) -> bool {
        self.at == other.at && Arc::ptr_eq(&self.row, &other.row)
    }
}

impl Placed {
    /// What tells it apart: a run that logged is another one.
    fn key(&self) -> (usize, usize) {
        (self.at, Arc::as_ptr(&self.row) as usize)
    }
}

/// A cell by its line and its run, counted from 0.
pub type Place = (usize, usize);

/// What all parts of the grid share.
#[derive(Clone, Copy)]
struct Grid {
    workspace: Workspace,
    comparison: Comparison,
    base: Memo<Option<Placed>>,
    columns: Memo<Vec<Placed>>,
    name_px: Memo<f64>,
    active: RwSignal<Option<Place>>,
    look_into: Callback<Place>,
}

/// The runs side by side. Arrow keys move over the cells, `Enter` looks into one, `Ctrl C` copies it.
#[component]
pub fn CompareGrid(
    workspace: Workspace,
    comparison: Comparison,
    /// Told which cell to look into.
    look_into: Callback<Place>,
    /// The grid's element.
    node: NodeRef<html::Div>,
) -> impl IntoView {
    let size = size_of(node);
    let (scrolled, set_scrolled) = signal((0.0, 0.0));
    let (compared, lines) = (comparison.compared, comparison.lines);
    let active = RwSignal::new(None::<Place>);
    let narrow = Memo::new(move |_| size.get().0 < NARROW_PX);
    let name_px = Memo::new(move |_| if narrow.get() { NARROW_NAME_PX } else { NAME_PX });
    let base = Memo::new(move |_| compared.with(|of| of.runs.first().map(|row| Placed { at: 0, row: row.clone() })));
    let wanted = Memo::new(move |_| {
        let ((left, _), (width, _)) = (scrolled.get(), size.get());
        let count = compared.with(|of| of.runs.len());
        let to = (((left + width) / RUN_PX).ceil() as usize + 1).min(count);
        (((left / RUN_PX) as usize).saturating_sub(1).max(1).min(to), to)
    });
    let placed = move |(from, to): Window| {
        compared.with(|of| {
            let place = |(at, row): (usize, &Arc<RunRow>)| Placed { at, row: row.clone() };
            of.runs.iter().enumerate().take(to).skip(from).map(place).collect::<Vec<_>>()
        })
    };
    let columns_drawn = follow(wanted);
    let columns = Memo::new(move |_| placed(columns_drawn.get()));
    let rows = Memo::new(move |_| {
        let count = lines.with(|lines| lines.len());
        let first = (scrolled.get().1 / ROW_PX) as usize;
        let end = (first + (size.get().1 / ROW_PX).ceil() as usize + SPARE_LINES).min(count);
        (first.saturating_sub(SPARE_LINES).min(end), end)
    });
    let rows_drawn = follow(rows);
    Effect::new(move |_| {
        let runs = base.get().into_iter().chain(placed(wanted.get())).map(|placed| placed.row.run_id).collect();
        comparison.in_sight.set(runs);
    });
    let width = move || format!("{}px", name_px.get() + compared.with(|of| of.runs.len()) as f64 * RUN_PX);
    let grid = Grid { workspace, comparison, base, columns, name_px, active, look_into };
    let on_key = move |event: ev::KeyboardEvent| on_key(&event, grid, node);
    view! {
        <div class="grid compare-grid" node_ref=node role="grid" aria-label="Runs side by side" tabindex="0"
            data-narrow=move || narrow.get().to_string()
            style:--name=move || format!("{}px", name_px.get())
            aria-rowcount=move || lines.with(|lines| lines.len() + 1)
            aria-colcount=move || compared.with(|of| of.runs.len() + 1)
            aria-activedescendant=move || active.get().map(id_of)
            on:keydown=on_key
            on:click=move |event| {
                if let Some(place) = place_of(&event) {
                    active.set(Some(place));
                }
            }
            on:dblclick=move |event| {
                if let Some(place) = place_of(&event) {
                    look_into.run(place);
                }
            }
            on:scroll=move |_| {
                if let Some(grid) = node.get_untracked() {
                    set_scrolled.set((f64::from(grid.scroll_left()), f64::from(grid.scroll_top())));
                }
            }>
            <div class="compare-heads" role="row" style:width=width>
                <div class="compare-name" role="columnheader" style:width=move || format!("{}px", name_px.get())>"Fact"</div>
                <For each=move || base.get() key=Placed::key children=move |placed| view! { <Head grid placed/> }/>
                <For each=move || columns.get() key=Placed::key children=move |placed| view! { <Head grid placed/> }/>
            </div>
            <div class="grid-body" role="rowgroup" style:width=width
                style:height=move || format!("{}px", lines.with(|lines| lines.len()) as f64 * ROW_PX)>
                <For
                    each=move || {
                        let (from, to) = rows_drawn.get();
                        lines.with(|lines| (from..to).filter_map(|at| Some((at, lines.get(at)?.clone()))).collect::<Vec<_>>())
                    }
                    key=Clone::clone
                    children=move |(at, line)| match line {
                        Line::Head { section, shown, all, open } => {
                            view! { <SectionHead grid at section shown all open/> }.into_any()
                        }
                        Line::Fact(fact) => view! { <FactRow grid at fact/> }.into_any(),
                    }/>
            </div>
        </div>
    }
    .into_any()
}

fn id_of((line, run): Place) -> String {
    format!("compare-{line}-{run}")
}

/// The cell that was pressed. One look for all of them: a listener a cell costs as much as its text.
fn place_of(event: &ev::MouseEvent) -> Option<Place> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    let id = target.closest(".compare-cell").ok()??.id();
    let (line, run) = id.strip_prefix("compare-")?.split_once('-')?;
    Some((line.parse().ok()?, run.parse().ok()?))
}

/// Where the run at a place stands; the base follows the name by itself.
fn left_of(at: usize) -> Option<String> {
    (at > 0).then(|| format!("left: calc(var(--name) + {}px)", at as f64 * RUN_PX))
}

#[component]
fn Head(grid: Grid, placed: Placed) -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let Placed { at, row } = placed;
    let (run, short, color) = (row.run_id, row.run_id.short(), row.color);
    let workspace = grid.workspace;
    let href = format!("/experiments/{}/runs/{run}", crate::api::path_part(&row.experiment_id));
    let note = move || grid.comparison.files.with(|files| listing_note(files.get(&run)));
    let make_base = {
        let short = short.clone();
        move |_| workspace.change("base run", |view| view.compare.base = Some(short.clone()))
    };
    let leave_out = {
        let short = short.clone();
        move |_| leave_out(grid, &short)
    };
    let name = row.name.clone();
    view! {
        <div class="compare-head" role="columnheader" aria-colindex=at + 2 data-base=(at == 0).to_string() style=left_of(at)
            data-raised=move || if workspace.hovered.get() == Some(run) { "true" } else { "false" }
            on:pointerenter=move |_| workspace.hovered.set(Some(run))
            on:pointerleave=move |_| workspace.hovered.set(None)>
            <span class="compare-run">
                <i style:--run=move || workspace.color_of(run, color, theme.dark.get()).to_string()></i>
                <a href=href title=name.clone()>{name.clone()}</a>
            </span>
            <span class="compare-tools">
                {if at == 0 {
                    view! { <b class="compare-base" title="The others are measured against it">"Base"</b> }.into_any()
                } else {
                    view! { <button type="button" aria-label=format!("Make {name} the base") on:click=make_base>"Make base"</button> }.into_any()
                }}
                {move || note().map(|note| view! { <span class="compare-note" title=note.clone() aria-label=note role="img">"!"</span> })}
                <span class="mono" title="Run id, first digits">{short}</span>
                <button type="button" class="compare-out" title="Leave out" aria-label=format!("Leave out {name}") on:click=leave_out>
                    {icon(Icon::Close)}
                </button>
            </span>
        </div>
    }
    .into_any()
}

/// Takes a run out; where nobody chose, all others become the choice.
fn leave_out(grid: Grid, short: &str) {
    let others =
        || grid.comparison.compared.with_untracked(|of| of.runs.iter().map(|row| row.run_id.short()).collect());
    grid.workspace.change("compared runs", |view| {
        let compare = &mut view.compare;
        if compare.runs.is_empty() {
            compare.runs = others();
        }
        if compare.runs.iter().any(|run| run == short) {
            toggle(compare, short);
        }
        if compare.base.as_deref() == Some(short) {
            compare.base = None;
        }
    });
}

#[component]
fn SectionHead(grid: Grid, at: usize, section: Section, shown: usize, all: usize, open: bool) -> impl IntoView {
    let turn = move |_| grid.workspace.change("compare sections", |view| view.compare.turn(section));
    let count = move || match (section, open) {
        (Section::Artifacts, false) => "open to list the files of the runs in sight".to_owned(),
        (Section::Artifacts, true) => files_words(grid.comparison, shown, all),
        _ if shown < all => format!("{} of {}", count_text(shown as u64), count_text(all as u64)),
        _ => count_text(all as u64),
    };
    let is_active = move || grid.active.get().is_some_and(|(line, _)| line == at);
    view! {
        <div class="compare-section" role="row" aria-rowindex=at + 2 id=id_of((at, 0))
            data-active=move || is_active().to_string()
            style:transform=format!("translateY({}px)", at as f64 * ROW_PX)>
            <div role="rowheader">
                <button type="button" tabindex="-1" aria-expanded=open.to_string() on:click=turn>
                    {icon(if open { Icon::Down } else { Icon::Right })} {section.title()}
                    <span class="section-count">{count}</span>
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// How much of the files is known.
fn files_words(comparison: Comparison, shown: usize, all: usize) -> String {
    let runs = comparison.compared.with(|of| of.runs.len());
    let known = comparison.files.with(|files| {
        comparison.compared.with(|of| {
            let known = |row: &&Arc<RunRow>| files.get(&row.run_id).is_some_and(|listing| listing.files().is_some());
            of.runs.iter().filter(known).count()
        })
    });
    let shown = if shown < all { format!("{} of ", count_text(shown as u64)) } else { String::new() };
    let files = counted(all as u64, "file", "files");
    if known < runs {
        format!("{shown}{files} of {known} of {runs} runs; others are listed when they come into sight")
    } else {
        format!("{shown}{files}")
    }
}

#[component]
fn FactRow(grid: Grid, at: usize, fact: Arc<Fact>) -> impl IntoView {
    let title = title_view(&fact);
    let (of_base, of_others) = (fact.clone(), fact.clone());
    // A cell shows what its own run and the base have.
    let key = move |placed: &Placed| (placed.key(), grid.base.with(|base| base.as_ref().map(Placed::key)));
    let hint = match &fact.key {
        Key::Column(column) => column.to_string(),
        Key::File(path) => path.clone(),
    };
    view! {
        <div class="compare-row" role="row" aria-rowindex=at + 2 data-differs=fact.differs.to_string()
            style:transform=format!("translateY({}px)", at as f64 * ROW_PX)>
            <div class="compare-name" role="rowheader" title=hint style:width=move || format!("{}px", grid.name_px.get())>
                {title}
            </div>
            <For each=move || grid.base.get() key=key
                children=move |placed| view! { <Cell grid at fact=of_base.clone() placed/> }/>
            <For each=move || {
                    grid.base.track();
                    grid.columns.get()
                }
                key=key
                children=move |placed| view! { <Cell grid at fact=of_others.clone() placed/> }/>
        </div>
    }
    .into_any()
}

/// What a fact is called. Where a path has no room, its folders give way to its end, which tells it apart.
fn title_view(fact: &Fact) -> AnyView {
    let title = fact.title().to_owned();
    match fact.key {
        Key::File(_) => view! { <span class="compare-path"><bdi>{title}</bdi></span> }.into_any(),
        Key::Column(_) => view! { <span>{title}</span> }.into_any(),
    }
}

/// The files of two runs, where a fact is about files.
fn files_of(grid: Grid, fact: &Fact, runs: [RunId; 2]) -> [Option<Arc<Files>>; 2] {
    match &fact.key {
        Key::Column(_) => [None, None],
        Key::File(_) => grid
            .comparison
            .files
            .with(|files| runs.map(|run| files.get(&run).and_then(|listing| listing.files().cloned()))),
    }
}

#[component]
fn Cell(grid: Grid, at: usize, fact: Arc<Fact>, placed: Placed) -> impl IntoView {
    let Placed { at: run_at, row } = placed;
    let (place, run) = ((at, run_at), row.run_id);
    let base = grid.base.get_untracked().map_or_else(|| row.clone(), |base| base.row);
    let is_file = matches!(fact.key, Key::File(_));
    let words = move || {
        let [files, base_files] = files_of(grid, &fact, [run, base.run_id]);
        cell_text(&fact, &row, files.as_deref(), &base, base_files.as_deref())
    };
    if is_file {
        // Files come later than their cell.
        let words = Memo::new(move |_| words());
        return (move || cell_view(grid, place, run, words.get())).into_any();
    }
    cell_view(grid, place, run, words())
}

fn cell_view(grid: Grid, place: Place, run: RunId, words: CellText) -> AnyView {
    let is_active = Memo::new(move |_| grid.active.get() == Some(place));
    let hovered = grid.workspace.hovered;
    let tools = move || {
        is_active.get().then(|| {
            view! {
                <span class="compare-cell-tools">
                    <button type="button" tabindex="-1" title="Copy (Ctrl C)" aria-label="Copy the value"
                        on:click=move |_| copy(grid, place)>{icon(Icon::Copy)}</button>
                    <button type="button" tabindex="-1" title="Look into (Enter)" aria-label="Look into the value"
                        on:click=move |_| grid.look_into.run(place)>{icon(Icon::Expand)}</button>
                </span>
            }
        })
    };
    view! {
        <div class="compare-cell" role="gridcell" id=id_of(place) aria-colindex=place.1 + 2
            data-base=(place.1 == 0).to_string() data-look=words.look data-differs=words.differs.to_string()
            aria-selected=move || is_active.get().to_string()
            data-raised=move || if hovered.get() == Some(run) { "true" } else { "false" }
            style=left_of(place.1) title=words.title>
            {(words.differs && words.delta.is_none()).then(|| view! {
                <span class="compare-mark" role="img" aria-label="differs from the base">"≠"</span>
            })}
            <span class="compare-value">{words.text}</span>
            {words.delta.map(|delta| view! { <span class="compare-delta">{delta}</span> })}
            {tools}
        </div>
    }
    .into_any()
}

/// The fact and the run of a cell.
pub fn cell_at(comparison: Comparison, (line, run): Place) -> Option<(Arc<Fact>, Arc<RunRow>)> {
    let fact = comparison.lines.with_untracked(|lines| match lines.get(line) {
        Some(Line::Fact(fact)) => Some(fact.clone()),
        Some(Line::Head { .. }) | None => None,
    })?;
    Some((fact, comparison.compared.with_untracked(|of| of.runs.get(run).cloned())?))
}

/// What a run has of a fact, as it was written.
pub fn text_of(comparison: Comparison, fact: &Fact, row: &RunRow) -> String {
    comparison.files.with_untracked(|files| {
        let files = files.get(&row.run_id).and_then(|listing| listing.files());
        fact.text(row, files.map(|files| &**files))
    })
}

fn copy(grid: Grid, place: Place) {
    if let Some((fact, row)) = cell_at(grid.comparison, place) {
        crate::ui::copy::copy(&text_of(grid.comparison, &fact, &row));
    }
}

/// The keys of the grid, while it has the focus itself.
fn on_key(event: &ev::KeyboardEvent, grid: Grid, node: NodeRef<html::Div>) {
    if event.target() != event.current_target() {
        return;
    }
    let lines = grid.comparison.lines.with_untracked(|lines| lines.len());
    let runs = grid.comparison.compared.with_untracked(|of| of.runs.len());
    if lines == 0 || runs == 0 {
        return;
    }
    let now = grid.active.get_untracked();
    let (line, run) = now.unwrap_or_default();
    let (line, run) = (line.min(lines - 1), run.min(runs - 1));
    let page = node.get_untracked().map_or(1, |node| (f64::from(node.client_height()) / ROW_PX) as usize).max(3) - 2;
    let control = event.ctrl_key() || event.meta_key();
    let next = match event.key().as_str() {
        "ArrowDown" if now.is_none() => (0, 0),
        "ArrowDown" => (line + 1, run),
        "ArrowUp" => (line.saturating_sub(1), run),
        "ArrowRight" => (line, run + 1),
        "ArrowLeft" => (line, run.saturating_sub(1)),
        "PageDown" => (line + page, run),
        "PageUp" => (line.saturating_sub(page), run),
        "Home" => (if control { 0 } else { line }, 0),
        "End" => (if control { lines } else { line }, runs),
        "c" if control && now.is_some() => return copy(grid, (line, run)),
        "b" if !control && run > 0 => return make_base(grid, run),
        "Enter" | " " if now.is_some() => {
            event.prevent_default();
            return match head_at(grid.comparison, line) {
                Some(section) => grid.workspace.change("compare sections", |view| view.compare.turn(section)),
                None => grid.look_into.run((line, run)),
            };
        }
        _ => return,
    };
    event.prevent_default();
    event.stop_propagation();
    let next = (next.0.min(lines - 1), next.1.min(runs - 1));
    grid.active.set(Some(next));
    bring_into_sight(grid, node, next);
}

fn head_at(comparison: Comparison, line: usize) -> Option<Section> {
    comparison.lines.with_untracked(|lines| match lines.get(line) {
        Some(Line::Head { section, .. }) => Some(*section),
        Some(Line::Fact(_)) | None => None,
    })
}

fn make_base(grid: Grid, run: usize) {
    let short = grid.comparison.compared.with_untracked(|of| of.runs.get(run).map(|row| row.run_id.short()));
    grid.workspace.change("base run", |view| view.compare.base = short);
}

/// Scrolls the least that brings a cell wholly into sight, beside what stays at the top and at the left.
fn bring_into_sight(grid: Grid, node: NodeRef<html::Div>, (line, run): Place) {
    let Some(node) = node.get_untracked() else { return };
    let least = |now: i32, size: i32, from: f64, length: f64, kept: f64| {
        let (now, size) = (f64::from(now), f64::from(size));
        let most = from;
        let fewest = from + length + kept - size;
        now.clamp(fewest.min(most), most).ceil() as i32
    };
    node.set_scroll_top(least(node.scroll_top(), node.client_height(), line as f64 * ROW_PX, ROW_PX, HEAD_PX));
    let narrow = grid.name_px.get_untracked() < NAME_PX;
    let (kept, at) = match (narrow, run) {
        (false, 0) => return,
        (false, _) => (grid.name_px.get_untracked() + RUN_PX, run - 1),
        (true, _) => (grid.name_px.get_untracked(), run),
    };
    node.set_scroll_left(least(node.scroll_left(), node.client_width(), at as f64 * RUN_PX, RUN_PX, kept));
}
