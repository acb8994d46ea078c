//! A report: a page of text, pictures and panels over run sets, as a versioned document.
//!
//! - [`Document`]: the blocks of a report from top to bottom, each with an id that it keeps
//! - [`grid`]: blocks that show runs: panel grids and run tables
//! - [`text`]: the document as Markdown, and back without loss
//! - [`merge`]: what two people made of one document, joined
//! - [`answers`]: what the API says about reports

pub mod answers;
pub mod grid;
pub mod merge;
pub mod sets;
pub mod text;

use crate::view::ViewError;
use grid::{PanelGrid, RunTable};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// The version that this program writes.
pub const VERSION: u32 = 1;
/// The most blocks of a report.
pub const MOST_BLOCKS: usize = 2_000;
/// The longest text of one block, bytes.
pub const LONGEST_TEXT: usize = 100_000;
/// The longest title, characters.
pub const LONGEST_TITLE: usize = 300;
/// The longest document as JSON, bytes.
pub const LONGEST_DOCUMENT: usize = 4 << 20;
/// How deep a list item lies at most.
pub const DEEPEST: u8 = 7;

/// A report as a document.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Document {
    /// The version of this form.
    pub version: u32,
    /// The title.
    pub title: String,
    /// What stands in it, from top to bottom.
    pub blocks: Vec<Block>,
}

/// One block of a report.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Its id: 1 to 24 of `a-z0-9`, unique in its report, kept for ever.
    #[serde(default)]
    pub id: String,
    /// What it is.
    #[serde(flatten)]
    pub content: Content,
}

/// What a block is. A `text` is Markdown within a line: bold, italic, code, links, `$math$`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    /// A heading of one line.
    Heading {
        /// 1, 2 or 3.
        level: u8,
        /// Its words.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Its words.
        text: String,
    },
    /// An item of a list; items next to each other are one list.
    Item {
        /// What stands before it.
        list: List,
        /// How far it is indented, 0 for not at all.
        #[serde(default, skip_serializing_if = "is_zero")]
        depth: u8,
        /// Whether it is ticked, for a checklist.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        done: bool,
        /// Its words.
        text: String,
    },
    /// Words of someone else.
    Quote {
        /// The words.
        text: String,
    },
    /// Words that stand out.
    Callout {
        /// Why they stand out.
        tone: Tone,
        /// The words.
        text: String,
    },
    /// Code, shown as it is.
    Code {
        /// Its language, such as `python`; empty for none.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        language: String,
        /// The code.
        text: String,
    },
    /// A formula in LaTeX on a line of its own.
    Math {
        /// The formula.
        text: String,
    },
    /// A picture that was uploaded.
    Image {
        /// The SHA-256 of its bytes in hexadecimal; empty until it is there.
        hash: String,
        /// What stands below it, and is read out instead of it.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        caption: String,
    },
    /// The headings of the report with links to them.
    Contents,
    /// A line across.
    Divider,
    /// Markdown of more than a block, such as a table, kept as it came.
    Markdown {
        /// The Markdown.
        text: String,
    },
    /// Runs as a table.
    Runs(Box<RunTable>),
    /// Panels over run sets.
    Panels(PanelGrid),
}

/// What stands before the items of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// A dot.
    #[default]
    Bullet,
    /// The number of the item.
    Number,
    /// A box to tick.
    Check,
}

/// Why a callout stands out, as GitHub's alerts say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// Worth knowing.
    #[default]
    Note,
    /// Makes something easier.
    Tip,
    /// Must be known.
    Important,
    /// May go wrong.
    Warning,
    /// Will go wrong.
    Caution,
}

impl Tone {
    /// All tones.
    pub const ALL: [Tone; 5] = [Tone::Note, Tone::Tip, Tone::Important, Tone::Warning, Tone::Caution];

    /// The word that stands for it in the text form and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Tone::Note => "Note",
            Tone::Tip => "Tip",
            Tone::Important => "Important",
            Tone::Warning => "Warning",
            Tone::Caution => "Caution",
        }
    }
}

