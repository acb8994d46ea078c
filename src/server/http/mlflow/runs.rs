//! `runs/...`: making, changing and finding runs. What runs log is in [`super::log`].

use super::{
    MlflowError, Out,
    answers::{Nothing, RunAnswer, RunInfo},
    call::Call,
    checks, choices,
    fields::{Int, NameOrNumber, Object, Text},
    page,
    search::Search,
};
use crate::{
    http::AppState,
    store::{
        StoreError, rows,
        runs::{self, NewRun, RunUpdate},
        search::{RunQuery, View, search_runs},
    },
};
use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use data::run::RunId;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};

/// The most runs on a page.
const LARGEST_PAGE: i64 = 50_000;
/// How many runs a page has if nobody says.
const USUAL_PAGE: i64 = 1_000;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/runs/create", post(create))
        .route("/runs/get", get(by_id))
        .route("/runs/update", post(update))
        .route("/runs/delete", post(delete))
        .route("/runs/restore", post(restore))
        .route("/runs/search", post(search))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct TagIn<'a> {
    #[serde(borrow)]
    pub key: Option<Text<'a>>,
    #[serde(borrow)]
    pub value: Option<Text<'a>>,
}

/// The tags of a request, checked.
pub(super) fn checked_tags(tags: Option<Vec<Object<TagIn>>>) -> Result<Vec<(String, String)>, MlflowError> {
    let tags = tags.unwrap_or_default().into_iter().enumerate();
    tags.map(|(at, Object(TagIn { key, value }))| {
        let path = format!("tags[{at}].key");
        let key = key.filter(|key| !key.is_empty()).ok_or_else(|| MlflowError::missing(&path))?;
        checks::tag(&key, value, &path)
    })
    .collect()
}

/// The tags of a new run, whose keys may have any characters: clients send what they find.
fn first_tags(tags: Option<Vec<Object<TagIn>>>) -> Result<Vec<(String, String)>, MlflowError> {
    let tags = tags.unwrap_or_default().into_iter().enumerate();
    tags.map(|(at, Object(TagIn { key, value }))| {
        let path = format!("tags[{at}].key");
        let key = key.filter(|key| !key.is_empty()).ok_or_else(|| MlflowError::missing(&path))?;
        checks::length(&key, checks::LONGEST_KEY, &path)?;
        Ok((key.to_string(), checks::cut_tag(value)))
    })
    .collect()
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Create<'a> {
    #[serde(alias = "experimentId")]
    experiment_id: Option<String>,
    #[serde(alias = "userId")]
    user_id: Option<String>,
    #[serde(alias = "runName")]
    run_name: Option<String>,
    #[serde(alias = "startTime")]
    start_time: Option<Int>,
    #[serde(borrow)]
    tags: Option<Vec<Object<TagIn<'a>>>>,
}

#[derive(Serialize)]
struct One {
    run: RunAnswer,
}

/// `POST runs/create`: makes a run, and a name for it if it has none.
async fn create(State(app): State<AppState>, call: Call) -> Out<One> {
    let asked: Create = call.read()?;
    let experiment = asked.experiment_id.filter(|id| !id.is_empty());
    let experiment = experiment.ok_or_else(|| StoreError::Conflict("A run needs an experiment_id.".to_owned()))?;
    let new = NewRun {
        eid: checks::experiment_id(&experiment)?,
        name: asked.run_name,
        user: asked.user_id.unwrap_or_default(),
        start_millis: asked.start_time.map(|time| time.0),
        tags: first_tags(asked.tags)?,
    };
    let id = random_id()?;
    let answer = app.store.write(move |tx| {
        let run = runs::create(tx, id, &new)?;
        answer(tx.db, run.rid)
    });
    Ok(Json(One { run: answer.await? }))
}

/// 128 random bits.
pub(super) fn random_id() -> Result<RunId, MlflowError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Damaged(format!("no random numbers: {error}")))?;
    Ok(RunId(u128::from_le_bytes(bytes)))
}

fn answer(db: &Connection, rid: i64) -> Result<RunAnswer, StoreError> {
    RunAnswer::new(db, stored(db, rid)?, false)
}

