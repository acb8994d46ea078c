//! Legends: which line is which, as rows of swatches with names.

use crate::{
    draw::{Words, shape, write},
    facets::Facets,
    format::count_text,
    layout::Rect,
    line::{Dashes, LineChart, Owner},
    path::dashes,
    phase::Pattern,
    stroke::Stroke,
    text::{fitted, text_width},
    theme::{Rgb, Theme},
};
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{PathElement, Rectangle},
    style::{
        Color,
        text_anchor::{HPos, Pos, VPos},
    },
};

/// The sizes of an entry, CSS pixels.
const ROW_PX: f64 = 18.0;
const SWATCH_PX: f64 = 24.0;
const GAP_PX: f64 = 6.0;
const BETWEEN_PX: f64 = 18.0;

/// Which lines look like this.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Whose line it is; that of the first of several that look alike and have one name.
    pub owner: Owner,
    /// Which of its owner's series.
    pub series: u16,
    /// What it is called, and what it shows of a group.
    pub label: String,
    /// Its colour.
    pub color: Rgb,
    /// Its pattern.
    pub dashes: Dashes,
    /// Whether a band is drawn about it.
    pub band: bool,
}

impl LineChart {
    /// An entry for each line that is no thin member, the one drawn last first. Lines that look alike and have
    /// one name share an entry.
    pub fn legend(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut seen = std::collections::BTreeSet::new();
        for line in self.lines.iter().rev().filter(|line| line.member_of.is_none()) {
            let label = match line.statistic() {
                Some(statistic) => format!("{} ({statistic})", line.name),
                None => line.name.clone(),
            };
            if seen.insert((label.clone(), line.color, line.dashes)) {
                let (owner, series) = (line.owner, line.series);
                let band = line.band().is_some();
                entries.push(Entry { owner, series, label, color: line.color, dashes: line.dashes, band });
            }
        }
        entries
    }
}

impl Facets {
    /// The entries of all facets: see [`LineChart::legend`].
    pub fn legend(&self) -> Vec<Entry> {
        self.whole().legend()
    }
}

/// Where the entries of a legend lie, device pixels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LegendLayout {
    /// The entries shown, as many as find room: where each lies, and its label cut to its room.
    pub entries: Vec<(Rect, String)>,
    /// How many more there are, in words, and where that stands.
    pub more: Option<(Rect, String)>,
    /// How tall it is.
    pub height: i32,
}

/// Lays `entries` out in columns from a corner on, in at most `rows` rows of `width` device pixels.
pub fn legend_layout(entries: &[Entry], corner: (i32, i32), width: i32, rows: usize, theme: &Theme) -> LegendLayout {
    if entries.is_empty() || rows == 0 || width <= 0 {
        return LegendLayout::default();
    }
    let frame = theme.dpx(SWATCH_PX + GAP_PX + BETWEEN_PX);
    // No more are measured than can be shown, however many there are.
    let measured = entries.iter().take(rows * 24);
    let widest = measured.map(|entry| text_width(&entry.label, theme.text_dpx)).fold(0.0, f64::max);
    let least = theme.dpx(120.0).min(f64::from(width));
    let wanted = (widest + frame).clamp(least, f64::from(width).max(least));
    // Long names are cut rather than stand alone in their rows, if that is what it takes to show all.
    let fits = |wanted: f64| ((f64::from(width) + theme.dpx(BETWEEN_PX)) / wanted).floor().max(1.0) as usize;
    let crowded = fits(wanted) * rows < entries.len();
    let columns = if crowded { fits(wanted.min(theme.dpx(220.0))) } else { fits(wanted) };
    let columns = columns.min(entries.len());
    let across = width / columns as i32;
    let across = if crowded { across } else { across.min(wanted.ceil() as i32) };
    let tall = theme.whole_dpx(ROW_PX);
    let slots = columns * rows;
    let shown = if entries.len() > slots { slots - 1 } else { entries.len() };
    let slot = |at: usize| {
        let (x0, y0) = (corner.0 + (at % columns) as i32 * across, corner.1 + (at / columns) as i32 * tall);
        Rect { x0, y0, x1: x0 + across, y1: y0 + tall }
    };
    let room = f64::from(across) - frame;
    let entry = |(at, entry): (usize, &Entry)| (slot(at), fitted(&entry.label, room, theme.text_dpx));
    let left = entries.len() - shown;
    let words = if shown == 0 {
        format!("{} lines", count_text(left as u64))
    } else {
        format!("and {} more", count_text(left as u64))
    };
    let used = shown + usize::from(left > 0);
    LegendLayout {
        entries: entries.iter().take(shown).enumerate().map(entry).collect(),
        more: (left > 0).then(|| (slot(shown), words)),
        height: used.div_ceil(columns) as i32 * tall,
    }
}

