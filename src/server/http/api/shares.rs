//! Share links, for their owners: made, listed, revoked.

use crate::{
    http::{
        ApiError, AppState,
        wire::{JsonAnswer, JsonBody},
    },
    share::{self, Token},
    store::{
        StoreError, catalog,
        clock::now_millis,
        rows::{self, Told},
        runs,
        shares::{self, ShareToKeep},
    },
};
use axum::{
    Json,
    extract::{Path, State},
};
use data::share::{MOST_HOSTS, MadeShare, NewShare, ShareRow, ShareTarget, checked_host};

/// The longest document of a target, bytes.
const LONGEST_TARGET: usize = 1 << 20;

/// `GET /api/shares`: all links with their last use, newest first, ended ones too.
pub(super) async fn list(State(state): State<AppState>) -> JsonAnswer<Vec<ShareRow>> {
    Ok(Json(state.store.read(shares::list).await?))
}

/// `POST /api/shares`: makes a link and answers its token, this once. 400 for a target, a host, a time or
/// a password that cannot be, and for one too large to be frozen; 404 for what is not there.
pub(super) async fn create(State(state): State<AppState>, JsonBody(new): JsonBody<NewShare>) -> JsonAnswer<MadeShare> {
    Ok(Json(make(&state, new).await?))
}

/// `DELETE /api/shares/{share}`: ends a link for good. 404 for an unknown one.
pub(super) async fn revoke(State(state): State<AppState>, Path(share): Path<String>) -> JsonAnswer<serde_json::Value> {
    let sid = share.parse().map_err(|_| ApiError::NotFound(format!("there is no link {share}")))?;
    state.store.write(move |tx| shares::revoke(tx, sid)).await?;
    Ok(Json(serde_json::json!({})))
}

async fn make(state: &AppState, new: NewShare) -> Result<MadeShare, ApiError> {
    let bad = |error: &dyn std::fmt::Display| ApiError::BadRequest(error.to_string());
    let target = new.target.mended().map_err(|error| bad(&error))?;
    if serde_json::to_string(&target).map_err(|error| bad(&error))?.len() > LONGEST_TARGET {
        return Err(ApiError::TooLarge(format!("a view has at most {LONGEST_TARGET} bytes")));
    }
    if new.expires_millis.is_some_and(|expires| expires <= now_millis()) {
        return Err(ApiError::BadRequest("`expires_millis` must lie ahead".to_owned()));
    }
    if new.hosts.len() > MOST_HOSTS {
        return Err(ApiError::BadRequest(format!("a link names at most {MOST_HOSTS} hosts")));
    }
    let hosts = new.hosts.iter().map(|host| checked_host(host)).collect::<Result<_, _>>().map_err(|e| bad(&e))?;
    let title = match new.title.trim() {
        "" => title_of(state, &target, new.anonymous).await?,
        title => title.to_owned(),
    };
    let parts = match (&target, new.frozen) {
        (target, true) => share::freeze(&state.store, target).await?,
        (ShareTarget::Report { report_id }, false) => share::draft_to_keep(&state.store, report_id).await?,
        // Looked up now, so that a link to what is not there is never made.
        (named, false) => {
            let named = named.clone();
            state.store.ask_runs(move |sets| share::resolve(sets, &named).map(drop)).await?;
            Vec::new()
        }
    };
    let password = match new.password.filter(|password| !password.is_empty()) {
        Some(password) => Some(state.gate.keeper.hash(password).await.map_err(ApiError::BadRequest)?),
        None => None,
    };
    let no_random = |error: std::io::Error| StoreError::Damaged(format!("no random bytes: {error}"));
    let token = Token::random().map_err(no_random)?;
    let to_keep = ShareToKeep {
        token_hash: token.hash(),
        salt: share::salt().map_err(no_random)?,
        password,
        title,
        target,
        expires_millis: new.expires_millis,
        anonymous: new.anonymous,
        hosts,
        frozen: new.frozen,
        parts,
    };
    let share = state.store.write(move |tx| shares::create(tx, &to_keep)).await?;
    Ok(MadeShare { token: token.text(), share })
}

/// A name for a link that was given none; one that tells nothing if the link is to hide names.
pub(in crate::http) async fn title_of(
    state: &AppState,
    target: &ShareTarget,
    anonymous: bool,
) -> Result<String, StoreError> {
    if anonymous {
        return Ok("Shared results".to_owned());
    }
    if let ShareTarget::Report { report_id } = target {
        return share::report_title(&state.store, report_id).await;
    }
    let eid = target.experiment().unwrap_or_default().to_owned();
    let unknown = StoreError::NotFound(format!("there is no experiment {eid}"));
    let eid: i64 = eid.parse().map_err(|_| unknown)?;
    let experiment = state.store.read(move |db| catalog::experiment(db, eid)).await?;
    let title = match target {
        ShareTarget::Panel { panel, placed } => {
            let own = placed.view.panels.get(panel).map_or("", |panel| &panel.title);
            format!("{} · {}", if own.is_empty() { panel } else { own }, experiment.name)
        }
        ShareTarget::Run { run_id, .. } => {
            let id = run_id.to_string();
            let rows = move |db: &_| rows::rows(db, &[runs::find(db, &id)?.rid], &Told::All);
            let name = state.store.read(rows).await?.pop().map(|row| row.name).filter(|name| !name.is_empty());
            format!("{} · {}", name.unwrap_or_else(|| format!("Run {}", run_id.short())), experiment.name)
        }
        ShareTarget::View { .. } | ShareTarget::Report { .. } => experiment.name,
    };
    Ok(title.chars().filter(|c| !c.is_control()).take(300).collect())
}
