//! The groups of the run list and the table. Where the list holds all runs, they are made here; else the server makes
//! them, and the runs of an open group are loaded in pages.

use super::{
    Workspace, order,
    runs::{Chosen, RunList, Runs, page_of},
};
use crate::api::{self, ApiError, Source};
use data::{
    brush::resolved,
    column::Column,
    frame::RunSet,
    groups::{GroupOrder, GroupValue, GroupsPage, GroupsRequest, RunGroup, Spread, grouped, order as group_order},
    query::{OrderKey, RunAttribute},
    run::{RunId, RunRow, RunsPage, RunsRequest},
    view::View,
};
use leptos::{prelude::*, task::spawn_local};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How many groups are shown at most.
pub const MOST_GROUPS: usize = 10_000;
/// How many runs of a group one request brings.
const PAGE: usize = 200;
/// How many runs of a group are named to the server, or shown and hidden, at once.
const MOST_MEMBERS: u32 = 10_000;

/// Runs that have the same in the columns that group them.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What they share, and how many they are.
    pub group: RunGroup,
    /// Their places in the list; `None` if the list does not hold them all.
    pub places: Option<Vec<usize>>,
    /// What they share, in words; it names the group in a view.
    pub name: String,
    /// Its runs as far as they are loaded, where the list does not hold them.
    pub loaded: Option<RunList>,
    /// The columns of which `group` tells the spread, in its order.
    told: Arc<Vec<Column>>,
}

impl Group {
    /// A group of runs that share what they have in `by`.
    pub(super) fn new(group: RunGroup, places: Option<Vec<usize>>, by: &[Column]) -> Group {
        let text = |(value, column): (&GroupValue, &Column)| match value {
            GroupValue::Missing => format!("no {}", column.label()),
            GroupValue::Text(text) if text.is_empty() => format!("empty {}", column.label()),
            GroupValue::Text(text) => text.clone(),
            GroupValue::Number(y) => charts::format::full_text(*y),
        };
        let name = group.key.iter().zip(by).map(text).collect::<Vec<_>>().join(" · ");
        Group { group, places, name, loaded: None, told: Arc::default() }
    }

    /// What its runs have in `column`; `None` while the server has not said.
    pub fn spread(&self, list: &RunList, column: &Column) -> Option<Spread> {
        match &self.places {
            Some(places) => {
                let rows: Vec<&RunRow> = places.iter().filter_map(|&at| Some(&**list.row(at)?)).collect();
                let whole = grouped(&rows, &[], std::slice::from_ref(column)).pop()?;
                whole.group.spreads.into_iter().next()
            }
            None => self.group.spreads.get(self.told.iter().position(|told| told == column)?).cloned(),
        }
    }

    /// Its runs that the list holds.
    pub fn runs(&self, list: &RunList, by: &[Column]) -> Vec<RunId> {
        match &self.places {
            Some(places) => places.iter().filter_map(|&at| Some(list.row(at)?.run_id)).collect(),
            None => {
                let has =
                    |row: &RunRow| by.iter().zip(&self.group.key).all(|(by, key)| GroupValue::of(by, row) == *key);
                list.rows().filter(|row| has(row)).map(|row| row.run_id).collect()
            }
        }
    }
}

/// The groups of the runs at `places` of `list`, in the order that `keys` ask for.
fn groups_of(list: &RunList, places: &[usize], by: &[Column], keys: &[OrderKey<RunAttribute>]) -> Vec<Group> {
    let (rows, places): (Vec<&RunRow>, Vec<usize>) =
        places.iter().filter_map(|&at| Some((&**list.row(at)?, at))).unzip();
    let told = told_by(keys, by, list);
    let mut found = grouped(&rows, by, &told);
    let keys = GroupOrder::of(keys, by, &told);
    found.sort_by(|a, b| group_order(&a.group, &b.group, &keys));
    let group = |of: data::groups::GroupedRows| {
        Group::new(of.group, Some(of.places.into_iter().map(|at| places[at]).collect()), by)
    };
    found.into_iter().map(group).collect()
}

/// The columns that `keys` sort groups by, beside what groups them.
fn told_by(keys: &[OrderKey<RunAttribute>], by: &[Column], list: &RunList) -> Vec<Column> {
    let summaries = keys.iter().filter_map(|key| match &key.field {
        data::query::Field::Summary(name, summary) => Some(Column::Summary(name.clone(), *summary)),
        _ => None,
    });
    let named = list.columns().iter().filter(|column| keys.iter().any(|key| key.field == column.field())).cloned();
    named.chain(summaries).filter(|column| !by.contains(column)).collect()
}

/// The columns of which spreads are asked, and the request in which the best of a metric is its least or greatest.
type Asked = (Vec<Column>, GroupsRequest);

