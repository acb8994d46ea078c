//! A query as rows: what a form shows and changes. Written as text, it is the query again.

use super::{
    AttributeKind, Comparison, Expr, Field, Ordering, RunAttribute, Subject, Test,
    lex::{Kind, Token, tokens},
    parse_query,
    print::{list, millis_text, number, quoted},
    time::millis_of_date,
};

/// How a row compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// On this side of a number or a time; `=` and `!=` also of a text.
    Order(Ordering),
    /// `LIKE`
    Like,
    /// `ILIKE`
    ILike,
    /// `RLIKE`
    Matches,
    /// `IN`
    In,
    /// `NOT IN`
    NotIn,
    /// `IS NULL`
    Missing,
    /// `IS NOT NULL`
    Present,
}

impl Operator {
    const TEXT: [Operator; 7] = [
        Operator::Order(Ordering::Equal),
        Operator::Order(Ordering::NotEqual),
        Operator::ILike,
        Operator::Like,
        Operator::Matches,
        Operator::In,
        Operator::NotIn,
    ];

    /// The operator of a test.
    pub fn of(test: &Test) -> Operator {
        match test {
            Test::Number(ordering, _) | Test::Whole(ordering, _) => Operator::Order(*ordering),
            Test::Text(true, _) => Operator::Order(Ordering::Equal),
            Test::Text(false, _) => Operator::Order(Ordering::NotEqual),
            Test::Like { ignore_case: false, .. } => Operator::Like,
            Test::Like { ignore_case: true, .. } => Operator::ILike,
            Test::Matches(_) => Operator::Matches,
            Test::In(true, _) => Operator::In,
            Test::In(false, _) => Operator::NotIn,
            Test::Present(true) => Operator::Present,
            Test::Present(false) => Operator::Missing,
        }
    }

    /// What can be asked of `field`, the most usual first.
    pub fn all_of(field: &Field<RunAttribute>) -> Vec<Operator> {
        let numbers = Ordering::ALL.map(Operator::Order);
        let presence = [Operator::Present, Operator::Missing];
        match field {
            Field::Metric(_) | Field::Summary(..) => [&numbers[..], &presence].concat(),
            Field::Param(_) | Field::Tag(_) => {
                [&Operator::TEXT[..2], &numbers[2..], &Operator::TEXT[2..], &presence].concat()
            }
            Field::Dataset(_) => [&Operator::TEXT[..], &presence].concat(),
            Field::Attribute(attribute) => match attribute.kind() {
                AttributeKind::Whole => numbers.to_vec(),
                AttributeKind::Text | AttributeKind::ListableText | AttributeKind::Id => Operator::TEXT.to_vec(),
            },
        }
    }

    /// As the language writes it.
    pub fn sign(self) -> &'static str {
        match self {
            Operator::Order(ordering) => ordering.sign(),
            Operator::Like => "LIKE",
            Operator::ILike => "ILIKE",
            Operator::Matches => "RLIKE",
            Operator::In => "IN",
            Operator::NotIn => "NOT IN",
            Operator::Missing => "IS NULL",
            Operator::Present => "IS NOT NULL",
        }
    }

    /// Whether a value follows.
    pub fn takes_value(self) -> bool {
        !matches!(self, Operator::Missing | Operator::Present)
    }
}

/// One row: a comparison that may still be in the making.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Whether the opposite must hold.
    pub not: bool,
    /// What is looked at.
    pub field: Field<RunAttribute>,
    /// How it is compared.
    pub operator: Operator,
    /// The value as a person writes it; texts of a list are parted by commas.
    pub value: String,
}

impl Condition {
    /// A row over `field` without a value yet.
    pub fn new(field: Field<RunAttribute>) -> Condition {
        let operator = Operator::all_of(&field)[0];
        Condition { not: false, field, operator, value: String::new() }
    }

