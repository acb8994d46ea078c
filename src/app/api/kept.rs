//! A page that was saved as one file: it holds the answers that a server would give.
//!
//! The file's own script leaves what it holds where [`bytes`] finds it, before the app starts. What reads it is
//! loaded with the page of links ([`crate::pages::shared_file`]): the app of a server never needs it.

use super::ApiError;
use data::report::is_hash;
use std::{cell::RefCell, collections::HashMap, sync::OnceLock};
use wasm_bindgen::JsCast;

/// What a file answers at a path of the API to a body.
pub type Answer = fn(&str, &str) -> Result<Vec<u8>, ApiError>;

static ANSWER: OnceLock<Answer> = OnceLock::new();
static IS_FILE: OnceLock<bool> = OnceLock::new();

thread_local! {
    /// The pictures of the file, by their hashes.
    static PICTURES: RefCell<HashMap<String, String>> = RefCell::default();
}

/// What the file of this page holds; `None` if it is none.
pub fn bytes() -> Option<js_sys::Uint8Array> {
    js_sys::Reflect::get(&js_sys::global(), &"throughlineKept".into()).ok()?.dyn_into().ok()
}

/// Whether this page is a file.
pub fn is_file() -> bool {
    *IS_FILE.get_or_init(|| bytes().is_some())
}

/// Lets `answer` speak for the server from now on, if this page is a file.
pub fn answer_by(answer: Answer) {
    // The first one stays: there is one file.
    let _ = ANSWER.set(answer);
}

/// What the file of this page answers; `None` if it is none and a server is asked.
pub fn answer(path: &str, body: &str) -> Option<Result<Vec<u8>, ApiError>> {
    is_file().then(|| ANSWER.get().map_or(Err(ApiError::Offline), |answer| answer(path, body)))
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
