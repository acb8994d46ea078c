//! Parallel coordinates to look at and to test with.

use super::{Axis, ParallelChart, ParallelLine};
use crate::{color::palette_color, samples::run_id};
use data::{
    column::{Attribute, Cell, Column},
    view::AxisKind,
};
use std::sync::Arc;

/// All samples with their names.
pub fn all() -> Vec<(&'static str, ParallelChart)> {
    let huge = [-1e308, 1e308, 0.0, f64::NAN, f64::INFINITY, 5e-324];
    let positive = [1e-300, 1.0, 1e300, -1.0, 0.0, f64::NAN];
    let names: Vec<String> = (0..2_000).map(|at| format!("category {at}")).collect();
    let names: Vec<Cell> = names.iter().map(|name| Cell::Text(name)).collect();
    vec![
        ("ordinary", search(60, false)),
        ("straight", ParallelChart { straight: true, ..search(60, false) }),
        ("empty", ParallelChart::default()),
        ("no-runs", search(0, false)),
        ("one-run", search(1, false)),
        ("one-axis", ParallelChart { axes: search(8, false).axes[..1].to_vec(), ..search(8, false) }),
        (
            "all-missing",
            of_cells(
                3,
                &[("a", AxisKind::Auto, vec![Cell::Missing; 3]), ("b", AxisKind::Log, vec![Cell::Number(f64::NAN); 3])],
            ),
        ),
        (
            "equal",
            of_cells(
                3,
                &[
                    ("same", AxisKind::Auto, vec![Cell::Number(7.0); 3]),
                    ("zero", AxisKind::Log, vec![Cell::Number(0.0); 3]),
                ],
            ),
        ),
        (
            "huge",
            of_cells(
                6,
                &[
                    ("wide", AxisKind::Auto, numbers(&huge)),
                    ("rank", AxisKind::Percentile, numbers(&huge)),
                    ("log", AxisKind::Log, numbers(&positive)),
                ],
            ),
        ),
        (
            "many-categories",
            of_cells(2_000, &[("names", AxisKind::ByText, names.clone()), ("again", AxisKind::ByNumber, names)]),
        ),
        ("time", times(12)),
    ]
}

/// A random search of `runs` runs: log, categorical, linear and inverted axes, some values missing.
pub fn search(runs: usize, dark: bool) -> ParallelChart {
    let noise = |at: usize, salt: u64| {
        let mixed = (at as u64 * 8 + salt).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        ((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 11) as f64 / (1u64 << 53) as f64
    };
    let each = |value: &dyn Fn(usize) -> Cell<'static>| (0..runs).map(value).collect::<Vec<_>>();
    let lr = each(&|at| Cell::Number(10f64.powf(-5.0 + 4.0 * noise(at, 0))));
    let optimizer = each(&|at| Cell::Text(["adam", "sgd", "lion"][(noise(at, 1) * 3.0) as usize]));
    let dropout =
        each(&|at| if at % 9 == 4 { Cell::Missing } else { Cell::Number((noise(at, 2) * 50.0).round() / 100.0) });
    let depth = each(&|at| Cell::Number(2.0 + (noise(at, 3) * 11.0).floor()));
    let loss = each(&|at| {
        let off = (10f64.powf(-5.0 + 4.0 * noise(at, 0)).log10() + 3.0).abs();
        Cell::Number(if at % 23 == 7 { f64::NAN } else { 0.3 + 0.4 * off + 0.3 * noise(at, 4) })
    });
    let mut chart = of_cells(
        runs,
        &[
            ("lr", AxisKind::Auto, lr),
            ("optimizer", AxisKind::Auto, optimizer),
            ("dropout", AxisKind::Auto, dropout),
            ("depth", AxisKind::Auto, depth),
        ],
    );
    chart.axes.push(Arc::new(Axis::new(Column::Metric("val/loss".into()), AxisKind::Auto, true, &loss, &[])));
    for (at, line) in chart.lines.iter_mut().enumerate() {
        line.color = palette_color(at, dark);
    }
    chart
}

fn times(runs: usize) -> ParallelChart {
    let starts: Vec<Cell> = (0..runs).map(|at| Cell::Number(1.772e12 + 3.1e6 * at as f64)).collect();
    let durations: Vec<Cell> = (0..runs).map(|at| Cell::Number(45e3 * (1 + at % 5) as f64)).collect();
    let mut chart = of_cells(runs, &[]);
    for (attribute, cells) in [(Attribute::Start, starts), (Attribute::Duration, durations)] {
        chart.axes.push(Arc::new(Axis::new(Column::Attribute(attribute), AxisKind::Auto, false, &cells, &[])));
    }
    chart
}

fn numbers(values: &[f64]) -> Vec<Cell<'static>> {
    values.iter().map(|value| Cell::Number(*value)).collect()
}

fn of_cells(runs: usize, axes: &[(&str, AxisKind, Vec<Cell>)]) -> ParallelChart {
    let axis = |(name, kind, cells): &(&str, AxisKind, Vec<Cell>)| {
        Arc::new(Axis::new(Column::Param((*name).to_owned()), *kind, false, cells, &[]))
    };
    let line = |at| ParallelLine { run: run_id(at), color: palette_color(at, false) };
    ParallelChart {
        axes: axes.iter().map(axis).collect(),
        lines: (0..runs).map(line).collect(),
        ..ParallelChart::default()
    }
}
