//! The dense series layer: draws lines into a buffer of pixels, hundreds in a frame's time.
//!
//! # How
//! x rises strictly along a series, so a line is the graph of a function, and what a stroke covers
//! above any x is one interval. A line is drawn column by column: the span of y that it covers
//! there, made thicker by what the stroke needs at that slope, is blended with soft ends. A thousand
//! points in a column cost no more than two, and nothing is lost: the span holds every extreme.
//!
//! [`Detail::Fine`] takes that span at four places a column and blends the exact area of the shape
//! between them, so it looks as a canvas path does, also where lines are steep.
//! [`Detail::Dense`] takes one span a column, for pictures in which single edges cannot be seen.
//!
//! # Use
//! [`Raster::begin`], then [`Raster::draw_line`] for each line, in as many animation frames as it
//! takes, then [`Raster::pixels`] whenever there is something to show. The buffer covers the layout's
//! plot, not the whole chart.

use crate::{
    draw::rule_y,
    envelope::{Envelope, Span},
    layout::{Layout, indices_within},
    line::LineChart,
    stroke::{Stroke, stroke},
    theme::{Rgb, Theme},
};
use data::series::Points;

/// How carefully edges are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Detail {
    /// As good as a canvas path.
    Fine,
    /// As fast as can be.
    Dense,
}

impl Detail {
    /// What suits a chart of `lines` lines.
    pub fn for_lines(lines: usize) -> Detail {
        if lines <= 60 { Detail::Fine } else { Detail::Dense }
    }
}

/// A buffer of pixels in which lines are drawn one by one.
#[derive(Debug, Clone, Default)]
pub struct Raster {
    width: usize,
    height: usize,
    /// Row by row, colours multiplied by their opacity.
    buffer: Vec<[u8; 4]>,
    /// Whether the ground is clear, so that colours must be divided by opacity on the way out.
    clear: bool,
    straight: Vec<[u8; 4]>,
    envelope: Envelope,
    column: Column,
}

impl Raster {
    /// A clear buffer of `width` by `height` device pixels.
    pub fn new(width: u32, height: u32) -> Raster {
        let (width, height) = (width.min(1 << 15) as usize, height.min(1 << 15) as usize);
        let mut raster = Raster { width, height, ..Raster::default() };
        raster.begin(None);
        raster
    }

    /// Pixels across.
    pub fn width(&self) -> u32 {
        self.width as u32
    }

    /// Pixels down.
    pub fn height(&self) -> u32 {
        self.height as u32
    }

    /// Empties the buffer: onto an opaque ground, or clear for a layer above others.
    pub fn begin(&mut self, ground: Option<Rgb>) {
        self.clear = ground.is_none();
        let ground = ground.map_or([0; 4], |Rgb(r, g, b)| [r, g, b, 255]);
        self.buffer.clear();
        self.buffer.resize(self.width * self.height, ground);
    }

    /// Draws the hairlines across that lie behind the lines, as [`crate::draw::draw_grid`] does.
    pub fn draw_grid(&mut self, layout: &Layout, theme: &Theme) {
        let hairline = theme.whole_dpx(1.0);
        let Rgb(r, g, b) = theme.grid;
        for tick in layout.y_ticks.iter().filter(|tick| !tick.is_minor()) {
            let top = rule_y(layout, tick.px, hairline) - layout.plot.y0;
            let rows = top.max(0) as usize..((top + hairline).max(0) as usize).min(self.height);
            for row in rows {
                self.buffer[row * self.width..][..self.width].fill([r, g, b, 255]);
            }
        }
    }

    /// Draws line `index` of `chart`, and what lies behind it.
    pub fn draw_line(&mut self, chart: &LineChart, index: usize, layout: &Layout, theme: &Theme, detail: Detail) {
        let (line, stroke) = (&chart.lines[index], stroke(chart, index, theme));
        if let Some(original) = line.original() {
            self.draw_points(original, layout, stroke.behind(theme), detail);
        }
        self.draw_points(line.points(), layout, stroke, detail);
    }

