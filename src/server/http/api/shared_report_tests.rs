//! Links to reports: the words, pictures and runs that a report names go out, and nothing else does.

use super::{
    shared_tests::{Lab, SECRETS},
    tests::Server,
};
use crate::store::{RunKey, run_sets::matching};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use data::share::file::KeptFile;
use serde_json::{Value, json};

/// An experiment of four runs by a person on a machine, another experiment, and a report about both.
struct World {
    server: Server,
    eid: i64,
    other: i64,
    runs: Vec<RunKey>,
    stranger: RunKey,
    /// Pictures: one that the report shows, one within a line of it, and one of another report.
    pictures: [String; 3],
    report: String,
}

impl World {
    async fn new() -> World {
        let server = Server::start();
        let Lab { eid, runs, other, stranger } = Lab::in_store_of(&server).await;
        let mut pictures = [const { String::new() }; 3];
        for (at, picture) in pictures.iter_mut().enumerate() {
            let bytes = [&b"\x89PNG\r\n\x1a\n"[..], &[at as u8]].concat();
            let sent = Request::post("/api/reports/images").body(Body::from(bytes)).unwrap();
            let answer: Value = serde_json::from_slice(&server.send(sent).await.2).unwrap();
            *picture = answer["hash"].as_str().unwrap().to_owned();
        }
        let mut world = World { server, eid, other, runs, stranger, pictures, report: String::new() };
        let document = world.document("First words");
        let row = world.server.post("/api/reports", &json!({"document": document})).await.1;
        world.report = row["id"].as_str().unwrap_or_else(|| panic!("{row}")).to_owned();
        world
    }

    fn document(&self, words: &str) -> Value {
        let placed = |eid: i64, view: Value| json!({"experiment_id": eid.to_string(), "tab": "", "view": view});
        let view = json!({"hidden": [self.runs[3].id.short()], "panel_search": "nothing", "filter": "user_id = 'adalovelace'",
            "selections": {"mine": [self.runs[0].id.short()]}});
        json!({"version": 1, "title": "Warmup", "blocks": [
            {"id": "w1", "kind": "paragraph", "text": format!("{words} ![in a line](/api/reports/images/{})", self.pictures[1])},
            {"id": "i1", "kind": "image", "hash": self.pictures[0], "caption": "One"},
            {"id": "g1", "kind": "panels",
                "sets": [{"placed": placed(self.eid, view)}, {"placed": placed(self.other, json!({}))}],
                "panels": [{"id": "p1", "metric": "train/loss", "set": 0, "span": 6, "height": 300}]},
            {"id": "t1", "kind": "runs", "limit": 2,
                "placed": placed(self.eid, json!({"table": {"columns": ["params.lr"]}}))},
        ]})
    }

    /// Saves the draft with other words, and publishes it if that is wanted.
    async fn write(&self, document: Value, publish: bool) {
        let path = format!("/api/reports/{}", self.report);
        let base = self.server.get(&format!("{path}?version=draft")).await.1["revision"].clone();
        let body = json!({"base": base, "document": document}).to_string();
        let (status, _, saved) =
            self.server.send(Request::put(format!("{path}/draft")).body(Body::from(body)).unwrap()).await;
        let saved: Value = serde_json::from_slice(&saved).unwrap();
        assert_eq!(status, StatusCode::OK, "{saved}");
        if publish {
            let (status, row) =
                self.server.post(&format!("{path}/publish"), &json!({"revision": saved["revision"]})).await;
            assert_eq!(status, StatusCode::OK, "{row}");
        }
    }

    async fn made(&self, wishes: Value) -> (StatusCode, Value) {
        let mut body = json!({"target": {"kind": "report", "report_id": self.report}});
        for (name, value) in wishes.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.server.post("/api/shares", &body).await
    }

    async fn share(&self, wishes: Value) -> String {
        let (status, made) = self.made(wishes).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        made["token"].as_str().unwrap().to_owned()
    }

