//! A line as pixel paths: broken where it is not finite, and cut off at the plot.

use crate::{layout::Layout, layout::indices_within};
use data::series::Points;

/// A place in device pixels of the whole chart.
pub type At = (f64, f64);

/// What is drawn of one line.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Paths {
    /// Connected pieces of two or more places.
    pub pieces: Vec<Vec<At>>,
    /// Finite points with no finite neighbour.
    pub dots: Vec<At>,
}

/// The paths of `points` in `layout`. Values without a place on the axis break the line.
pub fn paths(points: &Points, layout: &Layout) -> Paths {
    let mut paths = Paths::default();
    let within = indices_within(points, layout.x.domain());
    let part = within.start.saturating_sub(1)..(within.end + 1).min(points.len());
    let mut before: Option<At> = None;
    let mut alone = true;
    let mut piece: Vec<At> = Vec::new();
    for i in part {
        let at = (layout.x.px_from(points.x[i] as f64), layout.y.px_from(points.y[i]));
        if at.0.is_nan() || at.1.is_nan() {
            paths.end_piece(&mut piece, before.filter(|_| alone), layout);
            (before, alone) = (None, true);
            continue;
        }
        if let Some(before) = before {
            alone = false;
            match clipped(before, at, layout) {
                Some((a, b)) => {
                    if piece.last() != Some(&a) {
                        paths.end_piece(&mut piece, None, layout);
                        piece.push(a);
                    }
                    piece.push(b);
                }
                None => paths.end_piece(&mut piece, None, layout),
            }
        }
        before = Some(at);
    }
    paths.end_piece(&mut piece, before.filter(|_| alone), layout);
    paths
}

impl Paths {
    fn end_piece(&mut self, piece: &mut Vec<At>, dot: Option<At>, layout: &Layout) {
        if piece.len() > 1 {
            self.pieces.push(std::mem::take(piece));
        }
        piece.clear();
        self.dots.extend(dot.filter(|&(x, y)| inside(x, y, layout)));
    }
}

/// Whether a place lies in the plot, its far edges included.
pub(crate) fn inside(x: f64, y: f64, layout: &Layout) -> bool {
    let plot = layout.plot;
    (f64::from(plot.x0)..=f64::from(plot.x1)).contains(&x) && (f64::from(plot.y0)..=f64::from(plot.y1)).contains(&y)
}

/// The part of a segment that lies in the plot. Liang and Barsky, 1984.
pub(crate) fn clipped(a: At, b: At, layout: &Layout) -> Option<(At, At)> {
    let plot = layout.plot;
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let (mut from, mut to) = (0.0f64, 1.0f64);
    for (p, q) in [
        (-dx, a.0 - f64::from(plot.x0)),
        (dx, f64::from(plot.x1) - a.0),
        (-dy, a.1 - f64::from(plot.y0)),
        (dy, f64::from(plot.y1) - a.1),
    ] {
        if p == 0.0 {
            if q < 0.0 {
                return None;
            }
        } else if p < 0.0 {
            from = from.max(q / p);
        } else {
            to = to.min(q / p);
        }
    }
    let at = |share: f64| match share {
        0.0 => a,
        1.0 => b,
        _ => (a.0 + dx * share, a.1 + dy * share),
    };
    (from <= to).then(|| (at(from), at(to)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::LineChart, theme::Theme};

    fn layout() -> Layout {
        let chart = LineChart {
            x_domain: Some([0.0, 10.0]),
            y_domain: crate::line::YDomain::Fixed([0.0, 10.0]),
            ..LineChart::default()
        };
        chart.layout((300, 200), &Theme::light(1.0))
    }

    #[test]
    fn lines_break_and_end_where_they_must() {
        const NAN: f64 = f64::NAN;
        for (name, x, y, pieces, dots) in [
            ("nothing", &[][..], &[][..], 0, 0),
            ("one point is a dot", &[5], &[5.], 0, 1),
            ("one point outside is nothing", &[11], &[5.], 0, 0),
            ("a line is one piece", &[1, 2, 3], &[1., 2., 3.], 1, 0),
            ("NaN breaks it", &[1, 2, 3, 4, 5], &[1., 2., NAN, 3., 4.], 2, 0),
            ("a point between NaN is a dot", &[1, 2, 3], &[NAN, 2., NAN], 0, 1),
            ("infinity breaks it too", &[1, 2, 3], &[1., f64::INFINITY, 3.], 0, 2),
            ("above and back makes two pieces", &[1, 3, 5], &[5., 20., 5.], 2, 0),
            ("it runs on to points outside", &[-5, 20], &[5., 5.], 1, 0),
            ("all above is nothing", &[1, 2], &[11., 12.], 0, 0),
        ] {
            let found = paths(&Points { x: x.to_vec(), y: y.to_vec() }, &layout());
            assert_eq!((found.pieces.len(), found.dots.len()), (pieces, dots), "{name}");
            assert!(found.pieces.iter().flatten().all(|&(x, y)| inside(x, y, &layout())), "{name}");
        }
    }
}
