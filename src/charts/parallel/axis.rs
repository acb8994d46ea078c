//! One axis: how a column's values spread along it.

use super::rank::{rank_of, ranks, value_of_rank};
use crate::{
    format::full_text,
    scale::{Scale, ScaleKind},
    time::{duration_text, wall_text},
};
use data::{
    brush::Brush,
    column::{Attribute, Cell, Column},
    view::AxisKind,
};
use std::cmp::Ordering;

/// Positive values that span more than this ratio are spread by their logarithm.
const LOG_FROM: f64 = 100.0;

/// How values lie along an axis, 0 to 1 from its low end.
#[derive(Debug, Clone, PartialEq)]
pub enum Spread {
    /// By a scale onto 0 to 1.
    Scale(Scale),
    /// As times, milliseconds since 1970 UTC.
    Time(Scale),
    /// By rank: rising values, each with its share.
    Rank(Vec<(f64, f64)>),
    /// A band for each category.
    Bands(Vec<Category>),
}

/// A value of its own band.
#[derive(Debug, Clone, PartialEq)]
pub enum Category {
    /// A number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Category {
    /// As it is written at the axis.
    pub fn label(&self) -> String {
        match self {
            Category::Number(value) => full_text(*value),
            Category::Text(text) => text.clone(),
        }
    }

    fn by_number(&self, other: &Category) -> Ordering {
        match (self, other) {
            (Category::Number(a), Category::Number(b)) => a.total_cmp(b),
            (Category::Number(_), Category::Text(_)) => Ordering::Less,
            (Category::Text(_), Category::Number(_)) => Ordering::Greater,
            (Category::Text(a), Category::Text(b)) => a.cmp(b),
        }
    }

    fn passes(&self, brush: &Brush) -> bool {
        match self {
            Category::Number(value) => brush.lets(Cell::Number(*value)),
            Category::Text(text) => brush.lets(Cell::Text(text)),
        }
    }
}

/// What one run has.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Value {
    Number(f64),
    Category(u32),
    Missing,
}

/// One axis and each line's place on it.
#[derive(Debug, Clone)]
pub struct Axis {
    /// The column.
    pub column: Column,
    /// What was chosen, or what the values suggest; never [`AxisKind::Auto`].
    pub kind: AxisKind,
    /// Whether the high end lies below.
    pub inverted: bool,
    /// How values lie along it.
    pub spread: Spread,
    values: Vec<Value>,
    shares: Vec<f32>,
}

/// Axes of the same places are equal; a missing value is one.
impl PartialEq for Axis {
    fn eq(&self, other: &Axis) -> bool {
        (&self.column, self.kind, self.inverted) == (&other.column, other.kind, other.inverted)
            && self.spread == other.spread
            && self.values == other.values
    }
}

impl Axis {
    /// The axis of `column`, with what each run has in it. `target` holds for each run the number that
    /// [`AxisKind::ByMean`] orders by, NaN where it has none.
    ///
    /// An axis with texts is always one of categories; a log axis with values at or below 0 is symlog.
    pub fn new(column: Column, kind: AxisKind, inverted: bool, cells: &[Cell], target: &[f64]) -> Axis {
        let numbers: Vec<f64> = cells.iter().filter_map(|cell| cell.finite()).collect();
        let texts = cells.iter().any(|cell| matches!(cell, Cell::Text(_)));
        let kind = settled_kind(kind, &column, texts, &numbers);
        let spread = match kind {
            AxisKind::ByNumber | AxisKind::ByText | AxisKind::ByMean => Spread::Bands(bands(kind, cells, target)),
            AxisKind::Percentile => Spread::Rank(ranks(numbers)),
            AxisKind::Time => Spread::Time(scale(ScaleKind::Linear, &numbers)),
            AxisKind::Log => Spread::Scale(scale(ScaleKind::Log, &numbers)),
            AxisKind::Auto | AxisKind::Linear => Spread::Scale(scale(ScaleKind::Linear, &numbers)),
        };
        let values = values(&spread, cells);
        let mut axis = Axis { column, kind, inverted, spread, values, shares: Vec::new() };
        axis.shares = axis.values.iter().map(|value| axis.share_of(*value).map_or(f32::NAN, |at| at as f32)).collect();
        axis
    }

