//! A query string as a message: a repeated field is a list, a single one is a value.

use super::MlflowError;
use percent_encoding::percent_decode_str;
use serde::{
    Deserialize,
    de::{
        DeserializeSeed, Deserializer, Error, IntoDeserializer, MapAccess, Visitor,
        value::{Error as ValueError, SeqDeserializer, StrDeserializer},
    },
    forward_to_deserialize_any,
};

/// The names and values of `query`, decoded.
pub(super) fn pairs(query: &str) -> Result<Vec<(String, String)>, MlflowError> {
    let decode = |part: &str| {
        let spaced = part.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().map(|text| text.into_owned());
        decoded.map_err(|_| MlflowError::Invalid("The query of the address is not UTF-8.".to_owned()))
    };
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect()
}

/// Reads `pairs` as a message.
pub(super) fn read<'a, T: Deserialize<'a>>(pairs: &'a [(String, String)]) -> Result<T, MlflowError> {
    T::deserialize(Message(pairs)).map_err(|error| MlflowError::Invalid(error.to_string()))
}

/// All pairs of a query.
struct Message<'a>(&'a [(String, String)]);

impl<'de> Deserializer<'de> for Message<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.0 {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        visitor.visit_map(Fields { pairs: self.0, names: names.into_iter(), name: "" })
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct Fields<'de> {
    pairs: &'de [(String, String)],
    names: std::vec::IntoIter<&'de str>,
    name: &'de str,
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = ValueError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, ValueError> {
        let Some(name) = self.names.next() else { return Ok(None) };
        self.name = name;
        let key: StrDeserializer<ValueError> = name.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, ValueError> {
        let named = self.pairs.iter().filter(|(name, _)| name == self.name);
        let values = Values(named.map(|(_, value)| value.as_str()).collect());
        seed.deserialize(values).map_err(|error| {
            ValueError::custom(format_args!("Invalid value for parameter '{}' supplied: {error}", self.name))
        })
    }
}

/// All values of one field.
struct Values<'de>(Vec<&'de str>);

impl<'de> Deserializer<'de> for Values<'de> {
    type Error = ValueError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        match self.0.first() {
            Some(value) => visitor.visit_borrowed_str(value),
            None => visitor.visit_unit(),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_some(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, ValueError> {
        visitor.visit_seq(SeqDeserializer::new(self.0.into_iter().map(|value| Values(vec![value]))))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> IntoDeserializer<'de, ValueError> for Values<'de> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::mlflow::fields::{Flag, Int};

    #[derive(Deserialize, Debug, Default, PartialEq)]
    #[serde(default)]
    struct Sample {
        name: Option<String>,
        limit: Option<Int>,
        order_by: Option<Vec<String>>,
        flag: Option<Flag>,
    }

    #[test]
    fn a_query_is_read_as_a_message() {
        let read = |query: &str| pairs(query).and_then(|pairs| read::<Sample>(&pairs)).map_err(|e| e.to_string());
        let sample = read("name=a+b%2Fc&limit=5&order_by=x&order_by=y&flag=True&unknown=1").unwrap();
        assert_eq!(sample.name.as_deref(), Some("a b/c"));
        assert_eq!(sample.limit, Some(Int(5)));
        assert_eq!(sample.order_by, Some(vec!["x".to_owned(), "y".to_owned()]));
        assert_eq!(sample.flag, Some(Flag(true)));
        assert_eq!(read("").unwrap(), Sample::default());
        for query in ["limit=five", "flag=maybe", "name=%ff"] {
            assert!(read(query).is_err(), "{query}");
        }
    }
}
