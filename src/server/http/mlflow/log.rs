//! `runs/log-...`, `runs/set-tag`: what a run logs one by one.

use super::{
    MlflowError, Out,
    answers::Nothing,
    call::Call,
    checks,
    fields::{Int, Object, Text},
};
use crate::{
    http::AppState,
    store::{
        datasets::{self, Dataset, DatasetInput, InputTag},
        links,
        metrics::{self, MetricPoint},
        runs, values,
    },
};
use axum::{Json, Router, extract::State, routing::post};
use data::series::JsonNumber;
use serde::Deserialize;

/// The tag in which clients of version 2 keep what they know of logged models.
const MODEL_HISTORY_TAG: &str = "mlflow.log-model.history";

pub(super) fn routes() -> Router<AppState> {
    Router::new()
        .route("/runs/log-metric", post(log_metric))
        .route("/runs/log-parameter", post(log_param))
        .route("/runs/set-tag", post(set_tag))
        .route("/runs/delete-tag", post(delete_tag))
        .route("/runs/log-inputs", post(log_inputs))
        .route("/runs/outputs", post(log_outputs))
        .route("/runs/log-model", post(log_model))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LogMetric<'a> {
    #[serde(borrow, alias = "runId")]
    run_id: Option<Text<'a>>,
    #[serde(borrow, alias = "runUuid")]
    run_uuid: Option<Text<'a>>,
    key: Option<String>,
    value: Option<JsonNumber>,
    timestamp: Option<Int>,
    step: Option<Int>,
    #[serde(alias = "modelId")]
    model_id: Option<String>,
    #[serde(alias = "datasetName")]
    dataset_name: Option<String>,
    #[serde(alias = "datasetDigest")]
    dataset_digest: Option<String>,
}

/// `POST runs/log-metric`: one point.
async fn log_metric(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let asked: LogMetric = call.read()?;
    let id = checks::logging_run_id(&asked.run_id, &asked.run_uuid)?.to_owned();
    let key = checks::required(asked.key, "key")?;
    let value = asked.value.ok_or_else(|| MlflowError::missing("value"))?.0;
    let time_millis = asked.timestamp.ok_or_else(|| MlflowError::missing("timestamp"))?.0;
    checks::metric_key(&key, "name")?;
    checks::timestamp(time_millis, &key, "timestamp")?;
    let step = asked.step.map_or(0, |step| step.0);
    let model = links::ModelOfMetric::new(asked.model_id, asked.dataset_name, asked.dataset_digest);
    app.store
        .write(move |tx| {
            let run = runs::active(tx.db, &id)?;
            let point = MetricPoint { metric: &key, value, step, time_millis };
            if let Some(model) = &model {
                links::log_metric(tx, run, model, &point)?;
            }
            metrics::append(tx, run, &[point])
        })
        .await?;
    Ok(Json(Nothing {}))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct KeyValue<'a> {
    #[serde(borrow, alias = "runId")]
    run_id: Option<Text<'a>>,
    #[serde(borrow, alias = "runUuid")]
    run_uuid: Option<Text<'a>>,
    #[serde(borrow)]
    key: Option<Text<'a>>,
    #[serde(borrow)]
    value: Option<Text<'a>>,
}

impl KeyValue<'_> {
    fn key(&self) -> Result<&str, MlflowError> {
        self.key.as_deref().filter(|key| !key.is_empty()).ok_or_else(|| MlflowError::missing("key"))
    }
}

/// `POST runs/log-parameter`: one param, which can be written once.
async fn log_param(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let asked: KeyValue = call.read()?;
    let id = checks::logging_run_id(&asked.run_id, &asked.run_uuid)?.to_owned();
    let (key, value) = checks::param(asked.key()?, asked.value.clone(), "key")?;
    app.store
        .write(move |tx| {
            let run = runs::active(tx.db, &id)?;
            values::log_param(tx, run, &key, &value)
        })
        .await?;
    Ok(Json(Nothing {}))
}

/// `POST runs/set-tag`: one tag, which can be written again.
async fn set_tag(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let asked: KeyValue = call.read()?;
    let id = checks::logging_run_id(&asked.run_id, &asked.run_uuid)?.to_owned();
    let (key, value) = checks::tag(asked.key()?, asked.value.clone(), "key")?;
    app.store
        .write(move |tx| {
            let run = runs::active(tx.db, &id)?;
            values::set_tag(tx, run, &key, &value)
        })
        .await?;
    Ok(Json(Nothing {}))
}

