//! The SQL of known orders.

use kernel::Fault;
use kernel::ids::OrderId;
use runtime::{Sql, Tx, params};

use super::model::Known;

const HOLD: Sql =
    Sql::new("UPDATE {p}cartwright_wordpress_orders SET seen_at = ? WHERE site = ? AND order_id = ?");
const FIND: Sql = Sql::new(
    "SELECT is_paid, is_gone, refunds, snapshot FROM {p}cartwright_wordpress_orders WHERE site = ? AND order_id = ?",
);
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_wordpress_orders (version, is_paid, is_gone, refunds, snapshot, seen_at, site, order_id) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
);
const UPDATE: Sql = Sql::new(
    "UPDATE {p}cartwright_wordpress_orders SET version = ?, is_paid = ?, is_gone = ?, refunds = ?, snapshot = ?, seen_at = ? \
     WHERE site = ? AND order_id = ?",
);

/// Holds the order's row for this unit and reads it.
pub(crate) fn hold(tx: &mut Tx, site: &str, id: OrderId) -> Result<Option<Known>, Fault> {
    let now = tx.now();
    if tx.execute(&HOLD, params![now, site, id])? == 0 {
        return Ok(None);
    }
    let row = tx.one(&FIND, params![site, id], |row| {
        Ok((
            row.get::<bool>("is_paid")?,
            row.get::<bool>("is_gone")?,
            row.get::<String>("refunds")?,
            row.get::<String>("snapshot")?,
        ))
    })?;
    let Some((is_paid, is_gone, refunds, snapshot)) = row else { return Ok(None) };
    Ok(Some(Known {
        order: kernel::json::from_text(&snapshot)?,
        is_paid,
        is_gone,
        refunds: kernel::json::from_text(&refunds)?,
    }))
}

/// Keeps what is known now. Of two units that see an order for the first time one runs again.
pub(crate) fn keep(tx: &mut Tx, site: &str, known: &Known, is_new: bool) -> Result<(), Fault> {
    let now = tx.now();
    let statement = if is_new { &INSERT } else { &UPDATE };
    let (refunds, snapshot) = (kernel::json::to_text(&known.refunds), kernel::json::to_text(&known.order));
    let values = params![
        known.order.version,
        known.is_paid,
        known.is_gone,
        refunds,
        snapshot,
        now,
        site,
        known.order.id
    ];
    match tx.execute(statement, values) {
        Ok(_) => Ok(()),
        Err(error) if error.is_duplicate() => {
            tx.run_again();
            Err(Fault::unavailable("The order was seen at this very moment. Try again."))
        }
        Err(error) => Err(error.into()),
    }
}
