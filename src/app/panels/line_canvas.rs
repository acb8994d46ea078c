//! A line chart on canvases: labels on one, grid and dense lines on a second, the raised run on a
//! third, so that a hover redraws one line and not a thousand.
//!
//! Lines are rasterised in slices of a few milliseconds between animation frames; the old picture
//! stays until the new one is whole.

use crate::ui::{
    canvas::{Canvas, context, put_pixels, resize},
    theme::is_transparent,
};
use charts::{
    annotate::draw_annotations,
    draw::{draw_labels, draw_marks},
    layout::Layout,
    line::{LineChart, Owner},
    raster::{Detail, Raster},
    theme::Theme,
};
use leptos::{html, prelude::*};
use plotters::prelude::IntoDrawingArea;
use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};
use web_sys::HtmlCanvasElement;

/// How long one slice may take, milliseconds: half a frame, so that the page stays quick.
const SLICE_MILLIS: f64 = 8.0;
/// How many lines are drawn between two looks at the clock.
const LINES_A_LOOK: usize = 8;
/// With more lines than this the first slice has a frame of its own: what made the chart took a slice's time already.
const OWN_FRAME_FROM: usize = 400;

/// What is on the screen: a hover asks this, not the pixels.
pub struct Picture {
    /// The chart.
    pub chart: LineChart,
    /// Where everything in it lies, device pixels.
    pub layout: Layout,
    /// What it looks like; its scale is the device pixel ratio.
    pub theme: Theme,
}

/// The three canvases of one panel.
#[derive(Clone, Copy)]
pub struct LineCanvas {
    /// Labels.
    pub axes: NodeRef<html::Canvas>,
    /// Grid, lines, marks.
    pub series: NodeRef<html::Canvas>,
    /// The raised run.
    pub raised: NodeRef<html::Canvas>,
    state: StoredValue<Rc<State>, LocalStorage>,
}

#[derive(Default)]
struct State {
    /// Rises with each drawing, so that an overtaken one stops.
    number: Cell<u64>,
    picture: RefCell<Option<Rc<Picture>>>,
    /// The pixels of what is raised, kept so that a hover asks for no memory.
    raised: RefCell<Raster>,
}

struct Drawing {
    number: u64,
    picture: Rc<Picture>,
    order: Vec<usize>,
    next: usize,
    raster: Raster,
    done: Box<dyn Fn()>,
}

impl LineCanvas {
    /// Canvases with nothing on them yet.
    pub fn new() -> LineCanvas {
        LineCanvas {
            axes: NodeRef::new(),
            series: NodeRef::new(),
            raised: NodeRef::new(),
            state: StoredValue::new_local(Rc::default()),
        }
    }

    /// What is on the screen.
    pub fn picture(&self) -> Option<Rc<Picture>> {
        self.state.try_with_value(|state| state.picture.borrow().clone()).flatten()
    }

    /// Draws `chart` at a size in device pixels and calls `done` when its pixels are on the screen.
    /// Gives up a drawing that is still under way.
    pub fn draw(&self, chart: LineChart, size_dpx: (u32, u32), theme: Theme, done: impl Fn() + 'static) {
        let number = self.next_number();
        let layout = chart.layout(size_dpx, &theme);
        let mut raster = Raster::new(layout.plot.width(), layout.plot.height());
        // An opaque ground saves dividing every pixel by its opacity; a frame may be drawn on that of the page around it.
        raster.begin((!is_transparent()).then_some(theme.surface));
        raster.draw_grid(&layout, &theme);
        raster.draw_bands(&chart, &layout, &theme);
        let order = chart.drawing_order();
        let picture = Rc::new(Picture { chart, layout, theme });
        let drawing = Drawing { number, picture, order, next: 0, raster, done: Box::new(done) };
        if drawing.order.len() > OWN_FRAME_FROM {
            let this = *self;
            request_animation_frame(move || this.slice(drawing));
        } else {
            self.slice(drawing);
        }
    }

    /// Stops a drawing that is under way, and forgets the picture with its pixels: those of many panels weigh
    /// more than all else on the page.
    pub fn forget(&self) {
        self.next_number();
        for canvas in [self.axes, self.series, self.raised] {
            canvas.get_untracked().iter().for_each(|canvas| resize(canvas, 0, 0));
        }
        self.state.with_value(|state| state.picture.borrow_mut().take());
    }

    fn next_number(&self) -> u64 {
        self.state.with_value(|state| {
            state.number.set(state.number.get() + 1);
            state.number.get()
        })
    }

    fn slice(&self, mut drawing: Drawing) {
        let overtaken = |state: &Rc<State>| state.number.get() != drawing.number;
        if self.state.try_with_value(overtaken).unwrap_or(true) {
            return;
        }
        let clock = window().performance();
        let now = || clock.as_ref().map_or(0.0, |clock| clock.now());
        let until = now() + SLICE_MILLIS;
        while drawing.next < drawing.order.len() {
            let Picture { chart, layout, theme } = &*drawing.picture;
            let end = (drawing.next + LINES_A_LOOK).min(drawing.order.len());
            let detail = Detail::for_lines(chart.lines.len(), theme.scale);
            for &index in &drawing.order[drawing.next..end] {
                drawing.raster.draw_line(chart, index, layout, theme, detail);
            }
            drawing.next = end;
            if now() > until && drawing.next < drawing.order.len() {
                let this = *self;
                request_animation_frame(move || this.slice(drawing));
                return;
            }
        }
        self.present(drawing);
    }

