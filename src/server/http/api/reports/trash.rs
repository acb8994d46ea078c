//! Reports as a list, and those that were removed: they lie in the trash until someone takes them out or deletes them
//! for good.

use crate::http::{
    ApiError, AppState,
    wire::{JsonAnswer, Query},
};
use crate::store::reports::{self, trash};
use axum::{
    Json,
    extract::{Path, State},
};
use data::report::answers::ReportRow;
use serde::Deserialize;

/// Which reports are listed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(in crate::http::api) struct Listed {
    /// Those in the trash, instead of the others.
    trash: bool,
}

/// `GET /api/reports?trash`: all reports, last changed first.
pub(in crate::http::api) async fn list(
    State(state): State<AppState>,
    Query(Listed { trash }): Query<Listed>,
) -> JsonAnswer<Vec<ReportRow>> {
    Ok(Json(state.store.read(move |db| reports::list(db, trash)).await?))
}

/// `DELETE /api/reports/{report}`: puts a report into the trash.
pub(in crate::http::api) async fn remove(
    State(state): State<AppState>,
    Path(report): Path<String>,
) -> JsonAnswer<ReportRow> {
    Ok(Json(state.store.write(move |tx| trash::set_removed(tx, &report, true)).await?))
}

/// `POST /api/reports/{report}/restore`: takes a report out of the trash.
pub(in crate::http::api) async fn restore(
    State(state): State<AppState>,
    Path(report): Path<String>,
) -> JsonAnswer<ReportRow> {
    Ok(Json(state.store.write(move |tx| trash::set_removed(tx, &report, false)).await?))
}

/// `POST /api/reports/{report}/purge`: deletes a report that lies in the trash for good, and what only it referred to. 409
/// if it is not there, or while a share link shows it.
pub(in crate::http::api) async fn purge(
    State(state): State<AppState>,
    Path(report): Path<String>,
) -> Result<Json<serde_json::Value>, ApiError> {
    let hashes = state.store.write(move |tx| trash::purge(tx, &report)).await?;
    state.store.sweep_report_files(hashes).await?;
    Ok(Json(serde_json::json!({})))
}
