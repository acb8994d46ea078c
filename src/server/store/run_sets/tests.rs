use super::*;
use crate::store::{
    WriteTx,
    datasets::{self, Dataset, DatasetInput, InputTag},
    experiments,
    metrics::{self, MetricPoint},
    runs::{self, NewRun},
    search::tests::{
        filled,
        random::{SUMMARIES, expr, passes},
    },
    values,
};
use data::{
    brush::{Brush, Brushes},
    column::Cell,
    groups::{GroupsRequest, grouped},
    query::parse_sort,
    run::{RunRow, RunsRequest},
};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};
use std::collections::BTreeSet;

/// Every column that the runs of [`filled`] have, and some that none has.
fn columns() -> Vec<Column> {
    let plain = [
        "params.lr",
        "params.batch size",
        "tags.note",
        "metrics.acc",
        "metrics.val/loss",
        "params.nobody",
        "attributes.run_name",
        "attributes.user_id",
        "attributes.status",
        "attributes.start_time",
        "attributes.end_time",
        "attributes.duration",
    ];
    let summaries = ["acc", "val/loss", "nobody"]
        .iter()
        .flat_map(|name| SUMMARIES.map(|summary| Column::Summary((*name).to_owned(), summary)));
    plain.iter().map(|text| text.parse().expect("a column")).chain(summaries).collect()
}

fn everything(trash: bool) -> RunsRequest {
    let experiments = vec!["1".to_owned(), "2".to_owned()];
    RunsRequest { experiments, trash, columns: Some(columns()), limit: 1_000, ..RunsRequest::default() }
}

async fn all_rows(store: &Store) -> Vec<RunRow> {
    let mut rows = store.runs_page(everything(false)).await.unwrap().runs;
    rows.extend(store.runs_page(everything(true)).await.unwrap().runs);
    rows
}

fn asked(eids: &[i64], filter: Expr<RunAttribute>) -> Asked {
    Asked {
        eids: eids.iter().copied().collect(),
        filter,
        within: vec![],
        brushes: Brushes::new(),
        named: None,
        view: View::All,
    }
}

/// The order that a page is to have, said again over rows.
fn in_order(mut rows: Vec<&RunRow>, order: &[OrderKey<RunAttribute>]) -> Vec<i64> {
    let columns = columns();
    rows.sort_by(|a, b| {
        let by_key = |key: &OrderKey<RunAttribute>| {
            let column = columns.iter().find(|column| column.field() == key.field).expect("a known column");
            column.cell(a).order(column.cell(b), key.descending)
        };
        let found = order.iter().map(by_key).find(|order| order.is_ne());
        found.unwrap_or_else(|| b.start_millis.cmp(&a.start_millis).then(a.run_id.cmp(&b.run_id)))
    });
    rows.iter().map(|row| metrics::rid_of(row.run_id)).collect()
}

#[tokio::test]
async fn random_expressions_find_what_they_mean_in_the_order_asked_for() {
    let (_dir, store) = filled().await;
    let rows = all_rows(&store).await;
    assert_eq!(rows.len(), 120);
    let orders = [
        "",
        "metrics.acc DESC",
        "metrics@min.acc",
        "metrics@best.acc DESC, params.lr",
        "params.lr DESC, metrics@step:0.acc DESC",
        "metrics@mean.acc DESC, params.lr",
        "tags.note, duration DESC, run_name",
        "metrics@max.nobody, params.`batch size`, end_time",
        "user_id, status DESC, start_time ASC",
    ];
    let mut runner = TestRunner::deterministic();
    let mut telling = 0;
    for turn in 0..300 {
        let filter = expr(true).new_tree(&mut runner).unwrap().current();
        for eids in [&[1][..], &[1, 2]] {
            let in_experiments = |row: &&RunRow| eids.iter().any(|eid| eid.to_string() == row.experiment_id);
            let expected: Vec<&RunRow> =
                rows.iter().filter(in_experiments).filter(|row| passes(&filter, row)).collect();
            telling += usize::from(!expected.is_empty() && expected.len() < rows.len());
            let order = parse_sort(orders[turn % orders.len()]).unwrap();
            let expected = in_order(expected, &order);
            let (asked, name) = (asked(eids, filter.clone()), format!("{filter} by {}", orders[turn % orders.len()]));
            let total = expected.len() as u64;
            store
                .ask_runs(move |sets| {
                    assert_eq!(sets.page(&asked, &order, 0, 1_000)?, (total, expected.clone()), "{name}");
                    for from in (0..expected.len()).step_by(17) {
                        let page = expected[from..(from + 17).min(expected.len())].to_vec();
                        assert_eq!(sets.page(&asked, &order, from as u64, 17)?, (total, page), "{name} from {from}");
                    }
                    Ok(())
                })
                .await
                .unwrap();
        }
    }
    assert!(telling > 200, "only {telling} of the expressions tell runs apart");
}

