//! What a line of a panel means: a metric, or an expression.

use data::expression::Expression;

/// What is wrong with `line`, in words; nothing, where it `is_metric`.
pub fn wrong_with(line: &str, is_metric: bool) -> Option<String> {
    if is_metric || line.trim().is_empty() {
        return None;
    }
    Expression::parse(line).err().map(|error| format!("Not an expression: {error}."))
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
    fn what_is_wrong_is_said_unless_it_is_a_name() {
        assert_eq!(wrong_with("my loss (%)", true), None);
        assert_eq!(wrong_with("  ", false), None);
        assert!(wrong_with("val/loss - - (", false).is_some_and(|words| words.contains("at character")));
    }
}
