//! What the address of a frame or a picture asks of how a view is drawn.

use super::{LineSettings, View};
use crate::{frame::XAxis, smooth::Smoothing};

/// What is asked for; nothing changes what is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Asked {
    /// How much of the past stays, in `0..1`; 0 takes smoothing away.
    pub smooth: Option<f64>,
    /// What runs along x.
    pub x: Option<XAxis>,
}

impl Asked {
    /// Reads `smooth=0.6` and `x=step|relative|wall`. What cannot be read asks for nothing: a frame of a wiki is better
    /// drawn as it was shared than not at all.
    pub fn of(smooth: Option<&str>, x: Option<&str>) -> Asked {
        let x = match x {
            Some("step") => Some(XAxis::Step),
            Some("relative") => Some(XAxis::RelativeTime),
            Some("wall") => Some(XAxis::WallTime),
            _ => None,
        };
        Asked { smooth: smooth.and_then(|text| text.parse().ok()).filter(|weight| (0.0..1.0).contains(weight)), x }
    }

    /// Draws `view` so. A view that shows a part of x only keeps its axis.
    pub fn apply(self, view: &mut View) {
        if let Some(weight) = self.smooth {
            let smoothing = if weight > 0.0 { Smoothing::Ema { weight } } else { Smoothing::None };
            everywhere(view, |lines| lines.smoothing = None);
            view.lines.smoothing = Some(smoothing);
        }
        let whole = view.range.is_none()
            && view.value_range.is_none()
            && view.panels.values().all(|panel| panel.x_range.is_none());
        if let Some(x) = self.x.filter(|_| whole) {
            everywhere(view, |lines| (lines.x, lines.x_metric) = (None, None));
            view.lines.x = Some(x);
        }
    }
}

/// Changes what every level of `view` says.
fn everywhere(view: &mut View, change: impl Fn(&mut LineSettings)) {
    change(&mut view.lines);
    view.sections.values_mut().for_each(&change);
    view.panels.values_mut().for_each(|panel| change(&mut panel.lines));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::PanelView;

    #[test]
    fn what_cannot_be_read_asks_for_nothing() {
        for (name, smooth, x) in [
            ("nothing", None, None),
            ("no number", Some("much"), Some("steps")),
            ("too much", Some("1"), Some("")),
            ("less than nothing", Some("-0.1"), Some("metric")),
            ("not finite", Some("NaN"), Some("<b>")),
        ] {
            assert_eq!(Asked::of(smooth, x), Asked::default(), "{name}");
        }
    }

    #[test]
    fn every_panel_is_drawn_as_asked() {
        let own = LineSettings {
            smoothing: Some(Smoothing::Mean { window: 9 }),
            x: Some(XAxis::Metric),
            x_metric: Some("epoch".into()),
            ..LineSettings::default()
        };
        let panel = PanelView { lines: own.clone(), ..PanelView::default() };
        let shared = View {
            panels: [("loss".to_owned(), panel)].into(),
            sections: [("train".to_owned(), own)].into(),
            ..View::default()
        };
        let mut view = shared.clone();
        Asked::of(Some("0.6"), Some("relative")).apply(&mut view);
        for (section, key) in [("", "loss"), ("train", "acc"), ("", "")] {
            let look = view.look_of(section, key);
            assert_eq!(
                (look.smoothing, look.x),
                (Smoothing::Ema { weight: 0.6 }, XAxis::RelativeTime),
                "{section}/{key}"
            );
        }
        Asked::of(Some("0"), None).apply(&mut view);
        assert_eq!(view.look_of("", "loss").smoothing, Smoothing::None);

        let mut part = View { range: Some([5, 9]), ..shared };
        let before = part.look_of("", "loss").x;
        Asked::of(None, Some("wall")).apply(&mut part);
        assert_eq!(part.look_of("", "loss").x, before, "a part of x keeps its axis");
    }
}
