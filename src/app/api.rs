//! The only fetches of the app.
//!
//! - [`reports`]: what is asked about reports
//! - [`kept`]: a page that was saved as one file asks nobody

pub mod kept;
pub mod reports;

use data::{
    actions::{ActionDone, ActionRequest, PurgeRequest, Purged},
    export::ExportRequest,
    frame::{self, Frame, FrameRequest},
    groups::{GroupsPage, GroupsRequest},
    importance::{Importance, ImportanceRequest},
    run::{ArtifactRow, ExperimentRow, MetricRow, RunId, RunRow, RunsPage, RunsRequest},
    share::{MadeShare, NewShare, ShareRow, ShareTarget, SharedPage},
    view::{PlacedView, SavedView},
};
use gloo_net::http::{Request, RequestBuilder, Response};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::cell::RefCell;

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
    parsed(&text)
}

async fn get<T: DeserializeOwned>(path: &str) -> Result<T, ApiError> {
    if let Some(answer) = kept::answer(path, "") {
        return read(&answer?);
    }
    json(keyed(Request::get(&at(path))).send().await).await
}

/// Sends `body` and gives what is answered.
async fn sent(path: &str, body: &impl Serialize) -> Result<Response, ApiError> {
    let request = keyed(Request::post(&at(path))).json(body);
    checked(request.map_err(|error| ApiError::Unreadable(error.to_string()))?.send().await).await
}

async fn post<T: DeserializeOwned>(path: &str, body: &impl Serialize) -> Result<T, ApiError> {
    read(&bytes(path, body).await?)
}

/// What is answered to `body`, as it is.
async fn bytes(path: &str, body: &impl Serialize) -> Result<Vec<u8>, ApiError> {
    if kept::is_file() {
        let body = serde_json::to_string(body).map_err(|error| ApiError::Unreadable(error.to_string()))?;
        return kept::answer(path, &body).unwrap_or(Err(ApiError::Offline));
    }
    sent(path, body).await?.binary().await.map_err(|_| ApiError::Offline)
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let text = str::from_utf8(bytes).map_err(|error| ApiError::Unreadable(error.to_string()))?;
    parsed(text)
}

/// The only way in which JSON is read: a second kind of source would be a second copy of every type's reading code, in
/// what people download first.
fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, ApiError> {
    serde_json::from_str(json).map_err(|error| ApiError::Unreadable(error.to_string()))
}

thread_local! {
    /// What opens a link with a password, kept in memory only: a frame may have no other place.
    static KEY: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// The token of the share link that this page shows, if it is the page of one.
pub fn shared_token() -> Option<String> {
    let path = leptos::prelude::window().location().pathname().ok()?;
    let token = path.strip_prefix("/s/").or_else(|| path.strip_prefix("/embed/"))?;
    Some(token.trim_end_matches('/').to_owned())
}

/// Whether this page is that of a share link or a file made of one: what it shows was chosen by somebody else.
pub fn is_shared() -> bool {
    shared_token().is_some() || kept::is_file()
}

/// Whether this page is made for a frame.
pub fn is_framed() -> bool {
    leptos::prelude::window().location().pathname().is_ok_and(|path| path.starts_with("/embed/"))
}

/// What the address of this page asks for by `name`, behind `?`.
pub fn asked_for(name: &str) -> Option<String> {
    let search = leptos::prelude::window().location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name)
}

/// Where `path` of the API is for this page: a page of a share link asks at the link's own addresses.
fn at(path: &str) -> String {
    let Some(token) = shared_token() else { return path.to_owned() };
    let home = format!("/api/shared/{token}");
    match path.strip_prefix("/api/experiments/") {
        Some(rest) if rest.ends_with("/metrics") => format!("{home}/metrics"),
        // The link itself is at `/api/` here.
        _ => path
            .strip_prefix("/api/")
            .map_or(path.to_owned(), |rest| format!("{home}/{rest}").trim_end_matches('/').to_owned()),
    }
}

fn keyed(request: RequestBuilder) -> RequestBuilder {
    match KEY.with_borrow(Clone::clone) {
        Some(key) => request.header("x-share-key", &key),
        None => request,
    }
}

/// What follows the address of a picture, which is asked for without headers: the key of a link with a password.
pub(super) fn key_after() -> String {
    KEY.with_borrow(|key| key.as_ref().map(|key| format!("?key={}", path_part(key))).unwrap_or_default())
}

/// What the share link of this page shows.
pub async fn shared_page() -> Result<SharedPage, ApiError> {
    let query = leptos::prelude::window().location().search().unwrap_or_default();
    let given = query.trim_start_matches('?').split('&').find_map(|part| part.strip_prefix("key=")).map(str::to_owned);
    if given.is_some() && KEY.with_borrow(Option::is_none) {
        KEY.set(given);
    }
    get("/api/").await
}

