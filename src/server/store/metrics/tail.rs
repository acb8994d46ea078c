//! The binary form of one batch in the tail: points of one run, series by series.
//!
//! A byte with the version, the number of series, and for each its key, its number of points, and
//! each point's step and time as distances from the point before, zigzag LEB128 varints that wrap, and
//! its value as 8 bytes, so that NaN and infinities come back as they were.

use super::{
    RawPoint,
    varint::{get, get_signed, put, put_signed},
};
use crate::store::StoreError;

const VERSION: u8 = 1;

/// The points of one series in a batch, in arrival order.
pub(super) type SeriesPoints = (i64, Vec<RawPoint>);

/// The binary form of `batch`.
pub(super) fn encode<'a>(series_count: usize, batch: impl Iterator<Item = (i64, &'a [RawPoint])>) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    out.push(VERSION);
    put(&mut out, series_count as u64);
    for (kid, points) in batch {
        put(&mut out, kid as u64);
        put(&mut out, points.len() as u64);
        out.reserve(points.len() * 12);
        let (mut step, mut time) = (0i64, 0i64);
        for point in points {
            put_signed(&mut out, point.step.wrapping_sub(step));
            put_signed(&mut out, point.time_millis.wrapping_sub(time));
            out.extend_from_slice(&point.value.to_le_bytes());
            (step, time) = (point.step, point.time_millis);
        }
    }
    out
}

/// The batch that `bytes` hold, whole or not at all.
pub(super) fn decode(bytes: &[u8]) -> Result<Vec<SeriesPoints>, StoreError> {
    read(bytes).ok_or_else(|| StoreError::Damaged("a batch of the tail cannot be read".to_owned()))
}

fn read(bytes: &[u8]) -> Option<Vec<SeriesPoints>> {
    let (&version, mut from) = bytes.split_first()?;
    if version != VERSION {
        return None;
    }
    let series_count = get(&mut from)?;
    let mut batch = Vec::new();
    for _ in 0..series_count {
        let kid = get(&mut from)? as i64;
        let count = usize::try_from(get(&mut from)?).ok().filter(|&n| n <= from.len() / 10)?;
        let mut points = Vec::with_capacity(count);
        let (mut step, mut time) = (0i64, 0i64);
        for _ in 0..count {
            step = step.wrapping_add(get_signed(&mut from)?);
            time = time.wrapping_add(get_signed(&mut from)?);
            let (value, rest) = from.split_first_chunk::<8>()?;
            from = rest;
            points.push(RawPoint { step, time_millis: time, value: f64::from_le_bytes(*value) });
        }
        batch.push((kid, points));
    }
    from.is_empty().then_some(batch)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn point() -> impl Strategy<Value = RawPoint> {
        let value = prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), Just(f64::NEG_INFINITY)];
        (any::<i64>(), any::<i64>(), value).prop_map(|(step, time_millis, value)| RawPoint { step, time_millis, value })
    }

    fn bits(batch: &[SeriesPoints]) -> Vec<(i64, i64, i64, u64)> {
        let flat = batch.iter().flat_map(|(kid, points)| points.iter().map(move |p| (*kid, p)));
        flat.map(|(kid, p)| (kid, p.step, p.time_millis, p.value.to_bits())).collect()
    }

    proptest! {
        #[test]
        fn a_batch_comes_back_as_it_was(batch in prop::collection::vec((0..i64::MAX, prop::collection::vec(point(), 0..50)), 0..5)) {
            let bytes = encode(batch.len(), batch.iter().map(|(kid, points)| (*kid, &points[..])));
            prop_assert_eq!(bits(&decode(&bytes).unwrap()), bits(&batch));
        }

        #[test]
        fn damage_is_an_error_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = decode(&[&[VERSION], &bytes[..]].concat());
        }
    }
}
