//! How much of the data a panel shows, in a sentence.

use super::LineFrame;
use crate::{
    fidelity::Fidelity,
    format::{count_text, counted},
};
use data::{
    frame::XAxis,
    run::{Cut, RunId},
    view::LineLook,
};
use std::collections::BTreeSet;

/// That runs are the first of many, in words.
pub fn cut_words(cut: Cut) -> String {
    format!("the first {} of {} are shown here", count_text(cut.shown), counted(cut.of, "run", "runs"))
}

/// What `frames` show of `runs` runs, those that `is_drawn`; `None` if there are no frames.
pub fn told<'a>(
    frames: impl Iterator<Item = &'a LineFrame>,
    runs: usize,
    is_drawn: impl Fn(&RunId) -> bool,
    look: &LineLook,
) -> Option<String> {
    let mut fidelity = Fidelity { runs: runs as u64, ..Default::default() };
    let (mut with_points, mut unplaced, mut groups, mut any) = (BTreeSet::new(), 0, 0, false);
    for frame in frames {
        any = true;
        unplaced += frame.unplaced;
        groups = groups.max(frame.groups.len());
        for group in &frame.groups {
            fidelity.held += group.held;
            fidelity.non_finite += group.non_finite;
            with_points.extend(group.runs.iter().copied());
        }
        for (run, series) in frame.series.iter().filter(|(run, _)| is_drawn(run)) {
            if frame.groups.is_empty() {
                fidelity.held += series.held;
                fidelity.non_finite += series.non_finite;
            }
            fidelity.shown += series.points.len() as u64;
            if series.held > 0 {
                with_points.insert(*run);
            }
        }
    }
    fidelity.with_points = with_points.len() as u64;
    let mut text = if groups > 0 {
        let points = counted(fidelity.held, "point", "points");
        let runs = counted(fidelity.with_points, "run", "runs");
        let mut text = format!("{points} of {runs} in {}", counted(groups as u64, "group", "groups"));
        if fidelity.non_finite > 0 {
            text += &format!(", {} non-finite left out", count_text(fidelity.non_finite));
        }
        text
    } else {
        // Thinning may keep the point on each side of a range, which the range does not hold.
        fidelity.shown = fidelity.shown.min(fidelity.held);
        fidelity.sentence()
    };
    if look.x == XAxis::Metric {
        text += &format!("; each at the nearest step of {}", look.x_metric);
    }
    if unplaced > 0 {
        text += &format!("; {} have no place along x", count_text(unplaced));
    }
    any.then_some(text)
}