    /// A row that asks for what `comparison` asks for; `None` if rows cannot say it.
    fn of(not: bool, comparison: &Comparison<RunAttribute>) -> Option<Condition> {
        let keyed = matches!(comparison.field, Field::Param(_) | Field::Tag(_));
        let value = match &comparison.test {
            Test::Number(_, value) => number(*value),
            Test::Whole(_, value) => millis_text(&comparison.field, *value).0,
            Test::Text(_, text) if keyed && writes_number(text) => quoted(text, '\''),
            Test::Text(_, text) | Test::Like { pattern: text, .. } | Test::Matches(text) => text.clone(),
            Test::In(_, texts) => texts.join(", "),
            Test::Present(_) => String::new(),
        };
        let condition =
            Condition { not, field: comparison.field.clone(), operator: Operator::of(&comparison.test), value };
        // A text with a comma in it would fall apart, and a row without a value says nothing.
        let same = Condition { not: false, ..condition.clone() }.text() == Some(comparison.to_string());
        same.then_some(condition)
    }

    /// The row as text; `None` while it lacks its value.
    pub fn text(&self) -> Option<String> {
        let value = match self.operator {
            Operator::Missing | Operator::Present => String::new(),
            _ if self.value.is_empty() => return None,
            Operator::In | Operator::NotIn => list(self.value.split(',').map(str::trim)),
            Operator::Like | Operator::ILike | Operator::Matches => quoted(&self.value, '\''),
            Operator::Order(_) if self.is_number() => match millis_of_date(&self.value) {
                Some(_) => quoted(self.value.trim(), '\''),
                None => self.value.trim().to_owned(),
            },
            Operator::Order(_) => self.same_as(),
        };
        let not = if self.not { "NOT " } else { "" };
        Some(format!("{not}{} {} {value}", self.field, self.operator.sign()).trim_end().to_owned())
    }

    /// Whether the value is a number, or a time. Of a param it is one where it is held on a side of another.
    pub fn is_number(&self) -> bool {
        match &self.field {
            Field::Metric(_) | Field::Summary(..) => true,
            Field::Attribute(attribute) => attribute.kind() == AttributeKind::Whole,
            Field::Param(_) | Field::Tag(_) => match self.operator {
                Operator::Order(ordering) => !matches!(ordering, Ordering::Equal | Ordering::NotEqual),
                Operator::Like | Operator::ILike | Operator::Matches | Operator::In | Operator::NotIn => false,
                Operator::Missing | Operator::Present => false,
            },
            Field::Dataset(_) => false,
        }
    }

    /// The value of `=` and `!=` on a text. A param's number stands for itself however it is written, and in quotes for
    /// just this text.
    fn same_as(&self) -> String {
        let keyed = matches!(self.field, Field::Param(_) | Field::Tag(_));
        let value = self.value.trim();
        let inside = value.strip_prefix('\'').and_then(|value| value.strip_suffix('\''));
        match keyed && (writes_number(value) || inside.is_some_and(writes_number)) {
            true => value.to_owned(),
            false => quoted(&self.value, '\''),
        }
    }
}

/// Whether the language reads `text` as a number.
fn writes_number(text: &str) -> bool {
    tokens(text).is_ok_and(|tokens| matches!(&tokens[..], [Token { kind: Kind::Number(_), .. }, _]))
}

/// A row, or rows in parentheses.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// One row.
    One(Condition),
    /// Rows and groups that hold together.
    Group(Form),
}

/// Rows and groups of rows, of any depth.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Form {
    /// Whether the opposite must hold.
    pub not: bool,
    /// Whether any part suffices; else all must hold.
    pub any: bool,
    /// The parts in order.
    pub parts: Vec<Part>,
}

/// A part as text, and whether it is several that a word joins.
struct Written {
    text: String,
    joined: bool,
}

impl Form {
    /// The form of a query; `None` if it cannot be read, or if a text of a list has a comma, which rows cannot show.
    pub fn of_text(text: &str) -> Option<Form> {
        let expr = parse_query(text).ok()?;
        match &expr {
            Expr::All(_) | Expr::Any(_) => Form::of_parts(false, &expr),
            Expr::Not(_) | Expr::Compare(_) => Some(Form { parts: vec![Part::of(&expr)?], ..Form::default() }),
        }
    }

