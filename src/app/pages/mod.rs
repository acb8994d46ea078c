//! One file a route.

pub mod artifacts;
pub mod experiments;
pub mod missing;
pub mod run;
mod run_list;
pub mod workspace;
