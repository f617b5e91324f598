//! Reading funnels, and which one a cart goes through.

use kernel::contracts::shop::CartSnapshot;
use kernel::ids::FunnelId;
use kernel::{Fault, Page, Paging};
use runtime::settings::ocart;
use runtime::{Settings, Tx};

use super::model::{Funnel, PLAIN};
use super::store;
use crate::offers::rules::{Surroundings, targets};

/// Columns a list may be ordered by.
pub const ORDER_COLUMNS: [&str; 5] = ["id", "name", "slug", "created_at", "updated_at"];

/// A page of funnels, of one status unless empty.
pub fn list(tx: &mut Tx, status: &str, paging: &Paging) -> Result<Page<Funnel>, Fault> {
    store::list(tx, status, paging)
}

/// A funnel, or 404.
pub fn get(tx: &mut Tx, id: FunnelId) -> Result<Funnel, Fault> {
    store::by_id(tx, id)?.ok_or_else(|| Fault::not_found("funnel"))
}

/// By row id or slug.
pub fn find(tx: &mut Tx, which: &str) -> Result<Funnel, Fault> {
    if let Ok(id) = which.parse::<i64>()
        && let Some(funnel) = store::by_id(tx, FunnelId(id))?
    {
        return Ok(funnel);
    }
    store::by_slug(tx, which)?.ok_or_else(|| Fault::not_found("funnel"))
}

/// The funnel of a checkout page: an active one, or the plain checkout; 404 for any other slug.
pub fn by_slug(tx: &mut Tx, slug: &str) -> Result<Funnel, Fault> {
    if slug == PLAIN {
        return Ok(Funnel::plain(tx.now()));
    }
    store::by_slug(tx, slug)?
        .filter(|funnel| funnel.status == "active")
        .ok_or_else(|| Fault::not_found("checkout"))
}

/// The funnel for a cart: the one the settings name, else the first active one whose rules fit, else the plain
/// checkout, which also stands in while OCart is off.
pub fn for_cart(tx: &mut Tx, cart: &CartSnapshot) -> Result<Funnel, Fault> {
    let settings = Settings::load(tx, ocart::OPTION)?;
    if !settings.boolean(&ocart::GENERAL_ENABLED) {
        return Ok(Funnel::plain(tx.now()));
    }
    let active = store::active(tx)?;
    let chosen = settings.text(&ocart::GENERAL_DEFAULT_FUNNEL);
    let around = Surroundings::of_cart(cart);
    let fits = |funnel: &&Funnel| targets(&funnel.trigger_rules, &around);
    let found =
        active.iter().find(|funnel| funnel.slug == chosen).or_else(|| active.iter().find(fits)).cloned();
    Ok(found.unwrap_or_else(|| Funnel::plain(tx.now())))
}
