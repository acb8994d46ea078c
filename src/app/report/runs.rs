//! Runs as a table in a report: as many as it says, with the columns of its view, or those that tell runs apart.

use crate::{
    api::{Source, path_part, shared_token},
    state::{Scope, Workspace},
    ui::{format::local_time, observe::in_sight},
};
use charts::format::value_text;
use data::{
    column::{Attribute, Cell, Column},
    report::grid::RunTable,
    run::RunRow,
};
use leptos::{html, prelude::*};
use std::{collections::BTreeSet, sync::Arc};

/// How many params and how many metrics a table shows that names no columns.
const MOST_OF_A_KIND: usize = 5;

/// A table of runs, asked for once it comes into sight.
#[component]
pub fn RunsTable(
    table: RunTable,
    /// Where its runs come from.
    #[prop(default = Source::Live)]
    source: Source,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let seen = in_sight(node, 600);
    let begun = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or_default() || seen.get());
    view! {
        <div class="report-runs" node_ref=node tabindex="0" role="region" aria-label="Runs" aria-busy=move || if begun.get() { "false" } else { "true" }>
            {move || begun.get().then(|| view! { <Rows table=table.clone() source=source.clone()/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Rows(table: RunTable, source: Source) -> impl IntoView {
    let experiment = table.placed.experiment_id.clone();
    let workspace = Workspace::open(Scope::Report(experiment.clone(), source), None);
    workspace.begin_with(table.placed.view.clone());
    let runs = workspace.runs;
    move || {
        let list = runs.list.get();
        if let Some(error) = list.error() {
            return view! { <p class="report-missing" role="alert">{error.to_string()}</p> }.into_any();
        }
        if list.loaded().is_none() {
            return view! { <div class="skeleton" style="height: 120px"></div> }.into_any();
        }
        let matching = runs.matching.get();
        let rows: Vec<Arc<RunRow>> =
            matching.iter().filter_map(|&at| list.row(at).cloned()).take(table.limit.into()).collect();
        if rows.is_empty() {
            return view! { <p class="report-missing">"No run passes the filter of this table."</p> }.into_any();
        }
        let wanted = &table.placed.view.table.columns;
        let columns = if wanted.is_empty() { telling(&rows) } else { wanted.clone() };
        let head = |column: &Column| {
            let number = matches!(column.cell(&rows[0]), Cell::Number(_));
            view! { <th scope="col" class:number=number>{column.title().to_string()}</th> }
        };
        let heads = columns.iter().map(head).collect_view();
        let lines = rows.iter().map(|row| line(&experiment, row, &columns)).collect_view();
        let left_out = matching.len().saturating_sub(rows.len());
        view! {
            <table class="table">
                <thead><tr><th scope="col">"Run"</th>{heads}</tr></thead>
                <tbody>{lines}</tbody>
            </table>
            {(left_out > 0).then(|| view! { <p class="report-note">{rows.len()} " of " {matching.len()} " runs"</p> })}
        }
        .into_any()
    }
}

fn line(experiment: &str, row: &RunRow, columns: &[Column]) -> AnyView {
    let cells = columns.iter().map(|column| {
        let (text, number) = match column.cell(row) {
            Cell::Number(millis) if matches!(column, Column::Attribute(Attribute::Start | Attribute::End)) => {
                (local_time(millis as i64), false)
            }
            Cell::Number(number) => (value_text(number), true),
            Cell::Text(text) => (text.to_owned(), false),
            Cell::Missing => (String::new(), false),
        };
        view! { <td class:number=number>{text}</td> }
    });
    // Who holds a link to the report sees no page of a run.
    let href = shared_token().is_none().then(|| format!("/experiments/{}/runs/{}", path_part(experiment), row.run_id));
    let name = row.name.clone();
    let name = match href {
        Some(href) => view! { <a href=href title=local_time(row.start_millis)>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    view! { <tr><th scope="row">{name}</th>{cells.collect_view()}</tr> }.into_any()
}

/// Params that differ, then metrics: a few of each.
fn telling(rows: &[Arc<RunRow>]) -> Vec<Column> {
    let params: BTreeSet<&String> = rows.iter().flat_map(|row| row.params.keys()).collect();
    let differs = |name: &&&String| {
        let mut values = rows.iter().map(|row| row.params.get(**name));
        let first = values.next();
        values.any(|value| Some(value) != first)
    };
    let metrics: BTreeSet<&String> = rows.iter().flat_map(|row| row.metrics.keys()).collect();
    let params = params.iter().filter(differs).take(MOST_OF_A_KIND).map(|name| Column::Param((*name).clone()));
    let metrics = metrics.iter().take(MOST_OF_A_KIND).map(|name| Column::Metric((*name).clone()));
    params.chain(metrics).collect()
}
