//! What of a scope goes out through a link, and which frames may be asked for.

use super::{
    chosen::in_hidden_order,
    names::Names,
    scope::{Scope, ScopePanel},
};
use data::{
    column::{Attribute, Column},
    frame::{Frame, FrameRequest, GroupRequest, RunSet, XAxis},
    groups::GroupValue,
    report::sets::as_one_set,
    run::{Cut, MetricRow, RunId, RunRow},
    share::{ShareRow, ShareTarget, SharedPage},
    view::{View, whole},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What was asked for is not what the link names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("this link does not show {0}")]
pub struct NotNamed(pub String);

/// Where the frames of what is shown come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// What is logged.
    Live,
    /// What the link keeps, under names that begin with this.
    Link(String),
    /// What was frozen with a report's grid, by its hash.
    Grid(String),
}

/// What one link shows.
#[derive(Debug)]
pub struct Shown {
    /// What it says of itself: the view without what chose its runs.
    pub page: SharedPage,
    /// Its runs in order, as they are called outside.
    pub rows: Vec<RunRow>,
    /// Its metrics.
    pub metrics: Vec<MetricRow>,
    /// Its panels, in order.
    pub panels: Vec<ScopePanel>,
    /// The target as it was shared, with the names of inside.
    pub target: ShareTarget,
    /// The experiment, inside.
    pub eid: i64,
    /// Where its frames come from.
    pub kept: Kept,
    /// What the parts of a report show, in its order.
    pub parts: Vec<(String, Arc<Shown>)>,
    /// The pictures of a report, by their hashes.
    pub pictures: BTreeSet<String>,
    left_out: u64,
    names: Option<Names>,
    /// Run ids of inside, by those of outside.
    inside: BTreeMap<RunId, RunId>,
    /// Lines that name runs as they are inside, by what they are outside.
    lines: BTreeMap<String, String>,
}

impl Shown {
    /// What `share` shows of `scope`, under pseudonyms where there are `names`.
    pub fn new(share: &ShareRow, scope: Scope, names: Option<Names>) -> Shown {
        let names = names.map(|names| names.knowing(&scope.rows));
        let outside = |run: RunId| names.as_ref().map_or(run, |names| names.run(run));
        let inside = scope.rows.iter().map(|row| (outside(row.run_id), row.run_id)).collect();
        let mut target = outward(&share.target, &scope.rows, &outside, names.is_some());
        let lines = names.as_ref().map(|names| names.hide_lines(target.view_mut(), &scope)).unwrap_or_default();
        let (eid, left_out) = (scope.eid, scope.left_out);
        let Scope { rows, metrics, panels, .. } = match &names {
            Some(names) => {
                let hidden = names.hide(&scope);
                Scope { rows: in_hidden_order(hidden.rows, share.target.view()), ..hidden }
            }
            None => scope,
        };
        let page = SharedPage {
            title: share.title.clone(),
            target,
            frozen_millis: share.frozen_millis,
            anonymous: share.anonymous,
            report: None,
        };
        let kept = if share.frozen_millis.is_some() { Kept::Link(String::new()) } else { Kept::Live };
        let (target, parts, pictures) = (share.target.clone(), Vec::new(), BTreeSet::new());
        Shown { page, rows, metrics, panels, target, eid, kept, parts, pictures, left_out, names, inside, lines }
    }

    /// What one part of a report shows.
    pub fn part(&self, name: &str) -> Result<Arc<Shown>, NotNamed> {
        let found = self.parts.iter().find(|(part, _)| part == name);
        found.map(|(_, shown)| shown.clone()).ok_or_else(|| NotNamed(format!("the part {name:?}")))
    }

    /// The experiments that it follows: none of what is frozen.
    pub fn follows(&self) -> BTreeSet<i64> {
        let own = (self.kept == Kept::Live && self.page.report.is_none()).then_some(self.eid);
        own.into_iter().chain(self.parts.iter().flat_map(|(_, part)| part.follows())).collect()
    }

    /// Its runs as the first of all that its view has, if it has more.
    pub fn cut(&self) -> Option<Cut> {
        Cut::of(self.rows.len(), self.left_out)
    }

    /// Whether it draws the panel that its view calls `key`.
    pub fn draws(&self, key: &str) -> bool {
        self.panels.iter().any(|panel| panel.key == key)
    }

    /// One of its runs, by its id outside.
    pub fn row(&self, run: RunId) -> Option<&RunRow> {
        self.rows.iter().find(|row| row.run_id == run)
    }

    /// A line as it is inside.
    pub fn line_inside<'a>(&'a self, line: &'a str) -> &'a str {
        self.lines.get(line).map_or(line, String::as_str)
    }

    /// The ids that its runs have inside.
    pub fn runs_inside(&self) -> Vec<RunId> {
        self.inside.values().copied().collect()
    }

