//! Words at a place in a line chart.

use crate::theme::Rgb;

/// A place that a text belongs to. x is counted as the chart's points count it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Place {
    /// A line down at an x.
    X(f64),
    /// A stretch of x, drawn as a ground.
    XRange([f64; 2]),
    /// A line across at a y.
    Y(f64),
    /// One place.
    Point {
        /// Its x.
        x: f64,
        /// Its y.
        y: f64,
    },
}

/// A place with a text. The text may come from anyone: it is cut, and written as text only.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotation {
    /// The place.
    pub place: Place,
    /// What is written there, on one line; may be empty.
    pub text: String,
    /// Its colour; `None` for that of labels.
    pub color: Option<Rgb>,
}

impl Annotation {
    /// `text` at `place` in the colour of labels.
    pub fn new(place: Place, text: impl Into<String>) -> Annotation {
        Annotation { place, text: text.into(), color: None }
    }
}
