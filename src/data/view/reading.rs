//! A view as JSON within other documents.
//!
//! A view is large, and serde makes a copy of its reading code for every kind of source: text, a tree, a tagged
//! enum's buffer. The app would download each of them, so that all go through text.

use super::View;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};
use serde_json::Value;

/// The view that `json` holds and nothing behind it, as it stands there.
pub(super) fn view_of(json: &str) -> Result<View, serde_json::Error> {
    let mut source = serde_json::Deserializer::from_str(json);
    let view = View::deserialize(&mut source)?;
    source.end()?;
    Ok(view)
}

impl<'de> Deserialize<'de> for View {
    fn deserialize<D: Deserializer<'de>>(source: D) -> Result<View, D::Error> {
        view_of(&Value::deserialize(source)?.to_string()).map_err(D::Error::custom)
    }
}

impl Serialize for View {
    fn serialize<S: Serializer>(&self, target: S) -> Result<S::Ok, S::Error> {
        View::serialize(self, target)
    }
}