fn is_zero(n: &u8) -> bool {
    *n == 0
}

/// Why a document is no report that can be shown.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReportError {
    /// It is not a report; the text says where.
    #[error("this is not a report: {0}")]
    NotAReport(String),
    /// A newer program wrote it.
    #[error("this report has version {0}, newer than this program knows ({VERSION})")]
    Newer(u32),
    /// It is too large; the text says what.
    #[error("{0}")]
    TooLarge(String),
    /// A run set of a block cannot be shown.
    #[error("block {0}: {1}")]
    View(String, ViewError),
}

impl Document {
    /// The document that `json` describes, brought up to [`VERSION`], with values out of range mended.
    pub fn of_json(json: &str) -> Result<Document, ReportError> {
        if json.len() > LONGEST_DOCUMENT {
            return Err(ReportError::TooLarge(format!("a report has at most {LONGEST_DOCUMENT} bytes")));
        }
        let not_one = |error: serde_json::Error| ReportError::NotAReport(error.to_string());
        let value: serde_json::Value = serde_json::from_str(json).map_err(not_one)?;
        let version = value.get("version").and_then(serde_json::Value::as_u64).unwrap_or_default();
        if !value.is_object() {
            return Err(ReportError::NotAReport("it begins with no \"{\"".to_owned()));
        }
        // Before its fields are looked at: a newer form may hold what this program cannot read.
        if version > u64::from(VERSION) {
            return Err(ReportError::Newer(version.try_into().unwrap_or(u32::MAX)));
        }
        let mut document: Document = serde_json::from_value(value).map_err(not_one)?;
        document.mend()?;
        Ok(document)
    }

    /// The document as JSON, with its version.
    pub fn to_json(&self) -> String {
        let document = Document { version: VERSION, ..self.clone() };
        serde_json::to_string(&document).expect("a document holds only what JSON can hold")
    }

    /// Brings values into range, gives an id to blocks that have none of their own, and refuses what is too large.
    pub fn mend(&mut self) -> Result<(), ReportError> {
        self.version = VERSION;
        one_line(&mut self.title);
        if self.title.chars().count() > LONGEST_TITLE {
            return Err(ReportError::TooLarge(format!("a title has at most {LONGEST_TITLE} characters")));
        }
        if self.blocks.len() > MOST_BLOCKS {
            return Err(ReportError::TooLarge(format!("a report has at most {MOST_BLOCKS} blocks")));
        }
        let mut seen = BTreeSet::new();
        for (at, block) in self.blocks.iter_mut().enumerate() {
            block.content.mend(&block.id)?;
            let good = (1..=24).contains(&block.id.len()) && block.id.bytes().all(is_id_byte);
            if !good || seen.contains(&block.id) {
                block.id = fresh_id(at, &block.content, &seen);
            }
            seen.insert(block.id.clone());
        }
        Ok(())
    }

    /// The block with this id.
    pub fn block(&self, id: &str) -> Option<&Block> {
        self.blocks.iter().find(|block| block.id == id)
    }

    /// Where the block with this id stands.
    pub fn place(&self, id: &str) -> Option<usize> {
        self.blocks.iter().position(|block| block.id == id)
    }

    /// The number that stands before the item at `at` of a numbered list: its place among its siblings, from 1.
    pub fn number(&self, at: usize) -> usize {
        let depth_of = |content: &Content| match content {
            Content::Item { list, depth, .. } => Some((*list, *depth)),
            _ => None,
        };
        let Some((_, own)) = self.blocks.get(at).and_then(|block| depth_of(&block.content)) else { return 1 };
        let above = self.blocks[..at].iter().rev().map_while(|block| depth_of(&block.content));
        let siblings = above.take_while(|(_, depth)| *depth >= own).filter(|(_, depth)| *depth == own);
        1 + siblings.take_while(|(list, _)| *list == List::Number).count()
    }
}

impl Content {
    /// A paragraph with these words.
    pub fn paragraph(text: impl Into<String>) -> Content {
        Content::Paragraph { text: text.into() }
    }

