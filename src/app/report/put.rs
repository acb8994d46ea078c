//! What the menu behind `/` puts in, and pictures from the disk, the clipboard or the hand.

use super::{
    editor::{Caret, Editor},
    insert::{Insert, What},
};
use crate::api;
use data::report::{Content, grid::RunTable};
use leptos::{ev, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;
use web_sys::DataTransfer;

/// Puts `content` in place of the block and the caret into it.
pub fn become_(editor: Editor, id: &str, content: Content) {
    editor.change_block("turn", id, |now| *now = content);
    editor.focus.set(None);
    editor.focus.set(Some((id.to_owned(), Caret::Start)));
}

/// Puts in what the menu offers, in place of the block that the slash was typed in.
pub fn put(editor: Editor, id: String, insert: Insert) {
    match insert.what {
        What::Become(content) => {
            let fixed = content.text().is_none();
            let grid = matches!(content, Content::Panels(_));
            become_(editor, &id, content);
            if fixed {
                let new = editor.insert_after(Some(&id), Content::paragraph(""));
                if grid {
                    // An empty grid says nothing: which runs and metrics is the next question.
                    editor.dialog.set(Some(id));
                } else {
                    editor.focus.set(Some((new, Caret::Start)));
                }
            }
        }
        What::Image => {
            become_(editor, &id, Content::paragraph(""));
            pick_image(editor, id);
        }
        What::Runs => {
            become_(editor, &id, Content::paragraph(""));
            spawn_local(async move {
                match api::experiments().await.map(|rows| rows.into_iter().next()) {
                    Ok(Some(row)) => {
                        let placed = super::set_rows::set_of(row.experiment_id).placed;
                        let before = editor.neighbour(&id, -1);
                        let table = RunTable { name: String::new(), placed, also: Vec::new(), limit: 10 };
                        editor.put_blocks(&id, vec![Content::Runs(Box::new(table))]);
                        // It stands in the place of the empty paragraph.
                        let first = || editor.document.with_untracked(|document| document.blocks[0].id.clone());
                        editor.dialog.set(before.map_or_else(|| Some(first()), |before| editor.neighbour(&before, 1)));
                    }
                    Ok(None) => drop(
                        editor.notice.try_set(Some("There is no experiment yet whose runs could be shown.".to_owned())),
                    ),
                    Err(error) => drop(editor.notice.try_set(Some(error.to_string()))),
                }
            });
        }
    }
}

/// Asks for a picture from the disk.
fn pick_image(editor: Editor, id: String) {
    let input =
        document().create_element("input").ok().and_then(|input| input.dyn_into::<web_sys::HtmlInputElement>().ok());
    let Some(input) = input else { return };
    input.set_type("file");
    input.set_accept("image/png,image/jpeg,image/gif,image/webp,image/avif");
    let chosen = input.clone();
    let taken = wasm_bindgen::closure::Closure::once_into_js(move || {
        if let Some(file) = chosen.files().and_then(|files| files.get(0)) {
            editor.put_image(&id, file.into());
        }
    });
    input.set_onchange(Some(taken.unchecked_ref()));
    input.click();
}

/// Whether files are being dragged.
pub fn has_files(event: &ev::DragEvent) -> bool {
    event
        .data_transfer()
        .is_some_and(|transfer| transfer.types().iter().any(|kind| kind.as_string().as_deref() == Some("Files")))
}

/// Takes the pictures that were pasted or dropped, and says which files are none; whether there were any files.
pub fn take_files(editor: Editor, id: &str, transfer: Option<DataTransfer>) -> bool {
    let Some(files) = transfer.and_then(|transfer| transfer.files()) else { return false };
    let files = (0..files.length()).filter_map(|at| files.get(at));
    let (pictures, others): (Vec<_>, Vec<_>) = files.partition(|file| file.type_().starts_with("image/"));
    for picture in &pictures {
        editor.put_image(id, picture.clone().into());
    }
    if !others.is_empty() {
        let names = others.iter().map(|file| file.name()).collect::<Vec<_>>().join(", ");
        editor.notice.set(Some(format!("A report holds pictures, and {names} is none: PNG, JPEG, GIF, WebP or AVIF.")));
    }
    !pictures.is_empty() || !others.is_empty()
}