    /// Where each line lies, 0 at the bottom and 1 at the top; NaN for the rail of missing values.
    pub fn shares(&self) -> &[f32] {
        &self.shares
    }

    /// Whether it holds texts, which only categories have a place for.
    pub fn has_texts(&self) -> bool {
        matches!(&self.spread, Spread::Bands(bands) if bands.iter().any(|band| matches!(band, Category::Text(_))))
    }

    /// Whether any line has no place on it.
    pub fn has_missing(&self) -> bool {
        self.shares.iter().any(|share| share.is_nan())
    }

    /// How many lines lie in each of `bins` equal parts, from the bottom; a band is a bin.
    pub fn histogram(&self, bins: usize) -> Vec<u32> {
        let bins = match &self.spread {
            Spread::Bands(bands) if bands.len() <= 2 * bins => bands.len(),
            _ => bins,
        };
        let mut counts = vec![0; bins.max(1)];
        let last = counts.len() - 1;
        for share in self.shares.iter().filter(|share| !share.is_nan()) {
            counts[((f64::from(*share) * bins as f64) as usize).min(last)] += 1;
        }
        counts
    }

    /// What line `at` has, in words.
    pub fn text_of(&self, at: usize, utc_offset_minutes: i32) -> String {
        match self.values.get(at) {
            Some(Value::Number(value)) => match (&self.spread, &self.column) {
                (Spread::Time(_), _) => wall_text(*value as i64, utc_offset_minutes),
                (_, Column::Attribute(Attribute::Duration)) => duration_text(*value),
                _ => full_text(*value),
            },
            Some(Value::Category(band)) => match &self.spread {
                Spread::Bands(bands) => bands[*band as usize].label(),
                Spread::Scale(_) | Spread::Time(_) | Spread::Rank(_) => String::new(),
            },
            Some(Value::Missing) | None => "missing".to_owned(),
        }
    }

    fn up(&self, share: f64) -> f64 {
        if self.inverted { 1.0 - share } else { share }
    }

    fn share_of(&self, value: Value) -> Option<f64> {
        let share = match (value, &self.spread) {
            (Value::Number(value), Spread::Scale(scale) | Spread::Time(scale)) => scale.px_from(value),
            (Value::Number(value), Spread::Rank(ranks)) => rank_of(ranks, value),
            (Value::Category(band), Spread::Bands(bands)) => (f64::from(band) + 0.5) / bands.len() as f64,
            _ => return None,
        };
        share.is_finite().then(|| self.up(share.clamp(0.0, 1.0)))
    }

    /// Whether `brush` lets each line through; as [`Brush::lets`] says of its cell.
    pub fn lets(&self, brush: &Brush) -> Vec<bool> {
        let bands: Vec<bool> = match &self.spread {
            Spread::Bands(bands) => bands.iter().map(|band| band.passes(brush)).collect(),
            Spread::Scale(_) | Spread::Time(_) | Spread::Rank(_) => Vec::new(),
        };
        let lets = |value: &Value| match value {
            Value::Number(value) => brush.lets(Cell::Number(*value)),
            Value::Category(band) => bands.get(*band as usize).copied().unwrap_or(false),
            Value::Missing => brush.missing,
        };
        self.values.iter().map(lets).collect()
    }

    fn numbers(&self) -> impl Iterator<Item = f64> {
        self.values.iter().filter_map(|value| if let Value::Number(value) = value { Some(*value) } else { None })
    }

