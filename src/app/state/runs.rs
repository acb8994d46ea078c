//! The run list: loaded in pages, searched, ordered, and kept up while runs log.

use super::{MOST_DRAWN, Scope, debounced};
use crate::api::{self, ApiError};
use data::{
    brush::passes,
    query::parse_query,
    run::{RunId, RunRow, RunsPage, RunsRequest},
    view::View,
};
use leptos::{prelude::*, task::spawn_local};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

/// How many rows one request brings.
const PAGE: usize = 1_000;
/// How many changed runs are asked for by name; more reload the list.
const BY_NAME: usize = 100;

/// The runs of the list that are loaded, in order.
#[derive(Debug, Clone, Default)]
pub struct RunList {
    inner: Arc<Inner>,
}

#[derive(Debug, Default, Clone)]
struct Inner {
    state: State,
    rows: Vec<Option<Arc<RunRow>>>,
    place: HashMap<RunId, usize>,
    /// Rows of runs that were asked for by name, because the list has them not or not yet.
    apart: Vec<Arc<RunRow>>,
    filter: String,
}

#[derive(Debug, Default, Clone)]
enum State {
    #[default]
    Loading,
    Ready,
    Failed(ApiError),
}

impl PartialEq for RunList {
    fn eq(&self, other: &RunList) -> bool {
        Arc::ptr_eq(&self.inner, &other.inner)
    }
}

impl RunList {
    /// The list that begins with `page`, the answer to `filter`.
    pub(super) fn of_page(page: RunsPage, filter: String) -> RunList {
        let mut rows = vec![None; (page.total as usize).max(page.runs.len())];
        let mut place = HashMap::with_capacity(page.runs.len());
        for (at, row) in page.runs.into_iter().enumerate() {
            place.insert(row.run_id, at);
            rows[at] = Some(Arc::new(row));
        }
        RunList { inner: Arc::new(Inner { state: State::Ready, rows, place, filter, apart: Vec::new() }) }
    }

    /// The same list with something changed in it.
    fn changed(&self, change: impl FnOnce(&mut Inner)) -> RunList {
        let mut inner = Inner::clone(&self.inner);
        change(&mut inner);
        RunList { inner: Arc::new(inner) }
    }

    fn with_rows(&self, offset: usize, new: Vec<RunRow>) -> RunList {
        self.changed(|Inner { rows, place, .. }| {
            for (at, row) in new.into_iter().enumerate() {
                if let Some(slot) = rows.get_mut(offset + at) {
                    place.insert(row.run_id, offset + at);
                    *slot = Some(Arc::new(row));
                }
            }
        })
    }

    fn with_changed(&self, changed: Vec<RunRow>) -> RunList {
        self.changed(|Inner { rows, place, apart, .. }| {
            for row in changed.into_iter().map(Arc::new) {
                if let Some(old) = apart.iter_mut().find(|old| old.run_id == row.run_id) {
                    *old = row.clone();
                }
                if let Some(&at) = place.get(&row.run_id) {
                    rows[at] = Some(row);
                }
            }
        })
    }

    fn with_apart(&self, new: Vec<RunRow>) -> RunList {
        self.changed(|Inner { apart, .. }| {
            apart.retain(|old| new.iter().all(|new| new.run_id != old.run_id));
            apart.extend(new.into_iter().map(Arc::new));
        })
    }

    fn failed(error: ApiError) -> RunList {
        RunList { inner: Arc::new(Inner { state: State::Failed(error), ..Inner::default() }) }
    }

    /// `Some` once the first page is here.
    pub fn loaded(&self) -> Option<()> {
        matches!(self.inner.state, State::Ready).then_some(())
    }

    /// Why it could not be loaded.
    pub fn error(&self) -> Option<&ApiError> {
        match &self.inner.state {
            State::Failed(error) => Some(error),
            State::Loading | State::Ready => None,
        }
    }

    /// The query that these runs passed: the filter, and the search where the server does it.
    pub fn filter(&self) -> &str {
        &self.inner.filter
    }

    /// How many runs passed the filter, loaded or not.
    pub fn total(&self) -> usize {
        self.inner.rows.len()
    }

    /// The row at a place, if it is loaded.
    pub fn row(&self, at: usize) -> Option<&Arc<RunRow>> {
        self.inner.rows.get(at)?.as_ref()
    }

    /// The loaded rows in order.
    pub fn rows(&self) -> impl Iterator<Item = &Arc<RunRow>> {
        self.inner.rows.iter().flatten()
    }

    /// Where a run stands in the list, if it is loaded.
    pub fn place_of(&self, run: RunId) -> Option<usize> {
        self.inner.place.get(&run).copied()
    }

