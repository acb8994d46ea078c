//! Panels as the source of figures for LaTeX: PGFPlots draws each where the picture has it, in a box of exactly the size
//! that was asked for.
//!
//! Lines are cut off at the plot, because TeX cannot count far beyond a page. A symlog axis is written transformed, with
//! the values as labels, for PGFPlots has none; times are written in seconds, for TeX knows no more than five digits
//! of milliseconds since 1970.

use super::{Look, chart::PanelData};
use charts::{
    facets::Cell,
    layout::Layout,
    legend::{Entry, legend_layout},
    line::{Dashes, LineChart, Place, XQuantity},
    marks::{MarkKind, non_finite_marks},
    path::{At, band_outlines, paths},
    picture::Picture,
    scale::{Scale, ScaleKind},
    stroke::{Stroke, band_alpha, stroke},
    theme::{Rgb, Theme},
    ticks::Tick,
};
use data::{run::RunRow, series::Points, view::View};
use std::fmt::Write;

/// The air around everything, and the room for the name of an axis, CSS pixels.
const AIR_PX: u32 = 6;
const NAME_PX: u32 = 20;
/// More names than these are no legend.
const MOST_NAMES: usize = 24;
/// Lines of source are kept below what TeX reads at a time.
const PLACES_A_LINE: usize = 8;
/// So many bytes of source are more than TeX has memory for, unless it grows.
const LARGE: usize = 1 << 20;

/// The panels as figures for PGFPlots, each of the size that `look` wants.
pub fn figures(panels: &[PanelData], view: &View, rows: &[RunRow], look: &Look) -> String {
    let figures: String = panels.iter().map(|panel| figure(&panel.picture(view, rows, false), look)).collect();
    let mut text = "% needs \\usepackage{pgfplots} and \\pgfplotsset{compat=1.18}\n".to_owned();
    if figures.len() > LARGE {
        text += "% many points: lualatex takes the memory that they need\n";
    }
    text + &figures
}

/// A picture as one figure.
fn figure(picture: &Picture, look: &Look) -> String {
    let (size, shown) = (look.size, look.shown_mm());
    let mm = (shown.0 / f64::from(size.0.max(1)), shown.1 / f64::from(size.1.max(1)));
    let page = Page { mm, pt: f64::from(look.zoom) * 0.75, size, theme: Theme::light(1.0) };
    let mut text = String::new();
    for note in picture.facets.notes().iter().chain(&picture.notes) {
        let _ = writeln!(text, "% {}", charts::text::harmless(note));
    }
    let letters = page.theme.text_dpx * page.pt;
    let _ = writeln!(
        text,
        "\\begin{{tikzpicture}}[font=\\fontsize{{{letters:.2}}}{{{:.2}}}\\selectfont]\n\
         \\useasboundingbox (0,0) rectangle ({});",
        letters * 1.2,
        page.at(f64::from(size.0), 0.0),
    );
    let mut colors: Vec<Rgb> = Vec::new();
    for line in picture.facets.facets().iter().flat_map(|facet| &facet.chart.lines) {
        if !colors.contains(&line.color) {
            let Rgb(r, g, b) = line.color;
            let _ = writeln!(text, "\\definecolor{{line{}}}{{RGB}}{{{r},{g},{b}}}", colors.len());
            colors.push(line.color);
        }
    }
    let entries = if picture.legend_rows > 0 && picture.legend.len() <= MOST_NAMES { &picture.legend[..] } else { &[] };
    let inner = size.0.saturating_sub(2 * AIR_PX);
    let most = picture.legend_rows.min((size.1 / 3 / 18) as usize);
    let legend = legend_layout(entries, (AIR_PX as i32, 0), inner as i32, most, &page.theme);
    let foot = legend.height as u32 + NAME_PX;
    let plots = (inner.saturating_sub(NAME_PX).max(1), size.1.saturating_sub(2 * AIR_PX + foot).max(1));
    let layout = picture.facets.layout(plots, &page.theme);
    let corner = (f64::from(AIR_PX + NAME_PX), f64::from(AIR_PX));
    for (at, (facet, cell)) in picture.facets.facets().iter().zip(&layout.cells).enumerate() {
        let axis = Axis { page: &page, chart: &facet.chart, layout: &cell.layout, colors: &colors, corner };
        let mut options = axis.options(cell);
        let shown: Vec<(&Entry, &str)> = match at {
            0 => entries.iter().zip(&legend.entries).map(|(entry, (_, label))| (entry, label.as_str())).collect(),
            _ => Vec::new(),
        };
        if !shown.is_empty() {
            let row = legend.entries[0].0.y0;
            let columns = legend.entries.iter().filter(|(slot, _)| slot.y0 == row).count();
            options.push(axis.legend_options(f64::from(size.1 - AIR_PX) - f64::from(legend.height), columns));
        }
        if let Some(within) = cell.layout.y.linear_within() {
            let within = number(within);
            let _ =
                writeln!(text, "% y is symlog: what is written is sgn(y) ln(1 + |y|/{within}), what is labelled is y");
        }
        let _ = writeln!(text, "\\begin{{axis}}[\n  {}]", options.join(",\n  "));
        text += &axis.drawn();
        for (entry, label) in shown {
            let name = color_name(&colors, entry.color);
            let pattern = page.pattern(entry.dashes);
            let _ = writeln!(
                text,
                "\\addlegendimage{{color={name}, line width={:.2}pt{pattern}}}\n\\addlegendentry{{{}}}",
                1.5 * page.pt,
                escaped(label)
            );
        }
        if let (0, false, Some((_, more))) = (at, legend.entries.is_empty(), &legend.more) {
            let _ = writeln!(text, "\\addlegendimage{{empty legend}}\n\\addlegendentry{{{}}}", escaped(more));
        }
        text += "\\end{axis}\n";
    }
    text + "\\end{tikzpicture}\n"
}

