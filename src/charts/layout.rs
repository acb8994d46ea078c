//! Where everything of a line chart lies: plot, scales, ticks, and what must be said about them.

use crate::{
    extent::Extent,
    format::counted,
    line::{Line, LineChart, XQuantity, YDomain},
    scale::{Scale, ScaleKind},
    text::{harmless, text_width},
    theme::Theme,
    ticks::{Tick, value_ticks},
    time::{duration_ticks, wall_ticks},
};
use data::series::Points;
use std::ops::Range;

/// The share of the plot's height that stays empty above and below the values.
const AIR: f64 = 0.02;
/// Values pressed into less than this share of the height cannot be read.
const FLAT: f64 = 0.06;
/// About how many values are looked at to see what most span.
const SAMPLED: usize = 20_000;

/// A rectangle in whole device pixels: `x0..x1` by `y0..y1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rect {
    /// Left.
    pub x0: i32,
    /// Top.
    pub y0: i32,
    /// One past the right.
    pub x1: i32,
    /// One past the bottom.
    pub y1: i32,
}

impl Rect {
    /// Pixels across, at least 1 in a layout.
    pub fn width(&self) -> u32 {
        (self.x1 - self.x0).max(0) as u32
    }

    /// Pixels down, at least 1 in a layout.
    pub fn height(&self) -> u32 {
        (self.y1 - self.y0).max(0) as u32
    }

    /// Whether a point lies in it.
    pub fn contains(&self, x: f64, y: f64) -> bool {
        (f64::from(self.x0)..f64::from(self.x1)).contains(&x) && (f64::from(self.y0)..f64::from(self.y1)).contains(&y)
    }
}

/// Where everything of a chart of one size lies, in device pixels of the whole chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Width and height of the whole chart.
    pub size: (u32, u32),
    /// Where lines are drawn.
    pub plot: Rect,
    /// From x in data to pixels.
    pub x: Scale,
    /// From y in data to pixels. It may be symlog where the chart asked for log: see `notes`.
    pub y: Scale,
    /// Ticks of x, left to right.
    pub x_ticks: Vec<Tick>,
    /// Ticks of y, in rising order of value.
    pub y_ticks: Vec<Tick>,
    /// At which sides labels are written.
    pub sides: Sides,
    /// How far to the right labels of x may reach.
    pub labels_end: i32,
    /// Sentences that the panel must show: what the axes leave out.
    pub notes: Vec<String>,
}

/// At which sides of a plot labels are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sides {
    /// Those of y, at the left.
    pub left: bool,
    /// Those of x, below.
    pub bottom: bool,
}

/// Which part of the data is shown, and how it is spread.
#[derive(Debug, Clone, PartialEq)]
pub struct Domains {
    /// Both ends of x, counted as points count it.
    pub x: [f64; 2],
    /// Both ends of y.
    pub y: [f64; 2],
    /// How y is spread; symlog where log was asked for and no value has a place on it.
    pub y_kind: ScaleKind,
    /// Where a symlog axis turns linear.
    pub linear_within: f64,
    /// Sentences that must stand beside it: what the axes leave out.
    pub notes: Vec<String>,
}

impl LineChart {
    /// Lays the chart out in `size` device pixels. However small that is, the plot has a pixel.
    pub fn layout(&self, size: (u32, u32), theme: &Theme) -> Layout {
        let size = (size.0.clamp(1, 1 << 16), size.1.clamp(1, 1 << 16));
        self.layout_within(Rect { x0: 0, y0: 0, x1: size.0 as i32, y1: size.1 as i32 }, size, theme)
    }

    /// Lays the chart out in a part of a picture of `size`.
    pub(crate) fn layout_within(&self, within: Rect, size: (u32, u32), theme: &Theme) -> Layout {
        let domains = self.domains();
        let (width, height) = (within.width() as i32, within.height() as i32);
        let y0 = within.y0 + theme.whole_dpx(8.0).min(height / 4);
        let foot = theme.whole_dpx(10.0) + theme.text_dpx.ceil() as i32;
        let y1 = (within.y1 - foot).max(y0 + 1).min(within.y1.max(y0 + 1));
        let x0 = within.x0 + self.y_gutter(&domains, y1 - y0, theme).min(width / 2);
        let x1 = (within.x1 - theme.whole_dpx(12.0)).max(x0 + 1);
        let plot = Rect { x0, y0, x1, y1 };
        self.layout_at(plot, size, &domains, Sides { left: true, bottom: true }, size.0 as i32 - 1, theme)
    }

