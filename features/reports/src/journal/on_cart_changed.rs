//! Carts begun, left and turned into orders, and the letters that follow them.

use kernel::contracts::ocart::{CartAbandoned, CartConverted, CartCreated, CartRecord, RecoveryDispatched};
use kernel::{Event, Fault, Moment};
use runtime::{Envelope, Subscriber, Tx};

use super::commands::record;
use super::model::{Entry, Metric};
use super::store;

/// Subscribes to what becomes of carts.
#[must_use]
pub fn subscribers() -> Vec<Subscriber> {
    vec![
        Subscriber::unit("reports.cart_created", CartCreated::NAME, created),
        Subscriber::unit("reports.cart_abandoned", CartAbandoned::NAME, abandoned),
        Subscriber::unit("reports.cart_converted", CartConverted::NAME, converted),
        Subscriber::unit("reports.recovery_dispatched", RecoveryDispatched::NAME, dispatched),
    ]
}

fn created(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let CartCreated { cart } = envelope.read()?;
    let life = match store::cart_life(tx, cart.id)? {
        Some((life, since)) if since >= cart.updated_at => life,
        Some((life, _)) => life + 1,
        None => 1,
    };
    let fresh = count(tx, Metric::CartsCreated, &cart, life, envelope.created_at)?;
    if fresh {
        store::save_cart_life(tx, cart.id, life, cart.updated_at)?;
    }
    Ok(())
}

fn abandoned(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let CartAbandoned { cart } = envelope.read()?;
    let life = life(tx, &cart)?;
    count(tx, Metric::CartsAbandoned, &cart, life, envelope.created_at).map(drop)
}

fn converted(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let CartConverted { cart, .. } = envelope.read()?;
    let life = life(tx, &cart)?;
    count(tx, Metric::CartsConverted, &cart, life, envelope.created_at).map(drop)
}

/// The life of the cart that the news is of. News that overtook the cart's beginning is of its first.
fn life(tx: &mut Tx, cart: &CartRecord) -> Result<i64, Fault> {
    Ok(store::cart_life(tx, cart.id)?.map_or(1, |(life, _)| life))
}

fn count(tx: &mut Tx, metric: Metric, cart: &CartRecord, life: i64, at: Moment) -> Result<bool, Fault> {
    let mut entry = Entry::one(metric, format!("cart:{}:{life}", cart.id), at);
    if metric == Metric::CartsAbandoned {
        entry = entry.of(cart.total).told();
    }
    record(tx, &entry)
}

fn dispatched(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let RecoveryDispatched { run, step, channel } = envelope.read()?;
    let metric = if channel == "sms" { Metric::RecoveryTexts } else { Metric::RecoveryEmails };
    let cause = format!("recovery:{}:{step}", run.id);
    record(tx, &Entry::one(metric, cause, envelope.created_at).told()).map(drop)
}