    /// The words that a person types into the block, if it has any.
    pub fn text(&self) -> Option<&str> {
        match self {
            Content::Heading { text, .. }
            | Content::Paragraph { text }
            | Content::Item { text, .. }
            | Content::Quote { text }
            | Content::Callout { text, .. }
            | Content::Code { text, .. }
            | Content::Math { text }
            | Content::Markdown { text } => Some(text),
            Content::Image { caption, .. } => Some(caption),
            Content::Contents | Content::Divider | Content::Runs(_) | Content::Panels(_) => None,
        }
    }

    /// The same, to be changed.
    pub fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Content::Heading { text, .. }
            | Content::Paragraph { text }
            | Content::Item { text, .. }
            | Content::Quote { text }
            | Content::Callout { text, .. }
            | Content::Code { text, .. }
            | Content::Math { text }
            | Content::Markdown { text } => Some(text),
            Content::Image { caption, .. } => Some(caption),
            Content::Contents | Content::Divider | Content::Runs(_) | Content::Panels(_) => None,
        }
    }

    fn mend(&mut self, id: &str) -> Result<(), ReportError> {
        if let Some(text) = self.text_mut() {
            if text.len() > LONGEST_TEXT {
                return Err(ReportError::TooLarge(format!("block {id}: a text has at most {LONGEST_TEXT} bytes")));
            }
            plain(text);
        }
        match self {
            Content::Heading { level, text } => {
                *level = (*level).clamp(1, 3);
                one_line(text);
            }
            Content::Item { list, depth, done, .. } => {
                *depth = (*depth).min(DEEPEST);
                *done &= *list == List::Check;
            }
            Content::Code { language, .. } => {
                language.retain(|c| c.is_ascii_alphanumeric() || "+#._-".contains(c));
                language.truncate(40);
                if language.starts_with(text::OURS) {
                    language.clear();
                }
            }
            Content::Image { hash, caption } => {
                if !is_hash(hash) {
                    hash.clear();
                }
                one_line(caption);
            }
            Content::Runs(table) => table.mend().map_err(|error| ReportError::View(id.to_owned(), error))?,
            Content::Panels(grid) => grid.mend().map_err(|error| ReportError::View(id.to_owned(), error))?,
            Content::Paragraph { .. }
            | Content::Quote { .. }
            | Content::Callout { .. }
            | Content::Math { .. }
            | Content::Markdown { .. }
            | Content::Contents
            | Content::Divider => {}
        }
        Ok(())
    }
}

