use super::*;
use crate::store::{
    catalog,
    datasets::{Dataset, DatasetInput},
    metrics::{MetricPoint, append},
    runs::NewRun,
};
use data::run::{MetricRow, RunsRequest};

const A: RunId = RunId(1 << 65);
const B: RunId = RunId(2 << 65);
const C: RunId = RunId(3 << 65);

/// Two experiments; in the first the runs A, B and C with 1, 2 and 3 points and a dataset, in the second none.
async fn filled() -> (tempfile::TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let store = Store::open(dir.path()).unwrap();
    let change = store.write(|tx| {
        experiments::create(tx, "one", None, &[])?;
        experiments::create(tx, "two", None, &[])?;
        for (n, id) in [A, B, C].into_iter().enumerate() {
            let new =
                NewRun { eid: 1, name: Some(format!("r{n}")), start_millis: Some(9 - n as i64), ..NewRun::default() };
            let run = runs::create(tx, id, &new)?;
            values::log_param(tx, run, "lr", "0.1")?;
            let dataset = Dataset { name: "digits".into(), digest: "d".into(), ..Dataset::default() };
            datasets::log(tx, run, &[DatasetInput { dataset, tags: vec![] }])?;
            log(tx, run, n as i64 + 1)?;
        }
        Ok(())
    });
    change.await.unwrap();
    (dir, store)
}

fn log(tx: &mut WriteTx, run: RunKey, steps: i64) -> Result<(), StoreError> {
    let point = |step| MetricPoint { metric: "loss", value: step as f64, step, time_millis: step };
    append(tx, run, &(1..=steps).map(point).collect::<Vec<_>>())
}

fn named(ids: &[RunId]) -> RunSet {
    RunSet { runs: Some(ids.to_vec()), ..RunSet::default() }
}

async fn act(store: &Store, run_set: RunSet, action: RunAction) -> Result<u64, StoreError> {
    store.act(ActionRequest { run_set, action }).await
}

fn tags(set: &[(&str, &str)], remove: &[&str]) -> RunAction {
    let set = set.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    RunAction::Tag { set, remove: remove.iter().map(|key| (*key).to_owned()).collect() }
}

/// The names of an experiment's runs that pass `filter`.
async fn names(store: &Store, experiment: &str, filter: &str, trash: bool) -> Vec<String> {
    let request = RunsRequest {
        experiments: vec![experiment.into()],
        filter: filter.into(),
        order_by: vec!["run_name".into()],
        trash,
        ..RunsRequest::default()
    };
    store.runs_page(request).await.unwrap().runs.into_iter().map(|row| row.name).collect()
}

/// How many runs logged the loss, and its largest step.
async fn loss(store: &Store, eid: i64) -> Option<(u64, i64)> {
    let metrics = store.read(move |db| catalog::metrics(db, eid)).await.unwrap();
    metrics.first().map(|MetricRow { runs, max_step, .. }| (*runs, *max_step))
}

#[tokio::test]
async fn what_is_done_is_done_to_all_or_to_none() {
    let (_dir, store) = filled().await;
    let all = || RunSet { experiments: vec!["1".into()], ..RunSet::default() };
    assert_eq!(act(&store, all(), tags(&[("team", "x"), ("note", "y")], &["nobody"])).await.unwrap(), 3);
    assert_eq!(act(&store, named(&[A]), tags(&[], &["note"])).await.unwrap(), 1);
    assert_eq!(names(&store, "1", "tags.team = 'x' AND tags.note IS NULL", false).await, ["r0"]);
    let rename = |to: &str| RunAction::Rename { to: to.to_owned() };
    assert_eq!(act(&store, named(&[B, A]), rename("{name}-{n}")).await.unwrap(), 2);
    assert_eq!(names(&store, "1", "", false).await, ["r0-2", "r1-1", "r2"]);
    assert_eq!(act(&store, all(), rename("run {n}")).await.unwrap(), 3);
    let oldest = store.run_row(C).await.unwrap();
    assert_eq!((oldest.name.as_str(), oldest.tags[NAME_TAG].as_str()), ("run 1", "run 1"), "the oldest is the first");

    let filtered = RunSet { filter: "run_name = 'run 1'".into(), ..all() };
    assert_eq!(act(&store, filtered, RunAction::Delete).await.unwrap(), 1);
    assert_eq!(act(&store, named(&[C]), RunAction::Delete).await.unwrap(), 0, "it lies there already");
    let before = names(&store, "1", "tags.new = '1'", false).await;
    for (name, run_set, action, said) in [
        ("a run in the trash", named(&[A, C]), tags(&[("new", "1")], &[]), "active"),
        ("an unknown run", named(&[A, RunId(77)]), tags(&[("new", "1")], &[]), "there is no run"),
        ("moving into nothing", named(&[A]), RunAction::Move { experiment: "99".into() }, "No Experiment"),
        ("moving to no number", named(&[A]), RunAction::Move { experiment: "x".into() }, "no experiment x"),
        ("no name", named(&[A]), rename(" "), "empty"),
        ("a long name", named(&[A]), rename(&"{name}".repeat(80)), "250"),
        ("no tag", named(&[A]), tags(&[], &[]), "tag"),
        ("a long value", named(&[A]), tags(&[("k", &"x".repeat(8_001))], &[]), "8000"),
        (
            "an unknown experiment",
            RunSet { experiments: vec!["9".into()], ..RunSet::default() },
            RunAction::Delete,
            "9",
        ),
    ] {
        let error = act(&store, run_set, action).await.expect_err(name).to_string();
        assert!(error.contains(said), "{name}: {error}");
    }
    assert_eq!(names(&store, "1", "tags.new = '1'", false).await, before, "nothing was done to the others");
    assert_eq!(names(&store, "1", "", true).await, ["run 1"]);
    assert_eq!(act(&store, named(&[A, C]), RunAction::Restore).await.unwrap(), 1);
}

