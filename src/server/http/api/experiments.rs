//! Experiments and their metrics.

use crate::http::{
    ApiError, AppState,
    wire::{JsonAnswer, Query},
};
use crate::store::catalog;
use axum::{
    Json,
    extract::{Path, State},
};
use data::run::{ExperimentRow, MetricRow};
use serde::Deserialize;

/// What [`list`] can be asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Search {
    /// Part of the name; empty for all.
    q: String,
}

/// `GET /api/experiments?q`: the experiments that are not in the trash, newest change first.
pub(super) async fn list(
    State(state): State<AppState>,
    Query(search): Query<Search>,
) -> JsonAnswer<Vec<ExperimentRow>> {
    Ok(Json(state.store.read(move |db| catalog::experiments(db, &search.q)).await?))
}

/// `GET /api/experiments/{experiment}`: one experiment. 404 for an unknown one.
pub(super) async fn one(State(state): State<AppState>, Path(experiment): Path<String>) -> JsonAnswer<ExperimentRow> {
    let eid = experiment_number(&experiment)?;
    Ok(Json(state.store.read(move |db| catalog::experiment(db, eid)).await?))
}

/// `GET /api/experiments/{experiment}/metrics`: the metrics that its runs logged, by name. 404 for an
/// unknown experiment.
pub(super) async fn metrics(
    State(state): State<AppState>,
    Path(experiment): Path<String>,
) -> JsonAnswer<Vec<MetricRow>> {
    let eid = experiment_number(&experiment)?;
    Ok(Json(state.store.read(move |db| catalog::metrics(db, eid)).await?))
}

/// The number that an experiment id writes.
pub(super) fn experiment_number(id: &str) -> Result<i64, ApiError> {
    id.parse().map_err(|_| ApiError::NotFound(format!("there is no experiment {id}")))
}
