//! What a line of a panel means: a metric, or an expression.

use data::expression::Expression;
use std::collections::BTreeSet;

/// What is wrong with `line`, in words; nothing, where it `is_metric`.
pub fn wrong_with(line: &str, is_metric: bool) -> Option<String> {
    if is_metric || line.trim().is_empty() {
        return None;
    }
    Expression::parse(line).err().map(|error| format!("Not an expression: {error}."))
}

/// Says which metrics of `line` no run has, of those that `is_metric` knows; nothing for what cannot be read.
pub fn unknown_in(line: &str, is_metric: impl Fn(&str) -> bool) -> Option<String> {
    if line.trim().is_empty() || is_metric(line) {
        return None;
    }
    let needs = Expression::parse(line).ok()?.needs();
    let unknown: BTreeSet<&str> =
        needs.metrics.iter().map(|(_, name)| &**name).filter(|name| !is_metric(name)).collect();
    let names = unknown.into_iter().collect::<Vec<_>>().join(", ");
    (!names.is_empty()).then(|| format!("No run has logged {names} yet."))
}

/// Whether growth of `metrics` changes `line`.
pub fn follows(line: &str, is_metric: bool, metrics: &[String]) -> bool {
    if is_metric {
        return metrics.iter().any(|metric| metric == line);
    }
    let expression = Expression::parse(line);
    expression.is_ok_and(|expression| expression.needs().metrics.iter().any(|(_, metric)| metrics.contains(metric)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expression_grows_with_its_metrics() {
        let metrics = ["val/loss".to_owned()];
        for (line, is_metric, grows) in [
            ("val/loss", true, true),
            ("val/loss", false, true),
            ("val/loss - train/loss", false, true),
            ("ema(acc, 0.9)", false, false),
            ("val/loss -", false, false),
        ] {
            assert_eq!(follows(line, is_metric, &metrics), grows, "{line}");
        }
    }

    #[test]
    fn metrics_that_no_run_has_are_named() {
        let known = |name: &str| name == "val/loss" || name == "my loss (%)";
        for (line, words) in [
            ("val/loss", None),
            ("my loss (%)", None),
            ("val/lass - baseline(acc) + val/loss * val/lass", Some("No run has logged acc, val/lass yet.")),
            ("val/lass -", None),
            ("", None),
        ] {
            assert_eq!(unknown_in(line, known).as_deref(), words, "{line}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_unless_it_is_a_name() {
        assert_eq!(wrong_with("my loss (%)", true), None);
        assert_eq!(wrong_with("  ", false), None);
        assert!(wrong_with("val/loss - - (", false).is_some_and(|words| words.contains("at character")));
    }
}
