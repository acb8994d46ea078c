//! One file a route.

pub mod artifacts;
pub mod compare;
mod compare_cell;
mod compare_choose;
mod compare_grid;
pub mod experiments;
mod filter_bar;
mod filter_rows;
pub mod missing;
pub mod run;
mod run_list;
pub mod table;
mod table_cell;
mod table_columns;
pub mod views;
pub mod workspace;
