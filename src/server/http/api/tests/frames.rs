//! Frames: in each form, made once for many, and calculated.

use super::*;

#[tokio::test]
async fn a_frame_comes_in_the_form_that_the_client_likes() {
    let server = Server::start();
    let run = server.run(server.experiment("digits").await, 1).await;
    server.log(run, "loss", 0..5000).await;
    // A compaction between two questions would be a new version, and so another frame.
    server.state.store.settle().await.unwrap();
    let body = json!({"metric": "loss", "width_px": 300, "run_set": {"experiments": [run.eid.to_string()]}});
    let ask = |accept: &str, coding: &str| {
        let request = Request::post("/api/frames").header("accept", accept).header("accept-encoding", coding);
        server.send(request.body(Body::from(body.to_string())).unwrap())
    };
    let (status, headers, plain) = ask("*/*", "identity").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "application/vnd.throughline.frame");
    assert_eq!(headers["x-points-total"], "5000");
    let frame = frame::decode(&plain).unwrap();
    assert_eq!(headers["x-points-shown"], frame.shown().to_string().as_str());
    assert_eq!((frame.held(), frame.version <= server.state.store.version()), (5000, true));
    let (_, headers, zstd) = ask("*/*", "gzip, zstd").await;
    assert_eq!(headers["content-encoding"], "zstd");
    assert_eq!(zstd::bulk::decompress(&zstd, plain.len()).unwrap(), plain);
    let (_, _, json) = ask("application/json", "").await;
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!((&json["held"], &json["series"][0]["max"]), (&json!(5000), &json!(4999.0)));
    server.log(run, "loss", 5000..5001).await;
    assert_eq!(frame::decode(&ask("*/*", "identity").await.2).unwrap().held(), 5001, "no stale answer");
}

#[tokio::test]
async fn a_thousand_who_ask_for_the_same_share_one_answer() {
    let server = Server::start();
    let run = server.run(server.experiment("digits").await, 1).await;
    server.log(run, "loss", 0..20_000).await;
    // A compaction between two questions would be a new version, and so another frame.
    server.state.store.settle().await.unwrap();
    let body =
        json!({"metric": "loss", "width_px": 700, "run_set": {"experiments": [run.eid.to_string()]}}).to_string();
    let ask = || server.send(Request::post("/api/frames").body(Body::from(body.clone())).unwrap());
    let answers = futures_util::future::join_all((0..1000).map(|_| ask())).await;
    assert!(answers.iter().all(|(status, _, bytes)| (*status, bytes) == (StatusCode::OK, &answers[0].2)));
    assert_eq!(server.state.flights.made(), 1);
    server.log(run, "loss", 20_000..20_001).await;
    ask().await;
    assert_eq!(server.state.flights.made(), 2, "growth makes a new one");
}

#[tokio::test]
async fn a_calculated_frame_is_the_same_as_json_and_as_bytes() {
    let server = Server::start();
    let eid = server.experiment("digits").await;
    for n in 1..=3 {
        let run = server.run(eid, n).await;
        server.log(run, "loss", 0..20 * n as i64).await;
    }
    let body = json!({
        "expression": "loss * 2",
        "width_px": 200,
        "run_set": {"experiments": [eid.to_string()]},
        "smoothing": "mean:3",
        "group": {"by": ["attributes.status"], "look": {"center": "median", "band": "quartiles", "members": true}},
    });
    let (status, told) = server.post("/api/frames", &body).await;
    assert_eq!(status, StatusCode::OK, "{told}");
    let request = Request::post("/api/frames").body(Body::from(body.to_string())).unwrap();
    let (_, headers, bytes) = server.send(request).await;
    let read = frame::decode(&bytes).expect("a frame");
    assert_eq!(serde_json::to_value(frame::to_json(&read)).unwrap(), told);
    assert_eq!(headers["x-points-total"], "120");
    assert_eq!(headers["x-points-shown"], (120 + 60).to_string().as_str());
    let group = &told["groups"][0];
    assert_eq!((&group["key"], &group["held"], &group["line"]["n"][59]), (&json!(["RUNNING"]), &json!(120), &json!(1)));
    assert_eq!(group["line"]["center"][10], json!(20.0), "three runs alike");
}
