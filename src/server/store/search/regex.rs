//! Regular expressions in SQL: the function behind `column REGEXP pattern`.

use crate::store::StoreError;
use regex::{Regex, RegexBuilder};
use rusqlite::{Connection, functions::FunctionFlags};

/// How much memory a compiled pattern, and its cache while it matches, may take, in bytes.
const MOST_BYTES: usize = 1 << 20;

/// Makes `column REGEXP pattern` known to a connection. A value that is no text never matches.
pub(in crate::store) fn register(db: &Connection) -> rusqlite::Result<()> {
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    db.create_scalar_function(c"regexp", 2, flags, |context| {
        // Compiled once a statement: SQLite keeps what belongs to a constant argument.
        let regex = context
            .get_or_create_aux(0, |pattern| -> Result<Regex, Box<dyn std::error::Error + Send + Sync>> {
                Ok(compiled(pattern.as_str()?)?)
            })?;
        Ok(context.get_raw(1).as_str().is_ok_and(|text| regex.is_match(text)))
    })
}

/// The pattern, ready to be matched. Refuses one that is too large to compile.
pub(in crate::store) fn compiled(pattern: &str) -> Result<Regex, StoreError> {
    let refused = |error| StoreError::Invalid(format!("the regular expression '{pattern}' cannot be used: {error}"));
    RegexBuilder::new(pattern).size_limit(MOST_BYTES).dfa_size_limit(MOST_BYTES).build().map_err(refused)
}
