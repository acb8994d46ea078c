//! The controls of the form: choices, numbers, switches, columns and typed texts.

use crate::{
    state::{Workspace, debounced},
    ui::{
        icon::{Icon, icon},
        suggest::{Proposals, Suggest, found_in},
    },
};
use data::column::Column;
use leptos::prelude::*;
use std::time::Duration;

/// How long typing must rest before it counts.
const PAUSE: Duration = Duration::from_millis(300);

/// A part of the form under a heading.
pub fn part(title: &'static str, rows: Vec<AnyView>) -> AnyView {
    view! { <fieldset class="settings-part"><legend>{title}</legend>{rows}</fieldset> }.into_any()
}

/// A named control that no level but this one has.
pub fn plain(name: &'static str, control: AnyView) -> AnyView {
    view! { <div class="setting"><span class="setting-name">{name}</span><div class="setting-control">{control}</div></div> }
        .into_any()
}

/// One choice out of a few, by its place.
pub fn choice(label: &'static str, words: &[&str], chosen: Signal<usize>, on_choose: Callback<usize>) -> AnyView {
    let option = |(at, words): (usize, &&str)| {
        let words = (*words).to_owned();
        view! { <option value=at selected=move || chosen.get() == at>{words}</option> }
    };
    let options = words.iter().enumerate().map(option).collect_view();
    let choose = move |event| on_choose.run(event_target_value(&event).parse().unwrap_or(0));
    view! {
        <select class="field" aria-label=label prop:value=move || chosen.get().to_string() on:change=choose>{options}</select>
    }
    .into_any()
}

/// A switch.
pub fn switch(label: &'static str, on: Signal<bool>, turn: Callback<bool>) -> AnyView {
    view! {
        <label class="toggle">
            <input type="checkbox" prop:checked=move || on.get() on:change=move |event| turn.run(event_target_checked(&event))/>
            {label}
        </label>
    }
    .into_any()
}

/// A text that counts when typing rests.
pub fn text(label: &'static str, placeholder: String, value: Signal<String>, on_text: Callback<String>) -> AnyView {
    let typed = StoredValue::new(None::<String>);
    let tell = move || {
        if let Some(text) = typed.try_update_value(Option::take).flatten() {
            on_text.run(text);
        }
    };
    let later = debounced(PAUSE, tell);
    view! {
        <input class="field" type="text" aria-label=label placeholder=placeholder prop:value=move || value.get()
            on:input=move |event| {
                typed.set_value(Some(event_target_value(&event)));
                later();
            }
            on:change=move |_| tell()/>
    }
    .into_any()
}

/// Two ends of a range as texts, either of which may be left open; `read` understands one. Both given and in
/// order, the range counts; both empty, there is none.
pub fn range(
    label: &'static str,
    value: Signal<Option<[String; 2]>>,
    placeholder: &'static str,
    read: Callback<String, Option<f64>>,
    on_range: Callback<Option<[f64; 2]>>,
) -> AnyView {
    let ends = RwSignal::new(value.get_untracked().unwrap_or_default());
    let wrong = RwSignal::new(None::<&'static str>);
    Effect::new(move |_| {
        // A range that is being typed stays as it is typed.
        let value = value.get();
        if wrong.get_untracked().is_none() || value.is_some() {
            ends.set(value.unwrap_or_default());
        }
    });
    let settle = move || {
        let [from, to] = ends.get_untracked();
        if from.trim().is_empty() && to.trim().is_empty() {
            wrong.set(None);
            return on_range.run(None);
        }
        wrong.set(match (read.run(from), read.run(to)) {
            (Some(from), Some(to)) if from < to => {
                on_range.run(Some([from, to]));
                None
            }
            (Some(_), Some(_)) => Some("The first must be below the second."),
            _ => Some("Both ends are needed, as numbers."),
        });
    };
    let end = move |at: usize| {
        let words = format!("{label} {}", ["from", "to"][at]);
        let invalid = move || if wrong.get().is_some() { "true" } else { "false" };
        view! {
            <input class="field mono" type="text" aria-label=words placeholder=["from", "to"][at] title=placeholder aria-invalid=invalid
                prop:value=move || ends.with(|ends| ends[at].clone())
                on:input=move |event| ends.update(|ends| ends[at] = event_target_value(&event))
                on:change=move |_| settle()/>
        }
    };
    view! {
        <div class="setting-range">{end(0)} <span>"–"</span> {end(1)}</div>
        {move || wrong.get().map(|words| view! { <p class="field-error" role="alert">{words}</p> })}
    }
    .into_any()
}

/// Columns, each of which can go, and a field that adds one.
pub fn columns(
    workspace: Workspace,
    label: &'static str,
    value: Signal<Vec<Column>>,
    on_change: Callback<Vec<Column>>,
) -> AnyView {
    let all = workspace.columns();
    let proposals = Callback::new(move |(typed, _): (String, usize)| {
        let chosen = value.get_untracked();
        let free = all.get_untracked();
        let free = free.iter().filter(|column| !chosen.contains(column)).map(ToString::to_string);
        Proposals::of(0..typed.len(), found_in(&typed, free))
    });
    let wrong = RwSignal::new(None::<String>);
    let add = Callback::new(move |typed: String| {
        // A name alone is the column of that name.
        let named = |column: &&Column| column.title() == typed.trim() || column.to_string() == typed.trim();
        let known = all.with_untracked(|all| all.iter().find(named).cloned());
        match known.or_else(|| typed.trim().parse().ok()) {
            Some(column) => {
                wrong.set(None);
                let mut columns = value.get_untracked();
                columns.retain(|chosen| *chosen != column);
                columns.push(column);
                on_change.run(columns);
            }
            None => wrong.set((!typed.trim().is_empty()).then(|| format!("No run has the column {typed}."))),
        }
    });
    let chip = move |column: Column| {
        let (words, title) = (column.title().to_owned(), column.to_string());
        let remove = move |_| {
            let mut columns = value.get_untracked();
            columns.retain(|chosen| *chosen != column);
            on_change.run(columns);
        };
        let name = format!("Remove {words} from {label}");
        view! {
            <li class="filter-chip">
                <span title=title>{words}</span>
                <button type="button" aria-label=name on:click=remove>{icon(Icon::Close)}</button>
            </li>
        }
    };
    view! {
        {move || {
            let chips = value.get();
            (!chips.is_empty()).then(|| view! { <ul class="filter-chips">{chips.into_iter().map(chip).collect_view()}</ul> })
        }}
        <Suggest label=format!("Add to {label}") placeholder="Add a column" value=Signal::derive(String::new) on_text=add on_typing=None
            proposals error=wrong/>
    }
    .into_any()
}

/// `on_text` twice: told at once, which drops what is still being typed; and told when typing rests.
pub fn at_once_and_at_rest(on_text: Callback<String>) -> (Callback<String>, Callback<String>) {
    let typed = StoredValue::new(None::<String>);
    let later = StoredValue::new_local(debounced(PAUSE, move || {
        if let Some(text) = typed.try_update_value(Option::take).flatten() {
            on_text.run(text);
        }
    }));
    let at_once = Callback::new(move |text| {
        typed.set_value(None);
        on_text.run(text);
    });
    let at_rest = Callback::new(move |text| {
        typed.set_value(Some(text));
        later.with_value(|later| later());
    });
    (at_once, at_rest)
}
