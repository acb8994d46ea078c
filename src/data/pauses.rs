//! Time without the pauses in it.

/// A gap is a pause only if it is longer than this, in milliseconds.
const LEAST_MILLIS: i64 = 60_000;
/// A gap is a pause only if it is longer than this many median gaps.
const MEDIANS: i64 = 10;

/// Takes the pauses out of `times`, which rise and are in milliseconds. The first stays where it is.
///
/// A pause is a gap between two neighbours that is longer than 60 s and longer than ten times the median gap: a run that
/// was stopped and resumed, or a machine that slept. It counts as one median gap. Of an even number of gaps the
/// median is the lower one in the middle.
pub fn leave_out(times: &mut [i64]) {
    let mut gaps: Vec<i64> = times.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).collect();
    if gaps.is_empty() {
        return;
    }
    let middle = (gaps.len() - 1) / 2;
    let median = *gaps.select_nth_unstable(middle).1;
    let most = median.saturating_mul(MEDIANS).max(LEAST_MILLIS);
    let (mut before, mut left_out) = (times[0], 0_i64);
    for time in times.iter_mut().skip(1) {
        let gap = time.saturating_sub(std::mem::replace(&mut before, *time));
        if gap > most {
            left_out = left_out.saturating_add(gap - median);
        }
        *time = time.saturating_sub(left_out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_count_as_one_median_gap() {
        for (name, times, want) in [
            ("nothing", vec![], vec![]),
            ("one point", vec![7], vec![7]),
            ("no pause", vec![5, 1005, 2005], vec![5, 1005, 2005]),
            ("a night", vec![0, 1000, 2000, 30_002_000, 30_003_000], vec![0, 1000, 2000, 3000, 4000]),
            ("two pauses", vec![0, 10, 70_020, 70_030, 200_030, 200_040], vec![0, 10, 20, 30, 40, 50]),
            ("a minute is none", vec![0, 10, 60_010, 60_020], vec![0, 10, 60_010, 60_020]),
            ("ten slow gaps are none", vec![0, 20_000, 40_000, 240_000], vec![0, 20_000, 40_000, 240_000]),
            ("points of one millisecond", vec![0, 0, 0, 90_000], vec![0, 0, 0, 0]),
            ("the ends of time", vec![i64::MIN, 0, 1, i64::MAX], vec![i64::MIN, 0, 1, i64::MAX]),
        ] {
            let mut times = times;
            leave_out(&mut times);
            assert_eq!(times, want, "{name}");
        }
    }
}
