//! What people say about a report: beside the blocks, and all in a pane.

use super::read::{anchor_of, scroll_to};
use crate::{
    api::{ApiError, reports},
    ui::{
        format::{ago, local_time, now_millis},
        icon::{Icon, icon},
    },
};
use data::report::answers::{Anchor, Comment, NewComment};
use leptos::{prelude::*, task::spawn_local};

/// The comments of one report. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Talk {
    report: StoredValue<String>,
    /// What was said, oldest first.
    pub list: RwSignal<Vec<Comment>>,
    /// Whether the pane is open.
    pub open: RwSignal<bool>,
    /// What the next comment is about.
    anchor: RwSignal<Anchor>,
    error: RwSignal<Option<ApiError>>,
}

/// Where the name of who comments is kept in the browser.
const NAME: &str = "throughline-name";

impl Talk {
    /// The comments of `report`, asked for at once.
    pub fn new(report: String) -> Talk {
        let talk = Talk {
            report: StoredValue::new(report),
            list: RwSignal::new(Vec::new()),
            open: RwSignal::new(false),
            anchor: RwSignal::new(Anchor::default()),
            error: RwSignal::new(None),
        };
        talk.load();
        talk
    }

    fn load(self) {
        let report = self.report.get_value();
        spawn_local(async move {
            match reports::comments(&report).await {
                Ok(list) => drop(self.list.try_set(list)),
                Err(error) => drop(self.error.try_set(Some(error))),
            }
        });
    }

    /// How many are not resolved.
    pub fn waiting(self) -> usize {
        self.list.with(|list| list.iter().filter(|comment| !comment.resolved).count())
    }

    fn after<T: 'static>(self, answer: impl Future<Output = Result<T, ApiError>> + 'static) {
        spawn_local(async move {
            match answer.await {
                Ok(_) => {
                    self.error.try_set(None);
                    self.load();
                }
                Err(error) => drop(self.error.try_set(Some(error))),
            }
        });
    }
}

/// Opens the pane for a comment on `anchor`.
pub fn comment_on(talk: Talk, anchor: Anchor) {
    talk.anchor.set(anchor);
    talk.open.set(true);
}

/// The button beside a block: how many comments it has, or a way to the first one.
#[component]
pub fn BlockComments(talk: Talk, block: String) -> impl IntoView {
    let of = block.clone();
    let count = Memo::new(move |_| {
        talk.list.with(|list| list.iter().filter(|comment| comment.anchor.block == of && !comment.resolved).count())
    });
    let label = move || match count.get() {
        0 => "Comment on this".to_owned(),
        1 => "1 comment".to_owned(),
        count => format!("{count} comments"),
    };
    let on = move |_| comment_on(talk, Anchor { block: block.clone(), ..Anchor::default() });
    view! {
        <button type="button" class="report-comment" aria-label=label title=label data-count=move || count.get() on:click=on>
            {icon(Icon::Comment)} {move || (count.get() > 0).then(|| count.get())}
        </button>
    }
    .into_any()
}

/// All comments, and a field for one more.
#[component]
pub fn CommentsPane(talk: Talk) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let stored = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(NAME).ok().flatten());
    let name = RwSignal::new(stored.unwrap_or_default());
    let resolved_too = RwSignal::new(false);
    let send = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let author = name.get_untracked();
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item(NAME, &author);
        }
        let new =
            NewComment { anchor: talk.anchor.get_untracked(), author, text: text.get_untracked(), reply_to: None };
        if new.text.trim().is_empty() {
            return;
        }
        text.set(String::new());
        let report = talk.report.get_value();
        talk.after(async move { reports::add_comment(&report, &new).await });
    };
    let about = move || about(&talk.anchor.get());
    let whole = move || talk.anchor.with(|anchor| *anchor == Anchor::default());
    let rows = move || {
        let all = resolved_too.get();
        let list = talk.list.get();
        let shown: Vec<Comment> = list.into_iter().filter(|comment| all || !comment.resolved).collect();
        if shown.is_empty() {
            return view! { <p class="report-missing">"Nothing was said yet. A comment can be about the report, a block, or what a panel shows."</p> }.into_any();
        }
        shown.into_iter().map(|comment| view! { <CommentRow talk comment/> }).collect_view().into_any()
    };
    view! {
        <aside class="report-pane" aria-label="Comments">
            <div class="dialog-head">
                <h2>"Comments"</h2>
                <button type="button" class="icon-button" aria-label="Close comments" on:click=move |_| talk.open.set(false)>{icon(Icon::Close)}</button>
            </div>
            <label class="toggle">
                <input type="checkbox" on:change=move |event| resolved_too.set(event_target_checked(&event))/> "Resolved ones too"
            </label>
            <div class="report-comments">{rows}</div>
            {move || talk.error.get().map(|error| view! { <p class="view-error" role="alert">{error.to_string()}</p> })}
            <form class="report-say" on:submit=send>
                <p class="report-note">{about}
                    {move || (!whole()).then(|| view! {
                        <button type="button" class="view-open" on:click=move |_| talk.anchor.set(Anchor::default())>" · about the report instead"</button>
                    })}
                </p>
                <textarea class="field" rows="3" aria-label="Comment" placeholder="Say something; Markdown works" prop:value=text
                    on:input=move |event| text.set(event_target_value(&event))></textarea>
                <div class="view-save">
                    <input class="field" aria-label="Your name" placeholder="Your name" maxlength="100" prop:value=name
                        on:input=move |event| name.set(event_target_value(&event))/>
                    <button type="submit" class="button" data-look="primary">"Comment"</button>
                </div>
            </form>
        </aside>
    }
    .into_any()
}

fn about(anchor: &Anchor) -> String {
    let mut words = match (anchor.block.is_empty(), &anchor.panel) {
        (true, _) => "About the report".to_owned(),
        (false, None) => "About a block".to_owned(),
        (false, Some(_)) => "About a panel".to_owned(),
    };
    if let Some(run) = anchor.run {
        words.push_str(&format!(", run {}", run.short()));
    }
    if let Some([from, to]) = anchor.range {
        words.push_str(&format!(", x from {from} to {to}"));
    }
    words
}

#[component]
fn CommentRow(talk: Talk, comment: Comment) -> impl IntoView {
    let Comment { number, anchor, author, html, millis, resolved, .. } = comment;
    let author = if author.is_empty() { "Someone".to_owned() } else { author };
    let words = about(&anchor);
    let go = move |_| scroll_to(&anchor_of(&anchor.block));
    let resolve = move |_| {
        let report = talk.report.get_value();
        talk.after(async move { reports::resolve_comment(&report, number, !resolved).await });
    };
    let remove = move |_| {
        let report = talk.report.get_value();
        talk.after(async move { reports::remove_comment(&report, number).await });
    };
    view! {
        <article class="report-said" data-resolved=resolved.then_some("true")>
            <p class="report-note">
                <b>{author}</b> " " <time title=local_time(millis)>{ago(millis, now_millis())}</time> " · "
                <button type="button" class="view-open" on:click=go>{words}</button>
            </p>
            <div class="report-text" inner_html=html></div>
            <p>
                <button type="button" class="view-open" on:click=resolve>{if resolved { "Open again" } else { "Resolve" }}</button>
                " "
                <button type="button" class="view-open" on:click=remove>"Remove"</button>
            </p>
        </article>
    }
    .into_any()
}
