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
use std::sync::Arc;

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
            shared: None,
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
            let shared = Arc::new(chart.domains());
            chart.x_domain = Some(shared.x);
            chart.shared = Some(shared);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        line::Line,
        theme::{Rgb, Theme},
    };
    use data::{run::RunId, series::Points};

    /// Two facets of a line each.
    fn parted(values: [&[f64]; 2]) -> Drawn {
        let line = |(at, y): (usize, &&[f64])| {
            let points = Points { x: (0..y.len() as i64).collect(), y: y.to_vec() };
            Line::new(RunId(at as u128), format!("run {at}"), Arc::new(points), Rgb(34, 117, 232))
        };
        Drawn {
            lines: values.iter().enumerate().map(line).collect(),
            facet_of: vec![0, 1],
            facets: vec!["a".into(), "b".into()],
            x_unit: 1.0,
            ..Drawn::default()
        }
    }

    #[test]
    fn a_facet_alone_has_the_axes_that_it_has_among_the_others() {
        let small: &[f64] = &[-0.001, 0.002, 0.5];
        let (large, below): (&[f64], &[f64]) = (&[-4000.0, 20.0, 900.0, 1e5], &[-3.0, -2.0]);
        let flat = [1.0, 2.0].repeat(60);
        let spike = [&flat[..], &[1e9]].concat();
        for (name, y, outliers, values, notes) in [
            ("symlog, of unlike sizes", YScale::Symlog, Outliers::Auto, [small, large], 0),
            ("symlog, in any order", YScale::Symlog, Outliers::Auto, [large, small], 0),
            ("log, one without a value above 0", YScale::Log, Outliers::Auto, [below, large], 1),
            ("log, nothing above 0", YScale::Log, Outliers::Show, [below, below], 1),
            ("linear, a far value in one", YScale::Linear, Outliers::Auto, [&spike, &flat], 1),
            ("linear, outliers hidden", YScale::Linear, Outliers::Hide, [&flat, &spike], 1),
        ] {
            let drawn = parted(values);
            let look = LineLook { y, outliers, ..LineLook::default() };
            let title = "loss".to_owned();
            let around = Around { title, look: &look, range: None, y_range: None, notes: &[], utc_offset_minutes: 0 };
            let among = drawn.facets(&around).layout((800, 400), &Theme::light(1.0));
            assert_eq!(among.notes.len(), notes, "{name}: {:?}", among.notes);
            for (at, cell) in among.cells.iter().enumerate() {
                let alone = drawn.facet(&around, at).layout((400, 400), &Theme::light(1.0));
                assert_eq!((alone.y.kind(), &alone.notes), (cell.layout.y.kind(), &among.notes), "{name}: facet {at}");
                for value in [-1e4, -0.01, 0.0, 0.004, 1.0, 3e4] {
                    let place = |layout: &crate::layout::Layout| layout.y.onto([0.0, 1.0]).px_from(value);
                    let (a, b) = (place(&alone), place(&cell.layout));
                    assert!((a - b).abs() < 1e-9 || a.is_nan() && b.is_nan(), "{name}: facet {at}: {value}: {a} {b}");
                }
            }
        }
    }
}
