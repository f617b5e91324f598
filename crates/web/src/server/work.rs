//! Running a route: authentication, access and the handler in as few transactions as the route allows.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::response::Response;
use db::Tx;
use http::StatusCode;
use kernel::{Fault, FaultKind};
use runtime::replay::{self, Answer, ReplayKey};

use super::Site;
use super::answer::{self, Frame};
use super::intake::Incoming;
use crate::access::Access;
use crate::call::Call;
use crate::caller::Credentials;
use crate::reply::{Reply, ReplyBody};
use crate::routes::{Face, Handler, Route};

/// What came out of a transaction: the handler's reply and the frame for a page.
struct Outcome {
    reply: Reply,
    frame: Frame,
    replayed: bool,
}

pub(super) async fn run(site: &Arc<Site>, route: Arc<Route>, incoming: Incoming, head: bool) -> Response {
    let Incoming { call, credentials, body_hash, notice } = incoming;
    let started = Arc::new(call);
    let result = match &route.handler {
        Handler::Read(_) => read(site, &route, &started, &credentials).await,
        Handler::Unit(_) => unit(site, &route, &started, &credentials, &body_hash).await,
        Handler::Flow(_) => flow(site, &route, &started, &credentials, &body_hash).await,
    };
    let mut response = match result {
        Ok(mut outcome) => {
            outcome.frame.notice = notice;
            answer::reply(site, &started, outcome.reply, outcome.frame, outcome.replayed)
        }
        Err(fault) => faulted(site, &route, &started, &credentials, &fault).await,
    };
    answer::finish(site, &mut response, route.face);
    if head {
        *response.body_mut() = axum::body::Body::empty();
    }
    response
}

/// A refusal, in the route's face. A page's refusal wears the site's frame when the frame can be had.
async fn faulted(
    site: &Arc<Site>,
    route: &Route,
    call: &Arc<Call>,
    credentials: &Credentials,
    fault: &Fault,
) -> Response {
    if fault.kind == FaultKind::Bug {
        tracing::error!(path = %route.path, detail = fault.message, "a request failed");
    }
    if route.face != Face::Page {
        return answer::early_fault(site, route.face, fault);
    }
    if fault.kind == FaultKind::Unauthenticated && call.method == http::Method::GET {
        let back =
            percent_encoding::utf8_percent_encode(&call.path, percent_encoding::NON_ALPHANUMERIC).to_string();
        let login = if call.path.starts_with("/admin") { "/admin/login" } else { "/my-account" };
        return answer::bare(Reply::redirect(&format!("{login}?redirect_to={back}")));
    }
    let (inner_site, inner_call, credentials) = (Arc::clone(site), Arc::clone(call), credentials.clone());
    let framed = site
        .engine
        .read(move |tx| {
            let call = authenticated(&inner_site, tx, &inner_call, &credentials)?;
            frame(&inner_site, &call, tx)
        })
        .await;
    match framed {
        Ok(frame) => answer::fault_page(site, fault, frame),
        Err(_) => answer::early_fault(site, route.face, fault),
    }
}

fn authenticated(site: &Site, tx: &mut Tx, call: &Call, credentials: &Credentials) -> Result<Call, Fault> {
    let mut call = call.clone();
    if let Some((user, session)) = (site.authenticator)(tx, credentials)? {
        call.caller.user = Some(user);
        call.caller.session = session;
    }
    Ok(call)
}

