//! Blocks selected as a whole: by Esc and Shift with arrows, or by drawing the pointer over several. They are copied, cut,
//! duplicated, moved and removed together.

use super::editor::{Caret, Editor, new_block};
use data::report::{Block, Content, Document, text::print_blocks};
use leptos::{ev, prelude::*};
use web_sys::DataTransfer;

/// Under which type copied blocks lie beside their Markdown, for reports.
const BLOCKS: &str = "application/x-throughline-blocks";

impl Editor {
    /// Selects the block called `id`; the field that had the caret is left.
    pub fn select(&self, id: &str) {
        self.focus.set(None);
        self.selected.set(Some((id.to_owned(), id.to_owned())));
    }

    /// Lets the selection reach to the block called `id`.
    pub fn select_to(&self, id: &str) {
        self.focus.set(None);
        self.selected.update(|selected| match selected {
            Some((_, head)) => id.clone_into(head),
            None => *selected = Some((id.to_owned(), id.to_owned())),
        });
    }

    /// Selects all blocks.
    pub fn select_all(&self) {
        let ends = self
            .document
            .with_untracked(|document| Some((document.blocks.first()?.id.clone(), document.blocks.last()?.id.clone())));
        self.focus.set(None);
        self.selected.set(ends);
    }

    /// The selected blocks in order; follows them.
    pub fn selected_ids(&self) -> Vec<String> {
        let Some(ends) = self.selected.get() else { return Vec::new() };
        self.document.with(|document| blocks_of(document, &ends).iter().map(|block| block.id.clone()).collect())
    }

    fn selected_blocks(&self) -> Vec<Block> {
        let Some(ends) = self.selected.get_untracked() else { return Vec::new() };
        self.document.with_untracked(|document| blocks_of(document, &ends).to_vec())
    }

    /// Moves the end of the selection by `step` blocks, and its beginning too unless it is to `grow`.
    fn step_selection(&self, step: isize, grow: bool) {
        let Some((anchor, head)) = self.selected.get_untracked() else { return };
        let Some(to) = self.neighbour(&head, step) else { return };
        let anchor = if grow { anchor } else { to.clone() };
        super::read::keep_in_sight(&super::read::anchor_of(&to));
        self.selected.set(Some((anchor, to)));
    }

    /// Removes the selected blocks; the one behind them is selected.
    fn remove_selected(&self) {
        let gone = self.selected_blocks();
        let (Some(first), Some(last)) = (gone.first(), gone.last()) else { return };
        let next = self.neighbour(&last.id, 1).or_else(|| self.neighbour(&first.id, -1));
        self.change("remove", |document| {
            document.blocks.retain(|block| !gone.iter().any(|gone| gone.id == block.id));
            if document.blocks.is_empty() {
                document.blocks.push(new_block(Content::paragraph("")));
            }
        });
        match next {
            Some(next) => self.select(&next),
            None => {
                let first = self.document.with_untracked(|document| document.blocks[0].id.clone());
                self.selected.set(None);
                self.focus.set(Some((first, Caret::Start)));
            }
        }
    }

    /// Moves the selected blocks by `step` places.
    fn shift_selected(&self, step: isize) {
        let ids: Vec<String> = self.selected_blocks().into_iter().map(|block| block.id).collect();
        self.change("move", |document| shift(document, &ids, step));
    }

    /// Puts the selected blocks behind themselves once more.
    fn duplicate_selected(&self) {
        let blocks = self.selected_blocks();
        if let Some(last) = blocks.last().map(|block| block.id.clone()) {
            self.put_behind(&last, blocks.into_iter().map(|block| block.content).collect(), "duplicate");
        }
    }

    /// Puts blocks behind the one called `id` and selects them.
    fn put_behind(&self, id: &str, contents: Vec<Content>, topic: &str) {
        let blocks: Vec<Block> = contents.into_iter().map(new_block).collect();
        let (Some(first), Some(last)) = (blocks.first(), blocks.last()) else { return };
        let ends = (first.id.clone(), last.id.clone());
        self.change(topic, |document| {
            let at = document.place(id).map_or(document.blocks.len(), |at| at + 1);
            document.blocks.splice(at..at, blocks);
        });
        self.selected.set(Some(ends));
    }
}

/// The blocks between two ends, whichever comes first.
fn blocks_of<'a>(document: &'a Document, (anchor, head): &(String, String)) -> &'a [Block] {
    match (document.place(anchor), document.place(head)) {
        (Some(a), Some(b)) => &document.blocks[a.min(b)..=a.max(b)],
        // One of them went: the other is what is left.
        (Some(at), None) | (None, Some(at)) => &document.blocks[at..=at],
        (None, None) => &[],
    }
}

/// Moves blocks that stand next to each other by `step` places, as far as there are any.
fn shift(document: &mut Document, ids: &[String], step: isize) {
    let Some(at) = ids.first().and_then(|id| document.place(id)) else { return };
    let moved: Vec<Block> = document.blocks.drain(at..at + ids.len()).collect();
    let to = at.saturating_add_signed(step).min(document.blocks.len());
    document.blocks.splice(to..to, moved);
}