    /// Lays the chart out around a given plot in a picture of `size`.
    pub(crate) fn layout_at(
        &self,
        plot: Rect,
        size: (u32, u32),
        domains: &Domains,
        sides: Sides,
        labels_end: i32,
        theme: &Theme,
    ) -> Layout {
        let y = domains.y_scale([f64::from(plot.y1), f64::from(plot.y0)]);
        let y_ticks = y_ticks(&y, theme);
        let x_kind = if self.x_kind == ScaleKind::Symlog { ScaleKind::Linear } else { self.x_kind };
        let x = Scale::new(x_kind, 1.0, domains.x, [f64::from(plot.x0), f64::from(plot.x1)]);
        let x_ticks = self.ticks_of_x(&x, plot.width() as i32, labels_end, theme);
        Layout { size, plot, x, y, x_ticks, y_ticks, sides, labels_end, notes: domains.notes.clone() }
    }

    /// How wide the labels of y are with the air around them, when the plot is this tall.
    pub(crate) fn y_gutter(&self, domains: &Domains, height: i32, theme: &Theme) -> i32 {
        let ticks = y_ticks(&domains.y_scale([f64::from(height), 0.0]), theme);
        let label = ticks.iter().map(|tick| text_width(&tick.label, theme.text_dpx)).fold(0.0, f64::max);
        (label + theme.dpx(10.0)).max(theme.dpx(36.0)).ceil() as i32
    }

    /// Which part of the data is shown: what charts beside it share, or what fits its own lines.
    pub fn domains(&self) -> Domains {
        if let Some(shared) = &self.shared {
            return Domains::clone(shared);
        }
        let x = self.shown_x();
        let (y_kind, linear_within, y, notes) = self.shown_y(x);
        Domains { x, y, y_kind, linear_within, notes }
    }

    /// The x domain asked for, or all there is; on a log axis only what lies above 0.
    fn shown_x(&self) -> [f64; 2] {
        let domain = self.x_domain.or(self.extent().x_domain()).unwrap_or([0.0, 1.0]);
        if self.x_kind != ScaleKind::Log && domain[0] == domain[1] {
            if let XQuantity::Value { .. } = self.x {
                return domain;
            }
            // Half a step, so that no step is written that nobody logged.
            return [domain[0] - 0.5, domain[1] + 0.5];
        }
        if self.x_kind != ScaleKind::Log || domain[0] > 0.0 {
            return domain;
        }
        let first_above_zero = |line: &Line| {
            let x = &line.points().x;
            x.get(x.partition_point(|&x| x <= 0)).copied()
        };
        let first = self.lines.iter().filter_map(first_above_zero).min();
        [first.map_or(domain[1], |x| x as f64), domain[1]]
    }

    /// Kind, linear middle and domain of y, and what must be said about them.
    fn shown_y(&self, x_domain: [f64; 2]) -> (ScaleKind, f64, [f64; 2], Vec<String>) {
        let all = self.extent_within(x_domain);
        let mut notes = Vec::new();
        let kind = match self.y_kind {
            ScaleKind::Log if all.not_above_zero > 0 && all.min_above_zero.is_infinite() => {
                notes.push("no value lies above 0: the axis is symlog instead of log".to_owned());
                ScaleKind::Symlog
            }
            ScaleKind::Log if all.not_above_zero > 0 => {
                let points = counted(all.not_above_zero, "point", "points");
                notes.push(format!("{points} at or below 0 cannot be shown on a log axis"));
                ScaleKind::Log
            }
            kind => kind,
        };
        let nearest = all.nearest_zero.max(all.min.abs().max(all.max.abs()) * 1e-6);
        let linear_within = if nearest.is_finite() { 10f64.powf(nearest.log10().floor()) } else { 1.0 };
        let whole = [if kind == ScaleKind::Log { all.min_above_zero } else { all.min }, all.max];
        let domain = match self.y_domain {
            YDomain::Fixed(domain) => domain,
            YDomain::All => Scale::domain_with_air(kind, linear_within, whole, AIR),
            YDomain::Auto => {
                let legible = if kind == ScaleKind::Linear { self.legible_domain(x_domain, whole) } else { None };
                let (domain, note) = legible.map_or((whole, None), |(domain, note)| (domain, Some(note)));
                notes.extend(note);
                Scale::domain_with_air(kind, linear_within, domain, AIR)
            }
            YDomain::Robust(quantile) => {
                let (domain, note) = self.robust_domain(kind, x_domain, whole, quantile);
                notes.extend(note);
                Scale::domain_with_air(kind, linear_within, domain, AIR)
            }
        };
        (kind, linear_within, domain, notes)
    }

