//! A plotters backend that paints pixels.
//!
//! Plotters counts in whole pixels, so what is drawn is [`FINER`] times as large as the picture, and every
//! coordinate is divided here: lines lie between pixels, as they do in an SVG.

use super::font::{Letter, Weight, pen, text_size, weight_of};
use ab_glyph::OutlineCurve;
use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use std::{collections::HashMap, convert::Infallible};
use tiny_skia::{FillRule, Paint, Path, PathBuilder, Pixmap, Rect, Transform};

/// How many of plotters' pixels one pixel of the picture is.
pub const FINER: u32 = 4;
/// How many times each pixel column is looked at for a line.
const LOOKS: usize = 4;

/// A picture being painted.
pub struct Canvas<'a> {
    pixmap: &'a mut Pixmap,
    glyphs: HashMap<(Weight, u16), Option<Path>>,
    /// How much of each pixel of a column a line covers.
    cover: Vec<f32>,
    /// The pieces of the line that is being painted.
    pieces: Vec<Piece>,
    /// Leaves out what covers the whole picture.
    clear: bool,
}

type Done = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> Canvas<'a> {
    /// Paints on `pixmap`; `clear` lets its ground through.
    pub fn on(pixmap: &'a mut Pixmap, clear: bool) -> Canvas<'a> {
        let cover = vec![0.0; pixmap.height() as usize];
        Canvas { pixmap, glyphs: HashMap::new(), cover, pieces: Vec::new(), clear }
    }

    fn fill(&mut self, path: Option<Path>, color: BackendColor) {
        let Some(path) = path else { return };
        self.pixmap.fill_path(&path, &paint(color), FillRule::Winding, Transform::identity(), None);
    }

    /// Strokes a line that never goes left, column by column: each covers what the line spans in it, so that no
    /// extreme is missed and a thousand lines cost what a thousand columns do.
    fn stroke_forward(&mut self, points: &[(f32, f32)], color: BackendColor, width: f32) {
        let half = (width / 2.0).max(1e-3);
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let from = (first.0 - half).floor().max(0.0) as usize;
        let to = ((last.0 + half).ceil().max(0.0) as usize).min(self.pixmap.width() as usize);
        let mut pieces = std::mem::take(&mut self.pieces);
        pieces.clear();
        pieces.extend(points.windows(2).map(|pair| Piece::between(pair[0], pair[1])));
        let rows = self.cover.len() as f32;
        let mut first = 0;
        for column in from..to {
            while first + 1 < pieces.len() && pieces[first].x1 < column as f32 {
                first += 1;
            }
            let (mut top, mut bottom) = (usize::MAX, 0);
            let (low, high) = spans(&pieces[first..], column as f32, half);
            for (low, high) in low.into_iter().zip(high).filter(|(low, high)| low < high) {
                let (low, high) = (low.clamp(0.0, rows), high.clamp(0.0, rows));
                if high > low {
                    add(&mut self.cover, low, high, 1.0 / LOOKS as f32);
                    top = top.min(low as usize);
                    bottom = bottom.max(row_after(high).min(self.cover.len()));
                }
            }
            if top < bottom {
                self.blend(column, top..bottom, color);
            }
        }
        self.pieces = pieces;
    }

    /// Lays `color` over a column's rows, as far as they are covered, and uncovers them.
    fn blend(&mut self, column: usize, rows: std::ops::Range<usize>, color: BackendColor) {
        let width = self.pixmap.width() as usize;
        let (r, g, b) = color.rgb;
        let data = self.pixmap.data_mut();
        for row in rows {
            let alpha = (std::mem::take(&mut self.cover[row]).min(1.0) * color.alpha as f32).clamp(0.0, 1.0);
            let pixel = &mut data[4 * (row * width + column)..][..4];
            for (channel, over) in pixel.iter_mut().zip([r, g, b, 255]) {
                let under = f32::from(*channel);
                // Rounded, and never below 0.
                *channel = (under + (f32::from(over) - under) * alpha + 0.5) as u8;
            }
        }
    }

    fn glyph(&mut self, weight: Weight, glyph: u16) -> Option<Path> {
        self.glyphs.entry((weight, glyph)).or_insert_with(|| path_of(&weight.outline(glyph))).clone()
    }
}

/// The straight piece of a line between two points, with what each look at it needs: lines of a thousand pieces are
/// looked at a million times.
#[derive(Debug, Clone, Copy)]
struct Piece {
    x0: f32,
    y0: f32,
    x1: f32,
    y1: f32,
    /// Down for each pixel to the right, 0 where it is upright.
    steep: f32,
    /// How much taller than its width it is.
    tall: f32,
}

impl Piece {
    fn between((x0, y0): (f32, f32), (x1, y1): (f32, f32)) -> Piece {
        let steep = if x1 > x0 { (y1 - y0) / (x1 - x0) } else { 0.0 };
        Piece { x0, y0, x1, y1, steep, tall: (1.0 + steep * steep).sqrt() }
    }
}

