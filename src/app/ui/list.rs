//! A list of any length that draws only its visible rows.

use crate::ui::{observe::size_of, window::follow};
use leptos::{html, prelude::*};

/// Rows drawn beyond each edge, so that scrolling shows no gaps.
const SPARE: usize = 12;

/// A scrolling list of `count` rows, each `row_px` CSS pixels high.
///
/// `row` makes the row at an index; rows are told apart by `key`, so that a row that stays keeps its
/// element and its focus.
#[component]
pub fn VirtualList<K, R>(
    /// What the list holds, for people who hear it.
    label: &'static str,
    /// How many rows there are.
    #[prop(into)]
    count: Signal<usize>,
    /// The height of a row in CSS pixels.
    row_px: f64,
    /// What tells the row at an index apart from others.
    key: K,
    /// Makes the row at an index.
    row: R,
    /// The list's element, for scrolling from outside.
    node: NodeRef<html::Div>,
    /// Told which rows are in sight, as a range.
    #[prop(into)]
    on_range: Callback<(usize, usize)>,
) -> impl IntoView
where
    K: Fn(usize) -> String + Clone + Send + Sync + 'static,
    R: Fn(usize) -> AnyView + Clone + Send + Sync + 'static,
{
    let size = size_of(node);
    let (top, set_top) = signal(0.0);
    let range = Memo::new(move |_| {
        let first = (top.get() / row_px) as usize;
        let visible = (size.get().1 / row_px).ceil() as usize + 1;
        let end = (first + visible + SPARE).min(count.get());
        (first.saturating_sub(SPARE).min(end), end)
    });
    Effect::new(move |_| on_range.run(range.get()));
    let drawn = follow(range);
    view! {
        <div
            class="list"
            node_ref=node
            role="list"
            aria-label=label
            on:scroll=move |_| {
                if let Some(list) = node.get_untracked() {
                    set_top.set(f64::from(list.scroll_top()));
                }
            }
        >
            <div class="list-space" role="presentation" style:height=move || format!("{}px", count.get() as f64 * row_px)>
                <For
                    each=move || {
                        let (from, to) = drawn.get();
                        let key = key.clone();
                        (from..to).map(move |at| (at, key(at))).collect::<Vec<_>>()
                    }
                    key=|(at, key)| (*at, key.clone())
                    children=move |(at, _)| {
                        view! {
                            <div
                                class="list-row"
                                role="listitem"
                                aria-posinset=at + 1
                                aria-setsize=move || count.get()
                                style:transform=format!("translateY({}px)", at as f64 * row_px)
                                style:height=format!("{row_px}px")
                            >
                                {row(at)}
                            </div>
                        }
                    }
                />
            </div>
        </div>
    }
    .into_any()
}

/// Scrolls the least that brings row `at` wholly into sight.
pub fn scroll_to(node: NodeRef<html::Div>, at: usize, row_px: f64) {
    if let Some(list) = node.get_untracked() {
        scroll_within(&list, at, row_px);
    }
}

/// Scrolls `list` the least that brings row `at` wholly into sight.
pub fn scroll_within(list: &web_sys::Element, at: usize, row_px: f64) {
    let (top, height) = (f64::from(list.scroll_top()), f64::from(list.client_height()));
    let row_top = at as f64 * row_px;
    if row_top < top {
        list.set_scroll_top(row_top as i32);
    } else if row_top + row_px > top + height {
        list.set_scroll_top((row_top + row_px - height).ceil() as i32);
    }
}
