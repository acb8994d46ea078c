//! Reports as HTML that is safe to show, and Markdown from elsewhere as reports. Knows no HTTP and no store.
//!
//! - [`html`]: blocks as HTML; [`clean`]: what of HTML is let through
//! - [`math`]: LaTeX as MathML
//! - [`highlight`]: code with its words coloured
//! - [`frozen`]: what panel grids showed at a time
//! - [`still`]: a report that is read without the app
//! - [`import`]: Markdown of other programs as a report

mod clean;
mod frozen;
mod highlight;
mod html;
mod import;
mod math;
mod still;

pub use frozen::{FrozenGrid, MOST_RUNS};
pub use html::{html_of, html_of_text};
pub use import::read;
pub use still::{Places, still, words_of};
