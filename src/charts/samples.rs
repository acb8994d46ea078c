//! Sample charts, ordinary and odd. The golden tests draw each; a gallery page can show them.

mod groups;

use crate::{
    color::palette_color,
    line::{Line, LineChart, XQuantity, YDomain},
    scale::ScaleKind,
};
use data::{run::RunId, series::Points, smooth::Ema};
use std::sync::Arc;

pub use self::groups::{faceted, pooled, with_members};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// All samples with their names.
pub fn all(dark: bool) -> Vec<(&'static str, LineChart)> {
    vec![
        ("ordinary", losses(6, 200, dark)),
        ("empty", LineChart::new("train/loss", Vec::new())),
        ("one-point", of_values(&[&[0.5]], dark)),
        (
            "nan",
            of_values(&[&[3., 2., NAN, NAN, 2., 1.5, INF, 1., -INF, 0.5], &[NAN, 1., NAN, 2., 2.5, NAN, NAN]], dark),
        ),
        ("all-nan", of_values(&[&[NAN, NAN, NAN]], dark)),
        ("huge", of_values(&[&[-1e308, 1e308, 0., 5e307]], dark)),
        ("denormal", of_values(&[&[0., 5e-324, 1e-323, 1.5e-323]], dark)),
        ("equal", of_values(&[&[0.1, 0.1, 0.1, 0.1]], dark)),
        ("log", LineChart { y_kind: ScaleKind::Log, ..losses(6, 200, dark) }),
        ("log-with-zeros", LineChart { y_kind: ScaleKind::Log, ..of_values(&[&[1., 0.1, 0., 0.01, -1., 1e-3]], dark) }),
        ("log-without-positives", LineChart { y_kind: ScaleKind::Log, ..of_values(&[&[-1., -10., -100.]], dark) }),
        ("symlog", LineChart { y_kind: ScaleKind::Symlog, ..of_values(&[&[-100., -1., 0., 1., 10., 1000.]], dark) }),
        ("relative-time", over_time(XQuantity::RelativeTime, 0, dark)),
        ("wall-time", over_time(XQuantity::WallTime, 1_772_373_909_250, dark)),
        ("log-steps", LineChart { x_kind: ScaleKind::Log, ..losses(3, 200, dark) }),
        ("last-steps", last_steps(dark)),
        ("zoomed", LineChart { x_domain: Some([40.5, 60.0]), ..losses(6, 200, dark) }),
        ("smoothed", smoothed(dark)),
        ("spike", LineChart { y_domain: YDomain::All, ..spike(dark) }),
        ("spike-beyond", spike(dark)),
        ("many", losses(120, 60, dark)),
    ]
    .into_iter()
    .chain(groups::all(dark))
    .collect()
}

/// A run id that is as random as those of a server, and the same every time.
pub fn run_id(index: usize) -> RunId {
    let mut noise = Noise(index as u64 ^ 0x9e37_79b9);
    RunId(u128::from(noise.bits()) << 64 | u128::from(noise.bits()))
}

/// `lines` loss curves of `points` points.
pub fn losses(lines: usize, points: usize, dark: bool) -> LineChart {
    let of_run = |index: usize| {
        let mut noise = Noise(index as u64 + 1);
        let (from, floor, speed) = (2.0 + noise.unit(), 0.1 + noise.unit() * 0.5, 5.0 + 20.0 * noise.unit());
        let value = |at: usize| {
            let share = at as f64 / points as f64;
            (floor + (from - floor) * (-share * speed).exp()) * (1.0 + 0.16 * (noise.unit() - 0.5))
        };
        let y: Vec<f64> = (0..points).map(value).collect();
        line(index, (0..points as i64).collect(), y, dark)
    };
    LineChart::new("train/loss", (0..lines).map(of_run).collect())
}

fn line(index: usize, x: Vec<i64>, y: Vec<f64>, dark: bool) -> Line {
    let color = palette_color(index, dark);
    Line::new(run_id(index), format!("run-{index}"), Arc::new(Points { x, y }), color)
}

fn of_values(values: &[&[f64]], dark: bool) -> LineChart {
    let lines = values.iter().enumerate().map(|(i, y)| line(i, (0..y.len() as i64).collect(), y.to_vec(), dark));
    LineChart::new("train/loss", lines.collect())
}

fn over_time(x: XQuantity, start_millis: i64, dark: bool) -> LineChart {
    let of_run = |index: usize| {
        let mut noise = Noise(index as u64 + 7);
        let mut at = start_millis;
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for i in 0..150 {
            at += 20_000 + (noise.unit() * 20_000.0) as i64;
            x.push(at);
            y.push(1.0 - (-f64::from(i) / (30.0 + 20.0 * index as f64)).exp() + 0.02 * noise.unit());
        }
        line(index, x, y, dark)
    };
    LineChart { x, ..LineChart::new("val/accuracy", (0..3).map(of_run).collect()) }
}

fn last_steps(dark: bool) -> LineChart {
    LineChart::new("train/loss", vec![line(0, vec![0, i64::MAX / 2, i64::MAX], vec![1., 0.2, 0.5], dark)])
}

fn smoothed(dark: bool) -> LineChart {
    let raw = losses(3, 300, dark);
    let lines = raw.lines.into_iter().enumerate().map(|(index, noisy)| {
        let mut ema = Ema::new(0.9);
        let y = noisy.points().y.iter().map(|&y| ema.next(y)).collect();
        line(index, noisy.points().x.clone(), y, dark).with_original(noisy.points().clone())
    });
    LineChart::new("train/loss", lines.collect())
}

/// A spike one step wide in two thousand.
fn spike(dark: bool) -> LineChart {
    let mut noise = Noise(3);
    let mut y: Vec<f64> = (0..2000).map(|_| 1.0 + 0.1 * noise.unit()).collect();
    y[1300] = 5.0;
    LineChart::new("grad/norm", vec![line(2, (0..2000).collect(), y, dark)])
}

/// SplitMix64, so that samples are the same on every machine.
struct Noise(u64);

impl Noise {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }
}
