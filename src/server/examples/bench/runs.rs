//! How long filter, sort and groups of 100,000 runs take, from request to answer.

use super::{
    Fail, Options, many_runs,
    program::{Client, JSON, Server},
};
use serde_json::{Value, json};
use server::store::Store;
use std::time::{Duration, Instant};

/// How long an answer may take, milliseconds: the page adds little to it.
const GOAL: f64 = 150.0;

pub fn runs(options: &Options) -> Result<(), Fail> {
    let dir = tempfile::tempdir()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let eid = runtime.block_on(async { many_runs::fill(&Store::open(dir.path())?, 100_000).await })?;
    drop(runtime);
    let server = Server::start(options, dir.path())?;
    let mut client = server.connect()?;
    let broad = "params.lr = '0.1' OR metrics.acc > 0.5 AND NOT params.depth ~ '^3'";
    let experiments = json!([eid.to_string()]);
    let page = |filter: &str, order: &str| json!({"experiments": experiments, "filter": filter, "order_by": [order], "limit": 100});
    let run_set = json!({"experiments": experiments, "filter": broad});
    let columns = ["metrics.acc", "metrics.loss", "metrics@min.loss"];
    let mut all = 0.0;
    for (name, path, body) in [
        (
            "100,000 runs: filter, sort, first 100 and count",
            "/api/runs",
            page(broad, "metrics@best.acc DESC, params.lr"),
        ),
        (
            "100,000 runs: filter, group by two, spread of three",
            "/api/groups",
            json!({"run_set": run_set, "by": ["params.lr", "params.depth"], "columns": columns}),
        ),
        ("100,000 runs: a regular expression on names", "/api/runs", page("run_name ~ '77$'", "duration")),
    ] {
        let first = timed(|| client.json(path, &body).map(drop))?;
        let mut waits =
            (0..9).map(|_| timed(|| client.json(path, &body).map(drop))).collect::<Result<Vec<_>, Fail>>()?;
        waits.sort_unstable();
        let wait = waits[waits.len() / 2].as_secs_f64() * 1e3;
        options.say(name, wait, "ms", Some(GOAL), None);
        options.say(&format!("{name}: asked first"), first.as_secs_f64() * 1e3, "ms", None, None);
        all += if path == "/api/groups" || all == 0.0 { wait } else { 0.0 };
    }
    options.say("100,000 runs: filter, sort and group together", all, "ms", Some(GOAL), None);
    after_a_commit(options, &mut client, &page(broad, "metrics.acc DESC"))?;
    options.say("memory after run sets, without files mapped", server.memory_mb("RssAnon:")?, "MB", None, None);
    Ok(())
}

/// A question right after a run was made, as while scripts log.
fn after_a_commit(options: &Options, client: &mut Client, question: &Value) -> Result<(), Fail> {
    let experiment = question["experiments"][0].clone();
    let mut waits = Vec::new();
    for _ in 0..9 {
        let body = json!({"experiment_id": experiment, "start_time": 1});
        client.post("/api/2.0/mlflow/runs/create", JSON, body.to_string().as_bytes())?;
        waits.push(timed(|| client.json("/api/runs", question).map(drop))?);
    }
    waits.sort_unstable();
    let wait = waits[waits.len() / 2].as_secs_f64() * 1e3;
    options.say("100,000 runs: filter and sort right after a commit", wait, "ms", Some(GOAL), None);
    Ok(())
}

fn timed(work: impl FnOnce() -> Result<(), Fail>) -> Result<Duration, Fail> {
    let started = Instant::now();
    work()?;
    Ok(started.elapsed())
}
