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
use std::{collections::BTreeSet, convert::Infallible, time::Duration};
use tokio::{
    sync::broadcast::{Receiver, error::RecvError},
    time::timeout,
};

/// How long a stream says nothing at most, so that proxies and browsers know it lives.
const QUIET: Duration = Duration::from_secs(15);

/// The most experiments of one stream.
const MOST: usize = 50;

/// What [`watch`] is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Watch {
    /// The experiment's id, or several, parted by commas.
    experiment: String,
}

/// `GET /api/live?experiment`: server-sent events, each a [`LiveEvent`] as JSON, until the watcher
/// goes. Of several experiments each event is named by the id of its own. 404 for an unknown experiment.
pub(super) async fn watch(
    State(state): State<AppState>,
    Query(watch): Query<Watch>,
) -> Result<impl IntoResponse, ApiError> {
    let eids = watch.experiment.split(',').map(experiment_number).collect::<Result<BTreeSet<i64>, _>>()?;
    if eids.len() > MOST {
        return Err(ApiError::BadRequest(format!("one stream tells of at most {MOST} experiments")));
    }
    let asked = eids.clone();
    state.store.read(move |db| asked.iter().try_for_each(|&eid| catalog::experiment(db, eid).map(drop))).await?;
    let several = eids.len() > 1;
    let streams = eids.into_iter().map(|eid| {
        let named = move |bytes: Bytes| if several { named(eid, &bytes) } else { bytes };
        stream::unfold(state.live.watch(eid), next).map(named).boxed()
    });
    let events = stream::select_all(streams);
    let hello = event_bytes(&LiveEvent::Hello { version: state.store.version() });
    let first = [Bytes::from_static(b"retry: 1000\n\n"), hello];
    let body = Body::from_stream(stream::iter(first).chain(events).map(Ok::<_, Infallible>));
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((headers, body))
}

/// The bytes of an event with its experiment as its name; a remark stays as it is.
fn named(eid: i64, event: &Bytes) -> Bytes {
    if !event.starts_with(b"data:") {
        return event.clone();
    }
    let mut bytes = format!("event: {eid}\n").into_bytes();
    bytes.extend_from_slice(event);
    bytes.into()
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
