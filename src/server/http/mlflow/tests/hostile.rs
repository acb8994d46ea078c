//! Whatever stands in a field, the answer is never a failure of the server.

use super::*;

/// Values that somebody may send in any field.
fn values() -> Vec<Value> {
    let nested = (0..100).fold(json!(1), |inner, _| json!([inner]));
    vec![
        Value::Null,
        json!(true),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e308),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(""),
        json!("x"),
        json!("\0"),
        json!("'\"`;-- ../%2e%2e/\\ \u{202e}🙂"),
        json!("%00%"),
        json!("*?[a-"),
        json!("9".repeat(400)),
        json!("x".repeat(100_000)),
        json!([]),
        json!([Value::Null]),
        json!([5]),
        json!(["x", "\0", ""]),
        json!([[]]),
        json!([{}]),
        json!([{"key": "k"}, {"key": 5}, {"value": []}]),
        json!({}),
        json!({"key": "k", "value": {}}),
        nested,
    ]
}

/// Each endpoint with a request that is nearly right, whose every field is then spoiled.
fn endpoints(run: &str, model: &str) -> Vec<(&'static str, String, Value)> {
    let metric = json!([{"key": "m", "value": 1, "timestamp": 1, "step": 1, "model_id": model, "dataset_name": "d", "dataset_digest": "x"}]);
    let pairs = json!([{"key": "k", "value": "v"}]);
    let dataset = json!([{"dataset": {"name": "d", "digest": "x", "source_type": "s", "source": "s", "schema": "", "profile": ""}, "tags": pairs}]);
    let post = |path: &str, body: Value| ("POST", path.to_owned(), body);
    vec![
        post("experiments/create", json!({"name": "n", "artifact_location": "s3://b", "tags": pairs})),
        post("experiments/search", json!({"max_results": 5, "page_token": "", "filter": "", "order_by": [], "view_type": 1})),
        post("experiments/update", json!({"experiment_id": "0", "new_name": "Default"})),
        post("experiments/delete", json!({"experiment_id": "99"})),
        post("experiments/restore", json!({"experiment_id": "99"})),
        post("experiments/set-experiment-tag", json!({"experiment_id": "0", "key": "k", "value": "v"})),
        post("experiments/delete-experiment-tag", json!({"experiment_id": "0", "key": "k"})),
        post("/ajax-api/2.0/mlflow/experiments/search-datasets", json!({"experiment_ids": ["0"]})),
        post("runs/create", json!({"experiment_id": "0", "user_id": "", "run_name": "", "start_time": 1, "tags": pairs})),
        post("runs/update", json!({"run_id": run, "status": 1, "end_time": 1, "run_name": "n"})),
        post("runs/delete", json!({"run_id": "x"})),
        post("runs/restore", json!({"run_id": run})),
        post("runs/log-metric", metric[0].as_object().map(|m| json!({"run_id": run, "key": m["key"], "value": 1, "timestamp": 1, "step": 1, "model_id": model})).unwrap()),
        post("runs/log-parameter", json!({"run_id": run, "key": "k", "value": "v"})),
        post("runs/set-tag", json!({"run_id": run, "key": "k", "value": "v"})),
        post("runs/delete-tag", json!({"run_id": run, "key": "k"})),
        post("runs/log-batch", json!({"run_id": run, "metrics": metric, "params": pairs, "tags": pairs})),
        post("runs/log-inputs", json!({"run_id": run, "datasets": dataset, "models": [{"model_id": "m"}]})),
        post("runs/outputs", json!({"run_id": run, "models": [{"model_id": "m", "step": 1}]})),
        post("runs/log-model", json!({"run_id": run, "model_json": "{}"})),
        post("runs/search", json!({"experiment_ids": ["0"], "filter": "", "run_view_type": 1, "max_results": 2, "order_by": [], "page_token": ""})),
        post("logged-models", json!({"experiment_id": "0", "name": "n", "model_type": "t", "source_run_id": run, "params": [], "tags": pairs})),
        ("PATCH", format!("logged-models/{model}"), json!({"model_id": model, "status": 2})),
        ("PATCH", format!("logged-models/{model}/tags"), json!({"tags": pairs})),
        post(&format!("logged-models/{model}/params"), json!({"params": pairs})),
        post("logged-models/search", json!({"experiment_ids": ["0"], "filter": "", "datasets": [], "max_results": 2, "order_by": [], "page_token": ""})),
        post("registered-models/create", json!({"name": "n", "tags": pairs, "description": "d"})),
        ("PATCH", "registered-models/update".into(), json!({"name": "m", "description": "d"})),
        post("registered-models/rename", json!({"name": "m", "new_name": "m"})),
        post("registered-models/get-latest-versions", json!({"name": "m", "stages": ["None"]})),
        post("registered-models/set-tag", json!({"name": "m", "key": "k", "value": "v"})),
        ("DELETE", "registered-models/delete-tag".into(), json!({"name": "m", "key": "k"})),
        post("registered-models/alias", json!({"name": "m", "alias": "a", "version": "1"})),
        ("DELETE", "registered-models/alias".into(), json!({"name": "m", "alias": "a"})),
        post("model-versions/create", json!({"name": "m", "source": "s3://b", "run_id": run, "tags": pairs, "run_link": "", "description": "", "model_id": ""})),
        ("PATCH", "model-versions/update".into(), json!({"name": "m", "version": "1", "description": "d"})),
        post("model-versions/transition-stage", json!({"name": "m", "version": "1", "stage": "Staging", "archive_existing_versions": true})),
        post("model-versions/set-tag", json!({"name": "m", "version": "1", "key": "k", "value": "v"})),
        ("DELETE", "model-versions/delete-tag".into(), json!({"name": "m", "version": "1", "key": "k"})),
        ("GET", "experiments/get".into(), json!({"experiment_id": "0"})),
        ("GET", "experiments/get-by-name".into(), json!({"experiment_name": "Default"})),
        ("GET", "runs/get".into(), json!({"run_id": run, "run_uuid": run})),
        ("GET", "metrics/get-history".into(), json!({"run_id": run, "metric_key": "m", "max_results": 1, "page_token": ""})),
        ("GET", "metrics/get-history-bulk-interval".into(), json!({"run_ids": [run], "metric_key": "m", "start_step": 0, "end_step": 9, "max_results": 5})),
        ("GET", "artifacts/list".into(), json!({"run_id": run, "path": "a"})),
        ("GET", "/get-artifact".into(), json!({"run_id": run, "path": "a"})),
        ("GET", "registered-models/search".into(), json!({"filter": "", "max_results": 1, "order_by": [], "page_token": ""})),
        ("GET", "registered-models/alias".into(), json!({"name": "m", "alias": "a"})),
        ("GET", "model-versions/get".into(), json!({"name": "m", "version": "1"})),
        ("GET", "model-versions/search".into(), json!({"filter": "", "max_results": 1, "order_by": [], "page_token": ""})),
        ("GET", "/model-versions/get-artifact".into(), json!({"name": "m", "version": "1", "path": "a"})),
    ]
}