#[tokio::test]
async fn the_largest_step_leaves_the_trash_out() {
    let (_dir, store) = filled().await;
    assert_eq!(loss(&store, 1).await, Some((3, 3)));
    act(&store, named(&[C]), RunAction::Delete).await.unwrap();
    assert_eq!(loss(&store, 1).await, Some((2, 2)));
    act(&store, named(&[A, B]), RunAction::Delete).await.unwrap();
    assert_eq!(loss(&store, 1).await, None);
    act(&store, named(&[A, B, C]), RunAction::Restore).await.unwrap();
    assert_eq!(loss(&store, 1).await, Some((3, 3)));
}

#[tokio::test]
async fn a_run_moves_with_all_that_it_has() {
    let (_dir, store) = filled().await;
    let to = |experiment: &str| RunAction::Move { experiment: experiment.to_owned() };
    assert_eq!(names(&store, "2", "", false).await, [] as [&str; 0], "and its table is read before");
    let uri = store.read(|db| runs::artifact_uri(db, &C.to_string())).await.unwrap();
    assert_eq!(act(&store, named(&[C, A]), to("2")).await.unwrap(), 2);
    assert_eq!(act(&store, named(&[C]), to("2")).await.unwrap(), 0);
    let filter = "params.lr = '0.1' AND metrics.loss >= 1 AND datasets.name = 'digits' AND tags.`mlflow.runName` ~ 'r'";
    assert_eq!(names(&store, "2", filter, false).await, ["r0", "r2"]);
    assert_eq!(names(&store, "1", filter, false).await, ["r1"]);
    assert_eq!((loss(&store, 1).await, loss(&store, 2).await), (Some((1, 2)), Some((2, 3))));
    assert_eq!(
        store.read(|db| runs::artifact_uri(db, &C.to_string())).await.unwrap(),
        uri,
        "artifacts stay in their place"
    );
    store.write(|tx| runs::active(tx.db, &C.to_string()).and_then(|run| log(tx, run, 7))).await.unwrap();
    assert_eq!(loss(&store, 2).await, Some((2, 7)));
    // Points that are logged in the commit that moves the run.
    let (moved, logged) = tokio::join!(
        act(&store, named(&[B]), to("2")),
        store.write(|tx| {
            let run = runs::active(tx.db, &B.to_string())?;
            append(tx, run, &[MetricPoint { metric: "new", value: 1.0, step: 1, time_millis: 1 }])
        })
    );
    assert!(moved.is_ok() && logged.is_ok());
    assert_eq!(names(&store, "2", "metrics.new = 1", false).await, ["r1"]);
    assert_eq!(loss(&store, 1).await, None);
}

#[tokio::test]
async fn what_is_purged_is_gone_and_what_is_not_in_the_trash_stays() {
    let (_dir, store) = filled().await;
    store.settle().await.unwrap();
    store.write(|tx| runs::active(tx.db, &C.to_string()).and_then(|run| log(tx, run, 9))).await.unwrap();
    act(&store, named(&[B, C]), RunAction::Delete).await.unwrap();
    for (name, ids) in [("one is not in the trash", vec![B, A]), ("one is unknown", vec![B, RunId(77)])] {
        assert!(store.purge(ids).await.is_err(), "{name}");
        assert_eq!(names(&store, "1", "", true).await, ["r1", "r2"], "{name}");
    }
    let bytes = store.heads_bytes();
    assert_eq!(store.purge(vec![C, C]).await.unwrap().len(), 1);
    assert!(store.heads_bytes() < bytes);
    assert_eq!(names(&store, "1", "", true).await, ["r1"]);
    act(&store, named(&[B]), RunAction::Restore).await.unwrap();
    assert_eq!(loss(&store, 1).await, Some((2, 2)));
    assert!(store.history(crate::store::metrics::rid_of(C), "loss").await.unwrap().is_empty());
    assert_eq!(store.history(crate::store::metrics::rid_of(B), "loss").await.unwrap().len(), 2);
    let left = "SELECT (SELECT count(*) FROM param) + (SELECT count(*) FROM run_dataset) + (SELECT count(*) FROM run)";
    assert_eq!(store.read(|db| Ok(db.query_row(left, [], |row| row.get::<_, i64>(0))?)).await.unwrap(), 6);
    // A run that a version of a model came from cannot go.
    let insert = format!(
        "INSERT INTO model (name, created, updated) VALUES ('m', 0, 0);
         INSERT INTO model_version (name, version, source, artifact_uri, run, created, updated) VALUES ('m', 1, '', '', '{B}', 0, 0)"
    );
    store.write(move |tx| Ok(tx.db.execute_batch(&insert)?)).await.unwrap();
    act(&store, named(&[B]), RunAction::Delete).await.unwrap();
    let error = store.purge(vec![B]).await.expect_err("it made a version").to_string();
    assert!(error.contains("version 1 of the model m"), "{error}");
}
