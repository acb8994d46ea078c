//! Run sets as files.

use crate::{column::Column, frame::RunSet};
use serde::{Deserialize, Serialize};

/// The form of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// Comma-separated values, the first line names the columns.
    Csv,
    /// One JSON object a line; what is missing has no entry.
    Jsonl,
    /// Apache Parquet, compressed with Zstandard.
    Parquet,
}

impl ExportFormat {
    /// All of them.
    pub const ALL: [ExportFormat; 3] = [ExportFormat::Csv, ExportFormat::Jsonl, ExportFormat::Parquet];

    /// How a file's name ends, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            ExportFormat::Csv => "csv",
            ExportFormat::Jsonl => "jsonl",
            ExportFormat::Parquet => "parquet",
        }
    }

    /// The form that a file's name asks for by its ending, or `None`.
    pub fn of_name(name: &str) -> Option<ExportFormat> {
        let (_, ending) = name.rsplit_once('.')?;
        ExportFormat::ALL.into_iter().find(|format| format.ending().eq_ignore_ascii_case(ending))
    }

    /// Its media type.
    pub fn media(self) -> &'static str {
        match self {
            ExportFormat::Csv => "text/csv; charset=utf-8",
            ExportFormat::Jsonl => "application/jsonl",
            ExportFormat::Parquet => "application/vnd.apache.parquet",
        }
    }
}

/// What a file says of the runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "of", rename_all = "snake_case", deny_unknown_fields)]
pub enum Exported {
    /// A row a run.
    Runs {
        /// The columns beside the run's id and its experiment's; all that the runs' experiments have if not given.
        #[serde(default)]
        columns: Option<Vec<Column>>,
        /// Sort keys as for runs.
        #[serde(default)]
        order_by: Vec<String>,
    },
    /// A row a point, in the order in which the points of a series arrived.
    Points {
        /// The metrics; none means all.
        #[serde(default)]
        metrics: Vec<String>,
    },
}

/// `POST /api/export`, and `GET` with this as JSON in `request`: a run set as a file.
///
/// Times and durations are milliseconds, since 1970 UTC where they are times; Parquet has them as timestamps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportRequest {
    /// The runs.
    pub run_set: RunSet,
    /// What the file says of them.
    pub what: Exported,
    /// Its form.
    pub format: ExportFormat,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_its_form() {
        for (name, format) in [
            ("runs.csv", Some(ExportFormat::Csv)),
            ("a/b.c/runs.PARQUET", Some(ExportFormat::Parquet)),
            ("runs.csv.jsonl", Some(ExportFormat::Jsonl)),
            ("runs", None),
            ("runs.xlsx", None),
        ] {
            assert_eq!(ExportFormat::of_name(name), format, "{name}");
        }
    }
}
