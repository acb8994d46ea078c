//! Pages of lists and histories.

use super::*;

#[tokio::test]
async fn pages_hold_everything_once() {
    let api = Api::new().await;
    let mut made = Vec::new();
    for _ in 0..7 {
        made.push(api.run().await);
    }
    made.sort();
    for size in [1, 3, 7, 8] {
        let mut found = Vec::new();
        let mut token = Value::Null;
        let mut pages = 0;
        loop {
            let page = api
                .post("runs/search", json!({"experiment_ids": ["0", "0"], "max_results": size, "page_token": token}))
                .await;
            found.extend(
                page["runs"].as_array().unwrap().iter().map(|r| r["info"]["run_id"].as_str().unwrap().to_owned()),
            );
            token = page["next_page_token"].clone();
            pages += 1;
            if token.is_null() {
                break;
            }
        }
        assert_eq!(found, made, "runs that start together come by id, pages of {size}");
        assert_eq!(pages, 7usize.div_ceil(size), "no empty page after a full one");
    }
    let first = api.get("experiments/search?max_results=1").await;
    assert_eq!(first["experiments"][0]["name"], "Default");
    assert_eq!(first["next_page_token"], Value::Null);
}

#[tokio::test]
async fn history_comes_by_time_and_in_pages() {
    let api = Api::new().await;
    let run = api.run().await;
    let points: Vec<_> = (0..10).map(|n| json!({"key": "m", "value": n, "timestamp": 100 - n, "step": n})).collect();
    api.post("runs/log-batch", json!({"run_id": run, "metrics": points})).await;
    let steps = |answer: &Value| -> Vec<i64> {
        answer["metrics"].as_array().unwrap().iter().map(|m| m["step"].as_i64().unwrap()).collect()
    };
    let path = format!("metrics/get-history?run_id={run}&metric_key=m&max_results=4");
    let first = api.get(&path).await;
    assert_eq!(steps(&first), [9, 8, 7, 6]);
    let token = first["next_page_token"].as_str().unwrap();
    let second = api.get(&format!("{path}&page_token={token}")).await;
    assert_eq!(steps(&second), [5, 4, 3, 2]);
    let token = second["next_page_token"].as_str().unwrap();
    let last = api.get(&format!("{path}&page_token={token}")).await;
    assert_eq!(steps(&last), [1, 0]);
    assert_eq!(last["next_page_token"], Value::Null);

    let spread = format!("metrics/get-history-bulk-interval?run_ids={run}&run_ids=unknown&metric_key=m&max_results=4");
    let spread_answer = api.get(&spread).await;
    assert_eq!(steps(&spread_answer), [0, 3, 6, 9]);
    assert_eq!(spread_answer["metrics"][0]["run_id"], json!(run));
    assert_eq!(steps(&api.get(&format!("{spread}&start_step=2&end_step=4")).await), [2, 3, 4]);
    let bulk = api
        .get(&format!("/ajax-api/2.0/mlflow/metrics/get-history-bulk?run_id={run}&metric_key=m&max_results=3"))
        .await;
    assert_eq!(steps(&bulk), [9, 8, 7]);
}
