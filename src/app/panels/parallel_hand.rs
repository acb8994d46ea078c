//! What the hand does on parallel coordinates: brush, point, open.

use super::parallel_canvas::{ParallelCanvas, Picture};
use crate::state::{Workspace, parallel::Rows};
use charts::parallel::{Axis, Spread};
use data::{
    brush::{Brush, Brushes},
    column::Column,
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;

/// A press that moves less than this many CSS pixels is a click.
const CLICK_PX: f64 = 4.0;
/// How far beside an axis a press still brushes it, CSS pixels.
const AXIS_PX: f64 = 13.0;
/// How near an end of a brush a press takes hold of the end, CSS pixels.
const END_PX: f64 = 6.0;
/// How far from the pointer a line may be, CSS pixels.
const REACH_PX: f64 = 14.0;

/// What the pointer is near to, for the tooltip.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// The pointer, CSS pixels from the plot's corner.
    pub at: (f64, f64),
    /// The run's name.
    pub name: String,
    /// Its colour.
    pub color: String,
    /// What it has on each axis.
    pub values: Vec<(String, String)>,
}

/// A brush under way.
#[derive(Debug, Clone)]
struct Drag {
    axis: usize,
    /// Where the press was, CSS pixels.
    from: (f64, f64),
    /// The brush without what is dragged.
    rest: Brush,
    /// Both ends of what is dragged, as shares, and what moves with the pointer.
    ends: [f64; 2],
    moves: Moves,
    moved: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Moves {
    /// The second end; the first stays.
    End,
    /// Both.
    Both,
}

/// The hand on the plot.
#[derive(Clone, Copy)]
pub struct Hand {
    workspace: Workspace,
    canvas: ParallelCanvas,
    rows: Memo<Rows>,
    through: Memo<Arc<Vec<bool>>>,
    plot: NodeRef<html::Div>,
    /// The brushes while one is dragged; the view has them when the hand lets go.
    pub live: RwSignal<Option<Brushes>>,
    /// What the pointer is near to.
    pub near: RwSignal<Option<Near>>,
    drag: StoredValue<Option<Drag>>,
    /// Where the button went down beside all axes.
    pressed: StoredValue<Option<(f64, f64)>>,
}

impl Hand {
    /// A hand that holds nothing.
    pub fn new(
        workspace: Workspace,
        canvas: ParallelCanvas,
        rows: Memo<Rows>,
        through: Memo<Arc<Vec<bool>>>,
        plot: NodeRef<html::Div>,
        live: RwSignal<Option<Brushes>>,
    ) -> Hand {
        let near = RwSignal::new(None);
        let (drag, pressed) = (StoredValue::new(None), StoredValue::new(None));
        Hand { workspace, canvas, rows, through, plot, live, near, drag, pressed }
    }

    fn at(&self, event: &web_sys::MouseEvent) -> Option<(f64, f64)> {
        let bounds = self.plot.get_untracked()?.get_bounding_client_rect();
        Some((f64::from(event.client_x()) - bounds.left(), f64::from(event.client_y()) - bounds.top()))
    }

    /// The button went down: on an axis it begins a brush, or takes hold of one.
    pub fn down(&self, event: &ev::PointerEvent) {
        let (Some(at), Some(picture)) = (self.at(event), self.canvas.picture()) else { return };
        if event.button() != 0 {
            return;
        }
        let Some(axis) = axis_near(&picture, at) else { return self.pressed.set_value(Some(at)) };
        let place = place_on(&picture, at.1);
        let chart_axis = &picture.chart.axes[axis];
        let brush = self.workspace.view_now(|view| view.brushes.get(&chart_axis.column).cloned()).unwrap_or_default();
        let end = END_PX * picture.theme.scale / f64::from(picture.layout.plot.height());
        self.drag.set_value(Some(drag_from(chart_axis, brush, axis, at, place, end)));
        if let Some(plot) = self.plot.get_untracked() {
            let _ = plot.set_pointer_capture(event.pointer_id());
        }
        self.near.set(None);
        event.prevent_default();
    }

    /// The pointer moved, pressed or not.
    pub fn moved(&self, event: &ev::PointerEvent) {
        let (Some(at), Some(picture)) = (self.at(event), self.canvas.picture()) else { return };
        let mut drag = self.drag.get_value();
        match &mut drag {
            Some(drag) if drag.moved || (at.1 - drag.from.1).abs() >= CLICK_PX => {
                drag.moved = true;
                let Some(axis) = picture.chart.axes.get(drag.axis) else { return };
                let brush = drag.brush(axis, place_on(&picture, drag.from.1), place_on(&picture, at.1));
                let mut brushes = self.workspace.view_now(|view| view.brushes.clone());
                brushes.insert(axis.column.clone(), brush);
                self.live.set(Some(brushes));
                self.drag.set_value(Some(drag.clone()));
            }
            Some(_) => {}
            None => self.point(&picture, at),
        }
    }

