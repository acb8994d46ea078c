//! What a line panel asks the server for: a whole frame when what it shows changes, and growth when
//! runs log.

use super::{line::Panel, line_canvas::LineCanvas};
use crate::{
    api::{self, ApiError},
    state::frames::PanelFrame,
};
use data::{frame::FrameRequest, run::RunId};
use leptos::{prelude::*, task::spawn_local};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

/// Widths are asked for in steps of this many CSS pixels, so that a nudge asks nothing anew.
const WIDTH_STEP: f64 = 100.0;

/// How long growth is gathered before it is asked for.
const GROWTH_PAUSE: Duration = Duration::from_millis(120);

/// Runs that grew and were not asked for yet.
#[derive(Debug, Default)]
struct Pending {
    /// Events were lost: every run may have grown.
    all: bool,
    runs: BTreeSet<RunId>,
}

impl Pending {
    /// Notes that `runs` grew; none named means all.
    fn add(&mut self, runs: &[RunId]) {
        self.all |= runs.is_empty();
        self.runs.extend(runs);
    }

    /// The runs to ask for; none named means all.
    fn runs(&self) -> Vec<RunId> {
        if self.all { Vec::new() } else { self.runs.iter().copied().collect() }
    }
}

impl Panel {
    /// Asks for a whole frame whenever what the panel shows changes, as long as it is in sight.
    pub(super) fn ask(self, canvas: LineCanvas, seen: ReadSignal<bool>, size: ReadSignal<(f64, f64)>) {
        let run_set = self.workspace.run_set();
        let look = self.look;
        let range = self.workspace.view(|view| view.range);
        let request = Memo::new(move |_| {
            if !seen.get() {
                return None;
            }
            let (x, smoothing) = look.with(|look| (look.x, look.smoothing));
            let width = size.get().0;
            let run_set = run_set.get()?;
            (width > 0.0).then(|| FrameRequest {
                run_set,
                metric: self.metric.get_value(),
                x,
                range: range.get(),
                width_px: ((width / WIDTH_STEP).ceil() * WIDTH_STEP) as u32,
                smoothing,
                ..FrameRequest::default()
            })
        });
        Effect::new(move |_| {
            match request.get() {
                Some(request) => self.fetch(request),
                // Out of sight a panel holds no points and no pixels.
                None if !seen.get_untracked() => self.let_go(canvas),
                None => {}
            }
        });
    }

    /// Forgets the points and what was asked for.
    fn let_go(self, canvas: LineCanvas) {
        self.question.update_value(|number| *number += 1);
        canvas.forget();
        self.drawn.set(false);
        self.frame.set(None);
        self.asked.set_value(None);
        self.loading.set(true);
        self.drawing.set(false);
        self.waiting.set(false);
    }

    /// Asks for growth when the metric grew: at most one question at a time, and not more often than an
    /// eye can follow.
    pub(super) fn grow(self, seen: ReadSignal<bool>) {
        let workspace = self.workspace;
        let pending = StoredValue::new(Pending::default());
        let ask = move || {
            if self.loading.try_get_untracked().unwrap_or(true) {
                self.waiting.try_set(true);
                return;
            }
            let Some(grown) = pending.try_update_value(std::mem::take) else { return };
            match self.frame.get_untracked() {
                Some(frame) => self.fetch(frame.growth_request(&grown.runs())),
                // What was asked for never came: the server was away.
                None => self.asked.get_value().into_iter().for_each(|request| self.fetch(request)),
            }
        };
        let soon = StoredValue::new(None::<TimeoutHandle>);
        let ask_soon = move || {
            if soon.with_value(Option::is_none) {
                let timer = set_timeout_with_handle(
                    move || {
                        soon.try_set_value(None);
                        ask();
                    },
                    GROWTH_PAUSE,
                );
                soon.set_value(timer.ok());
            }
        };
        Effect::new(move |before: Option<u64>| {
            workspace.growth.with(|growth| {
                let ours =
                    growth.metrics.is_empty() || self.metric.with_value(|metric| growth.metrics.contains(metric));
                if before.is_some_and(|before| before != growth.number) && ours && seen.get_untracked() {
                    pending.update_value(|pending| pending.add(&growth.runs));
                    ask_soon();
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

    pub(super) fn fetch(self, request: FrameRequest) {
        if request.run_set.runs.as_ref().is_some_and(Vec::is_empty) && request.buckets.is_some() {
            return;
        }
        let Some(number) = self.question.try_update_value(|number| {
            *number += 1;
            *number
        }) else {
            return;
        };
        if request.buckets.is_none() {
            self.asked.set_value(Some(request.clone()));
        }
        self.loading.set(true);
        spawn_local(async move {
            let answer = api::frame(&request).await;
            if self.question.try_get_value() != Some(number) {
                return;
            }
            match answer {
                Ok(frame) => {
                    let new = match self.frame.get_untracked() {
                        Some(old) if request.buckets.is_some() => old.grown(&request, frame),
                        _ => PanelFrame::new(request, frame),
                    };
                    self.error.set(None);
                    // Before `loading` falls, so that a panel is never quiet without its pixels.
                    self.drawing.set(true);
                    self.frame.set(Some(Arc::new(new)));
                }
                // What is drawn stays while the server is away; it is asked again when it is back.
                Err(ApiError::Offline) if self.frame.with_untracked(Option::is_some) => {}
                Err(error) => self.error.set(Some(error)),
            }
            self.loading.set(false);
        });
    }
}
