//! Which runs of a table pass a filter.

use super::{
    Lookup,
    table::{Picture, Run},
};
use crate::store::{
    StoreError,
    search::{regex, sql::Sql},
};
use data::{
    brush::Brush,
    column::{Attribute, Cell, Column},
    groups::GroupValue,
    query::{Comparison, DatasetField, Expr, Field, Ordering, RunAttribute, Test},
    run::RunId,
};
use rusqlite::{Connection, params_from_iter};
use std::collections::HashSet;

/// For each run of the table whether it passes `expr`. What is missing passes no comparison; datasets are, without `db`.
pub(super) fn passing(
    db: Option<&Connection>,
    picture: &Picture,
    lookup: &Lookup,
    expr: &Expr<RunAttribute>,
) -> Result<Vec<bool>, StoreError> {
    let all = |of: bool| vec![of; picture.runs.len()];
    match expr {
        Expr::Compare(comparison) => compared(db, picture, lookup, comparison),
        Expr::All(parts) => parts.iter().try_fold(all(true), |mut so_far, part| {
            let passing = passing(db, picture, lookup, part)?;
            so_far.iter_mut().zip(passing).for_each(|(so_far, passes)| *so_far &= passes);
            Ok(so_far)
        }),
        Expr::Any(parts) => parts.iter().try_fold(all(false), |mut so_far, part| {
            let passing = passing(db, picture, lookup, part)?;
            so_far.iter_mut().zip(passing).for_each(|(so_far, passes)| *so_far |= passes);
            Ok(so_far)
        }),
        Expr::Not(inner) => {
            let mut passing = passing(db, picture, lookup, inner)?;
            passing.iter_mut().for_each(|passes| *passes = !*passes);
            Ok(passing)
        }
    }
}

fn compared(
    db: Option<&Connection>,
    picture: &Picture,
    lookup: &Lookup,
    Comparison { field, test }: &Comparison<RunAttribute>,
) -> Result<Vec<bool>, StoreError> {
    let runs = &picture.runs;
    let whole = |of: &dyn Fn(usize) -> Option<i64>| -> Vec<bool> {
        (0..runs.len()).map(|row| of(row).is_some_and(|n| whole_passes(test, n))).collect()
    };
    Ok(match field {
        Field::Attribute(RunAttribute::StartTime) => whole(&|row| Some(runs[row].start_millis)),
        Field::Attribute(RunAttribute::EndTime) => whole(&|row| runs[row].end_millis),
        Field::Attribute(RunAttribute::Duration) => whole(&|row| duration(&runs[row])),
        Field::Attribute(RunAttribute::RunId) => {
            let passes = TextTest::new(test)?;
            match test {
                Test::In(wanted, ids) => {
                    // Thousands may be named, and writing each run's id to compare it would take longer.
                    let ids: HashSet<RunId> = ids.iter().filter_map(|text| id_of_text(text)).collect();
                    runs.iter().map(|run| ids.contains(&run.id) == *wanted).collect()
                }
                _ => runs.iter().map(|run| passes.passes(&run.id.to_string(), None)).collect(),
            }
        }
        Field::Dataset(dataset) => {
            let found = db.map(|db| with_dataset(db, picture.eid, *dataset, test));
            let rids = found.transpose()?.unwrap_or_default();
            runs.iter().map(|run| rids.contains(&run.rid)).collect()
        }
        Field::Attribute(
            RunAttribute::RunName | RunAttribute::UserId | RunAttribute::Status | RunAttribute::ArtifactUri,
        )
        | Field::Metric(_)
        | Field::Summary(..)
        | Field::Param(_)
        | Field::Tag(_) => {
            let Some(values) = lookup.key(field).and_then(|key| picture.columns.get(&key)) else {
                // No run has such a key.
                return Ok(vec![*test == Test::Present(false); runs.len()]);
            };
            match test {
                Test::Present(wanted) => (0..runs.len()).map(|row| values.has(row) == *wanted).collect(),
                Test::Number(ordering, y) if field_is_number(field) => {
                    values.numbers_pass(|x| number_passes(*ordering, x, *y))
                }
                _ => {
                    let passes = TextTest::new(test)?;
                    values.texts_pass(|text, number| passes.passes(text, number))
                }
            }
        }
    })
}

