//! A line chart as an SVG text.

use crate::{draw::draw, line::LineChart, theme::Theme};
use plotters::{backend::SVGBackend, drawing::IntoDrawingArea};

/// Plotters writes whole numbers only, so a picture is drawn this much larger than it is shown.
const ENLARGED: f64 = 4.0;

/// Draws `chart` as an SVG of `width` by `height` CSS pixels. The scale of `theme` does not matter.
pub fn svg(chart: &LineChart, width: u32, height: u32, theme: &Theme) -> String {
    let (width, height) = (width.clamp(1, 8192), height.clamp(1, 8192));
    let theme = theme.clone().at_scale(ENLARGED).for_svg();
    let drawn = (width * ENLARGED as u32, height * ENLARGED as u32);
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, drawn).into_drawing_area();
    draw(&area, chart, &theme).expect("a string takes any drawing");
    drop(area);
    let as_drawn = format!("<svg width=\"{}\" height=\"{}\"", drawn.0, drawn.1);
    // Mitred joins would make each spike taller than its value.
    let as_shown = format!("<svg width=\"{width}\" height=\"{height}\" stroke-linejoin=\"round\"");
    text.replacen(&as_drawn, &as_shown, 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn an_svg_is_shown_at_its_size() {
        let text = svg(&samples::losses(2, 20, false), 600, 300, &Theme::light(1.0));
        assert!(text.starts_with("<svg width=\"600\" height=\"300\" stroke-linejoin=\"round\""), "{}", &text[..80]);
        assert!(text.contains("viewBox=\"0 0 2400 1200\"") && text.trim_end().ends_with("</svg>"));
    }

    #[test]
    fn every_sample_fits_every_size() {
        for (name, chart) in samples::all(false) {
            for (width, height) in [(0, 0), (1, 200), (200, 1), (30, 20), (200, 100)] {
                assert!(svg(&chart, width, height, &Theme::dark(3.0)).trim_end().ends_with("</svg>"), "{name}");
            }
        }
    }
}
