//! The parallel coordinates' part of a view.

use crate::column::Column;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How values are spread along an axis of parallel coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AxisKind {
    /// As the values suggest: texts by category, positive numbers over more than two decades by their logarithm.
    #[default]
    Auto,
    /// Evenly.
    Linear,
    /// By their logarithm.
    Log,
    /// By their rank.
    Percentile,
    /// As milliseconds since 1970 UTC.
    Time,
    /// As categories: numbers in their order, then texts.
    ByNumber,
    /// As categories in the order of their text.
    ByText,
    /// As categories in the order of the mean of the column that colours the lines.
    ByMean,
}

/// How parallel coordinates are arranged.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ParallelView {
    /// Axes from left to right; none means those that the runs suggest.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub axes: Vec<Column>,
    /// Axes that spread their values another way than the values suggest.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub kinds: BTreeMap<Column, AxisKind>,
    /// Axes whose high end lies below.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub inverted: BTreeSet<Column>,
    /// The column that colours the lines; `None` for each run's own colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color: Option<Column>,
    /// Whether lines are straight from axis to axis.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub straight: bool,
}

/// How many axes stand side by side at most.
pub const MOST_AXES: usize = 32;

impl ParallelView {
    pub(super) fn mend(&mut self) {
        let mut seen = BTreeSet::new();
        self.axes.retain(|column| seen.insert(column.clone()));
        self.axes.truncate(MOST_AXES);
        self.kinds.retain(|_, kind| *kind != AxisKind::Auto);
    }
}
