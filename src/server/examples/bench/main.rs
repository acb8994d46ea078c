//! Measures the built server: start, memory, ingest, frames, run sets, live.
//!
//! `cargo run --release -p server --example bench [--json] [--program FILE] [--seconds S] [PART…]` with the
//! parts `start`, `ingest`, `frames`, `runs` and `live`; all if none is named. Prints a table, or JSON lines.
//! The server is a process of its own, asked over HTTP; its CPU time is the kernel's count. Peers' figures
//! are from measurements of the same work on the same kind of machine: docs/bench.md.

mod ingest;
mod many_runs;
mod program;
mod runs;

use data::{
    frame::{self, Frame},
    run::RunId,
};
use ingest::{KEYS, Noise, batch, new_run};
use program::{Client, JSON, Reply, Server};
use serde_json::{Value, json};
use server::store::{
    RunKey, Store, experiments,
    metrics::{MetricPoint, append},
    runs::{self as store_runs, NewRun},
};
use std::{
    io::{BufRead, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

type Fail = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Fail> {
    let mut options = Options::default();
    let mut parts = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--json" => options.json = true,
            "--program" => options.program = args.next().ok_or("--program needs a file")?.into(),
            "--seconds" => options.seconds = args.next().ok_or("--seconds needs a number")?.parse()?,
            part => parts.push(part.to_owned()),
        }
    }
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|named| named == part);
    if !options.json {
        println!("{:<60} {:>12}  {:>10}  against a peer", "measure", "here", "goal");
    }
    for (part, measure) in [
        ("start", start as fn(&Options) -> Result<(), Fail>),
        ("ingest", ingest::ingest),
        ("frames", frames),
        ("runs", runs::runs),
        ("live", live),
    ] {
        if wanted(part) {
            measure(&options)?;
        }
    }
    Ok(())
}

struct Options {
    program: PathBuf,
    seconds: f64,
    json: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { program: "target/release/throughline".into(), seconds: 8.0, json: false }
    }
}

impl Options {
    /// Prints one figure: its name, unit, the goal if there is one, and what a peer measured at.
    fn say(&self, name: &str, value: f64, unit: &str, goal: Option<f64>, peer: Option<(&str, f64)>) {
        if self.json {
            let peer = peer.map(|(name, value)| json!({"name": name, "value": value}));
            println!("{}", json!({"measure": name, "value": value, "unit": unit, "goal": goal, "peer": peer}));
            return;
        }
        let goal = goal.map_or(String::new(), |goal| format!("{} {unit}", short(goal)));
        let ratio = peer.map_or(String::new(), |(name, theirs)| {
            let times = if theirs > value { theirs / value } else { value / theirs };
            format!("{}× {name} ({} {unit})", short(times), short(theirs))
        });
        println!("{name:<60} {:>12}  {goal:>10}  {ratio}", format!("{} {unit}", short(value)));
    }
}

