//! Brushes: what is let through on a column. Brushed runs are the ones that every panel shows.

use crate::{
    column::{Cell, Column},
    run::RunRow,
    summary::Direction,
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
};

/// What one column lets through: any of its ranges and values. An empty brush lets nothing through.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Brush {
    /// Ranges of numbers, both ends inside, low end first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ranges: Vec<[f64; 2]>,
    /// Texts.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub values: BTreeSet<String>,
    /// Runs that have nothing in the column, or no finite number.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
}

impl Brush {
    /// A brush over one range, whichever end comes first.
    pub fn over(a: f64, b: f64) -> Brush {
        Brush { ranges: vec![[a.min(b), a.max(b)]], ..Brush::default() }
    }

    /// Whether `cell` is let through.
    pub fn lets(&self, cell: Cell) -> bool {
        match cell {
            Cell::Number(y) if !y.is_finite() => self.missing,
            Cell::Number(y) => self.ranges.iter().any(|[from, to]| *from <= y && y <= *to),
            Cell::Text(text) => self.values.contains(text),
            Cell::Missing => self.missing,
        }
    }

    /// Lets through what `other` does, too. Ranges that overlap become one.
    pub fn join(&mut self, other: Brush) {
        self.ranges.extend(other.ranges);
        self.ranges.sort_by(|a, b| a[0].total_cmp(&b[0]));
        self.ranges.dedup_by(|next, kept| {
            let overlap = next[0] <= kept[1];
            if overlap {
                kept[1] = kept[1].max(next[1]);
            }
            overlap
        });
        self.values.extend(other.values);
        self.missing |= other.missing;
    }

    /// Whether it lets nothing through, as a brush that was taken away.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty() && self.values.is_empty() && !self.missing
    }
}

/// The ends of ranges are numbers, never NaN: JSON has no word for it, and the pointer draws none.
impl Eq for Brush {}

impl Hash for Brush {
    fn hash<H: Hasher>(&self, state: &mut H) {
        // Both zeros are the same end.
        self.ranges.iter().flatten().for_each(|end| (end + 0.0).to_bits().hash(state));
        (self.ranges.len(), &self.values, self.missing).hash(state);
    }
}

/// Brushes by column. A run must pass all of them.
pub type Brushes = BTreeMap<Column, Brush>;

/// `brushes` with the best of a metric as its least or greatest, for an asker who knows what was `chosen`.
pub fn resolved(brushes: &Brushes, chosen: &BTreeMap<String, Direction>) -> Brushes {
    brushes.iter().map(|(column, brush)| (column.resolved(chosen), brush.clone())).collect()
}

/// Whether `row` passes all `brushes`; every run passes none.
pub fn passes(brushes: &Brushes, row: &RunRow) -> bool {
    brushes.iter().all(|(column, brush)| brush.lets(column.cell(row)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_brush_lets_through_what_it_covers() {
        let mut brush = Brush::over(3.0, 1.0);
        brush.values.insert("adam".into());
        for (cell, through) in [
            (Cell::Number(1.0), true),
            (Cell::Number(3.0), true),
            (Cell::Number(3.1), false),
            (Cell::Number(f64::NAN), false),
            (Cell::Number(f64::INFINITY), false),
            (Cell::Text("adam"), true),
            (Cell::Text("sgd"), false),
            (Cell::Missing, false),
        ] {
            assert_eq!(brush.lets(cell), through, "{cell:?}");
        }
        let missing = Brush { missing: true, ..Brush::default() };
        assert!(
            missing.lets(Cell::Missing) && missing.lets(Cell::Number(f64::NAN)) && !missing.lets(Cell::Number(0.0))
        );
        assert!(missing.lets(Cell::Number(f64::INFINITY)));
        assert!(Brush::default().is_empty() && !missing.is_empty());
    }

    #[test]
    fn brushes_join() {
        let mut brush = Brush::over(4.0, 5.0);
        brush.join(Brush::over(1.0, 2.0));
        assert_eq!(brush.ranges, [[1.0, 2.0], [4.0, 5.0]]);
        brush.join(Brush { ranges: vec![[2.0, 4.5]], missing: true, ..Brush::default() });
        assert_eq!(brush, Brush { missing: true, ..Brush::over(1.0, 5.0) });
    }

    #[test]
    fn brushes_come_back_from_their_document() {
        let brushes = Brushes::from([("params.lr".parse().expect("a column"), Brush::over(0.1, 0.2))]);
        let json = serde_json::to_string(&brushes).expect("brushes are JSON");
        assert_eq!(json, r#"{"params.lr":{"ranges":[[0.1,0.2]]}}"#);
        assert_eq!(serde_json::from_str::<Brushes>(&json).expect("its own form"), brushes);
    }
}
