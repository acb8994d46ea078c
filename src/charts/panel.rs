//! A line panel of a view as a chart: what its settings, its frames and the rows of its runs make. The app draws it on a
//! canvas and the server into a picture, so that both show the same.
//!
//! - [`LineFrame`]: what one of its lines holds
//! - [`Tints`]: which colours runs have
//! - [`Drawn`]: its lines, named, coloured, dashed, and parted into facets
//! - [`Around`]: its axes and notes, for [`Drawn::chart`] and [`Drawn::facets`]
//! - [`told`]: how much of the data that shows

mod chart;
mod frame;
mod kinds;
mod lines;
mod tint;
mod told;

pub use self::{
    chart::Around,
    frame::{LineFrame, PanelGroup, PanelSeries},
    kinds::differing_params,
    lines::{Drawn, Parts, tooltip_words},
    tint::{Tint, TintKey, Tints},
    told::{cut_words, told},
};
