//! Reports over the API.

use super::*;
use data::report::{answers::Saved, text};

impl Server {
    async fn put(&self, path: &str, body: &Value) -> (StatusCode, Value) {
        let (status, _, body) = self.send(Request::put(path).body(Body::from(body.to_string())).unwrap()).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    async fn report(&self, markdown: &str) -> String {
        let (status, row) = self.post("/api/reports", &json!({"markdown": markdown})).await;
        assert_eq!(status, 200, "{row}");
        row["id"].as_str().unwrap().to_owned()
    }

    async fn upload(&self, bytes: &'static [u8]) -> (StatusCode, Value) {
        let (status, _, body) = self.send(Request::post("/api/reports/images").body(Body::from(bytes)).unwrap()).await;
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }
}

#[tokio::test]
async fn a_draft_is_saved_published_and_compared() {
    let server = Server::start();
    let id = server.report("# Warmup\n\nTwo **seeds**.\n").await;
    let path = format!("/api/reports/{id}");
    let (_, page) = server.get(&path).await;
    assert_eq!((page["row"]["title"].as_str(), page["version"].is_null()), (Some("Warmup"), true));
    let block = page["document"]["blocks"][0]["id"].as_str().unwrap();
    assert_eq!(page["html"][block], "<p>Two <strong>seeds</strong>.</p>\n");

    let (status, row) = server.post(&format!("{path}/publish"), &json!({"revision": 1, "note": "first"})).await;
    assert_eq!((status, &row["published"]["number"], &row["changed"]), (StatusCode::OK, &json!(1), &json!(false)));
    let mut document = page["document"].clone();
    document["blocks"][0]["text"] = json!("Three seeds.");
    let (status, saved) = server.put(&format!("{path}/draft"), &json!({"base": 1, "document": document})).await;
    assert_eq!((status, &saved["state"], &saved["revision"]), (StatusCode::OK, &json!("saved"), &json!(2)));
    assert!(saved["html"][block].as_str().unwrap().contains("Three"));

    let (_, read) = server.get(&path).await;
    assert_eq!(read["document"]["blocks"][0]["text"], "Two **seeds**.", "readers see what is published");
    let (_, draft) = server.get(&format!("{path}?version=draft")).await;
    assert_eq!(draft["document"]["blocks"][0]["text"], "Three seeds.");
    let (status, _) = server.post(&format!("{path}/publish"), &json!({"revision": 1})).await;
    assert_eq!(status, 409, "what is published is what was looked at");
    server.post(&format!("{path}/publish"), &json!({"revision": 2})).await;
    let (_, history) = server.get(&format!("{path}/versions")).await;
    let numbers: Vec<_> =
        history["versions"].as_array().unwrap().iter().map(|v| v["number"].as_i64().unwrap()).collect();
    assert_eq!(numbers, [2, 1]);
    let (_, lines) = server.get(&format!("{path}/diff?from=1&to=2")).await;
    let changed: Vec<&Value> = lines.as_array().unwrap().iter().filter(|line| line["side"] != "both").collect();
    assert_eq!(
        changed,
        [&json!({"side": "lost", "text": "Two **seeds**."}), &json!({"side": "added", "text": "Three seeds."})]
    );
}

#[tokio::test]
async fn a_report_goes_into_the_trash_and_out_again_or_for_good() {
    let server = Server::start();
    let id = server.report("a").await;
    let path = format!("/api/reports/{id}");
    let listed = async |trash: &str| server.get(&format!("/api/reports{trash}")).await.1.as_array().unwrap().len();
    assert_eq!((listed("").await, listed("?trash=true").await), (1, 0));
    assert_eq!(server.post(&format!("{path}/purge"), &json!({})).await.0, 409, "it is not in the trash");
    server.send(Request::delete(&path).body(Body::empty()).unwrap()).await;
    assert_eq!((listed("").await, listed("?trash=true").await), (0, 1));
    server.post(&format!("{path}/restore"), &json!({})).await;
    assert_eq!((listed("").await, listed("?trash=true").await), (1, 0));

    server.post(&format!("{path}/publish"), &json!({"revision": 1})).await;
    server.post(&format!("{path}/comments"), &json!({"text": "b"})).await;
    server.send(Request::delete(&path).body(Body::empty()).unwrap()).await;
    assert_eq!(server.post(&format!("{path}/purge"), &json!({})).await.0, 200);
    assert_eq!((listed("").await, listed("?trash=true").await), (0, 0));
    for gone in ["", "?version=1", "/versions", "/comments"] {
        assert_eq!(server.get(&format!("{path}{gone}")).await.0, 404, "{gone}");
    }
    assert_eq!(server.get("/api/reports?trash=perhaps").await.0, 400);
}

#[tokio::test]
async fn of_two_editors_neither_loses_anything() {
    let server = Server::start();
    let id = server.report("a\n\nb\n").await;
    let path = format!("/api/reports/{id}");
    let (_, page) = server.get(&path).await;
    let with = |text: &str| {
        let mut document = page["document"].clone();
        document["blocks"][0]["text"] = json!(text);
        json!({"base": 1, "document": document})
    };
    assert_eq!(server.put(&format!("{path}/draft"), &with("mine")).await.0, 200);
    let (status, conflict) = server.put(&format!("{path}/draft"), &with("theirs")).await;
    assert_eq!(status, 409);
    let Saved::Conflict { revision, document, aside } = serde_json::from_value(conflict).unwrap() else {
        panic!("a conflict says what is there");
    };
    assert_eq!((revision, document.blocks[0].content.text()), (2, Some("mine")));
    let (_, kept) = server.get(&format!("{path}/asides/{aside}")).await;
    assert_eq!(kept["blocks"][0]["text"], "theirs");
    let (_, history) = server.get(&format!("{path}/versions")).await;
    assert_eq!(history["asides"][0]["number"], json!(aside));
    let (_, other) = server.get(&format!("{path}/asides/{}", history["asides"][1]["number"])).await;
    assert_eq!(other["blocks"][0]["text"], "mine", "what it met is kept as well, whichever is chosen");
    let (status, _) = server.put(&format!("{path}/draft"), &with("mine")).await;
    assert_eq!(status, 200, "what is there already is no conflict");
}

#[tokio::test]
async fn the_text_form_goes_out_and_comes_back() {
    let server = Server::start();
    let eid = server.experiment("digits").await;
    let markdown = format!(
        "---\nthroughline-report: 1\ntitle: \"A \\\"b\\\"\"\n---\n\n<!-- #a1 -->\n## Setup\n\n- [x] run <!-- #a2 -->\n\n<!-- #a3 -->\n\
         ```throughline-panels\n{{\"sets\":[{{\"placed\":{{\"experiment_id\":\"{eid}\",\"view\":{{\"version\":1}}}}}}],\
         \"panels\":[{{\"id\":\"p1\",\"metric\":\"loss\",\"span\":6,\"height\":300}}]}}\n```\n"
    );
    let id = server.report(&markdown).await;
    let get = Request::get(format!("/api/reports/{id}/markdown")).body(Body::empty()).unwrap();
    let (status, headers, body) = server.send(get).await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (StatusCode::OK, "text/markdown; charset=utf-8"));
    let first = String::from_utf8(body.to_vec()).unwrap();
    let again = server.report(&first).await;
    let (_, page) = server.get(&format!("/api/reports/{id}")).await;
    let (_, copy) = server.get(&format!("/api/reports/{again}")).await;
    assert_eq!(page["document"], copy["document"]);
    assert_eq!(text::print(&serde_json::from_value(copy["document"].clone()).unwrap()), first);
}

