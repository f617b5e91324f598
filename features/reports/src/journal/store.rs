//! The SQL of the journal.

use kernel::ids::{CartId, OrderId};
use kernel::{Fault, Moment};
use runtime::{Sql, Tx, params};

use super::model::{CountedOrder, Entry};

const INSERT: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_report_journal (cause, metric, day, currency, quantity, amount, subject_id, notable, \
     happened_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT IGNORE INTO {p}cartwright_report_journal (cause, metric, day, currency, quantity, amount, subject_id, notable, \
     happened_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
);
const ADD: Sql = Sql::pair(
    "INSERT INTO {p}cartwright_report_days (day, metric, currency, quantity, amount) VALUES (?, ?, ?, ?, ?) \
     ON CONFLICT (day, metric, currency) DO UPDATE SET quantity = quantity + excluded.quantity, \
     amount = amount + excluded.amount",
    "INSERT INTO {p}cartwright_report_days (day, metric, currency, quantity, amount) VALUES (?, ?, ?, ?, ?) \
     ON DUPLICATE KEY UPDATE quantity = quantity + VALUES(quantity), amount = amount + VALUES(amount)",
);
const TOUCH_ORDER: Sql = Sql::pair(
    "INSERT INTO {p}cartwright_report_orders (order_id, version, touched, currency, gross, refunded, cancelled, recovered, \
     recovered_lost) VALUES (?, 0, 1, ?, 0, 0, 0, 0, 0) ON CONFLICT (order_id) DO UPDATE SET touched = touched + 1",
    "INSERT INTO {p}cartwright_report_orders (order_id, version, touched, currency, gross, refunded, cancelled, recovered, \
     recovered_lost) VALUES (?, 0, 1, ?, 0, 0, 0, 0, 0) ON DUPLICATE KEY UPDATE touched = touched + 1",
);
const ORDER: Sql = Sql::new(
    "SELECT version, gross, refunded, cancelled, recovered, recovered_lost FROM {p}cartwright_report_orders WHERE order_id = ?",
);
const SAVE_ORDER: Sql = Sql::new(
    "UPDATE {p}cartwright_report_orders SET version = ?, gross = ?, refunded = ?, cancelled = ?, recovered = ?, \
     recovered_lost = ? WHERE order_id = ?",
);
const CART: Sql = Sql::new("SELECT life, started_at FROM {p}cartwright_report_carts WHERE cart_id = ?");
const SAVE_CART: Sql = Sql::pair(
    "INSERT INTO {p}cartwright_report_carts (cart_id, life, started_at) VALUES (?, ?, ?) \
     ON CONFLICT (cart_id) DO UPDATE SET life = excluded.life, started_at = excluded.started_at",
    "INSERT INTO {p}cartwright_report_carts (cart_id, life, started_at) VALUES (?, ?, ?) \
     ON DUPLICATE KEY UPDATE life = VALUES(life), started_at = VALUES(started_at)",
);

/// False when the cause was known.
pub(super) fn insert(tx: &mut Tx, entry: &Entry, day: &str) -> Result<bool, Fault> {
    let (currency, minor) = money(entry);
    let name = entry.metric.name();
    let row = params![
        &entry.cause,
        name,
        day,
        &currency,
        entry.quantity,
        minor,
        entry.subject_id,
        entry.notable,
        entry.at
    ];
    Ok(tx.execute(&INSERT, row)? == 1)
}

/// Adds to the day's sum.
pub(super) fn add(tx: &mut Tx, entry: &Entry, day: &str) -> Result<(), Fault> {
    let (currency, minor) = money(entry);
    tx.execute(&ADD, params![day, entry.metric.name(), &currency, entry.quantity, minor])?;
    Ok(())
}

fn money(entry: &Entry) -> (String, i64) {
    entry
        .amount
        .map_or_else(|| (String::new(), 0), |amount| (amount.currency().code().to_owned(), amount.minor()))
}

/// What the order counts for so far; its row is held until the end of the unit.
pub(super) fn hold_order(tx: &mut Tx, id: OrderId, currency: &str) -> Result<CountedOrder, Fault> {
    tx.execute(&TOUCH_ORDER, params![id, currency])?;
    tx.one(&ORDER, params![id], |row| {
        Ok(CountedOrder {
            version: row.get("version")?,
            gross: row.get("gross")?,
            refunded: row.get("refunded")?,
            cancelled: row.get("cancelled")?,
            recovered: row.get("recovered")?,
            recovered_lost: row.get("recovered_lost")?,
        })
    })?
    .ok_or_else(|| Fault::bug("a counted order has no row"))
}

pub(super) fn save_order(tx: &mut Tx, id: OrderId, order: &CountedOrder) -> Result<(), Fault> {
    let CountedOrder { version, gross, refunded, cancelled, recovered, recovered_lost } = order;
    tx.execute(&SAVE_ORDER, params![version, gross, refunded, cancelled, recovered, recovered_lost, id])?;
    Ok(())
}

/// Which life the cart is in, and since when.
pub(super) fn cart_life(tx: &mut Tx, id: CartId) -> Result<Option<(i64, Moment)>, Fault> {
    Ok(tx.one(&CART, params![id], |row| Ok((row.get("life")?, row.get("started_at")?)))?)
}

pub(super) fn save_cart_life(tx: &mut Tx, id: CartId, life: i64, since: Moment) -> Result<(), Fault> {
    tx.execute(&SAVE_CART, params![id, life, since])?;
    Ok(())
}
