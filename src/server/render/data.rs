//! What a picture shows, as data: CSV, JSON, and the source of a figure for LaTeX.

use super::chart::PanelData;
use charts::line::{Band, Dashes, XQuantity, YDomain};
use data::{
    csv,
    frame::{self, XAxis},
    groups::GroupValue,
    run::{RunId, RunRow},
    series::Points,
    view::{View, YScale},
};
use serde::Serialize;
use std::{collections::BTreeMap, fmt::Write};

/// The points of `panels` as CSV: `panel,line,run_id,run,x,value,low,high,n`, smoothed values where there are some. A group
/// has no id, and the ends of its band and how many runs it has at each point.
pub fn csv(panels: &[PanelData], view: &View, rows: &[RunRow]) -> String {
    let names = names_of(rows);
    let mut text = String::new();
    for panel in panels {
        let look = view.look_of(&panel.section, &panel.key);
        if text.is_empty() {
            let x = match look.x {
                XAxis::Step => "step",
                XAxis::RelativeTime | XAxis::ActiveTime => "relative_millis",
                XAxis::WallTime => "wall_millis",
                XAxis::Metric => "x",
            };
            text = format!("panel,line,run_id,run,{x},value,low,high,n\n");
        }
        let title = csv::cell(&panel.title(view));
        for (line, frame) in &panel.frames {
            let start = format!("{title},{}", csv::cell(line));
            for group in &frame.groups {
                let name = csv::cell(&group.key.iter().map(word).collect::<Vec<_>>().join(", "));
                for (at, (x, y)) in group.line.x.iter().zip(&group.line.center).enumerate() {
                    let [low, high] = [&group.line.low, &group.line.high]
                        .map(|ends| ends.get(at).map_or(String::new(), f64::to_string));
                    let n = group.line.n.get(at).map_or(String::new(), u32::to_string);
                    let x = x_text(*x, frame.x_unit);
                    let _ = writeln!(text, "{start},,{name},{x},{y},{low},{high},{n}");
                }
            }
            for series in &frame.series {
                let run = csv::cell(names.get(&series.run_id).copied().unwrap_or_default());
                let points = series.smoothed.as_ref().unwrap_or(&series.points);
                for (x, y) in points.x.iter().zip(&points.y) {
                    let x = x_text(*x, frame.x_unit);
                    let _ = writeln!(text, "{start},{},{run},{x},{y},,,", series.run_id);
                }
            }
        }
    }
    text
}

/// What the runs of a group share in one column.
fn word(value: &GroupValue) -> String {
    match value {
        GroupValue::Missing => "none".to_owned(),
        GroupValue::Text(text) => text.clone(),
        GroupValue::Number(y) => y.to_string(),
    }
}

/// A place on x, of which one count is `unit`.
fn x_text(x: i64, unit: f64) -> String {
    if unit == 1.0 { x.to_string() } else { (x as f64 * unit).to_string() }
}

/// The frames of `panels` as JSON, with the names of their runs.
pub fn json(panels: &[PanelData], view: &View, rows: &[RunRow]) -> Vec<u8> {
    let panels = panels.iter().map(|panel| {
        let lines = panel.frames.iter().map(|(line, frame)| LineJson { line, frame: frame::to_json(frame) });
        PanelJson { panel: &panel.key, title: panel.title(view), lines: lines.collect() }
    });
    let runs = rows.iter().map(|row| (row.run_id.to_string(), row.name.as_str())).collect();
    let all = Json { panels: panels.collect(), runs };
    serde_json::to_vec(&all).expect("texts and numbers can be written")
}

#[derive(Serialize)]
struct Json<'a, F> {
    panels: Vec<PanelJson<'a, F>>,
    runs: BTreeMap<String, &'a str>,
}

#[derive(Serialize)]
struct PanelJson<'a, F> {
    panel: &'a str,
    title: String,
    lines: Vec<LineJson<'a, F>>,
}

#[derive(Serialize)]
struct LineJson<'a, F> {
    line: &'a str,
    frame: F,
}

