//! Share links: what one names goes out, and nothing else does.

use super::tests::Server;
use crate::{
    http::{AppState, router},
    store::{
        RunKey,
        runs::{self, NewRun},
        values,
    },
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use data::run::RunId;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tower::ServiceExt;

/// A store with an experiment of four runs by a person on a machine, and another experiment.
struct World {
    server: Server,
    eid: i64,
    runs: Vec<RunKey>,
    stranger: RunKey,
}

/// Texts that no link without names may let out.
const SECRETS: [&str; 8] =
    ["adalovelace", "gpu01.lab", "/home/", "zebra-run", "Lovelace lab", "secret-team", "17600000", "s3cret"];

impl World {
    async fn new() -> World {
        let server = Server::start();
        let eid = server.experiment("Lovelace lab").await;
        let mut runs = Vec::new();
        for n in 1..=4_u128 {
            let new = NewRun {
                eid,
                name: Some(format!("zebra-run-{n}")),
                user: "adalovelace".to_owned(),
                start_millis: Some(1_760_000_000_000 + n as i64),
                ..NewRun::default()
            };
            let run =
                server.state.store.write(move |tx| runs::create(tx, RunId((n << 98) | (n << 65)), &new)).await.unwrap();
            let change = server.state.store.write(move |tx| {
                for (name, value) in [("lr", "0.1"), ("data", "/home/adalovelace/s3cret"), ("opt", "adam")] {
                    values::log_param(tx, run, name, value)?;
                }
                values::set_tag(tx, run, "team", "secret-team")?;
                values::set_tag(tx, run, "mlflow.source.name", "gpu01.lab/train.py")
            });
            change.await.unwrap();
            server.log(run, "train/loss", 0..50).await;
            server.log(run, "val/acc", 0..20).await;
            runs.push(run);
        }
        let other = server.experiment("other").await;
        let stranger = server.run(other, 99).await;
        server.log(stranger, "train/loss", 0..5).await;
        World { server, eid, runs, stranger }
    }

    fn placed(&self, view: Value, tab: &str) -> Value {
        json!({"experiment_id": self.eid.to_string(), "tab": tab, "view": view})
    }

    /// The token of a link to `view`, with further wishes.
    async fn share(&self, view: Value, tab: &str, wishes: Value) -> String {
        self.made(json!({"kind": "view", "placed": self.placed(view, tab)}), wishes).await["token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn made(&self, target: Value, wishes: Value) -> Value {
        let mut body = json!({"target": target});
        for (name, value) in wishes.as_object().unwrap() {
            body[name] = value.clone();
        }
        let (status, made) = self.server.post("/api/shares", &body).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        made
    }

    async fn runs(&self, token: &str) -> Vec<Value> {
        let page = self.server.post(&format!("/api/shared/{token}/runs"), &json!({})).await.1;
        page["runs"].as_array().unwrap_or_else(|| panic!("{page}")).clone()
    }

    fn short(&self, at: usize) -> String {
        self.runs[at].id.short()
    }
}

fn frame(metric: &str) -> Value {
    json!({"metric": metric, "width_px": 300})
}

#[tokio::test]
async fn a_link_shows_the_runs_and_columns_that_its_view_names() {
    let world = World::new().await;
    let names = |rows: &[Value]| rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let newest = ["zebra-run-4", "zebra-run-3", "zebra-run-2", "zebra-run-1"];
    for (name, view, shown) in [
        ("all", json!({}), &newest[..]),
        (
            "in its order",
            json!({"order_by": "attributes.start_time ASC"}),
            &["zebra-run-1", "zebra-run-2", "zebra-run-3", "zebra-run-4"],
        ),
        ("without hidden ones", json!({"hidden": [world.short(3)]}), &newest[1..]),
        ("with shown ones only", json!({"hide_all": true, "hidden": [world.short(0)]}), &newest[3..]),
        ("searched", json!({"search": "RUN-2"}), &newest[2..3]),
        ("filtered", json!({"filter": "attributes.run_name = 'zebra-run-1'"}), &newest[3..]),
        ("brushed", json!({"brushes": {"params.lr": {"ranges": [[0.5, 1.0]]}}}), &[]),
    ] {
        let token = world.share(view, "", json!({})).await;
        let rows = world.runs(&token).await;
        assert_eq!(names(&rows), shown, "{name}");
        let page = world.server.get(&format!("/api/shared/{token}")).await.1.to_string();
        for left_out in ["RUN-2", "run_name", "brushes", "hidden", "order_by"] {
            assert!(!page.contains(left_out), "{name}: what chose the runs goes out: {page}");
        }
    }
    for (name, view, tab, params, tags) in [
        ("charts name no column", json!({}), "", json!({}), json!({})),
        ("a group names one", json!({"group_by": ["params.lr"]}), "", json!({"lr": "0.1"}), json!({})),
        (
            "so do dashes and labels",
            json!({"panels": {"val/acc": {"stroke_by": ["params.opt"], "label": "{tags.team}"}}}),
            "",
            json!({"opt": "adam"}),
            json!({"team": "secret-team"}),
        ),
        (
            "a table names its own",
            json!({"table": {"columns": ["params.lr"]}}),
            "table",
            json!({"lr": "0.1"}),
            json!({}),
        ),
        (
            "a whole table names all but MLflow's books",
            json!({}),
            "table",
            json!({"lr": "0.1", "data": "/home/adalovelace/s3cret", "opt": "adam"}),
            json!({"team": "secret-team"}),
        ),
        (
            "axes are columns",
            json!({"parallel": {"axes": ["params.opt"]}}),
            "parallel",
            json!({"opt": "adam"}),
            json!({}),
        ),
    ] {
        let token = world.share(view, tab, json!({})).await;
        let row = world.runs(&token).await.remove(0);
        assert_eq!((&row["params"], &row["tags"]), (&params, &tags), "{name}");
    }
}

#[tokio::test]
async fn nothing_but_what_a_view_names_is_answered() {
    let world = World::new().await;
    let view = json!({"hidden": [world.short(3)], "panels": {"val/acc": {"hidden": true}}});
    let token = world.share(view, "", json!({})).await;
    let home = format!("/api/shared/{token}");
    let metrics = world.server.get(&format!("{home}/metrics")).await.1;
    assert_eq!(metrics, json!([{"metric": "train/loss", "runs": 3, "max_step": 49}]));
    let with = |field: &str, value: Value| {
        let mut body = frame("train/loss");
        body[field] = value;
        body
    };
    let (ours, hidden) = (world.runs[0].id.to_string(), world.runs[3].id.to_string());
    let stranger = world.stranger.id.to_string();
    for (name, path, body, status) in [
        ("its metric", "frames", Some(frame("train/loss")), 200),
        ("its metric of one run", "frames", Some(with("run_set", json!({"runs": [ours]}))), 200),
        ("a metric of a hidden panel", "frames", Some(frame("val/acc")), 403),
        ("a metric that nobody logged", "frames", Some(frame("other")), 403),
        ("a hidden run", "frames", Some(with("run_set", json!({"runs": [hidden]}))), 403),
        ("a run of another experiment", "frames", Some(with("run_set", json!({"runs": [stranger]}))), 403),
        ("a run that there is not", "frames", Some(with("run_set", json!({"runs": [RunId(5).to_string()]}))), 403),
        ("another experiment", "frames", Some(with("run_set", json!({"experiments": ["0"]}))), 403),
        ("a filter", "frames", Some(with("run_set", json!({"filter": "metrics.`val/acc` > 1"}))), 403),
        (
            "groups by what the view does not group by",
            "frames",
            Some(with("group", json!({"by": ["params.data"]}))),
            403,
        ),
        (
            "an expression that the view does not hold",
            "frames",
            Some(json!({"expression": "`val/acc`", "width_px": 300})),
            403,
        ),
        ("a metric and an expression", "frames", Some(with("expression", json!("train/loss"))), 403),
        ("another metric along x", "frames", Some(with("x_metric", json!("val/acc"))), 403),
        ("a baseline", "frames", Some(with("baseline", json!(ours))), 403),
        ("an unknown field", "frames", Some(with("widht", json!(1))), 400),
        ("no width", "frames", Some(with("width_px", json!(0))), 400),
        ("its runs", "runs", Some(json!({"offset": 1, "limit": 1, "order_by": [""]})), 200),
        ("runs by a filter", "runs", Some(json!({"filter": "params.lr = '0.1'"})), 403),
        ("runs in another order", "runs", Some(json!({"order_by": ["params.data"]})), 403),
        ("runs of another experiment", "runs", Some(json!({"experiments": ["0"]})), 403),
        ("its run", &format!("runs/{ours}"), None, 200),
        ("a hidden run's row", &format!("runs/{hidden}"), None, 403),
        ("a stranger's row", &format!("runs/{stranger}"), None, 403),
        ("no run", "runs/..%2f..", None, 403),
        ("artifacts", &format!("runs/{ours}/artifacts"), None, 404),
        ("an artifact", &format!("runs/{ours}/artifacts/model/weights.bin"), None, 404),
        ("views", "experiments/1/views", None, 404),
        ("links", "shares", None, 404),
        ("the stream", "live", None, 404),
    ] {
        let path = format!("{home}/{path}");
        let (got, answer) = match &body {
            Some(body) => world.server.post(&path, body).await,
            None => world.server.get(&path).await,
        };
        assert_eq!(got.as_u16(), status, "{name}: {answer}");
    }
    let all = world.server.post(&format!("{home}/frames"), &frame("train/loss")).await.1;
    assert_eq!((&all["runs"], all["series"].as_array().map(Vec::len)), (&json!(3), Some(3)));
}

#[tokio::test]
async fn a_link_to_a_part_of_x_shows_that_part() {
    let world = World::new().await;
    let token = world.share(json!({"range": [10, 20]}), "", json!({})).await;
    let path = format!("/api/shared/{token}/frames");
    for (name, change, held) in [
        ("all of it", json!({}), Some(11 * 4)),
        ("a part of that", json!({"range": [0, 15]}), Some(6 * 4)),
        ("beside it", json!({"range": [30, 40]}), None),
        ("along another axis", json!({"x": "relative_time"}), None),
    ] {
        let mut body = frame("train/loss");
        for (field, value) in change.as_object().unwrap() {
            body[field] = value.clone();
        }
        let (status, answer) = world.server.post(&path, &body).await;
        assert_eq!(answer["held"].as_u64(), held, "{name}: {status} {answer}");
    }
}

/// Every route of the server but those of links, with places filled in: read from the code, so that none is
/// forgotten.
fn other_routes(world: &World) -> BTreeSet<String> {
    let routes = |source: &'static str| {
        source.split(".route(\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(path, _)| path)
    };
    let ours = routes(include_str!("mod.rs")).filter(|path| !path.starts_with("/api/shared/")).map(str::to_owned);
    let mlflow = [
        include_str!("../mlflow/artifacts.rs"),
        include_str!("../mlflow/batch.rs"),
        include_str!("../mlflow/experiments.rs"),
        include_str!("../mlflow/history.rs"),
        include_str!("../mlflow/log.rs"),
        include_str!("../mlflow/logged_models.rs"),
        include_str!("../mlflow/registry.rs"),
        include_str!("../mlflow/runs.rs"),
        include_str!("../mlflow/server_info.rs"),
        include_str!("../mlflow/versions.rs"),
    ];
    let nests: Vec<&str> = include_str!("../mlflow/mod.rs")
        .split(".nest(\"")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0))
        .collect();
    let mlflow = mlflow.into_iter().flat_map(routes).flat_map(|path| {
        nests.iter().map(move |nest| format!("{nest}{path}")).chain([path.to_owned()]).collect::<Vec<_>>()
    });
    let top =
        routes(include_str!("../mod.rs")).filter(|path| !["/health", "/oembed"].contains(path)).map(str::to_owned);
    let (run, eid) = (world.stranger.id.to_string(), world.eid.to_string());
    let pages = ["/", "/shares", "/reports", "/models"].map(str::to_owned);
    ours.chain(mlflow)
        .chain(top)
        .chain(pages)
        .filter(|path| !["/s/", "/embed/", "/p/"].iter().any(|start| path.starts_with(start)))
        .map(|path| path.replace("{run}", &run).replace("{experiment}", &eid).replace("{*path}", "model/weights.bin"))
        .map(|path| path.replace(['{', '}'], ""))
        .collect()
}

