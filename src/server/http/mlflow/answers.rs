//! Runs, experiments and metrics as MLflow's wire tells them. Empty lists are left out.

use super::fields::Double;
use crate::store::{StoreError, datasets, experiments::Experiment, links, rows::StoredRun};
use rusqlite::Connection;
use serde::Serialize;

/// The answer of a request that asks for nothing.
#[derive(Debug, Serialize)]
pub struct Nothing {}

/// A key and its value.
#[derive(Debug, Serialize)]
pub struct Pair {
    /// The key.
    pub key: String,
    /// The value.
    pub value: String,
}

/// The pairs of a map or a list.
pub fn pairs(pairs: impl IntoIterator<Item = (String, String)>) -> Vec<Pair> {
    pairs.into_iter().map(|(key, value)| Pair { key, value }).collect()
}

/// `lifecycle_stage` of something in the trash or not.
fn stage(deleted: bool) -> &'static str {
    if deleted { "deleted" } else { "active" }
}

/// An experiment.
#[derive(Debug, Serialize)]
pub struct ExperimentAnswer {
    experiment_id: String,
    name: String,
    artifact_location: String,
    lifecycle_stage: &'static str,
    last_update_time: i64,
    creation_time: i64,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Pair>,
}

impl From<Experiment> for ExperimentAnswer {
    fn from(experiment: Experiment) -> Self {
        ExperimentAnswer {
            experiment_id: experiment.eid.to_string(),
            name: experiment.name,
            artifact_location: experiment.artifact_location,
            lifecycle_stage: stage(experiment.deleted),
            last_update_time: experiment.updated_millis,
            creation_time: experiment.created_millis,
            tags: pairs(experiment.tags),
        }
    }
}

/// A point of a metric.
#[derive(Debug, Serialize)]
pub struct MetricAnswer<'a> {
    /// The metric's full name.
    pub key: &'a str,
    /// Its value.
    pub value: Double,
    /// When it was logged, milliseconds.
    pub timestamp: i64,
    /// The step.
    pub step: i64,
    /// The run, where an answer tells of several.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_id: Option<&'a str>,
}

/// What a run says of itself.
#[derive(Debug, Serialize)]
pub struct RunInfo {
    run_uuid: String,
    experiment_id: String,
    run_name: String,
    user_id: String,
    status: &'static str,
    start_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_time: Option<i64>,
    artifact_uri: String,
    lifecycle_stage: &'static str,
    run_id: String,
}

impl RunInfo {
    /// What `run` says of itself.
    pub fn new(run: &StoredRun) -> RunInfo {
        let row = &run.row;
        let run_id = row.run_id.to_string();
        RunInfo {
            run_uuid: run_id.clone(),
            experiment_id: row.experiment_id.clone(),
            run_name: row.name.clone(),
            user_id: row.user.clone(),
            status: row.status.name(),
            start_time: row.start_millis,
            end_time: row.end_millis,
            artifact_uri: run.artifact_uri.clone(),
            lifecycle_stage: stage(row.deleted),
            run_id,
        }
    }
}

#[derive(Debug, Serialize)]
struct OwnMetric {
    key: String,
    value: Double,
    timestamp: i64,
    step: i64,
}

#[derive(Debug, Serialize)]
struct RunData {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metrics: Vec<OwnMetric>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    params: Vec<Pair>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<Pair>,
}

#[derive(Debug, Serialize)]
struct Dataset {
    name: String,
    digest: String,
    source_type: String,
    source: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    schema: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    profile: Option<String>,
}

#[derive(Debug, Serialize)]
struct DatasetInput {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<datasets::InputTag>,
    dataset: Dataset,
}

#[derive(Debug, Serialize)]
struct ModelInput {
    model_id: String,
}

#[derive(Debug, Serialize)]
struct ModelOutput {
    model_id: String,
    step: i64,
}

#[derive(Debug, Serialize)]
struct RunInputs {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dataset_inputs: Vec<DatasetInput>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    model_inputs: Vec<ModelInput>,
}

#[derive(Debug, Serialize)]
struct RunOutputs {
    model_outputs: Vec<ModelOutput>,
}

/// A run with all that belongs to it.
#[derive(Debug, Serialize)]
pub struct RunAnswer {
    info: RunInfo,
    data: RunData,
    inputs: RunInputs,
    #[serde(skip_serializing_if = "Option::is_none")]
    outputs: Option<RunOutputs>,
}

impl RunAnswer {
    /// `run` with what went in and came out. A search leaves out models that went in.
    pub fn new(db: &Connection, run: StoredRun, searched: bool) -> Result<RunAnswer, StoreError> {
        let inputs = datasets::of_run(db, run.rid)?.into_iter().map(|datasets::DatasetInput { dataset, tags }| {
            let datasets::Dataset { name, digest, source_type, source, schema, profile } = dataset;
            DatasetInput { tags, dataset: Dataset { name, digest, source_type, source, schema, profile } }
        });
        let read = if searched { Vec::new() } else { links::models_read(db, run.rid)? };
        let made = links::models_made(db, run.rid)?;
        let outputs = made.into_iter().map(|(model_id, step)| ModelOutput { model_id, step }).collect::<Vec<_>>();
        let info = RunInfo::new(&run);
        let metrics = run.row.metrics.into_iter().map(|(key, metric)| OwnMetric {
            key,
            value: Double(metric.value.0),
            timestamp: metric.time_millis,
            step: metric.step,
        });
        Ok(RunAnswer {
            data: RunData { metrics: metrics.collect(), params: pairs(run.row.params), tags: pairs(run.row.tags) },
            info,
            inputs: RunInputs {
                dataset_inputs: inputs.collect(),
                model_inputs: read.into_iter().map(|model_id| ModelInput { model_id }).collect(),
            },
            outputs: (!outputs.is_empty()).then_some(RunOutputs { model_outputs: outputs }),
        })
    }
}
