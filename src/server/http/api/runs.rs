//! Runs as rows, and in groups.

use crate::http::{
    ApiError, AppState,
    wire::{JsonAnswer, JsonBody},
};
use axum::{
    Json,
    extract::{Path, State},
};
use data::{
    groups::{GroupsPage, GroupsRequest},
    run::{RunId, RunRow, RunsPage, RunsRequest},
};

/// `POST /api/runs`: a window of the runs that a filter finds, in an order, and how many it finds in
/// all. 400 for a filter or an order that cannot be read, and for a limit above 10,000.
pub(super) async fn search(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<RunsRequest>,
) -> JsonAnswer<RunsPage> {
    Ok(Json(state.store.runs_page(request).await?))
}

/// `POST /api/groups`: the runs of a run set in groups, and what their numbers say together. 400 for what
/// cannot be read or grouped, 404 for an unknown experiment.
pub(super) async fn groups(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<GroupsRequest>,
) -> JsonAnswer<GroupsPage> {
    Ok(Json(state.store.groups(request).await?))
}

/// `GET /api/runs/{run}`: one run, also one in the trash. 404 for an unknown one.
pub(super) async fn one(State(state): State<AppState>, Path(run): Path<String>) -> JsonAnswer<RunRow> {
    let id: RunId = run.parse().map_err(|_| ApiError::NotFound(format!("there is no run {run}")))?;
    Ok(Json(state.store.run_row(id).await?))
}
