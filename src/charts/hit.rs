//! What lies under the pointer. Hover asks the chart, not the picture.

use crate::{
    layout::{Layout, indices_within},
    line::LineChart,
};
use data::series::Points;

/// A line near a place, and the point of it that is nearest.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hit {
    /// The line's index in the chart.
    pub line: usize,
    /// The index of the nearer end of the nearest segment in the line's points.
    pub point: usize,
    /// That point's x.
    pub x: i64,
    /// That point's y.
    pub y: f64,
    /// Where that point lies, device pixels of the chart.
    pub x_px: f64,
    /// Where that point lies, device pixels of the chart.
    pub y_px: f64,
    /// How far the drawn line is from the place asked for, device pixels.
    pub distance: f64,
}

/// A line's value beside a cursor line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// The line's index in the chart.
    pub line: usize,
    /// The point's index in the line's points.
    pub point: usize,
    /// The point's x, the nearest to the one asked for.
    pub x: i64,
    /// Its y, which may be NaN or infinite.
    pub y: f64,
}

impl LineChart {
    /// The line nearest to a place within `max_distance` device pixels. A raised line wins ties, then
    /// the one drawn later.
    pub fn nearest(&self, layout: &Layout, x_px: f64, y_px: f64, max_distance: f64) -> Option<Hit> {
        self.nearest_many(layout, x_px, y_px, max_distance, 1).pop()
    }

    /// The `n` lines nearest to a place within `max_distance` device pixels, ordered as on screen at
    /// that x: from the top down.
    pub fn nearest_many(&self, layout: &Layout, x_px: f64, y_px: f64, max_distance: f64, n: usize) -> Vec<Hit> {
        let mut hits = Vec::new();
        for index in self.drawing_order().into_iter().rev() {
            let hit = nearest_of_line(self.lines[index].points(), layout, (x_px, y_px), max_distance);
            hits.extend(hit.map(|hit| Hit { line: index, ..hit }));
        }
        hits.sort_by(|a, b| a.distance.total_cmp(&b.distance));
        hits.truncate(n);
        hits.sort_by(|a, b| a.y_px.total_cmp(&b.y_px));
        hits
    }

    /// Each line's point nearest to `x` that lies in the x domain shown; lines without one are left out.
    pub fn values_at(&self, layout: &Layout, x: f64) -> Vec<Reading> {
        let reading = |line: usize| {
            let points = self.lines[line].points();
            let shown = indices_within(points, layout.x.domain());
            let after = points.x.partition_point(|&at| (at as f64) < x).clamp(shown.start, shown.end);
            let candidates = [after.checked_sub(1), Some(after)];
            let nearest = candidates
                .into_iter()
                .flatten()
                .filter(|i| shown.contains(i))
                .min_by(|&a, &b| (points.x[a] as f64 - x).abs().total_cmp(&(points.x[b] as f64 - x).abs()))?;
            Some(Reading { line, point: nearest, x: points.x[nearest], y: points.y[nearest] })
        };
        (0..self.lines.len()).filter_map(reading).collect()
    }
}

/// The nearest segment or lone point of one line. Reads only the points within `max_distance` across.
fn nearest_of_line(points: &Points, layout: &Layout, at: (f64, f64), max_distance: f64) -> Option<Hit> {
    let from = layout.x.value_from(at.0 - max_distance);
    let to = layout.x.value_from(at.0 + max_distance);
    let within = indices_within(points, [from.min(to), from.max(to)]);
    let part = within.start.saturating_sub(1)..(within.end + 1).min(points.len());
    let place = |i: usize| (layout.x.px_from(points.x[i] as f64), layout.y.px_from(points.y[i]));
    let mut best: Option<Hit> = None;
    let mut consider = |point: usize, (x_px, y_px): (f64, f64), distance: f64| {
        if distance <= max_distance && best.is_none_or(|hit| distance < hit.distance) {
            best = Some(Hit { line: 0, point, x: points.x[point], y: points.y[point], x_px, y_px, distance });
        }
    };
    let mut before: Option<(usize, (f64, f64))> = None;
    for i in part {
        let b = place(i);
        if b.0.is_nan() || b.1.is_nan() {
            before = None;
            continue;
        }
        match before {
            Some((j, a)) => {
                let (distance, share) = distance_to_segment(at, a, b);
                if share < 0.5 { consider(j, a, distance) } else { consider(i, b, distance) }
            }
            None => consider(i, b, (b.0 - at.0).hypot(b.1 - at.1)),
        }
        before = Some((i, b));
    }
    best
}

/// How far `p` is from the segment from `a` to `b`, and how far along the nearest place lies.
fn distance_to_segment(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 { (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    ((a.0 + dx * share - p.0).hypot(a.1 + dy * share - p.1), share)
}