    /// What the lines span between two x, with the values where they cross those.
    fn extent_within(&self, x_domain: [f64; 2]) -> Extent {
        if self.x_domain.is_none() {
            return self.extent();
        }
        self.lines.iter().fold(Extent::EMPTY, |all, line| {
            let own = extent_of_part(line.points(), x_domain);
            let own = line.original().map_or(own, |original| own.spanning(&extent_of_part(original, x_domain)));
            let band = line.band().map(|band| band.extent_of_part(indices_of(band.x(), x_domain)));
            all.and(band.map_or(own, |band| own.spanning(&band)))
        })
    }

    /// What most values span, and a sentence about the rest; `None` if all can be shown without
    /// pressing those flat, below [`FLAT`] of the height.
    ///
    /// Most are the middle 90 %, and what lies within one and a half times their spread of them, as
    /// whiskers of a box plot do (Tukey, Exploratory Data Analysis, 1977).
    fn legible_domain(&self, x_domain: [f64; 2], whole: [f64; 2]) -> Option<([f64; 2], String)> {
        let parts = || self.lines.iter().map(|line| &line.points().y[indices_within(line.points(), x_domain)]);
        let count: usize = parts().map(<[f64]>::len).sum();
        let stride = (count / SAMPLED).max(1);
        let mut sample: Vec<f64> = parts().flatten().copied().step_by(stride).filter(|y| y.is_finite()).collect();
        let last = sample.len().checked_sub(1)?;
        let rank = last / 20;
        let low = *sample.select_nth_unstable_by(rank, f64::total_cmp).1;
        let high = *sample.select_nth_unstable_by(last - rank, f64::total_cmp).1;
        let reach = (high - low) * 1.5;
        let domain = [whole[0].max(low - reach), whole[1].min(high + reach)];
        let flat = high > low && (domain[1] - domain[0]) < (whole[1] / 2.0 - whole[0] / 2.0) * 2.0 * FLAT;
        if !flat || domain[0] >= domain[1] {
            return None;
        }
        let beyond =
            parts().flatten().filter(|y| y.is_finite() && !(domain[0]..=domain[1]).contains(*y)).count() as u64;
        let furthest = crate::format::value_text(if whole[1] > domain[1] { whole[1] } else { whole[0] });
        // Bands, and originals behind smoothed lines, may reach further than any line.
        let note = match beyond {
            0 => format!("y fits most values; what lies behind the lines reaches {furthest}"),
            _ => {
                format!("y fits most values; {} beyond, up to {furthest}", counted(beyond, "point lies", "points lie"))
            }
        };
        Some((domain, note))
    }

    /// The values between `quantile` and its mirror, and a sentence about the rest.
    fn robust_domain(
        &self,
        kind: ScaleKind,
        x_domain: [f64; 2],
        whole: [f64; 2],
        quantile: f64,
    ) -> ([f64; 2], Option<String>) {
        let quantile = if quantile.is_finite() { quantile.clamp(0.0, 0.49) } else { 0.0 };
        let shown = |y: &f64| y.is_finite() && (kind != ScaleKind::Log || *y > 0.0);
        let mut values: Vec<f64> = Vec::new();
        for line in &self.lines {
            let points = line.points();
            values.extend(points.y[indices_within(points, x_domain)].iter().copied().filter(shown));
        }
        if values.is_empty() {
            return (whole, None);
        }
        let rank = ((values.len() - 1) as f64 * quantile).floor() as usize;
        let last = values.len() - 1;
        let low = *values.select_nth_unstable_by(rank, f64::total_cmp).1;
        let high = *values.select_nth_unstable_by(last - rank, f64::total_cmp).1;
        let beyond = values.iter().filter(|y| !(low..=high).contains(*y)).count() as u64;
        let percent = crate::format::number_text(100.0 - quantile * 200.0, 4);
        let note = (beyond > 0).then(|| {
            format!("y shows the middle {percent} % of values; {} beyond", counted(beyond, "point lies", "points lie"))
        });
        ([low, high], note)
    }

