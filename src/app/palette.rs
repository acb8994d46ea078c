//! The command palette: `Ctrl K` finds pages, experiments, runs, metrics and actions by name.

use crate::{api, state::Workspace, ui::theme::ThemeState};
use data::run::ExperimentRow;
use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use std::sync::Arc;

/// How many finds are listed.
const LISTED: usize = 60;

/// Something that the palette finds.
#[derive(Clone)]
struct Entry {
    words: String,
    kind: &'static str,
    run: Callback<()>,
}

/// The palette over the page. `workspace` is the one on the screen, if there is one.
#[component]
pub fn Palette(workspace: Option<Workspace>, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let experiments = RwSignal::new(Vec::<ExperimentRow>::new());
    spawn_local(async move {
        if let Ok(rows) = api::experiments().await {
            experiments.try_set(rows);
        }
    });
    let theme = expect_context::<ThemeState>();
    let navigate = use_navigate();
    let open = Callback::new(move |href: String| navigate(&href, Default::default()));
    let query = RwSignal::new(String::new());
    let chosen = RwSignal::new(0usize);
    let everything = Memo::new_with_compare(
        move |_| Arc::new([actions(workspace, theme), places(workspace, &experiments.get(), open)].concat()),
        |before, after| !before.zip(after).is_some_and(|(before, after)| Arc::ptr_eq(before, after)),
    );
    let found = Memo::new_with_compare(
        move |_| {
            let query = query.get().to_lowercase();
            let everything = everything.get();
            let mut found: Vec<(u8, Entry)> = everything
                .iter()
                .filter_map(|entry| Some((rank(&entry.words.to_lowercase(), &query)?, entry.clone())))
                .collect();
            found.sort_by_key(|(rank, _)| *rank);
            found.into_iter().map(|(_, entry)| entry).take(LISTED).collect::<Vec<_>>()
        },
        |_, _| true,
    );
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    let run = move |at: usize| {
        if let Some(entry) = found.with_untracked(|found| found.get(at).cloned()) {
            on_close.run(());
            entry.run.run(());
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        event.stop_propagation();
        let count = found.with_untracked(Vec::len);
        match event.key().as_str() {
            "Escape" => on_close.run(()),
            "Enter" => run(chosen.get_untracked()),
            "ArrowDown" if count > 0 => chosen.update(|at| *at = (*at + 1) % count),
            "ArrowUp" if count > 0 => chosen.update(|at| *at = (*at + count - 1) % count),
            _ => return,
        }
        event.prevent_default();
        request_animation_frame(show_chosen);
    };
    let rows = move || {
        let found = found.get();
        if found.is_empty() {
            return view! { <p style="padding: 12px; color: var(--ink-soft)">"Nothing has this in its name."</p> }
                .into_any();
        }
        found
            .into_iter()
            .enumerate()
            .map(|(at, entry)| {
                view! {
                    <div role="option" id=format!("palette-{at}")
                        aria-selected=move || if chosen.get() == at { "true" } else { "false" }
                        on:pointermove=move |_| if chosen.get_untracked() != at { chosen.set(at) }
                        on:click=move |_| run(at)>
                        <span class="name">{entry.words}</span><span class="kind">{entry.kind}</span>
                    </div>
                }
            })
            .collect_view()
            .into_any()
    };
    view! {
        <div class="dialog-scrim" on:click=move |_| on_close.run(())>
            <div class="dialog palette" role="dialog" aria-modal="true" aria-label="Find anything"
                on:click=|event| event.stop_propagation() on:keydown=on_key>
                <input node_ref=field type="text" role="combobox" aria-label="Find experiments, runs, metrics and actions"
                    placeholder="Find experiments, runs, metrics, actions" aria-expanded="true" aria-controls="palette-list"
                    aria-activedescendant=move || format!("palette-{}", chosen.get()) autocomplete="off" spellcheck="false"
                    on:input=move |event| { query.set(event_target_value(&event)); chosen.set(0); }/>
                <div class="palette-list" id="palette-list" role="listbox" aria-label="Found">{rows}</div>
            </div>
        </div>
    }
    .into_any()
}

fn show_chosen() {
    let chosen = document().query_selector(".palette-list [aria-selected=true]").ok().flatten();
    if let Some(row) = chosen {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        row.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// How well `words` answer `query`, 0 best; `None` if a word of the query is not in them.
fn rank(words: &str, query: &str) -> Option<u8> {
    if !query.split_whitespace().all(|part| words.contains(part)) {
        return None;
    }
    let starts = query.split_whitespace().next().is_some_and(|first| words.starts_with(first));
    Some(u8::from(!starts))
}

fn actions(workspace: Option<Workspace>, theme: ThemeState) -> Vec<Entry> {
    let action = |words: &str, run: Callback<()>| Entry { words: words.to_owned(), kind: "Action", run };
    let mut actions = vec![action("Switch between light and dark", Callback::new(move |()| theme.toggle()))];
    if let Some(workspace) = workspace {
        actions.extend([
            action("Undo", Callback::new(move |()| workspace.undo())),
            action("Redo", Callback::new(move |()| workspace.redo())),
            action(
                "Show all runs",
                Callback::new(move |()| {
                    workspace.change("runs shown", |view| {
                        view.hidden.clear();
                        view.hide_all = false;
                    })
                }),
            ),
            action("Show all of x", Callback::new(move |()| workspace.change("zoom", |view| view.range = None))),
            action(
                "Go back to the untouched view",
                Callback::new(move |()| {
                    workspace.change("untouched", |view| {
                        *view = data::view::View { version: data::view::VERSION, ..Default::default() };
                    })
                }),
            ),
        ]);
    }
    actions
}

fn places(workspace: Option<Workspace>, experiments: &[ExperimentRow], open: Callback<String>) -> Vec<Entry> {
    let place = |words: String, kind: &'static str, href: String| {
        let run = Callback::new(move |()| open.run(href.clone()));
        Entry { words, kind, run }
    };
    let mut places = vec![
        place("All experiments".to_owned(), "Page", "/".to_owned()),
        place("All reports".to_owned(), "Page", "/reports".to_owned()),
    ];
    for row in experiments {
        places.push(place(
            row.name.clone(),
            "Experiment",
            format!("/experiments/{}", api::path_part(&row.experiment_id)),
        ));
    }
    let Some(workspace) = workspace else { return places };
    for panel in workspace.board().get_untracked().iter().flat_map(|section| section.panels.clone()) {
        let words = workspace.title_of(&panel).get_untracked();
        let run = Callback::new(move |()| workspace.change("full screen", |view| view.full = Some(panel.clone())));
        places.push(Entry { words, kind: "Panel", run });
    }
    for row in workspace.runs.list.get_untracked().rows() {
        let href = format!("/experiments/{}/runs/{}", api::path_part(&row.experiment_id), row.run_id);
        places.push(place(row.name.clone(), "Run", href));
    }
    places
}

/// Whether the key opens the palette.
pub fn is_palette_key(event: &web_sys::KeyboardEvent) -> bool {
    (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_must_be_found_and_a_beginning_comes_first() {
        for (words, query, expected) in [
            ("train/loss", "", Some(1)),
            ("train/loss", "loss", Some(1)),
            ("loss", "loss", Some(0)),
            ("adam lr=0.1", "0.1 adam", Some(1)),
            ("adam lr=0.1", "sgd", None),
        ] {
            assert_eq!(rank(words, query), expected, "{query} in {words}");
        }
    }
}
