//! Titles, sections, and what stands on the board at all.

use super::{
    Editor,
    fields::{choice, columns, part, plain, switch, text},
};
use crate::state::{Workspace, board::Level};
use data::view::Automatic;
use leptos::prelude::*;

const AUTOMATIC: [(Automatic, &str); 4] = [
    (Automatic::FirstPrefix, "By what stands before the first /"),
    (Automatic::LastPrefix, "By what stands before the last /"),
    (Automatic::OneSection, "All in one section"),
    (Automatic::Off, "None: only panels made by hand"),
];

/// What the section of `level` is called.
pub fn section_title(workspace: Workspace, level: &Level) -> Memo<String> {
    let key = if let Level::Section(key) = level { key.clone() } else { String::new() };
    workspace.view(move |view| view.layout.titles.get(&key).unwrap_or(&key).clone())
}

/// A row of buttons.
fn buttons(actions: Vec<(&'static str, Callback<()>)>) -> AnyView {
    let button = |(words, run): (&'static str, Callback<()>)| {
        view! { <button type="button" class="button" on:click=move |_| run.run(())>{words}</button> }
    };
    view! { <div class="setting-buttons">{actions.into_iter().map(button).collect_view()}</div> }.into_any()
}

/// What the panel `key` is called, and where it stands.
pub fn panel(editor: Editor, key: &str) -> AnyView {
    let workspace = editor.workspace;
    let key = StoredValue::new(key.to_owned());
    let title = workspace.view(move |view| {
        key.with_value(|key| view.panels.get(key).map(|panel| panel.title.clone())).unwrap_or_default()
    });
    let set_title = Callback::new(move |title: String| {
        workspace.change("panel title", |view| {
            key.with_value(|key| view.change_panel(key, |panel| panel.title = title.trim().to_owned()))
        });
    });
    let section = workspace.section_of(&editor.level.get_value());
    let sections = workspace.board();
    let choose = move || {
        let sections = sections.get();
        let titles: Vec<&str> = sections.iter().map(|section| section.title.as_str()).collect();
        let chosen = {
            let sections = sections.clone();
            Signal::derive(move || section.with(|now| sections.iter().position(|known| known.key == *now).unwrap_or(0)))
        };
        let keys: Vec<String> = sections.iter().map(|section| section.key.clone()).collect();
        let move_to = Callback::new(move |at: usize| workspace.place_panel(&key.get_value(), &keys[at], usize::MAX));
        choice("Section", &titles, chosen, move_to)
    };
    part(
        "Panel",
        vec![
            plain("Title", text("Title of the panel", key.get_value(), title.into(), set_title)),
            plain("Section", choose.into_any()),
            buttons(vec![
                ("Duplicate", Callback::new(move |()| workspace.duplicate_panel(&key.get_value()))),
                ("Remove", Callback::new(move |()| workspace.remove_panel(&key.get_value()))),
            ]),
        ],
    )
}

/// What a section is called, and where it stands.
pub fn section(editor: Editor, key: &str) -> AnyView {
    let workspace = editor.workspace;
    let key = StoredValue::new(key.to_owned());
    let title =
        workspace.view(move |view| key.with_value(|key| view.layout.titles.get(key).cloned()).unwrap_or_default());
    let set_title = Callback::new(move |title: String| {
        let (title, key) = (title.trim().to_owned(), key.get_value());
        workspace.change("section title", |view| {
            if title.is_empty() || title == key {
                view.layout.titles.remove(&key);
            } else {
                view.layout.titles.insert(key, title);
            }
        });
    });
    part(
        "Section",
        vec![
            plain("Title", text("Title of the section", key.get_value(), title.into(), set_title)),
            buttons(vec![
                ("Add panel", Callback::new(move |()| workspace.add_panel(Some(&key.get_value())))),
                ("Move up", Callback::new(move |()| workspace.step_section(&key.get_value(), -1))),
                ("Move down", Callback::new(move |()| workspace.step_section(&key.get_value(), 1))),
                ("Remove", Callback::new(move |()| workspace.remove_section(&key.get_value()))),
            ]),
        ],
    )
}

/// Which panels and sections there are.
pub fn board(workspace: Workspace) -> AnyView {
    let layout = workspace.view(|view| (view.layout.automatic, view.layout.with_data_only, view.columns));
    let automatic =
        Signal::derive(move || AUTOMATIC.iter().position(|(automatic, _)| *automatic == layout.get().0).unwrap_or(0));
    let set_automatic = Callback::new(move |at: usize| {
        workspace.change("automatic panels", |view| view.layout.automatic = AUTOMATIC[at].0);
    });
    let with_data = Signal::derive(move || layout.get().1);
    let set_with_data =
        Callback::new(move |only| workspace.change("panels with data", |view| view.layout.with_data_only = only));
    let across = Signal::derive(move || usize::from(layout.get().2).min(6));
    let set_across = Callback::new(move |at: usize| workspace.change("columns", |view| view.columns = at as u8));
    let color = workspace.view(|view| view.color_by.clone().into_iter().collect::<Vec<_>>());
    let set_color = Callback::new(move |columns: Vec<data::column::Column>| {
        workspace.change("colour by", |view| view.color_by = columns.last().cloned());
    });
    let group = workspace.view(|view| view.group_by.clone());
    let set_group = Callback::new(move |by| workspace.change("group by", |view| view.group_by = by));
    let words: Vec<&str> = AUTOMATIC.iter().map(|(_, words)| *words).collect();
    let across_words = ["As many as fit", "1", "2", "3", "4", "5", "6"];
    [
        part(
            "Board",
            vec![
                plain("Automatic panels", choice("Automatic panels", &words, automatic, set_automatic)),
                plain("Side by side", choice("Panels side by side", &across_words, across, set_across)),
                plain("Without data", switch("leave out panels that would be empty", with_data, set_with_data)),
                buttons(vec![
                    ("Add panel", Callback::new(move |()| workspace.add_panel(None))),
                    ("Add section", Callback::new(move |()| workspace.add_section())),
                ]),
            ],
        ),
        part(
            "Runs",
            vec![
                plain("Group by", columns(workspace, "Group by", group.into(), set_group)),
                plain("Colour by", columns(workspace, "Colour by", color.into(), set_color)),
            ],
        ),
    ]
    .collect_view()
    .into_any()
}

/// What was taken off the board, and brings it back.
pub fn hidden(workspace: Workspace) -> AnyView {
    let panels = workspace.view(|view| {
        let hidden = view.panels.iter().filter(|(_, panel)| panel.hidden);
        hidden.map(|(key, _)| key.clone()).collect::<Vec<_>>()
    });
    let sections = workspace.view(|view| view.layout.removed.iter().cloned().collect::<Vec<_>>());
    let line = |words: String, show: Callback<()>| {
        let label = format!("Show {words}");
        view! { <li><span>{words}</span><button type="button" class="setting-revert" aria-label=label on:click=move |_| show.run(())>"Show"</button></li> }
    };
    let taken = move || {
        let show_panel = move |key: String| {
            let of = key.clone();
            let show =
                move |()| workspace.change("show panel", |view| view.change_panel(&of, |panel| panel.hidden = false));
            line(key, Callback::new(show))
        };
        let show_section = move |key: String| {
            let of = key.clone();
            let show = move |()| {
                workspace.change("show section", |view| {
                    view.layout.removed.remove(&of);
                });
            };
            line(format!("Section {key}"), Callback::new(show))
        };
        let (panels, sections) = (panels.get(), sections.get());
        (!panels.is_empty() || !sections.is_empty()).then(|| {
            let lines = [
                sections.into_iter().map(show_section).collect_view().into_any(),
                panels.into_iter().map(show_panel).collect_view().into_any(),
            ];
            part("Taken off the board", vec![view! { <ul class="hidden-list">{lines.collect_view()}</ul> }.into_any()])
        })
    };
    taken.into_any()
}
