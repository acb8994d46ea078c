//! `server-info`: what the server offers.

use crate::http::AppState;
use axum::{Json, Router, routing::get};
use serde::Serialize;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/server-info", get(server_info))
}

#[derive(Serialize)]
struct ServerInfo {
    store_type: &'static str,
    workspaces_enabled: bool,
    trace_archival_enabled: bool,
    multipart_uploads_enabled: bool,
    multipart_downloads_enabled: bool,
}

/// `GET /api/3.0/mlflow/server-info`. The client asks it before it downloads.
async fn server_info() -> Json<ServerInfo> {
    Json(ServerInfo {
        // The client knows this name, and treats the server as one with a database.
        store_type: "SqlStore",
        workspaces_enabled: false,
        trace_archival_enabled: false,
        multipart_uploads_enabled: false,
        multipart_downloads_enabled: false,
    })
}
