//! A frame as bytes.
//!
//! Little-endian, version 2. A header: the four bytes `TLF2`, then as [LEB128] varints the version of the
//! store, the number of runs in the run set, and the numbers of series and of groups; then x kind, keep kind,
//! bucket (zigzag varints) and the x unit (`f64`).
//!
//! Each series: its run id (16 bytes), varints for held, non-finite and unplaced, min and max (`f64`), the
//! points, and a byte that says whether smoothed points follow, and those. Points: xs and a column of y. Xs: a
//! count, the first x as a zigzag varint, and each further x as its distance in a varint.
//!
//! Each group: its key (a count, and for each value a byte: 0 for nothing, 1 for a text, which is
//! a length and UTF-8, 2 for an `f64`), its run ids (a count and 16 bytes each), the same five numbers as a series, xs, a byte that says whether it has a
//! band, a column of the center, columns of low and high if so, and the number of runs at each x as a varint.
//!
//! A column is a byte that says how wide its numbers are (4 or 8 bytes) and the numbers as byte planes (all first
//! bytes, then all second bytes …), because neighbouring values share their high bytes and a general
//! compressor then finds them. It is `f32` when every value survives that, else `f64`, so nothing is rounded. An
//! empty column is nothing at all.
//!
//! [LEB128]: https://en.wikipedia.org/wiki/LEB128

use super::{Frame, FrameGroup, FrameSeries, XAxis};
use crate::{
    group::GroupLine,
    groups::GroupValue,
    run::RunId,
    series::Points,
    thin::{Buckets, Keep},
};

const MAGIC: &[u8; 3] = b"TLF";
const VERSION: u8 = b'2';

/// Why bytes are no frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// They do not begin as a frame does.
    #[error("these bytes are no frame")]
    NotAFrame,
    /// Another program wrote them.
    #[error("this frame has version {0:?}, and this program reads version 2: load the page anew")]
    Version(char),
    /// They end too early, or hold a count or kind that cannot be.
    #[error("the frame is damaged at byte {0}")]
    Damaged(usize),
}

/// The binary form of `frame`.
pub fn encode(frame: &Frame) -> Vec<u8> {
    let of_series: usize = frame.series.iter().map(|s| 64 + s.points.len() * 6).sum();
    let of_groups: usize = frame.groups.iter().map(|g| 128 + g.runs.len() * 16 + g.line.x.len() * 33).sum();
    let mut out = Vec::with_capacity(64 + of_series + of_groups);
    out.extend_from_slice(MAGIC);
    out.push(VERSION);
    put_varint(&mut out, frame.version);
    put_varint(&mut out, frame.runs);
    put_varint(&mut out, frame.series.len() as u64);
    put_varint(&mut out, frame.groups.len() as u64);
    out.push(match frame.x {
        XAxis::Step => 0,
        XAxis::RelativeTime => 1,
        XAxis::WallTime => 2,
        XAxis::ActiveTime => 3,
        XAxis::Metric => 4,
    });
    out.push(match frame.keep {
        Keep::All => 0,
        Keep::FirstMinMaxLast => 1,
        Keep::MinMax => 2,
    });
    put_varint(&mut out, zigzag(frame.buckets.origin));
    put_varint(&mut out, zigzag(frame.buckets.width));
    out.extend_from_slice(&frame.x_unit.to_le_bytes());
    frame.series.iter().for_each(|series| put_series(&mut out, series));
    frame.groups.iter().for_each(|group| put_group(&mut out, group));
    out
}

