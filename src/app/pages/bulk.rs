//! What can be done to the runs that are selected.

use crate::{
    api,
    parts::TOOLS,
    state::{Workspace, compare::toggle as toggle_compared},
    ui::{
        dialog::Dialog,
        format::count,
        icon::{Icon, icon},
        menu::{Action, Menu},
    },
};
use charts::format::counted;
use data::{
    actions::RunAction,
    run::{ExperimentRow, RunRow},
};
use leptos::{prelude::*, task::spawn_local};
use std::{collections::BTreeMap, sync::Arc};

/// How many runs a question names one by one.
const NAMED: usize = 12;

/// What has to be asked before it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Question {
    /// Which tag they get or lose.
    Tag,
    /// What they are called.
    Rename,
    /// Which experiment they go to.
    Move,
    /// Whether they go to the trash.
    Delete,
}

impl Question {
    fn title(self) -> &'static str {
        match self {
            Question::Tag => "Tag runs",
            Question::Rename => "Rename runs",
            Question::Move => "Move runs",
            Question::Delete => "Delete runs",
        }
    }
}

/// The selected runs and what can be done to them; nothing while none is selected.
#[component]
pub fn BulkBar(workspace: Workspace) -> impl IntoView {
    let question = RwSignal::new(None::<Question>);
    let selected = Memo::new(move |_| workspace.selection.runs.with(|runs| runs.len()));
    let actions = Callback::new(move |()| actions(workspace, question));
    move || {
        (selected.get() > 0).then(|| {
            view! {
                <div class="bulk" role="toolbar" aria-label="Selected runs">
                    <span role="status">{move || format!("{} selected", count(selected.get() as u64))}</span>
                    <Menu label="Actions of the selected runs" words="Actions".to_owned() actions/>
                    <button type="button" class="icon-button" aria-label="Select none" title="Select none (Esc)"
                        on:click=move |_| workspace.selection.set(Default::default())>{icon(Icon::Close)}</button>
                </div>
                {move || question.get().map(|of| {
                    let close = Callback::new(move |()| question.set(None));
                    view! { <Dialog title=of.title() on_close=close>{TOOLS.show(move |tools| (tools.bulk)(workspace, of, close))}</Dialog> }
                })}
            }
        })
    }
}

fn actions(workspace: Workspace, question: RwSignal<Option<Question>>) -> Vec<Action> {
    let action = |words: &str, key: &'static str, run: Callback<()>| Action { words: words.to_owned(), key, run };
    let change =
        |words: &str, topic: &'static str, change: fn(&mut data::view::View, std::collections::BTreeSet<String>)| {
            let run = move |()| workspace.change(topic, |view| change(view, workspace.ticked_shorts()));
            action(words, "", Callback::new(run))
        };
    let ask = |words: &str, of: Question| action(words, "", Callback::new(move |()| question.set(Some(of))));
    vec![
        change("Show only these", "runs shown", |view, runs| {
            view.hidden = runs;
            view.hide_all = true;
        }),
        change("Show them", "runs shown", |view, runs| {
            for run in runs.iter().filter(|run| !view.shows(run)).collect::<Vec<_>>() {
                view.toggle(run);
            }
        }),
        change("Hide them", "runs shown", |view, runs| {
            for run in runs.iter().filter(|run| view.shows(run)).collect::<Vec<_>>() {
                view.toggle(run);
            }
        }),
        change("Pin them", "pin", |view, runs| view.pinned.extend(runs)),
        change("Compare them", "compared runs", |view, runs| {
            view.compare.runs.clear();
            runs.iter().for_each(|run| toggle_compared(&mut view.compare, run));
        }),
        ask("Tag…", Question::Tag),
        ask("Rename…", Question::Rename),
        ask("Move to another experiment…", Question::Move),
        ask("Delete…", Question::Delete),
        action(
            "Save as CSV",
            "",
            Callback::new(move |()| super::table_export::save_csv(workspace, &workspace.ticked_rows())),
        ),
    ]
}

/// What the dialog asks.
pub fn ask(workspace: Workspace, question: Question, close: Callback<()>) -> AnyView {
    let rows = workspace.ticked_rows();
    match question {
        Question::Tag => view! { <TagForm workspace rows close/> }.into_any(),
        Question::Rename => view! { <RenameForm workspace rows close/> }.into_any(),
        Question::Move => view! { <MoveForm workspace rows close/> }.into_any(),
        Question::Delete => view! { <DeleteForm workspace rows close/> }.into_any(),
    }
}

/// The names of `rows`, the first of them if they are many.
pub fn names(rows: &[Arc<RunRow>]) -> AnyView {
    let named = rows.iter().take(NAMED).map(|row| view! { <li>{row.name.clone()}</li> }).collect_view();
    let more = rows.len().saturating_sub(NAMED);
    view! {
        <ul class="bulk-names">{named}
            {(more > 0).then(|| view! { <li>{format!("and {} more", count(more as u64))}</li> })}
        </ul>
    }
    .into_any()
}

/// A button that does what a form says.
fn go(words: String, run: impl Fn() + 'static) -> AnyView {
    view! { <button type="button" class="button" data-look="primary" on:click=move |_| run()>{words}</button> }
        .into_any()
}

