//! The files of a run.

use crate::http::{
    ApiError, AppState, files,
    wire::{JsonAnswer, Query},
};
use crate::store::runs;
use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use data::run::ArtifactRow;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::path::PathBuf;

/// What [`list`] can be asked.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Folder {
    /// The folder; empty for the run's root.
    path: String,
}

/// `GET /api/runs/{run}/artifacts?path`: what lies in one folder, folders first, by name. A run
/// without artifacts has none; 404 for an unknown run or folder.
pub(super) async fn list(
    State(state): State<AppState>,
    Path(run): Path<String>,
    Query(folder): Query<Folder>,
) -> JsonAnswer<Vec<ArtifactRow>> {
    let root = root_of(&state, run).await?;
    let place = folder.path.trim_end_matches('/');
    if place.is_empty() && !root.exists() {
        return Ok(Json(Vec::new()));
    }
    let path = files::below(&root, place).await?;
    let unread = |_| ApiError::NotFound(format!("there is no folder {place}"));
    let mut entries = tokio::fs::read_dir(path).await.map_err(unread)?;
    let mut rows = Vec::new();
    while let Some(entry) = entries.next_entry().await.map_err(unread)? {
        let (Ok(about), Some(name)) = (entry.metadata().await, entry.file_name().to_str().map(str::to_owned)) else {
            continue;
        };
        // Nobody can log a link, and it may lead out of the folder.
        if about.is_symlink() {
            continue;
        }
        let path = if place.is_empty() { name } else { format!("{place}/{name}") };
        rows.push(ArtifactRow { path, is_dir: about.is_dir(), bytes: about.is_file().then_some(about.len()) });
    }
    rows.sort_by(|a, b| (!a.is_dir, &a.path).cmp(&(!b.is_dir, &b.path)));
    Ok(Json(rows))
}

/// `GET /api/runs/{run}/artifacts/{path}`: the bytes of one file, with ranges.
///
/// Only media that cannot run a script are shown in place; anything else is for download. 404 for an
/// unknown run or file.
pub(super) async fn bytes(
    State(state): State<AppState>,
    Path((run, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let root = root_of(&state, run).await?;
    let file = files::below(&root, &path).await?;
    let mut response = files::send(&file, &headers).await?;
    let name = path.rsplit('/').next().unwrap_or_default();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(name)));
    let how = if is_inert(name) { "inline" } else { "attachment" };
    let disposition = format!("{how}; filename*=UTF-8''{}", utf8_percent_encode(name, NON_ALPHANUMERIC));
    let disposition = HeaderValue::from_str(&disposition).expect("percent-encoded text is a header");
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    let policy = HeaderValue::from_static("sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:");
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(response)
}

/// The folder of the run's artifacts. 404 for an unknown run, or one that keeps them elsewhere.
async fn root_of(state: &AppState, run: String) -> Result<PathBuf, ApiError> {
    let uri = state.store.read(move |db| runs::artifact_uri(db, &run)).await?;
    let Some(path) = uri.strip_prefix("mlflow-artifacts:/") else {
        return Err(ApiError::NotFound(format!("the artifacts of this run are not kept here, but at {uri}")));
    };
    Ok(state.options.artifacts().join(path.trim_start_matches('/')))
}

/// Media by the ending of their names: those that a browser can show and that cannot run a script.
const INERT: &[(&str, &str)] = &[
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("webp", "image/webp"),
    ("avif", "image/avif"),
    ("wav", "audio/wav"),
    ("mp3", "audio/mpeg"),
    ("ogg", "audio/ogg"),
    ("flac", "audio/flac"),
    ("m4a", "audio/mp4"),
    ("mp4", "video/mp4"),
    ("webm", "video/webm"),
    ("txt", "text/plain; charset=utf-8"),
    ("log", "text/plain; charset=utf-8"),
];

/// Media that are useful by their type to what reads them, though a browser should not show them.
const OTHER: &[(&str, &str)] = &[
    ("json", "application/json"),
    ("csv", "text/csv; charset=utf-8"),
    ("md", "text/markdown; charset=utf-8"),
    ("yaml", "text/yaml; charset=utf-8"),
    ("yml", "text/yaml; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("html", "text/html; charset=utf-8"),
    ("pdf", "application/pdf"),
    ("py", "text/plain; charset=utf-8"),
];

fn look_up(table: &'static [(&str, &str)], name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    table.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)).map(|(_, media)| *media)
}

fn is_inert(name: &str) -> bool {
    look_up(INERT, name).is_some()
}

fn media_type(name: &str) -> &'static str {
    look_up(INERT, name).or_else(|| look_up(OTHER, name)).unwrap_or("application/octet-stream")
}