/// Authentication, the guard against forged requests, and the route's own condition.
fn admitted(
    site: &Site,
    route: &Route,
    tx: &mut Tx,
    call: &Call,
    credentials: &Credentials,
) -> Result<Call, Fault> {
    let mut call = authenticated(site, tx, call, credentials)?;
    if call.caller.session.is_some() {
        match route.face {
            Face::Rest => {
                let nonce =
                    call.headers.get("x-wp-nonce").and_then(|value| value.to_str().ok()).unwrap_or_default();
                let shown = if nonce.is_empty() { call.query("_wpnonce").unwrap_or_default() } else { nonce };
                if shown.is_empty() {
                    // As in WordPress: a cookie without a nonce counts as not logged in.
                    call.caller.user = None;
                    call.caller.session = None;
                } else if !call.is_nonce(shown) {
                    return Err(Fault::new(
                        FaultKind::Forbidden,
                        "rest_cookie_invalid_nonce",
                        "Cookie check failed",
                    ));
                }
            }
            Face::Page if route.mutates() => {
                let form = call.form();
                if form.get("_csrf").is_none_or(|token| !kernel::hash::same(token, &call.csrf())) {
                    return Err(Fault::new(
                        FaultKind::Forbidden,
                        "form_expired",
                        "This form has expired. Open the page again and send it once more.",
                    ));
                }
            }
            _ => {}
        }
    }
    route.access.check(&call.caller)?;
    Ok(call)
}

fn frame(site: &Site, call: &Call, tx: &mut Tx) -> Result<Frame, Fault> {
    let mut values: BTreeMap<String, minijinja::Value> = BTreeMap::new();
    for layout in &site.layouts {
        layout(call, tx, &mut values)?;
    }
    let mut frame = answer::frame(site, call, values);
    if let Some(framed_by) = site.framed_by.filter(|_| call.path.starts_with("/admin")) {
        frame.framed_by = framed_by(tx)?;
    }
    Ok(frame)
}

/// Fragments of other features for the slots a page names in its context under `slots`.
fn fragments(site: &Site, call: &Call, tx: &mut Tx, reply: &Reply, frame: &mut Frame) -> Result<(), Fault> {
    let ReplyBody::Page(_, context) = &reply.body else { return Ok(()) };
    let Ok(slots) = context.get_attr("slots") else { return Ok(()) };
    if slots.is_undefined() {
        return Ok(());
    }
    let subject =
        slots.get_attr("subject").ok().and_then(|value| i64::try_from(value).ok()).unwrap_or_default();
    let Some(names) = slots.get_attr("names").ok().and_then(|names| names.try_iter().ok()) else {
        return Ok(());
    };
    for name in names {
        let name = name.to_string();
        let mut rendered = Vec::new();
        for slot in site.fragments.iter().filter(|slot| slot.slot == name) {
            if let Some(fragment) = (slot.render)(call, tx, subject)? {
                let context = answer::merged(frame, fragment.context);
                rendered.push(site.renderer.render(fragment.template, context)?);
            }
        }
        frame.fragments.insert(name, rendered);
    }
    Ok(())
}

fn outcome(site: &Site, route: &Route, call: &Call, tx: &mut Tx, reply: Reply) -> Result<Outcome, Fault> {
    let mut page_frame = Frame::default();
    if route.face == Face::Page && matches!(reply.body, ReplyBody::Page(..)) {
        page_frame = frame(site, call, tx)?;
        fragments(site, call, tx, &reply, &mut page_frame)?;
    }
    Ok(Outcome { reply, frame: page_frame, replayed: false })
}

async fn read(
    site: &Arc<Site>,
    route: &Arc<Route>,
    call: &Arc<Call>,
    credentials: &Credentials,
) -> Result<Outcome, Fault> {
    let (site, route, call, credentials) =
        (Arc::clone(site), Arc::clone(route), Arc::clone(call), credentials.clone());
    let engine = site.engine.clone();
    engine
        .read(move |tx| {
            let call = admitted(&site, &route, tx, &call, &credentials)?;
            let Handler::Read(handler) = &route.handler else { return Err(Fault::bug("not a read")) };
            let reply = handler(&call, tx)?;
            outcome(&site, &route, &call, tx, reply)
        })
        .await
}