/// A figure's own measures.
struct Page {
    /// Millimetres in a CSS pixel across and down, and points.
    mm: (f64, f64),
    pt: f64,
    /// CSS pixels.
    size: (u32, u32),
    theme: Theme,
}

impl Page {
    /// A place in CSS pixels from the top left, as TikZ counts it.
    fn at(&self, x: f64, y: f64) -> String {
        format!("{:.2}mm,{:.2}mm", x * self.mm.0, (f64::from(self.size.1) - y) * self.mm.1)
    }

    /// A line's pattern as an option.
    fn pattern(&self, dashes: Dashes) -> String {
        let turn = |(at, length): (usize, &f64)| {
            format!(" {} {:.2}pt", if at % 2 == 0 { "on" } else { "off" }, length * self.pt)
        };
        let turns: String = dashes.lengths().iter().enumerate().map(turn).collect();
        if turns.is_empty() { turns } else { format!(", dash pattern={}", turns.trim_start()) }
    }
}

fn color_name(colors: &[Rgb], color: Rgb) -> String {
    format!("line{}", colors.iter().position(|known| *known == color).unwrap_or(0))
}

/// One plot of a figure.
struct Axis<'a> {
    page: &'a Page,
    chart: &'a LineChart,
    layout: &'a Layout,
    colors: &'a [Rgb],
    /// Where the layout's own corner lies in the figure, CSS pixels.
    corner: (f64, f64),
}

