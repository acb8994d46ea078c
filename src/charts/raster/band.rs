//! Bands in the raster: what lies between two edges, as a translucent ground under the lines.

use super::Raster;
use crate::{
    cover::{Paint, blend},
    envelope::{FAR, ONE, trace},
    layout::{Layout, indices_of},
    line::{Band, LineChart},
    scale::Scale,
    stroke::{Stroke, band_alpha},
    theme::Theme,
};
use std::ops::Range;

/// As many pixels as a cache line holds: a band is drawn in strips of so many columns, row by row.
const STRIP: usize = 16;

impl Raster {
    /// Draws the bands of all lines of `chart`, in drawing order.
    pub fn draw_bands(&mut self, chart: &LineChart, layout: &Layout, theme: &Theme) {
        for index in chart.drawing_order() {
            self.draw_band(chart, index, layout, theme);
        }
    }

    /// Draws the band of line `index` of `chart`, if it has one. It has a gap where an end is not finite; an
    /// end that a log axis cannot place lies at the bottom.
    pub fn draw_band(&mut self, chart: &LineChart, index: usize, layout: &Layout, theme: &Theme) {
        let line = &chart.lines[index];
        let Some(band) = line.band().filter(|_| !self.buffer.is_empty()) else { return };
        let paint = Paint::new(Stroke::solid(line.color, theme.scale, band_alpha(chart, index)));
        let x = layout.x.shifted(-f64::from(layout.plot.x0));
        let y = layout.y.shifted(-f64::from(layout.plot.y0));
        for piece in finite_pieces(band, layout.x.domain()) {
            let columns = self.trace_band(band, piece, &x, &y);
            for start in columns.clone().step_by(STRIP) {
                self.fill_strip(start..(start + STRIP).min(columns.end), paint);
            }
        }
    }

    /// Finds the edges of a piece of a band in each column, and says which columns it has.
    fn trace_band(&mut self, band: &Band, piece: Range<usize>, x: &Scale, y: &Scale) -> Range<usize> {
        let ([low, high], width) = (&band_ends(band, piece.clone()), self.width);
        let xs = &band.x()[piece];
        let places = |ends: &[f64]| -> Vec<(f64, f64)> {
            let place = |(&at, &end): (&i64, &f64)| (x.px_from(at as f64), y_px(y, end));
            let mut places: Vec<(f64, f64)> = xs.iter().zip(ends).map(place).filter(|(x, _)| !x.is_nan()).collect();
            if let [(x, y)] = places[..] {
                // A lone place is seen.
                places = vec![(x - 1.0, y), (x + 1.0, y)];
            }
            places
        };
        let [top, bottom] = &mut self.band;
        let mut unused = vec![0; width];
        top.resize(width, 0);
        bottom.resize(width, 0);
        trace(places(high), top, &mut unused);
        trace(places(low), &mut unused, bottom)
    }

    /// Fills what lies between the edges in a few columns.
    fn fill_strip(&mut self, columns: Range<usize>, paint: Paint) {
        let [top, bottom] = &self.band;
        let end = self.height as i32 * ONE;
        let highest = top[columns.clone()].iter().copied().min().unwrap_or(end).clamp(0, end);
        let lowest = bottom[columns.clone()].iter().copied().max().unwrap_or(0).clamp(0, end);
        let alpha = paint.amount(1.0);
        for row in highest / ONE..(lowest + ONE - 1) / ONE {
            let pixels = &mut self.buffer[row as usize * self.width..][columns.clone()];
            let edges = top[columns.clone()].iter().zip(&bottom[columns.clone()]);
            for (pixel, (&top, &bottom)) in pixels.iter_mut().zip(edges) {
                let cover = bottom.min(row * ONE + ONE) - top.max(row * ONE);
                blend(pixel, paint.color, cover.max(0) as u32 * alpha / ONE as u32);
            }
        }
    }
}

/// Where an end lies, pixels; far below where the axis has no place for it.
pub(crate) fn y_px(y: &Scale, end: f64) -> f64 {
    let px = y.px_from(end);
    if px.is_nan() { FAR } else { px.clamp(-FAR, FAR) }
}

/// The lower and the upper ends of a piece of a band.
fn band_ends(band: &Band, piece: Range<usize>) -> [&[f64]; 2] {
    let (low, high) = band.ends();
    [&low[piece.clone()], &high[piece]]
}

