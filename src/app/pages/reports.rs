//! All reports, and what a new one begins with.

use crate::{
    api::{ApiError, path_part, reports},
    report::templates::TEMPLATES,
    routes::Shell,
    ui::{
        dialog::Dialog,
        format::{ago, local_time, now_millis},
        icon::{Icon, icon},
        search::search_field,
    },
};
use data::report::answers::{NewReport, ReportRow};
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;

/// The page of `/reports`.
#[component]
pub fn ReportsPage() -> impl IntoView {
    let shell = expect_context::<Shell>();
    shell.at(vec![("Reports".to_owned(), None)]);
    shell.actions.set(None);
    let answer = RwSignal::new(None::<Result<Vec<ReportRow>, ApiError>>);
    let removed = RwSignal::new(None::<ReportRow>);
    let search = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<ApiError>);
    let load = move || {
        spawn_local(async move {
            answer.try_set(Some(reports::list().await));
        });
    };
    load();
    let go = use_navigate();
    let begin = Callback::new(move |new: NewReport| {
        let go = go.clone();
        spawn_local(async move {
            match reports::create(&new).await {
                Ok(row) => go(&format!("/reports/{}?edit=1", path_part(&row.id)), Default::default()),
                Err(error) => drop(failed.try_set(Some(error))),
            }
        });
    });
    let remove = Callback::new(move |row: ReportRow| {
        spawn_local(async move {
            match reports::remove(&row.id).await {
                Ok(row) => {
                    removed.try_set(Some(row));
                    load();
                }
                Err(error) => drop(failed.try_set(Some(error))),
            }
        });
    });
    let restore = move |id: String| {
        spawn_local(async move {
            if reports::restore(&id).await.is_ok() {
                removed.try_set(None);
                load();
            }
        });
    };
    let body = move || {
        match answer.get() {
        None => view! { <div class="skeleton" style="height: 120px" aria-busy="true" aria-label="Loading reports"></div> }.into_any(),
        Some(Err(error)) => view! { <p role="alert">"The reports could not be loaded. " {error.to_string()}</p> }.into_any(),
        Some(Ok(rows)) if rows.is_empty() => {
            view! { <p class="report-missing">"No report yet. Begin one above, or with “Add to report” in the menu of any panel."</p> }.into_any()
        }
        Some(Ok(rows)) => view! { <Rows rows search remove/> }.into_any(),
    }
    };
    let templates = TEMPLATES
        .iter()
        .map(|template| {
            let new = || NewReport { document: None, markdown: Some(template.markdown.to_owned()) };
            view! {
                <button type="button" class="report-template" on:click=move |_| begin.run(new())>
                    <b>{template.title}</b> <span>{template.words}</span>
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="page">
            <div class="page-body">
                <div class="page-head"><h1>"Reports"</h1> <a class="page-other" href="/">"Experiments"</a>
                    {search_field("Search reports", search)}
                    <Import begin failed/>
                </div>
                <div class="report-templates" role="group" aria-label="New report">{templates}</div>
                {move || failed.get().map(|error| view! { <p class="view-error" role="alert">{error.to_string()}</p> })}
                {move || removed.get().map(|row| view! {
                    <p class="notice" role="status">
                        {row.title} " is in the trash."
                        <button type="button" class="button" on:click=move |_| restore(row.id.clone())>"Undo"</button>
                    </p>
                })}
                {body}
                <Trash changed=removed on_restore=Callback::new(move |()| load())/>
            </div>
        </div>
    }
    .into_any()
}

/// The reports in the trash, behind a button.
#[component]
fn Trash(changed: RwSignal<Option<ReportRow>>, on_restore: Callback<()>) -> impl IntoView {
    let open = RwSignal::new(false);
    let answer = RwSignal::new(None::<Result<Vec<ReportRow>, ApiError>>);
    let failed = RwSignal::new(None::<ApiError>);
    let doomed = RwSignal::new(None::<ReportRow>);
    let load = move || {
        spawn_local(async move {
            answer.try_set(Some(reports::trash().await));
        });
    };
    Effect::new(move |_| {
        changed.track();
        if open.get() {
            load();
        }
    });
    let done = move |result: Result<(), ApiError>| {
        failed.try_set(result.err());
        load();
        on_restore.run(());
    };
    let restore = move |id: String| spawn_local(async move { done(reports::restore(&id).await.map(drop)) });
    let purge = move |id: String| {
        doomed.set(None);
        spawn_local(async move { done(reports::purge(&id).await) });
    };
    let line = move |row: ReportRow| {
        let title = title_of(&row);
        let (id, gone) = (row.id.clone(), row.clone());
        view! {
            <li class="view-line">
                <span style="flex: 1">{title.clone()}</span>
                <button type="button" class="button" aria-label=format!("Take {title} out of the trash") on:click=move |_| restore(id.clone())>"Take out"</button>
                <button type="button" class="button" aria-label=format!("Delete {title} for good") on:click=move |_| doomed.set(Some(gone.clone()))>"Delete for good"</button>
            </li>
        }
    };
    let list = move || match answer.get() {
        None => view! { <div class="skeleton" style="height: 40px"></div> }.into_any(),
        Some(Err(error)) => view! { <p class="view-error" role="alert">{error.to_string()}</p> }.into_any(),
        Some(Ok(rows)) if rows.is_empty() => view! { <p class="report-missing">"The trash is empty."</p> }.into_any(),
        Some(Ok(rows)) => view! { <ul aria-label="Trash">{rows.into_iter().map(line).collect_view()}</ul> }.into_any(),
    };
    let expanded = move || if open.get() { "true" } else { "false" };
    view! {
        <div class="report-trash">
            <button type="button" class="view-open" aria-expanded=expanded on:click=move |_| open.update(|open| *open = !*open)>"Trash"</button>
            {move || failed.get().map(|error| view! { <p class="view-error" role="alert">{error.to_string()}</p> })}
            {move || open.get().then(list)}
            {move || doomed.get().map(|row| {
                let id = row.id.clone();
                view! {
                    <Dialog title="Delete for good" on_close=move || doomed.set(None)>
                        <p>{title_of(&row)} " goes with its versions, its comments and the pictures and frozen data that no other report uses. This cannot be undone."</p>
                        <button type="button" class="button" data-look="danger" on:click=move |_| purge(id.clone())>"Delete for good"</button>
                    </Dialog>
                }
            })}
        </div>
    }
    .into_any()
}

fn title_of(row: &ReportRow) -> String {
    if row.title.is_empty() { "Untitled report".to_owned() } else { row.title.clone() }
}

/// A report from a Markdown file.
#[component]
fn Import(begin: Callback<NewReport>, failed: RwSignal<Option<ApiError>>) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    let taken = move |_| {
        let Some(file) = input.get_untracked().and_then(|input| input.files()).and_then(|files| files.get(0)) else {
            return;
        };
        spawn_local(async move {
            match reports::parse(file).await {
                Ok(document) => begin.run(NewReport { document: Some(document), markdown: None }),
                Err(error) => drop(failed.try_set(Some(error))),
            }
        });
    };
    let choose = move |_| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    view! {
        <input type="file" accept=".md,.markdown,text/markdown" hidden=true node_ref=input aria-label="Markdown file" on:change=taken/>
        <button type="button" class="button" on:click=choose>"Import Markdown"</button>
    }
    .into_any()
}

