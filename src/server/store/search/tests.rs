use super::{runs::search_with, *};
use crate::store::{
    Store, StoreError,
    datasets::{self, Dataset, DatasetInput, InputTag},
    experiments,
    metrics::{self, MetricPoint},
    rows, runs,
    runs::NewRun,
    values,
};
use data::{
    query::{parse_filter, parse_order, parse_query},
    run::{RunId, RunRow},
};
use std::cmp::Ordering;

pub(in crate::store) mod random;

const RUNS: i64 = 60;

/// A store with two experiments of sixty runs each, whose values repeat, are NaN, or are missing.
pub(crate) async fn filled() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let fill = |tx: &mut crate::store::WriteTx| -> Result<(), StoreError> {
        for experiment in 0..2 {
            let eid = experiments::create(tx, &format!("e{experiment}"), None, &[])?;
            for n in 0..RUNS {
                let id = RunId(((eid as u128) << 120) | ((n as u128 * 7 % 64) << 100) | n as u128);
                let new = NewRun {
                    eid,
                    name: Some(format!("Run{}", n % 5)),
                    user: "ada".into(),
                    start_millis: Some(n / 3),
                    tags: if n % 4 == 0 { vec![("note".into(), format!("50% of {}", n % 3))] } else { vec![] },
                };
                let run = runs::create(tx, id, &new)?;
                values::log_param(tx, run, "lr", ["0.1", "0.01", "1e-3"][n as usize % 3])?;
                if n % 2 == 0 {
                    values::log_param(tx, run, "batch size", "32")?;
                    datasets::log(tx, run, &[dataset()])?;
                }
                let at = |step, metric, value| MetricPoint { metric, value, step, time_millis: 5 };
                let point = |metric, value| at(1, metric, value);
                // What was before the latest value is for its least, its greatest, and its value at a step.
                if n % 5 > 0 {
                    let before = if n % 7 == 0 { f64::NEG_INFINITY } else { (n % 11) as f64 / 8.0 };
                    metrics::append(tx, run, &[at(-3, "acc", before), at(-1, "acc", f64::NAN)])?;
                }
                let acc = if n % 6 == 0 { f64::NAN } else { (n % 7) as f64 / 10.0 };
                metrics::append(tx, run, &[point("acc", acc)])?;
                if n % 3 > 0 {
                    metrics::append(tx, run, &[point("val/loss", -(n as f64))])?;
                }
                if n % 2 == 1 {
                    let end = runs::RunUpdate { end_millis: Some(n / 3 + n), ..Default::default() };
                    runs::update(tx, &id.to_string(), &end)?;
                }
                if n % 10 == 9 {
                    runs::delete(tx, &id.to_string())?;
                }
            }
        }
        Ok(())
    };
    store.write(fill).await.unwrap();
    (dir, store)
}

fn dataset() -> DatasetInput {
    let dataset = Dataset { name: "digits".into(), digest: "d1".into(), ..Dataset::default() };
    DatasetInput { dataset, tags: vec![InputTag { key: "mlflow.data.context".into(), value: "train".into() }] }
}

fn metric(row: &RunRow, name: &str) -> Option<f64> {
    row.metrics.get(name).map(|m| m.value.0)
}

fn text<'a>(values: &'a std::collections::BTreeMap<String, String>, name: &str) -> Option<&'a str> {
    values.get(name).map(String::as_str)
}

