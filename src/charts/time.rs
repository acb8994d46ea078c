//! Ticks and texts for times: durations since a run's start, and wall time.

use data::calendar::date_of_day;

use crate::{
    format::{number_text, trimmed},
    scale::{Scale, ScaleKind},
    ticks::{Tick, place, value_ticks},
};

const SECOND: i64 = 1000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Distances between time ticks that people count in, milliseconds.
const STEPS: [i64; 27] = [
    SECOND,
    2 * SECOND,
    5 * SECOND,
    10 * SECOND,
    15 * SECOND,
    30 * SECOND,
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    5 * DAY,
    10 * DAY,
    20 * DAY,
    50 * DAY,
    100 * DAY,
    200 * DAY,
    500 * DAY,
    1000 * DAY,
];

/// A duration in milliseconds, its two largest units: `1h 20m`, `45s`, `1.5s`, `250ms`.
pub fn duration_text(millis: f64) -> String {
    if !millis.is_finite() {
        return number_text(millis, 4);
    }
    let (sign, size) = (if millis < 0.0 { "-" } else { "" }, millis.abs());
    let text = match size {
        0.0 => "0s".to_owned(),
        s if s < 999.5 => format!("{}ms", number_text(s, 3)),
        s if s < 9_995.0 => format!("{}s", trimmed(&format!("{:.2}", s / 1e3))),
        s if s < 59_950.0 => format!("{}s", trimmed(&format!("{:.1}", s / 1e3))),
        s if s < 1e16 => two_units((s / 1e3).round() as i64),
        s => format!("{}d", number_text(s / DAY as f64, 4)),
    };
    format!("{sign}{text}")
}

fn two_units(seconds: i64) -> String {
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let units = [(days, "d"), (hours, "h"), (minutes, "m"), (rest, "s")];
    let first = units.iter().position(|(n, _)| *n > 0).unwrap_or(3);
    let shown = units[first..].iter().take(2).filter(|(n, _)| *n > 0);
    shown.map(|(n, unit)| format!("{n}{unit}")).collect::<Vec<_>>().join(" ")
}

/// A wall time in full, in the zone `utc_offset_minutes` east of UTC: `2026-03-01 14:05:09.250`.
pub fn wall_text(millis: i64, utc_offset_minutes: i32) -> String {
    let at = WallTime::of(millis, utc_offset_minutes);
    let WallTime { year, month, day, millis_of_day } = at;
    let fraction = if millis_of_day % 1000 == 0 { String::new() } else { format!(".{:03}", millis_of_day % 1000) };
    format!("{year}-{month:02}-{day:02} {}{fraction}", at.clock(true))
}

/// Ticks for durations in milliseconds.
pub fn duration_ticks(scale: &Scale, wanted: usize) -> Vec<Tick> {
    let Some(step) = time_step(scale, wanted) else { return raw_ticks(scale, wanted, duration_text) };
    place(scale, multiples(scale.domain(), step, 0).map(|ms| (ms as f64, duration_text(ms as f64))).collect())
}

/// Ticks for wall times in milliseconds since 1970 UTC, at round times of the zone
/// `utc_offset_minutes` east of UTC. The first tick and each new day carry the date.
pub fn wall_ticks(scale: &Scale, wanted: usize, utc_offset_minutes: i32) -> Vec<Tick> {
    let Some(step) = time_step(scale, wanted) else {
        return raw_ticks(scale, wanted, |v| wall_text(v as i64, utc_offset_minutes));
    };
    let offset = i64::from(utc_offset_minutes) * MINUTE;
    let mut before: Option<WallTime> = None;
    let labelled = multiples(scale.domain(), step, offset).map(|ms| {
        let at = WallTime::of(ms, utc_offset_minutes);
        let label = wall_label(at, before, step);
        before = Some(at);
        (ms as f64, label)
    });
    let ticks = labelled.collect();
    place(scale, ticks)
}

fn wall_label(at: WallTime, before: Option<WallTime>, step: i64) -> String {
    let new_year = before.is_none_or(|b| b.year != at.year);
    let new_day = new_year || before.is_none_or(|b| (b.month, b.day) != (at.month, at.day));
    match step {
        s if s >= DAY && new_year => format!("{} {} {}", at.month_name(), at.day, at.year),
        s if s >= DAY => format!("{} {}", at.month_name(), at.day),
        s if new_day => format!("{} {} {}", at.month_name(), at.day, at.clock(s < MINUTE)),
        s => at.clock(s < MINUTE),
    }
}

/// The smallest step that gives `wanted` ticks or fewer; `None` below a second, where milliseconds
/// are plain numbers, and where a domain is no time.
fn time_step(scale: &Scale, wanted: usize) -> Option<i64> {
    let [low, high] = scale.domain();
    let rough = (high - low) / wanted.clamp(2, 12) as f64;
    if rough < 500.0 || scale.kind() != ScaleKind::Linear || low.abs().max(high.abs()) > 8e15 {
        return None;
    }
    STEPS.into_iter().find(|step| *step as f64 >= rough * 0.83).or_else(|| {
        let thousands = (rough / (1000 * DAY) as f64).ceil();
        Some(thousands as i64 * 1000 * DAY)
    })
}

