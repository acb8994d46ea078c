//! What a picture shows, as data: CSV and JSON.

use super::chart::PanelData;
use data::{
    csv,
    frame::{self, XAxis},
    groups::GroupValue,
    run::{Cut, RunId, RunRow},
    view::View,
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

/// The frames of `panels` as JSON, with the names of their runs, and how many `more` panels there are.
pub fn json(panels: &[PanelData], view: &View, rows: &[RunRow], more: usize) -> Vec<u8> {
    let panels = panels.iter().map(|panel| {
        let lines = panel.frames.iter().map(|(line, frame)| LineJson { line, frame: frame::to_json(frame) });
        PanelJson { panel: &panel.key, title: panel.title(view), lines: lines.collect(), cut: panel.cut }
    });
    let runs = rows.iter().map(|row| (row.run_id.to_string(), row.name.as_str())).collect();
    let all = Json { panels: panels.collect(), panels_left_out: more, runs };
    serde_json::to_vec(&all).expect("texts and numbers can be written")
}

#[derive(Serialize)]
struct Json<'a, F> {
    panels: Vec<PanelJson<'a, F>>,
    panels_left_out: usize,
    runs: BTreeMap<String, &'a str>,
}

#[derive(Serialize)]
struct PanelJson<'a, F> {
    panel: &'a str,
    title: String,
    lines: Vec<LineJson<'a, F>>,
    /// Where the runs are the first of many.
    #[serde(skip_serializing_if = "Option::is_none")]
    cut: Option<Cut>,
}

#[derive(Serialize)]
struct LineJson<'a, F> {
    line: &'a str,
    frame: F,
}

fn names_of(rows: &[RunRow]) -> BTreeMap<RunId, &str> {
    rows.iter().map(|row| (row.run_id, row.name.as_str())).collect()
}
