//! What a share link opens, for whoever holds it: no account, no cookie, nothing but what it names.
//!
//! Pages of other sites may read here, also from a sandbox: the token is all that is needed, and nothing
//! that a browser sends by itself is looked at.

use super::frames::{Form, encoded};
use crate::{
    http::{
        ApiError, AppState,
        wire::{JsonAnswer, JsonBody, Query},
    },
    share::{self, Closed, Kept, NotChosen, NotNamed, Refused, Scope, Shown},
    store::{StoreError, clock::now_millis, shares::Share},
};
use axum::{
    Json,
    extract::{FromRequestParts, Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::Response,
};
use data::{
    frame::FrameRequest,
    groups::{GroupsPage, GroupsRequest},
    run::{MetricRow, RunId, RunRow, RunsPage, RunsRequest},
    share::{ShareRow, ShareTarget, SharedPage},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The header that holds the key of a link with a password.
pub(in crate::http) const KEY: HeaderName = HeaderName::from_static("x-share-key");

/// A link that opens, and what it shows: every handler here begins with it.
#[derive(Clone)]
pub(in crate::http) struct Opened {
    pub share: Share,
    pub shown: Arc<Shown>,
}

#[derive(Deserialize)]
struct TokenInPath {
    token: String,
    /// The part of a report, where one is asked for.
    part: Option<String>,
}

impl FromRequestParts<AppState> for Opened {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Opened, ApiError> {
        let path = Path::<TokenInPath>::from_request_parts(parts, state).await;
        let TokenInPath { token, part } = path.map_err(|_| ApiError::from(Closed::Nothing))?.0;
        let key = parts.headers.get(KEY).and_then(|key| key.to_str().ok());
        let mut opened = Opened::by(state, &token, key).await?;
        if let Some(part) = part {
            opened.shown = opened.shown.part(&part)?;
        }
        Ok(opened)
    }
}

impl Opened {
    /// The link of `token`, for who shows `key`.
    pub async fn by(state: &AppState, token: &str, key: Option<&str>) -> Result<Opened, ApiError> {
        let share = state.gate.open(&state.store, token, key).await?;
        let shown = state.gate.shown(&state.store, &share).await?;
        Ok(Opened { share, shown })
    }
}

impl Opened {
    /// One part of a report.
    pub fn part(&self, name: &str) -> Result<Opened, NotNamed> {
        Ok(Opened { share: self.share.clone(), shown: self.shown.part(name)? })
    }

    /// What a link to `target` would show, though there is none.
    pub fn unkept(target: ShareTarget, title: String, scope: Scope) -> Opened {
        Opened::of_shown(Shown::new(&unkept_row(target, title), scope, None))
    }

    /// What a link to a report would show, though there is none: a version by its number, `draft`, or what readers see.
    pub async fn unkept_report(
        state: &AppState,
        report: &str,
        version: Option<&str>,
        title: String,
    ) -> Result<Opened, ApiError> {
        let row = unkept_row(ShareTarget::Report { report_id: report.to_owned() }, title);
        let held = super::reports::held(state, report.to_owned(), version.map(str::to_owned)).await?;
        Ok(Opened::of_shown(share::report_shown(&state.store, row, held).await?))
    }

    fn of_shown(shown: Shown) -> Opened {
        let row = unkept_row(shown.target.clone(), shown.page.title.clone());
        let share = Share { sid: 0, token_hash: [0; 32], salt: [0; 16], password: None, row };
        Opened { share, shown: Arc::new(shown) }
    }
}

/// The row of a link that there is not.
fn unkept_row(target: ShareTarget, title: String) -> ShareRow {
    ShareRow {
        share_id: String::new(),
        title,
        target,
        created_millis: 0,
        expires_millis: None,
        revoked_millis: None,
        used_millis: None,
        frozen_millis: None,
        anonymous: false,
        has_password: false,
        hosts: Vec::new(),
    }
}

impl From<Closed> for ApiError {
    fn from(closed: Closed) -> ApiError {
        match closed {
            Closed::Nothing => {
                let words = "this link opens nothing: it was mistyped, has run out, or was revoked";
                ApiError::NotFound(words.to_owned())
            }
            Closed::PasswordNeeded => ApiError::Locked("this link asks for a password".to_owned()),
            Closed::Store(error) => ApiError::Store(error),
        }
    }
}

impl From<NotChosen> for ApiError {
    fn from(error: NotChosen) -> ApiError {
        match error {
            NotChosen::NotNamed(error) => error.into(),
            NotChosen::Unread(error) => error.into(),
        }
    }
}

impl From<NotNamed> for ApiError {
    fn from(error: NotNamed) -> ApiError {
        ApiError::Forbidden(error.to_string())
    }
}

/// What [`unlock`] is told.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Password {
    password: String,
}

/// What [`unlock`] answers.
#[derive(Serialize)]
pub(super) struct Key {
    key: String,
}

/// `GET /api/shared/{token}`: what the link shows. 404 for one that opens nothing, whatever the cause; 401
/// for one that asks for a password, which goes for all addresses here.
pub(super) async fn page(opened: Opened) -> Json<SharedPage> {
    Json(opened.shown.page.clone())
}

/// `POST /api/shared/{token}/unlock`: a key for who knows the password, sent from then on in the header
/// `x-share-key`. 401 for another password, 429 after many.
pub(super) async fn unlock(
    State(state): State<AppState>,
    Path(token): Path<String>,
    JsonBody(body): JsonBody<Password>,
) -> JsonAnswer<Key> {
    let share = state.gate.find(&state.store, &token).await?;
    let Some(hash) = &share.password else { return Ok(Json(Key { key: String::new() })) };
    match state.gate.keeper.unlock(share.sid, hash, body.password, now_millis()).await {
        Ok(key) => Ok(Json(Key { key })),
        Err(Refused::Wrong) => Err(ApiError::Locked("this is not the password".to_owned())),
        Err(Refused::Wait(millis)) => {
            let seconds = (millis + 999) / 1000;
            Err(ApiError::TooMany(format!("too many wrong passwords: try again in {seconds} s")))
        }
    }
}

/// `GET /api/shared/{token}/metrics`: the metrics that the link draws.
pub(super) async fn metrics(opened: Opened) -> Json<Vec<MetricRow>> {
    Json(opened.shown.metrics.clone())
}

/// `POST /api/shared/{token}/runs`: a window of the link's runs, in its order or in another; those that pass a filter, if
/// there is one. 403 for what the link does not show, also in a filter or an order.
pub(super) async fn runs(opened: Opened, JsonBody(asked): JsonBody<RunsRequest>) -> JsonAnswer<RunsPage> {
    looked_up(move || opened.shown.runs_page(asked)).await
}

/// `POST /api/shared/{token}/groups`: as `POST /api/groups`, for the link's runs and columns. 403 for others.
pub(super) async fn groups(opened: Opened, JsonBody(asked): JsonBody<GroupsRequest>) -> JsonAnswer<GroupsPage> {
    looked_up(move || opened.shown.groups_page(asked)).await
}

/// An answer about many runs, looked up where blocking is fine.
async fn looked_up<T: Send + 'static>(
    question: impl FnOnce() -> Result<T, NotChosen> + Send + 'static,
) -> JsonAnswer<T> {
    let answer = tokio::task::spawn_blocking(question).await.map_err(|_| StoreError::Bug)?;
    Ok(Json(answer?))
}

