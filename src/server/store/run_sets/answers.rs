//! Answers about run sets: windows of runs, and groups.

use super::{Asked, RunSets};
use crate::store::{
    Store, StoreError, experiments, keys,
    metrics::{Computed, computed, rid_of},
    rows::{self, Told},
    search::View,
};
use data::{
    brush::Brushes,
    column::{Attribute, Column},
    frame::RunSet,
    groups::{GroupsPage, GroupsRequest},
    query::{OrderKey, QueryError, RunAttribute, parse_query, parse_sort},
    run::{RunId, RunRow, RunsPage, RunsRequest},
    series::JsonNumber,
    summary::Summary,
};
use rusqlite::{Connection, OptionalExtension};
use std::collections::{BTreeSet, HashSet};

/// How many runs or groups a window has if nobody says.
const WINDOW: u32 = 1_000;
/// How many runs or groups a window has at most.
const MOST: u32 = 10_000;
/// How many columns can be asked for at a time.
const MOST_COLUMNS: usize = 1_000;
/// How many columns can group runs.
const MOST_BY: usize = 16;
/// How many columns can be brushed.
const MOST_BRUSHES: usize = 100;
/// More runs than this cannot be asked for by id.
const MOST_IDS: usize = 100_000;

impl Store {
    /// A window of the runs that `request` asks for, in order, and how many it asks for in all.
    ///
    /// Refuses a filter or an order that cannot be read, and what is too large. Ids that name no experiment find
    /// nothing.
    pub async fn runs_page(&self, request: RunsRequest) -> Result<RunsPage, StoreError> {
        let limit = window(request.limit)?;
        let order = sort_keys(&request.order_by)?;
        let told = match (request.brief, request.columns) {
            (true, _) => Told::Brief,
            (false, Some(columns)) => Told::Columns(few_enough(columns, "columns", MOST_COLUMNS)?),
            (false, None) => Told::All,
        };
        let asked = Asked {
            eids: request.experiments.iter().filter_map(|id| id.parse().ok()).collect(),
            filter: parse_query(&request.filter).map_err(unread)?,
            within: few_enough(request.within, "within", MOST_BY)?,
            brushes: few_brushes(request.brushes)?,
            named: None,
            view: if request.trash { View::Deleted } else { View::Active },
        };
        let offset = request.offset;
        self.ask_runs(move |sets| {
            let (total, rids) = sets.page(&asked, &order, offset, limit)?;
            Ok(RunsPage { total, runs: sets.rows(&rids, &told)?, cut: None })
        })
        .await
    }

    /// One run as a row, also one in the trash.
    pub async fn run_row(&self, id: RunId) -> Result<RunRow, StoreError> {
        let rows = self.read(move |db| rows::rows(db, &[rid_of(id)], &Told::All));
        let found = rows.await?.pop().filter(|row| row.run_id == id);
        found.ok_or_else(|| StoreError::NotFound(format!("there is no run {id}")))
    }

    /// The groups of a run set.
    ///
    /// Refuses what [`Store::runs_page`] refuses, an unknown experiment, and no column to group by.
    pub async fn groups(&self, request: GroupsRequest) -> Result<GroupsPage, StoreError> {
        let limit = window(request.limit)?;
        let order = sort_keys(&request.order_by)?;
        let by = few_enough(request.by, "by", MOST_BY)?;
        let columns = few_enough(request.columns, "columns", MOST_COLUMNS)?;
        if by.is_empty() {
            return Err(StoreError::Invalid("`by` must name a column that groups".to_owned()));
        }
        let told = |key: &&OrderKey<RunAttribute>| by.iter().chain(&columns).any(|column| column.field() == key.field);
        if let Some(key) = order.iter().find(|key| !told(key)) {
            let expected = "groups are ordered by a column in `by` or in `columns`";
            return Err(StoreError::Invalid(format!("{expected}, not by {}", key.field)));
        }
        let (set, offset) = (request.run_set, request.offset as usize);
        self.ask_runs(move |sets| {
            let (runs, groups) = sets.groups(&Asked::of(sets.db, &set)?, &by, &columns, &order)?;
            let total = groups.len() as u64;
            Ok(GroupsPage { runs, total, groups: groups.into_iter().skip(offset).take(limit as usize).collect() })
        })
        .await
    }
}

impl Store {
    /// The numbers of the runs of a run set, in order.
    pub async fn rids_of(&self, set: RunSet, order_by: Vec<String>) -> Result<Vec<i64>, StoreError> {
        let order = sort_keys(&order_by)?;
        self.ask_runs(move |sets| Ok(sets.page(&Asked::of(sets.db, &set)?, &order, 0, u64::MAX)?.1)).await
    }

    /// The runs numbered `rids` as rows, in that order.
    pub async fn rows_of(&self, rids: Vec<i64>, told: Told) -> Result<Vec<RunRow>, StoreError> {
        self.ask_runs(move |sets| sets.rows(&rids, &told)).await
    }

