//! The one thread that changes the store, with group commit.
//!
//! Changes wait in a queue. The thread takes all that wait, runs each in a savepoint of one
//! transaction, commits once, shows readers what was appended, and only then answers them all: many
//! requests share one durable commit, and a request that fails or panics undoes only itself.

use super::{
    StoreError,
    checkpoint::Log,
    keys::Keys,
    metrics::{self, Heads, Staged},
    run_sets::Marks,
};
use data::run::RunId;
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread::JoinHandle,
};
use tokio::sync::{broadcast, oneshot};

/// How many changes one commit takes at most, so that none waits long for its neighbours.
const GROUP: usize = 512;
/// How many changes may wait; more make their callers wait.
const QUEUE: usize = 4096;
/// How many commits a listener may be behind before it misses some.
const COMMITS_KEPT: usize = 1024;

/// What a change did that others must hear of once it is durable.
#[derive(Debug, Default, Clone)]
pub struct Changes {
    /// Runs made or changed in what a run row says, with their experiments.
    pub runs: BTreeSet<(i64, RunId)>,
    /// Series that grew, by experiment.
    pub grew: BTreeMap<i64, Grown>,
}

/// Which series of one experiment grew: any of these metrics in any of these runs.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Grown {
    /// The runs.
    pub runs: BTreeSet<RunId>,
    /// The metrics.
    pub metrics: BTreeSet<Arc<str>>,
}

impl Changes {
    /// Takes in what `other` did as well.
    pub fn append(&mut self, mut other: Changes) {
        self.runs.append(&mut other.runs);
        for (eid, mut grown) in other.grew {
            let mine = self.grew.entry(eid).or_default();
            mine.runs.append(&mut grown.runs);
            mine.metrics.append(&mut grown.metrics);
        }
    }

    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty() && self.grew.is_empty()
    }
}

/// A durable commit: the store's version after it, and what it did.
#[derive(Debug, Clone)]
pub struct Commit {
    /// The version of the store that shows this commit; rises with each.
    pub version: u64,
    /// What it did.
    pub changes: Changes,
}

/// A change in the making: the database inside a transaction, and what to tell afterwards.
pub struct WriteTx<'a> {
    /// The database, inside a savepoint of this change.
    pub db: &'a Connection,
    /// What to tell once durable.
    pub changes: Changes,
    pub(super) keys: &'a mut Keys,
    pub(super) heads: &'a Heads,
    pub(super) staged: Staged,
}

/// A change that waits: runs in a savepoint, or not at all where there is no transaction, and gives
/// back what answers the caller.
type Job = Box<dyn FnOnce(Option<(&Connection, &mut Group)>) -> Answer + Send>;
/// Tells the caller how it ended; given the commit's failure, if it failed.
type Answer = Box<dyn FnOnce(Option<&StoreError>) + Send>;

/// What the changes of one transaction leave for after its commit.
struct Group {
    changes: Changes,
    staged: Staged,
    keys: Keys,
    heads: Arc<Heads>,
    /// Why the database gave up the whole transaction, if it did.
    broken: Option<StoreError>,
}

impl Group {
    fn new(heads: Arc<Heads>) -> Group {
        let (changes, staged, keys) = Default::default();
        Group { changes, staged, keys, heads, broken: None }
    }

    /// Ends a savepoint. Where that fails nobody knows what it left, so the whole transaction must go.
    fn keep_or_break(&mut self, db: &Connection, sql: &str) -> Result<(), StoreError> {
        db.execute_batch(sql).map_err(|error| {
            let error = StoreError::from(error);
            self.broken = Some(error.again());
            error
        })
    }
}

/// Where changes are handed to the writer's thread.
#[derive(Clone)]
pub(super) struct Jobs(mpsc::SyncSender<Job>);

impl Jobs {
    /// Runs `change`, and answers once it is durable.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut WriteTx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answered) = job_of(change);
        let sent = match self.0.try_send(job) {
            Ok(()) => true,
            Err(mpsc::TrySendError::Disconnected(_)) => false,
            // The queue is full: wait for room where waiting is allowed.
            Err(mpsc::TrySendError::Full(job)) => {
                let jobs = self.0.clone();
                tokio::task::spawn_blocking(move || jobs.send(job).is_ok()).await.unwrap_or(false)
            }
        };
        if !sent {
            return Err(StoreError::Stopped);
        }
        answered.await.map_err(|_| StoreError::Stopped)?
    }

    /// As [`Jobs::run`], for a thread that may block.
    pub(super) fn run_blocking<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut WriteTx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (job, answered) = job_of(change);
        self.0.send(job).map_err(|_| StoreError::Stopped)?;
        answered.blocking_recv().map_err(|_| StoreError::Stopped)?
    }
}

/// Whom the writer tells of its commits, beside those who listen.
pub(super) struct Told {
    pub log: Arc<Log>,
    pub marks: Arc<Marks>,
}

pub(super) struct Writer {
    jobs: Option<Jobs>,
    thread: Option<JoinHandle<()>>,
    shown: Arc<Shown>,
}

