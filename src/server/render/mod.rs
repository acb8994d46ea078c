//! Pictures without a browser: the app's own chart code on backends of the server.
//!
//! - [`chart`]: a panel as a chart value
//! - [`paint`]: pixels, for PNG
//! - [`pdf`]: vectors, for print
//! - [`font`]: the letters of both
//! - [`data`]: the same as CSV and JSON
//! - [`latex`]: the same as the source of a figure
//!
//! The same picture is the same bytes: no date, no random id goes into it, and of the machine's fonts only letters that the
//! program's own lacks.

pub mod chart;
pub mod data;
pub mod font;
pub mod latex;
pub mod paint;
pub mod pdf;

use ::data::{run::RunRow, view::View};
use chart::PanelData;
use charts::{
    format::counted,
    picture::{Picture, draw_picture},
    svg::picture_svg,
    theme::Theme,
};
use font::{
    Weight,
    system::{FONTS, SystemFonts},
};
use paint::{Canvas, FINER};
use plotters::drawing::IntoDrawingArea;
use std::{collections::BTreeSet, fmt::Write};
use tiny_skia::Pixmap;

/// The air between panels, CSS pixels.
const GAP: u32 = 8;
/// How wide and high a panel among others is at least, CSS pixels.
const LEAST_CELL: (u32, u32) = (360, 220);
/// How many panels one picture shows at most.
pub const MOST_PANELS: usize = 24;

/// What a picture is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Scalable, for pages.
    Svg,
    /// Pixels, for everywhere.
    Png,
    /// For print.
    Pdf,
    /// Points for spreadsheets.
    Csv,
    /// Points for programs.
    Json,
    /// Source for LaTeX.
    Tex,
}

impl Format {
    /// The format that an ending of a file name means.
    pub fn of_ending(ending: &str) -> Option<Format> {
        Some(match ending {
            "svg" => Format::Svg,
            "png" => Format::Png,
            "pdf" => Format::Pdf,
            "csv" => Format::Csv,
            "json" => Format::Json,
            "tex" => Format::Tex,
            _ => return None,
        })
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Format::Svg => "image/svg+xml",
            Format::Png => "image/png",
            Format::Pdf => "application/pdf",
            Format::Csv => "text/csv; charset=utf-8",
            Format::Json => "application/json",
            Format::Tex => "text/x-tex; charset=utf-8",
        }
    }
}

/// The colours of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Ground {
    /// Light.
    #[default]
    Light,
    /// Dark.
    Dark,
    /// As the reader's system likes it, where the format can: in an SVG. Else light.
    Auto,
    /// Light, with the page behind it showing through.
    Transparent,
}

/// How large a picture is and how it looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// CSS pixels as it is laid out.
    pub size: (u32, u32),
    /// How many times larger than laid out it is shown: letters of 12 px become `12 * zoom`.
    pub zoom: f32,
    /// Pixels of a PNG in a CSS pixel.
    pub dpr: f32,
    /// Its colours.
    pub ground: Ground,
    /// Its size in millimetres, for print: what it is laid out in is whole pixels, and up to half of one off.
    pub mm: Option<(f32, f32)>,
    /// Whether it names its lines.
    pub legend: bool,
    /// Whether each panel says what it is called.
    pub title: bool,
}

impl Look {
    /// Width and height as shown, millimetres.
    fn shown_mm(&self) -> (f64, f64) {
        let mm = |px: u32| f64::from(px) * f64::from(self.zoom) * 25.4 / 96.0;
        self.mm.map_or((mm(self.size.0), mm(self.size.1)), |(w, h)| (f64::from(w), f64::from(h)))
    }
}

/// What a picture says of itself.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Its title.
    pub title: &'a str,
    /// Where its view is.
    pub link: &'a str,
    /// How many more panels the view has.
    pub panels_left_out: usize,
}

/// How many panels of a view a picture of this size shows.
pub fn panels_that_fit(size: (u32, u32)) -> usize {
    let (columns, rows) = grid(size, MOST_PANELS);
    (columns * rows) as usize
}

fn grid(size: (u32, u32), panels: usize) -> (u32, u32) {
    let panels = panels.clamp(1, MOST_PANELS) as u32;
    let columns = (size.0 / LEAST_CELL.0).clamp(1, panels);
    let rows = (size.1 / LEAST_CELL.1).clamp(1, panels.div_ceil(columns));
    (columns, rows)
}

/// Panels and where they stand: x, y, width and height in CSS pixels.
type Sheet = Vec<([u32; 4], Picture)>;

