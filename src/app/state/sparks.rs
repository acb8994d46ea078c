//! The courses of metrics, small enough for a table's cells: asked for the cells in sight, a few at a time.

use super::Growth;
use data::{
    frame::{Frame, FrameRequest, RunSet},
    run::RunId,
    series::Points,
};
use leptos::{prelude::*, task::spawn_local};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// The size of a course, in its own units: the table's style stretches it.
const WIDTH: f64 = 60.0;
const HEIGHT: f64 = 20.0;
/// How many buckets the server thins a course to.
const BUCKETS_PX: u32 = 30;
/// How many courses are kept; beyond that those out of sight go.
const MOST_KEPT: usize = 4_000;
/// How many requests are under way at once.
const AT_ONCE: usize = 2;
/// How long a scroll rests before courses are asked for.
const PAUSE: Duration = Duration::from_millis(150);

/// The courses of the cells in sight. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Sparks {
    experiment: StoredValue<String>,
    /// The path of each course by metric and run; an empty one where there are no points.
    paths: RwSignal<BTreeMap<String, BTreeMap<RunId, Arc<str>>>>,
    wanted: StoredValue<(BTreeSet<String>, Vec<RunId>)>,
    asking: StoredValue<BTreeSet<String>>,
    waiting: StoredValue<bool>,
}

impl Sparks {
    pub(super) fn new(experiment: String, growth: RwSignal<Growth>) -> Sparks {
        let sparks = Sparks {
            experiment: StoredValue::new(experiment),
            paths: RwSignal::new(BTreeMap::new()),
            wanted: StoredValue::new(Default::default()),
            asking: StoredValue::new(BTreeSet::new()),
            waiting: StoredValue::new(false),
        };
        Effect::new(move |_| {
            growth.with(|growth| sparks.forget(growth));
        });
        sparks
    }

    /// The path of the course of `metric` in `run`, if it is known and has points.
    pub fn path(&self, metric: &str, run: RunId) -> Option<Arc<str>> {
        self.paths.with(|paths| paths.get(metric)?.get(&run).filter(|path| !path.is_empty()).cloned())
    }

    /// Asks for the courses of `metrics` in `runs` that are not known, once nothing else has been wanted for a moment.
    pub fn want(&self, metrics: BTreeSet<String>, runs: Vec<RunId>) {
        let this = *self;
        this.wanted.set_value((metrics, runs));
        if !this.waiting.get_value() {
            this.waiting.set_value(true);
            let ask = move || {
                if this.waiting.try_update_value(|waiting| *waiting = false).is_some() {
                    this.ask();
                }
            };
            set_timeout(ask, PAUSE);
        }
    }

    fn ask(self) {
        let (metrics, runs) = self.wanted.get_value();
        for metric in metrics {
            let unknown: Vec<RunId> = self.paths.with_untracked(|paths| {
                let known = paths.get(&metric);
                runs.iter().filter(|run| known.is_none_or(|known| !known.contains_key(run))).copied().collect()
            });
            let free = self.asking.with_value(|asking| asking.len() < AT_ONCE && !asking.contains(&metric));
            if unknown.is_empty() || !free {
                continue;
            }
            self.asking.update_value(|asking| {
                asking.insert(metric.clone());
            });
            let request = FrameRequest {
                run_set: RunSet {
                    experiments: vec![self.experiment.get_value()],
                    runs: Some(unknown.clone()),
                    ..RunSet::default()
                },
                metric: metric.clone(),
                width_px: BUCKETS_PX,
                ..FrameRequest::default()
            };
            spawn_local(async move {
                let answer = crate::api::Source::Live.frame(&request).await;
                if self.asking.try_update_value(|asking| asking.remove(&metric)).is_none() {
                    return;
                }
                // What could not be had stays empty until the runs grow.
                self.keep(metric, &unknown, answer.ok());
                self.ask();
            });
        }
    }

    fn keep(self, metric: String, asked: &[RunId], frame: Option<Frame>) {
        self.paths.update(|paths| {
            if paths.values().map(BTreeMap::len).sum::<usize>() > MOST_KEPT {
                paths.clear();
            }
            let of_metric = paths.entry(metric).or_default();
            of_metric.extend(asked.iter().map(|run| (*run, Arc::from(""))));
            let series = frame.iter().flat_map(|frame| &frame.series);
            of_metric.extend(series.map(|series| (series.run_id, Arc::from(path_of(&series.points)))));
        });
    }

    /// Forgets what has grown, so that it is asked for again.
    fn forget(self, growth: &Growth) {
        let any = self.paths.with_untracked(|paths| !paths.is_empty());
        if growth.number == 0 || !any {
            return;
        }
        self.paths.update_untracked(|paths| {
            for (metric, runs) in paths.iter_mut() {
                if growth.metrics.is_empty() || growth.metrics.contains(metric) {
                    runs.retain(|run, _| !growth.runs.is_empty() && !growth.runs.contains(run));
                }
            }
        });
        let (metrics, runs) = self.wanted.get_value();
        self.want(metrics, runs);
    }
}

/// The course of `points` from corner to corner; it breaks at what is not finite. Equal values lie in the middle.
fn path_of(points: &Points) -> String {
    use std::fmt::Write;
    let finite = || points.y.iter().copied().filter(|y| y.is_finite());
    let (min, max) = finite().fold((f64::MAX, f64::MIN), |(min, max), y| (min.min(y), max.max(y)));
    let (Some(&first), Some(&last)) = (points.x.first(), points.x.last()) else { return String::new() };
    let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.5 };
    let mut path = String::new();
    let mut drawn = false;
    for (x, y) in points.x.iter().zip(&points.y) {
        if !y.is_finite() {
            drawn = false;
            continue;
        }
        // Halves, so that the span of the largest numbers is finite.
        let px = WIDTH * share((x - first) as f64, (last - first) as f64);
        let py = (HEIGHT - 2.0) * (1.0 - share(y / 2.0 - min / 2.0, max / 2.0 - min / 2.0)) + 1.0;
        let _ = write!(path, "{}{px:.1} {py:.1}", if drawn { "L" } else { "M" });
        drawn = true;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_goes_from_corner_to_corner_and_breaks_where_nothing_is_finite() {
        for (name, x, y, path) in [
            ("falling", &[0, 5, 10][..], &[4.0, 2.0, 0.0][..], "M0.0 1.0L30.0 10.0L60.0 19.0"),
            ("a gap", &[0, 1, 2], &[0.0, f64::NAN, 1.0], "M0.0 19.0M60.0 1.0"),
            ("all the same", &[0, 1], &[7.0, 7.0], "M0.0 10.0L60.0 10.0"),
            ("one point", &[3], &[7.0], "M30.0 10.0"),
            ("huge", &[0, 1], &[-1.7e308, 1.7e308], "M0.0 19.0L60.0 1.0"),
            ("none", &[], &[], ""),
            ("all NaN", &[0], &[f64::NAN], ""),
        ] {
            assert_eq!(path_of(&Points { x: x.to_vec(), y: y.to_vec() }), path, "{name}");
        }
    }
}
