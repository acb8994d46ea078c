//! Markdown as a report: our own text form, or what other programs write.

use data::report::{
    Block, Content, Document, List, ReportError, Tone,
    text::{self, IMAGES},
};
use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use std::ops::Range;

/// The report that `text` describes. Ours is known by its first lines; any other Markdown is read as CommonMark with
/// GitHub's additions.
pub fn read(text: &str) -> Result<Document, ReportError> {
    let ours = text.trim_start_matches('\u{feff}').starts_with("---")
        && text.lines().skip(1).take(8).any(|line| line.starts_with("throughline-report:"));
    if ours || text.contains("```throughline-") { text::parse(text) } else { foreign(text) }
}

fn foreign(text: &str) -> Result<Document, ReportError> {
    let text = text.replace("\r\n", "\n");
    let options = Options::ENABLE_MATH
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
    let mut import = Import { source: &text, ..Import::default() };
    for (event, range) in Parser::new_ext(&text, options).into_offset_iter() {
        import.take(event, range);
    }
    import.end_text();
    let mut document = Document { title: import.title, blocks: import.blocks, ..Document::default() };
    // A first heading alone at its level is the title.
    if document.title.is_empty()
        && let Some(Block { content: Content::Heading { level: 1, text }, .. }) = document.blocks.first()
    {
        document.title = text.clone();
        document.blocks.remove(0);
    }
    document.mend()?;
    Ok(document)
}

#[derive(Default)]
struct Import<'a> {
    source: &'a str,
    title: String,
    blocks: Vec<Block>,
    /// The words of the block that is being read.
    words: String,
    /// What they will be.
    kind: Option<Content>,
    /// The lists around, by kind.
    lists: Vec<List>,
    /// The quotes around; those that stand out by their tone.
    quotes: Vec<Option<Tone>>,
    /// The code that is being read, by its language.
    code: Option<String>,
    /// Where links go that are being read.
    links: Vec<String>,
    /// How many tags deep we are in what is kept as it came, and where it began.
    raw: Option<(usize, Range<usize>)>,
    metadata: bool,
}

