//! What is on the screen, as a versioned document.
//!
//! A workspace, a saved view, a share link and an embed are all the same [`View`]. Fields at their
//! default are left out of its JSON, so that an ordinary view fits into an address.

mod asked;
mod compare;
mod importance;
mod layout;
mod lines;
mod parallel;
mod range;
mod reading;
mod request;
mod table;

pub use self::{
    asked::Asked,
    compare::CompareView,
    importance::{ImportanceSort, ImportanceView},
    layout::{Automatic, LayoutView, OTHER_SECTION, OWN_SECTION, PanelSection},
    lines::{LegendPlace, LineLook, LineSettings, MOST_LINES, Note, Originals, Outliers, PanelView, Shown, YScale},
    parallel::{AxisKind, MOST_AXES, ParallelView},
    range::whole,
    table::TableView,
};

use crate::{brush::Brushes, column::Column, summary::Direction};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The version that this program writes.
pub const VERSION: u32 = 1;

/// What is on the screen of a workspace.
// `remote` makes the derived code a function of its own, which `reading` below calls for every source.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, remote = "Self")]
pub struct View {
    /// The version of this form.
    pub version: u32,
    /// Shows only runs whose name holds this, any case.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub search: String,
    /// Keeps only runs that pass this query, in the language of [`crate::query::parse_query`]; empty for all.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub filter: String,
    /// Shows only panels whose metric holds this, any case.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub panel_search: String,
    /// The order of the run list, as in MLflow's `order_by`, keys parted by commas: `metrics.loss DESC, params.lr`; empty
    /// for newest first.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub order_by: String,
    /// Runs not drawn, by the first eight digits of their ids.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden: BTreeSet<String>,
    /// Runs not drawn unless named in [`View::hidden`], which then lists the exceptions.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub hide_all: bool,
    /// Runs raised above the others for good and kept on top of lists, by the first eight digits of their ids.
    #[serde(skip_serializing_if = "BTreeSet::is_empty", deserialize_with = "one_or_many")]
    pub pinned: BTreeSet<String>,
    /// Runs put together under a name, by the first eight digits of their ids.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub selections: BTreeMap<String, BTreeSet<String>>,
    /// The selection whose runs are all there is; `None` for all runs of the experiment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
    /// Brushes by column: only runs that pass all of them are drawn.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub brushes: Brushes,
    /// The columns whose values group runs in the list, the table and the line panels.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub group_by: Vec<Column>,
    /// The groups whose runs are listed, by their names.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub open_groups: BTreeSet<String>,
    /// The column that colours runs everywhere; `None` for each run's own colour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub color_by: Option<Column>,
    /// The run that others are measured against, by the first eight digits of its id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baseline: Option<String>,
    /// Metrics of which another direction is better than their names suggest.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub directions: BTreeMap<String, Direction>,
    /// How line panels draw that say nothing of their own.
    #[serde(flatten)]
    pub lines: LineSettings,
    /// What the line panels of a section do their own way, by section.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub sections: BTreeMap<String, LineSettings>,
    /// The x range drawn in every panel, both ends inside it; `None` for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[i64; 2]>,
    /// The same where a metric runs along x, in values of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_range: Option<[f64; 2]>,
    /// How many panels stand side by side; 0 fits the window.
    #[serde(skip_serializing_if = "is_default")]
    pub columns: u8,
    /// Sections whose panels are folded away.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub folded: BTreeSet<String>,
    /// Panels made by hand, by name, and what single panels do their own way, by metric.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub panels: BTreeMap<String, PanelView>,
    /// How panels are arranged in sections.
    #[serde(skip_serializing_if = "is_default")]
    pub layout: LayoutView,
    /// How the table of runs is arranged.
    #[serde(skip_serializing_if = "is_default")]
    pub table: TableView,
    /// How runs are compared.
    #[serde(skip_serializing_if = "is_default")]
    pub compare: CompareView,
    /// How parallel coordinates are arranged.
    #[serde(skip_serializing_if = "is_default")]
    pub parallel: ParallelView,
    /// Of what the importance of params is shown, and how.
    #[serde(skip_serializing_if = "is_default")]
    pub importance: ImportanceView,
    /// The metric whose panel fills the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub full: Option<String>,
}

