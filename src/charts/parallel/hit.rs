//! Which line lies under a pointer.

use super::{ParallelChart, layout::ParallelLayout};

impl ParallelChart {
    /// The y of line `at` at `x`, device pixels; `None` beside the axes.
    pub fn y_at(&self, layout: &ParallelLayout, at: usize, x: f64) -> Option<f64> {
        let gap = self.gap_of(layout, x)?;
        let [a, b] = [gap, gap + 1].map(|axis| layout.y(self.axes[axis].shares()[at]));
        Some(a + (b - a) * self.rise(part(layout, gap, x)))
    }

    /// The line that passes nearest to a place, not farther than `reach` pixels; of equal ones the last,
    /// which lies above. Only those count that `through` lets.
    pub fn nearest(&self, layout: &ParallelLayout, x: f64, y: f64, reach: f64, through: &[bool]) -> Option<usize> {
        let gap = self.gap_of(layout, x)?;
        let (starts, ends) = (self.axes[gap].shares(), self.axes[gap + 1].shares());
        let at = part(layout, gap, x);
        let rise = self.rise(at);
        let across = layout.axes[gap + 1].x - layout.axes[gap].x;
        // How steep a line of rise 1 is here: the slope of the straight line, or of the curve.
        let slope = if self.straight { 1.0 } else { 6.0 * at * (1.0 - at) } / across;
        let distance = |line: usize| {
            let (a, b) = (layout.y(starts[line]), layout.y(ends[line]));
            (a + (b - a) * rise - y).abs() / 1f64.hypot((b - a) * slope)
        };
        let lines = (0..self.lines.len()).rev().filter(|line| through.get(*line).copied().unwrap_or(true));
        let nearest = lines.map(|line| (line, distance(line))).min_by(|a, b| a.1.total_cmp(&b.1))?;
        (nearest.1 <= reach).then_some(nearest.0)
    }

    /// The axis to the left of `x`, if there is one on the right, too.
    fn gap_of(&self, layout: &ParallelLayout, x: f64) -> Option<usize> {
        let (first, last) = (layout.axes.first()?.x, layout.axes.last()?.x);
        if layout.axes.len() < 2 || layout.axes.len() != self.axes.len() || !(first - 2.0..=last + 2.0).contains(&x) {
            return None;
        }
        let after = layout.axes.partition_point(|axis| axis.x <= x);
        Some(after.clamp(1, layout.axes.len() - 1) - 1)
    }
}

fn part(layout: &ParallelLayout, gap: usize, x: f64) -> f64 {
    let (from, to) = (layout.axes[gap].x, layout.axes[gap + 1].x);
    ((x - from) / (to - from)).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{parallel::samples, theme::Theme};

    #[test]
    fn a_pointer_on_a_line_finds_it() {
        for straight in [false, true] {
            let chart = ParallelChart { straight, ..samples::search(30, false) };
            let layout = chart.layout((900, 500), &Theme::light(1.0));
            for line in 0..30 {
                let x = layout.axes[0].x + 0.3 * layout.gap();
                let y = chart.y_at(&layout, line, x).expect("between two axes");
                let found = chart.nearest(&layout, x, y, 3.0, &[]).expect("a line is here");
                let there = chart.y_at(&layout, found, x).expect("between two axes");
                assert!((there - y).abs() < 1e-9, "line {line} at {y}, not {found} at {there}");
            }
        }
    }

    #[test]
    fn far_places_and_brushed_out_lines_are_not_hit() {
        let chart = samples::search(1, false);
        let layout = chart.layout((900, 500), &Theme::light(1.0));
        let x = layout.axes[1].x + 10.0;
        let y = chart.y_at(&layout, 0, x).expect("between two axes");
        assert_eq!(chart.nearest(&layout, x, y, 3.0, &[true]), Some(0));
        assert_eq!(chart.nearest(&layout, x, y, 3.0, &[false]), None);
        assert_eq!(chart.nearest(&layout, x, y + 200.0, 3.0, &[]), None);
        assert_eq!(chart.nearest(&layout, -50.0, y, 3.0, &[]), None);
        for (name, chart) in samples::all() {
            let layout = chart.layout((300, 200), &Theme::light(1.0));
            let _ = chart.nearest(&layout, 150.0, 100.0, 1e6, &[]);
            assert!(chart.summary(0).starts_with("Parallel coordinates"), "{name}");
        }
    }
}