/// The groups as signals. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Groups {
    runs: Runs,
    view: RwSignal<View>,
    /// The groups in order; `None` if runs are not grouped.
    pub shown: Memo<Option<Arc<Vec<Group>>>>,
    /// The names of the groups that are open.
    pub open: Memo<BTreeSet<String>>,
    /// The columns in sight, of which the server is asked for spreads.
    pub in_sight: RwSignal<Vec<Column>>,
    /// Why there are no groups.
    pub error: RwSignal<Option<ApiError>>,
    members: RwSignal<BTreeMap<String, RunList>>,
    asking: StoredValue<BTreeSet<(String, usize)>>,
}

impl Groups {
    pub(super) fn new(runs: Runs, view: RwSignal<View>) -> Groups {
        let by = Memo::new(move |_| view.with(|view| view.group_by.clone()));
        let open = Memo::new(move |_| view.with(|view| view.open_groups.clone()));
        let keys = Memo::new(move |_| view.with(|view| order::keys_of(&view.order_by)));
        let answer = RwSignal::new(None::<(Asked, GroupsPage)>);
        let members = RwSignal::new(BTreeMap::<String, RunList>::new());
        let in_sight = RwSignal::new(Vec::new());
        let whole = Memo::new(move |_| runs.list.with(|list| list.rows().count() == list.total()));
        let shown = Memo::new(move |before: Option<&Option<Arc<Vec<Group>>>>| {
            let by = by.get();
            if by.is_empty() {
                return None;
            }
            if let Some(before @ Some(_)) = before
                && runs.list.with(RunList::soon_whole)
            {
                return before.clone();
            }
            if whole.get() {
                let places = runs.matching.get();
                return Some(Arc::new(runs.list.with(|list| keys.with(|keys| groups_of(list, &places, &by, keys)))));
            }
            answer
                .with(|answer| {
                    let ((told, _), page) = answer.as_ref().filter(|((_, request), _)| request.by == by)?;
                    let told = Arc::new(told.clone());
                    let group = |group: &RunGroup| {
                        let group = Group::new(group.clone(), None, &by);
                        let loaded = members.with(|members| members.get(&group.name).cloned());
                        Group { told: told.clone(), loaded, ..group }
                    };
                    Some(Arc::new(page.groups.iter().map(group).collect()))
                })
                .or_else(|| Some(Arc::default()))
        });
        let groups = Groups {
            runs,
            view,
            shown,
            open,
            in_sight,
            error: RwSignal::new(None),
            members,
            asking: StoredValue::new(BTreeSet::new()),
        };
        let request = Memo::new(move |_| {
            let by = by.get();
            // The rest of a short list is here as soon as an answer would be.
            if by.is_empty() || whole.get() || runs.list.with(RunList::soon_whole) {
                return None;
            }
            let run_set = runs.list.with(|list| list.loaded().map(|()| list.run_set(runs.experiments())))?;
            let brushes = view.with(|view| resolved(&view.brushes, &view.directions));
            let mut columns = keys.with(|keys| runs.list.with(|list| told_by(keys, &by, list)));
            columns.extend(in_sight.get().into_iter().filter(|column| !columns.contains(column)).collect::<Vec<_>>());
            let told = view.with(|view| columns.iter().map(|column| column.resolved(&view.directions)).collect());
            let request = GroupsRequest {
                run_set: RunSet { brushes, ..run_set },
                by,
                columns: told,
                order_by: vec![view.with(order::asked_order)],
                limit: MOST_GROUPS as u32,
                ..GroupsRequest::default()
            };
            Some((columns, request))
        });
        let asked = StoredValue::new(0_u64);
        Effect::new(move |before: Option<Option<Asked>>| {
            runs.news.track();
            let request = request.get();
            let same_runs =
                |(_, a): &Asked, (_, b): &Asked| (&a.run_set, &a.by, &a.order_by) == (&b.run_set, &b.by, &b.order_by);
            // More columns in sight leave the runs as they are.
            if !before.flatten().zip(request.as_ref()).is_some_and(|(before, now)| same_runs(&before, now)) {
                members.set(BTreeMap::new());
            }
            let number = asked.with_value(|number| number + 1);
            asked.set_value(number);
            if let Some(request) = request.clone() {
                spawn_local(async move {
                    let page = api::groups(&request.1).await;
                    if asked.try_get_value() == Some(number) {
                        groups.error.set(page.as_ref().err().cloned());
                        answer.set(page.ok().map(|page| (request, page)).or_else(|| answer.get_untracked()));
                    }
                });
            }
            request
        });
        groups
    }

    /// Asks for the runs `from..to` of `group` if they are not loaded yet.
    pub(super) fn want(&self, group: &Group, from: usize, to: usize) {
        let Some(first) = (from..to).find(|&at| group.loaded.as_ref().is_none_or(|list| list.row(at).is_none())) else {
            return;
        };
        let offset = first / PAGE * PAGE;
        let place = (group.name.clone(), offset);
        if !self.asking.try_update_value(|asking| asking.insert(place.clone())).unwrap_or(false) {
            return;
        }
        let request = RunsRequest { offset: offset as u64, limit: PAGE as u32, ..self.request(group) };
        let (this, total) = (*self, group.group.runs);
        let view = self.view.get_untracked();
        spawn_local(async move {
            let page = page_of(&Source::Live, &request, &view).await;
            if this.asking.try_update_value(|asking| asking.remove(&place)).is_none() {
                return;
            }
            if let Ok(page) = page {
                this.members.update(|members| {
                    let empty = || RunList::of_page(RunsPage { total, ..RunsPage::default() }, Chosen::default());
                    let list = members.entry(place.0).or_insert_with(empty);
                    *list = list.with_rows(offset, page.runs);
                });
            }
        });
    }

