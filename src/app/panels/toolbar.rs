//! The controls that all panels of a workspace share.

use super::{parallel_tools::options, smoothing::SmoothingControl};
use crate::{
    state::{Workspace, board::Level},
    ui::{
        icon::{Icon, icon},
        segments::Segments,
        theme::ThemeState,
    },
};
use charts::{
    format::{counted, value_text},
    panel::{Tint, TintKey},
    time::duration_text,
};
use data::{
    column::{Attribute, Column},
    frame::XAxis,
    view::{LineSettings, Outliers, YScale},
};
use leptos::prelude::*;

/// What may be done with values far from all others.
pub const OUTLIERS: [(Outliers, &str); 3] =
    [(Outliers::Auto, "Auto"), (Outliers::Hide, "Hide"), (Outliers::Show, "Show")];

/// X axis, y scale, smoothing, outliers, grouping, colour, panel search.
#[component]
pub fn Toolbar(workspace: Workspace) -> impl IntoView {
    let x = workspace.view(|view| match view.lines.x.unwrap_or_default() {
        XAxis::ActiveTime => XAxis::RelativeTime,
        x => x,
    });
    let y = workspace.view(|view| view.lines.y.unwrap_or_default());
    let smoothing = workspace.view(|view| view.lines.smoothing.unwrap_or_default());
    let outliers = workspace.view(|view| view.lines.outliers.unwrap_or_default());
    let search = workspace.view(|view| view.panel_search.clone());
    let set = move |topic: &'static str, change: &dyn Fn(&mut LineSettings)| {
        workspace.change(topic, |view| Level::Workspace.change(view, change));
    };
    let choose_x = Callback::new(move |x| {
        workspace.change("x axis", |view| {
            view.lines.x = Some(x);
            view.lines.forget_defaults();
            // A range of steps says nothing about a time.
            (view.range, view.value_range) = (None, None);
        });
        // Which metric it is, is said in the settings.
        if x == XAxis::Metric {
            workspace.choose_x_metric();
            workspace.editing.set(Some(Level::Workspace));
        }
    });
    let smooth = Callback::new(move |to| set("smoothing", &|lines| lines.smoothing = Some(to)));
    let group = workspace.view(|view| view.group_by.clone());
    let group_by = Callback::new(move |by: Option<Column>| {
        workspace.change("group by", |view| view.group_by = by.into_iter().collect());
    });
    let color = workspace.view(|view| view.color_by.clone().into_iter().collect::<Vec<_>>());
    let color_by = Callback::new(move |by| workspace.change("colour by", |view| view.color_by = by));
    view! {
        <div class="toolbar board-toolbar" role="toolbar" aria-label="Panel settings">
            <Segments label="X axis" chosen=x on_choose=choose_x
                choices=vec![(XAxis::Step, "Step"), (XAxis::RelativeTime, "Relative"), (XAxis::WallTime, "Wall time"), (XAxis::Metric, "Metric")]/>
            <Segments label="Y scale" chosen=y
                on_choose=Callback::new(move |y| set("y scale", &|lines| lines.y = Some(y)))
                choices=vec![(YScale::Linear, "Linear"), (YScale::Log, "Log"), (YScale::Symlog, "Symlog")]/>
            <span class="slider smoothing-label"><span class="toolbar-word">"Smoothing"</span> <SmoothingControl smoothing on_choose=smooth/></span>
            <label class="slider">
                "Outliers"
                <select class="field" aria-label="Outliers"
                    on:change=move |event| {
                        let value = event_target_value(&event);
                        let chosen = OUTLIERS.iter().find(|(_, words)| *words == value).map(|(outliers, _)| *outliers);
                        set("outliers", &|lines| lines.outliers = chosen);
                    }>
                    {OUTLIERS
                        .iter()
                        .map(|(choice, words)| {
                            view! { <option value=*words selected=move || outliers.get() == *choice>{*words}</option> }
                        })
                        .collect_view()}
                </select>
            </label>
            <label class="slider">"Group by" {column_choice(workspace, "Group by", "No groups", group, group_by)}</label>
            <label class="slider">"Colour by" {column_choice(workspace, "Colour by", "Run", color, color_by)}</label>
            <TintKeyView workspace/>
            <ZoomChip workspace/>
            <BrushChip workspace/>
            <span class="toolbar-end">
                <label class="search toolbar-search">
                    {icon(Icon::Search)}
                    <input class="field" type="search" placeholder="Search panels" aria-label="Search panels"
                        prop:value=move || search.get()
                        on:input=move |event| workspace.change("panel search", |view| view.panel_search = event_target_value(&event))/>
                </label>
                {workspace.can_share().then(|| arranging(workspace))}
            </span>
        </div>
    }
    .into_any()
}

