//! `ocart/v1/upsells`: what a buyer does, by the one-click token.

use http::{Method, StatusCode};
use kernel::ids::{OfferId, OrderId};
use kernel::{Amount, Currency, Fault, FaultKind, Moment, hash};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use web::{Access, Call, Reply, Routes};

use super::model::{Ticket, UpsellAnswer};
use super::{commands, commands_charge, queries, rules, store};

/// Asks for a token.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct TokenRequest {
    /// The paid order.
    order_id: OrderId,
    /// The order's key, when the caller's cart is not the one it came from.
    #[serde(default)]
    order_key: Option<String>,
    /// The offer; the first that is open when left out.
    #[serde(default)]
    offer_id: Option<OfferId>,
}

/// A one-click token.
#[derive(Debug, Serialize, JsonSchema)]
struct OneClickToken {
    /// Sent with accept, decline and confirm.
    token: String,
    /// Good until.
    expires_at: Moment,
    /// The order.
    order_id: OrderId,
    /// The offer.
    offer_id: OfferId,
    /// What accepting it charges, tax included.
    amount: Amount,
    /// Currency.
    currency: Currency,
    /// Page that shows the offer.
    address: String,
}

/// Accepts, declines or confirms.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct WithToken {
    /// The one-click token.
    token: String,
    /// Accept: which attempt this is. The number after a failed one tries again; left out, the first answer stands.
    #[serde(default)]
    attempt: Option<i64>,
    /// Accept: the total that the buyer was shown; what was shown last when left out. Another is refused with 409.
    #[serde(default)]
    expected_total: Option<Amount>,
}

fn invalid_token() -> Fault {
    Fault::new(FaultKind::Forbidden, "invalid_token", "This link or token is not valid.")
}

/// The ticket of the body's token, which must be for the offer in the path.
fn ticket(call: &Call, body: &WithToken) -> Result<Ticket, Fault> {
    let offer: OfferId = call.id("id")?;
    let ticket = rules::open(call.engine.secret(), &body.token, call.engine.now())?;
    if ticket.offer_id == offer { Ok(ticket) } else { Err(invalid_token()) }
}

async fn issue(call: Call) -> Result<Reply, Fault> {
    let body: TokenRequest = call.body()?;
    // Another's order looks like none at all.
    let order = call.engine.host().order(body.order_id).await?.filter(|order| {
        let by_cart =
            call.caller.cart_token.as_deref().is_some_and(|token| hash::same(token, &order.cart_token));
        let by_key = body.order_key.as_deref().is_some_and(|key| hash::same(key, &order.order_key));
        (by_cart && !order.cart_token.is_empty()) || (by_key && !order.order_key.is_empty())
    });
    let order = order.ok_or_else(|| Fault::not_found("order"))?;
    let issued = commands::issue_token(&call.engine, &order, body.offer_id).await?;
    Ok(Reply::created(&OneClickToken {
        address: format!("/offer/{}", issued.token),
        token: issued.token,
        expires_at: issued.expires_at,
        order_id: order.id,
        offer_id: issued.offer_id,
        amount: issued.amount.amount(),
        currency: issued.amount.currency(),
    }))
}

async fn accept(call: Call) -> Result<Reply, Fault> {
    let body: WithToken = call.body()?;
    if body.attempt.is_some_and(|attempt| !(1..=rules::MOST_ATTEMPTS).contains(&attempt)) {
        let most = rules::MOST_ATTEMPTS;
        return Err(Fault::invalid("attempt", format!("Use a whole number from 1 to {most}.")));
    }
    let ticket = ticket(&call, &body)?;
    let actor = call.caller.actor();
    let expected = match body.expected_total {
        Some(amount) => {
            let order = queries::order(&call.engine, ticket.order_id).await?;
            Some(amount.in_currency("expected_total", order.currency)?)
        }
        None => None,
    };
    let asked = (body.attempt, expected);
    let answer = commands::accept(&call.engine, actor, ticket, &body.token, asked).await?;
    Ok(told(&answer))
}

async fn decline(call: Call) -> Result<Reply, Fault> {
    let body: WithToken = call.body()?;
    let ticket = ticket(&call, &body)?;
    let answer = commands::decline(&call.engine, call.caller.actor(), ticket, &body.token).await?;
    Ok(told(&answer))
}

async fn confirm(call: Call) -> Result<Reply, Fault> {
    let body: WithToken = call.body()?;
    // A challenge may take longer than the token lives; the attempt was made in time.
    let (ticket, _) = rules::open_late(call.engine.secret(), &body.token, call.engine.now())?;
    let answer = confirmed(&call.engine, ticket, &body.token).await?;
    Ok(told(&answer.ok_or_else(|| Fault::not_found("payment"))?))
}

/// What became of the last attempt of a ticket; none when there was no attempt.
pub(crate) async fn confirmed(
    engine: &runtime::Engine,
    ticket: Ticket,
    token: &str,
) -> Result<Option<UpsellAnswer>, Fault> {
    let attempts = engine.read(move |tx| store::of_offer(tx, ticket.order_id, ticket.offer_id)).await?;
    let Some(attempt) = attempts.into_iter().next_back() else { return Ok(None) };
    let order = queries::order(engine, ticket.order_id).await?;
    let attempt = commands_charge::drive(engine, attempt, &format!("/offer/{token}/return")).await?;
    match queries::step_of(engine, ticket).await? {
        Some(step) => commands::answer(engine, &order, &step, &attempt, token).await.map(Some),
        None => Ok(Some(UpsellAnswer::of(&attempt, queries::thank_you(engine, &order)))),
    }
}

/// 202 while it is not settled.
fn told(answer: &UpsellAnswer) -> Reply {
    let settled = !matches!(answer.status.as_str(), "pending" | "requires_action");
    Reply::with_status(if settled { StatusCode::OK } else { StatusCode::ACCEPTED }, answer)
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::POST, "ocart/v1", "/upsells/issue-token")
        .summary("A one-click token for an offer of the caller's order.")
        .limit("upsells", 60, 60)
        .body::<TokenRequest>()
        .replies::<OneClickToken>()
        .status(201)
        .flow(issue);
    routes
        .rest(Method::POST, "ocart/v1", "/upsells/{id}/accept")
        .summary(
            "Take the offer: charged once, however often it is sent. 202 while the payment is not settled.",
        )
        .limit("upsells-answer", 300, 60)
        .body::<WithToken>()
        .replies::<UpsellAnswer>()
        .also(202)
        .flow(accept);
    routes
        .rest(Method::POST, "ocart/v1", "/upsells/{id}/decline")
        .summary("Leave the offer; next names the downsell or what follows.")
        .limit("upsells-answer", 300, 60)
        .body::<WithToken>()
        .replies::<UpsellAnswer>()
        .also(202)
        .flow(decline);
    routes
        .rest(Method::POST, "ocart/v1", "/upsells/confirm")
        .summary("After a challenge: what became of the payment.")
        .access(Access::Public)
        .limit("upsells-answer", 300, 60)
        .body::<WithToken>()
        .replies::<UpsellAnswer>()
        .also(202)
        .flow(confirm);
}
