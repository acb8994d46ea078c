//! The words and signs of a filter, with their places.

use super::QueryError;

/// One piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'a> {
    pub kind: Kind<'a>,
    /// Where it starts, in bytes.
    pub at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind<'a> {
    /// Letters, digits, `_` and dots: a field or a keyword. Before its first dot `@` and a summary may stand.
    Word(&'a str),
    /// What stands between quotes of this kind.
    Quoted(char, String),
    /// A number as it is written.
    Number(&'a str),
    /// A number with a unit of time, and what it is in milliseconds.
    Span(&'a str, i64),
    /// A comparison sign.
    Sign(&'a str),
    Open,
    Close,
    Comma,
    End,
}

impl Kind<'_> {
    /// Names the piece in an error.
    pub fn describe(&self) -> String {
        match self {
            Kind::Word(text) | Kind::Number(text) | Kind::Span(text, _) | Kind::Sign(text) => {
                format!("'{}'", super::excerpt(text))
            }
            Kind::Quoted(quote, text) => format!("{quote}{}{quote}", super::excerpt(text)),
            Kind::Open => "'('".to_owned(),
            Kind::Close => "')'".to_owned(),
            Kind::Comma => "','".to_owned(),
            Kind::End => "the end".to_owned(),
        }
    }

    /// Whether it is this keyword, in any case.
    pub fn is_keyword(&self, keyword: &str) -> bool {
        matches!(self, Kind::Word(word) if word.eq_ignore_ascii_case(keyword))
    }
}

/// Cuts `text` into tokens; the last one is always [`Kind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, QueryError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        let (kind, len) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '(' => (Kind::Open, 1),
            ')' => (Kind::Close, 1),
            ',' => (Kind::Comma, 1),
            '\'' | '"' | '`' => quoted(text, at, first)?,
            '=' | '!' | '<' | '>' | '~' => sign(text, at)?,
            c if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => number(text, at)?,
            c if c.is_alphabetic() || c == '_' => {
                let len = word_len(rest);
                (Kind::Word(&rest[..len]), len)
            }
            c => {
                let hint = "a key with such characters goes in backticks, a value in quotes";
                return Err(QueryError::new(text, at, format!("'{c}' cannot stand here: {hint}")));
            }
        };
        found.push(Token { kind, at });
        at += len;
    }
    found.push(Token { kind: Kind::End, at });
    Ok(found)
}

/// How long the word is with which `rest` begins: `loss`, `metrics.loss`, `metrics@step:-5.loss`.
fn word_len(rest: &str) -> usize {
    let end = |from: usize, others: &str| {
        let after = |c: char| !(c.is_alphanumeric() || c == '_' || others.contains(c));
        rest[from..].find(after).map_or(rest.len(), |at| from + at)
    };
    let kind = end(0, "");
    let kind = if rest[kind..].starts_with('@') { end(kind + 1, ":-") } else { kind };
    end(kind, ".")
}

/// Text up to the next such quote; the quote twice stands for itself.
fn quoted(text: &str, at: usize, quote: char) -> Result<(Kind<'_>, usize), QueryError> {
    let mut inside = String::new();
    let mut rest = &text[at + 1..];
    while let Some(end) = rest.find(quote) {
        inside.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        if !rest.starts_with(quote) {
            return Ok((Kind::Quoted(quote, inside), text.len() - rest.len() - at));
        }
        inside.push(quote);
        rest = &rest[1..];
    }
    Err(QueryError::new(text, at, format!("this {quote} is never closed")))
}

fn sign(text: &str, at: usize) -> Result<(Kind<'_>, usize), QueryError> {
    for sign in ["!=", ">=", "<=", "=", ">", "<", "~"] {
        if text[at..].starts_with(sign) {
            return Ok((Kind::Sign(&text[at..at + sign.len()]), sign.len()));
        }
    }
    Err(QueryError::new(text, at, "'!' must be followed by '='"))
}

/// A number: sign, digits with a point, exponent.
fn number(text: &str, at: usize) -> Result<(Kind<'_>, usize), QueryError> {
    let rest = &text[at..];
    let mut before = '\0';
    let len = rest
        .find(|c: char| {
            let part = c.is_ascii_alphanumeric()
                || matches!(c, '.' | '_')
                || (matches!(c, '+' | '-') && matches!(before, '\0' | 'e' | 'E'));
            before = c;
            !part
        })
        .unwrap_or(rest.len());
    let word = &rest[..len];
    let finite = word.parse::<f64>().is_ok_and(f64::is_finite);
    // Rust also reads "-inf", "-nan" and such, which are not numbers in this language.
    if finite && !word.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E')) {
        Ok((Kind::Number(word), len))
    } else if let Some(millis) = super::time::millis_of_span(word) {
        Ok((Kind::Span(word, millis), len))
    } else {
        Err(QueryError::new(text, at, format!("'{}' is not a number", super::excerpt(word))))
    }
}
