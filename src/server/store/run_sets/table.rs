//! The runs of an experiment in memory, kept up with the commits: read once, then only what changed.

use super::{
    load::Loader,
    marks::{Changed, Marks},
    values::Values,
};
use crate::store::{Store, StoreError, metrics::Computed};
use data::run::RunId;
use rusqlite::Connection;
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

/// A column that a table can hold. Metrics, params and tags by the number of their name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Key {
    Name,
    User,
    Status,
    ArtifactUri,
    Param(i64),
    Tag(i64),
    Last(i64),
    Least(i64),
    Greatest(i64),
    Computed(i64, Computed),
}

impl Key {
    /// Whether growth of a metric can change it.
    fn grows(self) -> bool {
        match self {
            Key::Last(_) | Key::Least(_) | Key::Greatest(_) | Key::Computed(..) => true,
            Key::Name | Key::User | Key::Status | Key::ArtifactUri | Key::Param(_) | Key::Tag(_) => false,
        }
    }

    /// A column in which no run has anything yet.
    pub fn empty(self) -> Values {
        match self {
            Key::Param(_) | Key::Tag(_) => Values::texts(true),
            Key::Name | Key::User | Key::Status | Key::ArtifactUri => Values::texts(false),
            Key::Last(_) | Key::Least(_) | Key::Greatest(_) | Key::Computed(..) => Values::numbers(),
        }
    }
}

/// What a table knows of each run in any case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Run {
    pub rid: i64,
    pub id: RunId,
    pub start_millis: i64,
    pub end_millis: Option<i64>,
    pub deleted: bool,
    /// Whether it left the experiment. Its place stays empty.
    pub gone: bool,
}

/// The runs of one experiment, and the columns that somebody asked for.
#[derive(Debug)]
pub(super) struct Table {
    runs: Arc<Vec<Run>>,
    row_by_rid: HashMap<i64, u32>,
    columns: HashMap<Key, Column>,
}

#[derive(Debug)]
struct Column {
    values: Arc<Values>,
    used: u64,
}

/// A table as it was at one moment, with the columns that a question needs.
#[derive(Debug, Clone)]
pub(super) struct Picture {
    pub eid: i64,
    pub runs: Arc<Vec<Run>>,
    pub columns: BTreeMap<Key, Arc<Values>>,
}

impl Table {
    /// Reads all runs of an experiment, and no column yet.
    fn read(loader: &Loader) -> Result<Table, StoreError> {
        let runs = loader.runs()?;
        let row_by_rid = runs.iter().enumerate().map(|(row, run)| (run.rid, row as u32)).collect();
        Ok(Table { runs: Arc::new(runs), row_by_rid, columns: HashMap::new() })
    }

    /// Brings up what `changed`.
    fn catch_up(&mut self, changed: &Changed, loader: &Loader) -> Result<(), StoreError> {
        if changed.runs.is_empty() && changed.grew.is_empty() {
            return Ok(());
        }
        let tx = loader.db.unchecked_transaction()?;
        let runs = Arc::make_mut(&mut self.runs);
        // In order of their numbers, so that the same commits always make the same table.
        let mut rids: Vec<i64> = changed.runs.iter().copied().collect();
        rids.sort_unstable();
        for &rid in &rids {
            let found = loader.run(rid)?;
            match (self.row_by_rid.get(&rid), found) {
                (Some(&row), Some(run)) => runs[row as usize] = run,
                (Some(&row), None) => runs[row as usize].gone = true,
                (None, Some(run)) => {
                    self.row_by_rid.insert(rid, runs.len() as u32);
                    runs.push(run);
                }
                (None, None) => {}
            }
        }
        let mut computed = Vec::new();
        for (&key, column) in &mut self.columns {
            let values = Arc::make_mut(&mut column.values);
            values.grow(runs.len());
            let grew = changed.grew.iter().filter(|rid| key.grows() && !changed.runs.contains(rid));
            let rows = rids.iter().chain(grew).filter_map(|rid| Some((*rid, *self.row_by_rid.get(rid)? as usize)));
            if let Key::Computed(kid, of) = key {
                computed.push(((kid, of), rows.collect::<Vec<_>>(), values));
                continue;
            }
            rows.into_iter().try_for_each(|(rid, row)| loader.one(key, rid, row, values))?;
        }
        tx.finish()?;
        computed.into_iter().try_for_each(|(key, rows, values)| loader.computed(key, &rows, values))
    }

