//! The field for the words of a block, and the menu behind `/`.

use super::{
    editor::{Caret, Editor},
    field_keys::field_key,
    insert::found,
    marks,
    put::{put, take_files},
    read::anchor_of,
    select::{contents_of, copied},
    words::placeholder,
};
use crate::api::reports;
use data::report::{Content, List};
use leptos::{ev, html, prelude::*, task::spawn_local};
use web_sys::HtmlTextAreaElement;

/// The field for the words of a block.
#[component]
pub fn Field(editor: Editor, block: StoredValue<String>, content: Memo<Option<Content>>) -> impl IntoView {
    let node = NodeRef::<html::Textarea>::new();
    let now = content.get_untracked().unwrap_or(Content::Divider);
    let text = move || content.with(|content| content.as_ref().and_then(Content::text).unwrap_or_default().to_owned());
    let menu = RwSignal::new(false);
    let chosen = RwSignal::new(0usize);
    let entries = Memo::new(move |_| {
        text()
            .strip_prefix('/')
            .map(|wanted| found(wanted).into_iter().map(|insert| (insert.title, insert.hint)).collect::<Vec<_>>())
    });
    Effect::new(move |_| {
        let Some(field) = node.get() else { return };
        let caret = editor.focus.with(|focus| match focus {
            Some((id, caret)) if *id == block.get_value() => Some(*caret),
            _ => None,
        });
        fit(&field);
        let Some(caret) = caret else { return };
        let _ = field.focus();
        let end = field.value().encode_utf16().count() as u32;
        let at = match caret {
            Caret::Start => 0,
            Caret::End => end,
            Caret::At(at) => at.min(end),
        };
        let _ = field.set_selection_range(at, at);
    });
    Effect::new(move |_| {
        let words = text();
        // A change from elsewhere, such as undo.
        if let Some(field) = node.get().filter(|field| field.value() != words) {
            field.set_value(&words);
            fit(&field);
        }
    });
    let on_input = move |_| {
        let Some(field) = node.get_untracked() else { return };
        fit(&field);
        typed(editor, &block.get_value(), &field);
        menu.set(field.value().starts_with('/') && matches!(content.get_untracked(), Some(Content::Paragraph { .. })));
        chosen.set(0);
    };
    let choose = move |at: usize| {
        let wanted = text().strip_prefix('/').map(str::to_owned).unwrap_or_default();
        menu.set(false);
        if let Some(insert) = found(&wanted).into_iter().nth(at) {
            put(editor, block.get_value(), insert);
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let Some(field) = node.get_untracked() else { return };
        let for_menu = menu.get_untracked() && menu_key(&event, menu, chosen, entries, choose);
        if for_menu || field_key(editor, &block.get_value(), &field, &event) {
            event.prevent_default();
            event.stop_propagation();
        }
    };
    let on_paste = move |event: ev::ClipboardEvent| {
        let transfer = event.clipboard_data();
        let text = transfer.as_ref().and_then(|transfer| transfer.get_data("text/plain").ok()).unwrap_or_default();
        let id = block.get_value();
        let plain = matches!(
            content.get_untracked(),
            Some(Content::Code { .. } | Content::Math { .. } | Content::Markdown { .. })
        );
        if let Some(contents) = transfer.as_ref().and_then(copied).filter(|_| !plain) {
            event.prevent_default();
            event.stop_propagation();
            editor.put_blocks(&id, contents);
        } else if take_files(editor, &id, transfer) {
            event.prevent_default();
        } else if !plain && text.contains('\n') {
            event.prevent_default();
            spawn_local(async move {
                match reports::parse(text).await {
                    Ok(document) => editor.put_blocks(&id, contents_of(document)),
                    Err(error) => drop(editor.notice.try_set(Some(error.to_string()))),
                }
            });
        }
    };
    // A field that goes with its block hears this last of all.
    let on_leave = move |_| {
        let Some(id) = block.try_get_value() else { return };
        menu.try_set(false);
        editor.save();
        // A block that became another one has its caret again by then.
        request_animation_frame(move || {
            let ours = |focus: &Option<(String, Caret)>| focus.as_ref().is_some_and(|(focus, _)| *focus == id);
            if editor.focus.try_with_untracked(ours) == Some(true) && !holds_focus(&id) {
                editor.focus.set(None);
            }
        });
    };
    let list = move || {
        let entries = menu.get().then(|| entries.get()).flatten()?;
        let rows = entries.into_iter().enumerate().map(|(at, (title, hint))| {
            let selected = move || if chosen.get() == at { "true" } else { "false" };
            // The field keeps the focus.
            view! {
                <div role="option" aria-selected=selected on:mousedown=move |event| { event.prevent_default(); choose(at); }>
                    <span>{title}</span> <kbd>{hint.split(' ').next()}</kbd>
                </div>
            }
        });
        Some(view! { <div class="report-insert" role="listbox" aria-label="Insert">{rows.collect_view()}</div> })
    };
    let language = matches!(now, Content::Code { .. }).then(|| {
        let language = move || match content.get() {
            Some(Content::Code { language, .. }) => language,
            _ => String::new(),
        };
        let set = move |event| {
            let new = event_target_value(&event);
            editor.change_block("language", &block.get_value(), |content| {
                if let Content::Code { language, .. } = content {
                    *language = new;
                }
            });
        };
        view! { <input class="field report-language" aria-label="Language" placeholder="Language" maxlength="40" prop:value=language on:change=set/> }
    });
    view! {
        <div class="report-field" data-kind=class_of(&now) on:focusout=on_leave>
            <textarea node_ref=node rows="1" aria-label=placeholder(&now) placeholder=placeholder(&now) prop:value=text() spellcheck="true"
                on:input=on_input on:keydown=on_key on:paste=on_paste></textarea>
            {language}
            {list}
        </div>
    }
    .into_any()
}

/// Whether the focus is somewhere in the block called `id`.
fn holds_focus(id: &str) -> bool {
    let block = document().get_element_by_id(&anchor_of(id));
    block.is_some_and(|block| block.contains(document().active_element().as_deref()))
}

/// What the style sheet calls a field, so that its words look as they will.
fn class_of(content: &Content) -> &'static str {
    match content {
        Content::Heading { level: 1, .. } => "h1",
        Content::Heading { level: 2, .. } => "h2",
        Content::Heading { .. } => "h3",
        Content::Quote { .. } => "quote",
        Content::Code { .. } | Content::Math { .. } | Content::Markdown { .. } => "code",
        Content::Image { .. } => "caption",
        _ => "text",
    }
}

