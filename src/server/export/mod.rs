//! Run sets as files: written row by row, never held as a whole.
//!
//! - `text`: CSV and JSON lines
//! - `parquet`: Parquet

mod parquet;
#[cfg(test)]
mod tests;
mod text;

use crate::store::{Store, StoreError, rows::Told};
use data::{
    column::{Attribute, Cell, Column},
    export::{ExportFormat, ExportRequest, Exported},
    run::RunRow,
};
use std::{
    io::{Error, Write},
    sync::Arc,
};
use tokio::runtime::Handle;

/// How many runs are read at a time.
const PAGE: usize = 500;

/// What a column of a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    /// A whole number.
    Whole,
    /// Milliseconds since 1970 UTC.
    Time,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq)]
struct Head {
    name: String,
    kind: Kind,
}

impl Head {
    fn new(name: &str, kind: Kind) -> Head {
        Head { name: name.to_owned(), kind }
    }

    fn of(column: &Column) -> Head {
        let kind = match column {
            Column::Attribute(Attribute::Start | Attribute::End) => Kind::Time,
            Column::Attribute(Attribute::Duration) => Kind::Whole,
            Column::Attribute(Attribute::Name | Attribute::Status | Attribute::User)
            | Column::Param(_)
            | Column::Tag(_) => Kind::Text,
            Column::Metric(_) | Column::Summary(..) => Kind::Number,
        };
        Head { name: column.to_string(), kind }
    }
}

/// One cell of a file. Fits the kind of its column.
#[derive(Debug, Clone, PartialEq)]
enum Datum {
    Missing,
    Text(Arc<str>),
    Number(f64),
    /// A whole number or a time.
    Whole(i64),
}

/// Where rows go.
trait Sink {
    /// Takes one row, with a datum for each column.
    fn row(&mut self, row: &[Datum]) -> Result<(), Error>;
    /// Writes what is left.
    fn finish(self: Box<Self>) -> Result<(), Error>;
}

/// A file that can be written: its runs are found, and its columns known.
pub struct Export {
    store: Store,
    format: ExportFormat,
    rids: Vec<i64>,
    rows: Rows,
}

enum Rows {
    Runs(Vec<Column>),
    Points(Vec<String>),
}

impl Export {
    /// Finds what `request` asks for. Refuses what cannot be read, and unknown experiments and columns too many.
    pub async fn new(store: &Store, request: ExportRequest) -> Result<Export, StoreError> {
        let ExportRequest { run_set, what, format } = request;
        let (order, rows) = match what {
            Exported::Runs { columns, order_by } => {
                let columns = match columns {
                    Some(columns) => columns,
                    None => store.columns_of(run_set.clone()).await?,
                };
                (order_by, Rows::Runs(distinct(columns)))
            }
            Exported::Points { metrics } if metrics.is_empty() => {
                let columns = store.columns_of(run_set.clone()).await?;
                (Vec::new(), Rows::Points(columns.iter().filter_map(Column::metric).map(str::to_owned).collect()))
            }
            Exported::Points { metrics } => (Vec::new(), Rows::Points(distinct(metrics))),
        };
        if let Rows::Runs(columns) = &rows {
            crate::store::run_sets::check_columns(columns)?;
        }
        let rids = store.rids_of(run_set, order).await?;
        Ok(Export { store: store.clone(), format, rids, rows })
    }

    /// How many runs it tells of.
    pub fn runs(&self) -> usize {
        self.rids.len()
    }

    /// Writes the file into `out`. Blocks; the store is asked inside `runtime`.
    pub fn write(&self, out: impl Write + Send + 'static, runtime: &Handle) -> Result<(), Error> {
        let heads = self.heads();
        let mut sink: Box<dyn Sink> = match self.format {
            ExportFormat::Csv => Box::new(text::Csv::new(out, &heads)?),
            ExportFormat::Jsonl => Box::new(text::Jsonl::new(out, &heads)),
            ExportFormat::Parquet => Box::new(parquet::Parquet::new(out, &heads)?),
        };
        let failed = |error: StoreError| Error::other(error.to_string());
        for page in self.rids.chunks(PAGE) {
            let told = match &self.rows {
                Rows::Runs(columns) => Told::Columns(columns.clone()),
                Rows::Points(_) => Told::Brief,
            };
            for row in runtime.block_on(self.store.rows_of(page.to_vec(), told)).map_err(failed)? {
                match &self.rows {
                    Rows::Runs(columns) => sink.row(&run_cells(&row, columns))?,
                    Rows::Points(metrics) => {
                        for metric in metrics {
                            self.points(&row, metric, &mut *sink, runtime)?;
                        }
                    }
                }
            }
        }
        sink.finish()
    }

    fn heads(&self) -> Vec<Head> {
        match &self.rows {
            Rows::Runs(columns) => {
                let ids = [Head::new("run_id", Kind::Text), Head::new("experiment_id", Kind::Text)];
                ids.into_iter().chain(columns.iter().map(Head::of)).collect()
            }
            Rows::Points(_) => vec![
                Head::new("run_id", Kind::Text),
                Head::new("run_name", Kind::Text),
                Head::new("metric", Kind::Text),
                Head::new("step", Kind::Whole),
                Head::new("time", Kind::Time),
                Head::new("value", Kind::Number),
            ],
        }
    }

    fn points(&self, run: &RunRow, metric: &str, sink: &mut dyn Sink, runtime: &Handle) -> Result<(), Error> {
        let rid = crate::store::metrics::rid_of(run.run_id);
        let points =
            runtime.block_on(self.store.history(rid, metric)).map_err(|error| Error::other(error.to_string()))?;
        let text = |text: &str| Datum::Text(text.into());
        let mut row = vec![text(&run.run_id.to_string()), text(&run.name), text(metric)];
        row.resize(6, Datum::Missing);
        for point in points {
            row[3] = Datum::Whole(point.step);
            row[4] = Datum::Whole(point.time_millis);
            row[5] = Datum::Number(point.value);
            sink.row(&row)?;
        }
        Ok(())
    }
}

/// The same without what stood before.
fn distinct<T: Clone + Ord>(mut list: Vec<T>) -> Vec<T> {
    let mut seen = std::collections::BTreeSet::new();
    list.retain(|one| seen.insert(one.clone()));
    list
}

fn run_cells(row: &RunRow, columns: &[Column]) -> Vec<Datum> {
    let text = |text: &str| Datum::Text(text.into());
    let owned = |found: Option<&String>| found.map_or(Datum::Missing, |found| text(found));
    let cell = |column: &Column| match (column, column.cell(row)) {
        // Params and tags are texts as they were logged.
        (Column::Param(name), _) => owned(row.params.get(name)),
        (Column::Tag(name), _) => owned(row.tags.get(name)),
        (_, Cell::Missing) => Datum::Missing,
        (_, Cell::Text(found)) => text(found),
        (Column::Attribute(_), Cell::Number(y)) => Datum::Whole(y as i64),
        (_, Cell::Number(y)) => Datum::Number(y),
    };
    let ids = [text(&row.run_id.to_string()), text(&row.experiment_id)];
    ids.into_iter().chain(columns.iter().map(cell)).collect()
}
