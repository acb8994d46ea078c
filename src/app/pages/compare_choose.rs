//! Choosing the runs that are compared.

use crate::{
    state::{
        Workspace,
        compare::{Comparison, toggle},
    },
    ui::{
        dialog::Dialog,
        icon::{Icon, icon},
        list::VirtualList,
        theme::ThemeState,
    },
};
use charts::format::counted;
use data::run::RunRow;
use leptos::{html, prelude::*};
use std::sync::Arc;

/// The height of a run in the dialog, CSS pixels.
const ROW_PX: f64 = 28.0;

/// The button that opens the dialog; it says how many runs were chosen.
#[component]
pub fn ChooseRuns(workspace: Workspace, comparison: Comparison) -> impl IntoView {
    let open = RwSignal::new(false);
    let words = move || {
        comparison.compared.with(|of| match of.chosen {
            true => format!("Runs: {} chosen", of.runs.len()),
            false => "Choose runs".to_owned(),
        })
    };
    view! {
        <button type="button" class="button" on:click=move |_| open.set(true)>{icon(Icon::Compare)} {words}</button>
        {move || open.get().then(|| view! { <Chooser workspace on_close=move || open.set(false)/> })}
    }
    .into_any()
}

#[component]
fn Chooser(workspace: Workspace, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let search = RwSignal::new(String::new());
    let node = NodeRef::<html::Div>::new();
    let list = workspace.runs.list;
    let found = Memo::new(move |_| {
        let words = search.get().to_lowercase();
        list.with(|list| {
            let rows = list.rows().filter(|row| row.name.to_lowercase().contains(&words));
            Found(rows.cloned().collect::<Vec<_>>().into())
        })
    });
    let chosen = workspace.view(|view| view.compare.runs.len());
    let words = move || match chosen.get() {
        0 => "None is chosen, so the runs that are shown are compared. Check runs to compare only those.".to_owned(),
        n => format!("{} chosen.", counted(n as u64, "run is", "runs are")),
    };
    let unloaded = move || {
        let missing = list.with(|list| list.total() - list.rows().count());
        (missing > 0).then(|| {
            format!(" {} not loaded yet: scroll or search the run list.", counted(missing as u64, "run is", "runs are"))
        })
    };
    let name_at = move |at: usize| found.with(|found| found.0.get(at).cloned());
    view! {
        <Dialog title="Compare which runs" on_close>
            <div class="compare-chooser">
                <label class="search">
                    {icon(Icon::Search)}
                    <input class="field" type="search" placeholder="Search runs" aria-label="Search runs to compare"
                        prop:value=move || search.get() on:input=move |event| search.set(event_target_value(&event))/>
                </label>
                <VirtualList
                    label="Runs to compare"
                    count=Signal::derive(move || found.with(|found| found.0.len()))
                    row_px=ROW_PX
                    node
                    key=move |at| name_at(at).map_or_else(String::new, |row| row.run_id.to_string())
                    row=move |at| name_at(at).map(|row| view! { <Choice workspace row/> }).into_any()
                    on_range=Callback::new(|_| ())
                />
                <p class="diff-note" role="status">{words} {unloaded}</p>
                <button type="button" class="button" on:click=move |_| {
                    workspace.change("compared runs", |view| view.compare.runs.clear());
                }>"Compare the runs that are shown"</button>
            </div>
        </Dialog>
    }
    .into_any()
}

/// The runs that a search found, equal if they are the same ones.
#[derive(Clone)]
struct Found(Arc<[Arc<RunRow>]>);

impl PartialEq for Found {
    fn eq(&self, other: &Found) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&*other.0).all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

#[component]
fn Choice(workspace: Workspace, row: Arc<RunRow>) -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let (run, short, color) = (row.run_id, row.run_id.short(), row.color);
    let chosen = {
        let short = short.clone();
        workspace.view(move |view| view.compare.runs.contains(&short))
    };
    let change = move |_| workspace.change("compared runs", |view| toggle(&mut view.compare, &short));
    view! {
        <label class="run-row">
            <input type="checkbox" prop:checked=move || chosen.get() on:change=change/>
            <i class="run-color" style:--run=move || workspace.color_of(run, color, theme.dark.get()).to_string()></i>
            <span class="run-name">{row.name.clone()}</span>
            <span class="run-value mono">{row.run_id.short()}</span>
        </label>
    }
    .into_any()
}