/// `panels` at their places; the last one says that there are `more`.
fn sheet(panels: &[PanelData], view: &View, rows: &[RunRow], look: &Look, more: usize, dark: bool) -> Sheet {
    let size = look.size;
    let picture = |panel: &PanelData| {
        let mut picture = panel.picture(view, rows, dark);
        if !look.title {
            picture.title.clear();
        }
        if look.legend { picture } else { Picture { legend_rows: 0, ..picture } }
    };
    if panels.is_empty() {
        let empty = PanelData::default();
        return vec![([0, 0, size.0, size.1], empty.picture(view, rows, dark))];
    }
    let (columns, lines) = grid(size, panels.len());
    let (width, height) = (size.0 / columns, size.1 / lines);
    let gap = if columns * lines > 1 { GAP.min(width / 8).min(height / 8) } else { 0 };
    let place = |at: usize| {
        let (column, line) = (at as u32 % columns, at as u32 / columns);
        [column * width + gap / 2, line * height + gap / 2, width - gap, height - gap]
    };
    let shown = panels.iter().take((columns * lines) as usize).enumerate();
    let mut sheet: Sheet = shown.map(|(at, panel)| (place(at), picture(panel))).collect();
    let more = more + panels.len() - sheet.len();
    if let Some((_, last)) = sheet.last_mut().filter(|_| more > 0) {
        let words = counted(more as u64, "more panel is", "more panels are");
        last.notes.push(format!("{words} not in this picture"));
    }
    sheet
}

/// The characters of `picture` that the font of the program lacks.
fn foreign(picture: &Picture) -> BTreeSet<char> {
    let legend = picture.legend.iter().take(if picture.legend_rows > 0 { usize::MAX } else { 0 });
    let facets = picture.facets.facets().iter();
    let annotations = facets.clone().flat_map(|facet| &facet.chart.annotations).map(|annotation| &annotation.text);
    let texts = [&picture.title, &picture.x_title, &picture.y_title].into_iter().chain(&picture.notes);
    let texts = texts.chain(legend.map(|entry| &entry.label)).chain(facets.map(|facet| &facet.title));
    texts.chain(annotations).flat_map(|text| text.chars()).filter(|c| !Weight::Regular.has(*c)).collect()
}

/// `sheet` with a word on each panel where boxes stand for letters that neither the program nor `fonts` have.
fn boxes_told(mut sheet: Sheet, fonts: &SystemFonts) -> Sheet {
    for (_, picture) in &mut sheet {
        let foreign: Vec<char> = foreign(picture).into_iter().collect();
        fonts.load(&foreign);
        let missing = foreign.iter().filter(|c| fonts.shape(**c).is_none()).count();
        if missing > 0 {
            let characters = counted(missing as u64, "character", "characters");
            picture.notes.push(format!("boxes stand for {characters} that this picture has no letters for"));
        }
    }
    sheet
}

/// `panels` in `format`.
pub fn render(
    format: Format,
    panels: &[PanelData],
    view: &View,
    rows: &[RunRow],
    look: &Look,
    about: About,
) -> Result<Vec<u8>, std::io::Error> {
    let dark = look.ground == Ground::Dark;
    Ok(match format {
        Format::Svg => svg(panels, view, rows, look, about).into_bytes(),
        Format::Png => {
            let sheet = boxes_told(sheet(panels, view, rows, look, about.panels_left_out, dark), &FONTS);
            png(&sheet, look, about)?
        }
        Format::Pdf => {
            let mut page = pdf::Page::new(look.size.0, look.size.1, look.ground == Ground::Transparent);
            let sheet = boxes_told(sheet(panels, view, rows, look, about.panels_left_out, dark), &FONTS);
            draw(&mut page, &sheet, &theme(dark, 1.0), 1.0);
            page.finish(pdf::About { title: about.title, link: about.link }, look.shown_mm())
        }
        Format::Csv => data::csv(panels, view, rows).into_bytes(),
        Format::Json => data::json(panels, view, rows, about.panels_left_out),
        Format::Tex => latex::figures(panels, view, rows, look).into_bytes(),
    })
}

fn theme(dark: bool, scale: f64) -> Theme {
    let scale = scale * f64::from(FINER);
    if dark { Theme::dark(scale) } else { Theme::light(scale) }
}

/// Draws every panel at its place, `scale` pixels of the backend's picture in a CSS pixel.
fn draw<B: plotters_backend::DrawingBackend>(backend: B, sheet: &Sheet, theme: &Theme, scale: f64) {
    let root = backend.into_drawing_area();
    let _ = root.fill(&theme.surface.with_alpha(1.0));
    let fine = |px: u32| (f64::from(px) * scale * f64::from(FINER)).round() as u32;
    for ([x, y, width, height], picture) in sheet {
        let cell = root.clone().shrink((fine(*x), fine(*y)), (fine(*width), fine(*height)));
        // The backends here take any drawing.
        let _ = draw_picture(&cell, picture, theme);
    }
}

