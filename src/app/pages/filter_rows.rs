//! The filter as rows: a column, how it is compared, a value; and groups of rows in groups of rows.

use crate::{
    pages::column_choice::{SummaryChoice, with_summary},
    state::{
        Workspace,
        filter::{FilterDraft, values_of},
    },
    ui::icon::{Icon, icon},
};
use data::{
    column::Column,
    query::{Condition, DatasetField, Field, Form, Operator, Ordering, Part, RunAttribute},
    summary::Summary,
};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// How deep groups are made in each other here; the text may go on to 20.
const DEEPEST: usize = 8;

/// Where a part stands: its place in the form, then in its group, and so on.
type Path = StoredValue<Vec<usize>>;

/// The rows in a box that leaves the page in use.
#[component]
pub fn FilterRows(workspace: Workspace, draft: FilterDraft, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(node) = node.get() {
            let _ = node.focus();
        }
    });
    let shown = Memo::new(move |_| draft.form.with(Option::is_some));
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Escape" {
            event.stop_propagation();
            on_close.run(());
        }
    };
    let whole = Group { workspace, draft, path: StoredValue::new(Vec::new()) };
    let many = whole.many();
    view! {
        <div class="filter-rows" role="dialog" aria-label="Build a filter" tabindex="-1" node_ref=node on:keydown=on_key>
            <div class="filter-rows-head">
                <h3>"Show runs where"</h3>
                {move || many.get().then(|| whole.joint("conditions"))}
                <button type="button" class="icon-button" aria-label="Close" on:click=move |_| on_close.run(())>{icon(Icon::Close)}</button>
            </div>
            {move || (!shown.get()).then(|| {
                let words = if draft.error.with(Option::is_some) {
                    "The text is not yet whole. Go on there; what is wrong stands below it."
                } else {
                    "Rows cannot show an empty text, nor a list with a comma inside a text. Go on in the text."
                };
                view! { <p class="filter-hint">{words}</p> }
            })}
            {whole.parts()}
            <div class="filter-rows-foot" hidden=move || !shown.get()>{whole.adders()}</div>
        </div>
    }
    .into_any()
}

/// The form, or a group in it.
#[derive(Clone, Copy)]
struct Group {
    workspace: Workspace,
    draft: FilterDraft,
    path: Path,
}

impl Group {
    fn read<T: PartialEq + Send + Sync + 'static>(self, part: fn(&Form) -> T) -> Memo<Option<T>> {
        Memo::new(move |_| {
            self.draft.form.with(|form| self.path.with_value(|path| Some(part(form.as_ref()?.group(path)?))))
        })
    }

    fn change(self, change: impl FnOnce(&mut Form)) {
        self.draft.change_rows(|form| {
            if let Some(group) = self.path.with_value(|path| form.group_mut(path)) {
                change(group);
            }
        });
    }

    /// The path of its part at this place.
    fn inner(self, at: usize) -> Vec<usize> {
        self.path.with_value(|path| path.iter().copied().chain([at]).collect())
    }

    fn many(self) -> Memo<bool> {
        let many = self.read(|form| form.parts.len() > 1);
        Memo::new(move |_| many.get().unwrap_or(false))
    }

    /// Whether all or any of its parts must hold.
    fn joint(self, what: &'static str) -> AnyView {
        let any = self.read(|form| form.any);
        let option = move |wanted: bool, words: &'static str| {
            view! {
                <button type="button" role="radio" aria-checked=move || if any.get() == Some(wanted) { "true" } else { "false" }
                    on:click=move |_| self.change(|group| group.any = wanted)>{words}</button>
            }
        };
        view! {
            <span class="segments" role="radiogroup" aria-label=format!("How the {what} are joined")>
                {option(false, "all hold")} {option(true, "any holds")}
            </span>
        }
        .into_any()
    }

    /// Its rows and groups.
    fn parts(self) -> AnyView {
        let shape = self.read(|form| {
            let is_group = |part: &Part| matches!(part, Part::Group(_));
            form.parts.iter().map(is_group).enumerate().collect::<Vec<_>>()
        });
        let part = move |(at, is_group): (usize, bool)| {
            let path = StoredValue::new(self.inner(at));
            match is_group {
                true => Group { path, ..self }.view(),
                false => view! { <Row workspace=self.workspace draft=self.draft path/> }.into_any(),
            }
        };
        view! { <For each=move || shape.get().unwrap_or_default() key=|shape| *shape children=part/> }.into_any()
    }

    /// What adds a row, and a group of two; the new row takes the focus.
    fn adders(self) -> AnyView {
        let first = move || Condition::new(first_field(self.workspace));
        let add = move |part: Part| {
            let at = self.draft.form.with_untracked(|form| {
                self.path.with_value(|path| form.as_ref()?.group(path).map(|group| group.parts.len()))
            });
            let mut path = self.inner(at.unwrap_or_default());
            if let Part::Group(_) = part {
                path.push(0);
            }
            self.change(|group| group.parts.push(part));
            request_animation_frame(move || focus(&format!("[data-path='{}'] select", id_of(&path))));
        };
        let depth = self.path.with_value(Vec::len);
        let of = if depth == 0 { "" } else { " to the group" };
        let two = move || Form { any: true, parts: vec![Part::One(first()), Part::One(first())], ..Form::default() };
        view! {
            <button type="button" class="button" aria-label=format!("Add condition{of}") on:click=move |_| add(Part::One(first()))>"Add condition"</button>
            {(depth < DEEPEST).then(|| view! {
                <button type="button" class="button" aria-label=format!("Add group{of}") on:click=move |_| add(Part::Group(two()))>"Add group"</button>
            })}
        }
        .into_any()
    }

    fn view(self) -> AnyView {
        let not = self.read(|form| form.not);
        view! {
            <fieldset class="filter-group" aria-label="Group">
                <div class="filter-rows-foot">
                    <button type="button" class="button filter-not" title="Turn the group around" aria-label="Not this group"
                        aria-pressed=move || if not.get() == Some(true) { "true" } else { "false" }
                        on:click=move |_| self.change(|group| group.not = !group.not)>"not"</button>
                    {self.joint("conditions of the group")}
                    <button type="button" class="icon-button" aria-label="Remove group" title="Remove the group"
                        on:click=move |_| remove(self.draft, self.path)>{icon(Icon::Close)}</button>
                </div>
                {self.parts()}
                <div class="filter-rows-foot">{self.adders()}</div>
            </fieldset>
        }
        .into_any()
    }
}

