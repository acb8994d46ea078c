//! Durations and dates as people write them in a query: `90s`, `5m`, `'2026-01-31 14:00'`.

use crate::calendar::{date_of_day, day_of_date};

/// Units of a duration and what they are in milliseconds, the longest first.
const UNITS: [(&str, i64); 5] = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1)];

/// The milliseconds of a number with a unit: `90s`, `1.5h`, `200ms`; `None` for anything else.
pub(super) fn millis_of_span(text: &str) -> Option<i64> {
    let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let (number, unit) = text.split_at(digits);
    let (_, each) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let millis = number.parse::<f64>().ok()? * *each as f64;
    (millis < 1e15).then_some(millis.round() as i64)
}

/// `millis` with the longest unit that it is a whole number of; below a second, and below zero, without one.
pub(super) fn span_of_millis(millis: i64) -> String {
    let fits = |(_, each): &&(&str, i64)| (1_000..1_000_000_000_000_000).contains(&millis) && millis % each == 0;
    match UNITS.iter().find(fits) {
        Some((name, each)) if *each > 1 => format!("{}{name}", millis / each),
        Some(_) | None => millis.to_string(),
    }
}

/// The milliseconds since 1970 of a date, with a time of day or without, in UTC: `2026-01-31`, `2026-01-31 14:00:30`.
pub(super) fn millis_of_date(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches('Z');
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, ""));
    let part = |text: Option<&str>, len: usize, range: std::ops::RangeInclusive<i64>| {
        let text = text.filter(|text| text.len() == len && text.bytes().all(|byte| byte.is_ascii_digit()))?;
        text.parse().ok().filter(|part| range.contains(part))
    };
    let mut dates = date.split('-');
    let year = part(dates.next(), 4, 1970..=9999)?;
    let (month, day) = (part(dates.next(), 2, 1..=12)?, part(dates.next(), 2, 1..=31)?);
    let mut times = time.split(':').filter(|_| !time.is_empty());
    let mut clock = [0; 3];
    for (at, (part_of_day, most)) in clock.iter_mut().zip([23, 59, 59]).enumerate() {
        match times.next() {
            Some(text) => *part_of_day = part(Some(text), 2, 0..=most)?,
            // An hour alone is no time.
            None if at == 1 => return None,
            None => break,
        }
    }
    let days = day_of_date(year, month, day);
    let whole = dates.next().is_none() && times.next().is_none() && date_of_day(days) == (year, month, day);
    whole.then_some(((days * 24 + clock[0]) * 60 + clock[1]) * 60_000 + clock[2] * 1_000)
}

/// The date of `millis` as [`millis_of_date`] reads it; `None` if it is of another age, or between two seconds.
pub(super) fn date_of_millis(millis: i64) -> Option<String> {
    if !(0..253_402_300_800_000).contains(&millis) || millis % 1_000 != 0 {
        return None;
    }
    let (days, second) = (millis / 86_400_000, millis / 1_000 % 86_400);
    let (year, month, day) = date_of_day(days);
    let date = format!("{year:04}-{month:02}-{day:02}");
    Some(match second {
        0 => date,
        _ if second % 60 == 0 => format!("{date} {:02}:{:02}", second / 3_600, second / 60 % 60),
        _ => format!("{date} {:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn durations_have_units() {
        for (text, millis) in [
            ("90s", Some(90_000)),
            ("5m", Some(300_000)),
            ("1.5h", Some(5_400_000)),
            ("2d", Some(172_800_000)),
            ("200ms", Some(200)),
            ("5", None),
            ("5min", None),
            ("1e3s", None),
            ("s", None),
            ("1.2.3s", None),
            ("99999999999999d", None),
        ] {
            assert_eq!(millis_of_span(text), millis, "{text}");
        }
        for (millis, text) in
            [(0, "0"), (-60_000, "-60000"), (999, "999"), (1_500, "1500"), (90_000, "90s"), (7_200_000, "2h")]
        {
            assert_eq!(span_of_millis(millis), text);
        }
    }

    #[test]
    fn dates_are_read_in_utc() {
        for (text, millis) in [
            ("1970-01-01", Some(0)),
            ("2024-02-29", Some(1_709_164_800_000)),
            ("2026-01-31 14:00", Some(1_769_868_000_000)),
            ("2026-01-31T14:00:30Z", Some(1_769_868_030_000)),
            ("2023-02-29", None),
            ("2026-13-01", None),
            ("2026-1-1", None),
            ("2026-01-31 14", None),
            ("2026-01-31 24:00", None),
            ("2026-01-31 14:00:00:00", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(millis_of_date(text), millis, "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_the_same(seconds in 0..253_402_300_800_i64, millis in any::<i64>()) {
            let written = date_of_millis(seconds * 1_000).expect("of our age, and whole");
            prop_assert_eq!(millis_of_date(&written), Some(seconds * 1_000));
            let span = span_of_millis(millis);
            prop_assert_eq!(millis_of_span(&span).or_else(|| span.parse().ok()), Some(millis));
        }

        #[test]
        fn any_text_is_answered_without_a_panic(text in "\\PC*") {
            let _ = (millis_of_date(&text), millis_of_span(&text));
        }
    }
}
