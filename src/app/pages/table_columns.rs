//! Which columns the table shows: chosen from a list, moved up and down.

use crate::{
    state::Workspace,
    ui::{
        dialog::Dialog,
        icon::{Icon, icon},
    },
};
use data::column::{Attribute, Column};
use leptos::prelude::*;

/// A button that opens the list of columns.
#[component]
pub fn ColumnsMenu(workspace: Workspace) -> impl IntoView {
    let open = RwSignal::new(false);
    let columns = workspace.table_columns();
    view! {
        <button type="button" class="button" on:click=move |_| open.set(true)>
            "Columns " <span class="section-count">{move || columns.with(|columns| columns.len())}</span>
        </button>
        {move || open.get().then(|| view! {
            <Dialog title="Columns" on_close=move || open.set(false)><Chooser workspace/></Dialog>
        })}
    }
    .into_any()
}

#[component]
fn Chooser(workspace: Workspace) -> impl IntoView {
    let all = workspace.columns();
    let chosen = workspace.view(|view| view.table.columns.clone());
    let search = RwSignal::new(String::new());
    // The chosen ones first, in their order, then the rest.
    let listed = Memo::new(move |_| {
        let chosen = chosen.get();
        let name = Column::Attribute(Attribute::Name);
        let rest = all.get().iter().filter(|column| !chosen.contains(column)).cloned().collect::<Vec<_>>();
        let search = search.get().to_lowercase();
        let matches = |column: &Column| *column != name && column.to_string().to_lowercase().contains(&search);
        chosen.into_iter().chain(rest).filter(matches).collect::<Vec<_>>()
    });
    let line = move |column: Column| {
        let of = StoredValue::new(column.clone());
        let shown = Memo::new(move |_| {
            chosen.with(|chosen| chosen.is_empty() || of.with_value(|column| chosen.contains(column)))
        });
        let toggle = move |_| {
            change(workspace, move |columns| {
                let column = of.get_value();
                match columns.iter().position(|shown| *shown == column) {
                    Some(at) => drop(columns.remove(at)),
                    None => columns.push(column),
                }
            })
        };
        let shift = move |step: isize| {
            change(workspace, move |columns| {
                let Some(at) = of.with_value(|column| columns.iter().position(|shown| shown == column)) else { return };
                let to = (at as isize + step).clamp(0, columns.len() as isize - 1) as usize;
                let column = columns.remove(at);
                columns.insert(to, column);
            })
        };
        let title = column.label();
        let kind = match column {
            Column::Attribute(_) => "run",
            Column::Param(_) => "param",
            Column::Metric(_) => "metric",
            Column::Summary(..) => "metric",
            Column::Tag(_) => "tag",
        };
        view! {
            <li class="column-line">
                <label class="toggle"><input type="checkbox" prop:checked=move || shown.get() on:change=toggle/><span>{title.clone()}</span></label>
                <span class="section-count">{kind}</span>
                <button type="button" class="icon-button" aria-label=format!("Move {title} forward") on:click=move |_| shift(-1)>"↑"</button>
                <button type="button" class="icon-button" aria-label=format!("Move {title} back") on:click=move |_| shift(1)>"↓"</button>
            </li>
        }
    };
    view! {
        <label class="search" style="margin-bottom: 8px">
            {icon(Icon::Search)}
            <input class="field" type="search" placeholder="Search columns" aria-label="Search columns"
                on:input=move |event| search.set(event_target_value(&event))/>
        </label>
        <ul><For each=move || listed.get() key=Clone::clone children=line/></ul>
    }
    .into_any()
}

/// Changes the chosen columns; an untouched table begins with all of them.
fn change(workspace: Workspace, change: impl FnOnce(&mut Vec<Column>)) {
    let all = workspace.columns().get_untracked();
    workspace.change("table columns", |view| {
        if view.table.columns.is_empty() {
            let name = Column::Attribute(Attribute::Name);
            view.table.columns = all.iter().filter(|column| **column != name).cloned().collect();
        }
        change(&mut view.table.columns);
    });
}
