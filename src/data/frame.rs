//! What a panel asks for and gets: the [`Frame`], in one binary form at both ends.
//!
//! # The binary form
//! Little-endian, version 1. A header: the four bytes `TLF1`, then as [LEB128] varints the version of
//! the store, the number of runs in the run set, and the number of series; then x kind, keep kind and
//! bucket (zigzag varints). Each series: its run id (16 bytes), varints for held and non-finite, min
//! and max (`f64`), the points, and a byte that says whether smoothed points follow, and those. Points:
//! a count, the kind of y (4 or 8 bytes wide), the first x as a zigzag varint, each further x as its
//! distance in a varint, and the y values as byte planes (all first bytes, then all second bytes …),
//! because neighbouring values share their high bytes and a general compressor then finds them.
//! `f32` is used for a y column when every value survives it, else `f64`, so nothing is rounded.
//!
//! [LEB128]: https://en.wikipedia.org/wiki/LEB128

use crate::{
    column::Column,
    groups::GroupValue,
    run::RunId,
    series::{JsonNumber, Points},
    thin::{Buckets, Keep},
};
use serde::{Deserialize, Serialize};

/// What runs along x.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum XAxis {
    /// The run's own count; x counts steps.
    #[default]
    Step,
    /// Time since the run started; x counts milliseconds.
    RelativeTime,
    /// When it was logged; x counts milliseconds since 1970 UTC.
    WallTime,
}

/// Which runs a panel shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunSet {
    /// Experiment ids.
    pub experiments: Vec<String>,
    /// A filter in the search language of [`crate::query`]; empty for all.
    pub filter: String,
    /// Only these runs, if given, in any order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runs: Option<Vec<RunId>>,
    /// Only runs that have exactly this in these columns: the runs of a group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<(Column, GroupValue)>,
    /// Looks in the trash, and nowhere else. Runs that are named are found there in any case.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trash: bool,
}

/// `POST /api/frames`: the one question that a panel asks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct FrameRequest {
    /// The runs.
    pub run_set: RunSet,
    /// The metric's full name.
    pub metric: String,
    /// What runs along x.
    pub x: XAxis,
    /// Both ends of the x range, both inside it; `None` for all there is. Points just outside, one
    /// on each side, are answered too, so that lines run on to the edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range: Option<[i64; 2]>,
    /// How many CSS pixels wide the panel's plot is; the server answers about this many buckets, or
    /// fewer when there are many runs.
    pub width_px: u32,
    /// The buckets to use instead, for growth that must fit an older frame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buckets: Option<(Buckets, Keep)>,
    /// Answer only points at or after this x, for growth that is joined to an older frame. Counts, min
    /// and max still speak of the whole range.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// EMA weight in `0..1` for a smoothed copy of each series, computed over every raw point.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub smoothing: Option<f64>,
}

/// One run's series in a frame.
#[derive(Debug, Clone, PartialEq)]
pub struct FrameSeries {
    /// The run.
    pub run_id: RunId,
    /// How many points the run holds in the range.
    pub held: u64,
    /// How many of those are NaN or infinite.
    pub non_finite: u64,
    /// The smallest finite value in the range, NaN if none.
    pub min: f64,
    /// The largest finite value in the range, NaN if none.
    pub max: f64,
    /// The points to draw.
    pub points: Points,
    /// The smoothed points to draw, if smoothing was asked for.
    pub smoothed: Option<Points>,
}

/// What one panel needs to be drawn at one width.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// The version of the store that this frame shows.
    pub version: u64,
    /// How many runs the run set has, with or without this metric.
    pub runs: u64,
    /// What runs along x.
    pub x: XAxis,
    /// How points were thinned.
    pub buckets: Buckets,
    /// What each bucket kept.
    pub keep: Keep,
    /// One for each run that has points, in order of run id.
    pub series: Vec<FrameSeries>,
}

impl Frame {
    /// Points held in the range by all series.
    pub fn held(&self) -> u64 {
        self.series.iter().map(|s| s.held).sum()
    }

    /// Points in this frame.
    pub fn shown(&self) -> u64 {
        self.series.iter().map(|s| s.points.len() as u64).sum()
    }

    /// NaN and infinite points held in the range.
    pub fn non_finite(&self) -> u64 {
        self.series.iter().map(|s| s.non_finite).sum()
    }
}

const MAGIC: &[u8; 4] = b"TLF1";

/// Why bytes are no frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// They do not begin as a frame does.
    #[error("these bytes are not a version 1 frame")]
    NotAFrame,
    /// They end too early, or hold a count or kind that cannot be.
    #[error("the frame is damaged at byte {0}")]
    Damaged(usize),
}

