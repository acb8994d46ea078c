//! Undo and redo: every change of a view or a report can be taken back.

use data::view::View;

/// How many steps back are kept.
const DEPTH: usize = 200;
/// Changes of one topic within this many milliseconds are one step.
const ONE_STEP_MILLIS: f64 = 800.0;

/// The views, or documents of another kind, before and after the one on the screen.
#[derive(Debug)]
pub struct History<T = View> {
    past: Vec<T>,
    future: Vec<T>,
    last: Option<(String, f64)>,
}

impl<T> Default for History<T> {
    fn default() -> Self {
        History { past: Vec::new(), future: Vec::new(), last: None }
    }
}

impl<T> History<T> {
    /// Remembers `before`, the view that a change of `topic` replaces at `now_millis`.
    pub fn push(&mut self, topic: &str, before: T, now_millis: f64) {
        let same = self.last.as_ref().is_some_and(|(last, at)| last == topic && now_millis - at < ONE_STEP_MILLIS);
        self.last = Some((topic.to_owned(), now_millis));
        self.future.clear();
        if same && !self.past.is_empty() {
            return;
        }
        self.past.push(before);
        if self.past.len() > DEPTH {
            self.past.remove(0);
        }
    }

    /// The view before `now`, which becomes the next one to redo.
    pub fn undo(&mut self, now: T) -> Option<T> {
        self.last = None;
        let view = self.past.pop()?;
        self.future.push(now);
        Some(view)
    }

    /// The view that was undone last.
    pub fn redo(&mut self, now: T) -> Option<T> {
        self.last = None;
        let view = self.future.pop()?;
        self.past.push(now);
        Some(view)
    }

    /// Whether there is a view to go back to.
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is a view to go forward to.
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(search: &str) -> View {
        View { search: search.into(), ..View::default() }
    }

    #[test]
    fn changes_come_back_in_order() {
        let mut history = History::default();
        history.push("a", view("0"), 0.0);
        history.push("b", view("1"), 1.0);
        assert_eq!(history.undo(view("2")), Some(view("1")));
        assert_eq!(history.undo(view("1")), Some(view("0")));
        assert_eq!(history.undo(view("0")), None);
        assert_eq!(history.redo(view("0")), Some(view("1")));
        assert!(history.can_undo() && history.can_redo());
    }

    #[test]
    fn a_dragged_slider_is_one_step() {
        let mut history = History::default();
        for at in 0..50 {
            history.push("smoothing", view(&at.to_string()), f64::from(at) * 16.0);
        }
        assert_eq!(history.undo(view("50")), Some(view("0")));
        history.push("smoothing", view("0"), 900.0);
        assert!(!history.can_redo(), "a new change forgets what was undone");
    }
}
