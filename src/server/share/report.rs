//! What a link to a report shows: its words, its pictures, and a part for each run set and each run table in it.
//!
//! A link shows the newest published version. One that was made before anything was published shows the draft as it
//! was then, until something is. A frozen link keeps the document and the data of its live grids; grids that were
//! frozen with the report show what was stored with it.

use super::{
    frozen::{self, Keeper},
    names::Names,
    scope::{self, Draws, Scope},
    shown::{Kept, Shown},
};
use crate::{
    report::{FrozenGrid, html_of},
    store::{
        Store, StoreError,
        reports::{self, Held, files},
        run_sets::RunSets,
        shares::Share,
    },
};
use data::{
    report::{
        Content, Document,
        answers::Version,
        grid::{Frozen, NamedSet, PanelGrid},
        sets,
    },
    share::{ShareRow, ShareTarget, SharedReport, part_name},
    view::{PlacedView, View},
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// How many run sets and run tables a link to a report shows at most.
const MOST_PARTS: usize = 100;
/// The part of a link that holds its document.
const DOCUMENT: &str = "document";

/// A document of a report, and which version it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Written {
    pub version: Option<Version>,
    pub document: Document,
}

/// What a report names.
pub(super) struct ReportScope {
    written: Written,
    parts: Vec<PartScope>,
}

/// What a run set or a run table of a report names.
struct PartScope {
    name: String,
    target: ShareTarget,
    scope: Scope,
    /// What was stored with the report for it.
    frozen: Option<String>,
}

/// The document that the report shows now to who holds the link `sid`, or without one to who makes it.
pub(super) fn written(db: &Connection, report: &str, sid: Option<i64>) -> Result<Written, StoreError> {
    let row = reports::row(db, report)?;
    if reports::is_removed(db, report)? {
        return Err(StoreError::NotFound(format!("report {report} lies in the trash")));
    }
    let held = match (row.published, sid) {
        (Some(newest), _) => reports::version(db, report, newest.number)?,
        (None, Some(sid)) => return kept(db, sid),
        (None, None) => reports::draft(db, report)?,
    };
    Ok(Written { version: held.version, document: held.document })
}

/// The document that a link keeps.
fn kept(db: &Connection, sid: i64) -> Result<Written, StoreError> {
    let json = frozen::kept(db, sid, DOCUMENT)?;
    serde_json::from_slice(&json).map_err(|error| StoreError::Damaged(format!("share {sid}: {error}")))
}

/// What the link `share` to the report shows.
pub(super) fn resolve_link(sets: &RunSets, share: &Share, report: &str) -> Result<ReportScope, StoreError> {
    match share.row.frozen_millis {
        Some(_) => resolve(sets, kept(sets.db, share.sid)?, Some(share.sid)),
        None => resolve(sets, written(sets.db, report, Some(share.sid))?, None),
    }
}

/// What `written` names; what of it the link `sid` keeps is taken from there.
pub(super) fn resolve(sets: &RunSets, written: Written, sid: Option<i64>) -> Result<ReportScope, StoreError> {
    let mut parts = Vec::new();
    for wanted in wanted(&written.document) {
        let Wanted { name, target, drawn, frozen, most } = wanted;
        let found = match (&frozen, sid) {
            (Some(frozen), _) => of_grid(sets.db, &target, frozen, &drawn),
            (None, Some(sid)) => frozen::scope(sets.db, sid, &format!("{name}/")),
            (None, None) => scope::resolve_drawn(sets, &target, &drawn),
        };
        let mut scope = match found {
            Ok(scope) => scope,
            // What is gone by now takes nothing else along.
            Err(StoreError::NotFound(_) | StoreError::Invalid(_) | StoreError::Damaged(_)) => continue,
            Err(error) => return Err(error),
        };
        scope.left_out += scope.rows.len().saturating_sub(most) as u64;
        scope.rows.truncate(most);
        parts.push(PartScope { name, target, scope, frozen: frozen.map(|frozen| frozen.hash) });
    }
    Ok(ReportScope { written, parts })
}

