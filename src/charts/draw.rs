//! Draws a line chart on any plotters backend.

use crate::{
    annotate::draw_annotations,
    layout::Layout,
    line::LineChart,
    marks::{Mark, MarkKind, non_finite_marks},
    path::{At, band_outlines, dashes, paths},
    phase::Pattern,
    stroke::{Stroke, band_alpha, stroke},
    text::{harmless, text_width},
    theme::{Rgb, Theme},
};
use data::series::Points;
use plotters::backend::DrawingBackend;
use plotters::{
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, PathElement, Polygon, Rectangle},
    style::{
        Color, FontFamily, FontStyle, ShapeStyle, TextStyle,
        text_anchor::{HPos, Pos, VPos},
    },
};
use std::collections::BTreeMap;

/// Draws `chart` over all of `area`: ground, grid, labels, bands, lines, marks and annotations.
///
/// Plotters counts in whole pixels; [`crate::svg::svg`] draws larger than it shows.
pub fn draw<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: &LineChart,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let layout = chart.layout(area.dim_in_pixel(), theme);
    area.fill(&theme.surface.with_alpha(1.0))?;
    draw_chart(area, chart, &layout, theme)?;
    area.present()
}

/// Draws `chart` where `layout` says, on a ground that is there.
pub(crate) fn draw_chart<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: &LineChart,
    layout: &Layout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    draw_grid(area, layout, theme)?;
    let order = chart.drawing_order();
    for &index in &order {
        draw_band(area, chart, index, layout)?;
    }
    for index in order {
        let (line, stroke) = (&chart.lines[index], stroke(chart, index, theme));
        if let Some(original) = line.original() {
            draw_points(area, original, layout, stroke.behind(theme))?;
        }
        draw_points(area, line.points(), layout, stroke)?;
    }
    draw_labels(area, layout, theme)?;
    draw_marks(area, chart, layout, theme)?;
    draw_annotations(area, chart, layout, theme)
}

/// Draws what lies behind the lines: hairlines across at the labelled ticks of y.
pub fn draw_grid<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    layout: &Layout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let hairline = theme.whole_dpx(1.0);
    for tick in layout.y_ticks.iter().filter(|tick| !tick.is_minor()) {
        let y = rule_y(layout, tick.px, hairline);
        fill(area, (layout.plot.x0, y), (layout.plot.x1, y + hairline), theme.grid)?;
    }
    Ok(())
}

/// The top row of a hairline across at `px`, moved inside the plot if it would stick out.
pub(crate) fn rule_y(layout: &Layout, px: f64, hairline: i32) -> i32 {
    let top = (px - f64::from(hairline) / 2.0).round() as i32;
    top.clamp(layout.plot.y0, (layout.plot.y1 - hairline).max(layout.plot.y0))
}

/// Draws what lies around the plot: the base line, the ticks of x, and all labels.
pub fn draw_labels<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    layout: &Layout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let plot = layout.plot;
    let hairline = theme.whole_dpx(1.0);
    let axis = mix(theme.grid, theme.muted);
    fill(area, (plot.x0, plot.y1), (plot.x1, plot.y1 + hairline), axis)?;
    for tick in &layout.x_ticks {
        let long = theme.whole_dpx(if tick.is_minor() { 2.0 } else { 4.0 });
        let x = (tick.px - f64::from(hairline) / 2.0).round() as i32;
        let x = x.min(plot.x1 - hairline).max(plot.x0);
        fill(area, (x, plot.y1), (x + hairline, plot.y1 + long), axis)?;
        if layout.sides.bottom && !tick.is_minor() {
            let half = text_width(&tick.label, theme.text_dpx) / 2.0;
            let center = tick.px.min(f64::from(layout.labels_end) - half).max(half);
            let at = (center.round() as i32, plot.y1 + theme.whole_dpx(7.0));
            text(area, theme, &tick.label, at, Pos::new(HPos::Center, VPos::Top))?;
        }
    }
    for tick in layout.y_ticks.iter().filter(|tick| layout.sides.left && !tick.is_minor()) {
        let at = (plot.x0 - theme.whole_dpx(6.0), tick.px.round() as i32);
        text(area, theme, &tick.label, at, Pos::new(HPos::Right, VPos::Center))?;
    }
    Ok(())
}

