//! Which runs and which metrics a grid shows.

use super::editor::{Editor, new_block};
use crate::{
    api::{self, ApiError},
    ui::dialog::Dialog,
};
use data::{
    report::{
        Content,
        grid::{GridPanel, HEIGHT_PX, NamedSet, PanelGrid},
    },
    run::{ExperimentRow, MetricRow},
    view::{PlacedView, View},
};
use leptos::{prelude::*, task::spawn_local};

/// A panel of `metric` over the run set at `set`, half as wide as the grid.
pub fn panel_of(metric: String, set: usize) -> GridPanel {
    GridPanel { id: new_block(Content::Divider).id, metric, set, also: Vec::new(), span: 6, height: HEIGHT_PX }
}

/// The dialog behind "Choose panels". What is changed shows at once.
#[component]
pub fn GridEdit(editor: Editor, block: String, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let experiments = RwSignal::new(Vec::<ExperimentRow>::new());
    let error = RwSignal::new(None::<ApiError>);
    spawn_local(async move {
        match api::experiments().await {
            Ok(rows) => drop(experiments.try_set(rows)),
            Err(failed) => drop(error.try_set(Some(failed))),
        }
    });
    let id = block.clone();
    let grid = Memo::new(move |_| {
        editor.document.with(|document| match document.block(&id).map(|block| &block.content) {
            Some(Content::Panels(grid)) => grid.clone(),
            _ => PanelGrid::default(),
        })
    });
    let block = StoredValue::new(block);
    let change = move |change: Box<dyn FnOnce(&mut PanelGrid)>| {
        editor.change_block("panels", &block.get_value(), |content| {
            if let Content::Panels(grid) = content {
                change(grid);
            }
        });
    };
    let change = StoredValue::new(
        std::sync::Arc::new(change) as std::sync::Arc<dyn Fn(Box<dyn FnOnce(&mut PanelGrid)>) + Send + Sync>
    );
    let count = Memo::new(move |_| grid.with(|grid| grid.sets.len()));
    let add_set = move |_| {
        let Some(first) = experiments.with_untracked(|rows| rows.first().map(|row| row.experiment_id.clone())) else {
            return;
        };
        (change.get_value())(Box::new(move |grid| grid.sets.push(set_of(first))));
    };
    let sets = move || (0..count.get()).map(|at| view! { <SetRow at grid experiments change/> }).collect_view();
    view! {
        <Dialog title="Panels of this grid" on_close>
            <h3>"Runs"</h3>
            {sets}
            <button type="button" class="button" on:click=add_set>"Add runs of an experiment"</button>
            {move || error.get().map(|error| view! { <p class="view-error" role="alert">{error.to_string()}</p> })}
            <h3>"Panels"</h3>
            {move || (count.get() > 0).then(|| view! { <AddPanel grid change/> })}
        </Dialog>
    }
    .into_any()
}

/// All runs of an experiment.
pub fn set_of(experiment_id: String) -> NamedSet {
    let view = View { version: data::view::VERSION, ..View::default() };
    NamedSet { name: String::new(), color: None, placed: PlacedView { experiment_id, tab: String::new(), view } }
}

type Change = StoredValue<std::sync::Arc<dyn Fn(Box<dyn FnOnce(&mut PanelGrid)>) + Send + Sync>>;

#[component]
fn SetRow(
    at: usize,
    grid: Memo<PanelGrid>,
    experiments: RwSignal<Vec<ExperimentRow>>,
    change: Change,
) -> impl IntoView {
    let now = move || grid.with(|grid| grid.sets.get(at).map(|set| set.placed.clone()));
    let options = move || {
        let chosen = now().map(|placed| placed.experiment_id).unwrap_or_default();
        experiments
            .get()
            .into_iter()
            .map(|row| {
                let selected = row.experiment_id == chosen;
                view! { <option value=row.experiment_id selected=selected>{row.name}</option> }
            })
            .collect_view()
    };
    let choose = move |event| {
        let id = event_target_value(&event);
        (change.get_value())(Box::new(move |grid| grid.sets[at].placed.experiment_id = id));
    };
    let filter = move |event| {
        let filter = event_target_value(&event);
        (change.get_value())(Box::new(move |grid| grid.sets[at].placed.view.filter = filter));
    };
    let remove = move |_| {
        (change.get_value())(Box::new(move |grid| {
            grid.sets.remove(at);
            grid.panels.retain(|panel| panel.set != at);
            grid.panels.iter_mut().filter(|panel| panel.set > at).for_each(|panel| panel.set -= 1);
        }));
    };
    view! {
        <div class="report-set">
            <select class="field" aria-label=format!("Experiment {}", at + 1) on:change=choose>{options}</select>
            <input class="field" type="text" placeholder="Filter, such as params.lr > 0.01" aria-label=format!("Filter {}", at + 1)
                prop:value=move || now().map(|placed| placed.view.filter).unwrap_or_default() on:change=filter/>
            <button type="button" class="button" aria-label=format!("Remove runs {}", at + 1) on:click=remove>"Remove"</button>
        </div>
    }
    .into_any()
}

#[component]
fn AddPanel(grid: Memo<PanelGrid>, change: Change) -> impl IntoView {
    let set = RwSignal::new(0usize);
    let metrics = RwSignal::new(Vec::<MetricRow>::new());
    let experiment =
        Memo::new(move |_| grid.with(|grid| grid.sets.get(set.get()).map(|set| set.placed.experiment_id.clone())));
    Effect::new(move |_| {
        let Some(experiment) = experiment.get() else { return };
        spawn_local(async move {
            if let Ok(rows) = api::metrics(&experiment).await {
                metrics.try_set(rows);
            }
        });
    });
    let sets = move || {
        let count = grid.with(|grid| grid.sets.len());
        (count > 1).then(|| {
            let options =
                (0..count).map(|at| view! { <option value=at.to_string()>"Runs " {at + 1}</option> }).collect_view();
            let choose = move |event| set.set(event_target_value(&event).parse().unwrap_or_default());
            view! { <select class="field" aria-label="Runs of the panel" on:change=choose>{options}</select> }
        })
    };
    let toggle = move |metric: String, on: bool| {
        let at = set.get_untracked();
        (change.get_value())(Box::new(move |grid| {
            grid.panels.retain(|panel| panel.metric != metric || panel.set != at);
            if on {
                grid.panels.push(panel_of(metric, at));
            }
        }));
    };
    let rows = move || {
        let at = set.get();
        metrics
            .get()
            .into_iter()
            .map(|row| {
                let metric = row.metric.clone();
                let of = row.metric.clone();
                let on = move || grid.with(|grid| grid.panels.iter().any(|panel| panel.metric == of && panel.set == at));
                view! {
                    <label class="toggle">
                        <input type="checkbox" prop:checked=on on:change=move |event| toggle(metric.clone(), event_target_checked(&event))/>
                        {row.metric}
                    </label>
                }
            })
            .collect_view()
    };
    view! { {sets} <div class="report-metrics" role="group" aria-label="Metrics">{rows}</div> }.into_any()
}
