//! `metrics/...`: every point of a metric, or evenly spread ones.

use super::{
    MlflowError,
    answers::MetricAnswer,
    call::Call,
    checks,
    fields::{Double, Int, Text},
    page,
};
use crate::{
    http::AppState,
    store::{Store, metrics::RawPoint, runs},
};
use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use serde::{Deserialize, Serialize};

/// The most runs of a bulk request.
const MOST_RUNS: usize = 100;
/// The most points that `get-history-bulk` answers, and those of a run if nobody says.
const MOST_POINTS: i64 = 25_000;
/// The most points of one run that `get-history-bulk-interval` answers.
const MOST_SPREAD: i64 = 2_500;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/metrics/get-history", get(history)).route("/metrics/get-history-bulk-interval", get(spread))
}

/// Routes that only browsers use.
pub(super) fn ajax_routes() -> Router<AppState> {
    Router::new().route("/metrics/get-history-bulk", get(bulk))
}

#[derive(Serialize)]
struct Found<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    metrics: Vec<MetricAnswer<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_page_token: Option<String>,
}

fn answer<'a>(key: &'a str, run_id: Option<&'a str>, points: &[RawPoint]) -> Vec<MetricAnswer<'a>> {
    let told = points.iter().map(|point| MetricAnswer {
        key,
        value: Double(point.value),
        timestamp: point.time_millis,
        step: point.step,
        run_id,
    });
    told.collect()
}