#[tokio::test]
async fn what_a_report_cannot_be_is_refused() {
    let server = Server::start();
    let id = server.report("a").await;
    let document = |blocks: Value| json!({"base": 1, "document": {"version": 1, "title": "", "blocks": blocks}});
    for (name, path, body, status) in [
        ("no document", "draft", json!({"base": 1}), 400),
        ("no base", "draft", json!({"document": {}}), 400),
        ("an unknown kind", "draft", document(json!([{"kind": "hologram"}])), 400),
        ("a newer version", "draft", json!({"base": 1, "document": {"version": 9}}), 400),
        (
            "a newer view",
            "draft",
            document(json!([{"kind": "runs", "placed": {"experiment_id": "1", "view": {"version": 99}}}])),
            400,
        ),
        ("a text too long", "draft", document(json!([{"kind": "paragraph", "text": "x".repeat(100_001)}])), 413),
        ("too many blocks", "draft", document(json!(vec![json!({"kind": "divider"}); 2_001])), 413),
        ("no body", "draft", json!([]), 400),
    ] {
        let (got, answer) = server.put(&format!("/api/reports/{id}/{path}"), &body).await;
        assert_eq!(got, status, "{name}: {answer}");
        assert!(!answer["error"]["message"].as_str().unwrap_or_default().is_empty(), "{name}");
    }
    for (name, path, status) in [
        ("an unknown report", "/api/reports/nothing".to_owned(), 404),
        ("an unknown version", format!("/api/reports/{id}?version=7"), 404),
        ("a version that is none", format!("/api/reports/{id}?version=x"), 400),
        ("nothing was set aside", format!("/api/reports/{id}/asides/1"), 404),
        ("comments of nothing", "/api/reports/nothing/comments".to_owned(), 404),
        ("a picture that is none", "/api/reports/images/..%2f..%2fetc".to_owned(), 404),
        ("an unknown picture", format!("/api/reports/images/{}", "0".repeat(64)), 404),
        ("unknown frozen data", format!("/api/reports/frozen/{}", "0".repeat(64)), 404),
    ] {
        assert_eq!(server.get(&path).await.0, status, "{name}");
    }
    let (status, answer) = server.post("/api/reports", &json!({"markdown": "```throughline-panels\n7\n```"})).await;
    assert!(status == 400 && answer["error"]["message"].as_str().unwrap().contains("line 1"), "{answer}");
    let (status, _) = server.post("/api/reports", &json!({"markdown": "a", "document": {}})).await;
    assert_eq!(status, 400);
}

