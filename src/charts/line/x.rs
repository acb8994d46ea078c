//! What runs along the x axis of a line chart.

use data::frame::XAxis;

/// What runs along x, and what the whole numbers that points hold there count.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum XQuantity {
    /// Steps.
    #[default]
    Step,
    /// Milliseconds since the run started.
    RelativeTime,
    /// Milliseconds since 1970 UTC.
    WallTime,
    /// Real values, such as those of another metric.
    Value {
        /// What they are; the metric's full name.
        name: String,
        /// How much one count is: a point at x lies at `x * unit`. Positive and finite.
        unit: f64,
    },
}

impl XQuantity {
    /// It as a word or two: `step`, `relative time`, `epoch`.
    pub fn name(&self) -> &str {
        match self {
            XQuantity::Step => "step",
            XQuantity::RelativeTime => "relative time",
            XQuantity::WallTime => "wall time",
            XQuantity::Value { name, .. } => name,
        }
    }

    /// Real values counted in `unit`; 1 where that is no positive finite number.
    pub fn value(name: impl Into<String>, unit: f64) -> XQuantity {
        let unit = if unit.is_finite() && unit > 0.0 { unit } else { 1.0 };
        XQuantity::Value { name: name.into(), unit }
    }
}

impl From<XAxis> for XQuantity {
    fn from(axis: XAxis) -> XQuantity {
        match axis {
            XAxis::Step => XQuantity::Step,
            XAxis::RelativeTime | XAxis::ActiveTime => XQuantity::RelativeTime,
            XAxis::WallTime => XQuantity::WallTime,
            XAxis::Metric => XQuantity::value("metric", 1.0),
        }
    }
}