#[derive(Deserialize)]
pub(super) struct RunInPath {
    run: String,
}

/// `GET /api/shared/{token}/runs/{run}`: one of the link's runs. 403 for any other.
pub(super) async fn run(opened: Opened, Path(path): Path<RunInPath>) -> JsonAnswer<RunRow> {
    let row = path.run.parse::<RunId>().ok().and_then(|run| opened.shown.row(run));
    row.cloned().map(Json).ok_or_else(|| NotNamed(format!("run {}", path.run)).into())
}

/// `POST /api/shared/{token}/frames`: as `POST /api/frames`, for the link's runs and lines. 403 for others.
pub(super) async fn frames(
    State(state): State<AppState>,
    opened: Opened,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<FrameRequest>,
) -> Result<Response, ApiError> {
    let (Opened { share, shown }, form) = (opened, Form::liked(&headers));
    let run_set = shown.named(asked.run_set)?;
    let request = shown.frame_request(FrameRequest { run_set, ..asked })?;
    if shown.kept == Kept::Live && !shown.renames() {
        return Ok(state.flights.answer(&state, request, form).await?.response(form));
    }
    let by = request.group.as_ref().map(|group| group.by.clone()).unwrap_or_default();
    let frame = frame_inside(&state, &share, &shown, request).await?;
    Ok(encoded(0, shown.outward(frame, &by), form).await?.response(form))
}

