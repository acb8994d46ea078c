//! What a line shows that stands for a group of runs, and the band about it.

use crate::{extent::Extent, format::counted};
use data::group::{Band as BandKind, Center};
use std::ops::Range;

/// The spread of the runs of a group over x, drawn translucent under the lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    kind: BandKind,
    x: Vec<i64>,
    low: Vec<f64>,
    high: Vec<f64>,
    extent: Extent,
}

impl Band {
    /// A band from `low` to `high` at each of `x`, which rise. All three are of one length. Where an end
    /// is not finite the band has a gap.
    pub fn new(kind: BandKind, x: Vec<i64>, low: Vec<f64>, high: Vec<f64>) -> Band {
        assert!(x.len() == low.len() && x.len() == high.len(), "a band has two ends at each x");
        let extent = extent_of(&x, &low, &high);
        Band { kind, x, low, high, extent }
    }

    /// What it shows.
    pub fn kind(&self) -> BandKind {
        self.kind
    }

    /// Where it has ends, rising.
    pub fn x(&self) -> &[i64] {
        &self.x
    }

    /// Its lower and its upper ends, one at each x.
    pub fn ends(&self) -> (&[f64], &[f64]) {
        (&self.low, &self.high)
    }

    /// What both ends span.
    pub(crate) fn extent(&self) -> Extent {
        self.extent
    }

    /// What both ends span at the points with these indices.
    pub(crate) fn extent_of_part(&self, part: Range<usize>) -> Extent {
        extent_of(&self.x[part.clone()], &self.low[part.clone()], &self.high[part])
    }

    /// The lower and the upper end at the point nearest to `x`.
    pub fn at(&self, x: i64) -> Option<(f64, f64)> {
        let after = self.x.partition_point(|&at| at < x);
        let near = [after.checked_sub(1), Some(after)].into_iter().flatten().filter(|&at| at < self.x.len());
        let nearest = near.min_by_key(|&at| self.x[at].abs_diff(x))?;
        Some((self.low[nearest], self.high[nearest]))
    }
}

fn extent_of(x: &[i64], low: &[f64], high: &[f64]) -> Extent {
    let mut extent = Extent::EMPTY;
    if let (Some(&first), Some(&last)) = (x.first(), x.last()) {
        (extent.points, extent.x_min, extent.x_max) = (x.len() as u64, first, last);
    }
    for (&low, &high) in low.iter().zip(high).filter(|(low, high)| low.is_finite() && high.is_finite()) {
        extent.add_y(low);
        extent.add_y(high);
    }
    extent
}

/// What one line shows of the runs of a group.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pooled {
    /// What it shows at each x.
    pub center: Center,
    /// How many runs the group has.
    pub runs: u32,
    /// How many of them have a value at each of the line's points; empty where that is not known.
    pub counts: Vec<u32>,
}

impl Pooled {
    /// It in words: `mean of 5 runs`.
    pub fn words(&self) -> String {
        format!("{} of {}", center_word(self.center), counted(u64::from(self.runs), "run", "runs"))
    }

    /// How many runs have a value at the line's point with this index, where that is known.
    pub fn count_at(&self, point: usize) -> Option<u32> {
        self.counts.get(point).copied()
    }
}

/// What a line of a group shows, as a word.
pub fn center_word(center: Center) -> &'static str {
    match center {
        Center::Mean => "mean",
        Center::Median => "median",
        Center::Min => "min",
        Center::Max => "max",
    }
}

/// What a band shows, in a few words; empty for none.
pub fn band_words(kind: BandKind) -> &'static str {
    match kind {
        BandKind::MinMax => "min to max",
        BandKind::Std => "±1 standard deviation",
        BandKind::Stderr => "±1 standard error",
        BandKind::Bootstrap => "95 % bootstrap interval",
        BandKind::Quartiles => "quartiles",
        BandKind::Quantiles5To95 => "5 % to 95 % quantiles",
        BandKind::None => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_answers_at_its_nearest_point() {
        let band = Band::new(BandKind::Std, vec![0, 10, 20], vec![0.0, 1.0, f64::NAN], vec![5.0, 6.0, 7.0]);
        for (x, ends) in [(-5, (0.0, 5.0)), (4, (0.0, 5.0)), (6, (1.0, 6.0)), (10, (1.0, 6.0))] {
            assert_eq!(band.at(x), Some(ends), "at {x}");
        }
        assert!(band.at(99).is_some_and(|(low, high)| low.is_nan() && high == 7.0));
        assert_eq!((band.extent().min, band.extent().max), (0.0, 6.0), "where both ends are finite");
        assert_eq!(Band::new(BandKind::Std, vec![], vec![], vec![]).at(3), None);
    }
}
