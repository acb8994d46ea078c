//! A chart with words around it, complete in itself: title, axes' names, legend and notes. What reports,
//! links and embeds show as a picture.

use crate::{
    draw::{Words, write},
    facets::{Facets, FacetsLayout, draw_facets},
    layout::Rect,
    legend::{Entry, LegendLayout, draw_legend, legend_layout},
    line::XQuantity,
    text::{fitted, wrapped},
    theme::{Rgb, Theme},
};
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    style::text_anchor::{HPos, Pos, VPos},
};

/// The air around everything, and the height of the title's text, CSS pixels.
const AIR_PX: f64 = 12.0;
const TITLE_PX: f64 = 15.0;
/// How much of the height the plot keeps, whatever stands around it.
const PLOT_SHARE: f64 = 0.5;
/// How many characters the name of x may have to be written at a tick.
const LONG_NAME: usize = 16;
/// How many rows a legend takes at most.
pub const LEGEND_ROWS: usize = 6;
/// How many lines notes take at most.
const NOTE_LINES: usize = 4;

/// A chart with words around it. Empty texts take no room.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// What it shows.
    pub facets: Facets,
    /// What stands above.
    pub title: String,
    /// What runs along x.
    pub x_title: String,
    /// What runs along y.
    pub y_title: String,
    /// What the legend tells apart.
    pub legend: Vec<Entry>,
    /// How many rows the legend may take; 0 for none.
    pub legend_rows: usize,
    /// Sentences below: what is left out. Those of the layout are added.
    pub notes: Vec<String>,
}

impl Picture {
    /// `facets` titled by their metric, with a legend where there is something to tell apart. x has a title if its
    /// name finds no room at a tick.
    pub fn new(facets: impl Into<Facets>) -> Picture {
        let facets = facets.into();
        let whole = facets.whole();
        let legend = whole.legend();
        let told_apart = legend.len() > 1 || whole.lines.iter().any(|line| line.pooled().is_some());
        let x_title = match whole.x {
            XQuantity::Value { name, .. } if name.chars().count() > LONG_NAME => name,
            _ => String::new(),
        };
        Picture {
            facets,
            title: whole.metric,
            x_title,
            y_title: String::new(),
            legend,
            legend_rows: if told_apart { LEGEND_ROWS } else { 0 },
            notes: Vec::new(),
        }
    }
}

/// A line of text and where it stands.
struct Placed {
    text: String,
    at: (i32, i32),
    pos: Pos,
    size_dpx: f64,
    color: Rgb,
    bold: bool,
}

/// Draws `picture` over all of `area`. Where there is too little room for all, the legend goes first, then titles of
/// axes, then notes: the plot keeps half of the height.
pub fn draw_picture<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    picture: &Picture,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let (chart, legend, texts) = arranged(picture, area.dim_in_pixel(), theme);
    area.fill(&theme.surface.with_alpha(1.0))?;
    draw_facets(area, &picture.facets, &chart, theme)?;
    draw_legend(area, &picture.legend, &legend, theme)?;
    for Placed { text, at, pos, size_dpx, color, bold } in &texts {
        write(area, theme, Words { text, color: *color, size_dpx: *size_dpx, bold: *bold }, *at, *pos)?;
    }
    area.present()
}

