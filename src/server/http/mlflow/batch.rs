//! `runs/log-batch`: the request that training code sends most.
//!
//! Read without copying: keys stay where they lie in the body until they move, all together, to the
//! writer's thread as one text and their ends.

use super::{
    MlflowError, Out,
    answers::Nothing,
    call::Call,
    checks,
    fields::{Int, Object, Text},
    runs::{TagIn, checked_tags},
};
use crate::{
    http::AppState,
    store::{
        links::{self, ModelOfMetric},
        metrics::{self, MetricPoint},
        runs, values,
    },
};
use axum::{Json, Router, extract::State, routing::post};
use data::series::JsonNumber;
use serde::Deserialize;
use std::collections::HashSet;

/// The most metrics of a batch, and the most of everything together.
const MOST: usize = 1_000;
/// The most params, and the most tags.
const MOST_TEXTS: usize = 100;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/runs/log-batch", post(log_batch))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Batch<'a> {
    #[serde(borrow, alias = "runId")]
    run_id: Option<Text<'a>>,
    #[serde(borrow)]
    metrics: Option<Vec<Object<MetricIn<'a>>>>,
    #[serde(borrow)]
    params: Option<Vec<Object<TagIn<'a>>>>,
    #[serde(borrow)]
    tags: Option<Vec<Object<TagIn<'a>>>>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct MetricIn<'a> {
    #[serde(borrow)]
    key: Option<Text<'a>>,
    value: Option<JsonNumber>,
    timestamp: Option<Int>,
    step: Option<Int>,
    #[serde(borrow, alias = "modelId")]
    model_id: Option<Text<'a>>,
    #[serde(borrow, alias = "datasetName")]
    dataset_name: Option<Text<'a>>,
    #[serde(borrow, alias = "datasetDigest")]
    dataset_digest: Option<Text<'a>>,
}

/// `POST runs/log-batch`: metrics, params and tags, kept whole or not at all.
async fn log_batch(State(app): State<AppState>, call: Call) -> Out<Nothing> {
    let batch: Batch = call.read()?;
    let id = checks::logging_run_id(&batch.run_id, &None)?.to_owned();
    let (metrics, params) = (batch.metrics.unwrap_or_default(), batch.params.unwrap_or_default());
    let tag_count = batch.tags.as_ref().map_or(0, Vec::len);
    let points = Points::checked(&metrics)?;
    let params = checked_params(params)?;
    let tags = checked_tags(batch.tags)?;
    check_counts(metrics.len(), params.len(), tag_count)?;
    check_repeated(&params)?;
    app.store
        .write(move |tx| {
            let run = runs::active(tx.db, &id)?;
            values::log_params(tx, run, &params)?;
            let (points, models) = points.read();
            metrics::append(tx, run, &points)?;
            for (at, model) in models {
                links::log_metric(tx, run, model, &points[*at])?;
            }
            for (key, value) in &tags {
                values::set_tag(tx, run, key, value)?;
            }
            Ok(())
        })
        .await?;
    Ok(Json(Nothing {}))
}

/// Points on their way to the writer's thread.
struct Points {
    /// All names, one after the other.
    names: String,
    /// Each point's end of name, value, step and time.
    points: Vec<(usize, f64, i64, i64)>,
    /// Points that belong to a model too.
    models: Vec<(usize, ModelOfMetric)>,
}

impl Points {
    fn checked(metrics: &[Object<MetricIn>]) -> Result<Points, MlflowError> {
        let mut names = String::with_capacity(metrics.len() * 16);
        let mut points = Vec::with_capacity(metrics.len());
        let mut models = Vec::new();
        for (at, Object(metric)) in metrics.iter().enumerate() {
            let lacks = |field: &str| MlflowError::missing(&format!("metrics[{at}].{field}"));
            let key = metric.key.as_deref().filter(|key| !key.is_empty()).ok_or_else(|| lacks("key"))?;
            let value = metric.value.ok_or_else(|| lacks("value"))?.0;
            let time_millis = metric.timestamp.ok_or_else(|| lacks("timestamp"))?.0;
            let same_name = at > 0 && metrics[at - 1].0.key.as_deref() == Some(key);
            if !same_name && checks::metric_key(key, "").is_err() {
                checks::metric_key(key, &format!("metrics[{at}].name"))?;
            }
            if time_millis < 0 {
                checks::timestamp(time_millis, key, &format!("metrics[{at}].timestamp"))?;
            }
            names.push_str(key);
            points.push((names.len(), value, metric.step.map_or(0, |step| step.0), time_millis));
            if let Some(model) = &metric.model_id {
                let owned = |text: &Option<Text>| text.as_ref().map(|text| text.to_string());
                let (name, digest) = (owned(&metric.dataset_name), owned(&metric.dataset_digest));
                models.extend(ModelOfMetric::new(Some(model.to_string()), name, digest).map(|model| (at, model)));
            }
        }
        Ok(Points { names, points, models })
    }

    fn read(&self) -> (Vec<MetricPoint<'_>>, &[(usize, ModelOfMetric)]) {
        let mut start = 0;
        let points = self.points.iter().map(|&(end, value, step, time_millis)| {
            let metric = &self.names[start..end];
            start = end;
            MetricPoint { metric, value, step, time_millis }
        });
        (points.collect(), &self.models)
    }
}

fn checked_params(params: Vec<Object<TagIn>>) -> Result<Vec<(String, String)>, MlflowError> {
    let params = params.into_iter().enumerate();
    params
        .map(|(at, Object(TagIn { key, value }))| {
            let path = format!("params[{at}].key");
            let key = key.filter(|key| !key.is_empty()).ok_or_else(|| MlflowError::missing(&path))?;
            checks::param(&key, value, &path)
        })
        .collect()
}

fn check_counts(metrics: usize, params: usize, tags: usize) -> Result<(), MlflowError> {
    for (name, count, most) in [
        ("metrics", metrics, MOST),
        ("params", params, MOST_TEXTS),
        ("tags", tags, MOST_TEXTS),
        ("metrics, params, and tags", metrics + params + tags, MOST),
    ] {
        if count > most {
            return Err(MlflowError::Invalid(format!(
                "A batch logging request can contain at most {most} {name}. Got {count} {name}. Please split up \
                 {name} across multiple requests and try again."
            )));
        }
    }
    Ok(())
}

/// Refuses a param that comes twice, also with the same value.
fn check_repeated(params: &[(String, String)]) -> Result<(), MlflowError> {
    let mut seen = HashSet::new();
    let repeated: Vec<_> =
        params.iter().filter(|(key, _)| !seen.insert(key)).map(|(key, _)| format!("'{key}'")).collect();
    match repeated.is_empty() {
        true => Ok(()),
        false => Err(MlflowError::Invalid(format!(
            "Duplicate parameter keys have been submitted: [{}]. Please ensure the request contains only one param \
             value per param key.",
            repeated.join(", ")
        ))),
    }
}
