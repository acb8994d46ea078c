//! The keys of a field: splitting, joining, moving, marking.

use super::{
    editor::{Caret, Editor},
    marks,
    put::become_,
    write::undo_key,
};
use data::report::Content;
use leptos::{ev, prelude::*};
use web_sys::HtmlTextAreaElement;

/// What stands before and behind the selection, and what is selected.
fn parts(field: &HtmlTextAreaElement) -> (String, String, String) {
    let units: Vec<u16> = field.value().encode_utf16().collect();
    let at = |place: Result<Option<u32>, _>| (place.ok().flatten().unwrap_or_default() as usize).min(units.len());
    let (from, to) = (at(field.selection_start()), at(field.selection_end()));
    let text = |units: &[u16]| String::from_utf16_lossy(units);
    (text(&units[..from]), text(&units[from..to]), text(&units[to..]))
}

/// A key in a field; whether it was ours.
pub fn field_key(editor: Editor, id: &str, field: &HtmlTextAreaElement, event: &ev::KeyboardEvent) -> bool {
    let Some(content) = editor.content(id) else { return false };
    let (before, selected, behind) = parts(field);
    let as_typed = matches!(content, Content::Code { .. } | Content::Math { .. } | Content::Markdown { .. });
    let one_line = !before.contains('\n') && !behind.contains('\n') && field.client_height() < 60;
    let control = event.ctrl_key() || event.meta_key();
    match event.key().as_str() {
        _ if event.is_composing() => return false,
        "Enter" if control || (as_typed && event.shift_key()) => {
            let new = editor.insert_after(Some(id), Content::paragraph(""));
            editor.focus.set(Some((new, Caret::Start)));
        }
        "Enter" if as_typed || event.shift_key() => return false,
        "Enter" => match (marks::fence(&before), &content) {
            (Some(language), Content::Paragraph { .. }) if behind.is_empty() => {
                become_(editor, id, Content::Code { language, text: String::new() });
            }
            _ => editor.split(id, &before, &behind),
        },
        "Backspace" if before.is_empty() && selected.is_empty() && !control => match (as_typed, behind.is_empty()) {
            (true, false) => return false,
            _ => editor.join_up(id),
        },
        "Delete" if behind.is_empty() && selected.is_empty() => match editor.neighbour(id, 1) {
            Some(next) if matches!(editor.content(&next), Some(Content::Paragraph { .. })) => {
                let at = before.encode_utf16().count() as u32;
                editor.join_up(&next);
                editor.focus.set(Some((id.to_owned(), Caret::At(at))));
            }
            _ => return false,
        },
        "ArrowUp" if event.shift_key() && before.is_empty() => reach(editor, id, -1),
        "ArrowDown" if event.shift_key() && behind.is_empty() => reach(editor, id, 1),
        "a" if control && before.is_empty() && behind.is_empty() => editor.select_all(),
        "ArrowUp" if event.alt_key() => move_block(editor, id, -1, field),
        "ArrowDown" if event.alt_key() => move_block(editor, id, 1, field),
        "ArrowUp" if selected.is_empty() && !event.shift_key() && (before.is_empty() || one_line) => {
            match editor.neighbour(id, -1) {
                Some(above) => editor.focus.set(Some((above, Caret::End))),
                None => return false,
            }
        }
        "ArrowDown" if selected.is_empty() && !event.shift_key() && (behind.is_empty() || one_line) => {
            match editor.neighbour(id, 1) {
                Some(below) => editor.focus.set(Some((below, Caret::Start))),
                None => return false,
            }
        }
        "Tab" if matches!(content, Content::Item { .. }) => {
            indent(editor, id, if event.shift_key() { -1 } else { 1 }, field)
        }
        "Escape" => editor.select(id),
        "b" if control && !as_typed => around(editor, id, (&before, &selected, &behind), "**"),
        "i" if control && !as_typed => around(editor, id, (&before, &selected, &behind), "*"),
        "e" if control && !as_typed => around(editor, id, (&before, &selected, &behind), "`"),
        "z" | "Z" | "y" | "s" if control => {
            undo_key(editor, event);
        }
        _ => return false,
    }
    true
}

/// Selects a block as a whole, and the one before or behind it.
fn reach(editor: Editor, id: &str, step: isize) {
    editor.select(id);
    if let Some(next) = editor.neighbour(id, step) {
        editor.select_to(&next);
    }
}

fn move_block(editor: Editor, id: &str, by: isize, field: &HtmlTextAreaElement) {
    let at = field.selection_start().ok().flatten().unwrap_or_default();
    editor.shift(id, by);
    // Moving an element takes its focus away.
    let id = id.to_owned();
    request_animation_frame(move || {
        editor.focus.try_set(None);
        editor.focus.try_set(Some((id, Caret::At(at))));
    });
}

fn indent(editor: Editor, id: &str, by: i8, field: &HtmlTextAreaElement) {
    let at = field.selection_start().ok().flatten().unwrap_or_default();
    editor.focus.set(Some((id.to_owned(), Caret::At(at))));
    editor.change_block("indent", id, |content| {
        if let Content::Item { depth, .. } = content {
            *depth = depth.saturating_add_signed(by).min(data::report::DEEPEST);
        }
    });
}

/// Puts a mark around what is selected.
fn around(editor: Editor, id: &str, (before, selected, behind): (&str, &str, &str), mark: &str) {
    editor.change_block("mark", id, |content| {
        if let Some(text) = content.text_mut() {
            *text = format!("{before}{mark}{selected}{mark}{behind}");
        }
    });
    let at = format!("{before}{mark}{selected}").encode_utf16().count() as u32;
    editor.focus.set(Some((id.to_owned(), Caret::At(at))));
}