    fn ticks_of_x(&self, x: &Scale, width: i32, labels_end: i32, theme: &Theme) -> Vec<Tick> {
        let wanted = wanted_ticks(width, theme.dpx(96.0));
        let mut ticks = match (&self.x, x.kind()) {
            (XQuantity::Value { unit, .. }, kind) => {
                let values = Scale::new(kind, 1.0, x.domain().map(|x| x * unit), x.range());
                value_ticks(&values, wanted, false)
            }
            (XQuantity::Step, _) | (_, ScaleKind::Log | ScaleKind::Symlog) => value_ticks(x, wanted, true),
            (XQuantity::RelativeTime, ScaleKind::Linear) => duration_ticks(x, wanted),
            (XQuantity::WallTime, ScaleKind::Linear) => wall_ticks(x, wanted, self.utc_offset_minutes),
        };
        drop_crowded(&mut ticks, theme);
        let named = |last: &Tick| match &self.x {
            XQuantity::Step => Some(format!("{} {}", last.label, if last.value == 1.0 { "step" } else { "steps" })),
            XQuantity::Value { name, .. } => Some(format!("{} {}", harmless(name), last.label)),
            XQuantity::RelativeTime | XQuantity::WallTime => None,
        };
        let end = f64::from(labels_end).min(x.range()[1] + theme.dpx(12.0));
        name_last(&mut ticks, named, end, theme);
        ticks
    }
}

impl Domains {
    fn y_scale(&self, range: [f64; 2]) -> Scale {
        Scale::new(self.y_kind, self.linear_within, self.y, range)
    }
}

fn y_ticks(y: &Scale, theme: &Theme) -> Vec<Tick> {
    let [bottom, top] = y.range();
    value_ticks(y, wanted_ticks((bottom - top) as i32, theme.dpx(44.0)), false)
}

/// The indices of the points between two x.
pub(crate) fn indices_within(points: &Points, domain: [f64; 2]) -> Range<usize> {
    indices_of(&points.x, domain)
}

/// The indices of the rising `xs` between two x.
pub(crate) fn indices_of(xs: &[i64], [from, to]: [f64; 2]) -> Range<usize> {
    let first = xs.partition_point(|&x| (x as f64) < from);
    let end = xs.partition_point(|&x| x as f64 <= to);
    first..end.max(first)
}

fn extent_of_part(points: &Points, x_domain: [f64; 2]) -> Extent {
    let part = indices_within(points, x_domain);
    let crossing = |right: usize, at: f64| {
        let left = right.checked_sub(1)?;
        let (x0, x1) = (*points.x.get(left)? as f64, *points.x.get(right)? as f64);
        let (y0, y1) = (points.y[left], points.y[right]);
        let share = (at - x0) / (x1 - x0);
        Some(y0 * (1.0 - share) + y1 * share)
    };
    let extent = Extent::of_part(points, part.clone());
    [(part.start, x_domain[0]), (part.end, x_domain[1])]
        .into_iter()
        .filter_map(|(right, at)| crossing(right, at))
        .fold(extent, Extent::with_crossing)
}

/// How many ticks suit an axis of `length_dpx` when each may take `each_dpx`: 2 to 6.
fn wanted_ticks(length_dpx: i32, each_dpx: f64) -> usize {
    ((f64::from(length_dpx) / each_dpx) as usize).clamp(2, 5)
}

/// Takes labels away that would touch the one before.
fn drop_crowded(ticks: &mut [Tick], theme: &Theme) {
    let gap = theme.dpx(12.0);
    let mut end = f64::NEG_INFINITY;
    for tick in ticks.iter_mut().filter(|tick| !tick.is_minor()) {
        let half = text_width(&tick.label, theme.text_dpx) / 2.0;
        if tick.px - half < end + gap {
            tick.label.clear();
        } else {
            end = tick.px + half;
        }
    }
}

