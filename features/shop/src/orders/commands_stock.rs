//! The stock of an order: taken when it is sold, given back once.
//!
//! Each line bears what of it is out of the stock and what refunds have put back, so that a refund and a cancellation, in
//! whatever order and however often, give back together what was taken.

use kernel::Fault;
use kernel::ids::OrderId;
use runtime::Tx;

use super::model::{Item, Order};
use super::{queries, store, store_items};
use crate::stock::commands::{self as stock, REDUCED, RESTOCKED};
use crate::stock::store as reservations;

/// Takes what the order sells, save what refunds have put back already. Where less is there, that is taken and people are
/// told: a merchant who lets such an order go on has to find the rest.
pub(crate) fn take(tx: &mut Tx, order: &mut Order) -> Result<(), Fault> {
    reservations::release(tx, order.id)?;
    if order.stock_reduced {
        return Ok(());
    }
    order.stock_reduced = true;
    let mut short = Vec::new();
    let mut marks = Vec::new();
    for item in order.items.iter_mut().filter(|item| item.kind == "line_item") {
        let units = item.number("_qty") - item.number(RESTOCKED);
        let taken = stock::take(tx, item.sold_id(), units)?;
        if taken < units {
            short.push(format!("{} of “{}”", units - taken, item.name));
        }
        if item.meta.iter().any(|(key, _)| key == REDUCED) {
            store_items::put_meta(tx, item.id, REDUCED, &taken.to_string())?;
        } else {
            marks.push((item.id, REDUCED, taken.to_string()));
        }
        set(item, REDUCED, taken);
    }
    store_items::add_meta(tx, &marks)?;
    if !short.is_empty() {
        let note =
            format!("The stock is short of what this order sells: {} could not be taken.", short.join(", "));
        store::add_note(tx, order.id, &note, false, "system")?;
    }
    Ok(())
}

/// Gives back what the order still has out of the stock, and what it holds.
pub(crate) fn give_back(tx: &mut Tx, order: &mut Order) -> Result<(), Fault> {
    reservations::release(tx, order.id)?;
    if !order.stock_reduced {
        return Ok(());
    }
    know_units(tx, order, OrderId(0))?;
    order.stock_reduced = false;
    for item in order.items.iter_mut().filter(|item| item.kind == "line_item") {
        let out = item.number(REDUCED);
        if out > 0 {
            stock::take(tx, item.sold_id(), -out)?;
        }
        store_items::put_meta(tx, item.id, REDUCED, "0")?;
        set(item, REDUCED, 0);
    }
    Ok(())
}

/// Puts back what a refund brings, at most what is out. The order is held.
pub(crate) fn restock(tx: &mut Tx, order: &mut Order, refund: &Order) -> Result<(), Fault> {
    if order.stock_reduced {
        know_units(tx, order, refund.id)?;
    }
    for line in refund.of_kind("line_item") {
        let units = -line.number("_qty");
        let wanted = line.number("_refunded_item_id");
        let Some(item) = order.items.iter_mut().find(|item| item.id == wanted).filter(|_| units > 0) else {
            continue;
        };
        let back = if order.stock_reduced { units.min(item.number(REDUCED)) } else { 0 };
        if back > 0 {
            stock::take(tx, item.sold_id(), -back)?;
            let out = item.number(REDUCED) - back;
            store_items::put_meta(tx, item.id, REDUCED, &out.to_string())?;
            set(item, REDUCED, out);
        }
        let restocked = item.number(RESTOCKED) + units;
        store_items::put_meta(tx, item.id, RESTOCKED, &restocked.to_string())?;
        set(item, RESTOCKED, restocked);
    }
    Ok(())
}

/// Orders from before lines bore their units: what is out is what was sold, less what refunds other than `but` have put
/// back.
fn know_units(tx: &mut Tx, order: &mut Order, but: OrderId) -> Result<(), Fault> {
    let is_known = |item: &Item| item.kind != "line_item" || item.meta.iter().any(|(key, _)| key == REDUCED);
    if order.items.iter().all(is_known) {
        return Ok(());
    }
    let refunds: Vec<Order> = queries::refunds(tx, order.id)?
        .into_iter()
        .filter(|refund| refund.meta("_refund_restock") == Some("1") && refund.id != but)
        .collect();
    let back = queries::refunded_lines(&refunds);
    for item in order.items.iter_mut().filter(|item| !is_known(item)) {
        let restocked = back.get(&item.id).map_or(0, |(units, _)| *units);
        let out = item.number("_qty") - restocked;
        store_items::add_meta(
            tx,
            &[(item.id, REDUCED, out.to_string()), (item.id, RESTOCKED, restocked.to_string())],
        )?;
        set(item, REDUCED, out);
        set(item, RESTOCKED, restocked);
    }
    Ok(())
}

fn set(item: &mut Item, key: &str, units: i64) {
    item.meta.retain(|(name, _)| name != key);
    item.meta.push((key.to_owned(), units.to_string()));
}
