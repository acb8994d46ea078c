//! Which runs changed since a table of them was read.

use crate::store::{Changes, metrics::rid_of};
use std::{
    collections::{HashMap, HashSet},
    sync::Mutex,
};

/// When so many runs of an experiment changed, its table is read again.
const MANY: usize = 20_000;

/// What changed in experiments that have a table.
#[derive(Debug, Default)]
pub(in crate::store) struct Marks {
    by_experiment: Mutex<HashMap<i64, Changed>>,
}

/// What changed in one experiment: numbers of runs.
#[derive(Debug, Default)]
pub(super) struct Changed {
    /// Runs of which anything may have changed.
    pub runs: HashSet<i64>,
    /// Runs whose metrics grew.
    pub grew: HashSet<i64>,
    /// So many changed that all must be read again.
    pub all: bool,
}

impl Changed {
    fn mark(&mut self, rids: impl Iterator<Item = i64>, grew: bool) {
        if !self.all {
            if grew {
                self.grew.extend(rids)
            } else {
                self.runs.extend(rids)
            }
            if self.runs.len() + self.grew.len() > MANY {
                *self = Changed { all: true, ..Changed::default() };
            }
        }
    }
}

impl Marks {
    /// Takes note of a durable commit, before anybody hears of it.
    pub(in crate::store) fn take(&self, changes: &Changes) {
        let mut by_experiment = self.by_experiment.lock().expect("no panic while held");
        if by_experiment.is_empty() {
            return;
        }
        for (eid, id) in &changes.runs {
            if let Some(changed) = by_experiment.get_mut(eid) {
                changed.mark(std::iter::once(rid_of(*id)), false);
            }
        }
        for (eid, grown) in &changes.grew {
            if let Some(changed) = by_experiment.get_mut(eid) {
                changed.mark(grown.runs.iter().map(|id| rid_of(*id)), true);
            }
        }
    }

    /// What changed in the experiment since the last call, or since now if this is the first.
    pub(super) fn changed(&self, eid: i64) -> Changed {
        std::mem::take(self.by_experiment.lock().expect("no panic while held").entry(eid).or_default())
    }

    /// Notes nothing more of the experiment, because its table is gone.
    pub(super) fn forget(&self, eid: i64) {
        self.by_experiment.lock().expect("no panic while held").remove(&eid);
    }
}
