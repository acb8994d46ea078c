//! The stream of changes.

use super::experiments::experiment_number;
use crate::http::{ApiError, AppState, wire::Query};
use crate::live::event_bytes;
use crate::store::catalog;
use axum::{
    body::{Body, Bytes},
    extract::State,
    http::header,
    response::IntoResponse,
};
use data::run::LiveEvent;
use futures_util::{StreamExt, stream};
use serde::Deserialize;
use std::{convert::Infallible, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::timeout,
};

/// How long a stream says nothing at most, so that proxies and browsers know it lives.
const QUIET: Duration = Duration::from_secs(15);

/// What [`watch`] is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Watch {
    /// The experiment's id.
    experiment: String,
}

/// `GET /api/live?experiment`: server-sent events, each a [`LiveEvent`] as JSON, until the watcher
/// goes. 404 for an unknown experiment.
pub(super) async fn watch(
    State(state): State<AppState>,
    Query(watch): Query<Watch>,
) -> Result<impl IntoResponse, ApiError> {
    let eid = experiment_number(&watch.experiment)?;
    state.store.read(move |db| catalog::experiment(db, eid)).await?;
    let events = state.live.watch(eid);
    let hello = event_bytes(&LiveEvent::Hello { version: state.store.version() });
    let first = [Bytes::from_static(b"retry: 1000\n\n"), hello];
    let body = Body::from_stream(stream::iter(first).chain(stream::unfold(events, next)).map(Ok::<_, Infallible>));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body))
}

/// The next bytes of a stream, or its end.
async fn next(mut events: Receiver<Bytes>) -> Option<(Bytes, Receiver<Bytes>)> {
    let bytes = match timeout(QUIET, events.recv()).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(RecvError::Lagged(_))) => event_bytes(&LiveEvent::Resync),
        Ok(Err(RecvError::Closed)) => return None,
        Err(_) => Bytes::from_static(b": still here\n\n"),
    };
    Some((bytes, events))
}
