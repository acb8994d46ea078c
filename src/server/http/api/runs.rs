//! Runs as rows.

use crate::http::{
    ApiError, AppState,
    wire::{JsonAnswer, JsonBody},
};
use crate::store::{
    StoreError, rows, runs,
    search::{self, RunQuery, View},
};
use axum::{
    Json,
    extract::{Path, State},
};
use data::{
    query::{QueryError, parse_query, parse_sort},
    run::{RunRow, RunsPage, RunsRequest},
};

/// How many runs a page has if nobody says.
const PAGE: u32 = 1_000;
/// How many runs a page has at most.
const MOST: u32 = 10_000;

/// `POST /api/runs`: a window of the runs that a filter finds, in an order, and how many it finds in
/// all. 400 for a filter or an order that cannot be read, and for a limit above 10,000.
pub(super) async fn search(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<RunsRequest>,
) -> JsonAnswer<RunsPage> {
    Ok(Json(page(&state, &request).await?))
}

/// The answer to [`search`].
pub(super) async fn page(state: &AppState, request: &RunsRequest) -> Result<RunsPage, ApiError> {
    let query = query_of(request)?;
    let brief = request.brief;
    let page = state.store.read(move |db| {
        let found = search::search_runs(db, &query)?;
        Ok(RunsPage { total: search::count_runs(db, &query)?, runs: rows::rows(db, &found, brief)? })
    });
    Ok(page.await?)
}

fn query_of(request: &RunsRequest) -> Result<RunQuery, ApiError> {
    let unread = |error: QueryError| ApiError::BadRequest(error.to_string());
    if request.limit > MOST {
        return Err(ApiError::BadRequest(format!("`limit` must be in 1..={MOST}, or 0 for {PAGE}")));
    }
    // An id that is no number names no experiment, and so adds nothing to find.
    let eids = request.experiments.iter().filter_map(|id| id.parse().ok()).collect();
    Ok(RunQuery {
        eids,
        filter: parse_query(&request.filter).map_err(unread)?,
        order: parse_sort(&request.order_by.join(", ")).map_err(unread)?,
        view: if request.trash { View::Deleted } else { View::Active },
        offset: request.offset,
        limit: u64::from(if request.limit == 0 { PAGE } else { request.limit }),
    })
}

/// `GET /api/runs/{run}`: one run, also one in the trash. 404 for an unknown one.
pub(super) async fn one(State(state): State<AppState>, Path(run): Path<String>) -> JsonAnswer<RunRow> {
    let row = state.store.read(move |db| {
        let rid = runs::find(db, &run)?.rid;
        let row = rows::rows(db, &[rid], false)?.pop();
        row.ok_or_else(|| StoreError::NotFound(format!("there is no run {run}")))
    });
    Ok(Json(row.await?))
}
