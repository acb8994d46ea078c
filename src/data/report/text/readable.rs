//! A report as lines that people compare: the text form without ids, and what panels and tables show in words.

use super::print_blocks;
use crate::report::{
    Block, Content, Document, List,
    grid::{GridPanel, NamedSet, PanelGrid, titles},
};

/// The document as lines to be compared. It cannot be read back.
pub fn readable(document: &Document) -> String {
    let mut out = format!("{}\n", document.title);
    let item = |block: &Block| matches!(block.content, Content::Item { .. });
    for (at, block) in document.blocks.iter().enumerate() {
        let text = match &block.content {
            // Its number comes of those before it.
            Content::Item { list: List::Number, depth, .. } => {
                let text = readable_block(block);
                let text = text.trim_start().split_once(". ").map_or(text.as_str(), |(_, rest)| rest);
                format!("{}{}. {text}", "    ".repeat(usize::from(*depth)), document.number(at))
            }
            _ => readable_block(block),
        };
        if !(item(block) && at > 0 && item(&document.blocks[at - 1])) {
            out.push('\n');
        }
        out.push_str(&text);
        out.push('\n');
    }
    out
}

/// One block in the same way.
pub fn readable_block(block: &Block) -> String {
    match &block.content {
        Content::Panels(grid) => grid_in_words(grid),
        Content::Runs(table) => {
            let sets = table.sets();
            let lines = sets_in_words(&sets).join("\n");
            let columns: Vec<String> = table.placed.view.table.columns.iter().map(ToString::to_string).collect();
            let columns = if columns.is_empty() { String::new() } else { format!(", columns {}", columns.join(", ")) };
            format!("Table of runs, at most {} of each{columns}\n{lines}", table.limit)
        }
        _ => print_blocks(std::slice::from_ref(block)).trim_end().to_owned(),
    }
}

fn grid_in_words(grid: &PanelGrid) -> String {
    let titles = titles(&grid.sets);
    let frozen = grid.frozen.as_ref().map_or(String::new(), |frozen| format!(", frozen as {:.8}", frozen.hash));
    let pooled = if grid.pooled { ", each run set as one line" } else { "" };
    let mut lines = vec![format!("Panels{frozen}{pooled}")];
    lines.extend(sets_in_words(&grid.sets));
    let panel = |panel: &GridPanel| {
        let of: Vec<&str> = panel.sets().iter().filter_map(|at| titles.get(*at)).map(String::as_str).collect();
        format!("- {} of {}, {} of 12 columns, {} px high", panel.metric, of.join(" and "), panel.span, panel.height)
    };
    lines.extend(grid.panels.iter().map(panel));
    lines.join("\n")
}

fn sets_in_words(sets: &[NamedSet]) -> Vec<String> {
    let line = |(title, set): (String, &NamedSet)| {
        let view = &set.placed.view;
        let mut words = format!("{title}: experiment {}", set.placed.experiment_id);
        if !view.filter.is_empty() {
            words.push_str(&format!(", filter {}", view.filter.replace('\n', " ")));
        }
        if let Some(color) = set.color {
            words.push_str(&format!(", colour {}", color + 1));
        }
        // How it draws is too much to be told; that it changed must be seen.
        let look = serde_json::to_string(&set.look()).expect("a view holds only what JSON can hold");
        if look != "{\"version\":1}" {
            words.push_str(&format!(", settings {look}"));
        }
        words
    };
    titles(sets).into_iter().zip(sets).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        report::samples,
        view::{PlacedView, View},
    };
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn documents_that_differ_read_differently(a in samples::document(), b in samples::document()) {
            let plain = |document: &Document| {
                let contents: Vec<Content> = document.blocks.iter().map(|block| block.content.clone()).collect();
                (document.title.clone(), contents)
            };
            prop_assert_eq!(readable(&a), readable(&a.clone()));
            if plain(&a) == plain(&b) {
                prop_assert_eq!(readable(&a), readable(&b));
            }
        }
    }

    #[test]
    fn panels_are_told_in_words() {
        let set = |name: &str, experiment: &str, filter: &str| NamedSet {
            name: name.into(),
            color: None,
            placed: PlacedView {
                experiment_id: experiment.into(),
                tab: String::new(),
                view: View { version: 1, filter: filter.into(), ..View::default() },
            },
        };
        let panel = GridPanel { id: "p".into(), metric: "loss".into(), set: 0, also: vec![1], span: 6, height: 280 };
        let grid = PanelGrid {
            sets: vec![set("base", "1", ""), set("", "2", "params.lr > 0.1")],
            panels: vec![panel],
            pooled: true,
            frozen: None,
        };
        let item = |text: &str| Content::Item { list: List::Number, depth: 0, done: false, text: text.into() };
        let contents = [Content::paragraph("# a"), item("b"), item("c"), Content::Panels(grid)];
        let blocks = contents.into_iter().enumerate();
        let blocks = blocks.map(|(at, content)| Block { id: format!("b{at}"), content }).collect();
        let document = Document { title: "T".into(), blocks, ..Document::default() };
        assert_eq!(
            readable(&document),
            "T\n\n\\# a\n\n1. b\n2. c\n\nPanels, each run set as one line\nbase: experiment 1\n\
             Runs 2: experiment 2, filter params.lr > 0.1\n- loss of base and Runs 2, 6 of 12 columns, 280 px high\n"
        );
    }
}