/// Whether `text` is the SHA-256 of something, in hexadecimal.
pub fn is_hash(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn is_id_byte(byte: u8) -> bool {
    byte.is_ascii_digit() || byte.is_ascii_lowercase()
}

/// An id that is not in `seen`, the same each time for the same content at the same place (FNV-1a).
fn fresh_id(at: usize, content: &Content, seen: &BTreeSet<String>) -> String {
    let text = serde_json::to_string(content).expect("a block holds only what JSON can hold");
    let start = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (at as u64..).map(|salt| id_of(start.wrapping_add(salt))).find(|id| !seen.contains(id)).expect("ids do not end")
}

/// An id that stands for `number`, such as one drawn by lot.
pub fn id_of(mut number: u64) -> String {
    let digit = |n: u64| b"0123456789abcdefghijklmnopqrstuvwxyz"[(n % 36) as usize] as char;
    let mut id = String::new();
    while id.len() < 8 {
        id.push(digit(number));
        number /= 36;
    }
    id
}

/// Leaves only characters that a text may hold: lines end in `\n`, and nothing else controls.
fn plain(text: &mut String) {
    if text.contains('\r') {
        *text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    text.retain(|c| c == '\n' || c == '\t' || !c.is_control());
}

/// Joins lines into one.
fn one_line(text: &mut String) {
    plain(text);
    if text.contains(['\n', '\t']) {
        *text = text.replace(['\n', '\t'], " ");
    }
}

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
mod tests {
    use super::*;

    /// A report as version 1 wrote it. Never edited: what was shared must open for ever.
    const FROZEN_1: &str = r#"{"version":1,"title":"Warmup","blocks":[
        {"id":"a1","kind":"heading","level":2,"text":"Setup"},
        {"id":"a2","kind":"item","list":"check","done":true,"text":"rerun"},
        {"id":"a3","kind":"callout","tone":"warning","text":"two seeds **only**"},
        {"id":"a4","kind":"panels","sets":[{"name":"all","placed":{"experiment_id":"1","tab":"","view":{"version":1,"search":"adam"}}}],
         "panels":[{"id":"p1","metric":"val/loss","set":0,"span":6,"height":300}],
         "frozen":{"hash":"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855","millis":1700000000000}},
        {"id":"a5","kind":"contents"}]}"#;

    #[test]
    fn version_1_still_opens() {
        let document = Document::of_json(FROZEN_1).expect("it was written by this program");
        assert_eq!(document.blocks.len(), 5);
        let Content::Panels(grid) = &document.blocks[3].content else { panic!("a grid") };
        assert_eq!((grid.sets[0].placed.view.search.as_str(), grid.panels[0].span), ("adam", 6));
        assert!(grid.frozen.is_some());
        assert_eq!(Document::of_json(&document.to_json()), Ok(document));
    }

    #[test]
    fn documents_that_cannot_be_shown_say_why() {
        let long = format!(r#"{{"title":"{}"}}"#, "x".repeat(LONGEST_TITLE + 1));
        let many = format!(r#"{{"blocks":[{}]}}"#, [r#"{"kind":"divider"}"#; MOST_BLOCKS + 1].join(","));
        for (json, part) in [
            ("", "EOF"),
            ("[]", "begins"),
            (r#"{"version":2,"blocks":[{"kind":"hologram"}]}"#, "newer"),
            (r#"{"blocks":[{"kind":"hologram"}]}"#, "unknown variant"),
            (r#"{"blocks":[{"text":"x"}]}"#, "kind"),
            (&long, "characters"),
            (&many, "blocks"),
        ] {
            let error = Document::of_json(json).expect_err(json).to_string();
            assert!(error.contains(part), "{json:.60}: {error}");
        }
    }

    #[test]
    fn values_out_of_range_are_mended_and_every_block_has_an_id_of_its_own() {
        let json = r#"{"title":"a\nb","blocks":[{"id":"x","kind":"heading","level":9,"text":"a\nb"},
            {"id":"x","kind":"code","language":"a b\"><","text":"1\r\n2"},{"id":"<b>","kind":"divider"},
            {"kind":"image","hash":"../../etc/passwd"},{"kind":"item","list":"bullet","depth":99,"done":true,"text":""}]}"#;
        let document = Document::of_json(json).expect("it can be mended");
        let ids: BTreeSet<&str> = document.blocks.iter().map(|block| block.id.as_str()).collect();
        assert_eq!((ids.len(), document.title.as_str()), (5, "a b"));
        assert_eq!(document.blocks[0].content, Content::Heading { level: 3, text: "a b".into() });
        assert_eq!(document.blocks[1].content, Content::Code { language: "ab".into(), text: "1\n2".into() });
        assert_eq!(document.blocks[3].content, Content::Image { hash: String::new(), caption: String::new() });
        let item = Content::Item { list: List::Bullet, depth: DEEPEST, done: false, text: String::new() };
        assert_eq!(document.blocks[4].content, item);
        assert_eq!(Document::of_json(json), Ok(document), "the same each time");
    }

    #[test]
    fn numbers_count_siblings() {
        let item = |list, depth| Block {
            id: String::new(),
            content: Content::Item { list, depth, done: false, text: String::new() },
        };
        let (number, bullet) = (List::Number, List::Bullet);
        let blocks =
            vec![item(number, 0), item(number, 1), item(number, 1), item(number, 0), item(bullet, 0), item(number, 0)];
        let document = Document { blocks, ..Document::default() };
        let numbers: Vec<usize> = (0..6).map(|at| document.number(at)).collect();
        assert_eq!(numbers, [1, 1, 2, 2, 3, 1]);
    }
}
