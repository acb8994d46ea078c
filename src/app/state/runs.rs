//! The run list: loaded in pages, searched, ordered, and kept up while runs log.
//!
//! - [`RunList`]: what is loaded, as a value
//! - [`ask`]: what the server is asked for
//! - [`load`]: when it is asked, and what becomes of its answers

mod ask;
mod list;
mod load;

pub use ask::applied_filter;
pub(super) use ask::{page_of, without};
pub use list::{Chosen, RunList};

use super::{MOST_DRAWN, Scope, debounced};
use crate::api::{Source, is_shared};
use ask::{Remote, request, set_request, summaries_of};
use data::{
    brush::{passes, resolved},
    frame::RunSet,
    run::{RunId, RunRow, RunsRequest},
    view::View,
};
use leptos::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    sync::Arc,
    time::Duration,
};

/// How long a list that the server searches waits for the next letter: an answer takes less than an eye notices.
const TYPING_PAUSE: Duration = Duration::from_millis(30);
/// How many rows the first page has.
const PAGE: usize = 1_000;
/// How many of them are asked for before the others where there are more runs than a page holds: more than a screen shows.
const FIRST: usize = 100;

/// The run list as signals. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Runs {
    scope: StoredValue<Scope>,
    view: RwSignal<View>,
    /// What is loaded.
    pub list: RwSignal<RunList>,
    /// The same for what draws many runs at once: as it was, while the first page of another list is coming.
    pub pictured: Memo<RunList>,
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
    first: RwSignal<usize>,
    /// Where the pages begin that are asked for.
    asking: StoredValue<BTreeSet<usize>>,
    /// Whether there are more runs than one page holds.
    large: RwSignal<bool>,
    /// Asks for the whole list again, once typing rests.
    reload_soon: StoredValue<Option<Rc<dyn Fn()>>, LocalStorage>,
}

impl Runs {
    pub(super) fn new(scope: Scope, view: RwSignal<View>) -> Runs {
        let list = RwSignal::new(RunList::default());
        let large = RwSignal::new(false);
        let pictured = Memo::new(move |before: Option<&RunList>| {
            let list = list.get();
            match before {
                Some(before) if list.coming() > 0 => before.clone(),
                Some(_) | None => list,
            }
        });
        let search = Memo::new(move |_| view.with(|view| view.search.to_lowercase()));
        let found = Memo::new(move |_| {
            let search = search.get();
            let local = !large.get();
            list.with(|list| {
                let matches = |at: &usize| match list.row(*at) {
                    Some(row) if local => row.name.to_lowercase().contains(&search),
                    _ => true,
                };
                Arc::new((0..list.total()).filter(matches).collect::<Vec<_>>())
            })
        });
        let brushes = Memo::new(move |_| view.with(|view| view.brushes.clone()));
        let directions = Memo::new(move |_| view.with(|view| view.directions.clone()));
        let matching = Memo::new(move |_| {
            let (found, brushes) = (found.get(), brushes.get());
            list.with(|list| {
                if brushes.is_empty() || *list.brushes() == resolved(&brushes, &directions.get()) {
                    return found;
                }
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
        let drawn = Memo::new(move |before: Option<&Arc<BTreeMap<RunId, usize>>>| {
            if let Some(before) = before
                && list.with(RunList::coming) > 0
            {
                return before.clone();
            }
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
        let runs = Runs {
            scope,
            view,
            list,
            pictured,
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
            first: RwSignal::new(0),
            asking: StoredValue::new(BTreeSet::new()),
            large,
            reload_soon: StoredValue::new_local(None),
        };
        let later = debounced(TYPING_PAUSE, move || runs.load());
        runs.reload_soon.set_value(Some(Rc::new(later)));
        runs.load_named(named);
        let asked = Memo::new(move |_| {
            let brushed = brushes.get();
            let brushed = (!brushed.is_empty() && runs.brushed_by_server()).then_some(brushed);
            let choice = view.with(|view| {
                (view.order_by.clone(), applied_filter(view), view.directions.clone(), summaries_of(view))
            });
            (brushed, choice)
        });
        Effect::new(move |_| {
            // Read, not only tracked: a memo that nobody reads never learns what it depends on.
            asked.with(|_| ());
            runs.load();
        });
        Effect::new(move |before: Option<(bool, String)>| {
            let now = (large.get(), search.get());
            let unheard =
                before.is_some_and(|(was_large, before)| now.1 != if was_large { before } else { String::new() });
            if now.0 && unheard {
                runs.reload();
            }
            now
        });
        runs
    }

    /// Whether the server looks which runs pass the brushes: where it has more runs than are loaded, unless all are
    /// wanted because what brushes leave out is shown as well. What a share link shows is not brushed there.
    fn brushed_by_server(&self) -> bool {
        let live = self.source() == Source::Live && !is_shared();
        live && self.large.get() && self.first.get() == 0
    }

    /// What the server does for the list now.
    fn remote(&self) -> Remote {
        Remote { search: self.large.get_untracked(), brushes: untrack(|| self.brushed_by_server()) }
    }

    pub(super) fn source(&self) -> Source {
        self.scope.with_value(Scope::source)
    }

    /// What the run list asks the server for: its first page, or that of each run set.
    pub fn asked(&self) -> Vec<RunsRequest> {
        match self.scope.get_value() {
            Scope::Sets(of) => of.iter().map(|set| set_request(set, None)).collect(),
            scope => vec![request(&scope, &self.view.get_untracked(), self.remote())],
        }
    }

    /// All runs that pass filter, search and brushes, whether they are loaded or not, and their order.
    pub fn all_that_match(&self) -> (RunSet, Vec<String>) {
        let here = Remote { search: true, brushes: true };
        let RunsRequest { experiments, filter, brushes, order_by, .. } =
            request(&self.scope.get_value(), &self.view.get_untracked(), here);
        (RunSet { experiments, filter, brushes, ..RunSet::default() }, order_by)
    }

    /// Asks for the whole list again.
    pub fn reload(&self) {
        let soon = self.reload_soon.try_get_value().flatten();
        if let Some(soon) = soon {
            soon();
        }
    }

    /// The experiments that the runs are in, as requests name them.
    pub(super) fn experiments(&self) -> Vec<String> {
        self.scope.with_value(Scope::experiments)
    }
}