    /// What the first paragraph says.
    async fn words(&self, token: &str) -> String {
        // What a link shows is looked up once a second at most.
        tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
        let (status, page) = self.server.get(&format!("/api/shared/{token}")).await;
        assert_eq!(status, StatusCode::OK, "{page}");
        let text = page["report"]["html"]["w1"].as_str().unwrap_or_else(|| panic!("{page}"));
        text.trim_start_matches("<p>").split(' ').next().unwrap().to_owned()
    }

    async fn points(&self, token: &str) -> usize {
        let path = format!("/api/shared/{token}/parts/g1-0/frames");
        let (status, frame) = self.server.post(&path, &frame("train/loss")).await;
        assert_eq!(status, StatusCode::OK, "{frame}");
        frame["series"][0]["points"]["x"].as_array().map_or(0, Vec::len)
    }
}

fn frame(metric: &str) -> Value {
    json!({"metric": metric, "width_px": 300})
}

#[tokio::test]
async fn nothing_but_what_a_report_names_is_answered() {
    let world = World::new().await;
    let token = world.share(json!({})).await;
    let home = format!("/api/shared/{token}");
    let page = world.server.get(&home).await.1;
    assert_eq!((&page["title"], &page["report"]["document"]["title"]), (&json!("Warmup"), &json!("Warmup")));
    for left_out in ["user_id", "hidden", "panel_search", "selections", &world.report, &world.other.to_string()] {
        assert!(!page.to_string().contains(&format!("\"{left_out}")), "{left_out} goes out: {page}");
    }
    let with = |field: &str, value: Value| {
        let mut body = frame("train/loss");
        body[field] = value;
        Some(body)
    };
    let (ours, hidden) = (world.runs[0].id.to_string(), world.runs[3].id.to_string());
    let stranger = world.stranger.id.to_string();
    let [shown, inline, strange] = &world.pictures;
    for (name, path, body, status) in [
        ("its panel", "parts/g1-0/frames".to_owned(), Some(frame("train/loss")), 200),
        ("one of its runs", "parts/g1-0/frames".to_owned(), with("run_set", json!({"runs": [ours]})), 200),
        ("a metric of no panel", "parts/g1-0/frames".to_owned(), Some(frame("val/acc")), 403),
        ("a hidden run", "parts/g1-0/frames".to_owned(), with("run_set", json!({"runs": [hidden]})), 403),
        ("a stranger", "parts/g1-0/frames".to_owned(), with("run_set", json!({"runs": [stranger]})), 403),
        ("another experiment", "parts/g1-0/frames".to_owned(), with("run_set", json!({"experiments": ["2"]})), 403),
        ("a filter", "parts/g1-0/frames".to_owned(), with("run_set", json!({"filter": "params.lr = '0.1'"})), 403),
        ("a run set that no panel draws", "parts/g1-1/frames".to_owned(), Some(frame("train/loss")), 403),
        ("its runs", "parts/g1-1/runs".to_owned(), Some(json!({})), 403),
        ("a part that there is not", "parts/g1-2/frames".to_owned(), Some(frame("train/loss")), 403),
        ("no part", "parts/..%2f../frames".to_owned(), Some(frame("train/loss")), 403),
        ("lines of a table", "parts/t1-0/frames".to_owned(), Some(frame("train/loss")), 403),
        ("frames of the whole", "frames".to_owned(), Some(frame("train/loss")), 403),
        ("its runs", "parts/g1-0/runs".to_owned(), Some(json!({})), 200),
        ("runs by a filter", "parts/g1-0/runs".to_owned(), Some(json!({"filter": "params.lr = '0.1'"})), 403),
        ("its run", format!("parts/g1-0/runs/{ours}"), None, 200),
        ("a hidden run's row", format!("parts/g1-0/runs/{hidden}"), None, 403),
        ("a stranger's row", format!("parts/g1-0/runs/{stranger}"), None, 403),
        ("a run of the whole", format!("runs/{ours}"), None, 403),
        ("a row of the table", format!("parts/t1-0/runs/{hidden}"), None, 200),
        ("a row beyond the table's end", format!("parts/t1-0/runs/{ours}"), None, 403),
        ("its picture", format!("images/{shown}"), None, 200),
        ("a picture in a line", format!("images/{inline}"), None, 200),
        ("another report's picture", format!("images/{strange}"), None, 403),
        ("no picture", "images/..%2f..".to_owned(), None, 403),
        ("the report itself", format!("reports/{}", world.report), None, 404),
        ("its comments", format!("reports/{}/comments", world.report), None, 404),
    ] {
        let path = format!("{home}/{path}");
        let (got, answer) = match &body {
            Some(body) => world.server.post(&path, body).await,
            None => world.server.get(&path).await,
        };
        assert_eq!(got.as_u16(), status, "{name}: {answer}");
    }
    let runs = |part: &'static str| {
        let path = format!("{home}/parts/{part}/runs");
        let world = &world;
        async move { world.server.post(&path, &json!({})).await.1 }
    };
    assert_eq!(runs("g1-0").await["total"], 3, "a hidden run is not named");
    let table = runs("t1-0").await;
    assert_eq!((&table["total"], &table["runs"][0]["params"]), (&json!(2), &json!({"lr": "0.1"})));
    assert_eq!(world.server.post(&format!("{home}/runs"), &json!({})).await.1["total"], 0);
    let metrics = world.server.get(&format!("{home}/parts/g1-0/metrics")).await.1;
    assert_eq!(metrics, json!([{"metric": "train/loss", "runs": 3, "max_step": 49}]));
}

