//! Markdown as a report: what [`print`](super::print) wrote, and what people made of it by hand.

use super::{IMAGES, INDENT, MARKDOWN, MARKDOWN_END, PANELS, RUNS, begins_block, is_blank, is_rule, unguard};
use crate::report::{Block, Content, Document, List, ReportError, Tone};

/// The report that `text` describes. Lines that are no block of ours become Markdown blocks, as they are.
///
/// [`ReportError::NotAReport`] names the line of a fence whose panels or runs cannot be read.
pub fn parse(text: &str) -> Result<Document, ReportError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
    let lines: Vec<&str> = text.split('\n').collect();
    let mut reader = Reader { lines: &lines, at: 0, blocks: Vec::new(), id: None };
    let title = reader.front_matter()?;
    while reader.at < lines.len() {
        reader.block()?;
    }
    reader.empty_paragraph();
    let mut document = Document { title, blocks: reader.blocks, ..Document::default() };
    document.mend()?;
    Ok(document)
}

struct Reader<'a> {
    lines: &'a [&'a str],
    at: usize,
    blocks: Vec<Block>,
    /// The id that the last comment gave to what follows.
    id: Option<&'a str>,
}

impl<'a> Reader<'a> {
    fn line(&self) -> &'a str {
        self.lines.get(self.at).copied().unwrap_or_default()
    }

    fn push(&mut self, content: Content) {
        let id = self.id.take().unwrap_or_default().to_owned();
        self.blocks.push(Block { id, content });
    }

    /// An id that no block took is an empty paragraph's.
    fn empty_paragraph(&mut self) {
        if self.id.is_some() {
            self.push(Content::paragraph(""));
        }
    }

    /// The title, and the lines between the first two `---` read past.
    fn front_matter(&mut self) -> Result<String, ReportError> {
        if self.lines.first().map(|line| line.trim_end()) != Some("---") {
            return Ok(String::new());
        }
        let Some(end) = self.lines.iter().skip(1).position(|line| line.trim_end() == "---") else {
            return Ok(String::new());
        };
        let fields = self.lines[1..=end].iter().filter_map(|line| line.split_once(':'));
        let mut title = String::new();
        for (name, value) in fields.map(|(name, value)| (name.trim(), value.trim())) {
            if name == "title" {
                title = serde_json::from_str(value).unwrap_or_else(|_| value.to_owned());
            }
            if name == "throughline-report" {
                match value.parse::<u32>() {
                    Ok(version) if version > crate::report::VERSION => return Err(ReportError::Newer(version)),
                    Ok(_) => {}
                    Err(_) => return Err(ReportError::NotAReport(format!("its version is {value:?}, not a number"))),
                }
            }
        }
        self.at = end + 2;
        Ok(title)
    }

    fn block(&mut self) -> Result<(), ReportError> {
        let line = self.line();
        if let Some(id) = id_mark(line) {
            self.empty_paragraph();
            self.id = Some(id);
            self.at += 1;
            return Ok(());
        }
        if is_blank(line) {
            self.at += 1;
            return Ok(());
        }
        if let Some((fence, info)) = fence_of(line) {
            return self.fence(fence, info);
        }
        if let Some((level, text)) = heading(line) {
            self.at += 1;
            self.push(Content::Heading { level, text: text.to_owned() });
        } else if line.trim_end() == MARKDOWN {
            self.at += 1;
            let text = self.until(MARKDOWN_END);
            self.push(Content::Markdown { text });
        } else if line.starts_with("$$") {
            self.math();
        } else if line.trim_end().eq_ignore_ascii_case("[toc]") {
            self.at += 1;
            self.push(Content::Contents);
        } else if let Some((caption, hash)) = image(line) {
            self.at += 1;
            self.push(Content::Image { hash: hash.to_owned(), caption });
        } else if is_rule(line) {
            self.at += 1;
            self.push(Content::Divider);
        } else if line.starts_with('>') {
            self.quote();
        } else if item(line).is_some() {
            self.item();
        } else if line.starts_with(['|', '<']) && begins_block(line) {
            self.foreign();
        } else {
            self.paragraph();
        }
        Ok(())
    }

    fn fence(&mut self, fence: &str, info: &str) -> Result<(), ReportError> {
        let began = self.at + 1;
        self.at += 1;
        let mut text = Vec::new();
        while self.at < self.lines.len() {
            let line = self.line();
            self.at += 1;
            let close = line.trim();
            if close.len() >= fence.len() && close.bytes().all(|byte| byte == fence.as_bytes()[0]) {
                break;
            }
            text.push(line);
        }
        let text = text.join("\n");
        let failed = |error: serde_json::Error| {
            ReportError::NotAReport(format!("the block that begins in line {began} cannot be read: {error}"))
        };
        let language = info.split_whitespace().next().unwrap_or_default();
        let content = match language {
            PANELS => Content::Panels(serde_json::from_str(&text).map_err(failed)?),
            RUNS => Content::Runs(serde_json::from_str(&text).map_err(failed)?),
            "math" => Content::Math { text },
            _ => Content::Code { language: language.to_owned(), text },
        };
        self.push(content);
        Ok(())
    }

    /// The lines up to `end`, which may stand behind backslashes in them.
    fn until(&mut self, end: &str) -> String {
        let mut lines = Vec::new();
        while self.at < self.lines.len() {
            let line = self.line();
            self.at += 1;
            if line.trim_end() == end {
                break;
            }
            let bare = line.trim_start_matches('\\').trim_end() == end;
            lines.push(if bare { &line[1..] } else { line });
        }
        lines.join("\n")
    }

    fn math(&mut self) {
        let first = self.line().trim_end().trim_start_matches("$$");
        self.at += 1;
        let text = match first.strip_suffix("$$") {
            Some(text) => text.trim().to_owned(),
            None if first.is_empty() => self.until("$$"),
            None => format!("{first}\n{}", self.until("$$")),
        };
        self.push(Content::Math { text });
    }

    fn quote(&mut self) {
        let mut lines = Vec::new();
        while let Some(rest) = self.line().strip_prefix('>') {
            lines.push(rest.strip_prefix(' ').unwrap_or(rest));
            self.at += 1;
        }
        let tone = lines.first().and_then(|first| {
            let word = first.trim_end().strip_prefix("[!")?.strip_suffix(']')?;
            Tone::ALL.into_iter().find(|tone| tone.word().eq_ignore_ascii_case(word))
        });
        let text = |lines: &[&str]| lines.iter().map(|line| unguard(line)).collect::<Vec<_>>().join("\n");
        self.push(match tone {
            Some(tone) => Content::Callout { tone, text: text(&lines[1..]) },
            None => Content::Quote { text: text(&lines) },
        });
    }

    fn item(&mut self) {
        let Some((indent, mut list, rest)) = item(self.line()) else { return };
        self.at += 1;
        let (first, id) = match rest.rfind("<!-- #").map(|at| rest.split_at(at)) {
            Some((text, mark)) if id_mark(mark).is_some() => (text.strip_suffix(' ').unwrap_or(text), id_mark(mark)),
            _ => (rest, None),
        };
        let (mut first, mut done) = (first, false);
        if list == List::Bullet {
            for (sign, ticked) in [("[ ]", false), ("[x]", true), ("[X]", true)] {
                if let Some(text) =
                    first.strip_prefix(sign).and_then(|rest| rest.strip_prefix(' ').or(rest.is_empty().then_some("")))
                {
                    (list, done, first) = (List::Check, ticked, text);
                    break;
                }
            }
        }
        let mut text = unguard(first);
        // Lines that go on, indented or not.
        loop {
            let line = self.line();
            let inner = line.strip_prefix(&" ".repeat(indent + 2)).unwrap_or(line.trim_start());
            let goes_on = !is_blank(line) && !begins_block(inner.trim_start()) && id_mark(line).is_none();
            if self.at >= self.lines.len() || !goes_on {
                break;
            }
            text.push('\n');
            text.push_str(&unguard(inner));
            self.at += 1;
        }
        let depth = ((indent + INDENT / 2) / INDENT) as u8;
        if id.is_some() {
            self.empty_paragraph();
            self.id = id;
        }
        self.push(Content::Item { list, depth, done, text });
    }

    /// A table or HTML: everything up to an empty line.
    fn foreign(&mut self) {
        let mut lines = Vec::new();
        while self.at < self.lines.len() && !is_blank(self.line()) && id_mark(self.line()).is_none() {
            lines.push(self.line());
            self.at += 1;
        }
        self.push(Content::Markdown { text: lines.join("\n") });
    }

    fn paragraph(&mut self) {
        let mut lines = vec![unguard(self.line().trim_start_matches([' ', '\t']))];
        self.at += 1;
        while self.at < self.lines.len() {
            let line = self.line();
            let level = match line.trim_end() {
                rule if !rule.is_empty() && rule.bytes().all(|byte| byte == b'=') => 1,
                rule if !rule.is_empty() && rule.bytes().all(|byte| byte == b'-') => 2,
                _ => 0,
            };
            if level > 0 {
                self.at += 1;
                return self.push(Content::Heading { level, text: lines.join(" ") });
            }
            if begins_block(line) {
                break;
            }
            lines.push(unguard(line));
            self.at += 1;
        }
        self.push(Content::Paragraph { text: lines.join("\n") });
    }
}

