//! What parallel coordinates show: which runs, which axes, in which colours.

use super::{Workspace, columns::columns_of, runs::RunList};
use charts::{
    color::{Ramp, other_color, palette_color},
    parallel::{Axis, Category, ParallelChart, ParallelLine, Spread},
    theme::Rgb,
};
use data::{
    brush::{Brushes, passes},
    column::{Cell, Column},
    run::RunRow,
    view::{ParallelView, View},
};
use leptos::prelude::*;
use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

/// How many runs parallel coordinates load and draw at most.
pub const MOST_RUNS: usize = 10_000;
/// How many axes stand at first.
const SUGGESTED: usize = 12;
/// How many of those are metrics at least, if there are as many.
const SUGGESTED_METRICS: usize = 3;
/// A param with more texts than this is free text, and no axis at first.
const MOST_TEXTS: usize = 40;
/// A column that fewer than one in so many runs has is no axis at first.
const SELDOM: usize = 4;
/// How many shades a ramp of colours has.
const SHADES: usize = 64;
/// How many categories the key of colours names.
const NAMED: usize = 8;

/// The runs that are drawn, and how many there are.
#[derive(Debug, Clone, Default)]
pub struct Rows {
    /// The rows in the order of the run list.
    pub rows: Arc<Vec<Arc<RunRow>>>,
    /// How many runs the search finds that are not loaded.
    pub not_loaded: usize,
    /// How many runs are kept out.
    pub hidden: usize,
}

impl PartialEq for Rows {
    fn eq(&self, other: &Rows) -> bool {
        (self.not_loaded, self.hidden, self.rows.len()) == (other.not_loaded, other.hidden, other.rows.len())
            && self.rows.iter().zip(other.rows.iter()).all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

/// What the colours mean.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum ColorKey {
    /// Each run has its own.
    #[default]
    Runs,
    /// A ramp from the low to the high end, in words, through these colours.
    Ramp(String, String, Vec<Rgb>),
    /// A colour a category, and how many have none of their own here.
    Categories(Vec<(String, Rgb)>, usize),
}

/// A chart and what its colours mean.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Parallel {
    /// The chart.
    pub chart: ParallelChart,
    /// What its colours mean.
    pub key: ColorKey,
}

impl Workspace {
    /// The runs that parallel coordinates draw: those that match the search and are not kept out.
    /// While pages arrive, the first one is all there is.
    pub fn parallel_rows(&self) -> Memo<Rows> {
        let runs = self.runs;
        let settled = Memo::new(move |before: Option<&RunList>| {
            let list = runs.pictured.get();
            let whole = (0..list.total().min(MOST_RUNS)).all(|at| list.row(at).is_some());
            match before {
                Some(before) if !whole && before.loaded().is_some() && before.total() == list.total() => before.clone(),
                _ => list,
            }
        });
        let choice = self.view(|view| (view.hidden.clone(), view.hide_all));
        // What a brush leaves out is drawn here, in the background.
        Memo::new(move |before: Option<&Rows>| {
            if let Some(before) = before
                && runs.list.with(RunList::coming) > 0
            {
                return before.clone();
            }
            let (hidden, hide_all) = choice.get();
            let view = View { hidden, hide_all, ..View::default() };
            let (list, found) = (settled.get(), runs.found.get());
            let loaded: Vec<_> = found.iter().filter_map(|&at| list.row(at)).take(MOST_RUNS).collect();
            let rows: Vec<_> = loaded.iter().filter(|row| view.shows(&row.run_id.short())).copied().cloned().collect();
            let (not_loaded, hidden) = (found.len() - loaded.len(), loaded.len() - rows.len());
            Rows { rows: Arc::new(rows), not_loaded, hidden }
        })
    }

    /// Keeps only these runs, or keeps them out, and lets go of the brushes.
    pub fn keep(&self, runs: &[Arc<RunRow>], keep: bool) {
        let runs: BTreeSet<String> = runs.iter().map(|row| row.run_id.short()).collect();
        self.change(if keep { "keep" } else { "exclude" }, |view| {
            view.brushes.clear();
            if keep {
                view.hidden = runs;
                view.hide_all = true;
            } else if view.hide_all {
                view.hidden.retain(|run| !runs.contains(run));
            } else {
                view.hidden.extend(runs);
            }
        });
    }
}