#[tokio::test]
async fn every_other_route_is_closed_to_who_holds_a_link() {
    let mut world = World::new().await;
    let mut options = (*world.server.state.options).clone();
    options.share_hosts = vec!["share.example.org".to_owned()];
    world.server.state = AppState::new(world.server.state.store.clone(), options);
    let token = world.share(json!({}), "", json!({})).await;
    let routes = other_routes(&world);
    let app = router(world.server.state.clone());
    assert!(routes.len() > 100, "{routes:?}");
    for path in &routes {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
            for (name, host, key) in
                [("by the name for links", "share.example.org", None), ("with a key", "127.0.0.1", Some("9.x"))]
            {
                let request = Request::builder().method(method).uri(path).header("host", host);
                let request = request.header("authorization", format!("Bearer {token}"));
                let request = match key {
                    Some(key) => request.header("x-share-key", key),
                    None => request,
                };
                let request = request.header("content-type", "application/json").body(Body::from("{}")).unwrap();
                let status = app.clone().oneshot(request).await.unwrap().status();
                assert!(matches!(status.as_u16(), 403 | 404), "{name}: {method} {path} answers {status}");
            }
        }
        let below = format!("/api/shared/{token}{}", path.strip_prefix("/api").unwrap_or(path));
        let status = world.server.get(&below).await.0;
        // Two words that stand for something of the link's own there.
        let own = ["/metrics", "/version"].contains(&path.as_str());
        assert!(!status.is_success() || own, "{below} answers {status}");
    }
    let request = Request::get(format!("/api/shared/{token}")).header("host", "share.example.org");
    let open = router(world.server.state.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!((open.status(), open.headers()["access-control-allow-origin"].to_str().unwrap()), (StatusCode::OK, "*"));
    assert_eq!(open.headers()["referrer-policy"], "no-referrer");
    let first =
        Request::builder().method("OPTIONS").uri(format!("/api/shared/{token}/frames")).header("origin", "null");
    let first = router(world.server.state.clone()).oneshot(first.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(
        (first.status(), first.headers()["access-control-allow-origin"].to_str().unwrap()),
        (StatusCode::NO_CONTENT, "*")
    );
    assert!(first.headers()["access-control-allow-headers"].to_str().unwrap().contains("x-share-key"));
}

#[tokio::test]
async fn links_that_open_nothing_all_say_the_same() {
    let world = World::new().await;
    let revoked = world.made(json!({"kind": "view", "placed": world.placed(json!({}), "")}), json!({})).await;
    let id = revoked["share"]["share_id"].as_str().unwrap().to_owned();
    let revoked = revoked["token"].as_str().unwrap().to_owned();
    assert_eq!(world.server.get(&format!("/api/shared/{revoked}")).await.0, StatusCode::OK);
    let request = Request::delete(format!("/api/shares/{id}")).body(Body::empty()).unwrap();
    assert_eq!(world.server.send(request).await.0, StatusCode::OK);
    let soon = crate::store::clock::now_millis() + 30;
    let expired = world.share(json!({}), "", json!({"expires_millis": soon})).await;
    tokio::time::sleep(std::time::Duration::from_millis(40)).await;
    let good = world.share(json!({}), "", json!({})).await;
    let mut answers = BTreeSet::new();
    let other_case = good.to_ascii_uppercase();
    let longer = format!("{good}A");
    for token in [
        &revoked,
        &expired,
        &good[1..],
        &good[..21],
        &other_case,
        &longer,
        "x",
        "%00",
        "AAAAAAAAAAAAAAAAAAAAAA",
        &id,
        &"a".repeat(5000),
    ] {
        for path in ["", "/metrics", "/version"] {
            let (status, answer) = world.server.get(&format!("/api/shared/{token}{path}")).await;
            assert_eq!(status, StatusCode::NOT_FOUND, "{token}");
            answers.insert(answer.to_string());
        }
    }
    assert_eq!(answers.len(), 1, "{answers:?}");
    let list = world.server.get("/api/shares").await.1;
    assert_eq!(list.as_array().unwrap().len(), 3);
    assert!(!list.to_string().contains(&good), "a list holds no token");
    assert!(
        list.as_array().unwrap().iter().any(|row| row["share_id"] == id.as_str() && row["revoked_millis"].is_i64())
    );
    let raw = std::fs::read(world.server.data().join("throughline.db-wal")).unwrap_or_default();
    let raw = [raw, std::fs::read(world.server.data().join("throughline.db")).unwrap()].concat();
    assert!(!raw.windows(good.len()).any(|part| part == good.as_bytes()), "the store holds no token");
}

#[tokio::test]
async fn a_password_is_asked_for_and_slow_to_guess() {
    let world = World::new().await;
    let token = world.share(json!({}), "", json!({"password": "correct horse"})).await;
    let home = format!("/api/shared/{token}");
    let (status, answer) = world.server.get(&home).await;
    assert_eq!((status.as_u16(), &answer["error"]["code"]), (401, &json!("password_needed")));
    assert!(!answer.to_string().contains("Lovelace"), "a title is told to nobody: {answer}");
    let unlock = format!("{home}/unlock");
    let key =
        world.server.post(&unlock, &json!({"password": "correct horse"})).await.1["key"].as_str().unwrap().to_owned();
    for (name, key, status) in
        [("its key", key.as_str(), 200), ("another key", "9999999999999.AAAA", 401), ("no key", "", 401)]
    {
        let request = Request::get(&home).header("x-share-key", key).body(Body::empty()).unwrap();
        assert_eq!(world.server.send(request).await.0.as_u16(), status, "{name}");
    }
    let mut statuses = Vec::new();
    for _ in 0..10 {
        statuses.push(world.server.post(&unlock, &json!({"password": "guess"})).await.0.as_u16());
    }
    assert_eq!((statuses[0], statuses[9]), (401, 429), "{statuses:?}");
    let list = world.server.get("/api/shares").await.1;
    assert_eq!(list[0]["has_password"], json!(true));
    assert!(!list.to_string().contains("argon2"));
}

#[tokio::test]
async fn a_frozen_link_keeps_what_was_there() {
    let world = World::new().await;
    let token = world.share(json!({"smoothing": 0.5}), "", json!({"frozen": true})).await;
    let live = world.share(json!({"smoothing": 0.5}), "", json!({})).await;
    let ask = |smoothing: f64| {
        let mut body = frame("train/loss");
        body["smoothing"] = json!(smoothing);
        body
    };
    let before = world.server.post(&format!("/api/shared/{token}/frames"), &ask(0.5)).await.1;
    let version = world.server.get(&format!("/api/shared/{live}/version")).await.1;
    world.server.log(world.runs[0], "train/loss", 50..90).await;
    world.server.run(world.eid, 50).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    let after = world.server.post(&format!("/api/shared/{token}/frames"), &ask(0.5)).await.1;
    assert_eq!((&before, before["held"].as_u64()), (&after, Some(200)));
    assert_eq!(world.runs(&token).await.len(), 4);
    assert_eq!(world.runs(&live).await.len(), 5);
    assert_eq!(world.server.post(&format!("/api/shared/{live}/frames"), &ask(0.5)).await.1["held"], json!(240));
    assert_ne!(world.server.get(&format!("/api/shared/{live}/version")).await.1, version);
    let (status, answer) = world.server.post(&format!("/api/shared/{token}/frames"), &ask(0.9)).await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{answer}");
    let page = world.server.get(&format!("/api/shared/{token}")).await.1;
    assert!(page["frozen_millis"].is_i64());
}

#[tokio::test]
async fn a_link_that_hides_names_lets_none_out() {
    let world = World::new().await;
    let view = json!({
        "filter": "user_id = 'adalovelace'", "panels": {"train/loss": {"stroke_by": ["params.opt"]}}, "group_by": ["tags.team", "params.data"], "pinned": [world.short(1)],
        "baseline": world.short(2),
    });
    for (tab, frozen) in [("", false), ("table", false), ("compare", false), ("", true)] {
        let token = world.share(view.clone(), tab, json!({"anonymous": true, "frozen": frozen})).await;
        let home = format!("/api/shared/{token}");
        let mut said = world.server.get(&home).await.1.to_string();
        let rows = world.runs(&token).await;
        assert_eq!(rows.len(), 4);
        said += &json!(rows).to_string();
        said += &world.server.get(&format!("{home}/metrics")).await.1.to_string();
        let mut asked = frame("train/loss");
        if frozen {
            // What the view draws was kept: groups, here.
            asked["group"] = json!({"by": ["tags.team", "params.data", "params.opt"]});
        }
        let (status, answer) = world.server.post(&format!("{home}/frames"), &asked).await;
        assert_eq!(status.is_success(), tab.is_empty() || tab == "table", "{answer}");
        said += &answer.to_string();
        for secret in
            SECRETS.iter().map(|&secret| secret.to_owned()).chain(world.runs.iter().map(|run| run.id.to_string()))
        {
            assert!(!said.contains(&secret), "{secret} goes out by the tab {tab:?}: {said}");
        }
        for at in 0..4 {
            assert!(!said.contains(&format!("\"{}\"", world.short(at))), "a short id goes out");
        }
        assert_eq!(rows, world.runs(&token).await, "pseudonyms stay");
        let outside: BTreeSet<&str> = rows.iter().map(|row| row["run_id"].as_str().unwrap()).collect();
        if status.is_success() && !frozen {
            for series in answer["series"].as_array().unwrap() {
                assert!(outside.contains(series["run_id"].as_str().unwrap()));
            }
            let mut grouped = frame("train/loss");
            grouped["group"] = json!({"by": ["tags.team", "params.data", "params.opt"]});
            let (status, answer) = world.server.post(&format!("{home}/frames"), &grouped).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            assert!(SECRETS.iter().all(|secret| !answer.to_string().contains(secret)), "{answer}");
            assert_eq!(answer["groups"].as_array().map(Vec::len), Some(1));
            let mut wall = frame("train/loss");
            wall["x"] = json!("wall_time");
            assert_eq!(world.server.post(&format!("{home}/frames"), &wall).await.0, StatusCode::FORBIDDEN);
            let mut one = frame("train/loss");
            one["run_set"] = json!({"runs": [rows[0]["run_id"]]});
            assert_eq!(
                world.server.post(&format!("{home}/frames"), &one).await.1["series"].as_array().map(Vec::len),
                Some(1)
            );
            one["run_set"] = json!({"runs": [world.runs[0].id]});
            assert_eq!(
                world.server.post(&format!("{home}/frames"), &one).await.0,
                StatusCode::FORBIDDEN,
                "by its own id"
            );
        }
    }
}

#[tokio::test]
async fn a_run_and_a_panel_are_shared_alone() {
    let world = World::new().await;
    let run = world.runs[1].id;
    let target = json!({"kind": "run", "experiment_id": world.eid.to_string(), "run_id": run, "view": {}});
    let token = world.made(target, json!({})).await["token"].as_str().unwrap().to_owned();
    let rows = world.runs(&token).await;
    assert_eq!((rows.len(), &rows[0]["run_id"], &rows[0]["params"]["lr"]), (1, &json!(run), &json!("0.1")));
    assert_eq!(world.server.post(&format!("/api/shared/{token}/frames"), &frame("val/acc")).await.1["runs"], json!(1));
    let placed = world.placed(json!({"panels": {"train/loss": {"title": "hidden title"}}}), "");
    let target = json!({"kind": "panel", "placed": placed, "panel": "val/acc"});
    let token = world.made(target, json!({})).await["token"].as_str().unwrap().to_owned();
    let metrics = world.server.get(&format!("/api/shared/{token}/metrics")).await.1;
    assert_eq!(metrics.as_array().unwrap().len(), 1);
    assert_eq!(
        world.server.post(&format!("/api/shared/{token}/frames"), &frame("train/loss")).await.0,
        StatusCode::FORBIDDEN
    );
    let page = world.server.get(&format!("/api/shared/{token}")).await.1;
    assert_eq!(page["target"]["placed"]["view"]["full"], json!("val/acc"));
    assert!(!page.to_string().contains("hidden title"));
}

#[tokio::test]
async fn wishes_that_cannot_be_are_refused_in_words() {
    let world = World::new().await;
    let view = json!({"kind": "view", "placed": world.placed(json!({}), "")});
    let with = |field: &str, value: Value| json!({"target": view, field: value});
    let mut elsewhere = view.clone();
    elsewhere["placed"]["experiment_id"] = json!("77");
    let mut newer = view.clone();
    newer["placed"]["view"] = json!({"version": 99});
    let mut unread = view.clone();
    unread["placed"]["view"] = json!({"filter": "metrics."});
    for (name, body, status) in [
        ("no target", json!({}), 400),
        ("an unknown kind", json!({"target": {"kind": "all"}}), 400),
        ("an unknown experiment", json!({"target": elsewhere}), 404),
        ("a newer view", json!({"target": newer}), 400),
        ("a filter that cannot be read", json!({"target": unread}), 400),
        (
            "an unknown run",
            json!({"target": {"kind": "run", "experiment_id": world.eid.to_string(), "run_id": RunId(5), "view": {}}}),
            404,
        ),
        (
            "a run of another experiment",
            json!({"target": {"kind": "run", "experiment_id": world.eid.to_string(), "run_id": world.stranger.id, "view": {}}}),
            404,
        ),
        ("a report that there is not", json!({"target": {"kind": "report", "report_id": "x"}}), 404),
        ("a time that is past", with("expires_millis", json!(5)), 400),
        ("a short password", with("password", json!("1234567")), 400),
        ("a long password", with("password", json!("x".repeat(201))), 400),
        ("a header in a host", with("hosts", json!(["a.com; script-src *"])), 400),
        ("a line break in a host", with("hosts", json!(["a.com\r\nx: y"])), 400),
        ("too many hosts", with("hosts", json!(vec!["a.com"; 51])), 400),
        ("a long title", with("title", json!("x".repeat(301))), 400),
        ("a title with a control character", with("title", json!("a\u{7}b")), 400),
        ("an unknown field", with("public", json!(true)), 400),
    ] {
        let (got, answer) = world.server.post("/api/shares", &body).await;
        assert_eq!((got.as_u16(), answer["error"]["message"].is_string()), (status, true), "{name}: {answer}");
    }
    assert_eq!(world.server.get("/api/shares").await.1, json!([]), "nothing is half made");
    let request = Request::delete("/api/shares/77").body(Body::empty()).unwrap();
    let response = router(world.server.state.clone()).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
    assert!(!to_bytes(response.into_body(), 1 << 16).await.unwrap().is_empty());
}

/// A picture of a link: status, headers, bytes.
async fn picture(world: &World, path: &str) -> (u16, axum::http::HeaderMap, axum::body::Bytes) {
    let (status, headers, body) = world.server.send(Request::get(path).body(Body::empty()).unwrap()).await;
    (status.as_u16(), headers, body)
}

#[tokio::test]
async fn a_link_is_a_picture_and_data() {
    let world = World::new().await;
    let hostile = "</text></svg><script>alert(1)</script>&\u{202e}\"'";
    let wishes = json!({"title": hostile, "hosts": []});
    let target = json!({"kind": "panel", "placed": world.placed(json!({}), ""), "panel": "train/loss"});
    let token = world.made(target, wishes).await["token"].as_str().unwrap().to_owned();
    for (ending, begins, media, has) in [
        ("svg", &b"<svg "[..], "image/svg+xml", "train/loss"),
        ("png", b"\x89PNG\r\n", "image/png", "/s/"),
        ("pdf", b"%PDF-1.7", "application/pdf", "Inter-Regular"),
        ("csv", b"panel,line,run_id,run,step,value\n", "text/csv; charset=utf-8", "zebra-run-1,49,49"),
        ("json", b"{\"panels\"", "application/json", "zebra-run-1"),
        ("tex", b"% needs", "text/x-tex; charset=utf-8", "\\addplot"),
    ] {
        let path = format!("/p/{token}.{ending}?w=640&h=360");
        let (status, headers, body) = picture(&world, &path).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, media), "{ending}");
        assert!(body.starts_with(begins), "{ending}: {:?}", &body[..20]);
        assert!(body.windows(has.len()).any(|part| part == has.as_bytes()), "{ending} has {has}");
        assert!(ending != "svg" || !body.windows(7).any(|part| part == b"<script"), "{ending}");
        assert!(headers["cache-control"].to_str().unwrap().starts_with("public, max-age=60"));
        let again = picture(&world, &format!("/p/{token}.{ending}?w=640&h=360&dpr=1")).await.2;
        assert_eq!(body, again, "{ending}: the same picture is the same bytes");
        let request = Request::get(&path).header("if-none-match", headers["etag"].clone()).body(Body::empty()).unwrap();
        let (status, _, body) = world.server.send(request).await;
        assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0), "{ending}");
    }
    let tag = picture(&world, &format!("/p/{token}.png")).await.1["etag"].clone();
    world.server.log(world.runs[0], "train/loss", 50..60).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_ne!(picture(&world, &format!("/p/{token}.png")).await.1["etag"], tag, "growth is another picture");
}

