//! Runs as a table in a report: as many as it says, with the columns of its view, or those that tell runs apart.

use super::{editor::Editor, live::LiveGrids};
use crate::{
    api::{Source, is_shared, path_part},
    state::{Scope, Workspace},
    ui::{format::local_time, observe::in_sight},
};
use charts::format::value_text;
use data::{
    column::{Attribute, Cell, Column},
    report::grid::{NamedSet, RunTable, titles},
    run::RunRow,
    share::part_name,
};
use leptos::{html, prelude::*};
use std::{collections::BTreeSet, sync::Arc};

/// How many params and how many metrics a table shows that names no columns.
const MOST_OF_A_KIND: usize = 5;

/// A table of runs, asked for once it comes into sight. With an editor it can be changed.
#[component]
pub fn RunsTable(id: String, #[prop(into)] table: Signal<RunTable>, editor: Option<Editor>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let seen = in_sight(node, 600);
    let begun = Memo::new(move |before: Option<&bool>| before.copied().unwrap_or_default() || seen.get());
    let table = Memo::new(move |_| table.get());
    let block = id.clone();
    let tools = editor.map(|editor| {
        view! {
            <div class="report-grid-head">
                <button type="button" class="button" on:click=move |_| editor.dialog.set(Some(id.clone()))>"Choose runs and columns"</button>
            </div>
        }
    });
    view! {
        {tools}
        <div class="report-runs" node_ref=node tabindex="0" role="region" aria-label="Runs" aria-busy=move || if begun.get() { "false" } else { "true" }>
            {move || begun.get().then(|| view! { <Rows block=block.clone() table=table.get() seen/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Rows(block: String, table: RunTable, seen: ReadSignal<bool>) -> impl IntoView {
    let live = use_context::<LiveGrids>();
    let open = |(at, set): (usize, &NamedSet)| {
        let experiment = set.placed.experiment_id.clone();
        let source = match is_shared() {
            true => Source::Part(part_name(&block, at)),
            false => Source::Live,
        };
        let workspace = Workspace::open(Scope::Report(experiment.clone(), source), None);
        workspace.begin_with(set.placed.view.clone());
        if let Some(live) = live {
            live.join(vec![experiment], seen, workspace.hearing());
        }
        workspace
    };
    let sets = table.sets();
    let workspaces: Vec<Workspace> = sets.iter().enumerate().map(open).collect();
    let titles = titles(&sets);
    let wanted = table.placed.view.table.columns.clone();
    move || {
        let mut shown: Vec<(usize, Arc<RunRow>)> = Vec::new();
        let mut notes = Vec::new();
        for (at, workspace) in workspaces.iter().enumerate() {
            let list = workspace.runs.list.get();
            let name = |words: String| if workspaces.len() > 1 { format!("{}: {words}", titles[at]) } else { words };
            if let Some(error) = list.error() {
                notes.push(view! { <p class="report-missing" role="alert">{name(error.to_string())}</p> }.into_any());
                continue;
            }
            if list.loaded().is_none() {
                return view! { <div class="skeleton" style="height: 120px"></div> }.into_any();
            }
            let matching = workspace.runs.matching.get();
            let rows = matching.iter().filter_map(|&at| list.row(at).cloned()).take(table.limit.into());
            let before = shown.len();
            shown.extend(rows.map(|row| (at, row)));
            let count = shown.len() - before;
            if count == 0 {
                notes.push(
                    view! { <p class="report-missing">{name("no run passes the filter".to_owned())}</p> }.into_any(),
                );
            } else if let Some(all) =
                list.cut().map(|cut| cut.of as usize).or(Some(matching.len())).filter(|&all| count < all)
            {
                let words = name(format!("{count} of {all} runs"));
                notes.push(view! { <p class="report-note">{words}</p> }.into_any());
            }
        }
        if shown.is_empty() {
            return notes.into_any();
        }
        let rows: Vec<Arc<RunRow>> = shown.iter().map(|(_, row)| row.clone()).collect();
        let columns = if wanted.is_empty() { telling(&rows) } else { wanted.clone() };
        let head = |column: &Column| {
            let number = rows.iter().any(|row| matches!(column.cell(row), Cell::Number(_)));
            view! { <th scope="col" class:number=number>{column.title().to_string()}</th> }
        };
        let heads = columns.iter().map(head).collect_view();
        let several = sets.len() > 1;
        let line = |(at, row): &(usize, Arc<RunRow>)| {
            let set = several.then(|| titles[*at].clone());
            line(&sets[*at].placed.experiment_id, row, &columns, set)
        };
        view! {
            <table class="table">
                <thead><tr><th scope="col">"Run"</th>{several.then(|| view! { <th scope="col">"Run set"</th> })}{heads}</tr></thead>
                <tbody>{shown.iter().map(line).collect_view()}</tbody>
            </table>
            {notes}
        }
        .into_any()
    }
}

fn line(experiment: &str, row: &RunRow, columns: &[Column], set: Option<String>) -> AnyView {
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
    let href = (!is_shared()).then(|| format!("/experiments/{}/runs/{}", path_part(experiment), row.run_id));
    let name = row.name.clone();
    let name = match href {
        Some(href) => view! { <a href=href title=local_time(row.start_millis)>{name}</a> }.into_any(),
        None => name.into_any(),
    };
    view! {
        <tr>
            <th scope="row">{name}</th>
            {set.map(|set| view! { <td>{set}</td> })}
            {cells.collect_view()}
        </tr>
    }
    .into_any()
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
