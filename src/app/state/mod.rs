//! What is on the screen of a workspace, and the questions that components ask of it.
//!
//! State is a few coarse signals in a `Copy` struct given by context; all else is derived by memos.
//!
//! - [`Workspace`]: the view, its runs and metrics, and what the hand points at
//! - [`actions`]: what is done to many runs, and how it is taken back
//! - [`board`]: which panels there are, in which sections, and where their settings come from
//! - [`columns`]: which columns the runs have, and which the table shows
//! - [`compare`]: which runs are compared, and what of them
//! - [`filter`]: the filter as text and as rows
//! - [`history`]: undo and redo
//! - [`importance`]: which params a metric depends on
//! - [`lines`]: what the run list and the table show, line by line
//! - [`groups`]: runs that share something
//! - [`order`]: sort keys
//! - [`parallel`]: what parallel coordinates show
//! - [`run_set`]: which runs panels ask the server for
//! - [`runs`]: the run list, loaded in pages
//! - [`sets`]: several run sets drawn together
//! - [`selection`]: runs that are ticked, and selections with a name
//! - [`source`]: what a line of a panel asks the server for
//! - [`sparks`]: courses of metrics in the table's cells
//! - [`tint`]: which colours runs have
//! - [`share`]: what a person wants to share
//! - [`frames`]: what one panel shows, and how it grows

pub mod actions;
pub mod board;
pub mod columns;
pub mod compare;
pub mod filter;
pub mod frames;
pub mod groups;
pub mod history;
pub mod importance;
pub mod lines;
pub mod order;
pub mod parallel;
mod run_set;
pub mod runs;
pub mod selection;
pub mod sets;
pub mod share;
pub mod source;
pub mod sparks;
mod tint;

use crate::{
    api::{self, ApiError, Source},
    live::{self, Connection},
    url,
};
use actions::Said;
use board::Level;
use charts::panel::Tints;
use data::{
    frame::XAxis,
    run::{LiveEvent, MetricRow, RunId},
    view::{LineLook, PanelSection, View},
};
use groups::Groups;
use history::History;
use leptos::{prelude::*, task::spawn_local};
use lines::Lines;
use runs::Runs;
use selection::Selection;
use sets::SetOf;
use sparks::Sparks;
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex},
    time::Duration,
};

/// How many runs one panel draws at most; a panel that leaves runs out says so.
pub const MOST_DRAWN: usize = 1_000;

/// Which runs a workspace is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// All runs of an experiment.
    Experiment(String),
    /// One run of an experiment.
    Run(String, RunId),
    /// Runs of an experiment in a report. The address does not say what is on the screen, and who opens it tells it
    /// what is logged: see [`Workspace::hearing`].
    Report(String, Source),
    /// Several run sets in a report, of any experiments, drawn together.
    Sets(Arc<Vec<SetOf>>),
}

impl Scope {
    /// The experiment's id; the first one's of several.
    pub fn experiment(&self) -> &str {
        match self {
            Scope::Experiment(id) | Scope::Run(id, _) | Scope::Report(id, _) => id,
            Scope::Sets(sets) => sets.first().map_or("", |set| &set.experiment),
        }
    }

    /// The ids of all experiments that it is about.
    pub fn experiments(&self) -> Vec<String> {
        match self {
            Scope::Experiment(_) | Scope::Run(..) | Scope::Report(..) => vec![self.experiment().to_owned()],
            Scope::Sets(sets) => {
                let all: BTreeSet<&String> = sets.iter().map(|set| &set.experiment).collect();
                all.into_iter().cloned().collect()
            }
        }
    }

    /// Where its runs and frames come from.
    pub fn source(&self) -> Source {
        match self {
            Scope::Experiment(_) | Scope::Run(..) => Source::Live,
            Scope::Report(_, source) => source.clone(),
            Scope::Sets(sets) => sets.first().map_or(Source::Live, |set| set.source.clone()),
        }
    }
}

/// Series that just grew: any of these metrics in any of these runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Growth {
    /// Rises with each event, so that two equal ones differ.
    pub number: u64,
    /// The runs; empty for all.
    pub runs: Vec<RunId>,
    /// The metrics; empty for all.
    pub metrics: Vec<String>,
}

