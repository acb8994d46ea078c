use super::*;
use proptest::prelude::*;

fn run_filter(text: &str) -> Result<Vec<(Field<RunAttribute>, Test)>, QueryError> {
    let expr = parse_filter::<RunAttribute>(text)?;
    Ok(expr.comparisons().into_iter().map(|c| (c.field.clone(), c.test.clone())).collect())
}

fn text(value: &str) -> Test {
    Test::Text(true, value.to_owned())
}

#[test]
fn a_comparison_is_read_as_it_is_meant() {
    use Ordering::*;
    let metric = |key: &str| Field::Metric(key.to_owned());
    let param = |key: &str| Field::Param(key.to_owned());
    let tag = |key: &str| Field::Tag(key.to_owned());
    let like = |pattern: &str, ignore_case| Test::Like { pattern: pattern.to_owned(), ignore_case };
    let list = |texts: &[&str]| texts.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
    use Field::{Attribute, Dataset};
    for (filter, field, test) in [
        ("metrics.loss < 0.5", metric("loss"), Test::Number(Less, 0.5)),
        ("metric.loss>=.5", metric("loss"), Test::Number(GreaterOrEqual, 0.5)),
        ("metrics.loss <= -5e-1", metric("loss"), Test::Number(LessOrEqual, -0.5)),
        ("metrics.a.b.c != 1", metric("a.b.c"), Test::Number(NotEqual, 1.0)),
        ("metrics.`val/loss` > 1", metric("val/loss"), Test::Number(Greater, 1.0)),
        ("metrics.\"val loss\" = 1", metric("val loss"), Test::Number(Equal, 1.0)),
        ("params.lr = '0.1'", param("lr"), text("0.1")),
        ("param.lr = \"it's\"", param("lr"), text("it's")),
        ("parameters.lr = 'it''s'", param("lr"), text("it's")),
        ("parameter.`größe` = 'ü'", param("größe"), text("ü")),
        ("params.größe = 'ü'", param("größe"), text("ü")),
        ("tags.a.b != 'x'", tag("a.b"), Test::Text(false, "x".into())),
        ("tag.a LIKE 'x%'", tag("a"), like("x%", false)),
        ("tags.a iLiKe '%X_'", tag("a"), like("%X_", true)),
        ("tags.a IS NULL", tag("a"), Test::Present(false)),
        ("params.a is not null", param("a"), Test::Present(true)),
        ("status = 'FINISHED'", Attribute(RunAttribute::Status), text("FINISHED")),
        ("attributes.`Run name` = 'n'", Attribute(RunAttribute::RunName), text("n")),
        ("`run name` = 'n'", Attribute(RunAttribute::RunName), text("n")),
        ("attr.created > 12", Attribute(RunAttribute::StartTime), Test::Whole(Greater, 12)),
        ("run.run_id IN ('a','b')", Attribute(RunAttribute::RunId), Test::In(true, list(&["a", "b"]))),
        ("run_id not in ('a')", Attribute(RunAttribute::RunId), Test::In(false, list(&["a"]))),
        ("datasets.name = 'd'", Dataset(DatasetField::Name), text("d")),
        ("dataset.context IN ('train')", Dataset(DatasetField::Context), Test::In(true, list(&["train"]))),
        ("  metrics.a  =  3  ", metric("a"), Test::Number(Equal, 3.0)),
    ] {
        assert_eq!(run_filter(filter), Ok(vec![(field, test)]), "{filter}");
    }
    assert_eq!(run_filter(" \n"), Ok(vec![]));
    assert_eq!(run_filter("params.a='1' and params.b='2' AND tags.c IS NULL").map(|all| all.len()), Ok(3));
}

#[test]
fn what_cannot_be_meant_is_refused_where_it_is() {
    for (filter, at) in [
        ("params.lr = 0.1", 13),
        ("params.lr < '0.1'", 11),
        ("params.lr IN ('a')", 11),
        ("metrics.loss = '1'", 16),
        ("metrics.loss LIKE 'a'", 14),
        ("metrics.loss IS NULL", 14),
        ("metrics.loss < nan", 16),
        ("metrics.loss < -inf", 16),
        ("metrics.loss < 1e999", 16),
        ("metrics.val/loss < 1", 12),
        ("metrics. loss < 1", 10),
        ("metrics. `loss` < 1", 10),
        ("metrics.`` < 1", 9),
        ("metrics < 1", 1),
        ("status IN ('FINISHED')", 8),
        ("start_time > 1.5", 14),
        ("start_time > '1'", 14),
        ("experiment_id = '1'", 1),
        ("lifecycle_stage = 'active'", 1),
        ("model.a = '1'", 1),
        ("datasets.size = '1'", 1),
        ("params.a = 'x' OR params.b = 'y'", 16),
        ("NOT params.a = 'x'", 1),
        ("(params.a = 'x')", 1),
        ("params.a = 'x', params.b = 'y'", 15),
        ("params.a = 'x';", 15),
        ("params.a = 'x' AND", 19),
        ("AND params.a = 'x'", 1),
        ("params.a = 'x", 12),
        ("params.`a = 'x'", 8),
        ("params.a ! 'x'", 10),
        ("params.a = = 'x'", 12),
        ("run_id IN ()", 12),
        ("run_id IN ('a',)", 16),
        ("run_id IN 'a'", 11),
        ("'a' = params.a", 1),
        ("0.5 < metrics.a", 1),
        ("tags.größe = ü", 14),
        ("params.a = 'x' \0", 16),
    ] {
        let error = run_filter(filter).expect_err(filter);
        assert_eq!(error.at, at, "{error}");
    }
}

