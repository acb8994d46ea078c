//! Parts of the app that lie in files of their own and load when somebody first looks for them.

use leptos::{prelude::*, task::spawn_local};
use std::{future::Future, pin::Pin, sync::OnceLock};

/// The file of a part could not be loaded. The browser's console says why.
#[derive(Debug, Clone, Copy)]
pub struct NotLoaded;

impl From<leptos::wasm_split::SplitLoaderError> for NotLoaded {
    fn from(_: leptos::wasm_split::SplitLoaderError) -> NotLoaded {
        NotLoaded
    }
}

/// What loading a part comes to.
pub type Loading<T> = Pin<Box<dyn Future<Output = Result<T, NotLoaded>>>>;

/// A part of the app that offers `T`, functions that draw, once its file is here.
pub struct Part<T> {
    offers: OnceLock<T>,
    load: fn() -> Loading<T>,
}

impl<T: Copy + Send + Sync + 'static> Part<T> {
    /// A part that `load` brings.
    pub const fn new(load: fn() -> Loading<T>) -> Part<T> {
        Part { offers: OnceLock::new(), load }
    }

    /// Draws with what the part offers: at once if it is here, else as soon as it is. Until then a place is kept for it,
    /// and if it cannot be loaded, that place says so and lets the person try again.
    pub fn show(&'static self, draw: impl Fn(T) -> AnyView + Send + 'static) -> AnyView {
        if let Some(&offers) = self.offers.get() {
            return draw(offers);
        }
        let answer = RwSignal::new(None);
        let load = Callback::new(move |()| {
            answer.set(None);
            spawn_local(async move {
                let found = (self.load)().await.map(|offers| {
                    let _ = self.offers.set(offers);
                });
                // The place may be gone by now.
                answer.try_set(Some(found));
            });
        });
        load.run(());
        let here = move || match answer.get() {
            None => waiting(),
            Some(Ok(())) => draw(*self.offers.get().expect("it was kept before the answer")),
            Some(Err(NotLoaded)) => failed(load),
        };
        here.into_any()
    }
}

fn waiting() -> AnyView {
    view! { <div class="later" aria-busy="true" aria-label="Loading"><div class="skeleton"></div><div class="skeleton"></div></div> }.into_any()
}

/// What to do about it; a page of before an update of the server finds its files nowhere.
fn failed(load: Callback<()>) -> AnyView {
    let reload = move |_| drop(window().location().reload());
    view! {
        <div class="empty" role="alert">
            <h2>"This part of Throughline could not be loaded"</h2>
            <p>"The connection may be down. If the server was updated meanwhile, load the whole page again: its address keeps what is on the screen."</p>
            <p>
                <button type="button" class="button" data-look="primary" on:click=move |_| load.run(())>"Try again"</button>
                " "
                <button type="button" class="button" on:click=reload>"Load the page again"</button>
            </p>
        </div>
    }
    .into_any()
}
