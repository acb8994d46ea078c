//! Words ready for the places where people put links.

/// For each place, what to write there to show the link of `token`; `plain` frames have no buttons.
pub fn snippets(origin: &str, token: &str, title: &str, theme: &str, plain: bool) -> Vec<(&'static str, String)> {
    let controls = if plain { "&controls=0" } else { "" };
    let (page, embed) = (format!("{origin}/s/{token}"), format!("{origin}/embed/{token}?theme={theme}{controls}"));
    let still = if theme == "auto" { "light" } else { theme };
    let picture = format!("{origin}/p/{token}.png?theme={still}");
    let words: String = title.chars().filter(|c| !"[]()<>\"|{}\\`*_\n".contains(*c)).collect();
    let frame = format!(
        "<iframe src=\"{}\" width=\"100%\" height=\"480\" style=\"border:0\" loading=\"lazy\" \
         sandbox=\"allow-scripts allow-popups\" referrerpolicy=\"no-referrer\" title=\"{}\"></iframe>",
        html(&embed),
        html(&words)
    );
    let both = format!(
        "<a href=\"{page}\"><picture>\n  <source media=\"(prefers-color-scheme: dark)\" srcset=\"{origin}/p/{token}.png?theme=dark\">\n  \
         <img src=\"{origin}/p/{token}.png?theme=light\" alt=\"{}\">\n</picture></a>",
        html(&words)
    );
    vec![
        ("HTML iframe", format!("{frame}\n<script src=\"{origin}/embed.js\" async></script>")),
        ("Confluence", format!("Insert the macro \"iframe\" with this address, 480 px high:\n{embed}")),
        ("Notion", format!("Type /embed and paste:\n{embed}")),
        (
            "GitLab",
            format!(
                "![{words}]({embed}){{width=100% height=480}}\n\nWhere frames are off:\n[![{words}]({picture})]({page})"
            ),
        ),
        ("GitHub", both.clone()),
        ("MediaWiki", format!("[{page} {words}]\n{picture}")),
        ("BookStack", frame.clone()),
        ("Obsidian", frame),
        ("Markdown picture with link", format!("[![{words}]({picture})]({page})")),
        ("HTML picture", both),
        ("LaTeX", format!("% {origin}/p/{token}.pdf?wmm=84&hmm=52&pt=8\n\\includegraphics{{figure.pdf}}")),
    ]
}

/// `text` as it may stand in an attribute.
fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_breaks_out_of_nothing() {
        let title = "\"><script>alert(1)</script> ](javascript:alert(1)) |{{x}}";
        for (place, text) in snippets("https://t.example.org", "AAAAAAAAAAAAAAAAAAAAAA", title, "auto", true) {
            let scripts = text.matches("<script").count();
            assert_eq!(scripts, usize::from(place == "HTML iframe"), "{place}: {text}");
            assert!(!text.contains("](javascript:") && !text.contains("\">alert"), "{place}: {text}");
            assert!(text.contains("AAAAAAAAAAAAAAAAAAAAAA"), "{place}");
        }
    }
}
