//! Blocks of a report as HTML that is safe to show.

use super::{
    clean::{OUTSIDE, clean, escape},
    highlight::highlight,
    math::mathml,
};
use data::report::{
    Content, Document,
    text::{IMAGES, words_only},
};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html::push_html};
use pulldown_latex::config::DisplayMode;
use std::collections::BTreeMap;

/// The blocks as HTML, by id. Each is the inside of what the app puts around it; blocks that the app draws by
/// itself, such as panels, have none.
pub fn html_of(document: &Document) -> BTreeMap<String, String> {
    let block = |block: &data::report::Block| Some((block.id.clone(), html_of_block(&block.content)?));
    document.blocks.iter().filter_map(block).collect()
}

/// Words such as a comment's as HTML, paragraph by paragraph.
pub fn html_of_text(text: &str) -> String {
    within_lines(text, true)
}

fn html_of_block(content: &Content) -> Option<String> {
    Some(match content {
        Content::Heading { text, .. } | Content::Item { text, .. } => within_lines(text, false),
        Content::Image { caption, .. } => within_lines(caption, false),
        Content::Paragraph { text } | Content::Quote { text } | Content::Callout { text, .. } => {
            within_lines(text, true)
        }
        Content::Code { language, text } => highlight(language, text),
        Content::Math { text } => clean(&mathml(text, DisplayMode::Block)),
        Content::Markdown { text } => markdown(text),
        Content::Contents | Content::Divider | Content::Runs(_) | Content::Panels(_) => return None,
    })
}

/// Markdown without blocks: a line that looks like one is words. A line break is one.
fn within_lines(text: &str, paragraphs: bool) -> String {
    let source = text.split('\n').map(words_only).collect::<Vec<_>>().join("\n");
    let options = Options::ENABLE_MATH | Options::ENABLE_STRIKETHROUGH;
    let mut later = false;
    let events = Parser::new_ext(&source, options).filter_map(|event| match event {
        Event::SoftBreak => Some(Event::HardBreak),
        Event::Start(Tag::Paragraph) if !paragraphs => {
            let between = std::mem::replace(&mut later, true);
            between.then_some(Event::HardBreak)
        }
        Event::End(TagEnd::Paragraph) if !paragraphs => None,
        event => Some(event),
    });
    html_of_events(events)
}

/// Markdown with all its blocks.
fn markdown(text: &str) -> String {
    let options = Options::ENABLE_MATH
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM;
    html_of_events(Parser::new_ext(text, options))
}

fn html_of_events<'a>(events: impl Iterator<Item = Event<'a>>) -> String {
    let mut html = String::new();
    // Whether the picture that is being read is one of others, and so a link.
    let mut outside = false;
    let events = events.map(move |event| match event {
        Event::InlineMath(formula) => Event::InlineHtml(mathml(&formula, DisplayMode::Inline).into()),
        Event::DisplayMath(formula) => Event::InlineHtml(mathml(&formula, DisplayMode::Block).into()),
        // A picture of others would tell them who reads the report.
        Event::Start(Tag::Image { dest_url, .. }) if !dest_url.starts_with(IMAGES) => {
            outside = true;
            let (to, host) = (escape(&dest_url), escape(host_of(&dest_url)));
            let why = "A picture on another server, not loaded so that nobody there hears who reads this";
            Event::InlineHtml(format!("<a class=\"{OUTSIDE}\" href=\"{to}\" title=\"{why}\">Picture at {host} ").into())
        }
        Event::End(TagEnd::Image) if std::mem::take(&mut outside) => Event::InlineHtml("</a>".into()),
        event => event,
    });
    push_html(&mut html, events);
    // Nothing that is shown had no way through here, code of our own lexer apart.
    clean(&html)
}

/// The server that an address names.
fn host_of(address: &str) -> &str {
    let rest = address.split_once("//").map_or("", |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit('@').next().unwrap_or_default();
    if host.is_empty() { "another place" } else { host }
}

#[cfg(test)]
mod tests;
