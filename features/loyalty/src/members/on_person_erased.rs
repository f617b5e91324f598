//! Whose account is gone is a member no longer: his address goes, his points lapse by an entry, his journal stays.

use kernel::contracts::accounts::PersonErased;
use kernel::ids::OrderId;
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::{commands, queries, store};
use crate::ledger;
use crate::ledger::model::{ACCOUNT_DELETED, EntryKind, NewEntry};

/// Subscribes.
#[must_use]
pub const fn subscriber() -> Subscriber {
    Subscriber::unit("loyalty.erase_person", PersonErased::NAME, handle)
}

fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: PersonErased = envelope.read()?;
    let Some(member) = store::by_user(tx, event.user_id)? else { return Ok(()) };
    let member = queries::held(tx, member.id)?;
    if member.points_balance > 0 {
        let entry = NewEntry {
            member_id: member.id,
            kind: EntryKind::Expire,
            points: -member.points_balance,
            lifetime_delta: 0,
            source: ACCOUNT_DELETED,
            source_id: event.user_id.to_string(),
            order_id: OrderId(0),
            note: String::new(),
            expires_at: None,
            event_at: tx.now(),
        };
        ledger::commands::append(tx, &entry)?;
    }
    commands::erase(tx, member.id)
}
