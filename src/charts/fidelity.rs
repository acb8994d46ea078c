//! What a frame leaves out, in a sentence.

use crate::format::{count_text, counted};
use data::frame::Frame;

/// How much of the data a picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Fidelity {
    /// Points held by the series drawn.
    pub held: u64,
    /// Points drawn.
    pub shown: u64,
    /// NaN and infinite points held.
    pub non_finite: u64,
    /// Runs that the picture is about.
    pub runs: u64,
    /// Runs of those that have points.
    pub with_points: u64,
}

impl Fidelity {
    /// The fidelity of all that `frame` holds.
    pub fn of(frame: &Frame) -> Fidelity {
        let with_points = frame.series.iter().filter(|s| s.held > 0).count() as u64;
        let (held, shown, non_finite) = (frame.held(), frame.shown(), frame.non_finite());
        Fidelity { held, shown, non_finite, runs: frame.runs, with_points }
    }

    /// It in words: `12,480 of 1,204,331 points, every extreme kept`.
    pub fn sentence(&self) -> String {
        let mut text = match self.held {
            0 => "no points".to_owned(),
            1 => "the only point".to_owned(),
            held if self.shown >= held => format!("all {} points", count_text(held)),
            held => format!("{} of {} points, every extreme kept", count_text(self.shown), count_text(held)),
        };
        if self.non_finite > 0 {
            text += &format!(", {} non-finite", count_text(self.non_finite));
        }
        let without = self.runs.saturating_sub(self.with_points);
        if without > 0 {
            text += &format!("; {} of {} never logged this", count_text(without), counted(self.runs, "run", "runs"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{
        frame::{FrameSeries, XAxis},
        run::RunId,
        series::Points,
        thin::{Buckets, Keep},
    };

    fn series(held: u64, shown: usize, non_finite: u64) -> FrameSeries {
        let points = Points { x: (0..shown as i64).collect(), y: vec![0.0; shown] };
        FrameSeries { run_id: RunId(1), held, non_finite, unplaced: 0, min: 0.0, max: 0.0, points, smoothed: None }
    }

    #[test]
    fn what_is_left_out_is_said() {
        for (series, runs, expected) in [
            (vec![], 0, "no points"),
            (vec![], 3, "no points; 3 of 3 runs never logged this"),
            (vec![series(1, 1, 0)], 1, "the only point"),
            (vec![series(12480, 12480, 0)], 1, "all 12,480 points"),
            (vec![series(1_204_331, 4, 17)], 1, "4 of 1,204,331 points, every extreme kept, 17 non-finite"),
            (vec![series(2, 2, 0), series(2, 2, 2)], 5, "all 4 points, 2 non-finite; 3 of 5 runs never logged this"),
        ] {
            let buckets = Buckets { origin: 0, width: 1 };
            let frame = Frame {
                version: 1,
                runs,
                x: XAxis::Step,
                x_unit: 1.0,
                buckets,
                keep: Keep::MinMax,
                series,
                groups: Vec::new(),
            };
            assert_eq!(Fidelity::of(&frame).sentence(), expected);
        }
    }
}
