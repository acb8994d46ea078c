use super::*;
use crate::store::search::tests::filled;
use ::parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};
use data::frame::RunSet;
use std::{collections::BTreeMap, fs::File};

/// The file that is asked for, on the disk.
async fn written(store: &Store, format: ExportFormat, what: Exported) -> (tempfile::TempDir, std::path::PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(format!("file.{}", format.ending()));
    let run_set = RunSet { experiments: vec!["1".into()], filter: "metrics.acc > -1".into(), ..RunSet::default() };
    let export = Export::new(store, ExportRequest { run_set, what, format }).await.unwrap();
    let (file, runtime) = (File::create(&path).unwrap(), Handle::current());
    tokio::task::spawn_blocking(move || export.write(file, &runtime)).await.unwrap().unwrap();
    (dir, path)
}

fn runs(columns: &[&str]) -> Exported {
    let columns = columns.iter().map(|text| text.parse().unwrap()).collect();
    Exported::Runs { columns: Some(columns), order_by: vec!["params.lr, run_id".into()] }
}

/// Each row of a Parquet file as texts by column.
fn parquet_rows(path: &std::path::Path) -> Vec<BTreeMap<String, String>> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let text = |field: &Field| match field {
        Field::Str(text) => text.clone(),
        Field::Double(y) => format!("{y}"),
        Field::Long(n) | Field::TimestampMillis(n) => n.to_string(),
        Field::Null => String::new(),
        other => panic!("{other:?}"),
    };
    let row =
        |row: ::parquet::record::Row| row.get_column_iter().map(|(name, field)| (name.clone(), text(field))).collect();
    reader.get_row_iter(None).unwrap().map(|found| row(found.unwrap())).collect()
}

/// The same of CSV without quotes in it.
fn csv_rows(path: &std::path::Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let mut lines = text.split_terminator("\r\n").map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>());
    let names = lines.next().unwrap();
    lines.map(|line| names.iter().cloned().zip(line).collect()).collect()
}

/// The same of JSON lines.
fn jsonl_rows(path: &std::path::Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let cell = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text.replace("Infinity", "inf"),
        serde_json::Value::Number(number) => match number.as_i64() {
            Some(whole) => whole.to_string(),
            None => format!("{}", number.as_f64().unwrap()),
        },
        other => panic!("{other}"),
    };
    let row = |line: &str| {
        let row: BTreeMap<String, serde_json::Value> = serde_json::from_str(line).unwrap();
        row.into_iter().map(|(name, value)| (name, cell(value))).collect()
    };
    text.lines().map(row).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_forms_say_the_same_of_runs() {
    let (_dir, store) = filled().await;
    let what = runs(&[
        "attributes.start_time",
        "attributes.end_time",
        "params.lr",
        "params.batch size",
        "metrics.acc",
        "metrics@max.acc",
        "metrics@step:-2.acc",
        "tags.note",
        "params.lr",
    ]);
    let (_csv, csv) = written(&store, ExportFormat::Csv, what.clone()).await;
    let (_jsonl, jsonl) = written(&store, ExportFormat::Jsonl, what.clone()).await;
    let (_parquet, parquet) = written(&store, ExportFormat::Parquet, what).await;
    let rows = csv_rows(&csv);
    assert_eq!(rows.len(), 44, "those that are not in the trash and have a number");
    assert_eq!(rows[0].len(), 10, "a column stands once");
    assert!(rows.is_sorted_by_key(|row| row["params.lr"].parse::<f64>().unwrap() as f32));
    assert_eq!(parquet_rows(&parquet), rows);
    let without_missing = |row: &BTreeMap<String, String>| -> BTreeMap<String, String> {
        let found = row.iter().filter(|(_, text)| !text.is_empty());
        found.map(|(name, text)| (name.clone(), text.replace(".0", ""))).collect()
    };
    let plain = |rows: Vec<BTreeMap<String, String>>| rows.iter().map(without_missing).collect::<Vec<_>>();
    assert_eq!(plain(jsonl_rows(&jsonl)), plain(rows));
}

#[tokio::test(flavor = "multi_thread")]
async fn all_forms_say_the_same_of_points() {
    let (_dir, store) = filled().await;
    let what = Exported::Points { metrics: vec![] };
    let (_csv, csv) = written(&store, ExportFormat::Csv, what.clone()).await;
    let (_parquet, parquet) = written(&store, ExportFormat::Parquet, what.clone()).await;
    let (_jsonl, jsonl) = written(&store, ExportFormat::Jsonl, what).await;
    let rows = csv_rows(&csv);
    assert!(
        rows.len() > 100
            && rows.iter().any(|row| row["value"] == "NaN")
            && rows.iter().any(|row| row["value"] == "-inf")
    );
    assert_eq!(parquet_rows(&parquet), rows);
    assert_eq!(jsonl_rows(&jsonl).len(), rows.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_found_is_a_file_all_the_same() {
    let (_dir, store) = filled().await;
    for format in ExportFormat::ALL {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("empty");
        let run_set =
            RunSet { experiments: vec!["1".into()], filter: "params.lr = 'none'".into(), ..RunSet::default() };
        let what = Exported::Runs { columns: None, order_by: vec![] };
        let export = Export::new(&store, ExportRequest { run_set, what, format }).await.unwrap();
        assert_eq!(export.runs(), 0);
        let (file, runtime) = (File::create(&path).unwrap(), Handle::current());
        tokio::task::spawn_blocking(move || export.write(file, &runtime)).await.unwrap().unwrap();
        match format {
            ExportFormat::Csv => assert!(csv_rows(&path).is_empty()),
            ExportFormat::Jsonl => assert!(jsonl_rows(&path).is_empty()),
            ExportFormat::Parquet => assert!(parquet_rows(&path).is_empty()),
        }
    }
}
