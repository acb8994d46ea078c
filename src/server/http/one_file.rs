//! One file: a report, a view, a panel or a run as a page that opens from a disk, without a server and without a network.
//!
//! The file holds the app, the answers to all that its page asks, and the same to be read without scripts. Everything
//! that was written by people stands in it as escaped text, as HTML that was cleaned, or packed in Base64.

use super::{
    ApiError, AppState,
    api::{Opened, frame_inside},
    assets::{app_file, app_page, inline_scripts},
    pictures::still_picture,
    shared_pages::STILL_PANELS,
    wire::JsonBody,
};
use crate::{
    render::escaped,
    report::{Places, still},
    share::{self, Shown, panel_requests},
    store::{StoreError, clock::now_millis, reports::files},
};
use axum::{
    extract::State,
    http::{HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use data::{
    report::{
        Content,
        grid::{Frozen, GridPanel},
    },
    run::{Cut, RunRow},
    share::{ShareTarget, SharedReport, file::KeptFile},
};
use flate2::{Compression, write::GzEncoder};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{collections::HashMap, fmt::Write as _, io::Write as _, sync::Arc};

/// The script that opens a file.
const SCRIPT: &str = include_str!("one_file.js");
/// How wide the plots are for which frames are kept, CSS pixels.
const WIDTH_PX: u32 = 1_200;
/// How many lines a file holds at most.
const MOST_FRAMES: usize = 200;
/// How many bytes of frames and of pictures a file holds at most.
const MOST_BYTES: usize = 64 << 20;
/// How many panels are drawn to be seen without scripts.
const MOST_DRAWN: usize = 24;
/// How wide a column of a report's grid is drawn, CSS pixels.
const PX_OF_COLUMN: u32 = 80;

/// What [`make`] is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    target: ShareTarget,
    /// What the file is called; empty for a name made from the target.
    #[serde(default)]
    title: String,
    /// A published version of a report by its number, or `draft`; what readers see if nothing is said.
    #[serde(default)]
    version: Option<String>,
}

/// `POST /api/file`: a target as one file of HTML, with what is there now. `x-app-bytes` says how many of its bytes are
/// the app. 400 for what no file can hold, 404 for what is not there.
pub(super) async fn make(
    State(state): State<AppState>,
    JsonBody(asked): JsonBody<Asked>,
) -> Result<Response, ApiError> {
    let target = asked.target.mended().map_err(|error| ApiError::BadRequest(error.to_string()))?;
    let title = match asked.title.trim() {
        "" => super::api::title_of(&state, &target, false).await?,
        title => title.chars().filter(|c| !c.is_control()).take(300).collect(),
    };
    let opened = match &target {
        ShareTarget::Report { report_id } => {
            Opened::unkept_report(&state, report_id, asked.version.as_deref(), title).await?
        }
        _ => {
            let named = target.clone();
            let scope = state.store.ask_runs(move |sets| share::resolve(sets, &named)).await?;
            Opened::unkept(target, title, scope)
        }
    };
    file(&state, opened).await
}

/// `GET /api/shared/{token}/file`: what a link shows, as one file for who holds it.
pub(super) async fn of_link(State(state): State<AppState>, opened: Opened) -> Result<Response, ApiError> {
    file(&state, opened).await
}

async fn file(state: &AppState, opened: Opened) -> Result<Response, ApiError> {
    let mut page = opened.shown.page.clone();
    let millis = *page.frozen_millis.get_or_insert_with(now_millis);
    for block in page.report.iter_mut().flat_map(|report| &mut report.document.blocks) {
        if let Content::Panels(grid) = &mut block.content {
            grid.frozen.get_or_insert(Frozen { hash: String::new(), millis });
        }
    }
    let title = page.title.clone();
    let mut kept = KeptFile::new(page);
    let mut frames = 0;
    keep(state, &opened, "", &opened.shown, &mut kept, &mut frames).await?;
    for (name, part) in &opened.shown.parts {
        keep(state, &opened, name, part, &mut kept, &mut frames).await?;
    }
    let still = still_of(state, &opened).await?;
    let app = App::find(state, |part| is_needed(part, &opened.shown.page.target)).await?;
    let made =
        tokio::task::spawn_blocking(move || app.page(&title, &still, &kept.to_bytes()).map(|made| (made, title)));
    let ((body, app_bytes), title) =
        made.await.map_err(|_| StoreError::Bug)?.map_err(|error| StoreError::Damaged(error.to_string()))?;
    let mut response = body.into_response();
    let headers = response.headers_mut();
    let name = format!("attachment; filename=\"{}.html\"", file_name(&title));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).expect("letters, digits and dashes"));
    // It is a page of nobody's while it is at this address.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-app-bytes"), HeaderValue::from(app_bytes));
    Ok(response)
}

