//! Annotations in a line chart: where their marks and words lie, and drawing them.

use crate::{
    draw::{Words, fill, mix, write},
    layout::{Layout, Rect},
    line::{Annotation, LineChart, Place},
    text::{fitted, text_width},
    theme::{Rgb, Theme},
};
use plotters::{
    backend::DrawingBackend,
    coord::Shift,
    drawing::{DrawingArea, DrawingAreaErrorKind},
    element::{Circle, Rectangle},
    style::{
        Color,
        text_anchor::{HPos, Pos, VPos},
    },
};

/// How many annotations of one chart are drawn.
pub const MOST_ANNOTATIONS: usize = 100;
/// The widest label, CSS pixels.
const WIDEST_PX: f64 = 180.0;

/// Where one annotation lies, device pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Annotated {
    /// Its index in the chart.
    pub index: usize,
    /// The part of the plot that it marks: a line across or down is a hairline thick.
    pub mark: Rect,
    /// Its words, cut to their room.
    pub label: String,
    /// Where the words lie.
    pub words: Rect,
}

impl LineChart {
    /// Where the annotations lie that are in sight, in the order in which they are drawn. Words that would
    /// cover others move down, those that find no room are left out, but their marks stay.
    pub fn annotated(&self, layout: &Layout, theme: &Theme) -> Vec<Annotated> {
        let mut placed: Vec<Annotated> = Vec::new();
        for (index, annotation) in self.annotations.iter().take(MOST_ANNOTATIONS).enumerate() {
            let Some(mark) = mark_of(annotation, layout, theme) else { continue };
            let room = f64::from(layout.plot.width()) - theme.dpx(8.0);
            let label = fitted(&annotation.text, room.min(theme.dpx(WIDEST_PX)), theme.text_dpx);
            let spot = words_of(annotation, mark, &label, layout, theme, &placed);
            let (label, words) = spot.map_or_else(Default::default, |words| (label, words));
            placed.push(Annotated { index, mark, label, words });
        }
        placed
    }

    /// The index of the annotation whose mark or words lie within `max_distance` of a place, the one on top first.
    /// A stretch of x is found by its words and its ends.
    pub fn annotation_at(&self, layout: &Layout, theme: &Theme, at: (f64, f64), max_distance: f64) -> Option<usize> {
        let near = |rect: &Rect| distance_to(rect, at) <= max_distance;
        let hit = |placed: &&Annotated| {
            let ends = match self.annotations[placed.index].place {
                Place::XRange(_) => {
                    let Rect { x0, y0, x1, y1 } = placed.mark;
                    vec![Rect { x0, y0, x1: x0 + 1, y1 }, Rect { x0: x1 - 1, y0, x1, y1 }]
                }
                Place::X(_) | Place::Y(_) | Place::Point { .. } => vec![placed.mark],
            };
            ends.iter().any(near) || (!placed.label.is_empty() && near(&placed.words))
        };
        self.annotated(layout, theme).iter().rev().find(hit).map(|placed| placed.index)
    }
}

fn distance_to(rect: &Rect, (x, y): (f64, f64)) -> f64 {
    let dx = (f64::from(rect.x0) - x).max(x - f64::from(rect.x1)).max(0.0);
    let dy = (f64::from(rect.y0) - y).max(y - f64::from(rect.y1)).max(0.0);
    dx.hypot(dy)
}

