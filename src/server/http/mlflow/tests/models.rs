//! Logged models and the registry, errors first.

use super::*;

const INVALID: &str = "INVALID_PARAMETER_VALUE";
const MISSING: &str = "RESOURCE_DOES_NOT_EXIST";

/// A logged model of `run`.
async fn logged(api: &Api, run: &str) -> String {
    let asked =
        json!({"experiment_id": "0", "name": "net", "source_run_id": run, "params": [{"key": "p", "value": "1"}]});
    api.post("logged-models", asked).await["model"]["info"]["model_id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_bad_request_for_models_says_what_was_wrong() {
    let api = Api::new().await;
    let run = api.run().await;
    let model = logged(&api, &run).await;
    api.post("registered-models/create", json!({"name": "taken"})).await;
    api.post("registered-models/create", json!({"name": "m"})).await;
    api.post("model-versions/create", json!({"name": "m", "source": "s3://b/x"})).await;
    let unknown = format!("m-{}", "0".repeat(32));
    for (method, path, body, status, code, words) in [
        ("POST", "logged-models".to_owned(), json!({}), 400, INVALID, "'experiment_id'"),
        ("POST", "logged-models".into(), json!({"experiment_id": "0", "name": "a.b"}), 400, INVALID, "cannot contain"),
        ("POST", "logged-models".into(), json!({"experiment_id": "77"}), 404, MISSING, "No Experiment"),
        ("GET", format!("logged-models/{unknown}"), json!({}), 404, MISSING, "not found"),
        ("GET", "logged-models/%ff".into(), json!({}), 400, INVALID, "UTF-8"),
        ("PATCH", format!("logged-models/{model}"), json!({"model_id": model}), 400, INVALID, "'status'"),
        (
            "PATCH",
            format!("logged-models/{model}"),
            json!({"model_id": unknown, "status": 2}),
            400,
            INVALID,
            "'model_id'",
        ),
        ("PATCH", format!("logged-models/{model}"), json!({"model_id": model, "status": "X"}), 400, INVALID, "status"),
        ("DELETE", format!("logged-models/{unknown}"), json!({}), 404, MISSING, "not found"),
        ("DELETE", format!("logged-models/{model}/tags/a%2Fb"), json!({}), 404, MISSING, "a/b"),
        (
            "POST",
            format!("logged-models/{model}/params"),
            json!({"model_id": model, "params": [{"key": "new", "value": "1"}, {"key": "p", "value": "1"}]}),
            400,
            "BAD_REQUEST",
            "'p'",
        ),
        ("POST", "logged-models/search".into(), json!({}), 400, INVALID, "'experiment_ids'"),
        (
            "POST",
            "logged-models/search".into(),
            json!({"experiment_ids": ["0"], "filter": "x = 'y'"}),
            400,
            INVALID,
            "'x'",
        ),
        (
            "POST",
            "logged-models/search".into(),
            json!({"experiment_ids": ["0"], "order_by": [{"field_name": "params.p"}]}),
            400,
            INVALID,
            "cannot be ordered",
        ),
        (
            "POST",
            "logged-models/search".into(),
            json!({"experiment_ids": ["0"], "datasets": [{}]}),
            400,
            INVALID,
            "dataset_name",
        ),
        ("POST", "registered-models/create".into(), json!({"name": "taken"}), 400, "RESOURCE_ALREADY_EXISTS", "taken"),
        ("POST", "registered-models/create".into(), json!({"name": "a:b"}), 400, INVALID, "':'"),
        (
            "GET",
            "registered-models/get?name=nobody".into(),
            json!({}),
            404,
            MISSING,
            "Registered Model with name=nobody not found",
        ),
        (
            "POST",
            "registered-models/rename".into(),
            json!({"name": "m", "new_name": "taken"}),
            400,
            "RESOURCE_ALREADY_EXISTS",
            "taken",
        ),
        ("POST", "registered-models/rename".into(), json!({"name": "m"}), 400, INVALID, "'new_name'"),
        ("DELETE", "registered-models/delete".into(), json!({"name": "nobody"}), 404, MISSING, "nobody"),
        ("GET", "registered-models/search?max_results=1001".into(), json!({}), 400, INVALID, "max_results"),
        ("GET", "registered-models/search?order_by=bogus".into(), json!({}), 400, INVALID, "bogus"),
        (
            "POST",
            "registered-models/alias".into(),
            json!({"name": "m", "alias": "V12", "version": "1"}),
            400,
            INVALID,
            "reserved",
        ),
        (
            "POST",
            "registered-models/alias".into(),
            json!({"name": "m", "alias": "a", "version": 1}),
            400,
            INVALID,
            "'version'",
        ),
        (
            "GET",
            "registered-models/alias?name=m&alias=nobody".into(),
            json!({}),
            400,
            INVALID,
            "Registered model alias nobody not found.",
        ),
        (
            "GET",
            "registered-models/alias?name=taken&alias=latest".into(),
            json!({}),
            404,
            MISSING,
            "Latest version not found",
        ),
        (
            "GET",
            "model-versions/get?name=m&version=2".into(),
            json!({}),
            404,
            MISSING,
            "Model Version (name=m, version=2) not found",
        ),
        ("GET", "model-versions/get?name=m&version=x".into(), json!({}), 400, INVALID, "must be an integer"),
        (
            "POST",
            "model-versions/create".into(),
            json!({"name": "nobody", "source": "s3://b/x"}),
            404,
            MISSING,
            "nobody",
        ),
        ("POST", "model-versions/create".into(), json!({"name": "m"}), 400, INVALID, "'source'"),
        (
            "POST",
            "model-versions/create".into(),
            json!({"name": "m", "source": format!("models:/{model}")}),
            400,
            INVALID,
            "model_id",
        ),
        (
            "POST",
            "model-versions/create".into(),
            json!({"name": "m", "source": format!("runs:/{run}/m")}),
            400,
            INVALID,
            "run_id",
        ),
        (
            "POST",
            "model-versions/transition-stage".into(),
            json!({"name": "m", "version": "1", "stage": "nowhere"}),
            400,
            INVALID,
            "Invalid Model Version stage: nowhere. Value must be one of None, Staging, Production, Archived.",
        ),
        (
            "POST",
            "model-versions/transition-stage".into(),
            json!({"name": "m", "version": "1", "stage": "None", "archive_existing_versions": true}),
            400,
            INVALID,
            "not an Active stage",
        ),
        ("GET", "model-versions/search?max_results=0".into(), json!({}), 400, INVALID, "max_results"),
        (
            "GET",
            "model-versions/search?filter=version_number%20%3E%20'a'".into(),
            json!({}),
            400,
            INVALID,
            "whole number",
        ),
        (
            "GET",
            "/model-versions/get-artifact?name=m&version=1&path=x".into(),
            json!({}),
            501,
            "NOT_IMPLEMENTED",
            "s3://b/x",
        ),
    ] {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let (got, answer) = api.send(method, &path, &body).await;
        let name = format!("{method} {path} {body}: {answer}");
        assert_eq!(got.as_u16(), status, "{name}");
        assert_eq!(answer["error_code"], code, "{name}");
        assert!(answer["message"].as_str().unwrap().contains(words), "{name}: no {words:?}");
    }
    let params = &api.get(&format!("logged-models/{model}")).await["model"]["data"]["params"];
    assert_eq!(*params, json!([{"key": "p", "value": "1"}]), "a refused request keeps nothing");
}

#[tokio::test]
async fn a_version_of_a_logged_model_leads_to_its_files() {
    let api = Api::new().await;
    let run = api.run().await;
    let model = logged(&api, &run).await;
    let put = Request::builder()
        .method("PUT")
        .uri(format!("/api/2.0/mlflow-artifacts/artifacts/0/models/{model}/artifacts/MLmodel"));
    assert_eq!(api.raw(put.body(Body::from("flavors")).unwrap()).await.0, 200);
    api.send(
        "PATCH",
        &format!("logged-models/{model}"),
        &json!({"model_id": model, "status": "LOGGED_MODEL_READY"}).to_string(),
    )
    .await;
    api.post("runs/outputs", json!({"run_id": run, "models": [{"model_id": model, "step": 3}]})).await;
    api.post("runs/log-metric", json!({"run_id": run, "key": "acc", "value": 0.5, "timestamp": 1, "step": 3, "model_id": model, "dataset_name": "d", "dataset_digest": "x"})).await;
    api.post("registered-models/create", json!({"name": "m"})).await;
    let source = format!("models:/{model}");
    let made = api.post("model-versions/create", json!({"name": "m", "source": source, "model_id": model})).await;
    assert_eq!(made["model_version"]["version"], "1");
    assert_eq!(made["model_version"]["run_id"], json!(run), "the run that made the model");
    let uri = format!("mlflow-artifacts:/0/models/{model}/artifacts");
    assert_eq!(api.get("model-versions/get-download-uri?name=m&version=1").await, json!({"artifact_uri": uri}));
    let copied = api.post("model-versions/create", json!({"name": "m", "source": "models:/m/1"})).await;
    assert_eq!(copied["model_version"]["source"], "models:/m/1");
    assert_eq!(api.get("model-versions/get-download-uri?name=m&version=2").await, json!({"artifact_uri": uri}));
    let get = Request::builder().uri("/model-versions/get-artifact?name=m&version=2&path=MLmodel");
    assert_eq!(api.raw(get.body(Body::empty()).unwrap()).await.2, b"flavors");
    assert_eq!(
        api.get(&format!("logged-models/{model}/artifacts/directories")).await,
        json!({"root_uri": uri, "files": [{"path": "MLmodel", "is_dir": false, "file_size": 7}]})
    );
    let told = &api.get(&format!("logged-models/{model}")).await["model"];
    assert_eq!(told["info"]["status"], "LOGGED_MODEL_READY");
    assert_eq!(told["info"]["tags"][0]["key"], "mlflow.modelVersions");
    assert_eq!(
        told["data"]["metrics"],
        json!([{"key": "acc", "value": 0.5, "timestamp": 1, "step": 3, "model_id": model, "run_id": run, "dataset_name": "d", "dataset_digest": "x"}])
    );
    let outputs = &api.get(&format!("runs/get?run_id={run}")).await["run"]["outputs"];
    assert_eq!(*outputs, json!({"model_outputs": [{"model_id": model, "step": 3}]}));
}

#[tokio::test]
async fn prompts_are_told_to_those_who_ask() {
    let api = Api::new().await;
    let prompt = json!([{"key": "mlflow.prompt.is_prompt", "value": "true"}]);
    api.post("registered-models/create", json!({"name": "prompt", "tags": prompt})).await;
    api.post("registered-models/create", json!({"name": "model"})).await;
    for (filter, expected) in [
        ("", vec!["model"]),
        ("tag.%60mlflow.prompt.is_prompt%60%20!%3D%20'true'", vec!["model"]),
        ("tag.%60mlflow.prompt.is_prompt%60%20%3D%20'true'", vec!["prompt"]),
    ] {
        let found = api.get(&format!("registered-models/search?filter={filter}")).await;
        let names: Vec<_> =
            found["registered_models"].as_array().unwrap().iter().map(|m| m["name"].as_str().unwrap()).collect();
        assert_eq!(names, expected, "{filter}");
    }
}

#[tokio::test]
async fn a_page_of_logged_models_belongs_to_its_question() {
    let api = Api::new().await;
    let run = api.run().await;
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(logged(&api, &run).await);
    }
    let ask = |token: Value, filter: &str| json!({"experiment_ids": ["0"], "filter": filter, "max_results": 2, "page_token": token});
    let first = api.post("logged-models/search", ask(Value::Null, "name = 'net'")).await;
    let token = first["next_page_token"].clone();
    let second = api.post("logged-models/search", ask(token.clone(), "name = 'net'")).await;
    assert_eq!(second["next_page_token"], Value::Null);
    let pages = [&first, &second].map(|page| page["models"].as_array().unwrap().clone()).concat();
    let mut found: Vec<_> = pages.iter().map(|model| model["info"]["model_id"].as_str().unwrap().to_owned()).collect();
    found.sort();
    made.sort();
    assert_eq!(found, made);
    let (status, answer) = api.send("POST", "logged-models/search", &ask(token, "name = 'other'").to_string()).await;
    assert_eq!((status.as_u16(), &answer["error_code"]), (400, &json!(INVALID)));
}
