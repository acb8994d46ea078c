//! What a share link opens: the panels of its view and nothing else, in a page of its own or in a frame.

use crate::{
    api::{self, ApiError, reports::image_url},
    live::{Connection, LinkNews},
    pages::one_file::SaveShared,
    panels::{board::Board, toolbar::Toolbar},
    parts::{REPORTS, TABS},
    report::{editor::Shown, live::LiveGrids, read::Reading},
    state::{Cursor, Scope, Workspace},
    ui::{format::local_time, theme::ThemeState},
};
use charts::panel::cut_words;
use data::{
    frame::XAxis,
    share::{ShareTarget, SharedPage, SharedReport, with_pictures},
    view::{Asked, LegendPlace, View},
};
use leptos::{ev, html, prelude::*, task::spawn_local};
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// How many runs a frame names below its panel, unless its address says otherwise: as many as a picture does.
const MOST_NAMES: usize = 24;

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
            view! { <Closed title="This link opens nothing" words/> }.into_any()
        }
        Some(Err(error)) => view! { <Closed title="The link could not be opened" words=error.to_string()/> }.into_any(),
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
        <main class="shared-alone">
            <h1>"This link asks for a password"</h1>
            <form class="view-save" on:submit=submit>
                <input class="field" type="password" aria-label="Password" autocomplete="off" autofocus=true
                    on:input=move |event| password.set(event_target_value(&event))/>
                <button type="submit" class="button" data-look="primary">"Open"</button>
            </form>
            {move || error.get().map(|failed| view! { <p role="alert" class="view-error">{failed.to_string()}</p> })}
        </main>
    }
    .into_any()
}

/// Why a link shows nothing. There is nothing else here for who holds it.
#[component]
fn Closed(#[prop(into)] title: String, #[prop(into)] words: String) -> impl IntoView {
    view! {
        <main class="shared-alone" role="alert">
            <h1>{title}</h1>
            <p>{words}</p>
        </main>
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
            return view! { <Closed title="This link opens a report" words/> }.into_any();
        }
    };
    let framed = api::is_framed();
    let workspace = Workspace::open(scope, None);
    let options = Options::of_address();
    if let Some(view) = target.view() {
        workspace.begin_with(options.of_view(view, frozen_millis.is_some(), anonymous));
    }
    provide_context(workspace);
    if let Some(view) = target.view().filter(|_| framed) {
        obey(workspace, options.of_view(view, frozen_millis.is_some(), anonymous));
    }
    take_over(|_| {});
    let tab = target.tab().to_owned();
    let charts = tab.is_empty();
    let frozen = frozen_millis.is_some();
    // What was frozen was frozen as it is drawn.
    let controls = !frozen && options.controls.unwrap_or(!framed);
    let run = target.run().filter(|_| !framed);
    let panes = match (run, tab.as_str()) {
        // In a frame there are only its charts.
        (Some(run), _) => TABS.show(move |tabs| (tabs.shared_run)(workspace, run, controls, !anonymous)),
        (None, "table") => TABS.show(move |tabs| (tabs.table)(workspace)),
        (None, "parallel") => TABS.show(move |tabs| (tabs.parallel)(workspace)),
        (None, "compare") => TABS.show(move |tabs| (tabs.compare)(workspace)),
        (None, _) => view! { <div class="board-scroll" data-scroller="true"><Board workspace/></div> }.into_any(),
    };
    let state = state_words(frozen_millis);
    // The panels of charts say it themselves.
    let cut = move || workspace.runs.list.with(|list| list.cut()).filter(|_| !charts);
    let note = move || cut().map(|cut| view! { <p class="shared-note">{sentence(&cut_words(cut))}</p> });
    let named = target.view().is_some_and(|view| view.look_of("", "").legend == LegendPlace::Always);
    // In a frame there is no room for more names than a picture would say.
    let legend = move || {
        let few = || workspace.runs.list.with(|list| list.rows().nth(MOST_NAMES).is_none());
        zero(options.legend.or_else(|| (framed && !named).then(few)))
    };
    view! {
        <div class="shared" data-framed=if framed { "true" } else { "false" } data-legend=legend data-controls=zero(options.controls) data-titles=zero(options.title)>
            {(!framed).then(|| view! { <Head title=title.clone() state anonymous/> })}
            {(charts && controls && run.is_none()).then(|| view! { <Toolbar workspace/> })}
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
    /// Whether panels have a title.
    title: Option<bool>,
    /// How lines are drawn.
    drawn: Asked,
}

impl Options {
    fn of_address() -> Options {
        Options::of(api::asked_for)
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
            title: switch("title"),
            drawn: Asked::of(asked("smooth").as_deref(), asked("x").as_deref()),
        }
    }

    /// `view` with no more than is asked for. What is frozen is drawn as it was, and when runs of hidden names ran is
    /// not told.
    fn of_view(&self, view: &View, frozen: bool, anonymous: bool) -> View {
        let mut view = view.clone();
        let x = self.drawn.x.filter(|x| !(anonymous && *x == XAxis::WallTime));
        if !frozen {
            Asked { x, ..self.drawn }.apply(&mut view);
        }
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

/// Shows the part of x that the page around a frame asks for, all of `shared` if none, and stands at its step.
fn obey(workspace: Workspace, shared: View) {
    let text = |event: &web_sys::Event| event.dyn_ref::<web_sys::CustomEvent>()?.detail().as_string();
    let zoom = window_event_listener_untyped("throughline:xrange", move |event| {
        let said = text(&event).unwrap_or_default();
        let ends = said.split_once(' ').and_then(|(from, to)| Some([from.parse().ok()?, to.parse().ok()?]));
        let wanted = Options { range: ends, ..Options::default() }.of_view(&shared, true, true);
        workspace.change("x range", |view| view.take_ranges(&wanted));
    });
    let point = window_event_listener_untyped("throughline:step", move |event| {
        let at = text(&event).and_then(|text| text.parse().ok());
        workspace.cursor.set(at.map(|at| Cursor { x: XAxis::Step, x_metric: String::new(), at }));
    });
    on_cleanup(move || {
        zoom.remove();
        point.remove();
    });
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
    use data::smooth::Smoothing;

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
        let view = options.of_view(&View { range: Some([0, 50]), ..View::default() }, false, false);
        assert_eq!((view.range, view.full.as_deref()), (Some([5, 50]), Some("a/b")));
        let options = of(&[("smooth", "0.5"), ("x", "wall"), ("title", "0")]);
        assert_eq!(options.title, Some(false));
        for (name, frozen, anonymous, smoothed, x) in [
            ("a live link", false, false, true, XAxis::WallTime),
            ("names are hidden", false, true, true, XAxis::Step),
            ("what is frozen is drawn as it was", true, false, false, XAxis::Step),
        ] {
            let look = options.of_view(&View::default(), frozen, anonymous).look_of("", "loss");
            assert_eq!((look.smoothing != Smoothing::None, look.x), (smoothed, x), "{name}");
        }
    }
}
