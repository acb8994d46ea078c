//! The heads of the axes: titles that are dragged sideways, and off to be removed, and what a menu changes.

use super::{parallel::Panel, parallel_hand::set_brush};
use crate::ui::menu::{Action, Menu};
use charts::parallel::Axis;
use data::{
    brush::Brush,
    column::Column,
    view::{AxisKind, ParallelView},
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// A press that moves less than this many CSS pixels is a click.
const CLICK_PX: f64 = 4.0;
/// How far up a title is dragged to remove its axis, CSS pixels.
const OFF_PX: f64 = 48.0;
/// How far a key moves a brush, as a share of the axis.
const KEY_STEP: f64 = 0.05;

/// Ways to spread values, with their words, and whether texts can be spread so.
const KINDS: [(AxisKind, &str, bool); 7] = [
    (AxisKind::Linear, "Linear", false),
    (AxisKind::Log, "Log", false),
    (AxisKind::Percentile, "Percentile", false),
    (AxisKind::Time, "Time", false),
    (AxisKind::ByNumber, "Categories by number", true),
    (AxisKind::ByText, "Categories by text", true),
    (AxisKind::ByMean, "Categories by mean", true),
];

/// What a head says of a kind.
fn short(kind: AxisKind) -> &'static str {
    match kind {
        AxisKind::Auto | AxisKind::Linear => "",
        AxisKind::Log => "log",
        AxisKind::Percentile => "rank",
        AxisKind::Time => "time",
        AxisKind::ByNumber => "categories",
        AxisKind::ByText => "by text",
        AxisKind::ByMean => "by mean",
    }
}

/// Where a title is being dragged.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Drag {
    from: (f64, f64),
    to: (f64, f64),
}

impl Drag {
    fn by(&self) -> (f64, f64) {
        (self.to.0 - self.from.0, self.to.1 - self.from.1)
    }

    fn moved(&self) -> bool {
        self.by().0.hypot(self.by().1) >= CLICK_PX
    }
}

/// A head for each axis, where the picture has it.
#[component]
pub(super) fn Heads(panel: Panel) -> impl IntoView {
    let places = Memo::new(move |_| {
        panel.drawn.track();
        let picture = panel.canvas.picture();
        let place = |(axis, place): (&Arc<Axis>, &charts::parallel::layout::AxisPlace)| (axis.column.clone(), place.x);
        picture.map_or(Vec::new(), |picture| {
            let places = picture.chart.axes.iter().zip(&picture.layout.axes).map(place);
            places.map(|(column, x)| (column, x / picture.theme.scale)).collect::<Vec<_>>()
        })
    });
    view! {
        <div class="axis-heads" role="group" aria-label="Axes">
            <For
                each=move || places.get().into_iter().map(|(column, _)| column)
                key=Column::to_string
                children=move |column| view! { <Head panel column places/> }
            />
        </div>
    }
    .into_any()
}

