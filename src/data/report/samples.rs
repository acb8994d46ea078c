//! Random reports for property tests.

use super::{
    Block, Content, Document, List, Tone,
    grid::{Frozen, GridPanel, NamedSet, PanelGrid, RunTable},
};
use crate::view::{PlacedView, View};
use proptest::prelude::*;

/// Words, and all that Markdown or the text form could take for something else.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{0,9}",
        1 => "\\PC{0,4}",
        8 => prop::sample::select(vec![
            "\n", "\n\n", "\\", "\\\\", "# ", "#", "- ", "* ", "-", "--", "---", "1. ", "2)", "> ", "```", "~~~", "$$", "$", "|", "<b>",
            "</", "<!-- #abc -->", "<!-- /markdown -->", "<!-- markdown -->", "[TOC]", "[ ] ", "[x]", "[!NOTE]", "![a](b)", "[a]: b",
            "===", "***", "_", "\t", "    ", " ", "`", "\"", "---\n", "](", "[", "]",
        ]).prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat())
}

fn placed() -> impl Strategy<Value = PlacedView> {
    let experiment = prop::sample::select(vec!["1", "2", "77"]);
    (experiment, text(), text(), prop::option::of((-9i64..9, 10i64..20)), any::<bool>()).prop_map(
        |(experiment, search, filter, range, hide_all)| {
            let view = View { search, filter, hide_all, range: range.map(|(from, to)| [from, to]), ..View::default() };
            PlacedView { experiment_id: experiment.into(), tab: String::new(), view }
        },
    )
}

fn grid() -> impl Strategy<Value = PanelGrid> {
    let also = prop::collection::vec(0usize..4, 0..3);
    let panel = (text(), 0usize..3, also, 2u8..=12, 120u16..999)
        .prop_map(|(metric, set, also, span, height)| GridPanel { id: "p1".into(), metric, set, also, span, height });
    let frozen = prop::option::of(any::<i64>().prop_map(|millis| Frozen { hash: "ab".repeat(32), millis }));
    (prop::collection::vec(set(), 1..4), prop::collection::vec(panel, 0..3), any::<bool>(), frozen)
        .prop_map(|(sets, panels, pooled, frozen)| PanelGrid { sets, panels, pooled, frozen })
}

fn set() -> impl Strategy<Value = NamedSet> {
    (text(), prop::option::of(0u8..24), placed()).prop_map(|(name, color, placed)| NamedSet { name, color, placed })
}

fn table() -> impl Strategy<Value = RunTable> {
    (text(), placed(), prop::collection::vec(set(), 0..3), 1u16..50).prop_map(|(name, placed, also, limit)| RunTable {
        name,
        placed,
        also,
        limit,
    })
}

fn content() -> impl Strategy<Value = Content> {
    let list = prop::sample::select(vec![List::Bullet, List::Number, List::Check]);
    let tone = prop::sample::select(Tone::ALL.to_vec());
    prop_oneof![
        (1u8..=3, text()).prop_map(|(level, text)| Content::Heading { level, text }),
        text().prop_map(|text| Content::Paragraph { text }),
        (list, 0u8..=7, any::<bool>(), text()).prop_map(|(list, depth, done, text)| Content::Item {
            list,
            depth,
            done,
            text
        }),
        text().prop_map(|text| Content::Quote { text }),
        (tone, text()).prop_map(|(tone, text)| Content::Callout { tone, text }),
        ("[a-z+]{0,5}", text()).prop_map(|(language, text)| Content::Code { language, text }),
        text().prop_map(|text| Content::Math { text }),
        text().prop_map(|caption| Content::Image { hash: "0f".repeat(32), caption }),
        Just(Content::Contents),
        Just(Content::Divider),
        text().prop_map(|text| Content::Markdown { text }),
        table().prop_map(|table| Content::Runs(Box::new(table))),
        grid().prop_map(Content::Panels),
    ]
}

/// Any report, mended.
pub fn document() -> impl Strategy<Value = Document> {
    (text(), prop::collection::vec(content(), 0..8)).prop_map(|(title, contents)| {
        let blocks = contents.into_iter().map(|content| Block { id: String::new(), content }).collect();
        let mut document = Document { title, blocks, ..Document::default() };
        document.mend().expect("it is small");
        document
    })
}