/// The panels as figures for PGFPlots with the points that a picture shows, each of `size_mm`.
pub fn pgfplots(panels: &[PanelData], view: &View, rows: &[RunRow], size_mm: (f64, f64)) -> String {
    let mut text = String::from("% needs \\usepackage{pgfplots} and \\pgfplotsset{compat=1.18}\n");
    for panel in panels {
        let look = view.look_of(&panel.section, &panel.key);
        let y_mode = match look.y {
            YScale::Log => "log",
            YScale::Linear | YScale::Symlog => "linear",
        };
        let chart = panel.chart(view, rows, false);
        let unit = if let XQuantity::Value { unit, .. } = &chart.x { *unit } else { 1.0 };
        let mut ends = String::new();
        if let Some([from, to]) = chart.x_domain {
            let _ = write!(ends, "xmin={}, xmax={}, ", from * unit, to * unit);
        }
        if let YDomain::Fixed([from, to]) = chart.y_domain {
            let _ = write!(ends, "ymin={from}, ymax={to}, ");
        }
        let _ = write!(
            text,
            "\\begin{{tikzpicture}}\n\\begin{{axis}}[width={:.2}mm, height={:.2}mm, xlabel={{{}}}, ylabel={{{}}}, {ends}\
             xmode={}, ymode={y_mode}, unbounded coords=jump, legend pos=outer north east]\n",
            size_mm.0,
            size_mm.1,
            latex(chart.x.name()),
            latex(&chart.metric),
            if look.x_log { "log" } else { "linear" },
        );
        let mut legend = Vec::new();
        for (at, line) in chart.lines.iter().enumerate() {
            let color = line.color;
            let _ = writeln!(text, "\\definecolor{{run{at}}}{{RGB}}{{{},{},{}}}", color.0, color.1, color.2);
            if let Some(band) = line.band() {
                let _ = writeln!(
                    text,
                    "\\addplot[draw=none, fill=run{at}, fill opacity=0.2, forget plot] coordinates {{{}}} -- cycle;",
                    outline(band, unit)
                );
            }
            // Members of a group are not named.
            let quiet = if line.member_of.is_some() { ", opacity=0.4, forget plot" } else { "" };
            let _ = writeln!(
                text,
                "\\addplot[color=run{at}, mark=none{}{quiet}] coordinates {{{}}};",
                pattern(line.dashes),
                coordinates(line.points(), unit)
            );
            if line.member_of.is_none() {
                legend.push(latex(&line.name));
            }
        }
        if legend.len() <= 24 && !legend.is_empty() {
            let _ = writeln!(
                text,
                "\\legend{{{}}}",
                legend.iter().map(|name| format!("{{{name}}}")).collect::<Vec<_>>().join(",")
            );
        }
        text.push_str("\\end{axis}\n\\end{tikzpicture}\n");
    }
    text
}

fn coordinates(points: &Points, unit: f64) -> String {
    let mut text = String::with_capacity(points.len() * 16);
    for (x, y) in points.x.iter().zip(&points.y) {
        let y = match y {
            y if y.is_nan() => "nan".to_owned(),
            y if y.is_infinite() => if *y > 0.0 { "inf" } else { "-inf" }.to_owned(),
            y => y.to_string(),
        };
        let _ = write!(text, "({},{y}) ", x_text(*x, unit));
    }
    text
}

/// A band once around: along its lower end, and back along its upper one.
fn outline(band: &Band, unit: f64) -> String {
    let (low, high) = band.ends();
    let whole = |at: &usize| low[*at].is_finite() && high[*at].is_finite();
    let there = (0..low.len()).filter(whole).map(|at| (band.x()[at], low[at]));
    let back = (0..low.len()).rev().filter(whole).map(|at| (band.x()[at], high[at]));
    there.chain(back).map(|(x, y)| format!("({},{y})", x_text(x, unit))).collect::<Vec<_>>().join(" ")
}

/// A line's pattern as an option of a plot.
fn pattern(dashes: Dashes) -> String {
    let lengths = dashes.lengths();
    let turn = |(at, length): (usize, &f64)| format!("{} {length}pt", if at % 2 == 0 { "on" } else { "off" });
    let turns: Vec<_> = lengths.iter().enumerate().map(turn).collect();
    if turns.is_empty() { String::new() } else { format!(", dash pattern={}", turns.join(" ")) }
}

/// `text` as LaTeX shows it, and never runs it.
fn latex(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => safe.push_str("\\textbackslash{}"),
            '{' | '}' | '$' | '&' | '#' | '%' | '_' => safe.extend(['\\', c]),
            '^' => safe.push_str("\\textasciicircum{}"),
            '~' => safe.push_str("\\textasciitilde{}"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

fn names_of(rows: &[RunRow]) -> BTreeMap<RunId, &str> {
    rows.iter().map(|row| (row.run_id, row.name.as_str())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_never_run_in_latex() {
        for (text, safe) in [
            ("run_1", "run\\_1"),
            ("\\input{/etc/passwd}", "\\textbackslash{}input\\{/etc/passwd\\}"),
            ("\\write18{rm -rf ~}", "\\textbackslash{}write18\\{rm -rf \\textasciitilde{}\\}"),
            ("50% & $5 #1 ^2", "50\\% \\& \\$5 \\#1 \\textasciicircum{}2"),
            ("a\nb\u{0}c", "a b c"),
        ] {
            assert_eq!(latex(text), safe, "{text}");
        }
    }
}
