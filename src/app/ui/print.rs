//! Printing: every panel is drawn, light and as wide as paper, before the browser makes pages of them.

use super::theme::ThemeState;
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};
use std::{cell::Cell, rc::Rc, time::Duration};

/// How often it is looked whether everything is drawn, and how often at most.
const LOOKS: (Duration, u32) = (Duration::from_millis(150), 200);

/// Whether the page is about to be printed: then all of it counts as in sight.
#[derive(Clone, Copy)]
pub struct Printing(pub RwSignal<bool>);

/// Makes [`Printing`] known, and `Ctrl P` wait for what is not drawn yet. Call once, at the top.
pub fn provide_printing(theme: ThemeState) {
    let printing = Printing(RwSignal::new(false));
    provide_context(printing);
    window_event_listener(leptos::ev::keydown, move |event| {
        let wanted = (event.ctrl_key() || event.meta_key()) && !event.shift_key() && !event.alt_key();
        if wanted && event.key().eq_ignore_ascii_case("p") {
            event.prevent_default();
            print(theme, printing);
        }
    });
}

fn print(theme: ThemeState, Printing(printing): Printing) {
    if printing.get_untracked() {
        return;
    }
    let (root, was_dark) = (document().document_element(), theme.dark.get_untracked());
    theme.dark.set(false);
    printing.set(true);
    if let Some(root) = &root {
        let _ = root.set_attribute("data-printing", "true");
    }
    let (looks, still) = (Cell::new(0), Cell::new(0));
    let timer = Rc::new(Cell::new(None::<IntervalHandle>));
    let own = timer.clone();
    let look = move || {
        looks.set(looks.get() + 1);
        // Panels that come into sight begin a moment later.
        still.set(if is_busy() { 0 } else { still.get() + 1 });
        if still.get() < 3 && looks.get() < LOOKS.1 {
            return;
        }
        if let Some(timer) = own.take() {
            timer.clear();
        }
        let _ = window().print();
        if let Some(root) = &root {
            let _ = root.remove_attribute("data-printing");
        }
        printing.set(false);
        theme.dark.set(was_dark);
    };
    timer.set(set_interval_with_handle(look, LOOKS.0).ok());
}

/// Whether something on the page is loaded or drawn.
fn is_busy() -> bool {
    document().query_selector("main [aria-busy=true]").is_ok_and(|found| found.is_some())
}
