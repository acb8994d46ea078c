//! Several run sets drawn together: each run knows its set by a tag of its own, so that names, groups and legends can
//! say it. The app and the server's pictures draw them by the same functions.

use super::grid::PanelGrid;
use crate::{
    column::Column,
    frame::{Frame, FrameRequest},
    groups::GroupValue,
    run::RunRow,
    view::View,
};

/// The tag that says which set a run is of. No store knows it.
const TAG: &str = "run set";

/// The column of run sets.
pub fn column() -> Column {
    Column::Tag(TAG.to_owned())
}

/// Whether runs are grouped by nothing but their sets, or not at all.
pub fn only_sets(group_by: &[Column]) -> bool {
    group_by.iter().all(|by| *by == column())
}

/// `row` as a run of the set called `title`.
pub fn row_of(mut row: RunRow, title: &str) -> RunRow {
    row.name = format!("{title} · {}", row.name);
    row.tags.insert(TAG.to_owned(), title.to_owned());
    row
}

/// What the set of a run is called.
pub fn title_of(row: &RunRow) -> Option<&str> {
    row.tags.get(TAG).map(String::as_str)
}

/// How `grid` draws its run sets at `sets`: as the view of the first says. `None` if there is no such set.
pub fn view_of(grid: &PanelGrid, sets: &[usize]) -> Option<View> {
    let set = grid.sets.get(*sets.first()?)?;
    if sets.len() == 1 {
        return Some(set.placed.view.clone());
    }
    let mut view = set.look();
    // Groups go across no two sets, and sets alone are groups if the grid says so.
    if grid.pooled || !view.group_by.is_empty() {
        view.group_by.push(column());
    }
    Some(view)
}

/// What is asked of one run set where [`view_of`] asks `request` of several. A group by nothing is all of its runs.
pub fn of_one(mut request: FrameRequest) -> FrameRequest {
    if let Some(group) = &mut request.group {
        group.by.retain(|by| *by != column());
        group.sets.clear();
    }
    request
}

/// `request` as a store answers it: with a group by nothing as one run set of all runs that are asked for.
pub fn as_one_set(mut request: FrameRequest) -> FrameRequest {
    if let Some(group) = request.group.as_mut().filter(|group| group.by.is_empty() && group.sets.is_empty()) {
        group.sets = vec![request.run_set.runs.clone().unwrap_or_default()];
    }
    request
}

/// The frames of several sets, each with its place among them, as one; `None` of none. Their x is counted in the smallest
/// of their units.
pub fn one_frame(frames: Vec<(usize, Frame)>) -> Option<Frame> {
    let unit = frames.iter().map(|(_, frame)| frame.x_unit).fold(f64::INFINITY, f64::min);
    frames.into_iter().fold(None, |whole: Option<Frame>, (at, mut frame)| {
        let factor = (frame.x_unit / unit).round().max(1.0) as i64;
        for series in &mut frame.series {
            for points in std::iter::once(&mut series.points).chain(series.smoothed.as_mut()) {
                points.x.iter_mut().for_each(|x| *x = x.saturating_mul(factor));
            }
        }
        for group in &mut frame.groups {
            group.line.x.iter_mut().for_each(|x| *x = x.saturating_mul(factor));
            group.key.push(GroupValue::Number(at as f64));
        }
        frame.x_unit = unit;
        let Some(mut whole) = whole else { return Some(frame) };
        whole.runs += frame.runs;
        whole.series.append(&mut frame.series);
        whole.groups.append(&mut frame.groups);
        Some(whole)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        frame::{FrameSeries, GroupRequest, RunSet, XAxis},
        run::RunId,
        series::Points,
        thin::{Buckets, Keep},
    };

    #[test]
    fn frames_of_sets_are_one() {
        let frame = |run: u128, x_unit: f64| Frame {
            version: 1,
            runs: 1,
            x: XAxis::Metric,
            x_unit,
            buckets: Buckets { origin: 0, width: 1 },
            keep: Keep::All,
            series: vec![FrameSeries {
                run_id: RunId(run),
                held: 1,
                non_finite: 0,
                unplaced: 0,
                min: 0.0,
                max: 0.0,
                points: Points { x: vec![3], y: vec![0.0] },
                smoothed: None,
            }],
            groups: Vec::new(),
        };
        let whole = one_frame(vec![(0, frame(1, 0.5)), (1, frame(2, 0.25))]).expect("there are some");
        assert_eq!((whole.runs, whole.x_unit), (2, 0.25));
        assert_eq!(whole.series.iter().map(|series| series.points.x[0]).collect::<Vec<_>>(), [6, 3]);
        assert_eq!(one_frame(Vec::new()), None);
    }

    #[test]
    fn what_is_asked_of_sets_is_asked_of_each() {
        let team = || Column::Tag("team".into());
        assert!(only_sets(&[]) && only_sets(&[column()]) && !only_sets(&[team(), column()]));
        let runs = vec![RunId(1), RunId(2)];
        for (name, by, then, one) in [
            ("sets alone", vec![column()], vec![], true),
            ("groups in sets", vec![team(), column()], vec![team()], false),
            ("groups", vec![team()], vec![team()], false),
        ] {
            let group = Some(GroupRequest { by, ..GroupRequest::default() });
            let run_set = RunSet { runs: Some(runs.clone()), ..RunSet::default() };
            let asked = of_one(FrameRequest { run_set, group, ..FrameRequest::default() });
            assert_eq!(asked.group.as_ref().map(|group| group.by.clone()), Some(then), "{name}");
            let sets = as_one_set(asked).group.map(|group| group.sets);
            assert_eq!(sets, Some(if one { vec![runs.clone()] } else { vec![] }), "{name}");
        }
        let plain = FrameRequest::default();
        assert_eq!(as_one_set(of_one(plain.clone())), plain);
    }
}
