//! Filters and orders asked of rows that are at hand, as a store asks them of its runs.

use super::{Comparison, Expr, Field, Matching, OrderKey, RunAttribute, Test, TextTest};
use crate::{
    column::{Cell, Column},
    run::RunRow,
    series::number_of_text,
};

/// The places of those of `rows` that pass `filter`, in `order`; as they stand without one. The first key weighs most; ties
/// go by start, newest first, then by id.
///
/// What a row does not say is missing, and passes no comparison, as are datasets. `compile` makes regular expressions ready;
/// what it refuses is refused.
pub fn places<E>(
    rows: &[RunRow],
    filter: &Expr<RunAttribute>,
    order: &[OrderKey<RunAttribute>],
    compile: &impl Fn(&str) -> Result<Matching, E>,
) -> Result<Vec<usize>, E> {
    let passing = passing(rows, filter, compile)?;
    let mut places: Vec<usize> = (0..rows.len()).filter(|&at| passing[at]).collect();
    if order.is_empty() {
        return Ok(places);
    }
    let cells = |key: &OrderKey<RunAttribute>| {
        let column = Column::of_field(&key.field);
        rows.iter().map(|row| column.as_ref().map_or(Cell::Missing, |column| column.cell(row))).collect::<Vec<_>>()
    };
    let keys: Vec<(&OrderKey<RunAttribute>, Vec<Cell>)> = order.iter().map(|key| (key, cells(key))).collect();
    places.sort_by(|&a, &b| {
        let by_key = |(key, cells): &(&OrderKey<RunAttribute>, Vec<Cell>)| {
            if key.field != Field::Attribute(RunAttribute::RunId) {
                return cells[a].order(cells[b], key.descending);
            }
            let rising = rows[a].run_id.cmp(&rows[b].run_id);
            if key.descending { rising.reverse() } else { rising }
        };
        let by_keys = keys.iter().map(by_key).find(|order| order.is_ne());
        let newest = || rows[b].start_millis.cmp(&rows[a].start_millis).then(rows[a].run_id.cmp(&rows[b].run_id));
        by_keys.unwrap_or_else(newest)
    });
    Ok(places)
}

fn passing<E>(
    rows: &[RunRow],
    expr: &Expr<RunAttribute>,
    compile: &impl Fn(&str) -> Result<Matching, E>,
) -> Result<Vec<bool>, E> {
    let joined = |parts: &[Expr<RunAttribute>], all: bool| {
        parts.iter().try_fold(vec![all; rows.len()], |mut so_far, part| {
            let passing = passing(rows, part, compile)?;
            so_far.iter_mut().zip(passing).for_each(|(so_far, passes)| {
                *so_far = if all { *so_far && passes } else { *so_far || passes };
            });
            Ok(so_far)
        })
    };
    match expr {
        Expr::Compare(comparison) => compared(rows, comparison, compile),
        Expr::All(parts) => joined(parts, true),
        Expr::Any(parts) => joined(parts, false),
        Expr::Not(inner) => Ok(passing(rows, inner, compile)?.into_iter().map(|passes| !passes).collect()),
    }
}

