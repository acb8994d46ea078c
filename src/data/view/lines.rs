//! How line panels draw: settings that cascade from the workspace over a section to a panel.

use crate::{
    column::Column,
    frame::{Origin, XAxis},
    group::GroupLook,
    pattern::Pattern,
    smooth::Smoothing,
    template,
};
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

/// Whether the values before smoothing are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Originals {
    /// Faint, behind the smoothed ones.
    #[default]
    Behind,
    /// Not at all.
    Hidden,
}

/// When lines are named below the plot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LegendPlace {
    /// When the panel fills the screen.
    #[default]
    FullScreen,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How line panels draw, said at one level. What is `None` is left to the level above: a panel asks its
/// section, that asks the workspace, and that has the defaults of [`LineLook`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LineSettings {
    /// What runs along x.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<XAxis>,
    /// The metric along x, for [`XAxis::Metric`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_metric: Option<String>,
    /// Where x counts from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
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
    /// How x is spread: log leaves out what is at or below zero.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_log: Option<bool>,
    /// Whether the values before smoothing are drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub originals: Option<Originals>,
    /// When lines are named below the plot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub legend: Option<LegendPlace>,
    /// What lines are called, as a [`crate::template::Template`]; empty for the name and the params that differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What tooltips call lines, as a [`crate::template::Template`]; empty for what lines are called and the params
    /// that differ.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tooltip: Option<String>,
}

/// How one line panel draws: its settings, with nothing left open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineLook {
    /// What runs along x.
    pub x: XAxis,
    /// The metric along x, for [`XAxis::Metric`].
    pub x_metric: String,
    /// Where x counts from.
    pub origin: Origin,
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
    /// Whether x is spread by its logarithm.
    pub x_log: bool,
    /// Whether the values before smoothing are drawn.
    pub originals: Originals,
    /// When lines are named below the plot.
    pub legend: LegendPlace,
    /// What lines are called, as a template; empty for the name and the params that differ.
    pub label: String,
    /// What tooltips call lines, as a template; empty for what lines are called and the params that differ.
    pub tooltip: String,
}

impl LineSettings {
    /// What one panel draws with, from its `levels`: the nearest first, as panel, section, workspace.
    pub fn resolve(levels: &[&LineSettings]) -> LineLook {
        fn first<T: Clone + Default>(levels: &[&LineSettings], part: impl Fn(&LineSettings) -> &Option<T>) -> T {
            levels.iter().find_map(|level| part(level).clone()).unwrap_or_default()
        }
        LineLook {
            x: first(levels, |level| &level.x),
            x_metric: first(levels, |level| &level.x_metric),
            origin: first(levels, |level| &level.origin),
            y: first(levels, |level| &level.y),
            outliers: first(levels, |level| &level.outliers),
            smoothing: first(levels, |level| &level.smoothing),
            group: first(levels, |level| &level.group),
            stroke_by: first(levels, |level| &level.stroke_by),
            facet_by: first(levels, |level| &level.facet_by),
            x_log: first(levels, |level| &level.x_log),
            originals: first(levels, |level| &level.originals),
            legend: first(levels, |level| &level.legend),
            label: first(levels, |level| &level.label),
            tooltip: first(levels, |level| &level.tooltip),
        }
    }

    /// Leaves unsaid what would hold anyway where nobody says anything.
    pub fn forget_defaults(&mut self) {
        fn forget<T: Default + PartialEq>(said: &mut Option<T>) {
            said.take_if(|said| *said == T::default());
        }
        forget(&mut self.x);
        forget(&mut self.x_metric);
        forget(&mut self.origin);
        forget(&mut self.y);
        forget(&mut self.outliers);
        forget(&mut self.smoothing);
        forget(&mut self.group);
        forget(&mut self.stroke_by);
        forget(&mut self.facet_by);
        forget(&mut self.x_log);
        forget(&mut self.originals);
        forget(&mut self.legend);
        forget(&mut self.label);
        forget(&mut self.tooltip);
    }

    pub(super) fn mend(&mut self) {
        for template in [&mut self.label, &mut self.tooltip] {
            template.take_if(|text| text.len() > template::LONGEST);
        }
    }
}

/// How many lines a panel has at most, times the runs that each is drawn for.
pub const MOST_LINES: usize = 40;
/// How long a line's text may be, in bytes.
const LONGEST_LINE: usize = 1_000;
/// How long titles and notes may be, in bytes.
const LONGEST_TITLE: usize = 300;
/// How many notes a panel has at most.
const MOST_NOTES: usize = 200;

/// What a panel made by hand shows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// Metrics by name, and expressions over them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// Every metric whose name this [`Pattern`] is found in, now and later; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pattern: String,
}

