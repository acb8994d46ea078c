//! The controls of parallel coordinates, and how many runs they let through.

use super::{parallel::Panel, toolbar::BrushChip};
use crate::{
    state::parallel::{ColorKey, MOST_RUNS},
    ui::{
        format::count,
        icon::{Icon, icon},
        segments::Segments,
    },
};
use data::column::Column;
use leptos::prelude::*;
use std::{collections::BTreeSet, sync::Arc};

/// The words of a group of columns, and whether a column belongs to it.
type Group = (&'static str, fn(&Column) -> bool);

const GROUPS: [Group; 5] = [
    ("Params", |column| matches!(column, Column::Param(_))),
    ("Metrics, latest", |column| matches!(column, Column::Metric(_))),
    ("Metrics, summaries", |column| matches!(column, Column::Summary(..))),
    ("Attributes", |column| matches!(column, Column::Attribute(_))),
    ("Tags", |column| matches!(column, Column::Tag(_))),
];

/// Colour, axes, curves; how many runs pass, and what to do with them.
#[component]
pub(super) fn Tools(panel: Panel) -> impl IntoView {
    let workspace = panel.workspace;
    let columns = workspace.columns();
    let color = workspace.view(|view| view.parallel.color.clone());
    let straight = workspace.view(|view| view.parallel.straight);
    let on_axes = Memo::new(move |_| {
        let axes =
            |axes: &[Arc<charts::parallel::Axis>]| axes.iter().map(|axis| axis.column.clone()).collect::<Vec<_>>();
        panel.parallel.with(|parallel| axes(&parallel.chart.axes))
    });
    let choose_color = move |event| {
        let chosen = event_target_value(&event).parse().ok();
        workspace.change("colour", |view| view.parallel.color = chosen);
    };
    let add = move |event: web_sys::Event| {
        if let Ok(column) = event_target_value(&event).parse::<Column>() {
            let mut axes = on_axes.get_untracked();
            axes.push(column);
            workspace.change("add axis", |view| view.parallel.axes = axes);
        }
    };
    let kept = workspace.view(|view| view.parallel.axes.is_empty());
    view! {
        <div class="toolbar" role="toolbar" aria-label="Parallel coordinates">
            <label class="slider">
                "Colour"
                <select class="field" aria-label="Colour by" on:change=choose_color>
                    <option value="" selected=move || color.with(Option::is_none)>"Run"</option>
                    {move || options(&columns.get(), move |column| color.with(|color| color.as_ref() == Some(column)), |_| true)}
                </select>
            </label>
            <Key panel/>
            <select class="field" aria-label="Add an axis" on:change=add>
                {move || {
                    let on_axes = on_axes.get();
                    view! {
                        <option value="" selected=true>"Add an axis"</option>
                        {options(&columns.get(), |_| false, move |column| !on_axes.contains(column))}
                    }
                }}
            </select>
            {move || (!kept.get()).then(|| view! {
                <button type="button" class="button" title="Params that differ, then metrics"
                    on:click=move |_| workspace.change("axes", |view| view.parallel.axes.clear())>"Suggested axes"</button>
            })}
            <Segments label="Lines" chosen=straight
                on_choose=Callback::new(move |straight| workspace.change("lines", |view| view.parallel.straight = straight))
                choices=vec![(false, "Curved"), (true, "Straight")]/>
            <Passing panel/>
        </div>
    }
    .into_any()
}

/// Options for those of `columns` that `wanted` lets, in groups.
pub(super) fn options(
    columns: &BTreeSet<Column>,
    chosen: impl Fn(&Column) -> bool + Copy,
    wanted: impl Fn(&Column) -> bool,
) -> AnyView {
    let group = |(label, of): &(&'static str, fn(&Column) -> bool)| {
        let of_group: Vec<_> = columns.iter().filter(|column| of(column) && wanted(column)).collect();
        (!of_group.is_empty()).then(|| {
            let option = |column: &Column| {
                view! { <option value=column.to_string() selected=chosen(column)>{column.label()}</option> }
            };
            let of_group = of_group.into_iter().map(option).collect_view();
            view! { <optgroup label=*label>{of_group}</optgroup> }
        })
    };
    GROUPS.iter().map(group).collect_view().into_any()
}

/// What the colours mean.
#[component]
fn Key(panel: Panel) -> impl IntoView {
    move || match panel.parallel.with(|parallel| parallel.key.clone()) {
        ColorKey::Runs => None,
        ColorKey::Ramp(low, high, colors) => {
            let stops = colors.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let bar = format!("background: linear-gradient(90deg, {stops})");
            Some(
                view! { <span class="color-key"><b>{low}</b><i class="color-bar" style=bar></i><b>{high}</b></span> }
                    .into_any(),
            )
        }
        ColorKey::Categories(names, more) => {
            let names = names
                .into_iter()
                .map(|(name, color)| {
                    view! { <span class="color-name"><i style=format!("background: {color}")></i>{name}</span> }
                })
                .collect_view();
            let more = (more > 0).then(|| view! { <span class="color-name">{more} " more"</span> });
            Some(view! { <span class="color-key">{names} {more}</span> }.into_any())
        }
    }
}

/// How many runs pass the brushes, and what to do with them.
#[component]
fn Passing(panel: Panel) -> impl IntoView {
    let workspace = panel.workspace;
    let brushed = workspace.view(|view| !view.brushes.is_empty());
    let counts = Memo::new(move |_| (panel.passing(), panel.rows.with(|rows| rows.rows.len())));
    let words = move || {
        let ((passing, all), rows) = (counts.get(), panel.rows.get());
        let mut text = format!("{} of {} runs", count(passing as u64), count(all as u64));
        let loaded = all + rows.hidden;
        if rows.not_loaded > 0 && loaded >= MOST_RUNS {
            text += &format!(" (the first {} of {})", count(loaded as u64), count((loaded + rows.not_loaded) as u64));
        } else if rows.not_loaded > 0 {
            text += &format!(" (loading {} more)", count(rows.not_loaded as u64));
        }
        text
    };
    let brushed_rows = move || {
        let through = panel.through.get_untracked();
        panel.rows.with_untracked(|rows| {
            rows.rows
                .iter()
                .zip(through.iter())
                .filter(|(_, through)| **through)
                .map(|(row, _)| row.clone())
                .collect::<Vec<_>>()
        })
    };
    let hidden = Memo::new(move |_| panel.rows.with(|rows| rows.hidden));
    view! {
        <span class="parallel-count">
            <span role="status" class="num">{words}</span>
            {move || brushed.get().then(|| view! {
                <button type="button" class="button" title="Show only the brushed runs"
                    on:click=move |_| workspace.keep(&brushed_rows(), true)>"Keep"</button>
                <button type="button" class="button" title="Hide the brushed runs"
                    on:click=move |_| workspace.keep(&brushed_rows(), false)>"Exclude"</button>
            })}
            <BrushChip workspace/>
            {move || (hidden.get() > 0).then(|| view! {
                <button type="button" class="chip" aria-label="Show hidden runs" title="Show hidden runs"
                    on:click=move |_| workspace.change("runs shown", |view| {
                        view.hidden.clear();
                        view.hide_all = false;
                    })>
                    {count(hidden.get() as u64)} " hidden" {icon(Icon::Close)}
                </button>
            })}
        </span>
    }
    .into_any()
}
