//! What people do to many runs at once, and removing runs for good.

use crate::{
    artifacts::{ArtifactPath, Artifacts},
    http::{
        ApiError, AppState, mlflow,
        wire::{JsonAnswer, JsonBody},
    },
};
use axum::{Json, extract::State};
use data::actions::{ActionDone, ActionRequest, PurgeRequest, Purged, RunAction};
use std::path::Path;

/// `POST /api/runs/actions`: tags, renames, deletes, restores or moves all runs of a run set, or none of them.
///
/// 400 for what cannot be done to each of them, 404 for an unknown run or experiment.
pub(super) async fn act(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<ActionRequest>,
) -> JsonAnswer<ActionDone> {
    if let RunAction::Tag { set, .. } = &request.action {
        set.keys().try_for_each(|key| mlflow::check_tag_key(key)).map_err(ApiError::BadRequest)?;
    }
    Ok(Json(ActionDone { runs: state.store.act(request).await? }))
}

/// `POST /api/runs/purge`: removes runs that lie in the trash for good, with their points and their artifacts.
///
/// 400 for a run that is not in the trash or that made a version of a registered model, 404 for an unknown one; then
/// nothing is removed.
pub(super) async fn purge(
    State(state): State<AppState>,
    JsonBody(request): JsonBody<PurgeRequest>,
) -> JsonAnswer<Purged> {
    let uris = state.store.purge(request.runs).await?;
    let tree = Artifacts::new(state.options.artifacts(), state.options.data.join("arriving"));
    let mut purged = Purged { runs: uris.len() as u64, artifact_bytes: 0 };
    for uri in uris {
        // What lies elsewhere is not ours to remove.
        let Some(path) = uri.strip_prefix("mlflow-artifacts:/").and_then(run_folder) else { continue };
        let folder = state.options.artifacts().join(path.as_str());
        purged.artifact_bytes += tokio::task::spawn_blocking(move || bytes_below(&folder)).await.unwrap_or(0);
        if let Err(error) = tree.delete(&path).await {
            tracing::warn!(%error, path = path.as_str(), "the artifacts of a purged run could not be removed");
        }
    }
    Ok(Json(purged))
}

/// The folder of a run: its artifacts lie in `<experiment>/<run>/artifacts`.
fn run_folder(artifacts: &str) -> Option<ArtifactPath> {
    let path = artifacts.trim_matches('/');
    ArtifactPath::parse(path.strip_suffix("/artifacts").unwrap_or(path)).ok()
}

/// How many bytes the files below `folder` have; links are not followed.
fn bytes_below(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let bytes = entries.flatten().map(|entry| match entry.metadata() {
        Ok(about) if about.is_dir() => bytes_below(&entry.path()),
        Ok(about) if about.is_file() => about.len(),
        Ok(_) | Err(_) => 0,
    });
    bytes.sum()
}