    /// The row of a run, if it is loaded: from the list, or asked for by name.
    pub fn row_of(&self, run: RunId) -> Option<&Arc<RunRow>> {
        match self.place_of(run) {
            Some(at) => self.row(at),
            None => self.inner.apart.iter().find(|row| row.run_id == run),
        }
    }

    /// The row of the run with these first eight digits of its id, if it is loaded.
    pub fn row_named(&self, short: &str) -> Option<&Arc<RunRow>> {
        let wanted = digits(short)?;
        self.rows().chain(&self.inner.apart).find(|row| (row.run_id.0 >> 96) as u32 == wanted)
    }
}

/// The number that the first eight digits of a run's id write.
fn digits(short: &str) -> Option<u32> {
    (short.len() == 8).then(|| u32::from_str_radix(short, 16).ok()).flatten()
}

/// The run list as signals. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Runs {
    scope: StoredValue<Scope>,
    view: RwSignal<View>,
    /// What is loaded.
    pub list: RwSignal<RunList>,
    /// Places in the list of the runs that match the search, in order.
    pub found: Memo<Arc<Vec<usize>>>,
    /// Places in the list of the runs that match the search and pass the brushes, in order.
    pub matching: Memo<Arc<Vec<usize>>>,
    /// The run that others are measured against, once it is loaded.
    pub baseline: Memo<Option<Arc<RunRow>>>,
    /// The pinned runs, the baseline first and then as in the list. No filter, search or brush takes them away.
    pub pinned: Memo<Vec<Arc<RunRow>>>,
    /// The runs that panels draw, with their place from the top: pinned ones, then matching ones. Hidden runs are
    /// left out, but never the baseline.
    pub drawn: Memo<Arc<BTreeMap<RunId, usize>>>,
    changed: StoredValue<BTreeSet<RunId>>,
    flush: StoredValue<Option<TimeoutHandle>>,
    question: StoredValue<u64>,
    /// Whether the server searches, because not all runs are loaded.
    remote: RwSignal<bool>,
    reload_soon: Callback<()>,
}

impl Runs {
    pub(super) fn new(scope: Scope, view: RwSignal<View>) -> Runs {
        let list = RwSignal::new(RunList::default());
        let remote = RwSignal::new(false);
        let search = Memo::new(move |_| view.with(|view| view.search.to_lowercase()));
        let found = Memo::new(move |_| {
            let search = search.get();
            let local = !remote.get();
            list.with(|list| {
                let matches = |at: &usize| match list.row(*at) {
                    Some(row) if local => row.name.to_lowercase().contains(&search),
                    _ => true,
                };
                Arc::new((0..list.total()).filter(matches).collect::<Vec<_>>())
            })
        });
        let brushes = Memo::new(move |_| view.with(|view| view.brushes.clone()));
        let matching = Memo::new(move |_| {
            let (found, brushes) = (found.get(), brushes.get());
            if brushes.is_empty() {
                return found;
            }
            list.with(|list| {
                let passing = |at: &&usize| list.row(**at).is_some_and(|row| passes(&brushes, row));
                Arc::new(found.iter().filter(passing).copied().collect())
            })
        });
        let named = Memo::new(move |_| view.with(|view| (view.baseline.clone(), view.pinned.clone())));
        let baseline = Memo::new(move |_| {
            let short = named.with(|(baseline, _)| baseline.clone())?;
            list.with(|list| list.row_named(&short).cloned())
        });
        let pinned = Memo::new(move |_| {
            let (first, shorts) = named.get();
            list.with(|list| {
                let row_of = |short: &String| list.row_named(short).cloned();
                let mut rows: Vec<_> =
                    shorts.iter().filter(|short| Some(*short) != first.as_ref()).filter_map(row_of).collect();
                rows.sort_by_key(|row| list.place_of(row.run_id).unwrap_or(usize::MAX));
                first.iter().filter_map(row_of).chain(rows).collect::<Vec<_>>()
            })
        });
        let choice = Memo::new(move |_| view.with(|view| (view.hidden.clone(), view.hide_all)));
        let drawn = Memo::new(move |_| {
            let (hidden, hide_all) = choice.get();
            let (matching, pinned) = (matching.get(), pinned.get());
            let baseline = baseline.with(|row| row.as_ref().map(|row| row.run_id));
            list.with(|list| {
                let mut drawn = BTreeMap::new();
                let rows = matching.iter().filter_map(|&at| list.row(at));
                for run in pinned.iter().chain(rows).map(|row| row.run_id) {
                    if drawn.len() >= MOST_DRAWN {
                        break;
                    }
                    if Some(run) == baseline || hidden.contains(&run.short()) == hide_all {
                        let place = drawn.len();
                        drawn.entry(run).or_insert(place);
                    }
                }
                Arc::new(drawn)
            })
        });
        let question = StoredValue::new(0);
        let scope = StoredValue::new(scope);
        let load = move || load(scope, view, list, question, remote);
        let later = StoredValue::new_local(debounced(Duration::from_millis(150), load));
        let runs = Runs {
            scope,
            view,
            list,
            found,
            matching,
            baseline,
            pinned,
            drawn,
            changed: StoredValue::new(BTreeSet::new()),
            flush: StoredValue::new(None),
            question,
            remote,
            reload_soon: Callback::new(move |()| later.with_value(|later| later())),
        };
        runs.load_named(named);
        let asked = Memo::new(move |_| view.with(|view| (view.order_by.clone(), applied_filter(view))));
        Effect::new(move |_| {
            // Read, not only tracked: a memo that nobody reads never learns what it depends on.
            asked.with(|_| ());
            load();
        });
        Effect::new(move |before: Option<String>| {
            let search = search.get();
            if remote.get_untracked() && before.is_some_and(|before| before != search) {
                runs.reload_soon.run(());
            }
            search
        });
        runs
    }

