//! The span of y that a stroke covers at each of many places along x.

use crate::raster::Detail;
use std::ops::Range;

/// A connected part of a line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Span {
    /// One point without finite neighbours, at x and y.
    Lone(f64, f64),
    /// The samples between these have spans: see [`Envelope::span`].
    Samples(Range<usize>),
}

/// Spans of y along x, taken piece by piece from a line's places.
///
/// The x axis is cut into cells, some to a pixel column. Tracing a line widens the span of each cell
/// that it passes; a sample's span is that of all cells that the stroke's width reaches from there,
/// made thicker by what is missing to the stroke's thickness. For a straight line this is exact; a
/// spike narrower than the stroke becomes as wide as the stroke and no taller.
#[derive(Debug, Clone, Default)]
pub(crate) struct Envelope {
    /// The least and largest y in each cell; +∞ and −∞ in one that the line does not pass.
    low: Vec<f32>,
    high: Vec<f32>,
    /// Samples, and cells, a pixel.
    places: usize,
    /// How many cells the stroke is wide.
    reach: usize,
    /// Where pixel 0 lies in cells.
    origin: f64,
    /// How many samples there are.
    samples: usize,
    width_dpx: f32,
}

/// How far from the picture a y may lie, pixels: beyond what is seen, near enough for `f32`.
pub(crate) const FAR: f64 = 1e6;

impl Envelope {
    /// Makes room for a line of `width_dpx` across `columns` pixels.
    pub fn prepare(&mut self, columns: usize, width_dpx: f64, detail: Detail) {
        self.places = match detail {
            Detail::Fine => 4,
            Detail::Medium => 2,
            Detail::Dense => 1,
        };
        self.reach = ((width_dpx * self.places as f64).round() as usize).max(1);
        self.width_dpx = width_dpx as f32;
        // Samples lie on the borders of columns, so that a column's area lies between them; with one
        // a column, in the middle. A reach of an odd number of cells is centred on a cell, not a border.
        let centre = match detail {
            Detail::Fine | Detail::Medium => 0.0,
            Detail::Dense => 0.5,
        };
        self.origin = self.reach as f64 / 2.0 - centre;
        self.samples = match detail {
            Detail::Fine | Detail::Medium => columns * self.places + 1,
            Detail::Dense => columns,
        };
        let cells = self.samples + self.reach - 1;
        self.low.clear();
        self.low.resize(cells, f32::INFINITY);
        self.high.clear();
        self.high.resize(cells, f32::NEG_INFINITY);
    }

    /// Samples a pixel.
    pub fn places(&self) -> usize {
        self.places
    }

    /// Takes the next connected piece from `places`, which are pixels in order of x, NaN where there is
    /// nothing. `None` when they are used up. y is at most [`FAR`] away from the picture.
    pub fn next_piece(&mut self, places: &mut impl Iterator<Item = (f64, f64)>) -> Option<Span> {
        let usable = |(x, y): &(f64, f64)| !x.is_nan() && !y.is_nan();
        let first = places.find(usable)?;
        let mut before = first;
        let mut alone = true;
        self.forget();
        for place in places.take_while(usable) {
            self.trace(before, place);
            before = place;
            alone = false;
        }
        if alone {
            return Some(Span::Lone(first.0, first.1));
        }
        Some(Span::Samples(self.finish(first.0, before.0)))
    }

    fn forget(&mut self) {
        self.low.fill(f32::INFINITY);
        self.high.fill(f32::NEG_INFINITY);
    }

