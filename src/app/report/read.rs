//! A report to be read: a document, its blocks as HTML, and where the data of its panels comes from.

use super::{
    comments::{BlockComments, Talk},
    editor::Shown,
    grid::Grid,
    runs::RunsTable,
};
use crate::api::reports::image_url;
use data::report::{Block, Content, Document, List, Tone};
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::JsCast;

/// A report from top to bottom.
#[component]
pub fn Reading(
    /// The document with its HTML.
    shown: Arc<Shown>,
) -> impl IntoView {
    let blocks = pieces(&shown.document.blocks).into_iter().map(|piece| match piece {
        Piece::Block(at) => view! { <ReadBlock shown=shown.clone() at/> }.into_any(),
        Piece::List(range) => {
            let items = range.map(|at| read_item(&shown, at)).collect_view();
            view! { <div role="list" class="report-list">{items}</div> }.into_any()
        }
    });
    view! {
        <h1 class="report-title">{title_of(&shown.document)}</h1>
        {blocks.collect_view()}
    }
    .into_any()
}

/// The title, or what stands for none.
pub fn title_of(document: &Document) -> String {
    if document.title.trim().is_empty() { "Untitled report".to_owned() } else { document.title.clone() }
}

/// What stands in one piece: a block, or the items of a list.
enum Piece {
    Block(usize),
    List(std::ops::Range<usize>),
}

fn pieces(blocks: &[Block]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        match (&block.content, pieces.last_mut()) {
            (Content::Item { .. }, Some(Piece::List(range))) if range.end == at => range.end += 1,
            (Content::Item { .. }, _) => pieces.push(Piece::List(at..at + 1)),
            _ => pieces.push(Piece::Block(at)),
        }
    }
    pieces
}

fn html_at(shown: &Shown, at: usize) -> String {
    shown.html.get(&shown.document.blocks[at].id).cloned().unwrap_or_default()
}

/// Where a link to a block leads.
pub fn anchor_of(id: &str) -> String {
    format!("b-{id}")
}

fn read_item(shown: &Shown, at: usize) -> AnyView {
    let block = &shown.document.blocks[at];
    let Content::Item { list, depth, done, .. } = &block.content else { return ().into_any() };
    let sign = item_sign(*list, *done, shown.document.number(at));
    let done = (*list == List::Check && *done).then_some("true");
    view! {
        <div role="listitem" id=anchor_of(&block.id) class="report-item" data-done=done style=format!("--depth: {depth}")>
            {sign}
            <div inner_html=html_at(shown, at)></div>
        </div>
    }
    .into_any()
}

/// What stands before an item.
pub fn item_sign(list: List, done: bool, number: usize) -> AnyView {
    match list {
        List::Bullet => view! { <span class="report-sign" aria-hidden="true">"•"</span> }.into_any(),
        List::Number => view! { <span class="report-sign">{number} "."</span> }.into_any(),
        List::Check => {
            let label = if done { "Done" } else { "To do" };
            view! { <span class="report-sign"><input type="checkbox" prop:checked=done disabled=true aria-label=label/></span> }.into_any()
        }
    }
}

#[component]
fn ReadBlock(shown: Arc<Shown>, at: usize) -> impl IntoView {
    let block = shown.document.blocks[at].clone();
    let (id, html) = (anchor_of(&block.id), html_at(&shown, at));
    let comments = use_context::<Talk>().map(|talk| view! { <BlockComments talk block=block.id.clone()/> });
    let inside = match block.content {
        Content::Contents => view! { <Contents shown=shown.clone()/> }.into_any(),
        Content::Runs(table) => {
            view! { <RunsTable id=block.id.clone() table=Signal::stored(*table) editor=None/> }.into_any()
        }
        Content::Panels(grid) => view! { <Grid id=block.id.clone() grid=Signal::stored(grid) editor=None/> }.into_any(),
        content => still(&content, html),
    };
    let wide = matches!(shown.document.blocks[at].content, Content::Panels(_) | Content::Runs(_)).then_some("true");
    view! { <div class="report-block" id=id data-wide=wide>{inside}{comments}</div> }.into_any()
}

