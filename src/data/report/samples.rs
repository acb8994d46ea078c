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
    (text(), prop::option::of((-9i64..9, 10i64..20)), any::<bool>()).prop_map(|(search, range, hide_all)| {
        let view = View { search, hide_all, range: range.map(|(from, to)| [from, to]), ..View::default() };
        PlacedView { experiment_id: "1".into(), tab: String::new(), view }
    })
}

fn grid() -> impl Strategy<Value = PanelGrid> {
    let set = (text(), placed()).prop_map(|(name, placed)| NamedSet { name, placed });
    let panel = (text(), 2u8..=12, 120u16..999).prop_map(|(metric, span, height)| GridPanel {
        id: "p1".into(),
        metric,
        set: 0,
        span,
        height,
    });
    let frozen = prop::option::of(any::<i64>().prop_map(|millis| Frozen { hash: "ab".repeat(32), millis }));
    (prop::collection::vec(set, 1..3), prop::collection::vec(panel, 0..3), frozen)
        .prop_map(|(sets, panels, frozen)| PanelGrid { sets, panels, frozen })
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
        (placed(), 1u16..50).prop_map(|(placed, limit)| Content::Runs(Box::new(RunTable { placed, limit }))),
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
