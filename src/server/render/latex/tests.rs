//! Figures compared with the files in `golden/`. `UPDATE=1 cargo test -p server latex` rewrites them; look at them
//! before committing.

use super::*;
use charts::{facets::Facets, line::Line, samples};
use data::run::RunId;
use std::{path::Path, sync::Arc};

/// What a figure of this size is asked for with.
fn look(size: (u32, u32), zoom: f32) -> Look {
    Look { size, zoom, dpr: 1.0, ground: super::super::Ground::Light, mm: None, legend: true, title: true }
}

fn charts_named(name: &str) -> LineChart {
    samples::all(false).into_iter().find(|(one, _)| *one == name).expect("a sample").1
}

/// A line of `y` over the steps from 0.
fn line(at: usize, y: &[f64]) -> Line {
    let points = Points { x: (0..y.len() as i64).collect(), y: y.to_vec() };
    Line::new(RunId(at as u128), format!("run_{at}"), Arc::new(points), charts::color::palette_color(at, false))
}

fn symlog() -> LineChart {
    LineChart { y_kind: ScaleKind::Symlog, ..LineChart::new("advantage", Vec::new()) }
}

#[test]
fn figures_are_written_as_before() {
    let (low, high): (&[f64], &[f64]) = (&[-0.5, 0.0, 0.02, 3.0], &[-2000.0, -1.0, 40.0, 1e5]);
    let parts = vec![("lr = 0.1 & up".to_owned(), vec![line(0, low)]), ("lr = 1".to_owned(), vec![line(1, high)])];
    for (name, picture) in [
        ("ordinary", Picture { notes: vec!["all 24 points".into()], ..Picture::new(samples::losses(3, 8, false)) }),
        ("log", Picture::new(LineChart { y_kind: ScaleKind::Log, ..samples::losses(2, 6, false) })),
        ("symlog", Picture::new(charts_named("symlog"))),
        ("symlog-facets", Picture::new(Facets::split(symlog(), parts))),
        ("groups", Picture::new(samples::pooled(2, 4, 6, false))),
        ("not-finite", Picture::new(charts_named("nan"))),
        ("one-point", Picture::new(charts_named("one-point"))),
        ("empty", Picture::new(LineChart::default())),
        ("annotations", Picture::new(LineChart { lines: vec![line(0, high)], ..charts_named("annotations") })),
        ("wall-time", Picture::new(wall_time())),
    ] {
        let text = figure(&picture, &look((400, 250), 0.8));
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("render/golden").join(format!("{name}.tex"));
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &text).expect("the golden folder can be written");
        }
        let golden = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(golden == text, "{name} is not written as in {}; UPDATE=1 rewrites it", path.display());
    }
}

/// Three points on a morning of 2026.
fn wall_time() -> LineChart {
    let points = Points { x: vec![1_772_373_909_250, 1_772_375_909_250, 1_772_377_909_250], y: vec![3.0, 2.0, 1.5] };
    let line = Line::new(RunId(1), "a", Arc::new(points), charts::color::palette_color(0, false));
    LineChart { x: XQuantity::WallTime, ..LineChart::new("loss", vec![line]) }
}

/// The coordinates of a plot.
fn coordinates(text: &str) -> Vec<(f64, f64)> {
    let place = |pair: &str| {
        let (x, y) = pair.trim_matches(['(', ')']).split_once(',').expect(pair);
        (x.parse().expect(x), y.parse().expect(y))
    };
    text.split("coordinates {")
        .skip(1)
        .flat_map(|plot| plot.split('}').next().expect("an end").split_whitespace().map(place))
        .collect()
}

