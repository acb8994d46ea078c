//! How far along a line each place lies, so that dashes can be cut there.
//!
//! The length of a noisy line is mostly noise: cut along it, dashes would be a blur of specks. So a
//! place counts by where it lies beside the middle of what the line spans around it. A dash of a noisy
//! line then is a stretch of x with all its noise, and that of a smooth or steep one is what a canvas draws.

/// Over how many CSS pixels to both sides the middle is taken, twice.
const AROUND_PX: f64 = 4.0;

/// How far along one connected piece of a line each place lies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Phase {
    /// The pixel column of the first of `columns`.
    first: i64,
    columns: Vec<Column>,
}

/// The middle of the line around one pixel column.
#[derive(Debug, Clone, Copy)]
struct Column {
    /// Its y, pixels.
    middle: f64,
    /// How far along the line that lies, pixels.
    along: f64,
    /// The direction of the line, of length 1.
    direction: (f64, f64),
}

impl Phase {
    /// The phase of a piece that spans `middles`, one in each pixel column from `first` on, at `scale` device
    /// pixels a CSS pixel.
    pub fn of(first: i64, middles: &[f64], scale: f64) -> Phase {
        let reach = (AROUND_PX * scale).round().max(1.0) as usize;
        let smoothed = smooth(&smooth(middles, reach), reach);
        let mut along = 0.0;
        let column = |at: usize| {
            let (before, after) = (at.saturating_sub(1), (at + 1).min(smoothed.len() - 1));
            let slope =
                if after > before { (smoothed[after] - smoothed[before]) / (after - before) as f64 } else { 0.0 };
            let length = slope.hypot(1.0);
            if at > 0 {
                along += (smoothed[at] - smoothed[at - 1]).hypot(1.0);
            }
            Column { middle: smoothed[at], along, direction: (1.0 / length, slope / length) }
        };
        Phase { first, columns: (0..smoothed.len()).map(column).collect() }
    }

    /// How far along the line the place at `x`, `y` lies, pixels.
    pub fn at(&self, x: f64, y: f64) -> f64 {
        let last = self.columns.len().saturating_sub(1);
        let at = (x.floor() as i64).saturating_sub(self.first).clamp(0, last as i64) as usize;
        let Some(column) = self.columns.get(at) else { return 0.0 };
        let dx = x - (self.first + at as i64) as f64 - 0.5;
        column.along + dx * column.direction.0 + (y - column.middle) * column.direction.1
    }
}

/// The mean of the values around each. As far to one side as to the other, so that a straight line stays
/// where it is.
fn smooth(values: &[f64], reach: usize) -> Vec<f64> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    let mut sum = 0.0;
    sums.push(sum);
    for value in values {
        sum += value;
        sums.push(sum);
    }
    let mean = |at: usize| {
        let reach = reach.min(at).min(values.len() - 1 - at);
        (sums[at + reach + 1] - sums[at - reach]) / (2 * reach + 1) as f64
    };
    (0..values.len()).map(mean).collect()
}

/// Where a pattern is drawn, as a function of how far along a line a place lies.
#[derive(Debug, Clone, Default)]
pub(crate) struct Pattern {
    /// Device pixels, drawn and not drawn by turns.
    lengths: Vec<f64>,
    total: f64,
}

impl Pattern {
    /// The pattern of `lengths` CSS pixels at `scale` device pixels a CSS pixel; `None` for an unbroken line.
    pub fn new(lengths: &[f64], scale: f64) -> Option<Pattern> {
        let lengths: Vec<f64> = lengths.iter().map(|length| length * scale).collect();
        let total = lengths.iter().sum();
        (total > 0.0).then_some(Pattern { lengths, total })
    }

    /// How much of a pixel at `along` is drawn, 0 to 1: soft over a pixel at the ends of a dash.
    pub fn cover(&self, along: f64) -> f64 {
        let (from, to, drawn) = self.part_at(along);
        let inside = (along - from).min(to - along);
        if drawn { (0.5 + inside).min(1.0) } else { (0.5 - inside).max(0.0) }
    }

    /// Where the dash or gap around `along` begins and ends, and whether it is a dash.
    pub fn part_at(&self, along: f64) -> (f64, f64, bool) {
        let start = (along / self.total).floor() * self.total;
        let mut from = start;
        for (index, length) in self.lengths.iter().enumerate() {
            let to = from + length;
            if along < to || index + 1 == self.lengths.len() {
                return (from, to, index % 2 == 0);
            }
            from = to;
        }
        (start, start + self.total, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_as_long_as_it_is() {
        for slope in [0.0, 1.0, -3.0, 20.0] {
            let middles: Vec<f64> = (0..50).map(|x| 100.0 + slope * (f64::from(x) + 0.5)).collect();
            let phase = Phase::of(10, &middles, 1.0);
            let place = |x: f64| (10.0 + x, 100.0 + slope * x);
            let along = |x| phase.at(place(x).0, place(x).1);
            let long = along(40.3) - along(5.1);
            assert!((long / (35.2 * slope.hypot(1.0)) - 1.0).abs() < 0.01, "slope {slope}: {long}");
        }
    }

    #[test]
    fn noise_does_not_count() {
        let middles: Vec<f64> = (0..200).map(|x| if x % 2 == 0 { 10.0 } else { 40.0 }).collect();
        let phase = Phase::of(0, &middles, 1.0);
        let long = phase.at(199.5, 25.0) - phase.at(0.5, 25.0);
        assert!(long < 400.0, "{long} of a noise 6,000 pixels long");
        assert!((phase.at(100.5, 0.0) - phase.at(100.5, 50.0)).abs() < 60.0);
    }

    #[test]
    fn a_pattern_repeats() {
        let pattern = Pattern::new(&[6.0, 4.0], 1.0).expect("it has a length");
        for (along, drawn) in [(3.0, 1.0), (8.0, 0.0), (13.0, 1.0), (-7.0, 1.0), (6.0, 0.5), (10.0, 0.5)] {
            assert_eq!(pattern.cover(along), drawn, "at {along}");
        }
        assert!(Pattern::new(&[], 1.0).is_none());
    }
}
