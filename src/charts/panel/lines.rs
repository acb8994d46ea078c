//! The lines of a panel as a chart's: what the frames hold, named, coloured, dashed, and parted into facets.

use super::{
    LineFrame, PanelSeries, Tints,
    kinds::{Kinds, detail, differing_params, group_name, row_of_key, value_of},
};
use crate::{
    color::palette_color,
    line::{Dashes, Emphasis, Line, Owner},
    theme::Rgb,
};
use data::{
    column::{Cell, Column},
    groups::GroupValue,
    run::{RunId, RunRow},
    series::Points,
    template::{Place, Template},
    view::{LineLook, Originals},
};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// How many facets a panel has at most; the rest share the last one.
pub const MOST_FACETS: usize = 12;

/// What a panel draws.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Drawn {
    /// The lines, in the order in which they are drawn.
    pub lines: Vec<Line>,
    /// What differs about each line's run, in words; empty where nothing is worth saying.
    pub details: Vec<String>,
    /// The facet of each line.
    pub facet_of: Vec<usize>,
    /// The facets' names; one without a name if there are none.
    pub facets: Vec<String>,
    /// The runs of each group.
    pub groups: Vec<Arc<Vec<RunId>>>,
    /// What one count of x is.
    pub x_unit: f64,
}

/// What lines are made of.
pub struct Parts<'a> {
    /// The panel's lines with their frames.
    pub frames: &'a [(&'a str, &'a LineFrame)],
    /// The rows of the runs that are drawn, in the order of the list from the bottom up.
    pub rows: &'a [&'a RunRow],
    /// How the panel draws.
    pub look: &'a LineLook,
    /// Which columns group runs, if any do.
    pub group_by: &'a [Column],
    /// The first digits of the run that others are measured against, if there is one.
    pub baseline: Option<&'a str>,
    /// The colours.
    pub tints: &'a Tints,
    /// Whether the ground is dark.
    pub dark: bool,
    /// Whether to say what differs about each run.
    pub details: bool,
}