/// Keeps the runs and the frames of what is `shown`.
async fn keep(
    state: &AppState,
    opened: &Opened,
    name: &str,
    shown: &Arc<Shown>,
    kept: &mut KeptFile,
    frames: &mut usize,
) -> Result<(), ApiError> {
    kept.add_part(name, shown.rows.clone(), shown.cut(), shown.metrics.clone());
    let Some(view) = shown.page.target.view() else { return Ok(()) };
    let eid = shown.page.target.experiment().and_then(|id| id.parse().ok()).unwrap_or_default();
    let runs: Vec<_> = shown.rows.iter().map(|row| row.run_id).collect();
    for panel in &shown.panels {
        // As the page will ask: with the names that go out.
        for asked in panel_requests(view, panel, eid, &runs, &shown.metrics, WIDTH_PX) {
            *frames += 1;
            if *frames > MOST_FRAMES {
                let words = format!("a file holds {MOST_FRAMES} lines of panels at most: show fewer panels");
                return Err(ApiError::TooLarge(words));
            }
            // What hides names lets no wall time out; the panel says so by itself.
            let Ok(inside) = shown.frame_request(asked.clone()) else { continue };
            let by = inside.group.as_ref().map(|group| group.by.clone()).unwrap_or_default();
            let frame = match frame_inside(state, &opened.share, shown, inside).await {
                Ok(frame) => shown.outward(frame, &by),
                Err(ApiError::Forbidden(_) | ApiError::NotFound(_)) => continue,
                Err(error) => return Err(error),
            };
            kept.add_frame(name, &asked, &frame);
            if kept.frame_bytes() > MOST_BYTES {
                return Err(too_large());
            }
        }
    }
    Ok(())
}

fn too_large() -> ApiError {
    ApiError::TooLarge(format!("a file holds {} MB of data and pictures at most: show fewer runs", MOST_BYTES >> 20))
}

/// Pictures and tables for the report as it stands still.
#[derive(Default)]
struct Inside {
    pictures: HashMap<String, String>,
    panels: HashMap<(String, String), String>,
    rows: HashMap<String, (Vec<RunRow>, Option<Cut>)>,
}

impl Places for Inside {
    fn picture(&self, hash: &str) -> String {
        self.pictures.get(hash).cloned().unwrap_or_default()
    }

    fn panel(&self, block: &str, panel: &GridPanel) -> Option<[String; 2]> {
        let source = self.panels.get(&(block.to_owned(), panel.id.clone()))?;
        Some([source.clone(), source.clone()])
    }

    fn rows(&self, part: &str) -> (Vec<RunRow>, Option<Cut>) {
        self.rows.get(part).cloned().unwrap_or_default()
    }
}

fn data_url(media: &str, bytes: &[u8]) -> String {
    format!("data:{media};base64,{}", STANDARD.encode(bytes))
}

/// What is read before the app is there, and without it.
async fn still_of(state: &AppState, opened: &Opened) -> Result<String, ApiError> {
    let shown = &opened.shown;
    let Some(report) = shown.page.report.as_deref() else {
        let alt = escaped(&shown.page.title);
        if shown.panels.is_empty() {
            return Ok(String::new());
        }
        let png = still_picture(state, opened, None, (1_200, 800)).await?;
        return Ok(format!("<img class=\"still-view\" src=\"{}\" alt=\"{alt}\">", data_url("image/png", &png)));
    };
    let mut inside = Inside::default();
    let mut bytes = 0;
    for hash in &shown.pictures {
        let id = hash.clone();
        let found = state.store.read(move |db| files::image(db, &id)).await;
        // A picture that is gone leaves a gap, as on the server.
        let Ok((media, picture)) = found else { continue };
        bytes += picture.len();
        if bytes > MOST_BYTES {
            return Err(too_large());
        }
        // The app finds it by what follows the bytes.
        inside.pictures.insert(hash.clone(), format!("{}#{hash}", data_url(&media, &picture)));
    }
    for (block, panel) in grid_panels(report).into_iter().take(MOST_DRAWN) {
        let size = (u32::from(panel.span) * PX_OF_COLUMN, u32::from(panel.height));
        let drawn = still_picture(state, opened, Some((&block, &panel.id)), size).await;
        // What is gone by now leaves a gap.
        let png = match drawn {
            Ok(png) => png,
            Err(ApiError::Forbidden(_) | ApiError::NotFound(_)) => continue,
            Err(error) => return Err(error),
        };
        inside.panels.insert((block, panel.id), data_url("image/png", &png));
    }
    inside.rows = shown.parts.iter().map(|(name, part)| (name.clone(), (part.rows.clone(), part.cut()))).collect();
    let words = tokio::task::spawn_blocking({
        let shown = shown.clone();
        move || shown.page.report.as_deref().map(|report| still(report, &inside)).unwrap_or_default()
    });
    let words = words.await.map_err(|_| StoreError::Bug)?;
    Ok(format!("<article class=\"report-body\">{words}</article>"))
}

