//! A column chosen from a list, and for a metric which of its numbers.

use crate::state::Workspace;
use data::{column::Column, summary::Summary};
use leptos::{ev, prelude::*};

/// What the choice of a metric's number is called: its words, and what it is.
const SUMMARIES: [(&str, Option<Summary>); 5] = [
    ("latest", None),
    ("min", Some(Summary::Min)),
    ("max", Some(Summary::Max)),
    ("best", Some(Summary::Best)),
    ("at step", Some(Summary::Step(0))),
];

/// A list of all columns.
#[component]
pub fn ColumnChoice(
    workspace: Workspace,
    /// What is chosen, for people who hear it.
    #[prop(into)]
    label: String,
    /// The column that is chosen.
    #[prop(into)]
    chosen: Signal<Option<Column>>,
    /// Words that stand where none is chosen.
    #[prop(into, optional)]
    nothing: &'static str,
    /// Told which column was chosen.
    on_choose: Callback<Column>,
) -> impl IntoView {
    let columns = workspace.columns();
    let summary =
        move || chosen.with(|column| column.as_ref().map(|column| (column.metric().is_some(), summary_of(column))));
    // The list names a metric once.
    let plain = move || chosen.get().map(|column| with_summary(column, None));
    let group = move |label: &'static str, of: fn(&Column) -> bool| {
        let mut shown: Vec<Column> =
            columns.with(|columns| columns.iter().filter(|column| of(column)).cloned().collect());
        shown.extend(plain().filter(|column| of(column) && !shown.contains(column)));
        let options = shown
            .into_iter()
            .map(|column| {
                let selected = plain().as_ref() == Some(&column);
                view! { <option value=column.to_string() prop:selected=selected>{column.title().to_owned()}</option> }
            })
            .collect_view();
        view! { <optgroup label=label>{options}</optgroup> }.into_any()
    };
    let choose = move |event: ev::Event| {
        if let Ok(column) = event_target_value(&event).parse() {
            on_choose.run(column);
        }
    };
    view! {
        <select class="field" aria-label=label.clone() on:change=choose>
            {(!nothing.is_empty()).then(|| view! { <option value="" prop:selected=move || chosen.with(Option::is_none)>{nothing}</option> })}
            {move || [
                group("Run", |column| matches!(column, Column::Attribute(_))),
                group("Params", |column| matches!(column, Column::Param(_))),
                group("Metrics", |column| matches!(column, Column::Metric(_))),
                group("Tags", |column| matches!(column, Column::Tag(_))),
            ]}
        </select>
        {move || summary().filter(|(metric, _)| *metric).map(|(_, summary)| view! {
            <SummaryChoice label=format!("Number of {label}") chosen=summary on_choose=Callback::new(move |summary| {
                if let Some(column) = chosen.get_untracked() {
                    on_choose.run(with_summary(column, summary));
                }
            })/>
        })}
    }
    .into_any()
}

/// Which number of a metric; `None` is the latest.
#[component]
pub fn SummaryChoice(
    /// What is chosen, for people who hear it.
    #[prop(into)]
    label: String,
    /// What is chosen now.
    chosen: Option<Summary>,
    /// Told what was chosen.
    on_choose: Callback<Option<Summary>>,
) -> impl IntoView {
    let step = match chosen {
        Some(Summary::Step(step)) => Some(step),
        Some(Summary::Min | Summary::Max | Summary::Best) | None => None,
    };
    let at =
        SUMMARIES.iter().position(|(_, of)| *of == chosen || (step.is_some() && matches!(of, Some(Summary::Step(_)))));
    let options = SUMMARIES
        .iter()
        .enumerate()
        .map(|(place, (words, _))| view! { <option value=place.to_string() prop:selected=Some(place) == at>{*words}</option> })
        .collect_view();
    let choose = move |event: ev::Event| {
        let place = event_target_value(&event).parse().ok().and_then(|place: usize| SUMMARIES.get(place));
        if let Some((_, summary)) = place {
            on_choose.run(*summary);
        }
    };
    let type_step = move |event: ev::Event| {
        if let Ok(step) = event_target_value(&event).parse() {
            on_choose.run(Some(Summary::Step(step)));
        }
    };
    view! {
        <select class="field" style="flex: 0 0 84px" aria-label=label.clone() on:change=choose>{options}</select>
        {step.map(|step| view! {
            <input class="field" style="flex: 0 0 84px" type="number" step="1" aria-label=format!("Step, {label}") prop:value=step.to_string() on:change=type_step/>
        })}
    }
    .into_any()
}

/// Which number of its metric a column shows; `None` is the latest.
pub fn summary_of(column: &Column) -> Option<Summary> {
    match column {
        Column::Summary(_, summary) => Some(*summary),
        Column::Attribute(_) | Column::Param(_) | Column::Metric(_) | Column::Tag(_) => None,
    }
}

/// The column with another number of its metric; a column of no metric as it is.
pub fn with_summary(column: Column, summary: Option<Summary>) -> Column {
    match (column, summary) {
        (Column::Metric(name) | Column::Summary(name, _), None) => Column::Metric(name),
        (Column::Metric(name) | Column::Summary(name, _), Some(summary)) => Column::Summary(name, summary),
        (column @ (Column::Attribute(_) | Column::Param(_) | Column::Tag(_)), _) => column,
    }
}