/// Draws the marks of NaN and infinite values on the plot's edges. Of marks of one kind that would
/// cover each other only the one of the line drawn last is drawn.
pub fn draw_marks<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: &LineChart,
    layout: &Layout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    for mark in seen_marks(chart, layout, theme) {
        let stroke = stroke(chart, mark.line, theme);
        draw_mark(area, &mark, Stroke { width_dpx: theme.dpx(1.5), ..stroke }, theme)?;
    }
    Ok(())
}

/// The marks that are not covered by others of their kind, two CSS pixels apart or more.
fn seen_marks(chart: &LineChart, layout: &Layout, theme: &Theme) -> Vec<Mark> {
    let mut height_of_line = vec![0; chart.lines.len()];
    for (height, index) in chart.drawing_order().into_iter().enumerate() {
        height_of_line[index] = height;
    }
    let mut by_place = BTreeMap::<(MarkKind, i64), Mark>::new();
    for mark in non_finite_marks(chart, layout) {
        let place = (mark.kind, (mark.x_px / theme.dpx(2.0)).round() as i64);
        let above = by_place.get(&place).is_none_or(|seen| height_of_line[seen.line] < height_of_line[mark.line]);
        if above {
            by_place.insert(place, mark);
        }
    }
    by_place.into_values().collect()
}

fn draw_mark<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    mark: &Mark,
    stroke: Stroke,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let size = theme.dpx(4.0);
    let (x, y) = (mark.x_px, mark.y_px);
    let style = shape(stroke);
    match mark.kind {
        MarkKind::NaN => {
            let y = y - size;
            area.draw(&PathElement::new(whole([(x - size, y - size), (x + size, y + size)]), style))?;
            area.draw(&PathElement::new(whole([(x - size, y + size), (x + size, y - size)]), style))
        }
        MarkKind::Infinity => {
            area.draw(&Polygon::new(whole([(x, y), (x - size, y + 1.6 * size), (x + size, y + 1.6 * size)]), style))
        }
        MarkKind::NegativeInfinity => {
            area.draw(&Polygon::new(whole([(x, y), (x - size, y - 1.6 * size), (x + size, y - 1.6 * size)]), style))
        }
    }
}

fn draw_points<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    points: &Points,
    layout: &Layout,
    stroke: Stroke,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let paths = paths(points, layout);
    let pattern = Pattern::new(stroke.dashes.lengths(), stroke.scale);
    for piece in paths.pieces {
        let thin = thinned(&whole(piece));
        match &pattern {
            None => area.draw(&PathElement::new(thin, shape(stroke)))?,
            Some(pattern) => {
                for dash in dashes(&thin, pattern, stroke.scale) {
                    area.draw(&PathElement::new(dash, shape(stroke)))?;
                }
            }
        }
    }
    for (x, y) in paths.dots {
        let radius = (stroke.width_dpx * 1.5).round().max(1.0) as i32;
        area.draw(&Circle::new((x.round() as i32, y.round() as i32), radius, shape(stroke).filled()))?;
    }
    Ok(())
}

/// Draws the band of line `index`, as [`crate::raster::Raster::draw_band`] does.
fn draw_band<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: &LineChart,
    index: usize,
    layout: &Layout,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let line = &chart.lines[index];
    let Some(band) = line.band() else { return Ok(()) };
    let color = line.color.with_alpha(band_alpha(chart, index));
    for outline in band_outlines(band, layout) {
        area.draw(&Polygon::new(whole(outline), color))?;
    }
    Ok(())
}

pub(crate) fn whole(places: impl IntoIterator<Item = At>) -> Vec<(i32, i32)> {
    places.into_iter().map(|(x, y)| (x.round() as i32, y.round() as i32)).collect()
}

