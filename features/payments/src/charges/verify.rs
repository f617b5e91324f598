//! What must hold of every payment.

use kernel::Fault;
use runtime::{Sql, Tx, Verifier, Violation, params};

const WITHOUT_TRANSACTION: Sql = Sql::new(
    "SELECT id, order_id FROM {p}cartwright_payment_attempts WHERE state = 'succeeded' AND transaction_id = '' ORDER BY id",
);
const REFUNDED: Sql = Sql::new(
    "SELECT a.id, a.amount, a.state, a.refunded, COALESCE(SUM(r.amount), 0) AS given FROM {p}cartwright_payment_attempts a \
     LEFT JOIN {p}cartwright_payment_refunds r ON r.attempt_id = a.id AND r.state IN ('open', 'unknown', 'succeeded') \
     GROUP BY a.id, a.amount, a.state, a.refunded \
     HAVING a.refunded <> COALESCE(SUM(r.amount), 0) OR a.refunded > a.amount \
     OR (a.state <> 'succeeded' AND a.refunded <> 0) ORDER BY a.id",
);

pub(crate) const TRANSACTIONS: Verifier = Verifier { name: "payments.transactions", check: transactions };
pub(crate) const REFUNDS: Verifier = Verifier { name: "payments.refunds", check: refunds };

/// Every payment has the gateway's id.
fn transactions(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    Ok(tx.rows(&WITHOUT_TRANSACTION, params![], |row| {
        Ok(Violation {
            invariant: "payments.transactions",
            subject: format!("payment attempt {}", row.get::<i64>("id")?),
            detail: format!("Paid for order {} without a transaction id.", row.get::<i64>("order_id")?),
        })
    })?)
}

/// What was given back and promised back adds up, and is never more than was taken.
fn refunds(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    Ok(tx.rows(&REFUNDED, params![], |row| {
        let (given, counted) = (row.get::<i64>("given")?, row.get::<i64>("refunded")?);
        let (amount, state) = (row.get::<i64>("amount")?, row.get::<String>("state")?);
        Ok(Violation {
            invariant: "payments.refunds",
            subject: format!("payment attempt {}", row.get::<i64>("id")?),
            detail: format!(
                "{state} with {amount}; refunds add up to {given}, counted are {counted} (minor units)."
            ),
        })
    })?)
}
