//! The SQL of keys, the paired store and nonces.

use kernel::{Fault, Moment};
use runtime::engine::Surroundings;
use runtime::signing;
use runtime::{Row, Sql, Tx, params};

use super::model::{Key, KeyState, StoreSite};
use super::rules;

/// Purpose of the key that seals secrets in the tables.
const SEAL: &str = "wordpress link";

const KEYS: Sql = Sql::new(
    "SELECT key_id, sealed, state, good_until, created_at FROM {p}cartwright_wordpress_keys ORDER BY created_at, key_id",
);
const KEY: Sql = Sql::new(
    "SELECT key_id, sealed, state, good_until, created_at FROM {p}cartwright_wordpress_keys WHERE key_id = ?",
);
const ADD_KEY: Sql = Sql::new(
    "INSERT INTO {p}cartwright_wordpress_keys (key_id, sealed, state, good_until, created_at) VALUES (?, ?, ?, ?, ?)",
);
const SET_KEY: Sql =
    Sql::new("UPDATE {p}cartwright_wordpress_keys SET state = ?, good_until = ? WHERE key_id = ?");
const PRUNE_KEYS: Sql =
    Sql::new("DELETE FROM {p}cartwright_wordpress_keys WHERE state = 'previous' AND good_until < ?");
const SITE: Sql = Sql::new(
    "SELECT site, address, paired_at, heard_at, told, hooked FROM {p}cartwright_wordpress_store WHERE id = 1",
);
const MAKE_SITE: Sql = Sql::pair(
    "INSERT OR IGNORE INTO {p}cartwright_wordpress_store (id, site, address, told, hooked, code_sealed, wrong_codes) \
     VALUES (1, '', '', '', '[]', '', 0)",
    "INSERT IGNORE INTO {p}cartwright_wordpress_store (id, site, address, told, hooked, code_sealed, wrong_codes) \
     VALUES (1, '', '', '', '[]', '', 0)",
);
const BIND: Sql =
    Sql::new("UPDATE {p}cartwright_wordpress_store SET site = ?, address = ?, paired_at = ? WHERE id = 1");
const UNBIND: Sql = Sql::new(
    "UPDATE {p}cartwright_wordpress_store SET site = '', address = '', paired_at = NULL, heard_at = NULL, told = '', \
     hooked = '[]' WHERE id = 1",
);
const HEARD: Sql = Sql::new(
    "UPDATE {p}cartwright_wordpress_store SET heard_at = ? WHERE id = 1 AND (heard_at IS NULL OR heard_at < ?)",
);
const TOLD: Sql = Sql::new("UPDATE {p}cartwright_wordpress_store SET told = ? WHERE id = 1");
const HOOKED: Sql =
    Sql::new("UPDATE {p}cartwright_wordpress_store SET hooked = ? WHERE id = 1 AND hooked <> ?");
const ADDRESS: Sql = Sql::new("UPDATE {p}cartwright_wordpress_store SET address = ? WHERE id = 1");
const SEE_NONCE: Sql = Sql::new("INSERT INTO {p}cartwright_wordpress_nonces (nonce, seen_at) VALUES (?, ?)");
const PRUNE_NONCES: Sql = Sql::new("DELETE FROM {p}cartwright_wordpress_nonces WHERE seen_at < ?");

/// A secret as a column holds it.
pub(crate) fn sealed(tx: &Tx, text: &str) -> Result<String, Fault> {
    let mut nonce = [0_u8; 24];
    tx.entropy().fill(&mut nonce);
    signing::seal(&tx.secret()?.derive(SEAL), nonce, text)
        .ok_or_else(|| Fault::bug("a secret could not be sealed"))
}

/// The secret again; empty when it was sealed under another installation's key.
pub(crate) fn unsealed(tx: &Tx, sealed: &str) -> Result<String, Fault> {
    Ok(signing::unseal(&tx.secret()?.derive(SEAL), sealed).unwrap_or_default())
}

type SealedKey = (Key, String);

fn sealed_key(row: &Row) -> Result<SealedKey, db::DbError> {
    let key = Key {
        id: row.get("key_id")?,
        secret: Vec::new(),
        state: KeyState::parse(&row.get::<String>("state")?),
        good_until: row.get("good_until")?,
        created_at: row.get("created_at")?,
    };
    Ok((key, row.get("sealed")?))
}

/// A key that cannot be opened (the installation's key is another one) counts as revoked.
fn opened(tx: &Tx, (mut key, sealed): SealedKey) -> Result<Key, Fault> {
    key.secret = kernel::hash::unhex(&unsealed(tx, &sealed)?).unwrap_or_default();
    if key.secret.len() != 32 {
        key.state = KeyState::Revoked;
    }
    Ok(key)
}