fn png(sheet: &Sheet, look: &Look, about: About) -> Result<Vec<u8>, std::io::Error> {
    let clear = look.ground == Ground::Transparent;
    let scale = f64::from(look.dpr * look.zoom);
    let pixels = |px: u32| (f64::from(px) * scale).round().max(1.0) as u32;
    let too_large = || std::io::Error::other("the picture is too large");
    let mut pixmap = Pixmap::new(pixels(look.size.0), pixels(look.size.1)).ok_or_else(too_large)?;
    draw(Canvas::on(&mut pixmap, clear), sheet, &theme(look.ground == Ground::Dark, scale), scale);
    let mut out = Vec::new();
    let mut encoder = png::Encoder::new(&mut out, pixmap.width(), pixmap.height());
    encoder.set_color(if clear { png::ColorType::Rgba } else { png::ColorType::Rgb });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Default);
    // Grounds are flat: what is not filtered is packed best.
    encoder.set_filter(png::FilterType::NoFilter);
    let text = |text: &str| charts::text::harmless(text);
    for (key, value) in [("Title", about.title), ("Source", about.link), ("Software", "Throughline")] {
        if !value.is_empty() {
            encoder.add_itxt_chunk(key.to_owned(), text(value)).map_err(std::io::Error::other)?;
        }
    }
    let mut writer = encoder.write_header().map_err(std::io::Error::other)?;
    let data = match clear {
        true => pixmap
            .pixels()
            .iter()
            .map(|pixel| pixel.demultiply())
            .flat_map(|p| [p.red(), p.green(), p.blue(), p.alpha()])
            .collect(),
        false => pixmap.data().chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect::<Vec<u8>>(),
    };
    writer.write_image_data(&data).map_err(std::io::Error::other)?;
    writer.finish().map_err(std::io::Error::other)?;
    Ok(out)
}

fn svg(panels: &[PanelData], view: &View, rows: &[RunRow], look: &Look, about: About) -> String {
    let (width, height) = look.size;
    let (unit, suffix) = if look.mm.is_some() { (1.0, "mm") } else { (96.0 / 25.4, "") };
    let shown = |mm: f64| (mm * unit * 1000.0).round() / 1000.0;
    let (width_mm, height_mm) = look.shown_mm();
    let mut text = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{}{suffix}\" height=\"{}{suffix}\" viewBox=\"0 0 {width} {height}\">\
         <title>{}</title><metadata>{}</metadata>",
        shown(width_mm),
        shown(height_mm),
        escaped(about.title),
        escaped(about.link),
    );
    let drawn = |dark: bool| {
        let theme = if dark { Theme::dark(1.0) } else { Theme::light(1.0) };
        let clear = look.ground == Ground::Transparent;
        let mut text = String::new();
        if !clear {
            let _ = write!(text, "<rect width=\"{width}\" height=\"{height}\" fill=\"{}\"/>", theme.surface);
        }
        for ([x, y, width, height], picture) in sheet(panels, view, rows, look, about.panels_left_out, dark) {
            let drawn = picture_svg(&picture, width, height, &theme);
            let drawn = if clear { without_ground(&drawn) } else { drawn };
            let _ = write!(text, "<svg x=\"{x}\" y=\"{y}\"{}", drawn.strip_prefix("<svg").unwrap_or(&drawn));
        }
        text
    };
    match look.ground {
        Ground::Auto => {
            // An SVG in a picture element still hears how the reader's system likes it.
            let _ = write!(
                text,
                "<style>.dark{{display:none}}@media(prefers-color-scheme:dark){{.dark{{display:inline}}.light{{display:none}}}}</style>\
                 <g class=\"light\">{}</g><g class=\"dark\">{}</g>",
                drawn(false),
                drawn(true)
            );
        }
        Ground::Light | Ground::Transparent => text += &drawn(false),
        Ground::Dark => text += &drawn(true),
    }
    text + "</svg>\n"
}

/// The SVG of a panel without the ground that it begins with.
fn without_ground(svg: &str) -> String {
    let Some(from) = svg.find("<rect ") else { return svg.to_owned() };
    let Some(length) = svg[from..].find("/>") else { return svg.to_owned() };
    format!("{}{}", &svg[..from], &svg[from + length + 2..])
}

/// `text` as it may stand in XML.
pub fn escaped(text: &str) -> String {
    let text = charts::text::harmless(text);
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use charts::samples;

    #[test]
    fn boxes_are_told_where_letters_lack() {
        let said = "that this picture has no letters for";
        for (title, characters) in [
            ("train/loss", None),
            ("потери, Ärger, ∞", None),
            ("損失", Some("2 characters")),
            ("損 損 損", Some("1 character")),
        ] {
            let picture = Picture { title: title.to_owned(), ..Picture::new(samples::losses(2, 5, false)) };
            let sheet = boxes_told(vec![([0, 0, 640, 360], picture)], &SystemFonts::below(Vec::new()));
            let expected: Vec<_> = characters.map(|n| format!("boxes stand for {n} {said}")).into_iter().collect();
            assert_eq!(sheet[0].1.notes, expected, "{title}");
        }
    }
}
