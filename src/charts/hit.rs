//! What lies under the pointer. Hover asks the chart, not the picture.

use crate::{
    layout::{Layout, indices_within},
    line::LineChart,
    scale::Scale,
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
        let near = Near::new(layout, (x_px, y_px), max_distance);
        let mut hits = Vec::new();
        for index in self.drawing_order().into_iter().rev() {
            let hit = near.nearest_of(self.lines[index].points());
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

/// A place, and what of the data lies around it.
struct Near<'a> {
    layout: &'a Layout,
    at: (f64, f64),
    max_distance: f64,
    x: [f64; 2],
    y: [f64; 2],
}

impl<'a> Near<'a> {
    fn new(layout: &'a Layout, at: (f64, f64), max_distance: f64) -> Near<'a> {
        let around = |scale: &Scale, px: f64| {
            let (a, b) = (scale.value_from(px - max_distance), scale.value_from(px + max_distance));
            [a.min(b), a.max(b)]
        };
        Near { layout, at, max_distance, x: around(&layout.x, at.0), y: around(&layout.y, at.1) }
    }

    /// The nearest segment or lone point of one line. Reads only the points that are near across, and
    /// places only segments that are near up or down.
    fn nearest_of(&self, points: &Points) -> Option<Hit> {
        let within = indices_within(points, self.x);
        let part = within.start.saturating_sub(1)..(within.end + 1).min(points.len());
        let mut best: Option<Hit> = None;
        for i in part.clone() {
            let joined_left = i > part.start && points.y[i - 1].is_finite();
            if joined_left && self.passes(points.y[i - 1], points.y[i]) {
                best = self.nearer(best, points, i - 1, i);
            } else if self.passes(points.y[i], points.y[i]) {
                best = self.nearer(best, points, i, i);
            }
        }
        best
    }

    /// Whether a segment between two values comes near up or down.
    fn passes(&self, a: f64, b: f64) -> bool {
        a.is_finite() && b.is_finite() && a.max(b) >= self.y[0] && a.min(b) <= self.y[1]
    }

    /// The better one of `best` and the segment from point `i` to point `j`.
    fn nearer(&self, best: Option<Hit>, points: &Points, i: usize, j: usize) -> Option<Hit> {
        let place = |i: usize| (self.layout.x.px_from(points.x[i] as f64), self.layout.y.px_from(points.y[i]));
        let (a, b) = (place(i), place(j));
        let (distance, share) = distance_to_segment(self.at, a, b);
        // Also false where a value has no place on a log axis: the distance is then NaN.
        let nearer = distance <= self.max_distance && best.is_none_or(|hit| distance < hit.distance);
        if !nearer {
            return best;
        }
        let (point, (x_px, y_px)) = if share < 0.5 { (i, a) } else { (j, b) };
        Some(Hit { line: 0, point, x: points.x[point], y: points.y[point], x_px, y_px, distance })
    }
}

/// How far `p` is from the segment from `a` to `b`, and how far along the nearest place lies.
fn distance_to_segment(p: (f64, f64), a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx * dx + dy * dy;
    let share = if length > 0.0 { (((p.0 - a.0) * dx + (p.1 - a.1) * dy) / length).clamp(0.0, 1.0) } else { 0.0 };
    ((a.0 + dx * share - p.0).hypot(a.1 + dy * share - p.1), share)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        line::{Emphasis, Line, YDomain},
        samples,
        scale::ScaleKind,
        theme::Theme,
    };
    use data::run::RunId;
    use proptest::prelude::*;
    use std::sync::Arc;

    const NAN: f64 = f64::NAN;

    fn chart(lines: &[&[(i64, f64)]]) -> LineChart {
        let line = |(i, places): (usize, &&[(i64, f64)])| {
            let points = Points { x: places.iter().map(|p| p.0).collect(), y: places.iter().map(|p| p.1).collect() };
            Line::new(RunId(i as u128), format!("run-{i}"), Arc::new(points), crate::theme::Rgb(34, 117, 232))
        };
        LineChart {
            x_domain: Some([0.0, 100.0]),
            y_domain: YDomain::Fixed([0.0, 100.0]),
            ..LineChart::new("m", lines.iter().enumerate().map(line).collect())
        }
    }

    /// The hit at a place in data, at most `within` pixels away.
    fn hit(chart: &LineChart, x: f64, y: f64, within: f64) -> Option<Hit> {
        let layout = chart.layout((640, 480), &Theme::light(1.0));
        chart.nearest(&layout, layout.x.px_from(x), layout.y.px_from(y), within)
    }

    #[test]
    fn hover_finds_what_is_drawn() {
        for (name, lines, (x, y), within, expected) in [
            ("nothing there", &[][..], (50., 50.), 8.0, None),
            ("between two points", &[&[(0, 50.), (100, 50.)][..]][..], (40., 50.), 8.0, Some((0, 0))),
            ("the nearer end", &[&[(0, 50.), (100, 50.)]], (60., 50.), 8.0, Some((0, 1))),
            ("too far", &[&[(0, 50.), (100, 50.)]], (50., 60.), 8.0, None),
            ("far away, but asked for", &[&[(0, 50.), (100, 50.)]], (40., 60.), 80.0, Some((0, 0))),
            ("the nearer line", &[&[(0, 50.), (100, 50.)], &[(0, 52.), (100, 52.)]], (10., 52.1), 8.0, Some((1, 0))),
            ("not in a gap", &[&[(0, 50.), (40, 50.), (50, NAN), (60, 50.), (90, 50.)]], (50., 50.), 8.0, None),
            ("a lone point", &[&[(40, NAN), (50, 50.), (60, NAN)]], (50., 50.5), 8.0, Some((0, 1))),
            ("the first point", &[&[(50, 50.), (60, 50.)]], (49.5, 50.), 8.0, Some((0, 0))),
            ("the last point", &[&[(40, 50.), (50, 50.)]], (50.5, 50.), 8.0, Some((0, 1))),
        ] {
            let found = hit(&chart(lines), x, y, within).map(|hit| (hit.line, hit.point));
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn lines_are_listed_as_on_screen_and_raised_ones_win_ties() {
        let mut chart = chart(&[&[(0, 50.), (100, 50.)], &[(0, 54.), (100, 54.)], &[(0, 52.), (100, 52.)]]);
        let layout = chart.layout((640, 480), &Theme::light(1.0));
        let (x, y) = (layout.x.px_from(10.0), layout.y.px_from(51.9));
        let order = |n| chart.nearest_many(&layout, x, y, 100.0, n).iter().map(|hit| hit.line).collect::<Vec<_>>();
        assert_eq!((order(3), order(2), order(1)), (vec![1, 2, 0], vec![2, 0], vec![2]));
        chart.lines.push(chart.lines[0].clone());
        chart.lines[0].emphasis = Emphasis::Raised;
        assert_eq!(hit(&chart, 10.0, 50.0, 8.0).map(|hit| hit.line), Some(0));
    }

    #[test]
    fn a_cursor_reads_the_nearest_shown_point() {
        let chart = chart(&[&[(0, 1.), (10, 2.), (20, NAN)], &[(200, 5.)], &[(16, 7.)]]);
        let layout = chart.layout((640, 480), &Theme::light(1.0));
        let read = |x| chart.values_at(&layout, x).iter().map(|r| (r.line, r.x)).collect::<Vec<_>>();
        assert_eq!(read(4.0), [(0, 0), (2, 16)]);
        assert_eq!(read(18.0), [(0, 20), (2, 16)]);
        assert_eq!(read(-5.0), [(0, 0), (2, 16)]);
        assert_eq!(read(1e9), [(0, 20), (2, 16)]);
    }

    /// The slow, obvious answer: the least distance over all segments and points.
    fn naive(points: &Points, layout: &Layout, at: (f64, f64)) -> f64 {
        let place = |i: usize| (layout.x.px_from(points.x[i] as f64), layout.y.px_from(points.y[i]));
        let dots = (0..points.len()).map(|i| distance_to_segment(at, place(i), place(i)).0);
        let segments = (1..points.len()).map(|i| distance_to_segment(at, place(i - 1), place(i)).0);
        dots.chain(segments).filter(|d| !d.is_nan()).fold(f64::INFINITY, f64::min)
    }

    proptest! {
        #[test]
        fn the_nearest_is_the_nearest(index in 0..6usize, x in 0.0..640.0f64, y in 0.0..480.0f64, log in any::<bool>()) {
            let mut chart = samples::losses(6, 60, false);
            chart.lines = vec![chart.lines[index].clone()];
            chart.y_kind = if log { ScaleKind::Log } else { ScaleKind::Linear };
            let layout = chart.layout((640, 480), &Theme::light(1.0));
            let expected = naive(chart.lines[0].points(), &layout, (x, y));
            match chart.nearest(&layout, x, y, 40.0) {
                Some(hit) => prop_assert!((hit.distance - expected).abs() < 1e-6, "{} is not {expected}", hit.distance),
                None => prop_assert!(expected > 40.0 - 1e-6),
            }
        }
    }
}
