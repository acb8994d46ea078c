//! What a frame leaves out, in a sentence.

use crate::format::{count_text, counted};
use data::{frame::Frame, thin::Keep};

/// How much of the data a picture of `frame` shows: `12,480 of 1,204,331 points, every extreme kept`.
pub fn fidelity(frame: &Frame) -> String {
    let (held, shown) = (frame.held(), frame.shown());
    let mut text = match (frame.keep, held) {
        (_, 0) => "no points".to_owned(),
        (_, 1) => "the only point".to_owned(),
        _ if shown >= held => format!("all {} points", count_text(held)),
        (Keep::FirstMinMaxLast | Keep::MinMax, _) => {
            format!("{} of {} points, every extreme kept", count_text(shown), count_text(held))
        }
        (Keep::All, _) => format!("{} of {} points", count_text(shown), count_text(held)),
    };
    let non_finite = frame.non_finite();
    if non_finite > 0 {
        text += &format!(", {} non-finite", count_text(non_finite));
    }
    let with_points = frame.series.iter().filter(|s| s.held > 0).count() as u64;
    let without = frame.runs.saturating_sub(with_points);
    if without > 0 {
        text += &format!("; {} of {} never logged this", count_text(without), counted(frame.runs, "run", "runs"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{
        frame::{FrameSeries, XAxis},
        run::RunId,
        series::Points,
        thin::Buckets,
    };

    fn series(held: u64, shown: usize, non_finite: u64) -> FrameSeries {
        let points = Points { x: (0..shown as i64).collect(), y: vec![0.0; shown] };
        FrameSeries { run_id: RunId(1), held, non_finite, min: 0.0, max: 0.0, points, smoothed: None }
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
            let frame = Frame { version: 1, runs, x: XAxis::Step, buckets, keep: Keep::MinMax, series };
            assert_eq!(fidelity(&frame), expected);
        }
    }
}
