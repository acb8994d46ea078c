//! A picture shows what the app draws: the chart that the app makes of what it is answered, in the picture's bytes.

use super::*;
use crate::store::values;
use charts::{
    facets::Facets,
    line::Line,
    panel::{Around, Drawn, LineFrame, Parts, Tints, told},
    picture::Picture,
    svg::picture_svg,
    theme::Theme,
};
use data::{
    frame::{Frame, FrameRequest, RunSet},
    run::{RunRow, RunsPage},
    view::View,
};

/// The size of a picture, CSS pixels.
const SIZE: (u32, u32) = (800, 450);

/// Six runs whose params differ, and whose losses fall at their own pace.
async fn trained(server: &Server) -> i64 {
    let eid = server.experiment("digits").await;
    for n in 1..=6_u32 {
        let run = server.run(eid, u128::from(n)).await;
        let params = [
            ("lr", format!("{}", 1e-3 * f64::from(n))),
            ("opt", if n % 2 == 0 { "adam" } else { "sgd" }.to_owned()),
            ("width", if n > 3 { "wide" } else { "narrow" }.to_owned()),
        ];
        let params: Vec<(String, String)> = params.into_iter().map(|(name, text)| (name.to_owned(), text)).collect();
        let change = server.state.store.write(move |tx| {
            values::log_params(tx, run, &params)?;
            for (metric, scale) in [("train/loss", 1.0), ("val/loss", 1.5)] {
                let value = |step: i64| scale * f64::from(n) * (-step as f64 / (20.0 * f64::from(n))).exp();
                let point = |step| MetricPoint { metric, value: value(step), step, time_millis: step * 1_000 };
                append(tx, run, &(0..400).map(point).collect::<Vec<_>>())?;
            }
            Ok(())
        });
        change.await.unwrap();
    }
    eid
}

/// What the app asks for and makes of a panel.
struct InTheApp {
    whole: Facets,
    /// Each facet as its own canvas draws it.
    canvases: Vec<Vec<Line>>,
    told: Option<String>,
}

async fn in_the_app(server: &Server, eid: i64, view: &View, panel: &str) -> InTheApp {
    let asked = json!({"experiments": [eid.to_string()], "order_by": [view.order_by]});
    let page: RunsPage = serde_json::from_value(server.post("/api/runs", &asked).await.1).unwrap();
    let metrics = ["train/loss", "val/loss"];
    let sections = view.sections_of(metrics.into_iter());
    let section = sections.iter().find(|section| section.panels.iter().any(|key| key == panel)).expect(panel);
    let look = view.look_of(&section.key, panel);
    let own = view.panels.get(panel);
    let lines = own.and_then(|own| own.shows.as_ref()).map(|shows| shows.lines_of(metrics.into_iter()).0);
    let mut frames = Vec::new();
    for line in lines.unwrap_or_else(|| vec![panel.to_owned()]) {
        let request = view.frame_request(panel, &look, &line, metrics.contains(&line.as_str())).expect(&line);
        let run_set = RunSet { experiments: vec![eid.to_string()], ..RunSet::default() };
        let request = FrameRequest { run_set, width_px: SIZE.0, ..request };
        frames.push((line, LineFrame::new(frame_of(server, &request).await, look.group)));
    }
    let frames: Vec<(&str, &LineFrame)> = frames.iter().map(|(line, frame)| (line.as_str(), frame)).collect();
    let rows: Vec<&RunRow> = page.runs.iter().collect();
    let tints = Tints::of_view(view, &rows);
    let from_below: Vec<&RunRow> = page.runs.iter().rev().collect();
    let (group_by, dark) = (view.group_by.as_slice(), false);
    let parts = Parts {
        frames: &frames,
        rows: &from_below,
        look: &look,
        group_by,
        baseline: view.baseline.as_deref(),
        tints: &tints,
        dark,
        details: true,
    };
    let drawn = Drawn::of(&parts);
    let around = Around {
        title: own.map(|own| own.title.clone()).filter(|title| !title.is_empty()).unwrap_or(panel.to_owned()),
        look: &look,
        range: view.x_range_of(panel, &look),
        y_range: own.and_then(|own| own.y_range),
        notes: own.map(|own| own.notes.as_slice()).unwrap_or_default(),
        utc_offset_minutes: 0,
    };
    let told = told(frames.iter().map(|(_, frame)| *frame), rows.len(), |_| true, &look);
    let canvases = (0..drawn.facets.len()).map(|at| drawn.facet(&around, at).lines).collect();
    InTheApp { whole: drawn.facets(&around), canvases, told }
}

async fn frame_of(server: &Server, request: &FrameRequest) -> Frame {
    let body = serde_json::to_string(request).unwrap();
    let (status, _, body) = server.send(Request::post("/api/frames").body(Body::from(body)).unwrap()).await;
    assert_eq!(status, StatusCode::OK, "{}", String::from_utf8_lossy(&body));
    frame::decode(&body).expect("a frame")
}

/// How many kinds of lines there are: lines, colours, patterns, facets, bands.
fn kinds(app: &InTheApp) -> [usize; 5] {
    let whole = app.whole.whole();
    let distinct = |key: &dyn Fn(&Line) -> String| whole.lines.iter().map(key).collect::<BTreeSet<_>>().len();
    let bands = whole.lines.iter().filter(|line| line.band().is_some()).count();
    let colors = distinct(&|line| line.color.to_string());
    [whole.lines.len(), colors, distinct(&|line| line.dashes.word().to_owned()), app.canvases.len(), bands]
}

