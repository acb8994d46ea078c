//! Links that hide names.

use super::*;

#[tokio::test]
async fn a_link_that_hides_names_lets_none_out() {
    let world = World::new().await;
    let view = json!({
        "filter": "user_id = 'adalovelace'", "panels": {"train/loss": {"stroke_by": ["params.opt"]}}, "group_by": ["tags.team", "params.data"], "pinned": [world.short(1)],
        "baseline": world.short(2),
    });
    for (tab, frozen) in [("", false), ("table", false), ("compare", false), ("", true)] {
        let token = world.share(view.clone(), tab, json!({"anonymous": true, "frozen": frozen})).await;
        let home = format!("/api/shared/{token}");
        let mut said = world.server.get(&home).await.1.to_string();
        let rows = world.runs(&token).await;
        assert_eq!(rows.len(), 4);
        said += &json!(rows).to_string();
        said += &world.server.get(&format!("{home}/metrics")).await.1.to_string();
        let mut asked = frame("train/loss");
        if frozen {
            // What the view draws was kept: groups, here.
            asked["group"] = json!({"by": ["tags.team", "params.data", "params.opt"]});
        }
        let (status, answer) = world.server.post(&format!("{home}/frames"), &asked).await;
        assert_eq!(status.is_success(), tab.is_empty() || tab == "table", "{answer}");
        said += &answer.to_string();
        for secret in
            SECRETS.iter().map(|&secret| secret.to_owned()).chain(world.runs.iter().map(|run| run.id.to_string()))
        {
            assert!(!said.contains(&secret), "{secret} goes out by the tab {tab:?}: {said}");
        }
        for at in 0..4 {
            assert!(!said.contains(&format!("\"{}\"", world.short(at))), "a short id goes out");
        }
        assert_eq!(rows, world.runs(&token).await, "pseudonyms stay");
        let outside: BTreeSet<&str> = rows.iter().map(|row| row["run_id"].as_str().unwrap()).collect();
        if status.is_success() && !frozen {
            for series in answer["series"].as_array().unwrap() {
                assert!(outside.contains(series["run_id"].as_str().unwrap()));
            }
            let mut grouped = frame("train/loss");
            grouped["group"] = json!({"by": ["tags.team", "params.data", "params.opt"]});
            let (status, answer) = world.server.post(&format!("{home}/frames"), &grouped).await;
            assert_eq!(status, StatusCode::OK, "{answer}");
            assert!(SECRETS.iter().all(|secret| !answer.to_string().contains(secret)), "{answer}");
            assert_eq!(answer["groups"].as_array().map(Vec::len), Some(1));
            let mut wall = frame("train/loss");
            wall["x"] = json!("wall_time");
            assert_eq!(world.server.post(&format!("{home}/frames"), &wall).await.0, StatusCode::FORBIDDEN);
            let mut one = frame("train/loss");
            one["run_set"] = json!({"runs": [rows[0]["run_id"]]});
            assert_eq!(
                world.server.post(&format!("{home}/frames"), &one).await.1["series"].as_array().map(Vec::len),
                Some(1)
            );
            one["run_set"] = json!({"runs": [world.runs[0].id]});
            assert_eq!(
                world.server.post(&format!("{home}/frames"), &one).await.0,
                StatusCode::FORBIDDEN,
                "by its own id"
            );
        }
    }
}

#[tokio::test]
async fn an_expression_names_runs_by_what_they_are_outside() {
    let world = World::new().await;
    let (inside, stranger) = (world.runs[1].id, world.stranger.id);
    let by_id = format!("`train/loss` - run(\"{}\", `train/loss`)", inside.short());
    let by_name = "`train/loss` - run(\"zebra-run-3\", `train/loss`)".to_owned();
    let elsewhere = format!("`train/loss` + run(\"{stranger}\", `train/loss`)");
    for frozen in [false, true] {
        let view = json!({"panels": {"gaps": {"shows": {"lines": [by_id, by_name, elsewhere, "train/loss"]}}}});
        let token = world.share(view, "", json!({"anonymous": true, "frozen": frozen})).await;
        let page = world.server.get(&format!("/api/shared/{token}")).await.1;
        let lines = page["target"]["placed"]["view"]["panels"]["gaps"]["shows"]["lines"].as_array().unwrap().clone();
        let said = page.to_string();
        for secret in [inside.short(), inside.to_string(), stranger.to_string(), "zebra".to_owned()] {
            assert!(!said.contains(&secret), "{secret} goes out: {said}");
        }
        let rows = world.runs(&token).await;
        let names_a_row = |line: &Value| {
            rows.iter().any(|row| line.as_str().unwrap().contains(&row["run_id"].as_str().unwrap()[..8]))
        };
        assert_eq!(lines.iter().map(names_a_row).collect::<Vec<_>>(), [true, true, false, false], "{lines:?}");
        let path = format!("/api/shared/{token}/frames");
        for (at, line) in lines.iter().take(3).enumerate() {
            let asked = json!({"expression": line, "width_px": 300});
            let (status, answer) = world.server.post(&path, &asked).await;
            assert_eq!(
                (status, answer["series"].as_array().map(Vec::len)),
                (StatusCode::OK, Some(4)),
                "{line} {answer}"
            );
            if at == 0 {
                let all_zero = |series: &Value| series["y"].as_array().is_none_or(|y| y.iter().all(|y| y == 0.0));
                assert!(answer["series"].as_array().unwrap().iter().all(all_zero), "it is calculated with that run");
            }
        }
        let asked = json!({"expression": by_id, "width_px": 300});
        assert_eq!(world.server.post(&path, &asked).await.0, StatusCode::FORBIDDEN, "by its own id");
        for ending in ["svg", "csv", "json", "tex"] {
            let body = picture(&world, &format!("/p/{token}.{ending}?w=1200&h=800")).await.2;
            let text = String::from_utf8_lossy(&body);
            for secret in [inside.short(), stranger.to_string(), "zebra".to_owned()] {
                assert!(!text.contains(&secret), "{secret} goes out as {ending}");
            }
        }
    }
}
