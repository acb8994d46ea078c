//! A report as Markdown that other programs show well, and that comes back without loss.
//!
//! Each block is what Markdown has for it; run tables and panel grids are fenced JSON. Above a block, and at
//! the end of a list item, a comment holds its id: `<!-- #k3f9 -->`. A line of text that would mean a block,
//! such as `# no heading`, gets a backslash before it. `docs/reports.md` is the description for people.

mod parse;
mod readable;

pub use parse::parse;
pub use readable::{readable, readable_block};

use super::{Block, Content, Document, List};

/// How the languages of our own fences begin.
pub(super) const OURS: &str = "throughline-";
const PANELS: &str = "throughline-panels";
const RUNS: &str = "throughline-runs";
/// Where the pictures of reports are.
pub const IMAGES: &str = "/api/reports/images/";
const MARKDOWN: &str = "<!-- markdown -->";
const MARKDOWN_END: &str = "<!-- /markdown -->";

/// The document as Markdown, with the ids of its blocks.
pub fn print(document: &Document) -> String {
    let title = serde_json::to_string(&document.title).expect("text is JSON");
    let mut out = format!("---\nthroughline-report: {}\ntitle: {title}\n---\n", super::VERSION);
    print_into(&mut out, document, true);
    out
}

/// Some blocks as Markdown, without their ids: what is copied.
pub fn print_blocks(blocks: &[Block]) -> String {
    let mut out = String::new();
    print_into(&mut out, &Document { blocks: blocks.to_vec(), ..Document::default() }, false);
    out.trim_start_matches('\n').to_owned()
}

fn print_into(out: &mut String, document: &Document, ids: bool) {
    let mut in_list = false;
    for (at, block) in document.blocks.iter().enumerate() {
        let item = matches!(block.content, Content::Item { .. });
        if !(item && in_list) {
            out.push('\n');
        }
        in_list = item;
        if ids && !item {
            out.push_str(&mark(&block.id));
            out.push('\n');
        }
        put(out, document, at, block, ids);
    }
}

fn put(out: &mut String, document: &Document, at: usize, block: &Block, ids: bool) {
    let guarded = |text: &str| text.split('\n').map(guard).collect::<Vec<_>>().join("\n");
    let text = match &block.content {
        Content::Heading { level, text } => format!("{} {text}", "#".repeat((*level).into())),
        Content::Paragraph { text } if text.is_empty() => return,
        Content::Paragraph { text } => guarded(text),
        Content::Item { list, depth, done, text } => {
            let sign = match (list, done) {
                (List::Bullet, _) => "-".to_owned(),
                (List::Number, _) => format!("{}.", document.number(at)),
                (List::Check, false) => "- [ ]".to_owned(),
                (List::Check, true) => "- [x]".to_owned(),
            };
            let indent = " ".repeat(usize::from(*depth) * INDENT);
            let (first, rest) =
                text.split_once('\n').map_or((text.as_str(), None), |(first, rest)| (first, Some(rest)));
            let first = if text.is_empty() { String::new() } else { guard(first) };
            // Words that look like an id are none if one follows.
            let id = if ids || first.contains("<!-- #") { format!(" {}", mark(&block.id)) } else { String::new() };
            let mut item = format!("{indent}{sign} {first}{id}");
            for line in rest.iter().flat_map(|rest| rest.split('\n')) {
                item.push_str(&format!("\n{indent}  {}", guard(line)));
            }
            item
        }
        Content::Quote { text } => quoted(text),
        Content::Callout { tone, text } => format!("> [!{}]\n{}", tone.word().to_uppercase(), quoted(text)),
        Content::Code { language, text } => fenced(language, text),
        Content::Math { text } => {
            let lines: Vec<String> = text.split('\n').map(|line| before(line, "$$")).collect();
            format!("$$\n{}\n$$", lines.join("\n"))
        }
        Content::Image { hash, caption } => {
            let caption = caption.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]");
            format!("![{caption}]({IMAGES}{hash})")
        }
        Content::Contents => "[TOC]".to_owned(),
        Content::Divider => "---".to_owned(),
        Content::Markdown { text } => {
            let lines: Vec<String> = text.split('\n').map(|line| before(line, MARKDOWN_END)).collect();
            format!("{MARKDOWN}\n{}\n{MARKDOWN_END}", lines.join("\n"))
        }
        Content::Runs(table) => fenced(RUNS, &json(table)),
        Content::Panels(grid) => fenced(PANELS, &json(grid)),
    };
    out.push_str(&text);
    out.push('\n');
}

