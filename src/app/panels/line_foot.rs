//! The line below a line panel's plot: how much of the data it shows.

use super::line::Panel;
use crate::ui::format::count;
use leptos::prelude::*;
use std::time::Duration;

/// The line below the plot: how much of the data it shows, and what the axes leave out.
#[component]
pub(super) fn Foot(panel: Panel, notes: RwSignal<Vec<String>>) -> impl IntoView {
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
    let sentence = Memo::new(move |_| {
        let frame = panel.frame.get()?;
        let drawn = panel.workspace.runs.drawn.get();
        let total = panel.workspace.runs.list.with(|list| list.total());
        let series = frame.series.iter().filter(|(run, _)| drawn.contains_key(run)).map(|(_, series)| series);
        let mut fidelity = charts::fidelity::Fidelity { runs: drawn.len() as u64, ..Default::default() };
        for series in series {
            fidelity.held += series.held;
            fidelity.shown += series.points.len() as u64;
            fidelity.non_finite += series.non_finite;
            fidelity.with_points += u64::from(series.held > 0);
        }
        // Thinning may keep the point on each side of a range, which the range does not hold.
        fidelity.shown = fidelity.shown.min(fidelity.held);
        let mut text = fidelity.sentence();
        if drawn.len() >= crate::state::MOST_DRAWN && total > drawn.len() {
            text.push_str(&format!(
                "; the first {} of {} runs are drawn",
                count(drawn.len() as u64),
                count(total as u64)
            ));
        }
        Some(text)
    });
    let words = move || {
        let mut parts: Vec<String> = sentence.get().into_iter().collect();
        parts.extend(notes.get());
        parts.join("; ")
    };
    let first_odd = Memo::new(move |_| {
        let frame = panel.frame.get()?;
        let drawn = panel.workspace.runs.drawn.get();
        let odd = |points: &data::series::Points| points.y.iter().position(|y| !y.is_finite()).map(|at| points.x[at]);
        let first = frame.series.iter().filter(|(run, series)| series.non_finite > 0 && drawn.contains_key(run));
        first.filter_map(|(run, series)| Some((odd(&series.points)?, *run))).min()
    });
    let jump = move |_| {
        if let Some((x, run)) = first_odd.get_untracked() {
            panel.workspace.cursor.set(Some(x as f64));
            panel.workspace.hovered.set(Some(run));
        }
    };
    view! {
        <div class="panel-foot">
            <span class="fidelity" title=words>{words}</span>
            {move || first_odd.get().map(|_| view! {
                <button type="button" title="Point at the first NaN or infinite value" on:click=jump>"First non-finite"</button>
            })}
            {move || slow.get().then(|| view! { <span role="status">"Loading…"</span> })}
        </div>
    }
    .into_any()
}
