//! A report as HTML that stands still: what is read before the app comes, and without it. The same classes as the
//! app's, so that nothing moves when it takes over.

use super::clean::escape;
use data::{
    column::{Cell, Column},
    report::{
        Block, Content, Document, List, Tone,
        grid::{GridPanel, PanelGrid, RunTable, titles},
    },
    run::{Cut, RunRow},
    share::{SharedReport, part_name, with_pictures},
};
use std::fmt::Write;

/// Where the pictures of a report are, and what its tables hold.
pub trait Places {
    /// The address of a picture that stands in the report.
    fn picture(&self, hash: &str) -> String;
    /// The address of a picture of a panel in the grid `block`, and the address of the same for dark pages.
    fn panel(&self, block: &str, panel: &GridPanel) -> Option<[String; 2]>;
    /// The runs of a table, and of how many they are the first.
    fn rows(&self, part: &str) -> (Vec<RunRow>, Option<Cut>);
}

/// `report` as the inside of an article.
pub fn still(report: &SharedReport, places: &impl Places) -> String {
    let document = &report.document;
    let title = if document.title.trim().is_empty() { "Untitled report" } else { &document.title };
    let mut out = format!("<h1 class=\"report-title\">{}</h1>", escape(title));
    let mut in_list = false;
    for (at, block) in document.blocks.iter().enumerate() {
        let html = report.html.get(&block.id).map(String::as_str).unwrap_or_default();
        let html = with_pictures(html, |hash| places.picture(hash));
        let is_item = matches!(block.content, Content::Item { .. });
        if is_item != in_list {
            out += if is_item { "<div role=\"list\" class=\"report-list\">" } else { "</div>" };
            in_list = is_item;
        }
        match &block.content {
            Content::Item { list, depth, done, .. } => {
                item(&mut out, block, (*list, *depth, *done), document.number(at), &html);
            }
            _ => {
                let wide = matches!(block.content, Content::Panels(_) | Content::Runs(_));
                let wide = if wide { " data-wide=\"true\"" } else { "" };
                let inside = inside(report, block, &html, places);
                let _ = write!(out, "<div class=\"report-block\" id=\"b-{}\"{wide}>{inside}</div>", escape(&block.id));
            }
        }
    }
    if in_list {
        out += "</div>";
    }
    out
}

fn item(out: &mut String, block: &Block, (list, depth, done): (List, u8, bool), number: usize, html: &str) {
    let sign = match list {
        List::Bullet => "•".to_owned(),
        List::Number => format!("{number}."),
        List::Check => format!("<input type=\"checkbox\" disabled{}>", if done { " checked" } else { "" }),
    };
    let done = if done && list == List::Check { " data-done=\"true\"" } else { "" };
    let id = escape(&block.id);
    let _ = write!(
        out,
        "<div role=\"listitem\" id=\"b-{id}\" class=\"report-item\"{done} style=\"--depth: {depth}\">\
         <span class=\"report-sign\">{sign}</span><div>{html}</div></div>"
    );
}

fn inside(report: &SharedReport, block: &Block, html: &str, places: &impl Places) -> String {
    match &block.content {
        Content::Heading { level: 1, .. } => format!("<h2 class=\"report-h1\">{html}</h2>"),
        Content::Heading { level: 2, .. } => format!("<h3 class=\"report-h2\">{html}</h3>"),
        Content::Heading { .. } => format!("<h4 class=\"report-h3\">{html}</h4>"),
        Content::Quote { .. } => format!("<blockquote class=\"report-text\">{html}</blockquote>"),
        Content::Callout { tone, .. } => callout(*tone, html),
        Content::Code { language, .. } => {
            let language = if language.is_empty() {
                String::new()
            } else {
                format!("<figcaption>{}</figcaption>", escape(language))
            };
            format!("<figure class=\"report-code\">{language}<pre tabindex=\"0\"><code>{html}</code></pre></figure>")
        }
        Content::Math { .. } => format!("<div class=\"report-math\">{html}</div>"),
        Content::Image { hash, .. } if hash.is_empty() => {
            "<p class=\"report-missing\">This picture is not here.</p>".to_owned()
        }
        Content::Image { hash, caption } => {
            let words = if caption.is_empty() { String::new() } else { format!("<figcaption>{html}</figcaption>") };
            let (source, caption) = (escape(&places.picture(hash)), escape(caption));
            format!(
                "<figure class=\"report-image\"><img src=\"{source}\" alt=\"{caption}\" loading=\"lazy\">{words}</figure>"
            )
        }
        Content::Divider => "<hr class=\"report-rule\">".to_owned(),
        Content::Contents => contents(&report.document, report),
        Content::Panels(grid) => panels(grid, block, places),
        Content::Runs(table) => runs(table, &block.id, places),
        Content::Paragraph { .. } | Content::Item { .. } | Content::Markdown { .. } => {
            format!("<div class=\"report-text\">{html}</div>")
        }
    }
}