/// What changes which panels there are; who holds a link looks only.
fn arranging(workspace: Workspace) -> AnyView {
    let all = move || workspace.editing.get() == Some(Level::Workspace);
    view! {
        <button type="button" class="button" title="Add a panel made by hand" on:click=move |_| workspace.add_panel(None)>
            {icon(Icon::Add)} "Add panel"
        </button>
        <button type="button" class="icon-button" aria-label="Settings of all panels" title="Settings of all panels"
            aria-pressed=move || if all() { "true" } else { "false" }
            on:click=move |_| workspace.editing.update(|editing| {
                *editing = (*editing != Some(Level::Workspace)).then_some(Level::Workspace);
            })>
            {icon(Icon::Settings)}
        </button>
    }
    .into_any()
}

/// A choice of one column, or of none; several are said in the settings.
fn column_choice(
    workspace: Workspace,
    label: &'static str,
    none: &'static str,
    chosen: Memo<Vec<Column>>,
    on_choose: Callback<Option<Column>>,
) -> AnyView {
    let columns = workspace.columns();
    let wanted = |column: &Column| *column != Column::Attribute(Attribute::Name);
    let choose = move |event| on_choose.run(event_target_value(&event).parse().ok());
    let choices = move || {
        let now = chosen.get();
        let several = (now.len() > 1).then(|| {
            let words = now.iter().map(|column| column.title().to_owned()).collect::<Vec<_>>().join(", ");
            view! { <option value="several" selected=true>{words}</option> }
        });
        let one = now.first().filter(|_| now.len() == 1).cloned();
        let missing = one.clone().filter(|column| columns.with(|columns| !columns.contains(column)));
        let missing = missing.map(
            |column| view! { <option value=column.to_string() selected=true>{column.title().to_owned()}</option> },
        );
        view! {
            <option value="" selected=now.is_empty()>{none}</option>
            {several}
            {missing}
            {options(&columns.get(), |column| Some(column) == one.as_ref(), wanted)}
        }
    };
    view! { <select class="field column-choice" aria-label=label on:change=choose>{choices}</select> }.into_any()
}

/// What the colours of runs mean, where a column gives them.
#[component]
fn TintKeyView(workspace: Workspace) -> impl IntoView {
    let dark = expect_context::<ThemeState>().dark;
    move || {
        let dark = dark.get();
        match workspace.tints.with(|tints| tints.key.clone()) {
            TintKey::Own => ().into_any(),
            TintKey::Ramp([low, high]) => {
                let stop = |at: i32| Tint::Ramp(f64::from(at) / 8.0).color(dark).to_string();
                let stops = (0..=8).map(stop).collect::<Vec<_>>().join(", ");
                let bar = format!("background: linear-gradient(90deg, {stops})");
                view! { <span class="color-key"><b>{low}</b><i class="color-bar" style=bar></i><b>{high}</b></span> }
                    .into_any()
            }
            TintKey::Names(names, more) => {
                let name = |(name, tint): (String, Tint)| {
                    view! { <span class="color-name"><i style=format!("background: {}", tint.color(dark))></i>{name}</span> }
                };
                let names = names.into_iter().map(name).collect_view();
                let other = Tint::Other.color(dark).to_string();
                let more = (more > 0).then(|| {
                    view! { <span class="color-name"><i style=format!("background: {other}")></i>{more} " others"</span> }
                });
                view! { <span class="color-key">{names} {more}</span> }.into_any()
            }
        }
    }
}

/// Says that brushes leave runs out, and clears them.
#[component]
pub fn BrushChip(workspace: Workspace) -> impl IntoView {
    let brushed = workspace.view(|view| view.brushes.len());
    move || {
        (brushed.get() > 0).then(|| {
            let words = format!("Brushed on {}", counted(brushed.get() as u64, "column", "columns"));
            view! {
                <button type="button" class="chip" aria-label="Clear brushes" title="Clear brushes (Esc)"
                    on:click=move |_| workspace.change("clear brushes", |view| view.brushes.clear())>
                    {words} {icon(Icon::Close)}
                </button>
            }
        })
    }
}

/// Says that panels show a part of x, and goes back to all of it.
#[component]
fn ZoomChip(workspace: Workspace) -> impl IntoView {
    let range = workspace.view(|view| (view.range, view.value_range, view.lines.x.unwrap_or_default()));
    move || {
        let (range, values, x) = range.get();
        let values = values.filter(|_| x == XAxis::Metric);
        let ends = values.or(range.filter(|_| x != XAxis::Metric).map(|ends| ends.map(|end| end as f64)));
        let Some([from, to]) = ends else { return ().into_any() };
        let words = match x {
            XAxis::Step => format!("Steps {} to {}", value_text(from), value_text(to)),
            XAxis::Metric => format!("{} to {}", value_text(from), value_text(to)),
            XAxis::RelativeTime | XAxis::ActiveTime => {
                format!("{} to {}", duration_text(from), duration_text(to))
            }
            XAxis::WallTime => format!("{} of wall time", duration_text(to - from)),
        };
        view! {
            <button type="button" class="chip" aria-label="Show all of x again" title="Show all of x again"
                on:click=move |_| workspace.change("zoom", |view| (view.range, view.value_range) = (None, None))>
                {words} {icon(Icon::Close)}
            </button>
        }
        .into_any()
    }
}
