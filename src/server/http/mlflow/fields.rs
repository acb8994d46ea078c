//! How single values are written on MLflow's wire, which is protobuf's JSON with customs of its own.

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error, MapAccess, Unexpected, Visitor, value::MapAccessDeserializer},
};
use std::{borrow::Cow, fmt, marker::PhantomData};

/// Text, borrowed from the request where it needs no unescaping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a>(pub Cow<'a, str>);

impl std::ops::Deref for Text<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Text<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Borrowed(text)))
            }
            fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text.to_owned())))
            }
            fn visit_string<E>(self, text: String) -> Result<Text<'de>, E> {
                Ok(Text(Cow::Owned(text)))
            }
        }
        from.deserialize_str(Reader)
    }
}

/// A message inside a message: an object. (Serde alone would also take a list of its fields.)
#[derive(Debug, Clone)]
pub struct Object<T>(pub T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Reader<T> {
            type Value = Object<T>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Object<T>, M::Error> {
                T::deserialize(MapAccessDeserializer::new(map)).map(Object)
            }
        }
        from.deserialize_map(Reader(PhantomData))
    }
}

/// A whole number: written as a number, read also from numeric text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Int(pub i64);

impl<'de> Deserialize<'de> for Int {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Int;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a whole number of 64 bits")
            }
            fn visit_i64<E>(self, number: i64) -> Result<Int, E> {
                Ok(Int(number))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Int, E> {
                i64::try_from(number).map(Int).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
            }
            fn visit_f64<E: Error>(self, number: f64) -> Result<Int, E> {
                // `3.0` is whole; past 2^53 a float no longer says which number is meant.
                match number.fract() == 0.0 && number.abs() < (1u64 << 53) as f64 {
                    true => Ok(Int(number as i64)),
                    false => Err(E::invalid_value(Unexpected::Float(number), &self)),
                }
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Int, E> {
                text.trim().parse().map(Int).map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        from.deserialize_any(Reader)
    }
}

/// A yes or no, also as the query string writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag(pub bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("'true' or 'false'")
            }
            fn visit_bool<E>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
                match text {
                    _ if text.eq_ignore_ascii_case("true") => Ok(Flag(true)),
                    _ if text.eq_ignore_ascii_case("false") => Ok(Flag(false)),
                    _ => Err(E::invalid_value(Unexpected::Str(text), &self)),
                }
            }
        }
        from.deserialize_any(Reader)
    }
}

/// A number in an answer. NaN goes out as `"NaN"`; infinities as the greatest number there is, which
/// is what MLflow's own server makes of them, and what its clients expect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Double(pub f64);

impl Serialize for Double {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.is_nan() {
            true => to.serialize_str("NaN"),
            false => to.serialize_f64(self.0.clamp(f64::MIN, f64::MAX)),
        }
    }
}

/// A name of an enum, or its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NameOrNumber {
    /// The name.
    Name(String),
    /// The number.
    Number(i64),
}

impl<'de> Deserialize<'de> for NameOrNumber {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Reader;
        impl Visitor<'_> for Reader {
            type Value = NameOrNumber;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("a name or its number")
            }
            fn visit_i64<E>(self, number: i64) -> Result<NameOrNumber, E> {
                Ok(NameOrNumber::Number(number))
            }
            fn visit_u64<E>(self, number: u64) -> Result<NameOrNumber, E> {
                Ok(NameOrNumber::Number(i64::try_from(number).unwrap_or(i64::MAX)))
            }
            fn visit_str<E>(self, text: &str) -> Result<NameOrNumber, E> {
                Ok(text.parse().map_or_else(|_| NameOrNumber::Name(text.to_owned()), NameOrNumber::Number))
            }
        }
        from.deserialize_any(Reader)
    }
}

impl NameOrNumber {
    /// The choice that this names, among `(name, number, choice)`.
    pub fn among<T: Copy>(&self, choices: &[(&str, i64, T)]) -> Option<T> {
        let named = |&&(name, number, _): &&(&str, i64, T)| match self {
            NameOrNumber::Name(text) => text == name,
            NameOrNumber::Number(given) => *given == number,
        };
        choices.iter().find(named).map(|&(_, _, choice)| choice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_come_as_numbers_or_numeric_text() {
        for (json, expected) in [
            ("7", Some(7)),
            ("\"7\"", Some(7)),
            ("-9223372036854775808", Some(i64::MIN)),
            ("3.0", Some(3)),
            ("1.5", None),
            ("9223372036854775808", None),
            ("1e300", None),
            ("\"\"", None),
            ("\"0x1\"", None),
            ("true", None),
            ("[]", None),
        ] {
            assert_eq!(serde_json::from_str::<Int>(json).ok().map(|n| n.0), expected, "{json}");
        }
    }

    #[test]
    fn doubles_go_out_as_the_client_reads_them() {
        for (number, json) in [
            (3.0, "3.0"),
            (f64::NAN, "\"NaN\""),
            (f64::INFINITY, "1.7976931348623157e+308"),
            (f64::NEG_INFINITY, "-1.7976931348623157e+308"),
        ] {
            assert_eq!(serde_json::to_string(&Double(number)).unwrap(), json);
        }
    }
}