#[tokio::test]
async fn a_link_shows_what_was_published() {
    let world = World::new().await;
    let (live, frozen) = (world.share(json!({})).await, world.share(json!({"frozen": true})).await);
    assert_eq!([world.words(&live).await, world.words(&frozen).await], ["First", "First"]);
    let before = world.points(&frozen).await;
    world.write(world.document("Second words"), false).await;
    assert_eq!(world.words(&live).await, "First", "a draft is nobody's to read but its writers'");
    world.write(world.document("Third words"), true).await;
    world.write(world.document("Fourth words"), false).await;
    world.server.log(world.runs[0], "train/loss", 50..90).await;
    world.server.log(world.runs[1], "train/loss", 50..90).await;
    world.server.log(world.runs[2], "train/loss", 50..90).await;
    assert_eq!(world.words(&live).await, "Third", "it moves on with what is published");
    assert_eq!(world.words(&frozen).await, "First", "and a frozen one does not");
    assert!(world.points(&live).await > before);
    assert_eq!(world.points(&frozen).await, before);

    let path = format!("/api/reports/{}", world.report);
    world.server.send(Request::delete(&path).body(Body::empty()).unwrap()).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_050)).await;
    let (status, words) = world.server.get(&format!("/api/shared/{live}")).await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(words.to_string().contains("this link opens nothing"), "{words}");
    assert_eq!(world.made(json!({})).await.0, StatusCode::NOT_FOUND, "of a report in the trash no link is made");
    world.server.post(&format!("{path}/restore"), &json!({})).await;
    assert_eq!(world.words(&live).await, "Third");
}