/// Where everything of `picture` lies in a picture of `size`.
fn arranged(picture: &Picture, size: (u32, u32), theme: &Theme) -> (FacetsLayout, LegendLayout, Vec<Placed>) {
    let (width, height) = (size.0 as i32, size.1 as i32);
    let air = theme.whole_dpx(AIR_PX).min(width / 8).min(height / 8);
    let inner = (width - 2 * air).max(1);
    let line = (theme.text_dpx * 1.4).ceil() as i32;
    let (mut top, mut bottom) = (air, height - air);
    let labels = theme.whole_dpx(18.0) + theme.text_dpx.ceil() as i32;
    let mut spare = ((f64::from(height) * (1.0 - PLOT_SHARE)) as i32 - 2 * air - labels).max(0);
    let mut texts = Vec::new();
    let mut say = |text: &str, at, pos, size_dpx, color, bold| {
        // Bold letters are wider.
        let text = fitted(text, f64::from(inner) * if bold { 0.9 } else { 1.0 }, size_dpx);
        texts.push(Placed { text, at, pos, size_dpx, color, bold });
    };
    let left = Pos::new(HPos::Left, VPos::Center);
    let title_dpx = theme.dpx(TITLE_PX);
    let title = take(&mut spare, &picture.title, (title_dpx * 1.6).ceil() as i32);
    if title > 0 {
        say(&picture.title, (air, top + title / 2), left, title_dpx, theme.ink, true);
        top += title;
    }
    let mut notes = picture.facets.notes();
    notes.extend(picture.notes.iter().cloned());
    let gap = theme.whole_dpx(6.0);
    let note_lines = ((spare - gap) / line).clamp(0, NOTE_LINES as i32) as usize;
    let notes = wrapped(&notes.join("; "), f64::from(inner), theme.text_dpx, note_lines);
    let notes_height = if notes.is_empty() { 0 } else { notes.len() as i32 * line + gap };
    spare -= notes_height;
    let (y_title, x_title) = (take(&mut spare, &picture.y_title, line), take(&mut spare, &picture.x_title, line));
    if y_title > 0 {
        say(&picture.y_title, (air, top + y_title / 2), left, theme.text_dpx, theme.muted, false);
        top += y_title;
    }
    let entries = &picture.legend;
    let row = theme.whole_dpx(18.0);
    let rows = picture.legend_rows.min(((spare - gap) / row).max(0) as usize);
    let legend = legend_layout(entries, (air, 0), inner, rows, theme);
    // The gap above it is part of it.
    let legend_height = if legend.height > 0 { legend.height + gap } else { 0 };
    for note in notes.iter().rev() {
        texts.push(Placed {
            text: note.clone(),
            at: (air, bottom - line / 2),
            pos: left,
            size_dpx: theme.text_dpx,
            color: theme.muted,
            bold: false,
        });
        bottom -= line;
    }
    bottom = height - air - notes_height - legend_height;
    let legend = legend_layout(entries, (air, bottom + gap), inner, rows, theme);
    let x_title_at = (width / 2, bottom - x_title / 2);
    bottom -= x_title;
    let within = Rect { x0: air, y0: top.min(height - 1), x1: width - air, y1: bottom.max(top + 1) };
    let layout = picture.facets.layout_within(within, size, theme);
    if x_title > 0 {
        let text = fitted(&picture.x_title, f64::from(inner), theme.text_dpx);
        let pos = Pos::new(HPos::Center, VPos::Center);
        texts.push(Placed { text, at: x_title_at, pos, size_dpx: theme.text_dpx, color: theme.muted, bold: false });
    }
    if picture.facets.whole().extent().points == 0 {
        let at = ((within.x0 + within.x1) / 2, (within.y0 + within.y1) / 2);
        let pos = Pos::new(HPos::Center, VPos::Center);
        let text = "No points".to_owned();
        texts.push(Placed { text, at, pos, size_dpx: theme.text_dpx, color: theme.muted, bold: false });
    }
    (layout, legend, texts)
}

/// What `text` takes of the room to spare: `wanted`, or nothing.
fn take(spare: &mut i32, text: &str, wanted: i32) -> i32 {
    let taken = if text.is_empty() || wanted > *spare { 0 } else { wanted };
    *spare -= taken;
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn the_plot_keeps_half_of_the_height() {
        let picture = Picture {
            y_title: "loss".into(),
            notes: vec!["something is left out ".repeat(40)],
            ..Picture::new(samples::losses(200, 20, false))
        };
        for size in [(600, 360), (1200, 630), (300, 160), (120, 60), (8, 8), (1, 1)] {
            for scale in [1.0, 2.0] {
                let theme = Theme::light(scale);
                let (layout, legend, texts) = arranged(&picture, size, &theme);
                let plot = layout.cells[0].layout.plot;
                assert!(plot.x0 >= 0 && plot.width() > 0 && plot.height() > 0, "{size:?}: {plot:?}");
                if size.1 >= 160 {
                    assert!(plot.height() * 3 > size.1, "{size:?}: {plot:?}");
                    let rows = legend.entries.iter().map(|(slot, _)| *slot);
                    assert!(rows.into_iter().all(|slot| slot.y0 > plot.y1 && slot.y1 <= size.1 as i32), "{size:?}");
                    assert!(texts.iter().all(|text| text.at.1 < plot.y0 || text.at.1 > plot.y1), "{size:?}");
                }
            }
        }
    }

    #[test]
    fn one_line_needs_no_legend() {
        assert_eq!(Picture::new(samples::losses(1, 5, false)).legend_rows, 0);
        assert!(Picture::new(samples::losses(2, 5, false)).legend_rows > 0);
    }
}
