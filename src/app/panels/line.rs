//! A line panel: metrics and expressions over x, a line for each run or group that is shown.

use super::{legend::Legend, line_data::Questions, line_foot::Foot, line_hand::Hand, line_plot::Plot};
use crate::{
    api::ApiError,
    state::{Workspace, board::Level, frames::PanelFrame},
    ui::{
        icon::{Icon, icon},
        menu::Menu,
        observe::in_sight,
        theme::ThemeState,
    },
};
use charts::{
    line::{Line, Owner, XQuantity},
    panel::{Drawn, Parts, differing_params, tooltip_words},
};
use data::{
    column::Column,
    frame::RunSet,
    run::RunRow,
    view::{LegendPlace, LineLook},
};
use leptos::{ev, html, prelude::*};
use std::{collections::BTreeMap, sync::Arc};

/// How far out of sight a panel begins to load, CSS pixels.
const AHEAD_PX: u32 = 600;

/// What a panel has and what it waits for.
#[derive(Clone, Copy)]
pub(super) struct Panel {
    pub(super) workspace: Workspace,
    /// What the view knows it by.
    pub(super) key: StoredValue<String>,
    pub(super) title: Memo<String>,
    /// Whether it fills the screen.
    pub(super) full: bool,
    /// How it draws: its own settings, its section's, the workspace's.
    pub(super) look: Memo<LineLook>,
    /// Which part of x it shows: steps, milliseconds, or values of the metric along x.
    pub(super) range: Memo<Option<[f64; 2]>>,
    /// Its metrics and expressions, and how many are left out.
    pub(super) lines: Memo<(Vec<String>, usize)>,
    /// Whether they were put into it by hand.
    pub(super) by_hand: Memo<bool>,
    /// What each of them shows.
    pub(super) frames: RwSignal<Arc<BTreeMap<String, Arc<PanelFrame>>>>,
    /// Why some of them could not be had.
    pub(super) errors: RwSignal<BTreeMap<String, ApiError>>,
    /// The lines to draw.
    pub(super) drawn: Memo<Arc<Drawn>>,
    /// The params that tell the runs apart, in tooltips.
    pub(super) differing: Memo<Vec<Column>>,
    pub(super) loading: RwSignal<bool>,
    /// A bit for each facet that is being drawn.
    pub(super) drawing: RwSignal<u32>,
    /// Whether there was ever a picture.
    pub(super) pictured: RwSignal<bool>,
    /// What was asked, and what is not answered yet.
    pub(super) questions: StoredValue<Questions>,
    /// All runs of its groups, where the server refused to sum up so many: the first are drawn instead.
    pub(super) refused: RwSignal<Option<RunSet>>,
    /// Growth that arrived while an answer was awaited.
    pub(super) waiting: RwSignal<bool>,
    /// Whether it is in sight.
    pub(super) seen: ReadSignal<bool>,
    /// What the axes leave out, by facet.
    pub(super) notes: RwSignal<BTreeMap<usize, Vec<String>>>,
    /// The hand on each facet.
    pub(super) hands: StoredValue<BTreeMap<usize, Hand>>,
}

