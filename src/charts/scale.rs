//! From data to pixels and back: linear, log and symlog.

use crate::log_table::Logarithmic;
use serde::{Deserialize, Serialize};

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScaleKind {
    /// Equal differences are equally far apart.
    #[default]
    Linear,
    /// Equal ratios are equally far apart. Values at or below 0 have no place.
    Log,
    /// Logarithmic on both sides of a linear middle, so 0 and negative values have a place.
    Symlog,
}

/// A one-to-one map between a domain of data and a range of pixels.
///
/// Whatever is asked for, the domain it ends up with is finite, rising, and wide enough to divide
/// by: equal ends are spread, and ends that cannot be used become `0..1`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    kind: ScaleKind,
    domain: [f64; 2],
    range: [f64; 2],
    warp: Warp,
    /// The warped start of the domain.
    start: f64,
    /// Pixels a warped unit.
    factor: f64,
}

/// How far off the range a pixel position may lie; farther ones are moved there.
const FAR_PX: f64 = 1e12;

impl Scale {
    /// A scale of `kind` from `domain` to `range`. `linear_within` is where a symlog scale turns
    /// linear; the others ignore it.
    pub fn new(kind: ScaleKind, linear_within: f64, domain: [f64; 2], range: [f64; 2]) -> Scale {
        let domain = usable_domain(kind, domain);
        let warp = Warp::new(kind, linear_within, domain);
        let start = warp.of(domain[0]);
        let factor = (range[1] - range[0]) / (warp.of(domain[1]) - start);
        Scale { kind, domain, range, warp, start, factor }
    }

    /// A linear scale.
    pub fn linear(domain: [f64; 2], range: [f64; 2]) -> Scale {
        Scale::new(ScaleKind::Linear, 1.0, domain, range)
    }

    /// How values are spread.
    pub fn kind(&self) -> ScaleKind {
        self.kind
    }

    /// Both ends in data, rising.
    pub fn domain(&self) -> [f64; 2] {
        self.domain
    }

    /// Both ends in pixels: where the domain's start and end lie.
    pub fn range(&self) -> [f64; 2] {
        self.range
    }

    /// Where a symlog scale turns linear: a value lies at `sgn(y) ln(1 + |y| / it)`, times what fits the range. `None`
    /// for the others.
    pub fn linear_within(&self) -> Option<f64> {
        match self.warp {
            Warp::Symlog { linear_within, .. } => Some(linear_within),
            Warp::Linear { .. } | Warp::Log => None,
        }
    }

    /// The same scale onto another range.
    pub fn onto(mut self, range: [f64; 2]) -> Scale {
        self.factor *= (range[1] - range[0]) / (self.range[1] - self.range[0]);
        self.range = range;
        self
    }

    /// The same scale moved by `by_px` pixels.
    pub fn shifted(mut self, by_px: f64) -> Scale {
        self.range = self.range.map(|px| px + by_px);
        self
    }

    /// Where `value` lies, in pixels; NaN if it has no place (NaN, infinities, and values at or
    /// below 0 on a log scale). Never farther than 10¹² pixels away.
    #[inline]
    pub fn px_from(&self, value: f64) -> f64 {
        // A NaN passes through `clamp`.
        (self.range[0] + (self.warp.of(value) - self.start) * self.factor).clamp(-FAR_PX, FAR_PX)
            + if value.is_finite() { 0.0 } else { f64::NAN }
    }

    /// The straight line that a linear scale is; `None` for the others.
    pub(crate) fn straight(&self) -> Option<Straight> {
        match self.warp {
            Warp::Linear { unit } => {
                Some(Straight { unit, start: self.start, factor: self.factor, from_px: self.range[0] })
            }
            Warp::Log | Warp::Symlog { .. } => None,
        }
    }

    /// A log scale for a million values in a row; `None` for the others, and for a span so narrow that the table's
    /// error could be seen.
    pub(crate) fn logarithmic(&self) -> Option<Logarithmic> {
        match self.warp {
            Warp::Log if self.factor.abs() < 1e8 => Some(Logarithmic::new(self.start, self.factor, self.range[0])),
            Warp::Log | Warp::Linear { .. } | Warp::Symlog { .. } => None,
        }
    }

    /// The value that lies at `px`, also outside the range; always finite for a finite `px`.
    pub fn value_from(&self, px: f64) -> f64 {
        self.warp.back(self.start + (px - self.range[0]) / self.factor).clamp(f64::MIN, f64::MAX)
    }

