//! The draft that is being written: every change can be undone, saves itself, and never overwrites what someone else
//! saved meanwhile.

use super::marks;
use crate::{
    api::{ApiError, reports},
    state::{debounced, history::History},
};
use data::report::{
    Block, Content, Document,
    answers::{ReportPage, ReportRow},
    id_of,
    merge::Clash,
};
use leptos::{prelude::*, task::spawn_local};
use std::{collections::BTreeMap, sync::Arc, time::Duration};

/// How long the hand rests before the draft saves itself.
const SAVE_PAUSE: Duration = Duration::from_millis(700);
/// Where the caret goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caret {
    /// Before the first character.
    Start,
    /// Behind the last one.
    End,
    /// Behind so many UTF-16 units.
    At(u32),
}

/// How far the draft on the screen is saved.
#[derive(Debug, Clone, PartialEq)]
pub enum SaveState {
    /// It is on the server.
    Saved,
    /// It is about to be sent, or on its way.
    Saving,
    /// It could not be sent; it is tried again.
    Failed(ApiError),
    /// Someone else changed the same blocks; nothing is sent until that is settled.
    Conflict,
}

/// What two people made of the same blocks.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// What is on the server, and its revision.
    pub theirs: Document,
    /// The revision of that.
    pub revision: i64,
    /// Both, joined, with mine where they disagree.
    pub merged: Document,
    /// Where they disagree.
    pub clashes: Vec<Clash>,
    /// Their title, if both changed it.
    pub title: Option<String>,
}

/// A document that was saved, and its blocks as HTML.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Shown {
    /// The document.
    pub document: Document,
    /// Its blocks as HTML, by id.
    pub html: BTreeMap<String, String>,
}

/// The editor of one report. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Editor {
    pub(super) report: StoredValue<String>,
    /// The draft as it is on the screen.
    pub document: RwSignal<Document>,
    /// The block that takes what is typed, and where the caret stood when it was chosen.
    pub focus: RwSignal<Option<(String, Caret)>>,
    /// The blocks that are selected as a whole, from the one where that began to the one where it ends.
    pub selected: RwSignal<Option<(String, String)>>,
    /// The grid or table whose runs are being chosen.
    pub dialog: RwSignal<Option<String>>,
    /// The last saved draft.
    pub shown: RwSignal<Arc<Shown>>,
    pub(super) revision: StoredValue<i64>,
    pub(super) history: StoredValue<History<Document>>,
    /// How far it is saved.
    pub state: RwSignal<SaveState>,
    /// What must be settled.
    pub conflict: RwSignal<Option<Conflict>>,
    /// What happened that the writer should know.
    pub notice: RwSignal<Option<String>>,
    /// The report's row.
    pub row: RwSignal<ReportRow>,
    save_soon: Callback<()>,
    pub(super) busy: StoredValue<bool>,
}

impl Editor {
    /// An editor of the draft in `page`.
    pub fn new(page: ReportPage) -> Editor {
        let shown = Shown { document: page.document.clone(), html: page.html };
        let later = StoredValue::new(None::<Callback<()>>);
        let editor = Editor {
            report: StoredValue::new(page.row.id.clone()),
            document: RwSignal::new(page.document),
            focus: RwSignal::new(None),
            selected: RwSignal::new(None),
            dialog: RwSignal::new(None),
            shown: RwSignal::new(Arc::new(shown)),
            revision: StoredValue::new(page.revision),
            history: StoredValue::new(History::default()),
            state: RwSignal::new(SaveState::Saved),
            conflict: RwSignal::new(None),
            notice: RwSignal::new(None),
            row: RwSignal::new(page.row),
            save_soon: Callback::new(move |()| {
                if let Some(save) = later.try_get_value().flatten() {
                    save.run(());
                }
            }),
            busy: StoredValue::new(false),
        };
        let debounced = StoredValue::new_local(debounced(SAVE_PAUSE, move || editor.save()));
        later.set_value(Some(Callback::new(move |()| debounced.with_value(|save| save()))));
        on_cleanup(move || editor.leave());
        if editor.document.with_untracked(|document| document.blocks.is_empty()) {
            // There must be something to type in; an untouched one is not saved.
            editor.document.update(|document| document.blocks.push(new_block(Content::paragraph(""))));
        }
        editor
    }

    /// The report's id.
    pub fn report(&self) -> String {
        self.report.get_value()
    }

    /// The revision that was saved last.
    pub fn revision(&self) -> i64 {
        self.revision.get_value()
    }

