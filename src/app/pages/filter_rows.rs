//! The filter as rows: a column, how it is compared, a value; and groups of rows one level deep.

use crate::{
    pages::column_choice::{SummaryChoice, with_summary},
    state::{
        Workspace,
        filter::{FilterDraft, remove_row, row_at, row_mut, values_of},
    },
    ui::icon::{Icon, icon},
};
use data::{
    column::Column,
    query::{Condition, DatasetField, Field, Form, Operator, Ordering, Part, RunAttribute},
    summary::Summary,
};
use leptos::{ev, html, prelude::*};

/// Where a row stands: its part, and its place in the group if the part is one.
type Place = (usize, Option<usize>);

/// The rows in a box that leaves the page in use.
#[component]
pub fn FilterRows(workspace: Workspace, draft: FilterDraft, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(node) = node.get() {
            let _ = node.focus();
        }
    });
    let form = draft.form;
    let shape = Memo::new(move |_| {
        let of = |part: &Part| match part {
            Part::One(_) => None,
            Part::Group(_, rows) => Some(rows.len()),
        };
        form.with(|form| form.as_ref().map(|form| form.parts.iter().map(of).enumerate().collect::<Vec<_>>()))
    });
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            on_close.run(());
        }
    };
    let many = Memo::new(move |_| shape.with(|shape| shape.as_ref().is_some_and(|parts| parts.len() > 1)));
    let add = move |part: Part| draft.change_rows(|form| form.parts.push(part));
    let joint = Joint::new(
        Memo::new(move |_| form.with(|form| form.as_ref().is_some_and(|form| form.any))),
        Callback::new(move |any| draft.change_rows(|form| form.any = any)),
    );
    let first = move || Condition::new(first_field(workspace));
    view! {
        <div class="filter-rows" role="dialog" aria-label="Build a filter" tabindex="-1" node_ref=node on:keydown=on_key>
            <div class="filter-rows-head">
                <h3>"Show runs where"</h3>
                {move || many.get().then(|| view! { <JointChoice joint what="conditions"/> })}
                <button type="button" class="icon-button" aria-label="Close" on:click=move |_| on_close.run(())>{icon(Icon::Close)}</button>
            </div>
            {move || {
                (shape.with(Option::is_none)).then(|| view! {
                    <p class="filter-hint">"This filter says more than rows can show, or is not yet whole. Go on in the text."</p>
                })
            }}
            <For each=move || shape.get().unwrap_or_default() key=|shape| *shape
                children=move |(part, group)| match group {
                    None => view! { <Row workspace draft place=(part, None)/> }.into_any(),
                    Some(rows) => view! { <Group workspace draft part rows/> }.into_any(),
                }/>
            <div class="filter-rows-foot" hidden=move || shape.with(Option::is_none)>
                <button type="button" class="button" on:click=move |_| add(Part::One(first()))>"Add condition"</button>
                <button type="button" class="button" on:click=move |_| add(Part::Group(true, vec![first(), first()]))>"Add group"</button>
            </div>
        </div>
    }
    .into_any()
}

/// What a new row begins with: a param if there is one, because those are what people compare.
fn first_field(workspace: Workspace) -> Field<RunAttribute> {
    let columns = workspace.columns().get_untracked();
    let param = columns.iter().find(|column| matches!(column, Column::Param(_)));
    param.map_or(Field::Attribute(RunAttribute::RunName), Column::field)
}

/// Whether all or any of some rows must hold.
#[derive(Clone, Copy)]
struct Joint {
    any: Memo<bool>,
    set: Callback<bool>,
}

impl Joint {
    fn new(any: Memo<bool>, set: Callback<bool>) -> Joint {
        Joint { any, set }
    }
}

#[component]
fn JointChoice(joint: Joint, what: &'static str) -> impl IntoView {
    let option = move |any: bool, words: &'static str| {
        view! {
            <button type="button" role="radio" aria-checked=move || if joint.any.get() == any { "true" } else { "false" }
                on:click=move |_| joint.set.run(any)>{words}</button>
        }
    };
    view! {
        <span class="segments" role="radiogroup" aria-label=format!("How the {what} are joined")>
            {option(false, "all hold")} {option(true, "any holds")}
        </span>
    }
    .into_any()
}

