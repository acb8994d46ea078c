//! Lines as sums of light: each adds its colour to the pixels that it covers, and can be taken away.
//!
//! Sums do not depend on the order of lines, so when a brush moves, only the lines that come or go are
//! touched: see [`Density::add`]. [`Density::pixels`] turns the sums into colours: the mean of the lines
//! at a pixel, more opaque the more there are.

use super::{ParallelChart, ParallelLine, layout::ParallelLayout};
use crate::theme::Rgb;

/// A pixel is this many parts high, and a pixel covered whole weighs as much.
const PARTS: i32 = 64;
const SHIFT: u32 = 6;
/// How many whole lines on a pixel make no further difference.
const MOST_LINES: usize = 256;
/// How many columns are turned at a time from columns of sums to rows of pixels.
const BLOCK: usize = 16;

/// Whether lines come or go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// They are drawn.
    Come,
    /// They were drawn before and are taken away.
    Go,
}

/// How lines are drawn.
#[derive(Debug, Clone, Copy)]
pub struct Pen<'a> {
    /// The lines.
    pub chart: &'a ParallelChart,
    /// Where they lie.
    pub layout: &'a ParallelLayout,
    /// How wide each is, device pixels.
    pub stroke_dpx: f64,
    /// The colour of all of them; `None` for their own.
    pub flat: Option<Rgb>,
}

/// The sums of one picture: of what lies between the first and the last axis.
#[derive(Debug)]
pub struct Density {
    width: usize,
    height: usize,
    /// Column by column: red, green and blue times weight, and the weight.
    sums: Vec<[i32; 4]>,
    /// Column by column, a bit a pixel, in words of their own: whether its sums changed since it was last a colour.
    changed: Vec<u64>,
    rgba: Vec<[u8; 4]>,
    /// What `rgba` was made with: one line's opacity.
    alpha: f64,
    /// The opacity of each weight, in quarter lines.
    opacity: Vec<u8>,
    edges: Vec<f32>,
    /// What one line covers in the columns between two edges: from where, to where, and how much each part of it weighs.
    covered: [Vec<i32>; 3],
}

impl Density {
    /// Empty sums for a picture of `layout`: as wide as its plot, and as high as the whole picture.
    pub fn new(layout: &ParallelLayout) -> Density {
        let (width, height) = (layout.plot.width() as usize, layout.size.1 as usize);
        Density {
            width,
            height,
            sums: vec![[0; 4]; width * height],
            changed: vec![0; width * height.div_ceil(64)],
            rgba: vec![[0; 4]; width * height],
            alpha: f64::NAN,
            opacity: Vec::new(),
            edges: Vec::new(),
            covered: Default::default(),
        }
    }

    /// Pixels across.
    pub fn width(&self) -> u32 {
        self.width as u32
    }

    /// Pixels down.
    pub fn height(&self) -> u32 {
        self.height as u32
    }

    /// The same lines, all in `flat`: only how much lies on a pixel counts, so none is traced anew.
    pub fn in_one_color(&self, flat: Rgb) -> Density {
        let Rgb(red, green, blue) = flat;
        let color = [i32::from(red), i32::from(green), i32::from(blue), 1];
        Density {
            sums: self.sums.iter().map(|sum| color.map(|part| part.wrapping_mul(sum[3]))).collect(),
            changed: vec![u64::MAX; self.changed.len()],
            rgba: vec![[0; 4]; self.rgba.len()],
            alpha: f64::NAN,
            opacity: Vec::new(),
            edges: Vec::new(),
            covered: Default::default(),
            ..*self
        }
    }

    /// Lets the lines at `indices` come or go. A line must be taken away as it was added: with the same pen.
    pub fn add(&mut self, pen: Pen, indices: &[u32], change: Change) {
        for gap in 0..pen.chart.axes.len().saturating_sub(1) {
            self.add_between(gap, pen, indices, change);
        }
    }

