//! One codec for columns of steps, times and values: lossless, NaN and infinities bit for bit.
//!
//! A column is a byte with its kind, its length in bytes as a varint, and those bytes. The reader
//! knows how many numbers there are. Whole numbers are an arithmetic sequence (most step columns are),
//! varint distances (short columns), or [pco]. Values are kept as `f32` where every one survives it,
//! as most training code logs them, else as `f64`; plain when short, else pco. Source of the level:
//! docs/store.md.

use super::varint::{get, get_signed, put, put_signed};
use pco::{
    ChunkConfig, DeltaSpec,
    data_types::Number,
    standalone::{simple_compress, simple_decompress},
};

/// Columns shorter than this are not worth pco's head.
const SHORT: usize = 48;
const PCO_LEVEL: usize = 4;

const ARITHMETIC: u8 = 0;
const DISTANCES: u8 = 1;
const PCO: u8 = 2;
const PLAIN_F32: u8 = 3;
const PLAIN_F64: u8 = 4;
const PCO_F32: u8 = 5;
const PCO_F64: u8 = 6;

/// Appends a column of steps or times.
pub(super) fn put_whole(out: &mut Vec<u8>, numbers: &[i64]) {
    let (kind, bytes) = if let Some((first, stride)) = arithmetic(numbers) {
        let mut bytes = Vec::new();
        put_signed(&mut bytes, first);
        put_signed(&mut bytes, stride);
        (ARITHMETIC, bytes)
    } else if numbers.len() < SHORT {
        let mut bytes = Vec::new();
        let mut before = 0i64;
        for &number in numbers {
            put_signed(&mut bytes, number.wrapping_sub(before));
            before = number;
        }
        (DISTANCES, bytes)
    } else {
        (PCO, compress(numbers, DeltaSpec::TryConsecutive(1)))
    };
    put_column(out, kind, &bytes);
}

/// Appends a column of values.
pub(super) fn put_values(out: &mut Vec<u8>, values: &[f64]) {
    let survives = |y: &f64| f64::from(*y as f32).to_bits() == y.to_bits();
    if values.iter().all(survives) {
        let narrow: Vec<f32> = values.iter().map(|&y| y as f32).collect();
        if values.len() < SHORT {
            put_column(out, PLAIN_F32, &narrow.iter().flat_map(|y| y.to_le_bytes()).collect::<Vec<_>>());
        } else {
            put_column(out, PCO_F32, &compress(&narrow, DeltaSpec::Auto));
        }
    } else if values.len() < SHORT {
        put_column(out, PLAIN_F64, &values.iter().flat_map(|y| y.to_le_bytes()).collect::<Vec<_>>());
    } else {
        put_column(out, PCO_F64, &compress(values, DeltaSpec::Auto));
    }
}

/// Takes a column of `n` steps or times off `from`; `None` if it is damaged.
pub(super) fn get_whole(from: &mut &[u8], n: usize) -> Option<Vec<i64>> {
    let (kind, mut bytes) = get_column(from)?;
    let numbers: Vec<i64> = match kind {
        ARITHMETIC => {
            let (first, stride) = (get_signed(&mut bytes)?, get_signed(&mut bytes)?);
            (0..n as i64).map(|i| first.wrapping_add(stride.wrapping_mul(i))).collect()
        }
        DISTANCES => {
            let mut at = 0i64;
            let mut next = || {
                at = at.wrapping_add(get_signed(&mut bytes)?);
                Some(at)
            };
            (0..n).map(|_| next()).collect::<Option<_>>()?
        }
        PCO => simple_decompress(bytes).ok()?,
        _ => return None,
    };
    (numbers.len() == n).then_some(numbers)
}

/// Takes a column of `n` values off `from`; `None` if it is damaged.
pub(super) fn get_values(from: &mut &[u8], n: usize) -> Option<Vec<f64>> {
    let (kind, bytes) = get_column(from)?;
    let values: Vec<f64> = match kind {
        PLAIN_F32 => bytes.as_chunks().0.iter().map(|&b| f64::from(f32::from_le_bytes(b))).collect(),
        PLAIN_F64 => bytes.as_chunks().0.iter().map(|&b| f64::from_le_bytes(b)).collect(),
        PCO_F32 => simple_decompress::<f32>(bytes).ok()?.into_iter().map(f64::from).collect(),
        PCO_F64 => simple_decompress(bytes).ok()?,
        _ => return None,
    };
    (values.len() == n).then_some(values)
}

/// Takes a column off `from` unread; `None` if it is damaged.
pub(super) fn skip(from: &mut &[u8]) -> Option<()> {
    get_column(from).map(drop)
}

/// The first number and the stride of `numbers`, if each is the one before and the stride.
fn arithmetic(numbers: &[i64]) -> Option<(i64, i64)> {
    let &first = numbers.first()?;
    let stride = numbers.get(1).map_or(0, |second| second.wrapping_sub(first));
    numbers.windows(2).all(|pair| pair[1].wrapping_sub(pair[0]) == stride).then_some((first, stride))
}

fn compress<T: Number>(numbers: &[T], delta: DeltaSpec) -> Vec<u8> {
    let config = ChunkConfig::default().with_compression_level(PCO_LEVEL).with_delta_spec(delta);
    simple_compress(numbers, &config).expect("the configuration is valid for these types")
}

fn put_column(out: &mut Vec<u8>, kind: u8, bytes: &[u8]) {
    out.push(kind);
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn get_column<'a>(from: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&kind, rest) = from.split_first()?;
    *from = rest;
    let length = usize::try_from(get(from)?).ok()?;
    let (bytes, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some((kind, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value() -> impl Strategy<Value = f64> {
        prop_oneof![
            any::<f64>(),
            any::<f32>().prop_map(f64::from),
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(-0.0)
        ]
    }

    fn whole() -> impl Strategy<Value = Vec<i64>> {
        let sequence = (any::<i64>(), any::<i64>(), 0..200i64);
        prop_oneof![
            prop::collection::vec(any::<i64>(), 0..200),
            sequence
                .prop_map(|(first, stride, n)| (0..n).map(|i| first.wrapping_add(stride.wrapping_mul(i))).collect()),
        ]
    }

    proptest! {
        #[test]
        fn columns_come_back_bit_for_bit(numbers in whole(), any in prop::collection::vec(value(), 0..200), narrow in prop::collection::vec(any::<f32>(), 0..200)) {
            let narrow: Vec<f64> = narrow.into_iter().map(f64::from).collect();
            let mut out = Vec::new();
            put_whole(&mut out, &numbers);
            put_values(&mut out, &any);
            put_whole(&mut out, &numbers);
            put_values(&mut out, &narrow);
            let from = &mut &out[..];
            let bits = |values: &[f64]| values.iter().map(|y| y.to_bits()).collect::<Vec<_>>();
            prop_assert_eq!(get_whole(from, numbers.len()), Some(numbers));
            prop_assert_eq!(bits(&get_values(from, any.len()).unwrap()), bits(&any));
            prop_assert_eq!(skip(from), Some(()));
            prop_assert_eq!(bits(&get_values(from, narrow.len()).unwrap()), bits(&narrow));
            prop_assert!(from.is_empty());
        }

        #[test]
        fn damage_is_an_error_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..100), n in 0..100usize) {
            let _ = get_whole(&mut &bytes[..], n);
            let _ = get_values(&mut &bytes[..], n);
        }
    }
}
