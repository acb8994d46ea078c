//! What a page that is one file answers in the place of a server.

use crate::api::{ApiError, kept};
use data::share::file::KeptFile;
use std::cell::OnceCell;

thread_local! {
    static FILE: OnceCell<Result<KeptFile, String>> = const { OnceCell::new() };
}

fn opened() -> Result<KeptFile, String> {
    KeptFile::of_bytes(&kept::bytes().map(|bytes| bytes.to_vec()).unwrap_or_default())
}

/// What the file answers at `path` of the API to `body`.
pub fn answer(path: &str, body: &str) -> Result<Vec<u8>, ApiError> {
    FILE.with(|file| match file.get_or_init(opened) {
        Ok(file) => file.answer(path, body).ok_or_else(|| {
            ApiError::Refused(404, "This file does not hold that: it shows what it was made of.".to_owned())
        }),
        Err(error) => Err(ApiError::Unreadable(error.clone())),
    })
}