/// The lines of a panel.
pub(super) fn drawn(parts: &Parts) -> Drawn {
    let many_lines = parts.frames.len() > 1;
    let x_unit = parts.frames.iter().map(|(_, frame)| frame.x_unit).fold(f64::INFINITY, f64::min);
    let row_of: HashMap<RunId, &RunRow> = parts.rows.iter().map(|row| (row.run_id, *row)).collect();
    // Runs without points make no facet of their own.
    let pointed: Vec<&RunRow> = match parts.look.facet_by.is_empty() && parts.look.stroke_by.is_empty() {
        true => Vec::new(),
        false => {
            let groups = parts.frames.iter().flat_map(|(_, frame)| &frame.groups);
            let grouped: HashSet<&RunId> = groups.flat_map(|group| group.runs.iter()).collect();
            let has_points = |row: &&&RunRow| {
                let run = &row.run_id;
                grouped.contains(run) || parts.frames.iter().any(|(_, frame)| frame.series.contains_key(run))
            };
            parts.rows.iter().filter(has_points).copied().collect()
        }
    };
    let facets = Kinds::of(&pointed, &parts.look.facet_by, MOST_FACETS);
    let strokes = Kinds::of(&pointed, &parts.look.stroke_by, Dashes::ALL.len());
    let wanted = parts.details && parts.group_by.is_empty();
    let differing = if wanted { differing_params(parts.rows) } else { Vec::new() };
    let template = Template::parse(&parts.look.label).ok().filter(|_| !parts.look.label.is_empty());
    let owners = if parts.group_by.is_empty() { parts.rows.len() } else { 2 };
    let mut drawn = Drawn { x_unit: if x_unit.is_finite() { x_unit } else { 1.0 }, ..Drawn::default() };
    let mut groups: Vec<(Vec<GroupValue>, u32)> = Vec::new();
    for (series, (line, frame)) in parts.frames.iter().enumerate() {
        let factor = (frame.x_unit / drawn.x_unit).round() as i64;
        // With one run its lines differ in colour, with several runs in their pattern.
        let color_of = |row: &RunRow| match many_lines && owners == 1 {
            true => palette_color(series, parts.dark),
            false => parts.tints.of(row).color(parts.dark),
        };
        let dashes_of = |row: &RunRow| match (parts.look.stroke_by.is_empty(), many_lines && owners > 1) {
            (false, _) => Dashes::nth(strokes.place(row)),
            (true, true) => Dashes::nth(series),
            (true, false) => Dashes::Solid,
        };
        let mut group_of_run = HashMap::new();
        for group in &frame.groups {
            let index = match groups.iter().find(|(key, _)| *key == group.key) {
                Some((_, index)) => *index,
                None => {
                    groups.push((group.key.clone(), groups.len() as u32));
                    drawn.groups.push(Arc::default());
                    groups.len() as u32 - 1
                }
            };
            let runs = &mut drawn.groups[index as usize];
            if runs.len() < group.runs.len() {
                *runs = group.runs.clone();
            }
            // Of very many runs those at hand may be of other groups.
            let stands_for = group.runs.iter().find_map(|run| row_of.get(run).copied());
            let of_key =
                stands_for.is_none().then(|| RunRow { color: index, ..row_of_key(parts.group_by, &group.key) });
            let Some(row) = stands_for.or(of_key.as_ref()) else { continue };
            group_of_run.extend(group.runs.iter().map(|run| (*run, index)));
            let name = name_of(template.as_ref(), row, line, many_lines, |place| match place {
                Place::Name => Some(group_name(parts.group_by, row)),
                Place::Count => Some(group.runs.len().to_string()),
                Place::Statistic => Some(group.pooled.words()),
                Place::Line | Place::Column(_) => None,
            });
            let points = scaled(&group.points, factor);
            let mut chart_line = Line::of_group(index, name, points, color_of(row), group.pooled.clone());
            if let Some(band) = &group.band
                && factor == 1
            {
                chart_line = chart_line.with_band(band.clone());
            }
            drawn.push(
                chart_line.with_series(series as u16).with_dashes(dashes_of(row)),
                facets.place(row),
                String::new(),
            );
        }
        for &row in parts.rows {
            let Some(run) = frame.series.get(&row.run_id) else { continue };
            let name = name_of(template.as_ref(), row, line, many_lines, |place| match place {
                Place::Name => Some(row.name.clone()),
                Place::Count => Some("1".to_owned()),
                Place::Statistic => Some(String::new()),
                Place::Line | Place::Column(_) => None,
            });
            let member = group_of_run.get(&row.run_id);
            let mut chart_line = run_line(run, row.run_id, name, color_of(row), factor, parts.look.originals);
            if let Some(group) = member {
                chart_line = chart_line.as_member_of(*group);
            }
            let has = differing.iter().filter(|column| column.cell(row) != Cell::Missing);
            let details = has.map(|column| detail(column, row)).collect::<Vec<_>>().join(", ");
            chart_line = chart_line.with_series(series as u16).with_dashes(dashes_of(row));
            if parts.baseline == Some(&row.run_id.short()) {
                chart_line = chart_line.as_baseline();
            }
            drawn.push(chart_line, facets.place(row), details);
        }
    }
    drawn.facets = facets.names;
    drawn
}

impl Drawn {
    /// The lines that `parts` make.
    pub fn of(parts: &Parts) -> Drawn {
        drawn(parts)
    }

    /// Raises the lines of these runs and of their groups, and dims the others; does nothing if there are none.
    pub fn raise(&mut self, runs: impl Fn(&RunId) -> bool) {
        let raised: Vec<Owner> = (0..)
            .zip(&self.groups)
            .filter(|(_, members)| members.iter().any(&runs))
            .map(|(index, _)| Owner::Group(index))
            .collect();
        let stands_out = |line: &Line| {
            line.run().is_some_and(|run| runs(&run)) || raised.iter().any(|owner| line.belongs_to(*owner))
        };
        if self.lines.iter().any(stands_out) {
            for line in &mut self.lines {
                line.emphasis = if stands_out(line) { Emphasis::Raised } else { Emphasis::Dimmed };
            }
        }
    }

    fn push(&mut self, line: Line, facet: usize, details: String) {
        self.lines.push(line);
        self.facet_of.push(facet);
        self.details.push(details);
    }
}

fn run_line(run: &PanelSeries, id: RunId, name: String, color: Rgb, factor: i64, originals: Originals) -> Line {
    match (&run.smoothed, originals) {
        (Some(smoothed), Originals::Behind) => {
            Line::new(id, name, scaled(smoothed, factor), color).with_original(scaled(&run.points, factor))
        }
        (Some(smoothed), Originals::Hidden) => Line::new(id, name, scaled(smoothed, factor), color),
        (None, _) => Line::new(id, name, scaled(&run.points, factor), color),
    }
}

/// The points with x counted in units smaller by this factor.
fn scaled(points: &Arc<Points>, factor: i64) -> Arc<Points> {
    if factor <= 1 {
        return points.clone();
    }
    Arc::new(Points { x: points.x.iter().map(|x| x.saturating_mul(factor)).collect(), y: points.y.clone() })
}

