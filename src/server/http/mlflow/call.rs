//! A request as its handler reads it: JSON of the body, or the query of a GET.

use super::{MlflowError, fields::Object, form};
use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, FromRequestParts, Path, Request},
    http::{Method, header, request::Parts},
};
use bytes::Bytes;
use serde::{Deserialize, de::DeserializeOwned};

/// The largest JSON body that is read.
const LARGEST_BODY: usize = 48 << 20;

/// What stands in the variable parts of the address.
pub struct Segments<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = MlflowError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, MlflowError> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(segments)) => Ok(Segments(segments)),
            Err(error) => Err(MlflowError::Invalid(error.body_text())),
        }
    }
}

/// What came with a request, not yet read.
pub struct Call(Source);

enum Source {
    Json(Bytes),
    Query(Vec<(String, String)>),
}

impl<S: Sync> FromRequest<S> for Call {
    type Rejection = MlflowError;

    async fn from_request(request: Request, _: &S) -> Result<Call, MlflowError> {
        let get = request.method() == Method::GET;
        if get && let Some(query) = request.uri().query().filter(|query| !query.is_empty()) {
            return Ok(Call(Source::Query(form::pairs(query)?)));
        }
        let checked = matches!(*request.method(), Method::POST | Method::PUT);
        let kind = request.headers().get(header::CONTENT_TYPE).cloned();
        let body = read_whole(request.into_body()).await?;
        if checked && !body.is_empty() {
            let why = match kind {
                None => "Content-Type header is missing.",
                Some(kind) if !is_json(kind.as_bytes()) => "Content-Type must be one of ['application/json'].",
                Some(_) => "",
            };
            if !why.is_empty() {
                return Err(MlflowError::Invalid(format!("Bad Request. {why}")));
            }
        }
        once_encoded(body).map(|body| Call(Source::Json(body)))
    }
}

fn is_json(content_type: &[u8]) -> bool {
    let kind = content_type.split(|&b| b == b';').next().unwrap_or_default();
    kind.trim_ascii().eq_ignore_ascii_case(b"application/json")
}

async fn read_whole(body: Body) -> Result<Bytes, MlflowError> {
    to_bytes(body, LARGEST_BODY).await.map_err(|error| {
        // The only error that is not the body's end by a limit is a client that left.
        tracing::debug!(%error, "a body was not read");
        MlflowError::TooLarge(format!("The body was cut off, or is longer than {LARGEST_BODY} bytes."))
    })
}

/// Takes off the quotes that old clients put around their JSON. An empty body is an empty object.
fn once_encoded(body: Bytes) -> Result<Bytes, MlflowError> {
    match body.trim_ascii_start().first() {
        None => Ok(Bytes::from_static(b"{}")),
        Some(b'n') if body.trim_ascii() == b"null" => Ok(Bytes::from_static(b"{}")),
        Some(b'"') => serde_json::from_slice::<String>(&body).map(Bytes::from).map_err(|error| no_json(&error)),
        Some(_) => Ok(body),
    }
}

fn no_json(error: &serde_json::Error) -> MlflowError {
    MlflowError::Invalid(format!("The body of the request is not JSON: {error}"))
}

impl Call {
    /// A call that is only a query.
    pub fn of_query(query: &str) -> Result<Call, MlflowError> {
        form::pairs(query).map(|pairs| Call(Source::Query(pairs)))
    }

    /// Reads the request as a message, which may borrow from it.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, MlflowError> {
        match &self.0 {
            Source::Json(body) => match serde_json::from_slice(body) {
                Ok(Object(message)) => Ok(message),
                Err(error) => Err(explain::<T>(body, &error)),
            },
            Source::Query(pairs) => form::read(pairs),
        }
    }
}

/// Says which value of `body` was wrong. Reads the body again, which only errors pay for.
fn explain<'a, T: Deserialize<'a>>(body: &'a [u8], error: &serde_json::Error) -> MlflowError {
    if error.classify() != serde_json::error::Category::Data {
        return no_json(error);
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let Err(error) = serde_path_to_error::deserialize::<_, Object<T>>(&mut reader) else { return no_json(error) };
    let path = error.path().to_string();
    let why = error.inner().to_string();
    let why = why.rsplit_once(" at line ").map_or(why.as_str(), |(why, _)| why);
    match (path.as_str(), serde_json::from_slice(body)) {
        ("." | "?", _) | (_, Err(_)) => MlflowError::Invalid(format!("The request cannot be read: {why}.")),
        (_, Ok(whole)) => {
            let value = value_at(&whole, error.path());
            let why = format!("{why}. See the API docs for more information about request parameters.");
            MlflowError::bad_value(&path, value, &why)
        }
    }
}

fn value_at<'a>(whole: &'a serde_json::Value, path: &serde_path_to_error::Path) -> &'a serde_json::Value {
    use serde_path_to_error::Segment;
    path.iter().fold(whole, |value, segment| match segment {
        Segment::Seq { index } => &value[*index],
        Segment::Map { key } => &value[key.as_str()],
        Segment::Enum { .. } | Segment::Unknown => value,
    })
}