/// What the line of `pieces` spans with its width in each look at the column that begins at `column`: from and to; the
/// wrong way round beside its ends. Without branches, so that all looks are calculated at once.
fn spans(pieces: &[Piece], column: f32, half: f32) -> ([f32; LOOKS], [f32; LOOKS]) {
    let (mut low, mut high) = ([f32::INFINITY; LOOKS], [f32::NEG_INFINITY; LOOKS]);
    let lefts: [f32; LOOKS] = std::array::from_fn(|look| column + look as f32 / LOOKS as f32);
    for (at, &Piece { x0, y0, x1, y1, steep, tall }) in pieces.iter().enumerate() {
        if x0 > column + 1.0 + half {
            break;
        }
        // Where a piece ends the next one goes on; only the last has a round end.
        let past_end = if at + 1 == pieces.len() { half } else { 0.0 };
        let (above, below) = (least(y0, y1), most(y0, y1));
        for look in 0..LOOKS {
            let (left, right) = (lefts[look], lefts[look] + 1.0 / LOOKS as f32);
            let (from, to) = (least(most(left, x0), x1), most(least(right, x1), x0));
            let (a, b) = (y0 + (from - x0) * steep, y0 + (to - x0) * steep);
            let (a, b) = if x1 > x0 { (a, b) } else { (y0, y1) };
            // Beside a piece's end only its round end reaches.
            let beside = least(most(most(left - to, from - right), 0.0) / half, 1.0);
            let reach = half * (1.0 - beside * beside).sqrt();
            let seen = x0 <= right + half && x1 >= left - past_end;
            let (start, end) =
                (most(least(a, b) - reach * tall, above - reach), least(most(a, b) + reach * tall, below + reach));
            low[look] = if seen { least(low[look], start) } else { low[look] };
            high[look] = if seen { most(high[look], end) } else { high[look] };
        }
    }
    (low, high)
}

/// The lesser of two numbers that are none of them NaN.
#[inline(always)]
fn least(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// The greater of two numbers that are none of them NaN.
#[inline(always)]
fn most(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}

/// Adds `share` to what is covered between `low` and `high`.
fn add(cover: &mut [f32], low: f32, high: f32, share: f32) {
    let (first, end) = (low as usize, row_after(high).min(cover.len()));
    let [head, middle @ .., tail] = &mut cover[first..end] else {
        cover[first..end].iter_mut().for_each(|row| *row += share * (high - low));
        return;
    };
    *head += share * (first as f32 + 1.0 - low);
    middle.iter_mut().for_each(|row| *row += share);
    *tail += share * (high - (end as f32 - 1.0));
}

/// The first row that begins at or below `y`, which is not negative.
fn row_after(y: f32) -> usize {
    let row = y as usize;
    row + usize::from(y > row as f32)
}

fn path_of(curves: &[OutlineCurve]) -> Option<Path> {
    let mut path = PathBuilder::new();
    let mut pen = None;
    let mut start = |path: &mut PathBuilder, from: ab_glyph::Point, to: ab_glyph::Point| {
        if pen != Some((from.x, from.y)) {
            path.move_to(from.x, from.y);
        }
        pen = Some((to.x, to.y));
    };
    for curve in curves {
        match *curve {
            OutlineCurve::Line(a, b) => {
                start(&mut path, a, b);
                path.line_to(b.x, b.y);
            }
            OutlineCurve::Quad(a, b, c) => {
                start(&mut path, a, c);
                path.quad_to(b.x, b.y, c.x, c.y);
            }
            OutlineCurve::Cubic(a, b, c, d) => {
                start(&mut path, a, d);
                path.cubic_to(b.x, b.y, c.x, c.y, d.x, d.y);
            }
        }
    }
    path.finish()
}

fn paint(color: BackendColor) -> Paint<'static> {
    let mut paint = Paint::default();
    let (r, g, b) = color.rgb;
    paint.set_color_rgba8(r, g, b, (color.alpha * 255.0).round() as u8);
    paint.anti_alias = true;
    paint
}

fn fine(at: BackendCoord) -> (f32, f32) {
    (at.0 as f32 / FINER as f32, at.1 as f32 / FINER as f32)
}

