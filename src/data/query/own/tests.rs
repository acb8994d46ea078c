use super::super::*;
use proptest::prelude::*;

#[test]
fn a_query_is_read_as_it_is_meant() {
    for (name, text, written) in [
        (
            "AND binds closer than OR",
            "user='a' OR user='b' AND user='c'",
            "user_id = 'a' OR (user_id = 'b' AND user_id = 'c')",
        ),
        (
            "parentheses first",
            "(user='a' or user='b') and user='c'",
            "(user_id = 'a' OR user_id = 'b') AND user_id = 'c'",
        ),
        ("NOT binds closest", "NOT user='a' AND user='b'", "NOT user_id = 'a' AND user_id = 'b'"),
        ("NOT of a group", "not (user='a' OR user='b')", "NOT (user_id = 'a' OR user_id = 'b')"),
        ("needless parentheses go", "((user='a'))", "user_id = 'a'"),
        ("a list is no group", "NOT run_id NOT IN ('a')", "NOT run_id NOT IN ('a')"),
        ("a regular expression", "params.lr ~ '^0\\.'", "params.lr RLIKE '^0\\.'"),
        ("its long name", "run_name rlike 'a|b'", "run_name RLIKE 'a|b'"),
        ("a list of any texts", "params.lr IN ('a', 'it''s')", "params.lr IN ('a', 'it''s')"),
        ("a missing metric", "metrics.`val/loss` IS NULL", "metrics.`val/loss` IS NULL"),
        ("a duration", "duration >= 60000", "duration >= 1m"),
        ("a duration with a unit", "duration < 1.5h", "duration < 90m"),
        ("a duration in quotes", "duration < '45s'", "duration < 45s"),
        ("a date", "start_time >= '2026-01-31T14:00'", "start_time >= '2026-01-31 14:00'"),
        ("milliseconds", "start_time >= 1769868000123", "start_time >= 1769868000123"),
        ("a param as a number", "params.lr<=1e-3", "params.lr <= 0.001"),
        ("a number in quotes, on a side of it", "params.lr > '0.01'", "params.lr > 0.01"),
        ("a number without quotes", "params.lr = 0.01", "params.lr = 0.01"),
        ("just this text", "params.lr = '0.01'", "params.lr = '0.01'"),
        ("a tag as a number", "tags.fold != 3", "tags.fold != 3"),
        ("the least of a metric", "metrics@min.`val/loss`<1", "metrics@min.`val/loss` < 1"),
        ("the value at a step", "metric@step:-5.loss IS NULL", "metrics@step:-5.loss IS NULL"),
        ("a name with @ in it", "metrics.`mAP@0.5` > 0", "metrics.`mAP@0.5` > 0"),
        ("all", " ", ""),
    ] {
        assert_eq!(parse_query(text).map(|expr| expr.to_string()), Ok(written.to_owned()), "{name}");
    }
}

#[test]
fn what_cannot_be_read_says_where() {
    for (text, at) in [
        ("user = 'a' OR", 14),
        ("(user = 'a'", 12),
        ("user = 'a')", 11),
        ("()", 2),
        ("NOT", 4),
        ("user = 'a' user = 'b'", 12),
        ("params.a ~ '('", 13),
        ("params.a ~ 'it''s ['", 19),
        ("params.ä ~ 'ä{2,1}'", 14),
        ("params.a ~ '\\p{Nobody}'", 13),
        ("params.a ~ 1", 12),
        ("metrics.a ~ 'a'", 11),
        ("start_time ~ 'a'", 12),
        ("duration > '1 hour'", 12),
        ("duration > '2026-01-31'", 12),
        ("start_time > 5m", 14),
        ("start_time > 'soon'", 14),
        ("params.a < 'b'", 12),
        ("params.a <", 11),
        ("metrics.a < 5m", 13),
        ("metrics@median.a < 1", 1),
        ("metrics@.a < 1", 1),
        ("metrics@min < 1", 1),
        ("params@min.a = 'a'", 1),
    ] {
        let error = parse_query(text).expect_err(text);
        assert_eq!(error.at, at, "{error}");
    }
}

#[test]
fn mlflow_endpoints_still_refuse_what_only_we_read() {
    for text in [
        "user_id = 'a' OR user_id = 'b'",
        "NOT user_id = 'a'",
        "(user_id = 'a')",
        "params.a ~ 'a'",
        "params.a RLIKE 'a'",
        "params.a IN ('a')",
        "metrics.a IS NULL",
        "datasets.name IS NOT NULL",
        "duration > 1",
        "start_time > '2026-01-31'",
        "params.a < 1",
        "params.a = 1",
        "metrics@min.a < 1",
        "user = 'a'",
    ] {
        assert!(parse_query(text).is_ok(), "{text}");
        assert!(parse_filter::<RunAttribute>(text).is_err(), "{text}");
    }
}

