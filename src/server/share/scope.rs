//! What a link's target names, looked up by the server itself: runs, columns, metrics.

use crate::store::{
    StoreError,
    rows::{self, Told},
    run_sets::RunSets,
    runs,
};
use data::{
    brush::passes,
    column::{Attribute, Column},
    query::{OrderKey, QueryError, parse_query, parse_sort},
    report::sets as report_sets,
    run::{MetricRow, RunId, RunRow},
    share::ShareTarget,
    template::{Place, Template},
    view::View,
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How many runs a link with charts shows at most, as many as the app draws.
const MOST_DRAWN: usize = 1_000;
/// How many runs a link with a table shows at most.
const MOST_ROWS: usize = 10_000;
/// How many rows are looked at in one go.
const PAGE: usize = 1_000;

/// What a target names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// The experiment.
    pub eid: i64,
    /// The runs in the view's order, with nothing but what the view names of them.
    pub rows: Vec<RunRow>,
    /// The metrics that can be drawn, by name; counted over these runs only.
    pub metrics: Vec<MetricRow>,
    /// The panels, by section.
    pub panels: Vec<ScopePanel>,
    /// How many more runs the view has than are named.
    #[serde(default)]
    pub left_out: u64,
}

/// A panel that a target names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScopePanel {
    /// The section that it stands in, by its key.
    pub section: String,
    /// Its key: a metric's name, or one given by hand.
    pub key: String,
    /// The metrics and expressions that it draws.
    pub lines: Vec<String>,
    /// How it is drawn, where not as the target's view says: with other run sets of a report, as the first of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub view: Option<Box<View>>,
}

impl ScopePanel {
    /// How it is drawn where the target's view is `view`.
    pub fn drawn_as<'a>(&'a self, view: &'a View) -> &'a View {
        self.view.as_deref().unwrap_or(view)
    }
}

/// A panel of a report that draws a run set, and how, where not as the run set's own view says.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Draws {
    /// What its view calls it.
    pub key: String,
    /// See [`ScopePanel::view`].
    pub view: Option<View>,
}

/// Finds what `target` names.
///
/// Runs that the view hides, brushes away, filters or does not find are not named, nor are metrics that
/// none of the others logged.
pub fn resolve(sets: &RunSets, target: &ShareTarget) -> Result<Scope, StoreError> {
    let (rows, left_out) = match target {
        ShareTarget::View { placed } | ShareTarget::Panel { placed, .. } => {
            let most = if target.tab() == "table" { MOST_ROWS } else { MOST_DRAWN };
            chosen(sets, target, &[], &placed.view, most)?
        }
        ShareTarget::Run { experiment_id, run_id, .. } => {
            let key = runs::find(sets.db, &run_id.to_string())?;
            if key.eid != number(experiment_id)? {
                return Err(StoreError::NotFound(format!("there is no run {run_id} in experiment {experiment_id}")));
            }
            (rows::rows(sets.db, &[key.rid], &Told::All)?, 0)
        }
        ShareTarget::Report { report_id } => {
            return Err(StoreError::NotFound(format!("there is no report {report_id}")));
        }
    };
    let eid = number(target.experiment().unwrap_or_default())?;
    let metrics = logged(&rows);
    let panels = panels_of(target, &metrics);
    Ok(Scope { left_out, ..scope_of(target, eid, rows, metrics, panels) })
}

/// What the view in `target` names where only the panels `drawn` are on the screen, as in a report.
pub(super) fn resolve_drawn(sets: &RunSets, target: &ShareTarget, drawn: &[Draws]) -> Result<Scope, StoreError> {
    let nothing = View::default();
    let eid = number(target.experiment().unwrap_or_default())?;
    let (rows, left_out) = chosen(sets, target, drawn, target.view().unwrap_or(&nothing), MOST_DRAWN)?;
    let metrics = logged(&rows);
    Ok(Scope { left_out, ..scope_drawn(target, eid, rows, metrics, drawn) })
}