impl Axis<'_> {
    fn options(&self, cell: &Cell) -> Vec<String> {
        let (plot, mm) = (self.layout.plot, self.page.mm);
        let corner = self.page.at(self.corner.0 + f64::from(plot.x0), self.corner.1 + f64::from(plot.y1));
        let mode = |kind| if kind == ScaleKind::Log { "log" } else { "linear" };
        let [left, right] = [plot.x0, plot.x1].map(|px| number(self.x_at(f64::from(px))));
        let [bottom, top] = [plot.y1, plot.y0].map(|px| number(self.y_at(f64::from(px))));
        let mut options = vec![
            format!("at={{({corner})}}, anchor=south west, scale only axis"),
            format!("width={:.2}mm, height={:.2}mm", f64::from(plot.width()) * mm.0, f64::from(plot.height()) * mm.1),
            format!("xmin={left}, xmax={right}, xmode={}", mode(self.layout.x.kind())),
            format!("ymin={bottom}, ymax={top}, ymode={}", mode(self.layout.y.kind())),
            "unbounded coords=jump, scaled ticks=false, axis x line*=bottom, axis y line*=left".to_owned(),
            "tick align=outside, ymajorgrids, grid style={black!10}".to_owned(),
        ];
        let sides = self.layout.sides;
        let x_ticks: Vec<_> =
            self.layout.x_ticks.iter().map(|tick| (self.x_of_tick(tick), self.x_label(tick))).collect();
        let y_ticks: Vec<_> = self
            .layout
            .y_ticks
            .iter()
            .map(|tick| (self.y_of(tick.value), tex_number(tick.value, self.layout.y.kind())))
            .collect();
        options.push(ticks("x", &self.layout.x_ticks, x_ticks, sides.bottom));
        options.push(ticks("y", &self.layout.y_ticks, y_ticks, sides.left));
        if sides.bottom {
            options.push(format!("xlabel={{{}}}", self.x_name()));
        }
        if sides.left {
            options.push(format!("ylabel={{{}}}", escaped(&self.chart.metric)));
        }
        if !cell.title.is_empty() {
            options.push(format!("title={{{}}}, title style={{yshift=-1ex}}", escaped(&cell.title)));
        }
        options
    }

    /// Options of a legend of so many columns, whose top left corner is at the figure's left and `top`.
    fn legend_options(&self, top: f64, columns: usize) -> String {
        let plot = self.layout.plot;
        let x = (f64::from(AIR_PX) - self.corner.0 - f64::from(plot.x0)) / f64::from(plot.width().max(1));
        let y = (self.corner.1 + f64::from(plot.y1) - top) / f64::from(plot.height().max(1));
        format!(
            "legend columns={columns}, legend cell align=left,\n  legend style={{at={{({x:.4},{y:.4})}}, anchor=north west, draw=none, \
             fill=none, inner sep=0pt, /tikz/every even column/.append style={{column sep=1em}}}}"
        )
    }

    /// Everything in the plot.
    fn drawn(&self) -> String {
        let mut text = String::new();
        let order = self.chart.drawing_order();
        for &index in &order {
            let line = &self.chart.lines[index];
            let (name, opacity) = (color_name(self.colors, line.color), band_alpha(self.chart, index));
            for outline in line.band().map(|band| band_outlines(band, self.layout)).unwrap_or_default() {
                let _ = writeln!(
                    text,
                    "\\addplot[draw=none, fill={name}, fill opacity={opacity:.2}, forget plot] coordinates {{{}}} -- cycle;",
                    self.places(&outline)
                );
            }
        }
        for index in order {
            let (line, look) = (&self.chart.lines[index], stroke(self.chart, index, &self.page.theme));
            if let Some(original) = line.original() {
                self.line(&mut text, original, look.behind(&self.page.theme));
            }
            self.line(&mut text, line.points(), look);
        }
        for mark in non_finite_marks(self.chart, self.layout) {
            let name = color_name(self.colors, self.chart.lines[mark.line].color);
            let shape = match mark.kind {
                MarkKind::NaN => "mark=x",
                MarkKind::Infinity => "mark=triangle*",
                MarkKind::NegativeInfinity => "mark=triangle*, mark options={rotate=180}",
            };
            let place = self.places(&[(mark.x_px, mark.y_px)]);
            let _ =
                writeln!(text, "\\addplot[color={name}, only marks, {shape}, forget plot] coordinates {{{place}}};");
        }
        if self.chart.extent().points == 0 && self.chart.shared.is_none() {
            text += "\\node at (rel axis cs:0.5,0.5) {No points};\n";
        }
        text + &self.annotations()
    }

    fn line(&self, text: &mut String, points: &Points, look: Stroke) {
        let drawn = paths(points, self.layout);
        let mut color = format!("color={}", color_name(self.colors, look.color));
        if look.alpha < 1.0 {
            let _ = write!(color, ", opacity={:.2}", look.alpha);
        }
        let width = look.width_dpx * self.page.pt;
        let pieces: Vec<String> = drawn.pieces.iter().map(|piece| self.places(piece)).collect();
        if !pieces.is_empty() {
            // A place without a value breaks the line.
            let breaks = |piece: &Vec<At>| format!("\n({},nan)\n", number(self.x_at(piece[0].0)));
            let mut joined = pieces[0].clone();
            for (piece, places) in drawn.pieces.iter().zip(&pieces).skip(1) {
                joined += &breaks(piece);
                joined += places;
            }
            let pattern = self.page.pattern(look.dashes);
            let _ = writeln!(
                text,
                "\\addplot[{color}, line width={width:.2}pt, line join=round, mark=none{pattern}, forget plot] coordinates {{{joined}}};"
            );
        }
        if !drawn.dots.is_empty() {
            let _ = writeln!(
                text,
                "\\addplot[{color}, only marks, mark=*, mark size={:.2}pt, forget plot] coordinates {{{}}};",
                width.max(self.page.pt * 2.0),
                self.places(&drawn.dots)
            );
        }
    }

    fn annotations(&self) -> String {
        let mut text = String::new();
        let place = |x: i32, y: i32| {
            format!("(axis cs:{},{})", number(self.x_at(f64::from(x))), number(self.y_at(f64::from(y))))
        };
        for placed in self.chart.annotated(self.layout, &self.page.theme) {
            let mark = placed.mark;
            let (from, to) = (place(mark.x0, mark.y0), place(mark.x1, mark.y1));
            let _ = match self.chart.annotations[placed.index].place {
                Place::X(_) => writeln!(text, "\\draw[gray] {from} -- {};", place(mark.x0, mark.y1)),
                Place::Y(_) => writeln!(text, "\\draw[gray] {from} -- {};", place(mark.x1, mark.y0)),
                Place::XRange(_) => writeln!(text, "\\fill[gray, opacity=0.12] {from} rectangle {to};"),
                Place::Point { .. } => {
                    let middle = place((mark.x0 + mark.x1) / 2, (mark.y0 + mark.y1) / 2);
                    writeln!(text, "\\draw[gray] {middle} circle[radius={:.2}pt];", 3.0 * self.page.pt)
                }
            };
            if !placed.label.is_empty() {
                let at = place(placed.words.x0, (placed.words.y0 + placed.words.y1) / 2);
                let _ = writeln!(text, "\\node[anchor=west, inner sep=0pt] at {at} {{{}}};", escaped(&placed.label));
            }
        }
        text
    }

    /// Places in pixels as coordinates.
    fn places(&self, places: &[At]) -> String {
        let mut text = String::with_capacity(places.len() * 16);
        for (at, &(x, y)) in places.iter().enumerate() {
            let between = if at == 0 {
                ""
            } else if at % PLACES_A_LINE == 0 {
                "\n"
            } else {
                " "
            };
            let _ = write!(text, "{between}({},{})", number(self.x_at(x)), number(self.y_at(y)));
        }
        text
    }

    /// What is written for a place along x, pixels of the layout.
    fn x_at(&self, px: f64) -> f64 {
        let count = value_at(&self.layout.x, px);
        match &self.chart.x {
            XQuantity::Step => count,
            XQuantity::RelativeTime | XQuantity::WallTime => (count - self.origin()) / 1e3,
            XQuantity::Value { unit, .. } => count * unit,
        }
    }

    /// Where seconds are counted from, milliseconds.
    fn origin(&self) -> f64 {
        match self.chart.x {
            XQuantity::WallTime if self.layout.x.kind() != ScaleKind::Log => self.layout.x.domain()[0].floor(),
            XQuantity::WallTime | XQuantity::Step | XQuantity::RelativeTime | XQuantity::Value { .. } => 0.0,
        }
    }

    fn x_of_tick(&self, tick: &Tick) -> f64 {
        match self.chart.x {
            XQuantity::Step | XQuantity::Value { .. } => tick.value,
            XQuantity::RelativeTime | XQuantity::WallTime => self.x_at(tick.px),
        }
    }

    fn x_label(&self, tick: &Tick) -> String {
        match (&self.chart.x, self.layout.x.kind()) {
            (XQuantity::RelativeTime | XQuantity::WallTime, ScaleKind::Linear) => escaped(&tick.label),
            (XQuantity::RelativeTime | XQuantity::WallTime, ScaleKind::Log | ScaleKind::Symlog) => {
                tex_number(tick.value / 1e3, self.layout.x.kind())
            }
            (XQuantity::Step | XQuantity::Value { .. }, kind) => tex_number(tick.value, kind),
        }
    }

    fn x_name(&self) -> String {
        let seconds = matches!(self.chart.x, XQuantity::RelativeTime | XQuantity::WallTime)
            && self.layout.x.kind() == ScaleKind::Log;
        escaped(self.chart.x.name()) + if seconds { " (s)" } else { "" }
    }

    /// What is written for a place along y, pixels of the layout.
    fn y_at(&self, px: f64) -> f64 {
        self.y_of(value_at(&self.layout.y, px))
    }

    /// What is written for a value.
    fn y_of(&self, value: f64) -> f64 {
        match self.layout.y.linear_within() {
            Some(within) => (value.abs() / within).ln_1p().copysign(value),
            None => value,
        }
    }
}

