//! Statistics over a window that rolls along values.
//!
//! The window at a value holds so many before it and so many after it, and near the ends those there are, as
//! `pandas.Series.rolling(n, min_periods=1)`. Sums are never taken apart again, so that a value which leaves the
//! window leaves nothing behind: each window is joined from two running halves (van Herk, "A fast algorithm for local
//! minimum and maximum filters", Pattern Recognition Letters 13, 1992), which costs the same for every width.

/// The mean of each window.
pub fn means(values: &[f64], before: usize, after: usize) -> Vec<f64> {
    scaled(values, |values| {
        let sums = windows(values, 0.0, before, after, |a, b| a + b);
        sums.into_iter().enumerate().map(|(at, sum)| sum / size(values.len(), at, before, after)).collect()
    })
}

/// The smallest of each window.
pub fn minima(values: &[f64], before: usize, after: usize) -> Vec<f64> {
    windows(values, f64::INFINITY, before, after, f64::min)
}

/// The largest of each window.
pub fn maxima(values: &[f64], before: usize, after: usize) -> Vec<f64> {
    windows(values, f64::NEG_INFINITY, before, after, f64::max)
}

/// The median of each window: of an even number the mean of the two in the middle. Costs more for wider windows.
pub fn medians(values: &[f64], before: usize, after: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = Vec::with_capacity(before + after + 1);
    let mut medians = Vec::with_capacity(values.len());
    let mut taken = 0;
    for at in 0..values.len() {
        while taken < values.len().min(at + after + 1) {
            let y = values[taken];
            sorted.insert(sorted.partition_point(|other| other.total_cmp(&y).is_lt()), y);
            taken += 1;
        }
        if let Some(gone) = at.checked_sub(before + 1) {
            sorted.remove(sorted.partition_point(|other| other.total_cmp(&values[gone]).is_lt()));
        }
        medians.push(middle(&sorted));
    }
    medians
}

/// The sample standard deviation of each window (`ddof = 1`), NaN of one value.
pub fn deviations(values: &[f64], before: usize, after: usize) -> Vec<f64> {
    scaled(values, |values| {
        let moments: Vec<Moments> = values.iter().map(|&y| Moments { n: 1.0, mean: y, squares: 0.0 }).collect();
        let nothing = Moments { n: 0.0, mean: 0.0, squares: 0.0 };
        windows(&moments, nothing, before, after, Moments::joined).into_iter().map(Moments::deviation).collect()
    })
}

/// The arithmetic mean of finite values, NaN of none.
pub fn mean(values: &[f64]) -> f64 {
    let sum: f64 = values.iter().sum();
    let n = values.len() as f64;
    if sum.is_finite() { sum / n } else { values.iter().map(|y| y / n).sum() }
}

/// The sample standard deviation of finite values (`ddof = 1`), NaN of fewer than two.
pub fn deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let of_all = |values: &[f64]| {
        let mean = mean(values);
        let squares: f64 = values.iter().map(|y| (y - mean) * (y - mean)).sum();
        vec![(squares / (values.len() as f64 - 1.0)).sqrt()]
    };
    scaled(values, of_all)[0]
}

/// The mean of the two values in the middle of `sorted`, or the one. NaN of none.
pub fn middle(sorted: &[f64]) -> f64 {
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        n if n % 2 == 1 => sorted[half],
        _ => sorted[half - 1] / 2.0 + sorted[half] / 2.0,
    }
}

/// `values` with the finite ones replaced by what `change` makes of them alone; the rest stay where they are.
pub fn of_finite(values: &[f64], change: impl FnOnce(&[f64]) -> Vec<f64>) -> Vec<f64> {
    if values.iter().all(|y| y.is_finite()) {
        return change(values);
    }
    let finite: Vec<f64> = values.iter().copied().filter(|y| y.is_finite()).collect();
    let mut changed = change(&finite).into_iter();
    let of = |&y: &f64| if y.is_finite() { changed.next().expect("one for each finite value") } else { y };
    values.iter().map(of).collect()
}

/// What `change` makes of finite `values`, which it may add up: where that could overflow it gets them smaller, and what
/// it makes is made as much larger again.
pub(crate) fn scaled(values: &[f64], change: impl FnOnce(&[f64]) -> Vec<f64>) -> Vec<f64> {
    const LARGE: f64 = 1e140;
    if values.iter().all(|y| y.abs() < LARGE) {
        return change(values);
    }
    // A power of two loses no digit.
    let scale = 2.0_f64.powi(600);
    let smaller: Vec<f64> = values.iter().map(|y| y / scale).collect();
    change(&smaller).into_iter().map(|y| (y * scale).clamp(f64::MIN, f64::MAX)).collect()
}

/// Count, mean, and sum of squared distances from the mean.
#[derive(Debug, Clone, Copy)]
struct Moments {
    n: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    /// The moments of both. Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample
    /// variances", 1979.
    fn joined(self, other: Moments) -> Moments {
        let n = self.n + other.n;
        if n == 0.0 {
            return self;
        }
        let apart = other.mean - self.mean;
        let mean = self.mean + apart * (other.n / n);
        Moments { n, mean, squares: self.squares + other.squares + apart * apart * (self.n * other.n / n) }
    }

    fn deviation(self) -> f64 {
        if self.n < 2.0 { f64::NAN } else { (self.squares / (self.n - 1.0)).sqrt() }
    }
}

/// How many values the window at `at` holds.
fn size(values: usize, at: usize, before: usize, after: usize) -> f64 {
    (1 + at.min(before) + (values - 1 - at).min(after)) as f64
}

