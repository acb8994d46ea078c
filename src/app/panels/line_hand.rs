//! What the hand does on a line panel: point, zoom, pan, pin.

use super::{
    line::Panel,
    line_canvas::{LineCanvas, Picture},
    tooltip::{Near, near},
};
use crate::state::Cursor;
use charts::line::Owner;
use data::run::RunId;
use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// A press that moves less than this many CSS pixels is a click.
const CLICK_PX: f64 = 4.0;
/// How much one notch of the wheel zooms.
const WHEEL_ZOOM: f64 = 1.25;

/// What is being dragged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Selection {
    from: (f64, f64),
    to: (f64, f64),
    what: Drag,
    /// The plot, CSS pixels: left, top, right, bottom.
    plot: [f64; 4],
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Drag {
    /// Choose a range of x.
    ZoomX,
    /// Choose a range of x and y.
    ZoomBoth,
    /// Move along x.
    Pan,
}

impl Selection {
    fn moved_px(&self) -> f64 {
        (self.to.0 - self.from.0).hypot(self.to.1 - self.from.1)
    }

    /// Where the selection lies, as a style.
    pub fn style(&self) -> String {
        if self.what == Drag::Pan || self.moved_px() < CLICK_PX {
            return "display: none".to_owned();
        }
        let [left, top, right, bottom] = self.plot;
        let clamp = |v: f64, from: f64, to: f64| v.clamp(from, to.max(from));
        let (x0, x1) = (clamp(self.from.0.min(self.to.0), left, right), clamp(self.from.0.max(self.to.0), left, right));
        let (y0, y1) = match self.what {
            Drag::ZoomBoth => {
                (clamp(self.from.1.min(self.to.1), top, bottom), clamp(self.from.1.max(self.to.1), top, bottom))
            }
            Drag::ZoomX | Drag::Pan => (top, bottom),
        };
        format!("left: {x0}px; top: {y0}px; width: {}px; height: {}px", x1 - x0, y1 - y0)
    }
}

/// The hand on one plot of a panel.
#[derive(Clone, Copy)]
pub(super) struct Hand {
    /// The panel, whose workspace hears what the hand does.
    pub panel: Panel,
    /// What is on the screen.
    pub canvas: LineCanvas,
    /// The element that positions are counted from.
    pub plot: NodeRef<html::Div>,
    /// What the pointer is near to, for the tooltip.
    pub near: RwSignal<Option<Near>>,
    /// What is being dragged.
    pub selection: RwSignal<Option<Selection>>,
}

impl Hand {
    fn at(&self, event: &web_sys::MouseEvent) -> Option<(f64, f64)> {
        let bounds = self.plot.get_untracked()?.get_bounding_client_rect();
        Some((f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top()))
    }

    /// The button went down.
    pub fn down(&self, event: &ev::PointerEvent) {
        let (Some(at), Some(picture)) = (self.at(event), self.canvas.picture()) else { return };
        if event.button() != 0 || event.pointer_type() == "touch" {
            return;
        }
        if let Some(plot) = self.plot.get_untracked() {
            let _ = plot.set_pointer_capture(event.pointer_id());
            focus_panel(&plot);
        }
        let what = match (event.alt_key(), event.shift_key()) {
            (true, _) => Drag::Pan,
            (false, true) => Drag::ZoomBoth,
            (false, false) => Drag::ZoomX,
        };
        let (plot, scale) = (picture.layout.plot, picture.theme.scale);
        let css = [plot.x0, plot.y0, plot.x1, plot.y1].map(|edge| f64::from(edge) / scale);
        self.selection.set(Some(Selection { from: at, to: at, what, plot: css }));
        event.prevent_default();
    }

    /// The pointer moved, pressed or not.
    pub fn moved(&self, event: &ev::PointerEvent) {
        let Some(at) = self.at(event) else { return };
        match self.selection.get_untracked() {
            Some(selection) => {
                let selection = Selection { to: at, ..selection };
                self.selection.set(Some(selection));
                if selection.moved_px() >= CLICK_PX {
                    self.near.set(None);
                    self.shift(if selection.what == Drag::Pan { at.0 - selection.from.0 } else { 0.0 });
                }
            }
            None => self.point(at),
        }
    }

