//! How a call travels: over HTTP, or, in tests, not at all.

use async_trait::async_trait;
use bytes::Bytes;

/// A call ready to go out.
#[derive(Debug, Clone)]
pub struct Outgoing {
    /// Full address with its query.
    pub url: String,
    /// Headers besides those of HTTP itself.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: Bytes,
}

/// What came back, whatever it is.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Where a redirect points, or empty.
    pub location: String,
    /// The body.
    pub body: Bytes,
}

/// Carries calls to the store.
#[async_trait]
pub trait Transport: Send + Sync + 'static {
    /// Posts the call. The error is a sentence part for a person: `connection refused`. Whoever calls minds the time.
    async fn post(&self, call: &Outgoing) -> Result<Answer, String>;
}
