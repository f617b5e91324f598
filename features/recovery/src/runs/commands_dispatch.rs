//! Sending one message: look, claim, compose, send, record.

use kernel::contracts::messaging::{ComposeLetter, Letter, LetterLine};
use kernel::contracts::ocart::RecoveryDispatched;
use kernel::{Fault, Moment, Money};
use runtime::engine::Surroundings;
use runtime::ports::{Mail, MailError};
use runtime::settings::{Settings, cartbay, ocart};
use runtime::{Actor, Emit, Engine, Tx};
use serde_json::json;

use super::model::{CLAIMED, FAILED, Message, QUEUED, RUNNING, SENT, UNKNOWN};
use super::store_messages::Settled;
use super::{commands, rules, store, store_messages};
use crate::attribution::rules::CLOCKS_DIFFER;
use crate::sessions::model::{ABANDONED, Session};
use crate::sessions::store_events::{self, RESTORE, UNSUBSCRIBE};
use crate::suppression::store::Fate;
use crate::{attribution, sessions, suppression};

/// Hours for which a restore link is good.
const RESTORE_HOURS: i64 = 48;

/// A claimed message with all that its letter needs.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    message: Message,
    to: String,
    letter: ComposeLetter,
}

/// Why a message must not go now; none when it may. Everything is looked at in the transaction that claims it.
pub(crate) fn obstacle(tx: &mut Tx, message: &Message) -> Result<Option<&'static str>, Fault> {
    let Some(session) = sessions::store::by_id(tx, message.session_id)? else {
        return Ok(Some("session_gone"));
    };
    let Some(run) = store::by_id(tx, message.run_id)? else { return Ok(Some("run_gone")) };
    let now = tx.now();
    if session.state != ABANDONED {
        return Ok(Some("status_changed"));
    }
    if !commands::is_open(&run) {
        return Ok(Some("run_stopped"));
    }
    if suppression::store::is_suppressed(tx, "email", &session.email_hash)? {
        return Ok(Some("suppressed"));
    }
    if attribution::store::has_ordered(tx, &session.email_hash, session.captured_at)? {
        return Ok(Some("ordered"));
    }
    if attribution::store::became_order(tx, session.id, &session.cart_token)? {
        return Ok(Some("ordered"));
    }
    let settings = Settings::load(tx, ocart::OPTION)?;
    if !settings.boolean(&ocart::GENERAL_ENABLED) {
        return Ok(Some("switched_off"));
    }
    if settings.boolean(&ocart::RECOVERY_CONSENT_REQUIRED) && !session.consent {
        return Ok(Some("no_consent"));
    }
    if store::sequence(tx, run.sequence_id)?.is_none_or(|sequence| sequence.status != "active") {
        return Ok(Some("sequence_paused"));
    }
    if rules::is_stale(message.planned_at, now) {
        return Ok(Some("stale"));
    }
    let since = now.plus_days(-rules::CAP_DAYS);
    if store_messages::sent_since(tx, &session.email_hash, since, message.id)? >= rules::CAP {
        return Ok(Some("frequency_cap"));
    }
    Ok(None)
}

/// Whom the message would go to and since when an order would stop it; none when it is not due.
fn prospect(tx: &mut Tx, id: i64) -> Result<Option<(String, Moment)>, Fault> {
    let now = tx.now();
    let Some(message) = store_messages::by_id(tx, id)? else { return Ok(None) };
    if message.state != QUEUED || message.due_at > now {
        return Ok(None);
    }
    let session = sessions::store::by_id(tx, message.session_id)?;
    Ok(session.map(|session| (session.email, session.captured_at.plus_seconds(-CLOCKS_DIFFER))))
}

/// Cancels a message that is no longer worth sending, so that it does not stand in the way of others.
pub(crate) fn cancel_stale(tx: &mut Tx, message: &Message) -> Result<(), Fault> {
    if rules::is_stale(message.planned_at, tx.now()) && store_messages::cancel_one(tx, message.id, "stale")? {
        let data = json!({ "step": message.step, "reason": "stale" });
        store_events::log(tx, message.session_id, "email_skipped", &data)?;
    }
    Ok(())
}

