//! Chart values, and functions that draw them on any plotters backend.
//!
//! A chart is a plain value: a [`line::LineChart`] holds lines, each with its run, colour and points.
//! Nothing here knows a signal, a browser or a file, so the app and the server's pictures share it.
//!
//! # From value to pixels
//! [`line::LineChart::layout`] lays the chart out once for a size: plot, scales, ticks and notes. All
//! else reads that [`layout::Layout`], so every layer agrees to the pixel:
//!
//! - [`draw::draw`] draws everything with plotters, [`svg::svg`] into a text;
//! - [`picture::Picture`] adds title, axes' names, legend and notes: the server's pictures;
//! - [`facets::Facets`] parts a chart into small ones over the same axes;
//! - in the browser, [`raster::Raster`] draws grid, bands and lines into pixels for `putImageData`, a
//!   slice of lines an animation frame, and [`draw::draw_labels`], [`draw::draw_marks`] and
//!   [`annotate::draw_annotations`] write around and over it on the same canvas;
//! - hover asks the chart: [`line::LineChart::nearest`], [`line::LineChart::values_at`],
//!   [`facets::Facets::nearest`];
//! - [`line::LineChart::summary`] says it to screen readers, [`fidelity::fidelity`] says what a frame
//!   leaves out, and [`layout::Layout::notes`] what the axes leave out.
//!
//! All sizes are device pixels; a [`theme::Theme`] knows how many go to a CSS pixel.
//!
//! # The parts
//! - [`theme`], [`color`], [`oklch`]: what things look like
//! - [`scale`], [`ticks`], [`time`], [`format`]: axes, and numbers and times as text
//! - [`extent`], [`layout`], [`path`], [`marks`], [`stroke`]: where things lie and how strong they are
//! - [`line`], [`hit`], [`fidelity`]: the line chart and the questions it answers
//! - [`annotate`], [`facets`], [`legend`], [`picture`], [`text`]: words in it, many of it, words around it
//! - [`panel`]: a panel of a view as a chart, for the app and for pictures
//! - [`draw`], [`raster`], [`svg`]: pixels
//! - [`samples`]: charts to look at and to test with
//! - [`parallel`]: parallel coordinates, with parts of the same names
//!
//! Other kinds of chart (bars, scatter, heatmaps) will be files beside [`line`], and share everything but that,
//! [`hit`] and [`raster`].

pub mod annotate;
pub mod color;
mod cover;
pub mod draw;
mod envelope;
pub mod extent;
pub mod facets;
pub mod fidelity;
pub mod format;
pub mod hit;
pub mod layout;
pub mod legend;
pub mod line;
mod log_table;
pub mod marks;
pub mod oklch;
pub mod panel;
pub mod parallel;
pub mod path;
mod phase;
pub mod picture;
pub mod raster;
pub mod samples;
pub mod scale;
pub mod stroke;
pub mod svg;
pub mod text;
pub mod theme;
pub mod ticks;
pub mod time;
