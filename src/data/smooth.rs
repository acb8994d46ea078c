//! Smoothed copies of a series.
//!
//! Every kind looks at all raw points, so that zooming changes no line. NaN and infinities come out where they were
//! and leave no trace: windows and averages are of the finite values alone. Weights and windows count points, save
//! those of the time-weighted average, which look at how far apart points lie.

mod gaussian;

use crate::{rolling, series::Points};
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
    /// By an EMA that forgets with the distance along x, so that how densely a run logged changes nothing. Equal to
    /// the time-weighted EMA of Weights & Biases with the same number: after a thousandth of the x range of the
    /// series `min(√weight, 0.999)` of the past stays. Source: docs.wandb.ai, "Smooth line plots".
    TimeEma {
        /// How much of the past stays, in `0..1`.
        weight: f64,
    },
    /// By the mean of this many points, half of them on each side, of an even number one more before; near the ends
    /// of those there are. As `pandas.Series.rolling(window, center=True, min_periods=1).mean()`.
    Mean {
        /// How many points.
        window: u32,
    },
    /// By a mean weighted with a normal distribution, cut off at four standard deviations; near the ends the weights
    /// that are left are made to sum up to one. Where `sigma` is 64 or more, points are summed up in blocks of at most a
    /// thirty-second of it first, which changes the line by less than a thousandth of what it spans.
    Gaussian {
        /// Its standard deviation, in points.
        sigma: f64,
    },
    /// By the median of this many points, with a window as that of the mean.
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
    /// The smoothed value at each of `points`.
    pub fn smooth(self, points: &Points) -> Vec<f64> {
        let around = |window: u32| (window as usize / 2, (window as usize).saturating_sub(1) / 2);
        match self {
            Smoothing::None => points.y.clone(),
            Smoothing::Ema { weight } => {
                let mut ema = Ema::new(weight);
                points.y.iter().map(|&y| ema.next(y)).collect()
            }
            Smoothing::TimeEma { weight } => time_ema(points, weight),
            Smoothing::Mean { window } => {
                let (before, after) = around(window);
                rolling::of_finite(&points.y, |finite| rolling::means(finite, before, after))
            }
            Smoothing::Gaussian { sigma } => {
                rolling::of_finite(&points.y, |finite| rolling::scaled(finite, |y| gaussian::means(y, sigma)))
            }
            Smoothing::Median { window } => {
                let (before, after) = around(window);
                rolling::of_finite(&points.y, |finite| rolling::medians(finite, before, after))
            }
        }
    }

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

