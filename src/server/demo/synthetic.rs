//! Made-up learning curves at any scale, for tests and measurements: the same on every machine.
//!
//! The curves are what a tracker meets in life: noise, spikes one step wide, runs that stop early,
//! runs with a stretch of NaN, and runs that diverge.

use super::{
    fill::{FillError, Filled, Whole, is_filled, mark_filled, put},
    recording::{RecordedRun, RecordedSeries},
};
use crate::store::Store;
use data::run::{RunId, RunStatus};
use std::{collections::BTreeMap, path::Path, str::FromStr};

/// The metrics of each run, in the order of [`curves`].
pub const METRICS: [&str; 5] = ["train_loss", "val_loss", "val_acc", "grad_norm", "tokens_per_s"];
/// How high the planted spike of a long run is; everything else stays below 5.
pub const SPIKE: f64 = 50.0;

const START_MILLIS: i64 = 1_767_225_600_000;
const STEP_MILLIS: i64 = 40;

/// How many params a run has if nobody says.
const PARAMS: u32 = 10;

/// How many runs of how many steps, and how much was put into each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scale {
    /// How many runs.
    pub runs: u32,
    /// How many steps a run has if it does not stop early.
    pub steps: u32,
    /// How many params a run has.
    pub params: u32,
}

impl FromStr for Scale {
    type Err = String;

    fn from_str(text: &str) -> Result<Scale, String> {
        let wanted = || {
            "expected RUNSxSTEPS or RUNSxSTEPSxPARAMS, such as 500x10000: up to 100000 runs, 10000000 steps and 1000 params"
                .to_owned()
        };
        let numbers = text.split('x').map(|number| number.parse().map_err(|_| wanted()));
        let (runs, steps, params) = match numbers.collect::<Result<Vec<u32>, _>>()?[..] {
            [runs, steps] => (runs, steps, PARAMS),
            [runs, steps, params] => (runs, steps, params),
            _ => return Err(wanted()),
        };
        let possible =
            (1..=100_000).contains(&runs) && (20..=10_000_000).contains(&steps) && (PARAMS..=1_000).contains(&params);
        possible.then_some(Scale { runs, steps, params }).ok_or_else(wanted)
    }
}

/// Puts an experiment `synthetic RUNS x STEPS` of ordinary runs into `store`, unless it is there; `x PARAMS` if they have
/// more than usual.
pub async fn fill(store: &Store, artifacts: &Path, scale: Scale) -> Result<Filled, FillError> {
    let mut name = format!("synthetic {} x {}", scale.runs, scale.steps);
    if scale.params > PARAMS {
        name.push_str(&format!(" x {}", scale.params));
    }
    let run = move |number| {
        let mut run = run(number, scale.steps);
        run.params.extend(more_params(number, scale.params - PARAMS));
        run
    };
    fill_with(store, artifacts, name, (0..scale.runs).map(run)).await
}

/// Puts an experiment `synthetic long RUNS x STEPS` into `store`, unless it is there: one metric a
/// run, with one spike at [`spike_step`].
pub async fn fill_long(store: &Store, artifacts: &Path, scale: Scale) -> Result<Filled, FillError> {
    let name = format!("synthetic long {} x {}", scale.runs, scale.steps);
    fill_with(store, artifacts, name, (0..scale.runs).map(move |number| long_run(number, scale.steps))).await
}

async fn fill_with(
    store: &Store,
    artifacts: &Path,
    experiment: String,
    runs: impl Iterator<Item = RecordedRun>,
) -> Result<Filled, FillError> {
    if is_filled(store, &experiment).await? {
        return Ok(Filled::default());
    }
    let note = "Made-up learning curves, the same on every machine, for tests and measurements.";
    let tags = vec![("mlflow.note.content".to_owned(), note.to_owned())];
    let own = name_bits(&experiment);
    let runs = runs.map(move |run| RecordedRun { id: RunId(run.id.0 ^ own), ..run });
    let whole = Whole { experiment, tags, later_millis: 0, contents: Default::default() };
    let (eid, filled) = put(store, artifacts, &whole, runs).await?;
    mark_filled(store, eid).await?;
    Ok(filled)
}

