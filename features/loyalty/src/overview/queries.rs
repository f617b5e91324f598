//! The programme's numbers.

use kernel::ids::{MemberId, OrderId};
use kernel::{Decimal, Fault, Moment, Money};
use runtime::Tx;
use runtime::settings::{Settings, oloyalty as keys, shop};

use super::store;
use crate::ledger::model::title;

/// Members and spendable points of a tier.
#[derive(Debug, Clone)]
pub struct TierShare {
    /// Tier.
    pub name: String,
    /// Members in it.
    pub members: i64,
    /// Their points; debts count as nothing.
    pub points: i64,
}

/// An entry as the overview lists it.
#[derive(Debug, Clone)]
pub struct Recent {
    /// Member.
    pub member_id: MemberId,
    /// Its address.
    pub email: String,
    /// Entry type.
    pub kind: String,
    /// Change, with sign.
    pub points: i64,
    /// Kind of cause.
    pub source: String,
    /// The order, or 0.
    pub order_id: OrderId,
    /// A sentence for people, or empty.
    pub note: String,
    /// When it was written.
    pub created_at: Moment,
}

impl Recent {
    /// The movement in a few words.
    #[must_use]
    pub fn title(&self) -> String {
        title(&self.source, self.order_id, &self.note)
    }
}

/// The programme at a glance.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Members, active or not.
    pub members: i64,
    /// Of these, joined within [`DAYS`].
    pub joined: i64,
    /// Points that could be spent; debts count as nothing.
    pub outstanding: i64,
    /// What they are worth at `points.value_per_point`, in the shop's currency.
    pub liability: Money,
    /// `points.value_per_point`.
    pub value_per_point: Decimal,
    /// Points earned within [`DAYS`].
    pub earned: i64,
    /// Points taken back within [`DAYS`], as a number below zero.
    pub reversed: i64,
    /// By tier, lowest first.
    pub tiers: Vec<TierShare>,
    /// Latest entries, newest first.
    pub recent: Vec<Recent>,
    /// `points.shadow_mode`.
    pub shadow: bool,
    /// `points.enabled`.
    pub enabled: bool,
}

/// Days that "lately" means.
pub const DAYS: i64 = 30;
const RECENT: i64 = 12;

/// Reads the overview.
pub fn overview(tx: &mut Tx) -> Result<Overview, Fault> {
    let settings = Settings::load(tx, keys::OPTION)?;
    let currency = shop::currency(tx)?;
    let since = tx.now().plus_days(-DAYS);
    let tiers = store::tiers(tx)?;
    let outstanding = tiers.iter().map(|tier| tier.points).sum();
    let value_per_point = settings.decimal(&keys::POINTS_VALUE_PER_POINT);
    Ok(Overview {
        members: store::members(tx)?,
        joined: store::joined_since(tx, since)?,
        outstanding,
        liability: value_per_point.times(outstanding).to_money(currency)?,
        value_per_point,
        earned: store::moved_since(tx, "earn", since)?,
        reversed: store::moved_since(tx, "reverse", since)?,
        tiers,
        recent: store::recent(tx, RECENT)?,
        shadow: settings.boolean(&keys::POINTS_SHADOW_MODE),
        enabled: settings.boolean(&keys::POINTS_ENABLED),
    })
}