/// The time-weighted EMA of Weights & Biases.
fn time_ema(points: &Points, weight: f64) -> Vec<f64> {
    /// How many steps of the weight the x range has.
    const STEPS: f64 = 1000.0;
    let weight = weight.clamp(0.0, 1.0).sqrt().min(0.999);
    let (Some(&first), Some(&last)) = (points.x.first(), points.x.last()) else { return Vec::new() };
    let range = last.abs_diff(first) as f64;
    let mut finite = points.x.iter().zip(&points.y).filter(|(_, y)| y.is_finite()).map(|(&x, _)| x);
    rolling::of_finite(&points.y, |values| {
        rolling::scaled(values, |values| {
            let (mut sum, mut weights, mut before) = (0.0, 0.0, first);
            let next = |&y: &f64| {
                let x = finite.next().expect("each finite value has an x");
                let apart = x.abs_diff(std::mem::replace(&mut before, x)) as f64;
                let stays = if apart == 0.0 { 1.0 } else { weight.powf(apart / range * STEPS) };
                (sum, weights) = (sum * stays + y, weights * stays + 1.0);
                sum / weights
            };
            values.iter().map(next).collect()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_near(got: &[f64], want: &[f64], name: &str) {
        assert_eq!(got.len(), want.len(), "{name}");
        for (got, want) in got.iter().zip(want) {
            assert!((got - want).abs() <= 1e-12 * want.abs().max(1.0), "{name}: {got} is not {want}");
        }
    }

    /// Values of pandas 2 (`rolling(center=True, min_periods=1)`) and scipy 1 (`gaussian_filter1d` of y with
    /// `mode="constant"` over that of ones), and of W&B's published JavaScript, run in Python.
    #[test]
    fn smoothings_equal_those_of_pandas_scipy_and_wandb() {
        let points = |x: &[i64], y: &[f64]| Points { x: x.to_vec(), y: y.to_vec() };
        let y = points(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9], &[3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0]);
        let timed = points(&[0, 1, 2, 10, 11, 500, 1000], &[1.0, 2.0, 4.0, 8.0, 4.0, 2.0, 1.0]);
        for (smoothing, points, want) in [
            (
                Smoothing::Mean { window: 4 },
                &y,
                &[2.0, 2.6666666666666665, 2.25, 2.75, 4.75, 4.25, 5.5, 5.5, 4.0, 4.666666666666667][..],
            ),
            (Smoothing::Median { window: 4 }, &y, &[2.0, 3.0, 2.0, 2.5, 4.5, 3.5, 5.5, 5.5, 4.0, 5.0]),
            (
                Smoothing::Gaussian { sigma: 0.8 },
                &y,
                &[
                    2.418696937692928,
                    2.16945511430842,
                    2.6317363649625114,
                    2.7747797586809737,
                    4.911036513213744,
                    6.243601972769476,
                    4.642879766071309,
                    4.857502125981032,
                    4.701039225011713,
                    3.69649674066119,
                ],
            ),
            (
                Smoothing::Gaussian { sigma: 2.5 },
                &y,
                &[
                    2.804518151221096,
                    3.0406849208678373,
                    3.364117249203014,
                    3.747530007069311,
                    4.129429727000817,
                    4.43431310537187,
                    4.610456647484602,
                    4.653292044512106,
                    4.595265436151264,
                    4.478839786247653,
                ],
            ),
            (
                Smoothing::TimeEma { weight: 0.9 },
                &timed,
                &[
                    1.0,
                    1.513167019494862,
                    2.3861433107544046,
                    4.342858326219673,
                    4.250736496628589,
                    2.0000000000543716,
                    1.000000000003636,
                ],
            ),
            (
                Smoothing::TimeEma { weight: 0.6 },
                &timed,
                &[1.0, 1.5635083268962915, 2.5895738076846544, 6.726783206021131, 5.372180963081831, 2.0, 1.0],
            ),
        ] {
            assert_near(&smoothing.smooth(points), want, &format!("{smoothing:?}"));
        }
    }

    #[test]
    fn every_kind_leaves_odd_values_alone_and_a_constant_as_it_is() {
        for smoothing in [
            Smoothing::None,
            Smoothing::Ema { weight: 0.9 },
            Smoothing::TimeEma { weight: 0.9 },
            Smoothing::Mean { window: 5 },
            Smoothing::Gaussian { sigma: 2.0 },
            Smoothing::Gaussian { sigma: 900.0 },
            Smoothing::Median { window: 3 },
        ] {
            let smoothed = |x: &[i64], y: &[f64]| smoothing.smooth(&Points { x: x.to_vec(), y: y.to_vec() });
            let odd = smoothed(&[0, 1, 2, 3, 9], &[1.0, f64::NAN, 2.0, f64::INFINITY, 3.0]);
            assert!(odd[1].is_nan() && odd[3] == f64::INFINITY, "{smoothing:?}");
            assert_near(&[odd[0], odd[2], odd[4]], &smoothed(&[0, 2, 9], &[1.0, 2.0, 3.0]), &format!("{smoothing:?}"));
            assert_near(&smoothed(&[5, 5, 5], &[7.0; 3]), &[7.0; 3], &format!("{smoothing:?}"));
            assert!(smoothed(&[], &[]).is_empty() && smoothed(&[3], &[f64::NAN])[0].is_nan(), "{smoothing:?}");
            let huge = smoothed(&[i64::MIN, 0, i64::MAX], &[f64::MAX, f64::MAX, -f64::MAX]);
            assert!(huge.iter().all(|y| y.is_finite()), "{smoothing:?}: {huge:?}");
        }
    }

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
