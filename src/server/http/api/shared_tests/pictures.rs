//! Links as pictures and as data.

use super::*;

#[tokio::test]
async fn a_link_is_a_picture_and_data() {
    let world = World::new().await;
    let hostile = "</text></svg><script>alert(1)</script>&\u{202e}\"'";
    let wishes = json!({"title": hostile, "hosts": []});
    let target = json!({"kind": "panel", "placed": world.placed(json!({}), ""), "panel": "train/loss"});
    let token = world.made(target, wishes).await["token"].as_str().unwrap().to_owned();
    for (ending, begins, media, has) in [
        ("svg", &b"<svg "[..], "image/svg+xml", "train/loss"),
        ("png", b"\x89PNG\r\n", "image/png", "/s/"),
        ("pdf", b"%PDF-1.7", "application/pdf", "Inter-Regular"),
        ("csv", b"panel,line,run_id,run,step,value,low,high,n\n", "text/csv; charset=utf-8", "zebra-run-1,49,49"),
        ("json", b"{\"panels\"", "application/json", "zebra-run-1"),
        ("tex", b"% needs", "text/x-tex; charset=utf-8", "\\addplot"),
    ] {
        let path = format!("/p/{token}.{ending}?w=640&h=360");
        let (status, headers, body) = picture(&world, &path).await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, media), "{ending}");
        assert!(body.starts_with(begins), "{ending}: {:?}", &body[..20]);
        assert!(body.windows(has.len()).any(|part| part == has.as_bytes()), "{ending} has {has}");
        assert!(ending != "svg" || !body.windows(7).any(|part| part == b"<script"), "{ending}");
        assert!(headers["cache-control"].to_str().unwrap().starts_with("public, max-age=60"));
        let again = picture(&world, &format!("/p/{token}.{ending}?w=640&h=360&dpr=1")).await.2;
        assert_eq!(body, again, "{ending}: the same picture is the same bytes");
        let request = Request::get(&path).header("if-none-match", headers["etag"].clone()).body(Body::empty()).unwrap();
        let (status, _, body) = world.server.send(request).await;
        assert_eq!((status, body.len()), (StatusCode::NOT_MODIFIED, 0), "{ending}");
    }
    let tag = picture(&world, &format!("/p/{token}.png")).await.1["etag"].clone();
    world.server.log(world.runs[0], "train/loss", 50..60).await;
    tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
    assert_ne!(picture(&world, &format!("/p/{token}.png")).await.1["etag"], tag, "growth is another picture");
}

#[tokio::test]
async fn data_holds_groups_with_their_bands() {
    let world = World::new().await;
    let view = json!({"group_by": ["params.opt"], "stroke_by": ["params.lr"], "range": [0, 30]});
    let target = json!({"kind": "panel", "placed": world.placed(view, ""), "panel": "train/loss"});
    let token = world.made(target, json!({})).await["token"].as_str().unwrap().to_owned();
    for (ending, parts) in [
        ("csv", &["\ntrain/loss,train/loss,,\"adam, 0.1\",30,30,30,30,4\n"][..]),
        ("tex", &["xmin=0, xmax=30,", "fill opacity=0.20, forget plot] coordinates {(0,0) ", "(0,0)} -- cycle;"]),
    ] {
        let body = picture(&world, &format!("/p/{token}.{ending}")).await.2;
        let text = String::from_utf8_lossy(&body);
        for part in parts {
            assert!(text.contains(part), "{ending} has {part}: {text}");
        }
    }
}

#[tokio::test]
async fn a_figure_for_a_paper_is_exactly_as_large_as_asked_for() {
    let world = World::new().await;
    let target = json!({"kind": "panel", "placed": world.placed(json!({}), ""), "panel": "train/loss"});
    let token = world.made(target, json!({})).await["token"].as_str().unwrap().to_owned();
    // 84 mm are 238.11 points, 51.7 mm are 146.55.
    for (ending, has) in [
        ("svg", "width=\"84mm\" height=\"51.7mm\""),
        ("pdf", "/MediaBox [0 0 238.11"),
        ("tex", "\\useasboundingbox (0,0) rectangle (84.00mm,51.70mm);"),
        ("tex", "font=\\fontsize{8.00}{9.60}"),
    ] {
        let body = picture(&world, &format!("/p/{token}.{ending}?wmm=84&hmm=51.7&pt=8")).await.2;
        assert!(body.windows(has.len()).any(|part| part == has.as_bytes()), "{ending} has {has}");
    }
}

#[tokio::test]
async fn pictures_that_cannot_be_are_refused() {
    let world = World::new().await;
    let token = world.share(json!({}), "", json!({})).await;
    let locked = world.share(json!({}), "", json!({"password": "correct horse"})).await;
    for (name, path, status) in [
        ("a board", format!("{token}.png?w=1200&h=630"), 200),
        ("for a paper", format!("{token}.pdf?wmm=84&hmm=50&pt=8"), 200),
        ("both themes", format!("{token}.svg?theme=auto"), 200),
        ("see-through", format!("{token}.png?theme=transparent"), 200),
        ("a huge one", format!("{token}.png?w=100000&h=10"), 400),
        ("one with too many pixels", format!("{token}.png?w=4096&h=4096&dpr=3"), 400),
        ("a negative one", format!("{token}.png?w=-5"), 400),
        ("an unknown wish", format!("{token}.png?run=1"), 400),
        ("an unknown ending", format!("{token}.exe"), 404),
        ("no token", "x.png".to_owned(), 404),
        ("a key that is none", format!("{locked}.png?key=1.2"), 401),
        ("no key", format!("{locked}.svg"), 401),
        ("a tab without lines", format!("{}.svg", world.share(json!({}), "compare", json!({})).await), 200),
    ] {
        let (got, _, body) = picture(&world, &format!("/p/{path}")).await;
        assert_eq!(got, status, "{name}: {}", String::from_utf8_lossy(&body[..body.len().min(300)]));
    }
    let hidden = world.share(json!({"group_by": ["tags.team"]}), "", json!({"anonymous": true})).await;
    for ending in ["svg", "csv", "json", "tex"] {
        let body = picture(&world, &format!("/p/{hidden}.{ending}")).await.2;
        let text = String::from_utf8_lossy(&body);
        assert!(SECRETS.iter().all(|secret| !text.contains(secret)), "{ending}: {text}");
    }
}
