//! The rows of the table: runs and heads of groups, with their cells.

use crate::{
    pages::{
        run_row::{BaselineMark, Dot, GroupHead, RunMarks, Tick, mean_text},
        table::{NAME_PX, Placed, ROW_PX},
    },
    state::{Workspace, groups::Group},
    ui::format::{ago, duration, local_time, now_millis},
};
use charts::format::{full_text, value_text};
use data::{
    column::{Attribute, Cell, Column},
    groups::{GroupValue, Spread},
    run::RunRow,
    summary::Direction,
};
use leptos::{attr::custom::custom_attribute, prelude::*};
use std::{collections::BTreeMap, sync::Arc};

/// The row of a line.
#[component]
pub fn TableRow(workspace: Workspace, at: usize, in_sight: Memo<Vec<Placed>>) -> impl IntoView {
    let group = Memo::new(move |_| workspace.group_at(at));
    let row = Memo::new(move |_| workspace.run_at(at));
    let style = format!("transform: translateY({}px)", at as f64 * ROW_PX);
    move || {
        match (group.get(), row.get()) {
        (Some(group), _) => group_row(workspace, at, group, in_sight, style.clone()),
        (None, Some(row)) => run_row(workspace, at, row, in_sight, style.clone()),
        (None, None) => {
            view! { <div class="grid-row" role="row" style=style.clone()><span class="skeleton" style="height: 12px; width: 200px"></span></div> }.into_any()
        }
    }
    }
}

fn run_row(workspace: Workspace, at: usize, row: Arc<RunRow>, in_sight: Memo<Vec<Placed>>, style: String) -> AnyView {
    let (run, short) = (row.run_id, row.run_id.short());
    let href = format!("/experiments/{}/runs/{run}", crate::api::path_part(&row.experiment_id));
    let marks = RunMarks::of(workspace, &short);
    let level = workspace.view(|view| if view.group_by.is_empty() { 1 } else { 2 });
    let ticked = Memo::new(move |_| workspace.selection.runs.with(|runs| runs.contains(&run)));
    let cells = cells(workspace, in_sight, {
        let row = row.clone();
        move |placed, measure| run_cell(workspace, placed, &row, at, measure)
    });
    view! {
        <div class="grid-row" role="row" {..custom_attribute("aria-level", move || level.get())} aria-rowindex=at + 2 style=style
            aria-selected=move || ticked.get().to_string()
            data-raised=move || marks.raised(run).to_string()
            data-shown=move || marks.shown.get().to_string()
            data-pinned=move || marks.pinned.get().to_string()
            on:pointerenter=move |_| workspace.hovered.set(Some(run))
            on:pointerleave=move |_| workspace.hovered.set(None)>
            <div class="grid-name" role="rowheader" tabindex="-1" data-row=at.to_string() data-column="attributes.run_name"
                style:width=format!("{NAME_PX}px") data-level=move || level.get()>
                <Tick workspace at runs=vec![run] label=format!("Select {}", row.name)/>
                <Dot workspace at row=row.clone() marks/>
                <a class="run-name" href=href title=row.name.clone()>{row.name.clone()}</a>
                <BaselineMark marks/>
            </div>
            {cells}
        </div>
    }
    .into_any()
}

fn group_row(workspace: Workspace, at: usize, group: Group, in_sight: Memo<Vec<Placed>>, style: String) -> AnyView {
    let open = {
        let name = group.name.clone();
        Memo::new(move |_| workspace.groups.open.with(|open| open.contains(&name)))
    };
    let cells = cells(workspace, in_sight, {
        let group = group.clone();
        move |placed, measure| group_cell(workspace, placed, &group, at, measure)
    });
    let raise = {
        let group = group.clone();
        move |_| workspace.hovered_group.set(workspace.runs_of(&group).into())
    };
    view! {
        <div class="grid-row group-row" role="row" {..custom_attribute("aria-level", "1")} aria-rowindex=at + 2 style=style
            aria-expanded=move || open.get().to_string()
            on:pointerenter=raise
            on:pointerleave=move |_| workspace.hovered_group.set(Arc::default())>
            <div class="grid-name" role="rowheader" tabindex="-1" data-row=at.to_string() data-column="attributes.run_name"
                style:width=format!("{NAME_PX}px")>
                <GroupHead workspace at group/>
            </div>
            {cells}
        </div>
    }
    .into_any()
}

/// What the numbers of a row are measured against.
#[derive(Clone, PartialEq, Default)]
pub struct Measure {
    baseline: Option<Arc<RunRow>>,
    directions: BTreeMap<String, Direction>,
}

/// The cells in sight, made anew when the baseline or a direction changes.
fn cells(
    workspace: Workspace,
    in_sight: Memo<Vec<Placed>>,
    cell: impl Fn(Placed, &Measure) -> AnyView + Clone + Send + Sync + 'static,
) -> AnyView {
    let measure = Memo::new(move |_| Measure {
        baseline: workspace.runs.baseline.get(),
        directions: workspace.view_tracked(|view| view.directions.clone()),
    });
    (move || {
        let (measure, cell) = (measure.get(), cell.clone());
        view! {
            <For each=move || in_sight.get() key=Placed::key
                children=move |placed| cell(placed, &measure)/>
        }
    })
    .into_any()
}

