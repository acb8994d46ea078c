//! What can be done from a cell of the table: keep only runs with its value, or only others.

use crate::state::{Workspace, filter::condition_of_cell, runs::RunList};
use data::{
    column::{Cell, Column},
    run::RunRow,
};
use leptos::{ev, html, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// A cell, and where on the screen its menu opens, CSS pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct CellAt {
    row: usize,
    column: Column,
    x: i32,
    y: i32,
}

impl CellAt {
    /// The cell that a press was in.
    pub fn of_event(event: &ev::MouseEvent) -> Option<CellAt> {
        let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
        let cell = target.closest("[data-column]").ok()??;
        let (row, column) = place_of(&cell)?;
        let (mut x, mut y) = (event.client_x(), event.client_y());
        if x == 0 && y == 0 {
            // Asked for with a key.
            let edge = cell.get_bounding_client_rect();
            (x, y) = (edge.left() as i32, edge.bottom() as i32);
        }
        Some(CellAt { row, column, x, y })
    }
}

fn place_of(cell: &web_sys::Element) -> Option<(usize, Column)> {
    Some((cell.get_attribute("data-row")?.parse().ok()?, cell.get_attribute("data-column")?.parse().ok()?))
}

fn run_of(workspace: Workspace, row: usize) -> Option<Arc<RunRow>> {
    untrack(|| workspace.run_at(row))
}

fn narrow(workspace: Workspace, row: usize, column: &Column, same: bool) {
    let condition = run_of(workspace, row).and_then(|run| condition_of_cell(column, &run, same));
    if let Some(condition) = condition {
        workspace.narrow(&condition);
    }
}

/// Copies the value of a cell, in full.
fn copy(workspace: Workspace, row: usize, column: &Column) {
    let text = match run_of(workspace, row) {
        Some(run) => value_of(column, &run),
        None => untrack(|| workspace.group_at(row))
            .and_then(|group| {
                let mean = |list: &RunList| {
                    group.spread(list, column).filter(|spread| spread.n > 0).map(|spread| spread.mean.0)
                };
                workspace.runs.list.with_untracked(mean).map(|mean| mean.to_string())
            })
            .unwrap_or_default(),
    };
    crate::ui::copy::copy(&text);
}

/// What a run has in a column, as it was written.
fn value_of(column: &Column, run: &RunRow) -> String {
    let written = match column {
        Column::Param(name) => run.params.get(name),
        Column::Tag(name) => run.tags.get(name),
        Column::Attribute(_) | Column::Metric(_) | Column::Summary(..) => None,
    };
    written.cloned().unwrap_or_else(|| match column.cell(run) {
        Cell::Number(value) => value.to_string(),
        Cell::Text(text) => text.to_owned(),
        Cell::Missing => String::new(),
    })
}

/// The menu of a cell, while there is one.
#[component]
pub fn CellMenu(workspace: Workspace, cell: RwSignal<Option<CellAt>>) -> impl IntoView {
    let list = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let first = list.get().and_then(|list| list.query_selector("button").ok().flatten());
        if let Some(first) = first.and_then(|first| first.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = first.focus();
        }
    });
    let on_key = move |event: ev::KeyboardEvent| {
        event.stop_propagation();
        match event.key().as_str() {
            "Escape" => {
                if let Some(at) = cell.get_untracked() {
                    focus_cell(at.row, &at.column);
                }
                cell.set(None);
            }
            "ArrowDown" | "ArrowUp" => {
                event.prevent_default();
                let next = document().active_element().and_then(|now| {
                    if event.key() == "ArrowDown" { now.next_element_sibling() } else { now.previous_element_sibling() }
                });
                if let Some(next) = next.and_then(|next| next.dyn_into::<web_sys::HtmlElement>().ok()) {
                    let _ = next.focus();
                }
            }
            _ => {}
        }
    };
    let on_blur = move |event: ev::FocusEvent| {
        let inside = event
            .related_target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok())
            .is_some_and(|target| list.get_untracked().is_some_and(|list| list.contains(Some(&target))));
        if !inside {
            cell.set(None);
        }
    };
    move || {
        let at = cell.get()?;
        let run = run_of(workspace, at.row)?;
        let item = |words: &str, same: bool| {
            let text = condition_of_cell(&at.column, &run, same)?.text()?;
            let (row, column) = (at.row, at.column.clone());
            let act = move |_| {
                cell.set(None);
                narrow(workspace, row, &column, same);
            };
            Some(view! {
                <button type="button" role="menuitem" tabindex="-1" on:click=act>
                    <span>{words.to_owned()}<br/><span class="mono cell-menu-query">{text}</span></span>
                    <kbd>{if same { "=" } else { "!" }}</kbd>
                </button>
            })
        };
        let copy_it = {
            let (row, column) = (at.row, at.column.clone());
            move |_| {
                cell.set(None);
                copy(workspace, row, &column);
            }
        };
        let items = (item("Only runs with this value", true), item("Only runs with another", false));
        let nothing = items.0.is_none();
        let style = format!("left: min({}px, calc(100vw - 300px)); top: min({}px, calc(100vh - 110px))", at.x, at.y);
        Some(view! {
            <div class="menu-list cell-menu" role="menu" aria-label="Cell" node_ref=list style=style tabindex="-1"
                on:keydown=on_key on:focusout=on_blur>
                {items}
                <button type="button" role="menuitem" tabindex="-1" on:click=copy_it><span>"Copy the value"</span> <kbd>"Ctrl C"</kbd></button>
                {nothing.then(|| view! { <button type="button" role="menuitem" aria-disabled="true">"No filter asks for this value"</button> })}
            </div>
        })
    }
}