/// For each run of the table whether it has exactly `value` in `column`.
pub(super) fn having(picture: &Picture, lookup: &Lookup, column: &Column, value: &GroupValue) -> Vec<bool> {
    let runs = &picture.runs;
    let time = |of: &dyn Fn(usize) -> Option<i64>| -> Vec<bool> {
        let wanted = |found: Option<i64>| match (found, value) {
            (None, GroupValue::Missing) => true,
            (Some(millis), GroupValue::Number(y)) => millis as f64 == *y,
            _ => false,
        };
        (0..runs.len()).map(|row| wanted(of(row))).collect()
    };
    match column {
        Column::Attribute(Attribute::Start) => time(&|row| Some(runs[row].start_millis)),
        Column::Attribute(Attribute::End) => time(&|row| runs[row].end_millis),
        Column::Attribute(Attribute::Duration) => time(&|row| duration(&runs[row])),
        Column::Attribute(Attribute::Name | Attribute::User | Attribute::Status)
        | Column::Param(_)
        | Column::Metric(_)
        | Column::Summary(..)
        | Column::Tag(_) => match lookup.key(&column.field()).and_then(|key| picture.columns.get(&key)) {
            None => vec![*value == GroupValue::Missing; runs.len()],
            Some(values) => values.exactly(value),
        },
    }
}

/// For each run of the table whether `brush` on `column` lets it through.
pub(super) fn let_through(picture: &Picture, lookup: &Lookup, column: &Column, brush: &Brush) -> Vec<bool> {
    let time = |of: &dyn Fn(&Run) -> Option<i64>| -> Vec<bool> {
        let cell = |run: &Run| of(run).map_or(Cell::Missing, |millis| Cell::Number(millis as f64));
        picture.runs.iter().map(|run| brush.lets(cell(run))).collect()
    };
    match column {
        Column::Attribute(Attribute::Start) => time(&|run| Some(run.start_millis)),
        Column::Attribute(Attribute::End) => time(&|run| run.end_millis),
        Column::Attribute(Attribute::Duration) => time(&duration),
        Column::Attribute(Attribute::Name | Attribute::User | Attribute::Status)
        | Column::Param(_)
        | Column::Metric(_)
        | Column::Summary(..)
        | Column::Tag(_) => match lookup.key(&column.field()).and_then(|key| picture.columns.get(&key)) {
            None => vec![brush.lets(Cell::Missing); picture.runs.len()],
            Some(values) => values.pass(|cell| brush.lets(cell)),
        },
    }
}

/// How long a run took, milliseconds; `None` while it runs.
pub(super) fn duration(run: &Run) -> Option<i64> {
    run.end_millis.map(|end| end.saturating_sub(run.start_millis))
}

fn field_is_number(field: &Field<RunAttribute>) -> bool {
    matches!(field, Field::Metric(_) | Field::Summary(..))
}

fn whole_passes(test: &Test, n: i64) -> bool {
    match test {
        Test::Whole(ordering, other) => sided(*ordering, n.cmp(other)),
        Test::Present(wanted) => *wanted,
        // The parser asks nothing else of whole numbers.
        Test::Number(..) | Test::Text(..) | Test::Like { .. } | Test::Matches(_) | Test::In(..) => false,
    }
}

/// Whether `x` lies on the wanted side of `y`; NaN differs from every number, and lies on no side of it.
fn number_passes(ordering: Ordering, x: f64, y: f64) -> bool {
    x.partial_cmp(&y).map_or(ordering == Ordering::NotEqual, |found| sided(ordering, found))
}

fn sided(ordering: Ordering, found: std::cmp::Ordering) -> bool {
    match ordering {
        Ordering::Equal => found.is_eq(),
        Ordering::NotEqual => found.is_ne(),
        Ordering::Less => found.is_lt(),
        Ordering::LessOrEqual => found.is_le(),
        Ordering::Greater => found.is_gt(),
        Ordering::GreaterOrEqual => found.is_ge(),
    }
}

/// The id that `text` writes as we write it.
fn id_of_text(text: &str) -> Option<RunId> {
    text.parse().ok().filter(|id: &RunId| id.to_string() == text)
}