fn stored(db: &Connection, rid: i64) -> Result<rows::StoredRun, StoreError> {
    let found = rows::stored_runs(db, &[rid])?.pop();
    found.ok_or_else(|| StoreError::Damaged(format!("run {rid} has gone")))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct ById<'a> {
    #[serde(borrow, alias = "runId")]
    pub run_id: Option<Text<'a>>,
    #[serde(borrow, alias = "runUuid")]
    pub run_uuid: Option<Text<'a>>,
}

impl ById<'_> {
    /// The id, as it was written.
    pub fn id(&self) -> Result<String, MlflowError> {
        checks::run_id(&self.run_id, &self.run_uuid).map(str::to_owned)
    }
}

/// `GET runs/get`: one run, also a deleted one.
async fn by_id(State(app): State<AppState>, call: Call) -> Out<One> {
    let id = call.read::<ById>()?.id()?;
    let run = app.store.read(move |db| answer(db, runs::find(db, &id)?.rid)).await?;
    Ok(Json(One { run }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Update<'a> {
    #[serde(borrow, alias = "runId")]
    run_id: Option<Text<'a>>,
    #[serde(borrow, alias = "runUuid")]
    run_uuid: Option<Text<'a>>,
    status: Option<NameOrNumber>,
    #[serde(alias = "endTime")]
    end_time: Option<Int>,
    #[serde(alias = "runName")]
    run_name: Option<String>,
}

#[derive(Serialize)]
struct Updated {
    run_info: RunInfo,
}

/// `POST runs/update`: sets a run's status, end or name.
async fn update(State(app): State<AppState>, call: Call) -> Out<Updated> {
    let asked: Update = call.read()?;
    let id = checks::run_id(&asked.run_id, &asked.run_uuid)?.to_owned();
    let update = RunUpdate {
        status: asked.status.as_ref().map(choices::status).transpose()?,
        end_millis: asked.end_time.map(|time| time.0),
        name: asked.run_name,
    };
    let updated = app.store.write(move |tx| {
        let run = runs::update(tx, &id, &update)?;
        Ok(RunInfo::new(&stored(tx.db, run.rid)?))
    });
    Ok(Json(Updated { run_info: updated.await? }))
}

/// `POST runs/delete`: puts a run in the trash.
async fn delete(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let id = call.read::<ById>()?.id()?;
    app.store.write(move |tx| runs::delete(tx, &id)).await?;
    Ok(Json(Nothing {}))
}

/// `POST runs/restore`: takes a run out of the trash.
async fn restore(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let id = call.read::<ById>()?.id()?;
    app.store.write(move |tx| runs::restore(tx, &id)).await?;
    Ok(Json(Nothing {}))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Where {
    #[serde(alias = "experimentIds")]
    experiment_ids: Option<Vec<String>>,
    #[serde(alias = "runViewType")]
    run_view_type: Option<NameOrNumber>,
}

#[derive(Serialize)]
struct Found {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    runs: Vec<RunAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// `POST runs/search`: runs by filter and order, in pages.
async fn search(State(app): State<AppState>, call: Call) -> Out<Found> {
    let asked = Search::of(&call, USUAL_PAGE, 1..=LARGEST_PAGE)?;
    let (offset, size, limit) = (asked.offset, asked.size, asked.limit());
    let Where { experiment_ids, run_view_type } = call.read()?;
    let mut eids = Vec::new();
    for id in experiment_ids.unwrap_or_default() {
        let eid = checks::experiment_id(&id)?;
        if !eids.contains(&eid) {
            eids.push(eid);
        }
    }
    let view = choices::view(run_view_type.as_ref(), "run_view_type", View::Active)?;
    let query = RunQuery { eids, filter: asked.filter, order: asked.order, view, offset, limit };
    let found = app.store.read(move |db| {
        let mut rids = search_runs(db, &query)?;
        let next_page_token = page::cut(&mut rids, offset, size);
        let runs = rows::stored_runs(db, &rids)?.into_iter().map(|run| RunAnswer::new(db, run, true));
        Ok(Found { runs: runs.collect::<Result<_, _>>()?, next_page_token })
    });
    Ok(Json(found.await?))
}
