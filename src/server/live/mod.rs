//! Live: who watches an experiment hears that it changed.
//!
//! One task listens to the store's commits, gathers them for a tick, writes each experiment's events
//! once, and hands the same bytes to every watcher. No watcher asks the store anything.

use crate::store::{Changes, Commit, Store};
use bytes::Bytes;
use data::run::{LiveEvent, RunId};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, Weak},
    time::Duration,
};
use tokio::sync::broadcast::{self, error::RecvError};

/// How long changes are gathered before they are told.
const TICK: Duration = Duration::from_millis(100);
/// More changed runs than this are not named one by one: the watcher asks for everything again.
const MOST_NAMED: usize = 1_000;
/// How many events a watcher may be behind before it must ask for everything again.
const EVENTS_KEPT: usize = 64;

/// Hands out streams of events, one channel for each experiment that is watched.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    by_experiment: Mutex<BTreeMap<i64, broadcast::Sender<Bytes>>>,
}

impl Hub {
    /// A hub that tells of the commits of `store`, for as long as any clone of it lives.
    ///
    /// Must be called inside a runtime.
    pub fn start(store: &Store) -> Hub {
        let shared = Arc::new(Shared::default());
        tokio::spawn(tell(Arc::downgrade(&shared), store.listen()));
        Hub { shared }
    }

    /// The events of an experiment from now on, each as the bytes of one server-sent event.
    pub fn watch(&self, eid: i64) -> broadcast::Receiver<Bytes> {
        let mut channels = self.shared.by_experiment.lock().expect("no panic while held");
        channels.entry(eid).or_insert_with(|| broadcast::channel(EVENTS_KEPT).0).subscribe()
    }

    /// Ends all streams, because the server stops.
    pub fn close(&self) {
        self.shared.by_experiment.lock().expect("no panic while held").clear();
    }

    /// How many watchers there are.
    pub fn watchers(&self) -> usize {
        let channels = self.shared.by_experiment.lock().expect("no panic while held");
        channels.values().map(broadcast::Sender::receiver_count).sum()
    }
}

/// The bytes of `event` as one server-sent event.
pub fn event_bytes(event: &LiveEvent) -> Bytes {
    let json = serde_json::to_string(event).expect("an event is plain JSON");
    Bytes::from(format!("data: {json}\n\n"))
}

/// Gathers commits and tells them, until the hub is gone.
async fn tell(shared: Weak<Shared>, mut commits: broadcast::Receiver<Arc<Commit>>) {
    loop {
        let mut gathered = Changes::default();
        let mut version = match commits.recv().await {
            Ok(commit) => {
                gathered.append(commit.changes.clone());
                Some(commit.version)
            }
            Err(RecvError::Lagged(_)) => None,
            Err(RecvError::Closed) => return,
        };
        tokio::time::sleep(TICK).await;
        loop {
            match commits.try_recv() {
                Ok(commit) => {
                    gathered.append(commit.changes.clone());
                    version = version.map(|_| commit.version);
                }
                Err(broadcast::error::TryRecvError::Lagged(_)) => version = None,
                Err(_) => break,
            }
        }
        let Some(shared) = shared.upgrade() else { return };
        shared.tell(version, gathered);
    }
}

impl Shared {
    /// Tells every watched experiment what it must hear: all of it again if `version` is unknown.
    fn tell(&self, version: Option<u64>, changes: Changes) {
        let mut channels = self.by_experiment.lock().expect("no panic while held");
        channels.retain(|_, channel| channel.receiver_count() > 0);
        let Some(version) = version else {
            let resync = event_bytes(&LiveEvent::Resync);
            channels.values().for_each(|channel| drop(channel.send(resync.clone())));
            return;
        };
        let mut runs_by_experiment: BTreeMap<i64, BTreeSet<RunId>> = BTreeMap::new();
        for (eid, run) in changes.runs {
            runs_by_experiment.entry(eid).or_default().insert(run);
        }
        for (eid, channel) in channels.iter() {
            if let Some(runs) = runs_by_experiment.remove(eid) {
                if runs.len() > MOST_NAMED {
                    drop(channel.send(event_bytes(&LiveEvent::Resync)));
                    continue;
                }
                let event = LiveEvent::Runs { version, runs: runs.into_iter().collect() };
                drop(channel.send(event_bytes(&event)));
            }
            if let Some(grown) = changes.grew.get(eid) {
                let event = LiveEvent::Grew {
                    version,
                    runs: grown.runs.iter().copied().collect(),
                    metrics: grown.metrics.iter().map(|name| name.to_string()).collect(),
                };
                drop(channel.send(event_bytes(&event)));
            }
        }
    }
}
