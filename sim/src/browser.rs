//! A browser without a screen: cookies, redirects, forms; straight into the program's router.

use std::collections::BTreeMap;

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode, header};
use http_body_util::BodyExt;
use kernel::Fault;
use serde_json::Value;
use tower::ServiceExt;
use web::server::Peer;

use crate::forms::{PageForm, forms};

/// What came back.
#[derive(Debug, Clone)]
pub struct Visit {
    /// Status of the last answer.
    pub status: StatusCode,
    /// Path of the last answer, after redirects.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Of a REST list, how many rows there are in all.
    pub total: i64,
}

impl Visit {
    /// The first form that has a field, box or button of this name.
    #[must_use]
    pub fn form(&self, field: &str) -> Option<PageForm> {
        forms(&self.text).into_iter().find(|form| form.has(field))
    }

    /// The first form that goes to an address with this end.
    #[must_use]
    pub fn form_to(&self, end: &str) -> Option<PageForm> {
        forms(&self.text).into_iter().find(|form| form.action.ends_with(end))
    }

    /// As JSON; `Null` when it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// The first address in a link that contains `part`.
    #[must_use]
    pub fn link(&self, part: &str) -> Option<String> {
        let found = self.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        found.map(crate::forms::unescape).find(|address| address.contains(part))
    }
}

/// One person's browser.
#[derive(Debug, Clone)]
pub struct Browser {
    router: Router,
    cookies: BTreeMap<String, String>,
    address: String,
    basic: Option<String>,
}

/// Redirects followed before something must be wrong.
const REDIRECTS: usize = 8;

impl Browser {
    /// A fresh one at an address such as `198.51.100.7`.
    #[must_use]
    pub fn new(router: &Router, address: &str) -> Self {
        Self { router: router.clone(), cookies: BTreeMap::new(), address: address.to_owned(), basic: None }
    }

    /// Logs in with every request, as programs do.
    #[must_use]
    pub fn with_basic(mut self, login: &str, password: &str) -> Self {
        use base64::Engine as _;
        let pair = base64::engine::general_purpose::STANDARD.encode(format!("{login}:{password}"));
        self.basic = Some(format!("Basic {pair}"));
        self
    }

    /// The cart's token in the cookie jar.
    #[must_use]
    pub fn cart_token(&self) -> Option<&str> {
        self.cookies.get("cartwright_cart").map(String::as_str)
    }

    /// With this cart in the cookie jar, as somebody who has learned its token.
    #[must_use]
    pub fn with_cart(mut self, token: &str) -> Self {
        self.cookies.insert("cartwright_cart".to_owned(), token.to_owned());
        self
    }

    /// Opens a page. One that a restore link led to tells so, as its script does.
    pub async fn open(&mut self, path: &str) -> Result<Visit, Fault> {
        let visit = self.follow("GET", path, None, "").await?;
        if visit.path.contains("restored=1") {
            self.call("POST", "/wp-json/ocart/v1/checkout/restored", &Value::Null, "").await?;
        }
        Ok(visit)
    }

    /// Sends a form.
    pub async fn send(&mut self, page: &Visit, form: &PageForm) -> Result<Visit, Fault> {
        let action = if form.action.is_empty() { page.path.clone() } else { form.action.clone() };
        if form.method == "post" {
            let body = Some(("application/x-www-form-urlencoded", form.encoded()));
            return self.follow("POST", &action, body, "").await;
        }
        let separator = if action.contains('?') { '&' } else { '?' };
        self.follow("GET", &format!("{action}{separator}{}", form.encoded()), None, "").await
    }

    /// Calls a REST route with a JSON body.
    pub async fn call(&mut self, method: &str, path: &str, body: &Value, key: &str) -> Result<Visit, Fault> {
        let body = (!body.is_null()).then(|| ("application/json", body.to_string()));
        self.follow(method, path, body, key).await
    }

    async fn follow(
        &mut self,
        method: &str,
        path: &str,
        body: Option<(&'static str, String)>,
        key: &str,
    ) -> Result<Visit, Fault> {
        let (mut method, mut path, mut body) = (method.to_owned(), path.to_owned(), body);
        for _ in 0..REDIRECTS {
            let (visit, location) = self.once(&method, &path, body.take(), key).await?;
            match location {
                Some(location) if visit.status.is_redirection() => {
                    path = inside(&location);
                    method = "GET".to_owned();
                }
                _ => return Ok(visit),
            }
        }
        Err(Fault::bug(format!("{path} redirects without an end")))
    }

    async fn once(
        &mut self,
        method: &str,
        path: &str,
        body: Option<(&'static str, String)>,
        key: &str,
    ) -> Result<(Visit, Option<String>), Fault> {
        let mut request =
            Request::builder().method(method).uri(path).header(header::USER_AGENT, "Mozilla/5.0 (simulated)");
        if !self.cookies.is_empty() {
            let line: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, line.join("; "));
        }
        if let Some(basic) = &self.basic {
            request = request.header(header::AUTHORIZATION, basic);
        }
        if !key.is_empty() {
            request = request.header("idempotency-key", key);
        }
        let content = match body {
            Some((content_type, text)) => {
                request = request.header(header::CONTENT_TYPE, content_type);
                Body::from(text)
            }
            None => Body::empty(),
        };
        let wrong = |error: &dyn std::fmt::Display| Fault::bug(format!("{method} {path}: {error}"));
        let mut request = request.body(content).map_err(|error| wrong(&error))?;
        request.extensions_mut().insert(Peer(self.address.clone()));
        let response = self.router.clone().oneshot(request).await.map_err(|error| wrong(&error))?;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map_err(|error| wrong(&error))?.to_bytes();
        self.remember(&parts.headers);
        let location =
            parts.headers.get(header::LOCATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let total = parts.headers.get("x-wp-total").and_then(|value| value.to_str().ok()?.parse().ok());
        let visit = Visit { status: parts.status, path: path.to_owned(), text, total: total.unwrap_or(0) };
        Ok((visit, location))
    }

    fn remember(&mut self, headers: &http::HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE).iter().filter_map(|value| value.to_str().ok()) {
            let pair = line.split(';').next().unwrap_or_default();
            let Some((name, value)) = pair.split_once('=') else { continue };
            if line.contains("Max-Age=0;") || line.ends_with("Max-Age=0") {
                self.cookies.remove(name.trim());
            } else {
                self.cookies.insert(name.trim().to_owned(), value.to_owned());
            }
        }
    }
}

/// The path of an address on this site.
#[must_use]
pub fn inside(address: &str) -> String {
    match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or_else(|| "/".to_owned(), |start| rest[start..].to_owned()),
        None => address.to_owned(),
    }
}
