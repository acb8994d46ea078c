//! Puts a panel of a workspace into a report, one that is there or a new one.

use super::{editor::new_block, grid_edit::panel_of};
use crate::{
    api::{ApiError, reports},
    state::Workspace,
    ui::format::{ago, now_millis},
};
use data::report::{
    Content, Document,
    answers::{NewReport, ReportRow, SaveDraft, Saved},
    grid::{NamedSet, PanelGrid},
};
use data::view::{PlacedView, View};
use leptos::{prelude::*, task::spawn_local};

/// How often a draft that others save at the same time is tried again.
const TRIES: usize = 4;

/// What the dialog "Add to report" holds.
#[component]
pub fn AddToReport(workspace: Workspace, panel: String) -> impl IntoView {
    let list = RwSignal::new(None::<Result<Vec<ReportRow>, ApiError>>);
    let done = RwSignal::new(None::<Result<String, ApiError>>);
    spawn_local(async move {
        list.try_set(Some(reports::list().await));
    });
    let view = workspace.view_now(|view| View { full: None, ..view.clone() });
    let placed = PlacedView { experiment_id: workspace.scope().experiment().to_owned(), tab: String::new(), view };
    let content = StoredValue::new(grid_of(placed, panel.clone()));
    let add = move |report: Option<String>| {
        let content = content.get_value();
        spawn_local(async move {
            let added = match report {
                Some(report) => append(&report, content).await.map(|()| report),
                None => begin(content).await,
            };
            done.try_set(Some(added));
        });
    };
    let rows = move || match list.get() {
        None => view! { <div class="skeleton" style="height: 60px"></div> }.into_any(),
        Some(Err(error)) => view! { <p class="view-error" role="alert">{error.to_string()}</p> }.into_any(),
        Some(Ok(rows)) => {
            let now = now_millis();
            let row = |row: ReportRow| {
                let title = if row.title.is_empty() { "Untitled report".to_owned() } else { row.title };
                let id = row.id;
                view! {
                    <li class="view-line">
                        <button type="button" class="view-open" on:click=move |_| add(Some(id.clone()))>{title}</button>
                        <span class="report-note">{ago(row.updated_millis, now)}</span>
                    </li>
                }
            };
            view! { <ul>{rows.into_iter().map(row).collect_view()}</ul> }.into_any()
        }
    };
    let body = move || match done.get() {
        None => view! {
            <p class="report-note">{panel.clone()} " with the runs and settings of this view"</p>
            <button type="button" class="button" data-look="primary" on:click=move |_| add(None)>"New report"</button>
            {rows}
        }
        .into_any(),
        Some(Ok(report)) => view! {
            <p role="status">"The panel stands at the end of the draft."</p>
            <a class="button" href=format!("/reports/{report}?edit=1")>"Open the report"</a>
        }
        .into_any(),
        Some(Err(error)) => view! { <p class="view-error" role="alert">{error.to_string()}</p> }.into_any(),
    };
    body.into_any()
}

fn grid_of(placed: PlacedView, panel: String) -> Content {
    let sets = vec![NamedSet { name: String::new(), color: None, placed }];
    Content::Panels(PanelGrid { sets, panels: vec![panel_of(panel, 0)], ..PanelGrid::default() })
}

async fn begin(content: Content) -> Result<String, ApiError> {
    let document = Document { blocks: vec![new_block(content)], ..Document::default() };
    let new = NewReport { document: Some(document), markdown: None };
    Ok(reports::create(&new).await?.id)
}

/// Adds a block at the end of the draft. If someone saves meanwhile, it is added behind what they saved.
async fn append(report: &str, content: Content) -> Result<(), ApiError> {
    let page = reports::one(report, Some("draft")).await?;
    let block = new_block(content);
    let (mut base, mut document) = (page.revision, page.document);
    for _ in 0..TRIES {
        document.blocks.push(block.clone());
        match reports::save(report, &SaveDraft { base, document }).await? {
            Saved::Saved { .. } => return Ok(()),
            Saved::Conflict { revision, document: theirs, .. } => (base, document) = (revision, theirs),
        }
    }
    Err(ApiError::Refused(409, "Others save this report again and again; try once more.".to_owned()))
}
