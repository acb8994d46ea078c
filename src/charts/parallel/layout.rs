//! Where axes, ticks and the rail of missing values lie, in device pixels.

use super::{Axis, ParallelChart, Spread};
use crate::{
    layout::Rect,
    scale::ScaleKind,
    text::text_width,
    theme::Theme,
    ticks::{Tick, value_ticks},
    time::{duration_ticks, wall_ticks},
};
use data::column::{Attribute, Column};

/// What stands above the axes, CSS pixels: their titles.
pub const HEAD_PX: f64 = 46.0;
/// What stands below the axes, CSS pixels: the rail of missing values.
const FOOT_PX: f64 = 34.0;
/// How far below the axes the rail lies, CSS pixels.
const RAIL_PX: f64 = 16.0;
/// How far two labels stand apart at least, CSS pixels.
const LABEL_PX: f64 = 15.0;
/// The widest label of the first axis, CSS pixels.
const GUTTER_PX: f64 = 84.0;

/// Where one axis lies.
#[derive(Debug, Clone, PartialEq)]
pub struct AxisPlace {
    /// Its x.
    pub x: f64,
    /// Its ticks with their y; labels are cut to the room that there is.
    pub ticks: Vec<Tick>,
}

/// Where everything of a picture of one size lies, device pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct ParallelLayout {
    /// Width and height of the whole picture.
    pub size: (u32, u32),
    /// From the first to the last axis, from their top to their bottom; at least a pixel.
    pub plot: Rect,
    /// The y of the rail of missing values.
    pub rail: f64,
    /// The axes, left to right.
    pub axes: Vec<AxisPlace>,
}

impl ParallelLayout {
    /// The y of a share of an axis; NaN lies on the rail.
    #[inline]
    pub fn y(&self, share: f32) -> f64 {
        if share.is_nan() {
            return self.rail;
        }
        f64::from(self.plot.y1) - f64::from(share) * f64::from(self.plot.y1 - self.plot.y0)
    }

    /// The share of an axis at `y`: beyond 0 to 1 outside.
    pub fn share(&self, y: f64) -> f64 {
        (f64::from(self.plot.y1) - y) / f64::from(self.plot.y1 - self.plot.y0)
    }

    /// How far one axis is from the next.
    pub fn gap(&self) -> f64 {
        match &self.axes[..] {
            [first, second, ..] => second.x - first.x,
            _ => f64::from(self.size.0),
        }
    }
}

impl ParallelChart {
    /// Lays the chart out in `size` device pixels. However small that is, the plot has a pixel.
    pub fn layout(&self, size: (u32, u32), theme: &Theme) -> ParallelLayout {
        let (width, height) = (size.0.clamp(1, 1 << 16) as i32, size.1.clamp(1, 1 << 16) as i32);
        let top = theme.whole_dpx(HEAD_PX).min(height / 2);
        let bottom = (height - theme.whole_dpx(FOOT_PX)).max(top + 1);
        let range = [f64::from(bottom), f64::from(top)];
        let ticks: Vec<Vec<Tick>> = self.axes.iter().map(|axis| self.ticks(axis, range, theme)).collect();
        let label =
            |ticks: &Vec<Tick>| ticks.iter().map(|tick| text_width(&tick.label, theme.text_dpx)).fold(0.0, f64::max);
        let gutter = ticks.first().map_or(0.0, label).clamp(theme.dpx(28.0), theme.dpx(GUTTER_PX)) + theme.dpx(14.0);
        let left = (gutter as i32).min(width / 3);
        let right = (width - theme.whole_dpx(44.0)).max(left + 1);
        let gap = f64::from(right - left) / (self.axes.len().max(2) - 1) as f64;
        let place = |(at, mut ticks): (usize, Vec<Tick>)| {
            let x =
                if self.axes.len() == 1 { f64::from(left + right) / 2.0 } else { f64::from(left) + gap * at as f64 };
            let room = if at == 0 { gutter - theme.dpx(8.0) } else { gap * 0.76 - theme.dpx(8.0) };
            for tick in &mut ticks {
                tick.label = shortened(&tick.label, room, theme.text_dpx);
            }
            AxisPlace { x, ticks }
        };
        ParallelLayout {
            size: (width as u32, height as u32),
            plot: Rect { x0: left, y0: top, x1: right, y1: bottom },
            rail: f64::from(bottom) + theme.dpx(RAIL_PX),
            axes: ticks.into_iter().enumerate().map(place).collect(),
        }
    }

