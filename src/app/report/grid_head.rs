//! What stands above a grid: its run sets, whose data it shows, and what can be done about it.

use super::{editor::Editor, grid::Drawing};
use crate::{
    api::{ApiError, reports},
    ui::{
        format::{ago, local_time, now_millis},
        theme::ThemeState,
    },
};
use charts::color::palette_color;
use data::report::{Content, answers::Freeze, grid::PanelGrid};
use leptos::{prelude::*, task::spawn_local};

/// How finely frozen data is kept, in CSS pixels of a panel.
const FROZEN_WIDTH_PX: u32 = 1_600;

/// What stands above a grid.
#[component]
pub(super) fn GridHead(
    grid: Signal<PanelGrid>,
    frozen: Option<String>,
    drawings: StoredValue<Vec<Drawing>>,
    editor: Option<Editor>,
    block: StoredValue<String>,
) -> impl IntoView {
    let failed = RwSignal::new(None::<String>);
    let badge = frozen.clone().map(|hash| view! { <FrozenBadge grid hash/> });
    let set_frozen = move |frozen| {
        if let Some(editor) = editor {
            editor.change_block("freeze", &block.get_value(), |content| {
                if let Content::Panels(grid) = content {
                    grid.frozen = frozen;
                }
            });
        }
    };
    let freeze = move |_| {
        let Some(asked) = questions(&grid.get_untracked(), &drawings.get_value()) else {
            return failed.set(Some("The runs are still loading; try again in a moment.".to_owned()));
        };
        failed.set(None);
        spawn_local(async move {
            match reports::freeze(&asked).await {
                Ok(frozen) => set_frozen(Some(frozen)),
                Err(error) => drop(failed.try_set(Some(error.to_string()))),
            }
        });
    };
    let tools = editor.map(|editor| {
        let is_frozen = frozen.is_some();
        view! {
            <button type="button" class="button" on:click=move |_| editor.dialog.set(Some(block.get_value()))>"Choose panels"</button>
            {if is_frozen {
                view! { <button type="button" class="button" on:click=move |_| set_frozen(None)>"Show live data"</button> }.into_any()
            } else {
                view! { <button type="button" class="button" title="Keep what is shown now with the report" on:click=freeze>"Freeze"</button> }.into_any()
            }}
        }
    });
    view! {
        <div class="report-grid-head">
            <SetKey grid/>
            {badge}
            {tools}
            {move || failed.get().map(|words| view! { <span class="view-error" role="alert">{words}</span> })}
        </div>
    }
    .into_any()
}

/// The run sets by name, with their colours where several are drawn together.
#[component]
fn SetKey(grid: Signal<PanelGrid>) -> impl IntoView {
    let theme = expect_context::<ThemeState>();
    let entries = Memo::new(move |_| {
        grid.with(|grid| {
            let together = grid.panels.iter().any(|panel| !panel.also.is_empty());
            let named = grid.titles().into_iter().zip(&grid.sets).enumerate();
            let entry = |(at, (title, set)): (usize, (String, &data::report::grid::NamedSet))| {
                (together || !set.name.trim().is_empty()).then(|| (title, together.then(|| set.color_at(at))))
            };
            named.filter_map(entry).collect::<Vec<_>>()
        })
    });
    let list = move || {
        let dark = theme.dark.get();
        let entry = |(title, color): (String, Option<usize>)| {
            let swatch = color.map(|color| {
                let style = format!("background: {}", palette_color(color, dark));
                view! { <span class="report-swatch" style=style aria-hidden="true"></span> }
            });
            view! { <li>{swatch}{title}</li> }
        };
        entries.get().into_iter().map(entry).collect_view()
    };
    view! { <ul class="report-sets" aria-label="Run sets">{list}</ul> }.into_any()
}

/// When the data of a grid was taken, and whether live data has changed since.
#[component]
fn FrozenBadge(grid: Signal<PanelGrid>, hash: String) -> impl IntoView {
    let millis = grid.with_untracked(|grid| grid.frozen.as_ref().map_or(0, |frozen| frozen.millis));
    let changed = RwSignal::new(None::<Result<bool, ApiError>>);
    // A link tells only when it was.
    let asks = !hash.is_empty();
    spawn_local(async move {
        if asks {
            changed.try_set(Some(reports::frozen(&hash).await.map(|state| state.changed)));
        }
    });
    let since = move || match changed.get()? {
        Ok(true) => Some(view! { <b>"Live data has changed since"</b> }.into_any()),
        Ok(false) => None,
        Err(error) if error.is_not_found() => Some(view! { <b>"The data is not on this server"</b> }.into_any()),
        Err(_) => None,
    };
    view! {
        <span class="report-frozen" title=local_time(millis)>"Frozen " {ago(millis, now_millis())} {since}</span>
    }
    .into_any()
}

/// Everything that the panels of `grid` ask for; `None` while the runs are not known.
fn questions(grid: &PanelGrid, drawings: &[Drawing]) -> Option<Freeze> {
    let mut asked = Freeze::default();
    for Drawing { sets, workspace } in drawings {
        for request in workspace.runs.asked() {
            if !asked.runs.contains(&request) {
                asked.runs.push(request);
            }
        }
        for panel in grid.panels.iter().filter(|panel| panel.sets() == *sets) {
            for mut request in workspace.questions_of(&panel.metric)? {
                request.width_px = FROZEN_WIDTH_PX;
                if !asked.frames.contains(&request) {
                    asked.frames.push(request);
                }
            }
        }
    }
    Some(asked)
}
