//! Which params a metric depends on, through the API.

use super::*;
use crate::store::values;
use data::importance::Importance;

impl Server {
    /// A run with params that ends with one value of `loss`.
    async fn trained(&self, eid: i64, n: u128, params: &[(&str, String)], loss: f64) {
        let run = self.run(eid, n).await;
        let params: Vec<(String, String)> =
            params.iter().map(|(name, text)| (name.to_string(), text.clone())).collect();
        let change = self.state.store.write(move |tx| {
            values::log_params(tx, run, &params)?;
            append(tx, run, &[MetricPoint { metric: "loss", value: loss, step: 0, time_millis: 0 }])
        });
        change.await.unwrap();
    }

    /// An experiment of sixty runs: `lr` matters, `seed` does not, `batch` is the same in all.
    async fn search(&self) -> i64 {
        let eid = self.experiment("search").await;
        for n in 1..=60 {
            let (lr, seed) = (1e-4 * f64::from(n * 37 % 60 + 1), n * 23 % 7);
            let params = [("lr", lr.to_string()), ("seed", seed.to_string()), ("batch", "32".to_owned())];
            self.trained(eid, n as u128, &params, 1.0 / lr).await;
        }
        eid
    }

    async fn importance(&self, body: &Value) -> Importance {
        let (status, answer) = self.post("/api/importance", body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        serde_json::from_value(answer).expect("an importance")
    }
}

#[tokio::test]
async fn the_param_that_matters_comes_first() {
    let server = Server::start();
    let eid = server.search().await;
    let body = |extra: Value| {
        let mut body = json!({"run_set": {"experiments": [eid.to_string()]}, "target": "metrics.loss"});
        body.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        body
    };
    let found = server.importance(&body(json!({}))).await;
    let names: Vec<&str> = found.params.iter().map(|row| row.param.as_str()).collect();
    assert_eq!((found.runs, found.used, names), (60, 60, vec!["lr", "seed"]), "{found:?}");
    assert!(found.r2 > Some(0.8) && found.params[0].importance > Some(0.5));
    assert_eq!(found.params[0].correlation.map(|found| found.rho), Some(-1.0));
    assert_eq!(found.left_out.len(), 1, "batch is the same in all runs");
    assert_eq!(server.importance(&body(json!({}))).await, found, "asked again");

    let least = server.importance(&body(json!({"target": "metrics@min.loss", "params": ["seed"]}))).await;
    assert_eq!((least.params.len(), least.used), (1, 60));
    let few = body(json!({"run_set": {"experiments": [eid.to_string()], "filter": "params.seed = '3'"}}));
    assert!(server.importance(&few).await.runs < 15);
    let named = body(json!({"run_set": {"experiments": [eid.to_string()], "runs": [RunId(1 << 65), RunId(2 << 65)]}}));
    let two = server.importance(&named).await;
    assert!(two.nothing.is_some_and(|words| words.starts_with("Only 2 runs")));
    assert!(server.importance(&body(json!({"target": "metrics.acc"}))).await.nothing.is_some());
}

#[tokio::test]
async fn an_answer_is_never_older_than_its_question() {
    let server = Server::start();
    let eid = server.search().await;
    let body = json!({"run_set": {"experiments": [eid.to_string()]}, "target": "metrics.loss"});
    assert_eq!(server.importance(&body).await.runs, 60);
    server.trained(eid, 61, &[("lr", "1".to_owned())], f64::NAN).await;
    let found = server.importance(&body).await;
    assert_eq!((found.runs, found.used, found.non_finite), (61, 60, 1));
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused() {
    let server = Server::start();
    let eid = server.experiment("empty").await;
    let set = json!({"experiments": [eid.to_string()]});
    for (name, body, status, part) in [
        ("no metric", json!({"run_set": set, "target": "params.lr"}), 400, "the target is a metric"),
        ("no column", json!({"run_set": set, "target": "lr"}), 400, "is no column"),
        ("an unknown field", json!({"run_set": set, "target": "metrics.a", "trees": 9}), 400, "trees"),
        (
            "a filter that cannot be read",
            json!({"run_set": {"experiments": [eid.to_string()], "filter": "params.lr ="}, "target": "metrics.a"}),
            400,
            "",
        ),
        (
            "an unknown experiment",
            json!({"run_set": {"experiments": ["99"]}, "target": "metrics.a"}),
            404,
            "no experiment",
        ),
        ("too many params", json!({"run_set": set, "target": "metrics.a", "params": vec!["p"; 2000]}), 400, "at most"),
    ] {
        let (got, answer) = server.post("/api/importance", &body).await;
        let words = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(got.as_u16() == status && words.contains(part), "{name}: {got} {words}");
    }
    let (status, answer) = server.post("/api/importance", &json!({"run_set": set, "target": "metrics.a"})).await;
    assert_eq!((status, answer["nothing"].as_str()), (StatusCode::OK, Some("There are no runs.")));
}
