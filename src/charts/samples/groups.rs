//! Sample charts of groups: bands, members, patterns, annotations, an axis of another metric.

use super::{losses, run_id};
use crate::{
    color::palette_color,
    facets::Facets,
    line::{Annotation, Band, Dashes, Line, LineChart, Place, Pooled, XQuantity},
    scale::ScaleKind,
};
use data::{
    group::{Band as BandKind, Center},
    series::Points,
};
use std::sync::Arc;

/// All of them with their names.
pub(super) fn all(dark: bool) -> Vec<(&'static str, LineChart)> {
    vec![
        ("groups", pooled(3, 5, 120, dark)),
        ("members", with_members(2, 6, dark)),
        ("band-log", LineChart { y_kind: ScaleKind::Log, ..wide_band(dark) }),
        ("band-gaps", band_with_gaps(dark)),
        ("baseline", measured(dark)),
        ("dashes", dashes(dark)),
        ("dashes-noisy", noisy_dashes(dark)),
        ("annotations", annotated(dark)),
        ("value-x", value_x(dark)),
        ("value-x-one-point", LineChart { x: XQuantity::value("epoch", 1e-3), ..one_epoch(dark) }),
    ]
}

/// `groups` groups of `runs` runs: the mean, and a band of one standard deviation to both sides.
pub fn pooled(groups: usize, runs: usize, points: usize, dark: bool) -> LineChart {
    let all = losses(groups * runs, points, dark);
    let line = |group: usize| {
        let members = &all.lines[group * runs..(group + 1) * runs];
        let color = palette_color(group, dark);
        pool(group as u32, format!("optimizer: {}", ["adam", "sgd", "lion", "adagrad"][group % 4]), members, color)
    };
    LineChart::new("train/loss", (0..groups).map(line).collect())
}

/// Groups with each of their members drawn thin.
pub fn with_members(groups: usize, runs: usize, dark: bool) -> LineChart {
    let all = losses(groups * runs, 80, dark);
    let pooled = pooled(groups, runs, 80, dark);
    let thin = all.lines.into_iter().enumerate().map(|(at, line)| {
        let group = at / runs;
        Line::new(line.owner, line.name.clone(), line.points().clone(), palette_color(group, dark))
            .as_member_of(group as u32)
    });
    LineChart { lines: thin.chain(pooled.lines).collect(), ..LineChart::new("train/loss", Vec::new()) }
}

/// `count` facets of three lines each.
pub fn faceted(count: usize, dark: bool) -> Facets {
    let all = losses(count * 3, 60, dark);
    let part = |at: usize| {
        let own = all.lines[at * 3..at * 3 + 3].iter().enumerate();
        let line = |(color, line): (usize, &Line)| {
            Line::new(line.owner, format!("seed {color}"), line.points().clone(), palette_color(color, dark))
        };
        let title = match at {
            0..4 => format!("lr = {}", [0.1, 0.01, 0.001, 1e-4][at]),
            _ => format!("weight_decay = {at}e-4"),
        };
        (title, own.map(line).collect())
    };
    Facets::split(LineChart::new("train/loss", Vec::new()), (0..count).map(part).collect())
}

