//! One number for a whole metric of a run, and which of two such numbers is the better one.

use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// One number for a whole metric of a run, beside its latest value.
///
/// Least and greatest are over every finite value that was logged, also where a step was written again. A run
/// that logged the metric, but no finite value of it, has NaN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Summary {
    /// The least finite value.
    Min,
    /// The greatest finite value.
    Max,
    /// The least or the greatest, whichever the metric's [`Direction`] calls better.
    Best,
    /// The value at a step, or at the last step before it. A run whose last step is earlier has none.
    Step(i64),
}

impl fmt::Display for Summary {
    /// As columns and queries write it: `min`, `max`, `best`, `step:100`.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Summary::Min => f.write_str("min"),
            Summary::Max => f.write_str("max"),
            Summary::Best => f.write_str("best"),
            Summary::Step(step) => write!(f, "step:{step}"),
        }
    }
}

/// The text names no summary of a metric.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a metric has min, max, best and a value at a step, as in step:100")]
pub struct NotASummary;

impl FromStr for Summary {
    type Err = NotASummary;

    fn from_str(text: &str) -> Result<Self, NotASummary> {
        match text {
            "min" => Ok(Summary::Min),
            "max" => Ok(Summary::Max),
            "best" => Ok(Summary::Best),
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
            Summary::Min | Summary::Max | Summary::Step(_) => self,
        }
    }
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
    fn summaries_come_back_from_their_text() {
        for summary in [Summary::Min, Summary::Max, Summary::Best, Summary::Step(-7), Summary::Step(i64::MAX)] {
            assert_eq!(summary.to_string().parse(), Ok(summary));
        }
        for text in ["", "last", "Min", "step", "step:", "step:1.5", "step:99999999999999999999"] {
            assert!(text.parse::<Summary>().is_err(), "{text}");
        }
    }
}
