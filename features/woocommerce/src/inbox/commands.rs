//! Working announcements off.

use std::collections::BTreeSet;

use kernel::contracts::accounts::RightsChanged;
use kernel::contracts::shop::{CartSnapshot, CartUpdated, CustomerCreated, CustomerFound, ReviewChanged};
use kernel::ids::{OrderId, ProductId, UserId};
use kernel::{Fault, hash};
use runtime::{Actor, Emit, Engine, Enqueue, Tx};
use serde::de::DeserializeOwned;

use super::jobs::WorkOff;
use super::model::{Accepted, Batch, CustomerData, Letter, ReviewData, UserData};
use super::{rules, store};
use crate::calls::store as calls;
use crate::link::TheLink;
use crate::orders;
use crate::orders::model::OrderState;

/// Keeps a batch, and has its subjects worked off.
pub fn accept(tx: &mut Tx, site: &str, batch: &Batch) -> Result<Accepted, Fault> {
    if batch.events.len() > rules::MOST {
        return Err(Fault::invalid("events", format!("Send at most {} at a time.", rules::MOST)));
    }
    if let Some(hooked) = &batch.hooked {
        calls::set_hooked(tx, hooked)?;
    }
    let mut fresh: BTreeSet<(String, i64)> = BTreeSet::new();
    for event in &batch.events {
        if store::keep(tx, site, event)? {
            fresh.insert((rules::subject(event), event.id));
        }
    }
    let now = tx.now();
    let subjects: BTreeSet<String> = fresh.iter().map(|(subject, _)| subject.clone()).collect();
    for subject in subjects {
        let last = fresh.iter().filter(|(other, _)| *other == subject).map(|(_, id)| *id).max();
        let job = WorkOff { site: site.to_owned(), subject };
        // One job for each batch: one that is about to end may have looked too early to see this one.
        let key = hash::sha256(format!("{}\n{}\n{}", job.site, job.subject, last.unwrap_or_default()));
        tx.enqueue(&job, &key, now)?;
    }
    Ok(Accepted { accepted: batch.events.iter().map(|event| event.id).collect() })
}

/// Works off what waits of a subject. A store that cannot be asked is an error: it is tried again later.
pub async fn work_off(engine: &Engine, site: &str, subject: &str) -> Result<(), Fault> {
    loop {
        let (whose, what) = (site.to_owned(), subject.to_owned());
        let letters = engine.read(move |tx| store::of_subject(tx, &whose, &what)).await?;
        if letters.is_empty() {
            return Ok(());
        }
        settle(engine, site, letters).await?;
    }
}

/// Works off some of a subject's announcements, in their order.
async fn settle(engine: &Engine, site: &str, letters: Vec<Letter>) -> Result<(), Fault> {
    let (mut orders, mut others) = (Vec::new(), Vec::new());
    for letter in letters {
        if letter.name == "order" { orders.push(letter) } else { others.push(letter) }
    }
    if let Some(first) = orders.first() {
        let id = OrderId(first.order_id);
        look_at_order(engine, site, id, orders.iter().map(|letter| letter.id).collect()).await?;
    }
    for letter in others {
        let site = site.to_owned();
        engine.write(Actor::system(), move |tx| tell(tx, &site, &letter)).await?;
    }
    Ok(())
}

/// Fetches an order's present state and takes it over; that settles the announcements which were there before the fetch.
async fn look_at_order(engine: &Engine, site: &str, id: OrderId, letters: Vec<i64>) -> Result<(), Fault> {
    let (whose, state) = (site.to_owned(), order_state(engine, site, id).await?);
    engine
        .write(Actor::system(), move |tx| {
            if let Some(state) = &state {
                orders::commands::take_over(tx, &whose, id, state)?;
            }
            letters.iter().try_for_each(|letter| store::settle(tx, *letter, ""))
        })
        .await
}

/// An order as it stands in the paired store; nothing for announcements of a store that is not served any more.
async fn order_state(engine: &Engine, site: &str, id: OrderId) -> Result<Option<OrderState>, Fault> {
    let paired = engine.read(calls::site).await?.site;
    if paired != site {
        return Ok(None);
    }
    engine.ask(TheLink).await?.order_state(id).await.map(Some)
}

/// A cart, a review, a customer or a user: what is told is in the announcement.
fn tell(tx: &mut Tx, site: &str, letter: &Letter) -> Result<(), Fault> {
    let problem = match letter.name.as_str() {
        "cart" => tell_cart(tx, site, letter)?,
        "review" => tell_review(tx, site, letter)?,
        "customer" => tell_customer(tx, site, letter)?,
        _ => tell_user(tx, letter)?,
    };
    store::settle(tx, letter.id, &problem)
}

/// Reads an announcement's data, or says why it cannot be read.
fn read<T: DeserializeOwned>(letter: &Letter) -> Result<T, String> {
    let value = serde_json::from_str(&letter.payload).map_err(|error| error.to_string())?;
    kernel::json::from_client(value).map_err(|fault| fault.to_string())
}

fn tell_cart(tx: &mut Tx, site: &str, letter: &Letter) -> Result<String, Fault> {
    let cart: CartSnapshot = match read(letter) {
        Ok(cart) => cart,
        Err(problem) => return Ok(problem),
    };
    if store::is_news(tx, site, letter, &hash::sha256(kernel::json::to_text(&cart)))? {
        tx.emit(&CartUpdated { cart, at: letter.said_at })?;
    }
    Ok(String::new())
}

fn tell_review(tx: &mut Tx, site: &str, letter: &Letter) -> Result<String, Fault> {
    let review: ReviewData = match read(letter) {
        Ok(review) => review,
        Err(problem) => return Ok(problem),
    };
    if store::is_news(tx, site, letter, &hash::sha256(kernel::json::to_text(&review)))? {
        tx.emit(&ReviewChanged {
            review_id: review.id,
            product_id: ProductId(review.product_id),
            user_id: UserId(review.user_id),
            email: review.email,
            approved: review.approved,
            rating: review.rating.clamp(0, 5),
            at: letter.said_at,
        })?;
    }
    Ok(String::new())
}

fn tell_customer(tx: &mut Tx, site: &str, letter: &Letter) -> Result<String, Fault> {
    let customer: CustomerData = match read(letter) {
        Ok(customer) => customer,
        Err(problem) => return Ok(problem),
    };
    if customer.user_id <= 0 {
        return Ok("no account is named".to_owned());
    }
    // An account is made once, whatever else is announced of it.
    let made = Letter { subject: format!("customer:{}", customer.user_id), ..letter.clone() };
    if store::is_news(tx, site, &made, "made")? {
        let user_id = UserId(customer.user_id);
        if customer.existing {
            tx.emit(&CustomerFound { user_id, email: customer.email })?;
        } else {
            tx.emit(&CustomerCreated { user_id, email: customer.email, at: letter.said_at })?;
        }
    }
    Ok(String::new())
}

/// A repetition is told again: between the two the user may have signed in with other rights.
fn tell_user(tx: &mut Tx, letter: &Letter) -> Result<String, Fault> {
    let user: UserData = match read(letter) {
        Ok(user) => user,
        Err(problem) => return Ok(problem),
    };
    if user.user_id < 0 {
        return Ok("no user is named".to_owned());
    }
    tx.emit(&RightsChanged { user_id: UserId(user.user_id), capabilities: user.capabilities })?;
    Ok(String::new())
}