#[tokio::test]
async fn comments_are_added_answered_resolved_and_removed() {
    let server = Server::start();
    let id = server.report("a").await;
    let path = format!("/api/reports/{id}/comments");
    let anchor = json!({"block": "a1", "panel": "p1", "run": "00000000000000000000000000000007", "range": [3, 9]});
    let (status, first) = server
        .post(&path, &json!({"anchor": anchor, "author": "Ada", "text": "see <b onclick=x>this</b> **spike**"}))
        .await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["html"], "<p>see <b>this</b> <strong>spike</strong></p>\n");
    assert_eq!(first["anchor"], anchor);
    let number = first["number"].clone();
    let (_, answer) = server.post(&path, &json!({"text": "yes", "reply_to": number})).await;
    let (_, second) = server.post(&path, &json!({"text": "sure", "reply_to": answer["number"]})).await;
    assert_eq!(
        (&second["reply_to"], &second["anchor"]),
        (&number, &anchor),
        "an answer to an answer is one to the first"
    );
    for (name, body, wanted) in [
        ("nothing said", json!({"text": " "}), 400),
        ("too much said", json!({"text": "x".repeat(10_001)}), 400),
        ("a name with a line break", json!({"text": "x", "author": "a\nb"}), 400),
        ("an answer to nothing", json!({"text": "x", "reply_to": 99}), 404),
        ("a range from right to left", json!({"text": "x", "anchor": {"range": [2, 1]}}), 400),
        ("an unknown field", json!({"text": "x", "anchor": {"blok": ""}}), 400),
    ] {
        assert_eq!(server.post(&path, &body).await.0, wanted, "{name}");
    }
    assert_eq!(server.get("/api/reports").await.1[0]["comments"], 1, "a thread counts once");
    let (_, resolved) = server.put(&format!("{path}/{number}"), &json!({"resolved": true})).await;
    assert_eq!(resolved["resolved"], true);
    let all = server.get(&path).await.1;
    assert!(all.as_array().unwrap().iter().all(|comment| comment["resolved"] == true), "{all}");
    assert_eq!(server.get("/api/reports").await.1[0]["comments"], 0);
    server.send(Request::delete(format!("{path}/{number}")).body(Body::empty()).unwrap()).await;
    assert_eq!(server.get(&path).await.1, json!([]), "answers go with what they answer");
}

