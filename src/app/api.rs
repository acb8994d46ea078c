//! The only fetches of the app.
//!
//! - [`reports`]: what is asked about reports

pub mod reports;

use data::{
    actions::{ActionDone, ActionRequest, PurgeRequest, Purged},
    frame::{self, Frame, FrameRequest},
    groups::{GroupsPage, GroupsRequest},
    importance::{Importance, ImportanceRequest},
    run::{ArtifactRow, ExperimentRow, MetricRow, RunId, RunRow, RunsPage, RunsRequest},
    view::{PlacedView, SavedView},
};
use gloo_net::http::{Request, RequestBuilder, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Why an answer could not be had, in words for the user.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ApiError {
    /// The server could not be reached.
    #[error("The server cannot be reached.")]
    Offline,
    /// The server refused; its status and what it said.
    #[error("{1}")]
    Refused(u16, String),
    /// The answer could not be read.
    #[error("The server's answer could not be read: {0}")]
    Unreadable(String),
}

impl ApiError {
    /// Whether the server says that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        matches!(self, ApiError::Refused(404, _))
    }
}

#[derive(Deserialize)]
struct Refusal {
    error: RefusalText,
}

#[derive(Deserialize)]
struct RefusalText {
    message: String,
}

async fn checked(response: Result<Response, gloo_net::Error>) -> Result<Response, ApiError> {
    let response = response.map_err(|_| ApiError::Offline)?;
    if response.ok() {
        return Ok(response);
    }
    let text = response.text().await.unwrap_or_default();
    let message = match serde_json::from_str::<Refusal>(&text) {
        Ok(refusal) => refusal.error.message,
        Err(_) if text.is_empty() || text.len() > 300 => format!("The server answered {}.", response.status()),
        Err(_) => text,
    };
    Err(ApiError::Refused(response.status(), message))
}

async fn json<T: DeserializeOwned>(response: Result<Response, gloo_net::Error>) -> Result<T, ApiError> {
    let text = checked(response).await?.text().await.map_err(|_| ApiError::Offline)?;
    serde_json::from_str(&text).map_err(|error| ApiError::Unreadable(error.to_string()))
}

async fn get<T: DeserializeOwned>(path: &str) -> Result<T, ApiError> {
    json(Request::get(path).send().await).await
}

/// Sends `body` as JSON.
async fn send<T: DeserializeOwned>(request: RequestBuilder, body: &impl Serialize) -> Result<T, ApiError> {
    let request = request.json(body).map_err(|error| ApiError::Unreadable(error.to_string()))?;
    json(request.send().await).await
}

/// The text as one part of a path.
pub fn path_part(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}

/// All experiments, newest change first.
pub async fn experiments() -> Result<Vec<ExperimentRow>, ApiError> {
    get("/api/experiments").await
}

/// One experiment.
pub async fn experiment(id: &str) -> Result<ExperimentRow, ApiError> {
    get(&format!("/api/experiments/{}", path_part(id))).await
}

/// The metrics that an experiment's runs logged.
pub async fn metrics(experiment: &str) -> Result<Vec<MetricRow>, ApiError> {
    get(&format!("/api/experiments/{}/metrics", path_part(experiment))).await
}

/// Where runs and frames come from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Source {
    /// What is logged.
    #[default]
    Live,
    /// What was stored with a report, by its hash.
    Frozen(String),
}

impl Source {
    fn base(&self) -> String {
        match self {
            Source::Live => "/api".to_owned(),
            Source::Frozen(hash) => format!("/api/reports/frozen/{}", path_part(hash)),
        }
    }

    /// A window of runs.
    pub async fn runs(&self, request: &RunsRequest) -> Result<RunsPage, ApiError> {
        send(Request::post(&format!("{}/runs", self.base())), request).await
    }

    /// The metrics that an experiment's runs logged.
    pub async fn metrics(&self, experiment: &str) -> Result<Vec<MetricRow>, ApiError> {
        match self {
            Source::Live => metrics(experiment).await,
            Source::Frozen(_) => get(&format!("{}/metrics", self.base())).await,
        }
    }

    /// What one panel needs to be drawn.
    pub async fn frame(&self, asked: &FrameRequest) -> Result<Frame, ApiError> {
        let request = Request::post(&format!("{}/frames", self.base()));
        let request = request.json(asked).map_err(|error| ApiError::Unreadable(error.to_string()))?;
        let bytes = checked(request.send().await).await?.binary().await.map_err(|_| ApiError::Offline)?;
        frame::decode(&bytes).map_err(|error| ApiError::Unreadable(error.to_string()))
    }
}

