//! The columns of a recording: whole numbers as differences, values as decimals.

use super::recording::RecordingError;
use pco::{data_types::Number, standalone::simple_decompress_into};

/// Exponents that mark what is no decimal: NaN, and an infinity with the significand's sign.
const NOT_A_NUMBER: i16 = 32766;
const INFINITE: i16 = 32767;

/// The `n` numbers of a column.
pub(super) fn whole<T: Number + Default>(blob: &[u8], n: usize) -> Result<Vec<T>, RecordingError> {
    let mut column = vec![T::default(); n];
    let progress = simple_decompress_into(blob, &mut column);
    match progress {
        Ok(progress) if progress.finished && progress.n_processed == n => Ok(column),
        _ => Err(RecordingError::Damaged("a column cannot be decoded")),
    }
}

/// Turns differences into numbers, from `first` on.
pub(super) fn sum_up(differences: &mut [i64], first: i64) {
    let mut sum = first;
    for place in differences {
        sum = sum.wrapping_add(*place);
        *place = sum;
    }
}

/// The number `significand * 10^exponent`, exactly as its decimal text would be read.
pub(super) fn decimal(significand: i32, exponent: i16) -> f64 {
    // Powers of ten up to here are exact in an f64, so one rounding remains: the right one.
    const EXACT: usize = 23;
    const TENS: [f64; EXACT] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ];
    let size = usize::from(exponent.unsigned_abs());
    match exponent {
        NOT_A_NUMBER => f64::NAN,
        INFINITE => f64::INFINITY.copysign(f64::from(significand)),
        ..0 if size < EXACT => f64::from(significand) / TENS[size],
        0.. if size < EXACT => f64::from(significand) * TENS[size],
        _ => format!("{significand}e{exponent}").parse().expect("a decimal in the form that f64 reads"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_what_its_text_says() {
        for (significand, exponent, text) in [
            (2303, -3, "2.303"),
            (1, -1, "0.1"),
            (9999, -30, "9999e-30"),
            (-1234, 31, "-1234e31"),
            (7, 22, "7e22"),
            (0, 0, "0"),
            (0, NOT_A_NUMBER, "NaN"),
            (1, INFINITE, "inf"),
            (-1, INFINITE, "-inf"),
        ] {
            let read: f64 = text.parse().unwrap();
            let value = decimal(significand, exponent);
            assert!(value == read || (value.is_nan() && read.is_nan()), "{text} became {value}");
        }
    }

    #[test]
    fn a_column_of_another_length_is_damaged() {
        let blob = pco::standalone::simple_compress(&[1i64, 2, 3], &pco::ChunkConfig::default()).unwrap();
        assert_eq!(whole::<i64>(&blob, 3).unwrap(), [1, 2, 3]);
        for (name, blob, n) in
            [("too few", &blob[..], 4), ("too many", &blob, 2), ("cut", &blob[..blob.len() - 2], 3), ("none", &[], 3)]
        {
            assert!(whole::<i64>(blob, n).is_err(), "{name}");
        }
        assert!(whole::<i32>(&blob, 3).is_err(), "another type");
    }
}