/// Writes what x counts at the last label if there is room for it.
fn name_last(ticks: &mut [Tick], named: impl Fn(&Tick) -> Option<String>, end_px: f64, theme: &Theme) {
    let mut labelled = ticks.iter_mut().rev().filter(|tick| !tick.is_minor());
    let Some(last) = labelled.next() else { return };
    let Some(named) = named(last) else { return };
    let half = text_width(&named, theme.text_dpx) / 2.0;
    let before = labelled.next().map_or(f64::NEG_INFINITY, |t| t.px + text_width(&t.label, theme.text_dpx) / 2.0);
    let left = last.px.min(end_px - half) - half;
    if left > before + theme.dpx(12.0) {
        last.label = named;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn far_values_widen_y_unless_they_press_the_rest_flat() {
        for (name, far, cut) in [
            ("a spike that leaves the rest legible", 60.0, false),
            ("a spike that would flatten the rest", 1e6, true),
            ("a fall that would flatten the rest", -1e6, true),
            ("the largest number there is", f64::MAX, true),
        ] {
            let y = (0..100).map(|i| if i == 50 { far } else { f64::from(i % 10) }).collect();
            let points = Points { x: (0..100).collect(), y };
            let mut chart = LineChart::new(
                "loss",
                vec![Line::new(data::run::RunId(1), "a", points.into(), crate::theme::Rgb(34, 117, 232))],
            );
            let layout = chart.layout((600, 400), &Theme::light(1.0));
            let [from, to] = layout.y.domain();
            assert_eq!((!layout.notes.is_empty(), !(from..=to).contains(&far)), (cut, cut), "{name}");
            chart.y_domain = YDomain::All;
            let layout = chart.layout((600, 400), &Theme::light(1.0));
            let [from, to] = layout.y.domain();
            assert!(layout.notes.is_empty() && (from..=to).contains(&far), "{name}");
        }
    }

    fn chart(y: &[f64]) -> LineChart {
        let points = Points { x: (0..y.len() as i64).collect(), y: y.to_vec() };
        LineChart::new(
            "loss",
            vec![Line::new(data::run::RunId(1), "a", points.into(), crate::theme::Rgb(34, 117, 232))],
        )
    }

    #[test]
    fn what_an_axis_leaves_out_is_said() {
        for (name, y, kind, domain, notes) in [
            ("all is shown", &[1.0, 2.0][..], ScaleKind::Linear, YDomain::Auto, &[][..]),
            ("all above zero", &[1.0, 2.0], ScaleKind::Log, YDomain::Auto, &[]),
            (
                "some not",
                &[1.0, 0.0, -1.0],
                ScaleKind::Log,
                YDomain::Auto,
                &["2 points at or below 0 cannot be shown on a log axis"],
            ),
            (
                "none",
                &[0.0],
                ScaleKind::Log,
                YDomain::Auto,
                &["no value lies above 0: the axis is symlog instead of log"],
            ),
            ("nothing finite", &[f64::NAN], ScaleKind::Log, YDomain::Auto, &[]),
        ] {
            let layout =
                LineChart { y_kind: kind, y_domain: domain, ..chart(y) }.layout((600, 400), &Theme::light(1.0));
            assert_eq!(layout.notes, notes, "{name}");
        }
        let y: Vec<f64> = (0..1000).map(f64::from).collect();
        let robust = LineChart { y_domain: YDomain::Robust(0.01), ..chart(&y) }.layout((600, 400), &Theme::light(1.0));
        assert_eq!(robust.notes, ["y shows the middle 98 % of values; 18 points lie beyond"]);
    }

    #[test]
    fn a_zoomed_axis_fits_what_is_in_sight() {
        let y: Vec<f64> = (0..100).map(f64::from).collect();
        let zoomed = |from, to| {
            let chart = LineChart { x_domain: Some([from, to]), y_domain: YDomain::All, ..chart(&y) };
            chart.layout((600, 400), &Theme::light(1.0)).y.domain().map(|y| (y * 100.0).round() / 100.0)
        };
        assert_eq!(zoomed(10.0, 20.0), [9.8, 20.2]);
        assert_eq!(zoomed(10.25, 10.75), [10.24, 10.76], "between two points, where the line crosses");
        assert_eq!(zoomed(200.0, 300.0), [-0.02, 1.02], "where nothing is");
    }

    #[test]
    fn everything_keeps_to_its_place() {
        for (name, chart) in crate::samples::all(false) {
            for (size, scale) in
                [((0, 0), 1.0), ((20, 10), 2.0), ((300, 150), 1.0), ((1200, 500), 2.0), ((9000, 40), 1.5)]
            {
                let theme = Theme::light(scale);
                let Layout { size: (width, height), plot, x_ticks, y_ticks, .. } = chart.layout(size, &theme);
                assert!(
                    0 <= plot.x0 && plot.x0 < plot.x1 && 0 <= plot.y0 && plot.y0 < plot.y1,
                    "{name} {size:?}: {plot:?}"
                );
                assert!(plot.x1 <= width.max(2) as i32 && plot.y1 <= height.max(2) as i32, "{name} {size:?}: {plot:?}");
                let labels = |ticks: &[Tick]| ticks.iter().filter(|tick| !tick.is_minor()).count();
                assert!(labels(&x_ticks) <= 8 && labels(&y_ticks) <= 8, "{name} {size:?}");
                if size.0 >= 300 && size.1 >= 150 {
                    assert!(labels(&y_ticks) >= 2, "{name} {size:?}: {y_ticks:?}");
                }
            }
        }
    }
}
