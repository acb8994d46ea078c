//! Which panels stand on the board, in which sections, and at which level a setting is said.

use super::Workspace;
use data::view::{LineLook, LineSettings, PanelSection, PanelView, View};
use leptos::prelude::*;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Where settings of line panels are said.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Level {
    /// For all panels.
    Workspace,
    /// For the panels of a section, by its key.
    Section(String),
    /// For one panel, by its key.
    Panel(String),
}

/// Where a setting comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// It is said at the level itself.
    Here,
    /// The section of the panel says it.
    Section,
    /// The workspace says it.
    Workspace,
    /// Nobody says it.
    Default,
}

impl Source {
    /// As words beside the setting; none where it is said at the level itself.
    pub fn words(self) -> &'static str {
        match self {
            Source::Here => "",
            Source::Section => "as in section",
            Source::Workspace => "as in workspace",
            Source::Default => "default",
        }
    }
}

impl Level {
    /// The levels from this one up, as `view` has them. `section` is that of the panel.
    fn chain<'a>(&self, view: &'a View, section: &str) -> Vec<(Source, Option<&'a LineSettings>)> {
        let workspace = (Source::Workspace, Some(&view.lines));
        let of_section = |key: &str| (Source::Section, view.sections.get(key));
        let mut chain = match self {
            Level::Workspace => vec![workspace],
            Level::Section(key) => vec![of_section(key), workspace],
            Level::Panel(key) => {
                let own = view.panels.get(key).map(|panel| &panel.lines);
                vec![(Source::Here, own), of_section(section), workspace]
            }
        };
        chain[0].0 = Source::Here;
        chain
    }

    /// Where a setting that `says` finds comes from.
    pub fn source(&self, view: &View, section: &str, says: fn(&LineSettings) -> bool) -> Source {
        let said = self.chain(view, section).into_iter().find(|(_, settings)| settings.is_some_and(says));
        said.map_or(Source::Default, |(source, _)| source)
    }

    /// How panels of this level draw.
    pub fn look(&self, view: &View, section: &str) -> LineLook {
        let said: Vec<_> = self.chain(view, section).into_iter().filter_map(|(_, settings)| settings).collect();
        LineSettings::resolve(&said)
    }

    /// Changes what is said at this level. The workspace says nothing that would hold anyway.
    pub fn change(&self, view: &mut View, change: impl FnOnce(&mut LineSettings)) {
        match self {
            Level::Workspace => {
                change(&mut view.lines);
                view.lines.forget_defaults();
            }
            Level::Section(key) => {
                let settings = view.sections.entry(key.clone()).or_default();
                change(settings);
                if *settings == LineSettings::default() {
                    view.sections.remove(key);
                }
            }
            Level::Panel(key) => view.change_panel(key, |panel| change(&mut panel.lines)),
        }
    }
}

impl Workspace {
    pub(super) fn make_board(&self) -> Memo<Arc<Vec<PanelSection>>> {
        let parts = self.view(|view| (view.layout.clone(), view.panels.clone()));
        let names = self.metric_names();
        Memo::new(move |_| {
            let (layout, panels) = parts.get();
            let view = View { layout, panels, ..View::default() };
            names.with(|names| Arc::new(view.sections_of(names.iter().map(String::as_str))))
        })
    }

    /// All sections with all their panels, whatever is searched for.
    pub fn board(&self) -> Memo<Arc<Vec<PanelSection>>> {
        self.board
    }

    /// The sections and panels to show.
    pub fn sections(&self) -> Memo<Arc<Vec<PanelSection>>> {
        let search = self.view(|view| view.panel_search.to_lowercase());
        let panels = self.view(|view| view.panels.clone());
        let logged = self.logged();
        let (board, names) = (self.board, self.metric_names());
        Memo::new(move |_| {
            let (search, panels, logged) = (search.get(), panels.get(), logged.get());
            let shown = |key: &String| {
                let view = panels.get(key);
                let title = view.map_or("", |view| view.title.as_str());
                let found = key.to_lowercase().contains(&search) || title.to_lowercase().contains(&search);
                let with_data = logged.as_ref().is_none_or(|logged| {
                    lines_of(key, view, &names.read())
                        .0
                        .iter()
                        .any(|line| logged.contains(line) || !names.read().contains(line))
                });
                found && with_data
            };
            board.with(|board| {
                let section = |section: &PanelSection| {
                    let panels: Vec<_> = section.panels.iter().filter(|key| shown(key)).cloned().collect();
                    // An empty section is shown because it was made by hand, not because nothing in it is found.
                    (!panels.is_empty() || (section.panels.is_empty() && search.is_empty()))
                        .then(|| PanelSection { panels, ..section.clone() })
                };
                Arc::new(board.iter().filter_map(section).collect())
            })
        })
    }

