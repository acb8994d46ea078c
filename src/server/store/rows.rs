//! Runs in bulk with all that a row says: params, latest metrics, tags.

use super::{StoreError, keys};
use data::{
    column::Column,
    run::{LatestMetric, RunRow, RunStatus},
    series::JsonNumber,
    summary::Summary,
};
use rusqlite::{CachedStatement, Connection, OptionalExtension};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A run with what the wire tells of it and what only the store knows.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredRun {
    /// Its number inside the store.
    pub rid: i64,
    /// Where its artifacts lie.
    pub artifact_uri: String,
    /// What a row says.
    pub row: RunRow,
}

/// What rows say beside what a run says of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Told {
    /// All params, latest metrics and tags.
    #[default]
    All,
    /// Nothing.
    Brief,
    /// What these columns name. A mean or a value at a step is left out: [`super::Store::runs_page`] adds it.
    Columns(Vec<Column>),
}

/// The runs numbered `rids`, in that order, with all that a row says; numbers that no run has are left out.
pub fn stored_runs(db: &Connection, rids: &[i64]) -> Result<Vec<StoredRun>, StoreError> {
    stored(db, rids, &Told::All)
}

fn stored(db: &Connection, rids: &[i64], told: &Told) -> Result<Vec<StoredRun>, StoreError> {
    let wanted = Wanted::of(db, told)?;
    let mut reader = Reader::new(db)?;
    let mut runs = Vec::with_capacity(rids.len());
    for &rid in rids {
        let Some(mut run) = reader.info(rid)? else { continue };
        run.row.params = reader.params(rid, &wanted.params)?;
        reader.metrics(rid, &wanted, &mut run.row)?;
        run.row.tags = reader.tags(rid, &wanted.tags)?;
        runs.push(run);
    }
    Ok(runs)
}

/// The runs numbered `rids`, in that order, as the app sees them.
pub fn rows(db: &Connection, rids: &[i64], told: &Told) -> Result<Vec<RunRow>, StoreError> {
    Ok(stored(db, rids, told)?.into_iter().map(|run| run.row).collect())
}

/// The numbers of the names that rows are to have; `None` is all.
#[derive(Default)]
struct Wanted {
    params: Option<HashSet<i64>>,
    tags: Option<HashSet<i64>>,
    latest: Option<HashSet<i64>>,
    /// Least and greatest values by metric, each under the columns that ask for it.
    summaries: HashMap<i64, Vec<(Summary, Column)>>,
}

impl Wanted {
    fn of(db: &Connection, told: &Told) -> Result<Wanted, StoreError> {
        let columns = match told {
            Told::All => return Ok(Wanted::default()),
            Told::Brief => &[][..],
            Told::Columns(columns) => columns,
        };
        let (mut params, mut tags, mut latest) = (HashSet::new(), HashSet::new(), HashSet::new());
        let mut summaries: HashMap<i64, Vec<(Summary, Column)>> = HashMap::new();
        for column in columns {
            match column {
                Column::Attribute(_) => {}
                Column::Param(name) => params.extend(keys::of_name(db, name)?),
                Column::Tag(name) => tags.extend(keys::of_name(db, name)?),
                Column::Metric(name) => latest.extend(keys::of_name(db, name)?),
                Column::Summary(name, summary) => {
                    let summary = summary.resolved(name, &BTreeMap::new());
                    if let Some(kid) = keys::of_name(db, name)? {
                        summaries.entry(kid).or_default().push((summary, column.clone()));
                    }
                }
            }
        }
        Ok(Wanted { params: Some(params), tags: Some(tags), latest: Some(latest), summaries })
    }
}

/// Whether a name is to be told: all are if nobody chose.
fn is_wanted(wanted: &Option<HashSet<i64>>, kid: i64) -> bool {
    wanted.as_ref().is_none_or(|kids| kids.contains(&kid))
}

struct Reader<'a> {
    info: CachedStatement<'a>,
    params: CachedStatement<'a>,
    metrics: CachedStatement<'a>,
    tags: CachedStatement<'a>,
    names: Names<'a>,
}

impl<'a> Reader<'a> {
    fn new(db: &'a Connection) -> Result<Self, StoreError> {
        Ok(Reader {
            info: db.prepare_cached(
                "SELECT uuid, eid, name, status, user, started, ended, deleted, artifact_uri, color FROM run WHERE rid = ?",
            )?,
            params: db.prepare_cached("SELECT kid, value FROM param WHERE rid = ?")?,
            metrics: db.prepare_cached("SELECT kid, value, step, time, least, greatest FROM latest_metric WHERE rid = ?")?,
            tags: db.prepare_cached("SELECT kid, value FROM tag WHERE rid = ?")?,
            names: Names { query: db.prepare_cached("SELECT name FROM key WHERE kid = ?")?, known: HashMap::new() },
        })
    }

