//! A frame as JSON, for people and scripts.

use super::{Buckets, Frame, FrameGroup, FrameSeries, Keep, XAxis};
use crate::{
    groups::GroupValue,
    run::RunId,
    series::{JsonNumber, Points},
};
use serde::{Serialize, Serializer};

/// A frame as JSON, the same answer with `Accept: application/json`. It is written as it goes: a frame may hold a
/// million points.
pub fn to_json(frame: &Frame) -> impl Serialize {
    Json {
        version: frame.version,
        runs: frame.runs,
        x: frame.x,
        x_unit: frame.x_unit,
        buckets: frame.buckets,
        keep: frame.keep,
        held: frame.held(),
        shown: frame.shown(),
        non_finite: frame.non_finite(),
        series: frame.series.iter().map(series).collect(),
        groups: frame.groups.iter().map(group).collect(),
    }
}

#[derive(Serialize)]
struct Json<'a> {
    version: u64,
    runs: u64,
    x: XAxis,
    x_unit: f64,
    buckets: Buckets,
    keep: Keep,
    held: u64,
    shown: u64,
    non_finite: u64,
    series: Vec<Series<'a>>,
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Series<'a> {
    run_id: RunId,
    held: u64,
    non_finite: u64,
    unplaced: u64,
    min: JsonNumber,
    max: JsonNumber,
    points: Xy<'a>,
    smoothed: Option<Xy<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    key: &'a [GroupValue],
    runs: &'a [RunId],
    held: u64,
    non_finite: u64,
    unplaced: u64,
    min: JsonNumber,
    max: JsonNumber,
    line: Line<'a>,
}

#[derive(Serialize)]
struct Xy<'a> {
    x: &'a [i64],
    y: Numbers<'a>,
}

#[derive(Serialize)]
struct Line<'a> {
    x: &'a [i64],
    center: Numbers<'a>,
    low: Numbers<'a>,
    high: Numbers<'a>,
    n: &'a [u32],
}

/// Values of which some may be NaN or infinite.
struct Numbers<'a>(&'a [f64]);

impl Serialize for Numbers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|&y| JsonNumber(y)))
    }
}

fn series(series: &FrameSeries) -> Series<'_> {
    Series {
        run_id: series.run_id,
        held: series.held,
        non_finite: series.non_finite,
        unplaced: series.unplaced,
        min: JsonNumber(series.min),
        max: JsonNumber(series.max),
        points: xy(&series.points),
        smoothed: series.smoothed.as_ref().map(xy),
    }
}

fn group(group: &FrameGroup) -> Group<'_> {
    let line = &group.line;
    Group {
        key: &group.key,
        runs: &group.runs,
        held: group.held,
        non_finite: group.non_finite,
        unplaced: group.unplaced,
        min: JsonNumber(group.min),
        max: JsonNumber(group.max),
        line: Line {
            x: &line.x,
            center: Numbers(&line.center),
            low: Numbers(&line.low),
            high: Numbers(&line.high),
            n: &line.n,
        },
    }
}

fn xy(points: &Points) -> Xy<'_> {
    Xy { x: &points.x, y: Numbers(&points.y) }
}
