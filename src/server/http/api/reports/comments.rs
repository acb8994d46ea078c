//! Comments on reports.

use crate::http::{
    ApiError, AppState,
    wire::{JsonAnswer, JsonBody},
};
use crate::report::html_of_text;
use crate::store::reports::comments::{self, Stored};
use axum::{
    Json,
    extract::{Path, State},
};
use data::report::answers::{Comment, NewComment, Resolve};

/// `GET /api/reports/{report}/comments`: all of them, oldest first.
pub(in crate::http::api) async fn list(
    State(state): State<AppState>,
    Path(report): Path<String>,
) -> JsonAnswer<Vec<Comment>> {
    let stored = state.store.read(move |db| comments::list(db, &report)).await?;
    Ok(Json(stored.into_iter().map(shown).collect()))
}

/// `POST /api/reports/{report}/comments`: adds one.
pub(in crate::http::api) async fn add(
    State(state): State<AppState>,
    Path(report): Path<String>,
    JsonBody(new): JsonBody<NewComment>,
) -> JsonAnswer<Comment> {
    Ok(Json(shown(state.store.write(move |tx| comments::add(tx, &report, &new)).await?)))
}

/// `PUT /api/reports/{report}/comments/{comment}`: says that it is done with, or not.
pub(in crate::http::api) async fn resolve(
    State(state): State<AppState>,
    Path((report, number)): Path<(String, i64)>,
    JsonBody(Resolve { resolved }): JsonBody<Resolve>,
) -> JsonAnswer<Comment> {
    Ok(Json(shown(state.store.write(move |tx| comments::resolve(tx, &report, number, resolved)).await?)))
}

/// `DELETE /api/reports/{report}/comments/{comment}`: removes it and the answers to it.
pub(in crate::http::api) async fn remove(
    State(state): State<AppState>,
    Path((report, number)): Path<(String, i64)>,
) -> Result<Json<serde_json::Value>, ApiError> {
    state.store.write(move |tx| comments::remove(tx, &report, number)).await?;
    Ok(Json(serde_json::json!({})))
}

fn shown(stored: Stored) -> Comment {
    let Stored { number, new, millis, resolved } = stored;
    let html = html_of_text(&new.text);
    let NewComment { anchor, author, text, reply_to } = new;
    Comment { number, anchor, author, text, html, millis, resolved, reply_to }
}
