//! The filter as it is written: text and rows, two faces of one query.

use super::{Workspace, runs::RunList};
use data::{
    column::{Cell, Column},
    query::{Condition, Expr, Field, Form, Operator, Ordering, QueryError, RunAttribute, parse_query},
    run::RunRow,
};
use leptos::prelude::*;
use std::collections::BTreeSet;

/// How many values of a column are offered.
const MOST_VALUES: usize = 50;
/// How many characters of a wrong filter are shown on each side of what is wrong.
const AROUND: usize = 18;

/// The filter while it is edited. Cheap to copy.
#[derive(Clone, Copy)]
pub struct FilterDraft {
    workspace: Workspace,
    /// What is typed and not applied, with the applied filter that it began from: when that changes, it is void.
    typed: RwSignal<Option<(String, String)>>,
    /// Rows that say more than their text, because some lack a value.
    rows: RwSignal<Option<Form>>,
    /// The text in the field.
    pub text: Memo<String>,
    /// Why the text cannot be read.
    pub error: Memo<Option<QueryError>>,
    /// The rows of the text; `None` if rows cannot show it.
    pub form: Memo<Option<Form>>,
}

impl FilterDraft {
    /// The filter of a workspace.
    pub fn new(workspace: Workspace) -> FilterDraft {
        let typed = RwSignal::new(None::<(String, String)>);
        let rows = RwSignal::new(None::<Form>);
        let applied = workspace.view(|view| view.filter.clone());
        let text = Memo::new(move |_| {
            let applied = applied.get();
            typed.with(|typed| match typed {
                Some((base, text)) if *base == applied => text.clone(),
                _ => applied,
            })
        });
        let error = Memo::new(move |_| text.with(|text| parse_query(text).err()));
        let form = Memo::new(move |_| {
            let text = text.get();
            rows.get().filter(|rows| rows.text() == text).or_else(|| Form::of_text(&text))
        });
        FilterDraft { workspace, typed, rows, text, error, form }
    }

    /// Notes what is typed.
    pub fn type_text(&self, text: String) {
        let applied = self.workspace.view_now(|view| view.filter.clone());
        self.typed.set(Some((applied, text)));
    }

    /// Whether the text differs from the filter that is applied.
    pub fn is_open(&self) -> bool {
        self.text.get().trim() != self.workspace.view(|view| view.filter.clone()).get()
    }

    /// Applies the text, if it can be read.
    pub fn apply(&self) {
        let text = self.text.get_untracked();
        if parse_query(&text).is_ok() {
            self.workspace.change("filter", |view| view.filter = text.trim().to_owned());
            self.typed.set(None);
        }
    }

    /// Forgets what is typed and not applied.
    pub fn forget(&self) {
        self.typed.set(None);
    }

    /// Changes the rows, and applies them as far as they can be read.
    pub fn change_rows(&self, change: impl FnOnce(&mut Form)) {
        let Some(mut form) = self.form.get_untracked() else { return };
        change(&mut form);
        let text = form.text();
        self.rows.set(Some(form));
        self.type_text(text);
        self.apply();
    }
}

impl Workspace {
    /// Keeps only runs that pass `condition` beside what they pass already.
    pub fn narrow(&self, condition: &Condition) {
        let Some(text) = condition.text() else { return };
        self.change("narrow", |view| {
            let old = parse_query(&view.filter).ok();
            let whole = match old {
                Some(old) => with_part(old, parse_query(&text)),
                None => text,
            };
            view.filter = whole;
        });
    }

    /// Takes the part at `place` of [`parts_of`] away.
    pub fn widen(&self, place: usize) {
        self.change("widen", |view| view.filter = without_part(&view.filter, place));
    }
}

/// `old AND new`; `old` if it holds `new` already.
fn with_part(old: Expr<RunAttribute>, new: Result<Expr<RunAttribute>, QueryError>) -> String {
    let mut parts: Vec<Expr<RunAttribute>> = old.conjuncts().into_iter().cloned().collect();
    parts.extend(new.ok().filter(|new| !parts.contains(new)));
    joined(parts)
}

fn joined(mut parts: Vec<Expr<RunAttribute>>) -> String {
    if parts.len() == 1 { parts.remove(0).to_string() } else { Expr::All(parts).to_string() }
}

/// The parts of a filter that must all hold, as text; none of one that cannot be read.
pub fn parts_of(filter: &str) -> Vec<String> {
    let parts = parse_query(filter).map(|expr| expr.conjuncts().into_iter().map(Expr::to_string).collect());
    parts.unwrap_or_default()
}

