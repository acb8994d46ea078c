//! Links that show the first of many runs, or some of many panels: all their forms say so.

use super::*;

impl World {
    /// As many runs more as make `count` of them.
    async fn grow(&self, count: u128) {
        let eid = self.eid;
        let made = self.server.state.store.write(move |tx| {
            for n in 5..=count {
                let new = NewRun { eid, name: Some(format!("many-{n:04}")), ..NewRun::default() };
                runs::create(tx, RunId((n << 98) | n), &new)?;
            }
            Ok(())
        });
        made.await.unwrap();
    }
}

#[tokio::test]
async fn a_link_that_cuts_its_runs_says_so_everywhere() {
    let world = World::new().await;
    world.grow(1_005).await;
    let said = |all: &str| format!("the first 1,000 of {all} runs are shown here");
    for (name, view, tab, of) in [
        ("all", json!({}), "", Some(1_005)),
        ("without some that are hidden", json!({"hidden": [world.short(0), world.short(1)]}), "", Some(1_003)),
        ("some that are found", json!({"search": "MANY"}), "", Some(1_001)),
        ("a few", json!({"search": "many-00"}), "", None),
        ("a table", json!({}), "table", None),
        ("parallel coordinates", json!({}), "parallel", Some(1_005)),
    ] {
        let token = world.share(view, tab, json!({})).await;
        let page = world.server.post(&format!("/api/shared/{token}/runs"), &json!({"limit": 2})).await.1;
        let cut = of.map(|of| json!({"shown": 1_000, "of": of})).unwrap_or_default();
        assert_eq!(page["cut"], cut, "{name}");
        let card = String::from_utf8_lossy(&picture(&world, &format!("/s/{token}")).await.2).into_owned();
        assert_eq!(card.contains("the first 1000 of"), of.is_some(), "{name}");
    }
    for wishes in [json!({}), json!({"frozen": true}), json!({"anonymous": true})] {
        let token = world.share(json!({"order_by": "attributes.start_time ASC"}), "", wishes.clone()).await;
        let svg =
            String::from_utf8(picture(&world, &format!("/p/{token}.svg?panel=train/loss")).await.2.to_vec()).unwrap();
        assert!(svg.contains(&said("1,005")), "{wishes}: {svg}");
        let (_, _, json) = picture(&world, &format!("/p/{token}.json")).await;
        let json: Value = serde_json::from_slice(&json).unwrap();
        assert_eq!(json["panels"][0]["cut"]["of"], 1_005, "{wishes}");
    }
}

#[tokio::test]
async fn a_picture_without_room_for_all_panels_says_so() {
    let world = World::new().await;
    let token = world.share(json!({}), "", json!({})).await;
    for (query, said) in [
        ("w=400&h=240", Some("1 more panel is not in this picture")),
        ("w=800&h=240", None),
        ("w=400&h=240&panel=val/acc", None),
    ] {
        let svg = String::from_utf8(picture(&world, &format!("/p/{token}.svg?{query}")).await.2.to_vec()).unwrap();
        assert_eq!(svg.contains("not in this picture"), said.is_some(), "{query}");
        assert!(said.is_none_or(|said| svg.contains(said)), "{query}: {svg}");
    }
}
