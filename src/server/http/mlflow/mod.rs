//! MLflow's REST protocol, as its own clients speak it.
//!
//! - [`experiments`], [`runs`]: making, changing and finding them
//! - [`log`], [`batch`]: what runs log
//! - [`history`]: points of metrics
//! - [`artifacts`]: files of runs
//! - [`logged_models`], [`registry`], [`versions`], [`sources`]: models
//! - [`server_info`]: what the server offers
//! - [`call`], [`form`], [`fields`]: how requests are written
//! - [`answers`], [`error`]: how answers are written
//! - [`search`]: what all searches are asked
//! - [`checks`], [`choices`], [`page`]: limits, named choices, page tokens
//!
//! A request with an error in it is refused whole, with the code and the status that MLflow's server
//! gives it. Where that server drops a field that it cannot read, this one says so.

mod answers;
mod artifacts;
mod batch;
mod call;
mod checks;
mod choices;
mod error;
mod experiments;
mod fields;
mod form;
mod history;
mod log;
mod logged_models;
mod page;
mod registry;
mod runs;
mod search;
mod server_info;
mod sources;
#[cfg(test)]
mod tests;
mod versions;

pub use error::MlflowError;

use super::AppState;
use axum::{Json, Router};

/// What most handlers give.
type Out<T> = Result<Json<T>, MlflowError>;

/// Removes uploads that the last stop of the server cut off.
pub(super) fn sweep(app: &AppState) {
    if let Err(error) = artifacts::tree(app).sweep() {
        tracing::warn!(%error, "unfinished uploads could not be removed");
    }
}

/// Checks the name of a tag that another API sets; says what is wrong with it.
pub(super) fn check_tag_key(name: &str) -> Result<(), String> {
    let checked = checks::key(name, "key").and_then(|()| checks::length(name, checks::LONGEST_KEY, "Tag name"));
    checked.map_err(|error| error.to_string())
}

/// MLflow's routes, each below `/api` and below `/ajax-api`.
pub fn routes() -> Router<AppState> {
    let tracking = || {
        Router::new()
            .merge(experiments::routes())
            .merge(runs::routes())
            .merge(log::routes())
            .merge(batch::routes())
            .merge(history::routes())
            .merge(artifacts::routes())
            .merge(logged_models::routes())
            .merge(registry::routes())
            .merge(versions::routes())
    };
    let ajax = Router::new()
        .merge(experiments::ajax_routes())
        .merge(history::ajax_routes())
        .merge(artifacts::ajax_routes())
        .merge(logged_models::ajax_routes());
    let whole = |routes: Router<AppState>| {
        routes.fallback(async || MlflowError::NoEndpoint).method_not_allowed_fallback(async || MlflowError::WrongMethod)
    };
    Router::new()
        .nest("/api/2.0/mlflow", whole(tracking()))
        .nest("/ajax-api/2.0/mlflow", whole(tracking().merge(ajax)))
        .nest("/api/2.0/mlflow-artifacts", whole(artifacts::proxy_routes()))
        .nest("/ajax-api/2.0/mlflow-artifacts", whole(artifacts::proxy_routes()))
        .nest("/api/3.0/mlflow", whole(server_info::routes()))
        .nest("/ajax-api/3.0/mlflow", whole(server_info::routes()))
        .merge(artifacts::bare_routes())
        .merge(versions::bare_routes())
}
