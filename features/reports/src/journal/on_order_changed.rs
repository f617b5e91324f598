//! Orders placed, paid, refunded, called off, and those that recovery brought back.
//!
//! 1. An announcement carries the whole order; what it adds to the report is the difference to what is booked already.
//! 2. So an announcement that comes late, twice or out of turn leaves the sums right.
//! 3. Revenue stands on the day of the payment, a refund on its own day.

use kernel::contracts::ocart::RecoveryConverted;
use kernel::contracts::shop::{OrderPaid, OrderPlaced, OrderRefunded, OrderSnapshot, OrderStatusChanged};
use kernel::ids::OrderId;
use kernel::{Currency, Decimal, Event, Fault, Moment, Money};
use runtime::{Envelope, Subscriber, Tx};

use super::commands::record;
use super::model::{CountedOrder, Entry, Metric};
use super::store;

/// Subscribes to everything that changes what an order counts for.
#[must_use]
pub fn subscribers() -> Vec<Subscriber> {
    vec![
        Subscriber::unit("reports.order_placed", OrderPlaced::NAME, placed),
        Subscriber::unit("reports.order_paid", OrderPaid::NAME, paid),
        Subscriber::unit("reports.order_status", OrderStatusChanged::NAME, status_changed),
        Subscriber::unit("reports.order_refund", OrderRefunded::NAME, refunded),
        Subscriber::unit("reports.cart_recovered", RecoveryConverted::NAME, recovered),
    ]
}

fn placed(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let OrderPlaced { order } = envelope.read()?;
    if order.parent_id == OrderId(0) && !order.cart_token.is_empty() {
        let entry = Entry::one(Metric::Checkouts, format!("order:{}:placed", order.id), envelope.created_at);
        record(tx, &entry.of(order.total).about(order.id.0))?;
    }
    Ok(())
}

fn paid(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: OrderPaid = envelope.read()?;
    settle(tx, &event.order, envelope.created_at, None)
}

fn status_changed(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: OrderStatusChanged = envelope.read()?;
    settle(tx, &event.order, envelope.created_at, None)
}

fn refunded(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: OrderRefunded = envelope.read()?;
    settle(tx, &event.order, envelope.created_at, Some(event.refund_id))
}

fn recovered(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let event: RecoveryConverted = envelope.read()?;
    let cause = format!("recovery:{}", event.run.id);
    let entry = Entry::one(Metric::CartsRecovered, cause, envelope.created_at);
    if !record(tx, &entry.of(event.revenue).about(event.order_id.0).told())? {
        return Ok(());
    }
    let currency = event.revenue.currency();
    let mut counted = store::hold_order(tx, event.order_id, currency.code())?;
    counted.recovered = event.revenue.minor();
    settle_recovered(tx, event.order_id, currency, &mut counted, envelope.created_at)?;
    store::save_order(tx, event.order_id, &counted)
}

/// Books what the order now counts for beyond what it counted for before.
fn settle(tx: &mut Tx, order: &OrderSnapshot, at: Moment, refund: Option<OrderId>) -> Result<(), Fault> {
    if !order.is_paid() && order.paid_at.is_none() {
        return Ok(());
    }
    let mut counted = store::hold_order(tx, order.id, order.currency.code())?;
    let late = order.version < counted.version;
    let before = counted.clone();
    if !late {
        counted.version = order.version;
        counted.gross = order.total.minor();
        counted.refunded = order.refunded_total.minor();
        counted.cancelled = if is_called_off(&order.status) {
            counted.gross.saturating_sub(counted.refunded).max(0)
        } else {
            0
        };
    }
    let change = Change { order, before: &before, after: &counted, at };
    change.sale(tx)?;
    change.refund(tx, refund)?;
    change.cancellation(tx)?;
    settle_recovered(tx, order.id, order.currency, &mut counted, at)?;
    store::save_order(tx, order.id, &counted)
}

fn is_called_off(status: &str) -> bool {
    matches!(status, "cancelled" | "failed" | "refunded" | "trash")
}

