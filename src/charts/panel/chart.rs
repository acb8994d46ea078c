//! The lines of a panel as a chart with axes, notes and facets.

use super::Drawn;
use crate::{
    facets::Facets,
    line::{Annotation, LineChart, Place, XQuantity, YDomain},
    scale::ScaleKind,
};
use data::{
    frame::XAxis,
    view::{LineLook, Note, Outliers, YScale},
};

/// Values beyond this quantile on either side are outliers.
const OUTLIERS: f64 = 0.01;

/// What stands around the lines of a panel.
#[derive(Debug)]
pub struct Around<'a> {
    /// What the panel is called.
    pub title: String,
    /// How it draws.
    pub look: &'a LineLook,
    /// The part of x that it shows: steps, milliseconds, or values of the metric along x.
    pub range: Option<[f64; 2]>,
    /// The part of y that it shows.
    pub y_range: Option<[f64; 2]>,
    /// Its notes; those on another x are left out.
    pub notes: &'a [Note],
    /// The reader's zone, minutes east of UTC.
    pub utc_offset_minutes: i32,
}

impl Drawn {
    /// What runs along x, and what one count of it is.
    pub fn x_quantity(&self, look: &LineLook) -> XQuantity {
        match look.x {
            XAxis::Metric => XQuantity::value(look.x_metric.clone(), self.x_unit),
            x => x.into(),
        }
    }

    /// All lines in one chart.
    pub fn chart(&self, around: &Around) -> LineChart {
        let look = around.look;
        let x = self.x_quantity(look);
        let unit = if let XQuantity::Value { unit, .. } = &x { *unit } else { 1.0 };
        LineChart {
            metric: around.title.clone(),
            x,
            x_kind: if look.x_log { ScaleKind::Log } else { ScaleKind::Linear },
            x_domain: around.range.map(|ends| ends.map(|end| end / unit)),
            y_kind: match look.y {
                YScale::Linear => ScaleKind::Linear,
                YScale::Log => ScaleKind::Log,
                YScale::Symlog => ScaleKind::Symlog,
            },
            y_domain: match (around.y_range, look.outliers) {
                (Some(range), _) => YDomain::Fixed(range),
                (None, Outliers::Auto) => YDomain::Auto,
                (None, Outliers::Hide) => YDomain::Robust(OUTLIERS),
                (None, Outliers::Show) => YDomain::All,
            },
            utc_offset_minutes: around.utc_offset_minutes,
            lines: self.lines.clone(),
            annotations: annotations(around.notes, look, unit),
        }
    }

    /// The lines of one facet, with the axes that all lines together have: facets are compared. All lines, where
    /// there are no facets.
    pub fn facet(&self, around: &Around, at: usize) -> LineChart {
        let mut chart = self.chart(around);
        if self.facets.len() > 1 {
            let common = chart.domains();
            chart.y_domain = YDomain::Fixed(common.y);
            chart.x_domain = Some(common.x);
            let mut facets = self.facet_of.iter();
            chart.lines.retain(|_| facets.next() == Some(&at));
        }
        chart
    }

    /// All facets for one picture; one without a name, where there are none.
    pub fn facets(&self, around: &Around) -> Facets {
        let chart = self.chart(around);
        if self.facets.len() < 2 {
            return chart.into();
        }
        let lines_of = |at: usize| {
            let lines = self.lines.iter().zip(&self.facet_of).filter(|(_, facet)| **facet == at);
            lines.map(|(line, _)| line.clone()).collect()
        };
        let parts = self.facets.iter().enumerate().map(|(at, name)| (name.clone(), lines_of(at))).collect();
        Facets::split(chart, parts)
    }
}

/// The notes that stand on this x, in its counts.
fn annotations(notes: &[Note], look: &LineLook, unit: f64) -> Vec<Annotation> {
    let stands_here = |note: &&Note| note.x == look.x && (look.x != XAxis::Metric || note.x_metric == look.x_metric);
    let annotation = |note: &Note| {
        let place = match note.to {
            Some(to) => Place::XRange([note.at / unit, to / unit]),
            None => Place::X(note.at / unit),
        };
        Annotation::new(place, note.text.clone())
    };
    notes.iter().filter(stands_here).map(annotation).collect()
}
