//! Sending and charging wait after a restore: what a backup says is still to be done may have been done since it was
//! written, and only a person knows whether this installation or another one goes on.

use db::{Sql, Tx, params};
use kernel::{Fault, Moment};

use crate::actor::Actor;
use crate::engine::Engine;
use crate::events::WORK;
use crate::jobs::Urgency;

const NAME: &str = "cartwright_held_since";
const FIND: Sql = Sql::new("SELECT option_value FROM {p}cartwright_options WHERE option_name = ?");
const ADD: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_options (option_name, option_value, autoload) VALUES (?, ?, 'no')",
    "INSERT IGNORE INTO {p}cartwright_options (option_name, option_value, autoload) VALUES (?, ?, 'no')",
);
const SET: Sql = Sql::new("UPDATE {p}cartwright_options SET option_value = ? WHERE option_name = ?");
const REMOVE: Sql = Sql::new("DELETE FROM {p}cartwright_options WHERE option_name = ?");
const DROP_JOBS: Sql = Sql::new(
    "DELETE FROM {p}cartwright_jobs WHERE kind = ? AND state = 'pending' AND created_at <= ? AND due_at <= ?",
);

/// From now on nothing is sent or charged by itself, until [`Engine::resume`].
pub fn hold_outgoing(tx: &mut Tx) -> Result<(), Fault> {
    let now = tx.now().unix().to_string();
    tx.execute(&ADD, params![NAME, &now])?;
    tx.execute(&SET, params![&now, NAME])?;
    Ok(())
}

/// Since when sending and charging wait; none while they do not.
pub fn held_since(tx: &mut Tx) -> Result<Option<Moment>, Fault> {
    let found = tx.one(&FIND, params![NAME], |row| row.get::<String>("option_value"))?;
    Ok(found.map(|text| text.parse().map_or_else(|_| tx.now(), Moment::from_unix)))
}

impl Engine {
    /// Sending and charging go on. Email that was waiting when the hold began may have gone: its jobs are dropped, and
    /// `settle` says what else counts as done. Gives since when it had waited; none when it had not.
    pub async fn resume(
        &self,
        settle: fn(&mut Tx, Moment) -> Result<(), Fault>,
    ) -> Result<Option<Moment>, Fault> {
        let kinds = self.0.job_kinds.iter().filter(|kind| kind.urgency == Urgency::Mail);
        let kinds: Vec<&'static str> = kinds.map(|kind| kind.name).collect();
        self.write(Actor::system(), move |tx| {
            let Some(since) = held_since(tx)? else { return Ok(None) };
            let now = tx.now();
            for kind in &kinds {
                tx.execute(&DROP_JOBS, params![*kind, since, now])?;
            }
            settle(tx, now)?;
            tx.execute(&REMOVE, params![NAME])?;
            tx.signal(WORK);
            Ok(Some(since))
        })
        .await
    }
}