/// All points of a metric of a run; none of an unknown run.
async fn points_of(store: &Store, id: &str, metric: &str) -> Result<Vec<RawPoint>, MlflowError> {
    let id = id.to_owned();
    match store.read(move |db| Ok(runs::find(db, &id).ok())).await? {
        Some(run) => Ok(store.history(run.rid, metric).await?),
        None => Ok(Vec::new()),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct History<'a> {
    #[serde(borrow, alias = "runId")]
    run_id: Option<Text<'a>>,
    #[serde(borrow, alias = "runUuid")]
    run_uuid: Option<Text<'a>>,
    #[serde(alias = "metricKey")]
    metric_key: Option<String>,
    #[serde(alias = "maxResults")]
    max_results: Option<Int>,
    #[serde(alias = "pageToken")]
    page_token: Option<String>,
}

/// `GET metrics/get-history`: every point of one metric of one run, by time, step and value.
async fn history(State(app): State<AppState>, call: Call) -> Result<Response, MlflowError> {
    let asked: History = call.read()?;
    let id = checks::run_id(&asked.run_id, &asked.run_uuid)?;
    let key = checks::required(asked.metric_key, "metric_key")?;
    let size = asked.max_results.map(|size| checks::page_size(size.0, 1, i64::MAX)).transpose()?;
    let offset = page::offset(asked.page_token.as_deref())?;
    let mut points = points_of(&app.store, id, &key).await?;
    points.sort_by(|a, b| (a.time_millis, a.step).cmp(&(b.time_millis, b.step)).then(a.value.total_cmp(&b.value)));
    let from = usize::try_from(offset).unwrap_or(usize::MAX).min(points.len());
    let size = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(usize::MAX);
    let window = &points[from..from.saturating_add(size).min(points.len())];
    let end = from + window.len();
    let next_page_token = (end < points.len()).then(|| page::token(end as u64));
    Ok(Json(Found { metrics: answer(&key, None, window), next_page_token }).into_response())
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Spread {
    #[serde(alias = "runIds")]
    run_ids: Option<Vec<String>>,
    #[serde(alias = "metricKey")]
    metric_key: Option<String>,
    #[serde(alias = "startStep")]
    start_step: Option<Int>,
    #[serde(alias = "endStep")]
    end_step: Option<Int>,
    #[serde(alias = "maxResults")]
    max_results: Option<Int>,
}

/// `GET metrics/get-history-bulk-interval`: points of one metric of several runs, by step, evenly
/// spread when there are more than asked for, the first and the last kept.
async fn spread(State(app): State<AppState>, call: Call) -> Result<Response, MlflowError> {
    let asked: Spread = call.read()?;
    let ids = run_ids(asked.run_ids, "run_ids")?;
    let key = checks::required(asked.metric_key, "metric_key")?;
    let most = checks::page_size(asked.max_results.map_or(MOST_SPREAD, |n| n.0), 1, MOST_SPREAD)? as usize;
    let steps = match (asked.start_step, asked.end_step) {
        (None, None) => i64::MIN..=i64::MAX,
        (Some(start), Some(end)) if start.0 <= end.0 => start.0..=end.0,
        (Some(start), Some(end)) => {
            return Err(MlflowError::Invalid(format!(
                "end_step must be greater than start_step. Found start_step={} and end_step={}.",
                start.0, end.0
            )));
        }
        _ => {
            return Err(MlflowError::Invalid(
                "If either start step or end step are specified, both must be specified.".to_owned(),
            ));
        }
    };
    let mut found = Vec::new();
    for id in &ids {
        let mut points = points_of(&app.store, id, &key).await?;
        points.retain(|point| steps.contains(&point.step));
        points.sort_by(|a, b| (a.step, a.time_millis).cmp(&(b.step, b.time_millis)).then(a.value.total_cmp(&b.value)));
        found.extend(answer(&key, Some(id), &evenly(&points, most)));
    }
    Ok(Json(Found { metrics: found, next_page_token: None }).into_response())
}

/// At most `most` of `points`, evenly spread, with the last, and the first if there is room for both.
fn evenly(points: &[RawPoint], most: usize) -> Vec<RawPoint> {
    if points.len() <= most {
        return points.to_vec();
    }
    let last = points.len() - 1;
    match most {
        1 => vec![points[last]],
        most => (0..most).map(|n| points[n * last / (most - 1)]).collect(),
    }
}

fn run_ids(given: Option<Vec<String>>, parameter: &str) -> Result<Vec<String>, MlflowError> {
    let ids = given.unwrap_or_default();
    if ids.is_empty() {
        return Err(MlflowError::missing(parameter));
    }
    if ids.len() > MOST_RUNS {
        return Err(MlflowError::Invalid(format!(
            "The request cannot specify more than {MOST_RUNS} {parameter}. Received {} {parameter}.",
            ids.len()
        )));
    }
    Ok(ids)
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Bulk {
    run_id: Option<Vec<String>>,
    metric_key: Option<String>,
    max_results: Option<Int>,
}

/// `GET metrics/get-history-bulk`: points of one metric of several runs, by time, cut when too many.
async fn bulk(State(app): State<AppState>, call: Call) -> Result<Response, MlflowError> {
    let asked: Bulk = call.read()?;
    let mut ids = run_ids(asked.run_id, "run_id")?;
    ids.sort();
    let key = checks::required(asked.metric_key, "metric_key")?;
    let most = checks::page_size(asked.max_results.map_or(MOST_POINTS, |n| n.0.min(MOST_POINTS)), 1, MOST_POINTS)?;
    let mut found = Vec::new();
    for id in &ids {
        let mut points = points_of(&app.store, id, &key).await?;
        points.sort_by(|a, b| (a.time_millis, a.step).cmp(&(b.time_millis, b.step)).then(a.value.total_cmp(&b.value)));
        points.truncate(most as usize - found.len().min(most as usize));
        found.extend(answer(&key, Some(id), &points));
    }
    Ok(Json(Found { metrics: found, next_page_token: None }).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evenly_spread_points_keep_both_ends() {
        let points: Vec<_> = (0..10).map(|step| RawPoint { step, time_millis: 0, value: 0.0 }).collect();
        for (most, steps) in [(20, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9][..]), (4, &[0, 3, 6, 9]), (2, &[0, 9]), (1, &[9])] {
            let kept: Vec<i64> = evenly(&points, most).iter().map(|point| point.step).collect();
            assert_eq!(kept, steps, "at most {most}");
        }
        assert!(evenly(&[], 5).is_empty());
    }
}
