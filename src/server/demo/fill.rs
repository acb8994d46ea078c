//! Puts recordings into a store, with times that look recent.

use super::{
    EMBEDDED,
    recording::{RecordedRun, RecordedSeries, Recording, RecordingError},
};
use crate::store::{
    RunKey, Store, StoreError, WriteTx, experiments,
    metrics::{self, MetricPoint},
    runs::{self, NewRun, RunUpdate},
    values,
};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// The experiment's tag that says that all of its recording is in the store.
const FILLED_TAG: &str = "throughline.demo";
/// How many runs are written at once, and how many points of them: one commit costs more than a small run.
const RUNS_AT_ONCE: usize = 256;
const POINTS_AT_ONCE: usize = 1 << 18;
/// How many points go into the store at once.
const BATCH: usize = 8192;

/// Why a demo cannot be filled.
#[derive(Debug, thiserror::Error)]
pub enum FillError {
    /// A recording cannot be read.
    #[error(transparent)]
    Recording(#[from] RecordingError),
    /// The store refused.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An artifact cannot be written.
    #[error("cannot write {path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// What was put into a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Filled {
    /// How many runs.
    pub runs: usize,
    /// How many metric points.
    pub points: usize,
}

impl Filled {
    /// Takes in what `other` says as well.
    pub fn add(&mut self, other: Filled) {
        self.runs += other.runs;
        self.points += other.points;
    }
}

/// Puts the demo's recordings into `store` and their files below `artifacts`, as if they had been
/// logged shortly before `now_millis`.
///
/// What is there already stays: a filled demo is not filled twice, and a fill that was cut off is
/// finished.
pub async fn fill(store: &Store, artifacts: &Path, now_millis: i64) -> Result<Filled, FillError> {
    let mut filled = Filled::default();
    let mut eids = Vec::new();
    for embedded in &EMBEDDED {
        if is_filled(store, embedded.experiment).await? {
            continue;
        }
        let recording = tokio::task::spawn_blocking(|| Recording::read(embedded.bytes));
        let Recording { experiment, tags, runs, contents } = recording.await.map_err(|_| StoreError::Bug)??;
        let ended = runs.iter().filter_map(|run| run.end_millis).max().unwrap_or(now_millis);
        let whole = Whole {
            experiment,
            tags: tags.into_iter().collect(),
            later_millis: now_millis - embedded.ended_millis_ago - ended,
            contents: Arc::new(contents),
        };
        let (eid, added) = put(store, artifacts, &whole, runs).await?;
        eids.push(eid);
        filled.add(added);
    }
    // The latest change heads the list of experiments, and the first is the one to look at first.
    for eid in eids.into_iter().rev() {
        mark_filled(store, eid).await?;
    }
    Ok(filled)
}

/// Whether all of the experiment called `name` is in the store.
pub(super) async fn is_filled(store: &Store, name: &str) -> Result<bool, StoreError> {
    let name = name.to_owned();
    let experiment = store.read(move |db| experiments::by_name(db, &name)).await?;
    Ok(experiment.is_some_and(|experiment| experiment.tags.iter().any(|(key, _)| key == FILLED_TAG)))
}

/// Notes that all of the experiment `eid` is in the store.
pub(super) async fn mark_filled(store: &Store, eid: i64) -> Result<(), StoreError> {
    store.write(move |tx| experiments::set_tag(tx, eid, FILLED_TAG, "filled")).await
}

/// What the runs of an experiment share when they are put into a store.
pub(super) struct Whole {
    pub experiment: String,
    pub tags: Vec<(String, String)>,
    /// How much later than their runs say everything happens.
    pub later_millis: i64,
    /// The distinct contents of all files.
    pub contents: Arc<Vec<Vec<u8>>>,
}

/// Puts an experiment and those of its `runs` that are not there yet into `store`; answers the
/// experiment's number.
pub(super) async fn put(
    store: &Store,
    artifacts: &Path,
    whole: &Whole,
    runs: impl IntoIterator<Item = RecordedRun>,
) -> Result<(i64, Filled), FillError> {
    let (name, tags) = (whole.experiment.clone(), whole.tags.clone());
    let eid = store
        .write(move |tx| match experiments::by_name(tx.db, &name)? {
            Some(experiment) => Ok(experiment.eid),
            None => experiments::create(tx, &name, None, &tags),
        })
        .await?;
    let artifacts = artifacts.join(eid.to_string());
    let mut filled = Filled::default();
    let mut runs = runs.into_iter().peekable();
    while runs.peek().is_some() {
        let (mut together, mut points) = (Vec::new(), 0);
        while together.len() < RUNS_AT_ONCE && points < POINTS_AT_ONCE {
            let Some(run) = runs.next() else { break };
            points += points_of(&run);
            together.push(run);
        }
        filled.add(put_runs(store, eid, together, whole, artifacts.clone()).await?);
    }
    store.settle().await?;
    Ok((eid, filled))
}

fn points_of(run: &RecordedRun) -> usize {
    run.series.iter().map(|series| series.values.len()).sum()
}

/// Puts `runs` into the store, all or none; those that are there stay as they are.
async fn put_runs(
    store: &Store,
    eid: i64,
    runs: Vec<RecordedRun>,
    whole: &Whole,
    artifacts: PathBuf,
) -> Result<Filled, FillError> {
    let new = store.read(move |db| {
        let is_new = |run: &RecordedRun| match runs::find(db, &run.id.to_string()) {
            Ok(_) => Ok(false),
            Err(StoreError::NotFound(_)) => Ok(true),
            Err(error) => Err(error),
        };
        runs.into_iter().filter_map(|run| is_new(&run).map(|new| new.then_some(run)).transpose()).collect()
    });
    let runs: Vec<RecordedRun> = new.await?;
    let (later, contents) = (whole.later_millis, whole.contents.clone());
    let written = tokio::task::spawn_blocking(move || {
        for run in &runs {
            let folder = artifacts.join(run.id.to_string());
            write_files(&folder.join("artifacts"), &run.files, &contents, later)?;
        }
        Ok::<_, FillError>(runs)
    });
    let runs = written.await.map_err(|_| StoreError::Bug)??;
    let filled = Filled { runs: runs.len(), points: runs.iter().map(points_of).sum() };
    store.write(move |tx| runs.iter().try_for_each(|run| write_run(tx, eid, run, later))).await?;
    Ok(filled)
}

fn write_run(tx: &mut WriteTx, eid: i64, run: &RecordedRun, later: i64) -> Result<(), StoreError> {
    let new = NewRun {
        eid,
        name: Some(run.name.clone()),
        user: run.tags.get("mlflow.user").cloned().unwrap_or_default(),
        start_millis: Some(run.start_millis + later),
        tags: run.tags.clone().into_iter().collect(),
    };
    let key = runs::create(tx, run.id, &new)?;
    let params: Vec<_> = run.params.clone().into_iter().collect();
    values::log_params(tx, key, &params)?;
    for series in &run.series {
        append(tx, key, series, later)?;
    }
    let end = RunUpdate { status: Some(run.status), end_millis: run.end_millis.map(|end| end + later), name: None };
    runs::update(tx, &run.id.to_string(), &end)?;
    Ok(())
}

/// Appends `series` to the run `key`, its times `later` milliseconds later.
fn append(tx: &mut WriteTx, key: RunKey, series: &RecordedSeries, later: i64) -> Result<(), StoreError> {
    let mut batch = Vec::with_capacity(BATCH.min(series.values.len()));
    for from in (0..series.values.len()).step_by(BATCH) {
        batch.clear();
        batch.extend((from..series.values.len().min(from + BATCH)).map(|at| MetricPoint {
            metric: &series.metric,
            value: series.values[at],
            step: series.steps[at],
            time_millis: series.times[at] + later,
        }));
        metrics::append(tx, key, &batch)?;
    }
    Ok(())
}

fn write_files(folder: &Path, files: &[(String, usize)], contents: &[Vec<u8>], later: i64) -> Result<(), FillError> {
    for (path, content) in files {
        let path = folder.join(with_later_stamp(path, later));
        let parent = path.parent().expect("the path has the folder before it");
        let written = std::fs::create_dir_all(parent).and_then(|()| std::fs::write(&path, &contents[*content]));
        written.map_err(|source| FillError::File { path, source })?;
    }
    Ok(())
}

/// `path` with the time that MLflow's names of logged images carry moved `later` milliseconds.
fn with_later_stamp(path: &str, later: i64) -> String {
    const STAMP: &str = "+timestamp+";
    let moved = path.split_once(STAMP).and_then(|(before, rest)| {
        let (stamp, after) = rest.split_once('+')?;
        let stamp: i64 = stamp.parse().ok()?;
        Some(format!("{before}{STAMP}{}+{after}", stamp + later))
    });
    moved.unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_time_in_a_name_moves() {
        for (path, moved) in [
            ("report.txt", "report.txt"),
            ("images/a~b+step+3+timestamp+1000+u-1.png", "images/a~b+step+3+timestamp+1500+u-1.png"),
            ("images/odd+timestamp+x+u.png", "images/odd+timestamp+x+u.png"),
            ("images/odd+timestamp+12", "images/odd+timestamp+12"),
        ] {
            assert_eq!(with_later_stamp(path, 500), moved);
        }
    }

    #[tokio::test]
    async fn a_demo_is_filled_once_and_a_cut_fill_is_finished() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let artifacts = folder.path().join("artifacts");
        let recording = Recording::read(EMBEDDED[1].bytes).unwrap();
        let whole = Whole {
            experiment: recording.experiment.clone(),
            tags: Vec::new(),
            later_millis: 1_000,
            contents: Arc::new(recording.contents.clone()),
        };
        let (eid, first) = put(&store, &artifacts, &whole, recording.runs[..3].to_vec()).await.unwrap();
        assert_eq!(first.runs, 3);
        let (again, rest) = put(&store, &artifacts, &whole, recording.runs.clone()).await.unwrap();
        assert_eq!(rest.runs, recording.runs.len() - 3);
        assert_eq!(first.points + rest.points, recording.points());
        assert_eq!(again, eid);
        assert!(!is_filled(&store, EMBEDDED[1].experiment).await.unwrap());
        mark_filled(&store, eid).await.unwrap();
        assert!(is_filled(&store, EMBEDDED[1].experiment).await.unwrap());

        let run = &recording.runs[0];
        let history = store.history(metrics::rid_of(run.id), &run.series[0].metric).await.unwrap();
        assert!(history.iter().map(|point| point.value).eq(run.series[0].values.iter().copied()));
        assert!(history.iter().map(|point| point.time_millis - 1_000).eq(run.series[0].times.iter().copied()));
        let sound = run.files.iter().find(|(path, _)| path.ends_with(".wav")).unwrap();
        let path = artifacts
            .join(eid.to_string())
            .join(run.id.to_string())
            .join("artifacts")
            .join(with_later_stamp(&sound.0, 1_000));
        assert_eq!(std::fs::read(path).unwrap(), recording.contents[sound.1]);
    }
}
