//! One request, read and authenticated.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderMap, Method};
use kernel::{Fault, Paging};
use runtime::Engine;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::caller::Caller;
use crate::form::Form;

/// What came with the request.
#[derive(Debug, Clone, Default)]
pub enum Body {
    /// Nothing.
    #[default]
    Empty,
    /// JSON.
    Json(Value),
    /// A form's fields.
    Form(Vec<(String, String)>),
    /// Anything else, such as a CSV file.
    Raw(Bytes),
}

/// One request: who, where, with what.
#[derive(Debug, Clone)]
pub struct Call {
    /// The engine.
    pub engine: Engine,
    /// Method.
    pub method: Method,
    /// Path without the query.
    pub path: String,
    /// Values of the path's `{name}` parts.
    pub parameters: BTreeMap<String, String>,
    /// Query, decoded, in order.
    pub query: Vec<(String, String)>,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: Body,
    /// The body's bytes as they came, for handlers that check a signature over them.
    pub raw_body: Bytes,
    /// Who is calling.
    pub caller: Caller,
    /// Id of the request, in logs and in `X-Request-Id`; the client may have chosen it, and used it before.
    pub request_id: String,
    /// Unique to this request, whatever its client calls it: may stand in a key.
    pub unique_id: String,
}

impl Call {
    /// A path part as text.
    #[must_use]
    pub fn parameter(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }

    /// A path part as a row id; 404 for anything else, as WordPress answers for a path that is no route.
    pub fn id<T: From<i64>>(&self, name: &str) -> Result<T, Fault> {
        self.parameter(name).parse::<i64>().ok().filter(|id| *id > 0).map(T::from).ok_or_else(|| {
            Fault::new(
                kernel::FaultKind::NotFound,
                "rest_no_route",
                "No route was found matching the URL and request method.",
            )
        })
    }

    /// A query parameter, if given.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether a query parameter says yes: `true` or `1`, in any case of letters, as WordPress reads it.
    #[must_use]
    pub fn query_flag(&self, name: &str) -> bool {
        self.query(name).is_some_and(|text| text == "1" || text.eq_ignore_ascii_case("true"))
    }

    /// The body as `T`. Unknown fields are refused when `T` says `deny_unknown_fields`; no body counts as `{}`.
    pub fn body<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        let value = match &self.body {
            Body::Json(value) => value.clone(),
            Body::Empty => Value::Object(serde_json::Map::new()),
            Body::Form(fields) => Value::Object(
                fields.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect(),
            ),
            Body::Raw(_) => {
                return Err(Fault::invalid("body", "Send JSON with Content-Type: application/json."));
            }
        };
        if !value.is_object() {
            return Err(Fault::invalid("body", "Send a JSON object."));
        }
        kernel::json::from_client(value)
    }

    /// The form's fields; empty for any other body.
    #[must_use]
    pub fn form(&self) -> Form {
        match &self.body {
            Body::Form(fields) => Form::new(fields.clone()),
            _ => Form::default(),
        }
    }

    /// `page` (or `offset`), `per_page` (1 to 100, default 10), `orderby` (one of `columns`, the first by default), `order`
    /// (descending by default), `search`.
    pub fn paging(&self, columns: &[&str]) -> Result<Paging, Fault> {
        self.paging_from(columns, "desc")
    }

    /// As [`Call::paging`], with the `order` that counts when none is given.
    pub fn paging_from(&self, columns: &[&str], order: &str) -> Result<Paging, Fault> {
        let number = |name: &str, default: u32, most: u32| match self.query(name) {
            None => Ok(default),
            Some(text) => text
                .parse::<u32>()
                .ok()
                .filter(|number| (1..=most).contains(number))
                .ok_or_else(|| Fault::invalid(name, format!("Use a whole number from 1 to {most}."))),
        };
        let first = columns.first().copied().unwrap_or("id");
        let orderby = self.query("orderby").filter(|column| !column.is_empty()).unwrap_or(first);
        if !columns.contains(&orderby) {
            return Err(Fault::invalid("orderby", format!("Use one of: {}.", columns.join(", "))));
        }
        let descending = match self.query("order").unwrap_or(order) {
            "desc" | "DESC" => true,
            "asc" | "ASC" => false,
            _ => return Err(Fault::invalid("order", "Use asc or desc.")),
        };
        Ok(Paging {
            page: number("page", 1, 1_000_000)?,
            per_page: number("per_page", 10, 100)?,
            orderby: orderby.to_owned(),
            descending,
            skip: self.number("offset")?,
            search: self.query("search").unwrap_or_default().trim().to_lowercase(),
        })
    }

    /// The cart token, or 401.
    pub fn cart_token(&self) -> Result<&str, Fault> {
        self.caller.cart_token.as_deref().ok_or_else(Fault::unauthenticated)
    }

    /// The `Idempotency-Key` header, at most 191 characters of visible ASCII; 400 for anything else.
    pub fn idempotency_key(&self) -> Result<Option<String>, Fault> {
        let Some(value) = self.headers.get("idempotency-key") else { return Ok(None) };
        let text = value.to_str().unwrap_or_default();
        if text.is_empty() || text.len() > 191 {
            return Err(Fault::invalid("Idempotency-Key", "Use 1 to 191 visible ASCII characters."));
        }
        Ok(Some(text.to_owned()))
    }

    /// The form token of this login: pages put it into the hidden field `_csrf`. Empty for visitors.
    #[must_use]
    pub fn csrf(&self) -> String {
        self.caller.session.as_ref().map_or_else(String::new, |session| {
            self.engine.secret().sign("csrf", &session.token_hash)[..32].to_owned()
        })
    }

    /// The REST nonce of this login, for `X-WP-Nonce`; good for 12 to 24 hours. Empty for visitors.
    #[must_use]
    pub fn nonce(&self) -> String {
        self.nonce_at(self.engine.now().unix() / NONCE_TICK_SECONDS)
    }

    /// Is `nonce` one of this login's that is still good?
    #[must_use]
    pub fn is_nonce(&self, nonce: &str) -> bool {
        let tick = self.engine.now().unix() / NONCE_TICK_SECONDS;
        kernel::hash::same(&self.nonce_at(tick), nonce) || kernel::hash::same(&self.nonce_at(tick - 1), nonce)
    }

    fn nonce_at(&self, tick: i64) -> String {
        self.caller.session.as_ref().map_or_else(String::new, |session| {
            self.engine.secret().sign("nonce", &format!("{}:{tick}", session.token_hash))[..20].to_owned()
        })
    }

    /// True when the caller asked for JSON rather than a page (scripts of our own pages do).
    #[must_use]
    pub fn wants_json(&self) -> bool {
        self.headers
            .get(http::header::ACCEPT)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|accept| accept.contains("application/json") && !accept.contains("text/html"))
    }

    /// The browser's name for itself, at most 300 characters.
    #[must_use]
    pub fn user_agent(&self) -> String {
        let text = self
            .headers
            .get(http::header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        text.chars().take(300).collect()
    }
}

/// WordPress's nonces change every twelve hours and are good for two changes.
const NONCE_TICK_SECONDS: i64 = 43_200;