/// The x range and the y range of a panel.
type Ranges = (Option<[f64; 2]>, Option<[f64; 2]>);

/// Where the crosshair stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Cursor {
    /// What runs along x there.
    pub x: XAxis,
    /// The metric along x, if it is one.
    pub x_metric: String,
    /// The step, the milliseconds or the value of that metric.
    pub at: f64,
}

/// A workspace: one view over the runs of its scope. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Workspace {
    scope: StoredValue<Scope>,
    view: RwSignal<View>,
    history: StoredValue<History>,
    can_undo: RwSignal<(bool, bool)>,
    zooms: StoredValue<Vec<Ranges>>,
    /// The panel to be put into a report.
    pub to_report: RwSignal<Option<String>>,
    /// The run list.
    pub runs: Runs,
    /// Runs that are ticked.
    pub selection: Selection,
    /// Courses of metrics in the table's cells.
    pub sparks: Sparks,
    /// The groups of runs.
    pub groups: Groups,
    /// The lines of the run list and of the table.
    pub lines: Memo<Arc<Lines>>,
    metrics: RwSignal<Option<Result<Arc<Vec<MetricRow>>, ApiError>>>,
    board: Memo<Arc<Vec<PanelSection>>>,
    section_of: Memo<Arc<HashMap<String, String>>>,
    /// The colours of runs that have not their own.
    pub tints: Memo<Arc<Tints>>,
    /// What is being set: a panel, a section or all.
    pub editing: RwSignal<Option<Level>>,
    /// The panel that is being dragged to another place.
    pub dragged: RwSignal<Option<String>>,
    /// The run under the pointer, raised in every panel and list at once.
    pub hovered: RwSignal<Option<RunId>>,
    /// The runs of the group under the pointer, raised in the same way.
    pub hovered_group: RwSignal<Arc<Vec<RunId>>>,
    /// Where the crosshair stands, shared by all panels of one x.
    pub cursor: RwSignal<Option<Cursor>>,
    /// What grew last.
    pub growth: RwSignal<Growth>,
    /// Whether the screen follows what is logged.
    pub connection: RwSignal<Connection>,
    /// What was done to runs last, or why it was not.
    pub said: RwSignal<Option<Said>>,
    /// Why the address held no view, if it held something else.
    pub address_error: RwSignal<Option<String>>,
    to_share: Option<share::ToShare>,
}

impl Workspace {
    /// A workspace over `scope`, with the view that `code` holds (see [`url`]); loads and listens at once.
    pub fn open(scope: Scope, code: Option<String>) -> Workspace {
        let (view, error) = match code.as_deref().map(url::view_of_code) {
            None => (View::default(), None),
            Some(Ok(view)) => (view, None),
            Some(Err(error)) => (View::default(), Some(error.to_string())),
        };
        let view = RwSignal::new(View { version: data::view::VERSION, ..view });
        let runs = Runs::new(scope.clone(), view);
        let groups = Groups::new(runs, view);
        let growth = RwSignal::new(Growth::default());
        let mut workspace = Workspace {
            scope: StoredValue::new(scope.clone()),
            view,
            history: StoredValue::new(History::default()),
            can_undo: RwSignal::new((false, false)),
            zooms: StoredValue::new(Vec::new()),
            to_report: RwSignal::new(None),
            runs,
            selection: Selection::new(),
            sparks: Sparks::new(scope.experiment().to_owned(), growth),
            groups,
            lines: lines::lines(runs, groups),
            metrics: RwSignal::new(None),
            board: Memo::new(|_| Arc::default()),
            section_of: Memo::new(|_| Arc::default()),
            tints: Memo::new(|_| Arc::default()),
            editing: RwSignal::new(None),
            dragged: RwSignal::new(None),
            hovered: RwSignal::new(None),
            hovered_group: RwSignal::new(Arc::default()),
            cursor: RwSignal::new(None),
            growth,
            connection: RwSignal::new(Connection::Opening),
            said: RwSignal::new(None),
            address_error: RwSignal::new(error),
            to_share: use_context().filter(|_| !api::is_shared()),
        };
        workspace.board = workspace.make_board();
        workspace.tints = workspace.make_tints();
        workspace.section_of = Workspace::make_section_of(workspace.board);
        workspace.load_metrics();
        workspace.follow();
        // The address of a share link says what is shown already.
        if matches!(scope, Scope::Experiment(_)) && !api::is_shared() {
            let write = debounced(Duration::from_millis(250), move || view.with_untracked(url::show_view));
            Effect::new(move |before: Option<()>| {
                view.track();
                if before.is_some() {
                    write();
                }
            });
        }
        workspace
    }

