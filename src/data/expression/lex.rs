//! The names, numbers and signs of an expression, with their places.

use super::ExpressionError;

/// One piece of the text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token<'a> {
    pub kind: Kind<'a>,
    /// Where it starts, in bytes.
    pub at: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind<'a> {
    /// A bare name: of a metric, a function, or `params.` and a name.
    Name(&'a str),
    /// A name in backquotes, and whether `params.` stands right before it.
    Quoted {
        name: String,
        param: bool,
    },
    /// A text in quotes.
    Text(String),
    Number(f64),
    /// One of `+ - * / % ** ( ) ,`.
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 9] = ["**", "+", "-", "*", "/", "%", "(", ")", ","];

impl Kind<'_> {
    /// Names the piece in an error.
    pub fn describe(&self) -> String {
        let excerpt = |text: &str| match text.char_indices().nth(40) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text.to_owned(),
        };
        match self {
            Kind::Name(name) => format!("'{}'", excerpt(name)),
            Kind::Quoted { name, .. } => format!("`{}`", excerpt(name)),
            Kind::Text(text) => format!("\"{}\"", excerpt(text)),
            Kind::Number(number) => format!("'{number}'"),
            Kind::Sign(sign) => format!("'{sign}'"),
            Kind::End => "the end".to_owned(),
        }
    }
}

/// Cuts `text` into tokens; the last one is always [`Kind::End`].
pub(super) fn tokens(text: &str) -> Result<Vec<Token<'_>>, ExpressionError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let (kind, len) = match first {
            c if c.is_whitespace() => {
                at += c.len_utf8();
                continue;
            }
            '`' => {
                let (name, len) = quoted(text, at)?;
                (Kind::Quoted { name, param: false }, len)
            }
            '"' | '\'' => {
                let (inside, len) = between(text, at, first)?;
                (Kind::Text(inside), len)
            }
            c if c.is_ascii_digit() || c == '.' => number(text, at)?,
            c if c.is_alphabetic() || c == '_' => name(text, at)?,
            c => match SIGNS.into_iter().find(|sign| text[at..].starts_with(sign)) {
                Some(sign) => (Kind::Sign(sign), sign.len()),
                None => return Err(ExpressionError::new(text, at, out_of_place(c))),
            },
        };
        found.push(Token { kind, at });
        at += len;
    }
    found.push(Token { kind: Kind::End, at });
    Ok(found)
}

fn out_of_place(c: char) -> String {
    match c {
        '^' => "'^' cannot stand here: a power is written **".to_owned(),
        '$' | '{' | '}' => format!("'{c}' cannot stand here: a param is written params.lr"),
        c => format!("'{c}' cannot stand here: a name with such characters goes in backquotes"),
    }
}

/// A bare name. Signs inside it belong to it, at its end they do not.
fn name(text: &str, at: usize) -> Result<(Kind<'_>, usize), ExpressionError> {
    let rest = &text[at..];
    let inside = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '/' | '-' | ':' | '@');
    let len = rest.find(|c: char| !inside(c)).unwrap_or(rest.len());
    for (prefix, param) in [("params.", true), ("metrics.", false)] {
        if &rest[..len] == prefix && rest[len..].starts_with('`') {
            let (name, quoted_len) = quoted(text, at + len)?;
            return Ok((Kind::Quoted { name, param }, len + quoted_len));
        }
    }
    let name = rest[..len].trim_end_matches(['.', '/', '-', ':']);
    Ok((Kind::Name(name), name.len()))
}

/// A name in backquotes, and how long it is with them.
fn quoted(text: &str, at: usize) -> Result<(String, usize), ExpressionError> {
    let (name, len) = between(text, at, '`')?;
    if name.is_empty() {
        return Err(ExpressionError::new(text, at, "a name was expected between these backquotes"));
    }
    Ok((name, len))
}

/// Text up to the next such quote, and how long it is with its quotes; the quote twice stands for itself.
fn between(text: &str, at: usize, quote: char) -> Result<(String, usize), ExpressionError> {
    let mut inside = String::new();
    let mut rest = &text[at + 1..];
    while let Some(end) = rest.find(quote) {
        inside.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        if !rest.starts_with(quote) {
            return Ok((inside, text.len() - rest.len() - at));
        }
        inside.push(quote);
        rest = &rest[1..];
    }
    Err(ExpressionError::new(text, at, format!("this {quote} is never closed")))
}

/// Digits with a point and an exponent.
fn number(text: &str, at: usize) -> Result<(Kind<'_>, usize), ExpressionError> {
    let rest = &text.as_bytes()[at..];
    let digits = |from: usize| rest[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut len = digits(0);
    if rest.get(len) == Some(&b'.') {
        len += 1 + digits(len + 1);
    }
    if matches!(rest.get(len), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(rest.get(len + 1), Some(b'+' | b'-')));
        let exponent = digits((len + 1 + sign).min(rest.len()));
        len += if exponent > 0 { 1 + sign + exponent } else { 0 };
    }
    let next = text[at + len..].chars().next();
    if next.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.') {
        return Err(ExpressionError::new(text, at, "a name that begins with a digit goes in backquotes"));
    }
    match text[at..at + len].parse::<f64>() {
        Ok(number) if number.is_finite() => Ok((Kind::Number(number), len)),
        _ => Err(ExpressionError::new(text, at, "a number was expected")),
    }
}
