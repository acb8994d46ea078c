//! Reports: drafts that save themselves, versions, and the text form.
//!
//! - [`comments`]: what people say about them
//! - [`images`]: pictures in them
//! - [`frozen`]: what panel grids showed at a time
//! - [`trash`]: reports that were removed

pub(super) mod comments;
pub(super) mod frozen;
pub(super) mod images;
pub(super) mod trash;

use crate::http::{
    ApiError, AppState,
    wire::{JsonAnswer, JsonBody, Query},
};
use crate::report::{html_of, read};
use crate::store::{
    StoreError,
    reports::{self, Held, Outcome},
};
use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use data::{
    diff::diff,
    report::{
        Document, LONGEST_DOCUMENT, ReportError,
        answers::{DiffLine, History, NewReport, Publish, ReportPage, ReportRow, Saved},
        id_of, text,
    },
};
use serde::Deserialize;

/// Which form of a report is meant.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Which {
    /// A version's number, or `draft`; without it the newest version, or the draft of a report that has none.
    version: Option<String>,
}

/// Which two forms of a report are compared.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Between {
    from: Option<String>,
    to: Option<String>,
}

/// `POST /api/reports`: begins a report with a document or its text form.
pub(super) async fn create(State(state): State<AppState>, JsonBody(new): JsonBody<NewReport>) -> JsonAnswer<ReportRow> {
    let document = match (new.document, new.markdown) {
        (Some(document), None) => checked(&document)?,
        (None, Some(text)) => parsed(&text)?,
        (None, None) => Document::default(),
        (Some(_), Some(_)) => {
            return Err(ApiError::BadRequest(
                "a report begins with `document` or with `markdown`, not both".to_owned(),
            ));
        }
    };
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Damaged(format!("no random numbers: {error}")))?;
    let id = id_of(u64::from_le_bytes(bytes));
    Ok(Json(state.store.write(move |tx| reports::create(tx, &id, &document)).await?))
}

/// `GET /api/reports/{report}?version`: a report to be read.
pub(super) async fn one(
    State(state): State<AppState>,
    Path(report): Path<String>,
    Query(which): Query<Which>,
) -> JsonAnswer<ReportPage> {
    let held = held(&state, report, which.version).await?;
    let page = tokio::task::spawn_blocking(move || {
        let html = html_of(&held.document);
        ReportPage { row: held.row, version: held.version, revision: held.revision, document: held.document, html }
    });
    Ok(Json(page.await.map_err(|_| StoreError::Bug)?))
}

/// `PUT /api/reports/{report}/draft`: saves the draft, if nobody saved since the revision that it began from. Else
/// 409 with what is there; what was sent is kept aside.
pub(super) async fn save(
    State(state): State<AppState>,
    Path(report): Path<String>,
    JsonBody(body): JsonBody<serde_json::Value>,
) -> Result<Response, ApiError> {
    let base = body.get("base").and_then(serde_json::Value::as_i64);
    let (Some(base), Some(document)) = (base, body.get("document")) else {
        return Err(ApiError::BadRequest("a draft has `base`, the revision it began from, and `document`".to_owned()));
    };
    let document = Document::of_json(&document.to_string()).map_err(refused)?;
    let (outcome, document) = state
        .store
        .write(move |tx| reports::save(tx, &report, base, &document).map(|outcome| (outcome, document)))
        .await?;
    Ok(match outcome {
        Outcome::Saved(revision) => {
            let html = tokio::task::spawn_blocking(move || html_of(&document)).await.map_err(|_| StoreError::Bug)?;
            Json(Saved::Saved { revision, html }).into_response()
        }
        Outcome::Conflict(held, aside) => {
            let conflict = Saved::Conflict { revision: held.revision, document: held.document, aside };
            (StatusCode::CONFLICT, Json(conflict)).into_response()
        }
    })
}

/// `POST /api/reports/{report}/publish`: makes the draft the newest version. 409 if it is at another revision.
pub(super) async fn publish(
    State(state): State<AppState>,
    Path(report): Path<String>,
    JsonBody(publish): JsonBody<Publish>,
) -> JsonAnswer<ReportRow> {
    let Publish { revision, note } = publish;
    Ok(Json(state.store.write(move |tx| reports::publish(tx, &report, revision, &note)).await?))
}