/// A filter, and what it means, said again in Rust.
type Meaning = (&'static str, fn(&RunRow) -> bool);

const FILTERS: &[Meaning] = &[
    ("", |_| true),
    ("metrics.acc > 0.3", |r| metric(r, "acc").unwrap() > 0.3),
    ("metrics.acc != 0.3", |r| metric(r, "acc").unwrap() != 0.3),
    ("metrics.acc >= 0.2 AND params.lr = '0.1'", |r| {
        metric(r, "acc").unwrap() >= 0.2 && text(&r.params, "lr") == Some("0.1")
    }),
    ("metrics.`val/loss` <= -30", |r| metric(r, "val/loss").is_some_and(|v| v <= -30.0)),
    ("metrics.nobody > 0", |_| false),
    ("params.lr != '0.1'", |r| text(&r.params, "lr") != Some("0.1")),
    ("params.`batch size` != '64'", |r| text(&r.params, "batch size").is_some()),
    ("params.`batch size` IS NULL", |r| text(&r.params, "batch size").is_none()),
    ("params.`batch size` IS NOT NULL", |r| text(&r.params, "batch size").is_some()),
    ("params.nobody IS NULL", |_| true),
    ("params.nobody IS NOT NULL", |_| false),
    ("params.lr LIKE '0.%'", |r| text(&r.params, "lr").is_some_and(|v| v.starts_with("0."))),
    ("tags.note LIKE '50% of _'", |r| text(&r.tags, "note").is_some()),
    ("tags.note LIKE '50[%'", |_| false),
    ("tags.note ILIKE '%OF 2'", |r| text(&r.tags, "note").is_some_and(|v| v.ends_with('2'))),
    ("tags.note LIKE '%OF 2'", |_| false),
    ("attributes.run_name = 'Run3'", |r| r.name == "Run3"),
    ("run_name LIKE 'run%'", |_| false),
    ("`run name` ILIKE 'run%' AND status = 'RUNNING'", |_| true),
    ("start_time >= 10 AND start_time < 12", |r| (10..12).contains(&r.start_millis)),
    ("end_time > 0", |r| r.end_millis.is_some()),
    ("duration > 20", |r| r.end_millis.is_some_and(|end| end - r.start_millis > 20)),
    ("NOT duration > 20", |r| r.end_millis.is_none_or(|end| end - r.start_millis <= 20)),
    ("params.lr ~ '^0\\.0?1$' OR run_name RLIKE '(?i)^run[34]'", |r| {
        r.params["lr"] != "1e-3" || r.name.ends_with(['3', '4'])
    }),
    ("NOT (metrics.`val/loss` < -5 OR params.nobody = 'a') AND run_name IN ('Run1', 'Run2')", |r| {
        metric(r, "val/loss").is_none_or(|v| v >= -5.0) && ["Run1", "Run2"].contains(&r.name.as_str())
    }),
    ("metrics.`val/loss` IS NULL AND params.lr IN ('0.1', '0.01')", |r| {
        metric(r, "val/loss").is_none() && r.params["lr"] != "1e-3"
    }),
    ("datasets.name = 'digits' OR tags.note IS NOT NULL", |r| {
        text(&r.params, "batch size").is_some() || text(&r.tags, "note").is_some()
    }),
    ("datasets.name = 'digits' AND datasets.digest LIKE 'd%'", |r| text(&r.params, "batch size").is_some()),
    ("datasets.context IN ('train', 'test')", |r| text(&r.params, "batch size").is_some()),
    ("datasets.context NOT IN ('train')", |_| false),
    ("run_id IN ('bogus')", |_| false),
    ("user_id = 'ada' AND artifact_uri LIKE 'mlflow-artifacts:/%/artifacts'", |_| true),
];

/// An order, and what it means.
type Compare = (&'static [&'static str], fn(&RunRow, &RunRow) -> Ordering);

/// Missing last, NaN before, whatever the direction.
fn by_metric(a: &RunRow, b: &RunRow, name: &str, descending: bool) -> Ordering {
    let class = |row: &RunRow| metric(row, name).map_or(2, |v| u8::from(v.is_nan()));
    class(a).cmp(&class(b)).then_with(|| {
        let order = metric(a, name).partial_cmp(&metric(b, name)).unwrap_or(Ordering::Equal);
        if descending { order.reverse() } else { order }
    })
}

const ORDERS: &[Compare] = &[
    (&[], |_, _| Ordering::Equal),
    (&["metrics.acc DESC"], |a, b| by_metric(a, b, "acc", true)),
    (&["metrics.acc"], |a, b| by_metric(a, b, "acc", false)),
    (&["metrics.`val/loss` ASC"], |a, b| by_metric(a, b, "val/loss", false)),
    (&["metrics.nobody DESC"], |_, _| Ordering::Equal),
    (&["params.lr DESC", "metrics.acc ASC"], |a, b| {
        b.params["lr"].cmp(&a.params["lr"]).then_with(|| by_metric(a, b, "acc", false))
    }),
    (&["tags.note"], |a, b| {
        let place = |r: &RunRow| (!r.tags.contains_key("note"), r.tags.get("note").cloned());
        place(a).cmp(&place(b))
    }),
    (&["run_name DESC", "start_time ASC"], |a, b| b.name.cmp(&a.name).then(a.start_millis.cmp(&b.start_millis))),
    (&["end_time"], |a, b| {
        let place = |r: &RunRow| (r.end_millis.is_none(), r.end_millis);
        place(a).cmp(&place(b))
    }),
];