/// The ticks of an axis that have a label; without the labels where another plot has them.
fn ticks(axis: &str, placed: &[Tick], written: Vec<(f64, String)>, labelled: bool) -> String {
    let major = placed.iter().zip(written).filter(|(tick, _)| !tick.is_minor()).map(|(_, written)| written);
    let (places, labels): (Vec<String>, Vec<String>) =
        major.map(|(place, label)| (number(place), format!("{{{label}}}"))).unzip();
    match labelled {
        true => format!("{axis}tick={{{}}}, {axis}ticklabels={{{}}}", places.join(","), labels.join(",")),
        false => format!("{axis}tick={{{}}}, {axis}ticklabels=\\empty", places.join(",")),
    }
}

/// The value at a place in pixels; what is 0 but for the rounding of pixels is 0.
fn value_at(scale: &Scale, px: f64) -> f64 {
    let value = scale.value_from(px);
    let [from, to] = scale.domain();
    let nothing = scale.kind() == ScaleKind::Linear && value.abs() < (to / 2.0 - from / 2.0) * 1e-12;
    if nothing { 0.0 } else { value }
}

/// A number as TeX reads it: nine digits, more than it can tell apart.
fn number(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e9 {
        return (value as i64).to_string();
    }
    let rounded: f64 = format!("{value:.8e}").parse().unwrap_or(value);
    if (1e-4..1e9).contains(&rounded.abs()) { rounded.to_string() } else { format!("{rounded:e}") }
}