/// The frame that `bytes` hold, whole or not at all.
pub fn decode(bytes: &[u8]) -> Result<Frame, FrameError> {
    let mut from = Reader { bytes, at: 0 };
    if from.take(3).map_err(|_| FrameError::NotAFrame)? != MAGIC {
        return Err(FrameError::NotAFrame);
    }
    match from.byte().map_err(|_| FrameError::NotAFrame)? {
        VERSION => {}
        other => return Err(FrameError::Version(char::from(other))),
    }
    let version = from.varint()?;
    let runs = from.varint()?;
    let series = from.count(LEAST_SERIES)?;
    let groups = from.count(LEAST_GROUP)?;
    let x = match from.byte()? {
        0 => XAxis::Step,
        1 => XAxis::RelativeTime,
        2 => XAxis::WallTime,
        3 => XAxis::ActiveTime,
        4 => XAxis::Metric,
        _ => return Err(from.damaged()),
    };
    let keep = match from.byte()? {
        0 => Keep::All,
        1 => Keep::FirstMinMaxLast,
        2 => Keep::MinMax,
        _ => return Err(from.damaged()),
    };
    let buckets = Buckets { origin: unzigzag(from.varint()?), width: unzigzag(from.varint()?) };
    let x_unit = from.f64()?;
    if buckets.width < 1 || !(x_unit.is_finite() && x_unit > 0.0) {
        return Err(from.damaged());
    }
    let series = (0..series).map(|_| from.series()).collect::<Result<_, _>>()?;
    let groups = (0..groups).map(|_| from.group()).collect::<Result<_, _>>()?;
    if from.at != bytes.len() {
        return Err(from.damaged());
    }
    Ok(Frame { version, runs, x, x_unit, buckets, keep, series, groups })
}

/// How few bytes a series can be.
const LEAST_SERIES: usize = 37;
/// How few bytes a group can be.
const LEAST_GROUP: usize = 23;

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

fn put_series(out: &mut Vec<u8>, series: &FrameSeries) {
    out.extend_from_slice(&series.run_id.0.to_le_bytes());
    put_counts(out, [series.held, series.non_finite, series.unplaced], [series.min, series.max]);
    put_points(out, &series.points);
    out.push(u8::from(series.smoothed.is_some()));
    if let Some(points) = &series.smoothed {
        put_points(out, points);
    }
}

fn put_group(out: &mut Vec<u8>, group: &FrameGroup) {
    put_varint(out, group.key.len() as u64);
    for value in &group.key {
        match value {
            GroupValue::Missing => out.push(0),
            GroupValue::Text(text) => {
                out.push(1);
                put_varint(out, text.len() as u64);
                out.extend_from_slice(text.as_bytes());
            }
            GroupValue::Number(y) => {
                out.push(2);
                out.extend_from_slice(&y.to_le_bytes());
            }
        }
    }
    put_varint(out, group.runs.len() as u64);
    group.runs.iter().for_each(|run| out.extend_from_slice(&run.0.to_le_bytes()));
    put_counts(out, [group.held, group.non_finite, group.unplaced], [group.min, group.max]);
    let GroupLine { x, center, low, high, n } = &group.line;
    let band = !low.is_empty();
    let banded = if band { x.len() } else { 0 };
    let lengths = [center.len(), n.len(), low.len(), high.len()];
    assert_eq!(lengths, [x.len(), x.len(), banded, banded], "a place along x has one of each");
    put_xs(out, x);
    out.push(u8::from(band));
    [center, low, high].into_iter().for_each(|column| put_column(out, column));
    n.iter().for_each(|&n| put_varint(out, u64::from(n)));
}

fn put_counts(out: &mut Vec<u8>, counts: [u64; 3], range: [f64; 2]) {
    counts.into_iter().for_each(|count| put_varint(out, count));
    range.into_iter().for_each(|end| out.extend_from_slice(&end.to_le_bytes()));
}

fn put_points(out: &mut Vec<u8>, points: &Points) {
    assert_eq!(points.x.len(), points.y.len(), "a point has an x and a y");
    put_xs(out, &points.x);
    put_column(out, &points.y);
}

fn put_xs(out: &mut Vec<u8>, x: &[i64]) {
    put_varint(out, x.len() as u64);
    let Some(&first) = x.first() else { return };
    put_varint(out, zigzag(first));
    for pair in x.windows(2) {
        put_varint(out, pair[1].wrapping_sub(pair[0]) as u64);
    }
}