impl Import<'_> {
    fn take(&mut self, event: Event, range: Range<usize>) {
        if let Some((depth, whole)) = &mut self.raw {
            match event {
                Event::Start(_) => *depth += 1,
                Event::End(_) if *depth == 0 => {
                    let text = self.source[whole.clone()].trim_end().to_owned();
                    self.raw = None;
                    self.push(Content::Markdown { text });
                }
                Event::End(_) => *depth -= 1,
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(tag) => self.start(tag, range),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.code.is_some() => self.words.push_str(&text),
            Event::Text(text) if self.metadata => {
                let title = text.lines().find_map(|line| line.strip_prefix("title:"));
                self.title = title.unwrap_or_default().trim().trim_matches(['"', '\'']).to_owned();
            }
            Event::Text(text) => self.words.push_str(&literal(&text)),
            Event::Code(code) => {
                let ticks = "`".repeat(1 + code.split(|c| c != '`').map(str::len).max().unwrap_or_default());
                let air = if code.contains('`') { " " } else { "" };
                self.words.push_str(&format!("{ticks}{air}{code}{air}{ticks}"));
            }
            Event::InlineMath(math) => self.words.push_str(&format!("${math}$")),
            Event::DisplayMath(math) => {
                self.end_text();
                self.push(Content::Math { text: math.trim().to_owned() });
            }
            Event::SoftBreak => self.words.push(' '),
            Event::HardBreak => self.words.push('\n'),
            Event::Html(html) | Event::InlineHtml(html) => self.words.push_str(&html),
            Event::FootnoteReference(name) => self.words.push_str(&format!("[^{name}]")),
            Event::TaskListMarker(done) => {
                if let Some(Content::Item { list, done: ticked, .. }) = &mut self.kind {
                    (*list, *ticked) = (List::Check, done);
                }
            }
            Event::Rule => {
                self.end_text();
                self.push(Content::Divider);
            }
        }
    }

    fn start(&mut self, tag: Tag, range: Range<usize>) {
        match tag {
            Tag::Paragraph if !self.words.is_empty() => self.words.push_str("\n\n"),
            Tag::Paragraph => {}
            Tag::Heading { level, .. } => {
                self.end_text();
                let level = match level {
                    HeadingLevel::H1 => 1,
                    HeadingLevel::H2 => 2,
                    _ => 3,
                };
                self.kind = Some(Content::Heading { level, text: String::new() });
            }
            Tag::BlockQuote(kind) => {
                self.end_text();
                self.quotes.push(kind.map(|kind| match kind {
                    BlockQuoteKind::Note => Tone::Note,
                    BlockQuoteKind::Tip => Tone::Tip,
                    BlockQuoteKind::Important => Tone::Important,
                    BlockQuoteKind::Warning => Tone::Warning,
                    BlockQuoteKind::Caution => Tone::Caution,
                }));
            }
            Tag::CodeBlock(kind) => {
                self.end_text();
                self.code = Some(match kind {
                    CodeBlockKind::Fenced(info) => info.split_whitespace().next().unwrap_or_default().to_owned(),
                    CodeBlockKind::Indented => String::new(),
                });
            }
            Tag::List(first) => {
                self.end_text();
                self.lists.push(if first.is_some() { List::Number } else { List::Bullet });
            }
            Tag::Item => {
                self.end_text();
                let list = self.lists.last().copied().unwrap_or_default();
                let depth = self.lists.len().saturating_sub(1).min(usize::from(data::report::DEEPEST)) as u8;
                self.kind = Some(Content::Item { list, depth, done: false, text: String::new() });
            }
            Tag::Emphasis => self.words.push('*'),
            Tag::Strong => self.words.push_str("**"),
            Tag::Strikethrough => self.words.push_str("~~"),
            Tag::Link { dest_url, .. } => {
                self.words.push('[');
                self.links.push(dest_url.into_string());
            }
            Tag::Image { dest_url, .. } => {
                self.words.push_str("![");
                self.links.push(dest_url.into_string());
            }
            Tag::MetadataBlock(_) => self.metadata = true,
            Tag::HtmlBlock | Tag::Table(_) | Tag::FootnoteDefinition(_) | Tag::DefinitionList => {
                self.end_text();
                self.raw = Some((0, range));
            }
            // Inside those above, which are kept as they came.
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph if self.lists.is_empty() && self.quotes.is_empty() => self.end_text(),
            TagEnd::Heading(_) | TagEnd::Item => self.end_text(),
            TagEnd::BlockQuote(_) => {
                self.end_text();
                self.quotes.pop();
            }
            TagEnd::CodeBlock => {
                let language = self.code.take().unwrap_or_default();
                let mut text = std::mem::take(&mut self.words);
                text.truncate(text.strip_suffix('\n').map_or(text.len(), str::len));
                self.push(match language.as_str() {
                    "math" => Content::Math { text },
                    _ => Content::Code { language, text },
                });
            }
            TagEnd::List(_) => {
                self.end_text();
                self.lists.pop();
            }
            TagEnd::Emphasis => self.words.push('*'),
            TagEnd::Strong => self.words.push_str("**"),
            TagEnd::Strikethrough => self.words.push_str("~~"),
            TagEnd::Link => {
                let to = self.links.pop().unwrap_or_default();
                self.words.push_str(&link_end(&to));
            }
            TagEnd::Image => self.end_image(),
            TagEnd::MetadataBlock(_) => self.metadata = false,
            _ => {}
        }
    }

    /// A picture of a report alone in its paragraph is a block; any other is written as it came.
    fn end_image(&mut self) {
        let to = self.links.pop().unwrap_or_default();
        match to.strip_prefix(IMAGES) {
            Some(hash) if self.words.starts_with("![") && self.kind.is_none() => {
                let (hash, caption) = (hash.to_owned(), self.words[2..].to_owned());
                self.words.clear();
                self.push(Content::Image { hash, caption });
            }
            _ => self.words.push_str(&link_end(&to)),
        }
    }

    /// The words so far as a block.
    fn end_text(&mut self) {
        let words = std::mem::take(&mut self.words);
        let kind = self.kind.take();
        if words.trim().is_empty() && kind.is_none() {
            return;
        }
        let quote = self.quotes.last().copied();
        if kind.is_none() && quote.is_none() && words.trim().eq_ignore_ascii_case("\\[toc\\]") {
            return self.push(Content::Contents);
        }
        let mut content = kind.unwrap_or(match quote {
            Some(Some(tone)) => Content::Callout { tone, text: String::new() },
            Some(None) => Content::Quote { text: String::new() },
            None => Content::paragraph(""),
        });
        if let Some(text) = content.text_mut() {
            *text = words.trim().to_owned();
        }
        self.push(content);
    }

    fn push(&mut self, content: Content) {
        self.blocks.push(Block { id: String::new(), content });
    }
}