/// A path of the same pixels with at most four places in each column: first, top, bottom, last.
fn thinned(path: &[(i32, i32)]) -> Vec<(i32, i32)> {
    let mut kept = Vec::with_capacity(path.len().min(4096));
    for column in path.chunk_by(|a, b| a.0 == b.0) {
        let by_y = |i: &usize| column[*i].1;
        let top = (0..column.len()).min_by_key(by_y).unwrap_or(0);
        let bottom = (0..column.len()).max_by_key(by_y).unwrap_or(0);
        let last = column.len() - 1;
        let mut indices = [0, top.min(bottom), top.max(bottom), last].to_vec();
        indices.dedup();
        kept.extend(indices.into_iter().map(|i| column[i]));
    }
    kept.dedup();
    if let [only] = kept[..] {
        kept.push(only);
    }
    kept
}

pub(crate) fn shape(stroke: Stroke) -> ShapeStyle {
    ShapeStyle {
        color: stroke.color.with_alpha(stroke.alpha),
        filled: false,
        stroke_width: stroke.width_dpx.round().max(1.0) as u32,
    }
}

pub(crate) fn fill<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    from: (i32, i32),
    to: (i32, i32),
    color: Rgb,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    area.draw(&Rectangle::new([from, to], color.with_alpha(1.0).filled()))
}

pub(crate) fn text<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    theme: &Theme,
    label: &str,
    at: (i32, i32),
    pos: Pos,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    write(area, theme, Words { text: label, color: theme.muted, size_dpx: theme.text_dpx, bold: false }, at, pos)
}

/// A text and what it looks like.
pub(crate) struct Words<'a> {
    pub text: &'a str,
    pub color: Rgb,
    pub size_dpx: f64,
    pub bold: bool,
}

/// Writes a text, made harmless.
pub(crate) fn write<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    theme: &Theme,
    words: Words,
    at: (i32, i32),
    pos: Pos,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let weight = if words.bold { FontStyle::Bold } else { FontStyle::Normal };
    let font = (FontFamily::Name(&theme.font), words.size_dpx * theme.font_factor, weight);
    let color = words.color.with_alpha(1.0);
    let style = TextStyle::from(font).color(&color).pos(pos);
    area.draw_text(&harmless(words.text), &style, at)
}

/// The colour half way between two.
pub(crate) fn mix(a: Rgb, b: Rgb) -> Rgb {
    let half = |a: u8, b: u8| ((u16::from(a) + u16::from(b)) / 2) as u8;
    Rgb(half(a.0, b.0), half(a.1, b.1), half(a.2, b.2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::line::{Emphasis, Line};
    use data::run::RunId;

    #[test]
    fn of_marks_in_one_place_the_topmost_is_drawn() {
        let y = vec![f64::NAN, 1.0, f64::INFINITY, f64::NAN];
        let points = std::sync::Arc::new(Points { x: vec![0, 1, 2, 3], y });
        let line = |i| Line::new(RunId(i), "a", points.clone(), crate::theme::Rgb(34, 117, 232));
        let mut chart = LineChart::new("loss", (0..1000).map(line).collect());
        chart.lines[7].emphasis = Emphasis::Raised;
        let theme = Theme::light(1.0);
        let marks = seen_marks(&chart, &chart.layout((400, 300), &theme), &theme);
        assert_eq!(marks.iter().map(|mark| (mark.x, mark.line)).collect::<Vec<_>>(), [(0, 7), (3, 7), (2, 7)]);
    }

    #[test]
    fn thin_paths_cover_the_same_pixels() {
        for (name, path, kept) in [
            ("nothing", &[][..], &[][..]),
            ("one place is a line of no length", &[(1, 1)], &[(1, 1), (1, 1)]),
            ("a column keeps four", &[(1, 5), (1, 4), (1, 9), (1, 6), (1, 7)], &[(1, 5), (1, 4), (1, 9), (1, 7)]),
            ("the order stays", &[(1, 5), (1, 9), (1, 4), (1, 4)], &[(1, 5), (1, 9), (1, 4)]),
            ("few places all stay", &[(1, 5), (2, 5), (3, 6)], &[(1, 5), (2, 5), (3, 6)]),
        ] {
            assert_eq!(thinned(path), kept, "{name}");
        }
    }
}
