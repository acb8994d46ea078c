//! Which links open, and to whom.

use super::*;

#[tokio::test]
async fn links_that_open_nothing_all_say_the_same() {
    let world = World::new().await;
    let revoked = world.made(json!({"kind": "view", "placed": world.placed(json!({}), "")}), json!({})).await;
    let id = revoked["share"]["share_id"].as_str().unwrap().to_owned();
    let revoked = revoked["token"].as_str().unwrap().to_owned();
    assert_eq!(world.server.get(&format!("/api/shared/{revoked}")).await.0, StatusCode::OK);
    let request = Request::delete(format!("/api/shares/{id}")).body(Body::empty()).unwrap();
    assert_eq!(world.server.send(request).await.0, StatusCode::OK);
    let soon = crate::store::clock::now_millis() + 1_000;
    let expired = world.share(json!({}), "", json!({"expires_millis": soon})).await;
    let left = (soon - crate::store::clock::now_millis()).max(0) as u64;
    tokio::time::sleep(std::time::Duration::from_millis(left + 10)).await;
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