#[component]
fn Head(panel: Panel, column: Column, places: Memo<Vec<(Column, f64)>>) -> impl IntoView {
    let drag = RwSignal::new(None::<Drag>);
    let of = StoredValue::new(column.clone());
    let node = NodeRef::<html::Div>::new();
    let head = HeadOf { panel, of, moved_by_key: StoredValue::new(false) };
    let at = Memo::new(move |_| {
        places.with(|places| of.with_value(|of| places.iter().position(|(column, _)| column == of)))
    });
    let style = move || {
        let x = at.get().map_or(0.0, |at| places.with(|places| places[at].1));
        let gap = places.with(|places| if places.len() > 1 { places[1].1 - places[0].1 } else { 200.0 });
        let (dx, dy) = drag.get().filter(Drag::moved).map_or((0.0, 0.0), |drag| drag.by());
        format!("left: {x}px; width: {}px; transform: translate(calc(-50% + {dx}px), {dy}px)", (gap - 4.0).min(180.0))
    };
    let note = move || {
        head.axis().map(|axis| {
            let down = if axis.inverted { "↓ " } else { "" };
            format!("{down}{}", short(axis.kind))
        })
    };
    let place = |event: &ev::PointerEvent| (f64::from(event.client_x()), f64::from(event.client_y()));
    let down = move |event: ev::PointerEvent| {
        if event.button() == 0 {
            drag.set(Some(Drag { from: place(&event), to: place(&event) }));
        }
    };
    let moved = move |event: ev::PointerEvent| {
        let Some(now) = drag.get_untracked() else { return };
        let next = Drag { to: place(&event), ..now };
        if next.moved() && !now.moved() {
            // Only now, so that a click still reaches the button.
            let element = event.current_target().map(JsCast::unchecked_into::<web_sys::Element>);
            element.map(|element| element.set_pointer_capture(event.pointer_id()));
        }
        drag.set(Some(next));
    };
    let up = move |_| {
        if let Some(done) = drag.get_untracked().filter(Drag::moved) {
            let (dx, dy) = done.by();
            if dy < -OFF_PX {
                head.remove();
            } else if let Some(at) = at.get_untracked() {
                places.with_untracked(|places| {
                    let x = places[at].1 + dx;
                    let before =
                        places.iter().enumerate().filter(|(other, (_, place))| *other != at && *place < x).count();
                    head.move_to(before);
                });
            }
        }
        drag.set(None);
    };
    let state = move || match drag.get() {
        Some(drag) if drag.by().1 < -OFF_PX => "off",
        Some(drag) if drag.moved() => "dragged",
        _ => "still",
    };
    Effect::new(move |_| {
        at.track();
        if head.moved_by_key.get_value() {
            head.moved_by_key.set_value(false);
            // An element that moved lost the focus; it is in its new place by the next frame.
            request_animation_frame(move || {
                let button = node.get_untracked().and_then(|node| node.query_selector("button").ok().flatten());
                if let Some(button) = button {
                    let _ = button.unchecked_into::<web_sys::HtmlElement>().focus();
                }
            });
        }
    });
    let side = move || if at.get().is_some_and(|at| at * 2 >= places.with(Vec::len)) { "right" } else { "left" };
    let title = column.label();
    view! {
        <div class="axis-head" node_ref=node style=style data-state=state data-side=side
            on:pointerdown=down on:pointermove=moved on:pointerleave=moved on:pointerup=up on:pointercancel=move |_| drag.set(None)
            on:keydown=move |event| head.key(&event)>
            <Menu label=format!("Axis {title}") words=title actions=Callback::new(move |()| head.actions())/>
            <span class="axis-note">{note}</span>
        </div>
    }
    .into_any()
}

/// What can be done with one axis.
#[derive(Clone, Copy)]
struct HeadOf {
    panel: Panel,
    of: StoredValue<Column>,
    /// Whether a key moved it, so that it takes the focus along.
    moved_by_key: StoredValue<bool>,
}

impl HeadOf {
    fn axis(self) -> Option<Arc<Axis>> {
        let column = self.of.try_get_value()?;
        self.panel.parallel.with(|parallel| parallel.chart.axes.iter().find(|axis| axis.column == column).cloned())
    }

    fn change(self, topic: &'static str, change: impl FnOnce(&mut ParallelView, &Column)) {
        let column = self.of.get_value();
        self.panel.workspace.change(topic, |view| change(&mut view.parallel, &column));
    }

    fn columns(self) -> Vec<Column> {
        let axes = |axes: &[Arc<Axis>]| axes.iter().map(|axis| axis.column.clone()).collect();
        self.panel.parallel.with_untracked(|parallel| axes(&parallel.chart.axes))
    }

    fn remove(self) {
        let mut columns = self.columns();
        self.change("remove axis", |view, column| {
            columns.retain(|other| other != column);
            // No axes would mean those that the runs suggest.
            if !columns.is_empty() {
                view.axes = columns;
            }
        });
        let column = self.of.get_value();
        self.panel.workspace.change("remove axis", |view| {
            view.brushes.remove(&column);
        });
    }

