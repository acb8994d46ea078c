//! What a picture of a link draws: all that it shows, one part of a report, or panels of a report's grid over the run sets
//! that they draw together.

use super::{
    ApiError, AppState,
    api::{Opened, frame_inside},
};
use crate::{
    render::chart::PanelData,
    share::{NotNamed, ScopePanel, panel_requests},
};
use charts::panel::Tints;
use data::{
    frame::{Frame, XAxis},
    report::{
        Content,
        grid::{GridPanel, PanelGrid},
        sets::{as_one_set, of_one, one_frame, only_sets, row_of, view_of},
    },
    run::{Cut, MetricRow, RunId, RunRow},
    share::part_name,
    view::{Asked, View},
};
use std::collections::BTreeSet;

/// What of a link is wanted: all that it names, if nothing is said.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Chosen {
    /// One panel only, by its key.
    pub panel: Option<String>,
    /// A part of x.
    pub range: Option<[f64; 2]>,
    /// How lines are drawn.
    pub drawn: Asked,
}

impl Chosen {
    fn shows(&self, panel: &ScopePanel) -> bool {
        self.panel.as_ref().is_none_or(|wanted| *wanted == panel.key)
    }

    /// `view` with no more of x than is wanted for `panels`.
    fn of(&self, view: &View, panels: &[ScopePanel]) -> View {
        let mut view = view.clone();
        self.drawn.apply(&mut view);
        if let Some(range) = self.range {
            for panel in panels {
                let look = view.look_of(&panel.section, &panel.key);
                view.narrow_x(&panel.key, &look, range);
            }
        }
        view
    }
}

/// What is drawn of a link.
pub(super) struct Drawing {
    link: Opened,
    what: What,
}

enum What {
    /// All panels of the link or of the part of its report by this name, or one of them.
    Whole(Opened, String, Chosen),
    /// Panels of a grid that draw the same run sets together.
    Together(Together),
}

/// Panels of a report's grid that draw several run sets.
struct Together {
    opened: Opened,
    block: String,
    grid: PanelGrid,
    sets: Vec<usize>,
    panels: Vec<ScopePanel>,
    range: Option<[f64; 2]>,
}

/// Panels with what is drawn in them, ready to be made a picture.
pub(super) struct Figure {
    /// How they are drawn, as it goes out.
    pub view: View,
    /// Their runs, as they go out.
    pub rows: Vec<RunRow>,
    /// The panels.
    pub panels: Vec<PanelData>,
    /// How many more there are than the picture has room for.
    pub left_out: usize,
}

impl Drawing {
    /// What of `opened` is drawn: of a report one `part`, or a panel by its id in the `grid` of a block, or else the first
    /// grid. 404 for a report without panels, 403 for what the link does not show.
    pub fn of(opened: Opened, part: Option<&str>, grid: Option<&str>, mut chosen: Chosen) -> Result<Drawing, ApiError> {
        if let Some(part) = part {
            chosen.drawn = Asked::default();
            return Drawing::whole(opened.part(part)?, part, opened, chosen);
        }
        let row = &opened.share.row;
        let Some(report) = opened.shown.page.report.as_deref() else {
            // What is frozen is drawn as it was, and when runs of hidden names ran is not told.
            let x = chosen.drawn.x.filter(|x| !(row.anonymous && *x == XAxis::WallTime));
            chosen.drawn = if row.frozen_millis.is_some() { Asked::default() } else { Asked { x, ..chosen.drawn } };
            if let Some(grid) = grid {
                return Err(NotNamed(format!("the grid {grid:?}")).into());
            }
            return Drawing::whole(opened.clone(), "", opened, chosen);
        };
        // A report is drawn as it was written.
        chosen.drawn = Asked::default();
        let named = |id: &str| grid.is_none_or(|wanted| wanted == id);
        let grids = report.document.blocks.iter().filter(|block| named(&block.id));
        let grids = grids.filter_map(|block| match &block.content {
            Content::Panels(grid) => Some((block.id.clone(), grid.clone())),
            _ => None,
        });
        let wanted = chosen.panel.take_if(|_| grid.is_some());
        for (block, of) in grids {
            let of_id = |panel: &&GridPanel| wanted.as_ref().is_none_or(|id| *id == panel.id);
            let draws = |panel: &&GridPanel| {
                let part = |set: &usize| opened.shown.part(&part_name(&block, *set));
                panel.sets().iter().any(|set| part(set).is_ok_and(|part| part.draws(&panel.metric)))
            };
            let Some(first) = of.panels.iter().filter(of_id).find(draws) else { continue };
            let sets = first.sets();
            let alike = of.panels.iter().filter(of_id).filter(|panel| panel.sets() == sets);
            let keys: BTreeSet<String> = alike.map(|panel| panel.metric.clone()).collect();
            if let [set] = sets[..] {
                let panel = wanted.map(|_| first.metric.clone()).or(chosen.panel);
                let part = part_name(&block, set);
                return Drawing::whole(opened.part(&part)?, &part, opened, Chosen { panel, ..chosen });
            }
            let keys = keys.into_iter().filter(|key| chosen.panel.as_ref().is_none_or(|wanted| wanted == key));
            let what = What::Together(Together::new(opened.clone(), block, of, sets, keys, chosen.range));
            return Ok(Drawing { link: opened, what });
        }
        match (grid, wanted) {
            (Some(grid), Some(panel)) => Err(NotNamed(format!("the panel {panel:?} of the grid {grid:?}")).into()),
            (Some(grid), None) => Err(NotNamed(format!("the grid {grid:?}")).into()),
            (None, _) => Err(ApiError::NotFound("this report has no panel to draw".to_owned())),
        }
    }

