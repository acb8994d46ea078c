//! What is asked about reports.

use super::{ApiError, checked, get, json, kept, key_after, path_part, send, shared_token};
use data::report::{
    Document,
    answers::{
        Comment, DiffLine, Freeze, FrozenState, History, NewComment, NewReport, Publish, ReportPage, ReportRow,
        Resolve, SaveDraft, Saved, Uploaded,
    },
    grid::Frozen,
    text::IMAGES,
};
use gloo_net::http::Request;
use wasm_bindgen::JsValue;

fn path(report: &str, rest: &str) -> String {
    format!("/api/reports/{}{rest}", path_part(report))
}

/// All reports, last changed first.
pub async fn list() -> Result<Vec<ReportRow>, ApiError> {
    get("/api/reports").await
}

/// The reports in the trash, last changed first.
pub async fn trash() -> Result<Vec<ReportRow>, ApiError> {
    get("/api/reports?trash=true").await
}

/// Deletes a report that lies in the trash for good.
pub async fn purge(report: &str) -> Result<(), ApiError> {
    checked(Request::post(&path(report, "/purge")).send().await).await.map(drop)
}

/// Begins a report.
pub async fn create(new: &NewReport) -> Result<ReportRow, ApiError> {
    send(Request::post("/api/reports"), new).await
}

/// A report to be read: a version by its number, `draft`, or what readers see.
pub async fn one(report: &str, version: Option<&str>) -> Result<ReportPage, ApiError> {
    let version = version.map(|version| format!("?version={}", path_part(version))).unwrap_or_default();
    get(&path(report, &version)).await
}

/// Puts a report into the trash.
pub async fn remove(report: &str) -> Result<ReportRow, ApiError> {
    json(Request::delete(&path(report, "")).send().await).await
}

/// Takes a report out of the trash.
pub async fn restore(report: &str) -> Result<ReportRow, ApiError> {
    json(Request::post(&path(report, "/restore")).send().await).await
}

/// Saves a draft, or says what is there instead.
pub async fn save(report: &str, draft: &SaveDraft) -> Result<Saved, ApiError> {
    let request =
        Request::put(&path(report, "/draft")).json(draft).map_err(|error| ApiError::Unreadable(error.to_string()))?;
    let response = request.send().await.map_err(|_| ApiError::Offline)?;
    if response.status() != 409 {
        return json(Ok(response)).await;
    }
    let text = response.text().await.map_err(|_| ApiError::Offline)?;
    serde_json::from_str(&text).map_err(|error| ApiError::Unreadable(error.to_string()))
}

/// Makes the draft the newest version.
pub async fn publish(report: &str, publish: &Publish) -> Result<ReportRow, ApiError> {
    send(Request::post(&path(report, "/publish")), publish).await
}

/// What a report was.
pub async fn history(report: &str) -> Result<History, ApiError> {
    get(&path(report, "/versions")).await
}

/// A draft that was set aside.
pub async fn aside(report: &str, number: i64) -> Result<Document, ApiError> {
    get(&path(report, &format!("/asides/{number}"))).await
}

/// The lines of two forms of a report.
pub async fn diff(report: &str, from: &str, to: &str) -> Result<Vec<DiffLine>, ApiError> {
    get(&path(report, &format!("/diff?from={}&to={}", path_part(from), path_part(to)))).await
}

/// Where the text form of a report is.
pub fn markdown_url(report: &str, version: &str) -> String {
    path(report, &format!("/markdown?version={}", path_part(version)))
}

/// Markdown, a text or a file, as a document.
pub async fn parse(text: impl Into<JsValue>) -> Result<Document, ApiError> {
    let request = Request::post("/api/reports/parse").header("content-type", "text/markdown").body(text.into());
    json(request.map_err(|error| ApiError::Unreadable(error.to_string()))?.send().await).await
}

/// Keeps a picture and gives its hash.
pub async fn upload(file: &web_sys::Blob) -> Result<String, ApiError> {
    let request = Request::post("/api/reports/images").body(JsValue::from(file.clone()));
    let answer: Uploaded = json(request.map_err(|error| ApiError::Unreadable(error.to_string()))?.send().await).await?;
    Ok(answer.hash)
}

/// Where a picture is; for a page of a share link, below the link, and in a file, in the file.
pub fn image_url(hash: &str) -> String {
    if let Some(kept) = kept::picture(hash) {
        return kept;
    }
    match shared_token() {
        Some(token) => format!("/api/shared/{token}/images/{hash}{}", key_after()),
        None => format!("{IMAGES}{hash}"),
    }
}

/// The comments of a report, oldest first.
pub async fn comments(report: &str) -> Result<Vec<Comment>, ApiError> {
    get(&path(report, "/comments")).await
}

/// Adds a comment.
pub async fn add_comment(report: &str, new: &NewComment) -> Result<Comment, ApiError> {
    send(Request::post(&path(report, "/comments")), new).await
}

/// Says that a comment is done with, or not.
pub async fn resolve_comment(report: &str, number: i64, resolved: bool) -> Result<Comment, ApiError> {
    send(Request::put(&path(report, &format!("/comments/{number}"))), &Resolve { resolved }).await
}

/// Removes a comment and the answers to it.
pub async fn remove_comment(report: &str, number: i64) -> Result<(), ApiError> {
    checked(Request::delete(&path(report, &format!("/comments/{number}"))).send().await).await.map(drop)
}

/// Stores what a grid's questions are answered now.
pub async fn freeze(asked: &Freeze) -> Result<Frozen, ApiError> {
    send(Request::post("/api/reports/frozen"), asked).await
}

/// Whether frozen data is still what live data shows.
pub async fn frozen(hash: &str) -> Result<FrozenState, ApiError> {
    get(&format!("/api/reports/frozen/{}", path_part(hash))).await
}
