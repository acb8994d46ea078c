//! What panel grids showed at a time: the answers to their questions, stored with the report. They are asked again
//! the way that live data is, below another address.

use crate::http::{
    ApiError, AppState,
    wire::{JsonAnswer, JsonBody},
};
use crate::{
    report::{FrozenGrid, MOST_RUNS},
    store::{StoreError, reports::files},
};
use axum::{
    Json,
    extract::{Path, State},
    http::header,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use data::{
    frame::{self, Frame, FrameRequest},
    report::answers::{Freeze, FrozenState},
    report::grid::{Frozen, MOST_PANELS, MOST_SETS},
    run::{MetricRow, RunsPage, RunsRequest},
};
use std::{collections::BTreeSet, sync::Arc};

/// The most bytes of the frames of one grid.
const MOST_BYTES: usize = 48 << 20;

/// `POST /api/reports/frozen`: stores what a grid's questions are answered now, and says under which hash.
pub(in crate::http::api) async fn freeze(
    State(state): State<AppState>,
    JsonBody(asked): JsonBody<Freeze>,
) -> JsonAnswer<Frozen> {
    // A panel may ask for several metrics.
    if asked.frames.len() > MOST_PANELS * 8 || asked.runs.len() > MOST_SETS {
        return Err(ApiError::TooLarge(format!("a grid has at most {MOST_PANELS} panels and {MOST_SETS} run sets")));
    }
    let mut body = FrozenGrid::default();
    for mut request in asked.runs {
        request.limit = request.limit.clamp(1, MOST_RUNS);
        let page = state.store.runs_page(request.clone()).await?;
        body.runs.push((request, page));
    }
    let mut bytes = 0;
    for request in asked.frames {
        let encoded = encoded(&state, &request).await?;
        bytes += encoded.len();
        if bytes > MOST_BYTES {
            return Err(ApiError::TooLarge(
                "the data of this grid is too large to be frozen; show fewer runs".to_owned(),
            ));
        }
        body.frames.push((request, STANDARD.encode(encoded)));
    }
    let packed = tokio::task::spawn_blocking(move || body.packed());
    let packed = packed.await.map_err(|_| StoreError::Bug)?.map_err(|error| StoreError::Damaged(error.to_string()))?;
    let (hash, millis) = state.store.write(move |tx| files::keep_frozen(tx, &packed)).await?;
    Ok(Json(Frozen { hash, millis }))
}

/// `GET /api/reports/frozen/{hash}`: when it was taken, and whether the data of now would look different.
pub(in crate::http::api) async fn about(
    State(state): State<AppState>,
    Path(hash): Path<String>,
) -> JsonAnswer<FrozenState> {
    let (body, millis) = open(&state, hash).await?;
    // What cannot be asked any more, such as of an experiment that is gone, has changed.
    for (request, then) in &body.runs {
        let now = state.store.runs_page(request.clone()).await;
        let ids = |page: &RunsPage| page.runs.iter().map(|row| row.run_id).collect::<BTreeSet<_>>();
        if !now.is_ok_and(|now| ids(&now) == ids(then)) {
            return Ok(Json(FrozenState { millis, changed: true }));
        }
    }
    let mut changed = false;
    for (request, then) in &body.frames {
        let now = encoded(&state, request).await.map(|now| STANDARD.encode(now));
        changed |= now.ok().as_ref() != Some(then);
        if changed {
            break;
        }
    }
    Ok(Json(FrozenState { millis, changed }))
}

/// `POST /api/reports/frozen/{hash}/runs`: as `POST /api/runs`, answered with what was frozen.
pub(in crate::http::api) async fn run_rows(
    State(state): State<AppState>,
    Path(hash): Path<String>,
    JsonBody(request): JsonBody<RunsRequest>,
) -> JsonAnswer<RunsPage> {
    let (body, _) = open(&state, hash).await?;
    let page = body.runs(&request).ok_or_else(|| not_frozen("these runs"))?;
    let from = (request.offset as usize).min(page.runs.len());
    let limit = if request.limit == 0 { MOST_RUNS } else { request.limit } as usize;
    let runs = page.runs[from..].iter().take(limit).cloned().collect();
    // Nobody waits for what was not stored: it is told apart.
    Ok(Json(RunsPage { total: page.runs.len() as u64, runs, cut: page.cut() }))
}

/// `POST /api/reports/frozen/{hash}/frames`: as `POST /api/frames`, answered with what was frozen.
pub(in crate::http::api) async fn frames(
    State(state): State<AppState>,
    Path(hash): Path<String>,
    JsonBody(request): JsonBody<FrameRequest>,
) -> Result<Response, ApiError> {
    let (body, _) = open(&state, hash).await?;
    let found = body.frame(&request).ok_or_else(|| not_frozen(&format!("{} as it is drawn here", request.drawn())))?;
    let frame = found.map_err(StoreError::Damaged)?;
    let headers = [(header::CONTENT_TYPE, "application/vnd.throughline.frame"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, frame::encode(&frame)).into_response())
}

/// `GET /api/reports/frozen/{hash}/metrics`: the metrics of the frozen panels.
pub(in crate::http::api) async fn metrics(
    State(state): State<AppState>,
    Path(hash): Path<String>,
) -> JsonAnswer<Vec<MetricRow>> {
    let (body, _) = open(&state, hash).await?;
    Ok(Json(body.metrics().map_err(StoreError::Damaged)?))
}

/// The frame that was frozen for `request`; `None` if none was.
pub(in crate::http::api) async fn frame(
    state: &AppState,
    hash: String,
    request: FrameRequest,
) -> Result<Option<Frame>, ApiError> {
    let (body, _) = open(state, hash).await?;
    Ok(body.frame(&request).transpose().map_err(StoreError::Damaged)?)
}

async fn open(state: &AppState, hash: String) -> Result<(Arc<FrozenGrid>, i64), ApiError> {
    let known = hash.clone();
    let millis = state.store.read(move |db| files::frozen_millis(db, &known)).await?;
    if let Some(grid) = FrozenGrid::kept(&hash) {
        return Ok((grid, millis));
    }
    let known = hash.clone();
    let (packed, _) = state.store.read(move |db| files::frozen(db, &known)).await?;
    let body = tokio::task::spawn_blocking(move || FrozenGrid::unpacked(&hash, &packed));
    Ok((body.await.map_err(|_| StoreError::Bug)?.map_err(StoreError::Damaged)?, millis))
}

/// The frame as bytes that are the same for the same data.
async fn encoded(state: &AppState, request: &FrameRequest) -> Result<Vec<u8>, ApiError> {
    let frame = state.store.frame(request.clone()).await?;
    Ok(frame::encode(&Frame { version: 0, ..frame }))
}

fn not_frozen(what: &str) -> ApiError {
    ApiError::NotFound(format!("the frozen data holds nothing of {what}; freeze the grid again, or show live data"))
}
