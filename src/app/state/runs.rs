//! The run list: loaded in pages, searched, ordered, and kept up while runs log.

use super::{MOST_DRAWN, Scope, columns::columns_of, debounced, order};
use crate::api::{ApiError, Source};
use data::{
    brush::passes,
    column::Column,
    query::{Field, parse_query, resolved_best},
    run::{RunId, RunRow, RunsPage, RunsRequest},
    view::View,
};
use leptos::{prelude::*, task::spawn_local};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
    time::Duration,
};

/// How long a list that the server searches waits for the next letter: an answer takes less than an eye notices.
const TYPING_PAUSE: Duration = Duration::from_millis(30);
/// How many rows the first request brings.
const PAGE: usize = 1_000;
/// How many cells a further request brings about, and how many rows at least: what is read must not stop a scroll.
const PAGE_CELLS: usize = 12_000;
const LEAST_PAGE: usize = 50;
/// How long a scroll rests before rows are asked for.
const SCROLL_PAUSE: Duration = Duration::from_millis(60);
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
    /// The columns that the loaded rows have.
    columns: Arc<BTreeSet<Column>>,
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
        let columns = Arc::new(columns_of(page.runs.iter()));
        for (at, row) in page.runs.into_iter().enumerate() {
            place.insert(row.run_id, at);
            rows[at] = Some(Arc::new(row));
        }
        RunList { inner: Arc::new(Inner { state: State::Ready, rows, place, filter, columns, apart: Vec::new() }) }
    }

    /// The same list with something changed in it.
    fn changed(&self, change: impl FnOnce(&mut Inner)) -> RunList {
        let mut inner = Inner::clone(&self.inner);
        change(&mut inner);
        RunList { inner: Arc::new(inner) }
    }

    pub(super) fn with_rows(&self, offset: usize, new: Vec<RunRow>) -> RunList {
        self.changed(|Inner { rows, place, columns, .. }| {
            join(columns, columns_of(new.iter()));
            for (at, row) in new.into_iter().enumerate() {
                if let Some(slot) = rows.get_mut(offset + at) {
                    place.insert(row.run_id, offset + at);
                    *slot = Some(Arc::new(row));
                }
            }
        })
    }

    fn with_changed(&self, changed: Vec<RunRow>) -> RunList {
        self.changed(|Inner { rows, place, apart, columns, .. }| {
            join(columns, columns_of(changed.iter()));
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

    /// The columns that the loaded rows have, in order of kind and name.
    pub fn columns(&self) -> &Arc<BTreeSet<Column>> {
        &self.inner.columns
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

/// Adds what is new to `columns`.
fn join(columns: &mut Arc<BTreeSet<Column>>, new: BTreeSet<Column>) {
    if !new.is_subset(columns) {
        Arc::make_mut(columns).extend(new);
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
    /// Rises when the server told something new of the runs.
    pub news: RwSignal<u64>,
    /// The rows in sight, and whether they are asked for soon.
    in_sight: StoredValue<((usize, usize), bool)>,
    /// How many rows from the first are wanted, whatever is in sight.
    first: StoredValue<usize>,
    /// Where the pages begin that are asked for.
    asking: StoredValue<BTreeSet<usize>>,
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
        let news = RwSignal::new(0);
        let load = move || load(scope, view, list, question, remote, news);
        let later = StoredValue::new_local(debounced(TYPING_PAUSE, load));
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
            news,
            in_sight: StoredValue::new(((0, 0), false)),
            first: StoredValue::new(0),
            asking: StoredValue::new(BTreeSet::new()),
            remote,
            reload_soon: Callback::new(move |()| later.with_value(|later| later())),
        };
        runs.load_named(named);
        let asked = Memo::new(move |_| {
            view.with(|view| (view.order_by.clone(), applied_filter(view), view.directions.clone(), summaries_of(view)))
        });
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
            let request = RunsRequest {
                experiments: self.experiments(),
                filter: named_filter(missing.iter()),
                ..RunsRequest::default()
            };
            asked.set_value(missing);
            let view = self.view.get_untracked();
            let source = self.source();
            spawn_local(async move {
                if let Ok(page) = page_of(&source, &request, &view).await {
                    self.list.try_update(|list| *list = list.with_apart(page.runs));
                }
            });
        });
    }

    pub(super) fn source(&self) -> Source {
        self.scope.with_value(Scope::source)
    }

    /// What the run list asks the server for: its first page.
    pub fn asked(&self) -> RunsRequest {
        request(&self.scope.get_value(), &self.view.get_untracked(), self.remote.get_untracked())
    }

    /// Asks for the whole list again.
    pub fn reload(&self) {
        self.reload_soon.run(());
    }

    /// The experiment that the runs are in, as requests name it.
    pub(super) fn experiments(&self) -> Vec<String> {
        vec![self.scope.with_value(|scope| scope.experiment().to_owned())]
    }

    /// Asks for the rows `from..to` that are not loaded yet, once the scroll rests on them.
    pub fn want(&self, from: usize, to: usize) {
        let this = *self;
        let asked_soon = this.in_sight.get_value().1;
        this.in_sight.set_value(((from, to), true));
        if !asked_soon {
            let ask = move || {
                if let Some(((from, to), _)) = this.in_sight.try_get_value() {
                    this.in_sight.set_value(((from, to), false));
                    this.ask_for(from, to);
                }
            };
            set_timeout(ask, SCROLL_PAUSE);
        }
    }

    fn ask_for(self, from: usize, to: usize) {
        let list = self.list.get_untracked();
        let Some(first) = (from..to.min(list.total())).find(|&at| list.row(at).is_none()) else { return };
        let cells = list.rows().next().map_or(1, |row| row.params.len() + row.metrics.len() + row.tags.len()).max(1);
        let page = (PAGE_CELLS / cells).clamp(LEAST_PAGE, PAGE);
        let offset = first / page * page;
        if !self.asking.try_update_value(|asking| asking.insert(offset)).unwrap_or(false) {
            return;
        }
        let asked = self.question.get_value();
        let view = self.view.get_untracked();
        let request = RunsRequest {
            offset: offset as u64,
            limit: page as u32,
            ..request(&self.scope.get_value(), &view, self.remote.get_untracked())
        };
        let source = self.source();
        spawn_local(async move {
            let answer = page_of(&source, &request, &view).await;
            self.asking.try_update_value(|asking| asking.remove(&offset));
            if let Ok(page) = answer
                && self.question.try_get_value() == Some(asked)
            {
                self.list.update(|list| *list = list.with_rows(offset, page.runs));
                // What lies beyond the page may be in sight as well.
                let ((from, to), _) = self.in_sight.get_value();
                self.ask_for(from, to);
                self.ask_for(0, self.first.get_value());
            }
        });
    }

    /// Asks for the first `count` rows and goes on asking, whatever else is in sight; 0 ends it.
    pub fn want_first(&self, count: usize) {
        self.first.try_update_value(|first| *first = count);
        if count > 0 {
            self.ask_for(0, count);
        }
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
            experiments: self.experiments(),
            filter: both(&format!("attributes.run_id IN ({})", names.join(", ")), &filter),
            ..RunsRequest::default()
        };
        let view = self.view.get_untracked();
        let source = self.source();
        spawn_local(async move {
            let Ok(page) = page_of(&source, &request, &view).await else { return };
            // Some may have begun to pass the filter, and others ceased to.
            if page.runs.iter().map(|row| row.run_id).collect::<BTreeSet<_>>() == known {
                self.list.try_update(|list| *list = list.with_changed(page.runs));
                self.news.try_update(|news| *news += 1);
            } else {
                self.reload();
            }
        });
    }
}