    /// Changes the draft. Changes of one `topic` in quick succession are undone as one.
    pub fn change(&self, topic: &str, change: impl FnOnce(&mut Document)) {
        let before = self.document.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return;
        }
        self.history.update_value(|history| history.push(topic, before, js_sys::Date::now()));
        self.show(after);
    }

    /// Changes one block.
    pub fn change_block(&self, topic: &str, id: &str, change: impl FnOnce(&mut Content)) {
        let topic = format!("{topic}:{id}");
        self.change(&topic, |document| {
            if let Some(block) = document.blocks.iter_mut().find(|block| block.id == id) {
                change(&mut block.content);
            }
        });
    }

    fn show(&self, document: Document) {
        self.document.set(document);
        if self.state.get_untracked() != SaveState::Conflict {
            self.state.set(SaveState::Saving);
            self.save_soon.run(());
        }
    }

    /// Takes the last change back.
    pub fn undo(&self) {
        self.step(History::undo);
    }

    /// Makes the last undone change again.
    pub fn redo(&self) {
        self.step(History::redo);
    }

    fn step(&self, step: impl FnOnce(&mut History<Document>, Document) -> Option<Document>) {
        let now = self.document.get_untracked();
        if let Some(document) = self.history.try_update_value(|history| step(history, now)).flatten() {
            self.show(document);
        }
    }

    /// What a block is now.
    pub fn content(&self, id: &str) -> Option<Content> {
        self.document.with_untracked(|document| document.block(id).map(|block| block.content.clone()))
    }

    /// Adds a block behind the one called `id`, or at the end, and gives its id.
    pub fn insert_after(&self, id: Option<&str>, content: Content) -> String {
        let block = new_block(content);
        let new = block.id.clone();
        self.change("insert", |document| {
            let at = id.and_then(|id| document.place(id)).map_or(document.blocks.len(), |at| at + 1);
            document.blocks.insert(at, block);
        });
        new
    }

    /// Removes a block; the caret goes to the one before it.
    pub fn remove(&self, id: &str) {
        let before = self.neighbour(id, -1).or_else(|| self.neighbour(id, 1));
        self.change("remove", |document| {
            document.blocks.retain(|block| block.id != id);
            if document.blocks.is_empty() {
                document.blocks.push(new_block(Content::paragraph("")));
            }
        });
        let first = || self.document.with_untracked(|document| document.blocks[0].id.clone());
        self.focus.set(Some((before.unwrap_or_else(first), Caret::End)));
    }

    /// Moves a block so many places down, or up.
    pub fn shift(&self, id: &str, by: isize) {
        self.change("move", |document| {
            if let Some(at) = document.place(id) {
                let to = at.saturating_add_signed(by).min(document.blocks.len() - 1);
                let block = document.blocks.remove(at);
                document.blocks.insert(to, block);
            }
        });
    }

    /// Moves a block before or behind another one.
    pub fn place(&self, id: &str, other: &str, behind: bool) {
        if id == other {
            return;
        }
        self.change("move", |document| {
            if let Some(at) = document.place(id) {
                let block = document.blocks.remove(at);
                let to = document.place(other).map_or(at, |to| to + usize::from(behind));
                document.blocks.insert(to, block);
            }
        });
    }

    /// The block before (−1) or behind (1) another one.
    pub fn neighbour(&self, id: &str, step: isize) -> Option<String> {
        self.document.with_untracked(|document| {
            let at = document.place(id)?.checked_add_signed(step)?;
            document.blocks.get(at).map(|block| block.id.clone())
        })
    }

    /// Splits a block where the caret stands: what is behind it becomes a block of its own.
    pub fn split(&self, id: &str, before: &str, behind: &str) {
        let Some(content) = self.content(id) else { return };
        if let (Content::Item { depth, .. }, true) = (&content, before.is_empty() && behind.is_empty()) {
            // An empty item ends its list, one level at a time.
            return match depth {
                0 => self.change_block("turn", id, |content| *content = marks::plain(content)),
                _ => self.change_block("turn", id, |content| {
                    if let Content::Item { depth, .. } = content {
                        *depth -= 1;
                    }
                }),
            };
        }
        let block = new_block(marks::next_of(&content, behind.to_owned()));
        let new = block.id.clone();
        self.change("split", |document| {
            if let Some(at) = document.place(id) {
                if let Some(text) = document.blocks[at].content.text_mut() {
                    *text = before.to_owned();
                }
                document.blocks.insert(at + 1, block);
            }
        });
        self.focus.set(Some((new, Caret::Start)));
    }

    /// Backspace before the first character: a block becomes plain, a plain one joins the one before it.
    pub fn join_up(&self, id: &str) {
        let Some(content) = self.content(id) else { return };
        if !matches!(content, Content::Paragraph { .. }) {
            return self.change_block("turn", id, |content| *content = marks::plain(content));
        }
        let Some(above) = self.neighbour(id, -1) else { return };
        let words = content.text().unwrap_or_default().to_owned();
        let Some(text) = self.content(&above).and_then(|above| above.text().map(str::to_owned)) else {
            if words.is_empty() {
                self.remove(id);
            } else {
                self.focus.set(Some((above, Caret::End)));
            }
            return;
        };
        let at = Caret::At(text.encode_utf16().count() as u32);
        self.change("join", |document| {
            document.blocks.retain(|block| block.id != id);
            let found = document.blocks.iter_mut().find(|block| block.id == above);
            if let Some(text) = found.and_then(|block| block.content.text_mut()) {
                text.push_str(&words);
            }
        });
        self.focus.set(Some((above, at)));
    }

    /// Puts blocks behind the one called `id`, in its place if it is an empty paragraph.
    pub fn put_blocks(&self, id: &str, contents: Vec<Content>) {
        let blocks: Vec<Block> = contents.into_iter().map(new_block).collect();
        let Some(last) = blocks.last().map(|block| block.id.clone()) else { return };
        self.change("paste", |document| {
            let Some(at) = document.place(id) else { return };
            let empty = document.blocks[at].content == Content::paragraph("");
            let range = if empty { at..at + 1 } else { at + 1..at + 1 };
            document.blocks.splice(range, blocks);
        });
        self.focus.set(Some((last, Caret::End)));
    }

    /// Puts a picture behind the block called `id`, once it is on the server.
    pub fn put_image(&self, id: &str, file: web_sys::Blob) {
        let (editor, id) = (*self, id.to_owned());
        spawn_local(async move {
            match reports::upload(&file).await {
                Ok(hash) => editor.put_blocks(&id, vec![Content::Image { hash, caption: String::new() }]),
                Err(error) => {
                    editor.notice.try_set(Some(format!("The picture was not taken: {error}")));
                }
            }
        });
    }
}

/// A block with an id drawn by lot.
pub fn new_block(content: Content) -> Block {
    Block { id: id_of((js_sys::Math::random() * 9_007_199_254_740_992.0) as u64), content }
}
