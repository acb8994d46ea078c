//! Readers who filter, order and group what a link shows, by what it shows.

use super::*;

impl World {
    /// The world with a depth and a score that differ from run to run.
    async fn varied() -> World {
        let world = World::new().await;
        for (n, &run) in (1..).zip(&world.runs) {
            let change = world.server.state.store.write(move |tx| {
                values::log_param(tx, run, "depth", &(n % 3).to_string())?;
                values::set_tag(tx, run, "note", ["zeta", "eta", "theta", "eta"][n - 1])
            });
            change.await.unwrap();
            world.server.log(run, "score", 0..n as i64).await;
        }
        world
    }

    /// The numbers of the runs that are answered, by their names; the status, where that is none.
    async fn numbers(&self, token: &str, asked: Value) -> Result<Vec<u32>, u16> {
        let (status, page) = self.server.post(&format!("/api/shared/{token}/runs"), &asked).await;
        if !status.is_success() {
            return Err(status.as_u16());
        }
        let number = |row: &Value| row["name"].as_str().unwrap().rsplit('-').next().unwrap().parse().unwrap();
        Ok(page["runs"].as_array().unwrap().iter().map(number).collect())
    }
}

#[tokio::test]
async fn a_reader_chooses_by_what_a_table_shows() {
    let world = World::varied().await;
    let view = json!({"table": {"columns": ["params.depth", "metrics.score", "metrics@max.score"]}});
    for frozen in [false, true] {
        let token = world.share(view.clone(), "table", json!({"frozen": frozen})).await;
        for (name, asked, expected) in [
            ("all in its order", json!({}), Ok(&[4, 3, 2, 1][..])),
            ("by a param", json!({"order_by": ["params.depth ASC"]}), Ok(&[3, 4, 1, 2])),
            ("by a metric", json!({"order_by": ["metrics.score ASC"]}), Ok(&[1, 2, 3, 4])),
            ("by the greatest", json!({"order_by": ["metrics@max.score DESC"]}), Ok(&[4, 3, 2, 1])),
            ("by a bound on the greatest", json!({"filter": "metrics@max.score < 2"}), Ok(&[2, 1])),
            ("by name", json!({"order_by": ["attributes.run_name ASC"]}), Ok(&[1, 2, 3, 4])),
            ("a window", json!({"order_by": ["metrics.score"], "offset": 1, "limit": 2}), Ok(&[2, 3])),
            ("filtered", json!({"filter": "metrics.score >= 2"}), Ok(&[4, 3])),
            ("by a pattern", json!({"filter": "attributes.run_name ~ '[12]$' OR params.depth = '0'"}), Ok(&[3, 2, 1])),
            ("brushed", json!({"brushes": {"metrics.score": {"ranges": [[1.0, 2.0]]}}}), Ok(&[3, 2])),
            ("brushed by a hidden param", json!({"brushes": {"params.data": {"values": ["x"]}}}), Err(403)),
            ("of a group", json!({"within": [["params.depth", "1"]]}), Ok(&[4, 1])),
            ("by a hidden param", json!({"filter": "params.data LIKE '/home/a%'"}), Err(403)),
            ("by a hidden tag", json!({"order_by": ["tags.team"]}), Err(403)),
            ("by a hidden metric", json!({"order_by": ["metrics.`train/loss`"]}), Err(403)),
            ("by a user", json!({"filter": "user_id = 'adalovelace'"}), Err(403)),
            ("by where artifacts lie", json!({"filter": "attributes.artifact_uri LIKE '%s3cret%'"}), Err(403)),
            ("by a dataset", json!({"filter": "dataset.name = 'x'"}), Err(403)),
            ("of a hidden group", json!({"within": [["params.data", "/home/adalovelace/s3cret"]]}), Err(403)),
            ("in the trash", json!({"trash": true}), Err(403)),
            ("by nonsense", json!({"filter": "metrics."}), Err(400)),
            ("in no order", json!({"order_by": ["score upwards"]}), Err(400)),
        ] {
            let found = world.numbers(&token, asked).await;
            assert_eq!(found, expected.map(<[u32]>::to_vec), "{name}, {frozen}");
        }
        let groups = format!("/api/shared/{token}/groups");
        let by_depth =
            json!({"by": ["params.depth"], "columns": ["metrics.score"], "order_by": ["metrics.score DESC"]});
        let page = world.server.post(&groups, &by_depth).await.1;
        let keys: Vec<_> = page["groups"].as_array().unwrap().iter().map(|group| &group["key"][0]).collect();
        assert_eq!((&page["runs"], keys), (&json!(4), vec![&json!("0"), &json!("1"), &json!("2")]), "{page}");
        for (name, asked, status) in [
            ("by a hidden tag", json!({"by": ["tags.team"]}), 403),
            ("with a hidden column", json!({"by": ["params.depth"], "columns": ["params.data"]}), 403),
            (
                "of what a hidden tag finds",
                json!({"by": ["params.depth"], "run_set": {"filter": "tags.team = 'x'"}}),
                403,
            ),
            ("of another experiment", json!({"by": ["params.depth"], "run_set": {"experiments": ["0"]}}), 403),
            ("by nothing", json!({}), 400),
            ("in an order that is not told", json!({"by": ["params.depth"], "order_by": ["attributes.run_name"]}), 400),
        ] {
            assert_eq!(world.server.post(&groups, &asked).await.0.as_u16(), status, "{name}");
        }
    }
}

