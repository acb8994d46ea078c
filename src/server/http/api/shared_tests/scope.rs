//! What a link's view names goes out, and nothing else.

use super::*;

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
        ("its runs in groups", "groups", Some(json!({"by": ["attributes.status"]})), 200),
        ("groups by what the view does not show", "groups", Some(json!({"by": ["params.lr"]})), 403),
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
