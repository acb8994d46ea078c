//! Blending, and how much of each pixel of a column a shape covers.

use crate::{envelope::ONE, stroke::Stroke, theme::Rgb};

/// A colour and how much of it full cover is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint {
    pub color: [u8; 4],
    /// 256 for opaque.
    pub alpha: f32,
}

impl Paint {
    pub fn new(stroke: Stroke) -> Paint {
        let Rgb(r, g, b) = stroke.color;
        let alpha = if stroke.alpha.is_finite() { stroke.alpha.clamp(0.0, 1.0) } else { 0.0 };
        Paint { color: [r, g, b, 255], alpha: 256.0 * alpha as f32 }
    }

    /// How much to blend, 0 to 256, for a cover of 0 to 1.
    #[inline(always)]
    pub fn amount(self, cover: f32) -> u32 {
        (cover * self.alpha + 0.5) as u32
    }
}

/// Puts `color` over `pixel`, `amount` in 0 to 256. Two channels at a time.
#[inline(always)]
pub(crate) fn blend(pixel: &mut [u8; 4], color: [u8; 4], amount: u32) {
    const EVEN: u32 = 0x00ff_00ff;
    const HALF: u32 = 0x0080_0080;
    let (under, over) = (u32::from_le_bytes(*pixel), u32::from_le_bytes(color));
    let keep = 256 - amount.min(256);
    let amount = 256 - keep;
    let even = ((under & EVEN) * keep + (over & EVEN) * amount + HALF) >> 8 & EVEN;
    let odd = ((under >> 8 & EVEN) * keep + (over >> 8 & EVEN) * amount + HALF) & !EVEN;
    *pixel = (even | odd).to_le_bytes();
}

/// A pixel with its colours divided by its opacity.
pub(crate) fn divided(pixel: [u8; 4]) -> [u8; 4] {
    let [r, g, b, a] = pixel;
    if a == 0 || a == 255 {
        return pixel;
    }
    let alpha = u32::from(a);
    let whole = |c: u8| ((u32::from(c) * 255 + alpha / 2) / alpha).min(255) as u8;
    [whole(r), whole(g), whole(b), a]
}

/// How much of each pixel of one column is covered, collected edge by edge.
///
/// Below an edge everything is covered. Between an edge's two ends the cover of a column grows
/// linearly with y, so over pixels it is a sum of three-tap bumps in the second differences: an edge
/// costs six additions however steep it is, and two running sums give the cover back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Column {
    second_differences: Vec<f32>,
    first_row: usize,
    last_row: usize,
    height: usize,
}

/// An edge flatter than this within a sample's width counts as level.
const LEVEL: i32 = ONE / 16;

/// How far an edge may be off a straight one.
const STRAIGHT: i32 = ONE / 10;

impl Column {
    pub fn begin(&mut self, height: usize) {
        if self.height != height || self.second_differences.is_empty() {
            self.second_differences = vec![0.0; height + 4];
            self.height = height;
        }
        (self.first_row, self.last_row) = (height, 0);
    }

    /// Adds `weight` for each step of an edge to what lies below it there, y in parts of [`ONE`]. An edge
    /// that is straight to the eye is added in one.
    #[inline]
    pub fn add_edges(&mut self, edge: &[i32], weight: f32) {
        let (Some((&first, after)), Some(&last)) = (edge.split_first(), edge.last()) else { return };
        let steps = after.len() as i32;
        let slope = (last - first) / steps;
        let straight = after.iter().zip(1..).all(|(y, i)| (first + slope * i - y).abs() < STRAIGHT);
        if straight {
            self.add_edge(first, last, weight * steps as f32);
        } else {
            edge.windows(2).for_each(|step| self.add_edge(step[0], step[1], weight));
        }
    }

    /// Adds `weight` to all that lies below the edge from `a` to `b`.
    #[inline]
    fn add_edge(&mut self, a: i32, b: i32, weight: f32) {
        let bottom = self.height as i32 * ONE;
        let (low, high) = (a.min(b), a.max(b));
        if low >= bottom {
            self.last_row = self.height;
            return;
        }
        self.first_row = self.first_row.min((low.max(0) / ONE) as usize);
        self.last_row = self.last_row.max((high.max(0).min(bottom - 1) / ONE + 1) as usize);
        let pixels = |y: i32| y as f32 / ONE as f32;
        if high - low < LEVEL {
            self.add_level(pixels(low) + pixels(high - low) * 0.5, weight);
        } else if high <= 0 {
            self.add_level(0.0, weight);
        } else {
            let slope = weight / pixels(high - low);
            self.add_corner(pixels(low), slope);
            self.add_corner(pixels(high), -slope);
        }
    }

    /// Full cover below `y`.
    #[inline]
    fn add_level(&mut self, y: f32, weight: f32) {
        let y = y.max(0.0);
        let row = y as usize;
        let into = y - row as f32;
        if let Some([a, b, c]) = self.second_differences.get_mut(row..row + 3) {
            *a += (1.0 - into) * weight;
            *b += (2.0 * into - 1.0) * weight;
            *c -= into * weight;
        }
    }

    /// Cover that grows by `slope` a pixel from `y` on.
    #[inline]
    fn add_corner(&mut self, y: f32, slope: f32) {
        if y < 0.0 {
            let there = (0.5 - y) * slope;
            if let Some([a, b]) = self.second_differences.get_mut(0..2) {
                *a += there;
                *b += slope - there;
            }
            return;
        }
        if y >= self.height as f32 {
            return;
        }
        let row = y as usize;
        let (into, left) = (y - row as f32, 1.0 - (y - row as f32));
        let (first, last) = (left * left * 0.5 * slope, into * into * 0.5 * slope);
        if let Some([a, b, c]) = self.second_differences.get_mut(row..row + 3) {
            *a += first;
            *b += slope - first - last;
            *c += last;
        }
    }

    /// Blends what was collected into the pixels of the column, and forgets it. `part` says how much of an amount,
    /// 0 to 256, is drawn in a row.
    #[inline]
    pub fn blend_into<'a>(
        &mut self,
        pixels: impl Iterator<Item = &'a mut [u8; 4]>,
        paint: Paint,
        part: impl Fn(usize, u32) -> u32,
    ) {
        let (first, end) = (self.first_row, self.last_row.min(self.height));
        if first < end {
            let full = paint.amount(1.0) as i32;
            let (mut difference, mut cover) = (0.0f32, 0.0f32);
            let rows = self.second_differences[first..end].iter().zip(pixels.skip(first));
            for (row, (second, pixel)) in rows.enumerate() {
                difference += second;
                cover += difference;
                // Clamped as a whole number, for the same reason as in [`ONE`].
                let amount = ((cover * paint.alpha + 0.5) as i32).clamp(0, full) as u32;
                if amount > 0 {
                    blend(pixel, paint.color, part(first + row, amount));
                }
            }
        }
        let to = (end + 3).min(self.second_differences.len());
        if first < to {
            self.second_differences[first..to].fill(0.0);
        }
    }
}
