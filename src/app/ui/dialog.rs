//! A box above the page that keeps the focus until it is closed.

use crate::ui::icon::{Icon, icon};
use leptos::{ev, html, prelude::*};

/// Whether a dialog is open, which then has all keys to itself.
pub fn is_open() -> bool {
    document().query_selector("[role=dialog]").is_ok_and(|found| found.is_some())
}

/// A dialog with a title. `Esc` and a click beside it close it.
#[component]
pub fn Dialog(
    /// The dialog's title.
    title: &'static str,
    /// Told when it should go.
    #[prop(into)]
    on_close: Callback<()>,
    /// What is in it.
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    Effect::new(move |_| {
        if let Some(node) = node.get() {
            let _ = node.focus();
        }
    });
    // On the window, because the focus may be nowhere: a button that was pressed and is gone leaves none.
    let keys = window_event_listener(ev::keydown, move |event| {
        if event.key() == "Escape" {
            on_close.run(());
        }
    });
    on_cleanup(move || keys.remove());
    view! {
        <div class="dialog-scrim" on:click=move |_| on_close.run(())>
            <div
                class="dialog"
                role="dialog"
                aria-modal="true"
                aria-label=title
                tabindex="-1"
                node_ref=node
                on:click=|event| event.stop_propagation()
            >
                <div class="dialog-head">
                    <h2>{title}</h2>
                    <button type="button" class="icon-button" aria-label="Close" on:click=move |_| on_close.run(())>
                        {icon(Icon::Close)}
                    </button>
                </div>
                {children()}
            </div>
        </div>
    }
    .into_any()
}
