//! The addresses, and the frame around every page.

use crate::{
    pages::{
        experiments::ExperimentsPage,
        missing::MissingPage,
        share::ShareDialog,
        views::ViewPage,
        workspace::{WorkspacePage, provide_folded},
    },
    palette::{Palette, is_palette_key},
    parts::{LINKS, REPORTS, TABS, TOOLS},
    state::{Workspace, share::provide_sharing},
    ui::{
        dialog::Dialog,
        icon::{Icon, icon},
        print::provide_printing,
        theme::{ThemeState, provide_theme},
    },
};
use leptos::{ev, prelude::*};
use leptos_router::{
    components::{Route, Router, Routes},
    path,
};

/// What a page tells the frame around it.
#[derive(Clone, Copy)]
pub struct Shell {
    /// The path in the top bar: words, and where they lead; the last one is this page.
    pub path: RwSignal<Vec<(String, Option<String>)>>,
    /// What stands at the right of the top bar before the theme.
    pub actions: RwSignal<Option<ViewFn>>,
    /// Whether the keys are shown.
    pub help: RwSignal<bool>,
    /// Whether the palette is open.
    pub palette: RwSignal<bool>,
    /// The workspace on the screen, for the palette.
    pub workspace: RwSignal<Option<Workspace>>,
}

impl Shell {
    /// Says where the reader is; also the window's title.
    pub fn at(&self, path: Vec<(String, Option<String>)>) {
        let title = path.last().map_or("Throughline".to_owned(), |(words, _)| format!("{words} · Throughline"));
        document().set_title(&title);
        self.path.set(path);
    }
}

/// The whole app.
#[component]
pub fn App() -> impl IntoView {
    let theme = provide_theme();
    provide_printing(theme);
    if crate::api::is_shared() {
        provide_folded();
        provide_sharing();
        return view! { <Router>{LINKS.show(|links| (links.page)())}</Router> }.into_any();
    }
    let shell = Shell {
        path: RwSignal::new(Vec::new()),
        actions: RwSignal::new(None),
        help: RwSignal::new(false),
        palette: RwSignal::new(false),
        workspace: RwSignal::new(None),
    };
    provide_context(shell);
    provide_folded();
    provide_sharing();
    window_event_listener(ev::keydown, move |event| {
        if is_palette_key(&event) {
            event.prevent_default();
            shell.palette.update(|open| *open = !*open);
        } else if event.key() == "?" && !typing(&event) {
            shell.help.update(|help| *help = !*help);
        }
    });
    view! {
        <Router>
            <div class="shell">
                <TopBar shell theme/>
                <main>
                    <Routes fallback=MissingPage>
                        <Route path=path!("/") view=ExperimentsPage/>
                        <Route path=path!("/experiments/:experiment/:tab?") view=WorkspacePage/>
                        <Route path=path!("/experiments/:experiment/runs/:run") view=|| TABS.show(|tabs| (tabs.run)())/>
                        <Route path=path!("/reports") view=|| REPORTS.show(|reports| (reports.list)())/>
                        <Route path=path!("/reports/:report") view=|| REPORTS.show(|reports| (reports.one)())/>
                        <Route path=path!("/v/:hash") view=ViewPage/>
                        <Route path=path!("/shares") view=|| TOOLS.show(|tools| (tools.shares)())/>
                    </Routes>
                </main>
            </div>
            {move || shell.palette.get().then(|| {
                view! { <Palette workspace=shell.workspace.get_untracked() on_close=move || shell.palette.set(false)/> }
            })}
            <ShareDialog/>
            {move || shell.help.get().then(|| view! { <Keys on_close=move || shell.help.set(false)/> })}
        </Router>
    }
    .into_any()
}

