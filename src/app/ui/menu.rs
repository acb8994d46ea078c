//! A button that opens a short list of actions.

use crate::ui::icon::{Icon, icon};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// One action of a menu.
#[derive(Clone)]
pub struct Action {
    /// What it does, a verb first.
    pub words: String,
    /// Its key, empty if it has none.
    pub key: &'static str,
    /// Does it.
    pub run: Callback<()>,
}

/// A menu behind an icon. Arrow keys move in it, `Esc` closes it and gives the focus back.
#[component]
pub fn Menu(
    /// The menu's name.
    #[prop(into)]
    label: String,
    /// The icon of its button.
    #[prop(default = Icon::More)]
    look: Icon,
    /// Words on its button instead of the icon; the button is then as wide as they are.
    #[prop(optional)]
    words: Option<String>,
    /// What it offers, asked anew at each opening.
    actions: Callback<(), Vec<Action>>,
) -> impl IntoView {
    let open = RwSignal::new(false);
    let list = NodeRef::<html::Div>::new();
    let button = NodeRef::<html::Button>::new();
    Effect::new(move |_| {
        if let Some(list) = list.get() {
            keep_inside(&list);
            focus_item(&list, 0);
        }
    });
    let close = move || {
        open.set(false);
        if let Some(button) = button.get_untracked() {
            let _ = button.focus();
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let step = match event.key().as_str() {
            "ArrowDown" => 1,
            "ArrowUp" => -1,
            "Escape" => {
                event.stop_propagation();
                return close();
            }
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        if let Some(list) = list.get_untracked() {
            let items = list.query_selector_all("[role=menuitem]").ok();
            let active = document().active_element();
            let count = items.as_ref().map_or(0, |items| items.length() as i32);
            let at = (0..count).find(|&at| {
                items
                    .as_ref()
                    .and_then(|items| items.get(at as u32))
                    .map(|node| node.unchecked_into::<web_sys::Element>())
                    == active
            });
            if count > 0 {
                focus_item(&list, (at.unwrap_or(-1) + step).rem_euclid(count) as u32);
            }
        }
    };
    let on_blur = move |event: ev::FocusEvent| {
        let inside = event
            .related_target()
            .and_then(|target| target.dyn_into::<web_sys::Node>().ok())
            .is_some_and(|target| list.get_untracked().is_some_and(|list| list.contains(Some(&target))));
        if !inside {
            open.set(false);
        }
    };
    let items = move || {
        actions
            .run(())
            .into_iter()
            .map(|action| {
                let run = action.run;
                view! {
                    <button type="button" role="menuitem" tabindex="-1" on:click=move |_| { close(); run.run(()); }>
                        <span>{action.words}</span>
                        {(!action.key.is_empty()).then(|| view! { <kbd>{action.key}</kbd> })}
                    </button>
                }
            })
            .collect_view()
    };
    let class = if words.is_some() { "menu-words" } else { "icon-button" };
    view! {
        <div class="menu">
            <button
                type="button"
                class=class
                node_ref=button
                aria-label=label.clone()
                title=label
                aria-haspopup="menu"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {words.map_or_else(|| icon(look), |words| view! { <span>{words}</span> }.into_any())}
            </button>
            {move || {
                open.get().then(|| view! {
                    <div class="menu-list" role="menu" node_ref=list on:keydown=on_key on:focusout=on_blur>{items()}</div>
                })
            }}
        </div>
    }
    .into_any()
}

/// Moves a list that would reach below the window up, until all of it is seen.
fn keep_inside(list: &web_sys::HtmlDivElement) {
    let bottom = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(f64::MAX);
    let below = list.get_bounding_client_rect().bottom() + 4.0 - bottom;
    if below > 0.0 {
        let _ = web_sys::HtmlElement::style(list).set_property("top", &format!("calc(100% + 4px - {below}px)"));
    }
}

fn focus_item(list: &web_sys::HtmlDivElement, at: u32) {
    let item = list.query_selector_all("[role=menuitem]").ok().and_then(|items| items.get(at));
    if let Some(item) = item.and_then(|item| item.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = item.focus();
    }
}
