//! Reading carts.

use kernel::Fault;
use kernel::ids::CartId;
use runtime::Tx;

use super::model::{Cart, CartRow, STATUSES};
use super::{rules, store};

/// Carts for the command line; `since` is a span such as `24h`.
pub(crate) fn list(tx: &mut Tx, status: Option<&str>, since: Option<&str>) -> Result<Vec<CartRow>, Fault> {
    if let Some(status) = status
        && !STATUSES.contains(&status)
    {
        return Err(Fault::invalid("status", format!("Use one of: {}.", STATUSES.join(", "))));
    }
    let since = since.map(|text| rules::since(text, tx.now())).transpose()?;
    Ok(store::list(tx, status, since, 10_000)?.iter().map(CartRow::from).collect())
}

pub(crate) fn get(tx: &mut Tx, id: CartId) -> Result<Cart, Fault> {
    super::commands::get(tx, id)
}
