//! `POST cartwright/v1/storefront/…`: what the store's pages ask.

use kernel::Fault;
use kernel::contracts::ocart::{AfterPayment, AnswerBump, ShowCheckout};
use kernel::contracts::oloyalty::BalanceOf;
use web::{Call, Reply, Routes};

use super::model::{
    BalanceAnswer, BalanceQuestion, BumpAnswer, BumpQuestion, CheckoutAnswer, CheckoutQuestion, PaidAnswer,
    PaidQuestion, cart,
};
use crate::calls::model::StoreSite;
use crate::calls::rest::{answer, signed};

pub(crate) fn routes(routes: &mut Routes) {
    signed(routes, "/storefront/checkout")
        .summary("What the store's checkout shows of its funnel.")
        .body::<CheckoutQuestion>()
        .replies::<CheckoutAnswer>()
        .flow(|call| answer(call, checkout));
    signed(routes, "/storefront/bump")
        .summary("A shopper ticked a bump in the store's checkout, or unticked it.")
        .body::<BumpQuestion>()
        .replies::<BumpAnswer>()
        .flow(|call| answer(call, bump));
    signed(routes, "/storefront/after-payment")
        .summary("Where the buyer of a paid order goes before the thank-you page.")
        .body::<PaidQuestion>()
        .replies::<PaidAnswer>()
        .flow(|call| answer(call, after_payment));
    signed(routes, "/storefront/balance")
        .summary("What a user of the store has in points.")
        .body::<BalanceQuestion>()
        .replies::<BalanceAnswer>()
        .flow(|call| answer(call, balance));
}

async fn checkout(call: Call, _: StoreSite) -> Result<Reply, Fault> {
    let asked: CheckoutQuestion = call.body()?;
    let request = ShowCheckout { funnel: asked.funnel, cart: cart(&asked.cart)? };
    Ok(Reply::json(&CheckoutAnswer::from(call.engine.ask(request).await?)))
}

async fn bump(call: Call, _: StoreSite) -> Result<Reply, Fault> {
    let asked: BumpQuestion = call.body()?;
    let request = AnswerBump {
        funnel: asked.funnel,
        offer_id: asked.offer_id,
        accepted: asked.accepted,
        cart: cart(&asked.cart)?,
    };
    Ok(Reply::json(&BumpAnswer { line: call.engine.ask(request).await?.map(Into::into) }))
}

async fn after_payment(call: Call, _: StoreSite) -> Result<Reply, Fault> {
    let asked: PaidQuestion = call.body()?;
    let request = AfterPayment { order_id: asked.order_id, order_key: asked.order_key };
    Ok(Reply::json(&PaidAnswer { url: call.engine.ask(request).await? }))
}

async fn balance(call: Call, _: StoreSite) -> Result<Reply, Fault> {
    let asked: BalanceQuestion = call.body()?;
    Ok(Reply::json(&BalanceAnswer::from(call.engine.ask(BalanceOf { user_id: asked.user.id }).await?)))
}