    /// Whether ids outside are other ones than inside.
    pub fn renames(&self) -> bool {
        self.names.is_some()
    }

    /// The request as the store may answer it: for the link's own runs, whatever was asked for, one of its
    /// lines, and no x that its view does not show.
    pub fn frame_request(&self, asked: FrameRequest) -> Result<FrameRequest, NotNamed> {
        // Each field is named, so that no new one goes through unseen.
        let FrameRequest {
            run_set,
            metric,
            expression,
            baseline,
            x,
            x_metric,
            origin,
            range,
            x_range,
            width_px,
            buckets,
            since,
            smoothing,
            group,
        } = asked;
        let view = self.target.view().ok_or_else(|| NotNamed("frames".to_owned()))?;
        let line = if expression.is_empty() { &metric } else { &expression };
        let windows: Vec<Window> =
            self.panels.iter().filter(|panel| panel.lines.contains(line)).map(|panel| window(view, panel)).collect();
        if windows.is_empty() || (!metric.is_empty() && !expression.is_empty()) {
            return Err(NotNamed(format!("the line {line:?}")));
        }
        if x == XAxis::WallTime && self.renames() {
            return Err(NotNamed("when its runs ran".to_owned()));
        }
        let runs_along =
            |panel: &ScopePanel| panel.drawn_as(view).look_of(&panel.section, &panel.key).x_metric == x_metric;
        let named = self.metrics.iter().any(|row| row.metric == x_metric) || self.panels.iter().any(runs_along);
        if !x_metric.is_empty() && !named {
            return Err(NotNamed(format!("the metric {x_metric:?}")));
        }
        if let Some(GroupRequest { by, sets, look: _ }) = &group {
            if let Some(other) = by.iter().find(|column| !self.groups_by(view, column)) {
                return Err(NotNamed(format!("groups by {other}")));
            }
            if !sets.is_empty() {
                return Err(NotNamed("run sets that are named one by one: ask each part for its own".to_owned()));
            }
        }
        let baseline = baseline.map(|run| self.baseline(run, view)).transpose()?;
        let (range, x_range) = windowed(&windows, x, range, x_range)?;
        let run_set = self.run_set(run_set)?;
        // A group by nothing is all of the runs as one.
        Ok(as_one_set(FrameRequest {
            run_set,
            metric,
            expression: self.line_inside(&expression).to_owned(),
            baseline,
            x,
            x_metric,
            origin,
            range,
            x_range,
            width_px,
            buckets,
            since,
            smoothing,
            group,
        }))
    }

    /// Whether the view shows what runs have in `column` by their groups, strokes or facets.
    fn groups_by(&self, view: &View, column: &Column) -> bool {
        view.group_by.contains(column)
            || self.panels.iter().any(|panel| {
                let view = panel.drawn_as(view);
                let look = view.look_of(&panel.section, &panel.key);
                (panel.view.is_some() && view.group_by.contains(column))
                    || look.stroke_by.contains(column)
                    || look.facet_by.contains(column)
            })
    }

    /// The view's baseline, inside, if `run` is what it is called outside.
    fn baseline(&self, run: RunId, view: &View) -> Result<RunId, NotNamed> {
        let inside = self.inside.get(&run).copied();
        let ours = inside.filter(|run| view.baseline.as_deref() == Some(&run.short()));
        ours.ok_or_else(|| NotNamed(format!("run {run}")))
    }

    /// The runs that are asked for, inside; all of the link's if none is named.
    fn run_set(&self, asked: RunSet) -> Result<RunSet, NotNamed> {
        let RunSet { experiments, filter, within, brushes, trash, runs } = asked;
        let ours = self.page.target.experiment().unwrap_or_default();
        if let Some(other) = experiments.iter().find(|&id| id != ours) {
            return Err(NotNamed(format!("experiment {other}")));
        }
        if !filter.trim().is_empty() || !within.is_empty() || !brushes.is_empty() || trash {
            return Err(NotNamed("runs by a filter".to_owned()));
        }
        let inside = |run: RunId| self.inside.get(&run).copied().ok_or_else(|| NotNamed(format!("run {run}")));
        let runs = match runs {
            Some(runs) => runs.into_iter().map(inside).collect::<Result<Vec<_>, _>>()?,
            None => self.inside.values().copied().collect(),
        };
        Ok(RunSet { experiments: vec![self.eid.to_string()], runs: Some(runs), ..RunSet::default() })
    }