    /// The metrics that runs which are drawn logged, if panels without data are left out.
    fn logged(&self) -> Memo<Option<Arc<HashSet<String>>>> {
        let only = self.view(|view| view.layout.with_data_only);
        let runs = self.runs;
        Memo::new(move |_| {
            if !only.get() {
                return None;
            }
            let drawn = runs.drawn.get();
            runs.pictured.with(|list| {
                let rows = drawn.keys().filter_map(|run| list.row_of(*run));
                Some(Arc::new(rows.flat_map(|row| row.metrics.keys().cloned()).collect()))
            })
        })
    }

    /// The names of the metrics that runs logged.
    pub fn metric_names(&self) -> Memo<Arc<Vec<String>>> {
        let metrics = self.metrics;
        Memo::new(move |_| {
            metrics.with(|metrics| match metrics {
                Some(Ok(rows)) => Arc::new(rows.iter().map(|row| row.metric.clone()).collect()),
                _ => Arc::default(),
            })
        })
    }

    /// The metric that would run along x most likely: one that counts epochs, or the first.
    pub fn likely_x_metric(&self) -> Option<String> {
        let names = self.metric_names().get_untracked();
        names.iter().find(|name| name.contains("epoch")).or(names.first()).cloned()
    }

    /// Lets a likely metric run along x where none is chosen yet.
    pub fn choose_x_metric(&self) {
        let likely = self.likely_x_metric();
        self.change("x axis", |view| {
            if view.lines.x_metric.is_none() {
                view.lines.x_metric = likely;
            }
        });
    }

    /// Whether runs logged a metric of this name.
    pub fn is_metric(&self, name: &str) -> bool {
        self.metrics.with(|metrics| match metrics {
            Some(Ok(rows)) => rows.iter().any(|row| row.metric == name),
            _ => false,
        })
    }

    /// The section that each panel stands in.
    pub(super) fn make_section_of(board: Memo<Arc<Vec<PanelSection>>>) -> Memo<Arc<HashMap<String, String>>> {
        Memo::new(move |_| {
            board.with(|board| {
                let pairs = board
                    .iter()
                    .flat_map(|section| section.panels.iter().map(|panel| (panel.clone(), section.key.clone())));
                Arc::new(pairs.collect())
            })
        })
    }

    /// How the panels of `level` draw.
    pub fn look_at(&self, level: Level) -> Memo<LineLook> {
        let (view, section) = (self.view, self.section_of(&level));
        Memo::new(move |_| view.with(|view| section.with(|section| level.look(view, section))))
    }

    /// Where the setting of `level` that `says` finds comes from.
    pub fn source_at(&self, level: Level, says: fn(&LineSettings) -> bool) -> Memo<Source> {
        let (view, section) = (self.view, self.section_of(&level));
        Memo::new(move |_| view.with(|view| section.with(|section| level.source(view, section, says))))
    }

    /// The section of the panel of `level`; empty for other levels.
    pub fn section_of(&self, level: &Level) -> Memo<String> {
        let sections = self.section_of;
        let panel = if let Level::Panel(key) = level { key.clone() } else { String::new() };
        Memo::new(move |_| sections.with(|sections| sections.get(&panel).cloned().unwrap_or_default()))
    }

    /// The lines of the panel `key`: its metric, or what was put into it by hand; and how many are left out.
    pub fn lines_of(&self, key: &str) -> Memo<(Vec<String>, usize)> {
        let key = key.to_owned();
        let panel = self.view({
            let key = key.clone();
            move |view| view.panels.get(&key).and_then(|panel| panel.shows.clone())
        });
        let names = self.metric_names();
        Memo::new(move |_| {
            let view = PanelView { shows: panel.get(), ..PanelView::default() };
            // What has no pattern does not depend on which metrics there are.
            match &view.shows {
                Some(shows) if !shows.pattern.is_empty() => lines_of(&key, Some(&view), &names.read()),
                _ => lines_of(&key, Some(&view), &[]),
            }
        })
    }

