//! What the runs of a run set have as a target and as params, to find out which params it depends on.

use super::{Asked, Found, Lookup, RunSets, table::Key};
use crate::store::{Store, StoreError};
use data::{
    column::{Cell, Column},
    importance::{Importance, ImportanceRequest, importance},
    query::Field,
};
use rusqlite::{Connection, OptionalExtension};
use std::collections::BTreeMap;

/// How many params are read at most. Those that are the same in all runs are among them.
const MOST_NAMES: usize = 1_000;

/// What the runs of a run set have. Holds no connection, so that thinking about it keeps nobody waiting.
pub struct Facts {
    found: Found,
    target: Option<Key>,
    params: Vec<(String, Key)>,
}

impl Facts {
    /// Which params the target depends on. Takes up to some seconds of one core.
    pub fn importance(&self) -> Importance {
        let cells = |key: Key| -> Vec<Cell> {
            let columns: Vec<_> = self.found.pictures.iter().map(|picture| picture.columns.get(&key)).collect();
            let cell = |&(table, row): &(u32, u32)| {
                columns[table as usize].map_or(Cell::Missing, |values| values.cell(row as usize))
            };
            self.found.places.iter().map(cell).collect()
        };
        let target = self.target.map_or_else(|| vec![Cell::Missing; self.found.places.len()], cells);
        let target: Vec<Option<f64>> = target
            .into_iter()
            .map(|cell| match cell {
                Cell::Number(number) => Some(number),
                Cell::Text(_) | Cell::Missing => None,
            })
            .collect();
        let params: Vec<(String, Vec<Cell>)> =
            self.params.iter().map(|(name, key)| (name.clone(), cells(*key))).collect();
        importance(&target, &params)
    }
}

impl Store {
    /// What the runs of `request` have.
    ///
    /// Refuses a target that is no metric, an unknown experiment, a filter that cannot be read, and too many params.
    pub async fn importance_facts(&self, request: ImportanceRequest) -> Result<Facts, StoreError> {
        if request.target.metric().is_none() {
            let text =
                format!("the target is a metric, as in metrics.loss or metrics@min.loss, and not {}", request.target);
            return Err(StoreError::Invalid(text));
        }
        if request.params.len() > MOST_NAMES {
            let text =
                format!("`params` has {} entries, and at most {MOST_NAMES} can be asked for", request.params.len());
            return Err(StoreError::Invalid(text));
        }
        self.ask_runs(move |sets| sets.facts(&request)).await
    }
}

impl RunSets<'_> {
    fn facts(&self, request: &ImportanceRequest) -> Result<Facts, StoreError> {
        let asked = Asked::of(self.db, &request.run_set)?;
        let mut names = BTreeMap::new();
        for &eid in &asked.eids {
            names.extend(params_of(self.db, eid)?.into_iter().map(|(kid, name)| (name, kid)));
        }
        if !request.params.is_empty() {
            names.retain(|name, _| request.params.contains(name));
        }
        let params: Vec<(String, Key)> =
            names.into_iter().take(MOST_NAMES).map(|(name, kid)| (name, Key::Param(kid))).collect();
        let target = request.target.field();
        let fields: Vec<Field<_>> =
            params.iter().map(|(name, _)| Column::Param(name.clone()).field()).chain([target.clone()]).collect();
        let (mut found, _) = self.find(&asked, fields)?;
        // The same runs give the same answer, in whichever order they were read.
        let Found { pictures, places } = &mut found;
        places.sort_unstable_by_key(|&(table, row)| pictures[table as usize].runs[row as usize].id);
        let target = Lookup::of(self.db, [&target].into_iter())?.key(&target);
        Ok(Facts { found, target, params })
    }
}

/// The params of an experiment's runs, by number.
fn params_of(db: &Connection, eid: i64) -> Result<Vec<(i64, String)>, StoreError> {
    // From one number to the next in the index, however many runs have each.
    let mut next = db.prepare_cached(
        "SELECT p.kid, k.name FROM param p JOIN key k ON k.kid = p.kid
         WHERE p.eid = ? AND p.kid > ? ORDER BY p.kid LIMIT 1",
    )?;
    let (mut names, mut after) = (Vec::new(), i64::MIN);
    while let Some((kid, name)) = next.query_row([eid, after], |row| Ok((row.get(0)?, row.get(1)?))).optional()? {
        names.push((kid, name));
        after = kid;
    }
    Ok(names)
}
