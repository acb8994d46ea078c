//! Moving what is in the write-ahead log into the database, beside the writer.
//!
//! SQLite would do it inside a commit, and the commit's callers would wait for the disk twice. A thread
//! does it instead while the writer goes on. The log can begin anew only once all of it has been moved,
//! which never happens while the writer adds to it; so when the log is long the writer moves the little
//! that is left by itself.

use super::StoreError;
use rusqlite::{Connection, Row};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

/// How often the thread looks.
const PERIOD: Duration = Duration::from_millis(500);
/// Pages in the log from which the writer lends a hand: 64 MiB.
const LONG: i64 = 8192;

/// How long the log is.
#[derive(Debug, Default)]
pub(super) struct Log {
    pages: AtomicI64,
}

impl Log {
    /// Moves what is left if the log is long. For the writer's thread, between two transactions.
    pub(super) fn finish_if_long(&self, writer: &Connection) {
        if self.pages.load(Ordering::Relaxed) > LONG {
            self.move_on(writer);
        }
    }

    /// Moves what can be moved without making anybody wait.
    fn move_on(&self, db: &Connection) {
        let pages = |row: &Row| Ok((row.get::<_, i64>(1)?, row.get::<_, i64>(2)?));
        let moved = db.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], pages);
        match moved {
            // Once all of it was moved, the next commit begins the log anew.
            Ok((pages, moved)) => self.pages.store(if pages == moved { 0 } else { pages }, Ordering::Relaxed),
            Err(error) => tracing::warn!(%error, "the log could not be moved, and will be tried again"),
        }
    }
}

/// The thread; stops when dropped.
pub(super) struct Checkpointer {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Checkpointer {
    /// Starts the thread on a connection of its own. It looks only if `version` has moved.
    pub(super) fn start(
        db: Connection,
        log: Arc<Log>,
        version: impl Fn() -> u64 + Send + 'static,
    ) -> Result<Checkpointer, StoreError> {
        let (stop, stopped) = mpsc::channel();
        let work = move || {
            let mut seen = 0;
            while let Err(mpsc::RecvTimeoutError::Timeout) = stopped.recv_timeout(PERIOD) {
                let now = version();
                if now != seen {
                    log.move_on(&db);
                    seen = now;
                }
            }
        };
        let thread = std::thread::Builder::new().name("store-checkpoint".to_owned()).spawn(work);
        Ok(Checkpointer { stop: Some(stop), thread: Some(thread.map_err(|_| StoreError::Stopped)?) })
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
