//! The controls that all panels of a workspace share.

use crate::{
    state::Workspace,
    ui::{
        icon::{Icon, icon},
        segments::Segments,
    },
};
use charts::{
    format::{counted, value_text},
    time::duration_text,
};
use data::{
    frame::XAxis,
    smooth::Smoothing,
    view::{Outliers, YScale},
};
use leptos::prelude::*;

/// What may be done with values far from all others.
const OUTLIERS: [(Outliers, &str); 3] = [(Outliers::Auto, "Auto"), (Outliers::Hide, "Hide"), (Outliers::Show, "Show")];

/// X axis, y scale, smoothing, outliers, panel search.
#[component]
pub fn Toolbar(workspace: Workspace) -> impl IntoView {
    let x = workspace.view(|view| view.lines.x.unwrap_or_default());
    let y = workspace.view(|view| view.lines.y.unwrap_or_default());
    let smoothing = workspace.view(|view| match view.lines.smoothing {
        Some(Smoothing::Ema { weight }) => weight,
        _ => 0.0,
    });
    let outliers = workspace.view(|view| view.lines.outliers.unwrap_or_default());
    let search = workspace.view(|view| view.panel_search.clone());
    let choose_x = Callback::new(move |x| {
        workspace.change("x axis", |view| {
            view.lines.x = unless_default(x);
            // A range of steps says nothing about a time.
            view.range = None;
        });
    });
    view! {
        <div class="toolbar" role="toolbar" aria-label="Panel settings">
            <Segments label="X axis" chosen=x on_choose=choose_x
                choices=vec![(XAxis::Step, "Step"), (XAxis::RelativeTime, "Relative"), (XAxis::WallTime, "Wall time")]/>
            <Segments label="Y scale" chosen=y
                on_choose=Callback::new(move |y| workspace.change("y scale", |view| view.lines.y = unless_default(y)))
                choices=vec![(YScale::Linear, "Linear"), (YScale::Log, "Log"), (YScale::Symlog, "Symlog")]/>
            <label class="slider">
                "Smoothing"
                <input
                    type="range" min="0" max="0.999" step="0.001" aria-label="Smoothing"
                    prop:value=move || smoothing.get().to_string()
                    on:input=move |event| {
                        let weight = event_target_value(&event).parse().unwrap_or(0.0);
                        workspace.change("smoothing", |view| {
                            view.lines.smoothing = (weight > 0.0).then_some(Smoothing::Ema { weight });
                        });
                    }
                />
                <output>{move || format!("{:.3}", smoothing.get())}</output>
            </label>
            <label class="slider">
                "Outliers"
                <select class="field" aria-label="Outliers"
                    on:change=move |event| {
                        let value = event_target_value(&event);
                        let chosen = OUTLIERS.iter().find(|(_, words)| *words == value).map(|(outliers, _)| *outliers);
                        workspace.change("outliers", |view| view.lines.outliers = chosen.and_then(unless_default));
                    }>
                    {OUTLIERS
                        .iter()
                        .map(|(choice, words)| {
                            view! { <option value=*words selected=move || outliers.get() == *choice>{*words}</option> }
                        })
                        .collect_view()}
                </select>
            </label>
            <ZoomChip workspace/>
            <BrushChip workspace/>
            <label class="search toolbar-search">
                {icon(Icon::Search)}
                <input class="field" type="search" placeholder="Search panels" aria-label="Search panels"
                    prop:value=move || search.get()
                    on:input=move |event| workspace.change("panel search", |view| view.panel_search = event_target_value(&event))/>
            </label>
        </div>
    }
    .into_any()
}

/// What a workspace says of a setting: nothing, where it is what would be without.
fn unless_default<T: Default + PartialEq>(value: T) -> Option<T> {
    (value != T::default()).then_some(value)
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
    let range = workspace.view(|view| (view.range, view.lines.x.unwrap_or_default()));
    move || {
        let (Some([from, to]), x) = range.get() else { return ().into_any() };
        let words = match x {
            XAxis::Step => format!("Steps {} to {}", value_text(from as f64), value_text(to as f64)),
            XAxis::Metric => format!("{} to {}", value_text(from as f64), value_text(to as f64)),
            XAxis::RelativeTime | XAxis::ActiveTime => {
                format!("{} to {}", duration_text(from as f64), duration_text(to as f64))
            }
            XAxis::WallTime => format!("{} of wall time", duration_text(to.saturating_sub(from) as f64)),
        };
        view! {
            <button type="button" class="chip" aria-label="Show all of x again" title="Show all of x again"
                on:click=move |_| workspace.change("zoom", |view| view.range = None)>
                {words} {icon(Icon::Close)}
            </button>
        }
        .into_any()
    }
}
