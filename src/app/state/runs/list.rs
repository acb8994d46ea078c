//! The runs that are loaded, as a value.

use crate::{api::ApiError, state::columns::columns_of};
use data::{
    brush::Brushes,
    column::Column,
    frame::RunSet,
    run::{Cut, RunId, RunRow, RunsPage},
};
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

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
    /// What they were asked for by.
    chosen: Chosen,
    /// How many rows from the first are still coming in one go; 0 once they are here.
    coming: usize,
    /// Where they are the first of many that will never be loaded.
    cut: Option<Cut>,
}

/// What the server was asked to find runs by.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chosen {
    /// The filter, and the search where the server does it.
    pub filter: String,
    /// The brushes, where the server looks after them: where not all runs are loaded.
    pub brushes: Brushes,
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
    /// The list that begins with `page`, of the runs that were `chosen`.
    pub(in crate::state) fn of_page(page: RunsPage, chosen: Chosen) -> RunList {
        let mut rows = vec![None; (page.total as usize).max(page.runs.len())];
        let mut place = HashMap::with_capacity(page.runs.len());
        let columns = Arc::new(columns_of(page.runs.iter()));
        let cut = page.cut;
        for (at, row) in page.runs.into_iter().enumerate() {
            place.insert(row.run_id, at);
            rows[at] = Some(Arc::new(row));
        }
        let state = State::Ready;
        RunList { inner: Arc::new(Inner { state, rows, place, chosen, columns, apart: Vec::new(), cut, coming: 0 }) }
    }

    /// The same list, of which the first `count` rows are still coming.
    pub(super) fn begun(mut self, count: usize) -> RunList {
        let inner = Arc::make_mut(&mut self.inner);
        inner.coming = if lacks(&inner.rows, count) { count } else { 0 };
        self
    }

    /// The same list with nothing more to come by itself.
    pub(super) fn ended(&self) -> RunList {
        self.changed(|inner| inner.coming = 0)
    }

    /// The same list with something changed in it.
    fn changed(&self, change: impl FnOnce(&mut Inner)) -> RunList {
        let mut inner = Inner::clone(&self.inner);
        change(&mut inner);
        RunList { inner: Arc::new(inner) }
    }

    pub(in crate::state) fn with_rows(&self, offset: usize, new: Vec<RunRow>) -> RunList {
        self.changed(|Inner { rows, place, columns, coming, .. }| {
            join(columns, columns_of(new.iter()));
            for (at, row) in new.into_iter().enumerate() {
                if let Some(slot) = rows.get_mut(offset + at) {
                    place.insert(row.run_id, offset + at);
                    *slot = Some(Arc::new(row));
                }
            }
            if !lacks(rows, *coming) {
                *coming = 0;
            }
        })
    }

    pub(super) fn with_changed(&self, changed: Vec<RunRow>) -> RunList {
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

    pub(super) fn with_apart(&self, new: Vec<RunRow>) -> RunList {
        self.changed(|Inner { apart, .. }| {
            apart.retain(|old| new.iter().all(|new| new.run_id != old.run_id));
            apart.extend(new.into_iter().map(Arc::new));
        })
    }

    pub(super) fn failed(error: ApiError) -> RunList {
        RunList { inner: Arc::new(Inner { state: State::Failed(error), ..Inner::default() }) }
    }

    /// The same list with the runs that `other` has by name.
    pub(super) fn with_apart_of(mut self, other: &RunList) -> RunList {
        Arc::make_mut(&mut self.inner).apart = other.inner.apart.clone();
        self
    }

    /// `Some` once the first page is here.
    pub fn loaded(&self) -> Option<()> {
        matches!(self.inner.state, State::Ready).then_some(())
    }

    /// How many rows from the first are still coming in one go: what draws many runs waits for them.
    pub fn coming(&self) -> usize {
        self.inner.coming
    }

    /// Whether all of its runs are here once those that are coming are.
    pub fn soon_whole(&self) -> bool {
        self.inner.coming > 0 && self.inner.rows.len() <= self.inner.coming
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
        &self.inner.chosen.filter
    }

    /// The brushes that the server let these runs through.
    pub fn brushes(&self) -> &Brushes {
        &self.inner.chosen.brushes
    }

    /// All of these runs, loaded or not, and only those in it.
    pub fn run_set(&self, experiments: Vec<String>) -> RunSet {
        let Chosen { filter, brushes } = self.inner.chosen.clone();
        RunSet { experiments, filter, brushes, ..RunSet::default() }
    }

    /// How many runs were found, loaded or not.
    pub fn total(&self) -> usize {
        self.inner.rows.len()
    }

    /// Where these are the first of many, because a link or what was frozen holds no more.
    pub fn cut(&self) -> Option<Cut> {
        self.inner.cut
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

/// Whether one of the first `count` rows is not there.
fn lacks(rows: &[Option<Arc<RunRow>>], count: usize) -> bool {
    rows[..count.min(rows.len())].iter().any(Option::is_none)
}

/// Adds what is new to `columns`.
fn join(columns: &mut Arc<BTreeSet<Column>>, new: BTreeSet<Column>) {
    if !new.is_subset(columns) {
        Arc::make_mut(columns).extend(new);
    }
}

/// The number that the first eight digits of a run's id write.
pub(super) fn digits(short: &str) -> Option<u32> {
    (short.len() == 8).then(|| u32::from_str_radix(short, 16).ok()).flatten()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use data::run::RunStatus;

    pub fn row(id: u128) -> RunRow {
        RunRow {
            run_id: RunId(id),
            experiment_id: "1".into(),
            name: format!("run {id}"),
            status: RunStatus::Running,
            ..RunRow::default()
        }
    }

    #[test]
    fn pages_fall_into_their_place() {
        let list = RunList::of_page(RunsPage { total: 4, runs: vec![row(1), row(2)], cut: None }, Chosen::default());
        assert_eq!((list.total(), list.rows().count()), (4, 2));
        let list = list.with_rows(2, vec![row(3), row(4), row(5)]);
        assert_eq!(list.rows().map(|row| row.run_id.0).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert_eq!(list.row_of(RunId(3)).map(|row| row.name.as_str()), Some("run 3"));
    }

    #[test]
    fn a_list_that_began_ends_with_its_last_row() {
        let page = |rows: &[u128]| RunsPage { total: 4, runs: rows.iter().map(|&id| row(id)).collect(), cut: None };
        let list = |rows: &[u128], count| RunList::of_page(page(rows), Chosen::default()).begun(count);
        for (name, list, coming) in [
            ("the rest is on its way", list(&[1], 3), 3),
            ("all is here", list(&[1, 2, 3], 3), 0),
            ("there are fewer runs than a page holds", list(&[1, 2, 3, 4], 1_000), 0),
            ("a part came", list(&[1], 3).with_rows(1, vec![row(2)]), 3),
            ("the last part came", list(&[1], 3).with_rows(1, vec![row(2), row(3)]), 0),
            ("what was beyond them came", list(&[1], 3).with_rows(3, vec![row(4)]), 3),
            ("it was given up", list(&[1], 3).ended(), 0),
        ] {
            assert_eq!(list.coming(), coming, "{name}");
        }
    }

    #[test]
    fn a_changed_run_keeps_its_place_and_a_stranger_is_left_out() {
        let list = RunList::of_page(RunsPage { total: 2, runs: vec![row(1), row(2)], cut: None }, Chosen::default());
        let changed = RunRow { name: "renamed".into(), ..row(1) };
        let list = list.with_changed(vec![changed, row(9)]);
        assert_eq!(list.rows().map(|row| row.name.clone()).collect::<Vec<_>>(), ["renamed", "run 2"]);
    }
}
