//! A run and an experiment, as the app lists them.

use crate::{brush::Brushes, column::Column, groups::GroupValue, series::JsonNumber};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// A run's identity: 128 bits, written as 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct RunId(pub u128);

impl RunId {
    /// The first eight digits, enough to name a run among its neighbours.
    pub fn short(self) -> String {
        format!("{:08x}", (self.0 >> 96) as u32)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

/// The text is not 32 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a run id is 32 hexadecimal digits")]
pub struct NotARunId;

impl FromStr for RunId {
    type Err = NotARunId;

    fn from_str(text: &str) -> Result<Self, NotARunId> {
        if text.len() != 32 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NotARunId);
        }
        u128::from_str_radix(text, 16).map(RunId).map_err(|_| NotARunId)
    }
}

impl Serialize for RunId {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RunId {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(from)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What became of a run. The names are MLflow's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum RunStatus {
    /// It still logs, or nobody said that it ended.
    #[default]
    Running,
    /// It waits to start.
    Scheduled,
    /// It ended well.
    Finished,
    /// It ended with an error.
    Failed,
    /// Somebody stopped it.
    Killed,
}

impl RunStatus {
    /// MLflow's name, upper case.
    pub fn name(self) -> &'static str {
        match self {
            RunStatus::Running => "RUNNING",
            RunStatus::Scheduled => "SCHEDULED",
            RunStatus::Finished => "FINISHED",
            RunStatus::Failed => "FAILED",
            RunStatus::Killed => "KILLED",
        }
    }

    /// The status of MLflow's name, or `None`.
    pub fn of_name(name: &str) -> Option<Self> {
        use RunStatus::*;
        [Running, Scheduled, Finished, Failed, Killed].into_iter().find(|s| s.name() == name)
    }
}

/// The latest value of one metric.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LatestMetric {
    /// The value, which may be NaN or infinite.
    pub value: JsonNumber,
    /// The step at which it was logged.
    pub step: i64,
    /// When it was logged, milliseconds since 1970 UTC.
    pub time_millis: i64,
}

/// One run as a row: everything but its series.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunRow {
    /// The run's id.
    pub run_id: RunId,
    /// The experiment it belongs to.
    pub experiment_id: String,
    /// Its name.
    pub name: String,
    /// What became of it.
    pub status: RunStatus,
    /// Who logged it, empty if unknown.
    pub user: String,
    /// When it started, milliseconds since 1970 UTC.
    pub start_millis: i64,
    /// When it ended, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end_millis: Option<i64>,
    /// Its place in the palette of runs: how many runs its experiment had before it. It never changes, so
    /// the run has one colour everywhere and for ever, and runs made one after the other differ most.
    pub color: u32,
    /// Whether it lies in the trash.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// Inputs fixed at start, by name.
    #[serde(default)]
    pub params: BTreeMap<String, String>,
    /// Latest metrics by name.
    #[serde(default)]
    pub metrics: BTreeMap<String, LatestMetric>,
    /// Other numbers of metrics, of the columns that were asked for; a run that lacks one has no entry.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub summaries: BTreeMap<Column, JsonNumber>,
    /// Tags by name, MLflow's own among them.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// `POST /api/runs`: which runs, in which order, and which window of them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RunsRequest {
    /// Experiment ids to search; none finds nothing.
    pub experiments: Vec<String>,
    /// A filter in the search language of [`crate::query`]; empty for all.
    pub filter: String,
    /// Only runs that have exactly this in these columns: the runs of a group, or of a group in a group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<(Column, GroupValue)>,
    /// Only runs that pass these brushes.
    #[serde(skip_serializing_if = "Brushes::is_empty")]
    pub brushes: Brushes,
    /// Looks in the trash, and nowhere else.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub trash: bool,
    /// Sort keys, each as `metrics.loss ASC` or several parted by commas; empty for newest first.
    pub order_by: Vec<String>,
    /// How many matching runs to skip.
    pub offset: u64,
    /// How many to answer at most, 1..=10,000; 0 means 1,000.
    pub limit: u32,
    /// Leave params, metrics and tags out of the rows.
    pub brief: bool,
    /// The columns that the rows have beside what a run says of itself; all params, latest metrics and tags if not
    /// given. Summaries of metrics come only where they are named here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<Column>>,
}

/// The answer to [`RunsRequest`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RunsPage {
    /// How many runs match in all.
    pub total: u64,
    /// The window that was asked for.
    pub runs: Vec<RunRow>,
    /// Where these are only the first of many, because a link shows no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut: Option<Cut>,
}

/// The first of many runs, where a limit leaves the others out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// How many there are.
    pub shown: u64,
    /// Of how many.
    pub of: u64,
}

impl RunsPage {
    /// These runs as the first of all, where there are more that will never be asked for.
    pub fn cut(&self) -> Option<Cut> {
        self.cut.or_else(|| Cut::of(self.runs.len(), self.total.saturating_sub(self.runs.len() as u64)))
    }
}

impl Cut {
    /// The first `shown` of runs of which `left_out` more are not shown; `None` if none are left out.
    pub fn of(shown: usize, left_out: u64) -> Option<Cut> {
        let shown = shown as u64;
        (left_out > 0).then_some(Cut { shown, of: shown + left_out })
    }
}

/// An experiment as a row of the experiments page: `GET /api/experiments`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ExperimentRow {
    /// Its id, a decimal text.
    pub experiment_id: String,
    /// Its name.
    pub name: String,
    /// A description in Markdown, from the tag `mlflow.note.content`.
    #[serde(default)]
    pub description: String,
    /// How many runs it has, the trash left out.
    pub runs: u64,
    /// How many of them are running.
    pub running: u64,
    /// When something last changed in it, milliseconds since 1970 UTC.
    pub updated_millis: i64,
}

/// A metric of an experiment: `GET /api/experiments/{id}/metrics`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricRow {
    /// Its full name, such as `train/loss`.
    pub metric: String,
    /// How many runs logged it, the trash left out.
    pub runs: u64,
    /// The largest step in it.
    pub max_step: i64,
}

/// An artifact of a run: `GET /api/runs/{run}/artifacts?path=`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ArtifactRow {
    /// Its path in the run, parts parted by `/`.
    pub path: String,
    /// Whether it is a folder.
    pub is_dir: bool,
    /// Its size in bytes; `None` for a folder.
    pub bytes: Option<u64>,
}

/// What a watcher hears from `GET /api/live?experiment={id}`: each event's data, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum LiveEvent {
    /// The stream is open; the state is this version or later.
    Hello {
        /// The version of the whole store.
        version: u64,
    },
    /// Some series grew: any of these metrics in any of these runs.
    Grew {
        /// The version after the growth.
        version: u64,
        /// The runs.
        runs: Vec<RunId>,
        /// The metrics.
        metrics: Vec<String>,
    },
    /// Runs were made, or changed in what a [`RunRow`] says.
    Runs {
        /// The version after the change.
        version: u64,
        /// The runs.
        runs: Vec<RunId>,
    },
    /// Events were missed: ask for everything again.
    Resync,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_id_is_exactly_32_hex_digits() {
        for (text, good) in [
            ("00000000000000000000000000000001", true),
            ("ABCDEF00000000000000000000000001", true),
            ("", false),
            ("1", false),
            ("+0000000000000000000000000000001", false),
            ("0000000000000000000000000000000g", false),
            ("../../../../../../../etc/passwd0", false),
        ] {
            assert_eq!(text.parse::<RunId>().is_ok(), good, "{text}");
        }
        assert_eq!(RunId(1).to_string().parse(), Ok(RunId(1)));
    }
}
