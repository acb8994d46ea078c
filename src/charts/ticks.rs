//! Ticks of a value axis: four to six round numbers, decades on log axes.

use crate::{
    format::{grouped, number_text, parts, si_unit, trimmed},
    scale::{Scale, ScaleKind},
};

/// A place on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The value there.
    pub value: f64,
    /// Where it lies, pixels of the scale's range.
    pub px: f64,
    /// What is written there; empty for a minor tick.
    pub label: String,
}

impl Tick {
    /// Whether it is a small one without a label.
    pub fn is_minor(&self) -> bool {
        self.label.is_empty()
    }
}

/// Round values in the scale's domain, in rising order. About `wanted` of them (2 to 12) get labels.
/// With `whole`, all are whole numbers.
pub fn value_ticks(scale: &Scale, wanted: usize, whole: bool) -> Vec<Tick> {
    let wanted = wanted.clamp(2, 12);
    let ticks = match scale.kind() {
        ScaleKind::Linear => linear_ticks(scale.domain(), wanted, whole),
        ScaleKind::Log => log_ticks(scale.domain(), wanted),
        ScaleKind::Symlog => symlog_ticks(scale, wanted),
    };
    place(scale, ticks)
}

/// Ticks for values with their labels, leaving out what lies outside the range.
pub(crate) fn place(scale: &Scale, ticks: Vec<(f64, String)>) -> Vec<Tick> {
    let [a, b] = scale.range();
    let (low, high) = (a.min(b) - 0.5, a.max(b) + 0.5);
    let mut placed: Vec<Tick> = ticks
        .into_iter()
        .map(|(value, label)| Tick { value, px: scale.px_from(value), label })
        .filter(|tick| (low..=high).contains(&tick.px))
        .collect();
    placed.dedup_by(|later, first| later.value == first.value);
    placed
}

/// `times·10^exponent`, rounded once.
fn decimal(times: f64, exponent: i32) -> f64 {
    format!("{times:.0}e{exponent}").parse().expect("digits, an e and an exponent are a number")
}

fn linear_ticks(domain: [f64; 2], wanted: usize, whole: bool) -> Vec<(f64, String)> {
    let [low, high] = domain;
    // Halves, because the span of ±1e308 is no number.
    let rough = (high / 2.0 - low / 2.0) / wanted as f64 * 2.0;
    let rough = if rough.is_finite() { rough.max(f64::from_bits(1)) } else { f64::MAX / wanted as f64 };
    let exponent = parts(&format!("{rough:e}")).1;
    let finest_first =
        (exponent - 1..=exponent + 1).flat_map(|e| [1.0, 2.0, 5.0].map(|times| Step { times, exponent: e }));
    let far_from_wanted = |step: &Step| (step.count_in(domain) - wanted as f64).abs();
    // Of two that are as good the finer one, which comes first.
    let best = finest_first
        .filter(|step| !whole || step.exponent >= 0)
        .min_by(|a, b| far_from_wanted(a).total_cmp(&far_from_wanted(b)));
    let step = best.unwrap_or(Step { times: 1.0, exponent: 0 });
    if step.count_in(domain) > 100.0 {
        return Vec::new();
    }
    let first = step.first_in(domain);
    let values = (0..step.count_in(domain) as i64).map(|k| decimal((first + k as f64) * step.times, step.exponent));
    values.map(|value| (value, step_label(value, low.abs().max(high.abs()), step.size()))).collect()
}

/// A distance between ticks: `times·10^exponent`.
#[derive(Debug, Clone, Copy)]
struct Step {
    times: f64,
    exponent: i32,
}

impl Step {
    fn size(self) -> f64 {
        decimal(self.times, self.exponent)
    }

    /// Which multiple of the step is the first in the domain.
    fn first_in(self, [low, _]: [f64; 2]) -> f64 {
        // A hair's breadth of slack: 0.30005 / 1e-5 is a little less than 30005.
        (low / self.size() - 1e-6).ceil()
    }

