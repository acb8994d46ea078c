//! A plotters backend for the browser's canvas, and pixels put on one.
//!
//! On the web plotters lays out a DOM element to measure each label, which costs a layout of the page
//! a label. [`Canvas`] measures with the canvas' own text metrics instead, and remembers the sizes.

use plotters_backend::{BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind};
use plotters_canvas::CanvasBackend;
use std::{cell::RefCell, collections::HashMap};
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

type CanvasError = <CanvasBackend as DrawingBackend>::ErrorType;

/// How many text sizes are remembered before they are forgotten all at once.
const REMEMBERED: usize = 4_096;

thread_local! {
    static TEXT_SIZES: RefCell<HashMap<(String, String), (u32, u32)>> = RefCell::default();
}

/// A canvas as a plotters backend. Sizes are device pixels.
pub struct Canvas {
    inner: CanvasBackend,
    context: CanvasRenderingContext2d,
}

impl Canvas {
    /// The backend that draws on `canvas`; `None` if the browser gives no drawing context.
    pub fn on(canvas: &HtmlCanvasElement) -> Option<Canvas> {
        Some(Canvas { inner: CanvasBackend::with_canvas_object(canvas.clone())?, context: context(canvas)? })
    }
}

/// The drawing context of `canvas`.
pub fn context(canvas: &HtmlCanvasElement) -> Option<CanvasRenderingContext2d> {
    canvas.get_context("2d").ok()??.dyn_into().ok()
}

/// Gives `canvas` this size in device pixels, which also clears it.
pub fn resize(canvas: &HtmlCanvasElement, width_dpx: u32, height_dpx: u32) {
    canvas.set_width(width_dpx);
    canvas.set_height(height_dpx);
}

/// Puts `rgba`, rows of `width_dpx` pixels of four bytes, on `canvas` with its corner at `at`.
///
/// Replaces what is there, transparent pixels included. Does nothing for an empty picture.
pub fn put_pixels(canvas: &HtmlCanvasElement, rgba: &[u8], width_dpx: u32, height_dpx: u32, at: (i32, i32)) {
    if width_dpx == 0 || height_dpx == 0 {
        return;
    }
    let Some(context) = context(canvas) else { return };
    if let Ok(image) = ImageData::new_with_u8_clamped_array_and_sh(Clamped(rgba), width_dpx, height_dpx) {
        let _ = context.put_image_data(&image, f64::from(at.0), f64::from(at.1));
    }
}

impl DrawingBackend for Canvas {
    type ErrorType = CanvasError;

    fn get_size(&self) -> (u32, u32) {
        self.inner.get_size()
    }

    fn ensure_prepared(&mut self) -> Result<(), DrawingErrorKind<CanvasError>> {
        self.inner.ensure_prepared()
    }

    fn present(&mut self) -> Result<(), DrawingErrorKind<CanvasError>> {
        self.inner.present()
    }

    fn draw_pixel(&mut self, at: BackendCoord, color: BackendColor) -> Result<(), DrawingErrorKind<CanvasError>> {
        self.inner.draw_pixel(at, color)
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Result<(), DrawingErrorKind<CanvasError>> {
        self.inner.draw_line(from, to, style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Result<(), DrawingErrorKind<CanvasError>> {
        self.inner.draw_rect(upper_left, bottom_right, style, fill)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<CanvasError>> {
        self.inner.draw_path(path, style)
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Result<(), DrawingErrorKind<CanvasError>> {
        self.inner.draw_circle(center, radius, style, fill)
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Result<(), DrawingErrorKind<CanvasError>> {
        self.inner.fill_polygon(corners, style)
    }

    fn draw_text<S: BackendTextStyle>(
        &mut self,
        text: &str,
        style: &S,
        at: BackendCoord,
    ) -> Result<(), DrawingErrorKind<CanvasError>> {
        self.inner.draw_text(text, style, at)
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<CanvasError>> {
        let font = format!("{} {}px {}", style.style().as_str(), style.size(), style.family().as_str());
        let key = (font, text.to_owned());
        if let Some(size) = TEXT_SIZES.with_borrow(|sizes| sizes.get(&key).copied()) {
            return Ok(size);
        }
        self.context.set_font(&key.0);
        let width = self.context.measure_text(text).map_or(0.0, |metrics| metrics.width());
        let size = (width.ceil() as u32, style.size().ceil() as u32);
        TEXT_SIZES.with_borrow_mut(|sizes| {
            if sizes.len() >= REMEMBERED {
                sizes.clear();
            }
            sizes.insert(key, size);
        });
        Ok(size)
    }
}
