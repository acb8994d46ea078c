//! The trash of an experiment: runs that were deleted, to restore or to remove for good.

use crate::{
    api::{self, ApiError},
    pages::{bulk::names, missing::Nothing},
    state::{Workspace, actions::Said},
    ui::{
        dialog::Dialog,
        format::{ago, bytes, count, local_time, now_millis},
    },
};
use charts::format::counted;
use data::{
    actions::RunAction,
    run::{RunId, RunRow, RunsPage, RunsRequest},
};
use leptos::{prelude::*, task::spawn_local};
use std::{collections::BTreeSet, sync::Arc};

/// The runs in the trash.
#[component]
pub fn TrashPane(workspace: Workspace) -> impl IntoView {
    let page = RwSignal::new(None::<Result<(u64, Vec<Arc<RunRow>>), ApiError>>);
    let ticked = RwSignal::new(BTreeSet::<RunId>::new());
    let asked = RwSignal::new(false);
    let news = workspace.runs.news;
    Effect::new(move |_| {
        // What is restored is news for the run list.
        news.track();
        spawn_local(async move {
            let request = RunsRequest {
                experiments: vec![workspace.scope().experiment().to_owned()],
                trash: true,
                ..RunsRequest::default()
            };
            let answer = api::Source::Live.runs(&request).await;
            let rows = answer.map(|RunsPage { total, runs, .. }| (total, runs.into_iter().map(Arc::new).collect()));
            page.try_set(Some(rows));
        });
    });
    let chosen = move || -> Vec<Arc<RunRow>> {
        page.with_untracked(|page| match page {
            Some(Ok((_, rows))) => ticked
                .with_untracked(|ticked| rows.iter().filter(|row| ticked.contains(&row.run_id)).cloned().collect()),
            Some(Err(_)) | None => Vec::new(),
        })
    };
    let restore = move |_| {
        workspace.act(chosen(), RunAction::Restore);
        ticked.set(BTreeSet::new());
    };
    let none = move || ticked.with(BTreeSet::is_empty);
    let line = move |row: Arc<RunRow>| {
        let run = row.run_id;
        let toggle = move |event| {
            let on = event_target_checked(&event);
            ticked.update(|ticked| {
                if on {
                    ticked.insert(run)
                } else {
                    ticked.remove(&run)
                };
            });
        };
        view! {
            <tr>
                <td><label class="toggle"><input type="checkbox" prop:checked=move || ticked.with(|ticked| ticked.contains(&run)) on:change=toggle/>{row.name.clone()}</label></td>
                <td class="mono">{run.short()}</td>
                <td>{row.status.name().to_lowercase()}</td>
                <td title=local_time(row.start_millis)>{ago(row.start_millis, now_millis())}</td>
            </tr>
        }
    };
    let purge = Callback::new(move |()| {
        asked.set(false);
        let rows = chosen();
        ticked.set(BTreeSet::new());
        spawn_local(async move {
            let said = match api::purge(rows.iter().map(|row| row.run_id).collect()).await {
                Ok(gone) => {
                    let runs = counted(gone.runs, "run", "runs");
                    Said {
                        words: format!("Removed {runs} for good, with {} of files.", bytes(gone.artifact_bytes)),
                        failed: false,
                        undo: Vec::new(),
                    }
                }
                Err(error) => Said { words: error.to_string(), failed: true, undo: Vec::new() },
            };
            workspace.said.try_set(Some(said));
            news.try_update(|news| *news += 1);
        });
    });
    let runs = move || (format!("/experiments/{}", api::path_part(workspace.scope().experiment())), "See the runs");
    let body = move || {
        match page.get() {
        None => view! { <div class="skeleton" style="height: 120px"></div> }.into_any(),
        Some(Err(error)) => view! { <Nothing title="The trash could not be opened" words=error.to_string()/> }.into_any(),
        Some(Ok((_, rows))) if rows.is_empty() => {
            view! { <Nothing title="The trash is empty" words="Runs that are deleted lie here until they are restored or removed for good." onward=runs()/> }.into_any()
        }
        Some(Ok((total, rows))) => {
            let all: BTreeSet<RunId> = rows.iter().map(|row| row.run_id).collect();
            let shown = rows.len() as u64;
            view! {
                <div class="toolbar" role="toolbar" aria-label="Trash">
                    <span class="runs-count" role="status">{if shown < total { format!("{} runs in the trash, the first {} listed", count(total), count(shown)) } else { format!("{} in the trash", counted(total, "run", "runs")) }}</span>
                    <button type="button" class="button" on:click=move |_| ticked.set(all.clone())>"Select all"</button>
                    <button type="button" class="button" disabled=none on:click=restore>"Restore"</button>
                    <button type="button" class="button" disabled=none on:click=move |_| asked.set(true)>"Delete for good…"</button>
                </div>
                <div class="trash"><table class="table" aria-label="Runs in the trash">
                    <thead><tr><th scope="col">"Run"</th><th scope="col">"Id"</th><th scope="col">"Status"</th><th scope="col">"Started"</th></tr></thead>
                    <tbody>{rows.into_iter().map(line).collect_view()}</tbody>
                </table></div>
            }
            .into_any()
        }
    }
    };
    view! {
        <div class="table-pane">{body}</div>
        {move || asked.get().then(|| view! {
            <Dialog title="Delete for good" on_close=move || asked.set(false)><Purge rows=chosen() purge/></Dialog>
        })}
    }
    .into_any()
}

/// Asks before runs are gone for good.
#[component]
fn Purge(rows: Vec<Arc<RunRow>>, purge: Callback<()>) -> impl IntoView {
    let sure = RwSignal::new(false);
    let words = format!("Delete {} for good", counted(rows.len() as u64, "run", "runs"));
    view! {
        <div class="bulk-form">
            <p>"These runs go with their points and files. Nothing brings them back:"</p>
            {names(&rows)}
            <label class="toggle"><input type="checkbox" on:change=move |event| sure.set(event_target_checked(&event))/>"I know that this cannot be undone"</label>
            <div class="bulk-buttons">
                <button type="button" class="button" data-look="danger" disabled=move || !sure.get() on:click=move |_| purge.run(())>{words}</button>
            </div>
        </div>
    }
    .into_any()
}
