//! Measures the search for runs: 100,000 runs with 10 params, 5 metrics and 3 tags each.
//!
//! `cargo run --release -p server --example bench_search [RUNS]`. Prints a table; docs/search.md holds one.

use data::{
    query::{parse_order, parse_query},
    run::RunId,
};
use server::store::{
    Store, experiments,
    metrics::{MetricPoint, append},
    rows, runs,
    runs::NewRun,
    search::{RunQuery, View, count_runs, search_runs},
    values,
};
use std::time::{Duration, Instant};

type Fail = Box<dyn std::error::Error>;

/// A filter and an order.
const QUESTIONS: &[(&str, &str)] = &[
    ("", ""),
    ("", "metrics.acc DESC"),
    ("", "params.lr ASC"),
    ("", "end_time DESC"),
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

#[tokio::main]
async fn main() -> Result<(), Fail> {
    let count: u64 = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse())?;
    let dir = tempfile::tempdir()?;
    let store = Store::open(dir.path())?;
    let eid = store.write(|tx| experiments::create(tx, "bench", None, &[])).await?;
    let started = Instant::now();
    for first in (0..count).step_by(1_000) {
        let numbers = first..(first + 1_000).min(count);
        store.write(move |tx| numbers.into_iter().try_for_each(|n| make_run(tx, eid, n))).await?;
    }
    println!("{count} runs made in {:.1} s\n", started.elapsed().as_secs_f64());
    println!("| filter | order | found | first 100, ms | 100 from 10,000, ms | count, ms |");
    println!("|---|---|---|---|---|---|");
    for (filter, order) in QUESTIONS {
        let query = RunQuery {
            eids: vec![eid],
            filter: parse_query(filter)?,
            order: order.split(", ").filter(|key| !key.is_empty()).map(parse_order).collect::<Result<_, _>>()?,
            view: View::Active,
            offset: 0,
            limit: 100,
        };
        let deep = RunQuery { offset: 10_000, ..query.clone() };
        let (found, counting) = timed(&store, move |db| count_runs(db, &query)).await?;
        let query = RunQuery { offset: 0, ..deep.clone() };
        let (_, first) = timed(&store, move |db| search_runs(db, &query)).await?;
        let (_, later) = timed(&store, move |db| search_runs(db, &deep)).await?;
        let shown = |text: &str| if text.is_empty() { "-".to_owned() } else { format!("`{text}`") };
        let (first, later, counting) = (millis(first), millis(later), millis(counting));
        println!("| {} | {} | {found} | {first} | {later} | {counting} |", shown(filter), shown(order));
    }
    let rids = RunQuery {
        eids: vec![eid],
        filter: parse_query("")?,
        order: vec![],
        view: View::Active,
        offset: 0,
        limit: 1_000,
    };
    let rids = store.read(move |db| search_runs(db, &rids)).await?;
    let (_, whole) = timed(&store, move |db| rows::rows(db, &rids, &rows::Told::All)).await?;
    println!("\n1,000 runs read with all that a row says: {} ms", millis(whole));
    Ok(())
}

fn millis(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}

/// The answer, and the median time of five.
async fn timed<T: Send + 'static>(
    store: &Store,
    question: impl Fn(&rusqlite::Connection) -> Result<T, server::store::StoreError> + Send + Clone + 'static,
) -> Result<(T, Duration), Fail> {
    let mut times = Vec::new();
    for _ in 0..4 {
        let (question, started) = (question.clone(), Instant::now());
        store.read(move |db| question(db)).await?;
        times.push(started.elapsed());
    }
    let started = Instant::now();
    let answer = store.read(move |db| question(db)).await?;
    times.push(started.elapsed());
    times.sort();
    Ok((answer, times[2]))
}

/// A number in 0..1 that looks random and is always the same.
fn noise(n: u64, salt: u64) -> f64 {
    let mut x = n.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(salt.wrapping_mul(0xD1B5_4A32_D192_ED03));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x >> 11) as f64 / (1u64 << 53) as f64
}

fn make_run(tx: &mut server::store::WriteTx, eid: i64, n: u64) -> Result<(), server::store::StoreError> {
    let id = RunId(((noise(n, 1) * 2f64.powi(53)) as u128) << 75 | u128::from(n));
    let note = (noise(n, 2) < 0.3).then(|| ("note".to_owned(), "look at this".to_owned()));
    let new = NewRun {
        eid,
        name: Some(format!("run-{n}")),
        user: "ada".to_owned(),
        start_millis: Some(n as i64 * 1_000),
        tags: [("mlflow.source.name".to_owned(), "train.py".to_owned())].into_iter().chain(note).collect(),
    };
    let run = runs::create(tx, id, &new)?;
    let pick = |salt, choices: &[&str]| choices[(noise(n, salt) * choices.len() as f64) as usize].to_owned();
    let params = [
        ("lr".to_owned(), pick(3, &["0.1", "0.03", "0.01", "0.003", "0.001"])),
        ("depth".to_owned(), pick(4, &["1", "2", "3", "4"])),
        ("seed".to_owned(), ((noise(n, 5) * 20_000.0) as u64).to_string()),
    ];
    let others = (3..10).map(|at| (format!("param_{at}"), pick(10 + at, &["a", "b", "c", "d", "e", "f"])));
    values::log_params(tx, run, &params.into_iter().chain(others).collect::<Vec<_>>())?;
    let point = |metric, value| MetricPoint { metric, value, step: 1_000, time_millis: n as i64 };
    let acc = noise(n, 6);
    let mut points = vec![
        point("acc", if noise(n, 7) < 0.01 { f64::NAN } else { acc }),
        // Good accuracy goes with low loss, so that two comparisons can contradict each other.
        point("loss", 1.0 - acc + noise(n, 8) / 20.0),
        point("time", noise(n, 9)),
        point("epoch", 10.0),
    ];
    if noise(n, 10) < 0.5 {
        points.push(point("sometimes", noise(n, 11)));
    }
    append(tx, run, &points)
}