/// Claims the message, unless something stands against it: then it is cancelled for good.
fn claim(tx: &mut Tx, id: i64) -> Result<Option<Outgoing>, Fault> {
    let Some(message) = store_messages::by_id(tx, id)? else { return Ok(None) };
    if message.state != QUEUED || message.due_at > tx.now() || runtime::held_since(tx)?.is_some() {
        return Ok(None);
    }
    let session_messages = store_messages::of_session(tx, message.session_id)?;
    let earlier = |other: &&Message| other.run_id == message.run_id && other.step < message.step;
    if session_messages.iter().filter(earlier).any(|other| matches!(other.state.as_str(), QUEUED | CLAIMED)) {
        // The steps before it go first, however late; this one is given its time when they have gone.
        return Ok(None);
    }
    if let Some(reason) = obstacle(tx, &message)? {
        if store_messages::cancel_one(tx, id, reason)? {
            let data = json!({ "step": message.step, "reason": reason });
            store_events::log(tx, message.session_id, "email_skipped", &data)?;
        }
        commands::complete(tx, message.run_id)?;
        return Ok(None);
    }
    let cartbay = Settings::load(tx, cartbay::OPTION)?;
    let test = cartbay.text(&cartbay::TEST_EMAIL);
    let testing = cartbay.boolean(&cartbay::TEST_MODE) && !test.is_empty();
    if !store_messages::claim(tx, id, testing)? {
        return Ok(None);
    }
    let session = sessions::store::get(tx, message.session_id)?;
    store_messages::readdress_one(tx, id, &session)?;
    let message = Message { test_mode: testing, email_hash: session.email_hash.clone(), ..message };
    commands::respace(tx, &message, &session_messages)?;
    let expires = tx.now().plus_minutes(RESTORE_HOURS * 60);
    let restore = store_events::add_token(tx, RESTORE, &session, id, Some(expires))?;
    let unsubscribe = store_events::add_token(tx, UNSUBSCRIBE, &session, id, None)?;
    let to = if testing { test } else { session.email.clone() };
    let letter = ComposeLetter {
        template: message.template.clone(),
        to: to.clone(),
        lines: lines(&session),
        total: session.total,
        restore_url: format!("{}/restore/{restore}", tx.public_url()),
        unsubscribe_url: format!("{}/unsubscribe/{unsubscribe}", tx.public_url()),
        coupon_code: None,
    };
    Ok(Some(Outgoing { message, to, letter }))
}

fn lines(session: &Session) -> Vec<LetterLine> {
    let currency = session.total.currency();
    let shown = |line: &kernel::contracts::shop::CartLine| LetterLine {
        name: line.name.clone(),
        quantity: line.quantity,
        total: (line.total + line.total_tax).to_money(currency).map(Money::display).unwrap_or_default(),
        image: line.image.clone(),
        address: line.permalink.clone(),
    };
    session.cart.lines.iter().map(shown).collect()
}

/// Sends a message if it is due and nothing stands against it. True when the next server took it.
pub(crate) async fn send(engine: &Engine, id: i64) -> Result<bool, Fault> {
    let Some((email, since)) = engine.read(move |tx| prospect(tx, id)).await? else { return Ok(false) };
    if engine.host().has_ordered_since(&email, since).await? {
        engine.write(Actor::system(), move |tx| ordered(tx, id)).await?;
        return Ok(false);
    }
    let Some(outgoing) = engine.write(Actor::system(), move |tx| claim(tx, id)).await? else {
        return Ok(false);
    };
    // An order may have come between the question and the claim, however short that was meant to be. A host that does not
    // answer now is asked again with the next try.
    let since_then = engine.host().has_ordered_since(&email, since).await;
    if matches!(since_then, Ok(true)) {
        engine.write(Actor::system(), move |tx| ordered(tx, id)).await?;
        return Ok(false);
    }
    let letter = match since_then {
        Ok(_) => engine.ask(outgoing.letter.clone()).await,
        Err(fault) => Err(fault),
    };
    let (subject, outcome) = match letter {
        Ok(letter) => {
            let mail = mail(&outgoing, letter);
            (mail.subject.clone(), engine.mailer().send(&mail).await)
        }
        Err(fault) => (String::new(), Err(MailError::Down(fault.message))),
    };
    let (message, to) = (outgoing.message, outgoing.to);
    let sent = outcome.is_ok();
    engine
        .write(Actor::system(), move |tx| {
            record(tx, &message, &subject, &outcome)?;
            if matches!(outcome, Err(MailError::NoMailbox(_))) {
                // Whoever it was written to, the shopper or the owner's test address.
                suppression::commands::add(tx, &to, "bounce", "smtp")?;
            }
            Ok(())
        })
        .await?;
    Ok(sent)
}

