//! What the command line and the environment say.

use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;

/// A self-hosted experiment tracker that shows hundreds of runs at once.
#[derive(Debug, Parser)]
#[command(name = "throughline", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the app and the API.
    Serve(Serve),
}

/// The options of `throughline serve`.
#[derive(Debug, Clone, Args)]
pub struct Serve {
    /// The address to listen on.
    #[arg(long, env = "THROUGHLINE_HOST", default_value = "127.0.0.1")]
    pub host: String,
    /// The port to listen on; 0 takes a free one.
    #[arg(long, env = "THROUGHLINE_PORT", default_value_t = 7400)]
    pub port: u16,
    /// The folder that holds the store and the artifacts.
    #[arg(long, env = "THROUGHLINE_DATA", default_value = "throughline-data")]
    pub data: PathBuf,
    /// Serve the app from this folder instead of the one inside the program.
    #[arg(long, env = "THROUGHLINE_APP")]
    pub app: Option<PathBuf>,
    /// Names by which browsers may reach this server, comma-separated; `*` for any. Loopback and
    /// private addresses are always allowed.
    #[arg(long, env = "THROUGHLINE_ALLOWED_HOSTS", value_delimiter = ',')]
    pub allowed_hosts: Vec<String>,
}

impl Serve {
    /// The folder that holds artifacts: below it, `<experiment>/<run>/artifacts/…` as in MLflow.
    pub fn artifacts(&self) -> PathBuf {
        self.data.join("artifacts")
    }
}
