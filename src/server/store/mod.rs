//! The store: SQLite, one writer with group commit, many readers. Knows no HTTP.
//!
//! - [`writer`]: the thread that makes every change, and shares one durable commit among many
//! - [`checkpoint`]: the write-ahead log moves into the database, beside the writer
//! - [`keys`]: names of metrics, params and tags, each stored once
//! - [`metrics`]: metric points, from a durable tail to compressed chunks
//! - [`catalog`]: experiments as rows, and the metrics of an experiment
//! - [`frames`]: what one panel needs to be drawn at one width
//! - [`experiments`], [`runs`], [`values`], [`datasets`], [`links`]: what runs are and say
//! - [`actions`]: what people do to many runs at once
//! - [`rows`]: runs in bulk with all that a row says
//! - [`run_sets`]: runs by filter, in order and in groups, over columns in memory
//! - [`search`]: runs and experiments by filter and order, in SQL
//! - [`shares`]: share links, and what frozen ones keep
//! - [`models`]: logged models and the registry
//! - [`reports`]: reports with their versions, comments and files
//! - [`names`]: names for runs that came without one
//! - [`error`]: why the store refuses
//!
//! A change runs as a closure on the writer thread: `store.write(|tx| runs::create(tx, …))`. It is
//! kept whole or not at all, and the call answers after the commit is durable.

pub mod actions;
pub mod catalog;
mod checkpoint;
pub mod clock;
pub mod datasets;
mod error;
pub mod experiments;
mod frames;
pub mod keys;
pub mod links;
pub mod metrics;
pub mod models;
mod names;
pub mod reports;
pub mod rows;
pub mod run_sets;
pub mod runs;
pub mod search;
pub mod shares;
pub mod values;
pub mod views;
mod writer;

pub use error::StoreError;
pub use metrics::RunKey;
pub use writer::{Changes, Commit, Grown, WriteTx};

use rusqlite::{Connection, OpenFlags, config::DbConfig};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tokio::sync::Semaphore;

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first.sql"),
    include_str!("migrations/0002_models.sql"),
    include_str!("migrations/0003_views.sql"),
    include_str!("migrations/0004_reports.sql"),
    include_str!("migrations/0005_shares.sql"),
    include_str!("migrations/0006_summaries.sql"),
    include_str!("migrations/0007_report_orphans.sql"),
];

/// The migration that adds least and greatest values, of which the program finds those in the tail.
const SUMMARIES: usize = 6;

/// How many questions are read at a time; more wait.
const READING: usize = 16;
/// How many frames are calculated from raw points at a time; more wait.
const COMPUTING: usize = 2;

/// The store. Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    // Dropped in this order: the writer last, so that it closes the database whole.
    readers: Mutex<Vec<Connection>>,
    _compactor: Option<metrics::Compactor>,
    _checkpointer: checkpoint::Checkpointer,
    writer: writer::Writer,
    heads: Arc<metrics::Heads>,
    tables: run_sets::Tables,
    /// Leave to read, for so many at a time: more would only wait for each other's memory and disk.
    reading: Arc<Semaphore>,
    /// Leave to calculate frames from raw points, for so many at a time: each may hold millions of them.
    computing: Arc<Semaphore>,
}

impl Store {
    /// Opens the store in the folder `dir`, making both if they do not exist.
    pub fn open(dir: &Path) -> Result<Store, StoreError> {
        std::fs::create_dir_all(dir).map_err(|source| StoreError::Folder { path: dir.to_owned(), source })?;
        Store::open_at(dir.join("throughline.db"), true)
    }

    /// Opens the store that is in the folder `dir` to read it, also while a server serves it: nothing is moved about.
    pub fn open_to_read(dir: &Path) -> Result<Store, StoreError> {
        let path = dir.join("throughline.db");
        match path.is_file() {
            true => Store::open_at(path, false),
            false => Err(StoreError::NotFound(format!("there is no store in {}", dir.display()))),
        }
    }

    fn open_at(path: PathBuf, compacting: bool) -> Result<Store, StoreError> {
        let mut db = Connection::open(&path)?;
        db.execute_batch(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
             PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384; PRAGMA busy_timeout = 5000;",
        )?;
        search::regex::register(&db)?;
        keep_plans(&db)?;
        migrate(&mut db)?;
        let heads = Arc::new(metrics::replay(&db)?);
        let log = Arc::new(checkpoint::Log::default());
        let tables = run_sets::Tables::default();
        let told = writer::Told { log: log.clone(), marks: tables.marks.clone() };
        let writer = writer::Writer::start(db, heads.clone(), told, first_version())?;
        let mover = Connection::open(&path)?;
        prepare_to_write(&mover)?;
        let checkpointer = checkpoint::Checkpointer::start(mover, log, writer.watch_version())?;
        let start = || metrics::Compactor::start(open_reader(&path)?, heads.clone(), writer.jobs().clone());
        let compactor = compacting.then(start).transpose()?;
        let inner = Inner {
            path,
            readers: Mutex::default(),
            _compactor: compactor,
            _checkpointer: checkpointer,
            writer,
            heads,
            tables,
            reading: Arc::new(Semaphore::new(READING)),
            computing: Arc::new(Semaphore::new(COMPUTING)),
        };
        Ok(Store { inner: Arc::new(inner) })
    }