/// Bits from an experiment's name, so that equal runs of two experiments have different ids. FNV-1a, 128 bits.
fn name_bits(name: &str) -> u128 {
    let (basis, prime) = (0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, 0x0000_0000_0100_0000_0000_0000_0000_013b);
    name.bytes().fold(basis, |bits: u128, byte| (bits ^ u128::from(byte)).wrapping_mul(prime))
}

/// The step at which long run `number` has its spike.
pub fn spike_step(number: u32, steps: u32) -> i64 {
    let share = (0.37 + 0.2 * f64::from(number)).fract();
    ((f64::from(steps) * share) as i64 + 7).min(i64::from(steps))
}

/// Ordinary run `number` of at most `steps` steps.
pub fn run(number: u32, steps: u32) -> RecordedRun {
    let mut random = Random::new(u64::from(number));
    let params = Params::draw(&mut random);
    let fate = Fate::draw(&mut random);
    let length = match fate {
        Fate::Full | Fate::NanGap => steps,
        Fate::Short | Fate::Diverged => ((f64::from(steps) * random.within(0.25, 0.98)) as u32).max(20),
    };
    let curves = curves(&params, fate, length as usize, steps as usize, &mut random);
    let status = if fate == Fate::Diverged { RunStatus::Failed } else { RunStatus::Finished };
    let tags = [("fate", fate.name()), ("team", ["red", "green", "blue"][number as usize % 3])];
    let logged = METRICS.into_iter().zip(curves);
    recorded(number, format!("run-{number:04}"), status, params.written(), &tags, logged, &mut random)
}

/// `count` params of run `number` beside the usual ones: numbers, counts, names and switches.
fn more_params(number: u32, count: u32) -> impl Iterator<Item = (String, String)> {
    let mut random = Random::new(u64::from(number) + (2 << 32));
    (0..count).map(move |at| {
        let value = match at % 4 {
            0 => format!("{:.3e}", 10f64.powf(random.within(-6.0, 0.0))),
            1 => (random.bits() % 512).to_string(),
            2 => random.pick(&["mean", "sum", "max", "none"]).to_owned(),
            _ => random.pick(&["true", "false"]).to_owned(),
        };
        (format!("model.part_{:02}.setting_{}", at / 8, at % 8), value)
    })
}

/// Long run `number` of `steps` steps.
pub fn long_run(number: u32, steps: u32) -> RecordedRun {
    let mut random = Random::new(u64::from(number) + (1 << 32));
    let params = Params::draw(&mut random);
    let floor = 0.5 + 0.3 * f64::from(number % 4);
    let at = |step: u32| f64::from(step) / f64::from(steps);
    let mut loss: Vec<f64> = (1..=steps)
        .map(|step| floor + 3.0 * (-8.0 * at(step).sqrt()).exp() + 0.05 * random.normal().clamp(-4.0, 4.0))
        .collect();
    loss[spike_step(number, steps) as usize - 1] = SPIKE;
    let tags = [("fate", "long")];
    let logged = [(METRICS[0], loss)];
    recorded(number, format!("long-{number}"), RunStatus::Finished, params.written(), &tags, logged, &mut random)
}

fn recorded(
    number: u32,
    name: String,
    status: RunStatus,
    params: BTreeMap<String, String>,
    tags: &[(&str, &str)],
    logged: impl IntoIterator<Item = (&'static str, Vec<f64>)>,
    random: &mut Random,
) -> RecordedRun {
    let start_millis = START_MILLIS + i64::from(number) * 60_000;
    let logged: Vec<_> = logged.into_iter().collect();
    let length = logged[0].1.len();
    let mut time = start_millis;
    let times: Vec<i64> = (0..length)
        .map(|_| {
            time += STEP_MILLIS / 2 + (random.bits() % STEP_MILLIS as u64) as i64;
            time
        })
        .collect();
    let steps: Vec<i64> = (1..=length as i64).collect();
    let series = logged.into_iter().map(|(metric, values)| RecordedSeries {
        metric: metric.to_owned(),
        steps: steps.clone(),
        times: times.clone(),
        values,
    });
    RecordedRun {
        id: RunId(u128::from(random.bits()) << 64 | u128::from(random.bits())),
        name,
        status,
        start_millis,
        end_millis: Some(time + STEP_MILLIS),
        params,
        tags: tags.iter().map(|&(key, value)| (key.to_owned(), value.to_owned())).collect(),
        series: series.collect(),
        files: Vec::new(),
    }
}

/// What becomes of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Full,
    Short,
    NanGap,
    Diverged,
}

