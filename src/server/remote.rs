//! The commands that ask our own API: `throughline share` of a running server, `throughline render` of one or of a folder.

use crate::{
    config::{RemoteServer, Render, Serve, ShareCommand, ToShare},
    http::{self, AppState},
    store::Store,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use data::{
    share::{ANY_HOST, MadeShare, NewShare, ShareRow, ShareTarget},
    view::{PlacedView, View},
};
use serde_json::{Value, json};
use std::{
    error::Error,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    time::Duration,
};
use tower::ServiceExt;

type Fail = Box<dyn Error>;

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(60);
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Who answers.
enum Source {
    /// A running server.
    Server(RemoteServer),
    /// The routes of a server, on a data folder that is only read.
    Folder(Router),
}

/// Runs `throughline share …`.
pub async fn share(command: ShareCommand) -> Result<(), Fail> {
    match command {
        ShareCommand::Create { server, what, title, frozen, expires_days, password, anonymous, hosts } => {
            let address = server.server.trim_end_matches('/').to_owned();
            let source = Source::Server(server);
            let new = NewShare {
                target: target(&source, &what).await?,
                title,
                expires_millis: expires_days
                    .map(|days| crate::store::clock::now_millis() + i64::from(days) * DAY_MILLIS),
                frozen,
                password,
                anonymous,
                hosts: if hosts.is_empty() { vec![ANY_HOST.to_owned()] } else { hosts },
            };
            let made: MadeShare = serde_json::from_slice(&source.ask("POST", "/api/shares", Some(&json!(new))).await?)?;
            println!("{address}/s/{}", made.token);
        }
        ShareCommand::List { server } => {
            let shares: Vec<ShareRow> =
                serde_json::from_slice(&Source::Server(server).ask("GET", "/api/shares", None).await?)?;
            let now = crate::store::clock::now_millis();
            println!("{:>6}  {:<8}  {:<6}  {:<20}  title", "id", "state", "shows", "last use, UTC");
            for share in shares {
                let state = if share.opens_at(now) { "open" } else { "ended" };
                let shows = if share.frozen_millis.is_some() { "frozen" } else { "live" };
                let used = share.used_millis.map_or("never".to_owned(), |at| charts::time::wall_text(at, 0));
                println!("{:>6}  {state:<8}  {shows:<6}  {used:<20}  {}", share.share_id, share.title);
            }
        }
        ShareCommand::Revoke { server, share } => {
            Source::Server(server).ask("DELETE", &format!("/api/shares/{share}"), None).await?;
            println!("Revoked {share}");
        }
    }
    Ok(())
}

/// Runs `throughline render …`.
pub async fn render(options: Render) -> Result<(), Fail> {
    let source = match &options.data {
        Some(data) => Source::folder(data)?,
        None => Source::Server(options.server.clone()),
    };
    let target = target(&source, &options.what).await?;
    let ending = options.out.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if ending == "html" {
        return write(&options.out, &source.ask("POST", "/api/file", Some(&json!({"target": target}))).await?);
    }
    let body = json!({
        "target": target, "format": ending, "w": options.width, "h": options.height, "dpr": options.dpr,
        "theme": options.theme, "wmm": options.width_mm, "hmm": options.height_mm, "pt": options.points,
    });
    write(&options.out, &source.ask("POST", "/api/pictures", Some(&body)).await?)
}

fn write(out: &Path, bytes: &[u8]) -> Result<(), Fail> {
    std::fs::write(out, bytes)?;
    println!("Wrote {} with {} bytes", out.display(), bytes.len());
    Ok(())
}

/// What the options name.
async fn target(source: &Source, what: &ToShare) -> Result<ShareTarget, Fail> {
    if let Some(report_id) = what.report.clone() {
        return Ok(ShareTarget::Report { report_id });
    }
    let mut placed = match &what.view {
        Some(view) if Path::new(view).exists() => placed_of(&std::fs::read_to_string(view)?, what)?,
        Some(hash) if hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            serde_json::from_slice(&source.ask("GET", &format!("/api/views/{hash}"), None).await?)?
        }
        Some(other) => return Err(format!("there is no file {other}, and it is no short link").into()),
        None => placed_of("{}", what)?,
    };
    if let Some(experiment) = &what.experiment {
        placed.experiment_id.clone_from(experiment);
    }
    Ok(match (&what.panel, &what.run) {
        (Some(panel), None) => ShareTarget::Panel { placed, panel: panel.clone() },
        (None, Some(run)) => {
            ShareTarget::Run { experiment_id: placed.experiment_id, run_id: run.parse()?, view: placed.view }
        }
        (None, None) => ShareTarget::View { placed },
        (Some(_), Some(_)) => return Err("--panel and --run name different things: choose one".into()),
    })
}

/// The view in a file: with its place, or without if `--experiment` says it.
fn placed_of(text: &str, what: &ToShare) -> Result<PlacedView, Fail> {
    if let Ok(placed) = serde_json::from_str(text) {
        return Ok(placed);
    }
    let experiment_id = what.experiment.clone().ok_or("--experiment must say where the view is looked at")?;
    Ok(PlacedView { experiment_id, tab: what.tab.clone(), view: View::of_json(text)? })
}

