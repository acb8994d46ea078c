//! Points of one metric of one run, and how values that JSON cannot hold are written.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Points in x order: `x[i]` belongs to `y[i]`, and both have the same length.
///
/// `x` counts steps, and then it rises strictly; or milliseconds where an axis is a time, and then
/// points that were logged in the same millisecond share their x. `y` may hold NaN
/// and infinities: a diverged run logs them, and they are data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Points {
    /// Steps or milliseconds, rising.
    pub x: Vec<i64>,
    /// The value at each x.
    pub y: Vec<f64>,
}

impl Points {
    /// How many points there are.
    pub fn len(&self) -> usize {
        self.x.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }

    /// Appends one point. The caller keeps `x` rising.
    pub fn push(&mut self, x: i64, y: f64) {
        self.x.push(x);
        self.y.push(y);
    }

    /// The points with every x below `from` kept and the rest replaced by `growth`.
    pub fn splice_from(&mut self, from: i64, growth: &Points) {
        let keep = self.x.partition_point(|&x| x < from);
        self.x.truncate(keep);
        self.y.truncate(keep);
        self.x.extend_from_slice(&growth.x);
        self.y.extend_from_slice(&growth.y);
    }
}

/// A number in JSON: finite ones as numbers, the rest as `"NaN"`, `"Infinity"` and `"-Infinity"`.
///
/// `serde_json` writes NaN as `null` and then refuses it; this is the one codec for such values.
/// Reads numbers, those words and numeric text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JsonNumber(pub f64);

impl Serialize for JsonNumber {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            y if y.is_finite() => to.serialize_f64(y),
            y if y.is_nan() => to.serialize_str("NaN"),
            y if y > 0.0 => to.serialize_str("Infinity"),
            _ => to.serialize_str("-Infinity"),
        }
    }
}

impl<'de> Deserialize<'de> for JsonNumber {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl serde::de::Visitor<'_> for Visitor {
            type Value = JsonNumber;
            fn expecting(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
                f.write_str("a number, \"NaN\", \"Infinity\" or \"-Infinity\"")
            }
            fn visit_f64<E>(self, y: f64) -> Result<JsonNumber, E> {
                Ok(JsonNumber(y))
            }
            fn visit_i64<E>(self, y: i64) -> Result<JsonNumber, E> {
                Ok(JsonNumber(y as f64))
            }
            fn visit_u64<E>(self, y: u64) -> Result<JsonNumber, E> {
                Ok(JsonNumber(y as f64))
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<JsonNumber, E> {
                number_of_text(text)
                    .map(JsonNumber)
                    .ok_or_else(|| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        from.deserialize_any(Visitor)
    }
}

/// The number that `text` writes, with NaN and infinities in the spellings that clients use.
pub fn number_of_text(text: &str) -> Option<f64> {
    match text.trim() {
        "NaN" | "nan" => Some(f64::NAN),
        "Infinity" | "inf" | "+Infinity" => Some(f64::INFINITY),
        "-Infinity" | "-inf" => Some(f64::NEG_INFINITY),
        number => number.parse().ok().filter(|y: &f64| y.is_finite()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_numbers_come_back_as_they_were() {
        for y in [0.0, -1.5, 1e308, f64::MIN_POSITIVE, 633.0 / 7.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let text = serde_json::to_string(&JsonNumber(y)).unwrap();
            let back: JsonNumber = serde_json::from_str(&text).unwrap();
            assert!(back.0 == y || (back.0.is_nan() && y.is_nan()), "{y} became {text}");
        }
    }

    #[test]
    fn text_that_is_no_number_is_refused() {
        for text in ["\"\"", "\"1e999\"", "\"one\"", "null", "[]"] {
            assert!(serde_json::from_str::<JsonNumber>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn growth_replaces_the_points_it_covers() {
        let mut points = Points { x: vec![0, 5, 9], y: vec![1., 2., 3.] };
        points.splice_from(5, &Points { x: vec![6, 12], y: vec![4., 5.] });
        assert_eq!(points, Points { x: vec![0, 6, 12], y: vec![1., 4., 5.] });
    }
}
