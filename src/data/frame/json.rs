//! A frame as JSON, for people and scripts.

use super::{Frame, FrameGroup, FrameSeries};
use crate::series::{JsonNumber, Points};
use serde_json::{Value, json};

/// A frame as JSON: the same answer with `Accept: application/json`.
pub fn to_json(frame: &Frame) -> Value {
    json!({
        "version": frame.version,
        "runs": frame.runs,
        "x": frame.x,
        "x_unit": frame.x_unit,
        "buckets": frame.buckets,
        "keep": frame.keep,
        "held": frame.held(),
        "shown": frame.shown(),
        "non_finite": frame.non_finite(),
        "series": frame.series.iter().map(series).collect::<Vec<_>>(),
        "groups": frame.groups.iter().map(group).collect::<Vec<_>>(),
    })
}

fn series(series: &FrameSeries) -> Value {
    json!({
        "run_id": series.run_id,
        "held": series.held,
        "non_finite": series.non_finite,
        "unplaced": series.unplaced,
        "min": JsonNumber(series.min),
        "max": JsonNumber(series.max),
        "points": points(&series.points),
        "smoothed": series.smoothed.as_ref().map(points),
    })
}

fn group(group: &FrameGroup) -> Value {
    json!({
        "key": group.key,
        "runs": group.runs,
        "held": group.held,
        "non_finite": group.non_finite,
        "unplaced": group.unplaced,
        "min": JsonNumber(group.min),
        "max": JsonNumber(group.max),
        "line": {
            "x": group.line.x,
            "center": numbers(&group.line.center),
            "low": numbers(&group.line.low),
            "high": numbers(&group.line.high),
            "n": group.line.n,
        },
    })
}

fn points(points: &Points) -> Value {
    json!({ "x": points.x, "y": numbers(&points.y) })
}

fn numbers(values: &[f64]) -> Vec<JsonNumber> {
    values.iter().map(|&y| JsonNumber(y)).collect()
}
