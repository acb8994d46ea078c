//! What a line panel asks the server for: a whole frame a line when what it shows changes, and growth when
//! runs log.

use super::line::Panel;
use crate::{
    api::ApiError,
    state::{MOST_DRAWN, frames::PanelFrame, source},
};
use data::{
    frame::{FrameRequest, XAxis},
    run::RunId,
    view::View,
};
use leptos::{prelude::*, task::spawn_local};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// Widths are asked for in steps of this many CSS pixels, so that a nudge asks nothing anew.
const WIDTH_STEP: f64 = 100.0;

/// How long growth is gathered before it is asked for.
const GROWTH_PAUSE: Duration = Duration::from_millis(120);
/// The same where growth means asking for everything again.
const WHOLE_PAUSE: Duration = Duration::from_millis(1_000);

/// What was asked, by line.
#[derive(Debug, Default)]
pub(super) struct Questions {
    number: u64,
    /// The last whole question, to ask again when the server is back.
    asked: BTreeMap<String, FrameRequest>,
    /// Questions that are not answered yet; an overtaken one is dropped.
    open: BTreeMap<String, u64>,
}

impl Questions {
    /// Notes a question and gives its number.
    fn ask(&mut self, line: &str, request: &FrameRequest) -> u64 {
        self.number += 1;
        if request.buckets.is_none() {
            self.asked.insert(line.to_owned(), request.clone());
        }
        self.open.insert(line.to_owned(), self.number);
        self.number
    }

    /// Says whether an answer is still wanted, and notes that it is here.
    fn answered(&mut self, line: &str, number: u64) -> bool {
        let wanted = self.open.get(line) == Some(&number);
        if wanted {
            self.open.remove(line);
        }
        wanted
    }
}

/// Growth that was not asked for yet.
#[derive(Debug, Default)]
struct Pending {
    /// Events were lost: every run may have grown.
    all_runs: bool,
    runs: BTreeSet<RunId>,
    /// The lines that grew.
    lines: BTreeSet<String>,
}

impl Pending {
    /// Notes that `runs` grew in `lines`; no run named means all.
    fn add(&mut self, runs: &[RunId], lines: Vec<String>) {
        self.all_runs |= runs.is_empty();
        self.runs.extend(runs);
        self.lines.extend(lines);
    }

    /// The runs to ask for; none named means all.
    fn runs(&self) -> Vec<RunId> {
        if self.all_runs { Vec::new() } else { self.runs.iter().copied().collect() }
    }
}

impl Panel {
    /// Asks for whole frames whenever what the panel shows changes, as long as it is in sight. `size` is that of
    /// one plot.
    pub(super) fn ask(self, size: ReadSignal<(f64, f64)>) {
        let run_set = self.workspace.run_set();
        let grouped_set = self.workspace.grouped_set();
        let refused = self.refused;
        let seen = self.seen;
        let view = self.workspace.view(|view| View {
            lines: view.lines.clone(),
            range: view.range,
            value_range: view.value_range,
            group_by: view.group_by.clone(),
            panels: view.panels.clone(),
            ..View::default()
        });
        let baseline = self.workspace.runs.baseline;
        let requests = Memo::new(move |_| {
            let width = size.get().0;
            if !seen.get() || width <= 0.0 {
                return None;
            }
            let run_set = run_set.get()?;
            let grouped_set = grouped_set.get().filter(|set| refused.with(|refused| refused.as_ref() != Some(set)));
            let baseline = baseline.with(|row| row.as_ref().map(|row| row.run_id));
            let width_px = ((width / WIDTH_STEP).ceil() * WIDTH_STEP) as u32;
            let look = self.look.get();
            let ask = |line: String| {
                let metric = self.is_metric(&line);
                let request =
                    self.key.with_value(|key| view.with(|view| view.frame_request(key, &look, &line, metric)));
                // What cannot be read is not asked; the settings say where it is wrong.
                let request = request.map_err(|error| error.to_string());
                let request = request.map(|request| {
                    // Thousands drawn thin as well are too many.
                    let whole = request.group.as_ref().is_some_and(|group| !group.look.members);
                    self.workspace.apart(FrameRequest {
                        run_set: grouped_set.as_ref().filter(|_| whole).unwrap_or(&run_set).clone(),
                        // Who does not name it is not asked anew when it changes.
                        baseline: baseline.filter(|_| request.expression.contains("baseline")),
                        width_px,
                        ..request
                    })
                });
                (line, request)
            };
            Some(self.lines.get().0.into_iter().map(ask).collect::<Vec<_>>())
        });
        Effect::new(move |_| match requests.get() {
            Some(requests) => self.ask_for(requests),
            // Out of sight a panel holds no points and no pixels.
            None if !seen.get_untracked() => self.let_go(),
            None => {}
        });
    }

