//! The request that caused the work at hand.

use std::future::Future;
use std::sync::Arc;

/// Which request something is done for. It is kept with events and jobs, so that what they cause names it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    request_id: String,
    /// Where it is not the one that follows from the request's id.
    trace_id: Option<u128>,
}

impl Origin {
    /// A request's own name for itself, when it is one that a log may hold: 8 to 64 of `[A-Za-z0-9._-]`.
    #[must_use]
    pub fn of_request(request_id: &str) -> Option<Self> {
        let fits = (8..=64).contains(&request_id.len())
            && request_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        fits.then(|| Self { request_id: request_id.to_owned(), trace_id: None })
    }

    /// An id of our own making.
    #[must_use]
    pub fn of_uuid(uuid: &str) -> Self {
        Self { request_id: uuid.to_owned(), trace_id: None }
    }

    /// A request that is known by its trace only.
    #[must_use]
    pub fn of_trace(trace_id: u128) -> Self {
        Self { request_id: format!("{trace_id:032x}"), trace_id: None }
    }

    /// The same request as part of a trace that began elsewhere.
    #[must_use]
    pub fn in_trace(mut self, trace_id: u128) -> Self {
        self.trace_id = Some(trace_id);
        self
    }

    /// The request's id.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The trace it belongs to.
    #[must_use]
    pub fn trace_id(&self) -> u128 {
        self.trace_id.unwrap_or_else(|| trace_of(&self.request_id))
    }

    /// For a column of 100 ASCII characters.
    #[must_use]
    pub fn column(&self) -> String {
        match self.trace_id {
            None => self.request_id.clone(),
            Some(trace_id) => format!("{};{trace_id:032x}", self.request_id),
        }
    }

    /// From the column; `None` for anything that is not from [`Origin::column`].
    #[must_use]
    pub fn from_column(text: &str) -> Option<Self> {
        match text.split_once(';') {
            None => Self::of_request(text),
            Some((request_id, trace)) => {
                let trace_id = u128::from_str_radix(trace, 16).ok()?;
                Some(Self::of_request(request_id)?.in_trace(trace_id))
            }
        }
    }
}

/// An id of 32 hexadecimal digits (a UUID) is its trace's id as well; any other is hashed.
fn trace_of(request_id: &str) -> u128 {
    let plain: String = request_id.chars().filter(|character| *character != '-').collect();
    let own = if plain.len() == 32 { u128::from_str_radix(&plain, 16).ok() } else { None };
    own.filter(|id| *id != 0).unwrap_or_else(|| {
        let digest = kernel::hash::sha256(request_id);
        u128::from_str_radix(&digest[..32], 16).unwrap_or(1).max(1)
    })
}

/// Where in a trace the work at hand stands.
#[derive(Debug, Clone)]
pub struct Here {
    /// Whom it is done for.
    pub origin: Arc<Origin>,
    /// Id of the span around it; 0 when nothing is recorded.
    pub span_id: u64,
}

tokio::task_local! {
    static HERE: Here;
}

/// What the work at hand is done for, if it is known.
#[must_use]
pub fn current() -> Option<Here> {
    HERE.try_with(Clone::clone).ok()
}

/// Does `work` on behalf of `here`.
pub async fn within<F: Future>(here: Option<Here>, work: F) -> F::Output {
    match here {
        Some(here) => HERE.scope(here, work).await,
        None => work.await,
    }
}

/// As [`within`], on this thread.
pub fn within_now<T>(here: Option<Here>, work: impl FnOnce() -> T) -> T {
    match here {
        Some(here) => HERE.sync_scope(here, work),
        None => work(),
    }
}
