//! Checking what comes in, and changing keys.

use kernel::Fault;
use runtime::Tx;

use super::model::{Key, KeyState, StoreSite};
use super::rules::{self, Shown};
use super::store;

/// Checks a call without keeping anything: what is refused here costs no writing. 401 with a code that names the reason.
pub fn check(tx: &mut Tx, shown: &Shown, path: &str, body: &[u8]) -> Result<(), Fault> {
    let (site, key) = (store::site(tx)?, store::key(tx, &shown.key)?);
    rules::check(shown, key.as_ref(), &site.site, tx.now(), path, body)
}

/// Checks a call and keeps its nonce; gives the store. 401 with a code that names the reason.
///
/// A key of the configuration binds no store: the first store that signs with it is the one.
pub fn verify(tx: &mut Tx, shown: &Shown, path: &str, body: &[u8]) -> Result<StoreSite, Fault> {
    let (site, key) = (store::site(tx)?, store::key(tx, &shown.key)?);
    rules::check(shown, key.as_ref(), &site.site, tx.now(), path, body)?;
    store::see_nonce(tx, &shown.nonce)?;
    if site.site.is_empty() {
        store::bind(tx, &shown.site, "")?;
    }
    store::heard(tx)?;
    if let Some(key) = key.filter(|key| key.state == KeyState::Next) {
        // The store signs with it, so it has it: the answer to the rotation was lost.
        make_current(tx, &key.id)?;
    }
    store::site(tx)
}

/// From now on the key signs what goes out; the one before it is good for what comes in for a while.
pub fn make_current(tx: &mut Tx, id: &str) -> Result<(), Fault> {
    let until = tx.now().plus_seconds(rules::OVERLAP_SECONDS);
    for key in store::keys(tx)? {
        match key.state {
            KeyState::Current if key.id != id => {
                store::set_key(tx, &key.id, KeyState::Previous, Some(until))?;
            }
            KeyState::Next if key.id != id => store::set_key(tx, &key.id, KeyState::Revoked, None)?,
            _ => {}
        }
    }
    store::set_key(tx, id, KeyState::Current, None)
}

/// The store has made a next key under the present one that it signed with. Asked again it is the same key.
pub fn accept_rotation(tx: &mut Tx, present: &str, id: &str, nonce: &str) -> Result<(), Fault> {
    if !rules::is_hex(id, 16) {
        return Err(Fault::invalid("key", "Give 16 hexadecimal digits."));
    }
    if !rules::is_hex(nonce, 32) {
        return Err(Fault::invalid("nonce", "Give 32 hexadecimal digits."));
    }
    let present = store::key(tx, present)?.ok_or_else(rules::wrong_key)?;
    let secret = rules::rotated(&present.secret, nonce, id);
    match store::key(tx, id)? {
        Some(known) if kernel::hash::same(&kernel::hash::hex(&known.secret), &kernel::hash::hex(&secret)) => {
            if known.state == KeyState::Revoked {
                Err(rules::wrong_key())
            } else {
                make_current(tx, id)
            }
        }
        Some(_) => Err(Fault::conflict("key_taken", "There is another key of this id. Choose a new one.")),
        None => {
            store::add_key(tx, id, &secret, KeyState::Next)?;
            make_current(tx, id)
        }
    }
}

/// Makes a next key under the present one, to be sent to the store: its id and its nonce.
pub fn begin_rotation(tx: &mut Tx) -> Result<(String, String), Fault> {
    let present = current(tx)?;
    let (id, nonce) = (tx.entropy().hex(8), tx.entropy().hex(16));
    let secret = rules::rotated(&present.secret, &nonce, &id);
    store::add_key(tx, &id, &secret, KeyState::Next)?;
    Ok((id, nonce))
}

/// No key is good any more, for either direction.
pub fn revoke_all(tx: &mut Tx) -> Result<(), Fault> {
    for key in store::keys(tx)? {
        store::set_key(tx, &key.id, KeyState::Revoked, None)?;
    }
    Ok(())
}

/// Takes over the key of the configuration, once: a key that was revoked or rotated away since stays so.
pub fn adopt(tx: &mut Tx, id: &str, secret: &[u8]) -> Result<(), Fault> {
    store::ensure_row(tx)?;
    if store::key(tx, id)?.is_none() {
        store::add_key(tx, id, secret, KeyState::Next)?;
        make_current(tx, id)?;
    }
    Ok(())
}

/// The key that signs what goes out. 502 when there is none.
pub fn current(tx: &mut Tx) -> Result<Key, Fault> {
    let keys = store::keys(tx)?;
    keys.into_iter().rev().find(|key| key.state == KeyState::Current).ok_or_else(unpaired)
}

/// There is no store to call.
#[must_use]
pub fn unpaired() -> Fault {
    Fault::new(
        kernel::FaultKind::Upstream,
        "cartwright_unpaired",
        "This server is not paired with its store. Pair them under /admin/cartwright-wordpress.",
    )
}