/// A test of texts, ready to be asked of many.
struct TextTest<'a> {
    test: &'a Test,
    regex: Option<::regex::Regex>,
}

impl<'a> TextTest<'a> {
    fn new(test: &'a Test) -> Result<TextTest<'a>, StoreError> {
        let regex = if let Test::Matches(pattern) = test { Some(regex::compiled(pattern)?) } else { None };
        Ok(TextTest { test, regex })
    }

    /// Whether `text` passes, which writes `number` if it writes one.
    fn passes(&self, text: &str, number: Option<f64>) -> bool {
        match self.test {
            Test::Number(ordering, y) => number.is_some_and(|x| number_passes(*ordering, x, *y)),
            Test::Text(equal, wanted) => (text == wanted) == *equal,
            Test::Like { pattern, ignore_case } => like(pattern, text, *ignore_case),
            Test::Matches(_) => self.regex.as_ref().is_some_and(|regex| regex.is_match(text)),
            Test::In(wanted, texts) => texts.iter().any(|one| one == text) == *wanted,
            Test::Present(wanted) => *wanted,
            Test::Whole(..) => false,
        }
    }
}

/// Whether `text` fits `pattern`, in which `%` is any text and `_` any one character, as SQLite reads it: without
/// case only letters of ASCII are alike.
fn like(pattern: &str, text: &str, ignore_case: bool) -> bool {
    let alike = |a: char, b: char| a == b || (ignore_case && a.eq_ignore_ascii_case(&b));
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut at, mut of) = (0, 0);
    // Where the last % stands, and how much of the text it took so far.
    let mut any: Option<(usize, usize)> = None;
    while of < text.len() {
        match pattern.get(at) {
            Some('%') => {
                any = Some((at, of));
                at += 1;
            }
            Some(&c) if c == '_' || alike(c, text[of]) => {
                at += 1;
                of += 1;
            }
            Some(_) | None => {
                let Some((percent, taken)) = any else { return false };
                any = Some((percent, taken + 1));
                (at, of) = (percent + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|&c| c == '%')
}

/// The numbers of the experiment's runs into which a dataset went that passes the test.
fn with_dataset(db: &Connection, eid: i64, field: DatasetField, test: &Test) -> Result<HashSet<i64>, StoreError> {
    if let Test::Matches(pattern) = test {
        regex::compiled(pattern)?;
    }
    let mut sql = Sql::new("SELECT u.rid FROM dataset d JOIN run_dataset u ON u.did = d.did");
    if field == DatasetField::Context {
        sql.push(", json_each(u.tags) t");
    }
    sql.with(" WHERE d.eid = ? AND ", eid);
    match field {
        DatasetField::Name => sql.test("d.name", test),
        DatasetField::Digest => sql.test("d.digest", test),
        DatasetField::Context => {
            sql.push("t.value ->> 'key' = 'mlflow.data.context' AND ").test("t.value ->> 'value'", test)
        }
    };
    let mut statement = db.prepare_cached(&sql.text)?;
    let rids = statement.query_map(params_from_iter(&sql.values), |row| row.get(0))?;
    Ok(rids.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_fits_as_in_sqlite() {
        let db = Connection::open_in_memory().unwrap();
        let texts = ["", "a", "A", "ab", "aab", "abab", "a%b", "a_b", "[a]", "é", "É", "axbyc", "ab\nc", "aaaaaaaaab"];
        let patterns = ["", "%", "_", "a", "a%", "%b", "%a%b%", "a_b", "%a", "[a]", "é", "_b%c", "%aab", "__", "%%_"];
        for pattern in patterns {
            for text in texts {
                for ignore_case in [false, true] {
                    let mut sql = Sql::new("SELECT ");
                    sql.test("x", &Test::Like { pattern: pattern.to_owned(), ignore_case });
                    sql.with(" FROM (SELECT ? AS x)", text.to_owned());
                    let one = |row: &rusqlite::Row| row.get::<_, bool>(0);
                    let expected = db.query_row(&sql.text, params_from_iter(&sql.values), one).unwrap();
                    assert_eq!(like(pattern, text, ignore_case), expected, "{text:?} LIKE {pattern:?}, {ignore_case}");
                }
            }
        }
    }
}