/// What a grid that was frozen with the report names.
fn of_grid(db: &Connection, target: &ShareTarget, frozen: &Frozen, drawn: &[Draws]) -> Result<Scope, StoreError> {
    files::frozen_millis(db, &frozen.hash)?;
    let grid = match FrozenGrid::kept(&frozen.hash) {
        Some(grid) => grid,
        None => FrozenGrid::unpacked(&frozen.hash, &files::frozen(db, &frozen.hash)?.0).map_err(StoreError::Damaged)?,
    };
    let nothing = View::default();
    let (experiment, view) = (target.experiment().unwrap_or_default(), target.view().unwrap_or(&nothing));
    let of_experiment = || grid.runs.iter().filter(|(asked, _)| asked.experiments == [experiment]);
    let same = of_experiment().find(|(asked, _)| asked.filter == view.filter.trim());
    let page = same.or_else(|| of_experiment().next().filter(|_| of_experiment().count() == 1));
    let rows = page.map(|(_, page)| page.runs.iter().filter(|row| scope::draws(view, row)).cloned().collect());
    let left_out = page.and_then(|(_, page)| page.cut()).map_or(0, |cut| cut.of - cut.shown);
    let metrics = grid.metrics().map_err(StoreError::Damaged)?;
    let eid = scope::number(experiment)?;
    Ok(Scope { left_out, ..scope::scope_drawn(target, eid, rows.unwrap_or_default(), metrics, drawn) })
}

/// A run set or a run table, as the document wants it.
struct Wanted {
    name: String,
    target: ShareTarget,
    /// The panels that draw its runs.
    drawn: Vec<Draws>,
    frozen: Option<Frozen>,
    /// How many runs it shows.
    most: usize,
}

fn wanted(document: &Document) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    for block in &document.blocks {
        match &block.content {
            Content::Panels(grid) => {
                for (at, set) in grid.sets.iter().enumerate() {
                    let drawn = drawn_in(grid, at);
                    // Runs that no panel draws are not named.
                    if drawn.is_empty() {
                        continue;
                    }
                    let target = placed_in(&drawn_as(grid, at, set), "");
                    let (name, frozen) = (part_name(&block.id, at), grid.frozen.clone());
                    wanted.push(Wanted { name, target, drawn, frozen, most: usize::MAX });
                }
            }
            Content::Runs(table) => {
                for (at, set) in table.sets().iter().enumerate() {
                    // The first one says which columns there are.
                    let mut placed = set.placed.clone();
                    placed.view.table = table.placed.view.table.clone();
                    wanted.push(Wanted {
                        name: part_name(&block.id, at),
                        target: placed_in(&placed, "table"),
                        drawn: Vec::new(),
                        frozen: None,
                        most: table.limit.into(),
                    });
                }
            }
            _ => {}
        }
    }
    wanted.truncate(MOST_PARTS);
    wanted
}

/// The panels of `grid` that draw the run set at `at`, each once for each way.
fn drawn_in(grid: &PanelGrid, at: usize) -> Vec<Draws> {
    let mut drawn = Vec::new();
    for panel in &grid.panels {
        let sets = panel.sets();
        if !sets.contains(&at) {
            continue;
        }
        let view = (sets.len() > 1).then(|| sets::view_of(grid, &sets)).flatten();
        let one = Draws { key: panel.metric.clone(), view };
        if !drawn.contains(&one) {
            drawn.push(one);
        }
    }
    drawn
}

/// The run set `set` at `at` of `grid` without a look of its own, if nothing is drawn as it says.
fn drawn_as(grid: &PanelGrid, at: usize, set: &NamedSet) -> PlacedView {
    let mut set = set.clone();
    if grid.panels.iter().all(|panel| panel.set != at) {
        set.set_look(View::default());
    }
    set.placed
}

/// The view as a report shows it, whatever its board is searched for.
fn placed_in(placed: &PlacedView, tab: &str) -> ShareTarget {
    let view = View { panel_search: String::new(), full: None, ..placed.view.clone() };
    ShareTarget::View { placed: PlacedView { tab: tab.to_owned(), view, experiment_id: placed.experiment_id.clone() } }
}

/// What a link to a report keeps when it is made: all of it if it is `frozen`, else the draft of one that was never
/// published. Refuses a report that a link cannot show whole.
pub(super) fn to_keep(db: &Connection, report: &str) -> Result<Written, StoreError> {
    let written = written(db, report, None)?;
    let parts: usize = written.document.blocks.iter().map(|block| parts_of(&block.content)).sum();
    if parts > MOST_PARTS {
        return Err(StoreError::Invalid(format!(
            "a link shows {MOST_PARTS} run sets and run tables at most, and this report has {parts}"
        )));
    }
    Ok(written)
}

fn parts_of(content: &Content) -> usize {
    match content {
        Content::Panels(grid) => grid.sets.len(),
        Content::Runs(table) => 1 + table.also.len(),
        _ => 0,
    }
}

/// What a link to a report is called that was given no name.
pub async fn title(store: &Store, report: &str) -> Result<String, StoreError> {
    let id = report.to_owned();
    let title = store.read(move |db| written(db, &id, None)).await?.document.title;
    let title = title.trim().to_owned();
    Ok(if title.is_empty() { "Untitled report".to_owned() } else { title })
}

