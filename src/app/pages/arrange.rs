//! How runs are grouped and sorted: columns and sort keys as rows, each of which can move and go.

use crate::{
    pages::column_choice::{AddColumn, ColumnChoice},
    parts::TOOLS,
    state::{Workspace, order::SortKey},
    ui::{
        dialog::Dialog,
        icon::{Icon, icon},
    },
};
use data::{
    column::{Attribute, Column},
    query::{Field, OrderKey, RunAttribute},
};
use leptos::prelude::*;

/// A button that opens the grouping and the order. It says how many columns and keys there are.
#[component]
pub fn ArrangeButton(workspace: Workspace) -> impl IntoView {
    let open = RwSignal::new(false);
    let (order, by) = (workspace.order(), workspace.view(|view| view.group_by.len()));
    let count = move || match by.get() + order.with(|keys| keys.len().saturating_sub(1)) {
        0 => String::new(),
        count => format!(" {count}"),
    };
    view! {
        <button type="button" class="button" id="arrange" title="Group runs, and sort by many keys (G)" on:click=move |_| open.set(true)>
            "Group" <span class="section-count">{count}</span>
        </button>
        {move || open.get().then(|| view! {
            <Dialog title="Group and sort" on_close=move || open.set(false)>{TOOLS.show(move |tools| (tools.arrange)(workspace))}</Dialog>
        })}
    }
    .into_any()
}

/// The columns and keys as rows.
#[component]
pub fn Arrange(workspace: Workspace) -> impl IntoView {
    let by = workspace.view(|view| view.group_by.clone());
    let order = workspace.order();
    let change_by = move |change: &dyn Fn(&mut Vec<Column>)| {
        workspace.change("group", |view| {
            change(&mut view.group_by);
            // Groups of other columns have other names.
            view.open_groups.clear();
        })
    };
    let group_row = move |at: usize| {
        let chosen = Signal::derive(move || by.with(|by| by.get(at).cloned()));
        view! {
            <Line what="group" at count=Signal::derive(move || by.with(Vec::len))
                on_move=Callback::new(move |step| change_by(&|by| shift(by, at, step)))
                on_remove=Callback::new(move |()| change_by(&|by| drop((at < by.len()).then(|| by.remove(at)))))>
                <ColumnChoice workspace label=format!("Group by, {}", at + 1) chosen
                    on_choose=Callback::new(move |column: Column| change_by(&|by| put(by, at, column.clone())))/>
            </Line>
        }
    };
    let sort_row = move |at: usize| {
        let key = Memo::new(move |_| order.with(|keys| keys.get(at).cloned()));
        let chosen = Signal::derive(move || key.with(|key| column_of(&key.as_ref()?.field)));
        let falling = move || key.with(|key| key.as_ref().is_some_and(|key| key.descending));
        let set = move |change: &dyn Fn(&mut SortKey)| {
            workspace.change_order(|keys| keys.get_mut(at).into_iter().for_each(change))
        };
        view! {
            <Line what="sort key" at count=Signal::derive(move || order.with(Vec::len))
                on_move=Callback::new(move |step| workspace.change_order(|keys| shift(keys, at, step)))
                on_remove=Callback::new(move |()| workspace.change_order(|keys| drop((at < keys.len()).then(|| keys.remove(at)))))>
                <ColumnChoice workspace label=format!("Sort by, {}", at + 1) chosen
                    on_choose=Callback::new(move |column: Column| set(&|key| key.field = column.field()))/>
                <button type="button" class="button" title="Turn the order around" on:click=move |_| set(&|key| key.descending = !key.descending)>
                    {move || if falling() { "Greatest first" } else { "Smallest first" }}
                </button>
            </Line>
        }
    };
    view! {
        <div class="arrange">
            <h3>"Group by"</h3>
            <ol><For each=move || 0..by.with(Vec::len) key=|at| *at children=group_row/></ol>
            <div class="arrange-line">
                <AddColumn workspace label="Add a column to group by"
                    on_add=Callback::new(move |column: Column| change_by(&|by| put(by, usize::MAX, column.clone())))/>
            </div>
            <h3>"Sort by"</h3>
            <p class="filter-hint" hidden=move || !order.with(Vec::is_empty)>"The newest run comes first."</p>
            <ol><For each=move || 0..order.with(Vec::len) key=|at| *at children=sort_row/></ol>
            <div class="arrange-line">
                <AddColumn workspace label="Add a sort key"
                    on_add=Callback::new(move |column: Column| {
                        let key = OrderKey { field: column.field(), descending: column.metric().is_some() };
                        workspace.change_order(|keys| if keys.iter().all(|other| other.field != key.field) { keys.push(key) });
                    })/>
            </div>
        </div>
    }
    .into_any()
}