impl Shown {
    /// The lines that it draws where runs logged `metrics`: those named, then those that the pattern finds, and
    /// how many of these are beyond [`MOST_LINES`]. What is no pattern finds nothing.
    pub fn lines_of<'a>(&self, metrics: impl Iterator<Item = &'a str>) -> (Vec<String>, usize) {
        let mut lines: Vec<String> = Vec::new();
        let named = self.lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
        let pattern = Pattern::parse(&self.pattern).ok().filter(|_| !self.pattern.is_empty());
        let found = metrics.filter(|metric| pattern.as_ref().is_some_and(|pattern| pattern.is_match(metric)));
        for line in named.map(str::to_owned).chain(found.map(str::to_owned)) {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let beyond = lines.len().saturating_sub(MOST_LINES);
        lines.truncate(MOST_LINES);
        (lines, beyond)
    }
}

/// A note at a place or along a range of x.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// What runs along the x that it stands at; on another x it is not shown.
    #[serde(skip_serializing_if = "super::is_default")]
    pub x: XAxis,
    /// The metric along that x, if it is one.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub x_metric: String,
    /// Where it stands, or begins: a step, milliseconds, or a value of that metric.
    pub at: f64,
    /// Where it ends, after `at`; `None` for one place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<f64>,
    /// What it says.
    pub text: String,
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
    /// The x range drawn, both ends inside it: steps, milliseconds, or values of the metric along x; `None` for that
    /// of the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x_range: Option<[f64; 2]>,
    /// What it is called, if not by its key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it shows, if it was made by hand; `None` for the panel of the metric that it is called after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shows: Option<Shown>,
    /// The section it was put into; `None` for its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Left out of the board.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hidden: bool,
    /// Notes on the plot.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<Note>,
}

impl PanelView {
    pub(super) fn mend(&mut self) {
        self.lines.mend();
        self.y_range = self.y_range.filter(is_range);
        self.x_range = self.x_range.filter(is_range);
        clip(&mut self.title, LONGEST_TITLE);
        if let Some(shows) = &mut self.shows {
            shows.lines.truncate(MOST_LINES);
            shows.lines.iter_mut().for_each(|line| clip(line, LONGEST_LINE));
            clip(&mut shows.pattern, LONGEST_LINE);
        }
        self.notes.retain(|note| note.at.is_finite());
        self.notes.truncate(MOST_NOTES);
        for note in &mut self.notes {
            note.to = note.to.filter(|to| to.is_finite() && *to > note.at);
            clip(&mut note.text, LONGEST_TITLE);
        }
    }
}

/// Whether both ends are finite and in order.
pub(super) fn is_range([from, to]: &[f64; 2]) -> bool {
    from.is_finite() && to.is_finite() && from < to
}

/// Leaves at most `bytes` of `text`, whole characters.
fn clip(text: &mut String, bytes: usize) {
    let end = text.floor_char_boundary(bytes);
    text.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_shows_what_is_named_and_what_its_pattern_finds() {
        let metrics = ["train/loss", "val/acc", "val/loss"];
        let shown = |lines: &[&str], pattern: &str| {
            let lines = lines.iter().map(|line| (*line).to_owned()).collect();
            Shown { lines, pattern: pattern.to_owned() }.lines_of(metrics.into_iter()).0
        };
        for (lines, pattern, expected) in [
            (&[][..], "", &[][..]),
            (&["val/loss", " val/loss ", "", "a - b"], "", &["val/loss", "a - b"]),
            (&[], "loss$", &["train/loss", "val/loss"]),
            (&["val/loss"], "loss$", &["val/loss", "train/loss"]),
            (&["gone"], "(", &["gone"]),
        ] {
            assert_eq!(shown(lines, pattern), expected, "{lines:?} {pattern}");
        }
        let many: Vec<String> = (0..MOST_LINES + 3).map(|at| format!("m{at}")).collect();
        let all = Shown { pattern: "m".into(), ..Shown::default() };
        let (lines, beyond) = all.lines_of(many.iter().map(String::as_str));
        assert_eq!((lines.len(), beyond), (MOST_LINES, 3));
    }

    #[test]
    fn a_template_that_is_too_long_is_none() {
        let long = || Some("x".repeat(template::LONGEST + 1));
        let mut lines = LineSettings { label: long(), tooltip: long(), ..LineSettings::default() };
        lines.mend();
        assert_eq!(lines, LineSettings::default());
        let panel = LineSettings { tooltip: Some("{name}".into()), ..LineSettings::default() };
        let workspace = LineSettings { tooltip: Some(String::new()), ..LineSettings::default() };
        assert_eq!(LineSettings::resolve(&[&panel, &workspace]).tooltip, "{name}");
    }

    #[test]
    fn what_is_too_large_is_cut() {
        let mut panel = PanelView {
            title: "é".repeat(LONGEST_TITLE),
            notes: vec![Note { at: f64::NAN, ..Note::default() }, Note { at: 5.0, to: Some(5.0), ..Note::default() }],
            ..PanelView::default()
        };
        panel.mend();
        assert_eq!(panel.title.len(), LONGEST_TITLE);
        assert_eq!(panel.notes, [Note { at: 5.0, ..Note::default() }]);
    }
}
