//! The app in the browser: a Leptos single-page app over the companion API.
//!
//! - [`routes`]: the addresses and the frame around every page
//! - [`pages`]: one file a route
//! - [`palette`]: finds anything by name
//! - [`panels`]: one file a panel kind
//! - [`parts`]: what loads when somebody first looks for it
//! - [`report`]: reports, read and written
//! - [`state`]: what is on the screen, and the questions that components ask of it
//! - [`ui`]: parts that know nothing of runs
//! - [`api`]: the only fetches; [`live`]: the stream of growth; [`url`]: the view in the address

mod api;
mod live;
mod pages;
mod palette;
mod panels;
mod parts;
mod report;
mod routes;
mod state;
mod ui;
mod url;

fn main() {
    console_error_panic_hook::set_once();
    ui::crash::show_panics();
    leptos::mount::mount_to_body(routes::App);
}
