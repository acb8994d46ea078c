//! The draft as blocks that can be moved, each shown as it will look, or as a field while the caret is in it.

use super::{
    comments::{BlockComments, Talk},
    editor::{Caret, Editor},
    grid::Grid,
    marks,
    put::{has_files, take_files},
    read::{Contents, anchor_of, block_at, still},
    runs::RunsTable,
    select::{copy_selected, paste_behind, selection_key},
    words::Words,
};
use crate::ui::{
    icon::{Icon, icon},
    menu::{Action, Menu},
};
use data::report::{
    Content,
    grid::{PanelGrid, RunTable},
};
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
    catch_files(editor);
    // A field out of sight holds the focus while blocks are selected: browsers copy, cut and paste for fields alone.
    let keeper = NodeRef::<html::Textarea>::new();
    let selected = Memo::new(move |_| editor.selected_ids());
    Effect::new(move |before: Option<bool>| {
        let any = !selected.with(Vec::is_empty);
        if let (true, Some(keeper)) = (any, keeper.get().filter(|_| before != Some(any))) {
            let options = web_sys::FocusOptions::new();
            // What is selected must not jump about.
            options.set_prevent_scroll(true);
            let _ = keeper.focus_with_options(&options);
            keep(&keeper);
        }
        any
    });
    // Where the pointer went down, to select all blocks that it is drawn over.
    let pressed = StoredValue::new(None::<String>);
    let down = move |event: ev::PointerEvent| {
        let block = block_at(event.target());
        let reaches = event.shift_key() && event.button() == 0;
        if let Some(block) = block.clone().filter(|_| reaches)
            && let Some(from) = editor.focus.get_untracked().map(|(id, _)| id).filter(|from| *from != block)
        {
            event.prevent_default();
            editor.select(&from);
            editor.select_to(&block);
        } else if reaches && editor.selected.get_untracked().is_some() {
            event.prevent_default();
            block.iter().for_each(|block| editor.select_to(block));
        } else if event.button() == 0 {
            editor.selected.set(None);
        }
        pressed.set_value(block.filter(|_| event.button() == 0 && !of_panels(event.target())));
    };
    let over = move |event: ev::PointerEvent| {
        let Some(from) =
            pressed.get_value().filter(|_| event.buttons() == 1 && dragged.with_untracked(Option::is_none))
        else {
            return;
        };
        let Some(block) = block_at(event.target()) else { return };
        let drawn = editor.selected.with_untracked(Option::is_some);
        if block != from || drawn {
            if !drawn {
                editor.select(&from);
            }
            editor.select_to(&block);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let target = event.target().map(wasm_bindgen::JsValue::from);
        let in_keeper = target == keeper.get_untracked().map(wasm_bindgen::JsValue::from);
        // Another field has its keys to itself.
        let free = in_keeper || !crate::routes::typing(&event);
        if free && selection_key(editor, &event) {
            event.stop_propagation();
        } else {
            undo_key(editor, &event);
        }
    };
    let take = move |event: ev::ClipboardEvent, cut: bool| {
        if copy_selected(editor, event.clipboard_data(), cut) {
            event.prevent_default();
        }
    };
    let on_typed = move |_| {
        if let Some(keeper) = keeper.get_untracked() {
            keep(&keeper);
        }
    };
    let on_paste = move |event: ev::ClipboardEvent| {
        if paste_behind(editor, event.clipboard_data()) {
            event.prevent_default();
        }
    };
    view! {
        <input class="report-title report-title-field" aria-label="Title" placeholder="Untitled report" maxlength="300"
            prop:value=title on:input=on_title on:keydown=title_key on:blur=move |_| editor.save()/>
        <div role="group" aria-label="Blocks" class="report-blocks" data-selecting=move || (!selected.with(Vec::is_empty)).then_some("true") on:keydown=on_key
            on:pointerdown=down on:pointerover=over on:pointerup=move |_| pressed.set_value(None)
            on:copy=move |event| take(event, false) on:cut=move |event| take(event, true) on:paste=on_paste>
            <For each=move || ids.get() key=Clone::clone children=move |id| view! { <WriteBlock editor id dragged selected/> }/>
            <textarea class="visually-hidden" aria-label="Selected blocks" tabindex="-1" node_ref=keeper on:input=on_typed></textarea>
        </div>
        <p class="visually-hidden" role="status">{move || match selected.with(Vec::len) {
            0 => String::new(),
            1 => "1 block selected".to_owned(),
            count => format!("{count} blocks selected"),
        }}</p>
        <button type="button" class="report-more" on:click=more>{icon(Icon::Add)} "Add a block"</button>
    }
    .into_any()
}

/// Takes files that are dropped beside the blocks, too: a browser would open them in place of the page.
fn catch_files(editor: Editor) {
    let over = window_event_listener(ev::dragover, |event| {
        if has_files(&event) {
            event.prevent_default();
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        if event.default_prevented() || !has_files(&event) {
            return;
        }
        event.prevent_default();
        let last = editor.document.with_untracked(|document| document.blocks.last().map(|block| block.id.clone()));
        if let Some(last) = last {
            take_files(editor, &last, event.data_transfer());
        }
    });
    on_cleanup(move || {
        over.remove();
        dropped.remove();
    });
}

/// Leaves something selected in the field, without which browsers copy nothing.
fn keep(keeper: &web_sys::HtmlTextAreaElement) {
    keeper.set_value(" ");
    keeper.select();
}

/// Whether the pointer is on panels or a table, where drawing it means something else.
fn of_panels(target: Option<web_sys::EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    element.is_some_and(|element| {
        element.closest(".report-grid, .report-runs, .report-handle, button, input").is_ok_and(|found| found.is_some())
    })
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
fn WriteBlock(
    editor: Editor,
    id: String,
    dragged: RwSignal<Option<String>>,
    selected: Memo<Vec<String>>,
) -> impl IntoView {
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
            Content::Runs(first) => {
                let table: Signal<RunTable> = Signal::derive(move || match content.get() {
                    Some(Content::Runs(table)) => *table,
                    _ => (*first).clone(),
                });
                view! { <RunsTable id=block.get_value() table editor=Some(editor)/> }.into_any()
            }
            Content::Divider | Content::Contents => view! { <Fixed editor block content/> }.into_any(),
            _ => view! { <Words editor block content focused/> }.into_any(),
        })
    };
    let of = id.clone();
    let is_selected = Memo::new(move |_| selected.with(|selected| selected.contains(&of)));
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
        <div class="report-block report-edit" id=anchor_of(&id) data-wide=wide data-selected=move || is_selected.get().then_some("true") data-drop=move || drop_side.get().map(|behind| if behind { "behind" } else { "before" })
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
        action("Select", "Esc", Callback::new(move |()| editor.select(&id.get_value()))),
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
            ("ArrowUp" | "ArrowDown", false) if event.shift_key() => {
                editor.select(&id);
                return;
            }
            ("Escape", _) => editor.select(&id),
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
