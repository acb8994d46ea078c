//! The legend of a line panel: its lines below the plot, which raise and pin what they name.

use super::{
    line::Panel,
    line_hand::{pin, point_at},
};
use charts::line::{Dashes, Owner};
use leptos::prelude::*;

/// How many lines are named at most.
const MOST: usize = 200;

/// A line as the legend shows it.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    owner: Owner,
    name: String,
    /// What else there is to say: what differs about the run, or what a group's line shows.
    detail: String,
    color: String,
    dashes: Dashes,
}

/// Names the lines of `panel`. Members of groups are not listed.
#[component]
pub(super) fn Legend(panel: Panel) -> impl IntoView {
    let entries = Memo::new(move |_| {
        panel.drawn.with(|drawn| {
            let lines = drawn.lines.iter().zip(&drawn.details).filter(|(line, _)| line.member_of.is_none());
            let mut entries: Vec<Entry> = Vec::new();
            // The list's first run is drawn last, above the others.
            for (line, details) in lines.rev() {
                let entry = Entry {
                    owner: line.owner,
                    name: line.name.clone(),
                    detail: line.statistic().unwrap_or_else(|| details.clone()),
                    color: line.color.to_string(),
                    dashes: line.dashes,
                };
                entries.push(entry);
            }
            entries
        })
    });
    let raised = panel.workspace.raised();
    let entry = move |entry: Entry| {
        let owner = entry.owner;
        let stands_out = move || {
            let run = owner.run();
            let raised = raised.with(|raised| run.is_some_and(|run| raised.contains(&run)));
            if raised { "true" } else { "false" }
        };
        let dashes = entry.dashes.lengths().iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        view! {
            <li>
                <button type="button" data-raised=stands_out title="Pin, or let go"
                    on:pointerenter=move |_| point_at(panel, Some(owner)) on:pointerleave=move |_| point_at(panel, None)
                    on:focus=move |_| point_at(panel, Some(owner)) on:blur=move |_| point_at(panel, None)
                    on:click=move |_| pin(panel, owner)>
                    <svg width="18" height="8" aria-hidden="true">
                        <path d="M0 4h18" stroke=entry.color stroke-width="2.5" stroke-dasharray=dashes/>
                    </svg>
                    <span class="legend-name">{entry.name}</span>
                    <span class="legend-detail">{entry.detail}</span>
                </button>
            </li>
        }
        .into_any()
    };
    let list = move || {
        let mut all = entries.get();
        let more = all.len().saturating_sub(MOST);
        all.truncate(MOST);
        let more = (more > 0).then(|| view! { <li class="legend-more">"and " {more} " more"</li> });
        view! { {all.into_iter().map(entry).collect_view()} {more} }
    };
    view! { <ul class="legend" aria-label="Legend">{list}</ul> }.into_any()
}
