//! `wc/v3` refunds.

use http::Method;
use kernel::ids::OrderId;
use kernel::{Amount, Decimal, Fault, capability};
use runtime::Tx;
use runtime::settings::shop as setting;
use schemars::JsonSchema;
use serde::Deserialize;
use web::{Call, Reply, Routes};

use super::commands_refund::{self, NewRefund, RefundLine};
use super::model::Order;
use super::rest_model::RefundReply;
use super::{queries, store};

/// Tax to give back by rate.
#[derive(Debug, Deserialize, JsonSchema)]
struct RefundTaxBody {
    /// The rate; the sum of all counts.
    #[serde(default, deserialize_with = "kernel::json::whole")]
    #[expect(dead_code, reason = "taken, as WooCommerce's clients send it back, and not used")]
    id: i64,
    refund_total: Amount,
}

/// A line to give back.
#[derive(Debug, Deserialize, JsonSchema)]
struct RefundLineBody {
    /// The order's item.
    #[serde(deserialize_with = "kernel::json::whole")]
    id: i64,
    #[serde(default, deserialize_with = "kernel::json::whole")]
    quantity: i64,
    /// Without tax.
    refund_total: Option<Amount>,
    #[serde(default)]
    refund_tax: Vec<RefundTaxBody>,
}

/// A refund to make.
#[derive(Debug, Deserialize, JsonSchema)]
struct RefundBody {
    /// How much with tax; else what the lines come to.
    amount: Option<Amount>,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    line_items: Vec<RefundLineBody>,
    /// Give the money back through the gateway, where the gateway took it.
    #[serde(default = "yes")]
    api_refund: bool,
    /// Put the units back into the stock.
    #[serde(default = "yes")]
    api_restock: bool,
}

const fn yes() -> bool {
    true
}

pub(crate) fn routes(routes: &mut Routes) {
    routes
        .rest(Method::GET, "wc/v3", "/orders/{order_id}/refunds")
        .summary("Refunds of an order.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<Vec<RefundReply>>()
        .read(|call, tx| {
            let order = queries::must(tx, call.id("order_id")?)?;
            let refunds = queries::refunds(tx, order.id)?;
            Ok(Reply::json(&refunds.iter().map(|refund| RefundReply::of(tx, refund)).collect::<Vec<_>>()))
        });
    routes
        .rest(Method::GET, "wc/v3", "/orders/{order_id}/refunds/{id}")
        .summary("A refund.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .replies::<RefundReply>()
        .read(|call, tx| {
            let refund = own(tx, call.id("order_id")?, call.id("id")?)?;
            Ok(Reply::json(&RefundReply::of(tx, &refund)))
        });
    routes
        .rest(Method::POST, "wc/v3", "/orders/{order_id}/refunds")
        .summary("Refund an order, in part or in full.")
        .requires(capability::MANAGE_WOOCOMMERCE)
        .body::<RefundBody>()
        .replies::<RefundReply>()
        .status(201)
        .flow(refund);
}

async fn refund(call: Call) -> Result<Reply, Fault> {
    let order_id: OrderId = call.id("order_id")?;
    let body: RefundBody = call.lenient_body()?;
    let key = match call.idempotency_key()? {
        Some(key) => kernel::hash::sha256(format!("{}:{order_id}:{key}", call.caller.user_id())),
        None => call.unique_id.clone(),
    };
    let key = format!("refund:{key}");
    let currency = call
        .engine
        .read(move |tx| {
            queries::must(tx, order_id)?;
            setting::currency(tx)
        })
        .await?;
    let amount = body.amount.map(|amount| amount.in_currency("amount", currency)).transpose()?;
    let mut lines = Vec::new();
    for line in &body.line_items {
        let field = format!("line_items[{}]", line.id);
        let tax = line.refund_tax.iter().fold(Decimal::ZERO, |sum, tax| sum + tax.refund_total.decimal());
        if let Some(total) = line.refund_total {
            total.in_currency(&field, currency)?;
        }
        Amount::from(tax).in_currency(&field, currency)?;
        let total = line.refund_total.map_or(Decimal::ZERO, Amount::decimal);
        lines.push(RefundLine { item_id: line.id, quantity: line.quantity, total, tax });
    }
    let wanted = NewRefund {
        key,
        order_id,
        amount,
        reason: kernel::text::optional_line("reason", &body.reason, 500)?,
        lines,
        restock: body.api_restock,
        through_gateway: body.api_refund,
    };
    let refund_id = commands_refund::refund(&call.engine, call.caller.actor(), wanted).await?;
    call.engine
        .read(move |tx| {
            let refund = own(tx, order_id, refund_id)?;
            Ok(Reply::created(&RefundReply::of(tx, &refund)))
        })
        .await
}

fn own(tx: &mut Tx, order_id: OrderId, id: OrderId) -> Result<Order, Fault> {
    store::find(tx, id)?
        .filter(|refund| {
            refund.kind == "shop_order_refund" && refund.parent_id == order_id && refund.status == "completed"
        })
        .ok_or_else(|| {
            Fault::new(
                kernel::FaultKind::NotFound,
                "woocommerce_rest_invalid_order_refund_id",
                "Invalid order refund ID.",
            )
        })
}
