//! What a line panel asks the server for: a whole frame when what it shows changes, and growth when
//! runs log.

use super::{line::Panel, line_canvas::LineCanvas};
use crate::{
    api::{self, ApiError},
    state::frames::PanelFrame,
};
use data::frame::FrameRequest;
use leptos::{prelude::*, task::spawn_local};
use std::sync::Arc;

/// Widths are asked for in steps of this many CSS pixels, so that a nudge asks nothing anew.
const WIDTH_STEP: f64 = 100.0;

impl Panel {
    /// Asks for a whole frame whenever what the panel shows changes, as long as it is in sight.
    pub(super) fn ask(self, canvas: LineCanvas, seen: ReadSignal<bool>, size: ReadSignal<(f64, f64)>) {
        let run_set = self.workspace.run_set();
        let wanted = self.workspace.view(|view| (view.x, view.range, view.smoothing));
        let request = Memo::new(move |_| {
            if !seen.get() {
                return None;
            }
            let (x, range, smoothing) = wanted.get();
            let width = size.get().0;
            let run_set = run_set.get()?;
            (width > 0.0).then(|| FrameRequest {
                run_set,
                metric: self.metric.get_value(),
                x,
                range,
                width_px: ((width / WIDTH_STEP).ceil() * WIDTH_STEP) as u32,
                smoothing: (smoothing > 0.0).then_some(smoothing),
                ..FrameRequest::default()
            })
        });
        Effect::new(move |_| {
            match request.get() {
                Some(request) => self.fetch(request),
                // Out of sight a panel holds no points; its pixels stay where they are.
                None if !seen.get_untracked() => self.let_go(canvas),
                None => {}
            }
        });
    }

    /// Forgets the points and what was asked for.
    fn let_go(self, canvas: LineCanvas) {
        self.question.update_value(|number| *number += 1);
        canvas.forget();
        self.frame.set(None);
        self.loading.set(true);
        self.drawing.set(false);
        self.waiting.set(false);
    }

    /// Asks for growth when the metric grew, at most one question at a time.
    pub(super) fn grow(self) {
        let workspace = self.workspace;
        Effect::new(move |before: Option<u64>| {
            let (number, runs, ours) = workspace.growth.with(|growth| {
                let ours =
                    growth.metrics.is_empty() || self.metric.with_value(|metric| growth.metrics.contains(metric));
                (growth.number, growth.runs.clone(), ours)
            });
            if before.is_some_and(|before| before != number) && ours {
                if self.loading.get_untracked() {
                    self.waiting.set(true);
                } else if let Some(frame) = self.frame.get_untracked() {
                    self.fetch(frame.growth_request(&runs));
                }
            }
            number
        });
        Effect::new(move |_| {
            // The awaited answer is here: what grew meanwhile is asked for.
            let again = !self.loading.get() && self.waiting.get();
            if let Some(frame) = self.frame.get_untracked().filter(|_| again) {
                self.waiting.set(false);
                let runs: Vec<_> = frame.series.keys().copied().collect();
                self.fetch(frame.growth_request(&runs));
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
