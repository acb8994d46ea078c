//! What the measures say where the truth is known, and where there is nothing to say.

use super::{noise::Noise, *};
use crate::column::Cell;

/// Runs whose metric depends on some of their params.
struct Truth {
    params: Vec<(String, Vec<Option<String>>)>,
    target: Vec<Option<f64>>,
}

impl Truth {
    fn found(&self) -> Importance {
        fn cells(own: &[Option<String>]) -> Vec<Cell<'_>> {
            own.iter().map(|text| text.as_deref().map_or(Cell::Missing, Cell::of_text)).collect()
        }
        let params: Vec<(String, Vec<Cell>)> =
            self.params.iter().map(|(name, own)| (name.clone(), cells(own))).collect();
        importance(&self.target, &params)
    }
}

fn unit(noise: &mut Noise) -> f64 {
    noise.below(1 << 30) as f64 / f64::from(1 << 30)
}

/// `lr` is log-spaced and matters most, `optimizer` matters, `depth` and `seed` do not; every third run lacks `warmup`.
fn search(runs: usize) -> Truth {
    let mut noise = Noise(7);
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); 5];
    let mut target = Vec::new();
    for run in 0..runs {
        let exponent = -4.0 + 3.0 * unit(&mut noise);
        let optimizer = noise.below(3);
        let cells = [
            Some(format!("{:e}", 10f64.powf(exponent))),
            Some(["adam", "sgd", "lion"][optimizer].to_owned()),
            Some(noise.below(5).to_string()),
            Some(noise.below(1000).to_string()),
            (run % 3 > 0).then(|| "100".to_owned()),
        ];
        columns.iter_mut().zip(cells).for_each(|(column, cell)| column.push(cell));
        let loss = (exponent + 3.0).abs() + [0.0, 0.5, 0.1][optimizer] + 0.1 * unit(&mut noise);
        target.push(Some(loss.exp()));
    }
    let names = ["lr", "optimizer", "depth", "seed", "warmup"];
    Truth { params: names.into_iter().map(str::to_owned).zip(columns).collect(), target }
}

#[test]
fn what_matters_is_found_and_what_does_not_is_not() {
    let found = search(300).found();
    let names: Vec<&str> = found.params.iter().map(|row| row.param.as_str()).collect();
    assert_eq!(names[..2], ["lr", "optimizer"], "{found:?}");
    let r2 = found.r2.expect("300 runs");
    assert!(r2 > 0.8 && r2 < 1.0, "{r2}");
    let by = |name: &str| found.params.iter().find(|row| row.param == name).expect("it differs");
    let (lr, optimizer) = (by("lr"), by("optimizer"));
    assert!(lr.importance > optimizer.importance && optimizer.importance > Some(0.05));
    for name in ["depth", "seed", "warmup"] {
        let row = by(name);
        let (importance, error) = (row.importance.expect("a forest"), row.error.expect("halves"));
        assert!(importance.abs() < 0.03 && importance < 3.0 * error.max(0.01), "{name}: {importance} ± {error}");
    }
    assert_eq!((lr.kind, optimizer.kind), (ParamKind::Number, ParamKind::Category));
    assert_eq!((by("warmup").missing, optimizer.correlation), (100, None));
    // The best rate lies in the middle: a forest sees that, a correlation does not.
    assert!(lr.correlation.is_some_and(|found| found.rho.abs() < 0.9));
    assert_eq!(found.warning(), None);
    assert_eq!(search(300).found(), found, "the same runs give the same answer");
}

#[test]
fn errors_shrink_with_more_runs() {
    let error = |runs| search(runs).found().params[0].error.expect("halves");
    assert!(error(400) < error(40), "{} and {}", error(400), error(40));
}

#[test]
fn noise_is_called_noise() {
    let mut truth = search(60);
    let mut noise = Noise(99);
    truth.target.iter_mut().for_each(|value| *value = Some(unit(&mut noise)));
    let found = truth.found();
    assert!(found.r2.is_some_and(|r2| r2 < 0.2), "{:?}", found.r2);
    assert!(found.warning().is_some(), "{found:?}");
}