/// `POST runs/delete-tag`: a tag that must be there.
async fn delete_tag(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let asked: KeyValue = call.read()?;
    let id = checks::logging_run_id(&asked.run_id, &asked.run_uuid)?.to_owned();
    let key = asked.key()?.to_owned();
    app.store
        .write(move |tx| {
            let run = runs::active(tx.db, &id)?;
            values::delete_tag(tx, run, &key)
        })
        .await?;
    Ok(Json(Nothing {}))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DatasetIn {
    name: Option<String>,
    digest: Option<String>,
    #[serde(alias = "sourceType")]
    source_type: Option<String>,
    source: Option<String>,
    schema: Option<String>,
    profile: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct InputTagIn {
    key: Option<String>,
    value: Option<String>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct DatasetInputIn {
    dataset: Option<Object<DatasetIn>>,
    tags: Option<Vec<Object<InputTagIn>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct ModelIn {
    #[serde(alias = "modelId")]
    model_id: Option<String>,
    step: Option<Int>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Links<'a> {
    #[serde(borrow, alias = "runId")]
    run_id: Option<Text<'a>>,
    datasets: Option<Vec<Object<DatasetInputIn>>>,
    models: Option<Vec<Object<ModelIn>>>,
}

/// `POST runs/log-inputs`: datasets and models that went into a run.
async fn log_inputs(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let Links { run_id, datasets, models } = call.read()?;
    let id = checks::logging_run_id(&run_id, &None)?.to_owned();
    let datasets = datasets.unwrap_or_default();
    if datasets.len() > 1_000 {
        return Err(MlflowError::Invalid(format!("A request can log at most 1000 datasets, not {}.", datasets.len())));
    }
    let inputs: Vec<_> = datasets.into_iter().enumerate().map(checked_input).collect::<Result<_, _>>()?;
    let models = checked_models(models)?;
    app.store
        .write(move |tx| {
            let run = runs::active(tx.db, &id)?;
            datasets::log(tx, run, &inputs)?;
            links::log_models_read(tx, run, models.iter().map(|(id, _)| id.as_str()))
        })
        .await?;
    Ok(Json(Nothing {}))
}

fn checked_input((at, Object(input)): (usize, Object<DatasetInputIn>)) -> Result<DatasetInput, MlflowError> {
    let need = |text: Option<String>, field: &str| checks::required(text, &format!("datasets[{at}].{field}"));
    let Object(given) = input.dataset.ok_or_else(|| MlflowError::missing(&format!("datasets[{at}].dataset")))?;
    let dataset = Dataset {
        name: need(given.name, "dataset.name")?,
        digest: need(given.digest, "dataset.digest")?,
        source_type: need(given.source_type, "dataset.source_type")?,
        source: need(given.source, "dataset.source")?,
        schema: given.schema.filter(|text| !text.is_empty()),
        profile: given.profile.filter(|text| !text.is_empty()),
    };
    checks::length(&dataset.name, 500, "name")?;
    checks::length(&dataset.digest, 36, "digest")?;
    checks::length(&dataset.source, (64 << 10) - 1, "source")?;
    checks::length(dataset.schema.as_deref().unwrap_or_default(), (1 << 20) - 1, "schema")?;
    checks::length(dataset.profile.as_deref().unwrap_or_default(), (16 << 20) - 1, "profile")?;
    let tags = input.tags.unwrap_or_default().into_iter().map(|Object(tag)| {
        let key = need(tag.key, "tags.key")?;
        let value = tag.value.unwrap_or_default();
        checks::length(&key, 255, "key")?;
        checks::length(&value, 500, "value")?;
        Ok(InputTag { key, value })
    });
    Ok(DatasetInput { tags: tags.collect::<Result<_, MlflowError>>()?, dataset })
}

fn checked_models(models: Option<Vec<Object<ModelIn>>>) -> Result<Vec<(String, i64)>, MlflowError> {
    let models = models.unwrap_or_default().into_iter().enumerate();
    models
        .map(|(at, Object(model))| {
            let id = checks::required(model.model_id, &format!("models[{at}].model_id"))?;
            checks::length(&id, 50, "model_id")?;
            Ok((id, model.step.map_or(0, |step| step.0)))
        })
        .collect()
}

/// `POST runs/outputs`: models that came out of a run.
async fn log_outputs(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let Links { run_id, models, .. } = call.read()?;
    let id = checks::logging_run_id(&run_id, &None)?.to_owned();
    if models.is_none() {
        return Err(MlflowError::missing("models"));
    }
    let models = checked_models(models)?;
    app.store
        .write(move |tx| {
            let run = runs::active(tx.db, &id)?;
            links::log_models_made(tx, run, &models)
        })
        .await?;
    Ok(Json(Nothing {}))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct LogModel<'a> {
    #[serde(borrow, alias = "runId")]
    run_id: Option<Text<'a>>,
    #[serde(alias = "modelJson")]
    model_json: Option<String>,
}

/// `POST runs/log-model`: what clients of version 2 say of a model that they logged.
async fn log_model(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let asked: LogModel = call.read()?;
    let id = checks::logging_run_id(&asked.run_id, &None)?.to_owned();
    let text = checks::required(asked.model_json, "model_json")?;
    let bad = |why: String| MlflowError::Invalid(format!("Malformed model info. \n {text} \n {why}"));
    let mut model: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    let lacking =
        ["artifact_path", "flavors", "utc_time_created", "run_id"].into_iter().find(|f| !model.contains_key(*f));
    if let Some(field) = lacking {
        return Err(bad(format!("it has no '{field}'")));
    }
    // A flavor's configuration may be large, and nobody reads it here.
    if let Some(flavors) = model.get_mut("flavors").and_then(|flavors| flavors.as_object_mut()) {
        for flavor in flavors.values_mut().filter_map(|flavor| flavor.as_object_mut()) {
            flavor.remove("config");
        }
    }
    app.store
        .write(move |tx| {
            let run = runs::active(tx.db, &id)?;
            let known = values::tag(tx.db, run, MODEL_HISTORY_TAG)?;
            let known = known.and_then(|text| serde_json::from_str::<Vec<serde_json::Value>>(&text).ok());
            let mut all = known.unwrap_or_default();
            all.push(model.into());
            values::set_tag(tx, run, MODEL_HISTORY_TAG, &serde_json::Value::from(all).to_string())
        })
        .await?;
    Ok(Json(Nothing {}))
}
