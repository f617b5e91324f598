//! Messages when they are due, and a sweep for those that were missed.

use std::time::Duration;

use runtime::{Actor, Engine, Job, JobKind, Schedule, Urgency};
use serde::{Deserialize, Serialize};

use super::{commands, commands_dispatch, store_messages};

/// Sends a message when it is due.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SendStep {
    pub(crate) message_id: i64,
}

impl Job for SendStep {
    const KIND: &'static str = "recovery.send_step";
}

pub(crate) fn send() -> JobKind {
    JobKind::new(|engine: Engine, job: SendStep| async move {
        commands_dispatch::send(&engine, job.message_id).await.map(|_| ())
    })
    .urgency(Urgency::Mail)
    .within(DEADLINE)
}

/// Longest time for one message: longer than the shop and the mail server may take together.
const DEADLINE: Duration = Duration::from_mins(4);
/// Minutes after which a claimed message counts as lost: far longer than a mail server may take.
const LOST_MINUTES: i64 = 15;
/// Messages of one sweep.
const BATCH: i64 = 100;

pub(crate) fn dispatch() -> Schedule {
    Schedule::new(
        "ocart_recovery_dispatch",
        60,
        "Sees to it that recovery messages that are due are sent, and settles those whose server went away.",
        |engine: Engine| async move {
            engine
                .write(Actor::system(), |tx| {
                    let before = tx.now().plus_minutes(-LOST_MINUTES);
                    commands_dispatch::settle_lost(tx, before)?;
                    // Each is sent by a job of its own, beside others: a mail server that is slow holds up no schedule.
                    for message in store_messages::due(tx, BATCH)? {
                        commands_dispatch::cancel_stale(tx, &message)?;
                        commands::schedule(tx, message.id, message.due_at)?;
                    }
                    Ok(())
                })
                .await
        },
    )
}

/// Sends what is due, at most a hundred messages; gives how many went. One that fails does not hold up the others.
pub(crate) async fn dispatch_due(engine: &Engine) -> Result<usize, kernel::Fault> {
    let mut sent = 0;
    for message in engine.read(|tx| store_messages::due(tx, BATCH)).await? {
        match commands_dispatch::send(engine, message.id).await {
            Ok(went) => sent += usize::from(went),
            Err(fault) => {
                tracing::warn!(
                    message = message.id,
                    code = fault.code,
                    "a recovery message could not be sent"
                );
            }
        }
    }
    Ok(sent)
}
