//! Runs of a run set in groups: what the runs of a group share, and what their numbers say together.

use crate::{
    column::{Attribute, Cell, Column},
    frame::RunSet,
    query::{OrderKey, RunAttribute},
    run::RunRow,
    series::JsonNumber,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Borrow, cmp::Ordering, collections::HashMap, hash};

/// What the runs of a group have in a column that groups them: exactly this.
///
/// A param or a tag is the text as it was logged, so `0.1` and `1e-1` are two groups. NaN is the same as NaN. In JSON a
/// text, a number, `null` for nothing, and `{"number": "NaN"}` for what JSON cannot write as a number.
#[derive(Debug, Clone, Default)]
pub enum GroupValue {
    /// Nothing.
    #[default]
    Missing,
    /// A text.
    Text(String),
    /// A number, which may be NaN or infinite.
    Number(f64),
}

impl GroupValue {
    /// What `row` has in `column`.
    pub fn of(column: &Column, row: &RunRow) -> GroupValue {
        let text = |text: Option<&String>| text.cloned().map_or(GroupValue::Missing, GroupValue::Text);
        match column {
            Column::Param(name) => text(row.params.get(name)),
            Column::Tag(name) => text(row.tags.get(name)),
            // A name that writes a number is a name all the same.
            Column::Attribute(Attribute::Name) => GroupValue::Text(row.name.clone()),
            Column::Attribute(_) | Column::Metric(_) | Column::Summary(..) => match column.cell(row) {
                Cell::Number(y) => GroupValue::Number(y),
                Cell::Text(text) => GroupValue::Text(text.to_owned()),
                Cell::Missing => GroupValue::Missing,
            },
        }
    }

    /// The value as a cell: a text that writes a number is that number.
    pub fn cell(&self) -> Cell<'_> {
        match self {
            GroupValue::Missing => Cell::Missing,
            GroupValue::Text(text) => Cell::of_text(text),
            GroupValue::Number(y) => Cell::Number(*y),
        }
    }

    /// Which of two values comes first, as [`Cell::order`] says; texts of the same number by their code points.
    pub fn order(&self, other: &GroupValue, descending: bool) -> Ordering {
        self.cell().order(other.cell(), descending).then_with(|| match (self, other) {
            (GroupValue::Text(a), GroupValue::Text(b)) => a.cmp(b),
            _ => Ordering::Equal,
        })
    }

    /// A number as bits that are equal exactly for the same value.
    fn bits(y: f64) -> u64 {
        if y.is_nan() { f64::NAN.to_bits() } else { (y + 0.0).to_bits() }
    }
}

impl PartialEq for GroupValue {
    fn eq(&self, other: &GroupValue) -> bool {
        match (self, other) {
            (GroupValue::Missing, GroupValue::Missing) => true,
            (GroupValue::Text(a), GroupValue::Text(b)) => a == b,
            (GroupValue::Number(a), GroupValue::Number(b)) => GroupValue::bits(*a) == GroupValue::bits(*b),
            _ => false,
        }
    }
}

impl Eq for GroupValue {}

impl hash::Hash for GroupValue {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        match self {
            GroupValue::Missing => 0u8.hash(state),
            GroupValue::Text(text) => text.hash(state),
            GroupValue::Number(y) => GroupValue::bits(*y).hash(state),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Wire {
    Missing(()),
    Number(f64),
    Text(String),
    Odd { number: JsonNumber },
}

impl Serialize for GroupValue {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            GroupValue::Missing => Wire::Missing(()),
            GroupValue::Text(text) => Wire::Text(text.clone()),
            GroupValue::Number(y) if y.is_finite() => Wire::Number(*y),
            GroupValue::Number(y) => Wire::Odd { number: JsonNumber(*y) },
        }
        .serialize(to)
    }
}

impl<'de> Deserialize<'de> for GroupValue {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Ok(match Wire::deserialize(from)? {
            Wire::Missing(()) => GroupValue::Missing,
            Wire::Text(text) => GroupValue::Text(text),
            Wire::Number(y) | Wire::Odd { number: JsonNumber(y) } => GroupValue::Number(y),
        })
    }
}

/// `POST /api/groups`: the groups of a run set, without their runs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GroupsRequest {
    /// The runs.
    pub run_set: RunSet,
    /// The columns whose values make a group, at least one.
    pub by: Vec<Column>,
    /// The columns of which each group tells the spread.
    pub columns: Vec<Column>,
    /// Sort keys as for runs: a column in `by` orders by the group's value, one in `columns` by the group's mean. Empty,
    /// and for ties, by the values in `by`.
    pub order_by: Vec<String>,
    /// How many groups to skip.
    pub offset: u64,
    /// How many to answer at most, 1..=10,000; 0 means 1,000.
    pub limit: u32,
}

/// The answer to [`GroupsRequest`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct GroupsPage {
    /// How many runs the run set has.
    pub runs: u64,
    /// How many groups they make.
    pub total: u64,
    /// The window that was asked for.
    pub groups: Vec<RunGroup>,
}

/// Runs that have the same in the columns that group them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunGroup {
    /// What they have, for each column that groups.
    pub key: Vec<GroupValue>,
    /// How many they are.
    pub runs: u64,
    /// What they have in each column that was asked for.
    pub spreads: Vec<Spread>,
}