    /// What the panel `key` is called.
    pub fn title_of(&self, key: &str) -> Memo<String> {
        let key = key.to_owned();
        self.view(move |view| {
            let title = view.panels.get(&key).map(|panel| panel.title.clone()).filter(|title| !title.is_empty());
            title.unwrap_or_else(|| key.clone())
        })
    }

    /// Puts an empty panel first into `section`, and opens its settings.
    pub fn add_panel(&self, section: Option<&str>) {
        let names = self.metric_names().get_untracked();
        let mut added = None;
        self.change("add panel", |view| {
            added = Some(view.add_panel("Panel", section, names.iter().map(String::as_str)));
            view.full = None;
            view.panel_search.clear();
            if let Some(section) = section {
                view.folded.remove(section);
            }
        });
        self.editing.set(added.map(Level::Panel));
    }

    /// Puts a copy of the panel `key` beside it, and opens the copy's settings. The copy of a metric's panel is
    /// one made by hand.
    pub fn duplicate_panel(&self, key: &str) {
        let (names, board) = (self.metric_names().get_untracked(), self.board.get_untracked());
        let Some(section) = board.iter().find(|section| section.panels.iter().any(|panel| panel == key)) else {
            return;
        };
        let lines = self.view_now(|view| lines_of(key, view.panels.get(key), &names).0);
        let mut added = None;
        self.change("duplicate panel", |view| {
            let mut copy = view.panels.get(key).cloned().unwrap_or_default();
            copy.shows.get_or_insert_with(|| data::view::Shown { lines, ..Default::default() });
            if copy.title.is_empty() {
                copy.title = format!("Copy of {key}");
            }
            let new = view.add_panel(key, Some(&section.key), names.iter().map(String::as_str));
            copy.section = Some(section.key.clone());
            view.panels.insert(new.clone(), copy);
            let place = section.panels.iter().position(|panel| panel == key).map_or(0, |at| at + 1);
            view.move_panel(&new, &section.key, &section.panels, place);
            view.full = None;
            added = Some(new);
        });
        self.editing.set(added.map(Level::Panel));
    }

    /// Takes the panel `key` off the board: one made by hand is gone, that of a metric is hidden.
    pub fn remove_panel(&self, key: &str) {
        if self.editing.with_untracked(|editing| *editing == Some(Level::Panel(key.to_owned()))) {
            self.editing.set(None);
        }
        self.change("remove panel", |view| {
            view.full.take_if(|full| full == key);
            if view.panels.get(key).is_some_and(|panel| panel.shows.is_some()) {
                view.panels.remove(key);
                view.layout.panels.values_mut().for_each(|panels| panels.retain(|panel| panel != key));
                view.layout.panels.retain(|_, panels| !panels.is_empty());
            } else {
                view.change_panel(key, |panel| panel.hidden = true);
            }
        });
    }

    /// Puts the panel `key` before `place` of `section`, or at its end.
    pub fn place_panel(&self, key: &str, section: &str, place: usize) {
        let board = self.board.get_untracked();
        let shown = board.iter().find(|known| known.key == section).map_or(&[][..], |section| &section.panels);
        self.change("move panel", |view| view.move_panel(key, section, shown, place));
    }

    /// Moves the panel `key` by `step` places in its section; beyond its ends into the next section.
    pub fn step_panel(&self, key: &str, step: isize) {
        let board = self.board.get_untracked();
        let Some(at) = board.iter().position(|section| section.panels.iter().any(|panel| panel == key)) else { return };
        let panels = &board[at].panels;
        let place = panels.iter().position(|panel| panel == key).unwrap_or(0) as isize + step;
        if (0..panels.len() as isize).contains(&place) {
            // Before the panel after next, seen with the panel still in its place.
            let place = if step > 0 { place + 1 } else { place };
            self.place_panel(key, &board[at].key, place as usize);
        } else if let Some(next) = at.checked_add_signed(step.signum()).and_then(|at| board.get(at)) {
            self.place_panel(key, &next.key, if step > 0 { 0 } else { next.panels.len() });
        }
    }