/// As [`resolve_drawn`], of `rows` that were looked up already.
pub(super) fn scope_drawn(
    target: &ShareTarget,
    eid: i64,
    rows: Vec<RunRow>,
    metrics: Vec<MetricRow>,
    drawn: &[Draws],
) -> Scope {
    let mut ways: Vec<&Option<View>> = Vec::new();
    for one in drawn {
        if !ways.contains(&&one.view) {
            ways.push(&one.view);
        }
    }
    let mut panels = Vec::new();
    for view in ways {
        let keys: BTreeSet<&str> = drawn.iter().filter(|one| one.view == *view).map(|one| one.key.as_str()).collect();
        let of = drawn_by(target, view.as_ref());
        let mut drawn = panels_of(&of, &metrics);
        drawn.retain(|panel| keys.contains(panel.key.as_str()));
        // A report may show a panel that the board of its view would not.
        for key in keys {
            if drawn.iter().all(|panel| panel.key != *key) {
                let lines = lines_of(&of, key, &metrics);
                drawn.push(ScopePanel { section: String::new(), key: key.to_owned(), lines, view: None });
            }
        }
        panels.extend(drawn.into_iter().map(|panel| ScopePanel { view: view.clone().map(Box::new), ..panel }));
    }
    let scope = scope_of(target, eid, rows, metrics, panels);
    // A table in a report shows values, and no lines.
    if target.tab() == "table" { Scope { metrics: Vec::new(), panels: Vec::new(), ..scope } } else { scope }
}

/// `target` with `view`, if there is one, for its own.
fn drawn_by(target: &ShareTarget, view: Option<&View>) -> ShareTarget {
    let mut target = target.clone();
    if let (Some(own), Some(view)) = (target.view_mut(), view) {
        *own = view.clone();
    }
    target
}

fn scope_of(
    target: &ShareTarget,
    eid: i64,
    rows: Vec<RunRow>,
    mut metrics: Vec<MetricRow>,
    mut panels: Vec<ScopePanel>,
) -> Scope {
    let named = Named::by(target, panels.iter().filter_map(|panel| panel.view.as_deref()));
    let tab = target.tab();
    if let (ShareTarget::View { .. }, "table") = (target, tab) {
        // A table draws a small line in the cells of the metrics that it shows.
        let named = metrics.iter().filter(|row| named.has(&Column::Metric(row.metric.clone())));
        let panel = |row: &MetricRow| ScopePanel {
            section: String::new(),
            key: row.metric.clone(),
            lines: vec![row.metric.clone()],
            view: None,
        };
        panels = named.map(panel).collect();
    }
    let drawn: BTreeSet<&str> = panels.iter().flat_map(|panel| &panel.lines).map(String::as_str).collect();
    metrics.retain(|row| drawn.contains(row.metric.as_str()));
    let rows = rows.into_iter().map(|row| named.only(row)).collect();
    Scope { eid, rows, metrics, panels, left_out: 0 }
}

pub(super) fn number(experiment: &str) -> Result<i64, StoreError> {
    experiment.parse().map_err(|_| StoreError::NotFound(format!("there is no experiment {experiment}")))
}

/// The first `most` runs that `view` draws, in its order, and how many more there are.
fn chosen(
    sets: &RunSets,
    target: &ShareTarget,
    drawn: &[Draws],
    view: &View,
    most: usize,
) -> Result<(Vec<RunRow>, u64), StoreError> {
    let eid = number(target.experiment().unwrap_or_default())?;
    let unread = |error: QueryError| StoreError::Invalid(error.to_string());
    let filter = parse_query(&view.filter).map_err(unread)?.resolved(&view.directions);
    let order = parse_sort(&view.order_by).map_err(unread)?.into_iter();
    let order: Vec<_> = order.map(|key| OrderKey { field: key.field.resolved(&view.directions), ..key }).collect();
    let summaries = summaries(target, drawn, view);
    let (mut chosen, mut left_out) = (Vec::new(), 0);
    for page in sets.of_experiment(eid, filter, &order)?.chunks(PAGE) {
        if chosen.len() >= most {
            left_out += count(sets, view, page)?;
            continue;
        }
        let mut shown = told(sets, page, &summaries)?.into_iter().filter(|row| draws(view, row));
        chosen.extend(shown.by_ref().take(most - chosen.len()));
        left_out += shown.count() as u64;
    }
    Ok((chosen, left_out))
}