#[tokio::test]
async fn pictures_that_cannot_be_are_refused() {
    let world = World::new().await;
    let token = world.share(json!({}), "", json!({})).await;
    let locked = world.share(json!({}), "", json!({"password": "correct horse"})).await;
    for (name, path, status) in [
        ("a board", format!("{token}.png?w=1200&h=630"), 200),
        ("for a paper", format!("{token}.pdf?wmm=84&hmm=50&pt=8"), 200),
        ("both themes", format!("{token}.svg?theme=auto"), 200),
        ("see-through", format!("{token}.png?theme=transparent"), 200),
        ("a huge one", format!("{token}.png?w=100000&h=10"), 400),
        ("one with too many pixels", format!("{token}.png?w=4096&h=4096&dpr=3"), 400),
        ("a negative one", format!("{token}.png?w=-5"), 400),
        ("an unknown wish", format!("{token}.png?run=1"), 400),
        ("an unknown ending", format!("{token}.exe"), 404),
        ("no token", "x.png".to_owned(), 404),
        ("a key that is none", format!("{locked}.png?key=1.2"), 401),
        ("no key", format!("{locked}.svg"), 401),
        ("a tab without lines", format!("{}.svg", world.share(json!({}), "compare", json!({})).await), 200),
    ] {
        let (got, _, body) = picture(&world, &format!("/p/{path}")).await;
        assert_eq!(got, status, "{name}: {}", String::from_utf8_lossy(&body[..body.len().min(300)]));
    }
    let hidden = world.share(json!({"group_by": ["tags.team"]}), "", json!({"anonymous": true})).await;
    for ending in ["svg", "csv", "json", "tex"] {
        let body = picture(&world, &format!("/p/{hidden}.{ending}")).await.2;
        let text = String::from_utf8_lossy(&body);
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{ending}: {text}");
    }
}

