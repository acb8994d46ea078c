//! Words at places of a plot: listed, changed, removed.

use super::{Editor, fields::part};
use crate::ui::icon::{Icon, icon};
use charts::format::full_text;
use data::view::{Note, PanelView};
use leptos::prelude::*;

/// The notes of the panel `key`.
pub fn notes(editor: Editor, key: &str) -> AnyView {
    let workspace = editor.workspace;
    let key = StoredValue::new(key.to_owned());
    let notes = workspace.view({
        let key = key.get_value();
        move |view| view.panels.get(&key).map(|panel| panel.notes.clone()).unwrap_or_default()
    });
    let change = move |change: &dyn Fn(&mut PanelView)| {
        workspace.change("notes", |view| key.with_value(|key| view.change_panel(key, change)));
    };
    let line = move |at: usize| {
        let of =
            move |part: fn(&Note) -> String| move || notes.with(|notes| notes.get(at).map(part).unwrap_or_default());
        let set = move |set: fn(&mut Note, String)| {
            move |event| {
                let text = event_target_value(&event);
                change(&|panel| {
                    if let Some(note) = panel.notes.get_mut(at) {
                        set(note, text.clone());
                    }
                });
            }
        };
        view! {
            <li class="note-line">
                <input class="field" type="text" aria-label=format!("Note {}", at + 1) placeholder="What happened here"
                    prop:value=of(|note| note.text.clone()) on:change=set(|note, text| note.text = text)/>
                <input class="field mono" type="text" aria-label=format!("Note {} at", at + 1) title="Where it stands, or begins"
                    prop:value=of(|note| full_text(note.at).replace(',', ""))
                    on:change=set(|note, text| note.at = text.trim().parse().ok().filter(|at: &f64| at.is_finite()).unwrap_or(note.at))/>
                <input class="field mono" type="text" aria-label=format!("Note {} to", at + 1) placeholder="to" title="Where it ends; empty for one place"
                    prop:value=of(|note| note.to.map_or(String::new(), |to| full_text(to).replace(',', "")))
                    on:change=set(|note, text| note.to = text.trim().parse().ok().filter(|to: &f64| to.is_finite() && *to > note.at))/>
                <button type="button" class="icon-button" aria-label=format!("Remove note {}", at + 1)
                    on:click=move |_| change(&|panel| if at < panel.notes.len() { drop(panel.notes.remove(at)) })>
                    {icon(Icon::Close)}
                </button>
            </li>
        }
        .into_any()
    };
    let count = Memo::new(move |_| notes.with(Vec::len));
    let list = move || (0..count.get()).map(line).collect_view();
    part(
        "Notes",
        vec![
            view! {
                <ul class="note-list">{list}</ul>
                <p class="setting-hint">"Press A on the panel, or Ctrl and click where it should stand, to add one."</p>
            }
            .into_any(),
        ],
    )
}