#[test]
fn labels_of_a_symlog_axis_stand_where_their_values_are() {
    let values = [-2000.0, -1.0, 0.0, 40.0, 1e5];
    let chart = LineChart { lines: vec![line(0, &values)], ..symlog() };
    let text = figure(&Picture::new(chart), &look((400, 300), 1.0));
    let list = |key: &str| {
        let from = text.find(&format!("{key}={{")).expect(key) + key.len() + 2;
        text[from..]
            .split_once(['\n'])
            .expect("a line")
            .0
            .split("}, ")
            .next()
            .expect("a list")
            .trim_end_matches("},")
            .to_owned()
    };
    let ticks: Vec<f64> = list("ytick").split(',').map(|place| place.parse().expect("a number")).collect();
    let labels = list("yticklabels");
    assert_eq!(labels.matches('$').count(), 2 * ticks.len(), "{labels}");
    assert!(labels.contains("{$0$}") && labels.contains("{$10^{"), "{labels}");
    let written = coordinates(&text);
    let within = text.split("|y|/").nth(1).and_then(|rest| rest.split(')').next()).expect("the formula");
    let within: f64 = within.parse().expect(within);
    for ((_, place), value) in written.iter().zip(values) {
        let expected = (value.abs() / within).ln_1p().copysign(value);
        assert!((place - expected).abs() < 1e-6, "{value}: {place} is not {expected}");
    }
    let zero = labels.split("},{").position(|label| label.trim_matches(['{', '}']) == "$0$").expect("a label of 0");
    assert_eq!(ticks[zero], 0.0);
}

#[test]
fn nothing_lies_beyond_what_tex_can_count() {
    for (name, chart) in samples::all(false) {
        let picture = Picture::new(chart);
        let text = figure(&picture, &look((600, 400), 1.0));
        let facet = &picture.facets.facets()[0].chart;
        let open = text.matches('{').count() - text.matches("\\{").count();
        assert_eq!(open, text.matches('}').count() - text.matches("\\}").count(), "{name}: every brace is closed");
        let end = |key: &str| -> f64 {
            let rest = text.split(&format!("{key}=")).nth(1).expect(key);
            rest.split(',').next().expect("a number").parse().expect("a number")
        };
        let (low, high) = (end("ymin"), end("ymax"));
        let air = (high - low).abs() * 1e-6;
        let within = |y: f64| y.is_nan() || (low - air..=high + air).contains(&y) || !(high - low).is_finite();
        assert!(coordinates(&text).iter().all(|(_, y)| within(*y)), "{name}: {facet:?}");
        assert!(text.lines().all(|line| line.len() < 2_000), "{name}: no line is too long for TeX");
    }
}

#[test]
fn names_never_run() {
    for (text, safe) in [
        ("run_1", "run\\_1"),
        ("\\input{/etc/passwd}", "\\textbackslash{}input\\{/etc/passwd\\}"),
        ("\\write18{rm -rf ~}", "\\textbackslash{}write18\\{rm -rf \\textasciitilde{}\\}"),
        ("50% & $5 #1 ^2", "50\\% \\& \\$5 \\#1 \\textasciicircum{}2"),
        ("a\nb\u{0}c", "a b c"),
        ("a…b ± ∞", "a\\dots{}b $\\pm$ $\\infty$"),
    ] {
        assert_eq!(escaped(text), safe, "{text}");
    }
    let mut picture = Picture::new(samples::losses(2, 4, false));
    picture.notes = vec!["a note\n\\write18{ls}".to_owned()];
    let figure = figure(&picture, &look((400, 300), 1.0));
    assert!(figure.contains("% a note \\write18{ls}\n") && !figure.contains("\n\\write18"), "a comment stays one line");
}

#[test]
fn numbers_are_short_and_right() {
    for (value, written, read) in [
        (0.0, "0", "$0$"),
        (-100.0, "-100", "$-100$"),
        (0.1 + 0.2, "0.3", "$0.3$"),
        (1e-7, "1e-7", "$10^{-7}$"),
        (-1e12, "-1e12", "$-10^{12}$"),
        (2.5e6, "2500000", "$2.5 \\cdot 10^{6}$"),
        (1e308, "1e308", "$10^{308}$"),
        (1_204_331.0, "1204331", "$1.204331 \\cdot 10^{6}$"),
    ] {
        assert_eq!((number(value).as_str(), tex_number(value, ScaleKind::Log).as_str()), (written, read));
    }
    assert_eq!(tex_number(1e5, ScaleKind::Linear), "$100000$", "beside $50000$");
}