#[tokio::test]
async fn pages_of_links_tell_what_may_be_told() {
    let world = World::new().await;
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)> ' & {{x}} </title>";
    let panel = json!({"kind": "panel", "placed": world.placed(json!({}), ""), "panel": "train/loss"});
    let open = world.made(panel.clone(), json!({"title": hostile})).await["token"].as_str().unwrap().to_owned();
    let wiki = json!({"hosts": ["wiki.example.org", "https://*.atlassian.net"]});
    let framed = world.made(panel.clone(), wiki).await["token"].as_str().unwrap().to_owned();
    let nobody = world.made(panel.clone(), json!({"hosts": []})).await["token"].as_str().unwrap().to_owned();
    let locked = world.made(panel, json!({"title": "Quarterly layoffs", "password": "correct horse"})).await;
    let locked = locked["token"].as_str().unwrap().to_owned();
    let none = "AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    let inline = "'; DROP TABLE share; --<script>";
    for (name, path, status, ancestors) in [
        ("a page", format!("/s/{open}"), 200, Some("frame-ancestors 'none'")),
        ("an embed for everyone", format!("/embed/{open}?theme=dark"), 200, None),
        (
            "an embed for a wiki",
            format!("/embed/{framed}"),
            200,
            Some("frame-ancestors wiki.example.org https://*.atlassian.net"),
        ),
        ("an embed for nobody", format!("/embed/{nobody}"), 200, Some("frame-ancestors 'none'")),
        ("a hostile theme", format!("/embed/{open}?theme=%22%3E%3Cscript%3E&key=%22%3E%3Cscript%3E"), 200, None),
        ("a locked page", format!("/s/{locked}"), 200, Some("frame-ancestors 'none'")),
        ("a locked embed", format!("/embed/{locked}"), 401, None),
        ("no link", format!("/s/{none}"), 404, Some("frame-ancestors 'none'")),
        ("no link in a frame", format!("/embed/{none}"), 404, None),
        (
            "no token",
            format!("/embed/{}", percent_encoding::utf8_percent_encode(inline, percent_encoding::NON_ALPHANUMERIC)),
            404,
            None,
        ),
        ("the app", "/".to_owned(), 200, Some("frame-ancestors 'none'")),
        ("a page of the app", "/experiments/1".to_owned(), 200, Some("frame-ancestors 'none'")),
    ] {
        let (got, headers, body) = picture(&world, &path).await;
        let (policy, page) = (headers["content-security-policy"].to_str().unwrap(), String::from_utf8_lossy(&body));
        assert_eq!(got, status, "{name}");
        let said = policy.split("; ").find(|part| part.starts_with("frame-ancestors"));
        assert_eq!(said, ancestors, "{name}: {policy}");
        assert!(!headers.contains_key("x-frame-options"), "{name}");
        if path.starts_with("/s/") || path.starts_with("/embed/") {
            assert_eq!(headers["referrer-policy"], "no-referrer", "{name}");
            assert!(headers["x-robots-tag"].to_str().unwrap().contains("noindex"), "{name}");
        }
        for part in ["<script>alert", "<img src=x", "layoffs", "DROP TABLE", "></title>"] {
            assert!(!page.contains(part), "{name} holds {part}: {page}");
        }
        assert!(!headers.contains_key("set-cookie"), "{name}");
    }
    let page = String::from_utf8_lossy(&picture(&world, &format!("/s/{open}")).await.2).into_owned();
    assert!(
        page.contains(&format!("property=\"og:image\" content=\"http:///p/{open}.png?w=1200&amp;h=630\"")),
        "{page}"
    );
    let neutral = String::from_utf8_lossy(&picture(&world, &format!("/s/{locked}")).await.2).into_owned();
    assert!(neutral.contains("A shared link") && !neutral.contains("og:image") && !neutral.contains("oembed"));
}

