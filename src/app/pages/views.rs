//! Named views and short links: the menu in the top bar, and the page that opens a short link.

use crate::{
    api::{self, ApiError},
    pages::missing::Nothing,
    parts::TOOLS,
    routes::Shell,
    state::Workspace,
    ui::{
        dialog::Dialog,
        format::{ago, local_time, now_millis},
    },
    url,
};
use data::view::{PlacedView, SavedView, View};
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};

/// An address with a view longer than this is replaced by a short link when it is copied: some
/// programs cut longer ones.
const LONGEST_ADDRESS: usize = 2_000;

/// The page of `/v/{hash}`: goes to where the view is looked at.
#[component]
pub fn ViewPage() -> impl IntoView {
    expect_context::<Shell>().at(vec![("View".to_owned(), None)]);
    let params = use_params_map();
    let navigate = use_navigate();
    let error = RwSignal::new(None::<ApiError>);
    Effect::new(move |_| {
        let hash = params.with(|params| params.get("hash").unwrap_or_default());
        let navigate = navigate.clone();
        spawn_local(async move {
            match api::view(&hash).await {
                Ok(placed) => navigate(&address_of(&placed), NavigateOptions { replace: true, ..Default::default() }),
                Err(failed) => {
                    error.try_set(Some(failed));
                }
            }
        });
    });
    move || match error.get() {
        None => view! { <div class="page" aria-busy="true"><div class="skeleton" style="height: 32px"></div></div> }
            .into_any(),
        Some(failed) if failed.is_not_found() => {
            let words = "The link was cut short or changed, or it belongs to another server.";
            view! { <Nothing title="There is no such view" words/> }.into_any()
        }
        Some(failed) => view! { <Nothing title="The view could not be loaded" words=failed.to_string()/> }.into_any(),
    }
}

/// Where a view is looked at.
pub fn address_of(placed: &PlacedView) -> String {
    let mut address = format!("/experiments/{}", api::path_part(&placed.experiment_id));
    if !placed.tab.is_empty() {
        address.push_str(&format!("/{}", api::path_part(&placed.tab)));
    }
    if let Some(code) = url::code_of_view(&placed.view) {
        address.push_str(&format!("?view={code}"));
    }
    address
}

/// The view on the screen, and where it is looked at.
pub fn placed_now(workspace: Workspace) -> PlacedView {
    let path = window().location().pathname().unwrap_or_default();
    let tab = path.split('/').nth(3).unwrap_or_default().to_owned();
    PlacedView { experiment_id: workspace.scope().experiment().to_owned(), tab, view: workspace.view_now(View::clone) }
}

/// Copies the address of what is on the screen, or a short link if that is long.
pub async fn copy_link(workspace: Workspace) -> Result<(), ApiError> {
    let placed = placed_now(workspace);
    let origin = window().location().origin().unwrap_or_default();
    let mut address = format!("{origin}{}", address_of(&placed));
    if address.len() > LONGEST_ADDRESS {
        address = format!("{origin}/v/{}", api::keep_view(&placed).await?);
    }
    crate::ui::copy::copy(&address);
    Ok(())
}

/// Opens an experiment with its default view, if it has one and the address asks for no other.
pub fn open_default(workspace: Workspace) {
    spawn_local(async move {
        let experiment = workspace.scope().experiment().to_owned();
        let Ok(views) = api::saved_views(&experiment).await else { return };
        let Some(default) = views.into_iter().find(|view| view.is_default) else { return };
        if let Ok(placed) = api::view(&default.hash).await {
            workspace.begin_with(placed.view);
        }
    });
}

/// The button of named views, and its dialog.
#[component]
pub fn ViewsButton(workspace: Workspace) -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <button type="button" class="button" on:click=move |_| open.set(true)>"Views"</button>
        {move || open.get().then(|| view! {
            <Dialog title="Views" on_close=move || open.set(false)>{TOOLS.show(move |tools| (tools.views)(workspace, Callback::new(move |()| open.set(false))))}</Dialog>
        })}
    }
    .into_any()
}

