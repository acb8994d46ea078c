//! One stream of growth for all live grids and tables of a report, because a browser has few connections.

use crate::live::{Connection, listen_to};
use data::run::LiveEvent;
use leptos::prelude::*;
use std::{cell::Cell, collections::BTreeSet, rc::Rc};

/// The most experiments that one stream tells of.
const MOST: usize = 50;

/// Who hears of growth.
struct Listener {
    number: u64,
    experiments: Vec<String>,
    /// Whether it is in sight; else it hears that there was something once it is.
    seen: ReadSignal<bool>,
    stale: Rc<Cell<bool>>,
    hear: Rc<dyn Fn(LiveEvent)>,
}

/// The stream of a report. Cheap to copy.
#[derive(Clone, Copy)]
pub struct LiveGrids {
    listeners: StoredValue<Vec<Listener>, LocalStorage>,
    next: StoredValue<u64>,
    experiments: RwSignal<BTreeSet<String>>,
}

impl LiveGrids {
    /// A stream for all that is in the surrounding component, opened once someone listens.
    pub fn provide() {
        let live = LiveGrids {
            listeners: StoredValue::new_local(Vec::new()),
            next: StoredValue::new(0),
            experiments: RwSignal::new(BTreeSet::new()),
        };
        provide_context(live);
        let connection = RwSignal::new(Connection::Opening);
        let wanted = Memo::new(move |_| live.experiments.get());
        Effect::new(move |before: Option<bool>| {
            let wanted: Vec<String> = wanted.get().into_iter().take(MOST).collect();
            if wanted.is_empty() {
                return false;
            }
            // Between two streams something may have been missed.
            connection.set(if before == Some(true) { Connection::Lost } else { Connection::Opening });
            listen_to(wanted, connection, move |experiment, event| live.tell(experiment, &event));
            true
        });
    }

    /// Hands events of `experiments` to `hear` until the surrounding component goes away. What is out of `seen` hears
    /// `Resync` when it comes into sight, if there was something.
    pub fn join(self, experiments: Vec<String>, seen: ReadSignal<bool>, hear: impl Fn(LiveEvent) + 'static) {
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        let (stale, hear) = (Rc::new(Cell::new(false)), Rc::new(hear));
        let (was_stale, again) = (stale.clone(), hear.clone());
        Effect::new(move |_| {
            if seen.get() && was_stale.replace(false) {
                again(LiveEvent::Resync);
            }
        });
        self.listeners.update_value(|all| all.push(Listener { number, experiments, seen, stale, hear }));
        self.note();
        on_cleanup(move || {
            if self.listeners.try_update_value(|all| all.retain(|one| one.number != number)).is_some() {
                self.note();
            }
        });
    }

    /// Listens to what someone waits for, and to nothing else.
    fn note(self) {
        let wanted: BTreeSet<String> =
            self.listeners.with_value(|all| all.iter().flat_map(|one| one.experiments.clone()).collect());
        if self.experiments.try_with_untracked(|now| *now != wanted) == Some(true) {
            self.experiments.set(wanted);
        }
    }

    fn tell(self, experiment: &str, event: &LiveEvent) {
        let resync = matches!(event, LiveEvent::Resync);
        let hear: Vec<Rc<dyn Fn(LiveEvent)>> = self
            .listeners
            .try_with_value(|all| {
                let concerned = all.iter().filter(|one| resync || one.experiments.iter().any(|id| id == experiment));
                let (seen, unseen): (Vec<_>, Vec<_>) =
                    concerned.partition(|one| one.seen.try_get_untracked() == Some(true));
                unseen.into_iter().for_each(|one| one.stale.set(true));
                seen.into_iter().map(|one| one.hear.clone()).collect()
            })
            .unwrap_or_default();
        hear.into_iter().for_each(|hear| hear(event.clone()));
    }
}
