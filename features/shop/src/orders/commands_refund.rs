//! Refunds: written first, counted once the gateway has given the money back.

use kernel::contracts::payments::{ChargeOutcome, RefundCharge};
use kernel::contracts::shop::OrderRefunded;
use kernel::ids::OrderId;
use kernel::{Decimal, Fault, Money};
use runtime::{Actor, Emit, Engine, Tx};

use super::commands_draft as draft;
use super::model::{Item, Order};
use super::{commands, commands_stock, queries, store};

/// One line of a refund; amounts are positive.
#[derive(Debug, Clone)]
pub struct RefundLine {
    /// The order's item.
    pub item_id: i64,
    /// Units.
    pub quantity: i64,
    /// Without tax.
    pub total: Decimal,
    /// Tax.
    pub tax: Decimal,
}

/// A refund that is wanted.
#[derive(Debug, Clone)]
pub struct NewRefund {
    /// Unique key: the same key is the same refund.
    pub key: String,
    /// The order.
    pub order_id: OrderId,
    /// How much; none is what the lines come to.
    pub amount: Option<Money>,
    /// Why.
    pub reason: String,
    /// Lines.
    pub lines: Vec<RefundLine>,
    /// Put the units back into the stock.
    pub restock: bool,
    /// Give the money back through the gateway, where the gateway took it.
    pub through_gateway: bool,
}

/// What was begun: the refund, and whether the gateway has to be asked.
#[derive(Debug, Clone)]
struct Begun {
    refund_id: OrderId,
    settled: bool,
    order_id: OrderId,
    amount: Money,
}

/// Refunds: writes it, asks the gateway, counts it. Done twice under one key, it gives the money back once.
pub async fn refund(engine: &Engine, actor: Actor, wanted: NewRefund) -> Result<OrderId, Fault> {
    let begun = engine.write(actor, move |tx| begin(tx, &wanted)).await?;
    settle(engine, begun).await
}

/// Carries on with a refund that was begun before the server stopped.
pub(crate) async fn resume(engine: &Engine, refund_id: OrderId) -> Result<(), Fault> {
    let begun = engine
        .read(move |tx| {
            let refund = store::find(tx, refund_id)?.ok_or_else(|| Fault::not_found("refund"))?;
            let amount = (Decimal::ZERO - refund.total).to_money(refund.currency)?;
            Ok(Begun { refund_id, settled: refund.status != "pending", order_id: refund.parent_id, amount })
        })
        .await?;
    settle(engine, begun).await.map(drop)
}

async fn settle(engine: &Engine, begun: Begun) -> Result<OrderId, Fault> {
    if begun.settled {
        return Ok(begun.refund_id);
    }
    let request = RefundCharge {
        key: format!("refund:{}", begun.refund_id),
        order_id: begun.order_id,
        amount: begun.amount,
    };
    match engine.ask(request).await? {
        ChargeOutcome::Succeeded { .. } => {
            engine.write(Actor::system(), move |tx| count(tx, begun.refund_id)).await?;
            Ok(begun.refund_id)
        }
        ChargeOutcome::Declined { message, .. } => {
            engine.write(Actor::system(), move |tx| drop_refund(tx, begun.refund_id)).await?;
            Err(Fault::refused("woocommerce_rest_cannot_create_order_refund", message))
        }
        ChargeOutcome::Pending { .. } | ChargeOutcome::RequiresAction { .. } => Err(Fault::new(
            kernel::FaultKind::Upstream,
            "refund_pending",
            "The gateway has not answered yet. The refund is carried on by itself; look at the order in a minute.",
        )),
    }
}

fn begin(tx: &mut Tx, wanted: &NewRefund) -> Result<Begun, Fault> {
    if let Some(id) = store::by_key(tx, &wanted.key)? {
        let refund = store::find(tx, id)?.ok_or_else(|| {
            Fault::conflict("refund_declined", "This refund was declined. Use another key.")
        })?;
        let amount = (Decimal::ZERO - refund.total).to_money(refund.currency)?;
        return Ok(Begun {
            refund_id: id,
            settled: refund.status != "pending",
            order_id: wanted.order_id,
            amount,
        });
    }
    let order = commands::hold(tx, wanted.order_id)?;
    let mut refunds = store::refunds(tx, order.id, "completed")?;
    refunds.extend(store::refunds(tx, order.id, "pending")?);
    let lines = checked_lines(&order, &refunds, &wanted.lines)?;
    let sum = wanted.lines.iter().fold(Decimal::ZERO, |sum, line| sum + line.total + line.tax);
    let amount = wanted.amount.map_or_else(|| sum.to_money(order.currency), Ok)?;
    let left = order.total - queries::refunded_total(&refunds);
    if amount.minor() <= 0 || Decimal::from(amount) > left {
        let left = left.to_money(order.currency)?;
        return Err(Fault::new(
            kernel::FaultKind::Invalid,
            "woocommerce_rest_invalid_order_refund",
            "Invalid refund amount.",
        )
        .and_invalid("amount", format!("Refund more than nothing and at most {}.", left.display())));
    }
    let mut refund = draft::blank(tx, order.currency);
    "shop_order_refund".clone_into(&mut refund.kind);
    "refund".clone_into(&mut refund.created_via);
    refund.parent_id = order.id;
    refund.customer_id = order.customer_id;
    refund.total = Decimal::ZERO - Decimal::from(amount);
    refund.total_tax = lines.iter().fold(Decimal::ZERO, |sum, item| sum + item.amount("_line_tax"));
    refund.items = lines;
    let through_gateway = wanted.through_gateway && !order.transaction_id.is_empty();
    for (key, value) in [
        ("_refund_reason", wanted.reason.clone()),
        ("_refund_amount", amount.major()),
        ("_refunded_payment", i64::from(through_gateway).to_string()),
        ("_refund_restock", i64::from(wanted.restock).to_string()),
    ] {
        refund.meta.push((key.to_owned(), value));
    }
    let refund_id = store::insert(tx, &wanted.key, &mut refund)?;
    if !through_gateway {
        count(tx, refund_id)?;
    }
    Ok(Begun { refund_id, settled: !through_gateway, order_id: order.id, amount })
}

