//! The draft as blocks that can be moved, each shown as it will look, or as a field while the caret is in it.

use super::{
    comments::{BlockComments, Talk},
    editor::{Caret, Editor},
    grid::Grid,
    marks,
    put::{has_files, take_files},
    read::{Contents, anchor_of, still},
    runs::RunsTable,
    words::Words,
};
use crate::ui::{
    icon::{Icon, icon},
    menu::{Action, Menu},
};
use data::report::{Content, grid::PanelGrid};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// The draft of a report, block by block.
#[component]
pub fn Writing(editor: Editor) -> impl IntoView {
    let ids = Memo::new(move |_| {
        editor.document.with(|document| document.blocks.iter().map(|block| block.id.clone()).collect::<Vec<_>>())
    });
    let title = move || editor.document.with(|document| document.title.clone());
    let on_title = move |event| {
        let title = event_target_value(&event);
        editor.change("title", |document| document.title = title.replace('\n', " "));
    };
    let title_key = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" || event.key() == "ArrowDown" {
            event.prevent_default();
            let first =
                editor.document.with_untracked(|document| document.blocks.first().map(|block| block.id.clone()));
            editor.focus.set(first.map(|id| (id, Caret::Start)));
        }
    };
    let dragged = RwSignal::new(None::<String>);
    let more = move |_| {
        let new = editor.insert_after(None, Content::paragraph(""));
        editor.focus.set(Some((new, Caret::Start)));
    };
    view! {
        <input class="report-title report-title-field" aria-label="Title" placeholder="Untitled report" maxlength="300"
            prop:value=title on:input=on_title on:keydown=title_key on:blur=move |_| editor.save()/>
        <div role="group" aria-label="Blocks" on:keydown=move |event| undo_key(editor, &event)>
            <For each=move || ids.get() key=Clone::clone children=move |id| view! { <WriteBlock editor id dragged/> }/>
        </div>
        <button type="button" class="report-more" on:click=more>{icon(Icon::Add)} "Add a block"</button>
    }
    .into_any()
}

