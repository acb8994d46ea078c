//! `logged-models/...`: models that runs log.

use super::{
    MlflowError, Out,
    answers::{Nothing, Pair, pairs},
    artifacts::{self, ListedBelow},
    call::{Call, Segments},
    checks, choices,
    experiments::TagIn,
    fields::{Double, Flag, Int, NameOrNumber, Object},
    page,
    runs::random_id,
};
use crate::{
    artifacts::ArtifactPath,
    http::AppState,
    store::models::{
        logged::{self, LoggedModel, NewLoggedModel, Status},
        search::{DatasetFilter, LoggedModelOrder, LoggedModelQuery, Window, logged_models},
    },
};
use axum::{
    Json, Router,
    extract::State,
    http::HeaderMap,
    response::Response,
    routing::{delete, get, patch, post},
};
use data::query::{Field, LoggedModelAttribute, OrderKey, parse_filter, parse_order};
use serde::{Deserialize, Serialize};
use std::hash::{DefaultHasher, Hash, Hasher};

/// How many models a page has if nobody says, and at most.
const USUAL_PAGE: i64 = 50;
const LARGEST_PAGE: i64 = 1_000;

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/logged-models", post(create))
        .route("/logged-models/search", post(search))
        .route("/logged-models/{model_id}", get(by_id).patch(finish).delete(remove))
        .route("/logged-models/{model_id}/tags", patch(set_tags))
        .route("/logged-models/{model_id}/tags/{*key}", delete(delete_tag))
        .route("/logged-models/{model_id}/params", post(log_params))
        .route("/logged-models/{model_id}/artifacts/directories", get(list_artifacts))
}

/// Routes that only browsers use.
pub(super) fn ajax_routes() -> Router<AppState> {
    Router::new().route("/logged-models/{model_id}/artifacts/files", get(download))
}

#[derive(Serialize)]
struct MetricOfModel {
    key: String,
    value: Double,
    timestamp: i64,
    step: i64,
    model_id: String,
    run_id: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    dataset_name: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    dataset_digest: String,
}

#[derive(Serialize)]
struct ModelInfo {
    model_id: String,
    experiment_id: String,
    name: String,
    creation_timestamp_ms: i64,
    last_updated_timestamp_ms: i64,
    artifact_uri: String,
    status: &'static str,
    model_type: String,
    source_run_id: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Pair>,
}

#[derive(Serialize)]
struct ModelData {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    params: Vec<Pair>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metrics: Vec<MetricOfModel>,
}

#[derive(Serialize)]
struct ModelAnswer {
    info: ModelInfo,
    data: ModelData,
}

impl From<LoggedModel> for ModelAnswer {
    fn from(model: LoggedModel) -> Self {
        let metrics = model.metrics.into_iter().map(|metric| MetricOfModel {
            key: metric.key,
            value: Double(metric.value),
            timestamp: metric.time_millis,
            step: metric.step,
            model_id: model.model_id.clone(),
            run_id: metric.run,
            dataset_name: metric.dataset_name,
            dataset_digest: metric.dataset_digest,
        });
        let data = ModelData { metrics: metrics.collect(), params: pairs(model.params) };
        let status = match model.status {
            1 => "LOGGED_MODEL_PENDING",
            2 => "LOGGED_MODEL_READY",
            _ => "LOGGED_MODEL_UPLOAD_FAILED",
        };
        let info = ModelInfo {
            model_id: model.model_id,
            experiment_id: model.eid.to_string(),
            name: model.name,
            creation_timestamp_ms: model.created_millis,
            last_updated_timestamp_ms: model.updated_millis,
            artifact_uri: model.artifact_uri,
            status,
            model_type: model.model_type,
            source_run_id: model.source_run,
            tags: pairs(model.tags),
        };
        ModelAnswer { info, data }
    }
}

#[derive(Serialize)]
struct One {
    model: ModelAnswer,
}

