//! The commands that ask a running server: `throughline share` and `throughline render`.

use crate::config::{RemoteServer, Render, ShareCommand, ToShare};
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

type Fail = Box<dyn Error>;

/// How long the server may be silent.
const PATIENCE: Duration = Duration::from_secs(60);
const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// Runs `throughline share …`.
pub fn share(command: ShareCommand) -> Result<(), Fail> {
    match command {
        ShareCommand::Create { server, what, title, frozen, expires_days, password, anonymous, hosts } => {
            let new = NewShare {
                target: target(&server, &what)?,
                title,
                expires_millis: expires_days
                    .map(|days| crate::store::clock::now_millis() + i64::from(days) * DAY_MILLIS),
                frozen,
                password,
                anonymous,
                hosts: if hosts.is_empty() { vec![ANY_HOST.to_owned()] } else { hosts },
            };
            let made: MadeShare = serde_json::from_slice(&ask(&server, "POST", "/api/shares", Some(&json!(new)))?)?;
            println!("{}/s/{}", server.server.trim_end_matches('/'), made.token);
        }
        ShareCommand::List { server } => {
            let shares: Vec<ShareRow> = serde_json::from_slice(&ask(&server, "GET", "/api/shares", None)?)?;
            let now = crate::store::clock::now_millis();
            println!("{:>6}  {:<8}  {:<6}  {:<20}  title", "id", "state", "shows", "last use, ms");
            for share in shares {
                let state = if share.opens_at(now) { "open" } else { "ended" };
                let shows = if share.frozen_millis.is_some() { "frozen" } else { "live" };
                let used = share.used_millis.map_or("never".to_owned(), |at| at.to_string());
                println!("{:>6}  {state:<8}  {shows:<6}  {used:<20}  {}", share.share_id, share.title);
            }
        }
        ShareCommand::Revoke { server, share } => {
            ask(&server, "DELETE", &format!("/api/shares/{share}"), None)?;
            println!("Revoked {share}");
        }
    }
    Ok(())
}

/// Runs `throughline render …`.
pub fn render(options: Render) -> Result<(), Fail> {
    let ending = options.out.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    if ending == "html" {
        let body = json!({"target": target(&options.server, &options.what)?});
        return write(&options.out, &ask(&options.server, "POST", "/api/file", Some(&body))?);
    }
    let body = json!({
        "target": target(&options.server, &options.what)?,
        "format": ending, "w": options.width, "h": options.height, "dpr": options.dpr, "theme": options.theme,
        "wmm": options.width_mm, "hmm": options.height_mm, "pt": options.points,
    });
    write(&options.out, &ask(&options.server, "POST", "/api/pictures", Some(&body))?)
}

fn write(out: &Path, bytes: &[u8]) -> Result<(), Fail> {
    std::fs::write(out, bytes)?;
    println!("Wrote {} with {} bytes", out.display(), bytes.len());
    Ok(())
}

/// What the options name.
fn target(server: &RemoteServer, what: &ToShare) -> Result<ShareTarget, Fail> {
    if let Some(report_id) = what.report.clone() {
        return Ok(ShareTarget::Report { report_id });
    }
    let mut placed = match &what.view {
        Some(view) if Path::new(view).exists() => placed_of(&std::fs::read_to_string(view)?, what)?,
        Some(hash) if hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
            serde_json::from_slice(&ask(server, "GET", &format!("/api/views/{hash}"), None)?)?
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

/// Asks the server, and gives its answer's body or what it refuses with.
fn ask(server: &RemoteServer, method: &str, path: &str, body: Option<&Value>) -> Result<Vec<u8>, Fail> {
    let address = server.server.trim_end_matches('/').strip_prefix("http://");
    let host = address.ok_or("--server must begin with http://: ask on the machine of the server")?;
    let whole = if host.contains(':') { host.to_owned() } else { format!("{host}:80") };
    let mut stream = TcpStream::connect(&whole).map_err(|error| format!("{host} cannot be reached: {error}"))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let body = body.map(Value::to_string).unwrap_or_default();
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
    let body = answer.split_off(end + 4);
    if (200..300).contains(&status) {
        return Ok(body);
    }
    let said = serde_json::from_slice::<Value>(&body).ok();
    let message = said.as_ref().and_then(|said| said["error"]["message"].as_str());
    Err(message.map_or_else(|| format!("the server answered {status}"), str::to_owned).into())
}
