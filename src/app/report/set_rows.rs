//! Run sets as rows that can be changed: their names, colours, experiments and filters.

use crate::{
    api::{self, ApiError},
    ui::theme::ThemeState,
};
use charts::color::palette_color;
use data::{
    query::parse_query,
    report::grid::{COLORS, NamedSet},
    run::ExperimentRow,
    view::{PlacedView, View},
};
use leptos::{prelude::*, task::spawn_local};

/// What is done to a run set.
pub enum SetChange {
    /// One more.
    Add(Box<NamedSet>),
    /// The one at this place is another.
    Set(usize, Box<NamedSet>),
    /// The one at this place goes.
    Remove(usize),
}

/// All runs of an experiment.
pub fn set_of(experiment_id: String) -> NamedSet {
    let view = View { version: data::view::VERSION, ..View::default() };
    NamedSet { name: String::new(), color: None, placed: PlacedView { experiment_id, tab: String::new(), view } }
}

/// The run sets `sets`, and a button for one more.
#[component]
pub fn SetRows(
    /// The run sets.
    sets: Memo<Vec<NamedSet>>,
    /// How many there must be.
    least: usize,
    /// Told what is done.
    on_change: Callback<SetChange>,
) -> impl IntoView {
    let experiments = RwSignal::new(Vec::<ExperimentRow>::new());
    let error = RwSignal::new(None::<ApiError>);
    spawn_local(async move {
        match api::experiments().await {
            Ok(rows) => drop(experiments.try_set(rows)),
            Err(failed) => drop(error.try_set(Some(failed))),
        }
    });
    let count = Memo::new(move |_| sets.with(Vec::len));
    let add = move |_| {
        // Most want to compare with other runs of the same experiment.
        let last = sets.with_untracked(|sets| sets.last().map(|set| set.placed.experiment_id.clone()));
        let first = || experiments.with_untracked(|rows| rows.first().map(|row| row.experiment_id.clone()));
        if let Some(experiment) = last.or_else(first) {
            on_change.run(SetChange::Add(Box::new(set_of(experiment))));
        }
    };
    let rows = move || {
        let many = count.get() > least;
        (0..count.get()).map(|at| view! { <SetRow at sets experiments many on_change/> }).collect_view()
    };
    view! {
        {rows}
        <button type="button" class="button" on:click=add>"Add runs of an experiment"</button>
        {move || error.get().map(|error| view! { <p class="view-error" role="alert">{error.to_string()}</p> })}
    }
    .into_any()
}

#[component]
fn SetRow(
    at: usize,
    sets: Memo<Vec<NamedSet>>,
    experiments: RwSignal<Vec<ExperimentRow>>,
    many: bool,
    on_change: Callback<SetChange>,
) -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let now = Memo::new(move |_| sets.with(|sets| sets.get(at).cloned()));
    let change = move |change: &dyn Fn(&mut NamedSet)| {
        if let Some(mut set) = now.get_untracked() {
            change(&mut set);
            on_change.run(SetChange::Set(at, Box::new(set)));
        }
    };
    let part = move |part: fn(NamedSet) -> String| move || now.get().map(part).unwrap_or_default();
    let options = move || {
        let chosen = now.with(|set| set.as_ref().map(|set| set.placed.experiment_id.clone())).unwrap_or_default();
        let mut rows: Vec<(String, String)> =
            experiments.get().into_iter().map(|row| (row.experiment_id, row.name)).collect();
        if !rows.iter().any(|(id, _)| *id == chosen) {
            rows.push((chosen.clone(), format!("Experiment {chosen}")));
        }
        let option = |(id, name): (String, String)| {
            let selected = id == chosen;
            view! { <option value=id selected=selected>{name}</option> }
        };
        rows.into_iter().map(option).collect_view()
    };
    let wrong = move || {
        let filter = now.with(|set| set.as_ref().map(|set| set.placed.view.filter.clone())).unwrap_or_default();
        let error = parse_query(filter.trim()).err().filter(|_| !filter.trim().is_empty())?;
        Some(view! { <p class="view-error" role="alert">{error.to_string()}</p> })
    };
    let color = move || {
        let color = now.with(|set| set.as_ref().map_or(at, |set| set.color_at(at)));
        format!("background: {}", palette_color(color, theme.dark.get()))
    };
    let next_color = move |_| {
        change(&|set| set.color = Some((set.color_at(at) as u8 + 1) % COLORS));
    };
    view! {
        <div class="report-set" role="group" aria-label=format!("Runs {}", at + 1)>
            <button type="button" class="report-swatch" style=color aria-label=format!("Another colour for runs {}", at + 1)
                title="Another colour" on:click=next_color></button>
            <input class="field" type="text" maxlength="100" placeholder=format!("Runs {}", at + 1) aria-label=format!("Name {}", at + 1)
                prop:value=part(|set| set.name) on:change=move |event| { let name = event_target_value(&event); change(&|set| set.name = name.clone()); }/>
            <select class="field" aria-label=format!("Experiment {}", at + 1)
                on:change=move |event| { let id = event_target_value(&event); change(&|set| set.placed.experiment_id = id.clone()); }>{options}</select>
            <input class="field" type="text" placeholder="Filter, such as params.opt = 'adam'" aria-label=format!("Filter {}", at + 1)
                prop:value=part(|set| set.placed.view.filter)
                on:change=move |event| { let filter = event_target_value(&event); change(&|set| set.placed.view.filter = filter.clone()); }/>
            {many.then(|| view! {
                <button type="button" class="button" aria-label=format!("Remove runs {}", at + 1)
                    on:click=move |_| on_change.run(SetChange::Remove(at))>"Remove"</button>
            })}
        </div>
        {wrong}
    }
    .into_any()
}