/// The axes that `rows` suggest: params that differ, then metrics, those of validation first.
pub fn suggested_axes(rows: &[Arc<RunRow>]) -> Vec<Column> {
    let telling = |column: &Column| {
        let mut texts = HashSet::new();
        let with_value: Vec<_> = rows.iter().filter(|row| column.cell(row) != Cell::Missing).cloned().collect();
        let few_texts = with_value.iter().all(|row| {
            if let Cell::Text(text) = column.cell(row) {
                texts.insert(text);
            }
            texts.len() <= MOST_TEXTS
        });
        few_texts && with_value.len() * SELDOM >= rows.len() && column.differs(with_value.iter().map(|row| &**row))
    };
    let mut list: Vec<Column> = columns_of_rows(rows);
    list.retain(telling);
    let (mut params, mut metrics): (Vec<_>, Vec<_>) =
        list.into_iter().partition(|column| matches!(column, Column::Param(_)));
    metrics.sort_by_key(|column| !["val", "eval", "test"].iter().any(|kind| column.title().starts_with(kind)));
    params.truncate(SUGGESTED - metrics.len().min(SUGGESTED_METRICS));
    metrics.truncate(SUGGESTED - params.len());
    params.append(&mut metrics);
    params
}

/// Params and metrics of `rows`.
fn columns_of_rows(rows: &[Arc<RunRow>]) -> Vec<Column> {
    let names = columns_of(rows.iter().map(|row| &**row));
    names.into_iter().filter(|column| matches!(column, Column::Param(_) | Column::Metric(_))).collect()
}

/// The chart of `rows` as `view` arranges it.
pub fn parallel_of(rows: &[Arc<RunRow>], view: &ParallelView, dark: bool, utc_offset_minutes: i32) -> Parallel {
    let columns = if view.axes.is_empty() { suggested_axes(rows) } else { view.axes.clone() };
    let cells = |column: &Column| rows.iter().map(|row| column.cell(row)).collect::<Vec<_>>();
    let target = view.color.as_ref().or(columns.iter().find(|column| matches!(column, Column::Metric(_))));
    let target: Vec<f64> = target
        .map_or(Vec::new(), |column| rows.iter().map(|row| column.cell(row).finite().unwrap_or(f64::NAN)).collect());
    let axis = |column: &Column| {
        let kind = view.kinds.get(column).copied().unwrap_or_default();
        Arc::new(Axis::new(column.clone(), kind, view.inverted.contains(column), &cells(column), &target))
    };
    let axes = columns.iter().map(axis).collect();
    let (colors, key) = match &view.color {
        None => (rows.iter().map(|row| palette_color(row.color as usize, dark)).collect(), ColorKey::Runs),
        Some(column) => {
            let kind = view.kinds.get(column).copied().unwrap_or_default();
            colors_of(&Axis::new(column.clone(), kind, false, &cells(column), &target), dark, utc_offset_minutes)
        }
    };
    let line = |(row, color): (&Arc<RunRow>, Rgb)| ParallelLine { run: row.run_id, color };
    let lines = rows.iter().zip(colors).map(line).collect();
    Parallel { chart: ParallelChart { axes, lines, straight: view.straight, utc_offset_minutes }, key }
}

/// A colour for each place on `axis`: a ramp over numbers, a palette over categories.
fn colors_of(axis: &Axis, dark: bool, utc_offset_minutes: i32) -> (Vec<Rgb>, ColorKey) {
    let other = other_color(dark);
    if let Spread::Bands(bands) = &axis.spread {
        let band = |share: &f32| ((f64::from(*share) * bands.len() as f64) as usize).min(bands.len().saturating_sub(1));
        let color = |share: &f32| if share.is_nan() { other } else { palette_color(band(share), dark) };
        let named = bands.iter().map(Category::label).enumerate().take(NAMED);
        let named = named.map(|(at, label)| (label, palette_color(at, dark))).collect();
        return (
            axis.shares().iter().map(color).collect(),
            ColorKey::Categories(named, bands.len().saturating_sub(NAMED)),
        );
    }
    let shade = |at: usize| Ramp::Viridis.line_color(at as f64 / (SHADES - 1) as f64, dark);
    let shades: Vec<Rgb> = (0..SHADES).map(shade).collect();
    let color =
        |share: &f32| if share.is_nan() { other } else { shades[(share * (SHADES - 1) as f32).round() as usize] };
    let end = |highest: bool| {
        let ends = (0..axis.shares().len()).filter(|at| !axis.shares()[*at].is_nan());
        let by_share = |a: &usize, b: &usize| axis.shares()[*a].total_cmp(&axis.shares()[*b]);
        let end = if highest { ends.max_by(by_share) } else { ends.min_by(by_share) };
        end.map_or("–".to_owned(), |at| axis.text_of(at, utc_offset_minutes))
    };
    let key = ColorKey::Ramp(end(false), end(true), shades.iter().step_by(SHADES / 8).copied().collect());
    (axis.shares().iter().map(color).collect(), key)
}

