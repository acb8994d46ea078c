//! Every other route is closed to who holds a link.

use super::*;

/// Every route of the server but those of links, with places filled in: read from the code, so that none is
/// forgotten.
fn other_routes(world: &World) -> BTreeSet<String> {
    let routes = |source: &'static str| {
        source.split(".route(\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(path, _)| path)
    };
    let ours = routes(include_str!("../mod.rs")).filter(|path| !path.starts_with("/api/shared/")).map(str::to_owned);
    let mlflow = [
        include_str!("../../mlflow/artifacts.rs"),
        include_str!("../../mlflow/batch.rs"),
        include_str!("../../mlflow/experiments.rs"),
        include_str!("../../mlflow/history.rs"),
        include_str!("../../mlflow/log.rs"),
        include_str!("../../mlflow/logged_models.rs"),
        include_str!("../../mlflow/registry.rs"),
        include_str!("../../mlflow/runs.rs"),
        include_str!("../../mlflow/server_info.rs"),
        include_str!("../../mlflow/versions.rs"),
    ];
    let nests: Vec<&str> = include_str!("../../mlflow/mod.rs")
        .split(".nest(\"")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0))
        .collect();
    let mlflow = mlflow.into_iter().flat_map(routes).flat_map(|path| {
        nests.iter().map(move |nest| format!("{nest}{path}")).chain([path.to_owned()]).collect::<Vec<_>>()
    });
    let top =
        routes(include_str!("../../mod.rs")).filter(|path| !["/health", "/oembed"].contains(path)).map(str::to_owned);
    let (run, eid) = (world.stranger.id.to_string(), world.eid.to_string());
    let pages = ["/", "/shares", "/reports", "/models"].map(str::to_owned);
    ours.chain(mlflow)
        .chain(top)
        .chain(pages)
        .filter(|path| !["/s/", "/embed/", "/p/"].iter().any(|start| path.starts_with(start)))
        .map(|path| path.replace("{run}", &run).replace("{experiment}", &eid).replace("{*path}", "model/weights.bin"))
        .map(|path| path.replace(['{', '}'], ""))
        .collect()
}

#[tokio::test]
async fn every_other_route_is_closed_to_who_holds_a_link() {
    let mut world = World::new().await;
    let mut options = (*world.server.state.options).clone();
    options.share_hosts = vec!["share.example.org".to_owned()];
    world.server.state = AppState::new(world.server.state.store.clone(), options);
    let token = world.share(json!({}), "", json!({})).await;
    let routes = other_routes(&world);
    let app = router(world.server.state.clone());
    assert!(routes.len() > 100, "{routes:?}");
    for path in &routes {
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"] {
            for (name, host, key) in
                [("by the name for links", "share.example.org", None), ("with a key", "127.0.0.1", Some("9.x"))]
            {
                let request = Request::builder().method(method).uri(path).header("host", host);
                let request = request.header("authorization", format!("Bearer {token}"));
                let request = match key {
                    Some(key) => request.header("x-share-key", key),
                    None => request,
                };
                let request = request.header("content-type", "application/json").body(Body::from("{}")).unwrap();
                let status = app.clone().oneshot(request).await.unwrap().status();
                assert!(matches!(status.as_u16(), 403 | 404), "{name}: {method} {path} answers {status}");
            }
        }
        let below = format!("/api/shared/{token}{}", path.strip_prefix("/api").unwrap_or(path));
        let status = world.server.get(&below).await.0;
        // Two words that stand for something of the link's own there.
        let own = ["/metrics", "/version"].contains(&path.as_str());
        assert!(!status.is_success() || own, "{below} answers {status}");
    }
    let request = Request::get(format!("/api/shared/{token}")).header("host", "share.example.org");
    let open = router(world.server.state.clone()).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!((open.status(), open.headers()["access-control-allow-origin"].to_str().unwrap()), (StatusCode::OK, "*"));
    assert_eq!(open.headers()["referrer-policy"], "no-referrer");
    let first =
        Request::builder().method("OPTIONS").uri(format!("/api/shared/{token}/frames")).header("origin", "null");
    let first = router(world.server.state.clone()).oneshot(first.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(
        (first.status(), first.headers()["access-control-allow-origin"].to_str().unwrap()),
        (StatusCode::NO_CONTENT, "*")
    );
    assert!(first.headers()["access-control-allow-headers"].to_str().unwrap().contains("x-share-key"));
}