#[component]
fn Group(workspace: Workspace, draft: FilterDraft, part: usize, rows: usize) -> impl IntoView {
    let group = move |form: &Form| matches!(form.parts.get(part), Some(Part::Group(true, _)));
    let set = move |wanted: bool| {
        draft.change_rows(|form| {
            if let Some(Part::Group(any, _)) = form.parts.get_mut(part) {
                *any = wanted;
            }
        })
    };
    let add = move |_| {
        draft.change_rows(|form| {
            if let Some(Part::Group(_, rows)) = form.parts.get_mut(part) {
                rows.push(Condition::new(first_field(workspace)));
            }
        })
    };
    let joint =
        Joint::new(Memo::new(move |_| draft.form.with(|form| form.as_ref().is_some_and(group))), Callback::new(set));
    let inner = (0..rows).map(|at| view! { <Row workspace draft place=(part, Some(at))/> }).collect_view();
    view! {
        <fieldset class="filter-group" aria-label="Group">
            <div class="filter-rows-foot">
                <JointChoice joint what="conditions of the group"/>
                <button type="button" class="button" on:click=add>"Add to group"</button>
            </div>
            {inner}
        </fieldset>
    }
    .into_any()
}

#[component]
fn Row(workspace: Workspace, draft: FilterDraft, place: Place) -> impl IntoView {
    let row = Memo::new(move |_| draft.form.with(|form| row_at(form.as_ref()?, place).cloned()));
    let field = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.field.clone())));
    let change = move |change: &dyn Fn(&mut Condition)| {
        draft.change_rows(|form| row_mut(form, place).into_iter().for_each(change))
    };
    let not = move || row.with(|row| row.as_ref().is_some_and(|row| row.not));
    let value = move || row.with(|row| row.as_ref().map(|row| row.value.clone()).unwrap_or_default());
    let takes_value = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.operator.takes_value())));
    let hint = move || row.with(|row| row.as_ref().map_or("", value_hint));
    let offers = format!("filter-values-{}-{}", place.0, place.1.map_or("-".to_owned(), |at| at.to_string()));
    let values = move || {
        let field = field.get()?;
        let values = workspace.runs.list.with(|list| values_of(list, &field));
        Some(values.into_iter().map(|value| view! { <option value=value></option> }).collect_view())
    };
    view! {
        <div class="filter-row" role="group" aria-label="Condition">
            <button type="button" class="button filter-not" title="Turn the condition around"
                aria-pressed=move || if not() { "true" } else { "false" }
                on:click=move |_| change(&|row| row.not = !row.not)>"not"</button>
            <span class="filter-field">
                <FieldChoice workspace field on_choose=Callback::new(move |field: Field<RunAttribute>| {
                    change(&|row| {
                        let fits = Operator::all_of(&field).contains(&row.operator);
                        let fresh = Condition::new(field.clone());
                        *row = Condition { not: row.not, operator: if fits { row.operator } else { fresh.operator }, ..fresh };
                    })
                })/>
                {move || field.get().and_then(metric_of).map(|(metric, summary)| view! {
                    <SummaryChoice label="Number of the metric" chosen=summary on_choose=Callback::new(move |summary| {
                        change(&|row| row.field = with_summary(Column::Metric(metric.clone()), summary).field());
                    })/>
                })}
            </span>
            <OperatorChoice row field on_choose=Callback::new(move |operator| change(&|row| row.operator = operator))/>
            <input class="field mono" type="text" spellcheck="false" autocomplete="off" aria-label="Value" list=offers.clone()
                placeholder=hint prop:value=value hidden=move || !takes_value.get()
                on:change=move |event| change(&|row| row.value = event_target_value(&event))/>
            <datalist id=offers>{values}</datalist>
            <button type="button" class="icon-button" aria-label="Remove condition" title="Remove"
                on:click=move |_| draft.change_rows(|form| remove_row(form, place))>{icon(Icon::Close)}</button>
        </div>
    }
    .into_any()
}

