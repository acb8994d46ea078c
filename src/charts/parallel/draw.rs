//! Draws parallel coordinates on any plotters backend.

use super::{
    Axis, ParallelChart,
    density::opacity_of_one,
    layout::{AxisPlace, ParallelLayout},
};
use crate::{
    text::text_width,
    theme::{Rgb, Theme},
};
use data::brush::Brushes;
use plotters::{
    backend::{DrawingBackend, SVGBackend},
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind, IntoDrawingArea},
    element::{PathElement, Rectangle},
    style::{
        Color, FontFamily, ShapeStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};

/// The widest bar of a distribution, CSS pixels.
const BAR_PX: f64 = 22.0;
/// How many bars a distribution has.
const BARS: usize = 24;
/// Plotters writes whole numbers only, so an SVG is drawn this much larger than it is shown.
const ENLARGED: f64 = 4.0;

/// Draws `chart` over all of `area`: lines that `brushes` leave out faint, the others above, then axes.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: &ParallelChart,
    brushes: &Brushes,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let layout = chart.layout(area.dim_in_pixel(), theme);
    area.fill(&theme.surface.with_alpha(1.0))?;
    let through = chart.through(brushes);
    let count = through.iter().filter(|through| **through).count();
    for layer in [false, true] {
        for at in (0..chart.lines.len()).filter(|at| through[*at] == layer) {
            let (color, alpha) =
                if layer { (chart.lines[at].color, opacity_of_one(count)) } else { (theme.muted, 0.16) };
            let style = ShapeStyle {
                color: color.with_alpha(alpha),
                filled: false,
                stroke_width: theme.whole_dpx(1.25) as u32,
            };
            area.draw(&PathElement::new(path(chart, &layout, at), style))?;
        }
    }
    draw_axes(area, chart, &layout, theme)?;
    for (axis, place) in chart.axes.iter().zip(&layout.axes) {
        let room = layout.gap() - theme.dpx(8.0);
        let title = cut(&axis.column.label(), room, theme);
        let half = text_width(&title, theme.text_dpx) / 2.0;
        let x = place.x.min(f64::from(layout.size.0) - half).max(half);
        text(area, theme, &title, theme.ink, (x, f64::from(layout.plot.y0) - theme.dpx(26.0)), HPos::Center)?;
    }
    area.present()
}

/// The places that line `at` goes through.
pub fn path(chart: &ParallelChart, layout: &ParallelLayout, at: usize) -> Vec<(i32, i32)> {
    const STEPS: usize = 16;
    let mut path = Vec::new();
    for (pair, places) in chart.axes.windows(2).zip(layout.axes.windows(2)) {
        let [from, to] = [0, 1].map(|side| layout.y(pair[side].shares()[at]));
        let steps = if chart.straight { 1 } else { STEPS };
        for step in 0..=steps {
            let part = step as f64 / steps as f64;
            let x = places[0].x + (places[1].x - places[0].x) * part;
            path.push((x.round() as i32, (from + (to - from) * chart.rise(part)).round() as i32));
        }
    }
    if let ([place], [axis]) = (&layout.axes[..], &chart.axes[..]) {
        let y = layout.y(axis.shares()[at]).round() as i32;
        path.extend([-6, 6].map(|aside| (place.x.round() as i32 + aside, y)));
    }
    path
}

/// Draws what lies over the lines: axes with their distributions, ticks, labels, and the rail.
pub fn draw_axes<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: &ParallelChart,
    layout: &ParallelLayout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    for (axis, place) in chart.axes.iter().zip(&layout.axes) {
        draw_distribution(area, axis, place, layout, theme)?;
        draw_axis(area, axis, place, layout, theme)?;
    }
    Ok(())
}

