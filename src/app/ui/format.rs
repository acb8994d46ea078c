//! Times as text; numbers are written by `charts::scale`, so that a table and an axis agree.

use js_sys::Date;

/// A length of time: `850 ms`, `12 s`, `3 min 5 s`, `2 h 10 min`, `4 d 3 h`.
pub fn duration(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    match seconds {
        0 => format!("{} ms", millis.max(0)),
        1..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        3600..86_400 => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3600, "h"),
    }
}

fn two(large: i64, large_unit: &str, small: i64, small_unit: &str) -> String {
    if small == 0 { format!("{large} {large_unit}") } else { format!("{large} {large_unit} {small} {small_unit}") }
}

/// How long ago it was, seen from `now_millis`: `just now`, `3 min ago`, `2 d ago`.
pub fn ago(millis: i64, now_millis: i64) -> String {
    let seconds = (now_millis - millis) / 1000;
    match seconds {
        i64::MIN..10 => "just now".to_owned(),
        10..60 => format!("{seconds} s ago"),
        60..3600 => format!("{} min ago", seconds / 60),
        3600..86_400 => format!("{} h ago", seconds / 3600),
        86_400..2_592_000 => format!("{} d ago", seconds / 86_400),
        2_592_000..5_184_000 => "1 month ago".to_owned(),
        5_184_000..31_536_000 => format!("{} months ago", seconds / 2_592_000),
        31_536_000..63_072_000 => "1 year ago".to_owned(),
        _ => format!("{} years ago", seconds / 31_536_000),
    }
}

/// Now, in milliseconds since 1970 UTC.
pub fn now_millis() -> i64 {
    Date::now() as i64
}

/// A point in time in the reader's own place and zone.
pub fn local_time(millis: i64) -> String {
    let date = Date::new(&wasm_bindgen::JsValue::from_f64(millis as f64));
    String::from(date.to_locale_string("default", &wasm_bindgen::JsValue::UNDEFINED))
}

/// A size in bytes: `812 B`, `3.4 kB`, `12 MB`.
pub fn bytes(n: u64) -> String {
    let mut size = n as f64;
    for unit in ["B", "kB", "MB", "GB"] {
        if size < 1000.0 {
            return if unit == "B" || size >= 10.0 { format!("{size:.0} {unit}") } else { format!("{size:.1} {unit}") };
        }
        size /= 1000.0;
    }
    format!("{size:.1} TB")
}

/// A whole number with its thousands parted: `1,204,331`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_read_as_people_say_them() {
        for (millis, text) in [
            (0, "0 ms"),
            (-5, "0 ms"),
            (850, "850 ms"),
            (12_900, "12 s"),
            (185_000, "3 min 5 s"),
            (7_200_000, "2 h"),
            (356_400_000, "4 d 3 h"),
        ] {
            assert_eq!(duration(millis), text);
        }
        assert_eq!(ago(0, 0), "just now");
        assert_eq!(ago(5_000, 0), "just now");
        assert_eq!(ago(0, 180_000), "3 min ago");
        assert_eq!(ago(0, 40_000_000_000), "1 year ago");
        assert_eq!(ago(0, i64::MAX), format!("{} years ago", i64::MAX / 1000 / 31_536_000));
    }

    #[test]
    fn sizes_and_counts_keep_their_meaning() {
        assert_eq!((bytes(812), bytes(3_400), bytes(12_000_000)), ("812 B".into(), "3.4 kB".into(), "12 MB".into()));
        assert_eq!((count(7), count(1_204_331), count(100)), ("7".into(), "1,204,331".into(), "100".into()));
    }
}
