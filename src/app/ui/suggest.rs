//! A text field that proposes what could stand where the cursor is.

use leptos::{ev, html, prelude::*};
use std::sync::atomic::{AtomicU32, Ordering};

/// Counts the fields of a page, so that each list has a name of its own.
static NUMBER: AtomicU32 = AtomicU32::new(0);
/// How many words are proposed.
const MOST: usize = 12;

/// What could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Proposals {
    /// The part of the text that a word would replace, in bytes.
    pub part: std::ops::Range<usize>,
    /// What could replace it, best first.
    pub words: Vec<Proposal>,
}

/// A word that could stand at the cursor.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Proposal {
    /// What is written.
    pub word: String,
    /// How it is listed.
    pub shown: String,
    /// What it means, in a few words; empty where that is plain.
    pub help: &'static str,
}

impl From<String> for Proposal {
    fn from(word: String) -> Proposal {
        Proposal { shown: word.clone(), word, help: "" }
    }
}

impl Proposals {
    /// The first of `words` in place of `part`.
    pub fn of<P: Into<Proposal>>(part: std::ops::Range<usize>, words: impl IntoIterator<Item = P>) -> Proposals {
        Proposals { part, words: words.into_iter().take(MOST).map(Into::into).collect() }
    }
}

/// Those of `words` that hold all parts of `typed` that spaces part, any case, the shortest beginning with it first.
pub fn found_in(typed: &str, words: impl Iterator<Item = String>) -> Vec<String> {
    let typed = typed.to_lowercase();
    let holds = |word: &String| {
        let word = word.to_lowercase();
        typed.split_whitespace().all(|part| word.contains(part))
    };
    let mut found: Vec<String> = words.filter(holds).collect();
    found.sort_by_key(|word| (!word.to_lowercase().starts_with(&typed), word.len()));
    found.truncate(MOST);
    found
}

