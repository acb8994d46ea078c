//! The comparer: any number of runs side by side, measured against one of them.

use crate::{
    pages::{
        compare_cell::diff_view,
        compare_choose::ChooseRuns,
        compare_grid::{CompareGrid, cell_at, text_of},
        missing::Nothing,
    },
    state::{
        Workspace,
        compare::{Comparison, Line},
    },
    ui::{
        dialog::Dialog,
        icon::{Icon, icon},
        menu::{Action, Menu},
        save,
    },
};
use charts::format::{count_text, counted};
use data::{
    compare::{Fact, Section},
    csv,
    run::RunRow,
};
use leptos::{html, prelude::*};
use std::sync::Arc;

/// The comparison with its controls.
#[component]
pub fn ComparePane(workspace: Workspace) -> impl IntoView {
    let comparison = Comparison::open(workspace);
    let looked_into = RwSignal::new(None::<(Arc<Fact>, Arc<RunRow>)>);
    let node = NodeRef::<html::Div>::new();
    let look_into = Callback::new(move |place| looked_into.set(cell_at(comparison, place)));
    let close = move || {
        looked_into.set(None);
        if let Some(grid) = node.get_untracked() {
            let _ = grid.focus();
        }
    };
    let list = workspace.runs.list;
    let state = Memo::new(move |_| {
        let error = list.with(|list| list.error().map(ToString::to_string));
        let empty = comparison.compared.with(|of| of.runs.is_empty());
        (error, empty && list.with(|list| list.loaded().is_some()))
    });
    view! {
        <div class="table-pane">
            <Controls workspace comparison/>
            {move || match state.get() {
                (Some(error), _) => view! { <Nothing title="The runs could not be loaded" words=error/> }.into_any(),
                (None, true) => view! { <Nothing title="There is no run to compare" words="Show runs in the run list, or choose some."/> }.into_any(),
                (None, false) => view! { <CompareGrid workspace comparison look_into node/> }.into_any(),
            }}
            {move || looked_into.get().map(|(fact, row)| view! { <LookInto comparison fact row on_close=close/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Controls(workspace: Workspace, comparison: Comparison) -> impl IntoView {
    let only = workspace.view(|view| view.compare.only_differing);
    let search = workspace.view(|view| view.compare.search.clone());
    let actions = Callback::new(move |()| actions(comparison));
    view! {
        <div class="toolbar" role="toolbar" aria-label="Comparison settings">
            <ChooseRuns workspace comparison/>
            <Base workspace comparison/>
            <label class="toggle">
                <input type="checkbox" prop:checked=move || only.get()
                    on:change=move |event| {
                        let on = event_target_checked(&event);
                        workspace.change("only differences", |view| view.compare.only_differing = on);
                    }/>
                "Only differences"
            </label>
            <span class="runs-count" role="status">{move || summary(comparison)}</span>
            <label class="search toolbar-search">
                {icon(Icon::Search)}
                <input class="field" type="search" placeholder="Search facts" aria-label="Search facts"
                    prop:value=move || search.get()
                    on:input=move |event| {
                        let words = event_target_value(&event);
                        workspace.change("compare search", |view| view.compare.search = words);
                    }/>
            </label>
            <Menu label="Actions of the comparison" look=Icon::Download actions/>
        </div>
    }
    .into_any()
}

/// How many runs and facts there are, how many differ, and what is left out.
fn summary(comparison: Comparison) -> String {
    let (runs, absent) = comparison.compared.with(|of| (of.runs.len(), of.absent));
    let (all, differing) =
        comparison.facts.with(|facts| (facts.len(), facts.iter().filter(|fact| fact.differs).count()));
    let facts = counted(all as u64, "fact", "facts");
    let words = format!("{}, {} of {facts} differ", counted(runs as u64, "run", "runs"), count_text(differing as u64));
    match absent {
        0 => words,
        _ => {
            format!("{words}; {} not among the loaded runs", counted(absent as u64, "chosen run is", "chosen runs are"))
        }
    }
}

/// The run that the others are measured against.
#[component]
fn Base(workspace: Workspace, comparison: Comparison) -> impl IntoView {
    let names = Memo::new(move |_| {
        comparison
            .compared
            .with(|of| of.runs.iter().map(|row| (row.run_id.short(), row.name.clone())).collect::<Vec<_>>())
    });
    let options = move || {
        let option = |(at, (short, name)): (usize, (String, String))| {
            view! { <option value=short selected=at == 0>{name}</option> }
        };
        names.get().into_iter().enumerate().map(option).collect_view()
    };
    let choose = move |event| {
        let short = event_target_value(&event);
        workspace.change("base run", |view| view.compare.base = Some(short));
    };
    view! {
        <label class="compare-base-choice">
            "Base"
            <select class="field" aria-label="Base run" on:change=choose>{options}</select>
        </label>
    }
    .into_any()
}

/// One value in full, and where it differs from the base's.
#[component]
fn LookInto(
    comparison: Comparison,
    fact: Arc<Fact>,
    row: Arc<RunRow>,
    #[prop(into)] on_close: Callback<()>,
) -> impl IntoView {
    let base = comparison.compared.with_untracked(|of| of.runs.first().cloned());
    let text = text_of(comparison, &fact, &row);
    let base_text = base.as_ref().map_or(text.clone(), |base| text_of(comparison, &fact, base));
    let is_base = base.as_ref().is_none_or(|base| base.run_id == row.run_id);
    let of = match base {
        Some(base) if !is_base => format!("{}, beside the base {}", row.name, base.name),
        _ => format!("{}, the base", row.name),
    };
    let copied = RwSignal::new(false);
    let whole = text.clone();
    let copy = move |_| {
        crate::ui::copy::copy(&whole);
        copied.set(true);
    };
    let same = (!is_base && base_text == text).then(|| view! { <p class="diff-note">"The same as the base's."</p> });
    view! {
        <Dialog title="Value" on_close>
            <div class="look-into">
                <p><b>{fact.title().to_owned()}</b> " of " {of}</p>
                {same}
                {diff_view(&base_text, &text)}
                <button type="button" class="button" on:click=copy>
                    {icon(Icon::Copy)} <span aria-live="polite">{move || if copied.get() { "Copied" } else { "Copy the value" }}</span>
                </button>
            </div>
        </Dialog>
    }
    .into_any()
}

fn actions(comparison: Comparison) -> Vec<Action> {
    let action = |words: &str, run: Callback<()>| Action { words: words.to_owned(), key: "", run };
    vec![
        action(
            "Save as CSV",
            Callback::new(move |()| save::save_text(&table(comparison, ","), "text/csv", "comparison.csv")),
        ),
        action(
            "Copy as a table",
            Callback::new(move |()| {
                crate::ui::copy::copy(&table(comparison, "\t"));
            }),
        ),
    ]
}

/// The open lines over all runs, values in full.
fn table(comparison: Comparison, part: &str) -> String {
    let runs = comparison.compared.with_untracked(|of| of.runs.clone());
    let row = |head: [&str; 2], cells: Vec<String>| {
        let head = head.into_iter().map(csv::cell);
        head.chain(cells).collect::<Vec<_>>().join(part) + "\n"
    };
    let mut text = row(["section", "fact"], runs.iter().map(|run| csv::cell(&run.name)).collect());
    text += &row(["", "run_id"], runs.iter().map(|run| run.run_id.to_string()).collect());
    for line in comparison.lines.get_untracked().iter() {
        if let Line::Fact(fact) = line {
            let cells = runs.iter().map(|run| csv_value(fact, &text_of(comparison, fact, run))).collect();
            text += &row([section_word(fact.section), fact.title()], cells);
        }
    }
    text
}

/// Numbers as they are written here need no guard; a text could be run as a formula.
fn csv_value(fact: &Fact, text: &str) -> String {
    if matches!(fact.section, Section::Metrics | Section::Artifacts) { text.to_owned() } else { csv::cell(text) }
}

fn section_word(section: Section) -> &'static str {
    match section {
        Section::Params => "params",
        Section::Metrics => "metrics",
        Section::Tags => "tags",
        Section::Environment => "environment",
        Section::Artifacts => "artifacts",
    }
}
