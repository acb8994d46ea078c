//! What a share link opens: the panels of its view and nothing else, in a page of its own or in a frame.

use crate::{
    api::{self, ApiError, reports::image_url},
    live::{Connection, LinkNews},
    pages::{missing::Nothing, one_file::SaveShared},
    panels::{board::Board, toolbar::Toolbar},
    parts::{REPORTS, TABS},
    report::{editor::Shown, live::LiveGrids, read::Reading},
    state::{Scope, Workspace},
    ui::{format::local_time, theme::ThemeState},
};
use charts::panel::cut_words;
use data::{
    share::{ShareTarget, SharedPage, SharedReport, with_pictures},
    view::View,
};
use leptos::{ev, html, prelude::*, task::spawn_local};
use std::sync::Arc;

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
        Some(Ok(page)) => {
            if !api::kept::is_file() {
                LinkNews::provide(move |error| answer.set(Some(Err(error))));
                provide_context(Reload(load));
            }
            view! { <Opened page/> }.into_any()
        }
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

/// Opens the link of this page again.
#[derive(Clone, Copy)]
struct Reload(Callback<()>);

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
    let SharedPage { title, target, frozen_millis, anonymous, report } = page;
    if let Some(report) = report {
        return REPORTS
            .show(move |reports| (reports.shared)(title.clone(), (*report).clone(), frozen_millis, anonymous));
    }
    let scope = match &target {
        ShareTarget::View { placed } | ShareTarget::Panel { placed, .. } => {
            Scope::Experiment(placed.experiment_id.clone())
        }
        ShareTarget::Run { experiment_id, run_id, .. } => Scope::Run(experiment_id.clone(), *run_id),
        ShareTarget::Report { .. } => {
            let words = "The server told nothing of it.";
            return view! { <Nothing title="This link opens a report" words/> }.into_any();
        }
    };
    let workspace = Workspace::open(scope, None);
    let options = Options::of_address();
    if let Some(view) = target.view() {
        workspace.begin_with(options.of_view(view));
    }
    provide_context(workspace);
    take_over(|_| {});
    let tab = target.tab().to_owned();
    let charts = tab.is_empty();
    let frozen = frozen_millis.is_some();
    let panes = match tab.as_str() {
        "table" => TABS.show(move |tabs| (tabs.table)(workspace)),
        "parallel" => TABS.show(move |tabs| (tabs.parallel)(workspace)),
        "compare" => TABS.show(move |tabs| (tabs.compare)(workspace)),
        _ => view! { <div class="board-scroll" data-scroller="true"><Board workspace/></div> }.into_any(),
    };
    let state = state_words(frozen_millis);
    let framed = api::is_framed();
    // The panels of charts say it themselves.
    let cut = move || workspace.runs.list.with(|list| list.cut()).filter(|_| !charts);
    let note = move || cut().map(|cut| view! { <p class="shared-note">{sentence(&cut_words(cut))}</p> });
    view! {
        <div class="shared" data-framed=if framed { "true" } else { "false" } data-legend=zero(options.legend) data-controls=zero(options.controls)>
            {(!framed).then(|| view! { <Head title=title.clone() state anonymous/> })}
            // What was frozen was frozen as it is drawn.
            {(charts && !frozen && options.controls.unwrap_or(!framed)).then(|| view! { <Toolbar workspace/> })}
            {note}
            <Unheard/>
            <main class="shared-board" aria-label=title>{panes}</main>
        </div>
    }
    .into_any()
}

/// What the address of a link asks for, within what the link names.
#[derive(Debug, Clone, PartialEq, Default)]
struct Options {
    /// One panel only, by its key.
    panel: Option<String>,
    /// A part of x.
    range: Option<[f64; 2]>,
    /// Whether panels have a legend.
    legend: Option<bool>,
    /// Whether there is anything to change what is drawn.
    controls: Option<bool>,
}

impl Options {
    fn of_address() -> Options {
        let search = window().location().search().unwrap_or_default();
        let Ok(asked) = web_sys::UrlSearchParams::new_with_str(&search) else { return Options::default() };
        Options::of(|name| asked.get(name))
    }

    fn of(asked: impl Fn(&str) -> Option<String>) -> Options {
        let number = |name| asked(name)?.parse::<f64>().ok().filter(|number| number.is_finite());
        let switch = |name| asked(name).map(|said| said != "0");
        let range = number("xmin").zip(number("xmax")).filter(|(from, to)| from < to);
        Options {
            panel: asked("panel").filter(|panel| !panel.is_empty()),
            range: range.map(|(from, to)| [from, to]),
            legend: switch("legend"),
            controls: switch("controls"),
        }
    }

    /// `view` with no more than is asked for.
    fn of_view(&self, view: &View) -> View {
        let mut view = view.clone();
        if let Some(range) = self.range {
            let own = view.panels.iter().filter(|(_, panel)| panel.x_range.is_some()).map(|(key, _)| key.clone());
            for key in own.collect::<Vec<_>>().into_iter().chain([String::new()]) {
                let look = view.look_of("", &key);
                view.narrow_x(&key, &look, range);
            }
        }
        if let Some(panel) = &self.panel {
            view.full = Some(panel.clone());
        }
        view
    }
}

