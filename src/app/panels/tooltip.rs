//! The tooltip of a line panel: the runs nearest to the pointer, ordered as on screen.

use super::line_canvas::Picture;
use charts::{
    format::{full_text, value_text},
    hit::Hit,
    line::{Line, Owner},
};
use leptos::prelude::*;

/// How far from the pointer a line may be to be named, CSS pixels.
const REACH_PX: f64 = 28.0;
/// How many runs are named at most.
const ROWS: usize = 7;

/// The height of a row, and of what stands around the rows, CSS pixels, as in the style sheet.
const ROW_PX: f64 = 18.0;
const FRAME_PX: f64 = 14.0;
/// How far beside the pointer it stands, CSS pixels.
const BESIDE_PX: f64 = 16.0;
/// What it keeps from the edge of the board, and how wide it may always and never be, CSS pixels.
const EDGE_PX: f64 = 4.0;
const WIDTHS_PX: (f64, f64) = (200.0, 360.0);

/// What the pointer is near to.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// The pointer, CSS pixels from the plot's corner.
    pub at: (f64, f64),
    /// The x under the pointer, in words.
    x: String,
    /// What the nearest line shows, if it is a group's.
    statistic: Option<String>,
    /// Whose line is nearest.
    pub nearest: Owner,
    rows: Vec<NearRow>,
    /// How many more runs are as near.
    more: usize,
}

#[derive(Debug, Clone, PartialEq)]
struct NearRow {
    owner: Owner,
    name: String,
    /// What differs about its run.
    detail: String,
    color: String,
    value: String,
    original: Option<String>,
}

/// What lies near `at`, CSS pixels from the plot's corner; `None` if no line does. `told` says what a line is called, and
/// what differs about its run.
pub fn near(picture: &Picture, at: (f64, f64), told: impl Fn(&Line) -> (String, String)) -> Option<Near> {
    let scale = picture.theme.scale;
    let (x_px, y_px) = (at.0 * scale, at.1 * scale);
    let hits = picture.chart.nearest_many(&picture.layout, x_px, y_px, REACH_PX * scale, usize::MAX);
    let nearest = hits.iter().min_by(|a, b| a.distance.total_cmp(&b.distance))?;
    let (nearest_line, x) = (nearest.line, nearest.x);
    let mut shown: Vec<&Hit> = hits.iter().collect();
    shown.sort_by(|a, b| a.distance.total_cmp(&b.distance));
    shown.truncate(ROWS);
    shown.sort_by(|a, b| a.y_px.total_cmp(&b.y_px));
    let row = |hit: &&Hit| {
        let line = &picture.chart.lines[hit.line];
        let of_group = line.pooled().map(|pooled| {
            let band =
                line.band().and_then(|band| band.at(hit.x)).filter(|(low, high)| low.is_finite() && high.is_finite());
            let band =
                band.map_or(String::new(), |(low, high)| format!(" [{}, {}]", value_text(low), value_text(high)));
            let n = pooled.count_at(hit.point).unwrap_or(pooled.runs);
            // Where members have ended or not begun, a center may jump.
            let of = if n < pooled.runs { format!(" of {}", pooled.runs) } else { String::new() };
            format!("{band} n={n}{of}")
        });
        let original = line.original().and_then(|points| points.x.binary_search(&hit.x).ok().map(|at| points.y[at]));
        let (name, detail) = told(line);
        NearRow {
            owner: line.owner,
            name,
            detail,
            color: line.color.to_string(),
            value: of_group.map_or_else(|| full_text(hit.y), |of| format!("{}{of}", value_text(hit.y))),
            original: original.map(full_text),
        }
    };
    Some(Near {
        at,
        x: picture.chart.x_text(x as f64),
        statistic: picture.chart.lines[nearest_line].statistic(),
        nearest: picture.chart.lines[nearest_line].owner,
        rows: shown.iter().map(row).collect(),
        more: hits.len().saturating_sub(ROWS),
    })
}

