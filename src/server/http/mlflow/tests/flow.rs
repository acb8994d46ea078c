//! What clients do, one after the other, and what they read back.

use super::*;

#[tokio::test]
async fn a_run_is_told_as_it_was_logged() {
    let api = Api::new().await;
    let eid = api.post("experiments/create", json!({"name": "größe/1", "tags": [{"key": "a", "value": "b"}]})).await;
    let eid = eid["experiment_id"].as_str().unwrap().to_owned();
    let created = api
        .post(
            "runs/create",
            json!({"experimentId": eid, "user_id": "ada", "runName": "first", "start_time": "1700000000000",
                   "tags": [{"key": "mlflow.user", "value": "ada"}]}),
        )
        .await;
    let info = &created["run"]["info"];
    let run = info["run_id"].as_str().unwrap().to_owned();
    assert_eq!(
        *info,
        json!({"run_uuid": run, "run_id": run, "experiment_id": eid, "run_name": "first", "user_id": "ada",
               "status": "RUNNING", "start_time": 1_700_000_000_000u64, "lifecycle_stage": "active",
               "artifact_uri": format!("mlflow-artifacts:/{eid}/{run}/artifacts")})
    );
    assert_eq!(created["run"]["inputs"], json!({}));
    let batch = json!({
        "run_id": run,
        "metrics": [
            {"key": "loss", "value": 0.5, "timestamp": 10, "step": 1},
            {"key": "loss", "value": "NaN", "timestamp": 11, "step": 2},
            {"key": "loss", "value": "Infinity", "timestamp": "12", "step": "0"},
            {"key": "val loss/ä", "value": "2", "timestamp": 10},
        ],
        "params": [{"key": "lr", "value": "0.1"}, {"key": "empty", "value": ""}],
        "tags": [{"key": "mlflow.runName", "value": "second"}, {"key": "t", "value": "1"}, {"key": "t", "value": "2"}],
    });
    assert_eq!(api.post("runs/log-batch", batch.clone()).await, json!({}));
    // Params again with the same values, and the same points: nothing changes.
    api.post("runs/log-batch", batch).await;
    let dataset = json!({"dataset": {"name": "d", "digest": "x", "source_type": "local", "source": "s"},
                         "tags": [{"key": "mlflow.data.context", "value": "train"}]});
    api.post("runs/log-inputs", json!({"run_id": run, "datasets": [dataset]})).await;
    api.post("runs/update", json!({"run_id": run, "status": "FINISHED", "end_time": 1_700_000_001_000u64})).await;
    let told = &api.get(&format!("runs/get?run_uuid={run}&run_id={run}")).await["run"];
    assert_eq!(told["info"]["run_name"], "second");
    assert_eq!(told["info"]["status"], "FINISHED");
    assert_eq!(told["info"]["end_time"], 1_700_000_001_000u64);
    assert_eq!(
        told["data"],
        json!({
            "metrics": [
                {"key": "loss", "value": "NaN", "timestamp": 11, "step": 2},
                {"key": "val loss/ä", "value": 2.0, "timestamp": 10, "step": 0},
            ],
            "params": [{"key": "empty", "value": ""}, {"key": "lr", "value": "0.1"}],
            "tags": [
                {"key": "mlflow.runName", "value": "second"},
                {"key": "mlflow.user", "value": "ada"},
                {"key": "t", "value": "2"},
            ],
        })
    );
    assert_eq!(told["inputs"], json!({"dataset_inputs": [dataset]}));
    let history = api.get(&format!("metrics/get-history?run_id={run}&metric_key=loss")).await;
    assert_eq!(
        history,
        json!({"metrics": [
            {"key": "loss", "value": 0.5, "timestamp": 10, "step": 1},
            {"key": "loss", "value": "NaN", "timestamp": 11, "step": 2},
            {"key": "loss", "value": f64::MAX, "timestamp": 12, "step": 0},
        ]})
    );
    let found = api.post("runs/search", json!({"experiment_ids": [eid], "filter": "tags.t = '2'"})).await;
    assert_eq!(found["runs"][0]["info"], told["info"]);
    let by_name = api.get("experiments/get-by-name?experiment_name=gr%C3%B6%C3%9Fe%2F1").await;
    assert_eq!(by_name["experiment"]["tags"], json!([{"key": "a", "value": "b"}]));
    assert_eq!(by_name["experiment"]["lifecycle_stage"], "active");
    let datasets = api.post("/ajax-api/2.0/mlflow/experiments/search-datasets", json!({"experiment_ids": [eid]})).await;
    assert_eq!(
        datasets,
        json!({"dataset_summaries": [{"experiment_id": eid, "name": "d", "digest": "x", "context": "train"}]})
    );
}

