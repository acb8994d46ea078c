//! The board: panels in sections, or one that fills the screen.

use super::line::LinePanel;
use crate::{
    state::{Workspace, board::Level},
    ui::{
        icon::{Icon, icon},
        menu::{Action, Menu},
    },
};
use data::view::PanelSection;
use leptos::{ev, prelude::*};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// All panels of a workspace.
#[component]
pub fn Board(workspace: Workspace) -> impl IntoView {
    let sections = workspace.sections();
    let full = workspace.view(|view| view.full.clone());
    let keys = Memo::new(move |_| {
        sections.with(|sections| sections.iter().map(|section| section.key.clone()).collect::<Vec<_>>())
    });
    let all = move || {
        view! {
            <Empty workspace sections/>
            <For each=move || keys.get() key=Clone::clone children=move |key| view! { <Section workspace sections key/> }/>
        }
        .into_any()
    };
    move || match full.get() {
        Some(key) => view! { <div class="full"><LinePanel workspace key full=true/></div> }.into_any(),
        None => all(),
    }
}

#[component]
fn Section(workspace: Workspace, sections: Memo<Arc<Vec<PanelSection>>>, key: String) -> impl IntoView {
    let of = StoredValue::new(key.clone());
    let section = Memo::new(move |_| {
        sections.with(|sections| {
            of.with_value(|key| sections.iter().find(|section| section.key == *key).cloned().unwrap_or_default())
        })
    });
    let title = move || section.with(|section| section.title.clone());
    let folded = workspace.view(move |view| of.with_value(|key| view.folded.contains(key)));
    let columns = workspace.view(|view| view.columns);
    let toggle = move |_| {
        workspace.change("section", |view| {
            if !view.folded.remove(&of.get_value()) {
                view.folded.insert(of.get_value());
            }
        });
    };
    let edit = move || workspace.editing.set(Some(Level::Section(of.get_value())));
    let actions = Callback::new(move |()| {
        let action = |words: &str, key: &'static str, run: Callback<()>| Action { words: words.to_owned(), key, run };
        vec![
            action("Edit section", "E", Callback::new(move |()| edit())),
            action("Add panel", "", Callback::new(move |()| workspace.add_panel(Some(&of.get_value())))),
            action("Move section up", "", Callback::new(move |()| workspace.step_section(&of.get_value(), -1))),
            action("Move section down", "", Callback::new(move |()| workspace.step_section(&of.get_value(), 1))),
            action("Remove section", "", Callback::new(move |()| workspace.remove_section(&of.get_value()))),
        ]
    });
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "e" && workspace.can_share() && !event.ctrl_key() && !event.meta_key() {
            edit();
            event.prevent_default();
            event.stop_propagation();
        }
    };
    // A panel dropped beside the others goes to the end.
    let on_drop = move |event: ev::DragEvent| {
        event.prevent_default();
        if let Some(panel) = workspace.dragged.try_update(Option::take).flatten() {
            workspace.place_panel(&panel, &of.get_value(), usize::MAX);
        }
    };
    let edited = move || {
        let editing = workspace.editing.get();
        (editing == Some(Level::Section(of.get_value()))).then_some("true")
    };
    view! {
        <section class="section" aria-label=title data-edited=edited
            on:dragover=move |event| if workspace.dragged.with_untracked(Option::is_some) { event.prevent_default() }
            on:drop=on_drop>
            <div class="section-head" on:keydown=on_key>
                <h2>
                    <button type="button" aria-expanded=move || if folded.get() { "false" } else { "true" } on:click=toggle>
                        {move || icon(if folded.get() { Icon::Right } else { Icon::Down })}
                        {title}
                        <span class="section-count">{move || section.with(|section| section.panels.len())}</span>
                    </button>
                </h2>
                {workspace.can_share().then(|| view! {
                    <span class="section-actions"><Menu label=format!("Actions of section {key}") actions/></span>
                })}
            </div>
            {move || (!folded.get()).then(|| view! {
                <div class="panels" style=move || match columns.get() {
                    0 => String::new(),
                    n => format!("grid-template-columns: repeat({n}, minmax(0, 1fr))"),
                }>
                    <For each=move || section.with(|section| section.panels.clone()) key=Clone::clone
                        children=move |key| view! { <LinePanel workspace key full=false/> }/>
                    {move || section.with(|section| section.panels.is_empty()).then(|| view! {
                        <button type="button" class="button panels-empty" on:click=move |_| workspace.add_panel(Some(&of.get_value()))>
                            "Add a panel, or drag one here"
                        </button>
                    })}
                </div>
            })}
        </section>
    }
    .into_any()
}

/// Gives the focus to the panel `key`.
pub fn focus_panel(key: &str) {
    let Ok(figures) = document().query_selector_all("figure[data-panel]") else { return };
    let named = |figure: &web_sys::Element| figure.get_attribute("data-panel").as_deref() == Some(key);
    let found = (0..figures.length())
        .filter_map(|at| figures.get(at)?.dyn_into::<web_sys::Element>().ok())
        .find(named)
        .and_then(|figure| figure.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(figure) = found {
        let _ = figure.focus();
    }
}

/// Why there are no panels, and what would bring some.
#[component]
fn Empty(workspace: Workspace, sections: Memo<Arc<Vec<PanelSection>>>) -> impl IntoView {
    let search = workspace.view(|view| view.panel_search.clone());
    let show_all = move |_| workspace.change("panel search", |view| view.panel_search.clear());
    let add = move |_| workspace.add_panel(None);
    move || {
        if !sections.with(|sections| sections.is_empty()) {
            return ().into_any();
        }
        let metrics = workspace.metrics().get();
        match metrics {
            None => view! { <div class="panels" aria-busy="true" aria-label="Loading panels"><div class="skeleton" style="height: 240px"></div></div> }.into_any(),
            Some(Err(error)) => view! {
                <div class="empty" role="alert">
                    <h2>"The metrics could not be loaded"</h2>
                    <p>{error.to_string()}</p>
                    <button type="button" class="button" on:click=move |_| workspace.load_metrics()>"Try again"</button>
                </div>
            }
            .into_any(),
            Some(Ok(_)) if !search.get().is_empty() => view! {
                <div class="empty">
                    <h2>"No metric has this in its name"</h2>
                    <button type="button" class="button" on:click=show_all>"Show all panels"</button>
                </div>
            }
            .into_any(),
            Some(Ok(metrics)) if metrics.is_empty() => view! {
                <div class="empty">
                    <h2>"Nothing was logged here yet"</h2>
                    <p>"A panel appears for each metric as soon as a run logs it, for example with " <code>"mlflow.log_metric(\"loss\", 0.5, step=1)"</code> "."</p>
                </div>
            }
            .into_any(),
            Some(Ok(_)) => view! {
                <div class="empty">
                    <h2>"The board is empty"</h2>
                    <p>"Its panels are made by hand, or were taken off it."</p>
                    <button type="button" class="button" on:click=add>"Add panel"</button>
                    <button type="button" class="button" on:click=move |_| workspace.editing.set(Some(Level::Workspace))>"Set what stands on it"</button>
                </div>
            }
            .into_any(),
        }
    }
}
