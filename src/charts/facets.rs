//! Small multiples: a chart parted into facets that share both axes.

use crate::{
    draw::{Words, write},
    format::counted,
    hit::Hit,
    layout::{Domains, Layout, Rect, Sides},
    line::{Line, LineChart},
    text::fitted,
    theme::Theme,
};
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    style::text_anchor::{HPos, Pos, VPos},
};
use std::sync::Arc;

/// How many facets stand in one picture at most.
pub const MOST_FACETS: usize = 24;
/// What a facet's plot looks best at: its width by its height.
const ASPECT: f64 = 1.6;

/// One of several charts side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Facet {
    /// What its lines have in common; empty for the only one.
    pub title: String,
    /// Its lines, with the settings of the whole.
    pub chart: LineChart,
}

/// Charts side by side over the same ranges of x and y.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Facets {
    facets: Vec<Facet>,
    left_out: usize,
}

/// Where the facets lie, device pixels of the whole picture.
#[derive(Debug, Clone, PartialEq)]
pub struct FacetsLayout {
    /// Width and height of the whole picture.
    pub size: (u32, u32),
    /// One for each facet.
    pub cells: Vec<Cell>,
    /// Sentences that the panel must show: what the axes leave out, and which facets.
    pub notes: Vec<String>,
}

/// Where one facet lies.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Its title, cut to its room.
    pub title: String,
    /// Where the title begins, on its middle line.
    pub title_at: (i32, i32),
    /// Where everything of its chart lies.
    pub layout: Layout,
}

impl From<LineChart> for Facets {
    /// The chart as its only facet.
    fn from(chart: LineChart) -> Facets {
        Facets { facets: vec![Facet { title: String::new(), chart }], left_out: 0 }
    }
}

impl Facets {
    /// `chart`, whose own lines do not matter, parted into facets: each a title and its lines. Of more than
    /// [`MOST_FACETS`] the first are kept; the layout's notes say so. None at all is one without lines.
    pub fn split(chart: LineChart, parts: Vec<(String, Vec<Line>)>) -> Facets {
        let chart = LineChart { lines: Vec::new(), ..chart };
        if parts.is_empty() {
            return chart.into();
        }
        let left_out = parts.len().saturating_sub(MOST_FACETS);
        let parts: Vec<_> = parts.into_iter().take(MOST_FACETS).collect();
        let lines = parts.iter().flat_map(|(_, lines)| lines.iter().cloned()).collect();
        let shared = Arc::new(LineChart { lines, ..chart.clone() }.domains());
        let chart = LineChart { shared: Some(shared), ..chart };
        let facet = |(title, lines)| Facet { title, chart: LineChart { lines, ..chart.clone() } };
        Facets { facets: parts.into_iter().map(facet).collect(), left_out }
    }

    /// The facets, in reading order.
    pub fn facets(&self) -> &[Facet] {
        &self.facets
    }

    /// All lines in one chart.
    pub fn whole(&self) -> LineChart {
        let Some(first) = self.facets.first() else { return LineChart::default() };
        let lines = self.facets.iter().flat_map(|facet| facet.chart.lines.iter().cloned()).collect();
        LineChart { lines, ..first.chart.clone() }
    }

    /// Lays the facets out in `size` device pixels: as many columns as suit, ranges shared, labels at the
    /// outer edges only.
    pub fn layout(&self, size: (u32, u32), theme: &Theme) -> FacetsLayout {
        let size = (size.0.clamp(1, 1 << 16), size.1.clamp(1, 1 << 16));
        self.layout_within(Rect { x0: 0, y0: 0, x1: size.0 as i32, y1: size.1 as i32 }, size, theme)
    }

    pub(crate) fn layout_within(&self, within: Rect, size: (u32, u32), theme: &Theme) -> FacetsLayout {
        if let [Facet { title, chart }] = &self.facets[..]
            && title.is_empty()
        {
            let layout = chart.layout_within(within, size, theme);
            let notes = layout.notes.clone();
            let cell = Cell { title: String::new(), title_at: (layout.plot.x0, layout.plot.y0), layout };
            return FacetsLayout { size, cells: vec![cell], notes };
        }
        let whole = self.whole();
        let domains = whole.domains();
        let notes = self.notes_on(&domains);
        let grid = Grid::new(self.facets.len(), within, theme);
        let sample = grid.plot(0, 0);
        let gutter = whole.y_gutter(&domains, sample.height() as i32, theme).min(within.width() as i32 / 3);
        let grid = grid.with_gutter(gutter);
        let cell = |(index, facet): (usize, &Facet)| {
            let plot = grid.plot(index, gutter);
            let sides = Sides { left: index % grid.columns == 0, bottom: index + grid.columns >= self.facets.len() };
            let last = index % grid.columns + 1 == grid.columns;
            let labels_end = if last { size.0 as i32 - 1 } else { plot.x1 + grid.gap.0 / 2 };
            let layout = facet.chart.layout_at(plot, size, &domains, sides, labels_end, theme);
            let title = fitted(&facet.title, f64::from(plot.width()), theme.text_dpx);
            Cell { title, title_at: (plot.x0, plot.y0 - grid.head / 2), layout }
        };
        FacetsLayout { size, cells: self.facets.iter().enumerate().map(cell).collect(), notes }
    }