    /// A group of the parts of `expr`, or of `expr` alone.
    fn of_parts(not: bool, expr: &Expr<RunAttribute>) -> Option<Form> {
        let (any, parts) = match expr {
            Expr::Any(parts) => (true, &parts[..]),
            Expr::All(parts) => (false, &parts[..]),
            Expr::Not(_) | Expr::Compare(_) => (false, std::slice::from_ref(expr)),
        };
        Some(Form { not, any, parts: parts.iter().map(Part::of).collect::<Option<_>>()? })
    }

    /// The query: rows without a value are left out, and so are groups without a row that has one.
    pub fn text(&self) -> String {
        self.written().map(|written| written.text).unwrap_or_default()
    }

    fn written(&self) -> Option<Written> {
        let mut parts: Vec<Written> = self.parts.iter().filter_map(Part::written).collect();
        let whole = match parts.len() {
            0 => return None,
            1 => parts.remove(0),
            _ => {
                let texts: Vec<String> = parts.into_iter().map(Written::inside).collect();
                Written { text: texts.join(if self.any { " OR " } else { " AND " }), joined: true }
            }
        };
        Some(match self.not {
            true => Written { text: format!("NOT {}", whole.inside()), joined: false },
            false => whole,
        })
    }

    /// The part at `path`: a place in the form, then in its group, and so on.
    pub fn at(&self, path: &[usize]) -> Option<&Part> {
        let (first, rest) = path.split_first()?;
        match (self.parts.get(*first)?, rest) {
            (part, []) => Some(part),
            (Part::Group(group), rest) => group.at(rest),
            (Part::One(_), _) => None,
        }
    }

    /// The group at `path`; an empty path is the form itself.
    pub fn group(&self, path: &[usize]) -> Option<&Form> {
        match path {
            [] => Some(self),
            path => match self.at(path)? {
                Part::Group(group) => Some(group),
                Part::One(_) => None,
            },
        }
    }

    /// As [`Form::group`], to change it.
    pub fn group_mut(&mut self, path: &[usize]) -> Option<&mut Form> {
        let Some((first, rest)) = path.split_first() else { return Some(self) };
        match self.parts.get_mut(*first)? {
            Part::Group(group) => group.group_mut(rest),
            Part::One(_) => None,
        }
    }

    /// The row at `path`.
    pub fn row(&self, path: &[usize]) -> Option<&Condition> {
        match self.at(path)? {
            Part::One(row) => Some(row),
            Part::Group(_) => None,
        }
    }

    /// As [`Form::row`], to change it.
    pub fn row_mut(&mut self, path: &[usize]) -> Option<&mut Condition> {
        let (last, group) = path.split_last()?;
        match self.group_mut(group)?.parts.get_mut(*last)? {
            Part::One(row) => Some(row),
            Part::Group(_) => None,
        }
    }

    /// Takes the part at `path` away, and with it the groups in which nothing is left.
    pub fn remove(&mut self, path: &[usize]) {
        let Some((last, group)) = path.split_last() else { return };
        let Some(form) = self.group_mut(group).filter(|form| *last < form.parts.len()) else { return };
        form.parts.remove(*last);
        if form.parts.is_empty() {
            self.remove(group);
        }
    }
}

impl Written {
    /// The text as a part of another one.
    fn inside(self) -> String {
        if self.joined { format!("({})", self.text) } else { self.text }
    }
}

impl Part {
    fn of(expr: &Expr<RunAttribute>) -> Option<Part> {
        match expr {
            Expr::All(_) | Expr::Any(_) => Form::of_parts(false, expr).map(Part::Group),
            Expr::Compare(comparison) => Condition::of(false, comparison).map(Part::One),
            Expr::Not(inner) => match &**inner {
                Expr::Compare(comparison) => Condition::of(true, comparison).map(Part::One),
                Expr::Not(_) | Expr::All(_) | Expr::Any(_) => Form::of_parts(true, inner).map(Part::Group),
            },
        }
    }

    fn written(&self) -> Option<Written> {
        match self {
            Part::One(row) => row.text().map(|text| Written { text, joined: false }),
            Part::Group(group) => group.written(),
        }
    }
}
