//! Numbers, counts and times as text.

/// `value` with four significant digits: `0.01234`, `12.48k`, `3e-4`, `1.2e18`, `NaN`, `∞`.
pub fn value_text(value: f64) -> String {
    number_text(value, 4)
}

/// `value` with `digits` significant digits, without needless zeros.
pub fn number_text(value: f64, digits: usize) -> String {
    if let Some(word) = odd_text(value) {
        return word.to_owned();
    }
    let rounded = format!("{:.*e}", digits.saturating_sub(1), value);
    let (mantissa, exponent) = parts(&rounded);
    match exponent {
        -3..=3 => trimmed(&format!("{:.*}", (digits as i32 - 1 - exponent).max(0) as usize, value)),
        4..=14 => {
            let (unit, letter) = si_unit(exponent);
            let decimals = (digits as i32 - 1 - (exponent - unit)).max(0) as usize;
            trimmed(&format!("{:.decimals$}", value / 10f64.powi(unit))) + letter
        }
        _ => format!("{}e{exponent}", trimmed(mantissa)),
    }
}

/// `value` in full: the shortest text that reads back as the same number.
pub fn full_text(value: f64) -> String {
    match odd_text(value) {
        Some(word) => word.to_owned(),
        None if (1e-5..1e16).contains(&value.abs()) => grouped(&value.to_string()),
        None => format!("{value:e}"),
    }
}

/// `count` with its digits in groups of three: `12,480`.
pub fn count_text(count: u64) -> String {
    grouped(&count.to_string())
}

/// A step, in full and grouped.
pub fn step_text(step: i64) -> String {
    grouped(&step.to_string())
}

/// A count with its noun: `1 point`, `12,480 points`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", count_text(count), if count == 1 { one } else { many })
}

/// Zero and what is not finite, as words.
fn odd_text(value: f64) -> Option<&'static str> {
    match value {
        0.0 => Some("0"),
        f64::INFINITY => Some("∞"),
        f64::NEG_INFINITY => Some("-∞"),
        v if v.is_nan() => Some("NaN"),
        _ => None,
    }
}

/// The mantissa and exponent of a number in exponent form.
pub(crate) fn parts(exponent_form: &str) -> (&str, i32) {
    let (mantissa, exponent) = exponent_form.split_once('e').unwrap_or((exponent_form, "0"));
    (mantissa, exponent.parse().unwrap_or(0))
}

/// The power of ten and the letter of the unit for numbers of about `10^exponent`, 0 to 14.
pub(crate) fn si_unit(exponent: i32) -> (i32, &'static str) {
    match exponent {
        ..=2 => (0, ""),
        3..=5 => (3, "k"),
        6..=8 => (6, "M"),
        9..=11 => (9, "G"),
        _ => (12, "T"),
    }
}

/// `digits` without zeros at the end of its fraction.
pub(crate) fn trimmed(digits: &str) -> String {
    if !digits.contains('.') {
        return digits.to_owned();
    }
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `digits` with commas between groups of three in its whole part.
pub(crate) fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "0"),
            (0.0123456, "0.01235"),
            (2.31, "2.31"),
            (1234.5, "1234"),
            (9999.6, "10k"),
            (12480.0, "12.48k"),
            (1.2e6, "1.2M"),
            (123456789.0, "123.5M"),
            (999_999.0, "1M"),
            (-1.5e9, "-1.5G"),
            (3e-4, "3e-4"),
            (0.001, "0.001"),
            (0.0009999, "9.999e-4"),
            (0.000999999, "0.001"),
            (1.234567e18, "1.235e18"),
            (1e308, "1e308"),
            (5e-324, "4.941e-324"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-∞"),
        ] {
            assert_eq!(value_text(value), text, "{value:e}");
        }
    }

    #[test]
    fn full_numbers_and_counts() {
        for (value, text) in
            [(0.1 + 0.2, "0.30000000000000004"), (1234567.25, "1,234,567.25"), (1e308, "1e308"), (-3e-7, "-3e-7")]
        {
            assert_eq!(full_text(value), text);
        }
        assert_eq!(count_text(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(step_text(i64::MIN), "-9,223,372,036,854,775,808");
        assert_eq!((counted(1, "point", "points"), counted(0, "run", "runs")), ("1 point".into(), "0 runs".into()));
    }

    proptest! {
        #[test]
        fn full_text_reads_back(value in any::<f64>().prop_filter("finite", |v| v.is_finite())) {
            prop_assert_eq!(full_text(value).replace(',', "").parse::<f64>(), Ok(value));
        }

        #[test]
        fn short_text_is_near(value in any::<f64>().prop_filter("normal", |v| v.is_normal())) {
            let text = value_text(value);
            let (digits, power) = match text.chars().last() {
                Some('k') => (&text[..text.len() - 1], 1e3),
                Some('M') => (&text[..text.len() - 1], 1e6),
                Some('G') => (&text[..text.len() - 1], 1e9),
                Some('T') => (&text[..text.len() - 1], 1e12),
                _ => (&text[..], 1.0),
            };
            let read = digits.parse::<f64>().unwrap() * power;
            prop_assert!(read.is_infinite() || (read / value - 1.0).abs() < 6e-4, "{value:e} became {text}");
        }
    }
}