/// Takes a part away; the keys stay in the box.
fn remove(draft: FilterDraft, path: Path) {
    let path = path.get_value();
    draft.change_rows(|form| form.remove(&path));
    focus(".filter-rows");
}

fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(element) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
    }
}

/// A path as a part of an id.
fn id_of(path: &[usize]) -> String {
    path.iter().map(ToString::to_string).collect::<Vec<_>>().join("-")
}

/// What a new row begins with: a param if there is one, because those are what people compare.
fn first_field(workspace: Workspace) -> Field<RunAttribute> {
    let columns = workspace.columns().get_untracked();
    let param = columns.iter().find(|column| matches!(column, Column::Param(_)));
    param.map_or(Field::Attribute(RunAttribute::RunName), Column::field)
}

#[component]
fn Row(workspace: Workspace, draft: FilterDraft, path: Path) -> impl IntoView {
    let row = Memo::new(move |_| draft.form.with(|form| path.with_value(|path| form.as_ref()?.row(path).cloned())));
    let field = Memo::new(move |_| row.with(|row| row.as_ref().map(|row| row.field.clone())));
    let change = move |change: &dyn Fn(&mut Condition)| {
        draft.change_rows(|form| path.with_value(|path| form.row_mut(path)).into_iter().for_each(change))
    };
    let not = move || row.with(|row| row.as_ref().is_some_and(|row| row.not));
    let value = move || row.with(|row| row.as_ref().map(|row| row.value.clone()).unwrap_or_default());
    let takes_value = Memo::new(move |_| row.with(|row| row.as_ref().is_some_and(|row| row.operator.takes_value())));
    let hint = move || row.with(|row| row.as_ref().map_or("", value_hint));
    let id = path.with_value(|path| id_of(path));
    let offers = format!("filter-values-{id}");
    let values = move || {
        let field = field.get()?;
        let values = workspace.runs.list.with(|list| values_of(list, &field));
        Some(values.into_iter().map(|value| view! { <option value=value></option> }).collect_view())
    };
    view! {
        <div class="filter-row" role="group" aria-label="Condition" data-path=id>
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
                on:click=move |_| remove(draft, path)>{icon(Icon::Close)}</button>
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
        Operator::Order(_) if row.field == Field::Attribute(RunAttribute::Duration) => "90s, 5m, 2h, 1d",
        Operator::Order(_) if matches!(row.field, Field::Attribute(_)) && row.is_number() => "2026-01-31 14:00, in UTC",
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
