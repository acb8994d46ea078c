//! One panel of a grid: its place, what is said about it, and which run sets it draws.

use super::{
    comments::{About, Talk, comment_on},
    editor::Editor,
    grid::Drawing,
};
use crate::{
    panels::line::LinePanel,
    state::{Cursor, board::Level},
    ui::{
        icon::{Icon, icon},
        menu::{Action, Menu},
    },
};
use data::{
    frame::XAxis,
    report::{
        Content,
        answers::Anchor,
        grid::{COLUMNS, GridPanel, PanelGrid},
    },
    view::whole,
};
use leptos::prelude::*;

/// A panel of a grid.
#[component]
pub(super) fn PanelOf(
    id: String,
    grid: Signal<PanelGrid>,
    drawings: StoredValue<Vec<Drawing>>,
    editor: Option<Editor>,
    block: StoredValue<String>,
) -> impl IntoView {
    let of = id.clone();
    let panel = Memo::new(move |_| grid.with(|grid| grid.panels.iter().find(|panel| panel.id == of).cloned()));
    let style = move || panel.get().map(|panel| format!("--span: {}; --height: {}px", panel.span, panel.height));
    let what = Memo::new(move |_| panel.with(|panel| panel.as_ref().map(|panel| (panel.metric.clone(), panel.sets()))));
    let comment = use_context::<Talk>().map(|talk| {
        let about = Callback::new(move |()| about(panel, drawings));
        view! { <PanelComments talk block=block.get_value() panel=id.clone() about reads=editor.is_none()/> }
    });
    let menu = editor.map(|editor| {
        let id = id.clone();
        let actions = Callback::new(move |()| actions(editor, block.get_value(), id.clone()));
        view! { <Menu label="Place of this panel" look=Icon::Size actions/> }
    });
    view! {
        <div class="report-panel" id=panel_anchor(&block.get_value(), &id) style=style>
            {move || what.get().and_then(|(metric, sets)| {
                let drawing = drawings.with_value(|all| all.iter().find(|drawing| drawing.sets == sets).cloned())?;
                Some(view! { <LinePanel workspace=drawing.workspace key=metric full=false/> })
            })}
            <div class="report-panel-tools">{comment}{menu}</div>
        </div>
    }
    .into_any()
}

/// Where a link to a panel leads.
pub(super) fn panel_anchor(block: &str, panel: &str) -> String {
    format!("b-{block}-{panel}")
}

/// What a comment on a panel may be about: its runs, and the part of x that it shows.
fn about(panel: Memo<Option<GridPanel>>, drawings: StoredValue<Vec<Drawing>>) -> Option<About> {
    let panel = panel.get_untracked()?;
    let workspace =
        drawings.with_value(|all| all.iter().find(|drawing| drawing.sets == panel.sets()).map(|one| one.workspace))?;
    let look = workspace.look_at(Level::Panel(panel.metric.clone())).get_untracked();
    let range = workspace.view_now(|view| view.x_range_of(&panel.metric, &look));
    Some(About {
        workspace,
        panel: panel.metric,
        x: look.x,
        range: range.filter(|_| look.x != XAxis::Metric).map(whole),
    })
}

/// The button that comments on a panel, with how much was said, and what shows a comment's run and range in it.
#[component]
fn PanelComments(
    talk: Talk,
    block: String,
    panel: String,
    about: Callback<(), Option<About>>,
    reads: bool,
) -> impl IntoView {
    let anchor = Anchor { block, panel: Some(panel), ..Anchor::default() };
    let same = move |one: &Anchor, other: &Anchor| one.block == other.block && one.panel == other.panel;
    let of = anchor.clone();
    let count = Memo::new(move |_| talk.threads(|anchor| same(anchor, &of)));
    let of = anchor.clone();
    Effect::new(move |_| {
        let Some(pointed) = talk.pointed.get().filter(|pointed| same(pointed, &of)) else { return };
        let Some(About { workspace, panel, x, .. }) = about.run(()) else { return };
        workspace.hovered.set(pointed.run);
        let Some([from, to]) = pointed.range else { return };
        let (from, to) = (from as f64, to as f64);
        workspace.cursor.set(Some(Cursor { x, x_metric: String::new(), at: (from + to) / 2.0 }));
        // Who reads sees the range; a draft would take it for a change.
        if reads && from < to {
            let look = workspace.look_at(Level::Panel(panel.clone())).get_untracked();
            workspace.zoom(&panel, &look, Some([from, to]), None);
        }
    });
    let on = move |_| {
        let about = about.run(());
        let range = about.as_ref().and_then(|about| about.range);
        let run = about.as_ref().and_then(|about| {
            about.workspace.runs.pinned.with_untracked(|pinned| match pinned.as_slice() {
                [one] => Some(one.run_id),
                _ => None,
            })
        });
        talk.about.set(about);
        comment_on(talk, Anchor { run, range, ..anchor.clone() });
    };
    view! {
        <button type="button" class="icon-button report-panel-comment" aria-label="Comment on this panel"
            title="Comment on what this panel shows" data-count=move || count.get() on:click=on>
            {icon(Icon::Comment)} {move || (count.get() > 0).then(|| count.get())}
        </button>
    }
    .into_any()
}

/// What is done to the panel at a place.
type Change = dyn Fn(&mut Vec<GridPanel>, usize) + Send + Sync;
type PlainChange = fn(&mut Vec<GridPanel>, usize);

/// What can be done with a panel as a part of its grid.
fn actions(editor: Editor, block: String, id: String) -> Vec<Action> {
    let change = |words: String, change: Box<Change>| {
        let (block, id) = (block.clone(), id.clone());
        let run = Callback::new(move |()| {
            editor.change_block("panels", &block, |content| {
                if let Content::Panels(grid) = content
                    && let Some(at) = grid.panels.iter().position(|panel| panel.id == id)
                {
                    change(&mut grid.panels, at);
                }
            });
        });
        Action { words, key: "", run }
    };
    let mut actions = Vec::new();
    if let Some(Content::Panels(grid)) = editor.content(&block)
        && let Some(panel) = grid.panels.iter().find(|panel| panel.id == id)
        && grid.sets.len() > 1
    {
        let drawn = panel.sets();
        for (set, title) in grid.titles().into_iter().enumerate() {
            let words =
                if drawn.contains(&set) { format!("Do not draw {title}") } else { format!("Draw {title} as well") };
            if drawn != [set] {
                actions.push(change(words, Box::new(move |panels, at| panels[at].turn_set(set))));
            }
        }
    }
    for (words, span) in [
        ("A third of the width", 4),
        ("Half the width", 6),
        ("Two thirds of the width", 8),
        ("The full width", COLUMNS),
    ] {
        actions.push(change(words.to_owned(), Box::new(move |panels, at| panels[at].span = span)));
    }
    let others: [(&str, PlainChange); 5] = [
        ("Higher", |panels, at| panels[at].height = (panels[at].height + 80).min(1_200)),
        ("Lower", |panels, at| panels[at].height = panels[at].height.saturating_sub(80).max(120)),
        ("Move back", |panels, at| panels.swap(at, at.saturating_sub(1))),
        ("Move on", |panels, at| {
            let to = (at + 1).min(panels.len() - 1);
            panels.swap(at, to);
        }),
        ("Remove from the report", |panels, at| {
            panels.remove(at);
        }),
    ];
    actions.extend(others.map(|(words, by)| change(words.to_owned(), Box::new(by))));
    actions
}
