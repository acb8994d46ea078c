//! Run sets: runs found by a filter, in order, in groups; over columns in memory, so that 100,000 runs take milliseconds.
//!
//! - [`table`]: the runs of an experiment and the columns that somebody asked for, kept up with the commits
//! - [`marks`]: which runs changed since a table was read
//! - [`values`]: one column; [`load`]: how it is read
//! - [`filter`], [`order`], [`groups`], [`importance`]: questions to a table
//!
//! A table is read with the first question about its experiment, a column with the first that needs it. After that
//! only runs that changed are read again. MLflow's endpoints search in SQL instead ([`super::search`]): their first
//! page needs no table.

mod answers;
mod filter;
mod groups;
mod importance;
mod load;
mod marks;
mod order;
mod table;
#[cfg(test)]
mod tests;
mod values;

pub use answers::check_columns;
pub use filter::matching;
pub use importance::Facts;
pub(super) use marks::Marks;
pub(super) use table::Tables;

use super::{Store, StoreError, keys, metrics::Computed, search::View};
use data::{
    brush::Brushes,
    column::Column,
    frame::RunSet,
    groups::{GroupOrder, GroupValue, RunGroup},
    query::{Expr, Field, OrderKey, RunAttribute},
    run::RunId,
    summary::Summary,
};
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use table::{Key, Picture, Run};

/// Which runs.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The experiments to look in; none finds nothing.
    pub eids: BTreeSet<i64>,
    /// What the runs must be like.
    pub filter: Expr<RunAttribute>,
    /// What they must have exactly.
    pub within: Vec<(Column, GroupValue)>,
    /// The brushes that they must pass.
    pub brushes: Brushes,
    /// Only these runs, if given.
    pub named: Option<HashSet<RunId>>,
    /// Which lifecycle stages.
    pub view: View,
}

/// Where a run lies: its table among those of the question, and its row there.
type Place = (u32, u32);

/// The runs that were found, in no order.
struct Found {
    pictures: Vec<Picture>,
    places: Vec<Place>,
}

impl Found {
    fn run(&self, (table, row): Place) -> &Run {
        &self.pictures[table as usize].runs[row as usize]
    }
}

/// The keys of fields, with names looked up.
struct Lookup {
    kids: HashMap<String, i64>,
}

impl Lookup {
    fn of<'a>(db: &Connection, fields: impl Iterator<Item = &'a Field<RunAttribute>>) -> Result<Lookup, StoreError> {
        let mut kids = HashMap::new();
        for field in fields {
            if let Field::Metric(name) | Field::Summary(name, _) | Field::Param(name) | Field::Tag(name) = field
                && let Some(kid) = keys::of_name(db, name)?
            {
                kids.insert(name.clone(), kid);
            }
        }
        Ok(Lookup { kids })
    }

    /// The column of a table that holds `field`. `None` if no run has it, or if it is no such column.
    fn key(&self, field: &Field<RunAttribute>) -> Option<Key> {
        let kid = |name: &String| self.kids.get(name).copied();
        match field {
            Field::Metric(name) => kid(name).map(Key::Last),
            Field::Summary(name, summary) => match summary.resolved(name, &BTreeMap::new()) {
                Summary::Min => kid(name).map(Key::Least),
                Summary::Max => kid(name).map(Key::Greatest),
                Summary::Step(step) => kid(name).map(|kid| Key::Computed(kid, Computed::AtStep(step))),
                Summary::Mean => kid(name).map(|kid| Key::Computed(kid, Computed::Mean)),
                Summary::Best => None,
            },
            Field::Param(name) => kid(name).map(Key::Param),
            Field::Tag(name) => kid(name).map(Key::Tag),
            Field::Attribute(RunAttribute::RunName) => Some(Key::Name),
            Field::Attribute(RunAttribute::UserId) => Some(Key::User),
            Field::Attribute(RunAttribute::Status) => Some(Key::Status),
            Field::Attribute(RunAttribute::ArtifactUri) => Some(Key::ArtifactUri),
            Field::Attribute(
                RunAttribute::RunId | RunAttribute::StartTime | RunAttribute::EndTime | RunAttribute::Duration,
            )
            | Field::Dataset(_) => None,
        }
    }
}

/// Asks for run sets. Each answer is no older than the question.
pub struct RunSets<'a> {
    /// The store.
    pub(super) store: &'a Store,
    /// A connection in no transaction.
    pub db: &'a Connection,
}

