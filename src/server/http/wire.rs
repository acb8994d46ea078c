//! What goes over the wire: JSON read with an error that helps, and bodies compressed as the client
//! likes it.

use super::ApiError;
use axum::{
    Json,
    body::{Body, Bytes, to_bytes},
    extract::{FromRequest, FromRequestParts, Request, rejection::BytesRejection},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use std::io::Write;

/// A JSON body, whatever its media type says.
pub(super) struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection: BytesRejection| {
            match rejection.status() {
                StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge("the body is too large".to_owned()),
                _ => ApiError::BadRequest("the body ended too early".to_owned()),
            }
        })?;
        serde_json::from_slice(&bytes)
            .map(JsonBody)
            .map_err(|error| ApiError::BadRequest(format!("the body is not what was expected: {error}")))
    }
}

/// What follows `?`.
pub(super) struct Query<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|query| Query(query.0))
            .map_err(|rejection| ApiError::BadRequest(rejection.body_text()))
    }
}

/// An answer as JSON.
pub(super) type JsonAnswer<T> = Result<Json<T>, ApiError>;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Coding {
    /// As it is.
    Plain,
    /// Gzip, quickly.
    Gzip,
    /// Zstandard, quickly.
    Zstd,
}

impl Coding {
    /// The coding that the client likes and that costs least.
    pub fn liked(headers: &HeaderMap) -> Coding {
        if accepts(headers, header::ACCEPT_ENCODING, "zstd") {
            Coding::Zstd
        } else if accepts(headers, header::ACCEPT_ENCODING, "gzip") {
            Coding::Gzip
        } else {
            Coding::Plain
        }
    }

    /// Its name in `Content-Encoding`.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Coding::Plain => None,
            Coding::Gzip => Some("gzip"),
            Coding::Zstd => Some("zstd"),
        }
    }

    /// `body` in this coding.
    pub fn compress(self, body: Vec<u8>) -> std::io::Result<Bytes> {
        Ok(Bytes::from(match self {
            Coding::Plain => body,
            Coding::Gzip => {
                let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                gzip.write_all(&body)?;
                gzip.finish()?
            }
            Coding::Zstd => zstd::bulk::compress(&body, 1)?,
        }))
    }
}

/// JSON shorter than this is sent as it is.
const SHORT_BYTES: usize = 2048;

/// Compresses long JSON on its way out, as the client likes it.
pub(super) async fn smaller_json(request: Request, next: Next) -> Response {
    let coding = Coding::liked(request.headers());
    let response = next.run(request).await;
    let is_json = response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media == "application/json");
    if !is_json || response.headers().contains_key(header::CONTENT_ENCODING) {
        return response;
    }
    let (mut head, body) = response.into_parts();
    // JSON answers are in memory already, and whole.
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    head.headers.entry(header::VARY).or_insert(HeaderValue::from_static("accept-encoding"));
    let Some(name) = coding.name().filter(|_| bytes.len() >= SHORT_BYTES) else {
        return Response::from_parts(head, Body::from(bytes));
    };
    let plain = bytes.clone();
    match tokio::task::spawn_blocking(move || coding.compress(plain.into())).await {
        Ok(Ok(small)) => {
            head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
            head.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(head, Body::from(small))
        }
        Ok(Err(_)) | Err(_) => Response::from_parts(head, Body::from(bytes)),
    }
}

/// Whether the list in the header `name` takes `word`, with a weight above zero.
pub(super) fn accepts(headers: &HeaderMap, name: HeaderName, word: &str) -> bool {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(
        |item| {
            let mut parts = item.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(word));
            let refused = parts.filter_map(|part| part.strip_prefix("q=")).any(|q| q.parse() == Ok(0.0));
            named && !refused
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coding_is_one_that_the_client_likes() {
        for (header, coding) in [
            ("gzip, deflate, br, zstd", Coding::Zstd),
            ("gzip;q=0.8, br", Coding::Gzip),
            ("zstd;q=0, GZIP", Coding::Gzip),
            ("br", Coding::Plain),
            ("", Coding::Plain),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, header.parse().unwrap())]);
            assert_eq!(Coding::liked(&headers), coding, "{header}");
        }
    }

    #[test]
    fn each_coding_comes_back() {
        let body = b"one two three one two three".repeat(50);
        let gzip = Coding::Gzip.compress(body.clone()).unwrap();
        let mut back = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&gzip[..]), &mut back).unwrap();
        assert_eq!(back, body);
        let zstd = Coding::Zstd.compress(body.clone()).unwrap();
        assert_eq!(zstd::bulk::decompress(&zstd, body.len()).unwrap(), body);
    }
}
