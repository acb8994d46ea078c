//! The companion server: the API, the store, and the app that the browser loads.
//!
//! - [`artifacts`]: files that runs log
//! - [`config`]: what the command line and the environment say
//! - [`demo`]: recorded and synthetic experiments
//! - [`export`]: run sets as files
//! - [`http`]: the routes; MLflow's protocol and our own API
//! - [`live`]: who watches an experiment hears that it changed
//! - [`remote`]: commands that ask a running server, or its routes on a folder
//! - [`render`]: pictures without a browser
//! - [`share`]: links that show a part to who holds them
//! - [`store`]: what is kept, and how it is asked

pub mod artifacts;
pub mod config;
pub mod demo;
pub mod export;
pub mod http;
pub mod live;
pub mod remote;
pub mod render;
pub mod report;
pub mod share;
pub mod store;
