//! A WordPress user may do other things: his account follows, and who lost something signs in anew.

use kernel::contracts::accounts::RightsChanged;
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::{rules, store};

/// Subscribes.
#[must_use]
pub const fn subscriber() -> Subscriber {
    Subscriber::unit("accounts.rights", RightsChanged::NAME, handle)
}

fn handle(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: RightsChanged = envelope.read()?;
    let may: Vec<String> = rules::known(&event.capabilities).into_iter().collect();
    if event.user_id.0 == 0 {
        // Each has what WordPress says when he next comes from there.
        return store::reset_mirrors(tx, &may);
    }
    // Accounts of this server are none of WordPress's business.
    let Some(before) = store::by_id(tx, event.user_id)?.and_then(|user| user.capabilities) else {
        return Ok(());
    };
    if before.iter().any(|name| !may.contains(name)) {
        store::end_logins(tx, event.user_id)?;
    }
    store::set_capabilities(tx, event.user_id, &may)
}