/// All keys, oldest first.
pub(crate) fn keys(tx: &mut Tx) -> Result<Vec<Key>, Fault> {
    let rows = tx.rows(&KEYS, params![], sealed_key)?;
    rows.into_iter().map(|row| opened(tx, row)).collect()
}

pub(crate) fn key(tx: &mut Tx, id: &str) -> Result<Option<Key>, Fault> {
    let row = tx.one(&KEY, params![id], sealed_key)?;
    row.map(|row| opened(tx, row)).transpose()
}

pub(crate) fn add_key(tx: &mut Tx, id: &str, secret: &[u8], state: KeyState) -> Result<(), Fault> {
    let (now, sealed) = (tx.now(), sealed(tx, &kernel::hash::hex(secret))?);
    tx.execute(&ADD_KEY, params![id, sealed, state.name(), None::<Moment>, now])?;
    Ok(())
}

pub(crate) fn set_key(
    tx: &mut Tx,
    id: &str,
    state: KeyState,
    good_until: Option<Moment>,
) -> Result<(), Fault> {
    tx.execute(&SET_KEY, params![state.name(), good_until, id])?;
    Ok(())
}

/// What is known of the store; nothing while there is none.
pub(crate) fn site(tx: &mut Tx) -> Result<StoreSite, Fault> {
    let row = tx.one(&SITE, params![], |row| {
        let hooked: String = row.get("hooked")?;
        Ok((
            StoreSite {
                site: row.get("site")?,
                address: row.get("address")?,
                paired_at: row.get("paired_at")?,
                heard_at: row.get("heard_at")?,
                told: row.get("told")?,
                hooked: Vec::new(),
            },
            hooked,
        ))
    })?;
    let Some((mut site, hooked)) = row else { return Ok(StoreSite::default()) };
    site.hooked = kernel::json::from_text(&hooked).unwrap_or_default();
    Ok(site)
}

/// The one row is there.
pub(crate) fn ensure_row(tx: &mut Tx) -> Result<(), Fault> {
    tx.execute(&MAKE_SITE, params![])?;
    Ok(())
}

/// This is the store that the server serves.
pub(crate) fn bind(tx: &mut Tx, site: &str, address: &str) -> Result<(), Fault> {
    let now = tx.now();
    ensure_row(tx)?;
    tx.execute(&BIND, params![site, address, now])?;
    Ok(())
}

/// The server serves no store any more.
pub(crate) fn unbind(tx: &mut Tx) -> Result<(), Fault> {
    tx.execute(&UNBIND, params![])?;
    Ok(())
}

/// The store was heard of; written once a minute, so that a stream of calls does not queue at one row.
pub(crate) fn heard(tx: &mut Tx) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&HEARD, params![now, now.plus_seconds(-60)])?;
    Ok(())
}

/// What the store says of itself.
pub(crate) fn set_told(tx: &mut Tx, told: &str) -> Result<(), Fault> {
    tx.execute(&TOLD, params![told])?;
    Ok(())
}

/// Of the names at most so many, and none that is longer than any of ours.
pub(crate) fn set_hooked(tx: &mut Tx, hooked: &[String]) -> Result<(), Fault> {
    let hooked: Vec<&String> = hooked.iter().filter(|name| name.len() <= 100).take(200).collect();
    let hooked = kernel::json::to_text(&hooked);
    tx.execute(&HOOKED, params![&hooked, &hooked])?;
    Ok(())
}

pub(crate) fn set_address(tx: &mut Tx, address: &str) -> Result<(), Fault> {
    tx.execute(&ADDRESS, params![address])?;
    Ok(())
}

/// Keeps the nonce; 401 when it was seen before.
pub(crate) fn see_nonce(tx: &mut Tx, nonce: &str) -> Result<(), Fault> {
    let now = tx.now();
    match tx.execute(&SEE_NONCE, params![nonce, now]) {
        Ok(_) => Ok(()),
        Err(error) if error.is_duplicate() => Err(rules::refused(
            "cartwright_replayed",
            "This call was made before. Sign every call with a nonce of its own.",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Forgets nonces that no call in time could bear again, and keys whose ten minutes are over.
pub(crate) fn prune(tx: &mut Tx) -> Result<(), Fault> {
    let now = tx.now();
    tx.execute(&PRUNE_NONCES, params![now.plus_seconds(-2 * rules::NONCE_SECONDS)])?;
    tx.execute(&PRUNE_KEYS, params![now])?;
    Ok(())
}