fn compared<E>(
    rows: &[RunRow],
    Comparison { field, test }: &Comparison<RunAttribute>,
    compile: &impl Fn(&str) -> Result<Matching, E>,
) -> Result<Vec<bool>, E> {
    let each = |passes: &dyn Fn(&RunRow) -> bool| rows.iter().map(passes).collect();
    let whole = |n: Option<i64>| n.is_some_and(|n| test.passes_whole(n));
    let texts = TextTest::new(test, compile)?;
    let raw = |text: &str| texts.passes(text, number_of_text(text));
    let missing = *test == Test::Present(false);
    let there = |row: &RunRow, column: &Column| column.cell(row) != Cell::Missing;
    if let (Some(column), Test::Present(wanted)) = (Column::of_field(field), test) {
        return Ok(each(&|row| there(row, &column) == *wanted));
    }
    Ok(match field {
        Field::Attribute(RunAttribute::StartTime) => each(&|row| whole(Some(row.start_millis))),
        Field::Attribute(RunAttribute::EndTime) => each(&|row| whole(row.end_millis)),
        Field::Attribute(RunAttribute::Duration) => {
            each(&|row| whole(row.end_millis.map(|end| end.saturating_sub(row.start_millis))))
        }
        Field::Attribute(RunAttribute::RunId) => each(&|row| texts.passes(&row.run_id.to_string(), None)),
        Field::Attribute(RunAttribute::RunName) => each(&|row| texts.passes(&row.name, None)),
        Field::Attribute(RunAttribute::UserId) => each(&|row| !row.user.is_empty() && texts.passes(&row.user, None)),
        Field::Attribute(RunAttribute::Status) => each(&|row| texts.passes(row.status.name(), None)),
        Field::Attribute(RunAttribute::ArtifactUri) => each(&|_| missing),
        Field::Dataset(_) => each(&|_| false),
        Field::Param(name) => each(&|row| row.params.get(name).is_some_and(|text| raw(text))),
        Field::Tag(name) => each(&|row| row.tags.get(name).is_some_and(|text| raw(text))),
        Field::Metric(_) | Field::Summary(..) => {
            let (Some(column), Test::Number(ordering, y)) = (Column::of_field(field), test) else {
                return Ok(each(&|_| false));
            };
            each(&|row| matches!(column.cell(row), Cell::Number(x) if ordering.passes(x, *y)))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        query::{parse_query, parse_sort},
        run::{LatestMetric, RunId, RunStatus},
        series::JsonNumber,
    };

    /// The one regular expression that is asked for here.
    fn compile(pattern: &str) -> Result<Matching, String> {
        match pattern {
            "[12]$" => Ok(Box::new(|text| text.ends_with(['1', '2']))),
            other => Err(other.to_owned()),
        }
    }

    fn row(n: u32, loss: f64, params: &[(&str, &str)]) -> RunRow {
        let latest = LatestMetric { value: JsonNumber(loss), step: 1, time_millis: 0 };
        RunRow {
            run_id: RunId(u128::from(n)),
            experiment_id: "1".into(),
            name: format!("run {n}"),
            status: RunStatus::Finished,
            start_millis: i64::from(n),
            end_millis: Some(100),
            params: params.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect(),
            metrics: [("loss".to_owned(), latest)].into(),
            summaries: [("metrics@min.loss".parse().expect("a column"), JsonNumber(loss / 2.0))].into(),
            ..RunRow::default()
        }
    }

    #[test]
    fn rows_are_found_and_ordered_as_runs_are() {
        let rows = [
            row(1, 0.5, &[("lr", "0.1"), ("opt", "adam")]),
            row(2, f64::NAN, &[("lr", "1e-3")]),
            row(3, 0.25, &[("opt", "sgd")]),
        ];
        for (filter, order, expected) in [
            ("", "", &[0, 1, 2][..]),
            ("metrics.loss < 1", "", &[0, 2]),
            ("metrics@min.loss < 0.2", "", &[2]),
            ("params.lr = '0.1' OR params.opt = 'sgd'", "", &[0, 2]),
            ("NOT params.opt LIKE 'a%'", "", &[1, 2]),
            ("attributes.run_name ~ '[12]$'", "", &[0, 1]),
            ("attributes.status = 'FINISHED' AND attributes.start_time >= 2", "", &[1, 2]),
            ("params.never IS NULL", "metrics.loss ASC", &[2, 0, 1]),
            ("dataset.name = 'x'", "", &[]),
            ("", "params.lr DESC", &[0, 1, 2]),
            ("", "attributes.start_time DESC", &[2, 1, 0]),
            ("", "params.never", &[2, 1, 0]),
            ("", "attributes.run_id DESC", &[2, 1, 0]),
            ("params.lr < 0.05", "", &[1]),
            ("params.opt IS NOT NULL AND NOT metrics.loss > 0.3", "", &[2]),
            ("metrics.loss != 0.5", "", &[1, 2]),
            ("attributes.duration > 97", "", &[0, 1]),
        ] {
            let (query, keys) = (parse_query(filter).expect(filter), parse_sort(order).expect(order));
            let found = places(&rows, &query, &keys, &compile);
            assert_eq!(found.expect(filter), expected, "{filter} {order}");
        }
        let wrong = parse_query("params.opt ~ 'x'").expect("a query");
        assert_eq!(places(&rows, &wrong, &[], &compile), Err("x".to_owned()));
    }
}
