//! Reading a request: address, query, cookies, credentials, body. Everything a client may get wrong is a 4xx here.

use std::collections::BTreeMap;

use axum::extract::Request;
use bytes::Bytes;
use http::{HeaderMap, Method, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kernel::{Fault, FaultKind};

use super::Site;
use super::request::Names;
use crate::call::{Body, Call};
use crate::caller::{Caller, Credentials};
use crate::form::pairs;
use crate::headers::{cookies, forwarded_for};
use crate::limit::{by_address, by_token};
use crate::routes::{Face, Route};

/// A request that has been read but not yet authenticated.
pub(super) struct Incoming {
    pub(super) call: Call,
    pub(super) credentials: Credentials,
    pub(super) body_hash: String,
    pub(super) notice: Option<(String, String)>,
}

pub(super) async fn read(
    site: &Site,
    route: &Route,
    parameters: BTreeMap<String, String>,
    peer: String,
    names: Names,
    request: Request,
) -> Result<Incoming, Fault> {
    let (parts, body) = request.into_parts();
    let ip = forwarded(site, &parts.headers).unwrap_or(peer);
    let now = site.engine.now();
    if let Some(limit) = route.limit {
        site.limits.check(limit, &by_address(&ip), now)?;
    }
    let path = parts.uri.path().to_owned();
    let query = pairs(parts.uri.query().unwrap_or_default());
    // What another site's page sends counts as sent by nobody: no cookie of ours speaks for it.
    let foreign = route.face == Face::Rest && from_elsewhere(site, &parts.headers);
    let cookies = if foreign { BTreeMap::new() } else { cookies(&parts.headers) };
    let allowed = site.options.body_time * mebibytes(route.body_limit);
    let bytes = tokio::time::timeout(allowed, body_bytes(body, route.body_limit))
        .await
        .unwrap_or_else(|_| Err(late()))?;
    // The same place is the same with a slash at its end.
    let place = path.trim_end_matches('/');
    let body_hash =
        kernel::hash::sha256([parts.method.as_str().as_bytes(), place.as_bytes(), &bytes].concat());
    let content_type = text(&parts.headers, header::CONTENT_TYPE.as_str());
    let raw_body = bytes.clone();
    let body = parse_body(route.face, &content_type, bytes)?;
    forged(site, route, &parts.headers, &parts.method)?;
    let cart_token = cart_token(&parts.headers, &cookies);
    if let Some(limit) = route.limit {
        for token in [parameters.get("token"), cart_token.as_ref()].into_iter().flatten() {
            site.limits.check(limit, &by_token(token), now)?;
        }
    }
    let credentials = Credentials {
        authorization: parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned),
        session_cookie: cookies.get("cartwright_session").cloned(),
        method: parts.method.to_string(),
        url: format!("{}{path}", own_address(site, &parts.headers)),
        query: query.clone(),
        ip: ip.clone(),
        request: names.unique.clone(),
    };
    let notice = cookies.get("cartwright_notice").and_then(|value| {
        let (kind, text) = value.split_once(':')?;
        let known = ["success", "error", "info"].contains(&kind);
        known.then(|| {
            (kind.to_owned(), percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned())
        })
    });
    let caller = Caller { user: None, session: None, cart_token, ip };
    let call = Call {
        engine: site.engine.clone(),
        method: parts.method,
        path,
        parameters,
        query,
        headers: parts.headers,
        body,
        raw_body,
        caller,
        request_id: names.origin.request_id().to_owned(),
        unique_id: names.unique,
    };
    Ok(Incoming { call, credentials, body_hash, notice })
}

/// The shopper's cart: named by a header, or by the cookie.
fn cart_token(headers: &HeaderMap, cookies: &BTreeMap<String, String>) -> Option<String> {
    Some(text(headers, "cart-token"))
        .filter(|token| !token.is_empty())
        .or_else(|| cookies.get("cartwright_cart").cloned())
        .filter(|token| {
            token.len() <= 128 && token.chars().all(|character| character.is_ascii_alphanumeric())
        })
}

