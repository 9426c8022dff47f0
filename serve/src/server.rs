//! Listens, and hands requests on to a service, until it is told to end.

use crate::error::ServeError;
use crate::mask::Answer;
use crate::metrics::Metrics;
use crate::patient::Patient;
use crate::settings::{Settings, Timeouts};
use crate::tls::Acceptor;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};

/// A connection takes so much for what it reads and writes.
const BUFFER: usize = 256 << 10;
/// Between two tries when no connection can be accepted: descriptors come back as connections end.
const ACCEPT_AGAIN: Duration = Duration::from_millis(50);

/// What answers the requests of one address.
pub(crate) trait Service: Send + Sync + 'static {
    /// Answers one.
    fn answer(&self, request: Request<Incoming>) -> impl Future<Output = Response<Answer>> + Send;
}

/// Opens an address.
pub(crate) async fn open(address: &str) -> Result<TcpListener, ServeError> {
    let cannot = |error: std::io::Error| ServeError::run(format_args!("cannot listen on {address}: {error}"));
    TcpListener::bind(address).await.map_err(cannot)
}

/// Accepts and serves connections.
pub(crate) struct Server<S> {
    listener: TcpListener,
    service: Arc<S>,
    tls: Option<Arc<Acceptor>>,
    timeouts: Timeouts,
    connections: usize,
    metrics: Arc<Metrics>,
    counted: bool,
}

impl<S: Service> Server<S> {
    /// One for plain HTTP.
    pub(crate) fn new(
        listener: TcpListener,
        service: Arc<S>,
        settings: &Settings,
        metrics: &Arc<Metrics>,
    ) -> Self {
        Self {
            listener,
            service,
            tls: None,
            timeouts: settings.timeouts.clone(),
            connections: settings.limits.connections,
            metrics: metrics.clone(),
            counted: false,
        }
    }

    /// The same with TLS, if there is any.
    pub(crate) fn with_tls(self, tls: Option<Arc<Acceptor>>) -> Self {
        Self { tls, ..self }
    }

    /// The one whose connections the metrics count.
    pub(crate) fn counted(self) -> Self {
        Self { counted: true, ..self }
    }

    /// Runs until `ending` says so, then finishes what has begun, as long as it may take.
    pub(crate) async fn run(self, mut ending: watch::Receiver<bool>) {
        let graceful = GracefulShutdown::new();
        let room = Arc::new(Semaphore::new(self.connections.min(Semaphore::MAX_PERMITS)));
        loop {
            let accepted = tokio::select! {
                accepted = self.accept(&room) => accepted,
                _ = ending.wait_for(|ending| *ending) => break,
            };
            let Some((stream, place)) = accepted else { break };
            let _ = stream.set_nodelay(true);
            let count = self.counted.then(|| Counted::new(&self.metrics));
            let served = self.serve(stream, graceful.watcher());
            tokio::spawn(async move {
                served.await;
                drop((place, count));
            });
        }
        drop(self.listener);
        if tokio::time::timeout(self.timeouts.shutdown, graceful.shutdown()).await.is_err() {
            tracing::warn!("what had begun was not done in time, and is cut off");
        }
    }

    /// The next connection, and its place among those that are open.
    async fn accept(&self, room: &Arc<Semaphore>) -> Option<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
        let place = room.clone().acquire_owned().await.ok()?;
        let mut failed = false;
        loop {
            match self.listener.accept().await {
                Ok((stream, SocketAddr::V4(_) | SocketAddr::V6(_))) => return Some((stream, place)),
                Err(error) => {
                    self.metrics.accept_errors.inc();
                    if !failed {
                        tracing::error!(problem = %error, "no connection can be accepted");
                    }
                    failed = true;
                    tokio::time::sleep(ACCEPT_AGAIN).await;
                }
            }
        }
    }

    fn serve(
        &self,
        stream: TcpStream,
        watcher: hyper_util::server::graceful::Watcher,
    ) -> impl Future<Output = ()> + use<S> {
        let (service, tls, timeouts) = (self.service.clone(), self.tls.clone(), self.timeouts.clone());
        let metrics = self.metrics.clone();
        async move {
            let Some(tls) = tls else {
                return connection(
                    Patient::new(stream, timeouts.stall, metrics),
                    service,
                    &timeouts,
                    watcher,
                )
                .await;
            };
            let handshake = tokio::time::timeout(timeouts.stall, tls.now().accept(stream)).await;
            match handshake {
                Ok(Ok(stream)) => {
                    connection(Patient::new(stream, timeouts.stall, metrics), service, &timeouts, watcher)
                        .await;
                }
                Ok(Err(error)) => tracing::warn!(problem = %error.kind(), "no TLS"),
                Err(_) => tracing::warn!(problem = "nothing came in time", "no TLS"),
            }
        }
    }
}

struct Counted(Arc<Metrics>);

impl Counted {
    fn new(metrics: &Arc<Metrics>) -> Self {
        metrics.connections.inc();
        Self(metrics.clone())
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.connections.dec();
    }
}

async fn connection<S: Service>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    service: Arc<S>,
    timeouts: &Timeouts,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let answer = service_fn(move |request| {
        let service = service.clone();
        async move { Ok::<_, Infallible>(service.answer(request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(timeouts.idle)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), answer);
    // Requests have told what went wrong with them.
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(problem = %Kind(&error), "connection ended");
    }
}

/// What kind of error, without what the parser may quote.
struct Kind<'a>(&'a hyper::Error);

impl std::fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self.0 {
            error if error.is_parse() => "not HTTP",
            error if error.is_timeout() => "nothing came in time",
            error if error.is_incomplete_message() => "closed within a message",
            error if error.is_user() => "an answer was cut off",
            _ => "closed",
        })
    }
}
