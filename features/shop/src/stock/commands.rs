//! Looking at stock, holding it, taking it.

use std::collections::BTreeMap;

use kernel::Fault;
use kernel::ids::{OrderId, ProductId};
use runtime::settings::shop as setting;
use runtime::{Settings, Tx};

use super::store;
use crate::products::model::Product;
use crate::products::store as products;

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

/// Units that a cart can still have; none when there is no limit.
pub(crate) fn available(tx: &mut Tx, product: &Product, cart_token: &str) -> Result<Option<i64>, Fault> {
    match keeper(tx, product)? {
        Some(keeper) if keeper.backorders == "no" => {
            Ok(Some(keeper.stock_quantity - store::reserved(tx, keeper.id, cart_token)?))
        }
        Some(_) => Ok(None),
        None => Ok((product.stock_status == "outofstock").then_some(0)),
    }
}

/// Holds what an order sells, until it is paid or its time is up. Refused when something is not there any more.
pub(crate) fn reserve(
    tx: &mut Tx,
    order: OrderId,
    cart_token: &str,
    sold: &[(Product, String, i64)],
) -> Result<(), Fault> {
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
        let free = keeper.stock_quantity - store::reserved(tx, keeper_id, cart_token)?;
        if keeper.backorders == "no" && free < units {
            return Err(if free <= 0 { sold_out(&name) } else { too_few(&name, free) });
        }
        store::reserve(tx, order, keeper_id, units, until)?;
    }
    Ok(())
}

/// Takes what a paid order has sold (or, with negative units, puts it back).
pub(crate) fn take(tx: &mut Tx, product_id: ProductId, units: i64) -> Result<(), Fault> {
    let Some(product) = products::by_id(tx, product_id)? else { return Ok(()) };
    match keeper(tx, &product)? {
        Some(keeper) => {
            products::take_stock(tx, keeper.id, units)?;
            if keeper.id != product.id {
                products::count_sale(tx, product.id, units)?;
            }
        }
        None => products::count_sale(tx, product.id, units)?,
    }
    Ok(())
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