/// How a number lies beside the baseline's.
#[derive(Debug, Clone, PartialEq)]
struct Delta {
    text: String,
    /// `better`, `worse` or `other`.
    side: &'static str,
    title: String,
}

/// How `value` lies beside `base` in `column`; nothing if they are the same, or no numbers with a difference.
fn delta(column: &Column, value: f64, base: f64, directions: &BTreeMap<String, Direction>) -> Option<Delta> {
    let by = value - base;
    if !by.is_finite() || by == 0.0 {
        return None;
    }
    let size = match column {
        Column::Attribute(Attribute::Duration) => duration(by.abs() as i64),
        Column::Metric(_) | Column::Summary(..) => value_text(by.abs()),
        // What was put in is other, and not more or less of a result.
        Column::Attribute(_) | Column::Param(_) | Column::Tag(_) => return None,
    };
    let direction = column.metric().and_then(|metric| Direction::of(metric, directions));
    let (side, words) = match direction {
        None => ("other", "than the baseline"),
        Some(direction) if (direction == Direction::Higher) == (by > 0.0) => ("better", "better than the baseline"),
        Some(_) => ("worse", "worse than the baseline"),
    };
    let (arrow, more) = if by > 0.0 { ("▲", "more") } else { ("▼", "less") };
    let share = if base == 0.0 { String::new() } else { format!(" ({:.1} %)", (by / base * 100.0).abs()) };
    let title = match direction {
        None => format!("{size}{share} {more} {words}"),
        Some(_) => format!("{size}{share} {more}, {words}"),
    };
    Some(Delta { text: format!("{arrow} {size}"), side, title })
}

fn run_cell(workspace: Workspace, placed: Placed, row: &Arc<RunRow>, at: usize, measure: &Measure) -> AnyView {
    let column = &placed.column;
    let (text, title) = cell_text(column, row);
    let cell = column.cell(row);
    let look = match cell {
        Cell::Missing => "missing",
        Cell::Number(_) if !matches!(column, Column::Attribute(Attribute::Start | Attribute::End)) => "number",
        Cell::Number(_) | Cell::Text(_) => "text",
    };
    let delta = measure
        .baseline
        .as_ref()
        .filter(|base| base.run_id != row.run_id)
        .and_then(|base| delta(column, cell.finite()?, column.cell(base).finite()?, &measure.directions));
    let inner = match column {
        Column::Attribute(Attribute::Status) => {
            view! { <span class="status" data-status=text.clone()>{text.to_lowercase()}</span> }.into_any()
        }
        Column::Metric(metric) | Column::Summary(metric, _) => {
            let (run, metric) = (row.run_id, metric.clone());
            let spark = move || {
                let path = workspace.sparks.path(&metric, run)?;
                Some(
                    view! { <svg class="spark" viewBox="0 0 60 20" preserveAspectRatio="none" aria-hidden="true"><path d=path/></svg> },
                )
            };
            view! { {spark} <span>{text}</span> }.into_any()
        }
        _ => view! { <span>{text}</span> }.into_any(),
    };
    cell_view(&placed, at, look, title, inner, delta)
}

fn group_cell(workspace: Workspace, placed: Placed, group: &Group, at: usize, measure: &Measure) -> AnyView {
    let column = placed.column.clone();
    let spread = workspace.runs.pictured.with_untracked(|list| group.spread(list, &column));
    let Some(spread) = spread else {
        return cell_view(&placed, at, "missing", "Not known yet".to_owned(), "…".into_any(), None);
    };
    let (text, look) = spread_text(&column, &spread);
    let inner = match column {
        Column::Attribute(Attribute::Status) if look == "text" => {
            view! { <span class="status" data-status=text.clone()>{text.to_lowercase()}</span> }.into_any()
        }
        _ => view! { <span>{text}</span> }.into_any(),
    };
    let delta = measure
        .baseline
        .as_ref()
        .filter(|_| spread.n > 0)
        .and_then(|base| delta(&column, spread.mean.0, column.cell(base).finite()?, &measure.directions));
    cell_view(&placed, at, look, spread_title(&column, &spread, group.group.runs), inner, delta)
}

/// What the runs of a group have: their mean and deviation, or what all of them share.
fn spread_text(column: &Column, spread: &Spread) -> (String, &'static str) {
    let mean = || mean_text(column, spread.mean.0);
    match &spread.shared {
        Some(GroupValue::Text(text)) => (text.clone(), if spread.n > 0 { "number" } else { "text" }),
        Some(GroupValue::Number(_)) if spread.n > 0 => (mean(), "number"),
        Some(GroupValue::Number(y)) => (value_text(*y), "number"),
        Some(GroupValue::Missing) | None if spread.n == 0 => ("–".to_owned(), "missing"),
        Some(GroupValue::Missing) | None if spread.std.0.is_nan() => (mean(), "number"),
        Some(GroupValue::Missing) | None => match column {
            Column::Attribute(Attribute::Start | Attribute::End) => (mean(), "text"),
            Column::Attribute(Attribute::Duration) => {
                (format!("{} ± {}", mean(), duration(spread.std.0 as i64)), "number")
            }
            _ => (format!("{} ± {}", mean(), value_text(two_digits(spread.std.0))), "number"),
        },
    }
}

