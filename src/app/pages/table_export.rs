//! What is taken along from the table: files of the server, and text of what is loaded.

use crate::{
    api::{self, is_shared},
    state::Workspace,
    ui::{format::count, menu::Action, save},
};
use charts::format::counted;
use data::{
    column::{Cell, Column},
    csv,
    export::{ExportFormat, ExportRequest, Exported},
    run::RunRow,
};
use leptos::prelude::*;
use std::sync::Arc;

/// The forms of a file, in words.
const FORMATS: [(ExportFormat, &str); 3] =
    [(ExportFormat::Csv, "CSV"), (ExportFormat::Jsonl, "JSON lines"), (ExportFormat::Parquet, "Parquet")];

/// The actions of the menu "Export": which file, with how many rows and columns.
pub fn export_actions(workspace: Workspace) -> Vec<Action> {
    let action = |words: String, run: Callback<()>| Action { words, key: "", run };
    let rows = matching_rows(workspace);
    let all = workspace.runs.matching.with_untracked(|places| places.len());
    let columns = untrack(|| workspace.table_columns().get());
    let mut actions = Vec::new();
    // A share link shows what it shows, and its server gives no files.
    if is_shared() {
        // A limit that bites is said where it bites.
        let words = if rows.len() < all {
            format!("CSV of the {} runs loaded", count(rows.len() as u64))
        } else {
            format!("CSV, {}", size_of(all, columns.len()))
        };
        actions.push(action(words, Callback::new(move |()| save_csv(workspace, &matching_rows(workspace)))));
    } else {
        let file = |(format, name): (ExportFormat, &str)| {
            let words = format!("{name}, {}", size_of(all, columns.len()));
            action(words, Callback::new(move |()| download(workspace, format, false)))
        };
        actions.extend(FORMATS.map(file));
        let metrics = metrics_of(&columns).len();
        if metrics > 0 {
            let words = format!("Parquet, every point of {}", counted(metrics as u64, "metric", "metrics"));
            actions.push(action(words, Callback::new(move |()| download(workspace, ExportFormat::Parquet, true))));
        }
    }
    let copied = if rows.len() < all {
        format!("Copy the {} runs loaded as a table", count(rows.len() as u64))
    } else {
        "Copy as a table".to_owned()
    };
    actions.push(action(
        copied,
        Callback::new(move |()| {
            let text = table_text(workspace, &matching_rows(workspace), "\t");
            crate::ui::copy::copy(&text);
        }),
    ));
    actions
}

/// `1,500 runs × 22 columns`.
fn size_of(runs: usize, columns: usize) -> String {
    format!("{} × {}", counted(runs as u64, "run", "runs"), counted(columns as u64, "column", "columns"))
}

/// The metrics of which `columns` show something.
fn metrics_of(columns: &[Column]) -> Vec<String> {
    let mut metrics: Vec<String> = columns.iter().filter_map(|column| column.metric().map(str::to_owned)).collect();
    metrics.dedup();
    metrics
}

/// Lets the server write a file of all runs that match, whether they are loaded or not.
fn download(workspace: Workspace, format: ExportFormat, points: bool) {
    let (run_set, order_by) = workspace.runs.all_that_match();
    let columns = untrack(|| workspace.table_columns().get());
    let what = if points {
        Exported::Points { metrics: metrics_of(&columns) }
    } else {
        let resolved =
            workspace.view_now(|view| columns.iter().map(|column| column.resolved(&view.directions)).collect());
        Exported::Runs { columns: Some(resolved), order_by }
    };
    save::save_from(&api::export_address(&ExportRequest { run_set, what, format }));
}

/// The runs that match and are loaded.
fn matching_rows(workspace: Workspace) -> Vec<Arc<RunRow>> {
    let places = workspace.runs.matching.get_untracked();
    workspace.runs.list.with_untracked(|list| places.iter().filter_map(|&at| list.row(at).cloned()).collect())
}

/// Saves `rows` with the columns shown, values in full.
pub fn save_csv(workspace: Workspace, rows: &[Arc<RunRow>]) {
    save::save_text(&table_text(workspace, rows, ","), "text/csv", "runs.csv");
}

fn table_text(workspace: Workspace, rows: &[Arc<RunRow>], part: &str) -> String {
    let columns = untrack(|| workspace.table_columns().get());
    let heads = columns.iter().map(|column| csv::cell(&column.to_string()));
    let mut text = ["run_id".to_owned(), "name".to_owned()].into_iter().chain(heads).collect::<Vec<_>>().join(part);
    for row in rows {
        let cells = columns.iter().map(|column| match column.cell(row) {
            Cell::Number(value) => value.to_string(),
            Cell::Text(text) => csv::cell(text),
            Cell::Missing => String::new(),
        });
        let line: Vec<_> = [row.run_id.to_string(), csv::cell(&row.name)].into_iter().chain(cells).collect();
        text.push('\n');
        text.push_str(&line.join(part));
    }
    text.push('\n');
    text
}
