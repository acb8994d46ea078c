//! Parallel coordinates: an axis a column, a line a run, and brushes that all panels follow.

use super::{
    line_canvas::page_theme,
    line_plot::utc_offset_minutes,
    parallel_axes::Heads,
    parallel_canvas::ParallelCanvas,
    parallel_hand::{Hand, Near},
    parallel_tools::Tools,
};
use crate::{
    api::path_part,
    state::{
        Workspace,
        parallel::{MOST_RUNS, Parallel, Rows, parallel_of, through},
    },
    ui::{observe::size_of, theme::ThemeState},
};
use data::brush::Brushes;
use leptos::{html, prelude::*};
use leptos_router::hooks::use_navigate;
use std::sync::Arc;

/// The least room for an axis, CSS pixels; more of them scroll sideways.
const AXIS_PX: usize = 78;
/// How high a row of the tooltip is, CSS pixels, as in the style sheet.
const ROW_PX: f64 = 18.0;

/// What the parts of the panel share.
#[derive(Clone, Copy)]
pub(super) struct Panel {
    pub(super) workspace: Workspace,
    pub(super) rows: Memo<Rows>,
    pub(super) parallel: Memo<Arc<Parallel>>,
    pub(super) through: Memo<Arc<Vec<bool>>>,
    pub(super) canvas: ParallelCanvas,
    /// Rises with each picture.
    pub(super) drawn: RwSignal<u64>,
    /// The brushes, also one that is dragged right now.
    pub(super) brushes: Memo<Brushes>,
}

impl Panel {
    /// How many runs pass the brushes.
    pub(super) fn passing(&self) -> usize {
        self.through.with(|through| through.iter().filter(|through| **through).count())
    }
}

/// The tab of parallel coordinates.
#[component]
pub fn ParallelPanel(workspace: Workspace) -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let plot = NodeRef::<html::Div>::new();
    let size = size_of(plot);
    let rows = workspace.parallel_rows();
    let arranged = workspace.view(|view| view.parallel.clone());
    let utc = utc_offset_minutes();
    let parallel = Memo::new(move |_| {
        Arc::new(rows.with(|rows| parallel_of(&rows.rows, &arranged.read(), theme.dark.get(), utc)))
    });
    let live = RwSignal::new(None::<Brushes>);
    let kept = workspace.view(|view| view.brushes.clone());
    let brushes = Memo::new(move |_| live.get().unwrap_or_else(|| kept.get()));
    let passing = Memo::new(move |_| {
        let rows = rows.get();
        Arc::new(parallel.with(|parallel| brushes.with(|brushes| through(&parallel.chart, &rows.rows, brushes))))
    });
    let canvas = ParallelCanvas::new();
    let panel = Panel { workspace, rows, parallel, through: passing, canvas, drawn: RwSignal::new(0), brushes };
    let hand = Hand::new(workspace, canvas, rows, passing, plot, live);
    let drawing = RwSignal::new(true);
    Effect::new(move |_| {
        workspace.runs.list.track();
        workspace.runs.want_first(MOST_RUNS);
    });
    on_cleanup(move || workspace.runs.want_first(0));
    panel.draw(size, theme, drawing);
    let raised = panel.raise();

    let navigate = use_navigate();
    let up = move |event| {
        if let Some(row) = hand.up(&event) {
            workspace.hovered.set(None);
            let href = format!("/experiments/{}/runs/{}", path_part(&row.experiment_id), row.run_id);
            navigate(&href, Default::default());
        }
    };
    let list = workspace.runs.list;
    let busy = move || {
        let loading = list.with(|list| list.loaded().is_none() && list.error().is_none());
        if loading || drawing.get() { "true" } else { "false" }
    };
    let summary = move || parallel.with(|parallel| parallel.chart.summary(panel.passing()));
    let width = move || format!("min-width: {}px", parallel.with(|parallel| parallel.chart.axes.len() * AXIS_PX + 130));
    let all_pass = move || panel.passing() == passing.with(|passing| passing.len());
    view! {
        <div class="parallel-pane">
            <Tools panel/>
            <div class="parallel-scroll">
                <figure class="parallel" aria-label="Parallel coordinates" aria-busy=busy style=width>
                    <div
                        class="plot"
                        node_ref=plot
                        data-raised=move || if raised.get() { "true" } else { "false" }
                        on:pointerdown=move |event| hand.down(&event)
                        on:pointermove=move |event| hand.moved(&event)
                        on:pointerup=up
                        on:pointercancel=move |_| hand.cancel()
                        on:pointerleave=move |_| hand.leave()
                    >
                        <canvas class="parallel-base" node_ref=canvas.base data-hidden=move || if all_pass() { "true" } else { "false" }></canvas>
                        <canvas class="plot-series" node_ref=canvas.lines></canvas>
                        <canvas class="plot-raised" node_ref=canvas.raised></canvas>
                        <canvas class="plot-axes" node_ref=canvas.axes role="img" aria-label=summary></canvas>
                        <BrushParts panel/>
                        <NearTooltip near=hand.near size/>
                        {move || panel.message()}
                    </div>
                    <Heads panel/>
                </figure>
            </div>
        </div>
    }
    .into_any()
}

