//! All experiments.

use crate::{
    api::{self, ApiError},
    routes::Shell,
    ui::{
        format::{ago, count, local_time, now_millis},
        search::search_field,
    },
};
use data::run::ExperimentRow;
use leptos::{prelude::*, task::spawn_local};
use std::{sync::Arc, time::Duration};

/// The experiments with their runs, newest change first.
#[component]
pub fn ExperimentsPage() -> impl IntoView {
    let shell = expect_context::<Shell>();
    shell.at(vec![("Experiments".to_owned(), None)]);
    shell.actions.set(None);
    let answer = RwSignal::new(None::<Result<Arc<Vec<ExperimentRow>>, ApiError>>);
    let load = move || {
        spawn_local(async move {
            let new = api::experiments().await;
            answer.try_update(|old| match (&new, &old) {
                // What was loaded stays while the server is away.
                (Err(ApiError::Offline), Some(Ok(_))) => {}
                _ => *old = Some(new.map(Arc::new)),
            });
        });
    };
    load();
    // Runs start elsewhere: look again now and then, as long as the page is open.
    if let Ok(timer) = set_interval_with_handle(load, Duration::from_secs(5)) {
        on_cleanup(move || timer.clear());
    }
    let search = RwSignal::new(String::new());
    let body = move || match answer.get() {
        None => view! { <Waiting/> }.into_any(),
        Some(Err(error)) => {
            view! { <p role="alert">"The experiments could not be loaded. " {error.to_string()}</p> }.into_any()
        }
        Some(Ok(rows)) if rows.iter().all(|row| row.runs == 0) && rows.len() <= 1 => view! { <FirstSteps/> }.into_any(),
        Some(Ok(rows)) => view! { <Rows rows search/> }.into_any(),
    };
    view! {
        <div class="page">
            <div class="page-body">
                <div class="page-head">
                    <h1>"Experiments"</h1>
                    <a class="page-other" href="/reports">"Reports"</a>
                    {search_field("Search experiments", search)}
                </div>
                {body}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Waiting() -> impl IntoView {
    let bars =
        (0..4).map(|_| view! { <div class="skeleton" style="height: 36px; margin-bottom: 8px"></div> }).collect_view();
    view! { <div aria-busy="true" aria-label="Loading experiments">{bars}</div> }
}

#[component]
fn Rows(rows: Arc<Vec<ExperimentRow>>, search: RwSignal<String>) -> impl IntoView {
    let lines = move || {
        let wanted = search.get().to_lowercase();
        let now = now_millis();
        let matching: Vec<_> = rows.iter().filter(|row| row.name.to_lowercase().contains(&wanted)).cloned().collect();
        if matching.is_empty() {
            return view! { <tr><td colspan="4">"No experiment has this in its name."</td></tr> }.into_any();
        }
        let line = |row: ExperimentRow| {
            let href = format!("/experiments/{}", api::path_part(&row.experiment_id));
            let running = (row.running > 0)
                .then(|| view! { <span class="status" data-status="RUNNING">{count(row.running)} " running"</span> });
            view! {
                <tr>
                    <td>
                        <a href=href class="experiment-name">{row.name}</a>
                        {(!row.description.is_empty()).then(|| view! { <p class="experiment-note">{row.description}</p> })}
                    </td>
                    <td class="number">{count(row.runs)}</td>
                    <td>{running}</td>
                    <td title=local_time(row.updated_millis)>{ago(row.updated_millis, now)}</td>
                </tr>
            }
        };
        matching.into_iter().map(line).collect_view().into_any()
    };
    view! {
        <table class="table experiments">
            <thead><tr><th>"Name"</th><th class="number">"Runs"</th><th>"State"</th><th>"Last change"</th></tr></thead>
            <tbody>{lines}</tbody>
        </table>
    }
    .into_any()
}

/// What fills an empty server.
#[component]
fn FirstSteps() -> impl IntoView {
    let origin = window().location().origin().unwrap_or_default();
    let code = format!(
        "import mlflow\n\nmlflow.set_tracking_uri(\"{origin}\")\nmlflow.set_experiment(\"first\")\nwith mlflow.start_run():\n    mlflow.log_param(\"lr\", 3e-4)\n    for step in range(1000):\n        mlflow.log_metric(\"loss\", 1 / (step + 1), step=step)"
    );
    view! {
        <div class="empty">
            <h2>"No run has logged here yet"</h2>
            <p>"Point the mlflow client that your training code already has at this address. The run appears here while it logs."</p>
            <pre class="snippet" tabindex="0">{code}</pre>
            <p>"Or look around first: " <code>"throughline demo"</code> " serves recorded experiments."</p>
        </div>
    }
    .into_any()
}
