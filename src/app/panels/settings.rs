//! The settings of a panel, of a section or of all panels, beside the board that they change as they change.
//!
//! One form over `LineSettings` at three levels. What a level leaves unsaid says where it comes from, and what it
//! says can be given back.
//!
//! - [`completion`]: what the word at the cursor of an expression could become
//! - [`fields`]: the controls of the form
//! - [`look`]: axes, smoothing, groups, strokes, legend
//! - [`notes`]: words at places of a plot
//! - [`place`]: titles, sections, and what stands on the board at all
//! - [`shown`]: the lines of a panel made by hand

mod completion;
mod fields;
mod look;
mod notes;
mod place;
mod shown;

use crate::{
    parts::TOOLS,
    state::{
        Workspace,
        board::{Level, Source},
    },
    ui::icon::{Icon, icon},
};
use data::view::{LineLook, LineSettings};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// The form, while something is being set.
#[component]
pub fn Settings(workspace: Workspace) -> impl IntoView {
    move || workspace.editing.get().map(|level| TOOLS.show(move |tools| (tools.settings)(workspace, level.clone())))
}

/// What a form needs to know at its level.
#[derive(Clone, Copy)]
struct Editor {
    workspace: Workspace,
    level: StoredValue<Level>,
    /// How panels of this level draw.
    look: Memo<LineLook>,
}

impl Editor {
    fn change(self, topic: &'static str, change: impl FnOnce(&mut LineSettings)) {
        let level = self.level.get_value();
        self.workspace.change(topic, |view| level.change(view, change));
    }

    /// The panel's key, if it is a panel's form.
    fn panel(self) -> Option<String> {
        self.level.with_value(|level| if let Level::Panel(key) = level { Some(key.clone()) } else { None })
    }

    /// A setting with its name, and where it comes from; `says` finds whether a level says it, `clear` gives it back.
    fn row(
        self,
        name: &'static str,
        says: fn(&LineSettings) -> bool,
        clear: fn(&mut LineSettings),
        control: AnyView,
    ) -> AnyView {
        let source = self.workspace.source_at(self.level.get_value(), says);
        let all = self.level.with_value(|level| *level == Level::Workspace);
        let from = move || match source.get() {
            Source::Here => view! {
                <button type="button" class="setting-revert" aria-label=format!("Revert {name}")
                    title=if all { "Back to the default" } else { "Take it from the level above" }
                    on:click=move |_| self.change("revert", clear)>"Revert"</button>
            }
            .into_any(),
            source => view! { <span>{source.words()}</span> }.into_any(),
        };
        view! {
            <div class="setting" role="group" aria-label=name>
                <span class="setting-name">{name}</span>
                <span class="setting-source">{from}</span>
                <div class="setting-control">{control}</div>
            </div>
        }
        .into_any()
    }
}

/// One form at one level.
#[component]
pub fn Form(workspace: Workspace, level: Level) -> impl IntoView {
    let editor = Editor { workspace, level: StoredValue::new(level.clone()), look: workspace.look_at(level.clone()) };
    let aside = NodeRef::<html::Aside>::new();
    Effect::new(move |_| {
        if let Some(aside) = aside.get() {
            let _ = aside.focus();
            // What is set is seen, also where the form takes a part of the board's place.
            request_animation_frame(|| {
                if let Ok(Some(edited)) = document().query_selector("figure[data-edited]") {
                    let options = web_sys::ScrollIntoViewOptions::new();
                    options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                    edited.scroll_into_view_with_scroll_into_view_options(&options);
                }
            });
        }
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let control = event.ctrl_key() || event.meta_key();
        match event.key().as_str() {
            "Escape" => close(workspace),
            // Choices have no typing of their own to undo.
            "z" | "Z" if control && !writes(&event) => {
                if event.shift_key() {
                    workspace.redo()
                } else {
                    workspace.undo()
                }
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let (words, title) = match &level {
        Level::Workspace => ("All panels", None),
        Level::Section(_) => ("Section", Some(place::section_title(workspace, &level))),
        Level::Panel(key) => ("Panel", Some(workspace.title_of(key))),
    };
    // One that nobody named is called as its kind.
    let named = move || title.map(|title| title.get()).filter(|title| title != words);
    let label = move || named().map_or_else(|| words.to_owned(), |title| format!("{words} {title}"));
    let parts = match &level {
        Level::Workspace => {
            [place::board(workspace), look::all(editor), place::hidden(workspace)].collect_view().into_any()
        }
        Level::Section(key) => [place::section(editor, key), look::all(editor)].collect_view().into_any(),
        Level::Panel(key) => {
            [place::panel(editor, key), shown::lines(editor, key), look::all(editor), notes::notes(editor, key)]
                .collect_view()
                .into_any()
        }
    };
    view! {
        <aside class="settings" node_ref=aside tabindex="-1" aria-label=move || format!("Settings: {}", label()) on:keydown=on_key>
            <div class="settings-head">
                <h2 title=label>{label}</h2>
                <button type="button" class="icon-button" aria-label="Close settings" title="Close (Esc)" on:click=move |_| close(workspace)>
                    {icon(Icon::Close)}
                </button>
            </div>
            {levels(workspace, &level)}
            <div class="settings-body">{parts}</div>
        </aside>
    }
    .into_any()
}

/// Leads from a panel to its section and to all panels.
fn levels(workspace: Workspace, level: &Level) -> AnyView {
    let section = match level {
        Level::Workspace => return ().into_any(),
        Level::Section(key) => key.clone(),
        Level::Panel(_) => workspace.section_of(level).get_untracked(),
    };
    let mut levels = vec![("Section", Level::Section(section)), ("All panels", Level::Workspace)];
    if let Level::Panel(_) = level {
        levels.insert(0, ("Panel", level.clone()));
    }
    let button = |(words, of): (&'static str, Level)| {
        let current = (of == *level).then_some("true");
        view! { <button type="button" aria-current=current on:click=move |_| workspace.editing.set(Some(of.clone()))>{words}</button> }
    };
    let buttons = levels.into_iter().map(button).collect_view();
    view! { <nav class="segments" aria-label="Level of the settings">{buttons}</nav> }.into_any()
}

/// Closes the form and gives the focus back to what it was about.
pub fn close(workspace: Workspace) {
    let was = workspace.editing.get_untracked();
    // What is being typed counts.
    let inside = document().query_selector(".settings :focus").ok().flatten();
    if let Some(field) = inside.and_then(|field| field.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = field.blur();
    }
    workspace.editing.set(None);
    if let Some(Level::Panel(key)) = was {
        super::board::focus_panel(&key);
    }
}

/// Whether the key went to a field in which one types.
fn writes(event: &ev::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
    target.is_some_and(|input| !matches!(input.type_().as_str(), "checkbox" | "range" | "radio"))
}
