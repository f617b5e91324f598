//! The server's door: takes connections, bounds how many there are and how long each may say nothing, and ends.
//!
//! 1. A head that is not whole in time, and a connection on which nothing happens, are closed.
//! 2. A body that is not whole in time is answered with 408 (`server/intake.rs`), and the connection closed.
//! 3. Where there is no room, the connection that has waited longest for its own client goes.
//! 4. Told to stop, the door takes nobody in; what is being answered is answered, within a bound.

mod connections;
mod stream;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Request, Response};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower::ServiceExt as _;

use connections::{Connection, Connections, Phase, Place};
use stream::{Arriving, Watched};

/// How many connections, and how long each may take.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Longest time for a request's head.
    pub header: Duration,
    /// Longest time between two requests of a connection.
    pub idle: Duration,
    /// Longest time for which a client may take nothing of an answer.
    pub write: Duration,
    /// Connections at a time.
    pub connections: usize,
    /// Connections of one address at a time.
    pub per_address: usize,
    /// Longest time for what is in flight once the door is closed.
    pub drain: Duration,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            header: Duration::from_secs(10),
            idle: Duration::from_mins(1),
            write: Duration::from_secs(30),
            connections: 1_024,
            per_address: 256,
            drain: Duration::from_secs(40),
        }
    }
}

/// Pause after the machine could not give a connection.
const BREATH: Duration = Duration::from_millis(100);

/// Serves until `stop` resolves, then finishes what is in flight.
pub async fn listen(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    stop: impl Future<Output = ()> + Send,
) {
    let (all, mut tasks) = (Connections::new(bounds), JoinSet::new());
    let (closing, closes) = watch::channel(false);
    tokio::pin!(stop);
    loop {
        tokio::select! {
            biased;
            () = &mut stop => break,
            Some(_) = tasks.join_next() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    // Without a place it is closed: everybody who is in is being answered.
                    if let Some(place) = all.admit(peer) {
                        tasks.spawn(attend(stream, peer, place, router.clone(), bounds, closes.clone()));
                    }
                }
                // Those of the client's making need no pause; out of descriptors, others have to end first.
                Err(error) if is_of_the_client(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(BREATH).await;
                }
            },
        }
    }
    drop(listener);
    let _ = closing.send(true);
    let ended = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(bounds.drain, ended).await.is_err() {
        tracing::warn!("requests that did not end were dropped");
    }
}

fn is_of_the_client(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}

/// One connection, until either side has enough.
async fn attend(
    stream: TcpStream,
    peer: SocketAddr,
    place: Place,
    router: Router,
    bounds: Bounds,
    mut closes: watch::Receiver<bool>,
) {
    let connection = Arc::clone(&place.connection);
    let _ = stream.set_nodelay(true);
    let watched =
        Watched { stream, connection: Arc::clone(&connection), patience: bounds.write, stalled: None };
    let service = hyper::service::service_fn({
        let connection = Arc::clone(&connection);
        move |request| answer(router.clone(), Arc::clone(&connection), peer, request)
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(watched), service);
    tokio::pin!(serving);
    let mut look =
        tokio::time::interval(bounds.header.div_f32(4.0).clamp(BREATH / 10, Duration::from_secs(1)));
    let mut draining = false;
    loop {
        tokio::select! {
            ended = &mut serving => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                }
                return;
            }
            () = connection.close.notified() => return,
            _ = closes.wait_for(|closes| *closes), if !draining => {
                draining = true;
                serving.as_mut().graceful_shutdown();
            }
            _ = look.tick() => {
                if connection.is_late(bounds, draining) {
                    return;
                }
            }
        }
    }
}

async fn answer(
    router: Router,
    connection: Arc<Connection>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, Infallible> {
    let (parts, body) = request.into_parts();
    connection.enter(if body.is_end_stream() { Phase::Work } else { Phase::Body });
    let body = Body::new(Arriving { body, connection: Arc::clone(&connection) });
    let mut request = Request::from_parts(parts, body);
    request.extensions_mut().insert(ConnectInfo(peer));
    let response = router.oneshot(request).await;
    connection.enter(Phase::Idle);
    response
}