struct Change<'a> {
    order: &'a OrderSnapshot,
    before: &'a CountedOrder,
    after: &'a CountedOrder,
    at: Moment,
}

impl Change<'_> {
    fn entry(&self, metric: Metric, what: &str, minor: i64) -> Entry {
        let OrderSnapshot { id, currency, .. } = self.order;
        Entry::one(metric, format!("order:{id}:{what}"), self.at).of(Money::new(minor, *currency)).about(id.0)
    }

    /// A difference in money alone; the state it leads to is its cause.
    fn correct(&self, tx: &mut Tx, metric: Metric, difference: i64, total: i64) -> Result<(), Fault> {
        if difference != 0 {
            let what = format!("v{}:{total}", self.after.version);
            record(tx, &self.entry(metric, &what, difference).counting(0))?;
        }
        Ok(())
    }

    fn sale(&self, tx: &mut Tx) -> Result<(), Fault> {
        let main = self.order.parent_id == OrderId(0);
        let metric = if main { Metric::Orders } else { Metric::UpsellOrders };
        let difference = self.after.gross.saturating_sub(self.before.gross);
        let at = self.order.paid_at.unwrap_or(self.at);
        let first = Entry { at, notable: main, ..self.entry(metric, "paid", difference) };
        if !record(tx, &first)? {
            return self.correct(tx, metric, difference, self.after.gross);
        }
        if main && !self.order.cart_token.is_empty() {
            record(tx, &Entry { at, ..self.entry(Metric::CartOrders, "paid", difference) })?;
        }
        let bumps: Vec<_> = self.order.lines.iter().filter(|line| line.offer_id.is_some()).collect();
        if main && !bumps.is_empty() {
            let total: Decimal = bumps.iter().map(|line| line.total + line.total_tax).sum();
            let minor = total.to_money(self.order.currency)?.minor();
            let count = i64::try_from(bumps.len()).unwrap_or(i64::MAX);
            let entry = self.entry(Metric::BumpSales, "paid", minor).counting(count);
            record(tx, &Entry { at, ..entry })?;
        }
        Ok(())
    }

    /// A refund counts by its own id. Its money may be booked already, when news of a later state came first.
    fn refund(&self, tx: &mut Tx, refund: Option<OrderId>) -> Result<(), Fault> {
        let difference = self.after.refunded.saturating_sub(self.before.refunded);
        if let Some(refund) = refund {
            let entry = self.entry(Metric::Refunds, &format!("refund:{refund}"), difference).told();
            if record(tx, &entry)? {
                return Ok(());
            }
        }
        self.correct(tx, Metric::Refunds, difference, self.after.refunded)
    }

    fn cancellation(&self, tx: &mut Tx) -> Result<(), Fault> {
        let (before, after) = (self.before.cancelled, self.after.cancelled);
        if before != after {
            let count = i64::from(after > 0) - i64::from(before > 0);
            let what = format!("v{}:{after}", self.after.version);
            let entry =
                self.entry(Metric::Cancellations, &what, after.saturating_sub(before)).counting(count);
            record(tx, &Entry { notable: count > 0, ..entry })?;
        }
        Ok(())
    }
}

/// Refunds of a recovered order lower the revenue that recovery is credited with.
fn settle_recovered(
    tx: &mut Tx,
    id: OrderId,
    currency: Currency,
    counted: &mut CountedOrder,
    at: Moment,
) -> Result<(), Fault> {
    let lost = counted.refunded.saturating_add(counted.cancelled).clamp(0, counted.recovered.max(0));
    let difference = lost.saturating_sub(counted.recovered_lost);
    if difference != 0 {
        counted.recovered_lost = lost;
        let cause = format!("order:{id}:v{}:{lost}", counted.version);
        let entry = Entry::one(Metric::RecoveredLost, cause, at).counting(0);
        record(tx, &entry.of(Money::new(difference, currency)).about(id.0))?;
    }
    Ok(())
}
