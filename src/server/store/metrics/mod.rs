//! Metric points: a durable tail, heads in memory, compressed chunks.
//!
//! - [`append`]: takes a batch of points of one run into the tail
//! - [`tail`]: the binary form of a batch in the tail
//! - [`heads`]: the points of the tail, in memory, by series
//! - [`compact`]: the tail becomes chunks
//! - [`chunk`], [`chunks`]: a chunk's form, and the table of them
//! - [`columns`], [`varint`]: how numbers are written
//! - [`series`]: one series in x order, whatever order it arrived in
//! - [`computed`]: numbers read off the points: the value at a step, the mean
//! - [`history`]: every point of a series, as it was logged
//!
//! Each point of a series has an ordinal, its place in arrival order. Chunks hold the first ordinals,
//! the head holds the rest from its `base` on. A reader takes the head first and the chunks after, so
//! that a point which moves between them is seen twice, never missed; the ordinal tells the double.

mod append;
mod chunk;
mod chunks;
mod columns;
mod compact;
mod computed;
mod heads;
mod history;
mod series;
mod tail;
mod varint;

pub use append::append;
pub(super) use append::{Staged, complete, publish, sum_up_tail};
pub(super) use append::{move_run, purge_run};
pub(super) use compact::{Compactor, relief};
pub(super) use computed::{Computed, computed};
pub(super) use heads::{Heads, replay};
pub(super) use series::{Axis, Group, Head, Reader, Series};

use data::run::RunId;

/// A run as the store's tables know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunKey {
    /// The run's number inside the store: see [`rid_of`].
    pub rid: i64,
    /// The number of the experiment it belongs to.
    pub eid: i64,
    /// Its id on the wire.
    pub id: RunId,
}

/// A run's number inside the store: the first 63 bits of its id, so that nobody has to look it up.
pub fn rid_of(id: RunId) -> i64 {
    (id.0 >> 65) as i64
}

/// A point as a client logs it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetricPoint<'a> {
    /// The metric's full name.
    pub metric: &'a str,
    /// The value, which may be NaN or infinite.
    pub value: f64,
    /// The step, any whole number.
    pub step: i64,
    /// When it was logged, milliseconds since 1970 UTC.
    pub time_millis: i64,
}

/// A point of a series as it is stored.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RawPoint {
    /// The step.
    pub step: i64,
    /// When it was logged, milliseconds since 1970 UTC.
    pub time_millis: i64,
    /// The value, which may be NaN or infinite.
    pub value: f64,
}

impl RawPoint {
    /// What makes two points the same point: all three, with any NaN equal to any other.
    pub(in crate::store) fn identity(&self) -> (i64, i64, u64) {
        let value = if self.value.is_nan() { f64::NAN } else { self.value + 0.0 };
        (self.step, self.time_millis, value.to_bits())
    }

    /// Whether this point is later than `other`: the greater step, then time, then value, NaN least.
    fn later_than(&self, other: &RawPoint) -> bool {
        let place = |p: &RawPoint| (p.step, p.time_millis, !p.value.is_nan());
        match place(self).cmp(&place(other)) {
            std::cmp::Ordering::Greater => true,
            std::cmp::Ordering::Equal => self.value > other.value,
            std::cmp::Ordering::Less => false,
        }
    }
}
