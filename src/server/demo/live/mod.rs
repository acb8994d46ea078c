//! A small training that logs for as long as the demo is open, over HTTP like any client.
//!
//! - [`network`]: the network and its optimiser
//! - [`pixels`]: the digits that it learns
//! - [`client`]: the few calls of MLflow's protocol that it makes

mod client;
mod network;
mod pixels;

use super::synthetic::Random;
use client::{Client, ClientError, Point};
use network::Network;
use pixels::{Digit, Digits};
use std::{net::SocketAddr, time::Duration};
use tokio::{sync::watch, task::JoinHandle, time};

/// The experiment that the training logs to.
pub const EXPERIMENT: &str = "live: training now";
const NOTE: &str = "A network that trains while this demo is open, a step each 200 ms, logged over HTTP as by any \
                    client. After 3,000 steps, ten minutes, the next run begins with other settings.";
const STEP: Duration = Duration::from_millis(200);
const STEPS: i64 = 3000;
/// Steps between two looks at the digits that were held out.
const HELD_OUT_EVERY: i64 = 25;
/// How long to wait before trying again where the server did not take what was logged: at first, and
/// at most, doubling in between.
const AGAIN: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(120));

/// A training that runs.
pub struct Live {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Live {
    /// Starts training, and logs to the server at `address`, which may come up a little later.
    pub fn start(address: SocketAddr) -> Live {
        let (stop, stopped) = watch::channel(false);
        Live { stop, task: tokio::spawn(train_until(stopped, Client::new(address))) }
    }

    /// Ends the run as killed, and returns once the server knows, or after a second.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = time::timeout(Duration::from_secs(1), self.task).await;
    }
}

/// Trains one run after the other until `stopped`.
async fn train_until(mut stopped: watch::Receiver<bool>, client: Client) {
    let digits = Digits::embedded();
    let (mut wait, longest) = AGAIN;
    while !*stopped.borrow() {
        if let Err(error) = train_runs(&mut stopped, &client, &digits).await {
            tracing::warn!(%error, "the live training could not log and will begin again in {wait:?}");
            let _ = time::timeout(wait, stopped.changed()).await;
            wait = longest.min(wait * 2);
        }
    }
}

/// Ends what an earlier demo left running, and trains until `stopped` or a call fails.
async fn train_runs(stopped: &mut watch::Receiver<bool>, client: &Client, digits: &Digits) -> Result<(), ClientError> {
    let experiment = client.experiment(EXPERIMENT, NOTE).await?;
    for run in client.running(&experiment).await? {
        client.end(&run, "KILLED").await?;
    }
    let mut number = client.runs(&experiment).await?;
    while !*stopped.borrow() {
        let settings = Settings::of(number);
        let run = client.start(&experiment, &settings.name(), &settings.params()).await?;
        let mut training = Training::new(settings, digits);
        let ended = train_run(stopped, client, &run, &mut training).await?;
        client.end(&run, ended).await?;
        number += 1;
    }
    Ok(())
}

/// Trains one run; answers the status it ended with.
async fn train_run(
    stopped: &mut watch::Receiver<bool>,
    client: &Client,
    run: &str,
    training: &mut Training<'_>,
) -> Result<&'static str, ClientError> {
    let mut clock = time::interval(STEP);
    clock.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    while training.step < STEPS {
        tokio::select! {
            _ = clock.tick() => {}
            _ = stopped.changed() => return Ok("KILLED"),
        }
        let points = training.advance();
        client.log(run, training.step, &points).await?;
    }
    Ok("FINISHED")
}

/// What a run trains with.
#[derive(Debug, Clone, Copy)]
struct Settings {
    seed: u64,
    lr: f32,
    batch: usize,
    width: usize,
    momentum: f32,
}

impl Settings {
    /// The settings of run `number`: always the same, and no two neighbours alike.
    fn of(number: usize) -> Settings {
        Settings {
            seed: number as u64,
            lr: [0.1, 0.03, 0.2, 0.05][number % 4],
            batch: [32, 64, 16][number % 3],
            width: [32, 64, 16, 96, 48][number % 5],
            momentum: [0.9, 0.8][number % 2],
        }
    }

