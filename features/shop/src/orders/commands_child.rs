//! Accepted post-purchase offers, as child orders.

use kernel::contracts::payments::offline;
use kernel::contracts::shop::{CANNOT_BE_PAID, OrderPlaced, OrderSnapshot};
use kernel::{Decimal, Fault};
use runtime::ports::{ChildOrder, OrderQuote};
use runtime::{Emit, Tx};

use super::commands_draft::{self as draft, SoldLine};
use super::model::Order;
use super::{commands, queries, store};
use crate::carts::commands::{Chosen, choose};
use crate::carts::queries::ShopRules;
use crate::products::{queries as products, store as product_store};
use crate::stock::{commands as stock, store as reservations};
use crate::totals::{self, Line, Totals};

struct Priced {
    parent: Order,
    chosen: Chosen,
    name: String,
    totals: Totals,
    shop: ShopRules,
}

/// Calculates what the child would come to, with the parent's address and the shop's taxes. Nothing more is shipped.
fn priced(tx: &mut Tx, child: &ChildOrder) -> Result<Priced, Fault> {
    let parent = queries::sold(tx, child.parent_id)?;
    if child.unit_price < Decimal::ZERO {
        return Err(Fault::bug("an offer below zero"));
    }
    let chosen = choose(tx, &child.product)?;
    let named = if chosen.variation_id.0 > 0 { product_store::by_id(tx, chosen.product_id)? } else { None };
    let name = products::name_of(&chosen.sold, named.as_ref(), &chosen.variation);
    let shop = ShopRules::load(tx)?;
    let place = shop.place(&parent.billing, &parent.shipping);
    let line = Line {
        key: "offer".to_owned(),
        unit_price: child.unit_price,
        quantity: u32::try_from(child.product.quantity).unwrap_or(u32::MAX),
        tax_class: chosen.sold.tax_class.clone(),
        tax_status: chosen.sold.taxed(),
    };
    let totals = totals::calculate(&shop.sale(&place, vec![line]))?;
    Ok(Priced { parent, chosen, name, totals, shop })
}

/// What a child order would come to.
pub fn quote(tx: &mut Tx, child: &ChildOrder) -> Result<OrderQuote, Fault> {
    let priced = priced(tx, child)?;
    let money = |amount: Decimal| amount.to_money(priced.parent.currency);
    Ok(OrderQuote {
        subtotal: money(priced.totals.items)?,
        total_tax: money(priced.totals.total_tax)?,
        total: money(priced.totals.total)?,
    })
}

/// Holds what a child order would sell, under the number that it will have. Refused when it is sold out.
pub fn reserve(tx: &mut Tx, child: &ChildOrder) -> Result<(), Fault> {
    let id = match store::by_key(tx, &child.key)? {
        Some(id) if store::find(tx, id)?.is_some() => return Ok(()),
        Some(id) => id,
        None => {
            let parent = queries::sold(tx, child.parent_id)?;
            store::take_number(tx, &child.key, &parent.cart_token)?
        }
    };
    let chosen = choose(tx, &child.product)?;
    let named = if chosen.variation_id.0 > 0 { product_store::by_id(tx, chosen.product_id)? } else { None };
    let name = products::name_of(&chosen.sold, named.as_ref(), &chosen.variation);
    reservations::release(tx, id)?;
    stock::reserve(tx, id, &[(chosen.sold, name.clone(), child.product.quantity)]).map_err(|fault| {
        if fault.status() < 500 {
            Fault::refused("offer_sold_out", format!("“{name}” is sold out."))
        } else {
            fault
        }
    })
}

/// Gives back what was held for a child order that comes to nothing.
pub fn release(tx: &mut Tx, key: &str) -> Result<(), Fault> {
    match store::by_key(tx, key)? {
        Some(id) if store::find(tx, id)?.is_none() => reservations::release(tx, id),
        _ => Ok(()),
    }
}

/// Writes a child order, paid as its parent is. The same key gives the same order. One whose goods are gone meanwhile is
/// refused with [`CANNOT_BE_PAID`].
pub fn place(tx: &mut Tx, child: &ChildOrder) -> Result<OrderSnapshot, Fault> {
    let number = store::by_key(tx, &child.key)?;
    if let Some(id) = number
        && let Some(order) = store::find(tx, id)?
    {
        return queries::snapshot(tx, &order);
    }
    let held = match number {
        Some(id) => reservations::is_live(tx, id)?,
        None => false,
    };
    if !held && let Err(fault) = reserve(tx, child) {
        return Err(match fault.code {
            "offer_sold_out" => Fault::conflict(CANNOT_BE_PAID, fault.message),
            _ => fault,
        });
    }
    let priced = priced(tx, child)?;
    let mut order = draft::blank(tx, priced.parent.currency);
    order.parent_id = priced.parent.id;
    order.customer_id = priced.parent.customer_id;
    order.billing = priced.parent.billing.clone();
    order.shipping = priced.parent.shipping.clone();
    order.payment_method = priced.parent.payment_method.clone();
    order.payment_method_title = priced.parent.payment_method_title.clone();
    order.ip_address = priced.parent.ip_address.clone();
    order.user_agent = priced.parent.user_agent.clone();
    order.created_via = "ocart_upsell".to_owned();
    order.cart_token = priced.parent.cart_token.clone();
    order.prices_include_tax = priced.shop.prices_include_tax();
    order.meta = child.meta.clone();
    let sold = SoldLine {
        product_id: priced.chosen.product_id,
        variation_id: priced.chosen.variation_id,
        name: &priced.name,
        quantity: child.product.quantity,
        tax_class: &priced.chosen.sold.tax_class,
        variation: &priced.chosen.variation,
        offer_id: Some(child.offer_id.0),
    };
    let line = priced.totals.lines.first().ok_or_else(|| Fault::bug("a child order without a line"))?;
    order.items.push(draft::line_item(&sold, line));
    let names = priced.shop.rate_names(&priced.totals);
    draft::apply(&mut order, &priced.totals, "", &names);
    store::insert(tx, &child.key, &mut order)?;
    let snapshot = queries::snapshot(tx, &order)?;
    tx.emit(&OrderPlaced { order: snapshot })?;
    store::add_note(tx, priced.parent.id, &format!("Offer accepted: order #{}.", order.id), false, "system")?;
    let awaited = |method: &str| offline(method).is_some_and(|known| !known.at_once);
    if child.transaction_id.is_empty() && awaited(&order.payment_method) {
        return commands::set_status(tx, order.id, "on-hold", "");
    }
    commands::complete_payment(tx, order.id, &child.transaction_id)
}
