//! Where values lie along x.

use super::Member;
use data::{
    expression::Trace,
    frame::{FrameRequest, Origin, XAxis},
    pauses,
    series::Points,
};

/// One run's values along x.
#[derive(Debug)]
pub(super) struct Placed {
    pub member: Member,
    /// The points in x order. Along a metric x is filled in by [`in_counts`].
    pub points: Points,
    /// The x of each point where a metric lies along x.
    real_x: Vec<f64>,
    /// How many points have no place along x.
    pub unplaced: u64,
}

/// The points of `trace` along steps or time.
pub(super) fn along(trace: Trace, request: &FrameRequest, member: Member) -> Placed {
    if request.x == XAxis::Step {
        let mut points = Points { x: trace.steps, y: trace.values };
        count_from_first(&mut points.x, request.origin);
        return Placed { member, points, real_x: Vec::new(), unplaced: 0 };
    }
    let origin = if request.x == XAxis::WallTime { 0 } else { member.start_millis };
    let mut order: Vec<usize> = (0..trace.len()).collect();
    order.sort_by_key(|&at| trace.times[at]);
    let x = order.iter().map(|&at| trace.times[at].saturating_sub(origin)).collect();
    let points = Points { x, y: order.iter().map(|&at| trace.values[at]).collect() };
    timed(points, request, member)
}

/// Points in order of time, without pauses and from the origin that was asked for.
pub(super) fn timed(mut points: Points, request: &FrameRequest, member: Member) -> Placed {
    if request.x == XAxis::ActiveTime {
        pauses::leave_out(&mut points.x);
    }
    if request.x != XAxis::WallTime {
        count_from_first(&mut points.x, request.origin);
    }
    Placed { member, points, real_x: Vec::new(), unplaced: 0 }
}

/// The points of `trace` at the values that the metric `x` has at the nearest steps.
pub(super) fn along_metric(trace: Trace, x: Option<&Trace>, member: Member) -> Placed {
    let nearest = x.map_or_else(|| vec![None; trace.len()], |x| x.nearest(&trace.steps));
    let finite = nearest.iter().zip(&trace.values).filter_map(|(x, &y)| Some((x.filter(|x| x.is_finite())?, y)));
    let mut placed: Vec<(f64, f64)> = finite.collect();
    placed.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let unplaced = (trace.len() - placed.len()) as u64;
    let (real_x, y) = placed.into_iter().unzip();
    Placed { member, points: Points { x: Vec::new(), y }, real_x, unplaced }
}

fn count_from_first(x: &mut [i64], origin: Origin) {
    if let (Origin::FirstPoint, Some(&first)) = (origin, x.first()) {
        x.iter_mut().for_each(|x| *x = x.saturating_sub(first));
    }
}

/// All runs with x in counts of one unit, and that unit.
pub(super) fn in_counts(mut placed: Vec<Placed>, x: XAxis) -> (Vec<Placed>, f64) {
    if x != XAxis::Metric {
        return (placed, 1.0);
    }
    let unit = unit_of(placed.iter().flat_map(|placed| &placed.real_x).copied());
    for one in &mut placed {
        one.points.x = std::mem::take(&mut one.real_x).into_iter().map(|x| (x / unit).round() as i64).collect();
    }
    (placed, unit)
}

/// The range that was asked for, in counts of `unit`.
pub(super) fn range_in_counts(request: &FrameRequest, unit: f64) -> Option<[i64; 2]> {
    if request.x != XAxis::Metric {
        return request.range;
    }
    let [from, to] = request.x_range?;
    let (from, to) = ((from / unit).ceil() as i64, (to / unit).floor() as i64);
    // Both ends between the same two counts hold nothing, and lie between those.
    Some([from.min(to), to.max(from)])
}

/// The unit in which these values are whole numbers that a 64-bit float holds: 1 if they are, else a power of two
/// that makes the largest of them a whole number of 53 digits.
fn unit_of(values: impl Iterator<Item = f64> + Clone) -> f64 {
    const WHOLE: f64 = (1u64 << 52) as f64;
    let most = values.clone().map(f64::abs).fold(0.0, f64::max);
    if most < WHOLE && values.clone().all(|x| x.fract() == 0.0) {
        return 1.0;
    }
    // The exponent as it is stored; the smallest numbers have none of their own.
    let exponent = (most.to_bits() >> 52) as i32 - 1023;
    2.0_f64.powi((exponent - 52).max(-1022))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_hold_any_values() {
        for (name, values, unit) in [
            ("whole numbers are counted", &[0.0, -3.0, 4e15][..], Some(1.0)),
            ("none are counted too", &[], Some(1.0)),
            ("fractions", &[0.1, 0.25, -7.5], None),
            ("small ones", &[1e-280, 2.5e-290], None),
            ("huge ones", &[1e308, -f64::MAX, 0.5], None),
        ] {
            let found = unit_of(values.iter().copied());
            assert!(unit.is_none_or(|unit| unit == found) && found > 0.0 && found.is_finite(), "{name}: {found}");
            let most = values.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
            for x in values {
                let count = (x / found).round();
                assert!(count.abs() <= (1u64 << 53) as f64 && (count * found - x).abs() <= most * 1e-15, "{name}: {x}");
            }
        }
    }
}