/// A panel of the board.
#[component]
pub fn LinePanel(workspace: Workspace, key: String, full: bool) -> impl IntoView {
    let figure = NodeRef::<html::Figure>::new();
    let panel = Panel::new(workspace, key.clone(), full, in_sight(figure, AHEAD_PX));
    // Out of sight a panel waits for nothing.
    let busy = move || {
        let waits = panel.loading.get() || panel.drawing.get() != 0;
        if panel.seen.get() && waits { "true" } else { "false" }
    };
    let title = panel.title;
    // Out of sight a panel draws nothing, and keeps its plots with their pixels.
    let facets = Memo::new(move |before: Option<&Vec<String>>| match panel.seen.get() {
        true => panel.drawn.with(|drawn| if drawn.facets.len() > 1 { drawn.facets.clone() } else { Vec::new() }),
        false => before.cloned().unwrap_or_default(),
    });
    let plots = move || {
        let names = facets.get();
        let across = names.len().clamp(1, if full { 4 } else { 2 });
        let count = names.len().max(1);
        let plot = move |at: usize| {
            let name = names.get(at).cloned().unwrap_or_default();
            view! { <Plot panel facet=at name/> }
        };
        view! {
            <div class="plots" style=format!("grid-template-columns: repeat({across}, minmax(0, 1fr))")>
                {(0..count).map(plot).collect_view()}
            </div>
        }
    };
    let legend = Memo::new(move |_| match panel.look.with(|look| look.legend) {
        LegendPlace::FullScreen => full,
        LegendPlace::Always => true,
        LegendPlace::Never => false,
    });
    let edited = move || {
        let editing = workspace.editing.get();
        panel.key.with_value(|key| (editing == Some(Level::Panel(key.clone()))).then_some("true"))
    };
    // Facets stand in rows, and the panel grows with them.
    let rows = move || match (full, facets.with(Vec::len)) {
        (true, _) | (false, 0..=1) => String::new(),
        (false, count) => format!("--facet-rows: {}", count.div_ceil(2)),
    };
    let drop_before = RwSignal::new(None::<bool>);
    let drop_mark = move || drop_before.get().map(|before| if before { "before" } else { "after" });
    view! {
        <figure class="panel" node_ref=figure tabindex="0" aria-label=title aria-busy=busy data-panel=key data-edited=edited
            data-drop=drop_mark style=rows
            on:keydown=move |event| panel.on_key(&event)
            on:dragover=move |event| drop_before.set(panel.drag_over(&event, figure))
            on:dragleave=move |_| drop_before.set(None)
            on:drop=move |event| { panel.drop_here(&event, drop_before.get_untracked()); drop_before.set(None); }>
            <figcaption class="panel-head">
                <span class="panel-title" title=title draggable=if full || !workspace.can_share() { "false" } else { "true" }
                    on:dragstart=move |event| panel.drag(&event) on:dragend=move |_| workspace.dragged.set(None)>{title}</span>
                <div class="panel-actions">
                    <button type="button" class="icon-button" aria-label=if full { "Leave full screen" } else { "Full screen" }
                        title="Full screen (F)" on:click=move |_| panel.toggle_full()>
                        {icon(if full { Icon::Shrink } else { Icon::Expand })}
                    </button>
                    {workspace.can_share().then(|| view! {
                        <button type="button" class="icon-button" aria-label="Edit panel" title="Edit (E)" on:click=move |_| panel.edit()>
                            {icon(Icon::Settings)}
                        </button>
                    })}
                    {move || view! { <Menu label=format!("Actions of {}", title.get()) actions=Callback::new(move |()| panel.actions())/> }}
                </div>
            </figcaption>
            <div class="panel-body">
                {plots}
                {move || panel.message()}
            </div>
            {move || legend.get().then(|| view! { <Legend panel/> })}
            <Foot panel/>
        </figure>
    }
    .into_any()
}

impl Panel {
    fn new(workspace: Workspace, key: String, full: bool, seen: ReadSignal<bool>) -> Panel {
        let theme = expect_context::<ThemeState>();
        let look = workspace.look_at(Level::Panel(key.clone()));
        let range = workspace.view({
            let key = key.clone();
            move |view| look.with(|look| view.x_range_of(&key, look))
        });
        let lines = workspace.lines_of(&key);
        let by_hand = workspace.view({
            let key = key.clone();
            move |view| view.panels.get(&key).is_some_and(|panel| panel.shows.is_some())
        });
        let frames = RwSignal::new(Arc::<BTreeMap<String, Arc<PanelFrame>>>::default());
        let group_by = workspace.view(|view| view.group_by.clone());
        let baseline = workspace.view(|view| view.baseline.clone());
        let lines_drawn = Memo::new(move |_| {
            if !seen.get() {
                return Arc::default();
            }
            let (lines, held, rows) = (lines.get().0, frames.get(), drawn_rows(workspace));
            let of_line = |line: String| held.get(&line).cloned().map(|frame| (line, frame));
            let held: Vec<_> = lines.into_iter().filter_map(of_line).collect();
            let held: Vec<_> = held.iter().map(|(line, frame)| (line.as_str(), &frame.shown)).collect();
            let rows: Vec<_> = rows.iter().map(|row| &**row).collect();
            look.with(|look| {
                let details = match look.legend {
                    LegendPlace::FullScreen => full,
                    LegendPlace::Always => true,
                    LegendPlace::Never => false,
                };
                Arc::new(Drawn::of(&Parts {
                    frames: &held,
                    rows: &rows,
                    look,
                    group_by: &group_by.read(),
                    baseline: baseline.read().as_deref(),
                    tints: &workspace.tints.read(),
                    dark: theme.dark.get(),
                    details,
                }))
            })
        });
        let panel = Panel {
            workspace,
            title: workspace.title_of(&key),
            key: StoredValue::new(key),
            full,
            look,
            range,
            lines,
            by_hand,
            frames,
            errors: RwSignal::new(BTreeMap::new()),
            drawn: lines_drawn,
            differing: Memo::new(move |_| {
                let rows = drawn_rows(workspace);
                differing_params(&rows.iter().map(|row| &**row).collect::<Vec<_>>())
            }),
            loading: RwSignal::new(true),
            drawing: RwSignal::new(0),
            pictured: RwSignal::new(false),
            refused: RwSignal::new(None),
            questions: StoredValue::new(Questions::default()),
            waiting: RwSignal::new(false),
            seen,
            notes: RwSignal::new(BTreeMap::new()),
            hands: StoredValue::new(BTreeMap::new()),
        };
        panel.grow();
        panel
    }