fn text_field(label: &'static str, value: RwSignal<String>) -> AnyView {
    view! {
        <label class="bulk-field">{label}
            <input class="field" type="text" spellcheck="false" autocomplete="off" prop:value=move || value.get()
                on:input=move |event| value.set(event_target_value(&event))/>
        </label>
    }
    .into_any()
}

#[component]
fn TagForm(workspace: Workspace, rows: Vec<Arc<RunRow>>, close: Callback<()>) -> impl IntoView {
    let (name, value) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let runs = counted(rows.len() as u64, "run", "runs");
    let known: Vec<String> = {
        let tags = rows.iter().flat_map(|row| row.tags.keys()).filter(|name| !name.starts_with("mlflow."));
        tags.cloned().collect::<std::collections::BTreeSet<_>>().into_iter().collect()
    };
    let rows = StoredValue::new(rows);
    let act = move |set: bool| {
        let tag = name.get_untracked().trim().to_owned();
        if tag.is_empty() {
            return;
        }
        let action = if set {
            RunAction::Tag { set: BTreeMap::from([(tag, value.get_untracked())]), remove: Vec::new() }
        } else {
            RunAction::Tag { set: BTreeMap::new(), remove: vec![tag] }
        };
        workspace.act(rows.get_value(), action);
        close.run(());
    };
    let chips = known
        .into_iter()
        .map(|tag| {
            let set = {
                let tag = tag.clone();
                move |_| name.set(tag.clone())
            };
            view! { <button type="button" class="chip" style="padding-right: 10px" on:click=set>{tag}</button> }
        })
        .collect_view();
    view! {
        <div class="bulk-form">
            {text_field("Tag", name)}
            <div class="bulk-chips">{chips}</div>
            {text_field("Value", value)}
            <div class="bulk-buttons">
                {go(format!("Tag {runs}"), move || act(true))}
                <button type="button" class="button" on:click=move |_| act(false)>"Remove the tag"</button>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn RenameForm(workspace: Workspace, rows: Vec<Arc<RunRow>>, close: Callback<()>) -> impl IntoView {
    let to = RwSignal::new(if rows.len() == 1 { rows[0].name.clone() } else { "{name}".to_owned() });
    let runs = counted(rows.len() as u64, "run", "runs");
    let first = rows.first().map(|row| row.name.clone()).unwrap_or_default();
    let rows = StoredValue::new(rows);
    view! {
        <div class="bulk-form">
            {text_field("New name", to)}
            <p class="filter-hint">"{name} stands for the name that a run has, {n} for its place, from 1."</p>
            <p>{first.clone()} " → " <b>{move || to.get().replace("{name}", &first).replace("{n}", "1")}</b></p>
            <div class="bulk-buttons">
                {go(format!("Rename {runs}"), move || {
                    let to = to.get_untracked();
                    if !to.trim().is_empty() {
                        workspace.act(rows.get_value(), RunAction::Rename { to });
                        close.run(());
                    }
                })}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn MoveForm(workspace: Workspace, rows: Vec<Arc<RunRow>>, close: Callback<()>) -> impl IntoView {
    let experiments = RwSignal::new(Vec::<ExperimentRow>::new());
    let chosen = RwSignal::new(String::new());
    let error = RwSignal::new(String::new());
    spawn_local(async move {
        match api::experiments().await {
            Ok(rows) => {
                let here = workspace.scope().experiment().to_owned();
                experiments.try_set(rows.into_iter().filter(|row| row.experiment_id != here).collect());
            }
            Err(failed) => drop(error.try_set(failed.to_string())),
        }
    });
    let options = move || {
        let option = |row: ExperimentRow| view! { <option value=row.experiment_id>{row.name}</option> };
        experiments.get().into_iter().map(option).collect_view()
    };
    let runs = counted(rows.len() as u64, "run", "runs");
    let rows = StoredValue::new(rows);
    view! {
        <div class="bulk-form">
            <select class="field" aria-label="To experiment" on:change=move |event| chosen.set(event_target_value(&event))>
                <option value="">"Choose an experiment"</option>
                {options}
            </select>
            <p class="view-error">{move || error.get()}</p>
            <div class="bulk-buttons">
                {go(format!("Move {runs}"), move || {
                    let experiment = chosen.get_untracked();
                    if !experiment.is_empty() {
                        workspace.act(rows.get_value(), RunAction::Move { experiment });
                        workspace.selection.set(Default::default());
                        close.run(());
                    }
                })}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn DeleteForm(workspace: Workspace, rows: Vec<Arc<RunRow>>, close: Callback<()>) -> impl IntoView {
    let runs = counted(rows.len() as u64, "run", "runs");
    let names = names(&rows);
    let rows = StoredValue::new(rows);
    view! {
        <div class="bulk-form">
            <p>"These go to the trash of the experiment, from where they can be restored:"</p>
            {names}
            <div class="bulk-buttons">
                {go(format!("Delete {runs}"), move || {
                    workspace.act(rows.get_value(), RunAction::Delete);
                    workspace.selection.set(Default::default());
                    close.run(());
                })}
                <button type="button" class="button" on:click=move |_| close.run(())>"Keep them"</button>
            </div>
        </div>
    }
    .into_any()
}