    /// Draws `points` with `stroke`. They break where y has no place; lone ones are dots.
    pub fn draw_points(&mut self, points: &Points, layout: &Layout, stroke: Stroke, detail: Detail) {
        let paint = Paint::new(stroke);
        if self.buffer.is_empty() || paint.alpha <= 0.0 {
            return;
        }
        let width_dpx = if stroke.width_dpx.is_finite() { stroke.width_dpx.clamp(0.25, 64.0) } else { 1.0 };
        self.envelope.prepare(self.width, width_dpx, detail);
        let x = layout.x.shifted(-f64::from(layout.plot.x0));
        let y = layout.y.shifted(-f64::from(layout.plot.y0));
        let within = indices_within(points, layout.x.domain());
        let part = within.start.saturating_sub(1)..(within.end + 1).min(points.len());
        let (xs, ys) = (&points.x[part.clone()], &points.y[part]);
        let mut places = xs.iter().zip(ys).map(|(&at, &value)| (x.px_from(at as f64), y.px_from(value)));
        while let Some(piece) = self.envelope.next_piece(&mut places) {
            match piece {
                Span::Lone(x, y) => self.dot(x, y, width_dpx * 1.5, paint),
                Span::Samples(samples) => match detail {
                    Detail::Fine => self.blend_fine(samples, paint),
                    Detail::Dense => self.blend_dense(samples, paint),
                },
            }
        }
    }

    /// The pixels row by row, four bytes each: red, green, blue, opacity, not multiplied, as
    /// `ImageData` wants them.
    pub fn pixels(&mut self) -> &[u8] {
        if !self.clear {
            return self.buffer.as_flattened();
        }
        self.straight.clear();
        self.straight.extend(self.buffer.iter().map(|&pixel| divided(pixel)));
        self.straight.as_flattened()
    }

    /// The pixels with colours multiplied by their opacity.
    pub fn premultiplied(&self) -> &[u8] {
        self.buffer.as_flattened()
    }

    /// One span a column.
    fn blend_dense(&mut self, columns: std::ops::Range<usize>, paint: Paint) {
        let bottom = self.height as f32;
        for column in columns.start..columns.end.min(self.width) {
            let (top, end) = self.envelope.span(column);
            let (top, end) = (top.max(0.0), end.min(bottom));
            if top >= end {
                continue;
            }
            let (first, last) = (top as usize, end as usize);
            let mut below = self.buffer[first * self.width + column..].iter_mut().step_by(self.width);
            if first == last {
                below.next().into_iter().for_each(|pixel| blend(pixel, paint.color, paint.amount(end - top)));
                continue;
            }
            let soft = paint.amount(1.0 - (top - first as f32));
            below.next().into_iter().for_each(|pixel| blend(pixel, paint.color, soft));
            let whole = paint.amount(1.0);
            below.by_ref().take(last - first - 1).for_each(|pixel| blend(pixel, paint.color, whole));
            let soft = paint.amount(end - last as f32);
            below.next().into_iter().for_each(|pixel| blend(pixel, paint.color, soft));
        }
    }

    /// The exact area between the upper and the lower edge through the samples.
    fn blend_fine(&mut self, samples: std::ops::Range<usize>, paint: Paint) {
        let places = self.envelope.places();
        let weight = 1.0 / places as f32;
        let mut at = samples.start;
        while at + 1 < samples.end {
            let column = at / places;
            let end = ((column + 1) * places).min(samples.end - 1);
            if column >= self.width {
                return;
            }
            self.column.begin(self.height);
            let mut left = self.envelope.span(at);
            for sample in at + 1..=end {
                let right = self.envelope.span(sample);
                self.column.add_edge(left.0, right.0, weight);
                self.column.add_edge(left.1, right.1, -weight);
                left = right;
            }
            let pixels = self.buffer[column..].iter_mut().step_by(self.width);
            self.column.blend_into(pixels, paint);
            at = end;
        }
    }