    /// How many multiples of the step the domain has.
    fn count_in(self, domain: [f64; 2]) -> f64 {
        let last = (domain[1] / self.size() + 1e-6).floor();
        let count = last - self.first_in(domain) + 1.0;
        if count.is_finite() { count.max(0.0) } else { f64::MAX }
    }
}

/// The label of one of the ticks that are `step` apart on an axis that reaches to `most`.
fn step_label(value: f64, most: f64, step: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent_of = |v: f64| parts(&format!("{v:e}")).1;
    let (most, step, own) = (exponent_of(most), exponent_of(step), exponent_of(value));
    if !(-3..15).contains(&most) {
        let decimals = (own - step).clamp(0, 17) as usize;
        let text = format!("{value:.decimals$e}");
        let (mantissa, exponent) = parts(&text);
        return format!("{}e{exponent}", trimmed(mantissa));
    }
    let (unit, letter) = if most >= 4 { si_unit(own) } else { (0, "") };
    let decimals = unit - step;
    if most >= 4 && decimals > 3 {
        return trimmed(&grouped(&format!("{value:.*}", (-step).clamp(0, 17) as usize)));
    }
    trimmed(&format!("{:.*}", decimals.clamp(0, 17) as usize, value / 10f64.powi(unit))) + letter
}

fn log_ticks([low, high]: [f64; 2], wanted: usize) -> Vec<(f64, String)> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let decades = high.log10() - low.log10();
    if decades < 0.7 {
        return linear_ticks([low, high], wanted, false);
    }
    let every = ((decades / wanted as f64).ceil() as i32).max(1);
    let labelled: &[i32] = match decades {
        d if d < 1.5 => &[1, 2, 3, 5],
        d if d < 2.5 => &[1, 3],
        _ => &[1],
    };
    let mut ticks = Vec::new();
    for exponent in first..=last {
        for times in 1..=9 {
            let major = exponent.rem_euclid(every) == 0 && labelled.contains(&times);
            if major || every == 1 || times == 1 {
                let value = decimal(f64::from(times), exponent);
                ticks.push((value, if major { number_text(value, 3) } else { String::new() }));
            }
        }
    }
    ticks
}

