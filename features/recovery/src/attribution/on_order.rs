//! The shop tells of an order. One subscriber per event; all compute from the order as it stands.

use kernel::contracts::shop::{OrderPaid, OrderPlaced, OrderRefunded, OrderStatusChanged};
use kernel::{Event, Fault};
use runtime::{Envelope, Subscriber, Tx};

use super::commands;

pub(crate) fn subscribers() -> Vec<Subscriber> {
    vec![
        Subscriber::unit("recovery.observe_placed", OrderPlaced::NAME, placed),
        Subscriber::unit("recovery.observe_paid", OrderPaid::NAME, paid),
        Subscriber::unit("recovery.observe_status", OrderStatusChanged::NAME, changed),
        Subscriber::unit("recovery.observe_refund", OrderRefunded::NAME, refunded),
    ]
}

fn placed(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    commands::observe(tx, &envelope.read::<OrderPlaced>()?.order)
}

fn paid(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    commands::observe(tx, &envelope.read::<OrderPaid>()?.order)
}

fn changed(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    commands::observe(tx, &envelope.read::<OrderStatusChanged>()?.order)
}

fn refunded(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    commands::observe(tx, &envelope.read::<OrderRefunded>()?.order)
}
