//! The heads of the table's columns: a press sorts, a drag moves, the edge sizes, the menu does the rest.

use crate::{
    pages::{
        arrange::shift,
        column_choice::{summary_of, with_summary},
        table::{NAME_PX, Placed},
    },
    state::{Workspace, order, runs::RunList},
    ui::menu::{Action, Menu},
};
use data::{
    column::{Attribute, Cell, Column},
    summary::{Direction, Summary},
};
use leptos::{ev, prelude::*};
use std::sync::Arc;

/// A head that is moved less than this many CSS pixels is pressed.
const DRAG_PX: f64 = 6.0;

/// The head of a column.
#[component]
pub fn Heading(
    workspace: Workspace,
    column: Column,
    /// Where it stands; the name stands at the left of all.
    place: Option<Placed>,
    /// All columns with their places.
    placed: Memo<Arc<Vec<Placed>>>,
) -> impl IntoView {
    let of = StoredValue::new(column.clone());
    let order = workspace.order();
    let sorted = {
        let field = column.field();
        Memo::new(move |_| order.with(|keys| Some((order::place_of(keys, &field)?, keys.len()))))
    };
    let aria_sort = move || match sorted.get() {
        None => "none",
        Some(((_, false), _)) => "ascending",
        Some(((_, true), _)) => "descending",
    };
    // Where more keys than one sort, a small number says which counts first.
    let arrow = move || {
        let ((at, falling), keys) = sorted.get()?;
        let place = (keys > 1).then(|| view! { <sup>{at + 1}</sup> });
        Some(view! { <span class="grid-sort">{if falling { "↓" } else { "↑" }}{place}</span> })
    };
    let drag = StoredValue::new(None::<f64>);
    let moved = RwSignal::new(0.0);
    let movable = place.is_some();
    let on_down = move |event: ev::PointerEvent| {
        if movable && event.button() == 0 {
            let _ = event_target::<web_sys::Element>(&event).set_pointer_capture(event.pointer_id());
            drag.set_value(Some(f64::from(event.client_x())));
        }
    };
    let on_move = move |event: ev::PointerEvent| {
        if let Some(from) = drag.get_value() {
            let by = f64::from(event.client_x()) - from;
            moved.set(if by.abs() < DRAG_PX { 0.0 } else { by });
        }
    };
    let on_up = move |_| {
        if drag.try_update_value(Option::take).flatten().is_some() && moved.get_untracked() != 0.0 {
            drop_at(workspace, &of.get_value(), &placed.get_untracked(), moved.get_untracked());
        }
    };
    let sort = move |event: ev::MouseEvent| {
        // The press that ends a drag sorts nothing.
        if moved.get_untracked() == 0.0 {
            workspace.sort(&of.read_value(), event.shift_key());
        }
        moved.set(0.0);
    };
    let style = place.as_ref().map_or_else(|| format!("width: {NAME_PX}px"), Placed::style);
    let pinned = place.as_ref().is_some_and(|place| place.pinned);
    let title = column.label();
    let kind = match &column {
        Column::Attribute(_) => "",
        Column::Param(_) => " · Param",
        Column::Metric(_) => " · Metric, latest",
        Column::Summary(..) => " · Metric",
        Column::Tag(_) => " · Tag",
    };
    let hint = format!("{title}{kind}. Press to sort, Shift to sort by it as well, drag to move.");
    let tools = place.map(|place| {
        let label = format!("Column {title}");
        view! {
            <Menu label actions=Callback::new(move |()| actions(workspace, &of.get_value()))/>
            <Edge workspace column=of.get_value() width=place.width/>
        }
    });
    let name = matches!(column, Column::Attribute(Attribute::Name));
    let number = column.metric().is_some() || {
        let cells = |list: &RunList| {
            list.rows()
                .map(|row| column.cell(row))
                .find(|cell| *cell != Cell::Missing)
                .is_some_and(|cell| matches!(cell, Cell::Number(_)))
        };
        !matches!(column, Column::Attribute(Attribute::Start | Attribute::End))
            && workspace.runs.list.with_untracked(cells)
    };
    view! {
        <div class="grid-heading" role="columnheader" aria-sort=aria_sort data-name=name.to_string() data-pinned=pinned.to_string() style=style
            style:transform=move || (moved.get() != 0.0).then(|| format!("translateX({}px)", moved.get()))
            data-dragged=move || (moved.get() != 0.0).to_string()
            data-number=number.to_string()>
            <button type="button" title=hint on:click=sort on:pointerdown=on_down on:pointermove=on_move on:pointerup=on_up
                on:pointercancel=move |_| { drag.set_value(None); moved.set(0.0); }>
                <span>{title}</span> {arrow}
            </button>
            {tools}
        </div>
    }
    .into_any()
}