/// A block that stands still, with its HTML inside.
pub fn still(content: &Content, html: String) -> AnyView {
    match content {
        Content::Heading { level: 1, .. } => view! { <h2 class="report-h1" inner_html=html></h2> }.into_any(),
        Content::Heading { level: 2, .. } => view! { <h3 class="report-h2" inner_html=html></h3> }.into_any(),
        Content::Heading { .. } => view! { <h4 class="report-h3" inner_html=html></h4> }.into_any(),
        Content::Quote { .. } => view! { <blockquote class="report-text" inner_html=html></blockquote> }.into_any(),
        Content::Callout { tone, .. } => {
            callout(*tone, view! { <div class="report-text" inner_html=html></div> }.into_any())
        }
        Content::Code { language, .. } => view! {
            <figure class="report-code">
                {(!language.is_empty()).then(|| view! { <figcaption>{language.clone()}</figcaption> })}
                <pre tabindex="0"><code inner_html=html></code></pre>
            </figure>
        }
        .into_any(),
        Content::Math { .. } => {
            view! { <div class="report-math" tabindex="0" role="group" aria-label="Formula" inner_html=html></div> }
                .into_any()
        }
        Content::Image { hash, caption } => image(hash, caption, html),
        Content::Divider => view! { <hr class="report-rule"/> }.into_any(),
        Content::Paragraph { .. } | Content::Item { .. } | Content::Markdown { .. } => {
            view! { <div class="report-text" inner_html=html></div> }.into_any()
        }
        Content::Contents | Content::Runs(_) | Content::Panels(_) => ().into_any(),
    }
}

/// Words that stand out, with why.
pub fn callout(tone: Tone, inside: AnyView) -> AnyView {
    view! {
        <aside class="report-callout" data-tone=tone.word()>
            <p class="report-tone">{tone.word()}</p>
            {inside}
        </aside>
    }
    .into_any()
}

fn image(hash: &str, caption: &str, html: String) -> AnyView {
    if hash.is_empty() {
        return view! { <p class="report-missing">"This picture is not here."</p> }.into_any();
    }
    view! {
        <figure class="report-image">
            <img src=image_url(hash) alt=caption.to_owned() loading="lazy"/>
            {(!caption.is_empty()).then(|| view! { <figcaption inner_html=html></figcaption> })}
        </figure>
    }
    .into_any()
}

/// The headings with links to them.
#[component]
pub fn Contents(shown: Arc<Shown>) -> impl IntoView {
    let heading = |block: &Block| match &block.content {
        Content::Heading { level, text } if !text.trim().is_empty() => {
            let html = shown.html.get(&block.id).cloned().unwrap_or_else(|| text.clone());
            let id = anchor_of(&block.id);
            let href = format!("#{id}");
            // The page scrolls, not the window.
            let go = move |event: leptos::ev::MouseEvent| {
                event.prevent_default();
                scroll_to(&id);
            };
            Some(
                view! { <li style=format!("--depth: {}", level - 1)><a href=href on:click=go inner_html=without_links(&html)></a></li> },
            )
        }
        _ => None,
    };
    let headings: Vec<_> = shown.document.blocks.iter().filter_map(heading).collect();
    if headings.is_empty() {
        return view! { <p class="report-missing">"The contents list the headings; there are none yet."</p> }
            .into_any();
    }
    view! { <nav class="report-contents" aria-label="Contents"><ol>{headings}</ol></nav> }.into_any()
}

/// A heading's HTML as the inside of a link, which cannot hold another one.
fn without_links(html: &str) -> String {
    let mut out = String::new();
    for (at, part) in html.split('<').enumerate() {
        if at > 0 && (part.starts_with("a ") || part.starts_with("/a>")) {
            out.push_str(part.split_once('>').map_or("", |(_, rest)| rest));
        } else {
            if at > 0 {
                out.push('<');
            }
            out.push_str(part);
        }
    }
    out
}

/// The block that an event is in.
pub fn block_at(target: Option<web_sys::EventTarget>) -> Option<String> {
    let element = target?.dyn_into::<web_sys::Element>().ok()?;
    let block = element.closest(".report-block").ok().flatten()?;
    block.id().strip_prefix("b-").map(str::to_owned)
}

/// Scrolls no further than the element called `id` needs to be seen.
pub fn keep_in_sight(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        let options = web_sys::ScrollIntoViewOptions::new();
        options.set_block(web_sys::ScrollLogicalPosition::Nearest);
        element.scroll_into_view_with_scroll_into_view_options(&options);
    }
}

/// Brings the element called `id` to the top of the page.
pub fn scroll_to(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        element.scroll_into_view();
        if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
            let _ = element.focus();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_headings_are_words_in_the_contents() {
        for (html, plain) in [
            ("a <a href=\"/x\" rel=\"n\">b</a> <em>c</em>", "a b <em>c</em>"),
            ("<abbr>d</abbr>", "<abbr>d</abbr>"),
            ("", ""),
        ] {
            assert_eq!(without_links(html), plain);
        }
    }

    #[test]
    fn items_next_to_each_other_are_one_list() {
        let item = || Content::Item { list: List::Bullet, depth: 0, done: false, text: String::new() };
        let contents = [item(), item(), Content::Divider, item()];
        let blocks: Vec<Block> = contents.map(|content| Block { id: String::new(), content }).into();
        let shape: String = pieces(&blocks)
            .iter()
            .map(|piece| match piece {
                Piece::Block(at) => format!("{at} "),
                Piece::List(range) => format!("{range:?} "),
            })
            .collect();
        assert_eq!(shape, "0..2 2 3..4 ");
    }
}
