//! The measures together.

use super::{
    FEWEST_RUNS, Importance, LeftOut, MOST_PARAMS, MOST_RUNS, ParamImportance, Together, WhyLeftOut,
    features::Feature,
    forest::{Forest, Lesson},
    noise::Noise,
    rank::{ranks, spearman},
};
use crate::column::Cell;

/// How many trees the forest of all runs has.
const TREES: usize = 150;
/// How many forests of halves there are, and how many trees each has.
const HALVES: usize = 12;
const TREES_OF_HALF: usize = 40;
/// How often a param is shuffled.
const SHUFFLES: usize = 3;
/// Params whose correlation is this strong are named together.
const TOGETHER: f64 = 0.8;
/// How many such pairs are named.
const MOST_PAIRS: usize = 5;

/// Which of `params` the target depends on. `target` has a value of each run, `None` where there is none, and each param
/// has a cell of each run, in the same order. Params that no run has are passed over.
pub fn importance(target: &[Option<f64>], params: &[(String, Vec<Cell>)]) -> Importance {
    assert!(params.iter().all(|(_, cells)| cells.len() == target.len()), "a param has a cell of each run");
    let finite: Vec<usize> = (0..target.len()).filter(|&run| target[run].is_some_and(f64::is_finite)).collect();
    let stride = finite.len().div_ceil(MOST_RUNS).max(1);
    let used: Vec<usize> = finite.iter().copied().step_by(stride).collect();
    let without_target = target.iter().filter(|value| value.is_none()).count();
    let mut found = Importance {
        runs: target.len() as u64,
        without_target: without_target as u64,
        non_finite: (target.len() - without_target - finite.len()) as u64,
        used: used.len() as u64,
        ..Importance::default()
    };
    let values: Vec<f64> = used.iter().filter_map(|&run| target[run]).collect();
    let (names, features) = features_of(params, &used, &mut found.left_out);
    if let Some(why) = nothing(&found, &values, &names) {
        found.nothing = Some(why);
        return found;
    }
    let rows = names.iter().zip(&features).map(|(name, feature)| ParamImportance {
        param: (*name).clone(),
        kind: feature.kind,
        values: feature.values as u64,
        missing: feature.missing as u64,
        importance: None,
        error: None,
        correlation: if feature.numbers.is_empty() { None } else { spearman(&feature.numbers, &values) },
    });
    found.params = rows.collect();
    found.together = together(&names, &features);
    if used.len() < FEWEST_RUNS {
        found.nothing = Some(format!(
            "{} runs are too few to learn from: {FEWEST_RUNS} are needed. Correlations are shown.",
            used.len()
        ));
    } else {
        learn(&mut found, &features, &values);
    }
    let weight = |row: &ParamImportance| match (row.importance, row.correlation) {
        (Some(importance), _) => importance,
        (None, Some(correlation)) => correlation.rho.abs(),
        (None, None) => f64::NEG_INFINITY,
    };
    found.params.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    found
}

