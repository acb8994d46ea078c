//! Columns over runs: what a table shows, an axis spans, a brush cuts and a group shares.

use crate::run::RunRow;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A fact about a run that is neither a param, a metric nor a tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Attribute {
    /// Its name.
    Name,
    /// Its status, such as `FINISHED`.
    Status,
    /// Who logged it.
    User,
    /// When it started, milliseconds since 1970 UTC.
    Start,
    /// When it ended, milliseconds since 1970 UTC.
    End,
    /// How long it took, milliseconds; missing while it runs.
    Duration,
}

impl Attribute {
    /// All of them, in the order in which a table shows them.
    pub const ALL: [Attribute; 6] =
        [Attribute::Name, Attribute::Status, Attribute::User, Attribute::Start, Attribute::End, Attribute::Duration];

    /// Its name in the search language and in documents, as MLflow spells it.
    pub fn key(self) -> &'static str {
        match self {
            Attribute::Name => "run_name",
            Attribute::Status => "status",
            Attribute::User => "user_id",
            Attribute::Start => "start_time",
            Attribute::End => "end_time",
            Attribute::Duration => "duration",
        }
    }

    /// Its name for people.
    pub fn title(self) -> &'static str {
        match self {
            Attribute::Name => "Name",
            Attribute::Status => "Status",
            Attribute::User => "User",
            Attribute::Start => "Start time",
            Attribute::End => "End time",
            Attribute::Duration => "Duration",
        }
    }
}

/// A column over runs. Written `params.lr`, `metrics.val/loss`, `tags.team`, `attributes.status`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// A fact about the run itself.
    Attribute(Attribute),
    /// A param by name.
    Param(String),
    /// The latest value of a metric by name.
    Metric(String),
    /// A tag by name.
    Tag(String),
}

/// What a run has in a column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Cell<'a> {
    /// A number, which may be NaN or infinite.
    Number(f64),
    /// A text that is no number.
    Text(&'a str),
    /// Nothing.
    Missing,
}

impl Column {
    /// What `row` has in this column. Texts that write a number are numbers.
    pub fn cell<'a>(&self, row: &'a RunRow) -> Cell<'a> {
        let time = |millis: Option<i64>| millis.map_or(Cell::Missing, |millis| Cell::Number(millis as f64));
        match self {
            Column::Attribute(Attribute::Name) => Cell::Text(&row.name),
            Column::Attribute(Attribute::Status) => Cell::Text(row.status.name()),
            Column::Attribute(Attribute::User) if row.user.is_empty() => Cell::Missing,
            Column::Attribute(Attribute::User) => Cell::Text(&row.user),
            Column::Attribute(Attribute::Start) => time(Some(row.start_millis)),
            Column::Attribute(Attribute::End) => time(row.end_millis),
            Column::Attribute(Attribute::Duration) => {
                time(row.end_millis.map(|end| end.saturating_sub(row.start_millis)))
            }
            Column::Param(name) => row.params.get(name).map_or(Cell::Missing, |text| Cell::of_text(text)),
            Column::Tag(name) => row.tags.get(name).map_or(Cell::Missing, |text| Cell::of_text(text)),
            Column::Metric(name) => row.metrics.get(name).map_or(Cell::Missing, |latest| Cell::Number(latest.value.0)),
        }
    }

    /// The column's name for people: without its kind.
    pub fn title(&self) -> &str {
        match self {
            Column::Attribute(attribute) => attribute.title(),
            Column::Param(name) | Column::Metric(name) | Column::Tag(name) => name,
        }
    }

    /// Its key in MLflow's `order_by`; `None` where the search language cannot name it.
    pub fn order_key(&self) -> Option<String> {
        let quoted = |kind: &str, name: &str| (!name.contains('`')).then(|| format!("{kind}.`{name}`"));
        match self {
            Column::Attribute(Attribute::Duration) => None,
            Column::Attribute(attribute) => Some(format!("attributes.{}", attribute.key())),
            Column::Param(name) => quoted("params", name),
            Column::Metric(name) => quoted("metrics", name),
            Column::Tag(name) => quoted("tags", name),
        }
    }
}

impl<'a> Cell<'a> {
    /// The cell of a stored text.
    pub fn of_text(text: &'a str) -> Cell<'a> {
        crate::series::number_of_text(text).map_or(Cell::Text(text), Cell::Number)
    }

    /// Whether both mean the same; NaN is the same as NaN.
    pub fn same(self, other: Cell) -> bool {
        match (self, other) {
            (Cell::Number(a), Cell::Number(b)) => a == b || (a.is_nan() && b.is_nan()),
            (a, b) => a == b,
        }
    }

    /// The number, if it is a finite one.
    pub fn finite(self) -> Option<f64> {
        match self {
            Cell::Number(y) if y.is_finite() => Some(y),
            Cell::Number(_) | Cell::Text(_) | Cell::Missing => None,
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Column::Attribute(attribute) => write!(f, "attributes.{}", attribute.key()),
            Column::Param(name) => write!(f, "params.{name}"),
            Column::Metric(name) => write!(f, "metrics.{name}"),
            Column::Tag(name) => write!(f, "tags.{name}"),
        }
    }
}

/// The text names no column.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no column: it begins with params., metrics., tags. or attributes.")]
pub struct NotAColumn(String);

impl FromStr for Column {
    type Err = NotAColumn;

    fn from_str(text: &str) -> Result<Self, NotAColumn> {
        let unknown = || NotAColumn(text.to_owned());
        match text.split_once('.') {
            Some(("params", name)) if !name.is_empty() => Ok(Column::Param(name.to_owned())),
            Some(("metrics", name)) if !name.is_empty() => Ok(Column::Metric(name.to_owned())),
            Some(("tags", name)) if !name.is_empty() => Ok(Column::Tag(name.to_owned())),
            Some(("attributes", key)) => {
                let found = Attribute::ALL.into_iter().find(|attribute| attribute.key() == key);
                found.map(Column::Attribute).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    }
}

impl Serialize for Column {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Column {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_come_back_from_their_text() {
        for text in ["params.lr", "metrics.val/loss", "tags.a.b", "attributes.run_name", "attributes.duration"] {
            assert_eq!(text.parse::<Column>().map(|column| column.to_string()).as_deref(), Ok(text));
        }
        for text in ["", "params.", "lr", "attributes.colour", ".x"] {
            assert!(text.parse::<Column>().is_err(), "{text}");
        }
    }

    #[test]
    fn texts_that_write_numbers_are_numbers() {
        assert_eq!(Cell::of_text("1e-3"), Cell::Number(1e-3));
        assert_eq!(Cell::of_text("adam"), Cell::Text("adam"));
        assert!(matches!(Cell::of_text("NaN"), Cell::Number(y) if y.is_nan()));
        assert_eq!(Cell::of_text("inf").finite(), None);
    }
}
