//! Which colour a run has: its own, its group's, or that of what it has in a column.

use crate::{
    color::{Ramp, other_color, palette_color},
    format::value_text,
    theme::Rgb,
};
use data::{
    column::{Cell, Column},
    groups::GroupValue,
    report::sets::title_of,
    run::{RunId, RunRow},
    view::View,
};
use std::{
    cmp::Ordering,
    collections::{BTreeMap, HashMap},
};

/// How many values have a colour of their own; the rest share one.
const MOST_NAMES: usize = 12;

/// A colour, whatever the theme is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tint {
    /// One of the palette.
    Palette(usize),
    /// A share of the way along the ramp.
    Ramp(f64),
    /// That of what has none.
    Other,
}

impl Tint {
    /// The colour on light or dark ground.
    pub fn color(self, dark: bool) -> Rgb {
        match self {
            Tint::Palette(index) => palette_color(index, dark),
            Tint::Ramp(share) => Ramp::Viridis.line_color(share, dark),
            Tint::Other => other_color(dark),
        }
    }
}

/// What the colours mean.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum TintKey {
    /// Each run has its own, or shares that of its group.
    #[default]
    Own,
    /// Numbers from the first to the second, along the ramp.
    Ramp([String; 2]),
    /// Values with their tints, and how many more share one.
    Names(Vec<(String, Tint)>, usize),
}

/// The tints of runs that have not their own.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tints {
    by_run: HashMap<RunId, Tint>,
    /// What they mean.
    pub key: TintKey,
}

impl Tints {
    /// These tints, given by whatever is not a column.
    pub fn of_runs(by_run: HashMap<RunId, Tint>) -> Tints {
        Tints { by_run, ..Tints::default() }
    }

