//! Frames, each made once for all who ask for it at the same time.

use crate::http::{
    ApiError, AppState,
    wire::{Coding, JsonBody, accepts},
};
use crate::store::StoreError;
use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use data::frame::{self, Frame, FrameRequest};
use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

/// Bytes of answers that are kept for the next who asks.
const KEPT_BYTES: usize = 16 << 20;

/// `POST /api/frames`: what one panel needs to be drawn at one width.
///
/// Binary ([`frame::encode`]), or JSON with `Accept: application/json`; zstd or gzip as the client
/// likes it. The headers `x-points-total` and `x-points-shown` say how many points the range holds
/// and how many this answer shows. 400 for a request that cannot be answered, 404 for an unknown
/// experiment.
pub(super) async fn frame(
    State(state): State<AppState>,
    headers: HeaderMap,
    JsonBody(request): JsonBody<FrameRequest>,
) -> Result<Response, ApiError> {
    let form = Form::liked(&headers);
    Ok(state.flights.answer(&state, request, form).await?.response(form))
}

/// In what form an answer is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Form {
    json: bool,
    coding: Coding,
}

impl Form {
    /// The form that the client likes.
    pub(super) fn liked(headers: &HeaderMap) -> Form {
        Form { json: accepts(headers, header::ACCEPT, "application/json"), coding: Coding::liked(headers) }
    }
}

/// An answer, ready to be sent.
#[derive(Clone)]
pub(super) struct Answer {
    /// The version of what was asked about, taken before it was looked at.
    version: u64,
    body: Bytes,
    total: u64,
    shown: u64,
}

/// Answers that are being made, and some that were.
#[derive(Default)]
pub(in crate::http) struct Flights {
    slots: Mutex<Slots>,
    made: AtomicU64,
}

#[derive(Default)]
struct Slots {
    by_key: HashMap<(String, Form), Slot>,
    /// Counts uses, to tell the oldest.
    uses: u64,
    bytes: usize,
}

/// One question: its answer, which one asker makes while the others wait.
#[derive(Clone, Default)]
struct Slot {
    answer: Arc<tokio::sync::Mutex<Option<Answer>>>,
    used: u64,
    bytes: usize,
}

impl Flights {
    /// How many answers were made, those that were shared counted once.
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }

    /// The answer, no older than this call: one that is being made or was made is shared if nothing
    /// changed since in what it is about.
    pub(super) async fn answer(&self, state: &AppState, request: FrameRequest, form: Form) -> Result<Answer, ApiError> {
        let key = (serde_json::to_string(&request).expect("a request is plain JSON"), form);
        let wanted = state.store.version_for(&request);
        let slot = self.slot(&key);
        let mut answer = slot.lock().await;
        if let Some(answer) = answer.as_ref().filter(|answer| answer.version >= wanted) {
            return Ok(answer.clone());
        }
        let made = make(state, request, form).await?;
        self.made.fetch_add(1, Ordering::Relaxed);
        *answer = Some(made.clone());
        drop(answer);
        self.keep(&key, made.body.len());
        Ok(made)
    }

    fn slot(&self, key: &(String, Form)) -> Arc<tokio::sync::Mutex<Option<Answer>>> {
        let mut slots = self.slots.lock().expect("no panic while held");
        slots.uses += 1;
        let used = slots.uses;
        let slot = slots.by_key.entry(key.clone()).or_default();
        slot.used = used;
        slot.answer.clone()
    }

    /// Counts a new answer in, and lets go of the oldest that nobody waits for.
    fn keep(&self, key: &(String, Form), bytes: usize) {
        let mut slots = self.slots.lock().expect("no panic while held");
        let slots = &mut *slots;
        if let Some(slot) = slots.by_key.get_mut(key) {
            slots.bytes = slots.bytes + bytes - slot.bytes;
            slot.bytes = bytes;
        }
        let mut ages: Vec<(u64, (String, Form))> = Vec::new();
        if slots.bytes > KEPT_BYTES || slots.by_key.len() > MOST_KEPT {
            ages.extend(slots.by_key.iter().map(|(key, slot)| (slot.used, key.clone())));
            ages.sort_unstable_by_key(|(used, _)| *used);
        }
        for (_, key) in ages {
            if slots.bytes <= KEPT_BYTES / 2 && slots.by_key.len() <= MOST_KEPT / 2 {
                break;
            }
            if slots.by_key.get(&key).is_some_and(|slot| Arc::strong_count(&slot.answer) == 1) {
                slots.bytes -= slots.by_key.remove(&key).map_or(0, |slot| slot.bytes);
            }
        }
    }
}

/// How many answers are kept at most, and half of them after some had to go.
const MOST_KEPT: usize = 1024;

async fn make(state: &AppState, request: FrameRequest, form: Form) -> Result<Answer, ApiError> {
    let version = state.store.version_for(&request);
    let frame = state.store.frame(request).await?;
    encoded(version, frame, form).await
}

/// `frame` as an answer; `version` is that of what was asked about, taken before it was looked at.
pub(super) async fn encoded(version: u64, frame: Frame, form: Form) -> Result<Answer, ApiError> {
    let encoded = tokio::task::spawn_blocking(move || {
        let plain = match form.json {
            true => serde_json::to_vec(&frame::to_json(&frame))?,
            false => frame::encode(&frame),
        };
        let body = form.coding.compress(plain)?;
        Ok::<_, std::io::Error>(Answer { version, body, total: frame.held(), shown: frame.shown() })
    });
    let encoded = encoded.await.map_err(|_| StoreError::Bug)?;
    Ok(encoded.map_err(|error| StoreError::Damaged(error.to_string()))?)
}

impl Answer {
    pub(super) fn response(self, form: Form) -> Response {
        let mut response = self.body.into_response();
        let headers = response.headers_mut();
        let media = if form.json { "application/json" } else { "application/vnd.throughline.frame" };
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("accept, accept-encoding"));
        headers.insert(HeaderName::from_static("x-points-total"), HeaderValue::from(self.total));
        headers.insert(HeaderName::from_static("x-points-shown"), HeaderValue::from(self.shown));
        if let Some(coding) = form.coding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding));
        }
        response
    }
}
