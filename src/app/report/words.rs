//! A block of words in the draft: as it will look, or as a field while the caret is in it.

use super::{
    editor::{Caret, Editor},
    field::Field,
    read::{callout, item_sign, still},
};
use crate::api::reports;
use data::report::{Content, List};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// A block of words: as it will look, or as a field while the caret is in it.
#[component]
pub fn Words(
    editor: Editor,
    block: StoredValue<String>,
    content: Memo<Option<Content>>,
    focused: Memo<bool>,
) -> impl IntoView {
    let html = Memo::new(move |_| {
        let content = content.get();
        editor.shown.with(|shown| {
            let saved = shown.document.block(&block.get_value()).map(|block| &block.content);
            (saved == content.as_ref()).then(|| shown.html.get(&block.get_value()).cloned()).flatten()
        })
    });
    let number = Memo::new(move |_| {
        editor.document.with(|document| document.place(&block.get_value()).map_or(1, |at| document.number(at)))
    });
    let inner = move || {
        let Some(now) = content.get() else { return ().into_any() };
        if focused.get() {
            view! { <Field editor block content/> }.into_any()
        } else {
            resting(editor, block.get_value(), &now, html.get())
        }
    };
    // While the caret is in it, other words change nothing here: the field would lose its caret.
    let shape = Memo::new(move |_| match (focused.get(), content.get()) {
        (true, Some(mut content)) => {
            content.text_mut().map(String::clear);
            (true, Some(content), None)
        }
        (focused, content) => (focused, content, html.get()),
    });
    move || {
        // Read, not only tracked: a memo that nobody reads never learns what it depends on.
        shape.with(|_| ());
        let now = content.get_untracked();
        let inside = untrack(inner);
        match now {
            Some(Content::Item { list, depth, done, .. }) => {
                let sign = match list {
                    List::Check => view! {
                        <span class="report-sign"><input type="checkbox" prop:checked=done aria-label="Done"
                            on:change=move |event| tick(editor, &block.get_value(), event_target_checked(&event))/></span>
                    }
                    .into_any(),
                    List::Number => view! { <span class="report-sign">{move || number.get()} "."</span> }.into_any(),
                    List::Bullet => item_sign(list, done, 1),
                };
                let done = (list == List::Check && done).then_some("true");
                view! { <div class="report-item" data-done=done style=format!("--depth: {depth}")>{sign}{inside}</div> }
                    .into_any()
            }
            Some(Content::Callout { tone, .. }) if focused.get_untracked() => callout(tone, inside),
            Some(Content::Image { hash, .. }) if focused.get_untracked() => view! {
                <figure class="report-image">
                    {(!hash.is_empty()).then(|| view! { <img src=reports::image_url(&hash) alt=""/> })}
                    {inside}
                </figure>
            }
            .into_any(),
            _ => inside,
        }
    }
}

fn tick(editor: Editor, id: &str, ticked: bool) {
    editor.change_block("tick", id, |content| {
        if let Content::Item { done, .. } = content {
            *done = ticked;
        }
    });
}

/// A block as it will look; a click puts the caret into it.
fn resting(editor: Editor, id: String, content: &Content, html: Option<String>) -> AnyView {
    let words = content.text().unwrap_or_default();
    let shown = if words.is_empty() && !matches!(content, Content::Image { .. }) {
        view! { <p class="report-empty">{placeholder(content)}</p> }.into_any()
    } else {
        // Until the server has made HTML of them, the words stand as they were typed.
        still(content, html.unwrap_or_else(|| escape(words)))
    };
    let click = move |event: ev::MouseEvent| {
        let on_link = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
            .is_some_and(|element| element.closest("a").is_ok_and(|link| link.is_some()));
        if !on_link {
            editor.focus.set(Some((id.clone(), Caret::End)));
        }
    };
    view! { <div class="report-rest" on:click=click>{shown}</div> }.into_any()
}

/// Text as HTML that shows it, with its line breaks.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('\n', "<br>")
}

/// What an empty block is for.
pub fn placeholder(content: &Content) -> &'static str {
    match content {
        Content::Heading { .. } => "Heading",
        Content::Quote { .. } => "Quote",
        Content::Callout { .. } => "What stands out",
        Content::Code { .. } => "Code",
        Content::Math { .. } => "Formula in LaTeX",
        Content::Image { .. } => "Caption",
        Content::Item { .. } => "List item",
        Content::Markdown { .. } => "Markdown, such as a table",
        _ => "Write, or type / for more",
    }
}