    /// The brush over what lies between two heights, 0 at the bottom. On an axis of categories it
    /// holds the bands whose middle it covers, or the one in its own middle.
    pub fn brush_between(&self, a: f64, b: f64) -> Brush {
        let (a, b) = (self.up(a.clamp(0.0, 1.0)), self.up(b.clamp(0.0, 1.0)));
        let (low, high) = (a.min(b), a.max(b));
        match &self.spread {
            Spread::Scale(scale) | Spread::Time(scale) => {
                let [from, to] = scale.domain();
                // The very ends, which a rounded value would miss; a number that has no room on the scale lies there too.
                let (from, to) = (self.numbers().fold(from, f64::min), self.numbers().fold(to, f64::max));
                let value = |share: f64, end: f64, at: f64| if share == at { end } else { scale.value_from(share) };
                Brush::over(value(low, from, 0.0), value(high, to, 1.0))
            }
            Spread::Rank(ranks) => match (value_of_rank(ranks, low), value_of_rank(ranks, high)) {
                (Some(from), Some(to)) => Brush::over(from, to),
                _ => Brush::default(),
            },
            Spread::Bands(bands) => {
                let mut brush = Brush::default();
                let count = bands.len() as f64;
                let middle = (((low + high) / 2.0 * count) as usize).min(bands.len().saturating_sub(1));
                let covered = |at: usize| (low..=high).contains(&((at as f64 + 0.5) / count));
                let any = (0..bands.len()).any(covered);
                for (_, band) in
                    bands.iter().enumerate().filter(|(at, _)| if any { covered(*at) } else { *at == middle })
                {
                    match band {
                        Category::Number(value) => brush.ranges.push([*value, *value]),
                        Category::Text(text) => {
                            brush.values.insert(text.clone());
                        }
                    }
                }
                brush
            }
        }
    }

    /// The parts of the axis that `brush` covers, each from its lower to its upper end, 0 at the bottom.
    /// On a numeric axis they are its ranges in order, where those lie on the axis at all.
    pub fn parts(&self, brush: &Brush) -> Vec<Part> {
        let part = |range: Option<usize>, from: f64, to: f64| {
            let (a, b) = (self.up(from), self.up(to));
            Part { range, low: a.min(b), high: a.max(b) }
        };
        if let Spread::Bands(bands) = &self.spread {
            let count = bands.len() as f64;
            let passing = bands.iter().enumerate().filter(|(_, band)| band.passes(brush));
            return passing.map(|(at, _)| part(None, at as f64 / count, (at + 1) as f64 / count)).collect();
        }
        let share = |value: f64| match &self.spread {
            Spread::Scale(scale) | Spread::Time(scale) => {
                // Below a log axis a value has no place: it lies at the low end.
                let at = scale.px_from(value);
                if at.is_nan() { -1.0 } else { at }
            }
            Spread::Rank(ranks) => rank_of(ranks, value),
            Spread::Bands(_) => 0.0,
        };
        let ranges = brush.ranges.iter().enumerate().map(|(at, [from, to])| (at, share(*from), share(*to)));
        let seen = ranges.filter(|(_, from, to)| *to >= 0.0 && *from <= 1.0);
        seen.map(|(at, from, to)| part(Some(at), from.clamp(0.0, 1.0), to.clamp(0.0, 1.0))).collect()
    }
}

/// A part of an axis that a brush covers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Part {
    /// Which range of the brush it is; `None` for a category.
    pub range: Option<usize>,
    /// Its lower end.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The kind asked for, or what the values suggest.
fn settled_kind(kind: AxisKind, column: &Column, texts: bool, numbers: &[f64]) -> AxisKind {
    let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    match kind {
        AxisKind::ByNumber | AxisKind::ByText | AxisKind::ByMean => kind,
        _ if texts => AxisKind::ByNumber,
        AxisKind::Linear | AxisKind::Log | AxisKind::Percentile | AxisKind::Time => kind,
        AxisKind::Auto => match column {
            Column::Attribute(Attribute::Start | Attribute::End) => AxisKind::Time,
            _ if low > 0.0 && high / low > LOG_FROM => AxisKind::Log,
            _ => AxisKind::Linear,
        },
    }
}

