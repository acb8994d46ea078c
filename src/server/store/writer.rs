//! The one thread that changes the store, with group commit.
//!
//! Changes wait in a queue. The thread takes all that wait, runs each in a savepoint of one
//! transaction, commits once, and only then answers them all: many requests share one durable
//! commit, and a request that fails undoes only itself.

use super::StoreError;
use data::run::RunId;
use rusqlite::Connection;
use std::{collections::BTreeSet, sync::mpsc, thread::JoinHandle};
use tokio::sync::oneshot;

/// How many changes one commit takes at most, so that none waits long for its neighbours.
const GROUP: usize = 512;
/// How many changes may wait; more make their callers wait.
const QUEUE: usize = 4096;

/// What a change did that others must hear of once it is durable.
#[derive(Debug, Default)]
pub struct Changes {
    /// Runs made or changed in what a run row says, with their experiments.
    pub runs: BTreeSet<(i64, RunId)>,
}

impl Changes {
    fn append(&mut self, mut other: Changes) {
        self.runs.append(&mut other.runs);
    }
}

/// A change in the making: the database inside a transaction, and what to tell afterwards.
pub struct WriteTx<'a> {
    /// The database, inside a savepoint of this change.
    pub db: &'a Connection,
    /// What to tell once durable.
    pub changes: Changes,
}

/// A change that waits: runs in a savepoint, and gives back what answers the caller.
type Job = Box<dyn FnOnce(&Connection, &mut Changes) -> Answer + Send>;
/// Tells the caller how it ended; given the commit's failure, if it failed.
type Answer = Box<dyn FnOnce(Option<&str>) + Send>;

pub(super) struct Writer {
    jobs: Option<mpsc::SyncSender<Job>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    pub(super) fn start(db: Connection) -> Result<Writer, StoreError> {
        let (jobs, waiting) = mpsc::sync_channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || write_until_closed(db, waiting))
            .map_err(|_| StoreError::Stopped)?;
        Ok(Writer { jobs: Some(jobs), thread: Some(thread) })
    }

    pub(super) async fn run<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut WriteTx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |db, changes| {
            let result = in_savepoint(db, changes, change);
            Box::new(move |commit_failure| {
                let result = match (result, commit_failure) {
                    (Ok(_), Some(failure)) => Err(StoreError::Damaged(failure.to_owned())),
                    (result, _) => result,
                };
                // The caller may have gone; its change is kept all the same.
                let _ = answer.send(result);
            })
        });
        let jobs = self.jobs.clone().ok_or(StoreError::Stopped)?;
        let sent = match jobs.try_send(job) {
            Ok(()) => true,
            Err(mpsc::TrySendError::Disconnected(_)) => false,
            // The queue is full: wait for room where waiting is allowed.
            Err(mpsc::TrySendError::Full(job)) => {
                tokio::task::spawn_blocking(move || jobs.send(job).is_ok()).await.unwrap_or(false)
            }
        };
        if !sent {
            return Err(StoreError::Stopped);
        }
        answered.await.map_err(|_| StoreError::Stopped)?
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

fn in_savepoint<T>(
    db: &Connection,
    changes: &mut Changes,
    change: impl FnOnce(&mut WriteTx) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    db.execute_batch("SAVEPOINT change")?;
    let mut tx = WriteTx { db, changes: Changes::default() };
    match change(&mut tx) {
        Ok(done) => {
            let WriteTx { changes: made, .. } = tx;
            db.execute_batch("RELEASE change")?;
            changes.append(made);
            Ok(done)
        }
        Err(error) => {
            db.execute_batch("ROLLBACK TO change; RELEASE change")?;
            Err(error)
        }
    }
}

fn write_until_closed(db: Connection, waiting: mpsc::Receiver<Job>) {
    while let Ok(first) = waiting.recv() {
        let jobs = std::iter::once(first).chain(waiting.try_iter().take(GROUP - 1));
        if let Err(error) = db.execute_batch("BEGIN IMMEDIATE") {
            tracing::error!(%error, "cannot begin a transaction");
        }
        let mut changes = Changes::default();
        let answers: Vec<Answer> = jobs.map(|job| job(&db, &mut changes)).collect();
        let failure = db.execute_batch("COMMIT").err().map(|error| error.to_string());
        if let Some(error) = &failure {
            tracing::error!(error, "the commit failed");
            let _ = db.execute_batch("ROLLBACK");
        }
        for answer in answers {
            answer(failure.as_deref());
        }
    }
}
