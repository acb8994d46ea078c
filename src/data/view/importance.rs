//! The importance of params' part of a view.

use crate::column::Column;
use serde::{Deserialize, Serialize};

/// In which order params stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ImportanceSort {
    /// The most important first.
    #[default]
    Importance,
    /// The strongest correlation first, of either sign.
    Correlation,
    /// By name.
    Name,
}

/// Of what the importance of params is shown, and how.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportanceView {
    /// The metric, or another number of it; `None` for the one that the metrics suggest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Column>,
    /// In which order params stand.
    #[serde(skip_serializing_if = "super::is_default")]
    pub sort: ImportanceSort,
}

impl ImportanceView {
    pub(super) fn mend(&mut self) {
        self.target.take_if(|target| target.metric().is_none());
    }
}