/// The id in `<!-- #id -->`.
fn id_mark(line: &str) -> Option<&str> {
    let id = line.trim_end().strip_prefix("<!-- #")?.strip_suffix(" -->")?;
    (!id.is_empty() && id.bytes().all(crate::report::is_id_byte)).then_some(id)
}

fn fence_of(line: &str) -> Option<(&str, &str)> {
    let sign = if line.starts_with("```") { '`' } else { '~' };
    let info = line.trim_start_matches(sign);
    let fence = &line[..line.len() - info.len()];
    (fence.len() >= 3 && !info.contains('`')).then_some((fence, info))
}

fn heading(line: &str) -> Option<(u8, &str)> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    let text = rest.strip_prefix(' ').or(rest.is_empty().then_some(""))?;
    (1..=6).contains(&level).then_some((level as u8, text))
}

fn image(line: &str) -> Option<(String, &str)> {
    let (caption, target) = line.trim_end().strip_prefix("![")?.strip_suffix(')')?.rsplit_once("](")?;
    let hash = target.strip_prefix(IMAGES)?;
    let mut plain = String::new();
    let mut chars = caption.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next().unwrap_or('\\') } else { c });
    }
    Some((plain, hash))
}

/// The indent, the kind and the rest of a list item's first line.
fn item(line: &str) -> Option<(usize, List, &str)> {
    let rest = line.trim_start_matches(' ');
    let indent = line.len() - rest.len();
    if let Some(text) = number_sign(rest) {
        return Some((indent, List::Number, text));
    }
    let text = rest.strip_prefix(['-', '*', '+'])?;
    let text = text.strip_prefix(' ').or(text.is_empty().then_some(""))?;
    (!is_rule(rest)).then_some((indent, List::Bullet, text))
}

/// What follows `12.` or `12)` and a space.
pub(super) fn number_sign(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = line.len() - rest.len();
    let rest = rest.strip_prefix(['.', ')'])?;
    let rest = rest.strip_prefix([' ', '\t']).or(rest.is_empty().then_some(""))?;
    (1..=9).contains(&digits).then_some(rest)
}