impl Fate {
    fn draw(random: &mut Random) -> Fate {
        match random.unit() {
            ..0.06 => Fate::Diverged,
            ..0.10 => Fate::NanGap,
            ..0.35 => Fate::Short,
            _ => Fate::Full,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Fate::Full => "full",
            Fate::Short => "short",
            Fate::NanGap => "nan_gap",
            Fate::Diverged => "diverged",
        }
    }
}

struct Params {
    lr: f64,
    weight_decay: f64,
    eps: f64,
    batch_size: u64,
    dropout: f64,
    depth: u64,
    width: u64,
    optimizer: &'static str,
    schedule: &'static str,
    augment: &'static str,
}

impl Params {
    fn draw(random: &mut Random) -> Params {
        Params {
            lr: 10f64.powf(random.within(-5.0, -1.5)),
            weight_decay: 10f64.powf(random.within(-6.0, -1.0)),
            eps: 10f64.powf(random.within(-9.0, -5.0)),
            batch_size: 1 << (4 + random.bits() % 7),
            dropout: random.within(0.0, 0.5),
            depth: 2 + random.bits() % 47,
            width: 64 * (1 + random.bits() % 32),
            optimizer: random.pick(&["adamw", "sgd", "lion", "adafactor"]),
            schedule: random.pick(&["cosine", "linear", "constant"]),
            augment: random.pick(&["none", "light", "heavy"]),
        }
    }

    fn written(&self) -> BTreeMap<String, String> {
        let pairs = [
            ("lr", format!("{:.3e}", self.lr)),
            ("weight_decay", format!("{:.3e}", self.weight_decay)),
            ("eps", format!("{:.2e}", self.eps)),
            ("batch_size", self.batch_size.to_string()),
            ("dropout", format!("{:.3}", self.dropout)),
            ("depth", self.depth.to_string()),
            ("width", self.width.to_string()),
            ("optimizer", self.optimizer.to_owned()),
            ("schedule", self.schedule.to_owned()),
            ("augment", self.augment.to_owned()),
        ];
        pairs.map(|(key, value)| (key.to_owned(), value)).into()
    }
}

/// The curves of a run of `length` steps that was to have `steps`, one for each of [`METRICS`].
fn curves(params: &Params, fate: Fate, length: usize, steps: usize, random: &mut Random) -> [Vec<f64>; 5] {
    // Best near a learning rate of 1e-3; deep networks are a little better.
    let badness = (params.lr.log10() + 3.0).abs() * 0.35 + 0.25 * (1.0 - params.depth as f64 / 48.0);
    let floor = 0.25 + badness + 0.1 * random.unit();
    let speed = 4.0 + 14.0 * random.unit();
    let tokens = 9e4 / (1.0 + params.width as f64 / 700.0);
    let mut curves: [Vec<f64>; 5] = Default::default();
    for at in 0..length {
        let t = (at + 1) as f64 / steps as f64;
        let base = floor + 3.2 * (-speed * t.powf(0.55)).exp();
        let wave = 0.5 * (at as f64 / 7.0).sin();
        let mut noise = |size: f64| size * (random.normal() + wave);
        let values = [
            base * (1.0 + noise(0.03)) + 0.02,
            base + 0.02 + 0.35 * t * params.dropout + noise(0.02),
            (1.0 - base / 4.0 + noise(0.012)).clamp(0.0, 1.0),
            noise(0.4).exp() * (0.6 + base),
            tokens * (1.0 + noise(0.015)),
        ];
        for (curve, value) in curves.iter_mut().zip(values) {
            curve.push(value);
        }
    }
    for _ in 0..random.bits() % 4 {
        let at = length / 10 + random.bits() as usize % (length - length / 10);
        curves[0][at] *= random.within(2.5, 7.0);
        curves[3][at] *= 20.0;
    }
    match fate {
        Fate::Diverged => diverge(&mut curves, length, random),
        Fate::NanGap => {
            let from = (length as f64 * random.within(0.2, 0.7)) as usize;
            let to = (from + (length / 50).max(2)).min(length);
            curves[0][from..to].fill(f64::NAN);
        }
        Fate::Full | Fate::Short => {}
    }
    curves
}