/// A field with proposals under it. Arrow keys choose one, `Enter` or `Tab` takes it, `Esc` closes them.
#[component]
pub fn Suggest(
    /// What the field is for, for people who hear it.
    #[prop(into)]
    label: String,
    /// An example.
    #[prop(into)]
    placeholder: String,
    /// The text as it counts now.
    #[prop(into)]
    value: Signal<String>,
    /// Told the text when it is done.
    on_text: Callback<String>,
    /// Told the text at every key. Without it, what is taken counts at once, and the field shows the value again.
    #[prop(optional_no_strip)]
    on_typing: Option<Callback<String>>,
    /// Asked what could stand where the cursor is, in bytes.
    proposals: Callback<(String, usize), Proposals>,
    /// What is wrong with the text.
    #[prop(into, default = Signal::derive(|| None))]
    error: Signal<Option<String>>,
) -> impl IntoView {
    let text = RwSignal::new(value.get_untracked());
    let field = NodeRef::<html::Input>::new();
    let proposed = RwSignal::new(None::<Proposals>);
    let chosen = RwSignal::new(None::<usize>);
    Effect::new(move |_| text.set(value.get()));
    let tell = move || {
        if let (Some(text), Some(value)) = (text.try_get_untracked(), value.try_get_untracked())
            && text != value
        {
            on_text.run(text);
        }
    };
    let propose = move || {
        let Some(field) = field.get_untracked() else { return };
        let typed = text.get_untracked();
        let units = field.selection_start().ok().flatten().unwrap_or(0) as usize;
        let cursor = byte_of(&typed, units);
        chosen.set(None);
        proposed.set(Some(proposals.run((typed, cursor))).filter(|found| !found.words.is_empty()));
    };
    let settle = move || {
        if on_typing.is_none()
            && let Some(value) = value.try_get_untracked()
        {
            text.set(value);
        }
    };
    let close = move || {
        proposed.set(None);
        chosen.set(None);
    };
    let take = move |at: usize| {
        let Some(word) = proposed.with_untracked(|found| {
            found.as_ref().and_then(|found| Some((found.part.clone(), found.words.get(at)?.clone())))
        }) else {
            return;
        };
        let (part, word) = word;
        let end = part.start + word.word.len();
        text.update(|text| text.replace_range(part, &word.word));
        close();
        if let Some(field) = field.get_untracked() {
            text.with_untracked(|text| {
                let units = text[..end].encode_utf16().count() as u32;
                field.set_value(text);
                let _ = field.set_selection_range(units, units);
            });
        }
        tell();
        settle();
        if let Some(field) = field.get_untracked() {
            let _ = field.focus();
        }
    };
    let done = move || {
        close();
        tell();
        settle();
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let count = proposed.with_untracked(|found| found.as_ref().map_or(0, |found| found.words.len()));
        match event.key().as_str() {
            "ArrowDown" | "ArrowUp" if count == 0 => propose(),
            "ArrowDown" => chosen.update(|at| *at = Some(at.map_or(0, |at| (at + 1) % count))),
            "ArrowUp" => chosen.update(|at| *at = Some(at.map_or(count - 1, |at| (at + count - 1) % count))),
            "Enter" | "Tab" if count > 0 && chosen.get_untracked().is_some() => {
                take(chosen.get_untracked().unwrap_or(0));
            }
            "Enter" => done(),
            "Escape" if count > 0 => close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let list_id = format!("suggest-{number}");
    let option_id = move |at: usize| format!("suggest-{number}-{at}");
    let controls = list_id.clone();
    let words = move || {
        let list_id = list_id.clone();
        proposed.get().map(|found| {
            let option = |(at, proposal): (usize, Proposal)| {
                let selected = move || if chosen.get() == Some(at) { "true" } else { "false" };
                let press = move |event: ev::MouseEvent| {
                    // The field keeps the focus.
                    event.prevent_default();
                    take(at);
                };
                let help = (!proposal.help.is_empty()).then(|| view! { <span class="suggest-help">{proposal.help}</span> });
                view! {
                    <li id=option_id(at) role="option" aria-selected=selected on:mousedown=press>{proposal.shown} " " {help}</li>
                }
            };
            let options = found.words.into_iter().enumerate().map(option).collect_view();
            view! { <ul id=list_id class="suggest-list" role="listbox">{options}</ul> }
        })
    };
    let wrong = move || if error.with(Option::is_some) { "true" } else { "false" };
    let expanded = move || if proposed.with(Option::is_some) { "true" } else { "false" };
    view! {
        <div class="suggest">
            <input class="field mono" type="text" role="combobox" spellcheck="false" autocomplete="off" aria-autocomplete="list"
                node_ref=field placeholder=placeholder aria-label=label aria-invalid=wrong aria-expanded=expanded aria-controls=controls aria-activedescendant=move || chosen.get().map(option_id)
                prop:value=move || text.get()
                on:input=move |event| {
                    text.set(event_target_value(&event));
                    propose();
                    if let Some(on_typing) = on_typing {
                        on_typing.run(text.get_untracked());
                    }
                }
                on:keydown=on_key
                on:blur=move |_| done()/>
            {words}
            {move || error.get().map(|error| view! { <p class="field-error" role="alert">{error}</p> })}
        </div>
    }
    .into_any()
}

/// The byte at which the UTF-16 code unit with this number begins.
fn byte_of(text: &str, units: usize) -> usize {
    let mut passed = 0;
    for (at, c) in text.char_indices() {
        if passed >= units {
            return at;
        }
        passed += c.len_utf16();
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_begins_with_the_text_comes_first() {
        let words = ["train/loss", "val/loss", "loss", "loss/total", "acc"].map(str::to_owned);
        assert_eq!(found_in("LOSS", words.clone().into_iter()), ["loss", "loss/total", "val/loss", "train/loss"]);
        assert_eq!(found_in("loss tr", words.clone().into_iter()), ["train/loss"]);
        assert_eq!(found_in("", words.into_iter()).len(), 5);
    }

    #[test]
    fn a_cursor_is_found_between_characters() {
        for (text, units, byte) in [("abc", 1, 1), ("ü🦀x", 1, 2), ("ü🦀x", 3, 6), ("ü", 9, 2), ("", 0, 0)] {
            assert_eq!(byte_of(text, units), byte, "{text} {units}");
        }
    }
}
