//! A page that was saved as one file: it holds the answers that a server would give.
//!
//! The file's own script leaves what it holds where [`opened`] finds it, before the app starts.

use super::ApiError;
use data::{report::is_hash, share::file::KeptFile};
use std::{
    cell::{OnceCell, RefCell},
    collections::HashMap,
};
use wasm_bindgen::JsCast;

thread_local! {
    static FILE: OnceCell<Option<Result<KeptFile, String>>> = const { OnceCell::new() };
    /// The pictures of the file, by their hashes.
    static PICTURES: RefCell<HashMap<String, String>> = RefCell::default();
}

fn opened() -> Option<Result<KeptFile, String>> {
    let kept = js_sys::Reflect::get(&js_sys::global(), &"throughlineKept".into()).ok()?;
    let bytes = kept.dyn_into::<js_sys::Uint8Array>().ok()?;
    Some(KeptFile::of_bytes(&bytes.to_vec()))
}

fn with<T>(read: impl FnOnce(Option<&Result<KeptFile, String>>) -> T) -> T {
    FILE.with(|file| read(file.get_or_init(opened).as_ref()))
}

/// Whether this page is a file.
pub fn is_file() -> bool {
    with(|file| file.is_some())
}

/// What the file of this page answers; `None` if it is none and a server is asked.
pub fn answer(path: &str, body: &str) -> Option<Result<Vec<u8>, ApiError>> {
    with(|file| {
        Some(match file? {
            Ok(file) => {
                let missing =
                    || ApiError::Refused(404, "This file does not hold that: it shows what it was made of.".to_owned());
                file.answer(path, body).ok_or_else(missing)
            }
            Err(error) => Err(ApiError::Unreadable(error.clone())),
        })
    })
}

/// Where a picture of this file is: in the words that it begins with, whose pictures end in their hashes.
pub fn picture(hash: &str) -> Option<String> {
    if !is_file() || !is_hash(hash) {
        return None;
    }
    PICTURES.with_borrow_mut(|pictures| {
        if let Some(known) = pictures.get(hash) {
            return Some(known.clone());
        }
        let image = leptos::prelude::document().query_selector(&format!("img[src$=\"#{hash}\"]")).ok()??;
        let source = image.get_attribute("src")?;
        pictures.insert(hash.to_owned(), source.clone());
        Some(source)
    })
}