fn scale(kind: ScaleKind, numbers: &[f64]) -> Scale {
    let low = numbers.iter().copied().fold(f64::INFINITY, f64::min);
    let high = numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let kind = if kind == ScaleKind::Log && low <= 0.0 { ScaleKind::Symlog } else { kind };
    let nearest = numbers.iter().map(|y| y.abs()).filter(|y| *y > 0.0).fold(f64::INFINITY, f64::min);
    let nearest = nearest.max(low.abs().max(high.abs()) * 1e-6);
    let linear_within = if nearest.is_finite() { 10f64.powf(nearest.log10().floor()) } else { 1.0 };
    Scale::new(kind, linear_within, [low, high], [0.0, 1.0])
}

/// The categories of `cells` in the order of `kind`.
fn bands(kind: AxisKind, cells: &[Cell], target: &[f64]) -> Vec<Category> {
    let mut bands: Vec<Category> = cells.iter().filter_map(|cell| category(*cell)).collect();
    bands.sort_by(Category::by_number);
    bands.dedup();
    match kind {
        AxisKind::ByText => bands.sort_by_cached_key(Category::label),
        AxisKind::ByMean => {
            let mut sums = vec![(0.0, 0.0); bands.len()];
            for (cell, y) in cells.iter().zip(target).filter(|(_, y)| y.is_finite()) {
                if let Some(band) =
                    category(*cell).and_then(|own| bands.binary_search_by(|band| band.by_number(&own)).ok())
                {
                    sums[band].0 += y;
                    sums[band].1 += 1.0;
                }
            }
            // A category without a mean comes last: NaN is above all numbers in this order.
            let mean = |at: usize| sums[at].0 / sums[at].1;
            let mut order: Vec<usize> = (0..bands.len()).collect();
            order.sort_by(|a, b| mean(*a).is_nan().cmp(&mean(*b).is_nan()).then(mean(*a).total_cmp(&mean(*b))));
            bands = order.into_iter().map(|at| bands[at].clone()).collect();
        }
        _ => {}
    }
    bands
}

fn category(cell: Cell) -> Option<Category> {
    match cell {
        // Zero has one band, whatever its sign.
        Cell::Number(value) if value.is_finite() => Some(Category::Number(value + 0.0)),
        Cell::Text(text) => Some(Category::Text(text.to_owned())),
        Cell::Number(_) | Cell::Missing => None,
    }
}

