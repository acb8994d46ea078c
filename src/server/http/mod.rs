//! The routes.
//!
//! - [`api`]: our own API, which the app uses
//! - [`assets`]: the app itself
//! - [`guard`]: who may ask, and what every answer tells the browser
//! - [`files`], [`wire`]: sending files, reading JSON, compressing
//! - [`serve`](serve()): taking connections
//! - [`error`]: how our own API says that it refuses or fails
//! - [`one_file`]: what a link would show, as a file that opens without a server
//! - [`shared_pages`]: pages of share links, alone and in frames
//! - [`pictures`]: what share links show, as pictures and data
//! - [`mlflow`]: MLflow's REST protocol

mod api;
mod assets;
mod error;
mod figures;
pub mod files;
mod guard;
pub mod mlflow;
mod one_file;
mod pictures;
mod serve;
mod shared_pages;
mod wire;

pub use error::ApiError;
pub use serve::{allow_many_connections, serve};

use crate::{config::Serve, live::Hub, share::Gate, store::Store};
use axum::{Router, extract::State, http::header, middleware, response::IntoResponse, routing::get};
use std::sync::Arc;

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct AppState {
    /// The store.
    pub store: Store,
    /// Who watches what.
    pub live: Hub,
    /// The options of `throughline serve`.
    pub options: Arc<Serve>,
    /// Opens share links.
    pub gate: Arc<Gate>,
    /// Pictures that were drawn.
    pictures: pictures::SharedPictures,
    /// Frames that are being made.
    flights: Arc<api::Flights>,
    /// Importances of params that are being worked out.
    importances: Arc<api::Importances>,
}

impl AppState {
    /// What handlers share, for `store`. Must be called inside a runtime.
    pub fn new(store: Store, options: Serve) -> AppState {
        let state = AppState::to_read(store, options);
        mlflow::sweep(&state);
        state
    }

    /// The same where another process may be serving the store: what that one is writing is left alone.
    pub fn to_read(store: Store, options: Serve) -> AppState {
        let live = Hub::start(&store);
        let gate = Arc::new(Gate::new().expect("the system has random bytes"));
        AppState {
            live,
            store,
            options: Arc::new(options),
            gate,
            pictures: Arc::default(),
            flights: Arc::default(),
            importances: Arc::default(),
        }
    }
}

/// All routes.
pub fn router(state: AppState) -> Router {
    Router::new()
        .route("/health", get(async || "OK"))
        .route("/version", get(async || env!("CARGO_PKG_VERSION")))
        .route("/metrics", get(measures))
        .route("/p/{name}", get(pictures::picture))
        .route("/s/{token}", get(shared_pages::page))
        .route("/embed/{token}", get(shared_pages::embed))
        .route("/oembed", get(shared_pages::oembed))
        .merge(api::routes())
        .merge(mlflow::routes())
        .fallback(assets::serve)
        .method_not_allowed_fallback(async || ApiError::MethodNotAllowed)
        .layer(middleware::from_fn(serve::patient_body))
        .layer(middleware::from_fn_with_state(state.clone(), guard::guard))
        .with_state(state)
}

/// `GET /metrics`: what the server measures of itself, as Prometheus text.
async fn measures(State(state): State<AppState>) -> impl IntoResponse {
    let measures = [
        ("throughline_store_version", "counter", "Rises with each durable commit.", state.store.version()),
        ("throughline_heads_bytes", "gauge", "Memory of points that are in no chunk yet.", state.store.heads_bytes()),
        ("throughline_watchers", "gauge", "Open live streams.", state.live.watchers() as u64),
        ("throughline_frames_made", "counter", "Frames made; shared ones count once.", state.flights.made()),
    ];
    let text: String = measures
        .iter()
        .map(|(name, kind, help, value)| format!("# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n"))
        .collect();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}