/// The binary form of `frame`.
pub fn encode(frame: &Frame) -> Vec<u8> {
    let mut out = Vec::with_capacity(64 + frame.series.iter().map(|s| 64 + s.points.len() * 6).sum::<usize>());
    out.extend_from_slice(MAGIC);
    put_varint(&mut out, frame.version);
    put_varint(&mut out, frame.runs);
    put_varint(&mut out, frame.series.len() as u64);
    out.push(match frame.x {
        XAxis::Step => 0,
        XAxis::RelativeTime => 1,
        XAxis::WallTime => 2,
    });
    out.push(match frame.keep {
        Keep::All => 0,
        Keep::FirstMinMaxLast => 1,
        Keep::MinMax => 2,
    });
    put_varint(&mut out, zigzag(frame.buckets.origin));
    put_varint(&mut out, zigzag(frame.buckets.width));
    for series in &frame.series {
        out.extend_from_slice(&series.run_id.0.to_le_bytes());
        put_varint(&mut out, series.held);
        put_varint(&mut out, series.non_finite);
        out.extend_from_slice(&series.min.to_le_bytes());
        out.extend_from_slice(&series.max.to_le_bytes());
        put_points(&mut out, &series.points);
        out.push(u8::from(series.smoothed.is_some()));
        if let Some(points) = &series.smoothed {
            put_points(&mut out, points);
        }
    }
    out
}

/// The frame that `bytes` hold, whole or not at all.
pub fn decode(bytes: &[u8]) -> Result<Frame, FrameError> {
    let mut from = Reader { bytes, at: 0 };
    if from.take(4).map_err(|_| FrameError::NotAFrame)? != MAGIC {
        return Err(FrameError::NotAFrame);
    }
    let version = from.varint()?;
    let runs = from.varint()?;
    let series_count = from.count(30)?;
    let x = match from.byte()? {
        0 => XAxis::Step,
        1 => XAxis::RelativeTime,
        2 => XAxis::WallTime,
        _ => return Err(from.damaged()),
    };
    let keep = match from.byte()? {
        0 => Keep::All,
        1 => Keep::FirstMinMaxLast,
        2 => Keep::MinMax,
        _ => return Err(from.damaged()),
    };
    let buckets = Buckets { origin: unzigzag(from.varint()?), width: unzigzag(from.varint()?) };
    if buckets.width < 1 {
        return Err(from.damaged());
    }
    let mut series = Vec::with_capacity(series_count);
    for _ in 0..series_count {
        let run_id = RunId(u128::from_le_bytes(from.array()?));
        let (held, non_finite) = (from.varint()?, from.varint()?);
        let (min, max) = (f64::from_le_bytes(from.array()?), f64::from_le_bytes(from.array()?));
        let points = from.points()?;
        let smoothed = match from.byte()? {
            0 => None,
            1 => Some(from.points()?),
            _ => return Err(from.damaged()),
        };
        series.push(FrameSeries { run_id, held, non_finite, min, max, points, smoothed });
    }
    if from.at != bytes.len() {
        return Err(from.damaged());
    }
    Ok(Frame { version, runs, x, buckets, keep, series })
}

fn zigzag(v: i64) -> u64 {
    ((v << 1) ^ (v >> 63)) as u64
}

fn unzigzag(v: u64) -> i64 {
    (v >> 1) as i64 ^ -((v & 1) as i64)
}

fn put_varint(out: &mut Vec<u8>, mut v: u64) {
    while v >= 0x80 {
        out.push(v as u8 | 0x80);
        v >>= 7;
    }
    out.push(v as u8);
}

/// Whether `y` keeps its value, and a NaN its being one, as `f32`.
fn fits_f32(y: f64) -> bool {
    y.is_nan() || f64::from(y as f32) == y
}

fn put_points(out: &mut Vec<u8>, points: &Points) {
    assert_eq!(points.x.len(), points.y.len(), "a point has an x and a y");
    put_varint(out, points.len() as u64);
    let Some(&first) = points.x.first() else { return };
    put_varint(out, zigzag(first));
    for pair in points.x.windows(2) {
        put_varint(out, pair[1].wrapping_sub(pair[0]) as u64);
    }
    if points.y.iter().all(|&y| fits_f32(y)) {
        out.push(4);
        put_planes(out, points.y.len(), 4, |i, byte| (points.y[i] as f32).to_le_bytes()[byte]);
    } else {
        out.push(8);
        put_planes(out, points.y.len(), 8, |i, byte| points.y[i].to_le_bytes()[byte]);
    }
}

