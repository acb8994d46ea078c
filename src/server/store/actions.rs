//! What people do to many runs at once: all of it, or nothing.

use super::{
    RunKey, Store, StoreError, WriteTx, datasets, experiments, metrics,
    run_sets::{Asked, RunSets},
    runs::{self, NAME_TAG, RunUpdate},
    values,
};
use data::{
    actions::{ActionRequest, RunAction},
    frame::RunSet,
    query::{Field, OrderKey, RunAttribute},
    run::RunId,
};
use rusqlite::{OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// How many runs one action takes at most.
const MOST_RUNS: usize = 100_000;
/// How many tags one action sets and removes at most.
const MOST_TAGS: usize = 100;
/// Characters of a tag's value, as in MLflow.
const LONGEST_VALUE: usize = 8_000;
/// Characters of a run's name.
const LONGEST_NAME: usize = 250;
/// How many runs are purged at a time at most.
const MOST_PURGED: usize = 10_000;

impl Store {
    /// Does to all runs of a run set what `request` says, or to none of them, and says to how many.
    ///
    /// Refuses a named run that there is not, a run in the trash for all but deleting and restoring, and what is too
    /// large. Runs that are as the action would make them are left and not counted. Names of tags are checked before.
    pub async fn act(&self, request: ActionRequest) -> Result<u64, StoreError> {
        let ActionRequest { run_set, action } = request;
        check(&action)?;
        let ids = self.ask_runs(move |sets| chosen(sets, &run_set)).await?;
        self.write(move |tx| {
            let mut done = 0;
            let mut moved = Moved::default();
            for (at, id) in ids.iter().enumerate() {
                done += u64::from(one(tx, &id.to_string(), &action, at + 1, &mut moved)?);
            }
            moved.finish(tx)?;
            Ok(done)
        })
        .await
    }

    /// Removes runs that lie in the trash for good, and says where their artifacts lie, which nothing names any more.
    ///
    /// Refuses all if one is not in the trash, is unknown, or has become a version of a registered model.
    pub async fn purge(&self, ids: Vec<RunId>) -> Result<Vec<String>, StoreError> {
        let ids: BTreeSet<RunId> = ids.into_iter().collect();
        if ids.len() > MOST_PURGED {
            let text = format!("{} runs are named, and {MOST_PURGED} can be purged at a time", ids.len());
            return Err(StoreError::Invalid(text));
        }
        self.write(move |tx| {
            let mut stale = Stale::default();
            let artifacts = ids.iter().map(|id| purge_one(tx, *id, &mut stale)).collect();
            stale.recount(tx)?;
            artifacts
        })
        .await
    }
}

/// Refuses what cannot be done to any run.
fn check(action: &RunAction) -> Result<(), StoreError> {
    let refuse = |text: String| Err(StoreError::Invalid(text));
    match action {
        RunAction::Tag { set, remove } if set.is_empty() && remove.is_empty() => {
            refuse("an action on tags must set or remove one".to_owned())
        }
        RunAction::Tag { set, remove } if set.len() + remove.len() > MOST_TAGS => refuse(format!(
            "{} tags are named, and {MOST_TAGS} can be set and removed at a time",
            set.len() + remove.len()
        )),
        RunAction::Tag { set, .. } => match set.iter().find(|(_, value)| value.chars().count() > LONGEST_VALUE) {
            Some((key, _)) => refuse(format!("the value of tag '{key}' has more than {LONGEST_VALUE} characters")),
            None => Ok(()),
        },
        RunAction::Rename { to } if to.trim().is_empty() => refuse("a run's name must not be empty".to_owned()),
        RunAction::Rename { .. } | RunAction::Delete | RunAction::Restore | RunAction::Move { .. } => Ok(()),
    }
}

/// The runs of the set in order: as they are named, else the oldest first.
fn chosen(sets: &RunSets, set: &RunSet) -> Result<Vec<RunId>, StoreError> {
    let asked = Asked::of(sets.db, set)?;
    let by_start = OrderKey { field: Field::Attribute(RunAttribute::StartTime), descending: false };
    let found = sets.ids(&asked, &[by_start])?;
    if found.len() > MOST_RUNS {
        return Err(StoreError::Invalid(format!(
            "{} runs match, and {MOST_RUNS} can be changed at a time",
            found.len()
        )));
    }
    let Some(named) = &set.runs else { return Ok(found) };
    let there: BTreeSet<RunId> = found.into_iter().collect();
    let mut seen = BTreeSet::new();
    let named: Vec<RunId> = named.iter().copied().filter(|id| seen.insert(*id)).collect();
    // A filter beside the names may leave some out; without one, each must be there.
    let alone = set.filter.trim().is_empty() && set.within.is_empty() && set.brushes.is_empty() && !set.trash;
    match named.iter().find(|id| !there.contains(id)) {
        Some(missing) if alone => Err(StoreError::NotFound(format!("there is no run {missing}"))),
        Some(_) | None => Ok(named.into_iter().filter(|id| there.contains(id)).collect()),
    }
}

/// Does `action` to one run; false if there was nothing to do.
fn one(tx: &mut WriteTx, id: &str, action: &RunAction, place: usize, moved: &mut Moved) -> Result<bool, StoreError> {
    match action {
        RunAction::Tag { set, remove } => {
            let run = runs::active(tx.db, id)?;
            set.iter().try_for_each(|(key, value)| values::set_tag(tx, run, key, value))?;
            for key in remove {
                if values::tag(tx.db, run, key)?.is_some() {
                    values::delete_tag(tx, run, key)?;
                }
            }
            Ok(true)
        }
        RunAction::Rename { to } => {
            let run = runs::active(tx.db, id)?;
            let old = values::tag(tx.db, run, NAME_TAG)?.unwrap_or_default();
            // The old name last, so that nothing in it is taken for a placeholder.
            let name = to.replace("{n}", &place.to_string()).replace("{name}", &old);
            if name.chars().count() > LONGEST_NAME {
                return Err(StoreError::Invalid(format!("the name '{name}' has more than {LONGEST_NAME} characters")));
            }
            runs::update(tx, id, &RunUpdate { name: Some(name.clone()), ..RunUpdate::default() })?;
            Ok(name != old)
        }
        RunAction::Delete | RunAction::Restore => {
            let deleted = runs::is_deleted(tx.db, id)?;
            match action {
                RunAction::Delete if !deleted => runs::delete(tx, id)?,
                RunAction::Restore if deleted => {
                    experiments::active(tx.db, runs::find(tx.db, id)?.eid)?;
                    runs::restore(tx, id)?;
                }
                _ => return Ok(false),
            }
            Ok(true)
        }
        RunAction::Move { experiment } => {
            let to = experiment.parse().ok().map(|eid| experiments::active(tx.db, eid));
            let unknown = || StoreError::NotFound(format!("there is no experiment {experiment}"));
            let run = runs::active(tx.db, id)?;
            moved.take(tx, run, to.ok_or_else(unknown)??.eid)
        }
    }
}

/// Runs that went to another experiment.
#[derive(Default)]
struct Moved {
    ids: Vec<String>,
    to: i64,
    stale: Stale,
}

impl Moved {
    /// Moves `run` with its params, tags, metrics and datasets. Its artifacts stay where they lie: it says where.
    fn take(&mut self, tx: &mut WriteTx, run: RunKey, to: i64) -> Result<bool, StoreError> {
        if run.eid == to {
            return Ok(false);
        }
        self.stale.take(tx, run)?;
        tx.db
            .prepare_cached(
                "INSERT INTO experiment_metric (eid, kid, runs, max_step) SELECT ?2, kid, 1, step FROM latest_metric WHERE rid = ?1
                 ON CONFLICT (eid, kid) DO UPDATE SET runs = runs + 1, max_step = max(max_step, excluded.max_step)",
            )?
            .execute([run.rid, to])?;
        for table in ["run", "param", "tag", "latest_metric"] {
            tx.db.prepare_cached(&format!("UPDATE {table} SET eid = ?2 WHERE rid = ?1"))?.execute([run.rid, to])?;
        }
        datasets::move_run(tx, run, to)?;
        metrics::move_run(tx, run.rid, to);
        tx.changes.runs.extend([(run.eid, run.id), (to, run.id)]);
        self.ids.push(run.id.to_string());
        self.to = to;
        Ok(true)
    }

    /// Takes along the models that the runs logged, and counts what the old experiments have left.
    fn finish(self, tx: &mut WriteTx) -> Result<(), StoreError> {
        if !self.ids.is_empty() {
            let ids = super::search::sql::json(&self.ids);
            tx.db.execute(
                "UPDATE logged_model SET eid = ? WHERE source_run IN (SELECT value FROM json_each(?))",
                params![self.to, ids],
            )?;
        }
        self.stale.recount(tx)
    }
}

/// Metrics of experiments that lost runs: their largest step may be too large now.
#[derive(Default)]
struct Stale {
    lost: BTreeMap<(i64, i64), i64>,
}

impl Stale {
    /// Notes that `run` leaves its experiment.
    fn take(&mut self, tx: &WriteTx, run: RunKey) -> Result<(), StoreError> {
        let mut query = tx.db.prepare_cached("SELECT kid FROM latest_metric WHERE rid = ?")?;
        for kid in query.query_map([run.rid], |row| row.get(0))? {
            *self.lost.entry((run.eid, kid?)).or_default() += 1;
        }
        Ok(())
    }

    /// Counts the runs and finds the largest steps anew. Call it when the runs are gone.
    fn recount(self, tx: &mut WriteTx) -> Result<(), StoreError> {
        let mut reached = tx.db.prepare_cached(
            "SELECT 1 FROM latest_metric l JOIN experiment_metric m ON m.eid = l.eid AND m.kid = l.kid
             WHERE l.eid = ?1 AND l.kid = ?2 AND l.step >= m.max_step LIMIT 1",
        )?;
        let mut lower = tx.db.prepare_cached(
            "UPDATE experiment_metric SET max_step = (
                 SELECT coalesce(max(step), max_step) FROM latest_metric WHERE eid = ?1 AND kid = ?2
             ) WHERE eid = ?1 AND kid = ?2",
        )?;
        let mut count =
            tx.db.prepare_cached("UPDATE experiment_metric SET runs = runs - ?3 WHERE eid = ?1 AND kid = ?2")?;
        for ((eid, kid), runs) in self.lost {
            count.execute([eid, kid, runs])?;
            if !reached.exists([eid, kid])? {
                lower.execute([eid, kid])?;
            }
        }
        Ok(())
    }
}