/// How many of the runs numbered `rids` `view` draws.
fn count(sets: &RunSets, view: &View, rids: &[i64]) -> Result<u64, StoreError> {
    let all = View { brushes: view.brushes.clone(), search: view.search.clone(), ..View::default() };
    let chooses = view.hide_all || !view.hidden.is_empty() || view.within.is_some();
    if !chooses && all.brushes.is_empty() && all.search.is_empty() {
        return Ok(rids.len() as u64);
    }
    let meant = |column: &Column| (column.clone(), column.resolved(&view.directions));
    let columns: Vec<(Column, Column)> = view.brushes.keys().map(meant).collect();
    let asked = columns.iter().map(|(_, resolved)| resolved.clone()).collect();
    let mut rows = sets.rows(rids, &Told::Columns(asked))?;
    for row in &mut rows {
        for (column, resolved) in &columns {
            row.summaries.extend(row.summaries.get(resolved).copied().map(|value| (column.clone(), value)));
        }
    }
    Ok(rows.iter().filter(|row| draws(view, row)).count() as u64)
}

/// The summaries of metrics that the target names or that brushes ask for, each with what it means.
fn summaries(target: &ShareTarget, drawn: &[Draws], view: &View) -> Vec<(Column, Column)> {
    let named = Named::by(target, drawn.iter().filter_map(|one| one.view.as_ref()));
    let named = if let Named::Only(columns) = named { columns } else { BTreeSet::new() };
    let all: BTreeSet<&Column> = named.iter().chain(view.brushes.keys()).collect();
    let summaries = all.into_iter().filter(|column| matches!(column, Column::Summary(..)));
    summaries.map(|column| (column.clone(), column.resolved(&view.directions))).collect()
}

/// The runs numbered `rids` with all that their rows say, and these summaries.
fn told(sets: &RunSets, rids: &[i64], summaries: &[(Column, Column)]) -> Result<Vec<RunRow>, StoreError> {
    let mut rows = sets.rows(rids, &Told::All)?;
    if summaries.is_empty() {
        return Ok(rows);
    }
    let columns = summaries.iter().map(|(_, resolved)| resolved.clone()).collect();
    let mut told: BTreeMap<RunId, _> =
        sets.rows(rids, &Told::Columns(columns))?.into_iter().map(|row| (row.run_id, row.summaries)).collect();
    for row in &mut rows {
        row.summaries = told.remove(&row.run_id).unwrap_or_default();
        for (column, resolved) in summaries {
            row.summaries.extend(row.summaries.get(resolved).copied().map(|value| (column.clone(), value)));
        }
    }
    Ok(rows)
}

/// Whether `view` draws a run that passes its filter.
pub(super) fn draws(view: &View, row: &RunRow) -> bool {
    let short = row.run_id.short();
    let within = view.within.as_ref().and_then(|name| view.selections.get(name));
    view.shows(&short)
        && within.is_none_or(|runs| runs.contains(&short))
        && row.name.to_lowercase().contains(&view.search.to_lowercase())
        && passes(&view.brushes, row)
}

/// The metrics that `rows` logged, by name.
fn logged(rows: &[RunRow]) -> Vec<MetricRow> {
    let mut by_name = BTreeMap::<&str, MetricRow>::new();
    for (metric, latest) in rows.iter().flat_map(|row| &row.metrics) {
        let new = || MetricRow { metric: metric.clone(), runs: 0, max_step: latest.step };
        let row = by_name.entry(metric).or_insert_with(new);
        row.runs += 1;
        row.max_step = row.max_step.max(latest.step);
    }
    by_name.into_values().collect()
}

