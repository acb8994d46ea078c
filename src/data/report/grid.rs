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

/// The most colours a run set is marked with; the palette begins anew behind it.
pub const COLORS: u8 = 24;

/// Panels over one or more run sets.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PanelGrid {
    /// The run sets, of any experiments, with how their panels draw.
    pub sets: Vec<NamedSet>,
    /// The panels, row by row.
    pub panels: Vec<GridPanel>,
    /// Whether a panel of several run sets draws each of them as one line with a band, instead of run by run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub pooled: bool,
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
    /// Its place in the palette, where several run sets are drawn together; `None` for that of its place among them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<u8>,
    /// The runs, and how panels draw them.
    pub placed: PlacedView,
}

impl NamedSet {
    /// The name, or what stands for none in a list where this is the one at `at`.
    pub fn title(&self, at: usize) -> String {
        if self.name.trim().is_empty() { format!("Runs {}", at + 1) } else { self.name.clone() }
    }

    /// The place in the palette that it has at `at` in a list.
    pub fn color_at(&self, at: usize) -> usize {
        self.color.map_or(at, usize::from)
    }

    /// How panels draw that show it with others: its view without what chooses and orders runs.
    pub fn look(&self) -> View {
        with_runs_of(self.placed.view.clone(), &View::default())
    }

    /// Draws as `look` says, with the same runs.
    pub fn set_look(&mut self, look: View) {
        self.placed.view = with_runs_of(look, &self.placed.view);
    }

    fn mend(&mut self) -> Result<(), ViewError> {
        plain(&mut self.name);
        self.color = self.color.map(|color| color % COLORS);
        mend_view(&mut self.placed)
    }
}

/// A panel of a grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GridPanel {
    /// Its id, unique in its grid.
    pub id: String,
    /// The metric's full name, or what a view calls the panel.
    pub metric: String,
    /// Whose runs it draws, and how: a place in [`PanelGrid::sets`].
    #[serde(default)]
    pub set: usize,
    /// Whose runs it draws as well, as those of [`GridPanel::set`] are drawn: places in [`PanelGrid::sets`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<usize>,
    /// How many of the [`COLUMNS`] it takes.
    pub span: u8,
    /// How high it is, CSS pixels.
    pub height: u16,
}

impl GridPanel {
    /// All run sets that it draws, first the one that says how.
    pub fn sets(&self) -> Vec<usize> {
        std::iter::once(self.set).chain(self.also.iter().copied()).collect()
    }

    /// Draws the run set at `set` as well, or not; one stays in any case.
    pub fn turn_set(&mut self, set: usize) {
        if let Some(at) = self.also.iter().position(|also| *also == set) {
            self.also.remove(at);
        } else if self.set != set {
            self.also.push(set);
            self.also.sort_unstable();
        } else if !self.also.is_empty() {
            self.set = self.also.remove(0);
        }
    }
}

/// What run sets are called where they stand together, no two the same.
pub fn titles(sets: &[NamedSet]) -> Vec<String> {
    let mut titles: Vec<String> = Vec::new();
    for (at, set) in sets.iter().enumerate() {
        let title = set.title(at);
        let taken = titles.contains(&title);
        titles.push(if taken { format!("{title} ({})", at + 1) } else { title });
    }
    titles
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
    /// What the runs are called; empty for nothing.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The runs; the view's table says which columns.
    pub placed: PlacedView,
    /// Further run sets, which stand below.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<NamedSet>,
    /// How many runs of each are shown at most.
    #[serde(default = "ten")]
    pub limit: u16,
}

impl RunTable {
    /// All run sets, in order.
    pub fn sets(&self) -> Vec<NamedSet> {
        let first = NamedSet { name: self.name.clone(), color: None, placed: self.placed.clone() };
        std::iter::once(first).chain(self.also.iter().cloned()).collect()
    }

    /// Shows these run sets, of which there must be one; the first keeps no colour.
    pub fn set_sets(&mut self, sets: Vec<NamedSet>) {
        let mut sets = sets.into_iter();
        if let Some(first) = sets.next() {
            (self.name, self.placed, self.also) = (first.name, first.placed, sets.collect());
        }
    }
}

fn ten() -> u16 {
    10
}

/// `look` with the runs of `of`, in their order.
fn with_runs_of(look: View, of: &View) -> View {
    View {
        search: of.search.clone(),
        filter: of.filter.clone(),
        order_by: of.order_by.clone(),
        hidden: of.hidden.clone(),
        hide_all: of.hide_all,
        selections: of.selections.clone(),
        within: of.within.clone(),
        brushes: of.brushes.clone(),
        ..look
    }
}

impl PanelGrid {
    /// The different run sets, alone or together, that its panels draw.
    pub fn drawings(&self) -> Vec<Vec<usize>> {
        let mut drawings: Vec<Vec<usize>> = Vec::new();
        for sets in self.panels.iter().map(GridPanel::sets) {
            if !drawings.contains(&sets) {
                drawings.push(sets);
            }
        }
        drawings
    }