/// One of several rows that have an order.
#[component]
fn Line(
    what: &'static str,
    at: usize,
    count: Signal<usize>,
    on_move: Callback<isize>,
    on_remove: Callback<()>,
    children: Children,
) -> impl IntoView {
    let step = move |step: isize, words: &'static str, sign: &'static str, last: bool| {
        view! {
            <button type="button" class="icon-button" aria-label=format!("Move {what} {} {words}", at + 1)
                disabled=move || if last { at + 1 >= count.get() } else { at == 0 }
                on:click=move |_| on_move.run(step)>{sign}</button>
        }
        .into_any()
    };
    view! {
        <li class="arrange-line">
            <span class="section-count">{at + 1}</span>
            {children()}
            {step(-1, "up", "↑", false)}
            {step(1, "down", "↓", true)}
            <button type="button" class="icon-button" aria-label=format!("Remove {what} {}", at + 1) on:click=move |_| on_remove.run(())>
                {icon(Icon::Close)}
            </button>
        </li>
    }
    .into_any()
}

/// Puts `column` at a place, or at the end; a column stands once.
fn put(columns: &mut Vec<Column>, at: usize, column: Column) {
    if columns.contains(&column) {
        return;
    }
    match columns.get_mut(at) {
        Some(place) => *place = column,
        None => columns.push(column),
    }
}

/// Moves what stands at a place `step` on.
pub fn shift<T>(items: &mut Vec<T>, at: usize, step: isize) {
    if at < items.len() {
        let to = (at as isize + step).clamp(0, items.len() as isize - 1) as usize;
        let item = items.remove(at);
        items.insert(to, item);
    }
}

/// The column of a sort key; `None` for what no column shows.
pub fn column_of(field: &Field<RunAttribute>) -> Option<Column> {
    match field {
        Field::Metric(name) => Some(Column::Metric(name.clone())),
        Field::Summary(name, summary) => Some(Column::Summary(name.clone(), *summary)),
        Field::Param(name) => Some(Column::Param(name.clone())),
        Field::Tag(name) => Some(Column::Tag(name.clone())),
        Field::Dataset(_) => None,
        Field::Attribute(of) => {
            Attribute::ALL.into_iter().find(|attribute| attribute.searched() == *of).map(Column::Attribute)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_once_and_move() {
        let column = |name: &str| Column::Param(name.to_owned());
        let mut columns = vec![column("a"), column("b")];
        put(&mut columns, usize::MAX, column("a"));
        put(&mut columns, 0, column("b"));
        assert_eq!(columns, [column("a"), column("b")]);
        put(&mut columns, 5, column("c"));
        shift(&mut columns, 2, -2);
        shift(&mut columns, 0, -1);
        shift(&mut columns, 9, 1);
        assert_eq!(columns, [column("c"), column("a"), column("b")]);
    }

    #[test]
    fn a_sort_key_is_a_column_again() {
        for text in ["attributes.duration", "params.lr", "metrics.loss", "metrics@step:5.loss", "tags.t"] {
            let column: Column = text.parse().expect(text);
            assert_eq!(column_of(&column.field()), Some(column));
        }
        assert_eq!(column_of(&Field::Attribute(RunAttribute::ArtifactUri)), None);
    }
}