    fn column(&mut self, key: Key, used: u64, loader: &Loader) -> Result<Arc<Values>, StoreError> {
        if let Some(column) = self.columns.get_mut(&key) {
            column.used = used;
            return Ok(column.values.clone());
        }
        let mut values = key.empty();
        values.grow(self.runs.len());
        if let Key::Computed(kid, of) = key {
            let rows: Vec<_> = self.runs.iter().enumerate().map(|(row, run)| (run.rid, row)).collect();
            loader.computed((kid, of), &rows, &mut values)?;
        } else {
            loader.all(key, &self.row_by_rid, &mut values)?;
        }
        let values = Arc::new(values);
        self.columns.insert(key, Column { values: values.clone(), used });
        Ok(values)
    }

    fn size(&self) -> usize {
        self.runs.len() * 12 + self.columns.values().map(|column| column.values.size()).sum::<usize>()
    }
}

/// Numbers that all tables keep at most, about: 8 bytes each.
const MOST: usize = 16 << 20;

/// The tables of all experiments that somebody asked about.
#[derive(Debug, Default)]
pub(in crate::store) struct Tables {
    pub(in crate::store) marks: Arc<Marks>,
    slots: Mutex<Slots>,
}

#[derive(Debug, Default)]
struct Slots {
    by_experiment: HashMap<i64, Slot>,
    uses: u64,
}

#[derive(Debug, Default, Clone)]
struct Slot {
    /// `None` until it was read.
    table: Arc<Mutex<Option<Table>>>,
    used: u64,
    size: usize,
}

impl Tables {
    /// The experiment's table with the columns `keys`, no older than this call. `db` is in no transaction.
    pub(super) fn picture(
        &self,
        store: &Store,
        db: &Connection,
        eid: i64,
        keys: impl Iterator<Item = Key>,
    ) -> Result<Picture, StoreError> {
        let (slot, used) = self.slot(eid);
        let mut held = slot.lock().expect("no panic while held");
        // What changed is taken before the snapshot begins, so nothing can fall between them.
        let changed = self.marks.changed(eid);
        let loader = Loader { store, db, eid };
        // Taken out, so that a table that could not be brought up is read again as a whole.
        let mut table = match held.take() {
            Some(mut table) if !changed.all => {
                table.catch_up(&changed, &loader)?;
                table
            }
            Some(_) | None => Table::read(&loader)?,
        };
        let columns = keys.map(|key| Ok((key, table.column(key, used, &loader)?)));
        let columns = columns.collect::<Result<_, StoreError>>()?;
        let (picture, size) = (Picture { eid, runs: table.runs.clone(), columns }, table.size());
        *held = Some(table);
        drop(held);
        self.keep(eid, size);
        Ok(picture)
    }

    fn slot(&self, eid: i64) -> (Arc<Mutex<Option<Table>>>, u64) {
        let mut slots = self.slots.lock().expect("no panic while held");
        slots.uses += 1;
        let used = slots.uses;
        let slot = slots.by_experiment.entry(eid).or_default();
        slot.used = used;
        (slot.table.clone(), used)
    }

    /// Notes how large the table of `eid` is, and lets go of what was used longest ago if all are too large.
    fn keep(&self, eid: i64, size: usize) {
        let mut slots = self.slots.lock().expect("no panic while held");
        if let Some(slot) = slots.by_experiment.get_mut(&eid) {
            slot.size = size;
        }
        while slots.by_experiment.values().map(|slot| slot.size).sum::<usize>() > MOST {
            let oldest = slots.by_experiment.iter().min_by_key(|(_, slot)| slot.used).map(|(&eid, _)| eid);
            let Some(oldest) = oldest.filter(|&oldest| oldest != eid) else { break };
            slots.by_experiment.remove(&oldest);
            self.marks.forget(oldest);
        }
        let others: usize = slots.by_experiment.iter().filter(|(of, _)| **of != eid).map(|(_, slot)| slot.size).sum();
        if let Some(slot) = slots.by_experiment.get_mut(&eid)
            && others + slot.size > MOST
            && let Ok(mut held) = slot.table.try_lock()
            && let Some(table) = held.as_mut()
        {
            let mut used: Vec<(u64, Key)> = table.columns.iter().map(|(key, column)| (column.used, *key)).collect();
            used.sort_unstable();
            for (_, key) in used {
                if table.size() <= MOST / 2 {
                    break;
                }
                table.columns.remove(&key);
            }
            slot.size = table.size();
        }
    }
}