#[component]
fn TopBar(shell: Shell, theme: ThemeState) -> impl IntoView {
    let path = move || {
        let path = shell.path.get();
        let last = path.len().saturating_sub(1);
        path.into_iter()
            .enumerate()
            .map(|(at, (words, href))| match href {
                Some(href) if at != last => view! { <li><a href=href>{words}</a></li> }.into_any(),
                _ => view! { <li><span aria-current="page">{words}</span></li> }.into_any(),
            })
            .collect_view()
    };
    let theme_words = move || if theme.dark.get() { "Use the light theme" } else { "Use the dark theme" };
    view! {
        <header class="topbar">
            <a class="topbar-brand" href="/" aria-label="Throughline, all experiments">{icon(Icon::Mark)}<span>"Throughline"</span></a>
            <nav aria-label="Where you are" style="flex: 1; min-width: 0"><ol class="topbar-path">{path}</ol></nav>
            <div class="topbar-actions">
                <button type="button" class="button topbar-find" aria-label="Find anything" on:click=move |_| shell.palette.set(true)>
                    {icon(Icon::Search)} <span>"Find"</span> <kbd>"Ctrl K"</kbd>
                </button>
                {move || shell.actions.get().map(|actions| actions.run())}
                <button type="button" class="icon-button" aria-label="Show all keys" title="Keys (?)"
                    on:click=move |_| shell.help.set(true)>{icon(Icon::Help)}</button>
                <button type="button" class="icon-button" aria-label=theme_words title=theme_words on:click=move |_| theme.toggle()>
                    {move || icon(if theme.dark.get() { Icon::Sun } else { Icon::Moon })}
                </button>
            </div>
        </header>
    }
    .into_any()
}

/// Every key of the app, in one place.
const KEYS: &[(&str, &str)] = &[
    ("Ctrl K", "Find anything"),
    ("/", "Search runs"),
    ("Q", "Write a filter"),
    ("=  !", "Only runs with the value of the cell in focus, only others"),
    ("J  K", "Next, previous run"),
    ("Space", "Show or hide the run"),
    ("P", "Pin the run on top, or let it go"),
    ("B", "Measure the others against the run, or no more"),
    ("C", "Compare the run, or leave it out"),
    ("X", "Select the run, with Shift all from the one before"),
    ("G", "Group runs, and sort by many keys"),
    ("Ctrl A", "Select all runs that match"),
    ("→  ←", "Open, fold the group"),
    ("Enter", "Open the run, or look into the compared value"),
    ("F", "Fill the screen with the panel, or leave it"),
    ("E", "Set how the panel or the section draws"),
    ("N", "Add a panel"),
    ("D", "Duplicate the panel"),
    ("A", "Add a note to the panel, at the crosshair"),
    ("Delete", "Take the panel off the board"),
    ("Alt ←  →", "Put the panel before, behind its neighbour"),
    ("←  →", "Previous, next panel in full screen"),
    ("Esc", "Let go: pins, brushes, full screen, zoom"),
    ("Ctrl Z", "Undo"),
    ("Ctrl Shift Z", "Redo"),
    ("Drag", "Zoom in along x"),
    ("Shift drag", "Zoom in along both axes"),
    ("Double click", "Zoom back out"),
    ("Alt drag", "Pan"),
    ("Ctrl wheel", "Zoom at the pointer"),
    ("+  −", "Zoom the panel in focus in, out"),
    ("Shift ←  →", "Move along x in the panel in focus"),
    ("Ctrl click", "Add a note at the pointer"),
    ("0", "Show all of x"),
    ("Ctrl P", "Print, with every panel drawn"),
    ("?", "Show these keys"),
];

#[component]
fn Keys(#[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let rows =
        KEYS.iter().map(|(key, words)| view! { <div><dt><kbd>{*key}</kbd></dt><dd>{*words}</dd></div> }).collect_view();
    view! { <Dialog title="Keys" on_close><dl class="keys">{rows}</dl></Dialog> }.into_any()
}

/// Whether the key was meant for a field that takes text.
pub fn typing(event: &web_sys::KeyboardEvent) -> bool {
    use wasm_bindgen::JsCast;
    let Some(target) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return false;
    };
    match target.tag_name().as_str() {
        "TEXTAREA" | "SELECT" => true,
        "INPUT" => !matches!(target.get_attribute("type").as_deref(), Some("checkbox" | "range" | "radio" | "button")),
        _ => target.get_attribute("contenteditable").is_some(),
    }
}
