//! A chunk: up to 4,096 points of one series, compressed, with what it says of itself and thinner
//! levels above it.
//!
//! `points` is three columns: step, value, time. `levels` is, for each of [`LEVELS`], how many points
//! it keeps and three columns of those: of each block of that many neighbours the first, min, max and
//! last finite point and the ends of its non-finite stretches, each with its true step, time and value.
//! So every extreme of a block is in every level, and a wide view need not decode every point.

use super::{
    RawPoint,
    columns::{get_values, get_whole, put_values, put_whole, skip},
    varint::{get, put},
};
use crate::store::StoreError;
use data::thin::{Buckets, Keep, Thinner};

/// How many points a full chunk holds.
pub(super) const CHUNK: usize = 4096;
/// How many neighbours a block of each level stands for, the finest first.
pub(super) const LEVELS: [usize; 2] = [64, 1024];

/// What a chunk says of itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ChunkMeta {
    /// Its place among the chunks of its series: rises in arrival order.
    pub no: i64,
    /// How many points it holds.
    pub n: usize,
    /// Whether steps rise strictly.
    pub steps_rise: bool,
    /// Whether steps rise strictly and times never fall.
    pub times_rise: bool,
    pub step_min: i64,
    pub step_max: i64,
    pub time_min: i64,
    pub time_max: i64,
    /// The smallest finite value, NaN if none.
    pub value_min: f64,
    /// The largest finite value, NaN if none.
    pub value_max: f64,
    /// How many values are NaN or infinite.
    pub non_finite: u64,
}

impl ChunkMeta {
    /// What `points` say of themselves.
    pub(super) fn of(no: i64, points: &[RawPoint]) -> ChunkMeta {
        let mut meta = ChunkMeta {
            no,
            n: points.len(),
            steps_rise: true,
            times_rise: true,
            step_min: i64::MAX,
            step_max: i64::MIN,
            time_min: i64::MAX,
            time_max: i64::MIN,
            value_min: f64::NAN,
            value_max: f64::NAN,
            non_finite: 0,
        };
        for point in points {
            meta.steps_rise &= point.step > meta.step_max || meta.step_min > meta.step_max;
            meta.times_rise &= point.time_millis >= meta.time_max;
            meta.step_min = meta.step_min.min(point.step);
            meta.step_max = meta.step_max.max(point.step);
            meta.time_min = meta.time_min.min(point.time_millis);
            meta.time_max = meta.time_max.max(point.time_millis);
            if point.value.is_finite() {
                meta.value_min = meta.value_min.min(point.value);
                meta.value_max = meta.value_max.max(point.value);
            } else {
                meta.non_finite += 1;
            }
        }
        meta.times_rise &= meta.steps_rise;
        meta
    }
}

/// Points as columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Columns {
    pub steps: Vec<i64>,
    pub values: Vec<f64>,
    /// Empty where nobody asked for times.
    pub times: Vec<i64>,
}

/// The `points` blob of a chunk.
pub(super) fn encode_points(points: &[RawPoint]) -> Vec<u8> {
    let mut out = Vec::new();
    put_columns(&mut out, points);
    out
}

/// The columns of a `points` blob of `n` points.
pub(super) fn decode_points(blob: &[u8], n: usize, with_times: bool) -> Result<Columns, StoreError> {
    get_columns(&mut &blob[..], n, with_times).ok_or_else(damaged)
}

/// The `levels` blob of a chunk. Empty if the chunk is too short to be worth it.
pub(super) fn encode_levels(points: &[RawPoint]) -> Vec<u8> {
    let mut out = Vec::new();
    for block in LEVELS {
        if points.len() < 4 * block {
            break;
        }
        let mut thinner = Thinner::new(Buckets { origin: 0, width: block as i64 }, Keep::FirstMinMaxLast);
        for (at, point) in points.iter().enumerate() {
            thinner.push(at as i64, point.value);
        }
        let kept: Vec<RawPoint> = thinner.finish().points.x.iter().map(|&at| points[at as usize]).collect();
        put(&mut out, kept.len() as u64);
        put_columns(&mut out, &kept);
    }
    out
}