/// The panels that the target draws, where runs logged `metrics`.
fn panels_of(target: &ShareTarget, metrics: &[MetricRow]) -> Vec<ScopePanel> {
    let Some(view) = target.view() else { return Vec::new() };
    let names = || metrics.iter().map(|row| row.metric.as_str());
    let search = view.panel_search.to_lowercase();
    let drawn = |key: &str| match target {
        ShareTarget::Panel { panel, .. } => panel == key,
        // The other ways of looking show last values, and no lines.
        ShareTarget::View { placed } => placed.tab.is_empty() && key.to_lowercase().contains(&search),
        ShareTarget::Run { .. } => true,
        ShareTarget::Report { .. } => false,
    };
    let sections = view.sections_of(names());
    let panels = sections.iter().flat_map(|section| section.panels.iter().map(move |key| (section, key)));
    panels
        .filter(|(_, key)| drawn(key))
        .map(|(section, key)| ScopePanel {
            section: section.key.clone(),
            key: key.clone(),
            lines: lines_of(target, key, metrics),
            view: None,
        })
        .collect()
}

/// The metrics and expressions that one panel draws.
fn lines_of(target: &ShareTarget, key: &str, metrics: &[MetricRow]) -> Vec<String> {
    let panel = target.view().and_then(|view| view.panels.get(key));
    match panel.and_then(|panel| panel.shows.as_ref()) {
        Some(shown) => shown.lines_of(metrics.iter().map(|row| row.metric.as_str())).0,
        None => vec![key.to_owned()],
    }
}

/// Adds the columns by which `view` groups, colours, dashes, parts or labels lines.
fn name_lines(view: &View, columns: &mut BTreeSet<Column>) {
    columns.extend(view.group_by.iter().chain(&view.color_by).cloned());
    let levels = [&view.lines].into_iter().chain(view.sections.values());
    for lines in levels.chain(view.panels.values().map(|panel| &panel.lines)) {
        columns.extend(lines.stroke_by.iter().chain(&lines.facet_by).flatten().cloned());
        if let Some(Ok(label)) = lines.label.as_deref().map(Template::parse) {
            label.fill(|place| {
                columns.extend(if let Place::Column(column) = place { Some(column.clone()) } else { None });
                String::new()
            });
        }
    }
}

/// The columns that a target names.
enum Named {
    /// All that people set: MLflow's own books are no labels.
    All,
    /// These.
    Only(BTreeSet<Column>),
}

impl Named {
    /// What `target` names by its own view and by `others` that its runs are drawn by.
    fn by<'a>(target: &'a ShareTarget, others: impl Iterator<Item = &'a View>) -> Named {
        let Some(view) = target.view() else { return Named::Only(BTreeSet::new()) };
        let mut columns = BTreeSet::new();
        for view in others.chain([view]) {
            name_lines(view, &mut columns);
        }
        // A set's runs say of it what it is called, and not what a tag of that name says.
        columns.remove(&report_sets::column());
        match (target, target.tab()) {
            (ShareTarget::Run { .. }, _) | (_, "compare") => return Named::All,
            (_, "table") if view.table.columns.is_empty() => return Named::All,
            (_, "parallel") if view.parallel.axes.is_empty() => return Named::All,
            (_, "table") => columns.extend(view.table.columns.iter().cloned()),
            (_, "parallel") => columns.extend(view.parallel.axes.iter().chain(&view.parallel.color).cloned()),
            _ => {}
        }
        // The best of a metric is also asked for as what it means, its least or its greatest.
        let meant: Vec<Column> = columns.iter().map(|column| column.resolved(&view.directions)).collect();
        columns.extend(meant);
        Named::Only(columns)
    }

    fn has(&self, column: &Column) -> bool {
        match self {
            Named::All => !matches!(column, Column::Tag(name) if name.starts_with("mlflow.")),
            Named::Only(columns) => columns.contains(column),
        }
    }

    /// `row` with its name, status, times and colour, and else only what is named.
    fn only(&self, mut row: RunRow) -> RunRow {
        row.params.retain(|name, _| self.has(&Column::Param(name.clone())));
        row.metrics.retain(|name, _| self.has(&Column::Metric(name.clone())));
        row.summaries.retain(|column, _| self.has(column));
        row.tags.retain(|name, _| self.has(&Column::Tag(name.clone())));
        if !self.has(&Column::Attribute(Attribute::User)) {
            row.user.clear();
        }
        row
    }
}
