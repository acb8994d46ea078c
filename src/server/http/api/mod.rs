//! Our own API, which the app uses. `openapi.json` beside this file describes it.
//!
//! - [`experiments`], [`runs`]: lists and rows
//! - [`artifacts`]: the files of a run
//! - [`frames`]: what one panel needs to be drawn
//! - [`live`]: the stream of changes
//! - [`views`]: views by short link and by name

mod artifacts;
mod experiments;
mod frames;
mod live;
mod runs;
mod views;

pub(super) use frames::Flights;

use super::{AppState, wire};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::header,
    middleware,
    response::IntoResponse,
    routing::{get, post, put},
};

/// The largest body of a request, which a run set of many named runs needs.
const BODY_BYTES: usize = 8 << 20;

/// The routes of our own API.
pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/openapi.json", get(openapi))
        .route("/api/experiments", get(experiments::list))
        .route("/api/experiments/{experiment}", get(experiments::one))
        .route("/api/experiments/{experiment}/metrics", get(experiments::metrics))
        .route("/api/experiments/{experiment}/views", get(views::list))
        .route("/api/experiments/{experiment}/views/{name}", put(views::save).delete(views::remove))
        .route("/api/experiments/{experiment}/views/{name}/history", get(views::history))
        .route("/api/experiments/{experiment}/default-view", put(views::set_default))
        .route("/api/views", post(views::keep))
        .route("/api/views/{hash}", get(views::one))
        .route("/api/runs", post(runs::search))
        .route("/api/runs/{run}", get(runs::one))
        .route("/api/runs/{run}/artifacts", get(artifacts::list))
        .route("/api/runs/{run}/artifacts/{*path}", get(artifacts::bytes))
        .route("/api/frames", post(frames::frame))
        .route("/api/live", get(live::watch))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn(wire::smaller_json))
}

/// `GET /api/openapi.json`: this API for machines.
async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("openapi.json"))
}

#[cfg(test)]
mod tests;