/// `GET /api/reports/{report}/versions`: what a report was, newest first.
pub(super) async fn versions(State(state): State<AppState>, Path(report): Path<String>) -> JsonAnswer<History> {
    Ok(Json(state.store.read(move |db| reports::history(db, &report)).await?))
}

/// `GET /api/reports/{report}/asides/{number}`: a draft that was set aside.
pub(super) async fn aside(
    State(state): State<AppState>,
    Path((report, number)): Path<(String, i64)>,
) -> JsonAnswer<Document> {
    Ok(Json(state.store.read(move |db| reports::aside(db, &report, number)).await?))
}

/// `GET /api/reports/{report}/diff?from&to`: the lines of two forms of a report: the text form without ids, and panels in
/// words.
pub(super) async fn compare(
    State(state): State<AppState>,
    Path(report): Path<String>,
    Query(between): Query<Between>,
) -> JsonAnswer<Vec<DiffLine>> {
    let from = held(&state, report.clone(), between.from).await?;
    let to = held(&state, report, between.to).await?;
    let lines = tokio::task::spawn_blocking(move || {
        let (from, to) = (text::readable(&from.document), text::readable(&to.document));
        let line = |(side, text): (_, &str)| DiffLine { side, text: text.to_owned() };
        diff(&from, &to).lines.into_iter().map(line).collect()
    });
    Ok(Json(lines.await.map_err(|_| StoreError::Bug)?))
}

/// `GET /api/reports/{report}/markdown?version`: the text form, as a file.
pub(super) async fn markdown(
    State(state): State<AppState>,
    Path(report): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, ApiError> {
    let held = held(&state, report, which.version).await?;
    let headers = [
        (header::CONTENT_TYPE, "text/markdown; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"report.md\""),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, text::print(&held.document)).into_response())
}

/// `POST /api/reports/parse`: Markdown as a document, for what is imported or pasted.
pub(super) async fn parse(body: String) -> JsonAnswer<Document> {
    let document = tokio::task::spawn_blocking(move || parsed(&body)).await.map_err(|_| StoreError::Bug)?;
    Ok(Json(document?))
}

/// One form of a report.
pub(super) async fn held(state: &AppState, report: String, version: Option<String>) -> Result<Held, ApiError> {
    let number = match version.as_deref() {
        None | Some("draft") => None,
        Some(number) => {
            let number: u32 =
                number.parse().map_err(|_| ApiError::BadRequest("`version` is a number or `draft`".to_owned()))?;
            Some(number)
        }
    };
    let question = move |db: &rusqlite::Connection| match (number, version) {
        (Some(number), _) => reports::version(db, &report, number),
        (None, Some(_)) => reports::draft(db, &report),
        (None, None) => match reports::row(db, &report)?.published {
            Some(newest) => reports::version(db, &report, newest.number),
            None => reports::draft(db, &report),
        },
    };
    Ok(state.store.read(question).await?)
}

fn checked(document: &Document) -> Result<Document, ApiError> {
    let mut document = document.clone();
    document.mend().map_err(refused)?;
    fits(&document)?;
    Ok(document)
}

fn parsed(text: &str) -> Result<Document, ApiError> {
    if text.len() > LONGEST_DOCUMENT {
        return Err(refused(ReportError::TooLarge(format!("a report has at most {LONGEST_DOCUMENT} bytes"))));
    }
    let document = read(text).map_err(refused)?;
    fits(&document)?;
    Ok(document)
}

/// Refuses a document that could not be read again.
fn fits(document: &Document) -> Result<(), ApiError> {
    match document.to_json().len() {
        0..=LONGEST_DOCUMENT => Ok(()),
        _ => Err(refused(ReportError::TooLarge(format!("a report has at most {LONGEST_DOCUMENT} bytes")))),
    }
}

fn refused(error: ReportError) -> ApiError {
    match error {
        ReportError::TooLarge(what) => ApiError::TooLarge(what),
        ReportError::NotAReport(_) | ReportError::Newer(_) | ReportError::View(..) => {
            ApiError::BadRequest(error.to_string())
        }
    }
}
