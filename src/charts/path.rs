//! A line as pixel paths: broken where it is not finite, and cut off at the plot.

use crate::{
    layout::{Layout, indices_within},
    line::Band,
    phase::{Pattern, Phase},
    raster::band::{finite_pieces, y_px},
};
use data::series::Points;
use std::ops::Range;

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

/// The outlines of a band's pieces, each a polygon cut off at the plot above, below and at both sides.
pub fn band_outlines(band: &Band, layout: &Layout) -> Vec<Vec<At>> {
    let (low, high) = band.ends();
    let plot = layout.plot;
    let (left, right) = (f64::from(plot.x0), f64::from(plot.x1));
    let edge = |piece: Range<usize>, ends: &[f64]| -> Vec<At> {
        let place = |at: usize| (layout.x.px_from(band.x()[at] as f64), y_px(&layout.y, ends[at]));
        let mut places: Vec<At> = piece.map(place).filter(|(x, _)| !x.is_nan()).collect();
        if let [(x, y)] = places[..] {
            // A lone place is seen.
            places = vec![(x - 4.0, y), (x + 4.0, y)];
        }
        pressed_between(&cut_to_columns(&places, left, right), f64::from(plot.y0), f64::from(plot.y1))
    };
    let outline = |piece: Range<usize>| {
        let mut outline = edge(piece.clone(), high);
        outline.extend(edge(piece, low).into_iter().rev());
        outline
    };
    finite_pieces(band, layout.x.domain()).into_iter().map(outline).filter(|outline| outline.len() > 2).collect()
}

/// The part of a path whose x rises that lies between two x.
fn cut_to_columns(path: &[At], left: f64, right: f64) -> Vec<At> {
    let mut kept = Vec::with_capacity(path.len());
    for (at, &(x, y)) in path.iter().enumerate() {
        let crossing = |edge: f64, (x0, y0): At| (edge, y0 + (y - y0) * (edge - x0) / (x - x0));
        if let Some(before) = at.checked_sub(1).map(|before| path[before]) {
            kept.extend(
                [left, right]
                    .into_iter()
                    .filter(|&edge| before.0 < edge && edge < x)
                    .map(|edge| crossing(edge, before)),
            );
        }
        if (left..=right).contains(&x) {
            kept.push((x, y));
        }
    }
    kept
}

/// A path with what lies above `top` or below `bottom` moved there.
fn pressed_between(path: &[At], top: f64, bottom: f64) -> Vec<At> {
    let mut kept = Vec::with_capacity(path.len());
    for (at, &(x, y)) in path.iter().enumerate() {
        if let Some((x0, y0)) = at.checked_sub(1).map(|before| path[before]) {
            let crossing = |edge: f64| (x0 + (x - x0) * (edge - y0) / (y - y0), edge);
            let crossed = |edge: &f64| (y0 < *edge && *edge < y) || (y < *edge && *edge < y0);
            let edges = if y0 < y { [top, bottom] } else { [bottom, top] };
            kept.extend(edges.into_iter().filter(crossed).map(crossing));
        }
        kept.push((x, y.clamp(top, bottom)));
    }
    kept
}

/// The dashes of a connected path of whole pixels whose x never falls, at `scale` device pixels a CSS pixel.
pub(crate) fn dashes(path: &[(i32, i32)], pattern: &Pattern, scale: f64) -> Vec<Vec<(i32, i32)>> {
    let phase = phase_of(path, scale);
    let mut dashes: Vec<Vec<(i32, i32)>> = Vec::new();
    let mut drawn = false;
    for step in path.windows(2) {
        let [a, b] = [step[0], step[1]].map(|(x, y)| (f64::from(x), f64::from(y)));
        // Short enough to follow bends of the phase.
        let parts = ((b.0 - a.0).hypot(b.1 - a.1) / (2.0 * scale)).ceil().clamp(1.0, 4096.0);
        for part in 0..parts as usize {
            let place = |part: f64| (a.0 + (b.0 - a.0) * part / parts, a.1 + (b.1 - a.1) * part / parts);
            let (from, to) = (place(part as f64), place(part as f64 + 1.0));
            let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
            let inked = pattern.part_at(phase.at(middle.0, middle.1)).2;
            let pixel = |(x, y): At| (x.round() as i32, y.round() as i32);
            match dashes.last_mut().filter(|_| drawn && inked) {
                Some(dash) => dash.push(pixel(to)),
                None if inked => dashes.push(vec![pixel(from), pixel(to)]),
                None => {}
            }
            drawn = inked;
        }
    }
    dashes.iter_mut().for_each(straighten);
    dashes
}

/// How far along a path each place lies.
fn phase_of(path: &[(i32, i32)], scale: f64) -> Phase {
    let (Some(&(first, _)), Some(&(last, _))) = (path.first(), path.last()) else { return Phase::default() };
    let columns = (last - first).max(0) as usize + 1;
    let mut spans = vec![(f64::INFINITY, f64::NEG_INFINITY); columns];
    let mut widen = |x: i32, y: f64| {
        let span = &mut spans[(x - first).clamp(0, columns as i32 - 1) as usize];
        *span = (span.0.min(y), span.1.max(y));
    };
    for step in path.windows(2) {
        let [(x0, y0), (x1, y1)] = [step[0], step[1]];
        let slope = f64::from(y1 - y0) / f64::from((x1 - x0).max(1));
        (x0..=x1).for_each(|x| widen(x, f64::from(y0) + slope * f64::from(x - x0)));
        widen(x1, f64::from(y1));
    }
    let middles: Vec<f64> = spans.iter().map(|(low, high)| (low + high) / 2.0).collect();
    Phase::of(i64::from(first), &middles, scale)
}

/// Leaves out the places of a path that lie on the way between their neighbours.
fn straighten(path: &mut Vec<(i32, i32)>) {
    let mut kept: Vec<(i32, i32)> = Vec::with_capacity(path.len());
    for &place in path.iter() {
        if let [.., a, b] = kept[..] {
            let (ab, bc) = ((b.0 - a.0, b.1 - a.1), (place.0 - b.0, place.1 - b.1));
            let across = i64::from(ab.0) * i64::from(bc.1) - i64::from(ab.1) * i64::from(bc.0);
            let onward = i64::from(ab.0) * i64::from(bc.0) + i64::from(ab.1) * i64::from(bc.1) >= 0;
            // A pixel of an enlarged picture is a fraction of one that is shown.
            let long = f64::from(place.0 - a.0).hypot(f64::from(place.1 - a.1));
            if onward && across.abs() as f64 <= long {
                kept.pop();
            }
        }
        kept.push(place);
    }
    *path = kept;
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