    /// Raises the nearest line and says what it has.
    fn point(&self, picture: &Picture, at: (f64, f64)) {
        let scale = picture.theme.scale;
        let through = self.through.get_untracked();
        let nearest = picture.chart.nearest(&picture.layout, at.0 * scale, at.1 * scale, REACH_PX * scale, &through);
        let near = nearest.and_then(|line| {
            let row = self.rows.with_untracked(|rows| rows.rows.get(line).cloned())?;
            let utc = picture.chart.utc_offset_minutes;
            let value = |axis: &Arc<Axis>| (axis.column.label(), axis.text_of(line, utc));
            let values = picture.chart.axes.iter().map(value).collect();
            let color = picture.chart.lines[line].color.to_string();
            Some((row.run_id, Near { at, name: row.name.clone(), color, values }))
        });
        let (run, near) = near.unzip();
        if self.workspace.hovered.get_untracked() != run {
            self.workspace.hovered.set(run);
        }
        self.near.set(near);
    }

    /// The button went up: a brush is done, or a click was made. Gives the run that was clicked on.
    pub fn up(&self, event: &ev::PointerEvent) -> Option<Arc<data::run::RunRow>> {
        let Some(drag) = self.drag.try_update_value(Option::take).flatten() else {
            let (from, to) = (self.pressed.try_update_value(Option::take).flatten()?, self.at(event)?);
            // A drag beside the axes means nothing; it must not open what it ends on.
            let still = (to.0 - from.0).hypot(to.1 - from.1) < CLICK_PX;
            let run = (still && event.button() == 0).then(|| self.workspace.hovered.get_untracked()).flatten()?;
            self.near.with_untracked(Option::is_some).then_some(())?;
            return self.rows.with_untracked(|rows| rows.rows.iter().find(|row| row.run_id == run).cloned());
        };
        let picture = self.canvas.picture()?;
        let axis = picture.chart.axes.get(drag.axis)?;
        let at = self.at(event).unwrap_or(drag.from);
        let brush = if drag.moved {
            drag.brush(axis, place_on(&picture, drag.from.1), place_on(&picture, at.1))
        } else {
            let brush = self.workspace.view_now(|view| view.brushes.get(&axis.column).cloned()).unwrap_or_default();
            clicked(axis, brush, place_on(&picture, at.1), &drag)
        };
        set_brush(self.workspace, &axis.column, brush);
        self.live.set(None);
        None
    }

    /// The press is over without a choice.
    pub fn cancel(&self) {
        self.drag.set_value(None);
        self.pressed.set_value(None);
        self.live.set(None);
    }