    /// Whether `line` is the name of a metric, whatever else it could mean.
    fn is_metric(self, line: &str) -> bool {
        !self.by_hand.get() || self.workspace.is_metric(line)
    }

    /// Asks what was not asked yet, and forgets lines that are gone.
    fn ask_for(self, requests: Vec<(String, Result<FrameRequest, String>)>) {
        let lines: BTreeSet<&String> = requests.iter().map(|(line, _)| line).collect();
        let known = self.frames.with_untracked(|frames| frames.keys().all(|line| lines.contains(line)));
        if !known {
            self.frames.update(|frames| Arc::make_mut(frames).retain(|line, _| lines.contains(line)));
        }
        self.errors.update(|errors| errors.retain(|line, _| lines.contains(line)));
        self.questions.update_value(|questions| {
            questions.asked.retain(|line, _| lines.contains(line));
            questions.open.retain(|line, _| lines.contains(line));
        });
        for (line, request) in requests {
            match request {
                Err(wrong) => self.refuse(line, wrong),
                Ok(request) if self.questions.with_value(|questions| questions.asked.get(&line) == Some(&request)) => {}
                Ok(request) => self.fetch(line, request),
            }
        }
        self.settle();
    }

    fn refuse(self, line: String, wrong: String) {
        self.frames.update(|frames| drop(Arc::make_mut(frames).remove(&line)));
        self.questions.update_value(|questions| {
            questions.asked.remove(&line);
            questions.open.remove(&line);
        });
        self.errors.update(|errors| drop(errors.insert(line, ApiError::Refused(400, wrong))));
    }

    /// Whether a refused request was for all runs of groups that are too many to be named.
    fn are_too_many(self, request: &FrameRequest) -> bool {
        let total = self.workspace.runs.pictured.with_untracked(|list| list.total());
        request.group.is_some() && request.run_set.runs.is_none() && total > MOST_DRAWN
    }

    fn settle(self) {
        let Some(waits) = self.questions.try_with_value(|questions| !questions.open.is_empty()) else { return };
        if self.loading.get_untracked() != waits {
            self.loading.set(waits);
        }
    }

    /// Forgets the points and what was asked for.
    fn let_go(self) {
        self.questions.update_value(|questions| {
            questions.asked.clear();
            questions.open.clear();
        });
        self.frames.set(Arc::default());
        self.loading.set(true);
        self.drawing.set(0);
        self.pictured.set(false);
        self.waiting.set(false);
    }

    /// Asks again for what could not be had.
    pub(super) fn retry(self) {
        let errors = self.errors.try_update(std::mem::take).unwrap_or_default();
        let asked = self.questions.with_value(|questions| questions.asked.clone());
        let again: Vec<_> = asked.into_iter().filter(|(line, _)| errors.contains_key(line)).collect();
        if again.is_empty() {
            self.workspace.runs.reload();
        }
        again.into_iter().for_each(|(line, request)| self.fetch(line, request));
    }

