//! The keys of a run, wherever one has the focus: in the run list and in the table.

use crate::{
    pages::run_list::{ROW_PX, focus_line},
    state::{Workspace, compare::toggle as toggle_compared},
    ui::list::scroll_within,
};
use data::run::RunId;
use leptos::{ev, prelude::*};
use leptos_router::NavigateOptions;

/// `P` pins, `B` makes the baseline, `C` compares, `X` selects, `Enter` opens, `Ctrl A` selects all that match; whether the
/// key was one of these.
pub fn on_run_key(event: &ev::KeyboardEvent, workspace: Workspace, navigate: &impl Fn(&str, NavigateOptions)) -> bool {
    let Some(active) = document().active_element() else { return false };
    let Some(line) = active.closest("[data-line], [data-row]").ok().flatten() else { return false };
    let at = line.get_attribute("data-line").or_else(|| line.get_attribute("data-row")).and_then(|at| at.parse().ok());
    let Some(at) = at else { return false };
    let run = untrack(|| workspace.run_at(at)).map(|row| row.run_id);
    match (event.key().as_str(), run) {
        ("a", _) if event.ctrl_key() || event.meta_key() => workspace.tick_matching(),
        _ if event.ctrl_key() || event.meta_key() || event.alt_key() => return false,
        ("x", _) => workspace.tick(at, false),
        ("X", _) => workspace.tick(at, true),
        ("p", Some(run)) => {
            workspace.change("pin", |view| view.pin(&run.short()));
            follow(workspace, &line, run);
        }
        ("b", Some(run)) => {
            workspace.change("baseline", |view| view.turn_baseline(&run.short()));
            follow(workspace, &line, run);
        }
        ("c", Some(run)) => {
            workspace.change("compared runs", |view| toggle_compared(&mut view.compare, &run.short()));
        }
        ("Enter", Some(run)) if active == line => {
            let experiment = workspace.scope().experiment().to_owned();
            navigate(&format!("/experiments/{}/runs/{run}", crate::api::path_part(&experiment)), Default::default());
        }
        _ => return false,
    }
    true
}

/// Keeps the focus on a run whose line moves.
fn follow(workspace: Workspace, line: &web_sys::Element, run: RunId) {
    if line.has_attribute("data-line")
        && let Some(at) = workspace.line_of(run)
    {
        if let Ok(Some(list)) = line.closest(".list") {
            scroll_within(&list, at, ROW_PX);
        }
        focus_line(at);
        // A line that is moved in the page loses the focus.
        request_animation_frame(move || focus_line(at));
    }
}
