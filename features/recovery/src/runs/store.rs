//! SQL of sequences and runs.

use kernel::ids::{OrderId, RunId, SequenceId};
use kernel::{Currency, Fault, Money, Page, Paging};
use runtime::{Row, Sql, Tx, params};

use super::model::{PENDING, Run, Sequence, SequenceStep};
use crate::sessions::model::Session;

const SEQUENCES: Sql = Sql::new("SELECT * FROM {p}ocart_recovery_sequences ORDER BY id LIMIT 100");
const SEQUENCE: Sql = Sql::new("SELECT * FROM {p}ocart_recovery_sequences WHERE id = ?");
const ACTIVE_SEQUENCE: Sql = Sql::new(
    "SELECT * FROM {p}ocart_recovery_sequences WHERE status = 'active' AND trigger_type = 'cart_abandoned' \
     ORDER BY id LIMIT 1",
);
const ADD_SEQUENCE: Sql = Sql::new(
    "INSERT INTO {p}ocart_recovery_sequences (name, trigger_type, steps, status, created_at, updated_at) \
     VALUES (?, ?, ?, ?, ?, ?)",
);
const SAVE_SEQUENCE: Sql = Sql::new(
    "UPDATE {p}ocart_recovery_sequences SET name = ?, steps = ?, status = ?, updated_at = ? WHERE id = ?",
);
const PAUSE_OTHERS: Sql = Sql::new(
    "UPDATE {p}ocart_recovery_sequences SET status = 'paused', updated_at = ? WHERE trigger_type = ? AND id <> ? \
     AND status = 'active'",
);
const ADD: Sql = Sql::new(
    "INSERT INTO {p}ocart_recovery_runs (cart_id, session_id, sequence_id, email_hash, steps, current_step, status, \
     stop_reason, revenue_recovered, currency, order_id, started_at, updated_at) \
     VALUES (?, ?, ?, ?, ?, 0, ?, '', 0, ?, 0, ?, ?)",
);
const BY_ID: Sql = Sql::new("SELECT * FROM {p}ocart_recovery_runs WHERE id = ?");
const OF_SESSION: Sql = Sql::new("SELECT * FROM {p}ocart_recovery_runs WHERE session_id = ? ORDER BY id");
const SAVE: Sql = Sql::new(
    "UPDATE {p}ocart_recovery_runs SET current_step = ?, status = ?, stop_reason = ?, revenue_recovered = ?, currency = ?, \
     order_id = ?, updated_at = ? WHERE id = ?",
);
const DELETE_OF_SESSION: Sql = Sql::new("DELETE FROM {p}ocart_recovery_runs WHERE session_id = ?");
const DELETE_MESSAGES: Sql = Sql::new("DELETE FROM {p}cartwright_messages WHERE session_id = ?");
const LIST: Sql = Sql::new(
    "SELECT * FROM {p}ocart_recovery_runs WHERE (? = '' OR status = ?) ORDER BY id DESC LIMIT ? OFFSET ?",
);
const COUNT: Sql = Sql::new("SELECT COUNT(*) FROM {p}ocart_recovery_runs WHERE (? = '' OR status = ?)");

fn read_sequence(row: &Row) -> Result<Sequence, db::DbError> {
    let steps: String = row.get("steps")?;
    Ok(Sequence {
        id: row.get("id")?,
        name: row.get("name")?,
        trigger_type: row.get("trigger_type")?,
        steps: kernel::json::from_text(&steps).unwrap_or_default(),
        status: row.get("status")?,
        created_at: row.get("created_at")?,
        updated_at: row.get("updated_at")?,
    })
}

