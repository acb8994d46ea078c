//! SQL in the making, and tests of a column.

use data::query::{Ordering, Test};
use rusqlite::types::Value;

/// SQL with the values of its `?`s. Only text of ours goes into the SQL itself.
#[derive(Debug, Default, Clone)]
pub(in crate::store) struct Sql {
    pub text: String,
    pub values: Vec<Value>,
}

impl Sql {
    pub fn new(text: &str) -> Sql {
        Sql { text: text.to_owned(), values: Vec::new() }
    }

    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds text that has one `?`, and its value.
    pub fn with(&mut self, text: &str, value: impl Into<Value>) -> &mut Self {
        debug_assert_eq!(text.matches('?').count(), 1, "{text}");
        self.values.push(value.into());
        self.push(text)
    }

    pub fn append(&mut self, other: &Sql) -> &mut Self {
        self.values.extend_from_slice(&other.values);
        self.push(&other.text)
    }

    /// Whether `column` passes `test`, as a condition.
    ///
    /// [`Test::Present`] is asked of a row, which is there when it has a column.
    pub fn test(&mut self, column: &str, test: &Test) -> &mut Self {
        match test {
            // NaN is stored as NULL, and differs from every number.
            Test::Number(Ordering::NotEqual, number) => {
                self.with(&format!("({column} IS NULL OR {column} != ?)"), *number)
            }
            Test::Number(ordering, number) => self.with(&format!("{column} {} ?", ordering.sign()), *number),
            Test::Whole(ordering, number) => self.with(&format!("{column} {} ?", ordering.sign()), *number),
            Test::Text(true, text) => self.with(&format!("{column} = ?"), text.clone()),
            Test::Text(false, text) => self.with(&format!("{column} != ?"), text.clone()),
            Test::Like { pattern, ignore_case: true } => self.with(&format!("{column} LIKE ?"), pattern.clone()),
            Test::Like { pattern, ignore_case: false } => self.with(&format!("{column} GLOB ?"), glob(pattern)),
            Test::Matches(pattern) => self.with(&format!("{column} REGEXP ?"), pattern.clone()),
            Test::In(wanted, texts) => {
                let not = if *wanted { "" } else { "NOT " };
                self.with(&format!("{column} {not}IN (SELECT value FROM json_each(?))"), json(texts))
            }
            Test::Present(present) => self.push(if *present { "TRUE" } else { "FALSE" }),
        }
    }
}

/// A JSON list for `json_each`, so that one value holds any number of them.
pub(in crate::store) fn json(list: &(impl serde::Serialize + ?Sized)) -> String {
    serde_json::to_string(list).expect("numbers and texts can be written as JSON")
}

/// A LIKE pattern as a GLOB pattern, which tells `A` from `a`.
fn glob(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match c {
            '%' => out.push('*'),
            '_' => out.push('?'),
            '*' | '?' | '[' => {
                out.push('[');
                out.push(c);
                out.push(']');
            }
            c => out.push(c),
        }
    }
    out
}