/// What an annotation marks; `None` if that is out of sight.
fn mark_of(annotation: &Annotation, layout: &Layout, theme: &Theme) -> Option<Rect> {
    let plot = layout.plot;
    let hairline = theme.whole_dpx(1.0);
    let column = |x: f64| {
        let px = layout.x.px_from(x);
        (f64::from(plot.x0)..=f64::from(plot.x1)).contains(&px).then(|| (px.round() as i32).min(plot.x1 - hairline))
    };
    let row = |y: f64| {
        let px = layout.y.px_from(y);
        (f64::from(plot.y0)..=f64::from(plot.y1)).contains(&px).then(|| (px.round() as i32).min(plot.y1 - hairline))
    };
    match annotation.place {
        Place::X(x) => column(x).map(|x0| Rect { x0, x1: x0 + hairline, ..plot }),
        Place::Y(y) => row(y).map(|y0| Rect { y0, y1: y0 + hairline, ..plot }),
        Place::XRange([from, to]) => {
            let [first, last] = layout.x.domain();
            let (from, to) = (from.min(to).max(first), from.max(to).min(last));
            if from > to || to.is_nan() {
                return None;
            }
            let [x0, x1] = [from, to].map(|x| layout.x.px_from(x).round() as i32);
            Some(Rect { x0, x1: x1.max(x0 + hairline), ..plot })
        }
        Place::Point { x, y } => {
            let (x, y, reach) = (column(x)?, row(y)?, theme.whole_dpx(4.0));
            Some(Rect { x0: x - reach, y0: y - reach, x1: x + reach, y1: y + reach })
        }
    }
}

/// Where the words of an annotation lie: beside its mark, below words that are there already.
fn words_of(
    annotation: &Annotation,
    mark: Rect,
    label: &str,
    layout: &Layout,
    theme: &Theme,
    placed: &[Annotated],
) -> Option<Rect> {
    if label.is_empty() {
        return None;
    }
    let plot = layout.plot;
    let (wide, tall) = (text_width(label, theme.text_dpx).ceil() as i32, (theme.text_dpx * 1.3).ceil() as i32);
    let gap = theme.whole_dpx(4.0);
    let beside = |x: i32| if x + gap + wide <= plot.x1 { x + gap } else { (mark.x0 - gap - wide).max(plot.x0) };
    let (x0, y0) = match annotation.place {
        Place::X(_) | Place::Point { .. } => (beside(mark.x1), mark.y0),
        Place::XRange(_) => ((mark.x0 + gap).min(plot.x1 - wide).max(plot.x0), mark.y0),
        Place::Y(_) => (plot.x1 - wide, if mark.y0 - tall >= plot.y0 { mark.y0 - tall } else { mark.y1 }),
    };
    let rows = (0..).map(|row| Rect { x0, x1: x0 + wide, y0: y0 + row * tall, y1: y0 + (row + 1) * tall });
    let apart = |a: &Rect, b: &Rect| a.x1 <= b.x0 || b.x1 <= a.x0 || a.y1 <= b.y0 || b.y1 <= a.y0;
    rows.take_while(|spot| spot.y1 <= plot.y1)
        .find(|spot| placed.iter().filter(|placed| !placed.label.is_empty()).all(|placed| apart(spot, &placed.words)))
}

/// Draws the annotations of `chart` over its lines.
pub fn draw_annotations<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    chart: &LineChart,
    layout: &Layout,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    if chart.annotations.is_empty() {
        return Ok(());
    }
    for placed in chart.annotated(layout, theme) {
        let annotation = &chart.annotations[placed.index];
        let color = annotation.color.unwrap_or_else(|| mix(theme.muted, theme.ink));
        draw_mark(area, annotation, placed.mark, color, theme)?;
        if placed.label.is_empty() {
            continue;
        }
        let Rect { x0, y0, x1, y1 } = placed.words;
        area.draw(&Rectangle::new([(x0, y0), (x1, y1)], theme.surface.with_alpha(0.8).filled()))?;
        let words = Words { text: &placed.label, color: theme.ink, size_dpx: theme.text_dpx, bold: false };
        write(area, theme, words, (x0, (y0 + y1) / 2), Pos::new(HPos::Left, VPos::Center))?;
    }
    Ok(())
}

