//! Random expressions, found by the database and by the same thing said in Rust.

use super::*;
use data::column::Column;
use data::query::{Comparison, Expr, Field, Ordering as Side, RunAttribute, Test};
use data::summary::Summary;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

/// Whether `row` passes `expr`: two values, never a third.
pub(in crate::store) fn passes(expr: &Expr<RunAttribute>, row: &RunRow) -> bool {
    match expr {
        Expr::All(parts) => parts.iter().all(|part| passes(part, row)),
        Expr::Any(parts) => parts.iter().any(|part| passes(part, row)),
        Expr::Not(inner) => !passes(inner, row),
        Expr::Compare(comparison) => compares(comparison, row),
    }
}

fn compares(Comparison { field, test }: &Comparison<RunAttribute>, row: &RunRow) -> bool {
    let (mut number, mut own) = (None, None);
    match field {
        Field::Metric(name) => number = metric(row, name),
        Field::Summary(name, summary) => {
            number = row.summaries.get(&Column::Summary(name.clone(), *summary)).map(|value| value.0);
        }
        Field::Param(name) => own = text(&row.params, name),
        Field::Tag(name) => own = text(&row.tags, name),
        Field::Attribute(RunAttribute::RunName) => own = Some(row.name.as_str()),
        Field::Attribute(RunAttribute::StartTime) => number = Some(row.start_millis as f64),
        Field::Attribute(RunAttribute::Duration) => {
            number = row.end_millis.map(|end| (end - row.start_millis) as f64);
        }
        Field::Attribute(_) | Field::Dataset(_) => unreachable!("no such field is drawn"),
    }
    match test {
        Test::Number(side, y) => {
            number.or_else(|| own.and_then(data::series::number_of_text)).is_some_and(|x| lies(*side, x, *y))
        }
        Test::Whole(side, n) => number.is_some_and(|x| lies(*side, x, *n as f64)),
        Test::Present(present) => (number.is_some() || own.is_some()) == *present,
        Test::Text(equal, wanted) => own.is_some_and(|text| (text == wanted) == *equal),
        Test::In(wanted, texts) => own.is_some_and(|text| texts.iter().any(|t| t == text) == *wanted),
        Test::Matches(pattern) => own.is_some_and(|text| ::regex::Regex::new(pattern).unwrap().is_match(text)),
        Test::Like { .. } => unreachable!("no such test is drawn"),
    }
}

/// The summaries of metrics that expressions ask for.
pub(in crate::store) const SUMMARIES: [Summary; 6] =
    [Summary::Min, Summary::Max, Summary::Best, Summary::Mean, Summary::Step(-2), Summary::Step(0)];

fn lies(side: Side, x: f64, y: f64) -> bool {
    match side {
        Side::Equal => x == y,
        Side::NotEqual => x != y,
        Side::Less => x < y,
        Side::LessOrEqual => x <= y,
        Side::Greater => x > y,
        Side::GreaterOrEqual => x >= y,
    }
}

