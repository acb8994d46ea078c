//! Our own API, which the app uses. `openapi.json` beside this file describes it.
//!
//! - [`experiments`], [`runs`]: lists and rows
//! - [`actions`]: what is done to many runs at once
//! - [`artifacts`]: the files of a run
//! - [`export`]: run sets as files
//! - [`frames`]: what one panel needs to be drawn
//! - [`importance`]: which params a metric depends on
//! - [`live`]: the stream of changes
//! - [`reports`]: reports with their versions, comments, pictures and frozen data
//! - [`shares`], [`shared`]: share links, for their owners and for who holds one
//! - [`views`]: views by short link and by name

mod actions;
mod artifacts;
mod experiments;
mod export;
mod frames;
mod importance;
mod live;
mod reports;
mod runs;
mod shared;
mod shares;
mod views;

pub(super) use frames::Flights;
pub(super) use importance::Importances;
pub(super) use shared::{KEY, Opened, frame_inside, version_of};
pub(super) use shares::title_of;

use super::{AppState, wire};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    http::header,
    middleware,
    response::IntoResponse,
    routing::{delete, get, post, put},
};
use reports::{comments, frozen, images, trash};

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
        .route("/api/groups", post(runs::groups))
        .route("/api/export", get(export::download).post(export::export))
        .route("/api/runs/actions", post(actions::act))
        .route("/api/runs/purge", post(actions::purge))
        .route("/api/runs/{run}", get(runs::one))
        .route("/api/runs/{run}/artifacts", get(artifacts::list))
        .route("/api/runs/{run}/artifacts/{*path}", get(artifacts::bytes))
        .route("/api/frames", post(frames::frame))
        .route("/api/importance", post(importance::importance))
        .route("/api/live", get(live::watch))
        .route("/api/reports", get(trash::list).post(reports::create))
        .route("/api/reports/parse", post(reports::parse))
        .route("/api/reports/images/{hash}", get(images::bytes))
        .route("/api/reports/frozen", post(frozen::freeze))
        .route("/api/reports/frozen/{hash}", get(frozen::about))
        .route("/api/reports/frozen/{hash}/runs", post(frozen::run_rows))
        .route("/api/reports/frozen/{hash}/frames", post(frozen::frames))
        .route("/api/reports/frozen/{hash}/metrics", get(frozen::metrics))
        .route("/api/reports/{report}", get(reports::one).delete(trash::remove))
        .route("/api/reports/{report}/restore", post(trash::restore))
        .route("/api/reports/{report}/purge", post(trash::purge))
        .route("/api/reports/{report}/draft", put(reports::save))
        .route("/api/reports/{report}/publish", post(reports::publish))
        .route("/api/reports/{report}/versions", get(reports::versions))
        .route("/api/reports/{report}/asides/{number}", get(reports::aside))
        .route("/api/reports/{report}/diff", get(reports::compare))
        .route("/api/reports/{report}/markdown", get(reports::markdown))
        .route("/api/reports/{report}/comments", get(comments::list).post(comments::add))
        .route("/api/reports/{report}/comments/{comment}", put(comments::resolve).delete(comments::remove))
        .route("/api/pictures", post(super::pictures::drawn))
        .route("/api/file", post(super::one_file::make))
        .route("/api/shares", get(shares::list).post(shares::create))
        .route("/api/shares/{share}", delete(shares::revoke))
        .merge(shared_routes())
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        // Behind the layer above, because a picture may be larger than other bodies.
        .route("/api/reports/images", images::uploads())
        .layer(middleware::from_fn(wire::smaller_json))
}

/// What holders of share links may ask, from any page.
fn shared_routes() -> Router<AppState> {
    Router::new()
        .route("/api/shared/{token}", get(shared::page).options(shared::asked_first))
        .route("/api/shared/{token}/unlock", post(shared::unlock).options(shared::asked_first))
        .route("/api/shared/{token}/metrics", get(shared::metrics).options(shared::asked_first))
        .route("/api/shared/{token}/runs", post(shared::runs).options(shared::asked_first))
        .route("/api/shared/{token}/groups", post(shared::groups).options(shared::asked_first))
        .route("/api/shared/{token}/runs/{run}", get(shared::run).options(shared::asked_first))
        .route("/api/shared/{token}/frames", post(shared::frames).options(shared::asked_first))
        .route("/api/shared/{token}/images/{hash}", get(shared::image).options(shared::asked_first))
        .route("/api/shared/{token}/parts/{part}/metrics", get(shared::metrics).options(shared::asked_first))
        .route("/api/shared/{token}/parts/{part}/runs", post(shared::runs).options(shared::asked_first))
        .route("/api/shared/{token}/parts/{part}/runs/{run}", get(shared::run).options(shared::asked_first))
        .route("/api/shared/{token}/parts/{part}/frames", post(shared::frames).options(shared::asked_first))
        .route("/api/shared/{token}/file", get(super::one_file::of_link).options(shared::asked_first))
        .route("/api/shared/{token}/version", get(shared::version).options(shared::asked_first))
        .layer(middleware::from_fn(shared::from_anywhere))
}

/// `GET /api/openapi.json`: this API for machines.
async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], include_str!("openapi.json"))
}

#[cfg(test)]
mod shared_report_tests;
#[cfg(test)]
mod shared_tests;
#[cfg(test)]
mod tests;