    /// Asks for pinned runs and the baseline where the list has them not: they are filtered out, or far down.
    fn load_named(self, named: Memo<(Option<String>, BTreeSet<String>)>) {
        let asked = StoredValue::new(BTreeSet::new());
        let missing = Memo::new(move |_| {
            let (baseline, pinned) = named.get();
            self.list.with(|list| {
                list.loaded()?;
                let missing = |short: &String| digits(short).is_some() && list.row_named(short).is_none();
                Some(pinned.into_iter().chain(baseline).filter(missing).collect::<BTreeSet<_>>())
            })
        });
        Effect::new(move |_| {
            let missing = missing.get().unwrap_or_default();
            if missing.is_empty() || asked.with_value(|asked| *asked == missing) {
                return;
            }
            let shorts: Vec<String> = missing.iter().cloned().collect();
            asked.set_value(missing);
            let request = RunsRequest {
                experiments: vec![self.scope.with_value(|scope| scope.experiment().to_owned())],
                filter: format!("attributes.run_id RLIKE '^({})'", shorts.join("|")),
                ..RunsRequest::default()
            };
            spawn_local(async move {
                if let Ok(page) = api::runs(&request).await {
                    self.list.try_update(|list| *list = list.with_apart(page.runs));
                }
            });
        });
    }

    /// Asks for the whole list again.
    pub fn reload(&self) {
        self.reload_soon.run(());
    }

    /// Asks for the rows `from..to` if they are not loaded yet.
    pub fn want(&self, from: usize, to: usize) {
        let list = self.list.get_untracked();
        let Some(first) = (from..to.min(list.total())).find(|&at| list.row(at).is_none()) else { return };
        let offset = first / PAGE * PAGE;
        let (signal, question) = (self.list, self.question);
        let asked = question.get_value();
        let request = request(&self.scope.get_value(), &self.view.get_untracked(), self.remote.get_untracked(), offset);
        spawn_local(async move {
            if let Ok(page) = api::runs(&request).await
                && question.try_get_value() == Some(asked)
            {
                signal.update(|list| *list = list.with_rows(offset, page.runs));
            }
        });
    }

    /// Hears that runs were made or changed: their rows are asked for within a second.
    pub fn changed(&self, runs: &[RunId]) {
        self.changed.update_value(|changed| changed.extend(runs));
        if self.flush.with_value(Option::is_some) {
            return;
        }
        let this = *self;
        let handle = set_timeout_with_handle(move || this.ask_for_changed(), Duration::from_millis(700));
        self.flush.set_value(handle.ok());
    }

    fn ask_for_changed(self) {
        let Some(changed) = self.changed.try_update_value(std::mem::take) else { return };
        self.flush.set_value(None);
        let known: BTreeSet<RunId> = self
            .list
            .with_untracked(|list| changed.iter().copied().filter(|&run| list.row_of(run).is_some()).collect());
        let filter = self.view.with_untracked(applied_filter);
        if (filter.is_empty() && known.len() < changed.len()) || changed.len() > BY_NAME {
            return self.reload();
        }
        let names: Vec<_> = changed.iter().map(|run| format!("'{run}'")).collect();
        let request = RunsRequest {
            experiments: vec![self.scope.with_value(|scope| scope.experiment().to_owned())],
            filter: both(&format!("attributes.run_id IN ({})", names.join(", ")), &filter),
            ..RunsRequest::default()
        };
        spawn_local(async move {
            let Ok(page) = api::runs(&request).await else { return };
            // Some may have begun to pass the filter, and others ceased to.
            if page.runs.iter().map(|row| row.run_id).collect::<BTreeSet<_>>() == known {
                self.list.try_update(|list| *list = list.with_changed(page.runs));
            } else {
                self.reload();
            }
        });
    }
}

