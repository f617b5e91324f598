//! What happens to an order: paid, failed, another status, notes, metadata.

use kernel::contracts::shop::{OrderPaid, OrderSnapshot, OrderStatusChanged};
use kernel::ids::OrderId;
use kernel::{Fault, Moment};
use runtime::{Emit, Tx};

use super::model::Order;
use super::{commands_stock, queries, rules, store};
use crate::carts::commands as carts;
use crate::coupons::{self, CouponCustomer};
use crate::products::store as products;

/// Holds an order for this unit and reads it. A session of an abandoned cart is none.
pub(crate) fn hold(tx: &mut Tx, id: OrderId) -> Result<Order, Fault> {
    if !store::bump(tx, id)? {
        return Err(Fault::not_found("order"));
    }
    queries::sold(tx, id)
}

/// The money has arrived. A paid order stays as it is.
pub fn complete_payment(tx: &mut Tx, id: OrderId, transaction_id: &str) -> Result<OrderSnapshot, Fault> {
    let order = hold(tx, id)?;
    if !rules::may_be_paid(&order.status) {
        return queries::snapshot(tx, &order);
    }
    complete(tx, order, transaction_id)
}

/// As [`complete_payment`], of an order that is held and may be paid.
pub(crate) fn complete(tx: &mut Tx, mut order: Order, transaction_id: &str) -> Result<OrderSnapshot, Fault> {
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
    if is_undone(&order.status)
        && !is_undone(status)
        && let Some(code) = coupon_used_elsewhere(tx, &order)?
    {
        return Err(Fault::conflict(COUPON_USED_ELSEWHERE, coupon_message(&code)));
    }
    let from = std::mem::replace(&mut order.status, status.to_owned());
    let now = tx.now();
    let first_payment = rules::is_paid(status) && order.paid_at.is_none();
    stamp(&mut order, status, now);
    if rules::is_paid(status) || status == "on-hold" {
        commands_stock::take(tx, &mut order)?;
    }
    if is_undone(status) {
        coupons::store::release_uses(tx, order.id)?;
        commands_stock::give_back(tx, &mut order)?;
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

/// The code of a refusal to let an order go on whose coupon has been used by another.
pub(crate) const COUPON_USED_ELSEWHERE: &str = "woocommerce_rest_order_coupon_used";

fn coupon_message(code: &str) -> String {
    format!(
        "Coupon \"{code}\" has been used by another order since this one came to nothing, so this order cannot go on \
         with its discount. Make a new order instead."
    )
}

/// Tells people of an order that was to go on and could not.
pub(crate) fn note_refusal(tx: &mut Tx, id: OrderId, fault: &Fault) -> Result<(), Fault> {
    store::add_note(
        tx,
        id,
        &format!("The order was to go on and could not. {}", fault.message),
        false,
        "system",
    )
    .map(drop)
}

/// What it had of the shop goes back.
pub(crate) fn is_undone(status: &str) -> bool {
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

/// The first of the order's coupons whose limit others have reached since the order gave its use back.
pub(crate) fn coupon_used_elsewhere(tx: &mut Tx, order: &Order) -> Result<Option<String>, Fault> {
    let customer = CouponCustomer::of(order.customer_id, &order.billing.email);
    for item in order.of_kind("coupon") {
        let Some(found) = coupons::store::by_code(tx, &item.name)? else { continue };
        let coupon = found.coupon;
        let reached = |limit: Option<u32>, uses: i64| {
            limit.filter(|limit| *limit > 0).is_some_and(|limit| uses >= i64::from(limit))
        };
        let own =
            if customer.is_nobody() { 0 } else { coupons::store::uses(tx, coupon.id, &customer, order.id)? };
        if reached(coupon.usage_limit, i64::from(coupon.usage_count))
            || reached(coupon.usage_limit_per_user, own)
        {
            return Ok(Some(item.name.clone()));
        }
    }
    Ok(None)
}

/// An order that goes on after all keeps its discount, so it uses its coupons again: one use is one discount.
fn count_coupons_again(tx: &mut Tx, order: &Order) -> Result<(), Fault> {
    let customer = CouponCustomer::of(order.customer_id, &order.billing.email);
    for item in order.of_kind("coupon") {
        if let Some(found) = coupons::store::by_code(tx, &item.name)?
            && !coupons::store::take_use(tx, &found.coupon, order.id, &customer)?
        {
            // Taken by another since it was looked at: the unit runs again, and says so.
            tx.run_again();
            return Err(Fault::unavailable("The coupon is being used at this very moment. Try again."));
        }
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