/// The frame of a request that was let through, from what the link keeps or from the store.
pub(in crate::http) async fn frame_inside(
    state: &AppState,
    share: &Share,
    shown: &Shown,
    request: FrameRequest,
) -> Result<data::frame::Frame, ApiError> {
    let (sid, kept) = (share.sid, shown.kept.clone());
    let kept = match kept {
        Kept::Live => return Ok(state.store.frame(request).await?),
        Kept::Link(start) => state.store.read(move |db| share::frozen_frame(db, sid, &start, &request)).await?,
        Kept::Grid(hash) => super::reports::frozen::frame(state, hash, request).await?,
    };
    kept.ok_or_else(|| NotNamed("other axes or another smoothing than those it was frozen with".to_owned()).into())
}

/// Another text once what is shown may have changed.
pub(in crate::http) fn version_of(state: &AppState, shown: &Shown) -> String {
    let logged: Vec<u64> = shown.follows().into_iter().map(|eid| state.store.version_of(eid)).collect();
    let written = shown.page.report.as_ref().and_then(|report| report.version.as_ref()).map(|version| version.number);
    format!("{logged:?} {written:?}")
}

/// What [`version`] answers.
#[derive(Serialize)]
pub(super) struct Version {
    version: String,
    /// The newest version of the report, for a link to one.
    #[serde(skip_serializing_if = "Option::is_none")]
    written: Option<u32>,
}

/// `GET /api/shared/{token}/version`: another text once something was logged, for pages that follow it. A
/// stream would take one of the six connections that a browser has for all the frames of a page.
pub(super) async fn version(State(state): State<AppState>, opened: Opened) -> Json<Version> {
    let version = version_of(&state, &opened.shown);
    // Nothing of how much is logged and when.
    let digest = Sha256::digest([&opened.share.salt[..], &opened.share.token_hash, version.as_bytes()].concat());
    let written = opened.shown.page.report.as_ref().and_then(|report| report.version.as_ref());
    let written = written.map(|version| version.number);
    Json(Version { written, version: digest[..8].iter().map(|byte| format!("{byte:02x}")).collect() })
}

/// What follows the address of a picture in a report.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct WithKey {
    /// The key of a link with a password: a picture in a page is asked for without headers.
    key: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct PictureInPath {
    token: String,
    hash: String,
}

/// `GET /api/shared/{token}/images/{hash}?key`: a picture that stands in the link's report. 403 for any other.
pub(super) async fn image(
    State(state): State<AppState>,
    Path(path): Path<PictureInPath>,
    Query(with): Query<WithKey>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let key = headers.get(KEY).and_then(|key| key.to_str().ok());
    let opened = Opened::by(&state, &path.token, key.or(with.key.as_deref())).await?;
    if !opened.shown.pictures.contains(&path.hash) {
        return Err(NotNamed("this picture".to_owned()).into());
    }
    super::reports::images::bytes(State(state), Path(path.hash), headers).await
}

/// `OPTIONS`: what a browser asks first for a page of another site.
pub(super) async fn asked_first() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Lets pages of other sites ask, and keeps what they are told out of every cache.
pub(super) async fn from_anywhere(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let mut say = |name, value| headers.insert(name, HeaderValue::from_static(value));
    say(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    say(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST");
    say(header::ACCESS_CONTROL_ALLOW_HEADERS, "accept, content-type, x-share-key");
    say(header::ACCESS_CONTROL_EXPOSE_HEADERS, "x-points-total, x-points-shown");
    say(header::ACCESS_CONTROL_MAX_AGE, "7200");
    say(HeaderName::from_static("cross-origin-resource-policy"), "cross-origin");
    say(HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
    say(header::REFERRER_POLICY, "no-referrer");
    say(header::CACHE_CONTROL, "no-store");
    response
}
