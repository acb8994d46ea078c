//! The table's part of a view.

use crate::column::Column;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How the table of runs is arranged.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TableView {
    /// Columns in order; none means all there are.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<Column>,
    /// Widths in CSS pixels of columns that were sized by hand.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub widths: BTreeMap<Column, u16>,
    /// Columns that stay at the left beside the name, before the others.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub pinned: BTreeSet<Column>,
    /// Draws the course of a metric in its cells.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sparklines: bool,
    /// Leaves out columns in which all runs have the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub only_differing: bool,
}

impl TableView {
    pub(super) fn mend(&mut self) {
        self.widths.values_mut().for_each(|width| *width = (*width).clamp(40, 1_200));
        if !self.columns.is_empty() {
            self.pinned.retain(|column| self.columns.contains(column));
        }
    }
}
