//! Expressions: what a line panel draws that nobody logged.
//!
//! `val/loss - train/loss`, `log10(loss)`, `loss / params.batch_size`, `loss - baseline(loss)`,
//! `ema(acc, 0.9) - run("fast-owl-12", acc)`.
//!
//! - A metric is called by its name. `/`, `-`, `.` and `:` inside a name belong to it, so calculating with them
//!   takes spaces: `loss/2` is a name, `loss / 2` is half the loss. Any other name goes in backquotes.
//! - `params.lr` is a param that writes a number, one for the whole run.
//! - `+ - * / % **` as in Python: `%` has the sign of its divisor, `**` binds to the right and before a minus.
//! - Functions are listed in [`Function`]. `baseline(x)` and `run("id or name", x)` calculate `x` with another run.
//!
//! Where two series meet, the result has the steps of the one with fewer points (of two alike, the left one). The
//! other is taken at the same step, or else at its nearest step before. Nothing is taken before its first step, and after
//! its last only for as long as its longest gap. So `val/loss - train/loss` has the steps of the validation.
//!
//! Who has no such metric or param has no line. NaN and infinities are calculated with as IEEE 754 says.

mod evaluate;
mod function;
mod lex;
mod parse;
mod print;
#[cfg(test)]
mod tests;
mod trace;

pub use self::{
    evaluate::{Source, Value},
    function::Function,
    trace::Trace,
};

use std::collections::BTreeSet;

/// How long an expression may be, in bytes.
pub const LONGEST: usize = 4_000;
/// How many numbers, names, operators and functions it may have.
const MOST_NODES: usize = 200;
/// How deeply it may be nested.
const DEEPEST: usize = 40;
/// How many series it may be calculated from.
const MOST_SERIES: usize = 16;

/// An expression over metrics, params and other runs, which can be calculated for a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    root: Node,
}

/// Whose metric or param it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// That of the run that is drawn.
    Own,
    /// That of the baseline.
    Baseline,
    /// That of the run with this name, or whose id begins so.
    Named(String),
}

/// What an expression is calculated from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Needs {
    /// Metrics by name.
    pub metrics: BTreeSet<(Whose, String)>,
    /// Params by name.
    pub params: BTreeSet<(Whose, String)>,
}

/// Why a text is no expression, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}, at character {at}")]
pub struct ExpressionError {
    /// What was wrong and what was expected.
    pub message: String,
    /// Where it was, counted in characters from 1.
    pub at: usize,
}

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Number(f64),
    Metric(String),
    Param(String),
    Negate(Box<Node>),
    Binary(Operator, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
    /// The inner part, calculated for another run.
    Of(Whose, Box<Node>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
}

impl Expression {
    /// Reads an expression. The error says where and what was expected.
    pub fn parse(text: &str) -> Result<Expression, ExpressionError> {
        parse::expression(text)
    }

    /// The expression that is one metric of the run.
    pub fn metric(name: &str) -> Expression {
        Expression { root: Node::Metric(name.to_owned()) }
    }

    /// The metric, where the expression is nothing but one metric of the run.
    pub fn plain_metric(&self) -> Option<&str> {
        match &self.root {
            Node::Metric(name) => Some(name),
            _ => None,
        }
    }

    /// What it is calculated from.
    pub fn needs(&self) -> Needs {
        let mut needs = Needs::default();
        self.root.collect_needs(&Whose::Own, &mut needs);
        needs
    }

    /// The same with other names for the runs that it names.
    pub fn with_runs_named(mut self, name: &dyn Fn(&str) -> String) -> Expression {
        self.root.rename_runs(name);
        self
    }

    /// Its value for the run that `source` has as its own: `None` if a metric or a param is not there.
    pub fn evaluate<'a>(&self, source: &'a dyn Source) -> Option<Value<'a>> {
        evaluate::evaluate(&self.root, &Whose::Own, source)
    }
}

impl Needs {
    /// Whether it is calculated from other runs as well.
    pub fn other_runs(&self) -> bool {
        self.metrics.iter().chain(&self.params).any(|(whose, _)| *whose != Whose::Own)
    }
}

impl Node {
    fn collect_needs(&self, whose: &Whose, needs: &mut Needs) {
        match self {
            Node::Number(_) => {}
            Node::Metric(name) => drop(needs.metrics.insert((whose.clone(), name.clone()))),
            Node::Param(name) => drop(needs.params.insert((whose.clone(), name.clone()))),
            Node::Negate(inner) => inner.collect_needs(whose, needs),
            Node::Binary(_, left, right) => [left, right].into_iter().for_each(|node| node.collect_needs(whose, needs)),
            Node::Call(_, inputs) => inputs.iter().for_each(|node| node.collect_needs(whose, needs)),
            Node::Of(other, inner) => inner.collect_needs(other, needs),
        }
    }
}

impl Node {
    fn rename_runs(&mut self, name: &dyn Fn(&str) -> String) {
        match self {
            Node::Number(_) | Node::Metric(_) | Node::Param(_) => {}
            Node::Negate(inner) => inner.rename_runs(name),
            Node::Binary(_, left, right) => [left, right].into_iter().for_each(|node| node.rename_runs(name)),
            Node::Call(_, inputs) => inputs.iter_mut().for_each(|node| node.rename_runs(name)),
            Node::Of(whose, inner) => {
                if let Whose::Named(run) = whose {
                    *run = name(run);
                }
                inner.rename_runs(name);
            }
        }
    }
}

impl Operator {
    fn sign(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Modulo => "%",
            Operator::Power => "**",
        }
    }

    fn apply(self, a: f64, b: f64) -> f64 {
        match self {
            Operator::Add => a + b,
            Operator::Subtract => a - b,
            Operator::Multiply => a * b,
            Operator::Divide => a / b,
            Operator::Modulo => modulo(a, b),
            Operator::Power => a.powf(b),
        }
    }
}

/// The remainder with the sign of the divisor, as Python and numpy have it.
fn modulo(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
}

impl ExpressionError {
    /// `at_byte` must be a character boundary of `text`, or its length.
    fn new(text: &str, at_byte: usize, message: impl Into<String>) -> Self {
        ExpressionError { message: message.into(), at: text[..at_byte].chars().count() + 1 }
    }
}