    /// Points at what lies at `at`.
    fn point(&self, at: (f64, f64)) {
        let Some(picture) = self.canvas.picture() else { return };
        let scale = picture.theme.scale;
        let inside = picture.layout.plot.contains(at.0 * scale, at.1 * scale);
        let found = if inside { near(&picture, at, |line| self.panel.told(line)) } else { None };
        let workspace = self.panel.workspace;
        let cursor = inside.then(|| {
            let at = self.panel.value_of_x(picture.layout.x.value_from(at.0 * scale));
            self.panel.look.with_untracked(|look| Cursor { x: look.x, x_metric: look.x_metric.clone(), at })
        });
        if workspace.cursor.with_untracked(|before| *before != cursor) {
            workspace.cursor.set(cursor);
        }
        self.point_at(found.as_ref().map(|near| near.nearest));
        if self.near.with_untracked(|before| *before != found) {
            self.near.set(found);
        }
    }

    /// Raises the runs of `owner` everywhere.
    fn point_at(&self, owner: Option<Owner>) {
        point_at(self.panel, owner);
    }

    /// The button went up: zooms, pans, or pins what was clicked.
    pub fn up(&self, event: &ev::PointerEvent) {
        let Some(selection) = self.selection.get_untracked() else { return };
        self.cancel();
        let Some(picture) = self.canvas.picture() else { return };
        if selection.moved_px() < CLICK_PX && (event.ctrl_key() || event.meta_key()) {
            let x = picture.layout.x.value_from(selection.to.0 * picture.theme.scale);
            self.panel.add_note(Some(self.panel.value_of_x(x)));
        } else if selection.moved_px() < CLICK_PX {
            self.pin();
        } else {
            match selection.what {
                Drag::Pan => self.pan(&picture, selection.to.0 - selection.from.0),
                Drag::ZoomX | Drag::ZoomBoth => self.zoom(&picture, selection),
            }
        }
        event.prevent_default();
    }

    /// What was dragged is let go without effect.
    pub fn cancel(&self) {
        self.selection.set(None);
        self.shift(0.0);
    }

    /// The pointer left the plot.
    pub fn leave(&self) {
        if self.selection.with_untracked(Option::is_none) {
            self.near.set(None);
            self.panel.workspace.cursor.set(None);
            self.point_at(None);
        }
    }

    /// Pins what is under the pointer, or lets it go.
    fn pin(&self) {
        if let Some(owner) = self.near.with_untracked(|near| near.as_ref().map(|near| near.nearest)) {
            pin(self.panel, owner);
        }
    }

    fn zoom(&self, picture: &Picture, selection: Selection) {
        let scale = picture.theme.scale;
        let [left, top, right, bottom] = selection.plot;
        let x_at = |px: f64| picture.layout.x.value_from(px.clamp(left, right) * scale);
        let y_at = |px: f64| picture.layout.y.value_from(px.clamp(top, bottom) * scale);
        let (from, to) = (selection.from.0.min(selection.to.0), selection.from.0.max(selection.to.0));
        let y = match selection.what {
            Drag::ZoomBoth => {
                Some([y_at(selection.from.1.max(selection.to.1)), y_at(selection.from.1.min(selection.to.1))])
            }
            Drag::ZoomX | Drag::Pan => None,
        };
        let (key, look) = (self.panel.key.get_value(), self.panel.look.get_untracked());
        self.panel.workspace.zoom(&key, &look, Some(self.values([x_at(from), x_at(to)])), y);
    }

    /// The range of steps, milliseconds or values that lies between two places along x.
    fn values(&self, ends: [f64; 2]) -> [f64; 2] {
        let ends = ends.map(|end| self.panel.value_of_x(end));
        if self.panel.look.with_untracked(|look| look.x == data::frame::XAxis::Metric) {
            ends
        } else {
            data::view::whole(ends).map(|end| end as f64)
        }
    }

    /// Shows the part of x between two places, or all of it.
    fn show(&self, topic: &'static str, ends: Option<[f64; 2]>) {
        let range = ends.map(|ends| self.values(ends));
        let (key, look) = (self.panel.key.get_value(), self.panel.look.get_untracked());
        self.panel.workspace.change(topic, |view| view.set_x_range(&key, &look, range));
    }

    fn pan(&self, picture: &Picture, by_px: f64) {
        let (x, scale) = (&picture.layout.x, picture.theme.scale);
        let [from, to] = x.range();
        self.show("pan", Some([x.value_from(from - by_px * scale), x.value_from(to - by_px * scale)]));
    }