    /// The same only between the axis `gap` and the next. Thousands of lines are added gap by gap: the columns of one
    /// stay in the cache, and those of all do not.
    pub fn add_between(&mut self, gap: usize, pen: Pen, indices: &[u32], change: Change) {
        let Pen { chart, layout, stroke_dpx, flat } = pen;
        let left = f64::from(layout.plot.x0);
        if let (Some(pair), Some(places)) = (chart.axes.get(gap..gap + 2), layout.axes.get(gap..gap + 2)) {
            let (from, to) = (places[0].x - left, places[1].x - left);
            let columns = from.round().max(0.0) as usize..(to.round().max(0.0) as usize).min(self.width);
            self.edges.clear();
            let part = |column: usize| ((column as f64 - from) / (to - from)).clamp(0.0, 1.0);
            self.edges.extend((columns.start..=columns.end).map(|column| chart.rise(part(column)) as f32));
            for part in &mut self.covered {
                part.resize(self.edges.len().saturating_sub(1), 0);
            }
            let (starts, ends) = (pair[0].shares(), pair[1].shares());
            for &index in indices {
                let at = index as usize;
                let (Some(line), Some(&a), Some(&b)) = (chart.lines.get(at), starts.get(at), ends.get(at)) else {
                    continue;
                };
                let (from, to) = (layout.y(a) as f32, layout.y(b) as f32);
                self.trace(columns.start, from, to - from, stroke_dpx as f32, signed(line, flat, change));
            }
        }
    }

    /// One line between two axes, from the column `first`. A pixel's four sums are one vector in the browser.
    #[cfg_attr(target_arch = "wasm32", target_feature(enable = "simd128"))]
    fn trace(&mut self, first: usize, from: f32, rise: f32, stroke: f32, color: [i32; 4]) {
        let parts = PARTS as f32;
        let bottom = self.height as i32 * PARTS;
        let words = self.height.div_ceil(64);
        let [tops, ends, weights] = &mut self.covered;
        // A loop of its own, which the compiler does for four columns at a time.
        let sums = tops.iter_mut().zip(ends.iter_mut()).zip(weights.iter_mut());
        for ((edge, next), ((top, end), weight)) in
            self.edges.iter().zip(self.edges.get(1..).unwrap_or_default()).zip(sums)
        {
            let (a, b) = (from + rise * edge, from + rise * next);
            let steep = b - a;
            // As much weight as the line's area in this column, spread over all that it touches.
            let long = steep.abs() + stroke;
            *weight = (stroke * (1.0 + steep * steep).sqrt() / long * parts) as i32;
            let middle = (a + b) * 0.5;
            *top = (((middle - long * 0.5) * parts) as i32).max(0);
            *end = (((middle + long * 0.5) * parts) as i32).min(bottom);
        }
        let covered = self.covered[0].iter().zip(&self.covered[1]).zip(&self.covered[2]);
        for (at, ((&top, &end), &weight)) in covered.enumerate() {
            if top >= end {
                continue;
            }
            let (mut row, last) = ((top >> SHIFT) as usize, ((end - 1) >> SHIFT) as usize);
            let column = (first + at) * self.height;
            let Some(pixels) = self.sums.get_mut(column + row..=column + last) else { continue };
            mark(&mut self.changed[(first + at) * words..][..words], row, last);
            for pixel in pixels {
                let covered = end.min((row as i32 + 1) << SHIFT) - top.max((row as i32) << SHIFT);
                let weight = (covered * weight) >> SHIFT;
                for (sum, part) in pixel.iter_mut().zip(color) {
                    *sum = sum.wrapping_add(part * weight);
                }
                row += 1;
            }
        }
    }

    /// The pixels row by row, four bytes each: red, green, blue, opacity, not multiplied, as `ImageData`
    /// wants them. One line alone is as opaque as `alpha`, 0 to 1. With the `alpha` of the last time only
    /// the pixels that changed cost anything.
    pub fn pixels(&mut self, alpha: f64) -> &[u8] {
        if self.alpha != alpha {
            self.alpha = alpha;
            self.changed.fill(u64::MAX);
            self.opacity.clear();
            self.opacity.extend(opacities(alpha));
        }
        let (width, height, words) = (self.width, self.height, self.height.div_ceil(64));
        // Blocks of columns, so that the rows written stay in the cache.
        for block in (0..width).step_by(BLOCK) {
            for word in 0..words {
                for column in block..(block + BLOCK).min(width) {
                    let mut bits = std::mem::take(&mut self.changed[column * words + word]);
                    while bits != 0 {
                        let row = word * 64 + bits.trailing_zeros() as usize;
                        bits &= bits - 1;
                        if row < height {
                            let sum = self.sums[column * height + row];
                            self.rgba[row * width + column] = color_of(sum, &self.opacity);
                        }
                    }
                }
            }
        }
        self.rgba.as_flattened()
    }
}