    /// Sentences that must stand beside it: what the axes leave out, and which facets.
    pub fn notes(&self) -> Vec<String> {
        self.notes_on(&self.whole().domains())
    }

    fn notes_on(&self, domains: &Domains) -> Vec<String> {
        let mut notes = domains.notes.clone();
        if self.left_out > 0 {
            let all = counted((MOST_FACETS + self.left_out) as u64, "facet", "facets");
            notes.push(format!("the first {MOST_FACETS} of {all} are shown"));
        }
        notes
    }

    /// The line nearest to a place within `max_distance` device pixels, and the index of its facet: see
    /// [`LineChart::nearest`]. Only the facet whose plot the place lies in is asked.
    pub fn nearest(&self, layout: &FacetsLayout, x_px: f64, y_px: f64, max_distance: f64) -> Option<(usize, Hit)> {
        let index = layout.cell_at(x_px, y_px)?;
        let hit = self.facets[index].chart.nearest(&layout.cells[index].layout, x_px, y_px, max_distance)?;
        Some((index, hit))
    }

    /// The facets in a sentence, for screen readers and tests.
    pub fn summary(&self) -> String {
        let mut text = self.whole().summary();
        if self.facets.iter().all(|facet| facet.title.is_empty()) {
            return text;
        }
        let of = |facet: &Facet| format!("{} ({})", facet.title, facet.chart.lines_text());
        let titles: Vec<String> = self.facets.iter().map(of).collect();
        text += &format!("; in {}: {}", counted(self.facets.len() as u64, "facet", "facets"), titles.join(", "));
        text
    }
}

impl FacetsLayout {
    /// The index of the facet whose plot a place lies in.
    pub fn cell_at(&self, x_px: f64, y_px: f64) -> Option<usize> {
        self.cells.iter().position(|cell| cell.layout.plot.contains(x_px, y_px))
    }
}

/// Equal plots in rows and columns.
struct Grid {
    within: Rect,
    columns: usize,
    rows: usize,
    /// What stands above each plot: its title.
    head: i32,
    /// What stands below the lowest plots: labels of x.
    foot: i32,
    /// What lies between plots, across and down.
    gap: (i32, i32),
    /// What stands left of the first column: labels of y.
    gutter: i32,
}

impl Grid {
    /// The grid for `count` plots whose shape is nearest to the best one.
    fn new(count: usize, within: Rect, theme: &Theme) -> Grid {
        let grid = |columns: usize| Grid {
            within,
            columns,
            rows: count.div_ceil(columns),
            head: (theme.text_dpx * 1.7).ceil() as i32,
            foot: theme.whole_dpx(10.0) + theme.text_dpx.ceil() as i32,
            gap: (theme.whole_dpx(14.0), theme.whole_dpx(8.0)),
            gutter: theme.whole_dpx(36.0),
        };
        let badness = |columns: usize| {
            let grid = grid(columns);
            let plot = grid.plot(0, grid.gutter);
            let aspect = f64::from(plot.width().max(1)) / f64::from(plot.height().max(1));
            let empty = (columns * grid.rows - count) as f64 / count as f64;
            (aspect / ASPECT).ln().abs() + empty
        };
        let best = (1..=count.max(1)).min_by(|&a, &b| badness(a).total_cmp(&badness(b)));
        grid(best.unwrap_or(1))
    }

    fn with_gutter(self, gutter: i32) -> Grid {
        Grid { gutter, ..self }
    }

