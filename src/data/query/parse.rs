//! From tokens to an expression or a sort key.

use super::{
    AttributeKind, Comparison, DatasetField, Expr, Field, OrderKey, Ordering, QueryError, Subject, Test,
    lex::{Kind, Token, tokens},
    time::{millis_of_date, millis_of_span},
};
use crate::{series::number_of_text, summary::Summary};

/// How many comparisons a filter may have, so that the database can hold the question.
pub(super) const MOST_COMPARISONS: usize = 200;
/// How long a LIKE pattern may be, in bytes.
const LONGEST_PATTERN: usize = 10_000;

/// Reads a filter. An empty one asks for everything.
pub fn parse_filter<A: Subject>(text: &str) -> Result<Expr<A>, QueryError> {
    let mut reader = Reader::<A>::new(text)?;
    let mut parts = Vec::new();
    if reader.peek().kind == Kind::End {
        return Ok(Expr::All(parts));
    }
    loop {
        parts.push(Expr::Compare(reader.comparison()?));
        let next = reader.next();
        match &next.kind {
            Kind::End => return Ok(Expr::All(parts)),
            kind if kind.is_keyword("AND") => {}
            kind => {
                let message = format!("found {} where AND or the end was expected", kind.describe());
                return Err(reader.error(&next, message));
            }
        }
        if parts.len() == MOST_COMPARISONS {
            return Err(reader.error(&next, format!("a filter has at most {MOST_COMPARISONS} comparisons")));
        }
    }
}

/// Reads one sort key: a field, then `ASC` or `DESC` or nothing.
pub fn parse_order<A: Subject>(text: &str) -> Result<OrderKey<A>, QueryError> {
    let mut reader = Reader::<A>::new(text)?;
    let key = reader.sort_key()?;
    let end = reader.next();
    match &end.kind {
        Kind::End => Ok(key),
        kind => Err(reader.error(&end, format!("found {} after the order, which takes one key", kind.describe()))),
    }
}

pub(super) struct Reader<'a, A> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
    /// Whether the language is our own, which asks more of text fields and knows more attributes.
    own: bool,
    subject: std::marker::PhantomData<A>,
}

impl<'a, A: Subject> Reader<'a, A> {
    fn new(text: &'a str) -> Result<Self, QueryError> {
        Ok(Reader { text, tokens: tokens(text)?, at: 0, own: false, subject: std::marker::PhantomData })
    }

    /// A reader of our own language.
    pub(super) fn own(text: &'a str) -> Result<Self, QueryError> {
        Ok(Reader { own: true, ..Reader::new(text)? })
    }