    fn whole(opened: Opened, part: &str, link: Opened, chosen: Chosen) -> Result<Drawing, ApiError> {
        if let Some(panel) = &chosen.panel
            && !opened.shown.draws(panel)
        {
            return Err(NotNamed(format!("the panel {panel:?}")).into());
        }
        Ok(Drawing { link, what: What::Whole(opened, part.to_owned(), chosen) })
    }

    /// The link that it is of.
    pub fn link(&self) -> &Opened {
        &self.link
    }

    /// How many panels it has.
    pub fn panels(&self) -> usize {
        match &self.what {
            What::Whole(opened, _, chosen) => panels_of(opened, chosen).len(),
            What::Together(together) => together.panels.len(),
        }
    }

    /// What tells it from other pictures of the same link.
    pub fn name(&self) -> String {
        match &self.what {
            What::Whole(_, part, chosen) => format!("{part:?} {chosen:?}"),
            What::Together(Together { block, sets, panels, range, opened: _, grid: _ }) => {
                let keys: Vec<&str> = panels.iter().map(|panel| panel.key.as_str()).collect();
                format!("{block} {sets:?} {keys:?} {range:?}")
            }
        }
    }

    /// The first `most` panels with their frames as they go out, for a plot of `width_px` CSS pixels.
    pub async fn figure(&self, state: &AppState, most: usize, width_px: u32) -> Result<Figure, ApiError> {
        let mut figure = match &self.what {
            What::Whole(opened, _, chosen) => whole_figure(state, opened, chosen, most, width_px).await?,
            What::Together(together) => together.figure(state, most, width_px).await?,
        };
        figure.left_out = self.panels().saturating_sub(figure.panels.len());
        Ok(figure)
    }
}

/// The panels of what is opened, each once: one that a report draws alone and with others is drawn as it is alone.
fn panels_of(opened: &Opened, chosen: &Chosen) -> Vec<ScopePanel> {
    let all = &opened.shown.panels;
    let alone = |key: &str| all.iter().any(|panel| panel.key == key && panel.view.is_none());
    let mut seen = BTreeSet::new();
    let shown = all.iter().filter(|panel| chosen.shows(panel) && (panel.view.is_none() || !alone(&panel.key)));
    shown.filter(|panel| seen.insert(panel.key.clone())).cloned().collect()
}

async fn whole_figure(
    state: &AppState,
    opened: &Opened,
    chosen: &Chosen,
    most: usize,
    width_px: u32,
) -> Result<Figure, ApiError> {
    let shown = &opened.shown;
    let wanted = panels_of(opened, chosen);
    let view = chosen.of(&shown.target.view().cloned().unwrap_or_default(), &wanted);
    let runs = shown.runs_inside();
    let mut panels = Vec::new();
    for panel in wanted.iter().take(most) {
        let lines = panel.lines.iter().map(|line| shown.line_inside(line).to_owned()).collect();
        let inside = ScopePanel { lines, ..panel.clone() };
        let requests = panel_requests(&view, &inside, shown.eid, &runs, &shown.metrics, width_px);
        let mut frames = Vec::new();
        for (line, request) in panel.lines.iter().zip(requests) {
            let by = request.group.as_ref().map(|group| group.by.clone()).unwrap_or_default();
            let frame = frame_inside(state, &opened.share, shown, as_one_set(request)).await?;
            frames.push((line.clone(), shown.outward(frame, &by)));
        }
        let (section, key, cut) = (panel.section.clone(), panel.key.clone(), shown.cut());
        panels.push(PanelData { section, key, frames, tints: None, cut });
    }
    // The rows are as they go out, and so are the runs that the view pins.
    let view = chosen.of(&shown.page.target.view().cloned().unwrap_or_default(), &wanted);
    Ok(Figure { view, rows: shown.rows.clone(), panels, left_out: 0 })
}