fn draw_mark<DB: DrawingBackend>(
    area: &DrawingArea<DB, Shift>,
    annotation: &Annotation,
    mark: Rect,
    color: Rgb,
    theme: &Theme,
) -> Result<(), DrawingAreaErrorKind<DB::ErrorType>> {
    let (from, to) = ((mark.x0, mark.y0), (mark.x1, mark.y1));
    let hairline = theme.whole_dpx(1.0);
    match annotation.place {
        Place::X(_) | Place::Y(_) => fill(area, from, to, color),
        Place::XRange(_) => {
            area.draw(&Rectangle::new([from, to], color.with_alpha(0.1).filled()))?;
            fill(area, from, (mark.x0 + hairline, mark.y1), color)?;
            fill(area, (mark.x1 - hairline, mark.y0), to, color)
        }
        Place::Point { .. } => {
            let middle = ((mark.x0 + mark.x1) / 2, (mark.y0 + mark.y1) / 2);
            let radius = (mark.x1 - mark.x0) / 2;
            area.draw(&Circle::new(middle, radius, theme.surface.with_alpha(1.0).filled()))?;
            area.draw(&Circle::new(middle, radius, color.with_alpha(1.0).stroke_width(theme.whole_dpx(2.0) as u32)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{line::YDomain, samples};

    fn chart(places: &[(Place, &str)]) -> LineChart {
        LineChart {
            x_domain: Some([0.0, 100.0]),
            y_domain: YDomain::Fixed([0.0, 10.0]),
            annotations: places.iter().map(|(place, text)| Annotation::new(*place, *text)).collect(),
            ..samples::losses(1, 100, false)
        }
    }

    #[test]
    fn words_stand_beside_their_places_and_apart() {
        let many: Vec<_> = (0..40).map(|at| (Place::X(f64::from(at % 3) + 50.0), "a longer label")).collect();
        let chart = chart(&many);
        let theme = Theme::light(1.0);
        let layout = chart.layout((600, 300), &theme);
        let placed = chart.annotated(&layout, &theme);
        assert_eq!(placed.len(), 40, "every mark is drawn");
        let words: Vec<Rect> = placed.iter().filter(|p| !p.label.is_empty()).map(|p| p.words).collect();
        assert!(words.len() > 10 && words.len() < 40, "{} labels fit", words.len());
        for (at, a) in words.iter().enumerate() {
            assert!(a.y1 <= layout.plot.y1 && a.x0 >= layout.plot.x0 && a.x1 <= layout.plot.x1);
            assert!(words[..at].iter().all(|b| a.y1 <= b.y0 || b.y1 <= a.y0 || a.x1 <= b.x0 || b.x1 <= a.x0));
        }
    }

    #[test]
    fn what_is_out_of_sight_is_left_out() {
        for (name, place, seen) in [
            ("in sight", Place::X(50.0), true),
            ("left of the plot", Place::X(-1.0), false),
            ("a stretch that begins before it", Place::XRange([-50.0, 10.0]), true),
            ("a stretch beyond it", Place::XRange([200.0, 300.0]), false),
            ("above", Place::Y(11.0), false),
            ("a point", Place::Point { x: 1.0, y: 1.0 }, true),
            ("a point above", Place::Point { x: 1.0, y: 99.0 }, false),
            ("nowhere", Place::X(f64::NAN), false),
            ("between here and nowhere", Place::XRange([200.0, f64::NAN]), false),
            ("an endless stretch", Place::XRange([f64::NEG_INFINITY, f64::INFINITY]), true),
        ] {
            let chart = chart(&[(place, "here")]);
            let theme = Theme::light(2.0);
            assert_eq!(!chart.annotated(&chart.layout((600, 300), &theme), &theme).is_empty(), seen, "{name}");
        }
    }

    #[test]
    fn a_pointer_finds_marks_and_words() {
        let chart = chart(&[(Place::X(50.0), "warm"), (Place::XRange([10.0, 30.0]), "")]);
        let theme = Theme::light(1.0);
        let layout = chart.layout((600, 300), &theme);
        let at = |x: f64| (layout.x.px_from(x), 200.0);
        for (x, found) in [(50.0, Some(0)), (10.0, Some(1)), (30.0, Some(1)), (20.0, None), (90.0, None)] {
            assert_eq!(chart.annotation_at(&layout, &theme, at(x), 4.0), found, "at {x}");
        }
        let words = (layout.x.px_from(50.0) + 15.0, f64::from(layout.plot.y0) + 6.0);
        assert_eq!(chart.annotation_at(&layout, &theme, words, 2.0), Some(0));
    }
}