/// Sets the bits `from..=to` of a column.
fn mark(words: &mut [u64], from: usize, to: usize) {
    let (first, last) = (from / 64, to / 64);
    let above = u64::MAX << (from % 64);
    let below = u64::MAX >> (63 - to % 64);
    if first == last {
        words[first] |= above & below;
        return;
    }
    words[first] |= above;
    words[first + 1..last].fill(u64::MAX);
    words[last] |= below;
}

/// Steps of weight a whole line has in the table of opacities.
const STEPS: usize = 4;

/// The opacity of each weight in quarter lines, from light touches at an edge on, where one line has `alpha`.
fn opacities(alpha: f64) -> impl Iterator<Item = u8> {
    let left = 1.0 - if alpha.is_finite() { alpha.clamp(0.0, 1.0) } else { 1.0 };
    let opacity = move |lines: f64| ((1.0 - left.powf(lines)) * 255.0).round() as u8;
    let light = (0..STEPS).map(move |sixteenths| opacity(sixteenths.max(1) as f64 / 16.0));
    light.chain((1..=MOST_LINES * STEPS).map(move |quarters| opacity(quarters as f64 / STEPS as f64)))
}

/// The mean colour of what lies on a pixel, more opaque the more it is.
fn color_of([red, green, blue, weight]: [i32; 4], opacity: &[u8]) -> [u8; 4] {
    if weight <= 0 {
        return [0; 4];
    }
    let quarters = (weight as usize) >> (SHIFT - 2);
    let at = match quarters {
        0 => weight as usize >> (SHIFT - 4),
        quarters => (STEPS - 1 + quarters).min(opacity.len() - 1),
    };
    let share = 1.0 / weight as f32;
    let mean = |sum: i32| (sum as f32 * share + 0.5) as u8;
    [mean(red), mean(green), mean(blue), opacity[at]]
}

fn signed(line: &ParallelLine, flat: Option<Rgb>, change: Change) -> [i32; 4] {
    let Rgb(red, green, blue) = flat.unwrap_or(line.color);
    let color = [i32::from(red), i32::from(green), i32::from(blue), 1];
    if change == Change::Go { color.map(|part| -part) } else { color }
}

