//! A box above the page that keeps the focus until it is closed.

use crate::ui::icon::{Icon, icon};
use leptos::{ev, html, prelude::*};

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
    let on_key = move |event: ev::KeyboardEvent| {
        event.stop_propagation();
        if event.key() == "Escape" {
            on_close.run(());
        }
    };
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
                on:keydown=on_key
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
