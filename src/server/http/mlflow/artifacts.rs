//! `mlflow-artifacts/...`: the proxy through which clients keep files; and listings for people.

use super::{MlflowError, Out, answers::Nothing, call::Call, checks, fields::Text};
use crate::{
    artifacts::{ArtifactPath, Artifacts, BadPath},
    http::{AppState, files},
    store::runs,
};
use axum::{
    Json, Router,
    body::Body,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures_util::StreamExt;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};
use std::io::ErrorKind;

/// The largest file that `upload-artifact` takes.
const LARGEST_UPLOAD: u64 = 10 << 20;
/// The whole sentence, which the client compares before it falls back to a plain upload.
const NO_MULTIPART: &str = "Multipart upload is not supported for the current artifact repository";

/// The proxy, below `/api/2.0/mlflow-artifacts`.
pub(super) fn proxy_routes() -> Router<AppState> {
    Router::new()
        .route("/artifacts", get(list))
        .route("/artifacts/{*path}", get(download).put(upload).delete(delete))
        .route("/mpu/create/{*path}", post(no_multipart))
        .route("/mpu/complete/{*path}", post(no_multipart))
        .route("/mpu/abort/{*path}", post(no_multipart))
        .route("/presigned/{*path}", get(no_presigned))
}

/// Listings of runs, below `/api/2.0/mlflow`.
pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/artifacts/list", get(list_of_run))
}

/// Routes that only browsers use.
pub(super) fn ajax_routes() -> Router<AppState> {
    Router::new().route("/upload-artifact", post(upload_to_run))
}

/// Routes without a prefix.
pub(super) fn bare_routes() -> Router<AppState> {
    Router::new().route("/get-artifact", get(download_of_run))
}

/// The tree of all artifacts of this server.
pub(super) fn tree(app: &AppState) -> Artifacts {
    Artifacts::new(app.options.artifacts(), app.options.data.join("arriving"))
}

impl From<BadPath> for MlflowError {
    fn from(error: BadPath) -> Self {
        MlflowError::Invalid(error.to_string())
    }
}

/// The path after the route's own words, decoded once.
pub(super) struct Tail(String);

impl<S: Sync> FromRequestParts<S> for Tail {
    type Rejection = MlflowError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Tail, MlflowError> {
        let raw = parts.uri.path().split_once("/artifacts/").map_or("", |(_, tail)| tail);
        let decoded = percent_decode_str(raw).decode_utf8().map_err(|_| BadPath)?;
        Ok(Tail(decoded.into_owned()))
    }
}

/// `PUT artifacts/{path}`: keeps a file. It is there whole, or not at all.
async fn upload(State(app): State<AppState>, Tail(path): Tail, request: Request) -> Result<StatusCode, MlflowError> {
    if path.ends_with('/') {
        return Err(BadPath.into());
    }
    keep(&app, &ArtifactPath::parse(&path)?, request.into_body()).await?;
    Ok(StatusCode::OK)
}

async fn keep(app: &AppState, path: &ArtifactPath, body: Body) -> Result<(), MlflowError> {
    let kept = tree(app).put(path, body.into_data_stream()).await;
    kept.map_err(|error| match error.kind() {
        ErrorKind::InvalidInput => MlflowError::Invalid(format!("Invalid path '{}': {error}", path.as_str())),
        ErrorKind::UnexpectedEof => MlflowError::Invalid(format!("The body was cut off: {error}")),
        _ => error.into(),
    })
}

/// `GET artifacts/{path}`: the bytes of a file, with ranges.
async fn download(State(app): State<AppState>, Tail(path): Tail, headers: HeaderMap) -> Result<Response, MlflowError> {
    send(&app, &ArtifactPath::parse(&path)?, &headers).await
}

/// A file as a download that no browser shows on this server's own address.
pub(super) async fn send(app: &AppState, path: &ArtifactPath, asked: &HeaderMap) -> Result<Response, MlflowError> {
    let missing = || MlflowError::NotFound(format!("Artifact '{}' does not exist.", path.as_str()));
    let place = files::below(tree(app).root(), path.as_str()).await.map_err(|_| missing())?;
    if place.is_dir() {
        let path = path.as_str();
        return Err(MlflowError::Invalid(format!("Artifact path refers to a directory, not a file: '{path}'")));
    }
    let mut response = files::send(&place, asked).await.map_err(|_| missing())?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type(path.name())));
    headers.insert(header::CONTENT_DISPOSITION, disposition(path.name()));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    Ok(response)
}

