//! A field that a list is searched by.

use crate::ui::icon::{Icon, icon};
use leptos::prelude::*;

/// A search field in the head of a page, which says what is `searched`: `Search reports`.
pub fn search_field(searched: &'static str, search: RwSignal<String>) -> AnyView {
    view! {
        <label class="search" style="width: 260px">
            {icon(Icon::Search)}
            <input class="field" type="search" placeholder=searched aria-label=searched
                on:input=move |event| search.set(event_target_value(&event))/>
        </label>
    }
    .into_any()
}