/// Bars on the right of the axis, as long as there are many lines.
fn draw_distribution<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    axis: &Axis,
    place: &AxisPlace,
    layout: &ParallelLayout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let counts = axis.histogram(BARS);
    let most = counts.iter().copied().max().unwrap_or(0).max(1);
    let widest = theme.dpx(BAR_PX).min(layout.gap() * 0.3);
    let style = theme.muted.with_alpha(0.28).filled();
    for (bin, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let share = |at: usize| at as f32 / counts.len() as f32;
        let (bottom, top) = (layout.y(share(bin)).round() as i32, layout.y(share(bin + 1)).round() as i32);
        let x = place.x.round() as i32 + theme.whole_dpx(1.0);
        let long = (widest * f64::from(*count) / f64::from(most)).round().max(1.0) as i32;
        area.draw(&Rectangle::new([(x, (top + theme.whole_dpx(1.0)).min(bottom)), (x + long, bottom)], style))?;
    }
    Ok(())
}

fn draw_axis<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    axis: &Axis,
    place: &AxisPlace,
    layout: &ParallelLayout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let hairline = theme.whole_dpx(1.0);
    let x = place.x.round() as i32;
    let rule = theme.muted.with_alpha(0.9).filled();
    area.draw(&Rectangle::new([(x, layout.plot.y0), (x + hairline, layout.plot.y1)], rule))?;
    for tick in &place.ticks {
        let y = tick.px.round() as i32;
        area.draw(&Rectangle::new([(x - theme.whole_dpx(4.0), y), (x, y + hairline)], rule))?;
        label(area, theme, layout, &tick.label, (place.x - theme.dpx(7.0), tick.px))?;
    }
    if axis.has_missing() {
        let y = layout.rail.round() as i32;
        let reach = theme.whole_dpx(5.0);
        area.draw(&Rectangle::new([(x - reach, y), (x + reach, y + hairline)], rule))?;
        let at = (place.x, layout.rail + theme.dpx(9.0));
        text(area, theme, "missing", theme.muted, at, HPos::Center)?;
    }
    Ok(())
}

/// A tick's label on a ground of its own, so that lines below do not strike it through.
fn label<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    theme: &Theme,
    layout: &ParallelLayout,
    words: &str,
    (x, y): (f64, f64),
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    if layout.axes.first().is_none_or(|first| x > first.x) {
        let (wide, half) = (text_width(words, theme.text_dpx) + theme.dpx(2.0), theme.text_dpx * 0.56);
        let corners = [((x - wide) as i32, (y - half) as i32), ((x + theme.dpx(1.0)) as i32, (y + half) as i32)];
        area.draw(&Rectangle::new(corners, theme.surface.with_alpha(0.78).filled()))?;
    }
    text(area, theme, words, theme.muted, (x, y), HPos::Right)
}

fn text<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    theme: &Theme,
    words: &str,
    color: Rgb,
    (x, y): (f64, f64),
    side: HPos,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let font = (FontFamily::Name(&theme.font), theme.text_dpx * theme.font_factor);
    let color = color.with_alpha(1.0);
    let style = TextStyle::from(font).color(&color).pos(Pos::new(side, VPos::Center));
    area.draw_text(words, &style, (x.round() as i32, y.round() as i32))
}

/// `words` cut with an ellipsis to `room` pixels.
fn cut(words: &str, room: f64, theme: &Theme) -> String {
    super::layout::shortened(words, room, theme.text_dpx)
}

/// Draws `chart` as an SVG of `width` by `height` CSS pixels. The scale of `theme` does not matter.
pub fn svg(chart: &ParallelChart, brushes: &Brushes, width: u32, height: u32, theme: &Theme) -> String {
    let (width, height) = (width.clamp(1, 8192), height.clamp(1, 8192));
    let theme = theme.clone().at_scale(ENLARGED).for_svg();
    let drawn = (width * ENLARGED as u32, height * ENLARGED as u32);
    let mut text = String::new();
    let area = SVGBackend::with_string(&mut text, drawn).into_drawing_area();
    draw(&area, chart, brushes, &theme).expect("a string takes any drawing");
    drop(area);
    let as_drawn = format!("<svg width=\"{}\" height=\"{}\"", drawn.0, drawn.1);
    text.replacen(&as_drawn, &format!("<svg width=\"{width}\" height=\"{height}\" stroke-linejoin=\"round\""), 1)
}
