//! Params as rows: how important each is, how sure that is, and whether the metric rises with it.

use crate::state::{Workspace, importance::sorted};
use charts::format::counted;
use data::{
    column::Column,
    importance::{Correlation, Importance, ParamImportance, ParamKind},
    view::ImportanceSort,
};
use leptos::prelude::*;
use std::sync::Arc;

/// The table of params. Each column's head sorts by it.
#[component]
pub fn Rows(workspace: Workspace, target: Column, found: Arc<Importance>) -> impl IntoView {
    let sort = workspace.view(|view| view.importance.sort);
    let head = move |of: ImportanceSort, words: &'static str, hint: &'static str| {
        let direction = if of == ImportanceSort::Name { "ascending" } else { "descending" };
        let sorted = move || if sort.get() == of { direction } else { "none" };
        let choose = move |_| workspace.change("order", |view| view.importance.sort = of);
        view! {
            <th scope="col" aria-sort=sorted><button type="button" title=hint on:click=choose>{words}</button></th>
        }
    };
    // What the longest bar reaches, so that all share one scale.
    let reach = |row: &ParamImportance| row.importance.unwrap_or(0.0) + row.error.unwrap_or(0.0);
    let longest = found.params.iter().map(reach).fold(1e-9, f64::max);
    let axes = workspace.view(|view| view.parallel.axes.clone());
    let rows = move || {
        sorted(&found, sort.get())
            .into_iter()
            .map(|row| view! { <Row workspace target=target.clone() row longest axes/> })
            .collect_view()
    };
    view! {
        <table class="importance-table">
            <thead>
                <tr>
                    {head(ImportanceSort::Name, "Param", "Sort by name")}
                    {head(ImportanceSort::Importance, "Importance", "How much of the R² is lost when its values are shuffled, with one standard error")}
                    {head(ImportanceSort::Correlation, "Correlation", "Spearman's rank correlation with its 95 % interval")}
                    <th scope="col">"Values"</th>
                    <th scope="col"><span class="visually-hidden">"Parallel coordinates"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

#[component]
fn Row(
    workspace: Workspace,
    target: Column,
    row: ParamImportance,
    longest: f64,
    axes: Memo<Vec<Column>>,
) -> impl IntoView {
    let sign = match row.correlation {
        Some(found) if found.is_sure() && found.rho > 0.0 => "rises",
        Some(found) if found.is_sure() => "falls",
        Some(_) | None => "unsure",
    };
    let mut values = counted(row.values, "value", "values");
    if row.missing > 0 {
        values += &format!(", {} without", row.missing);
    }
    let name = row.param.clone();
    let column = Column::Param(name.clone());
    let there = move || axes.with(|axes| axes.contains(&column));
    let add = {
        let name = name.clone();
        move |_| workspace.add_axes(std::slice::from_ref(&name), &target)
    };
    let (label, title) = (format!("Add {name} as an axis"), name.clone());
    view! {
        <tr>
            <th scope="row" title=title>{name}</th>
            <td class="importance-amount">{amount(&row, longest, sign)}</td>
            <td class="importance-correlation">{correlation(row.correlation, row.kind, sign)}</td>
            <td class="importance-values">{values}</td>
            <td>
                {move || if there() {
                    view! { <span class="importance-there">"an axis"</span> }.into_any()
                } else {
                    view! { <button type="button" class="link-button" aria-label=label.clone() on:click=add.clone()>"Add axis"</button> }.into_any()
                }}
            </td>
        </tr>
    }
    .into_any()
}

/// The bar of a param, its whisker, and both in numbers.
fn amount(row: &ParamImportance, longest: f64, sign: &'static str) -> AnyView {
    let Some(importance) = row.importance else {
        return view! { <span class="importance-none">"not known"</span> }.into_any();
    };
    let percent = |value: f64| (value / longest * 100.0).clamp(0.0, 100.0);
    let whisker = row.error.map(|error| {
        let (from, to) = (percent(importance - error), percent(importance + error));
        view! { <i class="importance-whisker" style=format!("left: {from:.2}%; width: {:.2}%", to - from)></i> }
    });
    let text = match row.error {
        Some(error) => format!("{} ± {}", hundredths(importance), hundredths(error)),
        None => hundredths(importance),
    };
    view! {
        <span class="importance-track" aria-hidden="true">
            <i class="importance-bar" data-sign=sign style=format!("width: {:.2}%", percent(importance))></i>
            {whisker}
        </span>
        <span class="num">{text}</span>
    }
    .into_any()
}

/// A diverging bar from the middle, and its number with the interval.
fn correlation(found: Option<Correlation>, kind: ParamKind, sign: &'static str) -> AnyView {
    let Some(Correlation { rho, interval: [low, high], runs }) = found else {
        let words = match kind {
            ParamKind::Category => "no order",
            ParamKind::Number => "not known",
        };
        return view! { <span class="importance-none">{words}</span> }.into_any();
    };
    let percent = |rho: f64| (rho + 1.0) * 50.0;
    let (from, to) = (percent(rho.min(0.0)), percent(rho.max(0.0)));
    let (low_at, high_at) = (percent(low), percent(high));
    let words = match sign {
        "rises" => "the metric rises with it",
        "falls" => "the metric falls with it",
        _ => "this may be chance",
    };
    let title = format!("{words}; 95 % interval {low:.2} to {high:.2}, {}", counted(runs, "run", "runs"));
    view! {
        <span class="importance-track" data-middle="true" aria-hidden="true">
            <i class="importance-bar" data-sign=sign style=format!("left: {from:.2}%; width: {:.2}%", to - from)></i>
            <i class="importance-whisker" style=format!("left: {low_at:.2}%; width: {:.2}%", high_at - low_at)></i>
        </span>
        <span class="num" title=title.clone()>{format!("{rho:.2}")}<span class="visually-hidden">{format!(" ({title})")}</span></span>
    }
    .into_any()
}

/// A number to hundredths, without a sign before nothing.
fn hundredths(value: f64) -> String {
    let text = format!("{value:.2}");
    if text == "-0.00" { "0.00".to_owned() } else { text }
}
