//! A plotters backend that paints pixels.
//!
//! Plotters counts in whole pixels, so what is drawn is [`FINER`] times as large as the picture, and every
//! coordinate is divided here: lines lie between pixels, as they do in an SVG.

use super::font::{Weight, pen, weight_of};
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
    /// Leaves out what covers the whole picture.
    clear: bool,
}

type Done = Result<(), DrawingErrorKind<Infallible>>;

impl<'a> Canvas<'a> {
    /// Paints on `pixmap`; `clear` lets its ground through.
    pub fn on(pixmap: &'a mut Pixmap, clear: bool) -> Canvas<'a> {
        let cover = vec![0.0; pixmap.height() as usize];
        Canvas { pixmap, glyphs: HashMap::new(), cover, clear }
    }

    fn fill(&mut self, path: Option<Path>, color: BackendColor) {
        let Some(path) = path else { return };
        self.pixmap.fill_path(&path, &paint(color), FillRule::Winding, Transform::identity(), None);
    }

    /// Strokes a line that never goes left, column by column: each covers what the line spans in it, so that no
    /// extreme is missed and a thousand lines cost what a thousand columns do.
    fn stroke_forward(&mut self, points: &[(f32, f32)], color: BackendColor, width: f32) {
        let half = width / 2.0;
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return };
        let from = (first.0 - half).floor().max(0.0) as usize;
        let to = ((last.0 + half).ceil().max(0.0) as usize).min(self.pixmap.width() as usize);
        let mut segment = 0;
        for column in from..to {
            let (mut top, mut bottom) = (usize::MAX, 0);
            for look in 0..LOOKS {
                let left = column as f32 + look as f32 / LOOKS as f32;
                let right = left + 1.0 / LOOKS as f32;
                while segment + 2 < points.len() && points[segment + 1].0 < left {
                    segment += 1;
                }
                let Some((low, high)) = span(&points[segment..], left, right, half) else { continue };
                let rows = self.cover.len() as f32;
                let (low, high) = (low.clamp(0.0, rows), high.clamp(0.0, rows));
                if high > low {
                    add(&mut self.cover, low, high, 1.0 / LOOKS as f32);
                    top = top.min(low as usize);
                    bottom = bottom.max((high.ceil() as usize).min(self.cover.len()));
                }
            }
            if top < bottom {
                self.blend(column, top..bottom, color);
            }
        }
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
                *channel = (under + (f32::from(over) - under) * alpha).round() as u8;
            }
        }
    }

    fn glyph(&mut self, weight: Weight, glyph: u16) -> Option<Path> {
        self.glyphs.entry((weight, glyph)).or_insert_with(|| path_of(&weight.outline(glyph))).clone()
    }
}

/// What the line through `points` spans between `left` and `right`, with its width; `None` beside its ends.
fn span(points: &[(f32, f32)], left: f32, right: f32, half: f32) -> Option<(f32, f32)> {
    let (mut low, mut high) = (f32::INFINITY, f32::NEG_INFINITY);
    for pair in points.windows(2) {
        let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
        if x0 > right + half {
            break;
        }
        if x1 < left - half {
            continue;
        }
        let (from, to) = (left.max(x0).min(x1), right.min(x1).max(x0));
        let steep = if x1 > x0 { (y1 - y0) / (x1 - x0) } else { 0.0 };
        let at = |x: f32| if x1 > x0 { y0 + (x - x0) * steep } else { y0 };
        let (a, b) = if x1 > x0 { (at(from), at(to)) } else { (y0, y1) };
        // Beside a segment's end only its round end reaches.
        let beside = (left - to).max(from - right).max(0.0);
        let reach = half * (1.0 - (beside / half.max(1e-3)).min(1.0).powi(2)).sqrt();
        let thick = reach * (1.0 + steep * steep).sqrt();
        low = low.min((a.min(b) - thick).max(y0.min(y1) - reach));
        high = high.max((a.max(b) + thick).min(y0.max(y1) + reach));
    }
    (low < high).then_some((low, high))
}

/// Adds `share` to what is covered between `low` and `high`.
fn add(cover: &mut [f32], low: f32, high: f32, share: f32) {
    let (first, last) = (low as usize, (high.ceil() as usize).min(cover.len()));
    for (row, covered) in cover.iter_mut().enumerate().take(last).skip(first) {
        let part = high.min(row as f32 + 1.0) - low.max(row as f32);
        *covered += share * part.clamp(0.0, 1.0);
    }
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
            let glyph = weight.glyph(c);
            if let Some(path) = self.glyph(weight, glyph) {
                let place = Transform::from_row(size, 0.0, 0.0, -size, x, y);
                self.pixmap.fill_path(&path, &paint(style.color()), FillRule::Winding, place, None);
            }
            x += weight.advance(glyph) * size;
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let width = weight_of(style.style()).width(text) * style.size() as f32;
        Ok((width.ceil() as u32, style.size().ceil() as u32))
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
