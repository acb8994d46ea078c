//! Marks on the plot's edge where values are NaN or infinite: they have no place inside it.

use crate::{
    layout::{Layout, indices_within},
    line::LineChart,
};

/// What a value is that has no place on the y axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum MarkKind {
    /// NaN, marked with a cross on the bottom edge.
    NaN,
    /// +∞, marked with a triangle on the top edge.
    Infinity,
    /// −∞, marked with a triangle on the bottom edge.
    NegativeInfinity,
}

impl MarkKind {
    /// The kind of `value`; `None` for a finite one.
    pub fn of(value: f64) -> Option<MarkKind> {
        match value {
            v if v.is_finite() => None,
            v if v.is_nan() => Some(MarkKind::NaN),
            v if v > 0.0 => Some(MarkKind::Infinity),
            _ => Some(MarkKind::NegativeInfinity),
        }
    }
}

/// A stretch of points of one kind in one line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mark {
    /// What the values are.
    pub kind: MarkKind,
    /// The line's index in the chart.
    pub line: usize,
    /// The x of the first point of the stretch.
    pub x: i64,
    /// Where that lies, device pixels.
    pub x_px: f64,
    /// Where the last point of the stretch lies.
    pub end_px: f64,
    /// On which edge the mark sits, device pixels.
    pub y_px: f64,
    /// How many points of the line's points the stretch has.
    pub points: u64,
}

/// The marks of all lines in `layout`, line by line, left to right.
///
/// Neighbouring points of one kind are one mark, so a line that ends in a thousand NaN has one.
pub fn non_finite_marks(chart: &LineChart, layout: &Layout) -> Vec<Mark> {
    let mut marks: Vec<Mark> = Vec::new();
    for (line, drawn) in chart.lines.iter().enumerate() {
        if drawn.extent().non_finite() == 0 {
            continue;
        }
        let points = drawn.points();
        let mut open: Option<Mark> = None;
        for i in indices_within(points, layout.x.domain()) {
            let kind = MarkKind::of(points.y[i]);
            if open.is_some_and(|mark| kind != Some(mark.kind)) {
                marks.extend(open.take());
            }
            let x_px = layout.x.px_from(points.x[i] as f64);
            let Some(kind) = kind.filter(|_| x_px.is_finite()) else { continue };
            let y_px = match kind {
                MarkKind::Infinity => f64::from(layout.plot.y0),
                MarkKind::NaN | MarkKind::NegativeInfinity => f64::from(layout.plot.y1),
            };
            let first = Mark { kind, line, x: points.x[i], x_px, end_px: x_px, y_px, points: 0 };
            let mark = open.get_or_insert(first);
            mark.end_px = x_px;
            mark.points += 1;
        }
        marks.extend(open);
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::Line, theme::Theme};
    use data::{run::RunId, series::Points};
    use std::sync::Arc;

    #[test]
    fn each_stretch_has_one_mark() {
        const NAN: f64 = f64::NAN;
        const INF: f64 = f64::INFINITY;
        use MarkKind::*;
        for (name, y, expected) in [
            ("finite", &[1., 2.][..], &[][..]),
            ("all NaN", &[NAN, NAN, NAN], &[(NaN, 0, 3)][..]),
            ("two stretches", &[NAN, 1., NAN], &[(NaN, 0, 1), (NaN, 2, 1)]),
            (
                "kinds are kept apart",
                &[INF, NAN, -INF, -INF],
                &[(Infinity, 0, 1), (NaN, 1, 1), (NegativeInfinity, 2, 2)],
            ),
        ] {
            let points = Points { x: (0..y.len() as i64).collect(), y: y.to_vec() };
            let chart = LineChart::new(
                "loss",
                vec![Line::new(RunId(1), "a", Arc::new(points), crate::theme::Rgb(34, 117, 232))],
            );
            let layout = chart.layout((400, 300), &Theme::light(1.0));
            let marks = non_finite_marks(&chart, &layout);
            assert_eq!(marks.iter().map(|m| (m.kind, m.x, m.points)).collect::<Vec<_>>(), expected, "{name}");
            assert!(
                marks
                    .iter()
                    .all(|m| m.y_px == f64::from(if m.kind == Infinity { layout.plot.y0 } else { layout.plot.y1 }))
            );
        }
    }
}
