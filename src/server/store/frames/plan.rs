//! How many buckets a frame has, and what each keeps: enough for the eye, and never an extreme less.

use crate::store::{StoreError, metrics::Group};
use data::{
    frame::{FrameRequest, XAxis},
    thin::{Buckets, Keep},
};

/// The widest panel, in CSS pixels.
const MOST_WIDTH_PX: u32 = 10_000;
/// Up to this many series each bucket keeps first, min, max and last: the line drawn is then the line
/// of all points, pixel for pixel. With more, min and max alone tell the same to the eye.
const FEW_SERIES: usize = 50;
/// About how many buckets all series together have, once they are many.
const BUCKETS_IN_ALL: usize = 160_000;
/// A series among many has this many buckets, whatever their number, up to [`BUCKETS_IN_ALL`] twice.
const FAIR_BUCKETS: usize = 320;
/// A series among thousands has at least this many.
const LEAST_BUCKETS: usize = 32;
/// A frame for which a client chose the buckets holds this many points at most.
const MOST_POINTS: f64 = 10e6;

/// More columns than this cannot make a group.
const MOST_KEYS: usize = 8;
/// More run sets than this are not kept apart.
const MOST_SETS: usize = 20;

/// How the series of a frame are thinned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Plan {
    pub buckets: Buckets,
    pub keep: Keep,
}

/// Refuses a request that cannot be answered.
pub(super) fn check(request: &FrameRequest) -> Result<(), StoreError> {
    let refuse = |why: String| Err(StoreError::Invalid(why));
    match (request.metric.is_empty(), request.expression.is_empty()) {
        (true, true) => return refuse("`metric` must name a metric, or `expression` say what to draw".to_owned()),
        (false, false) => return refuse("`metric` and `expression` exclude each other".to_owned()),
        _ => {}
    }
    if !(1..=MOST_WIDTH_PX).contains(&request.width_px) {
        return refuse(format!("`width_px` must be in 1..={MOST_WIDTH_PX}, not {}", request.width_px));
    }
    if let Some([from, to]) = request.range
        && from > to
    {
        return refuse(format!("`range` must not end before it begins, as {from}..={to} does"));
    }
    if let Some((buckets, _)) = request.buckets
        && buckets.width < 1
    {
        return refuse("a bucket must be at least 1 wide".to_owned());
    }
    if !request.grows() && (request.buckets.is_some() || request.since.is_some()) {
        return refuse("`buckets` and `since` are for a metric along steps or time without group: ask anew".to_owned());
    }
    check_x(request)?;
    match &request.group {
        Some(group) if group.sets.len() > MOST_SETS => {
            refuse(format!("`group.sets` keeps at most {MOST_SETS} run sets apart, not {}", group.sets.len()))
        }
        // Run sets alone make groups, too.
        Some(group) if group.by.is_empty() && !group.sets.is_empty() => Ok(()),
        Some(group) if !(1..=MOST_KEYS).contains(&group.by.len()) => {
            refuse(format!("`group.by` must name 1 to {MOST_KEYS} columns, not {}", group.by.len()))
        }
        _ => Ok(()),
    }
}

/// Refuses an x axis that says too little or too much.
fn check_x(request: &FrameRequest) -> Result<(), StoreError> {
    let refuse = |why: &str| Err(StoreError::Invalid(why.to_owned()));
    let by_metric = request.x == XAxis::Metric;
    match request.x_range {
        _ if by_metric && request.x_metric.is_empty() => refuse("`x_metric` must name the metric along x"),
        _ if by_metric && request.range.is_some() => {
            refuse("`range` is in steps or milliseconds: along a metric, give `x_range`")
        }
        Some(_) if !by_metric => refuse("`x_range` is for a metric along x: give `range`"),
        Some([from, to]) if !(from.is_finite() && to.is_finite() && from <= to) => {
            refuse("`x_range` must be two finite numbers, and not end before it begins")
        }
        _ => Ok(()),
    }
}

/// The plan for series that have these groups.
pub(super) fn plan(request: &FrameRequest, series: &[&[Group]]) -> Result<Plan, StoreError> {
    let extent = request.range.or_else(|| extent(series));
    let [from, to] = extent.unwrap_or([0, 0]);
    let points_of = |groups: &&[Group]| groups.iter().map(|group| points_inside(group, from, to)).sum::<f64>();
    if let Some((buckets, keep)) = request.buckets {
        let from = request.since.map_or(from, |since| since.max(from));
        refuse_too_many(series, buckets, keep, from, to)?;
        return Ok(Plan { buckets, keep });
    }
    let (columns, keep, points_a_bucket) = columns(request.width_px as usize, series.len());
    let most = series.iter().map(points_of).fold(0.0, f64::max);
    let keep = if most <= (columns * points_a_bucket) as f64 { Keep::All } else { keep };
    Ok(Plan { buckets: Buckets::over(from, to, columns as u32), keep })
}

