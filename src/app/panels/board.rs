//! The board: panels in sections by metric prefix, or one that fills the screen.

use super::line::LinePanel;
use crate::{
    state::Workspace,
    ui::icon::{Icon, icon},
};
use leptos::prelude::*;

/// All panels of a workspace.
#[component]
pub fn Board(workspace: Workspace) -> impl IntoView {
    let sections = workspace.sections();
    let full = workspace.view(|view| view.full.clone());
    let names =
        Memo::new(move |_| sections.with(|sections| sections.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>()));
    let all = move || {
        view! {
            <Empty workspace/>
            <For each=move || names.get() key=Clone::clone children=move |section| view! { <Section workspace section/> }/>
        }
        .into_any()
    };
    move || match full.get() {
        Some(metric) => view! { <div class="full"><LinePanel workspace metric full=true/></div> }.into_any(),
        None => all(),
    }
}

#[component]
fn Section(workspace: Workspace, section: String) -> impl IntoView {
    let sections = workspace.sections();
    let metrics = {
        let section = section.clone();
        Memo::new(move |_| {
            sections.with(|sections| {
                sections.iter().find(|(name, _)| *name == section).map_or_else(Vec::new, |(_, metrics)| metrics.clone())
            })
        })
    };
    let folded = {
        let section = section.clone();
        workspace.view(move |view| view.folded.contains(&section))
    };
    let columns = workspace.view(|view| view.columns);
    let title = section.clone();
    let toggle = {
        let section = section.clone();
        move |_| {
            workspace.change("section", |view| {
                if !view.folded.remove(&section) {
                    view.folded.insert(section.clone());
                }
            });
        }
    };
    let label = title.clone();
    view! {
        <section class="section" aria-label=label>
            <h2 class="section-head">
                <button type="button" aria-expanded=move || if folded.get() { "false" } else { "true" } on:click=toggle>
                    {move || icon(if folded.get() { Icon::Right } else { Icon::Down })}
                    {title}
                    <span class="section-count">{move || metrics.with(Vec::len)}</span>
                </button>
            </h2>
            {move || (!folded.get()).then(|| view! {
                <div class="panels" style=move || match columns.get() {
                    0 => String::new(),
                    n => format!("grid-template-columns: repeat({n}, minmax(0, 1fr))"),
                }>
                    <For each=move || metrics.get() key=Clone::clone
                        children=move |metric| view! { <LinePanel workspace metric full=false/> }/>
                </div>
            })}
        </section>
    }
    .into_any()
}

/// Why there are no panels, and what would bring some.
#[component]
fn Empty(workspace: Workspace) -> impl IntoView {
    let search = workspace.view(|view| view.panel_search.clone());
    let sections = workspace.sections();
    move || {
        if !sections.with(Vec::is_empty) {
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
                    <button type="button" class="button"
                        on:click=move |_| workspace.change("panel search", |view| view.panel_search.clear())>"Show all panels"</button>
                </div>
            }
            .into_any(),
            Some(Ok(_)) => view! {
                <div class="empty">
                    <h2>"Nothing was logged here yet"</h2>
                    <p>"A panel appears for each metric as soon as a run logs it, for example with " <code>"mlflow.log_metric(\"loss\", 0.5, step=1)"</code> "."</p>
                </div>
            }
            .into_any(),
        }
    }
}