/// The panels of a report's grids with the blocks that they stand in, in order.
fn grid_panels(report: &SharedReport) -> Vec<(String, GridPanel)> {
    let blocks = report.document.blocks.iter();
    let grids = blocks.filter_map(|block| match &block.content {
        Content::Panels(grid) => Some((block, grid)),
        _ => None,
    });
    grids.flat_map(|(block, grid)| grid.panels.iter().map(|panel| (block.id.clone(), panel.clone()))).collect()
}

/// What of the app goes into a file.
struct App {
    sheets: String,
    code: Vec<u8>,
    program: Vec<u8>,
    /// What the app loads later, by the names that it asks for.
    parts: Vec<(String, Vec<u8>)>,
}

impl App {
    /// The app with those of its parts that are `needed`.
    async fn find(state: &AppState, needed: impl Fn(&str) -> bool) -> Result<App, ApiError> {
        let missing = || ApiError::NotFound("this program was built without the app, which a file needs".to_owned());
        let page = app_page(state).await;
        let (code, program) = inline_scripts(&page).find_map(names_of).ok_or_else(missing)?;
        let code = app_file(state, &code).await.ok_or_else(missing)?;
        let program = app_file(state, &program).await.ok_or_else(missing)?;
        let mut sheets = String::new();
        for link in page.split("<link").skip(1).filter(|link| link.contains("\"stylesheet\"")) {
            let name = link.split_once("href=\"/").and_then(|(_, rest)| Some(rest.split_once('"')?.0));
            let sheet = app_file(state, name.unwrap_or_default()).await.ok_or_else(missing)?;
            let _ = writeln!(sheets, "{}", String::from_utf8_lossy(&sheet));
        }
        let mut parts = Vec::new();
        for name in parts_of(&String::from_utf8_lossy(&code)).into_iter().filter(|name| needed(name)) {
            let part = app_file(state, &name).await.ok_or_else(missing)?;
            parts.push((name, part.into_owned()));
        }
        Ok(App { sheets, code: code.into_owned(), program: program.into_owned(), parts })
    }

    /// The page, and how many of its bytes are the app.
    fn page(&self, title: &str, still: &str, kept: &[u8]) -> std::io::Result<(String, usize)> {
        // A style sheet of ours holds no end of an element; should one ever, it must not end there.
        let sheets = self.sheets.replace("</", "<\\/");
        let mut app = format!(
            "<script type=\"text/plain\" id=\"code\">{}</script>\n<script type=\"text/plain\" id=\"program\">{}</script>\n",
            packed(&self.code)?,
            packed(&self.program)?
        );
        for (name, part) in &self.parts {
            let _ =
                writeln!(app, "<script type=\"text/plain\" data-part=\"{}\">{}</script>", escaped(name), packed(part)?);
        }
        let kept = packed(kept)?;
        let hash = STANDARD.encode(Sha256::digest(SCRIPT));
        let title = escaped(title);
        // It may ask nobody for anything, whatever is in it.
        let policy = format!(
            "default-src 'none'; script-src 'sha256-{hash}' 'wasm-unsafe-eval' blob:; style-src 'unsafe-inline'; \
             img-src data: blob:; connect-src data:; base-uri 'none'; form-action 'none'"
        );
        let page = format!(
            "<!doctype html>\n<html lang=\"en\" data-file=\"true\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"content-security-policy\" content=\"{policy}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
             <title>{title} · Throughline</title>\n<style>{sheets}{STILL_PANELS}</style>\n</head>\n<body>\n\
             <div id=\"still\" class=\"report-scroll\">\n<p id=\"opening\" role=\"status\"></p>\n{still}\n</div>\n\
             <script type=\"text/plain\" id=\"kept\">{kept}</script>\n{app}<script>{SCRIPT}</script>\n</body>\n</html>\n"
        );
        Ok((page, app.len() + sheets.len()))
    }
}

/// Gzip in Base64: letters, digits, `+`, `/` and `=` alone, so that nothing in it can end an element.
fn packed(bytes: &[u8]) -> std::io::Result<String> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(6));
    encoder.write_all(bytes)?;
    Ok(STANDARD.encode(encoder.finish()?))
}

