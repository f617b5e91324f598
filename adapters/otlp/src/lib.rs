//! Sends finished spans to an OpenTelemetry collector: OTLP over HTTP, as JSON, in batches, from a task of its own.
//!
//! Whoever finishes a span never waits: when the collector is away or slow, spans are dropped. A collector stands on this
//! machine or network, so plain HTTP it is; it is the collector that forwards over TLS.

mod document;

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri, header};
use http_body_util::Full;
use hyper_util::rt::TokioIo;
use kernel::Fault;
use telemetry::{Recorder, SpanRecord};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout, timeout_at};

/// Spans that may wait for the collector.
const QUEUE: usize = 4_096;
/// Spans of one request.
const BATCH: usize = 512;
/// A batch that is not full goes out after as long.
const PAUSE: Duration = Duration::from_secs(1);
/// The collector has as long to answer.
const ANSWER: Duration = Duration::from_secs(5);

enum Message {
    Span(Box<SpanRecord>),
    Stop(oneshot::Sender<()>),
}

struct Queue(mpsc::Sender<Message>);

impl Recorder for Queue {
    fn record(&self, span: SpanRecord) {
        // Full or gone: then this span is not told.
        let _ = self.0.try_send(Message::Span(Box::new(span)));
    }
}

/// The running exporter.
#[derive(Debug)]
pub struct Exporter {
    queue: mpsc::Sender<Message>,
}

/// Where spans go and what is told of this process.
#[derive(Debug, Clone)]
pub struct Target {
    /// The collector's address, such as `http://127.0.0.1:4318`; spans go to `/v1/traces` below it.
    pub url: String,
    /// Version of the program.
    pub version: &'static str,
    /// This server among several.
    pub instance: String,
    /// Nanoseconds since 1970, by the machine's clock.
    pub wall_clock: fn() -> u128,
}

/// `http://host:port` and the path of the traces below it, or what is wrong with the address.
pub fn endpoint(url: &str) -> Result<Uri, Fault> {
    let invalid = || {
        Fault::invalid(
            "otlp-url",
            "Write the collector's address as http://host:4318; one that wants https is reached through a collector here.",
        )
    };
    let uri: Uri = format!("{}/v1/traces", url.trim_end_matches('/')).parse().map_err(|_| invalid())?;
    if uri.scheme_str() == Some("http") && uri.host().is_some() { Ok(uri) } else { Err(invalid()) }
}

impl Exporter {
    /// Starts sending every span of this process. `seed` is where span ids begin: drawn by chance. Faults on an address
    /// that is none, and when an exporter runs already.
    pub fn start(target: Target, seed: u64) -> Result<Self, Fault> {
        let uri = endpoint(&target.url)?;
        let (queue, waiting) = mpsc::channel(QUEUE);
        if !telemetry::install(Box::new(Queue(queue.clone())), seed) {
            return Err(Fault::bug("spans are recorded already"));
        }
        tokio::spawn(run(target, uri, waiting));
        Ok(Self { queue })
    }

    /// Sends what waits, and ends.
    pub async fn stop(self) {
        let (done, ended) = oneshot::channel();
        if self.queue.send(Message::Stop(done)).await.is_ok() {
            let _ = timeout(ANSWER + PAUSE, ended).await;
        }
    }
}

async fn run(target: Target, uri: Uri, mut waiting: mpsc::Receiver<Message>) {
    let mut well = true;
    while let Some(first) = waiting.recv().await {
        let (mut batch, mut stop) = (Vec::with_capacity(BATCH), None);
        let until = Instant::now() + PAUSE;
        let mut next = Some(first);
        while let Some(message) = next.take() {
            match message {
                Message::Span(span) => batch.push(*span),
                Message::Stop(done) => stop = Some(done),
            }
            if batch.len() < BATCH && stop.is_none() {
                next = timeout_at(until, waiting.recv()).await.ok().flatten();
            }
        }
        if !batch.is_empty() {
            let sent = timeout(ANSWER, send(&uri, document::traces(&target, &batch))).await;
            let problem = match sent {
                Ok(Ok(())) => None,
                Ok(Err(problem)) => Some(problem),
                Err(_) => Some("no answer in time".to_owned()),
            };
            if let Some(problem) = problem.as_ref().filter(|_| well) {
                tracing::warn!(problem, "the collector does not take spans; they are dropped until it does");
            }
            well = problem.is_none();
        }
        if let Some(done) = stop {
            let _ = done.send(());
            return;
        }
    }
}

/// One request on a connection of its own.
async fn send(uri: &Uri, document: String) -> Result<(), String> {
    let (host, port) = (uri.host().unwrap_or_default(), uri.port_u16().unwrap_or(80));
    let stream = TcpStream::connect((host.trim_matches(['[', ']']), port))
        .await
        .map_err(|error| error.kind().to_string())?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|error| error.to_string())?;
    let driven = tokio::spawn(connection);
    let request = Request::post(uri.path())
        .header(header::HOST, uri.authority().map_or(host, |authority| authority.as_str()))
        .header(header::CONTENT_TYPE, "application/json")
        .body(Full::new(Bytes::from(document)))
        .map_err(|error| error.to_string())?;
    let answer = sender.send_request(request).await.map_err(|error| error.to_string());
    driven.abort();
    let status = answer?.status();
    if status.is_success() { Ok(()) } else { Err(format!("status {status}")) }
}
