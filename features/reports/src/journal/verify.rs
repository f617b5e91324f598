//! Recomputes the sums from the journal.

use kernel::Fault;
use runtime::{Sql, Tx, Verifier, Violation, params};

/// Days whose sums are not those of their entries, from both sides.
const DAYS: Sql = Sql::new(
    "SELECT d.day, d.metric, d.currency, d.quantity, d.amount, COALESCE(j.quantity, 0) AS expected_quantity, \
     COALESCE(j.amount, 0) AS expected_amount FROM {p}cartwright_report_days d LEFT JOIN \
     (SELECT day, metric, currency, SUM(quantity) AS quantity, SUM(amount) AS amount FROM {p}cartwright_report_journal \
     GROUP BY day, metric, currency) j ON j.day = d.day AND j.metric = d.metric AND j.currency = d.currency \
     WHERE d.quantity <> COALESCE(j.quantity, 0) OR d.amount <> COALESCE(j.amount, 0) ORDER BY d.day, d.metric",
);
const MISSING_DAYS: Sql = Sql::new(
    "SELECT DISTINCT j.day, j.metric, j.currency FROM {p}cartwright_report_journal j LEFT JOIN {p}cartwright_report_days d \
     ON d.day = j.day AND d.metric = j.metric AND d.currency = j.currency WHERE d.day IS NULL ORDER BY j.day, j.metric",
);
/// Orders whose booked amounts are not those of their entries.
const ORDERS: Sql = Sql::new(
    "SELECT o.order_id, o.gross, o.refunded, o.cancelled, o.recovered_lost, COALESCE(j.gross, 0) AS expected_gross, \
     COALESCE(j.refunded, 0) AS expected_refunded, COALESCE(j.cancelled, 0) AS expected_cancelled, \
     COALESCE(j.lost, 0) AS expected_lost FROM {p}cartwright_report_orders o LEFT JOIN (SELECT subject_id, \
     SUM(CASE WHEN metric IN ('orders', 'upsell_orders') THEN amount ELSE 0 END) AS gross, \
     SUM(CASE WHEN metric = 'refunds' THEN amount ELSE 0 END) AS refunded, \
     SUM(CASE WHEN metric = 'cancellations' THEN amount ELSE 0 END) AS cancelled, \
     SUM(CASE WHEN metric = 'recovered_lost' THEN amount ELSE 0 END) AS lost \
     FROM {p}cartwright_report_journal GROUP BY subject_id) j ON j.subject_id = o.order_id \
     WHERE o.gross <> COALESCE(j.gross, 0) OR o.refunded <> COALESCE(j.refunded, 0) \
     OR o.cancelled <> COALESCE(j.cancelled, 0) OR o.recovered_lost <> COALESCE(j.lost, 0) ORDER BY o.order_id",
);

/// The invariants of the reports.
#[must_use]
pub fn verifiers() -> Vec<Verifier> {
    vec![Verifier { name: "reports.days", check: days }, Verifier { name: "reports.orders", check: orders }]
}

fn days(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    let mut found = tx.rows(&DAYS, params![], |row| {
        let number = |column: &str| row.get::<i64>(column);
        let (quantity, amount) = (number("quantity")?, number("amount")?);
        let (right_quantity, right_amount) = (number("expected_quantity")?, number("expected_amount")?);
        Ok(Violation {
            invariant: "reports.days",
            subject: subject(row)?,
            detail: format!(
                "{quantity} and {amount} minor units, but the journal comes to {right_quantity} and {right_amount}"
            ),
        })
    })?;
    found.extend(tx.rows(&MISSING_DAYS, params![], |row| {
        Ok(Violation {
            invariant: "reports.days",
            subject: subject(row)?,
            detail: "the journal has entries, but there is no sum".to_owned(),
        })
    })?);
    Ok(found)
}

fn subject(row: &runtime::Row<'_>) -> Result<String, db::DbError> {
    let (day, metric, currency) =
        (row.get::<String>("day")?, row.get::<String>("metric")?, row.get::<String>("currency")?);
    Ok(format!("{day} {metric} {currency}").trim_end().to_owned())
}

fn orders(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    Ok(tx.rows(&ORDERS, params![], |row| {
        let pair = |has: &str, should: &str| -> Result<String, db::DbError> {
            Ok(format!("{} of {}", row.get::<i64>(has)?, row.get::<i64>(should)?))
        };
        Ok(Violation {
            invariant: "reports.orders",
            subject: format!("order {}", row.get::<i64>("order_id")?),
            detail: format!(
                "booked of what the journal comes to, minor units: paid {}, refunded {}, cancelled {}, recovery lost {}",
                pair("gross", "expected_gross")?,
                pair("refunded", "expected_refunded")?,
                pair("cancelled", "expected_cancelled")?,
                pair("recovered_lost", "expected_lost")?
            ),
        })
    })?)
}