/// Opens the share link of this page with its password.
pub async fn unlock_shared(password: &str) -> Result<(), ApiError> {
    #[derive(Deserialize)]
    struct Unlocked {
        key: String,
    }
    let unlocked: Unlocked = post("/api/unlock", &serde_json::json!({ "password": password })).await?;
    KEY.set(Some(unlocked.key));
    Ok(())
}

/// Another text once something was logged that the share link of this page may show, and the newest version of its report.
pub async fn shared_news() -> Result<(String, Option<u32>), ApiError> {
    #[derive(Deserialize)]
    struct News {
        version: String,
        written: Option<u32>,
    }
    get::<News>("/api/version").await.map(|news| (news.version, news.written))
}

/// Makes a share link.
pub async fn create_share(new: &NewShare) -> Result<MadeShare, ApiError> {
    post("/api/shares", new).await
}

/// All share links.
pub async fn shares() -> Result<Vec<ShareRow>, ApiError> {
    get("/api/shares").await
}

/// What a file is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum FileOf {
    /// This, of the server's own.
    Target(Box<ShareTarget>),
    /// What the share link of this page shows.
    Link,
}

/// A page as one file.
#[derive(Debug, Clone)]
pub struct MadeFile {
    /// The file.
    pub blob: web_sys::Blob,
    /// What it is called.
    pub name: String,
    /// How large it is.
    pub bytes: f64,
    /// How much of that is the app.
    pub app_bytes: f64,
}

/// Makes one file, which opens without a server.
pub async fn make_file(of: &FileOf) -> Result<MadeFile, ApiError> {
    let answer = match of {
        FileOf::Target(target) => sent("/api/file", &serde_json::json!({ "target": target })).await?,
        FileOf::Link => checked(keyed(Request::get(&at("/api/file"))).send().await).await?,
    };
    let header = |name| answer.headers().get(name).unwrap_or_default();
    let name = header("content-disposition").split('"').nth(1).unwrap_or("throughline.html").to_owned();
    let app_bytes = header("x-app-bytes").parse().unwrap_or_default();
    let bytes = answer.binary().await.map_err(|_| ApiError::Offline)?;
    let parts = js_sys::Array::of1(&js_sys::Uint8Array::from(bytes.as_slice()));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("text/html");
    let blob = web_sys::Blob::new_with_u8_array_sequence_and_options(&parts, &options);
    let blob = blob.map_err(|_| ApiError::Unreadable("it is too large for this browser".to_owned()))?;
    Ok(MadeFile { bytes: blob.size(), blob, name, app_bytes })
}

/// Ends a share link for good.
pub async fn revoke_share(id: &str) -> Result<(), ApiError> {
    checked(Request::delete(&format!("/api/shares/{}", path_part(id))).send().await).await.map(drop)
}

/// Who may frame the embed of a share link, as its header says; `None` for everyone.
pub async fn frame_ancestors(token: &str) -> Result<Option<String>, ApiError> {
    let response = Request::get(&format!("/embed/{}", path_part(token))).send().await.map_err(|_| ApiError::Offline)?;
    let policy = response.headers().get("content-security-policy").unwrap_or_default();
    Ok(policy.split(';').find_map(|part| part.trim().strip_prefix("frame-ancestors ").map(str::to_owned)))
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
    /// A part of the report that the share link of this page shows, by its name.
    Part(String),
}

impl Source {
    fn base(&self) -> String {
        match self {
            Source::Live => "/api".to_owned(),
            Source::Frozen(hash) => format!("/api/reports/frozen/{}", path_part(hash)),
            Source::Part(name) => format!("/api/parts/{}", path_part(name)),
        }
    }

    /// A window of runs.
    pub async fn runs(&self, request: &RunsRequest) -> Result<RunsPage, ApiError> {
        post(&format!("{}/runs", self.base()), request).await
    }

    /// The metrics that an experiment's runs logged.
    pub async fn metrics(&self, experiment: &str) -> Result<Vec<MetricRow>, ApiError> {
        match self {
            Source::Live => metrics(experiment).await,
            Source::Frozen(_) | Source::Part(_) => get(&format!("{}/metrics", self.base())).await,
        }
    }

    /// What one panel needs to be drawn.
    pub async fn frame(&self, asked: &FrameRequest) -> Result<Frame, ApiError> {
        let bytes = bytes(&format!("{}/frames", self.base()), asked).await?;
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

/// Where the file that `request` asks for is downloaded from.
pub fn export_address(request: &ExportRequest) -> String {
    let json = serde_json::to_string(request).unwrap_or_default();
    format!("/api/export?request={}", path_part(&json))
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
