//! The SQL of the dashboard.

use kernel::{Currency, Fault, Moment, Money};
use runtime::{Sql, Tx, params};

use crate::journal::model::Metric;

const DAYS: Sql = Sql::new(
    "SELECT day, metric, quantity, amount FROM {p}cartwright_report_days WHERE day >= ? AND day <= ? \
     AND currency IN ('', ?)",
);
const UNTIL: Sql = Sql::new(
    "SELECT COALESCE(SUM(quantity), 0) FROM {p}cartwright_report_days WHERE metric = ? AND day <= ?",
);
const OTHERS: Sql = Sql::new(
    "SELECT currency, SUM(CASE WHEN metric = 'orders' THEN quantity ELSE 0 END) AS orders, \
     SUM(CASE WHEN metric IN ('orders', 'upsell_orders') THEN amount ELSE -amount END) AS revenue \
     FROM {p}cartwright_report_days WHERE day >= ? AND day <= ? AND currency NOT IN ('', ?) \
     AND metric IN ('orders', 'upsell_orders', 'refunds', 'cancellations') GROUP BY currency ORDER BY currency",
);
const EVER: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_report_days WHERE metric = ?");
const RECENT: Sql = Sql::new(
    "SELECT metric, quantity, amount, currency, subject_id, happened_at FROM {p}cartwright_report_journal \
     WHERE notable = 1 ORDER BY id DESC LIMIT ?",
);

/// A day's sum of a metric.
#[derive(Debug, Clone)]
pub(super) struct Sum {
    pub(super) day: String,
    pub(super) metric: Metric,
    pub(super) quantity: i64,
    pub(super) amount: i64,
}

/// Something that happened.
#[derive(Debug, Clone)]
pub struct Happening {
    /// What.
    pub metric: Metric,
    /// How many.
    pub quantity: i64,
    /// How much, where there is money.
    pub amount: Option<Money>,
    /// The order, or 0.
    pub order_id: i64,
    /// When.
    pub at: Moment,
}

pub(super) fn days(tx: &mut Tx, from: &str, to: &str, currency: Currency) -> Result<Vec<Sum>, Fault> {
    let rows = tx.rows(&DAYS, params![from, to, currency], |row| {
        let metric = Metric::parse(&row.get::<String>("metric")?);
        let (day, quantity, amount) = (row.get("day")?, row.get("quantity")?, row.get("amount")?);
        Ok(metric.map(|metric| Sum { day, metric, quantity, amount }))
    })?;
    Ok(rows.into_iter().flatten().collect())
}

/// All that was ever counted up to the end of a day.
pub(super) fn until(tx: &mut Tx, metric: Metric, day: &str) -> Result<i64, Fault> {
    Ok(tx.count(&UNTIL, params![metric.name(), day])?)
}

/// Orders and net revenue by currency, but for one.
pub(super) fn others(
    tx: &mut Tx,
    from: &str,
    to: &str,
    currency: Currency,
) -> Result<Vec<(i64, Money)>, Fault> {
    Ok(tx.rows(&OTHERS, params![from, to, currency], |row| {
        Ok((row.get("orders")?, Money::new(row.get("revenue")?, row.get("currency")?)))
    })?)
}

pub(super) fn ever(tx: &mut Tx, metric: Metric) -> Result<bool, Fault> {
    Ok(tx.count(&EVER, params![metric.name()])? > 0)
}

/// Newest first.
pub(super) fn recent(tx: &mut Tx, limit: i64) -> Result<Vec<Happening>, Fault> {
    let rows = tx.rows(&RECENT, params![limit], |row| {
        let (quantity, amount) = (row.get("quantity")?, row.get("amount")?);
        let (order_id, at) = (row.get("subject_id")?, row.get("happened_at")?);
        let amount =
            Currency::parse(&row.get::<String>("currency")?).map(|currency| Money::new(amount, currency));
        let metric = Metric::parse(&row.get::<String>("metric")?);
        Ok(metric.map(|metric| Happening { metric, quantity, amount, order_id, at }))
    })?;
    Ok(rows.into_iter().flatten().collect())
}