fn read(row: &Row) -> Result<Run, db::DbError> {
    let currency: Currency = row.get("currency")?;
    Ok(Run {
        id: row.get("id")?,
        cart_id: row.get("cart_id")?,
        session_id: row.get("session_id")?,
        sequence_id: row.get("sequence_id")?,
        current_step: row.get("current_step")?,
        status: row.get("status")?,
        stop_reason: row.get("stop_reason")?,
        revenue: Money::new(row.get("revenue_recovered")?, currency),
        order_id: row.get("order_id")?,
        started_at: row.get("started_at")?,
        updated_at: row.get("updated_at")?,
    })
}

pub(crate) fn sequences(tx: &mut Tx) -> Result<Vec<Sequence>, Fault> {
    Ok(tx.rows(&SEQUENCES, params![], read_sequence)?)
}

pub(crate) fn sequence(tx: &mut Tx, id: SequenceId) -> Result<Option<Sequence>, Fault> {
    Ok(tx.one(&SEQUENCE, params![id], read_sequence)?)
}

pub(crate) fn active_sequence(tx: &mut Tx) -> Result<Option<Sequence>, Fault> {
    Ok(tx.one(&ACTIVE_SEQUENCE, params![], read_sequence)?)
}

pub(crate) fn add_sequence(
    tx: &mut Tx,
    name: &str,
    trigger_type: &str,
    steps: &[SequenceStep],
    status: &str,
) -> Result<SequenceId, Fault> {
    let now = tx.now();
    let steps = kernel::json::to_text(&steps);
    Ok(SequenceId(tx.insert(&ADD_SEQUENCE, params![name, trigger_type, steps, status, now, now])?))
}

pub(crate) fn save_sequence(tx: &mut Tx, sequence: &Sequence) -> Result<(), Fault> {
    let (now, steps) = (tx.now(), kernel::json::to_text(&sequence.steps));
    tx.execute(&SAVE_SEQUENCE, params![&sequence.name, steps, &sequence.status, now, sequence.id])?;
    Ok(())
}

/// One active sequence per trigger.
pub(crate) fn pause_others(tx: &mut Tx, trigger_type: &str, id: SequenceId) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&PAUSE_OTHERS, params![now, trigger_type, id])?;
    Ok(())
}

pub(crate) fn add(tx: &mut Tx, session: &Session, sequence: &Sequence) -> Result<Run, Fault> {
    let (now, steps) = (tx.now(), kernel::json::to_text(&sequence.steps));
    let id = tx.insert(
        &ADD,
        params![
            session.cart_id,
            session.id,
            sequence.id,
            &session.email_hash,
            steps,
            PENDING,
            session.total.currency(),
            now,
            now
        ],
    )?;
    by_id(tx, RunId(id))?.ok_or_else(|| Fault::bug("a run was not written"))
}

pub(crate) fn by_id(tx: &mut Tx, id: RunId) -> Result<Option<Run>, Fault> {
    Ok(tx.one(&BY_ID, params![id], read)?)
}

pub(crate) fn of_session(tx: &mut Tx, session_id: i64) -> Result<Vec<Run>, Fault> {
    Ok(tx.rows(&OF_SESSION, params![session_id], read)?)
}

pub(crate) fn save(tx: &mut Tx, run: &Run) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(
        &SAVE,
        params![
            run.current_step,
            &run.status,
            &run.stop_reason,
            run.revenue.minor(),
            run.revenue.currency(),
            OrderId(run.order_id.0),
            now,
            run.id
        ],
    )?;
    Ok(())
}

/// Takes the runs and messages of a session away.
pub(crate) fn forget(tx: &mut Tx, session_id: i64) -> Result<(), Fault> {
    tx.execute(&DELETE_OF_SESSION, params![session_id])?;
    tx.execute(&DELETE_MESSAGES, params![session_id])?;
    Ok(())
}

pub(crate) fn list(tx: &mut Tx, status: &str, paging: &Paging) -> Result<Page<Run>, Fault> {
    let total = tx.count(&COUNT, params![status, status])?;
    let rows = tx.rows(&LIST, params![status, status, i64::from(paging.per_page), paging.offset()], read)?;
    Ok(Page { rows, total })
}