/// `join` of all in each window, where `nothing` changes nothing.
fn windows<T: Copy>(items: &[T], nothing: T, before: usize, after: usize, join: impl Fn(T, T) -> T) -> Vec<T> {
    // No window can reach further than both ends.
    let (before, after) = (before.min(items.len()), after.min(items.len()));
    let width = before + after + 1;
    let padding = |n: usize| std::iter::repeat_n(nothing, n);
    let padded: Vec<T> = padding(before).chain(items.iter().copied()).chain(padding(after)).collect();
    // Both halves start anew at every `width`: what came since, and what comes until, the border.
    let (mut since, mut until) = (padded.clone(), padded);
    for at in 1..since.len() {
        if at % width != 0 {
            since[at] = join(since[at - 1], since[at]);
        }
    }
    for at in (0..until.len().saturating_sub(1)).rev() {
        if (at + 1) % width != 0 {
            until[at] = join(until[at], until[at + 1]);
        }
    }
    let window = |at: usize| match at % width {
        0 => since[at + width - 1],
        _ => join(until[at], since[at + width - 1]),
    };
    (0..items.len()).map(window).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAN: f64 = f64::NAN;

    fn assert_near(got: &[f64], want: &[f64], name: &str) {
        assert_eq!(got.len(), want.len(), "{name}");
        for (got, want) in got.iter().zip(want) {
            let near = (got - want).abs() <= 1e-12 * want.abs().max(1.0) || (got.is_nan() && want.is_nan());
            assert!(near, "{name}: {got} is not {want}");
        }
    }

    /// `y = pd.Series([3, 1, 4, 1, 5, 9, 2, 6, 5, 3])` with pandas 2: `y.rolling(n, min_periods=1, center=…)`.
    #[test]
    fn windows_equal_those_of_pandas() {
        let y = [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0];
        let third = 1.0 / 3.0;
        for (name, got, want) in [
            (
                "rolling(3).mean()",
                means(&y, 2, 0),
                [3.0, 2.0, 8.0 * third, 2.0, 10.0 * third, 5.0, 16.0 * third, 17.0 * third, 13.0 * third, 14.0 * third],
            ),
            (
                "rolling(4, center=True).mean()",
                means(&y, 2, 1),
                [2.0, 2.6666666666666665, 2.25, 2.75, 4.75, 4.25, 5.5, 5.5, 4.0, 4.666666666666667],
            ),
            (
                "rolling(3).std()",
                deviations(&y, 2, 0),
                [
                    NAN,
                    std::f64::consts::SQRT_2,
                    1.5275252316519468,
                    1.7320508075688772,
                    2.0816659994661326,
                    4.0,
                    3.511884584284246,
                    3.511884584284246,
                    2.081665999466133,
                    1.5275252316519472,
                ],
            ),
            ("rolling(3).median()", medians(&y, 2, 0), [3.0, 2.0, 3.0, 1.0, 4.0, 5.0, 5.0, 6.0, 5.0, 5.0]),
            ("rolling(4, center=True).median()", medians(&y, 2, 1), [2.0, 3.0, 2.0, 2.5, 4.5, 3.5, 5.5, 5.5, 4.0, 5.0]),
            ("rolling(3).min()", minima(&y, 2, 0), [3.0, 1.0, 1.0, 1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 3.0]),
            ("rolling(3).max()", maxima(&y, 2, 0), [3.0, 3.0, 4.0, 4.0, 5.0, 9.0, 9.0, 9.0, 6.0, 6.0]),
        ] {
            assert_near(&got, &want, name);
        }
    }

    #[test]
    fn what_left_the_window_leaves_nothing_behind() {
        let spiked = [0.1, 1e300, 0.3, 0.1, 0.2, 1e308, 1e308, 0.4];
        assert_near(&means(&spiked, 1, 0)[3..5], &[0.2, 0.15], "means after a spike");
        assert_eq!(means(&spiked, 1, 0)[6], 1e308, "means do not overflow");
        assert_near(&medians(&spiked, 1, 0)[6..7], &[1e308], "medians do not overflow");
        assert!(deviations(&spiked, 2, 0).iter().skip(1).all(|y| y.is_finite()));
        assert_eq!(mean(&[1e308, 1e308]), 1e308);
    }

    #[test]
    fn odd_values_stay_where_they_are() {
        let values = [1.0, NAN, 3.0, f64::INFINITY, 5.0];
        let changed = of_finite(&values, |finite| means(finite, 1, 0));
        assert_near(&[changed[0], changed[2], changed[4]], &[1.0, 2.0, 4.0], "of the finite ones");
        assert!(changed[1].is_nan() && changed[3] == f64::INFINITY);
        assert!(means(&[], 3, 3).is_empty() && medians(&[], 3, 3).is_empty());
    }

    proptest! {
        #[test]
        fn windows_are_what_they_hold(values in prop::collection::vec(-1e3..1e3f64, 1..80), before in 0..100usize, after in 0..100usize) {
            let naive = |of: &dyn Fn(&[f64]) -> f64| -> Vec<f64> {
                (0..values.len()).map(|at| of(&values[at.saturating_sub(before)..(at + after + 1).min(values.len())])).collect()
            };
            let fold = |from: f64, of: fn(f64, f64) -> f64| naive(&|window| window.iter().copied().fold(from, of));
            prop_assert_eq!(minima(&values, before, after), fold(f64::INFINITY, f64::min));
            prop_assert_eq!(maxima(&values, before, after), fold(f64::NEG_INFINITY, f64::max));
            let median = naive(&|window| {
                let mut sorted = window.to_vec();
                sorted.sort_by(f64::total_cmp);
                middle(&sorted)
            });
            prop_assert_eq!(medians(&values, before, after), median);
            for (got, want) in means(&values, before, after).into_iter().zip(naive(&mean)) {
                prop_assert!((got - want).abs() < 1e-9);
            }
        }
    }
}