impl One {
    fn of(model: LoggedModel) -> Json<One> {
        Json(One { model: model.into() })
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Create {
    #[serde(alias = "experimentId")]
    experiment_id: Option<String>,
    name: Option<String>,
    #[serde(alias = "modelType")]
    model_type: Option<String>,
    #[serde(alias = "sourceRunId")]
    source_run_id: Option<String>,
    params: Option<Vec<Object<TagIn>>>,
    tags: Option<Vec<Object<TagIn>>>,
}

/// Params or tags of a request, checked.
fn checked_pairs(given: Option<Vec<Object<TagIn>>>, what: &str) -> Result<Vec<(String, String)>, MlflowError> {
    let given = given.unwrap_or_default().into_iter().enumerate();
    given
        .map(|(at, Object(TagIn { key, value }))| {
            let key = checks::required(key, &format!("{what}[{at}].key"))?;
            checks::length(&key, checks::LONGEST_KEY, &format!("{what}[{at}].key"))?;
            Ok((key, value.unwrap_or_default()))
        })
        .collect()
}

/// `POST logged-models`: announces a model, before its files are sent.
async fn create(State(app): State<AppState>, call: Call) -> Out<One> {
    let asked: Create = call.read()?;
    let eid = checks::experiment_id(&checks::required(asked.experiment_id, "experiment_id")?)?;
    let name = asked.name.filter(|name| !name.is_empty());
    if let Some(name) = name.as_ref().filter(|name| name.contains(['/', ':', '.', '%', '"', '\''])) {
        return Err(MlflowError::Invalid(format!(
            "Invalid model name ('{name}') provided. Model name must be a non-empty string and cannot contain the \
             following characters: ('/', ':', '.', '%', '\"', \"'\")"
        )));
    }
    let new = NewLoggedModel {
        eid,
        name,
        model_type: asked.model_type.unwrap_or_default(),
        source_run: asked.source_run_id.unwrap_or_default(),
        params: checked_pairs(asked.params, "params")?,
        tags: checked_pairs(asked.tags, "tags")?,
    };
    let id = random_id()?;
    Ok(One::of(app.store.write(move |tx| logged::create(tx, id, &new)).await?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ById {
    allow_deleted: Option<Flag>,
}

/// `GET logged-models/{model_id}`: one model; one in the trash only if that is allowed.
async fn by_id(State(app): State<AppState>, Segments(id): Segments<String>, call: Call) -> Out<One> {
    let also_deleted = call.read::<ById>()?.allow_deleted.is_some_and(|flag| flag.0);
    Ok(One::of(app.store.read(move |db| logged::get(db, &id, also_deleted)).await?))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Finish {
    #[serde(alias = "modelId")]
    model_id: Option<String>,
    status: Option<NameOrNumber>,
}

/// `PATCH logged-models/{model_id}`: says how far the upload got.
async fn finish(State(app): State<AppState>, Segments(id): Segments<String>, call: Call) -> Out<One> {
    let asked: Finish = call.read()?;
    let told = checks::required(asked.model_id, "model_id")?;
    if told != id {
        return Err(MlflowError::bad_value("model_id", &told, "it must be the id in the address."));
    }
    let status = asked.status.ok_or_else(|| MlflowError::missing("status"))?;
    let choices = [
        ("LOGGED_MODEL_PENDING", 1, Status::Pending),
        ("LOGGED_MODEL_READY", 2, Status::Ready),
        ("LOGGED_MODEL_UPLOAD_FAILED", 3, Status::Failed),
    ];
    let status = status.among(&choices).ok_or_else(|| {
        let why = "it must be one of LOGGED_MODEL_PENDING, LOGGED_MODEL_READY, LOGGED_MODEL_UPLOAD_FAILED.";
        MlflowError::bad_value("status", &choices::named(&status), why)
    })?;
    Ok(One::of(app.store.write(move |tx| logged::finish(tx, &id, status)).await?))
}

/// `DELETE logged-models/{model_id}`: puts a model in the trash.
async fn remove(State(app): State<AppState>, Segments(id): Segments<String>) -> Out<Nothing> {
    app.store.write(move |tx| logged::delete(tx, &id)).await?;
    Ok(Json(Nothing {}))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Tags {
    tags: Option<Vec<Object<TagIn>>>,
}

/// `PATCH logged-models/{model_id}/tags`: sets tags; others stay.
async fn set_tags(State(app): State<AppState>, Segments(id): Segments<String>, call: Call) -> Out<Nothing> {
    let tags = checked_pairs(call.read::<Tags>()?.tags, "tags")?;
    app.store.write(move |tx| logged::set_tags(tx, &id, &tags)).await?;
    Ok(Json(Nothing {}))
}

/// `DELETE logged-models/{model_id}/tags/{key}`: removes a tag, which must be there.
async fn delete_tag(State(app): State<AppState>, Segments((id, key)): Segments<(String, String)>) -> Out<Nothing> {
    app.store.write(move |tx| logged::delete_tag(tx, &id, &key)).await?;
    Ok(Json(Nothing {}))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Params {
    params: Option<Vec<Object<TagIn>>>,
}

/// `POST logged-models/{model_id}/params`: adds params, none of which may be there already.
async fn log_params(State(app): State<AppState>, Segments(id): Segments<String>, call: Call) -> Out<Nothing> {
    let params = checked_pairs(call.read::<Params>()?.params, "params")?;
    app.store.write(move |tx| logged::log_params(tx, &id, &params)).await?;
    Ok(Json(Nothing {}))
}

#[derive(Deserialize, Default, Hash)]
#[serde(default)]
struct DatasetIn {
    #[serde(alias = "datasetName")]
    dataset_name: Option<String>,
    #[serde(alias = "datasetDigest")]
    dataset_digest: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct OrderIn {
    #[serde(alias = "fieldName")]
    field_name: Option<String>,
    ascending: Option<Flag>,
    #[serde(alias = "datasetName")]
    dataset_name: Option<String>,
    #[serde(alias = "datasetDigest")]
    dataset_digest: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Search {
    #[serde(alias = "experimentIds")]
    experiment_ids: Option<Vec<String>>,
    filter: Option<String>,
    datasets: Option<Vec<Object<DatasetIn>>>,
    #[serde(alias = "maxResults")]
    max_results: Option<Int>,
    #[serde(alias = "orderBy")]
    order_by: Option<Vec<Object<OrderIn>>>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

#[derive(Serialize)]
struct Found {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    models: Vec<ModelAnswer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

/// `POST logged-models/search`: models by filter and order, in pages.
async fn search(State(app): State<AppState>, call: Call) -> Out<Found> {
    let asked: Search = call.read()?;
    let ids = asked.experiment_ids.ok_or_else(|| MlflowError::missing("experiment_ids"))?;
    let filter = asked.filter.unwrap_or_default();
    let size = match asked.max_results.map_or(0, |n| n.0) {
        0 => USUAL_PAGE as u64,
        given => checks::page_size(given, 1, LARGEST_PAGE)?,
    };
    let datasets = asked.datasets.unwrap_or_default().into_iter().map(dataset_filter).collect::<Result<Vec<_>, _>>()?;
    let order = asked.order_by.unwrap_or_default().into_iter().map(order_key).collect::<Result<Vec<_>, _>>()?;
    // A token belongs to the question that it continues.
    let mut hasher = DefaultHasher::new();
    (&ids, &filter, &datasets).hash(&mut hasher);
    for LoggedModelOrder { key, dataset } in &order {
        (key, dataset).hash(&mut hasher);
    }
    let question = hasher.finish();
    let offset = page::offset_of_question(asked.page_token.as_deref(), question)?;
    let query = LoggedModelQuery {
        eids: ids.iter().map(|id| checks::experiment_id(id)).collect::<Result<_, _>>()?,
        filter: parse_filter(&filter)?,
        datasets,
        order,
        window: Window { offset, limit: size + 1 },
    };
    let mut found = app.store.read(move |db| logged_models(db, &query)).await?;
    let token = page::cut(&mut found, offset, size).map(|token| page::bind(token, question));
    Ok(Json(Found { models: found.into_iter().map(Into::into).collect(), next_page_token: token }))
}

fn dataset_filter(Object(given): Object<DatasetIn>) -> Result<DatasetFilter, MlflowError> {
    let name = given
        .dataset_name
        .filter(|name| !name.is_empty())
        .ok_or_else(|| MlflowError::Invalid("`dataset_name` in the `datasets` clause must be specified.".to_owned()))?;
    Ok(DatasetFilter { name, digest: given.dataset_digest.filter(|digest| !digest.is_empty()) })
}

fn order_key(Object(given): Object<OrderIn>) -> Result<LoggedModelOrder, MlflowError> {
    let name = checks::required(given.field_name, "order_by.field_name")?;
    let key: OrderKey<LoggedModelAttribute> = match name.strip_prefix("metrics.") {
        // The name stands alone, so it needs no quotes.
        Some(metric) => OrderKey { field: Field::Metric(metric.trim_matches('`').to_owned()), descending: false },
        None => parse_order(&name)?,
    };
    if !matches!(key.field, Field::Metric(_) | Field::Attribute(_)) {
        return Err(MlflowError::Invalid(format!("Invalid order by field name: {name}. Only metrics are supported.")));
    }
    let descending = !given.ascending.is_none_or(|flag| flag.0);
    let name = given.dataset_name.filter(|name| !name.is_empty());
    let digest = given.dataset_digest.filter(|digest| !digest.is_empty());
    Ok(LoggedModelOrder {
        key: OrderKey { descending, ..key },
        dataset: name.map(|name| DatasetFilter { name, digest }),
    })
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct InModel {
    #[serde(alias = "artifactDirectoryPath")]
    artifact_directory_path: Option<String>,
    artifact_file_path: Option<String>,
}

/// `GET logged-models/{model_id}/artifacts/directories`: what lies in a folder of a model.
async fn list_artifacts(State(app): State<AppState>, Segments(id): Segments<String>, call: Call) -> Out<ListedBelow> {
    let path = call.read::<InModel>()?.artifact_directory_path.filter(|path| !path.is_empty());
    let path = path.as_deref().map(ArtifactPath::parse).transpose()?;
    let model = app.store.read(move |db| logged::get(db, &id, false)).await?;
    artifacts::list_below(&app, model.artifact_uri, path).await
}

/// `GET logged-models/{model_id}/artifacts/files`: a file of a model.
async fn download(
    State(app): State<AppState>,
    Segments(id): Segments<String>,
    headers: HeaderMap,
    call: Call,
) -> Result<Response, MlflowError> {
    let path = checks::required(call.read::<InModel>()?.artifact_file_path, "artifact_file_path")?;
    let path = ArtifactPath::parse(&path)?;
    let model = app.store.read(move |db| logged::get(db, &id, false)).await?;
    let path = path.below(&artifacts::path_of_uri(&model.artifact_uri)?)?;
    artifacts::send(&app, &path, &headers).await
}