    /// The version of the latest durable commit. Rises with each commit, also over restarts.
    pub fn version(&self) -> u64 {
        self.inner.writer.version()
    }

    /// The version at which something last changed in the experiment `eid`, 0 if not since the start.
    pub fn version_of(&self, eid: i64) -> u64 {
        self.inner.writer.version_of(eid)
    }

    /// Bytes of memory that points take which are in no chunk yet, about.
    pub fn heads_bytes(&self) -> u64 {
        self.heads().bytes() as u64
    }

    /// Hears of every commit that changed what people see, from now on.
    pub fn listen(&self) -> tokio::sync::broadcast::Receiver<Arc<Commit>> {
        self.inner.writer.listen()
    }

    /// Runs `change` on the writer thread and answers once it is durable.
    ///
    /// An error undoes all that `change` did and nothing else. Waits in line with other changes.
    pub async fn write<T: Send + 'static>(
        &self,
        change: impl FnOnce(&mut WriteTx) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.jobs().run(change).await
    }

    /// Runs `question` on a reading connection, in a snapshot, on a thread where blocking is fine.
    pub async fn read<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.read_unlocked(move |db| {
            let tx = db.unchecked_transaction()?;
            let answer = question(&tx);
            tx.finish()?;
            answer
        })
        .await
    }

    /// Runs `question` on a reading connection where each statement sees a snapshot of its own.
    async fn read_unlocked<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        // The leave goes along, because a question that nobody waits for any more still reads.
        let leave = self.inner.reading.clone().acquire_owned().await.map_err(|_| StoreError::Stopped)?;
        let joined = tokio::task::spawn_blocking(move || {
            let _leave = leave;
            let db = store.reader()?;
            let answer = question(&db);
            store.give_back(db);
            answer
        });
        joined.await.map_err(|error| if error.is_panic() { StoreError::Bug } else { StoreError::Stopped })?
    }

    fn jobs(&self) -> &writer::Jobs {
        self.inner.writer.jobs()
    }

    fn heads(&self) -> &Arc<metrics::Heads> {
        &self.inner.heads
    }

    fn tables(&self) -> &run_sets::Tables {
        &self.inner.tables
    }

    fn give_back(&self, reader: Connection) {
        let mut readers = self.inner.readers.lock().expect("no panic while held");
        if readers.len() < READING {
            readers.push(reader);
        }
    }

    /// A reading connection in a transaction of its own, which its first statement opens.
    fn snapshot(&self) -> Result<Snapshot, StoreError> {
        let db = self.reader()?;
        db.execute_batch("BEGIN")?;
        Ok(Snapshot { store: self.clone(), db: Some(db) })
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        if let Some(db) = self.inner.readers.lock().expect("no panic while held").pop() {
            return Ok(db);
        }
        open_reader(&self.inner.path)
    }
}

/// A snapshot that can go to another thread. Ends, and gives its connection back, when dropped.
struct Snapshot {
    store: Store,
    db: Option<Connection>,
}

impl std::ops::Deref for Snapshot {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.db.as_ref().expect("there until dropped")
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Some(db) = self.db.take()
            && db.execute_batch("COMMIT").is_ok()
        {
            self.store.give_back(db);
        }
    }
}

/// A new reading connection.
fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    db.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA mmap_size = 1073741824; PRAGMA cache_size = -2048;")?;
    search::regex::register(&db)?;
    keep_plans(&db)?;
    Ok(db)
}

/// Keeps prepared statements, and their plans: without the guarantee SQLite plans a statement again each time that values
/// are bound to it, as soon as one value in the world could suggest another plan, and that takes longer than a look-up.
fn keep_plans(db: &Connection) -> Result<(), StoreError> {
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// Sets up a connection that changes the database file.
fn prepare_to_write(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = -16384;
         PRAGMA busy_timeout = 5000;",
    )?;
    keep_plans(db)
}

/// Where the version begins: microseconds since 1970, more than a former start can have counted to,
/// because no store makes a commit every microsecond.
fn first_version() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    now.as_micros() as u64
}

/// Brings the schema up, one version at a time. A store of a newer program is refused.
fn migrate(db: &mut Connection) -> Result<(), StoreError> {
    let found: u32 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let found = found as usize;
    if found > MIGRATIONS.len() {
        return Err(StoreError::Newer { found, known: MIGRATIONS.len() });
    }
    for (at, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let tx = db.transaction()?;
        tx.execute_batch(sql)?;
        if at + 1 == SUMMARIES {
            metrics::sum_up_tail(&tx)?;
        }
        tx.pragma_update(None, "user_version", at as u32 + 1)?;
        tx.commit()?;
    }
    Ok(())
}