/// The filter of `view` that the server is asked; one that cannot be read is shown as wrong, and asks for all.
pub fn applied_filter(view: &View) -> String {
    let filter = view.filter.trim();
    if parse_query(filter).is_ok() { filter.to_owned() } else { String::new() }
}

/// A query for what passes both.
fn both(one: &str, filter: &str) -> String {
    if filter.is_empty() { one.to_owned() } else { format!("{one} AND ({filter})") }
}

fn request(scope: &Scope, view: &View, remote: bool, offset: usize) -> RunsRequest {
    let filter = match scope {
        Scope::Run(_, run) => format!("attributes.run_id = '{run}'"),
        Scope::Experiment(_) if remote && !view.search.is_empty() => {
            let named = format!("attributes.run_name ILIKE '%{}%'", view.search.replace('\'', "_"));
            both(&named, &applied_filter(view))
        }
        Scope::Experiment(_) => applied_filter(view),
    };
    RunsRequest {
        experiments: vec![scope.experiment().to_owned()],
        filter,
        order_by: (!view.order_by.is_empty()).then(|| view.order_by.clone()).into_iter().collect(),
        offset: offset as u64,
        limit: PAGE as u32,
        ..RunsRequest::default()
    }
}

fn load(
    scope: StoredValue<Scope>,
    view: RwSignal<View>,
    list: RwSignal<RunList>,
    question: StoredValue<u64>,
    remote: RwSignal<bool>,
) {
    let Some(asked) = question.try_update_value(|question| {
        *question += 1;
        *question
    }) else {
        return;
    };
    let request = request(&scope.get_value(), &view.get_untracked(), remote.get_untracked(), 0);
    let filter = request.filter.clone();
    spawn_local(async move {
        let answer = api::runs(&request).await;
        if question.try_get_value() != Some(asked) {
            return;
        }
        match answer {
            Ok(page) => {
                if page.total > PAGE as u64 && !remote.get_untracked() {
                    remote.set(true);
                }
                // What was asked for by name stays.
                list.update(|list| {
                    let apart = list.inner.apart.clone();
                    *list = RunList::of_page(page, filter).changed(|inner| inner.apart = apart);
                });
            }
            // What was loaded stays on the screen.
            Err(ApiError::Offline) if list.with_untracked(|list| list.loaded().is_some()) => {}
            Err(error) => list.set(RunList::failed(error)),
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::run::RunStatus;

    fn row(id: u128) -> RunRow {
        RunRow {
            run_id: RunId(id),
            experiment_id: "1".into(),
            name: format!("run {id}"),
            status: RunStatus::Running,
            user: String::new(),
            start_millis: 0,
            end_millis: None,
            color: 0,
            deleted: false,
            params: BTreeMap::new(),
            metrics: BTreeMap::new(),
            summaries: BTreeMap::new(),
            tags: BTreeMap::new(),
        }
    }

    #[test]
    fn pages_fall_into_their_place() {
        let list = RunList::of_page(RunsPage { total: 4, runs: vec![row(1), row(2)] }, String::new());
        assert_eq!((list.total(), list.rows().count()), (4, 2));
        let list = list.with_rows(2, vec![row(3), row(4), row(5)]);
        assert_eq!(list.rows().map(|row| row.run_id.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(list.row_of(RunId(3)).map(|row| row.name.as_str()), Some("run 3"));
    }

    #[test]
    fn a_filter_that_cannot_be_read_asks_for_all() {
        for (filter, applied) in [(" user = 'a' ", "user = 'a'"), ("user =", ""), ("", "")] {
            assert_eq!(applied_filter(&View { filter: filter.into(), ..View::default() }), applied);
        }
        assert_eq!(both("a", "b OR c"), "a AND (b OR c)");
    }

    #[test]
    fn a_changed_run_keeps_its_place_and_a_stranger_is_left_out() {
        let list = RunList::of_page(RunsPage { total: 2, runs: vec![row(1), row(2)] }, String::new());
        let changed = RunRow { name: "renamed".into(), ..row(1) };
        let list = list.with_changed(vec![changed, row(9)]);
        assert_eq!(list.rows().map(|row| row.name.clone()).collect::<Vec<_>>(), ["renamed", "run 2"]);
    }
}
