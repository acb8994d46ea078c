//! Which panels there are, and in which sections: made for each metric, and made by hand.

use super::View;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The section of metrics that share their beginning with no other.
pub const OTHER_SECTION: &str = "Other metrics";
/// The section of all metrics, when they need no other.
pub const ONLY_SECTION: &str = "Metrics";
/// The section of panels made by hand that belong to no other.
pub const OWN_SECTION: &str = "Panels";

/// Which panels make themselves, and by what they share a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Automatic {
    /// A panel for each metric, by what stands before the first `/`.
    #[default]
    FirstPrefix,
    /// A panel for each metric, by what stands before the last `/`.
    LastPrefix,
    /// A panel for each metric, all in one section.
    OneSection,
    /// Only panels made by hand.
    Off,
}

/// How panels are arranged.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LayoutView {
    /// Which panels make themselves.
    #[serde(skip_serializing_if = "super::is_default")]
    pub automatic: Automatic,
    /// Leaves out panels that would show no points.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub with_data_only: bool,
    /// Sections made by hand, which stay when they are empty.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub added: BTreeSet<String>,
    /// Sections left out with all that is in them.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub removed: BTreeSet<String>,
    /// Titles of sections that are called otherwise.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub titles: BTreeMap<String, String>,
    /// Sections in order; those not named follow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<String>,
    /// Panels in order, by section; those not named follow by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub panels: BTreeMap<String, Vec<String>>,
}

/// Panels that stand together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PanelSection {
    /// What it is known by in the view.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// The panels in order, by their keys in [`View::panels`]: a metric's name, or one given by hand.
    pub panels: Vec<String>,
}

impl View {
    /// The sections of a workspace whose runs logged `metrics`, in order, with their panels in order.
    pub fn sections_of<'a>(&self, metrics: impl Iterator<Item = &'a str>) -> Vec<PanelSection> {
        let own = |key: &str| self.panels.get(key).filter(|panel| panel.shows.is_some());
        let automatic = match self.layout.automatic {
            Automatic::Off => Vec::new(),
            by => automatic_sections(metrics.filter(|metric| own(metric).is_none()), by),
        };
        let mut order: Vec<String> = vec![OWN_SECTION.to_owned()];
        order.extend(self.layout.added.iter().cloned());
        let mut by_key = BTreeMap::<String, Vec<String>>::new();
        let mut place = |panel: &str, section: &str| {
            let view = self.panels.get(panel);
            if view.is_none_or(|view| !view.hidden) {
                let section = view.and_then(|view| view.section.as_deref()).unwrap_or(section);
                by_key.entry(section.to_owned()).or_default().push(panel.to_owned());
            }
        };
        for key in self.panels.keys().filter(|key| own(key).is_some()) {
            place(key, OWN_SECTION);
        }
        for (section, metrics) in &automatic {
            metrics.iter().for_each(|metric| place(metric, section));
        }
        order.extend(automatic.into_iter().map(|(section, _)| section));
        // A section that only panels name, wherever they came from.
        order.extend(by_key.keys().cloned());
        let place_of = |key: &String| self.layout.sections.iter().position(|named| named == key).unwrap_or(usize::MAX);
        order.sort_by_key(place_of);
        let mut seen = BTreeSet::new();
        order.retain(|key| seen.insert(key.clone()) && !self.layout.removed.contains(key));
        let section = |key: String| {
            let mut panels = by_key.remove(&key).unwrap_or_default();
            if let Some(named) = self.layout.panels.get(&key) {
                let places: BTreeMap<&str, usize> = named.iter().map(String::as_str).zip(0..).collect();
                panels.sort_by_key(|panel| places.get(panel.as_str()).copied().unwrap_or(usize::MAX));
            }
            let title = self.layout.titles.get(&key).unwrap_or(&key).clone();
            PanelSection { title, panels, key }
        };
        let kept = |section: &PanelSection| !section.panels.is_empty() || self.layout.added.contains(&section.key);
        order.into_iter().map(section).filter(kept).collect()
    }

    /// Puts the panel `key` into `section`, before the panel at `place` of `shown`, the section's panels as
    /// they stand; at the end if there is none.
    pub fn move_panel(&mut self, key: &str, section: &str, shown: &[String], place: usize) {
        let mut order: Vec<String> = shown.to_vec();
        let before = order.iter().take(place).filter(|panel| *panel != key).count();
        order.retain(|panel| panel != key);
        order.insert(before, key.to_owned());
        self.layout.panels.values_mut().for_each(|panels| panels.retain(|panel| panel != key));
        self.layout.panels.insert(section.to_owned(), order);
        self.layout.panels.retain(|_, panels| !panels.is_empty());
        if !shown.iter().any(|panel| panel == key) {
            self.change_panel(key, |panel| panel.section = Some(section.to_owned()));
        }
    }

    /// Adds an empty panel made by hand and gives its key: `name`, or that with a number if it is taken by a
    /// panel or by one of `metrics`.
    pub fn add_panel<'a>(
        &mut self,
        name: &str,
        section: Option<&str>,
        metrics: impl Iterator<Item = &'a str> + Clone,
    ) -> String {
        let taken = |key: &str| self.panels.contains_key(key) || metrics.clone().any(|metric| metric == key);
        let numbered = (2..).map(|number| format!("{name} {number}"));
        let key = std::iter::once(name.to_owned()).chain(numbered).find(|key| !taken(key));
        let key = key.expect("there are fewer panels than numbers");
        let own = super::PanelView {
            shows: Some(super::Shown::default()),
            section: section.map(str::to_owned),
            ..super::PanelView::default()
        };
        self.panels.insert(key.clone(), own);
        self.layout.panels.entry(section.unwrap_or(OWN_SECTION).to_owned()).or_default().insert(0, key.clone());
        key
    }
}