fn put_column(out: &mut Vec<u8>, column: &[f64]) {
    if column.is_empty() {
        return;
    }
    if column.iter().all(|&y| fits_f32(y)) {
        out.push(4);
        put_planes(out, column.len(), 4, |i, byte| (column[i] as f32).to_le_bytes()[byte]);
    } else {
        out.push(8);
        put_planes(out, column.len(), 8, |i, byte| column[i].to_le_bytes()[byte]);
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

    fn f64(&mut self) -> Result<f64, FrameError> {
        Ok(f64::from_le_bytes(self.array()?))
    }

    fn run_id(&mut self) -> Result<RunId, FrameError> {
        Ok(RunId(u128::from_le_bytes(self.array()?)))
    }

    fn series(&mut self) -> Result<FrameSeries, FrameError> {
        let run_id = self.run_id()?;
        let (held, non_finite, unplaced) = (self.varint()?, self.varint()?, self.varint()?);
        let (min, max) = (self.f64()?, self.f64()?);
        let points = self.points()?;
        let smoothed = match self.byte()? {
            0 => None,
            1 => Some(self.points()?),
            _ => return Err(self.damaged()),
        };
        Ok(FrameSeries { run_id, held, non_finite, unplaced, min, max, points, smoothed })
    }

    fn group(&mut self) -> Result<FrameGroup, FrameError> {
        let keys = self.count(1)?;
        let key = (0..keys).map(|_| self.group_value()).collect::<Result<_, _>>()?;
        let members = self.count(16)?;
        let runs = (0..members).map(|_| self.run_id()).collect::<Result<_, _>>()?;
        let (held, non_finite, unplaced) = (self.varint()?, self.varint()?, self.varint()?);
        let (min, max) = (self.f64()?, self.f64()?);
        let x = self.xs()?;
        let places = x.len();
        let banded = match self.byte()? {
            0 => 0,
            1 => places,
            _ => return Err(self.damaged()),
        };
        let (center, low, high) = (self.column(places)?, self.column(banded)?, self.column(banded)?);
        let n = (0..places)
            .map(|_| u32::try_from(self.varint()?).map_err(|_| self.damaged()))
            .collect::<Result<_, FrameError>>()?;
        let line = GroupLine { x, center, low, high, n };
        Ok(FrameGroup { key, runs, held, non_finite, unplaced, min, max, line })
    }

    fn group_value(&mut self) -> Result<GroupValue, FrameError> {
        match self.byte()? {
            0 => Ok(GroupValue::Missing),
            1 => {
                let length = self.count(1)?;
                let text = String::from_utf8(self.take(length)?.to_vec()).map_err(|_| self.damaged())?;
                Ok(GroupValue::Text(text))
            }
            2 => Ok(GroupValue::Number(self.f64()?)),
            _ => Err(self.damaged()),
        }
    }

    fn points(&mut self) -> Result<Points, FrameError> {
        let x = self.xs()?;
        let y = self.column(x.len())?;
        Ok(Points { x, y })
    }

    /// A count of x, and those: each has a value of four bytes at least.
    fn xs(&mut self) -> Result<Vec<i64>, FrameError> {
        let n = self.count(5)?;
        if n == 0 {
            return Ok(Vec::new());
        }
        let mut x = Vec::with_capacity(n);
        let mut at = unzigzag(self.varint()?);
        x.push(at);
        for _ in 1..n {
            at = at.wrapping_add(self.varint()? as i64);
            x.push(at);
        }
        Ok(x)
    }

    /// A column of `n` numbers.
    fn column(&mut self, n: usize) -> Result<Vec<f64>, FrameError> {
        if n == 0 {
            return Ok(Vec::new());
        }
        match self.byte()? {
            4 => {
                let planes = self.take(n.checked_mul(4).ok_or(self.damaged())?)?;
                let value = |i: usize| f32::from_le_bytes(std::array::from_fn(|byte| planes[byte * n + i]));
                Ok((0..n).map(|i| f64::from(value(i))).collect())
            }
            8 => {
                let planes = self.take(n.checked_mul(8).ok_or(self.damaged())?)?;
                Ok((0..n).map(|i| f64::from_le_bytes(std::array::from_fn(|byte| planes[byte * n + i]))).collect())
            }
            _ => Err(self.damaged()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame_of(series: Vec<FrameSeries>, groups: Vec<FrameGroup>) -> Frame {
        Frame {
            version: 7,
            runs: 9,
            x: XAxis::Metric,
            x_unit: 0.125,
            buckets: Buckets { origin: -3, width: 12 },
            keep: Keep::MinMax,
            series,
            groups,
        }
    }

    fn series(points: Points, smoothed: Option<Points>) -> FrameSeries {
        let (held, non_finite, unplaced) = (1 << 40, 2, 3);
        FrameSeries { run_id: RunId(3), held, non_finite, unplaced, min: -1.5, max: 1e308, points, smoothed }
    }

    fn group(line: GroupLine, key: Vec<GroupValue>) -> FrameGroup {
        let runs = vec![RunId(1), RunId(u128::MAX)];
        FrameGroup { key, runs, held: 1 << 50, non_finite: 4, unplaced: 0, min: -1.5, max: 1e308, line }
    }

    /// With every NaN the same, so that frames can be compared.
    fn canonical(mut frame: Frame) -> Frame {
        let mend = |column: &mut Vec<f64>| {
            column.iter_mut().filter(|y| y.is_nan()).for_each(|y| *y = -4e44);
        };
        for series in &mut frame.series {
            mend(&mut series.points.y);
            series.smoothed.iter_mut().for_each(|points| mend(&mut points.y));
        }
        for FrameGroup { line, .. } in &mut frame.groups {
            [&mut line.center, &mut line.low, &mut line.high].into_iter().for_each(mend);
        }
        frame
    }

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<f64>(),
            any::<f32>().prop_map(f64::from),
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY)
        ]
    }

    fn points() -> impl Strategy<Value = Points> {
        prop::collection::btree_map(any::<i64>(), value(), 0..40)
            .prop_map(|by_x| Points { x: by_x.keys().copied().collect(), y: by_x.values().copied().collect() })
    }

    fn groups() -> impl Strategy<Value = FrameGroup> {
        let rows = prop::collection::vec((any::<i64>(), value(), value(), value(), any::<u32>()), 0..40);
        let key = prop_oneof![
            Just(GroupValue::Missing),
            "[a-zü]{0,5}".prop_map(GroupValue::Text),
            value().prop_map(GroupValue::Number)
        ];
        let key = prop::collection::vec(key, 0..4);
        (rows, key, any::<bool>()).prop_map(|(rows, key, band)| {
            let mut line = GroupLine::default();
            for (x, center, low, high, n) in rows {
                line.x.push(x);
                line.center.push(center);
                line.n.push(n);
                if band {
                    line.low.push(low);
                    line.high.push(high);
                }
            }
            group(line, key)
        })
    }

    proptest! {
        #[test]
        fn a_frame_comes_back_as_it_was(a in points(), b in points(), c in points(), g in groups(), h in groups()) {
            let frame = frame_of(vec![series(a, None), series(b, Some(c))], vec![g, h]);
            let back = decode(&encode(&frame)).expect("its own form");
            prop_assert_eq!(canonical(back), canonical(frame));
        }

        #[test]
        fn damaged_bytes_are_an_error_and_never_a_panic(a in points(), g in groups(), at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
            let mut bytes = encode(&frame_of(vec![series(a, None)], vec![g]));
            prop_assert!(decode(&bytes[..cut.index(bytes.len())]).is_err());
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = decode(&bytes);
        }

        #[test]
        fn any_bytes_are_an_error_or_a_frame(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&[&MAGIC[..], &[VERSION], &bytes[..]].concat());
        }
    }

    #[test]
    fn a_frame_without_anything_is_as_small_as_counts_say() {
        let empty = |series, groups| encode(&frame_of(series, groups)).len();
        let nothing = FrameGroup { runs: Vec::new(), held: 0, ..group(GroupLine::default(), Vec::new()) };
        let none = empty(Vec::new(), Vec::new());
        assert_eq!(empty(Vec::new(), vec![nothing]) - none, LEAST_GROUP);
        assert_eq!(
            empty(vec![FrameSeries { held: 0, ..series(Points::default(), None) }], Vec::new()) - none,
            LEAST_SERIES
        );
    }

    #[test]
    fn frames_of_other_versions_are_refused_by_name() {
        let mut bytes = encode(&frame_of(Vec::new(), Vec::new()));
        bytes[3] = b'1';
        assert_eq!(decode(&bytes), Err(FrameError::Version('1')));
        for bytes in [&b""[..], b"TLF", b"PNG\r"] {
            assert_eq!(decode(bytes), Err(FrameError::NotAFrame));
        }
    }
}
