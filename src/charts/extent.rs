//! What points span: how many, from where to where, and how many are not finite.

use data::series::Points;

/// What some points span.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Extent {
    /// How many points, finite or not.
    pub points: u64,
    /// The smallest x.
    pub x_min: i64,
    /// The largest x.
    pub x_max: i64,
    /// The smallest finite y; +∞ if there is none.
    pub min: f64,
    /// The largest finite y; −∞ if there is none.
    pub max: f64,
    /// The smallest finite y above 0; +∞ if there is none.
    pub min_above_zero: f64,
    /// The finite y nearest to 0 that is not 0, without its sign; +∞ if there is none.
    pub nearest_zero: f64,
    /// How many finite y are 0 or below, which a log axis cannot place.
    pub not_above_zero: u64,
    /// How many y are NaN.
    pub nan: u64,
    /// How many y are +∞ or −∞.
    pub infinite: u64,
}

impl Extent {
    /// The extent of no points.
    pub const EMPTY: Extent = Extent {
        points: 0,
        x_min: i64::MAX,
        x_max: i64::MIN,
        min: f64::INFINITY,
        max: f64::NEG_INFINITY,
        min_above_zero: f64::INFINITY,
        nearest_zero: f64::INFINITY,
        not_above_zero: 0,
        nan: 0,
        infinite: 0,
    };

    /// The extent of `points`. Reads every y once.
    pub fn of(points: &Points) -> Extent {
        Extent::of_part(points, 0..points.len())
    }

    /// The extent of the points with these indices.
    pub fn of_part(points: &Points, part: std::ops::Range<usize>) -> Extent {
        let (x, y) = (&points.x[part.clone()], &points.y[part]);
        let mut extent = Extent { points: x.len() as u64, ..Extent::EMPTY };
        if let (Some(&first), Some(&last)) = (x.first(), x.last()) {
            (extent.x_min, extent.x_max) = (first, last);
        }
        y.iter().for_each(|&y| extent.add_y(y));
        extent
    }

    #[inline]
    pub(crate) fn add_y(&mut self, y: f64) {
        if y.is_finite() {
            self.min = self.min.min(y);
            self.max = self.max.max(y);
            if y > 0.0 {
                self.min_above_zero = self.min_above_zero.min(y);
            } else {
                self.not_above_zero += 1;
            }
            if y != 0.0 {
                self.nearest_zero = self.nearest_zero.min(y.abs());
            }
        } else if y.is_nan() {
            self.nan += 1;
        } else {
            self.infinite += 1;
        }
    }

    /// The extent of both.
    pub fn and(self, other: Extent) -> Extent {
        Extent {
            points: self.points + other.points,
            x_min: self.x_min.min(other.x_min),
            x_max: self.x_max.max(other.x_max),
            min: self.min.min(other.min),
            max: self.max.max(other.max),
            min_above_zero: self.min_above_zero.min(other.min_above_zero),
            nearest_zero: self.nearest_zero.min(other.nearest_zero),
            not_above_zero: self.not_above_zero + other.not_above_zero,
            nan: self.nan + other.nan,
            infinite: self.infinite + other.infinite,
        }
    }

    /// The same counts, spanning what `other` spans too.
    pub fn spanning(self, other: &Extent) -> Extent {
        let Extent { points, not_above_zero, nan, infinite, .. } = self;
        Extent { points, not_above_zero, nan, infinite, ..self.and(*other) }
    }

    /// The same extent with the value of a line where it crosses the edge of the picture.
    pub(crate) fn with_crossing(mut self, y: f64) -> Extent {
        let not_above_zero = self.not_above_zero;
        if y.is_finite() {
            self.add_y(y);
        }
        self.not_above_zero = not_above_zero;
        self
    }

    /// Both ends of x; `None` without points.
    pub fn x_domain(&self) -> Option<[f64; 2]> {
        (self.points > 0).then_some([self.x_min as f64, self.x_max as f64])
    }

    /// Points that are NaN or infinite.
    pub fn non_finite(&self) -> u64 {
        self.nan + self.infinite
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extents_count_what_has_no_place() {
        let y = vec![1e308, -1e308, 0.0, f64::NAN, f64::INFINITY, 1e-3];
        let extent = Extent::of(&Points { x: (10..16).collect(), y });
        assert_eq!((extent.min, extent.max), (-1e308, 1e308));
        assert_eq!((extent.min_above_zero, extent.nearest_zero), (1e-3, 1e-3));
        assert_eq!((extent.points, extent.nan, extent.infinite, extent.not_above_zero), (6, 1, 1, 2));
        assert_eq!(extent.x_domain(), Some([10.0, 15.0]));
        assert_eq!(extent.and(Extent::EMPTY), extent);
        assert_eq!(Extent::of(&Points::default()).x_domain(), None);
    }
}
