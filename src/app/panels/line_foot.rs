//! The line below a line panel's plot: how much of the data it shows.

use super::line::Panel;
use crate::{state::Cursor, ui::format::count};
use charts::panel::{cut_words, told};
use leptos::prelude::*;
use std::{collections::BTreeSet, time::Duration};

/// The line below the plot: how much of the data it shows, and what the axes leave out.
#[component]
pub(super) fn Foot(panel: Panel) -> impl IntoView {
    let slow = RwSignal::new(false);
    Effect::new(move |handle: Option<Option<TimeoutHandle>>| {
        if let Some(handle) = handle.flatten() {
            handle.clear();
        }
        if panel.loading.get() {
            return set_timeout_with_handle(
                move || {
                    slow.try_set(true);
                },
                Duration::from_secs(1),
            )
            .ok();
        }
        slow.set(false);
        None
    });
    let sentence = Memo::new(move |_| panel.fidelity());
    let words = move || {
        // Where nothing is drawn, there is nothing to say of it.
        let Some(sentence) = sentence.get().filter(|_| panel.frames.with(|frames| !frames.is_empty())) else {
            return String::new();
        };
        let mut parts = vec![sentence];
        let notes: BTreeSet<String> = panel.notes.with(|notes| notes.values().flatten().cloned().collect());
        parts.extend(notes);
        parts.join("; ")
    };
    let wrong = move || {
        let errors = panel.errors.get();
        let drawn = panel.frames.with(|frames| !frames.is_empty());
        // Where nothing is drawn the plot says it.
        let text = errors.iter().map(|(line, error)| format!("{line}: {error}")).collect::<Vec<_>>().join("; ");
        (drawn && !errors.is_empty())
            .then(|| view! { <span class="panel-wrong" role="alert" title=text.clone()>{text.clone()}</span> })
    };
    let first_odd = Memo::new(move |_| {
        let (frames, drawn) = (panel.frames.get(), panel.workspace.runs.drawn.get());
        let first_of =
            |points: &data::series::Points| points.y.iter().position(|y| !y.is_finite()).map(|at| points.x[at]);
        let series = frames.values().map(|frame| &frame.shown);
        let series = series.flat_map(|shown| shown.series.iter().map(|series| (shown.x_unit, series)));
        let odd = series.filter(|(_, (run, series))| series.non_finite > 0 && drawn.contains_key(run));
        let first = odd.filter_map(|(unit, (run, series))| Some((first_of(&series.points)? as f64 * unit, *run)));
        first.min_by(|a, b| a.0.total_cmp(&b.0))
    });
    let jump = move |_| {
        if let Some((at, run)) = first_odd.get_untracked() {
            let (x, x_metric) = panel.look.with_untracked(|look| (look.x, look.x_metric.clone()));
            panel.workspace.cursor.set(Some(Cursor { x, x_metric, at }));
            panel.workspace.hovered.set(Some(run));
        }
    };
    view! {
        <div class="panel-foot">
            {wrong}
            <span class="fidelity" title=words>{words}</span>
            {move || first_odd.get().map(|_| view! {
                <button type="button" title="Point at the first NaN or infinite value" on:click=jump>"First non-finite"</button>
            })}
            {move || slow.get().then(|| view! { <span role="status">"Loading…"</span> })}
        </div>
    }
    .into_any()
}

impl Panel {
    /// How much of the data is shown, in a sentence.
    fn fidelity(self) -> Option<String> {
        let drawn = self.workspace.runs.drawn.get();
        let total = self.workspace.runs.pictured.with(|list| list.total());
        let mut text = self.frames.with(|frames| {
            let shown = frames.values().map(|frame| &frame.shown);
            self.look.with(|look| told(shown, drawn.len(), |run| drawn.contains_key(run), look))
        })?;
        let beyond = self.lines.with(|(_, beyond)| *beyond);
        if beyond > 0 {
            text.push_str(&format!("; {beyond} more metrics are not drawn"));
        }
        // Groups may be of all of them.
        let named = self.frames.with(|frames| frames.values().any(|frame| frame.request.run_set.runs.is_some()));
        if named && drawn.len() >= crate::state::MOST_DRAWN && total > drawn.len() {
            text.push_str(&format!(
                "; the first {} of {} runs are drawn",
                count(drawn.len() as u64),
                count(total as u64)
            ));
        }
        if let Some(cut) = self.workspace.runs.list.with(|list| list.cut()) {
            text.push_str(&format!("; {}", cut_words(cut)));
        }
        Some(text)
    }
}