/// How far a tooltip may reach beyond `plot` to the left and to the right without being cut off, CSS pixels.
pub fn room_beside(plot: &web_sys::Element) -> (f64, f64) {
    let own = plot.get_bounding_client_rect();
    let board = plot.closest("[data-scroller]").ok().flatten();
    let (left, right) = match board {
        Some(board) => {
            let left = board.get_bounding_client_rect().left();
            // Without its scroll bar.
            (left, left + f64::from(board.client_width()))
        }
        None => (0.0, document().document_element().map_or(own.right(), |page| f64::from(page.client_width()))),
    };
    (own.left() - left, right - own.right())
}

/// On which side of `x` in a plot of `width` a tooltip stands, and how wide it may be there; `room` is what lies beyond.
fn placed(x: f64, width: f64, room: (f64, f64)) -> (&'static str, f64) {
    let fitting = |space: f64| (space - BESIDE_PX - EDGE_PX).clamp(WIDTHS_PX.0, WIDTHS_PX.1);
    let (before, after) = (fitting(x + room.0), fitting(width - x + room.1));
    // Where both fit as well, it stands over the half that the pointer is not in.
    if before > after || (before == after && x > width / 2.0) { ("right", before) } else { ("left", after) }
}

/// Shows `near` beside the pointer, on the side where there is room, never over the point.
#[component]
pub fn Tooltip(
    /// What the pointer is near to.
    near: RwSignal<Option<Near>>,
    /// The size of the plot in CSS pixels.
    size: ReadSignal<(f64, f64)>,
    /// How far it may reach beyond the plot: [`room_beside`] it.
    room: StoredValue<(f64, f64)>,
    /// What runs along x, as a word.
    #[prop(into)]
    axis: Signal<String>,
) -> impl IntoView {
    // Measuring the tooltip would cost a layout of the page at every move, so its height is worked out.
    let place = move || {
        let found = near.with(|near| near.as_ref().map(|near| (near.at, near.rows.len() + usize::from(near.more > 0))));
        let Some(((x, y), rows)) = found else { return String::new() };
        let (width, height) = size.get();
        let own_height = ROW_PX * (rows + 1) as f64 + FRAME_PX;
        let top = (y - own_height / 2.0).clamp(-24.0, (height - own_height + 24.0).max(-24.0));
        let (side, widest) = placed(x, width, room.get_value());
        let from = if side == "right" { width - x } else { x };
        format!("{side}: {}px; max-width: {widest}px; transform: translateY({top}px)", from + BESIDE_PX)
    };
    let rows = move || {
        near.get().map(|near| {
            let more = (near.more > 0).then(|| view! { <div class="tooltip-more">{near.more} " more here"</div> });
            let rows = near
                .rows
                .into_iter()
                .map(|row| {
                    let nearest = if row.owner == near.nearest { "true" } else { "false" };
                    let value = match row.original {
                        Some(original) if original != row.value => format!("{} (raw {original})", row.value),
                        _ => row.value,
                    };
                    view! {
                        <div class="tooltip-row" data-nearest=nearest style:--run=row.color>
                            <i></i><span>{row.name} " " <span class="tooltip-detail">{row.detail}</span></span><b>{value}</b>
                        </div>
                    }
                })
                .collect_view();
            view! { <div class="tooltip-head"><span>{axis.get_untracked()} " " {near.x}</span><span>{near.statistic}</span></div> {rows} {more} }
        })
    };
    move || near.with(Option::is_some).then(|| view! { <div class="tooltip" role="tooltip" style=place>{rows}</div> })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tooltips_stand_where_they_fit() {
        for (case, x, width, room, expected) in [
            ("a wide plot, left half", 300.0, 1000.0, (0.0, 0.0), ("left", 360.0)),
            ("a wide plot, right half", 700.0, 1000.0, (0.0, 0.0), ("right", 360.0)),
            ("the left of two panels", 280.0, 500.0, (20.0, 520.0), ("left", 360.0)),
            ("the left of two panels, far right", 450.0, 500.0, (20.0, 520.0), ("right", 360.0)),
            ("the right of two panels", 200.0, 500.0, (540.0, 20.0), ("right", 360.0)),
            ("a lone narrow frame", 190.0, 400.0, (8.0, 8.0), ("left", 200.0)),
            ("a frame too narrow for words", 50.0, 120.0, (0.0, 0.0), ("left", 200.0)),
        ] {
            assert_eq!(placed(x, width, room), expected, "{case}");
        }
    }
}
