//! Bumps shown and taken, upsells taken and declined.

use kernel::contracts::ocart::{BumpAccepted, BumpShown, OfferEvent, UpsellAccepted, UpsellDeclined};
use kernel::{Event, Fault, Moment, Money};
use runtime::{Envelope, Subscriber, Tx};

use super::commands::record;
use super::model::{Entry, Metric};

/// Subscribes to what shoppers say to offers.
#[must_use]
pub fn subscribers() -> Vec<Subscriber> {
    vec![
        Subscriber::unit("reports.bump_shown", BumpShown::NAME, bump_shown),
        Subscriber::unit("reports.bump_accepted", BumpAccepted::NAME, bump_accepted),
        Subscriber::unit("reports.upsell_accepted", UpsellAccepted::NAME, upsell_accepted),
        Subscriber::unit("reports.upsell_declined", UpsellDeclined::NAME, upsell_declined),
    ]
}

fn bump_shown(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let BumpShown { offer_event } = envelope.read()?;
    record(tx, &entry(Metric::BumpsShown, &offer_event, envelope.created_at)).map(drop)
}

/// A row of the offers' events is one answer, however often it is given again.
fn bump_accepted(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let BumpAccepted { offer_event } = envelope.read()?;
    let amount = Money::new(offer_event.amount_minor, offer_event.currency);
    record(tx, &entry(Metric::BumpsAccepted, &offer_event, envelope.created_at).of(amount).told()).map(drop)
}

fn upsell_accepted(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let UpsellAccepted { offer_event } = envelope.read()?;
    let amount = Money::new(offer_event.amount_minor, offer_event.currency);
    record(tx, &entry(Metric::UpsellsAccepted, &offer_event, envelope.created_at).of(amount).told()).map(drop)
}

fn upsell_declined(tx: &mut Tx, envelope: &Envelope) -> Result<(), Fault> {
    let UpsellDeclined { offer_event } = envelope.read()?;
    record(tx, &entry(Metric::UpsellsDeclined, &offer_event, envelope.created_at)).map(drop)
}

fn entry(metric: Metric, event: &OfferEvent, at: Moment) -> Entry {
    Entry::one(metric, format!("offer_event:{}", event.id), at).about(event.order_id.0)
}
