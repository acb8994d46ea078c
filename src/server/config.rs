//! What the command line and the environment say.

use crate::demo::synthetic::Scale;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use data::column::Column;
use std::path::PathBuf;

/// A self-hosted experiment tracker that shows hundreds of runs at once.
#[derive(Debug, Parser)]
#[command(name = "throughline", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

impl Cli {
    /// Reads the command line and the environment; ends the program where they cannot be read.
    pub fn read() -> Cli {
        Cli::from_arg_matches(&command().get_matches()).unwrap_or_else(|error| error.exit())
    }
}

fn command() -> clap::Command {
    // A demo must never land in the folder of a real server by default.
    let demo_folder = |demo: clap::Command| demo.mut_arg("data", |data| data.default_value("throughline-demo"));
    Cli::command().mut_subcommand("demo", demo_folder)
}

/// What the program can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the app and the API.
    Serve(Serve),
    /// Serve a folder filled with the demo experiments.
    Demo(Demo),
    /// Write the runs of an experiment, or their metric points, into a file.
    Export(Export),
    /// Make, list and revoke share links of a running server.
    #[command(subcommand)]
    Share(ShareCommand),
    /// Draw a view, a panel or a run into a file: .svg, .png, .pdf, .csv, .json or .tex; those and reports: .html.
    Render(Render),
}

/// Where a running server is.
#[derive(Debug, Clone, Args)]
pub struct RemoteServer {
    /// The server's address.
    #[arg(long, env = "THROUGHLINE_SERVER", default_value = "http://127.0.0.1:7400")]
    pub server: String,
}

/// What of an experiment.
#[derive(Debug, Clone, Args)]
pub struct ToShare {
    /// A file with a view, or the hash of a short link; the untouched view if left out.
    #[arg(long, value_name = "FILE|HASH")]
    pub view: Option<String>,
    /// The experiment's id.
    #[arg(long)]
    pub experiment: Option<String>,
    /// The tab: table, parallel or compare; the charts if left out.
    #[arg(long, default_value = "")]
    pub tab: String,
    /// Only this panel, by its metric or name.
    #[arg(long)]
    pub panel: Option<String>,
    /// Only this run, by its id.
    #[arg(long)]
    pub run: Option<String>,
    /// A report instead, by its id.
    #[arg(long)]
    pub report: Option<String>,
}

/// What `throughline share` does.
#[derive(Debug, Clone, Subcommand)]
pub enum ShareCommand {
    /// Make a link and print it, this once.
    Create {
        /// Where.
        #[command(flatten)]
        server: RemoteServer,
        /// What.
        #[command(flatten)]
        what: Box<ToShare>,
        /// What it is called.
        #[arg(long, default_value = "")]
        title: String,
        /// Keep what is there now.
        #[arg(long)]
        frozen: bool,
        /// End after so many days.
        #[arg(long, value_name = "DAYS")]
        expires_days: Option<u32>,
        /// What one must know to open it.
        #[arg(long, env = "THROUGHLINE_SHARE_PASSWORD")]
        password: Option<String>,
        /// Hide names of runs, users, paths and hosts.
        #[arg(long)]
        anonymous: bool,
        /// A host that may frame it, may be given more than once; everyone if left out.
        #[arg(long = "frame-host", value_name = "HOST")]
        hosts: Vec<String>,
    },
    /// List all links with their last use.
    List {
        /// Where.
        #[command(flatten)]
        server: RemoteServer,
    },
    /// End a link for good.
    Revoke {
        /// Where.
        #[command(flatten)]
        server: RemoteServer,
        /// The link's id, from `list`.
        share: String,
    },
}

/// The options of `throughline render`.
#[derive(Debug, Clone, Args)]
pub struct Render {
    /// Where.
    #[command(flatten)]
    pub server: RemoteServer,
    /// Ask the store in this folder instead of a server. A server may be serving it.
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// What.
    #[command(flatten)]
    pub what: ToShare,
    /// The file to write; its ending says in which form: .svg, .png, .pdf, .csv, .json, .tex or .html.
    #[arg(long)]
    pub out: PathBuf,
    /// CSS pixels, 16 to 4096; 800 for one panel and 1200 for a board if left out.
    #[arg(long, value_name = "PX")]
    pub width: Option<u32>,
    /// CSS pixels, 16 to 4096; 450 for one panel and 800 for a board if left out.
    #[arg(long, value_name = "PX")]
    pub height: Option<u32>,
    /// Pixels of a PNG in a CSS pixel, 1 to 3; 1 if left out.
    #[arg(long)]
    pub dpr: Option<f32>,
    /// light, dark, auto (an .svg follows the reader's system) or transparent; light if left out.
    #[arg(long)]
    pub theme: Option<String>,
    /// Millimetres, 10 to 1000, for a paper; goes with --height-mm, instead of CSS pixels.
    #[arg(long, value_name = "MM")]
    pub width_mm: Option<f32>,
    /// Millimetres, 10 to 1000, for a paper.
    #[arg(long, value_name = "MM")]
    pub height_mm: Option<f32>,
    /// The size of letters, 4 to 40 points; 9 if left out.
    #[arg(long, value_name = "PT")]
    pub points: Option<f32>,
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
    /// Names by which nothing but shared links is answered, comma-separated: what may be reached from
    /// outside, while the app and the API stay inside.
    #[arg(long, env = "THROUGHLINE_SHARE_HOSTS", value_delimiter = ',')]
    pub share_hosts: Vec<String>,
}