#[test]
fn an_order_has_many_keys() {
    for (text, written) in [
        ("", &[][..]),
        ("metrics.loss", &["metrics.loss ASC"]),
        ("metrics.`a,b` desc, duration, user DESC", &["metrics.`a,b` DESC", "duration ASC", "user_id DESC"]),
        ("metrics@best.acc DESC,run_id", &["metrics@best.acc DESC", "run_id ASC"]),
    ] {
        let keys = parse_sort(text).map(|keys| keys.iter().map(OrderKey::to_string).collect::<Vec<_>>());
        assert_eq!(keys, Ok(written.iter().map(|key| (*key).to_owned()).collect()), "{text}");
    }
    for (text, at) in
        [(",", 1), ("metrics.a,", 10), ("metrics.a metrics.b", 11), ("datasets.name", 1), ("status UP", 8)]
    {
        assert_eq!(parse_sort(text).expect_err(text).at, at, "{text}");
    }
    assert!(parse_sort(&vec!["status"; 33].join(",")).is_err());
}

#[test]
fn the_best_is_the_least_or_the_greatest() {
    let chosen = BTreeMap::from([("gain".to_owned(), Direction::Higher)]);
    for (text, resolved) in [
        ("metrics@best.loss<1 OR NOT metrics@best.gain > 2", "metrics@min.loss < 1 OR NOT metrics@max.gain > 2"),
        ("metrics@min.loss<1", "metrics@min.loss<1"),
        ("metrics@best.", "metrics@best."),
    ] {
        assert_eq!(resolved_best(text, &chosen), resolved);
    }
}

#[test]
fn hostile_queries_are_refused_quickly() {
    let deep = |n: usize| format!("{}user='a'{}", "(".repeat(n), ")".repeat(n));
    assert!(parse_query(&deep(20)).is_ok());
    for (name, text) in [
        ("one level too deep", deep(21)),
        ("a megabyte of parentheses", "(".repeat(1 << 20)),
        ("a megabyte of NOTs", "NOT ".repeat(1 << 18)),
        ("too many comparisons", vec!["user='a'"; 201].join(" OR ")),
        ("a long pattern", format!("user ~ '{}'", "a".repeat(1_001))),
        ("a deep pattern", format!("user ~ '{}{}'", "(".repeat(51), ")".repeat(51))),
    ] {
        let started = std::time::Instant::now();
        let error = parse_query(&text).expect_err(name).to_string();
        assert!(error.len() < 2_000, "{name}: an error of {} bytes", error.len());
        assert!(started.elapsed().as_secs() < 5, "{name}");
    }
}

#[test]
fn a_form_shows_what_it_can() {
    for (name, text, shown) in [
        ("rows", "user_id = 'a' AND metrics.a < 0.5", true),
        ("any of them", "user_id = 'a' OR NOT user_id = 'b'", true),
        ("a group", "user_id = 'a' AND (params.a = '1' OR params.b IS NULL)", true),
        ("a list", "params.a IN ('a', 'b')", true),
        ("a param's number, and just this text", "params.a = 0.5 AND params.a != '0.5' AND params.a < 1", true),
        ("a duration and a date", "duration > 90s AND end_time <= '2026-01-31 14:00:05'", true),
        ("a text with a comma in a list", "params.a IN ('a,b')", false),
        ("an empty text", "params.a = ''", false),
        ("a group in a group", "user_id = 'a' OR (user_id = 'b' AND (user_id = 'c' OR user_id = 'd'))", true),
        ("not a group", "NOT (user_id = 'a' OR user_id = 'b')", true),
        (
            "not a group in one that is not",
            "user_id = 'a' AND NOT (user_id = 'b' OR NOT (user_id = 'c' AND user_id = 'd'))",
            true,
        ),
        ("not not", "NOT NOT user_id = 'a'", true),
        ("nonsense", "user_id =", false),
    ] {
        let form = Form::of_text(text);
        assert_eq!(form.is_some(), shown, "{name}");
        if let Some(form) = form {
            assert_eq!(form.text(), text, "{name}");
        }
    }
    let mut form = Form::of_text("user_id = 'a'").unwrap();
    form.parts.push(Part::One(Condition::new(Field::Param("lr".into()))));
    assert_eq!(form.text(), "user_id = 'a'", "a row in the making says nothing");
    let empty = Form { not: true, parts: vec![Part::Group(Form::default())], ..Form::default() };
    assert_eq!(empty.text(), "", "a group without a row says nothing");
}