fn callout(tone: Tone, html: &str) -> String {
    let word = tone.word();
    format!(
        "<aside class=\"report-callout\" data-tone=\"{word}\"><p class=\"report-tone\">{word}</p>\
         <div class=\"report-text\">{html}</div></aside>"
    )
}

fn contents(document: &Document, report: &SharedReport) -> String {
    let mut lines = String::new();
    for block in &document.blocks {
        if let Content::Heading { level, text } = &block.content
            && !text.trim().is_empty()
        {
            let words = report.html.get(&block.id).map(|html| words_of(html)).unwrap_or_default();
            let (depth, id) = (level.saturating_sub(1), escape(&block.id));
            let _ = write!(lines, "<li style=\"--depth: {depth}\"><a href=\"#b-{id}\">{words}</a></li>");
        }
    }
    format!("<nav class=\"report-contents\" aria-label=\"Contents\"><ol>{lines}</ol></nav>")
}

/// Clean HTML without its tags: text that is escaped still.
pub fn words_of(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        words.push_str(before);
        // A quoted value may hold the sign that ends a tag.
        let mut quoted = false;
        let end = tag.find(|c| {
            quoted ^= c == '"';
            c == '>' && !quoted
        });
        rest = end.map_or("", |end| &tag[end + 1..]);
    }
    words.push_str(rest);
    words
}

fn panels(grid: &PanelGrid, block: &Block, places: &impl Places) -> String {
    let mut out = String::from("<div class=\"report-grid\"><div class=\"report-panels\">");
    for panel in &grid.panels {
        let name = escape(&panel.metric);
        let inside = match places.panel(&block.id, panel) {
            Some([light, dark]) => {
                let (light, dark) = (escape(&light), escape(&dark));
                let source = format!("<source media=\"(prefers-color-scheme: dark)\" srcset=\"{dark}\">");
                let source = if light == dark { "" } else { &source };
                format!(
                    "<picture>{source}<img src=\"{light}\" data-dark=\"{dark}\" alt=\"{name}\" loading=\"lazy\"></picture>"
                )
            }
            None => format!("<p class=\"report-missing\">{name}: no picture of this panel is here.</p>"),
        };
        let _ = write!(
            out,
            "<div class=\"report-panel\" style=\"--span: {}; --height: {}px\"><figure class=\"panel report-still\" aria-label=\"{name}\">{inside}</figure></div>",
            panel.span, panel.height
        );
    }
    out + "</div></div>"
}

fn runs(table: &RunTable, block: &str, places: &impl Places) -> String {
    let columns = &table.placed.view.table.columns;
    let sets = table.sets();
    let several = sets.len() > 1;
    let head: String =
        columns.iter().map(|column| format!("<th scope=\"col\">{}</th>", escape(column.title()))).collect();
    let of_set = if several { "<th scope=\"col\">Run set</th>" } else { "" };
    let mut out = format!(
        "<div class=\"report-runs\"><table class=\"table\"><thead><tr><th scope=\"col\">Run</th>{of_set}{head}</tr></thead><tbody>"
    );
    let mut notes = String::new();
    for (at, title) in titles(&sets).iter().enumerate() {
        let (rows, cut) = places.rows(&part_name(block, at));
        for row in &rows {
            let cells: String =
                columns.iter().map(|column| format!("<td>{}</td>", escape(&cell(column, row)))).collect();
            let of_set = if several { format!("<td>{}</td>", escape(title)) } else { String::new() };
            let _ = write!(out, "<tr><th scope=\"row\">{}</th>{of_set}{cells}</tr>", escape(&row.name));
        }
        if let Some(cut) = cut {
            let of_set = if several { format!("{}: ", escape(title)) } else { String::new() };
            let _ = write!(notes, "<p class=\"report-note\">{of_set}{} of {} runs</p>", cut.shown, cut.of);
        }
    }
    out + "</tbody></table>" + &notes + "</div>"
}

