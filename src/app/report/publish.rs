//! Publishing: what is new in the version, in words, and what changed since the last one.

use super::{diff::DiffLines, editor::Editor};
use crate::{
    api::{ApiError, reports},
    ui::dialog::Dialog,
};
use data::report::answers::{DiffLine, Publish};
use leptos::{ev, html, prelude::*, task::spawn_local};
use leptos_router::{NavigateOptions, hooks::use_navigate};

/// The longest note, characters.
const LONGEST_NOTE: &str = "2000";

/// The dialog behind "Publish".
#[component]
pub fn PublishDialog(editor: Editor, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let note = RwSignal::new(String::new());
    let failed = RwSignal::new(None::<ApiError>);
    let changes = RwSignal::new(None::<Vec<DiffLine>>);
    let newest = editor.row.with_untracked(|row| row.published.as_ref().map(|version| version.number));
    if let Some(newest) = newest {
        spawn_local(async move {
            if let Ok(lines) = reports::diff(&editor.report(), &newest.to_string(), "draft").await {
                changes.try_set(Some(lines));
            }
        });
    }
    let field = NodeRef::<html::Textarea>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            request_animation_frame(move || drop(field.focus()));
        }
    });
    let go = use_navigate();
    let publish = StoredValue::new_local(move || {
        let go = go.clone();
        let (report, publish) =
            (editor.report(), Publish { revision: editor.revision(), note: note.get_untracked().trim().to_owned() });
        spawn_local(async move {
            match reports::publish(&report, &publish).await {
                Ok(_) => go(&format!("/reports/{report}"), NavigateOptions::default()),
                Err(error) => drop(failed.try_set(Some(error))),
            }
        });
    });
    let publish = move || publish.with_value(|publish| publish());
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            publish();
        }
    };
    view! {
        <Dialog title="Publish" on_close>
            <p class="report-note">"Readers will see version " {newest.map_or(1, |newest| newest + 1)} "."</p>
            <textarea class="field report-publish-note" rows="3" node_ref=field aria-label="What is new" placeholder="What is new, if you like"
                maxlength=LONGEST_NOTE prop:value=note on:input=move |event| note.set(event_target_value(&event)) on:keydown=on_key></textarea>
            {move || failed.get().map(|error| view! { <p class="view-error" role="alert">{error.to_string()}</p> })}
            <button type="button" class="button" data-look="primary" on:click=move |_| publish()>"Publish this version"</button>
            {move || changes.get().map(|lines| view! { <h3>"Since the last version"</h3><DiffLines lines/> })}
        </Dialog>
    }
    .into_any()
}
