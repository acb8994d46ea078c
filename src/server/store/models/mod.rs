//! Models: those that runs log, and the registry that gives them names and versions.
//!
//! - [`logged`]: models that runs log
//! - [`registry`]: registered models, their tags and aliases
//! - [`versions`]: versions of registered models
//! - [`search`]: finding any of these

pub mod logged;
pub mod registry;
pub mod search;
pub mod versions;
