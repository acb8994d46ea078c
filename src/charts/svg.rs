//! A line chart, alone or with words around it, as an SVG text.

use crate::{
    draw::draw,
    line::LineChart,
    picture::{Picture, draw_picture},
    text::harmless,
    theme::Theme,
};
use plotters::{
    backend::SVGBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
};

/// Plotters writes whole numbers only, so a picture is drawn this much larger than it is shown.
const ENLARGED: f64 = 4.0;

/// Draws `chart` as an SVG of `width` by `height` CSS pixels. The scale of `theme` does not matter.
pub fn svg(chart: &LineChart, width: u32, height: u32, theme: &Theme) -> String {
    let draw = |area: &Area, theme: &Theme| draw(area, chart, theme);
    written(width, height, theme, &chart.summary(), draw)
}

/// Draws `picture` as an SVG of `width` by `height` CSS pixels. The scale of `theme` does not matter.
pub fn picture_svg(picture: &Picture, width: u32, height: u32, theme: &Theme) -> String {
    let draw = |area: &Area, theme: &Theme| draw_picture(area, picture, theme);
    written(width, height, theme, &picture.facets.summary(), draw)
}

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

fn written<E: std::error::Error + Send + Sync>(
    width: u32,
    height: u32,
    theme: &Theme,
    summary: &str,
    draw: impl Fn(&Area, &Theme) -> Result<(), DrawingAreaErrorKind<E>>,
) -> String {
    let (width, height) = (width.clamp(1, 8192), height.clamp(1, 8192));
    let theme = theme.clone().at_scale(ENLARGED).for_svg();
    let drawn = (width * ENLARGED as u32, height * ENLARGED as u32);
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, drawn).into_drawing_area();
    draw(&area, &theme).expect("a string takes any drawing");
    drop(area);
    let as_drawn = format!("<svg width=\"{}\" height=\"{}\"", drawn.0, drawn.1);
    // Mitred joins would make each spike taller than its value.
    let as_shown = format!(
        "<svg width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}\" stroke-linejoin=\"round\"",
        escaped(&harmless(summary))
    );
    text.replacen(&as_drawn, &as_shown, 1)
}

/// `text` as it may stand in an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        facets::Facets,
        line::{Annotation, Place},
        samples,
    };

    #[test]
    fn an_svg_is_shown_at_its_size() {
        let text = svg(&samples::losses(2, 20, false), 600, 300, &Theme::light(1.0));
        assert!(
            text.starts_with("<svg width=\"600\" height=\"300\" role=\"img\" aria-label=\"Line chart of"),
            "{}",
            &text[..80]
        );
        assert!(text.contains("viewBox=\"0 0 2400 1200\"") && text.trim_end().ends_with("</svg>"));
    }

    #[test]
    fn hostile_words_stay_words() {
        const HOSTILE: &str = "</text></svg><script>alert(\"1\")</script>&\u{1b}\0\u{202e}'";
        let mut chart = samples::losses(2, 20, false);
        chart.metric = HOSTILE.to_owned();
        chart.lines.iter_mut().for_each(|line| line.name = HOSTILE.to_owned());
        chart.annotations = vec![Annotation::new(Place::X(5.0), HOSTILE)];
        let picture = Picture {
            y_title: HOSTILE.to_owned(),
            notes: vec![HOSTILE.to_owned()],
            ..Picture::new(Facets::split(chart.clone(), vec![(HOSTILE.to_owned(), chart.lines.clone())]))
        };
        let text = picture_svg(&picture, 800, 500, &Theme::light(1.0));
        assert!(text.contains("script&gt;") && text.contains("aria-label=\""));
        for hostile in ["<script", "\u{1b}", "\0", "\u{202e}", "alert(\"1"] {
            assert!(!text.contains(hostile), "{hostile:?} came through");
        }
        assert_eq!(text.matches("</svg>").count(), 1);
    }

    #[test]
    fn every_sample_fits_every_size() {
        for (name, chart) in samples::all(false) {
            for (width, height) in [(0, 0), (1, 200), (200, 1), (30, 20), (200, 100)] {
                assert!(svg(&chart, width, height, &Theme::dark(3.0)).trim_end().ends_with("</svg>"), "{name}");
                let picture = Picture::new(chart.clone());
                assert!(picture_svg(&picture, width, height, &Theme::light(1.0)).contains("</svg>"), "{name}");
            }
        }
    }
}