/// What a tooltip calls a line, and what differs about its run in words: by the template `look.tooltip`, or as lines are
/// called with those of `differing` that this does not name. `row` is its run, or one of its group's.
pub fn tooltip_words(
    line: &Line,
    row: &RunRow,
    metric: &str,
    group_by: &[Column],
    look: &LineLook,
    differing: &[Column],
) -> (String, String) {
    let parsed = |text: &String| Template::parse(text).ok().filter(|_| !text.is_empty());
    if let Some(template) = parsed(&look.tooltip) {
        let name = name_of(Some(&template), row, metric, false, |place| match (place, line.pooled()) {
            (Place::Name, None) => Some(row.name.clone()),
            (Place::Name, Some(_)) => Some(group_name(group_by, row)),
            (Place::Count, pooled) => Some(pooled.map_or(1, |pooled| pooled.runs).to_string()),
            (Place::Statistic, _) => line.statistic(),
            (Place::Line | Place::Column(_), _) => None,
        });
        return (name, String::new());
    }
    let label = parsed(&look.label);
    let has = |column: &&Column| column.cell(row) != Cell::Missing;
    let is_named = |column: &&Column| label.as_ref().is_some_and(|label| label.names(column));
    let of_run = differing.iter().filter(|_| line.pooled().is_none()).filter(|column| has(column) && !is_named(column));
    (line.name.clone(), of_run.map(|column| detail(column, row)).collect::<Vec<_>>().join(", "))
}