/// The saved views, and a field to save one more.
#[component]
pub fn Views(workspace: Workspace, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let experiment = StoredValue::new(workspace.scope().experiment().to_owned());
    let views = RwSignal::new(None::<Result<Vec<SavedView>, ApiError>>);
    let error = RwSignal::new(None::<ApiError>);
    let load = Callback::new(move |()| {
        spawn_local(async move {
            let answer = api::saved_views(&experiment.get_value()).await;
            views.try_set(Some(answer));
        });
    });
    load.run(());
    let name = RwSignal::new(String::new());
    let save = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let placed = placed_now(workspace);
        spawn_local(async move {
            match api::save_view(&name.get_untracked(), &placed).await {
                Ok(_) => {
                    let answer = api::saved_views(&experiment.get_value()).await;
                    views.set(Some(answer));
                    error.set(None);
                    // Last, so that the name is gone from the field once it stands in the list.
                    name.set(String::new());
                }
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    let known = move || {
        let name = name.get();
        views.with(|views| matches!(views, Some(Ok(views)) if views.iter().any(|view| view.name == name.trim())))
    };
    view! {
        <form class="view-save" on:submit=save>
            <input class="field" type="text" maxlength="200" placeholder="Name what is on the screen" aria-label="Name of the view"
                prop:value=move || name.get() on:input=move |event| name.set(event_target_value(&event))/>
            <button type="submit" class="button" data-look="primary" disabled=move || name.with(|name| name.trim().is_empty())>
                {move || if known() { "Save over it" } else { "Save" }}
            </button>
        </form>
        {move || error.get().map(|failed| view! { <p role="alert" class="view-error">{failed.to_string()}</p> })}
        {move || match views.get() {
            None => view! { <div class="skeleton" style="height: 28px" aria-busy="true"></div> }.into_any(),
            Some(Err(failed)) => view! { <p role="alert" class="view-error">{failed.to_string()}</p> }.into_any(),
            Some(Ok(views)) if views.is_empty() => view! {
                <p class="view-hint">"No view is saved yet. A saved view keeps what is on the screen under a name, for everyone who opens this experiment; the older ones of that name stay in its history."</p>
            }
            .into_any(),
            Some(Ok(views)) => {
                let lines = views.into_iter().map(|saved| view! { <Line workspace experiment saved on_change=load on_done error/> }).collect_view();
                view! { <ul class="view-list">{lines}</ul> }.into_any()
            }
        }}
    }
    .into_any()
}

#[component]
fn Line(
    workspace: Workspace,
    experiment: StoredValue<String>,
    saved: SavedView,
    on_change: Callback<()>,
    on_done: Callback<()>,
    error: RwSignal<Option<ApiError>>,
) -> impl IntoView {
    let name = StoredValue::new(saved.name.clone());
    let history = RwSignal::new(None::<Vec<SavedView>>);
    let navigate = StoredValue::new_local(use_navigate());
    let open = move |hash: String| {
        let navigate = navigate.get_value();
        spawn_local(async move {
            match api::view(&hash).await {
                Ok(placed) => {
                    let (address, elsewhere) = (address_of(&placed), placed.tab != placed_now(workspace).tab);
                    workspace.change("view opened", |view| *view = placed.view);
                    on_done.run(());
                    if elsewhere {
                        navigate(&address, NavigateOptions::default());
                    }
                }
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    let report = move |answer: Result<(), ApiError>| match answer {
        Ok(()) => on_change.run(()),
        Err(failed) => error.set(Some(failed)),
    };
    let is_default = saved.is_default;
    let toggle_default = move |_| {
        spawn_local(async move {
            let name = name.get_value();
            let wanted = (!is_default).then_some(name.as_str());
            report(api::set_default_view(&experiment.get_value(), wanted).await);
        });
    };
    let remove =
        move |_| spawn_local(async move { report(api::remove_view(&experiment.get_value(), &name.get_value()).await) });
    let hash_now = StoredValue::new(saved.hash.clone());
    let duplicate = move |_| {
        spawn_local(async move {
            let copied = async {
                let placed = api::view(&hash_now.get_value()).await?;
                let taken = api::saved_views(&experiment.get_value()).await?;
                api::save_view(&name_of_copy(&name.get_value(), &taken), &placed).await
            };
            report(copied.await.map(drop));
        });
    };
    let toggle_history = move |_| {
        if history.with_untracked(Option::is_some) {
            return history.set(None);
        }
        spawn_local(async move {
            match api::view_history(&experiment.get_value(), &name.get_value()).await {
                Ok(versions) => history.set(Some(versions)),
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    let versions = move || {
        history.get().map(|versions| {
            let now = now_millis();
            let lines = versions.into_iter().map(|version| {
                let hash = version.hash.clone();
                view! {
                    <li>
                        <button type="button" class="view-open" title=local_time(version.saved_millis) on:click=move |_| open(hash.clone())>
                            "As saved " {ago(version.saved_millis, now)}
                        </button>
                    </li>
                }
            });
            view! { <ul class="view-history">{lines.collect_view()}</ul> }
        })
    };
    let hash = saved.hash.clone();
    let label = saved.name.clone();
    view! {
        <li>
            <div class="view-line">
                <button type="button" class="view-open" on:click=move |_| open(hash.clone())>{saved.name.clone()}</button>
                {is_default.then(|| view! { <span class="section-count">"opens first"</span> })}
                <button type="button" class="button" on:click=toggle_default>
                    {if is_default { "Open no view first" } else { "Open first" }}
                </button>
                <button type="button" class="button" aria-label=format!("History of {label}") on:click=toggle_history>"History"</button>
                <button type="button" class="button" aria-label=format!("Duplicate {label}") on:click=duplicate>"Duplicate"</button>
                <button type="button" class="button" aria-label=format!("Remove {label}") on:click=remove>"Remove"</button>
            </div>
            {versions}
        </li>
    }
    .into_any()
}

/// What a copy of the view `name` is called: no view of `taken` is called so.
fn name_of_copy(name: &str, taken: &[SavedView]) -> String {
    let names = (1..).map(|at| if at == 1 { format!("{name} copy") } else { format!("{name} copy {at}") });
    let mut free = names.filter(|name| taken.iter().all(|view| view.name != *name));
    free.next().expect("there are more names than views")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_gets_a_name_of_its_own() {
        let saved =
            |name: &str| SavedView { name: name.into(), hash: String::new(), saved_millis: 0, is_default: false };
        let taken = ["a", "b", "b copy", "b copy 2"].map(saved);
        for (name, copy) in [("a", "a copy"), ("b", "b copy 3"), ("b copy", "b copy copy")] {
            assert_eq!(name_of_copy(name, &taken), copy, "{name}");
        }
    }
}
