//! The artifacts of a run: a tree of folders, and a look into the chosen file.

use crate::{
    api::{self, ApiError},
    ui::{
        format::bytes,
        icon::{Icon, icon},
    },
};
use data::run::{ArtifactRow, RunId};
use leptos::{prelude::*, task::spawn_local};

/// How much of a text file is shown before it is downloaded.
const TEXT_LIMIT: u32 = 64 * 1024;

/// The tree and the file that is looked into.
#[component]
pub fn Artifacts(run: RunId) -> impl IntoView {
    let chosen = RwSignal::new(None::<ArtifactRow>);
    view! {
        <div class="artifacts">
            <div class="artifact-list"><Folder run path=String::new() chosen/></div>
            <div class="artifact-view" aria-live="polite">
                {move || match chosen.get() {
                    None => view! { <p style="color: var(--ink-soft)">"Choose a file to look into it."</p> }.into_any(),
                    Some(file) => view! { <File run file/> }.into_any(),
                }}
            </div>
        </div>
    }
    .into_any()
}

fn base_name(path: &str) -> String {
    path.rsplit('/').next().unwrap_or(path).to_owned()
}

/// The entries of one folder, asked for when it is opened.
#[component]
fn Folder(run: RunId, path: String, chosen: RwSignal<Option<ArtifactRow>>) -> impl IntoView {
    let entries = RwSignal::new(None::<Result<Vec<ArtifactRow>, ApiError>>);
    let root = path.is_empty();
    spawn_local(async move {
        let answer = api::artifacts(run, &path).await;
        entries.try_set(Some(answer));
    });
    let body = move || match entries.get() {
        None => view! { <div class="skeleton" style="height: 20px; margin: 6px" aria-busy="true"></div> }.into_any(),
        Some(Err(error)) => view! { <p role="alert">{error.to_string()}</p> }.into_any(),
        Some(Ok(rows)) if rows.is_empty() && root => {
            view! { <p style="color: var(--ink-soft); padding: 8px">"This run has no artifacts."</p> }.into_any()
        }
        Some(Ok(mut rows)) => {
            rows.sort_by(|a, b| b.is_dir.cmp(&a.is_dir).then_with(|| by_number(&a.path, &b.path)));
            let rows = rows.into_iter().map(|row| view! { <Entry run row chosen/> }).collect_view();
            view! { <ul>{rows}</ul> }.into_any()
        }
    };
    view! { {body} }.into_any()
}

#[component]
fn Entry(run: RunId, row: ArtifactRow, chosen: RwSignal<Option<ArtifactRow>>) -> impl IntoView {
    let open = RwSignal::new(false);
    let name = base_name(&row.path);
    if !row.is_dir {
        let label = media_label(&name).unwrap_or_else(|| name.clone());
        let size = row.bytes.map(bytes);
        let pressed = {
            let path = row.path.clone();
            move || {
                if chosen.with(|chosen| chosen.as_ref().is_some_and(|row| row.path == path)) { "true" } else { "false" }
            }
        };
        return view! {
            <li>
                <button type="button" class="artifact-row" aria-pressed=pressed on:click=move |_| chosen.set(Some(row.clone()))>
                    {icon(Icon::File)}<span class="name" title=name.clone()>{label}</span><span class="size">{size}</span>
                </button>
            </li>
        }
        .into_any();
    }
    let path = StoredValue::new(row.path);
    view! {
        <li>
            <button type="button" class="artifact-row" aria-expanded=move || if open.get() { "true" } else { "false" }
                on:click=move |_| open.update(|open| *open = !*open)>
                {move || icon(if open.get() { Icon::Down } else { Icon::Right })}<span class="name">{name}</span>
            </button>
            {move || open.get().then(|| view! { <Folder run path=path.get_value() chosen/> })}
        </li>
    }
    .into_any()
}

/// The words of a file that MLflow's `log_image` named: `a~b+step+3+timestamp+…` is `a/b, step 3`.
fn media_label(name: &str) -> Option<String> {
    let (key, rest) = name.split_once("+step+")?;
    let (step, rest) = rest.split_once("+timestamp+")?;
    let small = if rest.contains("+compressed.") { ", small" } else { "" };
    let step: i64 = step.parse().ok()?;
    Some(format!("{}, step {step}{small}", key.replace('~', "/")))
}

/// Order of names in which 2 comes before 10.
fn by_number(a: &str, b: &str) -> std::cmp::Ordering {
    let (mut a, mut b) = (a.as_bytes(), b.as_bytes());
    loop {
        let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        match (a.first(), b.first()) {
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let ((number_a, rest_a), (number_b, rest_b)) = (a.split_at(digits(a)), b.split_at(digits(b)));
                let trimmed =
                    |number: &'_ [u8]| number.iter().skip_while(|&&digit| digit == b'0').copied().collect::<Vec<_>>();
                let (value_a, value_b) = (trimmed(number_a), trimmed(number_b));
                let order = value_a.len().cmp(&value_b.len()).then_with(|| value_a.cmp(&value_b));
                if order.is_ne() {
                    return order;
                }
                (a, b) = (rest_a, rest_b);
            }
            (Some(x), Some(y)) if x == y => (a, b) = (&a[1..], &b[1..]),
            (x, y) => return x.cmp(&y),
        }
    }
}

