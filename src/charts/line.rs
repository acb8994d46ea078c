//! A line chart as a value: metrics over x, a line for each run or group of runs.

mod annotation;
mod band;
mod dashes;
mod one;
mod owner;
mod summary;
mod x;

pub use self::{
    annotation::{Annotation, Place},
    band::{Band, Pooled, band_words, center_word},
    dashes::Dashes,
    one::{Emphasis, Line},
    owner::Owner,
    x::XQuantity,
};

use crate::{extent::Extent, layout::Domains, scale::ScaleKind};
use std::sync::Arc;

/// Which part of y is shown.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum YDomain {
    /// All finite values in the x domain, with two percent of air; but where a few far ones would
    /// press the rest flat, what the rest spans. The layout's notes say so.
    #[default]
    Auto,
    /// All finite values in the x domain, with two percent of air, however flat that makes most.
    All,
    /// The values between this quantile and its mirror, as 0.01 for the middle 98 %. The layout's
    /// notes say so.
    Robust(f64),
    /// From the first to the second value.
    Fixed([f64; 2]),
}

/// Lines along one x axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineChart {
    /// What is drawn, as the metric's full name; it titles the chart and is not drawn in it.
    pub metric: String,
    /// What runs along x.
    pub x: XQuantity,
    /// Linear or log; a log x axis leaves out steps at or below 0.
    pub x_kind: ScaleKind,
    /// Both ends of x, counted as points count it; `None` for all there is.
    pub x_domain: Option<[f64; 2]>,
    /// How y is spread.
    pub y_kind: ScaleKind,
    /// Which part of y is shown.
    pub y_domain: YDomain,
    /// The axes that it shares with charts beside it; those that fit its own lines if there are none.
    pub shared: Option<Arc<Domains>>,
    /// The zone that wall times are written in, minutes east of UTC.
    pub utc_offset_minutes: i32,
    /// The lines, drawn in this order; raised ones last.
    pub lines: Vec<Line>,
    /// Words at places in it, drawn above the lines.
    pub annotations: Vec<Annotation>,
}

impl LineChart {
    /// A chart of `metric` over steps with linear axes that fit `lines`.
    pub fn new(metric: impl Into<String>, lines: Vec<Line>) -> LineChart {
        LineChart { metric: metric.into(), lines, ..LineChart::default() }
    }

    /// The indices of the lines in the order in which they are drawn: dimmed, normal, raised.
    pub fn drawing_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.lines.len()).collect();
        order.sort_by_key(|&i| match self.lines[i].emphasis {
            Emphasis::Dimmed => 0,
            Emphasis::Normal => 1,
            Emphasis::Raised => 2,
        });
        order
    }

    /// What all lines span.
    pub fn extent(&self) -> Extent {
        self.lines.iter().fold(Extent::EMPTY, |all, line| all.and(line.extent()))
    }

    /// A place on the x axis in full: `9,999`, `1h 20m`, `2026-03-01 14:05:09`.
    pub fn x_text(&self, x: f64) -> String {
        match &self.x {
            XQuantity::Step => crate::format::full_text(x.round()),
            XQuantity::RelativeTime => crate::time::duration_text(x),
            XQuantity::WallTime => crate::time::wall_text(x as i64, self.utc_offset_minutes),
            XQuantity::Value { unit, .. } => crate::format::number_text(x * unit, 6),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{samples, theme::Rgb};
    use data::series::Points;

    const NAN: f64 = f64::NAN;

    fn chart(values: &[&[f64]]) -> LineChart {
        let line = |(i, y): (usize, &&[f64])| {
            let points = Points { x: (0..y.len() as i64).collect(), y: y.to_vec() };
            Line::new(samples::run_id(i), format!("run-{i}"), Arc::new(points), Rgb(34, 117, 232))
        };
        LineChart::new("train/loss", values.iter().enumerate().map(line).collect())
    }

    #[test]
    fn equal_charts_show_the_same() {
        let nan = chart(&[&[1.0, NAN]]);
        assert_eq!(nan, nan.clone(), "the same points in memory are equal, NaN or not");
        assert_eq!(chart(&[&[1.0, 2.0]]), chart(&[&[1.0, 2.0]]));
        assert_ne!(chart(&[&[1.0, 2.0]]), chart(&[&[1.0, 3.0]]));
        let raised = LineChart { lines: vec![nan.lines[0].clone().with_emphasis(Emphasis::Raised)], ..nan.clone() };
        assert_ne!(nan, raised);
    }

    #[test]
    fn raised_lines_are_drawn_last() {
        let mut chart = chart(&[&[1.0], &[1.0], &[1.0], &[1.0]]);
        chart.lines[0].emphasis = Emphasis::Raised;
        chart.lines[2].emphasis = Emphasis::Dimmed;
        assert_eq!(chart.drawing_order(), [2, 1, 3, 0]);
    }
}