fn mail(outgoing: &Outgoing, letter: Letter) -> Mail {
    Mail {
        key: outgoing.message.key.clone(),
        from: letter.from,
        from_name: letter.from_name,
        to: outgoing.to.clone(),
        subject: letter.subject,
        text: letter.text,
        html: letter.html,
        headers: letter.headers,
    }
}

/// The shop knows an order that has not been heard of here yet.
fn ordered(tx: &mut Tx, id: i64) -> Result<(), Fault> {
    let Some(message) = store_messages::by_id(tx, id)? else { return Ok(()) };
    let data = json!({ "step": message.step, "reason": "ordered" });
    store_events::log(tx, message.session_id, "email_skipped", &data)?;
    store_messages::cancel_claimed(tx, id, "ordered")?;
    commands::stop_session(tx, message.session_id, "ordered")
}

/// Writes down what became of a claimed message.
fn record(
    tx: &mut Tx,
    message: &Message,
    subject: &str,
    outcome: &Result<(), MailError>,
) -> Result<(), Fault> {
    let (now, attempts) = (tx.now(), message.attempts + 1);
    let (state, event_type, error, due_at) = match outcome {
        Ok(()) => (SENT, "send", "", message.due_at),
        Err(MailError::NoMailbox(error)) => (FAILED, "bounce", error.as_str(), message.due_at),
        Err(MailError::Refused(error)) => (FAILED, "fail", error.as_str(), message.due_at),
        Err(MailError::Unknown(error)) => (UNKNOWN, "unknown", error.as_str(), message.due_at),
        Err(MailError::Down(error) | MailError::Misconfigured(error)) => {
            let ours = matches!(outcome, Err(MailError::Misconfigured(_)));
            let event = if ours { suppression::store::REJECTED } else { "fail" };
            match rules::retry_at(attempts, message.planned_at, now) {
                Some(again) => (QUEUED, event, error.as_str(), again),
                None => (FAILED, event, error.as_str(), message.due_at),
            }
        }
    };
    let settled = Settled { state, subject: subject.to_owned(), error: error.to_owned(), due_at };
    if !store_messages::settle(tx, message.id, &settled)? {
        return Ok(());
    }
    if state == QUEUED {
        commands::schedule(tx, message.id, due_at)?;
    }
    let fate = Fate {
        event_type,
        run_id: message.run_id,
        message_id: message.id,
        step: message.step,
        contact_hash: &message.email_hash,
        detail: error,
    };
    suppression::store::add_event(tx, &fate)?;
    let (event, data) = if outcome.is_ok() {
        ("email_sent", json!({ "step": message.step, "notification_id": message.id }))
    } else {
        ("email_failed", json!({ "step": message.step, "notification_id": message.id, "reason": error }))
    };
    store_events::log(tx, message.session_id, event, &data)?;
    if outcome.is_ok() {
        dispatched(tx, message)?;
    }
    commands::complete(tx, message.run_id)?;
    match sessions::store::by_id(tx, message.session_id)? {
        Some(mut session) => sessions::store::save(tx, &mut session),
        None => Ok(()),
    }
}

fn dispatched(tx: &mut Tx, message: &Message) -> Result<(), Fault> {
    let Some(mut run) = store::by_id(tx, message.run_id)? else { return Ok(()) };
    run.current_step = run.current_step.max(message.step + 1);
    if commands::is_open(&run) {
        RUNNING.clone_into(&mut run.status);
    }
    store::save(tx, &run)?;
    if message.test_mode {
        return Ok(());
    }
    tx.emit(&RecoveryDispatched { run: run.record(), step: message.step, channel: message.channel.clone() })
}

/// Messages whose server went away between the claim and the record: nobody knows whether they went.
pub(crate) fn settle_lost(tx: &mut Tx, before: Moment) -> Result<(), Fault> {
    for id in store_messages::lost(tx, before)? {
        if let Some(message) = store_messages::by_id(tx, id)?
            && message.state == CLAIMED
        {
            let lost = MailError::Unknown("the server stopped while the message was being sent".to_owned());
            record(tx, &message, &message.subject.clone(), &Err(lost))?;
        }
    }
    Ok(())
}
