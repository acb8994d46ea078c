//! What was acknowledged is kept: through `kill -9` in the middle of a load, and on a disk that takes no
//! more; and who leaves in the middle of a request harms nobody. The real program, asked over HTTP.

use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Error, Read, Write},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_throughline");
const CLIENTS: usize = 8;
const ROUNDS: u64 = 6;
/// Points a batch: five of them fill a chunk, so that compaction is under way when the kill comes.
const BATCH: i64 = 900;

struct Server {
    child: Child,
    address: String,
}

impl Server {
    fn start(mut command: Command) -> Server {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().rsplit_once("://").expect("it says where it listens").1.to_owned();
        Server { child, address }
    }

    fn on(data: &Path) -> Server {
        let mut command = Command::new(PROGRAM);
        command.args(["serve", "--port", "0", "--data"]).arg(data);
        Server::start(command)
    }

    /// Asks on a connection of its own. An error if the server went away.
    fn ask(&self, method: &str, path: &str, body: &str) -> Result<(u16, Value), Error> {
        let mut stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(30)))?;
        let length = body.len();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
        let mut reply = String::new();
        stream.read_to_string(&mut reply)?;
        let (head, body) = reply.split_once("\r\n\r\n").ok_or(std::io::ErrorKind::UnexpectedEof)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let length: Option<usize> = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
        if length != Some(body.len()) {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        Ok((status.ok_or(std::io::ErrorKind::InvalidData)?, serde_json::from_str(body).unwrap_or_default()))
    }

    fn post(&self, path: &str, body: Value) -> Result<(u16, Value), Error> {
        self.ask("POST", &format!("/api/2.0/mlflow/{path}"), &body.to_string())
    }

    fn new_run(&self) -> String {
        let (status, run) = self.post("runs/create", json!({"experiment_id": "0"})).unwrap();
        assert_eq!(status, 200, "{run}");
        run["run"]["info"]["run_id"].as_str().unwrap().to_owned()
    }

    /// Logs steps `from..from + BATCH`; whether that was acknowledged, and with which status.
    fn log(&self, run: &str, from: i64) -> Result<u16, Error> {
        let point = |step: i64| json!({"key": "loss", "value": value_at(step), "timestamp": 1000 + step, "step": step});
        let metrics: Vec<Value> = (from..from + BATCH).map(point).collect();
        Ok(self.post("runs/log-batch", json!({"run_id": run, "metrics": metrics}))?.0)
    }

    /// Every step that the server holds of a run's metric, as often as it holds it.
    fn steps(&self, run: &str) -> Vec<i64> {
        let mut steps = Vec::new();
        let mut page = String::new();
        loop {
            let path =
                format!("/api/2.0/mlflow/metrics/get-history?run_id={run}&metric_key=loss&max_results=25000{page}");
            let (status, answer) = self.ask("GET", &path, "").unwrap();
            assert_eq!(status, 200, "{answer}");
            for point in answer["metrics"].as_array().unwrap_or(&Vec::new()) {
                let step = point["step"].as_i64().unwrap();
                assert_eq!(point["value"].as_f64().unwrap(), value_at(step));
                steps.push(step);
            }
            match answer["next_page_token"].as_str().filter(|token| !token.is_empty()) {
                Some(token) => page = format!("&page_token={}", token.replace('=', "%3D").replace('+', "%2B")),
                None => return steps,
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL: the program gets no chance to tidy up.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn value_at(step: i64) -> f64 {
    (step as f64 * 0.7).sin()
}

#[test]
fn every_acknowledged_point_is_there_after_kill_9_in_the_middle_of_a_load() {
    let data = tempfile::tempdir().unwrap();
    let mut acknowledged: BTreeMap<String, i64> = BTreeMap::new();
    for round in 0..ROUNDS {
        let server = Server::on(data.path());
        let runs: Vec<String> = match round % 2 {
            // Every other round goes on with the runs of the last.
            1 => acknowledged.keys().rev().take(CLIENTS).cloned().collect(),
            _ => (0..CLIENTS).map(|_| server.new_run()).collect(),
        };
        // From the first step that is not there: what was not acknowledged may be there all the same.
        let runs = runs.into_iter().map(|run| (server.steps(&run).len() as i64, run)).collect::<Vec<_>>();
        let logged: Vec<(String, i64)> = thread::scope(|scope| {
            let log = |(mut next, run): (i64, String)| {
                while let Ok(status) = server.log(&run, next) {
                    assert_eq!(status, 200);
                    next += BATCH;
                }
                (run, next)
            };
            let threads: Vec<_> = runs.into_iter().map(|run| scope.spawn(move || log(run))).collect();
            thread::sleep(Duration::from_millis(500 + 170 * round));
            let killed = Command::new("kill").args(["-9", &server.child.id().to_string()]).status().unwrap();
            assert!(killed.success());
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        drop(server);
        acknowledged.extend(logged.iter().cloned());
        let server = Server::on(data.path());
        // What this round logged; after the last round, everything.
        let all: Vec<_> = acknowledged.clone().into_iter().collect();
        for (run, end) in if round + 1 == ROUNDS { all } else { logged } {
            let run = &run;
            let mut steps = server.steps(run);
            steps.sort_unstable();
            assert!(
                steps.len() as i64 >= end,
                "round {round}: {end} points were acknowledged, {} are there",
                steps.len()
            );
            assert!(steps.iter().copied().eq(0..steps.len() as i64), "round {round}: a gap or a double");
            assert_eq!(steps.len() as i64 % BATCH, 0, "round {round}: a batch is stored whole or not at all");
        }
    }
    let total: i64 = acknowledged.values().sum();
    assert!(total > 20 * BATCH, "the load was one: {total} points");
}

#[test]
fn a_client_that_leaves_in_the_middle_harms_nobody() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::on(data.path());
    let run = server.new_run();
    let body = json!({"run_id": run, "metrics": [{"key": "loss", "value": 0, "timestamp": 0, "step": 0}]}).to_string();
    for at in 0..60 {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        let length = body.len();
        let request = format!(
            "POST /api/2.0/mlflow/runs/log-batch HTTP/1.1\r\nhost: localhost\r\n\
             content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
        );
        // Everywhere from the first word to one byte before the end.
        let most = request.len() - 1;
        stream.write_all(&request.as_bytes()[..most * (at + 1) / 60]).unwrap();
    }
    assert_eq!(server.ask("GET", "/health", "").unwrap().0, 200);
    assert_eq!(server.log(&run, 0).unwrap(), 200);
    assert_eq!(server.steps(&run).len() as i64, BATCH, "nothing of a request that did not end is stored");
}

#[test]
fn a_disk_that_takes_no_more_refuses_and_loses_nothing() {
    let data = tempfile::tempdir().unwrap();
    drop(Server::on(data.path()));
    // The system refuses to let any file grow beyond 2 MiB, and sends no signal.
    let mut command = Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 4096; exec \"$0\" serve --port 0 --data \"$1\"";
    command.arg("-c").arg(script).arg(PROGRAM).arg(data.path());
    let limited = Server::start(command);
    let run = limited.new_run();
    let mut next = 0;
    let mut refusals = 0;
    // Moving the log into the database makes room once more, until that has none either.
    while refusals < 200 {
        match limited.log(&run, next).expect("the server goes on") {
            200 => {
                next += BATCH;
                refusals = 0;
            }
            status => {
                assert!((500..600).contains(&status), "{status}");
                refusals += 1;
                thread::sleep(Duration::from_millis(10));
            }
        }
        assert!(next < 10_000_000, "the limit bites");
    }
    assert_eq!(limited.ask("GET", "/health", "").unwrap().0, 200);
    assert_eq!(limited.steps(&run).len() as i64, next, "reading goes on, and shows what was acknowledged");
    drop(limited);
    let free = Server::on(data.path());
    assert_eq!(free.steps(&run).len() as i64, next);
    assert_eq!(free.log(&run, next).unwrap(), 200, "and goes on once there is room");
}
