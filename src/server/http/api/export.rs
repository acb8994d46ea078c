//! Run sets as files, sent while they are written.

use crate::{
    export::Export,
    http::{
        ApiError, AppState,
        wire::{JsonBody, Query},
    },
};
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use data::export::{ExportRequest, Exported};
use futures_util::stream;
use serde::Deserialize;
use std::io::{Error, ErrorKind, Write};
use tokio::{runtime::Handle, sync::mpsc, task::spawn_blocking};

/// How many pieces wait for a slow client.
const WAITING: usize = 4;

/// What [`download`] is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// An [`ExportRequest`] as JSON.
    request: String,
}

/// `POST /api/export`: a run set as CSV, JSON lines or Parquet. 400 for what cannot be read, 404 for an unknown
/// experiment. A file that cannot be finished breaks off, and its end is missed.
pub(super) async fn export(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<ExportRequest>,
) -> Result<Response, ApiError> {
    let (format, what) =
        (request.format, if matches!(request.what, Exported::Runs { .. }) { "runs" } else { "points" });
    let export = Export::new(&state.store, request).await?;
    let (to, mut pieces) = mpsc::channel(WAITING);
    let runtime = Handle::current();
    spawn_blocking(move || {
        if let Err(error) = export.write(Pipe { to: to.clone() }, &runtime)
            // A client that went away is no failure.
            && error.kind() != ErrorKind::BrokenPipe
        {
            tracing::error!(%error, "a file broke off");
            let _ = to.blocking_send(Err(error));
        }
    });
    let body = Body::from_stream(stream::poll_fn(move |context| pieces.poll_recv(context)));
    let disposition = format!("attachment; filename=\"{what}.{}\"", format.ending());
    let headers = [
        (header::CONTENT_TYPE, format.media().to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, body).into_response())
}

/// `GET /api/export?request`: as [`export`], for a link.
pub(super) async fn download(state: State<AppState>, Query(asked): Query<Asked>) -> Result<Response, ApiError> {
    let unread = |error| ApiError::BadRequest(format!("`request` is not what was expected: {error}"));
    let request = serde_json::from_str(&asked.request).map_err(unread)?;
    export(state, JsonBody(request)).await
}

/// Hands what is written to the answer's body, and waits while the client does.
struct Pipe {
    to: mpsc::Sender<Result<Bytes, Error>>,
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> Result<usize, Error> {
        let sent = self.to.blocking_send(Ok(Bytes::copy_from_slice(bytes)));
        sent.map(|()| bytes.len()).map_err(|_| ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> Result<(), Error> {
        Ok(())
    }
}