/// Moves a column to where its head was dropped, `by` CSS pixels from where it stood.
fn drop_at(workspace: Workspace, column: &Column, placed: &[Placed], by: f64) {
    let Some(from) = placed.iter().position(|placed| placed.column == *column) else { return };
    let middle = placed[from].left + placed[from].width / 2.0 + by;
    let to = placed.iter().position(|placed| middle < placed.left + placed.width).unwrap_or(placed.len() - 1);
    workspace.change_columns("drop column", |columns| {
        let at = |column: &Column| columns.iter().position(|other| other == column);
        if let (Some(from), Some(to)) = (at(&placed[from].column), at(&placed[to].column)) {
            shift(columns, from, to as isize - from as isize);
        }
    });
}

fn actions(workspace: Workspace, column: &Column) -> Vec<Action> {
    let of = StoredValue::new(column.clone());
    let action = |words: String, run: Callback<()>| Action { words, key: "", run };
    let by_place = |words: &str, change: fn(&mut Vec<Column>, usize)| {
        let run = move |()| {
            workspace.change_columns("arrange columns", |columns| {
                if let Some(at) = columns.iter().position(|column| *column == *of.read_value()) {
                    change(columns, at);
                }
            });
        };
        action(words.to_owned(), Callback::new(run))
    };
    let mut actions = Vec::new();
    if let Some(metric) = column.metric() {
        for (words, summary) in [
            ("latest", None),
            ("min", Some(Summary::Min)),
            ("max", Some(Summary::Max)),
            ("best", Some(Summary::Best)),
            ("mean", Some(Summary::Mean)),
        ] {
            if summary_of(column) != summary {
                let run = move |()| {
                    let new = with_summary(of.get_value(), summary);
                    workspace.change_columns("add column", |columns| {
                        let at = columns.iter().position(|column| *column == *of.read_value());
                        match at.filter(|_| !columns.contains(&new)) {
                            Some(at) => columns.insert(at + 1, new.clone()),
                            None if columns.contains(&new) => {}
                            None => columns.push(new.clone()),
                        }
                    });
                };
                actions.push(action(format!("Show its {words} beside"), Callback::new(run)));
            }
        }
        let (metric, now) = (metric.to_owned(), workspace.view_now(|view| Direction::of(metric, &view.directions)));
        for (direction, words) in [(Direction::Lower, "Lower is better"), (Direction::Higher, "Higher is better")] {
            if now != Some(direction) {
                let metric = metric.clone();
                let run = move |()| {
                    workspace.change("direction", |view| {
                        view.directions.insert(metric.clone(), direction);
                    });
                };
                actions.push(action(words.to_owned(), Callback::new(run)));
            }
        }
    }
    actions.push(action(
        "Group by it".to_owned(),
        Callback::new(move |()| {
            workspace.change("group", |view| {
                if !view.group_by.contains(&of.read_value()) {
                    view.group_by.push(of.get_value());
                    view.open_groups.clear();
                }
            });
        }),
    ));
    actions
        .push(action("Sort by it as well".to_owned(), Callback::new(move |()| workspace.sort(&of.read_value(), true))));
    let pinned = workspace.view_now(|view| view.table.pinned.contains(column));
    actions.push(action(
        if pinned { "Let it scroll again" } else { "Pin it beside the name" }.to_owned(),
        Callback::new(move |()| {
            workspace.change("pin column", |view| {
                if !view.table.pinned.remove(&of.read_value()) {
                    view.table.pinned.insert(of.get_value());
                }
            });
        }),
    ));
    actions.push(by_place("Move left", |columns, at| shift(columns, at, -1)));
    actions.push(by_place("Move right", |columns, at| shift(columns, at, 1)));
    actions.push(by_place("Hide the column", |columns, at| drop(columns.remove(at))));
    actions
}

/// The right edge of a heading, which sizes its column.
#[component]
fn Edge(workspace: Workspace, column: Column, width: f64) -> impl IntoView {
    let from = StoredValue::new(None::<f64>);
    let of = StoredValue::new(column);
    let on_down = move |event: ev::PointerEvent| {
        let _ = event_target::<web_sys::Element>(&event).set_pointer_capture(event.pointer_id());
        from.set_value(Some(f64::from(event.client_x())));
        event.prevent_default();
        event.stop_propagation();
    };
    let on_up = move |event: ev::PointerEvent| {
        let Some(from_x) = from.try_update_value(Option::take).flatten() else { return };
        let wide = (width + f64::from(event.client_x()) - from_x).clamp(40.0, 1_200.0);
        workspace.change("column width", |view| {
            view.table.widths.insert(of.get_value(), wide as u16);
        });
    };
    view! { <span class="grid-edge" aria-hidden="true" on:pointerdown=on_down on:pointerup=on_up></span> }.into_any()
}
