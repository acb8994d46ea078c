//! The rows of the run list: a run, or the head of a group.

use crate::{
    state::{Workspace, compare::toggle as toggle_compared, groups::Group},
    ui::{
        format::{ago, count, duration, local_time, now_millis},
        icon::{Icon, icon},
        theme::ThemeState,
    },
};
use charts::format::value_text;
use data::{
    column::{Attribute, Cell, Column},
    run::{RunId, RunRow},
};
use leptos::{ev, prelude::*};
use std::sync::Arc;

/// The row of a line.
#[component]
pub fn LineRow(workspace: Workspace, at: usize) -> impl IntoView {
    let group = Memo::new(move |_| workspace.group_at(at));
    let row = Memo::new(move |_| workspace.run_at(at));
    move || match (group.get(), row.get()) {
        (Some(group), _) => group_row(workspace, at, group),
        (None, Some(row)) => run_row(workspace, at, row),
        (None, None) => {
            view! { <span class="run-row"><span class="skeleton" style="height: 12px; width: 60%"></span></span> }
                .into_any()
        }
    }
}

fn run_row(workspace: Workspace, at: usize, row: Arc<RunRow>) -> AnyView {
    let (run, short) = (row.run_id, row.run_id.short());
    let href = format!("/experiments/{}/runs/{run}", crate::api::path_part(&row.experiment_id));
    let grouped = workspace.view(|view| !view.group_by.is_empty());
    let order = workspace.order();
    let value = {
        let row = row.clone();
        move || value_of(&row, order.with(|keys| super::arrange::column_of(&keys.first()?.field)))
    };
    let status = row.status.name();
    let marks = RunMarks::of(workspace, &short);
    view! {
        <div
            class="run-row"
            data-raised=move || marks.raised(run).to_string()
            data-pinned=move || marks.pinned.get().to_string()
            data-shown=move || marks.shown.get().to_string()
            data-level=move || if grouped.get() { "2" } else { "1" }
            on:pointerenter=move |_| workspace.hovered.set(Some(run))
            on:pointerleave=move |_| workspace.hovered.set(None)
        >
            <Tick workspace at runs=vec![run] label=format!("Select {}", row.name)/>
            <Dot workspace at row=row.clone() marks/>
            <a class="run-name" href=href title=row.name.clone()>{row.name.clone()}</a>
            <BaselineMark marks/>
            <PinMark workspace short=short.clone() name=row.name.clone() marks/>
            <CompareMark workspace short name=row.name.clone()/>
            {(status != "FINISHED").then(|| view! { <span class="run-state" data-status=status title=status.to_lowercase()></span> })}
            <span class="run-value">{value}</span>
        </div>
    }
    .into_any()
}

/// What is said of a run wherever it is listed. Cheap to copy.
#[derive(Clone, Copy)]
pub struct RunMarks {
    workspace: Workspace,
    /// Whether it is drawn.
    pub shown: Memo<bool>,
    /// Whether it is pinned.
    pub pinned: Memo<bool>,
    /// Whether the others are measured against it.
    pub baseline: Memo<bool>,
}

impl RunMarks {
    /// The marks of the run with these first eight digits of its id.
    pub fn of(workspace: Workspace, short: &str) -> RunMarks {
        let of = [short.to_owned(), short.to_owned(), short.to_owned()];
        let [a, b, c] = of;
        RunMarks {
            workspace,
            shown: workspace.view(move |view| view.shows(&a) || view.baseline.as_ref() == Some(&a)),
            pinned: workspace.view(move |view| view.pinned.contains(&b)),
            baseline: workspace.view(move |view| view.baseline.as_ref() == Some(&c)),
        }
    }

    /// Whether `run` is under the pointer, alone or in its group.
    pub fn raised(&self, run: RunId) -> bool {
        self.workspace.hovered.get() == Some(run) || self.workspace.hovered_group.with(|runs| runs.contains(&run))
    }
}