    fn info(&mut self, rid: i64) -> Result<Option<StoredRun>, StoreError> {
        let read = |row: &rusqlite::Row| -> rusqlite::Result<Result<StoredRun, StoreError>> {
            let uuid: String = row.get(0)?;
            let status: String = row.get(3)?;
            let (Ok(run_id), Some(status)) = (uuid.parse(), RunStatus::of_name(&status)) else {
                return Ok(Err(StoreError::Damaged(format!("run {uuid} with status {status}"))));
            };
            let row = RunRow {
                run_id,
                experiment_id: row.get::<_, i64>(1)?.to_string(),
                name: row.get(2)?,
                status,
                user: row.get(4)?,
                start_millis: row.get(5)?,
                end_millis: row.get(6)?,
                deleted: row.get(7)?,
                color: row.get(9)?,
                params: BTreeMap::new(),
                metrics: BTreeMap::new(),
                summaries: BTreeMap::new(),
                tags: BTreeMap::new(),
            };
            Ok(Ok(StoredRun { rid, artifact_uri: String::new(), row }))
        };
        let found = self
            .info
            .query_row([rid], |row| {
                let artifact_uri = row.get(8)?;
                Ok(read(row)?.map(|run| StoredRun { artifact_uri, ..run }))
            })
            .optional()?;
        found.transpose()
    }

    fn params(&mut self, rid: i64, wanted: &Option<HashSet<i64>>) -> Result<BTreeMap<String, String>, StoreError> {
        texts(&mut self.params, &mut self.names, rid, wanted)
    }

    fn tags(&mut self, rid: i64, wanted: &Option<HashSet<i64>>) -> Result<BTreeMap<String, String>, StoreError> {
        texts(&mut self.tags, &mut self.names, rid, wanted)
    }

    fn metrics(&mut self, rid: i64, wanted: &Wanted, run: &mut RunRow) -> Result<(), StoreError> {
        if wanted.latest.as_ref().is_some_and(HashSet::is_empty) && wanted.summaries.is_empty() {
            return Ok(());
        }
        // SQLite keeps NaN as NULL.
        let number = |row: &rusqlite::Row, at: usize| -> rusqlite::Result<JsonNumber> {
            Ok(JsonNumber(row.get::<_, Option<f64>>(at)?.unwrap_or(f64::NAN)))
        };
        let mut rows = self.metrics.query([rid])?;
        while let Some(row) = rows.next()? {
            let kid = row.get(0)?;
            if is_wanted(&wanted.latest, kid) {
                let metric = LatestMetric { value: number(row, 1)?, step: row.get(2)?, time_millis: row.get(3)? };
                run.metrics.insert(self.names.of(kid)?, metric);
            }
            for (summary, column) in wanted.summaries.get(&kid).into_iter().flatten() {
                let value = match summary {
                    Summary::Min => number(row, 4)?,
                    Summary::Max => number(row, 5)?,
                    Summary::Best | Summary::Mean | Summary::Step(_) => continue,
                };
                run.summaries.insert(column.clone(), value);
            }
        }
        Ok(())
    }
}

fn texts(
    query: &mut CachedStatement,
    names: &mut Names,
    rid: i64,
    wanted: &Option<HashSet<i64>>,
) -> Result<BTreeMap<String, String>, StoreError> {
    let mut found = BTreeMap::new();
    if wanted.as_ref().is_some_and(HashSet::is_empty) {
        return Ok(found);
    }
    let mut rows = query.query([rid])?;
    while let Some(row) = rows.next()? {
        let kid = row.get(0)?;
        if is_wanted(wanted, kid) {
            found.insert(names.of(kid)?, row.get(1)?);
        }
    }
    Ok(found)
}

/// Names of keys, each asked for once.
struct Names<'a> {
    query: CachedStatement<'a>,
    known: HashMap<i64, String>,
}

impl Names<'_> {
    fn of(&mut self, kid: i64) -> Result<String, StoreError> {
        if let Some(name) = self.known.get(&kid) {
            return Ok(name.clone());
        }
        let name: String = self.query.query_row([kid], |row| row.get(0))?;
        self.known.insert(kid, name.clone());
        Ok(name)
    }
}
