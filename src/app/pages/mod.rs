//! One file a route.

mod arrange;
pub mod artifacts;
mod bulk;
mod column_choice;
pub mod compare;
mod compare_cell;
mod compare_choose;
mod compare_grid;
pub mod experiments;
mod filter_bar;
mod filter_rows;
pub mod missing;
pub mod report;
pub mod reports;
pub mod run;
mod run_keys;
mod run_list;
mod run_row;
mod selections;
pub mod table;
mod table_cell;
mod table_columns;
mod table_head;
mod table_row;
mod trash;
pub mod views;
pub mod workspace;