#[test]
fn the_sign_says_whether_the_metric_rises() {
    let runs = 50;
    let column = |of: &dyn Fn(usize) -> String| (0..runs).map(|run| Some(of(run))).collect::<Vec<_>>();
    let truth = Truth {
        params: vec![
            ("width".into(), column(&|run| (run * 7 % 50).to_string())),
            ("height".into(), column(&|run| (100 - run * 7 % 50).to_string())),
            ("bias".into(), column(&|run| (run * 7 % 50 > 25).to_string())),
        ],
        target: (0..runs).map(|run| Some((run * 7 % 50) as f64)).collect(),
    };
    let found = truth.found();
    let rho =
        |name: &str| found.params.iter().find(|row| row.param == name).and_then(|row| row.correlation).expect(name).rho;
    assert!((rho("width") - 1.0).abs() < 1e-9 && (rho("height") + 1.0).abs() < 1e-9 && rho("bias") > 0.5);
    assert_eq!(found.together[0], Together { params: ["width".into(), "height".into()], rho: -1.0 });
}

#[test]
fn where_there_is_nothing_to_say_it_says_why() {
    const NAN: f64 = f64::NAN;
    let truth = |target: Vec<Option<f64>>, params: &[(&str, &[&str])]| Truth {
        params: params
            .iter()
            .map(|(name, texts)| (name.to_string(), texts.iter().map(|text| Some(text.to_string())).collect()))
            .collect(),
        target,
    };
    let four = || (0..4).map(|at| Some(f64::from(at))).collect::<Vec<_>>();
    for (name, truth, part) in [
        ("no runs", truth(vec![], &[("lr", &[])]), "no runs"),
        ("two runs", truth(vec![Some(1.0), Some(2.0)], &[("lr", &["1", "2"])]), "Only 2 runs"),
        ("all NaN", truth(vec![Some(NAN); 4], &[("lr", &["1", "2", "3", "4"])]), "finite"),
        ("never logged", truth(vec![None; 4], &[("lr", &["1", "2", "3", "4"])]), "has this metric"),
        ("a constant target", truth(vec![Some(1.0); 4], &[("lr", &["1", "2", "3", "4"])]), "same value"),
        ("no params", truth(four(), &[]), "no params"),
        ("params that are the same", truth(four(), &[("lr", &["1", "1", "1", "1"])]), "No param differs"),
        ("few runs", truth(four(), &[("lr", &["1", "2", "3", "4"])]), "too few to learn from"),
    ] {
        let found = truth.found();
        assert!(found.nothing.as_ref().is_some_and(|words| words.contains(part)), "{name}: {found:?}");
        assert!(found.r2.is_none(), "{name}");
        assert!(!found.sentence().is_empty());
    }
    let few = truth(four(), &[("lr", &["1", "2", "3", "4"])]).found();
    assert_eq!(few.params[0].correlation.map(|found| found.rho), Some(1.0), "a correlation needs fewer");
}

#[test]
fn odd_values_do_no_harm() {
    let mut truth = search(40);
    for (at, odd) in [f64::NAN, f64::INFINITY, 1e308, -1e308, 5e-324].into_iter().enumerate() {
        truth.target[at] = Some(odd);
    }
    truth.target[6] = None;
    truth.params[0].1[8] = Some("nan".into());
    truth.params[0].1[9] = Some("inf".into());
    let found = truth.found();
    assert_eq!((found.runs, found.used, found.non_finite, found.without_target), (40, 37, 2, 1));
    assert!(found.params.iter().all(|row| row.importance.is_some_and(f64::is_finite)));
    assert!(found.sentence().contains("1 without this value; 2 where it is NaN or infinite"), "{}", found.sentence());
}

#[test]
fn a_request_refuses_what_it_does_not_know() {
    let json = r#"{"run_set":{"experiments":["1"]},"target":"metrics@min.val/loss"}"#;
    let request: ImportanceRequest = serde_json::from_str(json).expect("a request");
    assert_eq!(request.target.to_string(), "metrics@min.val/loss");
    for json in [r#"{"run_set":{},"target":"loss"}"#, r#"{"run_set":{},"target":"metrics.a","trees":9}"#] {
        assert!(serde_json::from_str::<ImportanceRequest>(json).is_err(), "{json}");
    }
}
