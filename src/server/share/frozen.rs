//! What a frozen link keeps: its runs, and each panel's frame as the view draws it; for a link to a report, those of
//! each part under the part's name.

use super::scope::{Scope, ScopePanel, resolve};
use crate::store::{Store, StoreError, shares};
use data::{
    frame::{self, Frame, FrameRequest, RunSet},
    report::sets::{as_one_set, of_one},
    run::{MetricRow, RunId},
    share::ShareTarget,
    view::View,
};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// How wide the plots are for which frames are kept, CSS pixels.
const WIDTH_PX: u32 = 1_200;
/// How many frames a link keeps at most.
const MOST_FRAMES: usize = 200;
/// How much a link keeps at most, compressed.
const MOST_BYTES: usize = 64 << 20;
/// The part that holds the scope.
const SCOPE: &str = "scope";

/// Parts to keep with a link, by name.
#[derive(Debug, Default)]
pub(super) struct Keeper {
    pub parts: Vec<(String, Vec<u8>)>,
    bytes: usize,
    frames: usize,
}

impl Keeper {
    /// Keeps `bytes` as `part`, compressed. Refuses more than [`MOST_BYTES`] in all.
    pub async fn keep(&mut self, part: String, bytes: Vec<u8>) -> Result<(), StoreError> {
        let kept = packed(bytes).await?;
        self.bytes += kept.len();
        if self.bytes > MOST_BYTES {
            let most = MOST_BYTES >> 20;
            return Err(StoreError::Invalid(format!(
                "a frozen link keeps {most} MB at most: share fewer panels or runs"
            )));
        }
        self.parts.push((part, kept));
        Ok(())
    }

    /// Keeps `scope` with what its panels show now, under names that begin with `start`. Refuses more than
    /// [`MOST_FRAMES`] lines in all.
    pub async fn keep_scope(
        &mut self,
        store: &Store,
        start: &str,
        target: &ShareTarget,
        scope: &Scope,
    ) -> Result<(), StoreError> {
        let requests = requests(target, scope);
        self.frames += requests.len();
        if self.frames > MOST_FRAMES {
            return Err(StoreError::Invalid(format!(
                "{} lines would be kept, and a frozen link keeps {MOST_FRAMES} at most: share fewer panels",
                self.frames
            )));
        }
        let json = serde_json::to_vec(scope).map_err(|error| StoreError::Invalid(error.to_string()))?;
        self.keep(format!("{start}{SCOPE}"), json).await?;
        for request in requests {
            let part = format!("{start}{}", part_of(&request));
            let made = store.frame(as_one_set(request)).await?;
            self.keep(part, frame::encode(&made)).await?;
        }
        Ok(())
    }
}

/// What `target` shows now, as parts to keep with a link.
///
/// Refuses a target of more than [`MOST_FRAMES`] lines or [`MOST_BYTES`].
pub async fn freeze(store: &Store, target: &ShareTarget) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    if let ShareTarget::Report { report_id } = target {
        return super::report::freeze(store, report_id).await;
    }
    let of = target.clone();
    let scope = store.ask_runs(move |sets| resolve(sets, &of)).await?;
    let mut keeper = Keeper::default();
    keeper.keep_scope(store, "", target, &scope).await?;
    Ok(keeper.parts)
}

/// The scope that a frozen link keeps, under names that begin with `start`.
pub(super) fn scope(db: &Connection, sid: i64, start: &str) -> Result<Scope, StoreError> {
    let json = kept(db, sid, &format!("{start}{SCOPE}"))?;
    serde_json::from_slice(&json).map_err(|error| StoreError::Damaged(format!("share {sid}: {error}")))
}

/// What a link keeps as `part`.
pub(super) fn kept(db: &Connection, sid: i64, part: &str) -> Result<Vec<u8>, StoreError> {
    let missing = || StoreError::Damaged(format!("share {sid}: it keeps no {part}"));
    unpacked(&shares::part(db, sid, part)?.ok_or_else(missing)?)
}