impl DrawingBackend for Canvas<'_> {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        (self.pixmap.width() * FINER, self.pixmap.height() * FINER)
    }

    fn ensure_prepared(&mut self) -> Done {
        Ok(())
    }

    fn present(&mut self) -> Done {
        Ok(())
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Done {
        let (x, y) = fine(at);
        let side = 1.0 / FINER as f32;
        self.fill(Rect::from_xywh(x, y, side, side).map(PathBuilder::from_rect), color);
        Ok(())
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Done {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(&mut self, a: BackendCoord, b: BackendCoord, style: &S, fill: bool) -> Done {
        if !fill {
            return self.draw_path([a, (b.0, a.1), b, (a.0, b.1), a], style);
        }
        if self.clear && a.0.abs_diff(b.0) + FINER >= self.get_size().0 {
            return Ok(());
        }
        let ((x0, y0), (x1, y1)) = (fine((a.0.min(b.0), a.1.min(b.1))), fine((a.0.max(b.0), a.1.max(b.1))));
        self.fill(Rect::from_ltrb(x0, y0, x1, y1).map(PathBuilder::from_rect), style.color());
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, path: I, style: &S) -> Done {
        let points: Vec<(f32, f32)> = path.into_iter().map(fine).collect();
        let width = style.stroke_width() as f32 / FINER as f32;
        if points.len() > 1 && points.windows(2).all(|pair| pair[0].0 <= pair[1].0) {
            self.stroke_forward(&points, style.color(), width);
            return Ok(());
        }
        let mut path = PathBuilder::new();
        for (at, &(x, y)) in points.iter().enumerate() {
            if at == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        if let Some(path) = path.finish() {
            let stroke = tiny_skia::Stroke {
                width,
                line_join: tiny_skia::LineJoin::Round,
                line_cap: tiny_skia::LineCap::Round,
                ..tiny_skia::Stroke::default()
            };
            self.pixmap.stroke_path(&path, &paint(style.color()), &stroke, Transform::identity(), None);
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(&mut self, center: BackendCoord, radius: u32, style: &S, fill: bool) -> Done {
        let ((x, y), radius) = (fine(center), radius as f32 / FINER as f32);
        let circle = PathBuilder::from_circle(x, y, radius);
        if fill {
            self.fill(circle, style.color());
        } else if let Some(circle) = circle {
            let stroke = tiny_skia::Stroke { width: style.stroke_width() as f32 / FINER as f32, ..Default::default() };
            self.pixmap.stroke_path(&circle, &paint(style.color()), &stroke, Transform::identity(), None);
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(&mut self, corners: I, style: &S) -> Done {
        let mut path = PathBuilder::new();
        for (at, (x, y)) in corners.into_iter().map(fine).enumerate() {
            if at == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        path.close();
        self.fill(path.finish(), style.color());
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Done {
        let (weight, size) = (weight_of(style.style()), style.size() as f32 / FINER as f32);
        let (mut x, y) = pen(style.anchor(), fine(at), weight.width(text) * size, size);
        for c in text.chars() {
            let letter = weight.letter(c);
            let path = match &letter {
                Letter::Own(glyph) => self.glyph(weight, *glyph),
                Letter::Foreign(shape) => path_of(&shape.outline),
            };
            if let Some(path) = path {
                let place = Transform::from_row(size, 0.0, 0.0, -size, x, y);
                self.pixmap.fill_path(&path, &paint(style.color()), FillRule::Winding, place, None);
            }
            x += weight.reach(&letter) * size;
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        Ok(text_size(text, style))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many pixels of each row are darker than half.
    fn dark_rows(draw: impl Fn(&mut Canvas)) -> Vec<usize> {
        let mut pixmap = Pixmap::new(40, 20).expect("a size");
        pixmap.fill(tiny_skia::Color::WHITE);
        draw(&mut Canvas::on(&mut pixmap, false));
        pixmap.data().chunks(40 * 4).map(|row| row.chunks(4).filter(|pixel| pixel[0] < 128).count()).collect()
    }

    const BLACK: BackendColor = BackendColor { rgb: (0, 0, 0), alpha: 1.0 };

    #[test]
    fn a_line_is_as_wide_as_it_should_be_and_loses_no_spike() {
        let flat = dark_rows(|canvas| canvas.stroke_forward(&[(2.0, 10.0), (38.0, 10.0)], BLACK, 2.0));
        assert_eq!((flat[9], flat[10], flat[8], flat[11]), (38, 38, 0, 0), "with round ends");
        let upright = dark_rows(|canvas| canvas.stroke_forward(&[(20.0, 2.0), (20.0, 18.0)], BLACK, 2.0));
        assert!(upright[3..17].iter().all(|&dark| dark == 2), "{upright:?}");
        let spike = [(2.0, 15.0), (20.1, 15.0), (20.2, 3.0), (20.3, 15.0), (38.0, 15.0)];
        let spike = dark_rows(|canvas| canvas.stroke_forward(&spike, BLACK, 1.5));
        assert!(spike[4..14].iter().all(|&dark| (1..=2).contains(&dark)), "{spike:?}");
        assert_eq!(spike[1], 0, "nor makes it taller");
        let slope = dark_rows(|canvas| canvas.stroke_forward(&[(4.0, 4.0), (16.0, 16.0)], BLACK, 2.0));
        assert!(slope[6..14].iter().all(|&dark| (2..=4).contains(&dark)), "{slope:?}");
    }

    #[test]
    fn what_lies_outside_is_left_out() {
        let lines = [(-50.0, -50.0), (-10.0, 1e6), (20.0, -1e6), (500.0, 90.0)];
        dark_rows(|canvas| canvas.stroke_forward(&lines, BLACK, 3.0));
        dark_rows(|canvas| canvas.stroke_forward(&[(60.0, 3.0), (70.0, 3.0)], BLACK, 3.0));
        dark_rows(|canvas| canvas.stroke_forward(&[(5.0, 3.0)], BLACK, 3.0));
    }
}