/// Removes a run of the trash, and gives where its artifacts lie.
fn purge_one(tx: &mut WriteTx, id: RunId, stale: &mut Stale) -> Result<String, StoreError> {
    let id = id.to_string();
    let run = runs::find(tx.db, &id)?;
    if !runs::is_deleted(tx.db, &id)? {
        return Err(StoreError::WrongState(format!("run {id} is not in the trash: delete it first")));
    }
    let mut used = tx.db.prepare_cached("SELECT name, version FROM model_version WHERE run = ? LIMIT 1")?;
    let used: Option<(String, i64)> = used.query_row([&id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
    if let Some((name, version)) = used {
        let text = format!("run {id} made version {version} of the model {name}: delete that version first");
        return Err(StoreError::WrongState(text));
    }
    let artifacts = runs::artifact_uri(tx.db, &id)?;
    stale.take(tx, run)?;
    for table in ["param", "tag", "latest_metric", "run_dataset", "run_model", "run"] {
        tx.db.prepare_cached(&format!("DELETE FROM {table} WHERE rid = ?"))?.execute([run.rid])?;
    }
    metrics::purge_run(tx, run.rid);
    tx.changes.runs.insert((run.eid, run.id));
    Ok(artifacts)
}

#[cfg(test)]
mod tests;