/// Takes `short` out of `runs` if it is in, and puts it in if it is not.
fn turn(runs: &mut BTreeSet<String>, short: &str) {
    if !runs.remove(short) {
        runs.insert(short.to_owned());
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Texts, or a single one: a view once had one pinned run at most.
fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeSet<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Texts {
        One(String),
        Many(BTreeSet<String>),
    }
    Ok(match Texts::deserialize(from)? {
        Texts::One(text) => BTreeSet::from([text]),
        Texts::Many(texts) => texts,
    })
}

/// A view and where it is looked at: what a short link opens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacedView {
    /// The experiment's id.
    pub experiment_id: String,
    /// The tab, by the last part of its address; empty for the first one.
    #[serde(default)]
    pub tab: String,
    /// The view.
    pub view: View,
}

/// A named view of an experiment: a row of `GET /api/experiments/{id}/views`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SavedView {
    /// Its name, unique in its experiment.
    pub name: String,
    /// Its short link: `/v/{hash}` opens it as it was saved.
    pub hash: String,
    /// When it was saved, milliseconds since 1970 UTC.
    pub saved_millis: i64,
    /// Whether the experiment opens with it.
    pub is_default: bool,
}

/// Why a document is no view that can be shown.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ViewError {
    /// It is not a view's JSON; the text says where.
    #[error("this is not a view: {0}")]
    NotAView(String),
    /// A newer program wrote it.
    #[error("this view has version {0}, newer than this program knows ({VERSION})")]
    Newer(u32),
}

impl View {
    /// The view that `json` describes, brought up to [`VERSION`], with values out of range mended.
    pub fn of_json(json: &str) -> Result<View, ViewError> {
        if !json.trim_start().starts_with('{') {
            return Err(ViewError::NotAView("it begins with no \"{\"".to_owned()));
        }
        let mut view = reading::view_of(json).map_err(|error| ViewError::NotAView(error.to_string()))?;
        if view.version > VERSION {
            return Err(ViewError::Newer(view.version));
        }
        view.version = VERSION;
        view.range = view.range.filter(|[from, to]| from < to);
        view.value_range = view.value_range.filter(lines::is_range);
        view.columns = view.columns.min(8);
        view.brushes.retain(|_, brush| !brush.is_empty() && brush.ranges.iter().flatten().all(|end| end.is_finite()));
        view.table.mend();
        view.compare.mend();
        view.parallel.mend();
        view.importance.mend();
        view.lines.mend();
        view.sections.values_mut().for_each(LineSettings::mend);
        view.panels.values_mut().for_each(PanelView::mend);
        Ok(view)
    }

    /// The view as JSON, with its version and without what is at its default.
    pub fn to_json(&self) -> String {
        let view = View { version: VERSION, ..self.clone() };
        serde_json::to_string(&view).expect("a view holds only what JSON can hold")
    }

    /// Whether the run with these first eight digits of its id is drawn.
    pub fn shows(&self, short: &str) -> bool {
        self.hidden.contains(short) == self.hide_all
    }

    /// Draws the run if it is not drawn, and the other way round.
    pub fn toggle(&mut self, short: &str) {
        turn(&mut self.hidden, short);
    }

    /// Pins the run if it is not pinned, and the other way round.
    pub fn pin(&mut self, short: &str) {
        turn(&mut self.pinned, short);
    }

    /// Measures the others against this run, or against none if it is the one already.
    pub fn turn_baseline(&mut self, short: &str) {
        self.baseline = (self.baseline.as_deref() != Some(short)).then(|| short.to_owned());
    }

    /// How the panel of `metric` in `section` draws.
    pub fn look_of(&self, section: &str, metric: &str) -> LineLook {
        let nothing = LineSettings::default();
        let section = self.sections.get(section).unwrap_or(&nothing);
        let panel = self.panels.get(metric).map_or(&nothing, |panel| &panel.lines);
        LineSettings::resolve(&[panel, section, &self.lines])
    }

