//! Writing an expression as text that reads as the same expression.

use super::{
    Comparison, DatasetField, Expr, Field, Operator, OrderKey, Ordering, RunAttribute, Subject, Test,
    time::{date_of_millis, span_of_millis},
};
use std::fmt;

/// `text` between quotes, a quote inside written twice.
pub(super) fn quoted(text: &str, quote: char) -> String {
    let twice = [quote, quote].iter().collect::<String>();
    format!("{quote}{}{quote}", text.replace(quote, &twice))
}

impl fmt::Display for Field<RunAttribute> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let plain = |key: &str| key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.')) && !key.is_empty();
        let mut keyed = |kind: &str, key: &str| match plain(key) {
            true => write!(f, "{kind}.{key}"),
            false => write!(f, "{kind}.{}", quoted(key, '`')),
        };
        match self {
            Field::Metric(key) => keyed("metrics", key),
            Field::Summary(key, summary) => keyed(&format!("metrics@{summary}"), key),
            Field::Param(key) => keyed("params", key),
            Field::Tag(key) => keyed("tags", key),
            Field::Dataset(DatasetField::Name) => f.write_str("datasets.name"),
            Field::Dataset(DatasetField::Digest) => f.write_str("datasets.digest"),
            Field::Dataset(DatasetField::Context) => f.write_str("datasets.context"),
            Field::Attribute(attribute) => {
                let known = RunAttribute::attributes().iter().chain(RunAttribute::own_attributes());
                let mut spelled = known.filter(|(of, _)| of == attribute).map(|(_, spellings)| spellings[0]);
                f.write_str(spelled.next().expect("every attribute has a spelling"))
            }
        }
    }
}

impl fmt::Display for OrderKey<RunAttribute> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{} {}", self.field, if self.descending { "DESC" } else { "ASC" })
    }
}

/// A number as the language reads it, with an exponent where zeros would hide it.
pub(super) fn number(value: f64) -> String {
    match value.abs() {
        0.0 | 1e-5..1e16 => value.to_string(),
        _ => format!("{value:e}"),
    }
}

/// `millis` of `field` as people write it, and whether quotes stand around it: a duration with its unit, a date.
pub(super) fn millis_text(field: &Field<RunAttribute>, millis: i64) -> (String, bool) {
    match field {
        Field::Attribute(attribute) if attribute.is_span() => (span_of_millis(millis), false),
        _ => date_of_millis(millis).map_or_else(|| (millis.to_string(), false), |date| (date, true)),
    }
}

impl fmt::Display for Comparison<RunAttribute> {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let operator = Operator::of(&self.test);
        write!(f, "{} {}", self.field, operator.sign())?;
        match &self.test {
            Test::Number(_, value) => write!(f, " {}", number(*value)),
            Test::Whole(_, value) => match millis_text(&self.field, *value) {
                (text, true) => write!(f, " {}", quoted(&text, '\'')),
                (text, false) => write!(f, " {text}"),
            },
            Test::Text(_, text) | Test::Like { pattern: text, .. } | Test::Matches(text) => {
                write!(f, " {}", quoted(text, '\''))
            }
            Test::In(_, texts) => write!(f, " {}", list(texts.iter().map(String::as_str))),
            Test::Present(_) => Ok(()),
        }
    }
}

/// `('a', 'b')`.
pub(super) fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("({})", texts.map(|text| quoted(text, '\'')).collect::<Vec<_>>().join(", "))
}

impl fmt::Display for Expr<RunAttribute> {
    /// Groups get parentheses inside another expression, not around the whole.
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let mut joined = |parts: &[Expr<RunAttribute>], word: &str| {
            for (at, part) in parts.iter().enumerate() {
                if at > 0 {
                    f.write_str(word)?;
                }
                inner(part, f)?;
            }
            Ok(())
        };
        match self {
            Expr::All(parts) => joined(parts, " AND "),
            Expr::Any(parts) => joined(parts, " OR "),
            Expr::Not(part) => {
                f.write_str("NOT ")?;
                inner(part, f)
            }
            Expr::Compare(comparison) => comparison.fmt(f),
        }
    }
}

fn inner(part: &Expr<RunAttribute>, f: &mut fmt::Formatter) -> fmt::Result {
    match part {
        Expr::All(_) | Expr::Any(_) => write!(f, "({part})"),
        Expr::Not(_) | Expr::Compare(_) => write!(f, "{part}"),
    }
}

impl Ordering {
    /// All of them.
    pub const ALL: [Ordering; 6] = [
        Ordering::Equal,
        Ordering::NotEqual,
        Ordering::Less,
        Ordering::LessOrEqual,
        Ordering::Greater,
        Ordering::GreaterOrEqual,
    ];
}