#[test]
fn an_order_names_one_field() {
    let run = parse_order::<RunAttribute>;
    for (order, field, descending) in [
        ("metrics.loss", Field::Metric("loss".into()), false),
        ("metrics.`val/loss` desc", Field::Metric("val/loss".into()), true),
        ("params.lr ASC", Field::Param("lr".into()), false),
        ("start_time DESC", Field::Attribute(RunAttribute::StartTime), true),
        ("attribute.Created", Field::Attribute(RunAttribute::StartTime), false),
    ] {
        assert_eq!(run(order), Ok(OrderKey { field, descending }), "{order}");
    }
    for order in ["", "metrics.a, metrics.b", "metrics.a UP", "metrics.a DESC ASC", "datasets.name", "bogus", "1"] {
        assert!(run(order).is_err(), "{order}");
    }
    assert!(parse_order::<ModelAttribute>("creation_timestamp").is_err());
    assert!(parse_order::<ExperimentAttribute>("tags.a").is_err());
    assert!(parse_order::<VersionAttribute>("creation_timestamp").is_ok());
}

#[test]
fn other_subjects_have_their_own_words() {
    assert!(parse_filter::<ExperimentAttribute>("name ILIKE '%a%' AND tags.t IS NULL AND creation_time > 5").is_ok());
    assert!(parse_filter::<ExperimentAttribute>("experiment_id IN ('1')").is_ok());
    assert!(parse_filter::<ExperimentAttribute>("metrics.a > 1").is_err());
    assert!(parse_filter::<ExperimentAttribute>("attributes.name = 'a'").is_err());
    assert!(parse_filter::<ModelAttribute>("name = 'a' AND tag.`mlflow.prompt.is_prompt` != 'true'").is_ok());
    assert!(parse_filter::<ModelAttribute>("timestamp > 1").is_err());
    assert!(parse_filter::<ModelAttribute>("tags.a IS NULL").is_err());
    assert!(parse_filter::<VersionAttribute>("version_number >= 2 AND run_id IN ('a')").is_ok());
    assert!(parse_filter::<VersionAttribute>("version_number >= 2.5").is_err());
    assert!(parse_filter::<LoggedModelAttribute>("params.a = '1' AND model_type NOT IN ('x')").is_ok());
    assert!(parse_filter::<LoggedModelAttribute>("param.a = '1'").is_err());
}

#[test]
fn hostile_text_is_refused_quickly() {
    let long = 1 << 20;
    for (name, filter) in [
        ("open brackets", "(".repeat(long)),
        ("nested NOTs", "NOT ".repeat(long / 4)),
        ("an endless key", format!("metrics.{} < 1", "a".repeat(long)) + "x"),
        ("unclosed quotes", "'".repeat(long + 1)),
        ("too many comparisons", vec!["metrics.a<1"; 100_000].join(" AND ")),
        ("a huge pattern", format!("tags.a LIKE '{}'", "%a".repeat(long))),
        ("a huge number", format!("metrics.a < {}", "9".repeat(long))),
        ("signs", "<".repeat(long)),
    ] {
        let started = std::time::Instant::now();
        let error = run_filter(&filter).expect_err(name).to_string();
        assert!(error.len() < 2_000, "{name}: an error of {} bytes", error.len());
        assert!(started.elapsed().as_secs() < 5, "{name} took {:?}", started.elapsed());
    }
}

proptest! {
    #[test]
    fn any_text_is_answered_without_a_panic(text in "\\PC*") {
        let _ = parse_filter::<RunAttribute>(&text);
        let _ = parse_order::<ExperimentAttribute>(&text);
    }

    #[test]
    fn nearly_right_text_is_answered_without_a_panic(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "metrics.", "params.a", "`k`", "'v'", "\"", "'", "=", "!=", "<", "IN", "(", ")", ",", "AND", "NOT",
                "IS", "NULL", "LIKE", "1", "-", "é", " ", ".", "run_id",
            ]),
            0..12,
        )
    ) {
        let _ = parse_filter::<RunAttribute>(&parts.concat());
        let _ = parse_filter::<RunAttribute>(&parts.join(" "));
    }

    #[test]
    fn any_key_and_value_can_be_quoted(key in "[^`]{1,20}", value in "[^']{0,20}") {
        let read = run_filter(&format!("params.`{key}` = '{value}'"));
        prop_assert_eq!(read, Ok(vec![(Field::Param(key), text(&value))]));
    }
}