/// The stretches of a band in `x_domain`, and one point to both sides, where both ends are finite.
pub(crate) fn finite_pieces(band: &Band, x_domain: [f64; 2]) -> Vec<Range<usize>> {
    let within = indices_of(band.x(), x_domain);
    let part = within.start.saturating_sub(1)..(within.end + 1).min(band.x().len());
    let (low, high) = band.ends();
    let finite = |&at: &usize| low[at].is_finite() && high[at].is_finite();
    let mut pieces: Vec<Range<usize>> = Vec::new();
    for at in part.filter(finite) {
        match pieces.last_mut().filter(|piece| piece.end == at) {
            Some(piece) => piece.end += 1,
            None => pieces.push(at..at + 1),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        line::{Line, Pooled, YDomain},
        scale::ScaleKind,
        theme::Rgb,
    };
    use data::{group::Band as BandKind, series::Points};
    use std::sync::Arc;

    /// A chart of x 0 to 100 and y 0 to 50 with one band.
    fn chart(x: &[i64], low: &[f64], high: &[f64]) -> LineChart {
        let band = Band::new(BandKind::MinMax, x.to_vec(), low.to_vec(), high.to_vec());
        let points = Arc::new(Points::default());
        let line = Line::of_group(0, "g", points, Rgb(0, 0, 0), Pooled::default()).with_band(Arc::new(band));
        LineChart {
            x_domain: Some([0.0, 100.0]),
            y_domain: YDomain::Fixed([0.0, 50.0]),
            ..LineChart::new("loss", vec![line])
        }
    }

    /// How opaque each pixel is of what a plot of 100 by 50 pixels shows.
    fn opacities(chart: &LineChart) -> Vec<Vec<u8>> {
        let theme = Theme::light(1.0);
        let mut layout = chart.layout((200, 100), &theme);
        layout.plot = crate::layout::Rect { x0: 40, y0: 10, x1: 140, y1: 60 };
        layout.x = layout.x.onto([40.0, 140.0]);
        layout.y = Scale::new(layout.y.kind(), 1.0, layout.y.domain(), [60.0, 10.0]);
        let mut raster = Raster::new(100, 50);
        raster.draw_bands(chart, &layout, &theme);
        raster.pixels().chunks(400).map(|row| row.chunks(4).map(|pixel| pixel[3]).collect()).collect()
    }

    #[test]
    fn a_band_fills_what_lies_between() {
        let seen = opacities(&chart(&[0, 100], &[10.0, 10.0], &[30.0, 30.0]));
        for (row, pixels) in seen.iter().enumerate() {
            let inside = (20..40).contains(&row);
            assert_eq!(pixels[50] > 0, inside, "row {row}");
            assert_eq!((pixels[0] > 0, pixels[99] > 0), (inside, inside), "row {row} at the edges");
        }
        let slanted = opacities(&chart(&[0, 100], &[0.0, 0.0], &[0.0, 50.0]));
        let covered = slanted.iter().flatten().filter(|&&opacity| opacity > 0).count();
        assert!((2400..2700).contains(&covered), "{covered} of 2,500 pixels");
    }

    #[test]
    fn a_band_has_gaps_and_keeps_spikes() {
        let nan = opacities(&chart(&[0, 40, 50, 60, 100], &[10., 10., f64::NAN, 10., 10.], &[30.; 5]));
        assert!(nan[30][20] > 0 && nan[30][80] > 0 && nan[30][50] == 0);
        let x: Vec<i64> = (0..=1000).map(|at| at / 10).collect();
        let high: Vec<f64> = (0..=1000).map(|at| if at == 505 { 45.0 } else { 20.0 }).collect();
        let spike = opacities(&chart(&x, &[10.0; 1001], &high));
        assert!(spike[6][50] > 0 && spike[6][40] == 0);
        assert!(opacities(&chart(&[50], &[10.0], &[30.0]))[30][50] > 0, "a lone point");
    }

    #[test]
    fn what_a_log_axis_cannot_place_lies_at_the_bottom() {
        let chart = LineChart {
            y_kind: ScaleKind::Log,
            y_domain: YDomain::Fixed([0.01, 100.0]),
            ..chart(&[0, 100], &[-5.0, 0.0], &[1.0, 1.0])
        };
        let seen = opacities(&chart);
        assert!(seen[49][50] > 0 && seen[26][50] > 0 && seen[20][50] == 0);
    }

    #[test]
    fn all_that_is_far_away_is_cut_off() {
        for (low, high) in [(1e308, 1e308), (-1e308, -1e308), (-1e308, 1e308)] {
            let seen = opacities(&chart(&[-1000, 0, 1, 1000], &[low; 4], &[high; 4]));
            assert_eq!(seen.iter().flatten().any(|&opacity| opacity > 0), low < high, "{low} to {high}");
        }
    }
}
