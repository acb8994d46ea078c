//! `model-versions/...`: versions of registered models.

use super::{
    MlflowError, Out,
    answers::{Nothing, Pair, pairs},
    artifacts,
    call::Call,
    checks,
    experiments::TagIn,
    fields::{Flag, Object},
    page,
    registry::{OneVersion, checked_tag, version_number},
    search::Search,
    sources,
};
use crate::{
    artifacts::ArtifactPath,
    http::AppState,
    store::models::{
        search::{Window, versions as search_versions},
        versions::{self, NewVersion, Stage, Version},
    },
};
use axum::{
    Json, Router,
    extract::State,
    http::HeaderMap,
    response::Response,
    routing::{delete, get, patch, post},
};
use serde::{Deserialize, Serialize};

/// The most versions on a page, and how many it has if nobody says.
const LARGEST_PAGE: i64 = 200_000;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/model-versions/create", post(create))
        .route("/model-versions/get", get(by_number))
        .route("/model-versions/update", patch(update))
        .route("/model-versions/delete", delete(remove))
        .route("/model-versions/search", get(search))
        .route("/model-versions/transition-stage", post(move_to))
        .route("/model-versions/get-download-uri", get(download_uri))
        .route("/model-versions/set-tag", post(set_tag))
        .route("/model-versions/delete-tag", delete(delete_tag))
}

/// Routes without a prefix.
pub(super) fn bare_routes() -> Router<AppState> {
    Router::new().route("/model-versions/get-artifact", get(download))
}

/// A version as the wire tells it.
#[derive(Serialize)]
pub(super) struct VersionAnswer {
    name: String,
    version: String,
    creation_timestamp: i64,
    last_updated_timestamp: i64,
    current_stage: String,
    description: String,
    source: String,
    run_id: String,
    status: &'static str,
    run_link: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    model_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Pair>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    aliases: Vec<String>,
}

impl From<Version> for VersionAnswer {
    fn from(version: Version) -> Self {
        VersionAnswer {
            name: version.name,
            version: version.version.to_string(),
            creation_timestamp: version.created_millis,
            last_updated_timestamp: version.updated_millis,
            current_stage: version.stage,
            description: version.description,
            source: version.source,
            run_id: version.run,
            status: "READY",
            run_link: version.run_link,
            model_id: version.logged_model,
            tags: pairs(version.tags),
            aliases: version.aliases,
        }
    }
}