impl RunSets<'_> {
    /// How many runs were asked for, and the numbers of those in the window, in order: ties by start, newest first, then
    /// by id; NaN and nothing last. A param or a tag that writes a number is ordered as that number.
    pub fn page(
        &self,
        asked: &Asked,
        order: &[OrderKey<RunAttribute>],
        offset: u64,
        limit: u64,
    ) -> Result<(u64, Vec<i64>), StoreError> {
        let (found, lookup) = self.find(asked, order.iter().map(|key| key.field.clone()).collect())?;
        let window = order::window(&found, &lookup, order, (offset as usize, limit as usize));
        let rids = window.into_iter().map(|place| found.run(place).rid).collect();
        Ok((found.places.len() as u64, rids))
    }

    /// The numbers of the runs of one experiment that pass `filter`, in order.
    pub fn of_experiment(
        &self,
        eid: i64,
        filter: Expr<RunAttribute>,
        order: &[OrderKey<RunAttribute>],
    ) -> Result<Vec<i64>, StoreError> {
        let set = RunSet { experiments: vec![eid.to_string()], ..RunSet::default() };
        let asked = Asked { filter, ..Asked::of(self.db, &set)? };
        Ok(self.page(&asked, order, 0, u64::MAX)?.1)
    }

    /// The numbers of all runs that were asked for, in no order.
    pub fn rids(&self, asked: &Asked) -> Result<Vec<i64>, StoreError> {
        let (found, _) = self.find(asked, Vec::new())?;
        Ok(found.places.iter().map(|&place| found.run(place).rid).collect())
    }

    /// The ids of all runs that were asked for, in order.
    pub fn ids(&self, asked: &Asked, order: &[OrderKey<RunAttribute>]) -> Result<Vec<RunId>, StoreError> {
        let (found, lookup) = self.find(asked, order.iter().map(|key| key.field.clone()).collect())?;
        let window = order::window(&found, &lookup, order, (0, usize::MAX));
        Ok(window.into_iter().map(|place| found.run(place).id).collect())
    }

    /// How many runs were asked for, and their groups in order.
    pub fn groups(
        &self,
        asked: &Asked,
        by: &[Column],
        columns: &[Column],
        order: &[OrderKey<RunAttribute>],
    ) -> Result<(u64, Vec<RunGroup>), StoreError> {
        let fields = by.iter().chain(columns).map(Column::field).collect();
        let (found, lookup) = self.find(asked, fields)?;
        let mut groups = groups::groups(&found, &lookup, by, columns);
        let order = GroupOrder::of(order, by, columns);
        groups.sort_by(|a, b| data::groups::order(a, b, &order));
        Ok((found.places.len() as u64, groups))
    }

    /// Finds runs, in tables that hold `fields` too.
    fn find(&self, asked: &Asked, fields: Vec<Field<RunAttribute>>) -> Result<(Found, Lookup), StoreError> {
        let comparisons = asked.filter.comparisons();
        let within: Vec<Field<RunAttribute>> = asked.within.iter().map(|(column, _)| column.field()).collect();
        let brushed: Vec<Field<RunAttribute>> = asked.brushes.keys().map(Column::field).collect();
        let chosen = || within.iter().chain(&brushed);
        let all = || comparisons.iter().map(|comparison| &comparison.field).chain(chosen()).chain(&fields);
        let lookup = Lookup::of(self.db, all())?;
        let keys: BTreeSet<Key> = all().filter_map(|field| lookup.key(field)).collect();
        let mut found = Found { pictures: Vec::new(), places: Vec::new() };
        for (table, &eid) in asked.eids.iter().enumerate() {
            let picture = self.store.tables().picture(self.store, self.db, eid, keys.iter().copied())?;
            let passing = self.passing(&picture, &lookup, asked)?;
            let rows = passing.into_iter().enumerate().filter(|(_, passes)| *passes);
            found.places.extend(rows.map(|(row, _)| (table as u32, row as u32)));
            found.pictures.push(picture);
        }
        Ok((found, lookup))
    }

    /// For each run of a table whether it was asked for.
    fn passing(&self, picture: &Picture, lookup: &Lookup, asked: &Asked) -> Result<Vec<bool>, StoreError> {
        let mut passing = filter::passing(self.db, picture, lookup, &asked.filter)?;
        for (column, value) in &asked.within {
            let having = filter::having(picture, lookup, column, value);
            passing.iter_mut().zip(having).for_each(|(passes, has)| *passes &= has);
        }
        for (column, brush) in &asked.brushes {
            let through = filter::let_through(picture, lookup, column, brush);
            passing.iter_mut().zip(through).for_each(|(passes, through)| *passes &= through);
        }
        let in_view = |run: &Run| match asked.view {
            View::Active => !run.deleted,
            View::Deleted => run.deleted,
            View::All => true,
        };
        let is_named = |run: &Run| asked.named.as_ref().is_none_or(|named| named.contains(&run.id));
        for (passes, run) in passing.iter_mut().zip(&*picture.runs) {
            *passes &= !run.gone && in_view(run) && is_named(run);
        }
        Ok(passing)
    }
}

impl Store {
    /// Runs `question` about run sets on a thread where blocking is fine.
    pub async fn ask_runs<T: Send + 'static>(
        &self,
        question: impl FnOnce(&RunSets) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let store = self.clone();
        self.read_unlocked(move |db| question(&RunSets { store: &store, db })).await
    }
}