/// Shows or hides a run, in its colour.
#[component]
pub fn Dot(workspace: Workspace, at: usize, row: Arc<RunRow>, marks: RunMarks) -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let (run, short, color) = (row.run_id, row.run_id.short(), row.color);
    let toggle = move |event: ev::MouseEvent| {
        if marks.baseline.get_untracked() {
            return event.prevent_default();
        }
        let only = event.alt_key();
        workspace.change("runs shown", |view| if only { show_only(view, &short) } else { view.toggle(&short) });
    };
    view! {
        <input
            type="checkbox"
            class="run-dot"
            data-run=run.to_string()
            data-line=at.to_string()
            style:--run=move || workspace.color_of(run, color, theme.dark.get()).to_string()
            prop:checked=move || marks.shown.get()
            aria-disabled=move || marks.baseline.get().to_string()
            aria-label=format!("Show {}", row.name)
            title=move || if marks.baseline.get() { "The baseline is always shown" } else { "Show or hide (Alt: only this)" }
            on:click=toggle
            on:focus=move |_| workspace.hovered.set(Some(run))
            on:blur=move |_| workspace.hovered.set(None)
        />
    }
    .into_any()
}

/// Ticks runs for what is done to many at once; with `Shift` all from the one that was ticked last.
#[component]
pub fn Tick(workspace: Workspace, at: usize, runs: Vec<RunId>, label: String) -> impl IntoView {
    let ticked = Memo::new(move |_| {
        workspace.selection.runs.with(|ticked| !runs.is_empty() && runs.iter().all(|run| ticked.contains(run)))
    });
    view! {
        <input type="checkbox" class="run-tick" aria-label=label title="Select (X, Shift for a range)"
            prop:checked=move || ticked.get()
            on:click=move |event: ev::MouseEvent| workspace.tick(at, event.shift_key())/>
    }
    .into_any()
}

/// Says that the others are measured against this run.
#[component]
pub fn BaselineMark(marks: RunMarks) -> impl IntoView {
    move || {
        let mark = || view! { <b class="baseline-mark" title="The others are measured against it (B)">"Baseline"</b> };
        marks.baseline.get().then(mark)
    }
}

/// The head of a group: opens it, shows or hides all its runs, and raises them while the pointer is on it.
fn group_row(workspace: Workspace, at: usize, group: Group) -> AnyView {
    let order = workspace.order();
    let value = {
        let group = group.clone();
        move || {
            let column = order.with(|keys| super::arrange::column_of(&keys.first()?.field))?;
            let spread = workspace.runs.pictured.with(|list| group.spread(list, &column))?;
            (spread.n > 0).then(|| mean_text(&column, spread.mean.0))
        }
    };
    let raise = {
        let group = group.clone();
        move |_| workspace.hovered_group.set(workspace.runs_of(&group).into())
    };
    view! {
        <div class="run-row group-row" data-raised="false"
            on:pointerenter=raise
            on:pointerleave=move |_| workspace.hovered_group.set(Arc::default())>
            <GroupHead workspace at group/>
            <span class="run-value" title="Mean">{value}</span>
        </div>
    }
    .into_any()
}

/// A mean in the units of its column.
pub fn mean_text(column: &Column, mean: f64) -> String {
    match column {
        Column::Attribute(Attribute::Start | Attribute::End) => ago(mean as i64, now_millis()),
        Column::Attribute(Attribute::Duration) => duration(mean as i64),
        _ => value_text(mean),
    }
}

