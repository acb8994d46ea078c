//! The search language: parsing a filter or an order into values that cannot be wrong.
//!
//! The language is MLflow's: comparisons joined by `AND`, such as
//! ``metrics.loss < 0.1 AND params.`batch size` = '32' AND tags.note IS NOT NULL``.
//! What can be compared depends on what is searched: the type parameter, a [`Subject`].
//! Reading is one pass over the text, without recursion.
//!
//! Our own questions about runs say more ([`parse_query`]): `OR`, `NOT`, parentheses, regular
//! expressions, params as numbers, durations and dates. MLflow's endpoints refuse what MLflow refuses. [`Form`] is the same
//! expression as rows, for people who do not want to write it.

use crate::summary::{Direction, Summary};
use std::collections::BTreeMap;

mod form;
mod lex;
mod own;
mod parse;
mod print;
mod rows;
mod subject;
mod test;
mod time;

pub use form::{Condition, Form, Operator, Part};
pub use own::{parse_query, parse_sort, resolved_best};
pub use parse::{parse_filter, parse_order};
pub use rows::places;
pub use subject::{
    AttributeKind, ExperimentAttribute, LoggedModelAttribute, ModelAttribute, RunAttribute, Subject, VersionAttribute,
};
pub use test::{Matching, TextTest, like};

/// What a filter asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr<A> {
    /// All of these hold; of an empty list, always.
    All(Vec<Expr<A>>),
    /// At least one of these holds; of an empty list, never.
    Any(Vec<Expr<A>>),
    /// This does not hold. What is missing passes no comparison, and so it passes this.
    Not(Box<Expr<A>>),
    /// One comparison holds.
    Compare(Comparison<A>),
}

impl<A> Expr<A> {
    /// Every comparison in it, from left to right: all that [`parse_filter`] reads.
    pub fn comparisons(&self) -> Vec<&Comparison<A>> {
        match self {
            Expr::All(parts) | Expr::Any(parts) => parts.iter().flat_map(Expr::comparisons).collect(),
            Expr::Not(inner) => inner.comparisons(),
            Expr::Compare(comparison) => vec![comparison],
        }
    }

    /// The same with the best of a metric written as its least or greatest.
    pub fn resolved(self, chosen: &BTreeMap<String, Direction>) -> Expr<A> {
        let all = |parts: Vec<Expr<A>>| parts.into_iter().map(|part| part.resolved(chosen)).collect();
        match self {
            Expr::All(parts) => Expr::All(all(parts)),
            Expr::Any(parts) => Expr::Any(all(parts)),
            Expr::Not(inner) => Expr::Not(Box::new(inner.resolved(chosen))),
            Expr::Compare(Comparison { field, test }) => {
                Expr::Compare(Comparison { field: field.resolved(chosen), test })
            }
        }
    }

    /// The parts that must all hold, none of them an [`Expr::All`].
    pub fn conjuncts(&self) -> Vec<&Expr<A>> {
        match self {
            Expr::All(parts) => parts.iter().flat_map(Expr::conjuncts).collect(),
            Expr::Any(_) | Expr::Not(_) | Expr::Compare(_) => vec![self],
        }
    }
}

/// One field held against a value.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison<A> {
    /// What is looked at.
    pub field: Field<A>,
    /// How it must be.
    pub test: Test,
}

/// Something of a run, or of another subject, that can be compared or ordered by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Field<A> {
    /// The latest value of a metric.
    Metric(String),
    /// Another number of a metric; only our own language asks for it.
    Summary(String, Summary),
    /// A param.
    Param(String),
    /// A tag.
    Tag(String),
    /// Something of a dataset that went in.
    Dataset(DatasetField),
    /// What the subject itself says.
    Attribute(A),
}

impl<A> Field<A> {
    /// The field itself, and for the best of a metric the least or the greatest.
    pub fn resolved(self, chosen: &BTreeMap<String, Direction>) -> Field<A> {
        match self {
            Field::Summary(name, summary) => {
                let summary = summary.resolved(&name, chosen);
                Field::Summary(name, summary)
            }
            Field::Metric(_) | Field::Param(_) | Field::Tag(_) | Field::Dataset(_) | Field::Attribute(_) => self,
        }
    }
}

/// What can be asked about a dataset that went into a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DatasetField {
    /// Its name.
    Name,
    /// Its digest.
    Digest,
    /// What it was for: the tag `mlflow.data.context` of its use.
    Context,
}

/// How a field must be.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// A number on this side of another one. NaN differs from every number.
    Number(Ordering, f64),
    /// A whole number on this side of another one.
    Whole(Ordering, i64),
    /// This text, or another one if the flag is false.
    Text(bool, String),
    /// Fits a pattern in which `%` is any text and `_` any one character.
    Like {
        /// The pattern.
        pattern: String,
        /// Whether `A` and `a` are the same.
        ignore_case: bool,
    },
    /// Holds a match of this regular expression. Its syntax is right; it may still be too large to compile.
    Matches(String),
    /// One of these texts, or none of them if the flag is false.
    In(bool, Vec<String>),
    /// Is there at all, or is not if the flag is false.
    Present(bool),
}

/// On which side of a number another one lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ordering {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
}

impl Ordering {
    /// The sign, as the language and SQL write it.
    pub fn sign(self) -> &'static str {
        match self {
            Ordering::Equal => "=",
            Ordering::NotEqual => "!=",
            Ordering::Less => "<",
            Ordering::LessOrEqual => "<=",
            Ordering::Greater => ">",
            Ordering::GreaterOrEqual => ">=",
        }
    }
}

/// One key to sort by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrderKey<A> {
    /// What is looked at.
    pub field: Field<A>,
    /// Whether the greatest comes first. Missing values come last either way.
    pub descending: bool,
}

/// Why a filter or an order cannot be understood, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}, at character {at} of \"{}\"", excerpt(.text))]
pub struct QueryError {
    /// What was wrong and what was expected.
    pub message: String,
    /// Where it was, counted in characters from 1.
    pub at: usize,
    /// The whole text.
    pub text: String,
}

/// The beginning of a long text, so that an error stays readable.
fn excerpt(text: &str) -> String {
    match text.char_indices().nth(200) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl QueryError {
    /// `at_byte` must be a character boundary of `text`, or its length.
    fn new(text: &str, at_byte: usize, message: impl Into<String>) -> Self {
        let at = text[..at_byte].chars().count() + 1;
        QueryError { message: message.into(), at, text: text.to_owned() }
    }
}

#[cfg(test)]
mod tests;
