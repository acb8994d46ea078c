//! Which params a metric depends on: the tab that asks, and says how sure the answer is.

use super::importance_rows::Rows;
use crate::{
    api::{self, ApiError},
    state::{Workspace, importance::worth_axes},
};
use data::{
    column::Column,
    importance::{Importance, ImportanceRequest, WhyLeftOut},
    summary::Summary,
};
use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;
use std::{sync::Arc, time::Duration};

/// How long runs that log are waited for before the question is asked again.
const GROWTH_PAUSE: Duration = Duration::from_secs(4);

/// What was asked last and what came of it.
#[derive(Clone, Copy)]
struct Answers {
    found: RwSignal<Option<Result<Arc<Importance>, ApiError>>>,
    busy: RwSignal<bool>,
    /// Rises with each question, so that an overtaken answer is dropped.
    number: StoredValue<u64>,
}

impl Answers {
    fn ask(self, request: ImportanceRequest) {
        let Some(number) = self.number.try_update_value(|number| {
            *number += 1;
            *number
        }) else {
            return;
        };
        self.busy.set(true);
        spawn_local(async move {
            let answer = api::importance(&request).await;
            if self.number.try_get_value() != Some(number) {
                return;
            }
            // What is shown stays while the server is away.
            if !matches!((&answer, self.found.get_untracked()), (Err(ApiError::Offline), Some(Ok(_)))) {
                self.found.set(Some(answer.map(Arc::new)));
            }
            self.busy.set(false);
        });
    }
}

/// The tab of params' importance.
#[component]
pub fn ImportancePane(workspace: Workspace) -> impl IntoView {
    let answers = Answers { found: RwSignal::new(None), busy: RwSignal::new(true), number: StoredValue::new(0) };
    let target = workspace.importance_target();
    let request = workspace.importance_request();
    Effect::new(move |_| {
        if let Some(request) = request.get() {
            answers.ask(request);
        }
    });
    ask_again_when_grown(workspace, target, request, answers);
    let figure_name = move || match target.get() {
        Some(target) => format!("Importance of params for {}", target.label()),
        None => "Importance of params".to_owned(),
    };
    let busy = move || if answers.busy.get() && target.with(Option::is_some) { "true" } else { "false" };
    view! {
        <div class="importance-pane">
            <Tools workspace target answers/>
            <div class="board-scroll" data-scroller="true">
                <figure class="importance" aria-label=figure_name aria-busy=busy>
                    {move || body(workspace, target, answers)}
                </figure>
            </div>
        </div>
    }
    .into_any()
}

/// Asks the same again when the runs' target grew, not more often than every few seconds.
fn ask_again_when_grown(
    workspace: Workspace,
    target: Memo<Option<Column>>,
    request: Memo<Option<ImportanceRequest>>,
    answers: Answers,
) {
    let soon = StoredValue::new(None::<TimeoutHandle>);
    Effect::new(move |before: Option<u64>| {
        let (number, ours) = workspace.growth.with(|growth| {
            let metric = target.get_untracked();
            let metric = metric.as_ref().and_then(Column::metric).unwrap_or_default();
            let ours = growth.metrics.is_empty() || growth.metrics.iter().any(|grown| grown == metric);
            (growth.number, ours)
        });
        if before.is_some_and(|before| before != number) && ours && soon.with_value(Option::is_none) {
            let ask = move || {
                soon.try_set_value(None);
                if let Some(Some(request)) = request.try_get_untracked() {
                    answers.ask(request);
                }
            };
            soon.set_value(set_timeout_with_handle(ask, GROWTH_PAUSE).ok());
        }
        number
    });
    on_cleanup(move || {
        if let Some(Some(timer)) = soon.try_get_value() {
            timer.clear();
        }
    });
}

fn body(workspace: Workspace, target: Memo<Option<Column>>, answers: Answers) -> AnyView {
    let Some(target) = target.get() else {
        let words = match workspace.metrics().get() {
            Some(Ok(_)) => "These runs logged no metric yet. Once they do, this shows which params it depends on.",
            Some(Err(_)) => "The metrics could not be loaded.",
            None => return view! { <div class="skeleton importance-skeleton"></div> }.into_any(),
        };
        return view! { <p class="importance-nothing">{words}</p> }.into_any();
    };
    match answers.found.get() {
        None => view! { <div class="skeleton importance-skeleton"></div> }.into_any(),
        Some(Err(error)) => view! { <p class="importance-nothing" role="alert">{error.to_string()}</p> }.into_any(),
        Some(Ok(found)) => view! {
            <figcaption class="importance-said">
                <p class="num" role="status">{found.sentence()}</p>
                {found.nothing.clone().map(|why| view! { <p class="importance-nothing">{why}</p> })}
                {found.warning().map(|words| view! { <p class="importance-warning">{words}</p> })}
            </figcaption>
            {(!found.params.is_empty()).then(|| view! {
                <Rows workspace target found=found.clone()/>
                <p class="importance-key">
                    <i class="importance-bar" data-sign="rises"></i>"the metric rises with it"
                    <i class="importance-bar" data-sign="falls"></i>"falls with it"
                    <i class="importance-bar" data-sign="unsure"></i>"no order, or maybe chance"
                </p>
            })}
            <Notes found/>
        }
        .into_any(),
    }
}

