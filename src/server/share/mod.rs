//! Share links: who holds one sees what it names, and nothing else.
//!
//! - [`token`]: the secret part of an address
//! - [`password`]: passwords, and keys for those who knew them
//! - [`scope`]: the runs, columns, panels and metrics that a target names
//! - [`shown`]: what of that goes out, and which frames may be asked for
//! - [`chosen`]: which of its runs a reader asks for: by a filter, in an order, in groups
//! - [`names`]: pseudonyms, for links that hide who and where
//! - [`frozen`]: what a frozen link keeps
//! - [`report`]: what a link to a report shows, part by part
//!
//! A link is opened on every request anew: [`Gate::open`] finds it by the hash of its token and refuses
//! one that ended, [`Gate::shown`] looks up what it names. Whatever is asked is then held against that.

mod chosen;
mod frozen;
mod names;
mod password;
mod report;
mod scope;
mod shown;
mod token;

pub use chosen::NotChosen;
pub use frozen::{frame as frozen_frame, freeze, panel_requests};
pub use password::Refused;
pub use report::{draft_to_keep, shown_now as report_shown, title as report_title};
pub use scope::{Scope, ScopePanel, resolve};
pub use shown::{Kept, NotNamed, Shown};
pub use token::Token;

use crate::store::{
    Store, StoreError,
    clock::now_millis,
    shares::{self, Share},
};
use data::share::ShareTarget;
use names::Names;
use password::Doorkeeper;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// For how long what a link names is not looked up again, however much is logged meanwhile.
const FRESH: Duration = Duration::from_secs(1);
/// How many links' runs are remembered.
const REMEMBERED: usize = 64;
/// How often the last use of a link is noted, milliseconds.
const NOTED_MILLIS: i64 = 60_000;

/// Why a link does not open.
#[derive(Debug)]
pub enum Closed {
    /// There is no such link, or none any more: which of both is not said.
    Nothing,
    /// It asks for a password.
    PasswordNeeded,
    /// The store failed.
    Store(StoreError),
}

impl From<StoreError> for Closed {
    fn from(error: StoreError) -> Closed {
        Closed::Store(error)
    }
}

/// What a link's pseudonyms are made with.
pub fn salt() -> std::io::Result<[u8; 16]> {
    token::random_bytes()
}

/// Opens links.
pub struct Gate {
    /// Who may try a password.
    pub keeper: Doorkeeper,
    known: Mutex<HashMap<i64, Known>>,
    noted: Mutex<HashMap<i64, i64>>,
}

struct Known {
    version: u64,
    at: Instant,
    shown: Arc<Shown>,
}

impl Gate {
    /// A gate that has opened nothing yet.
    pub fn new() -> std::io::Result<Gate> {
        Ok(Gate { keeper: Doorkeeper::new()?, known: Mutex::default(), noted: Mutex::default() })
    }

    /// The link of `token`, if it opens now to who shows `key`; notes its use.
    pub async fn open(&self, store: &Store, token: &str, key: Option<&str>) -> Result<Share, Closed> {
        let (share, now) = (self.find(store, token).await?, now_millis());
        if let Some(hash) = &share.password
            && !key.is_some_and(|key| self.keeper.opens(share.sid, hash, key, now))
        {
            return Err(Closed::PasswordNeeded);
        }
        self.note(store, share.sid, now);
        Ok(share)
    }

    /// The link of `token`, if it has not ended, whether or not it asks for a password.
    pub async fn find(&self, store: &Store, token: &str) -> Result<Share, Closed> {
        let hash = Token::of_text(token).ok_or(Closed::Nothing)?.hash();
        let found = store.read(move |db| shares::by_token_hash(db, &hash)).await?;
        let good = |share: &Share| token::same(&share.token_hash, &hash) && share.row.opens_at(now_millis());
        found.filter(good).ok_or(Closed::Nothing)
    }

    /// What `share` shows now. [`Closed::Nothing`] if its report is gone.
    pub async fn shown(&self, store: &Store, share: &Share) -> Result<Arc<Shown>, Closed> {
        let frozen = share.row.frozen_millis.is_some();
        let version = match &share.row.target {
            _ if frozen => 0,
            // Of many experiments, and of what is written.
            ShareTarget::Report { .. } => store.version(),
            target => target.experiment().and_then(|eid| eid.parse().ok()).map_or(0, |eid| store.version_of(eid)),
        };
        if let Some(known) = self.known.lock().expect("no panic while held").get(&share.sid)
            && (known.version == version || known.at.elapsed() < FRESH)
        {
            return Ok(known.shown.clone());
        }
        let names = share.row.anonymous.then(|| Names::new(share.salt));
        let shown = Arc::new(match &share.row.target {
            ShareTarget::Report { report_id } => self.report(store, share, report_id, names).await?,
            _ => {
                let of = share.clone();
                let scope = store.ask_runs(move |sets| match frozen {
                    true => frozen::scope(sets.db, of.sid, ""),
                    false => scope::resolve(sets, &of.row.target),
                });
                Shown::new(&share.row, scope.await?, names)
            }
        });
        let mut all = self.known.lock().expect("no panic while held");
        if all.len() >= REMEMBERED {
            all.retain(|_, known| known.at.elapsed() < FRESH);
        }
        all.insert(share.sid, Known { version, at: Instant::now(), shown: shown.clone() });
        Ok(shown)
    }

    /// What a link to a report shows now.
    async fn report(&self, store: &Store, share: &Share, id: &str, names: Option<Names>) -> Result<Shown, Closed> {
        let (of, id) = (share.clone(), id.to_owned());
        let found =
            store.ask_runs(move |sets| report::resolve_link(sets, &of, &id)).await.map_err(|error| match error {
                StoreError::NotFound(_) => Closed::Nothing,
                error => Closed::Store(error),
            })?;
        let before = self.known.lock().expect("no panic while held").get(&share.sid).map(|known| known.shown.clone());
        let row = share.row.clone();
        let shown = tokio::task::spawn_blocking(move || {
            let before = before.as_ref().and_then(|before| before.page.report.as_deref());
            report::shown(&row, found, names, before)
        });
        shown.await.map_err(|_| Closed::Store(StoreError::Bug))
    }

    /// Notes that a link was opened: in the store, from time to time.
    fn note(&self, store: &Store, sid: i64, now: i64) {
        let mut noted = self.noted.lock().expect("no panic while held");
        if noted.get(&sid).is_some_and(|&at| now - at < NOTED_MILLIS) {
            return;
        }
        noted.retain(|_, &mut at| now - at < NOTED_MILLIS);
        noted.insert(sid, now);
        let store = store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.write(move |tx| shares::used(tx, sid, now)).await {
                tracing::warn!(%error, "the use of a link could not be noted");
            }
        });
    }
}