#[tokio::test]
async fn a_picture_shows_the_apps_chart_whatever_is_set() {
    let server = Server::start();
    let eid = trained(&server).await;
    let gap = json!({"shows": {"lines": ["val/loss - train/loss"]}, "title": "Gap"});
    let both = json!({"shows": {"pattern": "loss$"}, "stroke_by": []});
    for (name, view, panel, shown) in [
        ("plain", json!({}), "train/loss", [6, 6, 1, 1, 0]),
        ("in another order", json!({"order_by": "params.lr DESC"}), "train/loss", [6, 6, 1, 1, 0]),
        ("groups with bands", json!({"group_by": ["params.opt"]}), "train/loss", [2, 2, 1, 1, 2]),
        (
            "groups with members",
            json!({"group_by": ["params.opt"], "group": {"members": true, "band": "std"}}),
            "train/loss",
            [8, 2, 1, 1, 2],
        ),
        ("coloured by a number", json!({"color_by": "params.lr"}), "train/loss", [6, 6, 1, 1, 0]),
        ("coloured by a text", json!({"color_by": "params.opt"}), "train/loss", [6, 2, 1, 1, 0]),
        (
            "groups coloured by a text",
            json!({"group_by": ["params.opt", "params.width"], "color_by": "params.width"}),
            "train/loss",
            [4, 2, 1, 1, 4],
        ),
        ("dashed by a text", json!({"stroke_by": ["params.opt"]}), "train/loss", [6, 6, 2, 1, 0]),
        ("in facets", json!({"facet_by": ["params.width"]}), "train/loss", [6, 6, 1, 2, 0]),
        (
            "groups in facets",
            json!({"group_by": ["params.opt"], "facet_by": ["params.width"]}),
            "train/loss",
            [4, 2, 1, 2, 4],
        ),
        ("on log axes", json!({"y": "log", "x_log": true}), "train/loss", [6, 6, 1, 1, 0]),
        ("smoothed", json!({"smoothing": 0.9}), "train/loss", [6, 6, 1, 1, 0]),
        ("smoothed alone", json!({"smoothing": "mean:9", "originals": "hidden"}), "train/loss", [6, 6, 1, 1, 0]),
        (
            "within limits",
            json!({"range": [100, 200], "panels": {"train/loss": {"y_range": [0.1, 2.0]}}}),
            "train/loss",
            [6, 6, 1, 1, 0],
        ),
        (
            "over time, far values left out",
            json!({"x": "relative_time", "outliers": "hide"}),
            "train/loss",
            [6, 6, 1, 1, 0],
        ),
        (
            "along a metric, with notes",
            json!({"x": "metric", "x_metric": "val/loss", "panels": {"train/loss": {"notes": [
                {"x": "metric", "x_metric": "val/loss", "at": 0.5, "text": "half"},
                {"x": "metric", "x_metric": "other", "at": 0.25, "text": "elsewhere"},
                {"at": 100.0, "text": "a step"}
            ]}}}),
            "train/loss",
            [6, 6, 1, 1, 0],
        ),
        ("an expression", json!({"panels": {"gap": gap}}), "gap", [6, 6, 1, 1, 0]),
        ("two lines a run", json!({"panels": {"both": both}}), "both", [12, 6, 2, 1, 0]),
        ("named by a template", json!({"label": "{params.opt} at {params.lr}"}), "train/loss", [6, 6, 1, 1, 0]),
    ] {
        let parsed = View::of_json(&view.to_string()).expect(name);
        let app = in_the_app(&server, eid, &parsed, panel).await;
        assert_eq!(kinds(&app), shown, "{name}");
        for (at, (facet, lines)) in app.whole.facets().iter().zip(&app.canvases).enumerate() {
            assert_eq!(
                (&facet.chart.lines, app.whole.facets().len()),
                (lines, app.canvases.len()),
                "{name}: facet {at}"
            );
        }
        let mut notes: Vec<String> = app.told.clone().into_iter().collect();
        match name {
            "coloured by a number" => notes.push("coloured by lr, 0.001 to 0.006".to_owned()),
            "coloured by a text" => notes.push("coloured by opt".to_owned()),
            "groups coloured by a text" => notes.push("coloured by width".to_owned()),
            _ => {}
        }
        let expected = picture_svg(&Picture { notes, ..Picture::new(app.whole) }, SIZE.0, SIZE.1, &Theme::light(1.0));
        let placed = json!({"experiment_id": eid.to_string(), "tab": "", "view": view});
        let target = json!({"kind": "panel", "placed": placed, "panel": panel});
        let asked = json!({"target": target, "format": "svg", "w": SIZE.0, "h": SIZE.1});
        let body = Body::from(asked.to_string());
        let (status, _, svg) = server.send(Request::post("/api/pictures").body(body).unwrap()).await;
        let svg = String::from_utf8_lossy(&svg);
        assert_eq!(status, StatusCode::OK, "{name}: {svg}");
        let inside = expected.trim_start_matches("<svg").trim_end();
        assert!(svg.contains(inside), "{name}:\n{svg}\nis not\n{expected}");
    }
}
