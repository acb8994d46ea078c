//! Smoothed copies of a series.

use serde::{Deserialize, Serialize};

/// How a series is smoothed. Written as its EMA weight, `0.6`, or as a kind and its strength, `"mean:9"`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub enum Smoothing {
    /// Not at all.
    #[default]
    None,
    /// By [`Ema`].
    Ema {
        /// How much of the past stays, in `0..1`.
        weight: f64,
    },
    /// By an EMA whose weight is for a thousandth of the x range, whatever lies in it.
    TimeEma {
        /// How much of the past stays after a thousandth of the range, in `0..1`.
        weight: f64,
    },
    /// By the mean of this many points, half of them on each side.
    Mean {
        /// How many points.
        window: u32,
    },
    /// By a mean weighted with a normal distribution.
    Gaussian {
        /// Its standard deviation, in points.
        sigma: f64,
    },
    /// By the median of this many points, half of them on each side.
    Median {
        /// How many points.
        window: u32,
    },
}

/// The written form of a [`Smoothing`].
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Weight(f64),
    Kind(String),
}

/// The widest window, in points.
const MOST_WINDOW: u32 = 10_001;

impl Smoothing {
    /// The same with its strength in range, and none where it would change nothing.
    fn mended(self) -> Smoothing {
        match self {
            Smoothing::Ema { weight } if weight > 0.0 => Smoothing::Ema { weight: weight.min(0.999) },
            Smoothing::TimeEma { weight } if weight > 0.0 => Smoothing::TimeEma { weight: weight.min(0.999) },
            Smoothing::Mean { window } if window > 1 => Smoothing::Mean { window: window.min(MOST_WINDOW) },
            Smoothing::Gaussian { sigma } if sigma > 0.0 => Smoothing::Gaussian { sigma: sigma.min(1_000.0) },
            Smoothing::Median { window } if window > 1 => Smoothing::Median { window: window.min(MOST_WINDOW) },
            _ => Smoothing::None,
        }
    }
}

impl TryFrom<Written> for Smoothing {
    type Error = String;

    fn try_from(written: Written) -> Result<Smoothing, String> {
        let text = match written {
            Written::Weight(weight) => return Ok(Smoothing::Ema { weight }.mended()),
            Written::Kind(text) => text,
        };
        let unknown = || format!("{text:?} is no smoothing: it is a weight, or a kind and its strength as \"mean:9\"");
        let (kind, strength) = text.split_once(':').ok_or_else(unknown)?;
        let number = || strength.parse::<f64>().map_err(|_| unknown());
        let window = || strength.parse::<u32>().map_err(|_| unknown());
        let smoothing = match kind {
            "ema" => Smoothing::Ema { weight: number()? },
            "time_ema" => Smoothing::TimeEma { weight: number()? },
            "mean" => Smoothing::Mean { window: window()? },
            "gaussian" => Smoothing::Gaussian { sigma: number()? },
            "median" => Smoothing::Median { window: window()? },
            _ => return Err(unknown()),
        };
        Ok(smoothing.mended())
    }
}

impl From<Smoothing> for Written {
    fn from(smoothing: Smoothing) -> Written {
        match smoothing {
            Smoothing::None => Written::Weight(0.0),
            Smoothing::Ema { weight } => Written::Weight(weight),
            Smoothing::TimeEma { weight } => Written::Kind(format!("time_ema:{weight}")),
            Smoothing::Mean { window } => Written::Kind(format!("mean:{window}")),
            Smoothing::Gaussian { sigma } => Written::Kind(format!("gaussian:{sigma}")),
            Smoothing::Median { window } => Written::Kind(format!("median:{window}")),
        }
    }
}

