//! Every malformed request is refused in MLflow's shape, and keeps nothing.

use super::*;

#[tokio::test]
async fn a_bad_request_says_what_was_wrong() {
    let api = Api::new().await;
    let run = api.run().await;
    api.post("runs/log-parameter", json!({"run_id": run, "key": "k", "value": "a"})).await;
    api.post("experiments/create", json!({"name": "taken"})).await;
    let gone = api.post("experiments/create", json!({"name": "gone"})).await["experiment_id"].clone();
    api.post("experiments/delete", json!({"experiment_id": gone})).await;
    let dead = api.run().await;
    api.post("runs/delete", json!({"run_id": dead})).await;
    let unknown = "0".repeat(32);
    let long = "m".repeat(251);
    let metric = |fields: &str| format!(r#"{{"run_id": "{run}", "metrics": [{fields}]}}"#);
    let many = |n: usize, item: &str| vec![item; n].join(",");
    let params = |n: usize| (0..n).map(|i| format!(r#"{{"key":"p{i}","value":""}}"#)).collect::<Vec<_>>().join(",");
    const INVALID: &str = "INVALID_PARAMETER_VALUE";
    const MISSING: &str = "RESOURCE_DOES_NOT_EXIST";
    for (method, path, body, status, code, words) in [
        ("POST", "experiments/create", "{}".into(), 400, INVALID, "Missing value for required parameter 'name'"),
        ("POST", "experiments/create", r#"{"name": ""}"#.into(), 400, INVALID, "required parameter 'name'"),
        (
            "POST",
            "experiments/create",
            r#"{"name": 5}"#.into(),
            400,
            INVALID,
            r#"Invalid value 5 for parameter 'name'"#,
        ),
        ("POST", "experiments/create", r#"{"name": "taken"}"#.into(), 400, "RESOURCE_ALREADY_EXISTS", "taken"),
        ("POST", "experiments/create", r#"{"name": "gone"}"#.into(), 400, "RESOURCE_ALREADY_EXISTS", "gone"),
        (
            "POST",
            "experiments/create",
            format!(r#"{{"name": "{}"}}"#, "n".repeat(501)),
            400,
            INVALID,
            "maximum length of 500",
        ),
        (
            "POST",
            "experiments/create",
            r#"{"name": "x", "artifact_location": "runs:/a"}"#.into(),
            400,
            INVALID,
            "runs:/",
        ),
        (
            "POST",
            "experiments/create",
            r#"{"name": "x", "artifact_location": "s3://b/x?a"}"#.into(),
            400,
            INVALID,
            "query",
        ),
        (
            "POST",
            "experiments/create",
            r#"{"name": "x", "artifact_location": "etc/x"}"#.into(),
            400,
            INVALID,
            "absolute path",
        ),
        ("POST", "experiments/create", "{\"name\": ".into(), 400, INVALID, "not JSON"),
        ("POST", "experiments/create", "[]".into(), 400, INVALID, "cannot be read"),
        ("POST", "experiments/create", "\"nonsense\"".into(), 400, INVALID, "not JSON"),
        ("POST", "experiments/create", "[".repeat(100_000), 400, INVALID, "cannot be read"),
        ("POST", "experiments/create", format!("{{\"x\":{}", "[".repeat(100_000)), 400, INVALID, "not JSON"),
        ("GET", "experiments/get?experiment_id=77", String::new(), 404, MISSING, "No Experiment with id=77 exists"),
        ("GET", "experiments/get?experiment_id=x", String::new(), 400, INVALID, "Invalid experiment ID 'x'"),
        ("GET", "experiments/get?experiment_id=99999999999999999999", String::new(), 400, INVALID, "experiment ID"),
        ("GET", "experiments/get", String::new(), 400, INVALID, "required parameter 'experiment_id'"),
        ("GET", "experiments/get-by-name?experiment_name=nobody", String::new(), 404, MISSING, "'nobody'"),
        ("POST", "experiments/search", "{}".into(), 400, INVALID, "'max_results'"),
        ("POST", "experiments/search", r#"{"max_results": 50001}"#.into(), 400, INVALID, "'max_results'"),
        (
            "POST",
            "experiments/search",
            r#"{"max_results": 5, "filter": "name > 'x'"}"#.into(),
            400,
            INVALID,
            "character 6",
        ),
        ("POST", "experiments/search", r#"{"max_results": 5, "view_type": "BAD"}"#.into(), 400, INVALID, "view_type"),
        (
            "POST",
            "experiments/search",
            r#"{"max_results": 5, "page_token": "b2Zm"}"#.into(),
            400,
            INVALID,
            "page token",
        ),
        (
            "POST",
            "experiments/update",
            format!(r#"{{"experiment_id": {gone}, "new_name": "x"}}"#),
            400,
            "INVALID_STATE",
            "rename",
        ),
        ("POST", "experiments/update", r#"{"experiment_id": "0"}"#.into(), 400, INVALID, "'new_name'"),
        ("POST", "experiments/delete", format!(r#"{{"experiment_id": {gone}}}"#), 404, MISSING, "No Experiment"),
        ("POST", "experiments/restore", r#"{"experiment_id": "0"}"#.into(), 404, MISSING, "No Experiment"),
        (
            "POST",
            "experiments/delete-experiment-tag",
            r#"{"experiment_id": "0", "key": "t"}"#.into(),
            404,
            MISSING,
            "No tag",
        ),
        (
            "POST",
            "experiments/set-experiment-tag",
            r#"{"experiment_id": "0", "key": "a//b"}"#.into(),
            400,
            INVALID,
            "resolve to 'a/b'",
        ),
        ("POST", "runs/create", format!(r#"{{"experiment_id": {gone}}}"#), 400, INVALID, "'active' state"),
        ("POST", "runs/create", r#"{"experiment_id": "77"}"#.into(), 404, MISSING, "No Experiment"),
        ("POST", "runs/create", "{}".into(), 400, "BAD_REQUEST", "experiment_id"),
        (
            "POST",
            "runs/create",
            r#"{"experiment_id": 0}"#.into(),
            400,
            INVALID,
            "Invalid value 0 for parameter 'experiment_id'",
        ),
        ("POST", "runs/create", r#"{"experiment_id": "0", "start_time": 1.5}"#.into(), 400, INVALID, "'start_time'"),
        (
            "POST",
            "runs/create",
            r#"{"experiment_id": "0", "run_name": "a", "tags": [{"key": "mlflow.runName", "value": "b"}]}"#.into(),
            400,
            INVALID,
            "different values",
        ),
        ("POST", "runs/create", r#"{"experiment_id": "0", "experimentId": "0"}"#.into(), 400, INVALID, "duplicate"),
        ("GET", "runs/get", String::new(), 400, INVALID, "'run_id'"),
        ("GET", "runs/get?run_id=../../etc", String::new(), 404, MISSING, "not found"),
        ("POST", "runs/log-batch", r#"{"run_id": "../etc"}"#.into(), 400, INVALID, "run_id"),
        (
            "POST",
            "experiments/update",
            r#"{"experiment_id": "0", "new_name": "taken"}"#.into(),
            400,
            "BAD_REQUEST",
            "taken",
        ),
        ("GET", "runs/get?run_id=unknown", String::new(), 404, MISSING, "Run with id=unknown not found"),
        ("POST", "runs/update", format!(r#"{{"run_id": "{run}", "status": "BOGUS"}}"#), 400, INVALID, "status"),
        (
            "POST",
            "runs/update",
            format!(r#"{{"run_id": "{dead}", "status": "FAILED"}}"#),
            400,
            INVALID,
            "Current state is deleted.",
        ),
        ("POST", "runs/delete", format!(r#"{{"run_id": "{unknown}"}}"#), 404, MISSING, "not found"),
        (
            "POST",
            "runs/set-tag",
            format!(r#"{{"run_id": "{dead}", "key": "t", "value": "v"}}"#),
            400,
            INVALID,
            "'active' state",
        ),
        ("POST", "runs/set-tag", format!(r#"{{"run_id": "{run}", "value": "v"}}"#), 400, INVALID, "'key'"),
        (
            "POST",
            "runs/delete-tag",
            format!(r#"{{"run_id": "{run}", "key": "t"}}"#),
            404,
            MISSING,
            "No tag with name: t",
        ),
        (
            "POST",
            "runs/log-parameter",
            format!(r#"{{"run_id": "{run}", "key": "k", "value": "b"}}"#),
            400,
            INVALID,
            "already logged with value='a'",
        ),
        (
            "POST",
            "runs/log-parameter",
            format!(r#"{{"run_id": "{run}", "key": "k", "value": 5}}"#),
            400,
            INVALID,
            "'value'",
        ),
        (
            "POST",
            "runs/log-metric",
            format!(r#"{{"run_id": "{run}", "key": "m", "timestamp": 1}}"#),
            400,
            INVALID,
            "'value'",
        ),
        (
            "POST",
            "runs/log-metric",
            format!(r#"{{"run_id": "{run}", "key": "m", "value": 1}}"#),
            400,
            INVALID,
            "'timestamp'",
        ),
        (
            "POST",
            "runs/log-metric",
            format!(r#"{{"run_id": "{run}", "key": "m", "value": NaN, "timestamp": 1}}"#),
            400,
            INVALID,
            "not JSON",
        ),
        (
            "POST",
            "runs/log-metric",
            format!(r#"{{"run_id": "{run}", "key": "m", "value": "x", "timestamp": 1}}"#),
            400,
            INVALID,
            r#"Invalid value "x" for parameter 'value'"#,
        ),
        (
            "POST",
            "runs/log-metric",
            format!(r#"{{"run_id": "{run}", "key": "m", "value": true, "timestamp": 1}}"#),
            400,
            INVALID,
            "'value'",
        ),
        (
            "POST",
            "runs/log-metric",
            format!(r#"{{"run_id": "{run}", "key": "m", "value": 1, "timestamp": -1}}"#),
            400,
            INVALID,
            "Timestamp",
        ),
        (
            "POST",
            "runs/log-metric",
            format!(r#"{{"run_id": "{run}", "key": "{long}", "value": 1, "timestamp": 1}}"#),
            400,
            INVALID,
            "'Metric name' exceeds the maximum length of 250 characters",
        ),
        (
            "POST",
            "runs/log-metric",
            format!(r#"{{"run_id": "{run}", "key": "a#b", "value": 1, "timestamp": 1}}"#),
            400,
            INVALID,
            "Names may only contain",
        ),
        (
            "POST",
            "runs/log-metric",
            format!(r#"{{"run_id": "{run}", "key": "m", "value": 1, "timestamp": 1, "step": 9223372036854775808}}"#),
            400,
            INVALID,
            "'step'",
        ),
        ("POST", "runs/log-batch", r#"{"metrics": []}"#.into(), 400, INVALID, "'run_id'"),
        ("POST", "runs/log-batch", metric(r#"{"key": "a"}"#), 400, INVALID, "'metrics[0].value'"),
        (
            "POST",
            "runs/log-batch",
            metric(r#"{"key": "a", "value": 1, "timestamp": 1}, {"value": 1}"#),
            400,
            INVALID,
            "'metrics[1].key'",
        ),
        (
            "POST",
            "runs/log-batch",
            metric(r#"{"key": "a", "value": "one", "timestamp": 1}"#),
            400,
            INVALID,
            r#"Invalid value "one" for parameter 'metrics[0].value'"#,
        ),
        (
            "POST",
            "runs/log-batch",
            metric(r#"{"key": "a b#", "value": 1, "timestamp": 1}"#),
            400,
            INVALID,
            "'metrics[0].name'",
        ),
        ("POST", "runs/log-batch", metric("5"), 400, INVALID, "'metrics[0]'"),
        (
            "POST",
            "runs/log-batch",
            metric(&many(1001, r#"{"key":"a","value":1,"timestamp":1}"#)),
            400,
            INVALID,
            "at most 1000 metrics. Got 1001 metrics.",
        ),
        (
            "POST",
            "runs/log-batch",
            format!(r#"{{"run_id": "{run}", "params": [{}]}}"#, params(101)),
            400,
            INVALID,
            "at most 100 params",
        ),
        (
            "POST",
            "runs/log-batch",
            format!(
                r#"{{"run_id": "{run}", "params": [{}], "metrics": [{}]}}"#,
                params(100),
                many(901, r#"{"key":"a","value":1,"timestamp":1}"#)
            ),
            400,
            INVALID,
            "at most 1000 metrics, params, and tags",
        ),
        (
            "POST",
            "runs/log-batch",
            format!(r#"{{"run_id": "{run}", "params": [{{"key":"x","value":"1"}},{{"key":"x","value":"1"}}]}}"#),
            400,
            INVALID,
            "Duplicate parameter keys have been submitted: ['x']",
        ),
        ("POST", "runs/log-batch", format!(r#"{{"run_id": "{dead}", "metrics": []}}"#), 400, INVALID, "'active' state"),
        ("POST", "runs/log-batch", format!(r#"{{"run_id": "{unknown}"}}"#), 404, MISSING, "not found"),
        (
            "POST",
            "runs/log-inputs",
            format!(r#"{{"run_id": "{run}", "datasets": [{{}}]}}"#),
            400,
            INVALID,
            "'datasets[0].dataset'",
        ),
        (
            "POST",
            "runs/log-inputs",
            format!(
                r#"{{"run_id": "{run}", "datasets": [{{"dataset": {{"name": "{}", "digest": "d", "source_type": "s", "source": "s"}}}}]}}"#,
                "n".repeat(501)
            ),
            400,
            INVALID,
            "500",
        ),
        ("POST", "runs/outputs", format!(r#"{{"run_id": "{run}"}}"#), 400, INVALID, "'models'"),
        (
            "POST",
            "runs/log-model",
            format!(r#"{{"run_id": "{run}", "model_json": "{{"}}"#),
            400,
            INVALID,
            "Malformed model info",
        ),
        ("POST", "runs/search", r#"{"experiment_ids": "0"}"#.into(), 400, INVALID, "'experiment_ids'"),
        ("POST", "runs/search", r#"{"experiment_ids": ["x"]}"#.into(), 400, INVALID, "Invalid experiment ID"),
        (
            "POST",
            "runs/search",
            r#"{"experiment_ids": ["0"], "filter": "params.a = 'b' OR params.c = 'd'"}"#.into(),
            400,
            INVALID,
            "'OR'",
        ),
        ("POST", "runs/search", r#"{"experiment_ids": ["0"], "order_by": ["bogus"]}"#.into(), 400, INVALID, "'bogus'"),
        ("POST", "runs/search", r#"{"experiment_ids": ["0"], "max_results": 0}"#.into(), 400, INVALID, "'max_results'"),
        (
            "POST",
            "runs/search",
            r#"{"experiment_ids": ["0"], "run_view_type": 9}"#.into(),
            400,
            INVALID,
            "run_view_type",
        ),
        ("GET", "metrics/get-history?run_id=x", String::new(), 400, INVALID, "'metric_key'"),
        (
            "GET",
            "metrics/get-history?run_id=x&metric_key=m&max_results=0",
            String::new(),
            400,
            INVALID,
            "'max_results'",
        ),
        ("GET", "metrics/get-history-bulk-interval?metric_key=m", String::new(), 400, INVALID, "run_ids"),
        (
            "GET",
            "metrics/get-history-bulk-interval?run_ids=a&metric_key=m&start_step=5",
            String::new(),
            400,
            INVALID,
            "both must be specified",
        ),
        (
            "GET",
            "metrics/get-history-bulk-interval?run_ids=a&metric_key=m&start_step=5&end_step=4",
            String::new(),
            400,
            INVALID,
            "end_step",
        ),
        (
            "GET",
            "metrics/get-history-bulk-interval?run_ids=a&metric_key=m&max_results=2501",
            String::new(),
            400,
            INVALID,
            "'max_results'",
        ),
        ("GET", "metrics/get-history?run_id=%ff", String::new(), 400, INVALID, "UTF-8"),
    ] {
        let (got, answer) = api.send(method, path, &body).await;
        let name = format!("{method} {path} {}: {answer}", &body[..body.len().min(200)]);
        assert_eq!(got.as_u16(), status, "{name}");
        assert_eq!(answer["error_code"], code, "{name}");
        assert!(answer["message"].as_str().unwrap().contains(words), "{name}: no {words:?}");
    }
    let left = &api.get(&format!("runs/get?run_id={run}")).await["run"]["data"];
    assert_eq!(left["params"], json!([{"key": "k", "value": "a"}]));
    assert_eq!(left["metrics"], Value::Null);
}

#[tokio::test]
async fn a_body_must_say_that_it_is_json() {
    let api = Api::new().await;
    for (kind, status) in [
        (Some("application/json"), 200),
        (Some("Application/JSON; charset=utf-8"), 200),
        (Some("text/plain"), 400),
        (Some("application/x-www-form-urlencoded"), 400),
        (None, 400),
    ] {
        let mut request = Request::builder().method("POST").uri("/api/2.0/mlflow/experiments/search");
        if let Some(kind) = kind {
            request = request.header(header::CONTENT_TYPE, kind);
        }
        let (got, _, body) = api.raw(request.body(Body::from(r#"{"max_results": 1}"#)).unwrap()).await;
        assert_eq!(got.as_u16(), status, "{kind:?}: {}", String::from_utf8_lossy(&body));
    }
}

#[tokio::test]
async fn a_refused_batch_keeps_nothing() {
    let api = Api::new().await;
    let run = api.run().await;
    api.post("runs/log-parameter", json!({"run_id": run, "key": "k", "value": "a"})).await;
    let batch = json!({
        "run_id": run,
        "metrics": [{"key": "m", "value": 1, "timestamp": 1}],
        "params": [{"key": "new", "value": "1"}, {"key": "k", "value": "b"}],
        "tags": [{"key": "t", "value": "1"}],
    });
    let (status, answer) = api.send("POST", "runs/log-batch", &batch.to_string()).await;
    assert_eq!(status, 400);
    assert!(answer["message"].as_str().unwrap().starts_with("Changing param values is not allowed."), "{answer}");
    let data = &api.get(&format!("runs/get?run_id={run}")).await["run"]["data"];
    assert_eq!(data["params"], json!([{"key": "k", "value": "a"}]));
    assert_eq!(data["metrics"], Value::Null);
    assert!(!data["tags"].as_array().unwrap().iter().any(|tag| tag["key"] == "t"));
    assert_eq!(api.get(&format!("metrics/get-history?run_id={run}&metric_key=m")).await, json!({}));
}