/// What a browser can show of a file, by the end of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Image,
    Audio,
    Video,
    Text,
    Unknown,
}

fn look_of(path: &str) -> Look {
    let name = base_name(path);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end).to_ascii_lowercase();
    match end.as_str() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "avif" | "bmp" => Look::Image,
        "wav" | "mp3" | "ogg" | "opus" | "flac" | "m4a" => Look::Audio,
        "mp4" | "webm" => Look::Video,
        "txt" | "json" | "jsonl" | "csv" | "tsv" | "yaml" | "yml" | "md" | "log" | "py" | "toml" | "ini" | "cfg"
        | "sh" | "rs" => Look::Text,
        _ if matches!(name.as_str(), "MLmodel" | "README" | "LICENSE") => Look::Text,
        _ => Look::Unknown,
    }
}

#[component]
fn File(run: RunId, file: ArtifactRow) -> impl IntoView {
    let url = api::artifact_url(run, &file.path);
    let name = base_name(&file.path);
    let body = match look_of(&file.path) {
        Look::Image => view! { <img src=url.clone() alt=format!("Artifact {name}")/> }.into_any(),
        Look::Audio => {
            view! { <audio controls=true preload="metadata" src=url.clone() aria-label=name.clone()></audio> }
                .into_any()
        }
        Look::Video => {
            view! { <video controls=true preload="metadata" src=url.clone() aria-label=name.clone()></video> }
                .into_any()
        }
        Look::Text if file.bytes == Some(0) => {
            view! { <p style="color: var(--ink-soft)">"The file is empty."</p> }.into_any()
        }
        Look::Text => view! { <Text run file=file.clone()/> }.into_any(),
        Look::Unknown => {
            view! { <p style="color: var(--ink-soft)">"There is no preview for this kind of file."</p> }.into_any()
        }
    };
    view! {
        <div class="artifact-head">
            <span class="mono">{file.path.clone()}</span>
            <a class="button" href=format!("{url}?download=1") download=name>{icon(Icon::Download)} "Download"</a>
        </div>
        {body}
    }
    .into_any()
}

#[component]
fn Text(run: RunId, file: ArtifactRow) -> impl IntoView {
    let text = RwSignal::new(None::<Result<String, ApiError>>);
    let whole = file.bytes.is_none_or(|bytes| bytes <= u64::from(TEXT_LIMIT));
    spawn_local(async move {
        let answer = api::artifact_text(run, &file.path, TEXT_LIMIT).await;
        text.try_set(Some(answer));
    });
    move || {
        match text.get() {
        None => view! { <div class="skeleton" style="height: 80px" aria-busy="true"></div> }.into_any(),
        Some(Err(error)) => view! { <p role="alert">{error.to_string()}</p> }.into_any(),
        Some(Ok(text)) => view! {
            <pre class="snippet" tabindex="0">{text}</pre>
            {(!whole).then(|| view! { <p style="color: var(--ink-soft)">"This is the beginning; download the file for all of it."</p> })}
        }
        .into_any(),
    }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_ordered_by_the_numbers_in_them() {
        let mut names = ["step+16", "step+2", "step+128", "a", "step+02b", "", "step+2a"];
        names.sort_by(|a, b| by_number(a, b));
        assert_eq!(names, ["", "a", "step+2", "step+2a", "step+02b", "step+16", "step+128"]);
    }

    #[test]
    fn logged_images_have_readable_names() {
        for (name, label) in [
            ("a~b+step+3+timestamp+17+1f-2e.png", Some("a/b, step 3")),
            ("x+step+10+timestamp+17+1f+compressed.webp", Some("x, step 10, small")),
            ("x+step+ten+timestamp+1.png", None),
            ("plain.png", None),
        ] {
            assert_eq!(media_label(name).as_deref(), label);
        }
    }

    #[test]
    fn files_are_looked_into_by_the_end_of_their_name() {
        for (path, look) in [
            ("images/a.b+step+3.PNG", Look::Image),
            ("audio/x.wav", Look::Audio),
            ("clip.webm", Look::Video),
            ("model/MLmodel", Look::Text),
            ("page.html", Look::Unknown),
            ("drawing.svg", Look::Unknown),
            ("png", Look::Unknown),
            ("", Look::Unknown),
        ] {
            assert_eq!(look_of(path), look, "{path}");
        }
    }
}
