//! A line panel: one metric over x, a line for each run that is shown.

use super::{
    line_canvas::{LineCanvas, page_theme, to_png},
    line_foot::Foot,
    line_hand::{Hand, Selection},
    tooltip::{Near, Tooltip},
};
use crate::{
    api::ApiError,
    state::{Workspace, frames::PanelFrame},
    ui::{
        icon::{Icon, icon},
        menu::{Action, Menu},
        observe::{in_sight, size_of},
        theme::ThemeState,
    },
};
use charts::{
    color::palette_color,
    line::{Line, LineChart, Owner, XQuantity, YDomain},
    scale::ScaleKind,
};
use data::{
    frame::{FrameRequest, XAxis},
    view::{LineLook, Outliers, YScale},
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;

/// How far out of sight a panel begins to load, CSS pixels.
const AHEAD_PX: u32 = 600;
/// Values beyond this quantile on either side are outliers.
const OUTLIERS: f64 = 0.01;

/// What a panel has and what it waits for.
#[derive(Clone, Copy)]
pub(super) struct Panel {
    pub(super) workspace: Workspace,
    pub(super) metric: StoredValue<String>,
    /// How it draws: its own settings, its section's, the workspace's.
    pub(super) look: Memo<LineLook>,
    pub(super) frame: RwSignal<Option<Arc<PanelFrame>>>,
    pub(super) error: RwSignal<Option<ApiError>>,
    pub(super) loading: RwSignal<bool>,
    pub(super) drawing: RwSignal<bool>,
    /// Whether there was ever a picture.
    pub(super) drawn: RwSignal<bool>,
    /// The last whole question, to ask again when the server is back.
    pub(super) asked: StoredValue<Option<FrameRequest>>,
    /// Rises with each question, so that an overtaken answer is dropped.
    pub(super) question: StoredValue<u64>,
    /// Growth that arrived while an answer was awaited.
    pub(super) waiting: RwSignal<bool>,
}

/// The panel of one metric.
#[component]
pub fn LinePanel(workspace: Workspace, metric: String, full: bool) -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let panel = Panel {
        workspace,
        metric: StoredValue::new(metric.clone()),
        look: workspace.look_of(&metric),
        frame: RwSignal::new(None),
        error: RwSignal::new(None),
        loading: RwSignal::new(true),
        drawing: RwSignal::new(false),
        drawn: RwSignal::new(false),
        asked: StoredValue::new(None),
        question: StoredValue::new(0),
        waiting: RwSignal::new(false),
    };
    let figure = NodeRef::<html::Figure>::new();
    let plot = NodeRef::<html::Div>::new();
    let canvas = LineCanvas::new();
    let size = size_of(plot);
    let seen = in_sight(figure, AHEAD_PX);
    let near = RwSignal::new(None::<Near>);
    let selection = RwSignal::new(None::<Selection>);
    let summary = RwSignal::new(String::new());
    let notes = RwSignal::new(Vec::<String>::new());

    panel.ask(canvas, seen, size);
    panel.grow(seen);
    panel.draw(canvas, seen, size, theme, summary, notes);
    let raised = RwSignal::new(false);
    let standing_out = workspace.raised();
    Effect::new(move |_| {
        // A new picture raises anew.
        panel.drawing.track();
        let runs = standing_out.get();
        if seen.get_untracked() {
            let owners: Vec<Owner> = runs.iter().copied().map(Owner::from).collect();
            let shown = canvas.raise(&owners);
            if raised.get_untracked() != shown {
                raised.set(shown);
            }
        }
    });
    let hand = Hand { workspace, metric: panel.metric, canvas, plot, near, selection };
    let crosshair = move || {
        panel.drawing.track();
        let Some(x) = workspace.cursor.get() else { return "visibility: hidden".to_owned() };
        let Some(picture) = canvas.picture() else { return "visibility: hidden".to_owned() };
        let px = picture.layout.x.px_from(x);
        let inside = (f64::from(picture.layout.plot.x0)..=f64::from(picture.layout.plot.x1)).contains(&px);
        if inside {
            format!("visibility: visible; transform: translateX({}px)", px / picture.theme.scale)
        } else {
            "visibility: hidden".to_owned()
        }
    };
    // Out of sight a panel waits for nothing.
    let busy = move || if seen.get() && (panel.loading.get() || panel.drawing.get()) { "true" } else { "false" };
    let title = metric.clone();
    let on_key = move |event: ev::KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || crate::routes::typing(&event) {
            return;
        }
        if event.key() == "f" {
            panel.toggle_full();
        } else if !hand.key(&event) {
            return;
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let axis = Signal::derive(move || XQuantity::from(panel.look.with(|look| look.x)).name().to_owned());
    let select_style =
        move || selection.get().map(|selection| view! { <div class="selection" style=selection.style()></div> });
    view! {
        <figure class="panel" node_ref=figure tabindex="0" aria-label=title.clone() aria-busy=busy on:keydown=on_key>
            <figcaption class="panel-head">
                <span class="panel-title" title=title.clone()>{title.clone()}</span>
                <div class="panel-actions">
                    <button type="button" class="icon-button" aria-label=if full { "Leave full screen" } else { "Full screen" }
                        title="Full screen (F)" on:click=move |_| panel.toggle_full()>
                        {icon(if full { Icon::Shrink } else { Icon::Expand })}
                    </button>
                    <Menu label=format!("Actions of {title}") actions=Callback::new(move |()| panel.actions(canvas, full))/>
                </div>
            </figcaption>
            <div
                class="plot"
                node_ref=plot
                data-raised=move || if raised.get() { "true" } else { "false" }
                on:pointerdown=move |event| hand.down(&event)
                on:pointermove=move |event| hand.moved(&event)
                on:pointerup=move |event| hand.up(&event)
                on:pointercancel=move |_| hand.cancel()
                on:pointerleave=move |_| hand.leave()
                on:dblclick=move |_| hand.zoom_out()
                on:wheel=move |event| hand.wheel(&event)
            >
                <div class="plot-canvases">
                <canvas class="plot-axes" node_ref=canvas.axes></canvas>
                <canvas class="plot-series" node_ref=canvas.series></canvas>
                <canvas class="plot-raised" node_ref=canvas.raised role="img" aria-label=move || summary.get()></canvas>
                </div>
                <div class="crosshair" style=crosshair></div>
                {select_style}
                <Tooltip near size axis/>
                {move || panel.message()}
            </div>
            <Foot panel notes/>
        </figure>
    }
    .into_any()
}

impl Panel {
    /// Draws whenever the frame, the runs shown, the axes, the size or the theme change.
    fn draw(
        self,
        canvas: LineCanvas,
        seen: ReadSignal<bool>,
        size: ReadSignal<(f64, f64)>,
        theme: ThemeState,
        summary: RwSignal<String>,
        notes: RwSignal<Vec<String>>,
    ) {
        let workspace = self.workspace;
        let y_range = workspace.view({
            let metric = self.metric.get_value();
            move |view| view.panels.get(&metric).and_then(|panel| panel.y_range)
        });
        Effect::new(move |_| {
            if !seen.get() {
                return;
            }
            let (y, outliers) = self.look.with(|look| (look.y, look.outliers));
            let (dark, (width, height)) = (theme.dark.get(), size.get());
            let Some(frame) = self.frame.get() else { return };
            if width < 1.0 || height < 1.0 {
                return;
            }
            let chart = LineChart {
                metric: self.metric.get_value(),
                x: frame.request.x.into(),
                x_domain: frame.request.range.map(|[from, to]| [from as f64, to as f64]),
                y_kind: scale_kind(y),
                y_domain: match (y_range.get(), outliers) {
                    (Some(range), _) => YDomain::Fixed(range),
                    (None, Outliers::Auto) => YDomain::Auto,
                    (None, Outliers::Hide) => YDomain::Robust(OUTLIERS),
                    (None, Outliers::Show) => YDomain::All,
                },
                utc_offset_minutes: utc_offset_minutes(),
                lines: self.lines(&frame, dark),
                ..LineChart::default()
            };
            let scale = window().device_pixel_ratio();
            let size_dpx = ((width * scale).round() as u32, (height * scale).round() as u32);
            self.drawing.set(true);
            summary.set(chart.summary());
            canvas.draw(chart, size_dpx, page_theme(dark, scale), move || {
                if let Some(picture) = canvas.picture() {
                    notes.try_set(picture.layout.notes.clone());
                }
                self.drawn.try_set(true);
                self.drawing.try_set(false);
            });
        });
    }

    /// A line for each run that is shown, in the order of the run list from the bottom up.
    fn lines(self, frame: &PanelFrame, dark: bool) -> Vec<Line> {
        let runs = self.workspace.runs;
        let drawn = runs.drawn.get();
        let list = runs.list.get();
        let mut shown: Vec<_> = frame
            .series
            .iter()
            .filter_map(|(run, series)| Some((*drawn.get(run)?, list.row_of(*run)?, series)))
            .collect();
        shown.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
        let line = |(_, row, series): (usize, &Arc<data::run::RunRow>, &crate::state::frames::PanelSeries)| {
            let (name, color) = (row.name.clone(), palette_color(row.color as usize, dark));
            match &series.smoothed {
                Some(smoothed) => {
                    Line::new(row.run_id, name, smoothed.clone(), color).with_original(series.points.clone())
                }
                None => Line::new(row.run_id, name, series.points.clone(), color),
            }
        };
        shown.into_iter().map(line).collect()
    }

    fn toggle_full(self) {
        let metric = self.metric.get_value();
        self.workspace.change("full screen", |view| {
            view.full = (view.full.as_ref() != Some(&metric)).then_some(metric);
        });
    }

    /// What lies over the plot while there is nothing to draw.
    fn message(self) -> Option<AnyView> {
        if let Some(error) = self.error.get() {
            let retry = move |_| {
                self.error.set(None);
                if let Some(frame) = self.frame.get_untracked() {
                    self.fetch(frame.request.clone());
                } else {
                    self.workspace.runs.reload();
                }
            };
            return Some(
                view! {
                    <div class="plot-message" role="alert">
                        <p>{error.to_string()}</p>
                        <button type="button" class="button" on:click=retry>"Try again"</button>
                    </div>
                }
                .into_any(),
            );
        }
        let Some(frame) = self.frame.get() else {
            return (!self.drawn.get()).then(|| view! { <div class="skeleton plot-skeleton"></div> }.into_any());
        };
        let drawn = self.workspace.runs.drawn.get();
        let points =
            frame.series.iter().filter(|(run, _)| drawn.contains_key(run)).any(|(_, series)| !series.points.is_empty());
        if points {
            return None;
        }
        let words = match (drawn.is_empty(), frame.request.range) {
            (true, _) => "No run is shown. Show some in the run list.",
            (false, Some(_)) => "No run that is shown has points in this range. Double-click to zoom out.",
            (false, None) => "None of the runs that are shown logged this metric.",
        };
        Some(view! { <div class="plot-message"><p>{words}</p></div> }.into_any())
    }

    fn actions(self, canvas: LineCanvas, full: bool) -> Vec<Action> {
        let action = |words: &str, key: &'static str, run: Callback<()>| Action { words: words.to_owned(), key, run };
        let workspace = self.workspace;
        let set_scale = move |scale: Option<YScale>| {
            Callback::new(move |()| {
                let metric = self.metric.get_value();
                workspace.change("panel scale", |view| view.change_panel(&metric, |panel| panel.lines.y = scale));
            })
        };
        let mut actions = vec![
            action(
                if full { "Leave full screen" } else { "Full screen" },
                "F",
                Callback::new(move |()| self.toggle_full()),
            ),
            action("Copy link to this panel", "", Callback::new(move |()| self.copy_link())),
            action("Save as PNG", "", Callback::new(move |()| self.save_png(canvas))),
            action("Save points as CSV", "", Callback::new(move |()| self.save_csv())),
        ];
        let own = workspace.view_now(|view| view.panels.get(&self.metric.get_value()).and_then(|panel| panel.lines.y));
        for (scale, words) in
            [(YScale::Linear, "Linear y here"), (YScale::Log, "Log y here"), (YScale::Symlog, "Symlog y here")]
        {
            if own != Some(scale) {
                actions.push(action(words, "", set_scale(Some(scale))));
            }
        }
        if own.is_some() {
            actions.push(action("Y scale as elsewhere", "", set_scale(None)));
        }
        actions
    }

    fn copy_link(self) {
        let view = data::view::View { full: Some(self.metric.get_value()), ..self.workspace.view_now(Clone::clone) };
        let location = window().location();
        if let (Ok(origin), Ok(path)) = (location.origin(), location.pathname()) {
            let code = crate::url::code_of_view(&view).unwrap_or_default();
            let _ = window().navigator().clipboard().write_text(&format!("{origin}{path}?view={code}"));
        }
    }

    fn save_png(self, canvas: LineCanvas) {
        let name = format!("{}.png", file_name(&self.metric.get_value()));
        to_png(&canvas, move |blob| crate::ui::save::save(&blob, &name));
    }

    /// Saves the points of the runs shown: `run_id,run,x,value`, a smoothed value where there is one.
    fn save_csv(self) {
        let Some(frame) = self.frame.get_untracked() else { return };
        let list = self.workspace.runs.list.get_untracked();
        let drawn = self.workspace.runs.drawn.get_untracked();
        let x = match frame.request.x {
            XAxis::Step => "step",
            XAxis::RelativeTime => "relative_millis",
            XAxis::ActiveTime => "active_millis",
            XAxis::WallTime => "wall_millis",
            XAxis::Metric => "x",
        };
        let mut text = format!("run_id,run,{x},value\n");
        for (run, series) in frame.series.iter().filter(|(run, _)| drawn.contains_key(run)) {
            let name = list.row_of(*run).map_or(String::new(), |row| crate::ui::save::csv_cell(&row.name));
            for (x, y) in series.points.x.iter().zip(&series.points.y) {
                text.push_str(&format!("{run},{name},{x},{y}\n"));
            }
        }
        crate::ui::save::save_text(&text, "text/csv", &format!("{}.csv", file_name(&self.metric.get_value())));
    }
}

fn scale_kind(scale: YScale) -> ScaleKind {
    match scale {
        YScale::Linear => ScaleKind::Linear,
        YScale::Log => ScaleKind::Log,
        YScale::Symlog => ScaleKind::Symlog,
    }
}

/// The reader's zone, minutes east of UTC.
pub(super) fn utc_offset_minutes() -> i32 {
    -(js_sys::Date::new_0().get_timezone_offset() as i32)
}

fn file_name(metric: &str) -> String {
    metric.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect()
}
