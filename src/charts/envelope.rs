//! The span of y that a stroke covers at each of many places along x.

use crate::raster::Detail;
use std::ops::Range;

/// A connected part of a line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Span {
    /// One point without finite neighbours, at x and y.
    Lone(f64, f64),
    /// The samples between these have spans: see [`Envelope::edges`].
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
    /// The least and largest y in each cell, in parts of [`ONE`]; [`NOWHERE`] and its opposite in one
    /// that the line does not pass.
    low: Vec<i32>,
    high: Vec<i32>,
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

/// A pixel. Spans count in parts of it: browsers take the smaller of two whole numbers without a
/// branch, but not of two floats, and in noisy data that branch is guessed wrongly half of the time.
pub(crate) const ONE: i32 = 1024;
/// How far from the picture a y may lie, pixels: beyond what is seen, near enough to count.
pub(crate) const FAR: f64 = 1e6;
/// Below every picture.
const NOWHERE: i32 = i32::MAX / 4;

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
        self.low.resize(cells, NOWHERE);
        self.high.clear();
        self.high.resize(cells, -NOWHERE);
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
        self.low.fill(NOWHERE);
        self.high.fill(-NOWHERE);
        let scale = self.places as f64;
        let one = f64::from(ONE);
        let mut pen = Pen::at(first.0 * scale + self.origin, first.1 * one);
        for place in places.take_while(usable) {
            pen.go(place.0 * scale + self.origin, place.1 * one, &mut self.low, &mut self.high);
            before = place;
            alone = false;
        }
        if alone {
            return Some(Span::Lone(first.0, first.1));
        }
        pen.lift(&mut self.low, &mut self.high);
        Some(Span::Samples(self.finish(first.0, before.0)))
    }

    /// Turns cells into samples, and says which samples the piece from `from_px` to `to_px` has.
    fn finish(&mut self, from_px: f64, to_px: f64) -> Range<usize> {
        let (from_px, to_px) = wide_enough(from_px, to_px, f64::from(self.width_dpx));
        // Without the part of `origin` that is the reach: samples, not cells.
        let centre = self.reach as f64 / 2.0 - self.origin;
        let scale = self.places as f64;
        let first = (from_px * scale - centre).floor().clamp(0.0, self.samples as f64) as usize;
        let end = ((to_px * scale - centre).ceil() + 1.0).clamp(0.0, self.samples as f64) as usize;
        spread(&mut self.low, self.reach, i32::min);
        spread(&mut self.high, self.reach, i32::max);
        let wide = self.reach as f32 / self.places as f32;
        let thickest = (self.width_dpx * 0.5 * ONE as f32) as i32;
        for (low, high) in self.low.iter_mut().zip(&mut self.high) {
            let tall = (*high - *low) as f32;
            let slope = tall / (wide * ONE as f32);
            let thick = self.width_dpx * ONE as f32 * (1.0 + slope * slope).sqrt();
            let more = (((thick - tall) * 0.5) as i32).max(0).min(thickest);
            *low -= more;
            *high += more;
        }
        first..end.max(first)
    }

    /// The upper and the lower ends of the spans at some samples, in parts of [`ONE`]; the upper are the
    /// smaller numbers.
    pub fn edges(&self, samples: Range<usize>) -> (&[i32], &[i32]) {
        (&self.low[samples.clone()], &self.high[samples])
    }
}

/// Sets `low` and `high`, one for each pixel column from 0 on, to the spans of y of the line through
/// `places`, in parts of [`ONE`]. Says which columns it passes.
pub(crate) fn trace(places: impl IntoIterator<Item = (f64, f64)>, low: &mut [i32], high: &mut [i32]) -> Range<usize> {
    let mut places = places.into_iter();
    let Some((x, y)) = places.next() else { return 0..0 };
    let one = f64::from(ONE);
    let mut pen = Pen::at(x, y * one);
    let first = pen.cell;
    for (x, y) in places {
        pen.go(x, y * one, low, high);
    }
    pen.lift(low, high);
    let end = if pen.x < 0.0 { 0 } else { (pen.cell + 1).min(low.len()) };
    first.min(end)..end
}

/// Traces a line from cell to cell, with the span of the current one at hand. Its y are in parts of
/// [`ONE`].
struct Pen {
    /// Where it is, x in cells.
    x: f64,
    y: f64,
    cell: usize,
    low: i32,
    high: i32,
}

impl Pen {
    fn at(x: f64, y: f64) -> Pen {
        Pen { x, y, cell: x.max(0.0) as usize, low: whole(y), high: whole(y) }
    }

    /// Goes straight to a place on the right, and sets the spans of the cells that it leaves.
    #[inline(always)]
    fn go(&mut self, x: f64, y: f64, lows: &mut [i32], highs: &mut [i32]) {
        if self.x < 0.0 {
            self.enter(x, y);
        }
        let mut side = (self.cell + 1) as f64;
        if x < side {
            self.widen(y);
        } else if self.cell < lows.len() {
            let slope = (y - self.y) / (x - self.x);
            let end = x.min(lows.len() as f64);
            while side <= end {
                let at_side = self.y + (side - self.x) * slope;
                self.widen(at_side);
                self.lift(lows, highs);
                self.cell += 1;
                side += 1.0;
                (self.low, self.high) = (whole(at_side), whole(at_side));
            }
            self.widen(y);
        }
        (self.x, self.y) = (x, y);
    }

    #[inline(always)]
    fn widen(&mut self, y: f64) {
        self.low = self.low.min(whole(y));
        self.high = self.high.max(whole(y));
    }

    /// Comes in from the left on the way to a place.
    #[cold]
    fn enter(&mut self, x: f64, y: f64) {
        let inside = if x > 0.0 { self.y - self.x * (y - self.y) / (x - self.x) } else { y };
        (self.low, self.high) = (whole(inside), whole(inside));
    }

    /// Sets the span of the current cell, if there is one.
    #[inline(always)]
    fn lift(&self, lows: &mut [i32], highs: &mut [i32]) {
        if let (Some(low), Some(high)) = (lows.get_mut(self.cell), highs.get_mut(self.cell)) {
            (*low, *high) = (self.low, self.high);
        }
    }
}

/// A y as a whole number, near enough that no two are further apart than a number can say: a line that is far steeper
/// than a cell is wide may come in from anywhere.
#[inline(always)]
fn whole(y: f64) -> i32 {
    (y as i32).clamp(-NOWHERE, NOWHERE)
}

/// A range at least `width` wide with the same middle.
fn wide_enough(from: f64, to: f64, width: f64) -> (f64, f64) {
    let more = ((width - (to - from)) / 2.0).max(0.0);
    (from - more, to + more)
}

/// Makes each value the `best` of itself and the `count - 1` after it.
fn spread(values: &mut [i32], count: usize, best: impl Fn(i32, i32) -> i32) {
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