/// The files that the script of the app's page starts: its code and its program.
fn names_of(script: &str) -> Option<(String, String)> {
    let quoted = |ending: &str| {
        let names = script.split(['\'', '"']).filter(|text| text.starts_with('/') && text.ends_with(ending));
        names.map(|name| name.trim_start_matches('/').to_owned()).next()
    };
    Some((quoted(".js")?, quoted(".wasm")?))
}

/// The files that the app's code loads later.
fn parts_of(code: &str) -> Vec<String> {
    let asked = code.split("part(\"").skip(1).filter_map(|rest| rest.split_once('"'));
    let mut names: Vec<String> =
        asked.map(|(name, _)| name.to_owned()).filter(|name| name.ends_with(".wasm") && !name.contains('/')).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Whether a file of `target` asks for the part of the app in the file `name`. What is left out is a quarter of the app
/// where charts are shown.
fn is_needed(name: &str, target: &ShareTarget) -> bool {
    let part = name.rsplit('_').next().unwrap_or_default();
    match (part.trim_end_matches(".wasm"), target) {
        ("reports", target) => matches!(target, ShareTarget::Report { .. }),
        // What a run says of itself stands there, too.
        ("tabs", ShareTarget::Run { .. }) => true,
        ("tabs", target) => !target.tab().is_empty(),
        _ => true,
    }
}

/// `title` as the name of a file on every system.
fn file_name(title: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { ' ' };
    let words: String = title.chars().map(plain).collect();
    let name = words.split_whitespace().collect::<Vec<_>>().join("-");
    let name: String = name.chars().take(80).collect();
    if name.is_empty() { "throughline".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::view::{PlacedView, View};

    #[test]
    fn nothing_that_people_wrote_ends_an_element() {
        let app = App {
            sheets: "a{content:'</style>'}".to_owned(),
            code: b"</script>".to_vec(),
            program: vec![0; 9],
            parts: vec![("app_\"x.wasm".to_owned(), b"<!--<script>".to_vec())],
        };
        let evil = "</title></script><script>alert(1)</script><!--\u{2028}'\"";
        let (page, app_bytes) = app.page(evil, "<p>words</p>", evil.as_bytes()).expect("memory takes it");
        assert!(app_bytes < page.len());
        assert_eq!(page.matches("<script").count(), 5, "{page}");
        assert_eq!(page.matches("</script>").count(), 5);
        assert_eq!((page.matches("</style>").count(), page.matches("</title>").count()), (1, 1));
        assert!(!page.contains("alert(1)</") && !page.contains("<!--"));
    }

    #[test]
    fn the_apps_files_are_found_where_the_page_names_them() {
        let script = "import init, * as bindings from '/app-1d.js';\nconst wasm = await init({ module_or_path: '/app-1d_bg.wasm' });";
        assert_eq!(names_of(script), Some(("app-1d.js".to_owned(), "app-1d_bg.wasm".to_owned())));
        assert_eq!(names_of("1"), None);
        let code = "part(\"app_b.wasm\"); part(\"app_a.wasm\"); part(\"app_b.wasm\"); part(\"../x.wasm\"); part(name)";
        assert_eq!(parts_of(code), ["app_a.wasm", "app_b.wasm"]);
    }

    #[test]
    fn a_file_leaves_out_what_its_page_never_asks_for() {
        let placed = |tab: &str| PlacedView { experiment_id: "1".into(), tab: tab.into(), view: View::default() };
        let view = |tab| ShareTarget::View { placed: placed(tab) };
        let panel = ShareTarget::Panel { placed: placed(""), panel: "loss".into() };
        let run = r#"{"kind": "run", "experiment_id": "1", "run_id": "00000000000000000000000000000001", "view": {"version": 1}}"#;
        for (name, target, left_out) in [
            ("charts", view(""), &["reports", "tabs"][..]),
            ("a panel", panel, &["reports", "tabs"]),
            ("a table", view("table"), &["reports"]),
            ("a run", serde_json::from_str(run).expect("a target"), &["reports"]),
            ("a report", ShareTarget::Report { report_id: "a".into() }, &["tabs"]),
        ] {
            let parts = ["reports", "tabs", "links", "tools", "chunk_3"];
            let missing = parts.into_iter().filter(|part| !is_needed(&format!("app-1d_{part}.wasm"), &target));
            assert_eq!(missing.collect::<Vec<_>>(), left_out, "{name}");
        }
    }

    #[test]
    fn files_have_names_that_every_system_takes() {
        for (title, name) in [
            ("Does warmup help?", "Does-warmup-help"),
            ("../../etc/passwd", "etc-passwd"),
            ("\"\r\nx: y", "x-y"),
            ("größe", "gr-e"),
            ("日本", "throughline"),
        ] {
            assert_eq!(file_name(title), name);
        }
    }
}
