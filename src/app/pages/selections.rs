//! Selections with a name: saved from what is selected, joined with it, used as all the runs there are.

use crate::{
    parts::TOOLS,
    state::{Workspace, selection::Join},
    ui::{
        dialog::Dialog,
        format::count,
        menu::{Action, Menu},
    },
};
use leptos::{ev, prelude::*};

/// Opens the selections; beside it stands the one that is all there is.
#[component]
pub fn SelectionsButton(workspace: Workspace) -> impl IntoView {
    let open = RwSignal::new(false);
    let named = workspace.view(|view| view.selections.len());
    let within = workspace.view(|view| view.within.clone().filter(|name| view.selections.contains_key(name)));
    view! {
        {move || within.get().map(|name| view! {
            <button type="button" class="chip" style="padding-right: 8px" title="Use all runs again"
                aria-label=format!("Only runs in {name}, use all again")
                on:click=move |_| workspace.change("run set", |view| view.within = None)>{name.clone()} " ×"</button>
        })}
        <button type="button" class="button" title="Selections with a name" on:click=move |_| open.set(true)>
            "Selections" <span class="section-count">{move || match named.get() { 0 => String::new(), n => format!(" {n}") }}</span>
        </button>
        {move || open.get().then(|| view! {
            <Dialog title="Selections" on_close=move || open.set(false)>{TOOLS.show(move |tools| (tools.selections)(workspace))}</Dialog>
        })}
    }
    .into_any()
}

/// The named selections, and a field to name one more.
#[component]
pub fn Named(workspace: Workspace) -> impl IntoView {
    let name = RwSignal::new(String::new());
    let selected = workspace.selection.runs;
    let selections = workspace
        .view(|view| view.selections.iter().map(|(name, runs)| (name.clone(), runs.len())).collect::<Vec<_>>());
    let save = move || {
        let name_now = name.get_untracked().trim().to_owned();
        let runs = workspace.ticked_shorts();
        if !name_now.is_empty() && !runs.is_empty() {
            workspace.change("save selection", |view| drop(view.selections.insert(name_now, runs)));
            name.set(String::new());
        }
    };
    let select = move |words: &'static str, run: fn(Workspace)| {
        view! { <button type="button" class="button" on:click=move |_| run(workspace)>{words}</button> }
    };
    let line = move |(name, runs): (String, usize)| {
        let label = format!("Use of the selection {name}");
        let of = name.clone();
        view! {
            <li class="view-line">
                <b style="flex: 1; min-width: 0; overflow-wrap: anywhere">{name}</b>
                <span class="section-count">{format!("{} runs", count(runs as u64))}</span>
                <Menu label actions=Callback::new(move |()| uses(workspace, &of))/>
            </li>
        }
    };
    view! {
        <div class="bulk-form">
            <p role="status">{move || format!("{} selected", count(selected.with(|runs| runs.len()) as u64))}</p>
            <div class="bulk-buttons">
                {select("Select what is shown", |workspace| workspace.selection.set(workspace.runs.drawn.get_untracked().keys().copied().collect()))}
                {select("Select what matches", |workspace| workspace.tick_matching())}
                {select("Select none", |workspace| workspace.selection.set(Default::default()))}
            </div>
            <div class="view-save">
                <input class="field" type="text" aria-label="Name of the selection" placeholder="Name" autocomplete="off"
                    prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event))
                    on:keydown=move |event: ev::KeyboardEvent| if event.key() == "Enter" { save() }/>
                <button type="button" class="button" data-look="primary"
                    disabled=move || name.with(|name| name.trim().is_empty()) || selected.with(|runs| runs.is_empty())
                    on:click=move |_| save()>"Save the selected"</button>
            </div>
            <ul aria-label="Saved selections">{move || selections.get().into_iter().map(line).collect_view()}</ul>
            <p class="filter-hint" hidden=move || !selections.with(Vec::is_empty)>"None is saved. Select runs with X or their checkboxes, and give them a name."</p>
        </div>
    }
    .into_any()
}

/// What can be done with a named selection.
fn uses(workspace: Workspace, name: &str) -> Vec<Action> {
    let action = |words: &str, run: Callback<()>| Action { words: words.to_owned(), key: "", run };
    let name = StoredValue::new(name.to_owned());
    let mut actions: Vec<Action> = Join::ALL
        .into_iter()
        .map(|(join, words)| action(words, Callback::new(move |()| workspace.tick_named(&name.get_value(), join))))
        .collect();
    let used = workspace.view_now(|view| view.within.as_deref() == Some(&*name.read_value()));
    actions.push(action(
        if used { "Use all runs again" } else { "Use as all the runs there are" },
        Callback::new(move |()| workspace.change("run set", |view| view.within = (!used).then(|| name.get_value()))),
    ));
    actions.push(action(
        "Remove the name",
        Callback::new(move |()| {
            workspace.change("remove selection", |view| {
                view.selections.remove(&name.get_value());
                view.within.take_if(|within| *within == name.get_value());
            });
        }),
    ));
    actions
}
