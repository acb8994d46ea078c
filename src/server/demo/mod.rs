//! The demo: recorded trainings put into a store, a training that runs now, and synthetic runs.
//!
//! - [`recording`]: reads what `record/` wrote; `record/README.md` describes the form
//! - [`fill`]: puts recordings into a store, with times that look recent
//! - [`live`]: a small training that logs for as long as the demo is open
//! - [`synthetic`]: made-up learning curves at any scale, for tests and measurements

//!
//! The recordings are inside the program, so that a demo needs no Python and no network.

mod columns;
pub mod fill;
pub mod live;

pub mod recording;
pub mod synthetic;

/// A recording inside the program.
pub struct Embedded {
    /// The experiment that it holds.
    pub experiment: &'static str,
    /// How long before now its last run is made to end, milliseconds.
    pub ended_millis_ago: i64,
    /// The recording.
    pub bytes: &'static [u8],
}

const MINUTE_MILLIS: i64 = 60_000;

/// The recordings, in the order in which a demo is filled.
pub static EMBEDDED: [Embedded; 3] = [
    Embedded {
        experiment: "digits: 8 x 8 handwriting",
        ended_millis_ago: 12 * MINUTE_MILLIS,
        bytes: include_bytes!("recordings/digits.tlr"),
    },
    Embedded {
        experiment: "speech: phase recovery",
        ended_millis_ago: 3 * 60 * MINUTE_MILLIS,
        bytes: include_bytes!("recordings/speech.tlr"),
    },
    Embedded {
        experiment: "long: a million steps",
        ended_millis_ago: 20 * 60 * MINUTE_MILLIS,
        bytes: include_bytes!("recordings/long.tlr"),
    },
];
