//! The companion server: the API, the store, and the app that the browser loads.

pub mod store;