/// Does something to many runs, or to none of them.
pub async fn act(request: &ActionRequest) -> Result<ActionDone, ApiError> {
    send(Request::post("/api/runs/actions"), request).await
}

/// Removes runs that lie in the trash for good.
pub async fn purge(runs: Vec<RunId>) -> Result<Purged, ApiError> {
    send(Request::post("/api/runs/purge"), &PurgeRequest { runs }).await
}

/// The groups of a run set.
pub async fn groups(request: &GroupsRequest) -> Result<GroupsPage, ApiError> {
    send(Request::post("/api/groups"), request).await
}

/// One run.
pub async fn run(id: RunId) -> Result<RunRow, ApiError> {
    get(&format!("/api/runs/{id}")).await
}

/// The artifacts of a run in one folder; the empty path is the run's root.
pub async fn artifacts(run: RunId, folder: &str) -> Result<Vec<ArtifactRow>, ApiError> {
    get(&format!("/api/runs/{run}/artifacts?path={}", path_part(folder))).await
}

/// Where an artifact's bytes are.
pub fn artifact_url(run: RunId, path: &str) -> String {
    let parts: Vec<_> = path.split('/').map(path_part).collect();
    format!("/api/runs/{run}/artifacts/{}", parts.join("/"))
}

/// The text of an artifact, at most its first `limit` bytes.
pub async fn artifact_text(run: RunId, path: &str, limit: u32) -> Result<String, ApiError> {
    let range = format!("bytes=0-{}", limit.saturating_sub(1));
    let response = Request::get(&artifact_url(run, path)).header("range", &range).send().await;
    checked(response).await?.text().await.map_err(|_| ApiError::Offline)
}

/// Keeps a view and gives the hash of its short link.
pub async fn keep_view(placed: &PlacedView) -> Result<String, ApiError> {
    #[derive(Deserialize)]
    struct Kept {
        hash: String,
    }
    let request = Request::post("/api/views").json(placed).map_err(|error| ApiError::Unreadable(error.to_string()))?;
    json::<Kept>(request.send().await).await.map(|kept| kept.hash)
}

/// The view of a short link.
pub async fn view(hash: &str) -> Result<PlacedView, ApiError> {
    get(&format!("/api/views/{}", path_part(hash))).await
}

/// The named views of an experiment.
pub async fn saved_views(experiment: &str) -> Result<Vec<SavedView>, ApiError> {
    get(&format!("/api/experiments/{}/views", path_part(experiment))).await
}

fn saved_view_path(experiment: &str, name: &str) -> String {
    format!("/api/experiments/{}/views/{}", path_part(experiment), path_part(name))
}

/// What a name meant before, newest first.
pub async fn view_history(experiment: &str, name: &str) -> Result<Vec<SavedView>, ApiError> {
    get(&format!("{}/history", saved_view_path(experiment, name))).await
}

/// Saves a view under a name.
pub async fn save_view(name: &str, placed: &PlacedView) -> Result<SavedView, ApiError> {
    let body = serde_json::json!({ "tab": placed.tab, "view": placed.view });
    let request = Request::put(&saved_view_path(&placed.experiment_id, name))
        .json(&body)
        .map_err(|error| ApiError::Unreadable(error.to_string()))?;
    json(request.send().await).await
}

/// Removes a name.
pub async fn remove_view(experiment: &str, name: &str) -> Result<(), ApiError> {
    checked(Request::delete(&saved_view_path(experiment, name)).send().await).await.map(drop)
}

/// Makes a named view the one that the experiment opens with; none for an untouched one.
pub async fn set_default_view(experiment: &str, name: Option<&str>) -> Result<(), ApiError> {
    let request = Request::put(&format!("/api/experiments/{}/default-view", path_part(experiment)))
        .json(&serde_json::json!({ "name": name }))
        .map_err(|error| ApiError::Unreadable(error.to_string()))?;
    checked(request.send().await).await.map(drop)
}

/// Which params a metric depends on.
pub async fn importance(request: &ImportanceRequest) -> Result<Importance, ApiError> {
    send(Request::post("/api/importance"), request).await
}