    /// The pointer is gone.
    pub fn leave(&self) {
        if self.drag.with_value(Option::is_none) {
            self.near.set(None);
            self.workspace.hovered.set(None);
        }
    }
}

/// Puts `brush` on `column`, or takes the brush away if it is empty.
pub fn set_brush(workspace: Workspace, column: &Column, brush: Brush) {
    workspace.change("brush", |view| {
        if brush.is_empty() {
            view.brushes.remove(column);
        } else {
            view.brushes.insert(column.clone(), brush);
        }
    });
}

impl Drag {
    /// The whole brush of the axis, with the pointer moved from one share to another.
    fn brush(&self, axis: &Axis, from: f64, to: f64) -> Brush {
        let mut brush = self.rest.clone();
        let [a, b] = match self.moves {
            Moves::End => [self.ends[0], to],
            Moves::Both => {
                // It stops at the ends of the axis as wide as it is.
                let (low, high) = (self.ends[0].min(self.ends[1]), self.ends[0].max(self.ends[1]));
                let by = (to - from).clamp(-low, (1.0 - high).max(-low));
                self.ends.map(|end| end + by)
            }
        };
        brush.join(axis.brush_between(a, b));
        brush
    }
}

/// What a press at `place` on `axis` takes hold of: an end of a brush, a brush, or nothing yet.
fn drag_from(axis: &Axis, brush: Brush, at: usize, from: (f64, f64), place: f64, end: f64) -> Drag {
    let parts = axis.parts(&brush);
    let held = parts.iter().find_map(|part| {
        let range = part.range?;
        let near = |to: f64| (place - to).abs() <= end;
        let (ends, moves) = if near(part.high) {
            ([part.low, part.high], Moves::End)
        } else if near(part.low) {
            ([part.high, part.low], Moves::End)
        } else if (part.low..=part.high).contains(&place) {
            ([part.low, part.high], Moves::Both)
        } else {
            return None;
        };
        Some((range, ends, moves))
    });
    let (mut rest, ends, moves) =
        (brush, held.map_or([place; 2], |held| held.1), held.map_or(Moves::End, |held| held.2));
    if let Some((range, ..)) = held {
        rest.ranges.remove(range);
    }
    Drag { axis: at, from, rest, ends, moves, moved: false }
}

/// The brush after a click at `place`: a brush there goes, a category or the rail of missing values
/// comes or goes.
fn clicked(axis: &Axis, mut brush: Brush, place: f64, drag: &Drag) -> Brush {
    if place < 0.0 {
        brush.missing = !brush.missing;
        return brush;
    }
    if !matches!(axis.spread, Spread::Bands(_)) {
        // Without the brush that was pressed on, if any.
        return drag.rest.clone();
    }
    let clicked = axis.brush_between(place, place);
    let (lost, missing) = (brush.clone(), brush.missing);
    if axis.parts(&brush).iter().any(|part| (part.low..=part.high).contains(&place)) {
        brush.values.retain(|value| !clicked.values.contains(value));
        brush.ranges = lost
            .ranges
            .into_iter()
            .filter(|[from, to]| !clicked.ranges.iter().any(|[value, _]| (from..=to).contains(&value)))
            .collect();
        brush.missing = missing;
    } else {
        brush.join(clicked);
    }
    brush
}

/// The axis that a press at `at` is meant for.
fn axis_near(picture: &Picture, at: (f64, f64)) -> Option<usize> {
    let (x, y) = (at.0 * picture.theme.scale, at.1 * picture.theme.scale);
    let layout = &picture.layout;
    let reach = (AXIS_PX * picture.theme.scale).min(layout.gap() * 0.4);
    let slack = picture.theme.dpx(8.0);
    let inside = (f64::from(layout.plot.y0) - slack..=layout.rail + slack).contains(&y);
    let near = layout.axes.iter().position(|axis| (axis.x - x).abs() <= reach)?;
    let rail = y > (f64::from(layout.plot.y1) + layout.rail) / 2.0;
    (inside && (!rail || picture.chart.axes[near].has_missing())).then_some(near)
}

/// The share of an axis at `y` CSS pixels; below 0 is the rail.
fn place_on(picture: &Picture, y: f64) -> f64 {
    let y = y * picture.theme.scale;
    let layout = &picture.layout;
    let share = layout.share(y);
    // Up to half way to the rail it is still the axis.
    if y <= (f64::from(layout.plot.y1) + layout.rail) / 2.0 { share.clamp(0.0, 1.0) } else { share }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{column::Cell, view::AxisKind};

    fn axis(cells: &[Cell]) -> Axis {
        Axis::new(Column::Param("p".into()), AxisKind::Auto, false, cells, &[])
    }

    fn linear() -> Axis {
        axis(&[Cell::Number(0.0), Cell::Number(10.0), Cell::Missing])
    }

    fn press(brush: &Brush, place: f64) -> Drag {
        drag_from(&linear(), brush.clone(), 0, (0.0, 0.0), place, 0.02)
    }

    #[test]
    fn a_drag_makes_moves_or_resizes_a_brush() {
        let one = Brush::over(2.0, 4.0);
        for (name, brush, from, to, expected) in [
            ("beside it makes another", &one, 0.6, 0.8, vec![[2.0, 4.0], [6.0, 8.0]]),
            ("into it makes it longer", &one, 0.6, 0.3, vec![[2.0, 6.0]]),
            ("inside it moves it", &one, 0.3, 0.5, vec![[4.0, 6.0]]),
            ("and stops at the end", &one, 0.3, 1.0, vec![[8.0, 10.0]]),
            ("its upper end", &one, 0.41, 0.9, vec![[2.0, 9.0]]),
            ("its lower end past the upper", &one, 0.2, 0.5, vec![[4.0, 5.0]]),
        ] {
            let ranges = press(brush, from).brush(&linear(), from, to).ranges;
            let near = |a: &[f64; 2], b: &[f64; 2]| (a[0] - b[0]).abs() < 1e-9 && (a[1] - b[1]).abs() < 1e-9;
            assert!(
                ranges.len() == expected.len() && ranges.iter().zip(&expected).all(|(a, b)| near(a, b)),
                "{name}: {ranges:?}"
            );
        }
    }

    #[test]
    fn a_click_takes_a_brush_away_and_toggles_categories_and_the_rail() {
        let one = Brush::over(2.0, 4.0);
        assert!(clicked(&linear(), one.clone(), 0.3, &press(&one, 0.3)).is_empty());
        assert_eq!(clicked(&linear(), one.clone(), 0.8, &press(&one, 0.8)), one, "a click beside changes nothing");
        assert!(clicked(&linear(), one.clone(), -0.1, &press(&one, -0.1)).missing);
        let bands = axis(&[Cell::Text("a"), Cell::Text("b"), Cell::Number(3.0)]);
        let drag = |brush: &Brush, place| drag_from(&bands, brush.clone(), 0, (0.0, 0.0), place, 0.02);
        let none = Brush::default();
        let first = clicked(&bands, none.clone(), 0.1, &drag(&none, 0.1));
        assert_eq!(first.ranges, [[3.0, 3.0]]);
        let both = clicked(&bands, first.clone(), 0.9, &drag(&first, 0.9));
        assert!(both.values.contains("b") && both.ranges.len() == 1);
        let left = clicked(&bands, both.clone(), 0.1, &drag(&both, 0.1));
        assert!(left.ranges.is_empty() && left.values.len() == 1);
    }
}
