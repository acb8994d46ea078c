//! The filter of runs: a text field, its parts as chips, what is wrong with it, and the rows that write it.

use crate::{
    parts::TOOLS,
    state::{
        Workspace,
        filter::{FilterDraft, error_place, parts_of},
    },
    ui::icon::{Icon, icon},
};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// The filter with both its faces.
#[component]
pub fn FilterBar(workspace: Workspace) -> impl IntoView {
    let draft = FilterDraft::new(workspace);
    let open = RwSignal::new(false);
    let field = NodeRef::<html::Input>::new();
    let button = NodeRef::<html::Button>::new();
    let bar = NodeRef::<html::Div>::new();
    let wrong = move || draft.error.with(Option::is_some);
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" => draft.apply(),
        "Escape" => {
            draft.forget();
            if let Some(field) = field.get_untracked() {
                let _ = field.blur();
            }
        }
        _ => {}
    };
    // A press anywhere else closes the rows; the page below stays in use meanwhile.
    let elsewhere = window_event_listener(ev::pointerdown, move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        if open.get_untracked()
            && let (Some(target), Some(bar)) = (target, bar.get_untracked())
            && !bar.contains(Some(&target))
            && target.is_connected()
        {
            open.set(false);
        }
    });
    on_cleanup(move || elsewhere.remove());
    view! {
        <div class="filter" role="group" aria-label="Filter" node_ref=bar>
            <div class="filter-line">
                <label class="search">
                    {icon(Icon::Filter)}
                    <input id="run-filter" class="field mono" type="text" spellcheck="false" autocomplete="off" node_ref=field
                        placeholder="Filter: metrics.loss < 0.5" aria-label="Filter runs"
                        aria-invalid=move || if wrong() { "true" } else { "false" }
                        aria-describedby="run-filter-note"
                        prop:value=move || draft.text.get()
                        on:input=move |event| draft.type_text(event_target_value(&event))
                        on:change=move |_| draft.apply()
                        on:keydown=on_key/>
                </label>
                <button type="button" class="button" node_ref=button title="Build the filter from rows"
                    aria-expanded=move || if open.get() { "true" } else { "false" }
                    on:click=move |_| open.update(|open| *open = !*open)>"Build"</button>
            </div>
            <div id="run-filter-note" aria-live="polite">{move || note(draft)}</div>
            {move || chips(workspace)}
            {move || open.get().then(|| {
                let close = Callback::new(move |()| close());
                TOOLS.show(move |tools| (tools.filter_rows)(workspace, draft, close))
            })}
        </div>
    }
    .into_any()
}

/// What is wrong and where, or how to apply what is typed.
fn note(draft: FilterDraft) -> Option<AnyView> {
    if let Some(error) = draft.error.get() {
        let (piece, mark) = error_place(&error);
        return Some(
            view! {
                <div class="filter-error" role="alert">
                    <pre aria-hidden="true">{format!("{piece}\n{}↑", " ".repeat(mark))}</pre>
                    <p>{format!("At character {}: {}.", error.at, error.message)}</p>
                </div>
            }
            .into_any(),
        );
    }
    draft.is_open().then(|| view! { <p class="filter-hint">"Enter applies it."</p> }.into_any())
}

/// The parts that must all hold, each of which can go.
fn chips(workspace: Workspace) -> Option<AnyView> {
    let parts = parts_of(&workspace.view(|view| view.filter.clone()).get());
    let chip = move |(place, part): (usize, String)| {
        let label = format!("Remove {part}");
        view! {
            <li class="filter-chip">
                <span class="mono" title=part.clone()>{part.clone()}</span>
                <button type="button" aria-label=label title="Remove" on:click=move |_| workspace.widen(place)>{icon(Icon::Close)}</button>
            </li>
        }
    };
    (!parts.is_empty()).then(|| {
        let chips = parts.into_iter().enumerate().map(chip).collect_view();
        view! { <ul class="filter-chips" aria-label="Applied filter">{chips}</ul> }.into_any()
    })
}