/// `attachment` with the file's name, also for those who read only ASCII.
fn disposition(name: &str) -> HeaderValue {
    let plain = |c: char| if c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ' { c } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    let mut text = format!("attachment; filename=\"{ascii}\"");
    if ascii != name {
        text.push_str(&format!("; filename*=UTF-8''{}", utf8_percent_encode(name, NON_ALPHANUMERIC)));
    }
    HeaderValue::from_str(&text).expect("graphic ASCII is a header")
}

/// The media type by the ending of a name. What could run a script only ever comes as a download.
fn media_type(name: &str) -> &'static str {
    const KINDS: &[(&str, &[&str])] = &[
        (
            "text/plain; charset=utf-8",
            &[
                "txt", "log", "json", "csv", "tsv", "yaml", "yml", "md", "rst", "py", "cfg", "conf", "ini", "toml",
                "jsonl", "ipynb", "sh", "js", "xml", "sql",
            ],
        ),
        ("text/html; charset=utf-8", &["html", "htm"]),
        ("image/png", &["png"]),
        ("image/jpeg", &["jpg", "jpeg"]),
        ("image/gif", &["gif"]),
        ("image/webp", &["webp"]),
        ("image/bmp", &["bmp"]),
        ("image/svg+xml", &["svg"]),
        ("application/pdf", &["pdf"]),
        ("audio/wav", &["wav"]),
        ("audio/mpeg", &["mp3"]),
        ("audio/ogg", &["ogg"]),
        ("audio/flac", &["flac"]),
        ("video/mp4", &["mp4"]),
        ("video/webm", &["webm"]),
        ("application/zip", &["zip"]),
        ("application/gzip", &["gz"]),
    ];
    if matches!(name, "MLmodel" | "MLproject") {
        return KINDS[0].0;
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
    let kind = KINDS.iter().find(|(_, endings)| endings.contains(&ending.as_str()));
    kind.map_or("application/octet-stream", |(kind, _)| kind)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct List {
    path: Option<String>,
}

/// A file or a folder of a listing.
#[derive(Serialize)]
pub(super) struct FileInfo {
    path: String,
    is_dir: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_size: Option<u64>,
}

#[derive(Serialize)]
struct Listed {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<FileInfo>,
}

/// What lies in a folder; `prefix` goes before each name.
async fn files_in(app: &AppState, path: Option<&ArtifactPath>, prefix: &str) -> Result<Vec<FileInfo>, MlflowError> {
    let entries = tree(app).list(path).await.map_err(|error| match error.kind() {
        ErrorKind::InvalidInput => BadPath.into(),
        _ => MlflowError::from(error),
    })?;
    let told = entries.into_iter().map(|entry| FileInfo {
        path: format!("{prefix}{}", entry.name),
        is_dir: entry.bytes.is_none(),
        file_size: entry.bytes,
    });
    Ok(told.collect())
}

/// `GET artifacts?path`: what lies in one folder, by base name.
async fn list(State(app): State<AppState>, call: Call) -> Out<Listed> {
    let path = call.read::<List>()?.path.filter(|path| !path.is_empty());
    let path = path.as_deref().map(ArtifactPath::parse).transpose()?;
    Ok(Json(Listed { files: files_in(&app, path.as_ref(), "").await? }))
}

/// `DELETE artifacts/{path}`: removes a file or a tree, which may be gone already.
async fn delete(State(app): State<AppState>, Tail(path): Tail) -> Out<Nothing> {
    tree(&app).delete(&ArtifactPath::parse(&path)?).await.map_err(|error| match error.kind() {
        ErrorKind::InvalidInput => BadPath.into(),
        _ => MlflowError::from(error),
    })?;
    Ok(Json(Nothing {}))
}

async fn no_multipart() -> MlflowError {
    MlflowError::NotOffered(NO_MULTIPART.to_owned())
}

async fn no_presigned() -> MlflowError {
    MlflowError::NotOffered("Presigned downloads are not supported for the current artifact repository".to_owned())
}

/// The path in the tree that an artifact URI means. URIs of other stores are refused.
pub(super) fn path_of_uri(uri: &str) -> Result<String, MlflowError> {
    let elsewhere = || MlflowError::NotOffered(format!("These artifacts are not kept by this server, but at {uri}"));
    let rest = uri.strip_prefix("mlflow-artifacts:").ok_or_else(elsewhere)?;
    // A host may be named, which is the one that the client talks to: us.
    let path = match rest.strip_prefix("//") {
        Some(host_and_path) => host_and_path.split_once('/').map_or("", |(_, path)| path),
        None => rest,
    };
    Ok(path.trim_matches('/').to_owned())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OfRun<'a> {
    #[serde(borrow, alias = "runId")]
    run_id: Option<Text<'a>>,
    #[serde(borrow, alias = "runUuid")]
    run_uuid: Option<Text<'a>>,
    path: Option<String>,
}

impl OfRun<'_> {
    async fn uri(&self, app: &AppState) -> Result<String, MlflowError> {
        let id = checks::run_id(&self.run_id, &self.run_uuid)?.to_owned();
        Ok(app.store.read(move |db| runs::artifact_uri(db, &id)).await?)
    }

    /// The file in the tree that is meant.
    async fn file(&self, app: &AppState) -> Result<ArtifactPath, MlflowError> {
        let path = checks::required(self.path.as_ref(), "path")?;
        let path = ArtifactPath::parse(path)?;
        Ok(path.below(&path_of_uri(&self.uri(app).await?)?)?)
    }
}

