//! What panel grids showed at a time: the answers to their questions, stored with the report. They are asked again
//! the way that live data is, below another address.

use crate::http::{
    ApiError, AppState,
    wire::{JsonAnswer, JsonBody},
};
use crate::store::{StoreError, reports::files};
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
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The most runs that a frozen run list holds.
const MOST_RUNS: u32 = 1_000;
/// The most bytes of the frames of one grid.
const MOST_BYTES: usize = 48 << 20;

/// What is stored, as JSON compressed with zstd.
#[derive(Debug, Serialize, Deserialize)]
struct Body {
    runs: Vec<(RunsRequest, RunsPage)>,
    /// Each frame's binary form in Base64, with the version of the store taken out.
    frames: Vec<(FrameRequest, String)>,
}

/// `POST /api/reports/frozen`: stores what a grid's questions are answered now, and says under which hash.
pub(in crate::http::api) async fn freeze(
    State(state): State<AppState>,
    JsonBody(asked): JsonBody<Freeze>,
) -> JsonAnswer<Frozen> {
    // A panel may ask for several metrics.
    if asked.frames.len() > MOST_PANELS * 8 || asked.runs.len() > MOST_SETS {
        return Err(ApiError::TooLarge(format!("a grid has at most {MOST_PANELS} panels and {MOST_SETS} run sets")));
    }
    let mut body = Body { runs: Vec::new(), frames: Vec::new() };
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
    let packed = tokio::task::spawn_blocking(move || {
        let json = serde_json::to_vec(&body).expect("questions and answers are plain JSON");
        zstd::bulk::compress(&json, 3)
    });
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
    let mut changed = false;
    for (request, then) in body.frames {
        // What cannot be asked any more, such as of an experiment that is gone, has changed.
        let now = encoded(&state, &request).await.map(|now| STANDARD.encode(now));
        changed |= now.ok().as_ref() != Some(&then);
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
    let same = |kept: &RunsRequest| kept.experiments == request.experiments && kept.filter == request.filter;
    let exact = body.runs.iter().find(|(kept, _)| same(kept) && kept.order_by == request.order_by);
    let page = exact.or_else(|| body.runs.iter().find(|(kept, _)| same(kept)));
    let (_, page) = page.ok_or_else(|| not_frozen("these runs"))?;
    let from = (request.offset as usize).min(page.runs.len());
    let limit = if request.limit == 0 { MOST_RUNS } else { request.limit } as usize;
    let runs = page.runs[from..].iter().take(limit).cloned().collect();
    // What was not stored is not told of, so that nobody waits for it.
    Ok(Json(RunsPage { total: page.runs.len() as u64, runs }))
}

/// `POST /api/reports/frozen/{hash}/frames`: as `POST /api/frames`, answered with what was frozen.
pub(in crate::http::api) async fn frames(
    State(state): State<AppState>,
    Path(hash): Path<String>,
    JsonBody(request): JsonBody<FrameRequest>,
) -> Result<Response, ApiError> {
    let (body, _) = open(&state, hash).await?;
    let wanted = question(&request);
    let found = body.frames.iter().find(|(kept, _)| question(kept) == wanted);
    let (_, encoded) = found.ok_or_else(|| not_frozen(&format!("{} as it is drawn here", request.metric)))?;
    let mut frame = decoded(encoded)?;
    if let Some(runs) = &request.run_set.runs {
        frame.series.retain(|series| runs.contains(&series.run_id));
    }
    if let Some(range) = request.range {
        cut(&mut frame, range);
    }
    let headers = [(header::CONTENT_TYPE, "application/vnd.throughline.frame"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, frame::encode(&frame)).into_response())
}

/// `GET /api/reports/frozen/{hash}/metrics`: the metrics of the frozen panels.
pub(in crate::http::api) async fn metrics(
    State(state): State<AppState>,
    Path(hash): Path<String>,
) -> JsonAnswer<Vec<MetricRow>> {
    let (body, _) = open(&state, hash).await?;
    let mut rows = BTreeMap::new();
    for (request, encoded) in &body.frames {
        let frame = decoded(encoded)?;
        let last = frame.series.iter().filter_map(|series| series.points.x.last()).max().copied().unwrap_or_default();
        rows.insert(request.metric.clone(), (frame.series.len() as u64, last));
    }
    let row = |(metric, (runs, max_step))| MetricRow { metric, runs, max_step };
    Ok(Json(rows.into_iter().map(row).collect()))
}

async fn open(state: &AppState, hash: String) -> Result<(Body, i64), ApiError> {
    let (packed, millis) = state.store.read(move |db| files::frozen(db, &hash)).await?;
    let body = tokio::task::spawn_blocking(move || {
        let json = zstd::stream::decode_all(&packed[..]).map_err(|error| StoreError::Damaged(error.to_string()))?;
        serde_json::from_slice(&json).map_err(|error| StoreError::Damaged(format!("frozen data: {error}")))
    });
    Ok((body.await.map_err(|_| StoreError::Bug)??, millis))
}

/// The frame as bytes that are the same for the same data.
async fn encoded(state: &AppState, request: &FrameRequest) -> Result<Vec<u8>, ApiError> {
    let frame = state.store.frame(request.clone()).await?;
    Ok(frame::encode(&Frame { version: 0, ..frame }))
}

fn decoded(encoded: &str) -> Result<Frame, ApiError> {
    let bytes = STANDARD.decode(encoded).map_err(|error| StoreError::Damaged(error.to_string()))?;
    Ok(frame::decode(&bytes).map_err(|error| StoreError::Damaged(error.to_string()))?)
}

/// What a request asks, apart from how much of it and how finely.
fn question(request: &FrameRequest) -> FrameRequest {
    let mut question = FrameRequest { range: None, width_px: 0, buckets: None, since: None, ..request.clone() };
    question.run_set.runs = None;
    question.run_set.filter.clear();
    question
}

/// Leaves the points in the range, and one on each side of it.
fn cut(frame: &mut Frame, [from, to]: [i64; 2]) {
    for series in &mut frame.series {
        for points in std::iter::once(&mut series.points).chain(series.smoothed.as_mut()) {
            let first = points.x.partition_point(|x| *x < from).saturating_sub(1);
            let last = (points.x.partition_point(|x| *x <= to) + 1).min(points.x.len());
            points.x = points.x[first..last].to_vec();
            points.y = points.y[first..last].to_vec();
        }
    }
}

fn not_frozen(what: &str) -> ApiError {
    ApiError::NotFound(format!("the frozen data holds nothing of {what}; freeze the grid again, or show live data"))
}