impl Serve {
    /// The folder that holds artifacts: below it, `<experiment>/<run>/artifacts/…` as in MLflow.
    pub fn artifacts(&self) -> PathBuf {
        self.data.join("artifacts")
    }
}

/// The options of `throughline demo`.
#[derive(Debug, Clone, Args)]
pub struct Demo {
    /// Where and how to serve.
    #[command(flatten)]
    pub serve: Serve,
    /// Fill the folder and end, without serving.
    #[arg(long)]
    pub fill_only: bool,
    /// Leave the recorded trainings out.
    #[arg(long)]
    pub no_recordings: bool,
    /// Leave out the training that runs while the demo is open.
    #[arg(long)]
    pub no_live: bool,
    /// Also fill in an experiment of made-up runs, such as 500x10000, or 500x10000x200 with 200 params each; may be given
    /// more than once.
    #[arg(long, value_name = "RUNSxSTEPS[xPARAMS]")]
    pub synthetic: Vec<Scale>,
    /// Also fill in an experiment of made-up long runs, each with one spike, such as 3x1000000.
    #[arg(long, value_name = "RUNSxSTEPS")]
    pub synthetic_long: Vec<Scale>,
}

/// The options of `throughline export`.
#[derive(Debug, Clone, Args)]
pub struct Export {
    /// The experiment's name.
    #[arg(long, env = "THROUGHLINE_EXPERIMENT")]
    pub experiment: String,
    /// The file to write; its ending says the form: .csv, .jsonl or .parquet.
    #[arg(long, env = "THROUGHLINE_OUT", value_name = "FILE")]
    pub out: PathBuf,
    /// Only runs that pass this query, such as `metrics@min.loss < 0.1`.
    #[arg(long, env = "THROUGHLINE_FILTER", default_value = "")]
    pub filter: String,
    /// The columns of the runs, comma-separated, such as params.lr,metrics@min.loss; all if not given.
    #[arg(long, env = "THROUGHLINE_COLUMNS", value_delimiter = ',', conflicts_with = "points")]
    pub columns: Option<Vec<Column>>,
    /// Write metric points instead, a row each.
    #[arg(long, env = "THROUGHLINE_POINTS")]
    pub points: bool,
    /// The metrics whose points are written, comma-separated; all if not given.
    #[arg(long, env = "THROUGHLINE_METRICS", value_delimiter = ',', requires = "points")]
    pub metrics: Vec<String>,
    /// The folder that holds the store. A server may be serving it.
    #[arg(long, env = "THROUGHLINE_DATA", default_value = "throughline-data")]
    pub data: PathBuf,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_has_a_folder_of_its_own() {
        for (line, folder) in [
            ("throughline serve", Some("throughline-data")),
            ("throughline demo", Some("throughline-demo")),
            ("throughline demo --data here --synthetic 20x100 --synthetic 5x1000 --fill-only", Some("here")),
            ("throughline demo --synthetic 20", None),
            (
                "throughline export --experiment e --out e.csv --columns params.lr,metrics@min.a",
                Some("throughline-data"),
            ),
            ("throughline export --experiment e --out e.csv --columns lr", None),
            ("throughline export --experiment e --out e.csv --metrics loss", None),
            ("throughline", None),
        ] {
            let matches = command().try_get_matches_from(line.split(' '));
            let read = matches.ok().map(|matches| match Cli::from_arg_matches(&matches).unwrap().command {
                Command::Serve(serve) => serve.data,
                Command::Demo(demo) => demo.serve.data,
                Command::Export(export) => export.data,
                Command::Share(_) | Command::Render(_) => panic!("{line} serves nothing"),
            });
            assert_eq!(read, folder.map(PathBuf::from), "{line}");
        }
    }
}
