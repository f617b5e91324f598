//! Writing a session's order.

use kernel::contracts::shop::Address;
use kernel::{Decimal, Fault};
use runtime::Tx;
use runtime::ports::SessionOrder;

use crate::orders::model::{Item, Order};
use crate::orders::{commands_draft as draft, store, store_items};

/// Metadata under which the session's own version is kept.
const VERSION: &str = "_cartbay_version";

fn key(session_id: i64) -> String {
    format!("cartbay-session:{session_id}")
}

/// Writes a session, or changes it. An older version than the one that is there is left out.
pub(crate) fn put(tx: &mut Tx, session: &SessionOrder) -> Result<(), Fault> {
    let Some(id) = store::by_key(tx, &key(session.session_id))? else {
        let mut order = draft::blank(tx, session.total.currency());
        "cartbay".clone_into(&mut order.created_via);
        order.created_at = session.created_at;
        fill(&mut order, session);
        let meta = meta(session);
        order.meta = meta;
        store::insert(tx, &key(session.session_id), &mut order)?;
        return Ok(());
    };
    store::bump(tx, id)?;
    // A session that was withdrawn stays withdrawn, whatever arrives late.
    let Some(mut order) = store::find(tx, id)? else { return Ok(()) };
    let version: i64 = order.meta(VERSION).and_then(|text| text.parse().ok()).unwrap_or(0);
    if version >= session.version {
        return Ok(());
    }
    fill(&mut order, session);
    store::update(tx, &order)?;
    store::put_addresses(tx, &order)?;
    store_items::put(tx, &mut order)?;
    for (key, value) in meta(session) {
        store::put_meta(tx, order.id, &key, &value)?;
    }
    Ok(())
}

/// Takes a session's order away.
pub(crate) fn remove(tx: &mut Tx, session_id: i64) -> Result<(), Fault> {
    match store::by_key(tx, &key(session_id))? {
        Some(id) => store::remove(tx, id),
        None => Ok(()),
    }
}

fn meta(session: &SessionOrder) -> Vec<(String, String)> {
    let mut meta = session.meta.clone();
    if !meta.iter().any(|(key, _)| key == "_cartbay_session_id") {
        meta.push(("_cartbay_session_id".to_owned(), session.session_id.to_string()));
    }
    meta.push((VERSION.to_owned(), session.version.to_string()));
    meta
}

fn fill(order: &mut Order, session: &SessionOrder) {
    order.status.clone_from(&session.status);
    order.updated_at = session.updated_at;
    order.billing = Address { email: session.email.clone(), ..Address::default() };
    order.total = Decimal::from(session.total);
    order.items = session
        .lines
        .iter()
        .map(|line| {
            Item::new("line_item", &line.name)
                .with("_product_id", line.product_id)
                .with("_variation_id", line.variation_id)
                .with("_qty", line.quantity)
                .with("_line_subtotal", line.subtotal)
                .with("_line_total", line.total)
                .with("_line_tax", line.total_tax)
        })
        .collect();
}