#[tokio::test]
async fn a_grid_that_was_frozen_with_the_report_stays_so() {
    let world = World::new().await;
    let asked = json!({
        "runs": [{"experiments": [world.eid.to_string()], "filter": "user_id = 'adalovelace'", "limit": 100}],
        "frames": [{"metric": "train/loss", "width_px": 900, "run_set": {"experiments": [world.eid.to_string()]}}],
    });
    let (status, frozen) = world.server.post("/api/reports/frozen", &asked).await;
    assert_eq!(status, StatusCode::OK, "{frozen}");
    let mut document = world.document("Frozen words");
    document["blocks"][2]["frozen"] = frozen.clone();
    world.write(document, true).await;
    for run in &world.runs {
        world.server.log(*run, "train/loss", 50..90).await;
    }
    for (anonymous, wishes) in
        [(false, json!({})), (true, json!({"anonymous": true})), (false, json!({"frozen": true}))]
    {
        let token = world.share(wishes).await;
        let page = world.server.get(&format!("/api/shared/{token}")).await.1.to_string();
        assert!(!page.contains(frozen["hash"].as_str().unwrap()));
        let home = format!("/api/shared/{token}/parts/g1-0");
        assert_eq!(world.points(&token).await, 50);
        assert_eq!(world.server.post(&format!("{home}/runs"), &json!({})).await.1["total"], 3);
        let hidden =
            json!({"metric": "train/loss", "width_px": 300, "run_set": {"runs": [world.runs[3].id.to_string()]}});
        assert_eq!(world.server.post(&format!("{home}/frames"), &hidden).await.0, StatusCode::FORBIDDEN);
        let own = json!({"metric": "train/loss", "width_px": 300, "run_set": {"runs": [world.runs[0].id.to_string()]}});
        let status = world.server.post(&format!("{home}/frames"), &own).await.0;
        assert_eq!(status == StatusCode::FORBIDDEN, anonymous, "by its own id");
    }
}

#[tokio::test]
async fn a_report_without_names_lets_none_out() {
    let world = World::new().await;
    for frozen in [false, true] {
        let token = world.share(json!({"anonymous": true, "frozen": frozen})).await;
        let home = format!("/api/shared/{token}");
        let mut said = world.server.get(&home).await.1.to_string();
        for part in ["g1-0", "t1-0"] {
            said += &world.server.post(&format!("{home}/parts/{part}/runs"), &json!({})).await.1.to_string();
            said += &world.server.get(&format!("{home}/parts/{part}/metrics")).await.1.to_string();
        }
        said += &world.server.post(&format!("{home}/parts/g1-0/frames"), &frame("train/loss")).await.1.to_string();
        let ids = world.runs.iter().map(|run| run.id.to_string());
        for secret in SECRETS.iter().map(|&secret| secret.to_owned()).chain(ids) {
            assert!(!said.contains(&secret), "{secret} goes out: {said}");
        }
    }
}

