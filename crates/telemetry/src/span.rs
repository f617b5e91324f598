//! Spans: stretches of work for a trace. Nothing is measured unless a recorder is installed.

use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crate::origin::{Here, Origin, current, within};

/// What a span is to its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Work within the program.
    Internal,
    /// Answering a request.
    Server,
    /// Asking something outside.
    Client,
    /// Doing what was left in the outbox or among the jobs.
    Consumer,
}

/// A finished span.
#[derive(Debug, Clone)]
pub struct SpanRecord {
    /// Trace.
    pub trace_id: u128,
    /// Own id, never 0.
    pub span_id: u64,
    /// Id of the span around it, or 0.
    pub parent_id: u64,
    /// Name, of a bounded set.
    pub name: String,
    /// Role.
    pub role: Role,
    /// When it began.
    pub started: Instant,
    /// How long it took.
    pub duration: Duration,
    /// What is to be known of it; no personal data.
    pub attributes: Vec<(&'static str, String)>,
    /// Whether it failed.
    pub failed: bool,
}

/// Takes finished spans. It must neither wait nor fail.
pub trait Recorder: Send + Sync + 'static {
    /// Takes one.
    fn record(&self, span: SpanRecord);
}

static RECORDER: OnceLock<Box<dyn Recorder>> = OnceLock::new();
static NEXT: AtomicU64 = AtomicU64::new(1);

/// Records every span from here on, for the life of the process. `seed` is where span ids start: draw it by chance.
/// False when a recorder was installed before.
pub fn install(recorder: Box<dyn Recorder>, seed: u64) -> bool {
    NEXT.store(seed, Ordering::Relaxed);
    RECORDER.set(recorder).is_ok()
}

/// The finaliser of SplitMix64 over a counter: distinct ids that look drawn.
fn next_id() -> u64 {
    let mut id = NEXT.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
    id = (id ^ (id >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    id = (id ^ (id >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (id ^ (id >> 31)).max(1)
}

/// A span that has begun; dropping it ends it.
#[derive(Debug, Default)]
pub struct Span(Option<Box<Open>>);

#[derive(Debug)]
struct Open {
    here: Here,
    parent_id: u64,
    name: String,
    role: Role,
    started: Instant,
    attributes: Vec<(&'static str, String)>,
    failed: bool,
}

impl Span {
    /// Part of the work at hand. Nothing when that belongs to no request.
    #[must_use]
    pub fn start(name: &str, role: Role) -> Self {
        if RECORDER.get().is_none() {
            return Self(None);
        }
        current().map_or(Self(None), |here| Self::open(&here.origin, here.span_id, name, role))
    }

    /// The first of its kind for `origin`, under `parent_id` of another program or 0.
    #[must_use]
    pub fn root(origin: &Arc<Origin>, parent_id: u64, name: &str, role: Role) -> Self {
        if RECORDER.get().is_none() {
            return Self(None);
        }
        Self::open(origin, parent_id, name, role)
    }

    fn open(origin: &Arc<Origin>, parent_id: u64, name: &str, role: Role) -> Self {
        Self(Some(Box::new(Open {
            here: Here { origin: Arc::clone(origin), span_id: next_id() },
            parent_id,
            name: name.to_owned(),
            role,
            started: Instant::now(),
            attributes: Vec::new(),
            failed: false,
        })))
    }

    /// Where work within this span stands.
    #[must_use]
    pub fn here(&self) -> Option<Here> {
        self.0.as_ref().map(|open| open.here.clone())
    }

    /// Does `work` within this span.
    pub async fn around<F: Future>(&self, work: F) -> F::Output {
        within(self.here(), work).await
    }

    /// Tells something of it. `value` is only asked for when the span is recorded.
    pub fn tell<V: Into<String>>(&mut self, name: &'static str, value: impl FnOnce() -> V) {
        if let Some(open) = &mut self.0 {
            open.attributes.push((name, value().into()));
        }
    }

    /// It failed.
    pub fn fail(&mut self) {
        if let Some(open) = &mut self.0 {
            open.failed = true;
        }
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        let (Some(open), Some(recorder)) = (self.0.take(), RECORDER.get()) else { return };
        recorder.record(SpanRecord {
            trace_id: open.here.origin.trace_id(),
            span_id: open.here.span_id,
            parent_id: open.parent_id,
            name: open.name,
            role: open.role,
            started: open.started,
            duration: open.started.elapsed(),
            attributes: open.attributes,
            failed: open.failed,
        });
    }
}
