//! A line chart in a sentence.

use super::{Line, LineChart};
use crate::{
    extent::Extent,
    format::{counted, value_text},
};
use std::collections::BTreeSet;

impl LineChart {
    /// The chart in a sentence, for screen readers and tests.
    pub fn summary(&self) -> String {
        let extent = self.extent();
        let axis = self.x.name();
        if extent.points == 0 {
            return format!("Line chart of {} over {axis}: no points", self.metric);
        }
        let mut text = format!("Line chart of {} over {axis}", self.metric);
        if let Some([from, to]) = self.x_domain.or(extent.x_domain()) {
            text += &format!(" {} to {}", self.x_text(from), self.x_text(to));
        }
        text += &format!(": {}", self.lines_text());
        if extent.min <= extent.max {
            text += &format!(", values {} to {}", value_text(extent.min), value_text(extent.max));
        } else {
            text += ", no finite value";
        }
        let (one, many) = if self.has_only_runs() { ("run", "runs") } else { ("line", "lines") };
        for (word, has) in
            [("NaN", (|e: &Extent| e.nan > 0) as fn(&Extent) -> bool), ("infinite values", |e| e.infinite > 0)]
        {
            let lines = self.lines.iter().filter(|line| has(&line.extent())).count() as u64;
            if lines > 0 {
                text += &format!(", {} with {word}", counted(lines, one, many));
            }
        }
        if !self.annotations.is_empty() {
            text += &format!(", {}", counted(self.annotations.len() as u64, "annotation", "annotations"));
        }
        text
    }

    /// Whether each line is the only one of a run.
    fn has_only_runs(&self) -> bool {
        self.lines.iter().all(|line| line.run().is_some() && line.series == 0 && line.member_of.is_none())
    }

    /// How many lines there are, and of what: `6 runs`, `12 lines of 6 runs`, `2 groups (mean of 5 runs, min to max)`.
    pub(crate) fn lines_text(&self) -> String {
        let owners = |members: bool| {
            let lines = self.lines.iter().filter(move |line| line.member_of.is_some() == members);
            lines.map(|line| line.owner).collect::<BTreeSet<_>>()
        };
        let (own, members) = (owners(false), owners(true));
        let runs = own.iter().filter(|owner| owner.run().is_some()).count();
        let groups = own.len() - runs;
        let lines = self.lines.iter().filter(|line| line.member_of.is_none()).count();
        let mut parts = Vec::new();
        if groups > 0 {
            let shows: BTreeSet<_> = self.lines.iter().filter_map(Line::what).collect();
            let pooled: u64 = self.pooled_runs();
            let of = format!("{} of {}", counted(groups as u64, "group", "groups"), counted(pooled, "run", "runs"));
            parts.push(format!("{of} ({})", shows.into_iter().collect::<Vec<_>>().join("; ")));
        }
        if runs > 0 {
            parts.push(counted(runs as u64, "run", "runs"));
        }
        let mut text = parts.join(" and ");
        if lines > own.len() {
            text = format!("{} of {text}", counted(lines as u64, "line", "lines"));
        }
        if !members.is_empty() {
            text += &format!(", {} drawn thin", counted(members.len() as u64, "member", "members"));
        }
        text
    }

    /// How many runs all groups have.
    fn pooled_runs(&self) -> u64 {
        let mut seen = BTreeSet::new();
        let first = |line: &&Line| line.pooled().is_some() && seen.insert(line.owner);
        self.lines.iter().filter(first).map(|line| line.pooled().map_or(0, |pooled| u64::from(pooled.runs))).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        line::{Annotation, Band, Place, Pooled, XQuantity},
        samples,
        theme::Rgb,
    };
    use data::{
        group::{Band as BandKind, Center},
        series::Points,
    };
    use std::sync::Arc;

    const NAN: f64 = f64::NAN;

    fn chart(values: &[&[f64]]) -> LineChart {
        let line = |(i, y): (usize, &&[f64])| {
            let points = Points { x: (0..y.len() as i64).collect(), y: y.to_vec() };
            Line::new(samples::run_id(i), format!("run-{i}"), Arc::new(points), Rgb(34, 117, 232))
        };
        LineChart::new("train/loss", values.iter().enumerate().map(line).collect())
    }

    #[test]
    fn a_summary_says_what_is_there() {
        let zoomed = LineChart { x_domain: Some([2.0, 9999.0]), ..chart(&[&[1.0]]) };
        let timed = LineChart { x: XQuantity::RelativeTime, x_domain: Some([0.0, 4.8e6]), ..chart(&[&[1.0]]) };
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
    fn a_summary_says_what_groups_show() {
        let points = || Arc::new(Points { x: vec![0, 10], y: vec![1.0, 2.0] });
        let group = |index: u32, runs: u32, center: Center| {
            let pooled = Pooled { center, runs, counts: vec![runs, runs] };
            Line::of_group(index, format!("group {index}"), points(), Rgb(34, 117, 232), pooled)
        };
        let band = Arc::new(Band::new(BandKind::Std, vec![0, 10], vec![0.5, 1.5], vec![1.5, 2.5]));
        let member = |index| Line::new(samples::run_id(index), "run", points(), Rgb(34, 117, 232)).as_member_of(0);
        let of = |lines: Vec<Line>| LineChart::new("loss", lines);
        for (chart, part) in [
            (of(vec![group(0, 5, Center::Mean)]), ": 1 group of 5 runs (mean), values 1 to 2"),
            (
                of(vec![group(0, 5, Center::Mean).with_band(band.clone()), group(1, 3, Center::Mean).with_band(band)]),
                ": 2 groups of 8 runs (mean, band ±1 standard deviation), values 0.5 to 2.5",
            ),
            (
                of(vec![group(0, 2, Center::Median), member(0), member(1)]),
                ": 1 group of 2 runs (median), 2 members drawn thin",
            ),
            (
                of(vec![group(0, 2, Center::Mean), group(0, 2, Center::Mean).with_series(1)]),
                ": 2 lines of 1 group of 2 runs (mean)",
            ),
            (
                LineChart {
                    annotations: vec![Annotation::new(Place::X(3.0), "warm")],
                    ..of(vec![group(0, 2, Center::Mean)])
                },
                ", 1 annotation",
            ),
            (
                LineChart { x: XQuantity::value("epoch", 0.25), ..of(vec![group(0, 2, Center::Mean)]) },
                " over epoch 0 to 2.5: ",
            ),
        ] {
            let summary = chart.summary();
            assert!(summary.contains(part), "{summary}");
        }
    }
}
