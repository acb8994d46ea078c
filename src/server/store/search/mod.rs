//! Finding runs and experiments by filter and order.
//!
//! Runs ([`search_runs`], [`count_runs`]) are found over the narrow tables and their covering indexes;
//! experiments ([`search_experiments`]) are few.

mod experiments;
pub(super) mod regex;
mod runs;
pub(super) mod sql;
#[cfg(test)]
pub(crate) mod tests;

pub use experiments::{ExperimentQuery, search_experiments};
pub use runs::{RunQuery, count_runs, search_runs};

/// Which lifecycle stages to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    /// Only what is not in the trash.
    #[default]
    Active,
    /// Only what is in the trash.
    Deleted,
    /// Both.
    All,
}

impl View {
    /// The condition on a column `deleted`.
    fn condition(self, column: &str) -> String {
        match self {
            View::Active => format!("{column} = 0"),
            View::Deleted => format!("{column} = 1"),
            View::All => "TRUE".to_owned(),
        }
    }
}
