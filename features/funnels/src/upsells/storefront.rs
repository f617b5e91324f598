//! `/offer/{token}`: the offer after the payment.

use http::{Method, StatusCode};
use kernel::{Decimal, Fault, FaultKind, Money};
use web::{Call, Reply, Routes, context};

use super::commands::event;
use super::model::{Attempt, AttemptState, OpenOffer, Ticket};
use super::{commands, queries, rest, rules, store};
use crate::steps::model::{Branch, FunnelStep, StepType};

pub(crate) fn routes(routes: &mut Routes) {
    routes.page(Method::GET, "/offer/{token}").flow(show);
    routes.page(Method::GET, "/offer/{token}/next").flow(next);
    routes.page(Method::GET, "/offer/{token}/return").flow(returned);
    routes.page(Method::POST, "/offer/{token}/accept").limit("offer", 60, 60).flow(accept);
    routes.page(Method::POST, "/offer/{token}/decline").limit("offer", 60, 60).flow(decline);
}

fn ticket(call: &Call) -> Result<(Ticket, bool), Fault> {
    rules::open_late(call.engine.secret(), call.parameter("token"), call.engine.now())
}

/// Time is up: said kindly, recorded once.
async fn over(call: &Call, ticket: Ticket) -> Result<Reply, Fault> {
    let order = queries::order(&call.engine, ticket.order_id).await?;
    let currency = order.currency;
    if ticket.offer_id.0 > 0
        && let Some(step) = queries::step_of(&call.engine, ticket).await?
    {
        call.engine
            .write(call.caller.actor(), move |tx| {
                let silent = store::answered(tx, ticket.order_id, ticket.offer_id)?.is_none()
                    && store::of_offer(tx, ticket.order_id, ticket.offer_id)?.is_empty();
                if silent {
                    let nothing = Money::zero(currency);
                    store::answer(tx, &event(ticket, step.funnel_id, step.id, "expired", nothing))?;
                }
                Ok(())
            })
            .await?;
    }
    Ok(Reply::page("funnels/offer_over.html", context! { next => queries::thank_you(&call.engine, &order) }))
}

async fn show(call: Call) -> Result<Reply, Fault> {
    let (ticket, in_time) = ticket(&call)?;
    let token = call.parameter("token");
    let engine = &call.engine;
    let attempts = engine.read(move |tx| store::of_offer(tx, ticket.order_id, ticket.offer_id)).await?;
    let last = attempts.into_iter().next_back();
    if last.as_ref().is_some_and(|last| last.state != AttemptState::Failed) {
        return Ok(Reply::redirect(&format!("/offer/{token}/return")));
    }
    if !in_time {
        return over(&call, ticket).await;
    }
    let order = queries::order(engine, ticket.order_id).await?;
    let Some(step) = queries::step_of(engine, ticket).await? else {
        return Ok(Reply::redirect(&queries::thank_you(&call.engine, &order)));
    };
    if step.kind == StepType::Custom {
        return Ok(beside(engine, custom(&step, token)));
    }
    let Some(open) = queries::offer_of(engine, &order, &step).await? else {
        let next =
            queries::next_address(engine, &order, step.funnel_id, Some(step.id), Branch::Default).await?;
        let reply = Reply::redirect(&next);
        return Ok(match &last {
            Some(failed) => reply.notice("error", &failed.message),
            None => reply,
        });
    };
    let shown = event(ticket, step.funnel_id, step.id, "shown", Money::zero(order.currency));
    let (order_id, offer_id, total) = (order.id, open.offer.id, open.quote.total);
    engine
        .write(call.caller.actor(), move |tx| {
            store::show(tx, &shown)?;
            store::quote(tx, order_id, offer_id, total)
        })
        .await?;
    let seconds = seconds_left(token, engine.now().unix());
    Ok(beside(engine, page(&open, (last.as_ref(), None), token, seconds)))
}

/// The offer with another total than it was accepted for: nothing was charged.
async fn changed(call: &Call, ticket: Ticket, fault: &Fault) -> Result<Reply, Fault> {
    let (engine, token) = (&call.engine, call.parameter("token"));
    let order = queries::order(engine, ticket.order_id).await?;
    let step = queries::step_of(engine, ticket).await?;
    let open = match &step {
        Some(step) => queries::offer_of(engine, &order, step).await?,
        None => None,
    };
    let Some(open) = open else { return Ok(Reply::redirect(&format!("/offer/{token}"))) };
    let attempts = engine.read(move |tx| store::of_offer(tx, ticket.order_id, ticket.offer_id)).await?;
    let seconds = seconds_left(token, engine.now().unix());
    let reply = page(&open, (attempts.last(), Some(&fault.message)), token, seconds);
    Ok(beside(engine, reply.status(StatusCode::CONFLICT)))
}

/// Where the shop's pages are elsewhere, the page shows its pictures, and its forms end there.
fn beside(engine: &runtime::Engine, reply: Reply) -> Reply {
    match engine.host().address() {
        Some(shop) => reply.beside(&shop),
        None => reply,
    }
}

/// Seconds until the token ends; its middle part is the time.
fn seconds_left(token: &str, now: i64) -> i64 {
    token.rsplit('.').nth(1).and_then(|end| end.parse::<i64>().ok()).map_or(0, |end| (end - now).max(0))
}

fn custom(step: &FunnelStep, token: &str) -> Reply {
    let paragraphs: Vec<&str> =
        step.settings.text.split('\n').map(str::trim).filter(|line| !line.is_empty()).collect();
    Reply::page(
        "funnels/offer_page.html",
        context! {
            headline => if step.settings.headline.is_empty() { "One more thing" } else { &step.settings.headline },
            paragraphs => paragraphs, next => format!("/offer/{token}/next"),
        },
    )
}

