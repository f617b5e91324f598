//! What the server tells of its requests, and who may see it.

use std::sync::Arc;
use std::time::Duration;

use kernel::{Fault, FaultKind};
use telemetry::{Counter, Exposition, Histogram, Kind};

use crate::call::Call;
use crate::reply::Reply;
use crate::routes::{Face, Route};

/// Statuses that are counted by themselves; any other counts as `other`.
const STATUSES: [u16; 24] = [
    200, 201, 202, 204, 206, 301, 302, 303, 304, 307, 400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429,
    500, 502, 503,
];

/// One route's requests.
#[derive(Debug)]
pub(super) struct RouteFigures {
    method: String,
    pattern: String,
    /// Name of its spans.
    pub(super) span: String,
    statuses: [Counter; STATUSES.len()],
    other: Counter,
    duration: Histogram,
}

impl RouteFigures {
    fn new(method: &str, pattern: String) -> Self {
        Self {
            method: method.to_owned(),
            span: format!("{method} {pattern}"),
            pattern,
            statuses: std::array::from_fn(|_| Counter::default()),
            other: Counter::default(),
            duration: Histogram::of_durations(),
        }
    }

    /// A request was answered.
    pub(super) fn answered(&self, status: u16, took: Duration) {
        let known = STATUSES.iter().position(|known| *known == status);
        known.map_or(&self.other, |index| &self.statuses[index]).increment();
        self.duration.observe(took);
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        // The pattern and not the address: addresses hold tokens and keys.
        tracing::info!(method = self.method, route = self.pattern, status, milliseconds, "answered");
    }
}

/// All routes' requests, and those that met no route.
#[derive(Debug)]
pub(super) struct Figures {
    routes: Vec<Arc<RouteFigures>>,
    /// Requests to addresses and with methods that are not there.
    pub(super) unknown: Arc<RouteFigures>,
}

impl Figures {
    pub(super) fn new(routes: &[Route]) -> Self {
        let of = |route: &Route| Arc::new(RouteFigures::new(route.method.as_str(), pattern(route)));
        let unknown = Arc::new(RouteFigures::new("any", "none".to_owned()));
        Self { routes: routes.iter().map(of).collect(), unknown }
    }

    /// Those of one route.
    pub(super) fn of(&self, route: &Route) -> Arc<RouteFigures> {
        let pattern = pattern(route);
        let found = self
            .routes
            .iter()
            .find(|figures| figures.pattern == pattern && figures.method == route.method.as_str());
        Arc::clone(found.unwrap_or(&self.unknown))
    }

    pub(super) fn expose(&self, page: &mut Exposition) {
        let asked = || {
            self.routes
                .iter()
                .chain(std::iter::once(&self.unknown))
                .filter(|figures| figures.duration.count() > 0)
        };
        page.family("cartwright_requests_total", Kind::Counter, "Requests by route, method and status.");
        for figures in asked() {
            let statuses = STATUSES.iter().map(u16::to_string).zip(&figures.statuses);
            for (status, counter) in statuses
                .chain([("other".to_owned(), &figures.other)])
                .filter(|(_, counter)| counter.value() > 0)
            {
                let labels =
                    [("route", figures.pattern.as_str()), ("method", &figures.method), ("status", &status)];
                page.sample(&labels, counter.value());
            }
        }
        page.family(
            "cartwright_request_duration_seconds",
            Kind::Histogram,
            "From a request's head to its answer, by route and method.",
        );
        for figures in asked() {
            let labels = [("route", figures.pattern.as_str()), ("method", &figures.method)];
            page.histogram(&labels, &figures.duration);
        }
    }
}

/// The route's address as its clients write it, with `{name}` for its parts.
fn pattern(route: &Route) -> String {
    let prefix = if route.face == Face::Rest { "/wp-json" } else { "" };
    format!("{prefix}{}", route.path)
}

/// Headers that say that a request came through a proxy: then the address it comes from is the proxy's.
const BY_PROXY: [&str; 6] =
    ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via"];

/// Who may see the figures: whoever shows the token, an administrator, and, as long as no token is set, this machine
/// itself without a proxy between.
fn admit(call: &Call, token: Option<&str>) -> Result<(), Fault> {
    if call.caller.can(kernel::capability::OCART_MANAGE) {
        return Ok(());
    }
    let refused = |message: &str| Err(Fault::new(FaultKind::Forbidden, "metrics_closed", message));
    if let Some(token) = token {
        let header = call.headers.get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let shown = header.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default().trim();
        return if kernel::hash::same(shown, token) {
            Ok(())
        } else {
            refused("Show the metrics token: Authorization: Bearer …")
        };
    }
    let here =
        call.caller.ip.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback());
    if here && !BY_PROXY.iter().any(|name| call.headers.contains_key(*name)) {
        return Ok(());
    }
    refused("Without a metrics token the figures are for this machine only. Set CARTWRIGHT_METRICS_TOKEN.")
}

/// `/metrics`.
pub(super) async fn page(figures: &Figures, call: Call, token: Option<&str>) -> Result<Reply, Fault> {
    admit(&call, token)?;
    let mut page = Exposition::default();
    page.family("cartwright_build_info", Kind::Gauge, "1, with the version as its label.");
    page.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    if let Some(bytes) = resident() {
        page.single("process_resident_memory_bytes", Kind::Gauge, "Memory that the process holds.", bytes);
    }
    figures.expose(&mut page);
    let page = call.engine.expose(page).await?;
    Ok(Reply::bytes("text/plain; version=0.0.4; charset=utf-8", page.finish())
        .header("cache-control", "no-store"))
}

/// Bytes of memory in use, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? * 1_024)
}