    /// Makes it the axis with `before` others on its left.
    fn move_to(self, before: usize) {
        let mut columns = self.columns();
        self.change("move axis", |view, column| {
            columns.retain(|other| other != column);
            columns.insert(before.min(columns.len()), column.clone());
            view.axes = columns;
        });
    }

    fn move_by(self, step: isize) {
        let column = self.of.get_value();
        if let Some(at) = self.columns().iter().position(|other| *other == column) {
            self.moved_by_key.set_value(true);
            self.move_to(at.saturating_add_signed(step));
        }
    }

    fn invert(self) {
        self.change("invert axis", |view, column| {
            if !view.inverted.remove(column) {
                view.inverted.insert(column.clone());
            }
        });
    }

    fn brush(self, change: impl FnOnce(&Axis, Brush) -> Brush) {
        if let Some(axis) = self.axis() {
            let brush = self.panel.workspace.view_now(|view| view.brushes.get(&axis.column).cloned());
            set_brush(self.panel.workspace, &axis.column, change(&axis, brush.unwrap_or_default()));
        }
    }

    /// Moves the brush up or down, or makes it wider; makes one in the middle if there is none.
    fn brush_by_key(self, up: f64, wider: bool) {
        self.brush(|axis, brush| match axis.parts(&brush).last() {
            None => axis.brush_between(0.375, 0.625),
            Some(part) if wider => axis.brush_between(part.low, (part.high + up).max(part.low + KEY_STEP)),
            Some(part) => {
                let by = up.clamp(-part.low, 1.0 - part.high);
                axis.brush_between(part.low + by, part.high + by)
            }
        });
    }

    /// Arrows move the axis and its brush, `I` inverts, `Delete` removes, `Backspace` clears the brush.
    fn key(self, event: &ev::KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "ArrowLeft" => self.move_by(-1),
            "ArrowRight" => self.move_by(1),
            "ArrowUp" => self.brush_by_key(KEY_STEP, event.shift_key()),
            "ArrowDown" => self.brush_by_key(-KEY_STEP, event.shift_key()),
            "i" => self.invert(),
            "Delete" => self.remove(),
            "Backspace" => self.brush(|_, _| Brush::default()),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    }

    fn actions(self) -> Vec<Action> {
        let Some(axis) = self.axis() else { return Vec::new() };
        let action = |words: &str, key, run| Action { words: words.to_owned(), key, run };
        let mut actions = vec![action("Invert", "I", Callback::new(move |()| self.invert()))];
        let texts = axis.has_texts();
        for (kind, words, for_texts) in KINDS.into_iter().filter(|(kind, ..)| *kind != axis.kind) {
            if for_texts || !texts {
                let choose = Callback::new(move |()| {
                    self.change("axis kind", |view, column| {
                        view.kinds.insert(column.clone(), kind);
                    });
                });
                actions.push(action(words, "", choose));
            }
        }
        let half =
            move |from: f64, to: f64| Callback::new(move |()| self.brush(|axis, _| axis.brush_between(from, to)));
        actions.push(action("Brush the upper half", "", half(0.5, 1.0)));
        actions.push(action("Brush the lower half", "", half(0.0, 0.5)));
        if axis.has_missing() {
            let missing = Callback::new(move |()| self.brush(|_, brush| Brush { missing: !brush.missing, ..brush }));
            actions.push(action("Brush missing values", "", missing));
        }
        let color = Callback::new(move |()| self.change("colour", |view, column| view.color = Some(column.clone())));
        actions.push(action("Colour by this", "", color));
        actions.push(action("Move left", "←", Callback::new(move |()| self.move_by(-1))));
        actions.push(action("Move right", "→", Callback::new(move |()| self.move_by(1))));
        actions.push(action("Remove", "Del", Callback::new(move |()| self.remove())));
        actions
    }
}
