//! One plot of a line panel: its canvases, and what stands above them.

use super::{
    line::Panel,
    line_canvas::{LineCanvas, page_theme},
    line_hand::{Hand, Selection},
    tooltip::{Near, Tooltip, room_beside},
};
use crate::ui::{observe::size_of, theme::ThemeState};
use charts::{line::Owner, panel::Around};
use leptos::{html, prelude::*};

/// The plot of one facet; of the whole panel, if it has none.
#[component]
pub(super) fn Plot(panel: Panel, facet: usize, name: String) -> impl IntoView {
    let plot = NodeRef::<html::Div>::new();
    let canvas = LineCanvas::new();
    let size = size_of(plot);
    let summary = RwSignal::new(String::new());
    if facet == 0 {
        panel.ask(size);
    }
    let of = Facet { panel, facet, canvas, summary };
    of.draw(size);
    let raised = of.raise();
    let near = RwSignal::new(None::<Near>);
    let selection = RwSignal::new(None::<Selection>);
    let hand = Hand { panel, canvas, plot, near, selection };
    // Measured where the pointer comes in, for at every move it would cost a layout of the page.
    let room = StoredValue::new((0.0, 0.0));
    let measure = move || {
        if let Some(plot) = plot.get_untracked() {
            room.set_value(room_beside(&plot));
        }
    };
    panel.hands.update_value(|hands| {
        hands.insert(facet, hand);
    });
    let crosshair = move || {
        panel.drawing.track();
        let hidden = || "visibility: hidden".to_owned();
        let Some(cursor) = panel.workspace.cursor.get() else { return hidden() };
        let Some(picture) = canvas.picture() else { return hidden() };
        let Some(x) = panel.x_of_cursor(&cursor) else { return hidden() };
        let px = picture.layout.x.px_from(x);
        let inside = (f64::from(picture.layout.plot.x0)..=f64::from(picture.layout.plot.x1)).contains(&px);
        if inside {
            format!("visibility: visible; transform: translateX({}px)", px / picture.theme.scale)
        } else {
            hidden()
        }
    };
    let axis = Signal::derive(move || panel.x_quantity().name().to_owned());
    let select_style =
        move || selection.get().map(|selection| view! { <div class="selection" style=selection.style()></div> });
    on_cleanup(move || {
        panel.drawing.try_update(|drawing| *drawing &= !(1 << facet));
        panel.notes.try_update(|notes| notes.remove(&facet));
        panel.hands.try_update_value(|hands| hands.remove(&facet));
    });
    let named = (!name.is_empty()).then(|| view! { <div class="facet-name" title=name.clone()>{name.clone()}</div> });
    let label = move || if name.is_empty() { summary.get() } else { format!("{name}: {}", summary.get()) };
    view! {
        <div class="facet">
            {named}
            <div class="plot" node_ref=plot
                data-raised=move || if raised.get() { "true" } else { "false" }
                on:pointerdown=move |event| hand.down(&event)
                on:pointerenter=move |_| measure()
                on:pointermove=move |event| hand.moved(&event)
                on:pointerup=move |event| hand.up(&event)
                on:pointercancel=move |_| hand.cancel()
                on:pointerleave=move |_| hand.leave()
                on:dblclick=move |_| hand.zoom_out()
                on:wheel=move |event| hand.wheel(&event)>
                <div class="plot-canvases">
                    <canvas class="plot-axes" node_ref=canvas.axes></canvas>
                    <canvas class="plot-series" node_ref=canvas.series></canvas>
                    <canvas class="plot-raised" node_ref=canvas.raised role="img" aria-label=label></canvas>
                </div>
                <div class="crosshair" style=crosshair></div>
                {select_style}
                <Tooltip near size room axis/>
            </div>
        </div>
    }
    .into_any()
}

/// One facet of a panel.
#[derive(Clone, Copy)]
struct Facet {
    panel: Panel,
    facet: usize,
    canvas: LineCanvas,
    summary: RwSignal<String>,
}

impl Facet {
    /// Draws whenever the lines, the axes, the size or the theme change.
    fn draw(self, size: ReadSignal<(f64, f64)>) {
        let panel = self.panel;
        let theme = expect_context::<ThemeState>();
        let own = panel.workspace.view({
            let key = panel.key.get_value();
            move |view| view.panels.get(&key).map(|panel| (panel.y_range, panel.notes.clone())).unwrap_or_default()
        });
        Effect::new(move |_| {
            if !panel.seen.get() {
                self.canvas.forget();
                return;
            }
            let (dark, (width, height)) = (theme.dark.get(), size.get());
            if width < 1.0 || height < 1.0 || panel.frames.with(|frames| frames.is_empty()) {
                return;
            }
            let (y_range, notes) = own.get();
            let chart = panel.look.with(|look| {
                let around = Around {
                    title: panel.title.get(),
                    look,
                    range: panel.range.get(),
                    y_range,
                    notes: &notes,
                    utc_offset_minutes: utc_offset_minutes(),
                };
                panel.drawn.with(|drawn| drawn.facet(&around, self.facet))
            });
            let scale = window().device_pixel_ratio();
            let size_dpx = ((width * scale).round() as u32, (height * scale).round() as u32);
            let page = page_theme(dark, scale);
            panel.drawing.update(|drawing| *drawing |= 1 << self.facet);
            self.summary.set(chart.summary());
            self.canvas.draw(chart, size_dpx, page, move || self.done());
        });
    }

    fn done(self) {
        if let Some(picture) = self.canvas.picture() {
            let notes = picture.layout.notes.clone();
            self.panel.notes.try_update(|all| all.insert(self.facet, notes));
        }
        self.panel.pictured.try_set(true);
        self.panel.drawing.try_update(|drawing| *drawing &= !(1 << self.facet));
    }

    /// Keeps what stands out above the others; says whether there is anything.
    fn raise(self) -> RwSignal<bool> {
        let panel = self.panel;
        let raised = RwSignal::new(false);
        let standing_out = panel.workspace.raised();
        Effect::new(move |_| {
            // A new picture raises anew.
            panel.drawing.track();
            let runs = standing_out.get();
            if !panel.seen.get_untracked() {
                return;
            }
            let owners = panel.drawn.with_untracked(|drawn| {
                let groups = drawn.groups.iter().zip(0..);
                let groups = groups.filter(|(members, _)| runs.iter().any(|run| members.contains(run)));
                let groups = groups.map(|(_, index)| Owner::Group(index));
                groups.chain(runs.iter().map(|run| Owner::Run(*run))).collect::<Vec<_>>()
            });
            let shown = self.canvas.raise(&owners);
            if raised.get_untracked() != shown {
                raised.set(shown);
            }
        });
        raised
    }
}

/// The reader's zone, minutes east of UTC.
pub fn utc_offset_minutes() -> i32 {
    -(js_sys::Date::new_0().get_timezone_offset() as i32)
}
