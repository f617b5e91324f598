//! Looking at stock, holding it, taking it.

use std::collections::BTreeMap;

use kernel::Fault;
use kernel::ids::{OrderId, ProductId};
use runtime::settings::shop as setting;
use runtime::{Settings, Tx};

use super::store;
use crate::orders::model::Order;
use crate::products::model::Product;
use crate::products::store as products;

/// Metadata of an order's line: the units of it that are out of the stock now.
pub(crate) const REDUCED: &str = "_reduced_stock";
/// Metadata of an order's line: the units of it that refunds have put back into the stock.
pub(crate) const RESTOCKED: &str = "_restocked";
/// An unpaid order with no time limit holds its stock for this many days.
const FOREVER_DAYS: i64 = 3_650;

/// The row that counts the stock of `product`, if any does.
pub(crate) fn keeper(tx: &mut Tx, product: &Product) -> Result<Option<Product>, Fault> {
    if product.manage_stock {
        return Ok(Some(product.clone()));
    }
    if product.parent_id.0 == 0 {
        return Ok(None);
    }
    Ok(products::by_id(tx, product.parent_id)?.filter(|parent| parent.manage_stock))
}

/// Units that a cart can still have; none when there is no limit. What the cart's own open order holds is its own.
pub(crate) fn available(tx: &mut Tx, product: &Product, own: OrderId) -> Result<Option<i64>, Fault> {
    match keeper(tx, product)? {
        Some(keeper) if keeper.backorders == "no" => {
            Ok(Some(keeper.stock_quantity - store::reserved(tx, keeper.id, own)?))
        }
        Some(_) => Ok(None),
        None => Ok((product.stock_status == "outofstock").then_some(0)),
    }
}

/// Holds what an order sells that holds nothing yet, until it is paid or its time is up. Refused when something is not
/// there any more.
pub(crate) fn reserve(tx: &mut Tx, order: OrderId, sold: &[(Product, String, i64)]) -> Result<(), Fault> {
    let minutes = Settings::load(tx, setting::OPTION)?.integer(&setting::STOCK_HOLD_MINUTES);
    let now = tx.now();
    let until = if minutes == 0 { now.plus_days(FOREVER_DAYS) } else { now.plus_minutes(minutes) };
    let mut wanted: BTreeMap<ProductId, (Product, String, i64)> = BTreeMap::new();
    for (product, name, units) in sold {
        match keeper(tx, product)? {
            Some(keeper) => wanted.entry(keeper.id).or_insert((keeper, name.clone(), 0)).2 += units,
            None if product.stock_status == "outofstock" => return Err(sold_out(name)),
            None => {}
        }
    }
    for (keeper_id, (_, name, units)) in wanted {
        products::hold(tx, keeper_id)?;
        let Some(keeper) = products::by_id(tx, keeper_id)? else { return Err(sold_out(&name)) };
        let free = keeper.stock_quantity - store::reserved(tx, keeper_id, order)?;
        if keeper.backorders == "no" && free < units {
            return Err(if free <= 0 { sold_out(&name) } else { too_few(&name, free) });
        }
        store::reserve(tx, order, keeper_id, units, until)?;
    }
    Ok(())
}

/// Sees to it that an order that is about to be charged or paid holds what it sells; true when it does. One whose time
/// was up holds it again, where it is still there.
pub(crate) fn renew(tx: &mut Tx, order: &Order) -> Result<bool, Fault> {
    if store::is_live(tx, order.id)? {
        return Ok(true);
    }
    let mut sold = Vec::new();
    for item in order.of_kind("line_item") {
        let Some(product) = products::by_id(tx, item.sold_id())? else { continue };
        if keeper(tx, &product)?.is_some_and(|keeper| keeper.backorders == "no") {
            sold.push((product, item.name.clone(), item.number("_qty") - item.number(RESTOCKED)));
        }
    }
    if sold.is_empty() {
        return Ok(true);
    }
    store::release(tx, order.id)?;
    match reserve(tx, order.id, &sold) {
        Ok(()) => Ok(true),
        Err(fault) if fault.status() < 500 => {
            store::release(tx, order.id)?;
            Ok(false)
        }
        Err(fault) => Err(fault),
    }
}

/// Takes what a paid order has sold (or, with negative units, puts it back). Without backorders no more is taken than
/// there is. Gives the units that were taken.
pub(crate) fn take(tx: &mut Tx, product_id: ProductId, units: i64) -> Result<i64, Fault> {
    let Some(product) = products::by_id(tx, product_id)? else { return Ok(units) };
    let mut taken = units;
    match keeper(tx, &product)? {
        Some(keeper) => {
            if units > 0 && keeper.backorders == "no" {
                products::hold(tx, keeper.id)?;
                let left = products::by_id(tx, keeper.id)?.map_or(0, |keeper| keeper.stock_quantity);
                taken = units.min(left.max(0));
            }
            products::take_stock(tx, keeper.id, taken)?;
            if keeper.id != product.id {
                products::count_sale(tx, product.id, taken)?;
            }
        }
        None => products::count_sale(tx, product.id, units)?,
    }
    Ok(taken)
}

/// Nothing left.
pub(crate) fn sold_out(name: &str) -> Fault {
    Fault::refused(
        "woocommerce_rest_product_out_of_stock",
        format!("“{name}” is sold out. Take it out of your cart to go on."),
    )
}

/// Not enough left.
pub(crate) fn too_few(name: &str, free: i64) -> Fault {
    Fault::refused(
        "woocommerce_rest_product_partially_out_of_stock",
        format!("Only {free} of “{name}” are left. Change the quantity to go on."),
    )
}
