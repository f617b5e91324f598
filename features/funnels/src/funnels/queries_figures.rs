//! What a funnel has brought in.

use kernel::ids::FunnelId;
use kernel::{Fault, Money};
use runtime::settings::shop;
use runtime::{Sql, Tx, params};

use crate::offers;

const ORDERS: Sql =
    Sql::new("SELECT COUNT(*) FROM {p}cartwright_checkouts WHERE funnel_id = ? AND state = 'paid'");
const STARTED: Sql = Sql::new("SELECT COUNT(*) FROM {p}cartwright_checkouts WHERE funnel_id = ?");

/// Figures of one funnel, over all time.
#[derive(Debug, Clone, Copy)]
pub struct FunnelFigures {
    /// Checkouts with an address.
    pub started: i64,
    /// Paid orders.
    pub orders: i64,
    /// Offers shown.
    pub shown: i64,
    /// Offers bought.
    pub accepted: i64,
    /// What offers brought, tax included.
    pub revenue: Money,
}

/// Figures of one funnel.
pub fn figures(tx: &mut Tx, funnel: FunnelId) -> Result<FunnelFigures, Fault> {
    let currency = shop::currency(tx)?;
    let offers = offers::queries::figures(tx, funnel)?;
    Ok(FunnelFigures {
        started: tx.count(&STARTED, params![funnel])?,
        orders: tx.count(&ORDERS, params![funnel])?,
        shown: offers.values().map(|figures| figures.shown).sum(),
        accepted: offers.values().map(|figures| figures.accepted).sum(),
        revenue: Money::new(offers.values().map(|figures| figures.revenue_minor).sum(), currency),
    })
}
