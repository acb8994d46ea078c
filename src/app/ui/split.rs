//! The bar between two panes, dragged by hand or moved by key.

use leptos::{ev, prelude::*};

/// A bar that sets the width of the pane to its left, in CSS pixels.
#[component]
pub fn Split(
    /// What the bar sizes, for people who hear it.
    label: &'static str,
    /// The width now.
    width: RwSignal<f64>,
    /// The smallest and the largest width.
    range: (f64, f64),
) -> impl IntoView {
    let drag = StoredValue::new(None::<(f64, f64)>);
    let on_down = move |event: ev::PointerEvent| {
        if let Some(bar) = event_target::<web_sys::Element>(&event).closest(".split").ok().flatten() {
            let _ = bar.set_pointer_capture(event.pointer_id());
        }
        drag.set_value(Some((f64::from(event.client_x()), width.get_untracked())));
        event.prevent_default();
    };
    let on_move = move |event: ev::PointerEvent| {
        if let Some((from_x, from_width)) = drag.get_value() {
            width.set((from_width + f64::from(event.client_x()) - from_x).clamp(range.0, range.1));
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowLeft" => -16.0,
            "ArrowRight" => 16.0,
            _ => return,
        };
        event.prevent_default();
        width.update(|width| *width = (*width + step).clamp(range.0, range.1));
    };
    view! {
        <div
            class="split"
            role="separator"
            aria-label=label
            aria-orientation="vertical"
            aria-valuenow=move || width.get() as i64
            aria-valuemin=range.0 as i64
            aria-valuemax=range.1 as i64
            tabindex="0"
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=move |_| drag.set_value(None)
            on:pointercancel=move |_| drag.set_value(None)
            on:keydown=on_key
        ></div>
    }
    .into_any()
}
