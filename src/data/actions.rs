//! What can be done to many runs at once.

use crate::{frame::RunSet, run::RunId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Something done to each run of a run set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum RunAction {
    /// Sets and removes tags; a tag that is not there may be removed too.
    Tag {
        /// Tags to set, by name.
        #[serde(default)]
        set: BTreeMap<String, String>,
        /// Names of tags to remove.
        #[serde(default)]
        remove: Vec<String>,
    },
    /// Gives a name. `{name}` in it stands for the name that the run has, and `{n}` for its place, from 1.
    Rename {
        /// The name.
        to: String,
    },
    /// Puts into the trash; runs that lie there stay.
    Delete,
    /// Takes out of the trash.
    Restore,
    /// Moves to another experiment, by its id.
    Move {
        /// The experiment's id.
        experiment: String,
    },
}

/// `POST /api/runs/actions`: does something to all runs of a run set, or to none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActionRequest {
    /// The runs.
    pub run_set: RunSet,
    /// What to do.
    pub action: RunAction,
}

/// The answer to [`ActionRequest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActionDone {
    /// How many runs it was done to.
    pub runs: u64,
}

/// `POST /api/runs/purge`: removes runs that lie in the trash for good, and their artifacts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurgeRequest {
    /// The runs, each by its whole id. All must lie in the trash.
    pub runs: Vec<RunId>,
}

/// The answer to [`PurgeRequest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purged {
    /// How many runs are gone.
    pub runs: u64,
    /// How many bytes of artifacts went with them.
    pub artifact_bytes: u64,
}
