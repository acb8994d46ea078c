//! Our own language over runs: MLflow's comparisons with `OR`, `NOT`, parentheses and regular expressions.

use super::{
    Expr, OrderKey, QueryError, RunAttribute, Subject, Test,
    lex::Kind,
    parse::{MOST_COMPARISONS, Reader},
};
use crate::summary::Direction;
use regex_syntax::ParserBuilder;
use std::collections::BTreeMap;

/// How deep parentheses and NOTs may lie in each other, so that reading and asking stay bounded.
const DEEPEST: usize = 20;
/// How long a regular expression may be, in bytes.
const LONGEST_REGEX: usize = 1_000;
/// How deep groups in a regular expression may lie in each other.
const DEEPEST_REGEX: u32 = 50;

/// Reads a query over runs. `NOT` binds closest, then `AND`, then `OR`; an empty query asks for everything.
///
/// Beside what [`super::parse_filter`] reads: parentheses at most 20 deep, `RLIKE` or `~` with a regular
/// expression on texts, `IN` on every text, `IS NULL` on metrics and datasets, the attributes `duration` and `user`.
pub fn parse_query(text: &str) -> Result<Expr<RunAttribute>, QueryError> {
    let mut reader = Reader::own(text)?;
    if reader.peek().kind == Kind::End {
        return Ok(Expr::All(Vec::new()));
    }
    let mut comparisons = 0;
    let expr = any(&mut reader, DEEPEST, &mut comparisons)?;
    let end = reader.next();
    match &end.kind {
        Kind::End => Ok(expr),
        Kind::Close => Err(reader.error(&end, "this ) closes nothing")),
        kind => Err(reader.error(&end, format!("found {} where AND, OR or the end was expected", kind.describe()))),
    }
}

/// How many sort keys an order may have.
const MOST_KEYS: usize = 32;

/// Reads sort keys parted by commas, the first weighs most; an empty text has none.
///
/// Beside what [`super::parse_order`] reads: the attributes of our own, and summaries of metrics.
pub fn parse_sort(text: &str) -> Result<Vec<OrderKey<RunAttribute>>, QueryError> {
    let mut reader = Reader::own(text)?;
    let mut keys = Vec::new();
    while reader.peek().kind != Kind::End {
        if keys.len() == MOST_KEYS {
            let token = reader.peek().clone();
            return Err(reader.error(&token, format!("an order has at most {MOST_KEYS} keys")));
        }
        keys.push(reader.sort_key()?);
        let next = reader.next();
        match &next.kind {
            Kind::End => break,
            Kind::Comma if reader.peek().kind != Kind::End => {}
            kind => {
                return Err(
                    reader.error(&next, format!("found {} where a comma or the end was expected", kind.describe()))
                );
            }
        }
    }
    Ok(keys)
}

/// The query with the best of a metric written as its least or greatest, for an asker who knows what was `chosen`. A
/// text that cannot be read, or that asks for no best, stays as it is.
pub fn resolved_best(text: &str, chosen: &BTreeMap<String, Direction>) -> String {
    let Ok(expr) = parse_query(text) else { return text.to_owned() };
    let resolved = expr.clone().resolved(chosen);
    if resolved == expr { text.to_owned() } else { resolved.to_string() }
}

type Read = Result<Expr<RunAttribute>, QueryError>;

/// Parts joined by OR.
fn any(reader: &mut Reader<RunAttribute>, deeper: usize, comparisons: &mut usize) -> Read {
    let mut parts = vec![all(reader, deeper, comparisons)?];
    while reader.peek().kind.is_keyword("OR") {
        reader.next();
        parts.push(all(reader, deeper, comparisons)?);
    }
    Ok(single_or(parts, Expr::Any))
}

/// Parts joined by AND.
fn all(reader: &mut Reader<RunAttribute>, deeper: usize, comparisons: &mut usize) -> Read {
    let mut parts = vec![part(reader, deeper, comparisons)?];
    while reader.peek().kind.is_keyword("AND") {
        reader.next();
        parts.push(part(reader, deeper, comparisons)?);
    }
    Ok(single_or(parts, Expr::All))
}

fn single_or(
    mut parts: Vec<Expr<RunAttribute>>,
    join: fn(Vec<Expr<RunAttribute>>) -> Expr<RunAttribute>,
) -> Expr<RunAttribute> {
    match parts.len() {
        1 => parts.remove(0),
        _ => join(parts),
    }
}

/// A comparison, a group, or one of these under a NOT.
fn part(reader: &mut Reader<RunAttribute>, deeper: usize, comparisons: &mut usize) -> Read {
    let token = reader.peek().clone();
    let not = token.kind.is_keyword("NOT");
    if not || token.kind == Kind::Open {
        let Some(deeper) = deeper.checked_sub(1) else {
            return Err(reader.error(&token, format!("groups and NOTs nest at most {DEEPEST} deep")));
        };
        reader.next();
        if not {
            return Ok(Expr::Not(Box::new(part(reader, deeper, comparisons)?)));
        }
        let inner = any(reader, deeper, comparisons)?;
        let close = reader.next();
        return match &close.kind {
            Kind::Close => Ok(inner),
            kind => Err(reader.error(&close, format!("found {} where AND, OR or ) was expected", kind.describe()))),
        };
    }
    *comparisons += 1;
    if *comparisons > MOST_COMPARISONS {
        return Err(reader.error(&token, format!("a filter has at most {MOST_COMPARISONS} comparisons")));
    }
    Ok(Expr::Compare(reader.comparison()?))
}

impl<A: Subject> Reader<'_, A> {
    /// A regular expression whose syntax is right. An error names its place in the pattern.
    pub(super) fn regex(&mut self) -> Result<Test, QueryError> {
        let token = self.peek().clone();
        let pattern = self.text_value()?;
        if pattern.len() > LONGEST_REGEX {
            return Err(self.error(&token, format!("a regular expression has at most {LONGEST_REGEX} bytes")));
        }
        let (message, offset) = match ParserBuilder::new().nest_limit(DEEPEST_REGEX).build().parse(&pattern) {
            Ok(_) => return Ok(Test::Matches(pattern)),
            Err(regex_syntax::Error::Parse(error)) => (error.kind().to_string(), error.span().start.offset),
            Err(regex_syntax::Error::Translate(error)) => (error.kind().to_string(), error.span().start.offset),
            Err(error) => (error.to_string(), 0),
        };
        // Each quote inside is written twice, and one stands before.
        let quote = if let Kind::Quoted(quote, _) = token.kind { quote } else { '\'' };
        let before = &pattern[..offset];
        let at = super::lex::Token { at: token.at + 1 + offset + before.matches(quote).count(), ..token };
        Err(self.error(&at, format!("not a regular expression: {message}")))
    }
}

#[cfg(test)]
mod tests;