#[test]
fn parts_of_a_form_are_found_changed_and_taken_away() {
    let text = "user_id = 'a' OR (user_id = 'b' AND (user_id = 'c' OR user_id = 'd'))";
    let mut form = Form::of_text(text).unwrap();
    for (path, found) in [
        (&[0][..], Some("a")),
        (&[1, 1, 0], Some("c")),
        (&[1], None),
        (&[1, 1], None),
        (&[0, 0], None),
        (&[1, 1, 2], None),
        (&[], None),
    ] {
        assert_eq!(form.row(path).map(|row| row.value.as_str()), found, "{path:?}");
    }
    assert!(form.group(&[1, 1]).is_some_and(|group| group.any) && form.group(&[0]).is_none());
    form.row_mut(&[1, 1, 1]).unwrap().value = "e".into();
    form.group_mut(&[1, 1]).unwrap().not = true;
    assert_eq!(form.text(), "user_id = 'a' OR (user_id = 'b' AND NOT (user_id = 'c' OR user_id = 'e'))");
    form.remove(&[1, 0]);
    assert_eq!(form.text(), "user_id = 'a' OR NOT (user_id = 'c' OR user_id = 'e')");
    form.remove(&[1, 0, 0]);
    form.remove(&[7]);
    assert_eq!(form.text(), "user_id = 'a' OR NOT user_id = 'e'");
    form.remove(&[1, 0, 0]);
    assert_eq!(form.text(), "user_id = 'a'", "a group goes with its last row, and so does the one around it");
    assert_eq!(form.parts.len(), 1);
}

fn comparison() -> impl Strategy<Value = Expr<RunAttribute>> {
    let key = "[a-z`é /.]{1,6}";
    let text = prop_oneof![
        (any::<bool>(), "[a',% é]{0,5}").prop_map(|(equal, text)| Test::Text(equal, text)),
        "[a'%_]{0,4}".prop_map(|pattern| Test::Like { pattern, ignore_case: true }),
        "[a'|]{0,4}".prop_map(Test::Matches),
        (any::<bool>(), prop::collection::vec("[a', ]{0,3}", 1..3)).prop_map(|(is_in, texts)| Test::In(is_in, texts)),
        any::<bool>().prop_map(Test::Present),
    ];
    let ordering = prop::sample::select(Ordering::ALL.to_vec());
    let summary = prop_oneof![
        prop::sample::select(vec![Summary::Min, Summary::Max, Summary::Best, Summary::Mean]),
        any::<i64>().prop_map(Summary::Step),
    ];
    let whole = prop::sample::select(vec![RunAttribute::Duration, RunAttribute::StartTime]);
    let value = any::<f64>().prop_filter("finite", |value| value.is_finite());
    prop_oneof![
        (key, text).prop_map(|(key, test)| Comparison { field: Field::Param(key), test }),
        (key, ordering.clone(), value.clone())
            .prop_map(|(key, ordering, y)| Comparison { field: Field::Metric(key), test: Test::Number(ordering, y) }),
        (key, summary, any::<bool>()).prop_map(|(key, summary, present)| Comparison {
            field: Field::Summary(key, summary),
            test: Test::Present(present),
        }),
        (key, ordering.clone(), value.clone())
            .prop_map(|(key, ordering, y)| Comparison { field: Field::Param(key), test: Test::Number(ordering, y) }),
        (key, value).prop_map(|(key, y)| Comparison { field: Field::Tag(key), test: Test::Text(true, y.to_string()) }),
        (whole, ordering, prop_oneof![any::<i64>(), (0..5_000_000i64).prop_map(|n| n * 1_000)]).prop_map(
            |(field, ordering, n)| Comparison { field: Field::Attribute(field), test: Test::Whole(ordering, n) }
        ),
    ]
    .prop_map(Expr::Compare)
}

fn expr() -> impl Strategy<Value = Expr<RunAttribute>> {
    comparison().prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::All),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Expr::Any),
            inner.prop_map(|inner| Expr::Not(Box::new(inner))),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_the_same(expr in expr()) {
        prop_assert_eq!(parse_query(&expr.to_string()), Ok(expr));
    }

    #[test]
    fn a_form_that_is_shown_means_its_text(expr in expr()) {
        let text = expr.to_string();
        if let Some(form) = Form::of_text(&text) {
            prop_assert_eq!(parse_query(&form.text()), Ok(expr));
        }
    }

    #[test]
    fn any_text_is_answered_without_a_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "metrics.a", "params.`k`", "'v'", "'['", "=", "<", "IN", "(", ")", ",", "AND", "OR", "NOT", "~", "1", "é",
            ]),
            0..14,
        ),
        text in "\\PC*",
    ) {
        let _ = parse_query(&parts.join(" "));
        let _ = Form::of_text(&text);
    }
}
