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
    query::{Comparison, DatasetField, Expr, Field, Matching, RunAttribute, Test, TextTest},
    run::RunId,
};
use rusqlite::{Connection, params_from_iter};
use std::collections::HashSet;

/// A regular expression, ready to be matched. Refuses one that is too large to compile.
fn ready(pattern: &str) -> Result<Matching, StoreError> {
    let regex = regex::compiled(pattern)?;
    Ok(Box::new(move |text| regex.is_match(text)))
}

/// The same for rows that are at hand, with why not in words.
pub fn matching(pattern: &str) -> Result<Matching, String> {
    ready(pattern).map_err(|error| error.to_string())
}

/// For each run of the table whether it passes `expr`. What is missing passes no comparison.
pub(super) fn passing(
    db: &Connection,
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
    db: &Connection,
    picture: &Picture,
    lookup: &Lookup,
    Comparison { field, test }: &Comparison<RunAttribute>,
) -> Result<Vec<bool>, StoreError> {
    let runs = &picture.runs;
    let whole = |of: &dyn Fn(usize) -> Option<i64>| -> Vec<bool> {
        (0..runs.len()).map(|row| of(row).is_some_and(|n| test.passes_whole(n))).collect()
    };
    Ok(match field {
        Field::Attribute(RunAttribute::StartTime) => whole(&|row| Some(runs[row].start_millis)),
        Field::Attribute(RunAttribute::EndTime) => whole(&|row| runs[row].end_millis),
        Field::Attribute(RunAttribute::Duration) => whole(&|row| duration(&runs[row])),
        Field::Attribute(RunAttribute::RunId) => {
            let passes = TextTest::new(test, ready)?;
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
            let (test, wanted) = match test {
                // Missing is what no dataset of the run has.
                Test::Present(wanted) => (&Test::Present(true), *wanted),
                _ => (test, true),
            };
            let rids = with_dataset(db, picture.eid, *dataset, test)?;
            runs.iter().map(|run| rids.contains(&run.rid) == wanted).collect()
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
                Test::Number(ordering, y) if field_is_number(field) => values.numbers_pass(|x| ordering.passes(x, *y)),
                _ => {
                    let passes = TextTest::new(test, ready)?;
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

/// The id that `text` writes as we write it.
fn id_of_text(text: &str) -> Option<RunId> {
    text.parse().ok().filter(|id: &RunId| id.to_string() == text)
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
    use data::query::like;

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
