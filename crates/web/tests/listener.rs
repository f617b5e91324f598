//! The door over real sockets: clients that say nothing, or half of it.
#![expect(clippy::unwrap_used, reason = "a test stops at the first thing that is not as it should be")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use web::Bounds;

/// So long that a test would not end.
const EVER: Duration = Duration::from_hours(1);
const SOON: Duration = Duration::from_millis(50);

const PATIENT: Bounds =
    Bounds { header: EVER, idle: EVER, write: EVER, connections: 100, per_address: 100, drain: EVER };

struct Door {
    address: SocketAddr,
    begun: Arc<Notify>,
    go: Arc<Notify>,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

async fn door(bounds: Bounds) -> Door {
    let (begun, go) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tells, waits) = (begun.clone(), go.clone());
    let slow = move || async move {
        tells.notify_one();
        waits.notified().await;
        "done"
    };
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/", post(|body: axum::body::Bytes| async move { body.len().to_string() }))
        .route("/slow", get(slow));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let stopped = async {
        let _ = stopped.await;
    };
    let task = tokio::spawn(web::listen(listener, router, bounds, stopped));
    Door { address, begun, go, stop: Some(stop), task }
}

impl Door {
    async fn says(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    async fn asked(&self) -> String {
        rest(self.says("GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").await).await
    }

    async fn closes(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        self.task.await.unwrap();
    }
}

/// Everything until the other side closes; a connection that is cut says no more.
async fn rest(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    let _ = stream.read_to_end(&mut text).await;
    String::from_utf8(text).unwrap()
}

const HALF: &str = "GET / HTTP/1.1\r\nHost: he";
const HALF_A_BODY: &str = "POST / HTTP/1.1\r\nHost: here\r\nContent-Length: 10\r\n\r\n12345";
const SLOW: &str = "GET /slow HTTP/1.1\r\nHost: here\r\n\r\n";

#[tokio::test]
async fn who_says_nothing_or_half_of_it_is_let_go() {
    let door = door(Bounds { header: SOON, idle: SOON, ..PATIENT }).await;
    for said in ["", HALF] {
        assert_eq!(rest(door.says(said).await).await, "", "{said}");
    }
    let answered = rest(door.says("GET / HTTP/1.1\r\nHost: here\r\n\r\n").await).await;
    assert!(answered.ends_with("hello"), "{answered}");
    door.closes().await;
}

#[tokio::test]
async fn a_crowd_that_says_nothing_keeps_nobody_out() {
    for (bounds, said) in [
        (Bounds { connections: 8, ..PATIENT }, HALF),
        (Bounds { per_address: 8, ..PATIENT }, HALF),
        (Bounds { connections: 8, ..PATIENT }, HALF_A_BODY),
    ] {
        let door = door(bounds).await;
        let mut crowd = Vec::new();
        for _ in 0..50 {
            crowd.push(door.says(said).await);
        }
        for _ in 0..10 {
            assert!(door.asked().await.ends_with("hello"));
        }
        drop(crowd);
        door.closes().await;
    }
}

#[tokio::test]
async fn whoever_is_being_answered_makes_no_room() {
    let door = door(Bounds { connections: 1, ..PATIENT }).await;
    let slow = door.says(SLOW).await;
    door.begun.notified().await;
    assert_eq!(door.asked().await, "", "there is no room");
    door.go.notify_one();
    let mut stream = slow;
    let mut text = String::new();
    while !text.ends_with("done") {
        text.push(char::from(stream.read_u8().await.unwrap()));
    }
    drop(stream);
    door.closes().await;
}

#[tokio::test]
async fn a_door_that_closes_waits_for_no_half_sent_request() {
    let bounds = Bounds { header: SOON, ..PATIENT };
    let door = door(bounds).await;
    let half = door.says(HALF_A_BODY).await;
    let idle = door.says("GET / HTTP/1.1\r\nHost: here\r\n\r\n").await;
    assert!(door.asked().await.ends_with("hello"));
    door.closes().await;
    assert_eq!(rest(half).await, "");
    assert!(rest(idle).await.ends_with("hello"));
}

#[tokio::test]
async fn what_is_in_flight_is_answered_within_a_bound() {
    let mut patient = door(PATIENT).await;
    let slow = patient.says(SLOW).await;
    patient.begun.notified().await;
    patient.stop.take().unwrap().send(()).unwrap();
    patient.go.notify_one();
    assert!(rest(slow).await.ends_with("done"));
    patient.task.await.unwrap();

    let hasty = door(Bounds { drain: SOON, ..PATIENT }).await;
    let slow = hasty.says(SLOW).await;
    hasty.begun.notified().await;
    hasty.closes().await;
    assert_eq!(rest(slow).await, "");
}
