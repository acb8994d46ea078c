//! Why the store refuses or fails.

use std::path::PathBuf;

/// Why the store refused or failed. A variant for each thing a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Something named does not exist; the text says what, for the user.
    #[error("{0}")]
    NotFound(String),
    /// The request cannot be done as it stands; the text says why, for the user.
    #[error("{0}")]
    Invalid(String),
    /// Something with this name is there already; the text says what, for the user.
    #[error("{0}")]
    Exists(String),
    /// Something is in a state that does not allow this; the text says what, for the user.
    #[error("{0}")]
    WrongState(String),
    /// The request breaks a rule of the stored data; the text says which, for the user.
    #[error("{0}")]
    Conflict(String),
    /// The disk is full: nothing of the change was kept.
    #[error("the disk is full, so nothing was stored")]
    Full,
    /// The writer has stopped, because the server is shutting down.
    #[error("the server is shutting down")]
    Stopped,
    /// The store was made by a newer program.
    #[error("the store has schema version {found}, and this program knows {known}: use a newer throughline")]
    Newer {
        /// The version found.
        found: usize,
        /// The newest version this program knows.
        known: usize,
    },
    /// The data folder cannot be used.
    #[error("cannot use the folder {path}: {source}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A stored blob is damaged.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
    /// A bug of ours stopped the change; nothing of it was kept.
    #[error("a bug stopped this change, and nothing of it was kept")]
    Bug,
    /// Another change in the same commit failed, so this one was undone with it.
    #[error("the commit failed, so nothing was stored: {0}")]
    Undone(String),
    /// SQLite failed.
    #[error("the database failed: {0}")]
    Sqlite(#[source] rusqlite::Error),
}

impl StoreError {
    /// This error for another caller whose change went down with it.
    pub(super) fn again(&self) -> StoreError {
        match self {
            StoreError::Full => StoreError::Full,
            StoreError::Stopped => StoreError::Stopped,
            other => StoreError::Undone(other.to_string()),
        }
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DiskFull) => StoreError::Full,
            _ => StoreError::Sqlite(error),
        }
    }
}
