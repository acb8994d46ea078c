//! One file a panel kind, the board that holds them, and the controls they share.

pub mod board;
pub mod line;
mod line_canvas;
mod line_data;
mod line_foot;
mod line_hand;
pub mod parallel;
mod parallel_axes;
mod parallel_canvas;
mod parallel_hand;
mod parallel_tools;
pub mod toolbar;
mod tooltip;