fn pool(group: u32, name: String, members: &[Line], color: crate::theme::Rgb) -> Line {
    let x = members[0].points().x.clone();
    let count = members.len() as f64;
    let (mut mean, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
    for at in 0..x.len() {
        let values = || members.iter().map(|member| member.points().y[at]);
        let middle = values().sum::<f64>() / count;
        let spread = (values().map(|y| (y - middle).powi(2)).sum::<f64>() / (count - 1.0)).sqrt();
        mean.push(middle);
        low.push(middle - spread);
        high.push(middle + spread);
    }
    let pooled =
        Pooled { center: Center::Mean, runs: members.len() as u32, counts: vec![members.len() as u32; x.len()] };
    let points = Arc::new(Points { x: x.clone(), y: mean });
    Line::of_group(group, name, points, color, pooled).with_band(Arc::new(Band::new(BandKind::Std, x, low, high)))
}

/// A band that reaches below 0.
fn wide_band(dark: bool) -> LineChart {
    let x: Vec<i64> = (0..60).collect();
    let y: Vec<f64> = x.iter().map(|&x| (-(x as f64) / 12.0).exp()).collect();
    let low = x.iter().zip(&y).map(|(&x, y)| y * (1.0 - x as f64 / 40.0)).collect();
    let high = x.iter().zip(&y).map(|(&x, y)| y * (1.0 + x as f64 / 20.0)).collect();
    let pooled = Pooled { center: Center::Mean, runs: 4, counts: Vec::new() };
    let line = Line::of_group(0, "adam", Arc::new(Points { x: x.clone(), y }), palette_color(0, dark), pooled);
    LineChart::new("val/loss", vec![line.with_band(Arc::new(Band::new(BandKind::Bootstrap, x, low, high)))])
}

/// A band with a gap, a lone point, and a spike.
fn band_with_gaps(dark: bool) -> LineChart {
    let x: Vec<i64> = (0..40).collect();
    let y: Vec<f64> = x.iter().map(|&x| (x as f64 / 6.0).sin()).collect();
    let mut low: Vec<f64> = y.iter().map(|y| y - 0.4).collect();
    let mut high: Vec<f64> = y.iter().map(|y| y + 0.4).collect();
    high[33] = 3.0;
    low[12..16].fill(f64::NAN);
    high[17..20].fill(f64::INFINITY);
    let pooled = Pooled { center: Center::Median, runs: 9, counts: Vec::new() };
    let line = Line::of_group(0, "sgd", Arc::new(Points { x: x.clone(), y }), palette_color(1, dark), pooled);
    LineChart::new("val/loss", vec![line.with_band(Arc::new(Band::new(BandKind::Quartiles, x, low, high)))])
}

/// Runs that are measured against one of them.
fn measured(dark: bool) -> LineChart {
    let mut chart = losses(12, 60, dark);
    let last = chart.lines.pop().expect("there are twelve");
    chart.lines.push(last.as_baseline());
    chart
}

/// A line in each pattern.
fn dashes(dark: bool) -> LineChart {
    let line = |(at, dashes): (usize, Dashes)| {
        let y = (0..200).map(|x| at as f64 + 3.0 * (f64::from(x) / 25.0 + at as f64 / 3.0).tanh()).collect();
        let points = Arc::new(Points { x: (0..200).collect(), y });
        Line::new(run_id(at), dashes.word(), points, palette_color(at, dark)).with_dashes(dashes)
    };
    LineChart::new("val/loss", Dashes::ALL.into_iter().enumerate().map(line).collect())
}

/// Noisy lines in patterns, and a steep one.
fn noisy_dashes(dark: bool) -> LineChart {
    let mut chart = losses(3, 2000, dark);
    for (line, dashes) in chart.lines.iter_mut().zip([Dashes::Dashed, Dashes::Dotted, Dashes::DashDot]) {
        line.dashes = dashes;
    }
    let y = (0..2000).map(|x| if x % 800 < 400 { 0.5 } else { 2.5 }).collect();
    let points = Arc::new(Points { x: (0..2000).collect(), y });
    chart.lines.push(Line::new(run_id(9), "square", points, palette_color(9, dark)).with_dashes(Dashes::Dashed));
    chart
}

/// Every kind of place, with a text that would be markup and one that would be a control sequence.
fn annotated(dark: bool) -> LineChart {
    let mut chart = losses(3, 200, dark);
    chart.annotations = vec![
        Annotation::new(Place::XRange([40.0, 80.0]), "learning rate <halved> & \"again\""),
        Annotation::new(Place::X(120.0), "</text><script>alert(1)</script>"),
        Annotation::new(Place::X(121.0), "resumed\n\u{1b}[31m\0"),
        Annotation { color: Some(palette_color(4, dark)), ..Annotation::new(Place::Y(0.8), "the goal") },
        Annotation::new(Place::Point { x: 20.0, y: 1.2 }, "here"),
        Annotation::new(Place::X(198.0), "near the end"),
    ];
    chart
}

/// Over epochs, counted in hundredths.
fn value_x(dark: bool) -> LineChart {
    LineChart { x: XQuantity::value("epoch", 0.01), ..losses(3, 300, dark) }
}

fn one_epoch(dark: bool) -> LineChart {
    let points = Arc::new(Points { x: vec![2500], y: vec![0.5] });
    LineChart::new("val/loss", vec![Line::new(run_id(0), "run-0", points, palette_color(0, dark))])
}
