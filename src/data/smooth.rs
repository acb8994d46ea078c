//! Smoothed copies of a series.

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
    fn bad_weights_are_harmless() {
        for weight in [0.0, -3.0, f64::NAN] {
            assert_eq!(ema(weight, &[1., 5.]), [1., 5.], "{weight}");
        }
        assert!(ema(7.0, &[1., 2.])[1].is_finite());
    }
}
