//! Pages and frames of links, and what other programs are told of them.

use super::*;

#[tokio::test]
async fn pages_of_links_tell_what_may_be_told() {
    let world = World::new().await;
    let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(2)> ' & {{x}} </title>";
    let panel = json!({"kind": "panel", "placed": world.placed(json!({}), ""), "panel": "train/loss"});
    let open = world.made(panel.clone(), json!({"title": hostile})).await["token"].as_str().unwrap().to_owned();
    let wiki = json!({"hosts": ["wiki.example.org", "https://*.atlassian.net"]});
    let framed = world.made(panel.clone(), wiki).await["token"].as_str().unwrap().to_owned();
    let nobody = world.made(panel.clone(), json!({"hosts": []})).await["token"].as_str().unwrap().to_owned();
    let locked = world.made(panel, json!({"title": "Quarterly layoffs", "password": "correct horse"})).await;
    let locked = locked["token"].as_str().unwrap().to_owned();
    let none = "AAAAAAAAAAAAAAAAAAAAAA".to_owned();
    let inline = "'; DROP TABLE share; --<script>";
    for (name, path, status, ancestors) in [
        ("a page", format!("/s/{open}"), 200, Some("frame-ancestors 'none'")),
        ("an embed for everyone", format!("/embed/{open}?theme=dark"), 200, None),
        (
            "an embed for a wiki",
            format!("/embed/{framed}"),
            200,
            Some("frame-ancestors wiki.example.org https://*.atlassian.net"),
        ),
        ("an embed for nobody", format!("/embed/{nobody}"), 200, Some("frame-ancestors 'none'")),
        ("a hostile theme", format!("/embed/{open}?theme=%22%3E%3Cscript%3E&key=%22%3E%3Cscript%3E"), 200, None),
        ("a locked page", format!("/s/{locked}"), 200, Some("frame-ancestors 'none'")),
        ("a locked embed", format!("/embed/{locked}"), 401, None),
        ("no link", format!("/s/{none}"), 404, Some("frame-ancestors 'none'")),
        ("no link in a frame", format!("/embed/{none}"), 404, None),
        (
            "no token",
            format!("/embed/{}", percent_encoding::utf8_percent_encode(inline, percent_encoding::NON_ALPHANUMERIC)),
            404,
            None,
        ),
        ("the app", "/".to_owned(), 200, Some("frame-ancestors 'none'")),
        ("a page of the app", "/experiments/1".to_owned(), 200, Some("frame-ancestors 'none'")),
    ] {
        let (got, headers, body) = picture(&world, &path).await;
        let (policy, page) = (headers["content-security-policy"].to_str().unwrap(), String::from_utf8_lossy(&body));
        assert_eq!(got, status, "{name}");
        let said = policy.split("; ").find(|part| part.starts_with("frame-ancestors"));
        assert_eq!(said, ancestors, "{name}: {policy}");
        assert!(!headers.contains_key("x-frame-options"), "{name}");
        if path.starts_with("/s/") || path.starts_with("/embed/") {
            assert_eq!(headers["referrer-policy"], "no-referrer", "{name}");
            assert!(headers["x-robots-tag"].to_str().unwrap().contains("noindex"), "{name}");
        }
        for part in ["<script>alert", "<img src=x", "layoffs", "DROP TABLE", "></title>"] {
            assert!(!page.contains(part), "{name} holds {part}: {page}");
        }
        assert!(!headers.contains_key("set-cookie"), "{name}");
    }
    let page = String::from_utf8_lossy(&picture(&world, &format!("/s/{open}")).await.2).into_owned();
    assert!(
        page.contains(&format!("property=\"og:image\" content=\"http:///p/{open}.png?w=1200&amp;h=630\"")),
        "{page}"
    );
    let neutral = String::from_utf8_lossy(&picture(&world, &format!("/s/{locked}")).await.2).into_owned();
    assert!(neutral.contains("A shared link") && !neutral.contains("og:image") && !neutral.contains("oembed"));
}

#[tokio::test]
async fn other_programs_are_told_how_to_show_a_link() {
    let world = World::new().await;
    let hostile = "\"></iframe><script>alert(1)</script>";
    let token = world.share(json!({}), "", json!({"title": hostile})).await;
    let locked = world.share(json!({}), "", json!({"password": "correct horse"})).await;
    let host = "http://tracker:7400";
    for (name, query, status) in [
        ("a page", format!("url={host}/s/{token}"), 200),
        ("an embed", format!("url={host}/embed/{token}?theme=dark&format=json"), 200),
        ("by the other scheme", format!("url=https://tracker:7400/s/{token}"), 200),
        ("a size", format!("url={host}/s/{token}&maxwidth=400&maxheight=300"), 200),
        ("XML", format!("url={host}/s/{token}&format=xml"), 501),
        ("another server", format!("url=http://evil.example.org/s/{token}"), 404),
        ("a server that begins alike", format!("url={host}.evil.example.org/s/{token}"), 404),
        ("a file", "url=file:///etc/passwd".to_owned(), 404),
        ("the cloud's own address", "url=http://169.254.169.254/latest/".to_owned(), 404),
        ("a page of the app", format!("url={host}/experiments/1"), 404),
        ("no link", format!("url={host}/s/AAAAAAAAAAAAAAAAAAAAAA"), 404),
        ("a link with a password", format!("url={host}/s/{locked}"), 401),
        ("nothing", String::new(), 400),
    ] {
        let request =
            Request::get(format!("/oembed?{query}")).header("host", "tracker:7400").body(Body::empty()).unwrap();
        let (got, _, body) = world.server.send(request).await;
        let text = String::from_utf8_lossy(&body);
        assert_eq!(got.as_u16(), status, "{name}: {text}");
        if status == 200 {
            let answer: Value = serde_json::from_str(&text).unwrap();
            let html = answer["html"].as_str().unwrap();
            assert!(html.contains(&format!("{host}/embed/{token}\"")) || html.contains("https://"), "{name}: {html}");
            assert!(!html.contains("<script"), "{name}: {html}");
            assert!(name != "a size" || (answer["width"] == 400 && answer["height"] == 300), "{name}: {text}");
        }
    }
}