/// The frame that a frozen link keeps for `request` under names that begin with `start`, with the runs that it asks
/// for; `None` if it keeps none.
pub fn frame(db: &Connection, sid: i64, start: &str, request: &FrameRequest) -> Result<Option<Frame>, StoreError> {
    let Some(bytes) = shares::part(db, sid, &format!("{start}{}", part_of(request)))? else { return Ok(None) };
    let decoded = frame::decode(&unpacked(&bytes)?);
    let mut frame = decoded.map_err(|error| StoreError::Damaged(format!("share {sid}: {error}")))?;
    if let Some(runs) = &request.run_set.runs {
        frame.series.retain(|series| runs.contains(&series.run_id));
    }
    Ok(Some(frame))
}

/// What the panels of `scope` ask for, each question once.
fn requests(target: &ShareTarget, scope: &Scope) -> Vec<FrameRequest> {
    let Some(view) = target.view() else { return Vec::new() };
    let runs: Vec<_> = scope.rows.iter().map(|row| row.run_id).collect();
    let of_panel = |panel: &ScopePanel| panel_requests(view, panel, scope.eid, &runs, &scope.metrics, WIDTH_PX);
    let mut seen = BTreeSet::new();
    scope.panels.iter().flat_map(of_panel).filter(|request| seen.insert(part_of(request))).collect()
}

/// What one panel asks for, a request for each of its lines, in a plot of `width_px` CSS pixels. Where run sets are drawn
/// as one line each, the group is by nothing: see [`as_one_set`].
pub fn panel_requests(
    view: &View,
    panel: &ScopePanel,
    eid: i64,
    runs: &[RunId],
    metrics: &[MetricRow],
    width_px: u32,
) -> Vec<FrameRequest> {
    let view = panel.drawn_as(view);
    let look = view.look_of(&panel.section, &panel.key);
    let by_hand = view.panels.get(&panel.key).is_some_and(|panel| panel.shows.is_some());
    let baseline = view.baseline.as_ref().and_then(|short| runs.iter().find(|run| run.short() == *short)).copied();
    let request = |line: &String| {
        let is_metric = !by_hand || metrics.iter().any(|row| row.metric == *line);
        // What cannot be read is refused by whoever answers, in words.
        let unread = |_| FrameRequest { expression: line.clone(), ..FrameRequest::default() };
        let request = view.frame_request(&panel.key, &look, line, is_metric).unwrap_or_else(unread);
        of_one(FrameRequest {
            run_set: RunSet { experiments: vec![eid.to_string()], runs: Some(runs.to_vec()), ..RunSet::default() },
            baseline: baseline.filter(|_| request.expression.contains("baseline")),
            width_px,
            ..request
        })
    };
    panel.lines.iter().map(request).collect()
}

/// The part that holds the answer to `request`, whatever its runs, its width and its part of x.
fn part_of(request: &FrameRequest) -> String {
    let json = serde_json::to_string(&request.question()).expect("a request is plain JSON");
    Sha256::digest(json.as_bytes())[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn packed(bytes: Vec<u8>) -> Result<Vec<u8>, StoreError> {
    let packed = tokio::task::spawn_blocking(move || {
        // The length first, so that unpacking knows what to expect.
        let mut packed = (bytes.len() as u64).to_le_bytes().to_vec();
        packed.extend(zstd::bulk::compress(&bytes, 3)?);
        Ok::<_, std::io::Error>(packed)
    });
    packed.await.map_err(|_| StoreError::Bug)?.map_err(|error| StoreError::Damaged(error.to_string()))
}

fn unpacked(packed: &[u8]) -> Result<Vec<u8>, StoreError> {
    let damaged = || StoreError::Damaged("a part of a link is cut short".to_owned());
    let (length, rest) = packed.split_first_chunk::<8>().ok_or_else(damaged)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| damaged())?;
    if length > 1 << 30 {
        return Err(damaged());
    }
    zstd::bulk::decompress(rest, length).map_err(|error| StoreError::Damaged(error.to_string()))
}
