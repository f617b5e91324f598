//! Reading sequences, runs and what is due.

use kernel::{Fault, Page, Paging};
use runtime::{Exposition, Kind, Tx};
use serde::Serialize;

use super::model::{COMPLETED, CONVERTED, PENDING, RUNNING, RunRow, STOPPED, Sequence};
use super::{commands_dispatch, store, store_messages};

/// All statuses, for filters.
pub(crate) const STATUSES: [&str; 5] = [PENDING, RUNNING, COMPLETED, CONVERTED, STOPPED];

pub(crate) fn sequences(tx: &mut Tx) -> Result<Vec<Sequence>, Fault> {
    store::sequences(tx)
}

/// Runs, newest first; an empty status is all.
pub(crate) fn runs(tx: &mut Tx, status: &str, paging: &Paging) -> Result<Page<RunRow>, Fault> {
    if !status.is_empty() && !STATUSES.contains(&status) {
        return Err(Fault::invalid("status", format!("Use one of: {}.", STATUSES.join(", "))));
    }
    Ok(store::list(tx, status, paging)?.map(|run| RunRow::from(&run)))
}

/// Recovery messages for `/metrics`.
pub(crate) fn gauges(tx: &mut Tx, page: &mut Exposition) -> Result<(), Fault> {
    let since = tx.now().plus_days(-1);
    page.family(
        "cartwright_recovery_messages",
        Kind::Gauge,
        "Recovery messages due in the last 24 hours or later, by what became of them.",
    );
    for (fate, number) in store_messages::fates(tx, since)? {
        page.sample(&[("state", &fate)], u64::try_from(number).unwrap_or_default());
    }
    Ok(())
}

/// A message that is due, and what would become of it.
#[derive(Debug, Serialize)]
pub(crate) struct DueRow {
    pub(crate) id: i64,
    pub(crate) run_id: i64,
    pub(crate) session_id: i64,
    pub(crate) step: i64,
    pub(crate) template: String,
    pub(crate) recipient: String,
    pub(crate) due_at: kernel::Moment,
    pub(crate) outcome: String,
}

/// What a dispatch would do now.
pub(crate) fn due(tx: &mut Tx) -> Result<Vec<DueRow>, Fault> {
    let mut rows = Vec::new();
    for message in store_messages::due(tx, 1_000)? {
        let outcome = commands_dispatch::obstacle(tx, &message)?
            .map_or_else(|| "send".to_owned(), |reason| format!("skip: {reason}"));
        rows.push(DueRow {
            id: message.id,
            run_id: message.run_id.0,
            session_id: message.session_id,
            step: message.step,
            template: message.template,
            recipient: message.recipient_mask,
            due_at: message.due_at,
            outcome,
        });
    }
    Ok(rows)
}
