//! Which part of x a panel shows, and where that is said.

use super::{LineLook, View};
use crate::frame::XAxis;

/// Where the x range of a panel is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    /// By the panel: it was given one, or has an x of its own, which no range of the others fits.
    Panel,
    /// By the workspace, in steps or milliseconds.
    Range,
    /// By the workspace, in values of the metric along x.
    Values,
}

fn said(view: &View, panel: &str, look: &LineLook) -> Said {
    let own = view.panels.get(panel).is_some_and(|panel| panel.x_range.is_some());
    let x = view.lines.x.unwrap_or_default();
    let same = look.x == x && look.origin == view.lines.origin.unwrap_or_default();
    match look.x {
        _ if own || !same => Said::Panel,
        XAxis::Metric if view.lines.x_metric.as_deref().unwrap_or_default() != look.x_metric => Said::Panel,
        XAxis::Metric => Said::Values,
        XAxis::Step | XAxis::RelativeTime | XAxis::ActiveTime | XAxis::WallTime => Said::Range,
    }
}

impl View {
    /// The x range of the panel `panel`, both ends inside it: steps, milliseconds, or values of the metric along x.
    pub fn x_range_of(&self, panel: &str, look: &LineLook) -> Option<[f64; 2]> {
        match said(self, panel, look) {
            Said::Panel => self.panels.get(panel)?.x_range,
            Said::Range => self.range.map(|ends| ends.map(|end| end as f64)),
            Said::Values => self.value_range,
        }
    }

    /// Shows of the panel's x no more than `range`, and nothing that it did not show before; all that it showed, if
    /// they have nothing in common.
    pub fn narrow_x(&mut self, panel: &str, look: &LineLook, [from, to]: [f64; 2]) {
        let cut = match self.x_range_of(panel, look) {
            None => [from, to],
            Some([least, most]) => [from.max(least), to.min(most)],
        };
        if cut[0] < cut[1] {
            self.set_x_range(panel, look, Some(cut));
        }
    }

    /// Shows the parts of x that `other` shows.
    pub fn take_ranges(&mut self, other: &View) {
        (self.range, self.value_range) = (other.range, other.value_range);
        for panel in self.panels.values_mut() {
            panel.x_range = None;
        }
        for (key, panel) in other.panels.iter().filter(|(_, panel)| panel.x_range.is_some()) {
            self.change_panel(key, |own| own.x_range = panel.x_range);
        }
    }

    /// Shows `range` of x in the panel `panel`, and in all that share its x.
    pub fn set_x_range(&mut self, panel: &str, look: &LineLook, range: Option<[f64; 2]>) {
        match said(self, panel, look) {
            Said::Panel => self.change_panel(panel, |panel| panel.x_range = range),
            Said::Range => self.range = range.map(whole),
            Said::Values => self.value_range = range,
        }
    }
}

/// The whole x units that cover the range, at least one wide.
pub fn whole([from, to]: [f64; 2]) -> [i64; 2] {
    let (from, to) = (from.floor() as i64, to.ceil() as i64);
    [from, to.max(from.saturating_add(1))]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_covers_what_was_chosen_and_is_never_empty() {
        for (from, to, range) in
            [(1.2, 7.9, [1, 8]), (3.0, 3.0, [3, 4]), (-0.5, 0.5, [-1, 1]), (1e300, 1e301, [i64::MAX, i64::MAX])]
        {
            assert_eq!(whole([from, to]), range);
        }
    }

    #[test]
    fn a_narrowed_view_shows_nothing_new() {
        let look = LineLook::default();
        for (range, wanted, left) in [
            (None, [2.0, 9.0], Some([2, 9])),
            (Some([0, 5]), [2.0, 9.0], Some([2, 5])),
            (Some([3, 5]), [-1e9, 1e9], Some([3, 5])),
            (Some([0, 5]), [6.0, 9.0], Some([0, 5])),
            (Some([0, 5]), [f64::NAN, 9.0], Some([0, 5])),
        ] {
            let mut view = View { range, ..View::default() };
            view.narrow_x("a", &look, wanted);
            assert_eq!(view.range, left, "{range:?} {wanted:?}");
        }
    }

    #[test]
    fn panels_of_one_x_share_their_range() {
        let mut view = View::default();
        let (steps, times) = (LineLook::default(), LineLook { x: XAxis::RelativeTime, ..LineLook::default() });
        view.set_x_range("a", &steps, Some([2.5, 9.0]));
        assert_eq!((view.range, view.x_range_of("b", &steps)), (Some([2, 9]), Some([2.0, 9.0])));
        assert_eq!(view.x_range_of("c", &times), None, "a range of steps says nothing about a time");
        view.set_x_range("c", &times, Some([0.0, 1e3]));
        assert_eq!((view.x_range_of("c", &times), view.range), (Some([0.0, 1e3]), Some([2, 9])));
        view.change_panel("b", |panel| panel.x_range = Some([0.0, 4.0]));
        view.set_x_range("b", &steps, Some([1.0, 4.0]));
        assert_eq!(
            (view.x_range_of("b", &steps), view.range),
            (Some([1.0, 4.0]), Some([2, 9])),
            "its own stays its own"
        );
        view.lines.x = Some(XAxis::Metric);
        view.lines.x_metric = Some("epoch".into());
        let epochs = LineLook { x: XAxis::Metric, x_metric: "epoch".into(), ..LineLook::default() };
        view.set_x_range("a", &epochs, Some([0.25, 0.5]));
        assert_eq!((view.x_range_of("d", &epochs), view.range), (Some([0.25, 0.5]), Some([2, 9])));
    }
}