    /// A frame of inside, as it goes out; its groups are `by` these columns.
    pub fn outward(&self, mut frame: Frame, by: &[Column]) -> Frame {
        let Some(names) = &self.names else { return frame };
        frame.series.iter_mut().for_each(|series| series.run_id = names.run(series.run_id));
        frame.series.sort_unstable_by_key(|series| series.run_id);
        for group in &mut frame.groups {
            group.runs.iter_mut().for_each(|run| *run = names.run(*run));
            group.runs.sort_unstable();
            // A column more than is known would go out as it is.
            group.key.truncate(by.len());
            for (column, value) in by.iter().zip(&mut group.key) {
                *value = match value {
                    GroupValue::Text(text) => GroupValue::Text(names.cell(column, text)),
                    GroupValue::Number(_) if is_moment(column) => GroupValue::Missing,
                    GroupValue::Number(_) | GroupValue::Missing => continue,
                };
            }
        }
        frame
    }
}

/// What of x a panel shows.
struct Window {
    x: XAxis,
    range: Option<[i64; 2]>,
    /// The same where x is a metric, in values of that.
    values: Option<[f64; 2]>,
}

fn window(view: &View, panel: &ScopePanel) -> Window {
    let view = panel.drawn_as(view);
    let look = view.look_of(&panel.section, &panel.key);
    let range = view.x_range_of(&panel.key, &look);
    let along_metric = look.x == XAxis::Metric;
    Window { x: look.x, range: range.filter(|_| !along_metric).map(whole), values: range.filter(|_| along_metric) }
}

/// Whether the column says when a run ran.
fn is_moment(column: &Column) -> bool {
    matches!(column, Column::Attribute(Attribute::Start | Attribute::End))
}

/// Parts of x: in whole counts, and in values of a metric.
type Parts = (Option<[i64; 2]>, Option<[f64; 2]>);

/// The part of x that is answered of `range` and `values`, where a line is shown in `windows`.
fn windowed(
    windows: &[Window],
    x: XAxis,
    range: Option<[i64; 2]>,
    values: Option<[f64; 2]>,
) -> Result<Parts, NotNamed> {
    let free = windows.iter().find(|window| window.range.is_none() && window.values.is_none());
    let window = free.or_else(|| windows.iter().find(|window| window.x == x));
    let window = window.ok_or_else(|| NotNamed("more than a part of another x axis".to_owned()))?;
    let part = || NotNamed("that part of x".to_owned());
    Ok((cut(window.range, range).ok_or_else(part)?, cut(window.values, values).ok_or_else(part)?))
}

/// What of `asked` lies in `whole`, where `None` is all of it; `None` if nothing does.
fn cut<T: PartialOrd + Copy>(whole: Option<[T; 2]>, asked: Option<[T; 2]>) -> Option<Option<[T; 2]>> {
    match (whole, asked) {
        (None, asked) => Some(asked),
        (Some(whole), None) => Some(Some(whole)),
        (Some([from, to]), Some([left, right])) if left <= to && right >= from => {
            let later = if left < from { from } else { left };
            Some(Some([later, if right > to { to } else { right }]))
        }
        (Some(_), Some(_)) => None,
    }
}

/// `target` without what chose its runs, and with only the panels that it names.
fn outward(target: &ShareTarget, rows: &[RunRow], outside: &impl Fn(RunId) -> RunId, anonymous: bool) -> ShareTarget {
    let by_short: BTreeMap<String, String> =
        rows.iter().map(|row| (row.run_id.short(), outside(row.run_id).short())).collect();
    let short = |inside: &String| by_short.get(inside).cloned();
    let mut target = target.clone();
    let only = match &target {
        ShareTarget::Panel { panel, .. } => Some(panel.clone()),
        ShareTarget::View { .. } | ShareTarget::Run { .. } | ShareTarget::Report { .. } => None,
    };
    if let Some(view) = target.view_mut() {
        view.search.clear();
        view.filter.clear();
        view.panel_search.clear();
        view.order_by.clear();
        view.hidden = BTreeSet::new();
        view.hide_all = false;
        view.brushes = BTreeMap::new();
        view.selections.clear();
        view.within = None;
        view.pinned = view.pinned.iter().filter_map(short).collect();
        view.baseline = view.baseline.as_ref().and_then(short);
        view.compare.runs = view.compare.runs.iter().filter_map(short).collect();
        view.compare.base = view.compare.base.as_ref().and_then(short);
        if let Some(only) = only {
            view.panels.retain(|key, _| *key == only);
            view.full = Some(only);
        }
    }
    match &mut target {
        ShareTarget::View { placed } | ShareTarget::Panel { placed, .. } if anonymous => {
            placed.experiment_id = "0".to_owned();
        }
        ShareTarget::Run { experiment_id, run_id, .. } => {
            *run_id = outside(*run_id);
            if anonymous {
                *experiment_id = "0".to_owned();
            }
        }
        // The report's address is nobody's who holds a link to it.
        ShareTarget::Report { report_id } => report_id.clear(),
        ShareTarget::View { .. } | ShareTarget::Panel { .. } => {}
    }
    target
}
