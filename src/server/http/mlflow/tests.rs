//! The protocol in process: a router over a store in a temporary folder.

use crate::{
    config::Serve,
    http::{AppState, router},
    store::Store,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use clap::Parser;
use serde_json::{Value, json};
use tower::ServiceExt;

mod artifacts;
mod errors;
mod flow;
mod hostile;
mod models;
mod paging;

#[derive(Parser)]
struct Options {
    #[command(flatten)]
    serve: Serve,
}

/// A server without a network.
pub(super) struct Api {
    router: Router,
    _dir: tempfile::TempDir,
}

impl Api {
    pub async fn new() -> Api {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        let options = Options::parse_from(["throughline", "--data", data.to_str().unwrap()]).serve;
        let store = Store::open(&options.data).unwrap();
        Api { router: router(AppState::new(store, options)), _dir: dir }
    }

    pub async fn raw(&self, request: Request<Body>) -> (StatusCode, header::HeaderMap, Vec<u8>) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        (head.status, head.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }

    /// Sends `body` to `path` below `/api/2.0/mlflow/`, or to an absolute path.
    pub async fn send(&self, method: &str, path: &str, body: &str) -> (StatusCode, Value) {
        let path = if path.starts_with('/') { path.to_owned() } else { format!("/api/2.0/mlflow/{path}") };
        let request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:7400");
        let request = match body.is_empty() {
            true => request.body(Body::empty()),
            false => request.header(header::CONTENT_TYPE, "application/json").body(Body::from(body.to_owned())),
        };
        let (status, _, body) = self.raw(request.unwrap()).await;
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    pub async fn post(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.send("POST", path, &body.to_string()).await;
        assert_eq!(status, StatusCode::OK, "POST {path} {body}: {answer}");
        answer
    }

    pub async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.send("GET", path, "").await;
        assert_eq!(status, StatusCode::OK, "GET {path}: {answer}");
        answer
    }

    /// A new run in the default experiment.
    pub async fn run(&self) -> String {
        let answer = self.post("runs/create", json!({"experiment_id": "0", "start_time": 1})).await;
        answer["run"]["info"]["run_id"].as_str().unwrap().to_owned()
    }
}