/// Which lines of `chart` pass `brushes`, also those on columns that are no axis here.
pub fn through(chart: &ParallelChart, rows: &[Arc<RunRow>], brushes: &Brushes) -> Vec<bool> {
    let mut through = chart.through(brushes);
    let mut elsewhere = brushes.clone();
    elsewhere.retain(|column, _| chart.axes.iter().all(|axis| axis.column != *column));
    if !elsewhere.is_empty() {
        through.iter_mut().zip(rows).for_each(|(through, row)| *through &= passes(&elsewhere, row));
    }
    through
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{
        brush::Brush,
        run::{LatestMetric, RunId, RunStatus},
        series::JsonNumber,
    };
    use std::collections::BTreeMap;

    fn rows(count: usize) -> Vec<Arc<RunRow>> {
        let row = |at: usize| RunRow {
            run_id: RunId(at as u128 + 1),
            experiment_id: "1".into(),
            name: format!("run {at}"),
            status: RunStatus::Finished,
            end_millis: Some(5),
            color: at as u32,
            params: BTreeMap::from([
                ("lr".into(), format!("{}", 10f64.powi(-(at as i32 % 5)))),
                ("seed".into(), "1".into()),
                ("note".into(), format!("note {at}")),
                ("optimizer".into(), ["adam", "sgd"][at % 2].into()),
            ]),
            metrics: (0..14)
                .map(|metric| {
                    let value = JsonNumber(at as f64 + f64::from(metric));
                    (format!("m{metric:02}"), LatestMetric { value, step: 1, time_millis: 1 })
                })
                .collect(),
            ..RunRow::default()
        };
        (0..count).map(row).map(Arc::new).collect()
    }

    #[test]
    fn params_that_differ_come_first_then_metrics() {
        let axes: Vec<_> = suggested_axes(&rows(60)).iter().map(Column::to_string).collect();
        assert_eq!(axes.len(), SUGGESTED);
        assert_eq!(
            axes[..3],
            ["params.lr", "params.optimizer", "metrics.m00"],
            "seed never differs, note is free text"
        );
        assert_eq!(suggested_axes(&[]), Vec::new());
    }

    #[test]
    fn lines_are_coloured_by_a_column() {
        let rows = rows(10);
        let of = |column: Option<&str>| {
            let color = column.map(|column| column.parse().expect("a column"));
            parallel_of(&rows, &ParallelView { color, ..ParallelView::default() }, false, 0)
        };
        let own = of(None);
        assert_eq!((own.key.clone(), own.chart.lines[3].color), (ColorKey::Runs, palette_color(3, false)));
        let by_text = of(Some("params.optimizer"));
        assert_eq!(by_text.chart.lines[0].color, by_text.chart.lines[2].color);
        assert!(matches!(by_text.key, ColorKey::Categories(names, 0) if names[0].0 == "adam" && names.len() == 2));
        let by_number = of(Some("metrics.m00"));
        assert_ne!(by_number.chart.lines[0].color, by_number.chart.lines[9].color);
        assert!(matches!(by_number.key, ColorKey::Ramp(low, high, _) if low == "0" && high == "9"));
        let by_nothing = of(Some("tags.none"));
        assert!(by_nothing.chart.lines.iter().all(|line| line.color == other_color(false)));
    }

    #[test]
    fn brushes_on_columns_without_an_axis_count_too() {
        let rows = rows(10);
        let view = ParallelView { axes: vec![Column::Param("lr".into())], ..ParallelView::default() };
        let chart = parallel_of(&rows, &view, false, 0).chart;
        let sgd = Brush { values: ["sgd".to_owned()].into(), ..Brush::default() };
        let brushes = Brushes::from([(Column::Param("optimizer".into()), sgd)]);
        assert_eq!(through(&chart, &rows, &brushes).iter().filter(|through| **through).count(), 5);
    }
}