    /// `domain` made wider by `share` of its pixels at both ends, as 0.02 for two percent.
    pub fn domain_with_air(kind: ScaleKind, linear_within: f64, domain: [f64; 2], share: f64) -> [f64; 2] {
        let scale = Scale::new(kind, linear_within, domain, [0.0, 1.0]);
        [scale.value_from(-share), scale.value_from(1.0 + share)]
    }
}

/// A linear scale without its choices, for a million values in a row.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Straight {
    unit: f64,
    start: f64,
    factor: f64,
    from_px: f64,
}

impl Straight {
    /// What [`Scale::px_from`] says of a finite value, however far away.
    #[inline(always)]
    pub fn px_from(self, value: f64) -> f64 {
        self.from_px + (value * self.unit - self.start) * self.factor
    }
}

/// `domain` made finite, rising and wide enough to divide by.
fn usable_domain(kind: ScaleKind, domain: [f64; 2]) -> [f64; 2] {
    let [from, to] = domain;
    let log = kind == ScaleKind::Log;
    if !from.is_finite() || !to.is_finite() || (log && from.max(to) <= 0.0) {
        return if log { [0.1, 1.0] } else { [0.0, 1.0] };
    }
    let (mut low, mut high) = (from.min(to), from.max(to));
    if log {
        low = if low > 0.0 { low } else { high * 1e-3 };
        low = low.max(f64::MIN_POSITIVE);
        high = high.max(low);
        if high.ln() - low.ln() < 1e-9 {
            return [(low / 2.0).max(f64::MIN_POSITIVE), (high * 2.0).min(f64::MAX)];
        }
        return [low, high];
    }
    // Sixteen neighbouring numbers is the least that a picture can tell apart; logarithms lose more.
    let closest = if kind == ScaleKind::Linear { 16.0 * f64::EPSILON } else { 1e-9 };
    let least = closest * low.abs().max(high.abs());
    if high / 2.0 - low / 2.0 <= least / 2.0 {
        let air = if high == 0.0 { 1.0 } else { (high.abs() * 0.1).max(f64::MIN_POSITIVE) };
        low = (low - air).max(f64::MIN);
        high = (high + air).min(f64::MAX);
    }
    [low, high]
}

/// The bent part of a scale: after it, the rest is a straight line.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Warp {
    /// Values times a power of two, which keeps spans of ±1e308 finite and those of 1e-320 normal.
    Linear {
        unit: f64,
    },
    Log,
    Symlog {
        linear_within: f64,
        ln_within: f64,
    },
}

impl Warp {
    fn new(kind: ScaleKind, linear_within: f64, [low, high]: [f64; 2]) -> Warp {
        match kind {
            ScaleKind::Linear => {
                let half = high / 2.0 - low / 2.0;
                Warp::Linear {
                    unit: if half > 1e300 {
                        0.125
                    } else if half < 1e-290 {
                        2f64.powi(200)
                    } else {
                        1.0
                    },
                }
            }
            ScaleKind::Log => Warp::Log,
            ScaleKind::Symlog => {
                let most = low.abs().max(high.abs());
                let within = if linear_within.is_finite() && linear_within > 0.0 { linear_within } else { most * 1e-3 };
                let within = within.clamp(most * 1e-12, most).max(f64::MIN_POSITIVE);
                Warp::Symlog { linear_within: within, ln_within: within.ln() }
            }
        }
    }

    #[inline]
    fn of(self, value: f64) -> f64 {
        match self {
            Warp::Linear { unit } => value * unit,
            Warp::Log => {
                if value > 0.0 {
                    ln(value)
                } else {
                    f64::NAN
                }
            }
            Warp::Symlog { linear_within, ln_within } => {
                ((ln((value.abs() + linear_within).min(f64::MAX))) - ln_within).copysign(value)
            }
        }
    }

    fn back(self, warped: f64) -> f64 {
        match self {
            Warp::Linear { unit } => warped / unit,
            Warp::Log => warped.exp(),
            Warp::Symlog { linear_within, ln_within } => {
                let size = warped.abs();
                let value = if size < 600.0 { linear_within * size.exp_m1() } else { (size + ln_within).exp() };
                value.copysign(warped)
            }
        }
    }
}