    /// A filled circle around a place.
    fn dot(&mut self, x: f64, y: f64, radius: f64, paint: Paint) {
        let reach = radius + 1.0;
        let span = |at: f64, most: usize| {
            let low = (at - reach).floor().clamp(0.0, most as f64) as usize;
            low..((at + reach).ceil().clamp(0.0, most as f64) as usize)
        };
        for row in span(y, self.height) {
            for column in span(x, self.width) {
                let distance = (column as f64 + 0.5 - x).hypot(row as f64 + 0.5 - y);
                let cover = (radius + 0.5 - distance).clamp(0.0, 1.0) as f32;
                blend(&mut self.buffer[row * self.width + column], paint.color, paint.amount(cover));
            }
        }
    }
}

/// A colour and how much of it full cover is.
#[derive(Debug, Clone, Copy)]
struct Paint {
    color: [u8; 4],
    /// 256 for opaque.
    alpha: f32,
}

impl Paint {
    fn new(stroke: Stroke) -> Paint {
        let Rgb(r, g, b) = stroke.color;
        let alpha = if stroke.alpha.is_finite() { stroke.alpha.clamp(0.0, 1.0) } else { 0.0 };
        Paint { color: [r, g, b, 255], alpha: 256.0 * alpha as f32 }
    }

    /// How much to blend, 0 to 256, for a cover of 0 to 1.
    #[inline(always)]
    fn amount(self, cover: f32) -> u32 {
        (cover * self.alpha + 0.5) as u32
    }
}

/// Puts `color` over `pixel`, `amount` in 0 to 256. Two channels at a time.
#[inline(always)]
fn blend(pixel: &mut [u8; 4], color: [u8; 4], amount: u32) {
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
fn divided(pixel: [u8; 4]) -> [u8; 4] {
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
struct Column {
    second_differences: Vec<f32>,
    first_row: usize,
    last_row: usize,
    height: usize,
}

/// An edge flatter than this within a sample's width counts as level.
const LEVEL: f32 = 1.0 / 16.0;

impl Column {
    fn begin(&mut self, height: usize) {
        if self.height != height || self.second_differences.is_empty() {
            self.second_differences = vec![0.0; height + 4];
            self.height = height;
        }
        (self.first_row, self.last_row) = (height, 0);
    }

    /// Adds `weight` to all that lies below the edge from `a` to `b`.
    #[inline]
    fn add_edge(&mut self, a: f32, b: f32, weight: f32) {
        let bottom = self.height as f32;
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        if low >= bottom {
            self.last_row = self.height;
            return;
        }
        self.first_row = self.first_row.min(low.max(0.0) as usize);
        self.last_row = self.last_row.max((high.clamp(0.0, bottom) as usize + 1).min(self.height));
        if high - low < LEVEL {
            self.add_level((low + high) * 0.5, weight);
        } else if high <= 0.0 {
            self.add_level(0.0, weight);
        } else {
            let slope = weight / (high - low);
            self.add_corner(low, slope);
            self.add_corner(high, -slope);
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

    /// Blends what was collected into the pixels of the column, and forgets it.
    #[inline]
    fn blend_into<'a>(&mut self, pixels: impl Iterator<Item = &'a mut [u8; 4]>, paint: Paint) {
        let (first, end) = (self.first_row, self.last_row.min(self.height));
        if first < end {
            let (mut difference, mut cover) = (0.0f32, 0.0f32);
            for (second, pixel) in self.second_differences[first..end].iter().zip(pixels.skip(first)) {
                difference += second;
                cover += difference;
                let amount = paint.amount(cover.clamp(0.0, 1.0));
                if amount > 0 {
                    blend(pixel, paint.color, amount);
                }
            }
        }
        let to = (end + 3).min(self.second_differences.len());
        if first < to {
            self.second_differences[first..to].fill(0.0);
        }
    }
}