/// What a live link to a report keeps: the draft, if nothing else can be read.
pub async fn draft_to_keep(store: &Store, report: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let id = report.to_owned();
    let written = store.read(move |db| to_keep(db, &id)).await?;
    let mut keeper = Keeper::default();
    if written.version.is_none() {
        keeper.keep(DOCUMENT.to_owned(), json_of(&written)?).await?;
    }
    Ok(keeper.parts)
}

/// What a frozen link to a report keeps.
pub(super) async fn freeze(store: &Store, report: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError> {
    let id = report.to_owned();
    let found = store.ask_runs(move |sets| resolve(sets, to_keep(sets.db, &id)?, None)).await?;
    let mut keeper = Keeper::default();
    keeper.keep(DOCUMENT.to_owned(), json_of(&found.written)?).await?;
    for part in found.parts.iter().filter(|part| part.frozen.is_none()) {
        keeper.keep_scope(store, &format!("{}/", part.name), &part.target, &part.scope).await?;
    }
    Ok(keeper.parts)
}

fn json_of(written: &Written) -> Result<Vec<u8>, StoreError> {
    serde_json::to_vec(written).map_err(|error| StoreError::Invalid(error.to_string()))
}

/// What `row`, which is no link, shows of one form of a report.
pub async fn shown_now(store: &Store, row: ShareRow, held: Held) -> Result<Shown, StoreError> {
    let written = Written { version: held.version, document: held.document };
    let found = store.ask_runs(move |sets| resolve(sets, written, None)).await?;
    tokio::task::spawn_blocking(move || shown(&row, found, None, None)).await.map_err(|_| StoreError::Bug)
}

/// What `share` shows of `found`, under pseudonyms where there are `names`. HTML that was made `before` for the same
/// version is taken again.
pub(super) fn shown(
    share: &ShareRow,
    found: ReportScope,
    names: Option<Names>,
    before: Option<&SharedReport>,
) -> Shown {
    let ReportScope { written: Written { version, mut document }, parts } = found;
    // A pseudonym hides a person in every part, whichever tells of them.
    let names = names.map(|names| parts.iter().fold(names, |names, part| names.knowing(&part.scope.rows)));
    let html = match before.filter(|before| before.version == version) {
        Some(before) => before.html.clone(),
        None => html_of(&document),
    };
    let parts: Vec<(String, Arc<Shown>)> = parts.into_iter().map(|part| part.shown(share, names.clone())).collect();
    let by_name: BTreeMap<&str, &Shown> = parts.iter().map(|(name, shown)| (name.as_str(), &**shown)).collect();
    for block in &mut document.blocks {
        match &mut block.content {
            Content::Panels(grid) => {
                for (at, set) in grid.sets.iter_mut().enumerate() {
                    set.placed = outward(by_name.get(part_name(&block.id, at).as_str()));
                }
                if let Some(frozen) = &mut grid.frozen {
                    frozen.hash.clear();
                }
                if let Some(millis) = share.frozen_millis {
                    grid.frozen.get_or_insert(Frozen { hash: String::new(), millis });
                }
            }
            Content::Runs(table) => {
                table.placed = outward(by_name.get(part_name(&block.id, 0).as_str()));
                for (at, set) in table.also.iter_mut().enumerate() {
                    set.placed = outward(by_name.get(part_name(&block.id, at + 1).as_str()));
                }
            }
            _ => {}
        }
    }
    let nothing = Scope { eid: 0, rows: Vec::new(), metrics: Vec::new(), panels: Vec::new(), left_out: 0 };
    let mut shown = Shown::new(share, nothing, None);
    let report = SharedReport { version, document, html };
    shown.pictures = report.pictures();
    shown.page.report = Some(Box::new(report));
    shown.parts = parts;
    shown
}

/// The view of a part as it goes out; an empty one for a part that cannot be shown.
fn outward(part: Option<&&Shown>) -> PlacedView {
    let nowhere = || PlacedView { experiment_id: "0".to_owned(), tab: String::new(), view: View::default() };
    match part.map(|part| &part.page.target) {
        Some(ShareTarget::View { placed }) => placed.clone(),
        _ => nowhere(),
    }
}

impl PartScope {
    fn shown(self, share: &ShareRow, names: Option<Names>) -> (String, Arc<Shown>) {
        let row = ShareRow { target: self.target, ..share.clone() };
        let mut shown = Shown::new(&row, self.scope, names);
        shown.kept = match (self.frozen, share.frozen_millis) {
            (Some(hash), _) => Kept::Grid(hash),
            (None, Some(_)) => Kept::Link(format!("{}/", self.name)),
            (None, None) => Kept::Live,
        };
        (self.name, Arc::new(shown))
    }
}
