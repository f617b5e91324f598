//! What a handler answers.

use bytes::Bytes;
use http::StatusCode;
use kernel::{Page, Paging};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// The answer's content.
#[derive(Debug, Clone)]
pub enum ReplyBody {
    /// JSON.
    Json(Value),
    /// A page: template name and context.
    Page(String, minijinja::Value),
    /// Bytes of a content type.
    Bytes(&'static str, Bytes),
    /// Nothing.
    Empty,
}

/// What a handler answers.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status.
    pub status: StatusCode,
    /// Content.
    pub body: ReplyBody,
    /// Further headers, cookies among them.
    pub headers: Vec<(String, String)>,
    /// Rows in all pages, with the paging that was asked for.
    pub list: Option<(i64, Paging)>,
}

/// What is answered after something was deleted for good: what it was.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Deleted<T> {
    /// Always true.
    pub deleted: bool,
    /// As it stood before.
    pub previous: T,
}

impl Reply {
    /// 200 with what was deleted.
    #[must_use]
    pub fn deleted<T: Serialize>(previous: T) -> Self {
        Self::json(&Deleted { deleted: true, previous })
    }

    /// 200 with JSON.
    #[must_use]
    pub fn json<T: Serialize>(value: &T) -> Self {
        Self::with_status(StatusCode::OK, value)
    }

    /// 201 with JSON.
    #[must_use]
    pub fn created<T: Serialize>(value: &T) -> Self {
        Self::with_status(StatusCode::CREATED, value)
    }

    /// Any status with JSON.
    #[must_use]
    pub fn with_status<T: Serialize>(status: StatusCode, value: &T) -> Self {
        let value = serde_json::to_value(value).unwrap_or(Value::Null);
        Self { status, body: ReplyBody::Json(value), headers: Vec::new(), list: None }
    }

    /// A page of a list: rows as JSON, totals in `X-WP-Total` and `X-WP-TotalPages`, neighbours in `Link`.
    #[must_use]
    pub fn list<T: Serialize>(page: &Page<T>, paging: &Paging) -> Self {
        let mut reply = Self::json(&page.rows);
        reply.list = Some((page.total, paging.clone()));
        reply
    }

    /// A page from a template; the context comes from [`minijinja::context!`] or any struct that serialises.
    #[must_use]
    pub fn page(template: &str, context: minijinja::Value) -> Self {
        Self {
            status: StatusCode::OK,
            body: ReplyBody::Page(template.to_owned(), context),
            headers: Vec::new(),
            list: None,
        }
    }

    /// 303 to another page, as after a form.
    #[must_use]
    pub fn redirect(address: &str) -> Self {
        Self {
            status: StatusCode::SEE_OTHER,
            body: ReplyBody::Empty,
            headers: vec![("location".to_owned(), address.to_owned())],
            list: None,
        }
    }

    /// The same page beside a site at `address` (`https://shop.example/store`): it may show that site's pictures, and its
    /// forms may end there. A browser holds a form's redirects to what the page with the form was allowed.
    #[must_use]
    pub fn beside(self, address: &str) -> Self {
        let place = |rest: &str| rest.find('/').map_or(rest.len(), |end| end);
        let Some((scheme, rest)) = address.split_once("://") else { return self };
        let Some(host) = rest.get(..place(rest)) else { return self };
        let origin = format!("{scheme}://{host}");
        if origin.contains([' ', ';', ',']) {
            return self;
        }
        let policy = format!(
            "default-src 'self'; img-src 'self' data: {origin}; object-src 'none'; base-uri 'none'; \
             form-action 'self' {origin}; frame-ancestors 'self'"
        );
        self.header("content-security-policy", policy)
    }

    /// Bytes of a content type.
    #[must_use]
    pub fn bytes(content_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::OK,
            body: ReplyBody::Bytes(content_type, bytes.into()),
            headers: Vec::new(),
            list: None,
        }
    }

    /// The same with another status.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_ascii_lowercase(), value.into()));
        self
    }

    /// The same, setting a cookie that scripts cannot read: `HttpOnly`, `SameSite=Lax`, for the whole site, `Secure`
    /// when the public address is https. `seconds` 0 deletes it.
    #[must_use]
    pub fn cookie(self, name: &str, value: &str, seconds: i64, secure: bool) -> Self {
        let secure = if secure { "; Secure" } else { "" };
        self.header(
            "set-cookie",
            format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"),
        )
    }

    /// The same with a one-time notice on the next page: `kind` is `success`, `error` or `info`.
    #[must_use]
    pub fn notice(self, kind: &str, text: &str) -> Self {
        let text = percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC);
        self.header(
            "set-cookie",
            format!("cartwright_notice={kind}:{text}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"),
        )
    }
}