/// A listing with paths relative to its root.
#[derive(Serialize)]
pub(super) struct ListedBelow {
    root_uri: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<FileInfo>,
}

/// `GET artifacts/list`: what lies in a folder of a run, by path in the run.
async fn list_of_run(State(app): State<AppState>, call: Call) -> Out<ListedBelow> {
    let asked: OfRun = call.read()?;
    let path = asked.path.as_deref().filter(|path| !path.is_empty());
    let path = path.map(ArtifactPath::parse).transpose()?;
    list_below(&app, asked.uri(&app).await?, path).await
}

/// What lies in the folder `path` below `root_uri`.
pub(super) async fn list_below(app: &AppState, root_uri: String, path: Option<ArtifactPath>) -> Out<ListedBelow> {
    let root = path_of_uri(&root_uri)?;
    let (folder, prefix) = match &path {
        Some(path) => (path.below(&root)?, format!("{}/", path.as_str())),
        None => (ArtifactPath::parse(&root)?, String::new()),
    };
    Ok(Json(ListedBelow { files: files_in(app, Some(&folder), &prefix).await?, root_uri }))
}

/// `GET /get-artifact`: a file of a run.
async fn download_of_run(State(app): State<AppState>, headers: HeaderMap, call: Call) -> Result<Response, MlflowError> {
    let path = call.read::<OfRun>()?.file(&app).await?;
    send(&app, &path, &headers).await
}

/// `POST upload-artifact`: keeps a small file in a run.
async fn upload_to_run(State(app): State<AppState>, uri: Uri, request: Request) -> Result<Response, MlflowError> {
    let query = Call::of_query(uri.query().unwrap_or_default())?;
    let path = query.read::<OfRun>()?.file(&app).await?;
    let mut left = LARGEST_UPLOAD;
    let body = request.into_body().into_data_stream().map(move |piece| {
        let piece = piece.map_err(|error| error.to_string())?;
        left = left.checked_sub(piece.len() as u64).ok_or_else(|| "it is longer than 10 MiB".to_owned())?;
        Ok::<_, String>(piece)
    });
    keep(&app, &path, Body::from_stream(body)).await?;
    Ok(Json(Nothing {}).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_to_those_who_read_only_ascii() {
        for (name, expected) in [
            ("a b.txt", "attachment; filename=\"a b.txt\""),
            ("ü\".txt", "attachment; filename=\"__.txt\"; filename*=UTF-8''%C3%BC%22%2Etxt"),
            ("a\r\nb", "attachment; filename=\"a__b\"; filename*=UTF-8''a%0D%0Ab"),
        ] {
            assert_eq!(disposition(name), expected);
        }
    }

    #[test]
    fn types_go_by_the_ending() {
        for (name, kind) in [
            ("a.JSON", "text/plain; charset=utf-8"),
            ("MLmodel", "text/plain; charset=utf-8"),
            ("a.png", "image/png"),
            ("a.tar.gz", "application/gzip"),
            ("a.html", "text/html; charset=utf-8"),
            ("model.pkl", "application/octet-stream"),
            ("noending", "application/octet-stream"),
        ] {
            assert_eq!(media_type(name), kind, "{name}");
        }
    }

    #[test]
    fn an_artifact_uri_means_a_path() {
        for (uri, path) in [
            ("mlflow-artifacts:/0/r/artifacts", Some("0/r/artifacts")),
            ("mlflow-artifacts://host:5000/0/r/artifacts/", Some("0/r/artifacts")),
            ("s3://bucket/0", None),
            ("file:///etc", None),
        ] {
            assert_eq!(path_of_uri(uri).ok().as_deref(), path, "{uri}");
        }
    }
}
