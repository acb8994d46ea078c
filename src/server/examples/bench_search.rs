//! Measures run sets: 100,000 runs with 10 params, 5 metrics and 3 tags each, found, ordered and grouped.
//!
//! `cargo run --release -p server --example bench_search [RUNS]`. Prints tables; docs/search.md holds them. SQL, with which
//! MLflow's endpoints search, is measured beside.

#[path = "bench/many_runs.rs"]
mod many_runs;

use data::{
    column::Column,
    frame::RunSet,
    groups::GroupsRequest,
    query::{parse_order, parse_query},
    run::RunsRequest,
};
use server::store::{
    Store, StoreError,
    search::{RunQuery, View, search_runs},
};
use std::time::{Duration, Instant};

type Fail = Box<dyn std::error::Error>;

/// A filter and an order.
const QUESTIONS: &[(&str, &str)] = &[
    ("", ""),
    ("", "metrics.acc DESC"),
    ("", "params.lr ASC"),
    ("", "end_time DESC"),
    ("", "duration DESC, run_name"),
    ("metrics@min.loss < 0.1", "metrics@best.acc DESC"),
    ("metrics@step:1000.loss < 0.1", "metrics@step:1000.loss"),
    ("", "metrics.sometimes ASC"),
    ("metrics.acc > 0.9", "metrics.acc DESC"),
    ("metrics.acc > 0.9 AND params.lr = '0.1'", "metrics.acc DESC"),
    ("metrics.acc > 0.5 AND params.lr = '0.1' AND params.depth != '3'", "metrics.loss ASC"),
    ("params.seed = '4711'", "metrics.acc DESC"),
    ("tags.note IS NULL AND metrics.acc < 0.001", "start_time DESC"),
    ("params.lr LIKE '0.0%' AND status = 'RUNNING'", "metrics.acc DESC"),
    ("run_name = 'run-77777'", ""),
    ("metrics.acc > 0.9 AND metrics.loss > 0.9", "metrics.acc DESC"),
    ("params.lr = '0.1' OR metrics.acc > 0.99", "metrics.loss ASC"),
    ("(params.lr = '0.1' OR params.lr = '0.01') AND NOT params.depth = '3'", ""),
    ("params.lr ~ '^0\\.0+1$' AND metrics.acc > 0.5", "metrics.acc DESC"),
    ("run_name ~ '77$'", ""),
    ("params.seed = '4711' AND (params.lr = '0.1' OR NOT tags.note IS NULL)", "metrics.acc DESC"),
    ("params.seed IN ('1', '2', '3')", ""),
    ("params.lr = '0.1'", "metrics.acc DESC, params.depth ASC, metrics.loss ASC"),
];

/// Columns that group, and columns that are told.
const GROUPS: &[(&str, &[&str], &[&str])] = &[
    ("", &["params.lr"], &["metrics.acc"]),
    (
        "",
        &["params.lr", "params.depth"],
        &["metrics.acc", "metrics.loss", "metrics@min.loss", "metrics.time", "metrics.epoch"],
    ),
    (
        "params.lr = '0.1' OR metrics.acc > 0.5",
        &["params.lr", "params.depth", "params.param_3"],
        &["metrics.acc", "metrics.loss"],
    ),
    ("", &["params.seed"], &["metrics.acc", "params.lr"]),
];

#[tokio::main]
async fn main() -> Result<(), Fail> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let dir = tempfile::tempdir()?;
    let store = Store::open(dir.path())?;
    let started = Instant::now();
    let eid = many_runs::fill(&store, count).await?;
    println!("{count} runs made in {:.1} s\n", started.elapsed().as_secs_f64());
    println!(
        "| filter | order | found | asked first, ms | first 100 and count, ms | all in order, ms | first 100 in SQL, ms |"
    );
    println!("|---|---|---|---|---|---|---|");
    for (filter, order) in QUESTIONS {
        let asked = RunsRequest {
            experiments: vec![eid.to_string()],
            filter: (*filter).to_owned(),
            order_by: vec![(*order).to_owned()],
            limit: 100,
            ..RunsRequest::default()
        };
        let began = Instant::now();
        let total = store.runs_page(asked.clone()).await?.total;
        let cold = began.elapsed();
        let warm = timed(async || store.runs_page(asked.clone()).await.map(drop)).await?;
        let late = RunsRequest { offset: total, brief: true, ..asked.clone() };
        let whole = timed(async || store.runs_page(late.clone()).await.map(drop)).await?;
        let (cold, warm, whole) = (millis(cold), millis(warm), millis(whole));
        let sql = in_sql(&store, eid, filter, order).await?.map_or("".to_owned(), millis);
        println!("| {} | {} | {total} | {cold} | {warm} | {whole} | {sql} |", shown(filter), shown(order));
    }
    println!("\n| filter | by | told | groups | ms |\n|---|---|---|---|---|");
    for (filter, by, told) in GROUPS {
        let columns = |texts: &[&str]| texts.iter().map(|text| text.parse()).collect::<Result<Vec<Column>, _>>();
        let run_set = RunSet { experiments: vec![eid.to_string()], filter: (*filter).to_owned(), ..RunSet::default() };
        let asked = GroupsRequest {
            run_set,
            by: columns(by)?,
            columns: columns(told)?,
            limit: 1_000,
            ..GroupsRequest::default()
        };
        let groups = store.groups(asked.clone()).await?.total;
        let warm = millis(timed(async || store.groups(asked.clone()).await.map(drop)).await?);
        println!("| {} | `{}` | `{}` | {groups} | {warm} |", shown(filter), by.join(", "), told.join(", "));
    }
    let asked = RunsRequest { experiments: vec![eid.to_string()], limit: 1_000, ..RunsRequest::default() };
    let whole = timed(async || store.runs_page(asked.clone()).await.map(drop)).await?;
    println!("\n1,000 runs with all that a row says: {} ms", millis(whole));
    Ok(())
}

fn shown(text: &str) -> String {
    if text.is_empty() { "-".to_owned() } else { format!("`{text}`") }
}

fn millis(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

/// The time of the first 100 in SQL, if MLflow's endpoints can be asked this.
async fn in_sql(store: &Store, eid: i64, filter: &str, order: &str) -> Result<Option<Duration>, Fail> {
    let keys: Result<Vec<_>, _> = order.split(", ").filter(|key| !key.is_empty()).map(parse_order).collect();
    let (Ok(filter), Ok(order)) = (parse_query(filter), keys) else { return Ok(None) };
    let query = RunQuery { eids: vec![eid], filter, order, view: View::Active, offset: 0, limit: 100 };
    let ask = async || {
        let query = query.clone();
        store.read(move |db| search_runs(db, &query)).await.map(drop)
    };
    // What SQL does not know is refused.
    Ok(if ask().await.is_ok() { Some(timed(ask).await?) } else { None })
}

/// The median time of five.
async fn timed(question: impl AsyncFn() -> Result<(), StoreError>) -> Result<Duration, Fail> {
    let mut times = Vec::new();
    for _ in 0..5 {
        let started = Instant::now();
        question().await?;
        times.push(started.elapsed());
    }
    times.sort();
    Ok(times[2])
}
