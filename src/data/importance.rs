//! Which params a metric depends on: random forests, permutation importance and rank correlation.
//!
//! # What is measured
//! The metric's values are replaced by their ranks among the runs, from 0 to 1: one diverged run then weighs no more
//! than any other, and a loss and its logarithm give the same answer. A random forest (Breiman, Random Forests, 2001)
//! learns to predict the rank from the params. Its **R²** is out of bag: every run is predicted only by trees that never
//! saw it, so a forest that has learnt noise has an R² of 0 or less.
//!
//! A param's **importance** is how much of that R² is lost when its values are shuffled among the runs (permutation
//! importance, section 10 of the same paper, over the whole forest). How far it may be off is the standard deviation of
//! the same measure over forests of random halves of the runs, which is the delete-half jackknife (Shao and Wu, A General
//! Theory for Jackknife Variance Estimation, 1989).
//!
//! A number's **correlation** is Spearman's, with the interval of Bonett and Wright (Sample size requirements for
//! estimating Pearson, Kendall and Spearman correlations, 2000).
//!
//! None of them changes when a param is stretched: a learning rate and its logarithm are the same param. A run that lacks a
//! param has a value of its own, "missing". A forest of our own, because those of the crates that we know hide their trees,
//! take numbers only, and cannot be asked out of bag with a shuffled param.
//!
//! The same runs always give the same answer.

mod features;
mod forest;
mod measure;
mod noise;
mod rank;
#[cfg(test)]
mod tests;

pub use self::measure::importance;

use crate::{column::Column, frame::RunSet};
use serde::{Deserialize, Serialize};

/// How many runs a forest learns from at most; of more, every second, third, ... is taken.
pub const MOST_RUNS: usize = 5_000;
/// How many params are looked at at most, in the order of their names.
pub const MOST_PARAMS: usize = 200;
/// How few runs a forest can learn from.
pub const FEWEST_RUNS: usize = 8;
/// Fewer runs than this deserve a warning.
const FEW_RUNS: u64 = 30;
/// Below this R² the forest has learnt next to nothing.
const LITTLE: f64 = 0.2;

/// `POST /api/importance`: which params the target depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImportanceRequest {
    /// The runs.
    pub run_set: RunSet,
    /// The metric, or another number of it: `metrics.val/loss`, `metrics@min.val/loss`.
    pub target: Column,
    /// Only these params, if any are named.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub params: Vec<String>,
}

/// Which params a metric depends on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Importance {
    /// How many runs were asked about.
    pub runs: u64,
    /// How many of them have no such value.
    pub without_target: u64,
    /// How many of them have one that is NaN or infinite.
    pub non_finite: u64,
    /// How many were looked at, of those that have a finite value.
    pub used: u64,
    /// How well the params predict the order of the runs: 1 for perfectly, 0 or less for not at all. `None` where no
    /// forest could be grown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r2: Option<f64>,
    /// How far that may be off, as a standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub r2_error: Option<f64>,
    /// The params that differ, the most important first.
    pub params: Vec<ParamImportance>,
    /// Params that were not looked at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOut>,
    /// Params that rise and fall together, so that nobody can tell which of them matters; the closest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub together: Vec<Together>,
    /// Why there is nothing to say, or no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nothing: Option<String>,
}

/// How a metric depends on one param.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParamImportance {
    /// The param's name.
    pub param: String,
    /// What its values are.
    pub kind: ParamKind,
    /// How many different values it has.
    pub values: u64,
    /// How many of the runs looked at lack it.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub missing: u64,
    /// How much of the R² is lost without it; may be a little below 0. `None` without a forest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importance: Option<f64>,
    /// How far that may be off, as a standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<f64>,
    /// Whether the metric rises with it. `None` for categories, and where it cannot be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<Correlation>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// What the values of a param are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ParamKind {
    /// All are numbers; true and false count as 1 and 0.
    Number,
    /// Texts.
    Category,
}

/// A rank correlation with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Correlation {
    /// Spearman's rho, from -1 to 1.
    pub rho: f64,
    /// Both ends of its interval.
    pub interval: [f64; 2],
    /// How many runs it is of.
    pub runs: u64,
}

impl Correlation {
    /// Whether its interval holds no 0.
    pub fn is_sure(&self) -> bool {
        self.interval[0] > 0.0 || self.interval[1] < 0.0
    }
}

/// A param that was not looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LeftOut {
    /// Its name.
    pub param: String,
    /// Why.
    pub why: WhyLeftOut,
}

/// Why a param was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyLeftOut {
    /// It is the same in every run.
    Same,
    /// It is a text that nearly every run has for itself, such as a folder.
    Unique,
    /// There are more than [`MOST_PARAMS`].
    TooMany,
}

/// Two params that rise and fall together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Together {
    /// Their names.
    pub params: [String; 2],
    /// Spearman's rho of both, at least 0.8 away from 0.
    pub rho: f64,
}

impl Importance {
    /// What was found, in a sentence: `120 runs; the params predict their order with an R² of 0.83 ± 0.04`.
    pub fn sentence(&self) -> String {
        let runs = if self.used == 1 { "1 run".to_owned() } else { format!("{} runs", self.used) };
        let mut text = match (self.r2, self.r2_error) {
            (Some(r2), Some(error)) => {
                format!("{runs}; the params predict their order with an R² of {r2:.2} ± {error:.2} (out of bag)")
            }
            (Some(r2), None) => format!("{runs}; the params predict their order with an R² of {r2:.2} (out of bag)"),
            (None, _) => runs,
        };
        let with_value = self.runs - self.without_target - self.non_finite;
        if with_value > self.used {
            text += &format!("; {} of {with_value} runs were looked at", self.used);
        }
        if self.without_target > 0 {
            text += &format!("; {} without this value", self.without_target);
        }
        if self.non_finite > 0 {
            text += &format!("; {} where it is NaN or infinite", self.non_finite);
        }
        text
    }

    /// Why what was found is to be taken with care; `None` if it is not.
    pub fn warning(&self) -> Option<String> {
        let r2 = self.r2?;
        let shaky = self.r2_error.is_some_and(|error| r2 - 2.0 * error <= 0.0);
        if r2 <= 0.0 {
            Some("The params do not predict this metric at all: the bars are noise.".to_owned())
        } else if r2 < LITTLE {
            Some("The params predict next to nothing of this metric: the bars say little.".to_owned())
        } else if shaky {
            Some(format!("With {} runs this may be chance: other halves of them say something else.", self.used))
        } else if self.used < FEW_RUNS {
            Some(format!("{} runs are few: the bars may change with the next ones.", self.used))
        } else {
            None
        }
    }
}