impl Panel {
    /// Draws whenever the chart, the size, the theme or what passes change.
    fn draw(self, size: ReadSignal<(f64, f64)>, theme: ThemeState, drawing: RwSignal<bool>) {
        let done = move || {
            drawing.try_set(false);
            self.drawn.try_update(|drawn| *drawn += 1);
        };
        Effect::new(move |_| {
            let (dark, size) = (theme.dark.get(), size.get());
            let chart = self.parallel.with(|parallel| Arc::new(parallel.chart.clone()));
            if size.0 >= 1.0 && size.1 >= 1.0 {
                drawing.set(true);
                self.canvas.draw(chart, size, page_theme(dark, window().device_pixel_ratio()), done);
            }
        });
        Effect::new(move |_| {
            drawing.set(true);
            self.canvas.want(self.through.get());
        });
    }

    /// Keeps the raised runs above the others; says whether there are any.
    fn raise(self) -> RwSignal<bool> {
        let raised = RwSignal::new(false);
        let runs = self.workspace.raised();
        Effect::new(move |_| {
            // A new picture raises anew.
            self.drawn.track();
            let shown = self.canvas.raise(&runs.get());
            if raised.get_untracked() != shown {
                raised.set(shown);
            }
        });
        raised
    }

    /// What lies over the plot while there is nothing to draw.
    fn message(self) -> Option<AnyView> {
        let list = self.workspace.runs.list.get();
        if let Some(error) = list.error() {
            let retry = move |_| self.workspace.runs.reload();
            return Some(
                view! {
                    <div class="plot-message" role="alert">
                        <span>{error.to_string()}</span>
                        <button type="button" class="button" on:click=retry>"Try again"</button>
                    </div>
                }
                .into_any(),
            );
        }
        list.loaded()?;
        let words = if self.rows.with(|rows| rows.rows.is_empty()) {
            "No run is shown here. Show runs again in the list, or clear the search."
        } else if self.parallel.with(|parallel| parallel.chart.axes.is_empty()) {
            "All runs have the same params and no metrics. Add an axis above."
        } else {
            return None;
        };
        Some(view! { <div class="plot-message">{words}</div> }.into_any())
    }
}

/// The parts of the axes that brushes cover.
#[component]
fn BrushParts(panel: Panel) -> impl IntoView {
    move || {
        panel.drawn.track();
        let picture = panel.canvas.picture()?;
        let brushes = panel.brushes.get();
        let (layout, scale) = (&picture.layout, picture.theme.scale);
        let of_axis = |at: usize| {
            let axis = &picture.chart.axes[at];
            let (brush, x) = (brushes.get(&axis.column)?, layout.axes[at].x / scale);
            let mut boxes: Vec<(f64, f64)> = axis
                .parts(brush)
                .iter()
                .map(|part| (layout.y(part.high as f32) / scale, layout.y(part.low as f32) / scale))
                .collect();
            if brush.missing {
                boxes.push((layout.rail / scale - 5.0, layout.rail / scale + 5.0));
            }
            let boxes = boxes.into_iter().map(|(top, bottom)| {
                let style = format!("left: {x}px; top: {top}px; height: {}px", (bottom - top).max(2.0));
                view! { <div class="axis-brush" style=style></div> }
            });
            Some(boxes.collect_view())
        };
        Some((0..picture.chart.axes.len()).filter_map(of_axis).collect_view())
    }
}

/// What the run under the pointer has on each axis.
#[component]
fn NearTooltip(near: RwSignal<Option<Near>>, size: ReadSignal<(f64, f64)>) -> impl IntoView {
    move || {
        near.get().map(|near| {
            let ((x, y), (width, height)) = (near.at, size.get());
            let own = ROW_PX * (near.values.len() + 1) as f64 + 14.0;
            let top = (y - own / 2.0).clamp(0.0, (height - own).max(0.0));
            let side = if x > width / 2.0 { format!("right: {}px", width - x + 16.0) } else { format!("left: {}px", x + 16.0) };
            let rows = near
                .values
                .into_iter()
                .map(|(title, value)| view! { <div class="tooltip-row"><span></span><span>{title}</span><b>{value}</b></div> })
                .collect_view();
            view! {
                <div class="tooltip" role="tooltip" style=format!("{side}; transform: translateY({top}px)")>
                    <div class="tooltip-row" data-nearest="true" style:--run=near.color><i></i><span>{near.name}</span></div>
                    {rows}
                </div>
            }
        })
    }
}
