//! Code with its comments, texts, numbers and keywords marked, for the languages of the field.
//!
//! A lexer of a few rules instead of grammars: a megabyte of those would colour little more.

use super::clean::escape;

/// How a language writes what is coloured.
struct Rules {
    line_comments: &'static [&'static str],
    block_comment: Option<(&'static str, &'static str)>,
    /// What begins and ends a text; longer ones first.
    quotes: &'static [&'static str],
    keywords: &'static str,
}

const PYTHON: Rules = Rules {
    line_comments: &["#"],
    block_comment: None,
    quotes: &["\"\"\"", "'''", "\"", "'"],
    keywords: "and as assert async await break class continue def del elif else except finally for from global if import in is \
        lambda match case nonlocal not or pass raise return try while with yield None True False self",
};
const C_LIKE: Rules = Rules {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    quotes: &["\"", "'"],
    keywords: "auto bool break case catch char class const constexpr continue default delete do double else enum extern false final \
        float for if inline int long namespace new nullptr operator override private protected public return short signed sizeof \
        static struct switch template this throw true try typedef typename union unsigned using virtual void volatile while \
        __global__ __device__ __shared__ import package interface extends implements func go defer chan map range type var",
};
const RUST: Rules = Rules {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    quotes: &["\""],
    keywords: "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub \
        ref return self Self static struct super trait true type unsafe use where while",
};
const JAVASCRIPT: Rules = Rules {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    quotes: &["\"", "'", "`"],
    keywords: "async await break case catch class const continue default delete do else export extends false finally for from \
        function if import in instanceof interface let new null of return static super switch this throw true try type typeof \
        undefined var void while yield",
};
const SHELL: Rules = Rules {
    line_comments: &["#"],
    block_comment: None,
    quotes: &["\"", "'"],
    keywords: "if then else elif fi for while do done case esac in function return export local set source cd echo",
};
const SETTINGS: Rules = Rules {
    line_comments: &["#", ";"],
    block_comment: None,
    quotes: &["\"", "'"],
    keywords: "true false null yes no on off",
};
const SQL: Rules = Rules {
    line_comments: &["--"],
    block_comment: Some(("/*", "*/")),
    quotes: &["'", "\""],
    keywords: "select from where group by order having join left right inner outer on as and or not null is in insert into values \
        update set delete create table index view limit offset union all distinct case when then else end with SELECT FROM WHERE \
        GROUP BY ORDER HAVING JOIN LEFT RIGHT INNER OUTER ON AS AND OR NOT NULL IS IN INSERT INTO VALUES UPDATE SET DELETE CREATE \
        TABLE INDEX VIEW LIMIT OFFSET UNION ALL DISTINCT CASE WHEN THEN ELSE END WITH",
};

fn rules_of(language: &str) -> Option<&'static Rules> {
    Some(match language.to_ascii_lowercase().as_str() {
        "python" | "py" | "python3" => &PYTHON,
        "c" | "cpp" | "c++" | "cuda" | "cu" | "h" | "java" | "go" | "cs" | "kotlin" | "swift" => &C_LIKE,
        "rust" | "rs" => &RUST,
        "javascript" | "js" | "jsx" | "typescript" | "ts" | "tsx" | "json" | "jsonc" => &JAVASCRIPT,
        "bash" | "sh" | "shell" | "zsh" | "console" | "dockerfile" | "makefile" => &SHELL,
        "yaml" | "yml" | "toml" | "ini" | "cfg" => &SETTINGS,
        "sql" => &SQL,
        _ => return None,
    })
}

/// `code` as HTML: everything escaped, what is known of `language` in spans.
pub(super) fn highlight(language: &str, code: &str) -> String {
    let Some(rules) = rules_of(language) else { return escape(code) };
    let mut out = String::with_capacity(code.len() * 2);
    let mut rest = code;
    while let Some(first) = rest.chars().next() {
        let (kind, bytes) = rules.token(rest, first);
        let (token, after) = rest.split_at(bytes);
        match kind {
            Some(kind) => out.push_str(&format!("<span class=\"code-{kind}\">{}</span>", escape(token))),
            None => out.push_str(&escape(token)),
        }
        rest = after;
    }
    out
}

impl Rules {
    /// What `rest` begins with, and how many bytes of it that takes: at least one character.
    fn token(&self, rest: &str, first: char) -> (Option<&'static str>, usize) {
        if self.line_comments.iter().any(|sign| rest.starts_with(sign)) {
            return (Some("comment"), rest.find('\n').unwrap_or(rest.len()));
        }
        if let Some((begin, end)) = self.block_comment.filter(|(begin, _)| rest.starts_with(begin)) {
            let inside = rest[begin.len()..].find(end).map(|at| begin.len() + at + end.len());
            return (Some("comment"), inside.unwrap_or(rest.len()));
        }
        if let Some(quote) = self.quotes.iter().find(|quote| rest.starts_with(**quote)) {
            return (Some("text"), end_of_text(rest, quote));
        }
        if first.is_ascii_digit() {
            let number = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
            return (Some("number"), rest.find(|c| !number(c)).unwrap_or(rest.len()));
        }
        if first.is_alphabetic() || first == '_' {
            let bytes = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            let keyword = self.keywords.split_whitespace().any(|word| word == &rest[..bytes]);
            return (keyword.then_some("keyword"), bytes);
        }
        (None, first.len_utf8())
    }
}

/// Where the text that begins with `quote` ends. One that a single sign begins ends with its line at the latest.
fn end_of_text(rest: &str, quote: &str) -> usize {
    let mut at = quote.len();
    while let Some(c) = rest[at..].chars().next() {
        if rest[at..].starts_with(quote) {
            return at + quote.len();
        }
        if c == '\n' && quote.len() == 1 && quote != "`" {
            return at;
        }
        at += c.len_utf8();
        if c == '\\' {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_coloured_and_escaped() {
        for (language, code, html) in [
            ("", "a < b", "a &lt; b"),
            ("brainfuck", "<script>", "&lt;script&gt;"),
            (
                "py",
                "if x: # <b>\n",
                "<span class=\"code-keyword\">if</span> x: <span class=\"code-comment\"># &lt;b&gt;</span>\n",
            ),
            (
                "py",
                "'a\\'b' 3e-4",
                "<span class=\"code-text\">'a\\'b'</span> <span class=\"code-number\">3e</span>-<span class=\"code-number\">4</span>",
            ),
            ("py", "\"\"\"a\nb", "<span class=\"code-text\">&quot;&quot;&quot;a\nb</span>"),
            ("rust", "&'a /* x", "&amp;'a <span class=\"code-comment\">/* x</span>"),
            ("sql", "'a\n1", "<span class=\"code-text\">'a</span>\n<span class=\"code-number\">1</span>"),
            ("py", "'\\", "<span class=\"code-text\">'\\</span>"),
        ] {
            assert_eq!(highlight(language, code), html, "{language}: {code}");
        }
    }
}
