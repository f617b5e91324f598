//! Every refusal in one type: what kind it is, its WordPress code, a sentence for a person, and the fields at fault.

use std::collections::BTreeMap;

use serde_json::Value;

/// What kind of refusal a [`Fault`] is. `web` maps each to one HTTP status, the command line to exit 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// 400: a parameter has the wrong type, shape or range.
    Invalid,
    /// 401: nobody is logged in.
    Unauthenticated,
    /// 403: logged in, but lacking the capability.
    Forbidden,
    /// 404: no such thing, or not the caller's.
    NotFound,
    /// 408: what was sent did not arrive whole in time.
    Late,
    /// 409: a replay or a conflict; the original is in `data`.
    Conflict,
    /// 413: the body is larger than the route takes.
    TooLarge,
    /// 422: well formed, but refused by a rule.
    Unprocessable,
    /// 429: asked too often; `data.retry_after` holds seconds.
    TooMany,
    /// 502: something outside (a gateway, WordPress) did not answer as it should.
    Upstream,
    /// 503: the database or the server cannot take the work now; asking again is safe.
    Unavailable,
    /// 500: our own mistake. Never caused by anything a client sent.
    Bug,
}

/// A refusal. Build it with the constructors; `?` carries it to the face that shows it.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The kind, which decides the HTTP status.
    pub kind: FaultKind,
    /// Stable machine-readable code in WordPress's manner, such as `rest_invalid_param`.
    pub code: &'static str,
    /// A sentence for a person: what is wrong and what to do about it.
    pub message: String,
    /// Field name to what is wrong with it.
    pub params: BTreeMap<String, String>,
    /// Further members of `data` in the answer, such as the original of a conflict.
    pub data: BTreeMap<String, Value>,
}

impl Fault {
    /// A fault of `kind` with its code and message.
    #[must_use]
    pub fn new(kind: FaultKind, code: &'static str, message: impl Into<String>) -> Self {
        Self { kind, code, message: message.into(), params: BTreeMap::new(), data: BTreeMap::new() }
    }

    /// 400 `rest_invalid_param` naming one field and what is wrong with it.
    #[must_use]
    pub fn invalid(field: impl Into<String>, problem: impl Into<String>) -> Self {
        let (field, problem) = (field.into(), problem.into());
        let mut fault =
            Self::new(FaultKind::Invalid, "rest_invalid_param", format!("Invalid parameter(s): {field}"));
        fault.params.insert(field, problem);
        fault
    }

    /// 400 `rest_missing_callback_param` for a field that must be there.
    #[must_use]
    pub fn missing(field: impl Into<String>) -> Self {
        let field = field.into();
        let mut fault = Self::new(
            FaultKind::Invalid,
            "rest_missing_callback_param",
            format!("Missing parameter(s): {field}"),
        );
        fault.params.insert(field, "This field is required.".to_owned());
        fault
    }

    /// Adds another field at fault, so that one answer names them all.
    #[must_use]
    pub fn and_invalid(mut self, field: impl Into<String>, problem: impl Into<String>) -> Self {
        self.params.insert(field.into(), problem.into());
        self.message =
            format!("Invalid parameter(s): {}", self.params.keys().cloned().collect::<Vec<_>>().join(", "));
        self
    }

    /// Adds a member to `data`.
    #[must_use]
    pub fn with(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.data.insert(key.into(), value.into());
        self
    }

    /// 404 with a noun: `Fault::not_found("funnel")`.
    #[must_use]
    pub fn not_found(noun: &str) -> Self {
        Self::new(FaultKind::NotFound, "rest_not_found", format!("There is no such {noun}."))
    }

    /// 401 `rest_not_logged_in`.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(FaultKind::Unauthenticated, "rest_not_logged_in", "You are not currently logged in.")
    }

    /// 403 `rest_forbidden`.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(FaultKind::Forbidden, "rest_forbidden", "Sorry, you are not allowed to do that.")
    }

    /// 409 with its own code.
    #[must_use]
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Conflict, code, message)
    }

    /// 422 with its own code: well formed, refused by a rule.
    #[must_use]
    pub fn refused(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(FaultKind::Unprocessable, code, message)
    }

    /// 429 with the seconds to wait.
    #[must_use]
    pub fn too_many(retry_after_seconds: i64) -> Self {
        Self::new(FaultKind::TooMany, "rate_limited", "Too many requests. Wait a moment and try again.")
            .with("retry_after", retry_after_seconds)
    }

    /// 503: asking again is safe.
    #[must_use]
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Unavailable, "service_unavailable", message)
    }

    /// 500: an invariant of ours does not hold. The message goes to the log, not to the client.
    #[must_use]
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(FaultKind::Bug, "internal_error", message)
    }

    /// The HTTP status of the kind.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self.kind {
            FaultKind::Invalid => 400,
            FaultKind::Unauthenticated => 401,
            FaultKind::Forbidden => 403,
            FaultKind::NotFound => 404,
            FaultKind::Late => 408,
            FaultKind::Conflict => 409,
            FaultKind::TooLarge => 413,
            FaultKind::Unprocessable => 422,
            FaultKind::TooMany => 429,
            FaultKind::Bug => 500,
            FaultKind::Upstream => 502,
            FaultKind::Unavailable => 503,
        }
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)?;
        for (field, problem) in &self.params {
            write!(formatter, " {field}: {problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

impl From<serde_json::Error> for Fault {
    fn from(error: serde_json::Error) -> Self {
        Self::bug(format!("a stored JSON document does not read: {error}"))
    }
}
