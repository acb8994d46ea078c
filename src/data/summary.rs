//! One number for a whole metric of a run, and which of two such numbers is the better one.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// One number for a whole metric of a run, beside its latest value.
///
/// Least and greatest are over every finite value that was logged, also where a step was written again; the mean is over
/// the finite values of its steps, the last write of each. A run that logged the metric, but no finite value of it, has
/// NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Summary {
    /// The least finite value.
    Min,
    /// The greatest finite value.
    Max,
    /// The least or the greatest, whichever the metric's [`Direction`] calls better.
    Best,
    /// The mean of the finite values over steps, each step counted once.
    Mean,
    /// The value at a step, or at the last step before it. A run whose last step is earlier has none.
    Step(i64),
}

impl fmt::Display for Summary {
    /// As columns and queries write it: `min`, `max`, `best`, `mean`, `step:100`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Summary::Min => f.write_str("min"),
            Summary::Max => f.write_str("max"),
            Summary::Best => f.write_str("best"),
            Summary::Mean => f.write_str("mean"),
            Summary::Step(step) => write!(f, "step:{step}"),
        }
    }
}

/// The text names no summary of a metric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a metric has min, max, best, mean and a value at a step, as in step:100")]
pub struct NotASummary;

impl FromStr for Summary {
    type Err = NotASummary;

    fn from_str(text: &str) -> Result<Self, NotASummary> {
        match text {
            "min" => Ok(Summary::Min),
            "max" => Ok(Summary::Max),
            "best" => Ok(Summary::Best),
            "mean" => Ok(Summary::Mean),
            _ => {
                let step = text.strip_prefix("step:").and_then(|step| step.parse().ok());
                step.map(Summary::Step).ok_or(NotASummary)
            }
        }
    }
}

/// Which of two values of a metric is the better one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The lower, as of a loss.
    Lower,
    /// The higher, as of an accuracy.
    Higher,
}

/// Words in the names of metrics of which less is better.
const LOWER: &[&str] = &[
    "loss",
    "losses",
    "error",
    "errors",
    "err",
    "perplexity",
    "ppl",
    "nll",
    "bce",
    "ce",
    "wer",
    "cer",
    "ter",
    "fid",
    "kid",
    "mae",
    "mse",
    "rmse",
    "msle",
    "rmsle",
    "mape",
    "smape",
    "bpb",
    "bpc",
    "bpd",
    "regret",
    "divergence",
    "kl",
    "kld",
    "elbo_loss",
    "brier",
    "ece",
    "entropy",
    "fpr",
    "fnr",
    "hamming",
    "latency",
    "eer",
    "lpips",
    "nfe",
    "cost",
    "penalty",
    "distance",
];

/// Words in the names of metrics of which more is better.
const HIGHER: &[&str] = &[
    "acc",
    "accuracy",
    "accuracies",
    "auc",
    "auroc",
    "auprc",
    "f1",
    "fbeta",
    "precision",
    "recall",
    "specificity",
    "sensitivity",
    "bleu",
    "sacrebleu",
    "chrf",
    "rouge",
    "meteor",
    "cider",
    "reward",
    "rewards",
    "return",
    "returns",
    "score",
    "r2",
    "iou",
    "miou",
    "dice",
    "map",
    "ap",
    "ar",
    "ndcg",
    "mrr",
    "psnr",
    "ssim",
    "throughput",
    "fps",
    "success",
    "win",
    "winrate",
    "top1",
    "top5",
    "elbo",
    "likelihood",
    "hits",
    "hit",
    "tpr",
    "tnr",
    "kappa",
    "mcc",
    "jaccard",
    "correlation",
    "pearson",
    "spearman",
    "pass",
    "exact",
    "em",
    "gflops",
    "tflops",
    "mfu",
];

impl Direction {
    /// What the name of a metric says of its direction: its last telling word decides. `None` if none tells.
    ///
    /// ```
    /// # use data::summary::Direction;
    /// assert_eq!(Direction::guess("val/top1_accuracy"), Some(Direction::Higher));
    /// assert_eq!(Direction::guess("rewardLoss"), Some(Direction::Lower));
    /// assert_eq!(Direction::guess("epoch"), None);
    /// ```
    pub fn guess(metric: &str) -> Option<Direction> {
        words(metric).iter().rev().find_map(|word| {
            let word = word.as_str();
            if LOWER.contains(&word) {
                Some(Direction::Lower)
            } else if HIGHER.contains(&word) {
                Some(Direction::Higher)
            } else {
                None
            }
        })
    }

    /// The direction of `metric`: what somebody chose, else what its name says.
    pub fn of(metric: &str, chosen: &BTreeMap<String, Direction>) -> Option<Direction> {
        chosen.get(metric).copied().or_else(|| Direction::guess(metric))
    }

    /// The summary that is best in this direction.
    pub fn best(self) -> Summary {
        match self {
            Direction::Lower => Summary::Min,
            Direction::Higher => Summary::Max,
        }
    }
}