/// The metric of a field, and which of its numbers.
fn metric_of(field: Field<RunAttribute>) -> Option<(String, Option<Summary>)> {
    match field {
        Field::Metric(name) => Some((name, None)),
        Field::Summary(name, summary) => Some((name, Some(summary))),
        Field::Param(_) | Field::Tag(_) | Field::Dataset(_) | Field::Attribute(_) => None,
    }
}

fn value_hint(row: &Condition) -> &'static str {
    match row.operator {
        Operator::In | Operator::NotIn => "a, b, c",
        Operator::Like | Operator::ILike => "%part%",
        Operator::Matches => "^regex$",
        Operator::Order(_) if matches!(row.field, Field::Attribute(_)) && row.is_number() => "milliseconds",
        Operator::Order(_) if row.is_number() => "number",
        Operator::Order(_) | Operator::Missing | Operator::Present => "value",
    }
}

/// Which field a row is about: what the loaded runs have, and what the text names beside that.
#[component]
fn FieldChoice(
    workspace: Workspace,
    field: Memo<Option<Field<RunAttribute>>>,
    on_choose: Callback<Field<RunAttribute>>,
) -> impl IntoView {
    let columns = workspace.columns();
    // A metric is named once; which of its numbers is chosen beside.
    let field = Memo::new(move |_| {
        field.get().map(|field| metric_of(field.clone()).map_or(field, |(metric, _)| Field::Metric(metric)))
    });
    let fields = Memo::new(move |_| {
        let plain = |column: &&Column| !matches!(column, Column::Summary(..));
        let mut fields: Vec<_> = columns.with(|columns| columns.iter().filter(plain).map(Column::field).collect());
        fields.extend([DatasetField::Name, DatasetField::Digest, DatasetField::Context].map(Field::Dataset));
        fields.extend(field.get().filter(|field| !fields.contains(field)));
        fields
    });
    let option = move |of: Field<RunAttribute>| {
        let words = of.to_string();
        let chosen = move || field.with(|field| field.as_ref() == Some(&of));
        view! { <option value=words.clone() prop:selected=chosen>{words.clone()}</option> }
    };
    let choose = move |event: ev::Event| {
        let words = event_target_value(&event);
        let found = fields.with_untracked(|fields| fields.iter().find(|field| field.to_string() == words).cloned());
        if let Some(field) = found {
            on_choose.run(field);
        }
    };
    view! {
        <select class="field" aria-label="Column" on:change=choose>
            {move || fields.get().into_iter().map(option).collect_view()}
        </select>
    }
    .into_any()
}

#[component]
fn OperatorChoice(
    row: Memo<Option<Condition>>,
    field: Memo<Option<Field<RunAttribute>>>,
    on_choose: Callback<Operator>,
) -> impl IntoView {
    let operators = Memo::new(move |_| field.get().map(|field| Operator::all_of(&field)).unwrap_or_default());
    let option = move |of: Operator| {
        let chosen = move || row.with(|row| row.as_ref().is_some_and(|row| row.operator == of));
        view! { <option value=of.sign() prop:selected=chosen>{words_of(of)}</option> }
    };
    let choose = move |event: ev::Event| {
        let sign = event_target_value(&event);
        if let Some(&operator) = operators.get_untracked().iter().find(|operator| operator.sign() == sign) {
            on_choose.run(operator);
        }
    };
    view! {
        <select class="field" aria-label="Comparison" on:change=choose>
            {move || operators.get().into_iter().map(option).collect_view()}
        </select>
    }
    .into_any()
}

fn words_of(operator: Operator) -> &'static str {
    match operator {
        Operator::Order(Ordering::Equal) => "=",
        Operator::Order(Ordering::NotEqual) => "≠",
        Operator::Order(Ordering::Less) => "<",
        Operator::Order(Ordering::LessOrEqual) => "≤",
        Operator::Order(Ordering::Greater) => ">",
        Operator::Order(Ordering::GreaterOrEqual) => "≥",
        Operator::Like => "is like",
        Operator::ILike => "is like, any case",
        Operator::Matches => "matches regex",
        Operator::In => "is one of",
        Operator::NotIn => "is none of",
        Operator::Missing => "is missing",
        Operator::Present => "is there",
    }
}