/// How opaque one of `lines` is: alone it is bold, among thousands it is a trace. It changes in steps that no
/// eye sees, so that a few lines more or less leave most pixels as they are.
pub fn opacity_of_one(lines: usize) -> f64 {
    const STEPS: f64 = 64.0;
    ((6.0 / (lines.max(1) as f64).sqrt() * STEPS).round() / STEPS).clamp(0.07, 0.85)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{parallel::samples, theme::Theme};
    use proptest::prelude::*;

    fn pen<'a>(chart: &'a ParallelChart, layout: &'a ParallelLayout, stroke_dpx: f64) -> Pen<'a> {
        Pen { chart, layout, stroke_dpx, flat: None }
    }

    fn density(chart: &ParallelChart, indices: &[u32]) -> Density {
        let layout = chart.layout((300, 200), &Theme::light(1.0));
        let mut density = Density::new(&layout);
        density.add(pen(chart, &layout, 1.25), indices, Change::Come);
        density
    }

    #[test]
    fn each_column_of_a_line_weighs_as_much_as_its_stroke_is_long() {
        let chart = ParallelChart { straight: true, ..samples::search(1, false) };
        let layout = chart.layout((600, 300), &Theme::light(1.0));
        let mut density = Density::new(&layout);
        density.add(pen(&chart, &layout, 2.0), &[0], Change::Come);
        let weight: i64 = density.sums.iter().map(|sum| i64::from(sum[3])).sum();
        let place = |axis: usize| (layout.axes[axis].x, layout.y(chart.axes[axis].shares()[0]));
        let long: f64 = (1..chart.axes.len())
            .map(|axis| (place(axis).0 - place(axis - 1).0).hypot(place(axis).1 - place(axis - 1).1))
            .sum();
        let expected = long * 2.0 * f64::from(PARTS);
        assert!((weight as f64 / expected - 1.0).abs() < 0.05, "{weight} for {expected}");
    }

    #[test]
    fn in_one_color_is_as_if_drawn_so() {
        let chart = samples::search(200, false);
        let layout = chart.layout((300, 200), &Theme::light(1.0));
        let all: Vec<u32> = (0..200).collect();
        let mut drawn = Density::new(&layout);
        drawn.add(Pen { flat: Some(Rgb(90, 91, 92)), ..pen(&chart, &layout, 1.25) }, &all, Change::Come);
        let mut turned = density(&chart, &all).in_one_color(Rgb(90, 91, 92));
        assert_eq!(turned.sums, drawn.sums);
        assert_eq!(turned.pixels(0.2), drawn.pixels(0.2));
    }

    #[test]
    fn one_line_is_seen_and_many_are_denser() {
        let chart = samples::search(400, false);
        let most = |indices: &[u32]| {
            let mut density = density(&chart, indices);
            density.pixels(0.1).chunks(4).map(|pixel| pixel[3]).max()
        };
        let (one, many) = (most(&[3]), most(&(0..400).collect::<Vec<_>>()));
        assert!(one > Some(15) && many > one.map(|one| one * 3), "{one:?} {many:?}");
        assert!(opacity_of_one(1) > opacity_of_one(1_000) && opacity_of_one(1_000) > opacity_of_one(10_000));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn what_goes_leaves_nothing_behind(stay in prop::collection::btree_set(0..60u32, 0..30), straight: bool) {
            let chart = ParallelChart { straight, ..samples::search(60, false) };
            let all: Vec<u32> = (0..60).collect();
            let (stay, go): (Vec<u32>, Vec<u32>) = all.iter().partition(|at| stay.contains(at));
            let layout = chart.layout((300, 200), &Theme::light(1.0));
            let mut changed = density(&chart, &all);
            changed.add(pen(&chart, &layout, 1.25), &go, Change::Go);
            prop_assert_eq!(&changed.sums, &density(&chart, &stay).sums);
        }

        #[test]
        fn only_what_changed_is_turned_to_colours_and_that_is_enough(
            stay in prop::collection::btree_set(0..60u32, 0..30),
            alphas in prop::collection::vec(prop::sample::select(vec![0.1, 0.2]), 1..4),
        ) {
            let chart = samples::search(60, false);
            let all: Vec<u32> = (0..60).collect();
            let (stay, go): (Vec<u32>, Vec<u32>) = all.iter().partition(|at| stay.contains(at));
            let layout = chart.layout((300, 200), &Theme::light(1.0));
            let mut changed = density(&chart, &all);
            for alpha in alphas {
                changed.pixels(alpha);
                changed.add(pen(&chart, &layout, 1.25), &go, Change::Go);
                changed.pixels(alpha);
                changed.add(pen(&chart, &layout, 1.25), &go, Change::Come);
            }
            changed.add(pen(&chart, &layout, 1.25), &go, Change::Go);
            let mut anew = density(&chart, &stay);
            prop_assert_eq!(changed.pixels(0.1), anew.pixels(0.1));
        }
    }

    #[test]
    fn every_sample_is_drawn() {
        for (name, chart) in samples::all() {
            for size in [(0, 0), (3, 2), (90, 60)] {
                let layout = chart.layout(size, &Theme::light(2.0));
                let mut density = Density::new(&layout);
                let all: Vec<u32> = (0..chart.lines.len() as u32).collect();
                density.add(Pen { flat: Some(Rgb(9, 9, 9)), ..pen(&chart, &layout, 1.0) }, &all, Change::Come);
                assert_eq!(density.pixels(0.5).len() as u32, density.width() * density.height() * 4, "{name}");
            }
        }
    }
}