/// Metrics in sections by a part of their name, in order of name; a section of one would waste a row, so
/// those come last, together.
fn automatic_sections<'a>(metrics: impl Iterator<Item = &'a str>, by: Automatic) -> Vec<(String, Vec<String>)> {
    let mut by_prefix = BTreeMap::<&str, Vec<String>>::new();
    for metric in metrics {
        let parts = match by {
            Automatic::FirstPrefix => metric.split_once('/'),
            Automatic::LastPrefix => metric.rsplit_once('/'),
            Automatic::OneSection | Automatic::Off => None,
        };
        by_prefix.entry(parts.map_or("", |(prefix, _)| prefix)).or_default().push(metric.to_owned());
    }
    let (mut sections, mut other) = (Vec::new(), Vec::new());
    for (prefix, mut metrics) in by_prefix {
        metrics.sort();
        if prefix.is_empty() || metrics.len() == 1 {
            other.extend(metrics);
        } else {
            sections.push((prefix.to_owned(), metrics));
        }
    }
    if !other.is_empty() {
        other.sort();
        let title = if sections.is_empty() { ONLY_SECTION } else { OTHER_SECTION };
        sections.push((title.to_owned(), other));
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::PanelView;

    const METRICS: [&str; 5] = ["val/loss", "train/loss", "train/acc", "epoch", "lr/a/b"];

    fn shown(view: &View) -> Vec<String> {
        let line = |section: PanelSection| format!("{}: {}", section.title, section.panels.join(" "));
        view.sections_of(METRICS.into_iter()).into_iter().map(line).collect()
    }

    #[test]
    fn metrics_share_a_section_by_a_part_of_their_name() {
        for (by, expected) in [
            (Automatic::FirstPrefix, &["train: train/acc train/loss", "Other metrics: epoch lr/a/b val/loss"][..]),
            (Automatic::LastPrefix, &["train: train/acc train/loss", "Other metrics: epoch lr/a/b val/loss"]),
            (Automatic::OneSection, &["Metrics: epoch lr/a/b train/acc train/loss val/loss"]),
            (Automatic::Off, &[]),
        ] {
            let layout = LayoutView { automatic: by, ..LayoutView::default() };
            assert_eq!(shown(&View { layout, ..View::default() }), expected, "{by:?}");
        }
        let deep = ["a/b/c", "a/b/d", "a/e"];
        let layout = LayoutView { automatic: Automatic::LastPrefix, ..LayoutView::default() };
        let sections = View { layout, ..View::default() }.sections_of(deep.into_iter());
        assert_eq!(sections[0].key, "a/b");
        assert_eq!(View::default().sections_of(std::iter::empty()), Vec::new());
    }

    #[test]
    fn panels_are_made_moved_hidden_and_brought_back() {
        let mut view = View::default();
        let before = shown(&view);
        let key = view.add_panel("Panel", Some("train"), METRICS.into_iter());
        assert_eq!(view.add_panel("epoch", None, METRICS.into_iter()), "epoch 2", "a metric has that name");
        assert_eq!(shown(&view)[..2], ["Panels: epoch 2", "train: Panel train/acc train/loss"]);
        view.panels.remove("epoch 2");
        view.move_panel(&key, "train", &["Panel".into(), "train/acc".into(), "train/loss".into()], 3);
        assert_eq!(shown(&view)[0], "train: train/acc train/loss Panel");
        view.move_panel("epoch", "train", &["train/acc".into(), "train/loss".into(), "Panel".into()], 1);
        assert_eq!(shown(&view)[0], "train: train/acc epoch train/loss Panel");
        view.change_panel("train/loss", |panel| panel.hidden = true);
        view.panels.remove("Panel");
        assert_eq!(shown(&view), ["train: train/acc epoch", "Other metrics: lr/a/b val/loss"]);
        view.change_panel("train/loss", |panel| panel.hidden = false);
        view.change_panel("epoch", |panel| panel.section = None);
        assert_eq!(shown(&view), before);
    }

    #[test]
    fn sections_are_added_ordered_called_and_removed() {
        let mut view = View::default();
        view.layout.added.insert("mine".into());
        view.layout.titles.insert("train".into(), "Training".into());
        assert_eq!(shown(&view), ["mine: ", "Training: train/acc train/loss", "Other metrics: epoch lr/a/b val/loss"]);
        view.layout.sections = vec!["Other metrics".into(), "gone".into(), "train".into()];
        assert_eq!(shown(&view)[0], "Other metrics: epoch lr/a/b val/loss");
        view.layout.removed.insert("train".into());
        assert_eq!(shown(&view), ["Other metrics: epoch lr/a/b val/loss", "mine: "]);
        view.panels.insert("epoch".into(), PanelView { section: Some("new".into()), ..PanelView::default() });
        assert_eq!(shown(&view)[2], "new: epoch", "a section that only a panel names is there");
    }
}
