//! All comments in threads, and a field for one more.

use super::{
    comments::{About, Talk},
    grid_panel::panel_anchor,
    read::{anchor_of, scroll_to},
};
use crate::{
    api::reports,
    ui::{
        format::{ago, local_time, now_millis},
        icon::{Icon, icon},
    },
};
use data::{
    frame::XAxis,
    report::answers::{Anchor, Comment, NewComment},
    run::RunId,
};
use leptos::{ev, html, prelude::*};

/// Where the name of who comments is kept in the browser.
const NAME: &str = "throughline-name";
/// How many runs are offered to be commented on.
const MOST_RUNS: usize = 200;

/// All comments, and a field for one more.
#[component]
pub fn CommentsPane(talk: Talk) -> impl IntoView {
    let stored = window().local_storage().ok().flatten().and_then(|storage| storage.get_item(NAME).ok().flatten());
    let name = RwSignal::new(stored.unwrap_or_default());
    let resolved_too = RwSignal::new(false);
    let about = move || talk.words_of(&talk.anchor.get());
    let whole = move || talk.anchor.with(|anchor| *anchor == Anchor::default());
    let rows = move || {
        let all = resolved_too.get();
        let list = talk.list.get();
        let threads: Vec<Comment> =
            list.iter().filter(|one| one.reply_to.is_none() && (all || !one.resolved)).cloned().collect();
        if threads.is_empty() {
            return view! { <p class="report-missing">"Nothing was said yet. A comment can be about the report, a block, or what a panel shows."</p> }.into_any();
        }
        let thread = |first: Comment| {
            let answers = list.iter().filter(|one| one.reply_to == Some(first.number)).cloned().collect::<Vec<_>>();
            view! { <Thread talk first answers name/> }
        };
        threads.into_iter().map(thread).collect_view().into_any()
    };
    let say = Callback::new(move |text: String| {
        send(talk, name, NewComment { anchor: talk.anchor.get_untracked(), text, ..NewComment::default() });
    });
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
            <div class="report-say">
                <p class="report-note">{about}
                    {move || (!whole()).then(|| view! {
                        <button type="button" class="view-open" on:click=move |_| { talk.about.set(None); talk.anchor.set(Anchor::default()); }>"About the report instead"</button>
                    })}
                </p>
                {move || talk.about.get().map(|about| view! { <Where talk about/> })}
                <Say name words="Comment" say/>
            </div>
        </aside>
    }
    .into_any()
}

/// Sends a comment in the name of who writes.
fn send(talk: Talk, name: RwSignal<String>, new: NewComment) {
    let author = name.get_untracked();
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(NAME, &author);
    }
    let (report, new) = (talk.report.get_value(), NewComment { author, ..new });
    talk.after(async move { reports::add_comment(&report, &new).await });
}

/// A field for something to say. `Ctrl Enter` says it.
#[component]
fn Say(name: RwSignal<String>, words: &'static str, say: Callback<String>) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let node = NodeRef::<html::Textarea>::new();
    let done = move || {
        let said = text.get_untracked();
        if !said.trim().is_empty() {
            text.set(String::new());
            say.run(said);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            done();
        }
    };
    view! {
        <form on:submit=move |event| { event.prevent_default(); done(); }>
            <textarea class="field" rows="3" node_ref=node aria-label=words placeholder="Say something; Markdown works" prop:value=text
                on:input=move |event| text.set(event_target_value(&event)) on:keydown=on_key></textarea>
            <div class="view-save">
                <input class="field" aria-label="Your name" placeholder="Your name" maxlength="100" prop:value=name
                    on:input=move |event| name.set(event_target_value(&event))/>
                <button type="submit" class="button" data-look="primary">{words}</button>
            </div>
        </form>
    }
    .into_any()
}