#[tokio::test]
async fn groups_are_those_of_the_rows_and_hold_the_runs_within() {
    let (_dir, store) = filled().await;
    let rows: Vec<RunRow> = all_rows(&store).await.into_iter().filter(|row| !row.deleted).collect();
    for (by, experiments) in [
        (&["params.lr"][..], &["1"][..]),
        (&["params.lr", "tags.note"], &["1", "2"]),
        (&["tags.note", "attributes.status", "params.batch size"], &["1", "2"]),
        (&["attributes.duration"], &["1"]),
        (&["metrics.acc", "metrics@max.acc"], &["1", "2"]),
        (&["attributes.run_name"], &["2"]),
        (&["params.nobody"], &["1"]),
    ] {
        let by: Vec<Column> = by.iter().map(|text| text.parse().unwrap()).collect();
        let columns = columns();
        let rows: Vec<&RunRow> = rows.iter().filter(|row| experiments.contains(&&*row.experiment_id)).collect();
        let expected = grouped(&rows, &by, &columns);
        let experiments: Vec<String> = experiments.iter().map(|id| (*id).to_owned()).collect();
        let run_set = data::frame::RunSet { experiments: experiments.clone(), ..Default::default() };
        let request = GroupsRequest { run_set, by: by.clone(), columns, limit: 1_000, ..GroupsRequest::default() };
        let page = store.groups(request).await.unwrap();
        assert_eq!((page.runs, page.total), (rows.len() as u64, expected.len() as u64), "{by:?}");
        for (got, expected) in page.groups.iter().zip(&expected) {
            // The same runs in another order add up to the same but for the last digits.
            let told = |group: &RunGroup| {
                let spreads: Vec<_> =
                    group.spreads.iter().map(|spread| (spread.n, spread.non_finite, spread.shared.clone())).collect();
                (group.key.clone(), group.runs, spreads)
            };
            assert_eq!(told(got), told(&expected.group), "{by:?}");
            for (a, b) in got.spreads.iter().zip(&expected.group.spreads) {
                for (a, b) in [(a.mean, b.mean), (a.std, b.std), (a.min, b.min), (a.max, b.max)] {
                    assert!(
                        (a.0 - b.0).abs() < 1e-9 || a.0.to_bits() == b.0.to_bits() || (a.0.is_nan() && b.0.is_nan())
                    );
                }
            }
            let within = by.iter().cloned().zip(got.key.iter().cloned()).collect();
            let request =
                RunsRequest { experiments: experiments.clone(), within, brief: true, ..RunsRequest::default() };
            let members = store.runs_page(request).await.unwrap();
            let mut ids: Vec<RunId> = members.runs.iter().map(|row| row.run_id).collect();
            let mut wanted: Vec<RunId> = expected.places.iter().map(|&at| rows[at].run_id).collect();
            ids.sort();
            wanted.sort();
            assert_eq!(ids, wanted, "{by:?} = {:?}", got.key);
        }
    }
}