fn one(version: Version) -> Json<OneVersion> {
    Json(OneVersion { model_version: version.into() })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Create {
    name: Option<String>,
    source: Option<String>,
    #[serde(alias = "runId")]
    run_id: Option<String>,
    tags: Option<Vec<Object<TagIn>>>,
    #[serde(alias = "runLink")]
    run_link: Option<String>,
    description: Option<String>,
    #[serde(alias = "modelId")]
    model_id: Option<String>,
}

/// `POST model-versions/create`: makes the next version of a model.
async fn create(State(app): State<AppState>, call: Call) -> Out<OneVersion> {
    let asked: Create = call.read()?;
    let tags = asked.tags.unwrap_or_default().into_iter().map(|Object(tag)| checked_tag(tag));
    let mut new = NewVersion {
        name: checks::required(asked.name, "name")?,
        source: checks::required(asked.source, "source")?,
        run: asked.run_id.unwrap_or_default(),
        logged_model: asked.model_id.unwrap_or_default(),
        run_link: asked.run_link.unwrap_or_default(),
        description: asked.description.unwrap_or_default(),
        tags: tags.collect::<Result<_, _>>()?,
        artifact_uri: String::new(),
    };
    checks::length(&new.source, 4_096, "source")?;
    let made = app.store.write(move |tx| {
        sources::resolve(tx.db, &mut new)?;
        versions::create(tx, &new)
    });
    Ok(one(made.await?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct One {
    name: Option<String>,
    version: Option<String>,
    description: Option<String>,
    stage: Option<String>,
    #[serde(alias = "archiveExistingVersions")]
    archive_existing_versions: Option<Flag>,
    key: Option<String>,
    value: Option<String>,
    path: Option<String>,
}

impl One {
    fn name_and_version(&mut self) -> Result<(String, i64), MlflowError> {
        Ok((checks::required(self.name.take(), "name")?, version_number(self.version.take())?))
    }
}

/// `GET model-versions/get`.
async fn by_number(State(app): State<AppState>, call: Call) -> Out<OneVersion> {
    let (name, version) = call.read::<One>()?.name_and_version()?;
    Ok(one(app.store.read(move |db| versions::get(db, &name, version)).await?))
}

/// `PATCH model-versions/update`: writes the description.
async fn update(State(app): State<AppState>, call: Call) -> Out<OneVersion> {
    let mut asked: One = call.read()?;
    let (name, version) = asked.name_and_version()?;
    let description = asked.description.unwrap_or_default();
    Ok(one(app.store.write(move |tx| versions::describe(tx, &name, version, &description)).await?))
}

/// `DELETE model-versions/delete`.
async fn remove(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let (name, version) = call.read::<One>()?.name_and_version()?;
    app.store.write(move |tx| versions::delete(tx, &name, version)).await?;
    Ok(Json(Nothing {}))
}

#[derive(Serialize)]
struct Found {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    model_versions: Vec<VersionAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// `GET model-versions/search`: versions by filter and order, in pages.
async fn search(State(app): State<AppState>, call: Call) -> Out<Found> {
    let asked = Search::of(&call, LARGEST_PAGE, 1..=LARGEST_PAGE)?;
    let (offset, size) = (asked.offset, asked.size);
    let window = Window { offset, limit: asked.limit() };
    let mut found = app.store.read(move |db| search_versions(db, &asked.filter, &asked.order, window)).await?;
    let next_page_token = page::cut(&mut found, offset, size);
    Ok(Json(Found { model_versions: found.into_iter().map(Into::into).collect(), next_page_token }))
}

/// `POST model-versions/transition-stage`.
async fn move_to(State(app): State<AppState>, call: Call) -> Out<OneVersion> {
    let mut asked: One = call.read()?;
    let (name, version) = asked.name_and_version()?;
    let stage = Stage::of_name(&checks::required(asked.stage, "stage")?)?;
    let archive = asked.archive_existing_versions.is_some_and(|flag| flag.0);
    Ok(one(app.store.write(move |tx| versions::move_to(tx, &name, version, stage, archive)).await?))
}

#[derive(Serialize)]
struct DownloadUri {
    artifact_uri: String,
}

/// `GET model-versions/get-download-uri`: where the files of a version lie.
async fn download_uri(State(app): State<AppState>, call: Call) -> Out<DownloadUri> {
    let (name, version) = call.read::<One>()?.name_and_version()?;
    let found = app.store.read(move |db| versions::get(db, &name, version)).await?;
    Ok(Json(DownloadUri { artifact_uri: found.artifact_uri }))
}

/// `POST model-versions/set-tag`.
async fn set_tag(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let mut asked: One = call.read()?;
    let (name, version) = asked.name_and_version()?;
    let (key, value) = checked_tag(TagIn { key: asked.key, value: asked.value })?;
    app.store.write(move |tx| versions::set_tag(tx, &name, version, &key, &value)).await?;
    Ok(Json(Nothing {}))
}

/// `DELETE model-versions/delete-tag`.
async fn delete_tag(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let mut asked: One = call.read()?;
    let (name, version) = asked.name_and_version()?;
    let key = checks::required(asked.key, "key")?;
    app.store.write(move |tx| versions::delete_tag(tx, &name, version, &key)).await?;
    Ok(Json(Nothing {}))
}

/// `GET /model-versions/get-artifact`: a file of a version.
async fn download(State(app): State<AppState>, headers: HeaderMap, call: Call) -> Result<Response, MlflowError> {
    let mut asked: One = call.read()?;
    let (name, version) = asked.name_and_version()?;
    let path = ArtifactPath::parse(&checks::required(asked.path, "path")?)?;
    let found = app.store.read(move |db| versions::get(db, &name, version)).await?;
    let path = path.below(&artifacts::path_of_uri(&found.artifact_uri)?)?;
    artifacts::send(&app, &path, &headers).await
}
