//! Runs begin, wait, stop and convert.

use kernel::contracts::ocart::RecoveryConverted;
use kernel::ids::{OrderId, RunId};
use kernel::{Fault, Moment, Money};
use runtime::{Emit, Enqueue, Tx};

use super::jobs::SendStep;
use super::model::{COMPLETED, CONVERTED, Message, PAUSED, PENDING, QUEUED, RUNNING, Run, STOPPED};
use super::{store, store_messages};
use crate::sessions::model::Session;

/// A session was abandoned: its run begins, or goes on with what has not been sent.
pub(crate) fn begin(tx: &mut Tx, session: &Session) -> Result<(), Fault> {
    let Some(sequence) = store::active_sequence(tx)? else { return Ok(()) };
    let begun = store::of_session(tx, session.id)?.into_iter().find(|run| run.sequence_id == sequence.id);
    let now = tx.now();
    match begun {
        Some(run) if is_open(&run) => {
            for message in store_messages::of_session(tx, session.id)? {
                let delay = usize::try_from(message.step)
                    .ok()
                    .and_then(|step| sequence.steps.get(step))
                    .map_or(0, |step| step.delay_min);
                if message.state == PAUSED {
                    store_messages::resume(tx, message.id, now.plus_minutes(delay))?;
                    schedule(tx, message.id, now.plus_minutes(delay))?;
                }
            }
        }
        Some(_) => {}
        None => {
            let run = store::add(tx, session, &sequence)?;
            for (index, step) in (0..).zip(&sequence.steps) {
                let due = now.plus_minutes(step.delay_min);
                let id = store_messages::add(tx, session, run.id, index, &step.template, due)?;
                schedule(tx, id, due)?;
            }
        }
    }
    Ok(())
}

/// A step goes out late: those after it keep their distance from it, instead of following at once.
pub(crate) fn respace(tx: &mut Tx, sent: &Message, messages: &[Message]) -> Result<(), Fault> {
    let now = tx.now();
    let later =
        |other: &&Message| other.run_id == sent.run_id && other.step > sent.step && other.state == QUEUED;
    for message in messages.iter().filter(later) {
        let gap = message.planned_at.seconds_since(sent.planned_at).max(0);
        let due_at = now.plus_seconds(gap);
        if due_at > message.due_at {
            store_messages::plan(tx, message.id, due_at)?;
            schedule(tx, message.id, due_at)?;
        }
    }
    Ok(())
}

/// Ends a run whose last step has gone, or will not go.
pub(crate) fn complete(tx: &mut Tx, id: RunId) -> Result<(), Fault> {
    let Some(mut run) = store::by_id(tx, id)?.filter(is_open) else { return Ok(()) };
    if store_messages::waiting_of_run(tx, id)? == 0 {
        COMPLETED.clone_into(&mut run.status);
        store::save(tx, &run)?;
    }
    Ok(())
}

/// Has a message looked at when it is due.
pub(crate) fn schedule(tx: &mut Tx, message_id: i64, due_at: Moment) -> Result<(), Fault> {
    let key = format!("message:{message_id}:{}", due_at.unix());
    tx.enqueue(&SendStep { message_id }, &key, due_at)
}

/// Nothing has ended it.
pub(crate) fn is_open(run: &Run) -> bool {
    matches!(run.status.as_str(), PENDING | RUNNING)
}

/// The shopper is active again: what has not been sent waits for another abandonment.
pub(crate) fn pause(tx: &mut Tx, session_id: i64) -> Result<(), Fault> {
    store_messages::pause(tx, session_id)
}

/// Stops the runs of a session and cancels what has not been sent.
pub(crate) fn stop_session(tx: &mut Tx, session_id: i64, reason: &str) -> Result<(), Fault> {
    // Somebody who says no after the last step has answered it.
    let no = matches!(reason, "unsubscribed" | "suppressed");
    for mut run in store::of_session(tx, session_id)? {
        if is_open(&run) || (no && run.status == COMPLETED) {
            STOPPED.clone_into(&mut run.status);
            reason.clone_into(&mut run.stop_reason);
            store::save(tx, &run)?;
        }
    }
    store_messages::cancel(tx, session_id, reason)
}

/// An owner stops a run. One that is over stays as it is.
pub(crate) fn stop(tx: &mut Tx, id: RunId) -> Result<Run, Fault> {
    let run = store::by_id(tx, id)?.ok_or_else(|| Fault::not_found("run"))?;
    if is_open(&run) {
        stop_session(tx, run.session_id, "manual")?;
    }
    store::by_id(tx, id)?.ok_or_else(|| Fault::not_found("run"))
}

/// An order ended the session that recovery had a part in. Gives the run, if there is one.
pub(crate) fn convert(
    tx: &mut Tx,
    session_id: i64,
    order_id: OrderId,
    revenue: Money,
) -> Result<Option<RunId>, Fault> {
    store_messages::cancel(tx, session_id, "recovered")?;
    let Some(mut run) = store::of_session(tx, session_id)?.into_iter().next_back() else { return Ok(None) };
    if run.status == CONVERTED {
        return Ok(Some(run.id));
    }
    CONVERTED.clone_into(&mut run.status);
    run.stop_reason.clear();
    run.revenue = revenue;
    run.order_id = order_id;
    store::save(tx, &run)?;
    tx.emit(&RecoveryConverted { run: run.record(), order_id, revenue })?;
    Ok(Some(run.id))
}

/// The order's refunds have changed what it was worth.
pub(crate) fn set_revenue(tx: &mut Tx, id: RunId, revenue: Money) -> Result<(), Fault> {
    if let Some(mut run) = store::by_id(tx, id)? {
        run.revenue = revenue;
        store::save(tx, &run)?;
    }
    Ok(())
}
