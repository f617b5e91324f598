//! Around every request: its id, its figures, its span, its line in the log.

use std::future::Future;
use std::sync::Arc;
use std::time::Instant;

use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue};
use telemetry::{Here, Origin, Role, Span};

use super::Site;
use super::figures::RouteFigures;
use crate::headers::traceparent;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names of one request.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// Unique, whatever the client calls it.
    pub(super) unique: String,
    /// What the client calls it, or the unique one.
    pub(super) origin: Arc<Origin>,
    /// Span of the program that sent it, or 0.
    parent: u64,
}

/// `X-Request-Id` when it is well formed, else the trace of `traceparent`, else an id of our own.
pub(super) fn names(site: &Site, headers: &HeaderMap) -> Names {
    let unique = site.engine.entropy().uuid(site.engine.now());
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let given = text(REQUEST_ID.as_str()).and_then(Origin::of_request);
    let (origin, parent) = match (given, text("traceparent").and_then(traceparent)) {
        (Some(origin), Some((trace, span))) => (origin.in_trace(trace), span),
        (Some(origin), None) => (origin, 0),
        (None, Some((trace, span))) => (Origin::of_trace(trace), span),
        (None, None) => (Origin::of_uuid(&unique), 0),
    };
    Names { unique, origin: Arc::new(origin), parent }
}

/// Answers a request with `work`: all it does is done on the request's behalf.
pub(super) async fn answered<F: Future<Output = Response>>(
    figures: &RouteFigures,
    names: Names,
    work: impl FnOnce(Names) -> F,
) -> Response {
    let started = Instant::now();
    let origin = Arc::clone(&names.origin);
    let mut span = Span::root(&origin, names.parent, &figures.span, Role::Server);
    let here = span.here().unwrap_or(Here { origin: Arc::clone(&origin), span_id: 0 });
    telemetry::within(Some(here), async {
        let mut response = work(names).await;
        if let Ok(value) = HeaderValue::from_str(origin.request_id()) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        let status = response.status();
        figures.answered(status.as_u16(), started.elapsed());
        span.tell("http.response.status_code", || status.as_str().to_owned());
        span.tell("request.id", || origin.request_id().to_owned());
        if status.is_server_error() {
            span.fail();
        }
        response
    })
    .await
}
