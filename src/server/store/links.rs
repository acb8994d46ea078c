//! Models that runs read and made, and metrics that belong to a model as well as to a run.

use super::{RunKey, StoreError, WriteTx, metrics::MetricPoint};
use rusqlite::{Connection, params};

/// The logged model that a point of a metric belongs to, and the dataset it was measured on.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelOfMetric {
    /// The model's id.
    pub model_id: String,
    /// The dataset's name, empty if nobody said.
    pub dataset_name: String,
    /// The dataset's digest, empty if nobody said.
    pub dataset_digest: String,
}

impl ModelOfMetric {
    /// `None` if no model is named.
    pub fn new(model_id: Option<String>, name: Option<String>, digest: Option<String>) -> Option<ModelOfMetric> {
        Some(ModelOfMetric {
            model_id: model_id.filter(|id| !id.is_empty())?,
            dataset_name: name.unwrap_or_default(),
            dataset_digest: digest.unwrap_or_default(),
        })
    }
}

/// Writes a point of `run` to the model that it belongs to; an unknown model keeps none.
pub fn log_metric(
    tx: &mut WriteTx,
    run: RunKey,
    model: &ModelOfMetric,
    point: &MetricPoint<'_>,
) -> Result<(), StoreError> {
    let mut upsert = tx.db.prepare_cached(
        "INSERT INTO logged_model_metric (mid, key, run, dataset_name, dataset_digest, step, value, time)
         SELECT mid, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM logged_model WHERE uuid = ?1
         ON CONFLICT DO UPDATE SET value = ?7, time = ?8 WHERE ?8 >= time",
    )?;
    upsert.execute(params![
        model.model_id,
        point.metric,
        run.id.to_string(),
        model.dataset_name,
        model.dataset_digest,
        point.step,
        point.value,
        point.time_millis,
    ])?;
    Ok(())
}

/// Notes that `run` read these models.
pub fn log_models_read<'a>(
    tx: &mut WriteTx,
    run: RunKey,
    models: impl Iterator<Item = &'a str>,
) -> Result<(), StoreError> {
    for model in models {
        link(tx, run, false, model, 0)?;
    }
    Ok(())
}

/// Notes that `run` made these models, each at a step.
pub fn log_models_made(tx: &mut WriteTx, run: RunKey, models: &[(String, i64)]) -> Result<(), StoreError> {
    models.iter().try_for_each(|(model, step)| link(tx, run, true, model, *step))
}

fn link(tx: &mut WriteTx, run: RunKey, made: bool, model: &str, step: i64) -> Result<(), StoreError> {
    let mut insert =
        tx.db.prepare_cached("INSERT OR IGNORE INTO run_model (rid, made, uuid, step) VALUES (?, ?, ?, ?)")?;
    insert.execute(params![run.rid, made, model, step])?;
    tx.changes.runs.insert((run.eid, run.id));
    Ok(())
}

/// The models that the run numbered `rid` read.
pub fn models_read(db: &Connection, rid: i64) -> Result<Vec<String>, StoreError> {
    let mut query = db.prepare_cached("SELECT uuid FROM run_model WHERE rid = ? AND made = 0 ORDER BY uuid")?;
    let models = query.query_map([rid], |row| row.get(0))?;
    Ok(models.collect::<Result<_, _>>()?)
}

/// The models that the run numbered `rid` made, each with its step.
pub fn models_made(db: &Connection, rid: i64) -> Result<Vec<(String, i64)>, StoreError> {
    let mut query =
        db.prepare_cached("SELECT uuid, step FROM run_model WHERE rid = ? AND made = 1 ORDER BY step, uuid")?;
    let models = query.query_map([rid], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(models.collect::<Result<_, _>>()?)
}