#[inline]
fn ln(value: f64) -> f64 {
    value.ln()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [ScaleKind; 3] = [ScaleKind::Linear, ScaleKind::Log, ScaleKind::Symlog];

    #[test]
    fn every_domain_can_be_drawn() {
        for (name, domain) in [
            ("huge", [-1e308, 1e308]),
            ("the largest", [f64::MIN, f64::MAX]),
            ("denormal", [0.0, 5e-324]),
            ("equal", [3.0, 3.0]),
            ("equal and huge", [1e308, 1e308]),
            ("equal and denormal", [5e-324, 5e-324]),
            ("zero", [0.0, 0.0]),
            ("reversed", [2.0, 1.0]),
            ("empty", [f64::INFINITY, f64::NEG_INFINITY]),
            ("not a number", [f64::NAN, 1.0]),
            ("neighbours", [1.0, 1.0 + f64::EPSILON]),
            ("negative", [-5.0, -1.0]),
            ("steps at the end of the line", [0.0, i64::MAX as f64]),
        ] {
            for kind in KINDS {
                let scale = Scale::new(kind, 1.0, domain, [0.0, 500.0]);
                let [low, high] = scale.domain();
                assert!(low < high && low.is_finite() && high.is_finite(), "{name}, {kind:?}: {low}..{high}");
                assert!(scale.px_from(low).abs() < 1e-6, "{name}, {kind:?}: {}", scale.px_from(low));
                assert!((scale.px_from(high) - 500.0).abs() < 1e-6, "{name}, {kind:?}: {}", scale.px_from(high));
                let middle = scale.value_from(250.0);
                assert!(low <= middle && middle <= high, "{name}, {kind:?}: {middle}");
            }
        }
    }

    #[test]
    fn what_has_no_place_is_not_a_number() {
        let log = Scale::new(ScaleKind::Log, 1.0, [1.0, 10.0], [0.0, 1.0]);
        assert!(log.px_from(0.0).is_nan() && log.px_from(-1.0).is_nan());
        for kind in KINDS {
            let scale = Scale::new(kind, 1.0, [1.0, 10.0], [0.0, 1.0]);
            for odd in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert!(scale.px_from(odd).is_nan(), "{kind:?} of {odd}");
            }
            assert!(scale.px_from(f64::MAX).is_finite());
        }
    }

    #[test]
    fn symlog_is_straight_in_the_middle_and_even() {
        let scale = Scale::new(ScaleKind::Symlog, 1.0, [-1e6, 1e6], [-100.0, 100.0]);
        assert_eq!(scale.px_from(0.0), 0.0);
        assert!((scale.px_from(1e3) + scale.px_from(-1e3)).abs() < 1e-9);
        let slope = scale.px_from(1e-3) / 1e-3;
        assert!((scale.px_from(1e-2) / 1e-2 / slope - 1.0).abs() < 0.01);
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![-1e3..1e3f64, -1e-3..1e-3f64, -1e12..1e12f64, any::<f64>().prop_filter("finite", |v| v.is_finite())]
    }

    proptest! {
        #[test]
        fn scale_and_inverse_agree(a in value(), b in value(), at in 0.0..1000.0f64, kind in 0..3usize) {
            let scale = Scale::new(KINDS[kind], 1.0, [a, b], [1000.0, 0.0]);
            let back = scale.px_from(scale.value_from(at));
            // Two pixels may share a value when the domain holds fewer numbers than the range.
            let [low, high] = scale.domain();
            let coarse = 1000.0 * f64::EPSILON * low.abs().max(high.abs()) / (high / 2.0 - low / 2.0).max(f64::MIN_POSITIVE);
            let slack = if KINDS[kind] == ScaleKind::Linear { 1e-6 + coarse } else { 1e-3 + coarse };
            prop_assert!((back - at).abs() <= slack, "{back} is not {at}");
        }

        #[test]
        fn larger_values_lie_farther(a in value(), b in value(), v in value(), w in value(), kind in 0..3usize) {
            let scale = Scale::new(KINDS[kind], 1.0, [a, b], [0.0, 1000.0]);
            let (v_px, w_px) = (scale.px_from(v.min(w)), scale.px_from(v.max(w)));
            prop_assert!(v_px.is_nan() || w_px.is_nan() || v_px <= w_px);
        }

        #[test]
        fn air_only_widens(a in value(), b in value(), kind in 0..3usize) {
            let domain = Scale::new(KINDS[kind], 1.0, [a, b], [0.0, 1.0]).domain();
            let [low, high] = Scale::domain_with_air(KINDS[kind], 1.0, domain, 0.02);
            let slack = 1e-9 * domain[0].abs().max(domain[1].abs());
            prop_assert!(low <= domain[0] + slack && high >= domain[1] - slack);
        }
    }
}