/// The filter of `view` that the server is asked, and the selection that is all there is; a filter that cannot be
/// read is shown as wrong, and asks for all.
pub fn applied_filter(view: &View) -> String {
    let filter = view.filter.trim();
    let filter = if parse_query(filter).is_ok() { resolved_best(filter, &view.directions) } else { String::new() };
    match view.within.as_ref().and_then(|name| view.selections.get(name)) {
        Some(runs) => both(&named_filter(runs.iter()), &filter),
        None => filter,
    }
}

/// A query for the runs with these first eight digits of their ids; none passes where none is given.
fn named_filter<'a>(shorts: impl Iterator<Item = &'a String>) -> String {
    let shorts: Vec<&str> = shorts.filter(|short| digits(short).is_some()).map(String::as_str).collect();
    // No id begins with a z.
    format!("attributes.run_id RLIKE '^({})'", if shorts.is_empty() { "z".to_owned() } else { shorts.join("|") })
}

/// The numbers of metrics beside the latest that `view` shows, groups, colours or brushes by.
fn summaries_of(view: &View) -> BTreeSet<Column> {
    let columns = view.table.columns.iter().chain(&view.group_by).chain(&view.color_by).chain(view.brushes.keys());
    let columns = columns.chain(&view.parallel.axes).chain(&view.parallel.color).cloned();
    let of_order = order::keys_of(&view.order_by).into_iter().filter_map(|key| match key.field {
        Field::Summary(name, summary) => Some(Column::Summary(name, summary)),
        _ => None,
    });
    columns.chain(of_order).filter(|column| matches!(column, Column::Summary(..))).collect()
}