    fn present(&self, mut drawing: Drawing) {
        let picture = drawing.picture.clone();
        let Picture { chart, layout, theme } = &*picture;
        let (Some(axes), Some(series), Some(raised)) =
            (self.axes.get_untracked(), self.series.get_untracked(), self.raised.get_untracked())
        else {
            return;
        };
        let (width, height) = layout.size;
        for canvas in [&axes, &series, &raised] {
            resize(canvas, width, height);
        }
        // A browser that gives no drawing context has no picture to get wrong; the summary is text.
        if let Some(backend) = Canvas::on(&axes) {
            let area = backend.into_drawing_area();
            let _ = draw_labels(&area, layout, theme);
        }
        let plot = layout.plot;
        put_pixels(&series, drawing.raster.pixels(), plot.width(), plot.height(), (plot.x0, plot.y0));
        if let Some(backend) = Canvas::on(&series) {
            let area = backend.into_drawing_area();
            let _ = draw_marks(&area, chart, layout, theme);
            let _ = draw_annotations(&area, chart, layout, theme);
        }
        self.state.with_value(|state| *state.picture.borrow_mut() = Some(picture.clone()));
        (drawing.done)();
    }

    /// Draws what is raised with `owners` alone above the others, the last of them on top, or nothing; says whether
    /// the chart has any.
    pub fn raise(&self, owners: &[Owner]) -> bool {
        let Some(canvas) = self.raised.get_untracked() else { return false };
        let Some(context) = context(&canvas) else { return false };
        context.clear_rect(0.0, 0.0, f64::from(canvas.width()), f64::from(canvas.height()));
        let Some(picture) = self.picture() else { return false };
        let Picture { chart, layout, theme } = &*picture;
        if !chart.lines.iter().any(|line| owners.iter().any(|owner| line.belongs_to(*owner))) {
            return false;
        }
        self.state.with_value(|state| {
            let mut raster = state.raised.borrow_mut();
            raster.resize(layout.plot.width(), layout.plot.height());
            for owner in owners {
                raster.draw_owner(chart, *owner, layout, theme);
            }
            let rows = raster.drawn_rows();
            let at = (layout.plot.x0, layout.plot.y0 + rows.start as i32);
            let (width, height) = (raster.width(), rows.len() as u32);
            put_pixels(&canvas, raster.pixels_of(rows), width, height, at);
        });
        true
    }
}

/// The page's theme for charts, at a device pixel ratio of `scale`: colours from the style sheet.
pub fn page_theme(dark: bool, scale: f64) -> Theme {
    let mut theme = if dark { Theme::dark(scale) } else { Theme::light(scale) };
    let root = document().document_element();
    let style = root.and_then(|root| window().get_computed_style(&root).ok().flatten());
    if let Some(style) = style {
        let token = |name: &str| style.get_property_value(name).ok().and_then(|text| text.trim().parse().ok());
        for (name, slot) in [
            ("--chart-surface", &mut theme.surface),
            ("--chart-ink", &mut theme.ink),
            ("--chart-muted", &mut theme.muted),
            ("--chart-grid", &mut theme.grid),
        ] {
            if let Some(color) = token(name) {
                *slot = color;
            }
        }
    }
    theme
}

/// One picture of `plots` with their names, so many side by side, on the chart's ground, as a PNG that `take` gets as
/// a blob.
pub fn to_png(plots: &[(LineCanvas, String)], across: usize, take: impl FnOnce(web_sys::Blob) + 'static) -> Option<()> {
    use wasm_bindgen::{JsCast, closure::Closure};
    let picture = plots.first()?.0.picture()?;
    let (width, height) = picture.layout.size;
    let name_dpx = if plots.len() > 1 { picture.theme.dpx(20.0).ceil() as u32 } else { 0 };
    let (columns, rows) = (plots.len().min(across) as u32, plots.len().div_ceil(across) as u32);
    let sheet: HtmlCanvasElement = document().create_element("canvas").ok()?.dyn_into().ok()?;
    resize(&sheet, width * columns, (height + name_dpx) * rows);
    let context = context(&sheet)?;
    context.set_fill_style_str(&picture.theme.surface.to_string());
    context.fill_rect(0.0, 0.0, f64::from(sheet.width()), f64::from(sheet.height()));
    context.set_fill_style_str(&picture.theme.ink.to_string());
    context.set_font(&format!("{}px system-ui, sans-serif", picture.theme.dpx(12.0)));
    for (at, (plot, name)) in (0..).zip(plots) {
        let (x, y) = (f64::from(at % columns * width), f64::from(at / columns * (height + name_dpx)));
        context.fill_text(name, x + picture.theme.dpx(8.0), y + picture.theme.dpx(14.0)).ok()?;
        for canvas in [plot.axes, plot.series, plot.raised] {
            let canvas = canvas.get_untracked()?;
            context.draw_image_with_html_canvas_element(&canvas, x, y + f64::from(name_dpx)).ok()?;
        }
    }
    let taken = Closure::once_into_js(move |blob: Option<web_sys::Blob>| {
        if let Some(blob) = blob {
            take(blob);
        }
    });
    sheet.to_blob(taken.unchecked_ref()).ok()
}