/// What the writer tells of its commits.
#[derive(Debug)]
struct Shown {
    /// The version of the store.
    version: AtomicU64,
    /// The version at which something last changed in each experiment.
    by_experiment: Mutex<HashMap<i64, u64>>,
    commits: broadcast::Sender<Arc<Commit>>,
    marks: Arc<Marks>,
}

impl Writer {
    /// Starts the thread on `db`. The store's version begins at `version`.
    pub(super) fn start(db: Connection, heads: Arc<Heads>, told: Told, version: u64) -> Result<Writer, StoreError> {
        let (jobs, waiting) = mpsc::sync_channel(QUEUE);
        let (commits, _) = broadcast::channel(COMMITS_KEPT);
        let Told { log, marks } = told;
        let shown = Shown { version: AtomicU64::new(version), by_experiment: Mutex::default(), commits, marks };
        let shown = Arc::new(shown);
        let mut worker = Worker { db, group: Group::new(heads), log, shown: shown.clone() };
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || worker.work(waiting))
            .map_err(|_| StoreError::Stopped)?;
        Ok(Writer { jobs: Some(Jobs(jobs)), thread: Some(thread), shown })
    }

    /// Where to hand in changes.
    pub(super) fn jobs(&self) -> &Jobs {
        self.jobs.as_ref().expect("there until dropped")
    }

    /// The version of the latest durable commit that readers see.
    pub(super) fn version(&self) -> u64 {
        self.shown.version.load(Ordering::Acquire)
    }

    /// Tells the version, from anywhere.
    pub(super) fn watch_version(&self) -> impl Fn() -> u64 + Send + use<> {
        let shown = self.shown.clone();
        move || shown.version.load(Ordering::Acquire)
    }

    /// The version at which something last changed in the experiment, 0 if not since the start.
    pub(super) fn version_of(&self, eid: i64) -> u64 {
        self.shown.by_experiment.lock().expect("no panic while held").get(&eid).copied().unwrap_or(0)
    }

    /// Hears of every commit from now on.
    pub(super) fn listen(&self) -> broadcast::Receiver<Arc<Commit>> {
        self.shown.commits.subscribe()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn job_of<T: Send + 'static>(
    change: impl FnOnce(&mut WriteTx) -> Result<T, StoreError> + Send + 'static,
) -> (Job, oneshot::Receiver<Result<T, StoreError>>) {
    let (answer, answered) = oneshot::channel();
    let job: Job = Box::new(move |transaction| {
        let result = transaction.map(|(db, group)| in_savepoint(db, group, change));
        Box::new(move |commit_failure| {
            let result = match (result, commit_failure) {
                (Some(Ok(_)) | None, Some(failure)) => Err(failure.again()),
                (Some(result), _) => result,
                (None, None) => Err(StoreError::Stopped),
            };
            // The caller may have gone; its change is kept all the same.
            let _ = answer.send(result);
        })
    });
    (job, answered)
}

fn in_savepoint<T>(
    db: &Connection,
    group: &mut Group,
    change: impl FnOnce(&mut WriteTx) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    db.execute_batch("SAVEPOINT change")?;
    let mut tx = WriteTx {
        db,
        changes: Changes::default(),
        keys: &mut group.keys,
        heads: &group.heads,
        staged: Staged::default(),
    };
    let result = catch_unwind(AssertUnwindSafe(|| change(&mut tx))).unwrap_or_else(|_| Err(StoreError::Bug));
    let WriteTx { changes, staged, .. } = tx;
    match result {
        Ok(done) => {
            group.keep_or_break(db, "RELEASE change")?;
            group.changes.append(changes);
            group.staged.append(staged);
            Ok(done)
        }
        Err(error) => {
            group.keys.undo();
            // A full disk has undone the whole transaction already, savepoints and all.
            if db.is_autocommit() {
                group.broken = Some(error.again());
            } else {
                group.keep_or_break(db, "ROLLBACK TO change; RELEASE change")?;
            }
            Err(error)
        }
    }
}

/// What the writer's thread owns.
struct Worker {
    db: Connection,
    group: Group,
    log: Arc<Log>,
    shown: Arc<Shown>,
}

impl Worker {
    fn work(&mut self, waiting: mpsc::Receiver<Job>) {
        while let Ok(first) = waiting.recv() {
            let mut jobs: VecDeque<Job> = std::iter::once(first).chain(waiting.try_iter().take(GROUP - 1)).collect();
            while !jobs.is_empty() {
                self.commit_group(&mut jobs);
            }
            self.relieve();
            self.log.finish_if_long(&self.db);
        }
    }

    /// Compacts heads that have grown too large, before more is taken.
    fn relieve(&mut self) {
        while let Some(change) = metrics::relief(&self.group.heads) {
            let (job, mut done) = job_of(change);
            self.commit_group(&mut VecDeque::from([job]));
            if !matches!(done.try_recv(), Ok(Ok(()))) {
                return;
            }
        }
    }