/// Exponential moving average, equal to TensorBoard's.
///
/// `weight` in `0..1` is how much of the past stays; 0 gives the values back. De-biased, so that the
/// first values are not pulled to zero: `m ← w·m + (1−w)·y`, shown as `m / (1 − wⁿ)` after `n` finite
/// values. NaN and infinities come out as they went in and leave the average alone. A constant series
/// comes out as it is. Source: `smooth_data` in TensorBoard's `line_chart`
/// (tensorboard/webapp/widgets/line_chart_v2 and vz_line_chart2, "1st-order IIR low-pass filter").
#[derive(Debug, Clone, Copy)]
pub struct Ema {
    weight: f64,
    mean: f64,
    /// `wⁿ` for the `n` finite values so far.
    bias: f64,
    first: f64,
    constant: bool,
}

impl Ema {
    /// An average over nothing yet. `weight` is clamped to `0..=0.9999`.
    pub fn new(weight: f64) -> Ema {
        let weight = if weight.is_finite() { weight.clamp(0.0, 0.9999) } else { 0.0 };
        Ema { weight, mean: 0.0, bias: 1.0, first: f64::NAN, constant: true }
    }

    /// The smoothed value at the next point `y`.
    #[inline]
    pub fn next(&mut self, y: f64) -> f64 {
        if !y.is_finite() {
            return y;
        }
        if self.first.is_nan() {
            self.first = y;
        }
        self.constant &= y == self.first;
        self.mean = self.mean * self.weight + (1.0 - self.weight) * y;
        self.bias *= self.weight;
        if self.constant { y } else { self.mean / (1.0 - self.bias) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ema(weight: f64, values: &[f64]) -> Vec<f64> {
        let mut ema = Ema::new(weight);
        values.iter().map(|&y| ema.next(y)).collect()
    }

    #[test]
    fn ema_equals_pandas_with_adjustment() {
        // pandas: pd.Series([1, 2, 4, 8]).ewm(alpha=1 - 0.6, adjust=True).mean()
        let expected = [1.0, 1.625, 2.836734693877551, 5.209558823529411];
        for (got, want) in ema(0.6, &[1., 2., 4., 8.]).into_iter().zip(expected) {
            assert!((got - want).abs() < 1e-12, "{got} is not {want}");
        }
    }

    #[test]
    fn odd_values_pass_and_leave_no_trace() {
        let with = ema(0.9, &[1., f64::NAN, 2., f64::INFINITY, 3.]);
        let without = ema(0.9, &[1., 2., 3.]);
        assert!(with[1].is_nan() && with[3] == f64::INFINITY);
        assert_eq!([with[0], with[2], with[4]], [without[0], without[1], without[2]]);
    }

    #[test]
    fn smoothings_come_back_from_their_text() {
        for (text, smoothing) in [
            ("0.6", Smoothing::Ema { weight: 0.6 }),
            ("\"time_ema:0.9\"", Smoothing::TimeEma { weight: 0.9 }),
            ("\"mean:9\"", Smoothing::Mean { window: 9 }),
            ("\"gaussian:2.5\"", Smoothing::Gaussian { sigma: 2.5 }),
            ("\"median:5\"", Smoothing::Median { window: 5 }),
        ] {
            assert_eq!(serde_json::from_str::<Smoothing>(text).expect(text), smoothing);
            assert_eq!(serde_json::to_string(&smoothing).expect(text), text);
        }
        for (text, mended) in
            [("7", Smoothing::Ema { weight: 0.999 }), ("-1", Smoothing::None), ("\"mean:1\"", Smoothing::None)]
        {
            assert_eq!(serde_json::from_str::<Smoothing>(text).expect(text), mended);
        }
        for text in ["\"mean\"", "\"mean:-1\"", "\"cubic:3\"", "[]"] {
            assert!(serde_json::from_str::<Smoothing>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn bad_weights_are_harmless() {
        for weight in [0.0, -3.0, f64::NAN] {
            assert_eq!(ema(weight, &[1., 5.]), [1., 5.], "{weight}");
        }
        assert!(ema(7.0, &[1., 2.])[1].is_finite());
    }
}
