//! Who may show the admin's pages.

use kernel::Fault;
use runtime::Tx;

use super::rules;
use crate::calls::store;

/// The paired store's origin.
pub fn framed_by(tx: &mut Tx) -> Result<Option<String>, Fault> {
    let site = store::site(tx)?;
    Ok(if site.is_paired() { rules::origin(&site.address) } else { None })
}
