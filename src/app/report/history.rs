//! What a report was: published versions, what changed between them, and drafts that were set aside.

use super::{diff::DiffLines, editor::Editor};
use crate::{
    api::{ApiError, reports},
    ui::{
        dialog::Dialog,
        format::{ago, local_time, now_millis},
    },
};
use data::report::{
    Document,
    answers::{DiffLine, History},
};
use leptos::{prelude::*, task::spawn_local};

/// The dialog behind "History".
#[component]
pub fn HistoryDialog(report: String, editor: Option<Editor>, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let answer = RwSignal::new(None::<Result<History, ApiError>>);
    let lines = RwSignal::new(None::<(String, Result<Vec<DiffLine>, ApiError>)>);
    let report = StoredValue::new(report);
    spawn_local(async move {
        answer.try_set(Some(reports::history(&report.get_value()).await));
    });
    let compare = move |title: String, from: String, to: String| {
        spawn_local(async move {
            let found = reports::diff(&report.get_value(), &from, &to).await;
            lines.try_set(Some((title, found)));
        });
    };
    // What an older form said becomes the draft, which can be undone.
    let take = move |document: Result<Document, ApiError>| match (document, editor) {
        (Ok(document), Some(editor)) => {
            editor.change("restore", |draft| *draft = document);
            on_close.run(());
        }
        (Err(error), _) => drop(answer.try_set(Some(Err(error)))),
        (Ok(_), None) => {}
    };
    let list = move || match answer.get() {
        None => view! { <div class="skeleton" style="height: 80px"></div> }.into_any(),
        Some(Err(error)) => view! { <p class="view-error" role="alert">{error.to_string()}</p> }.into_any(),
        Some(Ok(history)) => {
            let now = now_millis();
            let newest = history.versions.first().map(|version| version.number);
            let draft = newest.map(|newest| {
                let on = move |_| compare("Draft and newest version".to_owned(), newest.to_string(), "draft".to_owned());
                view! { <li class="view-line"><span style="flex: 1">"Draft"</span><button type="button" class="button" on:click=on>"Compare with the newest"</button></li> }
            });
            let versions = history.versions.into_iter().map(|version| {
                let number = version.number;
                let href = format!("/reports/{}?version={number}", report.get_value());
                let before = (number > 1).then(|| {
                    let on = move |_| compare(format!("Version {} and {number}", number - 1), (number - 1).to_string(), number.to_string());
                    view! { <button type="button" class="button" on:click=on>"What changed"</button> }
                });
                let restore = editor.map(|_| {
                    let on = move |_| {
                        spawn_local(async move {
                            let page = reports::one(&report.get_value(), Some(&number.to_string())).await;
                            take(page.map(|page| page.document));
                        });
                    };
                    view! { <button type="button" class="button" on:click=on>"Take as draft"</button> }
                });
                view! {
                    <li class="view-line">
                        <a class="view-open" href=href on:click=move |_| on_close.run(())>"Version " {number}</a>
                        <span class="report-note" title=local_time(version.millis)>{ago(version.millis, now)}</span>
                        {before}{restore}
                        {(!version.note.is_empty()).then(|| view! { <p class="report-version-note">{version.note}</p> })}
                    </li>
                }
            });
            let asides = history.asides.into_iter().map(|aside| {
                let number = aside.number;
                let on = move |_| {
                    spawn_local(async move { take(reports::aside(&report.get_value(), number).await) });
                };
                view! {
                    <li class="view-line">
                        <span style="flex: 1" title=local_time(aside.millis)>"A draft that met another one, " {ago(aside.millis, now)}</span>
                        {editor.map(|_| view! { <button type="button" class="button" on:click=on>"Take as draft"</button> })}
                    </li>
                }
            });
            let none = newest.is_none().then(|| view! { <p class="report-note">"No version was published yet."</p> });
            view! { {none}<ul>{draft}{versions.collect_view()}{asides.collect_view()}</ul> }.into_any()
        }
    };
    let shown = move || {
        lines.get().map(|(title, found)| match found {
            Err(error) => view! { <p class="view-error" role="alert">{error.to_string()}</p> }.into_any(),
            Ok(found) => view! { <h3>{title}</h3><DiffLines lines=found/> }.into_any(),
        })
    };
    view! { <Dialog title="History" on_close>{list}{shown}</Dialog> }.into_any()
}