/// What a group's row begins with, in the list and in the table.
#[component]
pub fn GroupHead(workspace: Workspace, at: usize, group: Group) -> impl IntoView {
    let name = StoredValue::new(group.name.clone());
    let runs = workspace.runs_of(&group);
    let open = Memo::new(move |_| workspace.groups.open.with(|open| name.with_value(|name| open.contains(name))));
    let shown = {
        let runs: Vec<String> = runs.iter().map(|run| run.short()).collect();
        workspace.view(move |view| {
            let shown = runs.iter().filter(|run| view.shows(run)).count();
            (shown > 0, shown < runs.len() && shown > 0)
        })
    };
    let dark = expect_context::<ThemeState>().dark;
    let color = {
        let runs = runs.clone();
        move || {
            workspace.color_of_group(&runs, dark.get()).map_or("var(--ink-soft)".to_owned(), |color| color.to_string())
        }
    };
    let words = format!("{}, {} runs", group.name, count(group.group.runs));
    let of = StoredValue::new(group.clone());
    let many = count(group.group.runs);
    view! {
        <Tick workspace at runs label=format!("Select the runs of {}", group.name)/>
        <button type="button" class="group-open" aria-expanded=move || open.get().to_string() aria-label=words
            data-line=at.to_string() title="Open or fold (→ ←)"
            on:click=move |_| name.with_value(|name| workspace.open_group(name, None))>
            {move || icon(if open.get() { Icon::Down } else { Icon::Right })}
        </button>
        <input type="checkbox" class="run-dot" aria-label=format!("Show the runs of {}", group.name) title="Show or hide all of them"
            style:--run=color
            prop:checked=move || shown.get().0 prop:indeterminate=move || shown.get().1
            on:click=move |_| {
                let all = shown.with_untracked(|(any, some)| !any || *some);
                of.with_value(|group| workspace.show_group(group, all));
            }/>
        <span class="run-name" title=group.name.clone()>{group.name.clone()}</span>
        <span class="section-count" title="Runs of the group">{many}</span>
    }
    .into_any()
}

/// Takes a run into the comparison or out of it. Seen under the pointer, with the focus, and when it is taken in.
#[component]
fn CompareMark(workspace: Workspace, short: String, name: String) -> impl IntoView {
    let compared = {
        let short = short.clone();
        workspace.view(move |view| view.compare.runs.contains(&short))
    };
    view! {
        <button type="button" class="run-compare" aria-label=format!("Compare {name}") title="Compare, or leave out (C)"
            aria-pressed=move || compared.get().to_string()
            on:click=move |_| workspace.change("compared runs", |view| toggle_compared(&mut view.compare, &short))>
            {icon(Icon::Compare)}
        </button>
    }
    .into_any()
}

/// Pins a run, or lets it go. Seen like the mark that compares.
#[component]
fn PinMark(workspace: Workspace, short: String, name: String, marks: RunMarks) -> impl IntoView {
    view! {
        <button type="button" class="run-compare" aria-label=format!("Pin {name}") title="Pin on top, or let go (P)"
            aria-pressed=move || marks.pinned.get().to_string()
            on:click=move |_| workspace.change("pin", |view| view.pin(&short))>
            {icon(Icon::Pin)}
        </button>
    }
    .into_any()
}

fn show_only(view: &mut data::view::View, short: &str) {
    let already = view.hide_all && view.hidden.len() == 1 && view.hidden.contains(short);
    view.hidden.clear();
    view.hide_all = !already;
    if !already {
        view.hidden.insert(short.to_owned());
    }
}

/// What stands at the right of a row: what the list is ordered by.
fn value_of(row: &RunRow, column: Option<Column>) -> AnyView {
    let started =
        || view! { <span title=local_time(row.start_millis)>{ago(row.start_millis, now_millis())}</span> }.into_any();
    let Some(column) = column else { return started() };
    let text = match (&column, column.cell(row)) {
        (Column::Attribute(Attribute::Name | Attribute::Start), _) => return started(),
        (_, Cell::Missing) => "–".to_owned(),
        (Column::Param(name), _) => row.params.get(name).cloned().unwrap_or_default(),
        (Column::Tag(name), _) => row.tags.get(name).cloned().unwrap_or_default(),
        (_, Cell::Text(text)) => text.to_lowercase(),
        (_, Cell::Number(y)) => mean_text(&column, y),
    };
    view! { <span class="mono">{text}</span> }.into_any()
}