/// Undo and redo are the document's, not the field's.
pub fn undo_key(editor: Editor, event: &ev::KeyboardEvent) {
    if !(event.ctrl_key() || event.meta_key()) {
        return;
    }
    match event.key().as_str() {
        "z" if !event.shift_key() => editor.undo(),
        "z" | "Z" | "y" => editor.redo(),
        "s" => editor.save(),
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

#[component]
fn WriteBlock(editor: Editor, id: String, dragged: RwSignal<Option<String>>) -> impl IntoView {
    let of = id.clone();
    let content =
        Memo::new(move |_| editor.document.with(|document| document.block(&of).map(|block| block.content.clone())));
    let of = id.clone();
    let focused = Memo::new(move |_| editor.focus.with(|focus| focus.as_ref().is_some_and(|(focus, _)| *focus == of)));
    // Another kind is another element; other words are not.
    let kind = Memo::new(move |_| content.with(|content| content.as_ref().map(std::mem::discriminant)));
    let wide = move || {
        content.with(|content| matches!(content, Some(Content::Panels(_) | Content::Runs(_)))).then_some("true")
    };
    let block = StoredValue::new(id.clone());
    let inside = move || {
        kind.with(|_| ());
        let now = content.get_untracked()?;
        Some(match now {
            Content::Panels(_) => {
                let grid = Signal::derive(move || match content.get() {
                    Some(Content::Panels(grid)) => grid,
                    _ => PanelGrid::default(),
                });
                view! { <Grid id=block.get_value() grid editor=Some(editor)/> }.into_any()
            }
            Content::Runs(table) => view! { <RunsTable table=*table/> }.into_any(),
            Content::Divider | Content::Contents => view! { <Fixed editor block content/> }.into_any(),
            _ => view! { <Words editor block content focused/> }.into_any(),
        })
    };
    let drop_side = RwSignal::new(None::<bool>);
    let over = move |event: ev::DragEvent| {
        if dragged.with(Option::is_some) || has_files(&event) {
            event.prevent_default();
            let height = event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            let rect = height.map(|element| element.get_bounding_client_rect());
            drop_side.set(rect.map(|rect| f64::from(event.client_y()) > rect.top() + rect.height() / 2.0));
        }
    };
    let dropped = move |event: ev::DragEvent| {
        let behind = drop_side.get_untracked().unwrap_or(true);
        drop_side.set(None);
        if let Some(moved) = dragged.get_untracked() {
            event.prevent_default();
            editor.place(&moved, &block.get_value(), behind);
            dragged.set(None);
        } else if take_files(editor, &block.get_value(), event.data_transfer()) {
            event.prevent_default();
        }
    };
    let start = move |event: ev::DragEvent| {
        if let Some(transfer) = event.data_transfer() {
            let _ = transfer.set_data("text/plain", "");
        }
        dragged.set(Some(block.get_value()));
    };
    let actions = Callback::new(move |()| block_actions(editor, block.get_value()));
    let comments = use_context::<Talk>().map(|talk| view! { <BlockComments talk block=id.clone()/> });
    view! {
        <div class="report-block report-edit" id=anchor_of(&id) data-wide=wide data-drop=move || drop_side.get().map(|behind| if behind { "behind" } else { "before" })
            on:dragover=over on:dragleave=move |_| drop_side.set(None) on:drop=dropped>
            <div class="report-handle" draggable="true" on:dragstart=start on:dragend=move |_| dragged.set(None)>
                <Menu label="Block" look=Icon::Grip actions/>
            </div>
            {inside}
            {comments}
        </div>
    }
    .into_any()
}

/// What can be done with a block as a whole.
fn block_actions(editor: Editor, id: String) -> Vec<Action> {
    let id = StoredValue::new(id);
    let action = |words: &str, key: &'static str, run: Callback<()>| Action { words: words.to_owned(), key, run };
    let below = move |()| {
        let new = editor.insert_after(Some(&id.get_value()), Content::paragraph(""));
        editor.focus.set(Some((new, Caret::Start)));
    };
    let copy = move |()| {
        if let Some(content) = editor.content(&id.get_value()) {
            editor.insert_after(Some(&id.get_value()), content);
        }
    };
    let mut actions = vec![
        action("Add below", "", Callback::new(below)),
        action("Move up", "Alt ↑", Callback::new(move |()| editor.shift(&id.get_value(), -1))),
        action("Move down", "Alt ↓", Callback::new(move |()| editor.shift(&id.get_value(), 1))),
        action("Duplicate", "", Callback::new(copy)),
        action("Remove", "", Callback::new(move |()| editor.remove(&id.get_value()))),
    ];
    if editor.content(&id.get_value()).is_some_and(|content| content.text().is_some()) {
        let plain = [
            ("Turn into text", Content::paragraph("")),
            ("Turn into a heading", Content::Heading { level: 2, text: String::new() }),
        ];
        for (words, kind) in plain {
            let turn = move |()| {
                editor.change_block("turn", &id.get_value(), |content| *content = marks::turned(content, &kind))
            };
            actions.push(action(words, "", Callback::new(turn)));
        }
    }
    actions
}

/// A block without words: it takes the keys as a whole.
#[component]
fn Fixed(editor: Editor, block: StoredValue<String>, content: Memo<Option<Content>>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        let ours = editor.focus.with(|focus| focus.as_ref().is_some_and(|(id, _)| *id == block.get_value()));
        if let (true, Some(node)) = (ours, node.get()) {
            let _ = node.focus();
        }
    });
    let on_key = move |event: ev::KeyboardEvent| {
        let id = block.get_value();
        let go = |step| editor.neighbour(&id, step);
        match (event.key().as_str(), event.alt_key()) {
            ("ArrowUp", true) => editor.shift(&id, -1),
            ("ArrowDown", true) => editor.shift(&id, 1),
            ("ArrowUp", false) => focus_if(editor, go(-1), Caret::End),
            ("ArrowDown", false) => focus_if(editor, go(1), Caret::Start),
            ("Backspace" | "Delete", _) => editor.remove(&id),
            ("Enter", _) => {
                let new = editor.insert_after(Some(&id), Content::paragraph(""));
                editor.focus.set(Some((new, Caret::Start)));
            }
            _ => return,
        }
        event.prevent_default();
    };
    let shown = move || match content.get() {
        Some(Content::Contents) => view! { <Contents shown=editor.shown.get()/> }.into_any(),
        Some(content) => still(&content, String::new()),
        None => ().into_any(),
    };
    let label = move || if content.get() == Some(Content::Contents) { "Contents" } else { "Divider" };
    view! { <div node_ref=node class="report-fixed" tabindex="0" role="group" aria-label=label on:keydown=on_key>{shown}</div> }.into_any()
}

fn focus_if(editor: Editor, id: Option<String>, caret: Caret) {
    if let Some(id) = id {
        editor.focus.set(Some((id, caret)));
    }
}
