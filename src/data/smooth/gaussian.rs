//! Means weighted with a normal distribution.

/// Up to this many points a block, each point counts for itself.
const FINE: f64 = 32.0;
/// How many results are made at a time, so that they stay near.
const STRETCH: usize = 1024;

/// The weighted mean at each of finite `values`. `sigma` is in points, at least 0.
pub(super) fn means(values: &[f64], sigma: f64) -> Vec<f64> {
    let block = (sigma / FINE) as usize;
    let radius = (4.0 * sigma + 0.5) as usize;
    if block < 2 || values.len() < 4 * block {
        let sums = convolved(values, &kernel(sigma, radius));
        let weights = convolved(&vec![1.0; values.len()], &kernel(sigma, radius));
        return sums.iter().zip(weights).map(|(sum, weight)| sum / weight).collect();
    }
    in_blocks(values, sigma, radius, block)
}

/// The same from the sums of blocks of so many values, and straight lines between their middles.
fn in_blocks(values: &[f64], sigma: f64, radius: usize, block: usize) -> Vec<f64> {
    let width = block as f64;
    // A block spreads its values itself; the rest of the spread is left to the kernel.
    let rest = (sigma * sigma - (width * width - 1.0) / 12.0).sqrt() / width;
    let kernel = kernel(rest, radius.div_ceil(block));
    let sums: Vec<f64> = values.chunks(block).map(|values| values.iter().sum()).collect();
    let counts: Vec<f64> = values.chunks(block).map(|values| values.len() as f64).collect();
    let (sums, weights) = (convolved(&sums, &kernel), convolved(&counts, &kernel));
    let means: Vec<f64> = sums.iter().zip(weights).map(|(sum, weight)| sum / weight).collect();
    let between = |at: usize| {
        let place = (at as f64 + 0.5) / width - 0.5;
        let left = (place.max(0.0) as usize).min(means.len() - 2);
        means[left] + (means[left + 1] - means[left]) * (place - left as f64)
    };
    (0..values.len()).map(between).collect()
}

/// The weights at the distances `0..=radius`.
fn kernel(sigma: f64, radius: usize) -> Vec<f64> {
    (0..=radius)
        .map(|at| (-0.5 * (at as f64 / sigma).powi(2)).exp())
        .map(|w| if w.is_nan() { 1.0 } else { w })
        .collect()
}

/// Each value's neighbours on both sides, and itself, by their weights; past the ends there is nothing.
fn convolved(values: &[f64], kernel: &[f64]) -> Vec<f64> {
    let mut sums = vec![0.0; values.len()];
    for (stretch, sums) in sums.chunks_mut(STRETCH).enumerate() {
        let start = stretch * STRETCH;
        // Weight by weight over a stretch, so that the compiler takes many values at a time.
        for (apart, &weight) in kernel.iter().enumerate() {
            let later = values.get(start + apart..).unwrap_or_default();
            sums.iter_mut().zip(later).for_each(|(sum, y)| *sum += weight * y);
            if apart > 0 {
                let skipped = apart.saturating_sub(start);
                let earlier = &values[(start + skipped).saturating_sub(apart)..];
                sums.iter_mut().skip(skipped).zip(earlier).for_each(|(sum, y)| *sum += weight * y);
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_change_next_to_nothing() {
        // scipy: gaussian_filter1d(z, 200, mode="constant") over that of ones, z = sin(i / 150) + (7919 i mod 101) / 101.
        let wave = |i: usize| (i as f64 / 150.0).sin() + (i * 7919 % 101) as f64 / 101.0;
        let values: Vec<f64> = (0..4000).map(wave).collect();
        let means = means(&values, 200.0);
        for (at, want) in [
            (0, 1.1021910557369143),
            (1, 1.1025072235228022),
            (500, 0.418493457177016),
            (1777, 0.22407379896811433),
            (2000, 0.7803263786225791),
            (3500, 0.0867103267537981),
            (3999, 0.8811223591892143),
        ] {
            assert!((means[at] - want).abs() < 1e-3, "{} at {at} is not {want}", means[at]);
        }
    }
}
