//! The comparer's part of a view.

use crate::compare::Section;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How runs are compared side by side.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CompareView {
    /// The runs compared, in order, by the first eight digits of their ids; none means those that are drawn.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<String>,
    /// The run that the others are measured against, by the first eight digits of its id; `None` is the first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Leaves out what is the same in all runs.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub only_differing: bool,
    /// Shows only facts whose name holds this, any case.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// Sections that are not as they are at first: folded, or unfolded.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub turned: BTreeSet<Section>,
}

impl CompareView {
    pub(super) fn mend(&mut self) {
        let mut seen = BTreeSet::new();
        self.runs.retain(|run| seen.insert(run.clone()));
        self.runs.truncate(MOST_COMPARED);
    }

    /// Whether the section is open.
    pub fn opens(&self, section: Section) -> bool {
        section.open_at_first() != self.turned.contains(&section)
    }

    /// Folds the section if it is open, and the other way round.
    pub fn turn(&mut self, section: Section) {
        if !self.turned.remove(&section) {
            self.turned.insert(section);
        }
    }
}

/// The most runs that are compared by choice.
const MOST_COMPARED: usize = 1_000;