#[tokio::test]
async fn a_search_finds_what_its_words_mean() {
    let (_dir, store) = filled().await;
    store
        .read(|db| {
            let everything = RunQuery {
                eids: vec![1, 2],
                filter: parse_query("").unwrap(),
                order: vec![],
                view: View::All,
                offset: 0,
                limit: 1_000,
            };
            let all = rows::stored_runs(db, &search_runs(db, &everything)?)?;
            assert_eq!(all.len() as i64, RUNS * 2);
            for eids in [vec![1], vec![1, 2], vec![7], vec![]] {
                for view in [View::Active, View::Deleted, View::All] {
                    for (filter, passes) in FILTERS {
                        for (order, compare) in ORDERS {
                            let mut expected: Vec<_> = all
                                .iter()
                                .filter(|r| eids.iter().any(|eid: &i64| eid.to_string() == r.row.experiment_id))
                                .filter(|r| view == View::All || r.row.deleted == (view == View::Deleted))
                                .filter(|r| passes(&r.row))
                                .collect();
                            expected.sort_by(|a, b| {
                                compare(&a.row, &b.row)
                                    .then(b.row.start_millis.cmp(&a.row.start_millis))
                                    .then(a.row.run_id.cmp(&b.row.run_id))
                            });
                            let expected: Vec<i64> = expected.iter().map(|r| r.rid).collect();
                            let query = RunQuery {
                                eids: eids.clone(),
                                filter: parse_query(filter).unwrap(),
                                order: order.iter().map(|key| parse_order(key).unwrap()).collect(),
                                view,
                                offset: 0,
                                limit: 1_000,
                            };
                            let name = format!("{eids:?} {view:?} {filter:?} {order:?}");
                            assert_eq!(count_runs(db, &query)?, expected.len() as u64, "{name}");
                            for few in [0, 1_000] {
                                assert_eq!(search_with(db, &query, few)?, expected, "{name}, few = {few}");
                                let pages: Result<Vec<_>, _> = (0..expected.len().div_ceil(17))
                                    .map(|page| {
                                        let window = RunQuery { offset: page as u64 * 17, limit: 17, ..query.clone() };
                                        search_with(db, &window, few)
                                    })
                                    .collect();
                                assert_eq!(pages?.concat(), expected, "{name}, few = {few}, in pages");
                            }
                        }
                    }
                }
            }
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn experiments_are_found_by_filter_and_order() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    store
        .write(|tx| {
            for name in ["alpha", "Beta", "gamma%"] {
                let tags = [("team".to_owned(), name[..1].to_owned())];
                experiments::create(tx, name, None, if name == "Beta" { &[] } else { &tags })?;
            }
            experiments::delete(tx, 3)
        })
        .await
        .unwrap();
    for (filter, order, view, expected) in [
        ("", "name", View::Active, &["Beta", "Default", "alpha"][..]),
        ("", "name DESC", View::All, &["gamma%", "alpha", "Default", "Beta"]),
        ("", "name", View::Deleted, &["gamma%"]),
        ("name ILIKE 'b%'", "name", View::All, &["Beta"]),
        ("name LIKE 'b%'", "name", View::All, &[]),
        ("name LIKE '%\\%'", "name", View::All, &[]),
        ("tags.team = 'a'", "name", View::All, &["alpha"]),
        ("tags.team IS NULL", "name", View::All, &["Beta", "Default"]),
        ("tags.team IS NOT NULL", "name DESC", View::All, &["gamma%", "alpha"]),
        ("experiment_id IN ('1', '2')", "experiment_id DESC", View::All, &["Beta", "alpha"]),
        ("experiment_id != '0' AND creation_time > 0", "experiment_id", View::Active, &["alpha", "Beta"]),
    ] {
        let query = ExperimentQuery {
            filter: parse_filter(filter).unwrap(),
            order: vec![parse_order(order).unwrap()],
            view,
            offset: 0,
            limit: 10,
        };
        let found = store.read(move |db| search_experiments(db, &query)).await.unwrap();
        let names: Vec<&str> = found.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(names, expected, "{filter} {order}");
    }
}

#[tokio::test]
async fn the_largest_questions_are_answered() {
    let (_dir, store) = filled().await;
    let many = vec!["params.lr != 'x'"; 200].join(" AND ");
    let ids = (0..20_000).map(|n| format!("'{:032x}'", (1u128 << 120) | ((n * 7 % 64) << 100) | n));
    let listed = format!("run_id IN ({})", ids.collect::<Vec<_>>().join(", "));
    let keys = ["metrics.acc DESC", "params.lr", "tags.note", "metrics.`val/loss`"].repeat(8);
    for (name, filter, order, found) in [
        ("as many comparisons as there may be", many.as_str(), &[][..], 54),
        ("a list of 20,000 runs", &listed, &[], 54),
        ("as many sort keys as there may be", "metrics.acc > 0.1", &keys, 31),
    ] {
        let query = RunQuery {
            eids: vec![1],
            filter: parse_query(filter).unwrap(),
            order: order.iter().map(|key| parse_order(key).unwrap()).collect(),
            view: View::Active,
            offset: 0,
            limit: 1_000,
        };
        for few in [0, 1_000] {
            let asked = query.clone();
            let rids = store.read(move |db| search_with(db, &asked, few)).await.unwrap();
            assert_eq!(rids.len(), found, "{name}, few = {few}");
        }
    }
}