    /// Runs `jobs` in one transaction, and answers those it ran. Stops early where the database has
    /// given up the transaction; the jobs that are left are for the next one.
    fn commit_group(&mut self, jobs: &mut VecDeque<Job>) {
        let mut answers: Vec<Answer> = Vec::with_capacity(jobs.len());
        let outcome = match self.db.execute_batch("BEGIN IMMEDIATE").map_err(StoreError::from) {
            Ok(()) => {
                while !self.db.is_autocommit()
                    && let Some(job) = jobs.pop_front()
                {
                    answers.push(job(Some((&self.db, &mut self.group))));
                }
                self.commit()
            }
            Err(error) => {
                answers.extend(jobs.drain(..).map(|job| job(None)));
                Err(error)
            }
        };
        if let Err(error) = &outcome {
            tracing::error!(%error, "a commit failed, and nothing of it was kept");
        }
        for answer in answers {
            answer(outcome.as_ref().err());
        }
    }

    /// Makes the open transaction durable, then shows it; or undoes it.
    fn commit(&mut self) -> Result<(), StoreError> {
        let changes = std::mem::take(&mut self.group.changes);
        let mut staged = std::mem::take(&mut self.group.staged);
        let committed = match self.group.broken.take() {
            Some(error) => Err(error),
            None => metrics::complete(&self.db, &self.group.heads, &mut staged)
                .and_then(|()| Ok(self.db.execute_batch("COMMIT")?)),
        };
        if let Err(error) = committed {
            self.group.keys.undo();
            if !self.db.is_autocommit() {
                self.db.execute_batch("ROLLBACK")?;
            }
            return Err(error);
        }
        self.group.keys.commit();
        metrics::publish(&self.group.heads, staged);
        self.shown.tell(changes);
        Ok(())
    }
}

impl Shown {
    /// Tells of a durable commit.
    fn tell(&self, changes: Changes) {
        let version = self.version.load(Ordering::Relaxed) + 1;
        self.marks.take(&changes);
        {
            let mut by_experiment = self.by_experiment.lock().expect("no panic while held");
            let eids = changes.runs.iter().map(|(eid, _)| eid).chain(changes.grew.keys());
            by_experiment.extend(eids.map(|&eid| (eid, version)));
        }
        self.version.store(version, Ordering::Release);
        if !changes.is_empty() {
            // Nobody may be listening.
            let _ = self.commits.send(Arc::new(Commit { version, changes }));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::store::{
        RunKey, Store, StoreError,
        metrics::{MetricPoint, append},
    };
    use data::run::RunId;

    const RUN: RunKey = RunKey { rid: 7, eid: 1, id: RunId(7 << 65) };

    async fn log(store: &Store, steps: std::ops::Range<i64>) -> Result<(), StoreError> {
        let change = store.write(move |tx| {
            // Noise does not compress, so the disk fills.
            let value = |step: i64| f64::from_bits((step as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 2);
            let point = |step| MetricPoint { metric: "loss", value: value(step), step, time_millis: step };
            append(tx, RUN, &steps.map(point).collect::<Vec<_>>())
        });
        change.await
    }

    /// Lets the database grow by so many pages of 8 KiB more.
    async fn leave_room(store: &Store, pages: i64) {
        let change = store.write(move |tx| {
            let used: i64 = tx.db.query_row("PRAGMA page_count", [], |row| row.get(0))?;
            tx.db.query_row(&format!("PRAGMA max_page_count = {}", used + pages), [], |_| Ok(()))?;
            Ok(())
        });
        change.await.unwrap();
    }

    #[tokio::test]
    async fn a_full_disk_refuses_loses_nothing_and_is_over_once_there_is_room() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        leave_room(&store, 100).await;
        let mut end = 0;
        let refusal = loop {
            match log(&store, end..end + 1000).await {
                Ok(()) => end += 1000,
                Err(error) => break error,
            }
        };
        assert!(matches!(refusal, StoreError::Full), "{refusal}");
        assert!(end > 0);
        // Many at once share a commit, and each hears of it.
        let together = futures_util::future::join_all((0..50).map(|_| log(&store, end..end + 1000))).await;
        assert!(together.iter().all(|answer| matches!(answer, Err(StoreError::Full))), "{together:?}");
        let steps = async |store: &Store| store.history(RUN.rid, "loss").await.unwrap().len() as i64;
        assert_eq!(steps(&store).await, end);
        leave_room(&store, 1000).await;
        log(&store, end..end + 1000).await.unwrap();
        assert_eq!(steps(&store).await, end + 1000);
        store.settle().await.unwrap();
        drop(store);
        assert_eq!(steps(&Store::open(dir.path()).unwrap()).await, end + 1000);
    }

    #[tokio::test]
    async fn a_change_whose_caller_went_away_is_kept() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path()).unwrap();
        let mut change = Box::pin(log(&store, 0..10));
        // Handed in, and then nobody waits.
        assert!(futures_util::FutureExt::now_or_never(&mut change).is_none());
        drop(change);
        log(&store, 10..20).await.unwrap();
        assert_eq!(store.history(RUN.rid, "loss").await.unwrap().len(), 20);
    }
}
