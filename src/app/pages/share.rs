//! Sharing: the dialog that makes a link, with words ready for the places where people put it.

use super::{one_file::OneFile, share_words::snippets};
use crate::{
    api::{self, ApiError, FileOf},
    parts::TOOLS,
    state::share::ToShare,
    ui::{dialog::Dialog, format::now_millis, segments::Segments},
};
use data::share::{ANY_HOST, MadeShare, NewShare, ShareRow, ShareTarget, may_frame};
use leptos::{ev, prelude::*, task::spawn_local};
use std::time::Duration;

/// The dialog, while there is something to share.
#[component]
pub fn ShareDialog() -> impl IntoView {
    let wanted = expect_context::<ToShare>().0;
    move || {
        wanted.get().map(|target| {
            view! { <Dialog title="Share" on_close=move || wanted.set(None)>{TOOLS.show(move |tools| (tools.share)(target.clone()))}</Dialog> }
        })
    }
}

/// A link, or one file.
#[component]
pub fn Ways(target: ShareTarget) -> impl IntoView {
    let as_file = RwSignal::new(false);
    view! {
        <Segments label="How to share" chosen=as_file on_choose=Callback::new(move |choice| as_file.set(choice))
            choices=vec![(false, "A link"), (true, "One file")]/>
        {move || {
            let target = target.clone();
            if as_file.get() {
                view! { <OneFile of=FileOf::Target(Box::new(target))/> }.into_any()
            } else {
                view! { <Wishes target/> }.into_any()
            }
        }}
    }
    .into_any()
}

const DAY: i64 = 24 * 60 * 60 * 1000;

/// When a link ends, in words and days; 0 for never.
const ENDS: [(&str, i64); 5] =
    [("Never", 0), ("After a day", 1), ("After a week", 7), ("After a month", 30), ("After a year", 365)];

/// What the link is to be like, and the link once it is made.
#[component]
fn Wishes(target: ShareTarget) -> impl IntoView {
    let target = StoredValue::new(target);
    let made = RwSignal::new(None::<MadeShare>);
    let error = RwSignal::new(None::<ApiError>);
    let (title, password, hosts) =
        (RwSignal::new(String::new()), RwSignal::new(String::new()), RwSignal::new(ANY_HOST.to_owned()));
    let (frozen, anonymous, days) = (RwSignal::new(false), RwSignal::new(false), RwSignal::new(0_i64));
    let making = RwSignal::new(false);
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let new = NewShare {
            target: target.get_value(),
            title: title.get_untracked(),
            expires_millis: Some(days.get_untracked()).filter(|days| *days > 0).map(|days| now_millis() + days * DAY),
            frozen: frozen.get_untracked(),
            password: Some(password.get_untracked()).filter(|password| !password.is_empty()),
            anonymous: anonymous.get_untracked(),
            hosts: hosts.with_untracked(|hosts| {
                hosts
                    .split([',', ' ', '\n'])
                    .map(str::trim)
                    .filter(|host| !host.is_empty())
                    .map(str::to_owned)
                    .collect()
            }),
        };
        making.set(true);
        spawn_local(async move {
            let answer = api::create_share(&new).await;
            making.try_set(false);
            match answer {
                Ok(share) => made.set(Some(share)),
                Err(failed) => error.set(Some(failed)),
            }
        });
    };
    let what = target.with_value(|target| match target {
        ShareTarget::View { .. } => {
            "Whoever holds the link sees the runs and panels on this screen, and nothing else.".to_owned()
        }
        ShareTarget::Panel { panel, .. } => format!("Whoever holds the link sees the panel {panel}, and nothing else."),
        ShareTarget::Run { .. } => {
            "Whoever holds the link sees this run's charts, params and metrics, not its files.".to_owned()
        }
        ShareTarget::Report { .. } => {
            "Whoever holds the link reads the newest published version, without its comments; the draft \
            as it is now, while nothing is published."
                .to_owned()
        }
    });
    let named_after = target.with_value(|target| match target {
        ShareTarget::Report { .. } => "Named after the report",
        ShareTarget::View { .. } | ShareTarget::Panel { .. } | ShareTarget::Run { .. } => "Named after the experiment",
    });
    move || {
        if let Some(made) = made.get() {
            return view! { <Made made/> }.into_any();
        }
        view! {
            <form class="share-form" on:submit=submit>
                <p class="view-hint">{what.clone()} " No account is needed."</p>
                <Segments label="What it shows" chosen=frozen on_choose=Callback::new(move |choice| frozen.set(choice))
                    choices=vec![(false, "Live"), (true, "Frozen as it is now")]/>
                <label>"Title"
                    <input class="field" type="text" maxlength="300" placeholder=named_after
                        on:input=move |event| title.set(event_target_value(&event))/>
                </label>
                <label>"Ends"
                    <select class="field" on:change=move |event| {
                        let value = event_target_value(&event);
                        days.set(ENDS.iter().find(|(words, _)| *words == value).map_or(0, |(_, days)| *days));
                    }>
                        {ENDS.iter().map(|(words, _)| view! { <option value=*words>{*words}</option> }).collect_view()}
                    </select>
                </label>
                <label>"Password"
                    <input class="field" type="password" autocomplete="new-password" placeholder="None" maxlength="200"
                        on:input=move |event| password.set(event_target_value(&event))/>
                </label>
                <label>"Hosts that may frame it"
                    <input class="field" type="text" prop:value=move || hosts.get() aria-describedby="share-hosts"
                        on:input=move |event| hosts.set(event_target_value(&event))/>
                </label>
                <p class="view-hint share-beside" id="share-hosts">"* is everyone, wiki.example.org and *.example.org are hosts, empty is nobody."</p>
                <label class="share-check">
                    <input type="checkbox" on:change=move |event| anonymous.set(event_target_checked(&event))/>
                    "Hide names of runs, users, paths and hosts"
                </label>
                {move || error.get().map(|failed| view! { <p role="alert" class="view-error">{failed.to_string()}</p> })}
                <div class="share-end">
                    <a href="/shares">"All links"</a>
                    <button type="submit" class="button" data-look="primary" disabled=move || making.get()>"Create link"</button>
                </div>
            </form>
        }
        .into_any()
    }
}

