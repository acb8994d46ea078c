//! The API in process: the router with a store in a temporary folder.

use crate::{
    config::Serve,
    http::{AppState, router},
    store::{
        RunKey, Store, experiments,
        metrics::{MetricPoint, append},
        runs::{self, NewRun},
    },
};
use axum::{
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use data::{
    frame,
    run::{LiveEvent, RunId},
};
use futures_util::StreamExt;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use tower::ServiceExt;

mod export;
mod frames;
mod importance;
mod live;
mod pictures;
mod reports;

pub(super) struct Server {
    pub state: AppState,
    dir: tempfile::TempDir,
}

impl Server {
    pub fn start() -> Server {
        let dir = tempfile::tempdir().unwrap();
        let options = Serve {
            host: "127.0.0.1".to_owned(),
            port: 0,
            data: dir.path().to_owned(),
            app: Some(dir.path().join("app")),
            allowed_hosts: Vec::new(),
            share_hosts: Vec::new(),
        };
        Server { state: AppState::new(Store::open(dir.path()).unwrap(), options), dir }
    }

    pub fn data(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Bytes) {
        let response = router(self.state.clone()).oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        (head.status, head.headers, to_bytes(body, usize::MAX).await.unwrap())
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        let (status, _, body) = self.send(Request::get(path).body(Body::empty()).unwrap()).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    pub async fn post(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::post(path).header("accept", "application/json");
        let (status, _, body) = self.send(request.body(Body::from(body.to_string())).unwrap()).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    pub async fn experiment(&self, name: &'static str) -> i64 {
        self.state.store.write(move |tx| experiments::create(tx, name, None, &[])).await.unwrap()
    }

    pub async fn run(&self, eid: i64, n: u128) -> RunKey {
        let new = NewRun { eid, ..NewRun::default() };
        self.state.store.write(move |tx| runs::create(tx, RunId(n << 65), &new)).await.unwrap()
    }

    pub async fn log(&self, run: RunKey, metric: &'static str, steps: std::ops::Range<i64>) {
        let change = self.state.store.write(move |tx| {
            let point = |step| MetricPoint { metric, value: step as f64, step, time_millis: step * 10 };
            append(tx, run, &steps.map(point).collect::<Vec<_>>())
        });
        change.await.unwrap();
    }
}

#[test]
fn the_description_names_every_route() {
    let described: Value = serde_json::from_str(include_str!("openapi.json")).unwrap();
    let described: BTreeSet<String> = described["paths"].as_object().unwrap().keys().cloned().collect();
    let routed = include_str!("mod.rs").split(".route(\"").skip(1).filter_map(|rest| rest.split_once('"'));
    let routed: BTreeSet<String> = routed.map(|(path, _)| path.replace("{*path}", "{path}")).collect();
    assert_eq!(described, routed);
}

#[tokio::test]
async fn runs_are_tagged_trashed_and_purged_with_their_files() {
    let server = Server::start();
    let eid = server.experiment("digits").await;
    let run = server.run(eid, 1).await;
    let mut live = server.state.live.watch(eid);
    let named = json!({"runs": [run.id.to_string()]});
    let act = |action: Value| json!({"run_set": named, "action": action});
    for action in [json!({"kind": "tag", "set": {"team": "x"}}), json!({"kind": "delete"})] {
        assert_eq!(server.post("/api/runs/actions", &act(action)).await, (StatusCode::OK, json!({"runs": 1})));
        assert!(live.recv().await.is_ok_and(|event| event.windows(6).any(|part| part == b"\"runs\"")));
    }
    let trash = json!({"experiments": [eid.to_string()], "trash": true, "columns": ["tags.team"]});
    let (_, page) = server.post("/api/runs", &trash).await;
    assert_eq!((&page["total"], &page["runs"][0]["tags"]), (&json!(1), &json!({"team": "x"})));
    let folder = server.dir.path().join(format!("artifacts/{eid}/{}", run.id));
    std::fs::create_dir_all(folder.join("artifacts/plots")).unwrap();
    std::fs::write(folder.join("artifacts/plots/a.txt"), "12345").unwrap();
    let (status, purged) = server.post("/api/runs/purge", &json!({"runs": [run.id.to_string()]})).await;
    assert_eq!((status, purged), (StatusCode::OK, json!({"runs": 1, "artifact_bytes": 5})));
    assert!(!folder.exists());
    assert_eq!(server.get(&format!("/api/runs/{}", run.id)).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_is_wrong_is_told_as_json() {
    let server = Server::start();
    let eid = server.experiment("digits").await;
    let frames = |body: Value| ("/api/frames", Some(body));
    let good = json!({"metric": "loss", "width_px": 100, "run_set": {"experiments": [eid.to_string()]}});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        frames(body)
    };
    let expression = |text: &str| {
        let mut body = good.clone();
        body["metric"] = json!("");
        body["expression"] = json!(text);
        frames(body)
    };
    for (name, (path, body), status, code) in [
        ("no such address", ("/api/nothing", None), 404, "not_found"),
        ("a method that is not there", ("/api/runs", None), 405, "method_not_allowed"),
        ("an unknown experiment", ("/api/experiments/99", None), 404, "not_found"),
        ("an experiment that is no number", ("/api/experiments/x/metrics", None), 404, "not_found"),
        ("an unknown run", ("/api/runs/00000000000000000000000000000001", None), 404, "not_found"),
        ("a run that is no id", ("/api/runs/..%2f..", None), 404, "not_found"),
        ("an unknown parameter", ("/api/experiments?name=x", None), 400, "bad_request"),
        ("a stream without experiment", ("/api/live", None), 400, "bad_request"),
        ("a stream of an unknown experiment", ("/api/live?experiment=99", None), 404, "not_found"),
        ("no frame request", frames(json!([])), 400, "bad_request"),
        ("no metric", with("metric", json!("")), 400, "bad_request"),
        ("a metric and an expression", with("expression", json!("loss")), 400, "bad_request"),
        ("an expression that cannot be read", expression("loss +"), 400, "bad_request"),
        ("an expression as deep as a well", expression(&"(".repeat(3_000)), 400, "bad_request"),
        ("an expression as long as a book", expression(&"loss + ".repeat(100_000)), 400, "bad_request"),
        ("an expression with no baseline", expression("loss - baseline(loss)"), 400, "bad_request"),
        ("an expression of a run nobody knows", expression("loss - run('; DROP TABLE run', loss)"), 400, "bad_request"),
        ("an x axis that does not exist", with("x", json!("sideways")), 400, "bad_request"),
        ("a metric along x without a name", with("x", json!("metric")), 400, "bad_request"),
        ("a smoothing that does not exist", with("smoothing", json!("cubic:3")), 400, "bad_request"),
        ("groups by nothing", with("group", json!({"by": []})), 400, "bad_request"),
        ("groups by what is no column", with("group", json!({"by": ["lr"]})), 400, "bad_request"),
        (
            "a band that does not exist",
            with("group", json!({"by": ["params.lr"], "look": {"band": "x"}})),
            400,
            "bad_request",
        ),
        (
            "growth of groups",
            frames(json!({"metric": "loss", "width_px": 100, "since": 3, "group": {"by": ["params.lr"]}})),
            400,
            "bad_request",
        ),
        ("no width", with("width_px", json!(0)), 400, "bad_request"),
        ("a negative width", with("width_px", json!(-1)), 400, "bad_request"),
        ("an unknown field", with("widht", json!(1)), 400, "bad_request"),
        ("a range from right to left", with("range", json!([2, 1])), 400, "bad_request"),
        ("a bucket without width", with("buckets", json!([{"origin": 0, "width": 0}, "min_max"])), 400, "bad_request"),
        ("a frame of an unknown experiment", with("run_set", json!({"experiments": ["77"]})), 404, "not_found"),
        ("a filter that cannot be read", with("run_set", json!({"filter": "metrics."})), 400, "bad_request"),
        ("a run id that is none", with("run_set", json!({"runs": ["7"]})), 400, "bad_request"),
        ("a filter of runs", ("/api/runs", Some(json!({"filter": "=", "experiments": ["1"]}))), 400, "bad_request"),
        ("a pattern that is none", with("run_set", json!({"filter": "user ~ '['"})), 400, "bad_request"),
        (
            "a pattern too large",
            ("/api/runs", Some(json!({"filter": "user ~ '(a{999}){999}'", "experiments": ["1"]}))),
            400,
            "bad_request",
        ),
        ("an order of runs", ("/api/runs", Some(json!({"order_by": ["x y z"]}))), 400, "bad_request"),
        ("too many runs", ("/api/runs", Some(json!({"limit": 10_001}))), 400, "bad_request"),
        ("a column that is none", ("/api/runs", Some(json!({"columns": ["loss"]}))), 400, "bad_request"),
        ("groups by nothing", ("/api/groups", Some(json!({"by": []}))), 400, "bad_request"),
        (
            "groups by a column and in the order of another",
            ("/api/groups", Some(json!({"by": ["params.a"], "order_by": ["params.b"]}))),
            400,
            "bad_request",
        ),
        (
            "groups of an unknown experiment",
            ("/api/groups", Some(json!({"by": ["params.a"], "run_set": {"experiments": ["99"]}}))),
            404,
            "not_found",
        ),
        (
            "an action that is none",
            ("/api/runs/actions", Some(json!({"run_set": {}, "action": {"kind": "x"}}))),
            400,
            "bad_request",
        ),
        (
            "a tag with a name that is none",
            ("/api/runs/actions", Some(json!({"run_set": {}, "action": {"kind": "tag", "set": {"a//b": "1"}}}))),
            400,
            "bad_request",
        ),
        (
            "an action on an unknown run",
            (
                "/api/runs/actions",
                Some(json!({"run_set": {"runs": ["00000000000000000000000000000007"]}, "action": {"kind": "delete"}})),
            ),
            404,
            "not_found",
        ),
        ("purging a run that is no id", ("/api/runs/purge", Some(json!({"runs": ["7"]}))), 400, "bad_request"),
    ] {
        let (got, answer) = match body {
            Some(body) => server.post(path, &body).await,
            None => server.get(path).await,
        };
        assert_eq!((got.as_u16(), answer["error"]["code"].as_str()), (status, Some(code)), "{name}: {answer}");
        assert!(answer["error"]["message"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
    }
    let huge = Request::post("/api/frames").body(Body::from(vec![b' '; 9 << 20])).unwrap();
    assert_eq!(server.send(huge).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(server.post("/api/frames", &good).await.0, StatusCode::OK);
}

#[tokio::test]
async fn views_open_by_hash_and_by_name_and_keep_their_history() {
    let server = Server::start();
    let eid = server.experiment("digits").await;
    let put = async |path: String, body: Value| {
        let (status, _, answer) = server.send(Request::put(path).body(Body::from(body.to_string())).unwrap()).await;
        (status.as_u16(), serde_json::from_slice::<Value>(&answer).unwrap_or_default())
    };
    let home = format!("/api/experiments/{eid}");
    let placed = |search: &str| json!({"experiment_id": eid.to_string(), "tab": "table", "view": {"version": 1, "search": search}});
    let (status, kept) = server.post("/api/views", &placed("adam")).await;
    assert_eq!(status, StatusCode::OK, "{kept}");
    let hash = kept["hash"].as_str().unwrap().to_owned();
    assert_eq!(
        server.post("/api/views", &placed("adam")).await.1["hash"],
        hash.as_str(),
        "the same view, the same hash"
    );
    assert_ne!(server.post("/api/views", &placed("sgd")).await.1["hash"], hash.as_str());
    assert_eq!(server.get(&format!("/api/views/{hash}")).await.1, placed("adam"));

    let name = format!("{home}/views/best%20of%20adam");
    let view = |search: &str| json!({"tab": "", "view": {"search": search}});
    assert_eq!(put(name.clone(), view("a")).await.0, 200);
    assert_eq!(put(name.clone(), view("b")).await.1["name"], "best of adam");
    assert_eq!(put(format!("{home}/default-view"), json!({"name": "best of adam"})).await.0, 200);
    let list = server.get(&format!("{home}/views")).await.1;
    assert_eq!((list.as_array().unwrap().len(), &list[0]["is_default"]), (1, &json!(true)));
    let history = server.get(&format!("{name}/history")).await.1;
    let of = async |at: usize| server.get(&format!("/api/views/{}", history[at]["hash"].as_str().unwrap())).await.1;
    assert_eq!(
        (of(0).await["view"]["search"].clone(), of(1).await["view"]["search"].clone()),
        (json!("b"), json!("a"))
    );

    let gone = Request::delete(name.clone()).body(Body::empty()).unwrap();
    assert_eq!(server.send(gone).await.0, StatusCode::OK);
    assert_eq!(server.get(&format!("{home}/views")).await.1, json!([]));
    assert_eq!(server.get(&format!("{name}/history")).await.1.as_array().unwrap().len(), 2);

    for (name, path, body, status) in [
        ("an unknown experiment", "/api/experiments/99/views/x".to_owned(), view("a"), 404),
        ("no view", format!("{home}/views/x"), json!({"view": 7}), 400),
        ("a view of the future", format!("{home}/views/x"), json!({"view": {"version": 99}}), 400),
        ("a name of nothing", format!("{home}/views/%20"), view("a"), 400),
        ("a name with a line break", format!("{home}/views/a%0ab"), view("a"), 400),
        ("a name too long", format!("{home}/views/{}", "x".repeat(201)), view("a"), 400),
        ("a default that is not there", format!("{home}/default-view"), json!({"name": "nope"}), 404),
        ("a view too large", format!("{home}/views/x"), view(&"x".repeat(2 << 20)), 413),
    ] {
        let (got, answer) = put(path, body).await;
        assert_eq!((got, answer["error"]["message"].is_string()), (status, true), "{name}: {answer}");
    }
    assert_eq!(server.get("/api/views/00").await.0, StatusCode::NOT_FOUND);
    for (name, view) in
        [("a view of the future", json!({"version": 99})), ("no view", json!({"hidden": 7})), ("a list", json!([]))]
    {
        let (status, answer) =
            server.post("/api/views", &json!({"experiment_id": eid.to_string(), "view": view})).await;
        assert_eq!((status.as_u16(), answer["error"]["message"].is_string()), (400, true), "{name}: {answer}");
    }
}

#[tokio::test]
async fn experiments_metrics_and_runs_are_listed() {
    let server = Server::start();
    let eid = server.experiment("Digits, small").await;
    server.experiment("speech").await;
    let (one, two) = (server.run(eid, 1).await, server.run(eid, 2).await);
    server.log(one, "train/loss", 0..50).await;
    server.log(two, "train/loss", 0..80).await;
    server.log(two, "val/acc", 0..3).await;
    server.log(two, "val/acc", 3..5).await;
    let list = server.get("/api/experiments?q=digits").await.1;
    assert_eq!((list.as_array().unwrap().len(), &list[0]["runs"], &list[0]["running"]), (1, &json!(2), &json!(2)));
    assert_eq!(
        server.get("/api/experiments").await.1.as_array().unwrap().iter().filter(|row| row["runs"] == 0).count(),
        2
    );
    assert_eq!(server.get(&format!("/api/experiments/{eid}")).await.1["name"], "Digits, small");
    let metrics = format!("/api/experiments/{eid}/metrics");
    let row = |metric, runs, max_step| json!({"metric": metric, "runs": runs, "max_step": max_step});
    assert_eq!(server.get(&metrics).await.1, json!([row("train/loss", 2, 79), row("val/acc", 1, 4)]));
    server.state.store.settle().await.unwrap();
    server.log(two, "val/acc", 5..6).await;
    let gone = one.id.to_string();
    server.state.store.write(move |tx| runs::delete(tx, &gone)).await.unwrap();
    assert_eq!(server.get(&metrics).await.1, json!([row("train/loss", 1, 79), row("val/acc", 1, 5)]));
    let body = json!({"experiments": [eid.to_string()], "filter": "metrics.`train/loss` > 10"});
    let page = server.post("/api/runs", &body).await.1;
    assert_eq!((&page["total"], &page["runs"][0]["run_id"]), (&json!(1), &json!(two.id)));
    let run = server.get(&format!("/api/runs/{}", one.id)).await.1;
    assert_eq!((&run["deleted"], &run["metrics"]["train/loss"]["step"]), (&json!(true), &json!(49)));
}

#[tokio::test]
async fn long_json_is_compressed_for_who_likes_it() {
    let server = Server::start();
    for (name, path, coding, compressed) in [
        ("long and liked", "/api/openapi.json", "gzip", Some("gzip")),
        ("long and not liked", "/api/openapi.json", "br", None),
        ("short", "/api/experiments", "gzip", None),
        ("a refusal", "/api/experiments/9", "gzip", None),
    ] {
        let request = Request::get(path).header("accept-encoding", coding).body(Body::empty()).unwrap();
        let (_, headers, body) = server.send(request).await;
        assert_eq!(headers.get("content-encoding").map(|value| value.to_str().unwrap()), compressed, "{name}");
        assert_eq!(headers["vary"], "accept-encoding", "{name}");
        let mut plain = Vec::new();
        match compressed {
            Some(_) => std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&body[..]), &mut plain).unwrap(),
            None => std::io::Read::read_to_end(&mut &body[..], &mut plain).unwrap(),
        };
        assert!(serde_json::from_slice::<Value>(&plain).is_ok(), "{name}");
    }
}

#[tokio::test]
async fn ten_thousand_metrics_of_one_run_are_kept_and_listed() {
    let server = Server::start();
    let run = server.run(server.experiment("digits").await, 1).await;
    for round in 0..3 {
        for start in (0..10_000).step_by(1000) {
            let change = server.state.store.write(move |tx| {
                let names: Vec<String> = (start..start + 1000).map(|n| format!("layer {n}/norm é\u{1F600}")).collect();
                let point = |metric| MetricPoint { metric, value: 0.5, step: round, time_millis: round };
                append(tx, run, &names.iter().map(|name| point(name)).collect::<Vec<_>>())
            });
            change.await.unwrap();
        }
        server.state.store.settle().await.unwrap();
    }
    let metrics = server.get(&format!("/api/experiments/{}/metrics", run.eid)).await.1;
    assert_eq!(metrics.as_array().unwrap().len(), 10_000);
    assert_eq!(metrics[7], json!({"metric": "layer 1003/norm é😀", "runs": 1, "max_step": 2}));
    let body = json!({"metric": "layer 9999/norm é😀", "width_px": 100, "run_set": {"runs": [run.id]}});
    assert_eq!(server.post("/api/frames", &body).await.1["held"], 3);
}

#[tokio::test]
async fn artifacts_are_listed_and_sent_harmlessly() {
    let server = Server::start();
    let run = server.run(server.experiment("digits").await, 1).await;
    let base = format!("/api/runs/{}/artifacts", run.id);
    assert_eq!(server.get(&base).await, (StatusCode::OK, json!([])));
    let folder = server.dir.path().join(format!("artifacts/{}/{}/artifacts/pictures", run.eid, run.id));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("one.png"), b"0123456789").unwrap();
    std::fs::write(folder.join("page.html"), b"<script>alert(1)</script>").unwrap();
    std::fs::write(folder.join("é \"x\".svg"), b"<svg/>").unwrap();
    assert_eq!(server.get(&base).await.1, json!([{"path": "pictures", "is_dir": true, "bytes": null}]));
    let listed = server.get(&format!("{base}?path=pictures")).await.1;
    assert_eq!(listed[0], json!({"path": "pictures/one.png", "is_dir": false, "bytes": 10}));
    for (name, path, range, status, body, disposition) in [
        ("a picture", "pictures/one.png", "", 200, "0123456789", "inline"),
        ("a part of it", "pictures/one.png", "bytes=2-4", 206, "234", "inline"),
        ("its end", "pictures/one.png", "bytes=-2", 206, "89", "inline"),
        ("nothing of it", "pictures/one.png", "bytes=10-", 416, "", ""),
        ("a page is for download", "pictures/page.html", "", 200, "<script>alert(1)</script>", "attachment"),
        ("any name", "pictures/%C3%A9%20%22x%22.svg", "", 200, "<svg/>", "attachment"),
    ] {
        let request = Request::get(format!("{base}/{path}")).header("range", range).body(Body::empty()).unwrap();
        let (got, headers, bytes) = server.send(request).await;
        assert_eq!((got.as_u16(), &bytes[..]), (status, body.as_bytes()), "{name}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{name}");
        if status < 300 {
            assert!(headers["content-disposition"].to_str().unwrap().starts_with(disposition), "{name}");
            assert!(headers["content-security-policy"].to_str().unwrap().starts_with("sandbox"), "{name}");
        }
    }
    for path in ["nothing.png", "pictures", "..%2f..%2f..%2fthroughline.db", "pictures/../../../../../throughline.db"] {
        let (status, answer) = server.get(&format!("{base}/{path}")).await;
        assert!(status.is_client_error() && answer["error"]["code"].is_string(), "{path}: {status}");
    }
}

#[tokio::test]
async fn the_app_is_served_with_its_twins_and_every_page_address() {
    let server = Server::start();
    let app = server.dir.path().join("app");
    std::fs::create_dir_all(&app).unwrap();
    std::fs::write(app.join("index.html"), "<script>start()</script>the page").unwrap();
    std::fs::write(app.join("app-0123456789abcdef.js"), "plain").unwrap();
    std::fs::write(app.join("app-0123456789abcdef.js.br"), "small").unwrap();
    for (name, path, accept, status, body, cache) in [
        ("the page", "/", "text/html", 200, "<script>start()</script>the page", "no-cache"),
        ("a page address", "/experiments/1/charts", "text/html", 200, "<script>start()</script>the page", "no-cache"),
        ("a name with a dot", "/models/v1.2", "text/html", 200, "<script>start()</script>the page", "no-cache"),
        ("a file's twin", "/app-0123456789abcdef.js", "*/*", 200, "small", "public, max-age=31536000, immutable"),
        ("a file that is not there", "/old-0123456789abcdef.js", "*/*", 404, "", ""),
        ("an API address that is not there", "/api/x", "text/html", 404, "", ""),
        ("a way out", "/..%2fthroughline.db", "*/*", 404, "", ""),
    ] {
        let request = Request::get(path).header("accept", accept).header("accept-encoding", "gzip, br");
        let (got, headers, bytes) = server.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(got.as_u16(), status, "{name}");
        if status == 200 {
            assert_eq!(bytes, body, "{name}");
            assert_eq!(headers["cache-control"], cache, "{name}");
        }
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'"), "{name}");
    }
}