/// What a line is called: by the template, or by its run or group and what it is, where a panel has several.
fn name_of(
    template: Option<&Template>,
    row: &RunRow,
    line: &str,
    many_lines: bool,
    own: impl Fn(&Place) -> Option<String>,
) -> String {
    match template {
        Some(template) => template.fill(|place| match place {
            Place::Line => line.to_owned(),
            Place::Column(column) => value_of(column, row).unwrap_or_else(|| "–".to_owned()),
            place => own(place).unwrap_or_default(),
        }),
        None => {
            let name = own(&Place::Name).unwrap_or_default();
            if many_lines { format!("{name} · {line}") } else { name }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::{
        frame::{Frame, FrameSeries, XAxis},
        group::GroupLook,
        run::RunStatus,
        thin::{Buckets, Keep},
    };

    fn row(id: u128, params: &[(&str, &str)]) -> RunRow {
        RunRow {
            run_id: RunId(id),
            experiment_id: "1".into(),
            name: format!("run {id}"),
            status: RunStatus::Finished,
            color: id as u32,
            params: params.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            ..RunRow::default()
        }
    }

    fn frame(runs: &[u128], x_unit: f64) -> LineFrame {
        let series = |run: &u128| FrameSeries {
            run_id: RunId(*run),
            held: 2,
            non_finite: 0,
            unplaced: 0,
            min: 0.0,
            max: 1.0,
            points: Points { x: vec![0, 3], y: vec![0.0, 1.0] },
            smoothed: None,
        };
        let frame = Frame {
            version: 1,
            runs: runs.len() as u64,
            x: XAxis::Step,
            x_unit,
            buckets: Buckets { origin: 0, width: 1 },
            keep: Keep::All,
            series: runs.iter().map(series).collect(),
            groups: Vec::new(),
        };
        LineFrame::new(frame, GroupLook::default())
    }

    fn rows() -> Vec<RunRow> {
        vec![
            row(1, &[("opt", "adam"), ("lr", "0.1"), ("seed", "1")]),
            row(2, &[("opt", "sgd"), ("lr", "0.1"), ("seed", "2")]),
            row(3, &[("opt", "adam"), ("lr", "0.01"), ("seed", "3")]),
            row(4, &[("opt", "sgd"), ("lr", "0.1"), ("seed", "4")]),
        ]
    }

    fn drawn_with(frames: &[(&str, LineFrame)], look: &LineLook) -> Drawn {
        let rows = rows();
        let rows: Vec<_> = rows.iter().collect();
        let frames: Vec<_> = frames.iter().map(|(line, frame)| (*line, frame)).collect();
        let tints = Tints::default();
        Drawn::of(&Parts {
            frames: &frames,
            rows: &rows,
            look,
            group_by: &[],
            baseline: None,
            tints: &tints,
            dark: false,
            details: true,
        })
    }

    #[test]
    fn lines_are_named_by_what_tells_them_apart() {
        let one = [("loss", frame(&[1, 3], 1.0))];
        let two = [one[0].clone(), ("val", frame(&[1], 1.0))];
        let named = |frames: &[(&str, LineFrame)], label: &str| {
            let look = LineLook { label: label.into(), ..LineLook::default() };
            drawn_with(frames, &look).lines.into_iter().map(|line| line.name).collect::<Vec<_>>()
        };
        assert_eq!(named(&one, ""), ["run 1", "run 3"]);
        assert_eq!(named(&two, ""), ["run 1 · loss", "run 3 · loss", "run 1 · val"]);
        assert_eq!(named(&one, "{params.opt} {params.lr} {params.x}"), ["adam 0.1 –", "adam 0.01 –"]);
        assert_eq!(named(&one, "{never"), ["run 1", "run 3"], "what is no template names nothing");
        assert_eq!(
            drawn_with(&one, &LineLook::default()).details,
            ["lr 0.1, adam", "lr 0.01, adam"],
            "a seed tells little"
        );
    }

    #[test]
    fn the_baseline_is_bold_and_dashed() {
        let rows = [row(1 << 96, &[]), row(2 << 96, &[])];
        let (rows, frame) = (rows.iter().collect::<Vec<_>>(), frame(&[1 << 96, 2 << 96], 1.0));
        let (frames, look, tints) = ([("loss", &frame)], LineLook::default(), Tints::default());
        let drawn = Drawn::of(&Parts {
            frames: &frames,
            rows: &rows,
            look: &look,
            group_by: &[],
            baseline: Some("00000002"),
            tints: &tints,
            dark: false,
            details: false,
        });
        let looks: Vec<_> = drawn.lines.iter().map(|line| (line.is_baseline, line.dashes)).collect();
        assert_eq!(looks, [(false, Dashes::Solid), (true, Dashes::Dashed)]);
    }

    #[test]
    fn tooltips_say_what_differs_or_what_their_template_asks_for() {
        let (rows, frames) = (rows(), [("loss", frame(&[1, 2], 1.0))]);
        let differing = differing_params(&rows.iter().collect::<Vec<_>>());
        for (name, label, tooltip, expected) in [
            ("what differs", "", "", ("run 1", "lr 0.1, adam")),
            ("what the name says is not said again", "{name} {params.opt}", "", ("run 1 adam", "lr 0.1")),
            ("a template", "", "{line} {params.seed} {params.none}", ("loss 1 –", "")),
            ("a template beside a label", "{params.opt}", "{name} of {n}", ("run 1 of 1", "")),
            ("what is no template is none", "", "{name", ("run 1", "lr 0.1, adam")),
        ] {
            let look = LineLook { label: label.into(), tooltip: tooltip.into(), ..LineLook::default() };
            let line = &drawn_with(&frames, &look).lines[0];
            let said = tooltip_words(line, &rows[0], "loss", &[], &look, &differing);
            assert_eq!((said.0.as_str(), said.1.as_str()), expected, "{name}");
        }
    }

    #[test]
    fn raised_runs_stand_out_in_every_line() {
        let frames = [("loss", frame(&[1, 2], 1.0)), ("val", frame(&[1, 3], 1.0))];
        let emphasis = |of: u128| {
            let mut drawn = drawn_with(&frames, &LineLook::default());
            drawn.raise(|run| run.0 == of);
            drawn.lines.iter().map(|line| line.emphasis).collect::<Vec<_>>()
        };
        use Emphasis::{Dimmed, Normal, Raised};
        assert_eq!(emphasis(1), [Raised, Dimmed, Raised, Dimmed]);
        assert_eq!(emphasis(4), [Normal; 4], "nobody is dimmed for a run that is not there");
    }

    #[test]
    fn facets_and_strokes_part_the_runs() {
        let frames = [("loss", frame(&[1, 2, 3, 4], 1.0))];
        let by = |name: &str| vec![Column::Param(name.into())];
        let look = LineLook { facet_by: by("lr"), stroke_by: by("opt"), ..LineLook::default() };
        let drawn = drawn_with(&frames, &look);
        assert_eq!(drawn.facets, ["lr 0.01", "lr 0.1"]);
        assert_eq!(drawn.facet_of, [1, 1, 0, 1]);
        let dashes: Vec<_> = drawn.lines.iter().map(|line| line.dashes).collect();
        assert_eq!(dashes, [Dashes::Solid, Dashes::Dashed, Dashes::Solid, Dashes::Dashed]);
    }

    #[test]
    fn frames_of_other_units_lie_on_one_axis() {
        let frames = [("a", frame(&[1], 0.5)), ("b", frame(&[1], 0.125))];
        let drawn = drawn_with(&frames, &LineLook::default());
        assert_eq!(drawn.x_unit, 0.125);
        let x: Vec<_> = drawn.lines.iter().map(|line| line.points().x.clone()).collect();
        assert_eq!(x, [[0, 12], [0, 3]]);
    }
}
