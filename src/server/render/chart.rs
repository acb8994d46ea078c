//! A panel as a chart value, from the rows and frames that a link shows: what the app makes of them in the browser.

use charts::{
    color::palette_color,
    fidelity::Fidelity,
    line::{Annotation, Band, Line, LineChart, Place, Pooled, XQuantity, YDomain},
    picture::Picture,
    scale::ScaleKind,
};
use data::{
    frame::{Frame, FrameGroup, FrameSeries, XAxis},
    run::{RunId, RunRow},
    series::Points,
    view::{Originals, Outliers, View, YScale},
};
use std::{collections::BTreeMap, sync::Arc};

/// Values beyond this quantile on either side are outliers, as in the app.
const OUTLIERS: f64 = 0.01;

/// A panel and what it shows.
#[derive(Debug)]
pub struct PanelData {
    /// The section that it stands in.
    pub section: String,
    /// Its key in the view.
    pub key: String,
    /// Each of its lines, with its frame as it goes out.
    pub frames: Vec<(String, Frame)>,
}

impl PanelData {
    /// What it is called.
    pub fn title(&self, view: &View) -> String {
        let own = view.panels.get(&self.key).map_or("", |panel| &panel.title);
        if own.is_empty() { self.key.clone() } else { own.to_owned() }
    }

    /// The panel with words around it.
    pub fn picture(&self, view: &View, rows: &[RunRow], dark: bool) -> Picture {
        let chart = self.chart(view, rows, dark);
        let mut notes = Vec::new();
        for (line, frame) in &self.frames {
            let sentence = Fidelity::of(frame).sentence();
            notes.push(if self.frames.len() > 1 { format!("{line}: {sentence}") } else { sentence });
        }
        let mut picture = Picture::new(chart);
        // More names than these are no legend.
        if rows.len() * self.frames.len() > 24 && self.frames.iter().all(|(_, frame)| frame.groups.is_empty()) {
            picture.legend_rows = 0;
        }
        picture.notes = notes;
        picture
    }

    /// The panel as a chart.
    pub fn chart(&self, view: &View, rows: &[RunRow], dark: bool) -> LineChart {
        let look = view.look_of(&self.section, &self.key);
        let panel = view.panels.get(&self.key);
        let unit = self.frames.first().map_or(1.0, |(_, frame)| frame.x_unit);
        let range = view.x_range_of(&self.key, &look).map(|ends| ends.map(|end| end / unit));
        let x = match look.x {
            XAxis::Metric => XQuantity::value(look.x_metric.clone(), unit),
            x => x.into(),
        };
        let places: BTreeMap<RunId, (usize, &RunRow)> =
            rows.iter().enumerate().map(|(at, row)| (row.run_id, (at, row))).collect();
        let originals = look.originals == Originals::Behind;
        let mut lines = Vec::new();
        for (at, (line, frame)) in self.frames.iter().enumerate() {
            let named = |name: &str| if self.frames.len() > 1 { format!("{name} · {line}") } else { name.to_owned() };
            let mut shown: Vec<(usize, &RunRow, &FrameSeries)> = frame
                .series
                .iter()
                .filter_map(|series| places.get(&series.run_id).map(|&(at, row)| (at, row, series)))
                .collect();
            // The first run of the list lies above the others.
            shown.sort_by_key(|(at, ..)| std::cmp::Reverse(*at));
            for (_, row, series) in shown {
                lines.push(run_line(row, series, named(&row.name), originals, dark).with_series(at as u16));
            }
            for (index, group) in frame.groups.iter().enumerate() {
                lines.push(
                    group_line(group, index, &look.group, named(&group_name(group)), dark).with_series(at as u16),
                );
            }
        }
        let notes = panel.map(|panel| panel.notes.as_slice()).unwrap_or_default();
        let annotations = notes.iter().filter(|note| note.x == look.x).map(|note| {
            let place = note.to.map_or(Place::X(note.at), |to| Place::XRange([note.at, to]));
            Annotation::new(place, note.text.clone())
        });
        LineChart {
            metric: self.title(view),
            x,
            x_kind: if look.x_log { ScaleKind::Log } else { ScaleKind::Linear },
            x_domain: range,
            y_kind: match look.y {
                YScale::Linear => ScaleKind::Linear,
                YScale::Log => ScaleKind::Log,
                YScale::Symlog => ScaleKind::Symlog,
            },
            y_domain: match (panel.and_then(|panel| panel.y_range), look.outliers) {
                (Some(range), _) => YDomain::Fixed(range),
                (None, Outliers::Auto) => YDomain::Auto,
                (None, Outliers::Hide) => YDomain::Robust(OUTLIERS),
                (None, Outliers::Show) => YDomain::All,
            },
            // A picture is read everywhere.
            utc_offset_minutes: 0,
            lines,
            annotations: annotations.collect(),
        }
    }
}

fn run_line(row: &RunRow, series: &FrameSeries, name: String, originals: bool, dark: bool) -> Line {
    let color = palette_color(row.color as usize, dark);
    match &series.smoothed {
        Some(smoothed) => {
            let line = Line::new(row.run_id, name, Arc::new(smoothed.clone()), color);
            if originals { line.with_original(Arc::new(series.points.clone())) } else { line }
        }
        None => Line::new(row.run_id, name, Arc::new(series.points.clone()), color),
    }
}

fn group_line(group: &FrameGroup, index: usize, look: &data::group::GroupLook, name: String, dark: bool) -> Line {
    let line = &group.line;
    let points = Arc::new(Points { x: line.x.clone(), y: line.center.clone() });
    let pooled = Pooled { center: look.center, runs: group.runs.len() as u32, counts: line.n.clone() };
    let band = Band::new(look.band, line.x.clone(), line.low.clone(), line.high.clone());
    Line::of_group(index as u32, name, points, palette_color(index, dark), pooled).with_band(Arc::new(band))
}

fn group_name(group: &FrameGroup) -> String {
    let word = |value: &data::groups::GroupValue| match value.cell() {
        data::column::Cell::Number(y) => charts::format::value_text(y),
        data::column::Cell::Text(text) => text.to_owned(),
        data::column::Cell::Missing => "nothing".to_owned(),
    };
    group.key.iter().map(word).collect::<Vec<_>>().join(", ")
}