/// From some step on the losses and the gradient grow without end, and are then NaN.
fn diverge(curves: &mut [Vec<f64>; 5], length: usize, random: &mut Random) {
    let from = (length as f64 * random.within(0.5, 0.9)) as usize;
    let lost = (from + length / 5).min(length - 1);
    let pace = (length as f64 * 0.02).max(1.0);
    for curve in [0, 1, 3] {
        for (at, value) in curves[curve].iter_mut().enumerate().skip(from) {
            let growth = ((at - from) as f64 / pace).min(9.0).exp();
            *value = if at >= lost { f64::NAN } else { *value * growth };
        }
    }
    curves[2][from..].fill(0.1);
}

/// SplitMix64 (Steele, Lea and Flood 2014): small, fast and the same everywhere.
pub(super) struct Random {
    state: u64,
}

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        let mut random = Random { state: seed };
        // Seeds that are neighbours begin far apart.
        random.state = random.bits() ^ 0x7468_726f_7567_686c;
        random
    }

    pub(super) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in 0..1.
    pub(super) fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    fn within(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// A standard normal number, by Box and Muller.
    pub(super) fn normal(&mut self) -> f64 {
        (-2.0 * (1.0 - self.unit()).ln()).sqrt() * (std::f64::consts::TAU * self.unit()).cos()
    }

    fn pick(&mut self, from: &[&'static str]) -> &'static str {
        from[(self.bits() % from.len() as u64) as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_runs_by_steps() {
        for (text, scale) in [
            ("500x10000", Some((500, 10_000, 10))),
            ("3x1000000", Some((3, 1_000_000, 10))),
            ("5x20x200", Some((5, 20, 200))),
            ("5x20x9", None),
            ("5x20x10x10", None),
            ("0x100", None),
            ("5x19", None),
            ("5", None),
            ("-1x100", None),
            ("5x99999999999", None),
        ] {
            let read = text.parse::<Scale>().ok().map(|scale| (scale.runs, scale.steps, scale.params));
            assert_eq!(read, scale, "{text}");
        }
    }

    #[test]
    fn curves_are_the_same_again_and_hold_every_fate() {
        let runs: Vec<RecordedRun> = (0..200).map(|number| run(number, 500)).collect();
        assert_eq!(format!("{:?}", run(17, 500)), format!("{:?}", runs[17]));
        for fate in ["full", "short", "nan_gap", "diverged"] {
            assert!(runs.iter().any(|run| run.tags["fate"] == fate), "{fate}");
        }
        let ids: std::collections::BTreeSet<RunId> = runs.iter().map(|run| run.id).collect();
        assert_eq!(ids.len(), runs.len());
        let values = || runs.iter().flat_map(|run| &run.series[0].values);
        assert!(values().any(|value| value.is_nan()) && values().any(|&value| value > 10.0));
    }

    #[test]
    fn further_params_are_the_same_again_and_differ_by_run() {
        let of = |number| more_params(number, 190).collect::<BTreeMap<_, _>>();
        assert_eq!(of(7), of(7));
        assert_eq!(of(7).len(), 190);
        assert_ne!(of(7), of(8));
    }

    #[test]
    fn equal_runs_of_two_experiments_have_different_ids() {
        assert_ne!(name_bits("synthetic 5 x 100"), name_bits("synthetic 6 x 100"));
        assert_ne!(name_bits(""), 0);
    }

    #[test]
    fn a_long_run_has_one_spike_where_it_says() {
        for number in 0..3 {
            let steps = 50_000;
            let run = long_run(number, steps);
            let values = &run.series[0].values;
            let high: Vec<usize> = (0..values.len()).filter(|&at| values[at] > 5.0).collect();
            let [at] = high[..] else { panic!("{} spikes in run {number}", high.len()) };
            assert_eq!(run.series[0].steps[at], spike_step(number, steps), "run {number}");
        }
    }
}
