//! Taking connections, with patience that ends.

use super::{AppState, router};
use axum::{
    body::{Body, Bytes},
    extract::Request,
    middleware::Next,
    response::Response,
};
use http_body::{Frame, SizeHint};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use rustix::process::{Resource, getrlimit, setrlimit};
use std::{
    collections::BTreeSet,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};
use tokio::{
    net::TcpListener,
    time::{Instant, Sleep, sleep, timeout},
};

/// How long a client may take over the head of a request, or say nothing between two requests.
const HEAD_PATIENCE: Duration = Duration::from_secs(60);
/// How long a client may say nothing in the middle of a body.
const BODY_PATIENCE: Duration = Duration::from_secs(30);
/// How long requests that run may take to end once the server stops.
const STOP_PATIENCE: Duration = Duration::from_secs(10);
/// How long to wait when the system gives no more connections, such as when files run out.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);
/// How often the files of reports are looked through.
const TIDY_PAUSE: Duration = Duration::from_secs(3_600);

/// Serves on `listener` until `stop`, then lets requests that run end.
pub async fn serve(listener: TcpListener, state: AppState, stop: impl Future<Output = ()>) {
    allow_many_connections();
    let service = TowerToHyperService::new(router(state.clone()));
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE);
    let running = GracefulShutdown::new();
    let tidying = tokio::spawn(tidy(state.clone()));
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        let stream = match accepted {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        // A refusal costs latency only.
        let _ = stream.set_nodelay(true);
        let connection = running.watch(http.serve_connection(TokioIo::new(stream), service.clone()));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    tidying.abort();
    state.live.close();
    if timeout(STOP_PATIENCE, running.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// Deletes what reports do not need any more, from time to time.
async fn tidy(state: AppState) {
    loop {
        sleep(TIDY_PAUSE).await;
        if let Err(error) = state.store.sweep_report_files(BTreeSet::new()).await {
            tracing::warn!(%error, "files that no report needs could not be deleted");
        }
    }
}

/// Raises the limit of open files to what the system allows: each watcher is an open file.
pub fn allow_many_connections() {
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        tracing::debug!(%error, "the limit of open files stays as it is");
    }
}

/// Gives every request a body that fails when the client says nothing for too long.
pub(super) async fn patient_body(request: Request, next: Next) -> Response {
    next.run(request.map(|body| Body::new(PatientBody { body, deadline: None }))).await
}

struct PatientBody {
    body: Body,
    deadline: Option<Pin<Box<Sleep>>>,
}

impl http_body::Body for PatientBody {
    type Data = Bytes;
    type Error = axum::BoxError;

    fn poll_frame(self: Pin<&mut Self>, task: &mut Context) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(task) {
            if let Some(deadline) = &mut this.deadline {
                deadline.as_mut().reset(Instant::now() + BODY_PATIENCE);
            }
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let deadline = this.deadline.get_or_insert_with(|| Box::pin(sleep(BODY_PATIENCE)));
        ready!(deadline.as_mut().poll(task));
        Poll::Ready(Some(Err("the client said nothing for too long".into())))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
