//! Light and dark: the system decides until the person does, and in a frame the page around it.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

const STORED_AS: &str = "throughline.theme";

/// The theme, for all that draws.
#[derive(Clone, Copy)]
pub struct ThemeState {
    /// Whether the page is dark.
    pub dark: RwSignal<bool>,
}

/// What an embed is told by the page around it, on the window: a theme, as [`Ground::said`] knows it.
const TOLD: &str = "throughline:theme";

/// Who decides on the theme.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Ground {
    /// The person, and the system until they do.
    Person,
    /// The system alone, in a frame.
    System,
    Light,
    Dark,
    /// Light, on the ground of the page around a frame.
    Transparent,
}

impl Ground {
    /// The theme by the name that it has in an address.
    fn said(theme: Option<&str>) -> Ground {
        match theme {
            Some("auto") => Ground::System,
            Some("light") => Ground::Light,
            Some("dark") => Ground::Dark,
            Some("transparent") => Ground::Transparent,
            _ => Ground::Person,
        }
    }

    fn is_dark(self, system: bool) -> bool {
        match self {
            Ground::Person => stored().unwrap_or(system),
            Ground::System => system,
            Ground::Dark => true,
            Ground::Light | Ground::Transparent => false,
        }
    }
}

/// Settles the theme and keeps the page and the charts to it. Call once, at the top.
pub fn provide_theme() -> ThemeState {
    let system = window().match_media("(prefers-color-scheme: dark)").ok().flatten();
    let now = {
        let system = system.clone();
        move || system.as_ref().is_some_and(|query| query.matches())
    };
    // The page of an embed says which theme it is for.
    let framed = document().body().is_some_and(|body| body.class_list().contains("embed"));
    let said = document().document_element().and_then(|root| root.get_attribute("data-theme")).filter(|_| framed);
    let ground = RwSignal::new(Ground::said(said.as_deref()));
    let dark = RwSignal::new(ground.get_untracked().is_dark(now()));
    if let Some(system) = system {
        let query = system.clone();
        let on_change = Closure::<dyn Fn()>::new(move || dark.set(ground.get_untracked().is_dark(query.matches())));
        let _ = system.add_event_listener_with_callback("change", on_change.as_ref().unchecked_ref());
        // The theme lives as long as the page.
        on_change.forget();
    }
    let told = window_event_listener_untyped(TOLD, move |event| {
        let theme = event.dyn_ref::<web_sys::CustomEvent>().and_then(|event| event.detail().as_string());
        ground.set(Ground::said(theme.as_deref()));
        dark.set(ground.get_untracked().is_dark(now()));
    });
    on_cleanup(move || told.remove());
    Effect::new(move |_| {
        let theme = match (ground.get(), dark.get()) {
            (Ground::Transparent, _) => "transparent",
            (_, true) => "dark",
            (_, false) => "light",
        };
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-theme", theme);
        }
    });
    let state = ThemeState { dark };
    provide_context(state);
    state
}

/// Whether what is drawn lies on the ground of the page around this one.
pub fn is_transparent() -> bool {
    let root = document().document_element();
    root.and_then(|root| root.get_attribute("data-theme")).as_deref() == Some("transparent")
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