#[tokio::test]
async fn brushes_let_the_same_runs_through_as_on_the_page() {
    let (_dir, store) = filled().await;
    let rows = all_rows(&store).await;
    let texts = |column: &Column| {
        let text = |row: &RunRow| if let Cell::Text(text) = column.cell(row) { Some(text.to_owned()) } else { None };
        rows.iter().filter_map(text).take(2).collect()
    };
    let mut telling = 0;
    for column in columns() {
        let mut numbers: Vec<f64> = rows.iter().filter_map(|row| column.cell(row).finite()).collect();
        numbers.sort_by(f64::total_cmp);
        let range = numbers.get(numbers.len() / 4).zip(numbers.get(numbers.len() / 2)).map(|(a, b)| [*a, *b]);
        let over = Brush { ranges: range.into_iter().collect(), values: texts(&column), missing: false };
        let lr = Brushes::from([("params.lr".parse().unwrap(), Brush::over(0.0, 0.02))]);
        for brushes in [
            Brushes::from([(column.clone(), over.clone())]),
            Brushes::from([(column.clone(), Brush { missing: true, ..over.clone() })]),
            Brushes::from([(column.clone(), Brush { missing: true, ..Brush::default() })]),
            Brushes::from([(column.clone(), Brush::default())]),
            [Brushes::from([(column.clone(), over.clone())]), lr].into_iter().flatten().collect(),
        ] {
            let expected = rows.iter().filter(|row| data::brush::passes(&brushes, row));
            let mut expected: Vec<i64> = expected.map(|row| metrics::rid_of(row.run_id)).collect();
            expected.sort();
            telling += usize::from(!expected.is_empty() && expected.len() < rows.len());
            let asked = Asked { brushes: brushes.clone(), ..asked(&[1, 2], Expr::All(Vec::new())) };
            let mut found = store.ask_runs(move |sets| sets.rids(&asked)).await.unwrap();
            found.sort();
            assert_eq!(found, expected, "{brushes:?}");
        }
    }
    assert!(telling > 40, "only {telling} of the brushes tell runs apart");
    let many = (0..101).map(|at| (Column::Param(at.to_string()), Brush::default())).collect();
    let refused = store.runs_page(RunsRequest { brushes: many, ..RunsRequest::default() }).await.unwrap_err();
    assert!(refused.to_string().contains("`brushes` has 101 entries"), "{refused}");
}

/// The first runs by name of what `filter` finds, to see that a table follows.
async fn names(store: &Store, filter: &str) -> Vec<String> {
    let request = RunsRequest {
        experiments: vec!["1".into()],
        filter: filter.into(),
        order_by: vec!["run_name".into()],
        ..RunsRequest::default()
    };
    store.runs_page(request).await.unwrap().runs.into_iter().map(|row| row.name).collect()
}

