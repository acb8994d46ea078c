//! Pictures in reports: only those that a browser shows and that cannot run anything, told by their bytes.

use crate::http::{ApiError, AppState, wire::JsonAnswer};
use crate::store::reports::files;
use axum::{
    Json,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{MethodRouter, post},
};
use data::report::{answers::Uploaded, is_hash};

/// The largest picture, bytes.
const LARGEST: usize = 20 << 20;

/// [`upload`], with a limit of its own: a picture may be larger than other bodies.
pub(in crate::http::api) fn uploads() -> MethodRouter<AppState> {
    post(upload).layer(DefaultBodyLimit::max(LARGEST))
}

/// `POST /api/reports/images`: keeps a picture and answers its hash. 400 for what is no PNG, JPEG, GIF, WebP or AVIF.
async fn upload(State(state): State<AppState>, body: Bytes) -> JsonAnswer<Uploaded> {
    let media = media_of(&body).ok_or_else(|| {
        ApiError::BadRequest("this is no picture that a report can hold: PNG, JPEG, GIF, WebP or AVIF".to_owned())
    })?;
    Ok(Json(Uploaded { hash: state.store.write(move |tx| files::keep_image(tx, media, &body)).await? }))
}

/// `GET /api/reports/images/{hash}`: the picture. Its bytes never change.
pub(in crate::http::api) async fn bytes(
    State(state): State<AppState>,
    Path(hash): Path<String>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if !is_hash(&hash) {
        return Err(ApiError::NotFound(format!("there is no picture {hash}")));
    }
    let tag = format!("\"{hash}\"");
    let lasting = HeaderValue::from_static("private, max-age=31536000, immutable");
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::CACHE_CONTROL, lasting)]).into_response());
    }
    let (media, bytes) = state.store.read(move |db| files::image(db, &hash)).await?;
    let mut response = bytes.into_response();
    let text = |text: &str| HeaderValue::from_str(text).expect("a media type and digits are a header");
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, text(&media));
    headers.insert(header::ETAG, text(&tag));
    headers.insert(header::CACHE_CONTROL, lasting);
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    Ok(response)
}

/// The media type that the first bytes say. SVG is none of these: it can run scripts.
fn media_of(bytes: &[u8]) -> Option<&'static str> {
    let at = |from: usize, sign: &[u8]| bytes.get(from..from + sign.len()) == Some(sign);
    if at(0, b"\x89PNG\r\n\x1a\n") {
        Some("image/png")
    } else if at(0, b"\xff\xd8\xff") {
        Some("image/jpeg")
    } else if at(0, b"GIF87a") || at(0, b"GIF89a") {
        Some("image/gif")
    } else if at(0, b"RIFF") && at(8, b"WEBP") {
        Some("image/webp")
    } else if at(4, b"ftypavif") || at(4, b"ftypavis") {
        Some("image/avif")
    } else {
        None
    }
}