/// A number as a person reads it: on an axis of decades a large one as a power.
fn tex_number(value: f64, kind: ScaleKind) -> String {
    let large = if kind == ScaleKind::Linear { 1e7 } else { 1e5 };
    if value == 0.0 || (1e-3..large).contains(&value.abs()) {
        return format!("${}$", number((value * 1e9).round() / 1e9));
    }
    let text = number(value);
    let text = if text.contains('e') { text } else { format!("{value:e}") };
    match text.split_once('e') {
        Some(("1", power)) => format!("$10^{{{power}}}$"),
        Some(("-1", power)) => format!("$-10^{{{power}}}$"),
        Some((times, power)) => format!("${times} \\cdot 10^{{{power}}}$"),
        None => format!("${text}$"),
    }
}

/// `text` as LaTeX shows it, and never runs it.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => safe.push_str("\\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => safe.extend(['\\', c]),
            '^' => safe.push_str("\\textasciicircum{}"),
            '~' => safe.push_str("\\textasciitilde{}"),
            '…' => safe.push_str("\\dots{}"),
            '−' => safe.push_str("$-$"),
            '±' => safe.push_str("$\\pm$"),
            '×' => safe.push_str("$\\times$"),
            '∞' => safe.push_str("$\\infty$"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests;
