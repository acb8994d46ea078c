//! One run: its facts, charts, params, metrics, tags and artifacts.

use crate::{
    api::{self, ApiError},
    pages::{artifacts::Artifacts, missing::Nothing},
    panels::{board::Board, settings::Settings, toolbar::Toolbar},
    routes::Shell,
    state::{Scope, Workspace},
    ui::{
        format::{ago, duration, local_time, now_millis},
        theme::ThemeState,
    },
};
use charts::{
    color::palette_color,
    format::{full_text, step_text, value_text},
};
use data::run::{RunId, RunRow};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};

/// The page of `/experiments/{id}/runs/{run}`.
#[component]
pub fn RunPage() -> impl IntoView {
    let params = use_params_map();
    let ids = Memo::new(move |_| {
        params.with(|params| (params.get("experiment").unwrap_or_default(), params.get("run").unwrap_or_default()))
    });
    move || {
        let (experiment, run) = ids.get();
        match run.parse::<RunId>() {
            Ok(run) => view! { <KnownRun experiment run/> }.into_any(),
            Err(error) => {
                let words = format!("\"{run}\" cannot be one: {error}.");
                view! { <Nothing title="There is no such run" words/> }.into_any()
            }
        }
    }
}

#[component]
fn KnownRun(experiment: String, run: RunId) -> impl IntoView {
    let shell = expect_context::<Shell>();
    shell.actions.set(None);
    let home = format!("/experiments/{}", api::path_part(&experiment));
    shell.at(vec![(format!("Experiment {experiment}"), Some(home.clone())), (format!("Run {}", run.short()), None)]);
    let workspace = Workspace::open(Scope::Run(experiment.clone(), run), None);
    provide_context(workspace);
    shell.workspace.set(Some(workspace));
    on_cleanup(move || shell.workspace.set(None));
    let failed = RwSignal::new(None::<ApiError>);
    let navigate = use_navigate();
    spawn_local({
        let experiment = experiment.clone();
        async move {
            let name = match api::experiment(&experiment).await {
                Ok(row) => row.name,
                Err(_) => format!("Experiment {experiment}"),
            };
            match api::run(run).await {
                // It was moved since the address was made; whoever has left meanwhile stays where they are.
                Ok(row) if row.experiment_id != experiment => {
                    if failed.try_get_untracked().is_some() {
                        let there = format!("/experiments/{}/runs/{run}", api::path_part(&row.experiment_id));
                        navigate(&there, NavigateOptions { replace: true, ..Default::default() });
                    }
                }
                Ok(row) => shell.at(vec![
                    ("Experiments".to_owned(), Some("/".to_owned())),
                    (name, Some(home)),
                    (row.name, None),
                ]),
                Err(error) => {
                    failed.try_set(Some(error));
                }
            }
        }
    });
    let row = Memo::new(move |_| workspace.runs.list.with(|list| list.row_of(run).cloned()));
    move || match failed.get() {
        Some(error) if error.is_not_found() => {
            let title = format!("There is no run {}", run.short());
            view! { <Nothing title words="It was removed, or the address was mistyped."/> }.into_any()
        }
        Some(error) => view! { <Nothing title="The run could not be loaded" words=error.to_string()/> }.into_any(),
        None => view! { <Body workspace run row/> }.into_any(),
    }
}

#[component]
fn Body(workspace: Workspace, run: RunId, row: Memo<Option<std::sync::Arc<RunRow>>>) -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let has = Memo::new(move |_| row.with(Option::is_some));
    let of_row = move |part: fn(&RunRow) -> AnyView| move || row.get().map(|row| part(&row));
    let color = move || {
        let place = row.with(|row| row.as_ref().map_or(0, |row| row.color as usize));
        palette_color(place, theme.dark.get()).to_string()
    };
    let body = move || {
        if !has.get() {
            return view! { <div class="run-head" aria-busy="true"><div class="skeleton" style="height: 26px; width: 40%"></div></div> }.into_any();
        }
        view! {
            <header class="run-head">
                <h1 style:--run=color><i></i>{of_row(|row| row.name.clone().into_any())}</h1>
                <div class="run-facts">{of_row(facts)}</div>
            </header>
            <section class="run-charts" aria-label="Charts">
                <Toolbar workspace/>
                <div class="board-panes"><div class="board-scroll"><Board workspace/></div><Settings workspace/></div>
            </section>
            <div class="run-columns">
                <section aria-label="Params"><h2>"Params"</h2>{of_row(params)}</section>
                <section aria-label="Latest metrics"><h2>"Latest metrics"</h2>{of_row(metrics)}</section>
                <section aria-label="Tags"><h2>"Tags"</h2>{of_row(tags)}</section>
                <section aria-label="Artifacts" style="grid-column: 1 / -1"><h2>"Artifacts"</h2><Artifacts run/></section>
            </div>
        }
        .into_any()
    };
    view! { <div class="run-page" data-scroller="true">{body}</div> }.into_any()
}

