//! Light and dark: the system decides until the person does.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

const STORED_AS: &str = "throughline.theme";

/// The theme, for all that draws.
#[derive(Clone, Copy)]
pub struct ThemeState {
    /// Whether the page is dark.
    pub dark: RwSignal<bool>,
}

/// Settles the theme and keeps the page and the charts to it. Call once, at the top.
pub fn provide_theme() -> ThemeState {
    let system = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    // A page in a frame may say which theme it is for.
    let said = document().document_element().and_then(|root| root.get_attribute("data-theme"));
    let chosen = match said.as_deref() {
        Some("dark") => Some(true),
        Some("light" | "transparent") => Some(false),
        _ => stored(),
    };
    let dark = RwSignal::new(chosen.unwrap_or_else(|| system.as_ref().is_some_and(|query| query.matches())));
    if let Some(system) = system {
        let query = system.clone();
        let on_change = Closure::<dyn Fn()>::new(move || {
            if stored().is_none() {
                dark.set(query.matches());
            }
        });
        let _ = system.add_event_listener_with_callback("change", on_change.as_ref().unchecked_ref());
        // The theme lives as long as the page.
        on_change.forget();
    }
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", if dark.get() { "dark" } else { "light" });
        }
    });
    let state = ThemeState { dark };
    provide_context(state);
    state
}

impl ThemeState {
    /// Turns light to dark and back, and remembers it on this machine.
    pub fn toggle(&self) {
        let dark = !self.dark.get_untracked();
        self.dark.set(dark);
        // Storage may be forbidden; then the choice lasts until the page is closed.
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item(STORED_AS, if dark { "dark" } else { "light" });
        }
    }
}

fn stored() -> Option<bool> {
    let text = window().local_storage().ok().flatten()?.get_item(STORED_AS).ok().flatten()?;
    match text.as_str() {
        "dark" => Some(true),
        "light" => Some(false),
        _ => None,
    }
}
