//! A line chart as a value: one metric, a line for each run.

use crate::{
    extent::Extent,
    format::{counted, value_text},
    scale::ScaleKind,
    theme::Rgb,
};
use data::{frame::XAxis, run::RunId, series::Points};
use std::sync::Arc;

/// How a line stands out among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Emphasis {
    /// Like its neighbours.
    #[default]
    Normal,
    /// At full strength and above the others: pointed at, or pinned.
    Raised,
    /// Faint, because another one is raised.
    Dimmed,
}

/// One run's line.
#[derive(Debug, Clone)]
pub struct Line {
    /// The run that it belongs to.
    pub run: RunId,
    /// The run's name.
    pub name: String,
    /// Its colour.
    pub color: Rgb,
    /// How it stands out.
    pub emphasis: Emphasis,
    points: Arc<Points>,
    original: Option<Arc<Points>>,
    /// What both span; kept so that laying out does not read every point.
    extent: Extent,
}

impl Line {
    /// The line of `run` in `color`: see [`crate::color::palette_color`].
    pub fn new(run: RunId, name: impl Into<String>, points: Arc<Points>, color: Rgb) -> Line {
        let extent = Extent::of(&points);
        Line { run, name: name.into(), color, points, original: None, emphasis: Emphasis::Normal, extent }
    }

    /// The same line with the points before smoothing behind it.
    pub fn with_original(mut self, original: Arc<Points>) -> Line {
        self.extent = self.extent.spanning(&Extent::of(&original));
        self.original = Some(original);
        self
    }

    /// The same line with another emphasis.
    pub fn with_emphasis(self, emphasis: Emphasis) -> Line {
        Line { emphasis, ..self }
    }

    /// What is drawn, in x order.
    pub fn points(&self) -> &Arc<Points> {
        &self.points
    }

    /// The points before smoothing, drawn faint behind.
    pub fn original(&self) -> Option<&Arc<Points>> {
        self.original.as_ref()
    }

    /// What `points` and `original` span; the counts are those of `points`.
    pub fn extent(&self) -> Extent {
        self.extent
    }
}

/// Points count as equal when they are the same points in memory, or equal and without NaN.
impl PartialEq for Line {
    fn eq(&self, other: &Line) -> bool {
        let same = |a: &Arc<Points>, b: &Arc<Points>| Arc::ptr_eq(a, b) || a == b;
        let originals = match (&self.original, &other.original) {
            (Some(a), Some(b)) => same(a, b),
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        (self.run, self.color, self.emphasis) == (other.run, other.color, other.emphasis)
            && self.name == other.name
            && originals
            && same(&self.points, &other.points)
    }
}

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

/// One metric of many runs along one x axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LineChart {
    /// The metric's full name; it titles the chart and is not drawn in it.
    pub metric: String,
    /// What runs along x.
    pub x: XAxis,
    /// Linear or log; a log x axis leaves out steps at or below 0.
    pub x_kind: ScaleKind,
    /// Both ends of x; `None` for all there is.
    pub x_domain: Option<[f64; 2]>,
    /// How y is spread.
    pub y_kind: ScaleKind,
    /// Which part of y is shown.
    pub y_domain: YDomain,
    /// The zone that wall times are written in, minutes east of UTC.
    pub utc_offset_minutes: i32,
    /// The lines, drawn in this order; raised ones last.
    pub lines: Vec<Line>,
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
        self.lines.iter().fold(Extent::EMPTY, |all, line| all.and(line.extent))
    }

    /// The chart in a sentence, for screen readers and tests.
    pub fn summary(&self) -> String {
        let extent = self.extent();
        let axis = axis_name(self.x);
        if extent.points == 0 {
            return format!("Line chart of {} over {axis}: no points", self.metric);
        }
        let mut text = format!("Line chart of {} over {axis}", self.metric);
        if let Some([from, to]) = self.x_domain.or(extent.x_domain()) {
            text += &format!(" {} to {}", self.x_text(from), self.x_text(to));
        }
        text += &format!(": {}", counted(self.lines.len() as u64, "run", "runs"));
        if extent.min <= extent.max {
            text += &format!(", values {} to {}", value_text(extent.min), value_text(extent.max));
        } else {
            text += ", no finite value";
        }
        for (word, has) in
            [("NaN", (|e: &Extent| e.nan > 0) as fn(&Extent) -> bool), ("infinite values", |e| e.infinite > 0)]
        {
            let runs = self.lines.iter().filter(|line| has(&line.extent)).count() as u64;
            if runs > 0 {
                text += &format!(", {} with {word}", counted(runs, "run", "runs"));
            }
        }
        text
    }

    /// A place on the x axis in full: `9,999`, `1h 20m`, `2026-03-01 14:05:09`.
    pub fn x_text(&self, x: f64) -> String {
        match self.x {
            XAxis::Step => crate::format::full_text(x.round()),
            XAxis::RelativeTime => crate::time::duration_text(x),
            XAxis::WallTime => crate::time::wall_text(x as i64, self.utc_offset_minutes),
        }
    }
}

/// What runs along x, as a word.
pub fn axis_name(x: XAxis) -> &'static str {
    match x {
        XAxis::Step => "step",
        XAxis::RelativeTime => "relative time",
        XAxis::WallTime => "wall time",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    const NAN: f64 = f64::NAN;

    fn chart(values: &[&[f64]]) -> LineChart {
        let line = |(i, y): (usize, &&[f64])| {
            let points = Points { x: (0..y.len() as i64).collect(), y: y.to_vec() };
            Line::new(samples::run_id(i), format!("run-{i}"), Arc::new(points), crate::theme::Rgb(34, 117, 232))
        };
        LineChart::new("train/loss", values.iter().enumerate().map(line).collect())
    }

    #[test]
    fn a_summary_says_what_is_there() {
        let zoomed = LineChart { x_domain: Some([2.0, 9999.0]), ..chart(&[&[1.0]]) };
        let timed = LineChart { x: XAxis::RelativeTime, x_domain: Some([0.0, 4.8e6]), ..chart(&[&[1.0]]) };
        for (chart, summary) in [
            (chart(&[]), "Line chart of train/loss over step: no points"),
            (chart(&[&[0.5]]), "Line chart of train/loss over step 0 to 0: 1 run, values 0.5 to 0.5"),
            (
                chart(&[&[2.31, 0.0123], &[1.0, NAN, NAN]]),
                "Line chart of train/loss over step 0 to 2: 2 runs, values 0.0123 to 2.31, 1 run with NaN",
            ),
            (
                chart(&[&[NAN], &[f64::INFINITY], &[NAN]]),
                "Line chart of train/loss over step 0 to 0: 3 runs, no finite value, 2 runs with NaN, 1 run with infinite values",
            ),
            (zoomed, "Line chart of train/loss over step 2 to 9,999: 1 run, values 1 to 1"),
            (timed, "Line chart of train/loss over relative time 0s to 1h 20m: 1 run, values 1 to 1"),
        ] {
            assert_eq!(chart.summary(), summary);
        }
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