/// Multiples of `step` in the domain, where the zone's midnight is `offset` before UTC's.
fn multiples([low, high]: [f64; 2], step: i64, offset: i64) -> impl Iterator<Item = i64> {
    let first = (low.ceil() as i64 + offset + step - 1).div_euclid(step);
    let last = (high as i64 + offset).div_euclid(step);
    (first..=last.min(first + 50)).map(move |k| k * step - offset)
}

fn raw_ticks(scale: &Scale, wanted: usize, text: impl Fn(f64) -> String) -> Vec<Tick> {
    let mut ticks = value_ticks(scale, wanted, true);
    ticks.iter_mut().filter(|tick| !tick.is_minor()).for_each(|tick| tick.label = text(tick.value));
    ticks
}

/// A civil date and the time on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct WallTime {
    year: i64,
    month: i64,
    day: i64,
    millis_of_day: i64,
}

impl WallTime {
    /// The wall time of `millis` since 1970 in a zone.
    fn of(millis: i64, utc_offset_minutes: i32) -> WallTime {
        let local = millis.saturating_add(i64::from(utc_offset_minutes) * MINUTE);
        let (year, month, day) = date_of_day(local.div_euclid(DAY));
        WallTime { year, month, day, millis_of_day: local.rem_euclid(DAY) }
    }

    fn clock(&self, with_seconds: bool) -> String {
        let seconds = self.millis_of_day / 1000;
        let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        if with_seconds { format!("{h:02}:{m:02}:{s:02}") } else { format!("{h:02}:{m:02}") }
    }

    fn month_name(&self) -> &'static str {
        const NAMES: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        NAMES[(self.month - 1) as usize % 12]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_show_two_units() {
        for (millis, text) in [
            (0.0, "0s"),
            (250.0, "250ms"),
            (0.5, "0.5ms"),
            (1500.0, "1.5s"),
            (45_000.0, "45s"),
            (90_000.0, "1m 30s"),
            (4_800_000.0, "1h 20m"),
            (4_801_000.0, "1h 20m"),
            (86_400_000.0 * 2.0 + 3_600_000.0 * 4.0, "2d 4h"),
            (59_990.0, "1m"),
            (-90_000.0, "-1m 30s"),
            (f64::NAN, "NaN"),
            (9e18, "104.2Gd"),
        ] {
            assert_eq!(duration_text(millis), text, "{millis}");
        }
    }

    #[test]
    fn wall_times_are_civil() {
        for (millis, offset, text) in [
            (0, 0, "1970-01-01 00:00:00"),
            (951_782_400_000, 0, "2000-02-29 00:00:00"),
            (1_772_373_909_250, 0, "2026-03-01 14:05:09.250"),
            (0, -90, "1969-12-31 22:30:00"),
            (0, 345, "1970-01-01 05:45:00"),
        ] {
            assert_eq!(wall_text(millis, offset), text);
        }
        for extreme in [i64::MIN, i64::MAX] {
            assert!(!wall_text(extreme, 60).is_empty());
        }
    }

    fn labels(ticks: Vec<Tick>) -> String {
        ticks.into_iter().filter(|t| !t.is_minor()).map(|t| t.label).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn ticks_lie_on_round_times() {
        let hour = HOUR as f64;
        for (name, domain, expected) in [
            ("an hour and a half", [0.0, 1.5 * hour], "0s, 15m, 30m, 45m, 1h, 1h 15m, 1h 30m"),
            ("a minute", [0.0, 60_000.0], "0s, 10s, 20s, 30s, 40s, 50s, 1m"),
            ("below a second", [0.0, 900.0], "0s, 200ms, 400ms, 600ms, 800ms"),
            ("three days", [0.0, 72.0 * hour], "0s, 12h, 1d, 1d 12h, 2d, 2d 12h, 3d"),
        ] {
            assert_eq!(labels(duration_ticks(&Scale::linear(domain, [0.0, 400.0]), 5)), expected, "{name}");
        }
        let start = 1_772_373_909_250.0;
        for (name, span, offset, expected) in [
            ("hours", 4.0 * hour, 0, "Mar 1 15:00, 16:00, 17:00, 18:00"),
            ("across midnight", 12.0 * hour, 0, "Mar 1 16:00, 18:00, 20:00, 22:00, Mar 2 00:00, 02:00"),
            ("days", 96.0 * hour, 0, "Mar 2 2026, Mar 3, Mar 4, Mar 5"),
            ("a zone with a half hour", 4.0 * hour, 330, "Mar 1 20:00, 21:00, 22:00, 23:00"),
            ("seconds", 30_000.0, 0, "Mar 1 14:05:10, 14:05:15, 14:05:20, 14:05:25, 14:05:30, 14:05:35"),
        ] {
            let scale = Scale::linear([start, start + span], [0.0, 400.0]);
            assert_eq!(labels(wall_ticks(&scale, 5, offset)), expected, "{name}");
        }
    }

    proptest! {
        #[test]
        fn absurd_times_do_not_panic(a in any::<f64>(), b in any::<f64>(), offset in -1000..1000i32) {
            let scale = Scale::linear([a, b], [0.0, 400.0]);
            prop_assert!(duration_ticks(&scale, 5).len() < 60);
            prop_assert!(wall_ticks(&scale, 5, offset).len() < 60);
        }
    }
}