    /// Widens the cells that the segment from `a` to `b` passes.
    #[inline]
    fn trace(&mut self, a: (f64, f64), b: (f64, f64)) {
        let cells = self.low.len() as f64;
        let scale = self.places as f64;
        let (ax, bx) = (a.0 * scale + self.origin, b.0 * scale + self.origin);
        if bx < 0.0 || ax >= cells {
            return;
        }
        let slope = if bx > ax { (b.1 - a.1) / (bx - ax) } else { 0.0 };
        let y_at = |x: f64| a.1 + (x - ax) * slope;
        let (from, from_y) = if ax < 0.0 { (0.0, y_at(0.0)) } else { (ax, a.1) };
        let (to, to_y) = if bx >= cells { (cells, y_at(cells)) } else { (bx, b.1) };
        let last = (to as usize).min(self.low.len() - 1);
        let first = (from as usize).min(last);
        if first == last {
            self.widen(first, from_y, to_y);
            return;
        }
        self.widen(first, from_y, y_at((first + 1) as f64));
        if first + 1 < last {
            self.cross(first + 1..last, y_at);
        }
        self.widen(last, y_at(last as f64), to_y);
    }

    #[inline]
    fn widen(&mut self, cell: usize, a: f64, b: f64) {
        let (a, b) = (a as f32, b as f32);
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        let (was_low, was_high) = (self.low[cell], self.high[cell]);
        self.low[cell] = if low < was_low { low } else { was_low };
        self.high[cell] = if high > was_high { high } else { was_high };
    }

    /// Sets the cells that a segment crosses from side to side: x rises, so it is alone in them.
    #[inline]
    fn cross(&mut self, cells: Range<usize>, y_at: impl Fn(f64) -> f64) {
        let start = cells.start;
        for (i, (low, high)) in self.low[cells.clone()].iter_mut().zip(&mut self.high[cells]).enumerate() {
            let (a, b) = (y_at((start + i) as f64) as f32, y_at((start + i + 1) as f64) as f32);
            (*low, *high) = if a < b { (a, b) } else { (b, a) };
        }
    }

    /// Turns cells into samples, and says which samples the piece from `from_px` to `to_px` has.
    fn finish(&mut self, from_px: f64, to_px: f64) -> Range<usize> {
        let (from_px, to_px) = wide_enough(from_px, to_px, f64::from(self.width_dpx));
        // Without the part of `origin` that is the reach: samples, not cells.
        let centre = self.reach as f64 / 2.0 - self.origin;
        let scale = self.places as f64;
        let first = (from_px * scale - centre).floor().clamp(0.0, self.samples as f64) as usize;
        let end = ((to_px * scale - centre).ceil() + 1.0).clamp(0.0, self.samples as f64) as usize;
        spread(&mut self.low, self.reach, f32::min);
        spread(&mut self.high, self.reach, f32::max);
        let wide = self.reach as f32 / self.places as f32;
        for (low, high) in self.low.iter_mut().zip(&mut self.high) {
            let tall = *high - *low;
            let slope = tall / wide;
            let thick = self.width_dpx * (1.0 + slope * slope).sqrt();
            let more = ((thick - tall) * 0.5).clamp(0.0, self.width_dpx * 0.5);
            *low -= more;
            *high += more;
        }
        first..end.max(first)
    }

    /// The upper and the lower ends of the spans at some samples.
    pub fn edges(&self, samples: Range<usize>) -> (&[f32], &[f32]) {
        (&self.low[samples.clone()], &self.high[samples])
    }

    /// The upper and lower end of the span at a sample; the upper is the smaller number.
    #[inline]
    pub fn span(&self, sample: usize) -> (f32, f32) {
        (self.low[sample], self.high[sample])
    }
}

/// A range at least `least` wide with the same middle.
fn wide_enough(from: f64, to: f64, least: f64) -> (f64, f64) {
    let more = ((least - (to - from)) / 2.0).max(0.0);
    (from - more, to + more)
}

/// Makes each value the `best` of itself and the `count - 1` after it.
fn spread(values: &mut [f32], count: usize, best: impl Fn(f32, f32) -> f32) {
    let mut ahead = |by: usize| {
        for at in 0..values.len().saturating_sub(by) {
            values[at] = best(values[at], values[at + by]);
        }
    };
    let mut done = 1;
    while done * 2 <= count {
        ahead(done);
        done *= 2;
    }
    if done < count {
        ahead(count - done);
    }
}