    /// Moves the picture while it is dragged; it is drawn anew when the hand rests.
    fn shift(&self, by_px: f64) {
        if let Some(series) = self.canvas.series.get_untracked() {
            let moved = if by_px == 0.0 { String::new() } else { format!("translateX({by_px}px)") };
            let style = web_sys::HtmlElement::style(&series);
            if style.get_property_value("transform").unwrap_or_default() != moved {
                let _ = style.set_property("transform", &moved);
            }
        }
    }

    /// What keys do on a panel that has the focus: `+` and `-` zoom, Shift with an arrow moves, `0` shows
    /// all. Says whether the key was one of these.
    pub fn key(&self, event: &ev::KeyboardEvent) -> bool {
        let Some(picture) = self.canvas.picture() else { return false };
        let [left, right] = picture.layout.x.range();
        let width = right - left;
        let (from, to) = match event.key().as_str() {
            "+" | "=" => (left + width / 4.0, right - width / 4.0),
            "-" => (left - width / 2.0, right + width / 2.0),
            "ArrowLeft" if event.shift_key() => (left - width / 4.0, right - width / 4.0),
            "ArrowRight" if event.shift_key() => (left + width / 4.0, right + width / 4.0),
            "0" => {
                self.show("zoom", None);
                return true;
            }
            _ => return false,
        };
        self.show("key zoom", Some([picture.layout.x.value_from(from), picture.layout.x.value_from(to)]));
        true
    }

    /// Goes back to the range before the last zoom.
    pub fn zoom_out(&self) {
        let (key, look) = (self.panel.key.get_value(), self.panel.look.get_untracked());
        self.panel.workspace.zoom_back(&key, &look);
    }

    /// Zooms at the pointer when Ctrl is held; else the page scrolls.
    pub fn wheel(&self, event: &ev::WheelEvent) {
        if !event.ctrl_key() && !event.meta_key() {
            return;
        }
        event.prevent_default();
        let (Some(at), Some(picture)) = (self.at(event), self.canvas.picture()) else { return };
        let x = &picture.layout.x;
        let [left, right] = x.range();
        let center = (at.0 * picture.theme.scale).clamp(left, right);
        let factor = if event.delta_y() < 0.0 { 1.0 / WHEEL_ZOOM } else { WHEEL_ZOOM };
        let ends = [center - (center - left) * factor, center + (right - center) * factor];
        self.show("wheel zoom", Some(ends.map(|end| x.value_from(end))));
    }
}

/// Gives the keys to the panel around `plot`: a press that we take for ourselves does not move the focus.
fn focus_panel(plot: &web_sys::Element) {
    let panel = plot.closest("figure").ok().flatten();
    if let Some(panel) = panel.and_then(|panel| panel.dyn_into::<web_sys::HtmlElement>().ok()) {
        let options = web_sys::FocusOptions::new();
        options.set_prevent_scroll(true);
        let _ = panel.focus_with_options(&options);
    }
}

/// The runs of `owner`.
fn runs_of(panel: Panel, owner: Owner) -> Arc<Vec<RunId>> {
    match owner {
        Owner::Run(run) => Arc::new(vec![run]),
        Owner::Group(group) => {
            panel.drawn.with_untracked(|drawn| drawn.groups.get(group as usize).cloned().unwrap_or_default())
        }
    }
}

/// Raises the runs of `owner` in every panel and list.
pub(super) fn point_at(panel: Panel, owner: Option<Owner>) {
    let workspace = panel.workspace;
    let run = owner.and_then(Owner::run);
    let group = owner.filter(|owner| owner.run().is_none()).map(|owner| runs_of(panel, owner)).unwrap_or_default();
    if workspace.hovered.get_untracked() != run {
        workspace.hovered.set(run);
    }
    if workspace.hovered_group.with_untracked(|before| **before != *group) {
        workspace.hovered_group.set(group);
    }
}

/// Pins the runs of `owner`; lets them go if all of them are pinned.
pub(super) fn pin(panel: Panel, owner: Owner) {
    let runs = runs_of(panel, owner);
    panel.workspace.change("pin", |view| {
        let pinned = runs.iter().all(|run| view.pinned.contains(&run.short()));
        for run in runs.iter().map(|run| run.short()) {
            if view.pinned.contains(&run) == pinned {
                view.pin(&run);
            }
        }
    });
}