/// Draws a legend where `layout` says.
pub fn draw_legend<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    entries: &[Entry],
    layout: &LegendLayout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let left = Pos::new(HPos::Left, VPos::Center);
    for (entry, (slot, label)) in entries.iter().zip(&layout.entries) {
        let middle = (slot.y0 + slot.y1) / 2;
        let swatch = (slot.x0, slot.x0 + theme.whole_dpx(SWATCH_PX));
        draw_swatch(area, entry, swatch, middle, theme)?;
        let words = Words { text: label, color: theme.ink, size_dpx: theme.text_dpx, bold: false };
        write(area, theme, words, (swatch.1 + theme.whole_dpx(GAP_PX), middle), left)?;
    }
    if let Some((slot, words)) = &layout.more {
        let words = Words { text: words, color: theme.muted, size_dpx: theme.text_dpx, bold: false };
        write(area, theme, words, (slot.x0, (slot.y0 + slot.y1) / 2), left)?;
    }
    Ok(())
}

fn draw_swatch<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    entry: &Entry,
    (from, to): (i32, i32),
    middle: i32,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    if entry.band {
        let half = theme.whole_dpx(5.0);
        let corners = [(from, middle - half), (to, middle + half)];
        area.draw(&Rectangle::new(corners, entry.color.with_alpha(0.2).filled()))?;
    }
    let style = shape(Stroke::solid(entry.color, theme.dpx(2.0), 1.0));
    let path = vec![(from, middle), (to, middle)];
    match Pattern::new(entry.dashes.lengths(), theme.scale) {
        None => area.draw(&PathElement::new(path, style))?,
        Some(pattern) => {
            for dash in dashes(&path, &pattern, theme.scale) {
                area.draw(&PathElement::new(dash, style))?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn members_and_lines_that_look_alike_take_no_row() {
        let entries = samples::with_members(2, 6, false).legend();
        let labels: Vec<&str> = entries.iter().map(|entry| entry.label.as_str()).collect();
        assert_eq!(
            labels,
            [
                "optimizer: sgd (mean of 6 runs, ±1 standard deviation)",
                "optimizer: adam (mean of 6 runs, ±1 standard deviation)"
            ]
        );
        let mut chart = samples::losses(3, 5, false);
        for line in &mut chart.lines {
            (line.name, line.color) = ("lr 0.1".to_owned(), Rgb(1, 2, 3));
        }
        assert_eq!(chart.legend().len(), 1);
    }

    #[test]
    fn what_finds_no_room_is_counted() {
        let theme = Theme::light(1.0);
        for (lines, width, rows, shown, more) in [
            (0, 600, 3, 0, None),
            (3, 600, 3, 3, None),
            (500, 600, 2, 9, Some("and 491 more")),
            (2, 40, 1, 0, Some("2 lines")),
            (5, 600, 0, 0, None),
        ] {
            let entries = samples::losses(lines, 2, false).legend();
            let layout = legend_layout(&entries, (10, 20), width, rows, &theme);
            assert_eq!(layout.entries.len(), shown, "{lines} in {width}");
            assert_eq!(layout.more.as_ref().map(|(_, words)| words.as_str()), more, "{lines} in {width}");
            let slots: Vec<Rect> = layout.entries.iter().map(|(slot, _)| *slot).collect();
            assert!(slots.iter().all(|slot| slot.x1 <= 10 + width && slot.y1 <= 20 + layout.height));
        }
    }

    #[test]
    fn long_names_are_cut_to_their_column() {
        let mut chart = samples::losses(40, 2, false);
        chart.lines.iter_mut().for_each(|line| line.name = "a name that goes on ".repeat(20) + &line.name);
        let theme = Theme::light(2.0);
        let layout = legend_layout(&chart.legend(), (0, 0), 1000, 3, &theme);
        for (slot, label) in &layout.entries {
            assert!(text_width(label, theme.text_dpx) < f64::from(slot.width()), "{label}");
            assert!(label.contains('…'), "{label}");
        }
    }
}
