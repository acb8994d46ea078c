//! Streams of changes: who hears what, and how soon.

use super::*;

/// The next event that a stream tells, and nothing else.
async fn heard(stream: &mut (impl StreamExt<Item = Result<Bytes, axum::Error>> + Unpin)) -> LiveEvent {
    loop {
        let bytes = tokio::time::timeout(Duration::from_secs(5), stream.next()).await.unwrap().unwrap().unwrap();
        if let Some(json) = bytes.strip_prefix(b"data: ") {
            return serde_json::from_slice(json).unwrap();
        }
    }
}

#[tokio::test]
async fn a_thousand_watchers_hear_of_growth_within_a_quarter_of_a_second() {
    let server = Server::start();
    let eid = server.experiment("digits").await;
    let (run, elsewhere) = (server.run(eid, 1).await, server.run(server.experiment("speech").await, 2).await);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut streams = Vec::new();
    for _ in 0..1000 {
        let request = Request::get(format!("/api/live?experiment={eid}")).body(Body::empty()).unwrap();
        let response = router(server.state.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut stream = response.into_body().into_data_stream();
        assert!(matches!(heard(&mut stream).await, LiveEvent::Hello { .. }));
        streams.push(stream);
    }
    assert_eq!(server.state.live.watchers(), 1000);
    server.log(elsewhere, "loss", 0..5).await;
    let mut quickest = Duration::MAX;
    // A busy machine may be late once, not always.
    for round in 0..3 {
        let logged = Instant::now();
        server.log(run, "loss", round..round + 1).await;
        let events = futures_util::future::join_all(streams.iter_mut().map(heard)).await;
        quickest = quickest.min(logged.elapsed());
        for event in events {
            let LiveEvent::Grew { runs, metrics, version } = event else { panic!("{event:?}") };
            assert_eq!((runs, metrics), (vec![run.id], vec!["loss".to_owned()]));
            assert!(version <= server.state.store.version());
        }
    }
    assert!(quickest < Duration::from_millis(250), "{quickest:?}");
    server.state.live.close();
    assert!(streams[0].next().await.is_none(), "streams end when the server stops");
}

#[tokio::test]
async fn one_stream_tells_of_several_experiments_by_name() {
    let server = Server::start();
    let (digits, speech) = (server.experiment("digits").await, server.experiment("speech").await);
    let run = server.run(speech, 2).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    for (name, asked, status) in [
        ("one is unknown", format!("{digits},99"), 404),
        ("one is no number", format!("{digits},x"), 404),
        ("nothing behind the comma", format!("{digits},"), 404),
        ("too many", (0..60).map(|eid| eid.to_string()).collect::<Vec<_>>().join(","), 400),
    ] {
        assert_eq!(server.get(&format!("/api/live?experiment={asked}")).await.0, status, "{name}");
    }
    let request = Request::get(format!("/api/live?experiment={digits},{speech}")).body(Body::empty()).unwrap();
    let response = router(server.state.clone()).oneshot(request).await.unwrap();
    let mut stream = response.into_body().into_data_stream();
    assert!(matches!(heard(&mut stream).await, LiveEvent::Hello { .. }), "which has no name");
    server.log(run, "loss", 0..1).await;
    let event = stream.next().await.unwrap().unwrap();
    let event = std::str::from_utf8(&event).unwrap();
    assert!(event.starts_with(&format!("event: {speech}\ndata: {{")) && event.contains("loss"), "{event}");
    drop(stream);
    assert_eq!(server.state.live.watchers(), 0, "who goes is not told any more");
}