/// Makes a field as high as its words.
fn fit(field: &HtmlTextAreaElement) {
    let style = web_sys::HtmlElement::style(field);
    let _ = style.set_property("height", "0");
    let _ = style.set_property("height", &format!("{}px", field.scroll_height()));
}

/// Takes what was typed, and what its beginning makes of the block.
fn typed(editor: Editor, id: &str, field: &HtmlTextAreaElement) {
    let text = field.value();
    let caret = field.selection_start().ok().flatten().unwrap_or_default();
    let made = match editor.content(id) {
        Some(Content::Paragraph { .. }) => marks::shortcut(&text),
        Some(Content::Item { list: List::Bullet, depth, .. }) => marks::ticked(&text).map(|(done, taken)| {
            (Content::Item { list: List::Check, depth, done, text: text[taken..].to_owned() }, taken)
        }),
        _ => None,
    };
    let Some((made, taken)) = made else {
        return editor.change_block("text", id, |content| {
            if let Some(words) = content.text_mut() {
                *words = text;
            }
        });
    };
    let fixed = made.text().is_none();
    editor.change_block("turn", id, |content| *content = made);
    editor.focus.set(None);
    if fixed {
        let new = editor.insert_after(Some(id), Content::paragraph(""));
        editor.focus.set(Some((new, Caret::Start)));
    } else {
        editor.focus.set(Some((id.to_owned(), Caret::At(caret.saturating_sub(taken as u32)))));
    }
}

/// A key while the menu is open; whether it was for the menu.
fn menu_key(
    event: &ev::KeyboardEvent,
    menu: RwSignal<bool>,
    chosen: RwSignal<usize>,
    entries: Memo<Option<Vec<(&'static str, &'static str)>>>,
    choose: impl Fn(usize),
) -> bool {
    let count = entries.with_untracked(|entries| entries.as_ref().map_or(0, Vec::len));
    match event.key().as_str() {
        "ArrowDown" if count > 0 => chosen.update(|at| *at = (*at + 1) % count),
        "ArrowUp" if count > 0 => chosen.update(|at| *at = (*at + count - 1) % count),
        "Enter" | "Tab" if count > 0 => choose(chosen.get_untracked()),
        "Escape" => menu.set(false),
        _ => return false,
    }
    true
}
