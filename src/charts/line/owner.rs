//! Whose line it is.

use data::run::RunId;

/// Whose line it is: one run's, or that of a group of runs. All lines of one owner are raised together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Owner {
    /// One run.
    Run(RunId),
    /// All runs of a group, by the group's index in what the caller shows.
    Group(u32),
}

impl From<RunId> for Owner {
    fn from(run: RunId) -> Owner {
        Owner::Run(run)
    }
}

impl Owner {
    /// The run, if it is one.
    pub fn run(self) -> Option<RunId> {
        match self {
            Owner::Run(run) => Some(run),
            Owner::Group(_) => None,
        }
    }
}