#[tokio::test]
async fn other_programs_are_told_how_to_show_a_link() {
    let world = World::new().await;
    let hostile = "\"></iframe><script>alert(1)</script>";
    let token = world.share(json!({}), "", json!({"title": hostile})).await;
    let locked = world.share(json!({}), "", json!({"password": "correct horse"})).await;
    let host = "http://tracker:7400";
    for (name, query, status) in [
        ("a page", format!("url={host}/s/{token}"), 200),
        ("an embed", format!("url={host}/embed/{token}?theme=dark&format=json"), 200),
        ("by the other scheme", format!("url=https://tracker:7400/s/{token}"), 200),
        ("a size", format!("url={host}/s/{token}&maxwidth=400&maxheight=300"), 200),
        ("XML", format!("url={host}/s/{token}&format=xml"), 501),
        ("another server", format!("url=http://evil.example.org/s/{token}"), 404),
        ("a server that begins alike", format!("url={host}.evil.example.org/s/{token}"), 404),
        ("a file", "url=file:///etc/passwd".to_owned(), 404),
        ("the cloud's own address", "url=http://169.254.169.254/latest/".to_owned(), 404),
        ("a page of the app", format!("url={host}/experiments/1"), 404),
        ("no link", format!("url={host}/s/AAAAAAAAAAAAAAAAAAAAAA"), 404),
        ("a link with a password", format!("url={host}/s/{locked}"), 401),
        ("nothing", String::new(), 400),
    ] {
        let request =
            Request::get(format!("/oembed?{query}")).header("host", "tracker:7400").body(Body::empty()).unwrap();
        let (got, _, body) = world.server.send(request).await;
        let text = String::from_utf8_lossy(&body);
        assert_eq!(got.as_u16(), status, "{name}: {text}");
        if status == 200 {
            let answer: Value = serde_json::from_str(&text).unwrap();
            let html = answer["html"].as_str().unwrap();
            assert!(html.contains(&format!("{host}/embed/{token}\"")) || html.contains("https://"), "{name}: {html}");
            assert!(!html.contains("<script"), "{name}: {html}");
            assert!(name != "a size" || (answer["width"] == 400 && answer["height"] == 300), "{name}: {text}");
        }
    }
}