/// The columns of level `level` of a `levels` blob; `None` if the chunk does not have that level.
pub(super) fn decode_level(blob: &[u8], level: usize, with_times: bool) -> Result<Option<Columns>, StoreError> {
    let mut from = blob;
    for _ in 0..level {
        if from.is_empty() {
            return Ok(None);
        }
        get(&mut from).ok_or_else(damaged)?;
        (0..3).try_for_each(|_| skip(&mut from)).ok_or_else(damaged)?;
    }
    if from.is_empty() {
        return Ok(None);
    }
    let n = get(&mut from).and_then(|n| usize::try_from(n).ok()).filter(|&n| n <= CHUNK).ok_or_else(damaged)?;
    get_columns(&mut from, n, with_times).ok_or_else(damaged).map(Some)
}

fn put_columns(out: &mut Vec<u8>, points: &[RawPoint]) {
    let mut whole: Vec<i64> = points.iter().map(|point| point.step).collect();
    put_whole(out, &whole);
    put_values(out, &points.iter().map(|point| point.value).collect::<Vec<_>>());
    whole.clear();
    whole.extend(points.iter().map(|point| point.time_millis));
    put_whole(out, &whole);
}

fn get_columns(from: &mut &[u8], n: usize, with_times: bool) -> Option<Columns> {
    let steps = get_whole(from, n)?;
    let values = get_values(from, n)?;
    let times = if with_times { get_whole(from, n)? } else { skip(from).map(|()| Vec::new())? };
    Some(Columns { steps, values, times })
}

fn damaged() -> StoreError {
    StoreError::Damaged("a chunk of metric points cannot be read".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn points(n: i64, value: impl Fn(i64) -> f64) -> Vec<RawPoint> {
        (0..n).map(|i| RawPoint { step: i * 3, time_millis: 1_000 + i * 7, value: value(i) }).collect()
    }

    #[test]
    fn a_chunk_says_what_it_holds() {
        let rising = points(3, |i| i as f64);
        let mut resumed = rising.clone();
        resumed.extend(points(2, |_| f64::NAN));
        for (name, points, steps_rise, times_rise, non_finite) in [
            ("rising steps and times", &rising[..], true, true, 0),
            ("a resumed run", &resumed, false, false, 2),
            ("one point", &rising[..1], true, true, 0),
        ] {
            let meta = ChunkMeta::of(0, points);
            assert_eq!(
                (meta.steps_rise, meta.times_rise, meta.non_finite),
                (steps_rise, times_rise, non_finite),
                "{name}"
            );
        }
        let lowest = [RawPoint { step: i64::MIN, time_millis: i64::MIN, value: 1.0 }];
        assert!(ChunkMeta::of(0, &lowest).times_rise, "the least step and time rise too");
    }

    #[test]
    fn every_level_keeps_a_spike_and_the_ends_of_a_nan_stretch() {
        let mut points = points(CHUNK as i64, |i| (i as f64 * 0.1).sin());
        points[1234].value = 99.0;
        points[2000].value = f64::NAN;
        points[2001].value = f64::NAN;
        let blob = encode_levels(&points);
        for level in 0..LEVELS.len() {
            let columns = decode_level(&blob, level, true).unwrap().unwrap();
            for kept in [1234, 2000, 2001] {
                let at = columns.steps.iter().position(|&step| step == points[kept].step);
                let at = at.unwrap_or_else(|| panic!("level {level} lost point {kept}"));
                assert_eq!(columns.times[at], points[kept].time_millis);
                assert_eq!(columns.values[at].to_bits(), points[kept].value.to_bits());
            }
        }
        assert_eq!(decode_level(&blob, LEVELS.len(), true).unwrap(), None);
        let short = encode_levels(&points[..20]);
        assert_eq!(decode_level(&short, 0, true).unwrap(), None);
    }
}
