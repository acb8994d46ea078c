//! Run sets of rows that are there already, such as those that a share link shows: found and put in order as those of an
//! experiment are, by nothing but what the rows say.

use super::{
    Found, Lookup, filter, order,
    table::{Key, Picture, Run},
};
use crate::store::StoreError;
use data::{
    column::{Attribute, Cell, Column},
    query::{Expr, Field, OrderKey, RunAttribute},
    run::RunRow,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// The places of those of `rows` that pass `filter`; in `order`, or in that of the rows if it has no keys. What a row
/// does not say is missing, as are datasets.
///
/// Refuses a regular expression that is too large.
pub fn places(
    rows: &[RunRow],
    filter: &Expr<RunAttribute>,
    order: &[OrderKey<RunAttribute>],
) -> Result<Vec<usize>, StoreError> {
    let comparisons = filter.comparisons();
    let fields = comparisons.iter().map(|comparison| &comparison.field).chain(order.iter().map(|key| &key.field));
    let (picture, lookup) = picture(rows, fields);
    let passing = filter::passing(None, &picture, &lookup, filter)?;
    let passing = passing.into_iter().enumerate().filter(|(_, passes)| *passes).map(|(row, _)| (0, row as u32));
    let found = Found { pictures: vec![picture], places: passing.collect() };
    let places = match order {
        [] => found.places,
        keys => order::window(&found, &lookup, keys, (0, usize::MAX)),
    };
    Ok(places.into_iter().map(|(_, row)| row as usize).collect())
}

/// `rows` as a table with the columns of `fields`.
fn picture<'a>(rows: &[RunRow], fields: impl Iterator<Item = &'a Field<RunAttribute>>) -> (Picture, Lookup) {
    let mut lookup = Lookup { kids: HashMap::new() };
    let mut columns = BTreeMap::new();
    for field in fields {
        let Some(column) = column_of(field) else { continue };
        if let Field::Metric(name) | Field::Summary(name, _) | Field::Param(name) | Field::Tag(name) = field {
            let next = lookup.kids.len() as i64;
            lookup.kids.entry(name.clone()).or_insert(next);
        }
        let Some(key) = lookup.key(field) else { continue };
        columns.entry(key).or_insert_with(|| Arc::new(values(rows, key, &column)));
    }
    let run = |(rid, row): (i64, &RunRow)| Run {
        rid,
        id: row.run_id,
        start_millis: row.start_millis,
        end_millis: row.end_millis,
        deleted: row.deleted,
        gone: false,
    };
    (Picture { eid: 0, runs: Arc::new((0..).zip(rows).map(run).collect()), columns }, lookup)
}

fn values(rows: &[RunRow], key: Key, column: &Column) -> super::values::Values {
    let mut values = key.empty();
    values.grow(rows.len());
    for (at, row) in rows.iter().enumerate() {
        let text = match column {
            Column::Param(name) => row.params.get(name),
            Column::Tag(name) => row.tags.get(name),
            Column::Attribute(Attribute::Name) => Some(&row.name),
            Column::Attribute(_) | Column::Metric(_) | Column::Summary(..) => None,
        };
        match (text, column.cell(row)) {
            (Some(text), _) => values.set_text(at, text),
            (None, Cell::Text(text)) => values.set_text(at, text),
            (None, Cell::Number(y)) => values.set_number(at, y),
            (None, Cell::Missing) => {}
        }
    }
    values
}

/// The column of a row in which a field lies; `None` for one that rows do not have.
pub fn column_of(field: &Field<RunAttribute>) -> Option<Column> {
    Some(match field {
        Field::Metric(name) => Column::Metric(name.clone()),
        Field::Summary(name, summary) => Column::Summary(name.clone(), *summary),
        Field::Param(name) => Column::Param(name.clone()),
        Field::Tag(name) => Column::Tag(name.clone()),
        Field::Attribute(attribute) => Column::Attribute(match attribute {
            RunAttribute::RunName => Attribute::Name,
            RunAttribute::Status => Attribute::Status,
            RunAttribute::UserId => Attribute::User,
            RunAttribute::StartTime => Attribute::Start,
            RunAttribute::EndTime => Attribute::End,
            RunAttribute::Duration => Attribute::Duration,
            RunAttribute::RunId | RunAttribute::ArtifactUri => return None,
        }),
        Field::Dataset(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{
        query::{parse_query, parse_sort},
        run::{LatestMetric, RunId, RunStatus},
        series::JsonNumber,
    };

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
        ] {
            let found = places(&rows, &parse_query(filter).expect(filter), &parse_sort(order).expect(order));
            assert_eq!(found.expect(filter), expected, "{filter} {order}");
        }
    }
}
