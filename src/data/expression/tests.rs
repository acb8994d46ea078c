//! The language in tables, and what it calculates.

use super::{function::Takes, *};
use proptest::prelude::*;
use std::collections::BTreeMap;

const NAN: f64 = f64::NAN;

/// Every metric and param that a test has.
#[derive(Default)]
struct Known {
    metrics: BTreeMap<(Whose, &'static str), Trace>,
    params: BTreeMap<(Whose, &'static str), f64>,
}

impl Source for Known {
    fn metric(&self, whose: &Whose, name: &str) -> Option<&Trace> {
        self.metrics.iter().find(|((of, known), _)| of == whose && *known == name).map(|(_, trace)| trace)
    }

    fn param(&self, whose: &Whose, name: &str) -> Option<f64> {
        self.params.iter().find(|((of, known), _)| of == whose && *known == name).map(|(_, value)| *value)
    }
}

fn trace(steps: &[i64], values: &[f64], own: bool) -> Trace {
    // The run that is drawn logs a step a second, others one a minute.
    let pace = if own { 1_000 } else { 60_000 };
    Trace {
        steps: steps.to_vec(),
        times: steps.iter().map(|step| step.saturating_mul(pace)).collect(),
        values: values.to_vec(),
        own,
    }
}

fn known() -> Known {
    let mut known = Known::default();
    let named = |name: &str| Whose::Named(name.to_owned());
    for (whose, name, steps, values) in [
        (Whose::Own, "loss", &[0, 1, 2, 3][..], &[4.0, 3.0, 1.0, 2.0][..]),
        (Whose::Own, "val/loss", &[1, 3], &[5.0, 4.0]),
        (Whose::Own, "late", &[2, 5, 8], &[1.0, 2.0, 3.0]),
        (Whose::Own, "odd", &[0, 1, 2, 3], &[1.0, NAN, f64::INFINITY, 3.0]),
        (Whose::Own, "a b", &[0], &[7.0]),
        (Whose::Baseline, "loss", &[0, 2, 3], &[2.0, 2.0, 1.0]),
        (named("fast-owl"), "loss", &[0, 1, 2, 3, 4], &[1.0, 1.0, 1.0, 1.0, 1.0]),
    ] {
        let own = whose == Whose::Own;
        known.metrics.insert((whose, name), trace(steps, values, own));
    }
    known.params.insert((Whose::Own, "lr"), 0.5);
    known.params.insert((Whose::Baseline, "lr"), 2.0);
    known
}

/// The steps and values of `text`.
fn calculated(text: &str) -> Option<(Vec<i64>, Vec<f64>)> {
    let known = known();
    match Expression::parse(text).unwrap_or_else(|error| panic!("{text}: {error}")).evaluate(&known)? {
        Value::Number(y) => Some((vec![], vec![y])),
        Value::Trace(trace) => Some((trace.steps.clone(), trace.values.clone())),
    }
}

#[test]
fn expressions_calculate_what_they_say() {
    for (text, steps, values) in [
        ("loss", &[0, 1, 2, 3][..], &[4.0, 3.0, 1.0, 2.0][..]),
        ("metrics.loss", &[0, 1, 2, 3], &[4.0, 3.0, 1.0, 2.0]),
        ("-loss ** 2", &[0, 1, 2, 3], &[-16.0, -9.0, -1.0, -4.0]),
        ("2 ** -loss", &[0, 1, 2, 3], &[0.0625, 0.125, 0.5, 0.25]),
        ("2 ** 3 ** 2 + 0 * loss", &[0, 1, 2, 3], &[512.0; 4]),
        ("1+2*loss", &[0, 1, 2, 3], &[9.0, 7.0, 3.0, 5.0]),
        ("(1 + 2) * loss", &[0, 1, 2, 3], &[12.0, 9.0, 3.0, 6.0]),
        ("8 - loss - 1", &[0, 1, 2, 3], &[3.0, 4.0, 6.0, 5.0]),
        ("-loss % 3", &[0, 1, 2, 3], &[2.0, 0.0, 2.0, 1.0]),
        ("loss % -3", &[0, 1, 2, 3], &[-2.0, 0.0, -2.0, -1.0]),
        ("loss*params.lr", &[0, 1, 2, 3], &[2.0, 1.5, 0.5, 1.0]),
        ("loss * baseline(params.lr)", &[0, 1, 2, 3], &[8.0, 6.0, 2.0, 4.0]),
        ("`a b` + 1", &[0], &[8.0]),
        // Where series meet.
        ("val/loss - loss", &[1, 3], &[2.0, 2.0]),
        ("loss - val/loss", &[1, 3], &[-2.0, -2.0]),
        ("loss - baseline(loss)", &[0, 2, 3], &[2.0, -1.0, 1.0]),
        ("run('fast-owl', loss) + loss", &[0, 1, 2, 3], &[5.0, 4.0, 2.0, 3.0]),
        ("loss + late", &[2], &[2.0]),
        ("`a b` + loss", &[0], &[11.0]),
        // Functions.
        (
            "log10(loss * 25) + log2(8) + log(1) + exp(0) + sqrt(9) + abs(-1)",
            &[0, 1, 2, 3],
            &[10.0, 9.875061263391698, 9.397940008672037, 9.698970004336019],
        ),
        ("min(loss, 2.5, 3)", &[0, 1, 2, 3], &[2.5, 2.5, 1.0, 2.0]),
        ("max(loss, 2.5)", &[0, 1, 2, 3], &[4.0, 3.0, 2.5, 2.5]),
        ("max(odd, 2)", &[0, 1, 2, 3], &[2.0, NAN, f64::INFINITY, 3.0]),
        ("clip(loss, 1.5, 3.5)", &[0, 1, 2, 3], &[3.5, 3.0, 1.5, 2.0]),
        ("cummin(loss)", &[0, 1, 2, 3], &[4.0, 3.0, 1.0, 1.0]),
        ("cummax(odd)", &[0, 1, 2, 3], &[1.0, NAN, f64::INFINITY, 3.0]),
        ("cumsum(odd)", &[0, 1, 2, 3], &[1.0, NAN, f64::INFINITY, 4.0]),
        ("diff(loss)", &[1, 2, 3], &[-1.0, -2.0, 1.0]),
        ("diff(odd)", &[1, 2, 3], &[NAN, f64::INFINITY, 2.0]),
        ("ema(loss, 0)", &[0, 1, 2, 3], &[4.0, 3.0, 1.0, 2.0]),
        // pandas: y.ewm(alpha=0.4).mean(), y.rolling(2, min_periods=1).mean() and so on
        ("ema(loss, 0.6)", &[0, 1, 2, 3], &[4.0, 3.375, 2.163265306122449, 2.088235294117647]),
        ("rolling_mean(loss, 2)", &[0, 1, 2, 3], &[4.0, 3.5, 2.0, 1.5]),
        ("rolling_median(loss, 3)", &[0, 1, 2, 3], &[4.0, 3.5, 3.0, 2.0]),
        ("rolling_min(loss, 2)", &[0, 1, 2, 3], &[4.0, 3.0, 1.0, 1.0]),
        ("rolling_max(loss, 2)", &[0, 1, 2, 3], &[4.0, 4.0, 3.0, 2.0]),
        (
            "rolling_std(loss, 2)",
            &[0, 1, 2, 3],
            &[NAN, std::f64::consts::FRAC_1_SQRT_2, 2.0_f64.sqrt(), std::f64::consts::FRAC_1_SQRT_2],
        ),
        ("loss / first(loss)", &[0, 1, 2, 3], &[1.0, 0.75, 0.25, 0.5]),
        ("last(odd)", &[], &[3.0]),
        ("lowest(loss)", &[], &[1.0]),
        ("highest(odd)", &[], &[3.0]),
        ("mean(loss)", &[], &[2.5]),
    ] {
        let (got_steps, got) = calculated(text).unwrap_or_else(|| panic!("{text}: nothing"));
        assert_eq!(got_steps, steps, "{text}");
        let near = |(a, b): (&f64, &f64)| a == b || (a.is_nan() && b.is_nan()) || (a - b).abs() < 1e-12;
        assert!(got.len() == values.len() && got.iter().zip(values).all(near), "{text}: {got:?}");
    }
}

#[test]
fn what_is_not_there_is_nothing() {
    for text in ["nobody", "loss + nobody", "loss * params.wd", "run('nobody', loss) - loss", "loss - baseline(late)"] {
        assert_eq!(calculated(text), None, "{text}");
    }
}

#[test]
fn times_are_those_of_the_run_that_is_drawn() {
    let known = known();
    for (text, times) in [
        ("loss - baseline(loss)", &[0, 2_000, 3_000][..]),
        ("baseline(loss) - loss", &[0, 2_000, 3_000]),
        ("baseline(loss) - run('fast-owl', loss) + 0 * loss", &[0, 2_000, 3_000]),
    ] {
        let value = Expression::parse(text).expect(text).evaluate(&known);
        let Some(Value::Trace(trace)) = value else { panic!("{text}: {value:?}") };
        assert_eq!((&trace.times[..], trace.own), (times, true), "{text}");
    }
}

#[test]
fn a_series_reaches_as_far_as_its_longest_gap() {
    let long = trace(&[0, 10, 20, 30, 40, 50], &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], true);
    for (name, steps, joined, nearest) in [
        (
            "between points the one before, and the nearest",
            &[4, 6, 15][..],
            &[(4, 0.0), (6, 0.0), (15, 1.0)][..],
            &[Some(0.0), Some(1.0), Some(1.0)][..],
        ),
        ("not before the first", &[-11, -10, -1], &[], &[None, Some(0.0), Some(0.0)]),
        ("a gap past the last", &[55, 60, 61], &[(55, 5.0), (60, 5.0)], &[Some(5.0), Some(5.0), None]),
        ("at the ends of the number line", &[i64::MIN, i64::MAX], &[], &[None, None]),
    ] {
        let short = trace(steps, &vec![0.0; steps.len()], true);
        let both = short.joined(&long, |a, b| a + b);
        assert_eq!(both.steps.into_iter().zip(both.values).collect::<Vec<_>>(), joined, "{name}");
        assert_eq!(long.nearest(steps), nearest, "{name}");
    }
    let one = trace(&[5], &[1.0], true);
    assert_eq!(one.nearest(&[4, 5, 6]), [None, Some(1.0), None]);
}

#[test]
fn what_is_wrong_is_said_where_it_is() {
    for (text, at, part) in [
        ("", 1, "found the end where a metric"),
        ("   ", 4, "found the end"),
        ("loss +", 7, "found the end"),
        ("loss 2", 6, "an operator or the end"),
        ("(loss", 6, "where ')' was expected"),
        ("loss)", 5, "found ')'"),
        ("größe ^ 2", 7, "a power is written **"),
        ("loss ** ** 2", 9, "found '**'"),
        ("`loss", 1, "never closed"),
        ("`` + loss", 1, "a name was expected"),
        ("${config:lr}", 1, "params.lr"),
        ("2x", 1, "begins with a digit"),
        ("loss * 1e999", 8, "a number was expected"),
        ("loss = 1", 6, "backquotes"),
        ("nope(loss)", 1, "'nope' is no function: there are log,"),
        ("clip(loss, 1)", 1, "clip(x, low, high) was expected, not 2 values"),
        ("log(loss, 2)", 1, "log(x) was expected"),
        ("min(loss)", 1, "min(x, y, …) was expected"),
        ("ema(loss, 1)", 11, "a number in 0..1"),
        ("ema(loss, params.w)", 11, "a number in 0..1"),
        ("rolling_mean(loss, 2.5)", 20, "a whole number"),
        ("rolling_mean(loss, 10002)", 20, "a whole number"),
        ("rolling_mean(loss)", 1, "rolling_mean(x, n) was expected"),
        ("run(loss, loss)", 5, "in quotes"),
        ("run('', loss)", 5, "in quotes"),
        ("run('a' loss)", 9, "','"),
        ("1 + params.lr", 1, "a metric of the run itself"),
        ("baseline(loss)", 1, "a metric of the run itself"),
    ] {
        let error = Expression::parse(text).expect_err(text);
        assert!(error.at == at && error.message.contains(part), "{text}: {error}");
    }
}

#[test]
fn sizes_are_limited() {
    let nested = |n: usize| format!("{}loss{}", "(".repeat(n), ")".repeat(n));
    let negated = |n: usize| format!("{}loss", "-".repeat(n));
    let powers = |n: usize| vec!["loss"; n].join(" ** ");
    let sum = |n: usize| vec!["loss"; n].join(" + ");
    let series = |n: usize| (0..n).map(|at| format!("m{at}")).collect::<Vec<_>>().join(" + ");
    for (fits, text, part) in [
        (nested(40), nested(41), "40 deep"),
        (negated(40), negated(100_000 / 40), "40 deep"),
        (powers(41), powers(42), "40 deep"),
        (sum(100), sum(101), "200 numbers"),
        (series(16), series(17), "16 series"),
        (format!("loss{}", " ".repeat(3_996)), " ".repeat(1 << 20), "4000 bytes"),
    ] {
        assert!(Expression::parse(&fits).is_ok(), "{part}");
        let error = Expression::parse(&text).expect_err(part).to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn an_expression_says_what_it_needs() {
    let needs =
        Expression::parse("val/loss - baseline(val/loss) * params.lr + run('x', params.`a b`)").expect("one").needs();
    let named = Whose::Named("x".to_owned());
    let metrics = [(Whose::Own, "val/loss".to_owned()), (Whose::Baseline, "val/loss".to_owned())];
    let params = [(Whose::Own, "lr".to_owned()), (named, "a b".to_owned())];
    assert_eq!(needs, Needs { metrics: metrics.into(), params: params.into() });
    assert!(needs.other_runs());
    for (text, metric) in
        [("val/loss", Some("val/loss")), ("`a b`", Some("a b")), ("(loss)", Some("loss")), ("-loss", None)]
    {
        assert_eq!(Expression::parse(text).expect(text).plain_metric(), metric);
    }
}

#[test]
fn every_function_is_known_by_its_name() {
    for function in Function::ALL {
        let text = match function.takes() {
            Takes::One => format!("{}(loss)", function.name()),
            Takes::Several => format!("{}(loss, 1)", function.name()),
            Takes::Three => format!("{}(loss, 0, 1)", function.name()),
            Takes::Weight => format!("{}(loss, 0.5)", function.name()),
            Takes::Window => format!("{}(loss, 5)", function.name()),
        };
        assert_eq!(Expression::parse(&text).map(|expression| expression.to_string()), Ok(text));
        assert!(function.usage().starts_with(function.name()));
    }
}

fn node() -> impl Strategy<Value = Node> {
    let name = prop_oneof![
        Just("loss".to_owned()),
        Just("val/loss-1.5".to_owned()),
        Just("params.x".to_owned()),
        Just("ends.".to_owned()),
        "[a-zA-Zü0-9/` .-]{1,6}"
    ];
    let number = prop_oneof![Just(0.0), 0.0..1e9f64, Just(1e-300), Just(1e300)];
    let leaf = prop_oneof![
        name.clone().prop_map(Node::Metric),
        name.clone().prop_map(Node::Param),
        number.prop_map(Node::Number)
    ];
    leaf.prop_recursive(5, 40, 3, move |inner| {
        let operator = prop::sample::select(vec![
            Operator::Add,
            Operator::Subtract,
            Operator::Multiply,
            Operator::Divide,
            Operator::Modulo,
            Operator::Power,
        ]);
        let pair = (inner.clone(), inner.clone());
        prop_oneof![
            inner.clone().prop_map(|inner| Node::Negate(Box::new(inner))),
            (operator, pair.clone()).prop_map(|(operator, (a, b))| Node::Binary(operator, Box::new(a), Box::new(b))),
            pair.prop_map(|(a, b)| Node::Call(Function::Min, vec![a, b])),
            inner.clone().prop_map(|inner| Node::Call(Function::Ema, vec![inner, Node::Number(0.5)])),
            inner.clone().prop_map(|inner| Node::Of(Whose::Baseline, Box::new(inner))),
            ("[a-z\"' ]{1,5}", inner).prop_map(|(run, inner)| Node::Of(Whose::Named(run), Box::new(inner))),
        ]
    })
}

proptest! {
    #[test]
    fn an_expression_comes_back_from_its_text(root in node()) {
        let own = Node::Metric("loss".to_owned());
        let expression = Expression { root: Node::Binary(Operator::Add, Box::new(own), Box::new(root)) };
        let text = expression.to_string();
        match Expression::parse(&text) {
            Ok(back) => prop_assert_eq!(back, expression, "{}", text),
            Err(error) => prop_assert!(error.message.contains(" most "), "{}: {}", text, error),
        }
    }

    #[test]
    fn any_text_is_an_error_or_an_expression(text in "[a-z0-9.,()+*/%`'\"ü \\-]{0,60}") {
        if let Ok(expression) = Expression::parse(&text) {
            let _ = expression.evaluate(&known());
        }
    }

    #[test]
    fn a_difference_from_itself_is_nothing(steps in prop::collection::btree_set(any::<i64>(), 1..50)) {
        let steps: Vec<i64> = steps.into_iter().collect();
        let own = trace(&[0], &[0.0], true);
        let all = Trace { times: vec![0; steps.len()], values: vec![1.5; steps.len()], steps, ..own };
        let none = all.joined(&all, |a, b| a - b);
        prop_assert_eq!(&none.steps, &all.steps);
        prop_assert!(none.values.iter().all(|&y| y == 0.0));
        let nearest = all.nearest(&all.steps);
        prop_assert!(nearest.iter().all(|y| *y == Some(1.5)));
    }
}
