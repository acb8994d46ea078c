//! Which params a metric depends on: worked out by few at a time, and kept until something changes.

use crate::http::{
    ApiError, AppState,
    wire::{JsonAnswer, JsonBody},
};
use crate::store::StoreError;
use axum::{Json, extract::State};
use data::{
    frame::FrameRequest,
    importance::{Importance, ImportanceRequest},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;

/// How many answers are worked out at a time: each takes one core.
const AT_A_TIME: usize = 1;
/// How many answers are kept.
const KEPT: usize = 64;

/// `POST /api/importance`: which params a metric of the runs of a run set depends on: a random forest's R² out of bag,
/// what is lost of it without each param, rank correlations, and how far each may be off. 400 for a target that is no
/// metric and for a run set that cannot be read, 404 for an unknown experiment.
pub(super) async fn importance(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<ImportanceRequest>,
) -> JsonAnswer<Importance> {
    Ok(Json(state.importances.answer(&state, request).await?))
}

/// Answers that are being worked out, and some that were.
pub(in crate::http) struct Importances {
    slots: Mutex<HashMap<String, Slot>>,
    /// Who may work.
    workers: Arc<Semaphore>,
}

impl Default for Importances {
    fn default() -> Importances {
        Importances { slots: Mutex::default(), workers: Arc::new(Semaphore::new(AT_A_TIME)) }
    }
}

/// One question: its answer, which one asker works out while the others wait, with the version it is of.
type Slot = Arc<tokio::sync::Mutex<Option<(u64, Importance)>>>;

impl Importances {
    /// The answer, no older than this call.
    async fn answer(&self, state: &AppState, request: ImportanceRequest) -> Result<Importance, ApiError> {
        let key = serde_json::to_string(&request).expect("a request is plain JSON");
        let about = FrameRequest { run_set: request.run_set.clone(), ..FrameRequest::default() };
        let slot = self.slot(key);
        let mut kept = slot.lock().await;
        let version = state.store.version_for(&about);
        if let Some((_, answer)) = kept.as_ref().filter(|(of, _)| *of >= version) {
            return Ok(answer.clone());
        }
        let working = self.workers.clone().acquire_owned().await.expect("never closed");
        let facts = state.store.importance_facts(request).await?;
        let work = tokio::task::spawn_blocking(move || {
            let answer = facts.importance();
            // Not before, also if whoever asked is gone.
            drop(working);
            answer
        });
        let answer = work.await.map_err(|_| StoreError::Bug)?;
        *kept = Some((version, answer.clone()));
        Ok(answer)
    }

    fn slot(&self, key: String) -> Slot {
        let mut slots = self.slots.lock().expect("no panic while held");
        if slots.len() >= KEPT && !slots.contains_key(&key) {
            // Those that nobody waits for.
            slots.retain(|_, slot| Arc::strong_count(slot) > 1);
        }
        slots.entry(key).or_default().clone()
    }
}