#[tokio::test]
async fn no_value_in_any_field_makes_the_server_fail() {
    let api = Api::new().await;
    let run = api.run().await;
    let model = api.post("logged-models", json!({"experiment_id": "0"})).await["model"]["info"]["model_id"].clone();
    api.post("registered-models/create", json!({"name": "m"})).await;
    api.post("model-versions/create", json!({"name": "m", "source": "s3://b/x"})).await;
    for (method, path, body) in endpoints(&run, model.as_str().unwrap()) {
        let fields: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
        for field in fields {
            for value in values() {
                let mut spoiled = body.clone();
                spoiled[&field] = value.clone();
                let (status, answer) = api.send(method, &path, &spoiled.to_string()).await;
                let shown = value.to_string().chars().take(80).collect::<String>();
                let expected = status.is_success() || status.is_client_error() || status == StatusCode::NOT_IMPLEMENTED;
                assert!(expected, "{method} {path} {field} = {shown}: {status} {answer}");
                assert!(answer.is_object(), "{method} {path} {field} = {shown}: {status} {answer}");
                assert!(
                    status.is_success() || answer["error_code"].is_string(),
                    "{method} {path} {field} = {shown}: {answer}"
                );
            }
        }
    }
    // What was not spoiled is still there.
    assert_eq!(api.get(&format!("runs/get?run_id={run}")).await["run"]["info"]["run_id"], json!(run));
}

#[tokio::test]
async fn a_body_that_is_too_long_is_refused() {
    let api = Api::new().await;
    let body = format!(r#"{{"name": "{}"}}"#, "x".repeat(48 << 20));
    let (status, answer) = api.send("POST", "experiments/create", &body).await;
    assert_eq!((status.as_u16(), &answer["error_code"]), (413, &json!("INVALID_PARAMETER_VALUE")));
}

#[tokio::test]
async fn many_keys_and_absurd_steps_come_back() {
    let api = Api::new().await;
    let run = api.run().await;
    for first in (0..10_000).step_by(1_000) {
        let metrics: Vec<_> =
            (first..first + 1_000).map(|n| json!({"key": format!("layer/{n}"), "value": n, "timestamp": n})).collect();
        api.post("runs/log-batch", json!({"run_id": run, "metrics": metrics})).await;
    }
    let steps = [i64::MIN, -1, 0, i64::MAX];
    let metrics: Vec<_> =
        steps.iter().map(|step| json!({"key": "m", "value": 0.5, "timestamp": i64::MAX, "step": step})).collect();
    api.post("runs/log-batch", json!({"run_id": run, "metrics": metrics})).await;
    let told = api.get(&format!("runs/get?run_id={run}")).await;
    let metrics = told["run"]["data"]["metrics"].as_array().unwrap();
    assert_eq!(metrics.len(), 10_001);
    let history = api.get(&format!("metrics/get-history?run_id={run}&metric_key=m")).await;
    let kept: Vec<i64> = history["metrics"].as_array().unwrap().iter().map(|m| m["step"].as_i64().unwrap()).collect();
    assert_eq!(kept, steps);
    let asked = json!({"experiment_ids": ["0"], "filter": "metrics.`layer/9999` = 9999", "order_by": ["metrics.`layer/1` DESC"]});
    assert_eq!(api.post("runs/search", asked).await["runs"][0]["info"]["run_id"], json!(run));
}
