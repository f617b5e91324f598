//! Making and revoking application passwords.

use kernel::ids::UserId;
use kernel::{Fault, text};
use runtime::Tx;
use runtime::engine::Surroundings;

use super::store;

/// Purpose of the key that seals them.
pub const SEAL: &str = "application passwords";
/// Characters of a password.
const LENGTH: usize = 24;

/// Makes one and gives the password, which is never shown again, and its uuid.
pub fn create(tx: &mut Tx, user: UserId, name: &str) -> Result<(String, String), Fault> {
    let name = text::line("name", name, 191)?;
    let password = tx.entropy().alphanumeric(LENGTH);
    let mut nonce = [0_u8; 24];
    tx.entropy().fill(&mut nonce);
    let key = tx.secret()?.derive(SEAL);
    let sealed = runtime::signing::seal(&key, nonce, &password)
        .ok_or_else(|| Fault::bug("a password could not be sealed"))?;
    let uuid = store::insert(tx, user, &name, &password, &sealed)?;
    Ok((password, uuid))
}

/// Revokes one, or 404.
pub fn revoke(tx: &mut Tx, user: UserId, uuid: &str) -> Result<(), Fault> {
    if store::delete(tx, user, uuid)? { Ok(()) } else { Err(Fault::not_found("application password")) }
}
