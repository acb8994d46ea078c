//! How line panels draw: settings that cascade from the workspace over a section to a panel.

use crate::{column::Column, frame::XAxis, group::GroupLook, smooth::Smoothing};
use serde::{Deserialize, Serialize};

/// How values are spread along y.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YScale {
    /// Evenly.
    #[default]
    Linear,
    /// By their logarithm; values at or below zero have no place.
    Log,
    /// By their logarithm on both sides of zero.
    Symlog,
}

/// What far values do to the range of y.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outliers {
    /// They are shown unless they would press the rest flat; the panel says when they are not.
    #[default]
    Auto,
    /// The outermost values never widen y; the panel says how many lie beyond.
    Hide,
    /// All values are shown.
    Show,
}

/// How line panels draw, said at one level. What is `None` is left to the level above: a panel asks its
/// section, that asks the workspace, and that has the defaults of [`LineLook`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LineSettings {
    /// What runs along x.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<XAxis>,
    /// How values are spread along y.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<YScale>,
    /// What far values do to the range of y.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outliers: Option<Outliers>,
    /// How lines are smoothed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smoothing: Option<Smoothing>,
    /// What is drawn of the runs of a group, where the view groups runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupLook>,
    /// The columns that choose a line's dashes; none means that all are solid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stroke_by: Option<Vec<Column>>,
    /// The columns that part a panel into small ones, side by side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub facet_by: Option<Vec<Column>>,
}

/// How one line panel draws: its settings, with nothing left open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineLook {
    /// What runs along x.
    pub x: XAxis,
    /// How values are spread along y.
    pub y: YScale,
    /// What far values do to the range of y.
    pub outliers: Outliers,
    /// How lines are smoothed.
    pub smoothing: Smoothing,
    /// What is drawn of the runs of a group.
    pub group: GroupLook,
    /// The columns that choose a line's dashes.
    pub stroke_by: Vec<Column>,
    /// The columns that part a panel into small ones.
    pub facet_by: Vec<Column>,
}

impl LineSettings {
    /// What one panel draws with, from its `levels`: the nearest first, as panel, section, workspace.
    pub fn resolve(levels: &[&LineSettings]) -> LineLook {
        fn first<T: Clone + Default>(levels: &[&LineSettings], part: impl Fn(&LineSettings) -> &Option<T>) -> T {
            levels.iter().find_map(|level| part(level).clone()).unwrap_or_default()
        }
        LineLook {
            x: first(levels, |level| &level.x),
            y: first(levels, |level| &level.y),
            outliers: first(levels, |level| &level.outliers),
            smoothing: first(levels, |level| &level.smoothing),
            group: first(levels, |level| &level.group),
            stroke_by: first(levels, |level| &level.stroke_by),
            facet_by: first(levels, |level| &level.facet_by),
        }
    }
}

/// How a panel differs from the rest of its workspace.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PanelView {
    /// What it draws its own way.
    #[serde(flatten)]
    pub lines: LineSettings,
    /// The y range drawn; `None` fits what is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y_range: Option<[f64; 2]>,
}

impl PanelView {
    pub(super) fn mend(&mut self) {
        self.y_range = self.y_range.filter(|[from, to]| from.is_finite() && to.is_finite() && from < to);
    }
}