/// Arrow keys move between cells; `=` and `!` keep the runs with the value of the cell in focus, or the others.
pub fn on_cell_key(event: &ev::KeyboardEvent, workspace: Workspace, columns: &[Column], first_row: usize) {
    if event.alt_key() || crate::routes::typing(event) {
        return;
    }
    let focused = document().active_element();
    let now = focused.as_ref().and_then(place_of);
    if event.ctrl_key() || event.meta_key() {
        // What is selected as text is copied as it is.
        let text = window().get_selection().ok().flatten().is_some_and(|selection| !selection.is_collapsed());
        if let (Some((row, column)), "c", false) = (now, event.key().as_str(), text) {
            event.prevent_default();
            copy(workspace, row, &column);
        }
        return;
    }
    let key = event.key();
    let (down, right) = match key.as_str() {
        "ArrowDown" => (1, 0),
        "ArrowUp" => (-1, 0),
        "ArrowRight" => (0, 1),
        "ArrowLeft" => (0, -1),
        "=" | "!" => {
            let Some((row, column)) = now else { return };
            event.prevent_default();
            event.stop_propagation();
            return narrow(workspace, row, &column, key == "=");
        }
        _ => return,
    };
    let in_grid = focused.is_some_and(|focused| focused.get_attribute("role").as_deref() == Some("treegrid"));
    let (row, column) = match &now {
        Some((row, column)) => {
            let at = columns.iter().position(|other| other == column).unwrap_or(0);
            let at = (at as isize + right).clamp(0, columns.len() as isize - 1) as usize;
            ((*row as isize + down).max(0) as usize, columns.get(at))
        }
        None if in_grid => (first_row, columns.first()),
        None => return,
    };
    event.prevent_default();
    event.stop_propagation();
    if let Some((at, now)) = &now
        && columns.first() == Some(now)
        && right != 0
        && let Some(group) = untrack(|| workspace.group_at(*at))
    {
        // On the head of a group the arrows open and fold it first.
        let open = workspace.groups.open.with_untracked(|open| open.contains(&group.name));
        if (right > 0) != open {
            return workspace.open_group(&group.name, Some(right > 0));
        }
    }
    if let Some(column) = column {
        focus_cell(row, column);
    }
}

fn focus_cell(row: usize, column: &Column) {
    let cells = document().query_selector_all(&format!("[data-row=\"{row}\"]")).ok();
    let count = cells.as_ref().map_or(0, |cells| cells.length());
    let found = (0..count)
        .filter_map(|at| cells.as_ref()?.get(at)?.dyn_into::<web_sys::HtmlElement>().ok())
        .find(|cell| cell.get_attribute("data-column").is_some_and(|name| name == column.to_string()));
    if let Some(cell) = found {
        let _ = cell.focus();
        let nearest = web_sys::ScrollIntoViewOptions::new();
        nearest.set_block(web_sys::ScrollLogicalPosition::Nearest);
        nearest.set_inline(web_sys::ScrollLogicalPosition::Nearest);
        cell.scroll_into_view_with_scroll_into_view_options(&nearest);
    }
}
