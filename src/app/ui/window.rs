//! The part of a long list that is drawn, as it follows a scroll.
//!
//! A keyed list finds out what came and went, but takes each element out of the page and puts it back where several came
//! before it, and then the browser styles and lays out all of them anew. Where one comes at a time, those that stay are
//! not touched.

use leptos::{
    prelude::*,
    task::{spawn_local, tick},
};

/// From the first that is drawn to the one after the last.
pub type Window = (usize, usize);

/// A window that gets to `wanted` before the next picture, in steps that a keyed list follows without moving what stays.
pub fn follow(wanted: Memo<Window>) -> ReadSignal<Window> {
    let (shown, set_shown) = signal((0, 0));
    let under_way = StoredValue::new(false);
    Effect::new(move |_| {
        let goal = wanted.get();
        if under_way.get_value() || shown.get_untracked() == goal {
            return;
        }
        let first = step(shown.get_untracked(), goal);
        set_shown.set(first);
        if first == goal {
            return;
        }
        under_way.set_value(true);
        spawn_local(async move {
            loop {
                // What was shown is drawn first.
                tick().await;
                let (Some(now), Some(goal)) = (shown.try_get_untracked(), wanted.try_get_untracked()) else { return };
                if now == goal {
                    break;
                }
                set_shown.set(step(now, goal));
            }
            under_way.set_value(false);
        });
    });
    shown
}

/// The next window on the way from `now` to `goal`: all that goes and all that comes after, but one that comes before.
fn step(now: Window, goal: Window) -> Window {
    let apart = goal.1 <= now.0 || now.1 <= goal.0;
    if apart || goal.0 >= now.0 { goal } else { (now.0 - 1, goal.1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_comes_before_comes_one_by_one() {
        for (name, now, goal, next) in [
            ("the first look", (0, 0), (0, 40), (0, 40)),
            ("down", (0, 40), (4, 44), (4, 44)),
            ("up", (10, 50), (6, 46), (9, 46)),
            ("the last step up", (7, 46), (6, 46), (6, 46)),
            ("far up", (100, 140), (10, 50), (10, 50)),
            ("to what lies just before", (10, 20), (0, 10), (0, 10)),
            ("more at both ends", (10, 20), (8, 22), (9, 22)),
            ("nothing is left", (10, 20), (0, 0), (0, 0)),
        ] {
            assert_eq!(step(now, goal), next, "{name}");
        }
    }

    #[test]
    fn every_goal_is_reached_in_as_many_steps_as_it_shows() {
        for (from, to) in (0..20).flat_map(|from| (0..20).map(move |to| (from, to))) {
            for (shown, wanted) in (0..8).flat_map(|shown| (0..8).map(move |wanted| (shown, wanted))) {
                let (start, goal) = ((from, from + shown), (to, to + wanted));
                assert_eq!((0..=8).fold(start, |now, _| step(now, goal)), goal, "{start:?}");
            }
        }
    }
}