/// A link that was just made: the only time that its token is seen.
#[component]
fn Made(made: MadeShare) -> impl IntoView {
    let origin = window().location().origin().unwrap_or_default();
    let link = format!("{origin}/s/{}", made.token);
    let (theme, plain) = (RwSignal::new("auto"), RwSignal::new(false));
    let limits = limits(&made.share);
    let token = StoredValue::new(made.token.clone());
    let title = StoredValue::new(made.share.title.clone());
    let share_id = StoredValue::new(made.share.share_id.clone());
    let revoked = RwSignal::new(false);
    let revoke = move |_| {
        spawn_local(async move {
            if api::revoke_share(&share_id.get_value()).await.is_ok() {
                revoked.set(true);
            }
        });
    };
    let words = move || {
        snippets(&origin, &token.get_value(), &title.get_value(), theme.get(), plain.get())
            .into_iter()
            .map(|(place, text)| {
                let copied = text.clone();
                view! {
                    <details class="share-words">
                        <summary>{place}</summary>
                        <pre tabindex="0">{text}</pre>
                        <CopyButton label=format!("Copy for {place}") text=copied/>
                    </details>
                }
            })
            .collect_view()
    };
    view! {
        <div class="share-made">
            <p class="view-hint">"Copy it now: the link is kept as a hash only, and cannot be shown again."</p>
            <div class="view-save">
                <input class="field" type="text" readonly aria-label="Link" prop:value=link.clone()/>
                <CopyButton label="Copy the link".to_owned() text=link.clone()/>
            </div>
            {limits.map(|words| view! { <p class="view-hint" role="note">{words}</p> })}
            <Segments label="Theme of embeds and pictures" chosen=theme on_choose=Callback::new(move |choice| theme.set(choice))
                choices=vec![("auto", "Auto"), ("light", "Light"), ("dark", "Dark"), ("transparent", "Transparent")]/>
            <Segments label="Buttons of embeds" chosen=plain on_choose=Callback::new(move |choice| plain.set(choice))
                choices=vec![(false, "Frames with buttons"), (true, "Plain frames")]/>
            {words}
            <FrameCheck token/>
            <div class="share-end">
                <a href="/shares">"All links"</a>
                <button type="button" class="button" disabled=move || revoked.get() on:click=revoke>
                    {move || if revoked.get() { "Revoked" } else { "Revoke" }}
                </button>
            </div>
        </div>
    }
    .into_any()
}

/// What frames and pictures of a link cannot do, if there is something.
fn limits(share: &ShareRow) -> Option<&'static str> {
    match (share.has_password, share.hosts.is_empty()) {
        (true, _) => Some("Frames say that the link asks for a password, and pictures show nothing."),
        (false, true) => Some("Nobody may frame this link; pictures and the link itself work everywhere."),
        (false, false) => None,
    }
}

#[component]
fn CopyButton(label: String, text: String) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        crate::ui::copy::copy(&text);
        copied.set(true);
        let back = move || {
            copied.try_set(false);
        };
        set_timeout(back, Duration::from_secs(2));
    };
    view! {
        <button type="button" class="button" aria-label=label on:click=copy>
            {move || if copied.get() { "Copied" } else { "Copy" }}
        </button>
    }
}

/// Says whether a page at a host may frame the link, by the header that its embed is sent with.
#[component]
fn FrameCheck(token: StoredValue<String>) -> impl IntoView {
    let host = RwSignal::new(String::new());
    let said = RwSignal::new(None::<String>);
    let check = move |event: ev::SubmitEvent| {
        event.prevent_default();
        spawn_local(async move {
            let asked = host.get_untracked();
            said.set(Some(match api::frame_ancestors(&token.get_value()).await {
                Ok(ancestors) if may_frame(ancestors.as_deref(), &asked) => format!("{asked} may frame it."),
                Ok(ancestors) => format!("{asked} may not frame it: only {} may.", ancestors.unwrap_or_default()),
                Err(failed) => failed.to_string(),
            }));
        });
    };
    view! {
        <form class="view-save" on:submit=check>
            <input class="field" type="text" placeholder="https://wiki.example.org" aria-label="Host to check"
                on:input=move |event| host.set(event_target_value(&event))/>
            <button type="submit" class="button">"May it frame this?"</button>
        </form>
        <p role="status" class="view-hint">{move || said.get()}</p>
    }
}