/// The page that `request` asks for, with the numbers of metrics that `view` needs beside the latest ones.
pub(super) async fn page_of(source: &Source, request: &RunsRequest, view: &View) -> Result<RunsPage, ApiError> {
    let mut page = source.runs(request).await?;
    let summaries = summaries_of(view);
    if summaries.is_empty() || page.runs.is_empty() {
        return Ok(page);
    }
    let asked = summaries.iter().map(|column| column.resolved(&view.directions)).collect::<BTreeSet<_>>();
    let request = RunsRequest { columns: Some(asked.into_iter().collect()), ..request.clone() };
    let mut rows: HashMap<RunId, RunRow> =
        source.runs(&request).await?.runs.into_iter().map(|row| (row.run_id, row)).collect();
    for row in &mut page.runs {
        let Some(told) = rows.remove(&row.run_id) else { continue };
        // The best of a metric is found under that name, too.
        let value = |column: &Column| Some((column.clone(), *told.summaries.get(&column.resolved(&view.directions))?));
        row.summaries = summaries.iter().filter_map(value).collect();
    }
    Ok(page)
}

/// A query for what passes both.
fn both(one: &str, filter: &str) -> String {
    if filter.is_empty() { one.to_owned() } else { format!("{one} AND ({filter})") }
}

fn request(scope: &Scope, view: &View, remote: bool) -> RunsRequest {
    let filter = match scope {
        Scope::Run(_, run) => format!("attributes.run_id = '{run}'"),
        Scope::Experiment(_) | Scope::Report(..) if remote && !view.search.is_empty() => {
            let named = format!("attributes.run_name ILIKE '%{}%'", view.search.replace('\'', "_"));
            both(&named, &applied_filter(view))
        }
        Scope::Experiment(_) | Scope::Report(..) => applied_filter(view),
    };
    RunsRequest {
        experiments: vec![scope.experiment().to_owned()],
        filter,
        order_by: vec![order::asked_order(view)],
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
    news: RwSignal<u64>,
) {
    let Some(asked) = question.try_update_value(|question| {
        *question += 1;
        *question
    }) else {
        return;
    };
    let view = view.get_untracked();
    let request = request(&scope.get_value(), &view, remote.get_untracked());
    let filter = request.filter.clone();
    let source = scope.with_value(Scope::source);
    spawn_local(async move {
        let answer = page_of(&source, &request, &view).await;
        if question.try_get_value() != Some(asked) {
            return;
        }
        match answer {
            Ok(page) => {
                if page.total > PAGE as u64 && !remote.get_untracked() {
                    remote.set(true);
                }
                news.update(|news| *news += 1);
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
        let mut view = View { filter: "user = 'a'".into(), within: Some("best".into()), ..View::default() };
        assert_eq!(applied_filter(&view), "user = 'a'", "a selection that is gone leaves nothing out");
        view.selections.insert("best".into(), ["00c0ffee", "0000000b", "no'id"].map(String::from).into());
        let filter = applied_filter(&view);
        assert_eq!(filter, "attributes.run_id RLIKE '^(0000000b|00c0ffee)' AND (user = 'a')");
        assert!(parse_query(&filter).is_ok());
        view.selections.insert("best".into(), BTreeSet::new());
        assert!(parse_query(&applied_filter(&view)).is_ok());
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