impl Source {
    /// The store in the folder `data`, also while a server serves it.
    fn folder(data: &Path) -> Result<Source, Fail> {
        let options = Serve {
            host: "127.0.0.1".to_owned(),
            port: 0,
            data: data.to_owned(),
            app: None,
            allowed_hosts: Vec::new(),
            share_hosts: Vec::new(),
        };
        Ok(Source::Folder(http::router(AppState::to_read(Store::open_to_read(data)?, options))))
    }

    /// Asks, and gives the answer's body, or what is refused with.
    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Vec<u8>, Fail> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let (status, body) = match self {
            Source::Server(server) => over_http(server, method, path, &body)?,
            Source::Folder(routes) => {
                let request = Request::builder().method(method).uri(path).header("content-type", "application/json");
                let response = routes.clone().oneshot(request.body(Body::from(body))?).await?;
                (response.status().as_u16(), to_bytes(response.into_body(), usize::MAX).await?.to_vec())
            }
        };
        if (200..300).contains(&status) {
            return Ok(body);
        }
        let said = serde_json::from_slice::<Value>(&body).ok();
        let message = said.as_ref().and_then(|said| said["error"]["message"].as_str());
        Err(message.map_or_else(|| format!("the answer is {status}"), str::to_owned).into())
    }
}

/// Asks a running server, and gives its answer's status and body.
fn over_http(server: &RemoteServer, method: &str, path: &str, body: &str) -> Result<(u16, Vec<u8>), Fail> {
    let address = server.server.trim_end_matches('/').strip_prefix("http://");
    let host = address.ok_or("--server must begin with http://: ask on the machine of the server")?;
    let whole = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let mut stream = TcpStream::connect(&whole).map_err(|error| format!("{host} cannot be reached: {error}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    // HTTP/1.0: the answer ends with the connection.
    write!(
        stream,
        "{method} {path} HTTP/1.0\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|part| part == b"\r\n\r\n").ok_or("the server's answer was cut off")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status: u16 = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or("no answer of HTTP")?;
    Ok((status, answer.split_off(end + 4)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Command;
    use crate::store::{
        experiments,
        metrics::{MetricPoint, append},
        runs::{self, NewRun},
    };
    use clap::Parser;
    use data::run::RunId;

    /// What `throughline render` with these words writes into `out`, or why it does not.
    async fn rendered(words: &str, out: &Path) -> Result<Vec<u8>, String> {
        let words = format!("throughline render {words} --out {}", out.display());
        let cli = crate::config::Cli::try_parse_from(words.split(' ')).map_err(|error| error.to_string())?;
        let Command::Render(options) = cli.command else { panic!("{words} renders") };
        render(options).await.map_err(|error| error.to_string())?;
        std::fs::read(out).map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn a_folder_is_drawn_without_a_server_and_beside_one() {
        let dir = tempfile::tempdir().unwrap();
        let (data, out) = (dir.path().join("data"), dir.path().join("out"));
        std::fs::create_dir(&out).unwrap();
        let unfinished = data.join("arriving/half");
        let store = Store::open(&data).unwrap();
        std::fs::create_dir_all(&unfinished).unwrap();
        let change = store.write(|tx| {
            let eid = experiments::create(tx, "digits", None, &[])?;
            let run =
                runs::create(tx, RunId(7), &NewRun { eid, name: Some("first light".to_owned()), ..NewRun::default() })?;
            let point = |step| MetricPoint { metric: "loss", value: 1.0 / (step + 1) as f64, step, time_millis: step };
            append(tx, run, &(0..300).map(point).collect::<Vec<_>>())?;
            Ok(eid)
        });
        let eid = change.await.unwrap();
        let what = format!("--data {} --experiment {eid} --panel loss", data.display());
        let served = rendered(&what, &out.join("served.csv")).await.expect("a server holds the folder");
        drop(store);
        for (ending, has) in
            [("csv", "first light,0,1,"), ("svg", "<title>Experiment"), ("tex", "tikzpicture"), ("png", "IDAT")]
        {
            let bytes = rendered(&what, &out.join(format!("figure.{ending}"))).await.expect(ending);
            assert!(bytes.windows(has.len()).any(|part| part == has.as_bytes()), "{ending} has {has}");
            assert!(ending != "csv" || bytes == served, "the same with and without a server");
        }
        assert!(unfinished.exists(), "what another process is writing stays");
        let nowhere = format!("--data {} --experiment 1", dir.path().join("nowhere").display());
        for (name, words, ending, said) in [
            ("no store", nowhere.as_str(), "svg", "there is no store in"),
            ("no experiment", &format!("--data {} --experiment 99", data.display()), "svg", "99"),
            ("no form", &what, "bmp", "`format` must be"),
            ("too large", &format!("{what} --width 99999"), "png", "`w` and `h` must be"),
        ] {
            let file = out.join(format!("refused.{ending}"));
            let error = rendered(words, &file).await.expect_err(name);
            assert!(error.contains(said) && !file.exists(), "{name}: {error}");
        }
        assert!(!dir.path().join("nowhere").exists(), "nothing is made");
    }
}