fn text(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// The client behind a trusted proxy: the last address of `X-Forwarded-For`, which the proxy itself wrote.
fn forwarded(site: &Site, headers: &HeaderMap) -> Option<String> {
    if !site.options.trust_forwarded {
        return None;
    }
    forwarded_for(headers).map(|address| address.to_string())
}

/// Scheme and host as the client saw them, for signatures that cover the address.
fn own_address(site: &Site, headers: &HeaderMap) -> String {
    let host = text(headers, "host");
    if host.is_empty() {
        return site.engine.public_url().to_owned();
    }
    let scheme =
        if site.options.trust_forwarded { text(headers, "x-forwarded-proto") } else { String::new() };
    let scheme = match scheme.as_str() {
        "https" => "https",
        _ if site.engine.public_url().starts_with("https") => "https",
        _ => "http",
    };
    format!("{scheme}://{host}")
}

/// Of a body's limit, begun ones included.
fn mebibytes(limit: usize) -> u32 {
    u32::try_from(limit.div_ceil(1024 * 1024).max(1)).unwrap_or(u32::MAX)
}

fn late() -> Fault {
    Fault::new(FaultKind::Late, "rest_request_timeout", "The body did not arrive in time. Send it again.")
}

async fn body_bytes(body: axum::body::Body, limit: usize) -> Result<Bytes, Fault> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Fault::new(
            FaultKind::TooLarge,
            "rest_body_too_large",
            format!("The body is too large. Send at most {} KiB.", limit / 1024),
        )),
        Err(_) => Err(Fault::invalid("body", "The body ended before it was whole. Send it again.")),
    }
}

fn parse_body(face: Face, content_type: &str, bytes: Bytes) -> Result<Body, Fault> {
    let kind = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if bytes.is_empty() {
        return Ok(if kind == "application/x-www-form-urlencoded" {
            Body::Form(Vec::new())
        } else {
            Body::Empty
        });
    }
    let utf8 = |bytes: &Bytes| {
        std::str::from_utf8(bytes)
            .map(str::to_owned)
            .map_err(|_| Fault::invalid("body", "The body is not valid UTF-8. Send UTF-8 text."))
    };
    match kind.as_str() {
        "application/json" => serde_json::from_str(&utf8(&bytes)?).map(Body::Json).map_err(|error| {
            Fault::new(FaultKind::Invalid, "rest_invalid_json", format!("Invalid JSON body passed: {error}"))
        }),
        "application/x-www-form-urlencoded" => Ok(Body::Form(pairs(&utf8(&bytes)?))),
        _ if face == Face::Rest && bytes.first().is_some_and(|first| *first == b'{') => {
            serde_json::from_str(&utf8(&bytes)?).map(Body::Json).map_err(|error| {
                Fault::new(
                    FaultKind::Invalid,
                    "rest_invalid_json",
                    format!("Invalid JSON body passed: {error}"),
                )
            })
        }
        _ => Ok(Body::Raw(bytes)),
    }
}

/// Refuses a page's form that another site's page has sent: browsers say where a request comes from.
fn forged(site: &Site, route: &Route, headers: &HeaderMap, method: &Method) -> Result<(), Fault> {
    if route.face != Face::Page || *method == Method::GET {
        return Ok(());
    }
    if from_elsewhere(site, headers) {
        return Err(Fault::new(
            FaultKind::Forbidden,
            "cross_site",
            "This form was sent from another site. Open the page here and send it again.",
        ));
    }
    Ok(())
}

/// Does the browser say that another site's page has sent this?
fn from_elsewhere(site: &Site, headers: &HeaderMap) -> bool {
    match text(headers, "sec-fetch-site").as_str() {
        "same-origin" | "none" => return false,
        "" => {}
        _ => return true,
    }
    let origin = text(headers, "origin");
    let own = [site.engine.public_url().to_owned(), own_address(site, headers)];
    !origin.is_empty() && !own.contains(&origin)
}
