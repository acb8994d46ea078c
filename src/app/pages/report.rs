//! One report: read, or written.

use crate::{
    api::{ApiError, reports},
    pages::missing::Nothing,
    report::{
        comments::Talk,
        comments_pane::CommentsPane,
        conflict::ConflictDialog,
        editor::{Editor, SaveState, Shown},
        grid_edit::GridEdit,
        history::HistoryDialog,
        live::LiveGrids,
        publish::PublishDialog,
        read::{Reading, title_of},
        runs_edit::RunsEdit,
        write::{Writing, undo_key},
    },
    routes::Shell,
    state::share::ToShare,
    ui::format::{ago, local_time, now_millis},
};
use data::{
    report::{Content, answers::ReportPage},
    share::ShareTarget,
};
use leptos::{ev, prelude::*, task::spawn_local};
use leptos_router::hooks::{use_params_map, use_query_map};
use std::sync::Arc;

/// The page of `/reports/{id}`; `?edit=1` writes its draft, `?version=` reads one version.
#[component]
pub fn ReportPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let report = Memo::new(move |_| params.with(|params| params.get("report").unwrap_or_default()));
    let writes = Memo::new(move |_| query.with(|query| query.get("edit").is_some()));
    let version = Memo::new(move |_| query.with(|query| query.get("version")));
    // Another report, or the other way of looking at it, is another page.
    move || view! { <OneReport report=report.get() writes=writes.get() version=version.get()/> }
}