    /// What the run sets are called where they are drawn together, no two the same.
    pub fn titles(&self) -> Vec<String> {
        titles(&self.sets)
    }

    /// Adds a run set. Panels that drew all of them draw it as well.
    pub fn add_set(&mut self, set: NamedSet) {
        let (new, before) = (self.sets.len(), self.sets.len());
        self.sets.push(set);
        for panel in self.panels.iter_mut().filter(|panel| panel.sets().len() == before) {
            panel.also.push(new);
        }
    }

    /// Takes a run set out, and the panels that drew nothing else.
    pub fn remove_set(&mut self, at: usize) {
        self.sets.remove(at);
        self.panels.retain_mut(|panel| {
            let mut left: Vec<usize> = panel.sets().into_iter().filter(|set| *set != at).collect();
            left.iter_mut().filter(|set| **set > at).for_each(|set| *set -= 1);
            let Some((first, also)) = left.split_first() else { return false };
            (panel.set, panel.also) = (*first, also.to_vec());
            true
        });
    }

    pub(super) fn mend(&mut self) -> Result<(), ViewError> {
        self.sets.truncate(MOST_SETS);
        self.sets.iter_mut().try_for_each(NamedSet::mend)?;
        let sets = self.sets.len();
        self.panels.truncate(MOST_PANELS);
        self.panels.retain(|panel| panel.set < sets);
        for (at, panel) in self.panels.iter_mut().enumerate() {
            let first = panel.set;
            panel.also.retain(|set| *set < sets && *set != first);
            panel.also.sort_unstable();
            panel.also.dedup();
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
        plain(&mut self.name);
        self.also.truncate(MOST_SETS - 1);
        self.also.iter_mut().try_for_each(NamedSet::mend)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn set(name: &str) -> NamedSet {
        let placed = PlacedView { experiment_id: "1".into(), tab: String::new(), view: View::default() };
        NamedSet { name: name.into(), color: None, placed }
    }

    fn panel(sets: &[usize]) -> GridPanel {
        GridPanel {
            id: "p".into(),
            metric: "loss".into(),
            set: sets[0],
            also: sets[1..].to_vec(),
            span: 6,
            height: 280,
        }
    }

    fn drawn(grid: &PanelGrid) -> Vec<Vec<usize>> {
        grid.panels.iter().map(GridPanel::sets).collect()
    }

    #[test]
    fn panels_follow_the_run_sets_that_come_and_go() {
        let mut grid = PanelGrid { sets: vec![set("a")], panels: vec![panel(&[0])], ..PanelGrid::default() };
        grid.add_set(set("b"));
        assert_eq!(drawn(&grid), [vec![0, 1]], "who drew all draws the new one");
        grid.panels.push(panel(&[1]));
        grid.add_set(set("c"));
        assert_eq!(drawn(&grid), [vec![0, 1, 2], vec![1]], "who drew some does not");
        grid.remove_set(0);
        assert_eq!(drawn(&grid), [vec![0, 1], vec![0]]);
        assert_eq!(grid.sets.iter().map(|set| set.name.as_str()).collect::<Vec<_>>(), ["b", "c"]);
        grid.remove_set(0);
        assert_eq!(drawn(&grid), [vec![0]], "a panel without runs goes");
    }

    #[test]
    fn a_panel_keeps_one_run_set_at_least() {
        let mut one = panel(&[0]);
        for (turned, left) in [(0, vec![0]), (2, vec![0, 2]), (1, vec![0, 1, 2]), (0, vec![1, 2]), (2, vec![1])] {
            one.turn_set(turned);
            assert_eq!(one.sets(), left, "{turned}");
        }
    }

    #[test]
    fn what_is_drawn_together_has_names_and_looks() {
        let mut grid = PanelGrid { sets: vec![set(""), set("a"), set("a")], ..PanelGrid::default() };
        grid.panels = vec![panel(&[0, 1]), panel(&[2]), panel(&[0, 1])];
        assert_eq!(grid.titles(), ["Runs 1", "a", "a (3)"]);
        assert_eq!(grid.drawings(), [vec![0, 1], vec![2]]);
        let view = View { filter: "params.lr > 0".into(), range: Some([0, 9]), ..View::default() };
        let mut one = set("a");
        one.placed.view = view.clone();
        assert_eq!(one.look(), View { filter: String::new(), ..view });
        one.set_look(View { filter: "elsewhere".into(), range: Some([3, 4]), ..View::default() });
        assert_eq!((one.placed.view.filter.as_str(), one.placed.view.range), ("params.lr > 0", Some([3, 4])));
    }

    #[test]
    fn places_that_are_none_are_mended() {
        let mut grid = PanelGrid {
            sets: vec![NamedSet { color: Some(200), ..set("a") }, set("b")],
            panels: vec![GridPanel { also: vec![1, 1, 0, 9], ..panel(&[0]) }, panel(&[7])],
            ..PanelGrid::default()
        };
        grid.mend().expect("its views are old enough");
        assert_eq!(drawn(&grid), [[0, 1]]);
        assert_eq!(grid.sets[0].color, Some(200 % COLORS));
    }
}
