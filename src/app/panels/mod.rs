//! One file a panel kind, the board that holds them, and the controls they share.

pub mod board;
mod legend;
pub mod line;
mod line_actions;
mod line_canvas;
mod line_data;
mod line_foot;
mod line_hand;
mod line_plot;
pub mod parallel;
mod parallel_axes;
mod parallel_canvas;
mod parallel_hand;
mod parallel_tools;
pub mod settings;
mod smoothing;
pub mod toolbar;
mod tooltip;