/// What each of `cells` is on an axis of this spread.
fn values(spread: &Spread, cells: &[Cell]) -> Vec<Value> {
    let Spread::Bands(bands) = spread else {
        return cells.iter().map(|cell| cell.finite().map_or(Value::Missing, Value::Number)).collect();
    };
    let mut sorted: Vec<u32> = (0..bands.len() as u32).collect();
    sorted.sort_by(|a, b| bands[*a as usize].by_number(&bands[*b as usize]));
    let band_of = |own: Category| {
        let found = sorted.binary_search_by(|band| bands[*band as usize].by_number(&own));
        found.map_or(Value::Missing, |at| Value::Category(sorted[at]))
    };
    cells.iter().map(|cell| category(*cell).map_or(Value::Missing, band_of)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NAN: f64 = f64::NAN;

    fn axis_of(kind: AxisKind, cells: &[Cell]) -> Axis {
        Axis::new(Column::Param("p".into()), kind, false, cells, &[])
    }

    fn numbers(values: &[f64]) -> Vec<Cell<'static>> {
        values.iter().map(|value| Cell::Number(*value)).collect()
    }

    #[test]
    fn the_values_suggest_a_kind() {
        for (name, cells, kind) in [
            ("narrow", numbers(&[1.0, 100.0]), AxisKind::Linear),
            ("wide", numbers(&[1e-5, 1e-2, NAN]), AxisKind::Log),
            ("with zero", numbers(&[0.0, 1e9]), AxisKind::Linear),
            ("a text", vec![Cell::Number(1.0), Cell::Text("adam")], AxisKind::ByNumber),
            ("nothing", vec![Cell::Missing], AxisKind::Linear),
        ] {
            assert_eq!(axis_of(AxisKind::Auto, &cells).kind, kind, "{name}");
        }
        let start = Axis::new(Column::Attribute(Attribute::Start), AxisKind::Auto, false, &numbers(&[1e12]), &[]);
        assert_eq!(start.kind, AxisKind::Time);
    }

    #[test]
    fn places_by_kind() {
        let shares = |kind, cells: &[Cell]| axis_of(kind, cells).shares().to_vec();
        assert_eq!(shares(AxisKind::Linear, &numbers(&[0.0, 1.0, 4.0])), [0.0, 0.25, 1.0]);
        assert_eq!(shares(AxisKind::Log, &numbers(&[1.0, 10.0, 100.0])), [0.0, 0.5, 1.0]);
        assert_eq!(shares(AxisKind::Percentile, &numbers(&[9.0, 1.0, 1e9])), [0.5, 0.0, 1.0]);
        assert_eq!(shares(AxisKind::Percentile, &numbers(&[1.0, 1.0, 2.0])), [0.25, 0.25, 1.0]);
        let texts = [Cell::Text("b"), Cell::Text("a"), Cell::Number(10.0), Cell::Number(9.0)];
        assert_eq!(shares(AxisKind::ByNumber, &texts), [0.875, 0.625, 0.375, 0.125]);
        assert_eq!(shares(AxisKind::ByText, &texts), [0.875, 0.625, 0.125, 0.375]);
        assert!(shares(AxisKind::Linear, &[Cell::Missing, Cell::Number(f64::INFINITY)]).iter().all(|at| at.is_nan()));
        assert_eq!(shares(AxisKind::Linear, &numbers(&[7.0, 7.0])), [0.5, 0.5], "equal values stand in the middle");
        assert_eq!(shares(AxisKind::Linear, &numbers(&[-1e308, 0.0, 1e308])), [0.0, 0.5, 1.0]);
    }

    #[test]
    fn categories_are_ordered_by_the_mean_of_the_target() {
        let cells = [Cell::Text("a"), Cell::Text("b"), Cell::Text("b"), Cell::Text("c")];
        let axis = Axis::new(Column::Param("p".into()), AxisKind::ByMean, false, &cells, &[3.0, 1.0, 2.0, NAN]);
        let labels = |axis: &Axis| match &axis.spread {
            Spread::Bands(bands) => bands.iter().map(Category::label).collect::<Vec<_>>(),
            other => panic!("{other:?}"),
        };
        assert_eq!(labels(&axis), ["b", "a", "c"]);
        assert_eq!(axis.text_of(3, 0), "c");
    }

    #[test]
    fn a_brush_over_categories_holds_those_it_covers() {
        let cells = [Cell::Text("a"), Cell::Text("b"), Cell::Number(3.0), Cell::Missing];
        let axis = axis_of(AxisKind::Auto, &cells);
        let click = axis.brush_between(0.9, 0.9);
        assert_eq!(axis.lets(&click), [false, true, false, false]);
        assert_eq!(axis.lets(&axis.brush_between(0.0, 0.6)), [true, false, true, false]);
        assert_eq!(axis.parts(&click), [Part { range: None, low: 2.0 / 3.0, high: 1.0 }]);
        let missing = Brush { missing: true, ..Brush::default() };
        assert_eq!(axis.lets(&missing), [false, false, false, true]);
    }

    #[test]
    fn a_brush_over_ranks_holds_the_very_ends() {
        let axis = axis_of(AxisKind::Percentile, &numbers(&[-10.634698313511555, -54.675794975279935]));
        assert_eq!(axis.lets(&axis.brush_between(0.0, 1.0)), [true, true]);
    }

    #[test]
    fn a_brush_to_the_end_of_a_log_axis_holds_what_is_too_small_for_it() {
        let axis = axis_of(AxisKind::Log, &numbers(&[1e-310, 5.0]));
        assert_eq!(axis.shares(), [0.0, 1.0]);
        assert_eq!(axis.lets(&axis.brush_between(0.0, 1.0)), [true, true]);
        assert_eq!(axis.lets(&axis.brush_between(0.5, 1.0)), [false, true]);
    }

    #[test]
    fn a_histogram_counts_every_line_once() {
        let axis = axis_of(AxisKind::Linear, &numbers(&[0.0, 0.1, 1.0, NAN]));
        assert_eq!(axis.histogram(2), [2, 1]);
        assert_eq!(axis_of(AxisKind::Auto, &[Cell::Text("a"), Cell::Text("b"), Cell::Text("b")]).histogram(20), [1, 2]);
        assert_eq!(axis_of(AxisKind::Auto, &[]).histogram(3), [0, 0, 0]);
    }

    fn any_cells() -> impl Strategy<Value = Vec<Cell<'static>>> {
        let cell = prop_oneof![
            4 => (-100.0..100.0f64).prop_map(Cell::Number),
            1 => any::<f64>().prop_map(Cell::Number),
            1 => prop::sample::select(vec!["a", "b", "c"]).prop_map(Cell::Text),
            1 => Just(Cell::Missing),
        ];
        let numeric = prop_oneof![4 => any::<f64>().prop_map(Cell::Number), 1 => Just(Cell::Missing)];
        prop_oneof![prop::collection::vec(cell, 0..40), prop::collection::vec(numeric, 0..40)]
    }

    const KINDS: [AxisKind; 8] = [
        AxisKind::Auto,
        AxisKind::Linear,
        AxisKind::Log,
        AxisKind::Percentile,
        AxisKind::Time,
        AxisKind::ByNumber,
        AxisKind::ByText,
        AxisKind::ByMean,
    ];

    proptest! {
        #[test]
        fn a_brush_over_all_lets_all_but_the_missing_through(cells in any_cells(), kind in 0..8usize, inverted: bool) {
            let axis = Axis::new(Column::Param("p".into()), KINDS[kind], inverted, &cells, &vec![1.0; cells.len()]);
            let lets = axis.lets(&axis.brush_between(0.0, 1.0));
            for (through, share) in lets.iter().zip(axis.shares()) {
                prop_assert_eq!(*through, !share.is_nan());
                prop_assert!(share.is_nan() || (0.0..=1.0).contains(share));
            }
        }

        #[test]
        fn an_axis_lets_through_what_the_brush_says_of_the_cell(
            cells in any_cells(), kind in 0..8usize, a in 0.0..1.0f64, b in 0.0..1.0f64, missing: bool,
        ) {
            let axis = Axis::new(Column::Param("p".into()), KINDS[kind], false, &cells, &[]);
            let brush = Brush { missing, ..axis.brush_between(a, b) };
            for (through, cell) in axis.lets(&brush).iter().zip(&cells) {
                prop_assert_eq!(*through, brush.lets(*cell), "{:?}", cell);
            }
        }

        #[test]
        fn a_brush_covers_the_part_it_was_drawn_over(
            values in prop::collection::vec(-1e3..1e3f64, 2..40), kind in 1..4usize, a in 0.0..1.0f64, b in 0.0..1.0f64, inverted: bool,
        ) {
            let axis = Axis::new(Column::Param("p".into()), KINDS[kind], inverted, &numbers(&values), &[]);
            prop_assume!(matches!(&axis.spread, Spread::Rank(_)) || values.iter().any(|v| (v - values[0]).abs() > 1e-3));
            prop_assume!(!matches!(&axis.spread, Spread::Rank(ranks) if ranks.len() < values.len()));
            let parts = axis.parts(&axis.brush_between(a, b));
            prop_assert_eq!(parts.len(), 1);
            prop_assert!((parts[0].low - a.min(b)).abs() < 1e-6 && (parts[0].high - a.max(b)).abs() < 1e-6, "{:?} for {} {}", parts, a, b);
        }
    }
}
