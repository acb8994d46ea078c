//! One choice out of a few, side by side.

use leptos::prelude::*;

/// A row of buttons of which one is chosen.
#[component]
pub fn Segments<T>(
    /// What is chosen, for people who hear it.
    label: &'static str,
    /// The choices with their words.
    choices: Vec<(T, &'static str)>,
    /// What is chosen now.
    #[prop(into)]
    chosen: Signal<T>,
    /// Told what the hand chose.
    #[prop(into)]
    on_choose: Callback<T>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let buttons = choices
        .into_iter()
        .map(|(choice, words)| {
            let checked = move || if chosen.get() == choice { "true" } else { "false" };
            view! {
                <button type="button" role="radio" aria-checked=checked on:click=move |_| on_choose.run(choice)>{words}</button>
            }
        })
        .collect_view();
    view! { <div class="segments" role="radiogroup" aria-label=label>{buttons}</div> }.into_any()
}
