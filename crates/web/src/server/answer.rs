//! Answers: JSON with WordPress's headers, pages in their frame, faults in either face, security headers on all.

use std::collections::BTreeMap;

use axum::body::Body;
use axum::response::Response;
use http::{HeaderName, HeaderValue, StatusCode, header};
use kernel::{Fault, FaultKind};
use serde_json::{Map, Value, json};

use super::Site;
use crate::call::Call;
use crate::reply::{Reply, ReplyBody};
use crate::routes::Face;

/// Marks an answer that a page of another origin may show: `X-Frame-Options` knows no such thing.
#[derive(Clone)]
struct FramedElsewhere;

/// What every page's frame shows.
#[derive(Default)]
pub(super) struct Frame {
    pub(super) values: BTreeMap<String, minijinja::Value>,
    pub(super) fragments: BTreeMap<String, Vec<String>>,
    pub(super) notice: Option<(String, String)>,
    /// Origin that may show the page in a frame of its own.
    pub(super) framed_by: Option<String>,
}

/// Scripts, styles and pictures of our own only; nothing inline, nothing framed elsewhere.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
                                       form-action 'self'; frame-ancestors 'self'";

pub(super) fn frame(site: &Site, call: &Call, mut values: BTreeMap<String, minijinja::Value>) -> Frame {
    let user = call.caller.user.as_ref();
    let mut put = |name: &str, value: minijinja::Value| {
        values.insert(name.to_owned(), value);
    };
    put("path", call.path.clone().into());
    put("csrf", call.csrf().into());
    put("nonce", call.nonce().into());
    put("user", user.map_or(minijinja::Value::from(()), |user| {
        minijinja::context! { id => user.id.0, login => user.login, display_name => user.display_name, email => user.email }
    }));
    put("is_admin", user.is_some_and(|user| user.can(kernel::capability::OCART_MANAGE)).into());
    put("menu", menu(site, call));
    Frame { values, ..Frame::default() }
}

/// The navigation this user may see: groups with their items, the current one marked.
fn menu(site: &Site, call: &Call) -> minijinja::Value {
    let mut groups: Vec<(&str, Vec<minijinja::Value>)> = Vec::new();
    for item in site.menu.iter().filter(|item| call.caller.can(item.capability)) {
        let address = format!("/admin/{}", item.slug);
        let current = call.path == address || call.path.starts_with(&format!("{address}/"));
        let entry = minijinja::context! { title => item.title, address => address, slug => item.slug, current => current };
        match groups.last_mut() {
            Some((group, items)) if *group == item.group => items.push(entry),
            _ => groups.push((item.group, vec![entry])),
        }
    }
    groups
        .into_iter()
        .map(|(title, items)| minijinja::context! { title => title, items => items })
        .collect::<Vec<_>>()
        .into()
}

pub(super) fn merged(frame: &Frame, context: minijinja::Value) -> minijinja::Value {
    let notice = frame.notice.as_ref().map_or(minijinja::Value::from(()), |(kind, text)| {
        minijinja::context! { kind => kind, text => text }
    });
    let base: BTreeMap<String, minijinja::Value> = frame.values.clone();
    minijinja::context! {
        notice => notice,
        fragments => minijinja::Value::from_serialize(&frame.fragments),
        ..minijinja::context! { ..context, ..minijinja::Value::from(base) }
    }
}

