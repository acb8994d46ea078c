//! A panel as a picture, from the rows and frames that a link shows: by the code that draws it in the browser.

use charts::{
    legend::Entry,
    line::{Dashes, LineChart, Owner},
    panel::{Around, Drawn, LineFrame, Parts, Tint, TintKey, Tints, cut_words, told},
    picture::{LEGEND_ROWS, Picture},
};
use data::{
    frame::Frame,
    run::{Cut, RunId, RunRow},
    view::{LegendPlace, LineLook, View},
};
use std::collections::HashSet;

/// More names than these are no legend.
const MOST_NAMES: usize = 24;

/// A panel and what it shows.
#[derive(Debug, Default)]
pub struct PanelData {
    /// The section that it stands in.
    pub section: String,
    /// Its key in the view.
    pub key: String,
    /// Each of its lines, with its frame as it goes out.
    pub frames: Vec<(String, Frame)>,
    /// The colours of its runs, where they do not go by the view.
    pub tints: Option<Tints>,
    /// Where its runs are the first of many.
    pub cut: Option<Cut>,
}

/// The lines of a panel and what stands around them.
struct Made<'a> {
    drawn: Drawn,
    tints: Tints,
    around: Around<'a>,
    /// How much of the data that shows.
    told: Option<String>,
}

impl PanelData {
    /// What it is called.
    pub fn title(&self, view: &View) -> String {
        let own = view.panels.get(&self.key).map_or("", |panel| &panel.title);
        if own.is_empty() { self.key.clone() } else { own.to_owned() }
    }

    /// The panel with words around it.
    pub fn picture(&self, view: &View, rows: &[RunRow], dark: bool) -> Picture {
        let look = view.look_of(&self.section, &self.key);
        let Made { drawn, tints, around, told } = self.made(view, &look, rows, dark);
        let mut picture = Picture::new(drawn.facets(&around));
        if look.legend == LegendPlace::Never {
            picture.legend_rows = 0;
        } else if look.legend == LegendPlace::FullScreen && picture.legend.len() > MOST_NAMES {
            // What the colours mean, where the lines are too many to be named.
            picture.legend = colors(&tints.key, dark);
            picture.legend_rows = if picture.legend.is_empty() { 0 } else { LEGEND_ROWS };
        }
        picture.notes.extend(told);
        picture.notes.extend(self.cut.map(cut_words));
        if let Some(column) = &view.color_by {
            picture.notes.push(match &tints.key {
                TintKey::Ramp([low, high]) => format!("coloured by {}, {low} to {high}", column.label()),
                TintKey::Names(..) | TintKey::Own => format!("coloured by {}", column.label()),
            });
        }
        picture
    }

    /// The panel as one chart.
    pub fn chart(&self, view: &View, rows: &[RunRow], dark: bool) -> LineChart {
        let look = view.look_of(&self.section, &self.key);
        let made = self.made(view, &look, rows, dark);
        made.drawn.chart(&made.around)
    }

    fn made<'a>(&self, view: &'a View, look: &'a LineLook, rows: &[RunRow], dark: bool) -> Made<'a> {
        let held: Vec<(&str, LineFrame)> = self
            .frames
            .iter()
            .map(|(line, frame)| (line.as_str(), LineFrame::new(frame.clone(), look.group)))
            .collect();
        let frames: Vec<(&str, &LineFrame)> = held.iter().map(|(line, frame)| (*line, frame)).collect();
        let all: Vec<&RunRow> = rows.iter().collect();
        let tints = self.tints.clone().unwrap_or_else(|| Tints::of_view(view, &all));
        // The first run of the list lies above the others, and what is pinned above all.
        let pinned = |row: &RunRow| view.pinned.contains(&row.run_id.short());
        let place = |row: &RunRow| (view.baseline.as_deref() != Some(&row.run_id.short()), !pinned(row));
        let mut from_below: Vec<&RunRow> = rows.iter().collect();
        from_below.sort_by_key(|row| place(row));
        from_below.reverse();
        let parts = Parts {
            frames: &frames,
            rows: &from_below,
            look,
            group_by: &view.group_by,
            baseline: view.baseline.as_deref(),
            tints: &tints,
            dark,
            details: false,
        };
        let mut drawn = Drawn::of(&parts);
        let raised: HashSet<RunId> = rows.iter().filter(|row| pinned(row)).map(|row| row.run_id).collect();
        drawn.raise(|run| raised.contains(run));
        let panel = view.panels.get(&self.key);
        let around = Around {
            title: self.title(view),
            look,
            range: view.x_range_of(&self.key, look),
            y_range: panel.and_then(|panel| panel.y_range),
            notes: panel.map(|panel| panel.notes.as_slice()).unwrap_or_default(),
            // A picture is read everywhere.
            utc_offset_minutes: 0,
        };
        let runs: HashSet<_> = rows.iter().map(|row| row.run_id).collect();
        let told = told(frames.iter().map(|(_, frame)| *frame), rows.len(), |run| runs.contains(run), look);
        Made { drawn, tints, around, told }
    }
}

/// What the colours mean, as entries of a legend.
fn colors(key: &TintKey, dark: bool) -> Vec<Entry> {
    let named = match key {
        TintKey::Own => Vec::new(),
        TintKey::Ramp([low, high]) => vec![(low.clone(), Tint::Ramp(0.0)), (high.clone(), Tint::Ramp(1.0))],
        TintKey::Names(names, 0) => names.clone(),
        TintKey::Names(names, more) => names.iter().cloned().chain([(format!("{more} others"), Tint::Other)]).collect(),
    };
    let entry = |(at, (label, tint)): (u32, (String, Tint))| Entry {
        owner: Owner::Group(at),
        series: 0,
        label,
        color: tint.color(dark),
        dashes: Dashes::Solid,
        band: false,
    };
    (0..).zip(named).map(entry).collect()
}
