//! Share links: what one names goes out, and nothing else does.

use super::tests::Server;
use crate::{
    http::{AppState, router},
    store::{
        RunKey,
        runs::{self, NewRun},
        values,
    },
};
use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode},
};
use data::run::RunId;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use tower::ServiceExt;

mod chosen;
mod hidden;
mod limits;
mod opening;
mod pages;
mod pictures;
mod routes;
mod scope;

/// What a link must not let out more of than it names: an experiment of four runs by a person on a machine, and another
/// experiment.
pub(super) struct Lab {
    pub eid: i64,
    pub runs: Vec<RunKey>,
    pub other: i64,
    pub stranger: RunKey,
}

impl Lab {
    pub async fn in_store_of(server: &Server) -> Lab {
        let eid = server.experiment("Lovelace lab").await;
        let mut runs = Vec::new();
        for n in 1..=4_u128 {
            let new = NewRun {
                eid,
                name: Some(format!("zebra-run-{n}")),
                user: "adalovelace".to_owned(),
                start_millis: Some(1_760_000_000_000 + n as i64),
                ..NewRun::default()
            };
            let run =
                server.state.store.write(move |tx| runs::create(tx, RunId((n << 98) | (n << 65)), &new)).await.unwrap();
            let change = server.state.store.write(move |tx| {
                for (name, value) in [("lr", "0.1"), ("data", "/home/adalovelace/s3cret"), ("opt", "adam")] {
                    values::log_param(tx, run, name, value)?;
                }
                values::set_tag(tx, run, "team", "secret-team")?;
                values::set_tag(tx, run, "mlflow.source.name", "gpu01.lab/train.py")
            });
            change.await.unwrap();
            server.log(run, "train/loss", 0..50).await;
            server.log(run, "val/acc", 0..20).await;
            runs.push(run);
        }
        let other = server.experiment("other").await;
        let stranger = server.run(other, 99).await;
        server.log(stranger, "train/loss", 0..5).await;
        Lab { eid, runs, other, stranger }
    }
}

/// A store with a [`Lab`].
struct World {
    server: Server,
    eid: i64,
    runs: Vec<RunKey>,
    stranger: RunKey,
}

/// Texts that no link without names may let out.
pub(super) const SECRETS: [&str; 8] =
    ["adalovelace", "gpu01.lab", "/home/", "zebra-run", "Lovelace lab", "secret-team", "17600000", "s3cret"];

impl World {
    async fn new() -> World {
        let server = Server::start();
        let Lab { eid, runs, stranger, .. } = Lab::in_store_of(&server).await;
        World { server, eid, runs, stranger }
    }

    fn placed(&self, view: Value, tab: &str) -> Value {
        json!({"experiment_id": self.eid.to_string(), "tab": tab, "view": view})
    }

    /// The token of a link to `view`, with further wishes.
    async fn share(&self, view: Value, tab: &str, wishes: Value) -> String {
        self.made(json!({"kind": "view", "placed": self.placed(view, tab)}), wishes).await["token"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    async fn made(&self, target: Value, wishes: Value) -> Value {
        let mut body = json!({"target": target});
        for (name, value) in wishes.as_object().unwrap() {
            body[name] = value.clone();
        }
        let (status, made) = self.server.post("/api/shares", &body).await;
        assert_eq!(status, StatusCode::OK, "{made}");
        made
    }

    async fn runs(&self, token: &str) -> Vec<Value> {
        let page = self.server.post(&format!("/api/shared/{token}/runs"), &json!({})).await.1;
        page["runs"].as_array().unwrap_or_else(|| panic!("{page}")).clone()
    }

    fn short(&self, at: usize) -> String {
        self.runs[at].id.short()
    }
}

fn frame(metric: &str) -> Value {
    json!({"metric": metric, "width_px": 300})
}

/// A picture of a link: status, headers, bytes.
async fn picture(world: &World, path: &str) -> (u16, axum::http::HeaderMap, axum::body::Bytes) {
    let (status, headers, body) = world.server.send(Request::get(path).body(Body::empty()).unwrap()).await;
    (status.as_u16(), headers, body)
}