#[tokio::test]
async fn frames_are_answered_for_what_a_filter_finds() {
    let world = World::varied().await;
    let token = world.share(json!({"color_by": "params.depth"}), "", json!({})).await;
    let path = format!("/api/shared/{token}/frames");
    for (name, set, shown) in [
        ("all", json!({}), Some(4)),
        ("of one depth", json!({"filter": "params.depth = '1'"}), Some(2)),
        ("of one depth among two", json!({"filter": "params.depth = '1'", "runs": [world.runs[0].id]}), Some(1)),
        ("of none", json!({"filter": "params.depth = '7'"}), Some(0)),
        ("of a group", json!({"within": [["params.depth", "2"]]}), Some(1)),
        ("by a hidden metric", json!({"filter": "metrics.`val/acc` > 1"}), None),
    ] {
        let mut asked = frame("train/loss");
        asked["run_set"] = set;
        let (status, answer) = world.server.post(&path, &asked).await;
        assert_eq!(answer["series"].as_array().map(Vec::len), shown, "{name}: {status} {answer}");
        assert_eq!(status.as_u16(), if shown.is_some() { 200 } else { 403 }, "{name}");
    }
}

#[tokio::test]
async fn a_view_that_filters_by_summaries_is_shared() {
    let world = World::varied().await;
    for (name, view, expected) in [
        ("a filter by the greatest", json!({"filter": "metrics@max.score < 2"}), &[2, 1][..]),
        ("an order by the greatest", json!({"order_by": "metrics@max.score ASC"}), &[1, 2, 3, 4]),
        ("a filter by a value at a step", json!({"filter": "metrics@step:2.score = 2"}), &[4, 3]),
    ] {
        let token = world.share(view, "", json!({})).await;
        assert_eq!(world.numbers(&token, json!({})).await.as_deref(), Ok(expected), "{name}");
    }
    let view = json!({"table": {"columns": ["metrics@max.score", "metrics@step:1.score"]}});
    let token = world.share(view, "table", json!({})).await;
    let summaries = &world.runs(&token).await[0]["summaries"];
    assert_eq!(summaries, &json!({"metrics@max.score": 3.0, "metrics@step:1.score": 1.0}));
}

#[tokio::test]
async fn no_order_and_no_group_tells_what_is_hidden() {
    let world = World::varied().await;
    let columns = json!(["params.data", "params.depth", "tags.note", "attributes.user_id"]);
    for view in [
        json!({"table": {"columns": columns}}),
        json!({"table": {"columns": columns}, "order_by": "attributes.start_time DESC"}),
        json!({"table": {"columns": columns}, "order_by": "tags.note, attributes.run_name"}),
    ] {
        let token = world.share(view, "table", json!({"anonymous": true})).await;
        let rows = world.runs(&token).await;
        let texts = |rows: &[Value], field: &dyn Fn(&Value) -> String| rows.iter().map(field).collect::<Vec<_>>();
        let note = |row: &Value| row["tags"]["note"].as_str().unwrap().to_owned();
        let name = |row: &Value| row["name"].as_str().unwrap().to_owned();
        let id = |row: &Value| row["run_id"].as_str().unwrap().to_owned();
        let own = rows.iter().map(|row| (note(row), id(row))).collect::<Vec<_>>();
        let by_id = texts(&rows, &id).windows(2).all(|pair| pair[0] < pair[1]);
        let by_note = own.windows(2).all(|pair| pair[0].0 <= pair[1].0);
        assert!(by_id || by_note, "in the order of pseudonyms: {own:?}");
        for (asked, key) in [("tags.note ASC", &note as &dyn Fn(&Value) -> String), ("attributes.run_name ASC", &name)]
        {
            let asked = json!({"order_by": [asked]});
            let page = world.server.post(&format!("/api/shared/{token}/runs"), &asked).await.1;
            let found = texts(page["runs"].as_array().unwrap(), key);
            assert!(found.is_sorted(), "{found:?}");
        }
        for (name, filter, found) in [
            ("a hidden name", "attributes.run_name LIKE 'zebra%'", Some(0)),
            ("a hidden user", "user_id = 'adalovelace'", Some(0)),
            ("a hidden tag", "tags.note = 'eta'", Some(0)),
            ("a hidden param", "params.data LIKE '/home%'", Some(0)),
            ("an id of inside", &format!("attributes.run_id = '{}'", world.runs[0].id), Some(0)),
            ("what is let through", "params.depth = '1'", Some(2)),
            ("a start", "attributes.start_time > 5", None),
        ] {
            let (status, page) =
                world.server.post(&format!("/api/shared/{token}/runs"), &json!({"filter": filter})).await;
            assert_eq!(page["total"].as_u64(), found, "{name}: {status} {page}");
        }
        let asked = json!({"by": ["tags.note", "params.data", "attributes.user_id"], "columns": ["params.depth"]});
        let groups = world.server.post(&format!("/api/shared/{token}/groups"), &asked).await.1;
        assert_eq!(groups["total"], json!(3), "{groups}");
        let said = groups.to_string();
        assert!(SECRETS.iter().chain(&["eta", "zeta"]).all(|secret| !said.contains(secret)), "{said}");
    }
}
