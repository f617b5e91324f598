//! The gateway's own record: what it was asked and what it answered, by key.

use db::{DbError, Row, Sql, Tx, params};
use kernel::{Currency, Fault, Moment, Money};
use runtime::ports::{GatewayCharge, GatewayError};

const COLUMNS_BY_KEY: Sql = Sql::new(
    "SELECT id, amount, currency, state, code, message, transaction_id, saved_method, method_label, created_at \
     FROM {p}cartwright_test_gateway_charges WHERE charge_key = ?",
);
const COLUMNS_BY_TRANSACTION: Sql = Sql::new(
    "SELECT id, amount, currency, state, code, message, transaction_id, saved_method, method_label, created_at \
     FROM {p}cartwright_test_gateway_charges WHERE transaction_id = ?",
);
const INSERT: Sql = Sql::new(
    "INSERT INTO {p}cartwright_test_gateway_charges (charge_key, amount, currency, state, code, message, transaction_id, \
     saved_method, method_label, description, refunded, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
);
const SETTLE: Sql = Sql::new(
    "UPDATE {p}cartwright_test_gateway_charges SET state = ?, code = ?, message = ?, saved_method = ? \
     WHERE id = ? AND state = 'requires_action'",
);
const METHOD_THERE: Sql = Sql::new(
    "SELECT COUNT(*) FROM {p}cartwright_test_gateway_charges WHERE saved_method = ? AND state <> 'requires_action'",
);
const REFUND: Sql = Sql::new(
    "SELECT charge_id, amount, currency, refund_id FROM {p}cartwright_test_gateway_refunds WHERE refund_key = ?",
);
const TAKE_BACK: Sql = Sql::new(
    "UPDATE {p}cartwright_test_gateway_charges SET refunded = refunded + ? \
     WHERE id = ? AND state = 'succeeded' AND refunded + ? <= amount",
);
const INSERT_REFUND: Sql = Sql::new(
    "INSERT INTO {p}cartwright_test_gateway_refunds (refund_key, charge_id, amount, currency, refund_id, created_at) \
     VALUES (?, ?, ?, ?, ?, ?)",
);

/// A challenge that nobody has answered for so long is over.
const CHALLENGE_SECONDS: i64 = 3600;

/// A charge as the gateway has it.
#[derive(Debug, Clone)]
pub(crate) struct Charged {
    pub(crate) id: i64,
    pub(crate) amount: Money,
    pub(crate) state: String,
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) transaction_id: String,
    pub(crate) saved_method: Option<String>,
    pub(crate) method_label: String,
    pub(crate) created_at: Moment,
}

impl Charged {
    fn read(row: &Row<'_>) -> Result<Self, DbError> {
        let currency: Currency = row.get("currency")?;
        Ok(Self {
            id: row.get("id")?,
            amount: Money::new(row.get("amount")?, currency),
            state: row.get("state")?,
            code: row.get("code")?,
            message: row.get("message")?,
            transaction_id: row.get("transaction_id")?,
            saved_method: row.get("saved_method")?,
            method_label: row.get("method_label")?,
            created_at: row.get("created_at")?,
        })
    }

    /// Is its challenge over unanswered?
    pub(crate) fn expired(&self, now: Moment) -> bool {
        self.state == "requires_action" && now.seconds_since(self.created_at) > CHALLENGE_SECONDS
    }

    /// The answer that this charge has had.
    pub(crate) fn answer(self, now: Moment) -> Result<GatewayCharge, GatewayError> {
        if self.expired(now) {
            return Err(GatewayError::Declined {
                code: "authentication_expired".to_owned(),
                message: "Your bank's question was not answered in time. Nothing was charged.".to_owned(),
            });
        }
        match self.state.as_str() {
            "succeeded" => Ok(GatewayCharge::Succeeded {
                transaction_id: self.transaction_id,
                amount: self.amount,
                saved_method: self.saved_method,
                method_label: self.method_label,
            }),
            "requires_action" => Ok(GatewayCharge::RequiresAction {
                challenge: format!("/test-gateway/challenge/{}", self.transaction_id),
                transaction_id: self.transaction_id,
            }),
            _ => Err(GatewayError::Declined { code: self.code, message: self.message }),
        }
    }
}

pub(crate) fn by_key(tx: &mut Tx<'_>, key: &str) -> Result<Option<Charged>, Fault> {
    Ok(tx.one(&COLUMNS_BY_KEY, params![key], Charged::read)?)
}

pub(crate) fn by_transaction(tx: &mut Tx<'_>, transaction_id: &str) -> Result<Option<Charged>, Fault> {
    Ok(tx.one(&COLUMNS_BY_TRANSACTION, params![transaction_id], Charged::read)?)
}

pub(crate) fn has_method(tx: &mut Tx<'_>, method: &str) -> Result<bool, Fault> {
    Ok(tx.count(&METHOD_THERE, params![method])? > 0)
}

/// Writes a charge under its key. When a parallel one has just written the key, the unit runs again and finds it.
pub(crate) fn insert(tx: &mut Tx<'_>, key: &str, charge: &Charged, description: &str) -> Result<(), Fault> {
    let description: String = description.chars().take(191).collect();
    let written = tx.insert(
        &INSERT,
        params![
            key,
            charge.amount.minor(),
            charge.amount.currency(),
            &charge.state,
            &charge.code,
            &charge.message,
            &charge.transaction_id,
            &charge.saved_method,
            &charge.method_label,
            description,
            charge.created_at
        ],
    );
    met(tx, written).map(|_| ())
}

/// Ends a challenge; false when it has ended already.
pub(crate) fn settle(tx: &mut Tx<'_>, charge: &Charged) -> Result<bool, Fault> {
    let values = params![&charge.state, &charge.code, &charge.message, &charge.saved_method, charge.id];
    Ok(tx.execute(&SETTLE, values)? == 1)
}

/// Gives money back under its key: the gateway's id of the refund, or why not.
pub(crate) fn refund(
    tx: &mut Tx<'_>,
    key: &str,
    charge: &Charged,
    amount: Money,
) -> Result<Result<String, GatewayError>, Fault> {
    let before = tx.one(&REFUND, params![key], |row| {
        let currency: Currency = row.get("currency")?;
        let money = Money::new(row.get("amount")?, currency);
        Ok((row.get::<i64>("charge_id")?, money, row.get::<String>("refund_id")?))
    })?;
    if let Some((charge_id, money, refund_id)) = before {
        let same = charge_id == charge.id && money == amount;
        return Ok(if same { Ok(refund_id) } else { Err(refused("This key was used for another refund.")) });
    }
    let minor = amount.minor();
    if tx.execute(&TAKE_BACK, params![minor, charge.id, minor])? == 0 {
        return Ok(Err(refused("No more than what was charged can be given back.")));
    }
    let refund_id = format!("tr_{}", tx.entropy().alphanumeric(24));
    let now = tx.now();
    let values = params![key, charge.id, minor, amount.currency(), &refund_id, now];
    let written = tx.insert(&INSERT_REFUND, values);
    met(tx, written)?;
    Ok(Ok(refund_id))
}

pub(crate) fn refused(message: &str) -> GatewayError {
    GatewayError::Refused(message.to_owned())
}

fn met(tx: &mut Tx<'_>, written: Result<i64, DbError>) -> Result<i64, Fault> {
    written.map_err(|error| {
        if error.is_duplicate() {
            tx.run_again();
        }
        error.into()
    })
}