    /// All columns that the experiments of a run set have: attributes, params, latest metrics and tags, by name.
    pub async fn columns_of(&self, set: RunSet) -> Result<Vec<Column>, StoreError> {
        self.ask_runs(move |sets| {
            let mut named = [const { BTreeSet::new() }; 3];
            for eid in Asked::of(sets.db, &set)?.eids {
                for (table, names) in ["param", "latest_metric", "tag"].into_iter().zip(&mut named) {
                    // A probe of the index for each name that there is, not a look at each run.
                    let sql = format!(
                        "SELECT name FROM key k WHERE EXISTS (SELECT 1 FROM {table} t WHERE t.eid = ? AND t.kid = k.kid)"
                    );
                    let mut query = sets.db.prepare_cached(&sql)?;
                    for name in query.query_map([eid], |row| row.get::<_, String>(0))? {
                        names.insert(name?);
                    }
                }
            }
            let [params, metrics, tags] = named;
            let attributes = Attribute::ALL.into_iter().map(Column::Attribute);
            let params = params.into_iter().map(Column::Param);
            let metrics = metrics.into_iter().map(Column::Metric);
            Ok(attributes.chain(params).chain(metrics).chain(tags.into_iter().map(Column::Tag)).collect())
        })
        .await
    }
}

/// Refuses more columns than can be asked for at a time.
pub fn check_columns(columns: &[Column]) -> Result<(), StoreError> {
    few_enough(columns.to_vec(), "columns", MOST_COLUMNS).map(drop)
}

impl Asked {
    /// The runs of a run set. Refuses an unknown experiment, a filter that cannot be read, and too many named runs.
    pub(in crate::store) fn of(db: &Connection, set: &RunSet) -> Result<Asked, StoreError> {
        let known = |id: &String| {
            let unknown = || StoreError::NotFound(format!("there is no experiment {id}"));
            Ok(experiments::get(db, id.parse().map_err(|_| unknown())?).map_err(|_| unknown())?.eid)
        };
        let mut eids = set.experiments.iter().map(known).collect::<Result<BTreeSet<i64>, StoreError>>()?;
        let named = set.runs.as_ref().map(|ids| ids.iter().copied().collect::<HashSet<_>>());
        if let Some(named) = &named {
            if named.len() > MOST_IDS {
                let text = format!("{} runs are named, and {MOST_IDS} can be at most", named.len());
                return Err(StoreError::Invalid(text));
            }
            let theirs = experiments_of(db, named)?;
            eids = if eids.is_empty() { theirs } else { eids.intersection(&theirs).copied().collect() };
        }
        let view = match (&named, set.trash) {
            (_, true) => View::Deleted,
            (Some(_), false) => View::All,
            (None, false) => View::Active,
        };
        let filter = parse_query(&set.filter).map_err(unread)?;
        let within = few_enough(set.within.clone(), "within", MOST_BY)?;
        Ok(Asked { eids, filter, within, brushes: few_brushes(set.brushes.clone())?, named, view })
    }
}

impl RunSets<'_> {
    /// The runs numbered `rids` as rows, in that order.
    pub fn rows(&self, rids: &[i64], told: &Told) -> Result<Vec<RunRow>, StoreError> {
        let tx = self.db.unchecked_transaction()?;
        let mut rows = rows::rows(&tx, rids, told)?;
        tx.finish()?;
        let Told::Columns(columns) = told else { return Ok(rows) };
        for column in columns {
            let (name, of) = match column {
                Column::Summary(name, Summary::Step(step)) => (name, Computed::AtStep(*step)),
                Column::Summary(name, Summary::Mean) => (name, Computed::Mean),
                _ => continue,
            };
            if let Some(kid) = keys::of_name(self.db, name)? {
                self.add_computed(&mut rows, column, kid, of)?;
            }
        }
        Ok(rows)
    }

    fn add_computed(&self, rows: &mut [RunRow], column: &Column, kid: i64, of: Computed) -> Result<(), StoreError> {
        // All heads before the first chunk: see `Loader::computed`.
        let heads = self.store.heads();
        let heads: Vec<_> = rows.iter().map(|row| heads.of_series(rid_of(row.run_id), kid)).collect();
        let tx = self.db.unchecked_transaction()?;
        for (row, head) in rows.iter_mut().zip(heads) {
            let value = computed(&tx, (rid_of(row.run_id), kid), head, of)?;
            row.summaries.extend(value.map(|y| (column.clone(), JsonNumber(y))));
        }
        Ok(tx.finish()?)
    }
}

fn experiments_of(db: &Connection, ids: &HashSet<RunId>) -> Result<BTreeSet<i64>, StoreError> {
    let mut find = db.prepare_cached("SELECT eid FROM run WHERE rid = ?")?;
    let found = ids.iter().map(|id| Ok(find.query_row([rid_of(*id)], |row| row.get(0)).optional()?));
    found.filter_map(Result::transpose).collect()
}

fn sort_keys(order_by: &[String]) -> Result<Vec<OrderKey<RunAttribute>>, StoreError> {
    parse_sort(&order_by.join(", ")).map_err(unread)
}

fn unread(error: QueryError) -> StoreError {
    StoreError::Invalid(error.to_string())
}

fn window(limit: u32) -> Result<u64, StoreError> {
    match limit {
        0 => Ok(u64::from(WINDOW)),
        1..=MOST => Ok(u64::from(limit)),
        _ => Err(StoreError::Invalid(format!("`limit` must be in 1..={MOST}, or 0 for {WINDOW}"))),
    }
}

fn few_brushes(brushes: Brushes) -> Result<Brushes, StoreError> {
    Ok(few_enough(brushes.into_iter().collect(), "brushes", MOST_BRUSHES)?.into_iter().collect())
}

fn few_enough<T>(list: Vec<T>, name: &str, most: usize) -> Result<Vec<T>, StoreError> {
    match list.len() <= most {
        true => Ok(list),
        false => Err(StoreError::Invalid(format!(
            "`{name}` has {} entries, and at most {most} can be asked for",
            list.len()
        ))),
    }
}