    /// The tints of `rows` by the run sets of a report that they are of, whose places in the palette go by their titles.
    pub fn of_sets<'a>(colors: &HashMap<&str, usize>, rows: impl Iterator<Item = &'a RunRow>) -> Tints {
        let color = |row: &RunRow| Some((row.run_id, Tint::Palette(*colors.get(title_of(row)?)?)));
        Tints::of_runs(rows.filter_map(color).collect())
    }

    /// The tints of `rows` as `view` colours runs.
    pub fn of_view(view: &View, rows: &[&RunRow]) -> Tints {
        Tints::by(view.color_by.as_ref(), &view.group_by, rows)
    }

    /// The tints of `rows` by what they have in a column; else by their groups, if there are any.
    pub fn by(column: Option<&Column>, group_by: &[Column], rows: &[&RunRow]) -> Tints {
        match column {
            Some(column) => Tints::by_column(rows, column),
            None if group_by.is_empty() => Tints::default(),
            None => Tints::by_group(rows, group_by),
        }
    }

    /// The tint of a run.
    pub fn of(&self, row: &RunRow) -> Tint {
        self.of_run(row.run_id, row.color)
    }

    /// The tint of a run; `own` is its place in the palette, where nothing else colours runs.
    pub fn of_run(&self, run: RunId, own: u32) -> Tint {
        self.by_run.get(&run).copied().unwrap_or(Tint::Palette(own as usize))
    }

    /// The tint that all of `runs` share by what colours runs; `None` where each has its own.
    pub fn shared(&self, runs: &[RunId]) -> Option<Tint> {
        let first = *self.by_run.get(runs.first()?)?;
        runs.iter().all(|run| self.by_run.get(run) == Some(&first)).then_some(first)
    }

    /// The tints of `rows` by what they have in `column`.
    fn by_column(rows: &[&RunRow], column: &Column) -> Tints {
        let cells = || rows.iter().map(|row| (row.run_id, column.cell(row)));
        if cells().any(|(_, cell)| matches!(cell, Cell::Text(_))) {
            return Tints::by_name(rows, column);
        }
        let numbers: Vec<f64> = cells().filter_map(|(_, cell)| cell.finite()).collect();
        let (min, max) = numbers.iter().fold((f64::MAX, f64::MIN), |(min, max), y| (min.min(*y), max.max(*y)));
        // Over two decades and more, even steps would leave most in one colour.
        let log = min > 0.0 && max / min >= 100.0;
        let share = |y: f64| {
            let (y, from, to) = if log { (y.ln(), min.ln(), max.ln()) } else { (y / 2.0, min / 2.0, max / 2.0) };
            if to > from { (y - from) / (to - from) } else { 0.5 }
        };
        let tint = |cell: Cell| cell.finite().map_or(Tint::Other, |y| Tint::Ramp(share(y)));
        let by_run = cells().map(|(run, cell)| (run, tint(cell))).collect();
        let ends = if numbers.is_empty() { ["–".to_owned(), "–".to_owned()] } else { [min, max].map(value_text) };
        Tints { by_run, key: TintKey::Ramp(ends) }
    }

    fn by_name(rows: &[&RunRow], column: &Column) -> Tints {
        let mut counts = BTreeMap::<String, usize>::new();
        let name = |row: &RunRow| match column.cell(row) {
            Cell::Missing => None,
            Cell::Text(text) => Some(text.to_owned()),
            Cell::Number(y) => Some(value_text(y)),
        };
        rows.iter().filter_map(|row| name(row)).for_each(|name| *counts.entry(name).or_default() += 1);
        // The most frequent ones have colours, in order of name.
        let mut named: Vec<(String, usize)> = counts.into_iter().collect();
        named.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let others = named.len().saturating_sub(MOST_NAMES);
        named.truncate(MOST_NAMES);
        named.sort();
        let tints: BTreeMap<String, Tint> =
            named.into_iter().enumerate().map(|(at, (name, _))| (name, Tint::Palette(at))).collect();
        let tint = |row: &RunRow| name(row).and_then(|name| tints.get(&name).copied()).unwrap_or(Tint::Other);
        Tints {
            by_run: rows.iter().map(|row| (row.run_id, tint(row))).collect(),
            key: TintKey::Names(tints.clone().into_iter().collect(), others),
        }
    }

    /// The tints of `rows` by the group that they are in.
    fn by_group(rows: &[&RunRow], by: &[Column]) -> Tints {
        let key = |row: &RunRow| by.iter().map(|column| GroupValue::of(column, row)).collect::<Vec<_>>();
        let order = |a: &Vec<GroupValue>, b: &Vec<GroupValue>| {
            let mut each = a.iter().zip(b).map(|(a, b)| a.order(b, false));
            each.find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        };
        let mut keyed: Vec<(Vec<GroupValue>, RunId)> = rows.iter().map(|row| (key(row), row.run_id)).collect();
        keyed.sort_by(|(a, _), (b, _)| order(a, b));
        let (mut by_run, mut place) = (HashMap::with_capacity(rows.len()), 0);
        for at in 0..keyed.len() {
            if at > 0 && keyed[at].0 != keyed[at - 1].0 {
                place += 1;
            }
            by_run.insert(keyed[at].1, Tint::Palette(place));
        }
        Tints { by_run, key: TintKey::Own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::run::RunStatus;

    fn rows(values: &[&str]) -> Vec<RunRow> {
        let row = |(at, value): (usize, &&str)| RunRow {
            run_id: RunId(at as u128),
            experiment_id: "1".into(),
            name: format!("run {at}"),
            status: RunStatus::Finished,
            color: 7,
            params: if value.is_empty() { BTreeMap::new() } else { [("p".into(), (*value).into())].into() },
            ..RunRow::default()
        };
        values.iter().enumerate().map(row).collect()
    }

    fn refs(rows: &[RunRow]) -> Vec<&RunRow> {
        rows.iter().collect()
    }

    #[test]
    fn colours_follow_what_runs_have_in_a_column() {
        use Tint::*;
        let by = Column::Param("p".into());
        for (name, values, expected) in [
            (
                "numbers along the ramp",
                &["0", "5", "10", "", "nan"][..],
                &[Ramp(0.0), Ramp(0.5), Ramp(1.0), Other, Other][..],
            ),
            ("decades evenly", &["1e-4", "1e-2"], &[Ramp(0.0), Ramp(1.0)]),
            ("one number only", &["3", "3"], &[Ramp(0.5), Ramp(0.5)]),
            ("the largest numbers", &["-1.7e308", "1.7e308"], &[Ramp(0.0), Ramp(1.0)]),
            ("texts by name", &["sgd", "adam", "", "adam"], &[Palette(1), Palette(0), Other, Palette(0)]),
            ("texts among numbers", &["2", "auto"], &[Palette(0), Palette(1)]),
        ] {
            let rows = rows(values);
            let tints = Tints::by_column(&refs(&rows), &by);
            assert_eq!(rows.iter().map(|row| tints.of(row)).collect::<Vec<_>>(), expected, "{name}");
        }
        let many: Vec<String> = (0..15).map(|at| format!("name {at:02}")).collect();
        let tints = Tints::by_column(&refs(&rows(&many.iter().map(String::as_str).collect::<Vec<_>>())), &by);
        assert!(matches!(&tints.key, TintKey::Names(names, 3) if names.len() == MOST_NAMES));
    }

    #[test]
    fn runs_of_a_group_share_a_colour() {
        let rows = rows(&["10", "9", "", "10"]);
        let tints = Tints::by(None, &[Column::Param("p".into())], &refs(&rows));
        let of: Vec<_> = rows.iter().map(|row| tints.of(row)).collect();
        assert_eq!(of, [1, 0, 2, 1].map(Tint::Palette));
        let ids = |places: &[usize]| places.iter().map(|&at| rows[at].run_id).collect::<Vec<_>>();
        assert_eq!(tints.shared(&ids(&[0, 3])), Some(Tint::Palette(1)));
        assert_eq!((tints.shared(&ids(&[0, 1])), tints.shared(&[])), (None, None));
        assert_eq!(Tints::default().of(&rows[0]), Tint::Palette(7), "else each has its own");
    }
}