    pub(super) fn peek(&self) -> &Token<'a> {
        &self.tokens[self.at]
    }

    /// The next token; at the end, the end again and again.
    pub(super) fn next(&mut self) -> Token<'a> {
        let token = self.tokens[self.at].clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    pub(super) fn error(&self, at: &Token, message: impl Into<String>) -> QueryError {
        QueryError::new(self.text, at.at, message)
    }

    pub(super) fn comparison(&mut self) -> Result<Comparison<A>, QueryError> {
        let at = self.peek().clone();
        let field = self.field()?;
        let test = match &field {
            Field::Metric(_) | Field::Summary(..) if self.own && self.peek().kind.is_keyword("IS") => {
                self.text_test(true, true, true)?
            }
            Field::Metric(_) | Field::Summary(..) => self.number_test()?,
            Field::Param(_) | Field::Tag(_) if self.own && self.asks_for_a_number() => self.number_test()?,
            Field::Param(_) | Field::Tag(_) => self.text_test(A::NULL_TESTS, false, true)?,
            Field::Dataset(_) => self.text_test(self.own, true, true)?,
            Field::Attribute(attribute) if !attribute.can_filter() => {
                return Err(self.error(&at, format!("a filter of {}s cannot ask for this", A::NAME)));
            }
            Field::Attribute(attribute) => match attribute.kind() {
                AttributeKind::Text => self.text_test(false, false, true)?,
                AttributeKind::ListableText => self.text_test(false, true, true)?,
                AttributeKind::Id => self.text_test(false, true, false)?,
                AttributeKind::Whole => self.whole_test(attribute.is_span())?,
            },
        };
        Ok(Comparison { field, test })
    }

    /// A field, then `ASC` or `DESC` or nothing.
    pub(super) fn sort_key(&mut self) -> Result<OrderKey<A>, QueryError> {
        let at = self.peek().clone();
        let field = self.field()?;
        let refused = match &field {
            Field::Attribute(attribute) => !attribute.can_order(),
            Field::Dataset(_) => true,
            Field::Metric(_) | Field::Summary(..) => false,
            Field::Param(_) | Field::Tag(_) => !A::TEXT_ORDERS,
        };
        if refused {
            return Err(self.error(&at, format!("{}s cannot be ordered by this", A::NAME)));
        }
        let direction = self.peek().clone();
        let descending = direction.kind.is_keyword("DESC");
        if descending || direction.kind.is_keyword("ASC") {
            self.next();
        } else if !matches!(direction.kind, Kind::End | Kind::Comma) {
            let message = format!("found {} where ASC, DESC or the end was expected", direction.kind.describe());
            return Err(self.error(&direction, message));
        }
        Ok(OrderKey { field, descending })
    }

    /// A field: `metrics.loss`, ``params.`batch size` ``, `start_time`.
    fn field(&mut self) -> Result<Field<A>, QueryError> {
        let token = self.next();
        let word = match &token.kind {
            Kind::Word(word) => *word,
            // A quoted name without a prefix can only be an attribute.
            Kind::Quoted('`' | '"', name) => return self.attribute(&token, name),
            kind => {
                let message = format!("found {} where a field such as metrics.loss was expected", kind.describe());
                return Err(self.error(&token, message));
            }
        };
        let Some((prefix, key)) = word.split_once('.') else { return self.attribute(&token, word) };
        let key = if key.is_empty() { self.quoted_key(&token, word)? } else { key.to_owned() };
        let is_in = |prefixes: &[&str]| prefixes.contains(&prefix);
        if let (true, Some((kind, summary))) = (self.own, prefix.split_once('@'))
            && A::METRIC_PREFIXES.contains(&kind)
        {
            let summary = summary.parse::<Summary>().map_err(|error| self.error(&token, error.to_string()))?;
            Ok(Field::Summary(key, summary))
        } else if is_in(A::METRIC_PREFIXES) {
            Ok(Field::Metric(key))
        } else if is_in(A::PARAM_PREFIXES) {
            Ok(Field::Param(key))
        } else if is_in(A::TAG_PREFIXES) {
            Ok(Field::Tag(key))
        } else if is_in(A::DATASET_PREFIXES) {
            match key.as_str() {
                "name" => Ok(Field::Dataset(DatasetField::Name)),
                "digest" => Ok(Field::Dataset(DatasetField::Digest)),
                "context" => Ok(Field::Dataset(DatasetField::Context)),
                _ => Err(self.error(&token, "a dataset has name, digest and context")),
            }
        } else if is_in(A::ATTRIBUTE_PREFIXES) {
            self.attribute(&token, &key)
        } else {
            let mut known =
                [A::METRIC_PREFIXES, A::PARAM_PREFIXES, A::TAG_PREFIXES, A::ATTRIBUTE_PREFIXES, A::DATASET_PREFIXES]
                    .into_iter()
                    .filter_map(|prefixes| prefixes.first())
                    .copied()
                    .collect::<Vec<_>>();
            known.dedup();
            let message = format!("'{}' is no kind of field: use {}", super::excerpt(prefix), known.join(", "));
            Err(self.error(&token, message))
        }
    }

    /// The quoted key that follows a prefix and its dot without a space.
    fn quoted_key(&mut self, prefix: &Token, word: &str) -> Result<String, QueryError> {
        let token = self.next();
        match token.kind {
            Kind::Quoted('`' | '"', key) if token.at == prefix.at + word.len() && !key.is_empty() => Ok(key),
            _ => Err(self.error(&token, format!("'{word}' must be followed by a key"))),
        }
    }

    fn attribute(&self, token: &Token, name: &str) -> Result<Field<A>, QueryError> {
        let own = if self.own { A::own_attributes() } else { &[] };
        let found = A::attributes().iter().chain(own).find(|(_, spellings)| spellings.contains(&name));
        found.map(|(attribute, _)| Field::Attribute(*attribute)).ok_or_else(|| {
            let known: Vec<&str> = A::attributes().iter().chain(own).map(|(_, spellings)| spellings[0]).collect();
            let name = super::excerpt(name);
            self.error(token, format!("'{name}' is no attribute of a {}: it has {}", A::NAME, known.join(", ")))
        })
    }

    fn ordering(&mut self) -> Result<Ordering, QueryError> {
        let token = self.next();
        match token.kind {
            Kind::Sign("=") => Ok(Ordering::Equal),
            Kind::Sign("!=") => Ok(Ordering::NotEqual),
            Kind::Sign("<") => Ok(Ordering::Less),
            Kind::Sign("<=") => Ok(Ordering::LessOrEqual),
            Kind::Sign(">") => Ok(Ordering::Greater),
            Kind::Sign(">=") => Ok(Ordering::GreaterOrEqual),
            ref kind => {
                let message = format!("found {} where one of = != < <= > >= was expected", kind.describe());
                Err(self.error(&token, message))
            }
        }
    }

    /// Whether a text is compared as the number that it writes: with `<` and the like, or with a number without quotes.
    fn asks_for_a_number(&self) -> bool {
        match &self.peek().kind {
            Kind::Sign("=" | "!=") => {
                self.tokens.get(self.at + 1).is_some_and(|next| matches!(next.kind, Kind::Number(_)))
            }
            Kind::Sign(sign) => *sign != "~",
            _ => false,
        }
    }

    fn number_test(&mut self) -> Result<Test, QueryError> {
        let ordering = self.ordering()?;
        let token = self.next();
        match token.kind {
            Kind::Number(number) => {
                Ok(Test::Number(ordering, number.parse().expect("the lexer lets only numbers through")))
            }
            // Params are texts, and so people write their numbers in quotes, too.
            Kind::Quoted('\'' | '"', ref text) if self.own && number_of_text(text).is_some_and(f64::is_finite) => {
                Ok(Test::Number(ordering, number_of_text(text).unwrap_or_default()))
            }
            ref kind => Err(self.error(&token, format!("found {} where a number was expected", kind.describe()))),
        }
    }

    fn whole_test(&mut self, span: bool) -> Result<Test, QueryError> {
        let ordering = self.ordering()?;
        let token = self.next();
        let whole = match &token.kind {
            Kind::Number(number) => number.parse().ok(),
            Kind::Span(_, millis) if self.own && span => Some(*millis),
            Kind::Quoted('\'' | '"', text) if self.own && span => millis_of_span(text),
            Kind::Quoted('\'' | '"', text) if self.own => millis_of_date(text),
            _ => None,
        };
        let expected = match (self.own, span) {
            (false, _) => "a whole number",
            (true, true) => "a duration such as 90s, 5m, 2h or 1d",
            (true, false) => "a date such as '2026-01-31 14:00' in UTC, or milliseconds since 1970,",
        };
        whole
            .map(|whole| Test::Whole(ordering, whole))
            .ok_or_else(|| self.error(&token, format!("found {} where {expected} was expected", token.kind.describe())))
    }

    fn text_test(&mut self, nullable: bool, listable: bool, patterns: bool) -> Result<Test, QueryError> {
        let listable = listable || self.own;
        let token = self.next();
        match &token.kind {
            Kind::Sign("=") => Ok(Test::Text(true, self.text_value()?)),
            Kind::Sign("!=") => Ok(Test::Text(false, self.text_value()?)),
            kind if patterns && kind.is_keyword("LIKE") => self.pattern(false),
            kind if patterns && kind.is_keyword("ILIKE") => self.pattern(true),
            kind if self.own && (*kind == Kind::Sign("~") || kind.is_keyword("RLIKE")) => self.regex(),
            kind if listable && kind.is_keyword("IN") => Ok(Test::In(true, self.list()?)),
            kind if listable && kind.is_keyword("NOT") && self.peek().kind.is_keyword("IN") => {
                self.next();
                Ok(Test::In(false, self.list()?))
            }
            kind if nullable && kind.is_keyword("IS") => {
                let absent = !self.peek().kind.is_keyword("NOT");
                if !absent {
                    self.next();
                }
                let null = self.next();
                match null.kind.is_keyword("NULL") {
                    true => Ok(Test::Present(!absent)),
                    false => Err(self.error(&null, "IS is followed by NULL or NOT NULL")),
                }
            }
            kind => {
                let mut allowed = vec!["=", "!="];
                allowed.extend(["LIKE", "ILIKE"].iter().filter(|_| patterns));
                allowed.extend(["RLIKE", "~"].iter().filter(|_| self.own));
                allowed.extend(["IN", "NOT IN"].iter().filter(|_| listable));
                allowed.extend(["IS NULL", "IS NOT NULL"].iter().filter(|_| nullable));
                let message = format!("found {} where one of {} was expected", kind.describe(), allowed.join(" "));
                Err(self.error(&token, message))
            }
        }
    }

    pub(super) fn text_value(&mut self) -> Result<String, QueryError> {
        let token = self.next();
        match token.kind {
            Kind::Quoted('\'' | '"', text) => Ok(text),
            ref kind => {
                Err(self.error(&token, format!("found {} where a text in quotes was expected", kind.describe())))
            }
        }
    }

    fn pattern(&mut self, ignore_case: bool) -> Result<Test, QueryError> {
        let at = self.peek().clone();
        let pattern = self.text_value()?;
        match pattern.len() <= LONGEST_PATTERN {
            true => Ok(Test::Like { pattern, ignore_case }),
            false => Err(self.error(&at, format!("a pattern has at most {LONGEST_PATTERN} bytes"))),
        }
    }

    /// `('a', 'b')`, with at least one text.
    fn list(&mut self) -> Result<Vec<String>, QueryError> {
        let open = self.next();
        if open.kind != Kind::Open {
            return Err(self.error(&open, "IN is followed by a list such as ('a', 'b')"));
        }
        let mut texts = vec![self.text_value()?];
        loop {
            let token = self.next();
            match token.kind {
                Kind::Close => return Ok(texts),
                Kind::Comma => texts.push(self.text_value()?),
                ref kind => {
                    return Err(self.error(&token, format!("found {} where , or ) was expected", kind.describe())));
                }
            }
        }
    }
}
