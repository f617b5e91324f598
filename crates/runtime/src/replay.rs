//! Idempotency: the same key with the same body gives the first answer again, with another body a 409.
//!
//! For a unit the key row, the work and the answer commit together. For a flow the key is claimed first under a
//! lease, so that a second caller waits his turn and a crash leaves the key to be taken over; the flow's own unique
//! keys keep the work from being done twice.

use db::{Sql, Tx, params};
use kernel::{Fault, Moment};
use serde::{Deserialize, Serialize};

const FIND: Sql = Sql::new(
    "SELECT body_hash, state, status, answer, held_until FROM {p}cartwright_replays WHERE scope = ? AND idempotency_key = ?",
);
const CLAIM: Sql = Sql::new(
    "INSERT INTO {p}cartwright_replays (scope, idempotency_key, body_hash, state, status, answer, held_until, created_at) \
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
);
const FINISH: Sql = Sql::new(
    "UPDATE {p}cartwright_replays SET state = 'done', status = ?, answer = ?, held_until = NULL \
     WHERE scope = ? AND idempotency_key = ? AND body_hash = ?",
);
const TAKE_OVER: Sql = Sql::new(
    "UPDATE {p}cartwright_replays SET held_until = ? WHERE scope = ? AND idempotency_key = ? AND state = 'open' AND held_until < ?",
);
const RELEASE: Sql =
    Sql::new("DELETE FROM {p}cartwright_replays WHERE scope = ? AND idempotency_key = ? AND state = 'open'");
/// Deletes answers older than a moment.
pub const PRUNE: Sql = Sql::new("DELETE FROM {p}cartwright_replays WHERE created_at < ?");

/// Seconds for which a flow that does not come back keeps its key.
const FLOW_LEASE_SECONDS: i64 = 60;

/// A key as one route and one caller use it.
#[derive(Debug, Clone)]
pub struct ReplayKey {
    /// Hash of route and caller, so that callers never meet.
    pub scope: String,
    /// The header's value.
    pub key: String,
    /// Hash of method, path and body.
    pub body_hash: String,
}

/// The stored answer.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The JSON text.
    pub body: String,
    /// Further headers: a repeat must tell them again, such as the token of the cart that the first request opened.
    pub headers: Vec<(String, String)>,
}

/// An answer as its row holds it.
#[derive(Serialize, Deserialize)]
struct Kept {
    body: String,
    headers: Vec<(String, String)>,
}

impl Answer {
    fn text(&self) -> Result<String, Fault> {
        Ok(serde_json::to_string(&Kept { body: self.body.clone(), headers: self.headers.clone() })?)
    }

    fn read(status: i64, text: &str) -> Result<Self, Fault> {
        let kept: Kept = kernel::json::from_text(text)?;
        Ok(Self { status: u16::try_from(status).unwrap_or(200), body: kept.body, headers: kept.headers })
    }
}

/// The answer given before under this key, if any. 409 for another body, and for a flow that is still running.
pub fn find(tx: &mut Tx, key: &ReplayKey) -> Result<Option<Answer>, Fault> {
    let found = tx.one(&FIND, params![&key.scope, &key.key], |row| {
        Ok((
            row.get::<String>("body_hash")?,
            row.get::<String>("state")?,
            row.get::<i64>("status")?,
            row.get::<String>("answer")?,
            row.get::<Option<Moment>>("held_until")?,
        ))
    })?;
    let Some((body_hash, state, status, answer, held_until)) = found else { return Ok(None) };
    if body_hash != key.body_hash {
        return Err(Fault::conflict(
            "idempotency_key_reused",
            "This Idempotency-Key was used with another request. Use a fresh key.",
        ));
    }
    if state == "done" {
        return Answer::read(status, &answer).map(Some);
    }
    if held_until.is_some_and(|until| until > tx.now()) {
        return Err(Fault::conflict(
            "idempotency_in_progress",
            "The first request with this Idempotency-Key is still running. Ask again in a moment.",
        ));
    }
    Ok(None)
}

/// Stores the answer of a unit in the unit's own transaction. When a parallel request of the same key was first, the
/// unit is run again and finds that one's answer.
pub fn store(tx: &mut Tx, key: &ReplayKey, answer: &Answer) -> Result<(), Fault> {
    let now = tx.now();
    let stored = tx.execute(
        &CLAIM,
        params![
            &key.scope,
            &key.key,
            &key.body_hash,
            "done",
            i64::from(answer.status),
            answer.text()?,
            None::<Moment>,
            now
        ],
    );
    match stored {
        Ok(_) => Ok(()),
        Err(error) => {
            if error.is_duplicate() {
                tx.run_again();
            }
            Err(error.into())
        }
    }
}

/// Claims the key for a flow. `Some` is the answer given before.
pub fn claim(tx: &mut Tx, key: &ReplayKey) -> Result<Option<Answer>, Fault> {
    if let Some(answer) = find(tx, key)? {
        return Ok(Some(answer));
    }
    let now = tx.now();
    let until = now.plus_seconds(FLOW_LEASE_SECONDS);
    if tx.execute(&TAKE_OVER, params![until, &key.scope, &key.key, now])? == 1 {
        return Ok(None);
    }
    let claimed =
        tx.execute(&CLAIM, params![&key.scope, &key.key, &key.body_hash, "open", 0_i64, "", until, now]);
    match claimed {
        Ok(_) => Ok(None),
        Err(error) if error.is_duplicate() => Err(Fault::conflict(
            "idempotency_in_progress",
            "The first request with this Idempotency-Key is still running. Ask again in a moment.",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Stores the answer of a flow.
pub fn finish(tx: &mut Tx, key: &ReplayKey, answer: &Answer) -> Result<(), Fault> {
    tx.execute(
        &FINISH,
        params![i64::from(answer.status), answer.text()?, &key.scope, &key.key, &key.body_hash],
    )?;
    Ok(())
}

/// Gives the key back after a refusal, so that the caller may mend the cause and ask again.
pub fn release(tx: &mut Tx, key: &ReplayKey) -> Result<(), Fault> {
    tx.execute(&RELEASE, params![&key.scope, &key.key])?;
    Ok(())
}