    fn ticks(&self, axis: &Axis, range: [f64; 2], theme: &Theme) -> Vec<Tick> {
        let range = if axis.inverted { [range[1], range[0]] } else { range };
        let y = |share: f64| range[0] + share * (range[1] - range[0]);
        let most = ((range[0] - range[1]).abs() / theme.dpx(LABEL_PX)).max(1.0);
        let wanted = ((range[0] - range[1]).abs() / theme.dpx(48.0)) as usize;
        match &axis.spread {
            Spread::Scale(scale) | Spread::Time(scale) => {
                let scale = scale.onto(range);
                let mut ticks = match (&axis.spread, &axis.column) {
                    (Spread::Time(_), _) => wall_ticks(&scale, wanted.clamp(2, 6), self.utc_offset_minutes),
                    (_, Column::Attribute(Attribute::Duration)) if scale.kind() == ScaleKind::Linear => {
                        duration_ticks(&scale, wanted.clamp(2, 8))
                    }
                    _ => value_ticks(&scale, wanted, false),
                };
                ticks.retain(|tick| !tick.is_minor());
                ticks
            }
            Spread::Rank(ranks) => {
                let tick = |at: usize| {
                    let (value, share) = ranks[at];
                    Tick { value, px: y(share), label: crate::format::number_text(value, 3) }
                };
                let mut ticks: Vec<Tick> = Vec::new();
                for part in 0..=wanted.clamp(2, 8) {
                    let share = part as f64 / wanted.clamp(2, 8) as f64;
                    let at = ranks.partition_point(|(_, at)| *at < share).min(ranks.len().saturating_sub(1));
                    if at < ranks.len()
                        && ticks.last().is_none_or(|last| (last.px - tick(at).px).abs() >= theme.dpx(LABEL_PX))
                    {
                        ticks.push(tick(at));
                    }
                }
                ticks
            }
            Spread::Bands(bands) => {
                let step = (bands.len() as f64 / most).ceil().max(1.0) as usize;
                let tick = |(at, band): (usize, &super::Category)| {
                    let px = y((at as f64 + 0.5) / bands.len() as f64);
                    Tick { value: at as f64, px, label: band.label() }
                };
                bands.iter().enumerate().step_by(step).map(tick).collect()
            }
        }
    }
}

/// `text`, cut with an ellipsis to `room` pixels; at least its first letter.
pub(super) fn shortened(text: &str, room: f64, text_dpx: f64) -> String {
    if text_width(text, text_dpx) <= room {
        return text.to_owned();
    }
    let mut kept = String::new();
    for letter in text.chars() {
        if !kept.is_empty() && text_width(&kept, text_dpx) + 1.6 * text_dpx * 0.64 > room {
            break;
        }
        kept.push(letter);
    }
    kept + "…"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parallel::samples;

    #[test]
    fn axes_stand_evenly_from_left_to_right() {
        let layout = samples::search(20, false).layout((800, 400), &Theme::light(1.0));
        let gap = layout.gap();
        assert!(layout.axes.windows(2).all(|pair| (pair[1].x - pair[0].x - gap).abs() < 1e-9));
        assert!(layout.plot.x0 > 0 && layout.plot.x1 < 800);
        assert!(layout.rail > f64::from(layout.plot.y1) && layout.rail < 400.0);
        assert!((layout.share(layout.y(0.3)) - 0.3).abs() < 1e-6);
    }

    #[test]
    fn labels_are_cut_to_their_room() {
        assert_eq!(shortened("adam", 100.0, 12.0), "adam");
        assert_eq!(shortened("a very long category", 50.0, 12.0), "a very…");
        assert_eq!(shortened("wide", 1.0, 12.0), "w…");
    }

    #[test]
    fn every_sample_fits_every_size() {
        for (name, chart) in samples::all() {
            for size in [(0, 0), (1, 300), (300, 1), (90, 60), (4000, 2000)] {
                let layout = chart.layout(size, &Theme::light(2.0));
                assert!(layout.plot.width() > 0 && layout.plot.height() > 0, "{name} {size:?}");
                assert!(layout.axes.iter().flat_map(|axis| &axis.ticks).all(|tick| tick.px.is_finite()), "{name}");
            }
        }
    }
}