/// A key while blocks are selected; whether it was for them.
pub fn selection_key(editor: Editor, event: &ev::KeyboardEvent) -> bool {
    // A field that is being typed in has its keys to itself.
    let Some((_, head)) = editor.selected.get_untracked().filter(|_| editor.focus.with_untracked(Option::is_none))
    else {
        return false;
    };
    let control = event.ctrl_key() || event.meta_key();
    match (event.key().as_str(), event.shift_key(), event.alt_key()) {
        ("ArrowUp", _, true) => editor.shift_selected(-1),
        ("ArrowDown", _, true) => editor.shift_selected(1),
        ("ArrowUp", grow, false) => editor.step_selection(-1, grow),
        ("ArrowDown", grow, false) => editor.step_selection(1, grow),
        ("Backspace" | "Delete", ..) => editor.remove_selected(),
        ("Enter", ..) => {
            editor.selected.set(None);
            editor.focus.set(Some((head, Caret::End)));
        }
        ("Escape", ..) => editor.selected.set(None),
        ("a" | "A", ..) if control => editor.select_all(),
        ("d" | "D", ..) if control => editor.duplicate_selected(),
        ("z" | "Z" | "y" | "s", ..) if control => super::write::undo_key(editor, event),
        _ => return false,
    }
    event.prevent_default();
    true
}

/// Puts the selected blocks into the clipboard, as Markdown for others and whole for reports; whether there were any.
pub fn copy_selected(editor: Editor, transfer: Option<DataTransfer>, cut: bool) -> bool {
    let blocks = editor.selected_blocks();
    let Some(transfer) = transfer.filter(|_| !blocks.is_empty()) else { return false };
    let contents: Vec<&Content> = blocks.iter().map(|block| &block.content).collect();
    let json = serde_json::to_string(&contents).expect("blocks hold only what JSON can hold");
    let kept = transfer.set_data("text/plain", &print_blocks(&blocks)).is_ok();
    let _ = transfer.set_data(BLOCKS, &json);
    if kept && cut {
        editor.remove_selected();
    }
    kept
}

/// The blocks that were copied in a report, if the clipboard holds any that can be read.
pub fn copied(transfer: &DataTransfer) -> Option<Vec<Content>> {
    let json = transfer.get_data(BLOCKS).ok().filter(|json| !json.is_empty())?;
    let contents: Vec<Content> = serde_json::from_str(&json).ok()?;
    // Anyone can write into a clipboard.
    let blocks = contents.into_iter().map(|content| Block { id: String::new(), content }).collect();
    let mut document = Document { blocks, ..Document::default() };
    document.mend().ok()?;
    Some(document.blocks.into_iter().map(|block| block.content).collect())
}

/// What pasted Markdown brings: its title is a heading here.
pub fn contents_of(document: Document) -> Vec<Content> {
    let title = (!document.title.is_empty()).then(|| Content::Heading { level: 1, text: document.title.clone() });
    title.into_iter().chain(document.blocks.into_iter().map(|block| block.content)).collect()
}

/// Puts what the clipboard holds behind the selected blocks; whether there were any.
pub fn paste_behind(editor: Editor, transfer: Option<DataTransfer>) -> bool {
    let (Some(last), Some(transfer)) = (editor.selected_blocks().pop(), transfer) else { return false };
    if let Some(contents) = copied(&transfer) {
        editor.put_behind(&last.id, contents, "paste");
        return true;
    }
    let text = transfer.get_data("text/plain").unwrap_or_default();
    if text.trim().is_empty() {
        return false;
    }
    leptos::task::spawn_local(async move {
        match crate::api::reports::parse(text).await {
            Ok(document) => editor.put_behind(&last.id, contents_of(document), "paste"),
            Err(error) => drop(editor.notice.try_set(Some(error.to_string()))),
        }
    });
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(ids: &str) -> Document {
        let block = |id: char| Block { id: id.into(), content: Content::Divider };
        Document { blocks: ids.chars().map(block).collect(), ..Document::default() }
    }

    fn ids(blocks: &[Block]) -> String {
        blocks.iter().map(|block| block.id.as_str()).collect()
    }

    #[test]
    fn a_selection_goes_from_one_end_to_the_other() {
        let document = document("abcd");
        for (anchor, head, selected) in
            [("b", "c", "bc"), ("d", "b", "bcd"), ("a", "a", "a"), ("x", "c", "c"), ("x", "y", "")]
        {
            assert_eq!(ids(blocks_of(&document, &(anchor.into(), head.into()))), selected, "{anchor} to {head}");
        }
    }

    #[test]
    fn a_pasted_title_is_a_heading() {
        let titled = Document { title: "T".into(), ..document("a") };
        assert_eq!(contents_of(titled), [Content::Heading { level: 1, text: "T".into() }, Content::Divider]);
        assert_eq!(contents_of(document("a")), [Content::Divider]);
    }

    #[test]
    fn several_blocks_move_together() {
        for (moved, step, after) in
            [("bc", 1, "adbce"), ("bc", -1, "bcade"), ("ab", -1, "abcde"), ("de", 1, "abcde"), ("ab", 9, "cdeab")]
        {
            let mut document = document("abcde");
            let moved: Vec<String> = moved.chars().map(String::from).collect();
            shift(&mut document, &moved, step);
            assert_eq!(ids(&document.blocks), after, "{moved:?} by {step}");
        }
    }
}
