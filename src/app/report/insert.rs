//! The menu behind `/`: what can be put into a report, found by typing.

use data::report::{Content, List, Tone, grid::PanelGrid};

/// Something to put in.
#[derive(Debug, Clone)]
pub struct Insert {
    /// What it is called.
    pub title: &'static str,
    /// What typing gets it too, or how it is typed without the menu.
    pub hint: &'static str,
    /// What it puts in.
    pub what: What,
}

/// What an entry of the menu does.
#[derive(Debug, Clone)]
pub enum What {
    /// The block becomes this, with the same words.
    Become(Content),
    /// A picture is chosen from the disk.
    Image,
    /// Runs of an experiment as a table.
    Runs,
}

/// Everything that can be put in, in order.
pub fn inserts() -> Vec<Insert> {
    let text = String::new;
    let item = |list| Content::Item { list, depth: 0, done: false, text: text() };
    let become_ = |title, hint, content| Insert { title, hint, what: What::Become(content) };
    let mut all = vec![
        become_("Text", "paragraph", Content::paragraph("")),
        become_("Heading 1", "#", Content::Heading { level: 1, text: text() }),
        become_("Heading 2", "##", Content::Heading { level: 2, text: text() }),
        become_("Heading 3", "###", Content::Heading { level: 3, text: text() }),
        become_("Bullet list", "-", item(List::Bullet)),
        become_("Numbered list", "1.", item(List::Number)),
        become_("Checklist", "[]", item(List::Check)),
        become_("Quote", ">", Content::Quote { text: text() }),
        become_("Code", "```", Content::Code { language: text(), text: text() }),
        become_("Formula", "$$ math latex", Content::Math { text: text() }),
        Insert { title: "Picture", hint: "image", what: What::Image },
        become_("Panels", "chart grid", Content::Panels(PanelGrid::default())),
        Insert { title: "Run table", hint: "runs", what: What::Runs },
        become_("Contents", "toc", Content::Contents),
        become_("Divider", "---", Content::Divider),
        become_("Markdown", "table html", Content::Markdown { text: text() }),
    ];
    for tone in Tone::ALL {
        all.push(become_(tone.word(), "callout", Content::Callout { tone, text: text() }));
    }
    all
}

/// Those whose title or hint holds `wanted`, any case; those whose title begins with it first.
pub fn found(wanted: &str) -> Vec<Insert> {
    let wanted = wanted.trim().to_lowercase();
    let mut all = inserts();
    all.retain(|insert| insert.title.to_lowercase().contains(&wanted) || insert.hint.contains(&wanted));
    all.sort_by_key(|insert| !insert.title.to_lowercase().starts_with(&wanted));
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_finds_what_is_meant() {
        for (wanted, first) in [
            ("", "Text"),
            ("head", "Heading 1"),
            ("toc", "Contents"),
            ("PAN", "Panels"),
            ("math", "Formula"),
            ("warn", "Warning"),
        ] {
            assert_eq!(found(wanted)[0].title, first, "{wanted}");
        }
        assert!(found("zzz").is_empty());
    }
}
