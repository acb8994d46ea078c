//! What a share link opens: the panels of its view and nothing else, in a page of its own or in a frame.

use crate::{
    api::{self, ApiError},
    pages::{compare::ComparePane, missing::Nothing, table::TablePane},
    panels::{board::Board, parallel::ParallelPanel, toolbar::Toolbar},
    state::{Scope, Workspace},
    ui::{format::local_time, theme::ThemeState},
};
use data::share::{ShareTarget, SharedPage};
use leptos::{ev, prelude::*, task::spawn_local};

/// The page of `/s/{token}` and `/embed/{token}`.
#[component]
pub fn SharedLinkPage() -> impl IntoView {
    let answer = RwSignal::new(None::<Result<SharedPage, ApiError>>);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let page = api::shared_page().await;
            if let Ok(page) = &page {
                document().set_title(&format!("{} · Throughline", page.title));
            }
            answer.set(Some(page));
        });
    });
    load.run(());
    move || match answer.get() {
        None => view! { <div class="page" aria-busy="true"><div class="skeleton" style="height: 32px"></div></div> }
            .into_any(),
        Some(Ok(page)) => view! { <Opened page/> }.into_any(),
        Some(Err(ApiError::Refused(401, _))) => view! { <Password on_key=load/> }.into_any(),
        Some(Err(error)) if error.is_not_found() => {
            let words = "It was mistyped, has run out, or was revoked.";
            view! { <Nothing title="This link opens nothing" words/> }.into_any()
        }
        Some(Err(error)) => {
            view! { <Nothing title="The link could not be opened" words=error.to_string()/> }.into_any()
        }
    }
}

#[component]
fn Password(on_key: Callback<()>) -> impl IntoView {
    let (password, error) = (RwSignal::new(String::new()), RwSignal::new(None::<ApiError>));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        spawn_local(async move {
            match api::unlock_shared(&password.get_untracked()).await {
                Ok(()) => on_key.run(()),
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    view! {
        <div class="page shared-password">
            <h1>"This link asks for a password"</h1>
            <form class="view-save" on:submit=submit>
                <input class="field" type="password" aria-label="Password" autocomplete="off"
                    on:input=move |event| password.set(event_target_value(&event))/>
                <button type="submit" class="button" data-look="primary">"Open"</button>
            </form>
            {move || error.get().map(|failed| view! { <p role="alert" class="view-error">{failed.to_string()}</p> })}
        </div>
    }
    .into_any()
}

#[component]
fn Opened(page: SharedPage) -> impl IntoView {
    let SharedPage { title, target, frozen_millis, anonymous } = page;
    let scope = match &target {
        ShareTarget::View { placed } | ShareTarget::Panel { placed, .. } => {
            Scope::Experiment(placed.experiment_id.clone())
        }
        ShareTarget::Run { experiment_id, run_id, .. } => Scope::Run(experiment_id.clone(), *run_id),
        ShareTarget::Report { .. } => {
            let words = "This server cannot show reports by link yet.";
            return view! { <Nothing title="This link opens a report" words/> }.into_any();
        }
    };
    let workspace = Workspace::open(scope, None);
    if let Some(view) = target.view() {
        workspace.begin_with(view.clone());
    }
    provide_context(workspace);
    let tab = target.tab().to_owned();
    let charts = tab.is_empty();
    let frozen = frozen_millis.is_some();
    let panes = match tab.as_str() {
        "table" => view! { <TablePane workspace/> }.into_any(),
        "parallel" => view! { <ParallelPanel workspace/> }.into_any(),
        "compare" => view! { <ComparePane workspace/> }.into_any(),
        _ => view! { <div class="board-scroll" data-scroller="true"><Board workspace/></div> }.into_any(),
    };
    let state = frozen_millis.map_or("Live".to_owned(), |at| format!("As it was on {}", local_time(at)));
    let framed = api::is_framed();
    view! {
        <div class="shared" data-framed=if framed { "true" } else { "false" }>
            {(!framed).then(|| view! {
                <header class="topbar">
                    <h1 class="shared-title">{title.clone()}</h1>
                    <span class="section-count">{state}</span>
                    {anonymous.then(|| view! { <span class="section-count">"Names are hidden"</span> })}
                    <ThemeButton/>
                </header>
            })}
            // What was frozen was frozen as it is drawn.
            {(charts && !frozen && !framed).then(|| view! { <Toolbar workspace/> })}
            <main class="shared-board" aria-label=title>{panes}</main>
        </div>
    }
    .into_any()
}

#[component]
fn ThemeButton() -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let words = move || if theme.dark.get() { "Use the light theme" } else { "Use the dark theme" };
    view! { <button type="button" class="button" on:click=move |_| theme.toggle()>{words}</button> }
}
