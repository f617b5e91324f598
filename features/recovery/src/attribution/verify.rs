//! Invariants of recovery.

use kernel::{Fault, Moment};
use runtime::{Sql, Tx, Verifier, Violation, params};

use super::rules::CLOCKS_DIFFER;

const RECOVERED: Sql = Sql::new(
    "SELECT s.id, s.recovered_order_id, s.recovered_revenue, a.gross, a.refunded \
     FROM {p}cartwright_sessions s LEFT JOIN {p}cartwright_attributions a \
     ON a.session_id = s.id AND a.order_id = s.recovered_order_id WHERE s.state = 'recovered' ORDER BY s.id",
);
const RUNS: Sql = Sql::new(
    "SELECT r.id, r.revenue_recovered, a.gross, a.refunded FROM {p}ocart_recovery_runs r \
     LEFT JOIN {p}cartwright_attributions a ON a.run_id = r.id AND a.order_id = r.order_id \
     WHERE r.status = 'converted' ORDER BY r.id",
);
const SENT_TO_SUPPRESSED: Sql = Sql::new(
    "SELECT m.id, m.claimed_at, u.created_at AS suppressed_at FROM {p}cartwright_messages m JOIN {p}ocart_suppression u \
     ON u.channel = m.channel AND u.contact_hash = m.email_hash \
     WHERE m.state = 'sent' AND m.claimed_at > u.created_at ORDER BY m.id",
);

pub(crate) const VERIFIERS: [Verifier; 3] = [
    Verifier { name: "recovery.revenue", check: sessions },
    Verifier { name: "recovery.runs", check: runs },
    Verifier { name: "recovery.suppression", check: suppression },
];

/// A recovered session's revenue is its attribution's, net of refunds.
fn sessions(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    compare(tx, &RECOVERED, "recovery.revenue", "session", "recovered_revenue")
}

/// A converted run's revenue is its attribution's, net of refunds.
fn runs(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    compare(tx, &RUNS, "recovery.runs", "run", "revenue_recovered")
}

fn compare(
    tx: &mut Tx,
    sql: &Sql,
    invariant: &'static str,
    noun: &str,
    column: &str,
) -> Result<Vec<Violation>, Fault> {
    let rows = tx.rows(sql, params![], |row| {
        let expected = match (row.get::<Option<i64>>("gross")?, row.get::<Option<i64>>("refunded")?) {
            (Some(gross), Some(refunded)) => Some(gross - refunded),
            _ => None,
        };
        Ok((row.get::<i64>("id")?, row.get::<i64>(column)?, expected))
    })?;
    Ok(rows
        .into_iter()
        .filter(|(_, found, expected)| Some(*found) != *expected)
        .map(|(id, found, expected)| Violation {
            invariant,
            subject: format!("{noun} {id}"),
            detail: match expected {
                Some(expected) => format!("revenue is {found}, its attribution says {expected}"),
                None => "has no attribution".to_owned(),
            },
        })
        .collect())
}

/// Nothing is sent to an address after it was suppressed.
fn suppression(tx: &mut Tx) -> Result<Vec<Violation>, Fault> {
    let rows = tx.rows(&SENT_TO_SUPPRESSED, params![], |row| {
        let (claimed, suppressed) = (row.get::<Moment>("claimed_at")?, row.get::<Moment>("suppressed_at")?);
        Ok((row.get::<i64>("id")?, claimed.seconds_since(suppressed)))
    })?;
    Ok(rows
        .into_iter()
        .filter(|(_, seconds)| *seconds > CLOCKS_DIFFER)
        .map(|(id, _)| Violation {
            invariant: "recovery.suppression",
            subject: format!("message {id}"),
            detail: "was sent after its address had been suppressed".to_owned(),
        })
        .collect())
}
