//! `experiments/...`: making, changing and finding experiments.

use super::{
    MlflowError, Out,
    answers::{ExperimentAnswer, Nothing},
    call::Call,
    checks, choices,
    fields::{NameOrNumber, Object},
    page,
    search::Search,
};
use crate::{
    http::AppState,
    store::{
        datasets, experiments,
        search::{ExperimentQuery, View, search_experiments},
    },
};
use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use serde::{Deserialize, Serialize};

/// Characters of an experiment's name.
const LONGEST_NAME: usize = 500;
/// Characters of an experiment tag's value.
const LONGEST_TAG: usize = 20_000;
/// The most experiments on a page.
const LARGEST_PAGE: i64 = 50_000;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/experiments/create", post(create))
        .route("/experiments/get", get(by_id))
        .route("/experiments/get-by-name", get(by_name))
        .route("/experiments/search", post(search).get(search))
        .route("/experiments/update", post(update))
        .route("/experiments/delete", post(delete))
        .route("/experiments/restore", post(restore))
        .route("/experiments/set-experiment-tag", post(set_tag))
        .route("/experiments/delete-experiment-tag", post(delete_tag))
}

/// Routes that only browsers use.
pub(super) fn ajax_routes() -> Router<AppState> {
    Router::new().route("/experiments/search-datasets", post(search_datasets))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct TagIn {
    pub key: Option<String>,
    pub value: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Create {
    name: Option<String>,
    #[serde(alias = "artifactLocation")]
    artifact_location: Option<String>,
    tags: Option<Vec<Object<TagIn>>>,
}

#[derive(Serialize)]
struct Created {
    experiment_id: String,
}

/// `POST experiments/create`: makes an experiment.
async fn create(State(app): State<AppState>, call: Call) -> Out<Created> {
    let Create { name, artifact_location, tags } = call.read()?;
    let name = checks::required(name, "name")?;
    checks::length(&name, LONGEST_NAME, "name")?;
    let location = artifact_location.filter(|location| !location.is_empty());
    if let Some(location) = &location {
        check_location(location)?;
    }
    let tags: Vec<_> = tags.unwrap_or_default().into_iter().map(checked_tag).collect::<Result<_, _>>()?;
    let eid = app.store.write(move |tx| experiments::create(tx, &name, location.as_deref(), &tags)).await?;
    Ok(Json(Created { experiment_id: eid.to_string() }))
}

/// Refuses locations that mean something else later. The server itself reads and writes only its own
/// `mlflow-artifacts:`; where clients keep files elsewhere, that is between them and that place.
fn check_location(location: &str) -> Result<(), MlflowError> {
    let refuse = |why: &str| Err(MlflowError::bad_value("artifact_location", location, why));
    match location.split_once(':') {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("runs") => {
            return refuse("an artifact location cannot be a runs:/ URI.");
        }
        None if !location.starts_with('/') => return refuse("an artifact location is a URI or an absolute path."),
        _ => {}
    }
    if location.contains(['?', '#', '\0']) || location.split(['/', '\\']).any(|part| part == "..") {
        return refuse("an artifact location has no query, no fragment and no '..'.");
    }
    checks::length(location, 2_048, "artifact_location")
}

/// An experiment's tag, checked.
fn checked_tag(Object(tag): Object<TagIn>) -> Result<(String, String), MlflowError> {
    let key = checks::required(tag.key, "key")?;
    let value = tag.value.unwrap_or_default();
    checks::key(&key, "key")?;
    checks::length(&key, checks::LONGEST_KEY, "key")?;
    checks::length(&value, LONGEST_TAG, "value")?;
    Ok((key, value))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ById {
    #[serde(alias = "experimentId")]
    experiment_id: Option<String>,
}

impl ById {
    fn eid(self) -> Result<i64, MlflowError> {
        checks::experiment_id(&checks::required(self.experiment_id, "experiment_id")?)
    }
}

#[derive(Serialize)]
struct One {
    experiment: ExperimentAnswer,
}

/// `GET experiments/get`: one experiment, also a deleted one.
async fn by_id(State(app): State<AppState>, call: Call) -> Out<One> {
    let eid = call.read::<ById>()?.eid()?;
    let experiment = app.store.read(move |db| experiments::get(db, eid)).await?;
    Ok(Json(One { experiment: experiment.into() }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ByName {
    #[serde(alias = "experimentName")]
    experiment_name: Option<String>,
}

/// `GET experiments/get-by-name`: one experiment, also a deleted one.
async fn by_name(State(app): State<AppState>, call: Call) -> Out<One> {
    let name = checks::required(call.read::<ByName>()?.experiment_name, "experiment_name")?;
    let wanted = name.clone();
    let found = app.store.read(move |db| experiments::by_name(db, &wanted)).await?;
    let experiment =
        found.ok_or_else(|| MlflowError::NotFound(format!("Could not find experiment with name '{name}'")))?;
    Ok(Json(One { experiment: experiment.into() }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Stages {
    #[serde(alias = "viewType")]
    view_type: Option<NameOrNumber>,
}

#[derive(Serialize)]
struct Found {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    experiments: Vec<ExperimentAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// `POST experiments/search`: experiments by filter and order, in pages.
async fn search(State(app): State<AppState>, call: Call) -> Out<Found> {
    // No page size is refused, as by MLflow's server.
    let asked = Search::of(&call, 0, 1..=LARGEST_PAGE)?;
    let view_type = call.read::<Stages>()?.view_type;
    let (offset, size, limit) = (asked.offset, asked.size, asked.limit());
    let view = choices::view(view_type.as_ref(), "view_type", View::Active)?;
    let query = ExperimentQuery { filter: asked.filter, order: asked.order, view, offset, limit };
    let mut found = app.store.read(move |db| search_experiments(db, &query)).await?;
    let next_page_token = page::cut(&mut found, offset, size);
    Ok(Json(Found { experiments: found.into_iter().map(Into::into).collect(), next_page_token }))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Update {
    #[serde(alias = "experimentId")]
    experiment_id: Option<String>,
    #[serde(alias = "newName")]
    new_name: Option<String>,
}

/// `POST experiments/update`: renames an experiment.
async fn update(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let Update { experiment_id, new_name } = call.read()?;
    let eid = checks::experiment_id(&checks::required(experiment_id, "experiment_id")?)?;
    let name = checks::required(new_name, "new_name")?;
    checks::length(&name, LONGEST_NAME, "name")?;
    app.store.write(move |tx| experiments::rename(tx, eid, &name)).await?;
    Ok(Json(Nothing {}))
}

/// `POST experiments/delete`: puts an experiment and its runs in the trash.
async fn delete(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let eid = call.read::<ById>()?.eid()?;
    app.store.write(move |tx| experiments::delete(tx, eid)).await?;
    Ok(Json(Nothing {}))
}

/// `POST experiments/restore`: takes an experiment and all its runs out of the trash.
async fn restore(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let eid = call.read::<ById>()?.eid()?;
    app.store.write(move |tx| experiments::restore(tx, eid)).await?;
    Ok(Json(Nothing {}))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct TagOf {
    #[serde(alias = "experimentId")]
    experiment_id: Option<String>,
    key: Option<String>,
    value: Option<String>,
}

/// `POST experiments/set-experiment-tag`.
async fn set_tag(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let TagOf { experiment_id, key, value } = call.read()?;
    let eid = checks::experiment_id(&checks::required(experiment_id, "experiment_id")?)?;
    let (key, value) = checked_tag(Object(TagIn { key, value }))?;
    app.store.write(move |tx| experiments::set_tag(tx, eid, &key, &value)).await?;
    Ok(Json(Nothing {}))
}

/// `POST experiments/delete-experiment-tag`.
async fn delete_tag(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let TagOf { experiment_id, key, .. } = call.read()?;
    let eid = checks::experiment_id(&checks::required(experiment_id, "experiment_id")?)?;
    let key = checks::required(key, "key")?;
    app.store.write(move |tx| experiments::delete_tag(tx, eid, &key)).await?;
    Ok(Json(Nothing {}))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct SearchDatasets {
    #[serde(alias = "experimentIds")]
    experiment_ids: Option<Vec<String>>,
}

#[derive(Serialize)]
struct DatasetSummary {
    experiment_id: String,
    name: String,
    digest: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<String>,
}

#[derive(Serialize)]
struct DatasetsFound {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dataset_summaries: Vec<DatasetSummary>,
}

/// `POST experiments/search-datasets`: the datasets that runs of these experiments used.
async fn search_datasets(State(app): State<AppState>, call: Call) -> Out<DatasetsFound> {
    let ids = call.read::<SearchDatasets>()?.experiment_ids.unwrap_or_default();
    if !(1..=20).contains(&ids.len()) {
        return Err(MlflowError::Invalid(format!(
            "SearchDatasets request must specify between 1 and 20 experiment_ids. Received {}.",
            ids.len()
        )));
    }
    let eids = ids.iter().map(|id| checks::experiment_id(id)).collect::<Result<Vec<_>, _>>()?;
    let found = app.store.read(move |db| datasets::search(db, &eids, 1_000)).await?;
    let summaries = found.into_iter().map(|d| DatasetSummary {
        experiment_id: d.eid.to_string(),
        name: d.name,
        digest: d.digest,
        context: d.context,
    });
    Ok(Json(DatasetsFound { dataset_summaries: summaries.collect() }))
}
