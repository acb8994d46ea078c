//! Blocks that show runs: panel grids and run tables.

use super::{is_hash, plain};
use crate::view::{PlacedView, View, ViewError};
use serde::{Deserialize, Serialize};

/// The most panels of one grid.
pub const MOST_PANELS: usize = 60;
/// The most run sets of one grid.
pub const MOST_SETS: usize = 20;
/// How many columns a grid has, of which panels take some.
pub const COLUMNS: u8 = 12;
/// How high a panel is at first, CSS pixels.
pub const HEIGHT_PX: u16 = 280;

/// Panels over one or more run sets.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PanelGrid {
    /// The run sets, of any experiments, with how their panels draw.
    pub sets: Vec<NamedSet>,
    /// The panels, row by row.
    pub panels: Vec<GridPanel>,
    /// What the grid shows instead of live data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen: Option<Frozen>,
}

/// A run set of a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NamedSet {
    /// Its name; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The runs, and how panels draw them.
    pub placed: PlacedView,
}

/// A panel of a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GridPanel {
    /// Its id, unique in its grid.
    pub id: String,
    /// The metric's full name, or what a view calls the panel.
    pub metric: String,
    /// Whose runs it draws: a place in [`PanelGrid::sets`].
    #[serde(default)]
    pub set: usize,
    /// How many of the [`COLUMNS`] it takes.
    pub span: u8,
    /// How high it is, CSS pixels.
    pub height: u16,
}

/// Data that was stored with the report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Frozen {
    /// The SHA-256 of what was stored.
    pub hash: String,
    /// When it was taken, milliseconds since 1970 UTC.
    pub millis: i64,
}

/// Runs as a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunTable {
    /// The runs; the view's table says which columns.
    pub placed: PlacedView,
    /// How many runs are shown at most.
    #[serde(default = "ten")]
    pub limit: u16,
}

fn ten() -> u16 {
    10
}

impl PanelGrid {
    pub(super) fn mend(&mut self) -> Result<(), ViewError> {
        self.sets.truncate(MOST_SETS);
        for set in &mut self.sets {
            plain(&mut set.name);
            mend_view(&mut set.placed)?;
        }
        let sets = self.sets.len();
        self.panels.truncate(MOST_PANELS);
        self.panels.retain(|panel| panel.set < sets);
        for (at, panel) in self.panels.iter_mut().enumerate() {
            panel.span = panel.span.clamp(2, COLUMNS);
            panel.height = panel.height.clamp(120, 1_200);
            if panel.id.is_empty() || panel.id.len() > 24 || !panel.id.bytes().all(|byte| byte.is_ascii_alphanumeric())
            {
                panel.id = format!("p{at}");
            }
        }
        self.frozen.take_if(|frozen| !is_hash(&frozen.hash));
        Ok(())
    }
}

impl RunTable {
    pub(super) fn mend(&mut self) -> Result<(), ViewError> {
        self.limit = self.limit.clamp(1, 200);
        mend_view(&mut self.placed)
    }
}

fn mend_view(placed: &mut PlacedView) -> Result<(), ViewError> {
    if placed.view.version > crate::view::VERSION {
        return Err(ViewError::Newer(placed.view.version));
    }
    placed.view = View::of_json(&placed.view.to_json())?;
    Ok(())
}