fn put_planes(out: &mut Vec<u8>, n: usize, width: usize, byte_of: impl Fn(usize, usize) -> u8) {
    for byte in 0..width {
        out.extend((0..n).map(|i| byte_of(i, byte)));
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn damaged(&self) -> FrameError {
        FrameError::Damaged(self.at)
    }

    fn take(&mut self, n: usize) -> Result<&'a [u8], FrameError> {
        let end = self.at.checked_add(n).filter(|&end| end <= self.bytes.len()).ok_or(self.damaged())?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        Ok(self.take(N)?.try_into().expect("take gives N bytes"))
    }

    fn byte(&mut self) -> Result<u8, FrameError> {
        Ok(self.take(1)?[0])
    }

    fn varint(&mut self) -> Result<u64, FrameError> {
        let mut v = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            v |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(v);
            }
        }
        Err(self.damaged())
    }

    /// A count of things that take at least `each` bytes: never more than the rest can hold.
    fn count(&mut self, each: usize) -> Result<usize, FrameError> {
        let n = self.varint()?;
        let room = (self.bytes.len() - self.at) / each;
        usize::try_from(n).ok().filter(|&n| n <= room).ok_or(self.damaged())
    }

    fn points(&mut self) -> Result<Points, FrameError> {
        let n = self.count(5)?;
        if n == 0 {
            return Ok(Points::default());
        }
        let mut x = Vec::with_capacity(n);
        let mut at = unzigzag(self.varint()?);
        x.push(at);
        for _ in 1..n {
            at = at.wrapping_add(self.varint()? as i64);
            x.push(at);
        }
        let y = match self.byte()? {
            4 => {
                let planes = self.take(4 * n)?;
                (0..n).map(|i| f64::from(f32::from_le_bytes(std::array::from_fn(|b| planes[b * n + i])))).collect()
            }
            8 => {
                let planes = self.take(n.checked_mul(8).ok_or(self.damaged())?)?;
                (0..n).map(|i| f64::from_le_bytes(std::array::from_fn(|b| planes[b * n + i]))).collect()
            }
            _ => return Err(self.damaged()),
        };
        Ok(Points { x, y })
    }
}

/// A frame as JSON, for people: the same answer with `Accept: application/json`.
pub fn to_json(frame: &Frame) -> serde_json::Value {
    let points = |points: &Points| {
        serde_json::json!({
            "x": points.x,
            "y": points.y.iter().map(|&y| JsonNumber(y)).collect::<Vec<_>>(),
        })
    };
    serde_json::json!({
        "version": frame.version,
        "runs": frame.runs,
        "x": frame.x,
        "buckets": frame.buckets,
        "keep": frame.keep,
        "held": frame.held(),
        "shown": frame.shown(),
        "non_finite": frame.non_finite(),
        "series": frame.series.iter().map(|s| serde_json::json!({
            "run_id": s.run_id,
            "held": s.held,
            "non_finite": s.non_finite,
            "min": JsonNumber(s.min),
            "max": JsonNumber(s.max),
            "points": points(&s.points),
            "smoothed": s.smoothed.as_ref().map(points),
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame_of(series: Vec<FrameSeries>) -> Frame {
        Frame {
            version: 7,
            runs: 9,
            x: XAxis::RelativeTime,
            buckets: Buckets { origin: -3, width: 12 },
            keep: Keep::MinMax,
            series,
        }
    }

    fn series(points: Points, smoothed: Option<Points>) -> FrameSeries {
        FrameSeries { run_id: RunId(3), held: 1 << 40, non_finite: 2, min: -1.5, max: 1e308, points, smoothed }
    }

    fn bits(frame: &Frame) -> Vec<u64> {
        let ys = |p: &Points| p.y.iter().map(|y| if y.is_nan() { 1 } else { y.to_bits() }).collect::<Vec<_>>();
        frame
            .series
            .iter()
            .flat_map(|s| [ys(&s.points), s.smoothed.as_ref().map(ys).unwrap_or_default()].concat())
            .collect()
    }

    fn points() -> impl Strategy<Value = Points> {
        let y = prop_oneof![
            any::<f64>(),
            any::<f32>().prop_map(f64::from),
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY)
        ];
        prop::collection::btree_map(any::<i64>(), y, 0..40)
            .prop_map(|by_x| Points { x: by_x.keys().copied().collect(), y: by_x.values().copied().collect() })
    }

    proptest! {
        #[test]
        fn a_frame_comes_back_as_it_was(a in points(), b in points(), c in points()) {
            let frame = frame_of(vec![series(a, None), series(b, Some(c))]);
            let back = decode(&encode(&frame)).unwrap();
            prop_assert_eq!(bits(&back), bits(&frame));
            for (got, want) in back.series.iter().zip(&frame.series) {
                prop_assert_eq!(&got.points.x, &want.points.x);
                prop_assert_eq!((got.run_id, got.held, got.non_finite, got.max), (want.run_id, want.held, want.non_finite, want.max));
            }
            prop_assert_eq!((back.version, back.runs, back.x, back.buckets, back.keep), (7, 9, frame.x, frame.buckets, frame.keep));
        }

        #[test]
        fn damaged_bytes_are_an_error_and_never_a_panic(a in points(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
            let mut bytes = encode(&frame_of(vec![series(a, None)]));
            prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_err());
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = decode(&bytes);
        }

        #[test]
        fn any_bytes_are_an_error_or_a_frame(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&[MAGIC, &bytes[..]].concat());
        }
    }
}
