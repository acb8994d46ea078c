//! What a line panel offers beside its picture: its menu, its files, notes, and its place on the board.

use super::{line::Panel, line_canvas::to_png, line_hand::Hand};
use crate::{
    state::{Cursor, Workspace},
    ui::{menu::Action, save},
};
use data::{
    csv,
    frame::XAxis,
    view::{Note, View},
};
use leptos::{ev, html, prelude::*};

/// The action that makes a link to a panel.
const SHARE: &str = "Share this panel";

impl Panel {
    /// The menu.
    pub(super) fn actions(self) -> Vec<Action> {
        let action = |words: &str, key: &'static str, run: Callback<()>| Action { words: words.to_owned(), key, run };
        let (workspace, key) = (self.workspace, self.key);
        let mut actions = vec![
            action("Edit panel", "E", Callback::new(move |()| self.edit())),
            action(
                if self.full { "Leave full screen" } else { "Full screen" },
                "F",
                Callback::new(move |()| self.toggle_full()),
            ),
            action("Duplicate", "D", Callback::new(move |()| workspace.duplicate_panel(&key.get_value()))),
            action("Add a note", "A", Callback::new(move |()| self.add_note(None))),
            action("Copy link to this panel", "", Callback::new(move |()| self.copy_link())),
            action("Add to report", "", Callback::new(move |()| workspace.to_report.set(Some(key.get_value())))),
            action(SHARE, "", Callback::new(move |()| workspace.share_panel(&key.get_value()))),
            action("Save as PNG", "", Callback::new(move |()| self.save_png())),
            action("Save points as CSV", "", Callback::new(move |()| self.save_csv())),
            action("Move forward", "Alt ←", Callback::new(move |()| workspace.step_panel(&key.get_value(), -1))),
            action("Move back", "Alt →", Callback::new(move |()| workspace.step_panel(&key.get_value(), 1))),
            action("Remove", "Del", Callback::new(move |()| workspace.remove_panel(&key.get_value()))),
        ];
        // Who holds a link looks, and takes along what is there.
        if !workspace.can_share() {
            actions.retain(|action| {
                ["Full screen", "Leave full screen", "Save as PNG", "Save points as CSV"]
                    .contains(&action.words.as_str())
            });
        }
        actions
    }

    /// Adds a note at `at`, at the crosshair, or in the middle, and opens the settings to write it.
    pub(super) fn add_note(self, at: Option<f64>) {
        let (x, x_metric) = self.look.with_untracked(|look| (look.x, look.x_metric.clone()));
        let cursor =
            self.workspace.cursor.get_untracked().filter(|cursor| cursor.x == x && cursor.x_metric == x_metric);
        let middle = || {
            let picture = self.hands.with_value(|hands| hands.get(&0).copied())?.canvas.picture()?;
            let [from, to] = picture.layout.x.range();
            Some(self.value_of_x(picture.layout.x.value_from((from + to) / 2.0)))
        };
        let at = at.or(cursor.map(|cursor| cursor.at)).or_else(middle).unwrap_or(0.0);
        // A place finer than anyone points at only fills the address.
        let at = if x == XAxis::Metric { at } else { at.round() };
        let key = self.key.get_value();
        self.workspace.change("add note", |view| {
            view.change_panel(&key, |panel| panel.notes.push(Note { x, x_metric, at, to: None, text: "Note".into() }));
        });
        self.edit();
    }

    /// The step, the milliseconds or the value that lies at `x`, which counts as the chart does.
    pub(super) fn value_of_x(self, x: f64) -> f64 {
        if self.look.with_untracked(|look| look.x == XAxis::Metric) {
            x * self.drawn.with_untracked(|drawn| drawn.x_unit)
        } else {
            x
        }
    }

    /// Where the crosshair lies, counted as the chart does; `None` if it stands on another x.
    pub(super) fn x_of_cursor(self, cursor: &Cursor) -> Option<f64> {
        let same = self.look.with(|look| look.x == cursor.x && look.x_metric == cursor.x_metric);
        let unit = if cursor.x == XAxis::Metric { self.drawn.with_untracked(|drawn| drawn.x_unit) } else { 1.0 };
        same.then_some(cursor.at / unit)
    }

    fn copy_link(self) {
        let view = View { full: Some(self.key.get_value()), ..self.workspace.view_now(Clone::clone) };
        let location = window().location();
        if let (Ok(origin), Ok(path)) = (location.origin(), location.pathname()) {
            let code = crate::url::code_of_view(&view).unwrap_or_default();
            crate::ui::copy::copy(&format!("{origin}{path}?view={code}"));
        }
    }