fn cell(column: &Column, row: &RunRow) -> String {
    match column.cell(row) {
        Cell::Number(number) => charts::format::value_text(number),
        Cell::Text(text) => text.to_owned(),
        Cell::Missing => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::html_of;

    struct Nowhere;
    impl Places for Nowhere {
        fn picture(&self, hash: &str) -> String {
            format!("/pictures/{hash}?a=\"b\"")
        }
        fn panel(&self, part: &str, panel: &GridPanel) -> Option<[String; 2]> {
            Some(["", "&dark"].map(|dark| format!("/p/{part}?panel={}{dark}", panel.metric)))
        }
        fn rows(&self, _: &str) -> (Vec<RunRow>, Option<Cut>) {
            (Vec::new(), None)
        }
    }

    #[test]
    fn hostile_texts_break_out_of_nothing() {
        let evil = "</h1></script><script>alert(1)</script>\"'><img src=x onerror=alert(1)>\u{2028}javascript:alert(1)";
        let hash = "a".repeat(64);
        let blocks = serde_json::json!([
            {"id": "a", "kind": "heading", "level": 1, "text": evil},
            {"id": "b", "kind": "paragraph", "text": format!("{evil} ![x\"y](/api/reports/images/{hash}) src=\"/api/reports/images/{hash}")},
            {"id": "c", "kind": "image", "hash": hash, "caption": evil},
            {"id": "d", "kind": "code", "language": "a", "text": evil},
            {"id": "e", "kind": "contents"},
            {"id": "f", "kind": "callout", "tone": "note", "text": evil},
            {"id": "g", "kind": "panels", "sets": [{"name": evil, "placed": {"experiment_id": "1", "tab": "", "view": {}}}],
                "panels": [{"id": "p", "metric": evil, "span": 6, "height": 300}]},
            {"id": "h", "kind": "item", "list": "check", "done": true, "text": evil},
            {"id": "i", "kind": "runs", "limit": 3, "placed": {"experiment_id": "1", "tab": "", "view": {"table": {"columns": ["params.<b>"]}}}},
            {"id": "j", "kind": "math", "text": "\\text{</math><script>alert(1)</script>}"},
        ]);
        let json = serde_json::json!({"title": evil, "blocks": blocks}).to_string();
        let document = Document::of_json(&json).expect("a document");
        let html = html_of(&document);
        let out = still(&SharedReport { version: None, document, html }, &Nowhere);
        assert!(!out.contains("<script") && !out.contains("</script"), "{out}");
        // What is left of handlers stands in text or in a quoted value.
        for (at, tag) in out.split('<').enumerate().skip(1) {
            let inside = tag.split('>').next().unwrap_or_default();
            let outside_quotes: String = inside.split('"').step_by(2).collect();
            assert!(!outside_quotes.contains("onerror"), "{at}: <{inside}>");
        }
        let pictures = out.matches(&format!(" src=\"/pictures/{hash}?a=&quot;b&quot;\"")).count();
        assert_eq!(pictures, 2, "pictures are where they are said to be, and text stays text: {out}");
        assert_eq!(out.matches("<div").count(), out.matches("</div>").count());
    }

    #[test]
    fn tags_go_and_words_stay() {
        for (html, words) in [
            ("a <em>b</em> c", "a b c"),
            ("<a title=\"x > y\">z</a> &lt;b&gt;", "z &lt;b&gt;"),
            ("x <", "x "),
            ("", ""),
        ] {
            assert_eq!(words_of(html), words);
        }
    }
}
