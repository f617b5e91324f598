//! A cart's row.

use kernel::contracts::ocart::CartRecord;
use kernel::contracts::shop::{CartLine, CartSnapshot};
use kernel::ids::{CartId, OrderId};
use kernel::{Amount, Currency, Moment, Money};
use serde::{Deserialize, Serialize};

/// Open.
pub(crate) const ACTIVE: &str = "active";
/// Idle beyond the threshold.
pub(crate) const ABANDONED: &str = "abandoned";
/// Became an order.
pub(crate) const CONVERTED: &str = "converted";
/// Past retention.
pub(crate) const EXPIRED: &str = "expired";
/// All statuses, for filters.
pub(crate) const STATUSES: [&str; 4] = [ACTIVE, ABANDONED, CONVERTED, EXPIRED];

/// The `totals` document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Totals {
    pub(crate) subtotal: Money,
    pub(crate) discount_total: Money,
    pub(crate) shipping_total: Money,
    pub(crate) total_tax: Money,
    pub(crate) total: Money,
    pub(crate) coupon_codes: Vec<String>,
    pub(crate) hash: String,
}

impl Totals {
    pub(crate) fn of(cart: &CartSnapshot) -> Self {
        Self {
            subtotal: cart.subtotal,
            discount_total: cart.discount_total,
            shipping_total: cart.shipping_total,
            total_tax: cart.total_tax,
            total: cart.total,
            coupon_codes: cart.coupon_codes.clone(),
            hash: cart.hash.clone(),
        }
    }
}

/// A row of `ocart_carts`.
#[derive(Debug, Clone)]
pub(crate) struct Cart {
    pub(crate) id: CartId,
    pub(crate) session_token: String,
    pub(crate) email: String,
    pub(crate) phone: String,
    /// The lines as they are stored; few ask for them.
    pub(crate) items: String,
    pub(crate) total: Money,
    pub(crate) item_count: i64,
    pub(crate) status: String,
    /// The CartBay session that was opened for it, or 0. It may be gone, or never have been written (suppressed).
    pub(crate) session_id: i64,
    pub(crate) order_id: OrderId,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    pub(crate) last_activity_at: Moment,
    /// When the content was as the row has it.
    pub(crate) snapshot_at: Moment,
    pub(crate) abandoned_at: Option<Moment>,
}

impl Cart {
    /// As hooks carry it.
    pub(crate) fn record(&self) -> CartRecord {
        CartRecord {
            id: self.id,
            session_token: self.session_token.clone(),
            email: self.email.clone(),
            status: self.status.clone(),
            total: self.total,
            item_count: self.item_count,
            updated_at: self.updated_at,
        }
    }
}

/// A cart as the command line shows it.
#[derive(Debug, Serialize)]
pub(crate) struct CartRow {
    pub(crate) id: CartId,
    pub(crate) email: String,
    pub(crate) phone: String,
    pub(crate) status: String,
    pub(crate) total: Amount,
    pub(crate) currency: Currency,
    pub(crate) item_count: i64,
    pub(crate) items: String,
    pub(crate) order_id: OrderId,
    pub(crate) created_at: Moment,
    pub(crate) updated_at: Moment,
    pub(crate) abandoned_at: Option<Moment>,
}

impl From<&Cart> for CartRow {
    fn from(cart: &Cart) -> Self {
        let lines: Vec<CartLine> = kernel::json::from_text(&cart.items).unwrap_or_default();
        let items = lines.iter().map(|line| format!("{} × {}", line.quantity, line.name));
        Self {
            id: cart.id,
            email: cart.email.clone(),
            phone: cart.phone.clone(),
            status: cart.status.clone(),
            total: cart.total.amount(),
            currency: cart.total.currency(),
            item_count: cart.item_count,
            items: items.collect::<Vec<_>>().join(", "),
            order_id: cart.order_id,
            created_at: cart.created_at,
            updated_at: cart.updated_at,
            abandoned_at: cart.abandoned_at,
        }
    }
}
