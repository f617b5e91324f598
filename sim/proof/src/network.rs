//! Between the people and the servers: hands each request to some server that is up, loses answers with a crash, and
//! now and then delivers a request twice or once more, much later.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use sim::Chance;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tower::ServiceExt;
use web::server::Peer;

use crate::board::Board;

/// The connection was lost before the answer came.
pub const LOST: u16 = 599;
/// No server is up.
pub const NOBODY: u16 = 598;

#[derive(Clone)]
struct Way {
    server: usize,
    handle: Handle,
    router: Router,
}

/// A request that can be sent once more.
#[derive(Clone)]
struct Copy {
    method: http::Method,
    uri: http::Uri,
    headers: http::HeaderMap,
    body: axum::body::Bytes,
    peer: String,
}

impl Copy {
    fn request(&self) -> Request<Body> {
        let mut request = Request::new(Body::from(self.body.clone()));
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        request.extensions_mut().insert(Peer(self.peer.clone()));
        request
    }

    /// A repeat of it must change nothing: it bears a key, or it is one of the answers a shopper gives.
    fn may_be_repeated(&self) -> bool {
        let path = self.uri.path();
        let ends = ["/pay", "/accept", "/decline", "/capture", "/confirm"];
        self.method != http::Method::GET
            && (self.headers.contains_key("idempotency-key")
                || ends.iter().any(|end| path.ends_with(end))
                || path.starts_with("/test-gateway/"))
    }
}

struct Inner {
    ways: Vec<Option<Way>>,
    /// Who waits for which server's answer, in the order of asking: a crash is heard of in that order, and not in the
    /// order in which a runtime happens to drop its tasks.
    answers: BTreeMap<u64, (usize, oneshot::Sender<Response>)>,
    asked: u64,
    chance: Chance,
    under_way: usize,
    kept: Vec<Copy>,
    complaints: Vec<String>,
    repeats: bool,
    requests: usize,
}

/// The network.
pub struct Network {
    board: Arc<Board>,
    inner: Mutex<Inner>,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Network")
    }
}

impl Network {
    /// For so many servers, none of which is up yet.
    #[must_use]
    pub fn new(board: Arc<Board>, servers: usize, seed: u64) -> Arc<Self> {
        let inner = Inner {
            ways: (0..servers).map(|_| None).collect(),
            answers: BTreeMap::new(),
            asked: 0,
            chance: Chance::new(seed ^ 0x6e65_7477),
            under_way: 0,
            kept: Vec::new(),
            complaints: Vec::new(),
            repeats: true,
            requests: 0,
        };
        Arc::new(Self { board, inner: Mutex::new(inner) })
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A server has come up, or gone.
    pub fn connect(&self, server: usize, way: Option<(Handle, Router)>) {
        let mut inner = self.inner();
        let lost: Vec<u64> =
            inner.answers.iter().filter(|(_, (of, _))| *of == server).map(|(number, _)| *number).collect();
        for number in lost {
            inner.answers.remove(&number);
        }
        if let Some(slot) = inner.ways.get_mut(server) {
            *slot = way.map(|(handle, router)| Way { server, handle, router });
        }
    }

    /// No more repeats from here on.
    pub fn calm(&self) {
        self.inner().repeats = false;
    }

    /// Requests that have no answer yet.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.inner().under_way
    }

    /// Requests in all.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.inner().requests
    }

    /// Answers that no server may give.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        self.inner().complaints.clone()
    }

    /// A router that stands for all servers.
    pub fn router(self: &Arc<Self>) -> Router {
        let network = Arc::clone(self);
        Router::new().fallback(move |request: Request<Body>| {
            let network = Arc::clone(&network);
            async move { network.carry(request).await }
        })
    }

    async fn carry(self: Arc<Self>, request: Request<Body>) -> Response {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.clone()).unwrap_or_default();
        let copy = Copy { method: parts.method, uri: parts.uri, headers: parts.headers, body, peer };
        if copy.may_be_repeated() && self.inner().repeats {
            let (twice, later) = {
                let mut inner = self.inner();
                // The button that people press again while nothing happens.
                let pressed = ["/pay", "/accept"].iter().any(|end| copy.uri.path().ends_with(end));
                let impatience = if pressed { 30 } else { 7 };
                (inner.chance.percent(impatience), inner.chance.percent(12))
            };
            if later {
                self.inner().kept.push(copy.clone());
            }
            if twice {
                let _ = self.hand_over(&copy);
            }
        }
        let Some(answer) = self.hand_over(&copy) else { return plain(NOBODY) };
        let answer = answer.await.unwrap_or_else(|_| plain(LOST));
        self.board.moved(u64::from(answer.status().as_u16()));
        answer
    }

    /// Sends once more what was sent long ago, in no order.
    pub fn repeat(self: &Arc<Self>) -> bool {
        let copy = {
            let mut inner = self.inner();
            let many = u64::try_from(inner.kept.len()).unwrap_or_default();
            if many == 0 {
                return false;
            }
            let place = usize::try_from(inner.chance.below(many)).unwrap_or_default();
            inner.kept.swap_remove(place)
        };
        self.hand_over(&copy).is_some()
    }

    fn hand_over(self: &Arc<Self>, copy: &Copy) -> Option<oneshot::Receiver<Response>> {
        let way = {
            let mut inner = self.inner();
            let up: Vec<Way> = inner.ways.iter().flatten().cloned().collect();
            let way = inner.chance.pick(&up).cloned()?;
            inner.requests += 1;
            way
        };
        self.board.moved(7);
        let (request, what) = (copy.request(), format!("{} {}", copy.method, copy.uri));
        let Way { server, handle, router } = way;
        let (sender, receiver) = oneshot::channel();
        let number = {
            let mut inner = self.inner();
            inner.asked += 1;
            let number = inner.asked;
            inner.answers.insert(number, (server, sender));
            number
        };
        let under_way = UnderWay::of(self);
        handle.spawn(async move {
            let response = match router.oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            let (parts, body) = response.into_parts();
            let bytes = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
            under_way.answered(&what, parts.status, &bytes);
            under_way.deliver(number, Response::from_parts(parts, Body::from(bytes)));
        });
        Some(receiver)
    }
}

impl Network {
    fn complain(&self, what: &str, status: StatusCode, text: &[u8]) {
        if status == StatusCode::INTERNAL_SERVER_ERROR {
            let text: String = String::from_utf8_lossy(text).chars().take(300).collect();
            self.inner().complaints.push(format!("{what} answered 500: {text}"));
        }
    }
}

/// Counts a request until it is answered or its server is gone.
struct UnderWay(Arc<Network>);

impl UnderWay {
    fn of(network: &Arc<Network>) -> Self {
        network.inner().under_way += 1;
        Self(Arc::clone(network))
    }

    fn answered(&self, what: &str, status: StatusCode, text: &[u8]) {
        self.0.complain(what, status, text);
    }

    fn deliver(&self, number: u64, response: Response) {
        let waiting = self.0.inner().answers.remove(&number);
        if let Some((_, sender)) = waiting {
            let _ = sender.send(response);
        }
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.inner().under_way -= 1;
        self.0.board.moved(11);
    }
}

fn plain(status: u16) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    response.headers_mut().insert(header::CONTENT_LENGTH, http::HeaderValue::from_static("0"));
    response
}
