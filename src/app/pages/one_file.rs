//! One file: what is on the screen, made into a page that opens from a disk, to be kept and sent on.

use crate::{
    api::{self, ApiError, FileOf, MadeFile},
    parts::TOOLS,
    ui::{dialog::Dialog, save::save},
};
use leptos::{prelude::*, task::spawn_local};

/// Makes the file of `of`, says how large it is, and hands it over.
#[component]
pub fn OneFile(
    /// Of what.
    of: FileOf,
) -> impl IntoView {
    let of = StoredValue::new(of);
    let (making, made) = (RwSignal::new(false), RwSignal::new_local(None::<Result<MadeFile, ApiError>>));
    let make = move |_| {
        making.set(true);
        spawn_local(async move {
            let answer = api::make_file(&of.get_value()).await;
            making.try_set(false);
            made.try_set(Some(answer));
        });
    };
    let hand_over = move |_| {
        made.with_untracked(|made| {
            if let Some(Ok(file)) = made {
                save(&file.blob, &file.name);
            }
        });
    };
    let state = move || {
        made.with(|made| match made {
            Some(Ok(file)) => {
                let words = format!("{} in all; the app takes {} of it.", size(file.bytes), size(file.app_bytes));
                view! {
                    <p role="status">{words}</p>
                    <div class="share-end"><span class="view-hint">{file.name.clone()}</span>
                        <button type="button" class="button" data-look="primary" on:click=hand_over>"Save the file"</button>
                    </div>
                }
                .into_any()
            }
            Some(Err(error)) => view! { <p role="alert" class="view-error">{error.to_string()}</p> }.into_any(),
            None => view! {
                <div class="share-end"><span></span>
                    <button type="button" class="button" data-look="primary" disabled=move || making.get() on:click=make>
                        {move || if making.get() { "Making the file" } else { "Make the file" }}
                    </button>
                </div>
            }
            .into_any(),
        })
    };
    view! {
        <div class="share-form">
            <p class="view-hint">
                "One HTML file that opens from a disk, without a server and without a network: words, pictures, and panels that answer \
                 the pointer. It holds what is drawn now, as finely as it is drawn now; it never changes, and cannot be revoked."
            </p>
            <p class="view-hint">"At most 200 lines of panels and 64 MB of data and pictures."</p>
            {state}
        </div>
    }
    .into_any()
}

/// The button of a shared page that saves it as one file.
#[component]
pub fn SaveShared() -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <button type="button" class="button" on:click=move |_| open.set(true)>"Save"</button>
        {move || open.get().then(|| view! {
            <Dialog title="Save as one file" on_close=move || open.set(false)>{TOOLS.show(|tools| (tools.one_file)(FileOf::Link))}</Dialog>
        })}
    }
    .into_any()
}

/// Bytes in the words of file managers.
fn size(bytes: f64) -> String {
    if bytes < 1e6 { format!("{:.0} KB", (bytes / 1e3).max(1.0)) } else { format!("{:.1} MB", bytes / 1e6) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        for (bytes, words) in [(1.0, "1 KB"), (999_400.0, "999 KB"), (1_000_000.0, "1.0 MB"), (64e6, "64.0 MB")] {
            assert_eq!(size(bytes), words);
        }
    }
}