fn without_part(filter: &str, place: usize) -> String {
    let Ok(expr) = parse_query(filter) else { return filter.to_owned() };
    let parts = expr.conjuncts().into_iter().enumerate().filter(|(at, _)| *at != place);
    joined(parts.map(|(_, part)| part.clone()).collect())
}

/// The piece of a wrong filter around its error, and under which character of it the mark stands.
pub fn error_place(error: &QueryError) -> (String, usize) {
    let chars: Vec<char> = error.text.chars().collect();
    let at = error.at - 1;
    let from = at.saturating_sub(AROUND);
    let to = (at + AROUND).min(chars.len());
    let cut = |cut: bool| if cut { "…" } else { "" };
    let piece: String = chars[from..to].iter().map(|&c| if c.is_control() { ' ' } else { c }).collect();
    (format!("{}{piece}{}", cut(from > 0), cut(to < chars.len())), at - from + usize::from(from > 0))
}

/// What a cell asks for: the same, or (if the flag is false) something else. `None` for what cannot be asked.
pub fn condition_of_cell(column: &Column, row: &RunRow, same: bool) -> Option<Condition> {
    let field = column.field();
    let equal = if same { Ordering::Equal } else { Ordering::NotEqual };
    let number = |value: f64| if value.is_finite() { Some(value.to_string()) } else { None };
    let (operator, value) = match column.cell(row) {
        Cell::Missing if matches!(column, Column::Attribute(_)) => return None,
        Cell::Missing => (if same { Operator::Missing } else { Operator::Present }, String::new()),
        Cell::Text(text) => (Operator::Order(equal), text.to_owned()),
        Cell::Number(value) => {
            let own = match column {
                Column::Param(name) => row.params.get(name).cloned(),
                Column::Tag(name) => row.tags.get(name).cloned(),
                Column::Attribute(_) | Column::Metric(_) | Column::Summary(..) => number(value),
            };
            (Operator::Order(equal), own?)
        }
    };
    Some(Condition { not: false, field, operator, value })
}

/// Values that loaded runs have in a field, in order; none of numbers that hardly repeat.
pub fn values_of(list: &RunList, field: &Field<RunAttribute>) -> Vec<String> {
    let value = |row: &RunRow| match field {
        Field::Param(name) => row.params.get(name).cloned(),
        Field::Tag(name) => row.tags.get(name).cloned(),
        Field::Attribute(RunAttribute::Status) => Some(row.status.name().to_owned()),
        Field::Attribute(RunAttribute::UserId) => Some(row.user.clone()),
        Field::Attribute(RunAttribute::RunName) => Some(row.name.clone()),
        Field::Attribute(_) | Field::Metric(_) | Field::Summary(..) | Field::Dataset(_) => None,
    };
    let values: BTreeSet<String> = list.rows().filter_map(|row| value(row)).filter(|text| !text.is_empty()).collect();
    values.into_iter().take(MOST_VALUES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_and_go() {
        let filter = "user = 'a' AND (params.b = '1' OR params.c = '2') AND metrics.d < 1";
        assert_eq!(parts_of(filter), ["user_id = 'a'", "params.b = '1' OR params.c = '2'", "metrics.d < 1"]);
        assert_eq!(without_part(filter, 0), "(params.b = '1' OR params.c = '2') AND metrics.d < 1");
        assert_eq!(without_part("params.b = '1' OR params.c = '2'", 0), "");
        assert_eq!(
            without_part("user = 'a' AND (params.b = '1' OR params.c = '2')", 0),
            "params.b = '1' OR params.c = '2'"
        );
        let old = || parse_query("user = 'a' OR user = 'b'").unwrap();
        let new = || parse_query("params.c = '1'");
        assert_eq!(with_part(old(), new()), "(user_id = 'a' OR user_id = 'b') AND params.c = '1'");
        assert_eq!(with_part(new().unwrap(), new()), "params.c = '1'", "what is asked is not asked twice");
        assert_eq!(with_part(Expr::All(vec![]), new()), "params.c = '1'");
    }

    #[test]
    fn the_mark_stands_under_what_is_wrong() {
        let long = "x".repeat(50);
        for (filter, piece, mark) in [
            ("user =", "user =", 6),
            ("user = 'ä' bogus", "user = 'ä' bogus", 11),
            (&format!("user = '{long}' )"), "…xxxxxxxxxxxxxxxx' )", 19),
        ] {
            let error = parse_query(filter).unwrap_err();
            assert_eq!(error_place(&error), (piece.to_owned(), mark), "{error}");
        }
    }
}