    /// Which runs it is about.
    pub fn scope(&self) -> Scope {
        self.scope.get_value()
    }

    /// What is on the screen, or a part of it.
    pub fn view<T: PartialEq + Send + Sync + 'static>(
        &self,
        part: impl Fn(&View) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        let view = self.view;
        Memo::new(move |_| view.with(&part))
    }

    /// A part of the view, followed by whoever asks.
    pub fn view_tracked<T>(&self, part: impl FnOnce(&View) -> T) -> T {
        self.view.with(part)
    }

    /// A part of the view as it is now, without following it.
    pub fn view_now<T>(&self, part: impl FnOnce(&View) -> T) -> T {
        self.view.with_untracked(part)
    }

    /// Changes the view. Changes of one `topic` in quick succession are undone as one.
    pub fn change(&self, topic: &'static str, change: impl FnOnce(&mut View)) {
        let before = self.view.get_untracked();
        let mut after = before.clone();
        change(&mut after);
        if after != before {
            self.history.update_value(|history| history.push(topic, before, js_sys::Date::now()));
            self.view.set(after);
            self.note_history();
        }
    }

    /// Shows `view`, which comes from elsewhere: there is nothing to undo.
    pub fn show(&self, view: View) {
        if self.view.try_with_untracked(|now| *now != view) == Some(true) {
            self.view.set(view);
        }
    }

    /// Begins with `view` instead of the untouched one, if nobody changed that yet. Nothing to undo.
    pub fn begin_with(&self, view: View) {
        let untouched = self.view.try_with_untracked(|now| *now == View { version: now.version, ..View::default() });
        if untouched == Some(true) {
            self.view.set(view);
        }
    }

    /// Shows `x` and `y` in the panel `key`, which draws as `look` says, and `x` in all that share its x.
    /// [`Workspace::zoom_back`] goes back to what was shown before.
    pub fn zoom(&self, key: &str, look: &LineLook, x: Option<[f64; 2]>, y: Option<[f64; 2]>) {
        let before =
            self.view_now(|view| (view.x_range_of(key, look), view.panels.get(key).and_then(|panel| panel.y_range)));
        self.zooms.update_value(|zooms| zooms.push(before));
        self.change("zoom", |view| {
            view.set_x_range(key, look, x);
            if y.is_some() {
                view.change_panel(key, |panel| panel.y_range = y);
            }
        });
    }

    /// Goes back to the ranges before the last zoom, or to all there is.
    pub fn zoom_back(&self, key: &str, look: &LineLook) {
        let before = self.zooms.try_update_value(Vec::pop).flatten();
        let (x, y) = before.unwrap_or_default();
        self.change("zoom back", |view| {
            view.set_x_range(key, look, x);
            view.change_panel(key, |panel| panel.y_range = y);
        });
    }

    /// Takes the last change back.
    pub fn undo(&self) {
        let now = self.view.get_untracked();
        if let Some(view) = self.history.try_update_value(|history| history.undo(now)).flatten() {
            self.view.set(view);
            self.note_history();
        }
    }

    /// Makes the last undone change again.
    pub fn redo(&self) {
        let now = self.view.get_untracked();
        if let Some(view) = self.history.try_update_value(|history| history.redo(now)).flatten() {
            self.view.set(view);
            self.note_history();
        }
    }

    /// Whether there is something to undo, and to redo.
    pub fn can_undo(&self) -> ReadSignal<(bool, bool)> {
        self.can_undo.read_only()
    }

    fn note_history(&self) {
        let now = self.history.with_value(|history| (history.can_undo(), history.can_redo()));
        if self.can_undo.get_untracked() != now {
            self.can_undo.set(now);
        }
    }

    /// The metrics that runs logged: `None` while loading.
    pub fn metrics(&self) -> RwSignal<Option<Result<Arc<Vec<MetricRow>>, ApiError>>> {
        self.metrics
    }

    /// Asks the server which metrics there are.
    pub fn load_metrics(&self) {
        let metrics = self.metrics;
        let scope = self.scope();
        spawn_local(async move {
            let answer = match &scope {
                Scope::Experiment(id) => api::metrics(id).await,
                Scope::Report(id, source) => source.metrics(id).await,
                Scope::Sets(sets) => sets::metrics(sets).await,
                Scope::Run(_, run) => api::run(*run).await.map(|row| {
                    let row_of = |(metric, latest): (String, data::run::LatestMetric)| MetricRow {
                        metric,
                        runs: 1,
                        max_step: latest.step,
                    };
                    row.metrics.into_iter().map(row_of).collect()
                }),
            };
            let answer = answer.map(Arc::new);
            let same = metrics.try_with_untracked(|now| now.as_ref() == Some(&answer)).unwrap_or(true);
            if !same {
                metrics.set(Some(answer));
            }
        });
    }

    /// Follows what is logged, as long as the workspace is open.
    fn follow(&self) {
        if matches!(self.scope(), Scope::Report(..) | Scope::Sets(_)) {
            return;
        }
        live::listen(self.scope().experiment(), self.connection, self.hearing());
    }

    /// What takes the events of the experiments that the workspace is about.
    pub fn hearing(&self) -> impl Fn(LiveEvent) + 'static {
        let workspace = *self;
        let load_metrics = debounced(Duration::from_millis(400), move || workspace.load_metrics());
        move |event| match event {
            LiveEvent::Hello { .. } => {}
            LiveEvent::Grew { runs, metrics, .. } => {
                let known = |metric: &String| {
                    workspace.metrics.with_untracked(|known| match known {
                        Some(Ok(known)) => known.iter().any(|row| row.metric == *metric),
                        _ => false,
                    })
                };
                if !metrics.iter().all(known) {
                    load_metrics();
                }
                workspace.runs.changed(&runs);
                workspace.growth.update(|growth| *growth = Growth { number: growth.number + 1, runs, metrics });
            }
            LiveEvent::Runs { runs, .. } => workspace.runs.changed(&runs),
            LiveEvent::Resync => {
                load_metrics();
                workspace.runs.reload();
                workspace.growth.update(|growth| *growth = Growth { number: growth.number + 1, ..Growth::default() });
            }
        }
    }

    /// The runs that stand out, the last of them on top: the pinned ones, then those under the pointer.
    pub fn raised(&self) -> Memo<Vec<RunId>> {
        let (hovered, members, pinned) = (self.hovered, self.hovered_group, self.runs.pinned);
        let named = self.view(|view| view.pinned.clone());
        Memo::new(move |_| {
            // The baseline is drawn its own way; it stands out only if it is pinned as well.
            let pinned = pinned.with(|rows| {
                let pinned = |run: &RunId| named.with(|named| named.contains(&run.short()));
                rows.iter().map(|row| row.run_id).filter(pinned).collect::<Vec<_>>()
            });
            let mut raised = pinned;
            raised.extend(members.with(|members| members.iter().copied().collect::<Vec<_>>()));
            raised.extend(hovered.get());
            raised
        })
    }
}

/// Runs `act` once things have been quiet for `pause`; never after the component that calls this has gone,
/// because what `act` asks for has gone with it.
pub fn debounced(pause: Duration, act: impl Fn() + 'static) -> impl Fn() + Clone + 'static {
    let act = std::rc::Rc::new(act);
    let waiting = Arc::new(Mutex::new(None::<TimeoutHandle>));
    let stop = |waiting: &Mutex<Option<TimeoutHandle>>| {
        if let Some(handle) = waiting.lock().expect("a page has one thread").take() {
            handle.clear();
        }
    };
    on_cleanup({
        let waiting = waiting.clone();
        move || stop(&waiting)
    });
    move || {
        stop(&waiting);
        let act = act.clone();
        *waiting.lock().expect("a page has one thread") = set_timeout_with_handle(move || act(), pause).ok();
    }
}
