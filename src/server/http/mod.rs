//! The routes.
//!
//! - [`error`]: how our own API says that it refuses or fails
//! - [`mlflow`]: MLflow's REST protocol

mod error;
pub mod mlflow;

pub use error::ApiError;

use crate::{config::Serve, live::Hub, store::Store};
use axum::{Router, extract::State, http::header, response::IntoResponse, routing::get};
use std::sync::Arc;
use tokio::net::TcpListener;

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The store.
    pub store: Store,
    /// Who watches what.
    pub live: Hub,
    /// The options of `throughline serve`.
    pub options: Arc<Serve>,
}

impl AppState {
    /// What handlers share, for `store`. Must be called inside a runtime.
    pub fn new(store: Store, options: Serve) -> AppState {
        AppState { live: Hub::start(&store), store, options: Arc::new(options) }
    }
}

/// All routes.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/health", get(async || "OK"))
        .route("/version", get(async || env!("CARGO_PKG_VERSION")))
        .route("/metrics", get(measures))
        .merge(mlflow::routes())
        .fallback(async || ApiError::NotFound("there is nothing at this address".to_owned()))
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .with_state(state)
}

/// Serves on `listener` until `stop`, then lets requests that run end.
pub async fn serve(listener: TcpListener, state: AppState, stop: impl Future<Output = ()> + Send + 'static) {
    let served = axum::serve(listener, router(state)).with_graceful_shutdown(stop).await;
    if let Err(error) = served {
        tracing::error!(%error, "the server stopped");
    }
}

/// `GET /metrics`: what the server measures of itself, as Prometheus text.
async fn measures(State(state): State<AppState>) -> impl IntoResponse {
    let text = format!(
        "# HELP throughline_store_version Rises with each durable commit.\n\
         # TYPE throughline_store_version counter\n\
         throughline_store_version {}\n\
         # HELP throughline_watchers Open live streams.\n\
         # TYPE throughline_watchers gauge\n\
         throughline_watchers {}\n",
        state.store.version(),
        state.live.watchers(),
    );
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}