    /// The plot with this index, at least a pixel wide and tall.
    fn plot(&self, index: usize, gutter: i32) -> Rect {
        let (column, row) = ((index % self.columns) as i32, (index / self.columns) as i32);
        let (columns, rows) = (self.columns as i32, self.rows as i32);
        let right_air = self.gap.0 / 2;
        let width = (self.within.width() as i32 - gutter - right_air - self.gap.0 * (columns - 1)) / columns;
        let height = (self.within.height() as i32 - self.foot - (self.head + self.gap.1) * rows) / rows;
        let (width, height) = (width.max(1), height.max(1));
        let x0 = self.within.x0 + gutter + column * (width + self.gap.0);
        let y0 = self.within.y0 + self.head + row * (height + self.head + self.gap.1);
        Rect { x0, y0, x1: x0 + width, y1: y0 + height }
    }
}

/// Draws the facets where `layout` says, on a ground that is there.
pub(crate) fn draw_facets<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    facets: &Facets,
    layout: &FacetsLayout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    for (facet, cell) in facets.facets.iter().zip(&layout.cells) {
        crate::draw::draw_chart(area, &facet.chart, &cell.layout, theme)?;
    }
    draw_titles(area, layout, theme)
}

/// Writes the titles of the facets.
pub fn draw_titles<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    layout: &FacetsLayout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    for cell in layout.cells.iter().filter(|cell| !cell.title.is_empty()) {
        let words = Words { text: &cell.title, color: theme.ink, size_dpx: theme.text_dpx, bold: false };
        write(area, theme, words, cell.title_at, Pos::new(HPos::Left, VPos::Center))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn facets_share_their_axes_and_do_not_touch() {
        for count in 1..=MOST_FACETS {
            let facets = samples::faceted(count, false);
            for (size, scale) in [((1200, 600), 1.0), ((300, 900), 2.0), ((500, 200), 1.0), ((1, 1), 1.0)] {
                let layout = facets.layout(size, &Theme::light(scale));
                assert_eq!(layout.cells.len(), count);
                let first = &layout.cells[0].layout;
                for (at, cell) in layout.cells.iter().enumerate() {
                    let own = &cell.layout;
                    assert_eq!((own.x.domain(), own.y.domain()), (first.x.domain(), first.y.domain()));
                    assert_eq!((own.plot.width(), own.plot.height()), (first.plot.width(), first.plot.height()));
                    let apart = |other: &Cell| {
                        let (a, b) = (own.plot, other.layout.plot);
                        a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0
                    };
                    assert!(layout.cells[..at].iter().all(apart), "{count} in {size:?}");
                    if size.0 >= 300 {
                        assert!(own.plot.x1 <= size.0 as i32 && own.plot.y1 <= size.1 as i32, "{count} in {size:?}");
                    }
                }
                let bottom = layout.cells.iter().filter(|cell| cell.layout.sides.bottom).count();
                assert!(bottom >= 1 && bottom <= count);
            }
        }
    }

    #[test]
    fn too_many_facets_are_left_out_and_said_to_be() {
        let facets = samples::faceted(31, false);
        let layout = facets.layout((1200, 800), &Theme::light(1.0));
        assert_eq!(layout.cells.len(), MOST_FACETS);
        assert_eq!(layout.notes, ["the first 24 of 31 facets are shown"]);
    }

    #[test]
    fn a_pointer_finds_the_line_of_its_facet() {
        let facets = samples::faceted(4, false);
        let layout = facets.layout((800, 600), &Theme::light(1.0));
        for (at, cell) in layout.cells.iter().enumerate() {
            let points = facets.facets()[at].chart.lines[1].points();
            let (x, y) = (cell.layout.x.px_from(points.x[30] as f64), cell.layout.y.px_from(points.y[30]));
            let (facet, hit) = facets.nearest(&layout, x, y, 8.0).expect("on a line");
            assert_eq!((facet, hit.distance < 0.5), (at, true));
        }
        assert_eq!(facets.nearest(&layout, 1.0, 1.0, 8.0), None);
    }

    #[test]
    fn one_facet_is_the_chart() {
        let chart = samples::losses(3, 50, false);
        let theme = Theme::light(1.0);
        let facets = Facets::from(chart.clone());
        assert_eq!(facets.layout((600, 300), &theme).cells[0].layout, chart.layout((600, 300), &theme));
        assert_eq!(facets.summary(), chart.summary());
        assert_eq!(Facets::split(chart, Vec::new()).facets().len(), 1);
    }

    #[test]
    fn a_summary_names_the_facets() {
        let summary = samples::faceted(2, false).summary();
        assert!(summary.ends_with("; in 2 facets: lr = 0.1 (3 runs), lr = 0.01 (3 runs)"), "{summary}");
    }
}
