//! Calculates expressions for a run.

use super::{Function, Node, Trace, Whose};
use crate::{rolling, smooth::Ema};
use std::borrow::Cow;

/// What an expression is calculated from.
pub trait Source {
    /// The points of a metric, if that run has it. Those of [`Whose::Own`] say so in [`Trace::own`].
    fn metric(&self, whose: &Whose, name: &str) -> Option<&Trace>;
    /// A param that writes a number, if that run has it.
    fn param(&self, whose: &Whose, name: &str) -> Option<f64>;
}

/// What comes of an expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// One number for the whole run.
    Number(f64),
    /// A number at each of some steps.
    Trace(Cow<'a, Trace>),
}

/// The value of `node` for the run `whose`.
pub(super) fn evaluate<'a>(node: &Node, whose: &Whose, source: &'a dyn Source) -> Option<Value<'a>> {
    match node {
        Node::Number(number) => Some(Value::Number(*number)),
        Node::Metric(name) => source.metric(whose, name).map(|trace| Value::Trace(Cow::Borrowed(trace))),
        Node::Param(name) => source.param(whose, name).map(Value::Number),
        Node::Negate(inner) => Some(evaluate(inner, whose, source)?.map(|y| -y)),
        Node::Binary(operator, left, right) => {
            let (left, right) = (evaluate(left, whose, source)?, evaluate(right, whose, source)?);
            Some(left.join(right, |a, b| operator.apply(a, b)))
        }
        Node::Call(function, inputs) => {
            let inputs = inputs.iter().map(|input| evaluate(input, whose, source)).collect::<Option<Vec<_>>>()?;
            Some(call(*function, inputs))
        }
        Node::Of(other, inner) => evaluate(inner, other, source),
    }
}

impl<'a> Value<'a> {
    fn map(self, change: impl Fn(f64) -> f64) -> Value<'a> {
        match self {
            Value::Number(y) => Value::Number(change(y)),
            Value::Trace(trace) => {
                let mut trace = trace.into_owned();
                trace.values.iter_mut().for_each(|y| *y = change(*y));
                Value::Trace(Cow::Owned(trace))
            }
        }
    }

    fn join(self, right: Value<'a>, join: impl Fn(f64, f64) -> f64) -> Value<'a> {
        match (self, right) {
            (Value::Number(a), right) => right.map(|b| join(a, b)),
            (left, Value::Number(b)) => left.map(|a| join(a, b)),
            (Value::Trace(left), Value::Trace(right)) => Value::Trace(Cow::Owned(left.joined(&right, join))),
        }
    }

    /// The values, of a number that alone.
    fn values(&self) -> &[f64] {
        match self {
            Value::Number(y) => std::slice::from_ref(y),
            Value::Trace(trace) => &trace.values,
        }
    }

    /// The same places with the values that `change` makes of the finite ones; the rest stay as they are.
    fn scan(self, mut change: impl FnMut(f64) -> f64) -> Value<'a> {
        self.rewrite(|values| values.iter().map(|&y| if y.is_finite() { change(y) } else { y }).collect())
    }

    /// The same places with other values.
    fn rewrite(self, change: impl FnOnce(&[f64]) -> Vec<f64>) -> Value<'a> {
        match self {
            Value::Number(y) => Value::Number(change(&[y])[0]),
            Value::Trace(trace) => {
                let values = change(&trace.values);
                Value::Trace(Cow::Owned(trace.into_owned().with(values)))
            }
        }
    }
}

