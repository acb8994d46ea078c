//! What typing makes of a block: Markdown shortcuts at its start, and what Enter leaves behind it.

use data::report::{Content, List};

/// What a paragraph becomes once its text begins with a shortcut, and how many characters of the text that takes.
pub fn shortcut(text: &str) -> Option<(Content, usize)> {
    let rest = |sign: &str| text.strip_prefix(sign).map(str::to_owned);
    let heading = |level: u8, sign: &str| rest(sign).map(|text| (Content::Heading { level, text }, sign.len()));
    let item =
        |list, done, sign: &str| rest(sign).map(|text| (Content::Item { list, depth: 0, done, text }, sign.len()));
    heading(1, "# ")
        .or_else(|| heading(2, "## "))
        .or_else(|| heading(3, "### "))
        .or_else(|| ["[] ", "[ ] ", "- [ ] "].iter().find_map(|sign| item(List::Check, false, sign)))
        .or_else(|| item(List::Check, true, "[x] "))
        // Not yet an item while it may become one to tick.
        .or_else(|| ["- ", "* ", "+ "].iter().find_map(|sign| item(List::Bullet, false, sign)))
        .or_else(|| ["1. ", "1) "].iter().find_map(|sign| item(List::Number, false, sign)))
        .or_else(|| rest("> ").map(|text| (Content::Quote { text }, 2)))
        .or_else(|| rest("$$").map(|text| (Content::Math { text: text.trim_end_matches('$').to_owned() }, 2)))
        .or_else(|| (text == "---").then_some((Content::Divider, 3)))
}

/// What a bullet becomes once its text begins with a box.
pub fn ticked(text: &str) -> Option<(bool, usize)> {
    [("[] ", false), ("[ ] ", false), ("[x] ", true)]
        .iter()
        .find(|(sign, _)| text.starts_with(sign))
        .map(|(sign, done)| (*done, sign.len()))
}

/// The language of the code that begins where Enter ends a paragraph of three backticks.
pub fn fence(text: &str) -> Option<String> {
    let language = text.strip_prefix("```")?;
    (!language.contains(['`', ' '])).then(|| language.to_owned())
}

/// What follows a block when Enter splits it: an item of the same list, else a paragraph.
pub fn next_of(content: &Content, text: String) -> Content {
    match content {
        Content::Item { list, depth, .. } => Content::Item { list: *list, depth: *depth, done: false, text },
        _ => Content::Paragraph { text },
    }
}

/// A block as plain words again.
pub fn plain(content: &Content) -> Content {
    Content::Paragraph { text: content.text().unwrap_or_default().to_owned() }
}

/// `content` as another kind, with the same words.
pub fn turned(content: &Content, kind: &Content) -> Content {
    let mut new = kind.clone();
    if let (Some(words), Some(text)) = (content.text(), new.text_mut()) {
        *text = words.to_owned();
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shortcuts_are_those_of_markdown() {
        let item = |list, done, text: &str| Content::Item { list, depth: 0, done, text: text.into() };
        for (text, made) in [
            ("# a", Some(Content::Heading { level: 1, text: "a".into() })),
            ("### ", Some(Content::Heading { level: 3, text: String::new() })),
            ("#a", None),
            ("- a", Some(item(List::Bullet, false, "a"))),
            ("1. a", Some(item(List::Number, false, "a"))),
            ("2. a", None),
            ("[] a", Some(item(List::Check, false, "a"))),
            ("[x] a", Some(item(List::Check, true, "a"))),
            ("> a", Some(Content::Quote { text: "a".into() })),
            ("$$x$$", Some(Content::Math { text: "x".into() })),
            ("---", Some(Content::Divider)),
            ("--- a", None),
            ("a # b", None),
        ] {
            assert_eq!(shortcut(text).map(|(content, _)| content), made, "{text}");
        }
        assert_eq!((ticked("[x] a"), ticked("a")), (Some((true, 4)), None));
        assert_eq!((fence("```py"), fence("``` py"), fence("``")), (Some("py".into()), None, None));
    }
}