fn page(
    open: &OpenOffer,
    (failed, changed): (Option<&Attempt>, Option<&str>),
    token: &str,
    seconds_left: i64,
) -> Reply {
    let display = &open.offer.display_config;
    let or = |text: &str, fallback: String| if text.is_empty() { fallback } else { text.to_owned() };
    let saves = open.regular.total.minor() > open.quote.total.minor();
    let attempt = failed.map_or(1, |failed| failed.attempt + 1);
    Reply::page(
        "funnels/offer.html",
        context! {
            headline => or(&display.headline, "Add this to your order?".to_owned()),
            description => or(&display.description, open.product.short_description.clone()),
            accept_label => or(&display.accept_label, "Yes, add it to my order".to_owned()),
            decline_label => or(&display.decline_label, "No, thank you".to_owned()),
            name => open.product.name,
            product_id => open.product.id.0,
            quantity => open.offer.quantity,
            image => open.product.image,
            price => open.quote.total.display(),
            tax => (open.quote.total_tax.minor() > 0).then(|| open.quote.total_tax.display()),
            regular => saves.then(|| open.regular.total.display()),
            saving => saves.then(|| saving(open.regular.total, open.quote.total)),
            method => open.method,
            offline => open.offline,
            paid => open.order.is_paid() && open.offline.is_none(),
            attempt => attempt,
            expected_total => open.quote.total.major(),
            changed => changed,
            may_retry => attempt <= rules::MOST_ATTEMPTS,
            failed => failed.map(|failed| failed.message.clone()),
            clock => format!("{}:{:02}", seconds_left / 60, seconds_left % 60),
            seconds_left => seconds_left,
            order_id => open.order.id.0,
            token => token,
        },
    )
}

/// `50%`, in whole percent rounded down.
fn saving(regular: Money, now: Money) -> String {
    let saved = Decimal::whole(regular.minor() - now.minor());
    let percent = saved.ratio(100, i128::from(regular.minor().max(1)), kernel::decimal::Rounding::Floor);
    format!("{}%", percent.round(0, kernel::decimal::Rounding::Floor))
}

async fn accept(call: Call) -> Result<Reply, Fault> {
    let (ticket, in_time) = ticket(&call)?;
    let token = call.parameter("token");
    if !in_time {
        return Ok(Reply::redirect(&format!("/offer/{token}")));
    }
    let form = call.form();
    let expected = if form.text("expected_total").is_empty() {
        None
    } else {
        let order = queries::order(&call.engine, ticket.order_id).await?;
        Some(form.money("expected_total", order.currency)?)
    };
    let asked = (form.text("attempt").parse().ok(), expected);
    let answer = match commands::accept(&call.engine, call.caller.actor(), ticket, token, asked).await {
        Ok(answer) => answer,
        Err(fault) if fault.code == "total_changed" => return changed(&call, ticket, &fault).await,
        // Sold out or taken out of the funnel meanwhile: on to what comes next, where that is said.
        Err(fault) if fault.kind == FaultKind::Unprocessable => {
            return Ok(Reply::redirect(&after(&call.engine, ticket).await?).notice("info", &fault.message));
        }
        Err(fault) => return Err(fault),
    };
    Ok(match answer.status.as_str() {
        "accepted" => Reply::redirect(&answer.next).notice("success", "It has been added to your purchase."),
        "failed" => Reply::redirect(&format!("/offer/{token}")),
        "requires_action" if !answer.challenge.is_empty() => Reply::redirect(&answer.challenge),
        _ => Reply::redirect(&format!("/offer/{token}/return")),
    })
}

async fn decline(call: Call) -> Result<Reply, Fault> {
    let (ticket, _) = ticket(&call)?;
    let answer =
        commands::decline(&call.engine, call.caller.actor(), ticket, call.parameter("token")).await?;
    Ok(Reply::redirect(&answer.next))
}

async fn next(call: Call) -> Result<Reply, Fault> {
    let (ticket, _) = ticket(&call)?;
    Ok(Reply::redirect(&after(&call.engine, ticket).await?))
}

/// The page that comes after a ticket's.
async fn after(engine: &runtime::Engine, ticket: Ticket) -> Result<String, Fault> {
    let order = queries::order(engine, ticket.order_id).await?;
    match queries::step_of(engine, ticket).await? {
        Some(step) => {
            queries::next_address(engine, &order, step.funnel_id, Some(step.id), Branch::Default).await
        }
        None => Ok(queries::thank_you(engine, &order)),
    }
}

/// Back from a challenge, or waiting for a payment that is being checked.
async fn returned(call: Call) -> Result<Reply, Fault> {
    let (ticket, _) = ticket(&call)?;
    let token = call.parameter("token");
    let Some(answer) = rest::confirmed(&call.engine, ticket, token).await? else {
        return Ok(Reply::redirect(&format!("/offer/{token}")));
    };
    Ok(match answer.status.as_str() {
        "accepted" => Reply::redirect(&answer.next).notice("success", "It has been added to your purchase."),
        "failed" if ticket_is_late(&call) => Reply::redirect(&answer.next).notice("error", &answer.message),
        "failed" => Reply::redirect(&format!("/offer/{token}")),
        _ => {
            let order = queries::order(&call.engine, ticket.order_id).await?;
            Reply::page(
                "funnels/offer_checking.html",
                context! { challenge => answer.challenge, thank_you => queries::thank_you(&call.engine, &order) },
            )
        }
    })
}

fn ticket_is_late(call: &Call) -> bool {
    ticket(call).is_ok_and(|(_, in_time)| !in_time)
}