/// Expressions over the runs of [`filled`]; `own` for those that only columns in memory answer.
pub(in crate::store) fn expr(own: bool) -> impl Strategy<Value = Expr<RunAttribute>> {
    let text = || {
        let words = || prop::sample::select(vec!["0.1", "0.01", "1e-3", "32", "Run3", "50% of 1", "", "nobody"]);
        prop_oneof![
            (any::<bool>(), words()).prop_map(|(equal, word)| Test::Text(equal, word.into())),
            (any::<bool>(), prop::collection::vec(words(), 1..3))
                .prop_map(|(wanted, words)| Test::In(wanted, words.into_iter().map(str::to_owned).collect())),
            prop::sample::select(vec!["^0", "1$", "", "un[12]", "(?i)RUN", "of [01]"])
                .prop_map(|pattern| Test::Matches(pattern.into())),
        ]
    };
    let keyed = prop_oneof![text(), any::<bool>().prop_map(Test::Present)];
    let side = || prop::sample::select(Side::ALL.to_vec());
    let param = prop::sample::select(vec!["lr", "batch size", "nobody"]);
    let param_number = prop::sample::select(vec![0.1, 0.01, 0.001, 32.0]);
    let of_param = match own {
        true => {
            prop_oneof![2 => keyed.clone(), 1 => (side(), param_number).prop_map(|(side, y)| Test::Number(side, y))]
                .boxed()
        }
        false => keyed.clone().boxed(),
    };
    let name = prop::sample::select(vec!["acc", "val/loss", "nobody"]);
    let value = prop::sample::select(vec![0.0, 0.3, 0.5, -30.0, -7.0]);
    let number = prop_oneof![
        4 => (side(), value).prop_map(|(side, y)| Test::Number(side, y)),
        1 => any::<bool>().prop_map(Test::Present),
    ];
    let metric = (name, prop::option::of(prop::sample::select(SUMMARIES.to_vec()))).prop_map(move |(name, summary)| {
        summary.filter(|_| own).map_or(Field::Metric(name.into()), |summary| Field::Summary(name.into(), summary))
    });
    let whole = prop::sample::select(vec![RunAttribute::StartTime, RunAttribute::Duration]);
    let comparison = prop_oneof![
        (param, of_param).prop_map(|(key, test)| (Field::Param(key.into()), test)),
        keyed.prop_map(|test| (Field::Tag("note".into()), test)),
        (metric, number),
        text().prop_map(|test| (Field::Attribute(RunAttribute::RunName), test)),
        (whole, side(), 0..40i64).prop_map(|(of, side, n)| (Field::Attribute(of), Test::Whole(side, n))),
    ];
    let comparison = comparison.prop_map(|(field, test)| Expr::Compare(Comparison { field, test }));
    comparison.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Expr::All),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Expr::Any),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

#[tokio::test]
async fn random_expressions_find_what_they_mean() {
    let (_dir, store) = filled().await;
    store
        .read(|db| {
            let query = |filter, order: &[&str]| RunQuery {
                eids: vec![1],
                filter,
                order: order.iter().map(|key| parse_order(key).unwrap()).collect(),
                view: View::All,
                offset: 0,
                limit: 1_000,
            };
            let all = rows::stored_runs(db, &search_runs(db, &query(Expr::All(vec![]), &[]))?)?;
            let mut runner = TestRunner::deterministic();
            let mut found_some = 0;
            for _ in 0..400 {
                let filter = expr(false).new_tree(&mut runner).unwrap().current();
                let mut expected: Vec<i64> = all.iter().filter(|r| passes(&filter, &r.row)).map(|r| r.rid).collect();
                expected.sort_unstable();
                found_some += usize::from(!expected.is_empty() && expected.len() < all.len());
                for order in [&[][..], &["metrics.acc DESC"], &["params.`batch size`"]] {
                    let query = query(filter.clone(), order);
                    assert_eq!(count_runs(db, &query)?, expected.len() as u64, "{filter}");
                    for few in [0, 1_000] {
                        let mut found = search_with(db, &query, few)?;
                        found.sort_unstable();
                        assert_eq!(found, expected, "{filter}, by {order:?}, few = {few}");
                    }
                }
            }
            assert!(found_some > 100, "only {found_some} of the expressions tell runs apart");
            Ok(())
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn large_expressions_are_answered_and_a_large_pattern_refused() {
    let (_dir, store) = filled().await;
    let deep = format!("{}params.lr = '0.1'{}", "NOT (".repeat(10), ")".repeat(10));
    let wide = vec!["params.nobody = '1'"; 199].join(" OR ") + " OR params.lr = '0.1'";
    let mixed =
        format!("{}params.lr = '0.1'{}", "(params.lr != '1' AND (params.lr != '2' OR ".repeat(10), "))".repeat(10));
    for (name, text) in [("deep", &deep), ("wide", &wide), ("mixed", &mixed)] {
        let query = RunQuery {
            eids: vec![1],
            filter: parse_query(text).unwrap(),
            order: vec![],
            view: View::All,
            offset: 0,
            limit: 1_000,
        };
        let found = store.read(move |db| count_runs(db, &query)).await.unwrap();
        assert_eq!(found, if name == "mixed" { 60 } else { 20 }, "{name}");
    }
    let query = RunQuery {
        eids: vec![1],
        filter: parse_query("NOT params.lr ~ '(a{1000}){1000}'").unwrap(),
        order: vec![],
        view: View::All,
        offset: 0,
        limit: 1,
    };
    let refused = store.read(move |db| search_runs(db, &query)).await;
    assert!(matches!(refused, Err(StoreError::Invalid(_))), "{refused:?}");
}