#[component]
fn OneReport(report: String, writes: bool, version: Option<String>) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let at = move |title: String| shell.at(vec![("Reports".to_owned(), Some("/reports".to_owned())), (title, None)]);
    at("Report".to_owned());
    shell.actions.set(None);
    let talk = Talk::new(report.clone());
    provide_context(talk);
    LiveGrids::provide();
    let answer = RwSignal::new(None::<Result<ReportPage, ApiError>>);
    let id = report.clone();
    spawn_local(async move {
        let version = if writes { Some("draft".to_owned()) } else { version };
        let page = reports::one(&id, version.as_deref()).await;
        if let Ok(page) = &page {
            at(title_of(&page.document));
        }
        answer.try_set(Some(page));
    });
    let history = RwSignal::new(false);
    let body = move || {
        match answer.get() {
        None => view! { <div class="report-body" aria-busy="true" aria-label="Loading the report"><div class="skeleton" style="height: 40px; width: 60%"></div></div> }.into_any(),
        Some(Err(error)) if error.is_not_found() => {
            view! { <Nothing title="There is no such report" words=error.to_string()/> }.into_any()
        }
        Some(Err(error)) => view! { <Nothing title="The report could not be loaded" words=error.to_string()/> }.into_any(),
        Some(Ok(page)) if writes => view! { <Write page talk history/> }.into_any(),
        Some(Ok(page)) => view! { <Read page talk history/> }.into_any(),
    }
    };
    view! {
        <div class="report-page" data-pane=move || talk.open.get().then_some("open")>
            <div class="report-scroll" data-scroller="true">{body}</div>
            {move || talk.open.get().then(|| view! { <CommentsPane talk/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Read(page: ReportPage, talk: Talk, history: RwSignal<bool>) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let id = page.row.id.clone();
    let state = match &page.version {
        Some(version) => format!("Version {}, {}", version.number, ago(version.millis, now_millis())),
        None => format!("Draft, {}", ago(page.row.updated_millis, now_millis())),
    };
    let when = page.version.as_ref().map_or(page.row.updated_millis, |version| version.millis);
    let (ToShare(wanted), report_id) = (expect_context(), StoredValue::new(id.clone()));
    let newer = page.row.published.as_ref().map(|newest| newest.number)
        > page.version.as_ref().map(|version| version.number)
        && page.version.is_some();
    let which = page.version.as_ref().map_or("draft".to_owned(), |version| version.number.to_string());
    let (edit, markdown, newest) =
        (format!("/reports/{id}?edit=1"), reports::markdown_url(&id, &which), format!("/reports/{id}"));
    shell.actions.set(Some(ViewFn::from(move || {
        let (edit, markdown) = (edit.clone(), markdown.clone());
        let share = move |_| wanted.set(Some(ShareTarget::Report { report_id: report_id.get_value() }));
        view! {
            <a class="button" href=markdown download="report.md" rel="external">"Markdown"</a>
            <button type="button" class="button" on:click=move |_| history.set(true)>"History"</button>
            <CommentsButton talk/>
            <button type="button" class="button" on:click=share>"Share"</button>
            <a class="button" data-look="primary" href=edit>"Edit"</a>
        }
    })));
    on_cleanup(move || shell.actions.set(None));
    talk.is_about(Signal::stored(page.document.clone()));
    let note = page.version.as_ref().map(|version| version.note.clone()).filter(|note| !note.is_empty());
    let shown = Arc::new(Shown { document: page.document, html: page.html });
    view! {
        <article class="report-body">
            <p class="report-state" title=local_time(when)>{state}
                {newer.then(|| view! { " · " <a href=newest>"There is a newer version"</a> })}
                {note.map(|note| view! { <span class="report-version-note">{note}</span> })}
            </p>
            <Reading shown/>
        </article>
        {move || history.get().then(|| view! { <HistoryDialog report=id.clone() editor=None on_close=move || history.set(false)/> })}
    }
    .into_any()
}

#[component]
fn CommentsButton(talk: Talk) -> impl IntoView {
    let words = move || match talk.waiting() {
        0 => "Comments".to_owned(),
        count => format!("Comments ({count})"),
    };
    let pressed = move || if talk.open.get() { "true" } else { "false" };
    view! { <button type="button" class="button" aria-pressed=pressed on:click=move |_| talk.open.update(|open| *open = !*open)>{words}</button> }
        .into_any()
}

#[component]
fn Write(page: ReportPage, talk: Talk, history: RwSignal<bool>) -> impl IntoView {
    let shell = expect_context::<Shell>();
    let editor = Editor::new(page);
    let keys = window_event_listener(ev::keydown, move |event| {
        if !crate::routes::typing(&event) {
            undo_key(editor, &event);
        }
    });
    on_cleanup(move || keys.remove());
    // What is not saved yet would be lost with the page.
    let leave = window_event_listener(ev::beforeunload, move |event| {
        if editor.state.get_untracked() != SaveState::Saved {
            editor.save();
            event.prevent_default();
        }
    });
    on_cleanup(move || leave.remove());
    let publishing = RwSignal::new(false);
    talk.is_about(editor.document.into());
    let report = editor.report();
    let read = format!("/reports/{report}?version=draft");
    shell.actions.set(Some(ViewFn::from(move || {
        let read = read.clone();
        view! {
            <SaveWords editor/>
            <button type="button" class="button" on:click=move |_| history.set(true)>"History"</button>
            <CommentsButton talk/>
            <a class="button" href=read>"Read"</a>
            <button type="button" class="button" data-look="primary" prop:disabled=move || editor.state.get() != SaveState::Saved
                on:click=move |_| publishing.set(true)>"Publish"</button>
        }
    })));
    on_cleanup(move || shell.actions.set(None));
    Effect::new(move |_| {
        let title = editor.document.with(title_of);
        shell.at(vec![("Reports".to_owned(), Some("/reports".to_owned())), (title, None)]);
    });
    let notices = move || {
        editor.notice.get().map(|words| {
            view! {
                <p class="notice" data-kind="warn" role="status">{words}
                    <button type="button" class="button" on:click=move |_| editor.notice.set(None)>"Dismiss"</button>
                </p>
            }
        })
    };
    view! {
        <div class="report-body" data-writing="true">
            {notices}
            <Writing editor/>
        </div>
        {move || editor.dialog.get().map(|block| {
            let on_close = move || editor.dialog.set(None);
            match editor.content(&block) {
                Some(Content::Panels(_)) => view! { <GridEdit editor block on_close/> }.into_any(),
                Some(Content::Runs(_)) => view! { <RunsEdit editor block on_close/> }.into_any(),
                _ => ().into_any(),
            }
        })}
        {move || publishing.get().then(|| view! { <PublishDialog editor on_close=move || publishing.set(false)/> })}
        {move || editor.conflict.get().map(|conflict| view! { <ConflictDialog editor conflict/> })}
        {move || history.get().then(|| view! { <HistoryDialog report=report.clone() editor=Some(editor) on_close=move || history.set(false)/> })}
    }
    .into_any()
}

/// How far the draft is saved, in words.
#[component]
fn SaveWords(editor: Editor) -> impl IntoView {
    let words = move || match editor.state.get() {
        SaveState::Saved => "Saved".to_owned(),
        SaveState::Saving => "Saving".to_owned(),
        SaveState::Failed(error) => format!("Not saved: {error}"),
        SaveState::Conflict => "Waiting for you".to_owned(),
    };
    let state = move || match editor.state.get() {
        SaveState::Saved => "open",
        SaveState::Saving => "opening",
        SaveState::Failed(_) | SaveState::Conflict => "closed",
    };
    view! { <span class="live" data-state=state role="status">{words}</span> }.into_any()
}