    /// Asks for growth when one of the lines grew: at most one question a line at a time, and not more often than
    /// an eye can follow.
    pub(super) fn grow(self) {
        let (workspace, seen) = (self.workspace, self.seen);
        let pending = StoredValue::new(Pending::default());
        let ask = move || {
            if self.loading.try_get_untracked().unwrap_or(true) {
                self.waiting.try_set(true);
                return;
            }
            let Some(grown) = pending.try_update_value(std::mem::take) else { return };
            let asked = self.questions.with_value(|questions| questions.asked.clone());
            let frames = self.frames.get_untracked();
            for line in &grown.lines {
                match (frames.get(line), asked.get(line)) {
                    (Some(frame), _) => self.fetch(line.clone(), frame.growth_request(&grown.runs())),
                    // What was asked for never came: the server was away.
                    (None, Some(request)) => self.fetch(line.clone(), request.clone()),
                    (None, None) => {}
                }
            }
        };
        let soon = StoredValue::new(None::<TimeoutHandle>);
        let ask_soon = move || {
            if soon.with_value(Option::is_none) {
                let grows = self.frames.with_untracked(|frames| frames.values().all(|frame| frame.request.grows()));
                let timer = set_timeout_with_handle(
                    move || {
                        soon.try_set_value(None);
                        ask();
                    },
                    if grows { GROWTH_PAUSE } else { WHOLE_PAUSE },
                );
                soon.set_value(timer.ok());
            }
        };
        Effect::new(move |before: Option<u64>| {
            workspace.growth.with(|growth| {
                if before.is_some_and(|before| before != growth.number) && seen.get_untracked() {
                    let ours = self.grown_lines(&growth.metrics);
                    if !ours.is_empty() {
                        pending.update_value(|pending| pending.add(&growth.runs, ours));
                        ask_soon();
                    }
                }
                growth.number
            })
        });
        Effect::new(move |_| {
            // The awaited answer is here: what grew meanwhile is asked for.
            if !self.loading.get() && self.waiting.get() && seen.get_untracked() {
                self.waiting.set(false);
                ask_soon();
            }
        });
    }

    /// The lines that growth of `metrics` changes; none named means all.
    fn grown_lines(self, metrics: &[String]) -> Vec<String> {
        let along_x = self.look.with_untracked(|look| look.x == XAxis::Metric && metrics.contains(&look.x_metric));
        let all = metrics.is_empty() || along_x;
        let lines = self.lines.get_untracked().0;
        lines.into_iter().filter(|line| all || source::follows(line, self.is_metric(line), metrics)).collect()
    }

    pub(super) fn fetch(self, line: String, request: FrameRequest) {
        if request.run_set.runs.as_ref().is_some_and(Vec::is_empty) && request.buckets.is_some() {
            return;
        }
        let Some(number) = self.questions.try_update_value(|questions| questions.ask(&line, &request)) else { return };
        self.loading.set(true);
        let workspace = self.workspace;
        spawn_local(async move {
            let answer = workspace.frame(&request).await;
            if self.questions.try_update_value(|questions| questions.answered(&line, number)) != Some(true) {
                return;
            }
            match answer {
                Ok(frame) => {
                    let old = self.frames.with_untracked(|frames| frames.get(&line).cloned());
                    let new = match old {
                        Some(old) if request.buckets.is_some() => old.grown(&request, frame),
                        _ => PanelFrame::new(request, frame),
                    };
                    self.errors.update(|errors| drop(errors.remove(&line)));
                    self.frames.update(|frames| drop(Arc::make_mut(frames).insert(line, Arc::new(new))));
                }
                // Of more runs than the server sums up the first are, as the panel says.
                Err(ApiError::Refused(400, _)) if self.are_too_many(&request) => {
                    self.refused.set(Some(request.run_set))
                }
                // What is drawn stays while the server is away; it is asked again when it is back.
                Err(ApiError::Offline) if self.frames.with_untracked(|frames| frames.contains_key(&line)) => {}
                Err(error) => {
                    self.frames.update(|frames| drop(Arc::make_mut(frames).remove(&line)));
                    self.errors.update(|errors| drop(errors.insert(line, error)));
                }
            }
            // What draws the answer hears of it first, so that a panel is never quiet without its pixels.
            leptos::task::tick().await;
            self.settle();
        });
    }
}
