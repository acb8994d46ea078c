//! 100,000 runs with 10 params, 5 metrics and 3 tags each, the same every time.

use data::run::RunId;
use server::store::{
    Store, StoreError, WriteTx, experiments,
    metrics::{MetricPoint, append},
    runs::{self, NewRun},
    values,
};

/// Makes `count` runs in an experiment of their own, and gives its number.
pub async fn fill(store: &Store, count: u64) -> Result<i64, StoreError> {
    let eid = store.write(|tx| experiments::create(tx, "bench", None, &[])).await?;
    for first in (0..count).step_by(1_000) {
        let numbers = first..(first + 1_000).min(count);
        store.write(move |tx| numbers.into_iter().try_for_each(|n| make_run(tx, eid, n))).await?;
    }
    Ok(eid)
}

/// A number in 0..1 that looks random and is always the same.
fn noise(n: u64, salt: u64) -> f64 {
    let mut x = n.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(salt.wrapping_mul(0xD1B5_4A32_D192_ED03));
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (x >> 11) as f64 / (1u64 << 53) as f64
}

fn make_run(tx: &mut WriteTx, eid: i64, n: u64) -> Result<(), StoreError> {
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
