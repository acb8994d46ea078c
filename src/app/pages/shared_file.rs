//! What a page that is one file answers in the place of a server.

use crate::api::{ApiError, kept};
use data::{
    query::Matching,
    share::file::{KeptFile, Unanswered},
};
use js_sys::{Array, Function, Reflect, RegExp};
use std::cell::OnceCell;
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static FILE: OnceCell<Result<KeptFile, String>> = const { OnceCell::new() };
}

fn opened() -> Result<KeptFile, String> {
    KeptFile::of_bytes(&kept::bytes().map(|bytes| bytes.to_vec()).unwrap_or_default())
}

/// What the file answers at `path` of the API to `body`.
pub fn answer(path: &str, body: &str) -> Result<Vec<u8>, ApiError> {
    FILE.with(|file| match file.get_or_init(opened) {
        Ok(file) => file.answer(path, body, &matching).map_err(|error| match error {
            Unanswered::NotHeld => {
                ApiError::Refused(404, "This file does not hold that: it shows what it was made of.".to_owned())
            }
            Unanswered::NotNamed(what) => ApiError::Refused(403, format!("This file does not show {what}.")),
            Unanswered::Unread(why) => ApiError::Refused(400, why),
        }),
        Err(error) => Err(ApiError::Unreadable(error.clone())),
    })
}

/// A regular expression as the browser reads it, which has no flags in its midst.
fn matching(pattern: &str) -> Result<Matching, String> {
    let (flags, plain) = pattern.strip_prefix("(?i)").map_or(("u", pattern), |rest| ("iu", rest));
    let regexp =
        compiled(plain, flags).map_err(|_| format!("the regular expression '{pattern}' cannot be used here"))?;
    Ok(Box::new(move |text| regexp.test(text)))
}

fn compiled(pattern: &str, flags: &str) -> Result<RegExp, JsValue> {
    let made: Function = Reflect::get(&js_sys::global(), &"RegExp".into())?.dyn_into()?;
    Reflect::construct(&made, &Array::of2(&pattern.into(), &flags.into()))?.dyn_into()
}