/// Three significant digits.
fn short(value: f64) -> String {
    match value.abs() {
        v if v >= 1e6 => format!("{:.2}M", value / 1e6),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

fn start(options: &Options) -> Result<(), Fail> {
    let dir = tempfile::tempdir()?;
    // The first start makes the store; later ones are what people wait for.
    for (name, goal) in [("start, with a new store", None), ("start", Some(300.0))] {
        let began = Instant::now();
        let server = Server::start(options, dir.path())?;
        assert_eq!(server.connect()?.ask("GET", "/health", "", b"")?.status, 200);
        let millis = began.elapsed().as_secs_f64() * 1e3;
        options.say(name, millis, "ms", goal, goal.map(|_| ("MLflow", 15_000.0)));
        if goal.is_some() {
            thread::sleep(Duration::from_secs(1));
            options.say("memory, idle (RSS)", server.memory_mb("VmRSS:")?, "MB", Some(60.0), Some(("MLflow", 1_500.0)));
        }
    }
    Ok(())
}

/// Fills a store with `runs` × `points` of `train/loss`, and plants a spike of 1,000 in the first run.
async fn fill(store: &Store, name: &'static str, runs: u64, points: i64) -> Result<i64, Fail> {
    let eid = store.write(move |tx| experiments::create(tx, name, None, &[])).await?;
    for n in 0..runs {
        let new = NewRun { eid, start_millis: Some(1_760_000_000_000), ..NewRun::default() };
        let id = RunId((u128::from(n) << 80) | u128::from(eid as u64) << 70);
        let run: RunKey = store.write(move |tx| store_runs::create(tx, id, &new)).await?;
        let (mut noise, mut time) = (Noise(n * 31 + 7), 1_760_000_000_000);
        for start in (0..points).step_by(50_000) {
            let mut values = Vec::new();
            for step in start..(start + 50_000).min(points) {
                time += 180 + (noise.next() * 40.0) as i64;
                let value = if n == 0 && step == points / 3 { 1000.0 } else { noise.loss(step) };
                values.push((step, time, value));
            }
            let change = store.write(move |tx| {
                let named = |&(step, time_millis, value)| MetricPoint { metric: KEYS[0], value, step, time_millis };
                append(tx, run, &values.iter().map(named).collect::<Vec<_>>())
            });
            change.await?;
        }
    }
    Ok(eid)
}

fn frames(options: &Options) -> Result<(), Fail> {
    let dir = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (many, long) = runtime.block_on(async {
        let store = Store::open(dir.path())?;
        let many = fill(&store, "many", 500, 10_000).await?;
        let long = fill(&store, "long", 3, 1_000_000).await?;
        store.settle().await?;
        Ok::<_, Fail>((many, long))
    })?;
    drop(runtime);
    let (used, free) = pages(&dir.path().join("throughline.db"))?;
    options.say("disk a point, settled", used * 8192.0 / 8e6, "B", None, Some(("MLflow", 251.0)));
    options.say("free pages in the file, for what comes", free * 8192.0 / 1e6, "MB", None, None);
    let server = Server::start(options, dir.path())?;
    let mut client = server.connect()?;
    let base = |eid: i64| json!({"metric": KEYS[0], "run_set": {"experiments": [eid.to_string()]}});
    let with = |eid: i64, more: Value| {
        let mut body = base(eid);
        body.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        body
    };
    for (name, body, millis, bytes) in [
        ("frame 500 × 10,000", base(many), Some(60.0), Some(1.5)),
        ("frame 3 × 1,000,000", base(long), Some(20.0), None),
        ("frame 500 × 10,000, a hundredth of it", with(many, json!({"range": [4000, 4100]})), None, None),
        ("frame 3 × 1,000,000, a hundredth of it", with(long, json!({"range": [400_000, 410_000]})), None, None),
        ("frame 500 × 10,000 by relative time", with(many, json!({"x": "relative_time"})), None, None),
        ("frame 500 × 10,000, smoothed", with(many, json!({"smoothing": 0.9})), None, None),
        ("frame 3 × 1,000,000, smoothed", with(long, json!({"smoothing": 0.9})), None, None),
    ] {
        let rounds = 15;
        let mut waits = Vec::new();
        let mut before = Duration::ZERO;
        let mut last = None;
        // Each round asks at another width, so that no answer is given twice; the first two warm up.
        for round in 0..rounds + 2 {
            if round == 2 {
                before = server.cpu()?;
            }
            let body = with_width(&body, 1200 - round);
            let asked = Instant::now();
            let reply = client.post("/api/frames", "accept-encoding: zstd\r\n", body.as_bytes())?;
            if round >= 2 {
                waits.push(asked.elapsed());
            }
            if reply.status != 200 {
                return Err(String::from_utf8_lossy(&reply.body).into());
            }
            last = Some(reply);
        }
        let cpu = (server.cpu()? - before).as_secs_f64() * 1e3 / f64::from(rounds);
        waits.sort_unstable();
        let reply = last.expect("asked more than once");
        let frame = decoded(&reply)?;
        let spike = frame.series.iter().any(|series| series.points.y.contains(&1000.0));
        if body.get("range").is_none() && !spike {
            return Err(format!("{name}: the spike of one step is lost").into());
        }
        options.say(name, waits[waits.len() / 2].as_secs_f64() * 1e3, "ms", millis, None);
        options.say(&format!("{name}: server CPU"), cpu, "ms", None, None);
        options.say(&format!("{name}: on the wire"), reply.body.len() as f64 / 1e6, "MB", bytes, None);
        options.say(&format!("{name}: points shown"), frame.shown() as f64, "", None, None);
    }
    let body = with_width(&base(many), 1200);
    client.post("/api/frames", "accept-encoding: zstd\r\n", body.as_bytes())?;
    let asked = Instant::now();
    client.post("/api/frames", "accept-encoding: zstd\r\n", body.as_bytes())?;
    options.say("the same frame again", asked.elapsed().as_secs_f64() * 1e3, "ms", None, None);
    pictures(options, &mut client, many)?;
    options.say("memory after frames, without files mapped", server.memory_mb("RssAnon:")?, "MB", None, None);
    Ok(())
}

/// A shared panel of 500 runs as a picture: the first time, again, and for who has it.
fn pictures(options: &Options, client: &mut Client, eid: i64) -> Result<(), Fail> {
    let placed = json!({"experiment_id": eid.to_string(), "tab": "", "view": {}});
    let new = json!({"target": {"kind": "panel", "placed": placed, "panel": KEYS[0]}});
    let made: Value = serde_json::from_slice(&client.post("/api/shares", "", new.to_string().as_bytes())?.body)?;
    let token = made["token"].as_str().ok_or("no link was made")?.to_owned();
    // Another size first, so that the runs of the link are known, as after its page was opened.
    client.get(&format!("/p/{token}.png?w=640&h=360"), "")?;
    for (ending, goal) in [("png", Some(300.0)), ("svg", None), ("pdf", None)] {
        let path = format!("/p/{token}.{ending}?w=1200&h=630");
        let mut ask = |headers: &str| -> Result<(f64, Reply), Fail> {
            let asked = Instant::now();
            let reply = client.get(&path, headers)?;
            Ok((asked.elapsed().as_secs_f64() * 1e3, reply))
        };
        let (first, reply) = ask("")?;
        let (again, _) = ask("")?;
        let tag = reply.header("etag").ok_or("a picture has a tag")?;
        let (known, nothing) = ask(&format!("if-none-match: {tag}\r\n"))?;
        if (reply.status, nothing.status) != (200, 304) {
            return Err(format!("a picture answers {} and {}", reply.status, nothing.status).into());
        }
        options.say(&format!("picture of 500 runs, {ending}, first"), first, "ms", goal, None);
        options.say(&format!("picture of 500 runs, {ending}, again"), again, "ms", Some(5.0), None);
        options.say(&format!("picture of 500 runs, {ending}, known"), known, "ms", Some(2.0), None);
        options.say(&format!("picture of 500 runs, {ending}, size"), reply.body.len() as f64 / 1e3, "KB", None, None);
    }
    Ok(())
}

/// How many pages of a database hold something, and how many are free.
fn pages(path: &Path) -> Result<(f64, f64), Fail> {
    let db = rusqlite::Connection::open(path)?;
    let count: f64 = db.query_row("PRAGMA page_count", [], |row| row.get(0))?;
    let free: f64 = db.query_row("PRAGMA freelist_count", [], |row| row.get(0))?;
    Ok((count - free, free))
}

fn with_width(body: &Value, width_px: i32) -> String {
    let mut body = body.clone();
    body["width_px"] = json!(width_px);
    body.to_string()
}

fn decoded(reply: &Reply) -> Result<Frame, Fail> {
    Ok(frame::decode(&zstd::stream::decode_all(&reply.body[..])?)?)
}

fn live(options: &Options) -> Result<(), Fail> {
    let dir = tempfile::tempdir()?;
    let server = Server::start(options, dir.path())?;
    let mut client = server.connect()?;
    let run = new_run(&mut client, "0")?;
    let mut watchers = Vec::new();
    server::http::allow_many_connections();
    for _ in 0..1000 {
        let mut watcher = server.connect()?;
        let head = b"GET /api/live?experiment=0 HTTP/1.1\r\nhost: localhost\r\n\r\n";
        watcher.stream.get_mut().write_all(head)?;
        watcher.head()?;
        watchers.push(watcher);
    }
    let (mut noise, mut step, mut time) = (Noise(1), 0, 1_760_000_000_000);
    thread::sleep(Duration::from_millis(300));
    let mut waits = Vec::new();
    let before = server.cpu()?;
    for _ in 0..10 {
        let body = batch(&run, &mut noise, &mut step, &mut time, 5, 5);
        let logged = Instant::now();
        client.post("/api/2.0/mlflow/runs/log-batch", JSON, body.as_bytes())?;
        for watcher in &mut watchers {
            let mut line = String::new();
            while !line.contains("\"grew\"") {
                line.clear();
                watcher.stream.read_line(&mut line)?;
            }
        }
        waits.push(logged.elapsed());
    }
    waits.sort_unstable();
    let cpu = (server.cpu()? - before).as_secs_f64() * 1e3 / 10.0;
    options.say("live: all of 1,000 watchers heard within", waits[5].as_secs_f64() * 1e3, "ms", Some(250.0), None);
    options.say("live: server CPU of it", cpu, "ms", None, None);
    options.say("live: memory with 1,000 watchers (RSS)", server.memory_mb("VmRSS:")?, "MB", None, None);
    Ok(())
}
