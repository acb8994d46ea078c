//! Which runs and which columns a run table shows.

use super::{
    editor::Editor,
    set_rows::{SetChange, SetRows, set_of},
};
use crate::{
    api::{ApiError, Source},
    ui::dialog::Dialog,
};
use data::{
    column::{Attribute, Column},
    report::{Content, grid::RunTable},
    run::RunsRequest,
};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeSet;

/// How many runs are looked at for the columns that there are.
const LOOKED_AT: u32 = 200;

/// The dialog behind "Choose runs and columns". What is changed shows at once.
#[component]
pub fn RunsEdit(editor: Editor, block: String, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let id = block.clone();
    let table = Memo::new(move |_| {
        editor.document.with(|document| match document.block(&id).map(|block| &block.content) {
            Some(Content::Runs(table)) => (**table).clone(),
            _ => RunTable { name: String::new(), placed: set_of(String::new()).placed, also: Vec::new(), limit: 10 },
        })
    });
    let change = Callback::new(move |change: Change| {
        editor.change_block("table", &block, |content| {
            if let Content::Runs(table) = content {
                change(table);
            }
        });
    });
    let sets = Memo::new(move |_| table.with(RunTable::sets));
    let on_sets = Callback::new(move |done: SetChange| {
        change.run(Box::new(move |table| {
            let mut sets = table.sets();
            match done {
                SetChange::Add(set) => sets.push(*set),
                SetChange::Set(at, set) => sets[at] = *set,
                SetChange::Remove(at) => drop(sets.remove(at)),
            }
            table.set_sets(sets);
        }));
    });
    let limit = move |event| {
        if let Ok(limit) = event_target_value(&event).parse::<u16>() {
            change.run(Box::new(move |table| table.limit = limit.clamp(1, 200)));
        }
    };
    let order = move |event| {
        let order = event_target_value(&event);
        change.run(Box::new(move |table| table.placed.view.order_by = order));
    };
    view! {
        <Dialog title="Runs of this table" on_close>
            <SetRows sets least=1 on_change=on_sets/>
            <div class="report-table-settings">
                <label>"At most, of each " <input class="field" type="number" min="1" max="200" aria-label="Most runs of each"
                    prop:value=move || table.with(|table| table.limit.to_string()) on:change=limit/></label>
                <label>"Order " <input class="field" type="text" placeholder="metrics.val/loss ASC" aria-label="Order"
                    prop:value=move || table.with(|table| table.placed.view.order_by.clone()) on:change=order/></label>
            </div>
            <h3>"Columns"</h3>
            <Columns table change/>
        </Dialog>
    }
    .into_any()
}

type Change = Box<dyn FnOnce(&mut RunTable)>;

/// The columns that the first run set has: those that are ticked are shown, in the order in which they were.
#[component]
fn Columns(table: Memo<RunTable>, change: Callback<Change>) -> impl IntoView {
    let known = RwSignal::new(None::<Result<BTreeSet<Column>, ApiError>>);
    let experiment = Memo::new(move |_| table.with(|table| table.placed.experiment_id.clone()));
    Effect::new(move |_| {
        let request = RunsRequest { experiments: vec![experiment.get()], limit: LOOKED_AT, ..RunsRequest::default() };
        spawn_local(async move {
            let found =
                Source::Live.runs(&request).await.map(|page| crate::state::columns::columns_of(page.runs.iter()));
            known.try_set(Some(found));
        });
    });
    let toggle = move |column: Column, on: bool| {
        change.run(Box::new(move |table| {
            let columns = &mut table.placed.view.table.columns;
            columns.retain(|known| *known != column);
            if on {
                columns.push(column);
            }
        }));
    };
    let row = move |column: Column| {
        let of = column.clone();
        let on = move || table.with(|table| table.placed.view.table.columns.contains(&of));
        let title = column.to_string();
        view! {
            <label class="toggle">
                <input type="checkbox" prop:checked=on on:change=move |event| toggle(column.clone(), event_target_checked(&event))/>
                {title}
            </label>
        }
    };
    let rows = move || match known.get() {
        None => view! { <div class="skeleton" style="height: 60px"></div> }.into_any(),
        Some(Err(error)) => view! { <p class="view-error" role="alert">{error.to_string()}</p> }.into_any(),
        Some(Ok(mut columns)) => {
            columns.remove(&Column::Attribute(Attribute::Name));
            columns.into_iter().map(row).collect_view().into_any()
        }
    };
    view! {
        <p class="report-note">"Without a choice, what differs and the metrics are shown."</p>
        <div class="report-metrics" role="group" aria-label="Columns">{rows}</div>
    }
    .into_any()
}
