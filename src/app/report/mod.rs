//! Reports in the browser.
//!
//! - [`editor`]: the draft that is being written: changes and undo; [`save`]: saving it; [`select`]: several blocks at once
//! - [`marks`]: what typing makes of a block: Markdown shortcuts
//! - [`read`]: a report to be read: a document, its HTML, and where its data comes from
//! - [`write`]: the draft, block by block; [`words`], [`field`], [`field_keys`]: one of words, and its keys
//! - [`insert`], [`put`]: what the menu behind `/` offers, and what it does
//! - [`grid`], [`grid_head`], [`grid_panel`]: panels over run sets; [`grid_edit`]: which ones
//! - [`runs`]: runs as a table; [`runs_edit`]: which ones; [`set_rows`]: run sets to be chosen
//! - [`live`]: what tells live grids and tables of growth
//! - [`comments`], [`comments_pane`]: what people say; [`history`], [`diff`]: what a report was; [`publish`]: what it becomes
//! - [`conflict`]: where two people disagree
//! - [`add`]: puts a panel of a workspace into a report
//! - [`templates`]: what a new report begins with

pub mod add;
pub mod comments;
pub mod comments_pane;
pub mod conflict;
mod diff;
pub mod editor;
mod field;
mod field_keys;
pub mod grid;
pub mod grid_edit;
mod grid_head;
mod grid_panel;
pub mod history;
pub mod insert;
pub mod live;
pub mod marks;
pub mod publish;
mod put;
pub mod read;
pub mod runs;
pub mod runs_edit;
mod save;
mod select;
mod set_rows;
pub mod templates;
mod words;
pub mod write;
