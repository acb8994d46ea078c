//! The functions that an expression can call.

/// A function of an expression. Where it speaks of values, NaN and infinities come out as they went in and leave no
/// trace in what follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// `log(x)`, the natural logarithm.
    Log,
    /// `log10(x)`.
    Log10,
    /// `log2(x)`.
    Log2,
    /// `exp(x)`.
    Exp,
    /// `sqrt(x)`.
    Sqrt,
    /// `abs(x)`.
    Abs,
    /// `min(x, y, …)`: the smallest of them at each step, NaN if one is.
    Min,
    /// `max(x, y, …)`: the largest of them at each step, NaN if one is.
    Max,
    /// `clip(x, low, high)`: `x` brought between the other two.
    Clip,
    /// `cummin(x)`: the smallest value so far.
    CumMin,
    /// `cummax(x)`: the largest value so far.
    CumMax,
    /// `cumsum(x)`: the sum so far.
    CumSum,
    /// `diff(x)`: what was added to the value before; the first point has none and is left out.
    Diff,
    /// `ema(x, weight)`: the exponential moving average of [`crate::smooth::Ema`], with a weight in `0..1`.
    Ema,
    /// `rolling_mean(x, n)`: the mean of the last `n` values, at first of those there are.
    RollingMean,
    /// `rolling_median(x, n)`: their median.
    RollingMedian,
    /// `rolling_min(x, n)`: the smallest of them.
    RollingMin,
    /// `rolling_max(x, n)`: the largest of them.
    RollingMax,
    /// `rolling_std(x, n)`: their sample standard deviation, NaN at the first.
    RollingStd,
    /// `first(x)`: the first value, one number for the whole run.
    First,
    /// `last(x)`: the last value.
    Last,
    /// `lowest(x)`: the smallest value.
    Lowest,
    /// `highest(x)`: the largest value.
    Highest,
    /// `mean(x)`: the mean of all values.
    Mean,
}

/// What a function takes beside its first argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Takes {
    /// Nothing.
    One,
    /// One or more of the same kind.
    Several,
    /// Two of the same kind.
    Three,
    /// A written number in `0..1`.
    Weight,
    /// A written whole number.
    Window,
}

impl Function {
    /// All of them, as they are listed for people.
    pub const ALL: [Function; 24] = {
        use Function::*;
        [
            Log,
            Log10,
            Log2,
            Exp,
            Sqrt,
            Abs,
            Min,
            Max,
            Clip,
            CumMin,
            CumMax,
            CumSum,
            Diff,
            Ema,
            RollingMean,
            RollingMedian,
            RollingMin,
            RollingMax,
            RollingStd,
            First,
            Last,
            Lowest,
            Highest,
            Mean,
        ]
    };

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Function::Log => "log",
            Function::Log10 => "log10",
            Function::Log2 => "log2",
            Function::Exp => "exp",
            Function::Sqrt => "sqrt",
            Function::Abs => "abs",
            Function::Min => "min",
            Function::Max => "max",
            Function::Clip => "clip",
            Function::CumMin => "cummin",
            Function::CumMax => "cummax",
            Function::CumSum => "cumsum",
            Function::Diff => "diff",
            Function::Ema => "ema",
            Function::RollingMean => "rolling_mean",
            Function::RollingMedian => "rolling_median",
            Function::RollingMin => "rolling_min",
            Function::RollingMax => "rolling_max",
            Function::RollingStd => "rolling_std",
            Function::First => "first",
            Function::Last => "last",
            Function::Lowest => "lowest",
            Function::Highest => "highest",
            Function::Mean => "mean",
        }
    }

    /// How it is called: `clip(x, low, high)`.
    pub fn usage(self) -> String {
        let takes = match self.takes() {
            Takes::One => "x",
            Takes::Several => "x, y, …",
            Takes::Three => "x, low, high",
            Takes::Weight => "x, weight",
            Takes::Window => "x, n",
        };
        format!("{}({takes})", self.name())
    }

    /// What it says of its argument, in a few words.
    pub fn help(self) -> &'static str {
        match self {
            Function::Log => "natural logarithm",
            Function::Log10 => "logarithm to base 10",
            Function::Log2 => "logarithm to base 2",
            Function::Exp => "e to the power of x",
            Function::Sqrt => "square root",
            Function::Abs => "size without its sign",
            Function::Min => "the smallest of them at each step",
            Function::Max => "the largest of them at each step",
            Function::Clip => "x brought between low and high",
            Function::CumMin => "the smallest value so far",
            Function::CumMax => "the largest value so far",
            Function::CumSum => "the sum so far",
            Function::Diff => "what was added to the value before",
            Function::Ema => "exponential moving average, weight from 0 to 1",
            Function::RollingMean => "mean of the last n values",
            Function::RollingMedian => "median of the last n values",
            Function::RollingMin => "the smallest of the last n values",
            Function::RollingMax => "the largest of the last n values",
            Function::RollingStd => "standard deviation of the last n values",
            Function::First => "the first value of the run",
            Function::Last => "the last value of the run",
            Function::Lowest => "the smallest value of the run",
            Function::Highest => "the largest value of the run",
            Function::Mean => "mean of all values of the run",
        }
    }

    pub(super) fn of_name(name: &str) -> Option<Function> {
        Function::ALL.into_iter().find(|function| function.name() == name)
    }

    pub(super) fn takes(self) -> Takes {
        use Function::*;
        match self {
            Log | Log10 | Log2 | Exp | Sqrt | Abs | CumMin | CumMax | CumSum | Diff | First | Last | Lowest
            | Highest | Mean => Takes::One,
            Min | Max => Takes::Several,
            Clip => Takes::Three,
            Ema => Takes::Weight,
            RollingMean | RollingMedian | RollingMin | RollingMax | RollingStd => Takes::Window,
        }
    }
}