    /// Moves the section `key` by `step` places.
    pub fn step_section(&self, key: &str, step: isize) {
        let mut order: Vec<String> = self.board.with_untracked(|board| board.iter().map(|s| s.key.clone()).collect());
        let Some(at) = order.iter().position(|known| known == key) else { return };
        let to = at.saturating_add_signed(step).min(order.len() - 1);
        let section = order.remove(at);
        order.insert(to, section);
        self.change("move section", |view| view.layout.sections = order);
    }

    /// Adds an empty section at the top, and opens its settings.
    pub fn add_section(&self) {
        let board = self.board.get_untracked();
        let mut names =
            (1..).map(|number| if number == 1 { "New section".to_owned() } else { format!("New section {number}") });
        let key = names.find(|name| !board.iter().any(|section| section.key == *name || section.title == *name));
        let key = key.expect("there are fewer sections than numbers");
        self.change("add section", |view| {
            view.layout.added.insert(key.clone());
            view.layout.removed.remove(&key);
            view.layout.sections = std::iter::once(key.clone()).chain(board.iter().map(|s| s.key.clone())).collect();
            view.full = None;
            view.panel_search.clear();
        });
        self.editing.set(Some(Level::Section(key)));
    }

    /// Removes the section `key`: what was made by hand in it is gone, metrics that were moved there go back, and
    /// an automatic section is left out.
    pub fn remove_section(&self, key: &str) {
        self.editing.set(None);
        let panels = self.board.with_untracked(|board| {
            board.iter().find(|section| section.key == key).map_or_else(Vec::new, |section| section.panels.clone())
        });
        self.change("remove section", |view| {
            for panel in &panels {
                if view.panels.get(panel).is_some_and(|panel| panel.shows.is_some()) {
                    view.panels.remove(panel);
                } else {
                    view.change_panel(panel, |panel| drop(panel.section.take_if(|section| section == key)));
                }
            }
            view.layout.panels.remove(key);
            view.layout.sections.retain(|section| section != key);
            view.layout.titles.remove(key);
            view.sections.remove(key);
            if !view.layout.added.remove(key) {
                view.layout.removed.insert(key.to_owned());
            }
        });
    }
}

/// The lines of the panel `key`, and how many are left out because they are too many.
fn lines_of(key: &str, panel: Option<&PanelView>, metrics: &[String]) -> (Vec<String>, usize) {
    match panel.and_then(|panel| panel.shows.as_ref()) {
        Some(shows) => shows.lines_of(metrics.iter().map(String::as_str)),
        None => (vec![key.to_owned()], 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::view::YScale;

    #[test]
    fn a_setting_says_where_it_comes_from() {
        let mut view = View::default();
        let (all, section, panel) =
            (Level::Workspace, Level::Section("train".into()), Level::Panel("train/loss".into()));
        let source = |view: &View, level: &Level| level.source(view, "train", |settings| settings.y.is_some());
        assert_eq!(source(&view, &panel), Source::Default);
        all.change(&mut view, |settings| settings.y = Some(YScale::Log));
        assert_eq!((source(&view, &all), source(&view, &section)), (Source::Here, Source::Workspace));
        section.change(&mut view, |settings| settings.y = Some(YScale::Linear));
        assert_eq!((source(&view, &section), source(&view, &panel)), (Source::Here, Source::Section));
        assert_eq!(panel.look(&view, "train").y, YScale::Linear);
        assert_eq!(panel.look(&view, "val").y, YScale::Log);
        panel.change(&mut view, |settings| settings.y = Some(YScale::Symlog));
        assert_eq!(source(&view, &panel), Source::Here);
        for level in [&panel, &section, &all] {
            level.change(&mut view, |settings| settings.y = None);
        }
        assert_eq!(view, View::default(), "what is given back leaves nothing behind");
        all.change(&mut view, |settings| settings.y = Some(YScale::Linear));
        assert_eq!(view, View::default(), "the workspace need not say what holds anyway");
    }
}
