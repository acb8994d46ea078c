//! Which columns the table shows: chosen from a list, moved up and down, and further numbers of metrics added.

use crate::{
    pages::{arrange::shift, column_choice::ColumnChoice},
    state::Workspace,
    ui::{
        dialog::Dialog,
        icon::{Icon, icon},
    },
};
use data::{
    column::{Attribute, Column},
    summary::Summary,
};
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
        let place = move |columns: &[Column]| of.with_value(|column| columns.iter().position(|shown| shown == column));
        let toggle = move |_| {
            workspace.change_columns("show column", |columns| match place(columns) {
                Some(at) => drop(columns.remove(at)),
                None => columns.push(of.get_value()),
            })
        };
        let step = move |step: isize| {
            workspace.change_columns("arrange columns", |columns| {
                if let Some(at) = place(columns) {
                    shift(columns, at, step);
                }
            })
        };
        let title = column.label();
        let kind = match column {
            Column::Attribute(_) => "run",
            Column::Param(_) => "param",
            Column::Metric(_) | Column::Summary(..) => "metric",
            Column::Tag(_) => "tag",
        };
        view! {
            <li class="column-line">
                <label class="toggle"><input type="checkbox" prop:checked=move || shown.get() on:change=toggle/><span>{title.clone()}</span></label>
                <span class="section-count">{kind}</span>
                <button type="button" class="icon-button" aria-label=format!("Move {title} forward") on:click=move |_| step(-1)>"↑"</button>
                <button type="button" class="icon-button" aria-label=format!("Move {title} back") on:click=move |_| step(1)>"↓"</button>
            </li>
        }
    };
    view! {
        <AddNumber workspace/>
        <label class="search" style="margin-bottom: 8px">
            {icon(Icon::Search)}
            <input class="field" type="search" placeholder="Search columns" aria-label="Search columns"
                on:input=move |event| search.set(event_target_value(&event))/>
        </label>
        <ul><For each=move || listed.get() key=Clone::clone children=line/></ul>
    }
    .into_any()
}

/// Adds a column with the least, the greatest, the best of a metric, or its value at a step.
#[component]
fn AddNumber(workspace: Workspace) -> impl IntoView {
    let all = workspace.columns();
    let wanted = RwSignal::new(None::<Column>);
    let chosen = Memo::new(move |_| {
        wanted.get().or_else(|| {
            let first = all.with(|all| all.iter().find_map(|column| column.metric().map(str::to_owned)));
            first.map(|metric| Column::Summary(metric, Summary::Best))
        })
    });
    let add = move |_| {
        if let Some(column) = chosen.get_untracked() {
            workspace.change_columns("add column", |columns| {
                if !columns.contains(&column) {
                    columns.insert(0, column);
                }
            });
        }
    };
    view! {
        <div class="arrange-line" style="margin-bottom: 12px">
            <ColumnChoice workspace label="Column to add" chosen on_choose=Callback::new(move |column| wanted.set(Some(column)))/>
            <button type="button" class="button" on:click=add>"Add column"</button>
        </div>
    }
    .into_any()
}