    /// What runs along x, and what one count of it is.
    pub(super) fn x_quantity(self) -> XQuantity {
        self.drawn.with(|drawn| self.look.with(|look| drawn.x_quantity(look)))
    }

    /// What a tooltip calls `line`, and what differs about its run.
    pub(super) fn told(self, line: &Line) -> (String, String) {
        let run = match line.owner {
            Owner::Run(run) => Some(run),
            Owner::Group(group) => {
                self.drawn.with_untracked(|drawn| drawn.groups.get(group as usize)?.first().copied())
            }
        };
        let row = self.workspace.runs.pictured.with_untracked(|list| list.row_of(run?).cloned());
        let Some(row) = row else { return (line.name.clone(), String::new()) };
        let metric = self.lines.with_untracked(|(lines, _)| lines.get(usize::from(line.series)).cloned());
        let group_by = self.workspace.view_now(|view| view.group_by.clone());
        self.look.with_untracked(|look| {
            self.differing.with_untracked(|differing| {
                tooltip_words(line, &row, &metric.unwrap_or_default(), &group_by, look, differing)
            })
        })
    }

    pub(super) fn toggle_full(self) {
        let key = self.key.get_value();
        self.workspace.change("full screen", |view| {
            view.full = (view.full.as_ref() != Some(&key)).then_some(key);
        });
    }

    pub(super) fn edit(self) {
        self.workspace.editing.set(Some(Level::Panel(self.key.get_value())));
    }

    fn on_key(self, event: &ev::KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || crate::routes::typing(event) {
            return;
        }
        let (workspace, key) = (self.workspace, self.key.get_value());
        // Who holds a link looks, and arranges nothing.
        let arranges = event.alt_key() || ["e", "d", "a", "Delete"].contains(&event.key().as_str());
        if arranges && !workspace.can_share() {
            return;
        }
        match (event.key().as_str(), event.alt_key()) {
            ("ArrowLeft", true) => workspace.step_panel(&key, -1),
            ("ArrowRight", true) => workspace.step_panel(&key, 1),
            (_, true) => return,
            ("f", _) => self.toggle_full(),
            ("e", _) => self.edit(),
            ("d", _) => workspace.duplicate_panel(&key),
            ("a", _) => self.add_note(None),
            ("Delete", _) => workspace.remove_panel(&key),
            // One facet moves all.
            _ if self.hands.with_value(|hands| hands.get(&0).copied()).is_some_and(|hand| hand.key(event)) => {}
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
        if event.alt_key() {
            // The panel stands elsewhere now, and keeps the keys.
            request_animation_frame(move || super::board::focus_panel(&key));
        }
    }

    /// What lies over the plots while there is nothing to draw.
    fn message(self) -> Option<AnyView> {
        let lines = self.lines.get().0;
        if lines.is_empty() {
            let words = "It shows nothing yet. Name a metric, an expression or a pattern in its settings (E).";
            return Some(view! { <div class="plot-message"><p>{words}</p></div> }.into_any());
        }
        let errors = self.errors.get();
        let drawn = self.drawn.with(|drawn| drawn.lines.iter().any(|line| !line.points().is_empty()));
        if drawn {
            return None;
        }
        if let Some((line, error)) = errors.iter().next() {
            let words = if lines.len() > 1 { format!("{line}: {error}") } else { error.to_string() };
            let retry = move |_| self.retry();
            return Some(
                view! {
                    <div class="plot-message" role="alert">
                        <p>{words}</p>
                        <button type="button" class="button" on:click=retry>"Try again"</button>
                    </div>
                }
                .into_any(),
            );
        }
        if self.loading.get() {
            return (!self.pictured.get()).then(|| view! { <div class="skeleton plot-skeleton"></div> }.into_any());
        }
        let words = match (self.workspace.runs.drawn.with(|drawn| drawn.is_empty()), self.range.get()) {
            (true, _) => "No run is shown. Show some in the run list.",
            (false, Some(_)) => "No run that is shown has points in this range. Double-click to zoom out.",
            (false, None) if lines.len() == 1 => "None of the runs that are shown logged this metric.",
            (false, None) => "None of the runs that are shown logged any of these.",
        };
        Some(view! { <div class="plot-message"><p>{words}</p></div> }.into_any())
    }
}

/// The rows of the runs that are drawn, in the order of the list from the bottom up.
fn drawn_rows(workspace: Workspace) -> Vec<Arc<RunRow>> {
    let drawn = workspace.runs.drawn.get();
    workspace.runs.pictured.with(|list| {
        let mut rows: Vec<_> = drawn.iter().filter_map(|(run, at)| Some((*at, list.row_of(*run)?.clone()))).collect();
        rows.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        rows.into_iter().map(|(_, row)| row).collect()
    })
}