async fn unit(
    site: &Arc<Site>,
    route: &Arc<Route>,
    call: &Arc<Call>,
    credentials: &Credentials,
    body_hash: &str,
) -> Result<Outcome, Fault> {
    let engine = site.engine.clone();
    let (site, route, call, credentials, body_hash) =
        (Arc::clone(site), Arc::clone(route), Arc::clone(call), credentials.clone(), body_hash.to_owned());
    engine
        .attempt(move |tx| {
            let call = admitted(&site, &route, tx, &call, &credentials)?;
            tx.set_actor(call.caller.actor());
            let Handler::Unit(handler) = &route.handler else { return Err(Fault::bug("not a unit")) };
            let key = replay_key(&route, &call, &body_hash)?;
            if let Some(answer) = key.as_ref().map(|key| replay::find(tx, key)).transpose()?.flatten() {
                return Ok(replayed(&answer));
            }
            let reply = handler(&call, tx)?;
            if let Some(key) = &key {
                replay::store(tx, key, &kept(&reply))?;
            }
            outcome(&site, &route, &call, tx, reply)
        })
        .await
}

async fn flow(
    site: &Arc<Site>,
    route: &Arc<Route>,
    call: &Arc<Call>,
    credentials: &Credentials,
    body_hash: &str,
) -> Result<Outcome, Fault> {
    let Handler::Flow(handler) = &route.handler else { return Err(Fault::bug("not a flow")) };
    let call = if credentials.are_absent() {
        route.access.check(&call.caller)?;
        Call::clone(call)
    } else {
        let (inner_site, route, call, credentials) =
            (Arc::clone(site), Arc::clone(route), Arc::clone(call), credentials.clone());
        site.engine.read(move |tx| admitted(&inner_site, &route, tx, &call, &credentials)).await?
    };
    let key = replay_key(route, &call, body_hash)?;
    if let Some(key) = key.clone() {
        let claimed = site.engine.write(call.caller.actor(), move |tx| replay::claim(tx, &key)).await?;
        if let Some(answer) = claimed {
            return Ok(replayed(&answer));
        }
    }
    let result = handler(call.clone()).await;
    if let Some(key) = key {
        let answer = result.as_ref().ok().map(kept);
        site.engine
            .write(call.caller.actor(), move |tx| match &answer {
                Some(answer) => replay::finish(tx, &key, answer),
                None => replay::release(tx, &key),
            })
            .await?;
    }
    let reply = result?;
    if !matches!(reply.body, ReplyBody::Page(..)) {
        return Ok(Outcome { reply, frame: Frame::default(), replayed: false });
    }
    let (inner_site, inner_route) = (Arc::clone(site), Arc::clone(route));
    site.engine.read(move |tx| outcome(&inner_site, &inner_route, &call, tx, reply)).await
}

fn replay_key(route: &Route, call: &Call, body_hash: &str) -> Result<Option<ReplayKey>, Fault> {
    // A kept answer would be given before the handler has looked at the signature; signed calls are taken once anyhow.
    if route.face != Face::Rest || route.access == Access::Signed {
        return Ok(None);
    }
    let caller = match (&call.caller.user, &call.caller.cart_token) {
        (Some(user), _) if route.access != Access::Public => format!("user:{}", user.id),
        (_, Some(token)) => format!("cart:{token}"),
        (Some(user), None) => format!("user:{}", user.id),
        // Nobody who could be told from the others behind the same address: what one was answered, such as the token of a
        // new cart, is not for another who happens to choose the same key.
        (None, None) => return call.idempotency_key().map(|_| None),
    };
    let scope = kernel::hash::sha256(format!("{} {} {caller}", route.method, route.path));
    Ok(call.idempotency_key()?.map(|key| ReplayKey { scope, key, body_hash: body_hash.to_owned() }))
}

fn kept(reply: &Reply) -> Answer {
    let body = match &reply.body {
        ReplyBody::Json(value) => value.to_string(),
        _ => "null".to_owned(),
    };
    Answer { status: reply.status.as_u16(), body, headers: reply.headers.clone() }
}

fn replayed(answer: &Answer) -> Outcome {
    let value = serde_json::from_str(&answer.body).unwrap_or(serde_json::Value::Null);
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let reply = Reply { status, body: ReplyBody::Json(value), headers: answer.headers.clone(), list: None };
    Outcome { reply, frame: Frame::default(), replayed: true }
}
