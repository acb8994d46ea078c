//! Runs drawn as one: which line stands for a group, and which band shows its spread.
//!
//! - [`line()`]: which values of its runs are summed up where along x
//! - [`Statistics`]: what they say together at one place

mod line;
mod statistics;
#[cfg(test)]
mod tests;

pub use self::{
    line::{Member, line},
    statistics::{RESAMPLES, Statistics},
};

use serde::{Deserialize, Serialize};

/// What one line shows of the runs of a group, at each x.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Center {
    /// Their arithmetic mean.
    #[default]
    Mean,
    /// The value that half of them are below.
    Median,
    /// The smallest.
    Min,
    /// The largest.
    Max,
}

/// What a band shows of the spread of the runs of a group, at each x.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// From the smallest to the largest.
    #[default]
    MinMax,
    /// One sample standard deviation to both sides of the mean.
    Std,
    /// One standard error of the mean to both sides of it.
    Stderr,
    /// The 95 % bootstrap interval of the center.
    Bootstrap,
    /// From the first to the third quartile.
    Quartiles,
    /// From the 5 % to the 95 % quantile.
    #[serde(rename = "quantiles_5_95")]
    Quantiles5To95,
    /// No band.
    None,
}

/// What is drawn of the runs of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct GroupLook {
    /// The line.
    #[serde(skip_serializing_if = "is_default")]
    pub center: Center,
    /// The band about it.
    #[serde(skip_serializing_if = "is_default")]
    pub band: Band,
    /// Whether each run is drawn thin as well.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub members: bool,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// The line of a group and its band. All columns are equally long, save that without a band both its ends
/// are empty.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GroupLine {
    /// Where along x, rising strictly: the mean x of what is summed up there, to the nearest whole count that lies in
    /// its bucket.
    pub x: Vec<i64>,
    /// The line.
    pub center: Vec<f64>,
    /// The lower end of the band, NaN where so few runs have none.
    pub low: Vec<f64>,
    /// The upper end of the band, NaN where the lower one is.
    pub high: Vec<f64>,
    /// How many runs are summed up at each x.
    pub n: Vec<u32>,
}
