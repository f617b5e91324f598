//! What happens to an order: paid, failed, another status, notes, metadata.

use kernel::contracts::shop::{OrderPaid, OrderSnapshot, OrderStatusChanged};
use kernel::ids::OrderId;
use kernel::{Fault, Moment};
use runtime::{Emit, Tx};

use super::model::Order;
use super::{queries, rules, store};
use crate::carts::commands as carts;
use crate::coupons;
use crate::products::store as products;
use crate::stock::{commands as stock, store as reservations};

/// Holds an order for this unit and reads it. A session of an abandoned cart is none.
pub(crate) fn hold(tx: &mut Tx, id: OrderId) -> Result<Order, Fault> {
    if !store::bump(tx, id)? {
        return Err(Fault::not_found("order"));
    }
    queries::sold(tx, id)
}

/// The money has arrived. A paid order stays as it is.
pub fn complete_payment(tx: &mut Tx, id: OrderId, transaction_id: &str) -> Result<OrderSnapshot, Fault> {
    let mut order = hold(tx, id)?;
    if !rules::may_be_paid(&order.status) {
        return queries::snapshot(tx, &order);
    }
    transaction_id.clone_into(&mut order.transaction_id);
    let status = if needs_processing(tx, &order)? { "processing" } else { "completed" };
    change_status(tx, order, status, "")
}

/// Anything that is shipped or prepared by hand.
fn needs_processing(tx: &mut Tx, order: &Order) -> Result<bool, Fault> {
    for item in order.of_kind("line_item") {
        let Some(product) = products::by_id(tx, item.sold_id())? else { return Ok(true) };
        if !(product.is_virtual && product.is_downloadable) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The payment failed for good. A paid order is left alone.
pub fn fail_payment(tx: &mut Tx, id: OrderId, reason: &str) -> Result<OrderSnapshot, Fault> {
    let order = hold(tx, id)?;
    if order.status != "pending" && order.status != "on-hold" {
        return queries::snapshot(tx, &order);
    }
    change_status(tx, order, "failed", reason)
}

/// Sets the status. The same status again changes nothing.
pub fn set_status(tx: &mut Tx, id: OrderId, status: &str, note: &str) -> Result<OrderSnapshot, Fault> {
    if !rules::STATUSES.contains(&status) {
        return Err(Fault::invalid("status", format!("Use one of: {}.", rules::STATUSES.join(", "))));
    }
    let order = hold(tx, id)?;
    change_status(tx, order, status, note)
}

/// Everything that hangs on a change of status. The order is held already.
pub(crate) fn change_status(
    tx: &mut Tx,
    mut order: Order,
    status: &str,
    note: &str,
) -> Result<OrderSnapshot, Fault> {
    if order.status == status {
        store::update(tx, &order)?;
        return queries::snapshot(tx, &order);
    }
    let from = std::mem::replace(&mut order.status, status.to_owned());
    let now = tx.now();
    let first_payment = rules::is_paid(status) && order.paid_at.is_none();
    stamp(&mut order, status, now);
    if rules::is_paid(status) || status == "on-hold" {
        take_stock(tx, &mut order)?;
    }
    if is_undone(status) {
        give_back(tx, &mut order)?;
    } else if is_undone(&from) {
        count_coupons_again(tx, &order)?;
    }
    store::update(tx, &order)?;
    let change =
        format!("Order status changed from {} to {}.", rules::status_name(&from), rules::status_name(status));
    let text = if note.is_empty() { change } else { format!("{note} {change}") };
    store::add_note(tx, order.id, &text, false, "system")?;
    if first_payment && !order.cart_token.is_empty() && order.parent_id == OrderId(0) {
        let bought: Vec<(String, i64)> = order
            .of_kind("line_item")
            .map(|item| (item.get("_cart_line_key").to_owned(), item.number("_qty")))
            .collect();
        carts::take_out_ordered(tx, &order.cart_token, &bought)?;
    }
    let snapshot = queries::snapshot(tx, &order)?;
    if first_payment {
        tx.emit(&OrderPaid { order: snapshot.clone() })?;
    }
    tx.emit(&OrderStatusChanged { from, to: status.to_owned(), order: snapshot.clone() })?;
    Ok(snapshot)
}

/// What it had of the shop goes back.
fn is_undone(status: &str) -> bool {
    matches!(status, "cancelled" | "failed" | "trash")
}

fn stamp(order: &mut Order, status: &str, now: Moment) {
    if rules::is_paid(status) && order.paid_at.is_none() {
        order.paid_at = Some(now);
    }
    if status == "completed" {
        order.completed_at = Some(now);
    }
    order.updated_at = now;
}

fn take_stock(tx: &mut Tx, order: &mut Order) -> Result<(), Fault> {
    reservations::release(tx, order.id)?;
    if order.stock_reduced {
        return Ok(());
    }
    order.stock_reduced = true;
    for item in order.items.iter().filter(|item| item.kind == "line_item") {
        stock::take(tx, item.sold_id(), item.number("_qty"))?;
    }
    Ok(())
}

/// An order that goes on after all keeps its discount, so it uses its coupons, also where others have used them up meanwhile.
fn count_coupons_again(tx: &mut Tx, order: &Order) -> Result<(), Fault> {
    let customer = match order.customer_id.0 {
        0 => kernel::text::normal_email(&order.billing.email),
        id => format!("user:{id}"),
    };
    for item in order.of_kind("coupon") {
        if let Some(found) = coupons::store::by_code(tx, &item.name)? {
            coupons::store::use_again(tx, found.coupon.id, order.id, &customer)?;
        }
    }
    Ok(())
}

fn give_back(tx: &mut Tx, order: &mut Order) -> Result<(), Fault> {
    reservations::release(tx, order.id)?;
    coupons::store::release_uses(tx, order.id)?;
    if !order.stock_reduced {
        return Ok(());
    }
    order.stock_reduced = false;
    for item in order.items.iter().filter(|item| item.kind == "line_item") {
        stock::take(tx, item.sold_id(), -item.number("_qty"))?;
    }
    Ok(())
}

/// Adds a note.
pub fn add_note(
    tx: &mut Tx,
    id: OrderId,
    note: &str,
    customer_note: bool,
    author: &str,
) -> Result<i64, Fault> {
    hold(tx, id)?;
    store::add_note(tx, id, note, customer_note, author)
}

/// Sets metadata values.
pub fn set_meta(tx: &mut Tx, id: OrderId, meta: &[(String, String)]) -> Result<(), Fault> {
    hold(tx, id)?;
    for (key, value) in meta {
        store::put_meta(tx, id, key, value)?;
    }
    Ok(())
}