    fn save_png(self) {
        let name = format!("{}.png", file_name(&self.title.get_untracked()));
        let hands: Vec<Hand> = self.hands.with_value(|hands| hands.values().copied().collect());
        let names = self.drawn.with_untracked(|drawn| drawn.facets.clone());
        let plots: Vec<_> = hands.iter().map(|hand| hand.canvas).zip(names).collect();
        to_png(&plots, if self.full { 4 } else { 2 }, move |blob| save::save(&blob, &name));
    }

    /// Saves the points of the lines shown: `line,run_id,run,x,value`, those of groups with their band and N.
    fn save_csv(self) {
        let (x, metric) = self.look.with_untracked(|look| (look.x, look.x_metric.clone()));
        let x_name = match x {
            XAxis::Step => "step",
            XAxis::RelativeTime => "relative_millis",
            XAxis::ActiveTime => "active_millis",
            XAxis::WallTime => "wall_millis",
            XAxis::Metric => &metric,
        };
        let mut text = format!("line,run_id,run,{},value,low,high,n\n", csv::cell(x_name));
        let list = self.workspace.runs.pictured.get_untracked();
        let drawn = self.workspace.runs.drawn.get_untracked();
        let frames = self.frames.get_untracked();
        for (line, frame) in frames.iter().map(|(line, frame)| (line, &frame.shown)) {
            let (line, unit) = (csv::cell(line), frame.x_unit);
            for group in &frame.groups {
                let name = group.key.iter().map(|value| match value {
                    data::groups::GroupValue::Missing => "none".to_owned(),
                    data::groups::GroupValue::Text(text) => text.clone(),
                    data::groups::GroupValue::Number(y) => y.to_string(),
                });
                let name = csv::cell(&name.collect::<Vec<_>>().join(", "));
                for (at, (x, y)) in group.points.x.iter().zip(&group.points.y).enumerate() {
                    let ends = group.band.as_ref().map(|band| (band.ends().0[at], band.ends().1[at]));
                    let ends = ends.map_or(",".to_owned(), |(low, high)| format!("{low},{high}"));
                    let n = group.pooled.count_at(at).map_or(String::new(), |n| n.to_string());
                    text.push_str(&format!("{line},,{name},{},{y},{ends},{n}\n", *x as f64 * unit));
                }
            }
            for (run, series) in frame.series.iter().filter(|(run, _)| drawn.contains_key(run)) {
                let name = list.row_of(*run).map_or(String::new(), |row| csv::cell(&row.name));
                for (x, y) in series.points.x.iter().zip(&series.points.y) {
                    text.push_str(&format!("{line},{run},{name},{},{y},,,\n", *x as f64 * unit));
                }
            }
        }
        save::save_text(&text, "text/csv", &format!("{}.csv", file_name(&self.title.get_untracked())));
    }

    /// The panel is taken to be put elsewhere.
    pub(super) fn drag(self, event: &ev::DragEvent) {
        let key = self.key.get_value();
        if let Some(data) = event.data_transfer() {
            data.set_effect_allowed("move");
            // Some browsers drag nothing that has no data.
            let _ = data.set_data("text/plain", &key);
        }
        self.workspace.dragged.set(Some(key));
    }

    /// Another panel is held over this one; says whether it would fall before it.
    pub(super) fn drag_over(self, event: &ev::DragEvent, figure: NodeRef<html::Figure>) -> Option<bool> {
        let dragged = self.workspace.dragged.get_untracked()?;
        let bounds = figure.get_untracked()?.get_bounding_client_rect();
        event.prevent_default();
        let before = f64::from(event.client_x()) < bounds.left() + bounds.width() / 2.0;
        (dragged != self.key.get_value()).then_some(before)
    }

    /// The held panel falls before or after this one.
    pub(super) fn drop_here(self, event: &ev::DragEvent, before: Option<bool>) {
        let Some(before) = before else { return };
        event.prevent_default();
        event.stop_propagation();
        if let Some(dragged) = self.workspace.dragged.try_update(Option::take).flatten() {
            self.key.with_value(|key| beside(self.workspace, &dragged, key, before));
        }
    }
}

/// Puts the panel `dragged` before or after the panel `key`.
fn beside(workspace: Workspace, dragged: &str, key: &str, before: bool) {
    let board = workspace.board().get_untracked();
    let place = |section: &data::view::PanelSection| section.panels.iter().position(|panel| panel == key);
    let found = board.iter().find_map(|section| Some((section, place(section)?)));
    if let Some((section, at)) = found {
        workspace.place_panel(dragged, &section.key, if before { at } else { at + 1 });
    }
}

fn file_name(title: &str) -> String {
    title.chars().map(|c| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' }).collect()
}
