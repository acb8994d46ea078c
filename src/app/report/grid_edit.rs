//! Which runs and which metrics a grid shows.

use super::{
    editor::{Editor, new_block},
    set_rows::{SetChange, SetRows},
};
use crate::{api, ui::dialog::Dialog};
use data::{
    report::{
        Content,
        grid::{GridPanel, HEIGHT_PX, PanelGrid},
    },
    run::MetricRow,
};
use leptos::{prelude::*, task::spawn_local};
use std::collections::BTreeMap;

/// A panel of `metric` over the run set at `set`, half as wide as the grid.
pub fn panel_of(metric: String, set: usize) -> GridPanel {
    GridPanel { id: new_block(Content::Divider).id, metric, set, also: Vec::new(), span: 6, height: HEIGHT_PX }
}

/// The dialog behind "Choose panels". What is changed shows at once.
#[component]
pub fn GridEdit(editor: Editor, block: String, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let id = block.clone();
    let grid = Memo::new(move |_| {
        editor.document.with(|document| match document.block(&id).map(|block| &block.content) {
            Some(Content::Panels(grid)) => grid.clone(),
            _ => PanelGrid::default(),
        })
    });
    let change = Callback::new(move |change: Change| {
        editor.change_block("panels", &block, |content| {
            if let Content::Panels(grid) = content {
                change(grid);
            }
        });
    });
    let sets = Memo::new(move |_| grid.with(|grid| grid.sets.clone()));
    let on_sets = Callback::new(move |done: SetChange| {
        change.run(Box::new(move |grid| match done {
            SetChange::Add(set) => grid.add_set(*set),
            SetChange::Set(at, set) => grid.sets[at] = *set,
            SetChange::Remove(at) => grid.remove_set(at),
        }));
    });
    let several = Memo::new(move |_| sets.with(Vec::len) > 1);
    let pooled = move |event| {
        let pooled = event_target_checked(&event);
        change.run(Box::new(move |grid| grid.pooled = pooled));
    };
    view! {
        <Dialog title="Panels of this grid" on_close>
            <h3>"Runs"</h3>
            <SetRows sets least=0 on_change=on_sets/>
            {move || several.get().then(|| view! {
                <label class="toggle">
                    <input type="checkbox" prop:checked=move || grid.with(|grid| grid.pooled) on:change=pooled/>
                    "Draw each as one line with its spread"
                </label>
            })}
            <h3>"Panels"</h3>
            {move || match sets.with(Vec::is_empty) {
                true => view! { <p class="report-note">"Add runs first: then the metrics that they log can be chosen here."</p> }.into_any(),
                false => view! { <Metrics grid change/> }.into_any(),
            }}
        </Dialog>
    }
    .into_any()
}

type Change = Box<dyn FnOnce(&mut PanelGrid)>;

/// The metrics of all experiments of the grid: those that are ticked have a panel, which draws all of its runs.
#[component]
fn Metrics(grid: Memo<PanelGrid>, change: Callback<Change>) -> impl IntoView {
    let metrics = RwSignal::new(BTreeMap::<String, MetricRow>::new());
    let search = RwSignal::new(String::new());
    let experiments = Memo::new(move |_| {
        let mut all: Vec<String> =
            grid.with(|grid| grid.sets.iter().map(|set| set.placed.experiment_id.clone()).collect());
        all.sort();
        all.dedup();
        all
    });
    Effect::new(move |_| {
        let experiments = experiments.get();
        spawn_local(async move {
            let mut all = BTreeMap::new();
            for experiment in experiments {
                let rows = api::metrics(&experiment).await.unwrap_or_default();
                all.extend(rows.into_iter().map(|row| (row.metric.clone(), row)));
            }
            metrics.try_set(all);
        });
    });
    let toggle = move |metric: String, on: bool| {
        change.run(Box::new(move |grid| {
            grid.panels.retain(|panel| panel.metric != metric);
            if on {
                let also = (1..grid.sets.len()).collect();
                grid.panels.push(GridPanel { also, ..panel_of(metric, 0) });
            }
        }));
    };
    let rows = move || {
        let wanted = search.get().to_lowercase();
        let found = metrics.get().into_keys().filter(|metric| metric.to_lowercase().contains(&wanted));
        let row = |metric: String| {
            let (of, name) = (metric.clone(), metric.clone());
            let on = move || grid.with(|grid| grid.panels.iter().any(|panel| panel.metric == of));
            view! {
                <label class="toggle">
                    <input type="checkbox" prop:checked=on on:change=move |event| toggle(metric.clone(), event_target_checked(&event))/>
                    {name}
                </label>
            }
        };
        found.map(row).collect_view()
    };
    view! {
        <input class="field" type="search" placeholder="Find a metric" aria-label="Find a metric" prop:value=search
            on:input=move |event| search.set(event_target_value(&event))/>
        <div class="report-metrics" role="group" aria-label="Metrics">{rows}</div>
    }
    .into_any()
}