/// Spaces that a list item goes in for each level: enough for Markdown below a dot and below a number.
const INDENT: usize = 4;

fn mark(id: &str) -> String {
    format!("<!-- #{id} -->")
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).expect("a block holds only what JSON can hold")
}

fn fenced(language: &str, text: &str) -> String {
    let ticks = |line: &str| line.trim_start().bytes().take_while(|byte| *byte == b'`').count();
    let fence = "`".repeat(text.lines().map(ticks).max().unwrap_or_default().max(2) + 1);
    format!("{fence}{language}\n{text}\n{fence}")
}

fn quoted(text: &str) -> String {
    let line = |line: &str| match line {
        "" => ">".to_owned(),
        line if is_blank(line) => format!("> {line}"),
        line => format!("> {}", guard(line)),
    };
    text.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

/// `line`, with a backslash more if it is `end` behind any number of backslashes.
fn before(line: &str, end: &str) -> String {
    if line.trim_start_matches('\\').trim_end() == end { format!("\\{line}") } else { line.to_owned() }
}

/// A line of text so that it does not begin a block: with a backslash more where its backslashes, if any, are all
/// that keeps it from that.
fn guard(line: &str) -> String {
    match guarded_at(line) {
        Some(at) => format!("{}\\{}", &line[..at], &line[at..]),
        None => line.to_owned(),
    }
}

/// The line that [`guard`] made `line` of.
fn unguard(line: &str) -> String {
    match guarded_at(line).filter(|at| line[*at..].starts_with('\\')) {
        Some(at) => format!("{}{}", &line[..at], &line[at + 1..]),
        None => line.to_owned(),
    }
}

/// Where the backslash goes that keeps `line` from beginning a block: before it, or behind the digits of a number.
fn guarded_at(line: &str) -> Option<usize> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - rest.len();
    if digits > 0 {
        return parse::number_sign(&format!("{}{}", &line[..digits], rest.trim_start_matches('\\'))).map(|_| digits);
    }
    let bare = line.trim_start_matches('\\');
    (begins_block(bare) && parse::number_sign(bare).is_none()).then_some(0)
}

/// A line of words as Markdown that shows them: what would begin a block is kept from it.
pub fn words_only(line: &str) -> String {
    let line = line.trim_start();
    // A picture is no block to other programs.
    if is_blank(line) || line.starts_with("![") || !begins_block(line) { line.to_owned() } else { guard(line) }
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| byte == b' ' || byte == b'\t')
}

/// Whether a line would end a paragraph or begin another block, here or in other programs.
fn begins_block(line: &str) -> bool {
    let after = |rest: &str| rest.is_empty() || rest.starts_with([' ', '\t']);
    let trimmed = line.trim_start_matches('#');
    let hashes = line.len() - trimmed.len();
    is_blank(line)
        || line.starts_with([' ', '\t', '>', '|'])
        || ((1..=6).contains(&hashes) && after(trimmed))
        || line.strip_prefix(['-', '*', '+']).is_some_and(after)
        || parse::number_sign(line).is_some()
        || ["```", "~~~", "$$", "![", "[!", "[ ]", "[x]", "[X]"].iter().any(|start| line.starts_with(start))
        || line.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("[toc]"))
        || is_rule(line)
        || [b'=', b'-'].iter().any(|sign| line.trim_end().bytes().all(|byte| byte == *sign))
        || line
            .strip_prefix('<')
            .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic() || "!?/".contains(c)))
        || (line.starts_with('[') && line.contains("]:"))
}

fn is_rule(line: &str) -> bool {
    let bare: String = line.chars().filter(|c| *c != ' ' && *c != '\t').collect();
    bare.len() >= 3 && ["-", "*", "_"].iter().any(|sign| bare.trim_matches(|c| sign.contains(c)).is_empty())
}

#[cfg(test)]
mod tests;