fn symlog_ticks(scale: &Scale, wanted: usize) -> Vec<(f64, String)> {
    let [low, high] = scale.domain();
    let sizes = |from_px: f64, to: f64| {
        // Decades whose distance from zero on the screen can hold a label.
        let [a, b] = scale.range();
        let least_px = (b - a).abs() / (wanted as f64 * 2.0);
        let mut found = Vec::new();
        let mut before = from_px;
        let first = parts(&format!("{:e}", to.abs().max(f64::MIN_POSITIVE))).1;
        for exponent in (first - 16).max(-307)..=first {
            let value = decimal(1.0, exponent).copysign(to);
            let px = scale.px_from(value);
            if value.abs() <= to.abs() && (px - before).abs() >= least_px {
                found.push(value);
                before = px;
            }
        }
        found
    };
    let zero_px = scale.px_from(0.0);
    let mut values = Vec::new();
    if low < 0.0 {
        values.extend(sizes(zero_px, low).into_iter().rev());
    }
    if low <= 0.0 && high >= 0.0 {
        values.push(0.0);
    }
    if high > 0.0 {
        values.extend(sizes(zero_px, high));
    }
    let inside = values.iter().filter(|v| (low..=high).contains(*v)).count();
    if inside < 3 {
        return linear_ticks([low, high], wanted, false);
    }
    values.into_iter().map(|value| (value, number_text(value, 3))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn labels(kind: ScaleKind, domain: [f64; 2], whole: bool) -> String {
        let scale = Scale::new(kind, 1.0, domain, [0.0, 400.0]);
        let ticks = value_ticks(&scale, 5, whole);
        ticks.into_iter().filter(|t| !t.is_minor()).map(|t| t.label).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn labels_are_round_and_short() {
        use ScaleKind::*;
        for (name, kind, domain, whole, expected) in [
            ("ordinary", Linear, [0.0123, 2.31], false, "0.5 1 1.5 2"),
            ("around zero", Linear, [-1.0, 1.0], false, "-1 -0.5 0 0.5 1"),
            ("steps", Linear, [0.0, 9999.0], true, "0 2000 4000 6000 8000"),
            ("many steps", Linear, [0.0, 1.2e6], true, "0 200k 400k 600k 800k 1M 1.2M"),
            ("few steps", Linear, [0.0, 3.0], true, "0 1 2 3"),
            ("one step", Linear, [7.0, 7.0], true, "7"),
            ("small", Linear, [0.0, 4e-5], false, "0 1e-5 2e-5 3e-5 4e-5"),
            ("huge", Linear, [-1e308, 1e308], false, "-1e308 -5e307 0 5e307 1e308"),
            ("denormal", Linear, [0.0, 1.5e-323], false, "0 5e-324 9.9e-324 1.5e-323"),
            ("close together", Linear, [0.30001, 0.30005], false, "0.30001 0.30002 0.30003 0.30004 0.30005"),
            (
                "close and large",
                Linear,
                [1_200_000.0, 1_200_500.0],
                true,
                "1,200,000 1,200,100 1,200,200 1,200,300 1,200,400 1,200,500",
            ),
            ("accuracy", Linear, [0.91, 0.97], false, "0.91 0.92 0.93 0.94 0.95 0.96 0.97"),
            ("decades", Log, [1e-4, 1.0], false, "1e-4 0.001 0.01 0.1 1"),
            ("two decades", Log, [0.02, 2.0], false, "0.03 0.1 0.3 1"),
            ("one decade", Log, [1.0, 10.0], false, "1 2 3 5 10"),
            ("less than one", Log, [1.0, 2.0], false, "1 1.2 1.4 1.6 1.8 2"),
            ("very many decades", Log, [1e-300, 1e300], false, "1e-240 1e-120 1 1e120 1e240"),
            ("both sides", Symlog, [-1000.0, 1000.0], false, "-1k -100 -10 0 10 100 1k"),
        ] {
            let expected = expected.replace("-1k", "-1000").replace(" 1k", " 1000");
            assert_eq!(labels(kind, domain, whole), expected, "{name}");
        }
    }

    #[test]
    fn a_log_axis_has_small_ticks_between_decades() {
        let scale = Scale::new(ScaleKind::Log, 1.0, [0.01, 100.0], [400.0, 0.0]);
        let ticks = value_ticks(&scale, 5, false);
        assert_eq!(ticks.iter().filter(|t| t.is_minor()).count(), 32);
        assert!(ticks.windows(2).all(|w| w[0].value < w[1].value && w[0].px > w[1].px));
    }

    proptest! {
        #[test]
        fn ticks_lie_inside_and_are_few(a in any::<f64>(), b in any::<f64>(), kind in 0..3usize, whole in any::<bool>()) {
            let kind = [ScaleKind::Linear, ScaleKind::Log, ScaleKind::Symlog][kind];
            let scale = Scale::new(kind, 1.0, [a, b], [0.0, 400.0]);
            let ticks = value_ticks(&scale, 5, whole);
            prop_assert!(ticks.iter().filter(|t| !t.is_minor()).count() <= 14);
            prop_assert!(ticks.iter().all(|t| (-0.5..=400.5).contains(&t.px)));
            prop_assert!(ticks.windows(2).all(|w| w[0].value < w[1].value));
        }

        #[test]
        fn an_ordinary_axis_has_three_to_seven(low in -1e6..1e6f64, span in 1e-3..1e6f64) {
            let n = labels(ScaleKind::Linear, [low, low + span], false).split(' ').count();
            prop_assert!((3..=7).contains(&n), "{n}");
        }
    }
}
