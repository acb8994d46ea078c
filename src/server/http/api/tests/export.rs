//! Run sets as files, through the API.

use super::*;
use crate::store::values;
use ::parquet::{
    file::reader::{FileReader, SerializedFileReader},
    record::Field,
};

impl Server {
    /// An experiment of three runs with `lr` 1, 2 and 3, the last of them without points of `loss`.
    async fn three_runs(&self) -> i64 {
        let eid = self.experiment("three").await;
        for n in 1..=3_u128 {
            let run = self.run(eid, n).await;
            let params = vec![("lr".to_owned(), n.to_string())];
            self.state.store.write(move |tx| values::log_params(tx, run, &params)).await.unwrap();
            if n < 3 {
                self.log(run, "loss", 0..4).await;
            }
        }
        eid
    }
}

fn asked(eid: i64, format: &str, what: Value) -> Value {
    json!({"run_set": {"experiments": [eid.to_string()]}, "what": what, "format": format})
}

fn runs_by_lr() -> Value {
    json!({"of": "runs", "columns": ["params.lr", "metrics.loss"], "order_by": ["params.lr DESC"]})
}

#[tokio::test]
async fn a_run_set_leaves_in_each_form_by_link_and_by_post() {
    let server = Server::start();
    let eid = server.three_runs().await;
    for (format, media) in [
        ("csv", "text/csv; charset=utf-8"),
        ("jsonl", "application/jsonl"),
        ("parquet", "application/vnd.apache.parquet"),
    ] {
        let request = asked(eid, format, runs_by_lr()).to_string();
        let post = Request::post("/api/export").body(Body::from(request.clone())).unwrap();
        let (status, headers, posted) = server.send(post).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (StatusCode::OK, media));
        let name = format!("attachment; filename=\"runs.{format}\"");
        assert_eq!(headers["content-disposition"].to_str().unwrap(), name);
        let encoded: String = request.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let get = Request::get(format!("/api/export?request={encoded}")).body(Body::empty()).unwrap();
        let (status, _, got) = server.send(get).await;
        assert_eq!((status, got.len()), (StatusCode::OK, posted.len()), "{format}");
        let lrs: Vec<String> = match format {
            "csv" => {
                let text = std::str::from_utf8(&posted).unwrap();
                let lines: Vec<&str> = text.split_terminator("\r\n").collect();
                assert!(lines[0].ends_with("params.lr,metrics.loss"), "{}", lines[0]);
                assert!(lines[1].ends_with(",3,") && lines[2].ends_with(",2,3"), "{text}");
                lines[1..].iter().filter_map(|line| line.rsplit(',').nth(1).map(str::to_owned)).collect()
            }
            "jsonl" => {
                let rows = posted.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
                let rows: Vec<Value> = rows.map(|line| serde_json::from_slice(line).unwrap()).collect();
                assert_eq!((&rows[0]["metrics.loss"], &rows[1]["metrics.loss"]), (&Value::Null, &json!(3.0)));
                rows.iter().map(|row| row["params.lr"].as_str().unwrap().to_owned()).collect()
            }
            _ => {
                let reader = SerializedFileReader::new(posted).unwrap();
                let lr = |row: ::parquet::record::Row| {
                    row.get_column_iter().find_map(|(name, field)| match field {
                        Field::Str(text) if name == "params.lr" => Some(text.clone()),
                        _ => None,
                    })
                };
                reader.get_row_iter(None).unwrap().filter_map(|row| lr(row.unwrap())).collect()
            }
        };
        assert_eq!(lrs, ["3", "2", "1"], "{format}");
    }
}

#[tokio::test]
async fn a_file_holds_what_filter_and_brushes_let_through_or_every_point() {
    let server = Server::start();
    let eid = server.three_runs().await;
    let lines = async |request: &Value| {
        let (status, _, body) =
            server.send(Request::post("/api/export").body(Body::from(request.to_string())).unwrap()).await;
        assert_eq!(status, StatusCode::OK);
        String::from_utf8(body.to_vec()).unwrap().lines().count() - 1
    };
    let mut request = asked(eid, "csv", runs_by_lr());
    assert_eq!(lines(&request).await, 3);
    request["run_set"]["brushes"] = json!({"params.lr": {"ranges": [[1.5, 9.0]]}});
    assert_eq!(lines(&request).await, 2);
    request["run_set"]["filter"] = json!("metrics.loss > 0");
    assert_eq!(lines(&request).await, 1);
    assert_eq!(lines(&asked(eid, "csv", json!({"of": "points", "metrics": ["loss"]}))).await, 8);

    for (name, change, status) in [
        ("no such form", ("format", json!("xlsx")), StatusCode::BAD_REQUEST),
        ("no such experiment", ("run_set", json!({"experiments": ["99"]})), StatusCode::NOT_FOUND),
        ("a filter that cannot be read", ("run_set", json!({"filter": "lr <"})), StatusCode::BAD_REQUEST),
        ("no column", ("what", json!({"of": "runs", "columns": ["lr"]})), StatusCode::BAD_REQUEST),
    ] {
        let mut bad = asked(eid, "csv", runs_by_lr());
        bad[change.0] = change.1;
        assert_eq!(server.post("/api/export", &bad).await.0, status, "{name}");
    }
    assert_eq!(server.get("/api/export?request=%7B").await.0, StatusCode::BAD_REQUEST);
}