/// What must be said below: params that go together, and those that were left out.
#[component]
fn Notes(found: Arc<Importance>) -> impl IntoView {
    let together = found.together.iter().map(|pair| {
        let [a, b] = &pair.params;
        let how = if pair.rho > 0.0 { "rise and fall together" } else { "move against each other" };
        let text = format!("{a} and {b} {how} (ρ {:.2}): which of them matters cannot be told apart.", pair.rho);
        view! { <li>{text}</li> }
    });
    let of = |why: WhyLeftOut| {
        let names: Vec<&str> =
            found.left_out.iter().filter(|out| out.why == why).map(|out| out.param.as_str()).collect();
        let shown = names.iter().take(12).copied().collect::<Vec<_>>().join(", ");
        let more = names.len().saturating_sub(12);
        let list = if more > 0 { format!("{shown} and {more} more") } else { shown };
        let words = match why {
            WhyLeftOut::Same => "The same in all of these runs",
            WhyLeftOut::Unique => "Texts that nearly every run has for itself",
            WhyLeftOut::TooMany => "Left out, because there are too many params",
        };
        (!names.is_empty()).then(|| view! { <li>{format!("{words}: {list}.")}</li> })
    };
    let left_out = [WhyLeftOut::Same, WhyLeftOut::Unique, WhyLeftOut::TooMany].map(of).into_iter().flatten();
    let notes: Vec<_> = together.map(IntoAny::into_any).chain(left_out.map(IntoAny::into_any)).collect();
    (!notes.is_empty()).then(|| view! { <ul class="importance-notes">{notes}</ul> })
}

/// Which number of a metric is the target.
const STATISTICS: [(Option<Summary>, &str); 5] = [
    (None, "latest"),
    (Some(Summary::Min), "least"),
    (Some(Summary::Max), "greatest"),
    (Some(Summary::Best), "best"),
    (Some(Summary::Mean), "mean"),
];

/// The target, and what to do with the params that matter.
#[component]
fn Tools(workspace: Workspace, target: Memo<Option<Column>>, answers: Answers) -> impl IntoView {
    let metric = Memo::new(move |_| target.with(|target| target.as_ref().and_then(Column::metric).map(str::to_owned)));
    let statistic = Memo::new(move |_| match target.get() {
        Some(Column::Summary(_, summary)) => Some(summary),
        Some(_) | None => None,
    });
    let choose = move |metric: Option<String>, statistic: Option<Summary>| {
        workspace.change("target", |view| {
            view.importance.target = metric.map(|metric| match statistic {
                Some(summary) => Column::Summary(metric, summary),
                None => Column::Metric(metric),
            });
        });
    };
    let metrics = move || {
        let names: Vec<String> = workspace.metrics().with(|metrics| match metrics {
            Some(Ok(metrics)) => metrics.iter().map(|row| row.metric.clone()).collect(),
            Some(Err(_)) | None => metric.get().into_iter().collect(),
        });
        // A shared address may name a metric that is gone.
        let gone = metric.get().filter(|metric| !names.contains(metric));
        let option = |name: String| {
            let chosen = metric.with(|metric| metric.as_ref() == Some(&name));
            view! { <option value=name.clone() selected=chosen>{name.clone()}</option> }
        };
        names.into_iter().chain(gone).map(option).collect_view()
    };
    let statistics = move || {
        let now = statistic.get();
        let mut choices: Vec<(Option<Summary>, String)> =
            STATISTICS.iter().map(|(of, words)| (*of, (*words).to_owned())).collect();
        if let Some(Summary::Step(step)) = now {
            choices.push((now, format!("at step {step}")));
        }
        let option = |(of, words): (Option<Summary>, String)| {
            let value = of.map_or(String::new(), |summary| summary.to_string());
            view! { <option value=value selected={of == now}>{words}</option> }
        };
        choices.into_iter().map(option).collect_view()
    };
    let navigate = use_navigate();
    let home = format!("/experiments/{}/parallel", api::path_part(workspace.scope().experiment()));
    let show = move |_| {
        let (Some(Some(Ok(found))), Some(target)) = (answers.found.try_get_untracked(), target.get_untracked()) else {
            return;
        };
        workspace.add_axes(&worth_axes(&found), &target);
        let code = workspace.view_now(crate::url::code_of_view);
        let address = code.map_or(home.clone(), |code| format!("{home}?view={code}"));
        navigate(&address, Default::default());
    };
    let any = move || answers.found.with(|found| matches!(found, Some(Ok(found)) if !found.params.is_empty()));
    view! {
        <div class="toolbar" role="toolbar" aria-label="Importance of params">
            <label class="slider">
                "Metric"
                <select class="field" aria-label="Metric" on:change=move |event| choose(Some(event_target_value(&event)), statistic.get_untracked())>
                    {metrics}
                </select>
            </label>
            <select class="field" aria-label="Which of its values"
                on:change=move |event| choose(metric.get_untracked(), event_target_value(&event).parse().ok())>
                {statistics}
            </select>
            {move || any().then(|| view! {
                <button type="button" class="button" title="The params that matter as axes, with the metric"
                    on:click=show.clone()>"Show in Parallel"</button>
            })}
        </div>
    }
    .into_any()
}
