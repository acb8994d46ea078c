//! A column chosen from a list, and for a metric which of its numbers.

use crate::state::Workspace;
use data::{column::Column, summary::Summary};
use leptos::{ev, prelude::*};

/// What the choice of a metric's number is called: its words, and what it is.
const SUMMARIES: [(&str, Option<Summary>); 6] = [
    ("latest", None),
    ("min", Some(Summary::Min)),
    ("max", Some(Summary::Max)),
    ("best", Some(Summary::Best)),
    ("mean", Some(Summary::Mean)),
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

/// A field that takes the name of a column, typed or chosen from what it offers; a key typed there adds nothing yet.
#[component]
pub fn AddColumn(
    workspace: Workspace,
    /// What is added, for people who hear it.
    label: &'static str,
    /// Told which column was named.
    on_add: Callback<Column>,
) -> impl IntoView {
    let columns = workspace.columns();
    let wrong = RwSignal::new(false);
    let list = format!("{}-columns", label.replace(' ', "-"));
    let add = move |event: ev::Event| {
        let text = event_target_value(&event);
        let found = columns.with_untracked(|columns| named(columns.iter(), text.trim()));
        wrong.set(found.is_none() && !text.trim().is_empty());
        if let Some(column) = found {
            event_target::<web_sys::HtmlInputElement>(&event).set_value("");
            on_add.run(column);
        }
    };
    let options = move || {
        let option = |column: &Column| view! { <option value=column.to_string()>{column.label()}</option> };
        columns.with(|columns| columns.iter().map(option).collect_view())
    };
    view! {
        <input class="field" type="text" list=list.clone() aria-label=label placeholder=label autocomplete="off" spellcheck="false"
            aria-invalid=move || wrong.get().to_string() on:change=add/>
        <datalist id=list>{options}</datalist>
        {move || wrong.get().then(|| view! { <span class="view-error" role="alert">"No column is called that."</span> })}
    }
    .into_any()
}

/// The column that `text` writes, or the first one with that name.
fn named<'a>(mut columns: impl Iterator<Item = &'a Column> + Clone, text: &str) -> Option<Column> {
    let written = text.parse::<Column>().ok().filter(|column| {
        let plain = with_summary(column.clone(), None);
        columns.clone().any(|known| *known == plain)
    });
    written.or_else(|| columns.find(|column| column.title().eq_ignore_ascii_case(text)).cloned())
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
        Some(Summary::Min | Summary::Max | Summary::Best | Summary::Mean) | None => None,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_as_it_is_written_or_by_its_name() {
        let columns: Vec<Column> = ["attributes.run_name", "params.lr", "metrics.loss", "tags.lr"]
            .iter()
            .map(|text| text.parse().expect(text))
            .collect();
        for (text, found) in [
            ("tags.lr", Some("tags.lr")),
            ("lr", Some("params.lr")),
            ("NAME", Some("attributes.run_name")),
            ("metrics@min.loss", Some("metrics@min.loss")),
            ("metrics@min.acc", None),
            ("", None),
        ] {
            assert_eq!(named(columns.iter(), text).map(|column| column.to_string()).as_deref(), found, "{text}");
        }
    }
}