#[tokio::test]
async fn a_table_follows_every_commit() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let made = |name: &'static str, n: u128| {
        move |tx: &mut WriteTx| {
            let new = runs::NewRun { eid: 1, name: Some(name.to_owned()), ..Default::default() };
            runs::create(tx, RunId(n << 65), &new)
        }
    };
    store.write(|tx| crate::store::experiments::create(tx, "e", None, &[])).await.unwrap();
    let a = store.write(made("a", 1)).await.unwrap();
    let filter = "metrics@min.loss < 1 AND params.p = 'x' AND metrics@step:5.loss > 0 AND status = 'RUNNING'";
    assert!(names(&store, filter).await.is_empty());
    let log = |run, steps: &'static [(i64, f64)]| {
        store.write(move |tx| {
            let point = |&(step, value): &(i64, f64)| MetricPoint { metric: "loss", value, step, time_millis: step };
            metrics::append(tx, run, &steps.iter().map(point).collect::<Vec<_>>())
        })
    };
    log(a, &[(1, 2.0), (5, 0.5)]).await.unwrap();
    assert!(names(&store, filter).await.is_empty());
    store.write(move |tx| values::log_param(tx, a, "p", "x")).await.unwrap();
    assert_eq!(names(&store, filter).await, ["a"]);
    let b = store.write(made("b", 2)).await.unwrap();
    store.write(move |tx| values::log_param(tx, b, "p", "x")).await.unwrap();
    assert_eq!(names(&store, filter).await, ["a"], "a run without the metric");
    log(b, &[(7, 0.1)]).await.unwrap();
    assert_eq!(names(&store, filter).await, ["a"], "a series that begins after the step");
    log(b, &[(2, 0.1)]).await.unwrap();
    assert_eq!(names(&store, filter).await, ["a", "b"], "an earlier step is logged later");
    store.settle().await.unwrap();
    assert_eq!(names(&store, filter).await, ["a", "b"], "points move into chunks");
    log(a, &[(5, -1.0)]).await.unwrap();
    assert_eq!(names(&store, filter).await, ["b"], "a step is written again");
    store.write(move |tx| values::set_tag(tx, b, runs::NAME_TAG, "c")).await.unwrap();
    assert_eq!(names(&store, filter).await, ["c"]);
    store.write(move |tx| runs::delete(tx, &b.id.to_string())).await.unwrap();
    assert!(names(&store, filter).await.is_empty(), "in the trash");
    store.write(move |tx| runs::restore(tx, &b.id.to_string())).await.unwrap();
    assert_eq!(names(&store, filter).await, ["c"]);
    store.write(|tx| crate::store::experiments::delete(tx, 1)).await.unwrap();
    assert!(names(&store, filter).await.is_empty(), "the experiment is in the trash");
}

#[test]
fn cells_of_names_are_texts() {
    let mut values = Key::Name.empty();
    values.grow(2);
    values.set_text(0, "7");
    assert_eq!((values.cell(0), values.cell(1)), (Cell::Text("7"), Cell::Missing));
}

#[tokio::test]
async fn runs_are_found_by_the_datasets_that_went_into_them_and_by_having_none() {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let input = |name: &str, context: Option<&str>| DatasetInput {
        dataset: Dataset { name: name.to_owned(), digest: "d".to_owned(), ..Dataset::default() },
        tags: context
            .map(|value| InputTag { key: "mlflow.data.context".to_owned(), value: value.to_owned() })
            .into_iter()
            .collect(),
    };
    let inputs = [vec![], vec![input("digits", None)], vec![input("digits", Some("train")), input("letters", None)]];
    let change = store.write(move |tx| {
        let eid = experiments::create(tx, "datasets", None, &[])?;
        for (n, inputs) in (1..).zip(&inputs) {
            let new = NewRun { eid, name: Some(format!("run {n}")), ..NewRun::default() };
            let run = runs::create(tx, RunId(n << 65), &new)?;
            datasets::log(tx, run, inputs)?;
        }
        Ok(eid)
    });
    let eid = change.await.unwrap().to_string();
    for (filter, expected) in [
        ("datasets.name IS NULL", &["run 1"][..]),
        ("datasets.name IS NOT NULL", &["run 2", "run 3"]),
        ("datasets.context IS NULL", &["run 1", "run 2"]),
        ("datasets.digest IS NOT NULL AND NOT datasets.name = 'letters'", &["run 2"]),
        ("datasets.name != 'digits'", &["run 3"]),
        ("datasets.context = 'train'", &["run 3"]),
    ] {
        let request = RunsRequest {
            experiments: vec![eid.clone()],
            filter: filter.to_owned(),
            limit: 10,
            ..RunsRequest::default()
        };
        let found: BTreeSet<String> =
            store.runs_page(request).await.unwrap().runs.into_iter().map(|row| row.name).collect();
        assert_eq!(found, expected.iter().map(|name| (*name).to_owned()).collect(), "{filter}");
    }
}