/// Which run and which part of x of a panel the next comment is about.
#[component]
fn Where(talk: Talk, about: About) -> impl IntoView {
    let About { workspace, x, range, .. } = about;
    let runs = move || {
        let chosen = talk.anchor.with(|anchor| anchor.run);
        let rows = workspace.runs.pictured.with(|list| {
            let drawn = workspace.runs.drawn.get();
            let mut rows: Vec<_> =
                drawn.iter().filter_map(|(run, at)| Some((*at, list.row_of(*run)?.clone()))).collect();
            rows.sort_by_key(|(at, _)| *at);
            rows.truncate(MOST_RUNS);
            rows
        });
        let option = |(_, row): (usize, std::sync::Arc<data::run::RunRow>)| {
            let selected = chosen == Some(row.run_id);
            view! { <option value=row.run_id.to_string() selected=selected>{row.name.clone()}</option> }
        };
        rows.into_iter().map(option).collect_view()
    };
    let choose = move |event| {
        let run = event_target_value(&event).parse::<RunId>().ok();
        talk.anchor.update(|anchor| anchor.run = run);
        workspace.hovered.set(run);
    };
    let end = move |at: usize| {
        move || talk.anchor.with(|anchor| anchor.range.map_or(String::new(), |range| range[at].to_string()))
    };
    let set_end = move |at: usize| {
        move |event| {
            let wanted = event_target_value(&event).trim().parse::<f64>().ok().map(|x| x as i64);
            talk.anchor.update(|anchor| {
                anchor.range = wanted.map(|wanted| {
                    let mut range = anchor.range.or(range).unwrap_or([wanted; 2]);
                    range[at] = wanted;
                    [range[0].min(range[1]), range[0].max(range[1])]
                });
            });
        }
    };
    let unit = match x {
        XAxis::Step => "Steps",
        XAxis::RelativeTime | XAxis::ActiveTime | XAxis::WallTime => "Milliseconds",
        XAxis::Metric => "",
    };
    let along = (x != XAxis::Metric).then(|| {
        view! {
            <label>{unit} " from " <input class="field" type="number" aria-label="From" prop:value=end(0) on:change=set_end(0)/></label>
            <label>" to " <input class="field" type="number" aria-label="To" prop:value=end(1) on:change=set_end(1)/></label>
        }
    });
    view! {
        <div class="report-where">
            <select class="field" aria-label="Run" on:change=choose><option value="">"All runs"</option>{runs}</select>
            {along}
        </div>
    }
    .into_any()
}

/// A comment with the answers to it.
#[component]
fn Thread(talk: Talk, first: Comment, answers: Vec<Comment>, name: RwSignal<String>) -> impl IntoView {
    let (number, resolved) = (first.number, first.resolved);
    let answering = RwSignal::new(false);
    let anchor = first.anchor.clone();
    let go = move |_| {
        let block = anchor_of(&anchor.block);
        match &anchor.panel {
            Some(panel) => scroll_to(&panel_anchor(&anchor.block, panel)),
            None => scroll_to(&block),
        }
        talk.pointed.set(None);
        talk.pointed.set(Some(anchor.clone()));
    };
    let of = first.anchor.clone();
    let words = move || talk.words_of(&of);
    let resolve = move |_| {
        let report = talk.report.get_value();
        talk.after(async move { reports::resolve_comment(&report, number, !resolved).await });
    };
    let say = Callback::new(move |text: String| {
        answering.set(false);
        send(talk, name, NewComment { text, reply_to: Some(number), ..NewComment::default() });
    });
    view! {
        <article class="report-said" data-resolved=resolved.then_some("true")>
            <button type="button" class="view-open report-said-about" on:click=go>{words}</button>
            <Said talk comment=first/>
            {answers.into_iter().map(|comment| view! { <div class="report-answer"><Said talk comment/></div> }).collect_view()}
            <p class="report-said-tools">
                <button type="button" class="view-open" on:click=move |_| answering.update(|open| *open = !*open)>"Reply"</button>
                <button type="button" class="view-open" on:click=resolve>{if resolved { "Open again" } else { "Resolve" }}</button>
            </p>
            {move || answering.get().then(|| view! { <Say name words="Answer" say/> })}
        </article>
    }
    .into_any()
}

/// What one person said.
#[component]
fn Said(talk: Talk, comment: Comment) -> impl IntoView {
    let Comment { number, author, html, millis, .. } = comment;
    let author = if author.is_empty() { "Someone".to_owned() } else { author };
    let remove = move |_| {
        let report = talk.report.get_value();
        talk.after(async move { reports::remove_comment(&report, number).await });
    };
    view! {
        <p class="report-note">
            <b>{author}</b> " " <time title=local_time(millis)>{ago(millis, now_millis())}</time>
            <button type="button" class="icon-button report-said-remove" aria-label="Remove this comment" title="Remove" on:click=remove>{icon(Icon::Close)}</button>
        </p>
        <div class="report-text" inner_html=html></div>
    }
    .into_any()
}
