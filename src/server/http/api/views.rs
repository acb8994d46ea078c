//! Views by short link, and named views of an experiment.

use super::experiments::experiment_number;
use crate::http::{
    ApiError, AppState,
    wire::{JsonAnswer, JsonBody},
};
use crate::store::views;
use axum::{
    Json,
    extract::{Path, State},
};
use data::view::{PlacedView, SavedView, View};
use serde::{Deserialize, Serialize};

/// The longest document of a view, bytes.
const LONGEST_VIEW: usize = 1 << 20;

/// A view's short link.
#[derive(Serialize)]
pub(super) struct Kept {
    hash: String,
}

/// What is saved under a name.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToSave {
    #[serde(default)]
    tab: String,
    view: serde_json::Value,
}

/// A view that gets a short link.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ToKeep {
    experiment_id: String,
    #[serde(default)]
    tab: String,
    // Read as a view by hand, so that one of a newer program is told apart from one that is none.
    view: serde_json::Value,
}

/// Which view an experiment opens with.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Default {
    name: Option<String>,
}

/// `POST /api/views`: keeps a view and answers its hash, for the short link `/v/{hash}`.
pub(super) async fn keep(State(state): State<AppState>, JsonBody(body): JsonBody<ToKeep>) -> JsonAnswer<Kept> {
    let ToKeep { experiment_id, tab, view } = body;
    let placed = checked(experiment_id, tab, &view.to_string())?;
    Ok(Json(Kept { hash: state.store.write(move |tx| views::keep(tx, &placed)).await? }))
}

/// `GET /api/views/{hash}`: the view of a short link. 404 for an unknown one.
pub(super) async fn one(State(state): State<AppState>, Path(hash): Path<String>) -> JsonAnswer<PlacedView> {
    Ok(Json(state.store.read(move |db| views::by_hash(db, &hash)).await?))
}

/// `GET /api/experiments/{experiment}/views`: its named views, by name.
pub(super) async fn list(State(state): State<AppState>, Path(experiment): Path<String>) -> JsonAnswer<Vec<SavedView>> {
    let eid = experiment_number(&experiment)?;
    Ok(Json(state.store.read(move |db| views::list(db, eid)).await?))
}

/// `PUT /api/experiments/{experiment}/views/{name}`: saves a view under a name; what the name meant
/// before stays in its history.
pub(super) async fn save(
    State(state): State<AppState>,
    Path((experiment, name)): Path<(String, String)>,
    JsonBody(body): JsonBody<ToSave>,
) -> JsonAnswer<SavedView> {
    let placed = checked(experiment, body.tab, &body.view.to_string())?;
    Ok(Json(state.store.write(move |tx| views::save(tx, &name, &placed)).await?))
}

/// `DELETE /api/experiments/{experiment}/views/{name}`: removes a name; its history stays.
pub(super) async fn remove(
    State(state): State<AppState>,
    Path((experiment, name)): Path<(String, String)>,
) -> JsonAnswer<serde_json::Value> {
    let eid = experiment_number(&experiment)?;
    state.store.write(move |tx| views::remove(tx, eid, &name)).await?;
    Ok(Json(serde_json::json!({})))
}

/// `GET /api/experiments/{experiment}/views/{name}/history`: what a name meant, newest first.
pub(super) async fn history(
    State(state): State<AppState>,
    Path((experiment, name)): Path<(String, String)>,
) -> JsonAnswer<Vec<SavedView>> {
    let eid = experiment_number(&experiment)?;
    Ok(Json(state.store.read(move |db| views::history(db, eid, &name)).await?))
}

/// `PUT /api/experiments/{experiment}/default-view`: the named view that it opens with, or none.
pub(super) async fn set_default(
    State(state): State<AppState>,
    Path(experiment): Path<String>,
    JsonBody(body): JsonBody<Default>,
) -> JsonAnswer<serde_json::Value> {
    let eid = experiment_number(&experiment)?;
    state.store.write(move |tx| views::set_default(tx, eid, body.name.as_deref())).await?;
    Ok(Json(serde_json::json!({})))
}

/// A view from outside, read whole or refused.
fn checked(experiment_id: String, tab: String, view: &str) -> Result<PlacedView, ApiError> {
    if view.len() > LONGEST_VIEW || tab.len() > 40 {
        return Err(ApiError::TooLarge(format!("a view has at most {LONGEST_VIEW} bytes")));
    }
    let view = View::of_json(view).map_err(|error| ApiError::BadRequest(error.to_string()))?;
    Ok(PlacedView { experiment_id, tab, view })
}