    fn name(&self) -> String {
        format!("momentum, lr {}, b{}, w{}", self.lr, self.batch, self.width)
    }

    fn params(&self) -> [(&'static str, String); 7] {
        [
            ("seed", self.seed.to_string()),
            ("lr", self.lr.to_string()),
            ("batch_size", self.batch.to_string()),
            ("width", self.width.to_string()),
            ("momentum", self.momentum.to_string()),
            ("optimizer", "momentum".to_owned()),
            ("steps", STEPS.to_string()),
        ]
    }
}

/// A training between two steps.
struct Training<'a> {
    settings: Settings,
    digits: &'a Digits,
    network: Network,
    random: Random,
    step: i64,
}

impl<'a> Training<'a> {
    fn new(settings: Settings, digits: &'a Digits) -> Training<'a> {
        let mut random = Random::new(settings.seed);
        let network = Network::new(settings.width, &mut random);
        Training { settings, digits, network, random, step: 0 }
    }

    /// Takes one optimiser step; answers what there is to log of it.
    fn advance(&mut self) -> Vec<Point> {
        let Settings { lr, batch, momentum, .. } = self.settings;
        // One warm-up, then a slow cosine down to a hundredth.
        let progress = self.step as f32 / STEPS as f32;
        let cosine = 0.505 + 0.495 * (std::f32::consts::PI * progress).cos();
        let lr = lr * cosine * (self.step as f32 / 100.0).min(1.0);
        let batch: Vec<Digit> = (0..batch).map(|_| self.digits.moved_at_random(&mut self.random)).collect();
        let gradient = self.network.gradient(&batch);
        self.network.step(&gradient, lr, momentum);
        self.step += 1;
        let mut points = vec![
            Point::new("train/loss", gradient.loss),
            Point::new("train/grad_norm", gradient.norm()),
            Point::new("train/lr", lr),
        ];
        if self.step == 1 || self.step % HELD_OUT_EVERY == 0 {
            let (loss, accuracy) = self.network.judge(self.digits.held_out());
            points.extend([Point::new("val/loss", loss), Point::new("val/accuracy", accuracy)]);
        }
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Serve,
        http::{self, AppState},
        store::Store,
    };

    #[tokio::test]
    async fn a_run_appears_grows_and_ends_as_killed() {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(folder.path()).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let options = Serve {
            host: address.ip().to_string(),
            port: address.port(),
            data: folder.path().to_owned(),
            app: None,
            allowed_hosts: Vec::new(),
            share_hosts: Vec::new(),
        };
        let mut commits = store.listen();
        tokio::spawn(http::serve(listener, AppState::new(store.clone(), options), std::future::pending()));

        let live = Live::start(address);
        let patience = Duration::from_secs(20);
        let grown = loop {
            let commit = time::timeout(patience, commits.recv()).await.expect("the training logs").unwrap();
            if let Some(grown) = commit.changes.grew.values().next() {
                break grown.clone();
            }
        };
        assert!(grown.metrics.contains("train/loss") && grown.metrics.contains("val/accuracy"), "{grown:?}");
        live.stop().await;
        let statuses = store.read(|db| {
            let joined = db.query_row("SELECT group_concat(status) FROM run", [], |row| row.get::<_, String>(0))?;
            Ok(joined)
        });
        assert_eq!(statuses.await.unwrap(), "KILLED");
    }

    #[test]
    fn the_network_learns_to_read_digits() {
        let digits = Digits::embedded();
        let mut training = Training::new(Settings::of(0), &digits);
        let mut losses = Vec::new();
        while training.step < 600 {
            losses.push(training.advance()[0].value);
        }
        let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
        assert!(mean(&losses[500..]) < mean(&losses[..100]) / 2.0);
        let (_, accuracy) = training.network.judge(digits.held_out());
        assert!(accuracy > 0.85, "{accuracy}");
    }

    #[test]
    fn a_run_is_the_same_again() {
        let digits = Digits::embedded();
        let losses = || {
            let mut training = Training::new(Settings::of(3), &digits);
            (0..20).map(|_| training.advance()[0].value).collect::<Vec<_>>()
        };
        assert_eq!(losses(), losses());
    }
}