/// Why there is nothing at all to say.
fn nothing(found: &Importance, values: &[f64], names: &[&String]) -> Option<String> {
    let constant = values.iter().all(|value| *value == values[0]);
    if found.runs == 0 {
        Some("There are no runs.".to_owned())
    } else if values.is_empty() && found.non_finite > 0 {
        Some("No run has a finite value of this metric.".to_owned())
    } else if values.is_empty() {
        Some("No run has this metric.".to_owned())
    } else if values.len() < 4 {
        Some(format!("Only {} with a value of this metric: too few to compare.", counted(values.len(), "run", "runs")))
    } else if constant {
        Some("This metric has the same value in all runs.".to_owned())
    } else if names.is_empty() && found.left_out.is_empty() {
        Some("These runs have no params.".to_owned())
    } else if names.is_empty() {
        Some("No param differs between these runs in a way that could matter.".to_owned())
    } else {
        None
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The params that say something, as features of the runs used.
fn features_of<'a>(
    params: &'a [(String, Vec<Cell>)],
    used: &[usize],
    left_out: &mut Vec<LeftOut>,
) -> (Vec<&'a String>, Vec<Feature>) {
    let (mut names, mut features) = (Vec::new(), Vec::new());
    for (name, cells) in params {
        let cells: Vec<Cell> = used.iter().map(|&run| cells[run]).collect();
        if cells.iter().all(|cell| *cell == Cell::Missing) {
            continue;
        }
        let why = match Feature::new(&cells) {
            Ok(_) if features.len() == MOST_PARAMS => WhyLeftOut::TooMany,
            Ok(feature) => {
                names.push(name);
                features.push(feature);
                continue;
            }
            Err(why) => why,
        };
        left_out.push(LeftOut { param: name.clone(), why });
    }
    (names, features)
}

/// Pairs of numbers that rise and fall together.
fn together(names: &[&String], features: &[Feature]) -> Vec<Together> {
    let mut pairs: Vec<Together> = Vec::new();
    for (at, a) in features.iter().enumerate().filter(|(_, feature)| !feature.numbers.is_empty()) {
        for (before, b) in features[..at].iter().enumerate().filter(|(_, feature)| !feature.numbers.is_empty()) {
            let found = spearman(&a.numbers, &b.numbers).filter(|found| found.rho.abs() >= TOGETHER && found.is_sure());
            pairs.extend(
                found.map(|found| Together { params: [names[before].clone(), names[at].clone()], rho: found.rho }),
            );
        }
    }
    pairs.sort_by(|a, b| b.rho.abs().total_cmp(&a.rho.abs()));
    pairs.truncate(MOST_PAIRS);
    pairs
}

/// Grows the forests, and fills in what they say. `features` and the rows of `found` are in one order.
fn learn(found: &mut Importance, features: &[Feature], values: &[f64]) {
    let most = (values.len() - 1) as f64;
    let target: Vec<f64> = ranks(values).into_iter().map(|rank| rank / most).collect();
    let mut noise = Noise(0x7468_726f_7567_686c);
    let all: Vec<u32> = (0..values.len() as u32).collect();
    let whole = Lesson { features, target: &target, runs: &all };
    let Some((r2, lost)) = lost_by_param(whole, TREES, SHUFFLES, &mut noise) else { return };
    let halves: Vec<(f64, Vec<f64>)> = (0..HALVES)
        .filter_map(|_| {
            let mut runs = all.clone();
            let half = runs.len() / 2;
            noise.shuffle_first(&mut runs, half);
            runs.truncate(half);
            lost_by_param(Lesson { runs: &runs, ..whole }, TREES_OF_HALF, 1, &mut noise)
        })
        .collect();
    (found.r2, found.r2_error) = (Some(r2), deviation(halves.iter().map(|(r2, _)| *r2)));
    for (at, row) in found.params.iter_mut().enumerate() {
        row.importance = Some(lost[at]);
        row.error = deviation(halves.iter().map(|(_, lost)| lost[at]));
    }
}

/// The R² of a forest, and how much of it is lost without each feature.
fn lost_by_param(lesson: Lesson, trees: usize, shuffles: usize, noise: &mut Noise) -> Option<(f64, Vec<f64>)> {
    let forest = Forest::grow(lesson, trees, noise);
    let r2 = forest.r2(lesson, None)?;
    let mut shuffled: Vec<u32> = (0..lesson.target.len() as u32).collect();
    let mut lost = |feature: usize| {
        let mut sum = 0.0;
        for _ in 0..shuffles {
            let mut others = lesson.runs.to_vec();
            let count = others.len();
            noise.shuffle_first(&mut others, count);
            lesson.runs.iter().zip(&others).for_each(|(run, other)| shuffled[*run as usize] = *other);
            sum += r2 - forest.r2(lesson, Some((feature, &shuffled))).unwrap_or(r2);
        }
        sum / shuffles as f64
    };
    let lost = (0..lesson.features.len()).map(&mut lost).collect();
    Some((r2, lost))
}

/// The sample standard deviation of two values or more.
fn deviation(values: impl Iterator<Item = f64> + Clone) -> Option<f64> {
    let count = values.clone().count();
    let mean = values.clone().sum::<f64>() / count as f64;
    (count > 1).then(|| (values.map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1) as f64).sqrt())
}
