//! How much is taken in, as training code sends it.

use super::{
    Fail, Options,
    program::{Client, JSON, Server},
};
use serde_json::json;
use std::{
    thread,
    time::{Duration, Instant},
};

pub const KEYS: [&str; 5] = ["train/loss", "train/acc", "val/loss", "val/acc", "lr"];

/// Values as training code has them: born as `f32`, noisy, falling, with rare spikes.
pub struct Noise(pub u64);

impl Noise {
    pub fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn loss(&mut self, step: i64) -> f64 {
        let noise = (self.next() + self.next() + self.next() - 1.5) * 0.08;
        let base = 2.5 * (-(step as f64) / 3000.0).exp() + 0.3;
        f64::from((base * (1.0 + noise) + if self.next() < 2e-4 { 5.0 } else { 0.0 }) as f32)
    }
}

pub fn new_run(client: &mut Client, experiment: &str) -> Result<String, Fail> {
    let body = json!({"experiment_id": experiment, "start_time": 1_760_000_000_000i64});
    let run = client.json("/api/2.0/mlflow/runs/create", &body)?;
    Ok(run["run"]["info"]["run_id"].as_str().ok_or("no run id")?.to_owned())
}

pub fn batch(run: &str, noise: &mut Noise, step: &mut i64, time: &mut i64, points: usize, keys: usize) -> String {
    let mut body = format!("{{\"run_id\":\"{run}\",\"metrics\":[");
    for at in 0..points {
        if at % keys == 0 {
            *step += 1;
            *time += 180 + (noise.next() * 40.0) as i64;
        }
        let (key, value) = (KEYS[at % keys], noise.loss(*step));
        let comma = if at == 0 { "" } else { "," };
        body += &format!("{comma}{{\"key\":\"{key}\",\"value\":{value},\"timestamp\":{time},\"step\":{step}}}");
    }
    body + "]}"
}

pub fn ingest(options: &Options) -> Result<(), Fail> {
    for (name, clients, points, goals) in [
        ("16 clients, 1,000 points a batch", 16, 1000, [Some(2.0), Some(50.0)]),
        ("100 clients, 5 points a batch", 100, 5, [None, None]),
    ] {
        let dir = tempfile::tempdir()?;
        let server = Server::start(options, dir.path())?;
        let mut client = server.connect()?;
        let experiment = client.json("/api/2.0/mlflow/experiments/create", &json!({"name": "bench"}))?;
        let experiment = experiment["experiment_id"].as_str().ok_or("no experiment")?.to_owned();
        let (before, began) = (server.cpu()?, Instant::now());
        let until = began + Duration::from_secs_f64(options.seconds);
        let mut waits = thread::scope(|scope| {
            let work = |n: usize| {
                let mut client = server.connect()?;
                let run = new_run(&mut client, &experiment)?;
                let (mut noise, mut step, mut time) = (Noise(n as u64 * 77 + 1), 0, 1_760_000_000_000);
                let mut waits = Vec::new();
                while Instant::now() < until {
                    let body = batch(&run, &mut noise, &mut step, &mut time, points, 5);
                    let sent = Instant::now();
                    let reply = client.post("/api/2.0/mlflow/runs/log-batch", JSON, body.as_bytes())?;
                    waits.push(sent.elapsed());
                    if reply.status != 200 {
                        return Err(String::from_utf8_lossy(&reply.body).into());
                    }
                }
                Ok::<_, Fail>(waits)
            };
            let threads: Vec<_> = (0..clients).map(|n| scope.spawn(move || work(n))).collect();
            let mut all = Vec::new();
            for thread in threads {
                all.extend(thread.join().expect("no panic")?);
            }
            Ok::<_, Fail>(all)
        })?;
        let elapsed = began.elapsed().as_secs_f64();
        let total = (waits.len() * points) as f64;
        waits.sort_unstable();
        let wait = |part: f64| waits[((waits.len() - 1) as f64 * part) as usize].as_secs_f64() * 1e3;
        let cpu_micros = (server.cpu()? - before).as_secs_f64() * 1e6 / total;
        let big = points == 1000;
        let peer = |value: f64| big.then_some(("MLflow", value));
        options.say(&format!("{name}: server CPU a point"), cpu_micros, "µs", goals[0], peer(200.0));
        options.say(&format!("{name}: points/s"), total / elapsed, "/s", None, peer(6_513.0));
        options.say(&format!("{name}: p50"), wait(0.5), "ms", None, peer(1_051.0));
        options.say(&format!("{name}: p99"), wait(0.99), "ms", goals[1], peer(8_274.0));
        options.say(&format!("{name}: memory after (RSS)"), server.memory_mb("VmRSS:")?, "MB", None, None);
        let bytes = |name: &str| std::fs::metadata(dir.path().join(name)).map_or(0, |about| about.len());
        let disk = (bytes("throughline.db") + bytes("throughline.db-wal")) as f64 / total;
        options.say(&format!("{name}: disk a point, log and all"), disk, "B", None, peer(251.0));
    }
    Ok(())
}