#[tokio::test]
async fn pictures_are_told_by_their_bytes_and_sent_harmlessly() {
    let server = Server::start();
    let (status, kept) = server.upload(b"\x89PNG\r\n\x1a\nrest").await;
    assert_eq!(status, 200);
    let path = format!("/api/reports/images/{}", kept["hash"].as_str().unwrap());
    let (status, headers, body) = server.send(Request::get(&path).body(Body::empty()).unwrap()).await;
    assert_eq!((status, &body[..]), (StatusCode::OK, &b"\x89PNG\r\n\x1a\nrest"[..]));
    for (name, value) in [
        ("content-type", "image/png"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "sandbox; default-src 'none'"),
        ("content-disposition", "inline"),
    ] {
        assert_eq!(headers[name], value);
    }
    let again = Request::get(&path).header("if-none-match", headers["etag"].clone());
    assert_eq!(server.send(again.body(Body::empty()).unwrap()).await.0, 304);
    for (name, bytes, wanted) in [
        ("an SVG", &b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"[..], 400),
        ("HTML", b"<script>alert(1)</script>", 400),
        ("HTML behind the sign of a GIF is a GIF to every browser", b"GIF89a<script>alert(1)</script>", 200),
        ("nothing", b"", 400),
        (
            "a picture too large",
            {
                let mut large = b"\x89PNG\r\n\x1a\n".to_vec();
                large.resize(21 << 20, 0);
                large.leak()
            },
            413,
        ),
    ] {
        assert_eq!(server.upload(bytes).await.0, wanted, "{name}");
    }
}

#[tokio::test]
async fn run_sets_of_one_experiment_are_frozen_side_by_side() {
    let server = Server::start();
    let eid = server.experiment("digits").await;
    let runs = [server.run(eid, 1).await, server.run(eid, 2).await];
    for run in runs {
        server.log(run, "loss", 0..20).await;
    }
    let frame = |run: usize| {
        let run_set = json!({"experiments": [eid.to_string()], "runs": [runs[run].id.to_string()]});
        json!({"metric": "loss", "width_px": 600, "run_set": run_set})
    };
    let asked = json!({"runs": [], "frames": [frame(0), frame(1)]});
    let (_, frozen) = server.post("/api/reports/frozen", &asked).await;
    let path = format!("/api/reports/frozen/{}/frames", frozen["hash"].as_str().unwrap());
    for (at, run) in runs.iter().enumerate() {
        let request = Request::post(&path).body(Body::from(frame(at).to_string())).unwrap();
        let (_, _, bytes) = server.send(request).await;
        let frame = frame::decode(&bytes).unwrap();
        assert_eq!(frame.series.iter().map(|series| series.run_id).collect::<Vec<_>>(), [run.id], "{at}");
    }
}

#[tokio::test]
async fn frozen_data_stays_and_says_when_live_data_has_changed() {
    let server = Server::start();
    let eid = server.experiment("digits").await;
    let run = server.run(eid, 1).await;
    server.log(run, "loss", 0..20).await;
    let runs = json!({"experiments": [eid.to_string()]});
    let frame = json!({"metric": "loss", "width_px": 600, "run_set": {"experiments": [eid.to_string()]}});
    let (status, frozen) = server.post("/api/reports/frozen", &json!({"runs": [runs], "frames": [frame]})).await;
    assert_eq!(status, 200, "{frozen}");
    let path = format!("/api/reports/frozen/{}", frozen["hash"].as_str().unwrap());
    assert_eq!(server.get(&path).await.1["changed"], false);
    server.log(run, "loss", 20..30).await;
    assert_eq!(server.get(&path).await.1["changed"], true);
    let (_, lists) = server.post("/api/reports/frozen", &json!({"runs": [runs], "frames": []})).await;
    let lists = format!("/api/reports/frozen/{}", lists["hash"].as_str().unwrap());
    assert_eq!(server.get(&lists).await.1["changed"], false);
    server.run(eid, 9).await;
    assert_eq!(server.get(&lists).await.1["changed"], true, "a run more would be drawn");

    let points = async |body: &Value| {
        let request = Request::post(format!("{path}/frames")).body(Body::from(body.to_string())).unwrap();
        let (status, _, bytes) = server.send(request).await;
        (status, frame::decode(&bytes).map(|frame| frame.series[0].points.x.clone()).unwrap_or_default())
    };
    assert_eq!(points(&frame).await, (StatusCode::OK, (0..20).collect()), "as it was");
    let mut zoomed = frame.clone();
    zoomed["range"] = json!([5, 7]);
    zoomed["width_px"] = json!(1_200);
    assert_eq!(points(&zoomed).await.1, [4, 5, 6, 7, 8], "a point more on each side");
    let mut other = frame.clone();
    other["metric"] = json!("acc");
    assert_eq!(points(&other).await.0, 404);
    let (_, page) = server.post(&format!("{path}/runs"), &runs).await;
    assert_eq!((page["total"].as_i64(), page["runs"].as_array().unwrap().len()), (Some(1), 1));
    assert_eq!(server.post(&format!("{path}/runs"), &json!({"experiments": ["77"]})).await.0, 404);
    assert_eq!(server.get(&format!("{path}/metrics")).await.1, json!([{"metric": "loss", "runs": 1, "max_step": 19}]));
}
