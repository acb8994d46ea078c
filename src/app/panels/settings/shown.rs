//! The lines of a panel made by hand: metrics, expressions, and all that a pattern finds.

use super::{
    Editor,
    completion::completion,
    fields::{at_once_and_at_rest, part, plain},
};
use crate::{
    state::source::{unknown_in, wrong_with},
    ui::{
        icon::{Icon, icon},
        suggest::{Proposals, Suggest, found_in},
    },
};
use data::{
    column::Column,
    pattern::Pattern,
    view::{MOST_LINES, Shown},
};
use leptos::prelude::*;
use std::sync::Arc;

/// What the panel `key` shows, if it was made by hand.
pub fn lines(editor: Editor, key: &str) -> AnyView {
    let workspace = editor.workspace;
    let key = StoredValue::new(key.to_owned());
    let shows =
        workspace.view(move |view| key.with_value(|key| view.panels.get(key).and_then(|panel| panel.shows.clone())));
    let by_hand = Memo::new(move |_| shows.with(Option::is_some));
    let part = move || {
        if !by_hand.get() {
            return view! {
                <p class="setting-hint">"It shows the metric of its name. A duplicate of it can show others, and expressions."</p>
            }
            .into_any();
        }
        fields(editor, key, Signal::derive(move || shows.get().unwrap_or_default()))
    };
    part.into_any()
}

fn fields(editor: Editor, key: StoredValue<String>, shows: Signal<Shown>) -> AnyView {
    let workspace = editor.workspace;
    let change = move |change: &dyn Fn(&mut Shown)| {
        workspace.change("lines of the panel", |view| {
            key.with_value(|key| {
                view.change_panel(key, |panel| {
                    if let Some(shows) = &mut panel.shows {
                        change(shows);
                    }
                });
            });
        });
    };
    let names = workspace.metric_names();
    let columns = workspace.columns();
    let proposals = Callback::new(move |(typed, cursor): (String, usize)| {
        let param = |column: &Column| if let Column::Param(name) = column { Some(name.clone()) } else { None };
        let params: Vec<String> = columns.with_untracked(|columns| columns.iter().filter_map(param).collect());
        completion(&typed, cursor, &names.read_untracked(), &params)
    });
    let line = move |at: usize| {
        let value = Signal::derive(move || shows.with(|shows| shows.lines.get(at).cloned().unwrap_or_default()));
        let set = Callback::new(move |text: String| {
            change(&|shows| match shows.lines.get_mut(at) {
                Some(line) => line.clone_from(&text),
                None if text.trim().is_empty() => {}
                None => shows.lines.push(text.clone()),
            });
        });
        let (at_once, at_rest) = at_once_and_at_rest(set);
        let error = Memo::new(move |_| value.with(|line| wrong_with(line, workspace.is_metric(line))));
        let unknown = move || {
            let unknown = |names: &Arc<Vec<String>>| {
                value.with(|line| unknown_in(line, |name| names.iter().any(|known| known == name)))
            };
            let words = names.with(|names| if names.is_empty() { None } else { unknown(names) });
            words.map(|words| view! { <p class="setting-hint">{words}</p> })
        };
        let remove = move |_| {
            change(&|shows| {
                if at < shows.lines.len() {
                    shows.lines.remove(at);
                }
            });
        };
        let more = Memo::new(move |_| shows.with(|shows| at < shows.lines.len()));
        view! {
            <li class="shown-line">
                <Suggest label=format!("Line {}", at + 1) placeholder=if at == 0 { "train/loss, or val/loss - train/loss" } else { "Another metric or expression" }
                    value on_text=at_once on_typing=Some(at_rest) proposals error/>
                {move || more.get().then(|| view! {
                    <button type="button" class="icon-button" aria-label=format!("Remove line {}", at + 1) on:click=remove>{icon(Icon::Close)}</button>
                })}
                {unknown}
            </li>
        }
        .into_any()
    };
    // One more than there are, to write the next one into.
    let count = Memo::new(move |_| shows.with(|shows| (shows.lines.len() + 1).min(MOST_LINES)));
    let places = move || (0..count.get()).collect::<Vec<_>>();
    let pattern = Signal::derive(move || shows.with(|shows| shows.pattern.clone()));
    let set_pattern = Callback::new(move |text: String| change(&|shows| shows.pattern.clone_from(&text)));
    let (at_once, at_rest) = at_once_and_at_rest(set_pattern);
    let wrong = Memo::new(move |_| {
        pattern.with(|pattern| Pattern::parse(pattern).err().map(|error| format!("No regular expression: {error}.")))
    });
    let finds = move || {
        let pattern = pattern.get();
        let read = Pattern::parse(&pattern).ok().filter(|_| !pattern.is_empty())?;
        let found = names.with(|names| names.iter().filter(|name| read.is_match(name)).count());
        Some(match found {
            0 => "No metric has this in its name yet.".to_owned(),
            1 => "Finds 1 metric.".to_owned(),
            found if found > MOST_LINES => format!("Finds {found} metrics; the first {MOST_LINES} are drawn."),
            found => format!("Finds {found} metrics."),
        })
    };
    let metrics = Callback::new(move |(typed, _): (String, usize)| {
        // A name is offered as long as what is typed is the beginning of one.
        let words = if typed.is_empty() { Vec::new() } else { found_in(&typed, names.get_untracked().iter().cloned()) };
        Proposals::of(0..typed.len(), words.into_iter().map(|word| escaped(&word)))
    });
    part(
        "Shows",
        vec![
            view! { <ol class="shown-lines"><For each=places key=|at| *at children=line/></ol> }.into_any(),
            plain(
                "And all like",
                view! {
                    <Suggest label="Pattern of metrics" placeholder="Regular expression: ^val/" value=pattern on_text=at_once
                        on_typing=Some(at_rest) proposals=metrics error=wrong/>
                    {move || finds().map(|words| view! { <p class="setting-hint">{words}</p> })}
                }
                .into_any(),
            ),
        ],
    )
}

/// A pattern that finds exactly this name.
fn escaped(name: &str) -> String {
    let mut text = String::from("^");
    for c in name.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text + "$"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_becomes_a_pattern_that_finds_only_it() {
        let pattern = Pattern::parse(&escaped("a.b(c)+$")).expect("a pattern");
        assert!(pattern.is_match("a.b(c)+$") && !pattern.is_match("aXb(c)+$"));
    }
}
