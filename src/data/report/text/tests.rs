use super::*;
use crate::report::{Tone, samples};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]
    #[test]
    fn a_report_comes_back_from_its_text_form(document in samples::document()) {
        let text = print(&document);
        prop_assert_eq!(parse(&text), Ok(document), "{}", text);
    }

    #[test]
    fn what_is_copied_comes_back(document in samples::document()) {
        let kept = |content: &Content| *content != Content::paragraph("");
        let text = print_blocks(&document.blocks);
        let contents: Vec<Content> = document.blocks.into_iter().map(|block| block.content).filter(kept).collect();
        // What has no ids begins with no title, so three dashes first are a line across.
        let pasted = parse(&format!("\n{text}")).map(|document| document.blocks.into_iter().map(|block| block.content));
        prop_assert_eq!(pasted.map(|pasted| pasted.filter(kept).collect::<Vec<_>>()), Ok(contents), "{}", text);
    }

    #[test]
    fn a_report_comes_back_from_json(document in samples::document()) {
        prop_assert_eq!(Document::of_json(&document.to_json()), Ok(document));
    }

    #[test]
    fn any_text_is_some_report(text in "([-#>*+` \n\\\\|$<!\\[\\]~=_0-9.a-z]|```|---){0,60}") {
        if let Ok(document) = parse(&text) {
            prop_assert_eq!(parse(&print(&document)), Ok(document));
        }
    }
}

fn kinds(text: &str) -> Vec<Content> {
    parse(text).expect("a report").blocks.into_iter().map(|block| block.content).collect()
}

#[test]
fn markdown_written_by_hand_is_understood() {
    let item = |list, depth, done, text: &str| Content::Item { list, depth, done, text: text.into() };
    for (name, text, expected) in [
        ("a heading", "## Setup", vec![Content::Heading { level: 2, text: "Setup".into() }]),
        ("a heading underlined", "Setup\n=====", vec![Content::Heading { level: 1, text: "Setup".into() }]),
        ("a deep heading", "##### Setup", vec![Content::Heading { level: 3, text: "Setup".into() }]),
        ("two paragraphs", "one\ntwo\n\nthree", vec![Content::paragraph("one\ntwo"), Content::paragraph("three")]),
        (
            "lists in lists",
            "- a\n  - b\n    c\n* [x] d\n2) e",
            vec![
                item(List::Bullet, 0, false, "a"),
                item(List::Bullet, 1, false, "b\nc"),
                item(List::Check, 0, true, "d"),
                item(List::Number, 0, false, "e"),
            ],
        ),
        ("a quote", "> a\n>\n> b", vec![Content::Quote { text: "a\n\nb".into() }]),
        ("an alert", "> [!warning]\n> hot", vec![Content::Callout { tone: Tone::Warning, text: "hot".into() }]),
        ("code", "~~~rust\nfn\n\n~~~", vec![Content::Code { language: "rust".into(), text: "fn\n".into() }]),
        ("code without an end", "```\na", vec![Content::Code { language: String::new(), text: "a".into() }]),
        ("math", "$$ x^2 $$", vec![Content::Math { text: "x^2".into() }]),
        ("a math fence", "```math\nx\n```", vec![Content::Math { text: "x".into() }]),
        ("a rule", "* * *", vec![Content::Divider]),
        (
            "a table",
            "| a |\n|---|\n| 1 |\n\nb",
            vec![Content::Markdown { text: "| a |\n|---|\n| 1 |".into() }, Content::paragraph("b")],
        ),
        ("html", "<details>\nx\n</details>", vec![Content::Markdown { text: "<details>\nx\n</details>".into() }]),
        ("less than", "<3 and 2<3", vec![Content::paragraph("<3 and 2<3")]),
        ("front matter of others", "---\nauthor: me\n---\na", vec![Content::paragraph("a")]),
        ("bold at the start of a line", "**b** and\n*i*", vec![Content::paragraph("**b** and\n*i*")]),
        ("nothing", "", vec![]),
    ] {
        assert_eq!(kinds(text), expected, "{name}");
    }
}

#[test]
fn panels_that_cannot_be_read_say_where() {
    for (text, part) in [
        ("a\n\n```throughline-panels\n{\"sets\":7}\n```", "line 3"),
        ("```throughline-runs\n{}\n```", "placed"),
        ("---\nthroughline-report: 99\n---\n", "newer"),
        ("---\nthroughline-report: x\n---\n", "number"),
    ] {
        let error = parse(text).expect_err(text).to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn the_text_form_reads_like_markdown() {
    let text = "---\nthroughline-report: 1\ntitle: \"Warmup\"\n---\n\n<!-- #a1 -->\n# Setup\n\n<!-- #a2 -->\nTwo **seeds**.\n\n\
        - [x] run it <!-- #a3 -->\n    - and look <!-- #a4 -->\n\n<!-- #a5 -->\n> [!NOTE]\n> warm\n";
    assert_eq!(print(&parse(text).expect("a report")), text);
}
