//! What the values of a group's runs say together, at one place.

use super::{Band, Center, GroupLook, line::At};
use crate::rolling;

/// How often the runs are drawn anew for a bootstrap interval.
pub const RESAMPLES: usize = 1_000;

/// Calculates the center and the band of a group at one place after the other.
///
/// - mean: the arithmetic mean; median: of an even number the mean of the two in the middle
/// - std: the sample standard deviation, `ddof = 1`, to both sides of the mean; NaN of one run
/// - stderr: that divided by the square root of the number of runs
/// - quantiles: with straight lines between the ordered values, `numpy.quantile(method="linear")`, type 7 of
///   Hyndman and Fan, "Sample Quantiles in Statistical Packages", The American Statistician 50, 1996
/// - bootstrap: as many runs as there are, drawn with replacement, [`RESAMPLES`] times; the 2.5 % and the 97.5 %
///   quantile of their centers (the percentile interval of Efron and Tibshirani, "An Introduction to the Bootstrap",
///   1993, chapter 13); NaN of one run. The draws depend on the number of runs alone, so that the same data has the
///   same interval everywhere, and neighbouring places draw alike.
#[derive(Debug)]
pub struct Statistics {
    look: GroupLook,
    drawn: Vec<f64>,
}

impl Statistics {
    /// The statistics of this look.
    pub(super) fn new(look: GroupLook) -> Statistics {
        Statistics { look, drawn: Vec::new() }
    }

    /// The center and the ends of the band of `runs`, of which there is one at least.
    pub(super) fn of(&mut self, runs: &[At]) -> (f64, Option<[f64; 2]>) {
        let mut values: Vec<f64> = runs.iter().map(|run| run.value).collect();
        values.sort_unstable_by(f64::total_cmp);
        let center = match self.look.center {
            Center::Mean | Center::Median => center(self.look.center, &values),
            Center::Min => runs.iter().map(|run| run.values[0]).fold(f64::INFINITY, f64::min),
            Center::Max => runs.iter().map(|run| run.values[1]).fold(f64::NEG_INFINITY, f64::max),
        };
        let about_mean = |spread: f64| {
            let mean = rolling::mean(&values);
            [mean - spread, mean + spread]
        };
        let band = match self.look.band {
            Band::None => return (center, None),
            Band::MinMax => {
                let ends = |[low, high]: [f64; 2], run: &At| [low.min(run.raw[0]), high.max(run.raw[1])];
                runs.iter().fold([f64::INFINITY, f64::NEG_INFINITY], ends)
            }
            Band::Std => about_mean(rolling::deviation(&values)),
            Band::Stderr => about_mean(rolling::deviation(&values) / (values.len() as f64).sqrt()),
            Band::Quartiles => [quantile(&values, 0.25), quantile(&values, 0.75)],
            Band::Quantiles5To95 => [quantile(&values, 0.05), quantile(&values, 0.95)],
            Band::Bootstrap => self.bootstrap(&values),
        };
        (center, Some(band))
    }

    /// The bootstrap interval of the center of sorted `values`.
    fn bootstrap(&mut self, values: &[f64]) -> [f64; 2] {
        if values.len() < 2 {
            return [f64::NAN; 2];
        }
        let mut draws = Draws(values.len() as u64);
        let mut centers: Vec<f64> = (0..RESAMPLES)
            .map(|_| {
                self.drawn.clear();
                self.drawn.extend((0..values.len()).map(|_| values[draws.below(values.len())]));
                if self.look.center == Center::Median {
                    self.drawn.sort_unstable_by(f64::total_cmp);
                }
                center(self.look.center, &self.drawn)
            })
            .collect();
        centers.sort_unstable_by(f64::total_cmp);
        [quantile(&centers, 0.025), quantile(&centers, 0.975)]
    }
}

/// The center of values; for the median they must be sorted.
fn center(center: Center, values: &[f64]) -> f64 {
    match center {
        Center::Mean => rolling::mean(values),
        Center::Median => rolling::middle(values),
        Center::Min => values.iter().copied().fold(f64::INFINITY, f64::min),
        Center::Max => values.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    }
}

/// The quantile of sorted values, of which there is one at least.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let place = share * (sorted.len() - 1) as f64;
    let (low, part) = (place as usize, place.fract());
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] * (1.0 - part) + sorted[high] * part
}

/// Pseudo-random numbers, the same for the same seed: SplitMix64 of Steele, Lea and Flood, "Fast Splittable
/// Pseudorandom Number Generators", OOPSLA 2014.
struct Draws(u64);

impl Draws {
    /// A number in `0..n`.
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * n as u128) >> 64) as usize
    }
}