    /// The request for all runs of `group`.
    fn request(&self, group: &Group) -> RunsRequest {
        let view = self.view.get_untracked();
        RunsRequest {
            experiments: self.runs.experiments(),
            filter: self.runs.list.with_untracked(|list| list.filter().to_owned()),
            brushes: resolved(&view.brushes, &view.directions),
            within: view.group_by.iter().cloned().zip(group.group.key.iter().cloned()).collect(),
            order_by: vec![order::asked_order(&view)],
            ..RunsRequest::default()
        }
    }
}

impl Workspace {
    /// Opens the group with this name, or folds it; does the other of both if it is not said which.
    pub fn open_group(&self, name: &str, open: Option<bool>) {
        self.change("groups", |view| {
            let is_open = view.open_groups.contains(name);
            match (is_open, open.unwrap_or(!is_open)) {
                (false, true) => drop(view.open_groups.insert(name.to_owned())),
                (true, false) => drop(view.open_groups.remove(name)),
                (true, true) | (false, false) => {}
            }
        });
    }

    /// The runs of `group` that the list holds.
    pub fn runs_of(&self, group: &Group) -> Vec<RunId> {
        let by = self.view_now(|view| view.group_by.clone());
        self.runs.pictured.with_untracked(|list| group.runs(list, &by))
    }

    /// Shows all runs of `group`, or hides them; asks the server which they are where the list does not hold them.
    pub fn show_group(&self, group: &Group, shown: bool) {
        let workspace = *self;
        if group.places.is_some() {
            return workspace.show_all(&workspace.runs_of(group), shown);
        }
        let request = RunsRequest { brief: true, limit: MOST_MEMBERS, ..self.groups.request(group) };
        spawn_local(async move {
            if let Ok(page) = Source::Live.runs(&request).await {
                workspace.show_all(&page.runs.iter().map(|row| row.run_id).collect::<Vec<_>>(), shown);
            }
        });
    }

    /// Draws all of `runs`, or none of them.
    pub fn show_all(&self, runs: &[RunId], shown: bool) {
        self.change("runs shown", |view| {
            for run in runs.iter().map(|run| run.short()) {
                if view.shows(&run) != shown {
                    view.toggle(&run);
                }
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use data::run::RunStatus;

    fn row(id: u128, params: &[(&str, &str)]) -> RunRow {
        RunRow {
            run_id: RunId(id << 96),
            experiment_id: "1".into(),
            name: format!("run {id}"),
            status: RunStatus::Finished,
            start_millis: id as i64,
            params: params.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            ..RunRow::default()
        }
    }

    #[test]
    fn groups_stand_in_the_order_of_what_they_share_or_of_a_mean() {
        let runs = vec![
            row(1, &[("lr", "10"), ("score", "1")]),
            row(2, &[("lr", "9"), ("score", "4")]),
            row(3, &[("score", "9")]),
            row(4, &[("lr", "10"), ("score", "2")]),
            row(5, &[("lr", "auto"), ("score", "inf")]),
        ];
        let list = RunList::of_page(RunsPage { total: 5, runs, cut: None }, Chosen::default());
        let by = ["params.lr".parse().expect("a column")];
        for (name, order, expected) in [
            ("numbers by size, texts, nothing", "", ["9", "10", "auto", "no lr"]),
            ("turned with the key", "params.lr DESC", ["auto", "10", "9", "no lr"]),
            ("by a mean, no mean last", "params.score ASC", ["10", "9", "no lr", "auto"]),
            ("by a mean from above", "params.score DESC", ["no lr", "9", "10", "auto"]),
        ] {
            let groups = groups_of(&list, &[0, 1, 2, 3, 4], &by, &order::keys_of(order));
            let names: Vec<_> = groups.iter().map(|group| group.name.as_str()).collect();
            assert_eq!(names, expected, "{name}");
        }
        let groups = groups_of(&list, &[0, 2, 3], &by, &[]);
        assert_eq!(groups[0].places, Some(vec![0, 3]));
        assert_eq!(groups[0].runs(&list, &by), [RunId(1 << 96), RunId(4 << 96)]);
        let remote = Group { places: None, ..groups[0].clone() };
        assert_eq!(remote.runs(&list, &by), [RunId(1 << 96), RunId(4 << 96)]);
        let score = "params.score".parse().expect("a column");
        let spread = groups[0].spread(&list, &score).expect("runs are here");
        assert_eq!((spread.n, spread.mean.0, spread.min.0, spread.max.0), (2, 1.5, 1.0, 2.0));
        assert_eq!(remote.spread(&list, &score), None, "nobody said yet");
    }
}