fn link_end(to: &str) -> String {
    if to.contains([' ', '(', ')']) { format!("](<{to}>)") } else { format!("]({to})") }
}

/// Text so that Markdown takes it for words.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if "\\`*_[]<$~".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<Content> {
        read(text).expect("a report").blocks.into_iter().map(|block| block.content).collect()
    }

    #[test]
    fn markdown_of_other_programs_is_read() {
        let item = |list, depth, text: &str| Content::Item { list, depth, done: false, text: text.into() };
        for (name, text, expected) in [
            ("words over lines are one line", "a\nb **c**", vec![Content::paragraph("a b **c**")]),
            ("two spaces break a line", "a  \nb", vec![Content::paragraph("a\nb")]),
            ("links by reference", "[a][1]\n\n[1]: /x", vec![Content::paragraph("[a](/x)")]),
            ("signs that were escaped stay words", "2 \\* 3", vec![Content::paragraph("2 \\* 3")]),
            (
                "an indented code block",
                "    x = 1",
                vec![Content::Code { language: String::new(), text: "x = 1".into() }],
            ),
            (
                "lists in lists",
                "1. a\n   - b\n\n     more\n2. [ ] c",
                vec![item(List::Number, 0, "a"), item(List::Bullet, 1, "b\n\nmore"), item(List::Check, 0, "c")],
            ),
            ("a lazy quote", "> a\nb", vec![Content::Quote { text: "a b".into() }]),
            ("an alert", "> [!TIP]\n> a", vec![Content::Callout { tone: Tone::Tip, text: "a".into() }]),
            ("math", "$$\nx\n$$", vec![Content::Math { text: "x".into() }]),
            ("a table", "a | b\n--|--\n1 | 2", vec![Content::Markdown { text: "a | b\n--|--\n1 | 2".into() }]),
            ("a picture of others", "![x](https://a.b/c.png)", vec![Content::paragraph("![x](https://a.b/c.png)")]),
            (
                "the contents",
                "a\n\n[TOC]\n\nb",
                vec![Content::paragraph("a"), Content::Contents, Content::paragraph("b")],
            ),
            ("a box of nothing else", "- [TOC]", vec![item(List::Bullet, 0, "\\[TOC\\]")]),
            ("html", "<div>\nx\n</div>", vec![Content::Markdown { text: "<div>\nx\n</div>".into() }]),
            ("code with ticks", "``a`b``", vec![Content::paragraph("`` a`b ``")]),
        ] {
            assert_eq!(kinds(text), expected, "{name}");
        }
    }

    #[test]
    fn the_title_is_found() {
        for (text, title, blocks) in [
            ("# A\n\nb", "A", 1),
            ("---\ntitle: \"B\"\n---\n# A", "B", 1),
            ("b\n\n# A", "", 2),
            ("---\nthroughline-report: 1\ntitle: \"C\"\n---\n\n# A\n", "C", 1),
        ] {
            let document = read(text).expect("a report");
            assert_eq!((document.title.as_str(), document.blocks.len()), (title, blocks), "{text}");
        }
    }
}
