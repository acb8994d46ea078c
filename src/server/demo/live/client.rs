//! The few calls of MLflow's protocol that the live training makes, over HTTP/1.1 on loopback.

use crate::store::clock::now_millis;
use serde_json::{Value, json};
use std::{net::SocketAddr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long a call may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    /// The server cannot be reached, or went away.
    #[error("the server cannot be reached: {0}")]
    Unreachable(#[from] std::io::Error),
    /// The server took too long.
    #[error("the server did not answer in time")]
    Late,
    /// The server refused, with this status and answer.
    #[error("the server answered {status}: {answer}")]
    Refused { status: u16, answer: Value },
    /// The answer is not what MLflow's protocol says.
    #[error("the server's answer cannot be read")]
    Unreadable,
}

/// A value to log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    metric: &'static str,
    pub value: f32,
}

impl Point {
    pub(super) fn new(metric: &'static str, value: f32) -> Point {
        Point { metric, value }
    }
}

/// A client of one server.
pub(super) struct Client {
    address: SocketAddr,
}

impl Client {
    pub(super) fn new(address: SocketAddr) -> Client {
        Client { address }
    }

    /// The id of the experiment called `name`, made now if it is not there.
    pub(super) async fn experiment(&self, name: &str, note: &str) -> Result<String, ClientError> {
        let tags = json!([{"key": "mlflow.note.content", "value": note}]);
        match self.call("experiments/create", &json!({"name": name, "tags": tags})).await {
            Err(ClientError::Refused { answer, .. }) if answer["error_code"] == "RESOURCE_ALREADY_EXISTS" => {
                let filter = format!("name = '{name}'");
                let found = self.call("experiments/search", &json!({"filter": filter, "max_results": 1})).await?;
                text(&found["experiments"][0]["experiment_id"])
            }
            made => text(&made?["experiment_id"]),
        }
    }

    /// The ids of the experiment's runs that say they still run.
    pub(super) async fn running(&self, experiment: &str) -> Result<Vec<String>, ClientError> {
        let filter = "attributes.status = 'RUNNING'";
        let found = self.search(experiment, filter).await?;
        found.iter().map(|run| text(&run["info"]["run_id"])).collect()
    }

    /// How many runs the experiment has.
    pub(super) async fn runs(&self, experiment: &str) -> Result<usize, ClientError> {
        Ok(self.search(experiment, "").await?.len())
    }

    async fn search(&self, experiment: &str, filter: &str) -> Result<Vec<Value>, ClientError> {
        let wanted = json!({"experiment_ids": [experiment], "filter": filter, "max_results": 50_000});
        let mut found = self.call("runs/search", &wanted).await?;
        Ok(match found["runs"].take() {
            Value::Array(runs) => runs,
            _ => Vec::new(),
        })
    }

    /// Begins a run; answers its id.
    pub(super) async fn start(
        &self,
        experiment: &str,
        name: &str,
        params: &[(&str, String)],
    ) -> Result<String, ClientError> {
        let tags = json!([{"key": "mlflow.source.name", "value": "throughline demo"}]);
        let run = json!({"experiment_id": experiment, "run_name": name, "user_id": "demo",
                         "start_time": now_millis(), "tags": tags});
        let id = text(&self.call("runs/create", &run).await?["run"]["info"]["run_id"])?;
        let params: Vec<Value> = params.iter().map(|(key, value)| json!({"key": key, "value": value})).collect();
        self.call("runs/log-batch", &json!({"run_id": id, "params": params})).await?;
        Ok(id)
    }

    /// Logs `points` at `step`, now.
    pub(super) async fn log(&self, run: &str, step: i64, points: &[Point]) -> Result<(), ClientError> {
        let now = now_millis();
        let point = |point: &Point| {
            let value = data::series::JsonNumber(f64::from(point.value));
            json!({"key": point.metric, "value": value, "timestamp": now, "step": step})
        };
        let metrics: Vec<Value> = points.iter().map(point).collect();
        self.call("runs/log-batch", &json!({"run_id": run, "metrics": metrics})).await.map(|_| ())
    }

    /// Ends a run with `status`.
    pub(super) async fn end(&self, run: &str, status: &str) -> Result<(), ClientError> {
        let end = json!({"run_id": run, "status": status, "end_time": now_millis()});
        self.call("runs/update", &end).await.map(|_| ())
    }

    async fn call(&self, method: &str, body: &Value) -> Result<Value, ClientError> {
        timeout(PATIENCE, self.post(method, body)).await.map_err(|_| ClientError::Late)?
    }

    async fn post(&self, method: &str, body: &Value) -> Result<Value, ClientError> {
        let body = body.to_string();
        let head = format!(
            "POST /api/2.0/mlflow/{method} HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nConnection: close\r\n\r\n",
            self.address,
            body.len()
        );
        let mut stream = TcpStream::connect(self.address).await?;
        stream.write_all(&[head.as_bytes(), body.as_bytes()].concat()).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        read_answer(&answer)
    }
}

fn text(value: &Value) -> Result<String, ClientError> {
    value.as_str().map(str::to_owned).ok_or(ClientError::Unreadable)
}

/// The JSON of an answer that ends with its connection. Our server sends no chunks where the length
/// is known, which is so for all of MLflow's calls.
fn read_answer(answer: &[u8]) -> Result<Value, ClientError> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").ok_or(ClientError::Unreadable)?;
    let head = std::str::from_utf8(&answer[..end]).map_err(|_| ClientError::Unreadable)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or(ClientError::Unreadable)?;
    let body = serde_json::from_slice(&answer[end + 4..]);
    match status {
        200 => body.map_err(|_| ClientError::Unreadable),
        _ => Err(ClientError::Refused { status, answer: body.unwrap_or_default() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_read_or_says_why_not() {
        for (name, answer, told) in [
            ("good", "HTTP/1.1 200 OK\r\nA: b\r\n\r\n{\"a\":1}", "{\"a\":1}"),
            ("refused", "HTTP/1.1 400 Bad Request\r\n\r\n{\"a\":1}", "the server answered 400: {\"a\":1}"),
            ("refused in text", "HTTP/1.1 403 Forbidden\r\n\r\nno", "the server answered 403: null"),
            ("cut", "HTTP/1.1 200 OK\r\n", "the server's answer cannot be read"),
            ("nothing", "", "the server's answer cannot be read"),
            ("no JSON", "HTTP/1.1 200 OK\r\n\r\n{", "the server's answer cannot be read"),
        ] {
            let read = read_answer(answer.as_bytes());
            let read = read.map(|value| value.to_string()).unwrap_or_else(|error| error.to_string());
            assert_eq!(read, told, "{name}");
        }
    }
}
