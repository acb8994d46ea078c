//! Places by rank: every value as far along as there are values below it.

/// Rising values, each with the share of its mean rank.
pub(super) fn ranks(mut numbers: Vec<f64>) -> Vec<(f64, f64)> {
    numbers.sort_by(f64::total_cmp);
    let most = numbers.len().saturating_sub(1).max(1) as f64;
    let mut ranks = Vec::new();
    let mut below = 0;
    for equal in numbers.chunk_by(|a, b| a == b) {
        let middle = below as f64 + (equal.len() - 1) as f64 / 2.0;
        ranks.push((equal[0], if numbers.len() == 1 { 0.5 } else { middle / most }));
        below += equal.len();
    }
    ranks
}

/// The share of `value` among `ranks`, between those of its neighbours; beyond 0 to 1 outside them.
pub(super) fn rank_of(ranks: &[(f64, f64)], value: f64) -> f64 {
    let after = ranks.partition_point(|(at, _)| *at < value);
    match (after.checked_sub(1).map(|before| ranks[before]), ranks.get(after)) {
        (_, Some((at, share))) if *at == value => *share,
        (Some((a, from)), Some((b, to))) => from + (to - from) * between(a, *b, value),
        (Some(_), None) => 1.5,
        (None, _) => -0.5,
    }
}

/// How far `value` is from `a` to `b`, without overflow.
fn between(a: f64, b: f64, value: f64) -> f64 {
    (value / 2.0 - a / 2.0) / (b / 2.0 - a / 2.0)
}

/// The value at a share of `ranks`; beyond their ends the outermost ones.
pub(super) fn value_of_rank(ranks: &[(f64, f64)], share: f64) -> Option<f64> {
    let after = ranks.partition_point(|(_, at)| *at < share);
    Some(match (after.checked_sub(1).map(|before| ranks[before]), ranks.get(after)) {
        // A sum would be rounded, and miss it.
        (_, Some((value, at))) if *at == share => *value,
        (Some((a, from)), Some((b, to))) => a + (b / 2.0 - a / 2.0) * ((share - from) / (to - from)) * 2.0,
        (None, Some((value, _))) => *value,
        (Some((value, _)), None) => value,
        (None, None) => return None,
    })
}
