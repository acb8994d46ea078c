//! Parallel coordinates as a value: an axis a column, a line a run.
//!
//! An [`Axis`] says where each run lies on it as a share of its height, whatever the size of the
//! picture, so that all that follows only multiplies.
//!
//! - [`axis`]: how values spread along an axis, and brushes as parts of it
//! - `rank`: places by rank
//! - [`layout`]: where axes and their ticks lie
//! - [`density`]: lines as pixels in the browser, added and taken away one by one
//! - [`draw`]: everything on any plotters backend
//! - [`hit`]: which line lies under a pointer
//! - [`samples`]: charts to look at and to test with

pub mod axis;
pub mod density;
pub mod draw;
pub mod hit;
pub mod layout;
mod rank;
pub mod samples;

pub use axis::{Axis, Category, Spread};

use crate::{format::counted, theme::Rgb};
use data::{brush::Brushes, run::RunId};
use std::sync::Arc;

/// One run's line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ParallelLine {
    /// The run that it belongs to.
    pub run: RunId,
    /// Its colour.
    pub color: Rgb,
}

/// Parallel coordinates of many runs.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ParallelChart {
    /// From left to right. Each has a place for each line.
    pub axes: Vec<Arc<Axis>>,
    /// The runs, later ones above.
    pub lines: Vec<ParallelLine>,
    /// Whether lines are straight from axis to axis; else they leave and reach each axis level.
    pub straight: bool,
    /// The zone that times are written in, minutes east of UTC.
    pub utc_offset_minutes: i32,
}

impl ParallelChart {
    /// Which lines the brushes on these axes let through.
    pub fn through(&self, brushes: &Brushes) -> Vec<bool> {
        let mut through = vec![true; self.lines.len()];
        for axis in &self.axes {
            if let Some(brush) = brushes.get(&axis.column) {
                let lets = axis.lets(brush);
                through.iter_mut().zip(lets).for_each(|(all, this)| *all &= this);
            }
        }
        through
    }

    /// How much of the way up a line has come between two axes, `part` of the way across.
    pub fn rise(&self, part: f64) -> f64 {
        if self.straight { part } else { part * part * (3.0 - 2.0 * part) }
    }

    /// The chart in a sentence, for screen readers and tests; `through` of its lines pass the brushes.
    pub fn summary(&self, through: usize) -> String {
        if self.axes.is_empty() || self.lines.is_empty() {
            return "Parallel coordinates: no runs".to_owned();
        }
        let mut text = format!("Parallel coordinates of {}", counted(self.lines.len() as u64, "run", "runs"));
        text += &format!(" over {}: ", counted(self.axes.len() as u64, "axis", "axes"));
        text += &self.axes.iter().map(|axis| axis.column.label()).collect::<Vec<_>>().join(", ");
        if through < self.lines.len() {
            text += &format!(". {through} pass the brushes");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{brush::Brush, column::Column};

    #[test]
    fn a_summary_says_what_is_there() {
        let chart = samples::search(5, false);
        assert_eq!(
            chart.summary(5),
            "Parallel coordinates of 5 runs over 5 axes: lr, optimizer, dropout, depth, val/loss"
        );
        assert!(chart.summary(2).ends_with(". 2 pass the brushes"));
        assert_eq!(ParallelChart::default().summary(0), "Parallel coordinates: no runs");
    }

    #[test]
    fn a_line_must_pass_all_brushes() {
        let chart = samples::search(200, false);
        let optimizer = Brush { values: ["adam".to_owned()].into(), ..Brush::default() };
        let one = Brushes::from([(Column::Param("optimizer".into()), optimizer)]);
        let mut both = one.clone();
        both.insert(Column::Param("dropout".into()), Brush::over(0.0, 0.2));
        let count = |brushes: &Brushes| chart.through(brushes).iter().filter(|through| **through).count();
        assert_eq!(count(&Brushes::new()), 200);
        assert!(count(&both) < count(&one) && count(&both) > 0 && count(&one) < 200);
    }
}