fn call(function: Function, mut inputs: Vec<Value>) -> Value {
    let written = match inputs.last() {
        Some(Value::Number(number)) => *number,
        _ => f64::NAN,
    };
    let rest = inputs.split_off(1);
    let x = inputs.pop().expect("a function takes one value at least");
    let window = written as usize;
    match function {
        Function::Log => x.map(f64::ln),
        Function::Log10 => x.map(f64::log10),
        Function::Log2 => x.map(f64::log2),
        Function::Exp => x.map(f64::exp),
        Function::Sqrt => x.map(f64::sqrt),
        Function::Abs => x.map(f64::abs),
        Function::Min => rest.into_iter().fold(x, |x, y| x.join(y, smaller)),
        Function::Max | Function::Clip => {
            let mut rest = rest.into_iter();
            if function == Function::Max {
                return rest.fold(x, |x, y| x.join(y, larger));
            }
            let (low, high) = (rest.next().expect("clip takes three"), rest.next().expect("clip takes three"));
            x.join(low, larger).join(high, smaller)
        }
        Function::CumMin => {
            let mut least = f64::INFINITY;
            x.scan(|y| {
                least = least.min(y);
                least
            })
        }
        Function::CumMax => {
            let mut most = f64::NEG_INFINITY;
            x.scan(|y| {
                most = most.max(y);
                most
            })
        }
        Function::CumSum => {
            let mut sum = 0.0;
            x.scan(|y| {
                sum += y;
                sum
            })
        }
        Function::Diff => differences(x),
        Function::Ema => {
            let mut ema = Ema::new(written);
            x.scan(|y| ema.next(y))
        }
        Function::RollingMean => {
            x.rewrite(|values| rolling::of_finite(values, |finite| rolling::means(finite, window - 1, 0)))
        }
        Function::RollingMedian => {
            x.rewrite(|values| rolling::of_finite(values, |finite| rolling::medians(finite, window - 1, 0)))
        }
        Function::RollingMin => {
            x.rewrite(|values| rolling::of_finite(values, |finite| rolling::minima(finite, window - 1, 0)))
        }
        Function::RollingMax => {
            x.rewrite(|values| rolling::of_finite(values, |finite| rolling::maxima(finite, window - 1, 0)))
        }
        Function::RollingStd => {
            x.rewrite(|values| rolling::of_finite(values, |finite| rolling::deviations(finite, window - 1, 0)))
        }
        Function::First => summary(&x, |finite| finite.next()),
        Function::Last => summary(&x, |finite| finite.last()),
        Function::Lowest => summary(&x, |finite| finite.reduce(f64::min)),
        Function::Highest => summary(&x, |finite| finite.reduce(f64::max)),
        Function::Mean => {
            let finite: Vec<f64> = x.values().iter().copied().filter(|y| y.is_finite()).collect();
            Value::Number(rolling::mean(&finite))
        }
    }
}

/// One number of all finite values, NaN if there are none.
fn summary<'a>(x: &Value, of: impl FnOnce(&mut dyn Iterator<Item = f64>) -> Option<f64>) -> Value<'a> {
    let mut finite = x.values().iter().copied().filter(|y| y.is_finite());
    Value::Number(of(&mut finite).unwrap_or(f64::NAN))
}

/// What each finite value adds to the finite one before; the first point has none and is left out.
fn differences(x: Value) -> Value {
    let Value::Trace(trace) = x else { return x.map(|_| 0.0) };
    let mut differences = Trace { own: trace.own, ..Trace::default() };
    let mut before = f64::NAN;
    for (at, &y) in trace.values.iter().enumerate() {
        if y.is_finite() {
            let difference = y - std::mem::replace(&mut before, y);
            if difference.is_nan() {
                continue;
            }
            differences.values.push(difference);
        } else {
            differences.values.push(y);
        }
        differences.steps.push(trace.steps[at]);
        differences.times.push(trace.times[at]);
    }
    Value::Trace(Cow::Owned(differences))
}

/// The smaller of two, NaN if one is, as `numpy.minimum`.
fn smaller(a: f64, b: f64) -> f64 {
    if a.is_nan() || a < b { a } else { b }
}

/// The larger of two, NaN if one is, as `numpy.maximum`.
fn larger(a: f64, b: f64) -> f64 {
    if a.is_nan() || a > b { a } else { b }
}