pub(super) fn reply(site: &Site, call: &Call, reply: Reply, frame: Frame, replayed: bool) -> Response {
    // Only a page shows a notice: a redirect on the way leaves it for the page behind.
    let notice_was_shown = frame.notice.is_some() && matches!(reply.body, ReplyBody::Page(..));
    let mut response = match &reply.body {
        ReplyBody::Json(value) => json_response(reply.status, value),
        ReplyBody::Bytes(content_type, bytes) => {
            let mut response = Response::new(Body::from(bytes.clone()));
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
            response
        }
        ReplyBody::Empty => Response::new(Body::empty()),
        ReplyBody::Page(template, context) => {
            match site.renderer.render(template, merged(&frame, context.clone())) {
                Ok(text) => html_response(text),
                Err(fault) => {
                    tracing::error!(detail = fault.message, "a page could not be rendered");
                    return early_fault(site, Face::Plain, &fault);
                }
            }
        }
    };
    allow_frame(&mut response, &frame);
    *response.status_mut() = reply.status;
    for (name, value) in &reply.headers {
        append(&mut response, name, value);
    }
    if let Some((total, paging)) = &reply.list {
        list_headers(&mut response, site, call, *total, paging);
    }
    if replayed {
        append(&mut response, "idempotent-replayed", "true");
    }
    if notice_was_shown {
        append(&mut response, "set-cookie", "cartwright_notice=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    }
    response
}

/// What stays as it is in a query: letters, digits and what addresses keep plain.
const PLAIN_IN_QUERIES: &percent_encoding::AsciiSet =
    &percent_encoding::NON_ALPHANUMERIC.remove(b'_').remove(b'-').remove(b'.').remove(b'~');

/// Parameters that are of one request only, or secret.
fn of_one_request(name: &str) -> bool {
    name.starts_with("oauth_") || matches!(name, "consumer_key" | "consumer_secret" | "_wpnonce" | "page")
}

/// How many rows and pages there are, and where this page and its neighbours are: each address holds the whole query.
fn list_headers(response: &mut Response, site: &Site, call: &Call, total: i64, paging: &kernel::Paging) {
    let per_page = i64::from(paging.per_page);
    let pages = (total + per_page - 1) / per_page;
    append(response, "x-wp-total", &total.to_string());
    append(response, "x-wp-totalpages", &pages.to_string());
    let page = i64::from(paging.page);
    let encoded = |text: &str| percent_encoding::utf8_percent_encode(text, PLAIN_IN_QUERIES).to_string();
    let kept: String = call
        .query
        .iter()
        .filter(|(name, _)| !of_one_request(name))
        .map(|(name, value)| format!("{}={}&", encoded(name), encoded(value)))
        .collect();
    let address = format!("{}{}", site.engine.public_url(), call.path.trim_end_matches('/'));
    let link = |number: i64, rel: &str| format!("<{address}?{kept}page={number}>; rel=\"{rel}\"");
    let mut links = Vec::new();
    if page > 1 && pages > 0 {
        links.push(link((page - 1).min(pages), "prev"));
    }
    if page < pages {
        links.push(link(page + 1, "next"));
    }
    links.push(link(page, "self"));
    append(response, "link", &links.join(", "));
}

/// Lets the page stand in a frame of the origin that may show it, and of no other.
fn allow_frame(response: &mut Response, frame: &Frame) {
    let Some(origin) = &frame.framed_by else { return };
    if let Ok(policy) = HeaderValue::try_from(format!("{CONTENT_SECURITY_POLICY} {origin}")) {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
        response.extensions_mut().insert(FramedElsewhere);
    }
}

/// A reply without a body or frame, such as a redirect.
pub(super) fn bare(reply: Reply) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = reply.status;
    for (name, value) in &reply.headers {
        append(&mut response, name, value);
    }
    response
}

/// A fault as WordPress's JSON, or as plain text where no page can be made.
pub(super) fn early_fault(site: &Site, face: Face, fault: &Fault) -> Response {
    let mut response = match face {
        Face::Rest => json_response(status(fault), &fault_json(fault)),
        Face::Page => fault_page(site, fault, Frame::default()),
        Face::Plain => {
            let mut response = Response::new(Body::from(format!("{}\n", shown(fault))));
            response
                .headers_mut()
                .insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            *response.status_mut() = status(fault);
            response
        }
    };
    if face != Face::Page {
        retry_after(&mut response, fault);
    }
    finish(site, &mut response, face);
    response
}

/// A fault as a page in the site's frame.
pub(super) fn fault_page(site: &Site, fault: &Fault, frame: Frame) -> Response {
    let framed = !frame.values.is_empty();
    let context = minijinja::context! {
        status => fault.status(),
        title => page_title(fault.kind),
        message => shown(fault),
        problems => fault.params.iter().map(|(field, problem)| format!("{field}: {problem}")).collect::<Vec<_>>(),
    };
    let template = if framed { "error.html" } else { "error_plain.html" };
    let mut response = match site.renderer.render(template, merged(&frame, context)) {
        Ok(text) => html_response(text),
        Err(error) => {
            tracing::error!(detail = error.message, "the error page could not be rendered");
            Response::new(Body::from(shown(fault)))
        }
    };
    allow_frame(&mut response, &frame);
    *response.status_mut() = status(fault);
    retry_after(&mut response, fault);
    response
}

/// Says when to come again, where the fault knows.
fn retry_after(response: &mut Response, fault: &Fault) {
    if let Some(seconds) = fault.data.get("retry_after") {
        append(response, "retry-after", &seconds.to_string());
    }
}

fn page_title(kind: FaultKind) -> &'static str {
    match kind {
        FaultKind::NotFound => "Page not found",
        FaultKind::Forbidden | FaultKind::Unauthenticated => "Not allowed",
        FaultKind::TooMany => "Too many requests",
        FaultKind::Bug | FaultKind::Upstream | FaultKind::Unavailable => "Something went wrong",
        _ => "That did not work",
    }
}

/// A bug's detail stays in the log.
fn shown(fault: &Fault) -> String {
    match fault.kind {
        FaultKind::Bug => "Something went wrong on our side. Please try again.".to_owned(),
        _ => fault.message.clone(),
    }
}

fn status(fault: &Fault) -> StatusCode {
    StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

pub(super) fn fault_json(fault: &Fault) -> Value {
    let mut data: Map<String, Value> = fault.data.clone().into_iter().collect();
    data.insert("status".to_owned(), Value::from(fault.status()));
    if !fault.params.is_empty() {
        data.insert("params".to_owned(), json!(fault.params));
    }
    json!({ "code": fault.code, "message": shown(fault), "data": data })
}

fn json_response(status: StatusCode, value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=UTF-8"));
    response
}

fn html_response(text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

fn append(response: &mut Response, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
        response.headers_mut().append(name, value);
    }
}

/// Headers that every answer carries.
pub(super) fn finish(site: &Site, response: &mut Response, face: Face) {
    let framed_elsewhere = response.extensions().get::<FramedElsewhere>().is_some();
    let headers = response.headers_mut();
    let mut put = |name: &'static str, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    put("x-content-type-options", "nosniff");
    put("referrer-policy", "strict-origin-when-cross-origin");
    put("content-security-policy", CONTENT_SECURITY_POLICY);
    if !framed_elsewhere {
        put("x-frame-options", "SAMEORIGIN");
    }
    put("permissions-policy", "camera=(), microphone=(), geolocation=()");
    if site.engine.public_url().starts_with("https://") {
        put("strict-transport-security", "max-age=31536000");
    }
    if face != Face::Plain {
        put("cache-control", "no-store");
    }
}
