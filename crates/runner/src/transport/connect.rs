//! Watching connections come about: whether a request waits for one, and whether it got a new one.
//!
//! `reqwest` does not say over which connection a request went. But its connector is called from
//! within the request's own future, so a task-local tells: if a connection was completed there, the
//! request has a new one; if not, it got one from the pool.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use tower::{Layer, Service};

tokio::task_local! {
    static PROGRESS: Progress;
}

const STARTED: u8 = 1;
const CONNECTED: u8 = 2;

/// What is known of the connection of one attempt.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress(Arc<AtomicU8>);

impl Progress {
    /// Runs a future, watching the connections that are made in it.
    pub(super) async fn watch<F: Future>(self, future: F) -> F::Output {
        PROGRESS.scope(self, future).await
    }

    /// Notes that a connection is being made.
    pub(super) fn start() {
        let _ = PROGRESS.try_with(|progress| progress.0.fetch_max(STARTED, Ordering::Relaxed));
    }

    /// Notes that a connection was made.
    pub(super) fn finish() {
        let _ = PROGRESS.try_with(|progress| progress.0.fetch_max(CONNECTED, Ordering::Relaxed));
    }

    /// Whether a connection was begun and not completed.
    pub(super) fn is_stuck(&self) -> bool {
        self.0.load(Ordering::Relaxed) == STARTED
    }

    /// Whether a connection was completed.
    pub(super) fn is_connected(&self) -> bool {
        self.0.load(Ordering::Relaxed) == CONNECTED
    }
}

/// The layer around `reqwest`'s connector.
#[derive(Clone, Copy, Debug)]
pub(super) struct Connecting;

/// A connector that takes notes.
#[derive(Clone, Debug)]
pub(super) struct Watched<S>(S);

impl<S> Layer<S> for Connecting {
    type Service = Watched<S>;

    fn layer(&self, inner: S) -> Watched<S> {
        Watched(inner)
    }
}

impl<S, R> Service<R> for Watched<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        Progress::start();
        let connecting = self.0.call(request);
        Box::pin(async move {
            let connection = connecting.await?;
            Progress::finish();
            Ok(connection)
        })
    }
}