#[tokio::test]
async fn a_password_guards_words_and_pictures() {
    let world = World::new().await;
    let token = world.share(json!({"password": "correct horse"})).await;
    let home = format!("/api/shared/{token}");
    let picture = format!("{home}/images/{}", world.pictures[0]);
    for path in [home.clone(), picture.clone(), format!("{picture}?key=1.x"), format!("{home}/parts/g1-0/metrics")] {
        assert_eq!(world.server.get(&path).await.0, StatusCode::UNAUTHORIZED, "{path}");
    }
    let key = world.server.post(&format!("{home}/unlock"), &json!({"password": "correct horse"})).await.1;
    let key = key["key"].as_str().unwrap();
    assert_eq!(world.server.get(&format!("{picture}?key={key}")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn reports_that_no_link_can_show_are_refused_in_words() {
    let world = World::new().await;
    let mut document = world.document("x");
    let set = document["blocks"][2]["sets"][0].clone();
    for at in 0..6 {
        document["blocks"]
            .as_array_mut()
            .unwrap()
            .push(json!({"id": format!("many{at}"), "kind": "panels", "sets": vec![set.clone(); 20], "panels": []}));
    }
    world.write(document, false).await;
    let (status, words) = world.made(json!({})).await;
    assert!(status == StatusCode::BAD_REQUEST && words.to_string().contains("run sets"), "{words}");
    let unknown = json!({"target": {"kind": "report", "report_id": "nowhere0"}});
    assert_eq!(world.server.post("/api/shares", &unknown).await.0, StatusCode::NOT_FOUND);
}

impl Server {
    /// Puts the least that is an app where a server without one looks for it.
    fn give_app(&self) {
        let app = self.data().join("app");
        std::fs::create_dir_all(&app).unwrap();
        let page = "<html><head><link rel=\"stylesheet\" href=\"/a.css\"></head><script type=\"module\">import init from '/app-1.js'; init('/app-1_bg.wasm')</script>";
        for (name, text) in [
            ("index.html", page),
            ("a.css", "a{}"),
            ("app-1.js", "part(\"app-1_x.wasm\")"),
            ("app-1_bg.wasm", "w"),
            ("app-1_x.wasm", "x"),
        ] {
            std::fs::write(app.join(name), text).unwrap();
        }
    }
}

/// What a file holds, and the rest of it.
fn opened(file: &[u8]) -> (KeptFile, String) {
    use base64::{Engine, engine::general_purpose::STANDARD};
    use std::io::Read;
    let page = String::from_utf8(file.to_vec()).unwrap();
    let (before, rest) = page.split_once("id=\"kept\">").unwrap();
    let (kept, after) = rest.split_once("</script>").unwrap();
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(&STANDARD.decode(kept).unwrap()[..]).read_to_end(&mut bytes).unwrap();
    (KeptFile::of_bytes(&bytes).unwrap(), format!("{before}{after}"))
}

#[tokio::test]
async fn a_file_holds_what_a_link_shows_and_nothing_else() {
    let world = World::new().await;
    let body = json!({"target": {"kind": "report", "report_id": world.report}});
    let refused = world.server.post("/api/file", &body).await;
    assert!(refused.0 == StatusCode::NOT_FOUND && refused.1.to_string().contains("without the app"), "{}", refused.1);

    world.server.give_app();
    let send = |request: Request<Body>| world.server.send(request);
    let post = |body: &Value| send(Request::post("/api/file").body(Body::from(body.to_string())).unwrap());
    let (status, headers, file) = post(&body).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-disposition"], "attachment; filename=\"Warmup.html\"");
    assert!(headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
    let (kept, page) = opened(&file);
    assert!(page.contains("First words") && page.contains("data:image/png;base64,") && page.contains("zebra-run-4"));
    let asks = |kept: &KeptFile, path: &str, body: Value| kept.answer(path, &body.to_string(), &matching).ok();
    assert!(asks(&kept, "/api/parts/g1-0/frames", frame("train/loss")).is_some());
    for (name, path, body) in [
        ("a metric of no panel", "/api/parts/g1-0/frames", frame("val/acc")),
        ("lines of a table", "/api/parts/t1-0/frames", frame("train/loss")),
        ("a run set that no panel draws", "/api/parts/g1-1/runs", json!({})),
        ("a hidden run", &format!("/api/parts/g1-0/runs/{}", world.runs[3].id), json!({})),
    ] {
        assert!(asks(&kept, path, body).is_none(), "{name}");
    }

    let token = world.share(json!({"anonymous": true, "password": "correct horse"})).await;
    let home = format!("/api/shared/{token}");
    assert_eq!(world.server.get(&format!("{home}/file")).await.0, StatusCode::UNAUTHORIZED);
    let key = world.server.post(&format!("{home}/unlock"), &json!({"password": "correct horse"})).await.1;
    let key = key["key"].as_str().unwrap();
    let (status, _, file) =
        send(Request::get(format!("{home}/file")).header("x-share-key", key).body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    let (kept, mut said) = opened(&file);
    for (path, body) in [
        ("/api/", json!({})),
        ("/api/parts/g1-0/runs", json!({})),
        ("/api/parts/t1-0/runs", json!({})),
        ("/api/parts/g1-0/metrics", json!({})),
    ] {
        said += &String::from_utf8(asks(&kept, path, body).unwrap()).unwrap();
    }
    let bytes = asks(&kept, "/api/parts/g1-0/frames", frame("train/loss")).unwrap();
    for series in data::frame::decode(&bytes).unwrap().series {
        said += &series.run_id.to_string();
    }
    let ids = world.runs.iter().map(|run| run.id.to_string());
    for secret in SECRETS.iter().map(|&secret| secret.to_owned()).chain(ids) {
        assert!(!said.contains(&secret), "{secret} goes out");
    }
}

#[tokio::test]
async fn what_no_file_can_hold_is_refused() {
    let world = World::new().await;
    for (name, target, status) in [
        ("an unknown report", json!({"kind": "report", "report_id": "nowhere0"}), 404),
        (
            "an unknown experiment",
            json!({"kind": "view", "placed": {"experiment_id": "77", "tab": "", "view": {}}}),
            404,
        ),
        (
            "a filter that cannot be read",
            json!({"kind": "view", "placed": {"experiment_id": "1", "tab": "", "view": {"filter": "params."}}}),
            400,
        ),
        ("no target", json!({"kind": "hologram"}), 400),
    ] {
        let (got, words) = world.server.post("/api/file", &json!({"target": target})).await;
        assert_eq!(got.as_u16(), status, "{name}: {words}");
    }
    let body = json!({"target": {"kind": "report", "report_id": world.report}, "version": "7"});
    assert_eq!(world.server.post("/api/file", &body).await.0, StatusCode::NOT_FOUND);
}

/// The report of `world` with a grid that draws two run sets of its lab as one line each.
fn pooled(world: &World, filters: [&str; 2]) -> Value {
    let mut document = world.document("Pooled");
    let sets = filters.map(
        |filter| json!({"placed": {"experiment_id": world.eid.to_string(), "tab": "", "view": {"filter": filter}}}),
    );
    document["blocks"][2]["sets"] = json!(sets);
    document["blocks"][2]["pooled"] = json!(true);
    document["blocks"][2]["panels"] = json!([
        {"id": "p1", "metric": "train/loss", "set": 0, "also": [1], "span": 6, "height": 300},
        {"id": "p2", "metric": "train/loss", "set": 1, "span": 6, "height": 300},
    ]);
    document
}

#[tokio::test]
async fn sets_as_one_line_each_are_so_in_links_pictures_and_files() {
    let world = World::new().await;
    world.server.give_app();
    let filters = ["attributes.run_name = 'zebra-run-1'", "attributes.run_name != 'zebra-run-1'"];
    world.write(pooled(&world, filters), true).await;
    let each = json!({"metric": "train/loss", "width_px": 300, "group": {"by": []}});
    let plain = frame("train/loss");
    let groups = |bytes: &[u8]| -> Vec<usize> {
        data::frame::decode(bytes).unwrap().groups.iter().map(|group| group.runs.len()).collect()
    };
    for (name, wishes) in [
        ("live", json!({})),
        ("frozen", json!({"frozen": true})),
        ("anonymous", json!({"anonymous": true})),
        ("both", json!({"anonymous": true, "frozen": true})),
    ] {
        let token = world.share(wishes).await;
        let home = format!("/api/shared/{token}");
        for (part, body, runs) in
            [("g1-0", &each, &[1][..]), ("g1-1", &each, &[3]), ("g1-1", &plain, &[]), ("g1-0", &plain, &[])]
        {
            let sent = Request::post(format!("{home}/parts/{part}/frames")).body(Body::from(body.to_string())).unwrap();
            let (status, _, bytes) = world.server.send(sent).await;
            // What is frozen is as it is drawn: only the second set is drawn run by run.
            let kept = !name.contains("frozen") && name != "both" || part == "g1-1" || !runs.is_empty();
            assert_eq!(status == StatusCode::OK, kept, "{name} {part} {body}");
            if kept {
                assert_eq!(groups(&bytes), runs, "{name} {part}");
            }
        }
        let stranger = json!({"metric": "train/loss", "width_px": 300,
            "group": {"by": [], "sets": [[world.stranger.id.to_string()]]}});
        assert_eq!(world.server.post(&format!("{home}/parts/g1-0/frames"), &stranger).await.0, StatusCode::FORBIDDEN);
        for (query, lines) in [("grid=g1&panel=p1", ["Runs 1", "Runs 2"]), ("", ["Runs 1", "Runs 2"])] {
            let sent = Request::get(format!("/p/{token}.svg?{query}")).body(Body::empty()).unwrap();
            let (status, _, svg) = world.server.send(sent).await;
            let svg = String::from_utf8(svg.to_vec()).unwrap();
            assert_eq!(status, StatusCode::OK, "{name} {query}: {svg}");
            assert!(lines.iter().all(|line| svg.contains(line)), "{name} {query}");
            assert!(svg.contains("of 4 runs in 2 groups") && !svg.contains("zebra"), "{name} {query}: {svg}");
        }
        for query in ["grid=g2", "grid=g1&panel=p3", "grid=w1&panel=p1"] {
            let status = world.server.get(&format!("/p/{token}.svg?{query}")).await.0;
            assert_eq!(status, StatusCode::FORBIDDEN, "{name} {query}");
        }
        let (status, _, file) =
            world.server.send(Request::get(format!("{home}/file")).body(Body::empty()).unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{name}");
        let (kept, page) = opened(&file);
        for (part, runs) in [("g1-0", [1]), ("g1-1", [3])] {
            let bytes = kept.answer(&format!("/api/parts/{part}/frames"), &each.to_string(), &matching).ok();
            assert_eq!(bytes.map(|bytes| groups(&bytes)).as_deref(), Some(&runs[..]), "{name} {part}");
        }
        // Each picture of a panel stands for light and for dark pages.
        assert_eq!(page.matches("data:image/png;base64,").count(), 2 * 2 + 2, "{name}: both panels, both pictures");
    }
}

#[tokio::test]
async fn sets_that_were_frozen_as_one_line_each_stay_so() {
    let world = World::new().await;
    let filters = ["attributes.run_name = 'zebra-run-1'", "attributes.run_name != 'zebra-run-1'"];
    let mut document = pooled(&world, filters);
    let eid = world.eid.to_string();
    let ids: Vec<String> = world.runs.iter().map(|run| run.id.to_string()).collect();
    let sets = json!([[ids[0]], [ids[1], ids[2], ids[3]]]);
    let asked = json!({
        "runs": filters.map(|filter| json!({"experiments": [eid], "filter": filter, "limit": 100})),
        "frames": [
            {"metric": "train/loss", "width_px": 900, "run_set": {"experiments": [eid], "runs": ids}, "group": {"by": [], "sets": sets}},
            {"metric": "train/loss", "width_px": 900, "run_set": {"experiments": [eid], "runs": ids[1..]}},
        ],
    });
    let (status, frozen) = world.server.post("/api/reports/frozen", &asked).await;
    assert_eq!(status, StatusCode::OK, "{frozen}");
    document["blocks"][2]["frozen"] = frozen;
    world.write(document, true).await;
    let token = world.share(json!({})).await;
    for run in &world.runs {
        world.server.log(*run, "train/loss", 50..90).await;
    }
    let each = json!({"metric": "train/loss", "width_px": 300, "group": {"by": []}});
    for (part, runs) in [("g1-0", 1), ("g1-1", 3)] {
        let path = format!("/api/shared/{token}/parts/{part}/frames");
        let sent = Request::post(path).body(Body::from(each.to_string())).unwrap();
        let (status, _, bytes) = world.server.send(sent).await;
        assert_eq!(status, StatusCode::OK, "{part}");
        let groups = data::frame::decode(&bytes).unwrap().groups;
        let held: Vec<_> = groups.iter().map(|group| (group.runs.len(), group.held, group.key.len())).collect();
        assert_eq!(held, [(runs, 50 * runs as u64, 0)], "{part}");
    }
}
