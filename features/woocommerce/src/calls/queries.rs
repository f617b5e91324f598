//! What a call that goes out bears.

use kernel::{Fault, Moment};
use runtime::Tx;

use super::model::{Key, StoreSite};
use super::{commands, rules, store};

/// Everything that a signature needs, read in one transaction.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The current key.
    pub key: Key,
    /// The store's id; empty while the store has not said it.
    pub site: String,
    /// Now.
    pub time: Moment,
    /// Never used before.
    pub nonce: String,
}

impl Credentials {
    /// The headers of a call. `path` begins with the namespace.
    #[must_use]
    pub fn headers(&self, path: &str, body: &[u8]) -> Vec<(&'static str, String)> {
        let time = self.time.unix();
        let signature = rules::signature(&self.key.secret, path, time, &self.nonce, &self.site, body);
        vec![
            (rules::KEY, self.key.id.clone()),
            (rules::SITE, self.site.clone()),
            (rules::TIME, time.to_string()),
            (rules::NONCE, self.nonce.clone()),
            (rules::SIGNATURE, signature),
        ]
    }
}

/// What the next call bears. 502 when there is no key.
pub fn credentials(tx: &mut Tx) -> Result<Credentials, Fault> {
    let key = commands::current(tx)?;
    let site = store::site(tx)?.site;
    Ok(Credentials { key, site, time: tx.now(), nonce: tx.entropy().hex(16) })
}

/// The store as this server knows it.
pub fn site(tx: &mut Tx) -> Result<StoreSite, Fault> {
    store::site(tx)
}

/// All keys, oldest first, revoked ones too.
pub fn keys(tx: &mut Tx) -> Result<Vec<Key>, Fault> {
    store::keys(tx)
}