/// What the runs of a group have in one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many have a finite number: those of which the other fields speak. A text that writes a number is one.
    pub n: u64,
    /// Their arithmetic mean, NaN if there are none.
    #[serde(default = "nan", skip_serializing_if = "is_nan")]
    pub mean: JsonNumber,
    /// Their sample standard deviation (`ddof = 1`), NaN if there are fewer than two.
    #[serde(default = "nan", skip_serializing_if = "is_nan")]
    pub std: JsonNumber,
    /// The least, NaN if there are none.
    #[serde(default = "nan", skip_serializing_if = "is_nan")]
    pub min: JsonNumber,
    /// The greatest, NaN if there are none.
    #[serde(default = "nan", skip_serializing_if = "is_nan")]
    pub max: JsonNumber,
    /// How many have NaN or an infinity.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub non_finite: u64,
    /// What all runs of the group have, if they all have the same and it is not nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<GroupValue>,
}

fn nan() -> JsonNumber {
    JsonNumber(f64::NAN)
}

fn is_nan(number: &JsonNumber) -> bool {
    number.0.is_nan()
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A [`Spread`] in the making: mean and variance by Welford's recurrence (Technometrics 4, 1962) over distances from
/// the first number, so that no digits are lost where the mean is large beside the deviation.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    n: u64,
    first: f64,
    mean: f64,
    squares: f64,
    min: f64,
    max: f64,
    non_finite: u64,
}

impl Tally {
    /// Takes in the number of one run; `None` if it has no number here.
    pub fn add(&mut self, number: Option<f64>) {
        let Some(y) = number else { return };
        if !y.is_finite() {
            self.non_finite += 1;
            return;
        }
        if self.n == 0 {
            (self.first, self.min, self.max) = (y, y, y);
        }
        self.n += 1;
        let off = y - self.first - self.mean;
        self.mean += off / self.n as f64;
        self.squares += off * (y - self.first - self.mean);
        self.min = self.min.min(y);
        self.max = self.max.max(y);
    }

    /// What was taken in. Whether all runs share a value is for the caller to say.
    pub fn spread(self) -> Spread {
        let known = |y: f64, least: u64| JsonNumber(if self.n >= least { y } else { f64::NAN });
        Spread {
            n: self.n,
            mean: known(self.first + self.mean, 1),
            std: known((self.squares / (self.n.max(2) - 1) as f64).sqrt(), 2),
            min: known(self.min, 1),
            max: known(self.max, 1),
            non_finite: self.non_finite,
            shared: None,
        }
    }
}

/// A group and the places of its runs in the rows that were grouped.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupedRows {
    /// What the group tells.
    pub group: RunGroup,
    /// The places of its runs, in order.
    pub places: Vec<usize>,
}

/// `rows` in groups by their values in `by`, with the spread of each of `columns`; in order of the values.
pub fn grouped<R: Borrow<RunRow>>(rows: &[R], by: &[Column], columns: &[Column]) -> Vec<GroupedRows> {
    let mut places_by_key: HashMap<Vec<GroupValue>, Vec<usize>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        let key = by.iter().map(|column| GroupValue::of(column, row.borrow())).collect();
        places_by_key.entry(key).or_default().push(at);
    }
    let spread = |column: &Column, places: &[usize]| {
        let members = || places.iter().map(|&at| rows[at].borrow());
        let mut tally = Tally::default();
        for row in members() {
            tally.add(match column.cell(row) {
                Cell::Number(y) => Some(y),
                Cell::Text(_) | Cell::Missing => None,
            });
        }
        let first =
            members().next().map(|row| GroupValue::of(column, row)).filter(|value| *value != GroupValue::Missing);
        let shared = first.filter(|first| members().all(|row| GroupValue::of(column, row) == *first));
        Spread { shared, ..tally.spread() }
    };
    let group = |(key, places): (Vec<GroupValue>, Vec<usize>)| {
        let spreads = columns.iter().map(|column| spread(column, &places)).collect();
        GroupedRows { group: RunGroup { key, runs: places.len() as u64, spreads }, places }
    };
    let mut groups: Vec<GroupedRows> = places_by_key.into_iter().map(group).collect();
    groups.sort_by(|a, b| order(&a.group, &b.group, &[]));
    groups
}

/// A sort key of groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupOrder {
    /// By the value at this place of the key; descending if the flag is true.
    Key(usize, bool),
    /// By the mean at this place of the spreads.
    Mean(usize, bool),
}

impl GroupOrder {
    /// The order of groups that `keys` ask for; keys of columns that neither group nor are told say nothing.
    pub fn of(keys: &[OrderKey<RunAttribute>], by: &[Column], columns: &[Column]) -> Vec<GroupOrder> {
        let place =
            |of: &[Column], key: &OrderKey<RunAttribute>| of.iter().position(|column| column.field() == key.field);
        let order = |key: &OrderKey<RunAttribute>| match (place(by, key), place(columns, key)) {
            (Some(at), _) => Some(GroupOrder::Key(at, key.descending)),
            (None, Some(at)) => Some(GroupOrder::Mean(at, key.descending)),
            (None, None) => None,
        };
        keys.iter().filter_map(order).collect()
    }
}

/// Which of two groups comes first; ties go by their values, rising. A group without a mean comes last.
pub fn order(a: &RunGroup, b: &RunGroup, by: &[GroupOrder]) -> Ordering {
    let mean = |group: &RunGroup, at: usize| match group.spreads[at].mean.0 {
        y if y.is_nan() => Cell::Missing,
        y => Cell::Number(y),
    };
    for key in by {
        let found = match *key {
            GroupOrder::Key(at, descending) => a.key[at].order(&b.key[at], descending),
            GroupOrder::Mean(at, descending) => mean(a, at).order(mean(b, at), descending),
        };
        if found != Ordering::Equal {
            return found;
        }
    }
    let rising = a.key.iter().zip(&b.key).map(|(a, b)| a.order(b, false));
    rising.into_iter().find(|found| *found != Ordering::Equal).unwrap_or(Ordering::Equal)
}

#[cfg(test)]
mod tests;