/// The refund's items, below zero as WooCommerce keeps them; never more than the order's line still has.
fn checked_lines(order: &Order, refunds: &[Order], wanted: &[RefundLine]) -> Result<Vec<Item>, Fault> {
    let refunded = queries::refunded_lines(refunds);
    let mut items: Vec<Item> = Vec::new();
    for line in wanted {
        let field = format!("line_items[{}]", line.item_id);
        let item = order
            .items
            .iter()
            .find(|item| item.id == line.item_id)
            .ok_or_else(|| Fault::invalid(field.clone(), "This order has no such item."))?;
        if items.iter().any(|there| there.number("_refunded_item_id") == line.item_id) {
            return Err(Fault::invalid(field, "Name each item once."));
        }
        let (units, amount) = refunded.get(&item.id).copied().unwrap_or((0, Decimal::ZERO));
        let (sold, total) = if item.kind == "shipping" {
            (line.quantity, item.amount("cost"))
        } else {
            (item.number("_qty") - units, item.amount("_line_total"))
        };
        let tax = item.amount(if item.kind == "shipping" { "total_tax" } else { "_line_tax" });
        let given_back = tax_given_back(refunds, item.id);
        let negative = line.quantity < 0 || line.total < Decimal::ZERO || line.tax < Decimal::ZERO;
        let cents = order.currency.exponent();
        if negative
            || line.quantity > sold
            || line.total > (total - amount).round(cents, kernel::decimal::Rounding::Ceiling)
        {
            return Err(Fault::invalid(field, "Refund at most what is left of this item."));
        }
        let tax_left = (tax - given_back).round(cents, kernel::decimal::Rounding::Ceiling);
        if line.tax > tax_left {
            let problem = format!("Give back at most the tax that is left of this item, {tax_left}.");
            return Err(Fault::invalid(format!("{field}.refund_tax"), problem));
        }
        items.push(refund_item(item, line));
    }
    Ok(items)
}

/// The tax of an item that refunds have given back so far, positive.
fn tax_given_back(refunds: &[Order], item: i64) -> Decimal {
    let of_item =
        refunds.iter().flat_map(|refund| &refund.items).filter(|own| own.number("_refunded_item_id") == item);
    of_item.fold(Decimal::ZERO, |sum, own| sum - own.amount("_line_tax"))
}

fn refund_item(item: &Item, line: &RefundLine) -> Item {
    Item::new(&item.kind, &item.name)
        .with("_refunded_item_id", item.id)
        .with("_product_id", item.product_id())
        .with("_variation_id", item.variation_id())
        .with("_qty", -line.quantity)
        .with("_tax_class", item.get("_tax_class"))
        .with("_line_subtotal", Decimal::ZERO - line.total)
        .with("_line_total", Decimal::ZERO - line.total)
        .with("_line_tax", Decimal::ZERO - line.tax)
}

/// The money has gone back: the refund counts from now on.
fn count(tx: &mut Tx, refund_id: OrderId) -> Result<(), Fault> {
    store::bump(tx, refund_id)?;
    let mut refund = store::find(tx, refund_id)?.ok_or_else(|| Fault::not_found("refund"))?;
    if refund.status != "pending" {
        return Ok(());
    }
    "completed".clone_into(&mut refund.status);
    store::update(tx, &refund)?;
    let mut order = commands::hold(tx, refund.parent_id)?;
    if refund.meta("_refund_restock") == Some("1") {
        commands_stock::restock(tx, &mut order, &refund)?;
    }
    let refunds = store::refunds(tx, order.id, "completed")?;
    let all = queries::refunded_total(&refunds) >= order.total;
    let snapshot = queries::snapshot(tx, &order)?;
    let amount = (Decimal::ZERO - refund.total).to_money(refund.currency)?;
    let reason = refund.meta("_refund_reason").unwrap_or_default();
    let because = if reason.is_empty() { String::new() } else { format!(" Reason: {reason}") };
    store::add_note(tx, order.id, &format!("Refunded {}.{because}", amount.display()), false, "system")?;
    tx.emit(&OrderRefunded { refund_id, amount, order: snapshot })?;
    if all && order.status != "refunded" {
        commands::change_status(tx, order, "refunded", "")?;
    }
    Ok(())
}

/// The gateway would not: the refund never was. Its key stays taken.
fn drop_refund(tx: &mut Tx, refund_id: OrderId) -> Result<(), Fault> {
    let Some(refund) = store::find(tx, refund_id)?.filter(|refund| refund.status == "pending") else {
        return Ok(());
    };
    store::remove(tx, refund_id)?;
    store::add_note(tx, refund.parent_id, "The gateway declined the refund.", false, "system")?;
    Ok(())
}