/// How many buckets each of `series` series has in a panel of `width` pixels, what each bucket keeps,
/// and how many points that is.
pub(super) fn columns(width: usize, series: usize) -> (usize, Keep, usize) {
    if series <= FEW_SERIES {
        return (width, Keep::FirstMinMaxLast, 4);
    }
    let fair = (BUCKETS_IN_ALL / series).max(FAIR_BUCKETS);
    let least = (2 * BUCKETS_IN_ALL / series).max(LEAST_BUCKETS);
    (width.min(fair).min(least), Keep::MinMax, 2)
}

/// The smallest and largest x of all series.
fn extent(series: &[&[Group]]) -> Option<[i64; 2]> {
    let groups = || series.iter().flat_map(|groups| groups.iter());
    Some([groups().map(|group| group.x_min).min()?, groups().map(|group| group.x_max).max()?])
}

/// About how many points of `group` lie in `from..=to`, as if they lay evenly.
fn points_inside(group: &Group, from: i64, to: i64) -> f64 {
    let (start, end) = (from.max(group.x_min), to.min(group.x_max));
    if start > end {
        return 0.0;
    }
    let length = |from: i64, to: i64| to.abs_diff(from) as f64 + 1.0;
    group.n as f64 * length(start, end) / length(group.x_min, group.x_max)
}

fn refuse_too_many(series: &[&[Group]], buckets: Buckets, keep: Keep, from: i64, to: i64) -> Result<(), StoreError> {
    let shown = |group: &Group| {
        let points = points_inside(group, from, to);
        let length = to.min(group.x_max).abs_diff(from.max(group.x_min)) as f64;
        match keep {
            Keep::All => points,
            Keep::FirstMinMaxLast => points.min(4.0 * (length / buckets.width as f64 + 1.0)),
            Keep::MinMax => points.min(2.0 * (length / buckets.width as f64 + 1.0)),
        }
    };
    let total: f64 = series.iter().flat_map(|groups| groups.iter()).map(shown).sum();
    if total > MOST_POINTS {
        return Err(StoreError::Invalid(format!(
            "about {total:.0} points would be shown, and a frame holds {MOST_POINTS:.0} at most: \
             ask for wider buckets or a shorter range"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_series_get_fewer_buckets_each() {
        for (name, width, series, columns_each, keep) in [
            ("one series has a bucket a pixel", 1200, 1, 1200, Keep::FirstMinMaxLast),
            ("a few have all as well", 1200, 50, 1200, Keep::FirstMinMaxLast),
            ("a hundred keep min and max", 1200, 100, 1200, Keep::MinMax),
            ("three hundred share", 1200, 300, 533, Keep::MinMax),
            ("five hundred have the fair number", 1200, 500, 320, Keep::MinMax),
            ("a thousand too", 1200, 1000, 320, Keep::MinMax),
            ("a small panel has no more than its pixels", 200, 1000, 200, Keep::MinMax),
            ("twenty thousand have the least", 1200, 20_000, 32, Keep::MinMax),
        ] {
            let (columns, kept, _) = columns(width, series);
            assert_eq!((columns, kept), (columns_each, keep), "{name}");
        }
    }

    #[test]
    fn a_request_that_cannot_be_answered_is_refused() {
        let good = FrameRequest { metric: "loss".to_owned(), width_px: 800, ..FrameRequest::default() };
        assert!(check(&good).is_ok());
        type Spoil = fn(&mut FrameRequest);
        let bad: [(&str, Spoil); 5] = [
            ("no metric", |r| r.metric.clear()),
            ("no width", |r| r.width_px = 0),
            ("too wide", |r| r.width_px = 10_001),
            ("a range that ends before it begins", |r| r.range = Some([5, 4])),
            ("a bucket without width", |r| r.buckets = Some((Buckets { origin: 0, width: 0 }, Keep::MinMax))),
        ];
        for (name, spoil) in bad {
            let mut request = good.clone();
            spoil(&mut request);
            assert!(matches!(check(&request), Err(StoreError::Invalid(_))), "{name}");
        }
    }
}