impl Summary {
    /// The summary itself, and for [`Summary::Best`] the one that it means of `metric`; the least where neither a
    /// person nor the name says what is better.
    pub fn resolved(self, metric: &str, chosen: &BTreeMap<String, Direction>) -> Summary {
        match self {
            Summary::Best => Direction::of(metric, chosen).unwrap_or(Direction::Lower).best(),
            Summary::Min | Summary::Max | Summary::Mean | Summary::Step(_) => self,
        }
    }
}

/// The mean of those of `values` that are finite; NaN if none is.
///
/// Sums with Neumaier's compensation (Neumaier 1974), so that what is lost of one value does not pile up over millions.
/// Cost: one pass, and another one if the sum is too large for a number.
///
/// ```
/// # use data::summary::mean;
/// assert_eq!(mean(&[1.0, f64::NAN, 4.0]), 2.5);
/// ```
pub fn mean(values: &[f64]) -> f64 {
    let finite = || values.iter().copied().filter(|y| y.is_finite());
    let (mut n, mut sum, mut lost) = (0_u64, 0.0, 0.0);
    for y in finite() {
        let next: f64 = sum + y;
        lost += if f64::abs(sum) >= y.abs() { (sum - next) + y } else { (y - next) + sum };
        (n, sum) = (n + 1, next);
    }
    let n = n as f64;
    let mean = (sum + lost) / n;
    if mean.is_finite() || n == 0.0 { mean } else { finite().map(|y| y / n).sum() }
}

/// The words of a name in lower case: parted by what is no letter or digit, and before a capital after a small letter.
fn words(name: &str) -> Vec<String> {
    let (mut words, mut word, mut small) = (Vec::new(), String::new(), false);
    for c in name.chars() {
        if !c.is_alphanumeric() || (small && c.is_uppercase()) {
            words.push(std::mem::take(&mut word));
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        small = c.is_lowercase();
    }
    words.push(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_its_direction_by_its_last_telling_word() {
        let (lower, higher) = (Some(Direction::Lower), Some(Direction::Higher));
        for (metric, direction) in [
            ("loss", lower),
            ("val/loss", lower),
            ("train_loss_epoch", lower),
            ("eval/word error rate", lower),
            ("error_rate", lower),
            ("Perplexity", lower),
            ("rewardLoss", lower),
            ("RMSE", lower),
            ("val/acc", higher),
            ("testAccuracy", higher),
            ("roc_auc", higher),
            ("eval/f1-score", higher),
            ("rollout/ep_reward_mean", higher),
            ("mAP@0.5", higher),
            ("val/map", higher),
            ("bleu.4", higher),
            ("lr", None),
            ("epoch", None),
            ("accelerator", None),
            ("", None),
        ] {
            assert_eq!(Direction::guess(metric), direction, "{metric}");
        }
        let chosen = BTreeMap::from([("loss".to_owned(), Direction::Higher)]);
        assert_eq!(Direction::of("loss", &chosen), higher);
        assert_eq!(Summary::Best.resolved("loss", &chosen), Summary::Max);
        assert_eq!(Summary::Best.resolved("epoch", &chosen), Summary::Min, "less is better where nobody says");
        assert_eq!(Summary::Step(3).resolved("loss", &chosen), Summary::Step(3));
    }

    #[test]
    fn the_mean_is_that_of_numpy() {
        // numpy 2.4: np.mean, or np.nanmean of what np.isfinite keeps; math.fsum(...) / n where numpy itself loses digits.
        let waves: Vec<f64> = (0..10_000).map(|at| f64::sin(f64::from(at) * 0.1) + 1e6).collect();
        for (name, values, expected) in [
            ("one", &[0.25][..], 0.25),
            ("some", &[0.1, 0.2, 0.4, 0.8], 0.375),
            ("NaN and infinities are left out", &[1.0, f64::NAN, 2.0, f64::INFINITY, 6.0, f64::NEG_INFINITY], 3.0),
            ("no finite value", &[f64::NAN, f64::INFINITY], f64::NAN),
            ("none", &[], f64::NAN),
            ("what cancels loses nothing", &[1e16, 1.0, -1e16, 1.0], 0.5),
            ("the largest numbers", &[1.7e308, 1.7e308, 1.7e308], 1.7e308),
            ("a long series far from 0", &waves, 1_000_000.000_395_912_2),
        ] {
            let found = mean(values);
            let close = (found - expected).abs() <= expected.abs() * 4.0 * f64::EPSILON;
            assert!(close || (found.is_nan() && expected.is_nan()), "{name}: {found}");
        }
    }

    #[test]
    fn summaries_come_back_from_their_text() {
        let steps = [Summary::Step(-7), Summary::Step(i64::MAX)];
        for summary in [Summary::Min, Summary::Max, Summary::Best, Summary::Mean].into_iter().chain(steps) {
            assert_eq!(summary.to_string().parse(), Ok(summary));
        }
        for text in ["", "last", "Min", "step", "step:", "step:1.5", "step:99999999999999999999"] {
            assert!(text.parse::<Summary>().is_err(), "{text}");
        }
    }
}