    /// Changes how the panel of `metric` differs, and forgets the difference if none is left.
    pub fn change_panel(&mut self, metric: &str, change: impl FnOnce(&mut PanelView)) {
        let panel = self.panels.entry(metric.to_owned()).or_default();
        change(panel);
        if *panel == PanelView::default() {
            self.panels.remove(metric);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{compare::Section, smooth::Smoothing};

    /// A view as version 1 wrote it. Never edited: what was shared must open for ever.
    const FROZEN_1: &str = r#"{"version":1,"search":"adam","order_by":"metrics.val/loss ASC","hidden":["00c0ffee"],
        "x":"relative_time","range":[0,60000],"y":"log","smoothing":0.6,"panels":{"train/loss":{"y":"linear","y_range":[0.1,2.5]}},"full":"train/loss"}"#;

    #[test]
    fn version_1_still_opens() {
        let view = View::of_json(FROZEN_1).unwrap();
        assert_eq!(view.search, "adam");
        assert_eq!(view.look_of("train", "train/loss").y, YScale::Linear);
        assert_eq!(view.look_of("val", "val/loss").y, YScale::Log);
        assert_eq!(view.look_of("val", "val/loss").smoothing, Smoothing::Ema { weight: 0.6 });
        assert_eq!(view.range, Some([0, 60_000]));
        assert!(!view.shows("00c0ffee") && view.shows("deadbeef"));
        assert_eq!(View::of_json(&view.to_json()), Ok(view));
    }

    #[test]
    fn settings_cascade_from_the_workspace_over_a_section_to_a_panel() {
        let json = r#"{"version":1,"y":"log","smoothing":0.5,"sections":{"train":{"smoothing":"mean:9"}},"panels":{"train/loss":{"y":"linear"}}}"#;
        let view = View::of_json(json).expect("a view");
        for (section, metric, y, smoothing) in [
            ("train", "train/loss", YScale::Linear, Smoothing::Mean { window: 9 }),
            ("train", "train/acc", YScale::Log, Smoothing::Mean { window: 9 }),
            ("val", "val/loss", YScale::Log, Smoothing::Ema { weight: 0.5 }),
        ] {
            let look = view.look_of(section, metric);
            assert_eq!((look.y, look.smoothing), (y, smoothing), "{metric}");
        }
        assert_eq!(view.to_json(), json);
    }

    #[test]
    fn a_board_made_by_hand_comes_back() {
        let json = r#"{"version":1,"panels":{"gap":{"x_range":[0.0,500.0],"title":"Gap","shows":{"lines":["val/loss - train/loss"],"pattern":"^eval/"},"section":"mine","notes":[{"at":100.0,"to":200.0,"text":"lr drop"}]},"lr":{"legend":"always","label":"{name} {params.lr}","hidden":true}},"layout":{"automatic":"off","added":["mine"],"titles":{"mine":"What matters"}}}"#;
        assert_eq!(View::of_json(json).expect("a view").to_json(), json);
    }

    #[test]
    fn a_filter_is_kept_word_for_word() {
        let view = View { filter: "params.lr ~ '^0' OR\n NOT (".to_owned(), ..View::default() };
        assert_eq!(View::of_json(&view.to_json()), Ok(View { version: VERSION, ..view }));
    }

    #[test]
    fn an_untouched_view_is_nearly_nothing() {
        assert_eq!(View::default().to_json(), r#"{"version":1}"#);
    }

    #[test]
    fn views_that_cannot_be_shown_say_why() {
        for (json, part) in [
            ("", "begins"),
            ("[]", "begins"),
            ("{", "EOF"),
            (r#"{"version":2}"#, "newer"),
            (r#"{"x":"sideways"}"#, "unknown variant"),
            (r#"{"hidden":[[[[]]]]}"#, "invalid type"),
        ] {
            let error = View::of_json(json).expect_err(json).to_string();
            assert!(error.contains(part), "{json}: {error}");
        }
    }

    #[test]
    fn values_out_of_range_are_mended() {
        let view =
            View::of_json(r#"{"smoothing":7,"range":[9,1],"columns":200,"panels":{"a":{"y_range":[2,1]}}}"#).unwrap();
        assert_eq!((view.lines.smoothing, view.range, view.columns), (Some(Smoothing::Ema { weight: 0.999 }), None, 8));
        assert_eq!(view.panels["a"].y_range, None);
    }

    #[test]
    fn a_comparison_comes_back_from_its_document() {
        let mut view = View::default();
        view.compare.runs = vec!["0000000b".into(), "0000000a".into()];
        view.compare.base = Some("0000000a".into());
        view.compare.only_differing = true;
        view.compare.turn(Section::Artifacts);
        let json = view.to_json();
        let expected = r#"{"version":1,"compare":{"runs":["0000000b","0000000a"],"base":"0000000a","only_differing":true,"turned":["artifacts"]}}"#;
        assert_eq!(json, expected);
        let back = View::of_json(&json).expect("its own form").compare;
        assert_eq!(back, view.compare);
        assert!(back.opens(Section::Artifacts) && back.opens(Section::Params));
        let mended = View::of_json(r#"{"compare":{"runs":["a","b","a"]}}"#).expect("a view").compare;
        assert_eq!(mended.runs, ["a", "b"]);
    }

    #[test]
    fn parallel_coordinates_come_back_and_are_mended() {
        let json = r#"{"version":1,"parallel":{"axes":["params.lr","metrics.val/loss"],"kinds":{"params.lr":"percentile"},"inverted":["metrics.val/loss"],"color":"metrics.val/loss","straight":true}}"#;
        let view = View::of_json(json).unwrap();
        assert_eq!(view.to_json(), json);
        let many: Vec<String> = (0..99).map(|at| format!("\"params.p{}\"", at / 2)).collect();
        let json = format!(r#"{{"parallel":{{"axes":[{}],"kinds":{{"params.p0":"auto"}}}}}}"#, many.join(","));
        let parallel = View::of_json(&json).unwrap().parallel;
        assert_eq!((parallel.axes.len(), parallel.kinds.len()), (MOST_AXES, 0));
        assert_eq!(parallel.axes[1].title(), "p1", "an axis stands once");
        assert!(View::of_json(r#"{"parallel":{"axes":["lr"]}}"#).is_err(), "lr is no column");
    }

    #[test]
    fn runs_are_pinned_one_by_one_and_a_single_pin_of_old_opens() {
        let mut view = View::of_json(r#"{"version":1,"pinned":"00c0ffee"}"#).expect("a view");
        assert_eq!(view.pinned, BTreeSet::from(["00c0ffee".to_owned()]));
        view.pin("0000000a");
        assert_eq!(view.to_json(), r#"{"version":1,"pinned":["0000000a","00c0ffee"]}"#);
        assert_eq!(View::of_json(&view.to_json()).as_ref(), Ok(&view));
        view.pin("0000000a");
        view.pin("00c0ffee");
        view.turn_baseline("a");
        view.turn_baseline("b");
        assert_eq!(view.to_json(), r#"{"version":1,"baseline":"b"}"#);
        view.turn_baseline("b");
        assert_eq!(view.to_json(), r#"{"version":1}"#);
    }

    #[test]
    fn importance_comes_back_and_is_mended() {
        let json = r#"{"version":1,"importance":{"target":"metrics@min.val/loss","sort":"name"}}"#;
        let view = View::of_json(json).unwrap();
        assert_eq!((view.importance.sort, view.to_json()), (ImportanceSort::Name, json.to_owned()));
        let view = View::of_json(r#"{"importance":{"target":"params.lr"}}"#).unwrap();
        assert_eq!(view.importance, ImportanceView::default(), "a param is no target");
    }

    #[test]
    fn toggling_works_from_all_and_from_none() {
        let mut view = View::default();
        view.toggle("a");
        assert!(!view.shows("a") && view.shows("b"));
        view = View { hide_all: true, ..View::default() };
        view.toggle("a");
        assert!(view.shows("a") && !view.shows("b"));
    }
}
