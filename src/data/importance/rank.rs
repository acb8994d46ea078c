//! Ranks and their correlation.

use super::Correlation;

/// The rank of each value from 0 on, the mean of its ranks for one that comes more than once. No value is NaN.
pub(super) fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut below = 0;
    for equal in order.chunk_by(|&a, &b| values[a] == values[b]) {
        let rank = below as f64 + (equal.len() - 1) as f64 / 2.0;
        equal.iter().for_each(|&at| ranks[at] = rank);
        below += equal.len();
    }
    ranks
}

/// Spearman's correlation of the pairs of which neither is NaN; `None` for fewer than four, and where one side has only
/// one value.
pub(super) fn spearman(a: &[f64], b: &[f64]) -> Option<Correlation> {
    let pairs = || a.iter().zip(b).filter(|(a, b)| !a.is_nan() && !b.is_nan());
    let (a, b) = (
        ranks(&pairs().map(|pair| *pair.0).collect::<Vec<_>>()),
        ranks(&pairs().map(|pair| *pair.1).collect::<Vec<_>>()),
    );
    if a.len() < 4 {
        return None;
    }
    let rho = pearson(&a, &b)?;
    Some(Correlation { rho, interval: interval(rho, a.len()), runs: a.len() as u64 })
}

fn pearson(a: &[f64], b: &[f64]) -> Option<f64> {
    // Ranks have one mean, whatever they are of.
    let mean = (a.len() - 1) as f64 / 2.0;
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean, b - mean);
        aa += a * a;
        bb += b * b;
        ab += a * b;
    }
    (aa > 0.0 && bb > 0.0).then(|| (ab / (aa * bb).sqrt()).clamp(-1.0, 1.0))
}

/// The 95 % interval of a correlation of `count` pairs, four or more.
fn interval(rho: f64, count: usize) -> [f64; 2] {
    let error = ((1.0 + rho * rho / 2.0) / (count as f64 - 3.0)).sqrt();
    // Perfect correlation would lie at infinity.
    let middle = rho.clamp(-0.999_999, 0.999_999).atanh();
    [(middle - 1.96 * error).tanh(), (middle + 1.96 * error).tanh()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_their_mean_rank() {
        assert_eq!(ranks(&[10.0, 30.0, 20.0]), [0.0, 2.0, 1.0]);
        assert_eq!(ranks(&[1.0, 2.0, 2.0, 3.0]), [0.0, 1.5, 1.5, 3.0]);
        assert_eq!(ranks(&[]), [0.0; 0]);
    }

    #[test]
    fn correlations_are_those_of_scipy() {
        const NAN: f64 = f64::NAN;
        // scipy.stats.spearmanr, 1.17.
        for (name, a, b, rho) in [
            ("rising", &[1., 2., 3., 4., 5.][..], &[2., 4., 8., 16., 32.][..], Some(1.0)),
            ("falling", &[1., 2., 3., 4.], &[9., 5., 2., 1.], Some(-1.0)),
            ("mixed", &[1., 2., 3., 4., 5.], &[5., 6., 7., 8., 7.], Some(0.820_782_681_668_123_3)),
            ("ties", &[1., 1., 2., 2., 3.], &[1., 2., 2., 3., 1.], Some(-0.027_777_777_777_777_78)),
            ("NaN is left out", &[1., NAN, 2., 3., 4.], &[1., 9., 2., 3., 4.], Some(1.0)),
            ("too few", &[1., 2., 3.], &[1., 2., 3.], None),
            ("one value", &[1., 1., 1., 1.], &[1., 2., 3., 4.], None),
        ] {
            let found = spearman(a, b).map(|found| found.rho);
            match (found, rho) {
                (Some(found), Some(rho)) => assert!((found - rho).abs() < 1e-12, "{name}: {found}"),
                (found, rho) => assert_eq!(found, rho, "{name}"),
            }
        }
        let perfect = spearman(&[1., 2., 3., 4.], &[1., 2., 3., 4.]).expect("four pairs");
        assert!(perfect.interval[0] < 0.999_999 && perfect.interval[1] <= 1.0);
    }
}
