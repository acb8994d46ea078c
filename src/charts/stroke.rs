//! How strongly each line and band is drawn: width and opacity by the number of lines and by emphasis.

use crate::{
    line::{Dashes, Emphasis, LineChart},
    theme::{Rgb, Theme},
};

/// How one line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub color: Rgb,
    /// Its width in device pixels.
    pub width_dpx: f64,
    /// Its opacity, `0.0..=1.0`.
    pub alpha: f64,
    /// Its pattern.
    pub dashes: Dashes,
    /// Device pixels a CSS pixel, in which the pattern's lengths are given.
    pub scale: f64,
}

impl Stroke {
    /// The stroke of the points before smoothing, which lie faint behind the line.
    pub fn behind(self, theme: &Theme) -> Stroke {
        let width_dpx = self.width_dpx.min(theme.scale);
        Stroke { alpha: self.alpha * 0.35, width_dpx, dashes: Dashes::Solid, ..self }
    }

    /// An unbroken stroke at one device pixel a CSS pixel.
    pub fn solid(color: Rgb, width_dpx: f64, alpha: f64) -> Stroke {
        Stroke { color, width_dpx, alpha, dashes: Dashes::Solid, scale: 1.0 }
    }
}

/// The stroke of line `index` of `chart`.
///
/// 1.5 CSS pixels up to 20 lines and 1 beyond; from 60 lines on ever more transparent, down to 40 %
/// at 500, so that density shows. The baseline is bolder than any. Members of a group are thinner and fainter than its line.
pub fn stroke(chart: &LineChart, index: usize, theme: &Theme) -> Stroke {
    let line = &chart.lines[index];
    let count = chart.lines.len();
    let width = if count <= 20 { 1.5 } else { 1.0 };
    let share = ((count as f64 / 60.0).ln() / (500.0f64 / 60.0).ln()).clamp(0.0, 1.0);
    let alpha = 1.0 - 0.6 * share;
    let (width, alpha) = match (line.member_of, line.pooled()) {
        // Members show a group's density behind its line.
        (Some(_), _) => (1.0, alpha * 0.45),
        // A group's line is read, however many members lie below it.
        (None, Some(_)) => (1.75, 1.0),
        (None, None) => (width, alpha),
    };
    let (width, alpha): (f64, f64) = if line.is_baseline { (2.5, 1.0) } else { (width, alpha) };
    let (width, alpha) = match line.emphasis {
        Emphasis::Normal => (width, alpha),
        Emphasis::Raised => (width.max(2.0), 1.0),
        Emphasis::Dimmed => (width, alpha * 0.3),
    };
    Stroke { color: line.color, width_dpx: theme.dpx(width), alpha, dashes: line.dashes, scale: theme.scale }
}

/// How opaque the band of line `index` of `chart` is, `0.0..=1.0`: less where many lie upon each other.
pub fn band_alpha(chart: &LineChart, index: usize) -> f64 {
    let bands = chart.lines.iter().filter(|line| line.band().is_some()).count();
    // All upon each other leave 40 % of what is below, so that lines and the grid are still seen through dozens.
    let alpha = (1.0 - 0.4f64.powf(1.0 / bands.max(1) as f64)).min(0.2);
    match chart.lines[index].emphasis {
        Emphasis::Normal => alpha,
        Emphasis::Raised => 0.32,
        Emphasis::Dimmed => alpha * 0.3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::Band, samples};
    use data::group::Band as BandKind;
    use std::sync::Arc;

    #[test]
    fn many_lines_are_thin_and_let_density_show() {
        for (lines, width, alpha) in [(1, 1.5, 1.0), (20, 1.5, 1.0), (21, 1.0, 1.0), (500, 1.0, 0.4), (2000, 1.0, 0.4)]
        {
            let chart = samples::losses(lines, 2, false);
            let stroke = stroke(&chart, 0, &Theme::light(2.0));
            assert_eq!(
                (stroke.width_dpx, (stroke.alpha * 100.0).round()),
                (2.0 * width, 100.0 * alpha),
                "{lines} lines"
            );
        }
    }

    #[test]
    fn many_bands_upon_each_other_are_seen_through() {
        let band = Arc::new(Band::new(BandKind::Std, vec![0, 1], vec![0.0; 2], vec![1.0; 2]));
        for bands in [1, 4, 20, 50] {
            let mut chart = samples::losses(bands, 2, false);
            for line in &mut chart.lines {
                *line = line.clone().with_band(band.clone());
            }
            let through = (1.0 - band_alpha(&chart, 0)).powi(bands as i32);
            assert!(through > 0.39, "{bands} bands leave {through}");
        }
    }

    #[test]
    fn emphasis_is_seen_among_any_number() {
        for lines in [2, 50, 1000] {
            let mut chart = samples::losses(lines, 2, false);
            chart.lines[0].emphasis = Emphasis::Raised;
            chart.lines[1].emphasis = Emphasis::Dimmed;
            let theme = Theme::light(1.0);
            let (raised, dimmed) = (stroke(&chart, 0, &theme), stroke(&chart, 1, &theme));
            chart.lines[0] = chart.lines[0].clone().as_baseline().with_emphasis(Emphasis::Normal);
            let baseline = stroke(&chart, 0, &theme);
            assert!(baseline.width_dpx > raised.width_dpx && baseline.alpha == 1.0, "{lines} lines");
            assert!(raised.alpha == 1.0 && raised.width_dpx >= 2.0 && dimmed.alpha <= 0.3, "{lines} lines");
        }
    }
}
