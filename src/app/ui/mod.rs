//! Parts that know nothing of runs: they take finished values and give back what the hand did.
//!
//! - [`canvas`]: a plotters backend for the browser's canvas, and pixels put on one
//! - [`crash`]: what a person sees when the app breaks
//! - [`dialog`], [`icon`], [`menu`], [`segments`], [`split`]: controls
//! - [`format`]: numbers and times as text
//! - [`later`]: parts of the app that load when they are looked for
//! - [`copy`]: text for the clipboard
//! - [`list`]: a list of any length that draws only its visible rows
//! - [`observe`]: an element's size, and whether it is in sight
//! - [`print`]: pages that are drawn whole before they are printed
//! - [`save`]: files handed to the person
//! - [`search`]: a field that a list is searched by
//! - [`suggest`]: a text field with proposals
//! - [`theme`]: light and dark
//! - [`window`]: the part of a long list that is drawn

pub mod canvas;
pub mod copy;
pub mod crash;
pub mod dialog;
pub mod format;
pub mod icon;
pub mod later;
pub mod list;
pub mod menu;
pub mod observe;
pub mod print;
pub mod save;
pub mod search;
pub mod segments;
pub mod split;
pub mod suggest;
pub mod theme;
pub mod window;