/// A deviation is not known to more than two digits.
fn two_digits(y: f64) -> f64 {
    format!("{y:.1e}").parse().unwrap_or(y)
}

fn spread_title(column: &Column, spread: &Spread, runs: u64) -> String {
    let of = if spread.n < runs { format!("{} of {runs} runs", spread.n) } else { format!("{runs} runs") };
    let text = |y: f64| match column {
        Column::Attribute(Attribute::Start | Attribute::End) => local_time(y as i64),
        Column::Attribute(Attribute::Duration) => duration(y as i64),
        _ => full_text(y),
    };
    match (&spread.shared, spread.n) {
        (Some(_), _) => format!("The same in all {runs} runs"),
        (None, 0) => "The runs share nothing here, and have no number".to_owned(),
        (None, 1) => format!("{} in {of}", text(spread.mean.0)),
        (None, _) => format!(
            "Mean {}, standard deviation {}, min {}, max {}, {of}{}",
            text(spread.mean.0),
            if matches!(column, Column::Attribute(_)) {
                duration(spread.std.0 as i64)
            } else {
                full_text(spread.std.0)
            },
            text(spread.min.0),
            text(spread.max.0),
            if spread.non_finite > 0 {
                format!(", {} NaN or infinite left out", spread.non_finite)
            } else {
                String::new()
            },
        ),
    }
}

fn cell_view(
    placed: &Placed,
    at: usize,
    look: &'static str,
    title: String,
    inner: AnyView,
    delta: Option<Delta>,
) -> AnyView {
    let delta = delta.map(|delta| {
        view! { <span class="delta" data-side=delta.side title=delta.title.clone() aria-label=delta.title role="img">{delta.text}</span> }
    });
    view! {
        <div class="grid-cell" role="gridcell" tabindex="-1" data-row=at.to_string() data-column=placed.column.to_string() data-look=look
            data-pinned=placed.pinned.to_string() style=placed.style() title=title>{inner}{delta}</div>
    }
    .into_any()
}

/// What a row says in a column, in words for people.
fn cell_text(column: &Column, row: &RunRow) -> (String, String) {
    match (column, column.cell(row)) {
        (_, Cell::Missing) => ("–".to_owned(), "This run has none".to_owned()),
        (Column::Attribute(Attribute::Start | Attribute::End), Cell::Number(millis)) => {
            (ago(millis as i64, now_millis()), local_time(millis as i64))
        }
        (Column::Attribute(Attribute::Duration), Cell::Number(millis)) => {
            (duration(millis as i64), format!("{millis} ms"))
        }
        // A param is shown as it was written.
        (Column::Param(name), Cell::Number(_)) => own_text(row.params.get(name)),
        (Column::Tag(name), Cell::Number(_)) => own_text(row.tags.get(name)),
        (_, Cell::Number(value)) => (value_text(value), full_text(value)),
        (_, Cell::Text(text)) => (text.to_owned(), text.to_owned()),
    }
}

fn own_text(text: Option<&String>) -> (String, String) {
    let text = text.cloned().unwrap_or_default();
    (text.clone(), text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delta_says_which_side_is_better() {
        let none = BTreeMap::new();
        let chosen = BTreeMap::from([("val/loss".to_owned(), Direction::Higher)]);
        for (name, column, value, base, directions, expected) in [
            ("less loss is better", "metrics.val/loss", 0.5, 1.0, &none, Some(("▼ 0.5", "better"))),
            ("more loss is worse", "metrics@min.val/loss", 1.5, 1.0, &none, Some(("▲ 0.5", "worse"))),
            ("unless somebody says otherwise", "metrics.val/loss", 1.5, 1.0, &chosen, Some(("▲ 0.5", "better"))),
            ("more accuracy is better", "metrics.acc", 1.0, 0.0, &none, Some(("▲ 1", "better"))),
            ("a metric whose name says nothing", "metrics.epoch", 1.0, 2.0, &none, Some(("▼ 1", "other"))),
            ("a param is no result", "params.lr", 0.1, 0.2, &none, None),
            ("the same is no difference", "metrics.acc", 1.0, 1.0, &none, None),
            ("infinity has no distance", "metrics.acc", f64::INFINITY, 1.0, &none, None),
            ("a time", "attributes.duration", 3_000.0, 1_000.0, &none, Some(("▲ 2 s", "other"))),
            ("when it began says nothing", "attributes.start_time", 3.0, 1.0, &none, None),
        ] {
            let found = delta(&column.parse().expect(column), value, base, directions);
            let found = found.as_ref().map(|delta| (delta.text.as_str(), delta.side));
            assert_eq!(found, expected, "{name}");
        }
        let title = delta(&Column::Metric("acc".into()), 0.9, 1.0, &none).expect("a difference").title;
        assert_eq!(title, "0.1 (10.0 %) less, worse than the baseline");
    }
}
