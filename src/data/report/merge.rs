//! Two people changed one report at the same time: what both did, joined, and where they disagree.

use super::{Block, Document};
use std::collections::{BTreeMap, BTreeSet};

/// Both people's work in one document.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// The document. Where they disagree it holds what is mine.
    pub document: Document,
    /// Where they disagree.
    pub clashes: Vec<Clash>,
    /// Their title, if both changed it, each in another way.
    pub title: Option<String>,
}

/// A block that both changed, each in another way.
#[derive(Debug, Clone, PartialEq)]
pub struct Clash {
    /// What I made of it.
    pub mine: Block,
    /// What the others made of it.
    pub theirs: Block,
}

/// Joins `mine` and `theirs`, which both began as `base`. Blocks are told by their ids.
///
/// What one side alone changed, added, moved or removed is as that side has it. A block that one side removed
/// and the other changed stays, changed. Where both moved blocks, mine order wins.
pub fn merge(base: &Document, mine: &Document, theirs: &Document) -> Merged {
    let (old, own, other) = (by_id(base), by_id(mine), by_id(theirs));
    let mut clashes = Vec::new();
    let mut kept = BTreeMap::new();
    for id in own.keys().chain(other.keys()).copied().collect::<BTreeSet<_>>() {
        let block = match (old.get(id), own.get(id), other.get(id)) {
            (_, Some(mine), Some(theirs)) if mine == theirs => *mine,
            (Some(old), Some(mine), Some(theirs)) if old == mine => *theirs,
            (Some(old), Some(mine), Some(theirs)) if old == theirs => *mine,
            (_, Some(mine), Some(theirs)) => {
                clashes.push(Clash { mine: (*mine).clone(), theirs: (*theirs).clone() });
                mine
            }
            (Some(old), Some(one), None) | (Some(old), None, Some(one)) if old == one => continue,
            (_, Some(one), None) | (_, None, Some(one)) => *one,
            (_, None, None) => continue,
        };
        kept.insert(id, block);
    }
    let order = order(base, mine, theirs);
    let title = if mine.title == base.title { &theirs.title } else { &mine.title };
    let clash = theirs.title != base.title && theirs.title != *title;
    let blocks = order.iter().filter_map(|id| kept.get(id.as_str()).map(|block| (*block).clone())).collect();
    let title_clash = clash.then(|| theirs.title.clone());
    Merged { document: Document { version: mine.version, title: title.clone(), blocks }, clashes, title: title_clash }
}

fn by_id(document: &Document) -> BTreeMap<&str, &Block> {
    document.blocks.iter().map(|block| (block.id.as_str(), block)).collect()
}

/// The ids of both, in the order of the side that moved something, mine first; what only the other side has
/// comes after what it follows there.
fn order(base: &Document, mine: &Document, theirs: &Document) -> Vec<String> {
    let ids = |document: &Document| document.blocks.iter().map(|block| block.id.clone()).collect::<Vec<_>>();
    let (old, own, other) = (ids(base), ids(mine), ids(theirs));
    let common = |of: &[String], with: &[String]| of.iter().filter(|id| with.contains(id)).cloned().collect::<Vec<_>>();
    let moved = common(&own, &old) != common(&old, &own);
    let (mut order, added) = if moved { (own, other) } else { (other, own) };
    for (at, id) in added.iter().enumerate() {
        if !order.contains(id) {
            let before = added[..at].iter().rev().find_map(|id| order.iter().position(|known| known == id));
            order.insert(before.map_or(0, |before| before + 1), id.clone());
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Content;

    /// A document of paragraphs such as `a=words`, told by their ids.
    fn document(blocks: &str) -> Document {
        let block = |block: &str| {
            let (id, text) = block.split_once('=').unwrap_or((block, ""));
            Block { id: id.into(), content: Content::paragraph(text) }
        };
        Document { blocks: blocks.split_whitespace().map(block).collect(), ..Document::default() }
    }

    fn written(document: &Document) -> String {
        let block = |block: &Block| match block.content.text() {
            Some("") | None => block.id.clone(),
            Some(text) => format!("{}={text}", block.id),
        };
        document.blocks.iter().map(block).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_both_did_is_kept() {
        for (name, base, mine, theirs, merged, clashes) in [
            ("nothing", "a b", "a b", "a b", "a b", 0),
            ("each another block", "a b", "a=1 b", "a b=2", "a=1 b=2", 0),
            ("both the same", "a b", "a=1 b", "a=1 b", "a=1 b", 0),
            ("both one block", "a b", "a=1 b", "a=2 b", "a=1 b", 1),
            ("each adds", "a b", "a m b", "a b t", "a m b t", 0),
            ("both add at one place", "a b", "a m b", "a t b", "a m t b", 0),
            ("I add at the start", "a b", "m a b", "a b", "m a b", 0),
            ("one removes", "a b c", "a c", "a b c=1", "a c=1", 0),
            ("one removes what the other changed", "a b c", "a c", "a b=1 c", "a b=1 c", 0),
            ("the other way round", "a b c", "a b=1 c", "a c", "a b=1 c", 0),
            ("I move, they change", "a b c", "c a b", "a=1 b c", "c a=1 b", 0),
            ("they move, I change and add", "a b c", "a=1 m b c", "c a b", "c a=1 m b", 0),
            ("both add a block of one id", "a", "a x=1", "a x=2", "a x=1", 1),
        ] {
            let found = merge(&document(base), &document(mine), &document(theirs));
            assert_eq!((written(&found.document).as_str(), found.clashes.len()), (merged, clashes), "{name}");
        }
    }

    #[test]
    fn a_title_that_one_side_changed_is_that_sides() {
        let titled = |title: &str| Document { title: title.into(), ..document("a") };
        for (mine, theirs, title, clash) in [
            ("x", "x", "x", None),
            ("y", "x", "y", None),
            ("x", "z", "z", None),
            ("y", "y", "y", None),
            ("y", "z", "y", Some("z")),
        ] {
            let merged = merge(&titled("x"), &titled(mine), &titled(theirs));
            assert_eq!((merged.document.title.as_str(), merged.title.as_deref()), (title, clash));
        }
    }
}