/// `words` as a sentence.
fn sentence(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| format!("{}{}.", first.to_uppercase(), chars.as_str())).unwrap_or_default()
}

/// `0` for what is switched off, as the style sheets know it.
fn zero(on: Option<bool>) -> Option<&'static str> {
    (on == Some(false)).then_some("0")
}

/// A report: its words at once, its panels as they come into sight.
#[component]
pub fn OpenedReport(title: String, report: SharedReport, frozen_millis: Option<i64>, anonymous: bool) -> impl IntoView {
    let framed = api::is_framed();
    LiveGrids::provide();
    let state = match &report.version {
        Some(version) => format!("Version {}, {}", version.number, local_time(version.millis)),
        None => state_words(frozen_millis),
    };
    let number = report.version.as_ref().map(|version| version.number);
    let html = report.html.into_iter().map(|(id, html)| (id, with_pictures(&html, image_url))).collect();
    let shown = Arc::new(Shown { document: report.document, html });
    let board = NodeRef::<html::Main>::new();
    Effect::new(move |_| {
        if let Some(board) = board.get() {
            take_over(|still| board.set_scroll_top(still.scroll_top()));
        }
    });
    view! {
        <div class="shared" data-kind="report" data-framed=if framed { "true" } else { "false" }>
            {(!framed).then(|| view! { <Head title=title.clone() state anonymous/> })}
            <Unheard/>
            <Newer shown=number/>
            <main class="shared-board report-scroll" node_ref=board data-scroller="true" aria-label=title>
                <article class="report-body"><Reading shown/></article>
            </main>
        </div>
    }
    .into_any()
}

/// Says that nothing is heard of the link, and so nothing new is shown.
#[component]
fn Unheard() -> impl IntoView {
    let lost = move || use_context::<LinkNews>().is_some_and(|news| news.connection.get() == Connection::Lost);
    move || {
        let words = "The server does not answer: what is shown may be old. It is asked again by itself.";
        lost().then(|| view! { <p class="shared-note" role="status">{words}</p> })
    }
}

/// Says that another version than the one that is `shown` was published, and opens it when that is wanted.
#[component]
fn Newer(shown: Option<u32>) -> impl IntoView {
    let news = use_context::<LinkNews>().zip(use_context::<Reload>());
    let newer = move || {
        let (news, reload) = news?;
        let number = news.written.get().filter(|written| Some(*written) != shown)?;
        Some((number, reload))
    };
    move || {
        newer().map(|(number, Reload(reload))| {
            view! {
                <p class="shared-note" role="status">
                    {format!("Version {number} was published.")}
                    <button type="button" class="button" on:click=move |_| reload.run(())>"Show it"</button>
                </p>
            }
        })
    }
}

/// Takes away what was there to be read before the app was, once `seen` has looked at it. A frame does so by itself.
fn take_over(seen: impl FnOnce(&web_sys::Element)) {
    if api::is_framed() {
        return;
    }
    if let Some(still) = document().get_element_by_id("still") {
        seen(&still);
        still.remove();
    }
}

fn state_words(frozen_millis: Option<i64>) -> String {
    frozen_millis.map_or("Live".to_owned(), |at| format!("As it was on {}", local_time(at)))
}

/// What stands above what a link shows.
#[component]
fn Head(title: String, state: String, anonymous: bool) -> impl IntoView {
    view! {
        <header class="topbar">
            <h1 class="shared-title">{title}</h1>
            <span class="section-count">{state}</span>
            {anonymous.then(|| view! { <span class="section-count">"Names are hidden"</span> })}
            {(!api::kept::is_file()).then(|| view! { <SaveShared/> })}
            <ThemeButton/>
        </header>
    }
    .into_any()
}

#[component]
fn ThemeButton() -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let words = move || if theme.dark.get() { "Use the light theme" } else { "Use the dark theme" };
    view! { <button type="button" class="button" on:click=move |_| theme.toggle()>{words}</button> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_asks_for_is_within_the_view() {
        let of = |asked: &'static [(&str, &str)]| {
            Options::of(|name| asked.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()))
        };
        assert_eq!(of(&[]), Options::default());
        for (name, asked) in [
            ("half a range", &[("xmin", "1")][..]),
            ("backwards", &[("xmin", "5"), ("xmax", "1")]),
            ("no numbers", &[("xmin", "a"), ("xmax", "NaN"), ("panel", "")]),
        ] {
            assert_eq!(of(asked), Options::default(), "{name}");
        }
        let options = of(&[("xmin", "5"), ("xmax", "90"), ("panel", "a/b"), ("legend", "0"), ("controls", "1")]);
        assert_eq!((options.legend, options.controls), (Some(false), Some(true)));
        let view = options.of_view(&View { range: Some([0, 50]), ..View::default() });
        assert_eq!((view.range, view.full.as_deref()), (Some([5, 50]), Some("a/b")));
    }
}
