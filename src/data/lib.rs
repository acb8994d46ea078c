//! The field's words as plain values, and pure calculations on them.
//!
//! Nothing here knows a clock, a file, a network or a pixel, so the server and the app share it.
//!
//! - [`run`]: a run, its params, tags and latest metrics
//! - [`actions`]: what can be done to many runs at once
//! - [`brush`]: which runs a brush lets through
//! - [`calendar`]: days and dates
//! - [`column`]: a column over runs, for tables, axes, brushes and groups
//! - [`compare`]: runs side by side, and [`diff`] of their texts
//! - [`series`]: points of one metric, and the JSON form of values that JSON cannot hold
//! - [`pauses`]: time without the pauses in it
//! - [`thin`]: fewer points with every extreme kept
//! - [`smooth`]: smoothed copies of a series, with [`rolling`] windows
//! - [`expression`]: what a line panel draws that nobody logged
//! - [`group`]: runs drawn as one: what of them is drawn
//! - [`groups`]: runs of a run set in groups, with what their numbers say together
//! - [`importance`]: which params a metric depends on
//! - [`summary`]: the least, greatest and best of a metric, and which way is better
//! - [`export`]: run sets as files, and [`csv`]: the cells of such
//! - [`frame`]: what a panel asks for and gets, and its binary form
//! - [`query`]: the search language for runs
//! - [`pattern`]: regular expressions over names
//! - [`template`]: what lines are called
//! - [`report`]: text, pictures and panels, as a document
//! - [`share`]: what a share link opens, and who may frame it
//! - [`view`]: what is on the screen, as a document

pub mod actions;
pub mod brush;
pub mod calendar;
pub mod column;
pub mod compare;
pub mod csv;
pub mod diff;
pub mod export;
pub mod expression;
pub mod frame;
pub mod group;
pub mod groups;
pub mod importance;
pub mod pattern;
pub mod pauses;
pub mod query;
pub mod report;
pub mod rolling;
pub mod run;
pub mod series;
pub mod share;
pub mod smooth;
pub mod summary;
pub mod template;
pub mod thin;
pub mod view;