#[tokio::test]
async fn names_mirror_each_other() {
    let api = Api::new().await;
    let run = api.run().await;
    let name_and_tag = async || {
        let run = api.get(&format!("runs/get?run_id={run}")).await["run"].clone();
        (run["info"]["run_name"].clone(), run["data"]["tags"][0]["value"].clone())
    };
    let (generated, tag) = name_and_tag().await;
    assert_eq!(generated, tag);
    assert_eq!(generated.as_str().unwrap().split('-').count(), 3);
    for (path, body, expected) in [
        ("runs/update", json!({"run_id": run, "run_name": "a"}), "a"),
        ("runs/update", json!({"run_id": run, "run_name": ""}), "a"),
        ("runs/set-tag", json!({"run_uuid": run, "key": "mlflow.runName", "value": "b"}), "b"),
        ("runs/log-batch", json!({"run_id": run, "tags": [{"key": "mlflow.runName", "value": "c"}]}), "c"),
    ] {
        api.post(path, body).await;
        assert_eq!(name_and_tag().await, (json!(expected), json!(expected)), "{path}");
    }
}

#[tokio::test]
async fn the_trash_gives_back_what_it_took() {
    let api = Api::new().await;
    let eid = api.post("experiments/create", json!({"name": "e"})).await["experiment_id"].clone();
    let run = api.post("runs/create", json!({"experiment_id": eid})).await["run"]["info"]["run_id"].clone();
    let run = run.as_str().unwrap();
    let stage = async || {
        let told = api.get(&format!("runs/get?run_id={run}")).await;
        told["run"]["info"]["lifecycle_stage"].as_str().unwrap().to_owned()
    };
    for (path, body, expected) in [
        ("runs/delete", json!({"run_id": run}), "deleted"),
        ("runs/delete", json!({"run_id": run}), "deleted"),
        ("runs/restore", json!({"run_id": run}), "active"),
        ("runs/restore", json!({"run_id": run}), "active"),
        ("experiments/delete", json!({"experiment_id": eid}), "deleted"),
        ("experiments/restore", json!({"experiment_id": eid}), "active"),
        ("runs/delete", json!({"run_id": run}), "deleted"),
        ("experiments/delete", json!({"experiment_id": eid}), "deleted"),
        ("experiments/restore", json!({"experiment_id": eid}), "active"),
    ] {
        api.post(path, body.clone()).await;
        assert_eq!(stage().await, expected, "{path} {body}");
    }
}

#[tokio::test]
async fn old_clients_are_understood() {
    let api = Api::new().await;
    let run = api.run().await;
    // JSON inside a JSON text.
    let inner = json!({"run_uuid": run, "key": "k", "value": "v"}).to_string();
    let (status, _) = api.send("POST", "runs/log-parameter", &json!(inner).to_string()).await;
    assert_eq!(status, 200);
    // A GET with a body instead of a query.
    let (status, told) = api.send("GET", "runs/get", &json!({"run_uuid": run}).to_string()).await;
    assert_eq!(status, 200);
    assert_eq!(told["run"]["data"]["params"], json!([{"key": "k", "value": "v"}]));
    // The browser's twin, and what the server offers.
    let twin = api.get(&format!("/ajax-api/2.0/mlflow/runs/get?run_id={run}")).await;
    assert_eq!(twin, told);
    assert_eq!(api.get("/api/3.0/mlflow/server-info").await["multipart_uploads_enabled"], false);
    let model =
        json!({"artifact_path": "m", "flavors": {"f": {"config": {"big": 1}}}, "utc_time_created": "t", "run_id": run});
    api.post("runs/log-model", json!({"run_id": run, "model_json": model.to_string()})).await;
    let tags = api.get(&format!("runs/get?run_id={run}")).await["run"]["data"]["tags"].clone();
    assert_eq!(tags[0]["key"], "mlflow.log-model.history");
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_refused() {
    let api = Api::new().await;
    for (method, path, status, code) in [
        ("GET", "/api/2.0/mlflow/nothing", 404, "ENDPOINT_NOT_FOUND"),
        ("GET", "/api/2.0/mlflow/runs/create", 405, "BAD_REQUEST"),
        ("DELETE", "/api/2.0/mlflow/runs/search", 405, "BAD_REQUEST"),
        ("POST", "/api/2.0/mlflow/experiments/search-datasets", 404, "ENDPOINT_NOT_FOUND"),
        ("POST", "/api/3.0/mlflow/traces", 404, "ENDPOINT_NOT_FOUND"),
        ("PUT", "/api/2.0/mlflow-artifacts/artifacts", 405, "BAD_REQUEST"),
    ] {
        let (got, answer) = api.send(method, path, "").await;
        assert_eq!(got, status, "{method} {path}");
        assert_eq!(answer["error_code"], code, "{method} {path}");
    }
}