#[component]
fn Rows(rows: Vec<ReportRow>, search: RwSignal<String>, remove: Callback<ReportRow>) -> impl IntoView {
    let now = now_millis();
    let line = move |row: ReportRow| {
        let href = format!("/reports/{}", path_part(&row.id));
        let title = title_of(&row);
        let state = match (&row.published, row.changed) {
            (None, _) => "Draft".to_owned(),
            (Some(version), false) => format!("Version {}", version.number),
            (Some(version), true) => format!("Version {}, draft changed", version.number),
        };
        let label = format!("Remove {title}");
        let gone = row.clone();
        view! {
            <tr>
                <td><a href=href class="experiment-name">{title}</a></td>
                <td>{state}</td>
                <td class="number">{(row.comments > 0).then_some(row.comments)}</td>
                <td title=local_time(row.updated_millis)>{ago(row.updated_millis, now)}</td>
                <td><button type="button" class="icon-button" aria-label=label.clone() title=label on:click=move |_| remove.run(gone.clone())>{icon(Icon::Close)}</button></td>
            </tr>
        }
    };
    let lines = move || {
        let wanted = search.get().to_lowercase();
        let found = |row: &&ReportRow| title_of(row).to_lowercase().contains(&wanted);
        let matching: Vec<_> = rows.iter().filter(found).cloned().collect();
        match matching.is_empty() {
            true => view! { <tr><td colspan="5">"No report has this in its title."</td></tr> }.into_any(),
            false => matching.into_iter().map(line).collect_view().into_any(),
        }
    };
    view! {
        <table class="table experiments">
            <thead><tr><th>"Title"</th><th>"State"</th><th class="number">"Comments"</th><th>"Last change"</th><th><span class="visually-hidden">"Actions"</span></th></tr></thead>
            <tbody>{lines}</tbody>
        </table>
    }
    .into_any()
}