/// One of the run sets that are drawn together.
struct OfSet {
    /// Its place among them.
    place: usize,
    opened: Opened,
    runs: Vec<RunId>,
}

impl Together {
    fn new(
        opened: Opened,
        block: String,
        grid: PanelGrid,
        sets: Vec<usize>,
        keys: impl Iterator<Item = String>,
        range: Option<[f64; 2]>,
    ) -> Together {
        let parts: Vec<_> = sets.iter().filter_map(|set| opened.shown.part(&part_name(&block, *set)).ok()).collect();
        let panel = |key: String| {
            let of_key = |panel: &&ScopePanel| panel.key == key && panel.view.is_some();
            let known: Vec<&ScopePanel> = parts.iter().filter_map(|part| part.panels.iter().find(of_key)).collect();
            let mut lines: Vec<String> = Vec::new();
            for line in known.iter().flat_map(|panel| &panel.lines) {
                if !lines.contains(line) {
                    lines.push(line.clone());
                }
            }
            let section = known.first().map(|panel| panel.section.clone()).unwrap_or_default();
            ScopePanel { section, key, lines, view: None }
        };
        let panels = keys.map(panel).collect();
        Together { opened, block, grid, sets, panels, range }
    }

    async fn figure(&self, state: &AppState, most: usize, width_px: u32) -> Result<Figure, ApiError> {
        let titles = self.grid.titles();
        let view = Chosen { range: self.range, ..Chosen::default() }
            .of(&view_of(&self.grid, &self.sets).unwrap_or_default(), &self.panels);
        let (mut of_sets, mut rows, mut left_out) = (Vec::new(), Vec::new(), 0);
        let (mut seen, mut metrics) = (BTreeSet::new(), Vec::<MetricRow>::new());
        for (place, set) in self.sets.iter().enumerate() {
            let Ok(opened) = self.opened.part(&part_name(&self.block, *set)) else { continue };
            // A run of two is of the first.
            let own = opened.shown.rows.iter().filter(|row| seen.insert(row.run_id)).cloned();
            let own: Vec<RunRow> = own.map(|row| row_of(row, &titles[*set])).collect();
            left_out += opened.shown.cut().map_or(0, |cut| cut.of - cut.shown);
            metrics.extend(opened.shown.metrics.iter().cloned());
            of_sets.push(OfSet { place, opened, runs: own.iter().map(|row| row.run_id).collect() });
            rows.extend(own);
        }
        let colors = self.sets.iter().map(|set| (titles[*set].as_str(), self.grid.sets[*set].color_at(*set))).collect();
        let by_set = view.color_by.is_none() && only_sets(&view.group_by);
        let tints = by_set.then(|| Tints::of_sets(&colors, rows.iter()));
        let cut = Cut::of(rows.len(), left_out);
        let mut panels = Vec::new();
        for panel in self.panels.iter().take(most) {
            let mut frames = Vec::new();
            for line in &panel.lines {
                if let Some(frame) = self.frame(state, &view, panel, line, &of_sets, &metrics, width_px).await? {
                    frames.push((line.clone(), frame));
                }
            }
            let (section, key) = (panel.section.clone(), panel.key.clone());
            panels.push(PanelData { section, key, frames, tints: tints.clone(), cut });
        }
        Ok(Figure { view, rows, panels, left_out: 0 })
    }

    /// One line of a panel, asked of each run set as the page of the link does.
    #[expect(clippy::too_many_arguments, reason = "what one question of a page is made of")]
    async fn frame(
        &self,
        state: &AppState,
        view: &View,
        panel: &ScopePanel,
        line: &str,
        of_sets: &[OfSet],
        metrics: &[MetricRow],
        width_px: u32,
    ) -> Result<Option<Frame>, ApiError> {
        let one = ScopePanel { lines: vec![line.to_owned()], ..panel.clone() };
        let mut frames = Vec::new();
        for OfSet { place, opened, runs } in of_sets.iter().filter(|set| !set.runs.is_empty()) {
            let shown = &opened.shown;
            // A set without this line has nothing to draw.
            if !shown.panels.iter().any(|panel| panel.lines.iter().any(|own| own == line)) {
                continue;
            }
            let eid = shown.page.target.experiment().and_then(|id| id.parse().ok()).unwrap_or_default();
            for asked in panel_requests(view, &one, eid, runs, metrics, width_px) {
                let inside = shown.frame_request(of_one(asked))?;
                let by = inside.group.as_ref().map(|group| group.by.clone()).unwrap_or_default();
                let frame = frame_inside(state, &opened.share, shown, inside).await?;
                frames.push((*place, shown.outward(frame, &by)));
            }
        }
        Ok(one_frame(frames))
    }
}