/// What a link to a run shows: all of it but its files. `controls` says whether there is anything to change how it is
/// drawn, `started` whether it is told when it began.
#[component]
pub fn SharedRun(workspace: Workspace, run: RunId, controls: bool, started: bool) -> impl IntoView {
    let row = Memo::new(move |_| workspace.runs.list.with(|list| list.row_of(run).cloned()));
    let of_row = move |part: fn(&RunRow) -> AnyView| move || row.get().map(|row| part(&row));
    view! {
        <div class="run-page" data-scroller="true">
            <div class="run-facts shared-facts">{of_row(if started { facts } else { facts_untimed })}</div>
            <section class="run-charts" aria-label="Charts">
                {controls.then(|| view! { <Toolbar workspace/> })}
                <div class="board-scroll"><Board workspace/></div>
            </section>
            <div class="run-columns">
                <section aria-label="Params"><h2>"Params"</h2>{of_row(params)}</section>
                <section aria-label="Latest metrics"><h2>"Latest metrics"</h2>{of_row(metrics)}</section>
                <section aria-label="Tags"><h2>"Tags"</h2>{of_row(tags)}</section>
            </div>
        </div>
    }
    .into_any()
}

fn facts(row: &RunRow) -> AnyView {
    let now = now_millis();
    let lasted = row.end_millis.unwrap_or(now) - row.start_millis;
    let words = if row.end_millis.is_some() { "Took " } else { "Running for " };
    let user = row.user.clone();
    view! {
        <span class="status" data-status=row.status.name()>{sentence_case(row.status.name())}</span>
        <span title=local_time(row.start_millis)>"Started " {ago(row.start_millis, now)}</span>
        <span>{words} {duration(lasted)}</span>
        {(!user.is_empty()).then(|| view! { <span>"By " {user}</span> })}
        <span class="mono" title="Run id">{row.run_id.to_string()}</span>
    }
    .into_any()
}

/// What a link says that hides who and when.
fn facts_untimed(row: &RunRow) -> AnyView {
    let took = row.end_millis.map(|end| view! { <span>"Took " {duration(end - row.start_millis)}</span> });
    view! {
        <span class="status" data-status=row.status.name()>{sentence_case(row.status.name())}</span>
        <span>{row.name.clone()}</span>
        {took}
    }
    .into_any()
}

fn sentence_case(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_string() + &letters.as_str().to_lowercase())
}

fn none(what: &str) -> AnyView {
    let words = format!("This run has no {what}.");
    view! { <p style="color: var(--ink-soft)">{words}</p> }.into_any()
}

fn pairs<'a>(head: &'static str, rows: impl Iterator<Item = (&'a String, &'a String)>) -> AnyView {
    let rows = rows
        .map(|(name, value)| view! { <tr><td>{name.clone()}</td><td class="mono">{value.clone()}</td></tr> })
        .collect_view();
    view! { <table class="table"><thead><tr><th>{head}</th><th>"Value"</th></tr></thead><tbody>{rows}</tbody></table> }
        .into_any()
}

fn params(row: &RunRow) -> AnyView {
    if row.params.is_empty() { none("params") } else { pairs("Param", row.params.iter()) }
}

fn tags(row: &RunRow) -> AnyView {
    // MLflow's own bookkeeping is not what people tagged.
    let own = |name: &str| name.starts_with("mlflow.") && name != "mlflow.note.content";
    let mut shown = row.tags.iter().filter(|(name, _)| !own(name)).peekable();
    if shown.peek().is_none() { none("tags") } else { pairs("Tag", shown) }
}

fn metrics(row: &RunRow) -> AnyView {
    if row.metrics.is_empty() {
        return none("metrics");
    }
    let rows = row
        .metrics
        .iter()
        .map(|(name, latest)| {
            let value = latest.value.0;
            view! {
                <tr>
                    <td>{name.clone()}</td>
                    <td class="number" title=full_text(value)>{value_text(value)}</td>
                    <td class="number">{step_text(latest.step)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table">
            <thead><tr><th>"Metric"</th><th class="number">"Latest"</th><th class="number">"At step"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
