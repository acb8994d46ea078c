use super::{order as group_order, *};
use crate::{
    query::parse_sort,
    run::{LatestMetric, RunId, RunStatus},
};

fn row(n: u128, params: &[(&str, &str)], metrics: &[(&str, f64)]) -> RunRow {
    let latest = |value| LatestMetric { value: JsonNumber(value), step: 1, time_millis: 0 };
    RunRow {
        run_id: RunId(n),
        experiment_id: "1".into(),
        name: "7".into(),
        status: RunStatus::Finished,
        params: params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        metrics: metrics.iter().map(|(name, value)| ((*name).to_owned(), latest(*value))).collect(),
        ..RunRow::default()
    }
}

fn columns(texts: &[&str]) -> Vec<Column> {
    texts.iter().map(|text| text.parse().expect(text)).collect()
}

/// Computed with numpy 2.4.6: `a.mean()`, `a.std(ddof=1)`, `a.min()`, `a.max()`.
#[test]
fn a_spread_is_what_numpy_says() {
    for (values, mean, std, min, max) in [
        (&[1., 2., 3., 4.][..], 2.5, 1.2909944487358056, 1., 4.),
        (&[1e9 + 1., 1e9 + 2., 1e9 + 4.], 1000000002.3333334, 1.5275252316519474, 1e9 + 1., 1e9 + 4.),
        (&[0.1], 0.1, f64::NAN, 0.1, 0.1),
        (&[3., 3., 3.], 3., 0., 3., 3.),
        (&[-1.5, 2.25, 1e-3, 7.], 1.93775, 3.7100314801000454, -1.5, 7.),
        (&[], f64::NAN, f64::NAN, f64::NAN, f64::NAN),
    ] {
        let mut tally = Tally::default();
        values.iter().for_each(|&y| tally.add(Some(y)));
        [Some(f64::NAN), Some(f64::INFINITY), None].into_iter().for_each(|odd| tally.add(odd));
        let spread = tally.spread();
        assert_eq!((spread.n, spread.non_finite), (values.len() as u64, 2), "{values:?}");
        for (name, got, expected) in
            [("mean", spread.mean, mean), ("std", spread.std, std), ("min", spread.min, min), ("max", spread.max, max)]
        {
            let near = (got.0 - expected).abs() <= 1e-12 * expected.abs() || (got.0.is_nan() && expected.is_nan());
            assert!(near, "{name} of {values:?}: {} instead of {expected}", got.0);
        }
    }
}

#[test]
fn rows_fall_into_groups_and_what_is_missing_is_one() {
    let rows = [
        row(0, &[("lr", "0.1"), ("opt", "adam")], &[("acc", 0.5)]),
        row(1, &[("lr", "0.1"), ("opt", "adam")], &[("acc", 0.7)]),
        row(2, &[("lr", "1e-1"), ("opt", "adam")], &[("acc", f64::NAN)]),
        row(3, &[("opt", "sgd")], &[("acc", 0.9)]),
        row(4, &[("lr", "0.01")], &[]),
        row(5, &[("opt", "sgd"), ("seed", "1")], &[]),
    ];
    let shown = |by: &[&str], order: &str| {
        let (by, told) = (columns(by), columns(&["metrics.acc", "params.opt"]));
        let mut groups = grouped(&rows, &by, &told);
        let order_keys = GroupOrder::of(&parse_sort(order).expect(order), &by, &told);
        groups.sort_by(|a, b| group_order(&a.group, &b.group, &order_keys));
        let text = |g: &GroupedRows| {
            let key: Vec<_> = g.group.key.iter().map(|value| serde_json::to_string(value).unwrap()).collect();
            format!("{} {:?} n={}", key.join(","), g.places, g.group.spreads[0].n)
        };
        groups.iter().map(text).collect::<Vec<_>>()
    };
    for (name, by, order, expected) in [
        (
            "by number, what writes it otherwise apart, nothing last",
            &["params.lr"][..],
            "",
            &[r#""0.01" [4] n=0"#, r#""0.1" [0, 1] n=2"#, r#""1e-1" [2] n=0"#, "null [3, 5] n=1"][..],
        ),
        (
            "turned round, nothing still last",
            &["params.lr"],
            "params.lr DESC",
            &[r#""0.1" [0, 1] n=2"#, r#""1e-1" [2] n=0"#, r#""0.01" [4] n=0"#, "null [3, 5] n=1"],
        ),
        (
            "by a mean, those without last",
            &["params.lr"],
            "metrics.acc DESC",
            &["null [3, 5] n=1", r#""0.1" [0, 1] n=2"#, r#""0.01" [4] n=0"#, r#""1e-1" [2] n=0"#],
        ),
        (
            "by two",
            &["params.opt", "params.seed"],
            "",
            &[r#""adam",null [0, 1, 2] n=2"#, r#""sgd","1" [5] n=0"#, r#""sgd",null [3] n=1"#, "null,null [4] n=0"],
        ),
        ("a name is a text", &["attributes.run_name"], "", &[r#""7" [0, 1, 2, 3, 4, 5] n=3"#]),
        (
            "NaN is one group, before nothing",
            &["metrics.acc"],
            "metrics.acc DESC",
            &["0.9 [3] n=1", "0.7 [1] n=1", "0.5 [0] n=1", r#"{"number":"NaN"} [2] n=0"#, "null [4, 5] n=0"],
        ),
    ] {
        assert_eq!(shown(by, order), expected, "{name}");
    }
    let groups = grouped(&rows, &columns(&["params.lr"]), &columns(&["params.opt", "metrics.acc"]));
    let shared: Vec<_> = groups.iter().map(|g| g.group.spreads[0].shared.clone()).collect();
    let text = |text: &str| Some(GroupValue::Text(text.into()));
    assert_eq!(shared, [None, text("adam"), text("adam"), text("sgd")]);
    assert_eq!(groups[2].group.spreads[1].shared, Some(GroupValue::Number(f64::NAN)));
}

#[test]
fn values_come_back_from_json() {
    for (value, json) in [
        (GroupValue::Missing, "null"),
        (GroupValue::Text("NaN".into()), r#""NaN""#),
        (GroupValue::Number(0.5), "0.5"),
        (GroupValue::Number(f64::NAN), r#"{"number":"NaN"}"#),
        (GroupValue::Number(f64::NEG_INFINITY), r#"{"number":"-Infinity"}"#),
    ] {
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
        assert_eq!(serde_json::from_str::<GroupValue>(json).unwrap(), value, "{json}");
    }
    assert!(serde_json::from_str::<GroupValue>("[1]").is_err());
    let group =
        grouped(&[row(0, &[], &[("a", 1.)])], &columns(&["params.x"]), &columns(&["metrics.a"])).remove(0).group;
    let json = serde_json::to_string(&group).unwrap();
    let expected = r#"{"key":[null],"runs":1,"spreads":[{"n":1,"mean":1.0,"min":1.0,"max":1.0,"shared":1.0}]}"#;
    assert_eq!(json, expected);
    let back: RunGroup = serde_json::from_str(&json).unwrap();
    assert!(back.spreads[0].std.0.is_nan() && back.key == group.key);
}
