//! Keeps the run list loaded: from its first page on, what is in sight, what is named, and what changed.

use super::{
    FIRST, PAGE, Runs,
    ask::{both, named_filter, page_of, page_of_scope, request},
    list::{Chosen, RunList, digits},
};
use crate::{api::ApiError, state::Scope};
use data::run::{RunId, RunsRequest};
use leptos::{prelude::*, task::spawn_local};
use std::{collections::BTreeSet, time::Duration};

/// How many cells a further request brings about, and how many rows at least: what is read must not stop a scroll.
const PAGE_CELLS: usize = 12_000;
const LEAST_PAGE: usize = 50;
/// How long a scroll rests before rows are asked for.
const SCROLL_PAUSE: Duration = Duration::from_millis(60);
/// How many changed runs are asked for by name; more reload the list.
const BY_NAME: usize = 100;

impl Runs {
    /// Asks for the list from its first page on.
    pub(super) fn load(self) {
        let Runs { list, question, large, news, .. } = self;
        let Some(asked) = question.try_update_value(|question| {
            *question += 1;
            *question
        }) else {
            return;
        };
        self.asking.update_value(BTreeSet::clear);
        let view = self.view.get_untracked();
        let scope = self.scope.get_value();
        let request = RunsRequest { limit: self.first_rows() as u32, ..request(&scope, &view, self.remote()) };
        let chosen = Chosen { filter: request.filter.clone(), brushes: request.brushes.clone() };
        spawn_local(async move {
            let answer = page_of_scope(&scope, &request, &view, None).await;
            if question.try_get_value() != Some(asked) {
                return;
            }
            match answer {
                Ok(page) => {
                    // Of several run sets each has a filter of its own, which the server cannot join.
                    if page.total > PAGE as u64 && !matches!(scope, Scope::Sets(_)) && !large.get_untracked() {
                        large.set(true);
                    }
                    news.update(|news| *news += 1);
                    // What was asked for by name stays.
                    list.update(|list| *list = RunList::of_page(page, chosen).with_apart_of(list).begun(PAGE));
                    if list.with_untracked(RunList::coming) > 0 {
                        self.load_rest(asked, request, view).await;
                    }
                }
                // What was loaded stays on the screen.
                Err(ApiError::Offline) if list.with_untracked(|list| list.loaded().is_some()) => {}
                Err(error) => list.set(RunList::failed(error)),
            }
        });
    }

    /// How many rows the list begins with: of many runs about as many as are in sight, for those are looked at, and a page
    /// takes longer to come and to be read than to be found.
    fn first_rows(self) -> usize {
        let ((_, to), _) = self.in_sight.get_value();
        let few = self.list.with_untracked(page_rows).min(FIRST);
        if self.large.get_untracked() && to <= few { few } else { PAGE }
    }

    /// Asks for the rows of the first page after those that `begun` brought, a part at a time, as long as `asked` is the
    /// last question.
    async fn load_rest(self, asked: u64, begun: RunsRequest, view: data::view::View) {
        let source = self.source();
        let mut offset = begun.limit as usize;
        while offset < PAGE {
            let limit = page_rows(&self.list.get_untracked()).min(PAGE - offset);
            let request = RunsRequest { offset: offset as u64, limit: limit as u32, ..begun.clone() };
            let answer = page_of(&source, &request, &view).await;
            if self.question.try_get_value() != Some(asked) {
                return;
            }
            // What does not come is asked for again once it is in sight.
            let Ok(page) = answer else { break };
            self.list.update(|list| *list = list.with_rows(offset, page.runs));
            if self.list.with_untracked(RunList::coming) == 0 {
                break;
            }
            offset += limit;
        }
        if self.list.with_untracked(RunList::coming) > 0 {
            self.list.update(|list| *list = list.ended());
        }
        let ((from, to), _) = self.in_sight.get_value();
        self.ask_for(from, to);
    }

    /// Asks for pinned runs and the baseline where the list has them not: they are filtered out, or far down.
    pub(super) fn load_named(self, named: Memo<(Option<String>, BTreeSet<String>)>) {
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
        if first < list.coming() {
            return;
        }
        let page = page_rows(&list);
        let offset = first / page * page;
        if !self.asking.try_update_value(|asking| asking.insert(offset)).unwrap_or(false) {
            return;
        }
        let asked = self.question.get_value();
        let view = self.view.get_untracked();
        let request = RunsRequest {
            offset: offset as u64,
            limit: page as u32,
            ..request(&self.scope.get_value(), &view, self.remote())
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
                self.ask_for(0, self.first.get_untracked());
            }
        });
    }

    /// Asks for the first `count` rows and goes on asking, whatever else is in sight; 0 ends it.
    pub fn want_first(&self, count: usize) {
        if self.first.try_get_untracked().is_some_and(|first| first != count) {
            self.first.set(count);
        }
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
        let view = self.view.get_untracked();
        let scope = self.scope.get_value();
        let asked = request(&scope, &view, self.remote());
        let chosen = matches!(scope, Scope::Sets(_)) || !asked.filter.is_empty() || !asked.brushes.is_empty();
        if (!chosen && known.len() < changed.len()) || changed.len() > BY_NAME {
            return self.reload();
        }
        let names: Vec<_> = changed.iter().map(|run| format!("'{run}'")).collect();
        let named = format!("attributes.run_id IN ({})", names.join(", "));
        let request = RunsRequest { filter: both(&named, &asked.filter), order_by: Vec::new(), ..asked };
        spawn_local(async move {
            let Ok(page) = page_of_scope(&scope, &request, &view, Some(&named)).await else { return };
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

/// How many rows like those of `list` a further request brings.
fn page_rows(list: &RunList) -> usize {
    let cells = list.rows().next().map_or(1, |row| row.params.len() + row.metrics.len() + row.tags.len()).max(1);
    (PAGE_CELLS / cells).clamp(LEAST_PAGE, PAGE)
}
