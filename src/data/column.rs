//! Columns over runs: what a table shows, an axis spans, a brush cuts and a group shares.

use crate::{
    query::{Field, RunAttribute},
    run::RunRow,
    summary::{Direction, Summary},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{cmp::Ordering, collections::BTreeMap, fmt, str::FromStr};

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

    /// What the search language calls it.
    pub fn searched(self) -> RunAttribute {
        match self {
            Attribute::Name => RunAttribute::RunName,
            Attribute::Status => RunAttribute::Status,
            Attribute::User => RunAttribute::UserId,
            Attribute::Start => RunAttribute::StartTime,
            Attribute::End => RunAttribute::EndTime,
            Attribute::Duration => RunAttribute::Duration,
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

/// A column over runs. Written `params.lr`, `metrics.val/loss`, `metrics@min.val/loss`, `tags.team`, `attributes.status`:
/// all after the first dot is the name, so no name can be mistaken for anything else.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// A fact about the run itself.
    Attribute(Attribute),
    /// A param by name.
    Param(String),
    /// The latest value of a metric by name.
    Metric(String),
    /// Another number of a metric by name.
    Summary(String, Summary),
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
            Column::Summary(..) => row.summaries.get(self).map_or(Cell::Missing, |value| Cell::Number(value.0)),
        }
    }

    /// Whether two of `rows` have something different in it.
    pub fn differs<'a>(&self, mut rows: impl Iterator<Item = &'a RunRow>) -> bool {
        let Some(first) = rows.next() else { return false };
        let first = self.cell(first);
        rows.any(|row| !self.cell(row).same(first))
    }

    /// The column's name for people: without its kind and its summary.
    pub fn title(&self) -> &str {
        match self {
            Column::Attribute(attribute) => attribute.title(),
            Column::Param(name) | Column::Metric(name) | Column::Summary(name, _) | Column::Tag(name) => name,
        }
    }

    /// The column's name for people with its summary, if it has one: `loss (min)`.
    pub fn label(&self) -> String {
        match self {
            Column::Summary(name, Summary::Step(step)) => format!("{name} (step {step})"),
            Column::Summary(name, summary) => format!("{name} ({summary})"),
            Column::Attribute(_) | Column::Param(_) | Column::Metric(_) | Column::Tag(_) => self.title().to_owned(),
        }
    }

    /// The metric whose number it is, if it is one's.
    pub fn metric(&self) -> Option<&str> {
        match self {
            Column::Metric(name) | Column::Summary(name, _) => Some(name),
            Column::Attribute(_) | Column::Param(_) | Column::Tag(_) => None,
        }
    }

    /// The column that the search language means; `None` for what is no column.
    pub fn of_field(field: &Field<RunAttribute>) -> Option<Column> {
        Some(match field {
            Field::Metric(name) => Column::Metric(name.clone()),
            Field::Summary(name, summary) => Column::Summary(name.clone(), *summary),
            Field::Param(name) => Column::Param(name.clone()),
            Field::Tag(name) => Column::Tag(name.clone()),
            Field::Attribute(attribute) => Column::Attribute(match attribute {
                RunAttribute::RunName => Attribute::Name,
                RunAttribute::Status => Attribute::Status,
                RunAttribute::UserId => Attribute::User,
                RunAttribute::StartTime => Attribute::Start,
                RunAttribute::EndTime => Attribute::End,
                RunAttribute::Duration => Attribute::Duration,
                RunAttribute::RunId | RunAttribute::ArtifactUri => return None,
            }),
            Field::Dataset(_) => return None,
        })
    }

    /// What the search language calls it.
    pub fn field(&self) -> Field<RunAttribute> {
        match self {
            Column::Attribute(attribute) => Field::Attribute(attribute.searched()),
            Column::Param(name) => Field::Param(name.clone()),
            Column::Metric(name) => Field::Metric(name.clone()),
            Column::Summary(name, summary) => Field::Summary(name.clone(), *summary),
            Column::Tag(name) => Field::Tag(name.clone()),
        }
    }

    /// Its key in `order_by`, which [`crate::query::parse_sort`] reads, without a direction.
    pub fn order_key(&self) -> String {
        let keyed = |kind: &str, name: &str| format!("{kind}.`{}`", name.replace('`', "``"));
        match self {
            Column::Attribute(attribute) => format!("attributes.{}", attribute.key()),
            Column::Param(name) => keyed("params", name),
            Column::Metric(name) => keyed("metrics", name),
            Column::Summary(name, summary) => keyed(&format!("metrics@{summary}"), name),
            Column::Tag(name) => keyed("tags", name),
        }
    }

    /// The column itself, and for the best of a metric the least or the greatest.
    pub fn resolved(&self, chosen: &BTreeMap<String, Direction>) -> Column {
        match self {
            Column::Summary(name, summary) => Column::Summary(name.clone(), summary.resolved(name, chosen)),
            Column::Attribute(_) | Column::Param(_) | Column::Metric(_) | Column::Tag(_) => self.clone(),
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

    /// Which of two cells comes first: numbers, texts by their code points, NaN, nothing. Descending turns round
    /// numbers and texts; NaN and nothing stay last.
    pub fn order(self, other: Cell, descending: bool) -> Ordering {
        let class = |cell: &Cell| match cell {
            Cell::Number(y) if y.is_nan() => 2,
            Cell::Number(_) => u8::from(descending),
            Cell::Text(_) => u8::from(!descending),
            Cell::Missing => 3,
        };
        let turned = |order: Ordering| if descending { order.reverse() } else { order };
        class(&self).cmp(&class(&other)).then_with(|| match (self, other) {
            (Cell::Number(a), Cell::Number(b)) => turned(a.partial_cmp(&b).unwrap_or(Ordering::Equal)),
            (Cell::Text(a), Cell::Text(b)) => turned(a.cmp(b)),
            _ => Ordering::Equal,
        })
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
            Column::Summary(name, summary) => write!(f, "metrics@{summary}.{name}"),
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
            Some((kind, name)) if !name.is_empty() => {
                let summary = kind.strip_prefix("metrics@").and_then(|summary| summary.parse().ok());
                summary.map(|summary| Column::Summary(name.to_owned(), summary)).ok_or_else(unknown)
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
    use crate::query::OrderKey;

    #[test]
    fn columns_come_back_from_their_text() {
        for text in [
            "params.lr",
            "metrics.val/loss",
            "metrics.mAP@0.5",
            "metrics.loss@min",
            "metrics@min.val/loss",
            "metrics@max.mAP@0.5",
            "metrics@best.a.b",
            "metrics@step:-100.loss@min",
            "tags.a.b",
            "attributes.run_name",
            "attributes.duration",
        ] {
            assert_eq!(text.parse::<Column>().map(|column| column.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(
            "metrics.loss@min".parse(),
            Ok(Column::Metric("loss@min".into())),
            "a name that ends like a summary"
        );
        assert_eq!("metrics@min.x".parse(), Ok(Column::Summary("x".into(), Summary::Min)));
        for text in ["", "params.", "lr", "attributes.colour", ".x", "metrics@min.", "metrics@median.x", "params@min.x"]
        {
            assert!(text.parse::<Column>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_column_differs_by_what_it_means_not_by_its_text() {
        let row = |value: Option<&str>| RunRow {
            run_id: crate::run::RunId(1),
            experiment_id: "1".into(),
            name: String::new(),
            status: crate::run::RunStatus::Finished,
            params: value.map(|value| ("lr".to_owned(), value.to_owned())).into_iter().collect(),
            ..RunRow::default()
        };
        for (name, a, b, expected) in [
            ("the same text", Some("adam"), Some("adam"), false),
            ("the same number, written twice", Some("0.1"), Some("1e-1"), false),
            ("another number", Some("0.1"), Some("0.2"), true),
            ("NaN twice", Some("NaN"), Some("nan"), false),
            ("one has nothing", Some("0.1"), None, true),
        ] {
            assert_eq!(Column::Param("lr".into()).differs([row(a), row(b)].iter()), expected, "{name}");
        }
    }

    #[test]
    fn texts_that_write_numbers_are_numbers() {
        assert_eq!(Cell::of_text("1e-3"), Cell::Number(1e-3));
        assert_eq!(Cell::of_text("adam"), Cell::Text("adam"));
        assert!(matches!(Cell::of_text("NaN"), Cell::Number(y) if y.is_nan()));
        assert_eq!(Cell::of_text("inf").finite(), None);
    }

    #[test]
    fn cells_have_one_order_in_each_direction() {
        let cells = [
            Cell::Number(f64::NEG_INFINITY),
            Cell::Number(2.0),
            Cell::Number(10.0),
            Cell::Text("B"),
            Cell::Text("a"),
            Cell::Number(f64::NAN),
            Cell::Missing,
        ];
        let sorted = |descending| {
            let mut sorted = cells;
            sorted.reverse();
            sorted.sort_by(|a, b| a.order(*b, descending));
            format!("{sorted:?}")
        };
        assert_eq!(sorted(false), format!("{cells:?}"));
        let falling = [cells[4], cells[3], cells[2], cells[1], cells[0], cells[5], cells[6]];
        assert_eq!(sorted(true), format!("{falling:?}"));
    }

    #[test]
    fn a_column_writes_a_sort_key_that_reads_as_itself() {
        for text in ["params.a`b c", "metrics.val/loss", "metrics@step:7.x y", "tags.t", "attributes.duration"] {
            let column: Column = text.parse().expect(text);
            let keys = crate::query::parse_sort(&format!("{} DESC", column.order_key())).expect(text);
            assert_eq!(keys, [OrderKey { field: column.field(), descending: true }], "{text}");
        }
    }
}
