//! Reports in the browser.
//!
//! - [`editor`]: the draft that is being written: changes, undo, saving, conflicts
//! - [`marks`]: what typing makes of a block: Markdown shortcuts
//! - [`read`]: a report to be read: a document, its HTML, and where its data comes from
//! - [`write`]: the draft, block by block; [`words`], [`field`], [`field_keys`]: one of words, and its keys
//! - [`insert`], [`put`]: what the menu behind `/` offers, and what it does
//! - [`grid`]: panels over run sets; [`grid_edit`]: which ones; [`runs`]: runs as a table
//! - [`comments`], [`history`], [`conflict`]: what people say, what a report was, and where two people disagree
//! - [`add`]: puts a panel of a workspace into a report
//! - [`templates`]: what a new report begins with

pub mod add;
pub mod comments;
pub mod conflict;
pub mod editor;
mod field;
mod field_keys;
pub mod grid;
pub mod grid_edit;
pub mod history;
pub mod insert;
pub mod marks;
mod put;
pub mod read;
pub mod runs;
pub mod templates;
mod words;
pub mod write;
